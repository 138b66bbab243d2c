//! The evidence log: all entries of all files, each once, in an order that no thread and no file name decides.

use super::activity::{Activity, Pair};
use super::container::Kind;
use super::inventory::{Manifest, Observation};
use super::{Decoded, Defect, FileRead, show_path};
use crate::arn::AccountId;
use crate::evidence::Evidence;
use crate::instant::{self, Instant};
use crate::record::Record;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As given.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// When a snapshot in it was taken.
    pub captured_at: Option<Instant>,
}

/// Where in its file an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The number of the record, counted from 0.
    Record(u64),
    /// The JSON pointer of the row.
    Pointer(String),
}

/// What an entry says.
#[derive(Debug, Clone)]
pub enum Said {
    /// A log record.
    Record(Record),
    /// A snapshot row.
    Observation(Observation),
}

/// One record or snapshot row.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Index into [`Log::sources`].
    pub source: usize,
    /// Where in the file.
    pub place: Place,
    /// What it says.
    pub said: Said,
}

impl Entry {
    /// When it happened, or when the snapshot was taken.
    pub fn time(&self) -> Instant {
        match &self.said {
            Said::Record(record) => record.time,
            Said::Observation(observation) => observation.captured_at,
        }
    }

    /// The JSON behind it.
    pub fn body(&self) -> &Value {
        match &self.said {
            Said::Record(record) => record.body(),
            Said::Observation(observation) => observation.body(),
        }
    }
}

/// Counts of files; they add up: found = read + defective + not evidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// All files below the paths.
    pub found: u64,
    /// Read to the end.
    pub read: u64,
    /// Broken, or without a capture time.
    pub defective: u64,
    /// Of no known kind.
    pub not_evidence: u64,
}

/// Counts of log records; they add up: read = used + counted only + duplicate + defective.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// All positions in all containers.
    pub read: u64,
    /// Entries of this log.
    pub used: u64,
    /// Counted for coverage.
    pub counted_only: u64,
    /// The same record again.
    pub duplicate: u64,
    /// Broken.
    pub defective: u64,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Log {
    /// Files, by path.
    pub sources: Vec<Source>,
    /// Records and rows, ordered by time, account, id and place; [`Evidence`] is an index into it.
    pub entries: Vec<Entry>,
    /// Signs of life per account and Region.
    pub activity: Activity,
    /// Damage.
    pub defects: Vec<Defect>,
    /// Files.
    pub files: FileCounts,
    /// Log records.
    pub records: RecordCounts,
    /// Snapshot rows.
    pub observations: u64,
    /// Bytes as stored.
    pub stored: u64,
    /// Bytes as decompressed.
    pub decompressed: u64,
    /// First and last log record.
    pub extent: Option<(Instant, Instant)>,
    /// Accounts and Regions of the manifests.
    pub snapshot_pairs: BTreeSet<Pair>,
}

impl Log {
    /// The entry that a pointer points at.
    pub fn entry(&self, evidence: Evidence) -> Option<&Entry> {
        self.entries.get(evidence.0 as usize)
    }

    /// The first and last instant of any evidence, record or snapshot.
    pub fn evidence_extent(&self) -> Option<(Instant, Instant)> {
        let snapshots = self.sources.iter().filter_map(|s| s.captured_at).map(|at| (at, at));
        self.extent.into_iter().chain(snapshots).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    pub(super) fn is_without_evidence(&self) -> bool {
        self.files.read + self.files.defective == 0
            || (self.records.read == 0
                && self.observations == 0
                && !self.sources.iter().any(|s| matches!(s.kind, Kind::Inventory | Kind::LogFile | Kind::Digest)))
    }
}

/// Puts the files together.
pub(super) fn assemble(files: Vec<FileRead>, defects: Vec<Defect>, captured_at: Option<Instant>) -> Log {
    let mut log = Log { defects, ..Log::default() };
    log.files.found = files.len() as u64 + log.defects.len() as u64;
    log.files.defective = log.defects.len() as u64;
    let manifests = manifests(&files);
    for file in files {
        add_file(&mut log, file, &manifests, captured_at);
    }
    log.activity.join();
    order(&mut log);
    log.defects.sort();
    log
}

fn manifests(files: &[FileRead]) -> BTreeMap<PathBuf, Manifest> {
    files
        .iter()
        .filter_map(|file| {
            let manifest = file.decoded.manifest.as_ref()?.as_ref().ok()?;
            Some((file.path.parent()?.to_owned(), manifest.clone()))
        })
        .collect()
}

fn manifest_of(path: &Path, manifests: &BTreeMap<PathBuf, Manifest>, captured_at: Option<Instant>) -> Option<Manifest> {
    let nearest = path.ancestors().skip(1).find_map(|folder| manifests.get(folder)).cloned();
    nearest.or_else(|| captured_at.map(|captured_at| Manifest { captured_at, account: None, region: None }))
}

fn add_file(log: &mut Log, file: FileRead, manifests: &BTreeMap<PathBuf, Manifest>, captured_at: Option<Instant>) {
    let FileRead { path, stored, decompressed, mut decoded, failed, qualifier } = file;
    log.stored += stored;
    log.decompressed += decompressed;
    let shown = show_path(&path);
    let mut damage: Vec<String> = failed.into_iter().collect();
    damage.extend(decoded.broken.iter().map(|b| format!("{} (byte {})", b.reason, b.offset)));
    let manifest = decoded.inventory.as_ref().and_then(|_| manifest_of(&path, manifests, captured_at));
    match (&decoded.manifest, &decoded.inventory, &manifest) {
        (Some(Err(reason)), ..) => damage.push(reason.clone()),
        (_, Some(_), None) => damage.push(
            "this snapshot has no capture time: put a manifest.json beside or above it, or give --captured-at TIME"
                .into(),
        ),
        _ => {}
    }
    let before = (log.records.defective, log.defects.len());
    add_records(log, &shown, &mut decoded);
    let Some(kind) = decoded.kind else {
        if damage.is_empty() {
            log.files.not_evidence += 1;
        } else {
            log.files.defective += 1;
        }
        log.defects.extend(damage.into_iter().map(|reason| Defect { path: shown.clone(), record: None, reason }));
        return;
    };
    debug_assert!(before.0 <= log.records.defective);
    let source = log.sources.len();
    let taken = manifest.as_ref().map(|m| m.captured_at);
    log.sources.push(Source { path: shown.clone(), kind, captured_at: taken });
    let records = decoded.used.into_iter().map(|(n, record)| (Place::Record(n), Said::Record(record)));
    log.entries.extend(records.map(|(place, said)| Entry { source, place, said }));
    if let (Some(output), Some(manifest)) = (decoded.inventory, manifest) {
        log.snapshot_pairs.extend(manifest.account.clone().zip(manifest.region.clone()));
        for (pointer, observation) in output.rows(&manifest, qualifier.as_deref()) {
            log.observations += u64::from(!observation.whole_list);
            log.entries.push(Entry { source, place: Place::Pointer(pointer), said: Said::Observation(observation) });
        }
    }
    if damage.is_empty() {
        log.files.read += 1;
    } else {
        log.files.defective += 1;
    }
    log.defects.extend(damage.into_iter().map(|reason| Defect { path: shown.clone(), record: None, reason }));
}

fn add_records(log: &mut Log, path: &str, decoded: &mut Decoded) {
    if decoded.kind.is_none() {
        return;
    }
    log.records.read += decoded.records_read;
    log.records.used += decoded.used.len() as u64;
    log.records.counted_only += decoded.counted_only;
    log.records.defective += decoded.defective.len() as u64;
    for (record, reason) in std::mem::take(&mut decoded.defective) {
        log.defects.push(Defect { path: path.to_owned(), record: Some(record), reason });
    }
    log.activity.add(Activity::of(std::mem::take(&mut decoded.events)));
    log.extent = match (log.extent, decoded.extent) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    };
}

/// Sorts the entries and drops those that are there twice.
fn order(log: &mut Log) {
    let mut entries = std::mem::take(&mut log.entries);
    let paths: Vec<String> = log.sources.iter().map(|s| s.path.clone()).collect();
    let path = |e: &Entry| paths.get(e.source).cloned().unwrap_or_default();
    entries.sort_by_cached_key(|e| {
        let (account, id) = match &e.said {
            Said::Record(r) => (r.account.clone(), r.id.clone()),
            Said::Observation(o) => (o.account.clone(), String::new()),
        };
        (e.time(), account, id, path(e), e.place.clone())
    });
    let mut first: BTreeMap<(Option<AccountId>, String), Vec<usize>> = BTreeMap::new();
    let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let Said::Record(record) = &entry.said else {
            kept.push(entry);
            continue;
        };
        let placeholder = log.sources.get(entry.source).is_some_and(|s| s.kind == Kind::Excerpt);
        let known = first.entry((record.account.clone(), record.id.clone())).or_default();
        let twins: Vec<&Entry> = known.iter().filter_map(|i| kept.get(*i)).collect();
        if twins.iter().any(|twin| same(twin, &entry, &log.sources)) {
            log.records.used -= 1;
            log.records.duplicate += 1;
        } else if !twins.is_empty() && !record.id.is_empty() && !placeholder {
            log.records.used -= 1;
            log.records.defective += 1;
            log.defects.push(Defect {
                path: path(&entry),
                record: if let Place::Record(n) = entry.place { Some(n) } else { None },
                reason: format!(
                    "event id {} was already read at {} with another body; one of the two was altered",
                    record.id,
                    instant::show(record.time)
                ),
            });
        } else {
            known.push(kept.len());
            kept.push(entry);
        }
    }
    log.entries = kept;
}

/// Whether two records with the same id are the same; through different containers, on the members that both carry.
fn same(a: &Entry, b: &Entry, sources: &[Source]) -> bool {
    let kind = |e: &Entry| sources.get(e.source).map(|s| s.kind);
    let (x, y) = (a.body(), b.body());
    if x == y {
        return true;
    }
    if kind(a) == kind(b) || kind(a) == Some(Kind::Excerpt) || kind(b) == Some(Kind::Excerpt) {
        return false;
    }
    match (x.as_object(), y.as_object()) {
        (Some(x), Some(y)) => x.iter().all(|(key, value)| y.get(key).is_none_or(|other| other == value)),
        _ => false,
    }
}
