//! CPY-06: no copy of Aurora, DocumentDB or Neptune takes a way that AWS does not support.

use super::judgement::Judgement;
use super::limits::Holds;
use super::routes::{self, Way};
use super::subject::Subject;
use super::view::{Context, View};

pub use super::nothing_to_check as check;

/// Copy jobs to and from air-gapped vaults.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    routes::jobs(context).map(|way| routes::subject(&way)).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
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
            let message = format!("An encrypted {kind} cluster may be copied from {from} to {to}.");
            told(Judgement::compliant("supported", message, &proof.and(shown, "encrypted source")))
        }
        Some((false, shown)) => {
            let message = format!("AWS does not copy unencrypted {kind} clusters to an air-gapped vault.{made}");
            let proof = proof.and(shown, "unencrypted source");
            told(Judgement::non_compliant("unencrypted_not_supported", message, &proof))
        }
        None => {
            let message = "No record shows whether the cluster is encrypted; add the recovery points of the source vault to the snapshot \
                           (`aws backup list-recovery-points-by-backup-vault`).";
            told(Judgement::insufficient("encryption_unknown", message).citing_all(&proof))
        }
    }
}

/// Whether the recovery point that is copied is encrypted: a snapshot of a cluster is as its cluster is.
fn is_encrypted(way: &Way<'_>, view: &View<'_>) -> Option<(bool, crate::evidence::Evidence)> {
    way.source_point().and_then(|point| view.of.world.points.get(point))?.encrypted
}
