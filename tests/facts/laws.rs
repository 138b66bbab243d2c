//! Laws of replay: what held at an instant needs nothing that came later, the world is a function of the set of facts, what
//! is saved is what was said, and a snapshot of the replayed world agrees with it.

use super::saved::{fixtures, log_of, save, told};
use crate::folder::Folder;
use crate::support::{cases, root};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;
use vaultrail::arn::VaultArn;
use vaultrail::coverage::{Coverage, Run, Terms};
use vaultrail::evidence::Evidence;
use vaultrail::facts::saved::{flat, flatten, read as read_saved, unflatten};
use vaultrail::facts::{self, About, Fact};
use vaultrail::ingest::saved::SavedFact;
use vaultrail::ingest::{self, Log, Options, Place};
use vaultrail::instant::{self, Instant};
use vaultrail::timeline::Origin;
use vaultrail::world::World;
use vaultrail::world::entity::Shown;

/// A log with its facts.
struct Read {
    folder: PathBuf,
    log: Log,
    facts: Vec<Fact>,
}

/// Every fixture that has facts.
static ALL: LazyLock<Vec<Read>> = LazyLock::new(|| {
    let each = fixtures().into_iter().map(|folder| {
        let log = log_of(&folder);
        Read { facts: facts::read(&log), log, folder }
    });
    each.filter(|read| !read.facts.is_empty()).collect()
});

fn coverage(log: &Log) -> Coverage {
    let (from, to) = log.evidence_extent().unwrap_or_default();
    Coverage::build(log.activity.pairs(), &log.snapshot_pairs, &[], Run { from, to }, Terms::default())
}

fn replay(read: &Read, until: Option<Instant>) -> World {
    let known = read.facts.iter().filter(|fact| until.is_none_or(|until| fact.at <= until));
    World::replay(known.cloned().collect(), coverage(&read.log))
}

type Key = (&'static str, String, String);

/// Every attribute with a history at an instant, and how each is known.
fn held(world: &World, at: Instant) -> BTreeMap<Key, Shown> {
    let mut held = BTreeMap::new();
    for (kind, id, entity) in world.entities() {
        for (name, attribute) in entity.attributes() {
            if let Some(shown) = attribute.shown(at).filter(|shown| shown.since.is_some()) {
                held.insert((kind, id.clone(), name.into_owned()), shown);
            }
        }
    }
    held
}

/// Carried back from a later snapshot over a whole log.
fn is_carried_back(shown: Option<&Shown>) -> bool {
    shown.is_some_and(|shown| shown.origin == Some(Origin::Inferred))
}

/// What is said of an attribute; how far back a snapshot reaches depends on when the entity was made, which a later record
/// may tell.
fn said(shown: Option<&Shown>) -> Option<(&Option<Value>, Option<Instant>, Evidence)> {
    let shown = shown?;
    let since = shown.since.filter(|_| shown.origin != Some(Origin::Snapshot));
    Some((&shown.value, since, shown.evidence))
}

/// What may be known by hindsight only, beside what is carried back: an air-gapped vault is told by what happens to it later
/// (only such a vault can be shared), a change of a vault's team is decided by a session that may come later, and of which
/// organisation an account that leaves was a member may be shown later.
fn is_hindsight((kind, _, name): &Key) -> bool {
    (*kind == "vault" && (name == "VaultType" || name == "MpaApprovalTeamArn"))
        || (*kind == "organization" && name.starts_with("accounts/"))
}

/// Whether a later entry says it, and names the instant since when it holds, as a recovery point's completion.
fn is_told_later(read: &Read, at: Instant, (_, id, _): &Key, shown: Option<&Shown>) -> bool {
    let Some(shown) = shown else { return false };
    let of_entry = read.facts.iter().filter(|fact| fact.evidence == shown.evidence);
    let texts = of_entry.map(|fact| (fact.at, serde_json::to_string(&fact.about).unwrap()));
    // One entry may say several things: of a job from its end on, of the point that it made when the event comes.
    let head = |text: &str| text.split_once(['{', '[']).is_some_and(|(_, rest)| rest.contains(&format!("[\"{id}\"")));
    let said: Vec<_> = texts.filter(|(_, text)| head(text)).collect();
    let since = instant::show(shown.since.unwrap());
    !said.is_empty() && said.iter().all(|(when, _)| *when > at) && said.iter().any(|(_, text)| text.contains(&since))
}

fn disagreements(read: &Read, at: Instant) -> Vec<String> {
    let (hindsight, naive) = (held(&replay(read, None), at), held(&replay(read, Some(at)), at));
    let keys: BTreeSet<_> = hindsight.keys().chain(naive.keys()).collect();
    let mut wrong = Vec::new();
    for key in keys {
        let (known, then) = (hindsight.get(key), naive.get(key));
        let fair = !is_carried_back(known) && !is_carried_back(then) && !is_hindsight(key);
        if fair && said(known) != said(then) && !is_told_later(read, at, key, known) {
            wrong.push(format!("{} {at} {key:?}: {known:?}, then it was {then:?}", read.folder.display()));
        }
    }
    wrong
}

#[test]
fn at_every_instant_of_every_control_fixture_the_world_is_the_naive_replay_of_what_came_before() {
    let (mut wrong, mut looked) = (Vec::new(), 0);
    for read in ALL.iter().filter(|read| read.facts.len() < 400) {
        let instants: BTreeSet<Instant> = read.facts.iter().map(|fact| fact.at).collect();
        for at in instants {
            wrong.extend(disagreements(read, at));
            wrong.extend(disagreements(read, at - instant::tick()));
            looked += 2;
        }
    }
    assert!(looked > 800, "{looked}");
    assert!(wrong.is_empty(), "{} of {looked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_left_out_of_that_law_does_occur() {
    let (mut carried, mut later) = (false, false);
    for read in ALL.iter().filter(|read| read.facts.len() < 400) {
        let world = replay(read, None);
        for at in read.facts.iter().map(|fact| fact.at - instant::tick()) {
            carried |= held(&world, at).values().any(|shown| is_carried_back(Some(shown)));
            later |= held(&world, at).iter().any(|(key, shown)| is_told_later(read, at, key, Some(shown)));
        }
    }
    assert!(carried && later);
}

/// A sequence of numbers that a seed decides.
fn numbers(seed: u64) -> impl FnMut() -> usize {
    let mut state = seed | 1;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    }
}

/// Texts in a JSON value become others, where the number says so.
fn bend(value: &mut Value, text: &str, next: &mut dyn FnMut() -> usize) {
    match value {
        Value::String(old) if next().is_multiple_of(4) => *old = format!("{text}{old}"),
        Value::Bool(flag) if next().is_multiple_of(4) => *flag = !*flag,
        Value::Number(number) if next().is_multiple_of(4) => {
            *value = number.as_i64().map_or(Value::Null, |n| n.wrapping_mul(-7).wrapping_add(3).into());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| bend(item, text, next)),
        Value::Object(members) => {
            if next().is_multiple_of(8)
                && let Some(name) = members.keys().nth(next() % 8).cloned()
            {
                members.remove(&name);
            }
            members.values_mut().for_each(|member| bend(member, text, next));
        }
        _ => {}
    }
}

fn as_saved(said: &Value) -> SavedFact {
    let flat = flatten(said).unwrap();
    SavedFact { number: 0, at: Instant::default(), kind: flat.kind, id: flat.id, members: flat.members }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec(("[a-z_]{1,6}|[0-9]{1,2}|.{0,4}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Facts of one entry, about one thing, are told in an order: those of different entries in none.
fn shuffled(facts: &[Fact], seed: u64) -> Vec<Fact> {
    let mut next = numbers(seed);
    let mut entries: BTreeMap<Evidence, Vec<Fact>> = BTreeMap::new();
    for fact in facts {
        entries.entry(fact.evidence).or_default().push(fact.clone());
    }
    let mut entries: Vec<Vec<Fact>> = entries.into_values().collect();
    for i in (1..entries.len()).rev() {
        entries.swap(i, next() % (i + 1));
    }
    entries.concat()
}

/// What a world holds at an instant, by event ids and pointers instead of files.
fn without_places(log: &Log, facts: Vec<Fact>, at: Instant) -> Vec<String> {
    let world = World::replay(facts, coverage(log));
    let place = |evidence: Evidence| match log.entry(evidence) {
        Some(entry) => match (&entry.said, &entry.place) {
            (ingest::Said::Record(record), _) => record.id.clone(),
            (_, Place::Pointer(pointer)) => pointer.clone(),
            (_, Place::Record(number)) => number.to_string(),
        },
        None => String::new(),
    };
    let mut told = Vec::new();
    for (kind, id, entity) in world.entities() {
        for (name, attribute) in entity.attributes() {
            let Some(shown) = attribute.shown(at) else { continue };
            told.push(format!(
                "{kind} {id} {name} {:?} {:?} {:?} {}",
                shown.value,
                shown.since,
                shown.origin,
                place(shown.evidence)
            ));
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn at_any_instant_of_the_estate_the_world_is_the_naive_replay_of_what_came_before(share in 0_usize..10_000) {
        let estate = ALL.last().unwrap();
        let at = estate.facts[share * estate.facts.len() / 10_000].at;
        let wrong = disagreements(estate, at);
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_world_does_not_depend_on_the_order_in_which_entries_are_read(which in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let read = which.get(&ALL);
        let moved = World::replay(shuffled(&read.facts, seed), coverage(&read.log));
        prop_assert_eq!(format!("{moved:?}"), format!("{:?}", replay(read, None)));
    }

    #[test]
    fn the_facts_of_a_log_split_over_files_that_overlap_are_those_of_the_whole(which in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let all: Vec<_> = cases().into_iter().filter(|case| case.folder.join("events.jsonl").is_file()).collect();
        let case = which.get(&all);
        let lines = std::fs::read_to_string(case.folder.join("events.jsonl")).unwrap();
        let mut next = numbers(seed);
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let first = next() % 3;
            parts[first].push(line);
            if next().is_multiple_of(3) {
                parts[(first + 1) % 3].push(line);
            }
        }
        let folder = Folder::new();
        folder.put("whole/events.jsonl", &lines);
        let used = parts.iter().enumerate().filter(|(_, part)| !part.is_empty()).map(|(n, _)| n);
        let used: Vec<usize> = used.collect();
        for (n, part) in used.iter().map(|n| (n, &parts[*n])) {
            let log = log_of(folder.put(&format!("{n}/events.jsonl"), part.join("\n")).parent().unwrap());
            folder.put(&format!("{n}.parquet"), save(&log, &facts::read(&log)));
        }
        let whole = log_of(&folder.at("whole"));
        let at = whole.evidence_extent().unwrap().1;
        let want = without_places(&whole, facts::read(&whole), at);
        // Every part as facts, or one of them as the log itself.
        for as_log in [usize::MAX, used[0]] {
            let name = |n: &usize| if *n == as_log { n.to_string() } else { format!("{n}.parquet") };
            let paths: Vec<PathBuf> = used.iter().rev().map(|n| folder.at(&name(n))).collect();
            let union = ingest::read(&paths, &Options::default()).unwrap();
            prop_assert_eq!(&union.defects, &whole.defects);
            prop_assert_eq!(union.records.used, whole.records.used);
            prop_assert_eq!(without_places(&union, facts::read(&union), at), want.clone());
        }
    }

    #[test]
    fn any_variant_of_any_enumeration_comes_back_from_its_rows(kind in "[a-z_]{1,8}", content in any_json()) {
        let said = Value::Object([(kind, content)].into_iter().collect());
        let fact = as_saved(&said);
        prop_assert!(!fact.members.is_empty());
        prop_assert_eq!(unflatten(&fact), Ok(said));
    }

    #[test]
    fn facts_of_any_content_come_back_from_their_rows(which in any::<prop::sample::Index>(), fact in any::<prop::sample::Index>(), text in ".{0,8}", seed in any::<u64>()) {
        let mut said = serde_json::to_value(&fact.get(&which.get(&ALL).facts).about).unwrap();
        let mut next = numbers(seed);
        said.as_object_mut().unwrap().values_mut().for_each(|content| bend(content, &text, &mut next));
        // What serde does not take is a defect; it takes whatever it wrote.
        let (Some(about), _) = read_saved(&as_saved(&said)) else { return Ok(()) };
        let json = serde_json::to_value(&about).unwrap();
        prop_assert_eq!(serde_json::from_value::<About>(json.clone()).ok(), Some(about.clone()));
        prop_assert_eq!(read_saved(&as_saved(&json)), (Some(about.clone()), None));
        prop_assert!(flat(&about).is_some());
    }
}

/// Rows of AWS CLI outputs that say what the world holds, by operation, account and Region of the entity.
fn snapshot(
    world: &World,
    vaults: &BTreeMap<String, String>,
    at: Instant,
) -> BTreeMap<(String, String, String), Vec<Value>> {
    let mut out: BTreeMap<(String, String, String), Vec<Value>> = BTreeMap::new();
    for (kind, id, entity) in world.entities() {
        let known: Map<String, Value> = entity
            .attributes()
            .into_iter()
            .filter_map(|(name, attribute)| Some((name.into_owned(), attribute.shown(at)?.value?)))
            .collect();
        let parts: Vec<&str> = id.split(':').collect();
        let [_, _, _, region, account, ..] = parts.as_slice() else { continue };
        let mut say = |operation: &str, row: Value| {
            out.entry((operation.into(), (*account).into(), (*region).into())).or_default().push(row);
        };
        let is_there = known.get("exists") != Some(&Value::Bool(false));
        match kind {
            "vault" if is_there => {
                let mut row = known;
                // A lock without its date would be one in governance mode.
                if !row.contains_key("LockDate") {
                    row.remove("Locked");
                } else if row["LockDate"].is_null() {
                    row.remove("LockDate");
                }
                row.insert("BackupVaultArn".into(), id.clone().into());
                row.insert("BackupVaultName".into(), id.rsplit(':').next().into());
                say("backup/list-backup-vaults BackupVaultList", row.into());
            }
            "share" if is_there => {
                for (name, status) in &known {
                    let Some((list, entity)) = name.split_once('/') else { continue };
                    let of = match list {
                        "principals" => "PRINCIPAL",
                        "resources" => "RESOURCE",
                        _ => continue,
                    };
                    let row = json!({"resourceShareArn": id, "associatedEntity": entity, "associationType": of, "status": status});
                    say(&format!("ram/get-resource-share-associations.{of} resourceShareAssociations"), row);
                }
            }
            "team" => {
                let mut row = json!({"Arn": id, "Name": "a"});
                for name in ["Status", "StatusCode"] {
                    if let Some(value) = known.get(name).filter(|value| !value.is_null()) {
                        row[name] = value.clone();
                    }
                }
                if let Some(threshold) = known.get("MinApprovalsRequired") {
                    row["ApprovalStrategy"] = json!({"MofN": {"MinApprovalsRequired": threshold}});
                }
                if row.get("Status").is_some() {
                    say("mpa/list-approval-teams ApprovalTeams", row);
                }
            }
            "session" => {
                let Some(status) = known.get("Status").and_then(Value::as_str) else { continue };
                let (status, code) = status.split_once('/').map_or((status, None), |(s, c)| (s, Some(c)));
                let mut row = json!({"SessionArn": id, "Status": status});
                row.as_object_mut().unwrap().extend(code.map(|code| ("StatusCode".to_owned(), code.into())));
                say("mpa/list-sessions Sessions", row);
            }
            "trail" if is_there => {
                let mut row = known;
                row.insert("TrailARN".into(), id.clone().into());
                say("cloudtrail/describe-trails trailList", row.into());
            }
            _ => {}
        }
    }
    for (_, id, entity) in world.entities().filter(|(kind, ..)| *kind == "recovery_point") {
        let status = entity.attributes().into_iter().find(|(name, _)| name == "Status");
        let status = status.and_then(|(_, status)| status.shown(at)?.value).filter(|status| status != "DELETED");
        let (Some(vault), Some(status)) = (vaults.get(&id), status) else { continue };
        let vault = VaultArn::parse(vault).unwrap();
        let (account, region) = vault.pair().unwrap();
        let row =
            json!({"RecoveryPointArn": id, "BackupVaultArn": vault, "BackupVaultName": vault.name(), "Status": status});
        let operation = format!("backup/list-recovery-points-by-backup-vault.{} RecoveryPoints", vault.name());
        out.entry((operation, account.to_string(), region.to_string())).or_default().push(row);
    }
    out
}

/// In which vault each recovery point lies, as its facts say.
fn vaults(facts: &[Fact]) -> BTreeMap<String, String> {
    let points = facts.iter().filter_map(|fact| flat(&fact.about)).filter(|flat| flat.kind == "point");
    let vault = points.filter_map(|flat| {
        let (_, vault) = flat.members.into_iter().find(|(name, _)| name.as_deref() == Some("vault"))?;
        Some((flat.id?, serde_json::from_str(&vault?).ok()?))
    });
    vault.collect()
}

/// The drifts of a fixture with a snapshot of its own world beside it, and how many rows that had.
fn fed_back(read: &Read, alter: impl Fn(&str, &mut Value)) -> (Vec<String>, Vec<String>, u64) {
    let world = replay(read, None);
    let at = read.log.evidence_extent().unwrap().1 + chrono::Duration::minutes(5);
    let folder = Folder::new();
    let mut count = 0;
    for ((operation, account, region), mut rows) in snapshot(&world, &vaults(&read.facts), at) {
        let (file, list) = operation.split_once(' ').unwrap();
        for row in &mut rows {
            alter(list, row);
        }
        count += rows.len() as u64;
        let manifest = json!({"schema": "vaultrail.inventory/1", "captured_at": instant::show(at), "account": account, "region": region});
        folder.put(&format!("{account}/{region}/manifest.json"), manifest.to_string());
        folder.put(&format!("{account}/{region}/{file}.json"), json!({list: rows}).to_string());
    }
    let log = ingest::read(&[read.folder.clone(), folder.path().to_owned()], &Options::default()).unwrap();
    assert_eq!(log.observations, read.log.observations + count, "{:?}", log.defects);
    let after = World::replay(facts::read(&log), coverage(&log));
    let told = |world: &World| {
        let drifts = world.drifts.iter().map(|d| format!("{} {}: {} is {}", d.entity, d.field, d.replayed, d.observed));
        drifts.collect::<Vec<_>>()
    };
    (told(&world), told(&after), count)
}

#[test]
fn a_snapshot_of_the_replayed_world_yields_no_drift_on_any_fixture() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for read in ALL.iter() {
        let (before, after, count) = fed_back(read, |_, _| {});
        rows += count;
        if before != after {
            wrong.push(format!("{}: {before:#?} became {after:#?}", read.folder.display()));
        }
    }
    assert!(rows > 500, "{rows}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_snapshot_that_says_something_else_than_the_replayed_world_is_a_drift() {
    let estate = ALL.iter().find(|read| read.folder == root().join("fixtures/estate")).unwrap();
    let (before, after, _) = fed_back(estate, |list, row| match list {
        "BackupVaultList" => row["MaxRetentionDays"] = 3650.into(),
        "resourceShareAssociations" => row["status"] = "FAILED".into(),
        "ApprovalTeams" => row["ApprovalStrategy"] = json!({"MofN": {"MinApprovalsRequired": 1}}),
        "trailList" => row["LogFileValidationEnabled"] = false.into(),
        _ => {}
    });
    assert!(before.is_empty(), "{before:#?}");
    for field in ["MaxRetentionDays", "principals", "LogFileValidationEnabled"] {
        assert!(after.iter().any(|drift| drift.contains(field)), "{field} is not in {after:#?}");
    }
}

#[test]
fn the_facts_of_every_fixture_are_compared_in_these_laws() {
    assert!(ALL.len() > 80, "{}", ALL.len());
    assert_eq!(ALL.last().unwrap().folder, root().join("fixtures/estate"));
    let read = ALL.last().unwrap();
    assert_eq!(told(&read.log, &read.facts).len(), read.facts.len());
}
