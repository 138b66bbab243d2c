//! Files that are made from the code and kept beside it: each is what the program would write today.
//!
//! `BLESS=1 cargo test generated` writes them anew.

use crate::support::{audit, root, text};
use std::fmt::Write;
use std::process::Command;
use vaultrail::controls;
use vaultrail::facts::operations::{Becomes, OPERATIONS};
use vaultrail::render::{Format, TextOptions, render};
use vaultrail::report::wire::Report;

/// Compares a file with what it should hold, or writes it.
fn fresh(path: &str, wanted: &str) {
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

#[test]
fn the_list_of_controls_is_that_of_their_pages() {
    let mut page = String::from(
        "# Controls\n\nMade from the pages in `controls/`, which hold the rest: parameters with bounds, reasons, what each \
         status means,\nrationale, remediation and mappings.\n\n| id | severity | subject | what must hold | page |\n|---|---|---|---|---|\n",
    );
    for control in controls::all().unwrap() {
        let rule = &control.rule;
        let (id, severity, subject, title, name) =
            (&rule.id, rule.severity.name(), &rule.subject, &rule.title, &rule.name);
        writeln!(page, "| {id} | {severity} | {subject} | {title} | [{name}](controls/{name}.toml) |").unwrap();
    }
    fresh("rules/README.md", &page);
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
