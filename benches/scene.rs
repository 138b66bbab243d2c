//! An organization with something to judge for every control: ten accounts that back up their resources every day into
//! standard vaults and copy each backup into an air-gapped vault, plans that say so, and people who share, restore, approve,
//! tamper and delete. Twice the recovery points are twice the resources, calls, restores and sessions; vaults, plans, teams and
//! shares stay as many.

use chrono::Duration;
use std::collections::BTreeMap;
use vaultrail::arn::{
    AccountId, InvitationArn, JobId, KeyArn, PlanArn, RecoveryPointArn, Region, ResourceArn, SelectionArn, SessionArn,
    ShareArn, TeamArn, TrailArn, VaultArn,
};
use vaultrail::controls::policy::{self, Approved, Policy};
use vaultrail::coverage::{Coverage, Pair, Run, Terms};
use vaultrail::evidence::Evidence;
use vaultrail::facts::calls::{CopyCall, DeleteCall, LifeCall, ShareCall, Tampering, TeamCall, TrailCall};
use vaultrail::facts::guards::GuardCall;
use vaultrail::facts::words::{
    Association, InvitationStatus, JobState, KeyType, Operator, PointStatus, SessionState, ShareStatus, TeamStatus,
    ValidationStatus, VaultKind, VaultState,
};
use vaultrail::facts::{
    About, AccessSays, AccountSays, Approver, Condition, CopyAction, Fact, InvitationSays, JobKind, JobSays, KeySays,
    KeyState, Lifecycle, OrganizationSays, PlanRule, PlanSays, PointSays, Retention, RuleSays, SelectionSays,
    SessionSays, SettingsSays, ShareSays, TagsSays, TeamSays, TrailSays, VaultSays,
};
use vaultrail::instant::{self, Instant};
use vaultrail::record::identity::Actor;
use vaultrail::record::refusal::Refusal;

/// How long the log is.
pub const DAYS: usize = 90;
const ACCOUNTS: usize = 10;
const VAULTS: usize = 100;
const PLANS: usize = 100;
const TEAMS: usize = 20;
const SHARES: usize = 50;
const KINDS: [(&str, &str); 5] = [
    ("EBS", "arn:aws:ec2:eu-west-1:@:volume/vol-"),
    ("RDS", "arn:aws:rds:eu-west-1:@:db:db-"),
    ("EFS", "arn:aws:elasticfilesystem:eu-west-1:@:file-system/fs-"),
    ("DynamoDB", "arn:aws:dynamodb:eu-west-1:@:table/t-"),
    ("Aurora", "arn:aws:rds:eu-west-1:@:cluster:c-"),
];

/// How much there is of it.
#[derive(Clone, Copy)]
pub struct Size {
    /// Recovery points, those that are gone by the end too.
    pub points: usize,
    /// Resources that they are of.
    pub resources: usize,
}

impl Size {
    /// Each resource is backed up and copied once a day.
    pub fn daily(points: usize) -> Self {
        Self { points, resources: (points / (2 * DAYS)).max(1) }
    }

    /// A thousand resources, backed up the more often the more points there are.
    pub fn dense(points: usize) -> Self {
        Self { points, resources: 1_000 }
    }
}

/// Where the log begins.
pub fn start() -> Instant {
    instant::seconds(1_790_812_800).unwrap_or_default()
}

fn account(i: usize) -> AccountId {
    AccountId::new(format!("1111222233{:02}", 33 + i % ACCOUNTS))
}

fn region() -> Region {
    Region::new("eu-west-1")
}

fn end() -> Instant {
    start() + Duration::days(91)
}

fn standard(i: usize) -> VaultArn {
    VaultArn::of(&account(i), &region(), &format!("vault-{}", i % VAULTS))
}

fn air_gapped(i: usize) -> VaultArn {
    VaultArn::of(&account(i), &region(), &format!("lag-{}", i % VAULTS))
}

fn resource(i: usize) -> ResourceArn {
    let (_, arn) = KINDS[i % KINDS.len()];
    ResourceArn::new(format!("{}{i:08}", arn.replace('@', account(i).as_str())))
}

fn key(i: usize) -> KeyArn {
    KeyArn::new(format!("arn:aws:kms:eu-west-1:{}:key/{i:08}", account(i)))
}

fn team(i: usize) -> TeamArn {
    TeamArn::new(format!("arn:aws:mpa:us-east-1:{}:approval-team/team-{}", account(i), i % TEAMS))
}

fn share(i: usize) -> ShareArn {
    ShareArn::new(format!("arn:aws:ram:eu-west-1:{}:resource-share/share-{}", account(i), i % SHARES))
}

fn actor(i: usize) -> Actor {
    Actor {
        session: Some(format!("person-{}", i % 50)),
        account: Some(account(i)),
        ..Actor::named(&format!("arn:aws:iam::{}:role/role-{}", account(i), i % 7))
    }
}

/// Every third call is refused.
fn refusal(i: usize) -> (Option<Refusal>, Option<String>) {
    if i.is_multiple_of(3) { (Some(Refusal::Denied), Some("AccessDenied".into())) } else { (None, None) }
}

/// What the organization states: most people and accounts may.
pub fn policy() -> Policy {
    let globs: Vec<String> = (0..6).map(|i| format!("arn:aws:iam::*:role/role-{i}")).collect();
    let roles = || Some(policy::roles(&globs.iter().map(String::as_str).collect::<Vec<_>>()));
    let approved = |id: String| Approved { id, expires: None, glob: None };
    let accounts = || Some((0..ACCOUNTS - 1).map(|i| approved(account(i).to_string())).collect());
    Policy {
        organization: Some((0..ACCOUNTS).map(|i| (account(i), format!("account {i}"))).collect()),
        accounts: accounts(),
        recovery_accounts: accounts(),
        share_roles: roles(),
        deleters: roles(),
        ..Policy::default()
    }
}

/// The logs: one has holes, and all begin with the window.
pub fn coverage() -> Coverage {
    let day = |day| start() + Duration::days(day);
    let whole = vec![Run { from: start(), to: end() }];
    let holed = vec![Run { from: start(), to: day(40) }, Run { from: day(42), to: end() }];
    let regions = ["eu-west-1", "us-east-1"].map(Region::new);
    let pairs: Vec<(Pair, Vec<Run>)> = (0..ACCOUNTS)
        .flat_map(|i| {
            regions.clone().map(|region| ((account(i), region), if i == 3 { holed.clone() } else { whole.clone() }))
        })
        .collect();
    let signs = pairs.iter().map(|(pair, runs)| (pair, 1, runs.as_slice()));
    Coverage::build(signs, &[].into(), &[], Run { from: start(), to: end() }, Terms::default())
}

/// All facts, in the order of a log as far as that is easy.
pub fn facts(size: Size) -> Vec<Fact> {
    let mut facts = Facts(Vec::with_capacity(size.points * 6));
    (0..VAULTS).for_each(|i| facts.vaults(i));
    (0..PLANS).for_each(|i| facts.daily_plan(i, size));
    (0..TEAMS).for_each(|i| facts.team(i));
    (0..SHARES).for_each(|i| facts.share(i));
    (0..ACCOUNTS).for_each(|i| facts.account(i));
    (0..size.resources).for_each(|i| facts.tags(i));
    let backups = size.points / 2;
    (0..backups).for_each(|i| facts.backup(i, size));
    let often = |i: usize, of: usize| {
        start() + Duration::seconds(i64::try_from(i * DAYS * 86_400 / of.max(1)).unwrap_or_default())
    };
    let (restores, calls) = (size.points / 100, size.points / 1_000);
    (0..restores).for_each(|i| facts.restore(i, often(i, restores), size));
    (0..calls).for_each(|i| facts.calls(i, often(i, calls), size));
    for i in 0..VAULTS {
        facts.say(end(), true, About::AllPoints(standard(i)));
        facts.say(end(), true, About::AllPoints(air_gapped(i)));
    }
    facts.0
}

/// Facts, each with the next piece of evidence.
struct Facts(Vec<Fact>);

impl Facts {
    fn say(&mut self, at: Instant, observed: bool, about: About) {
        let evidence = Evidence(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(Fact { at, evidence, observed, about });
    }

    /// A standard and an air-gapped vault: made, set up, and described every week.
    fn vaults(&mut self, i: usize) {
        let made = start() - Duration::days(if i.is_multiple_of(10) { -20 } else { 100 });
        let standard_says = VaultSays {
            kind: Some(VaultKind::Standard),
            state: Some(VaultState::Available),
            created: Some(made),
            key: Some(key(i)),
            key_type: Some(KeyType::CustomerManaged),
            policy: Some((!i.is_multiple_of(3)).then(|| deny(i))),
            locked: Some(i.is_multiple_of(2)),
            lock_date: Some(i.is_multiple_of(4).then_some(made + Duration::days(3))),
            exists: Some(true),
            ..VaultSays::default()
        };
        let air_gapped_says = VaultSays {
            kind: Some(VaultKind::AirGapped),
            key: Some(key(i)),
            key_type: Some(if i.is_multiple_of(5) { KeyType::AwsOwned } else { KeyType::CustomerManaged }),
            min_days: Some(Some(7)),
            max_days: Some(Some(35 + 300 * i64::from(!i.is_multiple_of(9)))),
            locked: Some(true),
            lock_date: Some(None),
            team: Some((!i.is_multiple_of(4)).then(|| team(i))),
            ..standard_says.clone()
        };
        for (arn, says) in [(standard(i), standard_says), (air_gapped(i), air_gapped_says)] {
            self.say(made.max(start()), false, About::Vault(arn.clone(), Box::new(says.clone())));
            for week in 0..13 {
                let at = start() + Duration::days(7 * week + 1);
                if at > made {
                    self.say(at, true, About::Vault(arn.clone(), Box::new(says.clone())));
                }
            }
        }
        let says = KeySays {
            state: Some(if i.is_multiple_of(20) { KeyState::PendingDeletion } else { KeyState::Enabled }),
            manager: Some("CUSTOMER".into()),
            exists: Some(true),
            ..KeySays::default()
        };
        self.say(start() + Duration::days(1), true, About::Key(key(i), Box::new(says)));
    }

    /// A plan with one rule, a copy action, and a selection by tag, by ARN or by pattern; changed once, listed every week.
    fn daily_plan(&mut self, i: usize, size: Size) {
        let plan = PlanArn::of(Some(&account(i)), Some(&region()), &format!("p-{i}"));
        let cycle = |days| Some(Lifecycle { retention: Some(Retention::Days(days)), ..Lifecycle::default() });
        let rule = |days| RuleSays {
            name: Some("daily".into()),
            vault: Some(standard(i)),
            schedule: Some(if i.is_multiple_of(10) { "cron(0 5 ? * SAT *)" } else { "cron(0 5 ? * * *)" }.into()),
            lifecycle: cycle(days),
            copy_actions: Some(vec![CopyAction { vault: air_gapped(i), lifecycle: cycle(35) }]),
            ..RuleSays::default()
        };
        let says = |version: &str, days| PlanSays {
            version: Some(version.into()),
            changed: true,
            exists: Some(true),
            name: Some(format!("plan {i}")),
            rules: Some(vec![rule(days)]),
            ..PlanSays::default()
        };
        self.say(start(), false, About::Plan(plan.clone(), Box::new(says("v1", 35))));
        let changed = start() + Duration::days(45);
        if i.is_multiple_of(10) {
            self.say(changed, false, About::Plan(plan.clone(), Box::new(says("v2", 30))));
            let call = LifeCall { name: "UpdateBackupPlan".into(), account: Some(account(i)), actor: actor(i) };
            self.say(changed, false, About::LifeCall(plan.to_string(), Box::new(call)));
        }
        let (resources, list_of_tags) = match i % 4 {
            0 => (
                (0..50)
                    .map(|k| resource(i + k * PLANS))
                    .filter(|_| i < size.resources)
                    .map(|r| r.to_string())
                    .collect(),
                vec![],
            ),
            1 => (vec!["arn:aws:ec2:*:*:volume/*".into()], vec![]),
            _ => {
                let tag = Condition {
                    operator: Operator::Equals,
                    condition_key: "plan".into(),
                    condition_value: i.to_string(),
                };
                (vec![], vec![tag])
            }
        };
        let says = SelectionSays {
            plan: Some(plan.clone()),
            resources: Some(resources),
            not_resources: Some(vec![]),
            list_of_tags: Some(list_of_tags),
            conditions: Some(vec![]),
            creation: Some(start()),
            exists: Some(true),
            ..SelectionSays::default()
        };
        let arn = SelectionArn::of(Some(&account(i)), Some(&region()), &format!("s-{i}"));
        self.say(start(), false, About::Selection(arn, Box::new(says)));
        let copied = plan_rule(i);
        self.say(start(), false, About::CopyRule(Box::new(copied), air_gapped(i), Retention::Days(35)));
        for week in 0..13 {
            let at = start() + Duration::days(7 * week + 1);
            self.say(at, true, About::AllSelections(plan.clone()));
            if i < ACCOUNTS {
                self.say(at, true, About::AllPlans(account(i), region()));
            }
        }
    }

    fn tags(&mut self, i: usize) {
        let tags = [("plan".to_owned(), (i % PLANS).to_string())].into_iter().collect();
        let says = TagsSays { tags, account: Some(account(i)), region: Some(region()) };
        self.say(start() + Duration::days(1), true, About::Tags(resource(i), Box::new(says)));
    }

    /// A backup and its copy by their events: jobs begun and completed, points complete and, 35 days later, deleted; what is
    /// there at the end is listed. One copy in fifty fails.
    fn backup(&mut self, i: usize, size: Size) {
        let (of, round) = (i % size.resources, i / size.resources);
        let rounds = (size.points / 2).div_ceil(size.resources);
        let every = i64::try_from(DAYS * 86_400 / rounds).unwrap_or_default();
        let offset = i64::try_from(of * 7_919 % 20_000).unwrap_or_default();
        let begun = start() + Duration::seconds(every * i64::try_from(round).unwrap_or_default() + offset);
        let (resource, kind) = (resource(of), KINDS[of % KINDS.len()].0);
        let (from, into) = (standard(of), air_gapped(of));
        let rule = plan_rule(of);
        let source = RecoveryPointArn::new(format!("arn:aws:backup:eu-west-1:{}:recovery-point:s{i:011}", account(of)));
        let copy = RecoveryPointArn::new(format!("arn:aws:backup:eu-west-1:{}:recovery-point:c{i:011}", account(of)));
        let job = |kind, state, point: &RecoveryPointArn, began| JobSays {
            kind: Some(kind),
            state: Some(state),
            account: Some(account(of)),
            resource: Some(resource.clone()),
            resource_type: Some(KINDS[of % KINDS.len()].0.into()),
            began: Some(began),
            point: Some(point.clone()),
            size: Some(1 << 30),
            rule: Some(rule.clone()),
            ..JobSays::default()
        };
        let backup = |state| JobSays { destination: Some(from.clone()), ..job(JobKind::Backup, state, &source, begun) };
        let copied = begun + Duration::minutes(30);
        let copying = |state| JobSays {
            source_vault: Some(from.clone()),
            source_point: Some(source.clone()),
            destination: Some(into.clone()),
            destination_kind: Some(VaultKind::AirGapped),
            ..job(JobKind::Copy, state, &copy, copied)
        };
        let fails = i % 50 == 17;
        let (done, made) = (begun + Duration::minutes(20), copied + Duration::minutes(20));
        self.say(begun, false, About::Job(job_id("b", i), Box::new(backup(JobState::Created))));
        self.say(done, false, About::Job(job_id("b", i), Box::new(backup(JobState::Completed))));
        self.say(done, false, About::Resource(resource.clone(), Some(kind.into())));
        let point = |vault: &VaultArn, when: Instant| PointSays {
            vault: Some(vault.clone()),
            resource: Some(resource.clone()),
            resource_type: Some(kind.into()),
            status: Some(PointStatus::Completed),
            created: Some(when - Duration::minutes(20)),
            completed: Some(when),
            retention: Some(Retention::Days(35)),
            encrypted: Some(i % 70 != 3),
            key: Some(key(of)),
            size: Some(1 << 30),
            rule: Some(rule.clone()),
            ..PointSays::default()
        };
        self.point_lives(&source, &point(&from, done), done);
        self.say(copied, false, About::Job(job_id("c", i), Box::new(copying(JobState::Created))));
        let state = if fails { JobState::Failed } else { JobState::Completed };
        self.say(made, false, About::Job(job_id("c", i), Box::new(copying(state))));
        if !fails {
            let says = PointSays { source_vault: Some(from.clone()), ..point(&into, made) };
            self.point_lives(&copy, &says, made);
        }
    }

    fn point_lives(&mut self, arn: &RecoveryPointArn, says: &PointSays, made: Instant) {
        self.say(made, false, About::Point(arn.clone(), Box::new(says.clone())));
        let over = made + Duration::days(35);
        if over < end() {
            let says = PointSays { status: Some(PointStatus::Deleted), ..PointSays::default() };
            return self.say(over, false, About::Point(arn.clone(), Box::new(says)));
        }
        let listed = PointSays { listed: true, ..says.clone() };
        self.say(end(), true, About::Point(arn.clone(), Box::new(listed)));
    }

    /// A restore from an air-gapped vault, of the same or of another account.
    fn restore(&mut self, i: usize, at: Instant, size: Size) {
        let of = i * 31 % size.resources;
        let restored = |state, completed| JobSays {
            kind: Some(JobKind::Restore),
            state: Some(state),
            account: Some(account(if i.is_multiple_of(2) { of } else { of + 1 })),
            resource: Some(resource(of)),
            resource_type: Some(KINDS[of % KINDS.len()].0.into()),
            source_vault: Some(air_gapped(of)),
            source_point: Some(RecoveryPointArn::new(format!(
                "arn:aws:backup:eu-west-1:{}:recovery-point:c{of:011}",
                account(of)
            ))),
            began: Some(at),
            completed,
            validation: (i.is_multiple_of(3)).then_some(ValidationStatus::Successful),
            ..JobSays::default()
        };
        let done = at + Duration::hours(1 + i64::from(i.is_multiple_of(20)) * 20);
        let state = if i.is_multiple_of(17) { JobState::Failed } else { JobState::Completed };
        self.say(at, false, About::Job(job_id("r", i), Box::new(restored(JobState::Running, None))));
        self.say(done, false, About::Job(job_id("r", i), Box::new(restored(state, Some(done)))));
        if i % 2 == 1 {
            self.say(at, false, About::Use(air_gapped(of), account(of + 1)));
        }
    }

    fn team(&mut self, i: usize) {
        let approvers =
            |n: usize| (0..n).map(|k| Approver { identity: format!("user-{k}"), ..Approver::default() }).collect();
        let says = TeamSays {
            name: Some(format!("team {i}")),
            created: Some(start() - Duration::days(50)),
            status: Some(TeamStatus::Active),
            threshold: Some(2),
            approvers: Some(approvers(if i.is_multiple_of(5) { 2 } else { 5 })),
            ..TeamSays::default()
        };
        self.say(start(), false, About::Team(team(i), Box::new(says.clone())));
        for week in 0..13 {
            let at = start() + Duration::days(7 * week + 1);
            self.say(at, true, About::Team(team(i), Box::new(says.clone())));
        }
    }

    /// A share of a vault with three accounts, each invited; listed every week. Access asked for by one of them.
    fn share(&mut self, i: usize) {
        let at = start() + Duration::days(i64::try_from(i % 60).unwrap_or_default());
        let associated = |to: String| (to, Association::Associated);
        let says = ShareSays {
            name: Some(format!("share {i}")),
            created: Some(at),
            is_new: true,
            exists: Some(true),
            owner: Some(account(i)),
            status: Some(ShareStatus::Active),
            resources: vec![associated(air_gapped(i).to_string())],
            principals: (1..4).map(|k| associated(account(i + k).to_string())).collect(),
            ..ShareSays::default()
        };
        self.say(at, false, About::Share(share(i), Box::new(says.clone())));
        for week in 0..13 {
            let listed = start() + Duration::days(7 * week + 1);
            if listed > at {
                let says = ShareSays { is_new: false, ..says.clone() };
                self.say(listed, true, About::Share(share(i), Box::new(says)));
            }
        }
        let invited = InvitationSays {
            share: Some(share(i)),
            sender: Some(account(i)),
            receiver: Some(account(i + 1)),
            sent: Some(at),
            status: Some(InvitationStatus::Pending),
            ..InvitationSays::default()
        };
        let arn = InvitationArn::new(format!("arn:aws:ram:eu-west-1:{}:resource-share-invitation/i-{i}", account(i)));
        self.say(at, false, About::Invitation(arn.clone(), Box::new(invited)));
        if i.is_multiple_of(2) {
            let says = InvitationSays { status: Some(InvitationStatus::Accepted), ..InvitationSays::default() };
            self.say(at + Duration::hours(30), false, About::Invitation(arn, Box::new(says)));
        }
        let access = AccessSays {
            vault: Some(VaultArn::of(&account(i + 1), &region(), &format!("restore-{i}"))),
            source: Some(air_gapped(i)),
            account: Some(account(i + 1)),
            requester: Some(actor(i + 1)),
            requested: Some(at + Duration::days(2)),
            approved: (!i.is_multiple_of(3)).then_some(at + Duration::days(3)),
            state: Some(VaultState::Available),
            exists: Some(true),
            ..AccessSays::default()
        };
        self.say(at + Duration::days(3), false, About::Access(format!("access-{i}"), Box::new(access)));
    }

    /// The organization, an account of it, and its trail.
    fn account(&mut self, i: usize) {
        if i == 0 {
            let says = OrganizationSays {
                organization: Some("o-example".into()),
                accounts: (0..ACCOUNTS).map(|i| (account(i).to_string(), true)).collect(),
                exists: Some(true),
                ..OrganizationSays::default()
            };
            self.say(start(), true, About::Organization(account(0), Box::new(says)));
        }
        let says = AccountSays { listed: true, member: Some(true), ..AccountSays::default() };
        self.say(start(), true, About::Account(account(i), Box::new(says)));
        let opted = KINDS.map(|(kind, _)| (format!("ResourceTypeOptInPreference/{kind}"), true.into()));
        let says = SettingsSays { values: BTreeMap::from(opted) };
        for week in 0..13 {
            let at = start() + Duration::days(7 * week + 1);
            self.say(at, true, About::Settings(format!("{}/eu-west-1", account(i)), Box::new(says.clone())));
        }
        let says = TrailSays {
            multi_region: Some(true),
            logging: Some(true),
            validation: Some(i.is_multiple_of(2)),
            bucket: Some("trail-bucket".into()),
            exists: Some(true),
            ..TrailSays::default()
        };
        let trail = TrailArn::new(format!("arn:aws:cloudtrail:eu-west-1:{}:trail/main", account(i)));
        self.say(start(), true, About::Trail(trail.clone(), Box::new(says)));
        if i % 4 == 1 {
            let call = TrailCall {
                name: "StopLogging".into(),
                trail: Some(trail),
                account: Some(account(i)),
                actor: actor(i),
                tampering: Tampering::Stop,
            };
            self.say(start() + Duration::days(50), false, About::TrailCall(Box::new(call)));
        }
    }

    /// One call of each kind, and a session.
    fn calls(&mut self, i: usize, at: Instant, size: Size) {
        let (account, region) = (Some(account(i)), Some(region()));
        let of = i * 17 % size.resources;
        let (refusal, error_code) = refusal(i);
        let actor = actor(i / 4);
        let point = format!(
            "arn:aws:backup:eu-west-1:{}:recovery-point:s{:011}",
            self::account(of),
            i * 400 % (size.points / 2)
        );
        let call = ShareCall {
            name: "AssociateResourceShare".into(),
            account: account.clone(),
            region: region.clone(),
            actor: actor.clone(),
            refusal,
            error_code: error_code.clone(),
            targets: vec![air_gapped(i).to_string()],
            share: Some(share(i)),
            invitation: None,
            principals: vec![self::account(i + 3).to_string()],
            sender: None,
            target_known: true,
            denial: None,
        };
        self.say(at, false, About::ShareCall(Box::new(call)));
        let call = DeleteCall {
            name: "DeleteRecoveryPoint".into(),
            vault: Some(standard(i)),
            point: Some(point.clone()),
            account: account.clone(),
            region: region.clone(),
            actor: actor.clone(),
            refusal,
            error_code: error_code.clone(),
        };
        self.say(at, false, About::DeleteCall(Box::new(call)));
        let call = CopyCall {
            account: account.clone(),
            region: region.clone(),
            actor: actor.clone(),
            refusal,
            error_code: error_code.clone(),
            source: Some(standard(i)),
            point: Some(point.clone()),
            destination: Some(air_gapped(i)),
        };
        self.say(at, false, About::CopyCall(Box::new(call)));
        let call =
            LifeCall { name: "UpdateRecoveryPointLifecycle".into(), account: account.clone(), actor: actor.clone() };
        self.say(at, false, About::LifeCall(point, Box::new(call)));
        let names = ["DeleteBackupVault", "PutBackupVaultAccessPolicy", "DeleteBackupVaultLockConfiguration"];
        let call = GuardCall {
            source: "backup.amazonaws.com".into(),
            name: names[i % names.len()].into(),
            account: account.clone(),
            region: region.clone(),
            actor: actor.clone(),
            refusal,
            error_code: error_code.clone(),
            target: Some(format!("vault-{}", i % VAULTS)),
        };
        self.say(at, false, About::GuardCall(Box::new(call)));
        let session =
            SessionArn::new(format!("arn:aws:mpa:us-east-1:{}:session/team-{}/{i}", self::account(i), i % TEAMS));
        let call = TeamCall {
            name: "GetSession".into(),
            account,
            region,
            actor: actor.clone(),
            refusal,
            error_code,
            denial: None,
            team: Some(team(i)),
            session: Some(session.clone()),
            target: None,
        };
        self.say(at, false, About::TeamCall(Box::new(call)));
        let begun = SessionSays {
            team: Some(team(i)),
            action: Some("backup:CreateRestoreAccessBackupVault".into()),
            resource: Some(air_gapped(i).to_string()),
            requested: Some(at),
            requester: Some(self::account(i + 1)),
            state: Some(SessionState { status: "PENDING".into(), code: None }),
            ..SessionSays::default()
        };
        self.say(at, false, About::Session(session.clone(), Box::new(begun)));
        if !i.is_multiple_of(4) {
            let state = Some(SessionState { status: "APPROVED".into(), code: None });
            let says = SessionSays { state, completed: Some(at + Duration::hours(5)), ..SessionSays::default() };
            self.say(at + Duration::hours(5), false, About::Session(session, Box::new(says)));
        }
    }
}

fn job_id(kind: &str, i: usize) -> JobId {
    JobId::new(format!("{kind}-{i}"))
}

fn plan_rule(i: usize) -> PlanRule {
    PlanRule { plan: format!("p-{}", i % PLANS).into(), version: "v1".into(), rule: "daily".into() }
}

/// A policy that denies deletion by hand to everybody and lets the account copy.
fn deny(i: usize) -> String {
    let account = account(i);
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":["backup:DeleteRecoveryPoint","backup:UpdateRecoveryPointLifecycle","backup:PutBackupVaultAccessPolicy"],"Resource":"*"}},{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"backup:CopyIntoBackupVault","Resource":"*"}}]}}"#
    )
}
