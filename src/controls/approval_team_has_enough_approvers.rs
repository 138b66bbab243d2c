//! APR-02: enough approvers of a team can still vote to reach its threshold, with some to spare.

use super::judgement::{Judgement, Proof, State};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::facts::Approver;
use crate::facts::words::TeamStatus;
use crate::instant;
use crate::status::Severity;
use chrono::Duration;

pub use super::nothing_to_check as check;

/// Every known team.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let teams = context.world.teams.values().filter(|team| scope.holds(team.arn.account().as_ref(), None));
    teams.map(|team| Subject::team(&team.arn, team.name.as_ref())).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = |code, what: &str| {
        Judgement::insufficient(code, format!("No record shows {what}; add `aws mpa get-approval-team` of the team to the snapshot."))
    };
    let found = if let Key::Team(arn) = &subject.key { view.of.world.teams.get(arn) } else { None };
    let Some(team) = found else { return unknown("approvers_unknown", "the team") };
    if let Some(created) = team.created.filter(|created| !view.is_past(*created)) {
        return Judgement::not_applicable("not_yet_created", format!("The team was created at {}.", instant::show(created)));
    }
    if let Some(span) = view.look(&team.status).filter(|s| s.value == Some(TeamStatus::Deleted)) {
        return Judgement::not_applicable("subject_deleted", "The team was deleted.").citing(span.evidence, "deletion");
    }
    let pair = team.pair();
    let approvers = view.state(&team.approvers, pair.as_ref(), "approvers of the team");
    let Some((list, proof)) = approvers.last_known().filter(|(list, _)| list.iter().all(|a| a.status.is_some())) else {
        let open = unknown("approvers_unknown", "who of the approvers has accepted");
        return if let State::Changed(evidence) = approvers { open.citing(evidence, "change of the team") } else { open };
    };
    let threshold = view.state(&team.threshold, pair.as_ref(), "threshold of the team");
    let Some((needed, shown)) = threshold.last_known() else { return unknown("threshold_unknown", "the threshold") };
    let proof = proof.with(Some(shown));
    let lost: Vec<String> = list.iter().filter_map(|approver| why_not(approver, view)).collect();
    let effective = i64::try_from(list.len() - lost.len()).unwrap_or(i64::MAX);
    let spare = view.of.params.int("spare").unwrap_or(1);
    let tell = |j: Judgement| {
        let j = j.observed("effective", effective).observed("approvers", list.len()).observed("not_effective", lost.clone());
        j.expected("MinApprovalsRequired", *needed).expected("spare", spare)
    };
    let counted = format!("{effective} of {} approvers can vote and {needed} approvals are required", list.len());
    let because = if lost.is_empty() { String::new() } else { format!(" ({})", lost.join("; ")) };
    if effective < *needed {
        let message = format!("{counted}{because}: the team cannot approve anything.");
        return tell(Judgement::non_compliant("below_threshold", message, &proof)).severity(Severity::Critical);
    }
    if effective < needed + spare {
        let message = format!("{counted}{because}: one more absence can block every approval.");
        return tell(Judgement::non_compliant("no_spare", message, &proof)).severity(Severity::Medium);
    }
    if let Some(stale) = approvers.stale("The team").or_else(|| threshold.stale("The team's threshold")) {
        return stale;
    }
    tell(enough(&counted, &proof))
}

fn enough(counted: &str, proof: &Proof) -> Judgement {
    Judgement::compliant("enough_approvers", format!("{counted}."), proof)
}

/// Why an approver cannot be counted on; `None`: effective.
fn why_not(approver: &Approver, view: &View<'_>) -> Option<String> {
    let status = approver.status.as_deref().unwrap_or("unknown");
    if status != "ACCEPTED" {
        return Some(format!("{} is {status}", approver.identity));
    }
    if approver.mfa_in_sync == Some(false) {
        return Some(format!("{}: MFA out of sync", approver.identity));
    }
    let days = view.of.params.int("activity_days").unwrap_or(90);
    match last_activity(approver, view) {
        Some(last) if !view.within(last, Duration::days(days)) => {
            Some(format!("{} last active at {}", approver.identity, instant::show(last)))
        }
        None if view.of.params.flag("require_activity") => Some(format!("{}: no activity known", approver.identity)),
        _ => None,
    }
}

/// As the snapshot says, or a later vote.
fn last_activity(approver: &Approver, view: &View<'_>) -> Option<instant::Instant> {
    let votes = view.of.world.sessions.values().filter_map(|session| {
        let voted = [&session.approved_by, &session.rejected_by]
            .into_iter()
            .any(|told| told.as_ref().is_some_and(|(ids, _)| ids.contains(&approver.identity)));
        let ended = session.state.spans().iter().rfind(|s| s.value.as_ref().is_some_and(|v| v.is_approved() || v.is_refused()))?;
        (voted && view.is_past(ended.from)).then_some(ended.from)
    });
    votes.chain(approver.last_activity).max()
}
