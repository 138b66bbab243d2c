//! VLT-01: a LAG vault becomes AVAILABLE soon after its creation.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::subject::Subject;
use super::view::View;
use crate::evidence::Evidence;
use crate::facts::words::VaultState;
use crate::instant::{self, Instant};
use crate::timeline::{Origin, Span};
use crate::world::vault::Vault;
use chrono::Duration;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else { return air_gapped::absent("VaultState") };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let limit = Duration::minutes(view.of.params.int("max_creating_minutes").unwrap_or(15));
    let last = view.look(&vault.state);
    let seen = vault.state.spans().iter().filter(|span| span.from <= view.now());
    if let Some(span) = last.filter(|span| span.value == Some(VaultState::Failed)) {
        let proof = Proof::shown(span.last_shown(view.now()).1, "VaultState").known(span.origin_at(view.now()));
        return Judgement::non_compliant("failed", "The creation of the vault failed.", &proof).observed("VaultState", "FAILED");
    }
    if let Some(span) = seen.filter(|span| span.value == Some(VaultState::Available)).last() {
        let proof = Proof::shown(span.last_shown(view.now()).1, "VaultState").known(span.origin_at(view.now()));
        return Judgement::compliant("available", "The vault is available.", &proof).observed("VaultState", "AVAILABLE");
    }
    match last.filter(|span| span.value == Some(VaultState::Creating)) {
        Some(span) => creating(vault, span, limit, view),
        None => unseen(vault, limit, view),
    }
}

fn creating(vault: &Vault, span: &Span<VaultState>, limit: Duration, view: &View<'_>) -> Judgement {
    for (when, _) in &span.confirmed {
        view.changes_at(*when);
    }
    let begun = vault.created.map_or(span.from, |(created, _)| created);
    let (shown, evidence) = span.last_shown(view.now());
    let proof = Proof::shown(span.evidence, "VaultState").and(evidence, "VaultState");
    let proof = vault.created.map_or(proof.clone(), |(_, made)| proof.and(made, "creation"));
    if shown - begun > limit {
        let message = format!("The vault was still CREATING {} after its creation.", instant::say(shown - begun));
        return Judgement::non_compliant("stuck_creating", message, &proof).observed("VaultState", "CREATING");
    }
    if let Some((began, used)) = used(vault, begun, shown, view) {
        let message = format!("A job into the vault was begun at {}, when it was CREATING.", instant::show(began));
        return Judgement::non_compliant("used_too_early", message, &proof.and(used, "job into the vault"));
    }
    young(begun, limit, &proof, view).unwrap_or_else(unknown)
}

/// A job into the vault while an entry shows that it was being created.
fn used(vault: &Vault, begun: Instant, shown: Instant, view: &View<'_>) -> Option<(Instant, Evidence)> {
    let into = view.of.world.jobs.values().filter(|job| job.destination.as_ref().is_some_and(|(arn, _)| *arn == vault.arn));
    into.filter_map(|job| job.began).filter(|(at, _)| *at > begun && *at <= shown).min()
}

fn young(begun: Instant, limit: Duration, proof: &Proof, view: &View<'_>) -> Option<Judgement> {
    view.within(begun, limit).then(|| {
        let message = format!("The vault is new; it must be available within {}.", instant::say(limit));
        Judgement::compliant("in_grace", message, proof)
    })
}

fn unknown() -> Judgement {
    let message = "No record shows that the vault became available; add `aws backup describe-backup-vault` of it to the snapshot.";
    Judgement::insufficient("state_unknown", message)
}

/// No record shows a state that is known.
fn unseen(vault: &Vault, limit: Duration, view: &View<'_>) -> Judgement {
    let made = vault.exists.spans().first().filter(|span| span.origin != Origin::Snapshot && span.origin != Origin::Inferred);
    if let (Some(made), Some((created, evidence))) = (made, vault.created) {
        let proof = Proof::shown(made.evidence, "creation").and(evidence, "creation");
        return young(created, limit, &proof, view).unwrap_or_else(unknown);
    }
    let message = "The vault was made before the evidence begins, and no record shows its VaultState.";
    Judgement::not_applicable("created_elsewhere", message)
}
