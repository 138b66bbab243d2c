//! Facts as flat rows, one for each member, and back. No kind of fact is named here: serde says what each holds.

use super::{About, Fact};
use crate::arn::{AccountId, Region};
use crate::evidence::Evidence;
use crate::ingest::columns::OK;
use crate::ingest::columns::facts::{Facts, Row};
use crate::ingest::log::{Entry, Log, Place, Said};
use crate::ingest::saved::{self, Saved, SavedFact};
use crate::record::identity::Actor;
use crate::record::{Record, brief};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Entries that are made ready side by side.
const AT_ONCE: usize = 1 << 14;

/// So many facts of one file that cannot be used are told one by one.
const MOST_TOLD: usize = 1000;

/// A fact as rows: what it speaks of, of which one, and its members.
///
/// A fact of an id and an object has a row for each member of the object, under its name. What else stands behind an id has
/// its position as its name (`1`, `2`), and so has an id that is no text (`0`). A fact that is an object has no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flat {
    /// The variant of [`About`], in snake case.
    pub kind: String,
    /// The id.
    pub id: Option<String>,
    /// Members; at least one.
    pub members: Members,
}

/// Makes rows of a fact; `None` where serde has no JSON for it, which no fact has shown yet.
pub fn flat(about: &About) -> Option<Flat> {
    flatten(&serde_json::to_value(about).ok()?)
}

/// Makes rows of what serde writes of any enumeration's variant.
pub fn flatten(said: &Value) -> Option<Flat> {
    let (kind, content) = match said.clone() {
        Value::Object(tagged) => tagged.into_iter().next()?,
        Value::String(kind) => return Some(Flat { kind, id: None, members: vec![(None, None)] }),
        _ => return None,
    };
    let (id, members) = match content {
        Value::Object(members) if are_names(&members) => (None, named(members)),
        Value::String(id) => (Some(id), vec![(None, None)]),
        Value::Array(parts) if parts.len() > 1 => match <[Value; 2]>::try_from(parts) {
            Ok([Value::String(id), Value::Object(members)]) if are_names(&members) => (Some(id), named(members)),
            Ok(parts) => positions(parts.into()),
            Err(parts) => positions(parts),
        },
        other => (None, vec![(None, Some(other.to_string()))]),
    };
    Some(Flat { kind, id, members })
}

/// Names of attributes, and their values as JSON.
type Members = Vec<(Option<String>, Option<String>)>;

/// Whether an object's members can be rows: there are some, and none has the name of a position.
fn are_names(members: &Map<String, Value>) -> bool {
    !members.is_empty() && members.keys().all(|name| name.parse::<usize>().is_err())
}

fn named(members: Map<String, Value>) -> Members {
    members.into_iter().map(|(name, value)| (Some(name), Some(value.to_string()))).collect()
}

fn positions(parts: Vec<Value>) -> (Option<String>, Members) {
    let id = parts.first().map(|first| first.as_str().map_or_else(|| first.to_string(), str::to_owned));
    let told = parts.into_iter().enumerate().filter(|(at, part)| *at > 0 || !part.is_string());
    (id, told.map(|(at, part)| (Some(at.to_string()), Some(part.to_string()))).collect())
}

/// Reads a fact back; errors say what is wrong with it, or what of it this version does not know.
pub fn read(fact: &SavedFact) -> (Option<About>, Option<String>) {
    let read = unflatten(fact).and_then(|said| {
        let about = About::deserialize(&said).map_err(|cause| brief(&cause.to_string()))?;
        Ok((about, said))
    });
    match read {
        Err(cause) => (None, Some(cause)),
        // What comes back otherwise holds more than this version knows.
        Ok((about, said)) => {
            let whole = serde_json::to_value(&about).is_ok_and(|again| holds(&again, &said));
            let problem = (!whole).then(|| "a part of it is not known to this version and is left out".to_owned());
            (Some(about), problem)
        }
    }
}

/// Whether all that was said is there; more may be, as members that an earlier version did not have.
fn holds(again: &Value, said: &Value) -> bool {
    match (again, said) {
        (Value::Object(again), Value::Object(said)) => {
            said.iter().all(|(name, value)| again.get(name).is_some_and(|known| holds(known, value)))
        }
        (Value::Array(again), Value::Array(said)) => {
            again.len() == said.len() && again.iter().zip(said).all(|(again, said)| holds(again, said))
        }
        (again, said) => again == said,
    }
}

/// What serde wrote of it.
pub fn unflatten(fact: &SavedFact) -> Result<Value, String> {
    let kind = fact.kind.clone();
    Ok(match content(fact)? {
        None => Value::String(kind),
        Some(content) => Value::Object([(kind, content)].into_iter().collect()),
    })
}

/// The facts that were saved of an entry.
pub(super) fn facts(entry: &Entry, saved: &Saved, evidence: Evidence) -> impl Iterator<Item = Fact> {
    let observed = matches!(entry.said, Said::Observation(_));
    let each = saved.facts.iter().filter_map(|fact| Some((fact.at, read(fact).0?)));
    each.map(move |(at, about)| Fact { at, evidence, observed, about })
}

/// What of the facts that were saved cannot be used, by the files that hold them: the first few, and how many more.
pub fn problems(log: &Log) -> Vec<(String, String)> {
    let saved: Vec<&Saved> = log.entries.iter().filter_map(|entry| entry.saved.as_deref()).collect();
    let told = saved.par_iter().flat_map_iter(|saved| {
        let problem = |fact: &SavedFact| {
            let what = read(fact).1?;
            Some((saved.file.to_string(), format!("fact {} of kind {}: {what}", fact.number, brief(&fact.kind))))
        };
        saved.facts.iter().filter_map(problem)
    });
    let mut of_file: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, problem) in told.collect::<Vec<_>>() {
        of_file.entry(file).or_default().push(problem);
    }
    let shown = of_file.into_iter().flat_map(|(file, mut problems)| {
        let more = problems.len().saturating_sub(MOST_TOLD);
        problems.truncate(MOST_TOLD);
        problems.extend((more > 0).then(|| format!("{more} more of its facts cannot be used as they are")));
        problems.into_iter().map(move |problem| (file.clone(), problem))
    });
    shown.collect()
}

/// What serde has behind the name of a variant; `None` for a variant without anything.
fn content(fact: &SavedFact) -> Result<Option<Value>, String> {
    let json = |text: &Option<String>| -> Result<Value, String> {
        let text = text.as_deref().ok_or("one of its values is missing")?;
        serde_json::from_str(text).map_err(|cause| format!("one of its values is no JSON ({cause})"))
    };
    let id = fact.id.clone().map(Value::String);
    if let [(None, value)] = fact.members.as_slice() {
        return Ok(match (id, value) {
            (id, None) => id,
            (None, Some(_)) => Some(json(value)?),
            (Some(_), Some(_)) => return Err("one of its attributes has no name".into()),
        });
    }
    let mut named = Map::new();
    let mut placed: BTreeMap<usize, Value> = BTreeMap::new();
    for (name, value) in &fact.members {
        let name = name.as_deref().ok_or("one of its attributes has no name")?;
        let again = match name.parse::<usize>() {
            Ok(at) => placed.insert(at, json(value)?).is_some(),
            Err(_) => named.insert(name.to_owned(), json(value)?).is_some(),
        };
        if again {
            return Err(format!("its attribute {} is there twice", brief(name)));
        }
    }
    if placed.is_empty() {
        let members = Value::Object(named);
        return Ok(Some(id.map_or(members.clone(), |id| Value::Array(vec![id, members]))));
    }
    // The id stands first, unless it is no text: then the JSON of it does.
    if let (Some(id), false) = (id, placed.contains_key(&0)) {
        placed.insert(0, id);
    }
    if !named.is_empty() || placed.keys().copied().ne(0..placed.len()) {
        return Err("its attributes do not fit together".into());
    }
    Ok(Some(Value::Array(placed.into_values().collect())))
}

/// The table of facts: those of each entry in the order of the log, and what coverage needs before them.
pub fn table(log: &Log, facts: &[Fact]) -> Facts {
    let mut out = Facts::default();
    let mut of_entry: BTreeMap<Evidence, Vec<usize>> = BTreeMap::new();
    for (number, fact) in facts.iter().enumerate() {
        of_entry.entry(fact.evidence).or_default().push(number);
    }
    ground(log, &mut out);
    for (chunk, entries) in log.entries.chunks(AT_ONCE).enumerate() {
        let ready: Vec<_> = entries.par_iter().map(|entry| (saved::fingerprint(entry), opened(entry))).collect();
        for (at, (entry, (sha256, record))) in entries.iter().zip(&ready).enumerate() {
            let evidence = Evidence(u32::try_from(chunk * AT_ONCE + at).unwrap_or(u32::MAX));
            let numbers = of_entry.get(&evidence).map(Vec::as_slice).unwrap_or_default();
            let said: Vec<_> = numbers.iter().filter_map(|n| facts.get(*n).map(|fact| (*n, fact))).collect();
            rows(log, (entry, record.as_ref(), sha256), &said, &mut out);
        }
    }
    out
}

fn opened(entry: &Entry) -> Option<Record> {
    if let Said::Record(packed) = &entry.said { packed.open() } else { None }
}

/// What is no fact: files with entries, where the log shows life, damage.
fn ground(log: &Log, out: &mut Facts) {
    let used = log.entries.iter().filter(|entry| !matches!(entry.said, Said::Digest(_)));
    let used: BTreeSet<usize> = used.map(|entry| entry.source).collect();
    let hashes: Vec<_> = used
        .par_iter()
        .filter_map(|number| {
            let source = log.sources.get(*number)?;
            Some((source, source.stored_sha256()))
        })
        .collect();
    for (source, sha256) in &hashes {
        let (path, kind) = (Some(source.path.as_str()), Some(source.kind.name()));
        let row = Row { kind: saved::SOURCE, source: path, source_kind: kind, ..Row::default() };
        out.push(&Row { time: source.captured_at, sha256: sha256.as_deref(), ..row });
    }
    if let Some((from, to)) = log.evidence_extent() {
        out.push(&Row { kind: saved::EXTENT, at: Some(from), time: Some(to), ..Row::default() });
    }
    let of = |kind, (account, region): &'_ (AccountId, Region)| (kind, account.to_string(), region.to_string());
    let mut say = |(kind, account, region): (&'static str, String, String), at, time, value: Option<&str>| {
        let row = Row { at, kind, value, time, ..Row::default() };
        out.push(&Row { account: Some(&account), region: Some(&region), ..row });
    };
    for (pair, count, runs) in log.activity.pairs() {
        say(of(saved::EVENTS, pair), None, None, Some(&count.to_string()));
        for run in runs {
            say(of(saved::RUN, pair), Some(run.from), Some(run.to), None);
        }
    }
    for pair in &log.snapshot_pairs {
        say(of(saved::SNAPSHOT, pair), None, None, None);
    }
    // Signatures are not saved, so what they proved is from here on what digests without a checked signature show.
    for (kind, chains) in [
        (saved::DIGESTS, &log.chains.proven),
        (saved::DIGESTS, &log.chains.inferred),
        (saved::BROKEN, &log.chains.broken),
    ] {
        for (pair, runs) in chains {
            for run in runs {
                say(of(kind, pair), Some(run.from), Some(run.to), None);
            }
        }
    }
    for defect in &log.defects {
        let record = defect.record.and_then(|n| i64::try_from(n).ok());
        let reason = Value::from(defect.reason.as_str()).to_string();
        let row = Row { kind: saved::DEFECT, source: Some(&defect.path), record, ..Row::default() };
        out.push(&Row { value: Some(&reason), ..row });
    }
}

/// An entry's facts, each row with the entry.
fn rows(
    log: &Log,
    (entry, record, sha256): (&Entry, Option<&Record>, &str),
    facts: &[(usize, &Fact)],
    out: &mut Facts,
) {
    let Some(source) = log.sources.get(entry.source) else { return };
    let place = place(entry);
    let base = Row {
        kind: saved::ENTRY,
        source: Some(&source.path),
        source_kind: Some(source.kind.name()),
        record: place.0,
        pointer: place.1,
        whole_list: Some(false),
        time: Some(entry.time()),
        sha256: Some(sha256),
        ..Row::default()
    };
    match &entry.said {
        Said::Record(_) => {
            let Some(record) = record else { return };
            let identity = serde_json::to_string(&record.actor).unwrap_or_default();
            // EventBridge names its sources so; a state change is no call that could fail.
            let is_change = record.source.starts_with("aws.");
            let base = Row {
                event_id: Some(record.id.as_str()).filter(|id| !id.is_empty()),
                event_name: Some(&record.name),
                event_source: Some(&record.source),
                actor: who(&record.actor),
                identity: Some(&identity),
                account: record.account.as_ref().map(AccountId::as_str),
                region: record.region.as_ref().map(Region::as_str),
                outcome: record.error_code.as_deref().or((!is_change).then_some(OK)),
                ..base
            };
            said(&base, facts, out);
        }
        Said::Observation(row) => {
            let base = Row {
                event_name: Some(row.operation),
                whole_list: Some(row.whole_list),
                account: row.account.as_ref().map(AccountId::as_str),
                region: row.region.as_ref().map(Region::as_str),
                qualifier: row.qualifier.as_deref(),
                ..base
            };
            said(&base, facts, out);
        }
        Said::Digest(_) => {}
    }
}

fn who(actor: &Actor) -> Option<&str> {
    Some(actor.principal.as_str()).filter(|who| *who != "unknown")
}

fn place(entry: &Entry) -> (Option<i64>, Option<&str>) {
    match &entry.place {
        Place::Record(number) => (i64::try_from(*number).ok(), None),
        Place::Pointer(pointer) => (None, Some(pointer)),
    }
}

fn said(base: &Row<'_>, facts: &[(usize, &Fact)], out: &mut Facts) {
    if facts.is_empty() {
        return out.push(base);
    }
    for (number, fact) in facts {
        let Some(flat) = flat(&fact.about) else { continue };
        for (attribute, value) in &flat.members {
            out.push(&Row {
                fact: i64::try_from(*number).ok(),
                at: Some(fact.at),
                observed: Some(fact.observed),
                kind: &flat.kind,
                id: flat.id.as_deref(),
                attribute: attribute.as_deref(),
                value: value.as_deref(),
                ..*base
            });
        }
    }
}
