//! From a decompressed file to its records, whatever container they came in; recognised by content, never by name.

mod swift;

use super::probe::{self, Around, Read};
use super::scan::{self, Broken};
use super::shape::{Kind, Object};
use super::{Decoded, inventory};
use crate::arn::{AccountId, Region};
use crate::record::{Record, relevance};
use serde_json::Value;
use std::ops::Range;

pub use swift::{Part, decode_part};

/// Members that hold lists of records, in files that break before they end.
const LISTS: [(&str, Kind); 3] =
    [("Records", Kind::LogFile), ("Events", Kind::LookupEvents), ("logEvents", Kind::CloudWatchLogs)];

/// Reads a decompressed file. `hint` is the inventory operation that its name says it is; `strict` parses every record.
pub fn decode(bytes: &[u8], hint: Option<&'static str>, strict: bool) -> Decoded {
    let mut out = Decoded::default();
    match bytes.get(scan::skip_space(bytes, 0)) {
        None => out.kind = Some(Kind::Empty),
        Some(b'{' | b'[') => {
            Reader::new(bytes, &mut out, hint, strict).file();
        }
        Some(_) => {}
    }
    out
}

struct Reader<'a, 'o> {
    bytes: &'a [u8],
    out: &'o mut Decoded,
    /// Items of no known shape, by position: defects if the file holds records, else the file is no evidence.
    unknown: Vec<u64>,
    /// Breaks of the structure; defects if the file is of a known kind.
    breaks: Vec<Broken>,
    broken_documents: usize,
    hint: Option<&'static str>,
    strict: bool,
    /// Where in the file the text begins, behind so many bytes that are not in the file.
    offset: u64,
    head: usize,
}

impl<'a, 'o> Reader<'a, 'o> {
    fn new(bytes: &'a [u8], out: &'o mut Decoded, hint: Option<&'static str>, strict: bool) -> Self {
        let (unknown, breaks) = (Vec::new(), Vec::new());
        Self { bytes, out, unknown, breaks, broken_documents: 0, hint, strict, offset: 0, head: 0 }
    }

    fn file(mut self) {
        if self.strict || !self.sweep() {
            self.documents();
        }
        if self.out.kind.is_some() {
            self.tell();
        }
    }

    /// What is broken, and what is no record among records.
    fn tell(self) {
        let place = |at: usize| self.offset + at.saturating_sub(self.head) as u64;
        let told = self.breaks.iter().take(scan::MOST_BREAKS + 1);
        self.out.broken.extend(told.map(|broken| format!("{} (byte {})", broken.reason, place(broken.offset))));
        let unknown = self.unknown.iter().map(|position| (*position, "this is no CloudTrail record".into()));
        self.out.defective.extend(unknown);
    }

    /// The careful way: document by document, each value cut out by its brackets, and on behind a break.
    fn documents(&mut self) {
        let first = scan::skip_space(self.bytes, 0);
        let mut at = first;
        while at < self.bytes.len() {
            let next = match scan::document_end(self.within_reach(at), at) {
                Ok(end) => {
                    let alone = at == first && scan::skip_space(self.bytes, end) == self.bytes.len();
                    self.document(at..end, alone);
                    end
                }
                Err(broken) => self.broken_document(at, broken),
            };
            at = scan::skip_separator(self.bytes, next);
        }
    }

    /// How far a value may reach: in a text that broke often, not beyond its line, since each search for a missing end
    /// costs a pass over all that follows.
    fn within_reach(&self, at: usize) -> &'a [u8] {
        let end =
            if self.broken_documents < scan::MOST_BREAKS { self.bytes.len() } else { scan::next_line(self.bytes, at) };
        self.bytes.get(..end).unwrap_or_default()
    }

    fn slice(&self, range: &Range<usize>) -> &'a [u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    fn document(&mut self, range: Range<usize>, alone: bool) {
        match self.bytes.get(range.start) {
            Some(b'[') => {
                if self.list(&range) == 0 && alone {
                    self.note(Kind::Empty);
                }
            }
            Some(b'{') => self.object(&range, alone),
            _ => self.unrecognised(),
        }
    }

    /// A value whose end is missing: what it holds before the break is read. Answers where reading goes on.
    fn broken_document(&mut self, start: usize, broken: Broken) -> usize {
        self.broken_documents += 1;
        match self.bytes.get(start) {
            Some(b'[') => {
                self.list(&(start..self.bytes.len()));
                self.bytes.len()
            }
            Some(b'{') => self.broken_object(start, broken),
            _ => {
                self.unrecognised();
                scan::next_line(self.bytes, start)
            }
        }
    }

    fn broken_object(&mut self, start: usize, broken: Broken) -> usize {
        let object = Object::within(self.bytes, start..self.within_reach(start).len());
        for (name, kind) in LISTS {
            if let Some(list) = object.list(name) {
                self.note(kind);
                self.list(&(list.start..self.bytes.len()));
                return self.bytes.len();
            }
        }
        let shape = object.shape();
        // A broken line among others is a record that cannot be read; a broken end is a broken file.
        if let Some(next) = scan::next_object_line(self.bytes, start) {
            match shape {
                Some(kind) => self.defective(kind, format!("{} (byte {})", broken.reason, broken.offset)),
                None => self.unrecognised(),
            }
            return next;
        }
        self.breaks.push(broken);
        match shape {
            Some(kind) => self.note(kind),
            None => self.claimed_inventory(&object),
        }
        self.bytes.len()
    }

    /// A document that cannot be parsed, but has the keys of an inventory output or of a manifest.
    fn claimed_inventory(&mut self, object: &Object<'_>) {
        if object.value("schema").starts_with(b"\"vaultrail.inventory") {
            self.note(Kind::Manifest);
            self.out.manifest =
                Some(Err("this manifest is broken: the snapshots below it have no capture time".into()));
        } else if self.hint.is_some() || object.keys().any(|key| std::str::from_utf8(key).is_ok_and(inventory::claims))
        {
            self.note(Kind::Inventory);
        }
    }

    fn note(&mut self, kind: Kind) {
        self.out.kind.get_or_insert(kind);
    }

    fn unrecognised(&mut self) {
        let position = self.next();
        self.unknown.push(position);
    }

    /// Reads a list of records; answers how many items it has.
    fn list(&mut self, range: &Range<usize>) -> usize {
        let items = scan::items(self.bytes, range);
        for item in &items.found {
            self.item(item);
        }
        self.breaks.extend(items.broken);
        items.found.len()
    }

    /// A top-level object: a container of its own, or an item.
    fn object(&mut self, range: &Range<usize>, alone: bool) {
        let object = Object::within(self.bytes, range.clone());
        if object.is_record() && self.plain(range) {
            return;
        }
        if let Some(records) = object.place("Records") {
            return self.container(Kind::LogFile, &records);
        }
        if let Some(events) = object.list("Events") {
            return self.container(Kind::LookupEvents, &events);
        }
        if object.shape().is_some() {
            return self.item(range);
        }
        if !alone {
            return self.unrecognised();
        }
        match serde_json::from_slice::<Value>(self.slice(range)) {
            Ok(document) => self.snapshot(document),
            Err(cause) => {
                self.claimed_inventory(&object);
                if self.out.kind.is_some() {
                    self.out.broken.push(probe::no_json(&cause));
                }
            }
        }
    }

    /// A document on its own: a manifest or an inventory output.
    fn snapshot(&mut self, document: Value) {
        if let Some(manifest) = inventory::Manifest::decode(&document) {
            self.note(Kind::Manifest);
            self.out.manifest = Some(manifest);
            return;
        }
        match inventory::recognise(document, self.hint) {
            Some(Ok(output)) => {
                self.note(Kind::Inventory);
                self.out.inventory = Some(output);
            }
            Some(Err(problem)) => {
                self.note(Kind::Inventory);
                self.out.broken.push(problem);
            }
            None => {}
        }
    }

    fn container(&mut self, kind: Kind, list: &Range<usize>) {
        if self.bytes.get(list.start) != Some(&b'[') {
            self.note(kind);
            self.breaks.push(Broken { offset: list.start, reason: "`Records` must be a list" });
            return;
        }
        let known_before = self.out.kind;
        let (breaks, unknown) = (self.breaks.len(), self.unknown.len());
        let items = scan::items(self.bytes, list);
        let claims = items.found.iter().any(|item| self.bytes.get(item.start) != Some(&b'{'));
        for item in &items.found {
            self.item(item);
        }
        self.breaks.extend(items.broken);
        // A list under this key in which nothing is a CloudTrail record is some other service's file.
        let recognised = self.unknown.len() - unknown < items.found.len();
        if recognised || claims || items.found.is_empty() || self.breaks.len() > breaks {
            self.out.kind = Some(known_before.unwrap_or(kind));
        }
    }

    /// One item of a list or one line.
    fn item(&mut self, range: &Range<usize>) {
        if self.bytes.get(range.start) != Some(&b'{') {
            return self.unrecognised();
        }
        if self.plain(range) {
            return;
        }
        let object = Object::within(self.bytes, range.clone());
        let Some(shape) = object.shape() else {
            return match object.place("Records") {
                Some(list) => self.container(Kind::LogFile, &list),
                None => self.unrecognised(),
            };
        };
        match shape {
            Kind::LookupEvents => self.text_record(object.value("CloudTrailEvent"), shape),
            Kind::Wrapped => self.text_record(object.value("_raw"), shape),
            Kind::EventBridge => self.envelope(self.slice(range)),
            Kind::CloudWatchLogs => self.log_events(&object),
            Kind::Digest => {
                self.note(Kind::Digest);
                self.out.digests += 1;
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
        let read = probe::plain(self.slice(range), self.strict);
        read.map(|read| self.place(Kind::Records, read)).is_some()
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

    fn log_events(&mut self, payload: &Object<'_>) {
        if payload.value("messageType") == b"\"CONTROL_MESSAGE\"" {
            return self.note(Kind::CloudWatchLogs);
        }
        let Some(list) = payload.list("logEvents") else {
            return self.defective(Kind::CloudWatchLogs, "`logEvents` must be a list".into());
        };
        let items = scan::items(self.bytes, &list);
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
            return;
        }
        match Record::decode_state_change(envelope) {
            Ok(record) => {
                self.out.signs.saw(record.time, None);
                self.out.used.push((position, Box::new(record)));
            }
            Err(reason) => self.out.defective.push((position, reason)),
        }
    }

    fn next(&mut self) -> u64 {
        self.out.records_read += 1;
        self.out.records_read - 1
    }

    fn defective(&mut self, kind: Kind, reason: String) {
        self.note(kind);
        let position = self.next();
        self.out.defective.push((position, reason));
    }

    fn record(&mut self, text: &[u8], kind: Kind, account: Option<AccountId>, region: Option<Region>) {
        self.place(kind, probe::read(text, Around { account, region, strict: self.strict }));
    }

    fn place(&mut self, kind: Kind, read: Result<Read, String>) {
        self.note(kind);
        let position = self.next();
        match read {
            Ok(Read::Used(record, pair)) => {
                self.out.signs.saw(record.time, pair);
                self.out.used.push((position, record));
            }
            Ok(Read::Counted(at, pair)) => {
                self.out.signs.saw(at, pair);
                self.out.counted_only += 1;
            }
            Ok(Read::Recognised) => self.out.counted_only += 1,
            Err(reason) => self.out.defective.push((position, reason)),
        }
    }
}
