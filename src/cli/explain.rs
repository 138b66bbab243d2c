//! `vaultrail explain`: a control, or a verdict of a saved report.

use super::args::{ExplainArgs, PlainFormat};
use super::rebuild::Error;
use super::{controls, output, saved};
use crate::controls::params::nearest;
use crate::render::{explain as render, manual};
use crate::report::explain::{Explained, find};
use std::path::Path;

/// Runs the command; answers with the exit code.
pub fn run(args: &ExplainArgs) -> Result<u8, Error> {
    match &args.report {
        Some(path) => verdict(args, path)?,
        None => controls::page(&args.what, |page| {
            output::plain(&args.show, args.format, |format, options| match format {
                PlainFormat::Json => manual::json(page),
                PlainFormat::Text => manual::text(page, options),
            })
        })
        .map_err(|error| match error {
            Error::Usage(problem) if is_uid(&args.what) => {
                Error::Usage(format!("{problem}; for a verdict give its report: --report report.json"))
            }
            other => other,
        })?,
    }
    Ok(0)
}

fn is_uid(text: &str) -> bool {
    text.len() >= 4 && text.chars().all(|c| c.is_ascii_hexdigit())
}

fn verdict(args: &ExplainArgs, path: &Path) -> Result<(), Error> {
    let report = saved::read("--report:", path).map_err(Error::Usage)?;
    let controls = crate::controls::all().map_err(Error::Usage)?;
    let uid = args.what.to_lowercase();
    let verdict = find(&report, &uid).map_err(|problem| {
        let ids = controls.iter().map(|control| control.rule.id.as_str());
        let control = nearest(&args.what, ids).filter(|_| !is_uid(&args.what));
        let control = control.map(|id| format!("; {id} is a control: leave out --report")).unwrap_or_default();
        Error::Usage(format!("{}: {problem}{control}", path.display()))
    })?;
    let explained = Explained::of(&report, verdict, &controls);
    output::plain(&args.show, args.format, |format, options| match format {
        PlainFormat::Json => render::json(&explained),
        PlainFormat::Text => render::text(&explained, options),
    })
}
