//! Every format of a small report as it is, to be read by people.

use super::{file, json, small};
use vaultrail::report::wire::Report;

/// JSON with a member a line.
fn laid_out(report: &Report, name: &str) -> String {
    serde_json::to_string_pretty(&json(report, name)).unwrap()
}

#[test]
fn a_report_as_sarif() {
    let mut report = small();
    report.verdicts.remove(0);
    for control in &mut report.controls {
        control.mappings.truncate(2);
    }
    insta::assert_snapshot!(laid_out(&report, "report.sarif"));
}

#[test]
fn a_report_as_junit() {
    insta::assert_snapshot!(file(&small(), "report.junit.xml"));
}

#[test]
fn a_report_as_ocsf() {
    let mut report = small();
    report.verdicts.remove(0);
    report.verdicts.drain(..3);
    for incident in &mut report.incidents {
        incident.evidence.truncate(1);
    }
    report.verdicts[0].evidence.truncate(1);
    insta::assert_snapshot!(laid_out(&report, "report.ocsf.json"));
}

#[test]
fn a_report_as_asff() {
    let mut report = small();
    report.verdicts.drain(1..3);
    insta::assert_snapshot!(laid_out(&report, "report.asff.json"));
}

#[test]
fn a_report_as_csv() {
    insta::assert_snapshot!(file(&small(), "report.csv"));
}

#[test]
fn a_report_as_markdown() {
    insta::assert_snapshot!(file(&small(), "report.md"));
}

#[test]
fn a_report_as_awss_reports() {
    let report = small();
    let all: Vec<String> = vaultrail::render::Format::AwsReports
        .files()
        .iter()
        .map(|part| format!("== {}\n{}", part.name, file(&report, part.name)))
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}
