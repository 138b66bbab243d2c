//! Replaying facts into a world: 10,000 resources, 200 vaults, 200 plans and 90 days of events, with more and more recovery
//! points. Throughput is in facts; memory and the cost of doubling are printed before criterion's figures.
//!
//! `cargo bench --bench replay`. `REPLAY_MOST=100000` leaves the largest world out.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints what it measures, and measures time"
)]

use chrono::Duration;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Instant as Clock;
use vaultrail::arn::{AccountId, PlanArn, RecoveryPointArn, Region, ResourceArn, SelectionArn, VaultArn};
use vaultrail::coverage::{Coverage, Run, Terms};
use vaultrail::evidence::Evidence;
use vaultrail::facts::words::{JobState, Operator, PointStatus, VaultKind};
use vaultrail::facts::{
    About, Condition, Fact, JobKind, JobSays, PlanRule, PlanSays, PointSays, Retention, RuleSays, SelectionSays,
    TagsSays, VaultSays,
};
use vaultrail::instant::{self, Instant};
use vaultrail::world::World;

const RESOURCES: usize = 10_000;
const VAULTS: usize = 200;
const PLANS: usize = 200;
const DAYS: usize = 90;

fn place() -> (AccountId, Region) {
    (AccountId::new("111122223333"), Region::new("eu-west-1"))
}

fn start() -> Instant {
    instant::seconds(1_790_812_800).unwrap_or_default()
}

fn vault(i: usize) -> VaultArn {
    let (account, region) = place();
    VaultArn::of(&account, &region, &format!("vault-{i}"))
}

fn resource(i: usize) -> ResourceArn {
    ResourceArn::new(format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{i:08}"))
}

/// Facts in the order of a log; always the same.
struct Facts(Vec<Fact>);

impl Facts {
    fn say(&mut self, at: Instant, observed: bool, about: About) {
        let evidence = Evidence(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(Fact { at, evidence, observed, about });
    }

    /// Each point by its events: job begun, job completed, life cycle; and by the row of a list at the end.
    fn point(&mut self, i: usize, of: usize) {
        let begun = start() + Duration::seconds(i64::try_from(i * DAYS * 86_400 / of).unwrap_or_default());
        let done = begun + Duration::minutes(20);
        let (vault, resource) = (vault(i % VAULTS), resource(i * 7919 % RESOURCES));
        let job = |state| {
            let (resource, destination) = (Some(resource.clone()), Some(vault.clone()));
            let says =
                JobSays { kind: Some(JobKind::Copy), state: Some(state), resource, destination, ..JobSays::default() };
            About::Job(format!("job-{i}"), Box::new(says))
        };
        let rule = PlanRule { plan: format!("p-{}", i % PLANS), version: "v1".into(), rule: "r".into() };
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
        let arn = RecoveryPointArn::new(format!("arn:aws:backup:eu-west-1:111122223333:recovery-point:{i:012}"));
        self.say(begun, false, job(JobState::Created));
        self.say(done, false, job(JobState::Completed));
        self.say(done, false, About::Resource(resource.clone(), Some("EBS".into())));
        self.say(done, false, About::Point(arn.clone(), Box::new(says.clone())));
        let listed = PointSays { listed: true, ..says };
        self.say(start() + Duration::days(91), true, About::Point(arn, Box::new(listed)));
    }

    /// One plan in four selects by a pattern, one by tags, one by a condition, one by 50 ARNs.
    fn plan(&mut self, i: usize) {
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
fn facts(points: usize) -> Vec<Fact> {
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

fn coverage() -> Coverage {
    let run = [Run { from: start(), to: start() + Duration::days(91) }];
    let pair = place();
    Coverage::build([(&pair, 1, &run[..])].into_iter(), &[].into(), &[], run[0], Terms::default())
}

/// Resident memory in bytes, as Linux tells it; elsewhere 0.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|kib| kib.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or_default() * 1024
}

/// CPU seconds of this thread, as Linux tells them, which a busy machine does not change; elsewhere the clock's.
fn spent(since: Clock) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
    nanos.map_or_else(|| since.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// Replays once; CPU seconds, and bytes that the world holds more than before.
fn once(points: usize) -> (usize, f64, usize) {
    let facts = facts(points);
    let count = facts.len();
    let given = facts.clone();
    let before = resident();
    let clock = Clock::now();
    let begun = spent(clock);
    let world = World::replay(given, coverage());
    let took = spent(clock) - begun;
    let held = resident().saturating_sub(before);
    black_box(&world);
    (count, took, held)
}

fn sizes() -> Vec<usize> {
    let most = std::env::var("REPLAY_MOST").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    [10_000, 100_000, 1_000_000].into_iter().filter(|points| *points <= most).collect()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn doubling() {
    println!("points      facts       CPU s    µs/fact  MB/million facts (the world, beside its facts)");
    once(5_000);
    for points in sizes() {
        for points in [points / 2, points] {
            let (count, took, held) = once(points);
            let each = took * 1e6 / count as f64;
            println!("{points:<11} {count:<11} {took:<8.3} {each:<8.2} {:.0}", held as f64 / count as f64);
        }
    }
}

fn replay(c: &mut Criterion) {
    doubling();
    let mut group = c.benchmark_group("replay");
    group.sample_size(10);
    for points in sizes() {
        let facts = facts(points);
        group.throughput(Throughput::Elements(facts.len() as u64));
        group.bench_function(BenchmarkId::new("points", points), |b| {
            b.iter_batched(
                || facts.clone(),
                |facts| World::replay(facts, coverage()),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    let world = World::replay(facts(10_000), coverage());
    let mut group = c.benchmark_group("selections");
    group.sample_size(10);
    group.throughput(Throughput::Elements(RESOURCES as u64));
    let at = start() + Duration::days(2);
    group.bench_function("10,000 resources by 200 plans", |b| {
        b.iter(|| (0..RESOURCES).map(|i| world.selected_by(&resource(i), at, None).len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, replay);
criterion_main!(benches);
