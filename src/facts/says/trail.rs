//! What is said of trails.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What is said of a trail.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrailSays {
    /// `IsMultiRegionTrail`.
    pub multi_region: Option<bool>,
    /// `IncludeGlobalServiceEvents`.
    pub global_events: Option<bool>,
    /// `LogFileValidationEnabled`.
    pub validation: Option<bool>,
    /// `IsLogging`.
    pub logging: Option<bool>,
    /// `IsOrganizationTrail`.
    pub organization: Option<bool>,
    /// `S3BucketName`.
    pub bucket: Option<String>,
    /// `KmsKeyId`.
    pub key: Option<String>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for TrailSays {}
