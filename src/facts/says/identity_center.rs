//! What is said of IAM Identity Center, whose users approve.

use crate::arn::AccountId;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What is said of an instance of IAM Identity Center. Deleting it leaves approval teams without approvers.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityCenterSays {
    /// `IdentityStoreId`, `d-…`.
    pub store: Option<String>,
    /// `OwnerAccountId`.
    pub owner: Option<AccountId>,
    /// `CreatedDate`.
    pub created: Option<Instant>,
    /// The directory that its users come from was connected (its id) or taken away (`Some(None)`).
    #[serde(deserialize_with = "super::said")]
    pub directory: Option<Option<String>>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for IdentityCenterSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

/// What is said of a user, who may be an approver.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityUserSays {
    /// `IdentityStoreId`.
    pub store: Option<String>,
    /// `false`: disabled; who is disabled cannot vote.
    pub enabled: Option<bool>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for IdentityUserSays {}
