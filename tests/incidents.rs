//! Incidents: what one actor did is put together, told in order and weighed; what somebody else did, or nobody meant, is not.

use crate::folder::Folder;
use crate::support::{audit, text};
use serde_json::{Value, json};
use vaultrail::report::wire::{Incident, Report, Status};

const OWNER: &str = "111122223333";
const SHAREE: &str = "444455556666";
const STRANGER: &str = "999988887777";
const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag-prod";
const POINT: &str = "arn:aws:backup:eu-west-1:111122223333:recovery-point:cf3d1a50-0f3a-4c0e-9b5e-3a6f0d3b1c11";
const CONFIG: &str = "[authorized]\naccounts = [{ id = \"444455556666\", reason = \"recovery account\" }]\nrecovery_accounts = []\ndeleters = []\n[controls.DEL-04]\nallow_roles = []\n";

/// A log in the making: a vault that is there from the beginning, and whatever happens to it.
struct Scene(Vec<Value>);

/// Who calls: the log's account, the role's account, role, session.
type Who = (&'static str, &'static str, &'static str, &'static str);

const ALICE: Who = (OWNER, OWNER, "admin", "alice");
const BOB: Who = (OWNER, OWNER, "operator", "bob");
const DANA: Who = (SHAREE, SHAREE, "recovery", "dana");
const EVE: Who = (STRANGER, STRANGER, "thief", "eve");

impl Scene {
    fn new() -> Self {
        let made = json!({"requestParameters": {"backupVaultName": "lag-prod", "minRetentionDays": 7, "maxRetentionDays": 90},
            "responseElements": {"backupVaultArn": VAULT, "backupVaultName": "lag-prod"}});
        Self(Vec::new()).call("1T00:00", ALICE, "backup:CreateLogicallyAirGappedBackupVault", &made)
    }

    /// A call at `day T hh:mm` of October.
    fn call(mut self, clock: &str, who: Who, call: &str, body: &Value) -> Self {
        let (service, name) = call.split_once(':').unwrap();
        let (day, time) = clock.split_once('T').unwrap();
        let (log, account, role, session) = who;
        let mut record = json!({"eventVersion": "1.11", "eventTime": format!("2026-10-{day:0>2}T{time}:00Z"),
            "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "eu-west-1",
            "eventType": "AwsApiCall", "eventID": format!("e{:03}", self.0.len()), "recipientAccountId": log,
            "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli", "requestParameters": null, "responseElements": null,
            "userIdentity": {"type": "AssumedRole", "accountId": account,
                "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
                "sessionContext": {"sessionIssuer": {"type": "Role", "accountId": account, "userName": role,
                    "arn": format!("arn:aws:iam::{account}:role/{role}")}}}});
        for (key, value) in body.as_object().unwrap() {
            record[key] = value.clone();
        }
        self.0.push(record);
        self
    }

    fn plan_deleted(self, clock: &str, who: Who) -> Self {
        self.call(clock, who, "backup:DeleteBackupPlan", &json!({"requestParameters": {"backupPlanId": "p-1"}}))
    }

    fn point_deleted(self, clock: &str, who: Who, error: Option<&str>) -> Self {
        let mut body = json!({"requestParameters": {"backupVaultName": "lag-prod", "recoveryPointArn": POINT}});
        if let Some(code) = error {
            body["errorCode"] = code.into();
        }
        self.call(clock, who, "backup:DeleteRecoveryPoint", &body)
    }

    fn vault_deletion_refused(self, clock: &str, who: Who, code: &str) -> Self {
        let body = json!({"requestParameters": {"backupVaultName": "lag-prod"}, "errorCode": code});
        self.call(clock, who, "backup:DeleteBackupVault", &body)
    }

    fn shared_with(self, clock: &str, account: &str) -> Self {
        let share = "arn:aws:ram:eu-west-1:111122223333:resource-share/0a1b2c3d-0001";
        let body = json!({"requestParameters": {"name": "s", "resourceArns": [VAULT], "principals": [account]},
            "responseElements": {"resourceShare": {"resourceShareArn": share, "name": "s", "owningAccountId": OWNER, "status": "ACTIVE"}}});
        self.call(clock, ALICE, "ram:CreateResourceShare", &body)
    }

    fn restored(self, clock: &str, who: Who) -> Self {
        let body = json!({"requestParameters": {"recoveryPointArn": POINT, "resourceType": "EBS"},
            "responseElements": {"restoreJobId": "r-1"}});
        self.call(clock, who, "backup:StartRestoreJob", &body)
    }

    fn report(&self) -> Report {
        self.report_with(CONFIG)
    }

    fn report_with(&self, config: &str) -> Report {
        let folder = Folder::new();
        folder.put("log.json", json!({"Records": self.0}).to_string());
        folder.put("config.toml", config);
        let manifest = json!({"schema": "vaultrail.inventory/1", "captured_at": "2026-10-31T00:00:00Z", "account": OWNER, "region": "eu-west-1"});
        folder.put("inventory/manifest.json", manifest.to_string());
        let point = json!({"RecoveryPointArn": POINT, "BackupVaultName": "lag-prod", "BackupVaultArn": VAULT, "Status": "COMPLETED",
            "ResourceArn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "ResourceType": "EBS",
            "CreationDate": "2026-10-02T00:00:00Z", "CompletionDate": "2026-10-02T01:00:00Z"});
        let listed = json!({"RecoveryPoints": [point]}).to_string();
        folder.put("inventory/backup/list-recovery-points-by-backup-vault.lag-prod.json", listed);
        let config = folder.at("config.toml");
        audit(&[text(folder.path()), "--config", text(&config), "--assume-complete", "--as-of", "2026-10-31T00:00:00Z"])
            .unwrap()
    }

    fn incidents(&self) -> Vec<Incident> {
        self.report().incidents
    }

    /// Kinds and numbers of events, the worst first.
    fn told(&self) -> Vec<(String, u64)> {
        self.told_with(CONFIG)
    }

    fn told_with(&self, config: &str) -> Vec<(String, u64)> {
        self.report_with(config).incidents.into_iter().map(|incident| (incident.kind, incident.count)).collect()
    }
}

fn told(of: &[(&str, u64)]) -> Vec<(String, u64)> {
    of.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
}

#[test]
fn a_deletion_within_24_hours_of_a_weakening_by_the_same_actor_is_one_incident_told_in_order() {
    let scene =
        Scene::new().plan_deleted("20T08:00", ALICE).point_deleted("21T08:00", ALICE, Some("AccessDeniedException"));
    let report = scene.report();
    let [incident] = &report.incidents[..] else { panic!("{:?}", scene.told()) };
    assert_eq!((incident.kind.as_str(), incident.count), ("weakened_then_deleted", 2));
    assert_eq!((incident.first.as_str(), incident.last.as_str()), ("2026-10-20T08:00:00Z", "2026-10-21T08:00:00Z"));
    let steps: Vec<(&str, &str)> = incident.steps.iter().map(|s| (s.what.as_str(), s.outcome.as_str())).collect();
    assert_eq!(steps, [("DeleteBackupPlan", "succeeded"), ("DeleteRecoveryPoint", "AccessDeniedException")]);
    let behind = report.verdicts.iter().filter(|v| incident.verdicts.contains(&v.uid));
    let behind: Vec<(&str, Status)> = behind.map(|v| (v.control.as_str(), v.status)).collect();
    assert_eq!(behind, [("DEL-03", Status::NonCompliant), ("DEL-04", Status::NonCompliant)]);
    assert_eq!(incident.accounts, [OWNER]);
    let parts = &incident.score_parts;
    assert_eq!((parts.severity, parts.outcome, parts.kind, parts.breadth, incident.score), (40, 20, 25, 0, 85));
}

#[test]
fn a_deletion_25_hours_after_a_weakening_is_another_incident() {
    let scene =
        Scene::new().plan_deleted("20T08:00", ALICE).point_deleted("21T09:00", ALICE, Some("AccessDeniedException"));
    let mut kinds = scene.told();
    kinds.sort();
    assert_eq!(kinds, told(&[("recovery_point_deletions", 1), ("weakened_protection", 1)]));
}

#[test]
fn what_two_actors_did_is_not_one_incident() {
    let scene =
        Scene::new().plan_deleted("20T08:00", ALICE).point_deleted("20T09:00", BOB, Some("AccessDeniedException"));
    let mut kinds = scene.told();
    kinds.sort();
    assert_eq!(kinds, told(&[("recovery_point_deletions", 1), ("weakened_protection", 1)]));
}

#[test]
fn a_role_is_one_actor_in_all_its_sessions_and_accounts() {
    let elsewhere: Who = (SHAREE, OWNER, "admin", "other");
    let scene = Scene::new()
        .point_deleted("20T08:00", ALICE, Some("AccessDeniedException"))
        .point_deleted("20T09:00", (OWNER, OWNER, "admin", "second"), Some("AccessDeniedException"))
        .call(
            "20T10:00",
            elsewhere,
            "backup:DeleteRecoveryPoint",
            &json!({"errorCode": "AccessDeniedException",
            "requestParameters": {"backupVaultName": "other-vault", "recoveryPointArn": POINT}}),
        );
    let incidents = scene.incidents();
    let [incident] = &incidents[..] else { panic!("{:?}", scene.told()) };
    assert_eq!((incident.kind.as_str(), incident.count), ("recovery_point_deletions", 3));
    assert_eq!(incident.actor["principal"], "arn:aws:iam::111122223333:role/admin");
    assert_eq!(incident.actor["session"], json!(["alice", "other", "second"]));
    assert_eq!(incident.accounts, [OWNER, SHAREE]);
}

#[test]
fn what_a_service_does_on_its_own_is_no_incident() {
    let mut scene = Scene::new();
    for minute in 0..9 {
        scene = scene.vault_deletion_refused(&format!("20T08:0{minute}"), ALICE, "AccessDeniedException");
        let last = scene.0.last_mut().unwrap();
        last["userIdentity"] = json!({"type": "AWSService", "invokedBy": "backup.amazonaws.com"});
    }
    assert_eq!(scene.told(), []);
}

#[test]
fn throttled_calls_are_no_incident() {
    let throttled =
        |scene: Scene, minute| scene.vault_deletion_refused(&format!("20T08:0{minute}"), ALICE, "ThrottlingException");
    assert_eq!((0..9).fold(Scene::new(), throttled).told(), []);
}

#[test]
fn five_refused_calls_each_within_ten_minutes_are_a_burst_and_four_are_not() {
    let refused = |scene: Scene, minute: u32| {
        scene.vault_deletion_refused(&format!("20T08:{:02}", minute * 10), ALICE, "AccessDeniedException")
    };
    assert_eq!((0..5).fold(Scene::new(), refused).told(), told(&[("burst_of_refused_calls", 5)]));
    assert_eq!((0..4).fold(Scene::new(), refused).told(), told(&[("refused_vault_deletions", 4)]));
    let slow = |scene: Scene, turn: u32| {
        scene.vault_deletion_refused(&format!("20T08:{:02}", turn * 11), ALICE, "AccessDeniedException")
    };
    assert_eq!((0..5).fold(Scene::new(), slow).told(), told(&[("refused_vault_deletions", 5)]));
}

#[test]
fn a_strangers_restore_from_a_vault_that_was_shared_with_it_is_told_from_the_share_on() {
    let scene = Scene::new().shared_with("18T02:31", STRANGER).restored("19T04:00", EVE);
    let incidents = scene.incidents();
    let incident = &incidents[0];
    assert_eq!(incident.kind, "share_then_restore", "{:?}", scene.told());
    let steps: Vec<(&str, &str)> =
        incident.steps.iter().map(|s| (s.what.as_str(), s.account.as_deref().unwrap())).collect();
    assert_eq!(steps, [("CreateResourceShare", OWNER), ("StartRestoreJob", STRANGER)]);
    assert_eq!(incident.actor["principal"], "arn:aws:iam::999988887777:role/thief");
    let shared = incidents.iter().find(|i| i.kind == "unauthorized_share_attempts").unwrap();
    assert_eq!((&shared.related, &incident.related), (&vec![incident.uid.clone()], &vec![shared.uid.clone()]));
    assert!(incident.score > shared.score && incident.score <= 100);
}

#[test]
fn a_restore_by_an_approved_account_is_no_incident() {
    assert_eq!(Scene::new().shared_with("18T02:31", SHAREE).restored("19T04:00", DANA).told(), []);
}

#[test]
fn refused_reads_by_a_sharee_carry_the_hint_and_leave_the_verdict_as_it_is() {
    let read = |scene: Scene| {
        scene.call(
            "20T08:00",
            DANA,
            "backup:ListRecoveryPointsByBackupVault",
            &json!({"errorCode": "AccessDeniedException"}),
        )
    };
    let of = |report: &Report| {
        let verdict = report.verdicts.iter().find(|v| v.control == "SHR-05").unwrap();
        (verdict.uid.clone(), verdict.status, verdict.reason.code.clone())
    };
    // The sharee's log occurs either way.
    let scene = || Scene::new().call("2T00:00", DANA, "sts:GetCallerIdentity", &json!({}));
    let before = scene().shared_with("18T02:31", SHAREE);
    let verdict = of(&before.report());
    let report = read(before).report();
    assert_eq!(of(&report), verdict);
    let [incident] = &report.incidents[..] else { panic!("{:?}", report.incidents) };
    assert_eq!((incident.kind.as_str(), &incident.verdicts), ("refused_reads_of_a_shared_vault", &vec![verdict.0]));
    assert!(incident.hint.as_ref().unwrap().contains("--backup-vault-account-id 111122223333"), "{:?}", incident.hint);
    assert_eq!(incident.score, 0);
    assert_eq!(read(scene()).told(), [], "who holds no share is not told how to use it");
}

#[test]
fn the_worst_incident_comes_first_and_then_the_earliest() {
    let scene = Scene::new()
        .vault_deletion_refused("5T08:00", BOB, "AccessDeniedException")
        .point_deleted("7T08:00", BOB, Some("AccessDeniedException"))
        .point_deleted("12T08:00", BOB, Some("AccessDeniedException"))
        .plan_deleted("20T08:00", ALICE)
        .point_deleted("20T09:00", ALICE, None);
    let incidents = scene.incidents();
    assert!(
        incidents.windows(2).all(|two| (two[1].score, &two[0].first) <= (two[0].score, &two[1].first)),
        "{:?}",
        scene.told()
    );
    let kinds: Vec<&str> = incidents.iter().map(|i| i.kind.as_str()).collect();
    let of_bob = ["recovery_point_deletions", "recovery_point_deletions", "refused_vault_deletions"];
    assert_eq!(kinds[0], "weakened_then_deleted");
    assert_eq!(kinds[1..], of_bob, "attempts five days apart are two incidents");
}

/// Nobody is stated to be allowed anything, nor not to be.
const NOT_STATED: &str = "[authorized]\naccounts = []\nrecovery_accounts = []\n";

fn steps(incident: &Incident) -> Vec<(&str, &str)> {
    incident.steps.iter().map(|step| (step.what.as_str(), step.outcome.as_str())).collect()
}

#[test]
fn a_weakening_that_is_not_stated_to_be_allowed_is_told_with_the_deletion_that_follows_it() {
    let scene = Scene::new().plan_deleted("20T08:00", ALICE).point_deleted("21T08:00", ALICE, None);
    let report = scene.report_with(NOT_STATED);
    let of = |control: &str| report.verdicts.iter().find(|v| v.control == control).unwrap();
    for control in ["DEL-03", "DEL-04"] {
        assert_eq!(of(control).reason.code, "policy_not_stated");
    }
    let [incident] = &report.incidents[..] else { panic!("{:?}", report.incidents) };
    assert_eq!(incident.kind, "weakened_then_deleted");
    let not_stated = "succeeded, not stated to be allowed";
    assert_eq!(steps(incident), [("DeleteBackupPlan", not_stated), ("DeleteRecoveryPoint", not_stated)]);
    let lists = "[authorized] deleters and allow_roles of DEL-04";
    assert!(incident.hint.as_ref().unwrap().contains(lists), "{:?}", incident.hint);
    let parts = &incident.score_parts;
    assert_eq!((parts.severity, parts.outcome, parts.kind), (0, 20, 25), "nothing failed");
    assert_eq!(incident.verdicts.len(), 2);
}

#[test]
fn every_weakening_before_a_deletion_is_told_though_none_is_stated_to_be_allowed() {
    let scene = Scene::new()
        .plan_deleted("20T08:00", ALICE)
        .call("20T09:00", ALICE, "backup:DeleteFramework", &json!({"requestParameters": {"frameworkName": "f"}}))
        .point_deleted("20T10:00", ALICE, Some("AccessDeniedException"));
    let report = scene.report_with(NOT_STATED);
    let [incident] = &report.incidents[..] else { panic!("{:?}", report.incidents) };
    let not_stated = "succeeded, not stated to be allowed";
    let wanted = [
        ("DeleteBackupPlan", not_stated),
        ("DeleteFramework", not_stated),
        ("DeleteRecoveryPoint", "AccessDeniedException"),
    ];
    assert_eq!(steps(incident), wanted);
    assert!(!incident.hint.as_ref().unwrap().contains("deleters"), "the deletion was refused: {:?}", incident.hint);
    assert!(incident.score_parts.severity > 0, "the refused deletion fails DEL-03");
}

#[test]
fn a_weakening_that_is_not_stated_to_be_allowed_is_no_incident_alone() {
    assert_eq!(Scene::new().plan_deleted("20T08:00", ALICE).told_with(NOT_STATED), []);
    let after = Scene::new().plan_deleted("20T08:00", ALICE).point_deleted("21T08:01", ALICE, None);
    assert_eq!(after.told_with(NOT_STATED), [], "a day and a minute lie between the two");
    let by_another = Scene::new().plan_deleted("20T08:00", ALICE).point_deleted("20T09:00", BOB, None);
    assert_eq!(by_another.told_with(NOT_STATED), []);
}

#[test]
fn a_weakening_that_is_not_stated_to_be_allowed_is_told_beside_what_is_held_against_the_same_actor() {
    let stopped = json!({"requestParameters": {"name": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"}});
    let scene =
        |clock, who| Scene::new().plan_deleted("20T08:00", who).call(clock, ALICE, "cloudtrail:StopLogging", &stopped);
    let told_of = |scene: Scene| {
        let mut kinds = scene.told_with(NOT_STATED);
        kinds.sort();
        kinds
    };
    let both = told(&[("log_tampering", 1), ("weakened_protection", 1)]);
    assert_eq!(told_of(scene("21T08:00", ALICE)), both);
    assert_eq!(told_of(scene("19T08:00", ALICE)), both);
    assert_eq!(told_of(scene("21T08:01", ALICE)), told(&[("log_tampering", 1)]));
    assert_eq!(told_of(scene("20T09:00", BOB)), told(&[("log_tampering", 1)]));
    let incidents = scene("20T09:00", ALICE).report_with(NOT_STATED).incidents;
    assert_eq!(incidents[0].related, [incidents[1].uid.clone()]);
}

#[test]
fn what_was_there_before_a_weakening_is_held_against_nobody() {
    let policy = |effect: &str| {
        let statement =
            json!({"Effect": effect, "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"});
        let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        json!({"requestParameters": {"backupVaultName": "lag-prod", "policy": text}})
    };
    let mild = json!({"requestParameters": {"backupVaultName": "lag-prod",
        "policy": json!({"Version": "2012-10-17", "Statement": []}).to_string()}});
    let scene = Scene::new().call("5T08:00", BOB, "backup:PutBackupVaultAccessPolicy", &policy("Deny")).call(
        "20T08:00",
        ALICE,
        "backup:PutBackupVaultAccessPolicy",
        &mild,
    );
    let incidents = scene.incidents();
    let [incident] = &incidents[..] else { panic!("{:?}", scene.told()) };
    assert_eq!((incident.kind.as_str(), incident.count), ("weakened_protection", 1));
    assert_eq!(incident.first, "2026-10-20T08:00:00Z");
    assert_eq!(incident.actor["principal"], "arn:aws:iam::111122223333:role/admin");
}

#[test]
fn shortening_how_long_backups_are_kept_is_a_weakening() {
    let config = format!("{CONFIG}[controls.RET-03]\nallow_roles = []\n");
    let plan = |days: u64| {
        let rule = json!({"ruleName": "daily", "targetBackupVaultName": "lag-prod", "scheduleExpression": "cron(0 5 ? * * *)",
            "lifecycle": {"deleteAfterDays": days}});
        json!({"requestParameters": {"backupPlanId": "p-1", "backupPlan": {"backupPlanName": "p", "rules": [rule]}},
            "responseElements": {"backupPlanId": "p-1", "versionId": format!("v{days}"), "backupPlanArn": "arn:aws:backup:eu-west-1:111122223333:backup-plan:p-1"}})
    };
    let scene = Scene::new()
        .call("3T08:00", BOB, "backup:CreateBackupPlan", &plan(60))
        .call("4T08:00", BOB, "backup:UpdateBackupPlan", &plan(90))
        .call("20T08:00", ALICE, "backup:UpdateBackupPlan", &plan(30))
        .point_deleted("20T09:00", ALICE, None);
    assert_eq!(scene.told_with(&config), told(&[("weakened_then_deleted", 2)]));
}
