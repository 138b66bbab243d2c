//! What is said of organisations, their accounts, invitations and policies.

use super::PolicyText;
use crate::arn::AccountId;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// What is said of an organisation, which is known by its management account.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationSays {
    /// `Id`, `o-…`.
    pub organization: Option<String>,
    /// `FeatureSet`: `ALL` or `CONSOLIDATED_BILLING`.
    pub features: Option<String>,
    /// Accounts by id, and whether each is a member.
    pub accounts: BTreeMap<String, bool>,
    /// Services that may act in all accounts (`ram.amazonaws.com`, …).
    pub services: BTreeMap<String, bool>,
    /// Delegated administrators, `<service principal>/<account>`.
    pub administrators: BTreeMap<String, bool>,
    /// Policy types that are in force, `<root>/<type>`.
    pub policy_types: BTreeMap<String, bool>,
    /// The list that is complete with this fact: `accounts`, `EnabledServicePrincipals`.
    pub whole: Option<String>,
    /// The policy by which it delegates; `Some(None)`: none.
    #[serde(deserialize_with = "super::said")]
    pub resource_policy: Option<Option<PolicyText>>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for OrganizationSays {}

/// What is said of an account.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountSays {
    /// `Status`: `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`.
    pub status: Option<String>,
    /// `State`, which replaces `Status`: also `PENDING_ACTIVATION`, `CLOSED`.
    pub state: Option<String>,
    /// Whether it belongs to an organisation.
    pub member: Option<bool>,
    /// It left the organisation by itself; the record does not say which one that was.
    pub left: bool,
    /// `JoinedTimestamp`.
    pub joined: Option<Instant>,
    /// `JoinedMethod`: `INVITED` or `CREATED`.
    pub joined_by: Option<String>,
    /// The root or organisational unit that it is in.
    pub parent: Option<String>,
    /// When it was closed; `Some(None)`: closing it failed.
    #[serde(deserialize_with = "super::said")]
    pub closed: Option<Option<Instant>>,
    /// When its content may be deleted for good: 90 days after it was closed.
    #[serde(deserialize_with = "super::said")]
    pub post_closure_ends: Option<Option<Instant>>,
    /// A snapshot of its organisation lists it.
    pub listed: bool,
}

impl crate::facts::Says for AccountSays {}

/// What is said of a handshake: an invitation, and what became of it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandshakeSays {
    /// `Action`: `INVITE`, `ENABLE_ALL_FEATURES`, …
    pub action: Option<String>,
    /// The management account of the organisation that asks.
    pub organization: Option<AccountId>,
    /// The account that is asked.
    pub account: Option<AccountId>,
    /// `State`: `REQUESTED`, `OPEN`, `ACCEPTED`, `DECLINED`, `CANCELED`, `EXPIRED`.
    pub state: Option<String>,
    /// `RequestedTimestamp`.
    pub requested: Option<Instant>,
    /// `ExpirationTimestamp`.
    pub expires: Option<Instant>,
}

impl crate::facts::Says for HandshakeSays {}

/// What is said of a policy of an organisation.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationPolicySays {
    /// `Name`.
    pub name: Option<String>,
    /// `Type`: `BACKUP_POLICY`, `SERVICE_CONTROL_POLICY`, `RESOURCE_CONTROL_POLICY`, …
    pub kind: Option<String>,
    /// `AwsManaged`.
    pub aws_managed: Option<bool>,
    /// `Content`.
    pub content: Option<PolicyText>,
    /// Roots, organisational units and accounts that it is attached to.
    pub targets: BTreeMap<String, bool>,
    /// The list that is complete with this fact: `Targets`.
    pub whole: Option<String>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for OrganizationPolicySays {}
