//! CloudTrail digest files: hourly statements of which log files were delivered, each signed, each naming the one before it.
//!
//! Members: AWS CloudTrail User Guide, "CloudTrail digest file structure". A digest's signature is not in the file: it is
//! metadata of the object in S3, and the `previousDigestSignature` of the digest that follows.

use super::hashing::sha256;
use super::shape::Kind;
use super::{Defect, Log, Said};
use crate::arn::AccountId;
use crate::evidence::Evidence;
use crate::instant::{self, Instant};
use crate::record::node::Node;
use serde_json::Value;
use std::collections::BTreeSet;

/// A log file that a digest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLog {
    /// S3 bucket.
    pub bucket: String,
    /// S3 key.
    pub object: String,
    /// SHA-256 of its decompressed bytes, lower-case hex.
    pub hash: String,
    /// The time of its first event, where told.
    pub oldest: Option<Instant>,
    /// The time of its last event, where told.
    pub newest: Option<Instant>,
}

/// The digest before a digest, as that one names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previous {
    /// S3 bucket.
    pub bucket: String,
    /// S3 key.
    pub object: String,
    /// SHA-256 of its decompressed bytes, lower-case hex.
    pub hash: Option<String>,
}

/// One digest file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Where it lies here.
    pub path: String,
    /// SHA-256 of its own decompressed bytes, lower-case hex.
    pub sha256: String,
    /// Whether more bytes follow behind its first gzip member.
    pub appended: bool,
    /// `awsAccountId`.
    pub account: Option<String>,
    /// Names the log files that were delivered from this instant on …
    pub start: Instant,
    /// … up to this one.
    pub end: Instant,
    /// `digestEndTime` as written: it is signed.
    pub end_text: String,
    /// S3 bucket.
    pub bucket: String,
    /// S3 key.
    pub object: String,
    /// Which public key.
    pub fingerprint: String,
    /// The digest before it; `None`: it begins a chain.
    pub previous: Option<Previous>,
    /// The signature of the digest before it, hex as written: it is signed.
    pub previous_signature: Option<String>,
    /// Log files.
    pub logs: Vec<NamedLog>,
}

impl Digest {
    /// Reads a digest document; an error names the member that AWS's own validation demands and that is not there.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let document: Value =
            serde_json::from_slice(text).map_err(|cause| format!("this digest has an invalid format: {cause}"))?;
        Self::decode(&document, sha256(text)).map_err(|what| format!("this digest has an invalid format: {what}"))
    }

    fn decode(document: &Value, sha256: String) -> Result<Self, String> {
        let node = Node(document);
        let need = |key: &str| node.text(key).map(str::to_owned).ok_or_else(|| format!("no `{key}`"));
        let time = |key: &str| node.time(key).ok_or_else(|| format!("no time in `{key}`"));
        if node.get("previousDigestSignature").is_none() && !node.is_null("previousDigestSignature") {
            return Err("no `previousDigestSignature`".into());
        }
        let bucket = need("digestS3Bucket")?;
        let logs = node.list("logFiles").ok_or("no list in `logFiles`")?;
        let logs = logs.iter().map(|log| {
            Ok::<_, String>(NamedLog {
                bucket: log.text("s3Bucket").unwrap_or(&bucket).to_owned(),
                object: log.text("s3Object").ok_or("a log file without `s3Object`")?.to_owned(),
                hash: log.text("hashValue").ok_or("a log file without `hashValue`")?.to_ascii_lowercase(),
                oldest: log.time("oldestEventTime"),
                newest: log.time("newestEventTime"),
            })
        });
        let logs = logs.collect::<Result<_, _>>()?;
        let previous = node.text("previousDigestS3Object").map(|object| Previous {
            bucket: node.text("previousDigestS3Bucket").unwrap_or(&bucket).to_owned(),
            object: object.to_owned(),
            hash: node.text("previousDigestHashValue").map(str::to_ascii_lowercase),
        });
        let (start, end) = (time("digestStartTime")?, time("digestEndTime")?);
        if end < start {
            return Err("`digestEndTime` lies before `digestStartTime`".into());
        }
        Ok(Self {
            path: String::new(),
            sha256,
            appended: false,
            account: node.text("awsAccountId").map(str::to_owned),
            start,
            end,
            end_text: need("digestEndTime")?,
            object: need("digestS3Object")?,
            fingerprint: need("digestPublicKeyFingerprint")?,
            previous,
            previous_signature: node.get("previousDigestSignature").and_then(|s| s.0.as_str()).map(str::to_owned),
            logs,
            bucket,
        })
    }
}

impl Log {
    /// The digests, by time.
    pub fn digests(&self) -> impl Iterator<Item = (Evidence, &Digest)> {
        self.entries.iter().enumerate().filter_map(|(index, entry)| match &entry.said {
            Said::Digest(digest) => Some((Evidence(u32::try_from(index).ok()?), &**digest)),
            Said::Record(_) | Said::Observation(_) => None,
        })
    }

    /// Adds damage that digests show in files which could be read: paths with reasons.
    pub fn damaged(&mut self, found: Vec<(String, String)>) {
        let whole = self.defects.iter().filter(|defect| defect.record.is_none());
        let mut known: BTreeSet<String> = whole.map(|defect| defect.path.clone()).collect();
        let unknown = self.sources.iter().filter(|source| source.kind == Kind::NotEvidence);
        let unknown: BTreeSet<&str> = unknown.map(|source| source.path.as_str()).collect();
        for (path, reason) in found {
            if known.insert(path.clone()) {
                let counts = &mut self.files;
                let counted = if unknown.contains(path.as_str()) { &mut counts.not_evidence } else { &mut counts.read };
                *counted = counted.saturating_sub(1);
                counts.defective += 1;
            }
            self.defects.push(Defect { path, record: None, reason });
        }
        self.defects.sort();
        self.defects.dedup();
    }
}

/// Whether a name is one that CloudTrail gives to digests. Only a hint: it decides what is read first.
pub fn is_named_so(path: &str) -> bool {
    file_name(path).split_once("_CloudTrail-Digest_").is_some_and(|(account, _)| AccountId::parse(account).is_some())
}

/// When CloudTrail delivered a log file, to the minute, as its name says: `{account}_CloudTrail_{region}_YYYYMMDDTHHmmZ_…`.
pub fn delivered(path: &str) -> Option<Instant> {
    let (account, rest) = file_name(path).split_once("_CloudTrail_")?;
    AccountId::parse(account)?;
    let minute = rest.split_once('_')?.1.get(..13)?;
    instant::parse(&format!("{minute}00Z"))
}

/// The part of a key or path after its last slash, or after the archive that it is a member of.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '!']).next().unwrap_or(path)
}

/// A name without what tells how it is compressed: the same file may lie here unpacked.
pub fn bare(path: &str) -> &str {
    path.strip_suffix(".gz").or_else(|| path.strip_suffix(".zst")).unwrap_or(path)
}

/// Whether a path here can be the object of an S3 key: the same name, compressed or not, and below `AWSLogs` the same key.
pub fn lies_at(path: &str, object: &str) -> bool {
    let (path, object) = (bare(path), bare(object));
    match (path.rfind("AWSLogs/"), object.rfind("AWSLogs/")) {
        (Some(p), Some(o)) => path.get(p..) == object.get(o..),
        _ => file_name(path) == file_name(object),
    }
}
