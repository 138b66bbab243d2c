//! What AWS says of such vaults, sentence by sentence (`rules/sentences.toml`): a fixture keeps each, another breaks it, and
//! the verdicts say so.

use crate::real_data::shared;
use crate::support::{cases, root};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use vaultrail::report::wire::{Report, Status};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentences {
    pub sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    pub says: String,
    pub controls: Vec<Shown>,
}

/// A control that holds an estate to a sentence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    pub control: String,
    /// The fixture that keeps it, and the reason of its verdict.
    pub keeps: String,
    #[serde(rename = "as")]
    pub kept: String,
    /// The fixture that breaks it, and the reason of its verdict.
    pub breaks: String,
    #[serde(rename = "for")]
    pub broken: String,
}

pub fn sentences() -> Vec<Sentence> {
    let text = std::fs::read_to_string(root().join("rules/sentences.toml")).unwrap();
    toml::from_str::<Sentences>(&text).unwrap().sentences
}

#[test]
fn every_sentence_is_kept_by_one_fixture_and_broken_by_another() {
    let cases: BTreeMap<String, _> = cases().into_iter().map(|case| (case.name.clone(), case)).collect();
    let mut reports: BTreeMap<String, Report> = BTreeMap::new();
    let mut wrong = Vec::new();
    for Sentence { says, controls } in sentences() {
        if controls.is_empty() {
            wrong.push(format!("{says} No control holds anybody to it."));
        }
        for Shown { control, keeps, kept, breaks, broken } in controls {
            for (fixture, status, reason) in [(keeps, Status::Compliant, kept), (breaks, Status::NonCompliant, broken)]
            {
                let name = format!("{control}/{fixture}");
                let Some(case) = cases.get(&name) else {
                    wrong.push(format!("{says} There is no fixture {name}."));
                    continue;
                };
                let report = reports.entry(name.clone()).or_insert_with(|| case.audit(&[]).unwrap());
                let verdicts = report.verdicts.iter().filter(|verdict| verdict.control == control);
                let given: BTreeSet<_> = verdicts.map(|v| (v.status.name(), v.reason.code.as_str())).collect();
                if !given.contains(&(status.name(), reason.as_str())) {
                    wrong.push(format!("{says} {name} is not {} {reason} but {given:?}.", status.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_sentences_are_those_of_the_catalogue_of_controls() {
    let Some(path) = shared("design") else { return };
    let text = std::fs::read_to_string(path.join("CONTROLS.md")).unwrap();
    let (_, table) = text.split_once("### 6.11 ").unwrap();
    let rows = table.lines().skip(3).take_while(|line| line.starts_with('|'));
    let id = regex::Regex::new("[A-Z]{3}-[0-9]{2}").unwrap();
    let wanted: Vec<BTreeSet<String>> =
        rows.map(|row| id.find_iter(row).map(|found| found.as_str().to_owned()).collect()).collect();
    let ours = sentences().into_iter().map(|s| s.controls.into_iter().map(|shown| shown.control).collect());
    let ours: Vec<BTreeSet<String>> = ours.collect();
    assert_eq!(ours, wanted, "rules/sentences.toml and {} differ", path.display());
}
