//! The rebuilt state at an instant: every entity, every attribute with its value, since when, how it is known, and where.

use super::compile::{cited_sources, refer, sources, told_drift};
use super::wire::{Drift, EvidenceRef, SourceFile, Tool};
use crate::arn::{AccountId, Arn};
use crate::evidence::{Cite, Evidence};
use crate::ingest::Log;
use crate::ingest::log::Entry;
use crate::instant::{self, Instant};
use crate::world::World;
use crate::world::entity::{Entity, Shown};
use globset::{GlobBuilder, GlobMatcher};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The value of `schema`.
pub const SCHEMA: &str = "vaultrail.state/1";

/// What `vaultrail state` tells.
#[derive(Debug, Clone, Serialize)]
pub struct State {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// The instant, RFC 3339. Later evidence may have been used to know what held then.
    pub at: String,
    /// Entities by kind and id.
    pub entities: Vec<EntityInfo>,
    /// Where a snapshot contradicts the replay of the log, up to the instant.
    pub drifts: Vec<Drift>,
    /// The files that are cited; `id` is what evidence names.
    pub sources: Vec<SourceFile>,
}

/// One entity.
#[derive(Debug, Clone, Serialize)]
pub struct EntityInfo {
    /// `vault`, `share`, `team`, …
    pub kind: &'static str,
    /// ARN or id.
    pub id: String,
    /// The account in the ARN.
    pub account: Option<String>,
    /// The Region in the ARN.
    pub region: Option<String>,
    /// Attributes under AWS's names, in AWS's order.
    pub attributes: Vec<AttributeInfo>,
}

/// One attribute at the instant.
#[derive(Debug, Clone, Serialize)]
pub struct AttributeInfo {
    /// AWS's name.
    pub name: String,
    /// `false`: a record changed it and does not say to what.
    pub known: bool,
    /// The value; `null` where it is unknown, or where AWS says that there is none.
    pub value: Value,
    /// Since when; `null` for what has no history.
    pub since: Option<String>,
    /// `event`, `snapshot`, `both`, or `inferred`: carried back from a later snapshot over a whole log.
    pub confidence: Option<&'static str>,
    /// The record or row that set it.
    pub evidence: Option<EvidenceRef>,
    /// The latest one that showed it again.
    pub confirmed: Option<EvidenceRef>,
}

/// Which entities are wanted.
#[derive(Debug, Default)]
pub struct Wanted(Vec<(String, GlobMatcher)>);

impl Wanted {
    /// From what the user wrote; nothing means all.
    pub fn of(flag: &str, subjects: &[String]) -> Result<Self, String> {
        let each = subjects.iter().map(|text| {
            let glob = GlobBuilder::new(text).backslash_escape(true).build();
            let glob = glob.map_err(|cause| format!("{flag} {text:?} is no pattern: {}", cause.kind()))?;
            Ok((text.clone(), glob.compile_matcher()))
        });
        each.collect::<Result<_, String>>().map(Self)
    }

    /// Whether nothing in particular is asked for.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an account is asked for.
    pub fn names_account(&self) -> bool {
        self.0.iter().any(|(text, _)| AccountId::parse(text).is_some())
    }

    /// Whether an id is wanted: it is the text, ends in it as its name, or matches it as a pattern.
    pub fn holds(&self, id: &str) -> bool {
        self.0.is_empty()
            || self.0.iter().any(|(text, glob)| is_named(id, text) || glob.is_match(id) || glob.is_match(name(id)))
    }
}

/// The name at the end of an ARN.
pub fn name(id: &str) -> &str {
    id.rsplit([':', '/']).next().unwrap_or(id)
}

/// Whether the text is an id, or the name at its end.
fn is_named(id: &str, text: &str) -> bool {
    id == text || name(id) == text
}

impl State {
    /// The state at an instant.
    pub fn of(world: &World, log: &Log, at: Instant, wanted: &Wanted) -> Result<Self, String> {
        let mut entities = Vec::new();
        for (kind, id, entity) in world.entities() {
            if wanted.holds(&id)
                && let Some(info) = entity_info(kind, id, entity, log, at)
            {
                entities.push(info);
            }
        }
        if entities.is_empty() && !wanted.is_all() {
            return Err(nothing(world, at, wanted));
        }
        entities.sort_by(|a, b| (rank(a.kind), a.kind, &a.id).cmp(&(rank(b.kind), b.kind, &b.id)));
        let drifts = world.drifts.iter().filter(|drift| wanted.holds(&drift.entity));
        let drifts = drifts.filter(|drift| drift.between.1 <= at);
        let drifts: Vec<Drift> = drifts.map(|drift| told_drift(drift, world, log)).collect();
        let attributes = entities.iter().flat_map(|entity| &entity.attributes);
        let cited = attributes.flat_map(|a| a.evidence.iter().chain(&a.confirmed));
        let cited = cited_sources(cited.chain(drifts.iter().flat_map(|drift| &drift.evidence)));
        let sources = sources(log, &cited).into_iter().filter(|source| cited.contains(&source.id)).collect();
        Ok(Self {
            schema: SCHEMA,
            tool: Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
            at: instant::show(at),
            entities,
            drifts,
            sources,
        })
    }
}

/// Kinds in the order in which a reader asks for them.
fn rank(kind: &str) -> usize {
    const FIRST: [&str; 6] = ["vault", "restore_access_vault", "share", "invitation", "team", "session"];
    const LAST: [&str; 2] = ["job", "recovery_point"];
    let late = LAST.iter().position(|k| *k == kind).map(|at| 100 + at);
    FIRST.iter().position(|k| *k == kind).or(late).unwrap_or(FIRST.len())
}

fn entity_info(kind: &'static str, id: String, entity: &dyn Entity, log: &Log, at: Instant) -> Option<EntityInfo> {
    let when = |evidence: Evidence| log.entry(evidence).map(Entry::time);
    // What has a history is known from its first span on; what has none from the entry that says it.
    let shown = entity.attributes().into_iter().filter_map(|(name, attribute)| {
        let shown = attribute.shown(at)?;
        (shown.since.is_some() || when(shown.evidence).is_some_and(|said| said <= at)).then_some((name, shown))
    });
    let shown: Vec<_> = shown.collect();
    if shown.is_empty() {
        return None;
    }
    let arn = Arn::parse(&id);
    let account = arn.and_then(|arn| arn.account_id()).or_else(|| AccountId::parse(&id));
    let region = arn.and_then(|arn| arn.region_code());
    Some(EntityInfo {
        kind,
        account: account.map(|id| id.to_string()),
        region: region.map(|code| code.to_string()),
        attributes: shown.into_iter().map(|(name, shown)| attribute(name.into_owned(), &shown, log)).collect(),
        id,
    })
}

fn attribute(name: String, shown: &Shown, log: &Log) -> AttributeInfo {
    let cite = |evidence: Evidence, note: &'static str| refer(&Cite::Entry(evidence, note.into()), log);
    AttributeInfo {
        known: shown.value.is_some(),
        value: shown.value.clone().unwrap_or_default(),
        since: shown.since.map(instant::show),
        confidence: shown.origin.map(super::estate::word),
        evidence: cite(shown.evidence, if shown.value.is_some() { "sets it" } else { "changes it" }),
        confirmed: shown.confirmed.and_then(|evidence| cite(evidence, "shows it again")),
        name,
    }
}

/// Why nothing is shown: known only at other times, or under no such name.
fn nothing(world: &World, at: Instant, wanted: &Wanted) -> String {
    let asked: Vec<&str> = wanted.0.iter().map(|(text, _)| text.as_str()).collect();
    let asked = asked.join(", ");
    let mut names: BTreeMap<String, &'static str> = BTreeMap::new();
    for (kind, id, entity) in world.entities() {
        if wanted.holds(&id) {
            let first = entity.attributes().iter().flat_map(|(_, a)| a.changes()).map(|change| change.at).min();
            let first = first.map(|at| format!("; it is first known at {}", instant::show(at))).unwrap_or_default();
            return format!("--subject {asked}: nothing is known of {id} at {}{first}", instant::show(at));
        }
        names.insert(name(&id).to_owned(), kind);
    }
    let near = wanted.0.first().and_then(|(text, _)| {
        let close = |known: &&String| strsim::jaro_winkler(known, text);
        names.keys().filter(|known| close(known) > 0.7).max_by(|a, b| close(a).total_cmp(&close(b)))
    });
    let near = near.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    format!("--subject {asked}: no entity of the evidence has this ARN, id or name{near}")
}
