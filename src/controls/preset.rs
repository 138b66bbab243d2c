//! Presets (`rules/presets/<name>.toml`): controls that belong together, with their parameters. Data, not code.

use super::params::nearest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The preset whose controls are those of AWS Backup Audit Manager, and what AWS allows in a framework.
pub const AUDIT_MANAGER: &str = "aws-backup-audit-manager";

macro_rules! texts {
    ($($name:literal),* $(,)?) => {
        /// Every preset as text, by name.
        pub const TEXTS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/presets/", $name, ".toml")))),*];
    };
}

texts! { "aws-backup-audit-manager", "ci-gate", "forensic", "lag-baseline" }

/// A preset.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// As after `--preset`; the file's name.
    pub name: String,
    /// One line.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Pages that it follows.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Its controls.
    pub controls: Vec<Chosen>,
}

/// A control that is chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The control.
    pub id: String,
    /// Where one control is judged several times: what tells this time from the others. Reported as `CPY-01/any`.
    pub variant: Option<String>,
    /// Parameters that differ from the page's defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, toml::Value>,
    /// The control of AWS Backup Audit Manager that asks the same.
    pub aws: Option<AwsControl>,
}

impl Chosen {
    /// The id under which it is reported.
    pub fn reported(&self) -> String {
        self.variant.as_ref().map_or_else(|| self.id.clone(), |variant| format!("{}/{variant}", self.id))
    }
}

/// A control of AWS Backup Audit Manager.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsControl {
    /// `ControlName`.
    pub name: String,
    /// Its title in the console.
    pub title: String,
    /// How its scope may be narrowed.
    pub scope: Vec<ScopeBy>,
    /// Its parameters.
    #[serde(default)]
    pub parameters: Vec<AwsParameter>,
}

/// How AWS lets the scope of a control be narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScopeBy {
    /// `ComplianceResourceTypes`.
    Type,
    /// `Tags`.
    Tag,
    /// `ComplianceResourceIds`.
    Resource,
}

/// A parameter of such a control; AWS writes every value as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsParameter {
    /// `ParameterName`; the parameter of our control has the same name.
    pub name: String,
    /// What its text is.
    #[serde(rename = "type")]
    pub kind: AwsKind,
    /// AWS's default.
    pub default: Option<String>,
    /// Smallest value.
    pub min: Option<i64>,
    /// Largest value.
    pub max: Option<i64>,
    /// The parameter that holds its unit.
    pub unit: Option<String>,
    /// Smallest and largest value in each unit.
    pub bounds: Option<BTreeMap<String, [i64; 2]>>,
    /// Allowed words.
    pub values: Option<Vec<String>>,
    /// Items of a list at most.
    pub most: Option<usize>,
}

/// What the text of a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AwsKind {
    /// A whole number.
    Integer,
    /// One of `values`.
    Word,
    /// ARNs of IAM roles, comma-separated.
    Roles,
    /// Account ids, comma-separated.
    Accounts,
    /// Regions, comma-separated.
    Regions,
}

impl Preset {
    /// Reads a preset; errors name the line.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The preset with this name, or an error that names the nearest.
    pub fn find(name: &str) -> Result<Self, String> {
        let known = || TEXTS.iter().map(|(known, _)| *known);
        let Some((_, text)) = TEXTS.iter().find(|(known, _)| *known == name) else {
            let near = nearest(name, known()).map(|n| format!("did you mean {n}? ")).unwrap_or_default();
            return Err(format!(
                "there is no preset {name:?}; {near}known are {}",
                known().collect::<Vec<_>>().join(", ")
            ));
        };
        Self::parse(text).map_err(|cause| format!("rules/presets/{name}.toml: {cause}"))
    }

    /// All presets, by name.
    pub fn all() -> Result<Vec<Self>, String> {
        TEXTS.iter().map(|(name, _)| Self::find(name)).collect()
    }
}
