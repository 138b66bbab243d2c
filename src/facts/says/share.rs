//! What is said of RAM shares and invitations.

use crate::arn::{AccountId, ShareArn};
use crate::facts::words::Association;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What is said of a share.
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
    /// `false`: deleted.
    pub exists: Option<bool>,
    /// Resources, with the state of their association.
    pub resources: Vec<(String, Association)>,
    /// Principals, with the state of their association.
    pub principals: Vec<(String, Association)>,
    /// Every principal of every share of the account is in this snapshot.
    pub all_principals: bool,
    /// `allowExternalPrincipals`.
    pub allow_external: Option<bool>,
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
    pub status: Option<String>,
}
