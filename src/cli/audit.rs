//! `vaultrail audit`: ingest, rebuild, judge, render.

use super::args::{AuditArgs, FormatArg, ReportArgs, When};
use super::rebuild::{Error, Rebuilt, rebuild, threads};
use super::setup::Setup;
use super::{history, output, saved};
use crate::controls::catalogue::Catalogue;
use crate::controls::engine;
use crate::controls::view::Context;
use crate::render::{self, Format, TextOptions};
use crate::report::compile::{Frame, Outcome, compile};
use crate::report::wire::Report;
use crate::report::{comparison, gate};
use std::io::IsTerminal;

/// Runs the command; answers with the exit code.
pub fn run(args: &AuditArgs) -> Result<u8, Error> {
    let formats = formats(&args.report)?;
    threads(args.evidence.jobs)?;
    let baseline = args.against.baseline.as_deref().map(|path| saved::read("--baseline", path));
    let baseline = baseline.transpose().map_err(Error::Usage)?;
    let (mut report, gate) = judged(args)?;
    if let Some(old) = &baseline {
        comparison::against(&mut report, old, gate);
    }
    let mut notes = Vec::new();
    let line = args.against.history.as_deref().map(|path| history::take(path, &mut report, &mut notes));
    let line = line.transpose().map_err(Error::Usage)?.flatten();
    output::tell_notes(&args.report.show, &notes);
    for format in formats {
        let rendered =
            render::render(format, &report, &text_options(&args.report)).map_err(|e| Error::Render(e.to_string()))?;
        output::deliver(&args.report, format, &rendered).map_err(Error::Output)?;
    }
    if let Some(line) = line {
        line.append().map_err(Error::Output)?;
    }
    output::tell(args, &report);
    Ok(report.summary.gate.exit_code)
}

/// Everything up to the report, which no earlier run has a part in.
pub fn report(args: &AuditArgs) -> Result<Report, Error> {
    judged(args).map(|(report, _)| report)
}

fn judged(args: &AuditArgs) -> Result<(Report, gate::Terms), Error> {
    let setup = Setup::read(&args.evidence, &args.judge, &args.time).map_err(Error::Usage)?;
    output::tell_notes(&args.report.show, &setup.notes);
    let rebuilt = rebuild(&args.evidence, &args.time, &args.report.show, &setup, args.events_parquet.is_some())?;
    if let Some(path) = &args.events_parquet {
        output::events(path, &rebuilt.log.events).map_err(Error::Output)?;
    }
    let Rebuilt { log, integrity, times, world } = &rebuilt;
    let exceptions = setup.exceptions(times.as_of).map_err(Error::Usage)?;
    let catalogues = Catalogue::all().map_err(Error::Usage)?;
    let params_of = |id: &str| setup.controls.iter().find(|c| c.id == id).map(|c| &c.params);
    let outcomes: Vec<Outcome<'_>> = setup
        .controls
        .iter()
        .filter(|c| c.judged)
        .map(|c| {
            // What a judge reads of its own control is what is in force for this time of it.
            let params_of = |id: &str| if id == c.control.rule.id { Some(&c.params) } else { params_of(id) };
            let context = Context {
                world,
                policy: &setup.policy,
                limits: &setup.limits,
                integrity,
                params: &c.params,
                params_of: &params_of,
                window_from: times.from,
            };
            let judged = engine::judge_all(&c.control, &c.narrow, context, times.as_of);
            Outcome { control: &c.control, id: &c.id, params: &c.params, severity: c.severity, judged }
        })
        .collect();
    let frame = Frame {
        as_of: times.as_of,
        window_from: times.from,
        limits: &setup.limits.profile,
        config_sha256: setup.sha256.clone(),
        scope_sha256: setup.scope_sha256.clone(),
        preset: setup.preset.clone(),
        framework: setup.framework.clone(),
        catalogues: &catalogues,
        exceptions: &exceptions,
        gate: setup.gate,
        max_records: args.max_records,
    };
    Ok((compile(&outcomes, world, log, &frame), setup.gate))
}

/// The forms that the flags ask for, or that fit where the report goes.
pub(super) fn formats(args: &ReportArgs) -> Result<Vec<Format>, Error> {
    let mut formats: Vec<Format> = Vec::new();
    for format in &args.format {
        let format = match format {
            FormatArg::Json => Format::Json,
            FormatArg::Html => Format::Html,
            FormatArg::Text => Format::Text,
        };
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    if formats.is_empty() {
        let named = args.show.output.as_ref().and_then(|path| path.extension()?.to_str()).and_then(Format::parse);
        let terminal = args.show.output.is_none() && args.out_dir.is_none() && std::io::stdout().is_terminal();
        formats.push(named.unwrap_or(if terminal { Format::Text } else { Format::Json }));
    }
    if args.out_dir.is_none() && formats.len() > 1 {
        return Err(Error::Usage("several --format need --out-dir DIR: one file for each".into()));
    }
    Ok(formats)
}

/// <https://no-color.org>
#[expect(clippy::disallowed_methods, reason = "the one variable that a user sets for every program at once")]
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// How wide and colourful its text is.
pub(super) fn text_options(args: &ReportArgs) -> TextOptions {
    text_width(args.show.color, args.show.output.is_none() && args.out_dir.is_none())
}

/// How wide and colourful text is that goes to standard output, or to a file.
pub(super) fn text_width(color: When, to_stdout: bool) -> TextOptions {
    let terminal = to_stdout && std::io::stdout().is_terminal();
    let colour = match color {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal && !no_color(),
    };
    let width = terminal_size::terminal_size().filter(|_| terminal).map_or(110, |(width, _)| usize::from(width.0));
    TextOptions { width: width.clamp(60, 160), colour }
}
