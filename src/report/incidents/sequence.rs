//! Deeds that mean more together than each alone.

use super::kinds::{Deed, Kind, TAKES};
use super::{APART, Act, Case, Group, act, deed, not_stated, record, runs};
use crate::arn::{AccountId, VaultArn};
use crate::evidence::{Cite, Evidence};
use crate::record::identity::Actor;
use crate::status::Status;
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// A burst is at least so many refused calls,
const BURST: usize = 5;
/// each so soon after the one before.
const SOON: Duration = Duration::minutes(10);

/// Of the acts of one actor in order of time: what weakens, each with the deletions within a day after it, refused ones too;
/// and what is left. A weakening that was refused weakened nothing.
pub fn weakened_then_deleted(acts: Vec<Act>) -> (Vec<Group>, Vec<Act>) {
    let weakens = |act: &Act| act.deed.weakens() && !act.is_refused();
    let mut taken = vec![false; acts.len()];
    let mut weakened = None;
    for (taken, act) in taken.iter_mut().zip(&acts) {
        if weakens(act) {
            weakened = Some(act.at);
        }
        *taken = act.deed.deletes() && weakened.is_some_and(|at| act.at - at <= APART);
    }
    let mut deleted = None;
    for (taken, act) in taken.iter_mut().zip(&acts).rev() {
        if *taken {
            deleted = Some(act.at);
        }
        *taken |= weakens(act) && deleted.is_some_and(|at| at - act.at <= APART);
    }
    let mut taken = taken.into_iter();
    let (members, rest): (Vec<Act>, Vec<Act>) = acts.into_iter().partition(|_| taken.next() == Some(true));
    let groups = runs(members, APART).into_iter();
    (groups.map(|acts| Group { kind: Kind::WeakenedThenDeleted, hint: not_stated(&acts), acts }).collect(), rest)
}

/// Many refused calls of one actor at once that fail no control, whatever they are.
pub fn bursts(acts: Vec<Act>) -> (Vec<Group>, Vec<Act>) {
    let (refused, mut rest): (Vec<Act>, Vec<Act>) = acts.into_iter().partition(|act| act.kind != act.deed.kind());
    let (bursts, few): (Vec<_>, Vec<_>) = runs(refused, SOON).into_iter().partition(|run| run.len() >= BURST);
    rest.extend(few.into_iter().flatten());
    rest.sort_by_key(|act| (act.at, act.evidence));
    let groups = bursts.into_iter();
    (groups.map(|acts| Group { kind: Kind::BurstOfRefusedCalls, acts, hint: None }).collect(), rest)
}

/// Accounts that may not have a vault, with the verdicts that say so.
fn strangers(case: Case<'_>) -> BTreeMap<(VaultArn, AccountId), BTreeSet<usize>> {
    let mut found: BTreeMap<(VaultArn, AccountId), BTreeSet<usize>> = BTreeMap::new();
    for (index, verdict) in case.verdicts.iter().enumerate().filter(|(_, v)| v.status == Status::NonCompliant) {
        let id = verdict.subject.id.as_str();
        let (vault, accounts): (&str, Vec<&str>) = match (verdict.control.as_str(), verdict.reason.code.as_str()) {
            ("SHR-02", "not_approved" | "approval_expired" | "external_account") => match id.split_once('|') {
                Some((vault, principal)) => (vault, vec![principal]),
                None => continue,
            },
            ("SHR-05" | "APR-06", _) => {
                let named = verdict.reason.observed.get("accounts").and_then(|list| list.as_array());
                (id, named.into_iter().flatten().filter_map(|name| name.as_str()).collect())
            }
            _ => continue,
        };
        let Some(vault) = VaultArn::parse(vault) else { continue };
        for account in accounts.into_iter().filter_map(AccountId::parse) {
            found.entry((vault.clone(), account)).or_default().insert(index);
        }
    }
    found
}

/// A vault in the hands of an account that may not have it, from how it got there to the copy or restore.
pub fn share_then_restore(case: Case<'_>, known: &[Act]) -> Vec<Group> {
    let opening: BTreeMap<Evidence, &Act> = known
        .iter()
        .filter(|act| act.deed == Deed::Share && !act.is_refused())
        .map(|act| (act.evidence, act))
        .collect();
    let groups = strangers(case).into_iter().filter_map(|((vault, account), verdicts)| {
        let taken = taken(case, &vault, &account, &verdicts);
        if taken.is_empty() {
            return None;
        }
        let cites = verdicts.iter().filter_map(|index| case.judged.get(*index)).flat_map(|(_, j)| &j.judgement.cites);
        let opened = cites.filter_map(|cite| match cite {
            Cite::Entry(evidence, _) => shared(case, *evidence, &opening, &verdicts),
            Cite::Coverage(..) => None,
        });
        let mut acts: Vec<Act> = opened.collect();
        // Who took it stands for the incident.
        acts.extend(taken);
        acts.sort_by_key(|act| (act.at, act.evidence));
        acts.dedup_by_key(|act| act.evidence);
        Some(Group { kind: Kind::ShareThenRestore, acts, hint: None })
    });
    groups.collect()
}

/// A cited call that shares or opens the vault.
fn shared(
    case: Case<'_>,
    evidence: Evidence,
    known: &BTreeMap<Evidence, &Act>,
    verdicts: &BTreeSet<usize>,
) -> Option<Act> {
    if let Some(act) = known.get(&evidence) {
        return Some(Act { verdicts: &act.verdicts | verdicts, ..(*act).clone() });
    }
    let record = record(case.log, evidence).filter(|r| !r.failed)?;
    let deed = deed(record).filter(|deed| *deed == Deed::Share)?;
    act(evidence, record, deed, deed.kind(), verdicts.clone())
}

/// Copies and restores from a vault by an account: the calls in its log, and the jobs that snapshots and events show.
fn taken(case: Case<'_>, vault: &VaultArn, account: &AccountId, verdicts: &BTreeSet<usize>) -> Vec<Act> {
    let uses = case.world.uses.get(&(vault.clone(), account.clone()));
    let calls = uses.into_iter().flatten().filter_map(|used| {
        let record = record(case.log, used.evidence).filter(|r| !r.failed && TAKES.contains(&r.name.as_str()))?;
        act(used.evidence, record, Deed::Use, Deed::Use.kind(), verdicts.clone())
    });
    let copied = case.world.copying.calls.iter().filter(|call| {
        let what = &call.what;
        what.error_code.is_none() && what.source.as_ref() == Some(vault) && what.account.as_ref() == Some(account)
    });
    let copies = copied.filter_map(|call| {
        act(call.evidence, record(case.log, call.evidence)?, Deed::Use, Deed::Use.kind(), verdicts.clone())
    });
    let restores = case.world.index.restores.from(vault).iter();
    let jobs = restores.filter(|r| r.pair.as_ref().is_some_and(|(own, _)| own == account)).filter_map(|restore| {
        let job = case.world.jobs.get(&restore.job)?;
        let (at, evidence) = job.first_seen?;
        let by = job.by.as_ref().map(|(actor, _)| (**actor).clone());
        Some(Act {
            evidence,
            at,
            deed: Deed::Use,
            kind: Deed::Use.kind(),
            error: None,
            not_stated: false,
            actor: by.unwrap_or_else(|| Actor { account: Some(account.clone()), ..Actor::named(account.as_str()) }),
            account: Some(account.to_string()),
            verdicts: verdicts.clone(),
        })
    });
    let inside = |act: &Act| act.at >= case.window.0 && act.at <= case.window.1;
    calls.chain(copies).chain(jobs).filter(inside).collect()
}
