//! Drift: a snapshot shows something else than the replay of the log.

use crate::arn::Arn;
use crate::coverage::Coverage;
use crate::evidence::Evidence;
use crate::instant::Instant;
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

/// What may be behind a drift, as far as the coverage of the log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explanation {
    /// No log of the account and Region that would show the change is among the evidence.
    NoLog,
    /// That log has a hole between the two.
    Gap,
    /// That log is whole between the two.
    Unlogged,
    /// The entity's id names no account and Region.
    Unplaced,
}

impl Explanation {
    /// For a change of this entity between two instants.
    pub fn of(entity: &str, from: Instant, to: Instant, coverage: &Coverage) -> Self {
        let arn = Arn::parse(entity);
        let Some(pair) = arn.and_then(|arn| arn.account_id().zip(arn.region_code())) else { return Self::Unplaced };
        if !coverage.pairs().any(|(known, events)| *known == pair && events > 0) {
            Self::NoLog
        } else if coverage.whole_since(&pair, to) > from {
            Self::Gap
        } else {
            Self::Unlogged
        }
    }

    /// In words.
    pub fn said(self) -> &'static str {
        match self {
            Self::NoLog => "No log of the account and Region that would show a change is among the evidence.",
            Self::Gap => "The log has a hole between the two, in which it may have changed.",
            Self::Unlogged => {
                "The log is whole between the two: a change that is not logged, a record that is withheld, or a snapshot of another time."
            }
            Self::Unplaced => "Its id does not say whose log would show a change.",
        }
    }
}
