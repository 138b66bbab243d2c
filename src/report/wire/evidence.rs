//! Evidence in the report: pointers that a reader can follow, and the bodies behind them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A pointer to proof: a record, a snapshot row, or a stretch of log in which nothing was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum EvidenceRef {
    /// A log record.
    Record(RecordRef),
    /// A snapshot row.
    Row(RowRef),
    /// The coverage that vouches for an absence.
    Coverage(CoverageRef),
}

/// A log record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRef {
    /// `sources[].id`.
    pub source: u64,
    /// Number of the record in the decompressed file, from 0.
    pub record: u64,
    /// `eventID`.
    pub event_id: String,
    /// `eventName`.
    pub event_name: String,
    /// `eventTime`.
    pub time: String,
    /// What it shows.
    pub note: String,
}

/// A snapshot row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowRef {
    /// `sources[].id`.
    pub source: u64,
    /// JSON pointer into the file.
    pub pointer: String,
    /// When the snapshot was taken.
    pub time: String,
    /// What it shows.
    pub note: String,
}

/// A stretch of log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageRef {
    /// The stretch.
    pub coverage: CoverageStretch,
    /// What it shows.
    pub note: String,
}

/// A stretch of one account's log of one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageStretch {
    /// Whose log.
    pub account: String,
    /// Of which Region.
    pub region: String,
    /// First instant.
    pub from: String,
    /// Last instant.
    pub to: String,
    /// `proven`, `asserted`, `inferred`, or `missing` for a hole.
    pub grade: String,
}

/// A cited record's body.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBody {
    /// `sources[].id`.
    pub source: u64,
    /// Number of the record; `null` for a snapshot row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// JSON pointer of a snapshot row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The JSON; values that make it larger than 16 KB are cut and end in `… (cut)`.
    pub body: Value,
}
