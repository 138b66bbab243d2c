//! What is said of AWS KMS keys, grants, aliases and custom key stores.

use super::PolicyText;
use crate::arn::KeyArn;
use crate::facts::words::words;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use std::fmt;

words! {
    /// `KeyState`.
    KeyState {
        Creating = "Creating",
        Enabled = "Enabled",
        Disabled = "Disabled",
        PendingDeletion = "PendingDeletion",
        PendingImport = "PendingImport",
        PendingReplicaDeletion = "PendingReplicaDeletion",
        Unavailable = "Unavailable",
        Updating = "Updating",
    }
}

/// What is said of a key.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeySays {
    /// `KeyState`.
    pub state: Option<KeyState>,
    /// `CreationDate`.
    pub created: Option<Instant>,
    /// `DeletionDate`; `Some(None)`: no deletion is scheduled.
    #[serde(deserialize_with = "super::said")]
    pub deletion_date: Option<Option<Instant>>,
    /// `PendingWindowInDays`, days.
    pub pending_days: Option<i64>,
    /// `KeyManager`: `AWS` or `CUSTOMER`.
    pub manager: Option<String>,
    /// `Origin`: `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
    pub origin: Option<String>,
    /// `CustomKeyStoreId`.
    pub store: Option<String>,
    /// `MultiRegion`.
    pub multi_region: Option<bool>,
    /// `MultiRegionConfiguration.PrimaryKey.Arn`.
    pub primary: Option<KeyArn>,
    /// Imported key material is there (`true`), or was deleted or has expired (`false`).
    pub material: Option<bool>,
    /// `ValidTo`: when imported key material expires; `Some(None)`: it does not.
    #[serde(deserialize_with = "super::said")]
    pub valid_to: Option<Option<Instant>>,
    /// Its policy.
    pub policy: Option<PolicyText>,
    /// `KeyRotationEnabled`.
    pub rotation: Option<bool>,
    /// Grants by id, and whether each is there.
    pub grants: BTreeMap<String, bool>,
    /// The list that is complete with this fact: `grants`.
    pub whole: Option<String>,
    /// `false`: deleted, and all that it encrypts is lost.
    pub exists: Option<bool>,
}

impl crate::facts::Says for KeySays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

/// What is said of a grant.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantSays {
    /// On which key.
    pub key: Option<KeyArn>,
    /// `GranteePrincipal` or `GranteeServicePrincipal`.
    pub grantee: Option<String>,
    /// `RetiringPrincipal` or `RetiringServicePrincipal`.
    pub retiring: Option<String>,
    /// `Operations`, sorted.
    pub operations: Option<Vec<String>>,
    /// `Name`.
    pub name: Option<String>,
    /// `false`: revoked or retired.
    pub exists: Option<bool>,
}

impl crate::facts::Says for GrantSays {}

/// What is said of an alias.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AliasSays {
    /// The key that it names.
    pub key: Option<KeyArn>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for AliasSays {}

/// What is said of a custom key store.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyStoreSays {
    /// `CustomKeyStoreName`.
    pub name: Option<String>,
    /// `ConnectionState`: `CONNECTED`, `CONNECTING`, `FAILED`, `DISCONNECTED`, `DISCONNECTING`.
    pub connection: Option<String>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for KeyStoreSays {}
