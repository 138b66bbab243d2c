//! The world as a judge sees it: at one instant. Every look-up lowers the instant until which the judgement stands, to the
//! next change of what was looked at, so that no dependency can be forgotten and no judge loops over time.

use super::judgement::{Covered, Hole, Proof, State};
use super::limits::Limits;
use super::params::Params;
use super::policy::Policy;
use crate::coverage::Pair;
use crate::evidence::{Evidence, Grade, Note, Stretch};
use crate::instant::{self, Instant};
use crate::integrity::Integrity;
use crate::timeline::{Span, Timeline};
use crate::world::{Happened, World};
use chrono::Duration;
use std::cell::{Cell, RefCell};

/// The window of universal claims that state none of their own.
pub const DEFAULT_WINDOW_DAYS: i64 = 90;

/// What all judgements of a run share.
#[derive(Clone, Copy)]
pub struct Context<'w> {
    /// The world.
    pub world: &'w World,
    /// The user's policy.
    pub policy: &'w Policy,
    /// What AWS does not do, and when.
    pub limits: &'w Limits,
    /// What digests say of the log.
    pub integrity: &'w Integrity,
    /// The control's parameters.
    pub params: &'w Params,
    /// The parameters of another control, by id.
    pub params_of: &'w (dyn Fn(&str) -> Option<&'w Params> + Sync),
    /// Where the run's window begins.
    pub window_from: Instant,
}

/// The world at one instant.
pub struct View<'w> {
    /// World, policy, parameters.
    pub of: Context<'w>,
    at: Instant,
    until: Cell<Option<Instant>>,
    /// Instants that move on with the view: beginnings of windows that look back a fixed span.
    sliding: RefCell<Vec<Instant>>,
}

impl<'w> View<'w> {
    /// Looks at an instant.
    pub fn new(of: Context<'w>, at: Instant) -> Self {
        Self { of, at, until: Cell::new(None), sliding: RefCell::new(Vec::new()) }
    }

    /// The instant.
    pub fn now(&self) -> Instant {
        self.at
    }

    /// The first instant at which the judgement may be another; `None`: never.
    pub fn stands_until(&self) -> Option<Instant> {
        self.until.get()
    }

    /// Something may change at this instant.
    pub fn changes_at(&self, at: Instant) {
        if at > self.at && self.until.get().is_none_or(|known| at < known) {
            self.until.set(Some(at));
        }
    }

    /// Whether `moment + limit` has not passed; it may pass.
    pub fn within(&self, moment: Instant, limit: Duration) -> bool {
        let end = moment + limit;
        self.changes_at(end + instant::tick());
        self.at <= end
    }

    /// The span of an attribute that holds now.
    pub fn look<'l, T: Clone + PartialEq>(&self, line: &'l Timeline<T>) -> Option<&'l Span<T>> {
        if let Some(next) = line.next_change(self.at) {
            self.changes_at(next);
        }
        line.at(self.at)
    }

    /// The value of an attribute that cannot change once it is set.
    pub fn fixed<'l, T: Clone + PartialEq>(&self, line: &'l Timeline<T>) -> Option<(&'l T, Proof)> {
        let span = self.look(line)?;
        let value = span.value.as_ref()?;
        Some((
            value,
            Proof::shown(span.evidence, "").and(span.last_shown(self.at).1, "").known(span.origin_at(self.at)),
        ))
    }

    /// The value of an attribute that can change, with whether it is known to be still so: the latest record that showed it
    /// lies no further back than the largest gap allowed, or the log of `pair` is whole since.
    pub fn state<'l, T: Clone + PartialEq>(
        &self,
        line: &'l Timeline<T>,
        pair: Option<&Pair>,
        note: impl Into<Note>,
    ) -> State<'l, T> {
        let Some(span) = self.look(line) else { return State::NeverSeen };
        let Some(value) = &span.value else { return State::Changed(span.evidence) };
        let (shown, evidence) = span.last_shown(self.at);
        let note = note.into();
        let proof = Proof::shown(span.evidence, note.clone()).and(evidence, note).known(span.origin_at(self.at));
        let near = self.at <= shown + self.of.world.coverage.terms().max_gap;
        let covered = if near { None } else { Some(self.whole_between(pair, shown, self.at)) };
        if let Some(Err(hole)) = covered {
            self.changes_at_next(&span.confirmed);
            return State::Stale { value, evidence, shown, hole };
        }
        self.changes_at(self.outlasts(&span.confirmed, pair, shown));
        let proof = match covered {
            Some(Ok(covered)) => proof.with(Proof::absence(covered, "no change since")),
            _ => proof,
        };
        State::Known { value, since: span.from, proof }
    }

    /// The first instant at which what an entry showed is no longer known: its log has a hole by then, and no entry in time has
    /// shown it again.
    fn outlasts(&self, confirmed: &[(Instant, Evidence)], pair: Option<&Pair>, mut shown: Instant) -> Instant {
        let coverage = &self.of.world.coverage;
        let runs = pair.map(|pair| coverage.counting(pair)).unwrap_or_default();
        loop {
            let next = runs.partition_point(|run| run.to < shown);
            let whole = runs.get(next).filter(|run| run.from <= shown).map_or(shown, |run| run.to);
            let known = whole.max(shown + coverage.terms().max_gap);
            let after = confirmed.partition_point(|(when, _)| *when <= known);
            match after.checked_sub(1).and_then(|last| confirmed.get(last)) {
                Some((again, _)) if *again > shown => shown = *again,
                _ => return known + instant::tick(),
            }
        }
    }

    /// Something may change when the next entry of a series in order of time shows it.
    fn changes_at_next(&self, series: &[(Instant, Evidence)]) {
        if let Some((next, _)) = series.get(series.partition_point(|(when, _)| *when <= self.at)) {
            self.changes_at(*next);
        }
    }

    /// Whether a log is whole from an instant up to now.
    pub fn covered(&self, pair: Option<&Pair>, from: Instant) -> Result<Covered, Hole> {
        self.covered_between(pair, from, self.at)
    }

    /// Whether a log is whole between two instants.
    pub fn covered_between(&self, pair: Option<&Pair>, from: Instant, to: Instant) -> Result<Covered, Hole> {
        let answer = self.whole_between(pair, from, to);
        let runs = pair.map(|pair| self.of.world.coverage.counting(pair)).unwrap_or_default();
        let slides = self.slides(from);
        let holding = runs.partition_point(|run| run.to < from);
        match (&answer, runs.get(holding)) {
            // It stays whole until the stretch that holds it ends, where it reaches up to now.
            (Ok(_), Some(run)) if to >= self.at => self.changes_at(run.to + instant::tick()),
            // A hole stays in what begins at a fixed instant; a window leaves it behind as the next stretch begins.
            (Err(_), Some(run)) if slides => {
                let after = if run.from > from { Some(run) } else { runs.get(holding + 1) };
                if let Some(after) = after {
                    self.changes_at(after.from + (self.at - from));
                }
            }
            // A window that reaches the instant later moves it.
            (Err(_), _) => {
                let before = self.sliding.borrow().iter().filter(|start| **start < from).max().copied();
                if let Some(start) = before {
                    self.changes_at(self.at + (from - start));
                }
            }
            _ => {}
        }
        answer
    }

    /// The same, without a word on when that changes.
    fn whole_between(&self, pair: Option<&Pair>, from: Instant, to: Instant) -> Result<Covered, Hole> {
        let Some(pair) = pair else { return Err(Hole { stretch: None }) };
        let stretch = |from, to, grade| Stretch { account: pair.0.clone(), region: pair.1.clone(), from, to, grade };
        match self.of.world.coverage.over(pair, from, to) {
            Ok(grade) => Ok(Covered { stretches: vec![stretch(from, to, grade)], grade }),
            Err(run) => Err(Hole { stretch: Some(stretch(run.from, run.to, Grade::Missing)) }),
        }
    }

    /// Whether all of these logs are whole from an instant up to now; without any log there is nothing to stand on.
    pub fn all_covered<'p>(&self, pairs: impl IntoIterator<Item = &'p Pair>, from: Instant) -> Result<Covered, Hole> {
        let mut all = Covered { stretches: Vec::new(), grade: Grade::Proven };
        let mut first_hole = None;
        for pair in pairs {
            match self.covered(Some(pair), from) {
                Ok(covered) => {
                    all.grade = all.grade.min(covered.grade);
                    all.stretches.extend(covered.stretches);
                }
                Err(hole) => first_hole = first_hole.or(Some(hole)),
            }
        }
        match first_hole {
            Some(hole) => Err(hole),
            None if all.stretches.is_empty() => Err(Hole { stretch: None }),
            None => Ok(all),
        }
    }

    /// Where a universal claim that looks back this far begins now.
    pub fn window_of_days(&self, days: i64) -> Instant {
        let span = Duration::days(days);
        self.changes_at(self.of.window_from + span + instant::tick());
        if self.at - span > self.of.window_from { self.back(span) } else { self.of.window_from }
    }

    /// The instant that lies this far back, now and at every later look.
    pub fn back(&self, span: Duration) -> Instant {
        let from = self.at - span;
        self.sliding.borrow_mut().push(from);
        from
    }

    fn slides(&self, from: Instant) -> bool {
        self.sliding.borrow().contains(&from)
    }

    /// Where a universal claim without a window of its own begins now.
    pub fn window(&self) -> Instant {
        self.window_of_days(DEFAULT_WINDOW_DAYS)
    }

    /// What happened from `from` up to now, out of a series in order of time, without a word on when that changes.
    pub fn so_far<'s, T>(&self, series: &'s [Happened<T>], from: Instant) -> &'s [Happened<T>] {
        let first = series.partition_point(|h| h.at < from);
        let after = series.partition_point(|h| h.at <= self.at);
        series.get(first..after).unwrap_or_default()
    }

    /// The answer may change with the next of a series that matters.
    pub fn awaits<T>(&self, series: &[Happened<T>], matters: impl Fn(&Happened<T>) -> bool) {
        let after = series.partition_point(|h| h.at <= self.at);
        if let Some(next) = series.get(after..).unwrap_or_default().iter().find(|h| matters(h)) {
            self.changes_at(next.at);
        }
    }

    /// The answer may change when what happened then is older than the window that begins at `from`.
    pub fn leaves(&self, from: Instant, happened: Instant) {
        if self.slides(from) {
            self.changes_at(happened + (self.at - from) + instant::tick());
        }
    }

    /// The same where it is out of the window as soon as this begins at that instant.
    pub fn ends_in(&self, from: Instant, end: Instant) {
        if self.slides(from) {
            self.changes_at(end + (self.at - from));
        }
        self.leaves(from, end);
    }

    /// What happened from `from` up to now; the answer may change with the next, and when the first leaves the window.
    pub fn happened<'s, T>(&self, series: &'s [Happened<T>], from: Instant) -> &'s [Happened<T>] {
        let found = self.so_far(series, from);
        self.awaits(series, |_| true);
        if let Some(first) = found.first() {
            self.leaves(from, first.at);
        }
        found
    }

    /// The same for what concerns one subject out of a series of many: only what does is looked at, and waited for.
    pub fn happened_to<'s, T>(
        &self,
        series: &'s [Happened<T>],
        from: Instant,
        concerns: impl Fn(&Happened<T>) -> bool,
    ) -> Vec<&'s Happened<T>> {
        let found: Vec<&Happened<T>> = self.so_far(series, from).iter().filter(|h| concerns(h)).collect();
        self.awaits(series, concerns);
        if let Some(first) = found.first() {
            self.leaves(from, first.at);
        }
        found
    }

    /// Whether an instant has come.
    pub fn is_past(&self, moment: Instant) -> bool {
        self.changes_at(moment);
        moment <= self.at
    }
}
