//! What is said of AWS Backup's settings, audit frameworks and reports.

use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// What is said of the settings of an account (`<account>`) or of one of its Regions (`<account>/<region>`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsSays {
    /// `isMpaEnabled`, `ResourceTypeOptInPreference/EBS`, …: a boolean, or as it is written.
    pub values: BTreeMap<String, Value>,
}

impl crate::facts::Says for SettingsSays {}

/// What is said of an audit framework, known as `<account>/<region>/<name>`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FrameworkSays {
    /// `FrameworkArn`.
    pub arn: Option<String>,
    /// `CreationTime`.
    pub created: Option<Instant>,
    /// Its controls, sorted: `ControlName` with parameters as `name=value`.
    pub controls: Option<Vec<String>>,
    /// `FrameworkStatus`: `ACTIVE`, `PARTIALLY_ACTIVE`, `INACTIVE`, `UNAVAILABLE`.
    pub status: Option<String>,
    /// `DeploymentStatus`.
    pub deployment: Option<String>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for FrameworkSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

/// What is said of a report plan, known as `<account>/<region>/<name>`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportPlanSays {
    /// `ReportPlanArn`.
    pub arn: Option<String>,
    /// `CreationTime`.
    pub created: Option<Instant>,
    /// `ReportTemplate`.
    pub template: Option<String>,
    /// `S3BucketName`.
    pub bucket: Option<String>,
    /// `DeploymentStatus`.
    pub deployment: Option<String>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for ReportPlanSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

/// What an Audit Manager compliance report says of a control, or of a resource under it
/// (`<account>/<region>/<framework>/<control>[/<resource>]`).
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComplianceSays {
    /// `controlComplianceStatus` or `resourceComplianceStatus`.
    pub status: Option<String>,
}

impl crate::facts::Says for ComplianceSays {}
