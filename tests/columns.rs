//! The table of events, and Parquet as evidence.

use crate::folder::{Folder, VAULT, lock_call, log_file, noise};
use crate::support::root;
use polars_arrow::array::{Array, BooleanArray, ListArray, PrimitiveArray, StructArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};
use polars_arrow::offset::OffsetsBuffer;
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    CompressionOptions, FileWriter, StatisticsOptions, Version, WriteOptions, get_dtype_encoding, row_group_iter,
};
use serde_json::{Value, json};
use std::path::PathBuf;
use vaultrail::arn::{AccountId, Region};
use vaultrail::ingest::activity::{Activity, Signs};
use vaultrail::ingest::columns::read::Table;
use vaultrail::ingest::columns::{OK, write};
use vaultrail::ingest::shape::Kind;
use vaultrail::ingest::{self, Log, Options, Said};
use vaultrail::instant;

const MOST: u64 = 1 << 30;

fn read(paths: &[PathBuf]) -> Log {
    ingest::read(paths, &Options { events: true, ..Options::default() }).unwrap()
}

fn read_one(name: &str, bytes: impl AsRef<[u8]>) -> Log {
    let folder = Folder::new();
    read(&[folder.put(name, bytes)])
}

fn parquet_of(log: &Log) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::write(&log.events, &mut bytes).unwrap();
    bytes
}

fn rows(bytes: &[u8]) -> Vec<Value> {
    Table::open(bytes, MOST).unwrap().rows().collect::<Result<_, _>>().unwrap()
}

fn text<'a>(row: &'a Value, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str)
}

/// What the table says of each account and Region.
fn activity(rows: &[Value]) -> Activity {
    let mut signs = Signs::default();
    for row in rows.iter().filter(|row| row["covers"] == true) {
        let pair = (AccountId::new(text(row, "account").unwrap()), Region::new(text(row, "region").unwrap()));
        signs.saw(instant::parse(text(row, "time").unwrap()).unwrap(), Some(pair));
    }
    let mut activity = Activity::default();
    activity.add(signs);
    activity.join();
    activity
}

#[test]
fn the_table_has_a_row_for_each_record_and_the_coverage_of_the_log() {
    let log = read(&[root().join("fixtures/estate")]);
    let rows = rows(&parquet_of(&log));
    assert_eq!(rows.len() as u64, log.records.read);
    assert!(log.records.duplicate > 0 && log.records.counted_only > log.records.used);
    assert_eq!(activity(&rows), log.activity);
    assert!(rows.is_sorted_by_key(|row| (text(row, "file").unwrap().to_owned(), row["record"].as_u64())));
    let mut used = 0;
    for entry in &log.entries {
        let Said::Record(record) = &entry.said else { continue };
        let record = record.open().unwrap();
        let path = &log.sources[entry.source].path;
        let ingest::Place::Record(number) = entry.place else { panic!("a record without a number") };
        let at =
            rows.partition_point(|row| (text(row, "file").unwrap(), row["record"].as_u64().unwrap()) < (path, number));
        let row = &rows[at];
        assert_eq!(text(row, "time"), Some(instant::show(record.time).as_str()));
        assert_eq!((text(row, "source"), text(row, "name")), (Some(&*record.source), Some(&*record.name)));
        assert_eq!(text(row, "actor"), Some(&*record.actor.principal).filter(|actor| *actor != "unknown"));
        assert_eq!(text(row, "outcome"), Some(record.error_code.as_deref().unwrap_or(OK)));
        used += 1;
    }
    assert_eq!(used, log.records.used);
}

#[test]
fn nobody_who_does_not_ask_gets_a_table() {
    let log = ingest::read(&[root().join("fixtures/estate")], &Options::default()).unwrap();
    assert!(log.events.is_empty());
}

#[test]
fn one_thread_and_four_write_the_same_table() {
    let folder = Folder::new();
    for n in 0..40 {
        folder.put(&format!("logs/{n}.json"), log_file(&[noise(n), noise(n + 1), lock_call(n + 2)]));
    }
    for (jobs, paths) in [("1", "logs"), ("4", "logs"), ("4", "logs/7.json logs")] {
        let table = format!("{jobs}{}.parquet", paths.len());
        folder.run(&format!("audit {paths} --jobs {jobs} --events-parquet {table} --fail-on never"));
    }
    let read = |name| std::fs::read(folder.at(name)).unwrap();
    assert_eq!(rows(&read("14.parquet")).len(), 120);
    assert_eq!(read("14.parquet"), read("44.parquet"));
    assert_eq!(read("14.parquet"), read("416.parquet"));
}

#[test]
fn hostile_text_comes_out_of_the_table_as_it_went_in() {
    let evil = "=cmd|'/C calc'!A0 \u{1b}[31m\u{0}\u{202e}\"\\ \u{1f4a5}<script>";
    let mut used = lock_call(1);
    used["errorCode"] = evil.into();
    let mut counted = noise(2);
    counted["eventName"] = evil.into();
    counted["userIdentity"] = json!({"type": "IAMUser", "userName": evil.repeat(4000)});
    let rows = rows(&parquet_of(&read_one("a.json", log_file(&[used, counted]))));
    assert_eq!(text(&rows[0], "outcome"), Some(evil));
    assert_eq!(text(&rows[1], "name"), Some(evil));
    assert_eq!(text(&rows[1], "actor"), Some(&*evil.repeat(4000)));
}

#[test]
fn what_is_not_known_of_a_record_is_empty_and_a_defective_one_has_no_row() {
    let insight = json!({"eventVersion": "1.07", "eventTime": "2026-10-30T01:00:00Z", "awsRegion": "eu-west-1",
        "eventType": "AwsCloudTrailInsight", "recipientAccountId": "111122223333", "insightDetails": {}});
    let change = json!({"version": "0", "id": "1", "detail-type": "Backup Job State Change", "source": "aws.backup",
        "account": "111122223333", "region": "eu-west-1", "time": "2026-10-30T01:00:00Z", "resources": [], "detail": {}});
    let mut other = change.clone();
    other["source"] = "aws.ec2".into();
    let mut timeless = noise(1);
    timeless["eventTime"] = "soon".into();
    let mut odd = noise(2);
    odd["errorCode"] = 7.into();
    let lines: Vec<String> = [insight, change, other, timeless, odd].iter().map(Value::to_string).collect();
    let log = read_one("a.ndjson", lines.join("\n"));
    let rows = rows(&parquet_of(&log));
    assert_eq!((log.records.read, log.records.defective, rows.len()), (5, 1, 4));
    let numbers: Vec<_> = rows.iter().map(|row| row["record"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [0, 1, 2, 4]);
    assert!(rows.iter().all(|row| row.get("outcome").is_none()), "{rows:#?}");
    assert!(rows.iter().all(|row| text(row, "account") == Some("111122223333") && text(row, "time").is_some()));
    assert_eq!(text(&rows[1], "name"), Some("Backup Job State Change"));
    assert_eq!(activity(&rows), log.activity);
}

#[test]
fn the_table_is_no_evidence_and_does_no_harm_beside_some() {
    let folder = Folder::new();
    folder.put("logs/a.json", log_file(&[noise(1)]));
    folder.run("audit logs --events-parquet logs/events.parquet --fail-on never").says(0, &[]);
    let first = std::fs::read(folder.at("logs/events.parquet")).unwrap();
    folder.run("audit logs --events-parquet logs/events.parquet --fail-on never").says(0, &[]);
    assert_eq!(std::fs::read(folder.at("logs/events.parquet")).unwrap(), first);
    folder.run("audit logs/events.parquet").says(2, &["a table that vaultrail wrote with --events-parquet"]);
    folder.run("audit logs --events-parquet no/such/folder.parquet").says(2, &["there is no folder"]);
}

// Parquet as others write it, made with polars.

fn texts(values: &[Option<&str>]) -> Box<dyn Array> {
    Utf8ViewArray::from_slice(values).boxed()
}

fn numbers(values: &[Option<i64>]) -> Box<dyn Array> {
    values.iter().copied().collect::<PrimitiveArray<i64>>().boxed()
}

fn field(name: &str, array: &dyn Array) -> Field {
    Field::new(name.into(), array.dtype().clone(), true)
}

fn group(members: Vec<(&str, Box<dyn Array>)>) -> Box<dyn Array> {
    let length = members[0].1.len();
    let fields = members.iter().map(|(name, array)| field(name, array.as_ref())).collect();
    let arrays = members.into_iter().map(|(_, array)| array).collect();
    StructArray::new(ArrowDataType::Struct(fields), length, arrays, None).boxed()
}

fn list(offsets: Vec<i64>, items: Box<dyn Array>) -> Box<dyn Array> {
    let dtype = ArrowDataType::LargeList(Box::new(field("item", items.as_ref())));
    ListArray::<i64>::new(dtype, OffsetsBuffer::try_from(offsets).unwrap(), items, None).boxed()
}

fn parquet(columns: Vec<(&str, Box<dyn Array>)>, compression: CompressionOptions) -> Vec<u8> {
    let schema: ArrowSchema =
        columns.iter().map(|(name, array)| ((*name).into(), field(name, array.as_ref()))).collect();
    let options = WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression,
        data_page_size: None,
    };
    let mut writer = FileWriter::try_new(Vec::new(), schema.clone(), options).unwrap();
    let fields = writer.parquet_schema().fields().to_vec();
    let encodings: Vec<_> = schema.iter_values().map(|field| get_dtype_encoding(field.dtype())).collect();
    let arrays: Vec<Box<dyn Array>> = columns.into_iter().map(|(_, array)| array).collect();
    let length = arrays[0].len();
    // Two row groups.
    for (from, count) in [(0, 1), (1, length - 1)] {
        let part = arrays.iter().map(|array| array.sliced(from, count)).collect();
        let batch = RecordBatchT::try_new(count, schema.clone().into(), part).unwrap();
        writer.write(count as u64, row_group_iter(batch, encodings.clone().into(), fields.clone(), options)).unwrap();
    }
    writer.end(None).unwrap();
    writer.into_inner()
}

const MILLIS: i64 = 1_793_322_000_000; // 2026-10-30T01:00:00Z

/// Three OCSF events as Security Lake stores them: the second is another product's, the third lacks what it was about.
fn security_lake(compression: CompressionOptions) -> Vec<u8> {
    let product = group(vec![("name", texts(&[Some("CloudTrail"), Some("Security Hub"), Some("CloudTrail")]))]);
    let service = group(vec![("name", texts(&[Some("s3.amazonaws.com"), Some("ec2.amazonaws.com"), None]))]);
    let entries = group(vec![
        ("key", texts(&[Some("a"), Some("b"), Some("a")])),
        ("value", texts(&[Some("1"), None, Some("x")])),
    ]);
    let resources = group(vec![("uid", texts(&[Some("arn:1"), Some("arn:2")])), ("type", texts(&[None, Some("t")]))]);
    parquet(
        vec![
            ("class_uid", numbers(&[Some(6003), Some(2001), Some(6003)])),
            ("time", numbers(&[Some(MILLIS), Some(MILLIS), None])),
            ("metadata", group(vec![("uid", texts(&[Some("e-1"), Some("e-2"), Some("e-3")])), ("product", product)])),
            ("api", group(vec![("operation", texts(&[Some("GetObject"), None, None])), ("service", service)])),
            (
                "cloud",
                group(vec![
                    ("region", texts(&[Some("eu-west-1"); 3])),
                    ("account", group(vec![("uid", texts(&[Some("111122223333"); 3]))])),
                ]),
            ),
            ("resources", list(vec![0, 2, 2, 2], resources)),
            ("unmapped", list(vec![0, 2, 3, 3], entries)),
            ("is_alert", BooleanArray::from_slice([true, false, true]).boxed()),
        ],
        compression,
    )
}

/// A used and a counted record as a query service exports them: names lowered, what has structure as JSON in a text.
fn exported() -> Vec<u8> {
    let (lock, other) = (lock_call(1), noise(2));
    let both = |key: &str| {
        let of = |record: &Value| match &record[key] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            value => Some(value.to_string()),
        };
        let values = [of(&lock), of(&other)];
        texts(&[values[0].as_deref(), values[1].as_deref()])
    };
    let time = |record: &Value| instant::parse(record["eventTime"].as_str().unwrap()).unwrap().timestamp_micros();
    let times = PrimitiveArray::from_vec(vec![time(&lock), time(&other)]);
    let mut columns = vec![("eventtime", times.to(ArrowDataType::Timestamp(TimeUnit::Microsecond, None)).boxed())];
    for key in
        ["eventVersion", "eventID", "eventSource", "eventName", "awsRegion", "recipientAccountId", "userIdentity"]
    {
        columns.push((key.to_lowercase().leak(), both(key)));
    }
    columns.push(("requestparameters", both("requestParameters")));
    parquet(columns, CompressionOptions::Snappy)
}

#[test]
fn rows_of_parquet_are_json_without_what_is_null() {
    let rows = rows(&security_lake(CompressionOptions::Uncompressed));
    let first = json!({"class_uid": 6003, "time": MILLIS, "metadata": {"uid": "e-1", "product": {"name": "CloudTrail"}},
        "api": {"operation": "GetObject", "service": {"name": "s3.amazonaws.com"}},
        "cloud": {"region": "eu-west-1", "account": {"uid": "111122223333"}},
        "resources": [{"uid": "arn:1"}, {"uid": "arn:2", "type": "t"}],
        "unmapped": {"a": "1", "b": null}, "is_alert": true});
    assert_eq!(rows[0], first);
    assert_eq!(rows[2].get("api"), None);
    assert_eq!(rows.len(), 3);
}

#[test]
fn security_lake_is_read_however_it_is_compressed() {
    for compression in [
        CompressionOptions::Uncompressed,
        CompressionOptions::Snappy,
        CompressionOptions::Gzip(None),
        CompressionOptions::Zstd(None),
    ] {
        let log = read_one("lake", security_lake(compression));
        assert_eq!(log.sources[0].kind, Kind::Parquet);
        assert_eq!((log.records.read, log.records.counted_only, log.records.defective), (3, 2, 1), "{:?}", log.defects);
        assert_eq!((log.defects[0].record, log.files.read), (Some(2), 1));
        let (pair, count, _) = log.activity.pairs().next().unwrap();
        assert_eq!((pair.0.as_str(), pair.1.as_str(), count), ("111122223333", "eu-west-1", 1));
    }
}

#[test]
fn records_whose_members_are_columns_say_what_they_say_as_json() {
    let columns = read_one("a.parquet", exported());
    let json = read_one("a.json", log_file(&[lock_call(1), noise(2)]));
    assert_eq!(columns.defects, []);
    assert_eq!(columns.activity, json.activity);
    assert_eq!(columns.records, json.records);
    let used = |log: &Log| match &log.entries[0].said {
        Said::Record(record) => (
            record.open().unwrap().actor.principal,
            record.id.clone(),
            record.time,
            record.name.clone(),
            record.account.clone(),
        ),
        Said::Observation(_) | Said::Digest(_) => panic!("no record"),
    };
    assert_eq!(used(&columns), used(&json));
    let Said::Record(record) = &columns.entries[0].said else { panic!("no record") };
    let name = VAULT.rsplit(':').next();
    assert_eq!(record.open().unwrap().request().text("backupVaultName"), name);
}

#[test]
fn a_table_about_something_else_is_no_evidence() {
    let sales = parquet(vec![("price", numbers(&[Some(1), Some(2)]))], CompressionOptions::Snappy);
    let folder = Folder::new();
    folder.put("sales.parquet", sales);
    folder.put("a.json", log_file(&[noise(1)]));
    let log = read(&[folder.path().to_owned()]);
    assert_eq!((log.files.read, log.files.not_evidence, log.files.defective), (1, 1, 0));
}

#[test]
fn bent_parquet_is_told_as_a_defect_and_what_precedes_the_bend_is_kept() {
    let whole = security_lake(CompressionOptions::Zstd(None));
    let mut cut = whole.clone();
    cut.truncate(whole.len() / 2);
    let log = read_one("lake", &cut);
    assert_eq!((log.files.defective, log.records.read), (1, 0));
    assert!(log.defects[0].reason.contains("does not end as Parquet does"), "{:?}", log.defects);

    let (mut kept, mut told) = (0, 0);
    // A small generator: the same bends in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 1).unwrap()
    };
    for whole in [whole, security_lake(CompressionOptions::Uncompressed), exported(), own_table()] {
        for _ in 0..150 {
            let mut bytes = whole.clone();
            for _ in 0..=next() % 3 {
                let at = 4 + next() % (bytes.len() - 4);
                bytes[at] = if next() % 2 == 0 { bytes[at] ^ (1 << (next() % 8)) } else { next().to_le_bytes()[0] };
            }
            let folder = Folder::new();
            let paths = [folder.put("lake", bytes), folder.put("a.json", log_file(&[noise(1)]))];
            let log = read(&paths);
            assert_eq!(log.files.found, log.files.read + log.files.defective + log.files.not_evidence);
            let accounted = log.records.used + log.records.counted_only + log.records.duplicate + log.records.defective;
            assert_eq!(log.records.read, accounted);
            kept += u64::from(log.files.defective == 1 && log.records.read > 1);
            told += log.files.defective;
        }
    }
    assert!(kept > 20 && told > 200, "{kept} {told}");
}

fn own_table() -> Vec<u8> {
    parquet_of(&read_one("a.json", log_file(&[noise(1), lock_call(2)])))
}

#[test]
fn what_parquet_declares_is_bounded() {
    let lake = security_lake(CompressionOptions::Zstd(None));
    let table = Table::open(&lake, 100).unwrap();
    let told: Vec<_> = table.rows().collect();
    assert_eq!(
        told,
        [Err("row group 1 of 2: it needs more than 100 bytes of memory, the limit; write smaller row groups".into())]
    );
    // Few bytes in a dictionary, many in rows.
    let long = "x".repeat(100_000);
    let names = vec![Some(long.as_str()); 1000];
    let bomb = parquet(vec![("eventName", texts(&names))], CompressionOptions::Zstd(None));
    assert!(bomb.len() < 2000);
    let table = Table::open(&bomb, 1 << 20).unwrap();
    let told: Vec<_> = table.rows().collect();
    assert_eq!(told.len(), 11);
    assert!(told[10].as_ref().unwrap_err().contains("longer than 1048576 bytes"), "{:?}", told[10]);
    let mut deep = numbers(&[Some(1), Some(2)]);
    for _ in 0..100 {
        deep = group(vec![("a", deep)]);
    }
    let deep = parquet(vec![("a", deep)], CompressionOptions::Uncompressed);
    let told = Table::open(&deep, MOST).err().unwrap();
    assert_eq!(told, "its columns are nested deeper than 64 levels, the limit");
}
