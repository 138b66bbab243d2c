//! The engine judges at the instants at which an answer may change, and at no others.

use chrono::Duration;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use vaultrail::arn::{AccountId, RecoveryPointArn, Region, ResourceArn, VaultArn};
use vaultrail::controls::judgement::Judgement;
use vaultrail::controls::subject::Subject;
use vaultrail::controls::view::{Context, View};
use vaultrail::controls::{self, Control, engine, limits::Limits, narrow::Narrow, params::Params, policy::Policy};
use vaultrail::coverage::{Coverage, Run, Terms};
use vaultrail::evidence::Evidence;
use vaultrail::facts::calls::DeleteCall;
use vaultrail::facts::words::{PointStatus, VaultKind};
use vaultrail::facts::{About, Fact, PointSays, Retention, VaultSays};
use vaultrail::instant::{self, Instant};
use vaultrail::integrity::Integrity;
use vaultrail::record::identity::Actor;
use vaultrail::status::Status;
use vaultrail::world::World;

fn start() -> Instant {
    instant::seconds(1_790_812_800).unwrap_or_default()
}

fn place() -> (AccountId, Region) {
    (AccountId::new("111122223333"), Region::new("eu-west-1"))
}

fn vault(name: &str) -> VaultArn {
    let (account, region) = place();
    VaultArn::of(&account, &region, name)
}

/// Ninety days of a whole log.
fn world(about: impl IntoIterator<Item = (Duration, bool, About)>) -> World {
    let facts = (0..).zip(about).map(|(evidence, (after, observed, about))| Fact {
        at: start() + after,
        evidence: Evidence(evidence),
        observed,
        about,
    });
    let run = [Run { from: start() - Duration::days(1), to: start() + Duration::days(91) }];
    let pair = place();
    let coverage = Coverage::build([(&pair, 1, &run[..])].into_iter(), &[].into(), &[], run[0], Terms::default());
    World::replay(facts.collect(), coverage)
}

fn air_gapped(name: &str) -> About {
    let says = VaultSays {
        kind: Some(VaultKind::AirGapped),
        created: Some(start() - Duration::days(1)),
        policy: Some(None),
        exists: Some(true),
        ..VaultSays::default()
    };
    About::Vault(vault(name), Box::new(says))
}

static COUNTED: OnceLock<fn(&Subject, &View<'_>) -> Judgement> = OnceLock::new();
static OTHER: OnceLock<fn(&Subject, &View<'_>) -> Judgement> = OnceLock::new();
static THIRD: OnceLock<fn(&Subject, &View<'_>) -> Judgement> = OnceLock::new();
static JUDGED: [AtomicUsize; 3] = [AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0)];

/// How often the engine judged the only subject whose id ends so over ninety days, and what it is in the end.
fn judgements(
    (id, subject): (&str, &str),
    world: &World,
    judge: &OnceLock<fn(&Subject, &View<'_>) -> Judgement>,
    counted: fn(&Subject, &View<'_>) -> Judgement,
    count: &AtomicUsize,
) -> (usize, Status) {
    let all = controls::all().unwrap();
    let control = all.into_iter().find(|control| control.rule.id == id).unwrap();
    judge.get_or_init(|| control.judge);
    let control = Control { judge: counted, ..control };
    let params = Params::defaults(&control.rule);
    let limits = Limits::read("by-event-time").unwrap();
    let context = Context {
        world,
        policy: &Policy::default(),
        limits: &limits,
        integrity: &Integrity::default(),
        params: &params,
        params_of: &|_| Some(&params),
        window_from: start(),
    };
    let narrow = Narrow { ids: vec![subject.into()], ..Narrow::default() };
    let judged = engine::judge_all(&control, &narrow, context, start() + Duration::days(90));
    assert_eq!(judged.len(), 1, "{subject}");
    (count.load(Ordering::SeqCst), judged[0].judgement.status)
}

#[test]
fn a_vault_that_a_snapshot_shows_every_day_over_a_whole_log_is_judged_at_both_ends_of_the_window_only() {
    fn counted(subject: &Subject, view: &View<'_>) -> Judgement {
        JUDGED[0].fetch_add(1, Ordering::SeqCst);
        COUNTED.get().unwrap()(subject, view)
    }
    let shown = (0..90).map(|day| (Duration::days(day) + Duration::hours(5), day > 0, air_gapped("quiet")));
    let begun = std::iter::once((-Duration::days(1), false, air_gapped("quiet")));
    let world = world(begun.chain(shown.skip(1)));
    let (count, status) = judgements(("VLT-04", "quiet"), &world, &COUNTED, counted, &JUDGED[0]);
    assert_eq!((count, status), (2, Status::NotApplicable));
}

#[test]
fn what_happens_to_other_vaults_is_no_reason_to_judge_a_vault_again() {
    fn counted(subject: &Subject, view: &View<'_>) -> Judgement {
        JUDGED[1].fetch_add(1, Ordering::SeqCst);
        OTHER.get().unwrap()(subject, view)
    }
    let (account, region) = place();
    let deletes = (0..500).map(|i| {
        let call = DeleteCall {
            name: "DeleteRecoveryPoint".into(),
            vault: Some(vault("busy")),
            point: None,
            account: Some(account.clone()),
            region: Some(region.clone()),
            actor: Actor::named("arn:aws:iam::111122223333:role/someone"),
            refusal: None,
            error_code: None,
        };
        (Duration::hours(4 * i), false, About::DeleteCall(Box::new(call)))
    });
    let vaults = ["quiet", "busy"].map(|name| (-Duration::days(1), false, air_gapped(name)));
    let world = world(vaults.into_iter().chain(deletes));
    let (count, status) = judgements(("DEL-03", "quiet"), &world, &OTHER, counted, &JUDGED[1]);
    assert_eq!((count, status), (2, Status::Compliant));
}

#[test]
fn a_resource_that_is_copied_every_day_is_judged_as_its_copies_grow_old_not_as_they_are_made() {
    fn counted(subject: &Subject, view: &View<'_>) -> Judgement {
        JUDGED[2].fetch_add(1, Ordering::SeqCst);
        THIRD.get().unwrap()(subject, view)
    }
    let resource = ResourceArn::new("arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a1b2c3d");
    let named = (Duration::hours(-2), false, About::Resource(resource.clone(), Some("EBS".into())));
    let copies = (0..91).map(|day| {
        let at = start() + Duration::days(day) - Duration::hours(1);
        let arn = RecoveryPointArn::new(format!("arn:aws:backup:eu-west-1:111122223333:recovery-point:{day:012}"));
        let says = PointSays {
            vault: Some(vault("quiet")),
            resource: Some(resource.clone()),
            status: Some(PointStatus::Completed),
            created: Some(at),
            completed: Some(at),
            retention: Some(Retention::Days(35)),
            ..PointSays::default()
        };
        (Duration::days(day) - Duration::hours(1), false, About::Point(arn, Box::new(says)))
    });
    let vaults = std::iter::once((-Duration::days(1), false, air_gapped("quiet")));
    let world = world(vaults.chain([named]).chain(copies));
    // A copy is good for seven days: as each goes stale, the one of that day takes its place.
    let (count, status) = judgements(("CPY-01", "vol-0a1b2c3d"), &world, &THIRD, counted, &JUDGED[2]);
    assert_eq!(status, Status::Compliant);
    assert!(count <= 90 / 7 + 3, "{count} judgements of ninety copies");
}
