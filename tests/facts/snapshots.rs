//! Outputs of the AWS CLI: what each is told by.

use super::around::Scene;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use vaultrail::ingest::Said;

/// Outputs by file name, each with what it is read as.
fn outputs() -> Vec<(&'static str, Value)> {
    let list = |key: &str, member: &str| json!({key: [{member: "x"}]});
    vec![
        ("backup/list-backup-vaults", list("BackupVaultList", "BackupVaultArn")),
        ("backup/describe-backup-vault", json!({"BackupVaultArn": "x", "CreationDate": 1})),
        (
            "backup/get-backup-vault-access-policy",
            json!({"BackupVaultArn": "x", "BackupVaultName": "x", "Policy": null}),
        ),
        (
            "backup/get-backup-vault-notifications",
            json!({"BackupVaultArn": "x", "SNSTopicArn": "x", "BackupVaultEvents": []}),
        ),
        ("backup/list-recovery-points-by-backup-vault", list("RecoveryPoints", "RecoveryPointArn")),
        ("backup/list-recovery-points-by-legal-hold", list("RecoveryPoints", "RecoveryPointArn")),
        ("backup/describe-recovery-point", json!({"RecoveryPointArn": "x", "BackupVaultArn": "x"})),
        ("backup/list-protected-resources", list("Results", "ResourceArn")),
        ("backup/list-backup-jobs", list("BackupJobs", "BackupJobId")),
        ("backup/list-copy-jobs", list("CopyJobs", "CopyJobId")),
        ("backup/list-restore-jobs", list("RestoreJobs", "RestoreJobId")),
        ("backup/list-backup-plans", list("BackupPlansList", "BackupPlanId")),
        ("backup/get-backup-plan", json!({"BackupPlan": {}, "BackupPlanId": "x"})),
        ("backup/list-backup-selections", list("BackupSelectionsList", "SelectionId")),
        ("backup/get-backup-selection", json!({"BackupSelection": {}, "SelectionId": "x"})),
        ("backup/list-restore-access-backup-vaults", list("RestoreAccessBackupVaults", "VaultState")),
        ("backup/list-legal-holds", list("LegalHolds", "LegalHoldId")),
        ("backup/get-legal-hold", json!({"LegalHoldId": "x", "Status": "ACTIVE", "Title": "x"})),
        ("backup/list-restore-testing-plans", list("RestoreTestingPlans", "RestoreTestingPlanArn")),
        ("backup/get-restore-testing-plan", json!({"RestoreTestingPlan": {}})),
        ("backup/list-restore-testing-selections", list("RestoreTestingSelections", "RestoreTestingSelectionName")),
        ("backup/get-restore-testing-selection", json!({"RestoreTestingSelection": {}})),
        ("backup/describe-global-settings", json!({"GlobalSettings": {}})),
        ("backup/describe-region-settings", json!({"ResourceTypeOptInPreference": {}})),
        ("backup/list-frameworks", list("Frameworks", "FrameworkArn")),
        ("backup/describe-framework", json!({"FrameworkArn": "x", "FrameworkControls": []})),
        ("backup/list-report-plans", list("ReportPlans", "ReportPlanArn")),
        ("backup/describe-report-plan", json!({"ReportPlan": {}})),
        ("backup/list-tags", json!({"Tags": {"a": "b"}})),
        ("ram/get-resource-shares", list("resourceShares", "resourceShareArn")),
        ("ram/get-resource-share-associations", list("resourceShareAssociations", "resourceShareArn")),
        ("ram/get-resource-share-invitations", list("resourceShareInvitations", "resourceShareArn")),
        ("ram/list-principals", list("principals", "resourceShareArn")),
        ("ram/list-resources", list("resources", "resourceShareArn")),
        ("ram/list-permissions", list("permissions", "resourceType")),
        ("ram/list-resource-share-permissions", list("permissions", "resourceType")),
        ("mpa/list-approval-teams", list("ApprovalTeams", "Arn")),
        ("mpa/get-approval-team", json!({"Arn": "x", "ApprovalStrategy": {}})),
        ("mpa/list-sessions", list("Sessions", "SessionArn")),
        ("mpa/get-session", json!({"SessionArn": "x", "ApprovalTeamArn": "x"})),
        ("mpa/list-identity-sources", list("IdentitySources", "IdentitySourceArn")),
        ("mpa/get-identity-source", json!({"IdentitySourceArn": "x", "IdentitySourceParameters": {}})),
        ("mpa/list-resource-policies", list("ResourcePolicies", "PolicyArn")),
        ("mpa/list-policies", list("Policies", "DefaultVersion")),
        ("mpa/get-resource-policy", json!({"ResourceArn": "x", "PolicyDocument": "{}"})),
        ("organizations/describe-organization", json!({"Organization": {}})),
        ("organizations/list-accounts", list("Accounts", "Id")),
        ("organizations/list-accounts-for-parent", list("Accounts", "Id")),
        ("organizations/list-policies", list("Policies", "AwsManaged")),
        ("organizations/list-targets-for-policy", list("Targets", "TargetId")),
        ("organizations/list-roots", list("Roots", "PolicyTypes")),
        ("organizations/list-delegated-administrators", list("DelegatedAdministrators", "Id")),
        (
            "organizations/list-aws-service-access-for-organization",
            list("EnabledServicePrincipals", "ServicePrincipal"),
        ),
        ("organizations/describe-policy", json!({"Policy": {"PolicySummary": {}}})),
        ("organizations/describe-effective-policy", json!({"EffectivePolicy": {}})),
        ("kms/describe-key", json!({"KeyMetadata": {}})),
        ("kms/get-key-policy", json!({"Policy": "{}", "PolicyName": "default"})),
        ("kms/get-key-rotation-status", json!({"KeyRotationEnabled": true})),
        ("kms/list-grants", list("Grants", "GrantId")),
        ("kms/list-keys", list("Keys", "KeyArn")),
        ("kms/list-aliases", list("Aliases", "AliasName")),
        ("cloudtrail/describe-trails", list("trailList", "TrailARN")),
        ("cloudtrail/get-trail-status", json!({"IsLogging": true})),
        ("cloudtrail/get-event-selectors", json!({"TrailARN": "x", "AdvancedEventSelectors": []})),
        ("cloudtrail/get-insight-selectors", json!({"TrailARN": "x", "InsightSelectors": []})),
        ("cloudtrail/list-trails", list("Trails", "TrailARN")),
        ("cloudtrail/get-trail", json!({"Trail": {"TrailARN": "x"}})),
        ("cloudtrail/list-event-data-stores", list("EventDataStores", "EventDataStoreArn")),
        ("cloudtrail/get-event-data-store", json!({"EventDataStoreArn": "x", "Status": "ENABLED"})),
        ("s3api/get-bucket-policy", json!({"Policy": "{}"})),
        ("s3api/get-bucket-versioning", json!({"Status": "Enabled"})),
        ("s3api/get-public-access-block", json!({"PublicAccessBlockConfiguration": {}})),
        ("sso-admin/list-instances", list("Instances", "InstanceArn")),
        ("identitystore/list-users", list("Users", "IdentityStoreId")),
        ("resourcegroupstaggingapi/get-resources", list("ResourceTagMappingList", "ResourceARN")),
    ]
}

#[test]
fn every_output_of_an_inventory_is_read_as_what_it_is() {
    for (file, output) in outputs() {
        let log = Scene::default().shown("2026-10-05", &format!("{file}.json"), output).log();
        let read: BTreeSet<&str> = log
            .entries
            .iter()
            .filter_map(|entry| match &entry.said {
                Said::Observation(row) => Some(row.operation),
                _ => None,
            })
            .collect();
        assert_eq!(read, BTreeSet::from([file.replace('/', " ").as_str()]), "{file}");
    }
}

#[test]
fn lists_of_other_services_under_the_same_keys_are_no_evidence() {
    for other in [
        json!({"Aliases": [{"AliasArn": "arn:aws:lambda:eu-west-1:111122223333:function:f:live", "FunctionVersion": "1"}]}),
        json!({"Policies": [{"PolicyName": "p", "PolicyId": "x"}]}),
        json!({"Users": [{"UserName": "ann", "UserId": "AIDA", "Arn": "x"}]}),
        json!({"Instances": [{"InstanceId": "i-1"}]}),
        json!({"Policy": {"PolicyName": "p"}}),
        json!({"Status": "Enabled"}),
        json!({"Keys": [{"Key": "a"}]}),
    ] {
        let log = Scene::default()
            .call("2026-10-01T00:00:00Z", "backup.amazonaws.com", "CreateBackupVault", Value::Null, Value::Null)
            .shown("2026-10-05", "other/thing.json", other.clone())
            .log();
        assert_eq!(log.entries.len(), 1, "{other}");
    }
}

#[test]
fn a_list_that_is_cut_is_not_whole_however_its_service_says_so() {
    for rest in [json!({"NextToken": "x"}), json!({"NextMarker": "x"}), json!({"Truncated": true})] {
        let mut output = json!({"Grants": [{"GrantId": "x"}]});
        output.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let log = Scene::default().shown("2026-10-05", "kms/list-grants.json", output).log();
        let whole = log
            .entries
            .iter()
            .any(|entry| matches!(&entry.said, Said::Observation(row) if row.whole_list || row.complete));
        assert!(!whole, "{rest}");
    }
}
