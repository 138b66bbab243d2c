//! Facts by entity, for kinds of which there are millions: each entity is replayed from its own facts, which are freed with it,
//! so that what was seen of all of them is never held at once.

use super::{World, copying, job, point};
use crate::arn::{JobId, RecoveryPointArn, Texts};
use crate::facts::Fact;
use std::collections::HashMap;
use std::hash::Hash;

/// The facts of each entity, in the order in which they were put.
pub(super) struct Grouped<K> {
    /// Where each entity's facts are. Only looked up in: its order means nothing.
    places: HashMap<K, usize>,
    entities: Vec<(K, Vec<Fact>)>,
}

impl<K> Default for Grouped<K> {
    fn default() -> Self {
        Self { places: HashMap::new(), entities: Vec::new() }
    }
}

impl<K: Hash + Eq + Clone> Grouped<K> {
    /// One more fact of an entity.
    pub fn put(&mut self, of: K, fact: Fact) {
        if let Some((_, facts)) = self.places.get(&of).and_then(|place| self.entities.get_mut(*place)) {
            facts.push(fact);
            return;
        }
        self.places.insert(of.clone(), self.entities.len());
        self.entities.push((of, vec![fact]));
    }

    /// All entities, each with its facts, in the order in which they were first named: as their facts lie in memory.
    pub fn entities(self) -> impl Iterator<Item = (K, Vec<Fact>)> {
        drop(self.places);
        self.entities.into_iter()
    }
}

impl World {
    /// What there are millions of: one after the other, each with what is made of it while it is at hand.
    pub(super) fn settle_points_and_jobs(&mut self, points: Grouped<RecoveryPointArn>, jobs: Grouped<JobId>) {
        let (mut texts, mut series, mut ended) =
            (Texts::default(), point::Series::default(), copying::Ended::default());
        let points = points.entities().map(|(arn, facts)| {
            let seen = point::Seen::of(&facts);
            let point = seen.replay(arn.clone(), &self.vaults, &mut self.compared).share(&mut texts);
            series.put(&point);
            (arn, Box::new(point))
        });
        self.points = points.collect();
        self.copies = series.settle();
        let jobs = jobs.entities().map(|(id, facts)| {
            let job = job::replay(id.clone(), &facts, &mut self.compared).share(&mut texts);
            ended.put(&job);
            (id, Box::new(job))
        });
        self.jobs = jobs.collect();
        self.copying.ended = ended.settle();
    }
}
