//! What could not be judged, by what is missing: the log or the snapshot that would decide it, those that decide most first.

use super::super::numbers::grouped;
use crate::report::wire::{EvidenceRef, Report, Severity, Status, Verdict};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// LOG-02 cites the log for which no digest is given, not a log that is missing.
const NO_DIGEST: &str = "no_digest";

/// Something that is missing.
#[derive(Serialize)]
pub struct Missing<'a> {
    /// A log, its digests, a command of the AWS CLI, or a reason in a control's words.
    kind: &'static str,
    /// Which one.
    what: String,
    /// From and to: the widest stretch of log that some verdict asks for.
    range: Option<[&'a str; 2]>,
    /// Verdicts that it would decide, or help to decide.
    verdicts: String,
    /// Controls of these.
    controls: Vec<&'a str>,
    severity: &'static str,
    /// What one of the verdicts says, where `what` is a reason.
    example: Option<&'a str>,
    /// What to search for in the list of verdicts.
    search: String,
}

/// A cause, as far as verdicts share it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Cause<'a> {
    Log(&'a str, &'a str),
    Digests,
    Command(&'a str),
    Reason(&'a str),
}

#[derive(Default)]
struct Sum<'a> {
    verdicts: u64,
    controls: BTreeSet<&'a str>,
    severity: Option<Severity>,
    range: Option<[&'a str; 2]>,
    example: &'a str,
}

/// All causes, those of the most severe and then of the most verdicts first.
pub fn missing(report: &Report) -> Vec<Missing<'_>> {
    let mut causes: BTreeMap<Cause<'_>, Sum<'_>> = BTreeMap::new();
    for verdict in report.verdicts.iter().filter(|verdict| verdict.status == Status::InsufficientData) {
        for (cause, range) in found(verdict) {
            let sum = causes.entry(cause).or_default();
            sum.verdicts += 1;
            sum.example = &verdict.reason.message;
            sum.controls.insert(&verdict.control);
            sum.severity = sum.severity.max(Some(verdict.severity));
            // Times of one form, so that their order is that of their texts.
            sum.range = match (sum.range, range) {
                (Some([a, b]), Some([from, to])) => Some([a.min(from), b.max(to)]),
                (known, new) => known.or(new),
            };
        }
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, sum)| (Reverse(sum.severity), Reverse(sum.verdicts)));
    causes.into_iter().map(|(cause, sum)| told(&cause, sum)).collect()
}

/// The logs with holes that a verdict cites; else the command that it advises; else its reason.
fn found(verdict: &Verdict) -> Vec<(Cause<'_>, Option<[&str; 2]>)> {
    if verdict.reason.code == NO_DIGEST {
        return vec![(Cause::Digests, None)];
    }
    let mut logs: BTreeMap<(&str, &str), [&str; 2]> = BTreeMap::new();
    for evidence in &verdict.evidence {
        if let EvidenceRef::Coverage(cited) = evidence
            && cited.coverage.grade == "missing"
        {
            let log = &cited.coverage;
            let range = logs.entry((&log.account, &log.region)).or_insert([&log.from, &log.to]);
            *range = [range[0].min(&log.from), range[1].max(&log.to)];
        }
    }
    if !logs.is_empty() {
        return logs.into_iter().map(|((account, region), range)| (Cause::Log(account, region), Some(range))).collect();
    }
    let quoted = verdict.reason.message.split('`').skip(1).step_by(2);
    let commands: BTreeSet<&str> = quoted.filter(|quoted| quoted.starts_with("aws ")).collect();
    if commands.is_empty() {
        return vec![(Cause::Reason(&verdict.reason.code), None)];
    }
    commands.into_iter().map(|command| (Cause::Command(command), None)).collect()
}

fn told<'a>(cause: &Cause<'_>, sum: Sum<'a>) -> Missing<'a> {
    let (kind, what, search) = match cause {
        Cause::Log(account, region) => ("log", format!("{account} in {region}"), format!("{account} {region}")),
        Cause::Digests => ("digests", String::new(), NO_DIGEST.into()),
        Cause::Command(command) => ("command", (*command).to_owned(), (*command).to_owned()),
        Cause::Reason(code) => ("reason", code.replace('_', " "), (*code).to_owned()),
    };
    Missing {
        kind,
        what,
        range: sum.range,
        example: (kind == "reason").then_some(sum.example),
        verdicts: grouped(sum.verdicts),
        controls: sum.controls.into_iter().collect(),
        severity: sum.severity.map_or("", Severity::name),
        search,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn a_hole_a_command_and_a_reason_are_told_apart() {
        let mut report = sample();
        report.verdicts.retain(|verdict| verdict.status == Status::InsufficientData);
        report.verdicts.truncate(1);
        let verdict = report.verdicts.pop().unwrap_or_else(|| unreachable!("one is undecided"));
        let with = |severity, message: &str, evidence| {
            let mut verdict = verdict.clone();
            (verdict.severity, verdict.reason.message, verdict.evidence) = (severity, message.into(), evidence);
            verdict
        };
        let hole = serde_json::json!([{"note": "", "coverage": {"account": "1", "region": "r", "from": "a", "to": "b", "grade": "missing"}}]);
        let hole: Vec<EvidenceRef> = serde_json::from_value(hole).unwrap_or_default();
        report.verdicts = vec![
            with(Severity::Low, "Add `aws backup list-a`, or `x`.", Vec::new()),
            with(Severity::Low, "Add `aws backup list-a`.", Vec::new()),
            with(Severity::Low, "Not stated.", Vec::new()),
            with(Severity::High, "Add `aws backup list-a`.", hole),
        ];
        let told: Vec<[String; 3]> =
            missing(&report).into_iter().map(|m| [m.kind.into(), m.what, m.verdicts]).collect();
        let wanted = [["log", "1 in r", "1"], ["command", "aws backup list-a", "2"], ["reason", "coverage gap", "1"]];
        assert_eq!(told, wanted.map(|row| row.map(String::from)));
    }
}
