//! Drift: a snapshot shows something else than the replay of the log: an unlogged change, a gap, or the wrong account's log.

use crate::evidence::Evidence;
use serde_json::Value;

/// One contradiction.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// ARN or id.
    pub entity: String,
    /// Attribute.
    pub field: &'static str,
    /// What the log says.
    pub replayed: Value,
    /// What the snapshot shows.
    pub observed: Value,
    /// The record behind the one, the row behind the other.
    pub evidence: [Evidence; 2],
}
