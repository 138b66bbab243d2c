//! RST-03: of each resource type, the latest restore from a LAG vault succeeded.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::restores::{self, Ended};
use super::subject::Subject;
use super::view::View;
use crate::evidence::Evidence;
use crate::facts::words::{JobState, ValidationStatus};
use crate::instant::Instant;
use crate::world::index::Restore;
use std::collections::{BTreeMap, BTreeSet};

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

/// The latest restore of a type, and why it failed if it did.
struct Latest {
    kind: String,
    at: Instant,
    job: String,
    evidence: Evidence,
    failure: Option<(String, Evidence)>,
    origin: Option<Proof>,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else {
        return Judgement::insufficient("coverage_gap", "The vault is not known.");
    };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let from = view.window_of_days(view.of.params.int("window_days").unwrap_or(180));
    let restores = view.of.world.index.restores.from(&vault.arn);
    let latest = latest(restores, from, view);
    for restore in &latest {
        view.leaves(from, restore.at);
    }
    // One more success of a type whose latest restore succeeded changes nothing.
    let fine = |kind: &str| latest.iter().any(|one| one.kind == kind && one.failure.is_none());
    restores::await_next(view, restores, |next| !fine(kind(next)) || may_fail(next, view));
    let failed: Vec<&Latest> = latest.iter().filter(|restore| restore.failure.is_some()).collect();
    if let Some(answer) = convict(&latest, &failed, view) {
        return answer;
    }
    let places = restores::places(vault, view);
    let covered = match view.all_covered(&places, from) {
        Ok(covered) => covered,
        Err(hole) => return Judgement::gap("coverage_gap", "Whether a later restore failed cannot be known", &hole),
    };
    let shown = Proof::all(latest.iter().map(|l| (l.evidence, format!("latest restore of {}", l.kind))));
    let Some(proof) = shown else {
        let message = "Nothing was restored from the vault in the window.";
        return Judgement::not_applicable("no_restores", message);
    };
    let types: Vec<&str> = latest.iter().map(|l| l.kind.as_str()).collect();
    let message = format!("The latest restores of {} succeeded.", types.join(", "));
    let proof = latest.iter().fold(proof, |proof, l| proof.with(l.origin.clone()));
    let proof = proof.with(Proof::absence(covered, "no later restore that failed"));
    Judgement::compliant("restores_succeeded", message, &proof).observed("types", types)
}

fn kind(restore: &Restore) -> &str {
    restore.kind.as_deref().unwrap_or("an unknown type")
}

/// Whether a restore fails, or its validation does at any time.
fn may_fail(restore: &Restore, view: &View<'_>) -> bool {
    let Some(job) = view.of.world.jobs.get(&restore.job) else { return true };
    let invalid = |status: &ValidationStatus| *status != ValidationStatus::Successful;
    job.outcome().is_none_or(|(state, ..)| *state != JobState::Completed)
        || job.validation.spans().iter().any(|span| span.value.as_ref().is_none_or(invalid))
}

/// The latest restore of each type in the window.
fn latest<'w>(restores: &'w [Restore], from: Instant, view: &View<'w>) -> Vec<Latest> {
    let kinds: BTreeSet<&str> = restores.iter().map(kind).collect();
    let mut by_type: BTreeMap<&str, Ended<'_>> = BTreeMap::new();
    for restore in restores::ended(view, restores).rev().take_while(|restore| restore.at >= from) {
        by_type.entry(kind(restore.restore)).or_insert(restore);
        if by_type.len() == kinds.len() {
            break;
        }
    }
    by_type
        .iter()
        .map(|(kind, restore)| Latest {
            kind: (*kind).to_owned(),
            at: restore.at,
            job: restore.restore.job.to_string(),
            evidence: restore.evidence,
            failure: failure(restore, view),
            origin: restores::origin(view, restore),
        })
        .collect()
}

fn failure(restore: &Ended<'_>, view: &View<'_>) -> Option<(String, Evidence)> {
    if *restore.state != JobState::Completed {
        return Some((restore.state.to_string(), restore.evidence));
    }
    let (status, evidence) = restores::validation(view, restore.job)?;
    let failed = matches!(status, ValidationStatus::Failed | ValidationStatus::TimedOut);
    failed.then(|| (format!("validation {status}"), evidence))
}

/// Too many types of which the latest restore failed.
fn convict(latest: &[Latest], failed: &[&Latest], view: &View<'_>) -> Option<Judgement> {
    let allowed = view.of.params.number("max_failure_ratio").unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "there are few resource types")]
    let ratio = failed.len() as f64 / latest.len().max(1) as f64;
    if ratio <= allowed {
        return None;
    }
    let reasons = failed.iter().filter_map(|l| {
        let (why, evidence) = l.failure.as_ref()?;
        Some([(l.evidence, format!("latest restore of {}", l.kind)), (*evidence, why.clone())])
    });
    let proof = Proof::all(reasons.flatten())?;
    // Those that succeeded are in the ratio too.
    let others = latest.iter().filter(|l| l.failure.is_none()).map(|l| (l.evidence, format!("latest restore of {}", l.kind)));
    let proof = latest.iter().fold(proof.with(Proof::all(others)), |proof, l| proof.with(l.origin.clone()));
    let said: Vec<String> = failed
        .iter()
        .filter_map(|l| Some(format!("{} (job {}): {}", l.kind, l.job, l.failure.as_ref()?.0)))
        .collect();
    let message = format!("The latest restores of {} of {} types failed: {}.", failed.len(), latest.len(), said.join("; "));
    let judgement = Judgement::non_compliant("latest_restore_failed", message, &proof);
    Some(judgement.observed("failure_ratio", ratio).observed("failed", said).expected("max_failure_ratio", allowed))
}
