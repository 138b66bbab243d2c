//! The page as the template sees it: the report, ordered, counted and placed on the time axis.
//!
//! The template decides how it looks and knows no arithmetic; nothing here is new to a reader of the JSON.

use super::super::cite::{gate_word, name, worst_first};
use super::super::numbers::{counted, grouped, size};
use super::super::stretch::{MISSING, span, with_holes};
use super::draw::{self, Bar, Mark};
use super::record::{Proof, Shelf};
use super::verdict::{Fact, Group, Outcome, facts, groups};
use crate::report::wire::{
    DefectInfo, Drift, ExceptionInfo, FrameworkInfo, GradedRange, Incident, PairCoverage, Range, Report,
    RequirementInfo, Run, Severity, SourceFile, Status, Tool, Verdict,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Failures drawn in the summary.
const WORST: usize = 12;
/// Defects listed; the JSON has all.
const DEFECTS: usize = 200;
/// Holes of one log listed; the JSON has all.
const HOLES: usize = 20;

/// Everything that the template reads.
#[derive(Serialize)]
pub struct Page<'a> {
    tool: &'a Tool,
    run: &'a Run,
    window_long: Option<String>,
    headline: String,
    tone: &'static str,
    gate: Gate<'a>,
    counts: Vec<Outcome>,
    severities: Vec<Tally>,
    axis: Vec<Mark>,
    worst: Vec<Worst<'a>>,
    worst_more: usize,
    frameworks: Vec<FrameworkRow<'a>>,
    groups: Vec<Group<'a>>,
    incidents: Vec<IncidentRow<'a>>,
    exceptions: &'a [ExceptionInfo],
    drifts: Vec<DriftRow<'a>>,
    coverage: Vec<Log<'a>>,
    inputs: Inputs<'a>,
}

#[derive(Serialize)]
struct Gate<'a> {
    word: &'static str,
    exit_code: u8,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct Tally {
    name: &'static str,
    count: u64,
}

/// A failure in the summary.
#[derive(Serialize)]
struct Worst<'a> {
    uid: &'a str,
    control: &'a str,
    name: &'a str,
    severity: &'static str,
    message: &'a str,
    since: &'a str,
    bar: Option<Bar>,
    excepted: bool,
}

#[derive(Serialize)]
struct FrameworkRow<'a> {
    framework: &'a FrameworkInfo,
    failing: Vec<&'a RequirementInfo>,
    counts: Vec<Outcome>,
}

#[derive(Serialize)]
struct IncidentRow<'a> {
    incident: &'a Incident,
    actor: Vec<Fact>,
    behind: Vec<Behind<'a>>,
    proof: Proof<'a>,
}

#[derive(Serialize)]
struct Behind<'a> {
    uid: &'a str,
    told: String,
}

#[derive(Serialize)]
struct DriftRow<'a> {
    entity: &'a str,
    field: &'a str,
    replayed: String,
    observed: String,
    proof: Proof<'a>,
}

#[derive(Serialize)]
struct Log<'a> {
    account: &'a str,
    region: &'a str,
    events: String,
    grades: String,
    bar: Option<Bar>,
    holes: Vec<Hole>,
    holes_more: usize,
}

#[derive(Serialize)]
struct Hole {
    range: Range,
    long: Option<String>,
}

#[derive(Serialize)]
struct Inputs<'a> {
    files: Vec<Term>,
    records: Vec<Term>,
    observations: String,
    stored: String,
    decompressed: String,
    defects: &'a [DefectInfo],
    defects_found: usize,
    cited: Vec<&'a SourceFile>,
    sources: usize,
}

/// One term of a balance: the sum first.
#[derive(Serialize)]
struct Term {
    name: &'static str,
    count: String,
    some: bool,
}

impl<'a> Page<'a> {
    /// Of one report.
    pub fn of(report: &'a Report) -> Self {
        let mut shelf = Shelf::of(report);
        let failures = worst_first(report);
        let gate = &report.summary.gate;
        let by_severity = |s: Severity| report.summary.by_severity.get(&s).copied().unwrap_or(0);
        let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        Self {
            tool: &report.tool,
            run: &report.run,
            window_long: span(&report.run.window.from, &report.run.window.to),
            headline: headline(report),
            tone: tone(report),
            gate: Gate { word: gate_word(gate.exit_code), exit_code: gate.exit_code, reasons: &gate.reasons },
            counts: Outcome::all(&report.summary.by_status),
            severities: severities.map(|s| Tally { name: s.name(), count: by_severity(s) }).into(),
            axis: draw::marks(&report.run.window),
            worst: failures.iter().take(WORST).map(|verdict| worst(report, verdict)).collect(),
            worst_more: failures.len().saturating_sub(WORST),
            frameworks: report.frameworks.iter().map(framework).collect(),
            groups: groups(report, &mut shelf),
            incidents: incidents(report, &mut shelf),
            exceptions: &report.exceptions,
            drifts: report.drifts.iter().map(|drift| drift_row(drift, &mut shelf)).collect(),
            coverage: report.coverage.iter().map(|pair| log(&report.run.window, pair)).collect(),
            inputs: inputs(report),
        }
    }
}

fn framework(framework: &FrameworkInfo) -> FrameworkRow<'_> {
    let failing = framework.requirements.iter().filter(|r| r.status == Status::NonCompliant);
    FrameworkRow { framework, failing: failing.collect(), counts: Outcome::all(&framework.counts) }
}

fn headline(report: &Report) -> String {
    let by_status = |s: Status| report.summary.by_status.get(&s).copied().unwrap_or(0);
    let all = counted(report.summary.by_status.values().sum(), "verdict", "verdicts");
    let (failing, open) = (by_status(Status::NonCompliant), by_status(Status::InsufficientData));
    let worst = report.summary.by_severity.iter().rev().find(|(_, count)| **count > 0);
    match (failing, worst) {
        (0, _) if open > 0 => format!("None of {all} fails, {} cannot be decided", grouped(open)),
        (0, _) => format!("None of {all} fails"),
        (n, Some((severity, count))) if *count < n => {
            format!("{} of {all} fail, {} of them {}", grouped(n), grouped(*count), severity.name())
        }
        (1, Some((severity, _))) => format!("1 of {all} fails: {}", severity.name()),
        (n, Some((severity, _))) => format!("{} of {all} fail, all of them {}", grouped(n), severity.name()),
        (n, None) => format!("{} of {all} fail", grouped(n)),
    }
}

fn tone(report: &Report) -> &'static str {
    if report.summary.gate.exit_code == 0 { "passes" } else { "stops" }
}

fn worst<'a>(report: &'a Report, verdict: &'a Verdict) -> Worst<'a> {
    Worst {
        uid: &verdict.uid,
        control: &verdict.control,
        name: name(verdict),
        severity: verdict.severity.name(),
        message: &verdict.reason.message,
        since: &verdict.since,
        bar: draw::verdict(&report.run.window, &verdict.intervals, &[]),
        excepted: verdict.exception.is_some(),
    }
}

fn incidents<'a>(report: &'a Report, shelf: &mut Shelf<'a>) -> Vec<IncidentRow<'a>> {
    let verdicts: BTreeMap<&str, &Verdict> = report.verdicts.iter().map(|v| (v.uid.as_str(), v)).collect();
    let behind = |uid: &'a String| {
        let verdict = verdicts.get(uid.as_str());
        Behind { uid, told: verdict.map_or_else(|| uid.clone(), |v| format!("{} {}", v.control, name(v))) }
    };
    let row = |incident: &'a Incident| IncidentRow {
        incident,
        actor: facts(&incident.actor),
        behind: incident.verdicts.iter().map(behind).collect(),
        proof: shelf.proof(&incident.evidence),
    };
    report.incidents.iter().map(row).collect()
}

fn drift_row<'a>(drift: &'a Drift, shelf: &mut Shelf<'a>) -> DriftRow<'a> {
    DriftRow {
        entity: &drift.entity,
        field: &drift.field,
        replayed: drift.replayed.to_string(),
        observed: drift.observed.to_string(),
        proof: shelf.proof(&drift.evidence),
    }
}

fn log<'a>(window: &Range, pair: &'a PairCoverage) -> Log<'a> {
    let holes: Vec<GradedRange> = with_holes(window, pair).into_iter().filter(|s| s.grade == MISSING).collect();
    let hole = |hole: &GradedRange| Hole {
        range: Range { from: hole.from.clone(), to: hole.to.clone() },
        long: span(&hole.from, &hole.to),
    };
    let mut grades: Vec<&str> = pair.intervals.iter().map(|interval| interval.grade.as_str()).collect();
    grades.sort_unstable();
    grades.dedup();
    Log {
        account: &pair.account,
        region: &pair.region,
        events: counted(pair.events, "event", "events"),
        grades: grades.join(", "),
        bar: draw::coverage(window, pair),
        holes: holes.iter().take(HOLES).map(hole).collect(),
        holes_more: holes.len().saturating_sub(HOLES),
    }
}

fn inputs(report: &Report) -> Inputs<'_> {
    let inputs = &report.inputs;
    let term = |(name, count): (&'static str, u64)| Term { name, count: grouped(count), some: count > 0 };
    let (files, records) = (&inputs.files, &inputs.records);
    let files = [
        ("files found", files.found),
        ("read", files.read),
        ("defective", files.defective),
        ("not evidence", files.not_evidence),
    ];
    let records = [
        ("records read", records.read),
        ("used", records.used),
        ("counted only", records.counted_only),
        ("duplicate", records.duplicate),
        ("defective", records.defective),
    ];
    Inputs {
        files: files.map(term).into(),
        records: records.map(term).into(),
        observations: grouped(inputs.observations),
        stored: size(inputs.bytes.stored),
        decompressed: size(inputs.bytes.decompressed),
        defects: inputs.defects.get(..DEFECTS).unwrap_or(&inputs.defects),
        defects_found: inputs.defects.len(),
        cited: report.sources.iter().filter(|source| source.sha256.is_some()).collect(),
        sources: report.sources.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    fn told(statuses: [u64; 2], severities: &[(Severity, u64)]) -> String {
        let mut report = sample();
        report.summary.by_status =
            [(Status::NonCompliant, statuses[0]), (Status::InsufficientData, statuses[1])].into();
        report.summary.by_severity = severities.iter().copied().collect();
        headline(&report)
    }

    #[test]
    fn the_headline_names_the_worst() {
        let (high, low) = ((Severity::High, 2), (Severity::Low, 3));
        assert_eq!(told([5, 1], &[high, low]), "5 of 6 verdicts fail, 2 of them high");
        assert_eq!(told([2, 0], &[high]), "2 of 2 verdicts fail, all of them high");
        assert_eq!(told([1, 0], &[(Severity::Critical, 1)]), "1 of 1 verdict fails: critical");
        assert_eq!(told([0, 3], &[]), "None of 3 verdicts fails, 3 cannot be decided");
        assert_eq!(told([0, 0], &[]), "None of 0 verdicts fails");
    }
}
