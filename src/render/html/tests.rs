//! What a reader of the HTML report may rely on; what its script does is shown in a browser (`tests/browser`).

use super::super::sample;
use super::*;
use crate::report::comparison::compare;
use crate::report::history::line;
use serde_json::Value as Json;

fn shown(report: &Report) -> String {
    let mut page = Vec::new();
    write(report, &mut page).unwrap_or_else(|why| unreachable!("{why}: {:?}", std::error::Error::source(&why)));
    String::from_utf8(page).unwrap_or_default()
}

fn data(page: &str) -> &str {
    let after = page.split_once("<script type=\"application/octet-stream\" id=\"data\">").map_or("", |(_, rest)| rest);
    after.split_once("</script>").map_or("", |(data, _)| data)
}

fn unpacked(page: &str) -> Json {
    let bytes = STANDARD.decode(data(page)).unwrap_or_default();
    let mut text = vec![0; 1 << 20];
    let length = libdeflater::Decompressor::new().zlib_decompress(&bytes, &mut text).unwrap_or_default();
    text.truncate(length);
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Everything but style, script and data.
fn markup(page: &str) -> String {
    page.replace(STYLE, "").replace(SCRIPT, "").replace(data(page), "")
}

#[test]
fn hostile_names_are_inert() {
    let page = shown(&sample());
    let markup = markup(&page);
    assert!(!markup.contains("<script>alert") && !markup.contains("<img") && !markup.contains("<b>name"));
    assert!(markup.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;\\u{1b}[31m"));
    assert!(!page.chars().any(|c| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c)));
    assert_eq!(page.matches("<script").count(), 2, "the data and the script");
    assert!(!data(&page).contains(['<', '>', '&']));
}

#[test]
fn every_text_of_the_report_may_be_hostile() {
    let evil = "\"'><script>alert(1)</script><!--{{ 7 * 7 }}{% raw %}\u{1b}]0;x\u{7}";
    let (mut old, mut report) = (sample(), sample());
    old.verdicts.truncate(3);
    report.comparison = Some(compare(&old, &report));
    report.history = vec![line(&old), line(&report)];
    let report = serde_json::to_value(report).map(|value| poisoned(value, evil)).and_then(serde_json::from_value);
    let page = shown(&report.unwrap_or_else(|why| unreachable!("{why}")));
    assert!(page.contains("id=\"trend\"") && page.contains("id=\"since\""));
    let markup = markup(&page);
    assert!(!markup.contains("<script>alert") && !markup.contains("'><") && !markup.contains("<!--"));
    assert!(markup.contains("{{ 7 * 7 }}"), "what the report says is no template");
    assert!(!page.contains('\u{1b}') && !page.contains('\u{7}'));
}

/// The same JSON with every free text replaced.
fn poisoned(value: Json, evil: &str) -> Json {
    let closed =
        ["COMPLIANT", "NON_COMPLIANT", "INSUFFICIENT_DATA", "NOT_APPLICABLE", "low", "medium", "high", "critical"];
    match value {
        Json::String(text) if closed.contains(&text.as_str()) => Json::String(text),
        Json::String(_) => Json::String(evil.into()),
        Json::Array(items) => items.into_iter().map(|item| poisoned(item, evil)).collect(),
        Json::Object(members) => {
            let kept = |key: &str, value| if key == "change" { value } else { poisoned(value, evil) };
            members.into_iter().map(|(key, value)| (key.clone(), kept(&key, value))).collect()
        }
        other => other,
    }
}

#[test]
fn the_page_asks_for_nothing_from_outside() {
    let page = shown(&sample());
    let markup = markup(&page);
    for outside in [" src=\"", "@import", "url(http", "<link", "<iframe", "href=\"http", "style=\"", " onclick"] {
        assert!(!markup.contains(outside), "{outside}");
    }
    assert!(!STYLE.contains("@import") && !STYLE.contains("http") && !SCRIPT.contains("fetch("));
    assert!(page.contains("default-src &#x27;none&#x27;; style-src &#x27;sha256-"));
}

#[test]
fn the_script_makes_text_and_never_markup_or_code() {
    for parsing in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "Function(", "import("]
    {
        assert!(!SCRIPT.contains(parsing), "{parsing}");
    }
    assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("<!--"), "nothing may end the element that holds it");
    let policy = policy(STYLE, Some(SCRIPT));
    assert!(policy.contains("require-trusted-types-for 'script'") && !policy.contains("unsafe"), "{policy}");
}

#[test]
fn the_data_holds_all_but_files_that_nothing_cites() {
    let report = sample();
    let told = unpacked(&shown(&report));
    let whole = serde_json::to_value(&report).unwrap_or_default();
    for (member, value) in whole.as_object().into_iter().flatten() {
        // What changed stands in a column.
        if !["sources", "verdicts", "comparison"].contains(&member.as_str()) {
            assert_eq!(told.pointer(&format!("/report/{member}")), Some(value), "{member}");
        }
    }
    let rows = |pointer: &str| told.pointer(pointer).and_then(Json::as_array).map(Vec::len);
    assert_eq!(rows("/verdicts/control"), Some(report.verdicts.len()));
    assert_eq!(rows("/verdicts/cite"), Some(report.verdicts.iter().map(|v| v.evidence.len()).sum()));
    assert_eq!(told.pointer("/files"), Some(&Json::from(report.sources.len())));
}

#[test]
fn the_first_screen_reads_without_the_script() {
    let report = sample();
    let markup = markup(&shown(&report));
    for verdict in report.verdicts.iter().filter(|v| v.exception.is_none()).take(1) {
        assert!(markup.contains(&format!("#/verdict/{}/", verdict.control)));
    }
    for told in ["<noscript>", "What fails, worst first", "What could not be judged", "Coverage", "controls hold"] {
        assert!(markup.contains(told), "{told}");
    }
}

#[test]
fn a_trend_and_a_baseline_are_shown_where_there_are_some() {
    let mut report = sample();
    (report.history, report.comparison) = (Vec::new(), None);
    assert!(!shown(&report).contains("id=\"trend\"") && !shown(&report).contains("id=\"since\""));
    let mut earlier = crate::report::history::line(&report);
    earlier.as_of = "2026-10-01T00:00:00Z".into();
    report.history = vec![earlier, crate::report::history::line(&report)];
    let known = report.verdicts.first().map(|verdict| verdict.uid.clone());
    let since = serde_json::json!({"baseline": {"as_of": "2026-10-02T00:00:00Z", "window": report.run.window,
        "tool": report.tool, "scope_sha256": ""}, "same_scope": false, "differences": ["other limits"],
        "counts": {"new": 1, "gone": 1}, "changes": [{"uid": known, "control": "VLT-02", "subject": "<i>", "change": "new",
        "was": null, "now": {"status": "NON_COMPLIANT", "severity": "low", "code": "not_locked", "excepted": false}},
        {"uid": "u", "control": "VLT-03", "subject": "<gone>", "change": "gone", "now": null,
        "was": {"status": "COMPLIANT", "severity": "low", "code": "locked", "excepted": true}}]});
    report.comparison = serde_json::from_value(since).ok();
    let page = shown(&report);
    let markup = markup(&page);
    let answer = markup.split_once("id=\"worst\"").map_or("", |(answer, _)| answer);
    for told in ["id=\"trend\"", "2 runs, 2026-10-01 to ", "of 2026-10-02T00:00:00Z", "#/verdicts?change=new\""] {
        assert!(answer.contains(told), "{told} is not on the first screen");
    }
    for told in ["not a trend", "&lt;i&gt;", "Non-compliant, low: not locked", "Compliant: locked, excepted"] {
        assert!(markup.contains(told), "{told}");
    }
    assert!(!markup.contains("%3Cgone%3E"), "no link leads to what this report has not");
    let told = unpacked(&page);
    assert_eq!(told.pointer("/verdicts/change/0"), Some(&Json::from(0)));
    assert_eq!(told.pointer("/changes"), Some(&serde_json::json!([["new", null]])));
}

#[test]
fn an_address_names_any_text() {
    assert_eq!(address("arn:aws:s3:::a/b c"), "arn%3Aaws%3As3%3A%3A%3Aa%2Fb%20c");
    assert_eq!(address("\"<é>-._~"), "%22%3C%C3%A9%3E-._~");
}

#[test]
fn a_report_without_anything_is_still_a_page() {
    let mut report = sample();
    report.verdicts.clear();
    report.controls.clear();
    report.coverage.clear();
    report.incidents.clear();
    report.summary.by_status.clear();
    report.summary.by_severity.clear();
    report.summary.gate.exit_code = 0;
    report.run.window.from = "?".into();
    let page = shown(&report);
    assert!(page.contains("PASS") && page.contains("Nothing fails.") && page.contains("Everything could be judged."));
}
