//! A verdict in the report: what was judged, how it came out and why, and over the window.

use super::{EvidenceRef, Severity, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A verdict.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Stable hash of control and subject.
    pub uid: String,
    /// Control id.
    pub control: String,
    /// Judged thing.
    pub subject: Subject,
    /// The answer at as-of.
    pub status: Status,
    /// Of this verdict.
    pub severity: Severity,
    /// Why.
    pub reason: Reason,
    /// Since when this status has stood within the window.
    pub since: String,
    /// `event`, `snapshot`, `both`, `proven`, `asserted`, `inferred`.
    pub confidence: String,
    /// Status over the window, in order, without holes.
    pub intervals: Vec<StatusRange>,
    /// What proves it.
    pub evidence: Vec<EvidenceRef>,
    /// The exception that keeps it from the gate.
    pub exception: Option<ExceptionRef>,
    /// Share of the judged time in the window that was `COMPLIANT`, from 0 to 1, cut to four decimals; time of
    /// `NOT_APPLICABLE` is not judged time. This and the next two are left out where the status was the same throughout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<f64>,
    /// Share of the judged time that was `INSUFFICIENT_DATA`; the rest was `NON_COMPLIANT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<f64>,
    /// The longest time of `NON_COMPLIANT`, where there was any; the first of several that are as long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_breach: Option<Breach>,
}

/// A time in which a verdict was `NON_COMPLIANT`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// First instant.
    pub from: String,
    /// When it was mended, or as-of.
    pub to: String,
    /// How long.
    pub seconds: u64,
}

/// A judged thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// `vault`, `resource`, `team`, …, `control`.
    pub kind: String,
    /// Exact id; reports can be joined on it.
    pub id: String,
    /// The account that owns it, where known.
    pub account: Option<String>,
    /// Its Region, where known.
    pub region: Option<String>,
    /// A short name.
    pub name: Option<String>,
}

/// Why.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// One of the control's documented codes.
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// What was found.
    pub observed: Map<String, Value>,
    /// What was demanded.
    pub expected: Map<String, Value>,
}

/// A status over an interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusRange {
    /// First instant.
    pub from: String,
    /// Where the next one begins; the last ends at as-of.
    pub to: String,
    /// The status.
    pub status: Status,
    /// The entry that made it so, where one did; left out where time passed or no entry is known to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<EvidenceRef>,
}

/// The exception that a verdict falls under.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionRef {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when, `YYYY-MM-DD`.
    pub expires: String,
}
