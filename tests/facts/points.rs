//! Recovery points and legal holds: whose they are, how long they live, how they end.

use super::worlds::{Scene, at, value};
use serde_json::{Value, json};
use vaultrail::arn::RecoveryPointArn;
use vaultrail::facts::Retention;
use vaultrail::facts::words::{HoldStatus, IndexStatus, KeyType, PointStatus, ScanResult, StorageClass};
use vaultrail::world::World;
use vaultrail::world::hold::Holds;
use vaultrail::world::point::Point;

const POINT: &str = "arn:aws:backup:eu-west-1:111122223333:recovery-point:1";
const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag";
const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";

fn point<'w>(world: &'w World, arn: &str) -> &'w Point {
    &world.points[&RecoveryPointArn::new(arn)]
}

fn row() -> Value {
    json!({"RecoveryPointArn": POINT, "BackupVaultName": "lag", "BackupVaultArn": VAULT,
        "SourceBackupVaultArn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:main", "ResourceArn": VOLUME,
        "ResourceType": "EBS", "Status": "COMPLETED", "CreationDate": "2026-10-01T02:00:00.123000+02:00",
        "CompletionDate": "2026-10-01T00:10:00Z", "BackupSizeInBytes": 1024, "IsEncrypted": true,
        "EncryptionKeyType": "AWS_OWNED_KMS_KEY", "EncryptionKeyArn": "arn:aws:kms:eu-west-1:555566667777:key/1",
        "CalculatedLifecycle": {"DeleteAt": 1_793_404_800.0}, "Lifecycle": {"DeleteAfterDays": 30}, "IsParent": false,
        "VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"})
}

fn listed(row: Value) -> Scene {
    Scene::default().shown(
        "2026-10-05",
        "list-recovery-points-by-backup-vault.lag.json",
        json!({"RecoveryPoints": [row]}),
    )
}

fn with(mut row: Value, key: &str, value: Value) -> Value {
    row[key] = value;
    row
}

#[test]
fn a_point_in_an_air_gapped_vault_is_of_the_resource_that_its_row_names() {
    let world = listed(row()).world();
    let point = point(&world, POINT);
    assert_eq!(point.resource().unwrap().as_str(), VOLUME);
    assert_eq!(point.vault().unwrap().as_str(), VAULT);
    assert_eq!(point.source_vault.as_ref().unwrap().0.name(), "main");
    assert_eq!(point.created(), Some(at("2026-10-01T00:00:00Z")));
    assert_eq!(point.delete_at(), Some(at("2026-10-31T00:00:00Z")));
    assert_eq!((point.encrypted.unwrap().0, point.size.unwrap().0), (true, 1024));
    assert_eq!(point.key_type.as_ref().unwrap().0, KeyType::AwsOwned);
    assert_eq!(value(&point.parent, "2026-10-05T00:00:00Z"), Some(None));
}

#[test]
fn a_point_whose_encryption_is_not_shown_is_not_unencrypted() {
    let mut bare = row();
    bare.as_object_mut().unwrap().retain(|key, _| key != "IsEncrypted" && key != "IsParent");
    let world = listed(bare).world();
    assert!(point(&world, POINT).encrypted.is_none());
    assert_eq!(value(&point(&world, POINT).parent, "2026-10-05T00:00:00Z"), None);
}

#[test]
fn flags_as_text_and_a_capital_c_are_read_in_state_changes() {
    let detail = json!({"backupVaultArn": VAULT, "creationDate": "2026-10-01T00:00:00.000Z", "status": "COMPLETED", "isEncrypted": "false",
        "storageClass": "WARM", "resourceArn": VOLUME, "completionDate": "2026-10-01T00:01:00Z", "lifecycle": {"deleteAfterDays": 100},
        "calculatedLifeCycle": {"deleteAt": "2027-01-09T00:00:00Z"}, "backupSizeInBytes": "36048"});
    let world =
        Scene::default().change("2026-10-01T00:05:00Z", "Recovery Point State Change", json!([POINT]), detail).world();
    let point = point(&world, POINT);
    assert_eq!((point.encrypted.unwrap().0, point.size.unwrap().0), (false, 36_048));
    assert_eq!(point.delete_at(), Some(at("2027-01-09T00:00:00Z")));
    assert_eq!(value(&point.storage, "2026-10-01T00:05:00Z"), Some(StorageClass::Warm));
    assert_eq!(value(&point.status, "2026-10-01T00:01:00Z"), Some(PointStatus::Completed));
}

#[test]
fn a_successful_deletion_may_only_expire_the_point_and_backup_deleted_is_the_proof() {
    let request = json!({"backupVaultName": "lag", "recoveryPointArn": POINT});
    let asked = || listed(row()).call("2026-10-06T00:00:00Z", "DeleteRecoveryPoint", request.clone(), json!(null));
    let expired =
        asked().shown("2026-10-07", "describe-recovery-point.json", with(row(), "Status", json!("EXPIRED"))).world();
    let status = |world: &World, when: &str| value(&point(world, POINT).status, when);
    assert_eq!(status(&expired, "2026-10-06T00:00:00Z"), Some(PointStatus::Deleting));
    assert_eq!(status(&expired, "2026-10-07T00:00:00Z"), Some(PointStatus::Expired));
    let vault = point(&expired, POINT).vault().unwrap();
    assert_eq!(
        expired.holdings(vault, at("2026-10-07T00:00:00Z")).is_empty(),
        Some(false),
        "an expired point is still there"
    );
    let details = json!({"recoveryPointArn": POINT, "backupVaultArn": VAULT});
    let deleted = asked().event("2026-10-06T00:20:00Z", "BackupDeleted", details).world();
    assert_eq!(status(&deleted, "2026-10-06T00:19:59Z"), Some(PointStatus::Deleting));
    assert_eq!(status(&deleted, "2026-10-06T00:20:00Z"), Some(PointStatus::Deleted));
    let world = listed(row()).refused("2026-10-06T00:00:00Z", "DeleteRecoveryPoint", request.clone()).world();
    assert_eq!(status(&world, "2026-10-06T00:00:00Z"), Some(PointStatus::Completed));
}

#[test]
fn disassociation_lets_a_point_go_and_disassociation_from_its_parent_does_not() {
    let parent = "arn:aws:backup:eu-west-1:111122223333:recovery-point:parent";
    let child = with(row(), "ParentRecoveryPointArn", json!(parent));
    let request = json!({"backupVaultName": "lag", "recoveryPointArn": POINT});
    let call =
        |name: &str| listed(child.clone()).call("2026-10-06T00:00:00Z", name, request.clone(), json!(null)).world();
    let world = call("DisassociateRecoveryPointFromParent");
    let left = point(&world, POINT);
    assert_eq!(value(&left.parent, "2026-10-05T00:00:00Z"), Some(Some(RecoveryPointArn::new(parent))));
    assert_eq!(value(&left.parent, "2026-10-06T00:00:00Z"), Some(None));
    assert_eq!(value(&left.status, "2026-10-06T00:00:00Z"), Some(PointStatus::Completed));
    assert_eq!(world.delete_calls.len(), 1);
    let world = call("DisassociateRecoveryPoint");
    assert_eq!(value(&point(&world, POINT).status, "2026-10-06T00:00:00Z"), Some(PointStatus::Disassociated));
}

#[test]
fn a_life_cycle_changes_with_the_call_and_is_unknown_where_the_call_does_not_show_it() {
    let changed = |request: Value, response: Value| {
        listed(row()).call("2026-10-06T00:00:00Z", "UpdateRecoveryPointLifecycle", request, response).world()
    };
    let request = json!({"backupVaultName": "lag", "recoveryPointArn": POINT, "lifecycle": {"deleteAfterDays": 8, "moveToColdStorageAfterDays": 1}});
    let response = json!({"backupVaultArn": VAULT, "recoveryPointArn": POINT, "lifecycle": {"deleteAfterDays": 8, "moveToColdStorageAfterDays": 1},
        "calculatedLifecycle": {"deleteAt": "Oct 9, 2026, 12:00:00 AM", "moveToColdStorageAt": "Oct 2, 2026, 12:00:00 AM"}});
    let world = changed(request.clone(), response);
    let shorter = point(&world, POINT);
    assert_eq!(value(&shorter.retention, "2026-10-05T23:59:59Z"), Some(Retention::Days(30)));
    assert_eq!(value(&shorter.retention, "2026-10-06T00:00:00Z"), Some(Retention::Days(8)));
    assert_eq!(value(&shorter.cold_after_days, "2026-10-06T00:00:00Z"), Some(Some(1)));
    assert_eq!(shorter.delete_at(), Some(at("2026-10-09T00:00:00Z")));
    // What was computed before no longer holds; the days do.
    let world = changed(request, json!(null));
    assert_eq!(
        (point(&world, POINT).delete_at(), point(&world, POINT).expires()),
        (None, Some(at("2026-10-09T00:00:00Z")))
    );
    let world = changed(json!({"backupVaultName": "lag", "recoveryPointArn": POINT}), json!(null));
    assert_eq!(value(&point(&world, POINT).retention, "2026-10-06T00:00:00Z"), None);
}

#[test]
fn a_point_that_is_kept_until_it_is_copied_is_not_kept_for_ever() {
    let cycle = |cycle: Value| {
        value(&point(&listed(with(row(), "Lifecycle", cycle)).world(), POINT).retention, "2026-10-05T00:00:00Z")
    };
    assert_eq!(cycle(json!({"DeleteAfterEvent": "DELETE_AFTER_COPY"})), None);
    assert_eq!(
        cycle(json!({"DeleteAfterEvent": "DELETE_AFTER_COPY", "DeleteAfterDays": "7"})),
        Some(Retention::Days(7))
    );
    assert_eq!(cycle(json!({"MoveToColdStorageAfterDays": 30})), Some(Retention::Always));
    let world = listed(with(row(), "Lifecycle", json!({"DeleteAfterEvent": "DELETE_AFTER_COPY"}))).world();
    assert_eq!(value(&point(&world, POINT).until_copied, "2026-10-05T00:00:00Z"), Some(true));
}

#[test]
fn a_point_turns_cold_is_indexed_and_scanned() {
    let arn = json!({"recoveryPointArn": POINT, "backupVaultArn": VAULT});
    let scan = json!({"recoveryPointArn": POINT, "state": "COMPLETED", "completionDate": "2026-10-08T00:00:00Z",
        "scanResult": {"scanResultStatus": "THREATS_FOUND"}});
    let world = listed(row())
        .event("2026-10-06T00:00:00Z", "BackupTransitionedToCold", arn)
        .change(
            "2026-10-07T00:00:00Z",
            "Recovery Point Index State Change",
            json!([POINT]),
            json!({"recoveryPointArn": POINT, "indexStatus": "ACTIVE"}),
        )
        .change("2026-10-08T00:05:00Z", "Scan Job State Change", json!([POINT]), scan)
        .world();
    let point = point(&world, POINT);
    assert_eq!(value(&point.storage, "2026-10-06T00:00:00Z"), Some(StorageClass::Cold));
    assert_eq!(value(&point.index, "2026-10-07T00:00:00Z"), Some(IndexStatus::Active));
    assert_eq!(value(&point.scan, "2026-10-08T00:00:00Z"), Some(ScanResult::Threats));
}

#[test]
fn a_scan_that_failed_found_nothing_out() {
    let scan = |result: Value| {
        value(&point(&listed(with(row(), "AggregatedScanResult", result)).world(), POINT).scan, "2026-10-05T00:00:00Z")
    };
    assert_eq!(scan(json!({"FailedScan": true, "Findings": []})), Some(ScanResult::Unknown));
    assert_eq!(scan(json!({"FailedScan": false, "Findings": []})), Some(ScanResult::NoThreats));
    assert_eq!(scan(json!({"FailedScan": true, "Findings": ["MALWARE"]})), Some(ScanResult::Threats));
}

#[test]
fn points_listed_by_resource_or_hold_say_nothing_of_a_whole_vault() {
    let rows =
        json!({"RecoveryPoints": [{"RecoveryPointArn": POINT, "BackupVaultName": "lag", "Status": "COMPLETED"}]});
    let world = Scene::default()
        .shown(
            "2026-10-05",
            "list-recovery-points-by-resource.arn_aws_ec2_eu-west-1_111122223333_volume_vol-1.json",
            rows.clone(),
        )
        .shown("2026-10-05", "list-recovery-points-by-legal-hold.h-1.json", rows)
        .world();
    assert!(world.vaults.values().all(|vault| vault.all_points.is_empty()));
    assert_eq!(point(&world, POINT).vault().unwrap().as_str(), VAULT);
    assert!(world.holds["h-1"].points.contains_key(&RecoveryPointArn::new(POINT)));
}

fn held(selection: Value) -> Scene {
    let hold = json!({"LegalHoldId": "h-1", "LegalHoldArn": "arn:aws:backup:eu-west-1:111122223333:legal-hold:h-1", "Title": "case",
        "Status": "ACTIVE", "CreationDate": "2026-10-02T00:00:00Z", "RecoveryPointSelection": selection});
    listed(row()).shown("2026-10-05", "get-legal-hold.h-1.json", hold)
}

#[test]
fn a_hold_keeps_a_point_that_meets_every_criterion_it_sets() {
    let keeps = |selection: Value| {
        let world = held(selection).world();
        world.holds["h-1"].keeps(point(&world, POINT), at("2026-10-05T00:00:00Z"))
    };
    let range = |from: &str, to: &str| json!({"FromDate": from, "ToDate": to});
    let october = range("2026-10-01T00:00:00Z", "2026-10-31T00:00:00Z");
    assert_eq!(
        keeps(json!({"VaultNames": ["lag"], "ResourceIdentifiers": [VOLUME], "DateRange": october})),
        Holds::Surely
    );
    assert_eq!(keeps(json!({"VaultNames": ["lag"], "ResourceIdentifiers": ["EBS"]})), Holds::Surely);
    assert_eq!(keeps(json!({"VaultNames": ["main"], "ResourceIdentifiers": ["EBS"]})), Holds::No);
    assert_eq!(keeps(json!({"VaultNames": ["lag"], "ResourceIdentifiers": ["EFS"]})), Holds::No);
    assert_eq!(
        keeps(json!({"VaultNames": ["lag"], "DateRange": range("2026-10-01T00:00:01Z", "2026-10-31T00:00:00Z")})),
        Holds::No
    );
    assert_eq!(keeps(json!({"VaultNames": ["lag"], "ResourceIdentifiers": ["arn:aws:ec2:*"]})), Holds::Perhaps);
    assert_eq!(keeps(json!({"VaultNames": ["lag"], "DateRange": range("soon", "later")})), Holds::Perhaps);
    assert_eq!(keeps(json!(null)), Holds::Perhaps);
}

#[test]
fn a_hold_keeps_nothing_before_its_creation_and_perhaps_nothing_once_it_is_being_cancelled() {
    let cancel = json!({"legalHoldId": "h-1", "cancelDescription": "closed"});
    let world = held(json!({"VaultNames": ["lag"]}))
        .call("2026-10-07T00:00:00Z", "CancelLegalHold", cancel, json!(null))
        .world();
    let hold = &world.holds["h-1"];
    let keeps = |when: &str| hold.keeps(point(&world, POINT), at(when));
    assert_eq!(keeps("2026-10-01T12:00:00Z"), Holds::No);
    assert_eq!(keeps("2026-10-02T00:00:00Z"), Holds::Surely, "the log is whole since its creation");
    assert_eq!(keeps("2026-10-07T00:00:00Z"), Holds::Perhaps);
    assert_eq!(value(&hold.status, "2026-10-07T00:00:00Z"), Some(HoldStatus::Canceling));
    assert_eq!(world.holds_on(point(&world, POINT), at("2026-10-06T00:00:00Z")).len(), 1);
}

#[test]
fn a_hold_is_what_the_call_that_makes_it_says() {
    let selection = json!({"vaultNames": ["lag"]});
    let request = json!({"title": "case", "description": "why", "recoveryPointSelection": selection});
    let response = json!({"legalHoldId": "h-2", "status": "CREATING", "creationDate": "Oct 6, 2026 1:00:00 AM"});
    let world = listed(row()).call("2026-10-06T01:00:00Z", "CreateLegalHold", request, response).world();
    let hold = &world.holds["h-2"];
    assert_eq!(hold.selection.as_ref().unwrap().0.vaults, Some(vec!["lag".to_owned()]));
    assert_eq!(hold.created.unwrap().0, at("2026-10-06T01:00:00Z"));
    assert_eq!(hold.keeps(point(&world, POINT), at("2026-10-06T02:00:00Z")), Holds::Perhaps, "it is still being made");
}
