//! Exceptions: failures that somebody answers for, until a day. They stay failures, and leave the gate.

use super::wire::{ExceptionInfo, ExceptionRef, Status, Verdict};
use crate::instant::Instant;
use globset::GlobMatcher;
use std::collections::BTreeSet;

/// From this many days before its end an exception is reported as expiring.
const EXPIRING_DAYS: i64 = 14;

/// Controls that say whether the log can be believed: never excepted.
pub const NEVER: [&str; 2] = ["LOG-01", "LOG-02"];

/// An exception of the config, checked.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Control id or glob, as written.
    pub control: String,
    /// The control as a matcher.
    pub controls: GlobMatcher,
    /// Subjects, as written.
    pub subjects: Vec<String>,
    /// The subjects as matchers.
    pub matchers: Vec<GlobMatcher>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The day it ends, `YYYY-MM-DD`.
    pub expires: String,
    /// That day's first instant.
    pub ends: Instant,
}

impl Exception {
    fn covers(&self, verdict: &Verdict) -> bool {
        let exact = self.subjects.contains(&verdict.subject.id);
        self.controls.is_match(&verdict.control)
            && (exact || self.matchers.iter().any(|m| m.is_match(&verdict.subject.id)))
    }
}

/// Marks the failures that are excepted at as-of, and tells what became of each exception.
pub fn apply(exceptions: &[Exception], verdicts: &mut [Verdict], as_of: Instant) -> Vec<ExceptionInfo> {
    exceptions.iter().map(|exception| apply_one(exception, verdicts, as_of)).collect()
}

fn apply_one(exception: &Exception, verdicts: &mut [Verdict], as_of: Instant) -> ExceptionInfo {
    let expired = as_of >= exception.ends;
    let mut matched = 0;
    for verdict in verdicts.iter_mut().filter(|v| v.status == Status::NonCompliant && exception.covers(v)) {
        matched += 1;
        if !expired && verdict.exception.is_none() {
            verdict.exception = Some(ExceptionRef {
                reason: exception.reason.clone(),
                owner: exception.owner.clone(),
                expires: exception.expires.clone(),
            });
        }
    }
    let soon = exception.ends - as_of <= chrono::Duration::days(EXPIRING_DAYS);
    let state = match (expired, matched, soon) {
        (true, ..) => "expired",
        (false, 0, _) => "unused",
        (false, _, true) => "expiring",
        (false, _, false) => "active",
    };
    ExceptionInfo {
        control: exception.control.clone(),
        subjects: exception.subjects.clone(),
        state: state.into(),
        matched,
        reason: exception.reason.clone(),
        owner: exception.owner.clone(),
        expires: exception.expires.clone(),
        too_broad: too_broad(exception, verdicts),
    }
}

/// Why an exception is wider than one should be: it hides failures that nobody has looked at yet.
fn too_broad(exception: &Exception, verdicts: &[Verdict]) -> Vec<String> {
    let families: BTreeSet<&str> = verdicts
        .iter()
        .filter(|v| exception.controls.is_match(&v.control))
        .filter_map(|v| v.control.split('-').next())
        .collect();
    let accounts: BTreeSet<&str> = verdicts
        .iter()
        .filter(|v| v.status == Status::NonCompliant && exception.covers(v))
        .filter_map(|v| v.subject.account.as_deref())
        .collect();
    let mut told = Vec::new();
    if families.len() > 1 {
        told.push(format!("{} stands for controls of {} families", exception.control, families.len()));
    }
    // What names nothing of a subject matches what does not exist as well.
    for (pattern, _) in exception.subjects.iter().zip(&exception.matchers).filter(|(_, m)| m.is_match("\u{1}")) {
        told.push(format!("{pattern} stands for every subject there will ever be"));
    }
    if accounts.len() > 1 {
        told.push(format!("it covers failures of {} accounts", accounts.len()));
    }
    told
}
