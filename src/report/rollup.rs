//! Verdicts by requirement: each framework's requirements with the controls that speak to them, the worst verdict first.

use super::wire::{ControlInfo, FrameworkInfo, RequirementControl, RequirementInfo, Status};
use crate::controls::catalogue::Catalogue;
use std::collections::BTreeMap;

/// What outweighs what.
const WORST_FIRST: [Status; 4] =
    [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];

/// The frameworks to which the controls speak, by name; requirements by id.
pub fn frameworks(controls: &[ControlInfo], catalogues: &[Catalogue]) -> Vec<FrameworkInfo> {
    let mut speaking: BTreeMap<&str, BTreeMap<&str, Vec<&ControlInfo>>> = BTreeMap::new();
    for control in controls {
        for mapping in &control.mappings {
            speaking.entry(&mapping.framework).or_default().entry(&mapping.id).or_default().push(control);
        }
    }
    let known = |name: &str| catalogues.iter().find(|catalogue| catalogue.name == name);
    speaking.into_iter().map(|(name, requirements)| framework(name, known(name), &requirements)).collect()
}

fn framework(name: &str, known: Option<&Catalogue>, all: &BTreeMap<&str, Vec<&ControlInfo>>) -> FrameworkInfo {
    let requirements: Vec<RequirementInfo> =
        all.iter().map(|(id, controls)| requirement(id, controls, known)).collect();
    let mut counts = none();
    for requirement in &requirements {
        *counts.entry(requirement.status).or_default() += 1;
    }
    FrameworkInfo {
        name: name.to_owned(),
        title: known.map_or(name, |k| &k.title).to_owned(),
        version: known.map(|k| k.version.clone()).unwrap_or_default(),
        source: known.map(|k| k.source.clone()).unwrap_or_default(),
        status: worst(&counts),
        counts,
        requirements,
    }
}

fn requirement(id: &str, controls: &[&ControlInfo], known: Option<&Catalogue>) -> RequirementInfo {
    let mut counts = none();
    for (status, count) in controls.iter().flat_map(|control| &control.counts) {
        *counts.entry(*status).or_default() += count;
    }
    let speaks = |control: &&ControlInfo| {
        let of = control.id.split('/').next().unwrap_or(&control.id);
        let published_by = known.and_then(|k| k.published_by(of, id)).map(str::to_owned);
        RequirementControl { id: control.id.clone(), published_by }
    };
    RequirementInfo {
        id: id.to_owned(),
        title: known.and_then(|k| k.titles.get(id).cloned()),
        status: worst(&counts),
        counts,
        controls: controls.iter().map(speaks).collect(),
    }
}

fn none() -> BTreeMap<Status, u64> {
    Status::ALL.into_iter().map(|status| (status, 0)).collect()
}

fn worst(counts: &BTreeMap<Status, u64>) -> Status {
    let some = |status: &Status| counts.get(status).is_some_and(|count| *count > 0);
    WORST_FIRST.into_iter().find(some).unwrap_or(Status::NotApplicable)
}
