//! The containers that CloudTrail records and AWS Backup reports come in once other services have had them: Security Lake,
//! CloudTrail Lake, Audit Manager, exports of CloudWatch Logs, zip bundles, and the neighbours of log files.

use crate::folder::{Folder, gzip, lock_call, log_file, manifest, noise, vault};
use crate::ingest::{read, read_one, subscription, used};
use crate::support::{audit, root, text};
use base64::Engine;
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use vaultrail::facts;
use vaultrail::ingest::{self, Log, Options, Place, Said, ocsf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The OCSF event that Security Lake makes of a record, in the shapes of its versions.
fn event(record: &Value, version: &str) -> Value {
    let old = version.starts_with("1.0");
    let identity = &record["userIdentity"];
    let mut user = json!({"type": identity["type"]});
    if old {
        user["uid"] = identity["principalId"].clone();
        user["uuid"] = identity["arn"].clone();
        user["account_uid"] = identity["accountId"].clone();
    } else {
        user["uid"] = identity["arn"].clone();
        user["uid_alt"] = identity["principalId"].clone();
        user["account"] = json!({"uid": identity["accountId"]});
    }
    let at = vaultrail::instant::parse(record["eventTime"].as_str().unwrap()).unwrap();
    let parameters = &record["requestParameters"];
    let data = if old {
        parameters.clone()
    } else {
        json!(if parameters.is_null() { String::new() } else { parameters.to_string() })
    };
    let mut event = json!({
        "class_uid": if old { 3005 } else { 6003 }, "class_name": "API Activity", "status": "Success", "time": at.timestamp_millis(),
        "metadata": {"product": {"name": "CloudTrail", "vendor_name": "AWS", "version": record["eventVersion"], "feature": {"name": "Management"}},
                     "uid": record["eventID"], "version": version},
        "api": {"operation": record["eventName"], "service": {"name": record["eventSource"]}, "request": {"data": data, "uid": ""},
                "response": {"data": ""}},
        "actor": {"user": user, "idp": {}, "session": {}},
        "cloud": {"provider": "AWS", "region": record["awsRegion"]},
        "src_endpoint": {"ip": record["sourceIPAddress"], "uid": ""},
        "http_request": {"user_agent": record["userAgent"]},
        "unmapped": {"readOnly": "false", "sharedEventID": ""},
    });
    if old {
        event["unmapped"] =
            json!([["eventType", record["eventType"]], ["recipientAccountId", record["recipientAccountId"]]]);
    } else {
        event["metadata"]["event_code"] = record["eventType"].clone();
        event["cloud"]["account"] = json!({"uid": record["recipientAccountId"]});
        event["time_dt"] = json!(vaultrail::instant::show(at));
    }
    event
}

/// A structure as CloudTrail Lake prints it.
fn unquoted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let each = members.iter().map(|(key, value)| format!("{}={}", key.to_lowercase(), unquoted(value)));
            format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The result of a query, with structures written one way or the other.
fn table(records: &[Value], structure: impl Fn(&Value) -> String, name: impl Fn(&str) -> String) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut columns: Vec<&String> = records.iter().flat_map(|record| record.as_object().unwrap().keys()).collect();
    columns.sort();
    columns.dedup();
    writer.write_record(columns.iter().map(|column| name(column))).unwrap();
    for record in records {
        let cell = |column: &&String| match &record[column.as_str()] {
            Value::Null => String::new(),
            Value::String(text) if *column == "eventTime" => text.replace('T', " ").replace('Z', ".000"),
            Value::String(text) => text.clone(),
            other => structure(other),
        };
        writer.write_record(columns.iter().map(cell)).unwrap();
    }
    writer.into_inner().unwrap()
}

fn zipped(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    zipped(members, CompressionMethod::Deflated)
}

fn lines(records: &[Value], line: impl Fn(&Value) -> String) -> Vec<u8> {
    records.iter().map(|record| line(record) + "\n").collect::<String>().into_bytes()
}

/// One counted record and one used record behind it, in every container.
fn containers() -> Vec<(&'static str, Vec<u8>)> {
    let both = [noise(59), lock_call(60)];
    let file = log_file(&both);
    let payload = |records: &[Value]| {
        base64::engine::general_purpose::STANDARD.encode(gzip(subscription(records).to_string().as_bytes()))
    };
    let same = |name: &str| name.to_owned();
    let sample = table(&both, Value::to_string, str::to_lowercase);
    vec![
        ("Security Lake 1.5, lines", lines(&both, |r| event(r, "1.5.0").to_string())),
        (
            "Security Lake 1.1, list",
            json!(both.iter().map(|r| event(r, "1.1.0")).collect::<Vec<_>>()).to_string().into_bytes(),
        ),
        (
            "Security Lake 1.0, one after another",
            both.each_ref().map(|r| format!("{:#}", event(r, "1.0.0-rc.2"))).concat().into_bytes(),
        ),
        ("CloudTrail Lake, JSON in cells", sample.clone()),
        ("CloudTrail Lake, maps in cells", table(&both, unquoted, str::to_lowercase)),
        ("CloudTrail Lake, mixed case", table(&both, unquoted, same)),
        ("CloudTrail Lake, gzip", gzip(&sample)),
        ("CloudWatch Logs, export", lines(&both, |r| format!("2026-10-30T02:00:00.123Z {r}"))),
        ("CloudWatch Logs, export, gzip", gzip(&lines(&both, |r| format!("2026-10-30T02:00:00.123Z {r}")))),
        ("CloudWatch Logs, payload as it comes", payload(&both).into_bytes()),
        ("CloudWatch Logs, payloads on lines", lines(&both, |r| payload(std::slice::from_ref(r)))),
        ("CloudWatch Logs, Lambda event", json!({"awslogs": {"data": payload(&both)}}).to_string().into_bytes()),
        ("zip", zip_of(&[("a/log.json", &file)])),
        ("zip, stored, of gzip", zipped(&[("a/log.json.gz", &gzip(&file))], CompressionMethod::Stored)),
        ("zip, gzip around it", gzip(&zip_of(&[("a/log.json", &file)]))),
        ("zip, zstd", zipped(&[("a/log.json", &file)], CompressionMethod::Zstd)),
        ("zip in zip", zip_of(&[("in.zip", &zip_of(&[("log.json", &file)]))])),
    ]
}

#[test]
fn every_further_container_gives_the_same_records() {
    for (name, bytes) in containers() {
        let log = read_one("anything.txt", bytes);
        assert_eq!(log.defects, [], "{name}");
        assert_eq!((log.records.read, log.records.used, log.records.counted_only), (2, 1, 1), "{name}");
        let (number, record) = used(&log).remove(0);
        assert_eq!(number, 1, "{name}");
        assert_eq!(record.id, "00000000-0000-4000-8000-000000000060", "{name}");
        assert_eq!(record.name, "DeleteBackupVaultLockConfiguration", "{name}");
        assert_eq!(record.account.as_ref().map(ToString::to_string).as_deref(), Some("111122223333"), "{name}");
        assert_eq!(record.region.as_ref().map(ToString::to_string).as_deref(), Some("eu-west-1"), "{name}");
        assert_eq!(record.actor.principal, "arn:aws:iam::111122223333:user/a", "{name}");
        assert_eq!(record.actor.source_ip.as_deref(), Some("192.0.2.1"), "{name}");
        assert_eq!(record.request().text("backupVaultName"), Some("lag-prod"), "{name}");
        assert!(record.succeeded(), "{name}");
        let (first, last) = log.evidence_extent().unwrap();
        assert_eq!((last - first).num_minutes(), 1, "{name}");
        assert_eq!(log.activity.pairs().map(|(_, events, _)| events).sum::<u64>(), 2, "{name}");
    }
}

#[test]
fn a_record_in_a_log_file_and_in_every_further_container_is_read_once_as_cloudtrail_wrote_it() {
    for (name, bytes) in containers() {
        let folder = Folder::new();
        folder.put("a", bytes);
        folder.put("z/log.json", log_file(&[noise(59), lock_call(60)]));
        let log = read(&[folder.path().to_owned()]);
        assert_eq!(log.defects, [], "{name}");
        assert_eq!((log.records.used, log.records.duplicate, log.records.defective), (1, 1, 0), "{name}");
        assert_eq!(*used(&log)[0].1.body(), lock_call(60), "{name}");
    }
}

#[test]
fn a_record_that_another_container_tells_otherwise_is_a_defect() {
    let mut other = lock_call(60);
    other["requestParameters"] = json!({"backupVaultName": "lag-test"});
    let altered = [noise(59), other];
    for bytes in [lines(&altered, |r| event(r, "1.5.0").to_string()), table(&altered, unquoted, str::to_lowercase)] {
        let folder = Folder::new();
        folder.put("a", bytes);
        folder.put("z/log.json", log_file(&[lock_call(60)]));
        let log = read(&[folder.path().to_owned()]);
        assert_eq!((log.records.used, log.records.defective), (1, 1));
        assert!(log.defects[0].path.ends_with("/a") && log.defects[0].record == Some(1), "{:?}", log.defects);
    }
}

/// A role's session, refused, with all that Security Lake has a place for.
fn refused() -> Value {
    let mut record = lock_call(7);
    record["userIdentity"] = json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:ci", "accountId": "111122223333",
        "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci", "accessKeyId": "ASIAEXAMPLE", "invokedBy": "cloudformation.amazonaws.com",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/deploy"},
                           "attributes": {"creationDate": "2026-10-30T00:00:00Z", "mfaAuthenticated": "false"}}});
    record["errorCode"] = json!("AccessDenied");
    record["errorMessage"] = json!("User is not authorized to perform: backup:DeleteBackupVaultLockConfiguration");
    record["readOnly"] = json!(false);
    record["resources"] = json!([{"ARN": "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag-prod", "accountId": "111122223333", "type": "AWS::Backup::BackupVault"}]);
    record["serviceEventDetails"] =
        json!({"state": "COMPLETED", "creationDate": {"seconds": 1_741_651_463, "nanos": 0}});
    record["sharedEventID"] = json!("11111111-0000-4000-8000-000000000000");
    record
}

#[test]
fn security_lake_keeps_identity_session_error_resources_and_what_is_unmapped() {
    let record = refused();
    let mut event = event(&record, "1.5.0");
    event["actor"]["invoked_by"] = json!("cloudformation.amazonaws.com");
    event["actor"]["user"]["credential_uid"] = json!("ASIAEXAMPLE");
    event["actor"]["session"] = json!({"issuer": "arn:aws:iam::111122223333:role/deploy", "created_time_dt": "2026-10-30T01:00:00.000+01:00", "is_mfa": false});
    event["api"]["response"] = json!({"error": "AccessDenied", "message": record["errorMessage"], "data": {}});
    event["status"] = json!("Failure");
    event["resources"] = json!([{"uid": record["resources"][0]["ARN"], "type": "AWS::Backup::BackupVault", "owner": {"account": {"uid": "111122223333"}}}]);
    let names = [
        ("readOnly", "false"),
        ("sharedEventID", "11111111-0000-4000-8000-000000000000"),
        ("userIdentity.sessionContext.sessionIssuer.type", "Role"),
        ("serviceEventDetails.state", "COMPLETED"),
        ("serviceEventDetails.creationDate.seconds", "1741651463"),
        ("serviceEventDetails.creationDate.nanos", "0"),
    ];
    let object: Value =
        names.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect::<serde_json::Map<_, _>>().into();
    let pairs = json!(names.iter().map(|(k, v)| json!({"key": k, "value": v})).collect::<Vec<_>>());
    let nested = json!({"readOnly": "false", "sharedEventID": names[1].1, "serviceEventDetails": record["serviceEventDetails"].to_string(),
        "userIdentity": {"sessionContext": {"sessionIssuer": {"type": "Role"}}}});
    for unmapped in [object.clone(), pairs, nested, json!(object.to_string())] {
        event["unmapped"] = unmapped;
        let mut back = ocsf::record(event.clone()).unwrap().unwrap();
        back["responseElements"] = Value::Null;
        let members = back.as_object_mut().unwrap();
        assert_eq!(members.remove("eventCategory"), Some(json!("Management")));
        assert_eq!(back, record);
    }
}

#[test]
fn an_ocsf_event_of_a_failure_is_never_a_success() {
    let mut event = event(&lock_call(1), "1.5.0");
    event["status"] = json!("Failure");
    let log = read_one("a.json", event.to_string());
    assert!(!used(&log)[0].1.succeeded());
}

#[test]
fn ocsf_events_of_other_products_are_only_counted() {
    let flow = json!({"class_uid": 4001, "class_name": "Network Activity", "time": 1, "metadata": {"product": {"name": "Amazon VPC"}, "version": "1.1.0"}});
    let finding = json!({"class_uid": 2003, "metadata": "?", "time": "no time"});
    let login = event(&noise(1), "1.1.0");
    let log = read_one("a.json", format!("{flow}\n{finding}\n{login}\n"));
    assert_eq!(log.defects, []);
    assert_eq!((log.records.read, log.records.counted_only), (3, 3));
    assert_eq!(log.activity.pairs().map(|(_, events, _)| events).sum::<u64>(), 1);
    assert_eq!(log.sources[0].kind.name(), "security-lake");
}

#[test]
fn ocsf_events_with_wrong_types_are_told_by_number() {
    let bent = |place: &str, value: Value| {
        let mut event = event(&lock_call(1), "1.5.0");
        *event.pointer_mut(place).unwrap() = value;
        event
    };
    let all = json!([
        event(&noise(1), "1.5.0"),
        bent("/api", json!(7)),
        bent("/api/operation", json!([])),
        bent("/metadata/uid", json!(5)),
        bent("/cloud/account/uid", json!(111_122_223_333_u64)),
        {"class_uid": 6003, "metadata": {"product": {"name": "CloudTrail"}}, "resources": 1, "time": {}},
        bent("/actor", json!([[[]]])),
        bent("/unmapped", json!([1, [], {"key": 1}, ["a"], "b"])),
    ]);
    let mut late = event(&lock_call(2), "1.5.0");
    late["time"] = json!("tomorrow");
    late["time_dt"] = json!(true);
    let log = read_one("a.json", format!("{all}{late}{{\"class_uid\": 6003, \"metadata\": {{}}, }}"));
    let told: Vec<_> = log.defects.iter().map(|d| (d.record, d.reason.as_str())).collect();
    assert_eq!(log.records.defective, 7, "{told:?}");
    for (record, word) in [
        (1, "`api.service.name`"),
        (2, "must be text, this is a list"),
        (3, "`metadata.uid`"),
        (4, "`cloud.account.uid`"),
        (8, "`time`"),
        (9, "no JSON"),
    ] {
        assert!(told.iter().any(|(n, why)| *n == Some(record) && why.contains(word)), "{record}: {told:?}");
    }
}

#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
#[test]
fn the_published_pair_of_event_and_record_is_one_record() {
    let folder = root().join("../shared/aws/records/ocsf");
    let name = |end: &str| folder.join(format!("generic_api_activity_v1.5.0.{end}.json"));
    let Ok(text) = std::fs::read_to_string(name("ocsf")) else {
        return eprintln!("skipped: {} is not here", folder.display());
    };
    // As published it is no JSON: a comma too many.
    let log = read(&[name("ocsf")]);
    assert_eq!(log.defects[0].record, Some(0));
    assert!(log.defects[0].reason.contains("no JSON"), "{:?}", log.defects);
    let mended = regex::Regex::new(r",(\s*\})").unwrap().replace_all(&text, "$1").into_owned();
    let back = ocsf::record(serde_json::from_str(&mended).unwrap()).unwrap().unwrap();
    let raw: Value = serde_json::from_str(&std::fs::read_to_string(name("raw")).unwrap()).unwrap();
    for (member, value) in raw.as_object().unwrap() {
        assert_eq!(back.get(member), Some(value).filter(|v| !v.is_null()), "{member}");
    }
    assert_eq!(read_one("a.json", mended).records.counted_only, 1);
}

#[test]
fn a_cell_that_is_empty_says_nothing() {
    let bytes = table(&[noise(1), lock_call(2)], unquoted, str::to_lowercase);
    let text = String::from_utf8(bytes).unwrap().replace(",111122223333\n", ",\n").replace("192.0.2.1", "");
    let log = read_one("a.csv", text);
    assert_eq!(log.defects, []);
    let record = used(&log).remove(0).1;
    assert_eq!(
        (record.flag("readOnly"), record.error_code.as_deref(), record.actor.source_ip.as_deref()),
        (None, None, None)
    );
    // The owner of the log is not stated: the caller's account stands in, as for any record without one.
    assert_eq!(record.account.as_ref().map(ToString::to_string).as_deref(), Some("111122223333"));
}

#[test]
fn a_query_result_without_the_columns_that_make_a_record_says_which_to_select() {
    let log = read_one(
        "result_1.csv",
        "eventid,eventname,awsregion,eventtime\nx,CreateVault,eu-west-1,2026-10-30 01:00:00.000\n",
    );
    assert_eq!(log.records.read, 0);
    assert!(log.defects[0].reason.contains("no column `eventSource`"), "{:?}", log.defects);
}

#[test]
fn ragged_rows_are_told_by_number_and_cost_no_other_row() {
    let rows = String::from_utf8(table(
        &[noise(1), lock_call(2), noise(3), lock_call(4)],
        Value::to_string,
        str::to_lowercase,
    ))
    .unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    let text = rows[2].replace("aws-cli", "\"open");
    rows[2] = &text;
    rows.insert(4, "too,short");
    rows.insert(5, "");
    let log = read_one("a.csv", rows.join("\r\n"));
    let told: Vec<_> = log.defects.iter().map(|d| d.record).collect();
    assert_eq!(told, [Some(1), Some(3)], "{:?}", log.defects);
    assert_eq!(used(&log).iter().map(|(number, _)| *number).collect::<Vec<_>>(), [4]);
    assert_eq!((log.records.read, log.records.counted_only), (5, 2));
}

#[test]
fn tables_of_other_things_are_no_evidence() {
    let folder = Folder::new();
    folder.put("log.json", log_file(&[noise(1)]));
    folder.put("LICENSE-3rdparty.csv", "component,origin,license\na,b,MIT\n");
    folder.put("alarms.csv", "Event Type,Event Name,Request ID,Alert\nAwsApiCall,ListObjects,E2,1\n");
    folder.put("counts.csv", "eventname,count\nListObjects,5\n");
    folder.put("app.log", "2026-10-30T01:00:00Z {\"level\": \"info\"}\n2026-10-30T01:00:01Z {\"level\":\n");
    folder.put("base64.txt", "H4sIAAAA");
    folder.put("result_sign.json", json!({"version": "1.0", "region": "eu-west-1", "files": [{"fileName": "result_1.csv.gz", "fileHashValue": "00"}],
        "hashSignature": "00", "publicKeyFingerprint": "00", "hashAlgorithm": "SHA-256"}).to_string());
    let log = read(&[folder.path().to_owned()]);
    assert_eq!(log.defects, []);
    assert_eq!((log.files.read, log.files.not_evidence), (2, 5));
    assert!(log.sources.iter().any(|source| source.kind.name() == "cloudtrail-lake-sign"));
}

#[test]
fn what_precedes_a_break_in_a_payload_is_read_and_the_break_told() {
    let records: Vec<Value> = (1..200).map(lock_call).collect();
    let payload = base64::engine::general_purpose::STANDARD.encode(gzip(subscription(&records).to_string().as_bytes()));
    let log = read_one("a.txt", &payload[..payload.len() * 3 / 4]);
    assert!(log.records.used > 50, "{:?}", log.records);
    assert!(
        log.defects.iter().any(|d| d.record.is_none() && d.reason.contains("gzip stream breaks")),
        "{:?}",
        log.defects
    );
}

#[test]
fn a_payload_is_read_from_folded_lines_too() {
    let payload = |records: &[Value]| {
        let text = base64::engine::general_purpose::STANDARD.encode(gzip(subscription(records).to_string().as_bytes()));
        text.as_bytes().chunks(76).collect::<Vec<_>>().join(&b'\n')
    };
    let log = read_one("a.txt", [payload(&[noise(1), lock_call(2)]), payload(&[lock_call(3)])].join(&b'\n'));
    assert_eq!((log.records.read, log.records.used, log.defects.len()), (3, 2, 0));
}

#[test]
fn a_payload_in_a_payload_is_told_and_not_followed() {
    let event = |data: &str| {
        json!({"awslogs": {"data": base64::engine::general_purpose::STANDARD.encode(gzip(data.as_bytes()))}})
            .to_string()
    };
    let log = read_one("a.json", event(&event(&subscription(&[lock_call(1)]).to_string())));
    assert_eq!((log.records.read, log.records.defective), (1, 1));
}

const PERIOD: &str = "2026-10-30T00:00:00Z - 2026-10-31T00:00:00Z";

/// A copy job as Audit Manager reports it.
fn copy_job(id: &str, status: &str) -> Value {
    json!({"reportTimePeriod": PERIOD, "accountId": "111122223333", "region": "eu-west-1", "copyJobId": id, "jobStatus": status,
        "resourceType": "EBS", "resourceArn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "creationDate": "2026-10-30T02:00:00Z",
        "completionDate": "2026-10-30T03:00:00Z", "sourceBackupVaultArn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:prod",
        "destinationBackupVaultArn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag-prod",
        "destinationRecoveryPointArn": format!("arn:aws:ec2:eu-west-1::snapshot/{id}")})
}

fn as_csv(rows: &[Value], header: impl Fn(&str) -> String) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    writer.write_record(columns.iter().map(|column| header(column))).unwrap();
    for row in rows {
        writer.write_record(columns.iter().map(|column| row[column.as_str()].as_str().unwrap_or_default())).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// `backupJobId` → `Backup Job Id`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            words.push(' ');
        }
        words.push(if words.is_empty() { c.to_ascii_uppercase() } else { c });
    }
    words
}

/// Everything that the snapshot rows of a log say, in order.
fn facts_of(log: &Log) -> Vec<String> {
    let mut facts: Vec<String> = facts::read(log).iter().map(|fact| format!("{} {:?}", fact.at, fact.about)).collect();
    facts.sort();
    facts
}

#[test]
fn a_job_report_says_what_the_cli_says_of_the_same_jobs() {
    let rows = [copy_job("c1", "COMPLETED"), copy_job("c2", "RUNNING")];
    let cli: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut job = row.clone();
            job["State"] = job.as_object_mut().unwrap().remove("jobStatus").unwrap();
            job
        })
        .collect();
    let folder = Folder::new();
    folder.put("manifest.json", manifest().to_string());
    folder.put("jobs.json", json!({"CopyJobs": cli}).to_string());
    let want = facts_of(&read(&[folder.path().to_owned()]));
    assert!(want.len() > 4, "{want:?}");
    let same = |name: &str| name.to_owned();
    for (name, text) in [
        ("report.json", json!({"reportItems": rows}).to_string()),
        ("report.csv", as_csv(&rows, same)),
        ("report.txt", as_csv(&rows, spaced)),
    ] {
        let log = read_one(name, text);
        assert_eq!(log.defects, [], "{name}");
        assert_eq!((log.records.read, log.observations), (0, 2), "{name}");
        assert_eq!(facts_of(&log), want, "{name}");
        assert_eq!(log.sources[0].kind.name(), "audit-manager-report");
        assert_eq!(log.sources[0].captured_at, vaultrail::instant::parse("2026-10-31T00:00:00Z"));
        for entry in &log.entries {
            let Said::Observation(row) = &entry.said else { panic!("no observation") };
            // A report is of what finished in its period: what it lacks may still exist.
            assert!(!row.whole_list && !row.complete, "{name}");
            assert_eq!(row.account.as_ref().map(ToString::to_string).as_deref(), Some("111122223333"), "{name}");
        }
    }
}

#[test]
fn every_report_of_audit_manager_is_inventory_of_its_own_operation() {
    let place = |mut row: Value| {
        row["accountId"] = json!("444455556666");
        row["region"] = json!("eu-west-1");
        row
    };
    let period = ("reportTimePeriodEnd", "2026-10-31T00:00:00Z");
    let backup = json!({"backupJobId": "b1", "jobStatus": "COMPLETED", "backupVaultName": "prod", "completionDate": "2026-10-30T03:00:00Z",
        "resourceArn": "arn:aws:ec2:eu-west-1:444455556666:volume/vol-1", "recoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/s", period.0: period.1});
    let reports = [
        ("backup list-backup-jobs", backup),
        ("backup list-restore-jobs", json!({"restoreJobId": "r1", "jobStatus": "RUNNING", period.0: period.1})),
        (
            "backup control-compliance-report",
            json!({"frameworkName": "f", "controlName": "BACKUP_RECOVERY_POINT_ENCRYPTED",
            "controlComplianceStatus": "NON_COMPLIANT", "lastEvaluationTime": "2026-10-31T00:00:00.002Z"}),
        ),
        (
            "backup resource-compliance-report",
            json!({"frameworkName": "f", "controlName": "BACKUP_LAST_RECOVERY_POINT_CREATED", "resourceId": "x",
            "resourceComplianceStatus": "COMPLIANT", "lastEvaluationTime": "2026-10-31T00:00:00.002Z"}),
        ),
    ];
    for (operation, row) in reports {
        let rows = [place(row)];
        for text in [json!({"reportItems": rows}).to_string(), as_csv(&rows, str::to_owned)] {
            let pointer = if text.starts_with('{') { "/reportItems/0" } else { "/0" };
            let log = read_one("report", text);
            assert_eq!(log.defects, [], "{operation}");
            let Said::Observation(row) = &log.entries[0].said else { panic!("no observation") };
            assert_eq!((row.operation, &log.entries[0].place), (operation, &Place::Pointer(pointer.into())));
            assert_eq!(row.captured_at, vaultrail::instant::parse("2026-10-31T00:00:00Z").unwrap());
            assert_eq!(row.account.as_ref().map(ToString::to_string).as_deref(), Some("444455556666"));
            if operation == "backup list-backup-jobs" {
                assert_eq!(
                    row.row().text("backupVaultArn"),
                    Some("arn:aws:backup:eu-west-1:444455556666:backup-vault:prod")
                );
            }
        }
    }
}

#[test]
fn a_report_without_a_time_needs_one_and_its_broken_rows_are_told() {
    let mut row = copy_job("c1", "COMPLETED");
    row.as_object_mut().unwrap().remove("reportTimePeriod");
    let text = json!({"reportItems": [row, 5]}).to_string();
    let log = read_one("a.json", &text);
    assert!(log.defects.iter().any(|d| d.reason.contains("--captured-at")), "{:?}", log.defects);
    assert!(log.defects.iter().any(|d| d.reason.contains("/reportItems/1 must be an object")), "{:?}", log.defects);
    let folder = Folder::new();
    let options = Options { captured_at: vaultrail::instant::parse("2026-10-31T00:00:00Z"), ..Options::default() };
    assert_eq!(ingest::read(&[folder.put("a.json", text)], &options).unwrap().observations, 1);
    let ragged = as_csv(&[copy_job("c1", "COMPLETED")], str::to_owned) + "1,2,3\n";
    let log = read_one("a.csv", ragged);
    assert_eq!(log.observations, 1);
    assert!(log.defects[0].reason.contains("row 1: this row has 3 cells"), "{:?}", log.defects);
    assert_eq!(read_one("a.json", r#"{"reportItems": []}"#).files.read, 1);
}

#[test]
fn an_archive_is_a_folder_of_its_own() {
    let file = log_file(&[lock_call(1)]);
    let list = json!({"BackupVaultList": [vault()]}).to_string();
    let policy = json!({"Policy": "{}"}).to_string();
    let mut other = manifest();
    other["account"] = json!("444455556666");
    let (own, other) = (manifest().to_string(), other.to_string());
    let bytes = zip_of(&[
        ("manifest.json", own.as_bytes()),
        ("backup\\list-backup-vaults.json", list.as_bytes()),
        ("kms/get-key-policy.k1.json", policy.as_bytes()),
        ("logs/", b""),
        ("logs/a.json.gz", &gzip(&file)),
        ("logs/.hidden.json", b"{\"Records\":"),
        (".git/x.json", b"{\"Records\":"),
        ("__MACOSX/._a.json", b"junk"),
        ("../../etc/evil.json", &log_file(&[lock_call(2)])),
        ("/etc/passwd.json", &log_file(&[lock_call(3)])),
    ]);
    let folder = Folder::new();
    folder.put("case.zip", bytes);
    folder.put("manifest.json", other);
    folder.put("list-copy-jobs.json", json!({"CopyJobs": [{"CopyJobId": "c"}]}).to_string());
    let log = read(&[folder.path().to_owned()]);
    assert_eq!(log.defects, []);
    assert_eq!((log.files.found, log.records.used, log.observations), (8, 3, 3));
    let paths: Vec<&str> =
        log.sources.iter().map(|s| s.path.rsplit_once("case.zip").map_or("", |(_, name)| name)).collect();
    for path in ["!backup/list-backup-vaults.json", "!logs/a.json.gz", "!../../etc/evil.json", "!/etc/passwd.json"] {
        assert!(paths.contains(&path), "{path} is not in {paths:?}");
    }
    for entry in &log.entries {
        let Said::Observation(row) = &entry.said else { continue };
        let inside = log.sources[entry.source].path.contains('!');
        let account = if inside { "111122223333" } else { "444455556666" };
        assert_eq!(
            row.account.as_ref().map(ToString::to_string).as_deref(),
            Some(account),
            "{}",
            log.sources[entry.source].path
        );
        assert_eq!(row.qualifier.as_deref() == Some("k1"), row.operation == "kms get-key-policy");
    }
    let member = log.sources.iter().find(|s| s.path.ends_with("a.json.gz")).unwrap();
    assert_eq!(ingest::stored_sha256(&member.path), Some(ingest::sha256(&gzip(&file))));
}

#[test]
fn an_archive_in_an_archive_is_read_and_one_below_is_told_with_the_limit() {
    let file = log_file(&[lock_call(1)]);
    let first = zip_of(&[("log.json", &file)]);
    let second = zip_of(&[("b.zip", &first)]);
    let folder = Folder::new();
    let path = folder.put("two.zip", &second);
    let log = read(std::slice::from_ref(&path));
    assert!(log.sources[0].path.ends_with("two.zip!b.zip!log.json"), "{:?}", log.sources);
    assert_eq!(ingest::stored_sha256(&log.sources[0].path), Some(ingest::sha256(&file)));
    let log = read_one("three.zip", zip_of(&[("c.zip", &second), ("d.json", &log_file(&[lock_call(2)]))]));
    assert_eq!((log.records.used, log.files.defective), (1, 1));
    assert!(
        log.defects[0].path.ends_with("three.zip!c.zip!b.zip") && log.defects[0].reason.contains("is the limit"),
        "{:?}",
        log.defects
    );
}

#[test]
fn an_empty_archive_is_read() {
    let log = {
        let folder = Folder::new();
        folder.put("empty.zip", zip_of(&[]));
        folder.put("log.json", log_file(&[noise(1)]));
        read(&[folder.path().to_owned()])
    };
    assert_eq!((log.files.found, log.files.read, log.defects.len()), (2, 2, 0));
}

#[test]
fn broken_and_encrypted_members_are_told_by_name_and_the_others_are_read() {
    let logs: Vec<Vec<u8>> = (1..4).map(|n| log_file(&[lock_call(n)])).collect();
    let whole = zipped(&[("a.json", &logs[0]), ("b.json", &logs[1]), ("c.json", &logs[2])], CompressionMethod::Stored);
    // A member whose bytes are not those that its checksum is of.
    let mut altered = whole.clone();
    let at = memchr::memmem::find(&altered, b"000000000002").unwrap();
    altered[at] = b'9';
    let log = read_one("a.zip", &altered);
    assert_eq!((log.files.found, log.files.read, log.files.defective, log.records.used), (3, 2, 1, 3));
    assert!(log.defects[0].path.ends_with("a.zip!b.json"), "{:?}", log.defects);
    // The end is missing, and with it the directory: what is whole is read.
    let log = read_one("a.zip", &whole[..whole.len() * 2 / 3]);
    assert!(log.records.used >= 1 && log.files.defective >= 1, "{:?}", log.files);
    assert!(
        log.defects.iter().any(|d| d.path.ends_with("a.zip") && d.reason.contains("zip archive is broken")),
        "{:?}",
        log.defects
    );
    // Flags of the headers say that a member is encrypted.
    let mut locked = whole.clone();
    for (sign, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let second = memchr::memmem::find_iter(&whole, sign).nth(1).unwrap();
        locked[second + flags] |= 1;
    }
    let log = read_one("a.zip", &locked);
    assert_eq!((log.records.used, log.files.defective), (2, 1));
    assert!(
        log.defects[0].path.ends_with("a.zip!b.json") && log.defects[0].reason.contains("encrypted"),
        "{:?}",
        log.defects
    );
}

#[test]
fn an_archive_on_standard_input_is_read() {
    let folder = Folder::new();
    let list = json!({"BackupVaultList": [vault()]}).to_string();
    let bytes = zip_of(&[("manifest.json", manifest().to_string().as_bytes()), ("vaults.json", list.as_bytes())]);
    let report = folder.run_with("audit - --format json --only VLT-02", bytes).report();
    assert_eq!(report.inputs.files.found, 2);
    assert!(report.sources.iter().any(|source| source.path == "-!vaults.json" && source.sha256.is_none()));
}

#[test]
fn every_container_survives_being_cut_and_bent() {
    let refused = refused();
    let mut all = containers();
    all.push(("Security Lake, refused", event(&refused, "1.5.0").to_string().into_bytes()));
    all.push(("report", as_csv(&[copy_job("c1", "COMPLETED")], spaced).into_bytes()));
    all.push(("zip of report", zip_of(&[("r.csv", as_csv(&[copy_job("c1", "COMPLETED")], spaced).as_bytes())])));
    for (_, bytes) in all {
        let step = bytes.len() / 60 + 1;
        let cuts = (0..bytes.len()).step_by(step).map(|end| bytes[..end].to_vec());
        let bends = (0..bytes.len()).step_by(step).map(|at| {
            let mut bent = bytes.clone();
            bent[at] ^= 0x15;
            bent
        });
        let folder = Folder::new();
        folder.put("log.json", log_file(&[noise(1)]));
        for (i, bent) in cuts.chain(bends).enumerate() {
            folder.put(&format!("{i:03}"), bent);
        }
        // The balance is checked in there.
        read(&[folder.path().to_owned()]);
    }
}

fn insight() -> Value {
    json!({"eventVersion": "1.08", "eventTime": "2026-10-30T05:00:00Z", "awsRegion": "eu-west-1", "eventID": "i1", "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "111122223333", "sharedEventID": "s1", "insightDetails": {"state": "Start", "eventSource": "backup.amazonaws.com",
        "eventName": "DeleteRecoveryPoint", "insightType": "ApiCallRateInsight"}, "eventCategory": "Insight"})
}

fn aggregated() -> Value {
    json!({"eventVersion": "1.0", "accountId": "111122223333", "eventId": "g1", "eventCategory": "Aggregated", "eventType": "AwsAggregatedEvent",
        "awsRegion": "eu-west-1", "eventSource": "s3.amazonaws.com", "timeWindow": {"windowStart": "2026-10-30T05:00:00Z", "windowEnd": "2026-10-30T05:05:00Z",
        "windowSize": "PT5M"}, "summary": {"primaryDimension": {"dimension": "eventName"}, "details": []}})
}

fn at_endpoint(minute: u32, error: Option<&str>) -> Value {
    let mut record = lock_call(minute);
    record["eventType"] = json!("AwsVpceEvents");
    record["eventCategory"] = json!("NetworkActivity");
    record["eventSource"] = json!("cloudtrail.amazonaws.com");
    record["eventName"] = json!("StopLogging");
    if let Some(error) = error {
        record["errorCode"] = json!(error);
    }
    record
}

#[test]
fn an_organization_trails_tree_is_read_with_its_neighbours_and_these_vouch_for_nothing() {
    let digest = json!({"awsAccountId": "111122223333", "digestStartTime": "2026-10-30T00:00:00Z", "digestEndTime": "2026-10-30T01:00:00Z", "logFiles": [],
        "digestS3Bucket": "b", "digestS3Object": "AWSLogs/o-exampleorgid/111122223333/CloudTrail-Digest/eu-west-1/2026/10/30/d.json.gz",
        "digestPublicKeyFingerprint": "f", "previousDigestSignature": null});
    let folder = Folder::new();
    let put = |account: &str, kind: &str, name: &str, records: &[Value]| {
        folder.put(
            &format!("AWSLogs/o-exampleorgid/{account}/{kind}/eu-west-1/2026/10/30/{account}_{kind}_{name}.json.gz"),
            gzip(&log_file(records)),
        );
    };
    put("111122223333", "CloudTrail", "20261030T0105Z_a", &[noise(1), lock_call(2)]);
    put("444455556666", "CloudTrail", "20261030T0105Z_b", &[noise(3)]);
    put("111122223333", "CloudTrail-Insight", "20261030T0505Z_c", &[insight()]);
    put("111122223333", "CloudTrail-Aggregated", "20261030T0505Z_d", &[aggregated(), aggregated()]);
    put(
        "111122223333",
        "CloudTrail-NetworkActivity",
        "20261030T0905Z_e",
        &[at_endpoint(500, None), at_endpoint(501, Some("VpceAccessDenied"))],
    );
    let digests = "AWSLogs/o-exampleorgid/111122223333/CloudTrail-Digest/eu-west-1/2026/10/30/d.json.gz";
    folder.put(digests, gzip(digest.to_string().as_bytes()));
    folder.put(
        "AWSLogs/o-exampleorgid/111122223333/CloudTrail-Lake/Query/2026/10/30/q/result_1.csv.gz",
        gzip(&table(&[noise(1), lock_call(2)], unquoted, str::to_lowercase)),
    );
    folder.put(
        "AWSLogs/o-exampleorgid/111122223333/CloudTrail-Lake/Query/2026/10/30/q/result_sign.json",
        r#"{"files":[],"hashSignature":"","publicKeyFingerprint":""}"#,
    );
    folder.put("security-lake/part-0.gz", gzip(&lines(&[lock_call(2)], |r| event(r, "1.1.0").to_string())));
    let log = read(&[folder.path().to_owned()]);
    assert_eq!(log.defects, []);
    assert_eq!((log.files.read, log.files.not_evidence), (log.files.found, 0));
    // The refused call at the endpoint is in no other file; the one that got through is in the log.
    assert_eq!(log.records.used, 2);
    assert_eq!(used(&log)[1].1.error_code.as_deref(), Some("VpceAccessDenied"));
    let last = log.activity.pairs().flat_map(|(_, _, runs)| runs.iter().map(|run| run.to)).max();
    assert_eq!(last, vaultrail::instant::parse("2026-10-30T00:03:00Z"));
}

/// What a report decides, and why.
fn decided(path: &Path) -> Vec<String> {
    let config = root().join("fixtures/estate/vaultrail.toml");
    let report = audit(&[text(path), "--config", text(&config)]).unwrap();
    assert!(report.inputs.defects.is_empty(), "{:?}", report.inputs.defects);
    let each = report.verdicts.iter();
    each.map(|v| {
        format!(
            "{} {} {:?} {} {} {:?}",
            v.control, v.subject.id, v.status, v.reason.code, v.reason.message, v.intervals
        )
    })
    .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn an_estate_in_an_archive_or_as_query_results_gets_the_same_verdicts() {
    let estate = root().join("fixtures/estate");
    let mut paths = Vec::new();
    files(&estate, &mut paths);
    let mut bundle = ZipWriter::new(Cursor::new(Vec::new()));
    let folder = Folder::new();
    for path in paths {
        let name = text(path.strip_prefix(&estate).unwrap()).to_owned();
        let bytes = std::fs::read(&path).unwrap();
        bundle.start_file(&*name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        bundle.write_all(&bytes).unwrap();
        let mut text = Vec::new();
        let _ = flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text);
        let records = serde_json::from_slice::<Value>(&text).ok().and_then(|log| log["Records"].as_array().cloned());
        match records.filter(|records| !records.is_empty()) {
            Some(records) => folder.put(&format!("results/{name}"), table(&records, unquoted, str::to_lowercase)),
            None => folder.put(&format!("results/{name}"), bytes),
        };
    }
    let want = decided(&estate);
    let bundle = folder.put("case.zip", bundle.finish().unwrap().into_inner());
    assert_eq!(decided(&bundle), want);
    assert_eq!(decided(&folder.at("results")), want);
}
