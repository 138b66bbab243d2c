//! What became of single verdicts since the baseline, for formats that tell it beside the verdict; a history in short.

use super::numbers::grouped;
use crate::report::wire::{Answer, Change, Changed, HistoryLine, Report, Status, Verdict};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Runs of a history that are told in text and Markdown, the latest.
const RUNS: usize = 10;

/// The changed verdicts by uid, where there is a baseline.
pub struct Changes<'a> {
    as_of: &'a str,
    changed: Option<BTreeMap<&'a str, &'a Changed>>,
}

impl<'a> Changes<'a> {
    /// Of one report.
    pub fn of(report: &'a Report) -> Self {
        let comparison = report.comparison.as_ref();
        let by_uid = |changes: &'a [Changed]| changes.iter().map(|changed| (changed.uid.as_str(), changed)).collect();
        Self {
            as_of: comparison.map_or("", |comparison| &comparison.baseline.as_of),
            changed: comparison.map(|comparison| by_uid(&comparison.changes)),
        }
    }

    /// What became of a verdict; nothing without a baseline.
    pub fn change(&self, uid: &str) -> Option<Change> {
        self.changed.as_ref().map(|changed| changed.get(uid).map_or(Change::Unchanged, |found| found.change))
    }

    /// The verdict before, where it changed; nothing within: there was none.
    pub fn was(&self, uid: &str) -> Option<Option<&'a Answer>> {
        self.changed.as_ref()?.get(uid).map(|found| found.was.as_ref())
    }

    /// Whether it is a failure that the baseline has not.
    pub fn is_new(&self, verdict: &Verdict) -> bool {
        matches!(self.change(&verdict.uid), Some(Change::New | Change::Regressed))
    }

    /// `regressed since 2026-10-16T00:00:00Z, was COMPLIANT (no_attempts)`, where it changed.
    pub fn told(&self, uid: &str) -> Option<String> {
        let found = self.changed.as_ref()?.get(uid)?;
        Some(format!("{} since {}, was {}", found.change.name(), self.as_of, answer(found.was.as_ref())))
    }
}

/// `NON_COMPLIANT critical (not_approved, excepted)`.
pub fn answer(answer: Option<&Answer>) -> String {
    match answer {
        None => "no verdict".into(),
        Some(answer) => {
            let severity = if answer.status == Status::NonCompliant {
                format!(" {}", answer.severity.name())
            } else {
                String::new()
            };
            let excepted = if answer.excepted { ", excepted" } else { "" };
            format!("{}{severity} ({}{excepted})", answer.status.name(), answer.code)
        }
    }
}

/// Those of one kind, the most severe first.
pub fn worst_first(changes: &[Changed], of: Change) -> Vec<&Changed> {
    let mut these: Vec<&Changed> = changes.iter().filter(|changed| changed.change == of).collect();
    let severity = |changed: &Changed| changed.now.as_ref().or(changed.was.as_ref()).map(|answer| answer.severity);
    these.sort_by_key(|changed| (Reverse(severity(changed)), &changed.control, &changed.subject));
    these
}

/// `0 new, 5 regressed, …`: all of them, worst first.
pub fn counts(report: &Report) -> Vec<(Change, u64)> {
    let counts = report.comparison.iter().map(|comparison| &comparison.counts);
    counts.flat_map(|counts| Change::ALL.map(|change| (change, counts.get(&change).copied().unwrap_or(0)))).collect()
}

/// The latest runs of a history of two runs or more, the earliest first.
pub fn trend(report: &Report, most: usize) -> &[HistoryLine] {
    let history = report.history.get(report.history.len().saturating_sub(most)..).unwrap_or_default();
    if report.history.len() < 2 { &[] } else { history }
}

/// How many verdicts failed in a run, and how many could not be decided.
pub fn outcome(run: &HistoryLine) -> [u64; 2] {
    [Status::NonCompliant, Status::InsufficientData].map(|status| run.by_status.get(&status).copied().unwrap_or(0))
}

/// The trend as lines of words: when, how many failed, how many could not be decided, the gate.
pub fn runs(report: &Report) -> Vec<[String; 4]> {
    let told = trend(report, RUNS).iter().map(|run| {
        let [fails, open] = outcome(run);
        [run.as_of.clone(), grouped(fails), grouped(open), super::cite::gate_word(run.exit_code).into()]
    });
    told.collect()
}
