//! Copies of a resource: which vaults count, which copies are there, and whether the evidence would show any others.

use super::air_gapped;
use super::judgement::{Covered, Hole, Judgement, Proof};
use super::limits::{Holds, Limit};
use super::params::Params;
use super::subject::Subject;
use super::view::{Context, View};
use crate::arn::{Arn, ResourceArn, VaultArn};
use crate::facts::words::VaultKind;
use crate::instant::Instant;
use crate::world::point::Copied;
use crate::world::vault::Vault;
use chrono::Duration;

/// Resources that are or should be protected.
pub fn resources(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let wanted = context.params_of_cpy_01().and_then(|p| p.list("resource_types"));
    let named = scope.resources.iter().map(ResourceArn::new).filter(|arn| !context.world.resources.contains_key(arn));
    let named: Vec<ResourceArn> = named.collect();
    let known = context.world.resources.keys().chain(&named);
    known
        .filter(|arn| scope.holds(arn.account().as_ref(), arn.region().as_ref()))
        .filter(|arn| {
            let kind = kind(context, arn);
            let is_wanted = |kinds: &Vec<&str>| kind.is_none_or(|k| kinds.iter().any(|w| w.eq_ignore_ascii_case(k)));
            is_stated(context, kind) && wanted.as_ref().is_none_or(is_wanted)
        })
        .map(Subject::resource)
        .collect()
}

/// Whether a resource is judged, by where it is and its type.
pub fn in_scope(context: &Context<'_>, arn: &ResourceArn, kind: Option<&str>) -> bool {
    context.policy.scope.holds(arn.account().as_ref(), arn.region().as_ref()) && is_stated(context, kind)
}

/// Whether resources of a type are judged. Unknown ones are.
fn is_stated(context: &Context<'_>, kind: Option<&str>) -> bool {
    let stated = context.policy.scope.resource_types.as_ref();
    stated.is_none_or(|types| kind.is_none_or(|kind| types.iter().any(|stated| stated.eq_ignore_ascii_case(kind))))
}

/// `ResourceType`, where a record says it.
pub fn kind<'w>(context: &Context<'w>, arn: &ResourceArn) -> Option<&'w str> {
    context.world.resources.get(arn).and_then(|r| r.kind.as_deref())
}

/// The limit that keeps a resource of this type out of every air-gapped vault now.
pub fn not_storable<'w>(view: &View<'w>, arn: &ResourceArn) -> Option<&'w Limit> {
    let limits = &view.of.limits.known;
    let kind = kind(&view.of, arn);
    if is_of(arn, kind, &limits.never_stored) {
        return Some(&limits.never_stored);
    }
    let fsx = is_of(arn, kind, &limits.fsx) && view.holds_now(&limits.fsx) == Holds::Yes;
    fsx.then_some(&limits.fsx)
}

/// Whether a limit is about a resource, by its type or, where no record says that, by its ARN.
pub fn is_of(arn: &ResourceArn, kind: Option<&str>, limit: &Limit) -> bool {
    kind.map_or_else(|| by_arn(arn).is_some_and(|kind| limit.is_about(kind)), |kind| limit.is_about(kind))
}

/// `ResourceType` as an ARN tells it; a cluster's does not tell the engine.
pub fn by_arn(arn: &ResourceArn) -> Option<&'static str> {
    let arn = Arn::parse(arn.as_str())?;
    let is = |front: &str| arn.resource.starts_with(front);
    Some(match arn.service {
        "rds" if is("db:") => "RDS",
        "ec2" if is("volume/") => "EBS",
        "ec2" if is("instance/") => "EC2",
        "elasticfilesystem" => "EFS",
        "s3" => "S3",
        "dynamodb" => "DynamoDB",
        "fsx" => "FSx",
        "storagegateway" => "Storage Gateway",
        "backup-gateway" => "VirtualMachine",
        "timestream" => "Timestream",
        "dsql" => "Aurora DSQL",
        "eks" => "EKS",
        "cloudformation" => "CloudFormation",
        "redshift" => "Redshift",
        "redshift-serverless" => "Redshift Serverless",
        "ssm-sap" => "SAP HANA",
        _ => return None,
    })
}

impl<'w> Context<'w> {
    /// CPY-02 judges the same resources and vaults as CPY-01.
    pub fn params_of_cpy_01(&self) -> Option<&'w Params> {
        (self.params_of)("CPY-01")
    }
}

/// The answer for a resource that no air-gapped vault takes.
pub fn not_eligible(limit: &Limit) -> Judgement {
    let message = "AWS Backup cannot store this type of resource in a logically air-gapped vault.";
    Judgement::not_applicable("type_not_eligible", message).resting_on(limit)
}

/// The age that CPY-01 allows.
pub fn age(params: &Params) -> Duration {
    let value = params.int("recoveryPointAgeValue").unwrap_or(7);
    if params.text("recoveryPointAgeUnit") == Some("hours") { Duration::hours(value) } else { Duration::days(value) }
}

/// Vaults that count, as far as they are known.
pub fn vaults<'w>(view: &View<'w>, params: &Params) -> Vec<&'w Vault> {
    view.of.world.vaults.values().filter(|vault| counts(view, params, &vault.arn)).collect()
}

/// Whether every backup vault counts, not only air-gapped ones.
pub fn is_any_vault(params: &Params) -> bool {
    params.text("vault_type") == Some("any")
}

/// Whether a copy in this vault counts; of a standard vault often only the jobs are known.
fn counts(view: &View<'_>, params: &Params, vault: &VaultArn) -> bool {
    let kind = || view.of.world.vaults.get(vault).and_then(air_gapped::kind);
    let of_type = is_any_vault(params) || kind() == Some(&VaultKind::AirGapped);
    of_type && params.list("vaults").is_none_or(|patterns| air_gapped::is_named(vault, patterns))
}

/// Copies of a resource made from an instant up to now in the vaults that count, whatever became of them, in order of time.
pub fn made<'w>(
    view: &View<'w>,
    resource: &ResourceArn,
    params: &Params,
    from: Instant,
) -> impl DoubleEndedIterator<Item = &'w Copied> {
    let series = view.of.world.copies.get(resource).map(Vec::as_slice).unwrap_or_default();
    let first = series.partition_point(|copy| copy.at < from);
    let after = series.partition_point(|copy| copy.at <= view.now());
    let made = series.get(first..after).unwrap_or_default();
    made.iter().filter(move |copy| counts(view, params, &copy.vault))
}

/// The answer may change with the next copy that counts.
pub fn await_next(view: &View<'_>, resource: &ResourceArn, params: &Params) {
    let series = view.of.world.copies.get(resource).map(Vec::as_slice).unwrap_or_default();
    let after = series.partition_point(|copy| copy.at <= view.now());
    let mut later = series.get(after..).unwrap_or_default().iter();
    if let Some(next) = later.find(|copy| counts(view, params, &copy.vault)) {
        view.changes_at(next.at);
    }
}

/// Whether a copy is complete enough.
pub fn is_usable(copy: &Copied, params: &Params) -> bool {
    copy.usable || (copy.partial && params.flag("accept_partial"))
}

/// Whether any copy made between two instants would be known: for every vault that counts from a complete list (a locked
/// vault still holds what it took within its minimum retention), or from a whole log; where there is no such vault, or where
/// vaults count that nothing names, from the whole log of the resource's own account too.
pub fn would_be_known(
    view: &View<'_>,
    resource: &ResourceArn,
    vaults: &[&Vault],
    from: Instant,
    to: Instant,
) -> Result<Proof, Hole> {
    let mut proof: Option<Proof> = None;
    let mut add = |more: Option<Proof>| {
        proof = match proof.take() {
            Some(known) => Some(known.with(more)),
            None => more,
        };
    };
    if vaults.is_empty() || view.of.params_of_cpy_01().is_some_and(is_any_vault) {
        let pair = resource.pair();
        add(absence(view.covered_between(pair.as_ref(), from, to)?));
    }
    for vault in vaults {
        add(Some(known_of(view, vault, from, to)?));
        add(air_gapped::shown(&vault.arn, view.of.world));
        add(vault.created.map(|(_, evidence)| Proof::shown(evidence, format!("creation of {}", vault.arn.name()))));
    }
    proof.ok_or(Hole { stretch: None })
}

fn absence(covered: Covered) -> Option<Proof> {
    Proof::absence(covered, "no copy in it")
}

fn known_of(view: &View<'_>, vault: &Vault, from: Instant, to: Instant) -> Result<Proof, Hole> {
    let pair = vault.pair();
    // A vault that did not exist yet took nothing.
    let from = vault.created.map_or(from, |(created, _)| from.max(created));
    if from > to
        && let Some((created, evidence)) = vault.created
    {
        view.changes_at(created);
        return Ok(Proof::shown(evidence, "the vault did not exist before"));
    }
    let whole = match view.covered_between(pair.as_ref(), from, to) {
        Ok(covered) => return absence(covered).ok_or(Hole { stretch: None }),
        Err(hole) => hole,
    };
    let gap = view.of.world.coverage.terms().max_gap;
    let least = view.of.limits.known.minimum_retention.value.unwrap_or_default();
    let min_days = vault.min_days.spans().last().and_then(|s| s.value.flatten()).unwrap_or(least);
    let locked = air_gapped::kind(vault) == Some(&VaultKind::AirGapped);
    let keeps = Duration::days(if locked { min_days.clamp(0, 36_500) } else { 0 });
    for (taken, evidence) in &vault.all_points {
        if *taken - keeps > from {
            view.ends_in(from, *taken - keeps);
            continue;
        }
        if *taken + gap < from {
            continue;
        }
        let listed = Proof::shown(*evidence, "complete list of the vault's recovery points");
        view.changes_at(*taken + gap + crate::instant::tick());
        if to <= *taken + gap {
            return Ok(listed);
        }
        if let Ok(covered) = view.covered_between(pair.as_ref(), *taken, to) {
            return Ok(listed.with(absence(covered)));
        }
    }
    Err(whole)
}
