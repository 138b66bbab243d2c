//! CPY-03: copy jobs to air-gapped vaults succeed, or are soon made good.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::routes::{self, End};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{JobId, ResourceArn, VaultArn};
use crate::coverage::Pair;
use crate::facts::words::JobState;
use crate::instant::{self, Instant};
use crate::world::Happened;
use crate::world::job::Job;
use chrono::Duration;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Resources of which a job copied, or should have copied, something to an air-gapped vault.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let jobs = routes::jobs(context).filter(|way| way.destination == End::AirGapped);
    let all: BTreeSet<&ResourceArn> = jobs.filter_map(|way| way.resource()).collect();
    let held = all.into_iter().filter(|arn| scope.holds(arn.account().as_ref(), arn.region().as_ref()));
    held.map(Subject::resource).collect()
}

/// A copy job that is over.
struct Ended<'w> {
    at: Instant,
    end: &'w Happened<JobId>,
    job: &'w Job,
    vault: &'w VaultArn,
    completed: bool,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Resource(resource) = &subject.key else {
        return Judgement::insufficient("coverage_gap", "The resource is not known.");
    };
    let from = view.window();
    let ended = ended(resource, from, view);
    let after = Duration::hours(view.of.params.int("unresolved_after").unwrap_or(24));
    let (mut unresolved, mut open) = (Vec::new(), Vec::new());
    for (index, failure) in ended.iter().enumerate().filter(|(_, job)| !job.completed) {
        let later = ended.iter().skip(index + 1).take_while(|job| job.at <= failure.at + after);
        let made_good = later.into_iter().any(|job| job.completed && job.vault == failure.vault);
        match (made_good, view.within(failure.at, after)) {
            (true, _) => {}
            (false, true) => open.push(failure),
            (false, false) => unresolved.push(failure),
        }
    }
    watch(resource, from, unresolved.is_empty() && open.is_empty(), view);
    let most = view.of.params.number("max_failure_ratio").unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "numbers of jobs are small")]
    let ratio = if ended.is_empty() { 0.0 } else { unresolved.len() as f64 / ended.len() as f64 };
    let told = |j: Judgement| {
        let judgement = j.observed("jobs", ended.len()).observed("unresolved_failures", unresolved.len());
        judgement.expected("max_failure_ratio", most).expected("unresolved_after", instant::say(after))
    };
    if ratio > most
        && let Some(proof) = Proof::all(unresolved.iter().map(|job| (job.end.evidence, note(job.job))))
    {
        let proof = unresolved.iter().fold(proof, |proof, ended| proof.with(whereto(ended, view)));
        let causes: BTreeSet<&str> = unresolved.iter().map(|job| cause(job.job)).collect();
        let causes: Vec<&str> = causes.into_iter().collect();
        let message = format!(
            "{} of {} copy jobs failed and were not made good within {}: {}.",
            unresolved.len(),
            ended.len(),
            instant::say(after),
            causes.join("; ")
        );
        return told(Judgement::non_compliant("unresolved_failures", message, &proof)).observed("causes", causes);
    }
    if let Some(proof) = Proof::all(open.iter().map(|job| (job.end.evidence, note(job.job)))) {
        let proof = open.iter().fold(proof, |proof, ended| proof.with(whereto(ended, view)));
        let message = format!("{} copy jobs failed and may still be made good within {}.", open.len(), instant::say(after));
        return told(Judgement::compliant("in_grace", message, &proof));
    }
    told(acquit(resource, &ended, from, most, view))
}

/// No failure that counts, if the logs would show one.
fn acquit(resource: &ResourceArn, ended: &[Ended<'_>], from: Instant, most: f64, view: &View<'_>) -> Judgement {
    match view.all_covered(&logs(resource, &view.of), from) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether copy jobs failed cannot be known", &hole),
        Ok(covered) => match Proof::absence(covered, "no failure that was not made good") {
            Some(proof) => {
                let shown = ended.iter().rev().find(|job| job.completed).or(ended.last());
                let proof = shown.map_or(proof.clone(), |job| {
                    Proof::shown(job.end.evidence, "latest copy job").with(whereto(job, view)).with(Some(proof))
                });
                // Where some may fail, each counts.
                let all = ended.iter().filter(|_| most > 0.0).map(|job| (job.end.evidence, note(job.job)));
                let proof = proof.with(Proof::all(all));
                Judgement::compliant("no_unresolved_failures", "No copy job failed without being made good.", &proof)
            }
            None => Judgement::insufficient("coverage_gap", "No log is known that could show copy jobs."),
        },
    }
}

/// What shows of what a copy is, and into what kind of vault.
fn whereto(ended: &Ended<'_>, view: &View<'_>) -> Option<Proof> {
    let job = ended.job;
    let told = [
        job.resource.as_ref().map(|(_, by)| *by),
        job.destination.as_ref().map(|(_, by)| *by),
        job.destination_kind.as_ref().map(|(_, by)| *by),
    ];
    let shown = Proof::all(told.into_iter().flatten().map(|evidence| (evidence, "the copy job".to_owned())))?;
    Some(shown.with(air_gapped::shown(ended.vault, view.of.world)))
}

/// The resource's copy jobs to air-gapped vaults that ended in the window, by their end. One that was aborted by somebody or
/// expired is no copy either.
fn ended<'w>(resource: &ResourceArn, from: Instant, view: &View<'w>) -> Vec<Ended<'w>> {
    let context = &view.of;
    let series = context.world.copying.ended.get(resource).map(Vec::as_slice).unwrap_or_default();
    let each = view.so_far(series, from).iter().filter_map(|end| {
        let job = context.world.jobs.get(&end.what)?;
        let way = routes::Way::of(context, job);
        let (state, at, _) = job.outcome()?;
        let vault = way.to().filter(|_| way.destination == End::AirGapped)?;
        Some(Ended { at, end, job, vault, completed: *state == JobState::Completed })
    });
    each.collect()
}

/// Where no failure is left that was not made good, only another one changes the answer.
fn watch(resource: &ResourceArn, from: Instant, all_good: bool, view: &View<'_>) {
    let world = view.of.world;
    let series = world.copying.ended.get(resource).map(Vec::as_slice).unwrap_or_default();
    if all_good {
        let completed = |job: &Job| job.outcome().is_some_and(|(state, ..)| *state == JobState::Completed);
        view.awaits(series, |end| !world.jobs.get(&end.what).is_some_and(|job| completed(job)));
    } else {
        view.happened(series, from);
    }
}

/// The logs that show the resource's copy jobs: those of the vaults that they copy from.
fn logs(resource: &ResourceArn, context: &Context<'_>) -> BTreeSet<Pair> {
    let series = context.world.copying.ended.get(resource).into_iter().flatten();
    let ways = series.filter_map(|end| context.world.jobs.get(&end.what)).map(|job| routes::Way::of(context, job));
    let pairs: BTreeSet<Pair> =
        ways.filter(|way| way.destination == End::AirGapped).filter_map(|way| way.from()?.pair()).collect();
    if pairs.is_empty() { resource.pair().into_iter().collect() } else { pairs }
}

fn note(job: &Job) -> String {
    match job.message.as_deref() {
        Some((message, _)) => format!("failed: {message}"),
        None => "failed".into(),
    }
}

/// Why a copy failed, as `StatusMessage` has it.
fn cause(job: &Job) -> &'static str {
    let message = job.message.as_deref().map(|(message, _)| message.to_lowercase()).unwrap_or_default();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&["retention", "lifecycle"]) {
        "the retention lies outside the bounds of the vault"
    } else if has(&["storage of this ami", "storage of this image"]) {
        "the share of the image with AWS Backup was taken back"
    } else if has(&["allowed ami", "aws-backup-vault"]) {
        "Allowed AMIs does not list the provider aws-backup-vault"
    } else if has(&["kms", "managed key", "encrypt"]) {
        "the key cannot be used for a copy"
    } else if has(&["access denied", "accessdenied", "not authorized", "permission"]) {
        "access was denied"
    } else if message.is_empty() {
        "no cause is told"
    } else {
        "another cause"
    }
}
