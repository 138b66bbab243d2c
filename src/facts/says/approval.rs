//! What is said of approval teams and sessions.

use crate::arn::{AccountId, TeamArn};
use crate::facts::words::{SessionState, TeamStatus};
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// An approver of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approver {
    /// Identity Center user id (`PrimaryIdentityId`).
    pub identity: String,
    /// `PrimaryIdentityStatus`; `None`: the record does not show it.
    pub status: Option<String>,
    /// `LastActivityTime`.
    pub last_activity: Option<Instant>,
    /// Whether every MFA method is in sync; `None`: none is shown.
    pub mfa_in_sync: Option<bool>,
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
    /// `MinApprovalsRequired`.
    pub threshold: Option<i64>,
    /// Approvers.
    pub approvers: Option<Vec<Approver>>,
    /// An update was asked for.
    pub update_asked: bool,
    /// How an update ended: taken (`true`) or refused (`false`).
    pub update_taken: Option<bool>,
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
    /// When it ends undecided.
    pub expires: Option<Instant>,
    /// Status, and status code.
    pub state: Option<SessionState>,
    /// Who approved: Identity Center user ids.
    pub approved_by: Option<Vec<String>>,
    /// Who rejected.
    pub rejected_by: Option<Vec<String>>,
    /// `MinApprovalsRequired` of the session.
    pub threshold: Option<i64>,
    /// `ExecutionStatus`.
    pub execution: Option<String>,
}
