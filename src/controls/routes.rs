//! Copies to and from air-gapped vaults as subjects: copy jobs, and what is known of each way.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use super::{air_gapped, copies};
use crate::arn::{Arn, RecoveryPointArn, Region, ResourceArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::{JobState, VaultKind};
use crate::instant::{self, Instant};
use crate::world::job::Job;

/// What lies at an end of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// An air-gapped vault, or a recovery account's access to one.
    AirGapped,
    /// Another vault.
    Other,
    /// No record says.
    Unknown,
}

/// What kind of vault it is, as it was told with the copy or otherwise.
pub fn end(context: &Context<'_>, vault: Option<&VaultArn>, told: Option<&VaultKind>) -> End {
    let known = || vault.and_then(|vault| context.world.vaults.get(vault)).and_then(air_gapped::kind);
    match told.or_else(known) {
        Some(VaultKind::AirGapped | VaultKind::RestoreAccess) => End::AirGapped,
        Some(VaultKind::Standard) => End::Other,
        Some(VaultKind::Other(_)) | None => End::Unknown,
    }
}

/// A copy job's way.
pub struct Way<'w> {
    /// The job.
    pub job: &'w Job,
    /// Where it begins.
    pub source: End,
    /// Where it ends.
    pub destination: End,
}

impl<'w> Way<'w> {
    /// The way of a job.
    pub fn of(context: &Context<'w>, job: &'w Job) -> Self {
        let told = |vault: &'w Option<(VaultArn, Evidence)>| vault.as_ref().map(|(vault, _)| vault);
        let kind = job.destination_kind.as_ref().map(|(kind, _)| kind);
        Self {
            job,
            source: end(context, told(&job.source_vault), None),
            destination: end(context, told(&job.destination), kind),
        }
    }

    /// Whether an air-gapped vault is, or may be, at one of its ends.
    pub fn concerns_air_gapped(&self) -> bool {
        self.source == End::AirGapped || self.destination != End::Other
    }

    /// From which vault.
    pub fn from(&self) -> Option<&'w VaultArn> {
        self.job.source_vault.as_ref().map(|(vault, _)| vault)
    }

    /// Into which vault.
    pub fn to(&self) -> Option<&'w VaultArn> {
        self.job.destination.as_ref().map(|(vault, _)| vault)
    }

    /// Of which resource.
    pub fn resource(&self) -> Option<&'w ResourceArn> {
        self.job.resource.as_ref().map(|(resource, _)| resource)
    }

    /// `ResourceType`: as told with the job, else of the resource, else as its ARN tells it.
    pub fn kind(&self, context: &Context<'w>) -> Option<&'w str> {
        let told = self.job.resource_type.as_ref().map(|(kind, _)| kind.as_str());
        let resource = self.resource();
        told.or_else(|| copies::kind(context, resource?)).or_else(|| copies::by_arn(resource?))
    }

    /// The recovery point that it copies.
    pub fn source_point(&self) -> Option<&'w RecoveryPointArn> {
        self.job.source_point.as_ref().map(|(point, _)| point)
    }

    /// The Regions at its ends.
    pub fn regions(&self) -> Option<(Region, Region)> {
        let from = self.from().and_then(VaultArn::region).or_else(|| self.resource()?.region())?;
        Some((from, self.to()?.region()?))
    }

    /// When it began, as far as is known.
    pub fn began(&self) -> Option<Instant> {
        self.job.began.map(|(at, _)| at).or(self.job.first_seen.map(|(at, _)| at))
    }

    /// The entries that show it.
    pub fn proof(&self) -> Option<Proof> {
        let begun = self.job.began.map(|(_, evidence)| evidence).or(self.job.first_seen.map(|(_, evidence)| evidence));
        let job = self.job;
        let ends = [job.source_vault.as_ref(), job.destination.as_ref()].into_iter().flatten().map(|(_, by)| *by);
        let of = [job.resource.as_ref().map(|(_, by)| *by), job.resource_type.as_ref().map(|(_, by)| *by)];
        let more = [job.source_point.as_ref().map(|(_, by)| *by), job.destination_kind.as_ref().map(|(_, by)| *by)];
        let told = ends.chain(of.into_iter().chain(more).flatten());
        Some(told.fold(Proof::shown(begun?, "copy job"), |proof, evidence| proof.and(evidence, "copy job")))
    }

    /// Whether the copy was made by now, against whatever limit.
    pub fn is_made(&self, view: &View<'_>) -> bool {
        let outcome = self.job.outcome().filter(|(_, at, _)| view.is_past(*at));
        outcome.is_some_and(|(state, ..)| *state == JobState::Completed)
    }
}

/// The copy jobs that may touch an air-gapped vault, in scope.
pub fn jobs<'w>(context: &Context<'w>) -> impl Iterator<Item = Way<'w>> {
    let scope = &context.policy.scope;
    let context = *context;
    let all = context.world.jobs.values().filter(|job| job.is_copy()).map(move |job| Way::of(&context, job));
    all.filter(move |way| {
        let place = || way.from().or(way.to());
        let inside =
            || scope.holds(place().and_then(VaultArn::account).as_ref(), place().and_then(VaultArn::region).as_ref());
        way.concerns_air_gapped() && (scope.is_everything() || inside())
    })
}

/// A copy job as a subject.
pub fn subject(way: &Way<'_>) -> Subject {
    let place = way.from().or(way.to());
    let account = way.job.account.as_ref().map(|(account, _)| account.clone()).or_else(|| place?.account());
    Subject::copy_job(&way.job.id, account, place.and_then(VaultArn::region))
}

/// The way behind a subject.
pub fn way<'w>(subject: &Subject, view: &View<'w>) -> Option<Way<'w>> {
    let Key::Job(id) = &subject.key else { return None };
    view.of.world.jobs.get(id).map(|job| Way::of(&view.of, job))
}

/// Not begun yet, or between vaults of which no record says what they are.
pub fn beforehand(way: &Way<'_>, view: &View<'_>) -> Option<Judgement> {
    if let Some(began) = way.began().filter(|began| !view.is_past(*began)) {
        return Some(Judgement::not_applicable("not_yet_created", format!("Begun at {}.", instant::show(began))));
    }
    (way.source != End::AirGapped && way.destination == End::Unknown).then(|| {
        let message = "No record says whether the destination is logically air-gapped; add `aws backup describe-backup-vault` of it, \
                       or `aws backup list-copy-jobs`, to the snapshot.";
        let judgement = Judgement::insufficient("vault_kind_unknown", message);
        match &way.job.destination {
            Some((_, evidence)) => judgement.citing(*evidence, "names the vault"),
            None => judgement,
        }
    })
}

/// Whether AWS Backup fully manages what a recovery point is of: then its ARN is one of AWS Backup's own (developer guide,
/// "Full AWS Backup management"); `None`: in an air-gapped vault every point's is.
pub fn is_fully_managed(point: &RecoveryPointArn) -> Option<bool> {
    Some(Arn::parse(point.as_str())?.service == "backup")
}
