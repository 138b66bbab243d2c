//! Calls against what protects backups, and what an organization is known to hold: what several judges ask.

use super::judgement::Proof;
use super::view::View;
use crate::arn::{AccountId, Region};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::guards::GuardCall;
use crate::iam::Known;
use crate::instant::Instant;
use crate::timeline::{Origin, Timeline};
use crate::world::organizations::organization::Organization;
use crate::world::vault::Vault;
use crate::world::{Happened, World};
use std::collections::BTreeSet;

/// The calls on a service in the log of an account, in order of time.
pub fn calls<'w>(world: &'w World, account: &AccountId, source: &str) -> &'w [Happened<GuardCall>] {
    world.guard_calls.get(&(Some(account.clone()), source.to_owned())).map(Vec::as_slice).unwrap_or_default()
}

/// Whether somebody did it: it went through, and AWS did not do it by itself.
pub fn was_done(call: &GuardCall) -> bool {
    call.error_code.is_none() && call.refusal.is_none() && !call.actor.is_service
}

/// The logs of an account that occur, those of its vaults' Regions, and others that are needed.
pub fn logs(world: &World, account: &AccountId, more: impl IntoIterator<Item = Pair>) -> BTreeSet<Pair> {
    let vaults = world.vaults.values().filter(|vault| vault.first_seen.is_some()).filter_map(Vault::pair);
    let own = world.coverage.pairs().map(|(pair, _)| pair.clone()).chain(vaults).filter(|pair| pair.0 == *account);
    own.chain(more).collect()
}

/// The log in which AWS Organizations, IAM and sign-ins write.
pub fn global(account: &AccountId) -> Pair {
    (account.clone(), Region::new("us-east-1"))
}

/// The management account of an account's organization, as far as a record or a snapshot tells.
pub fn management<'w>(world: &'w World, account: &AccountId) -> Option<&'w AccountId> {
    let holds = |organization: &Organization| {
        let line = organization.accounts.get(account.as_str());
        line.is_some_and(|line| line.spans().iter().any(|span| span.value == Some(true)))
    };
    world.organizations.iter().find(|(id, own)| *id == account || holds(own)).map(|(id, _)| id)
}

/// What shows the management account of an account's organization.
pub fn management_shown(world: &World, account: &AccountId) -> Option<Proof> {
    world.organizations.iter().find_map(|(id, own)| {
        let line = own.accounts.get(account.as_str());
        let span = line.and_then(|line| line.spans().iter().find(|span| span.value == Some(true)));
        let seen = own.first_seen.filter(|_| id == account).map(|(_, evidence)| evidence);
        let evidence = span.map(|span| span.evidence).or(seen)?;
        Some(Proof::shown(evidence, "the account in its organization"))
    })
}

/// What is known of the accounts around the owner of a resource: the stated organization, else the one that a snapshot lists.
pub fn known(owner: &AccountId, view: &View<'_>) -> Known {
    let world = view.of.world;
    let home = management(world, owner).and_then(|id| world.organizations.get(id));
    let accounts: Option<BTreeSet<AccountId>> = match &view.of.policy.organization {
        Some(stated) => Some(stated.keys().cloned().collect()),
        None if world.members.is_empty() => None,
        None => Some(world.members.keys().cloned().collect()),
    };
    let organization = home.and_then(|home| home.organization.as_ref()).map(|(id, _)| id.clone());
    Known { owner: owner.clone(), organization, accounts }
}

/// What shows who is inside, for a policy of the owner's: the organization, and which of its accounts the policy names; one of
/// them where it names none.
pub fn inside_shown(owner: &AccountId, policy: &str, view: &View<'_>) -> Option<Proof> {
    let world = view.of.world;
    let home = management(world, owner).and_then(|id| world.organizations.get(id));
    let id = home.and_then(|home| home.organization.as_ref()).map(|(_, evidence)| *evidence);
    let members = || world.members.iter().filter(|_| view.of.policy.organization.is_none());
    let accounts = policy.split(|c: char| !c.is_ascii_digit()).filter_map(AccountId::parse);
    let named: BTreeSet<AccountId> = accounts.collect();
    let inside = members().filter(|(account, _)| named.contains(account)).chain(members().take(1));
    let told = id.into_iter().map(|evidence| (evidence, "the organization".to_owned()));
    let told = told.chain(inside.map(|(_, evidence)| (*evidence, "an account of the organization".to_owned())));
    let shown = Proof::all(told)?;
    Some(shown.with(management_shown(world, owner)))
}

/// What a call made of an attribute; `None` inside: unknown.
pub struct Changed<'l, T> {
    /// Before the call.
    pub before: Option<&'l T>,
    /// After it.
    pub after: Option<&'l T>,
    /// What shows how it was before.
    pub by: Option<Evidence>,
}

/// What a call changed; `None`: it left the attribute as it was.
pub fn changed<T: Clone + PartialEq>(line: &Timeline<T>, at: Instant, by: Evidence) -> Option<Changed<'_, T>> {
    let spans = line.spans();
    let first = spans.partition_point(|span| span.from < at);
    let here = spans.iter().enumerate().skip(first).take_while(|(_, span)| span.from == at);
    let (index, span) = here.clone().find(|(_, span)| span.evidence == by).or_else(|| {
        // What a call changed to something unknown, a snapshot may have told.
        here.clone().find(|(_, span)| span.origin == Origin::Inferred)
    })?;
    let before = index.checked_sub(1).and_then(|index| spans.get(index));
    let by = before.map(|span| span.evidence);
    Some(Changed { before: before.and_then(|span| span.value.as_ref()), after: span.value.as_ref(), by })
}

/// Whether an attribute was told by an entry.
pub fn is_told<T: Clone + PartialEq>(line: &Timeline<T>, by: Evidence) -> bool {
    line.spans().iter().any(|span| span.evidence == by || span.confirmed.iter().any(|(_, entry)| *entry == by))
}
