//! A table of verdicts as CSV (RFC 4180), for spreadsheets and databases. No cell is taken for a formula.
//!
//! What hides or acts on a terminal is spelled out. A cell that would begin with `=`, `+`, `-` or `@` gets an apostrophe
//! before it, and so does what follows a semicolon in a cell, because a spreadsheet whose list separator is the semicolon
//! begins a new cell there (OWASP, "CSV Injection").

use super::changes::Changes;
use super::cite::Library;
use super::json::compact;
use super::visible::{short, visible};
use crate::report::wire::{Change, ControlInfo, Report, Verdict};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The columns; new ones are added at the end.
const COLUMNS: [&str; 26] = [
    "as_of",
    "uid",
    "control",
    "control_name",
    "title",
    "family",
    "status",
    "severity",
    "subject_kind",
    "subject_id",
    "subject_name",
    "account",
    "region",
    "reason",
    "message",
    "observed",
    "expected",
    "since",
    "confidence",
    "exception_owner",
    "exception_expires",
    "exception_reason",
    "evidence_count",
    "evidence",
    "change",
    "was",
];

/// Spreadsheets hold 32,767 characters in a cell.
const LONGEST: usize = 32_000;
/// Pieces of evidence of one verdict in a cell.
const CITED: usize = 20;
/// What a cell must not begin with; spreadsheets take the wide forms for the same.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A row for each verdict, below the names of the columns.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let controls: BTreeMap<&str, &ControlInfo> = report.controls.iter().map(|c| (c.id.as_str(), c)).collect();
    let (library, changes) = (Library::of(report), Changes::of(report));
    let mut table = ::csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for verdict in &report.verdicts {
        let control = controls.get(verdict.control.as_str()).copied();
        for cell in cells(report, verdict, control, (&library, &changes)) {
            table.write_field(self::cell(&cell).as_bytes())?;
        }
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}

fn cells<'a>(
    report: &'a Report,
    verdict: &'a Verdict,
    control: Option<&'a ControlInfo>,
    (library, changes): (&Library<'a>, &Changes<'a>),
) -> [Cow<'a, str>; 26] {
    let (subject, reason, exception) = (&verdict.subject, &verdict.reason, verdict.exception.as_ref());
    let text = Cow::Borrowed::<'a, str>;
    let or_empty = |value: Option<&'a String>| text(value.map_or("", String::as_str));
    [
        text(&report.run.as_of),
        text(&verdict.uid),
        text(&verdict.control),
        or_empty(control.map(|c| &c.name)),
        or_empty(control.map(|c| &c.title)),
        or_empty(control.map(|c| &c.family)),
        text(verdict.status.name()),
        text(verdict.severity.name()),
        text(&subject.kind),
        text(&subject.id),
        or_empty(subject.name.as_ref()),
        or_empty(subject.account.as_ref()),
        or_empty(subject.region.as_ref()),
        text(&reason.code),
        text(&reason.message),
        Cow::Owned(compact(&reason.observed)),
        Cow::Owned(compact(&reason.expected)),
        text(&verdict.since),
        text(&verdict.confidence),
        or_empty(exception.map(|e| &e.owner)),
        or_empty(exception.map(|e| &e.expires)),
        or_empty(exception.map(|e| &e.reason)),
        Cow::Owned(verdict.evidence.len().to_string()),
        Cow::Owned(evidence(verdict, library)),
        text(changes.change(&verdict.uid).map_or("", Change::name)),
        text(changes.was(&verdict.uid).map_or("", |was| was.map_or("none", |was| was.status.name()))),
    ]
}

/// `2026-10-18T02:31:09Z CreateResourceShare logs/a.json.gz#27 | …`.
fn evidence(verdict: &Verdict, library: &Library<'_>) -> String {
    let mut told = String::new();
    for (at, piece) in verdict.evidence.iter().take(CITED).enumerate() {
        let cited = library.cite(piece);
        told.push_str(if at > 0 { " | " } else { "" });
        for (part, end) in [(&*cited.when, " "), (&cited.what, " "), (&cited.place, "")] {
            told.push_str(part);
            told.push_str(end);
        }
    }
    if verdict.evidence.len() > CITED {
        told.push_str(" | …");
    }
    told
}

/// A text as a cell may hold it.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    let shown = match short(text, LONGEST) {
        Cow::Borrowed(text) => visible(text),
        Cow::Owned(text) => Cow::Owned(visible(&text).into_owned()),
    };
    let shown = if shown.len() > LONGEST { Cow::Owned(short(&shown, LONGEST).into_owned()) } else { shown };
    if !shown.starts_with(FORMULA) && !shown.split(';').skip(1).any(begins_a_formula) {
        return shown;
    }
    let mut safe = String::with_capacity(shown.len() + 4);
    safe.push_str(if shown.starts_with(FORMULA) { "'" } else { "" });
    for (at, part) in shown.split(';').enumerate() {
        safe.push_str(match at {
            0 => "",
            _ if begins_a_formula(part) => ";'",
            _ => ";",
        });
        safe.push_str(part);
    }
    Cow::Owned(safe)
}

fn begins_a_formula(part: &str) -> bool {
    part.trim_start_matches([' ', '"']).starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_whatever_the_list_separator_is() {
        for (text, wanted) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("＝1", "'＝1"),
            ("a;=cmd|' /C calc'!A0", "a;'=cmd|' /C calc'!A0"),
            ("a; \"=x", "a;' \"=x"),
            ("\t=1", "\\t=1"),
            ("a\r\n=1", "a\\r\\n=1"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
        ] {
            assert_eq!(cell(text), wanted);
        }
        for text in ["lag-prod", "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag", "{\"a\":1}", "a;b", ""] {
            assert!(matches!(cell(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert!(cell(&"x".repeat(1 << 20)).chars().count() <= LONGEST);
    }
}
