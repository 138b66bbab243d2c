//! Calls that a control judges as attempts, whether they succeeded or not.

use super::TrailSays;
use crate::arn::{AccountId, InvitationArn, Region, SessionArn, ShareArn, TeamArn, TrailArn, VaultArn};
use crate::record::Record;
use crate::record::identity::Actor;
use crate::record::refusal::{self, Denial, Refusal};
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
    /// What the message of a denied call says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
}

/// A call on an approval team, its sessions, policies or identity source, or on what a team guards; refused ones too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamCall {
    /// `UpdateApprovalTeam`, `CancelSession`, `RevokeRestoreAccessBackupVault`, …
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
    /// What the message of a denied call says.
    pub denial: Option<Denial>,
    /// On which team.
    pub team: Option<TeamArn>,
    /// On which session.
    pub session: Option<SessionArn>,
    /// On which other thing: an identity source, a vault, a policy's name.
    pub target: Option<String>,
}

impl TeamCall {
    /// The call of a record, with what its parameters, response, resources and message name.
    pub fn of(record: &Record) -> Self {
        let denial = record.error_message.as_deref().and_then(refusal::denial);
        let (request, response) = (record.request(), record.response());
        let named = |key: &str| request.text(key).or_else(|| response.text(key));
        let keys = ["arn", "approvalTeamArn", "resourceArn", "sessionArn", "identitySourceArn"];
        let arns: Vec<&str> = keys.into_iter().filter_map(named).collect();
        let refused = denial.as_ref().and_then(|d| d.resource.as_deref());
        let all = || arns.iter().copied().chain(record.resources()).chain(refused);
        let session = all().find_map(SessionArn::parse);
        let target = named("restoreAccessBackupVaultArn").or(named("identitySourceArn")).or(named("policyName"));
        Self {
            name: record.name.clone(),
            account: record.account.clone(),
            region: record.region.clone(),
            actor: record.actor.clone(),
            refusal: record.refusal(),
            error_code: record.error_code.clone(),
            team: all().find_map(TeamArn::parse).or_else(|| session.as_ref()?.team()),
            target: target.or(refused).map(str::to_owned),
            session,
            denial,
        }
    }
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

/// `StartCopyJob`, refused ones too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyCall {
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
    /// `SourceBackupVaultName`, in the caller's account and Region unless it is an ARN.
    pub source: Option<VaultArn>,
    /// `RecoveryPointArn`.
    pub point: Option<String>,
    /// `DestinationBackupVaultArn`.
    pub destination: Option<VaultArn>,
}

/// A successful call that may shorten how long something is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeCall {
    /// `UpdateRecoveryPointLifecycle`, `UpdateBackupPlan`.
    pub name: String,
    /// In whose log it is.
    pub account: Option<AccountId>,
    /// Who.
    pub actor: Actor,
}

impl LifeCall {
    /// The call of a record.
    pub fn of(record: &Record) -> Box<Self> {
        Box::new(Self { name: record.name.clone(), account: record.account.clone(), actor: record.actor.clone() })
    }
}
