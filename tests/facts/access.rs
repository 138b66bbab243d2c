//! Restore access vaults: asked for, opened, revoked, deleted.

use super::sample::{OTHER, OWNER, Sample, VAULT, at, stamp, value};
use serde_json::{Value, json};
use vaultrail::facts::words::UpdateStatus;
use vaultrail::world::World;

const BACKUP: &str = "backup.amazonaws.com";
const RESTORED: &str = "arn:aws:backup:eu-west-1:444455556666:backup-vault:restored";
const SESSION: &str = "arn:aws:mpa:us-east-1:222233334444:session/Guardians-1a/2b";

fn asked() -> Sample {
    let body = json!({"recipientAccountId": OTHER, "requestParameters": {"sourceBackupVaultArn": VAULT, "requesterComment": "HIDDEN_DUE_TO_SECURITY_REASONS"},
        "responseElements": {"restoreAccessBackupVaultArn": RESTORED, "vaultState": "CREATING"}});
    Sample::default().event("10:00", BACKUP, "CreateRestoreAccessBackupVault", body)
}

fn outcome(sample: Sample, clock: &str, name: &str, details: Value) -> Sample {
    let body = json!({"eventType": "AwsServiceEvent", "recipientAccountId": OTHER, "serviceEventDetails": details,
        "userIdentity": {"accountId": OTHER, "invokedBy": "backup.amazonaws.com"}});
    sample.event(clock, BACKUP, name, body)
}

fn access(world: &World, attribute: &str, clock: &str) -> Option<Value> {
    value(world, "restore_access_vault", attribute, clock)
}

fn session(sample: Sample, clock: &str, vault: &str) -> Sample {
    let request = json!({"approvalTeamArn": "arn:aws:mpa:us-east-1:222233334444:approval-team/Guardians-1a", "protectedResourceArn": vault,
        "actionName": "backup:CreateRestoreAccessBackupVault"});
    sample.event(
        clock,
        "multi-party-approval.amazonaws.com",
        "StartSession",
        json!({"requestParameters": request, "responseElements": {"arn": SESSION}}),
    )
}

#[test]
fn a_request_belongs_to_the_session_begun_with_it_on_the_same_vault() {
    let world = session(asked(), "10:01", VAULT).world();
    assert_eq!(access(&world, "MpaSessionArn", "10:01"), Some(json!(SESSION)));
    assert_eq!(access(&world, "RequesterComment", "10:01"), None);
    for (clock, vault) in [("10:11", VAULT), ("10:01", "arn:aws:backup:eu-west-1:111122223333:backup-vault:another")] {
        assert_eq!(access(&session(asked(), clock, vault).world(), "MpaSessionArn", "11:00"), None, "{clock} {vault}");
    }
}

#[test]
fn a_failed_opening_fails_the_restore_access_vault_and_never_the_vault_behind_it() {
    let details =
        json!({"sourceBackupVaultArn": VAULT, "backupVaultArn": VAULT, "restoreAccessBackupVaultArn": RESTORED});
    let world = outcome(asked(), "11:00", "CreateRestoreAccessBackupVaultFailed", details).world();
    assert_eq!(access(&world, "VaultState", "11:00"), Some(json!("FAILED")));
    let behind = json!({"sourceBackupVaultArn": VAULT, "backupVaultArn": VAULT});
    let world = outcome(Sample::default(), "11:00", "CreateRestoreAccessBackupVaultFailed", behind).world();
    assert!(world.accesses.is_empty() && world.vaults.values().all(|vault| vault.state.spans().is_empty()));
}

fn revoked() -> Sample {
    let body = json!({"requestParameters": {"backupVaultName": "lag-prod", "restoreAccessBackupVaultArn": RESTORED}});
    asked().event("12:00", BACKUP, "RevokeRestoreAccessBackupVault", body)
}

#[test]
fn a_revocation_waits_for_its_approval_and_stands_or_falls_with_it() {
    let world = revoked().world();
    assert_eq!(access(&world, "LatestRevokeRequest.Status", "12:00"), Some(json!("PENDING")));
    assert_eq!(access(&world, "exists", "12:00"), Some(json!(true)), "asked for is not done");
    assert_eq!(access(&world, "LatestRevokeRequest.InitiationDate", "12:00"), Some(json!(stamp("12:00"))));
    let failed = outcome(
        revoked(),
        "13:00",
        "RevokeRestoreAccessBackupVaultFailed",
        json!({"restoreAccessBackupVaultArn": RESTORED, "statusMessage": "no"}),
    )
    .world();
    assert_eq!(access(&failed, "LatestRevokeRequest.Status", "13:00"), Some(json!("FAILED")));
    assert_eq!(
        (access(&failed, "exists", "13:00"), access(&failed, "LatestRevokeRequest.StatusMessage", "13:00")),
        (Some(json!(true)), Some(json!("no")))
    );
    let gone = outcome(
        revoked(),
        "13:00",
        "RestoreAccessBackupVaultDeleted",
        json!({"restoreAccessBackupVaultArn": RESTORED}),
    )
    .world();
    assert_eq!(access(&gone, "exists", "13:00"), Some(json!(false)));
}

#[test]
fn a_revocation_is_approved_by_its_session_for_which_there_is_no_other_event() {
    let request = json!({"protectedResourceArn": RESTORED, "actionName": "backup:RevokeRestoreAccessBackupVault"});
    let begun = json!({"requestParameters": request, "responseElements": {"arn": SESSION}});
    let mpa = "multi-party-approval.amazonaws.com";
    for (status, said) in [("APPROVED", "APPROVED"), ("FAILED", "FAILED")] {
        let outcome = json!({"eventType": "AwsServiceEvent", "resources": [{"ARN": SESSION}], "serviceEventDetails": {"sessionStatus": status}});
        let world = revoked()
            .event("12:01", mpa, "StartSession", begun.clone())
            .event("13:00", "mpa.amazonaws.com", "SessionApproved", outcome)
            .world();
        assert_eq!(access(&world, "LatestRevokeRequest.MpaSessionArn", "12:01"), Some(json!(SESSION)));
        assert_eq!(access(&world, "LatestRevokeRequest.Status", "12:59"), Some(json!("PENDING")));
        assert_eq!(access(&world, "LatestRevokeRequest.Status", "13:00"), Some(json!(said)));
    }
}

#[test]
fn a_refused_revocation_is_kept_as_an_attempt_and_asks_for_nothing() {
    let body = json!({"errorCode": "InvalidRequestException", "requestParameters": {"backupVaultName": "lag-prod", "restoreAccessBackupVaultArn": RESTORED}});
    let world = asked().event("12:00", BACKUP, "RevokeRestoreAccessBackupVault", body).world();
    assert_eq!(access(&world, "LatestRevokeRequest.Status", "12:00"), None);
    assert_eq!(world.team_calls.last().map(|call| call.what.name.as_str()), Some("RevokeRestoreAccessBackupVault"));
}

#[test]
fn the_recovery_account_may_delete_its_restore_access_vault_at_any_time() {
    let body = json!({"recipientAccountId": OTHER, "requestParameters": {"backupVaultName": "restored"}});
    let world = asked().event("12:00", BACKUP, "DeleteBackupVault", body).world();
    assert_eq!(
        (access(&world, "exists", "11:59"), access(&world, "exists", "12:00")),
        (Some(json!(true)), Some(json!(false)))
    );
}

#[test]
fn a_list_of_restore_access_vaults_shows_approval_and_the_latest_revocation() {
    let list = |request: Option<Value>| {
        let mut row = json!({"RestoreAccessBackupVaultArn": RESTORED, "CreationDate": stamp("10:00"), "ApprovalDate": stamp("11:00"), "VaultState": "AVAILABLE"});
        if let Some(request) = request {
            row["LatestRevokeRequest"] = request;
        }
        Sample::default()
            .shown(
                "14:00",
                "backup/list-restore-access-backup-vaults.lag-prod",
                json!({"RestoreAccessBackupVaults": [row]}),
            )
            .world()
    };
    let request = json!({"MpaSessionArn": SESSION, "Status": "PENDING", "InitiationDate": stamp("12:00"), "ExpiryDate": stamp("2T12:00")});
    let world = list(Some(request));
    assert_eq!(access(&world, "ApprovalDate", "14:00"), Some(json!(stamp("11:00"))));
    assert_eq!(access(&world, "SourceBackupVaultArn", "14:00"), Some(json!(VAULT)));
    assert_eq!(access(&world, "LatestRevokeRequest.Status", "14:00"), Some(json!("PENDING")));
    assert_eq!(access(&world, "LatestRevokeRequest.MpaSessionArn", "14:00"), Some(json!(SESSION)));
    assert_eq!(access(&world, "LatestRevokeRequest.ExpiryDate", "14:00"), Some(json!(stamp("2T12:00"))));
    assert_eq!(access(&list(None), "LatestRevokeRequest.Status", "14:00"), Some(json!(null)), "none was asked for");
}

#[test]
fn a_failed_change_of_a_vaults_team_is_seen_on_the_vault() {
    for name in ["AssociateBackupVaultMpaApprovalTeamFailed", "DisassociateBackupVaultMpaApprovalTeamFailed"] {
        let body = json!({"eventType": "AwsServiceEvent", "serviceEventDetails": {"backupVaultArn": VAULT}, "userIdentity": {"accountId": OWNER, "invokedBy": BACKUP}});
        let world = Sample::default().event("12:00", BACKUP, name, body).world();
        let vault = world.vaults.values().next().unwrap();
        assert_eq!(
            vault.team_update.at(at("12:00")).and_then(|s| s.value.clone()),
            Some(UpdateStatus::Failed),
            "{name}"
        );
    }
}
