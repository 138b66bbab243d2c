//! The stages of an audit on the estate: reading, replaying, judging. Throughput is in decompressed bytes and in facts.
//!
//! `cargo bench --bench audit`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::path::PathBuf;
use vaultrail::controls::view::Context;
use vaultrail::controls::{self, engine, limits::Limits, narrow::Narrow, params::Params, policy::Policy};
use vaultrail::coverage::{Coverage, Run, Terms};
use vaultrail::integrity::Integrity;
use vaultrail::world::World;
use vaultrail::{facts, ingest};

fn stages(c: &mut Criterion) {
    let estate = [PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/estate"))];
    let options = ingest::Options::default();
    let Ok(log) = ingest::read(&estate, &options) else { return };
    let Some((from, to)) = log.evidence_extent() else { return };
    let facts = facts::read(&log);
    let coverage =
        || Coverage::build(log.activity.pairs(), &log.snapshot_pairs, &[], Run { from, to }, Terms::default());

    let mut group = c.benchmark_group("audit");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(log.decompressed));
    group.bench_function("ingest", |b| b.iter(|| ingest::read(&estate, &options)));
    group.throughput(Throughput::Elements(facts.len() as u64));
    group.bench_function("facts", |b| b.iter(|| facts::read(&log)));
    group.bench_function("replay", |b| b.iter(|| World::replay(facts.clone(), coverage())));

    let world = World::replay(facts.clone(), coverage());
    let integrity = Integrity::default();
    let (Ok(controls), Ok(limits)) = (controls::all(), Limits::read("by-event-time")) else { return };
    let params: Vec<(String, Params)> =
        controls.iter().map(|c| (c.rule.id.clone(), Params::defaults(&c.rule))).collect();
    let params_of = |id: &str| params.iter().find(|(known, _)| known == id).map(|(_, p)| p);
    let policy = Policy::default();
    group.bench_function("judge", |b| {
        b.iter(|| {
            let judged = controls.iter().zip(&params).map(|(control, (_, params))| {
                let context = Context {
                    world: &world,
                    policy: &policy,
                    limits: &limits,
                    integrity: &integrity,
                    params,
                    params_of: &params_of,
                    window_from: from,
                };
                engine::judge_all(control, &Narrow::default(), context, to).len()
            });
            judged.sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
