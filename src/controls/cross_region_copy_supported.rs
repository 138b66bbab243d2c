//! CPY-06: no copy of Aurora, `DocumentDB` or Neptune takes a way that AWS does not support.

use super::judgement::{Judgement, Proof};
use super::limits::{Holds, Limit};
use super::plan_rules::{self, Chosen, InForce};
use super::points;
use super::routes::{self, End, Way};
use super::subject::{Key, Subject};
use super::view::View;
use crate::arn::{Arn, ResourceArn};
use crate::evidence::Evidence;

pub use super::nothing_to_check as check;
pub use super::plan_rules::subjects_and_jobs as subjects;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    if let Key::Rule(..) = &subject.key {
        return of_rule(subject, view);
    }
    let Some(way) = routes::way(subject, view) else {
        return Judgement::insufficient("type_unknown", "The copy job is not known.");
    };
    routes::beforehand(&way, view).unwrap_or_else(|| of_job(&way, view))
}

fn of_job<'w>(way: &Way<'w>, view: &View<'w>) -> Judgement {
    let limits = &view.of.limits.known;
    let Some(kind) = way.kind(&view.of) else {
        let message = "No record shows the type of the resource; add `aws backup list-copy-jobs` to the snapshot.";
        return Judgement::insufficient("type_unknown", message).resting_on(&limits.cross_region_engines);
    };
    if !limits.cross_region_engines.is_about(kind) {
        let message = format!("A backup of type {kind} is none of these engines.");
        return Judgement::not_applicable("other_type", message).resting_on(&limits.cross_region_engines);
    }
    let (Some((from, to)), Some(proof)) = (way.regions(), way.proof()) else {
        let message = "No record shows both vaults of the copy; add `aws backup list-copy-jobs` to the snapshot.";
        return Judgement::insufficient("route_unknown", message).resting_on(&limits.cross_region_engines);
    };
    let told = |j: Judgement| j.observed("ResourceType", kind).observed("regions", format!("{from} to {to}"));
    let made = if way.is_made(view) { " It was made all the same." } else { "" };
    if view.held(&limits.cross_region_engines, way.began()) == Holds::Yes {
        if from == to {
            let message = format!("The copy stays in {from}.");
            return told(Judgement::compliant("same_region", message, &proof)).resting_on(&limits.cross_region_engines);
        }
        let message = format!("AWS does not copy {kind} from {from} to {to} with an air-gapped vault at either end.{made}");
        let judgement = Judgement::non_compliant("cross_region_not_supported", message, &proof);
        return told(judgement).resting_on(&limits.cross_region_engines);
    }
    let told = |j: Judgement| told(j).resting_on(&limits.unencrypted_cluster);
    match is_encrypted(way, view) {
        Some((true, shown)) => {
            let route = if from == to { format!("within {from}") } else { format!("from {from} to {to}") };
            let message = format!("An encrypted {kind} cluster may be copied {route}.");
            told(Judgement::compliant("supported", message, &proof.with(Some(shown))))
        }
        Some((false, shown)) => {
            let message = format!("AWS does not copy unencrypted {kind} clusters to an air-gapped vault.{made}");
            let proof = proof.with(Some(shown));
            told(Judgement::non_compliant("unencrypted_not_supported", message, &proof))
        }
        None => {
            let message = "No record shows whether the cluster is encrypted; add the recovery points of the source vault to the snapshot \
                           (`aws backup list-recovery-points-by-backup-vault`).";
            told(Judgement::insufficient("encryption_unknown", message).citing_all(&proof))
        }
    }
}

/// Whether the recovery point that is copied is encrypted: a snapshot of a cluster is as its cluster is, and that never
/// changes, so that where nothing is known of this one any other backup of the cluster tells.
fn is_encrypted(way: &Way<'_>, view: &View<'_>) -> Option<(bool, Proof)> {
    let world = view.of.world;
    let own = way.source_point().and_then(|point| world.points.get(point)?.encrypted);
    if let Some((encrypted, shown)) = own {
        return Some((encrypted, Proof::shown(shown, "the source's encryption")));
    }
    let series = world.copies.get(way.resource()?)?;
    let others = series.iter().filter(|copy| !points::is_air_gapped(&view.of, &copy.vault));
    let mut others = others.filter_map(|copy| {
        let (encrypted, shown) = world.points.get(&copy.point)?.encrypted?;
        Some((encrypted, Proof::shown(shown, "another backup of the cluster").and(copy.evidence, "another backup of the cluster")))
    });
    others.next()
}

/// A rule is judged by what its plan selects now, and by the limits of now: it will run then.
fn of_rule(subject: &Subject, view: &View<'_>) -> Judgement {
    let rule = match plan_rules::in_force(subject, view) {
        Ok(rule) => rule,
        Err(answer) => return *answer,
    };
    let limit = &view.of.limits.known.cross_region_engines;
    let wanted = |arn: &ResourceArn, kind: Option<&str>| {
        kind.map_or_else(|| is_cluster(arn), |kind| limit.is_about(kind))
    };
    let chosen = plan_rules::chosen(&rule.plan.arn, view, wanted);
    if chosen.is_empty() {
        return if plan_rules::selections_known(rule.plan, view) {
            Judgement::not_applicable("other_type", "The plan selects no cluster of these engines that is known.").resting_on(limit)
        } else {
            let message = "No record shows what the plan selects; add `aws backup list-backup-selections` and `get-backup-selection`.";
            Judgement::insufficient("selection_unknown", message).citing_all(&rule.proof)
        };
    }
    let resources: Vec<&str> = chosen.iter().map(|one| one.resource.as_str()).collect();
    let regions: Vec<String> = rule.targets.iter().filter_map(|t| t.vault.region()).map(|r| r.to_string()).collect();
    let holds = view.holds_now(limit) == Holds::Yes;
    let answer = if holds { across_regions(&rule, &chosen, limit) } else { encrypted_clusters(&rule, &chosen, view) };
    rule.current(answer).observed("resources", resources).observed("regions", regions)
}

fn is_cluster(arn: &ResourceArn) -> bool {
    Arn::parse(arn.as_str()).is_some_and(|arn| arn.service == "rds" && arn.resource.starts_with("cluster:"))
}

fn proof_of(rule: &InForce<'_>, chosen: &[&Chosen<'_>]) -> Proof {
    let entries = chosen.iter().flat_map(|one| one.evidence.iter().map(|evidence| (*evidence, "selected".to_owned())));
    rule.proof.clone().with(Proof::all(entries))
}

fn across_regions(rule: &InForce<'_>, chosen: &[Chosen<'_>], limit: &Limit) -> Judgement {
    let home = rule.plan.arn.region();
    let elsewhere = || rule.targets.iter().filter(|target| target.vault.region() != home);
    if elsewhere().any(|target| target.end == End::AirGapped) {
        let sure: Vec<&Chosen<'_>> = chosen.iter().filter(|one| one.surely && one.kind.is_some()).collect();
        if sure.is_empty() {
            let message = "Whether the plan selects a cluster of these engines depends on what no record shows: tags, opt-in or engine.";
            return Judgement::insufficient("selection_unknown", message).citing_all(&rule.proof).resting_on(limit);
        }
        let message = format!("The rule copies to another Region, and its plan selects {} clusters that AWS does not copy there.", sure.len());
        return Judgement::non_compliant("cross_region_not_supported", message, &proof_of(rule, &sure)).resting_on(limit);
    }
    if elsewhere().next().is_some() {
        let message = "No record says whether the vault in the other Region is logically air-gapped; add `aws backup describe-backup-vault` of it.";
        return Judgement::insufficient("vault_kind_unknown", message).citing_all(&rule.proof);
    }
    Judgement::compliant("same_region", "The rule copies within its Region.", &rule.proof).resting_on(limit)
}

fn encrypted_clusters(rule: &InForce<'_>, chosen: &[Chosen<'_>], view: &View<'_>) -> Judgement {
    let limit = &view.of.limits.known.unencrypted_cluster;
    let (mut open, mut proof) = (0, proof_of(rule, &chosen.iter().collect::<Vec<_>>()));
    for one in chosen {
        match backup_encrypted(&one.resource, view) {
            Some((false, shown)) if one.surely && one.kind.is_some() => {
                let message = format!("The plan selects {}, whose backups are not encrypted: AWS does not copy them.", one.resource);
                let proof = proof_of(rule, &[one]).and(shown, "unencrypted backup");
                return Judgement::non_compliant("unencrypted_not_supported", message, &proof).resting_on(limit);
            }
            Some((true, shown)) => proof = proof.and(shown, "encrypted backup"),
            _ => open += 1,
        }
    }
    if open > 0 {
        let message = format!("Of {open} clusters that the plan selects, or may, no record shows whether they are encrypted.");
        return Judgement::insufficient("encryption_unknown", message).citing_all(&proof).resting_on(limit);
    }
    Judgement::compliant("supported", "Every cluster that the plan selects is encrypted.", &proof).resting_on(limit)
}

/// Whether the latest backup of a cluster outside of air-gapped vaults is encrypted: it is as its cluster is.
fn backup_encrypted(resource: &ResourceArn, view: &View<'_>) -> Option<(bool, Evidence)> {
    let world = view.of.world;
    let series = world.copies.get(resource)?;
    let after = series.partition_point(|copy| copy.at <= view.now());
    if let Some(next) = series.get(after) {
        view.changes_at(next.at);
    }
    let made = series.get(..after).unwrap_or_default().iter().rev();
    let mut points = made.filter(|copy| !points::is_air_gapped(&view.of, &copy.vault));
    points.find_map(|copy| world.points.get(&copy.point)?.encrypted)
}
