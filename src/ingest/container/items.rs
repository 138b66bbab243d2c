//! One item of a container, or one line: what it is, and the record in it.

use super::Reader;
use crate::arn::{AccountId, Region};
use crate::ingest::digest::Digest;
use crate::ingest::probe::{self, Around, Read};
use crate::ingest::shape::{Kind, Object};
use crate::ingest::{ocsf, scan, text};
use crate::record::packed::Packed;
use crate::record::{Record, relevance};
use serde_json::Value;
use std::ops::Range;

impl Reader<'_, '_> {
    /// One item of a list or one line.
    pub(in crate::ingest) fn item(&mut self, range: &Range<usize>) {
        if self.bytes.get(range.start) != Some(&b'{') {
            return self.unrecognised();
        }
        if self.plain(range) {
            return;
        }
        let object = Object::within(self.bytes, range.clone());
        let Some(shape) = object.shape() else {
            if !self.lists(&object) {
                self.unrecognised();
            }
            return;
        };
        match shape {
            Kind::LookupEvents => self.text_record(object.value("CloudTrailEvent"), shape),
            Kind::Wrapped => self.text_record(object.value("_raw"), shape),
            Kind::EventBridge => self.envelope(self.slice(range)),
            Kind::CloudWatchLogs if self.lists(&object) => {}
            Kind::CloudWatchLogs => self.log_events(&object),
            Kind::SecurityLake => {
                let event = serde_json::from_slice(self.slice(range)).map_err(|cause| probe::no_json(&cause));
                self.parsed(shape, event.and_then(ocsf::record));
            }
            Kind::Digest => {
                self.note(Kind::Digest);
                match Digest::read(self.slice(range)) {
                    Ok(digest) => self.out.digests.push(digest),
                    Err(problem) => self.out.broken.push(problem),
                }
            }
            Kind::Excerpt if object.value("event").is_empty() => self.record(object.value("record"), shape, None, None),
            Kind::Excerpt => {
                self.note(shape);
                self.envelope(object.value("event"));
            }
            _ => self.record(self.slice(range), Kind::Records, None, None),
        }
    }

    /// Reads an object that is a record beyond doubt; `false`: look closer.
    fn plain(&mut self, range: &Range<usize>) -> bool {
        let text = self.slice(range);
        let read = probe::plain(text, self.strict);
        read.map(|read| self.place(Kind::Records, text, read)).is_some()
    }

    /// A record that arrives as JSON in a text.
    fn text_record(&mut self, quoted: &[u8], kind: Kind) {
        let Ok(text) = serde_json::from_slice::<String>(quoted) else {
            return self.defective(kind, "the record inside is no JSON in a text".into());
        };
        let inner = text.trim_start().as_bytes();
        if kind == Kind::LookupEvents || Object::within(inner, 0..inner.len()).is_record() {
            self.record(inner, kind, None, None);
        } else {
            self.unrecognised();
        }
    }

    pub(super) fn log_events(&mut self, payload: &Object<'_>) {
        if payload.value("messageType") == b"\"CONTROL_MESSAGE\"" {
            return self.note(Kind::CloudWatchLogs);
        }
        if let (Ok(event), false) = (serde_json::from_slice::<Value>(payload.value("awslogs")), self.is_payload) {
            let data = event.get("data").and_then(Value::as_str).unwrap_or_default();
            return text::payload(data.as_bytes(), self.out, self.strict);
        }
        let Some(list) = payload.list("logEvents") else {
            return self.defective(Kind::CloudWatchLogs, "`logEvents` must be a list".into());
        };
        self.messages(&list);
    }

    pub(super) fn messages(&mut self, list: &Range<usize>) {
        let items = scan::items(self.bytes, list);
        for item in &items.found {
            self.text_record(Object::within(self.bytes, item.clone()).value("message"), Kind::CloudWatchLogs);
        }
        self.breaks.extend(items.broken);
    }

    /// An EventBridge envelope: a CloudTrail record in `detail`, or a state change of AWS Backup or RAM, or neither.
    fn envelope(&mut self, text: &[u8]) {
        let envelope: Value = match serde_json::from_slice(text) {
            Ok(envelope) => envelope,
            Err(cause) => return self.defective(Kind::EventBridge, probe::no_json(&cause)),
        };
        let member = |key: &str| envelope.get(key).and_then(Value::as_str);
        if member("detail-type").is_some_and(|kind| kind.ends_with("via CloudTrail")) {
            let account = member("account").and_then(AccountId::parse);
            let region = member("region").map(Region::new);
            let detail = envelope.get("detail").map(Value::to_string).unwrap_or_default();
            return self.record(detail.as_bytes(), Kind::EventBridge, account, region);
        }
        self.note(Kind::EventBridge);
        let position = self.next();
        if !member("source").is_some_and(|s| relevance::is_used(s, "")) {
            self.out.counted_only += 1;
            if let Some(rows) = &mut self.out.rows {
                rows.outline(position, &envelope, None, None);
            }
            return;
        }
        match Record::decode_state_change(envelope) {
            Ok(record) => {
                self.out.signs.saw(record.time, None);
                if let Some(rows) = &mut self.out.rows {
                    rows.record(position, &record, false);
                }
                self.out.used.push((position, Box::new(Packed::from(record))));
            }
            Err(reason) => self.out.defective.push((position, reason)),
        }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.out.records_read += 1;
        self.out.records_read - 1
    }

    pub(in crate::ingest) fn defective(&mut self, kind: Kind, reason: String) {
        self.note(kind);
        let position = self.next();
        self.out.defective.push((position, reason));
    }

    fn record(&mut self, text: &[u8], kind: Kind, account: Option<AccountId>, region: Option<Region>) {
        self.place(kind, text, probe::read(text, Around { account, region, strict: self.strict }));
    }

    /// Reads a record that a container gives in parts; `None`: an event of another product, which is only counted.
    pub(in crate::ingest) fn parsed(&mut self, kind: Kind, body: Result<Option<Value>, String>) {
        match body {
            Ok(Some(body)) => {
                let text = if self.out.rows.is_some() { body.to_string() } else { String::new() };
                self.place(
                    kind,
                    text.as_bytes(),
                    probe::typed(body, Around { strict: self.strict, ..Around::default() }),
                );
            }
            Ok(None) => self.place(kind, b"", Ok(Read::Recognised)),
            Err(reason) => self.defective(kind, reason),
        }
    }

    /// Counts a record that was read, under the next position. Its text is for the table of events.
    fn place(&mut self, kind: Kind, text: &[u8], read: Result<Read, String>) {
        self.note(kind);
        let position = self.next();
        if let Some(rows) = &mut self.out.rows {
            match &read {
                Ok(Read::Used(record, pair)) => rows.record(position, record, pair.is_some()),
                Ok(Read::Kept(record, _)) => {
                    record.open().iter().for_each(|record| rows.record(position, record, true));
                }
                Ok(Read::Counted(at, pair, _)) => rows.counted(position, text, Some(*at), pair.as_ref()),
                Ok(Read::Recognised) => rows.counted(position, text, None, None),
                Err(_) => {}
            }
        }
        match read {
            Ok(Read::Used(record, pair)) => {
                self.out.signs.saw(record.time, pair);
                self.out.used.push((position, Box::new(Packed::of(*record, text))));
            }
            Ok(Read::Kept(record, pair)) => {
                self.out.signs.saw(record.time, Some(pair));
                self.out.used.push((position, record));
            }
            Ok(Read::Counted(at, pair, twin)) => {
                self.out.twins.extend(twin.map(|twin| (position, twin)));
                self.out.signs.saw(at, pair);
                self.out.counted_only += 1;
            }
            Ok(Read::Recognised) => self.out.counted_only += 1,
            Err(reason) => self.out.defective.push((position, reason)),
        }
    }
}
