//! What is said of RAM shares, invitations, permissions, and sharing within an organisation.

use crate::arn::{AccountId, ShareArn};
use crate::facts::words::{Association, InvitationStatus, ShareStatus};
use crate::instant::Instant;
use crate::record::identity::Actor;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Entities of a share with the state of their association.
pub type Associated = Vec<(String, Association)>;

/// What is said of a share.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShareSays {
    /// Its name.
    pub name: Option<String>,
    /// When it was made.
    pub created: Option<Instant>,
    /// Made in this record: nothing was in it before.
    pub is_new: bool,
    /// `false`: deleted. A deletion ends every association.
    pub exists: Option<bool>,
    /// `owningAccountId`.
    pub owner: Option<AccountId>,
    /// `status`, as the account sees it that asked: a receiver who has not answered sees `PENDING`.
    pub status: Option<ShareStatus>,
    /// Resources, with the state of their association.
    pub resources: Associated,
    /// Principals, with the state of their association.
    pub principals: Associated,
    /// Accounts from which a service principal may use the share.
    pub sources: Associated,
    /// States as AWS words them, by `principals/<id>` and `resources/<ARN>`.
    pub words: Associated,
    /// Every principal of the share is in this snapshot.
    pub all_principals: bool,
    /// Every resource of the share is in this snapshot.
    pub all_resources: bool,
    /// Managed permissions, by ARN.
    pub permissions: Associated,
    /// Versions of managed permissions in the share, by ARN.
    pub permission_versions: Vec<(String, i64)>,
    /// A permission took the place of that for the same type of resource.
    pub permission_replaced: bool,
    /// `allowExternalPrincipals`.
    pub allow_external: Option<bool>,
    /// `retainSharingOnAccountLeaveOrganization`: a consumer that leaves the organisation keeps access.
    pub retain: Option<bool>,
    /// `featureSet`.
    pub feature_set: Option<String>,
    /// Tags; `None`: taken away.
    pub tags: Vec<(String, Option<String>)>,
    /// What EventBridge told of it: `Resource Share Association: failed`.
    pub news: Option<String>,
}

/// What is said of an invitation.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvitationSays {
    /// To which share.
    pub share: Option<ShareArn>,
    /// From.
    pub sender: Option<AccountId>,
    /// To.
    pub receiver: Option<AccountId>,
    /// When it was sent.
    pub sent: Option<Instant>,
    /// `PENDING`, `ACCEPTED`, `REJECTED`, `EXPIRED`.
    pub status: Option<InvitationStatus>,
    /// Who accepted or rejected it; it may be somebody of another account than the receiver.
    pub answered_by: Option<Actor>,
}

/// What is said of a managed permission: what holders of a share may do with its resources.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PermissionSays {
    /// When it was made.
    pub created: Option<Instant>,
    /// Its name.
    pub name: Option<String>,
    /// `resourceType`.
    pub resource_type: Option<String>,
    /// `policyTemplate` of the version made last, as written.
    pub template: Option<String>,
    /// The version made last.
    pub version: Option<i64>,
    /// The version that is attached where none is named.
    pub default_version: Option<i64>,
    /// `status`: `ATTACHABLE`, `DEPRECATED`, `DELETING`, …
    pub status: Option<String>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for PermissionSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

/// What is said of sharing within an organisation, by its management account.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SharingSays {
    /// Whether members get shares without an invitation.
    pub enabled: Option<bool>,
}

impl crate::facts::Says for SharingSays {}
