//! What a file or an object in it is, told by the keys that it has, before any value is parsed.

use super::scan::{self, Member};
use memchr::memmem;
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
    /// A file of no known kind: listed, and nothing is read from it.
    NotEvidence,
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
            Self::NotEvidence => "not-evidence",
        }
    }
}

/// Members of a CloudTrail record; an object with three of them claims to be one.
const RECORD_KEYS: [&str; 10] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "userIdentity",
    "awsRegion",
    "eventID",
    "eventType",
    "requestParameters",
    "recipientAccountId",
];

/// An object of a JSON text by its members, none of them parsed.
pub struct Object<'a> {
    text: &'a [u8],
    members: Vec<Member>,
    /// Of an object whose structure breaks: what follows, in which keys are only searched for.
    rest: &'a [u8],
}

impl<'a> Object<'a> {
    /// The object within a range of a text.
    pub fn within(text: &'a [u8], range: Range<usize>) -> Self {
        let text = text.get(..range.end).unwrap_or(text);
        let (members, end) = scan::members(text, range.start);
        let rest = end.err().and_then(|broken| text.get(broken.offset..)).unwrap_or_default();
        Self { text, members, rest }
    }

    /// Its keys, up to a break.
    pub fn keys(&self) -> impl Iterator<Item = &'a [u8]> {
        self.members.iter().map(|(key, _)| self.text.get(key.clone()).unwrap_or_default())
    }

    /// Where a member's value is.
    pub fn place(&self, name: &str) -> Option<Range<usize>> {
        let at = self.keys().position(|key| key == name.as_bytes())?;
        self.members.get(at).map(|(_, value)| value.clone())
    }

    /// Where a member's list is; `None` where it is no list.
    pub fn list(&self, name: &str) -> Option<Range<usize>> {
        self.place(name).filter(|value| self.text.get(value.start) == Some(&b'['))
    }

    /// A member's value as written; empty where there is none.
    pub fn value(&self, name: &str) -> &'a [u8] {
        self.place(name).and_then(|value| self.text.get(value)).unwrap_or_default()
    }

    /// What it is, if its keys say so.
    pub fn shape(&self) -> Option<Kind> {
        if self.has("CloudTrailEvent") {
            Some(Kind::LookupEvents)
        } else if self.has("_raw") {
            Some(Kind::Wrapped)
        } else if self.has("_source") && (self.has("record") || self.has("event")) {
            Some(Kind::Excerpt)
        } else if self.has("detail") && self.has("detail-type") {
            Some(Kind::EventBridge)
        } else if self.has("logEvents") {
            Some(Kind::CloudWatchLogs)
        } else if self.has("digestStartTime") && self.has("logFiles") {
            Some(Kind::Digest)
        } else {
            self.is_record().then_some(Kind::Records)
        }
    }

    /// Whether it claims to be a CloudTrail record.
    pub fn is_record(&self) -> bool {
        // Notifications of S3, DynamoDB and Kinesis have the same keys, and `aws:s3` for a source.
        let known = RECORD_KEYS.iter().filter(|key| self.has(key)).count();
        known >= 3 && !self.value("eventSource").starts_with(b"\"aws:")
    }

    /// Whether it has a key, in any casing: Athena and data lakes lower it.
    fn has(&self, name: &str) -> bool {
        self.keys().any(|key| key.eq_ignore_ascii_case(name.as_bytes()))
            || (!self.rest.is_empty() && memmem::find(self.rest, format!("\"{name}\"").as_bytes()).is_some())
    }
}
