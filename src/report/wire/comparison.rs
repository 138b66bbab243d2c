//! What became of the verdicts since an earlier report, and the line that a run leaves in a history.

use super::{Range, Severity, Status, Tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// This report held against an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The earlier report.
    pub baseline: Baseline,
    /// Whether both judged the same: controls, parameters, provider limits, `[scope]`.
    pub same_scope: bool,
    /// What else than the verdicts differs, a sentence each: whoever reads the counts must know it.
    pub differences: Vec<String>,
    /// Verdicts by what became of them.
    pub counts: BTreeMap<Change, u64>,
    /// Those that changed, in the order of the verdicts; those that are gone stand last.
    pub changes: Vec<Changed>,
}

/// The earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The instant of its verdicts.
    pub as_of: String,
    /// Its window.
    pub window: Range,
    /// What wrote it.
    pub tool: Tool,
    /// SHA-256 of what it judged.
    pub scope_sha256: String,
}

/// What became of a verdict. A failure that can no longer be decided is `undecided`, never `fixed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `NON_COMPLIANT`; before there was no such verdict, or no decision.
    New,
    /// `NON_COMPLIANT`; before it was `COMPLIANT` or `NOT_APPLICABLE`, less severe, or excepted by what no longer holds.
    Regressed,
    /// `INSUFFICIENT_DATA`; before it was decided.
    Undecided,
    /// `COMPLIANT`; before it was `NON_COMPLIANT`.
    Fixed,
    /// Decided and no failure; before it was not decided.
    Decided,
    /// No failure; before there was no such verdict.
    Added,
    /// No such verdict any more, or `NOT_APPLICABLE` where there was something to judge.
    Gone,
    /// As before.
    Unchanged,
}

impl Change {
    /// All, worst first.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Regressed,
        Self::Undecided,
        Self::Fixed,
        Self::Decided,
        Self::Added,
        Self::Gone,
        Self::Unchanged,
    ];

    /// As the report writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Regressed => "regressed",
            Self::Undecided => "undecided",
            Self::Fixed => "fixed",
            Self::Decided => "decided",
            Self::Added => "added",
            Self::Gone => "gone",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A verdict that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The verdict.
    pub uid: String,
    /// Its control.
    pub control: String,
    /// Its subject's id.
    pub subject: String,
    /// What became of it.
    pub change: Change,
    /// What it was; `null`: there was none.
    pub was: Option<Answer>,
    /// What it is; `null`: there is none.
    pub now: Option<Answer>,
}

/// A verdict in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its status.
    pub status: Status,
    /// Its severity.
    pub severity: Severity,
    /// Its reason.
    pub code: String,
    /// Whether an exception kept it from the gate.
    pub excepted: bool,
}

/// A run in a line of a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HistoryLine {
    /// `vaultrail.history/1`.
    pub schema: String,
    /// The instant of the verdicts.
    pub as_of: String,
    /// The window.
    pub window: Range,
    /// SHA-256 of what was judged: only lines that agree in it are drawn as one trend.
    pub scope_sha256: String,
    /// What wrote it.
    pub tool: Tool,
    /// The gate's exit code.
    pub exit_code: u8,
    /// Verdicts by status.
    pub by_status: BTreeMap<Status, u64>,
    /// `NON_COMPLIANT` verdicts by severity.
    pub by_severity: BTreeMap<Severity, u64>,
}
