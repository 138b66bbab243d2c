//! An organization as benches replay and judge it: the same facts whenever it is asked for.
#![allow(dead_code, reason = "each bench uses its part")]

use chrono::Duration;
use std::time::Instant as Clock;
use vaultrail::arn::{AccountId, JobId, PlanArn, RecoveryPointArn, Region, ResourceArn, SelectionArn, VaultArn};
use vaultrail::coverage::{Coverage, Run, Terms};
use vaultrail::evidence::Evidence;
use vaultrail::facts::words::{JobState, Operator, PointStatus, VaultKind};
use vaultrail::facts::{
    About, Condition, Fact, JobKind, JobSays, PlanRule, PlanSays, PointSays, Retention, RuleSays, SelectionSays,
    TagsSays, VaultSays,
};
use vaultrail::instant::{self, Instant};

pub const RESOURCES: usize = 10_000;
pub const VAULTS: usize = 200;
pub const PLANS: usize = 200;
pub const DAYS: usize = 90;

pub fn place() -> (AccountId, Region) {
    (AccountId::new("111122223333"), Region::new("eu-west-1"))
}

pub fn start() -> Instant {
    instant::seconds(1_790_812_800).unwrap_or_default()
}

pub fn vault(i: usize) -> VaultArn {
    let (account, region) = place();
    VaultArn::of(&account, &region, &format!("vault-{i}"))
}

pub fn resource(i: usize) -> ResourceArn {
    ResourceArn::new(format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{i:08}"))
}

/// An id as AWS gives them, without any order; always the same.
pub fn uuid(i: usize, kind: u64) -> String {
    // SplitMix64.
    let mixed = |n: u64| {
        let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    };
    let high = mixed((i as u64) * 16 + kind);
    let low = mixed(high);
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xffff);
    format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
}

/// When a point is begun.
pub fn begun(i: usize, of: usize) -> Instant {
    start() + Duration::seconds(i64::try_from(i * DAYS * 86_400 / of).unwrap_or_default())
}

/// Facts in the order of a log; always the same.
pub struct Facts(pub Vec<Fact>);

impl Facts {
    pub fn say(&mut self, at: Instant, observed: bool, about: About) {
        let evidence = Evidence(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(Fact { at, evidence, observed, about });
    }

    /// Each point by its events: job begun, job completed, life cycle; and by the row of a list at the end.
    pub fn point(&mut self, i: usize, of: usize) {
        let begun = begun(i, of);
        let done = begun + Duration::minutes(20);
        let (vault, resource) = (vault(i % VAULTS), resource(i * 7919 % RESOURCES));
        let job = |state| {
            let (resource, destination) = (Some(resource.clone()), Some(vault.clone()));
            let says =
                JobSays { kind: Some(JobKind::Copy), state: Some(state), resource, destination, ..JobSays::default() };
            About::Job(JobId::new(uuid(i, 1)), Box::new(says))
        };
        let rule = PlanRule { plan: format!("p-{}", i % PLANS).into(), version: "v1".into(), rule: "r".into() };
        let says = PointSays {
            vault: Some(vault.clone()),
            resource: Some(resource.clone()),
            resource_type: Some("EBS".into()),
            status: Some(PointStatus::Completed),
            created: Some(begun),
            completed: Some(done),
            retention: Some(Retention::Days(35)),
            rule: Some(rule),
            ..PointSays::default()
        };
        let arn = RecoveryPointArn::new(format!("arn:aws:backup:eu-west-1:111122223333:recovery-point:{}", uuid(i, 2)));
        self.say(begun, false, job(JobState::Created));
        self.say(done, false, job(JobState::Completed));
        self.say(done, false, About::Resource(resource.clone(), Some("EBS".into())));
        self.say(done, false, About::Point(arn.clone(), Box::new(says.clone())));
        let listed = PointSays { listed: true, ..says };
        self.say(start() + Duration::days(91), true, About::Point(arn, Box::new(listed)));
    }

    /// One plan in four selects by a pattern, one by tags, one by a condition, one by 50 ARNs.
    pub fn plan(&mut self, i: usize) {
        let (account, region) = place();
        let plan = PlanArn::of(Some(&account), Some(&region), &format!("p-{i}"));
        let rule = RuleSays {
            name: Some("daily".into()),
            vault: Some(vault(i % VAULTS)),
            schedule: Some("cron(0 5 ? * * *)".into()),
            ..RuleSays::default()
        };
        let version = Some("v1".into());
        let says =
            PlanSays { version, changed: true, exists: Some(true), rules: Some(vec![rule]), ..PlanSays::default() };
        self.say(start(), false, About::Plan(plan.clone(), Box::new(says)));
        let tag = |key: &str| Condition {
            operator: Operator::Equals,
            condition_key: format!("{key}team"),
            condition_value: format!("team-{i}"),
        };
        let (resources, list_of_tags, conditions) = match i % 4 {
            0 => (vec![format!("arn:aws:ec2:*:*:volume/vol-*{i:04}")], vec![], vec![]),
            1 => (vec![], vec![tag("")], vec![]),
            2 => (vec!["arn:aws:ec2:*:*:volume/*".into()], vec![], vec![tag("aws:ResourceTag/")]),
            _ => ((0..50).map(|k| resource((i * 50 + k) % RESOURCES).to_string()).collect(), vec![], vec![]),
        };
        let says = SelectionSays {
            plan: Some(plan),
            resources: Some(resources),
            not_resources: Some(vec![]),
            list_of_tags: Some(list_of_tags),
            conditions: Some(conditions),
            creation: Some(start()),
            exists: Some(true),
            ..SelectionSays::default()
        };
        let arn = SelectionArn::of(Some(&account), Some(&region), &format!("s-{i}"));
        self.say(start(), false, About::Selection(arn, Box::new(says)));
    }
}

/// All facts of a world with so many recovery points.
pub fn facts(points: usize) -> Vec<Fact> {
    let mut facts = Facts(Vec::with_capacity(points * 5 + RESOURCES + 2 * VAULTS + 2 * PLANS));
    let (account, region) = place();
    for i in 0..VAULTS {
        let says = VaultSays { kind: Some(VaultKind::AirGapped), exists: Some(true), ..VaultSays::default() };
        facts.say(start(), false, About::Vault(vault(i), Box::new(says)));
    }
    (0..PLANS).for_each(|i| facts.plan(i));
    for i in 0..RESOURCES {
        let tags = [("team".to_owned(), format!("team-{}", i % PLANS))].into_iter().collect();
        let says = TagsSays { tags, account: Some(account.clone()), region: Some(region.clone()) };
        facts.say(start() + Duration::days(1), true, About::Tags(resource(i), Box::new(says)));
    }
    (0..points).for_each(|i| facts.point(i, points));
    for i in 0..VAULTS {
        facts.say(start() + Duration::days(91), true, About::AllPoints(vault(i)));
    }
    facts.0
}

pub fn coverage() -> Coverage {
    let run = [Run { from: start(), to: start() + Duration::days(91) }];
    let pair = place();
    Coverage::build([(&pair, 1, &run[..])].into_iter(), &[].into(), &[], run[0], Terms::default())
}

/// Resident memory in bytes, as Linux tells it; elsewhere 0.
pub fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|kib| kib.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or_default() * 1024
}

/// CPU seconds of this thread, as Linux tells them, which a busy machine does not change; elsewhere the clock's.
pub fn spent(since: Clock) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
    nanos.map_or_else(|| since.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}
