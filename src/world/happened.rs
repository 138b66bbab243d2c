//! What happens once, as against what holds for a time: a call, a use, the end of a job.

use crate::evidence::Evidence;
use crate::instant::Instant;

/// Something that happened: when, which record, and what.
#[derive(Debug, Clone)]
pub struct Happened<T> {
    /// When.
    pub at: Instant,
    /// The record.
    pub evidence: Evidence,
    /// What.
    pub what: T,
}
