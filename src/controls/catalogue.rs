//! Frameworks of requirements (`rules/frameworks/<name>.toml`): what their ids look like and which there are. Which control
//! speaks to which of them stands on the control's page; who else says so stands here.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! texts {
    ($($name:literal),* $(,)?) => {
        /// Every framework as text, by the name of its file.
        pub const TEXTS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/frameworks/", $name, ".toml")))),*];
    };
}

texts! {
    "acsc-ism",
    "aws-backup-audit-manager",
    "cis-8.1",
    "cis-aws-7.0",
    "dora",
    "hipaa",
    "iso-27001-2022",
    "nist-800-53-r5",
    "nist-csf-2.0",
    "pci-dss-4.0.1",
    "soc2",
}

/// A framework.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// `NIST-800-53-r5`, as mappings name it; the file's name is the same in small letters.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its edition.
    pub version: String,
    /// Who wrote it.
    pub publisher: String,
    /// Where it can be had.
    pub source: String,
    /// Which part of it `ids` holds.
    pub about: String,
    /// The form of its ids: a regular expression.
    pub pattern: String,
    /// Whether every control must speak to it, or say why it does not.
    #[serde(default)]
    pub every_control: bool,
    /// Its requirements.
    pub ids: Vec<String>,
    /// Why controls do not speak to it.
    #[serde(default)]
    pub unmapped: Vec<Unmapped>,
    /// Mappings that somebody has published; all others are our own.
    #[serde(default)]
    pub published: Vec<Published>,
    /// Titles of requirements.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
}

/// Controls that do not speak to a framework.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unmapped {
    /// Why.
    pub reason: String,
    /// Which.
    pub controls: Vec<String>,
}

/// A mapping that somebody has published.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The control.
    pub control: String,
    /// The requirement.
    pub id: String,
    /// Who, and in what.
    pub by: String,
}

impl Catalogue {
    /// Reads a framework; errors name the line.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// All frameworks, by name.
    pub fn all() -> Result<Vec<Self>, String> {
        let each = TEXTS
            .iter()
            .map(|(name, text)| Self::parse(text).map_err(|cause| format!("rules/frameworks/{name}.toml: {cause}")));
        let mut all = each.collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// Who has published that a control speaks to a requirement; `None`: the mapping is our own.
    pub fn published_by(&self, control: &str, id: &str) -> Option<&str> {
        self.published.iter().find(|p| p.control == control && p.id == id).map(|p| p.by.as_str())
    }
}
