//! The part of OCSF 1.8 that a verdict needs, written as it is borrowed. Optional attributes without a value are left out.
//! What many findings have in common is JSON already.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Compliance Finding (2003).
#[derive(Serialize)]
pub struct ComplianceFinding<'a> {
    pub activity_id: u8,
    pub activity_name: &'static str,
    pub category_uid: u8,
    pub category_name: &'static str,
    pub class_uid: u16,
    pub class_name: &'static str,
    pub type_uid: u32,
    pub type_name: String,
    /// Milliseconds since 1970: as-of.
    pub time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_dt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<i64>,
    pub severity_id: u8,
    pub severity: &'static str,
    pub status_id: u8,
    pub status: &'static str,
    pub confidence_id: u8,
    pub confidence: &'a str,
    pub message: &'a str,
    pub metadata: Metadata<'a>,
    pub finding_info: FindingInfo<'a>,
    pub compliance: Compliance<'a>,
    pub cloud: Cloud<'a>,
    pub resources: [ResourceDetails<'a>; 1],
    /// Of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidences: Vec<EvidenceArtifact<'a>>,
    pub unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
pub struct Remediation<'a> {
    pub desc: &'a str,
}

#[derive(Serialize)]
pub struct Metadata<'a> {
    pub version: &'static str,
    pub profiles: [&'static str; 2],
    pub product: Product<'a>,
    /// The same finding of the same instant is the same event.
    pub uid: String,
}

#[derive(Clone, Copy, Serialize)]
pub struct Product<'a> {
    pub name: &'a str,
    pub vendor_name: &'a str,
    pub version: &'a str,
}

#[derive(Serialize)]
pub struct FindingInfo<'a> {
    pub uid: &'a str,
    pub title: &'a str,
    pub desc: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen_time: Option<i64>,
    pub last_seen_time: i64,
    pub types: [&'a str; 1],
    pub analytic: Analytic<'a>,
}

#[derive(Serialize)]
pub struct Analytic<'a> {
    pub uid: &'a str,
    pub name: &'a str,
    pub type_id: u8,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// `compliance`.
#[derive(Serialize)]
pub struct Compliance<'a> {
    pub control: &'a str,
    pub desc: &'a str,
    pub category: &'a str,
    pub status_id: u8,
    pub status: &'static str,
    pub status_code: &'a str,
    pub status_details: [&'a str; 1],
    pub standards: &'a RawValue,
    pub requirements: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_parameters: Option<&'a RawValue>,
}

#[derive(Serialize)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

#[derive(Serialize)]
pub struct Cloud<'a> {
    pub provider: &'static str,
    pub cloud_partition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<&'a str>,
}

#[derive(Serialize)]
pub struct Account<'a> {
    pub uid: &'a str,
    pub type_id: u8,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize)]
pub struct ResourceDetails<'a> {
    pub uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub labels: [&'a str; 1],
    pub cloud_partition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<&'a str>,
}

#[derive(Serialize)]
pub struct EvidenceArtifact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Api<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<&'a RawValue>,
    pub data: Cited<'a>,
}

#[derive(Serialize)]
pub struct Api<'a> {
    pub operation: &'a str,
}

#[derive(Serialize)]
pub struct FileArtifact<'a> {
    pub name: &'a str,
    pub path: &'a str,
    pub type_id: u8,
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashes: Option<[Fingerprint<'a>; 1]>,
}

#[derive(Serialize)]
pub struct Fingerprint<'a> {
    pub algorithm_id: u8,
    pub algorithm: &'static str,
    pub value: &'a str,
}

/// Where in the file it stands, or which stretch of log it is: `data` may be anything.
#[derive(Serialize)]
pub struct Cited<'a> {
    pub time: Cow<'a, str>,
    pub what: Cow<'a, str>,
    pub place: String,
    pub note: &'a str,
}

/// What OCSF has no attribute for.
#[derive(Serialize)]
pub struct Unmapped<'a> {
    pub status: &'static str,
    pub severity: &'static str,
    pub since: &'a str,
    pub observed: &'a Map<String, Value>,
    pub expected: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<&'a crate::report::wire::ExceptionRef>,
    /// Only where there is a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<&'static str>,
}
