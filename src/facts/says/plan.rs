//! What is said of backup plans and their selections, and of the tags that selections ask for.

use crate::arn::{AccountId, PlanArn, Region, Text, Texts, VaultArn};
use crate::facts::Retention;
use crate::facts::words::Operator;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// A rule of one version of a plan. A version never changes, so what it says held whenever it was in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanRule {
    /// `BackupPlanId`.
    pub plan: Text,
    /// `VersionId`, as a recovery point names it `BackupPlanVersion`.
    pub version: Text,
    /// `RuleId`.
    pub rule: Text,
}

impl PlanRule {
    /// Shares its texts with the same ones before it.
    pub fn share(&mut self, among: &mut Texts) {
        for text in [&mut self.plan, &mut self.version, &mut self.rule] {
            text.share(among);
        }
    }
}

/// What is said of a backup plan, or of one version of it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanSays {
    /// `VersionId`: the version that name, rules and settings belong to. But for `get-backup-plan`, which shows any version that
    /// it is asked for, it is the one in force.
    pub version: Option<String>,
    /// It was changed; without `version`, to one that is not named.
    pub changed: bool,
    /// `BackupPlanName`.
    pub name: Option<String>,
    /// `Rules`.
    pub rules: Option<Vec<RuleSays>>,
    /// `AdvancedBackupSettings`, by `<ResourceType>/<option>`.
    pub settings: Option<BTreeMap<String, String>>,
    /// `false`: deleted.
    pub exists: Option<bool>,
    /// Made by this call: it has no selection yet.
    pub is_new: bool,
    /// A row of the list of plans, which shows the version in force.
    pub listed: bool,
    /// `CreationDate`: of the plan, or of its version.
    pub created: Option<Instant>,
    /// `effectivePolicyId` of a backup policy that is not valid, so that there is no such plan.
    pub invalid: Option<String>,
}

impl crate::facts::Says for PlanSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

/// A rule of a plan (`BackupRule`). What a rule leaves out is `None`, and AWS's default holds.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RuleSays {
    /// `RuleName`.
    #[serde(rename = "RuleName")]
    pub name: Option<String>,
    /// `RuleId`; calls do not tell it, snapshots do.
    #[serde(rename = "RuleId")]
    pub id: Option<String>,
    /// `TargetBackupVaultName`, in the plan's account and Region.
    #[serde(rename = "TargetBackupVaultArn")]
    pub vault: Option<VaultArn>,
    /// `TargetLogicallyAirGappedBackupVaultArn`.
    #[serde(rename = "TargetLogicallyAirGappedBackupVaultArn")]
    pub air_gapped: Option<VaultArn>,
    /// `ScheduleExpression`, as written.
    #[serde(rename = "ScheduleExpression")]
    pub schedule: Option<String>,
    /// `ScheduleExpressionTimezone`, as written.
    #[serde(rename = "ScheduleExpressionTimezone")]
    pub timezone: Option<String>,
    /// `StartWindowMinutes`.
    pub start_window_minutes: Option<i64>,
    /// `CompletionWindowMinutes`.
    pub completion_window_minutes: Option<i64>,
    /// `Lifecycle` of the backups.
    pub lifecycle: Option<Lifecycle>,
    /// `CopyActions`.
    pub copy_actions: Option<Vec<CopyAction>>,
    /// `EnableContinuousBackup`.
    pub enable_continuous_backup: Option<bool>,
}

/// What a rule copies where (`CopyAction`).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CopyAction {
    /// `DestinationBackupVaultArn`, as written.
    #[serde(rename = "DestinationBackupVaultArn")]
    pub vault: VaultArn,
    /// `Lifecycle` of the copies; `None`: the action has none.
    #[serde(rename = "Lifecycle")]
    pub lifecycle: Option<Lifecycle>,
}

/// `Lifecycle`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lifecycle {
    /// `DeleteAfterDays`, or `always` where the life cycle has no end.
    #[serde(rename = "DeleteAfterDays")]
    pub retention: Option<Retention>,
    /// `MoveToColdStorageAfterDays`.
    #[serde(rename = "MoveToColdStorageAfterDays")]
    pub cold_after: Option<i64>,
    /// `DeleteAfterEvent`: `DELETE_AFTER_COPY`.
    #[serde(rename = "DeleteAfterEvent")]
    pub delete_after: Option<String>,
}

/// What is said of a selection of a plan (`BackupSelection`). A selection never changes: it is made and deleted.
/// An empty list is a written one, or one that the selection leaves out; `None` is unknown.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SelectionSays {
    /// Of which plan.
    pub plan: Option<PlanArn>,
    /// `SelectionName`.
    pub name: Option<String>,
    /// `IamRoleArn`.
    pub role: Option<String>,
    /// `Resources`: ARNs, with wildcards.
    pub resources: Option<Vec<String>>,
    /// `NotResources`.
    pub not_resources: Option<Vec<String>>,
    /// `ListOfTags`: any of them is enough.
    pub list_of_tags: Option<Vec<Condition>>,
    /// `Conditions`: all of them must hold.
    pub conditions: Option<Vec<Condition>>,
    /// `CreationDate`.
    pub creation: Option<Instant>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for SelectionSays {
    fn created(&self) -> Option<Instant> {
        self.creation
    }
}

/// What a selection asks of a resource's tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Condition {
    /// `StringEquals`, …
    pub operator: Operator,
    /// `ConditionKey`: `aws:ResourceTag/<key>`; in `ListOfTags` also the key alone.
    pub condition_key: String,
    /// `ConditionValue`.
    pub condition_value: String,
}

/// All tags of a resource, as an inventory lists them.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagsSays {
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// In which account it is: an ARN such as a bucket's does not say.
    pub account: Option<AccountId>,
    /// In which Region.
    pub region: Option<Region>,
}
