//! LOG-02: the log files are those that CloudTrail delivered. Digests name every file with its hash, and are signed.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, DEFAULT_WINDOW_DAYS, View};
use crate::coverage::{self, Pair, Run};
use crate::evidence::{Grade, Stretch};
use crate::instant::{self, Instant};
use crate::integrity::DELIVERY;
use crate::integrity::chain::Checked;
use crate::integrity::finding::{Class, Finding};
use crate::integrity::keys::Signature;
use crate::status::Severity;
use chrono::Duration;

pub use super::nothing_to_check as check;

/// The digest of an hour comes up to so long after the hour began; what is younger needs none yet.
const PENDING: Duration = Duration::hours(2);

/// Every account and Region that occurs.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let pairs = context.world.pairs();
    pairs.iter().filter(|(account, region)| scope.holds(Some(account), Some(region))).map(Subject::log).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Pair(pair) = &subject.key else { return Judgement::not_applicable("no_subjects", "The log is not known.") };
    let from = view.window();
    let digests: Vec<&Checked> = view.of.integrity.digests(pair).collect();
    let seen = |digest: &&&Checked| digest.run.to > from && digest.run.from <= view.now();
    if let Some(judgement) = wrong(pair, view, from, best(digests.iter().copied().filter(|d| seen(&d)))) {
        return judgement;
    }
    let windowed: Vec<&Checked> = digests.iter().filter(seen).copied().collect();
    note_changes(&digests, view);
    view.changes_at(from + DELIVERY + PENDING);
    let (Some(first), Some(last)) =
        (windowed.iter().min_by_key(|d| (d.run, d.evidence)), windowed.iter().max_by_key(|d| (d.run, d.evidence)))
    else {
        let what = format!("No digest of {} in {} is given: whether the log files were altered is not known.", pair.0, pair.1);
        return without_digests("no_digest", what, Run { from, to: view.now() }, pair, view);
    };
    if let Some(hole) = uncovered(&digests, from, view.now()) {
        let what = format!("No digests vouch for the log from {} to {}.", instant::show(hole.from), instant::show(hole.to));
        return without_digests("partly_covered", what, hole, pair, view);
    }
    if let Some(open) = windowed.iter().find(|d| matches!(d.signature, Signature::KeyNotFound | Signature::KeyUnusable)) {
        let message = "Public keys are given, but not that of every digest, so signatures remain unchecked.";
        return Judgement::insufficient("public_key_missing", message).citing(open.evidence, "its key is not given");
    }
    held(&windowed, first, last, view.of.integrity.not_covered_of(pair))
}

/// The instants at which digests begin or cease to cover what must be covered.
fn note_changes(digests: &[&Checked], view: &View<'_>) {
    for run in vouching(digests) {
        for at in [run.from, run.from + PENDING, run.to + PENDING + instant::tick()] {
            view.changes_at(at);
        }
    }
    let open = |digest: &&&Checked| {
        digest.grade == Grade::Missing || matches!(digest.signature, Signature::KeyNotFound | Signature::KeyUnusable)
    };
    for digest in digests.iter().filter(open) {
        view.changes_at(digest.run.from);
    }
}

/// Stretches over which digests vouch for the log.
fn vouching(digests: &[&Checked]) -> Vec<Run> {
    let runs = digests.iter().filter(|d| d.grade > Grade::Missing).map(|d| d.run).collect();
    coverage::join(runs, instant::tick())
}

/// The best that is known of these digests: what their chain stands on.
fn best<'c>(digests: impl Iterator<Item = &'c Checked>) -> Grade {
    digests.map(|digest| digest.grade).max().unwrap_or(Grade::Inferred).max(Grade::Inferred)
}

fn held(digests: &[&Checked], first: &Checked, last: &Checked, not_covered: usize) -> Judgement {
    let unsigned = digests.iter().filter(|d| d.signature == Signature::NotGiven).count();
    let verified = digests.iter().filter(|d| d.signature == Signature::Verified).count();
    let logs: u64 = digests.iter().map(|d| d.logs).sum();
    let (code, grade, how) = if verified > 0 && verified + unsigned == digests.len() {
        ("signatures_verify", Grade::Proven, "and the signatures verify")
    } else {
        ("hashes_match", Grade::Inferred, "by their hashes; no signature is checked")
    };
    let newest = match (code, unsigned) {
        ("hashes_match", _) | (_, 0) => "",
        _ => " The signature of the newest digest is kept by S3 only and was not given.",
    };
    let extra = match not_covered {
        0 => String::new(),
        1 => " One more log file is named by no digest and not covered.".into(),
        n => format!(" {n} more log files are named by no digest and not covered."),
    };
    let count = digests.len();
    let message =
        format!("{count} digests and all {logs} log files that they name are as delivered, {how}.{newest}{extra}");
    let proof = Proof::attested(first.evidence, "first digest", grade).and(last.evidence, "last digest");
    let judgement = if code == "hashes_match" {
        Judgement::compliant("hashes_match", message, &proof)
    } else {
        Judgement::compliant("signatures_verify", message, &proof)
    };
    judgement.observed("digests", count).observed("log_files", logs).observed("not_covered", not_covered)
}

/// The first stretch that must have digests and has none.
fn uncovered(digests: &[&Checked], from: Instant, now: Instant) -> Option<Run> {
    let (from, to) = (from + DELIVERY, now - PENDING);
    if from > to { None } else { coverage::without(&[Run { from, to }], &vouching(digests)).first().copied() }
}

fn without_digests(code: &'static str, what: String, run: Run, pair: &Pair, view: &View<'_>) -> Judgement {
    let stretch = Stretch {
        account: pair.0.clone(),
        region: pair.1.clone(),
        from: run.from,
        to: run.to,
        grade: Grade::Missing,
    };
    let proof = Proof::hole(stretch, "no digest vouches for this stretch");
    if view.of.params.flag("require_digests") {
        return Judgement::non_compliant("digests_required", what, &proof).severity(Severity::High);
    }
    let judgement = if code == "no_digest" {
        Judgement::insufficient("no_digest", what)
    } else {
        Judgement::insufficient("partly_covered", what)
    };
    judgement.citing_all(&proof)
}

/// The code of a class, and how grave it is; `None`: nothing is wrong with the files.
fn code(class: Class) -> Option<(&'static str, Severity)> {
    match class {
        Class::LogAltered | Class::LogInvalidFormat => Some(("file_altered", Severity::Critical)),
        Class::LogAppended => Some(("file_appended", Severity::Critical)),
        Class::LogNotFound => Some(("file_missing", Severity::High)),
        Class::DigestAltered
        | Class::DigestAppended
        | Class::DigestInvalidFormat
        | Class::DigestNotInChain => Some(("digest_altered", Severity::Critical)),
        Class::SignatureFailed => Some(("signature_failed", Severity::Critical)),
        Class::DigestNotFound => Some(("digest_missing", Severity::High)),
        Class::LogMoved | Class::DigestMoved => Some(("moved", Severity::Medium)),
        Class::Gap => Some(("chain_gap", Severity::Medium)),
        Class::KeyNotFound | Class::KeyUnusable => None,
    }
}

/// The worst finding of the window, and how many there are.
fn wrong(pair: &Pair, view: &View<'_>, from: Instant, grade: Grade) -> Option<Judgement> {
    let findings = view.of.integrity.of(pair).flat_map(|chain| &chain.findings);
    let coded = findings.filter_map(|finding| code(finding.class).map(|(code, severity)| (severity, code, finding)));
    let (mut found, later): (Vec<(Severity, &'static str, &Finding)>, Vec<_>) =
        coded.filter(|(_, _, finding)| finding.run.to >= from).partition(|(.., finding)| finding.run.from <= view.now());
    if let Some(gone) = found.iter().map(|(.., finding)| finding.run.to).max() {
        // While one of them stands, others change nothing.
        view.changes_at(gone + Duration::days(DEFAULT_WINDOW_DAYS) + instant::tick());
    } else if let Some(next) = later.iter().map(|(.., finding)| finding.run.from).min() {
        view.changes_at(next);
    }
    found.sort_by_key(|(severity, code, finding)| (std::cmp::Reverse(*severity), *code, finding.run));
    let (severity, code, first) = *found.first()?;
    let alike = found.iter().filter(|(_, other, _)| *other == code).count();
    let others = found.len() - alike;
    let more = match (alike, others) {
        (1, 0) => String::new(),
        (_, 0) => format!(" {alike} such findings in all."),
        _ => format!(" {alike} of {} findings are of this kind.", found.len()),
    };
    let place = first.path.as_deref().unwrap_or(&first.subject);
    let message = format!("{place}: {}.{more}", first.reason);
    let stretch = |finding: &Finding| Stretch {
        account: pair.0.clone(),
        region: pair.1.clone(),
        from: finding.run.from,
        to: finding.run.to,
        grade: Grade::Missing,
    };
    let shown = |(_, _, finding): &(Severity, &str, &Finding)| match finding.evidence {
        Some(digest) => Proof::attested(digest, format!("{} {}", finding.subject, finding.class.words()), grade),
        None => Proof::hole(stretch(finding), finding.class.words()),
    };
    let proof = found.iter().take(CITED).map(shown).reduce(|all, one| all.with(Some(one)))?;
    let proof = if first.class.is_hole() { proof.with(Some(Proof::hole(stretch(first), "the log is broken here"))) } else { proof };
    Some(Judgement::non_compliant(code, message, &proof).severity(severity).observed("findings", found.len()))
}

/// Findings cited of one chain; `vaultrail verify` tells all of them.
const CITED: usize = 20;
