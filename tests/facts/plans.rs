//! Backup plans, their versions, rules and selections over time, and which resource is selected by which rule.

use crate::folder::Folder;
use serde_json::{Value, json};
use std::path::PathBuf;
use vaultrail::arn::{PlanArn, ResourceArn, SelectionArn};
use vaultrail::coverage::{Assertion, Coverage, Run, Terms};
use vaultrail::facts::{self, About, Retention};
use vaultrail::ingest;
use vaultrail::instant::{self, Instant};
use vaultrail::world::World;
use vaultrail::world::plan::Plan;
use vaultrail::world::selected::Surety;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
const PLAN: &str = "arn:aws:backup:eu-west-1:111122223333:backup-plan:p-1";
const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";

fn t(text: &str) -> Instant {
    instant::parse(text).unwrap()
}

fn called(at: &str, name: &str, request: &Value, response: &Value) -> Value {
    json!({"eventVersion": "1.09", "eventID": format!("{name}-{at}"), "eventTime": at, "eventName": name,
        "eventSource": "backup.amazonaws.com", "awsRegion": REGION, "recipientAccountId": ACCOUNT,
        "userIdentity": {"type": "Root", "accountId": ACCOUNT}, "requestParameters": request, "responseElements": response})
}

fn rule(name: &str, more: &Value) -> Value {
    let mut rule =
        json!({"ruleName": name, "targetBackupVaultName": "daily", "scheduleExpression": "cron(0 2 ? * * *)"});
    rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    rule
}

fn plan_with(rules: &[Value]) -> Value {
    json!({"backupPlanName": "prod", "rules": rules})
}

fn answer(version: &str) -> Value {
    json!({"backupPlanId": "p-1", "backupPlanArn": PLAN, "versionId": version})
}

fn made(rules: &[Value]) -> Value {
    called("2026-10-01T10:00:00Z", "CreateBackupPlan", &json!({"backupPlan": plan_with(rules)}), &answer("v1"))
}

fn selecting(at: &str, id: &str, selection: &Value) -> Value {
    let request = json!({"backupPlanId": "p-1", "backupSelection": selection});
    called(at, "CreateBackupSelection", &request, &json!({"selectionId": id, "backupPlanId": "p-1"}))
}

/// Log and snapshots of one account and Region: capture time, file, output.
fn world_of(records: &[Value], snapshots: &[(&str, &str, Value)], covered: bool) -> World {
    let folder = Folder::new();
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    folder.put("events.jsonl", lines.join("\n"));
    for (at, file, output) in snapshots {
        let of = format!("inventory-{}", at.replace(':', ""));
        let manifest =
            json!({"schema": "vaultrail.inventory/1", "captured_at": at, "account": ACCOUNT, "region": REGION});
        folder.put(&format!("{of}/manifest.json"), manifest.to_string());
        folder.put(&format!("{of}/{file}.json"), output.to_string());
    }
    let log = ingest::read(&[PathBuf::from(folder.path())], &ingest::Options::default()).unwrap();
    let extent = Run { from: t("2026-09-01T00:00:00Z"), to: t("2026-12-01T00:00:00Z") };
    let whole = Assertion { accounts: None, regions: None, from: None, to: None };
    let asserted = if covered { vec![whole] } else { Vec::new() };
    let coverage = Coverage::build(log.activity.pairs(), &log.snapshot_pairs, &asserted, extent, Terms::default());
    let facts = facts::read(&log);
    for fact in &facts {
        let row = serde_json::to_string(&fact.about).unwrap();
        assert_eq!(serde_json::from_str::<About>(&row).unwrap(), fact.about, "a fact is read back as it was saved");
    }
    World::replay(facts, coverage)
}

fn world(records: &[Value]) -> World {
    world_of(records, &[], true)
}

fn plan<'w>(world: &'w World, arn: &str) -> &'w Plan {
    &world.plans[&PlanArn::new(arn)]
}

/// Rules by name that select a resource, with how sure that is.
fn by(world: &World, resource: &str, at: &str, opted_in: Option<bool>) -> Vec<(String, Surety)> {
    let found = world.selected_by(&ResourceArn::new(resource), t(at), opted_in);
    let name = |rule: Option<&vaultrail::world::plan::Rule>| rule.and_then(|r| r.says.name.clone()).unwrap_or_default();
    found.iter().map(|one| (name(one.rule), one.surety)).collect()
}

fn surely(name: &str) -> Vec<(String, Surety)> {
    vec![(name.to_owned(), Surety::Surely)]
}

fn possibly(name: &str) -> Vec<(String, Surety)> {
    vec![(name.to_owned(), Surety::Possibly)]
}

fn tags(rows: &Value) -> Value {
    json!({"ResourceTagMappingList": rows})
}

#[test]
fn an_updated_plan_has_the_new_rules_from_the_update_on_and_the_old_ones_before() {
    let request = json!({"backupPlanId": "p-1", "backupPlan": plan_with(&[rule("weekly", &json!({}))])});
    let update = called("2026-10-05T00:00:00Z", "UpdateBackupPlan", &request, &answer("v2"));
    let world = world(&[update, made(&[rule("daily", &json!({"lifecycle": {"deleteAfterDays": 35}}))])]);
    let plan = plan(&world, PLAN);
    let rules = |at: &str| plan.rules.at(t(at)).unwrap().value.clone().unwrap();
    let before = rules("2026-10-04T23:59:59Z");
    assert_eq!(before[0].says.name.as_deref(), Some("daily"));
    assert_eq!(before[0].says.lifecycle.as_ref().unwrap().retention, Some(Retention::Days(35)));
    assert_eq!(
        before[0].says.vault.as_ref().unwrap().as_str(),
        "arn:aws:backup:eu-west-1:111122223333:backup-vault:daily"
    );
    let after = rules("2026-10-05T00:00:00Z");
    assert_eq!(after[0].says.name.as_deref(), Some("weekly"));
    assert_eq!(after[0].says.lifecycle.as_ref().unwrap().retention, Some(Retention::Always), "no life cycle: for ever");
    assert!(plan.rules.at(t("2026-10-01T09:59:59Z")).is_none());
}

#[test]
fn a_refused_update_changes_nothing() {
    let request = json!({"backupPlanId": "p-1", "backupPlan": plan_with(&[rule("weekly", &json!({}))])});
    let mut update = called("2026-10-05T00:00:00Z", "UpdateBackupPlan", &request, &Value::Null);
    update["errorCode"] = json!("AccessDenied");
    let world = world(&[made(&[rule("daily", &json!({}))]), update]);
    assert_eq!(plan(&world, PLAN).version.spans().len(), 1);
}

#[test]
fn a_state_change_names_the_version_that_came_into_force_but_not_its_rules() {
    let change = json!({"version": "0", "id": "e-1", "detail-type": "Backup Plan State Change", "source": "aws.backup",
        "account": ACCOUNT, "time": "2026-10-05T00:04:00Z", "region": REGION, "resources": [PLAN],
        "detail": {"backupPlanId": "p-1", "versionId": "v2", "modifiedAt": "2026-10-05T00:00:00.168Z", "state": "MODIFIED"}});
    let world = world(&[made(&[rule("daily", &json!({}))]), change]);
    let span = plan(&world, PLAN).rules.at(t("2026-10-05T00:00:00Z")).unwrap();
    assert_eq!((span.from, span.value.as_ref()), (t("2026-10-05T00:00:00Z"), None));
}

#[test]
fn an_update_whose_answer_is_missing_leaves_the_rules_unknown() {
    let request = json!({"backupPlanId": "p-1", "backupPlan": plan_with(&[rule("weekly", &json!({}))])});
    let update = called("2026-10-05T00:00:00Z", "UpdateBackupPlan", &request, &Value::Null);
    let world = world(&[made(&[rule("daily", &json!({}))]), update]);
    assert_eq!(plan(&world, PLAN).rules.at(t("2026-10-06T00:00:00Z")).unwrap().value, None);
}

#[test]
fn a_snapshot_tells_the_ids_of_rules_that_the_call_does_not_and_is_no_drift() {
    let shown = json!({"BackupPlan": {"BackupPlanName": "prod", "Rules": [{"RuleName": "daily", "RuleId": "r-1",
        "TargetBackupVaultName": "daily", "ScheduleExpression": "cron(0 2 ? * * *)", "StartWindowMinutes": 480}]},
        "BackupPlanId": "p-1", "BackupPlanArn": PLAN, "VersionId": "v1", "CreationDate": "2026-10-01T10:00:00Z"});
    let world = world_of(
        &[made(&[rule("daily", &json!({}))])],
        &[("2026-10-09T00:00:00Z", "backup/get-backup-plan.p-1", shown)],
        true,
    );
    let rules = plan(&world, PLAN).rules.at(t("2026-10-02T00:00:00Z")).unwrap().value.clone().unwrap();
    assert_eq!(rules[0].says.id.as_deref(), Some("r-1"));
    assert!(world.drifts.is_empty(), "{:?}", world.drifts);
}

#[test]
fn a_version_asked_for_by_its_id_is_not_the_one_in_force_where_a_list_says_otherwise() {
    let old = json!({"BackupPlan": {"BackupPlanName": "prod", "Rules": [rule("old", &json!({}))]},
        "BackupPlanId": "p-1", "BackupPlanArn": PLAN, "VersionId": "v1"});
    let list = json!({"BackupPlansList": [{"BackupPlanArn": PLAN, "BackupPlanId": "p-1", "VersionId": "v2", "BackupPlanName": "prod"}]});
    let at = "2026-10-09T00:00:00Z";
    let world =
        world_of(&[], &[(at, "backup/get-backup-plan.p-1", old), (at, "backup/list-backup-plans", list)], false);
    let plan = plan(&world, PLAN);
    assert_eq!(plan.version.at(t(at)).unwrap().value.as_deref(), Some("v2"));
    assert_eq!(plan.rules.at(t(at)).unwrap().value, None, "the rules of v2 are unknown");
    assert!(world.drifts.is_empty(), "{:?}", world.drifts);
}

#[test]
fn a_plan_that_a_complete_list_lacks_is_gone_and_a_partial_list_says_nothing() {
    let at = "2026-10-09T00:00:00Z";
    for (token, exists) in [(Value::Null, false), (json!("more"), true)] {
        let list = json!({"BackupPlansList": [], "NextToken": token});
        let world = world_of(&[made(&[])], &[(at, "backup/list-backup-plans", list)], true);
        assert_eq!(plan(&world, PLAN).exists.at(t(at)).unwrap().value, Some(exists));
    }
}

#[test]
fn a_deleted_plan_selects_nothing_any_more() {
    let deletion = called("2026-10-07T00:00:00Z", "DeleteBackupPlan", &json!({"backupPlanId": "p-1"}), &answer("v1"));
    let named = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [VOLUME]}));
    let world = world(&[made(&[rule("daily", &json!({}))]), named, deletion]);
    assert_eq!(by(&world, VOLUME, "2026-10-06T23:59:59Z", None), surely("daily"));
    assert_eq!(by(&world, VOLUME, "2026-10-07T00:00:00Z", None), []);
}

#[test]
fn a_selection_takes_effect_when_it_is_made_and_until_it_is_deleted() {
    let named = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [VOLUME]}));
    let request = json!({"backupPlanId": "p-1", "selectionId": "s-1"});
    let deletion = called("2026-10-03T00:00:00Z", "DeleteBackupSelection", &request, &Value::Null);
    let world = world(&[made(&[rule("daily", &json!({}))]), named, deletion]);
    assert_eq!(by(&world, VOLUME, "2026-10-01T23:59:59Z", None), []);
    assert_eq!(by(&world, VOLUME, "2026-10-02T00:00:00Z", None), surely("daily"));
    assert_eq!(by(&world, VOLUME, "2026-10-03T00:00:00Z", None), []);
}

#[test]
fn every_rule_of_the_plan_is_for_the_resource_and_names_its_evidence() {
    let named = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [VOLUME]}));
    let world = world(&[made(&[rule("daily", &json!({})), rule("weekly", &json!({}))]), named]);
    let found = world.selected_by(&ResourceArn::new(VOLUME), t("2026-10-04T00:00:00Z"), None);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one.evidence.len() == 2), "the selection's and the plan's record");
}

#[test]
fn a_listed_selection_whose_content_is_unknown_possibly_selects_everything_in_its_place() {
    let list = json!({"BackupSelectionsList": [{"SelectionId": "s-1", "SelectionName": "s", "BackupPlanId": "p-1"}]});
    let at = "2026-10-09T00:00:00Z";
    let world =
        world_of(&[made(&[rule("daily", &json!({}))])], &[(at, "backup/list-backup-selections.p-1", list)], true);
    assert_eq!(by(&world, VOLUME, at, Some(true)), possibly("daily"));
    assert_eq!(by(&world, "arn:aws:ec2:us-east-1:111122223333:volume/vol-1", at, Some(true)), [], "another Region");
    assert_eq!(by(&world, "arn:aws:ec2:eu-west-1:999999999999:volume/vol-1", at, Some(true)), [], "another account");
}

#[test]
fn a_selection_that_a_complete_list_lacks_is_gone() {
    let named = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [VOLUME]}));
    let at = "2026-10-09T00:00:00Z";
    let list = json!({"BackupSelectionsList": []});
    let world = world_of(
        &[made(&[rule("daily", &json!({}))]), named],
        &[(at, "backup/list-backup-selections.p-1", list)],
        true,
    );
    assert_eq!(by(&world, VOLUME, "2026-10-08T00:00:00Z", None), surely("daily"));
    assert_eq!(by(&world, VOLUME, at, None), []);
    assert_eq!(plan(&world, PLAN).selections_known.len(), 2, "at its creation and with the list");
}

#[test]
fn unknown_tags_make_a_selection_by_tags_possible_and_known_ones_decide_it() {
    let tagged = json!({"selectionName": "s", "listOfTags": [
        {"conditionType": "STRINGEQUALS", "conditionKey": "backup", "conditionValue": "yes"},
        {"conditionType": "STRINGEQUALS", "conditionKey": "aws:ResourceTag/tier", "conditionValue": "gold"}]});
    let records = [made(&[rule("daily", &json!({}))]), selecting("2026-10-02T00:00:00Z", "s-1", &tagged)];
    let (at, other) = ("2026-10-09T00:00:00Z", "arn:aws:ec2:eu-west-1:111122223333:volume/vol-2");
    assert_eq!(by(&world(&records), VOLUME, at, Some(true)), possibly("daily"));
    let rows = json!([{"ResourceARN": VOLUME, "Tags": [{"Key": "tier", "Value": "gold"}]},
        {"ResourceARN": other, "Tags": [{"Key": "Tier", "Value": "gold"}, {"Key": "backup", "Value": ""}]}]);
    let world = world_of(&records, &[(at, "resourcegroupstaggingapi/get-resources", tags(&rows))], true);
    assert_eq!(by(&world, VOLUME, at, Some(true)), surely("daily"), "any of the tags is enough");
    assert_eq!(by(&world, other, at, Some(true)), [], "keys and values are case sensitive");
    assert_eq!(
        by(&world, VOLUME, "2026-10-08T00:00:00Z", Some(true)),
        possibly("daily"),
        "tags change without a record"
    );
}

#[test]
fn a_known_resource_that_a_complete_inventory_lacks_has_no_tags() {
    let tagged = json!({"selectionName": "s", "resources": ["arn:aws:ec2:*:*:volume/*"],
        "conditions": {"stringEquals": [{"conditionKey": "aws:ResourceTag/backup", "conditionValue": "yes"}]}});
    let other = selecting(
        "2026-10-02T00:00:01Z",
        "s-2",
        &json!({"selectionName": "o", "notResources": [], "resources": [VOLUME],
        "conditions": {"stringNotEquals": [{"conditionKey": "aws:ResourceTag/stage", "conditionValue": "test"}]}}),
    );
    let records = [made(&[rule("daily", &json!({}))]), selecting("2026-10-02T00:00:00Z", "s-1", &tagged), other];
    let at = "2026-10-09T00:00:00Z";
    for (token, pages, found) in [(json!("more"), "", 2), (Value::Null, "more", 2), (Value::Null, "", 1)] {
        let list = json!({"ResourceTagMappingList": [], "PaginationToken": pages, "NextToken": token});
        let world = world_of(&records, &[(at, "resourcegroupstaggingapi/get-resources", list)], true);
        assert_eq!(by(&world, VOLUME, at, Some(true)).len(), found);
    }
}

#[test]
fn a_service_without_its_type_and_tags_depend_on_the_opt_in_and_a_named_type_does_not() {
    let volume = |pattern: &str, opted_in| {
        let one = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [pattern]}));
        by(&world(&[made(&[rule("daily", &json!({}))]), one]), VOLUME, "2026-10-03T00:00:00Z", opted_in)
    };
    for broad in ["*", "arn:aws:ec2:*"] {
        assert_eq!(volume(broad, Some(true)), surely("daily"), "{broad}");
        assert_eq!(volume(broad, None), possibly("daily"), "{broad}");
        assert_eq!(volume(broad, Some(false)), [], "{broad}");
    }
    for named in ["arn:aws:ec2:*:*:volume/*", VOLUME] {
        assert_eq!(volume(named, Some(false)), surely("daily"), "{named}");
    }
}

#[test]
fn clusters_of_aurora_and_file_systems_of_fsx_need_the_opt_in_even_by_name() {
    for arn in ["arn:aws:rds:eu-west-1:111122223333:cluster:c", "arn:aws:fsx:eu-west-1:111122223333:file-system/fs-1"] {
        let one = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [arn]}));
        let world = world(&[made(&[rule("daily", &json!({}))]), one]);
        assert_eq!(by(&world, arn, "2026-10-03T00:00:00Z", Some(false)), []);
        assert_eq!(by(&world, arn, "2026-10-03T00:00:00Z", None), possibly("daily"));
    }
}

#[test]
fn a_bucket_is_where_an_inventory_lists_it() {
    let bucket = "arn:aws:s3:::ledger";
    let any =
        selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": ["arn:aws:s3:::l*"]}));
    let records = [made(&[rule("daily", &json!({}))]), any];
    let at = "2026-10-09T00:00:00Z";
    assert_eq!(by(&world(&records), bucket, at, None), possibly("daily"));
    let rows = json!([{"ResourceARN": bucket, "Tags": []}]);
    let world = world_of(&records, &[(at, "resourcegroupstaggingapi/get-resources", tags(&rows))], true);
    assert_eq!(by(&world, bucket, at, None), surely("daily"));
}

#[test]
fn a_plan_of_a_backup_policy_comes_with_its_rules_and_selections_as_text_and_goes() {
    let details = json!({"backupPlanId": "orgs/o-1", "backupPlanVersionId": "v1", "backupPlanName": "policy", "accountId": ACCOUNT,
        "backupPlanArn": "arn:aws:backup:eu-west-1:111122223333:backup-plan:orgs/o-1",
        "backupRules": "[{\"id\":\"r\",\"name\":\"hourly\",\"cryopodArn\":\"arn:aws:backup:eu-west-1:111122223333:backup-vault:v\",\"scheduleExpression\":\"cron(0 0/1 ? * * *)\",\"startWindow\":\"PT1H\",\"lifecycle\":{\"moveToColdStorageAfterDays\":null,\"deleteAfterDays\":\"7\"},\"copyActions\":[]}]",
        "backupSelections": "[{\"name\":\"tags\",\"arn\":\"arn:aws:backup:eu-west-1:111122223333:selection:s-9\",\"resources\":[],\"notResources\":[],\"conditions\":[{\"type\":\"STRINGEQUALS\",\"key\":\"data\",\"value\":\"PII\"},{\"type\":\"STRINGEQUALS\",\"key\":\"data\",\"value\":\"RED\"}],\"creationDate\":\"2026-10-01T00:00:00.695Z\"}]",
        "creationDate": {"seconds": 1_790_812_800, "nanos": 0}});
    let event = |at: &str, name: &str, details: &Value| {
        json!({"eventVersion": "1.05", "eventID": at, "eventTime": at, "eventName": name, "eventSource": "backup.amazonaws.com",
            "awsRegion": REGION, "recipientAccountId": ACCOUNT, "eventType": "AwsServiceEvent",
            "userIdentity": {"accountId": ACCOUNT, "invokedBy": "backup.amazonaws.com"}, "serviceEventDetails": details})
    };
    let created = event("2026-10-01T00:04:00Z", "CreateOrganizationalBackupPlan", &details);
    let gone = event(
        "2026-10-20T00:00:00Z",
        "DeleteOrganizationalBackupPlan",
        &json!({"backupPlanId": "orgs/o-1", "accountId": ACCOUNT}),
    );
    let at = "2026-10-09T00:00:00Z";
    let rows = json!([{"ResourceARN": VOLUME, "Tags": [{"Key": "data", "Value": "RED"}]}]);
    let world = world_of(&[created, gone], &[(at, "resourcegroupstaggingapi/get-resources", tags(&rows))], true);
    assert_eq!(by(&world, VOLUME, at, Some(true)), surely("hourly"));
    assert_eq!(by(&world, VOLUME, "2026-10-20T00:00:00Z", Some(true)), []);
    let plan = plan(&world, "arn:aws:backup:eu-west-1:111122223333:backup-plan:orgs/o-1");
    let span = plan.rules.at(t("2026-10-01T00:00:00Z")).unwrap();
    let rule = &span.value.as_ref().unwrap()[0].says;
    assert_eq!(
        (rule.start_window_minutes, rule.lifecycle.as_ref().unwrap().retention),
        (Some(60), Some(Retention::Days(7)))
    );
}

#[test]
fn a_policy_of_which_no_plan_can_be_made_is_shown_and_selects_nothing() {
    let details = json!({"effectivePolicyVersion": 7, "effectivePolicyId": "e-1", "accountId": ACCOUNT,
        "effectiveBackupPlan": {"logicalName": "nightly", "rules": [{"name": "r", "targetBackupVaultName": "v", "ruleLifecycle": {"deleteAfterDays": 100}}]}});
    let event = json!({"eventVersion": "1.08", "eventID": "i", "eventTime": "2026-10-01T00:00:00Z", "eventName": "InvalidOrganizationBackupPlan",
        "eventSource": "backup.amazonaws.com", "awsRegion": REGION, "recipientAccountId": ACCOUNT, "eventType": "AwsServiceEvent",
        "userIdentity": {"accountId": ACCOUNT}, "serviceEventDetails": details});
    let world = world(&[event]);
    let (arn, plan) = world.plans.first_key_value().unwrap();
    assert!(arn.as_str().ends_with("invalid/e-1/nightly"));
    assert_eq!(plan.exists.at(t("2026-10-02T00:00:00Z")).unwrap().value, Some(false));
    assert_eq!(plan.invalid.as_ref().map(|(policy, _)| policy.as_str()), Some("e-1"));
}

#[test]
fn a_schedule_that_cannot_be_read_or_never_fires_stays_visible_with_the_reason() {
    let odd = [
        rule("unreadable", &json!({"scheduleExpression": "every other day"})),
        rule("hidden", &json!({"scheduleExpression": "HIDDEN_DUE_TO_SECURITY_REASONS"})),
        rule("nowhere", &json!({"scheduleExpressionTimezone": "Mars/Olympus"})),
        rule("never", &json!({"scheduleExpression": "cron(0 2 30 2 ? *)"})),
        rule("daily", &json!({})),
        json!({"ruleName": "default", "targetBackupVaultName": "v"}),
    ];
    let world = world(&[made(&odd)]);
    let rules = plan(&world, PLAN).rules.at(t("2026-10-02T00:00:00Z")).unwrap().value.clone().unwrap();
    let problem = |at: usize| rules[at].problem.clone().unwrap_or_default();
    assert!(problem(0).starts_with("unknown: `every other day`"), "{}", problem(0));
    assert!(problem(1).starts_with("unknown: "), "{}", problem(1));
    assert!(problem(2).contains("Mars/Olympus"), "{}", problem(2));
    assert!(problem(3).starts_with("never: "), "{}", problem(3));
    assert_eq!((rules[4].problem.as_ref(), rules[5].problem.as_ref()), (None, None));
    let shown = serde_json::to_value(&rules[3]).unwrap();
    assert_eq!(shown["ScheduleExpression"], "cron(0 2 30 2 ? *)");
    assert!(shown["ScheduleProblem"].is_string());
}

#[test]
fn copy_actions_name_where_and_how_long_and_a_broken_destination_stays_visible() {
    let copies = json!({"targetLogicallyAirGappedBackupVaultArn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:lag",
        "enableContinuousBackup": true,
        "copyActions": [{"destinationBackupVaultArn": "arn:aws:backup:us-east-1:444455556666:backup-vault:lag", "lifecycle": {"deleteAfterDays": 30}},
            {"destinationBackupVaultArn": "not an arn"}, 7]});
    let world = world(&[made(&[rule("daily", &copies)])]);
    let rules = plan(&world, PLAN).rules.at(t("2026-10-02T00:00:00Z")).unwrap().value.clone().unwrap();
    let says = &rules[0].says;
    let actions = says.copy_actions.as_ref().unwrap();
    assert_eq!(actions.iter().map(|a| a.vault.as_str()).collect::<Vec<_>>()[1..], ["not an arn", "?"]);
    assert_eq!(actions[0].lifecycle.as_ref().unwrap().retention, Some(Retention::Days(30)));
    assert_eq!(
        (says.enable_continuous_backup, says.air_gapped.as_ref().map(vaultrail::arn::VaultArn::name)),
        (Some(true), Some("lag"))
    );
}

#[test]
fn a_plan_with_selections_of_nothing_known_selects_zero_resources() {
    let tagged = json!({"selectionName": "s", "resources": [], "listOfTags": [
        {"conditionType": "STRINGEQUALS", "conditionKey": "backup", "conditionValue": "yes"}]});
    let at = "2026-10-09T00:00:00Z";
    let records = [made(&[rule("daily", &json!({}))]), selecting("2026-10-02T00:00:00Z", "s-1", &tagged)];
    let selects = |value: &str| {
        let rows = json!([{"ResourceARN": VOLUME, "Tags": [{"Key": "backup", "Value": value}]}]);
        let world = world_of(&records, &[(at, "resourcegroupstaggingapi/get-resources", tags(&rows))], true);
        world.selects(&PlanArn::new(PLAN), t(at), |_| Some(true))
    };
    assert!(selects("no").is_empty());
    assert_eq!(selects("yes").into_iter().collect::<Vec<_>>(), [(ResourceArn::new(VOLUME), Surety::Surely)]);
}

#[test]
fn a_resource_of_the_inventory_that_a_plan_surely_selects_should_be_backed_up_and_others_need_not() {
    let other = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
    let volumes = json!({"selectionName": "s", "resources": ["arn:aws:ec2:*:*:volume/*"]});
    let at = "2026-10-09T00:00:00Z";
    let rows = json!([{"ResourceARN": VOLUME, "Tags": []}, {"ResourceARN": other, "Tags": []}]);
    let records = [made(&[rule("daily", &json!({}))]), selecting("2026-10-02T00:00:00Z", "s-1", &volumes)];
    let world = world_of(&records, &[(at, "resourcegroupstaggingapi/get-resources", tags(&rows))], true);
    assert_eq!(world.resources[&ResourceArn::new(VOLUME)].since, t(at));
    assert!(!world.resources.contains_key(&ResourceArn::new(other)));
}

#[test]
fn a_selection_without_its_plan_is_possible_and_without_a_readable_part_too() {
    let orphan = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [VOLUME]}));
    assert_eq!(by(&world(&[orphan]), VOLUME, "2026-10-03T00:00:00Z", None), possibly(""));
    let hidden = json!({"selectionName": "s", "resources": [VOLUME], "conditions": "HIDDEN_DUE_TO_SECURITY_REASONS"});
    let hidden = selecting("2026-10-02T00:00:00Z", "s-1", &hidden);
    let world = world(&[made(&[rule("daily", &json!({}))]), hidden]);
    assert_eq!(by(&world, VOLUME, "2026-10-03T00:00:00Z", None), possibly("daily"));
    assert!(world.selections.contains_key(&SelectionArn::new("arn:aws:backup:eu-west-1:111122223333:selection:s-1")));
}

#[test]
fn plans_and_selections_are_entities_with_their_evidence() {
    let named = selecting("2026-10-02T00:00:00Z", "s-1", &json!({"selectionName": "s", "resources": [VOLUME]}));
    let world = world(&[made(&[rule("daily", &json!({}))]), named]);
    let shown = |kind: &str, name: &str| {
        let (_, _, entity) = world.entities().find(|(k, ..)| *k == kind).unwrap();
        let attributes = entity.attributes();
        let (_, attribute) = attributes.iter().find(|(n, _)| n == name).unwrap();
        attribute.shown(t("2026-10-03T00:00:00Z")).unwrap().value.unwrap()
    };
    assert_eq!(shown("plan", "Rules")[0]["RuleName"], "daily");
    assert_eq!(shown("selection", "Resources"), json!([VOLUME]));
}
