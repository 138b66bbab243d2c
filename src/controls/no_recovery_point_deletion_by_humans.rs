//! DEL-03: nobody deletes recovery points by hand, or tries to. On a locked vault the refusal is the signal.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::policy::{Answer, actor_on};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{RecoveryPointArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::calls::DeleteCall;
use crate::facts::words::VaultKind;
use crate::instant::Instant;
use crate::status::Severity;
use crate::world::Happened;
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use super::nothing_to_check as check;

/// Within this time calls of one actor belong together.
const BURST_WITHIN: Duration = Duration::minutes(10);
/// Vaults that one actor touches to make a burst of it.
const BURST_VAULTS: usize = 3;

/// Every vault that holds something; a restore access vault holds nothing.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let holding = air_gapped::in_scope(context).filter(|v| air_gapped::kind(v) != Some(&VaultKind::RestoreAccess));
    let mut vaults: BTreeSet<VaultArn> = holding.map(|v| v.arn.clone()).collect();
    let scope = &context.policy.scope;
    let touched = context.world.delete_calls.iter().filter_map(|call| vault_of(&call.what, context));
    vaults.extend(touched.filter(|v| scope.holds(v.account().as_ref(), v.region().as_ref())));
    vaults.iter().map(Subject::vault).collect()
}

/// A denied call names no vault, but its message names the recovery point.
fn vault_of(call: &DeleteCall, context: &Context<'_>) -> Option<VaultArn> {
    call.vault.clone().or_else(|| {
        let arn = RecoveryPointArn::new(call.point.as_deref()?);
        context.world.points.get(&arn)?.vault().cloned()
    })
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Vault(arn) = &subject.key else { return Judgement::insufficient("coverage_gap", "The vault is not known.") };
    let found = view.of.world.vaults.get(arn);
    if let Some(answer) = found.and_then(|vault| air_gapped::lifetime(vault, view)) {
        return answer;
    }
    let from = view.window();
    let (mut here, mut open) = (Vec::new(), Vec::new());
    let calls = view.of.world.index.delete_calls.get(arn).map(Vec::as_slice).unwrap_or_default();
    let call_of = |at: &Happened<usize>| view.of.world.delete_calls.get(at.what);
    for call in view.so_far(calls, from).iter().filter_map(call_of) {
        match weigh(call, view) {
            Weighed::Against => here.push(call),
            Weighed::NotStated => open.push(call),
            Weighed::Fine => {}
        }
    }
    // What was done to other vaults makes it worse, not another answer.
    let everywhere = if here.is_empty() { BTreeMap::new() } else { by_actor(from, view) };
    if let Some(answer) = convict(&here, &everywhere, view) {
        here.last().into_iter().for_each(|last| view.leaves(from, last.at));
        return answer;
    }
    view.awaits(calls, |at| call_of(at).is_some_and(|call| !matches!(weigh(call, view), Weighed::Fine)));
    if let Some(call) = open.first() {
        view.leaves(from, call.at);
        let message = format!(
            "{} by {} went through; whether it may is not stated: list the roles under [authorized] deleters.",
            call.what.name,
            call.what.actor.said(),
        );
        let undecided = Judgement::insufficient("policy_not_stated", message).observed("calls", open.len());
        return open.iter().fold(undecided, |told, call| told.citing(call.evidence, "cannot be judged"));
    }
    let pair = arn.pair();
    match view.covered(pair.as_ref(), from) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether recovery points were deleted by hand cannot be known", &hole),
        Ok(covered) => match Proof::absence(covered, "no deletion by hand") {
            Some(proof) => Judgement::compliant("no_deletions", "Nobody deleted recovery points by hand.", &proof).observed("calls", 0),
            None => Judgement::insufficient("coverage_gap", "No log is known that could show a deletion."),
        },
    }
}

enum Weighed {
    Fine,
    NotStated,
    Against,
}

fn weigh(call: &Happened<DeleteCall>, view: &View<'_>) -> Weighed {
    let code = call.what.error_code.as_deref().unwrap_or_default();
    if ["Throttl", "ServiceUnavailable", "Internal", "ResourceNotFound"].iter().any(|noise| code.contains(noise)) {
        return Weighed::Fine;
    }
    // On a locked vault a refusal is what an attack looks like, whoever makes the call.
    if call.what.refusal.is_some() {
        return Weighed::Against;
    }
    match actor_on(view.of.policy.deleters.as_deref(), &call.what.actor, call.at) {
        Answer::Yes => Weighed::Fine,
        Answer::NotStated => Weighed::NotStated,
        Answer::No | Answer::Expired(_) => Weighed::Against,
    }
}

/// Who: principal and session.
type Who<'w> = (&'w str, Option<&'w str>);

fn who(call: &Happened<DeleteCall>) -> Who<'_> {
    (&call.what.actor.principal, call.what.actor.session.as_deref())
}

/// The calls of the window that are held against somebody, on whatever vault.
fn by_actor<'w>(from: Instant, view: &View<'w>) -> BTreeMap<Who<'w>, Vec<&'w Happened<DeleteCall>>> {
    let mut all: BTreeMap<Who<'w>, Vec<&'w Happened<DeleteCall>>> = BTreeMap::new();
    for call in view.so_far(&view.of.world.delete_calls, from) {
        if matches!(weigh(call, view), Weighed::Against) {
            all.entry(who(call)).or_default().push(call);
        }
    }
    all
}

fn convict(
    here: &[&Happened<DeleteCall>],
    everywhere: &BTreeMap<Who<'_>, Vec<&Happened<DeleteCall>>>,
    view: &View<'_>,
) -> Option<Judgement> {
    let note = |call: &Happened<DeleteCall>| match &call.what.error_code {
        Some(code) => format!("refused: {code}"),
        None => "went through".into(),
    };
    let mut proof = Proof::all(here.iter().map(|call| (call.evidence, note(call))))?;
    let own: BTreeSet<Evidence> = here.iter().map(|call| call.evidence).collect();
    let actors: BTreeSet<Who<'_>> = here.iter().map(|call| who(call)).collect();
    let theirs = actors.iter().filter_map(|actor| everywhere.get(actor));
    let bursts = theirs.map(|calls| burst_of(calls, view));
    let bursts: Vec<_> = bursts.filter(|burst| burst.iter().any(|call| own.contains(&call.evidence))).collect();
    let all = bursts.iter().flatten().map(|call| (call.evidence, format!("of the burst, {}", note(call))));
    proof = proof.with(Proof::all(all));
    let burst = !bursts.is_empty();
    // A denied call names no vault.
    let nameless = here.iter().chain(bursts.iter().flatten()).filter(|call| call.what.vault.is_none());
    let vaults = nameless.filter_map(|call| {
        let point = view.of.world.points.get(&RecoveryPointArn::new(call.what.point.as_deref()?))?;
        point.vault.as_ref().map(|(_, by)| (*by, "the vault of the recovery point"))
    });
    proof = proof.with(Proof::all(vaults));
    let deleted = here.iter().filter(|call| call.what.refusal.is_none()).count();
    let mut actors: Vec<String> = here.iter().map(|call| call.what.actor.said()).collect();
    actors.sort();
    actors.dedup();
    let (code, severity) = match (burst, deleted) {
        (true, _) => ("burst", Severity::Critical),
        (false, 1..) => ("deleted_by_human", Severity::Critical),
        (false, 0) => ("refused_deletion", Severity::High),
    };
    let refused = here.len() - deleted;
    let message = format!("{deleted} deletions by hand went through and {refused} were refused, by {}.", actors.join("; "));
    let judgement = Judgement::non_compliant(code, message, &proof).severity(severity);
    Some(judgement.observed("deleted", deleted).observed("refused", refused).observed("actors", actors))
}

/// Calls of one actor that are a burst: so many close together, or calls on so many vaults in the window.
fn burst_of<'c>(theirs: &[&'c Happened<DeleteCall>], view: &View<'_>) -> Vec<&'c Happened<DeleteCall>> {
    let limit = usize::try_from(view.of.params.int("burst").unwrap_or(10)).unwrap_or(10);
    let vaults: BTreeSet<_> = theirs.iter().filter_map(|c| vault_of(&c.what, &view.of)).collect();
    if vaults.len() >= BURST_VAULTS {
        return theirs.to_vec();
    }
    let (mut near, mut told) = (VecDeque::new(), Vec::new());
    for call in theirs {
        near.push_back((*call, false));
        while near.front().is_some_and(|(first, _)| call.at - first.at > BURST_WITHIN) {
            near.pop_front();
        }
        if near.len() >= limit {
            told.extend(near.iter_mut().rev().take_while(|(_, known)| !known).map(|(own, known)| {
                *known = true;
                *own
            }));
        }
    }
    told
}
