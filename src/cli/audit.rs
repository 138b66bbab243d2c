//! `vaultrail audit`: ingest, rebuild, judge, render.

use super::args::{AuditArgs, FormatArg, When};
use super::output;
use super::progress::Progress;
use super::setup::{self, Instants, Setup};
use crate::controls::engine;
use crate::controls::view::Context;
use crate::coverage::{Coverage, Pair, Run, Terms};
use crate::facts;
use crate::ingest::{self, Log};
use crate::integrity::Integrity;
use crate::render::{self, Format, TextOptions};
use crate::report::compile::{Frame, Outcome, compile};
use crate::report::wire::Report;
use crate::world::World;
use std::collections::BTreeMap;
use std::io::IsTerminal;

/// Why no report could be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bad flags or a bad configuration.
    #[error("{0}")]
    Usage(String),
    /// Nothing to read.
    #[error(transparent)]
    Ingest(#[from] ingest::Error),
    /// An output that cannot be written.
    #[error("{0}")]
    Output(String),
    /// A template that does not render: a bug.
    #[error("the report cannot be rendered: {0}")]
    Render(String),
}

/// More threads than any machine has cores.
const MOST_THREADS: usize = 1024;

/// Runs the command; answers with the exit code.
pub fn run(args: &AuditArgs) -> Result<u8, Error> {
    let formats = formats(args)?;
    threads(args.jobs)?;
    let report = report(args)?;
    for format in formats {
        let rendered =
            render::render(format, &report, &text_options(args)).map_err(|e| Error::Render(e.to_string()))?;
        output::deliver(args, format, &rendered).map_err(Error::Output)?;
    }
    output::tell(args, &report);
    Ok(report.summary.gate.exit_code)
}

/// Builds the thread pool.
pub(super) fn threads(jobs: Option<usize>) -> Result<(), Error> {
    let Some(jobs) = jobs else { return Ok(()) };
    if !(1..=MOST_THREADS).contains(&jobs) {
        return Err(Error::Usage(format!("--jobs {jobs}: it must lie in 1..={MOST_THREADS}")));
    }
    // A second call finds the pool built; the first one's size stays.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
    Ok(())
}

/// Everything up to the report.
pub fn report(args: &AuditArgs) -> Result<Report, Error> {
    let setup = Setup::read(args).map_err(Error::Usage)?;
    let captured_at = args.captured_at.as_deref().map(|text| super::args::time("--captured-at", text, None));
    let captured_at = captured_at.transpose().map_err(Error::Usage)?;
    let progress = Progress::begin(args.progress, args.quiet);
    let options = ingest::Options {
        captured_at,
        allow_defects: args.allow_defects,
        strict: args.strict,
        events: args.events_parquet.is_some(),
        watch: &progress,
        ..ingest::Options::default()
    };
    let log = ingest::read(&args.paths, &options);
    progress.end();
    let mut log = log?;
    if let Some(path) = &args.events_parquet {
        output::events(path, &log.events).map_err(Error::Output)?;
    }
    let integrity = Integrity::check(&log);
    integrity.tell(&mut log);
    let times = setup::instants(args, &setup, &log).map_err(Error::Usage)?;
    let exceptions = setup.exceptions(times.as_of).map_err(Error::Usage)?;
    let coverage = covered(&log, &integrity, &times, setup.terms);
    let world = World::replay(facts::read(&log), coverage);
    let params_of = |id: &str| setup.controls.iter().find(|c| c.control.rule.id == id).map(|c| &c.params);
    let outcomes: Vec<Outcome<'_>> = setup
        .controls
        .iter()
        .filter(|c| c.judged)
        .map(|c| {
            let context = Context {
                world: &world,
                policy: &setup.policy,
                integrity: &integrity,
                params: &c.params,
                params_of: &params_of,
                window_from: times.from,
            };
            let judged = engine::judge_all(&c.control, context, times.as_of);
            Outcome { control: &c.control, params: &c.params, severity: c.severity, judged }
        })
        .collect();
    let frame = Frame {
        as_of: times.as_of,
        window_from: times.from,
        config_sha256: setup.sha256.clone(),
        exceptions: &exceptions,
        gate: setup.gate,
        max_records: args.max_records,
    };
    Ok(compile(&outcomes, &world, &log, &frame))
}

/// Coverage from events, digests and the user's word. A digest is a sign of life for the whole time that it speaks of.
fn covered(log: &Log, integrity: &Integrity, times: &Instants, terms: Terms) -> Coverage {
    let chains = integrity.coverage();
    let mut signs: BTreeMap<&Pair, (u64, Vec<Run>)> =
        log.activity.pairs().map(|(pair, count, runs)| (pair, (count, runs.to_vec()))).collect();
    for (pair, runs) in &chains.inferred {
        signs.entry(pair).or_default().1.extend(runs);
    }
    let signs = signs.iter().map(|(pair, (count, runs))| (*pair, *count, runs.as_slice()));
    Coverage::build(signs, &log.snapshot_pairs, &times.assertions, times.extent, terms).with_chains(&chains)
}

fn formats(args: &AuditArgs) -> Result<Vec<Format>, Error> {
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
        let named = args.output.as_ref().and_then(|path| path.extension()?.to_str()).and_then(Format::parse);
        let terminal = args.output.is_none() && args.out_dir.is_none() && std::io::stdout().is_terminal();
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

fn text_options(args: &AuditArgs) -> TextOptions {
    text_width(args.color, args.output.is_none() && args.out_dir.is_none())
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
