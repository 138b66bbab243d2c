//! Recovery points: what was made of which resource, where it lies, and until when.
//!
//! A point's identity is its ARN, its resource is `ResourceArn`: inside an air-gapped vault the ARN says nothing of it.

use super::drift::Drift;
use super::entity::{Attributes, Entity};
use super::seen::{Note, Sightings};
use super::vault::Vault;
use crate::arn::{RecoveryPointArn, ResourceArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::PointStatus;
use crate::facts::{Fact, PlanRule, PointSays, Retention};
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::BTreeMap;

/// A recovery point.
#[derive(Debug)]
pub struct Point {
    /// Its ARN, or `copy-job:<id>` where only the job that made it is known.
    pub arn: RecoveryPointArn,
    /// Where it lies.
    pub vault: Option<VaultArn>,
    /// What it is of.
    pub resource: Option<ResourceArn>,
    /// `Status`.
    pub status: Timeline<PointStatus>,
    /// How long it is kept.
    pub retention: Timeline<Retention>,
    /// When it was complete: the later of creation and completion.
    pub made: Option<(Instant, Evidence)>,
    /// When it was begun.
    pub created: Option<Instant>,
    /// `CalculatedLifecycle.DeleteAt`.
    pub delete_at: Option<Instant>,
    /// The rule that made it.
    pub rule: Option<PlanRule>,
    /// A complete list of the vault no longer has it.
    pub gone: Option<(Instant, Evidence)>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Point {
    /// The first instant at which it can no longer be restored from, as far as is known.
    pub fn ends(&self, accept_partial: bool) -> Option<Instant> {
        let made = self.made.map(|(at, _)| at)?;
        let unusable = self.status.spans().iter().find(|span| {
            span.from >= made && span.value.as_ref().is_none_or(|status| !status.is_usable(accept_partial))
        });
        let ends = [unusable.map(|span| span.from), self.expires(), self.gone.map(|(at, _)| at)];
        ends.into_iter().flatten().min()
    }

    /// When its life cycle deletes it.
    pub fn expires(&self) -> Option<Instant> {
        let days = self.retention.spans().last().and_then(|span| span.value);
        let computed = match days {
            Some(Retention::Days(days)) if (0..=100_000).contains(&days) => {
                self.created.map(|at| at + chrono::Duration::days(days))
            }
            _ => None,
        };
        self.delete_at.or(computed)
    }
}

impl Entity for Point {
    fn attributes(&self) -> Attributes<'_> {
        vec![("Status".into(), &self.status), ("Lifecycle".into(), &self.retention)]
    }
}

/// One recovery point in the series of a resource.
#[derive(Debug, Clone)]
pub struct Copied {
    /// When it was complete.
    pub at: Instant,
    /// Where it lies.
    pub vault: VaultArn,
    /// Which point.
    pub point: RecoveryPointArn,
    /// The entry that shows it.
    pub evidence: Evidence,
    /// Whether its status ever allowed a restore: `COMPLETED` or `AVAILABLE`.
    pub usable: bool,
    /// Whether it is only partial.
    pub partial: bool,
    /// The first instant at which it is no longer there.
    pub ends: Option<Instant>,
}

/// The series of each resource, in order of time.
pub(super) fn by_resource(points: &BTreeMap<RecoveryPointArn, Point>) -> BTreeMap<ResourceArn, Vec<Copied>> {
    let mut series: BTreeMap<ResourceArn, Vec<Copied>> = BTreeMap::new();
    for point in points.values() {
        let (Some(resource), Some(vault), Some((at, evidence))) = (&point.resource, &point.vault, point.made) else {
            continue;
        };
        let ever = |wanted: fn(&PointStatus) -> bool| {
            point.status.spans().iter().any(|span| span.value.as_ref().is_some_and(wanted))
        };
        let partial = ever(|status| *status == PointStatus::Partial);
        series.entry(resource.clone()).or_default().push(Copied {
            at,
            vault: vault.clone(),
            point: point.arn.clone(),
            evidence,
            usable: ever(|status| status.is_usable(false)),
            partial,
            ends: point.ends(partial),
        });
    }
    for copies in series.values_mut() {
        copies.sort_by_key(|copy| (copy.at, copy.evidence));
    }
    series
}

/// What was seen of a point.
#[derive(Default)]
pub(super) struct Seen {
    vault: Option<VaultArn>,
    resource: Option<ResourceArn>,
    status: Sightings<PointStatus>,
    retention: Sightings<Retention>,
    made: Option<(Instant, Evidence)>,
    created: Option<Instant>,
    delete_at: Option<Instant>,
    rule: Option<PlanRule>,
    listed: Vec<Instant>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &PointSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        self.vault = self.vault.take().or_else(|| says.vault.clone());
        self.resource = self.resource.take().or_else(|| says.resource.clone());
        self.created = self.created.or(says.created);
        self.rule = self.rule.take().or_else(|| says.rule.clone());
        self.delete_at = says.delete_at.or(self.delete_at);
        if says.listed {
            self.listed.push(fact.at);
        }
        // A snapshot shows a life cycle that has held since the point was made, unless a call changed it.
        self.retention.note(fact, says.retention);
        let Some(status) = &says.status else { return };
        let made = [says.created, says.completed].into_iter().flatten().max();
        // Whatever has become of it since, a point with a completion date was complete then.
        if !status.is_usable(true) && says.completed.is_none() {
            return self.status.note(fact, Some(status.clone()));
        }
        let made = made.unwrap_or(fact.at).min(fact.at);
        if self.made.is_none_or(|(known, _)| made < known) {
            self.made = Some((made, fact.evidence));
        }
        if !status.is_usable(true) {
            return self.status.note(fact, Some(status.clone()));
        }
        self.status.at(made, fact, Some(status.clone()));
        self.status.note(fact, Some(status.clone()));
    }

    pub(super) fn replay(
        self,
        arn: RecoveryPointArn,
        vaults: &BTreeMap<VaultArn, Vault>,
        drifts: &mut Vec<Drift>,
    ) -> Point {
        let id = arn.to_string();
        let born = self.created.or(self.made.map(|(at, _)| at));
        let since = |at: Instant| born.unwrap_or(at);
        let lists =
            self.vault.as_ref().and_then(|v| vaults.get(v)).map(|v| v.all_points.as_slice()).unwrap_or_default();
        // A list taken while the point was being made may not have it yet.
        let settled = self.made.map(|(at, _)| at + chrono::Duration::hours(1));
        let named = arn.as_str().starts_with("arn:");
        let gone = lists.iter().find(|(at, _)| named && settled.is_some_and(|s| *at >= s) && !self.listed.contains(at));
        Point {
            status: self.status.replay_quietly(|at| at),
            retention: self.retention.replay(since, &mut Note { drifts, entity: &id, field: "Lifecycle" }),
            vault: self.vault,
            resource: self.resource,
            made: self.made,
            created: self.created.or(self.made.map(|(at, _)| at)),
            delete_at: self.delete_at,
            rule: self.rule,
            gone: gone.copied(),
            first_seen: self.first_seen,
            arn,
        }
    }
}
