//! What is said of legal holds.

use crate::arn::{AccountId, RecoveryPointArn, Region};
use crate::facts::words::HoldStatus;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What is said of a legal hold.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldSays {
    /// `LegalHoldArn`.
    pub arn: Option<String>,
    /// Whose it is.
    pub account: Option<AccountId>,
    /// In which Region.
    pub region: Option<Region>,
    /// `Title`.
    pub title: Option<String>,
    /// `Description`.
    pub description: Option<String>,
    /// `Status`.
    pub status: Option<HoldStatus>,
    /// `CancelDescription`.
    pub cancel_description: Option<String>,
    /// `CreationDate`.
    pub created: Option<Instant>,
    /// `CancellationDate`.
    pub canceled: Option<Instant>,
    /// `RetainRecordUntil`.
    pub retain_until: Option<Instant>,
    /// `RecoveryPointSelection`.
    pub selection: Option<HoldSelection>,
    /// A row of `list-recovery-points-by-legal-hold`: this point is held.
    pub holds: Option<RecoveryPointArn>,
}

/// Which recovery points a hold selects. A criterion that is not set does not confine; all that are set must be met.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldSelection {
    /// `VaultNames`.
    pub vaults: Option<Vec<String>>,
    /// `ResourceIdentifiers`: ARNs and types of resources.
    pub resources: Option<Vec<String>>,
    /// `DateRange.FromDate`.
    pub from: Option<Instant>,
    /// `DateRange.ToDate`.
    pub to: Option<Instant>,
    /// A criterion that is set cannot be read.
    pub unreadable: bool,
}

impl crate::facts::Says for HoldSays {
    fn created(&self) -> Option<Instant> {
        self.created
    }
}
