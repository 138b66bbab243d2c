//! ENC-02: every recovery point is encrypted.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::points;
use super::subject::Subject;
use super::view::{Context, View};
use crate::facts::words::VaultKind;
use crate::timeline::Origin;
use crate::world::point::Point;

pub use super::nothing_to_check as check;

/// Recovery points of every vault that were complete.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    points::subjects(context, |_| true)
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || {
        let message = "No record shows `IsEncrypted` of the recovery point; add `aws backup list-recovery-points-by-backup-vault` of its vault to the snapshot.";
        Judgement::insufficient("encryption_unknown", message)
    };
    let Some(point) = points::point(subject, view) else { return unknown() };
    if let Some(answer) = points::beforehand(point, view) {
        return answer;
    }
    match point.encrypted {
        Some((true, evidence)) => {
            let proof = Proof::shown(evidence, "IsEncrypted");
            Judgement::compliant("encrypted", "The recovery point is encrypted.", &proof).observed("IsEncrypted", true)
        }
        Some((false, evidence)) => {
            let proof = Proof::shown(evidence, "IsEncrypted");
            let message = "The recovery point is not encrypted.";
            Judgement::non_compliant("not_encrypted", message, &proof).observed("IsEncrypted", false)
        }
        None => by_vault(point, view).unwrap_or_else(unknown),
    }
}

/// An air-gapped vault holds nothing that is not encrypted with the vault's key.
fn by_vault(point: &Point, view: &View<'_>) -> Option<Judgement> {
    let vault = view.of.world.vaults.get(point.vault()?)?;
    if air_gapped::kind(vault) != Some(&VaultKind::AirGapped) {
        return None;
    }
    let span = vault.kind.spans().last()?;
    let (_, told) = point.vault.as_ref()?;
    let proof = Proof::shown(span.evidence, "VaultType").and(*told, "in this vault").known(Origin::Inferred);
    let message = "No record shows `IsEncrypted`, but a logically air-gapped vault encrypts everything with its own key.";
    Some(Judgement::compliant("encrypted_by_vault", message, &proof))
}
