//! The renderers from outside: what a user sees of one report with failures, holes and hostile names.

mod advised;
mod aws;
mod changed;
mod documented;
pub mod hostile;
mod mapping;
mod saved;
mod schemas;
mod shown;

use crate::support::audit;
use serde_json::Value;
use std::sync::LazyLock;
use vaultrail::render::{File, Format, TextOptions, render};
use vaultrail::report::comparison::compare;
use vaultrail::report::history::line;
use vaultrail::report::wire::{EvidenceRef, ExceptionRef, Report, Severity, Status, Verdict};

const OPTIONS: TextOptions = TextOptions { width: 100, colour: false };

/// The report on the estate.
static ESTATE: LazyLock<Report> =
    LazyLock::new(|| audit(&["fixtures/estate", "--config", "fixtures/estate/vaultrail.toml"]).unwrap());

/// A report of a small estate, with names that try to do harm.
fn sample() -> Report {
    serde_json::from_str(include_str!("sample.json")).unwrap()
}

/// All formats but HTML, of which a page of thousands of verdicts takes a while.
fn machine() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| *format != Format::Html)
}

fn files() -> impl Iterator<Item = &'static File> {
    machine().flat_map(Format::files)
}

/// One file of a report, by its name.
fn file(report: &Report, name: &str) -> String {
    let file = files().find(|file| file.name == name).unwrap();
    let mut bytes = Vec::new();
    file.write(report, &OPTIONS.into(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn json(report: &Report, name: &str) -> Value {
    serde_json::from_str(&file(report, name)).unwrap()
}

fn rendered(format: Format) -> String {
    String::from_utf8(render(format, &sample(), &OPTIONS).unwrap()).unwrap()
}

fn source(evidence: &EvidenceRef) -> Option<u64> {
    match evidence {
        EvidenceRef::Record(record) => Some(record.source),
        EvidenceRef::Row(row) => Some(row.source),
        EvidenceRef::Coverage(_) => None,
    }
}

/// A small report of the estate: one verdict of each status, one excepted, and one incident.
fn small() -> Report {
    let mut report = ESTATE.clone();
    let first = |control: &str, status| {
        let found = ESTATE.verdicts.iter().find(|v| v.control == control && v.status == status);
        found.unwrap_or_else(|| panic!("the estate has no {status:?} of {control}")).clone()
    };
    let mut excepted: Verdict = first("APR-02", Status::NonCompliant);
    excepted.exception = Some(ExceptionRef {
        reason: "one approver is being replaced".into(),
        owner: "backup-team".into(),
        expires: "2026-12-31".into(),
    });
    report.verdicts = vec![
        excepted,
        first("CPY-01", Status::Compliant),
        first("CPY-05", Status::NotApplicable),
        first("ENC-02", Status::InsufficientData),
        first("SHR-03", Status::NonCompliant),
    ];
    let behind = &report.verdicts[4].uid;
    report.incidents.retain(|incident| incident.verdicts == [behind.clone()]);
    report.controls.retain(|control| report.verdicts.iter().any(|verdict| verdict.control == control.id));
    for control in &mut report.controls {
        for (status, count) in &mut control.counts {
            let of = report.verdicts.iter().filter(|v| v.control == control.id && v.status == *status);
            *count = of.count() as u64;
        }
    }
    for (status, count) in &mut report.summary.by_status {
        *count = report.verdicts.iter().filter(|v| v.status == *status).count() as u64;
    }
    let failed =
        |s: Severity| report.verdicts.iter().filter(move |v| v.status == Status::NonCompliant && v.severity == s);
    for (severity, count) in &mut report.summary.by_severity {
        *count = failed(*severity).count() as u64;
    }
    (report.frameworks, report.drifts, report.records) = (Vec::new(), Vec::new(), Vec::new());
    let cited: Vec<u64> = report.verdicts.iter().flat_map(|verdict| &verdict.evidence).filter_map(source).collect();
    report.sources.retain(|source| cited.contains(&source.id));
    report
}

/// The same held against an earlier one, with a history: of its verdicts the first is as before, the second was mended, the
/// third is there for the first time, the fourth cannot be decided any more, the fifth fails anew; a sixth is gone.
fn compared() -> Report {
    let (mut report, mut old) = (small(), small());
    let mut gone = old.verdicts[2].clone();
    (gone.uid, gone.subject.id) = ("0000000000000000".into(), "gone".into());
    old.verdicts[1].status = Status::NonCompliant;
    old.verdicts[3].status = Status::Compliant;
    old.verdicts[4].status = Status::Compliant;
    old.verdicts[2] = gone;
    old.run.as_of = "2026-10-16T00:00:00Z".into();
    report.comparison = Some(compare(&old, &report));
    let mut runs = vec![line(&old), line(&report)];
    runs[0].by_status.insert(Status::NonCompliant, 1);
    report.history = runs;
    report
}

#[test]
fn a_report_on_a_terminal() {
    insta::assert_snapshot!(rendered(Format::Text));
}

#[test]
fn every_form_is_text_that_ends_in_a_line_feed() {
    for format in Format::ALL {
        let text = rendered(format);
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{format:?}");
    }
}
