//! How long each stage of ingest takes, in decompressed bytes, on a small log of its own.
//!
//! `cargo bench --bench ingest`. One file on one thread: `decompress`; `sweep` counts the records that nobody needs; `scan` cuts
//! the list into records, as ingest does where the sweep cannot; `coverage` looks at each of them; `parse` makes a tree of each,
//! which ingest does for relevant ones only; `decode` is all that ingest does with the text, and `strict` all under `--strict`.
//! `whole` reads twenty files from disk. `benches/compare` measures on a large log.
#![expect(clippy::disallowed_methods, reason = "it makes the log that it measures")]

#[expect(dead_code, reason = "the generator writes more kinds of logs than this needs")]
#[path = "corpus-src/mod.rs"]
mod corpus;

use corpus::logs::{Form, LogFile};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::PathBuf;
use vaultrail::ingest::decompress::Inflater;
use vaultrail::ingest::probe::Around;
use vaultrail::ingest::sweep::Layout;
use vaultrail::ingest::{self, Options, Way, container, probe, scan, sweep};

/// Files of the log, and records in each.
const SIZE: (u64, u64) = (20, 1787);

fn stages(c: &mut Criterion) {
    let file = LogFile::make(1, 0, SIZE.1, Form::LogFile);
    let text = file.text.as_bytes();
    let Ok(stored) = corpus::gzip(text) else { return };
    let list = text.iter().position(|byte| *byte == b'[').map_or(0..0, |at| at..text.len());
    let items = scan::items(text, &list).found;
    let records: Vec<&[u8]> = items.into_iter().filter_map(|item| text.get(item)).collect();

    let mut group = c.benchmark_group("ingest");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(text.len() as u64));
    let mut inflater = Inflater::default();
    group.bench_function("decompress", |b| b.iter(|| inflater.text(black_box(&stored)).bytes.len()));
    group.bench_function("sweep", |b| {
        b.iter(|| sweep::sweep(black_box(text), list.start + 1, Layout::List, false).map(|swept| swept.plain));
    });
    group.bench_function("scan", |b| b.iter(|| scan::items(black_box(text), &list).found.len()));
    group.bench_function("coverage", |b| {
        b.iter(|| records.iter().filter(|record| probe::read(record, Around::default()).is_ok()).count());
    });
    group.bench_function("parse", |b| {
        let parse = |record: &&[u8]| serde_json::from_slice::<serde_json::Value>(record).is_ok();
        b.iter(|| records.iter().filter(|record| parse(record)).count());
    });
    for (name, strict) in [("decode", false), ("strict", true)] {
        let way = Way { strict, ..Way::default() };
        group.bench_function(name, |b| b.iter(|| container::decode(black_box(text), None, way).records_read));
    }
    group.finish();
}

fn whole(c: &mut Criterion) {
    let Ok(folder) = tempfile::tempdir() else { return };
    if corpus::tree(folder.path(), 1, SIZE, false).is_err() {
        return;
    }
    let paths = [PathBuf::from(folder.path())];
    let Ok(log) = ingest::read(&paths, &Options::default()) else { return };
    let mut group = c.benchmark_group("whole");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(log.decompressed));
    for (name, threads) in [("one thread", 1), ("all threads", 0)] {
        let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else { return };
        group.bench_function(name, |b| b.iter(|| pool.install(|| ingest::read(&paths, &Options::default()))));
    }
    group.finish();
}

criterion_group!(benches, stages, whole);
criterion_main!(benches);
