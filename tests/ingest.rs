//! Reading: every container and dialect, each file and each record once, and nothing taken for what it is not.

use crate::folder::{Folder, VAULT, gzip, lock_call, log_file, manifest, noise, vault};
use crate::support::root;
use serde_json::{Value, json};
use std::path::PathBuf;
use vaultrail::ingest::{self, Log, Options, Place, Said};
use vaultrail::record::Record;

pub(crate) fn read(paths: &[PathBuf]) -> Log {
    let log = ingest::read(paths, &Options::default()).unwrap();
    assert_eq!(log.files.found, log.files.read + log.files.defective + log.files.not_evidence);
    let accounted = log.records.used + log.records.counted_only + log.records.duplicate + log.records.defective;
    assert_eq!(log.records.read, accounted);
    log
}

pub(crate) fn read_one(name: &str, bytes: impl AsRef<[u8]>) -> Log {
    let folder = Folder::new();
    read(&[folder.put(name, bytes)])
}

pub(crate) fn used(log: &Log) -> Vec<(u64, Record)> {
    let each = log.entries.iter().filter_map(|entry| match (&entry.place, &entry.said) {
        (Place::Record(number), Said::Record(record)) => Some((*number, record.open().unwrap())),
        _ => None,
    });
    each.collect()
}

fn envelope(detail: &Value) -> Value {
    json!({"version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.backup",
           "account": "111122223333", "region": "eu-west-1", "time": "2026-10-30T01:00:00Z", "resources": [], "detail": detail})
}

pub(crate) fn subscription(records: &[Value]) -> Value {
    let events = records.iter().map(|r| json!({"id": "1", "timestamp": 0, "message": r.to_string()}));
    json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logEvents": events.collect::<Vec<_>>()})
}

fn lowered(record: &Value) -> Value {
    let members = record.as_object().unwrap().iter();
    let each = members.map(|(key, value)| {
        let text = if value.is_object() { Value::from(value.to_string()) } else { value.clone() };
        (key.to_lowercase(), text)
    });
    Value::Object(each.collect())
}

fn utf_16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// One counted record and one used record behind it, in every container.
fn containers() -> Vec<(&'static str, Vec<u8>)> {
    let (a, b) = (noise(59), lock_call(60));
    let both = [a.clone(), b.clone()];
    let file = log_file(&both);
    let item = |r: &Value| json!({"EventId": "x", "EventName": "y", "CloudTrailEvent": r.to_string()});
    let plain = String::from_utf8(file.clone()).unwrap();
    let (first, second) = file.split_at(file.len() / 2);
    vec![
        ("log file", file.clone()),
        ("log file over many lines", serde_json::to_vec_pretty(&json!({"Records": both})).unwrap()),
        ("lines", format!("{a}\n{b}\n").into_bytes()),
        ("lines with carriage returns", format!("{a}\r\n{b}\r\n").into_bytes()),
        ("concatenated", format!("{a}{b}").into_bytes()),
        ("concatenated over many lines", format!("{a:#}\n{b:#}\n").into_bytes()),
        ("log files one after another", [log_file(&both[..1]), log_file(&both[1..])].concat()),
        ("list", json!(both).to_string().into_bytes()),
        ("list of log files", json!([{"Records": [a]}, {"Records": [b]}]).to_string().into_bytes()),
        ("lookup-events", json!({"Events": [item(&a), item(&b)]}).to_string().into_bytes()),
        ("lookup-events, items", format!("{}\n{}", item(&a), item(&b)).into_bytes()),
        ("EventBridge", format!("{}\n{}", envelope(&a), envelope(&b)).into_bytes()),
        ("CloudWatch Logs", subscription(&both).to_string().into_bytes()),
        ("wrapped", json!([{"_raw": a.to_string()}, {"_raw": b.to_string()}]).to_string().into_bytes()),
        ("lowered, with JSON in texts", format!("{}\n{}", lowered(&a), lowered(&b)).into_bytes()),
        ("gzip", gzip(&file)),
        ("gzip, several members", [gzip(first), gzip(second)].concat()),
        ("zstd", zstd::encode_all(file.as_slice(), 3).unwrap()),
        ("UTF-8 with a byte order mark", [b"\xef\xbb\xbf".as_slice(), &file].concat()),
        ("UTF-16", utf_16(&plain)),
    ]
}

#[test]
fn every_container_gives_the_same_records() {
    for (name, bytes) in containers() {
        let log = read_one("anything.txt", bytes);
        assert_eq!(log.defects, [], "{name}");
        assert_eq!((log.records.read, log.records.used, log.records.counted_only), (2, 1, 1), "{name}");
        let (number, record) = used(&log).remove(0);
        assert_eq!(number, 1, "{name}");
        assert_eq!(record.name, "DeleteBackupVaultLockConfiguration", "{name}");
        assert_eq!(record.account.as_ref().map(ToString::to_string).as_deref(), Some("111122223333"), "{name}");
        assert_eq!(record.actor.principal, "arn:aws:iam::111122223333:user/a", "{name}");
        assert_eq!(record.request().text("backupVaultName"), Some("lag-prod"), "{name}");
        let (first, last) = log.evidence_extent().unwrap();
        assert_eq!((last - first).num_minutes(), 1, "{name}");
        assert_eq!(log.activity.pairs().map(|(_, events, _)| events).sum::<u64>(), 2, "{name}");
    }
}

#[test]
fn the_same_record_in_every_container_is_read_once() {
    let folder = Folder::new();
    for (i, (_, bytes)) in containers().into_iter().enumerate() {
        folder.put(&format!("{i:02}"), bytes);
    }
    let log = read(&[folder.path().to_owned()]);
    let copies = containers().len() as u64;
    assert_eq!(
        (log.records.used, log.records.duplicate, log.records.defective),
        (1, copies - 1, 0),
        "{:?}",
        log.defects
    );
}

#[test]
fn records_are_numbered_over_containers_and_gzip_members_with_the_broken_ones() {
    let text = format!("{}\n{}\n7\n{}\n", noise(1), json!({"Records": [noise(2), 5, lock_call(3)]}), lock_call(4));
    let (first, second) = text.as_bytes().split_at(100);
    let log = read_one("a.gz", [gzip(first), gzip(second)].concat());
    assert_eq!(used(&log).iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 5]);
    assert_eq!(log.defects.iter().map(|d| d.record).collect::<Vec<_>>(), [Some(2), Some(4)]);
    assert_eq!(log.records.read, 6);
}

#[test]
fn logstash_renames_the_time_of_a_record() {
    let mut record = lock_call(5);
    let time = record.as_object_mut().unwrap().remove("eventTime").unwrap();
    record["@timestamp"] = time;
    let log = read_one("a.json", record.to_string());
    assert_eq!(used(&log)[0].1.time, vaultrail::instant::parse("2026-10-30T00:05:00Z").unwrap());
}

#[test]
fn an_empty_error_code_is_no_refusal() {
    let mut record = lock_call(5);
    record["errorCode"] = json!("");
    let log = read_one("a.json", record.to_string());
    assert!(used(&log)[0].1.succeeded());
}

#[test]
fn a_state_change_has_a_place_in_time_and_none_in_the_log() {
    let mut change = envelope(&json!({"state": "COMPLETED"}));
    change["detail-type"] = json!("Backup Job State Change");
    let log = read_one("a.json", change.to_string());
    assert_eq!(log.records.used, 1);
    assert_eq!(log.evidence_extent().unwrap().0, vaultrail::instant::parse("2026-10-30T01:00:00Z").unwrap());
    assert_eq!(log.activity.pairs().count(), 0);
}

#[test]
fn a_health_check_of_a_subscription_is_no_record() {
    let check = json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "message": "CWL CONTROL MESSAGE"}]});
    let log = read_one("a.json", format!("{check}{}", subscription(&[lock_call(1)])));
    assert_eq!((log.records.read, log.records.defective), (1, 0));
}

#[test]
fn what_other_services_and_tools_write_is_no_evidence() {
    let notification = json!({"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
        "eventTime": "2026-10-30T01:00:00Z", "eventName": "ObjectCreated:Put", "s3": {}});
    let files = [
        ("s3.json", json!({"Records": [notification]}).to_string()),
        ("sns.json", json!({"Records": [{"EventSource": "aws:sns", "Sns": {}}]}).to_string()),
        ("flow.json", subscription(&[json!("2 111122223333 eni-1 ACCEPT OK")]).to_string()),
        ("terraform.tfstate", json!({"version": 4, "resources": [{"mode": "managed", "type": "aws_vpc"}]}).to_string()),
        ("template.json", json!({"Events": {"Api": {"Type": "Api"}}}).to_string()),
        ("policy.json", json!({"Version": "2012-10-17", "Statement": []}).to_string()),
        ("app.log", "[2026-10-30 01:00:00] {\"level\": \"info\"}\n[2026-10-30 01:00:01] {\"level\":".into()),
        ("lines.json", "{\"level\": \"info\"}\n{\"level\": \"warn\"}\n".into()),
        ("broken.json", "{\"a\": [1, 2".into()),
        ("README.md", "# evidence".into()),
        ("picture.png", "\u{1}\u{2}\u{3}".into()),
    ];
    let folder = Folder::new();
    folder.put("log.json", log_file(&[noise(1)]));
    for (name, text) in &files {
        folder.put(name, text);
    }
    let log = read(&[folder.path().to_owned()]);
    assert_eq!(log.defects, []);
    assert_eq!((log.files.read, log.files.not_evidence), (1, files.len() as u64));
    assert_eq!(log.records.read, 1);
}

#[test]
fn empty_files_and_empty_lists_are_read() {
    let folder = Folder::new();
    for (name, text) in [("a", ""), ("b", " \n"), ("c", "[]"), ("d", r#"{"Records":[]}"#), ("e", r#"{"Events": []}"#)] {
        folder.put(name, text);
    }
    folder.put("f.gz", gzip(b""));
    let log = read(&[folder.path().to_owned()]);
    assert_eq!((log.files.read, log.files.not_evidence, log.defects.len()), (6, 0, 0));
}

#[test]
fn hidden_files_and_folders_are_left_out_unless_they_are_named() {
    let folder = Folder::new();
    for name in ["a.json", ".hidden.json", ".git/b.json", "c/.d/e.json", "c/f.json"] {
        folder.put(name, log_file(&[noise(1)]));
    }
    assert_eq!(read(&[folder.path().to_owned()]).files.found, 2);
    assert_eq!(read(&[folder.at(".git"), folder.at(".hidden.json")]).files.found, 2);
}

#[cfg(unix)]
#[test]
fn links_lead_to_each_file_once_and_never_round_in_circles() {
    let folder = Folder::new();
    let file = folder.put("logs/b.json", log_file(&[lock_call(1)]));
    let link = |to: &std::path::Path, name: &str| std::os::unix::fs::symlink(to, folder.at(name)).unwrap();
    link(&file, "logs/a.json");
    link(folder.path(), "logs/round");
    link(&folder.at("logs"), "more");
    let whole = folder.path().to_owned();
    let log = read(&[whole.clone(), whole, file.clone(), folder.at("logs/../logs/b.json")]);
    assert_eq!((log.files.found, log.files.read, log.records.read), (1, 1, 1));
    // Of two names of one file the first counts, whatever order the disk has.
    assert!(log.sources[0].path.ends_with("logs/a.json"));
    std::fs::hard_link(file, folder.at("logs/c.json")).unwrap();
    assert_eq!(read(&[folder.path().to_owned()]).records.duplicate, 1);
}

#[test]
fn records_with_one_id_that_differ_are_a_defect_that_names_both() {
    let folder = Folder::new();
    let mut other = lock_call(7);
    other["sourceIPAddress"] = json!("198.51.100.1");
    folder.put("a.json", log_file(&[noise(1), lock_call(7)]));
    folder.put("b.json", log_file(&[other]));
    let log = read(&[folder.path().to_owned()]);
    assert_eq!((log.records.used, log.records.duplicate, log.records.defective), (1, 0, 1));
    let defect = &log.defects[0];
    assert!(defect.path.ends_with("b.json") && defect.record == Some(0), "{defect:?}");
    assert!(defect.reason.contains("a.json record 1"), "{defect:?}");
}

#[test]
fn records_without_an_id_are_the_same_only_if_they_say_the_same() {
    let mut a = lock_call(7);
    a.as_object_mut().unwrap().remove("eventID");
    let mut b = a.clone();
    b["sourceIPAddress"] = json!("198.51.100.1");
    let log = read_one("a.json", log_file(&[a.clone(), b, a]));
    assert_eq!((log.records.used, log.records.duplicate, log.records.defective), (2, 1, 0));
}

#[test]
fn a_list_with_a_next_token_does_not_say_that_it_is_whole() {
    let whole = |token: &str| {
        let folder = Folder::new();
        folder.put("manifest.json", manifest().to_string());
        let mut list = json!({"BackupVaultList": [vault()]});
        list[token] = json!("abc");
        folder.put("list.json", list.to_string());
        let log = read(&[folder.path().to_owned()]);
        assert_eq!((log.observations, log.defects.len()), (1, 0));
        log.entries.iter().any(|e| matches!(&e.said, Said::Observation(o) if o.whole_list || o.complete))
    };
    assert!(whole("ResponseMetadata"));
    assert!(!whole("NextToken"));
    assert!(!whole("nextToken"));
}

/// The account of the one snapshot row, its defects, after reading a folder with these manifests.
fn placed(manifests: &[(&str, &str)], captured_at: Option<&str>) -> (Option<String>, Vec<String>) {
    let folder = Folder::new();
    folder.put("a/b/list.json", json!({"BackupVaultList": [vault()]}).to_string());
    for (name, text) in manifests {
        folder.put(name, text);
    }
    let captured_at = captured_at.and_then(vaultrail::instant::parse);
    let options = Options { captured_at, ..Options::default() };
    let log = ingest::read(&[folder.path().to_owned()], &options).unwrap();
    let account = log.entries.iter().find_map(|e| match &e.said {
        Said::Observation(row) if !row.whole_list => {
            Some(row.account.as_ref().map_or("of nobody".into(), ToString::to_string))
        }
        _ => None,
    });
    (account, log.defects.into_iter().map(|d| d.reason).collect())
}

fn of(account: &str) -> String {
    let mut text = manifest();
    text["account"] = json!(account);
    text.to_string()
}

#[test]
fn the_nearest_manifest_upwards_counts() {
    let (outer, inner) = (of("111122223333"), of("444455556666"));
    let (account, defects) = placed(&[("manifest.json", &outer), ("a/m.json", &inner)], None);
    assert_eq!((account.as_deref(), defects.len()), (Some("444455556666"), 0));
    let (account, defects) = placed(&[("manifest.json", &outer), ("c/manifest.json", &inner)], None);
    assert_eq!((account.as_deref(), defects.len()), (Some("111122223333"), 0));
}

#[test]
fn a_broken_manifest_does_not_lend_its_snapshots_to_the_one_above() {
    let whole = of("111122223333");
    let broken = [
        ("{\"schema\": \"vaultrail.inventory/1\", \"captured_at\": \"2026-10-31T00:00:00Z\"", "broken"),
        ("{\"schema\": \"vaultrail.inventory/1\", \"captured_at\": oops}", "broken"),
        ("{\"schema\": \"vaultrail.inventory/2\"}", "known is"),
        ("{\"schema\": \"vaultrail.inventory/1\"}", "captured_at"),
        ("{\"schema\": \"vaultrail.inventory/1\", \"captured_at\": \"yesterday\"}", "captured_at"),
        (&of("12345"), "twelve digits"),
        (&of("111122223333").replace("\"111122223333\"", "111122223333"), "must be text"),
        (&of("111122223333").replace("\"eu-west-1\"", "[]"), "must be text"),
    ];
    for (text, word) in broken {
        let (account, defects) = placed(&[("manifest.json", &whole), ("a/manifest.json", text)], None);
        assert_eq!(account, None, "{text}");
        assert!(defects.iter().any(|d| d.contains(word)), "{text}: {defects:?}");
        assert!(defects.iter().any(|d| d.contains("no capture time")), "{text}: {defects:?}");
    }
    let (account, _) =
        placed(&[("a/manifest.json", "{\"schema\": \"vaultrail.inventory/1\"}")], Some("2026-10-31T00:00:00Z"));
    assert_eq!(account.as_deref(), Some("of nobody"));
}

#[test]
fn two_manifests_of_one_folder_that_differ_are_a_defect() {
    let (one, other) = (of("111122223333"), of("444455556666"));
    let (_, defects) = placed(&[("a/m1.json", &one), ("a/m2.json", &other)], None);
    assert_eq!(defects.len(), 1);
    assert!(defects[0].contains("another manifest"), "{defects:?}");
    assert_eq!(placed(&[("a/m1.json", &one), ("a/m2.json", &one)], None).1, Vec::<String>::new());
}

#[test]
fn the_name_of_a_file_helps_only_where_its_content_does_not_tell() {
    let folder = Folder::new();
    folder.put("manifest.json", manifest().to_string());
    folder.put("kms/get-key-policy.k1.json", json!({"Policy": "{}"}).to_string());
    folder.put("backup/list-backup-jobs.json", json!({"BackupVaultList": [vault()]}).to_string());
    folder.put("backup/list-copy-jobs.json", json!({"unrelated": 1}).to_string());
    let log = read(&[folder.path().to_owned()]);
    let operations: Vec<&str> = log
        .entries
        .iter()
        .filter_map(|e| match &e.said {
            Said::Observation(row) if !row.whole_list => Some(row.operation),
            _ => None,
        })
        .collect();
    assert_eq!(operations.len(), 2);
    assert!(operations.contains(&"kms get-key-policy") && operations.contains(&"backup list-backup-vaults"));
    assert_eq!(log.files.not_evidence, 1);
}

#[test]
fn fixtures_are_read_without_a_defect() {
    let log = read(&[root().join("fixtures/controls/VLT-02")]);
    assert_eq!(log.defects.iter().filter(|d| d.record.is_none()).collect::<Vec<_>>(), Vec::<&ingest::Defect>::new());
    assert!(log.entries.iter().any(|e| e.body()["BackupVaultArn"] == VAULT));
}

#[test]
fn strictly_a_record_that_is_only_counted_is_counted_once_and_one_id_with_two_bodies_is_told() {
    let folder = Folder::new();
    let mut other = noise(1);
    other["sourceIPAddress"] = json!("198.51.100.1");
    folder.put("a.json", log_file(&[noise(1), noise(2)]));
    folder.put("b.json", log_file(&[noise(2), other]));
    let paths = [folder.path().to_owned()];
    let log = read(&paths);
    assert_eq!((log.records.counted_only, log.records.duplicate, log.records.defective), (4, 0, 0));
    let log = ingest::read(&paths, &Options { strict: true, ..Options::default() }).unwrap();
    assert_eq!((log.records.counted_only, log.records.duplicate, log.records.defective), (2, 1, 1));
    let [defect] = log.defects.as_slice() else { panic!("{:?}", log.defects) };
    assert!(defect.path.ends_with("b.json") && defect.record == Some(1), "{defect:?}");
    assert!(defect.reason.contains("a.json record 0"), "{defect:?}");
}

#[test]
fn a_record_over_the_limit_is_a_defect_that_names_the_limit_and_the_rest_is_read() {
    let mut long = noise(2);
    long["userAgent"] = json!("x".repeat(17 << 20));
    for strict in [false, true] {
        let folder = Folder::new();
        let paths = [folder.put("a.json.gz", gzip(&log_file(&[noise(1), long.clone(), lock_call(3)])))];
        let log = ingest::read(&paths, &Options { strict, ..Options::default() }).unwrap();
        assert_eq!((log.records.used, log.records.counted_only, log.records.defective), (1, 1, 1));
        assert!(
            log.defects[0].record == Some(1) && log.defects[0].reason.contains("16777216, the limit"),
            "{:?}",
            log.defects
        );
    }
}
