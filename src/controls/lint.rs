//! Checks the rules themselves: pages of controls, presets, frameworks. What is wrong is told with its line.

use super::audit_manager;
use super::catalogue::{self, Catalogue};
use super::params::{Params, check, hint, nearest};
use super::preset::{self, Chosen, Preset};
use super::rule::{Parameter, Rule};
use super::{Control, PAGES};
use crate::status::{Severity, Status};
use regex::Regex;
use std::collections::BTreeSet;

/// Every control of the catalogue, by id.
pub const IDS: [&str; 49] = [
    "APR-01", "APR-02", "APR-03", "APR-04", "APR-05", "APR-06", "APR-07", "APR-08", "APR-09", "APR-10", "CPY-01",
    "CPY-02", "CPY-03", "CPY-04", "CPY-05", "CPY-06", "CPY-07", "DEL-01", "DEL-02", "DEL-03", "DEL-04", "DEL-05",
    "ENC-01", "ENC-02", "ENC-03", "ENC-04", "LOG-01", "LOG-02", "LOG-03", "LOG-04", "PLN-01", "PLN-02", "PLN-03",
    "PLN-04", "RET-01", "RET-02", "RET-03", "RST-01", "RST-02", "RST-03", "SHR-01", "SHR-02", "SHR-03", "SHR-04",
    "SHR-05", "VLT-01", "VLT-02", "VLT-03", "VLT-04",
];

/// What a file of rules is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The page of a control.
    Page,
    /// A preset.
    Preset,
    /// A framework of requirements.
    Framework,
}

/// A file of rules.
#[derive(Debug, Clone)]
pub struct Text {
    /// What it is called in messages.
    pub path: String,
    /// Its name without folder and ending.
    pub stem: String,
    /// Its text.
    pub text: String,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

/// How many of each kind were looked at, and what is wrong with them.
#[derive(Debug, Clone, Default)]
pub struct Linted {
    /// Pages of controls.
    pub pages: usize,
    /// Presets.
    pub presets: usize,
    /// Frameworks.
    pub frameworks: usize,
    /// By path and line.
    pub problems: Vec<Problem>,
}

/// What a text is, by its keys; `None`: none of these.
pub fn kind(text: &str) -> Option<Kind> {
    let has = |key: &str| text.lines().any(|line| line.split('=').next().is_some_and(|k| k.trim() == key));
    let opens = |table: &str| text.lines().any(|line| line.trim() == table);
    if opens("[[reasons]]") || has("rationale") {
        Some(Kind::Page)
    } else if opens("[[controls]]") || has("controls") && !opens("[[unmapped]]") {
        Some(Kind::Preset)
    } else {
        (has("ids") || has("pattern")).then_some(Kind::Framework)
    }
}

/// All rules that are compiled in.
pub fn built_in() -> Vec<Text> {
    let of = |folder: &str, texts: &[(&str, &str)]| -> Vec<Text> {
        let text = |(name, text): &(&str, &str)| Text {
            path: format!("rules/{folder}/{name}.toml"),
            stem: (*name).to_owned(),
            text: (*text).to_owned(),
        };
        texts.iter().map(text).collect()
    };
    [of("controls", PAGES), of("presets", preset::TEXTS), of("frameworks", catalogue::TEXTS)].concat()
}

/// What files refer to: those given, before those compiled in.
struct Known {
    controls: Vec<Control>,
    rules: Vec<Rule>,
    frameworks: Vec<Catalogue>,
}

impl Known {
    fn of(texts: &[Text]) -> Result<Self, String> {
        let controls = super::all()?;
        let mut rules: Vec<Rule> = texts.iter().filter_map(|t| Rule::parse(&t.text).ok()).collect();
        let given: BTreeSet<String> = rules.iter().map(|rule| rule.id.clone()).collect();
        rules.extend(controls.iter().map(|c| c.rule.clone()).filter(|rule| !given.contains(&rule.id)));
        let mut frameworks: Vec<Catalogue> = texts.iter().filter_map(|t| Catalogue::parse(&t.text).ok()).collect();
        let given: BTreeSet<String> = frameworks.iter().map(|framework| framework.name.clone()).collect();
        frameworks.extend(Catalogue::all()?.into_iter().filter(|framework| !given.contains(&framework.name)));
        Ok(Self { controls, rules, frameworks })
    }

    fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// Checks rules against each other and against those that are compiled in.
pub fn lint(texts: &[Text]) -> Result<Linted, String> {
    let known = Known::of(texts)?;
    let mut all = Linted::default();
    for text in texts {
        let mut file = File { text, problems: Vec::new() };
        match kind(&text.text) {
            Some(Kind::Page) => {
                all.pages += 1;
                page(&mut file, &known);
            }
            Some(Kind::Preset) => {
                all.presets += 1;
                preset(&mut file, &known);
            }
            Some(Kind::Framework) => {
                all.frameworks += 1;
                framework(&mut file, &known);
            }
            None => file.problem(1, "neither the page of a control nor a preset nor a framework"),
        }
        all.problems.extend(file.problems);
    }
    all.problems.sort();
    Ok(all)
}

/// A file while it is checked.
struct File<'t> {
    text: &'t Text,
    problems: Vec<Problem>,
}

impl File<'_> {
    fn problem(&mut self, line: usize, problem: impl Into<String>) {
        self.problems.push(Problem { path: self.text.path.clone(), line, problem: problem.into() });
    }

    /// The line of the nth table of a list, from 0.
    fn nth(&self, table: &str, n: usize) -> usize {
        let lines = self.text.text.lines().enumerate().filter(|(_, line)| line.trim() == table);
        lines.map(|(at, _)| at + 1).nth(n).unwrap_or(1)
    }

    /// The first line that holds this.
    fn line(&self, words: &str) -> usize {
        self.text.text.lines().position(|line| line.contains(words)).map_or(1, |at| at + 1)
    }

    fn broken(&mut self, error: &toml::de::Error) {
        let before = error.span().and_then(|span| self.text.text.get(..span.start)).unwrap_or_default();
        let problem = format!("{}{}", error.message(), hint(error.message()));
        self.problem(before.matches('\n').count() + 1, problem);
    }

    fn named(&mut self, name: &str) {
        if name != self.text.stem {
            let problem = format!("its name says {name:?}, and the file's name {:?}", self.text.stem);
            self.problem(self.line("name ="), problem);
        }
    }

    fn unique<'i>(&mut self, what: &str, table: &str, items: impl Iterator<Item = &'i str>) {
        let mut seen = BTreeSet::new();
        for (n, item) in items.enumerate() {
            if !seen.insert(item) {
                self.problem(self.nth(table, n), format!("{what} {item:?} is here twice"));
            }
        }
    }

    fn control(&mut self, line: usize, id: &str) -> bool {
        let exists = IDS.contains(&id);
        if !exists {
            let near = nearest(id, IDS.into_iter()).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            self.problem(line, format!("there is no control {id:?}{near}"));
        }
        exists
    }
}

fn page(file: &mut File<'_>, known: &Known) {
    let rule: Rule = match toml::from_str(&file.text.text) {
        Ok(rule) => rule,
        Err(error) => return file.broken(&error),
    };
    file.named(&rule.name);
    file.control(file.line("id ="), &rule.id);
    for (key, text) in [
        ("title", &rule.title),
        ("description", &rule.description),
        ("rationale", &rule.rationale),
        ("remediation", &rule.remediation),
        ("coverage", &rule.coverage),
    ] {
        if text.trim().is_empty() {
            file.problem(file.line(&format!("{key} =")), format!("{key} says nothing"));
        }
    }
    if rule.sources.is_empty() {
        file.problem(file.line("sources"), "no source is named");
    }
    file.unique("the parameter", "[[parameters]]", rule.parameters.iter().map(|p| p.name.as_str()));
    for (n, parameter) in rule.parameters.iter().enumerate() {
        if let Err(problem) = sound(parameter) {
            file.problem(file.nth("[[parameters]]", n), format!("{}: {problem}", parameter.name));
        }
    }
    reasons(file, &rule);
    mappings(file, &rule, known);
}

/// Whether a parameter's default is of its type and within its bounds.
fn sound(parameter: &Parameter) -> Result<(), String> {
    if parameter.min.zip(parameter.max).is_some_and(|(min, max)| min > max) {
        return Err("min is above max".into());
    }
    let Some(default) = &parameter.default else { return Ok(()) };
    let value = serde_json::to_value(default).map_err(|cause| cause.to_string())?;
    check(parameter, &value).map_err(|problem| format!("default = {value}: {problem}"))
}

fn reasons(file: &mut File<'_>, rule: &Rule) {
    file.unique("the reason", "[[reasons]]", rule.reasons.iter().map(|r| r.code.as_str()));
    for (n, reason) in rule.reasons.iter().enumerate() {
        let line = file.nth("[[reasons]]", n);
        if !rule.status.contains_key(&reason.status) {
            let status = reason.status.name();
            file.problem(line, format!("{} is {status}, and [status] does not say what that means", reason.code));
        }
        if reason.severity.is_some_and(|s| s != Severity::Low) && reason.status == Status::NotApplicable {
            file.problem(line, format!("{} is NOT_APPLICABLE and has a severity", reason.code));
        }
        if reason.text.trim().is_empty() {
            file.problem(line, format!("{} says nothing", reason.code));
        }
    }
    for (status, means) in &rule.status {
        // Where a status cannot be given, its line says so.
        if !rule.reasons.iter().any(|reason| reason.status == *status) && !means.starts_with("Not given: ") {
            let problem =
                format!("no reason has the status {}; if it cannot be given, write \"Not given: …\"", status.name());
            file.problem(file.line(&format!("{} =", status.name())), problem);
        }
    }
}

fn mappings(file: &mut File<'_>, rule: &Rule, known: &Known) {
    let mut seen = BTreeSet::new();
    for (n, mapping) in rule.mappings.iter().enumerate() {
        let line = file.nth("[[mappings]]", n);
        if !seen.insert(mapping) {
            file.problem(line, format!("{} {} is here twice", mapping.framework, mapping.id));
        }
        let Some(framework) = known.frameworks.iter().find(|f| f.name == mapping.framework) else {
            let near = nearest(&mapping.framework, known.frameworks.iter().map(|f| f.name.as_str()));
            let near = near.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            file.problem(line, format!("there is no framework {:?}{near}", mapping.framework));
            continue;
        };
        if !framework.ids.contains(&mapping.id) {
            let near = nearest(&mapping.id, framework.ids.iter().map(String::as_str));
            let near = near.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            file.problem(line, format!("{} has no requirement {:?}{near}", framework.name, mapping.id));
        }
    }
}

fn preset(file: &mut File<'_>, known: &Known) {
    let preset = match Preset::parse(&file.text.text) {
        Ok(preset) => preset,
        Err(error) => return file.broken(&error),
    };
    file.named(&preset.name);
    let reported: Vec<String> = preset.controls.iter().map(Chosen::reported).collect();
    file.unique("the control", "[[controls]]", reported.iter().map(String::as_str));
    for (n, chosen) in preset.controls.iter().enumerate() {
        let line = file.nth("[[controls]]", n);
        if !file.control(line, &chosen.id) {
            continue;
        }
        if let Some(control) = known.controls.iter().find(|c| c.rule.id == chosen.id)
            && let Err(problem) = parameters(control, chosen)
        {
            file.problem(line, problem);
        }
        let aws = chosen.aws.as_ref().map(|aws| aws.name.as_str());
        let listed = known.frameworks.iter().find(|f| f.name == "AWS-BACKUP-AUDIT-MANAGER").map(|f| &f.ids);
        if let (Some(name), Some(listed)) = (aws, listed)
            && !listed.iter().any(|id| id == name)
        {
            let near = nearest(name, listed.iter().map(String::as_str));
            let near = near.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            file.problem(line, format!("AWS Backup Audit Manager has no control {name:?}{near}"));
        }
    }
}

/// Whether a preset's parameters are on the control's page and within bounds, each and together.
fn parameters(control: &Control, chosen: &Chosen) -> Result<(), String> {
    let mut params = Params::defaults(&control.rule);
    for (name, value) in &chosen.parameters {
        let value = serde_json::to_value(value).map_err(|cause| cause.to_string())?;
        params.set(&control.rule, name, value).map_err(|e| e.to_string())?;
    }
    if let Some(aws) = &chosen.aws {
        let values = audit_manager::in_force(aws, |_| None).map_err(|(name, why)| format!("{name}: {why}"))?;
        for (name, value) in values {
            params.set(&control.rule, &name, value).map_err(|e| e.to_string())?;
        }
        for parameter in &aws.parameters {
            if !control.rule.parameters.iter().any(|own| own.name == parameter.name) {
                return Err(format!("{} has no parameter {:?}", control.rule.id, parameter.name));
            }
        }
    }
    control.check_params(&params).map_err(|e| e.to_string())
}

fn framework(file: &mut File<'_>, known: &Known) {
    let framework = match Catalogue::parse(&file.text.text) {
        Ok(framework) => framework,
        Err(error) => return file.broken(&error),
    };
    file.named(&framework.name.to_lowercase());
    let mut seen = BTreeSet::new();
    let form = Regex::new(&framework.pattern);
    if let Err(cause) = &form {
        file.problem(file.line("pattern ="), format!("pattern: {cause}"));
    }
    for id in &framework.ids {
        let line = file.line(&format!("{id:?}"));
        if form.as_ref().is_ok_and(|form| !form.is_match(id)) {
            file.problem(line, format!("{id:?} has not the form of this framework's ids"));
        }
        if !seen.insert(id) {
            file.problem(line, format!("{id:?} is here twice"));
        }
    }
    for id in framework.titles.keys().filter(|id| !framework.ids.contains(id)) {
        file.problem(file.line(&format!("{id:?} =")), format!("{id:?} has a title and is not among the ids"));
    }
    published(file, &framework, known);
    unmapped(file, &framework, known);
}

fn published(file: &mut File<'_>, framework: &Catalogue, known: &Known) {
    for (n, published) in framework.published.iter().enumerate() {
        let line = file.nth("[[published]]", n);
        let (control, id) = (&published.control, &published.id);
        let maps = |rule: &Rule| rule.mappings.iter().any(|m| m.framework == framework.name && m.id == *id);
        if file.control(line, control) && known.rule(control).is_some_and(|rule| !maps(rule)) {
            file.problem(
                line,
                format!("{} has published {id} for {control}, whose page does not name it", published.by),
            );
        }
    }
}

fn unmapped(file: &mut File<'_>, framework: &Catalogue, known: &Known) {
    let maps = |rule: &Rule| rule.mappings.iter().any(|m| m.framework == framework.name);
    for (n, unmapped) in framework.unmapped.iter().enumerate() {
        let line = file.nth("[[unmapped]]", n);
        for id in &unmapped.controls {
            if file.control(line, id) && known.rule(id).is_some_and(maps) {
                file.problem(
                    line,
                    format!("{id} is told not to speak to {}, and its page says it does", framework.name),
                );
            }
        }
    }
    let told = |id: &String| framework.unmapped.iter().any(|unmapped| unmapped.controls.contains(id));
    if framework.every_control {
        for rule in known.rules.iter().filter(|rule| !maps(rule) && !told(&rule.id)) {
            let problem =
                format!("{} neither speaks to {} nor is told not to, under [[unmapped]]", rule.id, framework.name);
            file.problem(file.line("every_control"), problem);
        }
    }
}
