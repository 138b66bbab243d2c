//! DEL-01: whoever deletes a vault may, it is empty then, and nothing refers to it any more.

use super::guarding;
use super::judgement::{Hole, Judgement, Proof};
use super::policy::{Answer, actor_on};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::VaultArn;
use crate::facts::guards::GuardCall;
use crate::facts::words::Association;
use crate::instant;
use crate::status::Severity;
use crate::world::Happened;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

const SOURCE: &str = "backup.amazonaws.com";
type Call = Happened<GuardCall>;

/// Vaults that somebody deleted, or tried to.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let calls = context.world.guard_calls.iter().filter(|((_, source), _)| source == SOURCE);
    let vaults: BTreeSet<VaultArn> = calls.flat_map(|(_, calls)| calls).filter_map(vault_of).collect();
    let scope = &context.policy.scope;
    vaults.iter().filter(|arn| scope.holds(arn.account().as_ref(), arn.region().as_ref())).map(Subject::vault).collect()
}

/// The vault that a call is to delete.
fn vault_of(call: &Call) -> Option<VaultArn> {
    let what = &call.what;
    if what.name != "DeleteBackupVault" || what.actor.is_service {
        return None;
    }
    let target = what.target.as_deref()?;
    VaultArn::parse(target).or_else(|| Some(VaultArn::of(what.account.as_ref()?, what.region.as_ref()?, target)))
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Vault(arn) = &subject.key else { return not_deleted() };
    let Some(account) = arn.account() else { return not_deleted() };
    let all = guarding::calls(view.of.world, &account, SOURCE);
    let calls = view.happened_to(all, view.window(), |call| vault_of(call).as_ref() == Some(arn));
    let Some(done) = calls.iter().rev().find(|call| guarding::was_done(&call.what)) else {
        let message = "Somebody tried to delete the vault, and was refused.";
        return match Proof::all(calls.iter().map(|call| (call.evidence, "refused".to_owned()))) {
            Some(proof) => Judgement::not_applicable("only_refused", message).citing_all(&proof),
            None => not_deleted(),
        };
    };
    let answer = deleted(arn, done, view);
    let due = view.of.world.vaults.get(arn).and_then(|vault| vault.key_deletion_due);
    match due {
        Some((due, _)) => answer.observed("key_deletion_due", instant::show(due)),
        None => answer,
    }
}

fn not_deleted() -> Judgement {
    Judgement::not_applicable("not_deleted", "Nobody deleted the vault in the window.")
}

fn deleted(arn: &VaultArn, call: &Call, view: &View<'_>) -> Judgement {
    let who = call.what.actor.said();
    let at = instant::show(call.at);
    let proof = Proof::shown(call.evidence, "deletion of the vault");
    let before = call.at - instant::tick();
    let held = view.of.world.holdings(arn, before);
    // What goes in and out is followed over the whole log.
    let whole = arn.pair().map(|pair| view.of.world.coverage.whole_since(&pair, before));
    let log = whole.and_then(|whole| view.covered_between(arn.pair().as_ref(), whole, before).ok());
    let log = log.and_then(|covered| Proof::absence(covered, "what went into the vault and out of it"));
    let points = held.present.iter().filter_map(|point| point.first_seen);
    if let Some(points) = Proof::all(points.map(|(_, evidence)| (evidence, "recovery point in the vault".to_owned()))) {
        let n = held.present.len();
        let message = format!("{who} deleted the vault at {at}, and by the log it held {n} recovery points: AWS refuses that.");
        return Judgement::non_compliant("not_empty", message, &proof.with(Some(points)).with(log)).observed("recovery_points", n);
    }
    match actor_on(view.of.policy.deleters.as_deref(), &call.what.actor, call.at) {
        Answer::Yes | Answer::NotStated => {}
        Answer::No | Answer::Expired(_) => {
            let message = format!("{who} deleted the vault at {at}, and is not among the deleters.");
            return Judgement::non_compliant("unauthorized_caller", message, &proof);
        }
    }
    if let Some((what, found)) = referred(arn, call, view) {
        let message = format!("The vault was deleted at {at}, and {what} still refers to it.");
        let answer = Judgement::non_compliant("still_referenced", message, &proof.with(Some(found)));
        return answer.severity(Severity::High);
    }
    if view.of.policy.deleters.is_none() {
        let message = format!("{who} deleted the vault at {at}; whether they may is not stated: list the roles under [authorized] deleters.");
        return Judgement::insufficient("policy_not_stated", message).citing_all(&proof);
    }
    if let Some(complete) = held.complete.filter(|_| held.doubtful.is_empty()) {
        let message = format!("{who}, who may, deleted the vault at {at} when it was empty.");
        let proof = proof.and(complete, "every recovery point since is in the log").with(log);
        return match unreferred(arn, view) {
            Ok(more) => Judgement::compliant("deleted_empty", message, &proof.with(more)),
            Err(hole) => Judgement::gap("coverage_gap", "Whether anything refers to the vault cannot be known", &hole).citing_all(&proof),
        };
    }
    let message = format!(
        "The vault was deleted at {at}; what it held then is not known: the log has to be whole since its creation, or since \
         `aws backup list-recovery-points-by-backup-vault`."
    );
    Judgement::insufficient("count_unknown", message).citing_all(&proof)
}

/// The log that would show what refers to a deleted air-gapped vault whose key AWS deletes: its owner's, since its creation.
fn unreferred(arn: &VaultArn, view: &View<'_>) -> Result<Option<Proof>, Hole> {
    let due = view.of.world.vaults.get(arn).filter(|vault| vault.key_deletion_due.is_some());
    let Some(vault) = due else { return Ok(None) };
    let from = vault.created.map_or_else(|| view.window(), |(created, _)| created);
    Ok(Proof::absence(view.covered(arn.pair().as_ref(), from)?, "nothing that refers to the vault"))
}

/// What refers to a deleted air-gapped vault whose key AWS deletes: shares, restore access, jobs of plans.
fn referred(arn: &VaultArn, call: &Call, view: &View<'_>) -> Option<(String, Proof)> {
    let world = view.of.world;
    world.vaults.get(arn)?.key_deletion_due?;
    for share in world.shares.values() {
        let Some(inside) = share.resources.get(arn.as_str()).and_then(|line| view.look(line)) else { continue };
        let gone = view.look(&share.exists).is_some_and(|span| span.value == Some(false));
        if inside.value == Some(Association::Associated) && !gone {
            let proof = Proof::shown(inside.last_shown(view.now()).1, "the vault is in the share");
            return Some((format!("the share {}", share.arn), proof));
        }
    }
    for access in world.accesses.values().filter(|access| access.source.as_ref().is_some_and(|(source, _)| source == arn)) {
        let Some(span) = view.look(&access.exists).filter(|span| span.value == Some(true)) else { continue };
        let proof = Proof::shown(span.last_shown(view.now()).1, "restore access vault");
        return Some((format!("the restore access vault {}", access.id), proof));
    }
    let later = world.jobs.values().filter_map(|job| {
        let (began, evidence) = job.began.as_ref()?;
        let into = job.destination.as_ref().is_some_and(|(vault, _)| vault == arn);
        (into && job.rule.is_some() && *began > call.at).then_some((*began, *evidence))
    });
    let (began, evidence) = later.min()?;
    view.is_past(began).then(|| ("a backup plan".to_owned(), Proof::shown(evidence, "job of a plan into the vault")))
}
