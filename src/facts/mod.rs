//! Facts: what a record or a snapshot row means for one entity. Pure, flat, and complete enough to replay a world from.

pub mod backup;
pub mod backup_snapshot;
pub mod calls;
pub mod cloudtrail;
pub mod mpa;
pub mod ram;
pub mod words;

use crate::arn::{
    AccountId, InvitationArn, KeyArn, RecoveryPointArn, ResourceArn, SessionArn, ShareArn, TeamArn, TrailArn, VaultArn,
};
use crate::evidence::Evidence;
use crate::ingest::{Log, Said};
use crate::instant::Instant;
use crate::record::identity::Actor;
use calls::{DeleteCall, ShareCall, TrailCall};
use rayon::prelude::*;
use words::{
    Association, JobState, KeyType, PointStatus, SessionState, TeamStatus, UpdateStatus, VaultKind, VaultState,
};

/// One fact.
#[derive(Debug, Clone)]
pub struct Fact {
    /// When it was so: the completion instant inside a record where it has one, else the record's time.
    pub at: Instant,
    /// The record or row.
    pub evidence: Evidence,
    /// `true` for a snapshot.
    pub observed: bool,
    /// What is said of whom.
    pub about: About,
}

/// What is said of whom. Members that a record does not speak of are `None`: unknown, not a default.
#[derive(Debug, Clone)]
pub enum About {
    /// A backup vault.
    Vault(VaultArn, Box<VaultSays>),
    /// A recovery point.
    Point(RecoveryPointArn, Box<PointSays>),
    /// Every recovery point of the vault is listed in this snapshot.
    AllPoints(VaultArn),
    /// A copy or backup job.
    Job(String, Box<JobSays>),
    /// A resource that is or should be backed up.
    Resource(ResourceArn, Option<String>),
    /// A RAM resource share.
    Share(ShareArn, Box<ShareSays>),
    /// A RAM invitation.
    Invitation(InvitationArn, Box<InvitationSays>),
    /// An approval team.
    Team(TeamArn, Box<TeamSays>),
    /// An approval session.
    Session(SessionArn, Box<SessionSays>),
    /// Access to a vault for a recovery account; the id is the restore access vault's ARN or the request's event id.
    Access(String, Box<AccessSays>),
    /// A trail.
    Trail(TrailArn, Box<TrailSays>),
    /// A call that manages shares or asks for access.
    ShareCall(Box<ShareCall>),
    /// A call that deletes recovery points.
    DeleteCall(Box<DeleteCall>),
    /// A call that touches the log itself.
    TrailCall(Box<TrailCall>),
    /// A rule of a plan copies into this vault and keeps the copies so long.
    CopyRule(PlanRule, VaultArn, Retention),
    /// An account read or restored from a vault of another account.
    Use(VaultArn, AccountId),
    /// An account of the organisation.
    Member(AccountId),
}

/// What is said of a vault.
#[derive(Debug, Clone, Default)]
pub struct VaultSays {
    /// `VaultType`.
    pub kind: Option<VaultKind>,
    /// `VaultState`.
    pub state: Option<VaultState>,
    /// `CreationDate`.
    pub created: Option<Instant>,
    /// `Locked`.
    pub locked: Option<bool>,
    /// `LockDate`; `Some(None)`: the answer has none.
    pub lock_date: Option<Option<Instant>>,
    /// A successful `Put-` or `DeleteBackupVaultLockConfiguration`.
    pub lock_changed: bool,
    /// `MinRetentionDays`.
    pub min_days: Option<i64>,
    /// `MaxRetentionDays`.
    pub max_days: Option<i64>,
    /// A refused creation with such a `MinRetentionDays`.
    pub refused_min_days: Option<i64>,
    /// `EncryptionKeyType`.
    pub key_type: Option<KeyType>,
    /// `EncryptionKeyArn`.
    pub key: Option<KeyArn>,
    /// `MpaApprovalTeamArn`; `Some(None)`: none.
    pub team: Option<Option<TeamArn>>,
    /// An association with this team was asked for: at once if the vault has none, else after its team's approval.
    pub team_asked: Option<TeamArn>,
    /// The association was asked to end, which its team must approve.
    pub team_released: bool,
    /// `LatestMpaApprovalTeamUpdate.Status`.
    pub team_update: Option<UpdateStatus>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

/// What is said of a recovery point.
#[derive(Debug, Clone, Default)]
pub struct PointSays {
    /// In which vault.
    pub vault: Option<VaultArn>,
    /// Of which resource.
    pub resource: Option<ResourceArn>,
    /// `ResourceType`.
    pub resource_type: Option<String>,
    /// `Status`.
    pub status: Option<PointStatus>,
    /// `CreationDate`.
    pub created: Option<Instant>,
    /// `CompletionDate`.
    pub completed: Option<Instant>,
    /// Retention.
    pub retention: Option<Retention>,
    /// `CalculatedLifecycle.DeleteAt`.
    pub delete_at: Option<Instant>,
    /// The rule that made it.
    pub rule: Option<PlanRule>,
    /// A row of a list of the vault.
    pub listed: bool,
}

/// A rule of one version of a plan. A version never changes, so what it says held whenever it was in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanRule {
    /// `BackupPlanId`.
    pub plan: String,
    /// `VersionId`, as a recovery point names it `BackupPlanVersion`.
    pub version: String,
    /// `RuleId`.
    pub rule: String,
}

/// How long a recovery point is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// `DeleteAfterDays`.
    Days(i64),
    /// A life cycle without an end.
    Always,
}

/// What is said of a copy or backup job.
#[derive(Debug, Clone, Default)]
pub struct JobSays {
    /// Copy rather than backup.
    pub is_copy: bool,
    /// `State`.
    pub state: Option<JobState>,
    /// Of which resource.
    pub resource: Option<ResourceArn>,
    /// Into which vault.
    pub destination: Option<VaultArn>,
    /// `StatusMessage`.
    pub message: Option<String>,
}

/// What is said of a share.
#[derive(Debug, Clone, Default)]
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
#[derive(Debug, Clone, Default)]
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

/// An approver of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// Identity Center user id (`PrimaryIdentityId`).
    pub identity: String,
    /// `PrimaryIdentityStatus`; `None`: the record does not show it.
    pub status: Option<String>,
    /// `LastActivityTime`.
    pub last_activity: Option<Instant>,
    /// Whether every MFA method is in sync; `None`: none is shown.
    pub mfa_in_sync: Option<bool>,
}

/// What is said of a team.
#[derive(Debug, Clone, Default)]
pub struct TeamSays {
    /// Its name.
    pub name: Option<String>,
    /// When it was made.
    pub created: Option<Instant>,
    /// `Status`.
    pub status: Option<TeamStatus>,
    /// `StatusCode`; `Some(None)`: none.
    pub code: Option<Option<String>>,
    /// `MinApprovalsRequired`.
    pub threshold: Option<i64>,
    /// Approvers.
    pub approvers: Option<Vec<Approver>>,
    /// An update was asked for.
    pub update_asked: bool,
    /// How an update ended: taken (`true`) or refused (`false`).
    pub update_taken: Option<bool>,
}

/// What is said of a session.
#[derive(Debug, Clone, Default)]
pub struct SessionSays {
    /// Which team decides.
    pub team: Option<TeamArn>,
    /// `backup:CreateRestoreAccessBackupVault`, …
    pub action: Option<String>,
    /// On what.
    pub resource: Option<String>,
    /// When it was asked.
    pub requested: Option<Instant>,
    /// Who asked.
    pub requester: Option<AccountId>,
    /// Their principal.
    pub requester_principal: Option<String>,
    /// When it ends undecided.
    pub expires: Option<Instant>,
    /// Status, and status code.
    pub state: Option<SessionState>,
    /// Who approved: Identity Center user ids.
    pub approved_by: Option<Vec<String>>,
    /// Who rejected.
    pub rejected_by: Option<Vec<String>>,
    /// `MinApprovalsRequired` of the session.
    pub threshold: Option<i64>,
    /// `ExecutionStatus`.
    pub execution: Option<String>,
}

/// What is said of a recovery account's access to a vault.
#[derive(Debug, Clone, Default)]
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
    /// When it was approved, as AWS Backup says.
    pub approved: Option<Instant>,
    /// `VaultState`.
    pub state: Option<VaultState>,
    /// The session behind it.
    pub session: Option<SessionArn>,
}

/// What is said of a trail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailSays {
    /// `IsMultiRegionTrail`.
    pub multi_region: Option<bool>,
    /// `IncludeGlobalServiceEvents`.
    pub global_events: Option<bool>,
    /// `LogFileValidationEnabled`.
    pub validation: Option<bool>,
    /// `IsLogging`.
    pub logging: Option<bool>,
    /// `IsOrganizationTrail`.
    pub organization: Option<bool>,
    /// `S3BucketName`.
    pub bucket: Option<String>,
    /// `KmsKeyId`.
    pub key: Option<String>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

/// Reads all facts out of the log.
pub fn read(log: &Log) -> Vec<Fact> {
    let per_entry = log.entries.par_iter().enumerate().map(|(index, entry)| {
        let evidence = Evidence(u32::try_from(index).unwrap_or(u32::MAX));
        match &entry.said {
            Said::Record(packed) => {
                let Some(record) = &packed.open() else { return Vec::new() };
                let mut out = Sink { at: record.time, evidence, observed: false, facts: Vec::new() };
                match record.source.as_str() {
                    "backup.amazonaws.com" => backup::read(record, &mut out),
                    "aws.backup" => backup::read_state_change(record, &mut out),
                    "ram.amazonaws.com" => ram::read(record, &mut out),
                    "multi-party-approval.amazonaws.com" | "mpa.amazonaws.com" => mpa::read(record, &mut out),
                    "cloudtrail.amazonaws.com" | "s3.amazonaws.com" => cloudtrail::read(record, &mut out),
                    _ => {}
                }
                out.facts
            }
            Said::Observation(row) => {
                let mut out = Sink { at: row.captured_at, evidence, observed: true, facts: Vec::new() };
                match row.operation.split(' ').next() {
                    Some("backup") => backup_snapshot::read(row, &mut out),
                    Some("ram") => ram::read_snapshot(row, &mut out),
                    Some("mpa") => mpa::read_snapshot(row, &mut out),
                    Some("cloudtrail") => cloudtrail::read_snapshot(row, &mut out),
                    Some("organizations") => backup_snapshot::read_organization(row, &mut out),
                    _ => {}
                }
                out.facts
            }
            Said::Digest(_) => Vec::new(),
        }
    });
    let mut facts: Vec<Fact> = per_entry.flatten().collect();
    facts.sort_by_key(|fact| (fact.at, fact.evidence));
    facts
}

/// Where the facts of one entry are put.
pub struct Sink {
    at: Instant,
    evidence: Evidence,
    observed: bool,
    facts: Vec<Fact>,
}

impl Sink {
    /// A fact at the entry's own time.
    pub fn say(&mut self, about: About) {
        self.say_at(self.at, about);
    }

    /// A fact at an instant that the entry names, never later than the entry itself.
    pub fn say_at(&mut self, at: Instant, about: About) {
        self.facts.push(Fact { at: at.min(self.at), evidence: self.evidence, observed: self.observed, about });
    }

    /// The entry's own time.
    pub fn time(&self) -> Instant {
        self.at
    }
}
