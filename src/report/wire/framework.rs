//! Frameworks in the report: which of their requirements the controls speak to and how these come out, and the framework
//! of AWS Backup Audit Manager that was asked for.

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

/// A framework of AWS Backup Audit Manager as it was read.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunFramework {
    /// `FrameworkName`.
    pub name: Option<String>,
    /// `FrameworkArn`.
    pub arn: Option<String>,
    /// Its controls.
    pub controls: Vec<RunFrameworkControl>,
    /// What of it is not judged as AWS does, and why.
    pub notes: Vec<String>,
}

/// A control of such a framework.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunFrameworkControl {
    /// `ControlName`.
    pub name: String,
    /// `controls[].id`.
    pub control: String,
    /// Only resources of these types are judged; empty: all.
    pub resource_types: Vec<String>,
    /// Only these are judged; empty: all.
    pub resource_ids: Vec<String>,
    /// Only what has this tag is judged, `key=value` or the key alone, and what no inventory lists the tags of.
    pub tag: Option<String>,
}
