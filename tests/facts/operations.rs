//! The table of operations, held against AWS's models and against what the readers do.

use super::around::{OWNER, Scene};
use crate::support::root;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use vaultrail::facts::operations::{Becomes, OPERATIONS, source};
use vaultrail::record::relevance;

const READS: [&str; 5] = ["Get", "List", "Describe", "Lookup", "Export"];

/// Parameters and answers of every operation at once: no reader finds less than it would in a record of its own.
fn everything() -> (Value, Value) {
    let vault = format!("arn:aws:backup:eu-west-1:{OWNER}:backup-vault:vault");
    let other = "arn:aws:backup:eu-west-1:444455556666:backup-vault:theirs";
    let key = format!("arn:aws:kms:eu-west-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    let team = "arn:aws:mpa:us-east-1:444455556666:approval-team/team-1a";
    let share = format!("arn:aws:ram:eu-west-1:{OWNER}:resource-share/1a");
    let mut request = json!({
        "backupVaultName": other, "mpaApprovalTeamArn": team, "sourceBackupVaultArn": vault,
        "destinationBackupVaultArn": vault, "resourceArn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1",
        "recoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/snap-1", "sourceBackupVaultName": "vault",
        "lifecycle": {"deleteAfterDays": 30}, "backupPlanId": "plan", "selectionId": "selection",
        "backupSelection": {"resources": ["arn:aws:ec2:eu-west-1:111122223333:volume/vol-1"]},
        "minRetentionDays": 7, "maxRetentionDays": 30, "frameworkName": "framework", "reportPlanName": "report",
        "globalSettings": {"isMpaEnabled": "true"}, "resourceTypeOptInPreference": {"EBS": true},
        "policy": "{}", "resourceShareArn": share, "resourceArns": [vault], "principals": ["444455556666"],
        "resourceShareInvitationArn": "arn:aws:ram:eu-west-1:444455556666:resource-share-invitation/1a",
        "arn": team, "sessionArn": "arn:aws:mpa:us-east-1:444455556666:session/team-1a/1",
    });
    let more = json!({
        "identitySourceArn": "arn:aws:mpa:us-east-1:444455556666:identity-source/IamIdentityCenter",
        "versionId": "1", "approvers": [], "approvalStrategy": {"mofN": {"minApprovalsRequired": 2}},
        "handshakeId": "h-1", "policyId": "p-1", "targetId": "ou-1", "accountId": "444455556666", "content": "{}",
        "servicePrincipal": "ram.amazonaws.com", "destinationParentId": "ou-1", "tags": {"a": "b"}, "tagKeys": ["a"],
        "target": {"id": "444455556666", "type": "ACCOUNT"}, "rootId": "r-1", "policyType": "BACKUP_POLICY",
        "keyId": key, "grantId": "grant", "granteePrincipal": "backup.amazonaws.com", "operations": ["Decrypt"],
        "pendingWindowInDays": 7, "trailName": "trail", "name": "trail", "s3BucketName": "bucket",
        "eventSelectors": [{"readWriteType": "All"}], "insightSelectors": [{"insightType": "ApiCallRateInsight"}],
        "configurationRecorderName": "default",
    });
    let held = json!({
        "legalHoldId": "hold", "title": "case", "restoreJobId": "restore",
        "validationStatus": "SUCCESSFUL", "restoreTestingPlanName": "drill", "backupJobId": "job", "index": "ENABLED",
        "restoreTestingPlan": {"restoreTestingPlanName": "drill", "scheduleExpression": "cron(0 1 ? * * *)"},
        "restoreTestingSelection": {"restoreTestingSelectionName": "volumes", "protectedResourceType": "EBS"},
        "recoveryPointSelection": {"vaultNames": ["vault"]}, "cancelDescription": "over",
        "restoreAccessBackupVaultArn": other, "permissionArn": "arn:aws:ram::111122223333:permission/p",
        "fromPermissionArn": "arn:aws:ram::111122223333:permission/p",
        "toPermissionArn": "arn:aws:ram::111122223333:permission/q", "permissionVersion": 1,
    });
    for members in [more, held] {
        request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    }
    let response = json!({
        "backupJobId": "job", "copyJobId": "copy", "resourceShare": {"resourceShareArn": share, "name": "share"},
        "arn": team, "createAccountStatus": {"state": "SUCCEEDED", "accountId": "444455556666"},
        "handshake": {"id": "h-1", "action": "INVITE", "arn": format!("arn:aws:organizations::{OWNER}:handshake/o-1/invite/h-1")},
        "recoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/snap-1", "indexStatus": "ACTIVE",
        "legalHoldId": "hold", "legalHoldArn": format!("arn:aws:backup:eu-west-1:{OWNER}:legal-hold:hold"),
        "restoreTestingPlanArn": format!("arn:aws:backup:eu-west-1:{OWNER}:restore-testing-plan:drill"),
        "identitySourceArn": "arn:aws:mpa:us-east-1:444455556666:identity-source/IamIdentityCenter",
        "permission": {"arn": "arn:aws:ram::111122223333:permission/p", "name": "p", "status": "ATTACHABLE"},
        "policy": {"policySummary": {"id": "p-1"}, "content": "{}"}, "grantId": "grant",
    });
    (request, response)
}

#[test]
fn each_operation_of_the_table_becomes_what_the_table_says() {
    let (request, response) = everything();
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        let source = source(operation.service);
        let (mut request, mut response) = (request.clone(), response.clone());
        if operation.name.contains("Permission") && !operation.name.contains("ResourceShare") {
            // Calls about a permission name no share.
            request.as_object_mut().unwrap().remove("resourceShareArn");
            response.as_object_mut().unwrap().remove("resourceShare");
        }
        let scene = Scene::default().call("2026-10-01T00:00:00Z", &source, operation.name, request, response);
        let facts = scene.facts();
        if facts.is_empty() == matches!(operation.becomes, Becomes::Fact(_)) {
            wrong.push(format!("{} {}: {facts:?}", operation.service, operation.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_operation_that_becomes_a_fact_is_used() {
    for operation in OPERATIONS.iter().filter(|operation| matches!(operation.becomes, Becomes::Fact(_))) {
        assert!(relevance::is_used(&source(operation.service), operation.name), "{operation:?}");
    }
}

#[test]
fn the_table_is_sorted_and_names_nothing_twice() {
    for service in OPERATIONS.iter().map(|operation| operation.service).collect::<BTreeSet<_>>() {
        let names = OPERATIONS.iter().filter(|operation| operation.service == service).map(|operation| operation.name);
        assert!(names.is_sorted_by(|a, b| a < b), "{service}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn every_operation_of_the_models_that_changes_something_is_in_the_table() {
    let models = root().join("../shared/aws/models");
    if !models.is_dir() {
        eprintln!("skipped: {} is not here", models.display());
        return;
    }
    let mut missing = Vec::new();
    let mut seen = BTreeSet::new();
    for file in std::fs::read_dir(models).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(service) = name.strip_suffix(".ops.txt") else { continue };
        let text = std::fs::read_to_string(&file).unwrap();
        let names = text.lines().filter_map(|line| line.strip_prefix("### ")?.split(' ').next());
        for operation in names.filter(|name| !READS.iter().any(|verb| name.starts_with(verb))) {
            if !OPERATIONS.iter().any(|known| known.service == service && known.name == operation) {
                missing.push(format!("{service} {operation}"));
            }
            seen.insert((service.to_owned(), operation.to_owned()));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(seen.len() > 100, "{}", seen.len());
}
