//! Coverage: where each account's log of each Region is known to be complete, and how well. Absence is evidence only there.

use crate::arn::{AccountId, Region};
use crate::evidence::{Grade, Stretch};
use crate::instant::{self, Instant};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// Whose log of which Region.
pub type Pair = (AccountId, Region);

/// Events that follow each other closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// First event.
    pub from: Instant,
    /// Last event.
    pub to: Instant,
}

/// Joins runs that overlap or lie at most `apart` from each other.
pub fn join(mut runs: Vec<Run>, apart: Duration) -> Vec<Run> {
    runs.sort_unstable();
    let mut out: Vec<Run> = Vec::new();
    for run in runs {
        match out.last_mut() {
            Some(last) if run.from - last.to <= apart => last.to = last.to.max(run.to),
            _ => out.push(run),
        }
    }
    out
}

/// What is left of disjoint ordered runs without those of another such list.
pub fn without(runs: &[Run], taken: &[Run]) -> Vec<Run> {
    let mut out = Vec::with_capacity(runs.len());
    let mut next = 0;
    for run in runs {
        let mut from = run.from;
        while taken.get(next).is_some_and(|gone| gone.to < from) {
            next += 1;
        }
        for gone in taken.get(next..).unwrap_or_default().iter().take_while(|gone| gone.from <= run.to) {
            if gone.from > from {
                out.push(Run { from, to: gone.from - instant::tick() });
            }
            from = gone.to + instant::tick();
        }
        if from <= run.to {
            out.push(Run { from, to: run.to });
        }
    }
    out
}

/// What digest chains show, per account and Region; disjoint and in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chains {
    /// Signed digests name all that was delivered, and all of it is here as it was delivered.
    pub proven: BTreeMap<Pair, Vec<Run>>,
    /// The same, of digests whose signatures could not be checked.
    pub inferred: BTreeMap<Pair, Vec<Run>>,
    /// A log file that a digest names is missing or altered, and no other trail has that time.
    pub broken: BTreeMap<Pair, Vec<Run>>,
}

impl Chains {
    /// Adds what other chains show.
    pub fn add(&mut self, other: Self) {
        let pairs =
            [(&mut self.proven, other.proven), (&mut self.inferred, other.inferred), (&mut self.broken, other.broken)];
        for (known, more) in pairs {
            for (pair, runs) in more {
                let all = known.entry(pair).or_default();
                *all = join(all.drain(..).chain(runs).collect(), instant::tick());
            }
        }
    }
}

/// The user's word that the log is complete somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Accounts; `None`: every one that occurs.
    pub accounts: Option<Vec<AccountId>>,
    /// Regions; `None`: every one that occurs.
    pub regions: Option<Vec<Region>>,
    /// First instant, included; `None`: from the first evidence on.
    pub from: Option<Instant>,
    /// Last instant, included; `None`: up to as-of.
    pub to: Option<Instant>,
}

/// How coverage is inferred and what counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Events no further apart than this belong to one whole stretch (`LOG-01.max_gap_minutes`).
    pub max_gap: Duration,
    /// Weaker grades do not count.
    pub minimum: Grade,
}

impl Default for Terms {
    fn default() -> Self {
        Self { max_gap: Duration::minutes(60), minimum: Grade::Inferred }
    }
}

/// Merged stretches of one pair: at least inferred, at least asserted, proven.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Graded {
    at_least: BTreeMap<Grade, Vec<Run>>,
    broken: Vec<Run>,
    events: u64,
}

/// Complete stretches per account and Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    pairs: BTreeMap<Pair, Graded>,
    terms: Terms,
}

/// The grades that can vouch, best first.
const GRADES: [Grade; 3] = [Grade::Proven, Grade::Asserted, Grade::Inferred];

impl Coverage {
    /// Builds coverage from signs of life (`runs`, with event counts), the accounts and Regions of snapshots, and the user's
    /// assertions. `extent` is the first and last instant that an open assertion reaches.
    ///
    /// An inferred stretch reaches `max_gap` beyond its first and its last event where the log begins and ends: the next
    /// event could be that far away. A hole inside keeps its edges at the events.
    pub fn build<'a>(
        runs: impl Iterator<Item = (&'a Pair, u64, &'a [Run])>,
        snapshots: &BTreeSet<Pair>,
        assertions: &[Assertion],
        extent: Run,
        terms: Terms,
    ) -> Self {
        let mut layers: BTreeMap<Pair, BTreeMap<Grade, Vec<Run>>> = BTreeMap::new();
        let mut events = BTreeMap::new();
        for (pair, count, runs) in runs {
            let mut whole = join(runs.to_vec(), terms.max_gap);
            if let Some(first) = whole.first_mut() {
                first.from -= terms.max_gap;
            }
            if let Some(last) = whole.last_mut() {
                last.to += terms.max_gap;
            }
            layers.entry(pair.clone()).or_default().insert(Grade::Inferred, whole);
            events.insert(pair.clone(), count);
        }
        for pair in snapshots {
            layers.entry(pair.clone()).or_default();
        }
        for assertion in assertions {
            let run = Run { from: assertion.from.unwrap_or(extent.from), to: assertion.to.unwrap_or(extent.to) };
            for pair in assertion.pairs(layers.keys()) {
                layers.entry(pair).or_default().entry(Grade::Asserted).or_default().push(run);
            }
        }
        let pairs = layers
            .into_iter()
            .map(|(pair, layers)| {
                let events = events.get(&pair).copied().unwrap_or_default();
                (pair, Graded { at_least: merged(&layers), broken: Vec::new(), events })
            })
            .collect();
        Self { pairs, terms }
    }

    /// Adds what digest chains show. Where they show a hole, nothing vouches for the log, not even the user's word.
    pub fn with_chains(mut self, chains: &Chains) -> Self {
        for (pair, runs) in &chains.proven {
            let graded = self.pairs.entry(pair.clone()).or_default();
            for grade in GRADES {
                let known = graded.at_least.entry(grade).or_default();
                *known = join(known.iter().chain(runs).copied().collect(), instant::tick());
            }
        }
        for (pair, runs) in &chains.broken {
            let graded = self.pairs.entry(pair.clone()).or_default();
            graded.broken.clone_from(runs);
            for known in graded.at_least.values_mut() {
                *known = without(known, runs);
            }
        }
        self
    }

    /// Where digests show that log files are missing or altered.
    pub fn broken(&self, pair: &Pair) -> &[Run] {
        self.pairs.get(pair).map(|graded| graded.broken.as_slice()).unwrap_or_default()
    }

    /// The terms it was built on.
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// Accounts and Regions that occur, with the number of their events.
    pub fn pairs(&self) -> impl Iterator<Item = (&Pair, u64)> {
        self.pairs.iter().map(|(pair, graded)| (pair, graded.events))
    }

    /// The grade at which the whole of `[from, to]` is covered, or the first hole in it.
    pub fn over(&self, pair: &Pair, from: Instant, to: Instant) -> Result<Grade, Run> {
        let usable = GRADES.iter().filter(|grade| **grade >= self.terms.minimum);
        for grade in usable {
            if hole(self.runs(pair, *grade), from, to).is_none() {
                return Ok(*grade);
            }
        }
        Err(hole(self.runs(pair, self.terms.minimum), from, to).unwrap_or(Run { from, to }))
    }

    /// All holes in `[from, to]`.
    pub fn holes(&self, pair: &Pair, from: Instant, to: Instant) -> Vec<Run> {
        let mut found = Vec::new();
        let mut at = from;
        while at <= to {
            let Some(next) = hole(self.runs(pair, self.terms.minimum), at, to) else { break };
            at = next.to + instant::tick();
            found.push(next);
        }
        found
    }

    /// Back to when the log is whole without a break, seen from `at`; `at` itself where it is not covered.
    pub fn whole_since(&self, pair: &Pair, at: Instant) -> Instant {
        let runs = self.runs(pair, self.terms.minimum);
        runs.iter().find(|run| run.from <= at && at <= run.to).map_or(at, |run| run.from)
    }

    /// The stretches that count, of whatever grade, in order.
    pub fn counting(&self, pair: &Pair) -> &[Run] {
        self.runs(pair, self.terms.minimum)
    }

    /// Instants at which a stretch begins, or the first one after it ends.
    fn edges(&self, pair: &Pair) -> Vec<Instant> {
        let runs = GRADES.iter().flat_map(|grade| self.runs(pair, *grade));
        let mut edges: Vec<Instant> = runs.flat_map(|run| [run.from, run.to + instant::tick()]).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// Disjoint stretches within `[from, to]`, each with its best grade.
    pub fn stretches(&self, pair: &Pair, from: Instant, to: Instant) -> Vec<Stretch> {
        let mut cuts: Vec<Instant> = self.edges(pair).into_iter().filter(|at| *at > from && *at <= to).collect();
        cuts.insert(0, from);
        let mut out: Vec<Stretch> = Vec::new();
        for (i, start) in cuts.iter().enumerate() {
            let end = cuts.get(i + 1).map_or(to, |next| *next - instant::tick());
            let best = GRADES.iter().find(|g| hole(self.runs(pair, **g), *start, end).is_none());
            let Some(grade) = best.copied() else { continue };
            match out.last_mut() {
                Some(last) if last.grade == grade && *start - last.to <= instant::tick() => last.to = end,
                _ => {
                    out.push(Stretch { account: pair.0.clone(), region: pair.1.clone(), from: *start, to: end, grade });
                }
            }
        }
        out
    }

    fn runs(&self, pair: &Pair, grade: Grade) -> &[Run] {
        self.pairs.get(pair).and_then(|graded| graded.at_least.get(&grade)).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Assertion {
    /// Whether it speaks of an account and Region.
    pub fn speaks_of(&self, pair: &Pair) -> bool {
        self.accounts.as_ref().is_none_or(|ids| ids.contains(&pair.0))
            && self.regions.as_ref().is_none_or(|codes| codes.contains(&pair.1))
    }

    /// The pairs that it speaks of: those that occur and match, and those that it names in full.
    fn pairs<'a>(&self, occurring: impl Iterator<Item = &'a Pair>) -> BTreeSet<Pair> {
        let mut found: BTreeSet<Pair> = occurring.filter(|pair| self.speaks_of(pair)).cloned().collect();
        if let (Some(accounts), Some(regions)) = (&self.accounts, &self.regions) {
            found.extend(accounts.iter().flat_map(|a| regions.iter().map(move |r| (a.clone(), r.clone()))));
        }
        found
    }
}

fn merged(layers: &BTreeMap<Grade, Vec<Run>>) -> BTreeMap<Grade, Vec<Run>> {
    let from = |least: Grade| {
        let all = layers.iter().filter(|(grade, _)| **grade >= least).flat_map(|(_, runs)| runs.iter().copied());
        join(all.collect(), instant::tick())
    };
    GRADES.iter().map(|grade| (*grade, from(*grade))).collect()
}

fn hole(runs: &[Run], from: Instant, to: Instant) -> Option<Run> {
    let next = runs.partition_point(|run| run.to < from);
    let Some(run) = runs.get(next) else { return Some(Run { from, to }) };
    if run.from > from {
        return Some(Run { from, to: to.min(run.from - instant::tick()) });
    }
    if run.to >= to {
        return None;
    }
    let start = run.to + instant::tick();
    let end = runs.get(next + 1).map_or(to, |after| to.min(after.from - instant::tick()));
    Some(Run { from: start, to: end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::seconds;

    fn t(minutes: i64) -> Instant {
        seconds(1_800_000_000 + minutes * 60).unwrap_or_default()
    }

    fn pair() -> Pair {
        (AccountId::new("111122223333"), Region::new("eu-west-1"))
    }

    fn coverage(minutes: &[i64], assertions: &[Assertion]) -> Coverage {
        let runs: Vec<Run> = minutes.iter().map(|m| Run { from: t(*m), to: t(*m) }).collect();
        let of = pair();
        let signs = [(&of, runs.len() as u64, runs.as_slice())];
        Coverage::build(
            signs.into_iter(),
            &BTreeSet::new(),
            assertions,
            Run { from: t(0), to: t(10_000) },
            Terms::default(),
        )
    }

    #[test]
    fn events_an_hour_apart_are_whole_and_a_minute_more_is_a_hole() {
        let whole = coverage(&[0, 60, 120], &[]);
        assert_eq!(whole.over(&pair(), t(0), t(120)), Ok(Grade::Inferred));
        let holed = coverage(&[0, 61, 120], &[]);
        assert!(holed.over(&pair(), t(0), t(120)).is_err());
        assert_eq!(holed.over(&pair(), t(61), t(120)), Ok(Grade::Inferred));
    }

    #[test]
    fn the_next_event_could_be_one_gap_beyond_the_last() {
        let whole = coverage(&[0], &[]);
        assert_eq!(whole.over(&pair(), t(-60), t(60)), Ok(Grade::Inferred));
        assert!(whole.over(&pair(), t(0), t(61)).is_err());
    }

    #[test]
    fn an_assertion_fills_a_hole_and_the_weakest_grade_counts() {
        let word = Assertion { accounts: None, regions: None, from: Some(t(0)), to: Some(t(500)) };
        let filled = coverage(&[0, 500, 550], &[word]);
        assert_eq!(filled.over(&pair(), t(0), t(500)), Ok(Grade::Asserted));
        assert_eq!(filled.over(&pair(), t(0), t(550)), Ok(Grade::Inferred));
        assert_eq!(filled.stretches(&pair(), t(0), t(550)).len(), 2);
    }

    #[test]
    fn a_chain_proves_and_a_broken_stretch_is_bridged_by_nothing() {
        let word = Assertion { accounts: None, regions: None, from: Some(t(0)), to: Some(t(500)) };
        let of = |runs: &[(i64, i64)]| {
            let runs = runs.iter().map(|(from, to)| Run { from: t(*from), to: t(*to) }).collect();
            BTreeMap::from([(pair(), runs)])
        };
        let chains = Chains { proven: of(&[(100, 200)]), inferred: of(&[]), broken: of(&[(30, 40)]) };
        let found = coverage(&[0, 60], &[word]).with_chains(&chains);
        assert_eq!(found.over(&pair(), t(100), t(200)), Ok(Grade::Proven));
        assert_eq!(found.over(&pair(), t(90), t(200)), Ok(Grade::Asserted));
        assert_eq!(found.over(&pair(), t(0), t(60)), Err(Run { from: t(30), to: t(40) }));
    }

    #[test]
    fn runs_without_others_keep_their_edges() {
        let run = |from, to| Run { from: t(from), to: t(to) };
        let tick = instant::tick();
        let left = without(&[run(0, 10), run(20, 30)], &[run(5, 22), run(25, 26)]);
        let after = |minute| t(minute) + tick;
        let want = [
            Run { from: t(0), to: t(5) - tick },
            Run { from: after(22), to: t(25) - tick },
            Run { from: after(26), to: t(30) },
        ];
        assert_eq!(left, want);
        assert_eq!(without(&[run(0, 10)], &[run(0, 10)]), []);
    }

    #[test]
    fn nothing_vouches_for_a_pair_that_does_not_occur() {
        let other = (AccountId::new("999988887777"), Region::new("eu-west-1"));
        assert!(coverage(&[0], &[]).over(&other, t(0), t(0)).is_err());
    }
}
