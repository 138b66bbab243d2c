//! Backup, copy and restore jobs over time.

use super::entity::entity;
use crate::arn::{AccountId, KeyArn, RecoveryPointArn, ResourceArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::{DeletionStatus, JobState, LockState, ValidationStatus, VaultKind};
use crate::facts::{JobKind, JobSays, PlanRule};
use crate::instant::Instant;
use crate::record::identity::Actor;
use chrono::Duration;
use std::collections::BTreeMap;

entity! {
    /// A job. It changes its state without a record of each step, so that a difference is no drift.
    Job(String) of JobSays {
        /// What it does.
        kind: JobKind = "kind" first,
        /// `State`, of a restore job `Status`.
        state: JobState = "State" quiet,
        /// The latest `StatusMessage`.
        message: String = "StatusMessage" last,
        /// The latest `MessageCategory`.
        category: String = "MessageCategory" last,
        /// `CreationDate`.
        began: Instant = "CreationDate" first,
        /// `CompletionDate`.
        completed: Instant = "CompletionDate" last,
        /// In which account it runs.
        account: AccountId = "AccountId" first,
        /// Who started it.
        by: Box<Actor> = "started by" first,
        /// Of which resource.
        resource: ResourceArn = "ResourceArn" first,
        /// `ResourceType`.
        resource_type: String = "ResourceType" first,
        /// `ResourceName`.
        resource_name: String = "ResourceName" last,
        /// From which vault it copies or restores.
        source_vault: VaultArn = "SourceBackupVaultArn" first,
        /// From which recovery point it copies or restores.
        source_point: RecoveryPointArn = "SourceRecoveryPointArn" first,
        /// When that point was made.
        source_point_created: Instant = "RecoveryPointCreationDate" first,
        /// Into which vault.
        destination: VaultArn = "DestinationBackupVaultArn" first,
        /// What kind of vault that is.
        destination_kind: VaultKind = "DestinationVaultType" first,
        /// Whether that vault was locked.
        destination_lock: LockState = "DestinationVaultLockState" last,
        /// The air-gapped vault that the backup shall reach.
        air_gapped: VaultArn = "LogicallyAirGappedBackupVaultArn" first,
        /// The recovery point that it makes.
        point: RecoveryPointArn = "RecoveryPointArn" last,
        /// Key of that point.
        key: KeyArn = "EncryptionKeyArn" last,
        /// `IsEncrypted`.
        encrypted: bool = "IsEncrypted" last,
        /// `BackupSizeInBytes`.
        size: i64 = "BackupSizeInBytes" last,
        /// `IamRoleArn`.
        role: String = "IamRoleArn" first,
        /// The rule behind it.
        rule: PlanRule = "CreatedBy" first,
        /// The backup job whose result it copies.
        backup_job: String = "CreatedByBackupJobId" first,
        /// `ParentJobId`.
        parent: String = "ParentJobId" first,
        /// `IsParent`.
        is_parent: bool = "IsParent" last,
        /// `ChildJobsInState`.
        children: BTreeMap<String, i64> = "ChildJobsInState" last,
        /// What a restore made.
        created_resource: ResourceArn = "CreatedResourceArn" last,
        /// The restore testing plan behind it.
        test_plan: String = "RestoreTestingPlanArn" first,
        /// `ValidationStatus`.
        validation: ValidationStatus = "ValidationStatus" quiet,
        /// The latest `ValidationStatusMessage`.
        validation_message: String = "ValidationStatusMessage" last,
        /// `DeletionStatus`.
        deletion: DeletionStatus = "DeletionStatus" quiet,
        /// The latest `DeletionStatusMessage`.
        deletion_message: String = "DeletionStatusMessage" last,
    }
}

impl Job {
    /// Whether it copies.
    pub fn is_copy(&self) -> bool {
        self.kind.is_some_and(|(kind, _)| kind == JobKind::Copy)
    }

    /// How it ended and since when. State changes of EventBridge are late, so one that tells of a running job may follow the end.
    pub fn outcome(&self) -> Option<(&JobState, Instant, Evidence)> {
        self.state.spans().iter().find_map(|span| {
            let state = span.value.as_ref().filter(|state| state.is_final())?;
            Some((state, span.from, span.evidence))
        })
    }

    /// From creation to completion, where both are known: of a restore, how long it took.
    pub fn duration(&self) -> Option<Duration> {
        let ((began, _), (completed, _)) = (self.began.as_ref()?, self.completed.as_ref()?);
        (completed >= began).then(|| *completed - *began)
    }
}
