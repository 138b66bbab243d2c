//! What is said of restore testing plans and their selections.

use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// What is said of a restore testing plan.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestPlanSays {
    /// `RestoreTestingPlanArn`.
    pub arn: Option<String>,
    /// `CreationTime`.
    pub created: Option<Instant>,
    /// `ScheduleExpression`.
    pub schedule: Option<String>,
    /// `ScheduleExpressionTimezone`.
    pub timezone: Option<String>,
    /// `StartWindowHours`.
    pub start_window_hours: Option<i64>,
    /// `RecoveryPointSelection.Algorithm`: `LATEST_WITHIN_WINDOW`, `RANDOM_WITHIN_WINDOW`.
    pub algorithm: Option<String>,
    /// `RecoveryPointSelection.IncludeVaults`: ARNs, or `*`.
    pub include_vaults: Option<Vec<String>>,
    /// `RecoveryPointSelection.ExcludeVaults`.
    pub exclude_vaults: Option<Vec<String>>,
    /// `RecoveryPointSelection.RecoveryPointTypes`: `CONTINUOUS`, `SNAPSHOT`.
    pub point_types: Option<Vec<String>>,
    /// `RecoveryPointSelection.SelectionWindowDays`.
    pub window_days: Option<i64>,
    /// `LastExecutionTime`.
    pub last_execution: Option<Instant>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

/// What is said of a selection of a restore testing plan.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestSelectionSays {
    /// `CreationTime`.
    pub created: Option<Instant>,
    /// `ProtectedResourceType`.
    pub resource_type: Option<String>,
    /// `ProtectedResourceArns`: ARNs, or `*`.
    pub resources: Option<Vec<String>>,
    /// `ProtectedResourceConditions`, by operator: the keys and values of each.
    pub conditions: Option<BTreeMap<String, Vec<(String, String)>>>,
    /// `IamRoleArn`.
    pub role: Option<String>,
    /// `ValidationWindowHours`.
    pub validation_window_hours: Option<i64>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for TestPlanSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

impl crate::facts::Says for TestSelectionSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}
