//! One ordered story of an entity, an account or an actor: what happened, what it changed, what was refused, and who stood
//! behind it.

mod gather;

use super::compile::{cited_sources, refer, sources};
use super::state::Wanted;
use super::wire::{EvidenceRef, SourceFile, Tool};
use crate::evidence::{Cite, Evidence};
use crate::ingest::Log;
use crate::instant::{self, Instant};
use crate::record::identity::Actor;
use crate::world::World;
use gather::{changes, moments, others, related};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

/// The value of `schema`.
pub const SCHEMA: &str = "vaultrail.timeline/1";

/// What `vaultrail timeline` tells.
#[derive(Debug, Clone, Serialize)]
pub struct Story {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// First instant, RFC 3339.
    pub from: String,
    /// Last instant.
    pub to: String,
    /// What happened, in order of time.
    pub moments: Vec<Moment>,
    /// The files that are cited; `id` is what evidence names.
    pub sources: Vec<SourceFile>,
}

/// What a line of the story is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A call or event that the program understands.
    Event,
    /// A call or event of another service: who, what and where, no more.
    Other,
    /// A snapshot shows something else than before.
    Snapshot,
    /// Time ran out, as a record announced: no record says so itself.
    Elapsed,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it says.
    Succeeded,
    /// Somebody was refused: denied, or not permitted.
    Refused,
    /// It failed for another reason.
    Failed,
}

/// One line of the story.
#[derive(Debug, Clone, Serialize)]
pub struct Moment {
    /// When, RFC 3339.
    pub time: String,
    /// What it is.
    pub sort: Sort,
    /// `eventName`, the operation of a snapshot, or what elapsed.
    pub name: String,
    /// `eventSource`.
    pub source: Option<String>,
    /// In whose log.
    pub account: Option<String>,
    /// Of which Region.
    pub region: Option<String>,
    /// Who.
    pub actor: Option<Actor>,
    /// How a call ended; `null` for what is no call.
    pub outcome: Option<Outcome>,
    /// `errorCode`.
    pub error_code: Option<String>,
    /// `errorMessage`.
    pub error_message: Option<String>,
    /// What it changed.
    pub changes: Vec<ChangeInfo>,
    /// How often the same happened in this second.
    pub count: u64,
    /// Where it stands.
    pub evidence: Option<EvidenceRef>,
}

/// A change of state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeInfo {
    /// `vault`, `share`, …
    pub kind: &'static str,
    /// ARN or id.
    pub id: String,
    /// The attribute.
    pub attribute: String,
    /// When it changed.
    pub at: String,
    /// The value before; `null` where nothing was known.
    pub before: Value,
    /// The value since.
    pub after: Value,
    /// `false`: the record does not say to what it changed.
    pub known: bool,
}

/// What is asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// Entities, resources or accounts.
    pub subject: Wanted,
    /// Actors: principal, session, access key, address.
    pub actor: Wanted,
    /// Event names.
    pub event: Wanted,
    /// First and last instant.
    pub between: (Option<Instant>, Option<Instant>),
}

impl Asked {
    /// Whether records that the program does not understand can belong to the story: those of an actor, of an account, or of
    /// a name.
    pub fn wants_others(&self) -> bool {
        !self.actor.is_all() || !self.event.is_all() || self.subject.names_account()
    }

    fn is_between(&self, at: Instant) -> bool {
        self.between.0.is_none_or(|from| from <= at) && self.between.1.is_none_or(|to| at <= to)
    }

    fn is_by(&self, actor: &Actor) -> bool {
        let names = [Some(&actor.principal), actor.session.as_ref(), actor.access_key_id.as_ref()];
        let more = [actor.source_ip.as_ref(), actor.identity_store_user.as_ref(), actor.source_identity.as_ref()];
        self.actor.is_all() || names.into_iter().chain(more).flatten().any(|text| self.actor.holds(text))
    }
}

impl Story {
    /// The story of what is asked for.
    pub fn of(world: &World, log: &Log, asked: &Asked) -> Result<Self, String> {
        let changed = changes(world);
        let related = related(world, &asked.subject);
        let indexed = log.entries.par_iter().enumerate();
        let mut moments: Vec<(Instant, u32, Moment)> = indexed
            .flat_map_iter(|(at, entry)| {
                let evidence = Evidence(u32::try_from(at).unwrap_or(u32::MAX));
                let changes = changed.get(&evidence).map(Vec::as_slice).unwrap_or_default();
                moments(entry, evidence, changes, (asked, &related), refer(&Cite::Entry(evidence, "".into()), log))
            })
            .collect();
        if asked.wants_others() {
            moments.extend(others(log, asked));
        }
        moments.retain(|(at, _, _)| asked.is_between(*at));
        if moments.is_empty() {
            return Err("nothing of this is in the evidence: neither an event nor a change of state".into());
        }
        moments.sort_by(|(at, order, a), (bt, border, b)| {
            (at, order, a.sort, &a.name).cmp(&(bt, border, b.sort, &b.name))
        });
        let edge = |found: Option<&(Instant, u32, Moment)>| found.map(|(at, _, _)| *at).unwrap_or_default();
        let from = asked.between.0.unwrap_or_else(|| edge(moments.first()));
        let to = asked.between.1.unwrap_or_else(|| edge(moments.last()));
        let moments: Vec<Moment> = together(moments.into_iter().map(|(_, _, moment)| moment));
        let cited = cited_sources(moments.iter().filter_map(|moment| moment.evidence.as_ref()));
        let sources = sources(log, &cited).into_iter().filter(|source| cited.contains(&source.id)).collect();
        let tool = Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() };
        Ok(Self { schema: SCHEMA, tool, from: instant::show(from), to: instant::show(to), moments, sources })
    }
}

/// The same call of the same actor in the same second is told once, with its number.
fn together(moments: impl Iterator<Item = Moment>) -> Vec<Moment> {
    let mut told: Vec<Moment> = Vec::new();
    for moment in moments {
        match told.last_mut() {
            Some(last) if last.is_like(&moment) => last.count += 1,
            _ => told.push(moment),
        }
    }
    told
}

impl Moment {
    fn is_like(&self, other: &Self) -> bool {
        let what = |m: &Self| (m.time.clone(), m.sort, m.name.clone(), m.source.clone(), m.error_code.clone());
        let place = |m: &Self| (m.account.clone(), m.region.clone(), m.actor.clone(), m.outcome);
        self.changes.is_empty() && other.changes.is_empty() && what(self) == what(other) && place(self) == place(other)
    }
}
