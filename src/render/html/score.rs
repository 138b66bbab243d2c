//! The score: how many controls hold, none counted twice.

use super::draw::{self, ORDER};
use crate::report::wire::{ControlInfo, Report, Status};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many controls hold: each counts once, as its worst verdict, whatever the number of its subjects, and under how many
/// requirements it stands; those with nothing to judge do not count.
#[derive(Serialize)]
pub struct Score {
    /// `73 %`, cut and never rounded up; nothing where no control was judged.
    share: Option<String>,
    holds: usize,
    fails: usize,
    open: usize,
    none: usize,
    judged: usize,
    label: String,
    parts: Vec<ScorePart>,
}

#[derive(Serialize)]
struct ScorePart {
    class: &'static str,
    x: String,
    width: String,
}

/// The worst status that a control's verdicts have.
pub fn worst_status(control: &ControlInfo) -> Status {
    let some = |status: &Status| control.counts.get(status).is_some_and(|count| *count > 0);
    ORDER.into_iter().find(some).unwrap_or(Status::NotApplicable)
}

/// Of one report.
pub fn score(report: &Report) -> Score {
    // A control that is judged again with other parameters (`CPY-01/any`) is still one control.
    let mut by_control: BTreeMap<&str, usize> = BTreeMap::new();
    for control in &report.controls {
        let rank = draw::rank(worst_status(control));
        let id = control.id.split('/').next().unwrap_or(&control.id);
        by_control.entry(id).and_modify(|worst| *worst = rank.min(*worst)).or_insert(rank);
    }
    let count = |status: Status| by_control.values().filter(|rank| **rank == draw::rank(status)).count();
    let [fails, open, holds, none] = ORDER.map(count);
    let judged = fails + open + holds;
    let mut parts = Vec::new();
    let mut at = 0;
    for (class, count) in [("holds", holds), ("open", open), ("fails", fails)] {
        let end = at + count;
        let place = |n: usize| draw::share(n, judged);
        if count > 0 {
            parts.push(ScorePart { class, x: place(at), width: place(count) });
        }
        at = end;
    }
    Score {
        share: (judged > 0).then(|| format!("{} %", holds * 100 / judged)),
        label: format!("{holds} of {judged} controls hold, {fails} fail, {open} cannot be judged"),
        holds,
        fails,
        open,
        none,
        judged,
        parts,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn a_control_counts_once_as_its_worst_verdict_and_one_without_subjects_not_at_all() {
        let mut report = sample();
        let mut control = report.controls.swap_remove(0);
        let mut given = |id: &str, counts: [u64; 4]| {
            control.id = id.into();
            control.counts = ORDER.into_iter().zip(counts).collect();
            control.clone()
        };
        report.controls = vec![
            given("A-1", [0, 0, 900, 3]),
            given("A-2", [1, 0, 900, 0]),
            given("A-3", [0, 5, 5, 0]),
            given("A-4", [0, 0, 0, 1]),
            given("A-1/any", [0, 0, 1, 0]),
            given("A-5/any", [0, 0, 1, 0]),
            given("A-5", [1, 0, 0, 0]),
        ];
        let told = score(&report);
        assert_eq!((told.holds, told.fails, told.open, told.none, told.judged), (1, 2, 1, 1, 4));
        assert_eq!(told.share.as_deref(), Some("25 %"));
        report.controls.clear();
        assert_eq!(score(&report).share, None);
    }
}
