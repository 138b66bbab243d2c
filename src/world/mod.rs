//! The world: every entity with every attribute over time, replayed from the set of facts, in whatever order they came.

pub mod access;
pub mod approval;
pub mod drift;
pub mod entity;
pub mod hold;
pub mod holdings;
pub mod identity_source;
pub mod invitation;
pub mod job;
pub mod permission;
pub mod point;
pub mod seen;
pub mod session;
pub mod share;
pub mod sharing;
pub mod tags;
pub mod test_plan;
pub mod test_selection;
pub mod trail;
pub mod vault;

use crate::arn::{
    AccountId, Arn, InvitationArn, RecoveryPointArn, Region, ResourceArn, SessionArn, ShareArn, TeamArn, TrailArn,
    VaultArn,
};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::calls::{DeleteCall, ShareCall, TeamCall, TrailCall};
use crate::facts::{About, Fact, PlanRule, Retention};
use crate::instant::Instant;
use crate::timeline::Timeline;
use entity::{Entity, settle};
use std::collections::{BTreeMap, BTreeSet};

/// Something that happened: when, which record, and what.
#[derive(Debug, Clone)]
pub struct Happened<T> {
    /// When.
    pub at: Instant,
    /// The record.
    pub evidence: Evidence,
    /// What.
    pub what: T,
}

/// A resource that is or should be backed up.
#[derive(Debug, Clone)]
pub struct Resource {
    /// `EBS`, `EFS`, …, as AWS Backup names it; `None`: no record says.
    pub kind: Option<String>,
    /// The record that first names it.
    pub evidence: Evidence,
    /// Since when it is known.
    pub since: Instant,
}

/// All entities.
#[derive(Debug, Default)]
pub struct World {
    /// Backup vaults of every kind.
    pub vaults: BTreeMap<VaultArn, vault::Vault>,
    /// Recovery points.
    pub points: BTreeMap<RecoveryPointArn, point::Point>,
    /// For each resource, the recovery points made of it, in order of time.
    pub copies: BTreeMap<ResourceArn, Vec<point::Copied>>,
    /// How long the rules of plans keep their copies, by rule and vault.
    pub copy_rules: BTreeMap<(PlanRule, VaultArn), Timeline<Retention>>,
    /// Backup, copy and restore jobs.
    pub jobs: BTreeMap<String, job::Job>,
    /// Legal holds.
    pub holds: BTreeMap<String, hold::Hold>,
    /// Restore testing plans.
    pub test_plans: BTreeMap<String, test_plan::TestPlan>,
    /// Their selections.
    pub test_selections: BTreeMap<String, test_selection::TestSelection>,
    /// Resources that are or should be backed up.
    pub resources: BTreeMap<ResourceArn, Resource>,
    /// RAM shares.
    pub shares: BTreeMap<ShareArn, share::Share>,
    /// RAM invitations.
    pub invitations: BTreeMap<InvitationArn, invitation::Invitation>,
    /// Managed permissions of RAM.
    pub permissions: BTreeMap<String, permission::Permission>,
    /// Sharing within organisations, by management account.
    pub sharing: BTreeMap<AccountId, sharing::Sharing>,
    /// Identity sources of approvers.
    pub identity_sources: BTreeMap<String, identity_source::IdentitySource>,
    /// Approval teams.
    pub teams: BTreeMap<TeamArn, approval::Team>,
    /// Approval sessions.
    pub sessions: BTreeMap<SessionArn, session::Session>,
    /// Recovery accounts' access to vaults.
    pub accesses: BTreeMap<String, access::Access>,
    /// Trails.
    pub trails: BTreeMap<TrailArn, trail::Trail>,
    /// Calls that manage shares or ask for access, in order of time.
    pub share_calls: Vec<Happened<ShareCall>>,
    /// Calls on approval teams and on what they guard, in order of time.
    pub team_calls: Vec<Happened<TeamCall>>,
    /// Calls that delete recovery points, in order of time.
    pub delete_calls: Vec<Happened<DeleteCall>>,
    /// Calls that touch the log, in order of time.
    pub trail_calls: Vec<Happened<TrailCall>>,
    /// When another account read or restored from a vault, in order of time.
    pub uses: BTreeMap<(VaultArn, AccountId), Vec<Happened<()>>>,
    /// Accounts that a snapshot of the organisation lists.
    pub members: BTreeMap<AccountId, Evidence>,
    /// Where the log is complete.
    pub coverage: Coverage,
    /// Where snapshots contradict the replay.
    pub drifts: Vec<drift::Drift>,
}

/// What each entity was seen to be, before replay.
#[derive(Default)]
struct Gathered {
    vaults: BTreeMap<VaultArn, vault::Seen>,
    points: BTreeMap<RecoveryPointArn, point::Seen>,
    copy_rules: BTreeMap<(PlanRule, VaultArn), seen::Sightings<Retention>>,
    jobs: BTreeMap<String, job::Seen>,
    holds: BTreeMap<String, hold::Seen>,
    test_plans: BTreeMap<String, test_plan::Seen>,
    test_selections: BTreeMap<String, test_selection::Seen>,
    shares: BTreeMap<ShareArn, share::Seen>,
    invitations: BTreeMap<InvitationArn, invitation::Seen>,
    permissions: BTreeMap<String, permission::Seen>,
    sharing: BTreeMap<AccountId, sharing::Seen>,
    /// What is said of many shares at once, in order of time.
    over_shares: Vec<Fact>,
    identity_sources: BTreeMap<String, identity_source::Seen>,
    teams: BTreeMap<TeamArn, approval::Seen>,
    sessions: BTreeMap<SessionArn, session::Seen>,
    accesses: BTreeMap<String, access::Seen>,
    trails: BTreeMap<TrailArn, trail::Seen>,
}

impl World {
    /// Replays the facts.
    pub fn replay(mut facts: Vec<Fact>, coverage: Coverage) -> Self {
        facts.sort_by_key(|fact| (fact.at, fact.observed, fact.evidence));
        let mut gathered = Gathered::default();
        let mut world = Self { coverage, ..Self::default() };
        for fact in &facts {
            world.gather(fact, &mut gathered);
        }
        world.settle(gathered);
        world
    }

    fn gather(&mut self, fact: &Fact, into: &mut Gathered) {
        let (at, evidence) = (fact.at, fact.evidence);
        match &fact.about {
            About::Vault(arn, says) => into.vaults.entry(arn.clone()).or_default().note(fact, says),
            About::AllPoints(arn) => into.vaults.entry(arn.clone()).or_default().all_points.push((at, evidence)),
            About::Point(arn, says) => into.points.entry(arn.clone()).or_default().note(fact, says),
            About::Job(id, says) => into.jobs.entry(id.clone()).or_default().note(fact, says),
            About::Hold(id, says) => into.holds.entry(id.clone()).or_default().note(fact, says),
            About::TestPlan(id, says) => into.test_plans.entry(id.clone()).or_default().note(fact, says),
            About::TestSelection(id, says) => into.test_selections.entry(id.clone()).or_default().note(fact, says),
            About::Resource(arn, kind) => {
                let known = self.resources.entry(arn.clone()).or_insert(Resource { kind: None, evidence, since: at });
                known.kind = known.kind.take().or_else(|| kind.clone());
            }
            About::Share(arn, says) => into.shares.entry(arn.clone()).or_default().note(fact, says),
            About::Invitation(arn, says) => into.invitations.entry(arn.clone()).or_default().note(fact, says),
            About::Permission(arn, says) => into.permissions.entry(arn.clone()).or_default().note(fact, says),
            About::Sharing(account, says) => {
                into.sharing.entry(account.clone()).or_default().note(fact, says);
                into.over_shares.push(fact.clone());
            }
            About::AllShares(..) | About::PermissionReplaced(..) => into.over_shares.push(fact.clone()),
            About::IdentitySource(arn, says) => into.identity_sources.entry(arn.clone()).or_default().note(fact, says),
            About::TeamCall(call) => self.team_calls.push(Happened { at, evidence, what: (**call).clone() }),
            About::Team(arn, says) => into.teams.entry(arn.clone()).or_default().note(fact, says),
            About::Session(arn, says) => into.sessions.entry(arn.clone()).or_default().note(fact, says),
            About::Access(id, says) => into.accesses.entry(id.clone()).or_default().note(fact, says),
            About::Trail(arn, says) => into.trails.entry(arn.clone()).or_default().note(fact, says),
            About::ShareCall(call) => self.share_calls.push(Happened { at, evidence, what: (**call).clone() }),
            About::DeleteCall(call) => self.delete_calls.push(Happened { at, evidence, what: (**call).clone() }),
            About::TrailCall(call) => self.trail_calls.push(Happened { at, evidence, what: (**call).clone() }),
            About::CopyRule(rule, vault, keeps) => {
                let key = (rule.clone(), vault.clone());
                into.copy_rules.entry(key).or_default().note(fact, Some(*keeps));
            }
            About::Use(vault, account) => {
                let uses = self.uses.entry((vault.clone(), account.clone())).or_default();
                uses.push(Happened { at, evidence, what: () });
            }
            About::Member(account) => {
                self.members.entry(account.clone()).or_insert(evidence);
            }
        }
    }

    fn settle(&mut self, mut gathered: Gathered) {
        for (vault, at, evidence) in only_air_gapped(&gathered) {
            gathered.vaults.entry(vault).or_default().must_be_air_gapped(at, evidence);
        }
        note_over_shares(&mut gathered);
        let (coverage, drifts) = (&self.coverage, &mut self.drifts);
        self.invitations = invitations(&mut gathered, coverage);
        self.sessions = gathered
            .sessions
            .into_iter()
            .map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, drifts)))
            .collect();
        let sessions = &self.sessions;
        self.vaults = gathered
            .vaults
            .into_iter()
            .map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, sessions, drifts)))
            .collect();
        self.points = gathered
            .points
            .into_iter()
            .map(|(arn, seen)| (arn.clone(), seen.replay(arn, &self.vaults, drifts)))
            .collect();
        // A version of a plan never changes, so a snapshot of it shows what it always said.
        let plans = gathered.copy_rules.into_iter();
        self.copy_rules = plans.map(|(key, seen)| (key, seen.replay_quietly(|_| Instant::MIN_UTC))).collect();
        self.jobs = settle(gathered.jobs, coverage, drifts, |_| None, job::Seen::replay);
        let places: BTreeMap<_, _> =
            gathered.holds.iter().filter_map(|(id, seen)| Some((id.clone(), hold::pair(seen)?))).collect();
        let place = |id: &String| places.get(id).cloned();
        self.holds = settle(gathered.holds, coverage, drifts, place, hold::Seen::replay);
        self.test_plans = settle(gathered.test_plans, coverage, drifts, test_plan::pair, test_plan::Seen::replay);
        self.test_selections =
            settle(gathered.test_selections, coverage, drifts, test_plan::pair, test_selection::Seen::replay);
        self.shares =
            gathered.shares.into_iter().map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, drifts))).collect();
        self.teams =
            gathered.teams.into_iter().map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, drifts))).collect();
        let own_vault = |vault: Option<&VaultArn>| Some(&self.vaults.get(vault?)?.exists);
        let accesses = gathered.accesses.into_iter().map(|(id, seen)| {
            let exists = own_vault(seen.vault.as_ref());
            (id.clone(), seen.replay(id, exists, sessions))
        });
        self.accesses = accesses.collect();
        let by_arn = |arn: &String| {
            let arn = Arn::parse(arn)?;
            arn.account_id().zip(arn.region_code())
        };
        self.permissions = settle(gathered.permissions, coverage, drifts, by_arn, permission::Seen::replay);
        self.identity_sources =
            settle(gathered.identity_sources, coverage, drifts, by_arn, identity_source::Seen::replay);
        // Organisations are logged in us-east-1, whatever the partition's other Regions.
        let management = |id: &AccountId| Some((id.clone(), Region::new("us-east-1")));
        self.sharing = settle(gathered.sharing, coverage, drifts, management, sharing::Seen::replay);
        self.trails = settle(gathered.trails, coverage, drifts, TrailArn::pair, trail::Seen::replay);
        self.copies = point::by_resource(&self.points);
        self.drifts.sort_by(|a, b| (&a.entity, a.field, a.evidence).cmp(&(&b.entity, b.field, b.evidence)));
    }

    /// Every entity with its kind and id, by kind and then by id.
    pub fn entities(&self) -> impl Iterator<Item = (&'static str, String, &dyn Entity)> {
        fn all<'a, K: ToString, E: Entity>(
            kind: &'static str,
            of: &'a BTreeMap<K, E>,
        ) -> impl Iterator<Item = (&'static str, String, &'a dyn Entity)> {
            of.iter().map(move |(id, entity)| (kind, id.to_string(), entity as &dyn Entity))
        }
        all("vault", &self.vaults)
            .chain(all("recovery_point", &self.points))
            .chain(all("job", &self.jobs))
            .chain(all("legal_hold", &self.holds))
            .chain(all("restore_testing_plan", &self.test_plans))
            .chain(all("restore_testing_selection", &self.test_selections))
            .chain(all("share", &self.shares))
            .chain(all("invitation", &self.invitations))
            .chain(all("permission", &self.permissions))
            .chain(all("organization_sharing", &self.sharing))
            .chain(all("identity_source", &self.identity_sources))
            .chain(all("team", &self.teams))
            .chain(all("session", &self.sessions))
            .chain(all("restore_access_vault", &self.accesses))
            .chain(all("trail", &self.trails))
    }

    /// Accounts and Regions that occur in the evidence.
    pub fn pairs(&self) -> BTreeSet<Pair> {
        self.coverage.pairs().map(|(pair, _)| pair.clone()).collect()
    }
}

/// What is said of many shares at once becomes what is said of each.
fn note_over_shares(gathered: &mut Gathered) {
    for fact in std::mem::take(&mut gathered.over_shares) {
        for (arn, share) in &mut gathered.shares {
            match &fact.about {
                About::AllShares(account, region, list)
                    if arn.account().as_ref() == Some(account) && arn.region().as_ref() == Some(region) =>
                {
                    share.note_all(fact.at, fact.evidence, *list);
                }
                About::PermissionReplaced(from, to) => share.note_replaced(&fact, from, to),
                About::Sharing(management, says) if says.enabled == Some(false) => {
                    share.note_trust_ended(&fact, management);
                }
                _ => {}
            }
        }
    }
}

/// Invitations, and what their expiry means for the share.
fn invitations(gathered: &mut Gathered, coverage: &Coverage) -> BTreeMap<InvitationArn, invitation::Invitation> {
    let mut replayed = BTreeMap::new();
    for (arn, seen) in std::mem::take(&mut gathered.invitations) {
        let share = seen.share.as_ref().and_then(|(share, _)| gathered.shares.get_mut(share));
        let resources: Vec<String> =
            share.as_ref().map(|s| s.resources().map(|(arn, ..)| arn.to_owned()).collect()).unwrap_or_default();
        let invitation = seen.replay(&arn, resources.iter().map(String::as_str), coverage);
        if let (Some(share), Some((at, evidence)), Some((receiver, _))) =
            (share, invitation.expired(), &invitation.receiver)
        {
            let about = About::Member(receiver.clone());
            share.note_expired(&Fact { at, evidence, observed: false, about }, receiver);
        }
        replayed.insert(arn, invitation);
    }
    replayed
}

/// Only air-gapped vaults can be shared by RAM, have a team, or be opened to a recovery account.
fn only_air_gapped(gathered: &Gathered) -> Vec<(VaultArn, Instant, Evidence)> {
    let mut found = Vec::new();
    for seen in gathered.shares.values() {
        found.extend(seen.resources().filter_map(|(arn, at, e)| Some((VaultArn::parse(arn)?, at, e))));
    }
    for seen in gathered.accesses.values() {
        found.extend(seen.sources());
    }
    found
}
