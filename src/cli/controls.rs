//! `vaultrail controls`: what is judged, the manual page of each control, and checks of the rules.

use super::args::{ControlsCommand, LintArgs, ListArgs, PlainFormat, ShowControlArgs};
use super::output;
use super::rebuild::Error;
use crate::controls::catalogue::Catalogue;
use crate::controls::lint::{self, Problem, Text};
use crate::controls::params::nearest;
use crate::controls::preset::Preset;
use crate::controls::{self, Control};
use crate::render::{manual as render, spelled};
use crate::report::manual::Manual;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Runs the command; answers with the exit code.
pub fn run(command: &ControlsCommand) -> Result<u8, Error> {
    match command {
        ControlsCommand::List(args) => list(args),
        ControlsCommand::Show(args) => show(args),
        ControlsCommand::Lint(args) => lint(args),
    }
}

/// All controls, presets and frameworks.
struct Rules {
    controls: Vec<Control>,
    presets: Vec<Preset>,
    catalogues: Vec<Catalogue>,
}

impl Rules {
    fn all() -> Result<Self, Error> {
        let read = || Ok(Self { controls: controls::all()?, presets: Preset::all()?, catalogues: Catalogue::all()? });
        read().map_err(Error::Usage)
    }

    fn manual<'r>(&'r self, control: &'r Control) -> Manual<'r> {
        Manual::of(control, &self.presets, &self.catalogues)
    }
}

fn list(args: &ListArgs) -> Result<u8, Error> {
    let rules = Rules::all()?;
    let preset = args.preset.as_deref().map(Preset::find).transpose();
    let preset = preset.map_err(|problem| Error::Usage(format!("--preset: {problem}")))?;
    let chosen =
        |control: &&Control| preset.as_ref().is_none_or(|p| p.controls.iter().any(|c| c.id == control.rule.id));
    let pages: Vec<Manual<'_>> = rules.controls.iter().filter(chosen).map(|control| rules.manual(control)).collect();
    output::plain(&args.show, args.format, |format, options| match format {
        PlainFormat::Json => render::list_json(&pages),
        PlainFormat::Text => render::list_text(&pages, options),
    })?;
    Ok(0)
}

fn show(args: &ShowControlArgs) -> Result<u8, Error> {
    page(&args.id, |manual| {
        output::plain(&args.show, args.format, |format, options| match format {
            PlainFormat::Json => render::json(manual),
            PlainFormat::Text => render::text(manual, options),
        })
    })?;
    Ok(0)
}

/// Finds a control's manual page, in capitals or not, and hands it on.
pub(super) fn page(id: &str, show: impl FnOnce(&Manual<'_>) -> Result<(), Error>) -> Result<(), Error> {
    let rules = Rules::all()?;
    let Some(control) = rules.controls.iter().find(|control| control.rule.id.eq_ignore_ascii_case(id)) else {
        let ids = || rules.controls.iter().map(|control| control.rule.id.as_str());
        let near = nearest(id, ids()).map(|n| format!("did you mean {n}? ")).unwrap_or_default();
        let known = ids().collect::<Vec<_>>().join(", ");
        return Err(Error::Usage(format!("there is no control {id:?}; {near}known are {known}")));
    };
    show(&rules.manual(control))
}

/// What is wrong goes to standard output, one line each.
fn lint(args: &LintArgs) -> Result<u8, Error> {
    let texts = if args.paths.is_empty() { lint::built_in() } else { read(&args.paths).map_err(Error::Usage)? };
    let found = lint::lint(&texts).map_err(Error::Usage)?;
    let mut told = String::new();
    for Problem { path, line, problem } in &found.problems {
        let _ = writeln!(told, "{}:{line}: {}", spelled(path), spelled(problem));
    }
    output::to_stdout(told.as_bytes()).map_err(Error::Output)?;
    if !args.quiet {
        let (pages, presets, frameworks) = (found.pages, found.presets, found.frameworks);
        let wrong = match found.problems.len() {
            0 => "nothing is wrong".to_owned(),
            1 => "1 problem".to_owned(),
            n => format!("{n} problems"),
        };
        output::say(&format!("{pages} pages, {presets} presets, {frameworks} frameworks: {wrong}"));
    }
    Ok(if found.problems.is_empty() { 0 } else { super::USAGE })
}

fn read(paths: &[PathBuf]) -> Result<Vec<Text>, String> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            walk(path, &mut files)?;
            if files.len() == before {
                return Err(format!("{} has no *.toml", path.display()));
            }
        } else {
            files.push(path.clone());
        }
    }
    files.iter().map(|path| text(path)).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let problem = |cause: std::io::Error| format!("cannot read {}: {cause}", folder.display());
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(problem)? {
        paths.push(entry.map_err(problem)?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<Text, String> {
    let text = std::fs::read_to_string(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Text { path: path.display().to_string(), stem, text })
}
