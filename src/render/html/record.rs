//! Evidence on the page: each citation with its file, its hash and, where the report holds it, the record itself.
//!
//! A record that several verdicts cite is laid out once, at the first of them in the order of the page; the others link
//! to it. So the page grows with the records and not with how often they are cited.

use super::super::cite::Library;
use super::body::laid_out;
use crate::report::wire::{EvidenceRef, RecordBody, Report};
use minijinja::Value;
use serde::Serialize;
use std::collections::BTreeSet;

/// Citations laid out of one verdict; the JSON has all.
const SHOWN: usize = 100;

/// A citation as the template sees it.
#[derive(Serialize)]
pub struct Citation<'a> {
    when: String,
    what: String,
    place: String,
    note: &'a str,
    event_id: Option<&'a str>,
    sha256: Option<&'a str>,
    /// Anchor of the record's body.
    anchor: Option<String>,
    /// The body, at the first citation only.
    body: Option<Value>,
}

/// Citations of a verdict or an incident.
#[derive(Serialize)]
pub struct Proof<'a> {
    cited: Vec<Citation<'a>>,
    more: usize,
}

/// Hands out citations and remembers which bodies are on the page.
pub struct Shelf<'a> {
    library: Library<'a>,
    laid_out: BTreeSet<String>,
}

impl<'a> Shelf<'a> {
    /// Of one report, nothing laid out yet.
    pub fn of(report: &'a Report) -> Self {
        Self { library: Library::of(report), laid_out: BTreeSet::new() }
    }

    /// The proof in the order given.
    pub fn proof(&mut self, evidence: &'a [EvidenceRef]) -> Proof<'a> {
        let cited = evidence.iter().take(SHOWN).map(|reference| self.cite(reference)).collect();
        Proof { cited, more: evidence.len().saturating_sub(SHOWN) }
    }

    fn cite(&mut self, reference: &'a EvidenceRef) -> Citation<'a> {
        let cited = self.library.cite(reference);
        let anchor = cited.body.map(anchor);
        let first = anchor.as_ref().is_some_and(|anchor| self.laid_out.insert(anchor.clone()));
        Citation {
            when: cited.when,
            what: cited.what,
            place: cited.place,
            note: cited.note,
            event_id: cited.event_id,
            sha256: cited.sha256,
            anchor,
            body: cited.body.filter(|_| first).map(|held| laid_out(&held.body)),
        }
    }
}

fn anchor(held: &RecordBody) -> String {
    match (held.record, &held.pointer) {
        (Some(record), _) => format!("r-{}-{record}", held.source),
        (None, pointer) => format!("r-{}-{}", held.source, pointer.as_deref().unwrap_or_default()),
    }
}
