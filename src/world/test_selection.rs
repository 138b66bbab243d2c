//! Selections of restore testing plans over time.

use super::entity::entity;
use crate::facts::TestSelectionSays;
use std::collections::BTreeMap;

entity! {
    /// A selection of a restore testing plan. Its id is the plan's, a slash, and its name.
    TestSelection(String) of TestSelectionSays {
        /// Whether it exists.
        exists: bool = "exists" changing,
        /// `ProtectedResourceType`.
        resource_type: String = "ProtectedResourceType" changing,
        /// `ProtectedResourceArns`.
        resources: Vec<String> = "ProtectedResourceArns" changing,
        /// `ProtectedResourceConditions`.
        conditions: BTreeMap<String, Vec<(String, String)>> = "ProtectedResourceConditions" changing,
        /// `IamRoleArn`.
        role: String = "IamRoleArn" changing,
        /// `ValidationWindowHours`.
        validation_window_hours: i64 = "ValidationWindowHours" changing,
    }
}
