//! Hourly digest files that name the log files by hash. Nobody holds CloudTrail's keys, so the signatures in them are noise:
//! hashes and links can be checked, signatures cannot.

use super::Delivered;
use super::logs::shown;
use super::rng::{HEX, Rng};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

const BUCKET: &str = "example-org-trail";
const TRAIL: &str = "org-trail";
const HOME: &str = "us-east-1";

/// Writes the digests of every account and Region below `folder`; answers how many.
pub fn write(folder: &Path, organization: &str, delivered: &[Delivered]) -> Result<u64, Box<dyn Error>> {
    let mut chains: BTreeMap<(&str, &str), Vec<&Delivered>> = BTreeMap::new();
    for file in delivered {
        chains.entry((file.account, file.region)).or_default().push(file);
    }
    let mut written = 0;
    for (number, (pair, files)) in chains.into_iter().enumerate() {
        written += chain(folder, organization, pair, &files, &mut Rng::new(0, number as u64))?;
    }
    Ok(written)
}

/// One chain: a digest for every hour from the first delivery to the last.
fn chain(
    folder: &Path,
    organization: &str,
    (account, region): (&str, &str),
    files: &[&Delivered],
    rng: &mut Rng,
) -> Result<u64, Box<dyn Error>> {
    let hour = TimeDelta::hours(1);
    let mut by_hour: BTreeMap<DateTime<Utc>, Vec<&Delivered>> = BTreeMap::new();
    for file in files {
        by_hour.entry(file.stamp.duration_trunc(hour)?).or_default().push(file);
    }
    let (Some((&first, _)), Some((&last, _))) = (by_hour.first_key_value(), by_hour.last_key_value()) else {
        return Ok(0);
    };
    let mut hex = |length| {
        let mut text = String::new();
        rng.word(&mut text, length, HEX);
        text
    };
    let fingerprint = hex(32);
    let mut previous: Option<(String, String)> = None;
    let (mut start, mut written) = (first, 0);
    while start <= last {
        let end = start + hour;
        let logs = by_hour.remove(&start).unwrap_or_default();
        let day = end.format("%Y/%m/%d");
        let stamp = end.format("%Y%m%dT%H%M%SZ");
        let key = format!(
            "AWSLogs/{organization}/{account}/CloudTrail-Digest/{region}/{day}/{account}_CloudTrail-Digest_{region}_{TRAIL}_{HOME}_{stamp}.json.gz"
        );
        let text = json!({
            "awsAccountId": account,
            "digestStartTime": shown(start),
            "digestEndTime": shown(end),
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": logs.iter().map(|log| log.extent.1).max().map(shown),
            "oldestEventTime": logs.iter().map(|log| log.extent.0).min().map(shown),
            "previousDigestS3Bucket": previous.as_ref().map(|_| BUCKET),
            "previousDigestS3Object": previous.as_ref().map(|(key, _)| key),
            "previousDigestHashValue": previous.as_ref().map(|(_, hash)| hash),
            "previousDigestHashAlgorithm": previous.as_ref().map(|_| "SHA-256"),
            "previousDigestSignature": previous.as_ref().map(|_| hex(512)),
            "logFiles": logs.iter().map(|log| entry(log)).collect::<Vec<_>>(),
        })
        .to_string();
        super::store(&folder.join(&key), text.as_bytes())?;
        previous = Some((key, vaultrail::ingest::sha256(text.as_bytes())));
        written += 1;
        start = end;
    }
    Ok(written)
}

fn entry(log: &Delivered) -> Value {
    json!({
        "s3Bucket": BUCKET,
        "s3Object": log.key,
        "hashValue": log.sha256,
        "hashAlgorithm": "SHA-256",
        "newestEventTime": shown(log.extent.1),
        "oldestEventTime": shown(log.extent.0),
    })
}
