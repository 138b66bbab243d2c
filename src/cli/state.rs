//! `vaultrail state`: ingest, rebuild, show what held at an instant.

use super::args::{JudgeArgs, PlainFormat, StateArgs, TimeArgs};
use super::output;
use super::rebuild::{Error, Rebuilt, exit_code, rebuild, threads};
use super::setup::Setup;
use crate::render::state as render;
use crate::report::state::{State, Wanted};

/// Runs the command; answers with the exit code.
pub fn run(args: &StateArgs) -> Result<u8, Error> {
    threads(args.evidence.jobs)?;
    let (told, code) = state(args)?;
    output::plain(&args.show, args.format, |format, options| match format {
        PlainFormat::Json => render::json(&told),
        PlainFormat::Text => render::text(&told, options),
    })?;
    Ok(code)
}

/// Everything up to what is told, with the exit code.
pub fn state(args: &StateArgs) -> Result<(State, u8), Error> {
    let wanted = Wanted::of("--subject", &args.subject).map_err(Error::Usage)?;
    let times = TimeArgs { as_of: args.at.clone(), ..TimeArgs::default() };
    let setup = Setup::read(&args.evidence, &JudgeArgs::default(), &times).map_err(Error::Usage)?;
    let Rebuilt { log, times, world, .. } = rebuild(&args.evidence, &times, &args.show, &setup, false)?;
    output::tell_defects(&args.show, false, log.defects.iter().map(|d| (d.path.as_str(), d.record, d.reason.as_str())));
    let told = State::of(&world, &log, times.as_of, &wanted).map_err(Error::Usage)?;
    Ok((told, exit_code(&args.evidence, &log)))
}
