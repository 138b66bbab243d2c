//! SHR-02: whoever holds a share of a LAG vault is approved, and still needs it.

use super::judgement::{Judgement, Proof, State};
use super::policy::{Answer, account_on, expiries, principal_account};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{AccountId, VaultArn};
use crate::facts::words::Association;
use crate::instant::{self, Instant};
use crate::status::Severity;
use crate::world::share::Share;
use chrono::Duration;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Every vault in every share, with every principal of it.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let mut grants = BTreeSet::new();
    for share in context.world.shares.values() {
        for vault in share.resources.keys().filter_map(|arn| VaultArn::parse(arn)) {
            grants.extend(share.principals.keys().map(|principal| (vault.clone(), principal.clone())));
        }
    }
    let scope = &context.policy.scope;
    let held = grants.into_iter().filter(|(vault, _)| scope.holds(vault.account().as_ref(), vault.region().as_ref()));
    held.map(|(vault, principal)| Subject::grant(&vault, &principal)).collect()
}

/// A share through which the principal holds the vault now.
struct Held<'w> {
    share: &'w Share,
    since: Instant,
    proof: Proof,
    stale: Option<Judgement>,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Grant(vault, principal) = &subject.key else {
        return Judgement::insufficient("state_not_current", "The grant is not known.");
    };
    let grant = match held(vault, principal, view) {
        Ok(grant) => grant,
        Err(answer) => return *answer,
    };
    let who = format!("{principal} has held {} since {}", vault.name(), instant::show(grant.since));
    let list = view.of.policy.accounts.as_deref();
    expiries(list).for_each(|end| view.changes_at(end));
    let fails = |code, message: String| Judgement::non_compliant(code, message, &grant.proof).observed("principal", principal.as_str());
    match account_on(list, principal_account(principal).as_ref().map_or(principal, AccountId::as_str), view.now()) {
        Answer::NotStated => {
            let message = format!("{who}; whether it may is not stated: list the accounts under [authorized] accounts.");
            return Judgement::insufficient("policy_not_stated", message).citing_all(&grant.proof);
        }
        Answer::No => return fails("not_approved", format!("{who} and is not under [authorized] accounts.")),
        Answer::Expired(end) => {
            return fails("approval_expired", format!("{who}; its approval ended at {}.", instant::show(end)));
        }
        Answer::Yes => {}
    }
    if let (Some(account), false) = (principal_account(principal), view.of.params.flag("allow_external"))
        && is_external(&account, view)
    {
        let message = format!("{who} and is outside the organization.");
        // The list that shows who is inside, by its first account.
        let listed = view.of.world.members.values().filter(|_| view.of.policy.organization.is_none()).take(1);
        let inside = Proof::all(listed.map(|evidence| (*evidence, "the accounts of the organization".to_owned())));
        let proof = grant.proof.clone().with(inside);
        return Judgement::non_compliant("external_account", message, &proof).observed("principal", principal.as_str());
    }
    current(vault, principal, &grant, view)
}

fn current(vault: &VaultArn, principal: &str, grant: &Held<'_>, view: &View<'_>) -> Judgement {
    let max_age = view.of.params.int("max_age_days").unwrap_or(365);
    let made = grant.share.created.map_or(grant.since, |(created, _)| created.max(grant.since));
    if !view.within(made, Duration::days(max_age)) {
        let message = format!("{principal} has held {} for more than {max_age} days.", vault.name());
        return Judgement::non_compliant("stale", message, &grant.proof).severity(Severity::Medium);
    }
    if let Some(answer) = unused(vault, principal, grant, view) {
        return answer;
    }
    if let Some(stale) = &grant.stale {
        return stale.clone();
    }
    let message = format!("{principal} may hold {} and has held it since {}.", vault.name(), instant::show(grant.since));
    Judgement::compliant("approved", message, &grant.proof.clone().with(last_use(vault, principal, view)))
}

/// Not used for so long, where the sharee's log reaches back that far; else nothing is said of it.
fn unused(vault: &VaultArn, principal: &str, grant: &Held<'_>, view: &View<'_>) -> Option<Judgement> {
    let days = view.of.params.int("unused_days")?;
    let from = view.back(Duration::days(days));
    view.changes_at(grant.since + Duration::days(days) + instant::tick());
    if grant.since > from {
        return None;
    }
    let sharee = (principal_account(principal)?, vault.region()?);
    let uses = view.of.world.uses.get(&(vault.clone(), sharee.0.clone())).map(Vec::as_slice).unwrap_or_default();
    if !view.happened(uses, from).is_empty() {
        return None;
    }
    let covered = view.covered(Some(&sharee), from).ok()?;
    let proof = Proof::absence(covered, "no use of the vault")?.with(Some(grant.proof.clone()));
    let message = format!("{principal} has not used {} for {days} days.", vault.name());
    Some(Judgement::non_compliant("unused", message, &proof).severity(Severity::Medium))
}

/// The latest use of the vault, which shows that it is still needed.
fn last_use(vault: &VaultArn, principal: &str, view: &View<'_>) -> Option<Proof> {
    let uses = view.of.world.uses.get(&(vault.clone(), principal_account(principal)?))?;
    let last = uses.iter().rev().find(|used| used.at <= view.now())?;
    Some(Proof::shown(last.evidence, "latest use"))
}

/// Without a stated organisation and without a list of its accounts nobody is known to be outside.
fn is_external(account: &AccountId, view: &View<'_>) -> bool {
    match &view.of.policy.organization {
        Some(inside) => !inside.contains_key(account),
        None => !view.of.world.members.is_empty() && !view.of.world.members.contains_key(account),
    }
}

/// The grant as it stands, else the entry that nothing can be read from, else when it ended.
fn held<'w>(vault: &VaultArn, principal: &str, view: &View<'w>) -> Result<Held<'w>, Box<Judgement>> {
    let mut ended = None;
    let mut unread = None;
    let mut best: Option<Held<'w>> = None;
    for share in view.of.world.shares.values() {
        let (Some(resource), Some(line)) = (share.resources.get(vault.as_str()), share.principals.get(principal)) else { continue };
        let pair = share.pair();
        let inside = view.look(resource);
        let state = view.state(line, pair.as_ref(), "holds the share");
        let gone = view.look(&share.exists).filter(|span| span.value == Some(false)).map(|span| (span.from, span.evidence));
        let out = inside.filter(|s| s.value == Some(Association::Disassociated)).map(|s| (s.from, s.evidence));
        let left = view.look(line).filter(|s| s.value == Some(Association::Disassociated)).map(|s| (s.from, s.evidence));
        if let Some(end) = gone.or(out).or(left) {
            ended = ended.or(Some(end));
            continue;
        }
        if let State::Changed(evidence) = state {
            unread = unread.or(Some(evidence));
            continue;
        }
        let (Some(inside), Some((_, proof))) = (inside, state.last_known()) else { continue };
        let since = view.look(line).map_or(inside.from, |s| s.from.max(inside.from));
        let proof = proof.and(inside.last_shown(view.now()).1, "the vault is in the share");
        let stale = state.stale("The grant");
        if best.as_ref().is_none_or(|b| b.stale.is_some() && stale.is_none()) {
            best = Some(Held { share, since, proof, stale });
        }
    }
    match (best, unread) {
        (Some(held), _) => Ok(held),
        (None, Some(evidence)) => {
            let message = "The state of the association is none that is known: it cannot be told whether the grant stands.";
            Err(Box::new(Judgement::insufficient("state_not_current", message).citing(evidence, "association")))
        }
        (None, None) => Err(Box::new(over(ended, view))),
    }
}

fn over(ended: Option<(Instant, crate::evidence::Evidence)>, view: &View<'_>) -> Judgement {
    match ended {
        Some((at, evidence)) => {
            let message = format!("The grant ended by {}.", instant::show(at.min(view.now())));
            Judgement::not_applicable("grant_ended", message).citing(evidence, "end of the grant")
        }
        None => Judgement::not_applicable("not_yet_created", "The vault was not yet shared with it."),
    }
}
