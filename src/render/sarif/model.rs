//! The part of SARIF 2.1.0 that a report needs, written as it is borrowed.

use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

#[derive(Serialize)]
pub struct Text<'a> {
    pub text: Cow<'a, str>,
}

/// A rule: a control.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule<'a> {
    pub id: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub short_description: Text<'a>,
    pub help: Help,
    pub default_configuration: Configuration,
    pub properties: RuleProperties<'a>,
}

/// What to do about a failure; GitHub shows the Markdown.
#[derive(Serialize)]
pub struct Help {
    pub text: String,
    pub markdown: String,
}

#[derive(Serialize)]
pub struct Configuration {
    pub level: &'static str,
    pub rank: u8,
}

#[derive(Serialize)]
pub struct RuleProperties<'a> {
    pub tags: [Cow<'a, str>; 2],
    /// What GitHub makes a severity of.
    #[serde(rename = "security-severity")]
    pub security_severity: &'static str,
    pub precision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<&'a Map<String, Value>>,
    pub mappings: Vec<String>,
    /// Verdicts by status: a rule without results has run all the same.
    pub counts: Value,
}

/// A result: a verdict that fails or is open.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome<'a> {
    pub rule_id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    pub kind: &'static str,
    pub level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u8>,
    pub message: Text<'a>,
    pub locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location<'a>>,
    pub partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<[Suppression; 1]>,
    /// Only where there is a baseline (§3.27.24).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    pub properties: OutcomeProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fingerprints<'a> {
    #[serde(rename = "vaultrail/v1")]
    pub uid: Cow<'a, str>,
    /// The one that GitHub goes by.
    pub primary_location_line_hash: String,
}

#[derive(Serialize)]
pub struct Suppression {
    pub kind: &'static str,
    pub status: &'static str,
    pub justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeProperties<'a> {
    pub status: &'static str,
    pub severity: &'static str,
    pub reason: Cow<'a, str>,
    pub since: Cow<'a, str>,
    pub confidence: Cow<'a, str>,
    pub evidence: usize,
    /// Only where there is a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    pub physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<Logical<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Physical {
    pub artifact_location: ArtifactLocation,
    pub region: Region,
}

#[derive(Serialize)]
pub struct ArtifactLocation {
    pub uri: String,
    /// In `artifacts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub start_line: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Logical<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    pub fully_qualified_name: Cow<'a, str>,
    pub kind: &'static str,
}

/// A cited file.
#[derive(Serialize)]
pub struct Artifact<'a> {
    pub location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Hashes<'a>>,
    pub roles: [&'static str; 1],
}

#[derive(Serialize)]
pub struct Hashes<'a> {
    #[serde(rename = "sha-256")]
    pub sha256: Cow<'a, str>,
}
