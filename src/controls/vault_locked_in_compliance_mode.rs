//! VLT-02: a LAG vault is locked in compliance mode from its creation, and nobody touched the lock.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::subject::Subject;
use super::view::View;
use crate::instant;
use chrono::Duration;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

/// AWS locks at creation; a lock that came later than this is not that lock.
const TOLERANCE: Duration = Duration::hours(24);

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else { return air_gapped::absent("BackupVaultArn") };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let changes = view.happened(&vault.lock_changes, view.window());
    if let Some(proof) = Proof::all(changes.iter().map(|c| (c.evidence, "changes the lock".to_owned()))) {
        return Judgement::non_compliant("lock_changed", "The vault lock was changed by a successful call.", &proof);
    }
    let Some((locked, proof)) = view.fixed(&vault.locked) else { return air_gapped::absent("Locked") };
    if !locked {
        return Judgement::non_compliant("not_locked", "The vault is not locked.", &proof).observed("Locked", false);
    }
    let Some((lock_date, dated)) = view.fixed(&vault.lock_date) else { return air_gapped::absent("LockDate") };
    let proof = proof.with(Some(dated));
    let Some(lock_date) = *lock_date else {
        let message = "The vault is locked without a LockDate: that is governance mode, which privileged users can lift.";
        return Judgement::non_compliant("governance_mode", message, &proof).observed("LockDate", serde_json::Value::Null);
    };
    if !view.is_past(lock_date) {
        let message = format!("The lock can still be lifted: it becomes final only at {}.", instant::show(lock_date));
        return Judgement::non_compliant("lock_date_in_future", message, &proof).observed("LockDate", instant::show(lock_date));
    }
    let Some((created, creation)) = vault.created else { return air_gapped::absent("CreationDate") };
    let proof = proof.and(creation, "creation");
    if lock_date > created + TOLERANCE {
        let late = instant::say(lock_date - created);
        let message = format!("The vault stood unlocked for {late} after its creation.");
        return Judgement::non_compliant("locked_late", message, &proof)
            .observed("CreationDate", instant::show(created))
            .observed("LockDate", instant::show(lock_date));
    }
    Judgement::compliant("locked", format!("Locked in compliance mode since {}.", instant::show(lock_date)), &proof)
        .observed("LockDate", instant::show(lock_date))
}
