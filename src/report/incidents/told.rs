//! Incidents as the report tells them: who, in which order, and how bad.

use super::kinds::Kind;
use super::{APART, Act, Case, Group, key};
use crate::evidence::{Cite, Evidence};
use crate::instant::{self, Instant};
use crate::report::compile::{refer, short_hash};
use crate::report::wire::{Incident, IncidentScore, Severity, Status, Step};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Steps told of one incident: so many of its beginning, and so many of its end.
const TOLD: usize = 50;

/// Values told of one member of an actor in which its calls differ.
const VALUES: usize = 10;

/// An incident, and by what it is ordered and linked.
struct Told {
    incident: Incident,
    first: Instant,
    last: Instant,
    actor: String,
    evidence: BTreeSet<Evidence>,
}

/// All incidents that stand behind a verdict, the worst first, then the earliest.
pub fn all(groups: Vec<Group>, case: Case<'_>) -> Vec<Incident> {
    let mut told: Vec<Told> = groups.into_iter().filter_map(|group| tell(&group, case)).collect();
    let order = |a: &Told| (std::cmp::Reverse(a.incident.score), a.first);
    told.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.incident.uid.cmp(&b.incident.uid)));
    relate(&mut told);
    told.into_iter().map(|told| told.incident).collect()
}

/// Incidents of the same hand within a day of each other, and those that share an event.
fn relate(told: &mut [Told]) {
    let mut by_actor: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_event: BTreeMap<Evidence, Vec<usize>> = BTreeMap::new();
    for (index, one) in told.iter().enumerate() {
        by_actor.entry(&one.actor).or_default().push(index);
        for evidence in &one.evidence {
            by_event.entry(*evidence).or_default().push(index);
        }
    }
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for together in by_event.into_values().filter(|together| together.len() > 1) {
        pairs.extend(together.windows(2).filter_map(|two| Some((*two.first()?, *two.last()?))));
    }
    for mut own in by_actor.into_values() {
        own.sort_by_key(|index| told.get(*index).map(|one| (one.first, one.last)));
        pairs.extend(own.windows(2).filter_map(|two| {
            let (a, b) = (*two.first()?, *two.last()?);
            let (one, next) = (told.get(a)?, told.get(b)?);
            (next.first - one.last <= APART).then_some((a, b))
        }));
    }
    for (a, b) in pairs {
        let uid = |at: usize, told: &[Told]| told.get(at).map(|one| one.incident.uid.clone());
        for (from, to) in [(a, b), (b, a)] {
            let other = uid(to, told);
            let Some(one) = told.get_mut(from) else { continue };
            one.incident.related.extend(other);
            one.incident.related.sort();
            one.incident.related.dedup();
        }
    }
}

fn tell(group: &Group, case: Case<'_>) -> Option<Told> {
    let (first, last) = (group.acts.first()?, group.acts.last()?);
    // Who takes the backups stands for the incident, not who opened the vault to them.
    let own = group
        .acts
        .iter()
        .filter(|act| group.kind != Kind::ShareThenRestore || act.actor.principal == last.actor.principal);
    let own: Vec<&Act> = own.collect();
    let verdicts: BTreeSet<usize> = group.acts.iter().flat_map(|act| &act.verdicts).copied().collect();
    let uids: BTreeSet<String> = verdicts.iter().filter_map(|i| Some(case.verdicts.get(*i)?.uid.clone())).collect();
    if uids.is_empty() {
        return None;
    }
    let actor = key(&last.actor, last.account.as_deref());
    let places: Vec<_> =
        group.acts.iter().map(|act| refer(&Cite::Entry(act.evidence, act_note(act).into()), case.log)).collect();
    let id = case.log.entry(first.evidence).map(|entry| match &entry.said {
        crate::ingest::Said::Record(record) => record.id.clone(),
        _ => instant::show(entry.time()),
    });
    let score_parts = score(group, &verdicts, case);
    let accounts =
        group.acts.iter().flat_map(|act| [act.account.clone(), act.actor.account.as_ref().map(ToString::to_string)]);
    let accounts: BTreeSet<String> = accounts.flatten().collect();
    let incident = Incident {
        uid: short_hash(&[group.kind.name(), &actor, &id.unwrap_or_default()]),
        kind: group.kind.name().to_owned(),
        actor: members(&own),
        first: instant::show(first.at),
        last: instant::show(last.at),
        count: group.acts.len() as u64,
        verdicts: uids.into_iter().collect(),
        evidence: places.into_iter().flatten().collect(),
        score: score_parts.total(),
        score_parts,
        accounts: accounts.into_iter().collect(),
        steps: steps(&group.acts, case),
        hint: group.hint.clone(),
        related: Vec::new(),
    };
    let evidence = group.acts.iter().map(|act| act.evidence).collect();
    Some(Told { incident, first: first.at, last: last.at, actor, evidence })
}

fn act_note(act: &Act) -> String {
    match (act.is_refused(), act.not_stated) {
        (true, _) => "refused".into(),
        (false, true) => "done, not stated to be allowed".into(),
        (false, false) => "done".into(),
    }
}

fn outcome(act: &Act) -> String {
    let done = if act.not_stated { "succeeded, not stated to be allowed" } else { "succeeded" };
    act.error.clone().unwrap_or_else(|| done.into())
}

/// From 0 to 100: how bad the verdicts are (up to 40), whether anything went through (20), what it is (up to 25), and how far
/// it reaches (up to 15).
fn score(group: &Group, verdicts: &BTreeSet<usize>, case: Case<'_>) -> IncidentScore {
    let failed = verdicts.iter().filter_map(|index| case.verdicts.get(*index));
    let failed = failed.filter(|verdict| verdict.status == Status::NonCompliant);
    // A refused call beside a failure is not its cause.
    let acted = group.acts.iter().any(|act| act.kind == act.deed.kind());
    let worst = failed.map(|verdict| verdict.severity).max().filter(|_| acted);
    let severity = match worst {
        Some(Severity::Critical) => 40,
        Some(Severity::High) => 30,
        Some(Severity::Medium) => 20,
        Some(Severity::Low) => 10,
        None => 0,
    };
    let outcome = if group.acts.iter().any(|act| !act.is_refused()) { 20 } else { 0 };
    let accounts: BTreeSet<&str> = group.acts.iter().filter_map(|act| act.account.as_deref()).collect();
    let subjects: BTreeSet<&str> =
        verdicts.iter().filter_map(|i| Some(case.verdicts.get(*i)?.subject.id.as_str())).collect();
    let wide = [group.acts.len() >= 5, accounts.len() > 1, subjects.len() > 2];
    let breadth = wide.into_iter().map(|wide| if wide { 5 } else { 0 }).sum();
    IncidentScore { severity, outcome, kind: group.kind.weight(), breadth }
}

/// The first and the last ones; `count` and `evidence` have all.
fn steps(acts: &[Act], case: Case<'_>) -> Vec<Step> {
    let behind = acts.len().saturating_sub(TOLD);
    let shown = (0_u64..).zip(acts).enumerate().filter(|(at, _)| *at < TOLD || *at >= behind);
    let steps = shown.map(|(_, (number, act))| Step {
        time: instant::show(act.at),
        what: case.log.entry(act.evidence).map(what).unwrap_or_default(),
        outcome: outcome(act),
        by: act.actor.said(),
        account: act.account.clone(),
        evidence: number,
    });
    steps.collect()
}

fn what(entry: &crate::ingest::log::Entry) -> String {
    match &entry.said {
        crate::ingest::Said::Record(record) => record.name.clone(),
        _ => "seen in a snapshot".to_owned(),
    }
}

/// What all calls of the actor have in common, and the values of what differs: sessions, addresses, keys.
fn members(acts: &[&Act]) -> Map<String, Value> {
    let mut values: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for act in acts {
        let Ok(Value::Object(own)) = serde_json::to_value(&act.actor) else { continue };
        for (name, value) in own {
            *seen.entry(name.clone()).or_insert_with(|| {
                order.push(name.clone());
                0
            }) += 1;
            values.entry(name).or_default().insert(value.to_string(), value);
        }
    }
    let told = order.into_iter().filter_map(|name| {
        let (of, in_all) = (values.remove(&name)?, seen.get(&name) == Some(&acts.len()));
        let mut of = of.into_values().take(VALUES);
        let value = match (of.len(), in_all) {
            (1, true) => of.next()?,
            _ => Value::Array(of.collect()),
        };
        Some((name, value))
    });
    told.collect()
}

impl IncidentScore {
    fn total(&self) -> u8 {
        self.severity.saturating_add(self.outcome).saturating_add(self.kind).saturating_add(self.breadth).min(100)
    }
}
