//! Tags over time: each key has its own line, and the entries that show all tags say that there are no others.

use super::entity::{Attributes, Terms, keyed};
use super::seen::Sightings;
use crate::evidence::Evidence;
use crate::facts::Fact;
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::BTreeMap;

/// Tags of one entity.
#[derive(Debug, Default)]
pub struct Tags {
    /// The value of each key; `Some(None)`: it is not set.
    pub by_key: BTreeMap<String, Timeline<Option<String>>>,
    /// Entries that show all tags.
    pub all_known: Vec<(Instant, Evidence)>,
}

impl Tags {
    /// One attribute for each key.
    pub fn attributes(&self) -> Attributes<'_> {
        keyed("Tags", &self.by_key)
    }
}

/// What was seen of tags.
#[derive(Default)]
pub(super) struct Seen {
    by_key: BTreeMap<String, Sightings<Option<String>>>,
    all: Vec<(Fact, BTreeMap<String, String>)>,
    hidden: Vec<Fact>,
}

impl Seen {
    /// All tags.
    pub(super) fn all(&mut self, fact: &Fact, tags: &BTreeMap<String, String>) {
        self.set(fact, tags);
        self.all.push((fact.clone(), tags.clone()));
    }

    /// These were set.
    pub(super) fn set(&mut self, fact: &Fact, tags: &BTreeMap<String, String>) {
        for (key, value) in tags {
            self.by_key.entry(key.clone()).or_default().note(fact, Some(Some(value.clone())));
        }
    }

    /// These were taken away.
    pub(super) fn unset(&mut self, fact: &Fact, keys: &[String]) {
        for key in keys {
            self.by_key.entry(key.clone()).or_default().note(fact, Some(None));
        }
    }

    /// Some were set or taken away, the entry does not show which.
    pub(super) fn hidden(&mut self, fact: &Fact) {
        self.hidden.push(fact.clone());
    }

    pub(super) fn replay(mut self, terms: &mut Terms<'_>) -> Tags {
        for (key, seen) in &mut self.by_key {
            for (fact, _) in self.all.iter().filter(|(_, tags)| !tags.contains_key(key)) {
                seen.note(fact, Some(None));
            }
            for fact in &self.hidden {
                seen.blur(fact);
            }
        }
        Tags {
            by_key: self.by_key.into_iter().map(|(key, seen)| (key, terms.changing(seen, "Tags"))).collect(),
            all_known: self.all.iter().map(|(fact, _)| (fact.at, fact.evidence)).collect(),
        }
    }
}
