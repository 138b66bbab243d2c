//! What is said of backup vaults.

use crate::arn::{KeyArn, TeamArn};
use crate::facts::words::{KeyType, UpdateStatus, VaultKind, VaultState};
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What is said of a vault.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VaultSays {
    /// `VaultType`.
    pub kind: Option<VaultKind>,
    /// `VaultState`.
    pub state: Option<VaultState>,
    /// `CreationDate`.
    pub created: Option<Instant>,
    /// `Locked`.
    pub locked: Option<bool>,
    /// `LockDate`; `Some(None)`: the answer has none.
    #[serde(deserialize_with = "super::said")]
    pub lock_date: Option<Option<Instant>>,
    /// A successful `Put-` or `DeleteBackupVaultLockConfiguration`.
    pub lock_changed: bool,
    /// `MinRetentionDays`.
    pub min_days: Option<i64>,
    /// `MaxRetentionDays`.
    pub max_days: Option<i64>,
    /// A refused creation with such a `MinRetentionDays`.
    pub refused_min_days: Option<i64>,
    /// `EncryptionKeyType`.
    pub key_type: Option<KeyType>,
    /// `EncryptionKeyArn`.
    pub key: Option<KeyArn>,
    /// `MpaApprovalTeamArn`; `Some(None)`: none.
    #[serde(deserialize_with = "super::said")]
    pub team: Option<Option<TeamArn>>,
    /// An association with this team was asked for: at once if the vault has none, else after its team's approval.
    pub team_asked: Option<TeamArn>,
    /// The association was asked to end, which its team must approve.
    pub team_released: bool,
    /// `LatestMpaApprovalTeamUpdate.Status`.
    pub team_update: Option<UpdateStatus>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}
