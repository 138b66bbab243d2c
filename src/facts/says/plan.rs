//! What is said of backup plans.

use serde::{Deserialize, Serialize};

/// A rule of one version of a plan. A version never changes, so what it says held whenever it was in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanRule {
    /// `BackupPlanId`.
    pub plan: String,
    /// `VersionId`, as a recovery point names it `BackupPlanVersion`.
    pub version: String,
    /// `RuleId`.
    pub rule: String,
}
