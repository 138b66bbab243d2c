//! Digest chains: whether the log files are those that CloudTrail delivered, and for which time that is known.
//!
//! AWS CloudTrail User Guide, "Validating CloudTrail log file integrity", without a network. Beyond what
//! `aws cloudtrail validate-logs` does: the hash of the previous digest is compared, more than one missing digest in a row is
//! seen, and so are a digest slipped in between two others and data behind the first gzip member.

pub mod asked;
pub mod chain;
pub mod files;
pub mod finding;
pub mod keys;
mod links;

use crate::arn::{AccountId, Region};
use crate::coverage::{self, Assertion, Chains, Pair, Run};
use crate::evidence::Grade;
use crate::ingest::Log;
use crate::ingest::digest::{file_name, is_named_so};
use crate::ingest::shape::Kind;
use crate::instant;
use asked::Asked;
use chain::{Chain, ChainId, Checked, Ground};
use chrono::Duration;
use files::Files;
use finding::{Class, Finding};
use keys::Keys;
use links::Links;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// So late may an event arrive in the bucket, and its log file in the next digest: AWS names five minutes as the average and
/// guarantees nothing; ten are the longest seen in real logs. A stretch of digests is trusted up to so long before its end.
pub const DELIVERY: Duration = Duration::minutes(15);

/// What digests say of the evidence.
#[derive(Debug, Default)]
pub struct Integrity {
    /// Every chain.
    pub chains: Vec<Chain>,
    /// Findings that belong to no chain.
    pub strays: Vec<Finding>,
    /// Log files that no digest names.
    pub not_covered: Vec<String>,
    /// How many public keys there are.
    pub keys: usize,
    /// The chains of each account and Region, by their numbers.
    by_pair: BTreeMap<Pair, Vec<usize>>,
    /// How many log files with the name of an account and Region no digest names.
    not_covered_of: BTreeMap<Pair, usize>,
}

impl Integrity {
    /// Checks all digests of a log; `stated` is where the user asks for one.
    pub fn check(log: &Log, stated: &[Assertion]) -> Self {
        let digests: Vec<_> = log.digests().collect();
        let keys = Keys::load(&log.public_keys);
        let mut links = Links::of(&digests);
        let unfit = links.save(&log.signatures, &keys);
        let files = Files::of(log);
        let mut members: BTreeMap<ChainId, Members> = BTreeMap::new();
        for (index, (_, digest)) in digests.iter().enumerate() {
            members.entry(ChainId::of(&digest.object)).or_default().0.push(index);
        }
        let known: BTreeSet<&str> = digests.iter().map(|(_, digest)| digest.path.as_str()).collect();
        for (path, reason) in not_digests(log).filter(|(path, _)| !known.contains(path)) {
            let broken = &mut members.entry(ChainId::of(path)).or_default().1;
            if !broken.iter().any(|(other, _)| other == path) {
                broken.push((path.to_owned(), reason.to_owned()));
            }
        }
        let ground =
            Ground { digests: &digests, links: &links, keys: &keys, files: &files, asked: &Asked::of(log, stated) };
        let chains = members.par_iter().map(|(id, (members, broken))| Chain::check(id, members, broken, &ground));
        let chains: Vec<Chain> = chains.collect();
        let mut by_pair: BTreeMap<Pair, Vec<usize>> = BTreeMap::new();
        for (at, chain) in chains.iter().enumerate() {
            if let Some(pair) = chain.id.pair() {
                by_pair.entry(pair).or_default().push(at);
            }
        }
        let strays = unfit.into_iter().map(|saved| Finding {
            class: Class::SignatureFailed,
            subject: saved.path.clone(),
            path: Some(saved.path.clone()),
            run: Run { from: instant::Instant::default(), to: instant::Instant::default() },
            evidence: None,
            reason: "this saved signature is that of no digest here: the digest was altered, or is not given".into(),
        });
        let not_covered: Vec<String> = not_covered(log).map(str::to_owned).collect();
        let mut not_covered_of: BTreeMap<Pair, usize> = BTreeMap::new();
        for pair in not_covered.iter().filter_map(|path| pair_of_log(path)) {
            *not_covered_of.entry(pair).or_default() += 1;
        }
        Self { strays: strays.collect(), keys: keys.count(), not_covered, chains, by_pair, not_covered_of }
    }

    /// Every finding of every chain, and those of none.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.chains.iter().flat_map(|chain| &chain.findings).chain(&self.strays)
    }

    /// The chains of an account and Region.
    pub fn of(&self, pair: &Pair) -> impl Iterator<Item = &Chain> {
        self.by_pair.get(pair).into_iter().flatten().filter_map(|at| self.chains.get(*at))
    }

    /// Tells the log of files that hold something else than was delivered.
    pub fn tell(&self, log: &mut Log) {
        let told: BTreeSet<&str> = log.defects.iter().map(|defect| defect.path.as_str()).collect();
        let found = self.findings().filter_map(|finding| {
            let path = finding.path.as_ref()?;
            let untold = finding.class == Class::DigestInvalidFormat && !told.contains(path.as_str());
            let reason = format!("{} {}: {}", finding.subject, finding.class.words(), finding.reason);
            (finding.class.is_mismatch() || untold).then(|| (path.clone(), reason))
        });
        let found: Vec<_> = found.collect();
        log.damaged(found);
    }

    /// What coverage can be had from it.
    pub fn coverage(&self) -> Chains {
        let mut out = Chains::default();
        for pair in self.by_pair.keys() {
            // A backfill digest tells of stragglers, not of all that was delivered in a time.
            let hourly = || self.of(pair).filter(|chain| !chain.id.backfill);
            let settled = |least| joined(hourly().flat_map(|chain| settled(chain.runs(least))));
            out.proven.insert(pair.clone(), settled(Grade::Proven));
            out.inferred.insert(pair.clone(), settled(Grade::Inferred));
            out.broken.insert(pair.clone(), joined(self.of(pair).flat_map(|chain| self.broken(pair, chain))));
        }
        out
    }

    /// Where files of a chain are missing or altered, and no other trail has that time.
    fn broken(&self, pair: &Pair, chain: &Chain) -> Vec<Run> {
        let holes = joined(chain.findings.iter().filter(|finding| finding.class.is_hole()).map(|finding| finding.run));
        if holes.is_empty() {
            return holes;
        }
        let others = self.of(pair).filter(|other| other.id != chain.id && !other.id.backfill);
        coverage::without(&holes, &joined(others.flat_map(|other| settled(other.runs(Grade::Inferred)))))
    }

    /// How many log files with the name of an account and Region no digest names.
    pub fn not_covered_of(&self, pair: &Pair) -> usize {
        self.not_covered_of.get(pair).copied().unwrap_or_default()
    }

    /// Digests of an account and Region, by time.
    pub fn digests(&self, pair: &Pair) -> impl Iterator<Item = &Checked> {
        self.of(pair).flat_map(|chain| &chain.digests)
    }
}

/// Of a chain: its digests by their numbers, and files with the names of its digests that are none.
type Members = (Vec<usize>, Vec<(String, String)>);

/// Files with the names of digests that are none, and why.
fn not_digests(log: &Log) -> impl Iterator<Item = (&str, &str)> {
    let damaged = log.defects.iter().map(|defect| (defect.path.as_str(), defect.reason.as_str()));
    let others = log.sources.iter().filter(|source| !matches!(source.kind, Kind::Digest | Kind::Inventory));
    damaged
        .chain(others.map(|source| (source.path.as_str(), "this is no digest")))
        .filter(|(path, _)| is_named_so(path))
}

/// Log files that no digest names.
fn not_covered(log: &Log) -> impl Iterator<Item = &str> {
    let logs = log.sources.iter().filter(|s| s.kind == Kind::LogFile && !log.hashed.contains_key(&s.path));
    logs.map(|source| source.path.as_str())
}

/// `{account}_CloudTrail_{region}_…`.
fn pair_of_log(path: &str) -> Option<Pair> {
    let (account, rest) = file_name(path).split_once("_CloudTrail_")?;
    Some((AccountId::parse(account)?, Region::new(rest.split('_').next()?)))
}

fn joined(runs: impl Iterator<Item = Run>) -> Vec<Run> {
    coverage::join(runs.collect(), instant::tick())
}

/// Without the last minutes, whose events may have been delivered later.
fn settled(runs: Vec<Run>) -> impl Iterator<Item = Run> {
    runs.into_iter().map(|run| Run { to: run.to - DELIVERY, ..run }).filter(|run| run.from <= run.to)
}
