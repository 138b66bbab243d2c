//! What `vaultrail state` tells, as text for people and as JSON for scripts.

use super::cite;
use super::json::pretty;
use super::numbers::grouped;
use super::text::layout::{Cell, Page, Set, plain};
use super::text::{TextOptions, bold, dim};
use crate::report::state::{AttributeInfo, EntityInfo, State, name};
use crate::report::wire::{EvidenceRef, SourceFile};
use anstyle::AnsiColor;
use serde_json::Value;
use std::collections::BTreeMap;

/// Entities of one kind that are shown; the JSON form has all of them.
const SHOWN: usize = 25;
/// Attributes of one entity that are shown.
const ATTRIBUTES: usize = 60;

/// Pretty JSON, ending in a line feed.
pub fn json(told: &State) -> String {
    pretty(told) + "\n"
}

/// Text, lines ending in a line feed.
pub fn text(told: &State, options: &TextOptions) -> String {
    let mut page = Page::new(options.width, options.colour);
    let mut cited = Cited::default();
    page.flow(0, 2, &[(bold(), "State at "), (bold(), &told.at)]);
    page.flow(0, 2, &[(dim(), "Each value with the record that set it. Inferred: a later snapshot shows it, and the log in between is whole and has no change of it.")]);
    for of_kind in told.entities.chunk_by(|a, b| a.kind == b.kind) {
        let Some(first) = of_kind.first() else { continue };
        page.heading(&plural(first.kind), Some(of_kind.len()));
        of_kind.iter().take(SHOWN).for_each(|one| entity(&mut page, one, &mut cited));
        if let Some(more) = of_kind.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let more = grouped(more.try_into().unwrap_or(u64::MAX));
            page.blank();
            page.flow(2, 4, &[(dim(), &format!("… and {more} more (--subject shows one, --format json all)"))]);
        }
    }
    if told.entities.is_empty() {
        page.blank();
        page.flow(0, 2, &[(plain(), "Nothing is known at this instant: the evidence begins later, or holds nothing of AWS Backup, RAM or approval teams.")]);
    }
    drifts(&mut page, told, &mut cited);
    cited.list(&mut page, &told.sources);
    page.finish()
}

fn plural(kind: &str) -> String {
    let words = kind.replace('_', " ");
    match words.strip_suffix('y') {
        Some(stem) if !stem.ends_with('e') => format!("{stem}ies"),
        _ if words.ends_with("ings") => words,
        _ if words.ends_with('s') => format!("{words}es"),
        _ => format!("{words}s"),
    }
}

fn entity(page: &mut Page, told: &EntityInfo, cited: &mut Cited) {
    page.blank();
    let (short, long) = (name(&told.id), told.id.as_str());
    if short == long {
        page.flow(2, 4, &[(bold(), long)]);
    } else {
        page.flow(2, 4, &[(bold(), short), (dim(), &format!("  {long}"))]);
    }
    let rows: Vec<Vec<Cell>> = told.attributes.iter().take(ATTRIBUTES).map(|one| row(one, cited)).collect();
    page.table(
        &[
            (Set::Left, "Attribute"),
            (Set::Rest, "Value"),
            (Set::Left, "Since"),
            (Set::Left, "Known by"),
            (Set::Left, "Set by"),
        ],
        &rows,
    );
    if let Some(more) = told.attributes.len().checked_sub(ATTRIBUTES).filter(|more| *more > 0) {
        page.flow(2, 4, &[(dim(), &format!("… and {more} more attributes (--format json has all)"))]);
    }
}

fn row(told: &AttributeInfo, cited: &mut Cited) -> Vec<Cell> {
    let value =
        if told.known { (plain(), said(&told.value)) } else { (AnsiColor::Yellow.on_default(), "unknown".into()) };
    let source = told.evidence.as_ref().map(|evidence| cited.said(evidence)).unwrap_or_default();
    let how = told.confidence.unwrap_or_default().to_owned();
    vec![
        (plain(), told.name.clone()),
        value,
        (plain(), told.since.clone().unwrap_or_default()),
        (dim(), how),
        (dim(), source),
    ]
}

/// A value in few words: `none` for a written null, the items of a list behind each other, members with their names.
pub(super) fn said(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join("; "),
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| format!("{name} {}", said(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Number(number) => number.to_string(),
    }
}

fn drifts(page: &mut Page, told: &State, cited: &mut Cited) {
    if told.drifts.is_empty() {
        return;
    }
    page.heading("Drifts: a snapshot contradicts the log", Some(told.drifts.len()));
    for drift in told.drifts.iter().take(SHOWN) {
        let (log, snapshot) = (said(&drift.replayed), said(&drift.observed));
        page.flow(
            2,
            4,
            &[
                (bold(), name(&drift.entity)),
                (plain(), &format!(" {}: the log says {log}, the snapshot shows {snapshot}", drift.field)),
            ],
        );
        page.flow(4, 6, &[(plain(), &drift.explanation)]);
        for evidence in &drift.evidence {
            page.flow(4, 6, &[(dim(), &cited.said(evidence))]);
        }
    }
}

/// Files as they are cited: each under a number, in the order in which they come up.
#[derive(Default)]
pub(super) struct Cited(BTreeMap<u64, usize>);

impl Cited {
    /// `CopyJobCompleted [3]#20`.
    fn said(&mut self, evidence: &EvidenceRef) -> String {
        let what = if let EvidenceRef::Record(record) = evidence { record.event_name.as_str() } else { "snapshot" };
        format!("{what} {}", self.place(evidence))
    }

    /// `[3]#20`.
    pub(super) fn place(&mut self, evidence: &EvidenceRef) -> String {
        match self.spot(evidence) {
            None => String::new(),
            Some((number, place)) if place.is_empty() => format!("[{number}]"),
            Some((number, place)) => format!("[{number}]#{place}"),
        }
    }

    /// The number of the file, and where in it.
    pub(super) fn spot(&mut self, evidence: &EvidenceRef) -> Option<(usize, String)> {
        let (source, place) = match evidence {
            EvidenceRef::Record(record) => (record.source, record.record.to_string()),
            EvidenceRef::Row(row) => (row.source, row.pointer.clone()),
            EvidenceRef::Coverage(_) => return None,
        };
        let next = self.0.len() + 1;
        Some((*self.0.entry(source).or_insert(next), place))
    }

    /// Numbers with their files.
    pub(super) fn numbered(&self) -> Vec<(usize, u64)> {
        let mut numbered: Vec<(usize, u64)> = self.0.iter().map(|(source, number)| (*number, *source)).collect();
        numbered.sort_unstable();
        numbered
    }

    pub(super) fn list(&self, page: &mut Page, files: &[SourceFile]) {
        let numbered = self.numbered();
        if numbered.is_empty() {
            return;
        }
        page.heading("Cited files", Some(numbered.len()));
        for (number, id) in numbered {
            let path = files.iter().find(|source| source.id == id).map_or_else(|| "?".into(), cite::path);
            page.flow(2, 7, &[(dim(), &format!("[{number}] ")), (plain(), &path)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_headed_in_the_plural() {
        let kinds = ["vault", "policy", "key", "alias", "settings", "recovery_point"];
        let said: Vec<String> = kinds.iter().map(|kind| plural(kind)).collect();
        assert_eq!(said, ["vaults", "policies", "keys", "aliases", "settings", "recovery points"]);
    }
}
