//! Facts: what a record or a snapshot row means for one entity. Pure, flat, and complete enough to replay a world from.

pub mod backup;
pub mod calls;
pub mod cloudtrail;
pub mod config;
pub mod guards;
pub mod identity_center;
pub mod kms;
pub mod mpa;
pub mod operations;
pub mod organizations;
pub mod ram;
pub mod saved;
pub mod says;
pub mod settings;
pub mod tagging;
pub mod words;

use crate::arn::{
    AccountId, InvitationArn, JobId, KeyArn, PlanArn, RecoveryPointArn, Region, ResourceArn, SelectionArn, SessionArn,
    ShareArn, TeamArn, Text, TrailArn, VaultArn,
};
use crate::evidence::Evidence;
use crate::ingest::inventory::Observation;
use crate::ingest::{Entry, Log, Said};
use crate::instant::Instant;
use crate::record::Record;
use calls::{CopyCall, DeleteCall, LifeCall, ShareCall, TeamCall, TrailCall};
use guards::{GuardCall, RootUse};
use rayon::prelude::*;
pub use says::*;
use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A backup vault.
    Vault(VaultArn, Box<VaultSays>),
    /// A recovery point.
    Point(RecoveryPointArn, Box<PointSays>),
    /// Every recovery point of the vault is listed in this snapshot.
    AllPoints(VaultArn),
    /// A backup, copy or restore job.
    Job(JobId, Box<JobSays>),
    /// A legal hold, by `LegalHoldId`.
    Hold(String, Box<HoldSays>),
    /// A restore testing plan: account, Region and name, with slashes.
    TestPlan(String, Box<TestPlanSays>),
    /// A selection of a restore testing plan: the plan's id, a slash, and its name.
    TestSelection(String, Box<TestSelectionSays>),
    /// A resource that is or should be backed up.
    Resource(ResourceArn, Option<Text>),
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
    /// A complete list of the principals or resources in all shares of an account in a Region.
    AllShares(AccountId, Region, ShareList),
    /// A managed permission of RAM, by ARN.
    Permission(String, Box<PermissionSays>),
    /// A managed permission takes another's place in every share; RAM does this some time later.
    PermissionReplaced(String, String),
    /// Sharing within the organisation of this management account.
    Sharing(AccountId, Box<SharingSays>),
    /// An identity source of approvers, by ARN.
    IdentitySource(String, Box<SourceSays>),
    /// A call on an approval team or on what a team guards.
    TeamCall(Box<TeamCall>),
    /// A call that deletes recovery points.
    DeleteCall(Box<DeleteCall>),
    /// A call that copies a recovery point.
    CopyCall(Box<CopyCall>),
    /// A call that may shorten how long a recovery point, or what a plan makes, is kept; by its ARN.
    LifeCall(String, Box<LifeCall>),
    /// A call that touches the log itself.
    TrailCall(Box<TrailCall>),
    /// A rule of a plan copies into this vault and keeps the copies so long.
    CopyRule(Box<PlanRule>, VaultArn, Retention),
    /// A backup plan.
    Plan(PlanArn, Box<PlanSays>),
    /// Every backup plan of the account and Region is listed in this snapshot.
    AllPlans(AccountId, Region),
    /// A selection of a backup plan.
    Selection(SelectionArn, Box<SelectionSays>),
    /// Every selection of the plan is listed in this entry.
    AllSelections(PlanArn),
    /// The tags of a resource that an inventory lists.
    Tags(ResourceArn, Box<TagsSays>),
    /// Every resource of the account and Region that has or had a tag is listed in this snapshot.
    AllTags(AccountId, Region),
    /// An account read or restored from a vault of another account.
    Use(VaultArn, AccountId),
    /// A KMS key.
    Key(KeyArn, Box<KeySays>),
    /// A grant on a key; the id is `<key>/grant/<grant id>`.
    Grant(String, Box<GrantSays>),
    /// A key's alias, by ARN.
    Alias(String, Box<AliasSays>),
    /// A custom key store; the id is `<account>/<region>/<store id>`.
    KeyStore(String, Box<KeyStoreSays>),
    /// An organisation, by its management account.
    Organization(AccountId, Box<OrganizationSays>),
    /// An account as AWS Organizations knows it.
    Account(AccountId, Box<AccountSays>),
    /// An invitation to an organisation, by its id.
    Handshake(String, Box<HandshakeSays>),
    /// A policy of an organisation, by its id.
    OrganizationPolicy(String, Box<OrganizationPolicySays>),
    /// An instance of IAM Identity Center, by ARN.
    IdentityCenter(String, Box<IdentityCenterSays>),
    /// A user of IAM Identity Center, by id.
    IdentityUser(String, Box<IdentityUserSays>),
    /// Settings of AWS Backup; the id is `<account>` or `<account>/<region>`.
    Settings(String, Box<SettingsSays>),
    /// An audit framework; the id is `<account>/<region>/<name>`.
    Framework(String, Box<FrameworkSays>),
    /// A report plan; the id is `<account>/<region>/<name>`.
    ReportPlan(String, Box<ReportPlanSays>),
    /// Compliance as Audit Manager reports it; the id is `<account>/<region>/<framework>/<control>[/<resource>]`.
    Compliance(String, Box<ComplianceSays>),
    /// An event data store, by ARN.
    EventStore(String, Box<EventStoreSays>),
    /// A channel of CloudTrail Lake, by ARN.
    Channel(String, Box<ChannelSays>),
    /// A bucket, by name.
    Bucket(String, Box<BucketSays>),
    /// A call against what protects backups and their evidence.
    GuardCall(Box<GuardCall>),
    /// Something done as root.
    RootUse(Box<RootUse>),
}

/// What a complete list of associations lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ShareList {
    /// Principals.
    Principals,
    /// Resources.
    Resources,
}

/// What the members of an entity's facts have in common.
pub trait Says {
    /// When the entity was made, where the entry says so.
    fn created(&self) -> Option<Instant> {
        None
    }
}

/// Reads all facts out of the log; facts that an earlier run saved are read back.
pub fn read(log: &Log) -> Vec<Fact> {
    // Records of one file are opened one after another, as they are bundled.
    let mut entries: Vec<(usize, &Entry)> = log.entries.iter().enumerate().collect();
    entries.par_sort_unstable_by_key(|(index, entry)| (entry.source, entry.record_place(), *index));
    let per_entry = entries.par_iter().map(|(index, entry)| {
        let evidence = Evidence(u32::try_from(*index).unwrap_or(u32::MAX));
        if let Some(saved) = &entry.saved {
            return saved::facts(entry, saved, evidence).collect();
        }
        match &entry.said {
            Said::Record(packed) => packed.open().map(|record| read_record(&record, evidence)).unwrap_or_default(),
            Said::Observation(row) => read_observation(row, evidence),
            Said::Digest(_) => Vec::new(),
        }
    });
    let mut facts: Vec<Fact> = per_entry.flatten().collect();
    facts.sort_by_key(|fact| (fact.at, fact.evidence));
    facts
}

fn read_record(record: &Record, evidence: Evidence) -> Vec<Fact> {
    let mut out = Sink { at: record.time, evidence, observed: false, facts: Vec::new() };
    guards::read(record, &mut out);
    match record.source.as_str() {
        "backup.amazonaws.com" => {
            backup::read(record, &mut out);
            settings::read(record, &mut out);
        }
        "aws.backup" => {
            backup::read_state_change(record, &mut out);
            settings::read_state_change(record, &mut out);
        }
        "ram.amazonaws.com" => ram::read(record, &mut out),
        "aws.ram" => ram::read_state_change(record, &mut out),
        "multi-party-approval.amazonaws.com" | "mpa.amazonaws.com" => mpa::read(record, &mut out),
        "cloudtrail.amazonaws.com" | "s3.amazonaws.com" => cloudtrail::read(record, &mut out),
        "kms.amazonaws.com" => kms::read(record, &mut out),
        "organizations.amazonaws.com" => {
            organizations::read(record, &mut out);
            ram::read_organization(record, &mut out);
        }
        "sso.amazonaws.com" | "sso-directory.amazonaws.com" | "identitystore.amazonaws.com" => {
            identity_center::read(record, &mut out);
        }
        _ => {}
    }
    out.facts
}

fn read_observation(row: &Observation, evidence: Evidence) -> Vec<Fact> {
    let mut out = Sink { at: row.captured_at, evidence, observed: true, facts: Vec::new() };
    match row.operation.split(' ').next() {
        Some("backup") => {
            backup::read_snapshot(row, &mut out);
            settings::read_snapshot(row, &mut out);
        }
        Some("ram") => ram::read_snapshot(row, &mut out),
        Some("mpa") => mpa::read_snapshot(row, &mut out),
        Some("cloudtrail") => cloudtrail::read_snapshot(row, &mut out),
        Some("s3api") => cloudtrail::read_bucket(row, &mut out),
        Some("kms") => kms::read_snapshot(row, &mut out),
        Some("organizations") => organizations::read_snapshot(row, &mut out),
        Some("sso-admin" | "identitystore") => identity_center::read_snapshot(row, &mut out),
        Some("resourcegroupstaggingapi") => {
            backup::read_tags(row, &mut out);
            tagging::read_snapshot(row, &mut out);
        }
        Some("configservice") => config::read_snapshot(row, &mut out),
        _ => {}
    }
    out.facts
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
