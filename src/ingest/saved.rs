//! Facts that an earlier run saved, as evidence: their entries without bodies, and what coverage needs. docs/facts.md
//! describes the file.

use super::activity::{Pair, Run};
use super::columns::OK;
use super::columns::facts::Row;
use super::columns::read::Table;
use super::inventory::Observation;
use super::log::{Entry, Log, Place, Said, Source};
use super::shape::Kind;
use super::{Decoded, Defect, sha256};
use crate::arn::{AccountId, Region};
use crate::coverage::Chains;
use crate::instant::Instant;
use crate::record::identity::Actor;
use crate::record::node::{NOTHING, Node};
use crate::record::packed::Packed;
use crate::record::{Record, brief};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How the kinds of rows begin that are no facts.
pub const NO_FACT: &str = "log/";
/// An entry of which no fact speaks.
pub const ENTRY: &str = "log/entry";
/// A file that has entries.
pub const SOURCE: &str = "log/source";
/// The number of events of an account and Region.
pub const EVENTS: &str = "log/events";
/// A run of events of an account and Region.
pub const RUN: &str = "log/run";
/// A time for which digests name all that was delivered, and all of it was there.
pub const DIGESTS: &str = "log/digests";
/// A time for which digests name what was missing or altered.
pub const BROKEN: &str = "log/broken";
/// An account and Region of a snapshot.
pub const SNAPSHOT: &str = "log/snapshot";
/// The first and the last instant of the evidence.
pub const EXTENT: &str = "log/extent";
/// Damage that was told.
pub const DEFECT: &str = "log/defect";

/// So many rows that cannot be used are told one by one.
const MOST_TOLD: usize = 1000;

/// No path and no JSON pointer is longer.
const LONGEST: usize = 8192;

/// A fact as it was saved: `facts` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFact {
    /// Its number in its file.
    pub number: u64,
    /// When it was so.
    pub at: Instant,
    /// What it speaks of.
    pub kind: String,
    /// Of which one.
    pub id: Option<String>,
    /// What it says: attributes and their values as JSON.
    pub members: Vec<(Option<String>, Option<String>)>,
}

/// What was saved of an entry.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The file that has it.
    pub file: Arc<str>,
    /// [`fingerprint`] of the body.
    pub sha256: String,
    /// Its facts, by their numbers.
    pub facts: Vec<SavedFact>,
}

/// The SHA-256 of an entry's body as JSON, members in order of their names, without space.
pub fn fingerprint(entry: &Entry) -> String {
    if let Some(saved) = &entry.saved {
        return saved.sha256.clone();
    }
    let mut body = entry.body().into_owned();
    body.sort_all_objects();
    sha256(body.to_string().as_bytes())
}

/// Whether two files have the same facts of an entry.
pub(super) fn agree(a: &Entry, b: &Entry) -> bool {
    let (Some(a), Some(b)) = (&a.saved, &b.saved) else { return true };
    let said = |fact: &SavedFact| (fact.at, fact.kind.clone(), fact.id.clone(), fact.members.clone());
    a.facts.len() == b.facts.len() && a.facts.iter().zip(&b.facts).all(|(a, b)| said(a) == said(b))
}

/// What tells a snapshot row from others wherever it lies: rows have no id.
type RowId = (Instant, Option<AccountId>, &'static str, Option<String>, Place, bool, String);

/// The snapshot rows that are known. A row may be there several times in one file of facts, or read several times itself:
/// of each, as many are kept as the file or reading has that has the most.
#[derive(Debug, Default)]
pub(super) struct Rows {
    before: BTreeMap<RowId, usize>,
    here: BTreeMap<RowId, usize>,
    file: Option<Arc<str>>,
}

impl Rows {
    /// Whether an entry is known from the files before it; notes it.
    pub(super) fn is_known(&mut self, entry: &Entry, row: &Observation) -> bool {
        let file = entry.saved.as_ref().map(|saved| saved.file.clone());
        if file != self.file {
            self.file = file;
            for (id, count) in std::mem::take(&mut self.here) {
                let known = self.before.entry(id).or_default();
                *known = count.max(*known);
            }
        }
        let (account, qualifier) = (row.account.clone(), row.qualifier.clone());
        let id: RowId = (
            row.captured_at,
            account,
            row.operation,
            qualifier,
            entry.place.clone(),
            row.whole_list,
            fingerprint(entry),
        );
        let before = self.before.get(&id).copied().unwrap_or_default();
        let here = self.here.entry(id).or_default();
        *here += 1;
        *here <= before
    }
}

/// Drops files that a file of facts tells of and of which no entry is left: all of them were read themselves.
pub(super) fn forget_unused_sources(log: &mut Log) {
    if log.sources.iter().all(|source| source.saved_in.is_none()) {
        return;
    }
    let used: BTreeSet<usize> = log.entries.iter().map(|entry| entry.source).collect();
    let mut numbers = Vec::with_capacity(log.sources.len());
    let mut kept = Vec::with_capacity(log.sources.len());
    for (number, source) in std::mem::take(&mut log.sources).into_iter().enumerate() {
        numbers.push(kept.len());
        if source.saved_in.is_none() || used.contains(&number) {
            kept.push(source);
        }
    }
    log.sources = kept;
    for entry in &mut log.entries {
        entry.source = numbers.get(entry.source).copied().unwrap_or_default();
    }
}

/// A file that facts were read from: its number, when a snapshot in it was taken, its hash.
type Original = (usize, Option<Instant>, Option<String>);

/// A file of facts.
#[derive(Debug, Default)]
pub struct SavedFile {
    sources: BTreeMap<(String, Kind), Original>,
    entries: BTreeMap<(usize, Place, bool), Open>,
    activity: BTreeMap<Pair, (u64, Vec<Run>)>,
    snapshots: BTreeSet<Pair>,
    chains: Chains,
    extent: Option<(Instant, Instant)>,
    defects: Vec<Defect>,
}

/// An entry whose facts are being gathered.
#[derive(Debug)]
struct Open {
    said: Said,
    sha256: String,
    facts: BTreeMap<u64, SavedFact>,
}

/// Reads a table of facts.
pub(super) fn read(table: &Table, out: &mut Decoded) {
    let (mut file, mut number, mut untold) = (SavedFile::default(), 0_u64, 0_u64);
    let mut defective = Vec::new();
    let ended = table.facts(|row| {
        let kept = file.row(row).unwrap_or_else(|reason| {
            if defective.len() < MOST_TOLD {
                defective.push((number, reason));
            } else {
                untold += 1;
            }
            0
        });
        number += 1;
        kept
    });
    out.broken.extend(ended.err().map(|cause| format!("this file of facts breaks: {cause}")));
    out.broken.extend((untold > 0).then(|| format!("{untold} more of its rows cannot be used")));
    let is_record = |open: &&Open| matches!(open.said, Said::Record(_));
    out.records_read = file.entries.values().filter(is_record).count() as u64 + defective.len() as u64;
    out.defective = defective;
    out.saved = Some(Box::new(file));
}

/// A member that a row must have.
fn need<T>(what: &str, said: Option<T>) -> Result<T, String> {
    said.ok_or_else(|| format!("this row has no `{what}`, or none that can be read"))
}

fn pair(row: &Row<'_>) -> Result<Pair, String> {
    let account = need("account", row.account.and_then(AccountId::parse))?;
    Ok((account, Region::new(need("region", row.region)?)))
}

fn run(row: &Row<'_>) -> Result<Run, String> {
    let (from, to) = (need("at", row.at)?, need("time", row.time)?);
    if from <= to { Ok(Run { from, to }) } else { Err("`at` lies after `time`".into()) }
}

fn number(what: &str, said: Option<i64>) -> Result<u64, String> {
    need(what, said.and_then(|number| u64::try_from(number).ok()))
}

impl SavedFile {
    /// Takes in a row; answers with the bytes that it keeps.
    fn row(&mut self, row: &Row<'_>) -> Result<u64, String> {
        match row.kind {
            SOURCE => {
                let source = self.source(row)?;
                (source.1, source.2) = (row.time, row.sha256.map(str::to_owned));
            }
            EVENTS => {
                let count = row.value.and_then(|count| count.parse().ok());
                self.activity.entry(pair(row)?).or_default().0 = need("value", count)?;
            }
            RUN => self.activity.entry(pair(row)?).or_default().1.push(run(row)?),
            DIGESTS => self.chains.inferred.entry(pair(row)?).or_default().push(run(row)?),
            BROKEN => self.chains.broken.entry(pair(row)?).or_default().push(run(row)?),
            SNAPSHOT => _ = self.snapshots.insert(pair(row)?),
            EXTENT => self.extent = Some(run(row).map(|run| (run.from, run.to))?),
            DEFECT => {
                let path = need("source", row.source)?.to_owned();
                let record = row.record.map(|n| number("record", Some(n))).transpose()?;
                let reason = row.value.and_then(|text| serde_json::from_str(text).ok());
                self.defects.push(Defect { path, record, reason: need("value", reason)? });
            }
            kind if kind.starts_with(NO_FACT) && kind != ENTRY => {
                return Err(format!("kind {} is not known", brief(kind)));
            }
            _ => return self.said(row),
        }
        Ok([row.source, row.value, row.region].into_iter().flatten().map(|text| text.len() as u64).sum())
    }

    /// The file that a row names.
    fn source(&mut self, row: &Row<'_>) -> Result<&mut Original, String> {
        let path = need("source", row.source.filter(|path| path.len() <= LONGEST))?;
        let name = need("source_kind", row.source_kind)?;
        let kind = Kind::named(name).ok_or_else(|| format!("source_kind {} is none that has entries", brief(name)))?;
        let next = self.sources.len();
        Ok(self.sources.entry((path.to_owned(), kind)).or_insert((next, None, None)))
    }

    /// A member of a fact, or an entry without facts.
    fn said(&mut self, row: &Row<'_>) -> Result<u64, String> {
        let source = self.source(row)?.0;
        let time = need("time", row.time)?;
        let place = match (row.record, row.pointer.filter(|pointer| pointer.len() <= LONGEST)) {
            (Some(record), None) => Place::Record(number("record", Some(record))?),
            (None, Some(pointer)) => Place::Pointer(pointer.to_owned()),
            _ => {
                return Err("a row has either a `record` or a `pointer`, which says where in `source` it stands".into());
            }
        };
        let fact = if row.kind == ENTRY { None } else { Some(fact(row, time, &place)?) };
        let mut kept = row.value.map_or(0, |text| text.len() as u64);
        let key = (source, place, row.whole_list.unwrap_or_default());
        let open = match self.entries.entry(key) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                let texts = [row.pointer, row.event_id, row.event_name, row.event_source, row.identity, row.qualifier];
                kept += 512 + texts.into_iter().flatten().map(|text| text.len() as u64).sum::<u64>();
                let (said, sha256) = (entry(row, time, &new.key().1)?, row.sha256.unwrap_or_default().to_owned());
                new.insert(Open { said, sha256, facts: BTreeMap::new() })
            }
        };
        let Some(mut fact) = fact else { return Ok(kept) };
        let known = open.facts.entry(fact.number).or_insert_with(|| {
            kept += 128 + (row.kind.len() + row.id.map_or(0, str::len)) as u64;
            SavedFact { members: Vec::new(), ..fact.clone() }
        });
        if (known.at, &known.kind, &known.id) != (fact.at, &fact.kind, &fact.id) {
            return Err(format!("fact {} speaks of something else in another row", fact.number));
        }
        known.members.append(&mut fact.members);
        Ok(kept + row.attribute.map_or(0, |name| name.len() as u64))
    }

    /// Adds what the file has to a log; `own` is the number of the file itself.
    pub(super) fn take(self, log: &mut Log, own: usize) {
        let Some(file) = log.sources.get(own).map(|source| source.path.clone()) else { return };
        let shared: Arc<str> = file.as_str().into();
        let first = log.sources.len();
        let mut sources: Vec<_> = self.sources.into_iter().collect();
        sources.sort_by_key(|(_, (number, ..))| *number);
        log.sources.extend(sources.into_iter().map(|((path, kind), (_, captured_at, sha256))| Source {
            path,
            kind,
            captured_at,
            saved_in: Some(file.clone()),
            sha256,
        }));
        for ((source, place, _), Open { said, sha256, mut facts }) in self.entries {
            // Another program may have written the rows in another order.
            for fact in facts.values_mut() {
                fact.members.sort_unstable();
            }
            match &said {
                Said::Record(_) => log.records.used += 1,
                Said::Observation(row) => log.observations += u64::from(!row.whole_list),
                Said::Digest(_) => {}
            }
            let saved = Saved { file: shared.clone(), sha256, facts: facts.into_values().collect() };
            log.entries.push(Entry { source: first + source, place, said, saved: Some(Box::new(saved)) });
        }
        for (pair, (count, runs)) in &self.activity {
            log.activity.add_saved(pair, *count, runs);
        }
        log.snapshot_pairs.extend(self.snapshots);
        log.chains.add(self.chains);
        log.extent = match (log.extent, self.extent) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        log.defects.extend(self.defects);
    }
}

fn fact(row: &Row<'_>, time: Instant, place: &Place) -> Result<SavedFact, String> {
    let at = need("at", row.at)?;
    if at > time {
        return Err("`at` lies after `time`: an entry says nothing of what comes after it".into());
    }
    if row.observed != Some(matches!(place, Place::Pointer(_))) {
        return Err("`observed` must be true for a row of a snapshot and false for a record".into());
    }
    Ok(SavedFact {
        number: number("fact", row.fact)?,
        at,
        kind: row.kind.to_owned(),
        id: row.id.map(str::to_owned),
        members: vec![(row.attribute.map(str::to_owned), row.value.map(str::to_owned))],
    })
}

/// The entry that a row names, without its body.
fn entry(row: &Row<'_>, time: Instant, place: &Place) -> Result<Said, String> {
    let name = need("event_name", row.event_name)?;
    let (account, region) = (row.account.and_then(AccountId::parse), row.region.map(Region::new));
    if let Place::Pointer(_) = place {
        let mut observation = Observation::saved(name, time, row.whole_list.unwrap_or_default());
        (observation.account, observation.region) = (account, region);
        observation.qualifier = row.qualifier.map(str::to_owned);
        return Ok(Said::Observation(observation));
    }
    let actor = if let Some(text) = row.identity {
        need("identity", text.starts_with('{').then(|| serde_json::from_str::<Actor>(text).ok()).flatten())?
    } else {
        let unknown = Actor::resolve(Node(&NOTHING));
        Actor { principal: row.actor.map_or(unknown.principal, str::to_owned), ..unknown }
    };
    let (id, source) = (row.event_id.unwrap_or_default().to_owned(), need("event_source", row.event_source)?);
    let mut record = Record::outline(id, time, source.to_owned(), name.to_owned(), actor);
    (record.account, record.region) = (account, region);
    record.error_code = row.outcome.filter(|outcome| *outcome != OK).map(str::to_owned);
    Ok(Said::Record(Box::new(Packed::saved(record))))
}
