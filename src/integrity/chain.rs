//! One chain of digests: which digests belong to it, and each of them against its successor, its key and its log files.

use super::asked::Asked;
use super::files::Files;
use super::finding::{Class, Finding};
use super::keys::{Keys, Signature, is_backfill};
use super::links::Links;
use crate::arn::{AccountId, Region};
use crate::coverage::{self, Pair, Run};
use crate::evidence::{Evidence, Grade};
use crate::ingest::digest::{Digest, bare, file_name, lies_at};
use crate::instant::{self, Instant};
use chrono::Duration;

/// Which chain: there is one for each trail, account and Region, and another for its backfill digests. The bucket and the
/// prefix are no part of it: a trail may be given others, and its chain goes on there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChainId {
    /// Whose log.
    pub account: Option<AccountId>,
    /// Of which Region.
    pub region: Option<Region>,
    /// Of an organization's trail: `o-…`.
    pub organization: Option<String>,
    /// The trail's name.
    pub trail: String,
    /// The trail's home Region.
    pub home: String,
    /// Whether it names log files that came too late for the digest of their hour.
    pub backfill: bool,
}

impl ChainId {
    /// Reads `{prefix/}AWSLogs/{o-id/}{account}/CloudTrail-Digest/{region}/YYYY/MM/DD/` and
    /// `{account}_CloudTrail-Digest_{region}_{trail}_{home}_{time}[_backfill].json.gz`.
    pub fn of(object: &str) -> Self {
        let name = bare(file_name(object)).trim_end_matches(".json").trim_end_matches("_backfill");
        let (account, rest) = name.split_once("_CloudTrail-Digest_").unwrap_or(("", name));
        let (region, rest) = rest.split_once('_').unwrap_or(("", rest));
        let front = rest.rsplit_once('_').map_or(rest, |(front, _)| front);
        let (trail, home) = front.rsplit_once('_').unwrap_or((front, ""));
        Self {
            account: AccountId::parse(account),
            region: (!region.is_empty()).then(|| Region::new(region)),
            organization: organization(object, account).map(str::to_owned),
            trail: trail.to_owned(),
            home: home.to_owned(),
            backfill: is_backfill(object),
        }
    }

    /// Account and Region, where both are known.
    pub fn pair(&self) -> Option<Pair> {
        self.account.clone().zip(self.region.clone())
    }
}

/// The organization in whose tree an account's files lie: `o-…`, the folder above the account's.
pub(super) fn organization<'k>(key: &'k str, account: &str) -> Option<&'k str> {
    let mut folders = key.split('/').rev().skip_while(|folder| *folder != account).skip(1);
    folders.next().filter(|folder| folder.starts_with("o-"))
}

/// A digest that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The digest.
    pub evidence: Evidence,
    /// Where it lies here.
    pub path: String,
    /// The time of deliveries that it speaks of.
    pub run: Run,
    /// Its signature.
    pub signature: Signature,
    /// How well it vouches for its time; [`Grade::Missing`]: not at all.
    pub grade: Grade,
    /// Whether nothing is wrong with the digest itself.
    pub valid: bool,
    /// Whether no digest here follows it.
    pub last: bool,
    /// Log files that it names; none are counted of a digest that is not to be relied on.
    pub logs: u64,
    /// Of these, those that are here as they were delivered.
    pub logs_valid: u64,
}

/// A chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Which.
    pub id: ChainId,
    /// The bucket and the prefix of its latest digest.
    pub location: String,
    /// Its digests, by time.
    pub digests: Vec<Checked>,
    /// What is wrong, by time.
    pub findings: Vec<Finding>,
    /// Digests that must exist and are not here as such.
    pub digests_missing: u64,
    /// `s3://bucket/key` of the digest that the first one names, where it is not here and nothing asks for its time.
    pub begins_after: Option<String>,
}

/// All that a chain is checked against.
pub struct Ground<'l> {
    /// Every digest.
    pub digests: &'l [(Evidence, &'l Digest)],
    /// Which follows which.
    pub links: &'l Links<'l>,
    /// Public keys.
    pub keys: &'l Keys,
    /// Log files.
    pub files: &'l Files<'l>,
    /// For which time the log is asked for.
    pub asked: &'l Asked<'l>,
}

/// Digests come by the hour.
pub(super) const HOUR: Duration = Duration::hours(1);

impl Chain {
    /// Checks the digests of a chain, given by their numbers; `broken` are the files that have the names of digests of this
    /// chain and are none.
    pub fn check(id: &ChainId, members: &[usize], broken: &[(String, String)], ground: &Ground<'_>) -> Self {
        let mut members: Vec<usize> = members.to_vec();
        let digest = |index: &usize| ground.digests.get(*index).map(|(_, digest)| *digest);
        members.sort_by_key(|index| digest(index).map(|d| (d.end, d.start, &d.object, &d.path)));
        let mut chain = Self {
            id: id.clone(),
            location: members.last().and_then(digest).map(location).unwrap_or_default(),
            digests: Vec::with_capacity(members.len()),
            findings: Vec::new(),
            digests_missing: 0,
            begins_after: None,
        };
        for (at, index) in members.iter().enumerate() {
            let Some((evidence, found)) = ground.digests.get(*index) else { continue };
            let older = members.get(..at).unwrap_or_default().iter().rev().filter_map(digest);
            let older = older.into_iter().find(|other| other.end <= found.start + instant::tick());
            chain.before(*index, older, broken, ground);
            let later = members.get(at + 1..).unwrap_or_default();
            chain.one(*index, (*evidence, found), later, ground);
        }
        chain.unreadable(broken);
        chain.findings.sort_by(|a, b| (a.run, a.class, &a.subject).cmp(&(b.run, b.class, &b.subject)));
        chain
    }

    /// What lies before a digest: the one that it names, or the one that it should name.
    fn before(&mut self, index: usize, older: Option<&Digest>, broken: &[(String, String)], ground: &Ground<'_>) {
        let Some((evidence, digest)) = ground.digests.get(index) else { return };
        let from = older.map(|older| older.end);
        let run = Run { from: from.unwrap_or(digest.start - HOUR).min(digest.start), to: digest.start };
        let finding =
            |class, subject, reason| Finding { class, subject, path: None, run, evidence: Some(*evidence), reason };
        let Some(previous) = &digest.previous else {
            if let Some(from) = from {
                let reason = format!(
                    "this digest begins a chain, and older ones end at {}: logging or validation was off in between",
                    instant::show(from)
                );
                let subject = format!("s3://{}/{}", digest.bucket, digest.object);
                self.findings.push(Finding { path: Some(digest.path.clone()), ..finding(Class::Gap, subject, reason) });
            }
            return;
        };
        if ground.links.has(previous) {
            if let Some(ended) = from.filter(|ended| !self.id.backfill && digest.start > *ended + instant::tick()) {
                let reason = format!(
                    "it follows a digest that ends at {}, and CloudTrail's digests leave no time out",
                    instant::show(ended)
                );
                let subject = format!("s3://{}/{}", digest.bucket, digest.object);
                self.findings.push(Finding { path: Some(digest.path.clone()), ..finding(Class::Gap, subject, reason) });
            }
            return;
        }
        let is_here = broken.iter().any(|(path, _)| lies_at(path, &previous.object));
        let unreadable =
            broken.iter().filter(|(path, _)| time_of(path).is_some_and(|at| run.from < at && at <= run.to));
        let missing = if self.id.backfill { 1 } else { hours(run) }.saturating_sub(unreadable.count() as u64);
        if missing == 0 || (is_here && self.id.backfill) {
            return;
        }
        let subject = format!("s3://{}/{}", previous.bucket, previous.object);
        let name = file_name(&digest.path);
        let reason = match (from, missing) {
            (None, _) => match ground.asked.before(&self.id, digest.start) {
                Some(why) => format!("{name} names it and it is not here, and {why}"),
                None => return self.begins_after = Some(subject),
            },
            (Some(_), 1) => format!("{name} names it and it is not here"),
            (Some(_), n) => format!("{name} names it; by the hours, {n} digests in a row are not here"),
        };
        if self.findings.iter().any(|told| told.class == Class::DigestNotFound && told.subject == subject) {
            return;
        }
        self.digests_missing += missing;
        self.findings.push(finding(Class::DigestNotFound, subject, reason));
    }

    /// A digest against its successor, its place, its key and its log files.
    fn one(&mut self, index: usize, (evidence, digest): (Evidence, &Digest), later: &[usize], ground: &Ground<'_>) {
        let given = ground.links.signatures(index);
        let generated = ground.links.generated(index);
        let signature = ground.keys.check(digest, &given, generated);
        let wrong = ground.links.wrong(index, signature, later, ground.keys);
        let valid = wrong.is_none();
        let sound = wrong.as_ref().is_none_or(|(class, _)| !class.breaks());
        let run = Run { from: digest.start, to: digest.end };
        if let Some((class, reason)) = wrong {
            let subject = format!("s3://{}/{}", digest.bucket, digest.object);
            let path = Some(digest.path.clone());
            self.findings.push(Finding { class, subject, path, run, evidence: Some(evidence), reason });
        }
        let logs = if sound { digest.logs.as_slice() } else { &[] };
        let findings: Vec<Finding> =
            logs.iter().filter_map(|log| ground.files.compare(log, digest, evidence)).collect();
        let whole = sound && findings.iter().all(|finding| !finding.class.breaks());
        let grade = match (whole, signature) {
            (false, _) => Grade::Missing,
            (true, Signature::Verified) => Grade::Proven,
            (true, _) => Grade::Inferred,
        };
        // What nobody has signed may claim any time: digests come by the hour, so it vouches for no longer.
        let vouched = match signature {
            Signature::Verified => run,
            _ => Run { to: run.to.min(run.from + HOUR), ..run },
        };
        self.digests.push(Checked {
            evidence,
            path: digest.path.clone(),
            run: vouched,
            signature,
            grade,
            valid,
            last: !ground.links.is_followed(index),
            logs: logs.len() as u64,
            logs_valid: (logs.len() - findings.len()) as u64,
        });
        self.findings.extend(findings);
    }

    /// Files with a digest's name that are none.
    fn unreadable(&mut self, broken: &[(String, String)]) {
        for (path, reason) in broken {
            self.digests_missing += 1;
            self.findings.push(Finding {
                class: Class::DigestInvalidFormat,
                subject: path.clone(),
                path: Some(path.clone()),
                run: time_of(path).map_or(self.whole(), |end| Run { from: end - HOUR, to: end }),
                evidence: None,
                reason: reason.clone(),
            });
        }
    }

    /// From its first digest to its last.
    fn whole(&self) -> Run {
        let runs = self.digests.iter().map(|digest| digest.run);
        let whole = |a: Run, b: Run| Run { from: a.from.min(b.from), to: a.to.max(b.to) };
        runs.reduce(whole).unwrap_or(Run { from: Instant::default(), to: Instant::default() })
    }

    /// Stretches of deliveries for which its digests vouch at least so well.
    pub fn runs(&self, least: Grade) -> Vec<Run> {
        let vouching = self.digests.iter().filter(|checked| checked.grade >= least && least > Grade::Missing);
        coverage::join(vouching.map(|checked| checked.run).collect(), instant::tick())
    }

    /// Digests that exist or must exist.
    pub fn digests_named(&self) -> u64 {
        self.digests.len() as u64 + self.digests_missing
    }

    /// Digests with which nothing is wrong.
    pub fn digests_valid(&self) -> u64 {
        self.digests.iter().filter(|checked| checked.valid).count() as u64
    }
}

/// `s3://bucket/prefix`, up to `AWSLogs`.
fn location(digest: &Digest) -> String {
    let prefix = digest.object.find("AWSLogs/").and_then(|at| digest.object.get(..at)).unwrap_or_default();
    format!("s3://{}/{prefix}", digest.bucket)
}

/// The time in a digest's name: the end of its hour.
fn time_of(path: &str) -> Option<Instant> {
    let name = bare(file_name(path)).trim_end_matches(".json").trim_end_matches("_backfill");
    instant::parse(name.rsplit('_').next()?)
}

/// How many hourly digests fit into a hole, one at least.
fn hours(run: Run) -> u64 {
    let minutes = (run.to - run.from).num_minutes();
    u64::try_from((minutes + 30) / 60).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_chain() {
        let key = "p/AWSLogs/o-abc/111122223333/CloudTrail-Digest/eu-west-1/2026/10/30/\
                   111122223333_CloudTrail-Digest_eu-west-1_my_trail_us-east-1_20261030T110000Z.json.gz";
        let id = ChainId::of(key);
        assert_eq!((id.trail.as_str(), id.home.as_str()), ("my_trail", "us-east-1"));
        assert_eq!(id.organization.as_deref(), Some("o-abc"));
        assert_eq!(id.pair(), Some((AccountId::new("111122223333"), Region::new("eu-west-1"))));
        assert!(!id.backfill && ChainId::of(&key.replace("Z.json", "Z_backfill.json")).backfill);
        assert_eq!(time_of(key), instant::parse("2026-10-30T11:00:00Z"));
    }
}
