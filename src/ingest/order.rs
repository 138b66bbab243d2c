//! The order of the log, and which entries are one: the same record in several files or containers, the same digest twice,
//! what a file of saved facts has that is here itself.

use super::digest::lies_at;
use super::log::{Entry, Log, Place, Said, Source};
use super::saved::{self, Rows};
use super::shape::Kind;
use super::{Defect, loose};
use crate::arn::AccountId;
use crate::record::brief;
use crate::record::packed::Packed;
use std::collections::hash_map::Entry as Known;
use std::collections::{BTreeSet, HashMap};

/// Sorts the entries and drops those that are there twice.
pub(super) fn order(log: &mut Log) {
    let mut entries = std::mem::take(&mut log.entries);
    let is_mixed = entries.iter().any(|entry| entry.saved.is_some());
    // What was read itself comes before what was saved of it, since only that has its body.
    let file = |entry: &Entry| entry.saved.as_ref().map(|saved| saved.file.clone());
    entries.sort_by_cached_key(|entry| (file(entry), rank(entry, &log.sources)));
    let mut rows = Rows::default();
    let mut first: HashMap<Identity, usize> = HashMap::new();
    let mut digests: BTreeSet<(String, String)> = BTreeSet::new();
    let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let twin = match &entry.said {
            Said::Record(record) => match first.entry(identity(&entry, record, &log.sources)) {
                Known::Occupied(known) => kept.get(*known.get()),
                Known::Vacant(new) => {
                    new.insert(kept.len());
                    None
                }
            },
            // The same digest again, in another place: one of them is enough.
            Said::Digest(digest) if !digests.insert((digest.object.clone(), digest.sha256.clone())) => continue,
            Said::Observation(row) if is_mixed && rows.is_known(&entry, row) => {
                log.observations = log.observations.saturating_sub(u64::from(!row.whole_list));
                continue;
            }
            Said::Observation(_) | Said::Digest(_) => None,
        };
        let Some(twin) = twin else {
            kept.push(entry);
            continue;
        };
        log.records.used -= 1;
        if same(twin, &entry, &log.sources) {
            log.records.duplicate += 1;
        } else {
            log.records.defective += 1;
            log.defects.push(contradiction(twin, &entry, &log.sources));
        }
    }
    if is_mixed {
        kept.sort_by_cached_key(|entry| rank(entry, &log.sources));
    }
    log.entries = kept;
    saved::forget_unused_sources(log);
}

/// By time, account and id; of two readings of one record the one that CloudTrail wrote comes first.
fn rank(entry: &Entry, sources: &[Source]) -> impl Ord + use<> {
    let (account, id) = match &entry.said {
        Said::Record(record) => (record.account.clone(), record.id.clone()),
        Said::Observation(observation) => (observation.account.clone(), String::new()),
        // Of several copies the one in its place comes first.
        Said::Digest(digest) => {
            (None, format!("{} {}", digest.object, u8::from(!lies_at(&digest.path, &digest.object))))
        }
    };
    let path = sources.get(entry.source).map(|source| (source.kind.is_pieced_together(), source.path.clone()));
    (entry.time(), account, id, path, entry.place.clone())
}

/// What two readings of one record have in common: the account and the id. A record without an id, and one from
/// documentation, whose id is a placeholder, is only the same as one that says the same.
type Identity = (Option<AccountId>, String, Option<String>);

fn identity(entry: &Entry, record: &Packed, sources: &[Source]) -> Identity {
    let placeholder = sources.get(entry.source).is_some_and(|source| source.kind == Kind::Excerpt);
    let body = (placeholder || record.id.is_empty()).then(|| saved::fingerprint(entry));
    (record.account.clone(), record.id.clone(), body)
}

/// Whether two records with the same id are the same; through different containers, on the members that both carry.
fn same(a: &Entry, b: &Entry, sources: &[Source]) -> bool {
    let kind = |entry: &Entry| sources.get(entry.source).map(|source| source.kind);
    let in_part = [a, b].into_iter().filter_map(kind).any(Kind::is_pieced_together);
    if a.saved.is_some() || b.saved.is_some() {
        // Without its body a record can only be compared with one from a container of the same kind.
        let comparable = kind(a) == kind(b) && !in_part;
        return (!comparable || saved::fingerprint(a) == saved::fingerprint(b)) && saved::agree(a, b);
    }
    let (one, other) = (a.body(), b.body());
    let (Some(x), Some(y)) = (one.as_object(), other.as_object()) else { return false };
    if in_part {
        return loose::agree(&one, &other);
    }
    let alike = kind(a) == kind(b);
    if alike && x.len() != y.len() {
        return false;
    }
    x.iter().all(|(key, value)| {
        let other = y.get(key).or_else(|| y.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v));
        other.map_or(!alike, |other| other == value)
    })
}

fn contradiction(first: &Entry, other: &Entry, sources: &[Source]) -> Defect {
    let path = |entry: &Entry| sources.get(entry.source).map(|source| source.path.clone()).unwrap_or_default();
    let number = |entry: &Entry| if let Place::Record(number) = entry.place { Some(number) } else { None };
    let id = if let Said::Record(record) = &other.said { brief(&record.id) } else { String::new() };
    let known = number(first).map(|n| format!(" record {n}")).unwrap_or_default();
    let where_from = |entry: &Entry| entry.saved.as_ref().map(|saved| format!(" (saved in {})", saved.file));
    let (own, others) = (where_from(other).unwrap_or_default(), where_from(first).unwrap_or_default());
    let again = if own.is_empty() && others.is_empty() { "" } else { ", or saved by another version" };
    let reason = format!(
        "event id {id}{own} is also that of {}{known}{others}, which says something else; one of the two was altered{again}",
        path(first)
    );
    Defect { path: path(other), record: number(other), reason }
}
