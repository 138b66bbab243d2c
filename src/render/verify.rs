//! What `vaultrail verify` tells, as text for people and as JSON for scripts.

use super::json::pretty;
use super::numbers::{counted, grouped, length};
use super::text::layout::{Page, Set, plain};
use super::text::{TextOptions, bold, dim};
use crate::report::verify::{ChainInfo, FindingInfo, Newest, Tally, Verification};
use anstyle::{AnsiColor, Style};

/// Files without a digest that are named; the JSON form has all of them.
const NAMED: usize = 20;

/// Pretty JSON, ending in a line feed.
pub fn json(told: &Verification) -> String {
    let mut text = pretty(told);
    text.push('\n');
    text
}

/// Text, lines ending in a line feed.
pub fn text(told: &Verification, options: &TextOptions) -> String {
    let mut page = Page::new(options.width, options.colour);
    let holds = told.summary.exit_code == 0;
    let answer = if holds { "HOLDS" } else { "DOES NOT HOLD" };
    page.flow(0, 2, &[(good(holds).bold(), answer), (plain(), "  "), (plain(), &told.summary.said)]);
    let keys = match told.summary.public_keys {
        0 => "No public keys given: hashes and links decide, no signature is checked.".to_owned(),
        n => format!("{} given.", counted(n.try_into().unwrap_or(u64::MAX), "public key", "public keys")),
    };
    page.flow(0, 2, &[(dim(), &keys)]);
    for one in &told.chains {
        chain(&mut page, one);
    }
    if !told.findings.is_empty() {
        page.heading("Belonging to no chain", Some(told.findings.len()));
        told.findings.iter().for_each(|one| finding(&mut page, one));
    }
    if !told.defects.is_empty() {
        page.heading("Unreadable", Some(told.defects.len()));
        for defect in &told.defects {
            page.flow(2, 4, &[(plain(), &defect.path), (dim(), &format!("  {}", defect.reason))]);
        }
    }
    if !told.not_covered.is_empty() {
        page.heading("Log files that no digest names: not covered", Some(told.not_covered.len()));
        for path in told.not_covered.iter().take(NAMED) {
            page.flow(2, 4, &[(plain(), path)]);
        }
        let more = length(&told.not_covered).saturating_sub(NAMED as u64);
        if more > 0 {
            page.flow(2, 4, &[(dim(), &format!("… and {} more (--format json has all)", grouped(more)))]);
        }
    }
    page.blank();
    for (what, tally) in [("digest files", told.summary.digests), ("log files", told.summary.logs)] {
        page.flow(0, 2, &[(plain(), &results(what, tally))]);
    }
    page.finish()
}

/// As the AWS CLI ends.
fn results(what: &str, tally: Tally) -> String {
    let invalid = tally.named - tally.valid;
    let valid = format!("{}/{} {what} valid", grouped(tally.valid), grouped(tally.named));
    if invalid == 0 { valid } else { format!("{valid}, {}/{} {what} INVALID", grouped(invalid), grouped(tally.named)) }
}

fn good(holds: bool) -> Style {
    if holds { AnsiColor::Green.on_default() } else { AnsiColor::Red.on_default() }
}

fn chain(page: &mut Page, chain: &ChainInfo) {
    let unknown = "?".to_owned();
    let account = chain.account.as_ref().unwrap_or(&unknown);
    let region = chain.region.as_ref().unwrap_or(&unknown);
    page.blank();
    let backfill = if chain.kind == "backfill" { ", backfill" } else { "" };
    let organization = chain.organization.as_ref().map(|id| format!(", organization {id}")).unwrap_or_default();
    let trail = format!("  trail {} of {}{organization}{backfill}", chain.trail, chain.home_region);
    page.flow(0, 2, &[(bold(), &format!("{account} / {region}")), (plain(), &trail)]);
    if !chain.location.is_empty() {
        page.flow(2, 4, &[(dim(), &chain.location)]);
    }
    let rows = chain.holds.iter().map(|stretch| {
        vec![(plain(), stretch.from.clone()), (plain(), stretch.to.clone()), (good(true), stretch.grade.clone())]
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        page.flow(2, 4, &[(good(false), "holds nowhere")]);
    } else {
        page.table(&[(Set::Left, "holds from"), (Set::Left, "to"), (Set::Left, "grade")], &rows);
    }
    let both = format!("{}; {}", results("digest files", chain.digests), results("log files", chain.logs));
    page.flow(2, 4, &[(plain(), &both)]);
    if let (Some(from), Some(before)) = (&chain.from, &chain.begins_after) {
        let told = format!(
            "begins here at {from}: the digest before, {before}, was not given, so nothing is known of its time"
        );
        page.flow(2, 4, &[(dim(), &told)]);
    }
    if let Some(newest) = &chain.newest {
        page.flow(2, 4, &[(dim(), &format!("newest digest: {}", signature(newest)))]);
    }
    chain.findings.iter().for_each(|one| finding(page, one));
}

fn signature(newest: &Newest) -> &'static str {
    match newest.signature.as_str() {
        "verified" => "its signature verifies",
        "no_keys" => "its signature is not checked, no public keys are given",
        "key_not_found" => "its public key is not given",
        "key_unusable" => "its public key cannot be loaded",
        "failed" => "its signature does not verify",
        _ => "its signature is kept by S3 only and was not given (--head-object)",
    }
}

fn finding(page: &mut Page, finding: &FindingInfo) {
    let bad = good(false);
    page.flow(
        2,
        4,
        &[
            (plain(), &finding.what),
            (plain(), "  "),
            (plain(), &finding.subject),
            (bad, &format!("  {}", finding.result)),
        ],
    );
    let time = finding.from.as_ref().zip(finding.to.as_ref()).map(|(from, to)| format!(" ({from} to {to})"));
    page.flow(4, 6, &[(dim(), &finding.reason), (dim(), &time.unwrap_or_default())]);
    if let Some(path) = finding.path.as_ref().filter(|path| **path != finding.subject) {
        page.flow(4, 6, &[(dim(), path)]);
    }
}
