//! Evidence: the small pointer from any claim to the record or snapshot row that proves it.

use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use serde::Serialize;
use std::borrow::Cow;

/// Points at one entry of the evidence log (`ingest::Log::entries`).
///
/// Entries are numbered in the order (time, account, id, place), so comparing two pointers compares what they point at,
/// whatever the order of files and threads was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence(pub u32);

/// How well the log of an account and Region is known to be complete; weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Nothing vouches for it: a hole.
    Missing,
    /// Events or files no further apart than the largest gap allowed.
    Inferred,
    /// The user says so, with a reason.
    Asserted,
    /// An unbroken digest chain whose files are all present and match.
    Proven,
}

/// A stretch of an account's log in a Region, with what vouches for it: the evidence of an absence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// Whose log.
    pub account: AccountId,
    /// Of which Region.
    pub region: Region,
    /// First instant, included.
    pub from: Instant,
    /// Last instant, included.
    pub to: Instant,
    /// What vouches for it.
    pub grade: Grade,
}

/// What a piece of evidence shows: nearly always words of the program's own, which take no memory of each citation.
pub type Note = Cow<'static, str>;

/// One cited piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cite {
    /// A record or a snapshot row, and what it shows.
    Entry(Evidence, Note),
    /// A stretch of log in which something would have been seen.
    Coverage(Stretch, Note),
}
