//! What every entity has in common: an id, attributes over time, and the entry behind each value.
//!
//! Most entities are a list of attributes and no more: `entity!` declares these once, and makes from it what is gathered, the
//! entity itself, and what `vaultrail state` shows of it.

use super::drift::{Compared, Whose};
use crate::arn::Texts;
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::Fact;
use crate::instant::Instant;
use crate::timeline::{Origin, Timeline};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a recovery point is called among the kinds of entities.
pub const POINT: &str = "recovery_point";

/// A value and the entry that says it; `None`: no entry does.
pub type Told<T> = Option<(T, Evidence)>;

/// The same of what few entities have, so that it takes little where there is none.
pub type Seldom<T> = Option<Box<(T, Evidence)>>;

/// The first to say it counts.
pub fn first<T: Clone>(known: &mut Told<T>, said: Option<&T>, fact: &Fact) {
    if known.is_none() {
        *known = said.map(|value| (value.clone(), fact.evidence));
    }
}

/// The last to say it counts.
pub fn last<T: Clone>(known: &mut Told<T>, said: Option<&T>, fact: &Fact) {
    if let Some(value) = said {
        *known = Some((value.clone(), fact.evidence));
    }
}

/// Shares the texts of a value that many entities have.
pub fn share<T>(told: &mut Told<T>, texts: &mut Texts, with: fn(&mut T, &mut Texts)) {
    if let Some((value, _)) = told {
        with(value, texts);
    }
}

/// An attribute's value at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The value; `None`: something changed it, the log does not say to what.
    pub value: Option<Value>,
    /// Since when it holds; `None`: what never changes, or whose change leaves no record.
    pub since: Option<Instant>,
    /// How it is known.
    pub origin: Option<Origin>,
    /// The entry that set it.
    pub evidence: Evidence,
    /// The latest entry up to the instant that showed it again.
    pub confirmed: Option<Evidence>,
}

/// An attribute of an entity, whatever its type.
pub trait Attribute {
    /// Its value at an instant; `None` where nothing is known of it yet.
    fn shown(&self, at: Instant) -> Option<Shown>;
    /// Its changes, in order.
    fn changes(&self) -> Vec<Change>;
}

/// One change of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// When.
    pub at: Instant,
    /// The value before; `None`: unknown, or nothing was known before.
    pub before: Option<Value>,
    /// The value since; `None`: the entry does not say.
    pub after: Option<Value>,
    /// The entry that shows it.
    pub evidence: Evidence,
    /// Nothing was known of the attribute before.
    pub is_first: bool,
}

impl<T: Clone + PartialEq + Serialize> Attribute for Timeline<T> {
    fn shown(&self, at: Instant) -> Option<Shown> {
        let span = self.at(at)?;
        let (_, last) = span.last_shown(at);
        Some(Shown {
            value: span.value.as_ref().map(|value| serde_json::to_value(value).unwrap_or_default()),
            since: Some(span.from),
            origin: Some(span.origin_at(at)),
            evidence: span.evidence,
            confirmed: (last != span.evidence).then_some(last),
        })
    }

    fn changes(&self) -> Vec<Change> {
        let value = |value: &Option<T>| value.as_ref().map(|value| serde_json::to_value(value).unwrap_or_default());
        let mut before = None;
        let spans = self.spans().iter().enumerate().map(|(at, span)| {
            let after = value(&span.value);
            let before = std::mem::replace(&mut before, after.clone());
            Change { at: span.from, before, after, evidence: span.evidence, is_first: at == 0 }
        });
        spans.collect()
    }
}

impl<T: Serialize> Attribute for Told<T> {
    fn shown(&self, _: Instant) -> Option<Shown> {
        let (value, evidence) = self.as_ref()?;
        Some(told(value, *evidence))
    }

    fn changes(&self) -> Vec<Change> {
        Vec::new()
    }
}

impl<T: Serialize> Attribute for Seldom<T> {
    fn shown(&self, _: Instant) -> Option<Shown> {
        let (value, evidence) = self.as_deref()?;
        Some(told(value, *evidence))
    }

    fn changes(&self) -> Vec<Change> {
        Vec::new()
    }
}

/// One value, whenever.
fn told<T: Serialize>(value: &T, evidence: Evidence) -> Shown {
    let value = serde_json::to_value(value).unwrap_or_default();
    Shown { value: Some(value), since: None, origin: None, evidence, confirmed: None }
}

/// An entity as `vaultrail state` shows it.
pub trait Entity {
    /// Its attributes under AWS's names, in the order in which they are shown.
    fn attributes(&self) -> Attributes<'_>;
}

impl<E: Entity> Entity for Box<E> {
    fn attributes(&self) -> Attributes<'_> {
        self.as_ref().attributes()
    }
}

/// Attributes under AWS's names; those of a list carry their key behind a slash (`principals/111122223333`).
pub type Attributes<'a> = Vec<(Cow<'static, str>, &'a dyn Attribute)>;

/// The attributes of a list: one for each key.
pub fn keyed<'a, T: Attribute>(of: &str, list: &'a BTreeMap<String, T>) -> Attributes<'a> {
    list.iter().map(|(key, line)| (Cow::Owned(format!("{of}/{key}")), line as &dyn Attribute)).collect()
}

/// An attribute of its own.
pub fn alone<'a>(name: &'static str, line: &'a dyn Attribute) -> Attributes<'a> {
    vec![(name.into(), line)]
}

/// How far back a snapshot's value is carried, and where it is compared with the log.
pub struct Terms<'a> {
    /// The entity.
    pub whose: Whose<'a>,
    /// Since when the log that shows its changes is whole, seen from an instant.
    pub whole: &'a dyn Fn(Instant) -> Instant,
    /// All comparisons.
    pub compared: &'a mut Compared,
}

/// Declares an entity: its module's `Seen` gathers what facts say, `Seen::replay` makes the entity.
///
/// Each attribute names the member of the facts that says it, its type, AWS's name for it, and how a snapshot's value is
/// carried back:
/// - `fixed`: it never changes, so back to the creation of the entity (or as `changing` where that is unknown);
/// - `changing`: over a whole log, not before the creation;
/// - `quiet`: it changes without a record, so not at all, and a difference is no drift;
/// - `first`, `last`: one value without a history, as the first or last to speak says it;
/// - `first_seldom`, `last_seldom`: the same, of what few entities have;
/// - `each`: one value for each key, `changing`;
/// - `listed`: keys that are in a list or not, `changing`; the facts' `whole` names the list that is complete;
/// - `scattered`: as `listed`, but other logs show changes too, so that nothing is carried back.
macro_rules! entity {
    ($(#[$doc:meta])* $name:ident($id:ty) of $says:ty { $($(#[$text:meta])* $field:ident: $type:ty = $word:literal $how:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            /// Its ARN or id.
            pub id: $id,
            /// The first entry that names it.
            pub first_seen: Option<($crate::instant::Instant, $crate::evidence::Evidence)>,
            $($(#[$text])* pub $field: $crate::world::entity::entity!(@kept $how $type),)*
        }

        /// What was seen of it.
        #[derive(Default)]
        pub(in crate::world) struct Seen {
            created: Option<$crate::instant::Instant>,
            first_seen: Option<($crate::instant::Instant, $crate::evidence::Evidence)>,
            $($field: $crate::world::entity::entity!(@seen $how $type),)*
        }

        impl Seen {
            pub(in crate::world) fn note(&mut self, fact: &$crate::facts::Fact, says: &$says) {
                self.first_seen.get_or_insert((fact.at, fact.evidence));
                self.created = self.created.or($crate::facts::Says::created(says));
                $($crate::world::entity::entity!(@note $how self.$field, says.$field, fact, says, $word);)*
            }

            pub(in crate::world) fn replay(self, id: $id, terms: &mut $crate::world::entity::Terms<'_>) -> $name {
                terms.whose.created = self.created;
                $name {
                    id,
                    first_seen: self.first_seen,
                    $($field: $crate::world::entity::entity!(@replay $how self.$field, $word, terms),)*
                }
            }
        }

        impl $crate::world::entity::Entity for $name {
            fn attributes(&self) -> $crate::world::entity::Attributes<'_> {
                let all = [$($crate::world::entity::entity!(@shown $how $word, self.$field)),*];
                all.into_iter().flatten().collect()
            }
        }
    };
    (@kept first $type:ty) => { $crate::world::entity::Told<$type> };
    (@kept last $type:ty) => { $crate::world::entity::Told<$type> };
    (@kept first_seldom $type:ty) => { $crate::world::entity::Seldom<$type> };
    (@kept last_seldom $type:ty) => { $crate::world::entity::Seldom<$type> };
    (@kept each $type:ty) => { std::collections::BTreeMap<String, $crate::timeline::Timeline<$type>> };
    (@kept listed $type:ty) => { $crate::world::entity::entity!(@kept each $type) };
    (@kept scattered $type:ty) => { $crate::world::entity::entity!(@kept each $type) };
    (@kept $how:ident $type:ty) => { $crate::timeline::Timeline<$type> };
    (@seen first $type:ty) => { $crate::world::entity::Told<$type> };
    (@seen last $type:ty) => { $crate::world::entity::Told<$type> };
    (@seen first_seldom $type:ty) => { $crate::world::entity::Told<$type> };
    (@seen last_seldom $type:ty) => { $crate::world::entity::Told<$type> };
    (@seen each $type:ty) => { $crate::world::listed::Listed<$type> };
    (@seen listed $type:ty) => { $crate::world::listed::Listed<$type> };
    (@seen scattered $type:ty) => { $crate::world::listed::Listed<$type> };
    (@seen $how:ident $type:ty) => { $crate::world::seen::Sightings<$type> };
    (@note first $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => {
        $crate::world::entity::first(&mut $known, $said.as_ref(), $fact)
    };
    (@note last $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => {
        $crate::world::entity::last(&mut $known, $said.as_ref(), $fact)
    };
    (@note first_seldom $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => {
        $crate::world::entity::first(&mut $known, $said.as_ref(), $fact)
    };
    (@note last_seldom $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => {
        $crate::world::entity::last(&mut $known, $said.as_ref(), $fact)
    };
    (@note each $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => { $known.note($fact, &$said) };
    (@note listed $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => {
        $known.note($fact, &$said);
        if $says.whole.as_deref() == Some($word) {
            $known.note_whole($fact);
        }
    };
    (@note scattered $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => {
        $crate::world::entity::entity!(@note listed $known, $said, $fact, $says, $word)
    };
    (@note $how:ident $known:expr, $said:expr, $fact:ident, $says:ident, $word:literal) => {
        $known.note($fact, $said.clone())
    };
    (@replay first $seen:expr, $word:literal, $terms:ident) => { $seen };
    (@replay last $seen:expr, $word:literal, $terms:ident) => { $seen };
    (@replay first_seldom $seen:expr, $word:literal, $terms:ident) => { $seen.map(Box::new) };
    (@replay last_seldom $seen:expr, $word:literal, $terms:ident) => { $seen.map(Box::new) };
    (@replay each $seen:expr, $word:literal, $terms:ident) => { $seen.replay($terms, $word, None, true) };
    (@replay listed $seen:expr, $word:literal, $terms:ident) => { $seen.replay($terms, $word, Some(&false), true) };
    (@replay scattered $seen:expr, $word:literal, $terms:ident) => { $seen.replay($terms, $word, Some(&false), false) };
    (@replay quiet $seen:expr, $word:literal, $terms:ident) => { $seen.replay_quietly(|at| at) };
    (@replay fixed $seen:expr, $word:literal, $terms:ident) => { $terms.fixed($seen, $word) };
    (@replay changing $seen:expr, $word:literal, $terms:ident) => { $terms.changing($seen, $word) };
    (@shown each $word:literal, $line:expr) => { $crate::world::entity::keyed($word, &$line) };
    (@shown listed $word:literal, $line:expr) => { $crate::world::entity::keyed($word, &$line) };
    (@shown scattered $word:literal, $line:expr) => { $crate::world::entity::keyed($word, &$line) };
    (@shown $how:ident $word:literal, $line:expr) => { $crate::world::entity::alone($word, &$line) };
}
pub(crate) use entity;

/// Replays the entities of one kind. `pair` says which log shows what happens to one.
pub(super) fn settle<K: Ord + Clone + ToString, S, E>(
    (kind, gathered): (&'static str, BTreeMap<K, S>),
    coverage: &Coverage,
    compared: &mut Compared,
    pair: impl Fn(&K) -> Option<Pair>,
    replay: impl Fn(S, K, &mut Terms<'_>) -> E,
) -> BTreeMap<K, E> {
    let replayed = gathered.into_iter().map(|(key, seen)| {
        let (pair, id) = (pair(&key), key.to_string());
        let whole = |at: Instant| pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
        let whose = Whose { kind, id: &id, pair: pair.as_ref(), created: None };
        let mut terms = Terms { whose, whole: &whole, compared: &mut *compared };
        (key.clone(), replay(seen, key, &mut terms))
    });
    replayed.collect()
}

impl Terms<'_> {
    /// The timeline of what never changes.
    pub fn fixed<T: Clone + PartialEq + Serialize>(
        &mut self,
        seen: super::seen::Sightings<T>,
        field: &'static str,
    ) -> Timeline<T> {
        let (created, whole) = (self.whose.created, self.whole);
        let since = |at: Instant| created.unwrap_or_else(|| whole(at));
        seen.replay(since, &mut super::seen::Note { compared: self.compared, whose: self.whose, field })
    }

    /// The timeline of what changes with a record of it.
    pub fn changing<T: Clone + PartialEq + Serialize>(
        &mut self,
        seen: super::seen::Sightings<T>,
        field: &'static str,
    ) -> Timeline<T> {
        let (created, whole) = (self.whose.created, self.whole);
        let since = |at: Instant| created.map_or_else(|| whole(at), |created| whole(at).max(created));
        seen.replay(since, &mut super::seen::Note { compared: self.compared, whose: self.whose, field })
    }
}
