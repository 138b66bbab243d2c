//! `vaultrail explain`: a control, or a verdict of a saved report.

use super::args::{ExplainArgs, PlainFormat};
use super::rebuild::Error;
use super::{controls, output};
use crate::controls::params::nearest;
use crate::render::{explain as render, manual};
use crate::report::explain::{Explained, find};
use crate::report::wire::{Report, SCHEMA};
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
    let report = read(path).map_err(Error::Usage)?;
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

fn read(path: &Path) -> Result<Report, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|cause| format!("--report: cannot read {shown}: {cause}"))?;
    let report: Report = serde_json::from_str(&text)
        .map_err(|cause| format!("--report {shown} is no JSON report ({SCHEMA}): {cause}"))?;
    if report.schema == SCHEMA {
        Ok(report)
    } else {
        Err(format!("--report {shown} has the schema {:?}; this version reads {SCHEMA}", report.schema))
    }
}
