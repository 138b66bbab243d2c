//! Small evidence turned into a world: records of any source and snapshots of one account and Region.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use vaultrail::coverage::{Assertion, Coverage, Run, Terms};
use vaultrail::facts::{self, About, Fact};
use vaultrail::ingest::{self, Log, Options};
use vaultrail::instant::{self, Instant};
use vaultrail::timeline::Timeline;
use vaultrail::world::World;

pub const OWNER: &str = "111122223333";

/// An instant.
pub fn at(text: &str) -> Instant {
    instant::parse(text).unwrap()
}

/// The value at an instant; `None`: unknown.
pub fn value<T: Clone + PartialEq>(line: &Timeline<T>, when: &str) -> Option<T> {
    line.at(at(when)).and_then(|span| span.value.clone())
}

/// The value of a key of a list at an instant.
pub fn keyed<T: Clone + PartialEq>(lines: &BTreeMap<String, Timeline<T>>, key: &str, when: &str) -> Option<T> {
    lines.get(key).and_then(|line| value(line, when))
}

/// Evidence under construction.
#[derive(Default)]
pub struct Scene {
    records: Vec<Value>,
    files: Vec<(String, String, String)>,
}

impl Scene {
    /// A record: what is given, with the envelope around it where that is not given.
    pub fn record(mut self, when: &str, source: &str, name: &str, members: Value) -> Self {
        let id = format!("{:08}-0000-4000-8000-000000000000", self.records.len());
        let mut record = json!({"eventVersion": "1.11", "eventTime": when, "eventSource": source, "eventName": name,
            "awsRegion": "eu-west-1", "recipientAccountId": OWNER, "eventID": id, "eventType": "AwsApiCall",
            "userIdentity": {"type": "IAMUser", "accountId": OWNER, "arn": format!("arn:aws:iam::{OWNER}:user/ann"),
                "userName": "ann"}});
        for (key, value) in members.as_object().unwrap() {
            record[key] = value.clone();
        }
        self.records.push(record);
        self
    }

    /// A successful call.
    pub fn call(self, when: &str, source: &str, name: &str, request: Value, response: Value) -> Self {
        self.record(when, source, name, json!({"requestParameters": request, "responseElements": response}))
    }

    /// Something that is no CloudTrail record.
    pub fn other(mut self, envelope: Value) -> Self {
        self.records.push(envelope);
        self
    }

    /// An output of the AWS CLI under `<service>/<file>`, taken at midnight of a day.
    pub fn shown(mut self, day: &str, file: &str, output: Value) -> Self {
        self.files.push((day.to_owned(), file.to_owned(), output.to_string()));
        self
    }

    /// The log.
    pub fn log(&self) -> Log {
        let folder = tempfile::tempdir().unwrap();
        let lines: Vec<String> = self.records.iter().map(ToString::to_string).collect();
        std::fs::write(folder.path().join("events.jsonl"), lines.join("\n")).unwrap();
        for (day, file, output) in &self.files {
            let file = folder.path().join(day).join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            let manifest = json!({"schema": "vaultrail.inventory/1", "captured_at": format!("{day}T00:00:00Z"),
                "account": OWNER, "region": "eu-west-1"});
            std::fs::write(folder.path().join(day).join("manifest.json"), manifest.to_string()).unwrap();
            std::fs::write(file, output).unwrap();
        }
        let log = ingest::read(&[folder.path().to_owned()], &Options::default()).unwrap();
        assert_eq!(log.defects, []);
        log
    }

    /// All facts, each read back from its row.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = facts::read(&self.log());
        for fact in &mut facts {
            let row = serde_json::to_value(&fact.about).unwrap();
            let back: About = serde_json::from_value(row.clone()).unwrap();
            assert_eq!(back, fact.about, "{row}");
            fact.about = back;
        }
        facts
    }

    /// The world under a log that is whole.
    pub fn world(&self) -> World {
        let log = self.log();
        let (from, to) = log.evidence_extent().unwrap();
        let whole = Assertion { accounts: None, regions: None, from: None, to: None };
        let none = std::iter::empty();
        let coverage = Coverage::build(none, &log.snapshot_pairs, &[whole], Run { from, to }, Terms::default());
        World::replay(self.facts(), coverage)
    }
}
