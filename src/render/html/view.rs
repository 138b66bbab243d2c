//! The first screen as the template sees it: the answer, ordered, counted and placed on the time axis.
//!
//! It reads without JavaScript. The template decides how it looks and knows no arithmetic; nothing here is new to a
//! reader of the JSON.

use super::super::changes::Changes;
use super::super::cite::{gate_word, name, worst_first};
use super::super::numbers::{counted, grouped, size};
use super::super::stretch::{MISSING, span, with_holes};
use super::draw::{self, Bar, Mark, ORDER};
use super::missing::{Missing, missing};
use super::score::{Score, score, worst_status};
use super::trend::{Since, Trend, since, trend};
use crate::report::wire::{
    Change, ControlInfo, DefectInfo, Drift, ExceptionInfo, FrameworkInfo, GradedRange, Incident, PairCoverage, Range,
    Report, RequirementInfo, Run, Severity, Status, Tool, Verdict,
};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Failures drawn.
const WORST: usize = 12;
/// Missing logs and snapshots listed.
const CAUSES: usize = 12;
/// Logs drawn, those with holes first.
const LOGS: usize = 40;
/// Defects, drifts, exceptions and incidents listed.
const LISTED: usize = 100;
/// Holes of one log listed.
const HOLES: usize = 5;

/// Everything that the template reads.
#[derive(Serialize)]
pub struct Page<'a> {
    tool: &'a Tool,
    run: &'a Run,
    window_long: Option<String>,
    headline: String,
    tone: &'static str,
    gate: Gate<'a>,
    score: Score,
    trend: Option<Trend<'a>>,
    since: Option<Since<'a>>,
    counts: Vec<Outcome>,
    severities: Vec<Tally>,
    axis: Vec<Mark>,
    worst: Vec<Worst<'a>>,
    worst_more: usize,
    missing: Vec<Missing<'a>>,
    missing_more: usize,
    controls: Vec<ControlRow<'a>>,
    frameworks: Vec<FrameworkRow<'a>>,
    incidents: Listed<IncidentRow<'a>>,
    exceptions: Listed<&'a ExceptionInfo>,
    drifts: Listed<DriftRow<'a>>,
    coverage: Listed<Log<'a>>,
    inputs: Inputs<'a>,
    /// Whether the report has what these views show.
    vaults: bool,
    sessions: bool,
}

/// The first of a list.
#[derive(Serialize)]
pub struct Listed<T> {
    first: Vec<T>,
    all: String,
    more: usize,
}

impl<T> Listed<T> {
    /// So many of them.
    pub fn of(items: impl ExactSizeIterator<Item = T>, most: usize) -> Self {
        let all = items.len();
        Self { first: items.take(most).collect(), all: grouped(all as u64), more: all.saturating_sub(most) }
    }
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

/// A status with its class, its words and a count.
#[derive(Serialize)]
struct Outcome {
    status: &'static str,
    class: &'static str,
    label: &'static str,
    count: u64,
    told: String,
}

impl Outcome {
    /// All four.
    fn all(counts: &BTreeMap<Status, u64>) -> Vec<Self> {
        let outcome = |s: Status| {
            let count = counts.get(&s).copied().unwrap_or(0);
            Self { status: s.name(), class: draw::class(s), label: draw::say(s), count, told: grouped(count) }
        };
        ORDER.map(outcome).into()
    }
}

/// A failure.
#[derive(Serialize)]
struct Worst<'a> {
    control: &'a str,
    subject: &'a str,
    name: &'a str,
    severity: &'static str,
    message: &'a str,
    since: &'a str,
    bar: Option<Bar>,
    excepted: bool,
    /// What became of it since the baseline, if it changed.
    change: Option<&'static str>,
}

#[derive(Serialize)]
struct ControlRow<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    class: &'static str,
    counts: Vec<Outcome>,
}

#[derive(Serialize)]
struct FrameworkRow<'a> {
    framework: &'a FrameworkInfo,
    class: &'static str,
    failing: Vec<&'a RequirementInfo>,
    counts: Vec<Outcome>,
}

#[derive(Serialize)]
struct IncidentRow<'a> {
    incident: &'a Incident,
    kind: String,
    who: &'a str,
}

#[derive(Serialize)]
struct DriftRow<'a> {
    drift: &'a Drift,
    replayed: String,
    observed: String,
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
    defects: Listed<&'a DefectInfo>,
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
        let (failures, changes) = (worst_first(report), Changes::of(report));
        let mut causes = missing(report);
        let missing_more = causes.len().saturating_sub(CAUSES);
        causes.truncate(CAUSES);
        let gate = &report.summary.gate;
        let by_severity = |s: Severity| report.summary.by_severity.get(&s).copied().unwrap_or(0);
        let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        let known = |kind: &str| report.entities.iter().any(|entity| entity.kind == kind);
        Self {
            tool: &report.tool,
            run: &report.run,
            window_long: span(&report.run.window.from, &report.run.window.to),
            headline: headline(report),
            tone: tone(report),
            gate: Gate { word: gate_word(gate.exit_code), exit_code: gate.exit_code, reasons: &gate.reasons },
            score: score(report),
            trend: trend(report),
            since: since(report),
            counts: Outcome::all(&report.summary.by_status),
            severities: severities.map(|s| Tally { name: s.name(), count: by_severity(s) }).into(),
            axis: draw::marks(&report.run.window),
            worst: failures.iter().take(WORST).map(|verdict| worst(report, verdict, &changes)).collect(),
            worst_more: failures.len().saturating_sub(WORST),
            missing: causes,
            missing_more,
            controls: controls(report),
            frameworks: report.frameworks.iter().map(framework).collect(),
            incidents: Listed::of(report.incidents.iter().map(incident), LISTED),
            exceptions: Listed::of(report.exceptions.iter(), LISTED),
            drifts: Listed::of(report.drifts.iter().map(drift), LISTED),
            coverage: logs(report),
            inputs: inputs(report),
            vaults: known("vault"),
            sessions: known("session") || known("team"),
        }
    }
}

/// The controls that need attention first.
fn controls(report: &Report) -> Vec<ControlRow<'_>> {
    let mut all: Vec<&ControlInfo> = report.controls.iter().collect();
    all.sort_by_key(|control| (draw::rank(worst_status(control)), Reverse(control.severity), &control.id));
    let row = |control: &'_ ControlInfo| -> (&'static str, Vec<Outcome>) {
        (draw::class(worst_status(control)), Outcome::all(&control.counts))
    };
    let told = all.into_iter().map(|control| {
        let (class, counts) = row(control);
        ControlRow { id: &control.id, title: &control.title, severity: control.severity.name(), class, counts }
    });
    told.collect()
}

fn framework(framework: &FrameworkInfo) -> FrameworkRow<'_> {
    let failing = framework.requirements.iter().filter(|r| r.status == Status::NonCompliant);
    let class = draw::class(framework.status);
    FrameworkRow { framework, class, failing: failing.collect(), counts: Outcome::all(&framework.counts) }
}

fn incident(incident: &Incident) -> IncidentRow<'_> {
    let who = ["principal", "service", "account"].iter().find_map(|key| incident.actor.get(*key)?.as_str());
    IncidentRow { incident, kind: incident.kind.replace('_', " "), who: who.unwrap_or("unknown") }
}

fn drift(drift: &Drift) -> DriftRow<'_> {
    DriftRow { drift, replayed: drift.replayed.to_string(), observed: drift.observed.to_string() }
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

fn worst<'a>(report: &'a Report, verdict: &'a Verdict, changes: &Changes<'_>) -> Worst<'a> {
    Worst {
        control: &verdict.control,
        subject: &verdict.subject.id,
        name: name(verdict),
        severity: verdict.severity.name(),
        message: &verdict.reason.message,
        since: &verdict.since,
        bar: draw::verdict(&report.run.window, &verdict.intervals),
        excepted: verdict.exception.is_some(),
        change: changes.change(&verdict.uid).filter(|change| *change != Change::Unchanged).map(Change::name),
    }
}

/// The logs, those with holes first.
fn logs(report: &Report) -> Listed<Log<'_>> {
    let mut pairs: Vec<&PairCoverage> = report.coverage.iter().collect();
    let whole = |pair: &PairCoverage| !with_holes(&report.run.window, pair).iter().any(|s| s.grade == MISSING);
    if pairs.len() > LOGS {
        pairs.sort_by_key(|pair| whole(pair));
    }
    Listed::of(pairs.into_iter().map(|pair| log(&report.run.window, pair)), LOGS)
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
        defects: Listed::of(inputs.defects.iter(), LISTED),
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
