//! Restores: how they ended, in order, and whose logs would show others.

use super::judgement::Proof;
use super::policy::principal_account;
use super::view::View;
use crate::arn::AccountId;
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::words::{JobState, ValidationStatus};
use crate::instant::Instant;
use crate::world::index::Restore;
use crate::world::job::Job;
use crate::world::vault::Vault;
use std::collections::BTreeSet;

/// A restore that has ended.
#[derive(Clone, Copy)]
pub struct Ended<'w> {
    /// Its id, place and type.
    pub restore: &'w Restore,
    /// The job.
    pub job: &'w Job,
    /// How it ended.
    pub state: &'w JobState,
    /// When.
    pub at: Instant,
    /// Who says so.
    pub evidence: Evidence,
}

/// Restores that have ended up to now, in order of their ends.
pub fn ended<'w>(view: &View<'w>, restores: &'w [Restore]) -> impl DoubleEndedIterator<Item = Ended<'w>> {
    let world = view.of.world;
    let after = restores.partition_point(|restore| restore.ended.is_some_and(|(at, _)| at <= view.now()));
    let ended = restores.get(..after).unwrap_or_default().iter();
    ended.filter_map(|restore| {
        let job = world.jobs.get(&restore.job)?;
        let (state, at, evidence) = job.outcome()?;
        Some(Ended { restore, job, state, at, evidence })
    })
}

/// The answer may change with the next restore that ends and matters.
pub fn await_next(view: &View<'_>, restores: &[Restore], matters: impl Fn(&Restore) -> bool) {
    let after = restores.partition_point(|restore| restore.ended.is_some_and(|(at, _)| at <= view.now()));
    let next = restores.get(after..).unwrap_or_default().iter().find(|restore| matters(restore));
    if let Some((at, _)) = next.and_then(|restore| restore.ended) {
        view.changes_at(at);
    }
}

/// What shows of what a restore is, and from where: the job's own entries, and those of the recovery point that it names.
pub fn origin(view: &View<'_>, ended: &Ended<'_>) -> Option<Proof> {
    let (world, job) = (view.of.world, ended.job);
    let point = job.source_point.as_ref().and_then(|(arn, _)| world.points.get(arn));
    let vault = job.source_vault.as_ref().or_else(|| point?.vault.as_ref());
    let behind = vault.and_then(|(vault, _)| {
        let access = world.accesses.get(vault.as_str())?;
        access.source.as_ref().map(|(_, evidence)| *evidence)
    });
    let own = [
        job.first_seen.map(|(_, evidence)| evidence),
        job.account.as_ref().map(|(_, evidence)| *evidence),
        job.source_point.as_ref().map(|(_, evidence)| *evidence),
        job.resource.as_ref().or_else(|| point?.resource.as_ref()).map(|(_, evidence)| *evidence),
        job.resource_type.as_ref().or_else(|| point?.resource_type.as_ref()).map(|(_, evidence)| *evidence),
        vault.map(|(_, evidence)| *evidence),
        behind,
    ];
    Proof::all(own.into_iter().flatten().map(|evidence| (evidence, "what was restored".to_owned())))
}

/// What became of the validation of a restored resource, as far as it is known now.
pub fn validation<'w>(view: &View<'_>, job: &'w Job) -> Option<(&'w ValidationStatus, Evidence)> {
    let span = view.look(&job.validation)?;
    Some((span.value.as_ref()?, span.evidence))
}

/// Accounts other than the owner that may restore from a vault: those that hold a share of it, were given or asked for access
/// to it, used it, or restored from it, at any time.
pub fn guests(vault: &Vault, view: &View<'_>) -> BTreeSet<AccountId> {
    let world = view.of.world;
    let holders = world.shares.values().filter(|share| share.resources.contains_key(vault.arn.as_str()));
    let holders = holders.flat_map(|share| share.principals.keys()).filter_map(|id| principal_account(id));
    let opened = world.accesses.values().filter(|a| a.source.as_ref().is_some_and(|(source, _)| *source == vault.arn));
    let opened = opened.filter_map(|access| access.account.clone());
    let users = world.uses.keys().filter(|(used, _)| *used == vault.arn).map(|(_, account)| account.clone());
    let restored = world.index.restores.from(&vault.arn).iter().filter_map(|r| Some(r.pair.as_ref()?.0.clone()));
    let owner = vault.arn.account();
    holders.chain(opened).chain(users).chain(restored).filter(|account| Some(account) != owner.as_ref()).collect()
}

/// The logs in which restores from a vault are: those of its owner and of its guests, in its Region.
pub fn places(vault: &Vault, view: &View<'_>) -> Vec<Pair> {
    let guests = guests(vault, view).into_iter().filter_map(|account| Some((account, vault.arn.region()?)));
    vault.pair().into_iter().chain(guests).collect()
}
