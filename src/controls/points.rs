//! Recovery points as subjects: which there are, whether one is there, and how long it is kept.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::VaultArn;
use crate::facts::Retention;
use crate::facts::words::{PointStatus, VaultKind};
use crate::instant;
use crate::world::point::Point;
use chrono::Duration;
use std::collections::BTreeMap;

/// Recovery points in scope that were complete once, in vaults that are wanted.
pub fn subjects(context: &Context<'_>, wanted: impl Fn(&VaultArn) -> bool) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let place = |vault: &VaultArn| {
        let (account, region) = (vault.account(), vault.region());
        (wanted(vault) && scope.holds(account.as_ref(), region.as_ref())).then_some((account, region))
    };
    // There are many points in few vaults.
    let mut places = BTreeMap::new();
    let points = context.world.points.values().filter(|point| point.made.is_some());
    points
        .filter_map(|point| {
            let vault = point.vault()?;
            let (account, region) = places.entry(vault).or_insert_with(|| place(vault)).clone()?;
            Some(Subject::point(&point.arn, account, region))
        })
        .collect()
}

/// Whether a vault is known to be air-gapped.
pub fn is_air_gapped(context: &Context<'_>, vault: &VaultArn) -> bool {
    context.world.vaults.get(vault).and_then(air_gapped::kind) == Some(&VaultKind::AirGapped)
}

/// The recovery point behind a subject.
pub fn point<'w>(subject: &Subject, view: &View<'w>) -> Option<&'w Point> {
    let Key::Point(arn) = &subject.key else { return None };
    view.of.world.point(arn)
}

/// Not there yet, or there no more.
pub fn beforehand(point: &Point, view: &View<'_>) -> Option<Judgement> {
    let (made, _) = point.made?;
    if !view.is_past(made) {
        return Some(Judgement::not_applicable("not_yet_created", format!("Made at {}.", instant::show(made))));
    }
    let over = view
        .look(&point.status)
        .filter(|span| span.value.as_ref().is_some_and(is_over))
        .map(|span| (span.from, span.evidence));
    let listed_no_more = point.gone.filter(|(at, _)| view.is_past(*at));
    let (at, evidence) = over.or(listed_no_more)?;
    let message = format!("The recovery point was deleted or expired by {}.", instant::show(at));
    Some(Judgement::not_applicable("subject_deleted", message).citing(evidence, "no longer there"))
}

fn is_over(status: &PointStatus) -> bool {
    status.is_gone() || matches!(status, PointStatus::Expired | PointStatus::Deleting)
}

/// How long a recovery point is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// So long.
    For(Duration),
    /// For ever.
    Always,
}

impl From<Retention> for Kept {
    fn from(retention: Retention) -> Self {
        match retention {
            Retention::Days(days) => Self::For(Duration::days(days)),
            Retention::Always => Self::Always,
        }
    }
}

impl Kept {
    /// `for 35 d`, `for ever`.
    pub fn said(self) -> String {
        match self {
            Self::For(span) => format!("for {}", instant::say(span)),
            Self::Always => "for ever".into(),
        }
    }
}

/// Where the point's own life cycle is not shown: that of the plan's copy action, else, within a day, the date of deletion.
pub fn elsewhere(point: &Point, view: &View<'_>) -> Option<(Kept, Proof, Duration)> {
    let by_plan = point.rule.as_ref().zip(point.vault()).and_then(|((rule, _), vault)| {
        let line = view.of.world.copy_rules.get(&(rule.clone(), vault.clone()))?;
        view.fixed(line)
    });
    if let Some((retention, proof)) = by_plan {
        return Some((Kept::from(*retention), proof, Duration::zero()));
    }
    let (created, delete_at) = (point.created()?, point.delete_at()?);
    let (_, evidence) = point.made?;
    let proof = Proof::shown(evidence, "DeleteAt and CreationDate");
    Some((Kept::For(delete_at - created), proof, Duration::days(1)))
}
