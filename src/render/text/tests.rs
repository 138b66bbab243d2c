//! What a reader of the terminal report may rely on.

use super::super::sample;
use super::*;

fn shown(width: usize, colour: bool) -> String {
    text(&sample(), &TextOptions { width, colour })
}

#[test]
fn without_colour_there_is_no_escape_byte_whatever_the_names_hold() {
    let text = shown(100, false);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{9b}']));
    assert!(text.contains("\\u{1b}[31m") && text.contains("\\u{202e}"));
}

#[test]
fn colour_adds_styles_and_nothing_else() {
    let coloured = shown(100, true);
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mFAIL"));
    let mut bare = String::new();
    for (at, part) in coloured.split('\u{1b}').enumerate() {
        bare.push_str(if at == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
    }
    assert_eq!(bare, shown(100, false));
}

#[test]
fn a_name_cannot_forge_a_line() {
    assert!(shown(100, false).lines().all(|line| !line.starts_with("CRITICAL  VLT-02")));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 132, 200] {
        for line in shown(width, false).lines() {
            let columns: usize = line.chars().map(super::super::visible::columns).sum();
            assert!(columns <= width, "{columns} > {width}: {line}");
        }
    }
}

#[test]
fn the_first_line_says_what_the_gate_says_and_for_which_time() {
    let want = "FAIL (exit 1) as of 2026-10-31T23:50:00Z, window 2026-10-01T00:05:00Z to 2026-10-31T23:50:00Z";
    assert_eq!(shown(100, false).lines().next(), Some(want));
}

#[test]
fn failures_come_worst_first_each_with_its_records() {
    let text = shown(120, false);
    let at = |part: &str| text.find(part).unwrap_or(usize::MAX);
    let order =
        ["CRITICAL  CPY-01", "CRITICAL  SHR-03", "HIGH  CPY-02", "HIGH  VLT-03", "MEDIUM  APR-02", "MEDIUM  LOG-01"];
    assert!(order.map(at).is_sorted(), "{:?}", order.map(at));
    assert!(
        text.contains("· 2026-10-18T02:13:00Z  CreateResourceShare  shared with 999988887777, who is not approved")
    );
    assert!(text.contains("… and 4 more"), "nine citations, five shown");
    assert!(text.contains("excepted until 2027-03-31 by backup-team: lab vault"));
}

#[test]
fn the_balance_is_told_in_full() {
    let text = shown(120, false);
    assert!(text.contains("505 found = 502 read + 1 defective + 2 not evidence"));
    assert!(text.contains("6,400 read = 512 used + 5,880 counted only + 6 duplicate + 2 defective"));
    assert!(text.contains("2026-10-07T00:02:00Z to 2026-10-07T12:06:00Z  HOLE of 12 h 4 min"));
    assert!(text.contains("logs/x.json.gz#3: `eventTime` is missing"));
}

#[test]
fn a_report_without_anything_still_answers() {
    let mut report = sample();
    report.verdicts.clear();
    report.controls.clear();
    report.incidents.clear();
    report.coverage.clear();
    report.summary.by_status.clear();
    report.summary.by_severity.clear();
    report.summary.gate.exit_code = 0;
    report.summary.gate.reasons.clear();
    let text = text(&report, &TextOptions { width: 0, colour: false });
    assert!(text.starts_with("PASS (exit 0) as of"), "{text}");
    assert!(!text.contains("FAILURES"));
}
