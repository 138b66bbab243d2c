//! The report as a file: the shape that scripts, other tools and the renderers read (`vaultrail.report/1`).
//!
//! Members stand in this order, lists are sorted by id, absent things are `null` or empty: never left out silently.

mod comparison;
mod estate;
mod evidence;
mod framework;
mod incident;
mod inputs;
mod verdict;

pub use crate::status::{Mapping, Severity, Status};
pub use comparison::{Answer, Baseline, Change, Changed, Comparison, HistoryLine};
pub use estate::{CopySeries, EstateAttribute, EstateEntity, EstateSpan};
pub use evidence::{CoverageRef, CoverageStretch, EvidenceRef, RecordBody, RecordRef, RowRef};
pub use framework::{FrameworkInfo, RequirementControl, RequirementInfo, RunFramework, RunFrameworkControl};
pub use incident::{Incident, IncidentScore, Step};
pub use inputs::{Bytes, DefectInfo, Files, GradedRange, Inputs, PairCoverage, Records, SourceFile};
pub use verdict::{Breach, ExceptionRef, Reason, StatusRange, Subject, Verdict};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The report's schema name.
pub const SCHEMA: &str = "vaultrail.report/1";

/// A whole report.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `vaultrail.report/1`.
    pub schema: String,
    /// What wrote it.
    pub tool: Tool,
    /// What was asked.
    pub run: Run,
    /// What was read.
    pub inputs: Inputs,
    /// What came out.
    pub summary: Summary,
    /// Where the log is known to be complete.
    pub coverage: Vec<PairCoverage>,
    /// The files that were read.
    pub sources: Vec<SourceFile>,
    /// The controls that were judged.
    pub controls: Vec<ControlInfo>,
    /// The requirements that these speak to, by framework.
    pub frameworks: Vec<FrameworkInfo>,
    /// The verdicts, by control and subject.
    pub verdicts: Vec<Verdict>,
    /// Related events of one actor.
    pub incidents: Vec<Incident>,
    /// The exceptions of the config, used or not.
    pub exceptions: Vec<ExceptionInfo>,
    /// The bodies that failures cite.
    pub records: Vec<RecordBody>,
    /// Where a snapshot contradicts the replay of the log.
    pub drifts: Vec<Drift>,
    /// What became of the verdicts since the baseline; `null`: there is none.
    pub comparison: Option<Comparison>,
    /// Earlier runs of the same scope and this one, by as-of; empty where no history is kept.
    #[serde(default)]
    pub history: Vec<HistoryLine>,
    /// Vaults, shares, teams and sessions over time, by kind and id.
    #[serde(default)]
    pub entities: Vec<EstateEntity>,
    /// The copies in air-gapped vaults, by vault and resource.
    #[serde(default)]
    pub copies: Vec<CopySeries>,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `vaultrail`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was asked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The instant of the verdicts, RFC 3339.
    pub as_of: String,
    /// The window of the intervals and universal claims.
    pub window: Range,
    /// The preset; `null` = all controls, or those of `framework`.
    pub preset: Option<String>,
    /// The framework of AWS Backup Audit Manager that was asked for.
    pub framework: Option<RunFramework>,
    /// Which provider limits apply.
    pub limits: String,
    /// SHA-256 of the effective configuration.
    pub config_sha256: String,
    /// SHA-256 of what is judged: controls with their parameters, provider limits, `[scope]`. Only runs that agree in it
    /// can be compared without a word.
    pub scope_sha256: String,
}

/// From one instant to another, RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// First instant.
    pub from: String,
    /// Last instant.
    pub to: String,
}

/// What came out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Verdicts by status.
    pub by_status: BTreeMap<Status, u64>,
    /// `NON_COMPLIANT` verdicts by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// What a pipeline goes by.
    pub gate: Gate,
}

/// The gate's answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The process's exit code.
    pub exit_code: u8,
    /// Why, one sentence each.
    pub reasons: Vec<String>,
}

/// A control as it was judged.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlInfo {
    /// `CPY-01`; `CPY-01/any` where a preset or framework judges it once more with other parameters.
    pub id: String,
    /// `resource_copied_to_air_gapped_vault`.
    pub name: String,
    /// One line.
    pub title: String,
    /// `copy`, `sharing`, …
    pub family: String,
    /// What is judged.
    #[serde(default)]
    pub description: String,
    /// What to do about a failure.
    #[serde(default)]
    pub remediation: String,
    /// Base severity.
    pub severity: Severity,
    /// Parameters in force.
    pub parameters: Map<String, Value>,
    /// Requirements of frameworks that it speaks to.
    pub mappings: Vec<Mapping>,
    /// Verdicts by status.
    pub counts: BTreeMap<Status, u64>,
}

/// An exception of the config.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionInfo {
    /// Control id or glob.
    pub control: String,
    /// ARNs or globs.
    pub subjects: Vec<String>,
    /// `active`, `expired`, `unused`, `expiring`.
    pub state: String,
    /// Verdicts that it covers.
    pub matched: u64,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when.
    pub expires: String,
    /// Why it is wider than an exception should be; empty: it is not.
    #[serde(default)]
    pub too_broad: Vec<String>,
}

/// Where a snapshot contradicts the replay of the log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// The entity's ARN or id.
    pub entity: String,
    /// Which attribute.
    pub field: String,
    /// What the log says.
    pub replayed: Value,
    /// What the snapshot shows.
    pub observed: Value,
    /// What may be behind it.
    pub explanation: String,
    /// The two.
    pub evidence: Vec<EvidenceRef>,
}

/// The JSON Schema of the report.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Report).to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("$id".into(), Value::from(SCHEMA));
        members.insert("title".into(), Value::from("vaultrail report"));
    }
    schema
}
