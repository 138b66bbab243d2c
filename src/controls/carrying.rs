//! What a plan's rule would send to air-gapped vaults: whether each resource that the plan selects can be sent at all.

use super::judgement::{Judgement, Proof};
use super::limits::{Holds, Limit};
use super::plan_rules::{Chosen, InForce};
use super::points;
use super::routes::{self, End};
use super::source_key_allows_copy::{self, Source};
use super::view::View;
use crate::arn::KeyArn;
use crate::evidence::{Cite, Evidence};
use crate::status::Status;
use crate::world::point::{Copied, Point};

/// The pieces of evidence on resources that one verdict cites at most, or a few more.
const CITED: usize = 100;

/// What stands against something, or what would have to be known.
pub type Doubt = Box<Judgement>;

/// A resource that may be selected.
pub fn perhaps(one: &Chosen<'_>, why: &str) -> Judgement {
    let message = format!(
        "Whether the plan selects {} hangs on tags, an opt-in or a selection that no record shows; add `aws resourcegroupstaggingapi \
         get-resources`, `aws backup describe-region-settings` and `get-backup-selection` to the snapshot.{why}",
        one.resource
    );
    let judgement = Judgement::insufficient("selection_unknown", message);
    one.evidence.iter().fold(judgement, |judgement, evidence| judgement.citing(*evidence, "may select the resource"))
}

/// Whether every resource that the plan selects can be sent to its vaults, with what shows it.
pub fn carried(rule: &InForce<'_>, chosen: &[Chosen<'_>], view: &View<'_>) -> Result<Vec<Cite>, Doubt> {
    let (mut open, mut cites) = (None, Vec::new());
    for one in chosen {
        match carry(one, rule, view) {
            Ok(shown) if one.surely && cites.len() < CITED => {
                cites.extend(one.evidence.iter().map(|evidence| Cite::Entry(*evidence, "selects the resource".into())));
                cites.extend(shown);
            }
            Ok(_) => {}
            Err(doubt) if !one.surely => {
                open = open.or_else(|| Some(perhaps(one, &format!(" If it does: {}", doubt.message))));
            }
            Err(doubt) => {
                let message = format!("The plan selects {}. {}", one.resource, doubt.message);
                let proof =
                    Proof::all(one.evidence.iter().map(|evidence| (*evidence, "selects the resource".to_owned())));
                let told = Judgement { message, ..*doubt }.citing_all(&rule.proof.clone().with(proof));
                let told = told.observed("resource", one.resource.as_str());
                if told.status == Status::NonCompliant {
                    return Err(Box::new(told));
                }
                open = open.or(Some(told));
            }
        }
    }
    open.map_or(Ok(cites), |doubt| Err(Box::new(doubt)))
}

/// Whether a resource can be sent to every vault of the rule that is known to be air-gapped.
fn carry(one: &Chosen<'_>, rule: &InForce<'_>, view: &View<'_>) -> Result<Vec<Cite>, Doubt> {
    let limits = &view.of.limits.known;
    against(one, rule, view)?;
    let Some(kind) = one.kind else {
        let message =
            "No record shows the type of the resource; add `aws backup list-protected-resources` to the snapshot.";
        return Err(Box::new(Judgement::insufficient("type_unknown", message)));
    };
    let size = small_enough(one, kind, view)?;
    let cite = |evidence: Evidence, note: &'static str| Cite::Entry(evidence, note.into());
    let mut cites: Vec<Cite> = size.map(|evidence| cite(evidence, "size")).into_iter().collect();
    // The volumes of an instance can be exchanged, and so their keys; nothing else changes its own.
    if let Some(copy) = taken(one, view).filter(|_| !kind.eq_ignore_ascii_case("EC2")) {
        cites.push(cite(copy.evidence, "an air-gapped vault took a backup of it"));
        return Ok(cites);
    }
    if limits.fsx_kinds.is_about(kind) {
        let message = "No record shows which kind of file system it is; Lustre and Windows File Server can be stored.";
        return Err(Box::new(Judgement::insufficient("fsx_kind_unknown", message).resting_on(&limits.fsx_kinds)));
    }
    let Some(point) = latest(one, view, encryption).or_else(|| latest(one, view, |_| Some(()))) else {
        if limits.fully_managed.is_about(kind) {
            return Ok(cites);
        }
        let message = "No record shows a backup of it, and so not whether it is encrypted and with which key; add the recovery \
                       points of its vault to the snapshot (`aws backup list-recovery-points-by-backup-vault`).";
        return Err(Box::new(Judgement::insufficient("source_unknown", message)));
    };
    let proof = point.made.map_or(rule.proof.clone(), |(_, evidence)| Proof::shown(evidence, "latest backup"));
    if kind.eq_ignore_ascii_case("DynamoDB") && routes::is_fully_managed(&point.arn) == Some(false) {
        let message = "It is backed up without the advanced features of DynamoDB backups, and not stored so.";
        return Err(Box::new(
            Judgement::non_compliant("type_not_supported", message, &proof).resting_on(&limits.never_stored),
        ));
    }
    view.holds_now(&limits.unencrypted_source);
    let source = Source { arn: &point.arn, point: Some(point), kind: Some(kind), copied: view.now(), proof };
    let answer = source_key_allows_copy::of_source(&source, view);
    if answer.status == Status::Compliant {
        cites.extend(answer.cites);
        return Ok(cites);
    }
    Err(Box::new(answer))
}

/// What AWS does not send to such a vault, by its type and the vault's Region.
fn against(one: &Chosen<'_>, rule: &InForce<'_>, view: &View<'_>) -> Result<(), Doubt> {
    let limits = &view.of.limits.known;
    let is_of = |limit: &Limit| one.kind.is_some_and(|kind| limit.is_about(kind));
    let holds = |limit: &Limit| view.holds_now(limit) == Holds::Yes;
    let fails = |code, limit: &Limit| {
        let message = format!("AWS does not send it to the vault: {}.", limit.text);
        Err(Box::new(Judgement::non_compliant(code, message, &rule.proof).resting_on(limit)))
    };
    let vaults = rule.targets.iter().filter(|target| target.end == End::AirGapped);
    let regions: Vec<_> = vaults.filter_map(|target| target.vault.region()).collect();
    if is_of(&limits.never_stored) && !regions.is_empty() {
        return fails("type_not_supported", &limits.never_stored);
    }
    if is_of(&limits.fsx) && !regions.is_empty() && holds(&limits.fsx) {
        return fails("type_not_supported", &limits.fsx);
    }
    let opt_in = |limit: &Limit| regions.iter().any(|region| limit.is_in(region.as_str()));
    if is_of(&limits.s3_opt_in) && opt_in(&limits.s3_opt_in) && holds(&limits.s3_opt_in) {
        return fails("s3_in_opt_in_region", &limits.s3_opt_in);
    }
    let home = rule.plan.arn.region();
    let elsewhere = regions.iter().any(|region| Some(region) != home.as_ref());
    if is_of(&limits.cross_region_engines) && elsewhere && holds(&limits.cross_region_engines) {
        return fails("cross_region_not_supported", &limits.cross_region_engines);
    }
    Ok(())
}

/// Whether the latest backup is small enough, where there is such a limit now.
fn small_enough(one: &Chosen<'_>, kind: &str, view: &View<'_>) -> Result<Option<Evidence>, Doubt> {
    let limit = &view.of.limits.known.ebs_size;
    let cpy_05 = (view.of.params_of)("CPY-05");
    let most = cpy_05.and_then(|params| params.int("max_bytes")).or(limit.value).unwrap_or(i64::MAX);
    let holds = if limit.is_about(kind) { view.holds_now(limit) } else { Holds::No };
    if holds == Holds::No {
        return Ok(None);
    }
    let told = |judgement: Judgement| Box::new(judgement.expected("max_bytes", most).resting_on(limit));
    let over = |point: &Point| point.size.map(|(size, _)| size >= most);
    let Some((size, shown)) = latest(one, view, over).and_then(|point| point.size) else {
        let message =
            "No record shows BackupSizeInBytes of a backup; add the recovery points of its vault to the snapshot.";
        return Err(told(Judgement::insufficient("size_unknown", message)));
    };
    if size < most {
        return Ok(Some(shown));
    }
    let message = format!("Its latest backup has {size} bytes, and {}.", limit.text);
    let proof = Proof::shown(shown, "size");
    Err(told(match holds {
        Holds::Yes => Judgement::non_compliant("over_limit", message, &proof),
        _ => Judgement::insufficient("limit_unknown", message).citing_all(&proof),
    }))
}

/// A backup of the resource that an air-gapped vault took, whenever that was: what could be sent once can be again.
pub fn taken<'w>(one: &Chosen<'_>, view: &View<'w>) -> Option<&'w Copied> {
    let series = view.of.world.copies.get(&one.resource)?;
    series.iter().rev().find(|copy| copy.usable && points::is_air_gapped(&view.of, &copy.vault))
}

/// How a backup is encrypted, where that is known.
fn encryption(point: &Point) -> Option<(Option<bool>, Option<&KeyArn>)> {
    let (encrypted, key) = (point.encrypted.map(|(is, _)| is), point.key.as_ref().map(|(key, _)| key));
    (encrypted.is_some() || key.is_some()).then_some((encrypted, key))
}

/// The latest backup outside of air-gapped vaults of which something is known, or before there is any, the first; until the
/// next of which it is known otherwise.
fn latest<'w, T: PartialEq>(
    one: &Chosen<'_>,
    view: &View<'w>,
    known: impl Fn(&'w Point) -> Option<T>,
) -> Option<&'w Point> {
    let world = view.of.world;
    let series = world.copies.get(&one.resource).map(Vec::as_slice).unwrap_or_default();
    let (made, later) = series.split_at_checked(series.partition_point(|copy| copy.at <= view.now()))?;
    let look = |copy: &'w Copied| {
        let point = world.points.get(&copy.point).filter(|_| !points::is_air_gapped(&view.of, &copy.vault))?;
        Some((copy.at, point, known(point)?))
    };
    let (_, point, now) = made.iter().rev().find_map(look).or_else(|| later.iter().find_map(look))?;
    if let Some((at, ..)) = later.iter().filter_map(look).find(|(_, _, then)| *then != now) {
        view.changes_at(at);
    }
    Some(point)
}
