//! The rules as data: presets, frameworks of requirements and their mappings, `vaultrail controls`, and what `lint` finds.

use crate::folder::Folder;
use crate::support::root;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use vaultrail::controls;
use vaultrail::controls::catalogue::Catalogue;
use vaultrail::controls::lint::{IDS, Kind, Problem, Text, built_in, kind, lint};
use vaultrail::controls::preset::{AUDIT_MANAGER, Preset};

fn catalogue(name: &str) -> Catalogue {
    Catalogue::all().unwrap().into_iter().find(|c| c.name == name).unwrap()
}

fn ids(preset: &str) -> BTreeSet<String> {
    Preset::find(preset).unwrap().controls.into_iter().map(|c| c.id).collect()
}

#[test]
fn nothing_is_wrong_with_the_rules_that_are_compiled_in() {
    let found = lint(&built_in()).unwrap();
    assert!(found.problems.is_empty(), "{:#?}", found.problems);
    assert_eq!((found.presets, found.frameworks), (4, 11));
    assert_eq!(found.pages, controls::all().unwrap().len());
}

#[test]
fn every_file_of_rules_is_compiled_in_and_told_for_what_it_is() {
    let folders = [("controls", Kind::Page), ("presets", Kind::Preset), ("frameworks", Kind::Framework)];
    let compiled_in: BTreeSet<String> = built_in().into_iter().map(|text| text.path).collect();
    let mut found = BTreeSet::new();
    for (folder, of_kind) in folders {
        for entry in std::fs::read_dir(root().join("rules").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert_eq!(kind(&std::fs::read_to_string(&path).unwrap()), Some(of_kind), "{name}");
            found.insert(format!("rules/{folder}/{name}"));
        }
    }
    assert_eq!(found, compiled_in);
}

#[test]
fn the_ids_of_a_framework_are_those_of_its_edition() {
    let counts = [("NIST-CSF-2.0", 106), ("ISO-27001-2022", 93), ("SOC2", 61), ("AWS-BACKUP-AUDIT-MANAGER", 11)];
    for (name, count) in counts {
        assert_eq!(catalogue(name).ids.len(), count, "{name}");
    }
    let form = |name: &str| Regex::new(&catalogue(name).pattern).unwrap();
    let of_another_form = [
        ("NIST-CSF-2.0", &["PR.DS-4", "PR.IP-4", "RC.RP-1", "ID.BE-5"][..]),
        ("NIST-800-53-r5", &["CP-9(a)", "CP-9a", "CP-09", "AC-3 (2)"]),
        ("ISO-27001-2022", &["A.12.3.1", "8.13", "A.8.013"]),
        ("PCI-DSS-4.0.1", &["10.5", "10.5.1.a", "3.5.1.3.4.1"]),
        ("SOC2", &["A1.2.1", "CC10.1", "CC 6.1"]),
    ];
    for (name, wrong) in of_another_form {
        for id in wrong {
            assert!(!form(name).is_match(id), "{name} takes {id:?}");
        }
    }
    // Subcategories of CSF 1.1 that 2.0 withdrew, in the form of 2.0.
    for gone in ["PR.DS-04", "PR.IP-04", "ID.AM-06", "DE.CM-04", "RS.RP-01"] {
        assert!(!catalogue("NIST-CSF-2.0").ids.iter().any(|id| id == gone), "{gone}");
    }
}

#[test]
fn five_frameworks_are_spoken_to_by_every_control_or_say_why_not() {
    let five: Vec<String> = Catalogue::all().unwrap().into_iter().filter(|c| c.every_control).map(|c| c.name).collect();
    assert_eq!(five, ["ISO-27001-2022", "NIST-800-53-r5", "NIST-CSF-2.0", "PCI-DSS-4.0.1", "SOC2"]);
    // That each does is `nothing_is_wrong_with_the_rules_that_are_compiled_in`; that it would be found, if not:
    let soc2 = built_in().into_iter().find(|text| text.stem == "soc2").unwrap();
    let silent = soc2.text.replace("\"VLT-03\", ", "");
    let found = lint(&[Text { text: silent, ..soc2 }]).unwrap().problems;
    assert!(found.iter().any(|p| p.problem.contains("VLT-03 neither speaks to SOC2")), "{found:#?}");
}

#[test]
fn presets_choose_what_the_catalogue_says() {
    let all: BTreeSet<String> = IDS.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(all.len(), 49);
    let exist: BTreeSet<String> = controls::all().unwrap().into_iter().map(|c| c.rule.id).collect();
    assert!(exist.is_subset(&all), "{:?}", exist.difference(&all));
    let missing: Vec<String> = all.difference(&ids("lag-baseline")).cloned().collect();
    assert_eq!(missing, ["APR-10", "CPY-07", "PLN-04", "RST-03"]);
    let forensic = ids("forensic");
    let families = |preset: &BTreeSet<String>, family: &str| preset.iter().filter(|id| id.starts_with(family)).count();
    assert_eq!((families(&forensic, "DEL"), families(&forensic, "LOG"), forensic.len()), (5, 4, 13));
    let gate = ids("ci-gate");
    for id in
        ["CPY-01", "APR-02", "SHR-03", "VLT-03", "RET-01", "ENC-01", "ENC-03", "SHR-01", "SHR-02", "APR-03", "APR-05"]
    {
        assert!(gate.contains(id), "{id}");
    }
    assert_eq!((families(&gate, "PLN"), gate.len()), (4, 15));
    for preset in Preset::all().unwrap() {
        for chosen in &preset.controls {
            assert!(all.contains(&chosen.id), "{}: {}", preset.name, chosen.id);
            assert!(exist.len() < all.len() || exist.contains(&chosen.id), "{}: {}", preset.name, chosen.id);
        }
    }
}

#[test]
fn the_preset_of_audit_manager_has_awss_eleven_names_once_each() {
    let preset = Preset::find(AUDIT_MANAGER).unwrap();
    let names: Vec<String> = preset.controls.iter().map(|c| c.aws.as_ref().unwrap().name.clone()).collect();
    assert_eq!(names, catalogue("AWS-BACKUP-AUDIT-MANAGER").ids);
    let reported: BTreeSet<String> =
        preset.controls.iter().map(vaultrail::controls::preset::Chosen::reported).collect();
    assert_eq!(reported.len(), 11, "two controls would be reported under one id: {reported:?}");
}

/// Problems of one text under a name.
fn problems(stem: &str, text: &str) -> Vec<Problem> {
    lint(&[Text { path: format!("{stem}.toml"), stem: stem.into(), text: text.into() }]).unwrap().problems
}

fn says(found: &[Problem], line: usize, words: &[&str]) {
    let hit = found.iter().any(|p| p.line == line && words.iter().all(|word| p.problem.contains(word)));
    assert!(hit, "line {line}: {words:?} is not in {found:#?}");
}

fn line_of(text: &str, words: &str) -> usize {
    text.lines().position(|line| line.contains(words)).unwrap() + 1
}

#[test]
fn lint_says_where_a_page_is_wrong_and_what_is_nearest() {
    const STEM: &str = "vault_retention_bounds_valid";
    let page = std::fs::read_to_string(root().join(format!("rules/controls/{STEM}.toml"))).unwrap();
    assert_eq!(problems(STEM, &page), []);
    let line = line_of(&page, "rationale =");
    says(
        &problems(STEM, &page.replace("rationale =", "rational =")),
        line,
        &["unknown field", "did you mean `rationale`?"],
    );
    says(&problems("another_name", &page), line_of(&page, "name ="), &[STEM, "another_name"]);
    let broken = page.replace("\"VLT-03\"", "\"VLT-3\"");
    says(&problems(STEM, &broken), 1, &["VLT-3", "did you mean VLT-0"]);
    let at = |table: &str| line_of(&page, table);
    let broken = page.replacen("default = 7", "default = 6", 1);
    assert_ne!(broken, page);
    says(&problems(STEM, &broken), at("[[parameters]]"), &["default = 6", "7..="]);
    let broken = page.replace("\"NIST-800-53-r5\"", "\"NIST-800-53-r4\"");
    says(&problems(STEM, &broken), at("[[mappings]]"), &["NIST-800-53-r4", "did you mean NIST-800-53-r5?"]);
    let broken = page.replace("\"PR.DS-11\"", "\"PR.DS-4\"");
    says(&problems(STEM, &broken), line_of(&page, "PR.DS-11") - 2, &["NIST-CSF-2.0 has no requirement \"PR.DS-4\""]);
    let broken = page.replace("COMPLIANT = \"", "COMPLIANT_ = \"");
    assert!(!problems(STEM, &broken).is_empty());
}

#[test]
fn lint_says_where_a_preset_or_framework_is_wrong() {
    let preset = "name = \"p\"\ntitle = \"t\"\ndescription = \"d\"\n\n[[controls]]\nid = \"CPY-01\"\n\n[[controls]]\nid = \"CPY-1\"\n";
    says(&problems("p", preset), 8, &["CPY-1", "did you mean"]);
    let odd = preset.replace("id = \"CPY-1\"", "id = \"CPY-01\"\nparameters = { recoveryPointAgeValu = 3 }");
    let found = problems("p", &odd);
    says(&found, 8, &["\"CPY-01\" is here twice"]);
    says(&found, 8, &["no parameter \"recoveryPointAgeValu\"", "did you mean \"recoveryPointAgeValue\"?"]);
    let out = preset
        .replace("id = \"CPY-1\"", "id = \"CPY-01\"\nvariant = \"x\"\nparameters = { recoveryPointAgeValue = 92 }");
    says(&problems("p", &out), 8, &["1..=91 days"]);
    let soc2 = std::fs::read_to_string(root().join("rules/frameworks/soc2.toml")).unwrap();
    assert_eq!(problems("soc2", &soc2), []);
    let found = problems("soc2", &soc2.replace("\"CC9.2\"", "\"CC-9.2\""));
    says(&found, line_of(&soc2, "\"CC9.2\""), &["\"CC-9.2\" has not the form"]);
    let found = problems("soc2", &soc2.replace("\"A1.3\" =", "\"A1.4\" ="));
    says(&found, line_of(&soc2, "\"A1.3\" ="), &["\"A1.4\" has a title"]);
    let found = problems("soc2", &soc2.replacen("control = \"DEL-02\"", "control = \"CPY-02\"", 1));
    says(&found, line_of(&soc2, "[[published]]"), &["Powerpipe", "CC7.4 for CPY-02, whose page does not name it"]);
    says(&problems("x", "key = 1\n"), 1, &["neither the page of a control nor a preset nor a framework"]);
}

#[test]
fn files_are_held_against_each_other_before_what_is_compiled_in() {
    let page = std::fs::read_to_string(root().join("rules/controls/vault_retention_bounds_valid.toml")).unwrap();
    let soc2 = std::fs::read_to_string(root().join("rules/frameworks/soc2.toml")).unwrap();
    let speaking = format!("{page}\n[[mappings]]\nframework = \"SOC2\"\nid = \"A1.9\"\n");
    let text = |stem: &str, text: &str| Text { path: stem.into(), stem: stem.into(), text: text.into() };
    let alone = lint(&[text("vault_retention_bounds_valid", &speaking)]).unwrap().problems;
    assert!(alone.iter().any(|p| p.problem.contains("no requirement \"A1.9\"")), "{alone:#?}");
    let grown = soc2.replace("\"A1.3\", ", "\"A1.3\", \"A1.9\", ").replace("\"VLT-03\", ", "");
    let both = [text("vault_retention_bounds_valid", &speaking), text("soc2", &grown)];
    assert_eq!(lint(&both).unwrap().problems, []);
}

#[test]
fn the_command_lints_files_and_folders_and_exits_with_two_where_something_is_wrong() {
    let folder = Folder::new();
    folder.run("controls lint").says(0, &["4 presets, 11 frameworks: nothing is wrong"]);
    folder.put(
        "rules/presets/mine.toml",
        "name = \"mine\"\ntitle = \"t\"\ndescription = \"d\"\n\n[[controls]]\nid = \"XYZ-01\"\n",
    );
    folder.put("rules/README.md", "no rules");
    let answer = folder.run("controls lint rules");
    answer.says(2, &["0 pages, 1 presets, 0 frameworks: 1 problem"]);
    let told = String::from_utf8(answer.out).unwrap();
    assert!(told.starts_with("rules/presets/mine.toml:5: there is no control \"XYZ-01\""), "{told}");
    folder.run("controls lint rules/README.md").says(2, &[]);
    folder.run("controls lint nowhere").says(2, &["cannot read nowhere"]);
    folder.put("empty/note.txt", "");
    folder.run("controls lint empty").says(2, &["empty has no *.toml"]);
}

#[test]
fn the_list_and_the_pages_of_controls_are_those_of_the_program() {
    let folder = Folder::new();
    let list: Value = serde_json::from_slice(&folder.run("controls list --format json").out).unwrap();
    let all = controls::all().unwrap();
    assert_eq!(list.as_array().unwrap().len(), all.len());
    let some: Value = serde_json::from_slice(&folder.run("controls list --preset forensic --format json").out).unwrap();
    let forensic = ids("forensic");
    let chosen = all.iter().filter(|c| forensic.contains(&c.rule.id)).count();
    assert_eq!(some.as_array().unwrap().len(), chosen);
    let table = String::from_utf8(folder.run("controls list --format text").out).unwrap();
    assert!(all.iter().all(|c| table.contains(&format!("{} ", c.rule.id))), "{table}");
    for control in &all {
        let rule = &control.rule;
        for command in ["controls show", "explain"] {
            let answer = folder.run(&format!("{command} {} --format text", rule.id.to_lowercase()));
            answer.says(0, &[]);
            let page: String = String::from_utf8(answer.out).unwrap().split_whitespace().collect();
            let squeezed = |words: &str| words.split_whitespace().collect::<String>();
            let parameters = rule.parameters.iter().flat_map(|p| [&p.name, &p.description]);
            let reasons = rule.reasons.iter().flat_map(|r| [&r.code, &r.text]);
            let texts = [&rule.title, &rule.description, &rule.rationale, &rule.remediation, &rule.coverage];
            for words in
                texts.into_iter().chain(parameters).chain(reasons).chain(rule.status.values()).chain(&rule.sources)
            {
                assert!(page.contains(&squeezed(words)), "{command} {}: {words:?}", rule.id);
            }
            for mapping in &rule.mappings {
                assert!(page.contains(&mapping.framework) && page.contains(&mapping.id), "{}: {mapping:?}", rule.id);
            }
            assert!(page.contains(&format!("fixtures/controls/{}/", rule.id)), "{}: no fixture", rule.id);
        }
    }
    let page: Value = serde_json::from_slice(&folder.run("controls show ENC-01 --format json").out).unwrap();
    assert_eq!((page["schema"].as_str(), page["id"].as_str()), (Some("vaultrail.control/1"), Some("ENC-01")));
    assert!(page["mappings"].as_array().unwrap().iter().any(|m| m["title"] == "Use of cryptography"));
    folder.run("controls show CPY-1").says(2, &["no control \"CPY-1\"", "did you mean CPY-01?"]);
    folder.run("controls list --preset forensics").says(2, &["did you mean forensic?"]);
}
