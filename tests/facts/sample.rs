//! Small evidence, and the world that it makes.

use crate::folder::Folder;
use crate::ingest::read;
use crate::support::root;
use serde_json::{Value, json};
use vaultrail::coverage::{Assertion, Coverage, Run, Terms};
use vaultrail::facts::{self, About};
use vaultrail::instant::{self, Instant};
use vaultrail::world::World;

pub(super) const OWNER: &str = "111122223333";
pub(super) const OTHER: &str = "444455556666";
pub(super) const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag-prod";
pub(super) const SHARE: &str = "arn:aws:ram:eu-west-1:111122223333:resource-share/7ab63972-b505-7e2a-420d-6f5d3EXAMPLE";

/// `12:30` on the first of November; `2T03:00` on the second.
pub(super) fn at(clock: &str) -> Instant {
    instant::parse(&stamp(clock)).unwrap()
}

pub(super) fn stamp(clock: &str) -> String {
    let (day, time) = clock.split_once('T').unwrap_or(("1", clock));
    format!("2026-11-{day:0>2}T{time}:00Z")
}

/// Evidence in the making.
#[derive(Default)]
pub(super) struct Sample {
    records: Vec<Value>,
    snapshots: Vec<(String, Value, String, String)>,
    whole: bool,
}

impl Sample {
    /// A record as it is.
    pub fn record(mut self, record: Value) -> Self {
        self.records.push(record);
        self
    }

    /// A record with an id, an account and members that every record has; `body` adds to them and replaces them.
    pub fn event(self, clock: &str, source: &str, name: &str, body: Value) -> Self {
        let number = self.records.len();
        let mut record = json!({"eventVersion": "1.10", "eventID": format!("e{number:03}"), "eventTime": stamp(clock),
            "eventSource": source, "eventName": name, "awsRegion": "eu-west-1", "eventType": "AwsApiCall",
            "recipientAccountId": OWNER, "requestParameters": null, "responseElements": null,
            "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/alice",
                "accountId": OWNER}});
        for (key, value) in body.as_object().unwrap() {
            record[key] = value.clone();
        }
        self.record(record)
    }

    /// An output of the AWS CLI, run by the owner.
    pub fn shown(self, clock: &str, file: &str, output: Value) -> Self {
        self.shown_to(OWNER, clock, file, output)
    }

    /// An output of the AWS CLI in eu-west-1.
    pub fn shown_to(mut self, account: &str, clock: &str, file: &str, output: Value) -> Self {
        self.snapshots.push((file.into(), output, stamp(clock), account.into()));
        self
    }

    /// The log of every account that occurs is whole over the first week.
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// The folder, and the log in it.
    fn log(&self) -> vaultrail::ingest::Log {
        let folder = Folder::new();
        if !self.records.is_empty() {
            folder.put("log.json", json!({"Records": self.records}).to_string());
        }
        for (i, (file, output, taken, account)) in self.snapshots.iter().enumerate() {
            let manifest = json!({"schema": "vaultrail.inventory/1", "captured_at": taken, "account": account, "region": "eu-west-1"});
            folder.put(&format!("{i}/manifest.json"), manifest.to_string());
            folder.put(&format!("{i}/{file}.json"), output.to_string());
        }
        let log = read(&[folder.path().to_owned()]);
        assert_eq!(log.defects, []);
        log
    }

    /// What its facts say, each also read back from what is saved of it.
    pub fn facts(&self) -> Vec<About> {
        let facts: Vec<About> = facts::read(&self.log()).into_iter().map(|fact| fact.about).collect();
        for about in &facts {
            let saved = serde_json::to_string(about).unwrap();
            assert_eq!(&serde_json::from_str::<About>(&saved).unwrap(), about, "{saved}");
        }
        facts
    }

    /// The world.
    pub fn world(&self) -> World {
        let log = self.log();
        let assertions = if self.whole {
            vec![Assertion { accounts: None, regions: None, from: Some(at("00:00")), to: Some(at("8T00:00")) }]
        } else {
            Vec::new()
        };
        let extent = Run { from: at("00:00"), to: at("8T00:00") };
        let coverage =
            Coverage::build(log.activity.pairs(), &log.snapshot_pairs, &assertions, extent, Terms::default());
        World::replay(facts::read(&log), coverage)
    }
}

/// An attribute of the one entity of a kind: its value, `null` where something changed it to what is not known.
pub(super) fn value(world: &World, kind: &str, attribute: &str, clock: &str) -> Option<Value> {
    let (.., entity) = world.entities().find(|(of, ..)| *of == kind)?;
    let attributes = entity.attributes();
    let (_, line) = attributes.iter().find(|(name, _)| name == attribute)?;
    line.shown(at(clock)).map(|shown| shown.value.unwrap_or_default())
}

/// How the value is known.
pub(super) fn origin(world: &World, kind: &str, attribute: &str, clock: &str) -> String {
    let (.., entity) = world.entities().find(|(of, ..)| *of == kind).unwrap();
    let attributes = entity.attributes();
    let (_, line) = attributes.iter().find(|(name, _)| name == attribute).unwrap();
    format!("{:?}", line.shown(at(clock)).unwrap().origin.unwrap())
}

/// A text beside the project, of the evidence and models that AWS documents.
#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
pub(super) fn beside(name: &str) -> Option<String> {
    let path = root().join("../shared/aws").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not here", path.display());
    }
    text
}
