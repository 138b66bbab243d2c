//! Incidents: the attempts of one actor that verdicts cite, put together and told once.

use super::compile::{refer, short_hash};
use super::wire::{Incident, Status, Verdict};
use crate::controls::engine::Judged;
use crate::evidence::{Cite, Evidence};
use crate::ingest::{Log, Said};
use crate::instant;
use crate::record::identity::Actor;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Controls whose failures are attempts of somebody, and what these are together.
const KINDS: [(&str, &str); 2] = [("SHR-03", "unauthorized_share_attempts"), ("DEL-03", "recovery_point_deletions")];

/// The attempts of one actor, with the verdicts that they stand behind.
type Attempts = (Actor, BTreeSet<Evidence>, BTreeSet<String>);

/// Groups the attempts behind failed verdicts by kind and actor.
pub fn group(judged: &[(&str, &Judged)], verdicts: &[Verdict], log: &Log) -> Vec<Incident> {
    let mut groups: BTreeMap<(&str, String), Attempts> = BTreeMap::new();
    for (control, judged) in judged {
        let Some((_, kind)) = KINDS.iter().find(|(id, _)| id == control) else { continue };
        if judged.judgement.status != Status::NonCompliant {
            continue;
        }
        let uid =
            verdicts.iter().find(|v| v.control == *control && v.subject.id == judged.subject.id).map(|v| v.uid.clone());
        for cite in &judged.judgement.cites {
            let Cite::Entry(evidence, _) = cite else { continue };
            let Some(Said::Record(record)) = log.entry(*evidence).map(|entry| &entry.said) else { continue };
            let session = record.actor.session.clone().unwrap_or_default();
            let key = (*kind, format!("{}|{session}", record.actor.principal));
            let group = groups.entry(key).or_insert_with(|| (record.actor.clone(), BTreeSet::new(), BTreeSet::new()));
            group.1.insert(*evidence);
            group.2.extend(uid.clone());
        }
    }
    groups.into_iter().filter_map(|((kind, who), group)| incident(kind, &who, group, log)).collect()
}

fn incident(kind: &str, who: &str, (actor, events, verdicts): Attempts, log: &Log) -> Option<Incident> {
    let first = log.entry(*events.first()?)?.time();
    let last = log.entry(*events.last()?)?.time();
    Some(Incident {
        uid: short_hash(&[kind, who]),
        kind: kind.to_owned(),
        actor: members(&actor),
        first: instant::show(first),
        last: instant::show(last),
        count: events.len() as u64,
        verdicts: verdicts.into_iter().collect(),
        evidence: events.into_iter().filter_map(|e| refer(&Cite::Entry(e, "attempt".into()), log)).collect(),
    })
}

fn members(actor: &Actor) -> Map<String, Value> {
    match serde_json::to_value(actor) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
