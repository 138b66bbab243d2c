//! Verdicts on the page: grouped by control, the failing ones open to view, the others folded away.

use super::super::cite::name;
use super::super::numbers::grouped;
use super::draw::{self, Bar};
use super::record::{Proof, Shelf};
use crate::report::wire::{
    ControlInfo, EvidenceRef, ExceptionRef, Mapping, Report, Severity, Status, StatusRange, Subject, Verdict,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The order on the page: what needs attention first.
pub const ORDER: [Status; 4] =
    [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];

/// A status with its class, its words and a count.
#[derive(Serialize)]
pub struct Outcome {
    /// As in JSON.
    pub status: &'static str,
    /// As in the style.
    pub class: &'static str,
    /// In plain letters.
    pub label: &'static str,
    /// How many.
    pub count: u64,
    /// How many, as it is shown.
    pub told: String,
}

impl Outcome {
    /// All four.
    pub fn all(counts: &BTreeMap<Status, u64>) -> Vec<Self> {
        let outcome = |s: Status| {
            let count = counts.get(&s).copied().unwrap_or(0);
            Self { status: s.name(), class: draw::class(s), label: draw::say(s), count, told: grouped(count) }
        };
        ORDER.map(outcome).into()
    }
}

/// A verdict as the template sees it.
#[derive(Serialize)]
pub struct Row<'a> {
    uid: &'a str,
    control: &'a str,
    name: &'a str,
    subject: &'a Subject,
    status: &'static str,
    class: &'static str,
    label: &'static str,
    severity: &'static str,
    code: &'a str,
    message: &'a str,
    observed: Vec<Fact>,
    expected: Vec<Fact>,
    since: &'a str,
    confidence: &'a str,
    held: Option<String>,
    bar: Option<Bar>,
    intervals: Vec<Interval<'a>>,
    proof: Proof<'a>,
    exception: Option<&'a ExceptionRef>,
}

/// A named value.
#[derive(Serialize)]
pub struct Fact {
    name: String,
    value: String,
}

/// Members as name and value, strings bare.
pub fn facts(members: &Map<String, Value>) -> Vec<Fact> {
    let bare = |value: &Value| value.as_str().map_or_else(|| value.to_string(), String::from);
    members.iter().map(|(name, value)| Fact { name: name.clone(), value: bare(value) }).collect()
}

#[derive(Serialize)]
struct Interval<'a> {
    from: &'a str,
    to: &'a str,
    class: &'static str,
    label: &'static str,
    long: Option<String>,
}

/// A control with its verdicts.
#[derive(Serialize)]
pub struct Group<'a> {
    id: &'a str,
    info: Option<Info<'a>>,
    counts: Vec<Outcome>,
    /// Whether something fails or is undecided.
    attention: bool,
    /// Failing and undecided.
    open: Vec<Row<'a>>,
    /// The others, by status.
    folded: Vec<Folded<'a>>,
}

#[derive(Serialize)]
struct Info<'a> {
    name: &'a str,
    title: &'a str,
    family: &'a str,
    severity: &'static str,
    parameters: Vec<Fact>,
    mappings: &'a [Mapping],
}

#[derive(Serialize)]
struct Folded<'a> {
    class: &'static str,
    label: &'static str,
    rows: Vec<Row<'a>>,
}

/// One verdict.
pub fn row<'a>(report: &'a Report, verdict: &'a Verdict, shelf: &mut Shelf<'a>) -> Row<'a> {
    let window = &report.run.window;
    let records: Vec<String> = verdict.evidence.iter().filter_map(instant).collect();
    Row {
        uid: &verdict.uid,
        control: &verdict.control,
        name: name(verdict),
        subject: &verdict.subject,
        status: verdict.status.name(),
        class: draw::class(verdict.status),
        label: draw::say(verdict.status),
        severity: verdict.severity.name(),
        code: &verdict.reason.code,
        message: &verdict.reason.message,
        observed: facts(&verdict.reason.observed),
        expected: facts(&verdict.reason.expected),
        since: &verdict.since,
        confidence: &verdict.confidence,
        held: draw::held(window, &verdict.intervals),
        bar: draw::verdict(window, &verdict.intervals, &records),
        intervals: verdict.intervals.iter().map(interval).collect(),
        proof: shelf.proof(&verdict.evidence),
        exception: verdict.exception.as_ref(),
    }
}

fn instant(evidence: &EvidenceRef) -> Option<String> {
    match evidence {
        EvidenceRef::Record(record) => Some(record.time.clone()),
        EvidenceRef::Row(row) => Some(row.time.clone()),
        EvidenceRef::Coverage(_) => None,
    }
}

fn interval(range: &StatusRange) -> Interval<'_> {
    Interval {
        from: &range.from,
        to: &range.to,
        class: draw::class(range.status),
        label: draw::say(range.status),
        long: super::super::stretch::span(&range.from, &range.to),
    }
}

/// All controls, those with the worst failures first.
pub fn groups<'a>(report: &'a Report, shelf: &mut Shelf<'a>) -> Vec<Group<'a>> {
    let infos: BTreeMap<&str, &ControlInfo> = report.controls.iter().map(|c| (c.id.as_str(), c)).collect();
    let mut judged: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in &report.verdicts {
        judged.entry(&verdict.control).or_default().push(verdict);
    }
    let mut ids: Vec<&str> = infos.keys().chain(judged.keys()).copied().collect::<BTreeSet<_>>().into_iter().collect();
    ids.sort_by_key(|id| (Reverse(worst(judged.get(id))), *id));
    ids.into_iter()
        .map(|id| group(report, id, infos.get(id).copied(), judged.remove(id).unwrap_or_default(), shelf))
        .collect()
}

/// The worst failure not excepted, then any failure, then anything undecided.
fn worst(verdicts: Option<&Vec<&Verdict>>) -> Option<(Status, bool, Severity)> {
    let rank = |v: &&Verdict| match v.status {
        Status::NonCompliant => Some((Status::InsufficientData, v.exception.is_none(), v.severity)),
        Status::InsufficientData => Some((Status::NonCompliant, false, v.severity)),
        Status::Compliant | Status::NotApplicable => None,
    };
    verdicts?.iter().filter_map(rank).max()
}

fn group<'a>(
    report: &'a Report,
    id: &'a str,
    info: Option<&'a ControlInfo>,
    mut verdicts: Vec<&'a Verdict>,
    shelf: &mut Shelf<'a>,
) -> Group<'a> {
    verdicts.sort_by_key(|v| (Reverse(v.severity), v.exception.is_some(), &v.subject.id));
    let mut counts: BTreeMap<Status, u64> = BTreeMap::new();
    for verdict in &verdicts {
        *counts.entry(verdict.status).or_default() += 1;
    }
    let mut rows = |status: Status| -> Vec<Row<'a>> {
        verdicts.iter().filter(|v| v.status == status).map(|v| row(report, v, shelf)).collect()
    };
    let open: Vec<Row> = [Status::NonCompliant, Status::InsufficientData].into_iter().flat_map(&mut rows).collect();
    let folded = [Status::Compliant, Status::NotApplicable].into_iter();
    let folded = folded.map(|s| Folded { class: draw::class(s), label: draw::say(s), rows: rows(s) });
    let folded = folded.filter(|fold| !fold.rows.is_empty()).collect();
    Group { id, info: info.map(Info::of), counts: Outcome::all(&counts), attention: !open.is_empty(), open, folded }
}

impl<'a> Info<'a> {
    fn of(control: &'a ControlInfo) -> Self {
        Self {
            name: &control.name,
            title: &control.title,
            family: &control.family,
            severity: control.severity.name(),
            parameters: facts(&control.parameters),
            mappings: &control.mappings,
        }
    }
}
