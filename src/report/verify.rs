//! What `vaultrail verify` tells, `vaultrail.verify/1`: each chain of digests, what holds from when to when, what does not.

use crate::evidence::Grade;
use crate::ingest::Log;
use crate::ingest::shape::Kind;
use crate::instant;
use crate::integrity::Integrity;
use crate::integrity::chain::{Chain, Checked};
use crate::integrity::finding::Finding;
use crate::integrity::keys::Signature;
use serde::Serialize;
use std::collections::BTreeSet;

/// The value of `schema`.
pub const SCHEMA: &str = "vaultrail.verify/1";
/// Damaged evidence.
const DAMAGED: u8 = 4;

/// All of it; members stay in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// [`SCHEMA`].
    pub schema: String,
    /// The answer.
    pub summary: Summary,
    /// Every chain.
    pub chains: Vec<ChainInfo>,
    /// Findings that belong to no chain.
    pub findings: Vec<FindingInfo>,
    /// Log files that no digest names: nothing is known of them.
    pub not_covered: Vec<String>,
    /// Files that cannot be read and that no digest names.
    pub defects: Vec<Damaged>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// 0: all holds; 4: something does not.
    pub exit_code: u8,
    /// In one sentence.
    pub said: String,
    /// Public keys that were given.
    pub public_keys: usize,
    /// Digest files.
    pub digests: Tally,
    /// Log files that digests name.
    pub logs: Tally,
    /// Findings.
    pub findings: usize,
}

/// Files named and valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// That exist or must exist.
    pub named: u64,
    /// With which nothing is wrong.
    pub valid: u64,
}

/// One chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainInfo {
    /// Whose log.
    pub account: Option<String>,
    /// Of which Region.
    pub region: Option<String>,
    /// Of an organization's trail: its id.
    pub organization: Option<String>,
    /// The trail's name.
    pub trail: String,
    /// The trail's home Region.
    pub home_region: String,
    /// `hourly` or `backfill`.
    pub kind: String,
    /// `s3://bucket/prefix` of its latest digest.
    pub location: String,
    /// Begin of its first digest's time; `None`: no digest of it can be read.
    pub from: Option<String>,
    /// End of its last digest's time.
    pub to: Option<String>,
    /// Digest files.
    pub digests: Tally,
    /// Log files.
    pub logs: Tally,
    /// Where it holds: every log file delivered in these stretches is here as it was delivered.
    pub holds: Vec<Stretch>,
    /// What is known of the newest digest's signature.
    pub newest: Option<Newest>,
    /// `s3://bucket/key` of the digest before its first one, which was not given, nor anything that asks for its time: of
    /// what precedes `from` nothing is known.
    pub begins_after: Option<String>,
    /// What is wrong.
    pub findings: Vec<FindingInfo>,
}

/// A stretch over which a chain holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// First instant.
    pub from: String,
    /// Last instant.
    pub to: String,
    /// `proven`: signatures verify; `inferred`: hashes match.
    pub grade: String,
}

/// The newest digest of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Newest {
    /// Where it lies.
    pub path: String,
    /// `verified`, `not_given`, `no_keys`, `key_not_found`, `key_unusable`, `failed`.
    pub signature: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingInfo {
    /// The class's name.
    pub class: String,
    /// `Digest file` or `Log file`.
    pub what: String,
    /// `s3://bucket/key`, or the path where no key is known.
    pub subject: String,
    /// As `aws cloudtrail validate-logs` says it.
    pub result: String,
    /// Where the file lies here.
    pub path: Option<String>,
    /// Begin of the time concerned.
    pub from: Option<String>,
    /// Its end.
    pub to: Option<String>,
    /// In one sentence.
    pub reason: String,
}

/// A file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damaged {
    /// Which.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Verification {
    /// Of what was found.
    pub fn of(integrity: &Integrity, log: &Log) -> Self {
        let chains: Vec<ChainInfo> = integrity.chains.iter().map(chain).collect();
        let told: Vec<&Finding> = integrity.findings().collect();
        let snapshots = log.sources.iter().filter(|s| matches!(s.kind, Kind::Inventory | Kind::Manifest));
        let snapshots: BTreeSet<&str> = snapshots.map(|source| source.path.as_str()).collect();
        let named: BTreeSet<&str> = told.iter().filter_map(|finding| finding.path.as_deref()).collect();
        // Snapshots are not verified; what lies at a named key is a finding already.
        let untold = log.defects.iter().filter(|defect| {
            let path = defect.path.as_str();
            !named.contains(path) && !snapshots.contains(path)
        });
        let defects: Vec<Damaged> =
            untold.map(|d| Damaged { path: d.path.clone(), reason: d.reason.clone() }).collect();
        let sum = |of: fn(&ChainInfo) -> Tally| {
            chains
                .iter()
                .map(of)
                .fold(Tally::default(), |sum, one| Tally { named: sum.named + one.named, valid: sum.valid + one.valid })
        };
        let (digests, logs) = (sum(|chain| chain.digests), sum(|chain| chain.logs));
        let findings = told.len();
        let summary = Summary {
            exit_code: if findings + defects.len() > 0 { DAMAGED } else { 0 },
            said: said(digests, logs, findings, defects.len()),
            public_keys: integrity.keys,
            digests,
            logs,
            findings,
        };
        Self {
            schema: SCHEMA.into(),
            summary,
            chains,
            findings: integrity
                .strays
                .iter()
                .map(|stray| FindingInfo { from: None, to: None, ..finding(stray) })
                .collect(),
            not_covered: integrity.not_covered.clone(),
            defects,
        }
    }
}

fn said(digests: Tally, logs: Tally, findings: usize, defects: usize) -> String {
    let both = format!(
        "{}/{} digest files valid, {}/{} log files valid",
        digests.valid, digests.named, logs.valid, logs.named
    );
    let what = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    match (findings, defects) {
        (0, 0) => both,
        (n, 0) => format!("{both}; {}", what(n, "finding")),
        (n, d) => format!("{both}; {}, {}", what(n, "finding"), what(d, "unreadable file")),
    }
}

fn chain(chain: &Chain) -> ChainInfo {
    let first = chain.digests.iter().map(|digest| digest.run.from).min();
    let last = chain.digests.iter().max_by_key(|digest| (digest.run.to, digest.evidence));
    ChainInfo {
        account: chain.id.account.as_ref().map(ToString::to_string),
        region: chain.id.region.as_ref().map(ToString::to_string),
        organization: chain.id.organization.clone(),
        trail: chain.id.trail.clone(),
        home_region: chain.id.home.clone(),
        kind: if chain.id.backfill { "backfill" } else { "hourly" }.into(),
        location: chain.location.clone(),
        from: first.map(instant::show),
        to: last.map(|digest| instant::show(digest.run.to)),
        digests: Tally { named: chain.digests_named(), valid: chain.digests_valid() },
        logs: Tally {
            named: chain.digests.iter().map(|digest| digest.logs).sum(),
            valid: chain.digests.iter().map(|digest| digest.logs_valid).sum(),
        },
        holds: holds(chain),
        newest: last.map(newest),
        begins_after: chain.begins_after.clone(),
        findings: chain.findings.iter().map(finding).collect(),
    }
}

/// Its stretches, proven ones apart from those that only hashes vouch for.
fn holds(chain: &Chain) -> Vec<Stretch> {
    let proven = chain.runs(Grade::Proven);
    let rest = crate::coverage::without(&chain.runs(Grade::Inferred), &proven);
    let graded = proven.into_iter().map(|run| (run, "proven")).chain(rest.into_iter().map(|run| (run, "inferred")));
    let mut all: Vec<_> = graded.collect();
    all.sort();
    let told = all.into_iter().map(|(run, grade)| Stretch {
        from: instant::show(run.from),
        to: instant::show(run.to),
        grade: grade.into(),
    });
    told.collect()
}

fn newest(digest: &Checked) -> Newest {
    let signature = match digest.signature {
        Signature::Verified => "verified",
        Signature::NotGiven => "not_given",
        Signature::NoKeys => "no_keys",
        Signature::KeyNotFound => "key_not_found",
        Signature::KeyUnusable => "key_unusable",
        Signature::Failed => "failed",
    };
    Newest { path: digest.path.clone(), signature: signature.into() }
}

fn finding(finding: &Finding) -> FindingInfo {
    FindingInfo {
        class: finding.class.name().into(),
        what: if finding.class.is_of_log() { "Log file" } else { "Digest file" }.into(),
        subject: finding.subject.clone(),
        result: finding.class.words().into(),
        path: finding.path.clone(),
        from: Some(instant::show(finding.run.from)),
        to: Some(instant::show(finding.run.to)),
        reason: finding.reason.clone(),
    }
}
