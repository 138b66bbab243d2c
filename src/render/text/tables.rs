//! The rest of the terminal report: how each control came out, who stood behind calls, what was read and how far it reaches.

use super::super::cite::{Library, name};
use super::super::numbers::{counted, grouped, size};
use super::super::stretch::{MISSING, span, with_holes};
use super::layout::{Cell, Page, Set, plain};
use super::{OF_INCIDENT, bold, dim, severity, status};
use crate::report::wire::{Files, GradedRange, Incident, PairCoverage, Records, Report, Status, Verdict};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;

/// Stretches shown of one account and Region.
const STRETCHES: usize = 12;
const DEFECTS: usize = 20;
const DRIFTS: usize = 5;

fn more(page: &mut Page, all: usize, shown: usize) {
    if all > shown {
        page.flow(2, 4, &[(dim(), &format!("… and {} more in the JSON report", all - shown))]);
    }
}

/// Controls × statuses.
pub fn controls(page: &mut Page, report: &Report) {
    page.heading("Controls", Some(report.controls.len()));
    let columns = [(Set::Left, "Control"), (Set::Left, "Severity"), (Set::Rest, "Title"), (Set::Right, "Fail")];
    let columns = [&columns[..], &[(Set::Right, "No data"), (Set::Right, "Pass"), (Set::Right, "N/a")]].concat();
    let shown = [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];
    let rows = report.controls.iter().map(|control| {
        let count = |s: Status| match control.counts.get(&s).copied().unwrap_or(0) {
            0 => (dim(), "·".to_string()),
            n => (status(s), grouped(n)),
        };
        let failing = control.counts.get(&Status::NonCompliant).is_some_and(|n| *n > 0);
        let base = if failing { severity(control.severity) } else { plain() };
        let head =
            [(bold(), control.id.clone()), (base, control.severity.name().into()), (plain(), control.title.clone())];
        head.into_iter().chain(shown.map(count)).collect::<Vec<Cell>>()
    });
    page.table(&columns, &rows.collect::<Vec<_>>());
}

/// Requirements of frameworks × statuses.
pub fn frameworks(page: &mut Page, report: &Report) {
    if report.frameworks.is_empty() {
        return;
    }
    page.heading("Requirements, by framework", Some(report.frameworks.len()));
    let columns = [(Set::Left, "Framework"), (Set::Rest, "Failing requirements"), (Set::Right, "Fail")];
    let columns = [&columns[..], &[(Set::Right, "No data"), (Set::Right, "Pass"), (Set::Right, "N/a")]].concat();
    let shown = [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];
    let rows = report.frameworks.iter().map(|framework| {
        let count = |s: Status| match framework.counts.get(&s).copied().unwrap_or(0) {
            0 => (dim(), "·".to_string()),
            n => (status(s), grouped(n)),
        };
        let failing = framework.requirements.iter().filter(|r| r.status == Status::NonCompliant);
        let failing = failing.map(|r| r.id.as_str()).collect::<Vec<_>>().join(", ");
        let head = [(bold(), framework.name.clone()), (plain(), failing)];
        head.into_iter().chain(shown.map(count)).collect::<Vec<Cell>>()
    });
    page.table(&columns, &rows.collect::<Vec<_>>());
    let notes = report.run.framework.iter().flat_map(|framework| &framework.notes);
    for note in notes {
        page.flow(2, 4, &[(dim(), "not as in AWS: "), (plain(), note)]);
    }
}

/// Who did what together, the worst first.
pub fn incidents(page: &mut Page, report: &Report, library: &Library) {
    if report.incidents.is_empty() {
        return;
    }
    page.heading("Incidents, worst first", Some(report.incidents.len()));
    let verdicts: BTreeMap<&str, &Verdict> = report.verdicts.iter().map(|v| (v.uid.as_str(), v)).collect();
    for incident in &report.incidents {
        page.blank();
        let events = counted(incident.count, "event", "events");
        let times = format!("  score {}, {events}, {} to {}", incident.score, incident.first, incident.last);
        page.flow(2, 4, &[(severity_of_kind(), &incident.kind), (plain(), &times)]);
        page.flow(4, 8, &[(dim(), "by "), (plain(), &actor(incident))]);
        for uid in &incident.verdicts {
            let behind =
                verdicts.get(uid.as_str()).map_or_else(|| uid.clone(), |v| format!("{} {}", v.control, name(v)));
            page.flow(4, 8, &[(dim(), "behind "), (plain(), &behind)]);
        }
        steps(page, incident, library);
        if let Some(hint) = &incident.hint {
            page.flow(4, 8, &[(dim(), "hint "), (plain(), hint)]);
        }
    }
}

/// What was done, in order; the JSON report has all of it.
fn steps(page: &mut Page, incident: &Incident, library: &Library) {
    for step in incident.steps.iter().take(OF_INCIDENT) {
        let told = format!("  {}  {}", step.outcome, step.by);
        page.flow(4, 8, &[(plain(), "· "), (bold(), &format!("{}  {}", step.time, step.what)), (plain(), &told)]);
        let place = usize::try_from(step.evidence).ok().and_then(|at| incident.evidence.get(at));
        if let Some(reference) = place {
            page.flow(8, 10, &[(dim(), &library.cite(reference).place)]);
        }
    }
    let rest = usize::try_from(incident.count).unwrap_or(usize::MAX).saturating_sub(OF_INCIDENT);
    if rest > 0 {
        page.flow(4, 8, &[(dim(), &format!("… and {rest} more"))]);
    }
}

fn severity_of_kind() -> Style {
    AnsiColor::Yellow.on_default().bold()
}

fn actor(incident: &Incident) -> String {
    let told = incident.actor.iter().map(|(key, value)| match value.as_str() {
        Some(text) => format!("{key} {text}"),
        None => format!("{key} {value}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Which failures are accepted, and for how long.
pub fn exceptions(page: &mut Page, report: &Report) {
    if report.exceptions.is_empty() {
        return;
    }
    page.heading("Exceptions", Some(report.exceptions.len()));
    for exception in &report.exceptions {
        let style = if exception.state == "active" { plain() } else { AnsiColor::Yellow.on_default() };
        let covers = format!(", covers {}, until {}, ", grouped(exception.matched), exception.expires);
        let reason = format!("{}: {}", exception.owner, exception.reason);
        let control = format!("{}  ", exception.control);
        page.flow(2, 4, &[(bold(), &control), (style, &exception.state), (plain(), &covers), (plain(), &reason)]);
        page.flow(4, 6, &[(dim(), &exception.subjects.join(", "))]);
        for broad in &exception.too_broad {
            page.flow(4, 6, &[(AnsiColor::Yellow.on_default(), "too broad: "), (plain(), broad)]);
        }
    }
}

/// How often a snapshot contradicts the log.
pub fn drifts(page: &mut Page, report: &Report) {
    if report.drifts.is_empty() {
        return;
    }
    page.heading("Drifts: a snapshot contradicts the log", Some(report.drifts.len()));
    for drift in report.drifts.iter().take(DRIFTS) {
        let values =
            format!(" {}: the log says {}, the snapshot shows {}", drift.field, drift.replayed, drift.observed);
        page.flow(2, 4, &[(plain(), &drift.entity), (plain(), &values)]);
    }
    more(page, report.drifts.len(), DRIFTS);
}

/// Where the log is known to be complete, and where not.
pub fn coverage(page: &mut Page, report: &Report) {
    page.heading("Coverage of the log, by account and Region", Some(report.coverage.len()));
    let columns =
        [(Set::Left, "Account"), (Set::Left, "Region"), (Set::Right, "Events"), (Set::Rest, "Known to be complete")];
    let rows: Vec<Vec<Cell>> =
        report.coverage.iter().flat_map(|pair| stretches(pair, &with_holes(&report.run.window, pair))).collect();
    page.table(&columns, &rows);
}

fn stretches(pair: &PairCoverage, stretches: &[GradedRange]) -> Vec<Vec<Cell>> {
    let hidden = stretches.len().saturating_sub(STRETCHES);
    let mut told: Vec<Cell> = stretches.iter().take(STRETCHES).map(stretch).collect();
    if hidden > 0 {
        told.push((dim(), format!("… and {hidden} more in the JSON report")));
    }
    let empty = || (plain(), String::new());
    let row = |(at, cell): (usize, Cell)| match at {
        0 => {
            vec![(plain(), pair.account.clone()), (plain(), pair.region.clone()), (plain(), grouped(pair.events)), cell]
        }
        _ => vec![empty(), empty(), empty(), cell],
    };
    told.into_iter().enumerate().map(row).collect()
}

fn stretch(stretch: &GradedRange) -> Cell {
    let times = format!("{} to {}", stretch.from, stretch.to);
    if stretch.grade == MISSING {
        let long = span(&stretch.from, &stretch.to).map(|long| format!(" of {long}")).unwrap_or_default();
        (AnsiColor::Red.on_default(), format!("{times}  HOLE{long}"))
    } else {
        (plain(), format!("{times}  {}", stretch.grade))
    }
}

/// How much was read, and that nothing was lost on the way.
pub fn inputs(page: &mut Page, report: &Report) {
    page.heading("Read", None);
    let (inputs, tool, run) = (&report.inputs, &report.tool, &report.run);
    let (stored, decompressed) = (size(inputs.bytes.stored), size(inputs.bytes.decompressed));
    let told = [
        ("files", files(&inputs.files)),
        ("records", records(&inputs.records)),
        ("snapshot rows", grouped(inputs.observations)),
        ("bytes", format!("{stored} stored, {decompressed} decompressed")),
        ("by", format!("{} {}, limits {}, config {}", tool.name, tool.version, run.limits, run.config_sha256)),
    ];
    for (label, told) in told {
        page.flow(2, 17, &[(dim(), &format!("{label:<15}")), (plain(), &told)]);
    }
    defects(page, report);
}

fn files(files: &Files) -> String {
    let [found, read, defective, other] = [files.found, files.read, files.defective, files.not_evidence].map(grouped);
    format!("{found} found = {read} read + {defective} defective + {other} not evidence")
}

fn records(records: &Records) -> String {
    let [read, used, counted_only] = [records.read, records.used, records.counted_only].map(grouped);
    let [duplicate, defective] = [records.duplicate, records.defective].map(grouped);
    format!("{read} read = {used} used + {counted_only} counted only + {duplicate} duplicate + {defective} defective")
}

fn defects(page: &mut Page, report: &Report) {
    let defects = &report.inputs.defects;
    if defects.is_empty() {
        return;
    }
    page.heading("Defects", Some(defects.len()));
    for defect in defects.iter().take(DEFECTS) {
        let record = defect.record.map(|record| format!("#{record}")).unwrap_or_default();
        page.flow(2, 4, &[(bold(), &format!("{}{record}", defect.path)), (plain(), ": "), (plain(), &defect.reason)]);
    }
    more(page, defects.len(), DEFECTS);
}
