//! What is said of recovery accounts' access to vaults.

use crate::arn::{AccountId, SessionArn, VaultArn};
use crate::facts::words::{UpdateStatus, VaultState};
use crate::instant::Instant;
use crate::record::identity::Actor;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What is said of a recovery account's access to a vault.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccessSays {
    /// The restore access vault.
    pub vault: Option<VaultArn>,
    /// The air-gapped vault behind it.
    pub source: Option<VaultArn>,
    /// Who asked for it.
    pub account: Option<AccountId>,
    /// Principal and Identity Center user of the request.
    pub requester: Option<Actor>,
    /// When it was asked for.
    pub requested: Option<Instant>,
    /// `RequesterComment`; CloudTrail hides it.
    pub comment: Option<String>,
    /// When it was approved, as AWS Backup says.
    pub approved: Option<Instant>,
    /// `VaultState`.
    pub state: Option<VaultState>,
    /// The session behind it.
    pub session: Option<SessionArn>,
    /// `false`: the restore access vault was deleted.
    pub exists: Option<bool>,
    /// Who asked for its revocation, which needs the team's approval.
    pub revoker: Option<Actor>,
    /// When (`LatestRevokeRequest.InitiationDate`).
    pub revoke_asked: Option<Instant>,
    /// `LatestRevokeRequest.Status`; `Some(None)`: the snapshot shows no request.
    #[serde(deserialize_with = "super::said")]
    pub revoke: Option<Option<UpdateStatus>>,
    /// `LatestRevokeRequest.StatusMessage`, or the message of the failed revocation.
    pub revoke_message: Option<String>,
    /// `LatestRevokeRequest.MpaSessionArn`.
    pub revoke_session: Option<SessionArn>,
    /// `LatestRevokeRequest.ExpiryDate`.
    pub revoke_expires: Option<Instant>,
}
