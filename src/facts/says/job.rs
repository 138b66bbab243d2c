//! What is said of backup and copy jobs.

use crate::arn::{ResourceArn, VaultArn};
use crate::facts::words::JobState;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What is said of a copy or backup job.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobSays {
    /// Copy rather than backup.
    pub is_copy: bool,
    /// `State`.
    pub state: Option<JobState>,
    /// Of which resource.
    pub resource: Option<ResourceArn>,
    /// Into which vault.
    pub destination: Option<VaultArn>,
    /// `StatusMessage`.
    pub message: Option<String>,
}
