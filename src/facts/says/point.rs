//! What is said of recovery points.

use super::PlanRule;
use crate::arn::{KeyArn, RecoveryPointArn, ResourceArn, Text, VaultArn};
use crate::facts::words::{IndexStatus, KeyType, PointStatus, ScanResult, StorageClass};
use crate::instant::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

/// What is said of a recovery point.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PointSays {
    /// In which vault.
    pub vault: Option<VaultArn>,
    /// `SourceBackupVaultArn`: from which vault it was copied.
    pub source_vault: Option<VaultArn>,
    /// Of which resource.
    pub resource: Option<ResourceArn>,
    /// `ResourceType`.
    pub resource_type: Option<Text>,
    /// `ResourceName`.
    pub resource_name: Option<Text>,
    /// `Status`.
    pub status: Option<PointStatus>,
    /// `StatusMessage`.
    pub message: Option<Text>,
    /// `CreationDate`.
    pub created: Option<Instant>,
    /// `CompletionDate`.
    pub completed: Option<Instant>,
    /// Retention.
    pub retention: Option<Retention>,
    /// `Lifecycle.MoveToColdStorageAfterDays`; `Some(None)`: never.
    #[serde(deserialize_with = "super::said")]
    pub cold_after_days: Option<Option<i64>>,
    /// `Lifecycle.DeleteAfterEvent` is `DELETE_AFTER_COPY`: kept only until its copy in the air-gapped vault is made.
    pub until_copied: Option<bool>,
    /// A successful `UpdateRecoveryPointLifecycle`; what it leaves unsaid is unknown from then on.
    pub life_cycle_changed: bool,
    /// `CalculatedLifecycle.DeleteAt`.
    pub delete_at: Option<Instant>,
    /// `CalculatedLifecycle.MoveToColdStorageAt`.
    pub cold_at: Option<Instant>,
    /// `StorageClass`.
    pub storage: Option<StorageClass>,
    /// `BackupSizeInBytes`.
    pub size: Option<i64>,
    /// `IsEncrypted`.
    pub encrypted: Option<bool>,
    /// `EncryptionKeyArn`.
    pub key: Option<KeyArn>,
    /// `EncryptionKeyType`.
    pub key_type: Option<KeyType>,
    /// `ParentRecoveryPointArn`; `Some(None)`: part of no composite.
    #[serde(deserialize_with = "super::said")]
    pub parent: Option<Option<RecoveryPointArn>>,
    /// `IsParent`: a composite of others.
    pub is_parent: Option<bool>,
    /// `CompositeMemberIdentifier`.
    pub member: Option<Text>,
    /// `IndexStatus`.
    pub index: Option<IndexStatus>,
    /// What the latest malware scan found.
    pub scan: Option<ScanResult>,
    /// `LastRestoreTime`.
    pub last_restore: Option<Instant>,
    /// `IamRoleArn`.
    pub role: Option<Text>,
    /// The rule that made it.
    pub rule: Option<PlanRule>,
    /// A row of a list of the vault.
    pub listed: bool,
}

/// How long a recovery point is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// `DeleteAfterDays`.
    Days(i64),
    /// A life cycle without an end.
    Always,
}

impl Serialize for Retention {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Days(days) => to.serialize_i64(*days),
            Self::Always => to.serialize_str("always"),
        }
    }
}

impl<'de> Deserialize<'de> for Retention {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let said = serde_json::Value::deserialize(from)?;
        match (said.as_i64(), said.as_str()) {
            (Some(days), _) => Ok(Self::Days(days)),
            (None, Some("always")) => Ok(Self::Always),
            _ => Err(serde::de::Error::custom("a retention is a number of days or `always`")),
        }
    }
}
