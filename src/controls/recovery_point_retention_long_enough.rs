//! RET-02: recovery points are kept long enough.

use super::judgement::{Judgement, Proof, State};
use super::points::{self, Kept};
use super::subject::Subject;
use super::view::{Context, View};
use crate::status::Status;
use crate::world::point::Point;
use chrono::Duration;

pub use super::nothing_to_check as check;

/// Recovery points of all vaults.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    points::subjects(context, |_| true)
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || {
        let message = "No record shows the recovery point's life cycle; add `aws backup list-recovery-points-by-backup-vault` to the snapshot.";
        Judgement::insufficient("lifecycle_unknown", message)
    };
    let Some(point) = points::point(subject, view) else { return unknown() };
    if let Some(answer) = points::beforehand(point, view) {
        return answer;
    }
    if let Some(span) = view.look(&point.until_copied).filter(|span| span.value == Some(true)) {
        let message = "The recovery point is temporary: it is deleted as soon as its copy lies in the air-gapped vault.";
        return Judgement::not_applicable("kept_until_copied", message).citing(span.evidence, "DeleteAfterEvent");
    }
    let days = view.of.params.int("requiredRetentionDays").unwrap_or(35);
    let least = Kept::For(Duration::days(days));
    let answer = |kept: Kept, tolerance: Duration, proof: &Proof| {
        let enough = match kept {
            Kept::For(span) => Kept::For(span + tolerance) >= least,
            Kept::Always => true,
        };
        let judgement = if enough {
            Judgement::compliant("kept_long_enough", format!("Kept {}.", kept.said()), proof)
        } else {
            Judgement::non_compliant("kept_too_short", format!("Kept {}, at least {days} d are demanded.", kept.said()), proof)
        };
        judgement.observed("kept", kept.said()).expected("requiredRetentionDays", days)
    };
    match life_cycle(point, subject, view) {
        // The last known life cycle is enough to convict, not to acquit.
        Life::Known(kept, proof, stale) => {
            let judgement = answer(kept, Duration::zero(), &proof);
            stale.filter(|_| judgement.status == Status::Compliant).unwrap_or(judgement)
        }
        Life::Open(judgement) => judgement,
        Life::Unsaid => match points::elsewhere(point, view) {
            Some((kept, proof, tolerance)) => answer(kept, tolerance, &proof),
            None => unknown(),
        },
    }
}

enum Life {
    Known(Kept, Proof, Option<Judgement>),
    Open(Judgement),
    Unsaid,
}

/// The point's own life cycle. A locked vault lets nobody change it; elsewhere a call may have.
fn life_cycle(point: &Point, subject: &Subject, view: &View<'_>) -> Life {
    let vault = point.vault();
    if vault.is_some_and(|vault| points::is_air_gapped(&view.of, vault)) {
        let known = view.fixed(&point.retention);
        return known.map_or(Life::Unsaid, |(kept, proof)| Life::Known(Kept::from(*kept), proof, None));
    }
    let state = view.state(&point.retention, subject.pair().as_ref(), "life cycle");
    if let Some((kept, proof)) = state.last_known() {
        return Life::Known(Kept::from(*kept), proof, state.stale("The life cycle"));
    }
    let State::Changed(evidence) = state else { return Life::Unsaid };
    let message = "The life cycle was changed, and no record shows to what; add `aws backup describe-recovery-point` to the snapshot.";
    Life::Open(Judgement::insufficient("lifecycle_unknown", message).citing(evidence, "changed"))
}
