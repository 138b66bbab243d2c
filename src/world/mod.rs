//! The world: every entity with every attribute over time, replayed from the set of facts, in whatever order they came.

pub mod access;
mod across;
pub mod approval;
mod around;
pub mod copying;
pub mod drift;
mod entities;
pub mod entity;
mod grouped;
pub mod happened;
pub mod hold;
pub mod holdings;
pub mod identity_center;
pub mod identity_source;
pub mod index;
pub mod invitation;
pub mod job;
pub mod kms;
pub mod listed;
pub mod organizations;
pub mod permission;
pub mod plan;
pub mod point;
pub mod seen;
pub mod selected;
pub mod selection;
pub mod session;
pub mod settings;
pub mod share;
pub mod sharing;
pub mod tagged;
pub mod tags;
pub mod test_plan;
pub mod test_selection;
pub mod trail;
pub mod vault;

use crate::arn::{
    AccountId, Arn, InvitationArn, JobId, KeyArn, PlanArn, RecoveryPointArn, Region, ResourceArn, SelectionArn,
    SessionArn, ShareArn, TeamArn, TrailArn, VaultArn,
};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::calls::{DeleteCall, ShareCall, TeamCall, TrailCall};
use crate::facts::guards::{GuardCall, RootUse};
use crate::facts::{About, Fact, PlanRule, Retention};
use crate::instant::Instant;
use crate::timeline::Timeline;
use across::{invitations, note_over_shares, only_air_gapped};
use entity::settle;
use grouped::Grouped;
pub use happened::Happened;
use identity_center::{IdentityCenter, user};
pub use index::Resource;
use kms::{alias, grant, key, store};
use organizations::{account, handshake, organization, policy};
use settings::{compliance, framework, report_plan};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use trail::{bucket, channel, event_store};

/// All entities.
#[derive(Debug, Default)]
pub struct World {
    /// Backup vaults of every kind.
    pub vaults: BTreeMap<VaultArn, vault::Vault>,
    /// Recovery points.
    pub points: BTreeMap<RecoveryPointArn, Box<point::Point>>,
    /// For each resource, the recovery points made of it, in order of time.
    pub copies: BTreeMap<ResourceArn, Vec<point::Copied>>,
    /// What was done about copies and life cycles.
    pub copying: copying::Copying,
    /// How long the rules of plans keep their copies, by rule and vault.
    pub copy_rules: BTreeMap<(PlanRule, VaultArn), Timeline<Retention>>,
    /// Backup plans.
    pub plans: BTreeMap<PlanArn, plan::Plan>,
    /// Complete lists of the plans of an account and Region, in order of time.
    pub all_plans: BTreeMap<Pair, Vec<(Instant, Evidence)>>,
    /// Complete lists of who is in any share of an account in a Region.
    pub all_principals: BTreeMap<Pair, Vec<(Instant, Evidence)>>,
    /// Selections of backup plans.
    pub selections: BTreeMap<SelectionArn, selection::Selection>,
    /// Resources that an inventory lists, with their tags.
    pub tagged: BTreeMap<ResourceArn, tagged::Tagged>,
    /// Where to look for the selections of a resource.
    pub selecting: selected::Index,
    /// Backup, copy and restore jobs.
    pub jobs: BTreeMap<JobId, Box<job::Job>>,
    /// What is looked up by something else than its id.
    pub index: index::Index,
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
    /// Event data stores.
    pub event_stores: BTreeMap<String, event_store::EventStore>,
    /// Channels of CloudTrail Lake.
    pub channels: BTreeMap<String, channel::Channel>,
    /// Buckets.
    pub buckets: BTreeMap<String, bucket::Bucket>,
    /// KMS keys.
    pub keys: BTreeMap<KeyArn, key::Key>,
    /// Grants on keys.
    pub grants: BTreeMap<String, grant::Grant>,
    /// Aliases of keys.
    pub aliases: BTreeMap<String, alias::Alias>,
    /// Custom key stores.
    pub key_stores: BTreeMap<String, store::KeyStore>,
    /// Organisations, by management account.
    pub organizations: BTreeMap<AccountId, organization::Organization>,
    /// Accounts as AWS Organizations knows them.
    pub accounts: BTreeMap<AccountId, account::Account>,
    /// Invitations to organisations.
    pub handshakes: BTreeMap<String, handshake::Handshake>,
    /// Policies of organisations.
    pub policies: BTreeMap<String, policy::Policy>,
    /// Instances of IAM Identity Center.
    pub identity_centers: BTreeMap<String, IdentityCenter>,
    /// Users of IAM Identity Center.
    pub identity_users: BTreeMap<String, user::IdentityUser>,
    /// Settings of AWS Backup.
    pub settings: BTreeMap<String, settings::Settings>,
    /// Audit frameworks.
    pub frameworks: BTreeMap<String, framework::Framework>,
    /// Report plans.
    pub report_plans: BTreeMap<String, report_plan::ReportPlan>,
    /// Compliance as Audit Manager reports it.
    pub compliance: BTreeMap<String, compliance::Compliance>,
    /// Calls against what protects backups and their evidence, by the account that logged them and the service, in order of
    /// time.
    pub guard_calls: BTreeMap<(Option<AccountId>, String), Vec<Happened<GuardCall>>>,
    /// What was done as root, by account, in order of time.
    pub root_uses: BTreeMap<AccountId, Vec<Happened<RootUse>>>,
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
    /// What snapshots show, against the replay of the log.
    pub compared: drift::Compared,
    /// Where they contradict it.
    pub drifts: Vec<drift::Drift>,
}

/// What each entity was seen to be, before replay.
#[derive(Default)]
struct Gathered {
    vaults: BTreeMap<VaultArn, vault::Seen>,
    points: Grouped<RecoveryPointArn>,
    copy_rules: BTreeMap<(PlanRule, VaultArn), seen::Sightings<Retention>>,
    plans: BTreeMap<PlanArn, plan::Seen>,
    selections: BTreeMap<SelectionArn, selection::Seen>,
    all_selections: Vec<(PlanArn, Instant, Evidence)>,
    resources: HashMap<ResourceArn, Resource>,
    tags: tagged::Gathered,
    jobs: Grouped<JobId>,
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
    around: Around,
}

/// What surrounds backups: keys, organisations, settings, identities, logs.
#[derive(Default)]
struct Around {
    event_stores: BTreeMap<String, event_store::Seen>,
    channels: BTreeMap<String, channel::Seen>,
    buckets: BTreeMap<String, bucket::Seen>,
    keys: BTreeMap<KeyArn, key::Seen>,
    grants: BTreeMap<String, grant::Seen>,
    aliases: BTreeMap<String, alias::Seen>,
    key_stores: BTreeMap<String, store::Seen>,
    organizations: BTreeMap<AccountId, organization::Seen>,
    accounts: BTreeMap<AccountId, account::Seen>,
    handshakes: BTreeMap<String, handshake::Seen>,
    policies: BTreeMap<String, policy::Seen>,
    identity_centers: BTreeMap<String, identity_center::Seen>,
    identity_users: BTreeMap<String, user::Seen>,
    settings: BTreeMap<String, settings::Seen>,
    frameworks: BTreeMap<String, framework::Seen>,
    report_plans: BTreeMap<String, report_plan::Seen>,
    compliance: BTreeMap<String, compliance::Seen>,
    /// Accounts that say that they left their organisation.
    left: Vec<(AccountId, Fact)>,
}

impl World {
    /// Replays the facts.
    pub fn replay(mut facts: Vec<Fact>, coverage: Coverage) -> Self {
        facts.sort_by_key(|fact| (fact.at, fact.observed, fact.evidence));
        let mut gathered = Gathered::default();
        let mut world = Self { coverage, ..Self::default() };
        world.compared.has_snapshots = facts.iter().any(|fact| fact.observed);
        for fact in facts {
            match &fact.about {
                About::Point(arn, _) => gathered.points.put(arn.clone(), fact),
                About::Job(id, _) => gathered.jobs.put(id.clone(), fact),
                _ => world.gather(&fact, &mut gathered),
            }
        }
        world.settle(gathered);
        world.index = index::Index::of(&world);
        world
    }

    fn gather(&mut self, fact: &Fact, into: &mut Gathered) {
        let (at, evidence) = (fact.at, fact.evidence);
        match &fact.about {
            About::Vault(arn, says) => into.vaults.entry(arn.clone()).or_default().note(fact, says),
            About::AllPoints(arn) => into.vaults.entry(arn.clone()).or_default().all_points.push((at, evidence)),
            About::Hold(id, says) => into.holds.entry(id.clone()).or_default().note(fact, says),
            About::TestPlan(id, says) => into.test_plans.entry(id.clone()).or_default().note(fact, says),
            About::TestSelection(id, says) => into.test_selections.entry(id.clone()).or_default().note(fact, says),
            About::Resource(arn, kind) => {
                let known = into.resources.entry(arn.clone()).or_insert(Resource { kind: None, evidence, since: at });
                if let (None, Some(kind)) = (&known.kind, kind) {
                    (known.kind, known.evidence) = (Some(kind.clone()), evidence);
                }
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
            About::CopyCall(_) | About::LifeCall(..) => self.copying.note(fact),
            About::TrailCall(call) => self.trail_calls.push(Happened { at, evidence, what: (**call).clone() }),
            About::CopyRule(rule, vault, keeps) => {
                let key = (PlanRule::clone(rule), vault.clone());
                into.copy_rules.entry(key).or_default().note(fact, Some(*keeps));
            }
            About::Plan(arn, says) => into.plans.entry(arn.clone()).or_default().note(fact, says),
            About::AllPlans(account, region) => {
                self.all_plans.entry((account.clone(), region.clone())).or_default().push((at, evidence));
            }
            About::Selection(arn, says) => into.selections.entry(arn.clone()).or_default().note(fact, says),
            About::AllSelections(plan) => into.all_selections.push((plan.clone(), at, evidence)),
            About::Tags(arn, says) => into.tags.note(arn, fact, says),
            About::AllTags(account, region) => into.tags.whole((account.clone(), region.clone()), at, evidence),
            About::Use(vault, account) => {
                let uses = self.uses.entry((vault.clone(), account.clone())).or_default();
                uses.push(Happened { at, evidence, what: () });
            }
            // What surrounds backups: keys, organisations, settings, identities, logs.
            _ => self.gather_around(fact, &mut into.around),
        }
    }

    fn settle(&mut self, mut gathered: Gathered) {
        self.resources = gathered.resources.drain().collect();
        self.settle_around(std::mem::take(&mut gathered.around));
        for (vault, at, evidence) in only_air_gapped(&gathered) {
            gathered.vaults.entry(vault).or_default().must_be_air_gapped(at, evidence);
        }
        self.all_principals = note_over_shares(&mut gathered);
        self.settle_plans(&mut gathered);
        self.settle_alone(&mut gathered);
        let (coverage, compared) = (&self.coverage, &mut self.compared);
        self.invitations = invitations(&mut gathered, coverage);
        self.sessions = gathered
            .sessions
            .into_iter()
            .map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, compared)))
            .collect();
        let sessions = &self.sessions;
        self.vaults = gathered
            .vaults
            .into_iter()
            .map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, sessions, compared)))
            .collect();
        // A version of a plan never changes, so a snapshot of it shows what it always said.
        let plans = gathered.copy_rules.into_iter();
        self.copy_rules = plans.map(|(key, seen)| (key, seen.replay_quietly(|_| Instant::MIN_UTC))).collect();
        self.shares = gathered
            .shares
            .into_iter()
            .map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, compared)))
            .collect();
        self.teams =
            gathered.teams.into_iter().map(|(arn, seen)| (arn.clone(), seen.replay(arn, coverage, compared))).collect();
        let own_vault = |vault: Option<&VaultArn>| Some(&self.vaults.get(vault?)?.exists);
        let accesses = gathered.accesses.into_iter().map(|(id, seen)| {
            let exists = own_vault(seen.vault.as_ref());
            (id.clone(), seen.replay(id, exists, sessions))
        });
        self.accesses = accesses.collect();
        self.settle_points_and_jobs(gathered.points, gathered.jobs);
        self.drifts = self.compared.settle();
    }

    /// What needs nothing but its own facts.
    fn settle_alone(&mut self, gathered: &mut Gathered) {
        let (coverage, compared) = (&self.coverage, &mut self.compared);
        let places: BTreeMap<_, _> =
            gathered.holds.iter().filter_map(|(id, seen)| Some((id.clone(), hold::pair(seen)?))).collect();
        let by_arn = |arn: &String| {
            let arn = Arn::parse(arn)?;
            arn.account_id().zip(arn.region_code())
        };
        macro_rules! settled {
            ($($field:ident $kind:literal by $pair:expr => $seen:path;)*) => {
                $(self.$field = settle(($kind, std::mem::take(&mut gathered.$field)), coverage, compared, $pair, <$seen>::replay);)*
            };
        }
        settled! {
            holds "legal_hold" by |id: &String| places.get(id).cloned() => hold::Seen;
            test_plans "restore_testing_plan" by test_plan::pair => test_plan::Seen;
            test_selections "restore_testing_selection" by test_plan::pair => test_selection::Seen;
            permissions "permission" by by_arn => permission::Seen;
            identity_sources "identity_source" by by_arn => identity_source::Seen;
            // Organisations are logged in us-east-1, whatever the partition's other Regions.
            sharing "organization_sharing" by |id: &AccountId| Some((id.clone(), Region::new("us-east-1"))) => sharing::Seen;
            trails "trail" by TrailArn::pair => trail::Seen;
        }
    }

    /// Plans, their selections, and the resources of an inventory that these select.
    fn settle_plans(&mut self, gathered: &mut Gathered) {
        plan::note_absent(&mut gathered.plans, &self.all_plans);
        for (plan, at, evidence) in &gathered.all_selections {
            gathered.plans.entry(plan.clone()).or_default().all_selections(*at, *evidence);
        }
        selection::note_absent(&mut gathered.selections, &gathered.all_selections);
        let (coverage, compared) = (&self.coverage, &mut self.compared);
        let (plans, selections) = (std::mem::take(&mut gathered.plans), std::mem::take(&mut gathered.selections));
        self.plans = settle(("plan", plans), coverage, compared, PlanArn::pair, plan::Seen::replay);
        self.selections =
            settle(("selection", selections), coverage, compared, SelectionArn::pair, selection::Seen::replay);
        self.tagged = std::mem::take(&mut gathered.tags).settle(self.resources.keys());
        self.selecting = selected::Index::of(&self.plans, &self.selections);
        let found = self.selected_inventory();
        self.resources.extend(found);
        let mut selecting = std::mem::take(&mut self.selecting);
        let known: BTreeSet<&ResourceArn> = self.resources.keys().chain(self.tagged.keys()).collect();
        selecting.place(known.into_iter().map(|resource| (resource, self.homes(resource))));
        self.selecting = selecting;
    }

    /// Accounts and Regions that occur in the evidence.
    pub fn pairs(&self) -> BTreeSet<Pair> {
        self.coverage.pairs().map(|(pair, _)| pair.clone()).collect()
    }
}
