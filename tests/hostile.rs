//! Hostile input: no bytes, however bent, make the program panic, hang or lose count.

use crate::folder::{Folder, lock_call, log_file, manifest, noise, vault_with, verdict};
use crate::support::{CaseFolder, audit, cases, text};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use vaultrail::ingest::scan;
use vaultrail::render::{Format, TextOptions, render};
use vaultrail::status::Status;

/// Values that overflow, confuse or end things.
const VALUES: [&str; 26] = [
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "-1",
    "0",
    "1e308",
    "1e999",
    "99999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "\"99999999999\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"0000-01-01T00:00:00Z\"",
    "\"+262142-12-31T23:59:59Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "\"2261-12-31T23:59:59Z\"",
    "{\"seconds\": 9223372036854775807, \"nanos\": -1}",
    "\"arn:\"",
    "\"arn:aws:backup:::backup-vault:\"",
    "\"*\"",
    "\"\\u0000\\ud800\"",
    "\"[{\\\"a\\\":\"",
    "[[[[[[]]]]]]",
];

/// One change of the bytes of one file.
#[derive(Debug, Clone)]
enum Bend {
    Delete(Index, usize),
    Flip(Index, u8),
    Truncate(Index),
    Repeat(Index, usize),
    Splice(Index, Index, usize),
    Value(Index, usize),
}

fn bend() -> impl Strategy<Value = Bend> {
    let at = any::<Index>;
    prop_oneof![
        1 => (at(), 1..80_usize).prop_map(|(i, n)| Bend::Delete(i, n)),
        1 => (at(), 0..8_u8).prop_map(|(i, bit)| Bend::Flip(i, bit)),
        1 => at().prop_map(Bend::Truncate),
        1 => (at(), 1..400_usize).prop_map(|(i, n)| Bend::Repeat(i, n)),
        1 => (at(), at(), 1..200_usize).prop_map(|(i, from, n)| Bend::Splice(i, from, n)),
        8 => (at(), 0..VALUES.len()).prop_map(|(i, value)| Bend::Value(i, value)),
    ]
}

impl Bend {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let end = |at: usize, count: &usize| (at + count).min(bytes.len());
        match self {
            Self::Delete(i, count) => {
                let at = i.index(bytes.len());
                bytes.drain(at..end(at, count));
            }
            Self::Flip(i, bit) => {
                let at = i.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Self::Truncate(i) => bytes.truncate(i.index(bytes.len())),
            Self::Repeat(i, count) => {
                let at = i.index(bytes.len());
                let piece = bytes[at..end(at, count)].to_vec();
                bytes.splice(at..at, piece);
            }
            Self::Splice(i, from, count) => {
                let from = from.index(bytes.len());
                let piece = bytes[from..end(from, count)].to_vec();
                let at = i.index(bytes.len());
                bytes.splice(at..at, piece);
            }
            Self::Value(i, value) => {
                let colons: Vec<usize> = memchr::memchr_iter(b':', bytes).collect();
                if colons.is_empty() {
                    return;
                }
                let start = scan::skip_space(bytes, i.get(&colons) + 1);
                if let Ok(end) = scan::value_end(bytes, start) {
                    bytes.splice(start..end, VALUES[*value].bytes());
                }
            }
        }
    }
}

/// Read once: there are many.
static CASES: LazyLock<Vec<CaseFolder>> = LazyLock::new(cases);

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bent_evidence_and_config_never_panic_the_audit_and_every_file_and_record_is_counted(
        case in any::<Index>(),
        bends in prop::collection::vec((any::<Index>(), bend()), 1..6),
    ) {
        let case = case.get(&CASES);
        let folder = Folder::new();
        let paths = files(&case.folder);
        let mut contents: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
        for (file, bend) in bends {
            bend.apply(&mut contents[file.index(paths.len())]);
        }
        for (path, bytes) in paths.iter().zip(contents) {
            folder.put(text(path.strip_prefix(&case.folder).unwrap()), bytes);
        }
        // What cannot be run at all is an error; the balance is demanded of every report.
        let _ = case.in_folder(folder.path()).audit(&[]);
        let report = audit(&[text(folder.path()), "--assume-complete", "--captured-at", "2026-10-31T00:00:00Z"]);
        for format in report.iter().flat_map(|_| Format::ALL) {
            let options = TextOptions { width: 80, colour: true };
            prop_assert!(render(format, report.as_ref().unwrap(), &options).is_ok());
        }
    }

    #[test]
    fn any_bytes_at_all_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300), start in 0..6_usize) {
        let folder = Folder::with_locked_vault();
        let starts: [&[u8]; 6] = [b"", b"{", b"[", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"{\"Records\":[{\"eventVersion\":"];
        folder.put("any", [starts[start], &bytes].concat());
        let report = audit(&[text(folder.path()), "--only", "VLT-02"]).unwrap();
        prop_assert_eq!(report.inputs.files.found, 3);
    }
}

#[test]
fn nesting_beyond_the_limit_is_a_defect_that_names_the_limit() {
    let folder = Folder::with_locked_vault();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let record = lock_call(1).to_string().replacen("null", &deep, 1);
    folder.put("log.json", format!("{{\"Records\":[{record},{}]}}", noise(2)));
    folder.put("deep.json", &deep);
    folder.put("open.json", "[".repeat(10_000));
    folder.put("objects.json", "{\"a\":".repeat(10_000));
    folder.put("inventory/backup/describe-backup-vault.x.json", format!("{{\"BackupVaultArn\":{deep}}}"));
    let report = audit(&[text(folder.path()), "--only", "VLT-02"]).unwrap();
    let limited = report.inputs.defects.iter().filter(|d| d.reason.contains("nested deeper than 128 levels")).count();
    assert_eq!(limited, 2, "{:?}", report.inputs.defects);
    assert_eq!((report.inputs.records.counted_only, report.inputs.records.defective), (1, 1));
}

#[test]
fn numbers_and_dates_beyond_the_calendar_are_unknown() {
    let huge = [json!(i64::MAX), json!(i64::MIN), json!(99_999_999_999_i64), json!("99999999999"), json!(1e300)];
    let dates =
        [json!("+262142-12-31T23:59:59Z"), json!("9999-12-31T23:59:59Z"), json!(i64::MAX), json!(-1e15), json!(1e18)];
    for (number, date) in huge.iter().zip(&dates) {
        let folder = Folder::new();
        folder.put_vault(&vault_with(&json!({
            "LockDate": date, "CreationDate": date, "MinRetentionDays": number, "MaxRetentionDays": number,
            "NumberOfRecoveryPoints": number,
        })));
        let point = json!({
            "RecoveryPointArn": "arn:aws:backup:eu-west-1:111122223333:recovery-point:1",
            "BackupVaultArn": crate::folder::VAULT, "ResourceArn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1",
            "CreationDate": "2026-10-30T00:00:00Z", "CompletionDate": date, "Status": "COMPLETED",
            "Lifecycle": {"DeleteAfterDays": number}, "CalculatedLifecycle": {"DeleteAt": date},
        });
        folder.put(
            "inventory/backup/list-recovery-points-by-backup-vault.lag-prod.json",
            json!({"RecoveryPoints": [point]}).to_string(),
        );
        let mut session = lock_call(3);
        session["eventSource"] = json!("mpa.amazonaws.com");
        session["eventName"] = json!("StartSession");
        session["requestParameters"] = json!({"durationMinutes": number, "initiationTime": date, "approvalTeamArn":
            "arn:aws:mpa:us-east-1:111122223333:approval-team/t"});
        session["responseElements"] = json!({"arn": "arn:aws:mpa:us-east-1:111122223333:session/t/1"});
        folder.put("log.json", log_file(&[session]));
        let report = audit(&[text(folder.path()), "--assume-complete"]).unwrap();
        assert_eq!(report.inputs.defects.len(), 0, "{:?}", report.inputs.defects);
        assert_eq!(report.run.as_of, "2026-10-31T00:00:00Z");
        assert_eq!(verdict(&report, "VLT-02").status, Status::InsufficientData, "{date}");
    }
}

#[test]
fn a_key_that_stands_twice_is_read_once() {
    let folder = Folder::with_locked_vault();
    let twice =
        lock_call(1).to_string().replacen('{', "{\"eventName\":\"X\",\"eventTime\":\"2026-10-30T00:00:00Z\",", 1);
    let noise = noise(2).to_string().replacen('{', "{\"eventName\":\"X\",", 1);
    folder.put("log.json", format!("{{\"Records\":[{twice},{noise}],\"Records\":[]}}"));
    let report = audit(&[text(folder.path()), "--only", "VLT-02"]).unwrap();
    assert_eq!((report.inputs.records.used, report.inputs.records.counted_only), (1, 1));
}

#[test]
fn texts_of_megabytes_are_read() {
    let folder = Folder::with_locked_vault();
    let mut record = lock_call(1);
    record["userAgent"] = json!("x".repeat(8 << 20));
    record["requestParameters"] = json!({"backupVaultName": "\u{202e}".repeat(1 << 20)});
    folder.put("log.json", log_file(&[record]));
    let report = audit(&[text(folder.path())]).unwrap();
    assert_eq!((report.inputs.records.used, report.inputs.defects.len()), (1, 0));
}

#[test]
fn text_that_breaks_at_every_line_takes_no_longer_than_its_length() {
    let folder = Folder::with_locked_vault();
    let line = "{\"eventVersion\":\"1\",\"eventName\":[\"x\n";
    folder.put("lines.json", line.repeat(50_000));
    folder.put("open.json", "{\"eventName\":[\n".repeat(50_000));
    folder.put("list.json", format!("{{\"Records\":[{}", "{\"eventVersion\":\"".repeat(50_000)));
    folder.put(
        "same.json",
        log_file(&vec![
            json!({"eventTime": "2026-10-30T00:00:00Z", "eventSource": "backup.amazonaws.com",
        "eventName": "StartBackupJob"});
            5_000
        ]),
    );
    let report = audit(&[text(folder.path()), "--only", "VLT-02"]).unwrap();
    assert_eq!(report.inputs.records.duplicate, 4_999);
    assert!(
        report.inputs.defects.iter().any(|d| d.reason.contains("breaks 64 times, the limit")),
        "{:?}",
        report.inputs.defects.len()
    );
}

#[test]
fn a_manifest_with_a_hostile_region_or_a_path_is_only_text() {
    let folder = Folder::with_locked_vault();
    let mut hostile = manifest();
    hostile["region"] = json!("../../etc/passwd\u{0}\u{1b}[2J");
    folder.put("inventory/manifest.json", hostile.to_string());
    let report = audit(&[text(folder.path()), "--only", "VLT-02,LOG-01"]).unwrap();
    assert_eq!(report.inputs.files.read, 2);
}
