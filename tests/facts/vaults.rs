//! Backup vaults: how they are made, locked, shared out, tagged, emptied and deleted.

use super::worlds::{Scene, at, value};
use serde_json::{Value, json};
use vaultrail::arn::VaultArn;
use vaultrail::facts::words::{KeyType, VaultKind, VaultState};
use vaultrail::facts::{Notifications, Setting};
use vaultrail::world::World;
use vaultrail::world::entity::Entity;
use vaultrail::world::vault::Vault;

const LAG: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag";
const MAIN: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:main";

fn vault<'w>(world: &'w World, arn: &str) -> &'w Vault {
    &world.vaults[&VaultArn::new(arn)]
}

fn main_made() -> Scene {
    let made = json!({"backupVaultArn": MAIN, "backupVaultName": "main", "creationDate": "Oct 1, 2026, 12:00:00 AM"});
    Scene::default().call("2026-10-01T00:00:00Z", "CreateBackupVault", json!({"backupVaultName": "main"}), made)
}

fn lag_made(request: Value) -> Scene {
    let made = json!({"backupVaultArn": LAG, "vaultState": "CREATING", "creationDate": "Oct 1, 2026 12:00:00 AM"});
    Scene::default().call("2026-10-01T00:00:00Z", "CreateLogicallyAirGappedBackupVault", request, made)
}

fn lag_request() -> Value {
    json!({"backupVaultName": "lag", "minRetentionDays": 7, "maxRetentionDays": 35, "creatorRequestId": "r-1",
        "backupVaultTags": {"team": "storage"}})
}

fn named() -> Value {
    json!({"backupVaultName": "main"})
}

#[test]
fn an_air_gapped_vault_is_what_its_creation_says() {
    let world = lag_made(lag_request()).world();
    let lag = vault(&world, LAG);
    let now = "2026-10-02T00:00:00Z";
    assert_eq!(value(&lag.kind, now), Some(VaultKind::AirGapped));
    assert_eq!(value(&lag.state, now), Some(VaultState::Creating));
    assert_eq!((value(&lag.min_days, now), value(&lag.max_days, now)), (Some(Some(7)), Some(Some(35))));
    assert_eq!(value(&lag.key_type, now), Some(KeyType::AwsOwned));
    assert_eq!(value(&lag.policy, now), Some(None));
    assert_eq!(lag.creator_request_id.as_ref().map(|(id, _)| id.as_str()), Some("r-1"));
    assert_eq!(value(&lag.tags.by_key["team"], now), Some(Some("storage".into())));
    assert_eq!(lag.created.unwrap().0, at("2026-10-01T00:00:00Z"));
    // AWS locks it, but the call does not say so.
    assert_eq!(value(&lag.locked, now), None);
}

#[test]
fn a_redacted_key_is_no_aws_owned_key_and_redacted_tags_are_not_none() {
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    let request = json!({"backupVaultName": "lag", "minRetentionDays": 7, "maxRetentionDays": 35,
        "encryptionKeyArn": hidden, "backupVaultTags": hidden});
    let world = lag_made(request).world();
    assert_eq!(value(&vault(&world, LAG).key_type, "2026-10-02T00:00:00Z"), None);
    assert!(vault(&world, LAG).tags.all_known.is_empty());
}

#[test]
fn a_lock_put_in_the_log_alone_locks_and_its_date_is_the_end_of_the_grace_period() {
    let put = json!({"backupVaultName": "main", "minRetentionDays": 14, "changeableForDays": 3});
    let world = main_made().call("2026-10-05T10:00:00Z", "PutBackupVaultLockConfiguration", put, json!(null)).world();
    let main = vault(&world, MAIN);
    assert_eq!(value(&main.locked, "2026-10-05T09:59:59Z"), Some(false));
    assert_eq!(value(&main.locked, "2026-10-05T10:00:00Z"), Some(true));
    assert_eq!(value(&main.lock_date, "2026-10-06T00:00:00Z"), Some(Some(at("2026-10-08T10:00:00Z"))));
    assert_eq!(value(&main.min_days, "2026-10-06T00:00:00Z"), Some(Some(14)));
    assert_eq!(value(&main.max_days, "2026-10-06T00:00:00Z"), Some(None));
    assert_eq!(main.lock_changes.len(), 1);
}

#[test]
fn a_lock_without_a_grace_period_is_one_in_governance_mode_and_can_be_taken_away() {
    let world = main_made()
        .call(
            "2026-10-05T00:00:00Z",
            "PutBackupVaultLockConfiguration",
            json!({"backupVaultName": "main", "maxRetentionDays": 90}),
            json!(null),
        )
        .call("2026-10-07T00:00:00Z", "DeleteBackupVaultLockConfiguration", named(), json!(null))
        .world();
    let main = vault(&world, MAIN);
    assert_eq!(
        (value(&main.locked, "2026-10-06T00:00:00Z"), value(&main.lock_date, "2026-10-06T00:00:00Z")),
        (Some(true), Some(None))
    );
    assert_eq!(
        (value(&main.locked, "2026-10-07T00:00:00Z"), value(&main.max_days, "2026-10-07T00:00:00Z")),
        (Some(false), Some(None))
    );
}

#[test]
fn a_refused_lock_changes_nothing() {
    let put = json!({"backupVaultName": "main", "changeableForDays": 3});
    let world = main_made().refused("2026-10-05T00:00:00Z", "PutBackupVaultLockConfiguration", put).world();
    assert_eq!(value(&vault(&world, MAIN).locked, "2026-10-06T00:00:00Z"), Some(false));
}

#[test]
fn a_lock_whose_parameters_are_not_logged_is_of_unknown_date() {
    let world = main_made()
        .call("2026-10-05T00:00:00Z", "PutBackupVaultLockConfiguration", json!(null), json!({"backupVaultArn": MAIN}))
        .world();
    let main = vault(&world, MAIN);
    let when = "2026-10-06T00:00:00Z";
    assert_eq!(
        (value(&main.locked, when), value(&main.lock_date, when), value(&main.min_days, when)),
        (Some(true), None, None)
    );
}

#[test]
fn a_state_change_tells_that_a_vault_is_locked_but_not_how() {
    let world = main_made()
        .change(
            "2026-10-05T00:00:00Z",
            "Backup Vault State Change",
            json!([MAIN]),
            json!({"backupVaultName": "main", "state": "MODIFIED", "isLocked": "true"}),
        )
        .world();
    let main = vault(&world, MAIN);
    let when = "2026-10-06T00:00:00Z";
    assert_eq!(value(&main.locked, when), Some(true));
    assert_eq!((value(&main.lock_date, when), value(&main.min_days, when)), (None, None), "not governance mode");
}

#[test]
fn a_grace_period_that_aws_does_not_take_is_of_unknown_date() {
    for days in [json!(2), json!(36_501), json!(-3), json!("soon")] {
        let put = json!({"backupVaultName": "main", "changeableForDays": days});
        let world =
            main_made().call("2026-10-05T00:00:00Z", "PutBackupVaultLockConfiguration", put, json!(null)).world();
        assert_eq!(value(&vault(&world, MAIN).lock_date, "2026-10-06T00:00:00Z"), None, "{days}");
    }
}

#[test]
fn the_date_that_aws_shows_refines_the_computed_one_and_another_one_is_a_drift() {
    let put = json!({"backupVaultName": "main", "changeableForDays": 3});
    let shown = |date: &str| {
        let row = json!({"BackupVaultArn": MAIN, "BackupVaultName": "main", "VaultType": "BACKUP_VAULT", "Locked": true, "LockDate": date});
        main_made()
            .call("2026-10-05T10:00:00Z", "PutBackupVaultLockConfiguration", put.clone(), json!(null))
            .shown("2026-10-06", "list-backup-vaults.json", json!({"BackupVaultList": [row]}))
            .world()
    };
    let same = shown("2026-10-08T12:00:07.123000+02:00");
    assert_eq!(same.drifts, []);
    assert_eq!(value(&vault(&same, MAIN).lock_date, "2026-10-05T10:00:00Z"), Some(Some(at("2026-10-08T10:00:07Z"))));
    let other = shown("2026-11-08T10:00:00Z");
    assert_eq!(other.drifts.iter().map(|drift| drift.field).collect::<Vec<_>>(), ["LockDate"]);
}

#[test]
fn bounds_that_a_standard_vault_does_not_show_are_none_and_those_of_an_air_gapped_one_are_unknown() {
    let row = |arn: &str, kind: &str| json!({"BackupVaultArn": arn, "VaultType": kind, "Locked": true, "LockDate": 1_790_812_800.5});
    let rows = json!({"BackupVaultList": [row(MAIN, "BACKUP_VAULT"), row(LAG, "LOGICALLY_AIR_GAPPED_BACKUP_VAULT")]});
    let world = Scene::default().shown("2026-10-06", "list-backup-vaults.json", rows).world();
    let when = "2026-10-06T00:00:00Z";
    assert_eq!(value(&vault(&world, MAIN).min_days, when), Some(None));
    assert_eq!(value(&vault(&world, LAG).min_days, when), None);
    assert_eq!(value(&vault(&world, LAG).lock_date, when), Some(Some(at("2026-10-01T00:00:00Z"))));
}

#[test]
fn a_policy_is_kept_as_written_over_time() {
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let world = main_made()
        .call(
            "2026-10-03T00:00:00Z",
            "PutBackupVaultAccessPolicy",
            json!({"backupVaultName": "main", "policy": policy}),
            json!(null),
        )
        .call("2026-10-05T00:00:00Z", "DeleteBackupVaultAccessPolicy", named(), json!(null))
        .world();
    let main = vault(&world, MAIN);
    assert_eq!(value(&main.policy, "2026-10-02T00:00:00Z"), Some(None));
    assert_eq!(value(&main.policy, "2026-10-03T00:00:00Z"), Some(Some(policy.to_owned())));
    assert_eq!(value(&main.policy, "2026-10-05T00:00:00Z"), Some(None));
}

#[test]
fn a_policy_that_is_no_json_is_unknown_with_its_reason() {
    for (policy, reason) in [
        (json!("{\"Statement\":"), "no JSON"),
        (json!("[]"), "must be a JSON object, this is a list"),
        (json!("HIDDEN_DUE_TO_SECURITY_REASONS"), "hidden"),
        (json!(7), "must be text"),
        (json!(null), "shows no policy"),
    ] {
        let request = json!({"backupVaultName": "main", "policy": policy});
        let world =
            main_made().call("2026-10-03T00:00:00Z", "PutBackupVaultAccessPolicy", request, json!(null)).world();
        let main = vault(&world, MAIN);
        assert_eq!(value(&main.policy, "2026-10-04T00:00:00Z"), None, "{reason}");
        let (said, by) = main.unread[&Setting::Policy].clone().unwrap();
        assert!(said.contains(reason), "{said}");
        assert_eq!(main.policy.at(at("2026-10-04T00:00:00Z")).unwrap().evidence, by);
    }
}

#[test]
fn a_written_null_is_no_policy_and_a_missing_one_is_unknown() {
    let shown = |output: Value| {
        let world = Scene::default().shown("2026-10-06", "get-backup-vault-access-policy.main.json", output).world();
        value(&vault(&world, MAIN).policy, "2026-10-06T00:00:00Z")
    };
    assert_eq!(shown(json!({"Policy": null})), Some(None));
    assert_eq!(shown(json!({"BackupVaultArn": MAIN, "BackupVaultName": "main"})), None);
    let policy = r#"{"Statement":[]}"#;
    assert_eq!(shown(json!({"BackupVaultArn": MAIN, "Policy": policy})), Some(Some(policy.into())));
}

#[test]
fn notifications_are_read_whatever_casing_the_topic_has() {
    let request = json!({"backupVaultName": "main", "sNSTopicArn": "arn:aws:sns:eu-west-1:111122223333:b",
        "backupVaultEvents": ["COPY_JOB_FAILED", "BACKUP_JOB_FAILED"]});
    let world = main_made()
        .call("2026-10-03T00:00:00Z", "PutBackupVaultNotifications", request, json!(null))
        .call("2026-10-04T00:00:00Z", "PutBackupVaultNotifications", json!(null), json!({"backupVaultArn": MAIN}))
        .call("2026-10-05T00:00:00Z", "DeleteBackupVaultNotifications", named(), json!(null))
        .world();
    let main = vault(&world, MAIN);
    let expected = Notifications {
        topic: "arn:aws:sns:eu-west-1:111122223333:b".into(),
        events: Some(vec!["BACKUP_JOB_FAILED".into(), "COPY_JOB_FAILED".into()]),
    };
    assert_eq!(value(&main.notifications, "2026-10-03T00:00:00Z"), Some(Some(expected)));
    assert_eq!(value(&main.notifications, "2026-10-04T00:00:00Z"), None);
    assert_eq!(value(&main.notifications, "2026-10-05T00:00:00Z"), Some(None));
}

#[test]
fn a_tag_is_known_to_be_absent_only_where_all_tags_are_known() {
    let world = main_made()
        .call("2026-10-03T00:00:00Z", "TagResource", json!({"resourceArn": MAIN, "tags": {"a": "1"}}), json!(null))
        .call("2026-10-04T00:00:00Z", "UntagResource", json!({"resourceArn": MAIN, "tagKeyList": ["a"]}), json!(null))
        .call(
            "2026-10-05T00:00:00Z",
            "TagResource",
            json!({"resourceArn": MAIN, "tags": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
            json!(null),
        )
        .shown(
            "2026-10-06",
            "list-tags.arn_aws_backup_eu-west-1_111122223333_backup-vault_main.json",
            json!({"Tags": {"b": "2"}}),
        )
        .world();
    let tags = &vault(&world, MAIN).tags;
    let a = |when: &str| value(&tags.by_key["a"], when);
    assert_eq!(a("2026-10-02T00:00:00Z"), Some(None));
    assert_eq!(a("2026-10-03T00:00:00Z"), Some(Some("1".into())));
    assert_eq!(a("2026-10-04T00:00:00Z"), Some(None));
    assert_eq!(a("2026-10-05T00:00:00Z"), Some(None), "the snapshot tells what the hidden change made");
    assert_eq!(value(&tags.by_key["b"], "2026-10-06T00:00:00Z"), Some(Some("2".into())));
    assert_eq!(tags.all_known.len(), 2);
}

#[test]
fn a_hidden_change_of_tags_leaves_every_tag_unknown() {
    let world = main_made()
        .call("2026-10-03T00:00:00Z", "TagResource", json!({"resourceArn": MAIN, "tags": {"a": "1"}}), json!(null))
        .call("2026-10-05T00:00:00Z", "UntagResource", json!({"resourceArn": MAIN}), json!(null))
        .world();
    assert_eq!(value(&vault(&world, MAIN).tags.by_key["a"], "2026-10-05T00:00:00Z"), None);
}

#[test]
fn a_deleted_vaults_aws_owned_key_goes_seven_days_later() {
    let deleted = |request: Value| {
        lag_made(request)
            .call("2026-10-09T00:00:00Z", "DeleteBackupVault", json!({"backupVaultName": "lag"}), json!(null))
            .world()
    };
    let world = deleted(lag_request());
    assert_eq!(value(&vault(&world, LAG).exists, "2026-10-09T00:00:00Z"), Some(false));
    assert_eq!(vault(&world, LAG).key_deletion_due.unwrap().0, at("2026-10-16T00:00:00Z"));
    let mut own = lag_request();
    own["encryptionKeyArn"] = json!("arn:aws:kms:eu-west-1:999988887777:key/1");
    assert!(vault(&deleted(own), LAG).key_deletion_due.is_none());
}

#[test]
fn a_vault_is_known_to_be_empty_only_where_every_point_is_known() {
    let arn = VaultArn::new(MAIN);
    let empty = |world: &World, when: &str| world.holdings(&arn, at(when)).is_empty();
    let point = json!({"recoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/snap-1", "backupVaultArn": MAIN, "status": "COMPLETED",
        "resourceArn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "completionDate": "2026-10-03T00:00:00Z",
        "creationDate": "2026-10-03T00:00:00Z", "lifecycle": {"deleteAfterDays": 30}});
    let made = || main_made().event("2026-10-03T00:05:00Z", "RecoveryPointCreated", point.clone());
    let deleted = |scene: Scene| {
        let details = json!({"recoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/snap-1", "backupVaultArn": MAIN});
        scene.event("2026-10-05T00:00:00Z", "BackupDeleted", details)
    };
    let world = deleted(made()).world();
    assert_eq!(empty(&world, "2026-10-02T00:00:00Z"), Some(true));
    assert_eq!(empty(&world, "2026-10-04T00:00:00Z"), Some(false));
    assert_eq!(empty(&world, "2026-10-05T00:00:00Z"), Some(true));
    // Its creation is not in the log: others may have been there before.
    let point_alone =
        deleted(Scene::default().event("2026-10-03T00:05:00Z", "RecoveryPointCreated", point.clone())).world();
    assert_eq!(empty(&point_alone, "2026-10-05T00:00:00Z"), None);
    // A hole in the log may hide another point, and the end of this one.
    let holed = made()
        .hole("2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z")
        .shown("2026-10-06", "list-backup-plans.json", json!({"BackupPlansList": []}))
        .world();
    assert_eq!(empty(&holed, "2026-10-05T00:00:00Z"), None);
}

#[test]
fn a_count_of_zero_shows_an_empty_vault() {
    let row = json!({"BackupVaultArn": MAIN, "BackupVaultName": "main", "NumberOfRecoveryPoints": 0});
    let world = Scene::default().shown("2026-10-06", "describe-backup-vault.main.json", row).world();
    let arn = VaultArn::new(MAIN);
    assert_eq!(value(&vault(&world, MAIN).points, "2026-10-06T00:00:00Z"), Some(0));
    assert_eq!(world.holdings(&arn, at("2026-10-06T00:00:00Z")).is_empty(), Some(true));
}

#[test]
fn an_unknown_kind_of_vault_is_kept_as_written() {
    let row = json!({"BackupVaultArn": MAIN, "VaultType": "QUANTUM_VAULT", "VaultState": "MELTING", "CreationDate": "2026-10-01T00:00:00Z"});
    let world = Scene::default().shown("2026-10-06", "describe-backup-vault.main.json", row).world();
    let kind = value(&vault(&world, MAIN).kind, "2026-10-06T00:00:00Z");
    assert_eq!(kind, Some(VaultKind::Other("QUANTUM_VAULT".into())));
}

#[test]
fn every_attribute_of_a_vault_names_the_entry_that_says_it() {
    let (world, log) = lag_made(lag_request()).seen();
    let when = at("2026-10-02T00:00:00Z");
    let vault = vault(&world, LAG);
    let shown: Vec<_> =
        vault.attributes().into_iter().filter_map(|(name, line)| Some((name, line.shown(when)?))).collect();
    for name in ["VaultType", "CreationDate", "CreatorRequestId", "Policy", "Notifications", "Tags/team"] {
        let (_, found) = shown.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(log.entry(found.evidence).unwrap().body()["eventName"], "CreateLogicallyAirGappedBackupVault");
    }
}
