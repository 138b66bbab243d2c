//! RET-01: what lies in a LAG vault is kept as long as the vault's bounds say.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::facts::Retention;
use crate::facts::words::PointStatus;
use crate::instant;
use crate::world::point::Point;
use chrono::Duration;

pub use super::nothing_to_check as check;

/// Recovery points of air-gapped vaults that were complete.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let vaults: std::collections::BTreeSet<_> = air_gapped::all(context).map(|v| &v.arn).collect();
    let scope = &context.policy.scope;
    let points = context.world.points.values().filter(|point| point.made.is_some());
    points
        .filter_map(|point| {
            let vault = point.vault().filter(|v| vaults.contains(v))?;
            scope.holds(vault.account().as_ref(), vault.region().as_ref()).then(|| Subject::point(&point.arn, vault))
        })
        .collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let found = if let Key::Point(arn) = &subject.key { view.of.world.points.get(arn) } else { None };
    let Some(point) = found else { return Judgement::insufficient("lifecycle_unknown", "The recovery point is not known.") };
    if let Some(answer) = beforehand(point, view) {
        return answer;
    }
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

fn beforehand(point: &Point, view: &View<'_>) -> Option<Judgement> {
    let (made, _) = point.made?;
    if !view.is_past(made) {
        return Some(Judgement::not_applicable("not_yet_created", format!("Made at {}.", instant::show(made))));
    }
    let over = view
        .look(&point.status)
        .filter(|span| span.value.as_ref().is_some_and(is_over))
        .map(|span| (span.from, span.evidence));
    let listed_no_more = point.gone.filter(|(at, _)| view.is_past(*at));
    let (at, evidence) = over.or(listed_no_more)?;
    let message = format!("The recovery point was deleted or expired by {}.", instant::show(at));
    Some(Judgement::not_applicable("subject_deleted", message).citing(evidence, "no longer there"))
}

fn is_over(status: &PointStatus) -> bool {
    status.is_gone() || matches!(status, PointStatus::Expired | PointStatus::Deleting)
}

/// How long a recovery point is kept.
enum Kept {
    For(Duration),
    Always,
}

/// From the point's own life cycle or that of its copy job, else of the plan's copy action, else (within a day) from the
/// date of its deletion.
fn retention(point: &Point, view: &View<'_>) -> Option<(Kept, Proof, Duration)> {
    let exact = |retention: Retention, proof| {
        let kept = match retention {
            Retention::Days(days) => Kept::For(Duration::days(days)),
            Retention::Always => Kept::Always,
        };
        (kept, proof, Duration::zero())
    };
    if let Some((retention, proof)) = view.fixed(&point.retention) {
        return Some(exact(*retention, proof));
    }
    let by_plan = point.rule.as_ref().zip(point.vault()).and_then(|((rule, _), vault)| {
        let line = view.of.world.copy_rules.get(&(rule.clone(), vault.clone()))?;
        view.fixed(line)
    });
    if let Some((retention, proof)) = by_plan {
        return Some(exact(*retention, proof));
    }
    let (created, delete_at) = (point.created()?, point.delete_at()?);
    let (_, evidence) = point.made?;
    let proof = Proof::shown(evidence, "DeleteAt and CreationDate");
    Some((Kept::For(delete_at - created), proof, Duration::days(1)))
}
