//! Each format against the schema that its makers publish (`fixtures/schemas/`), on the estate and on hostile names.

use super::hostile::{self, reports};
use super::{ESTATE, file, json, sample};
use crate::support::root;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::BTreeMap;
use vaultrail::report::wire::Report;

fn schema(name: &str) -> Validator {
    let text = std::fs::read_to_string(root().join("fixtures/schemas").join(name)).unwrap();
    // A bracket too many in OASIS' pattern of a language, which is no regular expression to this validator.
    let schema = serde_json::from_str(&text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn valid(validator: &Validator, value: &Value, what: &str) {
    let wrong: Vec<String> =
        validator.iter_errors(value).take(5).map(|e| format!("{}: {e:.300}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
}

/// The estate, the sample, and hostile reports.
fn all() -> impl Iterator<Item = Report> {
    [ESTATE.clone(), sample(), hostile::long()].into_iter().chain(reports())
}

#[test]
fn sarif_is_valid_under_oasis_schema() {
    let validator = schema("sarif-2.1.0.json");
    for report in all() {
        valid(&validator, &json(&report, "report.sarif"), "SARIF");
    }
    let mut broken = json(&sample(), "report.sarif");
    broken["runs"][0]["results"][0]["level"] = "critical".into();
    assert!(!validator.is_valid(&broken), "the schema accepts a level that does not exist");
}

#[test]
fn ocsf_is_valid_under_the_schema_of_its_classes() {
    let classes: BTreeMap<u64, Validator> = [(2003, "compliance"), (2004, "detection")]
        .map(|(class, name)| (class, schema(&format!("ocsf-1.8.0-{name}_finding.json"))))
        .into();
    for report in all() {
        let found = json(&report, "report.ocsf.json");
        let found = found.as_array().unwrap();
        assert_eq!(found.len(), report.verdicts.len() + report.incidents.len());
        for finding in found {
            valid(&classes[&finding["class_uid"].as_u64().unwrap()], finding, "OCSF");
        }
        let lines = file(&report, "report.ocsf.ndjson");
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines == *found, "the lines are not the items of the array");
    }
    let mut broken = json(&sample(), "report.ocsf.json")[0].clone();
    broken["compliance"]["status_id"] = 7.into();
    assert!(!classes[&2003].is_valid(&broken), "the schema accepts a status that does not exist");
}

#[test]
fn asff_is_valid_under_the_api_of_security_hub() {
    let validator = schema("asff-2018-10-08.json");
    for report in all() {
        let found = json(&report, "report.asff.json");
        assert_eq!(found.as_array().unwrap().len(), report.verdicts.len());
        for finding in found.as_array().unwrap() {
            valid(&validator, finding, "ASFF");
            // The API takes no finding above 240 KB, and no other account's.
            assert!(finding.to_string().len() < 240_000);
            let (account, region) = (finding["AwsAccountId"].as_str().unwrap(), finding["Region"].as_str().unwrap());
            assert!(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()), "{account}");
            let product = format!(":securityhub:{region}:{account}:product/{account}/default");
            assert!(finding["ProductArn"].as_str().unwrap().ends_with(&product));
        }
    }
    let mut broken = json(&sample(), "report.asff.json")[0].clone();
    broken["Title"] = "x".repeat(257).into();
    assert!(!validator.is_valid(&broken), "the schema accepts a title that is too long");
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn junit_is_valid_under_the_schema_of_jenkins() {
    let found = |name: &str| {
        let folders = std::env::var_os("PATH").unwrap();
        std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
    };
    if !found("xmllint") {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no xmllint, and CI runs every test");
        eprintln!("skipped: no xmllint in PATH");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        let path = folder.path().join("report.xml");
        std::fs::write(&path, text).unwrap();
        let schema = root().join("fixtures/schemas/junit-10.xsd");
        let output = assert_cmd::Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .args([&schema, &path])
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for report in all() {
        let (valid, told) = check(&file(&report, "report.junit.xml"));
        assert!(valid, "{told:.2000}");
    }
    let broken = file(&sample(), "report.junit.xml").replacen("<testcase ", "<testcase status=\"x\" ", 1);
    assert!(!check(&broken).0, "the schema accepts an attribute that it does not have");
}
