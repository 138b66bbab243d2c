//! What was read, what of it is damaged, and how far it reaches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was read.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// found = read + defective + `not_evidence`.
    pub files: Files,
    /// Snapshot rows.
    pub observations: u64,
    /// read = used + `counted_only` + duplicate + defective.
    pub records: Records,
    /// Sizes.
    pub bytes: Bytes,
    /// Damage, by path and record.
    pub defects: Vec<DefectInfo>,
}

/// File counts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Below the given paths.
    pub found: u64,
    /// Read to the end.
    pub read: u64,
    /// Broken.
    pub defective: u64,
    /// Of no known kind.
    pub not_evidence: u64,
}

/// Record counts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// All.
    pub read: u64,
    /// Used by the world.
    pub used: u64,
    /// Counted for coverage.
    pub counted_only: u64,
    /// Again the same.
    pub duplicate: u64,
    /// Broken.
    pub defective: u64,
}

/// Sizes in bytes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bytes {
    /// On disk.
    pub stored: u64,
    /// Decompressed.
    pub decompressed: u64,
}

/// Damage.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefectInfo {
    /// Which file.
    pub path: String,
    /// Which record, from 0; `null`: the file itself.
    pub record: Option<u64>,
    /// What is wrong and what to do.
    pub reason: String,
}

/// Where one account's log of one Region is known to be complete.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairCoverage {
    /// Whose log.
    pub account: String,
    /// Of which Region.
    pub region: String,
    /// Disjoint intervals within the window, in order.
    pub intervals: Vec<GradedRange>,
    /// Records with this account and Region.
    pub events: u64,
}

/// An interval with what vouches for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GradedRange {
    /// First instant.
    pub from: String,
    /// Last instant.
    pub to: String,
    /// What vouches for it.
    pub grade: String,
}

/// A file that was read.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// Number that evidence refers to.
    pub id: u64,
    /// As given.
    pub path: String,
    /// SHA-256 of the stored bytes; only of files that are cited.
    pub sha256: Option<String>,
    /// What it is.
    pub kind: String,
    /// When a snapshot was taken.
    pub captured_at: Option<String>,
    /// The file of saved facts that tells of it, where it was not read itself: then its records have no bodies here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved_in: Option<String>,
}
