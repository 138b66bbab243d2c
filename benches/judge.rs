//! Judging all controls over 90 days, for more and more recovery points. Throughput is in recovery points; CPU time by size and by
//! control, the cost of doubling and peak memory are printed before criterion's figures.
//!
//! `cargo bench --bench judge`. `JUDGE_MOST=200000` leaves the largest worlds out; `-- none` prints the tables alone.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a bench prints what it measures, measures time, and makes up its data"
)]

mod scene;

use chrono::Duration;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scene::{Size, start};
use std::collections::BTreeMap;
use std::hint::black_box;
use vaultrail::controls::view::Context;
use vaultrail::controls::{self, Control, engine, limits::Limits, narrow::Narrow, params::Params, policy::Policy};
use vaultrail::integrity::Integrity;
use vaultrail::world::World;

/// What judges need beside the world.
struct Bench {
    controls: Vec<(Control, Params)>,
    policy: Policy,
    limits: Limits,
    integrity: Integrity,
}

/// What one control took.
#[derive(Default, Clone)]
struct Cost {
    seconds: f64,
    subjects: usize,
    intervals: usize,
}

impl Bench {
    fn read() -> Result<Self, String> {
        let wanted = std::env::var("JUDGE_ONLY").ok();
        let controls = controls::all()?.into_iter().filter(|c| wanted.as_ref().is_none_or(|w| w.contains(&c.rule.id)));
        let controls = controls.map(|control| {
            let params = Params::defaults(&control.rule);
            (control, params)
        });
        Ok(Self {
            controls: controls.collect(),
            policy: scene::policy(),
            limits: Limits::read("by-event-time")?,
            integrity: Integrity::default(),
        })
    }

    /// Judges everything; the cost of each control.
    fn judge(&self, world: &World) -> BTreeMap<String, Cost> {
        let params_of = |id: &str| self.controls.iter().find(|(control, _)| control.rule.id == id).map(|(_, p)| p);
        let as_of = start() + Duration::days(91);
        let costs = self.controls.iter().map(|(control, params)| {
            let context = Context {
                world,
                policy: &self.policy,
                limits: &self.limits,
                integrity: &self.integrity,
                params,
                params_of: &params_of,
                window_from: as_of - Duration::days(90),
            };
            let begun = cpu();
            let judged = engine::judge_all(control, &Narrow::default(), context, as_of);
            let cost = Cost {
                seconds: cpu() - begun,
                subjects: judged.len(),
                intervals: judged.iter().map(|one| one.intervals.len()).sum(),
            };
            black_box(judged);
            (control.rule.id.clone(), cost)
        });
        costs.collect()
    }
}

/// User CPU seconds of this process with all its threads, as Linux tells them in hundredths; elsewhere 0.
fn cpu() -> f64 {
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = told.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    fields.split_whitespace().nth(11).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default() / 100.0
}

/// Peak resident memory in MiB, as Linux tells it; elsewhere 0.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|kib| kib.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or_default() / 1024
}

fn sizes() -> Vec<usize> {
    let most = std::env::var("JUDGE_MOST").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    [10_000, 50_000, 100_000, 200_000, 500_000, 1_000_000].into_iter().filter(|points| *points <= most).collect()
}

fn total(costs: &BTreeMap<String, Cost>) -> Cost {
    costs.values().fold(Cost::default(), |sum, one| Cost {
        seconds: sum.seconds + one.seconds,
        subjects: sum.subjects + one.subjects,
        intervals: sum.intervals + one.intervals,
    })
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn tables(bench: &Bench, name: &str, of: fn(usize) -> Size) {
    println!("{name}\npoints      CPU s    µs/point  subjects    intervals   peak MiB");
    let mut all = Vec::new();
    for points in sizes() {
        let world = World::replay(scene::facts(of(points)), scene::coverage());
        let costs = bench.judge(&world);
        let sum = total(&costs);
        let each = sum.seconds * 1e6 / points as f64;
        println!("{points:<11} {:<8.2} {each:<9.2} {:<11} {:<11} {}", sum.seconds, sum.subjects, sum.intervals, peak());
        all.push((points, costs));
    }
    let Some((most, last)) = all.last() else { return };
    println!(
        "control  CPU s {}   subjects  intervals",
        all.iter().map(|(p, _)| format!("{p:>9}")).collect::<Vec<_>>().concat()
    );
    for (id, cost) in last {
        let each = all.iter().map(|(_, costs)| format!("{:>9.2}", costs[id].seconds)).collect::<Vec<_>>().concat();
        println!("{id:<14} {each}   {:<9} {:<9}", cost.subjects, cost.intervals);
    }
    println!("(subjects and intervals at {most})");
}

fn judge(c: &mut Criterion) {
    let Ok(bench) = Bench::read() else { return };
    tables(&bench, "Each resource backed up and copied every day", Size::daily);
    if std::env::var_os("JUDGE_DENSE").is_some() {
        tables(&bench, "A thousand resources, the more often", Size::dense);
    }
    let mut group = c.benchmark_group("judge");
    group.sample_size(10);
    for points in [10_000, 100_000, 1_000_000].into_iter().filter(|points| sizes().contains(points)) {
        let world = World::replay(scene::facts(Size::daily(points)), scene::coverage());
        group.throughput(Throughput::Elements(points as u64));
        group.bench_function(BenchmarkId::new("points", points), |b| b.iter(|| bench.judge(&world).len()));
    }
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
