//! When each account's log of each Region shows signs of life: runs of events, however many there are.

pub use crate::coverage::{Pair, Run};
use crate::instant::{self, Instant};
use std::collections::BTreeMap;

/// Events closer together than this many seconds are one run. It is the lower bound of LOG-01's `max_gap_minutes`, so
/// nothing that any setting could tell apart is lost.
const CLOSE: i64 = 15 * 60;

/// The events of one account and Region in one file.
#[derive(Debug, Clone, Default)]
struct Sign {
    count: u64,
    /// First and last second of each run, in no order; the last one is being added to.
    runs: Vec<(i64, i64)>,
    /// So many runs are sorted and joined again.
    most: usize,
}

impl Sign {
    #[inline]
    fn note(&mut self, at: i64) {
        self.count += 1;
        match self.runs.last_mut() {
            Some((from, to)) if *from - CLOSE <= at && at <= *to + CLOSE => {
                *from = at.min(*from);
                *to = at.max(*to);
            }
            _ => self.begin(at),
        }
    }

    fn begin(&mut self, at: i64) {
        self.runs.push((at, at));
        if self.runs.len() > self.most.max(64) {
            self.join();
            self.most = self.runs.len() * 2;
        }
    }

    fn join(&mut self) {
        self.runs.sort_unstable();
        let mut joined: Vec<(i64, i64)> = Vec::new();
        for (from, to) in self.runs.drain(..) {
            match joined.last_mut() {
                Some(last) if from - last.1 <= CLOSE => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        self.runs = joined;
    }
}

/// The events of one file, or of a part of one. Takes as much memory as there are accounts, Regions and gaps, however many
/// events there are.
#[derive(Debug, Clone, Default)]
pub struct Signs {
    /// By account and Region. A log file has one of each, as a rule, and there are many files.
    places: Vec<(Pair, usize)>,
    each: Vec<Sign>,
    extent: Option<(i64, i64)>,
}

impl Signs {
    /// The number of an account and Region, for [`Signs::note`].
    pub fn place(&mut self, pair: Pair) -> usize {
        match self.places.binary_search_by(|(known, _)| known.cmp(&pair)) {
            Ok(at) => self.places.get(at).map_or(0, |(_, place)| *place),
            Err(at) => {
                let place = self.each.len();
                self.places.insert(at, (pair, place));
                self.each.push(Sign::default());
                place
            }
        }
    }

    /// Notes an event of an account and Region, in seconds since 1970.
    #[inline]
    pub fn note(&mut self, place: usize, at: i64) {
        if let Some(sign) = self.each.get_mut(place) {
            sign.note(at);
        }
    }

    /// Notes an event whose account or Region may not be known.
    pub fn saw(&mut self, at: Instant, pair: Option<Pair>) {
        let at = at.timestamp();
        match pair {
            Some(pair) => {
                let place = self.place(pair);
                self.note(place, at);
            }
            None => self.reach(at, at),
        }
    }

    fn reach(&mut self, from: i64, to: i64) {
        let (first, last) = self.extent.unwrap_or((from, to));
        self.extent = Some((first.min(from), last.max(to)));
    }

    /// Adds the events of another part.
    pub fn add(&mut self, other: Self) {
        if let Some((from, to)) = other.extent {
            self.reach(from, to);
        }
        let mut each = other.each;
        for (pair, place) in other.places {
            let Some(sign) = each.get_mut(place).map(std::mem::take) else { continue };
            let own = self.place(pair);
            if let Some(known) = self.each.get_mut(own) {
                known.count += sign.count;
                known.runs.extend(sign.runs);
                known.join();
            }
        }
    }

    /// Gives back what a whole file's signs have no need of: they are kept until all files have been read.
    pub fn fit(&mut self) {
        self.places.shrink_to_fit();
        self.each.shrink_to_fit();
        self.each.iter_mut().for_each(|sign| sign.runs.shrink_to_fit());
    }

    /// The first and the last event.
    pub fn extent(&self) -> Option<(Instant, Instant)> {
        let runs = self.each.iter().flat_map(|sign| &sign.runs).copied();
        let (from, to) = runs.chain(self.extent).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        instant::seconds(from).zip(instant::seconds(to))
    }

    /// Each account and Region with the number of its events and their runs.
    fn into_pairs(self) -> impl Iterator<Item = (Pair, u64, Vec<Run>)> {
        let mut each = self.each;
        self.places.into_iter().filter_map(move |(pair, place)| {
            let mut sign = each.get_mut(place).map(std::mem::take)?;
            sign.join();
            let run = |(from, to)| Some(Run { from: instant::seconds(from)?, to: instant::seconds(to)? });
            Some((pair, sign.count, sign.runs.into_iter().filter_map(run).collect()))
        })
    }
}

/// Runs and event counts per account and Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    pairs: BTreeMap<Pair, (u64, Vec<Run>)>,
    /// What earlier runs counted.
    saved: BTreeMap<Pair, u64>,
}

impl Activity {
    /// Adds the events of a file; the order of files does not matter once [`Activity::join`] has run.
    pub fn add(&mut self, signs: Signs) {
        for (pair, count, runs) in signs.into_pairs() {
            let known = self.pairs.entry(pair).or_default();
            known.0 += count;
            known.1.extend(runs);
        }
    }

    /// Adds what an earlier run saved. Events that are only counted have no name, so of several counts of one account and
    /// Region the largest stands: never is an event counted twice.
    pub fn add_saved(&mut self, pair: &Pair, count: u64, runs: &[Run]) {
        self.pairs.entry(pair.clone()).or_default().1.extend(runs);
        let known = self.saved.entry(pair.clone()).or_default();
        *known = count.max(*known);
    }

    /// Joins runs that lie close together, after the last file.
    pub fn join(&mut self) {
        for (pair, count) in std::mem::take(&mut self.saved) {
            let known = self.pairs.entry(pair).or_default();
            known.0 = count.max(known.0);
        }
        for (_, runs) in self.pairs.values_mut() {
            *runs = crate::coverage::join(std::mem::take(runs), chrono::Duration::seconds(CLOSE));
        }
    }

    /// Each account and Region that has events, with their number and runs.
    pub fn pairs(&self) -> impl Iterator<Item = (&Pair, u64, &[Run])> {
        self.pairs.iter().map(|(pair, (count, runs))| (pair, *count, runs.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::{AccountId, Region};

    #[test]
    fn runs_are_the_same_in_any_order_of_events() {
        let pair: Pair = (AccountId::new("111122223333"), Region::new("eu-west-1"));
        let times: Vec<i64> = (0..500).map(|i| 1_800_000_000 + i * 100 + i / 7 * 1000).collect();
        let read = |times: &mut dyn Iterator<Item = i64>| {
            let mut signs = Signs::default();
            let place = signs.place(pair.clone());
            times.for_each(|at| signs.note(place, at));
            signs.into_pairs().collect::<Vec<_>>()
        };
        let forward = read(&mut times.iter().copied());
        let backward = read(&mut times.iter().rev().copied());
        let mixed = read(&mut (0..500).filter_map(|i| times.get(i * 77 % 500).copied()));
        assert_eq!(forward.iter().map(|(_, count, runs)| (*count, runs.len())).collect::<Vec<_>>(), [(500, 72)]);
        assert_eq!(forward, backward);
        assert_eq!(forward, mixed);
    }
}
