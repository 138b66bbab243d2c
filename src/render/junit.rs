//! JUnit XML, as Jenkins' schema has it and GitLab, Azure DevOps and CodeBuild read it: a suite for each family of controls, a
//! test case for each verdict.
//!
//! | verdict | test case |
//! |---|---|
//! | COMPLIANT | passes |
//! | NON_COMPLIANT | `failure`; under an exception `skipped` with its reason |
//! | INSUFFICIENT_DATA | `error`, or `skipped` if asked for |
//! | NOT_APPLICABLE | `skipped` |
//!
//! Where there is a baseline each suite has as properties what it is and what became of all verdicts since, and a test case
//! whose verdict changed says so as its output. The schema has no properties of a test case.
//!
//! Hidden characters are spelled out, so that nothing is in the file that XML 1.0 does not allow.

use super::changes::{Changes, counts as changed};
use super::cite::Library;
use super::visible::{short, visible};
use crate::report::wire::{Report, Status, Verdict};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Characters of a name or message; some readers keep no more.
const LONGEST: usize = 4_000;
/// Citations of one verdict; the JSON has all of them.
const CITED: usize = 10;

/// How a test case ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped,
}

impl Outcome {
    fn of(verdict: &Verdict, skip_undecided: bool) -> Self {
        match verdict.status {
            Status::Compliant => Self::Passed,
            Status::NonCompliant if verdict.exception.is_none() => Self::Failure,
            Status::InsufficientData if !skip_undecided => Self::Error,
            Status::NonCompliant | Status::InsufficientData | Status::NotApplicable => Self::Skipped,
        }
    }

    /// The element that says so.
    fn element(self) -> Option<&'static str> {
        match self {
            Self::Passed => None,
            Self::Failure => Some("failure"),
            Self::Error => Some("error"),
            Self::Skipped => Some("skipped"),
        }
    }
}

/// Writes the report; `skip_undecided`: INSUFFICIENT_DATA is skipped and no error.
pub(super) fn write(report: &Report, skip_undecided: bool, out: &mut dyn Write) -> io::Result<()> {
    let families: BTreeMap<&str, &str> =
        report.controls.iter().map(|control| (control.id.as_str(), control.family.as_str())).collect();
    let mut suites: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in &report.verdicts {
        let family = families.get(verdict.control.as_str()).copied().unwrap_or("unknown");
        suites.entry(family).or_default().push(verdict);
    }
    let all: Vec<&Verdict> = report.verdicts.iter().collect();
    let told = Told { report, skip_undecided, library: Library::of(report), changes: Changes::of(report) };
    let mut xml = Writer::new(out);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    line(&mut xml, 0)?;
    let mut top = BytesStart::new("testsuites");
    top.push_attribute(("name", report.tool.name.as_str()));
    counts(&mut top, &all, skip_undecided, false);
    xml.write_event(Event::Start(top))?;
    for (family, verdicts) in suites {
        suite(&mut xml, (family, &verdicts), &told)?;
    }
    line(&mut xml, 0)?;
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    line(&mut xml, 0)
}

/// A new line, indented; what a test case says is never moved by it.
fn line(xml: &mut Writer<&mut dyn Write>, depth: usize) -> io::Result<()> {
    let spaces = ["\n", "\n  ", "\n    ", "\n      "];
    xml.get_mut().write_all(spaces.get(depth).copied().unwrap_or("\n").as_bytes())
}

/// Text as XML may hold it.
fn text(text: &str) -> Cow<'_, str> {
    match short(text, LONGEST) {
        Cow::Borrowed(text) => visible(text),
        Cow::Owned(text) => Cow::Owned(visible(&text).into_owned()),
    }
}

/// How many test cases end how; only a suite may say how many were skipped.
fn counts(element: &mut BytesStart<'_>, verdicts: &[&Verdict], skip_undecided: bool, skipped: bool) {
    let mut ends: BTreeMap<Outcome, usize> = BTreeMap::new();
    for verdict in verdicts {
        *ends.entry(Outcome::of(verdict, skip_undecided)).or_default() += 1;
    }
    let count = |outcome| ends.get(&outcome).copied().unwrap_or_default();
    let told = [
        ("tests", verdicts.len()),
        ("failures", count(Outcome::Failure)),
        ("errors", count(Outcome::Error)),
        ("skipped", count(Outcome::Skipped)),
    ];
    for (name, count) in told.into_iter().take(if skipped { 4 } else { 3 }) {
        element.push_attribute((name, count.to_string().as_str()));
    }
    element.push_attribute(("time", "0"));
}

/// What every test case is told from.
struct Told<'a> {
    report: &'a Report,
    skip_undecided: bool,
    library: Library<'a>,
    changes: Changes<'a>,
}

fn suite(xml: &mut Writer<&mut dyn Write>, (family, verdicts): (&str, &[&Verdict]), told: &Told<'_>) -> io::Result<()> {
    line(xml, 1)?;
    let mut element = BytesStart::new("testsuite");
    element.push_attribute(("name", text(family).as_ref()));
    counts(&mut element, verdicts, told.skip_undecided, true);
    // ISO 8601 without a zone, as the format has it; UTC.
    element.push_attribute(("timestamp", text(told.report.run.as_of.trim_end_matches('Z')).as_ref()));
    xml.write_event(Event::Start(element))?;
    baseline(xml, told.report)?;
    for verdict in verdicts {
        case(xml, verdict, told)?;
    }
    line(xml, 1)?;
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

/// What the run was held against, and how many verdicts became what.
fn baseline(xml: &mut Writer<&mut dyn Write>, report: &Report) -> io::Result<()> {
    let Some(comparison) = &report.comparison else { return Ok(()) };
    let same = if comparison.same_scope { "true" } else { "false" };
    let own = [("baseline.as_of", text(&comparison.baseline.as_of)), ("baseline.same_scope", same.into())];
    let counts = changed(report).into_iter().map(|(change, count)| (change.name(), Cow::Owned(count.to_string())));
    line(xml, 2)?;
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    for (name, value) in own.into_iter().chain(counts) {
        line(xml, 3)?;
        let mut property = BytesStart::new("property");
        property.push_attribute(("name", format!("vaultrail.{name}").as_str()));
        property.push_attribute(("value", value.as_ref()));
        xml.write_event(Event::Empty(property))?;
    }
    line(xml, 2)?;
    xml.write_event(Event::End(BytesEnd::new("properties")))
}

fn case(xml: &mut Writer<&mut dyn Write>, verdict: &Verdict, told: &Told<'_>) -> io::Result<()> {
    let (ending, change) = (Outcome::of(verdict, told.skip_undecided).element(), told.changes.told(&verdict.uid));
    line(xml, 2)?;
    let mut element = BytesStart::new("testcase");
    element.push_attribute(("classname", text(&verdict.control).as_ref()));
    element.push_attribute(("name", text(&verdict.subject.id).as_ref()));
    element.push_attribute(("time", "0"));
    if ending.is_none() && change.is_none() {
        return xml.write_event(Event::Empty(element));
    }
    xml.write_event(Event::Start(element))?;
    if let Some(name) = ending {
        end(xml, name, verdict, &told.library)?;
    }
    if let Some(change) = change {
        line(xml, 3)?;
        xml.write_event(Event::Start(BytesStart::new("system-out")))?;
        xml.write_event(Event::Text(BytesText::new(&text(&change))))?;
        xml.write_event(Event::End(BytesEnd::new("system-out")))?;
    }
    line(xml, 2)?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

/// How the test case ended, and for what is not skipped its records.
fn end(xml: &mut Writer<&mut dyn Write>, name: &str, verdict: &Verdict, library: &Library<'_>) -> io::Result<()> {
    line(xml, 3)?;
    let mut told = BytesStart::new(name);
    told.push_attribute(("type", text(&verdict.reason.code).as_ref()));
    told.push_attribute(("message", text(&message(verdict)).as_ref()));
    if name == "skipped" {
        return xml.write_event(Event::Empty(told));
    }
    xml.write_event(Event::Start(told))?;
    xml.write_event(Event::Text(BytesText::new(&body(verdict, library))))?;
    xml.write_event(Event::End(BytesEnd::new(name)))
}

fn message(verdict: &Verdict) -> Cow<'_, str> {
    match &verdict.exception {
        Some(exception) => Cow::Owned(format!(
            "excepted until {} by {}: {} ({})",
            exception.expires, exception.owner, exception.reason, verdict.reason.message
        )),
        None => Cow::Borrowed(&verdict.reason.message),
    }
}

/// Severity, since when, and the records, a line each.
fn body(verdict: &Verdict, library: &Library<'_>) -> String {
    let mut told = format!(
        "{} {}, since {}, confidence {}, uid {}\n",
        verdict.severity.name(),
        verdict.status.name(),
        text(&verdict.since),
        text(&verdict.confidence),
        text(&verdict.uid),
    );
    for piece in verdict.evidence.iter().take(CITED) {
        let cited = library.cite(piece);
        let parts = [&*cited.when, &cited.what, cited.note, &cited.place];
        let parts: Vec<Cow<'_, str>> = parts.into_iter().filter(|part| !part.is_empty()).map(text).collect();
        told.push_str(&parts.join("  "));
        told.push('\n');
    }
    let more = verdict.evidence.len().saturating_sub(CITED);
    if more > 0 {
        let _ = writeln!(told, "… and {more} more");
    }
    told
}
