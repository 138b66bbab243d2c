//! From a decompressed file to its records, whatever container they came in; recognised by content, never by name.

use super::scan::{self, Broken};
use super::{Decoded, inventory};
use crate::arn::{AccountId, Region};
use crate::record::{Record, relevance};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::ops::Range;

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{"Records": […]}`.
    LogFile,
    /// NDJSON, concatenated JSON, an array or one record.
    Records,
    /// `aws cloudtrail lookup-events`.
    LookupEvents,
    /// EventBridge envelopes.
    EventBridge,
    /// CloudWatch Logs subscription payload.
    CloudWatchLogs,
    /// `{"_raw": "<json>"}`.
    Wrapped,
    /// `{"_source": …, "record": {…}}`: records cited from documentation, whose ids are placeholders.
    Excerpt,
    /// A CloudTrail digest.
    Digest,
    /// AWS CLI output.
    Inventory,
    /// A snapshot's manifest.
    Manifest,
    /// Nothing in it.
    Empty,
}

impl Kind {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogFile => "cloudtrail",
            Self::Records => "cloudtrail-records",
            Self::LookupEvents => "lookup-events",
            Self::EventBridge => "eventbridge",
            Self::CloudWatchLogs => "cloudwatch-logs",
            Self::Wrapped => "wrapped",
            Self::Excerpt => "excerpt",
            Self::Digest => "cloudtrail-digest",
            Self::Inventory => "inventory",
            Self::Manifest => "manifest",
            Self::Empty => "empty",
        }
    }
}

/// Members of a CloudTrail record; an object with three of them claims to be one.
const RECORD_KEYS: [&[u8]; 10] = [
    b"eventVersion",
    b"eventTime",
    b"eventSource",
    b"eventName",
    b"userIdentity",
    b"awsRegion",
    b"eventID",
    b"eventType",
    b"requestParameters",
    b"recipientAccountId",
];

/// Reads a decompressed file.
pub fn decode(bytes: &[u8], hint: Option<&'static str>) -> Decoded {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut out = Decoded::default();
    let start = scan::skip_space(bytes, 0);
    match bytes.get(start) {
        None => out.kind = Some(Kind::Empty),
        Some(b'{' | b'[') => {
            let mut reader = Reader { bytes, out: &mut out, unknown: Vec::new(), hint };
            reader.file();
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
    hint: Option<&'static str>,
}

impl<'a> Reader<'a, '_> {
    fn file(&mut self) {
        let documents = scan::documents(self.bytes);
        let several = documents.len() > 1;
        let mut breaks = Vec::new();
        for document in documents {
            match document {
                Ok(range) => self.document(range, several),
                Err(broken) => {
                    self.partial(broken);
                    breaks.push(broken);
                }
            }
        }
        if self.out.kind.is_none() {
            return;
        }
        for broken in breaks {
            self.out.broken.push(broken);
        }
        for position in std::mem::take(&mut self.unknown) {
            self.out.defective.push((position, "this is no CloudTrail record".into()));
        }
    }

    fn slice(&self, range: &Range<usize>) -> &'a [u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    fn document(&mut self, range: Range<usize>, several: bool) {
        match self.bytes.get(range.start) {
            Some(b'[') => {
                let (items, _) = scan::items(self.bytes, range.start);
                if items.is_empty() && !several {
                    self.out.kind.get_or_insert(Kind::Empty);
                }
                for item in items {
                    self.item(&item);
                }
            }
            Some(b'{') => self.object(range, several),
            _ => self.unrecognised(),
        }
    }

    /// A value whose end is missing: what it holds before the break is read.
    fn partial(&mut self, broken: Broken) {
        match self.bytes.get(broken.offset) {
            Some(b'[') => {
                for item in scan::items(self.bytes, broken.offset).0 {
                    self.item(&item);
                }
            }
            Some(b'{') => {
                let (members, _) = scan::members(self.bytes, broken.offset);
                let first = members.first().map(|(key, _)| self.slice(key)).unwrap_or_default();
                for (key, value) in &members {
                    if matches!(self.slice(key), b"Records" | b"Events" | b"logEvents") {
                        let items = scan::items(self.bytes, value.start).0;
                        self.note(Kind::LogFile);
                        for item in items {
                            self.item(&item);
                        }
                        return;
                    }
                }
                if self.shape(&members).is_some() {
                    self.note(Kind::Records);
                    self.out.records_read += 1;
                    let position = self.out.records_read - 1;
                    self.out.defective.push((position, format!("{} (byte {})", broken.reason, broken.offset)));
                } else if std::str::from_utf8(first).is_ok_and(inventory::claims) {
                    self.note(Kind::Inventory);
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, kind: Kind) {
        self.out.kind.get_or_insert(kind);
    }

    fn unrecognised(&mut self) {
        self.unknown.push(self.out.records_read);
        self.out.records_read += 1;
    }

    /// A top-level object: a container of its own, or an item.
    fn object(&mut self, range: Range<usize>, several: bool) {
        let (members, _) = scan::members(self.bytes, range.start);
        let of = |name: &[u8]| members.iter().find(|(key, _)| self.slice(key) == name).map(|(_, value)| value.clone());
        if let Some(records) = of(b"Records") {
            return self.container(Kind::LogFile, &records, "Records");
        }
        if let Some(events) = of(b"Events") {
            return self.container(Kind::LookupEvents, &events, "Events");
        }
        if self.shape(&members).is_some() {
            return self.item(&range);
        }
        if several {
            return self.unrecognised();
        }
        let Ok(document) = serde_json::from_slice::<Value>(self.slice(&range)) else { return };
        match inventory::Manifest::decode(&document) {
            Some(manifest) => {
                self.note(Kind::Manifest);
                self.out.manifest = Some(manifest);
            }
            None => {
                self.out.inventory = inventory::recognise(document, self.hint);
                if self.out.inventory.is_some() {
                    self.note(Kind::Inventory);
                }
            }
        }
    }

    fn container(&mut self, kind: Kind, list: &Range<usize>, key: &str) {
        if self.bytes.get(list.start) != Some(&b'[') {
            self.note(kind);
            self.out.broken.push(Broken { offset: list.start, reason: "`Records` or `Events` is not a list" });
            return;
        }
        let (items, end) = scan::items(self.bytes, list.start);
        let before = self.unknown.len();
        let known_before = self.out.kind;
        if items.is_empty() || items.iter().any(|item| self.bytes.get(item.start) != Some(&b'{')) {
            self.note(kind);
        }
        for item in &items {
            self.item(item);
        }
        // A list under this key in which nothing is a CloudTrail record is some other service's file.
        if self.unknown.len() - before < items.len() {
            self.out.kind = Some(known_before.unwrap_or(kind));
        }
        if let Err(broken) = end {
            self.note(kind);
            self.out.broken.push(broken);
        }
        let _ = key;
    }

    /// One item of a list or one line.
    fn item(&mut self, range: &Range<usize>) {
        if self.bytes.get(range.start) != Some(&b'{') {
            return self.unrecognised();
        }
        let (members, _) = scan::members(self.bytes, range.start);
        let Some(shape) = self.shape(&members) else { return self.nested_records(&members) };
        let of = |name: &[u8]| members.iter().find(|(key, _)| self.slice(key) == name).map(|(_, v)| self.slice(v));
        match shape {
            Kind::LookupEvents => self.text_record(of(b"CloudTrailEvent"), shape),
            Kind::Wrapped => self.text_record(of(b"_raw"), shape),
            Kind::EventBridge => self.envelope(self.slice(range)),
            Kind::CloudWatchLogs => self.log_events(of(b"logEvents").unwrap_or_default()),
            Kind::Digest => {
                self.note(Kind::Digest);
                self.out.digests += 1;
            }
            Kind::Excerpt => match of(b"event") {
                Some(event) => {
                    self.note(shape);
                    self.envelope(event);
                }
                None => self.record(of(b"record").unwrap_or_default(), shape, None, None),
            },
            _ => self.record(self.slice(range), Kind::Records, None, None),
        }
    }

    fn nested_records(&mut self, members: &[scan::Member]) {
        let records = members.iter().find(|(key, _)| self.slice(key) == b"Records").map(|(_, v)| v.clone());
        match records {
            Some(list) => self.container(Kind::LogFile, &list, "Records"),
            None => self.unrecognised(),
        }
    }

    fn shape(&self, members: &[scan::Member]) -> Option<Kind> {
        let has = |name: &[u8]| members.iter().any(|(key, _)| self.slice(key) == name);
        if has(b"CloudTrailEvent") {
            Some(Kind::LookupEvents)
        } else if has(b"_raw") {
            Some(Kind::Wrapped)
        } else if has(b"_source") && (has(b"record") || has(b"event")) {
            Some(Kind::Excerpt)
        } else if has(b"detail") && has(b"detail-type") {
            Some(Kind::EventBridge)
        } else if has(b"logEvents") {
            Some(Kind::CloudWatchLogs)
        } else if has(b"digestStartTime") && has(b"logFiles") {
            Some(Kind::Digest)
        } else {
            let known = members.iter().filter(|(key, _)| RECORD_KEYS.contains(&self.slice(key))).count();
            (known >= 3).then_some(Kind::Records)
        }
    }

    /// A record that arrives as JSON in a string.
    fn text_record(&mut self, quoted: Option<&[u8]>, kind: Kind) {
        let text: Option<String> = quoted.and_then(|q| serde_json::from_slice(q).ok());
        match text {
            Some(text) => self.record(text.as_bytes(), kind, None, None),
            None => self.defective(kind, "the record inside is no JSON in a string".into()),
        }
    }

    fn log_events(&mut self, list: &[u8]) {
        #[derive(Deserialize)]
        struct LogEvent {
            message: String,
        }
        self.note(Kind::CloudWatchLogs);
        match serde_json::from_slice::<Vec<LogEvent>>(list) {
            Ok(events) => {
                for event in events {
                    self.record(event.message.as_bytes(), Kind::CloudWatchLogs, None, None);
                }
            }
            Err(cause) => self.defective(Kind::CloudWatchLogs, format!("`logEvents` cannot be read: {cause}")),
        }
    }

    /// An EventBridge envelope: a CloudTrail record in `detail`, or a state change of AWS Backup or RAM, or neither.
    fn envelope(&mut self, text: &[u8]) {
        let envelope: Value = match serde_json::from_slice(text) {
            Ok(envelope) => envelope,
            Err(cause) => return self.defective(Kind::EventBridge, format!("no JSON: {cause}")),
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
        if member("source").is_some_and(|s| relevance::is_used(s, "")) {
            match Record::decode_state_change(envelope) {
                Ok(record) => self.out.used.push((position, record)),
                Err(reason) => self.out.defective.push((position, reason)),
            }
        } else {
            self.out.counted_only += 1;
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
        self.note(kind);
        let position = self.next();
        match read_record(text, account, region) {
            Ok(Read::Used(record, pair)) => {
                self.out.saw(record.time, pair);
                self.out.used.push((position, *record));
            }
            Ok(Read::Counted(at, pair)) => {
                self.out.saw(at, pair);
                self.out.counted_only += 1;
            }
            Ok(Read::Recognised) => self.out.counted_only += 1,
            Err(reason) => self.out.defective.push((position, reason)),
        }
    }
}

enum Read {
    Used(Box<Record>, Option<super::activity::Pair>),
    Counted(crate::instant::Instant, Option<super::activity::Pair>),
    /// Insight and aggregated events: recognised, without a place in the log's coverage.
    Recognised,
}

/// What coverage and the choice of relevant records need of a record, without a DOM.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe<'a> {
    #[serde(borrow)]
    event_time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    aws_region: Option<Cow<'a, str>>,
    #[serde(borrow)]
    recipient_account_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_type: Option<Cow<'a, str>>,
    user_identity: Option<ProbeIdentity<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProbeIdentity<'a> {
    #[serde(borrow)]
    account_id: Option<Cow<'a, str>>,
}

fn read_record(text: &[u8], account: Option<AccountId>, region: Option<Region>) -> Result<Read, String> {
    let Ok(probe) = serde_json::from_slice::<Probe<'_>>(text) else {
        let body: Value = serde_json::from_slice(text).map_err(|cause| format!("no JSON: {cause}"))?;
        let record = Record::decode(body, account)?;
        return Ok(place(record, region));
    };
    if matches!(probe.event_type.as_deref(), Some("AwsCloudTrailInsight" | "AwsAggregatedEvent")) {
        return Ok(Read::Recognised);
    }
    let (Some(source), Some(name)) = (probe.event_source.as_deref(), probe.event_name.as_deref()) else {
        let missing = if probe.event_source.is_none() { "eventSource" } else { "eventName" };
        return Err(format!("`{missing}` is missing"));
    };
    if relevance::is_used(source, name) {
        let body: Value = serde_json::from_slice(text).map_err(|cause| format!("no JSON: {cause}"))?;
        return Ok(place(Record::decode(body, account)?, region));
    }
    let time = probe.event_time.ok_or("`eventTime` is missing")?;
    let at = crate::instant::parse(&time).ok_or_else(|| format!("`eventTime` is no time: {time:?}"))?;
    let owner = probe.recipient_account_id.as_deref().and_then(AccountId::parse).or(account);
    let owner = owner.or_else(|| AccountId::parse(probe.user_identity.as_ref()?.account_id.as_deref()?));
    let region = probe.aws_region.map(|r| Region::new(r.into_owned())).or(region);
    Ok(Read::Counted(at, owner.zip(region)))
}

fn place(record: Record, region: Option<Region>) -> Read {
    let pair = record.account.clone().zip(record.region.clone().or(region));
    if relevance::is_used(&record.source, &record.name) {
        Read::Used(Box::new(record), pair)
    } else {
        Read::Counted(record.time, pair)
    }
}
