//! LOG-03: nobody turns the camera off: the trail is not stopped, deleted or weakened, and records all that it should.

use super::judgement::{Judgement, Proof, State};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::AccountId;
use crate::coverage::Pair;
use crate::facts::calls::{Tampering, TrailCall};
use crate::instant;
use crate::timeline::{Origin, Timeline};
use crate::world::trail::Trail;
use crate::world::{Happened, World};
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Trails; accounts whose log occurs but of which no trail is known; accounts that lost an event data store.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let world = context.world;
    let scope = &context.policy.scope;
    let trails = world.trails.values().filter(|t| t.first_seen.is_some() && scope.holds(t.id.account().as_ref(), None));
    let mut subjects: Vec<Subject> = trails.map(|trail| Subject::trail(&trail.id)).collect();
    let owners: BTreeSet<AccountId> = world.trails.keys().filter_map(crate::arn::TrailArn::account).collect();
    let everyone = world.trails.values().any(|trail| trail.organization.spans().iter().any(|span| span.value == Some(true)));
    let loses = |id: &AccountId| {
        let calls = world.trail_calls.iter();
        calls.filter(|c| c.what.account.as_ref() == Some(id)).any(|c| against_account(&c.what, id, world))
    };
    let accounts: BTreeSet<AccountId> = world.pairs().into_iter().map(|(account, _)| account).collect();
    let alone = accounts.iter().filter(|id| scope.holds(Some(id), None)).filter(|id| {
        let has_trail = everyone || owners.contains(*id);
        !has_trail || loses(id)
    });
    subjects.extend(alone.map(|id| Subject::account(id, context)));
    subjects
}

/// Calls that no trail of the account can be blamed for.
fn against_account(call: &TrailCall, account: &AccountId, world: &World) -> bool {
    let alone = || world.trails.keys().filter(|arn| arn.account().as_ref() == Some(account)).count() != 1;
    match &call.tampering {
        Tampering::EventDataStore => true,
        Tampering::Omitted => call.trail.is_none() && alone(),
        _ => false,
    }
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    match &subject.key {
        Key::Trail(arn) => match view.of.world.trails.get(arn) {
            Some(trail) => judge_trail(trail, view),
            None => Judgement::insufficient("trail_unknown", "The trail is not known."),
        },
        Key::Account(id) => judge_account(id, view),
        _ => Judgement::insufficient("trail_unknown", "The trail is not known."),
    }
}

fn judge_trail(trail: &Trail, view: &View<'_>) -> Judgement {
    let from = view.window();
    let calls = view.happened(&view.of.world.trail_calls, from);
    let found: Vec<(&Happened<TrailCall>, &'static str, String)> = calls
        .iter()
        .filter_map(|call| weakens(call, trail, view.of.world).map(|(code, note)| (call, code, note)))
        .collect();
    if let Some(answer) = tampered(&found) {
        return answer;
    }
    if let Some(gone) = view.look(&trail.exists).filter(|s| s.value == Some(false)) {
        let message = format!("The trail was deleted by {}.", instant::show(gone.from));
        return Judgement::not_applicable("subject_deleted", message).citing(gone.evidence, "deletion");
    }
    let pair = trail.id.pair();
    let settings = match settings(trail, pair.as_ref(), view) {
        Ok(proof) => proof,
        Err(answer) => return *answer,
    };
    let proof = if view.within(from, view.of.world.coverage.terms().max_gap) {
        settings
    } else {
        match view.covered(pair.as_ref(), from) {
            Ok(covered) => settings.with(Proof::absence(covered, "no call that weakens the trail")),
            Err(hole) => return Judgement::gap("coverage_gap", "Whether the trail was tampered with cannot be known", &hole),
        }
    };
    Judgement::compliant("untouched", "The trail covers all Regions, validates its files, and nobody weakened it.", &proof)
}

fn settings(trail: &Trail, pair: Option<&Pair>, view: &View<'_>) -> Result<Proof, Box<Judgement>> {
    // Whether it logs is shown by the log itself, which must cover the window; a status that says no is told all the same.
    let logging = view.state(&trail.logging, pair, "IsLogging");
    if let Some((false, proof)) = logging.last_known() {
        let answer = Judgement::non_compliant("not_logging", "The trail does not log.", &proof);
        return Err(Box::new(answer.observed("IsLogging", false)));
    }
    let multi = setting(&trail.multi_region, pair, view, "IsMultiRegionTrail", ("not_multi_region", "The trail covers one Region only."))?;
    let valid = setting(
        &trail.validation,
        pair,
        view,
        "LogFileValidationEnabled",
        ("validation_disabled", "The trail's log files cannot be validated: digests are off."),
    )?;
    Ok(multi.with(Some(valid)).with(logging.last_known().map(|(_, proof)| proof)))
}

fn setting(
    line: &Timeline<bool>,
    pair: Option<&Pair>,
    view: &View<'_>,
    name: &'static str,
    fails: (&'static str, &str),
) -> Result<Proof, Box<Judgement>> {
    let state = view.state(line, pair, name);
    match state.last_known() {
        Some((false, proof)) => Err(Box::new(Judgement::non_compliant(fails.0, fails.1, &proof).observed(name, false))),
        None => {
            let message = format!("No record shows `{name}`; add `aws cloudtrail describe-trails` to the snapshot.");
            Err(Box::new(Judgement::insufficient("field_absent", message)))
        }
        Some((true, proof)) => match (&state, state.stale("The trail's settings")) {
            (State::Stale { .. }, Some(stale)) => Err(Box::new(stale)),
            _ => Ok(proof),
        },
    }
}

/// How much of the log a call costs.
fn gravity(code: &str) -> u8 {
    match code {
        "trail_deleted" | "event_data_store_deleted" => 5,
        "logging_stopped" => 4,
        "selectors_weakened" => 3,
        "trail_weakened" => 2,
        "bucket_weakened" => 1,
        _ => 0,
    }
}

fn tampered(found: &[(&Happened<TrailCall>, &'static str, String)]) -> Option<Judgement> {
    // The gravest is told, all are cited.
    let (call, code, note) = found.iter().max_by_key(|(call, code, _)| (gravity(code), call.evidence))?;
    let proof = Proof::all(found.iter().map(|(call, _, note)| (call.evidence, note.clone())))?;
    let message = format!("{} by {} at {}: {note}.", call.what.name, call.what.actor.said(), instant::show(call.at));
    Some(Judgement::non_compliant(code, message, &proof).observed("calls", found.len()))
}

/// Whether a call weakens this trail, compared with what it was before.
fn weakens(call: &Happened<TrailCall>, trail: &Trail, world: &World) -> Option<(&'static str, String)> {
    let about = call.what.trail.as_ref() == Some(&trail.id);
    let before = call.at - instant::tick();
    match &call.what.tampering {
        Tampering::Stop if about => Some(("logging_stopped", "logging stopped".into())),
        Tampering::Delete if about => Some(("trail_deleted", "the trail was deleted".into())),
        Tampering::Selectors(why) if about => Some(("selectors_weakened", why.clone())),
        Tampering::Omitted if about => Some(("parameters_omitted", "its parameters were too large to be logged".into())),
        Tampering::Omitted => {
            let own = call.what.account == trail.id.account() && call.what.trail.is_none();
            let only = world.trails.keys().filter(|arn| arn.account() == trail.id.account()).count() == 1;
            (own && only).then(|| ("parameters_omitted", "its parameters were too large to be logged".into()))
        }
        Tampering::Update(set) if about => {
            let was = |line: &Timeline<bool>| line.at(before).and_then(|s| s.value);
            let text = |line: &Timeline<String>| line.at(before).and_then(|s| s.value.clone());
            let changed = |new: &Option<String>, old: Option<String>| matches!((new, old), (Some(n), Some(o)) if *n != o);
            let what = if set.multi_region == Some(false) && was(&trail.multi_region) != Some(false) {
                "it no longer covers all Regions"
            } else if set.validation == Some(false) && was(&trail.validation) != Some(false) {
                "log file validation was turned off"
            } else if set.global_events == Some(false) && was(&trail.global_events) != Some(false) {
                "it no longer records global service events"
            } else if changed(&set.bucket, text(&trail.bucket)) {
                "its files go to another bucket"
            } else if changed(&set.key, text(&trail.key)) {
                "its files are encrypted with another key"
            } else {
                return None;
            };
            Some(("trail_weakened", what.into()))
        }
        Tampering::Bucket(bucket) => {
            let first = trail.exists.spans().first().filter(|s| s.origin == Origin::Event);
            // Setting up a bucket before the trail is made weakens nothing.
            if first.is_some_and(|made| call.at < made.from) {
                return None;
            }
            let ours = trail.bucket.spans().iter().any(|s| s.value.as_ref() == Some(bucket));
            ours.then(|| ("bucket_weakened", format!("{} on the trail's bucket {bucket}", call.what.name)))
        }
        _ => None,
    }
}

fn judge_account(id: &AccountId, view: &View<'_>) -> Judgement {
    let calls = view.happened(&view.of.world.trail_calls, view.window());
    let own = calls.iter().filter(|c| c.what.account.as_ref() == Some(id) && against_account(&c.what, id, view.of.world));
    let found: Vec<_> = own
        .map(|call| match call.what.tampering {
            Tampering::EventDataStore => (call, "event_data_store_deleted", "an event data store was deleted".to_owned()),
            _ => (call, "parameters_omitted", "its parameters were too large to be logged".to_owned()),
        })
        .collect();
    if let Some(answer) = tampered(&found) {
        return answer;
    }
    let message = "No trail of this account is known; add `aws cloudtrail describe-trails` to the snapshot.";
    Judgement::insufficient("trail_unknown", message)
}
