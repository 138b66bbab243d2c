//! The log files that digests name, compared with what lies here.

use super::DELIVERY;
use super::finding::{Class, Finding};
use crate::coverage::Run;
use crate::evidence::Evidence;
use crate::ingest::digest::{Digest, NamedLog, bare, file_name, lies_at};
use crate::ingest::hashing::Hashed;
use crate::ingest::{Defect, Log};
use std::collections::HashMap;

/// Files by their bare names.
pub struct Files<'l> {
    named: HashMap<&'l str, Vec<(&'l str, &'l Hashed)>>,
    damaged: HashMap<&'l str, Vec<&'l Defect>>,
}

impl<'l> Files<'l> {
    /// Of a log.
    pub fn of(log: &'l Log) -> Self {
        let mut named: HashMap<&str, Vec<(&str, &Hashed)>> = HashMap::new();
        for (path, hashed) in &log.hashed {
            named.entry(bare(file_name(path))).or_default().push((path, hashed));
        }
        let mut damaged: HashMap<&str, Vec<&Defect>> = HashMap::new();
        for defect in log.defects.iter().filter(|defect| defect.record.is_none()) {
            damaged.entry(bare(file_name(&defect.path))).or_default().push(defect);
        }
        Self { named, damaged }
    }

    /// What is wrong with the file that lies at an S3 key.
    pub fn damage(&self, object: &str) -> Option<&'l Defect> {
        let found = self.damaged.get(bare(file_name(object)))?;
        found.iter().copied().find(|defect| lies_at(&defect.path, object))
    }

    /// Compares one log file; `None`: it is here as it was delivered.
    pub fn compare(&self, log: &NamedLog, digest: &Digest, evidence: Evidence) -> Option<Finding> {
        let found = self.named.get(bare(file_name(&log.object))).map(Vec::as_slice).unwrap_or_default();
        let (here, elsewhere): (Vec<(&str, &Hashed)>, Vec<_>) =
            found.iter().copied().partition(|(path, _)| lies_at(path, &log.object));
        let right = |file: &(&str, &Hashed)| is(file.1, &log.hash);
        // A copy that says something else is read as evidence too, so it counts, whatever lies beside it.
        let other = found.iter().find(|file| !right(file)).filter(|_| here.iter().any(right));
        if other.is_none() && here.iter().any(right) {
            return None;
        }
        let (class, path, reason) = if let Some((path, hashed)) = other.or(here.first()) {
            let (class, reason) = wrong(hashed, &log.hash);
            (class, Some((*path).to_owned()), reason)
        } else if let Some((path, _)) = elsewhere.iter().find(|file| right(file)) {
            let reason = "its content is right, but this is not the key that the digest names".to_owned();
            (Class::LogMoved, Some((*path).to_owned()), reason)
        } else if let Some(defect) = self.damage(&log.object) {
            (Class::LogInvalidFormat, Some(defect.path.clone()), defect.reason.clone())
        } else {
            (Class::LogNotFound, None, "the digest names it and it is not here".to_owned())
        };
        Some(Finding {
            class,
            subject: format!("s3://{}/{}", log.bucket, log.object),
            path,
            run: Run {
                from: log.oldest.unwrap_or(digest.start - DELIVERY).min(digest.start),
                to: log.newest.unwrap_or(digest.end).max(digest.end),
            },
            evidence: Some(evidence),
            reason,
        })
    }
}

fn is(hashed: &Hashed, hash: &str) -> bool {
    hashed.sha256 == hash && hashed.first_member.is_none() && !hashed.broken
}

fn wrong(hashed: &Hashed, hash: &str) -> (Class, String) {
    if hashed.first_member.as_deref() == Some(hash) {
        let reason = "its first gzip member is what was delivered, and more bytes follow it".to_owned();
        (Class::LogAppended, reason)
    } else if hashed.broken {
        (Class::LogInvalidFormat, "it cannot be decompressed to its end".to_owned())
    } else {
        (Class::LogAltered, format!("the digest says SHA-256 {hash}, this is {}", hashed.sha256))
    }
}
