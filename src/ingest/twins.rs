//! With `--strict`: records that are only counted, each once. Otherwise nothing is remembered of them.

use super::log::Log;
use super::shape::Kind;
use super::{Defect, Source};
use crate::record::Record;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What tells whether two records are one, and whether they say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twin {
    /// Account and event id.
    identity: u64,
    body: u64,
}

impl Twin {
    /// `None` for a record without an id.
    pub fn of(record: &Record) -> Option<Self> {
        let hash = |what: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            what(&mut hasher);
            hasher.finish()
        };
        let identity = hash(&|hasher| (&record.account, &record.id).hash(hasher));
        (!record.id.is_empty()).then(|| Self { identity, body: hash(&|hasher| record.body().hash(hasher)) })
    }
}

/// The first reading of each record that is only counted.
#[derive(Debug, Default)]
pub struct Twins {
    first: HashMap<u64, (Twin, bool, String, u64)>,
}

impl Twins {
    /// Takes out of the count the records of a file that were counted before.
    pub fn count(&mut self, log: &mut Log, source: &Source, twins: Vec<(u64, Twin)>) {
        // Ids in documentation are placeholders: there only the whole body tells.
        let placeholders = source.kind == Kind::Excerpt;
        // Some containers keep a part of each record, so that only ids can be compared.
        let in_part = source.kind.is_pieced_together();
        for (position, twin) in twins {
            let identity = if placeholders { twin.identity ^ twin.body.rotate_left(1) } else { twin.identity };
            let (first, first_in_part, path, record) = match self.first.entry(identity) {
                Entry::Vacant(new) => {
                    new.insert((twin, in_part, source.path.clone(), position));
                    continue;
                }
                Entry::Occupied(known) => known.into_mut(),
            };
            log.records.counted_only -= 1;
            if first.body == twin.body || in_part || *first_in_part {
                log.records.duplicate += 1;
                continue;
            }
            log.records.defective += 1;
            log.defects.push(Defect {
                path: source.path.clone(),
                record: Some(position),
                reason: format!(
                    "its event id is also that of {path} record {record}, which says something else; one of the two was \
                     altered"
                ),
            });
        }
    }
}
