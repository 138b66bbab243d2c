//! Who held what, when: vaults, shares, teams and sessions over the window, and the copies that reached air-gapped vaults.

use super::EvidenceRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A vault, restore access vault, share, invitation, approval team or approval session, as known at as-of.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EstateEntity {
    /// `vault`, `restore_access_vault`, `share`, `invitation`, `team`, `session`.
    pub kind: String,
    /// ARN or id.
    pub id: String,
    /// The account in the ARN.
    pub account: Option<String>,
    /// The Region in the ARN.
    pub region: Option<String>,
    /// Attributes under AWS's names; those of a list carry their key behind a slash (`principals/111122223333`).
    pub attributes: Vec<EstateAttribute>,
}

/// An attribute over time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EstateAttribute {
    /// AWS's name.
    pub name: String,
    /// Its values in order of time; each holds until the next begins, the last at as-of.
    pub spans: Vec<EstateSpan>,
}

/// One value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EstateSpan {
    /// Since when; `null` for what has no history.
    pub from: Option<String>,
    /// `false`: a record changed it and does not say to what.
    pub known: bool,
    /// The value; `null` where it is unknown, or where AWS says that there is none.
    pub value: Value,
    /// `event`, `snapshot`, `both`, or `inferred`: carried back from a later snapshot over a whole log.
    pub confidence: Option<String>,
    /// The record or row that set it.
    pub evidence: Option<EvidenceRef>,
}

/// The copies of one resource that became complete in one air-gapped vault within the window.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopySeries {
    /// The vault's ARN.
    pub vault: String,
    /// The resource's ARN.
    pub resource: String,
    /// When the first became complete.
    pub first: String,
    /// When the latest did.
    pub last: String,
    /// How many.
    pub count: u64,
    /// How many on each UTC day of the window from its first day on, one digit a day; `9`: nine or more.
    pub by_day: String,
}
