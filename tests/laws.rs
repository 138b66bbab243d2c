//! Laws that hold for every fixture: hindsight and foresight agree, order and repetition do not matter, and forgetting a
//! record never acquits anybody.

use crate::support::{audit, cases, copy_tree, root, text};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use vaultrail::instant::{self, Instant};
use vaultrail::report::wire::{EvidenceRef, Report, Status, Verdict};

fn at(text: &str) -> Instant {
    instant::parse(text).unwrap()
}

/// A report without what depends on where in which file a record stands.
fn without_positions(report: &Report) -> Value {
    let mut report = report.clone();
    report.inputs.bytes.stored = 0;
    report.inputs.bytes.decompressed = 0;
    report.inputs.files.found = 0;
    report.inputs.files.read = 0;
    report.inputs.records.read = 0;
    report.inputs.records.duplicate = 0;
    report.inputs.records.counted_only = 0;
    report.sources.clear();
    report.records.clear();
    report.coverage.iter_mut().for_each(|pair| pair.events = 0);
    let refs = report.verdicts.iter_mut().flat_map(|v| &mut v.evidence);
    let refs = refs.chain(report.incidents.iter_mut().flat_map(|i| &mut i.evidence));
    for evidence in refs.chain(report.drifts.iter_mut().flat_map(|d| &mut d.evidence)) {
        match evidence {
            EvidenceRef::Record(record) => (record.source, record.record) = (0, 0),
            EvidenceRef::Row(row) => row.source = 0,
            EvidenceRef::Coverage(_) => {}
        }
    }
    let causes = report.verdicts.iter_mut().flat_map(|v| &mut v.intervals).filter_map(|i| i.cause.as_mut());
    for cause in causes {
        match cause {
            EvidenceRef::Record(record) => (record.source, record.record) = (0, 0),
            EvidenceRef::Row(row) => row.source = 0,
            EvidenceRef::Coverage(_) => {}
        }
    }
    let mut report = serde_json::to_value(report).unwrap();
    move_to_nowhere(&mut report["entities"]);
    report
}

/// The same for evidence wherever it stands.
fn move_to_nowhere(value: &mut Value) {
    if let Some(place) = value.get_mut("evidence").filter(|evidence| evidence.get("source").is_some()) {
        place["source"] = 0.into();
        place["record"] = 0.into();
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(move_to_nowhere),
        Value::Object(members) => members.values_mut().for_each(move_to_nowhere),
        _ => {}
    }
}

#[test]
fn the_intervals_agree_with_judging_at_their_edges_and_in_between() {
    let mut wrong = Vec::new();
    for case in cases() {
        let base = case.audit(&[]).unwrap();
        let from = base.run.window.from.clone();
        for verdict in &base.verdicts {
            for (i, interval) in verdict.intervals.iter().enumerate() {
                let (first, end) = (at(&interval.from), at(&interval.to));
                let last = if i + 1 == verdict.intervals.len() { end } else { end - instant::tick() };
                for moment in [first, first + (last - first) / 2, last] {
                    let moment = instant::show(instant::parse(&instant::show(moment)).unwrap());
                    let then = case.audit(&["--as-of", &moment, "--from", &from]).unwrap();
                    let same = then.verdicts.iter().find(|v| v.uid == verdict.uid);
                    // Who is known is known by hindsight, so every subject is there at every instant.
                    let status = same.map(|v| v.status);
                    if status != Some(interval.status) {
                        wrong.push(format!(
                            "{} {} at {moment}: {status:?}, the interval says {:?}",
                            case.name, verdict.subject.id, interval.status
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n"));
}

/// The lines of a case's log, with their account and Region.
fn log_of(folder: &Path) -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(folder.join("events.jsonl")).unwrap_or_default();
    text.lines().filter(|l| !l.trim().is_empty()).map(|l| (l.to_owned(), serde_json::from_str(l).unwrap())).collect()
}

fn member<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

/// Coverage that is asserted for every account and Region that occurs, but for a hole of four hours around a record.
fn coverage_but_for(base: &Report, hole: Option<(&Value, Instant)>) -> String {
    let mut tables = String::from("\n[coverage_policy]\nminimum = \"asserted\"\n");
    let (from, to) = ("2020-01-01T00:00:00Z".to_owned(), "2030-01-01T00:00:00Z".to_owned());
    for pair in &base.coverage {
        let mut table = |from: &str, to: &str| {
            let whose = format!("accounts = [\"{}\"]\nregions = [\"{}\"]", pair.account, pair.region);
            let when = format!("from = \"{from}\"\nto = \"{to}\"\nreason = \"test\"");
            tables.extend(["[[coverage]]\n", &whose, "\n", &when, "\n"]);
        };
        match hole {
            Some((record, when))
                if member(record, "recipientAccountId") == pair.account
                    && member(record, "awsRegion") == pair.region =>
            {
                table(&from, &instant::show(when - chrono::Duration::hours(2)));
                table(&instant::show(when + chrono::Duration::hours(2)), &to);
            }
            _ => table(&from, &to),
        }
    }
    tables
}

/// Where the documents decide otherwise than the law.
fn is_exempt(verdict: &Verdict, record: &Value) -> bool {
    let exempt = [
        // A compliance lock cannot be changed: the snapshot that shows it stands by itself, a call that changed it all the
        // same is told where it is seen.
        ("VLT-02", "PutBackupVaultLockConfiguration"),
        ("VLT-02", "DeleteBackupVaultLockConfiguration"),
        // "Unused" is said only where the sharee's log is long enough (DECISIONS, SHR-02).
        ("SHR-02", "ListRecoveryPointsByBackupVault"),
        // Only the stranger's own log has it: no log that could be asked for vouches for its absence.
        ("SHR-03", "CreateRestoreAccessBackupVault"),
        ("APR-06", "CreateRestoreAccessBackupVault"),
    ];
    exempt.contains(&(verdict.control.as_str(), member(record, "eventName")))
}

#[test]
fn removing_a_record_with_the_coverage_that_vouched_for_it_never_makes_a_verdict_compliant() {
    let mut wrong = Vec::new();
    let mut removed = 0;
    for case in cases().into_iter().filter(|case| !case.states_coverage()) {
        let log = log_of(&case.folder);
        let first = case.audit(&[]).unwrap();
        let fixed = ["--as-of", &first.run.as_of, "--from", &first.run.window.from];
        let run = |lines: &[(String, Value)], hole: Option<(&Value, Instant)>| {
            let temp = tempfile::tempdir().unwrap();
            copy_tree(&case.folder, temp.path());
            let text = lines.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>().join("\n");
            std::fs::write(temp.path().join("events.jsonl"), text).unwrap();
            let config = std::fs::read_to_string(case.folder.join("vaultrail.toml")).unwrap_or_default();
            std::fs::write(temp.path().join("vaultrail.toml"), config + &coverage_but_for(&first, hole)).unwrap();
            case.in_folder(temp.path()).audit_with(&fixed)
        };
        let Ok(base) = run(&log, None) else { continue };
        let before: BTreeMap<&str, Status> = base.verdicts.iter().map(|v| (v.uid.as_str(), v.status)).collect();
        for index in 0..log.len() {
            let mut rest = log.clone();
            let (_, record) = rest.remove(index);
            let Some(when) = instant::parse(member(&record, "eventTime")) else { continue };
            let Ok(after) = run(&rest, Some((&record, when))) else { continue };
            removed += 1;
            for verdict in after.verdicts.iter().filter(|v| !is_exempt(v, &record)) {
                let was = before.get(verdict.uid.as_str());
                if verdict.status == Status::Compliant
                    && was.is_some_and(|status| *status != Status::Compliant && *status != Status::NotApplicable)
                {
                    wrong.push(format!(
                        "{}: without {} of {} {} is COMPLIANT, was {was:?}: {}",
                        case.name,
                        member(&record, "eventName"),
                        member(&record, "eventTime"),
                        verdict.subject.id,
                        verdict.reason.code
                    ));
                }
            }
        }
    }
    assert!(removed > 300, "only {removed} records removed");
    assert!(wrong.is_empty(), "{} of {removed}:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shuffling_and_repeating_records_changes_nothing(which in 0_usize..1000, seed in any::<u64>(), repeat in any::<bool>()) {
        let all: Vec<_> = cases().into_iter().filter(|c| log_of(&c.folder).len() > 1).collect();
        let case = &all[which % all.len()];
        let mut lines: Vec<String> = log_of(&case.folder).into_iter().map(|(line, _)| line).collect();
        let mut state = seed | 1;
        for i in (1..lines.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lines.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
        }
        let temp = tempfile::tempdir().unwrap();
        copy_tree(&case.folder, temp.path());
        // In two files instead of one, the second before the first in the order of names.
        let (head, tail) = lines.split_at(lines.len() / 2);
        std::fs::write(temp.path().join("events.jsonl"), head.join("\n")).unwrap();
        std::fs::write(temp.path().join("a.jsonl"), tail.join("\n")).unwrap();
        if repeat {
            std::fs::write(temp.path().join("z.jsonl"), lines.join("\n")).unwrap();
        }
        let moved = case.in_folder(temp.path()).audit(&[]).unwrap();
        let base = case.audit(&[]).unwrap();
        prop_assert_eq!(without_positions(&moved), without_positions(&base));
    }
}

#[test]
fn one_thread_and_four_write_the_same_bytes() {
    let estate = root().join("fixtures/estate");
    let config = estate.join("vaultrail.toml");
    let run = |jobs: &str| {
        let output = assert_cmd::Command::cargo_bin("vaultrail")
            .unwrap()
            .args(["audit", text(&estate), "--config", text(&config), "--format", "json", "-q", "--jobs", jobs])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        output.stdout
    };
    let one = run("1");
    assert!(one == run("4") && one == run("2"), "the number of threads shows in the report");
}

#[test]
fn the_order_of_the_paths_does_not_matter() {
    let estate = root().join("fixtures/estate");
    let (logs, inventory) = (estate.join("AWSLogs"), estate.join("inventory"));
    let json = |paths: [&Path; 2]| serde_json::to_string(&audit(&[text(paths[0]), text(paths[1])]).unwrap()).unwrap();
    assert!(json([&logs, &inventory]) == json([&inventory, &logs]));
}
