//! What a file or an object in it is, told by the keys that it has, before any value is parsed.

use super::scan::{self, Member};
use memchr::memmem;
use std::borrow::Cow;
use std::ops::Range;

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// OCSF events of Security Lake.
    SecurityLake,
    /// Results of CloudTrail Lake or Athena queries, as CSV.
    CloudTrailLake,
    /// `result_sign.json`: the hashes and the signature of such results.
    LakeSign,
    /// A CloudTrail digest.
    Digest,
    /// AWS CLI output.
    Inventory,
    /// A report of AWS Backup Audit Manager.
    AuditReport,
    /// A snapshot's manifest.
    Manifest,
    /// Parquet whose rows are OCSF events or records.
    Parquet,
    /// The table of events that this program writes: derived, so no evidence.
    Events,
    /// The table of facts that this program writes: what they were read from is named in it.
    Facts,
    /// Nothing in it.
    Empty,
    /// A file of no known kind: listed, and nothing is read from it.
    NotEvidence,
}

/// Kinds of files that have entries.
const WITH_ENTRIES: [Kind; 12] = [
    Kind::LogFile,
    Kind::Records,
    Kind::LookupEvents,
    Kind::EventBridge,
    Kind::CloudWatchLogs,
    Kind::Wrapped,
    Kind::Excerpt,
    Kind::SecurityLake,
    Kind::CloudTrailLake,
    Kind::Inventory,
    Kind::AuditReport,
    Kind::Parquet,
];

impl Kind {
    /// The kind of file with entries that has this name in reports.
    pub fn named(name: &str) -> Option<Self> {
        WITH_ENTRIES.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether records in it are not as CloudTrail wrote them, but pieced together from what it has of them.
    pub fn is_pieced_together(self) -> bool {
        matches!(self, Self::SecurityLake | Self::CloudTrailLake | Self::Parquet)
    }

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
            Self::SecurityLake => "security-lake",
            Self::CloudTrailLake => "cloudtrail-lake",
            Self::LakeSign => "cloudtrail-lake-sign",
            Self::Digest => "cloudtrail-digest",
            Self::Inventory => "inventory",
            Self::AuditReport => "audit-manager-report",
            Self::Manifest => "manifest",
            Self::Parquet => "parquet",
            Self::Events => "vaultrail-events",
            Self::Facts => "vaultrail-facts",
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

/// A key as it is meant: JSON allows any character of it to be written as an escape.
fn decoded(key: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', key).is_none() {
        return Cow::Borrowed(key);
    }
    let quoted = [b"\"", key, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).map_or(Cow::Borrowed(key), |meant| Cow::Owned(meant.into_bytes()))
}

/// Whether these names, in any casing, are those of a CloudTrail record.
pub fn are_of_record<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let is_one = |name: &&str| RECORD_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name));
    names.filter(is_one).count() >= 3
}

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
        self.places(name).next()
    }

    /// Where the values of all members of this name are.
    pub fn places<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Range<usize>> + use<'s, 'a> {
        let named = self.keys().zip(&self.members).filter(move |(key, _)| decoded(key) == name.as_bytes());
        named.map(|(_, (_, value))| value.clone())
    }

    /// Whether the value at a place is a list.
    pub fn is_list(&self, value: &Range<usize>) -> bool {
        self.text.get(value.start) == Some(&b'[')
    }

    /// Where a member's list is; `None` where none of this name is a list.
    pub fn list(&self, name: &str) -> Option<Range<usize>> {
        self.places(name).find(|value| self.is_list(value))
    }

    /// A member's value as written; empty where there is none.
    pub fn value(&self, name: &str) -> &'a [u8] {
        self.place(name).and_then(|value| self.text.get(value)).unwrap_or_default()
    }

    /// What it is, if its keys say so.
    pub fn shape(&self) -> Option<Kind> {
        if self.is_beyond_doubt() {
            Some(Kind::Records)
        } else if self.has("CloudTrailEvent") {
            Some(Kind::LookupEvents)
        } else if self.has("_raw") {
            Some(Kind::Wrapped)
        } else if self.has("_source") && (self.has("record") || self.has("event")) {
            Some(Kind::Excerpt)
        } else if self.has("detail") && self.has("detail-type") {
            Some(Kind::EventBridge)
        } else if self.has("logEvents") || self.has("awslogs") {
            Some(Kind::CloudWatchLogs)
        } else if self.has("digestStartTime") && self.has("logFiles") {
            Some(Kind::Digest)
        } else if self.is_record() {
            Some(Kind::Records)
        } else {
            (self.has("class_uid") && self.has("metadata")).then_some(Kind::SecurityLake)
        }
    }

    /// A member's value as written; of several of one name the last, which is the one that counts for the parser.
    fn last(&self, name: &str) -> &'a [u8] {
        let last = self
            .members
            .iter()
            .rev()
            .find(|(key, _)| self.text.get(key.clone()).is_some_and(|key| *decoded(key) == *name.as_bytes()));
        last.and_then(|(_, value)| self.text.get(value.clone())).unwrap_or_default()
    }

    /// Whether it is a CloudTrail record whatever else it has, even a break.
    pub fn is_beyond_doubt(&self) -> bool {
        let is = |name: &str, fits: fn(&[u8]) -> bool| match self.last(name) {
            b"" => self.is_behind_break(name),
            value => fits(value),
        };
        let is_text = |name: &&str| is(name, |value| value.starts_with(b"\""));
        let is_there = |name: &&str| is(name, |value| value != b"null");
        self.last("eventSource").ends_with(b".amazonaws.com\"")
            && ["eventName", "eventTime", "awsRegion"].iter().all(is_text)
            && ["userIdentity", "recipientAccountId"].iter().any(is_there)
    }

    /// Whether it claims to be a CloudTrail record.
    pub fn is_record(&self) -> bool {
        // Notifications of S3, DynamoDB and Kinesis have the same keys, and `aws:s3` for a source.
        let known = RECORD_KEYS.iter().filter(|key| self.has(key)).count();
        known >= 3 && !self.last("eventSource").starts_with(b"\"aws:")
    }

    /// Whether it has a key, in any casing: Athena and data lakes lower it.
    fn has(&self, name: &str) -> bool {
        self.keys().any(|key| decoded(key).eq_ignore_ascii_case(name.as_bytes())) || self.is_behind_break(name)
    }

    fn is_behind_break(&self, name: &str) -> bool {
        !self.rest.is_empty() && memmem::find(self.rest, format!("\"{name}\"").as_bytes()).is_some()
    }
}
