//! AWS Backup's settings, audit frameworks, report plans, and what Audit Manager's reports say of compliance.

use super::{About, ComplianceSays, FrameworkSays, ReportPlanSays, SettingsSays, Sink};
use crate::arn::{AccountId, Region};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;
use serde_json::Value;
use std::collections::BTreeMap;

/// The maps of Region settings.
const PREFERENCES: [&str; 2] = ["ResourceTypeOptInPreference", "ResourceTypeManagementPreference"];

/// Reads one record of `backup.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    if !record.succeeded() {
        return;
    }
    let request = record.request();
    match record.name.as_str() {
        "UpdateGlobalSettings" => global(request, record.account.as_ref(), out),
        "UpdateRegionSettings" => regional(request, record.account.as_ref(), record.region.as_ref(), out),
        "CreateFramework" | "UpdateFramework" | "DeleteFramework" => framework_changed(record, out),
        "CreateReportPlan" | "UpdateReportPlan" | "DeleteReportPlan" => report_plan_changed(record, out),
        _ => {}
    }
}

/// Reads EventBridge's `Region Setting State Change`.
pub fn read_state_change(record: &Record, out: &mut Sink) {
    if record.name == "Region Setting State Change" {
        regional(record.details(), record.account.as_ref(), record.region.as_ref(), out);
    }
}

fn map(node: Node<'_>, key: &str, prefix: &str) -> BTreeMap<String, Value> {
    let members = node.get(key).and_then(|map| map.0.as_object()).into_iter().flatten();
    let read = |map: Node<'_>, key: &str, value: &Value| map.flag(key).map_or_else(|| value.clone(), Value::Bool);
    members.filter_map(|(name, value)| Some((format!("{prefix}{name}"), read(node.get(key)?, name, value)))).collect()
}

/// Settings that a call does not name stay as they were.
fn global(node: Node<'_>, account: Option<&AccountId>, out: &mut Sink) {
    let values = map(node, "GlobalSettings", "");
    if let (Some(account), false) = (account, values.is_empty()) {
        out.say(About::Settings(account.to_string(), Box::new(SettingsSays { values })));
    }
}

fn regional(node: Node<'_>, account: Option<&AccountId>, region: Option<&Region>, out: &mut Sink) {
    let values: BTreeMap<String, Value> =
        PREFERENCES.iter().flat_map(|key| map(node, key, &format!("{key}/"))).collect();
    if let (Some((account, region)), false) = (account.zip(region), values.is_empty()) {
        out.say(About::Settings(format!("{account}/{region}"), Box::new(SettingsSays { values })));
    }
}

/// What has a name of its own in an account and Region.
fn local(account: Option<&AccountId>, region: Option<&Region>, name: Option<&str>) -> Option<String> {
    Some(format!("{}/{}/{}", account?, region?, name?))
}

fn framework_changed(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let name = request.text("frameworkName").or_else(|| response.text("frameworkName"));
    let Some(id) = local(record.account.as_ref(), record.region.as_ref(), name) else { return };
    let made = record.name == "CreateFramework";
    let says = FrameworkSays {
        arn: response.text("frameworkArn").map(str::to_owned),
        created: made.then(|| out.time()),
        controls: controls(request),
        exists: Some(record.name != "DeleteFramework"),
        ..FrameworkSays::default()
    };
    out.say(About::Framework(id, Box::new(says)));
}

fn controls(node: Node<'_>) -> Option<Vec<String>> {
    let mut controls: Vec<String> = node.list("frameworkControls")?.into_iter().filter_map(control).collect();
    controls.sort();
    Some(controls)
}

fn control(node: Node<'_>) -> Option<String> {
    let parameters = node.list("controlInputParameters").unwrap_or_default();
    let mut parameters: Vec<String> = parameters
        .into_iter()
        .filter_map(|p| Some(format!("{}={}", p.text("parameterName")?, p.text("parameterValue")?)))
        .collect();
    parameters.sort();
    let said: Vec<String> = [node.text("controlName")?.to_owned()].into_iter().chain(parameters).collect();
    Some(said.join(" "))
}

fn report_plan_changed(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let name = request.text("reportPlanName").or_else(|| response.text("reportPlanName"));
    let Some(id) = local(record.account.as_ref(), record.region.as_ref(), name) else { return };
    let mut says = report_plan(request);
    says.arn = response.text("reportPlanArn").map(str::to_owned);
    says.created =
        (record.name == "CreateReportPlan").then(|| response.time("creationTime").unwrap_or_else(|| out.time()));
    says.exists = Some(record.name != "DeleteReportPlan");
    out.say(About::ReportPlan(id, Box::new(says)));
}

fn report_plan(node: Node<'_>) -> ReportPlanSays {
    let text = |path: [&str; 2]| node.path(&path).and_then(Node::as_text).map(str::to_owned);
    ReportPlanSays {
        arn: node.text("reportPlanArn").map(str::to_owned),
        created: node.time("creationTime"),
        template: text(["reportSetting", "reportTemplate"]),
        bucket: text(["reportDeliveryChannel", "s3BucketName"]),
        deployment: node.text("deploymentStatus").map(str::to_owned),
        exists: Some(true),
    }
}

/// Reads one row of an `aws backup` output or of an Audit Manager report.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let (account, region) = (observation.account.as_ref(), observation.region.as_ref());
    match observation.operation {
        "backup describe-global-settings" => global(row, account, out),
        "backup describe-region-settings" => regional(row, account, region, out),
        "backup list-frameworks" | "backup describe-framework" => {
            let Some(id) = local(account, region, row.text("FrameworkName")) else { return };
            let text = |key: &str| row.text(key).map(str::to_owned);
            let says = FrameworkSays {
                arn: text("FrameworkArn"),
                created: row.time("CreationTime"),
                controls: controls(row),
                status: text("FrameworkStatus"),
                deployment: text("DeploymentStatus"),
                exists: Some(true),
            };
            out.say(About::Framework(id, Box::new(says)));
        }
        "backup list-report-plans" | "backup describe-report-plan" => {
            let plan = row.get("ReportPlan").unwrap_or(row);
            let Some(id) = local(account, region, plan.text("ReportPlanName")) else { return };
            out.say(About::ReportPlan(id, Box::new(report_plan(plan))));
        }
        "backup control-compliance-report" | "backup resource-compliance-report" => compliance(observation, out),
        _ => {}
    }
}

fn compliance(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let name =
        row.text("controlName").map(|control| format!("{}/{control}", row.text("frameworkName").unwrap_or_default()));
    let of_resource = observation.operation == "backup resource-compliance-report";
    let resource = row.text("resourceArn").or_else(|| row.text("resourceId"));
    let name = match (name, of_resource, resource) {
        (Some(name), true, Some(resource)) => format!("{name}/{resource}"),
        (Some(name), false, _) => name,
        _ => return,
    };
    let place = (observation.account.as_ref(), observation.region.as_ref());
    let Some(id) = local(place.0, place.1, Some(&name)) else { return };
    let status =
        row.text("resourceComplianceStatus").or_else(|| row.text("controlComplianceStatus")).map(str::to_owned);
    let at = row.time("lastEvaluationTime").unwrap_or_else(|| out.time());
    out.say_at(at, About::Compliance(id, Box::new(ComplianceSays { status })));
}
