//! ENC-03: what is copied to an air-gapped vault is encrypted so that AWS can copy it.

use super::judgement::{Judgement, Proof};
use super::limits::{Holds, Limit};
use super::routes::{self, End, Way};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use super::{air_gapped, copies, keys, points};
use crate::arn::{RecoveryPointArn, ResourceArn};
use crate::evidence::Evidence;
use crate::facts::words::KeyType;
use crate::instant::Instant;
use crate::world::point::Point;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Resources of which a copy lies in an air-gapped vault, or was to.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let copied = context.world.copies.iter().filter(|(_, series)| {
        series.iter().any(|copy| points::is_air_gapped(context, &copy.vault))
    });
    let mut all: BTreeSet<&ResourceArn> = copied.map(|(resource, _)| resource).collect();
    all.extend(routes::jobs(context).filter(|way| way.destination == End::AirGapped).filter_map(|way| way.resource()));
    let held = all.into_iter().filter(|arn| scope.holds(arn.account().as_ref(), arn.region().as_ref()));
    held.map(Subject::resource).collect()
}

/// The recovery point that feeds a copy.
pub struct Source<'w> {
    /// Its ARN.
    pub arn: &'w RecoveryPointArn,
    /// What is known of it.
    pub point: Option<&'w Point>,
    /// `ResourceType`.
    pub kind: Option<&'w str>,
    /// When it is copied.
    pub copied: Instant,
    /// What shows it.
    pub proof: Proof,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Resource(resource) = &subject.key else {
        return Judgement::insufficient("source_unknown", "The resource is not known.");
    };
    let Some(source) = latest(resource, view) else {
        let message = "No record shows the recovery point that the latest copy was made from; add `aws backup list-copy-jobs` and the \
                       recovery points of the source vault to the snapshot.";
        return Judgement::insufficient("source_unknown", message);
    };
    of_source(&source, view)
}

/// Whether AWS can copy a recovery point, by its key.
pub fn of_source(source: &Source<'_>, view: &View<'_>) -> Judgement {
    match routes::is_fully_managed(source.arn) {
        Some(true) => {
            let message = "AWS Backup fully manages this type and encrypts its backups itself.";
            Judgement::compliant("fully_managed", message, &source.proof).observed("source", source.arn.as_str())
        }
        Some(false) => of_service(source, view).observed("source", source.arn.as_str()),
        None => Judgement::insufficient("source_unknown", "The recovery point that was copied has no ARN.").citing_all(&source.proof),
    }
}

/// What the latest copy job that is over copied; else the latest point outside of air-gapped vaults before the latest copy.
fn latest<'w>(resource: &ResourceArn, view: &View<'w>) -> Option<Source<'w>> {
    let context = &view.of;
    let jobs = context.world.copying.ended.get(resource).map(Vec::as_slice).unwrap_or_default();
    let ways = view.happened(jobs, Instant::MIN_UTC).iter().rev();
    let mut ways = ways.filter_map(|job| context.world.jobs.get(&job.what)).map(|job| Way::of(context, job));
    if let Some(way) = ways.find(|way| way.destination == End::AirGapped && way.source_point().is_some()) {
        let (arn, kind) = (way.source_point()?, way.kind(context));
        let proof = way.proof()?.with(way.to().and_then(|vault| air_gapped::shown(vault, context.world)));
        return Some(Source { arn, point: context.world.point(arn), kind, copied: way.began()?, proof });
    }
    let series = context.world.copies.get(resource).map(Vec::as_slice).unwrap_or_default();
    let after = series.partition_point(|copy| copy.at <= view.now());
    if let Some(next) = series.get(after) {
        view.changes_at(next.at);
    }
    let made = series.get(..after).unwrap_or_default();
    let copy = made.iter().rposition(|copy| points::is_air_gapped(context, &copy.vault))?;
    let copied = made.get(copy)?;
    let before = made.get(..copy).unwrap_or_default();
    let fed = before.iter().rev().find(|point| !points::is_air_gapped(context, &point.vault))?;
    let arn = &context.world.points.get(&fed.point)?.arn;
    let proof = Proof::shown(copied.evidence, "latest copy").and(fed.evidence, "the latest backup before it");
    let proof = proof.with(air_gapped::shown(&copied.vault, context.world)).with(air_gapped::shown(&fed.vault, context.world));
    let kind = copies::kind(context, resource).or_else(|| copies::by_arn(resource));
    Some(Source { arn, point: context.world.point(arn), kind, copied: copied.at, proof })
}

/// A type whose service makes the backup: encrypted with the resource's own key, or not at all as the resource is not.
fn of_service(source: &Source<'_>, view: &View<'_>) -> Judgement {
    let limits = &view.of.limits.known;
    let key = source.point.and_then(|point| point.key.as_ref()).map(|(key, evidence)| (key, *evidence));
    let encrypted = source.point.and_then(|point| point.encrypted).or(key.map(|(_, evidence)| (true, evidence)));
    match encrypted {
        Some((false, shown)) => unencrypted(source, shown, view),
        Some((true, _)) => match manager(source, key, view) {
            Some((keys::Manager::Customer, proof)) => {
                let message = "The backup is encrypted with a customer managed key.";
                Judgement::compliant("customer_managed_key", message, &proof).resting_on(&limits.aws_managed_key)
            }
            Some((keys::Manager::Aws, proof)) => {
                let message = "The backup is encrypted with an AWS managed key, which cannot be shared with the account of the vault.";
                Judgement::non_compliant("aws_managed_key", message, &proof).resting_on(&limits.aws_managed_key)
            }
            None => {
                let message = "No record shows who manages the key of the backup; add `aws kms describe-key` of it to the snapshot.";
                Judgement::insufficient("key_manager_unknown", message).citing_all(&source.proof)
            }
        },
        None => {
            let message = "No record shows whether the backup is encrypted; add the recovery points of the source vault to the snapshot \
                           (`aws backup list-recovery-points-by-backup-vault`).";
            Judgement::insufficient("encryption_unknown", message).citing_all(&source.proof)
        }
    }
}

fn manager(
    source: &Source<'_>,
    key: Option<(&crate::arn::KeyArn, Evidence)>,
    view: &View<'_>,
) -> Option<(keys::Manager, Proof)> {
    if let Some((manager, shown)) = key.and_then(|(key, _)| keys::of_key(view, key)) {
        let of_point = key.map(|(_, evidence)| Proof::shown(evidence, "the key of the backup"));
        return Some((manager, source.proof.clone().with(of_point).with(Some(shown))));
    }
    let (kind, shown) = source.point?.key_type.as_ref()?;
    let customer = *kind == KeyType::CustomerManaged;
    customer.then(|| (keys::Manager::Customer, source.proof.clone().and(*shown, "key type")))
}

fn unencrypted(source: &Source<'_>, shown: Evidence, view: &View<'_>) -> Judgement {
    let limits = &view.of.limits.known;
    let proof = source.proof.clone().and(shown, "unencrypted");
    let fails = |limit: &Limit| {
        let message = format!("The resource is not encrypted: {}.", limit.text);
        Judgement::non_compliant("unencrypted", message, &proof).resting_on(limit)
    };
    let limit = &limits.unencrypted_source;
    if view.held(limit, Some(source.copied)) == Holds::Yes {
        return fails(limit);
    }
    match source.kind {
        Some(kind) if limits.unencrypted_cluster.is_about(kind) => fails(&limits.unencrypted_cluster),
        Some(_) => {
            let message = "The resource is not encrypted, which AWS allows for this type.";
            Judgement::compliant("unencrypted_allowed", message, &proof).resting_on(limit)
        }
        None => {
            let message = "No record shows the type of the resource, on which it depends whether it must be encrypted.";
            Judgement::insufficient("type_unknown", message).citing_all(&proof).resting_on(&limits.unencrypted_cluster)
        }
    }
}
