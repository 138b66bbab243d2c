//! The estate: its planted truth comes out exactly, with its evidence, at every instant, and is lost with its log.

use crate::support::{audit, copy_tree, root, text};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use vaultrail::ingest::decompress::Inflater;
use vaultrail::instant;
use vaultrail::report::wire::{EvidenceRef, Report, Severity, Status, Verdict};

#[derive(Deserialize)]
struct Truth {
    as_of: String,
    log: LogTruth,
    planted: Vec<Planted>,
    compliant: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct LogTruth {
    files: u64,
    records: u64,
    duplicates: u64,
}

#[derive(Deserialize)]
struct Planted {
    control: String,
    subject: String,
    status: Status,
    reason: String,
    severity: Option<Severity>,
    breach: Option<Breach>,
    evidence: Vec<String>,
}

#[derive(Deserialize)]
struct Breach {
    from: String,
    to: String,
}

fn estate() -> PathBuf {
    root().join("fixtures/estate")
}

fn run(folder: &Path, more: &[&str]) -> Report {
    let config = estate().join("vaultrail.toml");
    let mut args = vec![text(folder), "--config", text(&config)];
    args.extend(more);
    audit(&args).unwrap()
}

fn truth() -> Truth {
    serde_json::from_str(&std::fs::read_to_string(estate().join("truth.json")).unwrap()).unwrap()
}

fn find<'r>(report: &'r Report, control: &str, subject: &str) -> &'r Verdict {
    let found = report.verdicts.iter().find(|v| v.control == control && v.subject.id == subject);
    found.unwrap_or_else(|| panic!("no verdict of {control} on {subject}"))
}

#[test]
fn the_planted_truth_comes_out_exactly_with_its_evidence() {
    let (truth, report) = (truth(), run(&estate(), &[]));
    assert_eq!(report.run.as_of, truth.as_of);
    for planted in &truth.planted {
        let verdict = find(&report, &planted.control, &planted.subject);
        assert_eq!(
            (verdict.status, verdict.reason.code.as_str()),
            (planted.status, planted.reason.as_str()),
            "{}",
            planted.control
        );
        if let Some(severity) = planted.severity {
            assert_eq!(verdict.severity, severity, "{}", planted.control);
        }
        let cited: BTreeSet<&str> = verdict
            .evidence
            .iter()
            .filter_map(|e| if let EvidenceRef::Record(r) = e { Some(r.event_id.as_str()) } else { None })
            .collect();
        for id in &planted.evidence {
            assert!(cited.contains(id.as_str()), "{} does not cite {id}", planted.control);
        }
        if let Some(breach) = &planted.breach {
            let broken: Vec<_> = verdict.intervals.iter().filter(|i| i.status == Status::NonCompliant).collect();
            assert_eq!(broken.len(), 1);
            assert_eq!((&broken[0].from, &broken[0].to), (&breach.from, &breach.to));
        }
    }
    let failing: BTreeSet<(&str, &str)> = report
        .verdicts
        .iter()
        .filter(|v| v.status == Status::NonCompliant)
        .map(|v| (v.control.as_str(), v.subject.id.as_str()))
        .collect();
    let planted: BTreeSet<(&str, &str)> = truth
        .planted
        .iter()
        .filter(|p| p.status == Status::NonCompliant)
        .map(|p| (p.control.as_str(), p.subject.as_str()))
        .collect();
    assert_eq!(failing, planted, "nothing else fails");
    for (control, subject) in &truth.compliant {
        assert_eq!(find(&report, control, subject).status, Status::Compliant, "{control} {subject}");
    }
    assert!(report.drifts.is_empty(), "{:?}", report.drifts);
}

#[test]
fn the_balance_of_the_estate_adds_up() {
    let (truth, report) = (truth(), run(&estate(), &[]));
    let (files, records) = (&report.inputs.files, &report.inputs.records);
    assert_eq!(files.found, files.read + files.defective + files.not_evidence);
    assert_eq!(records.read, records.used + records.counted_only + records.duplicate + records.defective);
    assert_eq!(records.read, truth.log.records + truth.log.duplicates);
    assert_eq!(
        (files.defective, files.not_evidence),
        (0, 3),
        "the config and the two pages of the truth are no evidence"
    );
    assert!(truth.log.files > 400);
}

#[test]
fn the_estate_is_what_its_generator_writes() {
    let temp = tempfile::tempdir().unwrap();
    let program = generator();
    let status = std::process::Command::new(program).arg(temp.path()).status().unwrap();
    assert!(status.success());
    let (made, kept) = (files(temp.path()), files(&estate()));
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    let other: Vec<_> =
        made.iter().filter(|(name, text)| kept.get(*name) != Some(*text)).map(|(name, _)| name).collect();
    assert!(other.is_empty(), "generated otherwise: {other:?}; run `cargo run --example estate -- fixtures/estate`");
}

/// The generator as cargo builds it next to the tests.
fn generator() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    let built = folder.join("examples").join(format!("estate{}", std::env::consts::EXE_SUFFIX));
    assert!(
        built.is_file(),
        "{} is not built: `cargo test` builds it, so does `cargo build --examples`",
        built.display()
    );
    built
}

/// Every file below a folder, decompressed: the bytes of gzip depend on the version of the compressor.
fn files(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let found = vaultrail::ingest::discover::discover(&[folder.to_owned()]).unwrap();
    let read = |path: PathBuf| -> (PathBuf, Vec<u8>) {
        let stored = std::fs::read(&path).unwrap();
        let mut inflater = Inflater::default();
        let text = inflater.text(&stored);
        (path.strip_prefix(folder).unwrap().to_owned(), text.bytes.into_owned())
    };
    found.files.into_iter().map(|file| read(file.path)).collect()
}

#[test]
fn what_stood_on_a_removed_log_file_is_no_longer_compliant() {
    let base = run(&estate(), &[]);
    let fixed = ["--as-of", base.run.as_of.as_str(), "--from", base.run.window.from.as_str()];
    for (pair, dependent) in [
        ("111122223333/CloudTrail/eu-west-1/2026/10/24", vec!["DEL-03", "LOG-01"]),
        ("222233334444/CloudTrail/us-east-1/2026/10/24", vec!["LOG-03", "APR-01", "LOG-01"]),
        ("555566667777/CloudTrail/us-east-1/2026/10/24", vec!["SHR-03", "DEL-03", "LOG-01"]),
    ] {
        let temp = tempfile::tempdir().unwrap();
        copy_tree(&estate(), temp.path());
        let day = temp.path().join("AWSLogs/o-exampleorgid").join(pair);
        let first = std::fs::read_dir(&day).unwrap().map(|e| e.unwrap().path()).min().unwrap();
        std::fs::remove_file(&first).unwrap();
        let holed = run(temp.path(), &fixed);
        for verdict in &holed.verdicts {
            let was = base.verdicts.iter().find(|v| v.uid == verdict.uid).map(|v| v.status);
            let turned = verdict.status == Status::Compliant && was != Some(Status::Compliant);
            assert!(!turned, "{pair}: {} on {} became COMPLIANT", verdict.control, verdict.subject.id);
        }
        for control in dependent {
            let (account, _) = pair.split_once('/').unwrap();
            let lost = holed.verdicts.iter().any(|v| {
                let was = base.verdicts.iter().find(|b| b.uid == v.uid).map(|b| b.status);
                v.control == control
                    && v.subject.id.contains(account)
                    && was == Some(Status::Compliant)
                    && v.status != Status::Compliant
            });
            assert!(lost, "{pair}: {control} is as sure as before");
        }
    }
}

#[test]
fn an_earlier_instant_is_judged_as_the_intervals_of_the_later_report_say() {
    let base = run(&estate(), &[]);
    let mut moments: BTreeSet<&str> =
        base.verdicts.iter().flat_map(|v| &v.intervals).map(|i| i.from.as_str()).collect();
    moments.extend(["2026-10-15T11:00:00Z", "2026-10-18T02:30:00Z", "2026-10-20T12:00:00Z", "2026-10-25T00:00:00Z"]);
    let chosen: Vec<&str> = moments.into_iter().rev().step_by(3).take(12).collect();
    for moment in chosen {
        let then = run(&estate(), &["--as-of", moment, "--from", &base.run.window.from]);
        for verdict in &base.verdicts {
            let at = instant::parse(moment).unwrap();
            let interval = verdict.intervals.iter().rfind(|i| instant::parse(&i.from).unwrap() <= at).unwrap();
            let now = find(&then, &verdict.control, &verdict.subject.id);
            assert_eq!(now.status, interval.status, "{} on {} at {moment}", verdict.control, verdict.subject.id);
        }
    }
}
