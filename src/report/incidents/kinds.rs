//! What incidents there are, which calls belong to which, and what each kind weighs.

/// The sort of a deed: which calls it is made of, which controls fail for it, and what several of them are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Shares a vault or a team, or asks for access to one.
    Share,
    /// Deletes recovery points.
    Points,
    /// Deletes a vault.
    Vault,
    /// Deletes what a key needs, so that what it encrypts is lost.
    Key,
    /// Disables a key, or takes it from AWS Backup.
    Weaker,
    /// Takes away settings, plans, policies or locks of AWS Backup.
    Settings,
    /// Shortens how long backups are kept.
    Retention,
    /// Stops or narrows the log.
    Trail,
    /// Weakens who must approve.
    Approval,
    /// Takes away what the organization or its identities give.
    Organization,
    /// Copies or restores from a vault, or reads it, without being entitled to.
    Use,
}

impl Deed {
    /// What a call is, by its service and name; `None`: no part of an incident.
    pub fn of(source: &str, name: &str) -> Option<Self> {
        Some(match (source, name) {
            ("ram.amazonaws.com", _) | ("backup.amazonaws.com", "CreateRestoreAccessBackupVault") => Self::Share,
            ("backup.amazonaws.com", _) => return Self::of_backup(name),
            ("cloudtrail.amazonaws.com" | "s3.amazonaws.com", _) => Self::Trail,
            ("kms.amazonaws.com", "DisableKey" | "PutKeyPolicy" | "RevokeGrant" | "RetireGrant") => Self::Weaker,
            ("kms.amazonaws.com", _) => Self::Key,
            ("multi-party-approval.amazonaws.com", name) if name != "DeleteIdentitySource" => Self::Approval,
            (
                "multi-party-approval.amazonaws.com"
                | "organizations.amazonaws.com"
                | "sso.amazonaws.com"
                | "sso-directory.amazonaws.com"
                | "identitystore.amazonaws.com"
                | "signin.amazonaws.com",
                _,
            ) => Self::Organization,
            _ => return None,
        })
    }

    fn of_backup(name: &str) -> Option<Self> {
        Some(match name {
            "DeleteRecoveryPoint" | "DisassociateRecoveryPoint" | "DisassociateRecoveryPointFromParent" => Self::Points,
            "DeleteBackupVault" => Self::Vault,
            "AssociateBackupVaultMpaApprovalTeam" | "DisassociateBackupVaultMpaApprovalTeam" => Self::Approval,
            "StartRestoreJob" | "StartCopyJob" => Self::Use,
            "UpdateBackupPlan" | "UpdateRecoveryPointLifecycle" => Self::Retention,
            _ if READS.contains(&name) => Self::Use,
            _ if WEAKENING.contains(&name) || CHANGING.contains(&name) => Self::Settings,
            _ => return None,
        })
    }

    /// The controls whose failures, where they cite such a call, hold it against its actor.
    pub fn controls(self) -> &'static [&'static str] {
        match self {
            Self::Share => &["SHR-03", "APR-06"],
            Self::Points => &["DEL-03", "DEL-04"],
            Self::Vault => &["DEL-01", "DEL-04"],
            Self::Key | Self::Weaker => &["ENC-04"],
            Self::Settings => &["DEL-04"],
            Self::Retention => &["RET-03"],
            Self::Trail => &["LOG-03"],
            Self::Approval => &["APR-09"],
            Self::Organization => &["DEL-05", "APR-09"],
            Self::Use => &["SHR-05", "CPY-04"],
        }
    }

    /// Whether it weakens what stands between somebody and the backups.
    pub fn weakens(self) -> bool {
        matches!(
            self,
            Self::Settings | Self::Retention | Self::Trail | Self::Approval | Self::Organization | Self::Weaker
        )
    }

    /// Whether it takes backups away.
    pub fn deletes(self) -> bool {
        matches!(self, Self::Points | Self::Vault | Self::Key)
    }

    /// Where the user says who may do it.
    pub fn list(self) -> &'static str {
        match self {
            Self::Points | Self::Vault => "[authorized] deleters",
            Self::Retention => "allow_roles of RET-03",
            _ => "allow_roles of DEL-04",
        }
    }

    /// What such deeds of one actor are together.
    pub fn kind(self) -> Kind {
        match self {
            Self::Share => Kind::UnauthorizedShareAttempts,
            Self::Points => Kind::RecoveryPointDeletions,
            Self::Vault => Kind::VaultDeletions,
            Self::Key | Self::Weaker => Kind::KeysAtRisk,
            Self::Settings | Self::Retention => Kind::WeakenedProtection,
            Self::Trail => Kind::LogTampering,
            Self::Approval => Kind::WeakenedApproval,
            Self::Organization => Kind::SabotageOfTheOrganization,
            Self::Use => Kind::UseWithoutEntitlement,
        }
    }

    /// What refused calls are together that no control fails for (DECISIONS 17), and the control beside whose verdicts they
    /// stand.
    pub fn refused(source: &str, name: &str) -> Option<(Self, Kind, &'static str)> {
        let deed = Self::of(source, name)?;
        let (kind, control) = match deed {
            Self::Trail if TRAIL.contains(&name) => (Kind::RefusedTrailChanges, "LOG-03"),
            Self::Vault => (Kind::RefusedVaultDeletions, "DEL-03"),
            // What a refused change of a policy or setting would have changed is not known.
            Self::Settings if !CHANGING.contains(&name) => (Kind::RefusedWeakeningOfProtection, "DEL-04"),
            Self::Organization if SABOTAGE.contains(&name) => (Kind::RefusedSabotageOfTheOrganization, "DEL-05"),
            _ => return None,
        };
        Some((deed, kind, control))
    }
}

/// Calls that look into a vault of another account.
pub const READS: [&str; 5] = [
    "DescribeBackupVault",
    "DescribeRecoveryPoint",
    "GetRecoveryPointRestoreMetadata",
    "ListProtectedResourcesByBackupVault",
    "ListRecoveryPointsByBackupVault",
];

/// Calls that take backups out of a vault.
pub const TAKES: [&str; 2] = ["StartCopyJob", "StartRestoreJob"];

/// Calls on AWS Backup that may weaken protection.
const WEAKENING: [&str; 8] = [
    "DeleteBackupPlan",
    "DeleteBackupSelection",
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteBackupVaultNotifications",
    "DeleteFramework",
    "DeleteReportPlan",
    "PutBackupVaultLockConfiguration",
];

/// Calls on AWS Backup that set something, for better or worse.
const CHANGING: [&str; 4] =
    ["PutBackupVaultAccessPolicy", "PutBackupVaultNotifications", "UpdateGlobalSettings", "UpdateRegionSettings"];

/// Calls that stop or narrow the log.
const TRAIL: [&str; 5] = ["DeleteEventDataStore", "DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"];

/// Calls that take away what stands behind backups.
const SABOTAGE: [&str; 9] = [
    "CloseAccount",
    "DeleteIdentitySource",
    "DeleteInstance",
    "DeleteOrganization",
    "DeletePolicy",
    "DetachPolicy",
    "DisableAWSServiceAccess",
    "LeaveOrganization",
    "RemoveAccountFromOrganization",
];

/// What an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A vault shared with, or opened to, an account that may not have it, and a copy or restore from it.
    ShareThenRestore,
    /// Protection weakened, and a deletion by the same actor within 24 hours.
    WeakenedThenDeleted,
    /// Organization, accounts or identities sabotaged.
    SabotageOfTheOrganization,
    /// The log stopped or narrowed.
    LogTampering,
    /// Approval weakened.
    WeakenedApproval,
    /// Keys deleted or disabled.
    KeysAtRisk,
    /// Vaults deleted.
    VaultDeletions,
    /// A vault used without entitlement.
    UseWithoutEntitlement,
    /// Shares of vaults or teams, tried or made.
    UnauthorizedShareAttempts,
    /// Recovery points deleted, or tried to.
    RecoveryPointDeletions,
    /// Settings, plans, policies, locks weakened.
    WeakenedProtection,
    /// Many refused calls at once.
    BurstOfRefusedCalls,
    /// Refused calls on trails.
    RefusedTrailChanges,
    /// Refused deletions of vaults.
    RefusedVaultDeletions,
    /// Refused calls on settings.
    RefusedWeakeningOfProtection,
    /// Refused calls on the organization.
    RefusedSabotageOfTheOrganization,
    /// Refused reads by an account that holds the share.
    RefusedReadsOfASharedVault,
}

impl Kind {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShareThenRestore => "share_then_restore",
            Self::WeakenedThenDeleted => "weakened_then_deleted",
            Self::SabotageOfTheOrganization => "sabotage_of_the_organization",
            Self::LogTampering => "log_tampering",
            Self::WeakenedApproval => "weakened_approval",
            Self::KeysAtRisk => "keys_at_risk",
            Self::VaultDeletions => "vault_deletions",
            Self::UseWithoutEntitlement => "use_without_entitlement",
            Self::UnauthorizedShareAttempts => "unauthorized_share_attempts",
            Self::RecoveryPointDeletions => "recovery_point_deletions",
            Self::WeakenedProtection => "weakened_protection",
            Self::BurstOfRefusedCalls => "burst_of_refused_calls",
            Self::RefusedTrailChanges => "refused_trail_changes",
            Self::RefusedVaultDeletions => "refused_vault_deletions",
            Self::RefusedWeakeningOfProtection => "refused_weakening_of_protection",
            Self::RefusedSabotageOfTheOrganization => "refused_sabotage_of_the_organization",
            Self::RefusedReadsOfASharedVault => "refused_reads_of_a_shared_vault",
        }
    }

    /// What it adds to the score: sequences most, single refusals least, a reader's mistake nothing.
    pub fn weight(self) -> u8 {
        match self {
            Self::ShareThenRestore | Self::WeakenedThenDeleted => 25,
            Self::SabotageOfTheOrganization
            | Self::LogTampering
            | Self::WeakenedApproval
            | Self::KeysAtRisk
            | Self::VaultDeletions
            | Self::UseWithoutEntitlement => 15,
            Self::UnauthorizedShareAttempts
            | Self::RecoveryPointDeletions
            | Self::WeakenedProtection
            | Self::BurstOfRefusedCalls => 10,
            Self::RefusedTrailChanges
            | Self::RefusedVaultDeletions
            | Self::RefusedWeakeningOfProtection
            | Self::RefusedSabotageOfTheOrganization => 5,
            Self::RefusedReadsOfASharedVault => 0,
        }
    }
}

/// Error codes that say nothing about who may do what: throttling, outages, things that are not there.
pub fn is_noise(code: &str) -> bool {
    ["Throttl", "TooManyRequests", "RequestLimit", "ServiceUnavailable", "Internal", "NotFound"]
        .iter()
        .any(|noise| code.contains(noise))
}
