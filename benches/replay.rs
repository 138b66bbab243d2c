//! Replaying facts into a world: 10,000 resources, 200 vaults, 200 plans and 90 days of events, with more and more recovery
//! points. Two tables are printed before criterion's figures: what a doubling costs and how much memory a world takes, and what
//! reading the log costs that describes the points.
//!
//! `cargo bench --bench replay`, `-- none` for the tables alone. `REPLAY_MOST=100000` leaves the largest worlds out. Each line is
//! measured in a process of its own.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints what it measures, measures time, and writes what it reads"
)]

mod heap;
mod log;
mod organization;

use chrono::Duration;
use criterion::{BenchmarkId, Criterion, Throughput};
use organization::{RESOURCES, coverage, facts, resource, spent, start};
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant as Clock;
use vaultrail::ingest::{self, Options};
use vaultrail::world::World;

/// Replays once and prints the CPU seconds, and what the heap held at most and holds in the end.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn replayed(points: usize) {
    let facts = facts(points);
    let (count, given) = (facts.len(), heap::held());
    heap::forget_peak();
    let clock = Clock::now();
    let begun = spent(clock);
    let world = World::replay(facts, coverage());
    let took = spent(clock) - begun;
    black_box(&world);
    let each = took * 1e6 / count as f64;
    let [given, held, peak] = [given, heap::held(), heap::peak()].map(|bytes| bytes as f64 / count as f64);
    println!("{points:<11} {count:<11} {took:<8.3} {each:<8.2} {given:<8.0} {held:<8.0} {peak:.0}");
}

/// Reads a log of so many points, its facts, and replays these; prints the CPU seconds of each.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn read(points: usize, folder: &Path) {
    let clock = Clock::now();
    let begun = spent(clock);
    // One thread, this one, so that its CPU time is all of it.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    let Ok(pool) = pool else { return };
    pool.install(|| {
        let Ok(log) = ingest::read(&[folder.to_path_buf()], &Options::default()) else { return };
        let ingested = spent(clock);
        let facts = vaultrail::facts::read(&log);
        let (count, understood) = (facts.len(), spent(clock));
        let world = World::replay(facts, coverage());
        let replayed = spent(clock) - understood;
        black_box(&world);
        let (ingested, understood) = (ingested - begun, understood - ingested);
        let size = log.decompressed as f64 / 1e9;
        let (records, defects) = (log.records.used, log.defects.len());
        println!(
            "{points:<11} {records:<11} {size:<8.2} {count:<11} {ingested:<8.2} {understood:<8.2} {replayed:<8.2} {defects}"
        );
    });
}

fn sizes() -> Vec<usize> {
    let most = std::env::var("REPLAY_MOST").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    [10_000, 100_000, 1_000_000].into_iter().filter(|points| *points <= most).collect()
}

/// This program again, for one line of a table.
fn line(of: &[&str]) {
    let Ok(program) = std::env::current_exe() else { return };
    let ended = Command::new(program).args(of).status();
    assert!(ended.is_ok_and(|status| status.success()), "{of:?}");
}

fn tables() {
    println!("                                          MB per million facts");
    println!("points      facts       CPU s    µs/fact  facts    world    peak");
    for points in sizes() {
        for points in [points / 2, points] {
            line(&["replayed", &points.to_string()]);
        }
    }
    println!("\n                                             CPU s");
    println!("points      records     GB       facts       ingest   facts    replay   defects");
    for points in sizes() {
        let Ok(folder) = tempfile::tempdir() else { return };
        assert!(log::write(folder.path(), points).is_ok(), "the log cannot be written");
        line(&["read", &points.to_string(), &folder.path().to_string_lossy()]);
    }
}

fn replay(c: &mut Criterion) {
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

fn main() {
    let told: Vec<String> = std::env::args().skip(1).collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().unwrap_or_default();
    match told.as_slice() {
        ["replayed", points] => replayed(number(points)),
        ["read", points, folder] => read(number(points), Path::new(folder)),
        _ => {
            tables();
            let mut c = Criterion::default().configure_from_args();
            replay(&mut c);
            c.final_summary();
        }
    }
}
