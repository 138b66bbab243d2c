//! What is said of trails, event data stores, channels and the buckets that trails write to.

use super::PolicyText;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

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
    /// `S3KeyPrefix`.
    pub prefix: Option<String>,
    /// `KmsKeyId`.
    pub key: Option<String>,
    /// `CloudWatchLogsLogGroupArn`.
    pub log_group: Option<String>,
    /// What it records.
    pub selectors: Option<Selectors>,
    /// `InsightType`s, sorted; none: Insights is off.
    pub insights: Option<Vec<String>>,
    /// `LatestDeliveryError`; `Some(None)`: the latest delivery went well.
    #[serde(deserialize_with = "super::said")]
    pub delivery_error: Option<Option<String>>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for TrailSays {}

/// Event selectors as they are in force: basic ones or advanced ones, never both. What AWS fills in is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selectors {
    /// `EventSelectors`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basic: Vec<BasicSelector>,
    /// `AdvancedEventSelectors`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advanced: Vec<AdvancedSelector>,
}

/// `EventSelector`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasicSelector {
    /// `ReadWriteType`; `All` where nothing is said.
    pub read_write: String,
    /// `IncludeManagementEvents`; `true` where nothing is said.
    pub management: bool,
    /// `ExcludeManagementEventSources`, sorted.
    pub excluded: Vec<String>,
    /// `DataResources`: types, sorted.
    pub data: Vec<String>,
}

/// `AdvancedEventSelector`: its `FieldSelectors` by field, each operator with its values, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvancedSelector(pub BTreeMap<String, BTreeMap<String, Vec<String>>>);

/// What is said of an event data store.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventStoreSays {
    /// `Name`.
    pub name: Option<String>,
    /// `Status`: `CREATED`, `ENABLED`, `PENDING_DELETION`, `STARTING_INGESTION`, `STOPPING_INGESTION`, `STOPPED_INGESTION`.
    pub status: Option<String>,
    /// `CreatedTimestamp`.
    pub created: Option<Instant>,
    /// `MultiRegionEnabled`.
    pub multi_region: Option<bool>,
    /// `OrganizationEnabled`.
    pub organization: Option<bool>,
    /// `RetentionPeriod`, days.
    pub retention_days: Option<i64>,
    /// `TerminationProtectionEnabled`.
    pub termination_protection: Option<bool>,
    /// `KmsKeyId`.
    pub key: Option<String>,
    /// What it records.
    pub selectors: Option<Selectors>,
}

impl crate::facts::Says for EventStoreSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}

/// What is said of a channel.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelSays {
    /// `Name`.
    pub name: Option<String>,
    /// `Destinations`: their `Location`s, sorted.
    pub destinations: Option<Vec<String>>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for ChannelSays {}

/// What is said of a bucket.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BucketSays {
    /// Its policy; `Some(None)`: none.
    #[serde(deserialize_with = "super::said")]
    pub policy: Option<Option<PolicyText>>,
    /// Versioning: `Enabled` or `Suspended`.
    pub versioning: Option<String>,
    /// Days after which the first of its objects expire under an enabled rule; `Some(None)`: none do.
    #[serde(deserialize_with = "super::said")]
    pub expires_after: Option<Option<i64>>,
    /// The encryption of new objects: algorithm, and key where one is named; `Some(None)`: the default.
    #[serde(deserialize_with = "super::said")]
    pub encryption: Option<Option<String>>,
    /// Public access that is blocked, sorted (`BlockPublicAcls`, …).
    pub blocked: Option<Vec<String>>,
    /// Object lock for new objects: mode and duration; `Some(None)`: none.
    #[serde(deserialize_with = "super::said")]
    pub object_lock: Option<Option<String>>,
    /// `false`: deleted.
    pub exists: Option<bool>,
}

impl crate::facts::Says for BucketSays {}
