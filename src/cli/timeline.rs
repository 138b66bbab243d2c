//! `vaultrail timeline`: ingest, rebuild, tell the story of an entity, an account or an actor.

use super::args::{JudgeArgs, StoryFormat, TimeArgs, TimelineArgs, time};
use super::output;
use super::rebuild::{Error, Rebuilt, exit_code, rebuild, threads};
use super::setup::Setup;
use crate::render::timeline as render;
use crate::report::state::Wanted;
use crate::report::timeline::{Asked, Story};

/// Runs the command; answers with the exit code.
pub fn run(args: &TimelineArgs) -> Result<u8, Error> {
    threads(args.evidence.jobs)?;
    let (told, code) = story(args)?;
    output::plain_or_fail(&args.show, args.format, |format, options| match format {
        StoryFormat::Json => Ok(render::json(&told)),
        StoryFormat::Text => Ok(render::text(&told, options)),
        StoryFormat::Csv => Ok(render::csv(&told)),
        StoryFormat::Html => render::html(&told),
    })?;
    Ok(code)
}

/// Everything up to what is told, with the exit code.
pub fn story(args: &TimelineArgs) -> Result<(Story, u8), Error> {
    let wanted = |flag: &str, given: &[String]| Wanted::of(flag, given).map_err(Error::Usage);
    let mut asked = Asked {
        subject: wanted("--subject", &args.subject)?,
        actor: wanted("--actor", &args.actor)?,
        event: wanted("--event", &args.event)?,
        ..Asked::default()
    };
    let setup = Setup::read(&args.evidence, &JudgeArgs::default(), &TimeArgs::default()).map_err(Error::Usage)?;
    let Rebuilt { log, times, world, .. } =
        rebuild(&args.evidence, &TimeArgs::default(), &args.show, &setup, asked.wants_others())?;
    let edge = |flag: &str, text: Option<&str>| text.map(|text| time(flag, text, Some(times.as_of))).transpose();
    let from = edge("--from", args.from.as_deref()).map_err(Error::Usage)?;
    let to = edge("--to", args.to.as_deref()).map_err(Error::Usage)?;
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Error::Usage("--from lies after --to".into()));
    }
    asked.between = (from, to);
    output::tell_defects(&args.show, false, log.defects.iter().map(|d| (d.path.as_str(), d.record, d.reason.as_str())));
    let told = Story::of(&world, &log, &asked).map_err(Error::Usage)?;
    Ok((told, exit_code(&args.evidence, &log)))
}
