//! Facts by entity, for kinds of which there are millions: each entity is replayed from its own facts, which are freed with it,
//! so that what was seen of all of them is never held at once.

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
