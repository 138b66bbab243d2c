//! The evidence log: all entries of all files, each once, in an order that no thread and no file name decides.

use super::activity::{Activity, Pair};
use super::columns::Events;
use super::damage::{damage, delivered_before};
use super::digest::Digest;
use super::hashing::Hashed;
use super::inventory::Observation;
use super::keys::{self, PublicKey, SavedSignature};
use super::manifest::Manifest;
use super::saved::Saved;
use super::shape::Kind;
use super::twins::Twins;
use super::{Decoded, Defect, FileRead, order, show_path};
use crate::coverage::Chains;
use crate::evidence::Evidence;
use crate::instant::Instant;
use crate::record::node::NOTHING;
use crate::record::packed::Packed;
use serde_json::Value;
use std::borrow::Cow;
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
    /// The file of facts that tells of it, where it was not read itself.
    pub saved_in: Option<String>,
    /// The hash that such a file has of it.
    pub sha256: Option<String>,
}

impl Source {
    fn of(path: String, kind: Kind, captured_at: Option<Instant>) -> Self {
        Self { path, kind, captured_at, saved_in: None, sha256: None }
    }

    /// SHA-256 of its stored bytes: taken now, or when its facts were saved.
    pub fn stored_sha256(&self) -> Option<String> {
        if self.saved_in.is_some() { self.sha256.clone() } else { super::stored_sha256(&self.path) }
    }
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
    Record(Box<Packed>),
    /// A snapshot row.
    Observation(Observation),
    /// A digest of CloudTrail.
    Digest(Box<Digest>),
}

/// One record or snapshot row.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Index into [`Log::sources`].
    pub source: usize,
    /// Where in the file.
    pub place: Place,
    /// What it says; of what was saved, without its body.
    pub said: Said,
    /// The facts that an earlier run saved of it, where the file itself was not read.
    pub saved: Option<Box<Saved>>,
}

impl Entry {
    /// When it happened, or when the snapshot was taken.
    pub fn time(&self) -> Instant {
        match &self.said {
            Said::Record(record) => record.time,
            Said::Observation(observation) => observation.captured_at,
            Said::Digest(digest) => digest.end,
        }
    }

    /// Source and number of a log record.
    pub fn record_place(&self) -> Option<(u64, u64)> {
        match self.place {
            Place::Record(number) => Some((self.source as u64, number)),
            Place::Pointer(_) => None,
        }
    }

    /// The JSON behind it.
    pub fn body(&self) -> Cow<'_, Value> {
        match &self.said {
            Said::Record(record) => Cow::Owned(record.body()),
            Said::Observation(observation) => Cow::Borrowed(observation.body()),
            Said::Digest(_) => Cow::Borrowed(&NOTHING),
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
    /// The table of events; empty unless it is asked for.
    pub events: Events,
    /// The files whose names digests name, by path.
    pub hashed: BTreeMap<String, Hashed>,
    /// Public keys of digests.
    pub public_keys: Vec<PublicKey>,
    /// Signatures of digests, saved from S3.
    pub signatures: Vec<SavedSignature>,
    /// What digests showed when facts were saved; `integrity` adds what they show here.
    pub chains: Chains,
}

impl Log {
    /// The entry that a pointer points at.
    pub fn entry(&self, evidence: Evidence) -> Option<&Entry> {
        self.entries.get(evidence.0 as usize)
    }

    /// The first and last instant of any evidence, record or snapshot; of digests where there is nothing else.
    pub fn evidence_extent(&self) -> Option<(Instant, Instant)> {
        let snapshots = self.sources.iter().filter_map(|s| s.captured_at).map(|at| (at, at));
        let whole = |a: (Instant, Instant), b: (Instant, Instant)| (a.0.min(b.0), a.1.max(b.1));
        let extent = self.extent.into_iter().chain(snapshots).reduce(whole);
        extent.or_else(|| self.digests().map(|(_, digest)| (digest.start, digest.end)).reduce(whole))
    }

    /// Whether no file holds a record or a snapshot, not even an empty list of them.
    pub(super) fn is_without_evidence(&self) -> bool {
        let list = |kind| {
            use Kind::{AuditReport, CloudTrailLake, Digest, Facts, Inventory, LogFile, Parquet};
            matches!(kind, Inventory | LogFile | Digest | CloudTrailLake | AuditReport | Parquet | Facts)
        };
        let lists = self.sources.iter().any(|source| list(source.kind));
        self.records.read == 0 && self.observations == 0 && !lists
    }
}

/// Puts the files together.
pub(super) fn assemble(files: Vec<FileRead>, defects: Vec<Defect>, captured_at: Option<Instant>) -> Log {
    let mut log = Log { defects, ..Log::default() };
    log.files.found = files.len() as u64 + log.defects.len() as u64;
    log.files.defective = log.defects.len() as u64;
    let manifests = manifests(&files);
    let mut twins = Twins::default();
    for file in files {
        add_file(&mut log, file, &manifests, captured_at, &mut twins);
    }
    log.activity.join();
    order::order(&mut log);
    log.defects.sort();
    log.defects.dedup();
    log
}

/// The manifest of each folder that has one; `None` where it is broken.
pub(super) type Manifests = BTreeMap<PathBuf, Option<Manifest>>;

fn manifests(files: &[FileRead]) -> Manifests {
    let mut found = Manifests::new();
    for file in files {
        if let (Some(manifest), Some(folder)) = (&file.decoded.manifest, file.path.parent()) {
            found.entry(folder.to_owned()).or_insert_with(|| manifest.as_ref().ok().cloned());
        }
    }
    found
}

/// The nearest manifest upwards; a broken one hides those above it, which are about something else.
fn manifest_of(path: &Path, manifests: &Manifests, captured_at: Option<Instant>) -> Option<Manifest> {
    let nearest = path.ancestors().skip(1).find_map(|folder| manifests.get(folder)).cloned().flatten();
    nearest.or_else(|| captured_at.map(|captured_at| Manifest { captured_at, account: None, region: None }))
}

fn add_file(log: &mut Log, file: FileRead, manifests: &Manifests, captured_at: Option<Instant>, twins: &mut Twins) {
    let inventory = file.decoded.inventory.as_ref();
    let manifest = inventory.and_then(|output| output.placed(manifest_of(&file.path, manifests, captured_at)));
    let damage = damage(&file, manifest.as_ref(), manifests);
    let FileRead { path, stored, decompressed, mut decoded, qualifier, hashed, .. } = file;
    log.stored += stored;
    log.decompressed += decompressed;
    let shown = show_path(&path);
    let damage_free = damage.is_empty();
    log.hashed.extend(hashed.map(|hashed| (shown.clone(), hashed)));
    match (decoded.kind, damage_free) {
        (_, false) => log.files.defective += 1,
        (None | Some(Kind::Events), true) => log.files.not_evidence += 1,
        (Some(_), true) => log.files.read += 1,
    }
    log.defects.extend(damage.into_iter().map(|reason| Defect { path: shown.clone(), record: None, reason }));
    let Some(kind) = decoded.kind else {
        if damage_free {
            log.sources.push(Source::of(shown, Kind::NotEvidence, None));
        }
        return;
    };
    let latest = delivered_before(&path, &decoded);
    add_records(log, &shown, &mut decoded, latest);
    log.public_keys.extend(decoded.inventory.iter().flat_map(|output| keys::listed(output, &shown)));
    log.signatures.extend(decoded.signature.take().map(|saved| SavedSignature { path: shown.clone(), ..saved }));
    let digests: Vec<Digest> =
        decoded.digests.into_iter().map(|digest| Digest { path: shown.clone(), ..digest }).collect();
    let shown = Source::of(shown, kind, manifest.as_ref().map(|m| m.captured_at));
    twins.count(log, &shown, decoded.twins);
    let source = log.sources.len();
    log.sources.push(shown);
    let records = decoded.used.into_iter().map(|(n, record)| (Place::Record(n), Said::Record(record)));
    let digests = digests.into_iter().map(|digest| (Place::Pointer(String::new()), Said::Digest(Box::new(digest))));
    log.entries.extend(records.chain(digests).map(|(place, said)| Entry { source, place, said, saved: None }));
    if let Some(saved) = decoded.saved {
        saved.take(log, source);
    }
    if let (Some(output), Some(manifest)) = (decoded.inventory, manifest) {
        log.snapshot_pairs.extend(manifest.account.clone().zip(manifest.region.clone()));
        for (pointer, observation) in output.rows(&manifest, qualifier.as_deref()) {
            log.observations += u64::from(!observation.whole_list);
            let (place, said) = (Place::Pointer(pointer), Said::Observation(observation));
            log.entries.push(Entry { source, place, said, saved: None });
        }
    }
}

/// So many broken records of one file are told one by one.
const MOST_TOLD: usize = 1000;

/// `latest`: no record of the file can be later, whatever it says.
fn add_records(log: &mut Log, path: &str, decoded: &mut Decoded, latest: Option<Instant>) {
    if let Some(rows) = decoded.rows.take() {
        log.events.add(path, *rows);
    }
    log.records.read += decoded.records_read;
    log.records.used += decoded.used.len() as u64;
    log.records.counted_only += decoded.counted_only;
    log.records.defective += decoded.defective.len() as u64;
    let mut defective = std::mem::take(&mut decoded.defective);
    defective.sort_by_key(|(position, _)| *position);
    let untold = defective.len().saturating_sub(MOST_TOLD);
    defective.truncate(MOST_TOLD);
    let defect = |record, reason| Defect { path: path.to_owned(), record, reason };
    log.defects.extend(defective.into_iter().map(|(record, reason)| defect(Some(record), reason)));
    log.defects.extend((untold > 0).then(|| defect(None, format!("{untold} more of its records are defective"))));
    let signs = std::mem::take(&mut decoded.signs);
    let limited = |at: Instant| latest.map_or(at, |latest| at.min(latest));
    log.extent = match (log.extent, signs.extent().map(|(from, to)| (limited(from), limited(to)))) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    };
    log.activity.add(signs);
}
