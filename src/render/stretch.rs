//! Stretches of the window: where on a line an instant lies, and where a log has holes.
//!
//! Positions are whole thousandths of a percent: no floating point, so the same report is drawn with the same bytes on
//! every machine.

use crate::instant::{Instant, parse, tick};
use crate::report::wire::{GradedRange, PairCoverage, Range};
use chrono::{Duration, Timelike};

/// The grade of a stretch that nothing vouches for.
pub const MISSING: &str = "missing";

/// The window as a line from 0 to 100,000.
#[derive(Clone, Copy)]
pub struct Axis {
    from: Instant,
    to: Instant,
}

/// A mark below the line.
pub struct Tick {
    /// Where, in thousandths of a percent.
    pub at: i64,
    /// `7 Oct`, or `06:00` for short windows.
    pub label: String,
}

impl Axis {
    /// The whole line.
    pub const END: i64 = 100_000;

    /// Of a window whose ends can be read and differ.
    pub fn of(window: &Range) -> Option<Self> {
        let (from, to) = (parse(&window.from)?, parse(&window.to)?);
        (from < to).then_some(Self { from, to })
    }

    /// Where an instant lies; what lies outside of the window lies at its edge.
    pub fn at(&self, time: &str) -> Option<i64> {
        Some(self.place(parse(time)?))
    }

    fn place(&self, at: Instant) -> i64 {
        let (whole, part) = (self.to - self.from, at.clamp(self.from, self.to) - self.from);
        // A window of 2,900 centuries would be needed for this to overflow; `checked_div` is for zero.
        part.num_seconds().saturating_mul(Self::END).checked_div(whole.num_seconds()).unwrap_or(0)
    }

    /// At most nine marks at round instants.
    pub fn ticks(&self) -> Vec<Tick> {
        let whole = (self.to - self.from).num_hours();
        let steps = [1, 3, 6, 12, 24, 48, 96, 168, 336, 672, 2_184, 8_736, 87_360];
        let step = steps.into_iter().find(|step| whole / step <= 8).unwrap_or(whole);
        let grid = step.min(24) * 3600;
        let to_grid = (grid - self.from.timestamp().rem_euclid(grid)) % grid;
        let first = self.from.checked_add_signed(Duration::seconds(to_grid));
        std::iter::successors(first, |at| at.checked_add_signed(Duration::hours(step)))
            .take_while(|at| *at <= self.to)
            .map(|at| Tick { at: self.place(at), label: label(at, step) })
            .collect()
    }
}

fn label(at: Instant, step: i64) -> String {
    let form = match step {
        ..24 if at.hour() > 0 => "%H:%M",
        ..672 => "%-d %b",
        _ => "%-d %b %Y",
    };
    at.format(form).to_string()
}

/// What is known of a pair's log over the whole window, in order: its intervals, and the holes between them as `missing`.
///
/// Neighbours one tick apart touch. Where a time cannot be read, only the intervals as given are returned.
pub fn with_holes(window: &Range, pair: &PairCoverage) -> Vec<GradedRange> {
    let mut stretches = Vec::new();
    let mut reached = window.from.as_str();
    for interval in &pair.intervals {
        stretches.extend(hole(reached, &interval.from));
        stretches.push(interval.clone());
        if parse(&interval.to) > parse(reached) {
            reached = &interval.to;
        }
    }
    stretches.extend(hole(reached, &window.to));
    stretches
}

fn hole(from: &str, to: &str) -> Option<GradedRange> {
    let wide = parse(to)?.signed_duration_since(parse(from)?) > tick();
    wide.then(|| GradedRange { from: from.into(), to: to.into(), grade: MISSING.into() })
}

/// `9 d 3 h` from one instant to the other, where both can be read.
pub fn span(from: &str, to: &str) -> Option<String> {
    let span = parse(to)?.signed_duration_since(parse(from)?);
    (span >= Duration::zero()).then(|| crate::instant::say(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Range {
        Range { from: from.into(), to: to.into() }
    }

    fn graded(from: &str, to: &str) -> GradedRange {
        GradedRange { from: from.into(), to: to.into(), grade: "inferred".into() }
    }

    fn holes_of(intervals: Vec<GradedRange>) -> Vec<(String, String)> {
        let pair = PairCoverage { account: "1".into(), region: "r".into(), intervals, events: 0 };
        let window = range("2026-10-01T00:00:00Z", "2026-10-11T00:00:00Z");
        let holes = with_holes(&window, &pair).into_iter().filter(|s| s.grade == MISSING);
        holes.map(|s| (s.from[8..13].to_string(), s.to[8..13].to_string())).collect()
    }

    #[test]
    fn holes_are_what_no_interval_holds() {
        let (a, b) = (
            graded("2026-10-02T00:00:00Z", "2026-10-03T00:00:00Z"),
            graded("2026-10-03T00:00:01Z", "2026-10-05T00:00:00Z"),
        );
        let want = [("01T00", "02T00"), ("05T00", "11T00")].map(|(from, to)| (from.to_string(), to.to_string()));
        assert_eq!(holes_of(vec![a, b]), want);
        assert_eq!(holes_of(vec![]).len(), 1);
        assert_eq!(holes_of(vec![graded("2026-10-01T00:00:00Z", "2026-10-11T00:00:00Z")]), []);
    }

    #[test]
    fn a_time_that_cannot_be_read_draws_nothing() {
        assert!(Axis::of(&range("yesterday", "2026-10-11T00:00:00Z")).is_none());
        assert!(Axis::of(&range("2026-10-11T00:00:00Z", "2026-10-11T00:00:00Z")).is_none());
        assert_eq!(holes_of(vec![graded("?", "!")]).len(), 1);
        assert_eq!(span("?", "2026-10-11T00:00:00Z"), None);
    }

    #[test]
    fn an_instant_lies_in_proportion_and_never_outside() {
        let axis = Axis::of(&range("2026-10-01T00:00:00Z", "2026-10-11T00:00:00Z"));
        let at = |time| axis.and_then(|axis| axis.at(time));
        assert_eq!(at("2026-10-06T00:00:00Z"), Some(50_000));
        assert_eq!(at("2020-01-01T00:00:00Z"), Some(0));
        assert_eq!(at("2030-01-01T00:00:00Z"), Some(Axis::END));
    }

    #[test]
    fn marks_are_few_and_round_for_every_length() {
        for (to, first) in [
            ("2026-10-01T07:00:00Z", "01:00"),
            ("2026-10-03T00:00:00Z", "06:00"),
            ("2026-10-31T23:50:00Z", "2 Oct"),
            ("2026-12-30T00:00:00Z", "2 Oct"),
            ("2031-10-01T00:00:00Z", "2 Oct 2026"),
        ] {
            let ticks = Axis::of(&range("2026-10-01T00:05:00Z", to)).map(|axis| axis.ticks()).unwrap_or_default();
            assert!((3..=9).contains(&ticks.len()), "{to}: {}", ticks.len());
            assert_eq!(ticks.first().map(|tick| tick.label.as_str()), Some(first), "{to}");
            assert!(ticks.iter().all(|tick| (0..=Axis::END).contains(&tick.at)));
        }
    }
}
