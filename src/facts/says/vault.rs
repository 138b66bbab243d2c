//! What is said of backup vaults.

use crate::arn::{KeyArn, TeamArn, VaultArn};
use crate::facts::words::{KeyType, UpdateStatus, VaultKind, VaultState};
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

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
    /// `CreatorRequestId`.
    pub creator_request_id: Option<String>,
    /// `SourceBackupVaultArn`: the air-gapped vault behind a restore access vault.
    pub source: Option<VaultArn>,
    /// `Locked`.
    pub locked: Option<bool>,
    /// `LockDate`; `Some(None)`: none, which with `Locked` means governance mode. Of a call: its time and `ChangeableForDays`.
    #[serde(deserialize_with = "super::said")]
    pub lock_date: Option<Option<Instant>>,
    /// A successful `Put-` or `DeleteBackupVaultLockConfiguration`; what it leaves unsaid is unknown from then on.
    pub lock_changed: bool,
    /// `MinRetentionDays`; `Some(None)`: the lock sets none.
    #[serde(deserialize_with = "super::said")]
    pub min_days: Option<Option<i64>>,
    /// `MaxRetentionDays`; `Some(None)`: the lock sets none.
    #[serde(deserialize_with = "super::said")]
    pub max_days: Option<Option<i64>>,
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
    /// The access policy, as written; `Some(None)`: none is attached.
    #[serde(deserialize_with = "super::said")]
    pub policy: Option<Option<String>>,
    /// Where the vault's notifications go; `Some(None)`: nowhere.
    #[serde(deserialize_with = "super::said")]
    pub notifications: Option<Option<Notifications>>,
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// Tags that were set, beside those that were there.
    pub tagged: Option<BTreeMap<String, String>>,
    /// Keys of tags that were taken away.
    pub untagged: Option<Vec<String>>,
    /// This was set, but to what cannot be read, and why.
    pub unread: Option<(Setting, String)>,
    /// `NumberOfRecoveryPoints`.
    pub points: Option<i64>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

/// Where a vault's notifications go, and about what.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notifications {
    /// `SNSTopicArn`.
    pub topic: String,
    /// `BackupVaultEvents`, in order; `None`: not shown.
    pub events: Option<Vec<String>>,
}

/// What can be set on a vault after its creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Setting {
    /// The access policy.
    Policy,
    /// Where notifications go.
    Notifications,
    /// Tags.
    Tags,
}
