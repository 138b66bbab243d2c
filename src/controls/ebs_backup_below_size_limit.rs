//! CPY-05: a backup with EBS in it is small enough for an air-gapped vault, while AWS has such a limit.

use super::judgement::{Judgement, Proof};
use super::limits::Holds;
use super::routes::{self, End};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use super::{copies, points};
use crate::arn::{RecoveryPointArn, ResourceArn};
use crate::evidence::Evidence;
use crate::instant::Instant;
use crate::status::Severity;

pub use super::nothing_to_check as check;

/// Recovery points in air-gapped vaults, and copy jobs to such vaults.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let jobs = routes::jobs(context).filter(|way| way.destination != End::Other);
    let mut all = points::subjects(context, |vault| points::is_air_gapped(context, vault));
    all.extend(jobs.map(|way| routes::subject(&way)));
    all
}

/// What is judged of a recovery point and of a job alike.
struct Backup<'w> {
    resource: Option<&'w ResourceArn>,
    kind: Option<&'w str>,
    size: Option<(i64, Evidence)>,
    when: Option<Instant>,
    point: Option<&'w RecoveryPointArn>,
    proof: Option<Proof>,
    made: bool,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || Judgement::insufficient("size_unknown", "Nothing is known of it.");
    if let Key::Job(_) = &subject.key {
        let Some(way) = routes::way(subject, view) else { return unknown() };
        return routes::beforehand(&way, view).unwrap_or_else(|| {
            let backup = Backup {
                resource: way.resource(),
                kind: way.kind(&view.of),
                size: way.job.size,
                when: way.began(),
                point: way.job.point.as_ref().map(|(point, _)| point),
                proof: way.proof(),
                made: way.is_made(view),
            };
            weigh(&backup, view)
        });
    }
    let Some(point) = points::point(subject, view) else { return unknown() };
    points::beforehand(point, view).unwrap_or_else(|| {
        let told = point.resource_type.as_ref().map(|(kind, _)| kind.as_str());
        let backup = Backup {
            resource: point.resource(),
            kind: told.or_else(|| copies::by_arn(point.resource()?)),
            size: point.size,
            when: point.made.map(|(at, _)| at),
            point: Some(&point.arn),
            proof: point.made.map(|(_, evidence)| Proof::shown(evidence, "recovery point")),
            made: true,
        };
        weigh(&backup, view)
    })
}

fn weigh(backup: &Backup<'_>, view: &View<'_>) -> Judgement {
    let limit = &view.of.limits.known.ebs_size;
    let holds = view.held(limit, backup.when);
    if let Some(kind) = backup.kind.filter(|kind| !limit.is_about(kind)) {
        // A composite may have volumes in it; these are judged one by one.
        return Judgement::not_applicable("no_ebs", format!("A backup of type {kind} is none of Amazon EBS.")).resting_on(limit);
    }
    if holds == Holds::No {
        let message = "AWS has no such limit at the time of this backup.";
        return Judgement::not_applicable("profile_not_effective", message).resting_on(limit);
    }
    if backup.kind.is_none() {
        let message = "No record shows the type of the resource; add `aws backup list-copy-jobs` or a list of recovery points to the snapshot.";
        return Judgement::insufficient("type_unknown", message).resting_on(limit);
    }
    let most = view.of.params.int("max_bytes").or(limit.value).unwrap_or(i64::MAX);
    let (Some((size, shown)), Some(proof)) = (backup.size, backup.proof.clone()) else {
        let message = "No record shows BackupSizeInBytes; add `aws backup list-copy-jobs` or a list of recovery points to the snapshot.";
        return Judgement::insufficient("size_unknown", message).resting_on(limit);
    };
    let proof = proof.and(shown, "size");
    let told = |j: Judgement| j.observed("BackupSizeInBytes", size).expected("max_bytes", most).resting_on(limit);
    if size < most {
        return told(Judgement::compliant("below_limit", format!("{size} bytes, less than {most}."), &proof));
    }
    if holds == Holds::Unknown {
        let message = format!("{size} bytes, not less than {most}; the day on which AWS gave this limit up is not published.");
        return told(Judgement::insufficient("limit_unknown", message).citing_all(&proof));
    }
    let all_the_same = if backup.made { " It was made all the same." } else { "" };
    let message = format!("{size} bytes: AWS takes less than {most} into a logically air-gapped vault.{all_the_same}");
    let severity = if has_another_copy(backup, view) { Severity::Medium } else { Severity::High };
    told(Judgement::non_compliant("over_limit", message, &proof)).severity(severity)
}

/// Whether another usable copy of the resource lies in an air-gapped vault now.
fn has_another_copy(backup: &Backup<'_>, view: &View<'_>) -> bool {
    let series = backup.resource.and_then(|resource| view.of.world.copies.get(resource));
    let mut others = series.into_iter().flatten().filter(|copy| {
        copy.usable && Some(&copy.point) != backup.point && points::is_air_gapped(&view.of, &copy.vault)
    });
    others.any(|copy| view.is_past(copy.at) && copy.ends.is_none_or(|end| !view.is_past(end)))
}
