//! The words of a verdict: its status, its severity, and the requirements that a control speaks to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The verdict on one subject by one control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// What the control demands holds, and the evidence shows it.
    Compliant,
    /// It does not hold, and the evidence shows it.
    NonCompliant,
    /// The evidence does not decide.
    InsufficientData,
    /// There is nothing to judge.
    NotApplicable,
}

impl Status {
    /// All four, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Compliant, Self::NonCompliant, Self::InsufficientData, Self::NotApplicable];

    /// `NON_COMPLIANT`, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::InsufficientData => "INSUFFICIENT_DATA",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

/// How bad a failure is; worst last, so that `max` is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// `critical`, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// `NIST-800-53-r5`.
    pub framework: String,
    /// `CP-6`.
    pub id: String,
}
