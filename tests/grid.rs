//! Intervals are what judging at every instant says: around every instant at which something happens or may change, and on a
//! regular grid; on every fixture, and on random worlds made of several of them.

use crate::support::{CaseFolder, cases};
use chrono::Duration;
use clap::Parser;
use proptest::prelude::*;
use rayon::prelude::*;
use std::collections::BTreeSet;
use vaultrail::cli::args::{Cli, Command};
use vaultrail::cli::rebuild::{Rebuilt, rebuild};
use vaultrail::cli::setup::Setup;
use vaultrail::controls::Control;
use vaultrail::controls::engine::{self, Judged};
use vaultrail::controls::view::{Context, View};
use vaultrail::coverage::{Coverage, Pair, Run, Terms};
use vaultrail::evidence::Evidence;
use vaultrail::facts::{self, Fact};
use vaultrail::ingest;
use vaultrail::instant::{self, Instant};
use vaultrail::integrity::Integrity;
use vaultrail::status::Status;
use vaultrail::world::World;

/// Instants of the regular grid.
const GRID: i32 = 400;

/// How long after something happens an answer often changes.
fn spans() -> impl Iterator<Item = Duration> {
    let minutes = [0, 5, 10, 60, 12 * 60, 24 * 60, 48 * 60];
    let days = [7, 8, 30, 35, 90];
    minutes.into_iter().map(Duration::minutes).chain(days.into_iter().map(Duration::days))
}

/// Each of these instants and the seconds beside it, and a regular grid over the window.
fn grid(around: impl IntoIterator<Item = Instant>, every: i32, (from, to): (Instant, Instant)) -> BTreeSet<Instant> {
    let beside = |at: Instant| [at - instant::tick(), at, at + instant::tick()];
    let whole = (to - from).num_seconds();
    let regular = (0..=every).map(|step| from + Duration::seconds(whole * i64::from(step) / i64::from(every)));
    around.into_iter().flat_map(beside).chain(regular).filter(|at| *at >= from && *at <= to).collect()
}

/// Where the engine looks at a subject again.
fn steps(control: &Control, judged: &Judged, context: Context<'_>, as_of: Instant) -> Vec<Instant> {
    let mut steps = vec![context.window_from];
    while let Some(at) = steps.last().copied() {
        let view = View::new(context, at);
        (control.judge)(&judged.subject, &view);
        match view.stands_until().filter(|next| *next <= as_of) {
            Some(next) => steps.push(next),
            None => return steps,
        }
    }
    steps
}

/// Where the intervals of a subject and its judge disagree, and how often they were asked.
fn disagreements(
    control: &Control,
    judged: &Judged,
    context: Context<'_>,
    (around, every): (&[Instant], i32),
) -> (Vec<String>, usize) {
    let as_of = judged.intervals.last().map_or(context.window_from, |last| last.to);
    let mut around = around.to_vec();
    around.extend(steps(control, judged, context, as_of));
    let instants = grid(around, every, (context.window_from, as_of));
    let mut wrong = Vec::new();
    for at in &instants {
        let judgement = (control.judge)(&judged.subject, &View::new(context, *at));
        let then: Status = judgement.status;
        let after = judged.intervals.partition_point(|interval| interval.from <= *at);
        let told = judged.intervals[after - 1].status;
        if then != told {
            let (id, at, message) = (&judged.subject.id, instant::show(*at), judgement.message);
            wrong.push(format!("{} {id} at {at}: {then:?}, the interval says {told:?}. {message}", control.rule.id));
        }
    }
    (wrong, instants.len())
}

/// A case's configuration and what its evidence says.
fn read(case: &CaseFolder) -> Option<(Setup, Rebuilt)> {
    let args = case.arguments();
    let words = ["vaultrail", "audit", "--progress", "never"].into_iter().chain(args.iter().map(String::as_str));
    let Command::Audit(args) = Cli::try_parse_from(words).unwrap().command else { return None };
    let setup = Setup::read(&args.evidence, &args.judge, &args.time).ok()?;
    let rebuilt = rebuild(&args.evidence, &args.time, &args.show, &setup, false).ok()?;
    Some((setup, rebuilt))
}

fn on_fixtures(part: usize, of: usize) {
    let cases = cases();
    let own = cases.iter().enumerate().filter(|(at, _)| at % of == part).map(|(_, case)| case);
    let found: Vec<(Vec<String>, usize)> = own.filter_map(on_fixture).collect();
    let wrong: Vec<String> = found.iter().flat_map(|(wrong, _)| wrong.clone()).collect();
    let asked: usize = found.iter().map(|(_, asked)| asked).sum();
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 50_000, "only {asked} questions");
}

fn on_fixture(case: &CaseFolder) -> Option<(Vec<String>, usize)> {
    let (setup, rebuilt) = read(case)?;
    let happened: BTreeSet<Instant> = rebuilt.log.entries.iter().map(ingest::Entry::time).collect();
    // After each of a few, and of many the first and the last.
    let few: Vec<Instant> = happened.iter().take(8).chain(happened.iter().rev().take(4)).copied().collect();
    let around: Vec<Instant> = few.iter().flat_map(|at| spans().map(|span| *at + span)).chain(happened).collect();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    let params_of = |id: &str| setup.controls.iter().find(|c| c.id == id).map(|c| &c.params);
    for c in setup.controls.iter().filter(|c| c.judged) {
        let context = Context {
            world: &rebuilt.world,
            policy: &setup.policy,
            limits: &setup.limits,
            integrity: &rebuilt.integrity,
            params: &c.params,
            params_of: &params_of,
            window_from: rebuilt.times.from,
        };
        let judged = engine::judge_all(&c.control, &c.narrow, context, rebuilt.times.as_of);
        let subjects = judged.par_iter().filter(|judged| judged.subject.kind != "control");
        let found: Vec<_> = subjects.map(|j| disagreements(&c.control, j, context, (&around, GRID))).collect();
        for (more, n) in found {
            wrong.extend(more.into_iter().map(|said| format!("{}: {said}", case.name)));
            asked += n;
        }
    }
    Some((wrong, asked))
}

/// Side by side.
macro_rules! parts {
    ($($test:ident: $part:literal,)*) => {
        $(#[test]
        fn $test() {
            on_fixtures($part, 4);
        })*
    };
}

parts! {
    the_intervals_of_every_fixture_are_what_judging_on_a_fine_grid_says_first_quarter: 0,
    the_intervals_of_every_fixture_are_what_judging_on_a_fine_grid_says_second_quarter: 1,
    the_intervals_of_every_fixture_are_what_judging_on_a_fine_grid_says_third_quarter: 2,
    the_intervals_of_every_fixture_are_what_judging_on_a_fine_grid_says_last_quarter: 3,
}

/// Always the same for a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n.max(1)
    }

    fn seconds(&mut self, below: Duration) -> Duration {
        let below = usize::try_from(below.num_seconds()).unwrap();
        Duration::seconds(i64::try_from(self.below(below)).unwrap())
    }
}

/// The facts of some fixtures in one world: some are left out, some happen at another time, and the logs have holes.
fn random(chance: &mut Chance, all: &[CaseFolder]) -> Option<(Setup, World, Vec<Instant>)> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut setup = None;
    let mut pairs: BTreeSet<Pair> = BTreeSet::new();
    for _ in 0..2 + chance.below(3) {
        let (own, rebuilt) = read(&all[chance.below(all.len())])?;
        setup = setup.or(Some(own));
        let base = facts.iter().map(|fact| fact.evidence.0 + 1).max().unwrap_or_default();
        for fact in facts::read(&rebuilt.log) {
            let fate = chance.below(10);
            let later = if fate == 1 { chance.seconds(Duration::days(20)) } else { Duration::zero() };
            if fate > 0 {
                facts.push(Fact { at: fact.at + later, evidence: Evidence(base + fact.evidence.0), ..fact });
            }
        }
        pairs.extend(rebuilt.world.pairs());
    }
    facts.sort_by_key(|fact| (fact.at, fact.evidence));
    facts.truncate(200);
    let (first, last) = (facts.first()?.at, facts.last()?.at);
    let first = first.max(last - Duration::days(120));
    let whole = last - first + Duration::days(10);
    let runs: Vec<Vec<Run>> = pairs
        .iter()
        .map(|_| {
            let mut edges: Vec<Instant> = (0..4).map(|_| first + chance.seconds(whole)).collect();
            edges.sort();
            let hole = chance.below(3) == 0;
            let all = Run { from: first - Duration::days(1), to: last + Duration::days(10) };
            if !hole {
                return vec![all];
            }
            edges.chunks(2).map(|run| Run { from: run[0], to: run[1] }).collect()
        })
        .collect();
    let signs = pairs.iter().zip(&runs).map(|(pair, runs)| (pair, 1, runs.as_slice()));
    let extent = Run { from: first, to: last };
    let coverage = Coverage::build(signs, &pairs, &[], extent, Terms::default());
    let mut around: Vec<Instant> = facts.iter().map(|fact| fact.at).filter(|at| *at >= first).collect();
    around.extend(runs.iter().flatten().flat_map(|run| [run.from, run.to]));
    Some((setup?, World::replay(facts, coverage), around))
}

/// Where intervals and judges disagree on a random world, and how often they were asked.
fn on_random_world(seed: u64, all: &[CaseFolder]) -> Option<(Vec<String>, usize)> {
    let mut chance = Chance(seed | 1);
    let (setup, world, mut around) = random(&mut chance, all)?;
    around.sort();
    let (first, last) = (*around.first()?, *around.last()?);
    let from = first + chance.seconds((last - first) / 2);
    let params_of = |id: &str| setup.controls.iter().find(|c| c.id == id).map(|c| &c.params);
    let some: Vec<Instant> = around.iter().copied().step_by(1 + around.len() / 40).collect();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    let integrity = Integrity::default();
    for c in &setup.controls {
        let context = Context {
            world: &world,
            policy: &setup.policy,
            limits: &setup.limits,
            integrity: &integrity,
            params: &c.params,
            params_of: &params_of,
            window_from: from,
        };
        let judged = engine::judge_all(&c.control, &c.narrow, context, last + Duration::days(1));
        let subjects = judged.iter().filter(|judged| judged.subject.kind != "control").take(20);
        let subjects: Vec<&Judged> = subjects.collect();
        let found = subjects.par_iter().map(|j| disagreements(&c.control, j, context, (&some, 100)));
        for (more, n) in found.collect::<Vec<_>>() {
            wrong.extend(more);
            asked += n;
        }
    }
    Some((wrong, asked))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_intervals_of_random_worlds_are_what_judging_on_a_grid_says(seed in any::<u64>()) {
        let (wrong, asked) = on_random_world(seed, &cases()).unwrap_or_default();
        prop_assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    }
}
