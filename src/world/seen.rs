//! Gathering what was seen of one attribute, until all facts are in and its timeline can be replayed.

use crate::evidence::Evidence;
use crate::facts::Fact;
use crate::instant::Instant;
use crate::timeline::{Sighting, Timeline};
use crate::world::drift::{Compared, Whose};
use serde::Serialize;

/// Sightings of one attribute.
#[derive(Debug, Clone)]
pub struct Sightings<T>(Vec<Sighting<T>>);

impl<T> Default for Sightings<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone + PartialEq + Serialize> Sightings<T> {
    /// The fact says `value`, or nothing of this attribute.
    pub fn note(&mut self, fact: &Fact, value: Option<T>) {
        if value.is_some() {
            self.at(fact.at, fact, value);
        }
    }

    /// The fact says that it changed, not to what.
    pub fn blur(&mut self, fact: &Fact) {
        self.at(fact.at, fact, None);
    }

    /// The fact says what it was at another instant.
    pub fn at(&mut self, at: Instant, fact: &Fact, value: Option<T>) {
        self.0.push(Sighting { at, value, evidence: fact.evidence, observed: fact.observed });
    }

    /// A sighting that no fact says by itself.
    pub fn observe(&mut self, at: Instant, evidence: Evidence, value: T) {
        self.0.push(Sighting { at, value: Some(value), evidence, observed: true });
    }

    /// Whether it was seen before an instant, and not within an hour of it: a list taken meanwhile may not have it yet.
    pub fn is_settled_at(&self, at: Instant) -> bool {
        let recent = at - chrono::Duration::hours(1);
        self.0.iter().any(|seen| seen.at <= recent) && !self.0.iter().any(|seen| seen.at > recent && seen.at <= at)
    }

    /// The first sighting, where no record of the log is among them: only snapshots show it.
    pub fn only_shown(&self) -> Option<&Sighting<T>> {
        self.0.first().filter(|_| self.0.iter().all(|seen| seen.observed))
    }

    /// When it was first seen.
    pub fn begins(&self) -> Option<Instant> {
        self.0.first().map(|seen| seen.at)
    }

    /// The latest value noted so far; facts are noted in order of time.
    pub fn latest(&self) -> Option<&Option<T>> {
        self.0.last().map(|sighting| &sighting.value)
    }

    /// What a call was computed to have made, where a snapshot now shows the same thing more exactly.
    pub fn refine(&mut self, is_same: impl FnOnce(&T) -> bool, exact: &T) {
        let Some(last) = self.0.last_mut().filter(|sighting| !sighting.observed) else { return };
        if last.value.as_ref().is_some_and(is_same) {
            last.value = Some(exact.clone());
        }
    }

    /// Nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The timeline; snapshots are compared with the log.
    pub fn replay(self, since: impl Fn(Instant) -> Instant, note: &mut Note<'_>) -> Timeline<T> {
        note.compared.note(note.whose, note.field, &self.0);
        Timeline::replay(self.0, since)
    }

    /// What was seen, each value as something else; `None`: unknown.
    pub fn as_other<U>(&self, of: impl Fn(&T) -> Option<U>) -> Vec<Sighting<U>> {
        let other = |s: &Sighting<T>| Sighting {
            at: s.at,
            value: s.value.as_ref().and_then(&of),
            evidence: s.evidence,
            observed: s.observed,
        };
        self.0.iter().map(other).collect()
    }

    /// The timeline of an attribute that changes without a record of it, so that differences mean nothing.
    pub fn replay_quietly(self, since: impl Fn(Instant) -> Instant) -> Timeline<T> {
        Timeline::replay(self.0, since)
    }
}

/// Where it is noted what log and snapshots say, and under which name.
pub struct Note<'a> {
    /// All comparisons.
    pub compared: &'a mut Compared,
    /// The entity.
    pub whose: Whose<'a>,
    /// The attribute.
    pub field: &'static str,
}
