//! `vaultrail state`: what held at an instant, and from where it is known.

use clap::Parser;
use vaultrail::cli::args::{Cli, Command};
use vaultrail::render::{TextOptions, state as render};
use vaultrail::report::state::{AttributeInfo, State};

const SHARE: &str = "e81d5a3c-07f9-4b62-a4de-93b6c0f2785a";
const STRANGER: &str = "principals/999988887777";

fn state(args: &[&str]) -> Result<State, String> {
    let words = ["vaultrail", "state", "--progress", "never", "--quiet", "fixtures/estate"];
    let cli = Cli::try_parse_from(words.iter().chain(args)).map_err(|error| error.to_string())?;
    let Command::State(args) = cli.command else { return Err("not a state".into()) };
    vaultrail::cli::state::state(&args).map(|(told, _)| told).map_err(|error| error.to_string())
}

fn attribute<'a>(state: &'a State, id: &str, name: &str) -> Option<&'a AttributeInfo> {
    let entity = state.entities.iter().find(|entity| entity.id.contains(id))?;
    entity.attributes.iter().find(|attribute| attribute.name == name)
}

#[test]
fn the_strangers_share_is_not_there_before_the_incident_and_is_there_after_it() {
    let before = state(&["--at", "2026-10-18T02:31:08Z"]).unwrap();
    assert!(attribute(&before, SHARE, STRANGER).is_none());
    for at in ["2026-10-18T02:31:09Z", "2026-10-18T03:00:00Z", "2026-10-31T23:00:00Z"] {
        let during = state(&["--at", at]).unwrap();
        let shown = attribute(&during, SHARE, STRANGER).unwrap();
        assert_eq!(shown.value, "ASSOCIATED", "{at}");
        assert_eq!(shown.since.as_deref(), Some("2026-10-18T02:31:09Z"), "{at}");
        let record = serde_json::to_value(&shown.evidence).unwrap();
        assert_eq!(record["event_name"], "CreateResourceShare", "{at}");
    }
}

#[test]
fn every_attribute_names_a_record_in_a_listed_file() {
    let told = state(&[]).unwrap();
    assert!(told.entities.len() > 600, "{}", told.entities.len());
    for entity in &told.entities {
        for attribute in &entity.attributes {
            let place = serde_json::to_value(&attribute.evidence).unwrap();
            let source = place["source"].as_u64();
            let listed = told.sources.iter().any(|file| Some(file.id) == source && file.sha256.is_some());
            assert!(listed, "{} {} {place}", entity.id, attribute.name);
        }
    }
}

#[test]
fn one_subject_is_found_by_arn_name_and_pattern() {
    let arn = "arn:aws:backup:eu-west-1:111122223333:backup-vault:prod-airgap";
    for subject in [arn, "prod-airgap", "arn:aws:backup:*:prod-air*"] {
        let told = state(&["--subject", subject]).unwrap();
        let ids: Vec<&str> = told.entities.iter().map(|entity| entity.id.as_str()).collect();
        assert_eq!(ids, [arn], "{subject}");
    }
}

#[test]
fn a_subject_that_nobody_names_is_an_error_with_the_nearest_name() {
    let error = state(&["--subject", "prod-airgp"]).unwrap_err();
    assert!(error.contains("did you mean prod-airgap?"), "{error}");
    let error = state(&["--subject", "prod-airgap", "--at", "2026-01-01"]).unwrap_err();
    assert!(error.contains("first known at 2026-09-24T01:12:40Z"), "{error}");
}

#[test]
fn the_text_of_one_vault() {
    let told = state(&["--subject", "prod-airgap", "--at", "2026-10-18"]).unwrap();
    let shown = render::text(&told, &TextOptions { width: 100, colour: false });
    insta::assert_snapshot!(shown);
}

#[test]
fn the_state_of_outputs_of_the_aws_cli_is_read_without_a_log() {
    let Some(folder) = crate::real_data::shared("data/inventory-aws-cli-examples") else { return };
    let words = ["vaultrail", "state", "--progress", "never", "--quiet", "--captured-at", "2026-01-01"];
    let cli = Cli::try_parse_from(words.iter().copied().chain(folder.to_str())).unwrap();
    let Command::State(args) = cli.command else { panic!("not a state") };
    let told = vaultrail::cli::state::state(&args).unwrap().0;
    let kinds: std::collections::BTreeSet<&str> = told.entities.iter().map(|entity| entity.kind).collect();
    for kind in ["vault", "share", "invitation", "plan", "trail", "key", "organization"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    let known = told.entities.iter().flat_map(|entity| &entity.attributes);
    assert!(known.into_iter().all(|attribute| attribute.evidence.is_some()));
}

#[test]
fn damaged_evidence_is_shown_and_said_by_the_exit_code() {
    let folder = crate::folder::Folder::new();
    let line = r#"{"eventVersion":"1.11","userIdentity":{"type":"Root","accountId":"111122223333"},"eventTime":"2026-10-30T01:00:00Z","eventSource":"backup.amazonaws.com","eventName":"CreateBackupVault","awsRegion":"eu-west-1","requestParameters":{"backupVaultName":"v"},"eventID":"e","recipientAccountId":"111122223333"}"#;
    folder.put("a/log.jsonl", line.as_bytes());
    folder.run("state a").says(0, &[]);
    folder.put("a/broken.json", b"{\"Records\": [{\"eventVersion\": \"1.08\",");
    for command in ["state a", "timeline a"] {
        folder.run(command).says(4, &["broken.json"]);
        folder.run(&format!("{command} --allow-defects")).says(0, &["broken.json"]);
    }
}
