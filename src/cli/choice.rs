//! Which controls are judged and with which parameters: all of them, a preset, or a framework of AWS Backup Audit Manager;
//! then `--only` and `--skip`.
//!
//! A parameter is what the last of these says: the control's page, the preset, `[controls.<id>]`, the framework, `--set`.

use super::args::JudgeArgs;
use super::config::{Config, ControlTable};
use crate::controls::audit_manager::{self, Asked, Framework};
use crate::controls::narrow::Narrow;
use crate::controls::params::{Params, nearest};
use crate::controls::preset::{Chosen, Preset};
use crate::controls::{self, Control};
use crate::report::wire::{RunFramework, RunFrameworkControl, Severity};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A control with what is in force for it.
pub struct InForce {
    /// The control.
    pub control: Control,
    /// The id under which it is reported: its own, or `CPY-01/any` where it is judged once more with other parameters.
    pub id: String,
    /// Its parameters.
    pub params: Params,
    /// Its base severity.
    pub severity: Severity,
    /// Which of its subjects are judged.
    pub narrow: Narrow,
    /// Whether it is judged in this run.
    pub judged: bool,
}

impl InForce {
    fn of(control: Control, chosen: Option<&Chosen>) -> Result<Self, String> {
        let mut new = Self {
            id: control.rule.id.clone(),
            params: Params::defaults(&control.rule),
            severity: control.rule.severity,
            narrow: Narrow::default(),
            judged: false,
            control,
        };
        if let Some(chosen) = chosen {
            new.id = chosen.reported();
            new.control.rule.title = chosen.aws.as_ref().map_or(new.control.rule.title, |aws| aws.title.clone());
            new.preset(chosen)?;
        }
        Ok(new)
    }

    /// Whether a flag's id means this control: its own, or that of the control of which it is one time.
    fn is(&self, id: &str) -> bool {
        self.id == id || self.control.rule.id == id
    }

    fn preset(&mut self, chosen: &Chosen) -> Result<(), String> {
        for (name, value) in &chosen.parameters {
            let value = serde_json::to_value(value).map_err(|cause| cause.to_string())?;
            self.params.set(&self.control.rule, name, value).map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    fn values(&mut self, values: &BTreeMap<String, Value>) -> Result<(), String> {
        let mut each = values.iter();
        each.try_for_each(|(name, value)| self.params.set(&self.control.rule, name, value.clone()))
            .map_err(|e| e.to_string())
    }

    fn config(&mut self, table: &ControlTable) -> Result<(), String> {
        for (name, value) in &table.parameters {
            let value = serde_json::to_value(value).map_err(|cause| cause.to_string())?;
            self.params.set(&self.control.rule, name, value).map_err(|e| e.to_string())?;
        }
        self.severity = table.severity.unwrap_or(self.severity);
        Ok(())
    }
}

/// What was chosen.
pub struct Choice {
    /// Every control, and those that a preset or framework judges once more.
    pub controls: Vec<InForce>,
    /// The preset.
    pub preset: Option<String>,
    /// The framework.
    pub framework: Option<RunFramework>,
    /// What cannot be done as asked, for standard error.
    pub notes: Vec<String>,
}

/// Chooses; `stated` makes an error of the config name its file.
pub fn choose(args: &JudgeArgs, config: &Config, stated: impl Fn(String) -> String) -> Result<Choice, String> {
    let mut choice = Choice { controls: all()?, preset: None, framework: None, notes: Vec::new() };
    match (&args.preset, &args.framework) {
        (Some(name), _) => {
            choice.take_preset(name)?;
            choice.take_config(config).map_err(stated)?;
        }
        (None, Some(path)) => choice.take_framework(path, config, stated)?,
        (None, None) => {
            choice.controls.iter_mut().filter(|c| c.id == c.control.rule.id).for_each(|c| c.judged = true);
            choice.take_config(config).map_err(stated)?;
        }
    }
    choice.only_and_skip(args)?;
    for set in &args.set {
        apply_set(&mut choice.controls, set)?;
    }
    for control in &choice.controls {
        control.control.check_params(&control.params).map_err(|e| e.to_string())?;
    }
    choice.controls.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(choice)
}

/// Every control, and every further time that presets judge one.
fn all() -> Result<Vec<InForce>, String> {
    let known = controls::all()?;
    let mut all = Vec::with_capacity(known.len());
    let presets = Preset::all()?;
    let variants = presets.iter().flat_map(|p| &p.controls).filter(|chosen| chosen.variant.is_some());
    for chosen in variants {
        if let Some(control) = known.iter().find(|c| c.rule.id == chosen.id) {
            let mut more = InForce::of(control.clone(), Some(chosen))?;
            for (name, value) in aws_defaults(chosen)? {
                more.params.set(&more.control.rule, &name, value).map_err(|e| e.to_string())?;
            }
            all.push(more);
        }
    }
    for control in known {
        all.push(InForce::of(control, None)?);
    }
    Ok(all)
}

fn aws_defaults(chosen: &Chosen) -> Result<BTreeMap<String, Value>, String> {
    let defaults = chosen.aws.as_ref().map(|aws| audit_manager::in_force(aws, |_| None)).transpose();
    Ok(defaults.map_err(|(name, problem)| format!("{name}: {problem}"))?.unwrap_or_default())
}

impl Choice {
    fn find(&mut self, id: &str) -> Option<&mut InForce> {
        self.controls.iter_mut().find(|c| c.id == id)
    }

    fn take_preset(&mut self, name: &str) -> Result<(), String> {
        let preset = Preset::find(name).map_err(|problem| format!("--preset: {problem}"))?;
        for chosen in &preset.controls {
            let values = aws_defaults(chosen)?;
            let Some(control) = self.find(&chosen.reported()) else {
                self.notes.push(format!("preset {name}: {} is not in this version", chosen.id));
                continue;
            };
            control.judged = true;
            control.preset(chosen)?;
            control.values(&values)?;
        }
        self.preset = Some(preset.name);
        Ok(())
    }

    fn take_framework(
        &mut self,
        path: &Path,
        config: &Config,
        stated: impl Fn(String) -> String,
    ) -> Result<(), String> {
        let shown = path.display();
        let text =
            std::fs::read_to_string(path).map_err(|cause| format!("--framework: cannot read {shown}: {cause}"))?;
        let framework = Framework::parse(&text).map_err(|problem| format!("--framework {shown}: {problem}"))?;
        let mut notes: Vec<String> = framework.notes.clone();
        for asked in &framework.controls {
            self.make_room(asked)?;
        }
        self.take_config(config).map_err(stated)?;
        let mut told = Vec::new();
        for asked in &framework.controls {
            let (id, name) = (asked.chosen.reported(), asked.chosen.aws.as_ref().map(|aws| aws.name.clone()));
            let name = name.unwrap_or_default();
            let Some(control) = self.find(&id) else {
                notes.push(format!("{name}: {} is not in this version; not judged", asked.chosen.id));
                continue;
            };
            control.judged = true;
            control.preset(&asked.chosen)?;
            control.values(&asked.parameters)?;
            control.narrow = asked.narrow.clone();
            let tag = asked.narrow.tag();
            let Narrow { ids, types, .. } = asked.narrow.clone();
            told.push(RunFrameworkControl { name, control: id, resource_types: types, resource_ids: ids, tag });
        }
        if told.is_empty() {
            return Err(format!("--framework {shown}: {}", notes.join("; ")));
        }
        self.notes.extend(notes.iter().map(|note| format!("framework {shown}: {note}")));
        self.framework = Some(RunFramework { name: framework.name, arn: framework.arn, controls: told, notes });
        Ok(())
    }

    /// A control that a framework names more often than any preset.
    fn make_room(&mut self, asked: &Asked) -> Result<(), String> {
        let id = asked.chosen.reported();
        if self.find(&id).is_none()
            && let Some(base) = self.controls.iter().find(|c| c.id == asked.chosen.id)
        {
            let more = InForce::of(base.control.clone(), Some(&asked.chosen))?;
            self.controls.push(more);
        }
        Ok(())
    }

    fn take_config(&mut self, config: &Config) -> Result<(), String> {
        for (id, table) in &config.controls {
            match self.find(id) {
                Some(control) => control.config(table)?,
                None => return Err(no_control("[controls]", id, &self.controls)),
            }
        }
        Ok(())
    }

    fn only_and_skip(&mut self, args: &JudgeArgs) -> Result<(), String> {
        for (flag, chosen) in [("--only", &args.only), ("--skip", &args.skip)] {
            if let Some(unknown) = chosen.iter().find(|id| !self.controls.iter().any(|c| c.is(id))) {
                return Err(no_control(flag, unknown, &self.controls));
            }
        }
        if let Some(other) = args.only.iter().find(|id| !self.controls.iter().any(|c| c.is(id) && c.judged)) {
            return Err(format!("--only {other}: {} does not choose it", self.said()));
        }
        for control in &mut self.controls {
            let only = args.only.is_empty() || args.only.iter().any(|id| control.is(id));
            control.judged &= only && !args.skip.iter().any(|id| control.is(id));
        }
        if self.controls.iter().all(|control| !control.judged) {
            return Err("--only and --skip leave no control to judge".into());
        }
        Ok(())
    }

    fn said(&self) -> String {
        match (&self.preset, &self.framework) {
            (Some(preset), _) => format!("the preset {preset}"),
            (None, Some(_)) => "the framework".into(),
            (None, None) => "a run without --preset".into(),
        }
    }
}

fn no_control(place: &str, id: &str, controls: &[InForce]) -> String {
    let mut known: Vec<&str> = controls.iter().map(|c| c.id.as_str()).collect();
    known.sort_unstable();
    let near = nearest(id, known.iter().copied()).map(|n| format!("did you mean {n}? ")).unwrap_or_default();
    format!("{place}: there is no control {id:?}; {near}known are {}", known.join(", "))
}

fn apply_set(controls: &mut [InForce], set: &str) -> Result<(), String> {
    let parts = set.split_once('=').and_then(|(name, value)| Some((name.split_once('.')?, value)));
    let Some(((id, name), value)) = parts else {
        return Err(format!("--set {set}: write ID.NAME=VALUE, e.g. CPY-01.recoveryPointAgeValue=24"));
    };
    match controls.iter_mut().find(|c| c.id == id) {
        Some(found) => found.params.set_text(&found.control.rule, name, value).map_err(|e| format!("--set {e}")),
        None => Err(no_control("--set", id, controls)),
    }
}
