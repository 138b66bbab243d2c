//! Log against snapshots: what the replay of the log says of an attribute, compared with what snapshots show of it.
//!
//! The log's word is the value that the last record gave it; where no record has yet spoken, that of the first snapshot.
//! A snapshot that shows another one is a drift, until a record sets the attribute anew or a snapshot shows the log's word
//! again. That later snapshots show the same as the drifting one does not mend it.

use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::instant::Instant;
use crate::timeline::Sighting;
use chrono::Duration;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Rows that lie no further apart are of one snapshot: an inventory of many accounts takes its time.
const ONE_SNAPSHOT: Duration = Duration::hours(1);

/// One contradiction.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// Kind of the entity: `vault`, `share`, …
    pub kind: &'static str,
    /// ARN or id.
    pub entity: String,
    /// Attribute.
    pub field: &'static str,
    /// What the log says.
    pub replayed: Value,
    /// What the snapshot shows.
    pub observed: Value,
    /// The last entry that shows the one, the row behind the other.
    pub evidence: [Evidence; 2],
    /// When these two were so: the change lies between.
    pub between: (Instant, Instant),
    /// Whose log would show a change; `None`: not known.
    pub pair: Option<Pair>,
}

/// What may be behind a drift, as far as the coverage of the log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explanation {
    /// No log of the account and Region that would show the change is among the evidence.
    NoLog,
    /// That log has a hole between the two.
    Gap,
    /// That log is whole between the two.
    Unlogged,
    /// Nothing says in which log a change would be.
    Unplaced,
}

impl Explanation {
    /// For a change between two instants that the log of `pair` would show.
    pub fn of(pair: Option<&Pair>, (from, to): (Instant, Instant), coverage: &Coverage) -> Self {
        let Some(pair) = pair else { return Self::Unplaced };
        if coverage.over(pair, from, to).is_ok() {
            Self::Unlogged
        } else if coverage.pairs().any(|(known, events)| known == pair && events > 0) {
            Self::Gap
        } else {
            Self::NoLog
        }
    }

    /// In words.
    pub fn said(self) -> &'static str {
        match self {
            Self::NoLog => "No log of the account and Region that would show a change is among the evidence.",
            Self::Gap => "The log has a hole between the two, in which it may have changed.",
            Self::Unlogged => {
                "The log is whole between the two: a change that is not logged, a record that is withheld, or a snapshot of another time."
            }
            Self::Unplaced => "Nothing says in whose log a change would be.",
        }
    }
}

/// Where log and snapshot disagree.
#[derive(Debug, Clone, Copy)]
pub struct Difference<'s, T> {
    /// The log's word.
    pub word: &'s Sighting<T>,
    /// The last entry that showed it.
    pub shown: &'s Sighting<T>,
    /// The first snapshot that shows something else.
    pub found: &'s Sighting<T>,
}

/// One attribute, log against snapshots.
#[derive(Debug)]
pub struct Comparison<'s, T> {
    /// Every difference, in order.
    pub differences: Vec<Difference<'s, T>>,
    /// The last of them stands.
    pub differs: bool,
    /// The log's word and the latest snapshot that shows the same.
    pub same: Option<(&'s Sighting<T>, &'s Sighting<T>)>,
    /// The latest snapshot.
    pub latest: Option<&'s Sighting<T>>,
}

/// Compares what was seen of one attribute, in order.
pub fn compare<T: PartialEq>(seen: &[Sighting<T>]) -> Comparison<'_, T> {
    let mut all = Comparison { differences: Vec::new(), differs: false, same: None, latest: None };
    let mut known: Option<(&Sighting<T>, &Sighting<T>)> = None;
    for sighting in seen {
        if !sighting.observed {
            all.differs = false;
            known = sighting.value.is_some().then_some((sighting, sighting));
            continue;
        }
        if sighting.value.is_none() {
            continue;
        }
        all.latest = Some(sighting);
        let Some((word, shown)) = known else {
            known = Some((sighting, sighting));
            continue;
        };
        if word.value == sighting.value && is_one_snapshot(word, sighting) {
            continue;
        }
        let open = all.differences.last().filter(|_| all.differs).map(|difference| difference.found);
        if word.value == sighting.value {
            // Rows of one snapshot that contradict each other do not mend a drift.
            if open.is_none_or(|found| found.at < sighting.at) {
                all.differs = false;
                all.same = Some((word, sighting));
                known = Some((word, sighting));
            }
        } else if open.is_none_or(|found| found.value != sighting.value) {
            all.differences.push(Difference { word, shown, found: sighting });
            all.differs = true;
        }
    }
    all
}

/// A snapshot is no witness for itself: a row of it, or rows that were taken within the hour.
fn is_one_snapshot<T>(word: &Sighting<T>, sighting: &Sighting<T>) -> bool {
    word.observed && (word.evidence == sighting.evidence || sighting.at - word.at < ONE_SNAPSHOT)
}

/// What was seen of one attribute, by log and snapshots, in order.
#[derive(Debug)]
pub struct Line {
    /// The attribute.
    pub field: &'static str,
    /// Whose log shows its changes; `None`: not known.
    pub pair: Option<Pair>,
    /// What was seen.
    pub seen: Vec<Sighting<Value>>,
}

/// The compared attributes of one entity.
#[derive(Debug, Default)]
pub struct Lines {
    /// When it was made, where that is known.
    pub created: Option<Instant>,
    /// Its attributes.
    pub lines: Vec<Line>,
}

/// All that was compared. Of vaults, shares and approval teams every attribute that a record of it tells, of all other
/// entities those that drift.
#[derive(Debug, Default)]
pub struct Compared {
    /// By kind and id.
    pub of: BTreeMap<(&'static str, String), Lines>,
    /// There are snapshots among the evidence.
    pub has_snapshots: bool,
}

/// Kinds of entities whose every comparison is kept.
pub const KEPT: [&str; 3] = ["vault", "share", "team"];

/// The attribute that tells whether there is such an entity.
pub const EXISTS: &str = "exists";

/// Whose attributes these are.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// `vault`, `share`, …
    pub kind: &'static str,
    /// ARN or id.
    pub id: &'a str,
    /// Whose log shows its changes.
    pub pair: Option<&'a Pair>,
    /// When it was made, where that is known.
    pub created: Option<Instant>,
}

impl Compared {
    /// Adds what was seen of an attribute.
    pub fn note<T: Clone + PartialEq + Serialize>(
        &mut self,
        whose: Whose<'_>,
        field: &'static str,
        seen: &[Sighting<T>],
    ) {
        let Some(first) = seen.iter().position(|sighting| sighting.observed) else { return };
        let mut seen = Cow::Borrowed(seen);
        if !seen.is_sorted_by_key(order) {
            seen.to_mut().sort_by_key(order);
        }
        let alone = first == 0 && seen.len() == 1;
        let kept = KEPT.contains(&whose.kind) || field == EXISTS;
        if !kept && (alone || compare(&seen).differences.is_empty()) {
            return;
        }
        let said = |sighting: &Sighting<T>| Sighting {
            at: sighting.at,
            value: sighting.value.as_ref().map(|value| serde_json::to_value(value).unwrap_or_default()),
            evidence: sighting.evidence,
            observed: sighting.observed,
        };
        let line = Line { field, pair: whose.pair.cloned(), seen: seen.iter().map(said).collect() };
        let lines = self.of.entry((whose.kind, whose.id.to_owned())).or_default();
        lines.created = lines.created.or(whose.created);
        lines.lines.push(line);
    }

    /// Every drift, by entity and field; other entities than those of which every comparison is kept are forgotten.
    pub fn settle(&mut self) -> Vec<Drift> {
        let mut drifts = Vec::new();
        self.of.retain(|(kind, id), lines| {
            let before = drifts.len();
            for line in &lines.lines {
                let differences = compare(&line.seen).differences.into_iter();
                drifts.extend(differences.map(|difference| line.drift(kind, id, &difference)));
            }
            KEPT.contains(kind) || drifts.len() > before
        });
        drifts.sort_by(|a, b| (&a.entity, a.field, a.evidence).cmp(&(&b.entity, b.field, b.evidence)));
        drifts
    }
}

fn order<T>(sighting: &Sighting<T>) -> (Instant, bool, Evidence) {
    (sighting.at, sighting.observed, sighting.evidence)
}

impl Line {
    /// A difference in this attribute of an entity.
    pub fn drift(&self, kind: &'static str, entity: &str, difference: &Difference<'_, Value>) -> Drift {
        let Difference { word, shown, found } = difference;
        Drift {
            kind,
            entity: entity.to_owned(),
            field: self.field,
            replayed: word.value.clone().unwrap_or_default(),
            observed: found.value.clone().unwrap_or_default(),
            evidence: [shown.evidence, found.evidence],
            between: (shown.at, found.at),
            pair: self.pair.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::seconds;

    fn seen(at: i64, value: Option<u32>, observed: bool) -> Sighting<u32> {
        let evidence = Evidence(u32::try_from(at).unwrap_or_default());
        Sighting { at: seconds(at).unwrap_or_default(), value, evidence, observed }
    }

    fn logged(at: i64, value: u32) -> Sighting<u32> {
        seen(at, Some(value), false)
    }

    fn shown(at: i64, value: u32) -> Sighting<u32> {
        seen(at, Some(value), true)
    }

    fn outcome(all: &[Sighting<u32>]) -> (usize, bool) {
        let found = compare(all);
        (found.differences.len(), found.differs)
    }

    #[test]
    fn a_drift_stands_until_the_log_speaks_or_a_snapshot_agrees_with_it() {
        assert_eq!(outcome(&[logged(10, 1), shown(20, 1)]), (0, false));
        assert_eq!(outcome(&[logged(10, 1), shown(20, 2)]), (1, true));
        assert_eq!(outcome(&[logged(10, 1), shown(20, 2), shown(30, 2)]), (1, true));
        assert_eq!(outcome(&[logged(10, 1), shown(20, 2), shown(30, 3)]), (2, true));
        assert_eq!(outcome(&[logged(10, 1), shown(20, 2), shown(30, 1)]), (1, false));
        assert_eq!(outcome(&[logged(10, 1), shown(20, 2), logged(30, 3)]), (1, false));
        assert_eq!(outcome(&[shown(10, 1), shown(20, 2)]), (1, true));
        // A snapshot does not confirm itself.
        assert!(compare(&[shown(10, 1), shown(3609, 1)]).same.is_none());
        assert!(compare(&[shown(10, 1), shown(3610, 1)]).same.is_some());
        // The log does not say to what it changed: a snapshot tells.
        assert_eq!(outcome(&[logged(10, 1), seen(15, None, false), shown(20, 2), shown(30, 2)]), (0, false));
        assert!(compare(&[logged(10, 1), seen(15, None, false), shown(20, 2)]).same.is_none());
    }

    #[test]
    fn the_change_lies_between_the_last_entry_that_agrees_and_the_first_that_does_not() {
        let all = [logged(10, 1), shown(20, 1), shown(30, 2), shown(40, 2)];
        let found = compare(&all);
        let told: Vec<_> = found.differences.iter().map(|d| (d.word, d.shown, d.found)).collect();
        assert_eq!(told, [(&all[0], &all[1], &all[2])]);
        assert_eq!((found.same, found.latest), (Some((&all[0], &all[1])), Some(&all[3])));
    }

    #[test]
    fn rows_of_one_snapshot_that_contradict_each_other_mend_nothing() {
        assert_eq!(outcome(&[logged(10, 1), shown(20, 2), shown(20, 1)]), (1, true));
        assert_eq!(outcome(&[logged(10, 1), shown(20, 1), shown(20, 2)]), (1, true));
        assert_eq!(outcome(&[logged(10, 1), shown(20, 2), shown(20, 1), shown(21, 1)]), (1, false));
    }
}
