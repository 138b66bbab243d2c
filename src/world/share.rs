//! RAM shares: what is in them and who holds them, over time. A principal named in a successful call counts at once.

use super::drift::Drift;
use super::entity::{Attributes, Entity, keyed};
use super::seen::{Note, Sightings};
use crate::arn::{AccountId, ShareArn};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::words::Association;
use crate::facts::{Fact, InvitationSays, ShareSays};
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::BTreeMap;

/// A resource share.
#[derive(Debug)]
pub struct Share {
    /// Its ARN.
    pub arn: ShareArn,
    /// Its name.
    pub name: Option<String>,
    /// Resources.
    pub resources: BTreeMap<String, Timeline<Association>>,
    /// Principals.
    pub principals: BTreeMap<String, Timeline<Association>>,
    /// Entries after which every principal is known: its creation, and snapshots of all principals.
    pub principals_known: Vec<(Instant, Evidence)>,
    /// Whether it exists.
    pub exists: Timeline<bool>,
    /// When it was made.
    pub created: Option<(Instant, Evidence)>,
}

impl Share {
    /// The log that shows what happens to it.
    pub fn pair(&self) -> Option<Pair> {
        self.arn.pair()
    }
}

impl Entity for Share {
    fn attributes(&self) -> Attributes<'_> {
        let mut all: Attributes<'_> = vec![("exists".into(), &self.exists)];
        all.extend(keyed("resources", &self.resources));
        all.extend(keyed("principals", &self.principals));
        all
    }
}

/// An invitation to a share.
#[derive(Debug, Default)]
pub struct Invitation {
    /// To which share.
    pub share: Option<ShareArn>,
    /// From.
    pub sender: Option<AccountId>,
    /// To.
    pub receiver: Option<AccountId>,
    /// When it was sent.
    pub sent: Option<Instant>,
    /// What became of it, in order.
    pub statuses: Vec<(Instant, String, Evidence)>,
}

impl Invitation {
    pub(super) fn note(&mut self, fact: &Fact, says: &InvitationSays) {
        self.share = self.share.take().or_else(|| says.share.clone());
        self.sender = self.sender.take().or_else(|| says.sender.clone());
        self.receiver = self.receiver.take().or_else(|| says.receiver.clone());
        self.sent = self.sent.or(says.sent);
        if let Some(status) = &says.status {
            self.statuses.push((fact.at, status.clone(), fact.evidence));
        }
    }
}

/// What was seen of a share.
#[derive(Default)]
pub(super) struct Seen {
    name: Option<String>,
    resources: BTreeMap<String, Sightings<Association>>,
    principals: BTreeMap<String, Sightings<Association>>,
    principals_known: Vec<(Instant, Evidence)>,
    /// Complete lists of its principals.
    all_principals: Vec<(Instant, Evidence)>,
    first_resources: BTreeMap<String, (Instant, Evidence)>,
    exists: Sightings<bool>,
    created: Option<(Instant, Evidence)>,
}

/// Notes an association. States that mean the same for whoever holds it are the same here; what a word of tomorrow means is
/// unknown.
fn note_association(seen: &mut Sightings<Association>, fact: &Fact, state: &Association) {
    match state {
        Association::Other(_) => seen.blur(fact),
        _ if state.is_in() => seen.note(fact, Some(Association::Associated)),
        _ => seen.note(fact, Some(Association::Disassociated)),
    }
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &ShareSays) {
        self.name = self.name.take().or_else(|| says.name.clone());
        self.exists.note(fact, says.exists);
        if let Some(created) = says.created {
            self.created.get_or_insert((created, fact.evidence));
        }
        if says.is_new || says.all_principals {
            self.principals_known.push((fact.at, fact.evidence));
        }
        if says.all_principals && self.all_principals.last().is_none_or(|(at, _)| *at != fact.at) {
            self.all_principals.push((fact.at, fact.evidence));
        }
        for (entity, state) in &says.resources {
            self.first_resources.entry(entity.clone()).or_insert((fact.at, fact.evidence));
            note_association(self.resources.entry(entity.clone()).or_default(), fact, state);
        }
        for (entity, state) in &says.principals {
            note_association(self.principals.entry(entity.clone()).or_default(), fact, state);
        }
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = (&str, Instant, Evidence)> {
        self.first_resources.iter().map(|(arn, (at, evidence))| (arn.as_str(), *at, *evidence))
    }

    /// Whom a complete list no longer names is no longer in the share.
    fn note_absent(&mut self) {
        for (at, evidence) in &self.all_principals {
            for seen in self.principals.values_mut().filter(|seen| seen.is_settled_at(*at)) {
                seen.observe(*at, *evidence, Association::Disassociated);
            }
        }
    }

    pub(super) fn replay(mut self, arn: ShareArn, coverage: &Coverage, drifts: &mut Vec<Drift>) -> Share {
        self.note_absent();
        let pair = arn.pair();
        let created = self.created.map(|(at, _)| at);
        let whole = |at: Instant| {
            let since = pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
            created.map_or(since, |created| since.max(created))
        };
        let id = arn.to_string();
        let mut lines = |seen: BTreeMap<String, Sightings<Association>>, field: &'static str| -> BTreeMap<_, _> {
            seen.into_iter()
                .map(|(entity, seen)| {
                    let line = seen.replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field });
                    (entity, line)
                })
                .collect()
        };
        let resources = lines(self.resources, "resources");
        let principals = lines(self.principals, "principals");
        Share {
            resources,
            principals,
            exists: self.exists.replay(whole, &mut Note { drifts, entity: &id, field: "exists" }),
            name: self.name,
            principals_known: self.principals_known,
            created: self.created,
            arn,
        }
    }
}
