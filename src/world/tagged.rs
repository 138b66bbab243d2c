//! Tags of resources, as inventories list them. They change without a record that is read.

use super::seen::Sightings;
use crate::arn::ResourceArn;
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::{Fact, TagsSays};
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::{BTreeMap, BTreeSet};

/// All tags of a resource.
type Tags = BTreeMap<String, String>;

/// A resource of an inventory.
#[derive(Debug, Default)]
pub struct Tagged {
    /// All its tags.
    pub tags: Timeline<Tags>,
    /// In which account and Region an inventory lists it: an ARN such as a bucket's does not say.
    pub homes: BTreeSet<Pair>,
}

/// What was seen of one resource.
#[derive(Default)]
struct Seen {
    tags: Sightings<Tags>,
    homes: BTreeSet<Pair>,
    listed: BTreeSet<Instant>,
}

/// What was seen of tags.
#[derive(Default)]
pub(super) struct Gathered {
    seen: BTreeMap<ResourceArn, Seen>,
    lists: BTreeMap<Pair, Vec<(Instant, Evidence)>>,
}

impl Gathered {
    pub(super) fn note(&mut self, arn: &ResourceArn, fact: &Fact, says: &TagsSays) {
        let seen = self.seen.entry(arn.clone()).or_default();
        seen.tags.note(fact, Some(says.tags.clone()));
        seen.homes.extend(says.account.clone().zip(says.region.clone()));
        seen.listed.insert(fact.at);
    }

    pub(super) fn whole(&mut self, pair: Pair, at: Instant, evidence: Evidence) {
        self.lists.entry(pair).or_default().push((at, evidence));
    }

    /// A complete list has every resource that has or had a tag; whichever is known otherwise and not in it has none.
    pub(super) fn settle<'a>(mut self, known: impl Iterator<Item = &'a ResourceArn>) -> BTreeMap<ResourceArn, Tagged> {
        if !self.lists.is_empty() {
            for arn in known {
                self.seen.entry(arn.clone()).or_default();
            }
        }
        for (arn, seen) in &mut self.seen {
            let pair = arn.pair().or_else(|| seen.homes.first().cloned());
            for (at, evidence) in pair.and_then(|pair| self.lists.get(&pair)).into_iter().flatten() {
                if !seen.listed.contains(at) {
                    seen.tags.observe(*at, *evidence, Tags::new());
                }
            }
        }
        let settled = self.seen.into_iter().filter(|(_, seen)| !seen.tags.is_empty());
        settled
            .map(|(arn, seen)| (arn, Tagged { tags: seen.tags.replay_quietly(|at| at), homes: seen.homes }))
            .collect()
    }
}
