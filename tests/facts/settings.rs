//! Settings of AWS Backup, audit frameworks, report plans and compliance reports.

use super::around::{OWNER, Scene, keyed, value};
use serde_json::{Value, json};

const SOURCE: &str = "backup.amazonaws.com";

#[test]
fn settings_that_a_call_does_not_name_stay() {
    let update = |when: &str, settings: Value, scene: Scene| {
        scene.call(when, SOURCE, "UpdateGlobalSettings", json!({"globalSettings": settings}), Value::Null)
    };
    let both = json!({"isCrossAccountBackupEnabled": "true", "isMpaEnabled": "true"});
    let scene = update("2026-10-01T00:00:00Z", both, Scene::default());
    let world = update("2026-10-02T00:00:00Z", json!({"isMpaEnabled": "false"}), scene).world();
    let settings = &world.settings[OWNER].values;
    assert_eq!(keyed(settings, "isMpaEnabled", "2026-10-01T00:00:00Z"), Some(json!(true)));
    assert_eq!(keyed(settings, "isMpaEnabled", "2026-10-02T00:00:00Z"), Some(json!(false)));
    assert_eq!(keyed(settings, "isCrossAccountBackupEnabled", "2026-10-02T00:00:00Z"), Some(json!(true)));
}

#[test]
fn a_type_that_is_opted_out_is_told_by_call_state_change_and_snapshot_alike() {
    let world = Scene::default()
        .shown("2026-10-01", "backup/describe-region-settings.json",
            json!({"ResourceTypeOptInPreference": {"EBS": true, "Aurora": true}, "ResourceTypeManagementPreference": {"DynamoDB": true}}))
        .call("2026-10-02T00:00:00Z", SOURCE, "UpdateRegionSettings",
            json!({"resourceTypeOptInPreference": {"EBS": false}}), Value::Null)
        .other(json!({"version": "0", "id": "1", "detail-type": "Region Setting State Change", "source": "aws.backup",
            "account": OWNER, "time": "2026-10-03T00:00:00Z", "region": "eu-west-1", "resources": [],
            "detail": {"ResourceTypeOptInPreference": {"Aurora": false}, "state": "MODIFIED"}}))
        .world();
    let settings = &world.settings[&format!("{OWNER}/eu-west-1")].values;
    let opted = |name: &str, when: &str| keyed(settings, &format!("ResourceTypeOptInPreference/{name}"), when);
    assert_eq!(opted("EBS", "2026-10-01T00:00:00Z"), Some(json!(true)));
    assert_eq!(opted("EBS", "2026-10-02T00:00:00Z"), Some(json!(false)));
    assert_eq!(opted("Aurora", "2026-10-03T00:00:00Z"), Some(json!(false)));
    assert_eq!(keyed(settings, "ResourceTypeManagementPreference/DynamoDB", "2026-10-03T00:00:00Z"), Some(json!(true)));
}

#[test]
fn a_setting_of_tomorrow_is_kept_as_it_is_written() {
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            SOURCE,
            "UpdateGlobalSettings",
            json!({"globalSettings": {"mode": "strict"}}),
            Value::Null,
        )
        .world();
    assert_eq!(keyed(&world.settings[OWNER].values, "mode", "2026-10-01T00:00:00Z"), Some(json!("strict")));
}

#[test]
fn a_framework_is_known_by_its_name_and_its_controls_do_not_depend_on_their_order() {
    let control = |name: &str| {
        json!({"controlName": name, "controlInputParameters": [
        {"parameterName": "b", "parameterValue": "2"}, {"parameterName": "a", "parameterValue": "1"}]})
    };
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            SOURCE,
            "CreateFramework",
            json!({"frameworkName": "f", "frameworkControls": [control("TWO"), control("ONE")]}),
            json!({"frameworkArn": "arn"}),
        )
        .shown(
            "2026-10-02",
            "backup/describe-framework.f.json",
            json!({"FrameworkName": "f", "FrameworkArn": "arn",
            "FrameworkStatus": "ACTIVE", "FrameworkControls": [control("ONE"), control("TWO")]}),
        )
        .call("2026-10-03T00:00:00Z", SOURCE, "DeleteFramework", json!({"frameworkName": "f"}), Value::Null)
        .world();
    let framework = &world.frameworks[&format!("{OWNER}/eu-west-1/f")];
    assert_eq!(value(&framework.controls, "2026-10-01T00:00:00Z").unwrap(), ["ONE a=1 b=2", "TWO a=1 b=2"]);
    assert_eq!(value(&framework.exists, "2026-10-03T00:00:00Z"), Some(false));
    assert_eq!(world.drifts, []);
}

#[test]
fn a_report_plan_is_changed_and_deleted() {
    let plan = |bucket: &str| {
        json!({"reportPlanName": "r", "reportSetting": {"reportTemplate": "COPY_JOB_REPORT"},
        "reportDeliveryChannel": {"s3BucketName": bucket}})
    };
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", SOURCE, "CreateReportPlan", plan("one"), json!({"reportPlanArn": "arn"}))
        .call("2026-10-02T00:00:00Z", SOURCE, "UpdateReportPlan", plan("two"), Value::Null)
        .call("2026-10-03T00:00:00Z", SOURCE, "DeleteReportPlan", json!({"reportPlanName": "r"}), Value::Null)
        .world();
    let plan = &world.report_plans[&format!("{OWNER}/eu-west-1/r")];
    assert_eq!(value(&plan.bucket, "2026-10-01T00:00:00Z").as_deref(), Some("one"));
    assert_eq!(value(&plan.bucket, "2026-10-02T00:00:00Z").as_deref(), Some("two"));
    assert_eq!(value(&plan.exists, "2026-10-03T00:00:00Z"), Some(false));
}

#[test]
fn a_compliance_report_holds_from_the_time_of_its_evaluation() {
    let world = Scene::default()
        .shown(
            "2026-10-05",
            "report.json",
            json!({"reportItems": [{"reportTimePeriod": "2026-10-04T00:00:00Z - 2026-10-05T00:00:00Z",
            "accountId": OWNER, "region": "eu-west-1", "frameworkName": "f", "controlName": "C",
            "controlComplianceStatus": "NON_COMPLIANT", "lastEvaluationTime": "2026-10-04T12:00:00Z"}]}),
        )
        .world();
    let found = &world.compliance[&format!("{OWNER}/eu-west-1/f/C")];
    assert_eq!(value(&found.status, "2026-10-04T12:00:00Z").as_deref(), Some("NON_COMPLIANT"));
    assert_eq!(value(&found.status, "2026-10-04T11:00:00Z"), None);
}

#[test]
fn a_refused_change_of_settings_is_an_attempt_only() {
    let refused = json!({"requestParameters": {"globalSettings": {"isMpaEnabled": "false"}}, "errorCode": "AccessDeniedException"});
    let world = Scene::default().record("2026-10-01T00:00:00Z", SOURCE, "UpdateGlobalSettings", refused).world();
    assert!(world.settings.is_empty() && world.guard_calls.values().flatten().count() == 1);
}
