//! Facts saved as Parquet and read back.

use crate::folder::{Folder, VAULT, lock_call, log_file, manifest, noise, vault};
use crate::signing::{KEY, Trail};
use crate::support::{cases, root, text};
use clap::Parser;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use vaultrail::cli::args::{Cli, Command};
use vaultrail::facts::saved::{Flat, flat, read as read_saved, table};
use vaultrail::facts::{self, About, Fact};
use vaultrail::ingest::columns::facts::{Facts, Row};
use vaultrail::ingest::saved::SavedFact;
use vaultrail::ingest::{self, Log, Options, Said};
use vaultrail::report::wire::{Report, Status};

/// The folders of all fixtures.
pub fn fixtures() -> Vec<PathBuf> {
    let all = cases().into_iter().map(|case| case.folder);
    all.chain([root().join("fixtures/estate")]).collect()
}

pub fn log_of(path: &Path) -> Log {
    ingest::read(&[path.to_owned()], &Options::default()).unwrap()
}

/// A file of the facts of a log.
pub fn save(log: &Log, facts: &[Fact]) -> Vec<u8> {
    let mut bytes = Vec::new();
    table(log, facts).write(&mut bytes).unwrap();
    bytes
}

/// What a fact says, and the entry behind it, wherever the log has it.
pub fn told(log: &Log, facts: &[Fact]) -> Vec<String> {
    let each = facts.iter().map(|fact| {
        let entry = log.entry(fact.evidence).unwrap();
        let (path, time) = (&log.sources[entry.source].path, entry.time());
        format!("{} {} {:?} {path} {:?} {time}", fact.at, fact.observed, fact.about, entry.place)
    });
    each.collect()
}

fn again(about: &About) -> (Option<About>, Option<String>) {
    let Flat { kind, id, members } = flat(about).unwrap();
    read_saved(&SavedFact { number: 0, at: vaultrail::instant::Instant::default(), kind, id, members })
}

#[test]
fn every_fact_of_every_fixture_comes_back_from_its_rows_as_it_was() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for folder in fixtures() {
        for fact in facts::read(&log_of(&folder)) {
            let json = serde_json::to_string(&fact.about).unwrap();
            assert_eq!(serde_json::from_str::<About>(&json).unwrap(), fact.about, "{json}");
            assert_eq!(again(&fact.about), (Some(fact.about.clone()), None), "{json}");
            *kinds.entry(flat(&fact.about).unwrap().kind).or_default() += 1;
        }
    }
    assert!(kinds.len() >= 15 && kinds.values().sum::<usize>() > 2000, "{kinds:#?}");
    let snake = |kind: &str| kind.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
    assert!(kinds.keys().all(|kind| snake(kind)), "{kinds:#?}");
}

/// A value for each shape that a variant of an enumeration can have in serde.
#[test]
fn rows_hold_every_shape_that_a_fact_can_have() {
    for content in [
        json!({"a": 1, "b": null}),
        json!({}),
        json!("id"),
        json!(7),
        json!(null),
        json!(["id", {"a": [1, {"b": "c"}]}]),
        json!(["id", {}]),
        json!(["id", null]),
        json!(["id", "other"]),
        json!(["id", "other", 3]),
        json!([{"plan": "p"}, "vault", 35]),
        json!([{"plan": "p"}, {"a": 1}]),
        json!([1, {"a": 1}]),
    ] {
        let said = json!({"some_kind": content});
        let Flat { kind, id, members } = vaultrail::facts::saved::flatten(&said).unwrap();
        assert!(!members.is_empty());
        let fact = SavedFact { number: 0, at: vaultrail::instant::Instant::default(), kind, id, members };
        assert_eq!(vaultrail::facts::saved::unflatten(&fact), Ok(said));
    }
}

#[test]
fn facts_read_back_are_the_facts_in_their_order_with_their_evidence() {
    for folder in fixtures() {
        let log = log_of(&folder);
        let read = facts::read(&log);
        let work = Folder::new();
        let back = log_of(&work.put("facts.parquet", save(&log, &read)));
        assert_eq!(back.defects, log.defects);
        assert_eq!(told(&back, &facts::read(&back)), told(&log, &read), "{}", folder.display());
        assert_eq!(back.activity, log.activity);
        assert_eq!(back.snapshot_pairs, log.snapshot_pairs);
        assert_eq!(back.evidence_extent(), log.evidence_extent());
        assert_eq!((back.records.used, back.observations), (log.records.used, log.observations));
        assert!(back.entries.iter().all(|entry| entry.body().is_null()));
        // Saved again, it is the same file.
        assert!(save(&back, &facts::read(&back)) == save(&log, &read), "{}", folder.display());
    }
}

/// A report without what only those who read the logs themselves can have: bodies, files and counts.
fn answers(report: &Report) -> Value {
    let paths: BTreeMap<u64, String> = report.sources.iter().map(|s| (s.id, s.path.clone())).collect();
    let mut told = serde_json::to_value(report).unwrap();
    for key in ["inputs", "sources", "records", "run"] {
        told.as_object_mut().unwrap().remove(key);
    }
    named(&mut told, &paths);
    told
}

/// Numbers of files become their paths.
fn named(value: &mut Value, paths: &BTreeMap<u64, String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| named(item, paths)),
        Value::Object(members) => {
            if let Some(source) = members.get_mut("source") {
                *source = source.as_u64().map_or(Value::Null, |id| paths[&id].clone().into());
            }
            members.values_mut().for_each(|member| named(member, paths));
        }
        _ => {}
    }
}

#[test]
fn an_audit_of_saved_facts_answers_as_one_of_the_logs_on_every_fixture() {
    let mut compared = 0;
    for case in cases().into_iter().filter(|case| case.control != "LOG-02") {
        let work = Folder::new();
        let file = work.at("facts.parquet");
        let first = case.audit(&["--facts-parquet", text(&file)]).unwrap();
        let moved = case.in_folder(&file);
        let config = case.folder.join("vaultrail.toml");
        let config: Vec<&str> = if config.is_file() { vec!["--config", text(&config)] } else { vec![] };
        let from = [config, vec!["--from", &first.run.window.from, "--as-of", &first.run.as_of]].concat();
        let second = moved.audit(&from).unwrap();
        assert_eq!(answers(&second)["verdicts"], answers(&case.audit(&from[from.len() - 4..]).unwrap())["verdicts"]);
        assert_eq!(second.inputs.defects.len(), first.inputs.defects.len());
        compared += second.verdicts.len();
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn the_estate_audited_from_saved_facts_gets_the_same_report_without_bodies() {
    let work = Folder::new();
    let file = work.at("facts.parquet");
    let estate = root().join("fixtures/estate");
    let config = estate.join("vaultrail.toml");
    let audit = |path: &Path, more: &[&str]| {
        crate::support::audit(&[&[text(path), "--config", text(&config)], more].concat()).unwrap()
    };
    let first = audit(&estate, &["--facts-parquet", text(&file)]);
    let second = audit(&file, &[]);
    assert_eq!(answers(&second), answers(&first));
    assert_eq!((second.records.len(), first.records.is_empty()), (0, false));
    for source in second.sources.iter().filter(|source| source.sha256.is_some()) {
        assert_eq!(source.saved_in.as_deref(), Some(text(&file)));
        let own = first.sources.iter().find(|own| own.path == source.path).unwrap();
        assert_eq!((&own.sha256, &own.kind, &own.captured_at), (&source.sha256, &source.kind, &source.captured_at));
    }
    assert!(second.verdicts.iter().any(|v| v.status == Status::NonCompliant));
}

fn state(words: &[&str]) -> Value {
    let all = [&["vaultrail", "state", "--progress", "never", "--quiet"], words].concat();
    let Command::State(args) = Cli::try_parse_from(all).unwrap().command else { panic!("not a state") };
    let mut told = serde_json::to_value(vaultrail::cli::state::state(&args).unwrap().0).unwrap();
    let sources = told["sources"].as_array().unwrap();
    let paths = sources.iter().map(|s| (s["id"].as_u64().unwrap(), s["path"].as_str().unwrap().to_owned())).collect();
    told.as_object_mut().unwrap().remove("sources");
    named(&mut told, &paths);
    told
}

#[test]
fn the_state_from_saved_facts_is_that_of_the_logs_at_every_instant() {
    let work = Folder::new();
    let file = work.at("facts.parquet");
    let estate = root().join("fixtures/estate");
    state(&[text(&estate), "--facts-parquet", text(&file)]);
    for at in ["2026-09-25", "2026-10-18T02:31:08Z", "2026-10-18T02:31:09Z", "2026-10-20T14:30:00Z", "2026-10-31"] {
        assert_eq!(state(&[text(&file), "--at", at]), state(&[text(&estate), "--at", at]), "{at}");
    }
}

#[test]
fn one_thread_and_four_write_the_same_facts_in_whatever_order_the_paths_are() {
    let folder = Folder::new();
    let estate = root().join("fixtures/estate");
    let (logs, inventory) = (text(&estate).to_owned() + "/AWSLogs", text(&estate).to_owned() + "/inventory");
    for (name, paths) in [("1", [&logs, &inventory]), ("4", [&logs, &inventory]), ("2", [&inventory, &logs])] {
        let [a, b] = paths;
        let line = format!("state {a} {b} --jobs {name} --facts-parquet {name}.parquet --format json -q");
        folder.run(&line).says(0, &[]);
    }
    let read = |name| std::fs::read(folder.at(name)).unwrap();
    assert!(read("1.parquet") == read("4.parquet") && read("1.parquet") == read("2.parquet"));
    folder.run(&format!("state {logs} --facts-parquet no/such/folder.parquet")).says(2, &["there is no folder"]);
}

/// Two days of log in two files, the second with a call that the program uses, and a snapshot.
fn evidence() -> Folder {
    let folder = Folder::new();
    folder.put("a/a.json", log_file(&[noise(1), lock_call(2), noise(3)]));
    folder.put("b/b.json", log_file(&[noise(40), lock_call(50)]));
    folder.put_vault(&vault());
    folder
}

#[test]
fn facts_and_logs_together_are_a_set_and_nothing_counts_twice() {
    let folder = evidence();
    folder.run("state a b inventory --format json -q --facts-parquet all.parquet").says(0, &[]);
    folder.run("state a inventory --format json -q --facts-parquet a.parquet").says(0, &[]);
    folder.run("state b inventory --format json -q --facts-parquet b.parquet").says(0, &[]);
    let read = |names: &[&str]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.at(name)).collect();
        ingest::read(&paths, &Options::default()).unwrap()
    };
    let names = |log: &Log| {
        let told: Vec<String> = told(log, &facts::read(log));
        told.iter().map(|line| line.replace(text(folder.path()), "").replace(" /", " ")).collect::<Vec<_>>()
    };
    let whole = read(&["a", "b", "inventory"]);
    assert!(whole.observations == 1 && whole.records.used == 2);
    for parts in [
        &["all.parquet"][..],
        &["a.parquet", "b.parquet"],
        &["a.parquet", "b.parquet", "all.parquet"],
        &["all.parquet", "a", "b", "inventory"],
        &["a.parquet", "b", "inventory"],
        &["a.parquet", "b.parquet", "b"],
    ] {
        let log = read(parts);
        assert_eq!(log.defects, [], "{parts:?}");
        assert_eq!(names(&log), names(&whole), "{parts:?}");
        assert_eq!((log.observations, log.records.used), (1, 2), "{parts:?}");
        assert_eq!(log.snapshot_pairs, whole.snapshot_pairs, "{parts:?}");
        let runs = |log: &Log| log.activity.pairs().map(|(_, _, runs)| runs.to_vec()).collect::<Vec<_>>();
        assert_eq!(runs(&log), runs(&whole), "{parts:?}");
        assert!(log.activity.pairs().all(|(_, count, _)| count <= 5), "{parts:?}");
    }
    // What was read itself has its body, and is not named a second time.
    let both = read(&["all.parquet", "a", "b", "inventory"]);
    assert!(both.entries.iter().all(|entry| entry.saved.is_none()));
    assert!(both.sources.iter().all(|source| source.saved_in.is_none()));
    assert_eq!(both.activity, whole.activity);
}

#[test]
fn a_snapshot_given_twice_is_one_though_its_copy_lies_elsewhere() {
    let folder = evidence();
    folder.run("state inventory --format json -q --facts-parquet all.parquet").says(0, &[]);
    std::fs::rename(folder.at("inventory"), folder.at("moved")).unwrap();
    let log = ingest::read(&[folder.at("moved"), folder.at("all.parquet")], &Options::default()).unwrap();
    assert_eq!(log.observations, 1);
    assert!(log.entries.iter().all(|entry| entry.saved.is_none()));
}

#[test]
fn a_record_that_was_altered_after_its_facts_were_saved_is_told() {
    let folder = evidence();
    folder.run("state a --format json -q --facts-parquet a.parquet").says(0, &[]);
    let mut altered = lock_call(2);
    altered["userIdentity"]["arn"] = "arn:aws:iam::111122223333:user/somebody-else".into();
    folder.put("a/a.json", log_file(&[noise(1), altered, noise(3)]));
    let log = ingest::read(&[folder.at("a"), folder.at("a.parquet")], &Options::default()).unwrap();
    assert_eq!((log.records.used, log.records.duplicate, log.records.defective), (1, 0, 1));
    assert!(log.defects[0].reason.contains("one of the two was altered"), "{:?}", log.defects);
    assert_eq!(log.records.read, log.records.used + log.records.counted_only + 1);
    // The record itself is believed, not what was saved of it.
    assert!(log.entries.iter().all(|entry| entry.saved.is_none()));
}

#[test]
fn damage_of_the_logs_is_told_from_their_saved_facts_too_and_once() {
    let folder = evidence();
    folder.put("a/broken.json", b"{\"Records\": [{\"eventVersion\": \"1.08\",");
    folder.run("audit a --fail-on never --facts-parquet a.parquet --format json").says(4, &["broken.json"]);
    folder.run("audit a.parquet --fail-on never --format json").says(4, &["broken.json"]);
    let both = folder.run("audit a a.parquet --format json");
    let one = folder.run("audit a --format json");
    assert_eq!(both.report().inputs.defects.len(), one.report().inputs.defects.len());
}

#[test]
fn without_digests_saved_facts_leave_the_files_authenticity_undecided() {
    let folder = evidence();
    folder.run("audit a b inventory --facts-parquet all.parquet --fail-on never -q");
    let report = folder.run("audit all.parquet --only LOG-02 --format json").report();
    let found: BTreeSet<(Status, &str)> = report.verdicts.iter().map(|v| (v.status, v.reason.code.as_str())).collect();
    assert_eq!(found, BTreeSet::from([(Status::InsufficientData, "no_digest")]));
}

#[test]
fn what_digests_showed_of_a_log_is_saved_but_for_the_proof() {
    let chain = Trail::default().deliver(&KEY, 6, None);
    let mut holed = chain.clone();
    holed.files.remove(&chain.logs[2]);
    for (chain, want, why) in [(&chain, Status::Compliant, "proven"), (&holed, Status::NonCompliant, "")] {
        let folder = Folder::new();
        chain.write(&folder.at("logs"));
        folder.put("logs/keys.json", KEY.listed_for_the_year());
        folder.run("audit logs --facts-parquet facts.parquet --format json -q");
        let audit = |path: &str| {
            let line =
                format!("audit {path} --only LOG-01,LOG-02 --as-of 2026-10-30T15:45:00Z --from 2026-10-30T10:10:00Z");
            folder.run(&format!("{line} --assume-complete --format json -q")).report()
        };
        let (own, saved) = (audit("logs"), audit("facts.parquet"));
        let status = |report: &Report, control: &str| {
            report.verdicts.iter().find(|v| v.control == control).map(|v| (v.status, v.severity)).unwrap()
        };
        assert_eq!(status(&own, "LOG-01"), status(&saved, "LOG-01"));
        assert_eq!(status(&saved, "LOG-01").0, want, "{:#?}", saved.verdicts);
        assert_eq!(status(&saved, "LOG-02").0, Status::InsufficientData);
        // The end of what is known does not move, and nothing is proven any more.
        let edges = |report: &Report| {
            let each = report.coverage.iter().flat_map(|pair| &pair.intervals);
            each.map(|i| (i.from.clone(), i.to.clone())).collect::<Vec<_>>()
        };
        assert!(serde_json::to_string(&own.coverage).unwrap().contains(why));
        assert!(!serde_json::to_string(&saved.coverage).unwrap().contains("proven"));
        let ends = |edges: Vec<(String, String)>| (edges.first().cloned().unwrap().0, edges.last().cloned().unwrap().1);
        assert_eq!(ends(edges(&own)), ends(edges(&saved)));
    }
}

#[test]
fn the_text_of_a_state_says_where_a_record_is_and_where_it_was_saved() {
    let folder = evidence();
    folder.run("state a --format json -q --facts-parquet a.parquet").says(0, &[]);
    let answer = folder.run("state a.parquet --format text --color never");
    let text = String::from_utf8(answer.out).unwrap();
    assert!(text.contains("a/a.json (saved in a.parquet)"), "{text}");
}

// Files that no earlier run wrote.

fn base() -> Row<'static> {
    let at = vaultrail::instant::parse("2026-10-30T01:00:00Z");
    Row {
        fact: Some(0),
        at,
        observed: Some(false),
        kind: "vault",
        id: Some(VAULT),
        attribute: Some("locked"),
        value: Some("true"),
        source: Some("x.json"),
        source_kind: Some("cloudtrail"),
        record: Some(0),
        whole_list: Some(false),
        event_id: Some("e-1"),
        event_name: Some("CreateBackupVault"),
        event_source: Some("backup.amazonaws.com"),
        time: at,
        account: Some("111122223333"),
        region: Some("eu-west-1"),
        ..Row::default()
    }
}

fn written(rows: &[Row<'_>]) -> Vec<u8> {
    let mut facts = Facts::default();
    for row in rows {
        facts.push(row);
    }
    let mut bytes = Vec::new();
    facts.write(&mut bytes).unwrap();
    bytes
}

/// The facts and the defects of a file of these rows.
fn outcome(rows: &[Row<'_>]) -> (Vec<Fact>, Vec<String>) {
    let folder = Folder::new();
    let log = log_of(&folder.put("facts.parquet", written(rows)));
    assert_eq!(log.records.read, log.records.used + log.records.duplicate + log.records.defective);
    let mut told: Vec<String> = log.defects.iter().map(|defect| defect.reason.clone()).collect();
    told.extend(facts::saved::problems(&log).into_iter().map(|(_, problem)| problem));
    (facts::read(&log), told)
}

#[test]
fn what_a_file_of_facts_says_wrong_is_a_defect_of_its_row_and_costs_no_other_row() {
    let early = vaultrail::instant::parse("2020-01-01T00:00:00Z");
    let bad: Vec<(Row<'_>, &str)> = vec![
        (Row { kind: "quantum_vault", ..base() }, "quantum_vault"),
        (Row { kind: "log/tomorrow", ..base() }, "is not known"),
        (Row { attribute: Some("colour"), ..base() }, "not known to this version"),
        (Row { value: Some("\"perhaps\""), ..base() }, "fact 7"),
        (Row { value: Some("{"), ..base() }, "no JSON"),
        (Row { value: None, ..base() }, "missing"),
        (Row { at: None, ..base() }, "`at`"),
        (Row { time: early, ..base() }, "lies after"),
        (Row { time: None, ..base() }, "`time`"),
        (Row { source: None, ..base() }, "`source`"),
        (Row { source_kind: Some("papyrus"), ..base() }, "papyrus"),
        (Row { record: None, ..base() }, "`record` or a `pointer`"),
        (Row { record: Some(-1), ..base() }, "`record`"),
        (Row { pointer: Some("/0"), ..base() }, "`record` or a `pointer`"),
        (Row { observed: Some(true), ..base() }, "`observed`"),
        (Row { event_name: None, ..base() }, "`event_name`"),
        (Row { event_source: None, ..base() }, "`event_source`"),
        (Row { identity: Some("[]"), ..base() }, "`identity`"),
        (Row { kind: "log/events", account: Some("me"), value: Some("5"), ..base() }, "`account`"),
        (Row { kind: "log/events", value: Some("many"), ..base() }, "`value`"),
        (Row { kind: "log/run", time: early, ..base() }, "lies after"),
        (Row { attribute: None, ..base() }, "fact 7"),
    ];
    for (row, want) in bad {
        let row = Row { fact: Some(7), record: row.record.map(|n| n + 1), event_id: Some("e-2"), ..row };
        let row = if row.record == Some(0) { Row { record: Some(-1), ..row } } else { row };
        let (facts, told) = outcome(&[base(), row, Row { attribute: Some("lock_changed"), ..base() }]);
        let [told] = told.as_slice() else { panic!("{row:?}: {told:?}") };
        assert!(told.contains(want), "{want:?} is not in {told:?}");
        let kept = facts.iter().find(|fact| fact.at == base().at.unwrap()).unwrap();
        let About::Vault(_, says) = &kept.about else { panic!("{kept:?}") };
        assert!(says.locked == Some(true) && says.lock_changed, "{row:?}");
    }
}

#[test]
fn a_part_of_a_fact_that_only_a_later_version_knows_is_told_and_the_rest_is_used() {
    let (facts, told) = outcome(&[base(), Row { attribute: Some("colour"), value: Some("\"blue\""), ..base() }]);
    let [Fact { about: About::Vault(_, says), .. }] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!((says.locked, told.len()), (Some(true), 1), "{told:?}");
}

#[test]
fn rows_of_one_fact_that_contradict_each_other_are_defects() {
    let (facts, told) = outcome(&[base(), Row { id: Some("another"), ..base() }]);
    assert_eq!((facts.len(), told.len()), (1, 1), "{told:?}");
    assert!(told[0].contains("speaks of something else"), "{told:?}");
    // The same fact in another order of its rows is the same.
    let folder = Folder::new();
    let other = Row { attribute: Some("exists"), ..base() };
    folder.put("a.parquet", written(&[base(), other]));
    folder.put("b.parquet", written(&[other, base()]));
    let log = log_of(folder.path());
    assert_eq!((log.records.used, log.records.duplicate, log.defects.len()), (1, 1, 0));
    let (facts, told) = outcome(&[base(), base()]);
    assert!(facts.is_empty() && told[0].contains("there twice"), "{told:?}");
}

#[test]
fn a_schema_of_tomorrow_is_refused_as_a_whole() {
    let bytes = written(&[base()]);
    let (from, to) = (b"vaultrail.facts/1", b"vaultrail.facts/2");
    let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
    let mut next = bytes;
    next[at..at + to.len()].copy_from_slice(to);
    let folder = Folder::new();
    let log = log_of(&folder.put("facts.parquet", next));
    assert_eq!((log.files.defective, log.entries.len()), (1, 0));
    assert!(log.defects[0].reason.contains("vaultrail.facts/2"), "{:?}", log.defects);
}

#[test]
fn bent_files_of_facts_never_panic_and_are_counted() {
    let folder = evidence();
    let log = ingest::read(&[folder.path().to_owned()], &Options::default()).unwrap();
    let whole = save(&log, &facts::read(&log));
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 1).unwrap()
    };
    let mut told = 0;
    for _ in 0..300 {
        let mut bytes = whole.clone();
        for _ in 0..=next() % 3 {
            let at = 4 + next() % (bytes.len() - 4);
            bytes[at] = if next() % 2 == 0 { bytes[at] ^ (1 << (next() % 8)) } else { next().to_le_bytes()[0] };
        }
        let work = Folder::new();
        work.put("a.json", log_file(&[noise(1)]));
        work.put("facts.parquet", bytes);
        let mut log = log_of(work.path());
        let problems = facts::saved::problems(&log);
        log.damaged(problems);
        facts::read(&log);
        assert_eq!(log.files.found, log.files.read + log.files.defective + log.files.not_evidence);
        let accounted = log.records.used + log.records.counted_only + log.records.duplicate + log.records.defective;
        assert_eq!(log.records.read, accounted);
        told += u64::from(!log.defects.is_empty());
    }
    assert!(told > 100, "{told}");
}

#[test]
fn few_bytes_that_declare_many_rows_are_bounded() {
    use vaultrail::ingest::columns::read::Table;
    let rows: Vec<Row<'_>> = (0..50_000).map(|_| base()).collect();
    let bytes = written(&rows);
    assert!(bytes.len() < 20_000, "{}", bytes.len());
    let table = Table::open(&bytes, 1 << 24).unwrap();
    let mut seen = 0;
    let told = table.facts(|_| {
        seen += 1;
        1000
    });
    assert!(told.unwrap_err().contains("the limit"));
    assert!(seen < 20_000, "{seen}");
}

#[test]
fn records_and_rows_keep_their_identity_when_they_are_saved() {
    let folder = evidence();
    let log = ingest::read(&[folder.path().to_owned()], &Options::default()).unwrap();
    let back = log_of(&folder.put("facts.parquet", save(&log, &facts::read(&log))));
    for (own, saved) in log.entries.iter().zip(&back.entries) {
        match (&own.said, &saved.said) {
            (Said::Record(own), Said::Record(saved)) => {
                let (own, saved) = (own.open().unwrap(), saved.open().unwrap());
                assert_eq!((own.id, own.name, own.source), (saved.id, saved.name, saved.source));
                assert_eq!((own.actor, own.account, own.region), (saved.actor, saved.account, saved.region));
                assert_eq!(own.error_code, saved.error_code);
            }
            (Said::Observation(own), Said::Observation(saved)) => {
                assert_eq!(
                    (own.operation, own.captured_at, own.whole_list),
                    (saved.operation, saved.captured_at, saved.whole_list)
                );
                assert_eq!((&own.account, &own.region), (&saved.account, &saved.region));
                assert_eq!(own.captured_at.to_rfc3339()[..10], manifest()["captured_at"].as_str().unwrap()[..10]);
            }
            other => panic!("{other:?}"),
        }
    }
}
