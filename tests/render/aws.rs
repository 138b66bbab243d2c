//! AWS's own reports: the shapes of AWS's samples, and what our reader makes of them.

use super::{ESTATE, file, json};
use crate::folder::Folder;
use crate::support::{audit, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use vaultrail::controls::preset::{AUDIT_MANAGER, Preset};
use vaultrail::ingest::{Options, Said, read};
use vaultrail::render::{AWS_NAMES, Format};
use vaultrail::report::wire::Status;

/// Members of AWS's samples, in their order (developer guide, "Choosing your report template").
const CONTROL: [&str; 11] = [
    "accountId",
    "region",
    "frameworkName",
    "frameworkDescription",
    "controlName",
    "controlComplianceStatus",
    "lastEvaluationTime",
    "numResourcesCompliant",
    "numResourcesNonCompliant",
    "controlScope",
    "controlParameters",
];
const RESOURCE: [&str; 10] = [
    "accountId",
    "region",
    "frameworkName",
    "frameworkDescription",
    "controlName",
    "resourceName",
    "resourceId",
    "resourceType",
    "resourceComplianceStatus",
    "lastEvaluationTime",
];

fn items(name: &str) -> Vec<Value> {
    json(&ESTATE, name)["reportItems"].as_array().unwrap().clone()
}

#[test]
fn rows_have_the_members_of_awss_samples_in_their_order() {
    for (name, members) in
        [("control-compliance-report.json", &CONTROL[..]), ("resource-compliance-report.json", &RESOURCE[..])]
    {
        for row in items(name) {
            let found: Vec<&String> = row.as_object().unwrap().keys().collect();
            assert_eq!(found, members, "{name}");
            assert_eq!(row["lastEvaluationTime"], ESTATE.run.as_of.replace('Z', ".000Z"));
        }
    }
    let row = items("resource-compliance-report.json");
    let bucket = row.iter().find(|row| row["resourceType"] == "AWS::S3::Bucket").unwrap();
    assert!(bucket["resourceId"].as_str().unwrap().starts_with("AWS::S3::Bucket/"), "{bucket}");
    let plan = items("control-compliance-report.json");
    let plan = plan.iter().find(|row| row["controlName"] == "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK");
    let parameters: Value = serde_json::from_str(plan.unwrap()["controlParameters"].as_str().unwrap()).unwrap();
    assert!(parameters.as_object().unwrap().values().all(Value::is_string), "{parameters}");
}

#[test]
fn a_table_has_the_rows_of_the_json() {
    for name in ["control-compliance-report", "resource-compliance-report"] {
        let text = file(&ESTATE, &format!("{name}.csv"));
        let mut table = ::csv::Reader::from_reader(text.as_bytes());
        let header = table.headers().unwrap().clone();
        let rows: Vec<Value> = table
            .records()
            .map(|row| {
                let row = row.unwrap();
                let cells = header.iter().zip(&row).map(|(name, cell)| (name.to_owned(), Value::from(cell)));
                Value::Object(cells.filter(|(name, _)| name != "controlFrequency").collect())
            })
            .collect();
        let json: Vec<Value> = items(&format!("{name}.json"))
            .into_iter()
            .map(|mut row| {
                for value in row.as_object_mut().unwrap().values_mut().filter(|value| value.is_number()) {
                    *value = Value::from(value.to_string());
                }
                row
            })
            .collect();
        assert!(rows == json, "{name}");
    }
}

#[test]
fn a_control_is_as_its_worst_resource_and_counts_them() {
    let rows = items("control-compliance-report.json");
    let counted: BTreeSet<(String, Option<String>, Option<String>)> = ESTATE
        .verdicts
        .iter()
        .map(|v| (v.control.clone(), v.subject.account.clone(), v.subject.region.clone()))
        .collect();
    assert_eq!(rows.len(), counted.len());
    let count = |name: &str| rows.iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
    let of = |status| ESTATE.verdicts.iter().filter(|v| v.status == status).count() as u64;
    assert_eq!(count("numResourcesCompliant"), of(Status::Compliant));
    assert_eq!(count("numResourcesNonCompliant"), of(Status::NonCompliant));
    for row in &rows {
        let failed = row["numResourcesNonCompliant"] != 0;
        assert_eq!(row["controlComplianceStatus"] == "NON_COMPLIANT", failed, "{row}");
    }
}

#[test]
fn what_our_reader_makes_of_the_reports_is_what_was_written() {
    let names = Format::AwsReports.files().iter().map(|part| part.name);
    for name in names {
        let folder = Folder::new();
        folder.put(name, file(&ESTATE, name));
        let log = read(&[folder.path().to_owned()], &Options::default()).unwrap();
        assert_eq!(log.defects, [], "{name}");
        let json = name.replace(".csv", ".json");
        let written: BTreeMap<(String, String), usize> = count(items(&json).into_iter());
        let read = log.entries.iter().map(|entry| {
            let Said::Observation(row) = &entry.said else { panic!("no observation") };
            assert!(row.operation.ends_with("-compliance-report"), "{}", row.operation);
            assert_eq!(vaultrail::instant::show(row.captured_at), ESTATE.run.as_of);
            entry.body().into_owned()
        });
        assert_eq!(count(read), written, "{name}");
    }
}

/// Rows by control and status.
fn count(rows: impl Iterator<Item = Value>) -> BTreeMap<(String, String), usize> {
    let mut counted = BTreeMap::new();
    for row in rows {
        let status = ["controlComplianceStatus", "resourceComplianceStatus"].map(|name| row[name].as_str());
        let status = status.into_iter().flatten().next().unwrap().to_owned();
        *counted.entry((row["controlName"].as_str().unwrap().to_owned(), status)).or_default() += 1;
    }
    counted
}

#[test]
fn awss_names_are_those_of_the_preset() {
    let preset = Preset::find(AUDIT_MANAGER).unwrap();
    let wanted: BTreeMap<String, String> =
        preset.controls.iter().map(|chosen| (chosen.reported(), chosen.aws.clone().unwrap().name)).collect();
    let ours: BTreeMap<String, String> = AWS_NAMES.map(|(id, name)| (id.to_owned(), name.to_owned())).into();
    assert_eq!(ours, wanted);
}

#[test]
fn a_framework_gives_the_reports_its_name_its_controls_and_their_scopes() {
    let folder = Folder::new();
    let control =
        |name: &str, scope: Value| json!({"ControlName": name, "ControlInputParameters": [], "ControlScope": scope});
    let framework = json!({"FrameworkName": "Backups", "FrameworkControls": [
        control("RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT", json!({"ComplianceResourceTypes": ["EBS"]})),
        control("BACKUP_RECOVERY_POINT_ENCRYPTED", json!({})),
    ]});
    let path = folder.put("framework.json", framework.to_string());
    let report = audit(&["fixtures/estate", "--framework", text(&path)]).unwrap();
    let rows = json(&report, "control-compliance-report.json")["reportItems"].clone();
    let told: BTreeSet<(&str, &str, &str)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| ["frameworkName", "controlName", "controlScope"].map(|name| row[name].as_str().unwrap()).into())
        .collect();
    let wanted = [
        ("Backups", "BACKUP_RECOVERY_POINT_ENCRYPTED", ""),
        ("Backups", "RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT", "{ComplianceResourceTypes: [EBS],}"),
    ];
    assert_eq!(told, wanted.into());
}
