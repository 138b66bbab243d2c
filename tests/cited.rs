//! A verdict's evidence is enough: judging with only the records and rows that a verdict cites, and the coverage that it
//! names, gives the same verdict.

use crate::support::{CaseFolder, cases};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use vaultrail::report::wire::{CoverageRef, EvidenceRef, Report, Status, Verdict};

/// What a verdict cites of one file: record numbers and JSON pointers.
#[derive(Default)]
struct Cited {
    records: BTreeSet<u64>,
    pointers: BTreeSet<String>,
}

fn by_file(report: &Report, verdict: &Verdict) -> BTreeMap<PathBuf, Cited> {
    let path = |source: u64| PathBuf::from(&report.sources[usize::try_from(source).unwrap()].path);
    let mut files: BTreeMap<PathBuf, Cited> = BTreeMap::new();
    for evidence in &verdict.evidence {
        match evidence {
            EvidenceRef::Record(record) => {
                files.entry(path(record.source)).or_default().records.insert(record.record);
            }
            EvidenceRef::Row(row) => {
                files.entry(path(row.source)).or_default().pointers.insert(row.pointer.clone());
            }
            EvidenceRef::Coverage(_) => {}
        }
    }
    files
}

/// A file with nothing but what is cited of it. A list that is cited as such keeps all its rows; one of which only rows are
/// cited is no longer known to be complete.
fn reduced(content: &str, cited: &Cited) -> String {
    if cited.pointers.contains("") {
        return content.to_owned();
    }
    let Ok(mut document) = serde_json::from_str::<Value>(content) else {
        let lines = content.lines().filter(|line| !line.trim().is_empty());
        let kept = (0_u64..).zip(lines).filter(|(number, _)| cited.records.contains(number));
        return kept.flat_map(|(_, line)| [line, "\n"]).collect();
    };
    if let Some(records) = document.get_mut("Records").and_then(Value::as_array_mut) {
        let mut number = 0..;
        records.retain(|_| cited.records.contains(&number.next().unwrap()));
    } else if document.get("eventName").is_none() {
        let lists: BTreeSet<&str> = cited.pointers.iter().filter_map(|p| p.split('/').nth(1)).collect();
        for list in lists {
            if cited.pointers.contains(&format!("/{list}")) {
                continue;
            }
            let rows = document[list].as_array_mut().unwrap();
            let mut number = 0..;
            rows.retain(|_| cited.pointers.contains(&format!("/{list}/{}", number.next().unwrap())));
            document["NextToken"] = "cut".into();
        }
    }
    document.to_string()
}

/// The case's configuration with the coverage that the verdict cites, and no other.
fn config(case: &CaseFolder, verdict: &Verdict) -> String {
    let written = std::fs::read_to_string(case.folder.join("vaultrail.toml")).unwrap_or_default();
    let mut config = String::new();
    let mut kept = true;
    for line in written.lines() {
        if line.starts_with('[') {
            kept = !line.starts_with("[[coverage]]") && !line.starts_with("[coverage_policy]");
        }
        if kept {
            config.extend([line, "\n"]);
        }
    }
    config += "\n[coverage_policy]\nminimum = \"asserted\"\n";
    for evidence in &verdict.evidence {
        let EvidenceRef::Coverage(CoverageRef { coverage, .. }) = evidence else { continue };
        if coverage.grade != "missing" {
            let whose = format!("accounts = [\"{}\"]\nregions = [\"{}\"]", coverage.account, coverage.region);
            let when = format!("from = \"{}\"\nto = \"{}\"", coverage.from, coverage.to);
            config.extend(["\n[[coverage]]\n", &whose, "\n", &when, "\nreason = \"cited\"\n"]);
        }
    }
    config
}

/// Audits what a verdict cites.
fn again(case: &CaseFolder, report: &Report, verdict: &Verdict, fixed: &[&str]) -> Result<Report, String> {
    let temp = tempfile::tempdir().unwrap();
    for (file, cited) in by_file(report, verdict) {
        let within = file.strip_prefix(&case.folder).unwrap();
        let target = temp.path().join(within);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(&target, reduced(&std::fs::read_to_string(&file).unwrap(), &cited)).unwrap();
        for folder in within.ancestors().skip(1) {
            let manifest = folder.join("manifest.json");
            if case.folder.join(&manifest).is_file() {
                std::fs::copy(case.folder.join(&manifest), temp.path().join(&manifest)).unwrap();
            }
        }
    }
    std::fs::write(temp.path().join("nothing.json"), "{\"Records\": []}").unwrap();
    std::fs::write(temp.path().join("vaultrail.toml"), config(case, verdict)).unwrap();
    case.in_folder(temp.path()).without("--assume-complete").audit(fixed)
}

/// Controls whose verdicts rest on whole logs and whole files, which no record stands for: whose, why.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("LOG-01", "that an account and Region occur is shown by all of their records, a gap by there being none"),
    ("LOG-02", "it judges whole digests and whole files, not what is in them"),
];

/// What becomes of the verdicts of a family of controls if they are judged by what they cite.
fn check(family: &str, at_least: usize) {
    let mut wrong = Vec::new();
    let mut judged = 0;
    let exempt = |case: &CaseFolder| EXCEPTIONS.iter().any(|(control, _)| *control == case.control);
    for case in cases().into_iter().filter(|case| case.control.starts_with(family) && !exempt(case)) {
        let Ok(base) = case.audit(&[]) else { continue };
        let fixed = ["--as-of", &base.run.as_of, "--from", &base.run.window.from];
        for verdict in base.verdicts.iter().filter(|v| v.subject.kind != "control") {
            judged += 1;
            // What is unknown, or not there, rests on what is not cited: it must not become decided.
            let decided = |status: Status| matches!(status, Status::Compliant | Status::NonCompliant);
            let was = (verdict.status, verdict.reason.code.as_str());
            let after = again(&case, &base, verdict, &fixed).map(|report| {
                let same = report.verdicts.into_iter().find(|v| v.uid == verdict.uid);
                same.map(|v| (v.status, v.reason.code))
            });
            let is = match &after {
                Ok(Some((status, code))) if (*status, code.as_str()) == was => continue,
                Ok(Some((status, _))) if !decided(was.0) && !decided(*status) => continue,
                Ok(None) if !decided(was.0) => continue,
                Ok(Some((status, code))) => format!("{} {code}", status.name()),
                Ok(None) => "no such subject".to_owned(),
                Err(error) => format!("error {error}"),
            };
            wrong.push(format!("{}: {} {} becomes {is} [{}]", case.name, was.0.name(), was.1, verdict.subject.id));
        }
    }
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(judged >= at_least, "only {judged} verdicts");
}

/// One test for each family, so that they run side by side.
macro_rules! families {
    ($($test:ident: $family:literal $at_least:literal,)*) => {
        $(#[test]
        fn $test() {
            check($family, $at_least);
        })*
    };
}

families! {
    what_a_verdict_cites_gives_the_same_verdict_on_vaults: "VLT" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_copies: "CPY" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_retention: "RET" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_encryption: "ENC" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_sharing: "SHR" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_approval: "APR" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_restores: "RST" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_deletions: "DEL" 10,
    what_a_verdict_cites_gives_the_same_verdict_on_logs: "LOG" 1,
    what_a_verdict_cites_gives_the_same_verdict_on_plans: "PLN" 10,
}
