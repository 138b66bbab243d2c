//! Backup, copy and restore jobs, and restore testing: when they ended, why they failed, what they made.

use super::worlds::{Scene, at, value};
use crate::support::root;
use chrono::Duration;
use serde_json::{Value, json};
use std::path::PathBuf;
use vaultrail::arn::{RecoveryPointArn, ResourceArn};
use vaultrail::coverage::{Coverage, Run, Terms};
use vaultrail::facts::words::{DeletionStatus, JobState, LockState, ValidationStatus, VaultKind};
use vaultrail::facts::{self, JobKind};
use vaultrail::ingest::{self, Options};
use vaultrail::world::World;

const POINT: &str = "arn:aws:backup:eu-west-1:111122223333:recovery-point:1";
const LAG: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag";
const MAIN: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:main";
const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";

#[test]
fn a_job_is_over_when_its_event_says_and_not_when_the_event_was_written() {
    let details = json!({"backupJobId": "b-1", "state": "COMPLETED", "backupVaultArn": MAIN, "resourceArn": VOLUME, "resourceType": "EBS",
        "recoveryPointArn": POINT, "creationDate": {"seconds": 1_790_813_000, "nanos": 272_000_000},
        "completionDate": {"seconds": 1_790_814_291, "nanos": 906_000_000}, "backupSizeInBytes": 8_589_934_592_i64});
    let world = Scene::default().event("2026-10-01T00:34:39Z", "BackupJobCompleted", details).world();
    let job = &world.jobs["b-1"];
    assert_eq!(job.kind.unwrap().0, JobKind::Backup);
    assert_eq!(value(&job.state, "2026-10-01T00:24:50Z"), None);
    assert_eq!(value(&job.state, "2026-10-01T00:24:51Z"), Some(JobState::Completed));
    assert_eq!(job.duration(), Some(Duration::seconds(1291)));
    let point = &world.points[&RecoveryPointArn::new(POINT)];
    assert_eq!(point.made.unwrap().0, at("2026-10-01T00:24:51Z"));
    assert_eq!(point.size.unwrap().0, 8_589_934_592);
}

#[test]
fn both_generations_of_the_command_line_tell_the_same_job() {
    let row = |begun: Value, done: Value| {
        json!({"CopyJobs": [{"CopyJobId": "c-1", "State": "COMPLETED", "CreationDate": begun,
        "CompletionDate": done, "SourceBackupVaultArn": MAIN, "SourceRecoveryPointArn": "arn:aws:ec2:eu-west-1::snapshot/snap-1",
        "DestinationBackupVaultArn": LAG, "DestinationVaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "DestinationVaultLockState": "LOCKED",
        "DestinationRecoveryPointArn": POINT, "ResourceArn": VOLUME, "CreatedByBackupJobId": "b-1", "ParentJobId": "c-0", "IsParent": false,
        "ChildJobsInState": {"COMPLETED": 2}, "AccountId": "111122223333"}]})
    };
    let old = row(json!(1_790_812_800.5), json!(1_790_813_400.25));
    let new = row(json!("2026-10-01T02:00:00.500000+02:00"), json!("2026-10-01T00:10:00.250000+00:00"));
    for output in [old, new] {
        let world = Scene::default().shown("2026-10-05", "list-copy-jobs.json", output).world();
        let job = &world.jobs["c-1"];
        assert_eq!(
            (job.began.unwrap().0, job.completed.unwrap().0),
            (at("2026-10-01T00:00:00Z"), at("2026-10-01T00:10:00Z"))
        );
        assert_eq!(value(&job.state, "2026-10-01T00:10:00Z"), Some(JobState::Completed), "known since it ended");
        assert_eq!(job.destination_kind.as_ref().unwrap().0, VaultKind::AirGapped);
        assert_eq!(job.destination_lock.as_ref().unwrap().0, LockState::Locked);
        assert_eq!((&job.backup_job.as_ref().unwrap().0[..], &job.parent.as_ref().unwrap().0[..]), ("b-1", "c-0"));
        assert_eq!(job.children.as_ref().unwrap().0["COMPLETED"], 2);
        assert_eq!(job.source_vault.as_ref().unwrap().0.as_str(), MAIN);
    }
}

#[test]
fn a_failed_and_a_partial_job_keep_their_cause() {
    let detail = |id: &str, state: &str| {
        json!({"copyJobId": id, "state": state, "statusMessage": "Access denied", "messageCategory": "ACCESSDENIED",
        "resourceArn": VOLUME, "sourceBackupVaultArn": MAIN, "destinationBackupVaultArn": LAG, "destinationRecoveryPointArn": {},
        "creationDate": "2026-10-01T00:00:00Z", "completionDate": "2026-10-01T00:01:00Z"})
    };
    let world = Scene::default()
        .change("2026-10-01T00:05:00Z", "Copy Job State Change", json!([]), detail("c-1", "FAILED"))
        .change("2026-10-01T00:06:00Z", "Copy Job State Change", json!([]), detail("c-2", "PARTIAL"))
        .world();
    for (id, state) in [("c-1", JobState::Failed), ("c-2", JobState::Partial)] {
        let job = &world.jobs[id];
        assert_eq!(value(&job.state, "2026-10-01T00:01:00Z"), Some(state));
        assert_eq!(job.message.as_ref().unwrap().0.as_str(), "Access denied");
        assert_eq!(job.category.as_ref().unwrap().0.as_str(), "ACCESSDENIED");
        assert!(job.point.is_none(), "an empty object is no recovery point");
    }
}

#[test]
fn a_backup_straight_into_the_air_gapped_vault_is_a_copy_without_a_copy_job() {
    let request = json!({"backupVaultName": "main", "logicallyAirGappedBackupVaultArn": LAG, "resourceArn": VOLUME, "iamRoleArn": "r"});
    let row = json!({"BackupJobId": "b-1", "State": "COMPLETED", "BackupVaultArn": LAG, "VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
        "VaultLockState": "LOCKED", "RecoveryPointArn": POINT, "ResourceArn": VOLUME, "CreationDate": "2026-10-01T00:00:00Z",
        "CompletionDate": "2026-10-01T01:00:00Z", "RecoveryPointLifecycle": {"DeleteAfterDays": 30}});
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            "StartBackupJob",
            request,
            json!({"backupJobId": "b-1", "creationDate": "Oct 1, 2026, 12:00:00 AM"}),
        )
        .shown("2026-10-05", "list-backup-jobs.json", json!({"BackupJobs": [row]}))
        .world();
    assert_eq!(world.jobs["b-1"].air_gapped.as_ref().unwrap().0.as_str(), LAG);
    assert_eq!(world.jobs["b-1"].by.as_ref().unwrap().0.principal, "arn:aws:iam::111122223333:user/ann");
    let copies = &world.copies[&ResourceArn::new(VOLUME)];
    assert_eq!((copies[0].vault.as_str(), copies[0].at), (LAG, at("2026-10-01T01:00:00Z")));
}

#[test]
fn a_completed_backup_of_an_unsupported_type_stays_in_the_standard_vault() {
    let row = json!({"BackupJobId": "b-1", "State": "COMPLETED", "BackupVaultArn": MAIN, "VaultType": "BACKUP_VAULT", "RecoveryPointArn": POINT,
        "ResourceArn": VOLUME, "CompletionDate": "2026-10-01T01:00:00Z", "MessageCategory": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT_NOT_SUPPORTED"});
    let world = Scene::default().shown("2026-10-05", "list-backup-jobs.json", json!({"BackupJobs": [row]})).world();
    assert_eq!(
        world.jobs["b-1"].category.as_ref().unwrap().0.as_str(),
        "LOGICALLY_AIR_GAPPED_BACKUP_VAULT_NOT_SUPPORTED"
    );
    assert_eq!(world.copies[&ResourceArn::new(VOLUME)][0].vault.as_str(), MAIN);
}

#[test]
fn a_state_change_that_comes_late_does_not_make_a_job_that_is_over_run_again() {
    let detail = |state: &str| json!({"copyJobId": "c-1", "state": state, "completionDate": "2026-10-01T00:01:00Z", "destinationRecoveryPointArn": {}});
    let world = Scene::default()
        .change("2026-10-01T00:05:00Z", "Copy Job State Change", json!([]), detail("FAILED"))
        .change(
            "2026-10-01T00:06:00Z",
            "Copy Job State Change",
            json!([]),
            json!({"copyJobId": "c-1", "state": "RUNNING"}),
        )
        .world();
    let (state, since, _) = world.jobs["c-1"].outcome().unwrap();
    assert_eq!((state, since), (&JobState::Failed, at("2026-10-01T00:01:00Z")));
}

#[test]
fn a_stopped_backup_is_being_aborted() {
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", "StopBackupJob", json!({"backupJobId": "b-1"}), json!(null))
        .world();
    assert_eq!(value(&world.jobs["b-1"].state, "2026-10-01T00:00:00Z"), Some(JobState::Aborting));
}

#[test]
fn a_restore_is_followed_from_its_call_to_its_validation() {
    let request = json!({"recoveryPointArn": POINT, "metadata": {}, "iamRoleArn": "r", "resourceType": "EBS"});
    let detail = json!({"restoreJobId": "r-1", "status": "COMPLETED", "backupVaultArn": LAG, "recoveryPointArn": POINT,
        "sourceResourceArn": VOLUME, "creationDate": "2026-10-01T00:00:00Z", "completionDate": "2026-10-01T00:45:00Z",
        "createdResourceArn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-2", "backupSizeInBytes": "0"});
    let row = json!({"RestoreJobs": [{"RestoreJobId": "r-1", "Status": "COMPLETED", "ValidationStatus": "SUCCESSFUL", "DeletionStatus": "DELETING",
        "CompletionDate": "2026-10-01T00:45:00Z", "CreationDate": "2026-10-01T00:00:00Z",
        "CreatedBy": {"RestoreTestingPlanArn": "arn:aws:backup:eu-west-1:111122223333:restore-testing-plan:weekly-1"}}]});
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", "StartRestoreJob", request, json!({"restoreJobId": "r-1"}))
        .change("2026-10-01T00:50:00Z", "Restore Job State Change", json!([POINT]), detail)
        .call(
            "2026-10-01T02:00:00Z",
            "PutRestoreValidationResult",
            json!({"restoreJobId": "r-1", "validationStatus": "FAILED", "validationStatusMessage": "no boot"}),
            json!(null),
        )
        .shown("2026-10-02", "list-restore-jobs.json", row)
        .world();
    let job = &world.jobs["r-1"];
    assert_eq!(job.kind.unwrap().0, JobKind::Restore);
    assert_eq!(value(&job.state, "2026-10-01T00:00:00Z"), Some(JobState::Created));
    assert_eq!(value(&job.state, "2026-10-01T00:45:00Z"), Some(JobState::Completed));
    assert_eq!(job.duration(), Some(Duration::minutes(45)));
    assert_eq!(job.source_vault.as_ref().unwrap().0.as_str(), LAG);
    assert_eq!(job.source_point.as_ref().unwrap().0.as_str(), POINT);
    assert_eq!(job.account.as_ref().unwrap().0.as_str(), "111122223333");
    assert!(job.created_resource.is_some());
    assert_eq!(value(&job.validation, "2026-10-01T01:00:00Z"), None);
    assert_eq!(value(&job.validation, "2026-10-01T02:00:00Z"), Some(ValidationStatus::Failed));
    assert_eq!(value(&job.validation, "2026-10-02T00:00:00Z"), Some(ValidationStatus::Successful));
    assert_eq!(value(&job.deletion, "2026-10-02T00:00:00Z"), Some(DeletionStatus::Deleting));
    assert!(job.test_plan.is_some());
    assert!(
        !world.resources.contains_key(&ResourceArn::new(VOLUME)),
        "what is restored need not be protected any more"
    );
}

#[test]
fn a_restore_that_is_created_says_so_as_state_and_later_as_status() {
    let world = Scene::default()
        .change("2026-10-01T00:00:00Z", "Restore Job State Change", json!([POINT]), json!({"restoreJobId": "r-1", "state": "CREATED"}))
        .event("2026-10-01T01:05:00Z", "RestoreCompleted",
            json!({"restoreJobId": "r-1", "status": "FAILED", "completionDate": {"seconds": 1_790_816_400, "nanos": 0}}))
        .world();
    let job = &world.jobs["r-1"];
    assert_eq!(value(&job.state, "2026-10-01T00:00:00Z"), Some(JobState::Created));
    assert_eq!(value(&job.state, "2026-10-01T01:00:00Z"), Some(JobState::Failed));
    assert_eq!(job.duration(), None, "nothing says when it began");
}

#[test]
fn a_state_of_tomorrow_is_kept_and_ends_nothing() {
    let row = json!({"BackupJobs": [{"BackupJobId": "b-1", "State": "HIBERNATING", "CompletionDate": "2026-10-01T00:00:00Z"}]});
    let world = Scene::default().shown("2026-10-05", "list-backup-jobs.json", row).world();
    let state = &world.jobs["b-1"].state;
    assert_eq!(value(state, "2026-10-05T00:00:00Z"), Some(JobState::Other("HIBERNATING".into())));
    assert_eq!(value(state, "2026-10-01T00:00:00Z"), None);
}

#[test]
fn a_restore_testing_plan_is_one_by_name_and_by_arn() {
    let arn = "arn:aws:backup:eu-west-1:111122223333:restore-testing-plan:weekly-1a2b-3c";
    let plan = json!({"restoreTestingPlanName": "weekly", "scheduleExpression": "cron(0 5 ? * * *)", "startWindowHours": 24,
        "recoveryPointSelection": {"algorithm": "LATEST_WITHIN_WINDOW", "includeVaults": [LAG], "recoveryPointTypes": ["SNAPSHOT"], "selectionWindowDays": 30}});
    let selection = json!({"restoreTestingPlanName": "weekly", "restoreTestingSelection": {"restoreTestingSelectionName": "ebs",
        "protectedResourceType": "EBS", "protectedResourceArns": ["*"], "iamRoleArn": "r", "validationWindowHours": 4,
        "protectedResourceConditions": {"stringEquals": [{"key": "aws:ResourceTag/tier", "value": "gold"}]}}});
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", "CreateRestoreTestingPlan", json!({"restoreTestingPlan": plan}),
            json!({"restoreTestingPlanArn": arn, "restoreTestingPlanName": "weekly", "creationTime": "Oct 1, 2026, 12:00:00 AM"}))
        .call("2026-10-01T00:01:00Z", "CreateRestoreTestingSelection", selection, json!({"restoreTestingPlanArn": arn, "restoreTestingSelectionName": "ebs"}))
        .call("2026-10-02T00:00:00Z", "UpdateRestoreTestingPlan",
            json!({"restoreTestingPlanName": "weekly", "restoreTestingPlan": {"scheduleExpression": "cron(0 5 ? * MON *)"}}),
            json!({"restoreTestingPlanArn": arn, "restoreTestingPlanName": "weekly"}))
        .call("2026-10-03T00:00:00Z", "DeleteRestoreTestingSelection", json!({"restoreTestingPlanName": "weekly", "restoreTestingSelectionName": "ebs"}), json!(null))
        .call("2026-10-04T00:00:00Z", "DeleteRestoreTestingPlan", json!({"restoreTestingPlanName": "weekly"}), json!(null))
        .world();
    assert_eq!((world.test_plans.len(), world.test_selections.len()), (1, 1));
    let plan = &world.test_plans["111122223333/eu-west-1/weekly"];
    assert_eq!(value(&plan.schedule, "2026-10-01T00:00:00Z").as_deref(), Some("cron(0 5 ? * * *)"));
    assert_eq!(value(&plan.schedule, "2026-10-02T00:00:00Z").as_deref(), Some("cron(0 5 ? * MON *)"));
    assert_eq!(value(&plan.include_vaults, "2026-10-02T00:00:00Z"), Some(vec![LAG.to_owned()]));
    assert_eq!(value(&plan.exists, "2026-10-03T00:00:00Z"), Some(true));
    assert_eq!(value(&plan.exists, "2026-10-04T00:00:00Z"), Some(false));
    let selection = &world.test_selections["111122223333/eu-west-1/weekly/ebs"];
    let conditions = value(&selection.conditions, "2026-10-01T00:01:00Z").unwrap();
    assert_eq!(conditions["StringEquals"], [("aws:ResourceTag/tier".to_owned(), "gold".to_owned())]);
    assert_eq!(value(&selection.exists, "2026-10-03T00:00:00Z"), Some(false));
}

#[test]
fn a_restore_testing_plan_is_read_from_snapshots() {
    let plan = json!({"RestoreTestingPlan": {"RestoreTestingPlanArn": "arn:aws:backup:eu-west-1:111122223333:restore-testing-plan:weekly-1",
        "RestoreTestingPlanName": "weekly", "CreationTime": "2026-09-01T00:00:00Z", "ScheduleExpression": "cron(0 5 ? * * *)",
        "RecoveryPointSelection": {"Algorithm": "RANDOM_WITHIN_WINDOW", "IncludeVaults": ["*"]}}});
    let selections = json!({"RestoreTestingSelections": [{"RestoreTestingPlanName": "weekly", "RestoreTestingSelectionName": "ebs",
        "ProtectedResourceType": "EBS", "ValidationWindowHours": 4}]});
    let world = Scene::default()
        .shown("2026-10-05", "get-restore-testing-plan.weekly.json", plan)
        .shown("2026-10-05", "list-restore-testing-selections.weekly.json", selections)
        .world();
    let plan = &world.test_plans["111122223333/eu-west-1/weekly"];
    assert_eq!(value(&plan.algorithm, "2026-10-05T00:00:00Z").as_deref(), Some("RANDOM_WITHIN_WINDOW"));
    let selection = &world.test_selections["111122223333/eu-west-1/weekly/ebs"];
    assert_eq!(value(&selection.validation_window_hours, "2026-10-05T00:00:00Z"), Some(4));
}

#[test]
fn the_state_changes_of_the_documentation_are_jobs_of_their_kinds() {
    let Some(file) = documented("eventbridge_aws_backup_docs.json") else { return };
    let log = ingest::read(&[file], &Options::default()).unwrap();
    let (from, to) = log.evidence_extent().unwrap();
    let coverage = Coverage::build(log.activity.pairs(), &log.snapshot_pairs, &[], Run { from, to }, Terms::default());
    let world = World::replay(facts::read(&log), coverage);
    let count =
        |kind: JobKind| world.jobs.values().filter(|job| job.kind.is_some_and(|(known, _)| known == kind)).count();
    assert_eq!([count(JobKind::Backup), count(JobKind::Copy), count(JobKind::Restore)], [7, 2, 3]);
    let restored = &world.jobs["AB123456-78C9-0123-456D-789012E34567"];
    assert_eq!(restored.duration(), Some(Duration::seconds(292)), "whole seconds");
    assert_eq!(restored.outcome().unwrap().1, at("2020-07-15T03:14:53Z"));
    let stopped = &world.jobs["58cdef95-7680-4c74-80d5-1b64093999c8"];
    assert_eq!(stopped.outcome().unwrap().0, &JobState::Aborted);
    assert_eq!(stopped.message.as_ref().unwrap().0.as_str(), "\"Backup job was stopped by user.\"");
    assert_eq!(world.points.values().filter(|point| !point.scan.spans().is_empty()).count(), 1);
}

/// A file of examples beside the project; where it is absent, the test skips and says so.
#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
fn documented(file: &str) -> Option<PathBuf> {
    let path = root().join("../shared/aws/records").join(file);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}
