//! What is said of approval teams, their sessions, and the identity sources that approvers come from.

use crate::arn::{AccountId, Region, TeamArn};
use crate::facts::words::{SessionState, SourceStatus, TeamStatus};
use crate::instant::Instant;
use crate::record::identity::Actor;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// An approver of a team, as one entry shows them.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Approver {
    /// Identity Center user id (`PrimaryIdentityId`).
    pub identity: String,
    /// `PrimaryIdentitySourceArn`.
    pub source: Option<String>,
    /// `ApproverId`: the id within multi-party approval.
    pub approver: Option<String>,
    /// `PrimaryIdentityStatus`; `None`: the record does not show it.
    pub status: Option<String>,
    /// `ResponseTime`: when the invitation was answered.
    pub answered: Option<Instant>,
    /// `LastActivityTime`.
    pub last_activity: Option<Instant>,
    /// `LastActivity`: `VOTED`, `BASELINED`, `RESPONDED_TO_INVITATION`.
    pub activity: Option<String>,
    /// `PendingBaselineSessionArn`: asked to show that they are still there.
    pub pending_baseline: Option<String>,
    /// Whether every MFA method is in sync; `None`: none is shown.
    pub mfa_in_sync: Option<bool>,
}

/// A version of a team that is asked for and not in force (`PendingUpdate`, or the parameters of `UpdateApprovalTeam`).
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// `VersionId`.
    pub version: Option<String>,
    /// `MinApprovalsRequired`; `None`: the record does not show it.
    pub threshold: Option<i64>,
    /// Approvers; `None`: the record does not show them.
    pub approvers: Option<Vec<Approver>>,
    /// `Status`.
    pub status: Option<TeamStatus>,
    /// `StatusCode`.
    pub code: Option<String>,
    /// `StatusMessage`.
    pub message: Option<String>,
    /// `UpdateInitiationTime`.
    pub asked: Option<Instant>,
}

/// A policy that lies on a team: who may begin sessions with it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamPolicy {
    /// `PolicyType`: `AWS_MANAGED`, `AWS_RAM`.
    pub kind: Option<String>,
    /// `PolicyArn` or `PolicyVersionArn`.
    pub arn: Option<String>,
    /// `PolicyDocument`, as written; `None`: the entry does not show it.
    pub document: Option<String>,
}

/// What is said of a team.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamSays {
    /// Its name.
    pub name: Option<String>,
    /// When it was made.
    pub created: Option<Instant>,
    /// `Status`.
    pub status: Option<TeamStatus>,
    /// `StatusCode`; `Some(None)`: none.
    #[serde(deserialize_with = "super::said")]
    pub code: Option<Option<String>>,
    /// `StatusMessage`; `Some(None)`: none.
    #[serde(deserialize_with = "super::said")]
    pub message: Option<Option<String>>,
    /// `VersionId` in force.
    pub version: Option<String>,
    /// `MinApprovalsRequired`.
    pub threshold: Option<i64>,
    /// Approvers.
    pub approvers: Option<Vec<Approver>>,
    /// `Policies`: ARNs of the AWS managed policies that say what the team may decide.
    pub policies: Option<Vec<String>>,
    /// `PendingUpdate`; `Some(None)`: no update is pending.
    #[serde(deserialize_with = "super::said")]
    pub draft: Option<Option<Draft>>,
    /// An update was asked for.
    pub update_asked: bool,
    /// How an update ended: taken (`true`) or refused (`false`).
    pub update_taken: Option<bool>,
    /// `updateSessionId`, or the last part of `UpdateSessionArn`: the session that decides an update or a deletion.
    pub update_session: Option<String>,
    /// A version that was discarded before it was in force.
    pub discarded: Option<String>,
    /// When the deletion was asked for (`DeletionStartTime`); it needs the team's approval.
    pub deletion_asked: Option<Instant>,
    /// When it takes effect (`DeletionCompletionTime`).
    pub deletion_completes: Option<Instant>,
    /// Policies on the team, by name; `None`: taken away.
    pub resource_policies: Vec<(String, Option<TeamPolicy>)>,
    /// Every policy on the team is in this snapshot.
    pub all_resource_policies: bool,
    /// An approver's answer to the invitation: who, and `ACCEPTED`, `REJECTED` or a word of AWS's; `None`: hidden.
    pub answer: Option<Answer>,
}

/// What an approver answered in the portal. AWS documents neither parameters nor a sample of these calls.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// Identity Center user id; `None`: the record does not name the user.
    pub identity: Option<String>,
    /// `APPROVED`, `REJECTED`, `ACCEPTED`; `None`: the record does not show it.
    pub response: Option<String>,
    /// When.
    pub at: Option<Instant>,
}

/// What is said of a session.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionSays {
    /// Which team decides.
    pub team: Option<TeamArn>,
    /// `backup:CreateRestoreAccessBackupVault`, …
    pub action: Option<String>,
    /// On what.
    pub resource: Option<String>,
    /// When it was asked.
    pub requested: Option<Instant>,
    /// Who asked.
    pub requester: Option<AccountId>,
    /// Their principal.
    pub requester_principal: Option<String>,
    /// `RequesterRegion`.
    pub requester_region: Option<Region>,
    /// `RequesterServicePrincipal`: the service that guards the resource.
    pub requester_service: Option<String>,
    /// `RequesterComment`; CloudTrail hides it.
    pub comment: Option<String>,
    /// When it ends undecided.
    pub expires: Option<Instant>,
    /// `CompletionTime`.
    pub completed: Option<Instant>,
    /// Status, and status code.
    pub state: Option<SessionState>,
    /// `StatusMessage`.
    pub message: Option<String>,
    /// Who approved: Identity Center user ids.
    pub approved_by: Option<Vec<String>>,
    /// Who rejected.
    pub rejected_by: Option<Vec<String>>,
    /// Who did not respond.
    pub silent: Option<Vec<String>>,
    /// Votes as they were given, one by one.
    pub votes: Vec<Answer>,
    /// `MinApprovalsRequired` of the session.
    pub threshold: Option<i64>,
    /// `NumberOfApprovers` of the session.
    pub approvers: Option<i64>,
    /// `AdditionalSecurityRequirements`.
    pub requirements: Option<Vec<String>>,
    /// `ExecutionStatus`.
    pub execution: Option<String>,
    /// Who cancelled it.
    pub cancelled_by: Option<Actor>,
}

/// What is said of an identity source: the Identity Center instance that approvers come from.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceSays {
    /// When it was made.
    pub created: Option<Instant>,
    /// `IdentitySourceType`.
    pub kind: Option<String>,
    /// `InstanceArn` of IAM Identity Center.
    pub instance: Option<String>,
    /// `Region` of the instance.
    pub region: Option<Region>,
    /// `ApprovalPortalUrl`.
    pub portal: Option<String>,
    /// `Status`.
    pub status: Option<SourceStatus>,
    /// `StatusCode`; `Some(None)`: none.
    #[serde(deserialize_with = "super::said")]
    pub code: Option<Option<String>>,
}

impl crate::facts::Says for SourceSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}
