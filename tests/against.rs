//! A run held against an earlier one: `diff`, `audit --baseline`, and the history.

use crate::folder::{Folder, VAULT, vault, vault_with, verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use vaultrail::report::wire::{Change, HistoryLine, Report, Status};

/// Evidence in three forms of the same vault: VLT-02 fails, holds, or cannot be decided.
fn put(folder: &Folder, locked: Option<bool>) {
    folder.put_vault(&match locked {
        Some(true) => vault(),
        Some(false) => vault_with(&json!({"Locked": false, "LockDate": null})),
        None => vault_with(&json!({"Locked": null})),
    });
}

const ONE: &str = "audit inventory --only VLT-02 -q";

/// Both reports saved, and how the folder then answers to `diff old.json new.json`.
fn diff(was: Option<bool>, now: Option<bool>, then: &str, after: &str) -> (i32, Report) {
    let folder = Folder::new();
    put(&folder, was);
    folder.run(&format!("{then} --format json -o old.json"));
    put(&folder, now);
    folder.run(&format!("{after} --format json -o new.json"));
    let answer = folder.run("diff old.json new.json --format json");
    (answer.code, answer.report())
}

fn only_change(report: &Report) -> Change {
    let changes: Vec<Change> = report.comparison.iter().flat_map(|c| &c.changes).map(|c| c.change).collect();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    *change
}

#[test]
fn what_fails_anew_fails_the_gate_and_what_was_known_does_not() {
    let (code, report) = diff(Some(true), Some(false), ONE, ONE);
    assert_eq!((code, only_change(&report)), (1, Change::Regressed));
    let (code, report) = diff(Some(false), Some(false), ONE, ONE);
    let comparison = report.comparison.as_ref().unwrap();
    assert_eq!((code, comparison.counts[&Change::Unchanged], comparison.changes.len()), (0, 1, 0));
    assert!(comparison.same_scope);
    assert_eq!(report.summary.by_status[&Status::NonCompliant], 1, "it stays a failure");
}

#[test]
fn a_failure_that_cannot_be_decided_any_more_is_undecided_and_never_fixed() {
    let (code, report) = diff(Some(false), None, ONE, ONE);
    assert_eq!((code, only_change(&report)), (3, Change::Undecided), "nothing could be decided");
    let (code, report) = diff(Some(false), Some(true), ONE, ONE);
    assert_eq!((code, only_change(&report)), (0, Change::Fixed));
    let (code, report) = diff(None, Some(true), ONE, ONE);
    assert_eq!((code, only_change(&report)), (0, Change::Decided));
    let (code, report) = diff(None, Some(false), ONE, ONE);
    assert_eq!((code, only_change(&report)), (1, Change::New));
}

#[test]
fn a_failure_that_got_worse_is_not_known() {
    let mild = format!("{ONE} --config mild.toml");
    let folder = Folder::new();
    put(&folder, Some(false));
    folder.put("mild.toml", "[controls.VLT-02]\nseverity = \"medium\"\n");
    folder.run(&format!("{mild} --format json -o old.json"));
    let report = folder.run("audit inventory --only VLT-02 --baseline old.json --format json");
    report.says(1, &["1 verdict is NON_COMPLIANT at or above high"]);
    assert_eq!(only_change(&report.report()), Change::Regressed);
}

#[test]
fn a_failure_whose_exception_is_over_is_not_known() {
    let folder = Folder::new();
    put(&folder, Some(false));
    let text = format!(
        "[[exceptions]]\ncontrol = \"VLT-02\"\nsubjects = [\"{VAULT}\"]\nreason = \"lab\"\nowner = \"team\"\n\
         created = \"2026-01-01\"\nexpires = \"2026-12-01\"\n"
    );
    folder.put("excepted.toml", text);
    let excepted = folder.run(&format!("{ONE} --config excepted.toml --format json -o old.json"));
    assert_eq!(excepted.code, 0);
    let answer = folder.run("audit inventory --only VLT-02 --baseline old.json --format json");
    answer.says(1, &[]);
    assert_eq!(only_change(&answer.report()), Change::Regressed);
    let answer = folder.run(&format!("{ONE} --config excepted.toml --baseline old.json --format json"));
    assert_eq!((answer.code, answer.report().comparison.unwrap().changes.len()), (0, 0));
}

#[test]
fn a_control_judged_by_other_parameters_or_limits_is_never_known_and_the_difference_is_told() {
    let folder = Folder::new();
    put(&folder, Some(false));
    folder.run("audit inventory --only VLT-02,VLT-03 -q --format json -o old.json --fail-on never");
    let limits = folder.run("audit inventory --only VLT-02,VLT-03 --baseline old.json --limits current --format json");
    limits.says(1, &["baseline: provider limits: by-event-time then, current now"]);
    assert!(!limits.report().comparison.unwrap().same_scope);
    let fewer = folder.run("audit inventory --only VLT-02 --baseline old.json --format json");
    fewer.says(0, &["baseline: judged then and not now: VLT-03", "gate: passes"]);
    let parameters: BTreeSet<String> = folder.run("audit inventory --only VLT-02 -q --format json").report().controls
        [0]
    .parameters
    .keys()
    .cloned()
    .collect();
    let set = parameters.first().map(|name| format!("VLT-02.{name}"));
    if let Some(set) = set {
        let answer = folder
            .run(&format!("audit inventory --only VLT-02,VLT-03 --baseline old.json --set {set}=1 --format json"));
        answer.says(1, &["baseline: judged by other parameters than then: VLT-02"]);
    }
}

#[test]
fn what_only_the_earlier_evidence_has_is_gone_and_its_place_is_named() {
    let folder = Folder::new();
    put(&folder, Some(false));
    folder.run(&format!("{ONE} --format json -o old.json"));
    folder.put(
        "elsewhere/manifest.json",
        json!({"schema": "vaultrail.inventory/1", "captured_at": "2026-10-31T00:00:00Z",
        "account": "999988887777", "region": "us-east-1"})
        .to_string(),
    );
    folder.put("elsewhere/backup/list-backup-vaults.json", json!({"BackupVaultList": []}).to_string());
    let answer = folder.run("audit elsewhere --only VLT-02 --baseline old.json --format json");
    answer.says(0, &["accounts and Regions that only the earlier evidence has: 111122223333/eu-west-1"]);
    let changes = answer.report().comparison.unwrap().changes;
    assert!(changes.iter().any(|c| c.subject == VAULT && c.change == Change::Gone && c.now.is_none()), "{changes:?}");
}

#[test]
fn diff_gives_what_audit_with_a_baseline_gives() {
    let folder = Folder::new();
    put(&folder, Some(true));
    folder.run(&format!("{ONE} --format json -o old.json"));
    put(&folder, Some(false));
    folder.run(&format!("{ONE} --format json -o new.json"));
    for format in ["json", "html", "csv", "markdown", "sarif", "junit", "ocsf", "ocsf-ndjson", "asff"] {
        let at_once = folder.run(&format!("{ONE} --baseline old.json --format {format}"));
        let later = folder.run(&format!("diff old.json new.json -q --format {format}"));
        assert_eq!((at_once.code, &at_once.out), (1, &later.out), "{format}");
        assert_eq!(later.code, 1);
        let text = String::from_utf8(later.out).unwrap();
        assert!(text.contains("regressed"), "{format} does not say what changed: {text}");
    }
    let sarif: Value = serde_json::from_slice(&folder.run("diff old.json new.json --format sarif").out).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["baselineState"], "new");
    let sarif: Value = serde_json::from_slice(&folder.run("diff new.json new.json --format sarif").out).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["baselineState"], "unchanged");
    let text = String::from_utf8(folder.run("diff old.json new.json --format text").out).unwrap();
    assert!(text.contains("COMPLIANT (locked") && text.contains("→ NON_COMPLIANT critical"), "{text}");
    assert!(text.contains("1 regressed") && text.contains("0 fixed"), "{text}");
}

#[test]
fn a_baseline_that_is_no_report_is_bad_usage() {
    let folder = Folder::with_locked_vault();
    folder.run("audit inventory --baseline nowhere.json").says(2, &["--baseline: cannot read nowhere.json"]);
    folder.put("other.json", "{\"Records\":[]}");
    folder.run("audit inventory --baseline other.json").says(2, &["other.json is no JSON report (vaultrail.report/1)"]);
    folder.run("diff other.json other.json").says(2, &["OLD: other.json is no JSON report"]);
}

fn lines(folder: &Folder) -> Vec<HistoryLine> {
    let text = std::fs::read_to_string(folder.at("history.jsonl")).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn a_history_has_a_line_for_each_run_and_the_report_the_trend_of_its_scope() {
    let folder = Folder::new();
    put(&folder, Some(false));
    let run =
        |more: &str| folder.run(&format!("audit inventory -q --history history.jsonl --format json {more}")).report();
    assert_eq!(run("--only VLT-02 --as-of 2026-10-31").history.len(), 1);
    assert_eq!(run("--only VLT-02 --as-of 2026-10-31").history.len(), 1, "the same run again adds nothing");
    assert_eq!(lines(&folder).len(), 1);
    put(&folder, Some(true));
    assert_eq!(run("--only VLT-03 --as-of 2026-11-01").history.len(), 1, "another scope has its own trend");
    let report = run("--only VLT-02 --as-of 2026-11-02");
    let told: Vec<(&str, u8)> = report.history.iter().map(|l| (l.as_of.as_str(), l.exit_code)).collect();
    assert_eq!(told, [("2026-10-31T00:00:00Z", 1), ("2026-11-02T00:00:00Z", 0)]);
    assert_eq!(lines(&folder).len(), 3);
    assert_eq!(verdict(&report, "VLT-02").status, Status::Compliant);
}

#[test]
fn the_trend_of_a_history_is_in_every_form_for_people() {
    let folder = Folder::new();
    put(&folder, Some(false));
    folder.run("audit inventory -q --only VLT-02 --history history.jsonl --format json --as-of 2026-10-31");
    put(&folder, Some(true));
    for (format, part) in [
        ("text", "2026-10-31T00:00:00Z     1                  0  FAIL"),
        ("markdown", "| `2026-10-31T00:00:00Z` | 1 | 0 | FAIL |"),
        ("html", "aria-label=\"Non-compliant: 1 then, 0 now, at most 1\""),
    ] {
        let told = folder.run(&format!(
            "audit inventory -q --only VLT-02 --history history.jsonl --as-of 2026-11-02 --format {format}"
        ));
        let text = String::from_utf8(told.out).unwrap();
        assert!(text.contains(part), "{format}: {text}");
    }
}

#[test]
fn what_is_no_line_of_a_history_is_told_and_left_as_it_is() {
    let folder = Folder::with_locked_vault();
    folder.put("history.jsonl", "{\"schema\":\"vaultrail.history/1\"}\nnot json");
    let answer = folder.run("audit inventory --only VLT-02 --history history.jsonl");
    answer.says(0, &["history.jsonl line 1 is no line of a history", "line 2 is no line"]);
    let text = std::fs::read_to_string(folder.at("history.jsonl")).unwrap();
    assert!(text.starts_with("{\"schema\":\"vaultrail.history/1\"}\nnot json\n{\"schema\""), "{text}");
    assert_eq!(lines(&folder).len(), 1);
    folder.run("audit inventory --only VLT-02 --history inventory").says(2, &["--history: cannot read inventory"]);
}

#[test]
fn an_exception_that_is_too_broad_is_told() {
    let folder = Folder::new();
    put(&folder, Some(false));
    let exception = |control: &str, subject: &str| {
        folder.put("vaultrail.toml", format!(
            "[[exceptions]]\ncontrol = \"{control}\"\nsubjects = [\"{subject}\"]\nreason = \"lab\"\nowner = \"team\"\n\
             created = \"2026-01-01\"\nexpires = \"2026-12-01\"\n"
        ));
        folder.run("audit inventory --only VLT-02,SHR-01,SHR-05 --format json")
    };
    exception("VLT-02", "*").says(0, &["is too broad: * stands for every subject"]);
    exception("[SV][HL][RT]-*", VAULT).says(0, &["stands for controls of 2 families"]);
    let narrow = exception("VLT-02", "arn:aws:backup:*:111122223333:backup-vault:lag-*");
    assert!(!narrow.err.contains("too broad"), "{}", narrow.err);
    let told: Vec<Value> = narrow.report().exceptions.iter().map(|e| json!(e.too_broad)).collect();
    assert_eq!(told, [json!([])]);
}
