//! What changed: the runs of a history as columns, and what became of the verdicts since a baseline.

use super::super::numbers::{counted, grouped, length};
use super::draw::share;
use super::view::Listed;
use crate::report::wire::{Answer, Change, Changed, HistoryLine, Report, Status};
use serde::Serialize;

/// Height of the picture in pixels.
const TALL: u64 = 96;
/// Runs drawn, the latest.
const RUNS: usize = 120;
/// Changes listed, the worst first.
const CHANGES: usize = 20;

/// The runs of one scope.
#[derive(Serialize)]
pub struct Trend<'a> {
    label: String,
    runs: Vec<Run<'a>>,
    first: &'a str,
    last: &'a str,
    most: String,
}

#[derive(Serialize)]
struct Run<'a> {
    as_of: &'a str,
    x: String,
    width: String,
    title: String,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    class: &'static str,
    y: u64,
    height: u64,
}

/// Of a history of two runs or more: failures stand below what could not be judged, at one scale.
pub fn trend(report: &Report) -> Option<Trend<'_>> {
    let history = report.history.get(report.history.len().saturating_sub(RUNS)..)?;
    let (first, last) = (history.first()?, history.last()?);
    if history.len() < 2 {
        return None;
    }
    let most = history.iter().map(|run| counts(run).iter().sum::<u64>()).max()?;
    Some(Trend {
        label: format!(
            "{}; {}: {}; {}: {}",
            counted(length(history), "run", "runs"),
            first.as_of,
            told(first),
            last.as_of,
            told(last)
        ),
        runs: history.iter().enumerate().map(|(at, run)| column(run, (at, history.len()), most)).collect(),
        first: &first.as_of,
        last: &last.as_of,
        most: grouped(most),
    })
}

fn counts(run: &HistoryLine) -> [u64; 2] {
    [Status::NonCompliant, Status::InsufficientData].map(|status| run.by_status.get(&status).copied().unwrap_or(0))
}

fn told(run: &HistoryLine) -> String {
    let [fails, open] = counts(run);
    format!("{} fail, {} undecided", grouped(fails), grouped(open))
}

/// One of several runs, at the scale of the most.
fn column(run: &HistoryLine, (at, of): (usize, usize), most: u64) -> Run<'_> {
    let [fails, open] = counts(run);
    // What is there is seen: no part is lower than two pixels.
    let tall = |count: u64| {
        let share = count.saturating_mul(TALL - 4).checked_div(most).unwrap_or(0);
        if count > 0 { share.max(2) } else { 0 }
    };
    let (low, high) = (tall(fails), tall(open));
    let below = [("fails", TALL.saturating_sub(low), low), ("open", TALL.saturating_sub(low + high), high)];
    let parts = below.into_iter().filter(|(.., height)| *height > 0);
    Run {
        as_of: &run.as_of,
        x: share(at, of),
        width: share(4, of * 5),
        title: format!("{}: {}", run.as_of, told(run)),
        parts: parts.map(|(class, y, height)| Part { class, y, height }).collect(),
    }
}

/// What became of the verdicts.
#[derive(Serialize)]
pub struct Since<'a> {
    as_of: &'a str,
    same_scope: bool,
    differences: &'a [String],
    counts: Vec<(&'static str, String)>,
    changes: Listed<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    changed: &'a Changed,
    change: &'static str,
    was: String,
    now: String,
}

/// Since the baseline, where there is one.
pub fn since(report: &Report) -> Option<Since<'_>> {
    let comparison = report.comparison.as_ref()?;
    let mut changes: Vec<&Changed> = comparison.changes.iter().collect();
    changes.sort_by_key(|changed| changed.change);
    let count = |change: Change| comparison.counts.get(&change).map(|count| (change.name(), grouped(*count)));
    Some(Since {
        as_of: &comparison.baseline.as_of,
        same_scope: comparison.same_scope,
        differences: &comparison.differences,
        counts: Change::ALL.into_iter().filter_map(count).collect(),
        changes: Listed::of(changes.into_iter().map(row), CHANGES),
    })
}

fn row(changed: &Changed) -> Row<'_> {
    let told = |answer: Option<&Answer>| {
        answer.map_or_else(|| "–".into(), |a| format!("{}, {}", a.status.name(), a.code.replace('_', " ")))
    };
    Row { changed, change: changed.change.name(), was: told(changed.was.as_ref()), now: told(changed.now.as_ref()) }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;
    use crate::report::history::line;

    #[test]
    fn a_single_failure_among_thousands_is_seen_and_one_run_is_no_trend() {
        let mut report = sample();
        report.history = vec![line(&report)];
        assert!(trend(&report).is_none());
        let mut other = line(&report);
        other.by_status = [(Status::NonCompliant, 1), (Status::InsufficientData, 9_999)].into();
        report.history.push(other);
        let drawn = trend(&report).map(|trend| trend.runs).unwrap_or_default();
        let heights: Vec<Vec<(&str, u64)>> =
            drawn.iter().map(|run| run.parts.iter().map(|part| (part.class, part.height)).collect()).collect();
        assert_eq!(heights, [vec![("fails", 2), ("open", 2)], vec![("fails", 2), ("open", 91)]]);
    }
}
