//! What is looked up by something else than its id: restores by what they restore and from where, keys by what they encrypt,
//! calls by whose things they touch, points and plans by where they are.
//!
//! A restore names its resource and vault in snapshots and completions; a `StartRestoreJob` call names the recovery point only,
//! which tells both. Restores from a restore access vault are restores from the air-gapped vault behind it.

use super::{Happened, World};
use crate::arn::{AccountId, Arn, JobId, KeyArn, PlanArn, RecoveryPointArn, ResourceArn, Text, VaultArn};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::calls::{CopyCall, ShareCall};
use crate::facts::words::VaultKind;
use crate::facts::{JobKind, PlanRule, Retention};
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A resource that is or should be backed up.
#[derive(Debug, Clone)]
pub struct Resource {
    /// `EBS`, `EFS`, …, as AWS Backup names it; `None`: no record says.
    pub kind: Option<Text>,
    /// The record that first says its type, else the one that first names it.
    pub evidence: Evidence,
    /// Since when it is known.
    pub since: Instant,
}

/// All that is looked up so.
#[derive(Debug, Default)]
pub struct Index {
    /// Restores.
    pub restores: Restores,
    /// The vaults whose own key, or the key of a recovery point in which, each key is, and an entry that says so.
    pub key_users: BTreeMap<KeyArn, BTreeMap<VaultArn, Evidence>>,
    /// When plans and selections change, in order.
    pub plan_changes: Vec<Instant>,
    /// Plans by account and Region.
    pub plans: BTreeMap<Pair, Vec<PlanArn>>,
    /// The recovery points that were made in each vault, in the order of their ARNs.
    pub points: BTreeMap<VaultArn, Vec<RecoveryPointArn>>,
    /// Calls that manage shares, as positions in the world's, by each account in whose log one is or that owns something that
    /// it names or that is in the share that it names.
    pub share_calls: BTreeMap<AccountId, Vec<Happened<usize>>>,
    /// Calls that delete recovery points, as positions in the world's, by vault: a denied call names no vault, but its message
    /// names the recovery point.
    pub delete_calls: BTreeMap<VaultArn, Vec<Happened<usize>>>,
    /// Calls that copy, as positions in the world's, by every vault that they may copy from: the one that they name, the one
    /// behind it or of its name where the recovery point is, and the one in which the recovery point lies.
    pub copy_calls: BTreeMap<VaultArn, Vec<Happened<usize>>>,
    /// The entries that show what the selections of each plan take.
    pub selections: BTreeMap<PlanArn, BTreeSet<Evidence>>,
    /// Vaults out of which something reaches an air-gapped one, and the entries of the first that does.
    pub feeding: BTreeMap<VaultArn, Vec<Evidence>>,
}

impl Index {
    pub(super) fn of(world: &World) -> Self {
        let of_vaults = world.vaults.values().filter_map(|vault| {
            let span = vault.key.spans().last()?;
            Some((span.value.as_ref()?, &vault.arn, span.evidence))
        });
        let of_points = world.points.values().filter_map(|point| {
            let (key, evidence) = point.key.as_ref()?;
            Some((key, point.vault()?, *evidence))
        });
        // Of a million recovery points, few have a vault and a key that no other has.
        let mut used: HashMap<(&KeyArn, &VaultArn), Evidence> = HashMap::new();
        for (key, vault, evidence) in of_vaults.chain(of_points) {
            used.entry((key, vault)).or_insert(evidence);
        }
        let mut key_users: BTreeMap<KeyArn, BTreeMap<VaultArn, Evidence>> = BTreeMap::new();
        for ((key, vault), evidence) in used {
            key_users.entry(key.clone()).or_default().insert(vault.clone(), evidence);
        }
        let mut plans: BTreeMap<Pair, Vec<PlanArn>> = BTreeMap::new();
        for plan in world.plans.keys() {
            if let Some(pair) = plan.pair() {
                plans.entry(pair).or_default().push(plan.clone());
            }
        }
        Self {
            restores: Restores::among(world),
            key_users,
            plan_changes: plan_changes(world),
            plans,
            points: points(world),
            share_calls: by(&world.share_calls, |call| touched(call, world)),
            delete_calls: by(&world.delete_calls, |call| {
                let point = || world.points.get(&RecoveryPointArn::new(call.point.as_deref()?))?.vault().cloned();
                call.vault.clone().or_else(point).into_iter().collect()
            }),
            copy_calls: by(&world.copying.calls, |call| copied_from(call, world)),
            selections: selections(world),
            feeding: feeding(world),
        }
    }
}

fn selections(world: &World) -> BTreeMap<PlanArn, BTreeSet<Evidence>> {
    let mut found: BTreeMap<PlanArn, BTreeSet<Evidence>> = BTreeMap::new();
    for selection in world.selections.values() {
        let Some((plan, by)) = &selection.plan else { continue };
        let exists = selection.exists.spans().iter().map(|span| span.evidence);
        found.entry(plan.clone()).or_default().extend(selection.evidence().into_iter().chain(exists).chain([*by]));
    }
    found
}

/// Standard vaults are fed into air-gapped ones by copy jobs, by backups that a rule copies on, and by what lies there.
fn feeding(world: &World) -> BTreeMap<VaultArn, Vec<Evidence>> {
    let kind = |arn: &VaultArn| {
        let span = world.vaults.get(arn)?.kind.spans().last()?;
        (span.value == Some(VaultKind::AirGapped)).then_some(span.evidence)
    };
    let into = |((rule, vault), line): (&(PlanRule, VaultArn), &Timeline<Retention>)| {
        Some((rule.clone(), [kind(vault)?, line.spans().first()?.evidence]))
    };
    let rules: BTreeMap<PlanRule, [Evidence; 2]> = world.copy_rules.iter().filter_map(into).collect();
    let mut found: BTreeMap<VaultArn, Vec<Evidence>> = BTreeMap::new();
    let mut add = |vault: Option<&(VaultArn, Evidence)>, more: &[Evidence]| {
        let Some((vault, evidence)) = vault else { return };
        if !found.contains_key(vault) {
            found.insert(vault.clone(), [&[*evidence], more].concat());
        }
    };
    for job in world.jobs.values() {
        let destination = job.destination.as_ref().and_then(|(vault, by)| Some([kind(vault)?, *by]));
        let told = job.destination_kind.as_ref().filter(|(kind, _)| *kind == VaultKind::AirGapped);
        let by_rule = job.rule.as_ref().and_then(|(rule, by)| Some((rules.get(rule)?, *by)));
        if let Some(shown) = destination {
            add(job.source_vault.as_ref(), &shown);
        } else if let Some((_, by)) = told {
            add(job.source_vault.as_ref(), &[*by]);
        } else if let Some((_, by)) = job.air_gapped.as_deref() {
            add(job.destination.as_ref(), &[*by]);
        } else if let Some(([kind, rule], by)) = by_rule {
            add(job.destination.as_ref(), &[*kind, *rule, by]);
        }
    }
    for point in world.points.values() {
        if let Some(shown) = point.vault().and_then(kind) {
            add(point.source_vault.as_deref(), &[shown]);
        }
    }
    found
}

fn points(world: &World) -> BTreeMap<VaultArn, Vec<RecoveryPointArn>> {
    let mut found: HashMap<&VaultArn, Vec<RecoveryPointArn>> = HashMap::new();
    for point in world.points.values() {
        if let Some(vault) = point.vault() {
            found.entry(vault).or_default().push(point.arn.clone());
        }
    }
    found.into_iter().map(|(vault, points)| (vault.clone(), points)).collect()
}

/// Positions in a series by what each of it is about.
fn by<T, K: Ord>(series: &[Happened<T>], about: impl Fn(&T) -> BTreeSet<K>) -> BTreeMap<K, Vec<Happened<usize>>> {
    let mut found: BTreeMap<K, Vec<Happened<usize>>> = BTreeMap::new();
    for (position, one) in series.iter().enumerate() {
        for key in about(&one.what) {
            let happened = Happened { at: one.at, evidence: one.evidence, what: position };
            found.entry(key).or_default().push(happened);
        }
    }
    found
}

/// In whose log a call is, and whose things it names: themselves, or in the share of theirs that it names.
fn touched(call: &ShareCall, world: &World) -> BTreeSet<AccountId> {
    let invited = || Some(&world.invitations.get(call.invitation.as_ref()?)?.share.as_ref()?.0);
    let share = call.share.as_ref().or_else(invited).and_then(|share| world.shares.get(share));
    let within = share.into_iter().flat_map(|share| share.resources.keys());
    let named = call.targets.iter().chain(within).filter_map(|target| Arn::parse(target)?.account_id());
    named.chain(call.account.clone()).collect()
}

/// The vaults that a call may copy from.
fn copied_from(call: &CopyCall, world: &World) -> BTreeSet<VaultArn> {
    let point = call.point.as_deref().map(RecoveryPointArn::new);
    let lies_in = point.as_ref().and_then(|arn| world.points.get(arn)?.vault().cloned());
    let named = call.source.as_ref();
    let told = named.and_then(|named| Some(world.vaults.get(named)?.source.as_ref()?.0.clone()));
    let behind = named.and_then(|named| Some(world.accesses.get(named.as_str())?.source.as_ref()?.0.clone()));
    let namesake = named.zip(point.as_ref().and_then(|point| Some((point.account()?, point.region()?))));
    let namesake = namesake.map(|(named, (account, region))| VaultArn::of(&account, &region, named.name()));
    [lies_in, named.cloned(), told, behind, namesake].into_iter().flatten().collect()
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
    /// When it ended, and who says so; none: not yet.
    pub ended: Option<(Instant, Evidence)>,
}

/// All restores, by what they restore and from where; those that ended first, in order of their ends.
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
            let restore = Restore {
                job: id.clone(),
                pair: account.zip(region),
                kind: told.map(|(kind, _)| kind.clone()),
                ended: job.outcome().map(|(_, at, evidence)| (at, evidence)),
            };
            if let Some(resource) = resource {
                all.by_resource.entry(resource.clone()).or_default().push(restore.clone());
            }
            if let Some(vault) = vault {
                all.by_vault.entry(vault.clone()).or_default().push(restore);
            }
        }
        for restores in all.by_resource.values_mut().chain(all.by_vault.values_mut()) {
            restores.sort_by_key(|restore| (restore.ended.is_none(), restore.ended));
        }
        all
    }
}
