//! What changed: the runs of a history as columns, and what became of the verdicts since a baseline.

use super::super::changes::{counts, outcome, trend as latest, worst_first};
use super::super::numbers::{counted, grouped, length};
use super::draw::{class, say, share};
use crate::report::wire::{Answer, Change, Changed, HistoryLine, Report, Status};
use serde::Serialize;

/// Height of a line of columns in pixels.
const TALL: u64 = 34;
/// Runs drawn, the latest.
const RUNS: usize = 120;
/// Changes of one kind that are listed, the worst first.
const CHANGES: usize = 8;

/// The runs of one scope.
#[derive(Serialize)]
pub struct Trend<'a> {
    runs: String,
    first: &'a str,
    last: &'a str,
    lines: Vec<Line>,
}

/// One status over the runs, at a scale of its own: a failure among a thousand open ends is seen.
#[derive(Serialize)]
struct Line {
    class: &'static str,
    name: &'static str,
    label: String,
    was: String,
    now: String,
    most: String,
    columns: Vec<Column>,
}

#[derive(Serialize)]
struct Column {
    x: String,
    width: String,
    y: u64,
    height: u64,
    title: String,
}

/// Of a history of two runs or more.
pub fn trend(report: &Report) -> Option<Trend<'_>> {
    let runs = latest(report, RUNS);
    let (first, last) = (runs.first()?, runs.last()?);
    let lines = [Status::NonCompliant, Status::InsufficientData].into_iter().enumerate();
    Some(Trend {
        runs: counted(length(runs), "run", "runs"),
        first: &first.as_of,
        last: &last.as_of,
        lines: lines.filter_map(|(at, status)| line(runs, at, status)).collect(),
    })
}

fn line(runs: &[HistoryLine], at: usize, status: Status) -> Option<Line> {
    let counts: Vec<u64> = runs.iter().filter_map(|run| outcome(run).get(at).copied()).collect();
    let (first, last, most) = (*counts.first()?, *counts.last()?, counts.iter().copied().max()?);
    let column = |(at, (run, count)): (usize, (&HistoryLine, &u64))| {
        // What is there is seen: no column is lower than two pixels.
        let height = count.saturating_mul(TALL).checked_div(most).unwrap_or(0).max(if *count > 0 { 2 } else { 0 });
        let title = format!("{}: {}", run.as_of, counted(*count, "verdict", "verdicts"));
        Column { x: share(at, runs.len()), width: share(4, runs.len() * 5), y: TALL - height, height, title }
    };
    Some(Line {
        class: class(status),
        name: say(status),
        label: format!("{}: {} then, {} now, at most {}", say(status), grouped(first), grouped(last), grouped(most)),
        was: grouped(first),
        now: grouped(last),
        most: grouped(most),
        columns: runs.iter().zip(&counts).enumerate().map(column).collect(),
    })
}

/// What became of the verdicts.
#[derive(Serialize)]
pub struct Since<'a> {
    as_of: &'a str,
    same_scope: bool,
    differences: &'a [String],
    counts: Vec<Count>,
    kinds: Vec<Kind<'a>>,
}

#[derive(Serialize)]
struct Count {
    name: &'static str,
    class: &'static str,
    told: String,
    some: bool,
    /// Whether it is one of those that a reader looks for first.
    first: bool,
}

/// Verdicts of which the same became.
#[derive(Serialize)]
struct Kind<'a> {
    name: &'static str,
    class: &'static str,
    about: &'static str,
    rows: Vec<Row<'a>>,
    more: Option<String>,
    all: String,
    listed: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    changed: &'a Changed,
    /// Whether this report has the verdict.
    here: bool,
    was: String,
    now: String,
}

/// What a change means: its class, and a sentence.
fn meaning(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::New => ("fails", "Fails; before it was not there, or not decided."),
        Change::Regressed => ("fails", "Fails; before it held, was less severe, or was excepted."),
        Change::Undecided => ("open", "Cannot be decided; before it was, or there was nothing to judge."),
        Change::Fixed => ("holds", "Failed, and holds now."),
        Change::Decided => ("holds", "Could not be decided, or had nothing to judge; does not fail."),
        Change::Added => ("none", "Was not there; does not fail."),
        Change::Gone => ("none", "Is not there any more, or has nothing to judge any more."),
        Change::Unchanged => ("none", "As before."),
    }
}

/// Since the baseline, where there is one.
pub fn since(report: &Report) -> Option<Since<'_>> {
    let comparison = report.comparison.as_ref()?;
    let all = counts(report);
    let count = |(change, count): &(Change, u64)| Count {
        name: change.name(),
        class: meaning(*change).0,
        told: grouped(*count),
        some: *count > 0,
        first: *change <= Change::Fixed,
    };
    Some(Since {
        as_of: &comparison.baseline.as_of,
        same_scope: comparison.same_scope,
        differences: &comparison.differences,
        counts: all.iter().map(count).collect(),
        kinds: Change::ALL.into_iter().filter_map(|change| kind(&comparison.changes, change)).collect(),
    })
}

fn kind(changes: &[Changed], change: Change) -> Option<Kind<'_>> {
    let these = worst_first(changes, change);
    let (class, about) = meaning(change);
    let more = these.len().saturating_sub(CHANGES);
    (!these.is_empty()).then(|| Kind {
        name: change.name(),
        class,
        about,
        rows: these.iter().take(CHANGES).map(|changed| row(changed)).collect(),
        more: (more > 0).then(|| grouped(more as u64)),
        all: grouped(length(&these)),
        listed: these.iter().any(|changed| changed.now.is_some()),
    })
}

fn row(changed: &Changed) -> Row<'_> {
    let told = |answer: Option<&Answer>| {
        let Some(Answer { status, severity, code, excepted }) = answer else { return "–".into() };
        let severity = if *status == Status::NonCompliant { format!(", {}", severity.name()) } else { String::new() };
        format!("{}{severity}: {}{}", say(*status), code.replace('_', " "), if *excepted { ", excepted" } else { "" })
    };
    Row { changed, here: changed.now.is_some(), was: told(changed.was.as_ref()), now: told(changed.now.as_ref()) }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;
    use crate::report::history;

    #[test]
    fn a_single_failure_among_thousands_is_seen_and_one_run_is_no_trend() {
        let mut report = sample();
        report.history = vec![history::line(&report)];
        assert!(trend(&report).is_none());
        let mut other = history::line(&report);
        other.by_status = [(Status::NonCompliant, 1), (Status::InsufficientData, 9_999)].into();
        report.history.push(other);
        let drawn = trend(&report).map(|trend| trend.lines).unwrap_or_default();
        let heights: Vec<(&str, Vec<u64>)> =
            drawn.iter().map(|line| (line.class, line.columns.iter().map(|column| column.height).collect())).collect();
        assert_eq!(heights, [("fails", vec![34, 3]), ("open", vec![2, 34])]);
    }
}
