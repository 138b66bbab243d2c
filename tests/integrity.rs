//! Digest chains: what every kind of tampering does to `vaultrail verify`, to LOG-02 and to coverage.

use crate::folder::gzip;
use crate::signing::{Delivered, KEY, OTHER, Trail, gunzip};
use crate::support::{audit, text};
use clap::Parser;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::LazyLock;
use tempfile::TempDir;
use vaultrail::cli::args::{Cli, Command};
use vaultrail::cli::verify;
use vaultrail::ingest::{decompress::LARGEST_BUFFER, sha256};
use vaultrail::report::verify::Verification;
use vaultrail::report::wire::{Report, Severity, Status, Verdict};

/// Six hours of one trail, from 10:00 to 16:00.
static WHOLE: LazyLock<Delivered> = LazyLock::new(|| Trail::default().deliver(&KEY, 6, None));
const SUBJECT: &str = "111122223333/eu-west-1";

/// Evidence in a folder: chains, keys, saved metadata.
struct Evidence {
    folder: TempDir,
}

impl Evidence {
    fn of(chains: &[&Delivered]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for chain in chains {
            chain.write(folder.path());
        }
        Self { folder }
    }

    fn with(self, name: &str, bytes: &[u8]) -> Self {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    fn path(&self) -> &str {
        text(self.folder.path())
    }

    fn verify(&self) -> Verification {
        verified(&[self.path()]).unwrap()
    }

    fn audit(&self, more: &[&str]) -> Report {
        let args = [&[self.path(), "--only", "LOG-01,LOG-02"], more].concat();
        audit(&args).unwrap()
    }
}

fn verified(args: &[&str]) -> Result<Verification, String> {
    let words = ["vaultrail", "verify", "--progress", "never"].iter().chain(args);
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    let Command::Verify(args) = cli.command else { return Err("not verify".into()) };
    verify::verification(&args).map_err(|error| error.to_string())
}

fn verdict<'r>(report: &'r Report, control: &str) -> &'r Verdict {
    report.verdicts.iter().find(|v| v.control == control && v.subject.id == SUBJECT).unwrap()
}

/// The classes of all findings, in order.
fn classes(told: &Verification) -> Vec<String> {
    let all = told.chains.iter().flat_map(|chain| &chain.findings).chain(&told.findings);
    all.map(|finding| finding.class.clone()).collect()
}

/// What else lies beside the chain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    KeyAndHead,
    Key,
    Nothing,
}

/// What tampering does.
struct Case {
    claim: &'static str,
    beside: Beside,
    tamper: fn(&mut Delivered),
    classes: &'static [&'static str],
    status: Status,
    reason: &'static str,
    /// Whether the audit says that the evidence is damaged.
    defect: bool,
    /// Whether LOG-01 sees a hole that digests prove.
    hole: bool,
}

fn rename(chain: &mut Delivered, from: &str, to: &str) {
    let stored = chain.files.remove(from).unwrap();
    chain.files.insert(to.to_owned(), stored);
}

fn append(chain: &mut Delivered, path: &str, bytes: &[u8]) {
    chain.files.get_mut(path).unwrap().extend(bytes);
}

/// Without these log files and digests.
fn remove(chain: &mut Delivered, logs: &[usize], digests: &[usize]) {
    let gone = logs.iter().map(|i| &chain.logs[*i]).chain(digests.iter().map(|i| &chain.digests[*i]));
    gone.for_each(|path| drop(chain.files.remove(path)));
}

/// A digest of an hour that has one, under a name of its own.
fn slip_in(chain: &mut Delivered) {
    let real = chain.digests[2].clone();
    let other = real.replace("0000Z", "0001Z");
    assert_ne!(real, other);
    let stored = String::from_utf8(gunzip(&chain.files[&real])).unwrap().replace(&real, &other);
    chain.files.insert(other, gzip(stored.as_bytes()));
}

/// Another digit in place of one of a hash or signature that follows a key.
fn other_digit(text: &str, key: &str) -> String {
    let at = text.find(key).unwrap() + key.len() + 3;
    let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}

use Beside::{Key, KeyAndHead, Nothing};
use Status::{Compliant, InsufficientData, NonCompliant};

macro_rules! case {
    ($claim:literal, $beside:expr, $tamper:expr, $classes:expr, $status:expr, $reason:literal, $defect:literal, $hole:literal) => {
        Case {
            claim: $claim,
            beside: $beside,
            tamper: $tamper,
            classes: &$classes,
            status: $status,
            reason: $reason,
            defect: $defect,
            hole: $hole,
        }
    };
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        case!("nothing is touched", KeyAndHead, |_| (), [], Compliant, "signatures_verify", false, false),
        case!("the newest signature is not given", Key, |_| (), [], Compliant, "signatures_verify", false, false),
        case!("no keys are given", Nothing, |_| (), [], Compliant, "hashes_match", false, false),
        case!("a log file is altered", KeyAndHead, |c| { let p = c.logs[2].clone(); c.edit(&p, |t| t.replace("ListBackupVaults", "ListBackupJobs__")); },
            ["log_altered"], NonCompliant, "file_altered", true, true),
        case!("a log file is altered and there are no keys", Nothing, |c| { let p = c.logs[2].clone(); c.edit(&p, |t| t + " "); },
            ["log_altered"], NonCompliant, "file_altered", true, true),
        case!("a log file gets a byte order mark", KeyAndHead, |c| { let p = c.logs[2].clone(); c.edit(&p, |t| format!("\u{feff}{t}")); },
            ["log_altered"], NonCompliant, "file_altered", true, true),
        case!("a log file is no log any more", KeyAndHead, |c| { let p = c.logs[2].clone(); c.edit(&p, |_| "hello".into()); },
            ["log_altered"], NonCompliant, "file_altered", true, true),
        case!("a log file is deleted", KeyAndHead, |c| { let p = c.logs[2].clone(); c.files.remove(&p); },
            ["log_not_found"], NonCompliant, "file_missing", false, true),
        case!("a log file is deleted and there are no keys", Nothing, |c| { let p = c.logs[2].clone(); c.files.remove(&p); },
            ["log_not_found"], NonCompliant, "file_missing", false, true),
        case!("a log file is moved to another day", KeyAndHead, |c| { let p = c.logs[2].clone(); rename(c, &p, &p.replace("/10/30/", "/10/29/")); },
            ["log_moved"], NonCompliant, "moved", false, false),
        case!("a gzip member is appended to a log file", KeyAndHead, |c| { let p = c.logs[2].clone(); append(c, &p, &gzip(br#"{"Records":[]}"#)); },
            ["log_appended"], NonCompliant, "file_appended", true, false),
        case!("an empty gzip member is appended to a log file", KeyAndHead, |c| { let p = c.logs[2].clone(); append(c, &p, &gzip(b"")); },
            ["log_appended"], NonCompliant, "file_appended", true, false),
        case!("junk is appended to a log file", KeyAndHead, |c| { let p = c.logs[2].clone(); append(c, &p, b"junk"); },
            ["log_appended"], NonCompliant, "file_appended", true, false),
        case!("a log file is cut off", KeyAndHead, |c| { let p = c.logs[2].clone(); c.files.get_mut(&p).unwrap().truncate(90); },
            ["log_invalid_format"], NonCompliant, "file_altered", true, true),
        case!("a log file that no digest names is added", KeyAndHead, |c| { let l = Trail { name: "x".into(), ..Trail::default() }.log(12); c.files.insert(l.object, gzip(br#"{"Records":[]}"#)); },
            [], Compliant, "signatures_verify", false, false),
        case!("a digest is deleted", KeyAndHead, |c| { let p = c.digests[2].clone(); c.files.remove(&p); },
            ["digest_not_found"], NonCompliant, "digest_missing", false, false),
        case!("two digests in a row are deleted", KeyAndHead, |c| { for i in [2, 3] { let p = c.digests[i].clone(); c.files.remove(&p); } },
            ["digest_not_found"], NonCompliant, "digest_missing", false, false),
        case!("the oldest digests are deleted, the log files that they name are here", KeyAndHead, |c| remove(c, &[], &[0, 1]),
            ["digest_not_found"], NonCompliant, "digest_missing", false, false),
        case!("the oldest digest is deleted, the log file that it names is here, and there are no keys", Nothing, |c| remove(c, &[], &[0]),
            ["digest_not_found"], NonCompliant, "digest_missing", false, false),
        case!("nothing of the oldest hours is given", KeyAndHead, |c| remove(c, &[0, 1], &[0, 1]),
            [], Compliant, "signatures_verify", false, false),
        case!("the log is older than the chain", KeyAndHead, |c| { *c = Trail::default().deliver(&KEY, 6, Some(12)); remove(c, &[], &[0, 1]); },
            [], InsufficientData, "partly_covered", false, false),
        case!("the oldest digest is cut off", KeyAndHead, |c| { let p = c.digests[0].clone(); c.files.get_mut(&p).unwrap().truncate(60); },
            ["digest_invalid_format"], NonCompliant, "digest_altered", true, false),
        case!("the newest digest is deleted, its signature was saved", KeyAndHead, |c| { let p = c.digests[5].clone(); c.files.remove(&p); },
            ["signature_failed"], NonCompliant, "signature_failed", true, false),
        case!("a digest is altered", KeyAndHead, |c| { let p = c.digests[2].clone(); c.edit(&p, |t| other_digit(&t, "\"hashValue\"")); },
            ["signature_failed"], NonCompliant, "signature_failed", true, false),
        case!("a digest is altered and there are no keys", Nothing, |c| { let p = c.digests[2].clone(); c.edit(&p, |t| t + "\n"); },
            ["digest_altered"], NonCompliant, "digest_altered", true, false),
        case!("the newest digest is altered", KeyAndHead, |c| { let p = c.digests[5].clone(); c.edit(&p, |t| t + " "); },
            ["signature_failed"], NonCompliant, "signature_failed", true, false),
        case!("the newest digest says another hash of the one before", Key, |c| { let p = c.digests[5].clone(); c.edit(&p, |t| other_digit(&t, "\"previousDigestHashValue\"")); },
            ["digest_altered"], NonCompliant, "digest_altered", true, false),
        case!("the newest digest says another signature of the one before", Key, |c| { let p = c.digests[5].clone(); c.edit(&p, |t| other_digit(&t, "\"previousDigestSignature\"")); },
            ["signature_failed"], NonCompliant, "signature_failed", true, false),
        case!("a digest is no JSON", KeyAndHead, |c| { let p = c.digests[2].clone(); c.edit(&p, |t| t[..200].to_owned()); },
            ["digest_invalid_format"], NonCompliant, "digest_altered", true, false),
        case!("a digest lacks a member", KeyAndHead, |c| { let p = c.digests[2].clone(); c.edit(&p, |t| t.replace("digestPublicKeyFingerprint", "x")); },
            ["digest_invalid_format"], NonCompliant, "digest_altered", true, false),
        case!("a digest is cut off", KeyAndHead, |c| { let p = c.digests[2].clone(); c.files.get_mut(&p).unwrap().truncate(60); },
            ["digest_invalid_format"], NonCompliant, "digest_altered", true, false),
        case!("the newest digest is cut off", Key, |c| { let p = c.digests[5].clone(); c.files.get_mut(&p).unwrap().truncate(60); },
            ["digest_invalid_format"], NonCompliant, "digest_altered", true, false),
        case!("a digest is cut off and the one before it deleted", KeyAndHead, |c| { let p = c.digests[3].clone(); c.files.get_mut(&p).unwrap().truncate(60); let p = c.digests[2].clone(); c.files.remove(&p); },
            ["digest_not_found", "digest_invalid_format"], NonCompliant, "digest_altered", true, false),
        case!("a digest is moved", KeyAndHead, |c| { let p = c.digests[2].clone(); rename(c, &p, &p.replace("/10/30/", "/10/29/")); },
            ["digest_moved"], NonCompliant, "moved", false, false),
        case!("a gzip member is appended to a digest", KeyAndHead, |c| { let p = c.digests[2].clone(); append(c, &p, &gzip(b" ")); },
            ["digest_appended"], NonCompliant, "digest_altered", true, false),
        case!("a chain begins anew", KeyAndHead, |c| *c = Trail::default().deliver(&KEY, 6, Some(13)),
            ["gap"], NonCompliant, "chain_gap", false, false),
        case!("a digest is signed with another key under the fingerprint of AWS's", KeyAndHead, |c| { *c = Trail::default().deliver(&OTHER, 6, None); let all = c.digests.clone(); for p in all { c.edit(&p, |t| t.replace(OTHER.fingerprint, KEY.fingerprint)); } },
            ["signature_failed", "signature_failed", "signature_failed", "signature_failed", "signature_failed", "signature_failed"], NonCompliant, "signature_failed", true, false),
        case!("the files are unpacked", KeyAndHead, |c| { for p in [c.logs.clone(), c.digests.clone()].concat() { let t = gunzip(&c.files.remove(&p).unwrap()); c.files.insert(p.trim_end_matches(".gz").to_owned(), t); } },
            [], Compliant, "signatures_verify", false, false),
        case!("all files lie in one folder", KeyAndHead, |c| { for p in [c.logs.clone(), c.digests.clone()].concat() { let name = p.rsplit('/').next().unwrap().to_owned(); rename(c, &p, &name); } },
            [], Compliant, "signatures_verify", false, false),
        case!("digests have other names", KeyAndHead, |c| { for (i, p) in c.digests.clone().iter().enumerate() { rename(c, p, &format!("z/{i}.gz")); } },
            [], Compliant, "signatures_verify", false, false),
        case!("digests have other names and a log file is altered", KeyAndHead, |c| { let p = c.logs[2].clone(); c.edit(&p, |t| t + " "); for (i, p) in c.digests.clone().iter().enumerate() { rename(c, p, &format!("z/{i}.gz")); } },
            ["log_altered"], NonCompliant, "file_altered", true, true),
        case!("all digests stand in one file", KeyAndHead, |c| { let all: Vec<Vec<u8>> = c.digests.clone().iter().map(|p| gunzip(&c.files.remove(p).unwrap())).collect(); c.files.insert("digests.jsonl".into(), all.join(&b'\n')); },
            [], Compliant, "signatures_verify", false, false),
        case!("a digest that none follows is slipped in", KeyAndHead, |c| slip_in(c),
            ["digest_not_in_chain"], NonCompliant, "digest_altered", false, false),
        case!("a digest that none follows is slipped in and there are no keys", Nothing, |c| slip_in(c),
            ["digest_not_in_chain"], NonCompliant, "digest_altered", false, false),
        case!("a digest is there twice, the copy before it", KeyAndHead, |c| { let p = c.digests[2].clone(); let d = c.files[&p].clone(); c.files.insert(p.replace("/10/30/", "/10/29/"), d); },
            [], Compliant, "signatures_verify", false, false),
        case!("a digest is there twice", KeyAndHead, |c| { let p = c.digests[2].clone(); let d = c.files[&p].clone(); c.files.insert("copy/".to_owned() + &p, d); },
            [], Compliant, "signatures_verify", false, false),
    ]
}

fn differences(case: &Case) -> Vec<String> {
    let mut chain = WHOLE.clone();
    (case.tamper)(&mut chain);
    let mut evidence = Evidence::of(&[&chain]);
    if case.beside != Nothing {
        evidence = evidence.with("keys.json", &KEY.listed_for_the_year());
    }
    if case.beside == KeyAndHead {
        evidence = evidence.with("head.json", &chain.head());
    }
    let (told, report) = (evidence.verify(), evidence.audit(&[]));
    let mut wrong = Vec::new();
    let mut check = |what: &str, got: String, want: String| {
        if got != want {
            wrong.push(format!("{}: {what} is {got} instead of {want}", case.claim));
        }
    };
    check("classes", format!("{:?}", classes(&told)), format!("{:?}", case.classes));
    let exit = if case.classes.is_empty() { 0 } else { 4 };
    check("exit code", format!("{} {:?}", told.summary.exit_code, told.defects), format!("{exit} []"));
    let log_02 = verdict(&report, "LOG-02");
    let got = format!("{} {}", log_02.status.name(), log_02.reason.code);
    check("LOG-02", got, format!("{} {}", case.status.name(), case.reason));
    check("damage", (!report.inputs.defects.is_empty()).to_string(), case.defect.to_string());
    let log_01 = verdict(&report, "LOG-01");
    let hole = log_01.reason.code == "gap" && log_01.severity == Severity::High;
    check(
        "hole",
        format!("{hole} {}", log_01.reason.code),
        format!("{} {}", case.hole, if case.hole { "gap" } else { "covered" }),
    );
    wrong
}

#[test]
fn every_tampering_is_told_for_what_it_is() {
    use rayon::prelude::*;
    let wrong: Vec<String> = cases().par_iter().flat_map(differences).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_log_too_large_for_a_buffer_is_hashed_as_well() {
    let mut chain = Trail::default().deliver(&KEY, 1, None);
    let (log, digest) = (chain.logs[0].clone(), chain.digests[0].clone());
    let first = gunzip(&chain.files[&log]);
    let records = serde_json::from_slice::<Value>(&first).unwrap()["Records"].take();
    let mut record = records[0].clone();
    record["userAgent"] = "x".repeat(1 << 20).into();
    let large = json!({"Records": vec![record; LARGEST_BUFFER / (1 << 20) + 1]}).to_string();
    chain.files.insert(log, gzip(large.as_bytes()));
    assert_eq!(classes(&Evidence::of(&[&chain]).verify()), ["log_altered"]);
    chain.edit(&digest, |text| text.replace(&sha256(&first), &sha256(large.as_bytes())));
    assert_eq!(classes(&Evidence::of(&[&chain]).verify()), [""; 0]);
}

#[test]
fn every_status_of_log_02_is_shown() {
    let shown: Vec<&str> = cases().iter().map(|case| case.reason).collect();
    let rule = vaultrail::controls::all().unwrap().into_iter().find(|c| c.rule.id == "LOG-02").unwrap().rule;
    // The others have tests of their own.
    let own = ["digests_required", "no_digest", "public_key_missing", "no_subjects"];
    let missing: Vec<&str> = rule
        .reasons
        .iter()
        .map(|r| r.code.as_str())
        .filter(|code| !shown.contains(code) && !own.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_chain_that_holds_proves_the_log_and_the_last_minutes_are_inferred() {
    let evidence =
        Evidence::of(&[&WHOLE]).with("keys.json", &KEY.listed_for_the_year()).with("head.json", &WHOLE.head());
    let report = evidence.audit(&[]);
    let told: Vec<String> =
        report.coverage[0].intervals.iter().map(|i| format!("{} {} {}", i.from, i.to, i.grade)).collect();
    assert_eq!(
        told,
        ["2026-10-30T10:05:00Z 2026-10-30T15:45:00Z proven", "2026-10-30T15:45:01Z 2026-10-30T15:55:00Z inferred"]
    );
    assert_eq!(verdict(&report, "LOG-02").confidence, "proven");
    assert_eq!(report.run.as_of, "2026-10-30T15:55:00Z");
    let unsigned = Evidence::of(&[&WHOLE]).audit(&[]);
    assert!(unsigned.coverage[0].intervals.iter().all(|i| i.grade == "inferred"));
    assert_eq!(verdict(&unsigned, "LOG-02").confidence, "inferred");
}

#[test]
fn an_empty_hour_is_proven_and_a_missing_file_is_bridged_by_no_word_of_the_user() {
    let mut quiet = Trail::default().deliver(&KEY, 6, None);
    let gone = quiet.logs[2].clone();
    quiet.files.remove(&gone);
    let evidence = Evidence::of(&[&quiet]).with("keys.json", &KEY.listed_for_the_year());
    let report = evidence.audit(&["--assume-complete"]);
    let log_01 = verdict(&report, "LOG-01");
    assert_eq!((log_01.status, log_01.severity), (NonCompliant, Severity::High), "{}", log_01.reason.message);
}

#[test]
fn one_intact_chain_of_two_proves_the_log() {
    let mut first = WHOLE.clone();
    let gone = first.logs[2].clone();
    first.files.remove(&gone);
    let second = Trail { folder: "AWSLogs/o-exampleorgid/111122223333".into(), name: "org".into(), ..Trail::default() };
    let second = second.deliver(&KEY, 6, None);
    let evidence = Evidence::of(&[&first, &second]).with("keys.json", &KEY.listed_for_the_year());
    let told = evidence.verify();
    assert_eq!(told.chains.len(), 2);
    assert_eq!(told.chains.iter().filter(|chain| chain.organization.as_deref() == Some("o-exampleorgid")).count(), 1);
    assert_eq!(classes(&told), ["log_not_found"]);
    let report = evidence.audit(&[]);
    assert_eq!(verdict(&report, "LOG-02").reason.code, "file_missing");
    assert_eq!(verdict(&report, "LOG-01").status, Compliant, "{}", verdict(&report, "LOG-01").reason.message);
}

#[test]
fn every_region_has_its_own_chain() {
    let other = Trail { region: "us-east-1".into(), ..Trail::default() }.deliver(&KEY, 6, None);
    let mut holed = WHOLE.clone();
    let gone = holed.logs[2].clone();
    holed.files.remove(&gone);
    let evidence = Evidence::of(&[&holed, &other]).with("keys.json", &KEY.listed_for_the_year());
    let report = evidence.audit(&[]);
    let code = |region: &str| {
        let subject = format!("111122223333/{region}");
        report.verdicts.iter().find(|v| v.control == "LOG-02" && v.subject.id == subject).unwrap().reason.code.clone()
    };
    assert_eq!((code("eu-west-1").as_str(), code("us-east-1").as_str()), ("file_missing", "signatures_verify"));
}

#[test]
fn a_chain_goes_on_in_another_bucket() {
    let trail = Trail { bucket: |hour| if hour < 13 { "old-bucket" } else { "new-bucket" }, ..Trail::default() };
    let mut chain = trail.deliver(&KEY, 6, None);
    let told = Evidence::of(&[&chain]).with("keys.json", &KEY.listed_for_the_year()).verify();
    assert_eq!((told.chains.len(), told.summary.exit_code), (1, 0));
    assert_eq!(told.chains[0].location, "s3://new-bucket/");
    let gone = chain.digests[2].clone();
    chain.files.remove(&gone);
    assert_eq!(classes(&Evidence::of(&[&chain]).verify()), ["digest_not_found"]);
}

#[test]
fn backfill_digests_are_a_chain_of_their_own_that_proves_no_time() {
    let late = Trail { backfill: true, ..Trail::default() };
    let mut chain = late.deliver(&KEY, 2, None);
    let evidence = Evidence::of(&[&chain]).with("keys.json", &KEY.listed_for_the_year());
    let told = evidence.verify();
    assert_eq!((told.chains[0].kind.as_str(), told.summary.exit_code), ("backfill", 0));
    assert!(evidence.audit(&[]).coverage[0].intervals.iter().all(|i| i.grade == "inferred"));
    let both = Evidence::of(&[&chain, &WHOLE]).with("keys.json", &KEY.listed_for_the_year());
    assert_eq!(both.verify().chains.len(), 2);
    let first = chain.logs[0].clone();
    chain.edit(&first, |text| text + " ");
    assert_eq!(classes(&Evidence::of(&[&chain]).verify()), ["log_altered"]);
}

#[test]
fn a_backfill_digest_may_be_signed_with_a_key_that_is_younger_than_its_hour() {
    let chain = Trail { backfill: true, ..Trail::default() }.deliver(&KEY, 1, None);
    let keys = KEY.listed(&KEY.pkcs1(), "2026-11-05T00:00:00Z", "2026-12-05T00:00:00Z");
    let head = |generated: &str| {
        let text = String::from_utf8(chain.head()).unwrap();
        text.replace("\"Metadata\":{", &format!("\"Metadata\":{{\"backfill-generation-timestamp\":\"{generated}\","))
    };
    let state = |generated: &str| {
        let evidence = Evidence::of(&[&chain]).with("keys.json", &keys).with("head.json", head(generated).as_bytes());
        evidence.verify().chains[0].newest.clone().unwrap().signature
    };
    assert_eq!(state("2026-11-06T00:00:00.000Z"), "verified");
    assert_eq!(state("2026-10-31T00:00:00.000Z"), "key_not_found");
}

#[test]
fn keys_count_by_fingerprint_and_time_in_both_encodings() {
    let with = |keys: &[u8]| Evidence::of(&[&WHOLE]).with("keys.json", keys).with("head.json", &WHOLE.head());
    let year = ("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z");
    let spki = KEY.listed(&KEY.spki(), year.0, year.1);
    assert_eq!(with(&spki).verify().summary.exit_code, 0);
    let all = |class: &str| vec![class.to_owned(); 6];
    let other = with(&OTHER.listed_for_the_year());
    assert_eq!(classes(&other.verify()), all("public_key_not_found"));
    let report = other.audit(&[]);
    assert_eq!(verdict(&report, "LOG-02").reason.code, "public_key_missing");
    let expired = with(&KEY.listed(&KEY.pkcs1(), "2026-01-01T00:00:00Z", "2026-10-01T00:00:00Z"));
    assert_eq!(classes(&expired.verify()), all("public_key_not_found"));
    let broken = with(&KEY.listed(&KEY.pkcs1()[..100], year.0, year.1));
    assert_eq!(classes(&broken.verify()), all("public_key_unusable"));
    let wrong = with(&KEY.listed(&OTHER.pkcs1(), year.0, year.1));
    assert_eq!(classes(&wrong.verify()), all("signature_failed"));
}

#[test]
fn keys_need_no_capture_time_and_are_an_observation_with_one() {
    let keys = KEY.listed_for_the_year();
    let evidence = Evidence::of(&[&WHOLE]).with("list-public-keys.json", &keys);
    let report = evidence.audit(&[]);
    assert!(report.inputs.defects.is_empty(), "{:?}", report.inputs.defects);
    assert_eq!((report.inputs.observations, verdict(&report, "LOG-02").confidence.as_str()), (0, "proven"));
    let dated = evidence.audit(&["--captured-at", "2026-10-30T15:00:00Z"]);
    assert_eq!(dated.inputs.observations, 1);
}

#[test]
fn a_saved_signature_with_its_digests_name_is_held_against_that_digest_alone() {
    let mut chain = WHOLE.clone();
    let newest = chain.digests[5].clone();
    let name = newest.rsplit('/').next().unwrap().trim_end_matches(".json.gz").to_owned();
    let other = Trail { region: "us-east-1".into(), ..Trail::default() }.deliver(&KEY, 2, None);
    let saved = chain.head();
    chain.edit(&newest, |text| text + " ");
    let with =
        |name: &str| Evidence::of(&[&chain, &other]).with("keys.json", &KEY.listed_for_the_year()).with(name, &saved);
    let named = with(&format!("head-object.{name}.json")).verify();
    assert_eq!((classes(&named), named.findings.len()), (vec!["signature_failed".to_owned()], 0));
    // Without the name it may be that of either chain: it fits none, and that is said.
    assert_eq!(with("head.json").verify().findings.len(), 1);
}

#[test]
fn without_digests_nothing_is_verified_and_log_02_says_so() {
    let mut logs = WHOLE.clone();
    WHOLE.digests.iter().for_each(|path| drop(logs.files.remove(path)));
    let evidence = Evidence::of(&[&logs]);
    let error = verified(&[evidence.path()]).unwrap_err();
    assert!(error.contains("no CloudTrail digest"), "{error}");
    let report = evidence.audit(&[]);
    assert_eq!(
        (verdict(&report, "LOG-02").status, verdict(&report, "LOG-02").reason.code.as_str()),
        (InsufficientData, "no_digest")
    );
    let report = evidence.audit(&["--set", "LOG-02.require_digests=true"]);
    assert_eq!(verdict(&report, "LOG-02").reason.code, "digests_required");
}

#[test]
fn what_is_given_with_a_flag_must_be_what_the_flag_is_for() {
    let evidence = Evidence::of(&[&WHOLE]);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        text(&path).to_owned()
    };
    let (keys, head) = (write("k.json", &KEY.listed_for_the_year()), write("h.json", &WHOLE.head()));
    let told = verified(&[evidence.path(), "--public-keys", &keys, "--head-object", &head]).unwrap();
    assert_eq!((told.summary.exit_code, told.chains[0].newest.as_ref().unwrap().signature.as_str()), (0, "verified"));
    assert!(verified(&[evidence.path(), "--public-keys", &head]).unwrap_err().contains("list-public-keys"));
    assert!(verified(&[evidence.path(), "--head-object", &keys]).unwrap_err().contains("head-object"));
}

#[test]
fn missing_digests_in_a_row_are_counted_and_the_newest_without_a_signature_is_said() {
    let mut chain = WHOLE.clone();
    for index in [2, 3] {
        let gone = chain.digests[index].clone();
        chain.files.remove(&gone);
    }
    let told = Evidence::of(&[&chain]).with("keys.json", &KEY.listed_for_the_year()).verify();
    assert_eq!((told.summary.digests.named, told.summary.digests.valid), (6, 4));
    assert!(told.chains[0].findings[0].reason.contains("2 digests in a row"), "{:?}", told.chains[0].findings);
    assert_eq!(told.chains[0].newest.as_ref().unwrap().signature, "not_given");
    // The digest before the hole has lost its signature with the one that held it.
    let grades: Vec<&str> = told.chains[0].holds.iter().map(|stretch| stretch.grade.as_str()).collect();
    assert_eq!(grades, ["proven", "inferred", "proven", "inferred"]);
}

#[test]
fn the_program_says_it_as_text_and_as_json_with_its_exit_code() {
    let run = |evidence: &Evidence, format: &str| {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_vaultrail"))
            .args(["verify", evidence.path(), "--format", format])
            .output()
            .unwrap();
        (program.status.code().unwrap(), String::from_utf8(program.stdout).unwrap())
    };
    let whole = Evidence::of(&[&WHOLE]);
    let (code, said) = run(&whole, "text");
    assert!(
        code == 0 && said.starts_with("HOLDS") && said.ends_with("6/6 digest files valid\n6/6 log files valid\n"),
        "{said}"
    );
    let mut chain = WHOLE.clone();
    let gone = chain.logs[2].clone();
    chain.files.remove(&gone);
    let holed = Evidence::of(&[&chain]);
    let (code, said) = run(&holed, "text");
    assert!(code == 4 && said.contains("INVALID: not found") && said.contains("1/6 log files INVALID"), "{said}");
    let (code, said) = run(&holed, "json");
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (code, json["schema"].as_str(), json["summary"]["exit_code"].as_u64()),
        (4, Some("vaultrail.verify/1"), Some(4))
    );
    let nothing = tempfile::tempdir().unwrap();
    assert_eq!(run(&Evidence { folder: nothing }, "text").0, 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Of all that lies in the bucket: one byte of the content of one file is another.
    #[test]
    fn any_changed_byte_of_any_log_file_or_digest_is_found(file in 0_usize..12, at in any::<prop::sample::Index>(), by in 1_u8..=255) {
        let mut chain = WHOLE.clone();
        let path = [&chain.logs[..], &chain.digests[..]].concat()[file].clone();
        let mut content = gunzip(&chain.files[&path]);
        let index = at.index(content.len());
        content[index] ^= by;
        chain.files.insert(path, gzip(&content));
        let told = Evidence::of(&[&chain]).with("keys.json", &KEY.listed_for_the_year()).with("head.json", &WHOLE.head()).verify();
        prop_assert_eq!(told.summary.exit_code, 4, "byte {} of file {}", index, file);
    }
}

#[test]
fn a_bundle_of_digests_and_logs_is_verified_like_a_folder() {
    let verify = |chain: &Delivered| {
        let folder = tempfile::tempdir().unwrap();
        let mut zip = zip::ZipWriter::new(std::fs::File::create(folder.path().join("case.zip")).unwrap());
        for (path, stored) in &chain.files {
            zip.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(stored).unwrap();
        }
        zip.finish().unwrap();
        std::fs::write(folder.path().join("keys.json"), KEY.listed_for_the_year()).unwrap();
        verified(&[text(folder.path())]).unwrap()
    };
    let told = verify(&WHOLE);
    assert_eq!((classes(&told), told.chains.len(), told.summary.logs.valid), (vec![], 1, 6), "{:?}", told.findings);
    let mut chain = WHOLE.clone();
    let log = chain.logs[2].clone();
    append(&mut chain, &log, &gzip(b""));
    let other = chain.logs[3].clone();
    chain.edit(&other, |text| text + " ");
    assert_eq!(classes(&verify(&chain)), ["log_appended", "log_altered"]);
    // In one folder of the bundle, under their names alone.
    let mut flat = WHOLE.clone();
    for path in [WHOLE.logs.clone(), WHOLE.digests.clone()].concat() {
        let name = path.rsplit('/').next().unwrap().to_owned();
        rename(&mut flat, &path, &name);
    }
    assert_eq!(classes(&verify(&flat)), [""; 0]);
}

#[test]
fn a_second_copy_that_says_something_else_is_found_beside_the_right_one() {
    let mut chain = WHOLE.clone();
    let log = chain.logs[2].clone();
    for copy in [format!("aa/{log}"), format!("zz/{log}")] {
        chain.files.insert(copy.clone(), chain.files[&log].clone());
        assert_eq!(classes(&Evidence::of(&[&chain]).verify()), [""; 0], "the same twice");
        chain.edit(&copy, |text| text + " ");
        let evidence = Evidence::of(&[&chain]).with("keys.json", &KEY.listed_for_the_year());
        assert_eq!(classes(&evidence.verify()), ["log_altered"]);
        assert_eq!(verdict(&evidence.audit(&[]), "LOG-02").reason.code, "file_altered");
        chain.files.remove(&copy);
    }
}

#[test]
fn a_digest_that_nobody_has_signed_vouches_for_an_hour_whatever_it_claims() {
    let mut chain = WHOLE.clone();
    let newest = chain.digests.last().unwrap().clone();
    let claimed = "\"digestEndTime\":\"2027-10-01T00:00:00Z\"";
    let end = regex::Regex::new("\"digestEndTime\": ?\"[^\"]+\"").unwrap();
    chain.edit(&newest, |text| end.replace(&text, claimed).into_owned());
    assert!(!WHOLE.files[&newest].is_empty() && WHOLE.files[&newest] != chain.files[&newest]);
    for keys in [KEY.listed_for_the_year(), b"{\"PublicKeyList\": []}".to_vec()] {
        let told = Evidence::of(&[&chain]).with("keys.json", &keys).verify();
        let last = told.chains.iter().flat_map(|chain| &chain.holds).map(|run| run.to.clone()).max().unwrap();
        assert!(last.as_str() < "2026-12-31", "{last}");
    }
}

/// The last four of the six hours: the first digest names one that is not given.
fn late() -> Delivered {
    let mut chain = WHOLE.clone();
    remove(&mut chain, &[0, 1], &[0, 1]);
    chain
}

#[test]
fn a_digest_before_the_first_is_missing_where_the_log_is_asked_for_from_before_and_nowhere_else() {
    let evidence = Evidence::of(&[&late()]).with("keys.json", &KEY.listed_for_the_year());
    let config = tempfile::tempdir().unwrap();
    let said = |flags: &[&str]| {
        let report = evidence.audit(flags);
        let verdict = verdict(&report, "LOG-02");
        (verdict.reason.code.clone(), verdict.reason.message.clone())
    };
    let stated = |region: &str, from: &str, to: &str| {
        let path = config.path().join(format!("{region}{from}.toml"));
        let table = format!(
            "[[coverage]]\naccounts = [\"*\"]\nregions = [\"{region}\"]\nfrom = \"{from}\"\nto = \"{to}\"\nreason = \"x\"\n"
        );
        std::fs::write(&path, table).unwrap();
        said(&["--config", text(&path), "--from", "2026-10-30T12:00:00Z"])
    };
    for (code, message) in [
        said(&["--from", "2026-10-30T11:59:59Z"]),
        said(&["--window", "5h"]),
        said(&["--assume-complete=2026-10-30T10:00:00Z..2026-10-30T16:00:00Z"]),
        stated("*", "2026-10-30", "2026-10-31"),
        stated("eu-west-1", "2026-10-29", "2026-10-31"),
    ] {
        assert_eq!(code, "digest_missing", "{message}");
        assert!(
            message.contains("T130000Z.json.gz names it and it is not here, and the log is asked for from 2026-10-"),
            "{message}"
        );
    }
    for (code, message) in [
        said(&[]),
        said(&["--from", "2026-10-30T12:00:00Z"]),
        said(&["--window", "3h"]),
        said(&["--assume-complete"]),
        said(&["--assume-complete=2026-10-30T12:00:00Z..2026-10-30T16:00:00Z"]),
        stated("eu-*", "2026-10-29", "2026-10-31"),
        stated("*", "2026-10-28", "2026-10-29"),
    ] {
        assert_eq!(code, "signatures_verify", "{message}");
    }
    let report = evidence.audit(&[]);
    assert!(report.coverage[0].intervals[0].from.as_str() >= "2026-10-30T12:00:00Z", "{:?}", report.coverage);
}

#[test]
fn a_chain_of_which_the_beginning_was_not_given_says_where_it_begins() {
    let told = Evidence::of(&[&late()]).verify();
    let before = format!("s3://trail-bucket/{}", WHOLE.digests[1]);
    assert_eq!((classes(&told), told.summary.exit_code), (vec![], 0));
    assert_eq!((told.chains[0].begins_after.as_deref(), told.summary.digests.named), (Some(before.as_str()), 4));
    assert_eq!(told.chains[0].holds[0].from, "2026-10-30T12:00:00Z");
    let shown = vaultrail::render::verify::text(&told, &vaultrail::render::TextOptions { width: 400, colour: false });
    let line = format!("begins here at 2026-10-30T12:00:00Z: the digest before, {before}, was not given");
    assert!(shown.contains(&line), "{shown}");
    // A chain that is whole has nothing before its first digest.
    assert_eq!(Evidence::of(&[&WHOLE]).verify().chains[0].begins_after, None);
}

#[test]
fn only_earlier_log_files_of_the_same_trail_show_that_an_oldest_digest_is_missing() {
    let beside = |trail: &Trail| {
        let mut chain = late();
        let log = trail.log(11);
        chain.files.insert(log.object, gzip(&log.text));
        Evidence::of(&[&chain]).verify()
    };
    let own = beside(&Trail::default());
    assert_eq!((classes(&own), own.chains[0].begins_after.as_deref()), (vec!["digest_not_found".to_owned()], None));
    let finding = &own.chains[0].findings[0];
    assert_eq!(finding.subject, format!("s3://trail-bucket/{}", WHOLE.digests[1]));
    assert!(finding.reason.contains("_20261030T1158Z_"), "{}", finding.reason);
    assert_eq!((finding.result.as_str(), own.summary.digests.named), ("INVALID: not found", 5));
    for other in [
        Trail { region: "us-east-1".into(), ..Trail::default() },
        Trail { folder: "AWSLogs/o-exampleorgid/111122223333".into(), ..Trail::default() },
        Trail { folder: "AWSLogs/444455556666".into(), account: "444455556666".into(), ..Trail::default() },
    ] {
        assert_eq!(classes(&beside(&other)), [""; 0]);
    }
    let mut later = late();
    let log = Trail { name: "x".into(), ..Trail::default() }.log(12);
    later.files.insert(log.object, gzip(&log.text));
    assert_eq!(classes(&Evidence::of(&[&later]).verify()), [""; 0], "it was delivered within the first digest's hour");
}

#[test]
fn a_time_left_out_between_two_linked_digests_is_a_gap() {
    // Hashes of a chain without keys can be made anew by anybody: only the times tell.
    let mut chain = WHOLE.clone();
    let newest = chain.digests.last().unwrap().clone();
    let start = regex::Regex::new("\"digestStartTime\": ?\"([^\"T]+)T(\\d\\d)").unwrap();
    chain.edit(&newest, |text| start.replace(&text, "\"digestStartTime\":\"${1}T23").into_owned());
    let end = regex::Regex::new("\"digestEndTime\": ?\"[^\"]+\"").unwrap();
    chain.edit(&newest, |text| end.replace(&text, "\"digestEndTime\":\"2026-10-31T00:00:00Z\"").into_owned());
    let told = Evidence::of(&[&chain]).verify();
    assert_eq!(classes(&told), ["gap"], "{:?}", told.findings);
}
