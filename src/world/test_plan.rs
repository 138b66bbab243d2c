//! Restore testing plans over time.

use super::entity::entity;
use crate::arn::{AccountId, Region};
use crate::coverage::Pair;
use crate::facts::TestPlanSays;
use crate::instant::Instant;

entity! {
    /// A restore testing plan. Its id is account, Region and name.
    TestPlan(String) of TestPlanSays {
        /// Whether it exists.
        exists: bool = "exists" changing,
        /// `RestoreTestingPlanArn`.
        arn: String = "RestoreTestingPlanArn" last,
        /// `ScheduleExpression`.
        schedule: String = "ScheduleExpression" changing,
        /// `ScheduleExpressionTimezone`.
        timezone: String = "ScheduleExpressionTimezone" changing,
        /// `StartWindowHours`.
        start_window_hours: i64 = "StartWindowHours" changing,
        /// `RecoveryPointSelection.Algorithm`.
        algorithm: String = "Algorithm" changing,
        /// `RecoveryPointSelection.IncludeVaults`.
        include_vaults: Vec<String> = "IncludeVaults" changing,
        /// `RecoveryPointSelection.ExcludeVaults`.
        exclude_vaults: Vec<String> = "ExcludeVaults" changing,
        /// `RecoveryPointSelection.RecoveryPointTypes`.
        point_types: Vec<String> = "RecoveryPointTypes" changing,
        /// `RecoveryPointSelection.SelectionWindowDays`.
        window_days: i64 = "SelectionWindowDays" changing,
        /// `LastExecutionTime`.
        last_execution: Instant = "LastExecutionTime" last,
    }
}

/// The log that shows what happens to a plan or a selection with this id.
#[expect(clippy::ptr_arg, reason = "the key of a map of plans")]
pub(super) fn pair(id: &String) -> Option<Pair> {
    let mut parts = id.split('/');
    Some((AccountId::parse(parts.next()?)?, Region::new(parts.next()?)))
}
