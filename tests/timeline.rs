//! `vaultrail timeline`: one ordered story, with what was refused and what was changed.

use crate::folder::{Folder, lock_call, log_file};
use crate::render::hostile::HOSTILE;
use clap::Parser;
use std::collections::BTreeMap;
use vaultrail::cli::args::{Cli, Command};
use vaultrail::render::{TextOptions, timeline as render};
use vaultrail::report::timeline::{Outcome, Sort, Story};

pub fn story(args: &[&str]) -> Result<Story, String> {
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

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn a_table_of_the_incident_has_a_row_for_each_moment_with_its_record() {
    let told = story(&["--actor", "ci-deploy", "--from", "2026-10-18T02:00:00Z"]).unwrap();
    let rows = rows(&render::csv(&told));
    assert_eq!(rows.len(), told.moments.len());
    let made = rows.iter().find(|row| row["time"] == "2026-10-18T02:31:09Z").unwrap();
    for (column, wanted) in [
        ("name", "CreateResourceShare"),
        ("outcome", "succeeded"),
        ("principal", "arn:aws:iam::111122223333:role/ci-deploy"),
        ("session", "runner-7"),
        ("source_ip", "203.0.113.77"),
        ("event_id", "f027f5a2-e009-4d24-83a0-e1dd1af3ff5f"),
    ] {
        assert_eq!(made[column], wanted, "{column}");
    }
    assert!(made["changes"].contains("principals/999988887777 ASSOCIATED"), "{}", made["changes"]);
    assert!(made["evidence"].ends_with(".json.gz#27") && made["sha256"].len() == 64, "{made:?}");
    assert_eq!(rows.iter().filter(|row| row["outcome"] == "refused").count(), 3);
}

#[test]
fn the_page_has_every_moment_by_day_with_its_file_and_no_script() {
    let told = story(&["--subject", "prod-airgap"]).unwrap();
    let page = render::html(&told).unwrap();
    assert_eq!(page.matches("<li class=\"moment").count(), told.moments.len());
    for file in &told.sources {
        assert!(page.contains(file.sha256.as_deref().unwrap()), "{}", file.path);
    }
    assert!(page.contains("default-src &#x27;none&#x27;; style-src &#x27;sha256-"), "a policy stands in the page");
    for outside in ["<script", "script-src", " src=", "href=\"http", "url(h", "@import", "<link", " style=", " onclick"]
    {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_file_has_the_form_that_its_name_says_unless_a_format_is_asked_for() {
    let folder = Folder::with_locked_vault();
    folder.put("logs/a.json.gz", log_file(&[lock_call(1)]));
    for (arguments, begins) in [
        ("timeline logs -o a.csv", "time,sort,name,"),
        ("timeline logs -o a.html", "<!doctype html>"),
        ("timeline logs -o a.txt", "1 moment from "),
        ("timeline logs -o a.json", "{\n  \"schema\": \"vaultrail.timeline/1\""),
        ("timeline logs -o a.html --format csv", "time,sort,name,"),
        ("timeline logs -o a", "{\n  \"schema\": \"vaultrail.timeline/1\""),
        ("state inventory -o a.txt", "State at "),
        ("state inventory -o a.html", "{\n  \"schema\": \"vaultrail.state/1\""),
    ] {
        folder.run(arguments).says(0, &[]);
        let name = arguments.split(' ').nth(3).unwrap();
        let text = std::fs::read_to_string(folder.at(name)).unwrap();
        assert!(text.starts_with(begins), "{arguments}: {text:.200}");
    }
}

/// The story of the intruder in which every text that a log may have written is another.
fn bent(plain: &Story, text: &str) -> Story {
    let mut told = plain.clone();
    for moment in &mut told.moments {
        let texts = [&mut moment.source, &mut moment.account, &mut moment.region];
        let errors = [&mut moment.error_code, &mut moment.error_message];
        texts.into_iter().chain(errors).for_each(|place| *place = Some(text.into()));
        text.clone_into(&mut moment.name);
        if let Some(actor) = &mut moment.actor {
            text.clone_into(&mut actor.principal);
            actor.user_agent = Some(text.into());
            actor.session = Some(text.into());
            actor.source_ip = Some(text.into());
        }
        for change in &mut moment.changes {
            (change.id, change.attribute) = (text.into(), text.into());
            change.after = serde_json::json!({ text: [text] });
        }
    }
    told.sources.iter_mut().for_each(|file| text.clone_into(&mut file.path));
    told
}

#[test]
fn hostile_names_stay_text_in_the_table_and_on_the_page() {
    let formula = |cell: &str| cell.trim_start_matches([' ', '"']).starts_with(['=', '+', '-', '@']);
    let acts = |c: char| (c.is_control() && c != '\n' && c != '\r') || ('\u{202a}'..='\u{202e}').contains(&c);
    let plain = story(&["--actor", "ci-deploy", "--from", "2026-10-18T02:00:00Z"]).unwrap();
    for text in HOSTILE {
        let told = bent(&plain, text);
        let table = render::csv(&told);
        for cell in rows(&table).iter().flat_map(BTreeMap::values) {
            assert!(!cell.starts_with(['=', '+', '-', '@']) && !cell.split(';').skip(1).any(formula), "{cell}");
        }
        let page = render::html(&told).unwrap();
        assert!(!table.contains(acts) && !page.contains(acts), "{text:?}");
        for markup in ["<script", "<img", "<!DOCTYPE x", "</failure", "<!--"] {
            assert!(!page.contains(markup), "{markup}");
        }
    }
    let long = bent(&plain, &"=<b>\u{202e}".repeat(1 << 18));
    assert!(render::html(&long).unwrap().len() < 5_000_000 && !render::csv(&long).is_empty());
}
