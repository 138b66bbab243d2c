//! `vaultrail audit`: ingest, rebuild, judge, render.

use super::args::AuditArgs;
use super::rebuild::{Error, Rebuilt, rebuild, threads};
use super::setup::Setup;
use super::{forms, history, output, saved};
use crate::controls::catalogue::Catalogue;
use crate::controls::engine;
use crate::controls::view::Context;
use crate::report::compile::{Frame, Outcome, compile};
use crate::report::wire::Report;
use crate::report::{comparison, gate};

/// Runs the command; answers with the exit code.
pub fn run(args: &AuditArgs) -> Result<u8, Error> {
    let formats = forms::formats(&args.forms, &args.show)?;
    threads(args.evidence.jobs)?;
    let baseline = args.against.baseline.as_deref().map(|path| saved::read("--baseline:", path));
    let baseline = baseline.transpose().map_err(Error::Usage)?;
    let (mut report, gate) = judged(args)?;
    if let Some(old) = &baseline {
        comparison::against(&mut report, old, gate);
    }
    let mut notes = Vec::new();
    let line = args.against.history.as_deref().map(|path| history::take(path, &mut report, &mut notes));
    let line = line.transpose().map_err(Error::Usage)?.flatten();
    output::tell_notes(&args.show, &notes);
    forms::deliver(&report, &formats, &args.forms, &args.show)?;
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
    output::tell_notes(&args.show, &setup.notes);
    let rebuilt = rebuild(&args.evidence, &args.time, &args.show, &setup, args.events_parquet.is_some())?;
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
