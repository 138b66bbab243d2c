//! Conditions: operators with their traps, three-valued.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use super::context::{Held, held};
use super::document::Version;
use super::pattern::Pattern;
use super::principal::Known;
use super::{Probe, Reach};

/// One key under one operator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// As written: `ForAnyValue:StringLikeIfExists`.
    pub written: String,
    /// As written: `aws:PrincipalArn`.
    pub key: String,
    /// Numbers and truth values as text.
    pub values: Vec<String>,
    /// The operator; `None`: not one that AWS documents, so nobody knows when it holds.
    pub operator: Option<Operator>,
}

/// An operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`.
    pub set: Option<Set>,
    /// What is compared.
    pub test: Test,
    /// `…Not…`.
    pub negated: bool,
    /// `…IfExists`: holds where the request has no such key.
    pub if_exists: bool,
}

/// How many of a key's values must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// All: also where the request has none.
    ForAllValues,
    /// At least one: never where the request has none, not even negated.
    ForAnyValue,
}

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// `StringEquals`: `*` is a character like any other.
    Equals,
    /// `StringEqualsIgnoreCase`.
    EqualsIgnoreCase,
    /// `StringLike`.
    Like,
    /// `ArnEquals` and `ArnLike`, which are the same.
    Arn,
    /// `Bool`.
    Bool,
    /// `Null`: `true` holds where the request has no such key.
    Null,
    /// Numbers, dates, binary values, addresses: not compared. Whether the key is there still decides.
    Opaque,
}

impl Operator {
    fn read(written: &str) -> Option<Self> {
        let (set, rest) = match written.split_once(':') {
            None => (None, written),
            Some(("ForAllValues", rest)) => (Some(Set::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(Set::ForAnyValue), rest),
            Some(_) => return None,
        };
        let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
        let (test, negated) = match base {
            "StringEquals" => (Test::Equals, false),
            "StringNotEquals" => (Test::Equals, true),
            "StringEqualsIgnoreCase" => (Test::EqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Test::EqualsIgnoreCase, true),
            "StringLike" => (Test::Like, false),
            "StringNotLike" => (Test::Like, true),
            "ArnEquals" | "ArnLike" => (Test::Arn, false),
            "ArnNotEquals" | "ArnNotLike" => (Test::Arn, true),
            "Bool" => (Test::Bool, false),
            "Null" if !if_exists && set.is_none() => (Test::Null, false),
            "NumericEquals"
            | "NumericLessThan"
            | "NumericLessThanEquals"
            | "NumericGreaterThan"
            | "NumericGreaterThanEquals"
            | "DateEquals"
            | "DateLessThan"
            | "DateLessThanEquals"
            | "DateGreaterThan"
            | "DateGreaterThanEquals"
            | "BinaryEquals"
            | "IpAddress" => (Test::Opaque, false),
            "NumericNotEquals" | "DateNotEquals" | "NotIpAddress" => (Test::Opaque, true),
            _ => return None,
        };
        Some(Self { set, test, negated, if_exists })
    }
}

impl Condition {
    pub(super) fn read(written: &str, key: &str, values: Vec<String>) -> Self {
        Self { written: written.to_owned(), key: key.to_owned(), values, operator: Operator::read(written) }
    }

    /// Whether it holds.
    pub(super) fn holds(&self, probe: &Probe, known: &Known, version: &Version) -> Reach {
        let Some(operator) = self.operator else { return Reach::Possibly };
        let held = held(&self.key, probe, known);
        if operator.test == Test::Null {
            let wanted = |value: &String| match value.to_lowercase().as_str() {
                "true" => !held.present,
                "false" => held.present,
                _ => Reach::Possibly,
            };
            return self.values.iter().map(wanted).max().unwrap_or(Reach::Possibly);
        }
        let patterns: Vec<Pattern> =
            self.values.iter().map(|value| pattern(value, operator.test, probe, known, version)).collect();
        let one = |value: &Pattern| {
            let found = patterns.iter().map(|p| compare(operator.test, p, value, &held)).max().unwrap_or(Reach::Not);
            if operator.negated && operator.set.is_some() { !found } else { found }
        };
        let each = held.values.iter().map(one);
        let (there, missing) = match operator.set {
            Some(Set::ForAllValues) => (each.min().unwrap_or(Reach::Surely), true),
            Some(Set::ForAnyValue) => (each.max().unwrap_or(Reach::Not), operator.if_exists),
            None => {
                let any = each.max().unwrap_or(Reach::Not);
                (if operator.negated { !any } else { any }, operator.negated || operator.if_exists)
            }
        };
        let missing = if missing { Reach::Surely } else { Reach::Not };
        match held.present {
            Reach::Surely => there,
            Reach::Not => missing,
            Reach::Possibly if there == missing => there,
            Reach::Possibly => Reach::Possibly,
        }
    }
}

/// A value as the operator reads it: wildcards where it has them, policy variables where the language has them.
fn pattern(value: &str, test: Test, probe: &Probe, known: &Known, version: &Version) -> Pattern {
    let wildcards = matches!(test, Test::Like | Test::Arn);
    let pattern = match version {
        Version::V2008 if wildcards => Pattern::glob(value),
        Version::V2008 => Pattern::exact(value),
        _ => Pattern::with_variables(value, wildcards, |key| variable(key, probe, known)),
    };
    if matches!(test, Test::EqualsIgnoreCase | Test::Bool) { pattern.fold() } else { pattern }
}

/// What a policy variable stands for, where that is known.
pub(super) fn variable(key: &str, probe: &Probe, known: &Known) -> Option<String> {
    held(key, probe, known).literal()
}

fn compare(test: Test, pattern: &Pattern, value: &Pattern, held: &Held) -> Reach {
    let found = match test {
        Test::Opaque | Test::Null => return Reach::Possibly,
        Test::Arn if !pattern.is_arn() => return Reach::Possibly,
        Test::Arn => pattern.matches_arn(value),
        Test::EqualsIgnoreCase | Test::Bool => pattern.matches(&value.clone().fold()),
        Test::Equals | Test::Like => pattern.matches(value),
    };
    let excluded = found == Reach::Possibly && held.except.iter().any(|except| except.covers(pattern));
    if excluded { Reach::Not } else { found }
}
