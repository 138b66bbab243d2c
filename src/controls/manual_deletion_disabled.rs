//! DEL-02: on vaults that feed air-gapped ones, deleting by hand is denied to everybody, or a final lock prevents it.

use super::air_gapped;
use super::judgement::{Judgement, Proof, State};
use super::params::Params;
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::VaultArn;
use crate::facts::words::VaultKind;
use crate::iam::{Denial, MANUAL_DELETION, Policy};
use crate::instant;
use crate::world::vault::Vault;

/// AWS Config takes so many.
const MOST_PRINCIPALS: usize = 5;

/// AWS Config's bound.
pub fn check(params: &Params) -> Result<(), String> {
    match params.list("principalArnList").unwrap_or_default().len() {
        0..=MOST_PRINCIPALS => Ok(()),
        n => Err(format!("principalArnList has {n} entries; it takes at most {MOST_PRINCIPALS}")),
    }
}

/// Standard vaults from which copies go to air-gapped ones.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let world = context.world;
    let is = |arn: &VaultArn, wanted: &VaultKind| world.vaults.get(arn).and_then(air_gapped::kind) == Some(wanted);
    let other = |arn: &VaultArn| is(arn, &VaultKind::AirGapped) || is(arn, &VaultKind::RestoreAccess);
    let scope = &context.policy.scope;
    let sources = world.index.feeding.keys().filter(|arn| !other(arn));
    sources.filter(|arn| scope.holds(arn.account().as_ref(), arn.region().as_ref())).map(Subject::vault).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Vault(arn) = &subject.key else { return unread("The vault is not known") };
    let Some(vault) = view.of.world.vaults.get(arn) else { return unread("No record shows the access policy") };
    if let Some(answer) = air_gapped::lifetime(vault, view) {
        return answer;
    }
    if view.of.params.flag("accept_lock")
        && let Some(answer) = locked(vault, view)
    {
        return answer;
    }
    let state = view.state(&vault.policy, vault.pair().as_ref(), "access policy");
    let Some((text, proof)) = state.last_known() else {
        return match state {
            State::Changed(evidence) => unread("The access policy was set to something that cannot be read").citing(evidence, "change"),
            _ => unread("No record shows the access policy"),
        };
    };
    let Some(text) = text else {
        let message = "The vault has no access policy: whoever IAM lets can delete its recovery points.";
        return Judgement::non_compliant("no_policy", message, &proof);
    };
    match Policy::parse(text) {
        Err(error) => unread(&format!("The access policy cannot be read: {error}")).citing_all(&proof),
        Ok(policy) => guarded(&policy, &proof, view).unwrap_or_else(|| {
            let message = "The access policy denies deletion by hand to everybody.";
            state.stale("The access policy").unwrap_or_else(|| Judgement::compliant("denied", message, &proof))
        }),
    }
}

fn unread(what: &str) -> Judgement {
    let advice = "add `aws backup get-backup-vault-access-policy` of the vault to the snapshot";
    Judgement::insufficient("policy_unknown", format!("{what}; {advice}."))
}

/// A lock in compliance mode that is final: nobody can lift it any more.
fn locked(vault: &Vault, view: &View<'_>) -> Option<Judgement> {
    let pair = vault.pair();
    let (locked, proof) = view.state(&vault.locked, pair.as_ref(), "Locked").last_known()?;
    let span = view.look(&vault.lock_date)?;
    let date = (*span.value.as_ref()?)?;
    for (when, _) in &span.confirmed {
        view.changes_at(*when);
    }
    // Shown after it became final it stays; before, it may have been lifted in a hole of the log.
    let is_final = span.last_shown(view.now()).0 >= date;
    let known = matches!(view.state(&vault.lock_date, pair.as_ref(), "LockDate"), State::Known { .. });
    (*locked && view.is_past(date) && (is_final || known)).then(|| {
        let message = format!("A lock in compliance mode is final since {}.", instant::show(date));
        let proof = proof.and(span.last_shown(view.now()).1, "LockDate");
        Judgement::compliant("locked", message, &proof).observed("LockDate", instant::show(date))
    })
}

/// What is missing; `None`: nothing.
fn guarded(policy: &Policy, proof: &Proof, view: &View<'_>) -> Option<Judgement> {
    let guard = policy.guard(&MANUAL_DELETION);
    let exempt = view.of.params.list("principalArnList").unwrap_or_default();
    let others = |denial: &Denial| -> Vec<String> {
        let all = denial.exempt.iter().flat_map(|exemption| exemption.values.iter());
        all.filter(|value| !exempt.contains(&value.as_str())).cloned().collect()
    };
    let mut suitable = guard.denials.iter().filter(|denial| denial.all && denial.narrowed.is_empty()).map(others);
    let mut left = None;
    if let Some(first) = suitable.next() {
        let best = std::iter::once(first).chain(suitable).min_by_key(Vec::len)?;
        if best.is_empty() {
            return None;
        }
        left = Some(best);
    }
    let answer = if let Some(others) = left {
        let message = format!("The Deny leaves out {}, who are not under principalArnList.", others.join(", "));
        Judgement::non_compliant("others_exempt", message, proof).observed("exempt", others)
    } else if guard.missing.is_empty() {
        let message = "Each action is denied, but by several statements: AWS Config wants one that denies all three.";
        Judgement::non_compliant("deny_split", message, proof)
    } else if let Some(denial) = guard.denials.iter().find(|denial| !denial.narrowed.is_empty()) {
        let narrowed = denial.narrowed.join(", ");
        if denial.narrowed.iter().any(|why| why.starts_with("unknown element")) {
            return Some(unread(&format!("The Deny cannot be understood ({narrowed})")).citing_all(proof));
        }
        let message = format!("The Deny holds under a condition only: {narrowed}.");
        Judgement::non_compliant("deny_conditional", message, proof)
    } else {
        let message = format!("Nothing denies {} to everybody on every resource.", guard.missing.join(", "));
        Judgement::non_compliant("no_deny", message, proof)
    };
    Some(answer.observed("missing", guard.missing).expected("Deny", MANUAL_DELETION.to_vec()))
}
