//! A baseline and a history in every format that has room for them.

use super::{OPTIONS, compared, file, files, json, small};
use std::collections::BTreeMap;
use vaultrail::render::{Format, render};
use vaultrail::report::wire::Report;

/// What became of the five verdicts of [`compared`].
const BECAME: [&str; 5] = ["unchanged", "fixed", "added", "undecided", "regressed"];
const WAS: [&str; 5] = ["", "NON_COMPLIANT", "none", "COMPLIANT", "COMPLIANT"];

fn by_uid<T>(report: &Report, told: impl Fn(usize, &str) -> T) -> Vec<T> {
    report.verdicts.iter().enumerate().map(|(at, verdict)| told(at, &verdict.uid)).collect()
}

#[test]
fn a_row_of_csv_says_what_became_of_the_verdict_and_what_it_was() {
    let text = file(&compared(), "report.csv");
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row["change"].as_str()).collect::<Vec<_>>(), BECAME);
    assert_eq!(rows.iter().map(|row| row["was"].as_str()).collect::<Vec<_>>(), WAS);
}

#[test]
fn junit_counts_changes_for_each_suite_and_a_changed_test_case_says_so() {
    let report = compared();
    let text = file(&report, "report.junit.xml");
    let suites = text.matches("<testsuite ").count();
    for property in
        ["\"vaultrail.baseline.as_of\" value=\"2026-10-16T00:00:00Z\"", "\"vaultrail.regressed\" value=\"1\""]
    {
        assert_eq!(text.matches(&format!("<property name={property}/>")).count(), suites, "{property}: {text}");
    }
    for (at, became) in BECAME.into_iter().enumerate() {
        let subject = format!("name=\"{}\"", report.verdicts[at].subject.id);
        let control = format!("classname=\"{}\"", report.verdicts[at].control);
        let case = text.split("<testcase ").find(|case| case.contains(&subject) && case.contains(&control)).unwrap();
        let told = format!("<system-out>{became} since 2026-10-16T00:00:00Z, was ");
        assert_eq!(case.contains(&told), became != "unchanged", "{case}");
    }
}

#[test]
fn markdown_tells_the_counts_and_the_new_failures_before_the_known_ones() {
    let text = file(&compared(), "report.md");
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is not in {text}"));
    let order = [
        "Since the baseline as of `2026-10-16T00:00:00Z`: 0 new, **1 regressed**, **1 undecided**, **1 fixed**",
        "### New failures, worst first",
        "`SHR-03`",
        "### Failures that the baseline has, worst first",
        "`APR-02`",
        "### Other changes",
        "| undecided | `ENC-02`",
        "| fixed | `CPY-01`",
        "| gone | `CPY-05` | `gone` |",
        "### Not decided",
        "### Trend",
        "| `2026-10-16T00:00:00Z` | 1 | 1 |",
    ];
    assert!(order.map(place).is_sorted(), "{text}");
}

#[test]
fn findings_of_sarif_ocsf_and_asff_say_what_became_of_them() {
    let report = compared();
    let (sarif, ocsf, asff) =
        (json(&report, "report.sarif"), json(&report, "report.ocsf.json"), json(&report, "report.asff.json"));
    let activity: Vec<u64> = by_uid(&report, |at, _| ocsf[at]["activity_id"].as_u64().unwrap());
    assert_eq!(activity, [2, 3, 1, 2, 2], "update, close, create, update, update");
    by_uid(&report, |at, uid| {
        assert_eq!(ocsf[at]["unmapped"]["change"], BECAME[at]);
        assert_eq!(ocsf[at]["type_uid"].as_u64().unwrap(), 200_300 + activity[at]);
        let told = asff[at]["ProductFields"]["vaultrail/Change"].as_str().unwrap_or("unchanged");
        assert!(told.starts_with(BECAME[at]), "{told}");
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        if let Some(result) = results.iter().find(|result| result["partialFingerprints"]["vaultrail/v1"] == uid) {
            let state = if BECAME[at] == "unchanged" { "unchanged" } else { "new" };
            assert_eq!(
                (&result["baselineState"], &result["properties"]["change"]),
                (&state.into(), &BECAME[at].into())
            );
        }
    });
}

#[test]
fn a_terminal_shows_the_trend_and_the_changes() {
    let text = String::from_utf8(render(Format::Text, &compared(), &OPTIONS).unwrap()).unwrap();
    for part in
        ["TREND: RUNS OVER THE SAME SCOPE (2)", "2026-10-16T00:00:00Z     1", "1 regressed", "1 undecided, 1 fixed"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn without_a_baseline_and_a_history_no_format_speaks_of_them() {
    for name in files().map(|file| file.name).filter(|name| *name != "report.json") {
        let text = file(&small(), name);
        for word in [
            "baselineState",
            "Since the baseline",
            "the baseline has",
            "regressed",
            "unchanged",
            "Trend",
            "<properties>",
            "vaultrail/Change",
        ] {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
}
