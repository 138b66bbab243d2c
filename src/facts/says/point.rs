//! What is said of recovery points.

use super::PlanRule;
use crate::arn::{ResourceArn, VaultArn};
use crate::facts::words::PointStatus;
use crate::instant::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

/// What is said of a recovery point.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PointSays {
    /// In which vault.
    pub vault: Option<VaultArn>,
    /// Of which resource.
    pub resource: Option<ResourceArn>,
    /// `ResourceType`.
    pub resource_type: Option<String>,
    /// `Status`.
    pub status: Option<PointStatus>,
    /// `CreationDate`.
    pub created: Option<Instant>,
    /// `CompletionDate`.
    pub completed: Option<Instant>,
    /// Retention.
    pub retention: Option<Retention>,
    /// `CalculatedLifecycle.DeleteAt`.
    pub delete_at: Option<Instant>,
    /// The rule that made it.
    pub rule: Option<PlanRule>,
    /// A row of a list of the vault.
    pub listed: bool,
}

/// How long a recovery point is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// `DeleteAfterDays`.
    Days(i64),
    /// A life cycle without an end.
    Always,
}

impl Serialize for Retention {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Days(days) => to.serialize_i64(*days),
            Self::Always => to.serialize_str("always"),
        }
    }
}

impl<'de> Deserialize<'de> for Retention {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let said = serde_json::Value::deserialize(from)?;
        match (said.as_i64(), said.as_str()) {
            (Some(days), _) => Ok(Self::Days(days)),
            (None, Some("always")) => Ok(Self::Always),
            _ => Err(serde::de::Error::custom("a retention is a number of days or `always`")),
        }
    }
}
