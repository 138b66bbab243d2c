//! The two ways of reading, by default and `--strict`, against each other and against an oracle that shares nothing with
//! either, on generated and mutated documents and on every file that lies beside the project.
//!
//! `VAULTRAIL_DIFFERENTIAL=1000000 cargo test --release differential` looks at so many generated documents, each also
//! mutated; `VAULTRAIL_DIFFERENTIAL_FROM=123` begins at that seed.
//!
//! What may differ is narrow. A record that nobody uses may be counted by default and be defective under `--strict`: where
//! its grammar is broken, or where text, numbers or nesting in members that are not looked at cannot be represented.

mod generate;
mod oracle;

use crate::folder::gzip;
use crate::support::root;
use generate::{Generator, Rng};
use oracle::{Coverage, Expected, Told, Used};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use vaultrail::ingest::{self, Error, Log, Options, Place, Said};
use vaultrail::instant::Instant;

/// So many documents in a usual run.
const USUAL: u64 = 2_000;

/// So many broken records of one file are told one by one; of the others their places are not known.
const MOST_TOLD: u64 = 1000;

/// What reading one file came to.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    read: u64,
    used: Vec<Used>,
    /// All that is kept of each used record.
    kept: Vec<String>,
    counted: u64,
    defective: BTreeSet<u64>,
    /// Records that are there twice; used once.
    twins: u64,
    coverage: Coverage,
    extent: Option<(Instant, Instant)>,
    broken: bool,
}

/// Reads one file. The only place that knows how to ask for either way.
fn read(path: &Path, strict: bool) -> Result<Outcome, String> {
    // Of snapshots only their lack of a time would be told.
    let captured_at = vaultrail::instant::parse("2026-10-31T00:00:00Z");
    match ingest::read(&[path.to_owned()], &Options { strict, captured_at, ..Options::default() }) {
        Ok(log) => Outcome::of(log),
        Err(Error::NoEvidence { .. }) => Ok(Outcome::default()),
        Err(other) => Err(other.to_string()),
    }
}

impl Outcome {
    fn of(log: Log) -> Result<Self, String> {
        let counts = log.records;
        if counts.read != counts.used + counts.counted_only + counts.duplicate + counts.defective {
            return Err(format!("the balance does not add up: {counts:?}"));
        }
        let mut out = Self { read: counts.read, counted: counts.counted_only, extent: log.extent, ..Self::default() };
        for ((account, region), events, runs) in log.activity.pairs() {
            let runs = runs.iter().map(|run| (run.from, run.to)).collect();
            out.coverage.insert((account.to_string(), region.to_string()), (events, runs));
        }
        let contradiction = |reason: &str| reason.starts_with("event id ") || reason.starts_with("its event id ");
        let twins = log.defects.iter().filter(|defect| defect.record.is_some() && contradiction(&defect.reason));
        out.twins = counts.duplicate + twins.count() as u64;
        let defective = log.defects.iter().filter(|defect| !contradiction(&defect.reason));
        out.defective = defective.filter_map(|defect| defect.record).collect();
        let untold = |reason: &str| reason.ends_with("more of its records are defective");
        out.broken = log.defects.iter().any(|defect| defect.record.is_none() && !untold(&defect.reason));
        for entry in log.entries {
            if let (Place::Record(at), Said::Record(record)) = (&entry.place, &entry.said) {
                out.used.push((*at, record.open().unwrap().source, record.name.clone(), record.time));
                out.kept.push(format!("{record:?}"));
            }
        }
        out.used.sort();
        Ok(out)
    }

    /// Where this is not what the oracle says.
    fn against(&self, told: &Told, strict: bool) -> Result<(), String> {
        let wanted: Expected = told.expect(&self.defective, strict);
        let found = Expected {
            read: self.read,
            used: self.used.clone(),
            counted: self.counted,
            defective: self.defective.clone(),
            coverage: self.coverage.clone(),
            extent: self.extent,
        };
        let all_used = found.used.len() as u64 + self.twins == wanted.used.len() as u64;
        let used = all_used && found.used.iter().all(|record| wanted.used.binary_search(record).is_ok());
        let read = found.read == wanted.read;
        let rest = Expected { used: wanted.used.clone(), ..found } == wanted;
        if used && read && (rest || self.read > MOST_TOLD) && self.broken == told.broken {
            return Ok(());
        }
        let way = if strict { "strict" } else { "by default" };
        Err(format!("{way}:\n  found  {self:?}\n  wanted {wanted:?}, broken: {}", told.broken))
    }

    /// Where reading by default differs from `--strict` in more than it may.
    fn against_strict(&self, strict: &Self) -> Result<(), String> {
        let all_told = self.read <= MOST_TOLD;
        let same = self.read == strict.read
            && self.used == strict.used
            && self.kept == strict.kept
            && self.twins == strict.twins
            && self.broken == strict.broken
            && (!all_told || self.defective.is_subset(&strict.defective));
        let spared = (strict.defective.len() - self.defective.len().min(strict.defective.len())) as u64;
        let coverage = if spared == 0 { self.coverage == strict.coverage } else { self.covers(strict, spared) };
        let extent = if spared == 0 { self.extent == strict.extent } else { true };
        if same && (!all_told || (coverage && extent && self.counted == strict.counted + spared)) {
            return Ok(());
        }
        Err(format!("by default and strict:\n  default {self:?}\n  strict  {strict:?}"))
    }

    /// Whether these signs of life are the same ones and at most so many more.
    fn covers(&self, less: &Self, more: u64) -> bool {
        let events = |of: &Self| of.coverage.values().map(|(events, _)| events).sum::<u64>();
        let within = less.coverage.iter().all(|(pair, (events, runs))| {
            self.coverage.get(pair).is_some_and(|(more_events, more_runs)| {
                let inside = |run: &(Instant, Instant)| more_runs.iter().any(|r| r.0 <= run.0 && run.1 <= r.1);
                more_events >= events && runs.iter().all(inside)
            })
        });
        within && events(self) <= events(less) + more
    }
}

/// A folder in memory where there is one: a million files are written.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// Reads a text, stored in one of the ways that files are, by default and strictly, and compares. `told` is what the oracle
/// says, if it can.
fn compare(folder: &Path, text: &[u8], told: Option<&Told>, way: u64) -> Result<(), String> {
    let path = folder.join("document");
    std::fs::write(&path, stored(text, way)).unwrap();
    let both = catch_unwind(AssertUnwindSafe(|| (read(&path, false), read(&path, true))));
    let (fast, mut strict) = both.map_err(|_| "a panic".to_owned())?;
    if let (Ok(fast), Ok(strict)) = (&fast, &mut strict) {
        // Strictly, records that are only counted are counted once.
        strict.counted += strict.twins.saturating_sub(fast.twins);
        strict.twins = strict.twins.min(fast.twins);
    }
    let (fast, strict) = (fast?, strict?);
    if let Some(told) = told {
        fast.against(told, false)?;
        strict.against(told, true)?;
    }
    fast.against_strict(&strict)
}

fn stored(text: &[u8], way: u64) -> Vec<u8> {
    match way {
        0 => [b"\xef\xbb\xbf", text].concat(),
        1 => gzip(text),
        2 => {
            let (first, second) = text.split_at(text.len() / 2);
            [gzip(first), gzip(second)].concat()
        }
        3 => zstd::encode_all(text, 1).unwrap(),
        _ => text.to_owned(),
    }
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    documents: u64,
    mutated: u64,
    /// Of the mutated ones, those that are still JSON, which the oracle judges as well.
    judged: u64,
    records: u64,
    bytes: u64,
}

impl Tally {
    fn add(self, other: Self) -> Self {
        Self {
            documents: self.documents + other.documents,
            mutated: self.mutated + other.mutated,
            judged: self.judged + other.judged,
            records: self.records + other.records,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// A disagreement.
struct Wrong {
    seed: u64,
    why: String,
    text: Vec<u8>,
    /// Whether the oracle, where it judged, saw this very text.
    whole: bool,
    way: u64,
}

/// One generated document, and the same one mutated.
fn one(folder: &Path, seed: u64) -> Result<Tally, Wrong> {
    let mut generator = Generator::new(seed);
    let text = generator.text();
    let told = oracle::tell(text.as_bytes()).unwrap_or_else(|| panic!("seed {seed}: this is no JSON: {text}"));
    let mut bytes = generator.damaged(&text);
    let way = generator.rng.next() % 40;
    if let Err(why) = compare(folder, &bytes, Some(&told), way) {
        // A damaged text cannot be cut down: the oracle looks before the damage is done.
        return Err(Wrong { seed, why, whole: bytes == text.as_bytes(), way, text: bytes });
    }
    let mut tally = Tally { documents: 1, records: told.len() as u64, bytes: bytes.len() as u64, ..Tally::default() };
    generator.mutated(&mut bytes);
    let judged = oracle::tell(&bytes);
    if let Err(why) = compare(folder, &bytes, judged.as_ref(), way) {
        return Err(Wrong { seed, why, whole: true, way, text: bytes });
    }
    tally.mutated = 1;
    tally.judged = u64::from(judged.is_some());
    tally.bytes += bytes.len() as u64;
    Ok(tally)
}

/// A disagreement with its text cut down as long as there still is one.
fn least(Wrong { seed, why, text, whole, way }: Wrong) -> String {
    let folder = scratch();
    let differs = |text: &[u8]| whole && compare(folder.path(), text, oracle::tell(text).as_ref(), way).is_err();
    let mut text = text;
    let mut piece = text.len() / 2;
    let mut tries = 0;
    while piece > 0 && tries < 3_000 {
        let mut at = 0;
        while at < text.len() {
            let mut shorter = text.clone();
            shorter.drain(at..(at + piece).min(text.len()));
            tries += 1;
            if differs(&shorter) { text = shorter } else { at += piece }
        }
        piece /= 2;
    }
    let why: String = why.chars().take(3000).collect();
    format!("seed {seed}, {why}\n  {}", String::from_utf8_lossy(&text))
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[expect(clippy::print_stderr, reason = "how much was looked at is part of the proof")]
#[test]
fn generated_and_mutated_documents_give_the_same_records_by_default_strictly_and_to_the_oracle() {
    let from = setting("VAULTRAIL_DIFFERENTIAL_FROM").unwrap_or(0);
    let count = setting("VAULTRAIL_DIFFERENTIAL").unwrap_or(USUAL);
    let seeds = from..from + count;
    let results = seeds.into_par_iter().map_init(scratch, |folder, seed| one(folder.path(), seed));
    let (tally, mut wrong): (Tally, Vec<Wrong>) = results
        .fold(
            || (Tally::default(), Vec::new()),
            |(tally, mut wrong), result| match result {
                Ok(more) => (tally.add(more), wrong),
                Err(why) => {
                    wrong.push(why);
                    (tally, wrong)
                }
            },
        )
        .reduce(Default::default, |(a, mut x), (b, y)| {
            x.extend(y);
            (a.add(b), x)
        });
    eprintln!("{tally:?}");
    let count = wrong.len();
    wrong.sort_by_key(|wrong: &Wrong| (wrong.text.len(), wrong.seed));
    wrong.truncate(5);
    let wrong: Vec<String> = wrong.into_par_iter().map(least).collect();
    assert!(wrong.is_empty(), "{count} disagreements:\n{}", wrong.join("\n\n"));
}

#[test]
fn of_two_sources_the_last_counts_and_a_message_is_read_whatever_stands_beside_it() {
    let record = |sources: [&str; 2]| {
        let [first, last] = sources.map(|source| format!("\"eventSource\":\"{source}\""));
        format!(
            "{{{first},\"eventTime\":\"2026-10-30T01:02:03Z\",\"eventName\":\"DeleteBackupVault\",{last},\
             \"awsRegion\":\"eu-west-1\",\"recipientAccountId\":\"111122223333\"}}"
        )
    };
    let sources = ["backup.amazonaws.com", "aws:s3"];
    let [of_another, of_aws] = [sources, [sources[1], sources[0]]].map(record);
    let message = serde_json::Value::from(of_aws.as_str());
    let cases = [
        (format!("{{\"Records\":[{of_another}]}}"), 0),
        (format!("{{\"Records\":[{of_aws}]}}"), 1),
        (format!("{{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{{\"\\ud800\":0,\"message\":{message}}}]}}"), 1),
    ];
    let folder = scratch();
    for (text, used) in cases {
        let told = oracle::tell(text.as_bytes()).unwrap();
        assert_eq!(told.expect(&BTreeSet::new(), true).used.len(), used, "{text}");
        compare(folder.path(), text.as_bytes(), Some(&told), 9).unwrap();
    }
}

#[test]
fn every_structural_character_may_stand_at_every_place_of_a_block() {
    let record = |fill: &str, name: &str, id: u32| {
        format!(
            "{{\"eventVersion\":\"1.08\",\"userIdentity\":{{\"eventSource\":\"ec2.amazonaws.com\"}},\
             \"eventTime\":\"2026-10-30T01:02:03Z\",\"userAgent\":\"{fill}\",\"eventSource\":\"backup.amazonaws.com\",\
             \"eventName\":\"{name}\",\"awsRegion\":\"eu-west-1\",\"p\":{{\"eventName\":\"{fill}\",\"a\":[{{}},[\"{fill}\"]]}},\
             \"eventID\":\"{id}\",\"recipientAccountId\":\"111122223333\"}}"
        )
    };
    let runs: Vec<String> =
        (0..=66).flat_map(|n| ["", "\\\"", "x", "\\\\\\\"}"].map(|end| format!("{}{end}", "\\\\".repeat(n)))).collect();
    let cases: Vec<(usize, &String)> =
        (0..66).flat_map(|pad| runs.iter().skip(pad % 16).step_by(16).map(move |r| (pad, r))).collect();
    let wrong: Vec<String> = cases
        .into_par_iter()
        .map_init(scratch, |folder, (pad, fill)| {
            let records = [record(fill, "DeleteBackupVault", 1), record(fill, "ListBackupVaults", 2)];
            let text = format!("{}{{\"Records\":[{}]}}", " ".repeat(pad), records.join(","));
            let told = oracle::tell(text.as_bytes()).unwrap();
            assert_eq!(told.expect(&BTreeSet::new(), true).used.len(), 1);
            compare(folder.path(), text.as_bytes(), Some(&told), 9).err().map(|why| format!("{why}\n{text}"))
        })
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "{} disagreements: {}", wrong.len(), wrong[0]);
}

#[test]
fn a_text_cut_anywhere_gives_the_same_records_by_default_and_strictly() {
    let mut generator = Generator::new(7);
    let text =
        std::iter::repeat_with(|| generator.text()).find(|text| text.contains("\"Records\"") && text.len() > 1500);
    let text = text.unwrap();
    let text = text.as_bytes();
    let most = text.len().min(4000);
    let wrong: Vec<String> = (0..most)
        .into_par_iter()
        .map_init(scratch, |folder, end| {
            compare(folder.path(), &text[..end], oracle::tell(&text[..end]).as_ref(), 9).err()
        })
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "{} disagreements: {}", wrong.len(), wrong[0]);
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// What a file holds, decompressed by other code than the program's.
fn decompressed(path: &Path) -> Vec<u8> {
    let stored = std::fs::read(path).unwrap();
    let mut text = Vec::new();
    match stored.as_slice() {
        [0x1f, 0x8b, ..] => {
            // A stream that breaks gives what precedes the break.
            let _ = flate2::read::MultiGzDecoder::new(stored.as_slice()).read_to_end(&mut text);
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => text = rest.to_vec(),
        _ => text = stored,
    }
    text
}

#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
#[test]
fn every_file_beside_the_project_gives_the_same_records_by_default_strictly_and_to_the_oracle() {
    let mut paths = Vec::new();
    for folder in ["../shared/data", "../shared/aws/records", "fixtures"] {
        files(&root().join(folder), &mut paths);
    }
    if !root().join("../shared/data").is_dir() {
        eprintln!("skipped: ../shared is not here; only the fixtures are read");
    }
    paths.sort();
    let results: Vec<(bool, Option<String>)> = paths
        .par_iter()
        .map_init(scratch, |folder, path| {
            let text = decompressed(path);
            let told = oracle::tell(&text);
            let wrong = compare(folder.path(), &text, told.as_ref(), 9).err();
            (told.is_some(), wrong.map(|why| format!("{}: {why}", path.display())))
        })
        .collect();
    let told = results.iter().filter(|(told, _)| *told).count();
    eprintln!("{} files, of which the oracle knows {told}", results.len());
    let wrong: Vec<String> = results.into_iter().filter_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_document() {
    assert_eq!(Generator::new(5).text(), Generator::new(5).text());
    assert_ne!(Rng::new(1).next(), Rng::new(2).next());
}
