//! The two compliance reports of AWS Backup Audit Manager, as AWS writes them: what reads AWS's files reads these.
//!
//! JSON is `{"reportItems": […]}`, CSV has the same names as columns. AWS Backup developer guide, "Choosing your report
//! template". Controls of ours that AWS has as well carry AWS's names ([`AWS_NAMES`]), the others their own in capitals.
//! AWS has no INSUFFICIENT_DATA for a single resource; here it stands as it is, since it is neither of the others.

use super::csv::cell;
use super::json::List;
use super::resource::Resource;
use super::{Error, File, Options};
use crate::instant;
use crate::report::wire::{ControlInfo, Report, RunFrameworkControl, Status, Verdict};
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Controls of AWS Backup Audit Manager by the id under which they are reported.
pub const AWS_NAMES: [(&str, &str); 11] = [
    ("CPY-01", "RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT"),
    ("CPY-01/any", "BACKUP_LAST_RECOVERY_POINT_CREATED"),
    ("DEL-02", "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"),
    ("ENC-02", "BACKUP_RECOVERY_POINT_ENCRYPTED"),
    ("PLN-01", "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"),
    ("PLN-02", "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"),
    ("PLN-04", "BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT"),
    ("PLN-04/cross_region", "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION"),
    ("PLN-04/vault_lock", "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK"),
    ("RET-02", "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"),
    ("RST-02", "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"),
];

pub(super) const FILES: [File; 4] = [
    File { name: "control-compliance-report.json", write: |report, _: &Options, out| json(controls(report), out) },
    File { name: "control-compliance-report.csv", write: |report, _, out| csv(&CONTROL, controls(report), out) },
    File { name: "resource-compliance-report.json", write: |report, _, out| json(resources(report), out) },
    File { name: "resource-compliance-report.csv", write: |report, _, out| csv(&RESOURCE, resources(report), out) },
];

/// A row of `CONTROL_COMPLIANCE_REPORT`. `controlFrequency` is left out, as AWS does where nothing is scheduled.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ControlRow<'a> {
    account_id: &'a str,
    region: &'a str,
    framework_name: &'a str,
    framework_description: &'static str,
    control_name: &'a str,
    control_compliance_status: &'static str,
    last_evaluation_time: &'a str,
    num_resources_compliant: u64,
    num_resources_non_compliant: u64,
    control_scope: &'a str,
    control_parameters: &'a str,
}

/// The columns of AWS's CSV. A cell for the frequency stands empty.
const CONTROL: [&str; 12] = [
    "accountId",
    "region",
    "frameworkName",
    "frameworkDescription",
    "controlName",
    "controlComplianceStatus",
    "lastEvaluationTime",
    "numResourcesCompliant",
    "numResourcesNonCompliant",
    "controlFrequency",
    "controlScope",
    "controlParameters",
];

/// A row of `RESOURCE_COMPLIANCE_REPORT`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceRow<'a> {
    account_id: &'a str,
    region: &'a str,
    framework_name: &'a str,
    framework_description: &'static str,
    control_name: &'a str,
    resource_name: &'a str,
    resource_id: String,
    resource_type: &'static str,
    resource_compliance_status: &'static str,
    last_evaluation_time: &'a str,
}

const RESOURCE: [&str; 10] = [
    "accountId",
    "region",
    "frameworkName",
    "frameworkDescription",
    "controlName",
    "resourceName",
    "resourceId",
    "resourceType",
    "resourceComplianceStatus",
    "lastEvaluationTime",
];

/// Writes every row of a report to a sink.
type Rows<'r> = Box<dyn FnOnce(&mut dyn FnMut(&Value) -> io::Result<()>) -> io::Result<()> + 'r>;

fn json(rows: Rows<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let mut list = List::within("{\"reportItems\":[\n", "\n]}\n", out);
    rows(&mut |row| list.item(row))?;
    Ok(list.end()?)
}

fn csv(columns: &[&str], rows: Rows<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let mut table = ::csv::Writer::from_writer(out);
    let told = |cause: ::csv::Error| io::Error::from(cause);
    table.write_record(columns).map_err(told)?;
    rows(&mut |row| {
        for column in columns {
            match row.get(column) {
                Some(Value::String(text)) => table.write_field(cell(text).as_bytes()).map_err(told)?,
                Some(other) => table.write_field(other.to_string()).map_err(told)?,
                None => table.write_field("").map_err(told)?,
            }
        }
        table.write_record(None::<&[u8]>).map_err(told)
    })?;
    Ok(table.flush()?)
}

/// What all rows have in common.
struct Frame {
    framework: String,
    evaluated: String,
    names: BTreeMap<String, String>,
}

impl Frame {
    fn of(report: &Report) -> Self {
        let run = &report.run;
        let asked = run.framework.iter().flat_map(|framework| &framework.controls);
        let mut names: BTreeMap<String, String> = report
            .controls
            .iter()
            .map(|control| {
                let aws = AWS_NAMES.into_iter().find(|(id, _)| *id == control.id).map(|(_, name)| name.to_owned());
                (control.id.clone(), aws.unwrap_or_else(|| own_name(control)))
            })
            .collect();
        names.extend(asked.map(|asked| (asked.control.clone(), asked.name.clone())));
        let framework = run.framework.as_ref().and_then(|framework| framework.name.clone());
        let framework = framework.or_else(|| run.preset.as_ref().map(|preset| preset.replace('-', "_")));
        // AWS writes milliseconds; ours are whole seconds.
        let evaluated = instant::parse(&run.as_of).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
        Self {
            framework: framework.unwrap_or_else(|| report.tool.name.clone()),
            evaluated: evaluated.unwrap_or_else(|| run.as_of.clone()),
            names,
        }
    }

    fn name<'a>(&'a self, control: &'a str) -> &'a str {
        self.names.get(control).map_or(control, String::as_str)
    }
}

/// `VAULT_LOCKED_IN_COMPLIANCE_MODE`, and what tells a second time of the same control from the first.
fn own_name(control: &ControlInfo) -> String {
    let variant = control.id.split_once('/').map(|(_, word)| format!("_{word}")).unwrap_or_default();
    format!("{}{variant}", control.name).to_uppercase()
}

fn place(verdict: &Verdict) -> (&str, &str) {
    (verdict.subject.account.as_deref().unwrap_or_default(), verdict.subject.region.as_deref().unwrap_or_default())
}

fn resources(report: &Report) -> Rows<'_> {
    Box::new(move |each| {
        let frame = Frame::of(report);
        for verdict in &report.verdicts {
            let (account_id, region) = place(verdict);
            let resource = Resource::of(&verdict.subject);
            let row = ResourceRow {
                account_id,
                region,
                framework_name: &frame.framework,
                framework_description: "",
                control_name: frame.name(&verdict.control),
                resource_name: verdict.subject.name.as_deref().unwrap_or_default(),
                resource_id: format!("{}/{}", resource.kind, resource.local),
                resource_type: resource.kind,
                resource_compliance_status: verdict.status.name(),
                last_evaluation_time: &frame.evaluated,
            };
            each(&serde_json::to_value(&row)?)?;
        }
        Ok(())
    })
}

/// A row for each control in each account and Region that has a verdict of it.
fn controls(report: &Report) -> Rows<'_> {
    Box::new(move |each| {
        let frame = Frame::of(report);
        let mut counted: BTreeMap<(&str, &str, &str), BTreeMap<Status, u64>> = BTreeMap::new();
        for verdict in &report.verdicts {
            let (account, region) = place(verdict);
            let counts = counted.entry((&verdict.control, account, region)).or_default();
            *counts.entry(verdict.status).or_default() += 1;
        }
        for ((id, account_id, region), counts) in counted {
            let count = |status| counts.get(&status).copied().unwrap_or_default();
            let worst = [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];
            let control = report.controls.iter().find(|control| control.id == id);
            let asked = report.run.framework.iter().flat_map(|f| &f.controls).find(|asked| asked.control == id);
            let (scope, parameters) =
                (asked.map(scope).unwrap_or_default(), control.map(|c| parameters(&c.parameters)).unwrap_or_default());
            let row = ControlRow {
                account_id,
                region,
                framework_name: &frame.framework,
                framework_description: "",
                control_name: frame.name(id),
                control_compliance_status: worst.into_iter().find(|s| count(*s) > 0).map_or("", Status::name),
                last_evaluation_time: &frame.evaluated,
                num_resources_compliant: count(Status::Compliant),
                num_resources_non_compliant: count(Status::NonCompliant),
                control_scope: &scope,
                control_parameters: &parameters,
            };
            each(&serde_json::to_value(&row)?)?;
        }
        Ok(())
    })
}

/// As AWS's sample has it: `{ComplianceResourceTypes: [EBS],}`.
fn scope(asked: &RunFrameworkControl) -> String {
    let list = |name: &str, items: &[String]| match items {
        [] => String::new(),
        some => format!("{name}: [{}],", some.join(", ")),
    };
    let tags: Vec<String> = asked.tag.iter().cloned().collect();
    let parts = [
        list("ComplianceResourceIds", &asked.resource_ids),
        list("ComplianceResourceTypes", &asked.resource_types),
        list("Tags", &tags),
    ];
    let parts = parts.concat();
    if parts.is_empty() { parts } else { format!("{{{parts}}}") }
}

/// JSON in a text, every value a text: `{"requiredRetentionDays":"35"}`.
fn parameters(all: &Map<String, Value>) -> String {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items = items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            Some(items.collect::<Vec<_>>().join(","))
        }
        other => Some(other.to_string()),
    };
    let told: Map<String, Value> =
        all.iter().filter_map(|(name, value)| Some((name.clone(), Value::from(text(value)?)))).collect();
    if told.is_empty() { String::new() } else { Value::Object(told).to_string() }
}
