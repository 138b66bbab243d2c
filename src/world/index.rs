//! What is looked up by something else than its id: restores by what they restore and from where, keys by what they encrypt.
//!
//! A restore names its resource and vault in snapshots and completions; a `StartRestoreJob` call names the recovery point only,
//! which tells both. Restores from a restore access vault are restores from the air-gapped vault behind it.

use super::World;
use crate::arn::{JobId, KeyArn, RecoveryPointArn, ResourceArn, Text, VaultArn};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::JobKind;
use crate::instant::Instant;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A resource that is or should be backed up.
#[derive(Debug, Clone)]
pub struct Resource {
    /// `EBS`, `EFS`, …, as AWS Backup names it; `None`: no record says.
    pub kind: Option<Text>,
    /// The record that first names it.
    pub evidence: Evidence,
    /// Since when it is known.
    pub since: Instant,
}

/// All that is looked up so.
#[derive(Debug, Default)]
pub struct Index {
    /// Restores.
    pub restores: Restores,
    /// The vaults whose own key, or the key of a recovery point in which, each key is.
    pub key_users: BTreeMap<KeyArn, BTreeSet<VaultArn>>,
    /// The recovery points that were made in each vault, in the order of their ARNs.
    pub in_vault: BTreeMap<VaultArn, Vec<RecoveryPointArn>>,
    /// When plans and selections change, in order.
    pub plan_changes: Vec<Instant>,
}

impl Index {
    pub(super) fn of(world: &World) -> Self {
        let of_vaults = world.vaults.values().filter_map(|v| Some((v.key.spans().last()?.value.as_ref()?, &v.arn)));
        let of_points = world.points.values().filter_map(|p| Some((&p.key.as_ref()?.0, p.vault()?)));
        let mut key_users: BTreeMap<KeyArn, BTreeSet<VaultArn>> = BTreeMap::new();
        let used: HashSet<(&KeyArn, &VaultArn)> = of_vaults.chain(of_points).collect();
        for (key, vault) in used {
            key_users.entry(key.clone()).or_default().insert(vault.clone());
        }
        Self {
            restores: Restores::among(world),
            key_users,
            in_vault: in_vault(world),
            plan_changes: plan_changes(world),
        }
    }
}

fn in_vault(world: &World) -> BTreeMap<VaultArn, Vec<RecoveryPointArn>> {
    let mut found: HashMap<&VaultArn, Vec<RecoveryPointArn>> = HashMap::new();
    for point in world.points.values() {
        if let Some(vault) = point.vault() {
            found.entry(vault).or_default().push(point.arn.clone());
        }
    }
    found.into_iter().map(|(vault, points)| (vault.clone(), points)).collect()
}

fn plan_changes(world: &World) -> Vec<Instant> {
    let plans = world.plans.values().flat_map(|plan| {
        let rules = plan.rules.spans().iter().map(|span| span.from);
        plan.exists.spans().iter().map(|span| span.from).chain(rules)
    });
    let selections = world.selections.values().flat_map(|selection| {
        let made = selection.creation.as_ref().map(|(at, _)| *at);
        selection.exists.spans().iter().map(|span| span.from).chain(made)
    });
    let all: BTreeSet<Instant> = plans.chain(selections).collect();
    all.into_iter().collect()
}

/// A restore job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// Its id.
    pub job: JobId,
    /// In whose log it is: the account that restores, in the recovery point's Region.
    pub pair: Option<Pair>,
    /// `ResourceType` of what was restored.
    pub kind: Option<Text>,
}

/// All restores, by what they restore and from where.
#[derive(Debug, Default)]
pub struct Restores {
    by_resource: BTreeMap<ResourceArn, Vec<Restore>>,
    by_vault: BTreeMap<VaultArn, Vec<Restore>>,
}

impl Restores {
    /// Restores of a resource.
    pub fn of(&self, resource: &ResourceArn) -> &[Restore] {
        self.by_resource.get(resource).map(Vec::as_slice).unwrap_or_default()
    }

    /// Restores from a vault.
    pub fn from(&self, vault: &VaultArn) -> &[Restore] {
        self.by_vault.get(vault).map(Vec::as_slice).unwrap_or_default()
    }

    /// Finds the restores among all jobs.
    fn among(world: &World) -> Self {
        let opened = world.accesses.values().filter_map(|a| Some((a.vault.as_ref()?, &a.source.as_ref()?.0)));
        let behind: BTreeMap<&VaultArn, &VaultArn> = opened.collect();
        let mut all = Self::default();
        for (id, job) in &world.jobs {
            if !matches!(job.kind, Some((JobKind::Restore, _))) {
                continue;
            }
            let named = job.source_point.as_ref().map(|(arn, _)| arn);
            let point = named.and_then(|arn| world.points.get(arn));
            let vault = job.source_vault.as_ref().map(|(vault, _)| vault).or_else(|| point?.vault());
            let vault = vault.map(|vault| behind.get(vault).copied().unwrap_or(vault));
            let resource = job.resource.as_ref().map(|(resource, _)| resource).or_else(|| point?.resource());
            let region = named.and_then(RecoveryPointArn::region).or_else(|| vault?.region());
            let told = job.resource_type.as_ref().or_else(|| point?.resource_type.as_ref());
            let account = job.account.as_ref().map(|(account, _)| account.clone());
            let restore =
                Restore { job: id.clone(), pair: account.zip(region), kind: told.map(|(kind, _)| kind.clone()) };
            if let Some(resource) = resource {
                all.by_resource.entry(resource.clone()).or_default().push(restore.clone());
            }
            if let Some(vault) = vault {
                all.by_vault.entry(vault.clone()).or_default().push(restore);
            }
        }
        all
    }
}
