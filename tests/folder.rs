//! Small evidence written file by file, and the program run on it as a user runs it.

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use vaultrail::report::wire::{Report, Verdict};

/// A folder that goes away with the test.
pub struct Folder(tempfile::TempDir);

/// What the program answered.
pub struct Answer {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
}

pub const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag-prod";

impl Folder {
    /// An empty folder.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with a snapshot of one vault that VLT-02 finds COMPLIANT.
    pub fn with_locked_vault() -> Self {
        let folder = Self::new();
        folder.put_vault(&vault());
        folder
    }

    /// Writes the snapshot of one vault, with its manifest.
    pub fn put_vault(&self, vault: &Value) {
        self.put("inventory/manifest.json", manifest().to_string());
        self.put("inventory/backup/list-backup-vaults.json", json!({"BackupVaultList": [vault]}).to_string());
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A path in it.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, with its folders.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs `vaultrail` in this folder with the words of a line.
    pub fn run(&self, line: &str) -> Answer {
        self.run_with(line, "")
    }

    /// The same, with something on standard input.
    pub fn run_with(&self, line: &str, stdin: impl Into<Vec<u8>>) -> Answer {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_vaultrail"));
        let output =
            command.args(line.split_whitespace()).current_dir(self.path()).write_stdin(stdin).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        Answer { code: output.status.code().unwrap(), out: output.stdout, err }
    }
}

impl Answer {
    /// The report on standard output, its balance checked.
    pub fn report(&self) -> Report {
        let report: Report = serde_json::from_slice(&self.out).unwrap_or_else(|why| panic!("{why}: {}", self.err));
        assert_balance(&report);
        report
    }

    /// Demands an exit code and pieces of what is said on standard error.
    pub fn says(&self, code: i32, pieces: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        for piece in pieces {
            assert!(self.err.contains(piece), "{piece:?} is not in: {}", self.err);
        }
    }
}

/// Demands that every file and every record is accounted for.
pub fn assert_balance(report: &Report) {
    let (files, records) = (&report.inputs.files, &report.inputs.records);
    assert_eq!(files.found, files.read + files.defective + files.not_evidence, "{files:?}");
    let accounted = records.used + records.counted_only + records.duplicate + records.defective;
    assert_eq!(records.read, accounted, "{records:?}");
    assert!(records.defective + files.defective == 0 || !report.inputs.defects.is_empty(), "damage without a word");
}

/// The verdict of a control on the vault.
pub fn verdict<'r>(report: &'r Report, control: &str) -> &'r Verdict {
    let found = report.verdicts.iter().find(|v| v.control == control && v.subject.id == VAULT);
    found.unwrap_or_else(|| panic!("{control} says nothing on the vault"))
}

/// A vault that was locked when it was made.
pub fn vault() -> Value {
    json!({
        "BackupVaultName": "lag-prod",
        "BackupVaultArn": VAULT,
        "VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
        "VaultState": "AVAILABLE",
        "CreationDate": "2026-03-02T09:00:00+00:00",
        "Locked": true,
        "MinRetentionDays": 7,
        "MaxRetentionDays": 90,
        "LockDate": "2026-03-02T09:00:00+00:00",
    })
}

/// The same vault with other members.
pub fn vault_with(members: &Value) -> Value {
    let mut vault = vault();
    for (key, value) in members.as_object().unwrap() {
        vault[key] = value.clone();
    }
    vault
}

pub fn manifest() -> Value {
    json!({
        "schema": "vaultrail.inventory/1",
        "captured_at": "2026-10-31T00:00:00Z",
        "account": "111122223333",
        "region": "eu-west-1",
    })
}

/// A record that is only counted, at a minute of the day before the snapshot.
pub fn noise(minute: u32) -> Value {
    record("ec2.amazonaws.com", "DescribeInstances", minute)
}

/// A record of a call on the vault that the program uses.
pub fn lock_call(minute: u32) -> Value {
    let mut record = record("backup.amazonaws.com", "DeleteBackupVaultLockConfiguration", minute);
    record["requestParameters"] = json!({"backupVaultName": "lag-prod"});
    record
}

fn record(source: &str, name: &str, minute: u32) -> Value {
    json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a", "accountId": "111122223333"},
        "eventTime": format!("2026-10-30T{:02}:{:02}:00Z", minute / 60, minute % 60),
        "eventSource": source,
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-cli",
        "requestParameters": null,
        "responseElements": null,
        "eventID": format!("00000000-0000-4000-8000-{minute:012}"),
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
    })
}

/// `{"Records": […]}`.
pub fn log_file(records: &[Value]) -> Vec<u8> {
    json!({"Records": records}).to_string().into_bytes()
}

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
