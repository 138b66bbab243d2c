//! Approval sessions over time: request, votes, outcome, execution.
//!
//! A session that nobody decides ends by itself. Where the log of the team's owner is whole until then and shows no outcome,
//! that it expired is inferred; where it is not, what became of it is unknown.

use super::drift::{Compared, Whose};
use super::entity::{Attributes, Entity, Told, first, last};
use super::seen::Sightings;
use crate::arn::{AccountId, Region, SessionArn, TeamArn};
use crate::coverage::Coverage;
use crate::facts::words::SessionState;
use crate::facts::{Answer, Fact, SessionSays};
use crate::instant::Instant;
use crate::record::identity::Actor;
use crate::timeline::{Sighting, Timeline};
use chrono::Duration;
use std::collections::BTreeMap;

/// All sessions.
pub type Sessions = BTreeMap<SessionArn, Session>;

/// An expiry is logged within this time.
const LOGGED: Duration = Duration::minutes(15);

/// An approval session.
#[derive(Debug)]
pub struct Session {
    /// Its ARN.
    pub arn: SessionArn,
    /// Which team decides.
    pub team: Option<TeamArn>,
    /// What was asked.
    pub action: Told<String>,
    /// On what.
    pub resource: Told<String>,
    /// When it was asked.
    pub requested: Told<Instant>,
    /// By which account.
    pub requester: Told<AccountId>,
    /// By which principal.
    pub requester_principal: Told<String>,
    /// In which Region.
    pub requester_region: Told<Region>,
    /// Through which service.
    pub requester_service: Told<String>,
    /// What they wrote; CloudTrail hides it.
    pub comment: Told<String>,
    /// When it ends undecided: as a record says, else by the rule of 24 hours (48 for a change of the team).
    pub expires: Told<Instant>,
    /// Status and code.
    pub state: Timeline<SessionState>,
    /// `StatusMessage`.
    pub message: Told<String>,
    /// `CompletionTime`.
    pub completed: Told<Instant>,
    /// Who approved.
    pub approved_by: Told<Vec<String>>,
    /// Who rejected.
    pub rejected_by: Told<Vec<String>>,
    /// Who did not respond, which counts as a rejection.
    pub silent: Told<Vec<String>>,
    /// Votes one by one, as the portal's calls and snapshots show them.
    pub votes: Told<Vec<Answer>>,
    /// Approvals that it needs, where the session itself says so.
    pub threshold: Told<i64>,
    /// How many approvers it asked.
    pub approvers: Told<i64>,
    /// `AdditionalSecurityRequirements`.
    pub requirements: Told<Vec<String>>,
    /// `ExecutionStatus`.
    pub execution: Told<String>,
    /// Who cancelled it.
    pub cancelled_by: Told<Actor>,
    /// The last state that the log itself shows.
    pub logged: Told<SessionState>,
}

impl Entity for Session {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("Status".into(), &self.state),
            ("StatusMessage".into(), &self.message),
            ("ActionName".into(), &self.action),
            ("ProtectedResourceArn".into(), &self.resource),
            ("InitiationTime".into(), &self.requested),
            ("RequesterAccountId".into(), &self.requester),
            ("RequesterPrincipalArn".into(), &self.requester_principal),
            ("RequesterRegion".into(), &self.requester_region),
            ("RequesterServicePrincipal".into(), &self.requester_service),
            ("RequesterComment".into(), &self.comment),
            ("ExpirationTime".into(), &self.expires),
            ("CompletionTime".into(), &self.completed),
            ("ApprovedBy".into(), &self.approved_by),
            ("RejectedBy".into(), &self.rejected_by),
            ("NoParticipationBy".into(), &self.silent),
            ("ApproverResponses".into(), &self.votes),
            ("MinApprovalsRequired".into(), &self.threshold),
            ("NumberOfApprovers".into(), &self.approvers),
            ("AdditionalSecurityRequirements".into(), &self.requirements),
            ("ExecutionStatus".into(), &self.execution),
            ("CancelledBy".into(), &self.cancelled_by),
        ]
    }
}

/// What was seen of a session.
#[derive(Default)]
pub(super) struct Seen {
    team: Option<TeamArn>,
    action: Told<String>,
    resource: Told<String>,
    requested: Told<Instant>,
    requester: Told<AccountId>,
    requester_principal: Told<String>,
    requester_region: Told<Region>,
    requester_service: Told<String>,
    comment: Told<String>,
    expires: Told<Instant>,
    state: Sightings<SessionState>,
    message: Told<String>,
    completed: Told<Instant>,
    approved_by: Told<Vec<String>>,
    rejected_by: Told<Vec<String>>,
    silent: Told<Vec<String>>,
    votes: Told<Vec<Answer>>,
    threshold: Told<i64>,
    approvers: Told<i64>,
    requirements: Told<Vec<String>>,
    execution: Told<String>,
    cancelled_by: Told<Actor>,
    /// The last state by the log, and by snapshots.
    by_log: Option<Sighting<SessionState>>,
    by_snapshot: Option<Sighting<SessionState>>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &SessionSays) {
        self.team = self.team.take().or_else(|| says.team.clone());
        first(&mut self.action, says.action.as_ref(), fact);
        first(&mut self.resource, says.resource.as_ref(), fact);
        first(&mut self.requested, says.requested.as_ref(), fact);
        // Only the session itself names who asked: a StartSession made on behalf of somebody names the service's caller.
        if fact.observed {
            last(&mut self.requester, says.requester.as_ref(), fact);
        } else {
            first(&mut self.requester, says.requester.as_ref(), fact);
        }
        last(&mut self.requester_principal, says.requester_principal.as_ref(), fact);
        last(&mut self.requester_region, says.requester_region.as_ref(), fact);
        last(&mut self.requester_service, says.requester_service.as_ref(), fact);
        last(&mut self.comment, says.comment.as_ref(), fact);
        first(&mut self.expires, says.expires.as_ref(), fact);
        last(&mut self.message, says.message.as_ref(), fact);
        last(&mut self.completed, says.completed.as_ref(), fact);
        last(&mut self.approved_by, says.approved_by.as_ref(), fact);
        last(&mut self.rejected_by, says.rejected_by.as_ref(), fact);
        last(&mut self.silent, says.silent.as_ref(), fact);
        self.note_votes(fact, &says.votes);
        first(&mut self.threshold, says.threshold.as_ref(), fact);
        first(&mut self.approvers, says.approvers.as_ref(), fact);
        last(&mut self.requirements, says.requirements.as_ref(), fact);
        last(&mut self.execution, says.execution.as_ref(), fact);
        first(&mut self.cancelled_by, says.cancelled_by.as_ref(), fact);
        let by = if fact.observed { &mut self.by_snapshot } else { &mut self.by_log };
        if let Some(state) = &says.state {
            let (at, evidence, observed) = (fact.at, fact.evidence, fact.observed);
            *by = Some(Sighting { at, value: Some(state.clone()), evidence, observed });
        }
        // The API lacks some codes of the log: a snapshot without one does not take it away.
        let known = self.state.latest().cloned().flatten().filter(|_| fact.observed);
        let kept =
            known.filter(|known| says.state.as_ref().is_some_and(|shown| agree(known, shown) && shown.code.is_none()));
        self.state.note(fact, kept.or_else(|| says.state.clone()));
    }

    /// A snapshot shows all votes, a call in the portal one.
    fn note_votes(&mut self, fact: &Fact, votes: &[Answer]) {
        if votes.is_empty() {
            return;
        }
        match &mut self.votes {
            Some((known, _)) if !fact.observed => known.extend(votes.iter().cloned()),
            known => *known = Some((votes.to_vec(), fact.evidence)),
        }
    }

    /// Log and snapshot date the end of a session some seconds apart, so only their last words are compared.
    fn compare(&self, arn: &SessionArn, compared: &mut Compared) {
        let (Some(logged), Some(shown)) = (&self.by_log, &self.by_snapshot) else { return };
        let (Some(by_log), Some(by_snapshot)) = (&logged.value, &shown.value) else { return };
        // A snapshot of before the end shows it running.
        let early = shown.at < logged.at && !ended(by_snapshot);
        if !ended(by_log) || early || agree(by_log, by_snapshot) {
            return;
        }
        let said = |of: &Sighting<SessionState>, state: &SessionState| Sighting {
            at: of.at,
            value: Some(state.said()),
            evidence: of.evidence,
            observed: of.observed,
        };
        let (id, pair) = (arn.to_string(), arn.pair());
        let created = self.requested.map(|(at, _)| at);
        let whose = Whose { kind: "session", id: &id, pair: pair.as_ref(), created };
        let shown = Sighting { at: shown.at.max(logged.at), ..said(shown, by_snapshot) };
        compared.note(whose, "Status", &[said(logged, by_log), shown]);
    }

    pub(super) fn replay(self, arn: SessionArn, coverage: &Coverage, compared: &mut Compared) -> Session {
        self.compare(&arn, compared);
        let expires = self.expires.or_else(|| self.ends_by_rule());
        let mut state = self.state.replay_quietly(|at| at);
        if let Some((end, _)) = expires {
            let runs = |state: &SessionState| matches!(state.status.as_str(), "PENDING" | "CREATING");
            let last = state.at(end).map_or(end, |span| span.last_shown(end).0);
            let whole = arn.pair().is_some_and(|pair| coverage.over(&pair, last, end + LOGGED).is_ok());
            let expired = SessionState { status: "FAILED".into(), code: Some("EXPIRED".into()) };
            state.lapse(end, runs, whole.then_some(expired));
        }
        Session {
            team: self.team,
            action: self.action,
            resource: self.resource,
            requested: self.requested,
            requester: self.requester,
            requester_principal: self.requester_principal,
            requester_region: self.requester_region,
            requester_service: self.requester_service,
            comment: self.comment,
            expires,
            state,
            message: self.message,
            completed: self.completed,
            approved_by: self.approved_by,
            rejected_by: self.rejected_by,
            silent: self.silent,
            votes: self.votes,
            threshold: self.threshold,
            approvers: self.approvers,
            requirements: self.requirements,
            execution: self.execution,
            cancelled_by: self.cancelled_by,
            logged: self.by_log.and_then(|logged| Some((logged.value?, logged.evidence))),
            arn,
        }
    }

    /// 24 hours from the request; 48 for a change of the team. How long a baseline runs AWS does not say.
    fn ends_by_rule(&self) -> Told<Instant> {
        let (begun, evidence) = self.requested?;
        let action = self.action.as_ref().map(|(action, _)| action.as_str()).unwrap_or_default();
        let hours = match action.strip_prefix("mpa:") {
            Some(own) if own.contains("Baseline") => return None,
            Some(_) => 48,
            None => 24,
        };
        Some((begun + Duration::hours(hours), evidence))
    }
}

fn ended(state: &SessionState) -> bool {
    state.is_approved() || state.is_refused()
}

/// The log has codes that the API has not (`TEAM_DELETED`, `CANCELLED_BY_USER`), so a missing code is no difference.
fn agree(logged: &SessionState, shown: &SessionState) -> bool {
    logged.status == shown.status && (logged.code == shown.code || logged.code.is_none() || shown.code.is_none())
}
