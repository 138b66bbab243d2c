//! AWS's enumerations as they appear in logs and snapshots: closed where the program decides on them, open for tomorrow.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`.")] $variant,)*
            /// A word that AWS added later.
            Other(Box<str>),
        }
        impl $name {
            /// Reads AWS's word.
            pub fn read(text: &str) -> Self {
                match text { $($text => Self::$variant,)* _ => Self::Other(text.into()) }
            }
            /// AWS's word.
            pub fn word(&self) -> &str {
                match self { $(Self::$variant => $text,)* Self::Other(text) => text }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.word()) }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.serialize_str(self.word()) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from).map(|text| Self::read(&text))
            }
        }
    )*};
}
pub(crate) use words;

words! {
    /// `VaultType`.
    VaultKind {
        Standard = "BACKUP_VAULT",
        AirGapped = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
        RestoreAccess = "RESTORE_ACCESS_BACKUP_VAULT",
    }
    /// `VaultState`.
    VaultState { Creating = "CREATING", Available = "AVAILABLE", Failed = "FAILED" }
    /// `EncryptionKeyType`.
    KeyType { AwsOwned = "AWS_OWNED_KMS_KEY", CustomerManaged = "CUSTOMER_MANAGED_KMS_KEY" }
    /// `RecoveryPoint.Status`; `DELETED` and `DISASSOCIATED` are what events say of a point that AWS Backup no longer has.
    PointStatus {
        Completed = "COMPLETED",
        Partial = "PARTIAL",
        Deleting = "DELETING",
        Expired = "EXPIRED",
        Available = "AVAILABLE",
        Stopped = "STOPPED",
        Creating = "CREATING",
        Deleted = "DELETED",
        Disassociated = "DISASSOCIATED",
    }
    /// `StorageClass`.
    StorageClass { Warm = "WARM", Cold = "COLD", Deleted = "DELETED" }
    /// `IndexStatus`; `DELETED` occurs in events only.
    IndexStatus { Pending = "PENDING", Active = "ACTIVE", Failed = "FAILED", Deleting = "DELETING", Deleted = "DELETED" }
    /// `ScanResultStatus`.
    ScanResult { NoThreats = "NO_THREATS_FOUND", Threats = "THREATS_FOUND", Unknown = "UNKNOWN" }
    /// `Status` of a legal hold.
    HoldStatus { Creating = "CREATING", Active = "ACTIVE", Canceling = "CANCELING", Canceled = "CANCELED" }
    /// `DestinationVaultLockState`, `VaultLockState`.
    LockState { Locked = "LOCKED", Unlocked = "UNLOCKED" }
    /// `ValidationStatus` of a restore job.
    ValidationStatus { Failed = "FAILED", Successful = "SUCCESSFUL", TimedOut = "TIMED_OUT", Validating = "VALIDATING" }
    /// `DeletionStatus` of what a tested restore made.
    DeletionStatus { Deleting = "DELETING", Failed = "FAILED", Successful = "SUCCESSFUL" }
    /// `State` of a backup or copy job, `Status` of a restore job.
    JobState {
        Created = "CREATED",
        Pending = "PENDING",
        Running = "RUNNING",
        Aborting = "ABORTING",
        Completed = "COMPLETED",
        Failed = "FAILED",
        Partial = "PARTIAL",
        Aborted = "ABORTED",
        Expired = "EXPIRED",
    }
    /// `status` of a RAM association.
    Association {
        Associating = "ASSOCIATING",
        Associated = "ASSOCIATED",
        Failed = "FAILED",
        Disassociating = "DISASSOCIATING",
        Disassociated = "DISASSOCIATED",
        Suspended = "SUSPENDED",
        Suspending = "SUSPENDING",
        Restoring = "RESTORING",
    }
    /// `Status` of an approval team; `DELETED` occurs in service events only.
    TeamStatus { Active = "ACTIVE", Inactive = "INACTIVE", Deleting = "DELETING", Pending = "PENDING", Deleted = "DELETED" }
    /// The operator of a condition in a backup selection.
    Operator {
        Equals = "StringEquals",
        NotEquals = "StringNotEquals",
        Like = "StringLike",
        NotLike = "StringNotLike",
    }
    /// `LatestMpaApprovalTeamUpdate.Status`.
    UpdateStatus { Pending = "PENDING", Approved = "APPROVED", Failed = "FAILED" }
}

words! {
    /// `status` of a RAM resource share.
    ShareStatus { Pending = "PENDING", Active = "ACTIVE", Failed = "FAILED", Deleting = "DELETING", Deleted = "DELETED" }
    /// `status` of a RAM invitation.
    InvitationStatus { Pending = "PENDING", Accepted = "ACCEPTED", Rejected = "REJECTED", Expired = "EXPIRED" }
    /// `Status` of an identity source of multi-party approval.
    SourceStatus { Creating = "CREATING", Active = "ACTIVE", Deleting = "DELETING", Error = "ERROR" }
}

impl Operator {
    /// Reads the operator in any casing: CloudTrail lowers the first letter, `ConditionType` is all capitals.
    pub fn read_lenient(text: &str) -> Self {
        let known = [Self::Equals, Self::NotEquals, Self::Like, Self::NotLike];
        known.into_iter().find(|one| one.word().eq_ignore_ascii_case(text)).unwrap_or(Self::Other(text.into()))
    }
}

impl Association {
    /// Whether the entity is in the share. What was asked for counts at once, what is being taken back counts until it is gone.
    pub fn is_in(&self) -> bool {
        !matches!(self, Self::Failed | Self::Disassociated)
    }
}

impl JobState {
    /// Nothing more becomes of the job.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Partial | Self::Aborted | Self::Expired)
    }
}

impl PointStatus {
    /// AWS Backup no longer has the point.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Deleted | Self::Disassociated)
    }

    /// Whether the point can be restored from.
    pub fn is_usable(&self, accept_partial: bool) -> bool {
        matches!(self, Self::Completed | Self::Available) || (accept_partial && *self == Self::Partial)
    }
}

/// Status of a session with its code. Decided by these two, never by the event's name: AWS documents a rejected session
/// under the name `SessionApproved`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct SessionState {
    /// `PENDING`, `APPROVED`, `CANCELLED`, `FAILED`, `CREATING`.
    pub status: String,
    /// `REJECTED`, `EXPIRED`, `CONFIGURATION_CHANGED`, …
    pub code: Option<String>,
}

impl SessionState {
    /// The team said yes.
    pub fn is_approved(&self) -> bool {
        self.status == "APPROVED"
    }

    /// The session is over and the team did not say yes.
    pub fn is_refused(&self) -> bool {
        matches!(self.status.as_str(), "CANCELLED" | "FAILED")
    }

    /// `FAILED/REJECTED`.
    pub fn said(&self) -> String {
        self.code.as_ref().map_or_else(|| self.status.clone(), |code| format!("{}/{code}", self.status))
    }
}

impl From<SessionState> for String {
    fn from(state: SessionState) -> Self {
        state.said()
    }
}

impl From<String> for SessionState {
    fn from(said: String) -> Self {
        match said.split_once('/') {
            Some((status, code)) => Self { status: status.to_owned(), code: Some(code.to_owned()) },
            None => Self { status: said, code: None },
        }
    }
}
