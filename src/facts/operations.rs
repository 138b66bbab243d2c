//! What becomes of each operation that changes something, in the services whose models the program follows.
//!
//! `docs/operations.md` is made of this table, and tests hold it against the readers both ways: a record of an operation that
//! is listed as a fact gives one, a record of one listed as none gives none.

/// What a successful record of an operation becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// Facts: of what, and what they say.
    Fact(&'static str),
    /// None, and why.
    Nothing(&'static str),
}

/// An operation that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The service as the AWS CLI calls it: `backup`, `kms`, …
    pub service: &'static str,
    /// The operation, which is the record's `eventName`.
    pub name: &'static str,
    /// What becomes of it.
    pub becomes: Becomes,
}

const fn fact(service: &'static str, name: &'static str, says: &'static str) -> Operation {
    Operation { service, name, becomes: Becomes::Fact(says) }
}

const fn nothing(service: &'static str, name: &'static str, why: &'static str) -> Operation {
    Operation { service, name, becomes: Becomes::Nothing(why) }
}

/// The record's `eventSource`.
pub fn source(service: &str) -> String {
    match service {
        "mpa" => "multi-party-approval.amazonaws.com".to_owned(),
        other => format!("{other}.amazonaws.com"),
    }
}

const TIERING: &str = "tiering changes what storage costs, not what it protects";
const ACCESS_POINTS: &str = "an access point reads a backup and changes nothing of it";
const TEAM_TAGS: &str = "tags of teams protect nothing";
const RECORDERS: &str = "items are evidence by their own capture time, whatever records them";
const TRIED: &str = "guard call: who tried it";

/// All of them, by service and name. Tags and whatever else is none may become facts where a control comes to need them.
pub const OPERATIONS: &[Operation] = &[
    fact(
        "backup",
        "AssociateBackupVaultMpaApprovalTeam",
        "vault: this team was asked for; at once if it has none, else after its team's approval",
    ),
    fact("backup", "CancelLegalHold", "legal hold: being cancelled, and when"),
    nothing("backup", "CreateBackupAccessPoint", ACCESS_POINTS),
    fact("backup", "CreateBackupPlan", "plan: its first version, with rules, copy actions and life cycles"),
    fact("backup", "CreateBackupSelection", "resource: it is selected"),
    fact("backup", "CreateBackupVault", "vault: created, of the standard kind"),
    fact("backup", "CreateFramework", "framework: created, its controls"),
    fact("backup", "CreateLegalHold", "legal hold: its title, status and the recovery points that it selects"),
    fact("backup", "CreateLogicallyAirGappedBackupVault", "vault: created, air-gapped, bounds, key"),
    fact("backup", "CreateReportPlan", "report plan: created, template, bucket"),
    fact("backup", "CreateRestoreAccessBackupVault", "access: asked for"),
    fact("backup", "CreateRestoreTestingPlan", "restore testing plan: its schedule and selection of recovery points"),
    fact("backup", "CreateRestoreTestingSelection", "restore testing selection: its resources"),
    nothing("backup", "CreateTieringConfiguration", TIERING),
    nothing("backup", "DeleteBackupAccessPoint", ACCESS_POINTS),
    fact("backup", "DeleteBackupPlan", TRIED),
    fact("backup", "DeleteBackupSelection", TRIED),
    fact("backup", "DeleteBackupVault", "vault: deleted; guard call"),
    fact("backup", "DeleteBackupVaultAccessPolicy", TRIED),
    fact("backup", "DeleteBackupVaultLockConfiguration", "vault: not locked; guard call"),
    fact("backup", "DeleteBackupVaultNotifications", TRIED),
    fact("backup", "DeleteFramework", "framework: deleted; guard call"),
    fact("backup", "DeleteRecoveryPoint", "recovery point: `DELETING`; deletion call"),
    fact("backup", "DeleteReportPlan", "report plan: deleted; guard call"),
    fact("backup", "DeleteRestoreTestingPlan", "restore testing plan: gone"),
    fact("backup", "DeleteRestoreTestingSelection", "restore testing selection: gone"),
    nothing("backup", "DeleteTieringConfiguration", TIERING),
    fact("backup", "DisassociateBackupVaultMpaApprovalTeam", "vault: its team was asked to be released"),
    fact("backup", "DisassociateRecoveryPoint", "recovery point: `DELETING`; deletion call"),
    fact("backup", "DisassociateRecoveryPointFromParent", "recovery point: `DELETING`; deletion call"),
    fact("backup", "PutBackupVaultAccessPolicy", TRIED),
    fact("backup", "PutBackupVaultLockConfiguration", "vault: locked; guard call"),
    fact("backup", "PutBackupVaultNotifications", TRIED),
    fact("backup", "PutRestoreValidationResult", "restore job: the result of its validation"),
    fact(
        "backup",
        "RevokeRestoreAccessBackupVault",
        "restore access vault: revocation asked for; its team's session decides",
    ),
    fact("backup", "StartBackupJob", "job: created, of this resource"),
    fact("backup", "StartCopyJob", "job: created, into this vault; the call, refused ones too"),
    nothing("backup", "StartReportJob", "a report shows things and changes none; it is read as inventory"),
    fact("backup", "StartRestoreJob", "use of a vault by another account"),
    nothing("backup", "StartScanJob", "a scan looks at a backup and changes nothing of it"),
    fact("backup", "StopBackupJob", "backup job: being aborted"),
    fact("backup", "TagResource", "vault: these tags"),
    fact("backup", "UntagResource", "vault: without these tags"),
    fact("backup", "UpdateBackupPlan", "plan: a new version is in force; the call"),
    fact("backup", "UpdateFramework", "framework: its controls; guard call"),
    fact("backup", "UpdateGlobalSettings", "settings of the account; guard call"),
    fact("backup", "UpdateRecoveryPointIndexSettings", "recovery point: whether it is indexed"),
    fact("backup", "UpdateRecoveryPointLifecycle", "recovery point: its retention; the call"),
    fact("backup", "UpdateRegionSettings", "settings of the Region; guard call"),
    fact("backup", "UpdateReportPlan", "report plan: template, bucket; guard call"),
    fact("backup", "UpdateRestoreTestingPlan", "restore testing plan: what the call shows; the rest is unknown"),
    fact("backup", "UpdateRestoreTestingSelection", "restore testing selection: what the call shows"),
    nothing("backup", "UpdateTieringConfiguration", TIERING),
    fact("ram", "AcceptResourceShareInvitation", "invitation: `ACCEPTED`; share call"),
    fact("ram", "AssociateResourceShare", "share: its resources and principals; share call"),
    fact("ram", "AssociateResourceSharePermission", "share: this managed permission and its version"),
    fact("ram", "CreatePermission", "permission: its name, type and version"),
    fact("ram", "CreatePermissionVersion", "permission: its latest version"),
    fact("ram", "CreateResourceShare", "share: created, its resources and principals; share call"),
    fact("ram", "DeletePermission", "permission: gone"),
    fact("ram", "DeletePermissionVersion", "permission: its status, where the answer shows it"),
    fact("ram", "DeleteResourceShare", "share: deleted"),
    fact("ram", "DisassociateResourceShare", "share: its resources and principals leave"),
    fact("ram", "DisassociateResourceSharePermission", "share: without this managed permission"),
    fact("ram", "EnableSharingWithAwsOrganization", "share call"),
    fact("ram", "PromotePermissionCreatedFromPolicy", "permission: its name, where the answer shows it"),
    fact("ram", "PromoteResourceShareCreatedFromPolicy", "share: its feature set"),
    fact("ram", "RejectResourceShareInvitation", "invitation: `REJECTED`"),
    fact(
        "ram",
        "ReplacePermissionAssociations",
        "shares that use the old permission: either may hold, until a list shows it",
    ),
    fact("ram", "SetDefaultPermissionVersion", "permission: its default version"),
    fact("ram", "TagResource", "share: these tags"),
    fact("ram", "UntagResource", "share: without these tags"),
    fact("ram", "UpdatePermission", "permission: what the answer shows"),
    fact("ram", "UpdateResourceShare", "share call"),
    fact("mpa", "CancelSession", "session: cancelled, and by whom"),
    fact("mpa", "CreateApprovalTeam", "team: created, threshold, approvers"),
    fact("mpa", "CreateIdentitySource", "identity source: its instance of IAM Identity Center"),
    fact("mpa", "DeleteIdentitySource", TRIED),
    fact("mpa", "DeleteInactiveApprovalTeamVersion", "team: its draft is discarded"),
    fact("mpa", "StartActiveApprovalTeamDeletion", "team: its deletion is asked for; the outcome is a service event"),
    fact("mpa", "StartApprovalTeamBaseline", "session: a baseline of the approvers"),
    nothing("mpa", "TagResource", TEAM_TAGS),
    nothing("mpa", "UntagResource", TEAM_TAGS),
    fact("mpa", "UpdateApprovalTeam", "team: an update was asked for"),
    fact("organizations", "AcceptHandshake", "handshake: `ACCEPTED`; the account is a member"),
    fact("organizations", "AttachPolicy", "policy: attached to this target"),
    fact("organizations", "CloseAccount", "account: `PENDING_CLOSURE`; guard call"),
    fact(
        "organizations",
        "CreateAccount",
        "account: a member, where the answer tells it (else `CreateAccountResult` does)",
    ),
    fact("organizations", "CreatePolicy", "policy: created, type, content"),
    fact("organizations", "DeletePolicy", "policy: deleted; guard call"),
    fact("organizations", "DeleteResourcePolicy", "organization: no resource policy; guard call"),
    fact(
        "organizations",
        "DeregisterDelegatedAdministrator",
        "organization: not a delegated administrator; guard call",
    ),
    fact("organizations", "DetachPolicy", "policy: not attached to this target; guard call"),
    fact("organizations", "DisableAWSServiceAccess", "organization: the service has no trusted access; guard call"),
    fact("organizations", "EnableAWSServiceAccess", "organization: the service has trusted access"),
    fact("organizations", "InviteAccountToOrganization", "handshake: open, until when"),
    fact("organizations", "LeaveOrganization", "account: no member; guard call"),
    fact("organizations", "MoveAccount", "account: its parent; guard call"),
    fact("organizations", "PutResourcePolicy", "organization: its resource policy; guard call"),
    fact("organizations", "RegisterDelegatedAdministrator", "organization: a delegated administrator"),
    fact("organizations", "RemoveAccountFromOrganization", "account: no member; guard call"),
    fact("organizations", "UpdatePolicy", "policy: content; guard call"),
    fact("kms", "CancelKeyDeletion", "key: `Disabled`, no deletion date"),
    fact("kms", "CreateGrant", "grant: on this key, for whom and what"),
    fact("kms", "DeleteImportedKeyMaterial", "key: no material, `PendingImport`; guard call"),
    fact("kms", "DisableKey", "key: `Disabled`; guard call"),
    fact("kms", "EnableKey", "key: `Enabled`"),
    fact("kms", "PutKeyPolicy", "key: its policy; guard call"),
    fact("kms", "RetireGrant", "grant: gone; guard call"),
    fact("kms", "RevokeGrant", "grant: gone; guard call"),
    fact("kms", "ScheduleKeyDeletion", "key: `PendingDeletion`, deletion date; guard call"),
    fact("cloudtrail", "CreateTrail", "trail: created, its settings"),
    fact("cloudtrail", "DeleteTrail", "trail: deleted; trail call"),
    fact("cloudtrail", "PutEventSelectors", "trail: what it records; trail call where that is too little"),
    fact("cloudtrail", "PutInsightSelectors", "trail: which Insights"),
    fact("cloudtrail", "StartLogging", "trail: it logs"),
    fact("cloudtrail", "StopLogging", "trail: it does not log; trail call"),
    fact("cloudtrail", "UpdateTrail", "trail: its settings; trail call"),
    nothing("config", "DeleteConfigurationRecorder", RECORDERS),
    nothing("config", "PutConfigurationRecorder", RECORDERS),
    nothing("config", "StartConfigurationRecorder", RECORDERS),
    nothing("config", "StopConfigurationRecorder", RECORDERS),
];
