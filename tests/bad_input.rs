//! Bad input: each kind of damage says where it is and what to do, and everything else is still read and judged.

use crate::folder::{Answer, Folder, gzip, lock_call, log_file, manifest, noise, vault, verdict};
use serde_json::json;
use vaultrail::report::wire::{Report, Status};

const JUDGED: &str = "audit . --only VLT-02";

/// The vault is judged COMPLIANT in spite of the damage, and the damage is told.
fn judged_with_defects(answer: &Answer, pieces: &[&str]) -> Report {
    answer.says(4, pieces);
    let report = answer.report();
    assert_eq!(verdict(&report, "VLT-02").status, Status::Compliant);
    report
}

#[test]
fn a_path_that_does_not_exist_is_named() {
    let folder = Folder::with_locked_vault();
    folder.run("audit inventory logs/2026").says(2, &["cannot read logs/2026", "name an existing file or folder"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_a_defect_and_the_rest_is_judged() {
    let folder = Folder::with_locked_vault();
    std::os::unix::fs::symlink("gone.json", folder.at("lost.json")).unwrap();
    let report = judged_with_defects(&folder.run(JUDGED), &["lost.json", "cannot be read"]);
    assert_eq!((report.inputs.files.found, report.inputs.files.defective), (3, 1));
}

#[test]
fn a_truncated_log_file_keeps_the_records_before_the_break() {
    let folder = Folder::with_locked_vault();
    let text = log_file(&[noise(1), noise(2), noise(3)]);
    folder.put("in_a_text.json", &text[..text.len() - 40]);
    folder.put("between_members.json", &text[..text.len() - 4]);
    folder.put("over_many_lines.json", {
        let lines = serde_json::to_string_pretty(&json!({"Records": [noise(1), noise(2), noise(3)]})).unwrap();
        lines[..lines.len() - 40].to_owned()
    });
    let report = judged_with_defects(&folder.run(JUDGED), &["in_a_text.json", "does not end", "byte"]);
    assert_eq!((report.inputs.files.defective, report.inputs.records.read), (3, 6));
}

#[test]
fn a_gzip_stream_that_breaks_keeps_the_records_before_the_break() {
    let folder = Folder::with_locked_vault();
    let records: Vec<_> = (0..600).map(noise).collect();
    let stored = gzip(&log_file(&records));
    folder.put("cut.json.gz", &stored[..stored.len() / 2]);
    let mut flipped = stored.clone();
    flipped[stored.len() - 6] ^= 0x40;
    folder.put("sum.json.gz", flipped);
    folder.put("header.json.gz", &stored[..5]);
    folder.put("zst.json", &zstd::encode_all(log_file(&records).as_slice(), 3).unwrap()[..200]);
    let report = judged_with_defects(
        &folder.run(JUDGED),
        &["cut.json.gz: the gzip stream breaks after", "fetch the file again"],
    );
    assert_eq!(report.inputs.files.defective, 4);
    assert_eq!(report.inputs.defects.len(), 4, "one cause, one defect: {:?}", report.inputs.defects);
    assert!((700..1200).contains(&report.inputs.records.read), "{}", report.inputs.records.read);
}

#[test]
fn a_record_that_is_no_object_costs_only_itself() {
    let folder = Folder::with_locked_vault();
    folder.put("log.json", log_file(&[noise(1), json!("oops"), json!(7), json!(null), json!({"a": 1}), noise(2)]));
    let report = judged_with_defects(&folder.run(JUDGED), &["log.json record 1: this is no CloudTrail record"]);
    assert_eq!((report.inputs.records.read, report.inputs.records.defective), (6, 4));
    assert_eq!(report.inputs.files.defective, 0);
}

#[test]
fn a_wrong_type_in_a_member_costs_only_its_record() {
    let wrong = [
        ("eventTime", json!(1_761_782_400), "`eventTime` must be text, this is a number"),
        ("eventTime", json!("yesterday"), "`eventTime` is no time: \"yesterday\""),
        ("eventTime", json!("9999-01-01T00:00:00Z"), "`eventTime` is no time"),
        ("eventTime", json!(null), "`eventTime` is missing"),
        ("eventName", json!(["a"]), "`eventName` must be text, this is a list"),
        ("eventSource", json!({}), "`eventSource` must be text, this is an object"),
        ("awsRegion", json!(true), "`awsRegion` must be text, this is a boolean"),
        ("recipientAccountId", json!(111_122_223_333_u64), "`recipientAccountId` must be text"),
        ("eventID", json!(1), "`eventID` must be text"),
        ("errorCode", json!(403), "`errorCode` must be text"),
    ];
    let folder = Folder::with_locked_vault();
    let mut records = vec![noise(0)];
    for (i, (member, value, _)) in wrong.iter().enumerate() {
        let mut record = lock_call(10 + u32::try_from(i).unwrap());
        record[member] = value.clone();
        records.push(record);
    }
    folder.put("log.json", log_file(&records));
    let report = judged_with_defects(&folder.run("audit . --only VLT-02 -v"), &[]);
    for (i, (_, _, reason)) in wrong.iter().enumerate() {
        let record = i as u64 + 1;
        let found = report.inputs.defects.iter().find(|d| d.record == Some(record));
        assert!(found.is_some_and(|d| d.reason.contains(reason)), "{reason}: {found:?}");
    }
    assert_eq!(report.inputs.records.read, wrong.len() as u64 + 1);
}

#[test]
fn broken_json_inside_of_a_record_costs_only_that_record() {
    let folder = Folder::with_locked_vault();
    let text = String::from_utf8(log_file(&[noise(1), noise(2), noise(3)])).unwrap();
    folder.put("value.json", text.replacen("\"ec2.amazonaws.com\"", "oops", 1));
    folder.put("quote.json", text.replacen("\"ec2.amazonaws.com\"", "\"ec2.amazonaws.com", 1));
    folder.put("comma.json", text.replacen("},{", "} {", 1));
    folder.put("utf8.json", {
        let at = text.find("aws-cli").unwrap();
        let mut bytes = text.clone().into_bytes();
        bytes[at] = 0xff;
        bytes
    });
    let report =
        judged_with_defects(&folder.run(JUDGED), &["value.json record 0: no JSON", "utf8.json record 0: no UTF-8"]);
    let of = |name: &str| report.inputs.defects.iter().filter(|d| d.path.contains(name)).count();
    assert_eq!((of("value.json"), of("quote.json"), of("comma.json")), (1, 1, 1), "{:?}", report.inputs.defects);
    assert_eq!(of("utf8.json"), 1);
    assert_eq!((report.inputs.records.read, report.inputs.records.defective), (11, 2));
}

#[test]
fn a_broken_log_file_among_others_in_one_file_costs_one_record() {
    let folder = Folder::with_locked_vault();
    let lines: Vec<String> =
        (0..4).map(|i| String::from_utf8(log_file(&[noise(2 * i), noise(2 * i + 1)])).unwrap()).collect();
    let first = &lines[0][..lines[0].len() - 40];
    folder.put("first.json", format!("{first}\n{}\n{}\n{}\n", lines[1], lines[2], lines[3]));
    folder.put("last.json", format!("{}{}{}{first}", lines[1], lines[2], lines[3]));
    let report = judged_with_defects(&folder.run(JUDGED), &["first.json: a text does not end (byte"]);
    assert_eq!((report.inputs.files.defective, report.inputs.records.counted_only), (2, 14));
}

#[test]
fn a_broken_line_costs_only_that_line() {
    let folder = Folder::with_locked_vault();
    let whole = noise(2).to_string();
    let broken =
        [&whole[..whole.len() - 30], &whole.replacen('"', "", 1), &whole.replacen('{', "", 1), "{", "}", "oops"];
    for (i, line) in broken.iter().enumerate() {
        folder.put(&format!("{i}.jsonl"), format!("{}\n{line}\n{}\n{}\n", noise(1), noise(3), noise(4)));
    }
    let report = judged_with_defects(&folder.run("audit . --only VLT-02 -v"), &["0.jsonl record 1"]);
    for i in 0..broken.len() {
        let name = format!("{i}.jsonl");
        assert!(report.inputs.defects.iter().any(|d| d.path.contains(&name)), "{name}");
    }
    assert_eq!(report.inputs.records.counted_only, 3 * broken.len() as u64, "{:?}", report.inputs.defects);
}

#[test]
fn records_that_are_no_list_are_a_defect() {
    let folder = Folder::with_locked_vault();
    folder.put("log.json", r#"{"Records": "none"}"#);
    judged_with_defects(&folder.run(JUDGED), &["log.json: `Records` must be a list (byte 12)"]);
}

#[test]
fn an_unknown_container_is_no_evidence_and_no_defect() {
    let folder = Folder::with_locked_vault();
    folder.put("notes.txt", "nothing");
    folder.put("data.json", r#"{"some": "thing"}"#);
    let answer = folder.run(JUDGED);
    answer.says(0, &["gate: passes"]);
    let files = answer.report().inputs.files;
    assert_eq!((files.found, files.read, files.not_evidence), (4, 2, 2));
}

#[test]
fn a_snapshot_without_a_time_is_a_defect_with_advice() {
    let folder = Folder::with_locked_vault();
    folder.put("loose/list-backup-vaults.json", json!({"BackupVaultList": []}).to_string());
    let answer = folder.run(JUDGED);
    let report =
        judged_with_defects(&answer, &["loose/list-backup-vaults.json", "manifest.json", "--captured-at TIME"]);
    assert_eq!((report.inputs.files.read, report.inputs.files.defective), (2, 1));
    folder.run("audit . --only VLT-02 --captured-at 2026-10-30T00:00:00Z").says(0, &[]);
    // Alone it is still evidence, though nothing can be made of it.
    folder.run("audit loose").says(4, &["--captured-at TIME"]);
}

#[test]
fn rows_of_a_snapshot_that_are_no_objects_cost_only_themselves() {
    let folder = Folder::with_locked_vault();
    folder.put("inventory/backup/list-backup-vaults.json", json!({"BackupVaultList": [3, vault(), "x"]}).to_string());
    let report = judged_with_defects(
        &folder.run(JUDGED),
        &["/BackupVaultList/0 must be an object, this is a number, and so are 1 more"],
    );
    assert_eq!(report.inputs.observations, 1);
    folder.put("inventory/backup/list-backup-plans.json", json!({"BackupPlansList": {}}).to_string());
    judged_with_defects(&folder.run(JUDGED), &["`BackupPlansList` must be a list, this is an object"]);
}

#[test]
fn a_broken_snapshot_is_a_defect() {
    let folder = Folder::with_locked_vault();
    let text = serde_json::to_string_pretty(&json!({"BackupJobs": [{"BackupJobId": "1"}]})).unwrap();
    folder.put("inventory/backup/list-backup-jobs.json", &text[..text.len() - 5]);
    folder.put("inventory/backup/list-copy-jobs.json", r#"{"CopyJobs": [{"CopyJobId": oops}]}"#);
    let report = judged_with_defects(
        &folder.run(JUDGED),
        &["list-backup-jobs.json", "list-copy-jobs.json: no JSON: expected value"],
    );
    assert_eq!(report.inputs.files.defective, 2);
}

#[test]
fn inputs_without_any_evidence_are_an_error() {
    let folder = Folder::new();
    folder.put("notes.txt", "nothing");
    folder
        .run("audit .")
        .says(2, &["nothing in the given paths is evidence", "of 1 files none", "give CloudTrail logs"]);
    Folder::new().run("audit .").says(2, &["of 0 files none"]);
    folder.put("empty.json", "");
    folder.run("audit .").says(2, &["of 2 files none"]);
}

#[test]
fn damage_alone_is_damage_unless_it_is_allowed() {
    let folder = Folder::new();
    folder.put("log.json.gz", &gzip(&log_file(&[noise(1)]))[..12]);
    let answer = folder.run("audit .");
    answer.says(4, &["log.json.gz: the gzip stream breaks"]);
    assert_eq!(answer.report().inputs.files.defective, 1);
    folder.run("audit . --allow-defects").says(2, &["nothing in the given paths is evidence", "log.json.gz"]);
}

#[test]
fn an_empty_list_of_records_is_evidence_of_nothing_and_tells_no_time() {
    let folder = Folder::new();
    folder.put("log.json", r#"{"Records":[]}"#);
    let answer = folder.run("audit . --only VLT-02 --as-of 2026-10-31");
    answer.says(0, &[]);
    assert_eq!(
        (answer.report().inputs.files.read, answer.report().run.window.to.as_str()),
        (1, "2026-10-31T00:00:00Z")
    );
    folder.run("audit . --only VLT-02 --to 2026-10-31").says(0, &[]);
    for line in ["audit .", "audit . --assume-complete", "audit . --window 1d"] {
        folder.run(line).says(2, &["nothing in the given paths has a time", "--as-of 2026-10-31T12:00:00Z"]);
    }
    folder.run("audit . --as-of -1d").says(2, &["--as-of \"-1d\" counts back from the latest evidence", "has a time"]);
    folder.put("log.json.gz", &gzip(&log_file(&[noise(1)]))[..12]);
    folder.run("audit .").says(4, &["log.json.gz: the gzip stream breaks"]);
}

#[test]
fn a_record_later_than_its_files_delivery_is_a_defect_and_is_not_the_latest_evidence() {
    let forged = |time: &str| {
        let mut record = noise(1);
        record["eventTime"] = json!(time);
        record["eventID"] = json!("f");
        log_file(&[record, lock_call(59)])
    };
    let name = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/30/111122223333_CloudTrail_eu-west-1_20261030T0105Z_abc.json.gz";
    for (time, late) in
        [("2026-10-31T01:05:00Z", false), ("2026-10-31T01:05:01Z", true), ("2061-10-30T00:00:00Z", true)]
    {
        let folder = Folder::new();
        folder.put(name, gzip(&forged(time)));
        let answer = folder.run("audit . --only LOG-01");
        let report = answer.report();
        let reason = format!("holds a record of {time}, but was delivered at 2026-10-30T01:05:00Z by its name");
        assert_eq!(answer.err.contains(&reason), late, "{}", answer.err);
        assert_eq!((report.inputs.files.defective, report.inputs.records.read), (u64::from(late), 2), "{time}");
        assert_eq!(report.run.as_of, if late { "2026-10-30T01:05:00Z" } else { time });
    }
}

#[test]
fn standard_input_is_a_file_named_dash() {
    let folder = Folder::with_locked_vault();
    let answer = folder.run_with("audit - inventory --only VLT-02", gzip(&log_file(&[lock_call(1), json!(1)])));
    answer.says(1, &["defect: - record 1: this is no CloudTrail record"]);
    let report = answer.report();
    assert_eq!((report.inputs.files.found, report.inputs.records.used), (3, 1));
    let source = report.sources.iter().find(|s| s.path == "-").unwrap();
    assert_eq!(source.sha256, None, "what cannot be read again cannot be hashed");
    folder.run_with("audit -", "").says(2, &["nothing in the given paths is evidence"]);
}

#[test]
fn what_the_evidence_says_cannot_steer_the_terminal_or_fill_the_report() {
    let folder = Folder::with_locked_vault();
    let mut record = lock_call(1);
    record["eventTime"] = json!(format!("\u{1b}]0;owned\u{7}{}", "x".repeat(1 << 20)));
    folder.put("log\u{1b}[31m.json", log_file(&[record]));
    let answer = folder.run(JUDGED);
    let report = judged_with_defects(&answer, &["`eventTime` is no time"]);
    assert!(!answer.err.contains(['\u{1b}', '\u{7}']));
    assert!(answer.err.len() < 2000 && report.inputs.defects[0].reason.len() < 500);
}

#[test]
fn the_broken_records_of_one_file_do_not_flood_the_report() {
    let folder = Folder::with_locked_vault();
    folder.put("log.json", format!("{{\"Records\":[{}{}]}}", "1,".repeat(49_999), noise(1)));
    let answer = folder.run(JUDGED);
    let report = judged_with_defects(&answer, &["log.json: 48999 more of its records are defective"]);
    assert_eq!(report.inputs.records.defective, 49_999);
    assert_eq!(report.inputs.defects.len(), 1001);
}

/// `vaultrail.toml`, and what is said about it.
fn config_says(text: &str, pieces: &[&str]) {
    let folder = Folder::with_locked_vault();
    folder.put("vaultrail.toml", text);
    folder.run("audit inventory").says(2, &[&["vaultrail.toml"], pieces].concat());
}

#[test]
fn a_config_that_says_what_it_cannot_mean_is_an_error_with_place_and_advice() {
    config_says("[gate]\nfail_om = \"high\"\n", &["line 2", "unknown field `fail_om`", "did you mean `fail_on`?"]);
    config_says("[gaet]\n", &["unknown field `gaet`", "did you mean `gate`?"]);
    config_says("[gate\n", &["line 1"]);
    config_says("[gate]\nfail_on = \"hihg\"\n", &["[gate] fail_on = \"hihg\"", "critical, high, medium, low or never"]);
    config_says("[gate]\ninsufficient = \"no\"\n", &["fail, warn or ignore"]);
    config_says("[controls.CPY-1]\n", &["there is no control \"CPY-1\"", "did you mean CPY-01?"]);
    config_says("[controls.CPY-01]\nseverity = \"awful\"\n", &["line 2", "awful"]);
    config_says("[controls.CPY-01]\nrecoveryPointAgeValu = 3\n", &["did you mean \"recoveryPointAgeValue\"?"]);
    config_says(
        "[controls.CPY-01]\nrecoveryPointAgeValue = \"3\"\n",
        &["CPY-01.recoveryPointAgeValue", "must be a whole number"],
    );
    config_says("[controls.CPY-01]\nvault_type = \"some\"\n", &["\"some\" is none of"]);
    config_says("[controls.LOG-01]\nmax_gap_minutes = 5\n", &["LOG-01.max_gap_minutes = 5", "15..=1440"]);
    config_says("[scope]\naccounts = [\"123\"]\n", &["\"123\" is no account id: twelve digits"]);
    config_says("[organization]\naccounts = { \"123\" = \"a\" }\n", &["twelve digits"]);
    config_says("[authorized]\nshare_roles = [\"arn:[\"]\n", &["is no pattern"]);
    config_says(
        "[authorized]\naccounts = [{ id = \"444455556666\", expires = \"soon\" }]\n",
        &["expires = \"soon\" is no time"],
    );
    let coverage = "[[coverage]]\naccounts = [\"*\"]\nregions = [\"*\"]\nreason = \"r\"\n";
    config_says(&format!("{coverage}from = \"2026-11-01\"\nto = \"2026-10-01\"\n"), &["from", "lies after"]);
    config_says(&format!("{coverage}from = \"9999-01-01\"\nto = \"9999-12-01\"\n"), &["is no time"]);
    config_says("[coverage_policy]\nminimum = \"some\"\n", &["line 2", "inferred"]);
}

#[test]
fn a_config_that_cannot_be_read_is_an_error() {
    let folder = Folder::with_locked_vault();
    folder.run("audit inventory --config no.toml").says(2, &["cannot read no.toml"]);
    folder.put("vaultrail.toml", b"[gate]\nfail_on = \"\xff\"\n");
    folder.run("audit inventory").says(2, &["cannot read vaultrail.toml"]);
}

#[test]
fn the_bounds_of_cpy_01_depend_on_unit_and_vault_type() {
    let folder = Folder::with_locked_vault();
    let set = |unit: &str, kind: &str, value: u32| {
        let settings = format!("--set CPY-01.recoveryPointAgeUnit={unit} --set CPY-01.vault_type={kind}");
        folder.run(&format!("audit inventory --only VLT-02 {settings} --set CPY-01.recoveryPointAgeValue={value}"))
    };
    for (unit, kind, low, high) in
        [("days", "lag", 1, 91), ("hours", "lag", 24, 2184), ("days", "any", 1, 31), ("hours", "any", 1, 744)]
    {
        for inside in [low, high] {
            set(unit, kind, inside).says(0, &[]);
        }
        for outside in [low - 1, high + 1] {
            set(unit, kind, outside).says(2, &["CPY-01", "recoveryPointAgeValue"]);
        }
        set(unit, kind, high + 1).says(2, &[&format!("..={high}")]);
    }
}

#[test]
fn bad_flags_are_errors_that_say_what_to_write() {
    let folder = Folder::with_locked_vault();
    let says = |flags: &str, pieces: &[&str]| folder.run(&format!("audit inventory {flags}")).says(2, pieces);
    says("--only VLT-2", &["--only: there is no control \"VLT-2\"", "did you mean VLT-02?", "known are APR-01"]);
    says("--skip NOPE", &["--skip: there is no control \"NOPE\"; known are"]);
    says("--only VLT-02 --skip VLT-02", &["leave no control to judge"]);
    says("--set VLT-02", &["--set VLT-02: write ID.NAME=VALUE"]);
    says("--set VLT-2.a=1", &["did you mean VLT-02?"]);
    says("--set LOG-01.max_gap=1", &["LOG-01 has no parameter \"max_gap\""]);
    says("--set LOG-01.max_gap_minutes=abc", &["must be a whole number"]);
    says("--set LOG-01.max_gap_minutes=99999999999999999999", &["must be a whole number"]);
    says("--as-of yesterday", &["--as-of \"yesterday\" is no time", "2026-10-31T12:00:00Z"]);
    says("--as-of 9999-12-31", &["is no time"]);
    says("--as-of -99999999d", &["is no time"]);
    says("--window 90", &["--window \"90\" is no span: write 90d, 12h or 30m"]);
    says("--window 90d --from -3d", &["cannot be used with"]);
    says("--from 2026-11-30", &["lies after as-of"]);
    says("--assume-complete=2026-10-01", &["FROM..TO"]);
    says("--assume-complete=2026-10-02..2026-10-01", &["FROM lies after TO"]);
    says("--assume-complete=a..b", &["--assume-complete \"a\" is no time"]);
    says("--captured-at noon", &["--captured-at \"noon\" is no time"]);
    says("--jobs 0", &["--jobs 0", "1..=1024"]);
    says("--jobs 99999999", &["1..=1024"]);
    says("--format json --format html", &["--out-dir"]);
    says("--format pdf", &["invalid value 'pdf'"]);
    says("--fail-on awful", &["invalid value 'awful'"]);
    says("--no-such-flag", &["unexpected argument"]);
    folder.run("audit").says(2, &["PATH"]);
}

#[cfg(unix)]
#[test]
fn an_output_that_cannot_be_written_is_an_error_and_leaves_nothing_behind() {
    let folder = Folder::with_locked_vault();
    folder.put("file", "old");
    folder
        .run("audit inventory -o no/such/report.json")
        .says(2, &["cannot write no/such/report.json: there is no folder no/such"]);
    folder.run("audit inventory -o inventory").says(2, &["cannot write inventory: it is a folder"]);
    folder.run("audit inventory --out-dir file/sub").says(2, &["cannot create file/sub"]);
    folder.run("audit inventory --out-dir file").says(2, &["cannot create file"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vaultrail"));
    let output = command.args(["audit", "inventory"]).current_dir(folder.path()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write to standard output"));
    let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["file", "inventory"]);
    assert_eq!(std::fs::read(folder.at("file")).unwrap(), b"old");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_into_and_not_replaced() {
    let folder = Folder::with_locked_vault();
    let answer = folder.run("audit inventory --only VLT-02 --format json -o /dev/stdout");
    answer.says(0, &[]);
    answer.report();
    folder.put("real.json", "old");
    std::os::unix::fs::symlink("real.json", folder.at("link.json")).unwrap();
    folder.run("audit inventory --only VLT-02 -o link.json").says(0, &[]);
    assert!(folder.at("link.json").is_symlink());
    assert!(std::fs::read_to_string(folder.at("real.json")).unwrap().contains("vaultrail.report/1"));
}

#[test]
fn a_manifest_with_a_wrong_type_is_a_defect_and_the_rest_is_judged() {
    let folder = Folder::with_locked_vault();
    let mut other = manifest();
    other["account"] = json!(111_122_223_333_u64);
    folder.put("other/manifest.json", other.to_string());
    judged_with_defects(
        &folder.run(JUDGED),
        &["other/manifest.json: `account` of this manifest must be text, this is a number"],
    );
}
