//! An incident in the report: related events of one actor, told in order.

use super::EvidenceRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Related events of one actor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Stable hash.
    pub uid: String,
    /// `unauthorized_share_attempts`, …
    pub kind: String,
    /// Who: principal, session, account, key, address, user agent.
    pub actor: Map<String, Value>,
    /// First event.
    pub first: String,
    /// Last event.
    pub last: String,
    /// Number of events.
    pub count: u64,
    /// Verdicts that it stands behind.
    pub verdicts: Vec<String>,
    /// The events.
    pub evidence: Vec<EvidenceRef>,
    /// How bad it is, from 0 to 100: the sum of its parts.
    #[serde(default)]
    pub score: u8,
    /// The parts of the score.
    #[serde(default)]
    pub score_parts: IncidentScore,
    /// Accounts in whose logs it stands, and those of the actors.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// What was done, in order; of more than a hundred events the first and the last fifty.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What is probably behind it where it is a mistake, and what to do.
    #[serde(default)]
    pub hint: Option<String>,
    /// Incidents of the same actor within 24 hours, and those that share an event.
    #[serde(default)]
    pub related: Vec<String>,
}

/// What makes an incident bad.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentScore {
    /// The worst failure behind it: critical 40, high 30, medium 20, low 10.
    pub severity: u8,
    /// 20 where at least one call succeeded.
    pub outcome: u8,
    /// By kind, up to 25.
    pub kind: u8,
    /// 5 each for five events or more, more than one account, more than two subjects.
    pub breadth: u8,
}

/// One event of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When.
    pub time: String,
    /// `eventName`.
    pub what: String,
    /// `succeeded`, `succeeded, not stated to be allowed`, or the error code.
    pub outcome: String,
    /// Who, in a few words.
    pub by: String,
    /// In whose log it stands.
    pub account: Option<String>,
    /// Its place in `evidence`, from 0.
    pub evidence: u64,
}
