//! A report of 100,000 verdicts, as a large organisation would have it: the estate many times over, each copy with
//! identifiers of its own, so that nothing can be told by reference to another copy.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use vaultrail::report::compile::short_hash;
use vaultrail::report::wire::{EvidenceRef, Report, Verdict};

/// A report with at least so many verdicts.
pub fn grown(estate: &Report, verdicts: usize) -> Report {
    let mut report = estate.clone();
    let copies = verdicts.div_ceil(estate.verdicts.len());
    for copy in 1..copies {
        let value = serde_json::to_value(estate).unwrap();
        let mut renamed = Renamed { copy, known: BTreeMap::new() };
        let mut other: Report = serde_json::from_value(renamed.all(value)).unwrap();
        let first = copy as u64 * 1_000_000;
        other.sources.iter_mut().for_each(|source| source.id += first);
        other.records.iter_mut().for_each(|record| record.source += first);
        for verdict in &mut other.verdicts {
            verdict.uid = short_hash(&[&verdict.control, &verdict.subject.kind, &verdict.subject.id]);
            let causes = verdict.intervals.iter_mut().filter_map(|interval| interval.cause.as_mut());
            for evidence in verdict.evidence.iter_mut().chain(causes) {
                match evidence {
                    EvidenceRef::Record(record) => record.source += first,
                    EvidenceRef::Row(row) => row.source += first,
                    EvidenceRef::Coverage(_) => {}
                }
            }
        }
        report.sources.extend(other.sources);
        report.coverage.extend(other.coverage);
        report.verdicts.extend(other.verdicts);
        report.records.extend(other.records);
        report.copies.extend(other.copies);
        for mut entity in other.entities {
            let spans = entity.attributes.iter_mut().flat_map(|attribute| &mut attribute.spans);
            for span in spans {
                match &mut span.evidence {
                    Some(EvidenceRef::Record(record)) => record.source += first,
                    Some(EvidenceRef::Row(row)) => row.source += first,
                    _ => {}
                }
            }
            report.entities.push(entity);
        }
    }
    report.records.truncate(2_000);
    report.verdicts.sort_by(|a: &Verdict, b| (&a.control, &a.subject.id).cmp(&(&b.control, &b.subject.id)));
    for count in report.summary.by_status.values_mut().chain(report.summary.by_severity.values_mut()) {
        *count *= copies as u64;
    }
    for control in &mut report.controls {
        control.counts.values_mut().for_each(|count| *count *= copies as u64);
    }
    report
}

/// Gives every account, every random identifier and every time other digits, the same ones for the same text.
struct Renamed {
    copy: usize,
    known: BTreeMap<String, String>,
}

impl Renamed {
    fn all(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.all(item)).collect(),
            Value::Object(members) => members.into_iter().map(|(name, value)| (name, self.all(value))).collect(),
            other => other,
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut run = String::new();
        for c in text.chars().chain(['\0']) {
            if c.is_ascii_alphanumeric() {
                run.push(c);
                continue;
            }
            let random =
                run.len() >= 4 && run.chars().any(|c| c.is_ascii_digit()) && run.chars().any(char::is_alphabetic);
            let account = run.len() == 12 && run.chars().all(|c| c.is_ascii_digit());
            let time = run.ends_with('Z') || run.contains('T');
            if random && !time || account || run.len() == 64 {
                out.push_str(&self.other(&run));
            } else if let Some(second) = run.strip_suffix('Z').and_then(|second| second.parse::<usize>().ok()) {
                let _ = write!(out, "{:02}Z", (second + self.copy * 7) % 60);
            } else {
                out.push_str(&run);
            }
            run.clear();
            if c != '\0' {
                out.push(c);
            }
        }
        out
    }

    fn other(&mut self, run: &str) -> String {
        let copy = self.copy.to_string();
        let known = self.known.entry(run.to_owned()).or_insert_with(|| {
            let digits = format!("{}{}", short_hash(&[run, &copy]), short_hash(&[&copy, run]));
            let digits = format!("{digits}{}", short_hash(&[&digits])).repeat(2);
            let hex = run.chars().all(|c| c.is_ascii_hexdigit());
            let account = run.chars().all(|c| c.is_ascii_digit());
            let with = |(was, new): (char, char)| {
                let digit = new.to_digit(16).unwrap_or_default();
                let letter = |first: char| char::from_u32(u32::from(first) + (digit + u32::from(was)) % 26).unwrap();
                match was {
                    _ if account => char::from_digit(digit % 10, 10).unwrap(),
                    'A'..='Z' if hex => new.to_ascii_uppercase(),
                    _ if hex => new,
                    // All letters, not those of hexadecimal digits alone, so that this is no easier than what AWS writes.
                    'a'..='z' => letter('a'),
                    'A'..='Z' => letter('A'),
                    other => other,
                }
            };
            run.chars().zip(digits.chars()).map(with).collect()
        });
        known.clone()
    }
}
