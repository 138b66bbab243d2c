//! For which time the log is asked for: whether the digest that the oldest one names should be here.
//!
//! `aws cloudtrail validate-logs` is given a range, and says so where a chain does not reach back to its beginning. Here the
//! range is what was given and what the user states: log files that were delivered before, and the time that he asks for.

use super::chain::{ChainId, HOUR, organization};
use super::{not_covered, pair_of_log};
use crate::coverage::{Assertion, Pair};
use crate::ingest::Log;
use crate::ingest::digest::{delivered, file_name};
use crate::instant::{self, Instant};
use std::collections::BTreeMap;

/// Who asks for the log.
pub struct Asked<'l> {
    /// Log files that no digest names, by delivery.
    files: BTreeMap<Pair, Vec<(Instant, &'l str)>>,
    stated: &'l [Assertion],
}

impl<'l> Asked<'l> {
    /// By the files of a log, and in stretches that the user states.
    pub fn of(log: &'l Log, stated: &'l [Assertion]) -> Self {
        let mut files: BTreeMap<Pair, Vec<(Instant, &str)>> = BTreeMap::new();
        for path in not_covered(log) {
            if let Some((pair, at)) = pair_of_log(path).zip(delivered(path)) {
                files.entry(pair).or_default().push((at, path));
            }
        }
        Self { files, stated }
    }

    /// What asks for the hour before a chain's first digest; `None`: its digest may just not have been exported.
    pub fn before(&self, id: &ChainId, start: Instant) -> Option<String> {
        let pair = id.pair()?;
        let of_trail = |path: &str| {
            !path.contains("AWSLogs/") || organization(path, pair.0.as_str()) == id.organization.as_deref()
        };
        let earlier = self.files.get(&pair).into_iter().flatten().filter(|(at, path)| *at < start && of_trail(path));
        if let Some((_, path)) = earlier.min() {
            return Some(format!("the log file {} was delivered before it begins", file_name(path)));
        }
        let stated = self.stated.iter().filter(|stated| stated.speaks_of(&pair));
        let reaching = stated.filter(|stated| stated.to.is_none_or(|to| to >= start - HOUR));
        let from = reaching.filter_map(|stated| stated.from).filter(|from| *from < start).min()?;
        Some(format!("the log is asked for from {} on", instant::show(from)))
    }
}
