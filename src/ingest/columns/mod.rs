//! Polars' room: the tables of events and of facts, as columns, and Parquet in and out. Nothing outside this folder names polars.
//!
//! The table of events has one row for each log record that was read, also for those that are only counted and for every repetition of
//! a record; defective records have none. It is filled only where somebody asks for it, file by file, in plain vectors with
//! one dictionary of texts per file (41 bytes a row), and becomes polars' arrays when it is written.

pub mod facts;
mod json;
pub mod read;
pub mod write;

use super::activity::Pair;
use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use crate::record::Record;
use crate::record::node::Node;
use serde_json::Value;
use std::collections::BTreeMap;

/// The columns that hold text, in the order of the table.
pub const TEXTS: [&str; 6] = ["source", "name", "actor", "account", "region", "outcome"];

/// What `outcome` says of a call that succeeded; of any other it is the `errorCode` as written.
pub const OK: &str = "ok";

/// The key of the Parquet file's own metadata by which the table is recognised, and its version.
pub const MARK: (&str, &str) = ("vaultrail.table", "events/1");

/// The key of a row without a text.
const NONE: u32 = 0;

/// The time of a row without one.
const NEVER: i64 = i64::MIN;

/// A text column: a key for each row, and what the keys stand for, counted from 1.
#[derive(Debug, Clone, Default, PartialEq)]
struct Texts {
    keys: Vec<u32>,
    known: BTreeMap<Box<str>, u32>,
}

impl Texts {
    /// What each key stands for; the first for no text.
    fn names(&self) -> Vec<Option<&str>> {
        let mut names = vec![None; self.known.len() + 1];
        for (text, key) in &self.known {
            if let Some(name) = names.get_mut(*key as usize) {
                *name = Some(text.as_ref());
            }
        }
        names
    }

    fn append(&mut self, next: &Self) {
        let names = next.names();
        for key in &next.keys {
            self.push(names.get(*key as usize).copied().flatten());
        }
    }

    fn push(&mut self, text: Option<&str>) {
        let key = text.map(|text| self.known.get(text).copied().unwrap_or_else(|| self.learn(text)));
        self.keys.push(key.unwrap_or(NONE));
    }

    fn learn(&mut self, text: &str) -> u32 {
        let key = u32::try_from(self.known.len() + 1).unwrap_or(NONE);
        self.known.insert(text.into(), key);
        key
    }
}

/// The rows of one file, in the order of its records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// `eventTime`, in milliseconds since 1970.
    times: Vec<i64>,
    /// Position in the file, counted from 0.
    records: Vec<u64>,
    /// Whether it is a sign of life of its account's log of its Region.
    covers: Vec<bool>,
    texts: [Texts; TEXTS.len()],
}

impl Rows {
    fn push(&mut self, record: u64, at: Option<Instant>, covers: bool, texts: [Option<&str>; TEXTS.len()]) {
        self.times.push(at.map_or(NEVER, |at| at.timestamp_millis()));
        self.records.push(record);
        self.covers.push(covers);
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
    }

    /// Adds the rows of what follows in the same file, behind so many records.
    pub fn append(&mut self, next: Self, before: u64) {
        self.times.extend(next.times);
        self.records.extend(next.records.into_iter().map(|record| before + record));
        self.covers.extend(next.covers);
        for (column, more) in self.texts.iter_mut().zip(&next.texts) {
            column.append(more);
        }
    }

    /// A record that was read in full, or a state change. `covers`: coverage counts it.
    pub fn record(&mut self, position: u64, record: &Record, covers: bool) {
        let is_call = record.body().get("detail-type").is_none();
        self.push(
            position,
            Some(record.time),
            covers,
            [
                Some(&record.source),
                Some(&record.name),
                Some(record.actor.principal.as_str()).filter(|who| *who != "unknown"),
                record.account.as_ref().map(AccountId::as_str),
                record.region.as_ref().map(Region::as_str),
                record.error_code.as_deref().or(is_call.then_some(OK)),
            ],
        );
    }

    /// A record that the program does not use: `at` and `pair` are what coverage counts of it.
    pub fn counted(&mut self, position: u64, text: &[u8], at: Option<Instant>, pair: Option<&Pair>) {
        let body = serde_json::from_slice(text);
        match body.ok().and_then(|body| Record::decode(body, None).ok()) {
            Some(mut record) => {
                if let Some((account, region)) = pair {
                    record.account = Some(account.clone());
                    record.region = Some(region.clone());
                }
                self.record(position, &record, pair.is_some());
            }
            None => self.outline(position, &serde_json::from_slice(text).unwrap_or_default(), at, pair),
        }
    }

    /// What can be told of an entry that is no whole record: an Insight, another service's envelope, a member of the wrong
    /// type. Whether a call succeeded is not known of it.
    pub fn outline(&mut self, position: u64, body: &Value, at: Option<Instant>, pair: Option<&Pair>) {
        let node = Node(body);
        let either = |name: &str, of_envelope: &str| node.text(name).or_else(|| node.text(of_envelope));
        let texts = [
            either("eventSource", "source"),
            either("eventName", "detail-type"),
            None,
            pair.map(|(account, _)| account.as_str()).or_else(|| either("recipientAccountId", "account")),
            pair.map(|(_, region)| region.as_str()).or_else(|| either("awsRegion", "region")),
            node.text("errorCode"),
        ];
        let at = at.or_else(|| node.time("eventTime")).or_else(|| node.time("time"));
        self.push(position, at, pair.is_some(), texts);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

/// One row, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The file.
    pub path: &'a str,
    /// Position in the file, counted from 0.
    pub record: u64,
    /// `eventTime`, in milliseconds since 1970.
    pub time: Option<i64>,
    /// As [`TEXTS`].
    pub texts: [Option<&'a str>; TEXTS.len()],
}

/// The table of events: the rows of each file.
#[derive(Debug, Clone, Default)]
pub struct Events {
    files: Vec<(String, Rows)>,
}

impl Events {
    /// Adds a file's rows, in any order of files.
    pub fn add(&mut self, path: &str, rows: Rows) {
        self.files.push((path.to_owned(), rows));
    }

    /// Every row, file by file.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.files.iter().flat_map(|(path, rows)| {
            let names: Vec<Vec<Option<&str>>> = rows.texts.iter().map(Texts::names).collect();
            rows.records.iter().zip(&rows.times).enumerate().map(move |(at, (record, time))| {
                let mut texts = [None; TEXTS.len()];
                for ((text, column), names) in texts.iter_mut().zip(&rows.texts).zip(&names) {
                    *text = column.keys.get(at).and_then(|key| names.get(*key as usize)).copied().flatten();
                }
                Row { path, record: *record, time: Some(*time).filter(|time| *time != NEVER), texts }
            })
        })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.files.iter().map(|(_, rows)| rows.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.iter().all(|(_, rows)| rows.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_two_windows_are_those_of_one() {
        let push =
            |rows: &mut Rows, at, name| rows.push(at, None, true, [Some("s"), Some(name), None, None, None, None]);
        let (mut whole, mut first, mut next) = (Rows::default(), Rows::default(), Rows::default());
        for (at, name) in [(0, "b"), (2, "a")] {
            push(&mut whole, at, name);
            push(&mut first, at, name);
        }
        for (at, name) in [(3, "c"), (4, "a")] {
            push(&mut whole, at, name);
            push(&mut next, at - 3, name);
        }
        first.append(next, 3);
        assert_eq!(first, whole);
    }
}
