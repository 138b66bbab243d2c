//! Files that are made from the code and kept beside it: each is what the program would write today.
//!
//! `BLESS=1 cargo test generated` writes them anew.

use crate::sentences;
use crate::support::{audit, cases, root, text};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Command;
use vaultrail::controls;
use vaultrail::controls::catalogue::Catalogue;
use vaultrail::controls::preset::{Chosen, Preset};
use vaultrail::controls::rule::Rule;
use vaultrail::facts::operations::{Becomes, OPERATIONS};
use vaultrail::render::{Format, TextOptions, render};
use vaultrail::report::wire::{Report, Status};

/// Compares a file with what it should hold, or writes it.
pub fn fresh(path: &str, wanted: &str) {
    let file = root().join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "{path} is not what the code says; `BLESS=1 cargo test generated` writes it anew");
}

fn estate() -> Report {
    audit(&["fixtures/estate", "--config", "fixtures/estate/vaultrail.toml"]).unwrap()
}

#[test]
fn the_schema_file_is_what_the_program_prints() {
    let printed = Command::new(env!("CARGO_BIN_EXE_vaultrail")).arg("schema").output().unwrap();
    assert!(printed.status.success());
    fresh("reports/report.schema.json", &String::from_utf8(printed.stdout).unwrap());
}

#[test]
fn the_report_on_the_estate_is_valid_under_the_schema() {
    let schema = std::fs::read_to_string(root().join("reports/report.schema.json")).unwrap();
    let schema = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let json = render(Format::Json, &estate(), &TextOptions { width: 100, colour: false }).unwrap();
    let report = serde_json::from_slice(&json).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut broken: serde_json::Value = report;
    broken["verdicts"][0]["status"] = "FINE".into();
    assert!(!validator.is_valid(&broken), "the schema accepts a status that does not exist");
}

/// What is expected of a fixture, as far as it is told here.
#[derive(Deserialize)]
struct Expected {
    #[serde(default)]
    expect: Vec<Shown>,
}

#[derive(Deserialize)]
struct Shown {
    status: Status,
}

/// Fixtures by control and status.
fn fixtures() -> BTreeMap<String, BTreeMap<Status, BTreeSet<String>>> {
    let mut all: BTreeMap<String, BTreeMap<Status, BTreeSet<String>>> = BTreeMap::new();
    for case in cases() {
        let text = std::fs::read_to_string(case.folder.join("case.toml")).unwrap();
        let expected: Expected = toml::from_str(&text).unwrap();
        let (_, name) = case.name.split_once('/').unwrap();
        for shown in expected.expect {
            let of_status = all.entry(case.control.clone()).or_default().entry(shown.status).or_default();
            of_status.insert(name.to_owned());
        }
    }
    all
}

#[test]
fn the_list_of_fixtures_is_that_of_their_cases() {
    let text = serde_json::to_string_pretty(&fixtures()).unwrap() + "\n";
    fresh("rules/fixtures.json", &text);
}

const ORDER: [Status; 4] = [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];

fn link(control: &str, fixture: &str) -> String {
    format!("[{}](../fixtures/controls/{control}/{fixture})", fixture.replace('_', " "))
}

/// Why no fixture shows a status.
fn never(rule: &Rule, status: Status) -> String {
    let codes: Vec<&str> = rule.reasons.iter().filter(|r| r.status == status).map(|r| r.code.as_str()).collect();
    if codes.is_empty() {
        return rule.status.get(&status).cloned().unwrap_or_else(|| "Not given.".into());
    }
    assert!(
        codes.iter().all(|code| matches!(*code, "no_subjects" | "not_yet_created")),
        "{} is {} by {codes:?}, and no fixture shows it",
        rule.id,
        status.name()
    );
    let word = if codes.contains(&"not_yet_created") {
        "Only before its subject exists."
    } else {
        "Only where there is nothing to judge."
    };
    word.into()
}

#[test]
fn the_catalogue_is_made_of_pages_and_fixtures() {
    let (controls, fixtures) = (controls::all().unwrap(), fixtures());
    let mut page = String::from(
        "# Controls\n\nMade from the pages in `controls/` and the fixtures in `../fixtures/controls/`. The pages hold the rest: parameters \
         with bounds, reasons, what each\nstatus means, rationale, remediation and mappings; `vaultrail controls show ID` prints one.\n\n\
         | id | severity | subject | what must hold | page | judge |\n|---|---|---|---|---|---|\n",
    );
    for Rule { id, severity, subject, title, name, .. } in controls.iter().map(|c| &c.rule) {
        let (severity, judge) = (severity.name(), format!("[{name}.rs](../src/controls/{name}.rs)"));
        writeln!(page, "| {id} | {severity} | {subject} | {title} | [{name}](controls/{name}.toml) | {judge} |")
            .unwrap();
    }
    page.push_str("\n## Which fixture shows which status\n\nOne of each; all of them below. A status without a fixture has its reason in its place.\n\n| id |");
    for status in ORDER {
        write!(page, " {} |", status.name()).unwrap();
    }
    page.push_str("\n|---|---|---|---|---|\n");
    for rule in controls.iter().map(|c| &c.rule) {
        write!(page, "| {} |", rule.id).unwrap();
        for status in ORDER {
            let shown = fixtures.get(&rule.id).and_then(|f| f.get(&status)).and_then(BTreeSet::first);
            let cell = shown.map_or_else(|| format!("*{}*", never(rule, status)), |fixture| link(&rule.id, fixture));
            write!(page, " {cell} |").unwrap();
        }
        page.push('\n');
    }
    page.push_str(&what_aws_says());
    page.push_str(&presets_and_frameworks());
    page.push_str("\n## All fixtures\n");
    for rule in controls.iter().map(|c| &c.rule) {
        write!(page, "\n### {}: {}\n\n", rule.id, rule.title).unwrap();
        for (status, shown) in ORDER.iter().filter_map(|s| Some((s, fixtures.get(&rule.id)?.get(s)?))) {
            let links: Vec<String> = shown.iter().map(|fixture| link(&rule.id, fixture)).collect();
            writeln!(page, "- {}: {}", status.name(), links.join("; ")).unwrap();
        }
    }
    fresh("rules/README.md", &page);
}

fn what_aws_says() -> String {
    let mut page = String::from(
        "\n## What AWS says, and which fixture keeps or breaks it\n\nMade from [sentences.toml](sentences.toml); the limits are \
         those of 2024, [limits.toml](limits.toml) says in which days each holds.\n\n\
         | AWS says | control | kept by | broken by |\n|---|---|---|---|\n",
    );
    for sentence in sentences::sentences() {
        for sentences::Shown { control, keeps, kept, breaks, broken } in sentence.controls {
            let (keeps, breaks) = (link(&control, &keeps), link(&control, &breaks));
            let says = &sentence.says;
            writeln!(page, "| {says} | {control} | {keeps}: `{kept}` | {breaks}: `{broken}` |").unwrap();
        }
    }
    page
}

fn presets_and_frameworks() -> String {
    let mut page = String::from("\n## Presets\n\n| preset | what it is | controls |\n|---|---|---|\n");
    for Preset { name, title, controls, .. } in Preset::all().unwrap() {
        let reported: Vec<String> = controls.iter().map(Chosen::reported).collect();
        writeln!(page, "| [{name}](presets/{name}.toml) | {title} | {} |", reported.join(" ")).unwrap();
    }
    page.push_str(
        "\n## Frameworks of requirements\n\n| framework | edition | from | which part |\n|---|---|---|---|\n",
    );
    for Catalogue { name, title, version, publisher, about, .. } in Catalogue::all().unwrap() {
        let file = name.to_lowercase();
        writeln!(page, "| [{title}](frameworks/{file}.toml) | {version} | {publisher} | {about} |").unwrap();
    }
    page
}

#[test]
fn the_page_of_operations_is_that_of_their_table() {
    let mut page = String::from(
        "# Operations\n\nWhat becomes of each call that changes something, made from `src/facts/operations.rs`. Calls that were \
         refused change nothing; what\nthey tried is a fact where a control judges attempts. Service events, state changes and \
         snapshots are read besides.\n\n| service | operation | fact, or why none |\n|---|---|---|\n",
    );
    for operation in OPERATIONS {
        let becomes = match operation.becomes {
            Becomes::Fact(says) => says.to_owned(),
            Becomes::Nothing(why) => format!("*none:* {why}"),
        };
        writeln!(page, "| {} | {} | {becomes} |", operation.service, operation.name).unwrap();
    }
    fresh("docs/operations.md", &page);
}

#[test]
fn the_readme_shows_what_the_program_says() {
    const OPEN: &str = "<!-- begin: vaultrail audit -->\n```text\n";
    const CLOSE: &str = "\n```\n<!-- end -->";
    /// So many lines: the answer and the worst failure with its records.
    const LINES: usize = 26;
    let said = render(Format::Text, &estate(), &TextOptions { width: 110, colour: false }).unwrap();
    let said = String::from_utf8(said).unwrap();
    let said: Vec<&str> = said.lines().take(LINES).collect();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (before, rest) = readme.split_once(OPEN).unwrap();
    let (_, after) = rest.split_once(CLOSE).unwrap();
    fresh("README.md", &format!("{before}{OPEN}{}{CLOSE}{after}", said.join("\n")));
}

#[test]
fn the_commands_of_the_readme_do_what_it_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let main = "cargo run --release -- audit fixtures/estate --config fixtures/estate/vaultrail.toml";
    assert!(readme.contains(main) && readme.contains("\nbash .ci/test\n"), "a command is gone from README.md");
    assert_eq!(estate().summary.gate.exit_code, 1, "README.md says that the estate fails the gate");
    let run = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(run.contains("\nbash .ci/test\n"), ".ci/run does not run the command of the README");
    assert!(root().join("reports/estate.png").is_file());
}

#[test]
fn the_configuration_in_the_readme_is_read() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file.as_file(), example.as_bytes()).unwrap();
    audit(&["fixtures/estate", "--config", text(file.path())]).unwrap();
}
