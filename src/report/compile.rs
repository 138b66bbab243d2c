//! From judgements to the report: pointers become paths and positions, counts are taken, nothing is thought up.

use super::exceptions::{self, Exception};
use super::gate::Known;
use super::past::Past;
use super::wire::{
    Bytes, ControlInfo, CoverageRef, CoverageStretch, DefectInfo, Drift, EvidenceRef, Files, Gate, GradedRange, Inputs,
    PairCoverage, Range, Reason, RecordBody, RecordRef, Records, Report, RowRef, Run, RunFramework, SCHEMA, Severity,
    SourceFile, Status, Subject, Summary, Tool, Verdict,
};
use super::{bodies, estate, gate, incidents, past, rollup};
use crate::controls::Control;
use crate::controls::catalogue::Catalogue;
use crate::controls::engine::Judged;
use crate::controls::judgement::Judgement;
use crate::controls::params::Params;
use crate::controls::subject::Key;
use crate::evidence::{Cite, Evidence, Grade, Stretch};
use crate::ingest::{self, Log, Place, Said};
use crate::instant::{self, Instant};
use crate::world::World;
use crate::world::drift::Explanation;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A control with its parameters, its severity and its judgements.
pub struct Outcome<'c> {
    /// The control.
    pub control: &'c Control,
    /// The id under which it is reported.
    pub id: &'c str,
    /// Parameters in force.
    pub params: &'c Params,
    /// Base severity in force.
    pub severity: Severity,
    /// Its judgements.
    pub judged: Vec<Judged>,
}

/// What the report says of the run.
pub struct Frame<'a> {
    /// The instant of the verdicts.
    pub as_of: Instant,
    /// Where the window begins.
    pub window_from: Instant,
    /// Which provider limits apply.
    pub limits: &'a str,
    /// SHA-256 of the effective configuration.
    pub config_sha256: String,
    /// SHA-256 of what is judged.
    pub scope_sha256: String,
    /// The preset.
    pub preset: Option<String>,
    /// The framework of AWS Backup Audit Manager.
    pub framework: Option<RunFramework>,
    /// Frameworks of requirements.
    pub catalogues: &'a [Catalogue],
    /// The exceptions of the config.
    pub exceptions: &'a [Exception],
    /// When the gate does not pass.
    pub gate: gate::Terms,
    /// Bodies of cited records at most.
    pub max_records: usize,
}

/// Puts the report together.
pub fn compile(outcomes: &[Outcome<'_>], world: &World, log: &Log, frame: &Frame<'_>) -> Report {
    let each = outcomes.par_iter().flat_map(|o| o.judged.par_iter().map(move |judged| verdict(o, judged, log)));
    let mut verdicts: Vec<Verdict> = each.collect();
    let exceptions = exceptions::apply(frame.exceptions, &mut verdicts, frame.as_of);
    let all: Vec<(&str, &Judged)> = outcomes.iter().flat_map(|o| o.judged.iter().map(|j| (o.id, j))).collect();
    let window = (frame.window_from, frame.as_of);
    let incidents = incidents::group(incidents::Case { judged: &all, verdicts: &verdicts, world, log, window });
    let records = cited_bodies(&all, &verdicts, log, frame.max_records);
    let drifts: Vec<Drift> = world.drifts.iter().map(|drift| told_drift(drift, world, log)).collect();
    let gate = gate::weigh(&verdicts, log.defects.len(), frame.gate, &Known::default());
    let entities = estate::entities(world, log, frame.as_of);
    let spans = entities.iter().flat_map(|e| &e.attributes).flat_map(|a| &a.spans);
    let causes = verdicts.iter().flat_map(|v| &v.intervals).filter_map(|interval| interval.cause.as_ref());
    let evidence =
        verdicts.iter().flat_map(|v| &v.evidence).chain(drifts.iter().flat_map(|d| &d.evidence)).chain(causes);
    let cited = cited_sources(
        evidence
            .chain(incidents.iter().flat_map(|i| &i.evidence))
            .chain(spans.filter_map(|span| span.evidence.as_ref())),
    );
    let mut by_control: BTreeMap<&str, Vec<Status>> = BTreeMap::new();
    for verdict in &verdicts {
        by_control.entry(&verdict.control).or_default().push(verdict.status);
    }
    let statuses = |id| by_control.get(id).into_iter().flatten().copied();
    let controls: Vec<ControlInfo> = outcomes.iter().map(|o| control_info(o, counts(statuses(o.id)))).collect();
    Report {
        schema: SCHEMA.into(),
        tool: Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
        run: Run {
            as_of: instant::show(frame.as_of),
            window: Range { from: instant::show(frame.window_from), to: instant::show(frame.as_of) },
            preset: frame.preset.clone(),
            framework: frame.framework.clone(),
            limits: frame.limits.into(),
            config_sha256: frame.config_sha256.clone(),
            scope_sha256: frame.scope_sha256.clone(),
        },
        inputs: inputs(log),
        summary: summary(&verdicts, gate),
        coverage: coverage(world, frame),
        sources: sources(log, &cited),
        frameworks: rollup::frameworks(&controls, frame.catalogues),
        controls,
        verdicts,
        incidents,
        exceptions,
        records,
        drifts,
        comparison: None,
        history: Vec::new(),
        entities,
        copies: estate::copies(world, frame.window_from, frame.as_of),
    }
}

/// A short stable hash of some texts.
pub fn short_hash(parts: &[&str]) -> String {
    ingest::sha256(parts.join("\n").as_bytes()).get(..16).unwrap_or_default().to_owned()
}

fn verdict(outcome: &Outcome<'_>, judged: &Judged, log: &Log) -> Verdict {
    let Judged { subject, judgement, intervals, basis } = judged;
    let past = Past::of(intervals);
    let rule = &outcome.control.rule;
    let page = rule.reason(judgement.code).and_then(|reason| reason.severity);
    // A control with nothing to judge answers for itself.
    let id = if subject.key == Key::Control { outcome.id } else { subject.id.as_str() };
    Verdict {
        uid: short_hash(&[outcome.id, subject.kind, id]),
        control: outcome.id.to_owned(),
        subject: Subject {
            kind: subject.kind.into(),
            id: id.to_owned(),
            account: subject.account.as_ref().map(ToString::to_string),
            region: subject.region.as_ref().map(ToString::to_string),
            name: subject.name.clone(),
        },
        status: judgement.status,
        severity: judgement.severity.or(page).unwrap_or(outcome.severity),
        reason: Reason {
            code: judgement.code.into(),
            message: judgement.message.clone(),
            observed: judgement.observed.clone(),
            expected: judgement.expected.clone(),
        },
        since: intervals.last().map(|i| instant::show(i.from)).unwrap_or_default(),
        confidence: confidence(judgement, log).into(),
        intervals: past::ranges(intervals, log),
        evidence: references(&judgement.cites, basis, log),
        exception: None,
        held: past.held,
        undecided: past.undecided,
        longest_breach: past.longest_breach,
    }
}

/// What nothing weaker is said of rests on records, on snapshots, or on both: as the entries are that it cites.
fn confidence(judgement: &Judgement, log: &Log) -> &'static str {
    let entries = judgement.cites.iter().filter_map(|cite| match cite {
        Cite::Entry(evidence, _) => log.entry(*evidence),
        Cite::Coverage(..) => None,
    });
    let (records, rows): (Vec<_>, Vec<_>) = entries.partition(|entry| matches!(entry.said, Said::Record(_)));
    match (judgement.confidence, records.is_empty(), rows.is_empty()) {
        ("event", true, false) => "snapshot",
        ("event", false, false) => "both",
        (said, ..) => said,
    }
}

/// Each piece once: what the judge cites in order of time, what makes it a subject, and coverage.
fn references(cites: &[Cite], basis: &[Cite], log: &Log) -> Vec<EvidenceRef> {
    let (mut entries, mut ordered): (BTreeSet<Evidence>, Vec<&Cite>) = (BTreeSet::new(), Vec::new());
    for cite in cites {
        let is_new = match cite {
            Cite::Entry(evidence, _) => entries.insert(*evidence),
            Cite::Coverage(..) => !ordered.contains(&cite),
        };
        if is_new {
            ordered.push(cite);
        }
    }
    ordered.sort_by_key(|cite| match cite {
        Cite::Entry(evidence, _) => (0, Some(*evidence), None),
        Cite::Coverage(stretch, _) => (1, None, Some((*stretch).clone())),
    });
    let behind = ordered.partition_point(|cite| matches!(cite, Cite::Entry(..)));
    let is_new = |cite: &&Cite| matches!(cite, Cite::Entry(evidence, _) if !entries.contains(evidence));
    ordered.splice(behind..behind, basis.iter().filter(is_new));
    ordered.into_iter().filter_map(|cite| refer(cite, log)).collect()
}

/// A pointer as readers follow it.
pub fn refer(cite: &Cite, log: &Log) -> Option<EvidenceRef> {
    match cite {
        Cite::Coverage(stretch, note) => {
            Some(EvidenceRef::Coverage(CoverageRef { coverage: told_stretch(stretch), note: note.to_string() }))
        }
        Cite::Entry(evidence, note) => {
            let entry = log.entry(*evidence)?;
            let source = entry.source as u64;
            let note = note.to_string();
            Some(match (&entry.said, &entry.place) {
                (Said::Record(record), Place::Record(number)) => EvidenceRef::Record(RecordRef {
                    source,
                    record: *number,
                    event_id: record.id.clone(),
                    event_name: record.name.clone(),
                    time: instant::show(record.time),
                    note,
                }),
                (said, place) => EvidenceRef::Row(RowRef {
                    source,
                    pointer: if let Place::Pointer(pointer) = place { pointer.clone() } else { String::new() },
                    time: match said {
                        Said::Observation(row) => instant::show(row.captured_at),
                        Said::Record(record) => instant::show(record.time),
                        Said::Digest(digest) => instant::show(digest.end),
                    },
                    note,
                }),
            })
        }
    }
}

fn told_stretch(stretch: &Stretch) -> CoverageStretch {
    CoverageStretch {
        account: stretch.account.to_string(),
        region: stretch.region.to_string(),
        from: instant::show(stretch.from),
        to: instant::show(stretch.to),
        grade: grade(stretch.grade).into(),
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Proven => "proven",
        Grade::Asserted => "asserted",
        Grade::Inferred => "inferred",
        Grade::Missing => "missing",
    }
}

pub(super) fn told_drift(drift: &crate::world::drift::Drift, world: &World, log: &Log) -> Drift {
    let [replayed, observed] = drift.evidence;
    let explanation = Explanation::of(drift.pair.as_ref(), drift.between, &world.coverage);
    let cites = [Cite::Entry(replayed, "replayed".into()), Cite::Entry(observed, "observed".into())];
    Drift {
        entity: drift.entity.clone(),
        field: drift.field.into(),
        replayed: drift.replayed.clone(),
        observed: drift.observed.clone(),
        explanation: explanation.said().into(),
        evidence: cites.iter().filter_map(|cite| refer(cite, log)).collect(),
    }
}

fn inputs(log: &Log) -> Inputs {
    Inputs {
        files: Files {
            found: log.files.found,
            read: log.files.read,
            defective: log.files.defective,
            not_evidence: log.files.not_evidence,
        },
        observations: log.observations,
        records: Records {
            read: log.records.read,
            used: log.records.used,
            counted_only: log.records.counted_only,
            duplicate: log.records.duplicate,
            defective: log.records.defective,
        },
        bytes: Bytes { stored: log.stored, decompressed: log.decompressed },
        defects: log
            .defects
            .iter()
            .map(|d| DefectInfo { path: d.path.clone(), record: d.record, reason: d.reason.clone() })
            .collect(),
    }
}

fn counts(verdicts: impl Iterator<Item = Status>) -> BTreeMap<Status, u64> {
    let mut counts: BTreeMap<Status, u64> = Status::ALL.into_iter().map(|status| (status, 0)).collect();
    for status in verdicts {
        *counts.entry(status).or_default() += 1;
    }
    counts
}

fn summary(verdicts: &[Verdict], gate: Gate) -> Summary {
    let mut by_severity: BTreeMap<Severity, u64> =
        [Severity::Low, Severity::Medium, Severity::High, Severity::Critical].into_iter().map(|s| (s, 0)).collect();
    for verdict in verdicts.iter().filter(|v| v.status == Status::NonCompliant) {
        *by_severity.entry(verdict.severity).or_default() += 1;
    }
    Summary { by_status: counts(verdicts.iter().map(|v| v.status)), by_severity, gate }
}

fn coverage(world: &World, frame: &Frame<'_>) -> Vec<PairCoverage> {
    let told = |stretch: &Stretch| GradedRange {
        from: instant::show(stretch.from),
        to: instant::show(stretch.to),
        grade: grade(stretch.grade).into(),
    };
    let pairs = world.coverage.pairs();
    pairs
        .map(|(pair, events)| PairCoverage {
            account: pair.0.to_string(),
            region: pair.1.to_string(),
            intervals: world.coverage.stretches(pair, frame.window_from, frame.as_of).iter().map(told).collect(),
            events,
        })
        .collect()
}

pub(super) fn cited_sources<'a>(evidence: impl Iterator<Item = &'a EvidenceRef>) -> BTreeSet<u64> {
    evidence
        .filter_map(|e| match e {
            EvidenceRef::Record(record) => Some(record.source),
            EvidenceRef::Row(row) => Some(row.source),
            EvidenceRef::Coverage(_) => None,
        })
        .collect()
}

pub(super) fn sources(log: &Log, cited: &BTreeSet<u64>) -> Vec<SourceFile> {
    let each = log.sources.par_iter().enumerate().map(|(id, source)| {
        let id = id as u64;
        SourceFile {
            id,
            path: source.path.clone(),
            sha256: cited.contains(&id).then(|| source.stored_sha256()).flatten(),
            kind: source.kind.name().into(),
            captured_at: source.captured_at.map(instant::show),
            saved_in: source.saved_in.clone(),
        }
    });
    each.collect()
}

fn control_info(outcome: &Outcome<'_>, counts: BTreeMap<Status, u64>) -> ControlInfo {
    let rule = &outcome.control.rule;
    let mut mappings = rule.mappings.clone();
    mappings.sort();
    ControlInfo {
        id: outcome.id.to_owned(),
        name: rule.name.clone(),
        title: rule.title.clone(),
        family: rule.family.clone(),
        description: rule.description.trim().to_owned(),
        remediation: rule.remediation.trim().to_owned(),
        severity: outcome.severity,
        parameters: outcome.params.all().clone(),
        mappings,
        counts,
    }
}

/// The bodies that failures cite, the worst failures' first up to the limit, then in the order of files.
fn cited_bodies(judged: &[(&str, &Judged)], verdicts: &[Verdict], log: &Log, limit: usize) -> Vec<RecordBody> {
    let mut failed: Vec<(&Verdict, &Judged)> = judged
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| verdict.status == Status::NonCompliant)
        .map(|((_, judged), verdict)| (verdict, *judged))
        .collect();
    failed.sort_by(|(a, _), (b, _)| {
        (b.severity, &a.control, &a.subject.id).cmp(&(a.severity, &b.control, &b.subject.id))
    });
    let mut chosen: BTreeSet<Evidence> = BTreeSet::new();
    for cite in failed.iter().flat_map(|(_, judged)| judged.judgement.cites.iter().chain(&judged.basis)) {
        if let Cite::Entry(evidence, _) = cite
            && chosen.len() < limit
        {
            chosen.insert(*evidence);
        }
    }
    let mut entries: Vec<_> = chosen.into_iter().filter_map(|evidence| log.entry(evidence)).collect();
    entries.sort_by(|a, b| (a.source, &a.place).cmp(&(b.source, &b.place)));
    entries
        .into_iter()
        .filter(|entry| !entry.body().is_null())
        .map(|entry| RecordBody {
            source: entry.source as u64,
            record: if let Place::Record(number) = entry.place { Some(number) } else { None },
            pointer: if let Place::Pointer(pointer) = &entry.place { Some(pointer.clone()) } else { None },
            body: bodies::cut(entry.body().into_owned()),
        })
        .collect()
}
