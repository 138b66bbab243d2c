//! Evidence as people read it: when, what, in which file and where in it.
//!
//! Text and HTML cite in the same words, so that a line of the one can be found in the other.

use crate::report::wire::{EvidenceRef, Report, SourceFile, Status, Verdict};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One cited record, snapshot row, digest or stretch of log.
pub struct Citation<'a> {
    /// Instant of the event or snapshot, or both ends of the stretch.
    pub when: Cow<'a, str>,
    /// Event name, `snapshot`, `digest`, or `log` with its grade.
    pub what: Cow<'a, str>,
    /// `path#12`, `path#/BackupVaultList/3`, or `account/region`.
    pub place: String,
    /// What it shows.
    pub note: &'a str,
    /// SHA-256 of the file as it was stored.
    pub sha256: Option<&'a str>,
}

/// What evidence points into: the files by number.
pub struct Library<'a>(BTreeMap<u64, &'a SourceFile>);

impl<'a> Library<'a> {
    /// Of one report.
    pub fn of(report: &'a Report) -> Self {
        Self::over(&report.sources)
    }

    /// Of files.
    pub fn over(sources: &'a [SourceFile]) -> Self {
        Self(sources.iter().map(|source| (source.id, source)).collect())
    }

    /// What one piece of evidence says.
    pub fn cite(&self, evidence: &'a EvidenceRef) -> Citation<'a> {
        let file = |source: u64| self.0.get(&source).copied();
        match evidence {
            EvidenceRef::Record(record) => Citation {
                when: Cow::Borrowed(&record.time),
                what: Cow::Borrowed(&record.event_name),
                place: place(record.source, file(record.source), &record.record.to_string()),
                note: &record.note,
                sha256: self.sha256(record.source),
            },
            EvidenceRef::Row(row) => {
                let file = file(row.source);
                let digest = file.is_some_and(|file| file.kind == "cloudtrail-digest");
                Citation {
                    when: Cow::Borrowed(&row.time),
                    what: Cow::Borrowed(if digest { "digest" } else { "snapshot" }),
                    place: match file {
                        Some(file) if digest && row.pointer.is_empty() => path(file),
                        _ => place(row.source, file, &row.pointer),
                    },
                    note: &row.note,
                    sha256: self.sha256(row.source),
                }
            }
            EvidenceRef::Coverage(log) => Citation {
                when: Cow::Owned(format!("{} to {}", log.coverage.from, log.coverage.to)),
                what: Cow::Owned(format!("log {}", log.coverage.grade)),
                place: format!("{}/{}", log.coverage.account, log.coverage.region),
                note: &log.note,
                sha256: None,
            },
        }
    }

    /// SHA-256 of the file as it was stored.
    pub fn sha256(&self, source: u64) -> Option<&'a str> {
        self.0.get(&source)?.sha256.as_deref()
    }

    /// The file itself, as it was given.
    pub fn stored(&self, source: u64) -> Cow<'a, str> {
        match self.0.get(&source) {
            Some(file) => Cow::Borrowed(&file.path),
            None => Cow::Owned(format!("source-{source}")),
        }
    }
}

fn place(source: u64, file: Option<&SourceFile>, at: &str) -> String {
    match file {
        Some(SourceFile { path, saved_in: Some(saved), .. }) => format!("{path}#{at} (saved in {saved})"),
        Some(SourceFile { path, .. }) => [path, "#", at].concat(),
        None => format!("source {source}#{at}"),
    }
}

/// A file, and where it was not read itself, the file of saved facts that tells of it.
pub fn path(file: &SourceFile) -> String {
    let saved = file.saved_in.as_ref().map(|saved| format!(" (saved in {saved})")).unwrap_or_default();
    format!("{}{saved}", file.path)
}

/// The short name of a verdict's subject, or its id where it has none.
pub fn name(verdict: &Verdict) -> &str {
    verdict.subject.name.as_deref().unwrap_or(&verdict.subject.id)
}

/// The failures, worst first; those under an exception after the others of their severity.
pub fn worst_first(report: &Report) -> Vec<&Verdict> {
    let mut failures: Vec<&Verdict> = report.verdicts.iter().filter(|v| v.status == Status::NonCompliant).collect();
    failures.sort_by_key(|v| (Reverse(v.severity), v.exception.is_some(), &v.control, &v.subject.id));
    failures
}

/// What the gate's exit code means, in a word.
pub fn gate_word(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "PASS",
        1 => "FAIL",
        3 => "UNDECIDED",
        4 => "DAMAGED EVIDENCE",
        _ => "ERROR",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::report::wire::Severity;

    #[test]
    fn failures_are_ordered_by_severity_and_excepted_ones_come_after() {
        let report = sample();
        let order: Vec<(Severity, bool)> =
            worst_first(&report).iter().map(|v| (v.severity, v.exception.is_some())).collect();
        assert!(order.is_sorted_by_key(|(severity, excepted)| (Reverse(*severity), *excepted)), "{order:?}");
        assert_eq!(order.len(), 10);
    }

    #[test]
    fn a_source_that_the_report_does_not_list_is_named_by_its_number() {
        let mut report = sample();
        report.sources.clear();
        let library = Library::of(&report);
        let places: Vec<String> =
            report.verdicts.iter().flat_map(|v| &v.evidence).map(|e| library.cite(e).place).collect();
        assert!(places.iter().any(|place| place == "source 1#0"), "{places:?}");
    }
}
