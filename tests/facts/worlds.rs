//! Small evidence turned into a world: records and snapshots of one account and Region, with a log that is whole.

use serde_json::{Value, json};
use std::path::Path;
use vaultrail::arn::{AccountId, Region};
use vaultrail::coverage::{Assertion, Coverage, Run, Terms};
use vaultrail::facts::{self, About};
use vaultrail::ingest::{self, Log, Options};
use vaultrail::instant::{self, Instant};
use vaultrail::timeline::Timeline;
use vaultrail::world::World;

/// An instant.
pub fn at(text: &str) -> Instant {
    instant::parse(text).unwrap()
}

/// The value at an instant; `None`: unknown.
pub fn value<T: Clone + PartialEq>(line: &Timeline<T>, when: &str) -> Option<T> {
    line.at(at(when)).and_then(|span| span.value.clone())
}

/// Evidence under construction.
#[derive(Default)]
pub struct Scene {
    records: Vec<Value>,
    rows: Vec<(String, String, Value)>,
    gap: Option<(String, String)>,
}

impl Scene {
    /// A successful call.
    pub fn call(self, when: &str, name: &str, request: Value, response: Value) -> Self {
        self.record(
            when,
            json!({"eventName": name, "requestParameters": request, "responseElements": response,
            "eventType": "AwsApiCall", "userIdentity": {"type": "IAMUser", "accountId": "111122223333",
                "arn": "arn:aws:iam::111122223333:user/ann", "userName": "ann"}}),
        )
    }

    /// A refused call.
    pub fn refused(self, when: &str, name: &str, request: Value) -> Self {
        self.record(when, json!({"eventName": name, "requestParameters": request, "responseElements": null,
            "errorCode": "InvalidRequestException", "errorMessage": "no", "eventType": "AwsApiCall",
            "userIdentity": {"type": "IAMUser", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:user/ann"}}))
    }

    /// A service event of AWS Backup.
    pub fn event(self, when: &str, name: &str, details: Value) -> Self {
        self.record(
            when,
            json!({"eventName": name, "serviceEventDetails": details, "eventType": "AwsServiceEvent",
            "userIdentity": {"accountId": "111122223333", "invokedBy": "backup.amazonaws.com"}}),
        )
    }

    fn record(mut self, when: &str, mut record: Value) -> Self {
        let id = format!("{:08}-0000-4000-8000-000000000000", self.records.len());
        for (key, value) in [
            ("eventVersion", json!("1.11")),
            ("eventTime", json!(when)),
            ("eventSource", json!("backup.amazonaws.com")),
            ("awsRegion", json!("eu-west-1")),
            ("recipientAccountId", json!("111122223333")),
            ("eventID", json!(id)),
        ] {
            record[key] = value;
        }
        self.records.push(record);
        self
    }

    /// A state change of EventBridge.
    pub fn change(mut self, when: &str, kind: &str, resources: Value, detail: Value) -> Self {
        self.records.push(json!({"version": "0", "id": format!("change-{}", self.records.len()), "detail-type": kind,
            "source": "aws.backup", "account": "111122223333", "time": when, "region": "eu-west-1",
            "resources": resources, "detail": detail}));
        self
    }

    /// An output of the AWS CLI, taken at midnight of a day.
    pub fn shown(mut self, day: &str, file: &str, output: Value) -> Self {
        self.rows.push((day.to_owned(), file.to_owned(), output));
        self
    }

    /// The log has a hole.
    pub fn hole(mut self, from: &str, to: &str) -> Self {
        self.gap = Some((from.to_owned(), to.to_owned()));
        self
    }

    fn write(&self, folder: &Path) {
        let lines: Vec<String> = self.records.iter().map(ToString::to_string).collect();
        std::fs::write(folder.join("events.jsonl"), lines.join("\n")).unwrap();
        for (day, file, output) in &self.rows {
            let snapshot = folder.join(day).join("backup");
            std::fs::create_dir_all(&snapshot).unwrap();
            let manifest = json!({"schema": "vaultrail.inventory/1", "captured_at": format!("{day}T00:00:00Z"),
                "account": "111122223333", "region": "eu-west-1"});
            std::fs::write(snapshot.join("../manifest.json"), manifest.to_string()).unwrap();
            std::fs::write(snapshot.join(file), output.to_string()).unwrap();
        }
    }

    /// The world, with its log; every fact is read back from its row first.
    pub fn seen(self) -> (World, Log) {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path());
        let log = ingest::read(&[folder.path().to_owned()], &Options::default()).unwrap();
        assert_eq!(log.defects, []);
        let mut facts = facts::read(&log);
        for fact in &mut facts {
            let row = serde_json::to_value(&fact.about).unwrap();
            let back: About = serde_json::from_value(row.clone()).unwrap();
            assert_eq!(back, fact.about, "{row}");
            fact.about = back;
        }
        let (from, to) = log.evidence_extent().unwrap();
        let from = from.min(at("2026-10-01T00:00:00Z"));
        let whole = |from: Option<&str>, to: Option<&str>| Assertion {
            accounts: AccountId::parse("111122223333").map(|id| vec![id]),
            regions: Some(vec![Region::new("eu-west-1")]),
            from: from.map(at),
            to: to.map(at),
        };
        let stated = match &self.gap {
            None => vec![whole(None, None)],
            Some((begins, ends)) => vec![whole(None, Some(begins)), whole(Some(ends), None)],
        };
        let none = std::iter::empty();
        let coverage = Coverage::build(none, &log.snapshot_pairs, &stated, Run { from, to }, Terms::default());
        (World::replay(facts, coverage), log)
    }

    /// The world.
    pub fn world(self) -> World {
        self.seen().0
    }
}
