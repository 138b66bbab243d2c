//! `vaultrail explain UID`: why a verdict is what it is.

use crate::folder::Folder;
use crate::support::{audit, root};
use std::sync::LazyLock;
use vaultrail::controls;
use vaultrail::render::{Format, TextOptions, explain, render};
use vaultrail::report::explain::{Explained, find};
use vaultrail::report::wire::{EvidenceRef, Report, Status};

const WIDE: TextOptions = TextOptions { width: 110, colour: false };

static ESTATE: LazyLock<Report> =
    LazyLock::new(|| audit(&["fixtures/estate", "--config", "fixtures/estate/vaultrail.toml"]).unwrap());

fn told(uid: &str) -> Explained {
    Explained::of(&ESTATE, find(&ESTATE, uid).unwrap(), &controls::all().unwrap())
}

fn squeezed(words: &str) -> String {
    words.split_whitespace().collect()
}

#[test]
fn every_verdict_of_the_estate_is_explained_with_every_record_that_it_cites() {
    assert!(ESTATE.verdicts.len() > 200);
    for verdict in &ESTATE.verdicts {
        let explained = told(&verdict.uid);
        let page = squeezed(&explain::text(&explained, &WIDE));
        let mut words = vec![verdict.reason.message.clone(), verdict.subject.id.clone(), verdict.reason.code.clone()];
        words.extend(verdict.intervals.iter().flat_map(|i| [i.from.clone(), i.to.clone(), i.status.name().to_owned()]));
        words.extend(verdict.reason.observed.keys().chain(verdict.reason.expected.keys()).cloned());
        for evidence in &verdict.evidence {
            match evidence {
                EvidenceRef::Record(r) => words.extend([r.event_id.clone(), r.event_name.clone(), r.note.clone()]),
                EvidenceRef::Row(r) => words.extend([r.pointer.clone(), r.note.clone()]),
                EvidenceRef::Coverage(c) => words.extend([c.coverage.from.clone(), c.coverage.grade.clone()]),
            }
        }
        words.extend(explained.sources.iter().map(|source| source.sha256.clone().unwrap()));
        words.extend(explained.reason_means.clone());
        for word in words {
            assert!(page.contains(&squeezed(&word)), "{} {}: {word:?}", verdict.control, verdict.uid);
        }
        assert!(explained.reason_means.is_some() && explained.status_means.is_some(), "{}", verdict.uid);
    }
}

#[test]
fn the_explanation_of_the_incident_reads_well() {
    let share = ESTATE.verdicts.iter().find(|v| v.control == "SHR-03" && v.status == Status::NonCompliant).unwrap();
    insta::assert_snapshot!("explanation_of_the_incident", explain::text(&told(&share.uid), &WIDE));
}

#[test]
fn the_first_digits_of_a_uid_are_enough_where_they_are_of_one() {
    let verdict = &ESTATE.verdicts[0];
    let shortest = (1..=16).find(|n| find(&ESTATE, &verdict.uid[..*n]).is_ok()).unwrap();
    assert_eq!(find(&ESTATE, &verdict.uid[..shortest]).unwrap().uid, verdict.uid);
    let several = find(&ESTATE, &verdict.uid[..shortest - 1]).unwrap_err();
    assert!(
        several.contains("verdicts have a uid that begins with") && several.contains(&verdict.control),
        "{several}"
    );
    let mut wrong = verdict.uid.clone();
    wrong.replace_range(15..16, if wrong.ends_with('0') { "1" } else { "0" });
    let nearest = find(&ESTATE, &wrong).unwrap_err();
    assert!(nearest.contains(&format!("did you mean {}?", verdict.uid)), "{nearest}");
}

#[test]
fn the_command_explains_out_of_a_saved_report_and_says_what_is_no_report() {
    let folder = Folder::with_locked_vault();
    folder.run("audit . --only VLT-02 --format json -o r.json -q").says(0, &[]);
    let report: Report = serde_json::from_slice(&std::fs::read(folder.at("r.json")).unwrap()).unwrap();
    let uid = &report.verdicts[0].uid;
    for what in [uid.clone(), uid.to_uppercase(), uid[..6].to_owned()] {
        let answer = folder.run(&format!("explain {what} --report r.json --format text"));
        answer.says(0, &[]);
        let page = String::from_utf8(answer.out).unwrap();
        assert!(page.starts_with("COMPLIANT  VLT-02  ") && page.contains(uid), "{page}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&folder.run(&format!("explain {uid} --report r.json")).out).unwrap();
    assert_eq!(json["schema"], "vaultrail.explain/1");
    assert_eq!(json["verdict"]["uid"], uid.as_str());
    folder.run(&format!("explain {uid}")).says(2, &["no control", "for a verdict give its report: --report"]);
    folder
        .run("explain VLT-02 --report r.json")
        .says(2, &["r.json: no verdict of 1 has the uid", "VLT-02 is a control: leave out --report"]);
    folder.run("explain ffff --report none.json").says(2, &["cannot read none.json"]);
    folder.put("x.json", "{}");
    folder.run("explain ffff --report x.json").says(2, &["x.json is no JSON report", "missing field"]);
}

#[test]
fn what_a_record_says_does_not_act_on_the_terminal() {
    let text = std::fs::read_to_string(root().join("tests/render/sample.json")).unwrap();
    let report: Report = serde_json::from_str(&text).unwrap();
    assert!(render(Format::Text, &report, &WIDE).is_ok());
    let all = controls::all().unwrap();
    for verdict in &report.verdicts {
        let explained = Explained::of(&report, verdict, &all);
        for page in [explain::text(&explained, &WIDE), explain::json(&explained)] {
            let odd = page.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(odd, None, "{}", verdict.uid);
        }
    }
}
