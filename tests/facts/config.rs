//! AWS Config: configuration items of AWS Backup, each at its own time.

use super::around::{OWNER, Scene, value};
use serde_json::{Value, json};
use vaultrail::arn::{RecoveryPointArn, VaultArn};
use vaultrail::facts::Retention;
use vaultrail::facts::words::{PointStatus, VaultKind};

fn item(kind: &str, when: &str, arn: &str, configuration: Value) -> Value {
    json!({"version": "1.3", "accountId": OWNER, "awsRegion": "eu-west-1", "resourceType": kind, "arn": arn,
        "configurationItemCaptureTime": when, "configurationItemStatus": "OK", "resourceCreationTime": "2026-01-01T00:00:00Z",
        "configuration": configuration.to_string()})
}

fn vault() -> String {
    format!("arn:aws:backup:eu-west-1:{OWNER}:backup-vault:gold")
}

fn history(items: Vec<Value>) -> Scene {
    Scene::default().shown(
        "2026-12-01",
        "configservice/get-resource-config-history.json",
        json!({"configurationItems": items}),
    )
}

#[test]
fn a_recovery_point_is_what_its_item_says_at_the_time_of_the_item() {
    let arn = "arn:aws:backup:eu-west-1:111122223333:recovery-point:1a";
    let configuration = json!({"RecoveryPointArn": arn, "BackupVaultArn": vault(), "ResourceType": "EFS",
        "ResourceArn": "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1", "Status": "COMPLETED",
        "CreationDate": "2026-10-01T00:00:00Z", "Lifecycle": {"DeleteAfterDays": 35}});
    let gone = json!({"resourceType": "AWS::Backup::RecoveryPoint", "arn": arn, "accountId": OWNER, "awsRegion": "eu-west-1",
        "configurationItemCaptureTime": "2026-11-05T00:00:00Z", "configurationItemStatus": "ResourceDeleted"});
    let world =
        history(vec![item("AWS::Backup::RecoveryPoint", "2026-10-02T00:00:00Z", arn, configuration), gone]).world();
    let point = &world.points[&RecoveryPointArn::new(arn)];
    assert_eq!(value(&point.status, "2026-10-02T00:00:00Z"), Some(PointStatus::Completed));
    assert_eq!(value(&point.retention, "2026-10-02T00:00:00Z"), Some(Retention::Days(35)));
    assert_eq!(value(&point.status, "2026-11-05T00:00:00Z"), Some(PointStatus::Deleted));
}

#[test]
fn the_item_of_a_vault_tells_bounds_and_key_and_not_whether_the_lock_is_final() {
    let configuration = json!({"BackupVaultName": "gold", "BackupVaultArn": vault(),
        "EncryptionKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1a",
        "LockConfiguration": {"MinRetentionDays": 7, "MaxRetentionDays": 90, "ChangeableForDays": 3}});
    let world =
        history(vec![item("AWS::Backup::BackupVault", "2026-10-02T00:00:00Z", &vault(), configuration)]).world();
    let vault = &world.vaults[&VaultArn::parse(&vault()).unwrap()];
    let day = "2026-10-02T00:00:00Z";
    assert_eq!(value(&vault.min_days, day), Some(Some(7)));
    assert_eq!(value(&vault.max_days, day), Some(Some(90)));
    assert_eq!(value(&vault.locked, day), None);
}

#[test]
fn a_file_that_config_delivers_holds_its_configuration_as_json_and_needs_no_manifest_time() {
    let mut one = item("AWS::Backup::LogicallyAirGappedBackupVault", "2026-10-02T00:00:00Z", &vault(), json!({}));
    one["configuration"] = json!({"BackupVaultArn": vault(), "MinRetentionDays": 7, "MaxRetentionDays": 30});
    one["awsAccountId"] = json!(OWNER);
    let other = json!({"resourceType": "AWS::EC2::Instance", "configurationItemCaptureTime": "2026-10-02T00:00:00Z"});
    let delivered = json!({"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": [one.clone(), other]});
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("any-name.json"), delivered.to_string()).unwrap();
    std::fs::write(
        folder.path().join("message.json"),
        json!({"messageType": "x", "configurationItem": one}).to_string(),
    )
    .unwrap();
    let log = vaultrail::ingest::read(&[folder.path().to_owned()], &vaultrail::ingest::Options::default()).unwrap();
    assert_eq!((log.defects.len(), log.entries.len()), (0, 3));
    let facts = vaultrail::facts::read(&log);
    assert_eq!(facts.len(), 2, "{facts:?}");
    let says = facts.iter().find_map(|fact| match &fact.about {
        vaultrail::facts::About::Vault(_, says) => Some((fact.at, says.kind.clone())),
        _ => None,
    });
    assert_eq!(says, Some((super::around::at("2026-10-02T00:00:00Z"), Some(VaultKind::AirGapped))));
}

#[test]
fn a_plan_in_an_item_keeps_copies_as_the_same_plan_in_the_api_does() {
    let rule = json!({"RuleName": "daily", "RuleId": "1a", "TargetBackupVault": "Default",
        "CopyActions": [{"DestinationBackupVaultArn": vault(), "Lifecycle": {"DeleteAfterDays": 30}}]});
    let configuration = json!({"BackupPlanId": "p", "VersionId": "v",
        "BackupPlan": {"BackupPlanName": "plan", "BackupPlanRule": [rule]}});
    let world = history(vec![item("AWS::Backup::BackupPlan", "2026-10-02T00:00:00Z", "arn", configuration)]).world();
    assert_eq!(world.copy_rules.len(), 1);
}

#[test]
fn a_configuration_that_is_no_json_says_nothing_and_breaks_nothing() {
    let mut broken = item("AWS::Backup::BackupVault", "2026-10-02T00:00:00Z", "no-arn", Value::Null);
    broken["configuration"] = json!("{\"BackupVaultArn\": ");
    assert!(history(vec![broken]).facts().is_empty());
}
