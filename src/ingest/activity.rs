//! When each account's log of each Region shows signs of life: runs of events, however many there are.

pub use crate::coverage::{Pair, Run};
use crate::instant::Instant;
use std::collections::BTreeMap;

/// Events closer together than this are one run. It is the lower bound of LOG-01's `max_gap_minutes`, so nothing that any
/// setting could tell apart is lost.
const CLOSE: chrono::Duration = chrono::Duration::minutes(15);

/// Runs and event counts per account and Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    pairs: BTreeMap<Pair, (u64, Vec<Run>)>,
}

impl Activity {
    /// Notes the events of one file.
    pub fn of(events: BTreeMap<Pair, Vec<Instant>>) -> Self {
        let runs = |times: Vec<Instant>| {
            let count = times.len() as u64;
            (count, crate::coverage::join(times.into_iter().map(|at| Run { from: at, to: at }).collect(), CLOSE))
        };
        Self { pairs: events.into_iter().map(|(pair, times)| (pair, runs(times))).collect() }
    }

    /// Adds another file's events; the order of files does not matter once [`Activity::join`] has run.
    pub fn add(&mut self, other: Self) {
        for (pair, (count, runs)) in other.pairs {
            let known = self.pairs.entry(pair).or_default();
            known.0 += count;
            known.1.extend(runs);
        }
    }

    /// Joins runs that lie close together, after the last file.
    pub fn join(&mut self) {
        for (_, runs) in self.pairs.values_mut() {
            *runs = crate::coverage::join(std::mem::take(runs), CLOSE);
        }
    }

    /// Each account and Region that has events, with their number and runs.
    pub fn pairs(&self) -> impl Iterator<Item = (&Pair, u64, &[Run])> {
        self.pairs.iter().map(|(pair, (count, runs))| (pair, *count, runs.as_slice()))
    }
}
