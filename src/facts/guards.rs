//! Calls against what protects backups and their evidence, refused ones too, and what is done as root.
//!
//! What such a call changes is a fact of the thing that it changes; this is who tried it.

use super::{About, Sink};
use crate::arn::{AccountId, Region};
use crate::record::Record;
use crate::record::identity::Actor;
use crate::record::node::Node;
use crate::record::refusal::{self, Refusal};
use serde::{Deserialize, Serialize};

/// A call against what protects backups and their evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardCall {
    /// `kms.amazonaws.com`, …
    pub source: String,
    /// `DisableKey`, …
    pub name: String,
    /// In whose log it is.
    pub account: Option<AccountId>,
    /// In which Region.
    pub region: Option<Region>,
    /// Who.
    pub actor: Actor,
    /// Why it failed; `None`: it succeeded.
    pub refusal: Option<Refusal>,
    /// `errorCode` as written.
    pub error_code: Option<String>,
    /// What it is against, as far as the record tells: ARN, account, policy, service.
    pub target: Option<String>,
}

/// Something done as root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootUse {
    /// `signin.amazonaws.com`, …
    pub source: String,
    /// `ConsoleLogin`, …
    pub name: String,
    /// Of which account.
    pub account: AccountId,
    /// Who: address, user agent, access key.
    pub actor: Actor,
    /// Whether it succeeded; a refused sign-in has no error code but says so.
    pub succeeded: bool,
    /// `MFAUsed` of a sign-in.
    pub mfa: Option<bool>,
}

const BACKUP: [&str; 15] = [
    "DeleteBackupPlan",
    "DeleteBackupSelection",
    "DeleteBackupVault",
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteBackupVaultNotifications",
    "DeleteFramework",
    "DeleteReportPlan",
    "PutBackupVaultAccessPolicy",
    "PutBackupVaultLockConfiguration",
    "PutBackupVaultNotifications",
    "UpdateFramework",
    "UpdateGlobalSettings",
    "UpdateRegionSettings",
    "UpdateReportPlan",
];
const KMS: [&str; 10] = [
    "DeleteAlias",
    "DeleteCustomKeyStore",
    "DeleteImportedKeyMaterial",
    "DisableKey",
    "DisconnectCustomKeyStore",
    "PutKeyPolicy",
    "RetireGrant",
    "RevokeGrant",
    "ScheduleKeyDeletion",
    "UpdateAlias",
];
const ORGANIZATIONS: [&str; 13] = [
    "CloseAccount",
    "DeleteOrganization",
    "DeletePolicy",
    "DeleteResourcePolicy",
    "DeregisterDelegatedAdministrator",
    "DetachPolicy",
    "DisableAWSServiceAccess",
    "DisablePolicyType",
    "LeaveOrganization",
    "MoveAccount",
    "PutResourcePolicy",
    "RemoveAccountFromOrganization",
    "UpdatePolicy",
];
const CLOUDTRAIL: [&str; 7] = [
    "DeleteEventDataStore",
    "DeleteTrail",
    "PutEventSelectors",
    "StopEventDataStoreIngestion",
    "StopLogging",
    "UpdateEventDataStore",
    "UpdateTrail",
];
const IDENTITY: [&str; 5] = ["DeleteInstance", "DeleteUser", "DisableUser", "DisassociateDirectory", "UpdateUser"];

fn is_against(source: &str, name: &str) -> bool {
    match source {
        "backup.amazonaws.com" => BACKUP.contains(&name),
        "kms.amazonaws.com" => KMS.contains(&name),
        "organizations.amazonaws.com" => ORGANIZATIONS.contains(&name),
        "cloudtrail.amazonaws.com" => CLOUDTRAIL.contains(&name),
        "multi-party-approval.amazonaws.com" => name == "DeleteIdentitySource",
        "sso.amazonaws.com" | "sso-directory.amazonaws.com" | "identitystore.amazonaws.com" => IDENTITY.contains(&name),
        _ => false,
    }
}

/// Reads any record.
pub fn read(record: &Record, out: &mut Sink) {
    root(record, out);
    if !is_against(&record.source, &record.name) || Node(record.body()).text("eventType") == Some("AwsServiceEvent") {
        return;
    }
    out.say(About::GuardCall(Box::new(GuardCall {
        source: record.source.clone(),
        name: record.name.clone(),
        account: record.account.clone(),
        region: record.region.clone(),
        actor: record.actor.clone(),
        refusal: record.refusal(),
        error_code: record.error_code.clone(),
        target: target(record),
    })));
}

/// Members that name what a call is against, the more telling ones first.
const TARGETS: [&str; 16] = [
    "backupVaultArn",
    "backupVaultName",
    "backupPlanId",
    "frameworkName",
    "reportPlanName",
    "policyId",
    "accountId",
    "servicePrincipal",
    "eventDataStore",
    "name",
    "trailName",
    "aliasName",
    "customKeyStoreId",
    "instanceArn",
    "userId",
    "keyId",
];

/// `resources` first, as they name ARNs; what is in neither may be in the message of a denial.
fn target(record: &Record) -> Option<String> {
    let listed = record.resources().first().map(|arn| (*arn).to_owned());
    let named = || TARGETS.iter().find_map(|key| record.request().text(key)).map(str::to_owned);
    let denied = || refusal::denial(record.error_message.as_deref()?)?.resource;
    listed.or_else(named).or_else(denied)
}

fn root(record: &Record, out: &mut Sink) {
    // What AWS does on behalf of root has `invokedBy`.
    if record.actor.kind.as_deref() != Some("Root") || record.actor.invoked_by.is_some() {
        return;
    }
    let Some(account) = record.actor.account.clone().or_else(|| record.account.clone()) else { return };
    let beside = Node(record.body()).get("additionalEventData");
    out.say(About::RootUse(Box::new(RootUse {
        source: record.source.clone(),
        name: record.name.clone(),
        account,
        actor: record.actor.clone(),
        succeeded: record.succeeded() && record.response().text("ConsoleLogin") != Some("Failure"),
        mfa: beside.and_then(|b| b.text("MFAUsed")).map(|used| used == "Yes"),
    })));
}
