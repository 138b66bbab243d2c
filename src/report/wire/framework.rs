//! Frameworks in the report: which of their requirements the controls speak to, and how these come out.

use crate::status::Status;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A framework.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameworkInfo {
    /// `NIST-800-53-r5`, as in `controls[].mappings`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its edition.
    pub version: String,
    /// Where it can be had.
    pub source: String,
    /// The worst of its requirements: `NON_COMPLIANT`, `INSUFFICIENT_DATA`, `COMPLIANT`, `NOT_APPLICABLE`.
    pub status: Status,
    /// Requirements by status.
    pub counts: BTreeMap<Status, u64>,
    /// The requirements to which a judged control speaks, by id.
    pub requirements: Vec<RequirementInfo>,
}

/// A requirement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementInfo {
    /// `CP-9(3)`.
    pub id: String,
    /// Its title, where known.
    pub title: Option<String>,
    /// The worst of the verdicts of its controls.
    pub status: Status,
    /// Their verdicts by status, excepted ones too.
    pub counts: BTreeMap<Status, u64>,
    /// The controls that speak to it.
    pub controls: Vec<RequirementControl>,
}

/// A control that speaks to a requirement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequirementControl {
    /// `controls[].id`.
    pub id: String,
    /// Who has published that it does; `null`: the mapping is our own.
    pub published_by: Option<String>,
}
