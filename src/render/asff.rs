//! AWS Security Finding Format (2018-10-08), as `BatchImportFindings` of Security Hub takes it: a finding for each verdict.
//!
//! | verdict | `Compliance.Status` | `Workflow.Status` | severity |
//! |---|---|---|---|
//! | COMPLIANT | `PASSED` | `RESOLVED` | INFORMATIONAL |
//! | NON_COMPLIANT | FAILED | NEW; under an exception SUPPRESSED | the verdict's |
//! | INSUFFICIENT_DATA | `NOT_AVAILABLE`, reason `INSUFFICIENT_DATA` | NEW | INFORMATIONAL |
//! | NOT_APPLICABLE | `NOT_AVAILABLE`, reason `NOT_APPLICABLE` | RESOLVED | INFORMATIONAL |
//!
//! Lengths and counts are those of the API Reference, `AwsSecurityFinding`. A finding must be of an account and a Region:
//! where a verdict has none, those of the first log in the report stand in.

use super::advice;
use super::changes::Changes;
use super::json::List;
use super::resource::{self, Resource};
use super::visible::short;
use crate::report::wire::{ControlInfo, Report, Severity, Status, Subject, Verdict};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Where nothing names an account or a Region.
const NO_ACCOUNT: &str = "000000000000";
const NO_REGION: &str = "us-east-1";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Finding<'a> {
    schema_version: &'static str,
    id: String,
    product_arn: String,
    product_name: &'a str,
    company_name: &'a str,
    region: &'a str,
    generator_id: String,
    aws_account_id: &'a str,
    types: [&'static str; 1],
    first_observed_at: Cow<'a, str>,
    last_observed_at: Cow<'a, str>,
    created_at: Cow<'a, str>,
    updated_at: Cow<'a, str>,
    severity: Grade,
    title: Cow<'a, str>,
    description: Cow<'a, str>,
    remediation: Remediation,
    product_fields: BTreeMap<&'static str, Cow<'a, str>>,
    resources: [Affected<'a>; 1],
    compliance: Compliance<'a>,
    workflow: Workflow,
    record_state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Grade {
    label: &'static str,
    original: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation {
    recommendation: Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Affected<'a> {
    #[serde(rename = "Type")]
    kind: &'static str,
    id: Cow<'a, str>,
    partition: &'static str,
    region: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance<'a> {
    status: &'static str,
    status_reasons: Vec<StatusReason<'a>>,
    security_control_id: Cow<'a, str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    related_requirements: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    security_control_parameters: &'a [Parameter],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StatusReason<'a> {
    reason_code: Cow<'a, str>,
    description: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    name: String,
    value: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Workflow {
    status: &'static str,
}

/// A control as every finding of it has it.
struct Control<'a> {
    info: &'a ControlInfo,
    requirements: Vec<String>,
    parameters: Vec<Parameter>,
}

/// What every finding is made with: where one without a place of its own is put.
struct Frame<'a> {
    report: &'a Report,
    changes: Changes<'a>,
    account: &'a str,
    region: &'a str,
}

/// Writes every finding: a JSON array, a finding a line.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let controls: BTreeMap<&str, Control<'_>> = report.controls.iter().map(|c| (c.id.as_str(), control(c))).collect();
    let mut subjects = report.verdicts.iter().map(|verdict| &verdict.subject);
    let frame = Frame {
        report,
        changes: Changes::of(report),
        account: subjects.clone().find_map(resource::account).unwrap_or(NO_ACCOUNT),
        region: subjects.find_map(resource::region).unwrap_or(NO_REGION),
    };
    let mut list = List::array(out);
    for verdict in &report.verdicts {
        list.item(&finding(verdict, controls.get(verdict.control.as_str()), &frame))?;
    }
    list.end()
}

fn control(info: &ControlInfo) -> Control<'_> {
    let text = |value: &Value| {
        let told = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        of_length(&told, 256).into_owned()
    };
    let values = |value: &Value| match value {
        Value::Array(items) => items.iter().take(100).map(text).collect(),
        other => vec![text(other)],
    };
    let stated =
        info.parameters.iter().filter(|(_, value)| !value.is_null() && value.as_array().is_none_or(|a| !a.is_empty()));
    Control {
        info,
        // At most 32 of 64 characters.
        requirements: info
            .mappings
            .iter()
            .take(32)
            .map(|m| short(&format!("{} {}", m.framework, m.id), 64).into_owned())
            .collect(),
        parameters: stated
            .map(|(name, value)| Parameter { name: of_length(name, 256).into_owned(), value: values(value) })
            .collect(),
    }
}

/// AWS takes no empty text.
fn of_length(text: &str, most: usize) -> Cow<'_, str> {
    if text.trim().is_empty() { Cow::Borrowed("-") } else { short(text, most) }
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

fn finding<'a>(verdict: &'a Verdict, control: Option<&'a Control<'a>>, frame: &Frame<'a>) -> Finding<'a> {
    let (subject, reason) = (&verdict.subject, &verdict.reason);
    let account = resource::account(subject).unwrap_or(frame.account);
    let region = resource::region(subject).unwrap_or(frame.region);
    let resource = Resource::of(subject);
    let title = control.map_or(verdict.control.as_str(), |c| &c.info.title);
    let (since, as_of) = (of_length(&verdict.since, 64), of_length(&frame.report.run.as_of, 64));
    let text = match (verdict.status, control) {
        (Status::NonCompliant, Some(control)) => advice::fitting(control.info, 512),
        _ => short(&advice::pointer(&verdict.control), 512).into_owned(),
    };
    Finding {
        schema_version: "2018-10-08",
        id: format!("vaultrail/{}", short(&verdict.uid, 400)),
        product_arn: format!("arn:{}:securityhub:{region}:{account}:product/{account}/default", resource.partition),
        product_name: "vaultrail",
        company_name: "vaultrail",
        region,
        generator_id: format!("vaultrail/{}", short(&verdict.control, 400)),
        aws_account_id: account,
        types: ["Software and Configuration Checks/Industry and Regulatory Standards"],
        first_observed_at: since.clone(),
        last_observed_at: as_of.clone(),
        created_at: since,
        updated_at: as_of,
        severity: Grade {
            label: if verdict.status == Status::NonCompliant { label(verdict.severity) } else { "INFORMATIONAL" },
            original: verdict.severity.name(),
        },
        title: of_length(title, 256),
        description: of_length(&reason.message, 1_024),
        remediation: Remediation { recommendation: Recommendation { text } },
        product_fields: fields(verdict, frame),
        resources: [Affected {
            kind: resource.finding_type,
            id: resource_id(subject, resource),
            partition: resource.partition,
            region,
        }],
        compliance: compliance(verdict, control),
        workflow: Workflow {
            status: match verdict.status {
                Status::NonCompliant if verdict.exception.is_some() => "SUPPRESSED",
                Status::NonCompliant | Status::InsufficientData => "NEW",
                Status::Compliant | Status::NotApplicable => "RESOLVED",
            },
        },
        record_state: "ACTIVE",
    }
}

/// AWS wants the id of an account as `AWS::::Account:111122223333`.
fn resource_id<'a>(subject: &Subject, resource: Resource<'a>) -> Cow<'a, str> {
    match resource.finding_type {
        "AwsAccount" => Cow::Owned(format!("AWS::::Account:{}", resource::account(subject).unwrap_or(resource.arn))),
        _ => of_length(resource.arn, 512),
    }
}

fn compliance<'a>(verdict: &'a Verdict, control: Option<&'a Control<'a>>) -> Compliance<'a> {
    let reason = |code: &'a str, told: &'a str| StatusReason {
        reason_code: of_length(code, 100),
        description: of_length(told, 1_024),
    };
    let own = reason(&verdict.reason.code, &verdict.reason.message);
    let (status, status_reasons) = match verdict.status {
        Status::Compliant => ("PASSED", vec![own]),
        Status::NonCompliant => ("FAILED", vec![own]),
        Status::InsufficientData => {
            ("NOT_AVAILABLE", vec![reason("INSUFFICIENT_DATA", "The evidence does not decide."), own])
        }
        Status::NotApplicable => ("NOT_AVAILABLE", vec![reason("NOT_APPLICABLE", "There is nothing to judge."), own]),
    };
    Compliance {
        status,
        status_reasons,
        security_control_id: of_length(&verdict.control, 256),
        related_requirements: control.map_or(&[], |c| &c.requirements),
        security_control_parameters: control.map_or(&[], |c| &c.parameters),
    }
}

/// What the format has no member for; values of at most 2,048 characters.
fn fields<'a>(verdict: &'a Verdict, frame: &Frame<'a>) -> BTreeMap<&'static str, Cow<'a, str>> {
    let subject = &verdict.subject;
    let json = |map: &Map<String, Value>| Cow::Owned(short(&super::json::compact(map), 2_048).into_owned());
    let mut fields: BTreeMap<&'static str, Cow<'a, str>> = BTreeMap::from([
        ("vaultrail/Uid", of_length(&verdict.uid, 2_048)),
        ("vaultrail/Status", verdict.status.name().into()),
        ("vaultrail/SubjectKind", of_length(&subject.kind, 2_048)),
        ("vaultrail/SubjectId", of_length(&subject.id, 2_048)),
        ("vaultrail/Confidence", of_length(&verdict.confidence, 2_048)),
        ("vaultrail/Observed", json(&verdict.reason.observed)),
        ("vaultrail/Expected", json(&verdict.reason.expected)),
        ("vaultrail/Version", of_length(&frame.report.tool.version, 2_048)),
    ]);
    if let Some(told) = frame.changes.told(&verdict.uid) {
        fields.insert("vaultrail/Change", short(&told, 2_048).into_owned().into());
    }
    if let Some(exception) = &verdict.exception {
        let told = format!("{} (owner {}, until {})", exception.reason, exception.owner, exception.expires);
        fields.insert("vaultrail/Exception", short(&told, 2_048).into_owned().into());
    }
    fields
}
