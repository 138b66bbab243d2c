//! Rendering 100,000 verdicts in every format, and reading them from a saved JSON report. CPU time, bytes and memory of two
//! reports are printed before criterion's figures: one that is made here, all of whose verdicts cite log records and which holds
//! no bodies of them, and the estate's, grown.
//!
//! `cargo bench --bench render` (`-- none` prints the tables alone). `RENDER_MOST=10000` for fewer verdicts,
//! `RENDER_REPORT=report.json` for a saved report in place of both.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints what it measures, and measures time"
)]

mod grown;
mod heap;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant as Clock};
use vaultrail::render::{File, Format, TextOptions};
use vaultrail::report::wire::{
    Bytes, ControlInfo, CoverageRef, CoverageStretch, EvidenceRef, Files, Gate, Inputs, Mapping, Range, Reason,
    RecordRef, Records, Report, Run, SCHEMA, Severity, SourceFile, Status, StatusRange, Subject, Summary, Tool,
    Verdict,
};

const OPTIONS: TextOptions = TextOptions { width: 110, colour: false };
const CONTROLS: usize = 45;
const SOURCES: usize = 5_000;
const AS_OF: &str = "2026-10-31T23:50:00Z";

fn verdicts() -> usize {
    std::env::var("RENDER_MOST").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000)
}

/// One in ten fails, one in ten is open.
fn status(at: usize) -> Status {
    match at % 10 {
        0 => Status::NonCompliant,
        1 => Status::InsufficientData,
        2 => Status::NotApplicable,
        _ => Status::Compliant,
    }
}

fn severity(at: usize) -> Severity {
    match at % 4 {
        0 => Severity::Critical,
        1 => Severity::High,
        2 => Severity::Medium,
        _ => Severity::Low,
    }
}

fn range(from: &str) -> Range {
    Range { from: from.into(), to: AS_OF.into() }
}

fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

fn control(at: usize) -> ControlInfo {
    let mapping = |id: &str| Mapping { framework: "NIST-800-53-r5".into(), id: id.into() };
    ControlInfo {
        id: format!("CPY-{at:02}"),
        name: format!("resource_copied_to_air_gapped_vault_{at}"),
        title: "Resource has a recent recovery point in a logically air-gapped vault".into(),
        description: String::new(),
        remediation: String::new(),
        family: if at.is_multiple_of(2) { "copy" } else { "vault" }.into(),
        severity: severity(at),
        parameters: members(json!({"recoveryPointAgeValue": 7, "recoveryPointAgeUnit": "days", "vault_type": "lag"})),
        mappings: ["CP-6", "CP-6(1)", "CP-9", "CP-9(3)", "CP-9(5)", "SI-12"].map(mapping).into(),
        counts: Status::ALL.map(|status| (status, 1)).into(),
    }
}

fn verdict(at: usize) -> Verdict {
    let record = |back: usize| {
        EvidenceRef::Record(RecordRef {
            source: ((at * 7 + back) % SOURCES) as u64,
            record: (at % 1_787) as u64,
            event_id: format!("{at:08x}-0e14-4188-ba54-{back:012x}"),
            event_name: "CopyJobCompleted".into(),
            time: format!("2026-10-{:02}T02:36:14Z", 1 + at % 28),
            note: "latest copy".into(),
        })
    };
    let stretch = CoverageStretch {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        from: "2026-10-01T00:05:00Z".into(),
        to: AS_OF.into(),
        grade: "inferred".into(),
    };
    let since = format!("2026-10-{:02}T00:05:00Z", 1 + at % 28);
    let stand = |from: &str, to: &str, status| StatusRange { from: from.into(), to: to.into(), status, cause: None };
    Verdict {
        uid: format!("{:016x}", (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        control: format!("CPY-{:02}", at % CONTROLS),
        subject: Subject {
            kind: "resource".into(),
            id: format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{at:017x}"),
            account: Some("111122223333".into()),
            region: Some("eu-west-1".into()),
            name: Some(format!("vol-{at:017x}")),
        },
        status: status(at),
        severity: severity(at),
        reason: Reason {
            code: "no_copy_within_age".into(),
            message: format!("The latest copy to prod-airgap is {} d old; at most 7 d are allowed.", 8 + at % 20),
            observed: members(json!({"latest": since, "age_hours": at % 700})),
            expected: members(json!({"age_hours": 168})),
        },
        intervals: vec![stand("2026-10-01T00:05:00Z", &since, Status::Compliant), stand(&since, AS_OF, status(at))],
        since,
        confidence: "inferred".into(),
        evidence: vec![
            record(0),
            record(1),
            EvidenceRef::Coverage(CoverageRef { coverage: stretch, note: "no copy in the log".into() }),
        ],
        exception: None,
        held: None,
        undecided: None,
        longest_breach: None,
    }
}

fn source(at: usize) -> SourceFile {
    SourceFile {
        id: at as u64,
        path: format!(
            "AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/10/18/111122223333_CloudTrail_eu-west-1_20261018T1156Z_{at:016}.json.gz"
        ),
        sha256: Some(format!("{at:064x}")),
        kind: "cloudtrail".into(),
        captured_at: None,
        saved_in: None,
    }
}

fn report(count: usize) -> Report {
    let verdicts: Vec<Verdict> = (0..count).map(verdict).collect();
    let mut by_status: BTreeMap<Status, u64> = BTreeMap::new();
    for verdict in &verdicts {
        *by_status.entry(verdict.status).or_default() += 1;
    }
    Report {
        schema: SCHEMA.into(),
        tool: Tool { name: "vaultrail".into(), version: "0.1.0".into() },
        run: Run {
            as_of: AS_OF.into(),
            window: range("2026-10-01T00:05:00Z"),
            preset: None,
            framework: None,
            limits: "by-event-time".into(),
            config_sha256: "ab".repeat(32),
            scope_sha256: "0".repeat(64),
        },
        inputs: Inputs {
            files: Files { found: SOURCES as u64, read: SOURCES as u64, defective: 0, not_evidence: 0 },
            observations: 0,
            records: Records { read: 0, used: 0, counted_only: 0, duplicate: 0, defective: 0 },
            bytes: Bytes { stored: 0, decompressed: 0 },
            defects: Vec::new(),
        },
        summary: Summary {
            by_status,
            by_severity: BTreeMap::new(),
            gate: Gate { exit_code: 1, reasons: vec!["many verdicts are NON_COMPLIANT".into()] },
        },
        coverage: Vec::new(),
        sources: (0..SOURCES).map(source).collect(),
        controls: (0..CONTROLS).map(control).collect(),
        frameworks: Vec::new(),
        verdicts,
        incidents: Vec::new(),
        exceptions: Vec::new(),
        records: Vec::new(),
        drifts: Vec::new(),
        entities: Vec::new(),
        copies: Vec::new(),
        comparison: None,
        history: Vec::new(),
    }
}

/// Where the bytes go: nowhere, counted.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(file: &File, report: &Report) -> usize {
    let mut out = io::BufWriter::with_capacity(256 << 10, Counted(0));
    let written = file.write(report, &OPTIONS.into(), &mut out);
    assert!(written.is_ok(), "{}: {:?}", file.name, written.err());
    out.into_inner().map_or(0, |counted| counted.0)
}

/// CPU seconds of all threads of this process, as Linux tells them, which a busy machine does not change; elsewhere the clock's.
fn spent(since: Clock) -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().filter_map(Result::ok);
    let told = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok());
    let nanos: f64 = told.filter_map(|told| told.split_whitespace().next()?.parse::<f64>().ok()).sum();
    if nanos > 0.0 { nanos / 1e9 } else { since.elapsed().as_secs_f64() }
}

/// What was measured, the least of three rounds; memory is what the heap held at most beyond what it held before.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn line(name: &str, mut work: impl FnMut() -> usize) -> f64 {
    let (mut best, mut bytes, mut more) = (f64::MAX, 0, 0);
    for _ in 0..3 {
        let before = heap::held();
        heap::forget_peak();
        let clock = Clock::now();
        let begun = spent(clock);
        bytes = work();
        best = best.min(spent(clock) - begun);
        more = more.max(heap::peak().saturating_sub(before));
    }
    let (mb, more) = (bytes as f64 / 1e6, more as f64 / 1e6);
    println!("{name:<34} {mb:>9.1} {best:>7.3} {:>9.2} {more:>8.1}", best / (mb / 1e3));
    best
}

fn files() -> impl Iterator<Item = &'static File> {
    Format::ALL.into_iter().flat_map(Format::files)
}

/// A report as JSON, and as it is when that has been read: its texts lie in memory in the order of the file.
fn saved(report: &Report) -> Option<(Vec<u8>, Report)> {
    let mut saved = Vec::new();
    for file in Format::Json.files() {
        file.write(report, &OPTIONS.into(), &mut saved).ok()?;
    }
    let read = serde_json::from_slice(&saved).ok()?;
    Some((saved, read))
}

fn table(name: &str, (saved, report): &(Vec<u8>, Report)) {
    println!("{name}: {} verdicts", report.verdicts.len());
    println!("{:<34} {:>9} {:>7} {:>9} {:>8}", "file", "MB", "CPU s", "CPU s/GB", "peak MB");
    let all: f64 = files().map(|file| line(file.name, || write(file, report))).sum();
    println!("{:<34} {:>9} {all:>7.3}", "all", "");
    line("reading report.json", || {
        let read = serde_json::from_slice::<Report>(saved);
        assert!(read.is_ok_and(|read| read.verdicts.len() == report.verdicts.len()));
        saved.len()
    });
}

fn render(c: &mut Criterion) {
    if let Ok(path) = std::env::var("RENDER_REPORT") {
        let given = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(given) = given.as_ref().and_then(saved) {
            table("the report given", &given);
        }
        return;
    }
    let report = report(verdicts());
    if let Some(made) = saved(&report) {
        table("made", &made);
    }
    if let Some(grown) = grown::estate(verdicts()).as_ref().and_then(saved) {
        table("the estate, grown", &grown);
    }
    let mut group = c.benchmark_group("render");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(report.verdicts.len() as u64));
    for file in files() {
        group.bench_function(file.name, |b| b.iter(|| write(file, &report)));
    }
    group.finish();
}

criterion_group!(benches, render);
criterion_main!(benches);
