//! Legal holds over time, and which recovery points they keep.

use super::World;
use super::entity::{Attributes, Entity, Terms, Told, first, last};
use super::point::Point;
use super::seen::Sightings;
use crate::arn::{AccountId, RecoveryPointArn, Region};
use crate::evidence::Evidence;
use crate::facts::words::HoldStatus;
use crate::facts::{Fact, HoldSays, HoldSelection};
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::BTreeMap;

/// A legal hold.
#[derive(Debug)]
pub struct Hold {
    /// `LegalHoldId`.
    pub id: String,
    /// `LegalHoldArn`.
    pub arn: Told<String>,
    /// Whose it is.
    pub account: Told<AccountId>,
    /// In which Region.
    pub region: Told<Region>,
    /// `Title`.
    pub title: Told<String>,
    /// `Description`.
    pub description: Told<String>,
    /// `Status`.
    pub status: Timeline<HoldStatus>,
    /// `CreationDate`.
    pub created: Told<Instant>,
    /// `CancellationDate`.
    pub canceled: Told<Instant>,
    /// `CancelDescription`.
    pub cancel_description: Told<String>,
    /// `RetainRecordUntil`.
    pub retain_until: Told<Instant>,
    /// `RecoveryPointSelection`.
    pub selection: Told<HoldSelection>,
    /// Points that a list of the hold shows.
    pub points: BTreeMap<RecoveryPointArn, Evidence>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

/// Whether a hold keeps a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// No.
    No,
    /// Perhaps: something about the hold or the point is unknown.
    Perhaps,
    /// Yes.
    Surely,
}

impl From<Option<bool>> for Holds {
    fn from(known: Option<bool>) -> Self {
        known.map_or(Self::Perhaps, |yes| if yes { Self::Surely } else { Self::No })
    }
}

impl Hold {
    /// Whether it keeps a point at an instant: it is in force, and the point meets every criterion that it sets.
    pub fn keeps(&self, point: &Point, at: Instant) -> Holds {
        let selected = if self.points.contains_key(&point.arn) { Holds::Surely } else { self.selects(point) };
        selected.min(self.in_force(at))
    }

    /// A hold that is being made or cancelled may or may not keep a point already or still.
    fn in_force(&self, at: Instant) -> Holds {
        match self.status.at(at).and_then(|span| span.value.as_ref()) {
            Some(HoldStatus::Active) => Holds::Surely,
            Some(HoldStatus::Canceled) => Holds::No,
            None if self.created.as_ref().is_some_and(|(created, _)| at < *created) => Holds::No,
            _ => Holds::Perhaps,
        }
    }

    fn selects(&self, point: &Point) -> Holds {
        let Some((wanted, _)) = &self.selection else { return Holds::Perhaps };
        let vault = wanted.vaults.as_ref().map_or(Holds::Surely, |names| {
            let place = self.account.as_ref().zip(self.region.as_ref());
            Holds::from(point.vault().zip(place).map(|(vault, ((account, _), (region, _)))| {
                let here = vault.pair().is_some_and(|(owner, code)| owner == *account && code == *region);
                here && names.iter().any(|name| name == vault.name())
            }))
        });
        let resource = wanted.resources.as_ref().map_or(Holds::Surely, |wanted| {
            wanted.iter().map(|identifier| is_of(point, identifier)).max().unwrap_or(Holds::Perhaps)
        });
        let bound = |limit: Option<Instant>, meets: fn(Instant, Instant) -> bool| {
            limit.map_or(Holds::Surely, |limit| Holds::from(point.created().map(|created| meets(created, limit))))
        };
        let (from, to) = (bound(wanted.from, |at, from| at >= from), bound(wanted.to, |at, to| at <= to));
        let readable = if wanted.unreadable { Holds::Perhaps } else { Holds::Surely };
        [vault, resource, from, to, readable].into_iter().min().unwrap_or(Holds::Perhaps)
    }
}

/// Whether an identifier, an ARN or a type, is that of the point's resource; what it means with a wildcard is not documented.
fn is_of(point: &Point, identifier: &str) -> Holds {
    if identifier.contains('*') {
        return Holds::Perhaps;
    }
    if identifier.starts_with("arn:") {
        return Holds::from(point.resource().map(|resource| resource.as_str() == identifier));
    }
    Holds::from(point.resource_type.as_ref().map(|(kind, _)| kind.eq_ignore_ascii_case(identifier)))
}

impl World {
    /// The holds that keep a point at an instant, surely or perhaps.
    pub fn holds_on(&self, point: &Point, at: Instant) -> Vec<(&Hold, Holds)> {
        let all = self.holds.values().map(|hold| (hold, hold.keeps(point, at)));
        all.filter(|(_, holds)| *holds != Holds::No).collect()
    }
}

impl Entity for Hold {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("Status".into(), &self.status),
            ("LegalHoldArn".into(), &self.arn),
            ("Title".into(), &self.title),
            ("Description".into(), &self.description),
            ("CreationDate".into(), &self.created),
            ("CancellationDate".into(), &self.canceled),
            ("CancelDescription".into(), &self.cancel_description),
            ("RetainRecordUntil".into(), &self.retain_until),
            ("RecoveryPointSelection".into(), &self.selection),
        ]
    }
}

/// What was seen of a hold.
#[derive(Default)]
pub(super) struct Seen {
    arn: Told<String>,
    account: Told<AccountId>,
    region: Told<Region>,
    title: Told<String>,
    description: Told<String>,
    status: Sightings<HoldStatus>,
    created: Told<Instant>,
    canceled: Told<Instant>,
    cancel_description: Told<String>,
    retain_until: Told<Instant>,
    selection: Told<HoldSelection>,
    points: BTreeMap<RecoveryPointArn, Evidence>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &HoldSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        first(&mut self.arn, says.arn.as_ref(), fact);
        first(&mut self.account, says.account.as_ref(), fact);
        first(&mut self.region, says.region.as_ref(), fact);
        first(&mut self.title, says.title.as_ref(), fact);
        first(&mut self.description, says.description.as_ref(), fact);
        first(&mut self.created, says.created.as_ref(), fact);
        first(&mut self.selection, says.selection.as_ref(), fact);
        last(&mut self.canceled, says.canceled.as_ref(), fact);
        last(&mut self.cancel_description, says.cancel_description.as_ref(), fact);
        last(&mut self.retain_until, says.retain_until.as_ref(), fact);
        self.status.note(fact, says.status.clone());
        if let Some(point) = &says.holds {
            self.points.entry(point.clone()).or_insert(fact.evidence);
        }
    }

    pub(super) fn replay(self, id: String, terms: &mut Terms<'_>) -> Hold {
        terms.whose.created = self.created.as_ref().map(|(at, _)| *at);
        let (created, whole) = (terms.whose.created, terms.whole);
        Hold {
            id,
            arn: self.arn,
            account: self.account,
            region: self.region,
            title: self.title,
            description: self.description,
            // `CREATING` and `CANCELING` end without a record, so that a difference is no drift.
            status: self.status.replay_quietly(|at| created.map_or_else(|| whole(at), |c| whole(at).max(c))),
            created: self.created,
            canceled: self.canceled,
            cancel_description: self.cancel_description,
            retain_until: self.retain_until,
            selection: self.selection,
            points: self.points,
            first_seen: self.first_seen,
        }
    }
}

/// The log that shows what happens to a hold.
pub(super) fn pair(seen: &Seen) -> Option<crate::coverage::Pair> {
    seen.account.as_ref().zip(seen.region.as_ref()).map(|((account, _), (region, _))| (account.clone(), region.clone()))
}
