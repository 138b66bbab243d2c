//! The gate: each exit code made to happen, which of several wins, and what exceptions do to it.

use crate::folder::{Folder, VAULT, noise, vault_with, verdict};
use serde_json::json;
use vaultrail::report::wire::{Report, Status};

/// Evidence on which VLT-02 (critical) fails.
fn failing() -> Folder {
    let folder = Folder::new();
    folder.put_vault(&vault_with(&json!({"Locked": false, "LockDate": null})));
    folder
}

/// Evidence on which VLT-02 cannot be decided.
fn undecided() -> Folder {
    let folder = Folder::new();
    folder.put_vault(&vault_with(&json!({"Locked": null})));
    folder
}

fn damage(folder: &Folder) {
    folder.put("broken.json", format!("{{\"Records\":[{}", noise(1)));
}

const AUDIT: &str = "audit . --only VLT-02";

#[test]
fn zero_is_a_gate_that_passes() {
    let answer = Folder::with_locked_vault().run(AUDIT);
    answer.says(0, &["gate: passes"]);
    let report = answer.report();
    assert_eq!(report.summary.gate.exit_code, 0);
    assert_eq!(verdict(&report, "VLT-02").status, Status::Compliant);
}

#[test]
fn one_is_a_failure_at_or_above_the_severity_asked_for() {
    let folder = failing();
    folder.run(AUDIT).says(1, &["1 verdict is NON_COMPLIANT at or above high"]);
    folder.run("audit . --only VLT-02 --fail-on critical").says(1, &["at or above critical"]);
    folder.run("audit . --only VLT-02 --fail-on never").says(0, &["gate: passes"]);
    folder.put("vaultrail.toml", "[controls.VLT-02]\nseverity = \"medium\"\n");
    folder.run(AUDIT).says(0, &[]);
    folder.run("audit . --only VLT-02 --fail-on medium").says(1, &[]);
    folder.put("vaultrail.toml", "[gate]\nfail_on = \"never\"\n");
    folder.run(AUDIT).says(0, &[]);
    folder.run("audit . --only VLT-02 --fail-on high").says(1, &[]);
}

#[test]
fn two_is_a_run_that_could_not_be_made() {
    Folder::new().run("audit .").says(2, &["nothing in the given paths is evidence"]);
}

#[test]
fn three_is_a_gate_that_could_decide_nothing() {
    let folder = undecided();
    folder.run(AUDIT).says(3, &["not one of the 1 verdicts at or above high could be decided"]);
    folder.run("audit . --only VLT-02 --insufficient ignore").says(0, &[]);
    folder.run("audit . --only VLT-02 --fail-on never").says(0, &[]);
    // Another verdict that is decided lets it pass, unless every one must be.
    folder.run("audit . --only VLT-02,VLT-03").says(0, &[]);
    folder
        .run("audit . --only VLT-02,VLT-03 --insufficient fail")
        .says(3, &["1 verdict is INSUFFICIENT_DATA at or above high"]);
    folder.put("vaultrail.toml", "[gate]\ninsufficient = \"fail\"\n");
    folder.run("audit . --only VLT-02,VLT-03").says(3, &[]);
    folder.run("audit . --only VLT-02,VLT-03 --insufficient warn").says(0, &[]);
}

#[test]
fn four_is_damaged_evidence_unless_that_is_allowed() {
    let folder = Folder::with_locked_vault();
    damage(&folder);
    folder.run(AUDIT).says(4, &["1 file or record of the evidence is damaged", "--allow-defects"]);
    folder.run("audit . --only VLT-02 --fail-on never").says(4, &[]);
    let answer = folder.run("audit . --only VLT-02 --allow-defects");
    answer.says(0, &["defect: ./broken.json"]);
    assert_eq!(answer.report().inputs.files.defective, 1);
}

#[test]
fn five_is_a_bug() {
    assert_eq!(vaultrail::cli::guarded(|| panic!("made to happen")), 5);
    assert_eq!(vaultrail::cli::guarded(|| 3), 3);
}

#[test]
fn of_several_codes_two_wins_then_one_then_four_then_three() {
    let folder = failing();
    damage(&folder);
    let answer = folder.run(AUDIT);
    answer.says(1, &["NON_COMPLIANT", "damaged"]);
    assert_eq!(answer.report().summary.gate.reasons.len(), 2);
    folder.run("audit . --only VLT-02 -o no/such/file").says(2, &[]);
    let folder = undecided();
    damage(&folder);
    folder.run("audit . --only VLT-02 --insufficient fail").says(4, &["INSUFFICIENT_DATA", "damaged"]);
    folder.run("audit . --only VLT-02 --insufficient fail --allow-defects").says(3, &[]);
    let folder = failing();
    let answer = folder.run("audit . --only VLT-02,APR-05 --insufficient fail");
    answer.says(1, &["NON_COMPLIANT", "INSUFFICIENT_DATA"]);
}

#[test]
fn quiet_runs_say_nothing_but_the_code() {
    let folder = failing();
    damage(&folder);
    let answer = folder.run("audit . --only VLT-02 -q");
    assert_eq!((answer.code, answer.err.as_str()), (1, ""));
    let answer = folder.run("audit nowhere -q");
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("nowhere"));
}

fn exception(control: &str, subject: &str, expires: &str) -> String {
    format!(
        "[[exceptions]]\ncontrol = \"{control}\"\nsubjects = [\"{subject}\"]\nreason = \"lab\"\nowner = \"team\"\n\
         created = \"2026-01-01\"\nexpires = \"{expires}\"\n"
    )
}

/// Exit code, state and number of matches of the one exception, and the report.
fn with_exception(text: &str, more: &str) -> (i32, String, u64, Report) {
    let folder = failing();
    folder.put("vaultrail.toml", text);
    let answer = folder.run(&format!("audit inventory --only VLT-02 {more}"));
    let report = answer.report();
    let told = &report.exceptions[0];
    let line = format!("is {} ({} matched, owner team", told.state, told.matched);
    assert!(answer.err.contains(&line), "{line:?} is not in: {}", answer.err);
    (answer.code, told.state.clone(), told.matched as u64, report)
}

#[test]
fn an_active_exception_keeps_the_failure_and_leaves_the_gate() {
    for (control, subject) in [("VLT-02", VAULT), ("VLT-*", "arn:aws:backup:*:111122223333:backup-vault:lag-*")] {
        let (code, state, matched, report) = with_exception(&exception(control, subject, "2026-12-01"), "");
        assert_eq!((code, state.as_str(), matched), (0, "active", 1));
        let failed = verdict(&report, "VLT-02");
        assert_eq!(failed.status, Status::NonCompliant);
        assert_eq!(failed.exception.as_ref().map(|e| e.owner.as_str()), Some("team"));
    }
}

#[test]
fn an_exception_is_expiring_in_its_last_fourteen_days() {
    let text = exception("VLT-02", VAULT, "2026-11-14");
    assert_eq!(with_exception(&text, "").1, "expiring");
    assert_eq!(with_exception(&exception("VLT-02", VAULT, "2026-11-15"), "").1, "active");
    assert_eq!(with_exception(&text, "").0, 0);
}

#[test]
fn an_expired_exception_excepts_nothing_from_its_day_on() {
    let text = exception("VLT-02", VAULT, "2026-10-31");
    let (code, state, matched, report) = with_exception(&text, "");
    assert_eq!((code, state.as_str(), matched), (1, "expired", 1));
    assert!(verdict(&report, "VLT-02").exception.is_none());
}

#[test]
fn an_exception_that_matches_nothing_is_unused() {
    let (code, state, matched, _) =
        with_exception(&exception("VLT-02", "arn:aws:backup:*:*:backup-vault:other", "2026-12-01"), "");
    assert_eq!((code, state.as_str(), matched), (1, "unused", 0));
}

#[test]
fn an_exception_that_may_not_be_is_an_error() {
    let says = |text: String, pieces: &[&str]| {
        let folder = failing();
        folder.put("vaultrail.toml", text);
        folder.run("audit inventory").says(2, &[&["vaultrail.toml: [[exceptions]]"], pieces].concat());
    };
    for control in ["LOG-01", "LOG-02", "LOG-*", "*", "[A-Z]*"] {
        says(exception(control, "*", "2026-12-01"), &["cannot be excepted"]);
    }
    says(exception("VLT-2", VAULT, "2026-12-01"), &["no such control", "did you mean \"VLT-02\"?"]);
    says(exception("VLT-02", VAULT, "2027-01-02"), &["365 days"]);
    says(exception("VLT-02", VAULT, "soon"), &["is no time"]);
    says(exception("VLT-02", "[", "2026-12-01"), &["is no pattern"]);
    says(exception("VLT-02", VAULT, "2026-12-01").replace("\"team\"", "\" \""), &["`reason` and `owner`"]);
    let folder = failing();
    folder.put("vaultrail.toml", exception("VLT-02", VAULT, "2026-12-01").replace("owner = \"team\"\n", ""));
    folder.run("audit inventory").says(2, &["missing field `owner`"]);
}
