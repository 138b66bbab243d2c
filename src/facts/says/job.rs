//! What is said of backup, copy and restore jobs.

use super::PlanRule;
use crate::arn::{AccountId, KeyArn, RecoveryPointArn, ResourceArn, Text, VaultArn};
use crate::facts::words::{DeletionStatus, JobState, LockState, ValidationStatus, VaultKind};
use crate::instant::Instant;
use crate::record::identity::Actor;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// `BackupJob`.
    Backup,
    /// `CopyJob`.
    Copy,
    /// `RestoreJob`.
    Restore,
}

/// What is said of a job.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobSays {
    /// What it does.
    pub kind: Option<JobKind>,
    /// `State`, of a restore job `Status`.
    pub state: Option<JobState>,
    /// `StatusMessage`.
    pub message: Option<Text>,
    /// `MessageCategory`, such as `SUCCESS`, `ACCESSDENIED`, `LOGICALLY_AIR_GAPPED_BACKUP_VAULT_NOT_SUPPORTED`.
    pub category: Option<Text>,
    /// `CreationDate`.
    pub began: Option<Instant>,
    /// `CompletionDate`.
    pub completed: Option<Instant>,
    /// `AccountId`: in which account it runs.
    pub account: Option<AccountId>,
    /// Who started it, where a call did.
    pub by: Option<Box<Actor>>,
    /// Of which resource.
    pub resource: Option<ResourceArn>,
    /// `ResourceType`.
    pub resource_type: Option<Text>,
    /// `ResourceName`.
    pub resource_name: Option<Text>,
    /// From which vault it copies or restores.
    pub source_vault: Option<VaultArn>,
    /// From which recovery point it copies or restores.
    pub source_point: Option<RecoveryPointArn>,
    /// `RecoveryPointCreationDate`: when the point that is restored was made.
    pub source_point_created: Option<Instant>,
    /// Into which vault.
    pub destination: Option<VaultArn>,
    /// `DestinationVaultType`, of a backup job `VaultType`.
    pub destination_kind: Option<VaultKind>,
    /// `DestinationVaultLockState`, of a backup job `VaultLockState`.
    pub destination_lock: Option<LockState>,
    /// `LogicallyAirGappedBackupVaultArn` of `StartBackupJob`: where the backup shall lie in the end.
    pub air_gapped: Option<VaultArn>,
    /// The recovery point that it makes.
    pub point: Option<RecoveryPointArn>,
    /// Key of that point.
    pub key: Option<KeyArn>,
    /// `IsEncrypted`.
    pub encrypted: Option<bool>,
    /// `BackupSizeInBytes`.
    pub size: Option<i64>,
    /// `IamRoleArn`.
    pub role: Option<Text>,
    /// `CreatedBy`: the rule behind it.
    pub rule: Option<PlanRule>,
    /// `CreatedByBackupJobId`: the backup job whose result a copy job brings to the air-gapped vault.
    pub backup_job: Option<Text>,
    /// `ParentJobId`.
    pub parent: Option<Text>,
    /// `IsParent`.
    pub is_parent: Option<bool>,
    /// `ChildJobsInState`.
    pub children: Option<BTreeMap<String, i64>>,
    /// `CreatedResourceArn`: what a restore made.
    pub created_resource: Option<ResourceArn>,
    /// `CreatedBy.RestoreTestingPlanArn`: the restore is a test.
    pub test_plan: Option<Text>,
    /// `ValidationStatus`.
    pub validation: Option<ValidationStatus>,
    /// `ValidationStatusMessage`.
    pub validation_message: Option<Text>,
    /// `DeletionStatus` of what a tested restore made.
    pub deletion: Option<DeletionStatus>,
    /// `DeletionStatusMessage`.
    pub deletion_message: Option<Text>,
}

impl crate::facts::Says for JobSays {}
