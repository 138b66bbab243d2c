//! A framework of AWS Backup Audit Manager, as `CreateFramework` takes it and `DescribeFramework` gives it: each of its
//! controls becomes one of ours, with its parameters and its scope. What AWS would refuse is an error with its place.
//!
//! AWS's documentation and answers are not always of one mind; all of these are read: statuses in each other's place, tags
//! as a map or as a list, resource types in short and as in CloudFormation, and a control with an empty name, which is how
//! the sample answer for `RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT` has it
//! (<https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-frameworks-api.html>).

use super::narrow::Narrow;
use super::params::{hint, nearest};
use super::preset::{AwsControl, AwsKind, AwsParameter, Chosen, Preset, ScopeBy};
use crate::arn::{AccountId, Arn};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// AWS's quota: controls in an account and Region, and so in a framework.
const MOST_CONTROLS: usize = 50;
/// Of `ComplianceResourceIds`.
const MOST_IDS: usize = 100;
/// The control whose sample answer has an empty name.
const NAMELESS: &str = "RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT";

/// Resource types as AWS Backup names them, and as AWS Config does.
const TYPES: [(&str, &str); 17] = [
    ("Aurora", "AWS::RDS::DBCluster"),
    ("CloudFormation", "AWS::CloudFormation::Stack"),
    ("DocumentDB", "AWS::DocDB::DBCluster"),
    ("DynamoDB", "AWS::DynamoDB::Table"),
    ("EBS", "AWS::EC2::Volume"),
    ("EC2", "AWS::EC2::Instance"),
    ("EFS", "AWS::EFS::FileSystem"),
    ("EKS", "AWS::EKS::Cluster"),
    ("FSx", "AWS::FSx::FileSystem"),
    ("Neptune", "AWS::Neptune::DBCluster"),
    ("RDS", "AWS::RDS::DBInstance"),
    ("Redshift", "AWS::Redshift::Cluster"),
    ("S3", "AWS::S3::Bucket"),
    ("SAP HANA on Amazon EC2", "AWS::SystemsManagerSAP::Application"),
    ("Storage Gateway", "AWS::StorageGateway::Volume"),
    ("Timestream", "AWS::Timestream::Table"),
    ("VirtualMachine", "AWS::BackupGateway::VirtualMachine"),
];
/// Types of what AWS evaluates rather than of what is backed up: they narrow nothing.
const EVALUATED: &str = "AWS::Backup::";

/// A framework.
#[derive(Debug, Clone)]
pub struct Framework {
    /// `FrameworkName`.
    pub name: Option<String>,
    /// `FrameworkArn`.
    pub arn: Option<String>,
    /// Its controls, in their order.
    pub controls: Vec<Asked>,
    /// What could not be taken as it stands.
    pub notes: Vec<String>,
}

/// A control of a framework.
#[derive(Debug, Clone)]
pub struct Asked {
    /// AWS's control and ours.
    pub chosen: Chosen,
    /// Parameters in force: those of the framework and AWS's defaults.
    pub parameters: BTreeMap<String, Value>,
    /// Its scope.
    pub narrow: Narrow,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Document<'a> {
    framework_name: Option<String>,
    framework_arn: Option<String>,
    #[serde(borrow)]
    framework_controls: Vec<ControlText<'a>>,
    #[serde(rename = "FrameworkDescription")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "FrameworkTags")]
    _tags: Option<IgnoredAny>,
    #[serde(rename = "IdempotencyToken")]
    _token: Option<IgnoredAny>,
    #[serde(rename = "CreationTime")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "DeploymentStatus")]
    _deployment: Option<IgnoredAny>,
    #[serde(rename = "FrameworkStatus")]
    _status: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ControlText<'a> {
    #[serde(borrow)]
    control_name: &'a RawValue,
    #[serde(borrow)]
    control_input_parameters: Option<Vec<ParameterText<'a>>>,
    #[serde(borrow)]
    control_scope: Option<ScopeText<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ParameterText<'a> {
    #[serde(borrow)]
    parameter_name: &'a RawValue,
    #[serde(borrow)]
    parameter_value: &'a RawValue,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ScopeText<'a> {
    compliance_resource_ids: Option<Vec<String>>,
    #[serde(borrow)]
    compliance_resource_types: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
}

/// The text, for places in it.
struct Source<'a>(&'a str);

impl Source<'_> {
    /// `line 12, column 5: …`.
    fn at(&self, piece: &RawValue, problem: &str) -> String {
        let offset = (piece.get().as_ptr() as usize).saturating_sub(self.0.as_ptr() as usize);
        let before = self.0.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        format!("line {line}, column {column}: {problem}")
    }

    fn text(&self, piece: &RawValue, what: &str) -> Result<String, String> {
        serde_json::from_str(piece.get()).map_err(|_| self.at(piece, &format!("{what} must be text, in quotes")))
    }
}

impl Framework {
    /// Reads a framework; errors say where, and name the nearest that exists.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let document: Document<'_> = serde_json::from_str(text).map_err(|cause| {
            let told = cause.to_string();
            let message = told.rsplit_once(" at line").map_or(told.as_str(), |(message, _)| message);
            format!("line {}, column {}: {message}{}", cause.line(), cause.column(), hint(message))
        })?;
        let (source, count) = (Source(text), document.framework_controls.len());
        if count == 0 {
            return Err("FrameworkControls is empty: AWS wants at least one control".into());
        }
        if let Some(first_too_many) = document.framework_controls.get(MOST_CONTROLS) {
            let problem = format!("{count} controls; AWS allows {MOST_CONTROLS} in an account and Region");
            return Err(source.at(first_too_many.control_name, &problem));
        }
        let known = Preset::find(super::preset::AUDIT_MANAGER)?;
        let mut framework = Self {
            name: document.framework_name,
            arn: document.framework_arn,
            controls: Vec::new(),
            notes: Vec::new(),
        };
        for written in &document.framework_controls {
            framework.add(written, &known, &source)?;
        }
        Ok(framework)
    }

    fn add(&mut self, written: &ControlText<'_>, known: &Preset, source: &Source<'_>) -> Result<(), String> {
        let mut name = source.text(written.control_name, "ControlName")?;
        if name.is_empty() {
            let problem = format!("ControlName is empty; taken for {NAMELESS}, as AWS's sample answer has it");
            self.notes.push(source.at(written.control_name, &problem));
            name = NAMELESS.into();
        }
        let of_aws = |c: &&Chosen| c.aws.as_ref().is_some_and(|aws| aws.name == name);
        let names = || known.controls.iter().filter_map(|c| c.aws.as_ref().map(|aws| aws.name.as_str()));
        let Some((mut chosen, aws)) =
            known.controls.iter().find(of_aws).and_then(|c| Some((c.clone(), c.aws.as_ref()?)))
        else {
            let near = nearest(&name, names()).map(|n| format!("did you mean {n}? ")).unwrap_or_default();
            let all = names().collect::<Vec<_>>().join(", ");
            return Err(source.at(written.control_name, &format!("AWS has no control {name:?}; {near}known are {all}")));
        };
        let parameters = parameters(aws, written, source)?;
        let narrow = self.scope(aws, written, source)?;
        let same = |asked: &&Asked| asked.chosen.aws.as_ref().is_some_and(|other| other.name == name);
        let before: Vec<&Asked> = self.controls.iter().filter(same).collect();
        if before.iter().any(|asked| asked.parameters == parameters && asked.narrow == narrow) {
            self.notes
                .push(source.at(written.control_name, &format!("{name} is here before, the same in all: judged once")));
            return Ok(());
        }
        if !before.is_empty() {
            let number = before.len() + 1;
            let variant = chosen.variant.map_or_else(|| number.to_string(), |word| format!("{word}-{number}"));
            chosen.variant = Some(variant);
            let problem = format!("{name} is here before; this one is reported as {}", chosen.reported());
            self.notes.push(source.at(written.control_name, &problem));
        }
        self.controls.push(Asked { chosen, parameters, narrow });
        Ok(())
    }

    fn scope(&mut self, aws: &AwsControl, written: &ControlText<'_>, source: &Source<'_>) -> Result<Narrow, String> {
        let none = ScopeText::default();
        let scope = written.control_scope.as_ref().unwrap_or(&none);
        let here = |problem: &str| source.at(written.control_name, &format!("{}: {problem}", aws.name));
        let ids = scope.compliance_resource_ids.clone().unwrap_or_default();
        if ids.len() > MOST_IDS {
            return Err(here(&format!("{} ComplianceResourceIds; AWS allows {MOST_IDS}", ids.len())));
        }
        let mut types = Vec::new();
        for written in scope.compliance_resource_types.iter().flatten() {
            types.extend(resource_type(written, source)?);
        }
        let narrowed = |by: ScopeBy, some: bool| some && !aws.scope.contains(&by);
        if narrowed(ScopeBy::Type, !types.is_empty()) {
            self.notes.push(here("AWS does not narrow this control by resource type; all are judged"));
            types.clear();
        }
        if narrowed(ScopeBy::Resource, !ids.is_empty()) {
            self.notes
                .push(here("AWS does not narrow this control to single resources; only these are judged all the same"));
        }
        let tag = scope.tags.map(|tags| one_tag(tags, source)).transpose()?.flatten();
        let narrow = Narrow { ids, types, tag };
        if narrowed(ScopeBy::Tag, narrow.tag.is_some()) {
            self.notes.push(here("AWS does not narrow this control by tag; only what has it is judged all the same"));
        }
        if let Some(tag) = narrow.tag() {
            self.notes
                .push(here(&format!("in its scope by the tag {tag} is also what no inventory lists the tags of")));
        }
        Ok(narrow)
    }
}

/// A resource type as AWS Backup names it; `None` where it narrows nothing.
fn resource_type(written: &RawValue, source: &Source<'_>) -> Result<Option<String>, String> {
    let name = source.text(written, "a resource type")?;
    if name.starts_with(EVALUATED) {
        return Ok(None);
    }
    let same = |known: &str| known.eq_ignore_ascii_case(&name) || known.replace(' ', "").eq_ignore_ascii_case(&name);
    if let Some((short, _)) = TYPES.iter().find(|(short, long)| same(short) || same(long)) {
        return Ok(Some((*short).to_owned()));
    }
    let near = nearest(&name, TYPES.iter().flat_map(|(short, long)| [*short, *long]));
    let near = near.map(|n| format!("did you mean {n}? ")).unwrap_or_default();
    let all: Vec<&str> = TYPES.iter().map(|(short, _)| *short).collect();
    Err(source.at(written, &format!("AWS Backup has no resource type {name:?}; {near}known are {}", all.join(", "))))
}

/// Key and value; AWS allows one pair, as a map or as a list of `Key` and `Value`.
fn one_tag(written: &RawValue, source: &Source<'_>) -> Result<Option<(String, String)>, String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let pairs: Vec<(String, String)> = match serde_json::from_str(written.get()) {
        Ok(Value::Null) => Vec::new(),
        Ok(Value::Object(map)) => map.iter().map(|(key, value)| (key.clone(), text(Some(value)))).collect(),
        Ok(Value::Array(list)) => list.iter().map(|pair| (text(pair.get("Key")), text(pair.get("Value")))).collect(),
        _ => return Err(source.at(written, "Tags must be a map, or a list of Key and Value")),
    };
    match pairs.as_slice() {
        [] => Ok(None),
        [pair] => Ok(Some(pair.clone())),
        more => Err(source.at(written, &format!("{} tags; AWS allows one pair", more.len()))),
    }
}

/// The parameters in force: as written, or AWS's defaults.
fn parameters(
    aws: &AwsControl,
    written: &ControlText<'_>,
    source: &Source<'_>,
) -> Result<BTreeMap<String, Value>, String> {
    let mut given: BTreeMap<&str, (&RawValue, String)> = BTreeMap::new();
    for parameter in written.control_input_parameters.iter().flatten() {
        let name = source.text(parameter.parameter_name, "ParameterName")?;
        let Some(known) = aws.parameters.iter().find(|p| p.name == name) else {
            let near = nearest(&name, aws.parameters.iter().map(|p| p.name.as_str()));
            let near = near.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            return Err(source.at(parameter.parameter_name, &format!("{} has no parameter {name:?}{near}", aws.name)));
        };
        let value = source.text(parameter.parameter_value, "ParameterValue")?;
        if given.insert(&known.name, (parameter.parameter_value, value)).is_some() {
            return Err(source.at(parameter.parameter_name, &format!("{}: {name} is given twice", aws.name)));
        }
    }
    let text_of = |name: &str| given.get(name).map(|(_, text)| text.clone());
    in_force(aws, text_of).map_err(|(name, problem)| {
        let (at, told) = (given.get(name.as_str()), format!("{}.{name}: {problem}", aws.name));
        at.map_or_else(|| source.at(written.control_name, &told), |(piece, _)| source.at(piece, &told))
    })
}

/// AWS's parameters as ours: the texts that are given, else the defaults. An error names the parameter.
pub fn in_force(
    aws: &AwsControl,
    given: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Value>, (String, String)> {
    let text = |p: &AwsParameter| given(&p.name).or_else(|| p.default.clone());
    let mut values = BTreeMap::new();
    for parameter in &aws.parameters {
        let unit =
            parameter.unit.as_ref().and_then(|name| aws.parameters.iter().find(|p| p.name == *name)).and_then(text);
        let Some(text) = text(parameter) else { continue };
        let value = value(parameter, text.trim(), unit.as_deref()).map_err(|why| (parameter.name.clone(), why))?;
        values.extend(value.map(|value| (parameter.name.clone(), value)));
    }
    Ok(values)
}

/// The value of a text, within AWS's bounds; an empty list is none.
fn value(parameter: &AwsParameter, text: &str, unit: Option<&str>) -> Result<Option<Value>, String> {
    match parameter.kind {
        AwsKind::Integer => whole_number(parameter, text, unit).map(|number| Some(Value::from(number))),
        AwsKind::Word => {
            let words = parameter.values.as_deref().unwrap_or_default();
            if words.iter().any(|word| word == text) {
                return Ok(Some(Value::from(text)));
            }
            let near = nearest(text, words.iter().map(String::as_str))
                .map(|n| format!("did you mean {n}? "))
                .unwrap_or_default();
            Err(format!("{text:?} is none of AWS's words; {near}known are {}", words.join(", ")))
        }
        AwsKind::Roles | AwsKind::Accounts | AwsKind::Regions => {
            let items: Vec<&str> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
            if let Some(most) = parameter.most.filter(|most| items.len() > *most) {
                return Err(format!("{} items; AWS allows {most}", items.len()));
            }
            if let Some(odd) = items.iter().find(|item| !is_a(parameter.kind, item)) {
                return Err(format!("{odd:?} is no {}", demanded(parameter.kind)));
            }
            Ok((!items.is_empty()).then(|| Value::from(items)))
        }
    }
}

fn whole_number(parameter: &AwsParameter, text: &str, unit: Option<&str>) -> Result<i64, String> {
    let number: i64 = text.parse().map_err(|_| format!("{text:?} is no whole number"))?;
    let of_unit = parameter.bounds.as_ref().zip(unit).and_then(|(bounds, unit)| bounds.get(unit));
    let [low, high] =
        of_unit.copied().unwrap_or([parameter.min.unwrap_or(i64::MIN), parameter.max.unwrap_or(i64::MAX)]);
    if (low..=high).contains(&number) {
        return Ok(number);
    }
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    Err(format!("{number} is out of AWS's bounds: {low} to {high}{unit}"))
}

fn is_a(kind: AwsKind, item: &str) -> bool {
    match kind {
        AwsKind::Roles => Arn::parse(item).is_some_and(|arn| arn.service == "iam" && arn.resource.starts_with("role/")),
        AwsKind::Accounts => AccountId::parse(item).is_some(),
        AwsKind::Regions => {
            let parts: Vec<&str> = item.split('-').collect();
            let ends_in_a_number = parts.last().is_some_and(|end| end.parse::<u8>().is_ok());
            parts.len() >= 3
                && ends_in_a_number
                && item.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        }
        AwsKind::Integer | AwsKind::Word => true,
    }
}

fn demanded(kind: AwsKind) -> &'static str {
    match kind {
        AwsKind::Roles => "ARN of an IAM role",
        AwsKind::Accounts => "account id: twelve digits",
        AwsKind::Regions => "Region, such as eu-west-1",
        AwsKind::Integer => "whole number",
        AwsKind::Word => "known word",
    }
}
