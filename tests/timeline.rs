//! `vaultrail timeline`: one ordered story, with what was refused and what was changed.

use clap::Parser;
use vaultrail::cli::args::{Cli, Command};
use vaultrail::render::{TextOptions, timeline as render};
use vaultrail::report::timeline::{Outcome, Sort, Story};

fn story(args: &[&str]) -> Result<Story, String> {
    let words = ["vaultrail", "timeline", "--progress", "never", "--quiet", "fixtures/estate"];
    let cli = Cli::try_parse_from(words.iter().chain(args)).map_err(|error| error.to_string())?;
    let Command::Timeline(args) = cli.command else { return Err("not a timeline".into()) };
    vaultrail::cli::timeline::story(&args).map(|(told, _)| told).map_err(|error| error.to_string())
}

fn names(story: &Story) -> Vec<&str> {
    story.moments.iter().map(|moment| moment.name.as_str()).collect()
}

#[test]
fn the_intruders_story_has_refused_and_foreign_calls_and_the_share_that_it_made() {
    let told =
        story(&["--actor", "ci-deploy", "--from", "2026-10-18T02:00:00Z", "--to", "2026-10-18T03:00:00Z"]).unwrap();
    let outcomes = |how| told.moments.iter().filter(|moment| moment.outcome == Some(how)).count();
    assert_eq!((outcomes(Outcome::Refused), outcomes(Outcome::Failed)), (3, 4));
    let foreign: Vec<_> = told.moments.iter().filter(|m| m.sort == Sort::Other).map(|m| m.name.as_str()).collect();
    assert_eq!(foreign, ["GetCallerIdentity", "ListBackupVaults", "AttachRolePolicy"]);
    let made =
        told.moments.iter().find(|m| m.changes.iter().any(|c| c.attribute == "principals/999988887777")).unwrap();
    assert_eq!((made.name.as_str(), made.time.as_str()), ("CreateResourceShare", "2026-10-18T02:31:09Z"));
    assert!(told.moments.is_sorted_by_key(|moment| &moment.time));
}

#[test]
fn a_session_is_told_with_the_request_that_began_it_and_the_access_that_it_gave() {
    let told = story(&["--subject", "b7e2d910-6c3f-4a58-9e04-d1f5a82c7b36"]).unwrap();
    let names = names(&told);
    for name in ["CreateRestoreAccessBackupVault", "StartSession", "SessionApproved"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn refused_calls_belong_to_the_vault_that_their_error_message_names() {
    let told = story(&["--subject", "prod-airgap", "--event", "DeleteRecoveryPoint"]).unwrap();
    assert!(told.moments.iter().all(|moment| moment.outcome == Some(Outcome::Failed)));
    assert_eq!(told.moments.len(), 4);
}

#[test]
fn every_moment_names_the_record_behind_it() {
    let told = story(&[]).unwrap();
    assert!(told.moments.len() > 300, "{}", told.moments.len());
    for moment in &told.moments {
        let place = serde_json::to_value(&moment.evidence).unwrap();
        assert!(told.sources.iter().any(|file| Some(file.id) == place["source"].as_u64()), "{place}");
    }
}

#[test]
fn nothing_found_and_a_window_turned_round_are_errors() {
    assert!(story(&["--subject", "nobody"]).unwrap_err().contains("nothing of this is in the evidence"));
    assert!(story(&["--from", "2026-10-02", "--to", "2026-10-01"]).unwrap_err().contains("--from lies after --to"));
}

#[test]
fn the_text_of_an_incident() {
    let told = story(&["--actor", "203.0.113.77", "--from", "2026-10-18T02:30:00Z"]).unwrap();
    let shown = render::text(&told, &TextOptions { width: 100, colour: false });
    insta::assert_snapshot!(shown);
}
