//! `vaultrail verify` against what it cannot do without: decompressing the same files and taking their SHA-256.
//!
//! `cargo bench --bench verify`.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "it writes the files that it reads")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::{Compression, write::GzEncoder};
use rayon::prelude::*;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use vaultrail::ingest::{self, Options, decompress::Inflater, sha256};
use vaultrail::integrity::Integrity;

const HOURS: usize = 24;
/// Log files of an hour.
const FILES: usize = 4;
/// Records of a file.
const RECORDS: usize = 1500;

fn put(folder: &Path, object: &str, text: &[u8]) -> u64 {
    let path = folder.join(object);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut gz = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::default());
    gz.write_all(text).unwrap();
    gz.finish().unwrap();
    text.len() as u64
}

/// A day of one trail; answers with its decompressed size.
fn day(folder: &Path) -> u64 {
    let mut size = 0;
    let mut before: Option<(String, String)> = None;
    for hour in 0..HOURS {
        let end = format!("2026-10-30T{hour:02}:59:59Z");
        let logs = (0..FILES).map(|file| {
            let record = |n: usize| {
                json!({
                    "eventVersion": "1.11", "eventTime": format!("2026-10-30T{hour:02}:{:02}:{:02}Z", n / 60 % 60, n % 60),
                    "eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "awsRegion": "eu-west-1",
                    "sourceIPAddress": format!("10.0.{}.{}", n % 250, n % 97), "userAgent": "aws-sdk-go/1.44 (linux; amd64)",
                    "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/app/session", "accountId": "111122223333",
                        "principalId": sha256(format!("{hour}/{file}/{n}/p").as_bytes())[..21]},
                    "requestParameters": {"instancesSet": {"items": [{"instanceId": sha256(n.to_string().as_bytes())[..17]}]}},
                    "responseElements": null, "requestID": sha256(format!("{hour}/{file}/{n}/r").as_bytes())[..36],
                    "eventID": sha256(format!("{hour}/{file}/{n}").as_bytes())[..36], "readOnly": true, "eventType": "AwsApiCall",
                    "managementEvent": true, "recipientAccountId": "111122223333", "eventCategory": "Management",
                })
            };
            let text = json!({"Records": (0..RECORDS).map(record).collect::<Vec<_>>()}).to_string();
            let object = format!(
                "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/30/111122223333_CloudTrail_eu-west-1_20261030T{hour:02}00Z_{file:016}.json.gz"
            );
            size += put(folder, &object, text.as_bytes());
            json!({"s3Bucket": "b", "s3Object": object, "hashValue": sha256(text.as_bytes()), "hashAlgorithm": "SHA-256"})
        });
        let logs: Vec<_> = logs.collect();
        let object = format!(
            "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/30/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261030T{hour:02}5959Z.json.gz"
        );
        let text = json!({
            "awsAccountId": "111122223333", "digestStartTime": format!("2026-10-30T{hour:02}:00:00Z"), "digestEndTime": end,
            "digestS3Bucket": "b", "digestS3Object": object, "digestPublicKeyFingerprint": "f",
            "previousDigestS3Bucket": before.as_ref().map(|_| "b"), "previousDigestS3Object": before.as_ref().map(|(o, _)| o),
            "previousDigestHashValue": before.as_ref().map(|(_, h)| h), "previousDigestSignature": before.as_ref().map(|_| "00"),
            "logFiles": logs,
        })
        .to_string();
        size += put(folder, &object, text.as_bytes());
        before = Some((object, sha256(text.as_bytes())));
    }
    size
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let found = ingest::discover::discover(&[folder.to_owned()]).unwrap();
    found.files.into_iter().map(|file| file.path).collect()
}

fn bench(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let size = day(folder.path());
    let files = files(folder.path());
    let mut group = c.benchmark_group("verify");
    group.throughput(Throughput::Bytes(size)).sample_size(10);
    group.bench_function("decompress and SHA-256", |b| {
        b.iter(|| {
            let hash =
                |inflater: &mut Inflater, path: &PathBuf| sha256(&inflater.text(&std::fs::read(path).unwrap()).bytes);
            files.par_iter().map_init(Inflater::default, hash).collect::<Vec<_>>()
        });
    });
    group.bench_function("whole", |b| {
        b.iter(|| {
            let options = Options { hash_only: true, ..Options::default() };
            let log = ingest::read(&[folder.path().to_owned()], &options).unwrap();
            let found = Integrity::check(&log, &[]);
            assert_eq!(found.findings().count(), 0);
            found
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
