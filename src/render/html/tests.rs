//! What a reader of the HTML report may rely on.

use super::super::sample;
use super::*;
use crate::report::wire::EvidenceRef;
use serde_json::Value as Json;

fn shown(report: &Report) -> String {
    html(report).unwrap_or_else(|why| unreachable!("{why}: {:?}", std::error::Error::source(&why)))
}

fn data(page: &str) -> &str {
    let after = page.split_once("<script type=\"application/json\" id=\"report\">").map_or("", |(_, rest)| rest);
    after.split_once("</script>").map_or("", |(data, _)| data)
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
    let report = serde_json::to_value(sample()).map(|value| poisoned(value, evil)).and_then(serde_json::from_value);
    let page = shown(&report.unwrap_or_else(|why| unreachable!("{why}")));
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
        Json::Object(members) => members.into_iter().map(|(key, value)| (key, poisoned(value, evil))).collect(),
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
fn the_embedded_report_is_the_report() {
    let report = sample();
    let embedded: Option<Json> = serde_json::from_str(data(&shown(&report))).ok();
    assert_eq!(embedded, serde_json::to_value(report).ok());
}

#[test]
fn every_verdict_can_be_reached_and_shows_its_evidence() {
    let report = sample();
    let page = shown(&report);
    for verdict in &report.verdicts {
        assert_eq!(page.matches(&format!("id=\"v-{}\"", verdict.uid)).count(), 1, "{}", verdict.uid);
        for evidence in &verdict.evidence {
            if let EvidenceRef::Record(record) = evidence {
                assert!(page.contains(&record.event_id), "{}", record.event_id);
            }
        }
    }
    assert_eq!(page.matches("<pre").count(), report.records.len(), "each cited record once");
}

#[test]
fn base64_is_that_of_the_rfc() {
    let told = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
    assert_eq!(told, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    assert_eq!(base64(&[251, 255, 191]), "+/+/");
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
    assert!(shown(&report).contains("PASS"));
}
