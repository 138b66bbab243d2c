//! The manual page of a control, with all that is said of it elsewhere: requirements, presets, fixtures.

use super::wire::Status;
use crate::controls::Control;
use crate::controls::catalogue::Catalogue;
use crate::controls::preset::Preset;
use crate::controls::rule::Rule;
use serde::Serialize;
use std::collections::BTreeMap;

/// Fixtures by control and status, made from `fixtures/controls/*/*/case.toml`.
const FIXTURES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/fixtures.json"));

/// Fixtures by control and status.
type Fixtures = BTreeMap<String, BTreeMap<Status, Vec<String>>>;

/// A manual page (`vaultrail.control/1`).
#[derive(Debug, Serialize)]
pub struct Manual<'c> {
    /// `vaultrail.control/1`.
    pub schema: &'static str,
    /// The control's own page.
    #[serde(flatten)]
    pub rule: &'c Rule,
    /// Requirements of frameworks that it speaks to.
    pub mappings: Vec<Requirement<'c>>,
    /// Frameworks that it does not speak to, with the reason.
    pub unmapped: BTreeMap<&'c str, &'c str>,
    /// Presets that choose it.
    pub presets: Vec<Choice<'c>>,
    /// Folders under `fixtures/controls/<id>/` that show each status.
    pub fixtures: BTreeMap<Status, Vec<String>>,
    /// The page.
    pub page: String,
    /// The judge.
    pub judge: String,
}

/// A requirement.
#[derive(Debug, Serialize)]
pub struct Requirement<'c> {
    /// The framework.
    pub framework: &'c str,
    /// Its id there.
    pub id: &'c str,
    /// Its title, where known.
    pub title: Option<&'c str>,
    /// Who has published the mapping; `null`: it is our own.
    pub published_by: Option<&'c str>,
}

/// A preset that chooses the control.
#[derive(Debug, Serialize)]
pub struct Choice<'c> {
    /// The preset.
    pub preset: &'c str,
    /// The id under which the control is reported.
    pub reported: String,
    /// AWS's name for it.
    pub aws: Option<&'c str>,
    /// Parameters that differ from the page's defaults.
    pub parameters: BTreeMap<&'c str, serde_json::Value>,
}

impl<'c> Manual<'c> {
    /// The manual page of a control.
    pub fn of(control: &'c Control, presets: &'c [Preset], catalogues: &'c [Catalogue]) -> Self {
        let rule = &control.rule;
        Self {
            schema: "vaultrail.control/1",
            mappings: requirements(rule, catalogues),
            unmapped: unmapped(rule, catalogues),
            presets: presets.iter().flat_map(|preset| choices(rule, preset)).collect(),
            fixtures: fixtures().remove(&rule.id).unwrap_or_default(),
            page: format!("rules/controls/{}.toml", rule.name),
            judge: format!("src/controls/{}.rs", rule.name),
            rule,
        }
    }
}

/// Fixtures by control and status; a list that does not read as one is a bug that the tests find.
fn fixtures() -> Fixtures {
    serde_json::from_str(FIXTURES).unwrap_or_default()
}

fn requirements<'c>(rule: &'c Rule, catalogues: &'c [Catalogue]) -> Vec<Requirement<'c>> {
    let mut all: Vec<Requirement<'c>> = rule
        .mappings
        .iter()
        .map(|mapping| {
            let known = catalogues.iter().find(|catalogue| catalogue.name == mapping.framework);
            Requirement {
                framework: &mapping.framework,
                id: &mapping.id,
                title: known.and_then(|k| k.titles.get(&mapping.id)).map(String::as_str),
                published_by: known.and_then(|k| k.published_by(&rule.id, &mapping.id)),
            }
        })
        .collect();
    all.sort_by_key(|requirement| (requirement.framework, requirement.id));
    all
}

fn unmapped<'c>(rule: &Rule, catalogues: &'c [Catalogue]) -> BTreeMap<&'c str, &'c str> {
    let told = catalogues.iter().flat_map(|catalogue| {
        catalogue
            .unmapped
            .iter()
            .filter(|u| u.controls.contains(&rule.id))
            .map(|u| (catalogue.name.as_str(), u.reason.as_str()))
    });
    told.collect()
}

fn choices<'c>(rule: &Rule, preset: &'c Preset) -> Vec<Choice<'c>> {
    let chosen = preset.controls.iter().filter(|chosen| chosen.id == rule.id);
    let choice = |chosen: &'c crate::controls::preset::Chosen| {
        let own = chosen.parameters.iter().filter_map(|(name, v)| Some((name.as_str(), serde_json::to_value(v).ok()?)));
        let aws = chosen.aws.iter().flat_map(|aws| &aws.parameters);
        let aws = aws.filter_map(|p| Some((p.name.as_str(), serde_json::Value::from(p.default.clone()?))));
        Choice {
            preset: &preset.name,
            reported: chosen.reported(),
            aws: chosen.aws.as_ref().map(|aws| aws.name.as_str()),
            parameters: own.chain(aws).collect(),
        }
    };
    chosen.map(choice).collect()
}
