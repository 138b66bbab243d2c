//! Backup, copy and restore jobs over time.

use super::drift::{Compared, Whose};
use super::entity::{Terms, entity, share};
use crate::arn::{AccountId, JobId, KeyArn, RecoveryPointArn, ResourceArn, Text, Texts, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::{DeletionStatus, JobState, LockState, ValidationStatus, VaultKind};
use crate::facts::{About, Fact, JobKind, JobSays, PlanRule};
use crate::instant::Instant;
use crate::record::identity::Actor;
use chrono::Duration;
use std::collections::BTreeMap;

entity! {
    /// A job. It changes its state without a record of each step, so that a difference is no drift.
    Job(JobId) of JobSays {
        /// What it does.
        kind: JobKind = "kind" first,
        /// `State`, of a restore job `Status`.
        state: JobState = "State" quiet,
        /// The latest `StatusMessage`.
        message: Text = "StatusMessage" last_seldom,
        /// The latest `MessageCategory`.
        category: Text = "MessageCategory" last_seldom,
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
        resource_type: Text = "ResourceType" first,
        /// `ResourceName`.
        resource_name: Text = "ResourceName" last_seldom,
        /// From which vault it copies or restores.
        source_vault: VaultArn = "SourceBackupVaultArn" first,
        /// From which recovery point it copies or restores.
        source_point: RecoveryPointArn = "SourceRecoveryPointArn" first,
        /// When that point was made.
        source_point_created: Instant = "RecoveryPointCreationDate" first_seldom,
        /// Into which vault.
        destination: VaultArn = "DestinationBackupVaultArn" first,
        /// What kind of vault that is.
        destination_kind: VaultKind = "DestinationVaultType" first,
        /// Whether that vault was locked.
        destination_lock: LockState = "DestinationVaultLockState" last_seldom,
        /// The air-gapped vault that the backup shall reach.
        air_gapped: VaultArn = "LogicallyAirGappedBackupVaultArn" first_seldom,
        /// The recovery point that it makes.
        point: RecoveryPointArn = "RecoveryPointArn" last,
        /// Key of that point.
        key: KeyArn = "EncryptionKeyArn" last,
        /// `IsEncrypted`.
        encrypted: bool = "IsEncrypted" last,
        /// `BackupSizeInBytes`.
        size: i64 = "BackupSizeInBytes" last,
        /// `IamRoleArn`.
        role: Text = "IamRoleArn" first,
        /// The rule behind it.
        rule: PlanRule = "CreatedBy" first,
        /// The backup job whose result it copies.
        backup_job: Text = "CreatedByBackupJobId" first_seldom,
        /// `ParentJobId`.
        parent: Text = "ParentJobId" first_seldom,
        /// `IsParent`.
        is_parent: bool = "IsParent" last,
        /// `ChildJobsInState`.
        children: BTreeMap<String, i64> = "ChildJobsInState" last_seldom,
        /// What a restore made.
        created_resource: ResourceArn = "CreatedResourceArn" last_seldom,
        /// The restore testing plan behind it.
        test_plan: Text = "RestoreTestingPlanArn" first_seldom,
        /// `ValidationStatus`.
        validation: ValidationStatus = "ValidationStatus" quiet,
        /// The latest `ValidationStatusMessage`.
        validation_message: Text = "ValidationStatusMessage" last_seldom,
        /// `DeletionStatus`.
        deletion: DeletionStatus = "DeletionStatus" quiet,
        /// The latest `DeletionStatusMessage`.
        deletion_message: Text = "DeletionStatusMessage" last_seldom,
    }
}

/// Replays a job from its facts, in order of time.
pub(super) fn replay(id: JobId, facts: &[Fact], compared: &mut Compared) -> Job {
    let mut seen = Seen::default();
    for fact in facts {
        if let About::Job(_, says) = &fact.about {
            seen.note(fact, says);
        }
    }
    // Nothing of a job is carried back or contradicted.
    let of = id.clone();
    let whose = Whose { kind: "job", id: of.as_str(), pair: None, created: None };
    seen.replay(id, &mut Terms { whose, whole: &|at| at, compared })
}

impl Job {
    /// Shares what many jobs say with those before it.
    pub(super) fn share(mut self, texts: &mut Texts) -> Self {
        share(&mut self.account, texts, AccountId::share);
        share(&mut self.resource, texts, ResourceArn::share);
        share(&mut self.resource_type, texts, Text::share);
        share(&mut self.source_vault, texts, VaultArn::share);
        share(&mut self.destination, texts, VaultArn::share);
        share(&mut self.key, texts, KeyArn::share);
        share(&mut self.role, texts, Text::share);
        share(&mut self.rule, texts, PlanRule::share);
        self
    }

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
