//! Facts: what a record or a snapshot row means for one entity. Pure, flat, and complete enough to replay a world from.

pub mod backup;
pub mod calls;
pub mod cloudtrail;
pub mod mpa;
pub mod ram;
pub mod says;
pub mod words;

use crate::arn::{
    AccountId, InvitationArn, RecoveryPointArn, Region, ResourceArn, SessionArn, ShareArn, TeamArn, TrailArn, VaultArn,
};
use crate::evidence::Evidence;
use crate::ingest::{Log, Said};
use crate::instant::Instant;
use calls::{DeleteCall, ShareCall, TeamCall, TrailCall};
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
pub enum About {
    /// A backup vault.
    Vault(VaultArn, Box<VaultSays>),
    /// A recovery point.
    Point(RecoveryPointArn, Box<PointSays>),
    /// Every recovery point of the vault is listed in this snapshot.
    AllPoints(VaultArn),
    /// A backup, copy or restore job.
    Job(String, Box<JobSays>),
    /// A legal hold, by `LegalHoldId`.
    Hold(String, Box<HoldSays>),
    /// A restore testing plan: account, Region and name, with slashes.
    TestPlan(String, Box<TestPlanSays>),
    /// A selection of a restore testing plan: the plan's id, a slash, and its name.
    TestSelection(String, Box<TestSelectionSays>),
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
    /// A call that touches the log itself.
    TrailCall(Box<TrailCall>),
    /// A rule of a plan copies into this vault and keeps the copies so long.
    CopyRule(PlanRule, VaultArn, Retention),
    /// An account read or restored from a vault of another account.
    Use(VaultArn, AccountId),
    /// An account of the organisation.
    Member(AccountId),
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
                    "aws.ram" => ram::read_state_change(record, &mut out),
                    "organizations.amazonaws.com" => ram::read_organization(record, &mut out),
                    "multi-party-approval.amazonaws.com" | "mpa.amazonaws.com" => mpa::read(record, &mut out),
                    "cloudtrail.amazonaws.com" | "s3.amazonaws.com" => cloudtrail::read(record, &mut out),
                    _ => {}
                }
                out.facts
            }
            Said::Observation(row) => {
                let mut out = Sink { at: row.captured_at, evidence, observed: true, facts: Vec::new() };
                match row.operation.split(' ').next() {
                    Some("backup") => backup::read_snapshot(row, &mut out),
                    Some("ram") => ram::read_snapshot(row, &mut out),
                    Some("mpa") => mpa::read_snapshot(row, &mut out),
                    Some("cloudtrail") => cloudtrail::read_snapshot(row, &mut out),
                    Some("resourcegroupstaggingapi") => backup::read_tags(row, &mut out),
                    Some("organizations") => backup::read_organization(row, &mut out),
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
