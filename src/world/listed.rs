//! Attributes of an entity that are one value for each key, and lists that are known to be complete.

use super::drift::Whose;
use super::entity::Terms;
use super::seen::{Note, Sightings};
use crate::evidence::Evidence;
use crate::facts::Fact;
use crate::instant::Instant;
use crate::timeline::Timeline;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was seen of each key, and when everything was listed.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    keys: BTreeMap<String, Sightings<T>>,
    whole: Vec<(Instant, Evidence)>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { keys: BTreeMap::new(), whole: Vec::new() }
    }
}

impl<T: Clone + PartialEq + Serialize> Listed<T> {
    /// The fact says these values of these keys.
    pub fn note(&mut self, fact: &Fact, said: &BTreeMap<String, T>) {
        for (key, value) in said {
            self.keys.entry(key.clone()).or_default().note(fact, Some(value.clone()));
        }
    }

    /// The fact is, or is part of, a complete list of the keys.
    pub fn note_whole(&mut self, fact: &Fact) {
        if self.whole.last().is_none_or(|(at, _)| *at != fact.at) {
            self.whole.push((fact.at, fact.evidence));
        }
    }

    /// The fact says of a key, if anything ever named it, that it has this value.
    pub fn note_known(&mut self, fact: &Fact, key: &str, value: &T) {
        if let Some(seen) = self.keys.get_mut(key) {
            seen.note(fact, Some(value.clone()));
        }
    }

    /// The timeline of each key. Keys that a complete list does not name have the value `absent` from then on.
    pub fn replay(
        mut self,
        terms: &mut Terms<'_>,
        field: &'static str,
        absent: Option<&T>,
        carried: bool,
    ) -> BTreeMap<String, Timeline<T>> {
        if let Some(absent) = absent {
            for (at, evidence) in &self.whole {
                for seen in self.keys.values_mut().filter(|seen| seen.is_settled_at(*at)) {
                    seen.observe(*at, *evidence, absent.clone());
                }
            }
        }
        let keys = self.keys.into_iter();
        if carried {
            return keys.map(|(key, seen)| (key, terms.changing(seen, field))).collect();
        }
        let mut alone = |seen: Sightings<T>| {
            // No single log shows all changes.
            let whose = Whose { pair: None, ..terms.whose };
            seen.replay(|at| at, &mut Note { compared: &mut *terms.compared, whose, field })
        };
        keys.map(|(key, seen)| (key, alone(seen))).collect()
    }
}
