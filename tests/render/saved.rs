//! `vaultrail render`: every format from a saved JSON report is, byte for byte, the one that `audit` writes.

use super::{ESTATE, OPTIONS, file, files, sample};
use crate::folder::Folder;
use crate::support::text;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use vaultrail::render::{Format, render};
use vaultrail::report::wire::Report;

fn read_back(report: &Report) -> Report {
    serde_json::from_str(&file(report, "report.json")).unwrap()
}

#[test]
fn every_format_of_the_estate_is_the_same_from_its_json() {
    let again = read_back(&ESTATE);
    for format in Format::ALL {
        let direct = render(format, &ESTATE, &OPTIONS).unwrap();
        assert!(direct == render(format, &again, &OPTIONS).unwrap(), "{format:?}");
    }
}

/// Names, numbers and values as nobody writes them.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members: BTreeMap<String, Value>| json!(members)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_report_says_every_format_is_the_same_from_its_json(
        texts in prop::collection::vec(any::<String>(), 8),
        values in prop::collection::vec(value(), 4),
        at in 0..20_usize,
    ) {
        let mut report = sample();
        let count = report.verdicts.len();
        let verdict = &mut report.verdicts[at % count];
        verdict.subject.id.clone_from(&texts[0]);
        verdict.subject.name = Some(texts[1].clone());
        verdict.subject.account = Some(texts[2].clone());
        verdict.reason.message.clone_from(&texts[3]);
        verdict.reason.observed.insert(texts[4].clone(), values[0].clone());
        verdict.reason.expected.insert(texts[5].clone(), values[1].clone());
        report.controls[0].parameters.insert(texts[6].clone(), values[2].clone());
        report.sources[0].path.clone_from(&texts[7]);
        if let Some(record) = report.records.first_mut() {
            record.body = values[3].clone();
        }
        report.run.as_of.clone_from(&texts[at % 8]);
        let again = read_back(&report);
        for format in Format::ALL {
            let direct = render(format, &report, &OPTIONS).unwrap();
            prop_assert!(direct == render(format, &again, &OPTIONS).unwrap(), "{:?}", format);
        }
    }
}

/// What `--format` takes, each once.
fn every_format() -> String {
    Format::ALL.map(|format| format!("--format {}", format.name())).join(" ")
}

fn read_all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (text(&path).rsplit('/').next().unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn the_command_writes_what_audit_wrote() {
    let folder = Folder::with_locked_vault();
    let all = every_format();
    folder.run(&format!("audit . --only VLT-02,SHR-01 -q {all} --out-dir direct")).says(0, &[]);
    folder.run(&format!("render direct/report.json -q {all} --out-dir again")).says(0, &[]);
    let (direct, again) = (read_all(&folder.at("direct")), read_all(&folder.at("again")));
    assert_eq!(direct.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    assert_eq!(direct.len(), files().count() + 1);
    assert!(direct == again);
    // Standard input, standard output, and a file whose name says what it is.
    let answer = folder.run_with("render - --format csv", direct["report.json"].clone());
    answer.says(0, &[]);
    assert!(answer.out == direct["report.csv"]);
    folder.run("render direct/report.json -o my.ocsf.json").says(0, &[]);
    assert!(std::fs::read(folder.at("my.ocsf.json")).unwrap() == direct["report.ocsf.json"]);
}

#[test]
fn a_report_that_fails_the_gate_is_rendered_with_exit_code_0() {
    let folder = Folder::new();
    folder.put("r.json", file(&ESTATE, "report.json"));
    let answer = folder.run("render r.json --format markdown");
    answer.says(0, &[]);
    assert!(String::from_utf8(answer.out).unwrap().starts_with("## vaultrail: FAIL (exit 1)"));
}

#[test]
fn what_is_no_report_is_told_for_what_it_is() {
    let folder = Folder::with_locked_vault();
    let report = file(&sample(), "report.json");
    let told = |name: &str, bytes: &[u8], pieces: &[&str]| {
        folder.put(name, bytes);
        let answer = folder.run(&format!("render {name} --format json -o out.json"));
        answer.says(2, pieces);
        assert!(answer.err.contains(name) && answer.out.is_empty() && !folder.at("out.json").exists());
    };
    told("half.json", &report.as_bytes()[..report.len() / 2], &["ends in the middle, at line", "cut short"]);
    told("empty.json", b" \n", &["is empty"]);
    told("page.html", b"<!doctype html>", &["is no JSON report (vaultrail.report/1)", "line 1 column 1"]);
    told("log.json", b"{\"Records\":[]}", &["is no JSON report"]);
    told(
        "state.json",
        b"{\"schema\":\"vaultrail.state/1\"}",
        &["has the schema \"vaultrail.state/1\"", "audit --format json"],
    );
    let newer = report.replacen("report/1", "report/2", 1).replacen("\"tool\"", "\"new\": 1,\n  \"tool\"", 1);
    told("newer.json", newer.as_bytes(), &["has the schema \"vaultrail.report/2\"", "with the version that wrote it"]);
    let odd = report.replacen("\"NON_COMPLIANT\",", "\"FINE\",", 1);
    told("odd.json", odd.as_bytes(), &["is no JSON report", "FINE"]);
    told("zipped.json", b"\x1f\x8b\x08\x00", &["is compressed"]);
    told("twice.json", format!("{report}{report}").as_bytes(), &["trailing characters"]);
    folder.run("render nowhere.json").says(2, &["cannot read nowhere.json"]);
    folder.run("render").says(2, &["REPORT"]);
}

#[test]
fn several_files_go_into_a_folder_only() {
    let folder = Folder::new();
    folder.put("r.json", file(&sample(), "report.json"));
    folder.run("render r.json --format csv --format sarif").says(2, &["--out-dir DIR"]);
    folder.run("render r.json --format aws-reports").says(2, &["needs --out-dir DIR", "control-compliance-report.csv"]);
    folder.run("render r.json --format aws-reports -o x").says(2, &["needs --out-dir DIR"]);
    folder.run("render r.json --format csv -o x --out-dir y").says(2, &["cannot be used with"]);
    folder.run("render r.json --format xml").says(2, &["invalid value 'xml'", "junit", "aws-reports"]);
    folder.run("render r.json --format csv -o no/such/x.csv").says(2, &["there is no folder no/such"]);
}
