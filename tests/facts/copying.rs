//! What was done about copies and life cycles: calls that copy, refused ones too, and calls that may shorten a retention.

use super::worlds::Scene;
use serde_json::json;
use vaultrail::arn::{ResourceArn, VaultArn};
use vaultrail::facts::About;
use vaultrail::facts::calls::LifeCall;
use vaultrail::record::refusal::Refusal;

const POINT: &str = "arn:aws:backup:eu-west-1:111122223333:recovery-point:1";
const LAG: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag";
const MAIN: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:main";
const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";

#[test]
fn a_refused_copy_is_a_call_and_no_job() {
    let asked = json!({"recoveryPointArn": POINT, "sourceBackupVaultName": "main", "destinationBackupVaultArn": LAG});
    let world = Scene::default()
        .refused("2026-10-01T08:00:00Z", "StartCopyJob", asked.clone())
        .call("2026-10-01T09:00:00Z", "StartCopyJob", asked, json!({"copyJobId": "c-1"}))
        .world();
    let calls = &world.copying.calls;
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].what.refusal, Some(Refusal::Rejected));
    assert_eq!((calls[1].what.refusal, world.jobs.len()), (None, 1));
    assert_eq!(calls[0].what.source, VaultArn::parse(MAIN), "a name is one in the caller's account and Region");
    assert_eq!(calls[0].what.destination, VaultArn::parse(LAG));
}

#[test]
fn copy_jobs_that_are_over_are_in_the_order_of_their_ends() {
    let ended = |id: &str, state: &str, seconds: i64| {
        json!({"copyJobId": id, "state": state, "resourceArn": VOLUME, "sourceBackupVaultArn": MAIN,
            "destinationBackupVaultArn": LAG, "completionDate": {"seconds": seconds, "nanos": 0}})
    };
    let world = Scene::default()
        .event("2026-10-02T08:00:00Z", "CopyJobCompleted", ended("late", "COMPLETED", 1_790_900_000))
        .event("2026-10-02T08:00:01Z", "CopyJobCompleted", ended("early", "FAILED", 1_790_800_000))
        .event("2026-10-02T08:00:02Z", "CopyJobStarted", ended("running", "RUNNING", 1_790_800_000))
        .world();
    let of_volume = &world.copying.ended[&ResourceArn::new(VOLUME)];
    let ids: Vec<&str> = of_volume.iter().map(|end| end.what.as_str()).collect();
    assert_eq!(ids, ["early", "late"]);
}

#[test]
fn a_change_of_a_life_cycle_or_a_plan_is_a_call_that_may_shorten_it_if_it_went_through() {
    let asked = json!({"recoveryPointArn": POINT, "backupVaultName": "main", "lifecycle": {"deleteAfterDays": 7}});
    let plan = "arn:aws:backup:eu-west-1:111122223333:backup-plan:p-1";
    let world = Scene::default()
        .refused("2026-10-01T08:00:00Z", "UpdateRecoveryPointLifecycle", asked.clone())
        .call("2026-10-01T09:00:00Z", "UpdateRecoveryPointLifecycle", asked, json!({"recoveryPointArn": POINT}))
        .call(
            "2026-10-01T10:00:00Z",
            "UpdateBackupPlan",
            json!({"backupPlanId": "p-1"}),
            json!({"backupPlanArn": plan}),
        )
        .call("2026-10-01T11:00:00Z", "CreateBackupPlan", json!({}), json!({"backupPlanArn": plan}))
        .world();
    let calls = &world.copying.life_calls;
    assert_eq!(calls.iter().map(|(id, calls)| (id.as_str(), calls.len())).collect::<Vec<_>>(), [(plan, 1), (POINT, 1)]);
}

#[test]
fn a_call_reads_back_as_it_was_written() {
    let call = Scene::default()
        .call("2026-10-01T09:00:00Z", "StartCopyJob", json!({"recoveryPointArn": POINT}), json!({}))
        .world()
        .copying
        .calls
        .remove(0)
        .what;
    let life = LifeCall { name: "UpdateBackupPlan".into(), account: call.account.clone(), actor: call.actor.clone() };
    for fact in [About::CopyCall(Box::new(call)), About::LifeCall(POINT.into(), Box::new(life))] {
        let text = serde_json::to_string(&fact).unwrap();
        assert_eq!(serde_json::from_str::<About>(&text).unwrap(), fact);
    }
}
