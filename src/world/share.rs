//! RAM shares: what is in them and who holds them, over time. A principal named in a successful call counts at once; a deleted
//! share holds nothing.

use super::drift::{Compared, Whose};
use super::entity::{Attributes, Entity, Told, keyed, last};
use super::seen::{Note, Sightings};
use crate::arn::{AccountId, Arn, ShareArn};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::words::{Association, ShareStatus};
use crate::facts::{Associated, Fact, ShareList, ShareSays};
use crate::instant::Instant;
use crate::timeline::{Sighting, Timeline};
use serde_json::json;
use std::collections::BTreeMap;

/// Associations by resource ARN, principal or permission ARN.
pub type Lines = BTreeMap<String, Timeline<Association>>;

/// A resource share.
#[derive(Debug)]
pub struct Share {
    /// Its ARN.
    pub arn: ShareArn,
    /// Its name, as it was told last.
    pub name: Option<String>,
    /// Its name over time.
    pub names: Timeline<String>,
    /// `owningAccountId`.
    pub owner: Told<AccountId>,
    /// Resources.
    pub resources: Lines,
    /// Principals.
    pub principals: Lines,
    /// Accounts from which a service principal may use it.
    pub sources: Lines,
    /// Managed permissions.
    pub permissions: Lines,
    /// Their versions, where a call names one.
    pub permission_versions: BTreeMap<String, Timeline<i64>>,
    /// States of associations in AWS's words, by `principals/<id>` and `resources/<ARN>`, also those whose meaning is not known.
    pub words: Lines,
    /// Entries after which every principal is known: its creation, and snapshots of all principals.
    pub principals_known: Vec<(Instant, Evidence)>,
    /// Entries after which every resource is known.
    pub resources_known: Vec<(Instant, Evidence)>,
    /// Whether it exists.
    pub exists: Timeline<bool>,
    /// `status`.
    pub status: Timeline<ShareStatus>,
    /// `allowExternalPrincipals`.
    pub allow_external: Timeline<bool>,
    /// `retainSharingOnAccountLeaveOrganization`.
    pub retain: Timeline<bool>,
    /// `featureSet`.
    pub feature_set: Timeline<String>,
    /// Tags; `None`: taken away.
    pub tags: BTreeMap<String, Timeline<Option<String>>>,
    /// What EventBridge told of it.
    pub news: Timeline<String>,
    /// When it was made.
    pub created: Option<(Instant, Evidence)>,
}

impl Share {
    /// The log that shows what happens to it.
    pub fn pair(&self) -> Option<Pair> {
        self.arn.pair()
    }

    /// Whether a principal held a resource through it at an instant, as far as is known.
    pub fn holds(&self, resource: &str, principal: &str, at: Instant) -> bool {
        let is_in = |line: Option<&Timeline<Association>>| {
            let state = line.and_then(|line| line.at(at)).and_then(|span| span.value.as_ref());
            state.is_some_and(Association::is_in)
        };
        is_in(self.resources.get(resource)) && is_in(self.principals.get(principal))
    }
}

impl Entity for Share {
    fn attributes(&self) -> Attributes<'_> {
        let mut all: Attributes<'_> = vec![
            ("exists".into(), &self.exists),
            ("status".into(), &self.status),
            ("name".into(), &self.names),
            ("owningAccountId".into(), &self.owner),
            ("allowExternalPrincipals".into(), &self.allow_external),
            ("retainSharingOnAccountLeaveOrganization".into(), &self.retain),
            ("featureSet".into(), &self.feature_set),
            ("Resource Sharing State Change".into(), &self.news),
        ];
        all.extend(keyed("resources", &self.resources));
        all.extend(keyed("principals", &self.principals));
        all.extend(keyed("sources", &self.sources));
        all.extend(keyed("permissions", &self.permissions));
        all.extend(keyed("permissionVersions", &self.permission_versions));
        all.extend(keyed("tags", &self.tags));
        all.extend(keyed("associationStatus", &self.words));
        all
    }
}

/// What was seen of a share.
#[derive(Default)]
pub(super) struct Seen {
    name: Option<String>,
    names: Sightings<String>,
    owner: Told<AccountId>,
    resources: Held,
    principals: Held,
    sources: Held,
    permissions: Held,
    permission_versions: BTreeMap<String, Sightings<i64>>,
    words: BTreeMap<String, Sightings<Association>>,
    exists: Sightings<bool>,
    status: Sightings<ShareStatus>,
    allow_external: Sightings<bool>,
    retain: Sightings<bool>,
    feature_set: Sightings<String>,
    tags: BTreeMap<String, Sightings<Option<String>>>,
    news: Sightings<String>,
    deletions: Vec<Fact>,
    created: Option<(Instant, Evidence)>,
    first_seen: Option<Instant>,
}

/// Associations of one kind.
#[derive(Default)]
struct Held {
    lines: BTreeMap<String, Sightings<Association>>,
    first: BTreeMap<String, (Instant, Evidence)>,
    /// Complete lists.
    listed: Vec<(Instant, Evidence)>,
    /// These, and the creation.
    known: Vec<(Instant, Evidence)>,
}

impl Held {
    /// Notes associations. States that mean the same for whoever holds it are the same here; what a word of tomorrow means is
    /// unknown.
    fn note(&mut self, fact: &Fact, said: &Associated, is_new: bool, all: bool) {
        if is_new || all {
            self.known.push((fact.at, fact.evidence));
        }
        if all && self.listed.last().is_none_or(|(at, _)| *at != fact.at) {
            self.listed.push((fact.at, fact.evidence));
        }
        for (entity, state) in said {
            self.first.entry(entity.clone()).or_insert((fact.at, fact.evidence));
            let seen = self.lines.entry(entity.clone()).or_default();
            match state {
                Association::Other(_) => seen.blur(fact),
                _ if state.is_in() => seen.note(fact, Some(Association::Associated)),
                _ => seen.note(fact, Some(Association::Disassociated)),
            }
        }
    }

    /// Whom a complete list no longer names is no longer in the share.
    fn note_absent(&mut self) {
        for (at, evidence) in &self.listed {
            for seen in self.lines.values_mut().filter(|seen| seen.is_settled_at(*at)) {
                seen.observe(*at, *evidence, Association::Disassociated);
            }
        }
    }

    /// The association ended, by what a fact says of something else.
    fn end(&mut self, fact: &Fact, ends: impl Fn(&str) -> bool) {
        let ended = Fact { observed: false, ..fact.clone() };
        for (_, seen) in self.lines.iter_mut().filter(|(entity, _)| ends(entity)) {
            seen.note(&ended, Some(Association::Disassociated));
        }
    }

    /// The timelines. What a snapshot shows and a log that names everything in the share does not is a drift.
    fn replay(mut self, whole: impl Fn(Instant) -> Instant, note: &mut Note<'_>) -> Lines {
        self.note_absent();
        let mut lines = Lines::new();
        for (entity, seen) in self.lines {
            let shown = seen.only_shown().filter(|first| first.value == Some(Association::Associated));
            let before = |at: Instant| self.known.iter().rev().find(|(known, _)| *known < at);
            let unnamed = shown.and_then(|first| before(first.at)).copied();
            let named = |state: Option<&Association>| json!({ entity.as_str(): state });
            let mut said = seen.as_other(|state| Some(named(Some(state))));
            if let Some((at, evidence)) = unnamed {
                said.insert(0, Sighting { at, value: Some(named(None)), evidence, observed: false });
            }
            note.compared.note(note.whose, note.field, &said);
            let line = if unnamed.is_some() { seen.replay_quietly(|at| at) } else { seen.replay_quietly(&whole) };
            lines.insert(entity, line);
        }
        lines
    }
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &ShareSays) {
        self.first_seen.get_or_insert(fact.at);
        self.name = says.name.clone().or(self.name.take());
        self.names.note(fact, says.name.clone());
        last(&mut self.owner, says.owner.as_ref(), fact);
        self.exists.note(fact, says.exists);
        self.status.note(fact, says.status.clone());
        self.allow_external.note(fact, says.allow_external);
        self.retain.note(fact, says.retain);
        self.feature_set.note(fact, says.feature_set.clone());
        self.news.note(fact, says.news.clone());
        if let Some(created) = says.created {
            self.created.get_or_insert((created, fact.evidence));
        }
        if says.exists == Some(false) {
            self.deletions.push(fact.clone());
        }
        if says.permission_replaced {
            self.permissions.lines.values_mut().for_each(|seen| seen.blur(fact));
        }
        self.resources.note(fact, &says.resources, says.is_new, says.all_resources);
        self.principals.note(fact, &says.principals, says.is_new, says.all_principals);
        self.sources.note(fact, &says.sources, says.is_new, false);
        self.permissions.note(fact, &says.permissions, false, false);
        for (arn, version) in &says.permission_versions {
            self.permission_versions.entry(arn.clone()).or_default().note(fact, Some(*version));
        }
        for (entity, word) in &says.words {
            self.words.entry(entity.clone()).or_default().note(fact, Some(word.clone()));
        }
        for (key, value) in &says.tags {
            self.tags.entry(key.clone()).or_default().note(fact, Some(value.clone()));
        }
    }

    /// A complete list of the account's associations names none of this share: it has none.
    pub(super) fn note_all(&mut self, at: Instant, evidence: Evidence, list: ShareList) {
        let held = match list {
            ShareList::Principals => &mut self.principals,
            ShareList::Resources => &mut self.resources,
        };
        let is_old = self.first_seen.is_some_and(|seen| seen <= at - chrono::Duration::hours(1));
        if !is_old {
            return;
        }
        // The list shows better than one of its rows who is not in it.
        match held.listed.iter_mut().find(|(listed, _)| *listed == at) {
            Some(listed) => listed.1 = evidence,
            None => held.listed.push((at, evidence)),
        }
        held.known.push((at, evidence));
        held.known.sort_by_key(|(known, _)| *known);
    }

    /// An invitation expired: RAM takes the principal out of the share.
    pub(super) fn note_expired(&mut self, fact: &Fact, receiver: &AccountId) {
        self.principals.end(fact, |principal| principal == receiver.as_str());
    }

    /// Sharing within the organisation of this management account ended: its organisation and units hold nothing any more.
    pub(super) fn note_trust_ended(&mut self, fact: &Fact, management: &AccountId) {
        self.principals.end(fact, |principal| {
            let arn = Arn::parse(principal).filter(|arn| arn.service == "organizations");
            arn.is_some_and(|arn| arn.account == management.as_str())
        });
    }

    /// A permission takes another's place, some time later.
    pub(super) fn note_replaced(&mut self, fact: &Fact, from: &str, to: &str) {
        let held = self.permissions.lines.get(from).and_then(|seen| seen.latest());
        if held == Some(&Some(Association::Associated)) {
            self.permissions.lines.entry(from.to_owned()).or_default().blur(fact);
            self.permissions.lines.entry(to.to_owned()).or_default().blur(fact);
        }
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = (&str, Instant, Evidence)> {
        self.resources.first.iter().map(|(arn, (at, evidence))| (arn.as_str(), *at, *evidence))
    }

    pub(super) fn replay(mut self, arn: ShareArn, coverage: &Coverage, compared: &mut Compared) -> Share {
        for deletion in std::mem::take(&mut self.deletions) {
            for held in [&mut self.resources, &mut self.principals, &mut self.sources, &mut self.permissions] {
                held.end(&deletion, |_| true);
            }
        }
        let pair = arn.pair();
        let created = self.created.map(|(at, _)| at);
        let whole = |at: Instant| {
            let since = pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
            created.map_or(since, |created| since.max(created))
        };
        let id = arn.to_string();
        let whose = Whose { kind: "share", id: &id, pair: pair.as_ref(), created };
        let (principals_known, resources_known) = (self.principals.known.clone(), self.resources.known.clone());
        Share {
            resources: self.resources.replay(whole, &mut note(compared, whose, "resources")),
            principals: self.principals.replay(whole, &mut note(compared, whose, "principals")),
            sources: self.sources.replay(whole, &mut note(compared, whose, "sources")),
            permissions: self.permissions.replay(whole, &mut note(compared, whose, "permissions")),
            permission_versions: quietly(self.permission_versions),
            words: quietly(self.words),
            exists: self.exists.replay(whole, &mut note(compared, whose, "exists")),
            // Owner and receiver see different states of the same share.
            status: self.status.replay_quietly(|at| at),
            names: self.names.replay(whole, &mut note(compared, whose, "name")),
            allow_external: self.allow_external.replay(whole, &mut note(compared, whose, "allowExternalPrincipals")),
            retain: self.retain.replay(whole, &mut note(compared, whose, "retainSharingOnAccountLeaveOrganization")),
            feature_set: self.feature_set.replay_quietly(|at| at),
            tags: quietly(self.tags),
            news: self.news.replay_quietly(|at| at),
            name: self.name,
            owner: self.owner,
            principals_known,
            resources_known,
            created: self.created,
            arn,
        }
    }
}

fn note<'a>(compared: &'a mut Compared, whose: Whose<'a>, field: &'static str) -> Note<'a> {
    Note { compared, whose, field }
}

fn quietly<T: Clone + PartialEq + serde::Serialize>(
    seen: BTreeMap<String, Sightings<T>>,
) -> BTreeMap<String, Timeline<T>> {
    seen.into_iter().map(|(key, seen)| (key, seen.replay_quietly(|at| at))).collect()
}
