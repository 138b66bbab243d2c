//! RET-01: what lies in a LAG vault is kept as long as the vault's bounds say.

use super::judgement::{Judgement, Proof};
use super::points::{self, Kept};
use super::subject::Subject;
use super::view::{Context, View};
use crate::facts::Retention;
use crate::instant;
use crate::status::Status;
use crate::timeline::{Origin, Timeline};
use crate::world::point::Point;
use crate::world::vault::Vault;
use chrono::Duration;

pub use super::nothing_to_check as check;

/// Recovery points of air-gapped vaults that were complete.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    points::subjects(context, |vault| points::is_air_gapped(context, vault))
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(point) = points::point(subject, view) else {
        return Judgement::insufficient("lifecycle_unknown", "The recovery point is not known.");
    };
    points::beforehand(point, view).unwrap_or_else(|| of_point(point, view))
}

/// What is wrong with the point's own life cycle in its vault: AWS takes nothing that is kept so, and lets nobody change it.
pub fn impossible(point: &Point, view: &View<'_>) -> Option<Judgement> {
    view.fixed(&point.retention)?;
    Some(of_point(point, view)).filter(|answer| answer.status == Status::NonCompliant)
}

/// Whether a snapshot shows what makes it so at any time.
pub fn is_shown_impossible(point: &Point, vault: &Vault) -> bool {
    fn last<T: Clone + PartialEq>(line: &Timeline<Option<T>>) -> Option<(&T, bool)> {
        let span = line.spans().last()?;
        Some((span.value.as_ref()?.as_ref()?, span.origin != Origin::Event))
    }
    let (Some((min, min_shown)), Some((max, max_shown))) = (last(&vault.min_days), last(&vault.max_days)) else { return false };
    point.retention.spans().iter().any(|span| {
        let outside = match &span.value {
            Some(Retention::Days(days)) => days < min || days > max,
            Some(Retention::Always) => true,
            None => false,
        };
        outside && (min_shown || max_shown || span.origin != Origin::Event)
    })
}

fn of_point(point: &Point, view: &View<'_>) -> Judgement {
    let Some((retention, proof, tolerance)) = retention(point, view) else {
        let message = "No record shows the recovery point's life cycle; add `aws backup list-recovery-points-by-backup-vault` to the snapshot.";
        return Judgement::insufficient("lifecycle_unknown", message);
    };
    let vault = point.vault().and_then(|v| view.of.world.vaults.get(v));
    let min = vault.and_then(|v| view.fixed(&v.min_days));
    let max = vault.and_then(|v| view.fixed(&v.max_days));
    let (Some((Some(min), min_proof)), Some((Some(max), max_proof))) = (min, max) else {
        let message = "No record shows the vault's retention bounds; add `aws backup describe-backup-vault` to the snapshot.";
        return Judgement::insufficient("bounds_unknown", message);
    };
    let proof = proof.with(Some(min_proof)).with(Some(max_proof));
    let expected = |j: Judgement| j.expected("MinRetentionDays", *min).expected("MaxRetentionDays", *max);
    let Kept::For(kept) = retention else {
        let message = format!("The recovery point never expires; the vault keeps nothing longer than {max} days.");
        return expected(Judgement::non_compliant("never_expires", message, &proof)).observed("kept_days", "never");
    };
    let said = instant::say(kept);
    let judgement = if kept + tolerance < Duration::days(*min) {
        Judgement::non_compliant("below_minimum", format!("Kept for {said}, the vault's minimum is {min} d."), &proof)
    } else if kept - tolerance > Duration::days(*max) {
        Judgement::non_compliant("above_maximum", format!("Kept for {said}, the vault's maximum is {max} d."), &proof)
    } else {
        Judgement::compliant("within_bounds", format!("Kept for {said}, within {min} to {max} d."), &proof)
    };
    expected(judgement).observed("kept_days", kept.num_days())
}

/// From the point's own life cycle or that of its copy job, which a locked vault lets nobody change.
fn retention(point: &Point, view: &View<'_>) -> Option<(Kept, Proof, Duration)> {
    match view.fixed(&point.retention) {
        Some((retention, proof)) => Some((Kept::from(*retention), proof, Duration::zero())),
        None => points::elsewhere(point, view),
    }
}
