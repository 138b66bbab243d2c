//! A report held against an earlier one: what is new, fixed, regressed, and what the gate need not say again.
//!
//! Runs that judged different things are never compared silently: what differs is told, and a failure counts as known
//! only where its control was judged by the same parameters and limits.

use super::gate::{self, Known};
use super::wire::{Answer, Baseline, Change, Changed, Comparison, ControlInfo, Report, Status, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Puts the comparison into the report, and weighs its gate on what the earlier report does not know yet.
pub fn against(report: &mut Report, old: &Report, terms: gate::Terms) {
    let same = same_controls(old, report);
    let before: BTreeMap<&str, &Verdict> = old.verdicts.iter().map(|v| (v.uid.as_str(), v)).collect();
    let known: Known = report
        .verdicts
        .iter()
        .filter(|now| same.contains(now.control.as_str()))
        .filter(|now| before.get(now.uid.as_str()).is_some_and(|was| is_known(was, now)))
        .map(|now| now.uid.clone())
        .collect();
    let gate = gate::weigh(&report.verdicts, report.inputs.defects.len(), terms, &known);
    report.comparison = Some(compare(old, report));
    report.summary.gate = gate;
}

/// What became of each verdict.
pub fn compare(old: &Report, new: &Report) -> Comparison {
    let before: BTreeMap<&str, &Verdict> = old.verdicts.iter().map(|v| (v.uid.as_str(), v)).collect();
    let here: BTreeSet<&str> = new.verdicts.iter().map(|v| v.uid.as_str()).collect();
    let mut counts: BTreeMap<Change, u64> = Change::ALL.into_iter().map(|change| (change, 0)).collect();
    let now = new.verdicts.iter().map(|now| (before.get(now.uid.as_str()).copied(), Some(now)));
    let gone = old.verdicts.iter().filter(|was| !here.contains(was.uid.as_str())).map(|was| (Some(was), None));
    let mut changes = Vec::new();
    for (was, now) in now.chain(gone) {
        let change = change(was, now);
        *counts.entry(change).or_default() += 1;
        if let (Some(verdict), true) = (now.or(was), change != Change::Unchanged) {
            changes.push(Changed {
                uid: verdict.uid.clone(),
                control: verdict.control.clone(),
                subject: verdict.subject.id.clone(),
                change,
                was: was.map(answer),
                now: now.map(answer),
            });
        }
    }
    Comparison {
        baseline: Baseline {
            as_of: old.run.as_of.clone(),
            window: old.run.window.clone(),
            tool: old.tool.clone(),
            scope_sha256: old.run.scope_sha256.clone(),
        },
        same_scope: old.run.scope_sha256 == new.run.scope_sha256,
        differences: differences(old, new),
        counts,
        changes,
    }
}

fn answer(verdict: &Verdict) -> Answer {
    Answer {
        status: verdict.status,
        severity: verdict.severity,
        code: verdict.reason.code.clone(),
        excepted: verdict.exception.is_some(),
    }
}

fn change(was: Option<&Verdict>, now: Option<&Verdict>) -> Change {
    use Status::{Compliant, InsufficientData, NonCompliant, NotApplicable};
    let Some(now) = now else { return Change::Gone };
    match (was.map(|was| (was, was.status)), now.status) {
        (None | Some((_, InsufficientData)), NonCompliant) => Change::New,
        (None, _) => Change::Added,
        (Some((was, NonCompliant)), NonCompliant) if is_known(was, now) || now.exception.is_some() => Change::Unchanged,
        (Some(_), NonCompliant) => Change::Regressed,
        (Some((_, NonCompliant)), Compliant) => Change::Fixed,
        (Some((_, NonCompliant | Compliant)), NotApplicable) => Change::Gone,
        (Some((_, InsufficientData)), Compliant | NotApplicable) | (Some((_, NotApplicable)), Compliant) => {
            Change::Decided
        }
        (Some((_, NonCompliant | Compliant | NotApplicable)), InsufficientData) => Change::Undecided,
        (Some((_, Compliant)), Compliant)
        | (Some((_, InsufficientData)), InsufficientData)
        | (Some((_, NotApplicable)), NotApplicable) => Change::Unchanged,
    }
}

/// Whether the earlier report says as much: the same status, no less severe, and not by way of an exception that is over.
fn is_known(was: &Verdict, now: &Verdict) -> bool {
    was.status == now.status && was.severity >= now.severity && (was.exception.is_none() || now.exception.is_some())
}

/// Controls that both runs judged by the same parameters and provider limits.
fn same_controls<'r>(old: &Report, new: &'r Report) -> BTreeSet<&'r str> {
    let before = by_id(old);
    let same_limits = old.run.limits == new.run.limits;
    let same = |now: &&ControlInfo| before.get(now.id.as_str()).is_some_and(|was| was.parameters == now.parameters);
    new.controls.iter().filter(|_| same_limits).filter(same).map(|control| control.id.as_str()).collect()
}

fn by_id(report: &Report) -> BTreeMap<&str, &ControlInfo> {
    report.controls.iter().map(|control| (control.id.as_str(), control)).collect()
}

fn differences(old: &Report, new: &Report) -> Vec<String> {
    let mut told = Vec::new();
    let (before, now) = (by_id(old), by_id(new));
    let both = before.iter().filter_map(|(id, was)| now.get(id).map(|is| (*id, *was, *is)));
    let other: Vec<&str> = both.filter(|(_, was, is)| was.parameters != is.parameters).map(|(id, ..)| id).collect();
    let only = |these: &BTreeMap<&str, &ControlInfo>, those: &BTreeMap<&str, &ControlInfo>| {
        these.keys().filter(|id| !those.contains_key(*id)).map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let pairs = |report: &Report| -> BTreeSet<String> {
        report.coverage.iter().map(|pair| format!("{}/{}", pair.account, pair.region)).collect()
    };
    let (earlier, later) = (pairs(old), pairs(new));
    let lacking = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
        these.difference(those).cloned().collect::<Vec<_>>().join(", ")
    };
    let mut tell = |what: &str, which: &str| {
        if !which.is_empty() {
            told.push(format!("{what}: {which}"));
        }
    };
    tell("judged then and not now", &only(&before, &now));
    tell("judged now and not then", &only(&now, &before));
    tell("judged by other parameters than then", &other.join(", "));
    if old.run.limits != new.run.limits {
        tell("provider limits", &format!("{} then, {} now", old.run.limits, new.run.limits));
    }
    tell("accounts and Regions that only the earlier evidence has", &lacking(&earlier, &later));
    tell("accounts and Regions that only this evidence has", &lacking(&later, &earlier));
    if old.tool.version != new.tool.version {
        tell("versions", &format!("{} then, {} now", old.tool.version, new.tool.version));
    }
    if old.run.as_of > new.run.as_of {
        tell("the baseline is the later of the two", &format!("{} then, {} now", old.run.as_of, new.run.as_of));
    }
    if told.is_empty() && old.run.scope_sha256 != new.run.scope_sha256 {
        told.push("[scope] of the config, a version of a control, or the narrowing by a framework is another".into());
    }
    told
}
