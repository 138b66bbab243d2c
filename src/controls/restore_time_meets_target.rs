//! RST-02: the latest completed restore of a resource was done within the target.

use super::judgement::{Judgement, Proof, State};
use super::restores::{self, Ended};
use super::subject::{Key, Subject};
use super::view::View;
use crate::arn::ResourceArn;
use crate::facts::words::JobState;
use crate::instant;
use chrono::Duration;

pub use super::copies::resources as subjects;
pub use super::nothing_to_check as check;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Resource(resource) = &subject.key else {
        return Judgement::insufficient("never_restored", format!("{} is no resource.", subject.id));
    };
    let restores = view.of.world.index.restores.of(resource);
    restores::await_next(view, restores, |_| true);
    let ended = || restores::ended(view, restores).rev();
    let Some(last) = &ended().find(|restore| *restore.state == JobState::Completed) else {
        return never(resource, ended().next().as_ref());
    };
    let limit = Duration::minutes(view.of.params.int("maxRestoreTime").unwrap_or(720));
    let expected = |j: Judgement| j.expected("maxRestoreTime", instant::say(limit));
    let (Some(took), Some((_, begun))) = (last.job.duration(), &last.job.began) else {
        let message = format!(
            "No record shows from when to when restore job {} ran; add `aws backup list-restore-jobs` to the snapshot.",
            last.restore.job
        );
        return expected(Judgement::insufficient("duration_unknown", message).citing(last.evidence, "latest restore"));
    };
    let proof = Proof::shown(last.evidence, "latest completed restore").and(*begun, "its start");
    let proof = proof.with(restores::origin(view, last));
    let observed = |j: Judgement| j.observed("restore_time", instant::say(took)).observed("restore_job", last.restore.job.as_str());
    if took > limit {
        let message = format!("The latest restore took {}, at most {} are allowed.", instant::say(took), instant::say(limit));
        return expected(observed(Judgement::non_compliant("restore_too_slow", message, &proof)));
    }
    let judgement = match latest(last, resource, view) {
        Ok(more) => {
            let message = format!("The latest restore took {}.", instant::say(took));
            Judgement::compliant("restore_within_target", message, &proof.with(Some(more)))
        }
        Err(answer) => *answer,
    };
    expected(observed(judgement))
}

fn never(resource: &ResourceArn, last: Option<&Ended<'_>>) -> Judgement {
    let whose = match resource.pair() {
        Some((account, region)) => format!("{account} in {region}"),
        None => "its account".into(),
    };
    let message = format!(
        "No completed restore of the resource is known; restore it, or add `aws backup list-restore-jobs` of {whose} or of the account that restored it.",
    );
    let judgement = Judgement::insufficient("never_restored", message);
    match last {
        Some(last) => judgement.citing(last.evidence, format!("latest restore: {}", last.state)),
        None => judgement,
    }
}

/// Whether a later restore would be known: by a snapshot or a whole log where the latest one ran and where the resource is.
fn latest(last: &Ended<'_>, resource: &ResourceArn, view: &View<'_>) -> Result<Proof, Box<Judgement>> {
    let what = "The latest restore";
    let state = view.state(&last.job.state, last.restore.pair.as_ref(), "latest restore");
    let State::Known { proof, .. } = &state else {
        let unknown = || Judgement::insufficient("state_not_current", "The latest restore is not known.");
        return Err(Box::new(state.stale(what).unwrap_or_else(unknown)));
    };
    let home = resource.pair();
    if home.is_none() || home == last.restore.pair {
        return Ok(proof.clone());
    }
    match view.covered(home.as_ref(), last.at) {
        Ok(covered) => Ok(proof.clone().with(Proof::absence(covered, "no later restore"))),
        Err(hole) => Err(Box::new(Judgement::gap("state_not_current", "Whether the resource was restored again cannot be known", &hole))),
    }
}
