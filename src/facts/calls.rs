//! Calls that a control judges as attempts, whether they succeeded or not.

use super::TrailSays;
use crate::arn::{AccountId, InvitationArn, Region, ShareArn, TrailArn, VaultArn};
use crate::record::identity::Actor;
use crate::record::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// A call that manages shares or asks for restore access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareCall {
    /// `CreateResourceShare`, …
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
    /// Vaults and teams that it names.
    pub targets: Vec<String>,
    /// The share that it names.
    pub share: Option<ShareArn>,
    /// The invitation that it names.
    pub invitation: Option<InvitationArn>,
    /// Principals that it names.
    pub principals: Vec<String>,
    /// The account that sent the share, where the record says so.
    pub sender: Option<AccountId>,
    /// `false`: the record names neither share nor resource.
    pub target_known: bool,
}

/// A call that deletes or disassociates recovery points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteCall {
    /// `DeleteRecoveryPoint`, …
    pub name: String,
    /// In which vault; `None`: the record names none.
    pub vault: Option<VaultArn>,
    /// Which point.
    pub point: Option<String>,
    /// In whose log it is.
    pub account: Option<AccountId>,
    /// In which Region.
    pub region: Option<Region>,
    /// Who.
    pub actor: Actor,
    /// Why it failed.
    pub refusal: Option<Refusal>,
    /// `errorCode` as written.
    pub error_code: Option<String>,
}

/// What a call does to the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tampering {
    /// `StopLogging`.
    Stop,
    /// `DeleteTrail`.
    Delete,
    /// `UpdateTrail`: members that it sets.
    Update(Box<TrailSays>),
    /// Selectors that leave management events out, and why.
    Selectors(String),
    /// The bucket that a trail writes to.
    Bucket(String),
    /// `DeleteEventDataStore`.
    EventDataStore,
    /// Parameters too large to be logged.
    Omitted,
}

/// A successful call that touches the log itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailCall {
    /// `StopLogging`, …
    pub name: String,
    /// Which trail, by ARN; `None`: another thing.
    pub trail: Option<TrailArn>,
    /// In whose log it is.
    pub account: Option<AccountId>,
    /// Who.
    pub actor: Actor,
    /// What it does.
    pub tampering: Tampering,
}
