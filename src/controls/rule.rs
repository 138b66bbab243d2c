//! A control's page (`rules/controls/<name>.toml`): what it judges, its parameters, its reasons, its mappings. Data, not code.

use crate::status::{Mapping, Severity, Status};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A control's page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `CPY-01`.
    pub id: String,
    /// The file's name; says what holds on a pass.
    pub name: String,
    /// One line.
    pub title: String,
    /// `vault`, `copy`, …
    pub family: String,
    /// Base severity.
    pub severity: Severity,
    /// Kind of subject.
    pub subject: String,
    /// Raised when the meaning changes.
    pub version: u32,
    /// What is judged.
    pub description: String,
    /// Why it matters.
    pub rationale: String,
    /// What to do.
    pub remediation: String,
    /// Whose coverage the claim needs.
    pub coverage: String,
    /// AWS pages.
    pub sources: Vec<String>,
    /// What each status means.
    pub status: BTreeMap<Status, String>,
    /// Parameters.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// The closed set of reasons.
    pub reasons: Vec<ReasonPage>,
    /// Framework requirements.
    #[serde(default, skip_serializing)]
    pub mappings: Vec<Mapping>,
}

impl Rule {
    /// The page of a reason.
    pub fn reason(&self, code: &str) -> Option<&ReasonPage> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    /// Reads a page; errors name the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|cause| cause.to_string())
    }
}

/// A parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    /// Default; absent: none.
    pub default: Option<toml::Value>,
    /// Smallest value.
    pub min: Option<i64>,
    /// Largest value.
    pub max: Option<i64>,
    /// What is counted.
    pub unit: Option<String>,
    /// Allowed words.
    pub values: Option<Vec<String>>,
    /// What it does.
    pub description: String,
}

/// Types of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// Whole number.
    Integer,
    /// Number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Text.
    String,
    /// One of `values`.
    Enum,
    /// Texts.
    List,
}

/// A reason of the closed set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonPage {
    /// Its code.
    pub code: String,
    /// Under which status it occurs.
    pub status: Status,
    /// Where the verdict's severity differs from the base.
    pub severity: Option<Severity>,
    /// What it means.
    pub text: String,
}
