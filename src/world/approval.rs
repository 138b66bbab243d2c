//! Approval teams over time: versions, pending updates, approvers, policies.
//!
//! CloudTrail need not show what an update changes: what its call does not name is unknown once the update is in force, until
//! a snapshot shows it. An update that is only asked for, or refused, leaves the old version in force.

use super::Happened;
use super::drift::{Compared, Whose};
use super::entity::{Attributes, Entity, Told, keyed, last};
use super::seen::{Note, Sightings};
pub use super::session::Session;
use crate::arn::TeamArn;
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::words::TeamStatus;
use crate::facts::{Answer, Approver, Draft, Fact, TeamPolicy, TeamSays};
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::BTreeMap;

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
    /// `StatusMessage`.
    pub message: Timeline<Option<String>>,
    /// `VersionId` in force.
    pub version: Timeline<String>,
    /// `MinApprovalsRequired`.
    pub threshold: Timeline<i64>,
    /// Approvers.
    pub approvers: Timeline<Vec<Approver>>,
    /// Each approver by user id: status, last activity, MFA; `None`: no longer in the team.
    pub standing: BTreeMap<String, Timeline<Option<Approver>>>,
    /// Answers to invitations.
    pub answers: Vec<Happened<Answer>>,
    /// `Policies`: what the team may decide.
    pub policies: Timeline<Vec<String>>,
    /// `PendingUpdate`; `None` within: no update is pending.
    pub draft: Timeline<Option<Draft>>,
    /// The session that decides the latest update or deletion: the last part of its ARN.
    pub update_session: Told<String>,
    /// When its deletion was asked for, which needs the team's approval.
    pub deletion_asked: Told<Instant>,
    /// When that takes effect.
    pub deletion_completes: Told<Instant>,
    /// Policies on the team by name, who may begin sessions; `None`: taken away.
    pub resource_policies: BTreeMap<String, Timeline<Option<TeamPolicy>>>,
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
        let mut all: Attributes<'_> = vec![
            ("Status".into(), &self.status),
            ("StatusCode".into(), &self.code),
            ("StatusMessage".into(), &self.message),
            ("VersionId".into(), &self.version),
            ("MinApprovalsRequired".into(), &self.threshold),
            ("Approvers".into(), &self.approvers),
            ("Policies".into(), &self.policies),
            ("PendingUpdate".into(), &self.draft),
            ("UpdateSessionArn".into(), &self.update_session),
            ("DeletionStartTime".into(), &self.deletion_asked),
            ("DeletionCompletionTime".into(), &self.deletion_completes),
        ];
        all.extend(keyed("Approvers", &self.standing));
        all.extend(keyed("ResourcePolicies", &self.resource_policies));
        all
    }
}

/// What was seen of a team.
#[derive(Default)]
pub(super) struct Seen {
    name: Option<String>,
    status: Sightings<TeamStatus>,
    code: Sightings<Option<String>>,
    message: Sightings<Option<String>>,
    policies: Sightings<Vec<String>>,
    standing: BTreeMap<String, Sightings<Option<Approver>>>,
    answers: Vec<Happened<Answer>>,
    resource_policies: BTreeMap<String, Sightings<Option<TeamPolicy>>>,
    all_policies: Vec<(Instant, Evidence)>,
    update_session: Told<String>,
    deletion_asked: Told<Instant>,
    deletion_completes: Told<Instant>,
    facts: Vec<(Fact, TeamSays)>,
    created: Option<Instant>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &TeamSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        self.name = self.name.take().or_else(|| says.name.clone());
        self.created = self.created.or(says.created);
        self.status.note(fact, says.status.clone());
        self.code.note(fact, says.code.clone());
        self.message.note(fact, says.message.clone());
        self.policies.note(fact, says.policies.clone());
        last(&mut self.update_session, says.update_session.as_ref(), fact);
        last(&mut self.deletion_asked, says.deletion_asked.as_ref(), fact);
        last(&mut self.deletion_completes, says.deletion_completes.as_ref(), fact);
        if let Some(list) = &says.approvers {
            self.note_approvers(fact, list);
        }
        if let Some(answer) = &says.answer {
            self.note_answer(fact, answer);
        }
        for (name, policy) in &says.resource_policies {
            self.note_policy(fact, name, policy.clone());
        }
        if says.all_resource_policies {
            self.all_policies.push((fact.at, fact.evidence));
        }
        self.facts.push((fact.clone(), says.clone()));
    }

    fn note_approvers(&mut self, fact: &Fact, list: &[Approver]) {
        for approver in list {
            self.standing.entry(approver.identity.clone()).or_default().note(fact, Some(Some(approver.clone())));
        }
        for (identity, seen) in &mut self.standing {
            if !list.iter().any(|approver| approver.identity == *identity) {
                seen.note(fact, Some(None));
            }
        }
    }

    /// An answer to an invitation is an activity. Who answered may be unknown.
    fn note_answer(&mut self, fact: &Fact, answer: &Answer) {
        self.answers.push(Happened { at: fact.at, evidence: fact.evidence, what: answer.clone() });
        let Some(identity) = &answer.identity else { return };
        let seen = self.standing.entry(identity.clone()).or_default();
        let known = seen.latest().cloned().flatten().flatten().unwrap_or_default();
        let approver = Approver {
            identity: identity.clone(),
            status: answer.response.clone(),
            answered: answer.at,
            last_activity: answer.at.max(known.last_activity),
            activity: Some("RESPONDED_TO_INVITATION".to_owned()),
            ..known
        };
        seen.note(fact, Some(Some(approver)));
    }

    /// A list of policies does not show their documents: what was put there is kept.
    fn note_policy(&mut self, fact: &Fact, name: &str, policy: Option<TeamPolicy>) {
        let seen = self.resource_policies.entry(name.to_owned()).or_default();
        let known = seen.latest().cloned().flatten().flatten().filter(|_| fact.observed);
        let policy = policy.map(|policy| TeamPolicy {
            document: policy.document.or_else(|| known.as_ref()?.document.clone()),
            arn: policy.arn.or_else(|| known?.arn),
            kind: policy.kind,
        });
        seen.note(fact, Some(policy));
    }

    pub(super) fn replay(mut self, arn: TeamArn, coverage: &Coverage, compared: &mut Compared) -> Team {
        let pair = arn.pair();
        let created = self.created;
        let whole = |at: Instant| {
            let since = pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
            created.map_or(since, |created| since.max(created))
        };
        for (at, evidence) in &self.all_policies {
            for seen in self.resource_policies.values_mut().filter(|seen| seen.is_settled_at(*at)) {
                seen.observe(*at, *evidence, None);
            }
        }
        let Versions { version, threshold, approvers, draft } = versions(&self.facts);
        let id = arn.to_string();
        let whose = Whose { kind: "team", id: &id, pair: pair.as_ref(), created };
        // What it passes through on its way is not compared.
        let ends = |status: &TeamStatus| {
            let passing = matches!(status, TeamStatus::Pending | TeamStatus::Deleting);
            (!passing).then(|| status.clone())
        };
        compared.note(whose, "Status", &self.status.as_other(ends));
        Team {
            status: self.status.replay_quietly(whole),
            code: self.code.replay_quietly(whole),
            message: self.message.replay_quietly(|at| at),
            version: version.replay(whole, &mut Note { compared, whose, field: "VersionId" }),
            threshold: threshold.replay(whole, &mut Note { compared, whose, field: "MinApprovalsRequired" }),
            // Approvers lose their standing without any record of it, so a snapshot is not carried back.
            approvers: approvers.replay_quietly(|at| at),
            standing: lines(self.standing),
            answers: self.answers,
            // `$DEFAULT` in the call is a number in the snapshot.
            policies: self.policies.replay_quietly(whole),
            draft: draft.replay_quietly(|at| at),
            update_session: self.update_session,
            deletion_asked: self.deletion_asked,
            deletion_completes: self.deletion_completes,
            resource_policies: lines(self.resource_policies),
            name: self.name,
            created,
            first_seen: self.first_seen,
            arn,
        }
    }
}

fn lines<T: Clone + PartialEq + serde::Serialize>(
    seen: BTreeMap<String, Sightings<T>>,
) -> BTreeMap<String, Timeline<T>> {
    seen.into_iter().map(|(key, seen)| (key, seen.replay_quietly(|at| at))).collect()
}

/// What an update changes.
#[derive(Default)]
struct Versions {
    version: Sightings<String>,
    threshold: Sightings<i64>,
    approvers: Sightings<Vec<Approver>>,
    draft: Sightings<Option<Draft>>,
}

fn versions(facts: &[(Fact, TeamSays)]) -> Versions {
    let mut seen = Versions::default();
    let mut draft = Draft::default();
    let mut approved = false;
    for (fact, says) in facts {
        let is_active = says.status == Some(TeamStatus::Active) && says.code == Some(None) && !fact.observed;
        if says.update_taken == Some(true) || (approved && is_active) {
            take(&mut seen, fact, &draft);
            draft = Draft::default();
            approved = false;
        }
        if let Some(told) = &says.draft {
            draft = told.clone().unwrap_or_default();
            seen.draft.note(fact, Some(told.clone()));
        } else if let Some(code) = says.code.clone().flatten().filter(|code| code.starts_with("UPDATE_")) {
            approved = code == "UPDATE_PENDING_ACTIVATION";
            draft.code = Some(code);
            seen.draft.note(fact, Some(Some(draft.clone())));
        }
        if let Some(version) = &says.discarded
            && draft.version.as_ref().is_none_or(|drafted| drafted == version)
        {
            draft = Draft::default();
            seen.draft.note(fact, Some(None));
        }
        seen.version.note(fact, says.version.clone());
        seen.threshold.note(fact, says.threshold);
        seen.approvers.note(fact, says.approvers.clone());
    }
    seen
}

/// The draft is in force: what the log does not show of it is unknown from here on.
fn take(seen: &mut Versions, fact: &Fact, draft: &Draft) {
    fn now<T: Clone + PartialEq + serde::Serialize>(line: &mut Sightings<T>, fact: &Fact, value: Option<&T>) {
        match value {
            Some(value) => line.note(fact, Some(value.clone())),
            None => line.blur(fact),
        }
    }
    now(&mut seen.version, fact, draft.version.as_ref());
    now(&mut seen.threshold, fact, draft.threshold.as_ref());
    now(&mut seen.approvers, fact, draft.approvers.as_ref());
    seen.draft.note(fact, Some(None));
}
