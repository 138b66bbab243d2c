//! Bars over the window: which part of a line has which status, and where records lie on it.
//!
//! Parts carry a class, not a colour: the style gives each status a height and a pattern of its own, so that a bar can
//! be read without telling colours apart.

use super::super::stretch::{Axis, MISSING, Tick, span, with_holes};
use crate::report::wire::{PairCoverage, Range, Status, StatusRange};
use serde::Serialize;

/// A drawn line; all positions in percent.
#[derive(Serialize)]
pub struct Bar {
    /// For those who do not see it.
    label: String,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    class: &'static str,
    x: String,
    width: String,
    title: String,
}

/// A mark of the axis.
#[derive(Serialize)]
pub struct Mark {
    x: String,
    label: String,
    /// Where the label's middle would leave the picture: which of its ends stands at the mark.
    anchor: &'static str,
}

/// Thousandths of a percent that a part is at least wide, so that a breach of minutes can be seen in a year.
const NARROWEST: i64 = 450;
/// Labels nearer to an end of the picture than this begin or end at their mark.
const EDGE: i64 = 2_500;
/// Parts told one by one in a label.
const TOLD: usize = 4;

/// The order on the page: what needs attention first.
pub const ORDER: [Status; 4] =
    [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];

/// The place of a status in that order.
pub fn rank(status: Status) -> usize {
    ORDER.iter().position(|each| *each == status).unwrap_or(ORDER.len())
}

/// The class of a status.
pub fn class(status: Status) -> &'static str {
    match status {
        Status::NonCompliant => "fails",
        Status::InsufficientData => "open",
        Status::Compliant => "holds",
        Status::NotApplicable => "none",
    }
}

/// A status in plain letters.
pub fn say(status: Status) -> &'static str {
    match status {
        Status::NonCompliant => "Non-compliant",
        Status::InsufficientData => "Insufficient data",
        Status::Compliant => "Compliant",
        Status::NotApplicable => "Not applicable",
    }
}

fn grade_class(grade: &str) -> &'static str {
    match grade {
        "proven" => "proven",
        "asserted" => "asserted",
        "inferred" => "inferred",
        MISSING => "hole",
        _ => "other",
    }
}

fn percent(thousandths: i64) -> String {
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// A part of a whole in percent.
pub fn share(part: usize, whole: usize) -> String {
    let thousandths = (part * 100_000).checked_div(whole).unwrap_or(0);
    percent(thousandths.try_into().unwrap_or(Axis::END))
}

/// The marks of a window's axis.
pub fn marks(window: &Range) -> Vec<Mark> {
    let ticks = Axis::of(window).map(|axis| axis.ticks()).unwrap_or_default();
    let anchor = |at: i64| match at {
        at if at < EDGE => "start",
        at if at > Axis::END - EDGE => "end",
        _ => "middle",
    };
    let mark = |tick: Tick| Mark { x: percent(tick.at), label: tick.label, anchor: anchor(tick.at) };
    ticks.into_iter().map(mark).collect()
}

fn part(axis: Axis, class: &'static str, from: &str, to: &str, told: &str) -> Option<Part> {
    let (start, end) = (axis.at(from)?, axis.at(to)?);
    let width = (end - start).max(NARROWEST);
    let start = start.min(Axis::END - width);
    let long = span(from, to).map(|long| format!(" ({long})")).unwrap_or_default();
    Some(Part { class, x: percent(start), width: percent(width), title: format!("{told}, {from} to {to}{long}") })
}

/// A subject's status over the window; nothing where no time can be read.
pub fn verdict(window: &Range, intervals: &[StatusRange]) -> Option<Bar> {
    let axis = Axis::of(window)?;
    let draw = |range: &StatusRange| part(axis, class(range.status), &range.from, &range.to, say(range.status));
    // Failures last: what is widened to be seen must not be covered.
    let (fine, failing): (Vec<_>, Vec<_>) = intervals.iter().partition(|range| range.status != Status::NonCompliant);
    let parts: Vec<Part> = fine.into_iter().chain(failing).filter_map(draw).collect();
    let told: Vec<String> =
        intervals.iter().map(|range| format!("{} from {}", say(range.status), range.from)).collect();
    (!parts.is_empty()).then(|| Bar { label: told_in_short(&told, "change of status", "changes of status"), parts })
}

/// The log of one account and Region over the window, holes included.
pub fn coverage(window: &Range, pair: &PairCoverage) -> Option<Bar> {
    let axis = Axis::of(window)?;
    let stretches = with_holes(window, pair);
    let (fine, holes): (Vec<_>, Vec<_>) = stretches.iter().partition(|stretch| stretch.grade != MISSING);
    let draw = |grade: &str, from: &str, to: &str| {
        let told = if grade == MISSING { "Hole" } else { grade };
        part(axis, grade_class(grade), from, to, told)
    };
    let parts: Vec<Part> = fine.into_iter().chain(holes).filter_map(|s| draw(&s.grade, &s.from, &s.to)).collect();
    let told: Vec<String> = stretches.iter().map(|s| format!("{} from {} to {}", s.grade, s.from, s.to)).collect();
    (!parts.is_empty()).then(|| Bar { label: told_in_short(&told, "stretch", "stretches"), parts })
}

fn told_in_short(told: &[String], one: &str, many: &str) -> String {
    let first = told.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
    match told.len().saturating_sub(TOLD) {
        0 => first,
        1 => format!("{first}; and 1 more {one}"),
        more => format!("{first}; and {more} more {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window() -> Range {
        Range { from: "2026-10-01T00:00:00Z".into(), to: "2026-10-11T00:00:00Z".into() }
    }

    fn range(from: &str, to: &str, status: Status) -> StatusRange {
        StatusRange { from: format!("2026-10-{from}Z"), to: format!("2026-10-{to}Z"), status, cause: None }
    }

    #[test]
    fn a_breach_of_a_minute_is_wide_enough_to_be_seen_and_lies_on_top() {
        let intervals = [
            range("01T00:00:00", "10T23:59:00", Status::Compliant),
            range("10T23:59:00", "11T00:00:00", Status::NonCompliant),
        ];
        let bar = verdict(&window(), &intervals);
        let parts = bar.map(|bar| bar.parts).unwrap_or_default();
        let last = parts.last().map(|part| (part.class, part.x.as_str(), part.width.as_str()));
        assert_eq!(last, Some(("fails", "99.550", "0.450")));
    }

    #[test]
    fn a_long_list_of_parts_is_told_in_short() {
        let mut told: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).into();
        assert_eq!(told_in_short(&told, "stretch", "stretches"), "a; b; c; d; and 1 more stretch");
        assert_eq!(told_in_short(&told.split_off(3), "stretch", "stretches"), "d; e");
    }
}
