//! Incidents: what one actor did that verdicts hold against them, put together and told in order.
//!
//! An actor is a role, a user or a root, over all sessions and accounts. Their deeds are the calls that failed verdicts
//! cite, refused calls that fail no control, and what weakens or deletes and is not stated to be allowed: that counts together
//! with other deeds only. Sequences are looked for first (`sequence`); what is left is put together by
//! kind, as long as no more than a day lies between two deeds. ARCHITECTURE.md has the table of kinds and scores.

pub mod kinds;
mod sequence;
mod shared;
mod told;

use super::wire::{Incident, Status, Verdict};
use crate::controls::engine::Judged;
use crate::evidence::{Cite, Evidence};
use crate::ingest::{Log, Said};
use crate::instant::Instant;
use crate::record::identity::Actor;
use crate::record::packed::Packed;
use crate::world::World;
use chrono::Duration;
use kinds::{Deed, Kind, is_noise};
use std::collections::{BTreeMap, BTreeSet};

/// Deeds further apart than this are told apart.
const APART: Duration = Duration::hours(24);

/// What incidents are made of.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Judgements with their control's id.
    pub judged: &'a [(&'a str, &'a Judged)],
    /// The verdicts made of them, in the same order.
    pub verdicts: &'a [Verdict],
    /// The world.
    pub world: &'a World,
    /// The log.
    pub log: &'a Log,
    /// First and last instant.
    pub window: (Instant, Instant),
}

/// One call of somebody.
#[derive(Debug, Clone)]
struct Act {
    evidence: Evidence,
    at: Instant,
    deed: Deed,
    /// What it belongs to if no sequence takes it.
    kind: Kind,
    error: Option<String>,
    /// It went through, and whether it may is stated nowhere.
    not_stated: bool,
    actor: Actor,
    account: Option<String>,
    /// Indices of the verdicts that it stands behind.
    verdicts: BTreeSet<usize>,
}

impl Act {
    fn is_refused(&self) -> bool {
        self.error.is_some()
    }
}

/// Acts that belong together.
struct Group {
    kind: Kind,
    /// In order of time.
    acts: Vec<Act>,
    /// What to do about a mistake.
    hint: Option<String>,
}

/// Puts incidents together, the worst first.
pub fn group(case: Case<'_>) -> Vec<Incident> {
    let mut acts = held_against(case);
    let known: BTreeSet<Evidence> = acts.iter().map(|act| act.evidence).collect();
    acts.extend(refused(case, &known));
    acts.sort_by_key(|act| (act.at, act.evidence));
    let mut groups = sequence::share_then_restore(case, &acts);
    let mut by_actor: BTreeMap<String, Vec<Act>> = BTreeMap::new();
    for act in acts {
        by_actor.entry(key(&act.actor, act.account.as_deref())).or_default().push(act);
    }
    for acts in by_actor.into_values() {
        let (sequences, mut rest) = sequence::weakened_then_deleted(acts.clone());
        together(&acts, &mut rest);
        let (bursts, rest) = sequence::bursts(rest);
        groups.extend(sequences);
        groups.extend(bursts);
        groups.extend(by_kind(rest));
    }
    groups.extend(shared::refused_reads(case));
    told::all(groups, case)
}

/// The same hand: a role, user or root, whatever the session; who is not known is told apart by account.
fn key(actor: &Actor, account: Option<&str>) -> String {
    if actor.principal == "unknown" {
        format!("unknown {}", account.unwrap_or_default())
    } else {
        actor.principal.clone()
    }
}

/// What failed verdicts cite of calls that such verdicts are about; and what others cite of calls that weaken or delete, of
/// which it is stated nowhere whether they may.
fn held_against(case: Case<'_>) -> Vec<Act> {
    let mut cited: BTreeMap<Evidence, Cited> = BTreeMap::new();
    let mut known: BTreeMap<Evidence, Option<Deed>> = BTreeMap::new();
    for (index, ((control, judged), verdict)) in case.judged.iter().zip(case.verdicts).enumerate() {
        let not_stated = verdict.reason.code == "policy_not_stated";
        if verdict.status != Status::NonCompliant && !not_stated {
            continue;
        }
        let base = control.split('/').next().unwrap_or(control);
        for cite in judged.judgement.cites.iter().take(judged.judgement.acts) {
            let Cite::Entry(evidence, _) = cite else { continue };
            let Some(record) = record(case.log, *evidence) else { continue };
            // Anything that root does is held against it.
            let of_root = (verdict.reason.code == "root_used").then_some(Deed::Organization);
            let deed = || *known.entry(*evidence).or_insert_with(|| deed(record));
            let Some(deed) = of_root.or_else(deed) else { continue };
            if deed.controls().contains(&base) && (!not_stated || deed.weakens() || deed.deletes()) {
                let new = Cited { deed, not_stated: true, verdicts: BTreeSet::new() };
                let cited = cited.entry(*evidence).or_insert(new);
                cited.not_stated &= not_stated;
                cited.verdicts.insert(index);
            }
        }
    }
    let acts = cited.into_iter().filter_map(|(evidence, cited)| {
        let Cited { deed, not_stated, verdicts } = cited;
        let act = act(evidence, record(case.log, evidence)?, deed, deed.kind(), verdicts)?;
        let not_stated = not_stated && !act.is_refused();
        (!act.actor.is_service).then_some(Act { not_stated, ..act })
    });
    acts.collect()
}

/// A call, and the verdicts that cite it.
struct Cited {
    deed: Deed,
    not_stated: bool,
    verdicts: BTreeSet<usize>,
}

/// What is not stated to be allowed is no incident alone: it stays where something else of the same actor, which is one, lies
/// within a day of it.
fn together(acts: &[Act], rest: &mut Vec<Act>) {
    let firm: Vec<Instant> = acts.iter().filter(|act| !act.not_stated).map(|act| act.at).collect();
    let near = |at: Instant| {
        let next = firm.partition_point(|firm| *firm < at - APART);
        firm.get(next).is_some_and(|firm| *firm - at <= APART)
    };
    rest.retain(|act| !act.not_stated || near(act.at));
}

/// Refused calls in the window that fail no control, beside the verdicts on the account that logged them.
fn refused(case: Case<'_>, known: &BTreeSet<Evidence>) -> Vec<Act> {
    let mut beside: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    for (index, verdict) in case.verdicts.iter().enumerate().filter(|(_, v)| v.status != Status::NotApplicable) {
        if let Some(account) = &verdict.subject.account {
            beside.entry((&verdict.control, account)).or_default().insert(index);
        }
    }
    let mut acts = Vec::new();
    for (index, entry) in (0_u32..).zip(&case.log.entries) {
        let Said::Record(record) = &entry.said else { continue };
        let inside = record.time >= case.window.0 && record.time <= case.window.1;
        if !record.failed || !inside || known.contains(&Evidence(index)) {
            continue;
        }
        let Some(source) = record.open().map(|opened| opened.source) else { continue };
        let Some((deed, kind, control)) = Deed::refused(&source, &record.name) else { continue };
        let Some(account) = &record.account else { continue };
        let Some(verdicts) = beside.get(&(control, account.as_str())) else { continue };
        let Some(act) = act(Evidence(index), record, deed, kind, verdicts.clone()) else { continue };
        if !act.actor.is_service && !act.error.as_deref().is_none_or(is_noise) {
            acts.push(act);
        }
    }
    acts
}

fn record(log: &Log, evidence: Evidence) -> Option<&Packed> {
    match &log.entry(evidence)?.said {
        Said::Record(record) => Some(record),
        Said::Observation(_) | Said::Digest(_) => None,
    }
}

fn deed(record: &Packed) -> Option<Deed> {
    Deed::of(&record.open()?.source, &record.name)
}

fn act(evidence: Evidence, record: &Packed, deed: Deed, kind: Kind, verdicts: BTreeSet<usize>) -> Option<Act> {
    let opened = record.open()?;
    Some(Act {
        evidence,
        at: opened.time,
        deed,
        kind,
        error: opened.error_code,
        not_stated: false,
        actor: opened.actor,
        account: opened.account.map(|id| id.to_string()),
        verdicts,
    })
}

/// What to do where some acts are not stated to be allowed.
fn not_stated(acts: &[Act]) -> Option<String> {
    let lists: BTreeSet<&str> = acts.iter().filter(|act| act.not_stated).map(|act| act.deed.list()).collect();
    let lists: Vec<&str> = lists.into_iter().collect();
    (!lists.is_empty()).then(|| {
        format!(
            "Whether the actor may do this is not stated: if so, list its role in {}; else answer it as an attack.",
            lists.join(" and ")
        )
    })
}

/// Acts of one actor by kind, each as long as no more than a day lies between two of them.
fn by_kind(acts: Vec<Act>) -> Vec<Group> {
    let mut kinds: BTreeMap<Kind, Vec<Act>> = BTreeMap::new();
    for act in acts {
        kinds.entry(act.kind).or_default().push(act);
    }
    let groups = kinds.into_iter().flat_map(|(kind, acts)| {
        let runs = runs(acts, APART);
        runs.into_iter().map(move |acts| Group { kind, hint: not_stated(&acts), acts })
    });
    groups.collect()
}

/// Cuts ordered acts where more time lies between two than allowed.
fn runs(acts: Vec<Act>, apart: Duration) -> Vec<Vec<Act>> {
    let mut runs: Vec<Vec<Act>> = Vec::new();
    for act in acts {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| act.at - last.at <= apart) => run.push(act),
            _ => runs.push(vec![act]),
        }
    }
    runs
}
