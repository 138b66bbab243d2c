//! APR-01: the team that a vault depends on is active, and was throughout the window.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::TeamArn;
use crate::facts::words::TeamStatus;
use crate::instant::{self, Instant};
use crate::world::approval::Team;
use chrono::Duration;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Approvers have this long to answer an invitation; until then a new team is not late.
const INVITATION: Duration = Duration::hours(24);

/// Teams that a vault names.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let spans = context.world.vaults.values().flat_map(|vault| vault.team.spans());
    let named: BTreeSet<&TeamArn> = spans.filter_map(|span| span.value.as_ref()?.as_ref()).collect();
    let scope = &context.policy.scope;
    let team = |arn: &TeamArn| Subject::team(arn, context.world.teams.get(arn).and_then(|t| t.name.as_ref()));
    named.into_iter().filter(|arn| scope.holds(arn.account().as_ref(), None)).map(team).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || {
        let message = "No record shows the team's status; add `aws mpa get-approval-team` of it to the snapshot.";
        Judgement::insufficient("status_unknown", message)
    };
    let found = if let Key::Team(arn) = &subject.key { view.of.world.teams.get(arn) } else { None };
    let Some(team) = found else { return unknown() };
    if let Some(created) = team.created.filter(|created| !view.is_past(*created)) {
        return Judgement::not_applicable("not_yet_created", format!("The team was created at {}.", instant::show(created)));
    }
    let state = view.state(&team.status, team.pair().as_ref(), "status of the team");
    let Some((status, proof)) = state.last_known() else { return unknown() };
    if matches!(status, TeamStatus::Other(_)) {
        let message = format!("The team's status is {status}, which is none that is known.");
        return Judgement::insufficient("status_unknown", message).citing_all(&proof);
    }
    if *status == TeamStatus::Deleted {
        return Judgement::not_applicable("subject_deleted", "The team was deleted.").citing_all(&proof);
    }
    let code = view.look(&team.code).and_then(|span| span.value.clone()).flatten();
    let said = code.as_ref().map_or_else(|| status.to_string(), |code| format!("{status}/{code}"));
    if *status != TeamStatus::Active {
        if *status == TeamStatus::Pending
            && code.as_deref().is_none_or(|c| !c.starts_with("FAILED"))
            && team.created.is_some_and(|created| view.within(created, INVITATION))
        {
            return Judgement::compliant("in_grace", "The team is new and its invitations are running.", &proof).observed("Status", said);
        }
        return Judgement::non_compliant("not_active", format!("The team is {said}: it cannot approve anything."), &proof).observed("Status", said);
    }
    if let Some(stale) = state.stale("The team") {
        return stale;
    }
    throughout(team, view, proof, &said, code.as_deref())
}

fn throughout(team: &Team, view: &View<'_>, proof: Proof, said: &str, code: Option<&str>) -> Judgement {
    let allowed = Duration::hours(view.of.params.int("max_inactive_hours").unwrap_or(0));
    let first_active = team.status.spans().iter().find(|s| s.value == Some(TeamStatus::Active)).map(|s| s.from);
    let known_from = first_active.or(team.created).unwrap_or(view.of.window_from);
    let from = view.window().max(team.created.map_or(view.of.window_from, |_| known_from).min(view.now()));
    let (down, causes) = downtime(team, from.max(known_from), view);
    if down > allowed {
        let proof = proof.with(Proof::all(causes.iter().map(|e| (*e, "the team was not active".to_owned()))));
        let message = format!("The team was not active for {} in the window.", instant::say(down));
        return Judgement::non_compliant("was_inactive", message, &proof).observed("inactive", instant::say(down));
    }
    let proof = if view.within(from, view.of.world.coverage.terms().max_gap) {
        proof
    } else {
        match view.covered(team.pair().as_ref(), from) {
            Ok(covered) => proof.with(Proof::absence(covered, "no downtime in the window")),
            Err(hole) => return Judgement::gap("coverage_gap", "Whether the team was active throughout the window cannot be known", &hole),
        }
    };
    match code.filter(|code| code.starts_with("UPDATE_") || code.starts_with("DELETE_")) {
        Some(code) => {
            let message = format!("The team is active; a change is pending or failed: {code}.");
            Judgement::compliant("change_pending", message, &proof).observed("Status", said)
        }
        None => Judgement::compliant("active", "The team is active, and was throughout the window.", &proof).observed("Status", said),
    }
}

/// How long the team was not active since `from`, and the records that say so.
fn downtime(team: &Team, from: Instant, view: &View<'_>) -> (Duration, Vec<crate::evidence::Evidence>) {
    let spans = team.status.spans();
    let mut total = Duration::zero();
    let mut causes = Vec::new();
    for (i, span) in spans.iter().enumerate() {
        let end = spans.get(i + 1).map_or(view.now(), |next| next.from).min(view.now());
        let start = span.from.max(from);
        let inactive = span.value.as_ref().is_some_and(|status| *status != TeamStatus::Active);
        if inactive && start < end {
            total += end - start;
            causes.push(span.evidence);
            // The window slides over the downtime.
            view.ends_in(from, end);
        }
    }
    (total, causes)
}
