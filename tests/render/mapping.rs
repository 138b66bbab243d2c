//! What becomes of the four statuses and of an exception in each format, and which limits the formats keep.

use super::{ESTATE, OPTIONS, file, json, sample, small};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use vaultrail::render::{Format, Options};
use vaultrail::report::wire::{Report, Severity, Status};

/// What a reader of each format sees of one verdict.
pub type Seen = BTreeMap<&'static str, String>;

/// Each status, and a failure under an exception, in each format.
pub fn statuses() -> Vec<(&'static str, Seen)> {
    let report = small();
    let (sarif, ocsf, asff) =
        (json(&report, "report.sarif"), json(&report, "report.ocsf.json"), json(&report, "report.asff.json"));
    let junit = file(&report, "report.junit.xml");
    let aws = json(&report, "resource-compliance-report.json");
    let seen = |at: usize| {
        let verdict = &report.verdicts[at];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        let mut results =
            results.filter(|result| result["partialFingerprints"]["vaultrail/v1"] == verdict.uid.as_str());
        let sarif = results.next().map_or("no result, counted at its rule".to_owned(), |result| {
            let suppressed = if result["suppressions"].is_null() { "" } else { ", suppressed" };
            format!("`{}`, level `{}`{suppressed}", text(&result["kind"]), text(&result["level"]))
        });
        let case = junit.split("<testcase ").skip(1).find(|case| {
            case.contains(&format!("classname=\"{}\"", verdict.control)) && case.contains(&verdict.subject.id)
        });
        let case = case.unwrap();
        let element = ["failure", "error", "skipped"].into_iter().find(|name| case.contains(&format!("<{name} ")));
        let (ocsf, asff) = (&ocsf[at], &asff[at]);
        let caption = |value: &Value, name: &str| format!("{} {}", value[&format!("{name}_id")], text(&value[name]));
        let finding = format!(
            "`compliance.status_id` {}; `status_id` {}; severity {}",
            caption(&ocsf["compliance"], "status"),
            caption(ocsf, "status"),
            if ocsf["severity_id"] == 1 { "Informational" } else { "the verdict's" }
        );
        let reason = if asff["Compliance"]["Status"] == "NOT_AVAILABLE" {
            format!(" (`{}`)", text(&asff["Compliance"]["StatusReasons"][0]["ReasonCode"]))
        } else {
            String::new()
        };
        let asff = format!(
            "`{}`{reason}, workflow `{}`, severity {}",
            text(&asff["Compliance"]["Status"]),
            text(&asff["Workflow"]["Status"]),
            if asff["Severity"]["Label"] == "INFORMATIONAL" { "INFORMATIONAL" } else { "the verdict's" }
        );
        BTreeMap::from([
            ("SARIF", sarif),
            ("JUnit", element.map_or("passes".to_owned(), |name| format!("`{name}`"))),
            ("OCSF", finding),
            ("ASFF", asff),
            ("AWS's reports", format!("`{}`", text(&aws["reportItems"][at]["resourceComplianceStatus"]))),
        ])
    };
    vec![
        ("COMPLIANT", seen(1)),
        ("NON_COMPLIANT", seen(4)),
        ("NON_COMPLIANT, excepted", seen(0)),
        ("INSUFFICIENT_DATA", seen(3)),
        ("NOT_APPLICABLE", seen(2)),
    ]
}

#[test]
fn no_two_statuses_look_the_same_and_none_but_compliant_passes() {
    let all = statuses();
    for format in ["OCSF", "ASFF"] {
        let told: Vec<&String> = all.iter().map(|(_, seen)| &seen[format]).collect();
        assert!(told.iter().enumerate().all(|(at, one)| !told[..at].contains(one)), "{told:#?}");
    }
    for (status, seen) in &all {
        assert_eq!(seen["JUnit"] == "passes", *status == "COMPLIANT");
        assert_eq!(seen["OCSF"].contains("1 Pass"), *status == "COMPLIANT");
        assert_eq!(seen["ASFF"].contains("PASSED"), *status == "COMPLIANT");
        assert_eq!(seen["SARIF"].contains("suppressed"), status.contains("excepted"));
    }
    assert_eq!(all[2].1["ASFF"], "`FAILED`, workflow `SUPPRESSED`, severity the verdict's");
}

#[test]
fn undecided_test_cases_are_errors_or_skipped_as_asked_for_and_every_suite_adds_up() {
    for skip in [false, true] {
        let mut bytes = Vec::new();
        let options = Options { text: OPTIONS, junit_skips_undecided: skip, changes_alone: false };
        Format::Junit.files()[0].write(&ESTATE, &options, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let number = |of: &str, name: &str| -> usize {
            let (_, rest) = of.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("{name} in {of:.200}"));
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let mut totals = [0; 4];
        for suite in text.split("<testsuite ").skip(1) {
            let count = |what: &str| suite.matches(what).count();
            let found = [count("<testcase "), count("<failure "), count("<error "), count("<skipped ")];
            let head = format!(" {}", suite.split('>').next().unwrap());
            let said = ["tests", "failures", "errors", "skipped"].map(|name| number(&head, name));
            assert_eq!(found, said, "{head}");
            (0..4).for_each(|at| totals[at] += found[at]);
            // At most one of the three in a test case.
            for case in suite.split("<testcase ").skip(1) {
                assert!(
                    ["<failure ", "<error ", "<skipped "].map(|what| case.matches(what).count()).iter().sum::<usize>()
                        <= 1
                );
            }
        }
        let count = |status| ESTATE.verdicts.iter().filter(|v| v.status == status).count();
        let undecided = count(Status::InsufficientData);
        assert_eq!((totals[0], totals[1]), (ESTATE.verdicts.len(), count(Status::NonCompliant)));
        assert_eq!(
            (totals[2], totals[3]),
            if skip {
                (0, undecided + count(Status::NotApplicable))
            } else {
                (undecided, count(Status::NotApplicable))
            }
        );
        let head = text.split("<testsuites").nth(1).unwrap().split('>').next().unwrap();
        assert_eq!([number(head, "tests"), number(head, "failures"), number(head, "errors")], totals[..3]);
    }
}

#[test]
fn sarif_lists_every_rule_and_every_open_end_worst_first_at_its_record() {
    let log = json(&ESTATE, "report.sarif");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ESTATE.controls.iter().map(|control| control.id.as_str()).collect::<Vec<_>>());
    let results = run["results"].as_array().unwrap();
    let open = |status: &Status| matches!(status, Status::NonCompliant | Status::InsufficientData);
    assert_eq!(results.len(), ESTATE.verdicts.iter().filter(|v| open(&v.status)).count());
    let order = |result: &Value| {
        let severity: Severity = serde_json::from_value(result["properties"]["severity"].clone()).unwrap();
        (result["kind"] == "open", std::cmp::Reverse(severity))
    };
    assert!(results.is_sorted_by_key(order));
    let mut seen = std::collections::BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
        assert!(seen.insert(hash), "two results have the fingerprint {hash}");
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    }
    // The incident, at the record that the README shows.
    let share = results.iter().find(|result| result["ruleId"] == "SHR-03").unwrap();
    let place = &share["locations"][0];
    assert_eq!(place["physicalLocation"]["region"]["startLine"], 22);
    let record = place["logicalLocations"][1]["fullyQualifiedName"].as_str().unwrap();
    assert!(record.ends_with(".json.gz#21"), "{record}");
    let artifact = &run["artifacts"]
        [usize::try_from(place["physicalLocation"]["artifactLocation"]["index"].as_u64().unwrap()).unwrap()];
    let cited = ESTATE.sources.iter().find(|source| record == format!("{}#21", source.path)).unwrap();
    assert_eq!(artifact["hashes"]["sha-256"].as_str(), cited.sha256.as_deref());
}

/// So many failures, each with a text that does not compress, as long as a message may be.
fn noisy(count: usize) -> Report {
    let mut report = sample();
    let mut one = report.verdicts.iter().find(|v| v.status == Status::NonCompliant).unwrap().clone();
    one.evidence.clear();
    let mut state = 1_u64;
    let mut noise = || {
        let letters = (0..1_000).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'0' + u8::try_from(state >> 33 & 63).unwrap())
        });
        letters.collect::<String>()
    };
    report.verdicts = (0..count)
        .map(|at| {
            let mut verdict = one.clone();
            verdict.uid = format!("{at:016x}");
            verdict.severity = if at < count / 2 { Severity::Low } else { Severity::Critical };
            verdict.reason.message = noise();
            verdict
        })
        .collect();
    report
}

#[test]
fn sarif_stays_within_what_github_takes_and_says_what_is_left_out() {
    let mut many = noisy(1);
    many.verdicts = vec![many.verdicts[0].clone(); 26_000];
    for (report, least) in [(many, 25_000), (noisy(14_000), 5_000)] {
        let text = file(&report, "report.sarif");
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        let size = packed.finish().unwrap().len();
        assert!(size < 10_000_000, "{size} bytes compressed");
        let log: Value = serde_json::from_str(&text).unwrap();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert!((least..=25_000).contains(&results.len()), "{}", results.len());
        let found = json!({"found": report.verdicts.len(), "written": results.len()});
        assert_eq!(run["properties"]["results"], found);
        let told = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        let told = told.last().unwrap()["message"]["text"].as_str().unwrap();
        assert!(told.starts_with(&format!("{} results are left out", report.verdicts.len() - results.len())), "{told}");
        assert_eq!(results[0]["properties"]["severity"], report.verdicts.last().unwrap().severity.name());
    }
}

#[test]
fn ocsf_times_are_milliseconds_of_the_evidence() {
    let found = json(&ESTATE, "report.ocsf.json");
    let as_of = vaultrail::instant::parse(&ESTATE.run.as_of).unwrap().timestamp() * 1_000;
    let mut incidents = 0;
    for finding in found.as_array().unwrap() {
        let time = finding["time"].as_i64().unwrap();
        assert!(time % 1_000 == 0 && time <= as_of);
        if finding["class_uid"] == 2004 {
            incidents += 1;
            let incident = ESTATE.incidents.iter().find(|i| i.uid == finding["finding_info"]["uid"].as_str().unwrap());
            let last = vaultrail::instant::parse(&incident.unwrap().last).unwrap();
            assert_eq!((time, &finding["is_alert"]), (last.timestamp() * 1_000, &json!(true)));
        } else {
            assert_eq!(time, as_of);
        }
    }
    assert!(incidents > 0 && incidents == ESTATE.incidents.len());
}
