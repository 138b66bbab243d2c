//! The report for a terminal: the answer first, then what fails, worst first, each with the records that prove it.
//!
//! Someone reads this at the end of a pipeline or in the middle of the night. So the first line says what the gate says
//! and for which time, every failure can be read on its own and carries what `explain` and `bundle` take, and the last
//! lines say again why the program exits as it does.

mod comparison;
pub(super) mod layout;
mod tables;

pub use comparison::comparison;

use super::cite::{Library, gate_word, name, worst_first};
use super::numbers::{counted, grouped, length};
use super::stretch::span;
use crate::report::wire::{EvidenceRef, Report, Run, Severity, Status, Verdict};
use anstyle::{AnsiColor, Style};
use layout::{Page, plain};
use std::collections::{BTreeMap, BTreeSet};

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// Columns of the terminal; at least 40 are used.
    pub width: usize,
    /// Whether to colour.
    pub colour: bool,
}

/// Citations shown of one verdict; the JSON and HTML forms have all of them.
const CITED: usize = 5;
/// Subjects shown of one reason for insufficient data.
const NAMED: usize = 5;
/// Steps shown of one incident.
const OF_INCIDENT: usize = 8;

/// The report as text, lines ending in a line feed.
pub fn text(report: &Report, options: &TextOptions) -> String {
    let mut page = Page::new(options.width, options.colour);
    let library = Library::of(report);
    answer(&mut page, report);
    failures(&mut page, report, &library);
    undecided(&mut page, report);
    comparison::changes(&mut page, report);
    tables::controls(&mut page, report);
    tables::frameworks(&mut page, report);
    tables::incidents(&mut page, report, &library);
    tables::exceptions(&mut page, report);
    tables::drifts(&mut page, report);
    tables::coverage(&mut page, report);
    tables::inputs(&mut page, report);
    gate(&mut page, report);
    page.finish()
}

/// The style of a failure of this severity.
pub(super) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Blue.on_default(),
    }
}

/// The style of a status.
pub(super) fn status(status: Status) -> Style {
    match status {
        Status::NonCompliant => AnsiColor::Red.on_default(),
        Status::InsufficientData => AnsiColor::Yellow.on_default(),
        Status::Compliant => AnsiColor::Green.on_default(),
        Status::NotApplicable => dim(),
    }
}

pub(super) fn dim() -> Style {
    Style::new().dimmed()
}

pub(super) fn bold() -> Style {
    Style::new().bold()
}

fn gate_style(exit_code: u8) -> Style {
    if exit_code == 0 { AnsiColor::Green.on_default().bold() } else { AnsiColor::Red.on_default().bold() }
}

fn answer(page: &mut Page, report: &Report) {
    let (run, code) = (&report.run, report.summary.gate.exit_code);
    let verdict = format!("{} (exit {code})", gate_word(code));
    let times = format!(" as of {}, window {} to {}", run.as_of, run.window.from, run.window.to);
    page.flow(0, 2, &[(gate_style(code), &verdict), (bold(), &times)]);
    let count = |s| report.summary.by_status.get(&s).copied().unwrap_or(0);
    let judged = format!(
        "{} of {}, {}",
        counted(report.summary.by_status.values().sum(), "verdict", "verdicts"),
        counted(length(&report.controls), "control", "controls"),
        chosen_by(&report.run),
    );
    page.flow(0, 2, &[(plain(), &judged)]);
    let told: Vec<(Style, String)> =
        [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable]
            .into_iter()
            .map(|s| (if count(s) > 0 { status(s) } else { dim() }, format!("{} {}", grouped(count(s)), s.name())))
            .collect();
    let severities = by_severity(report).map(|told| format!(" ({told})")).unwrap_or_default();
    let mut spans: Vec<(Style, &str)> = Vec::new();
    for (at, (style, text)) in told.iter().enumerate() {
        spans.extend((at > 0).then_some((plain(), ", ")));
        spans.push((*style, text));
        spans.extend((at == 0).then_some((plain(), severities.as_str())));
    }
    page.flow(0, 2, &spans);
}

fn chosen_by(run: &Run) -> String {
    match (&run.preset, &run.framework) {
        (Some(preset), _) => format!("preset {preset}"),
        (None, Some(framework)) => format!("framework {}", framework.name.as_deref().unwrap_or("without a name")),
        (None, None) => "no preset".into(),
    }
}

fn by_severity(report: &Report) -> Option<String> {
    let worst_first = report.summary.by_severity.iter().rev().filter(|(_, count)| **count > 0);
    let told: Vec<String> = worst_first.map(|(s, count)| format!("{} {}", grouped(*count), s.name())).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn failures(page: &mut Page, report: &Report, library: &Library) {
    let titles: BTreeMap<&str, &str> = report.controls.iter().map(|c| (c.id.as_str(), c.title.as_str())).collect();
    let failures = worst_first(report);
    if failures.is_empty() {
        return;
    }
    page.heading("Failures, worst first", Some(failures.len()));
    let alike = |a: &&Verdict, b: &&Verdict| a.control == b.control && a.severity == b.severity;
    for group in failures.chunk_by(alike) {
        let Some(first) = group.first() else { continue };
        let title = titles.get(first.control.as_str()).copied().unwrap_or_default();
        let label = format!("{}  {}", first.severity.name().to_uppercase(), first.control);
        page.blank();
        page.flow(0, 2, &[(severity(first.severity), &label), (bold(), "  "), (bold(), title)]);
        for verdict in group {
            failure(page, verdict, library);
        }
    }
}

fn failure(page: &mut Page, verdict: &Verdict, library: &Library) {
    page.blank();
    let (short, id) = (name(verdict), &verdict.subject.id);
    page.flow(2, 4, &[(bold(), short)]);
    if short != id {
        page.flow(4, 6, &[(plain(), id)]);
    }
    page.flow(4, 6, &[(plain(), &verdict.reason.message)]);
    if let Some(exception) = &verdict.exception {
        let excepted = format!("excepted until {} by {}: {}", exception.expires, exception.owner, exception.reason);
        page.flow(4, 6, &[(AnsiColor::Cyan.on_default(), &excepted)]);
    }
    let since = format!(
        "since {}  reason {}  confidence {}  uid {}",
        verdict.since, verdict.reason.code, verdict.confidence, verdict.uid
    );
    page.flow(4, 6, &[(dim(), &since)]);
    if let Some(told) = history(verdict, library) {
        page.flow(4, 6, &[(dim(), &told)]);
    }
    proof(page, &verdict.evidence, library, CITED);
}

/// How the verdict came out over the window, where it flipped.
fn history(verdict: &Verdict, library: &Library) -> Option<String> {
    let held = verdict.held?;
    let mut told = format!("held {} of the window", percent(held));
    if let Some(undecided) = verdict.undecided.filter(|share| *share > 0.0) {
        told = format!("{told}, undecided {}", percent(undecided));
    }
    let breaches = verdict.intervals.iter().filter(|i| i.status == Status::NonCompliant).count();
    told = format!("{told}, broken {}", counted(breaches as u64, "time", "times"));
    if let Some(breach) = verdict.longest_breach.as_ref().filter(|_| breaches > 1) {
        let long = span(&breach.from, &breach.to).unwrap_or_default();
        told = format!("{told}, longest {long} from {} to {}", breach.from, breach.to);
    }
    if let Some(cause) = verdict.intervals.last().and_then(|interval| interval.cause.as_ref()) {
        told = format!("{told}, last by {}", library.cite(cause).what);
    }
    Some(told)
}

/// `91.35 %`, out of a share with four decimals.
fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// The first citations, and how many there are besides.
fn proof(page: &mut Page, evidence: &[EvidenceRef], library: &Library, shown: usize) {
    for reference in evidence.iter().take(shown) {
        let cited = library.cite(reference);
        let head = format!("{}  {}", cited.when, cited.what);
        let note = if cited.note.is_empty() { String::new() } else { format!("  {}", cited.note) };
        page.flow(4, 8, &[(plain(), "· "), (bold(), &head), (plain(), &note)]);
        page.flow(8, 10, &[(dim(), &cited.place)]);
    }
    let more = evidence.len().saturating_sub(shown);
    if more > 0 {
        page.flow(4, 8, &[(dim(), &format!("… and {more} more"))]);
    }
}

fn undecided(page: &mut Page, report: &Report) {
    let mut missing: BTreeMap<&str, BTreeMap<(&str, &str), BTreeSet<&str>>> = BTreeMap::new();
    let open: Vec<&Verdict> = report.verdicts.iter().filter(|v| v.status == Status::InsufficientData).collect();
    for verdict in &open {
        let by_message = missing.entry(&verdict.reason.code).or_default();
        by_message.entry((&verdict.control, &verdict.reason.message)).or_default().insert(name(verdict));
    }
    if open.is_empty() {
        return;
    }
    page.heading("Insufficient data, by what is missing", Some(open.len()));
    for (code, by_message) in missing {
        page.blank();
        page.flow(2, 4, &[(status(Status::InsufficientData), code)]);
        for ((control, message), names) in by_message {
            let more = names.len().saturating_sub(NAMED);
            let mut told = names.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
            if more > 0 {
                told = format!("{told}, … and {more} more");
            }
            page.flow(4, 12, &[(bold(), &format!("{control}  ")), (plain(), &told)]);
            page.flow(12, 12, &[(plain(), message)]);
        }
    }
}

fn gate(page: &mut Page, report: &Report) {
    let gate = &report.summary.gate;
    page.blank();
    let word = format!("{} (exit {})", gate_word(gate.exit_code), gate.exit_code);
    page.flow(0, 2, &[(gate_style(gate.exit_code), &word)]);
    for reason in &gate.reasons {
        page.flow(2, 4, &[(plain(), "· "), (plain(), reason)]);
    }
}

#[cfg(test)]
mod tests;
