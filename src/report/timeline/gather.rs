//! From the log and the world to the moments of a story.

use super::{Asked, ChangeInfo, Moment, Outcome, Sort};
use crate::evidence::Evidence;
use crate::ingest::log::Entry;
use crate::ingest::{Log, Said};
use crate::instant::{self, Instant};
use crate::record::Record;
use crate::record::identity::Actor;
use crate::record::refusal::Refusal;
use crate::report::state::{Wanted, name};
use crate::report::wire::{EvidenceRef, RecordRef};
use crate::world::World;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A change with what it is of.
pub(super) struct Changed {
    at: Instant,
    is_first: bool,
    info: ChangeInfo,
}

/// The changes that each entry shows.
pub(super) fn changes(world: &World) -> BTreeMap<Evidence, Vec<Changed>> {
    let mut found: BTreeMap<Evidence, Vec<Changed>> = BTreeMap::new();
    for (kind, id, entity) in world.entities() {
        for (attribute, line) in entity.attributes() {
            for change in line.changes() {
                let info = ChangeInfo {
                    kind,
                    id: id.clone(),
                    attribute: attribute.to_string(),
                    at: instant::show(change.at),
                    before: change.before.unwrap_or_default(),
                    known: change.after.is_some(),
                    after: change.after.unwrap_or_default(),
                };
                found.entry(change.evidence).or_default().push(Changed {
                    at: change.at,
                    is_first: change.is_first,
                    info,
                });
            }
        }
    }
    found
}

/// The entities that the subject names, and those that are about them: sessions and shares of a vault, access to it.
pub(super) fn related(world: &World, subject: &Wanted) -> BTreeSet<String> {
    if subject.is_all() {
        return BTreeSet::new();
    }
    let mut found: BTreeSet<String> =
        world.entities().filter(|(_, id, _)| subject.holds(id)).map(|(_, id, _)| id).collect();
    let about = |name: &str, value: Option<&Value>| {
        let listed = name.split_once('/').is_some_and(|(_, key)| subject.holds(key));
        listed || value.and_then(Value::as_str).is_some_and(|text| subject.holds(text))
    };
    for (kind, id, entity) in world.entities() {
        if matches!(kind, "session" | "restore_access_vault" | "share" | "invitation")
            && entity.attributes().iter().any(|(name, line)| {
                let shown = line.shown(Instant::MAX_UTC);
                about(name, shown.as_ref().and_then(|shown| shown.value.as_ref()))
            })
        {
            found.insert(id);
        }
    }
    found
}

/// What one entry adds to the story: itself, and what it announced for later.
pub(super) fn moments(
    entry: &Entry,
    evidence: Evidence,
    changed: &[Changed],
    (asked, related): (&Asked, &BTreeSet<String>),
    cite: Option<EvidenceRef>,
) -> Vec<(Instant, u32, Moment)> {
    let time = entry.time();
    let subject = |changed: &Changed| asked.subject.is_all() || related.contains(&changed.info.id);
    let info = |changed: &Changed| changed.info.clone();
    let mut told = Vec::new();
    match &entry.said {
        Said::Record(packed) => {
            let Some(record) = packed.open() else { return told };
            if !asked.is_by(&record.actor) || !asked.event.holds(&record.name) {
                return told;
            }
            let now: Vec<ChangeInfo> = changed.iter().filter(|c| c.at <= time && subject(c)).map(info).collect();
            let later = changed.iter().filter(|c| c.at > time && subject(c));
            told.extend(later.map(|c| (c.at, evidence.0, elapsed(c, cite.clone()))));
            if asked.subject.is_all() || !now.is_empty() || names(&record, related, &asked.subject) {
                told.push((time, evidence.0, event(&record, now, cite)));
            }
        }
        Said::Observation(row) if asked.actor.is_all() && asked.event.holds(row.operation) => {
            // What a snapshot shows may have been so for long: each change is told at its own instant.
            let shown = changed.iter().filter(|c| !c.is_first && subject(c));
            let mut by_instant: BTreeMap<Instant, Vec<ChangeInfo>> = BTreeMap::new();
            shown.for_each(|c| by_instant.entry(c.at).or_default().push(info(c)));
            told.extend(by_instant.into_iter().map(|(at, changes)| {
                let moment = Moment {
                    account: row.account.as_ref().map(ToString::to_string),
                    region: row.region.as_ref().map(ToString::to_string),
                    changes,
                    ..bare(at, Sort::Snapshot, row.operation, cite.clone())
                };
                (at, evidence.0, moment)
            }));
        }
        _ => {}
    }
    told
}

fn bare(at: Instant, sort: Sort, name: &str, evidence: Option<EvidenceRef>) -> Moment {
    Moment {
        time: instant::show(at),
        sort,
        name: name.to_owned(),
        source: None,
        account: None,
        region: None,
        actor: None,
        outcome: None,
        error_code: None,
        error_message: None,
        changes: Vec::new(),
        count: 1,
        evidence,
    }
}

fn elapsed(changed: &Changed, evidence: Option<EvidenceRef>) -> Moment {
    Moment { changes: vec![changed.info.clone()], ..bare(changed.at, Sort::Elapsed, "time elapsed", evidence) }
}

fn event(record: &Record, changes: Vec<ChangeInfo>, evidence: Option<EvidenceRef>) -> Moment {
    let is_call = record.body().get("detail-type").is_none() && !record.actor.is_service;
    let outcome = match record.refusal() {
        Some(Refusal::Denied | Refusal::NotPermitted) => Some(Outcome::Refused),
        Some(Refusal::Rejected) => Some(Outcome::Failed),
        None => is_call.then_some(Outcome::Succeeded),
    };
    Moment {
        source: Some(record.source.clone()),
        account: record.account.as_ref().map(ToString::to_string),
        region: record.region.as_ref().map(ToString::to_string),
        actor: Some(record.actor.clone()).filter(|actor| actor.principal != "unknown"),
        outcome,
        error_code: record.error_code.clone(),
        error_message: record.error_message.clone(),
        changes,
        ..bare(record.time, Sort::Event, &record.name, evidence)
    }
}

/// Whether a record names the subject: in its log's account, its actor, its parameters, its answer, or its error message.
fn names(record: &Record, related: &BTreeSet<String>, subject: &Wanted) -> bool {
    let is_it = |text: &str| related.contains(text) || subject.holds(text);
    let accounts = [record.account.as_ref(), record.actor.account.as_ref()];
    if accounts.into_iter().flatten().any(|id| is_it(id.as_str())) {
        return true;
    }
    let message = record.error_message.as_deref().unwrap_or_default();
    let mut words = message.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '(' | ')'));
    let parts = [record.request(), record.response(), record.details()];
    words.any(|word| !word.is_empty() && is_it(word.trim_end_matches(['.', ':'])))
        || record.resources().into_iter().any(is_it)
        || parts.into_iter().any(|part| mentions(part.0, &is_it))
}

/// Whether a text anywhere in a JSON value is one of these.
fn mentions(value: &Value, is_it: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => {
            is_it(text) || text.contains(',') && text.split(',').any(|part| is_it(name(part.trim())))
        }
        Value::Array(items) => items.iter().any(|item| mentions(item, is_it)),
        Value::Object(members) => members.values().any(|member| mentions(member, is_it)),
        _ => false,
    }
}

/// What an actor, or an account, did besides: records that are only counted, from the table of events.
pub(super) fn others(log: &Log, asked: &Asked) -> Vec<(Instant, u32, Moment)> {
    let numbers: BTreeMap<&str, u64> =
        log.sources.iter().zip(0..).map(|(source, number)| (source.path.as_str(), number)).collect();
    let known: BTreeSet<(u64, u64)> = log.entries.iter().filter_map(Entry::record_place).collect();
    let mut found = Vec::new();
    for row in log.events.rows() {
        let [source, name, actor, account, region, outcome] = row.texts;
        let Some(time) = row.time.and_then(|millis| instant::seconds(millis.div_euclid(1000))) else { continue };
        let Some(number) = numbers.get(row.path).copied() else { continue };
        let by = asked.actor.is_all() || actor.is_some_and(|actor| asked.actor.holds(actor));
        let of = asked.subject.is_all() || account.is_some_and(|account| asked.subject.holds(account));
        let called = name.is_some_and(|name| asked.event.holds(name));
        if !by || !of || !called || known.contains(&(number, row.record)) {
            continue;
        }
        let evidence = EvidenceRef::Record(RecordRef {
            source: number,
            record: row.record,
            event_id: String::new(),
            event_name: name.unwrap_or_default().to_owned(),
            time: instant::show(time),
            note: String::new(),
        });
        let failed = outcome.filter(|word| *word != crate::ingest::columns::OK);
        let moment = Moment {
            source: source.map(str::to_owned),
            account: account.map(str::to_owned),
            region: region.map(str::to_owned),
            actor: actor.map(Actor::named),
            outcome: outcome.map(|_| failed.map_or(Outcome::Succeeded, outcome_of)),
            error_code: failed.map(str::to_owned),
            ..bare(time, Sort::Other, name.unwrap_or_default(), Some(evidence))
        };
        found.push((time, u32::MAX, moment));
    }
    found
}

fn outcome_of(code: &str) -> Outcome {
    match crate::record::refusal::classify(code) {
        Refusal::Rejected => Outcome::Failed,
        _ => Outcome::Refused,
    }
}
