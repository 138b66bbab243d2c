//! Approval teams and their sessions over time.
//!
//! CloudTrail does not show what an update changes, so once one is in force the threshold and the approvers are unknown until
//! a snapshot shows them. An update that is only asked for, or refused, leaves the old version in force.

use super::drift::Drift;
use super::entity::{Attributes, Entity, Told, first, last};
use super::seen::{Note, Sightings};
use crate::arn::{AccountId, SessionArn, TeamArn};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::words::{SessionState, TeamStatus};
use crate::facts::{Approver, Fact, SessionSays, TeamSays};
use crate::instant::Instant;
use crate::timeline::Timeline;

/// An approval team.
#[derive(Debug)]
pub struct Team {
    /// Its ARN.
    pub arn: TeamArn,
    /// Its name.
    pub name: Option<String>,
    /// `Status`.
    pub status: Timeline<TeamStatus>,
    /// `StatusCode`.
    pub code: Timeline<Option<String>>,
    /// `MinApprovalsRequired`.
    pub threshold: Timeline<i64>,
    /// Approvers.
    pub approvers: Timeline<Vec<Approver>>,
    /// When it was made.
    pub created: Option<Instant>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Team {
    /// The log that shows what happens to it: its owner's, in its Region (us-east-1).
    pub fn pair(&self) -> Option<Pair> {
        self.arn.pair()
    }
}

impl Entity for Team {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("Status".into(), &self.status),
            ("StatusCode".into(), &self.code),
            ("MinApprovalsRequired".into(), &self.threshold),
            ("Approvers".into(), &self.approvers),
        ]
    }
}

/// What was seen of a team.
#[derive(Default)]
pub(super) struct SeenTeam {
    name: Option<String>,
    status: Sightings<TeamStatus>,
    code: Sightings<Option<String>>,
    facts: Vec<(Fact, TeamSays)>,
    created: Option<Instant>,
    first_seen: Option<(Instant, Evidence)>,
}

impl SeenTeam {
    pub(super) fn note(&mut self, fact: &Fact, says: &TeamSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        self.name = self.name.take().or_else(|| says.name.clone());
        self.created = self.created.or(says.created);
        self.status.note(fact, says.status.clone());
        self.code.note(fact, says.code.clone());
        self.facts.push((fact.clone(), says.clone()));
    }

    pub(super) fn replay(self, arn: TeamArn, coverage: &Coverage, drifts: &mut Vec<Drift>) -> Team {
        let pair = arn.pair();
        let created = self.created;
        let whole = |at: Instant| {
            let since = pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
            created.map_or(since, |created| since.max(created))
        };
        let mut threshold = Sightings::default();
        let mut approvers = Sightings::default();
        for (fact, says) in &self.facts {
            if says.update_taken == Some(true) {
                threshold.blur(fact);
                approvers.blur(fact);
            }
            if says.update_asked {
                continue;
            }
            threshold.note(fact, says.threshold);
            approvers.note(fact, says.approvers.clone());
        }
        let id = arn.to_string();
        Team {
            status: self.status.replay(whole, &mut Note { drifts, entity: &id, field: "Status" }),
            code: self.code.replay_quietly(whole),
            threshold: threshold.replay(whole, &mut Note { drifts, entity: &id, field: "MinApprovalsRequired" }),
            // Approvers lose their standing without any record of it, so a snapshot is not carried back.
            approvers: approvers.replay_quietly(|at| at),
            name: self.name,
            created,
            first_seen: self.first_seen,
            arn,
        }
    }
}

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
    /// When it ends undecided.
    pub expires: Told<Instant>,
    /// Status and code.
    pub state: Timeline<SessionState>,
    /// Who approved.
    pub approved_by: Told<Vec<String>>,
    /// Who rejected.
    pub rejected_by: Told<Vec<String>>,
    /// Approvals that it needs, where the session itself says so.
    pub threshold: Told<i64>,
    /// `ExecutionStatus`.
    pub execution: Told<String>,
}

impl Entity for Session {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("Status".into(), &self.state),
            ("ActionName".into(), &self.action),
            ("ProtectedResourceArn".into(), &self.resource),
            ("InitiationTime".into(), &self.requested),
            ("RequesterAccountId".into(), &self.requester),
            ("RequesterPrincipalArn".into(), &self.requester_principal),
            ("ExpirationTime".into(), &self.expires),
            ("ApprovedBy".into(), &self.approved_by),
            ("RejectedBy".into(), &self.rejected_by),
            ("MinApprovalsRequired".into(), &self.threshold),
            ("ExecutionStatus".into(), &self.execution),
        ]
    }
}

/// What was seen of a session.
#[derive(Default)]
pub(super) struct SeenSession {
    team: Option<TeamArn>,
    action: Told<String>,
    resource: Told<String>,
    requested: Told<Instant>,
    requester: Told<AccountId>,
    requester_principal: Told<String>,
    expires: Told<Instant>,
    state: Sightings<SessionState>,
    approved_by: Told<Vec<String>>,
    rejected_by: Told<Vec<String>>,
    threshold: Told<i64>,
    execution: Told<String>,
    /// The last state by the log, and by snapshots.
    by_log: Told<SessionState>,
    by_snapshot: Told<SessionState>,
}

impl SeenSession {
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
        first(&mut self.expires, says.expires.as_ref(), fact);
        last(&mut self.approved_by, says.approved_by.as_ref(), fact);
        last(&mut self.rejected_by, says.rejected_by.as_ref(), fact);
        first(&mut self.threshold, says.threshold.as_ref(), fact);
        last(&mut self.execution, says.execution.as_ref(), fact);
        let by = if fact.observed { &mut self.by_snapshot } else { &mut self.by_log };
        last(by, says.state.as_ref(), fact);
        self.state.note(fact, says.state.clone());
    }

    pub(super) fn replay(self, arn: SessionArn, drifts: &mut Vec<Drift>) -> Session {
        // Log and snapshot date the end of a session some seconds apart, so only their last words are compared.
        if let (Some((logged, by_log)), Some((shown, by_snapshot))) = (&self.by_log, &self.by_snapshot)
            && (logged.is_approved() || logged.is_refused())
            && logged != shown
        {
            drifts.push(Drift {
                entity: arn.to_string(),
                field: "Status",
                replayed: logged.said().into(),
                observed: shown.said().into(),
                evidence: [*by_log, *by_snapshot],
            });
        }
        Session {
            team: self.team,
            action: self.action,
            resource: self.resource,
            requested: self.requested,
            requester: self.requester,
            requester_principal: self.requester_principal,
            expires: self.expires,
            state: self.state.replay_quietly(|at| at),
            approved_by: self.approved_by,
            rejected_by: self.rejected_by,
            threshold: self.threshold,
            execution: self.execution,
            arn,
        }
    }
}
