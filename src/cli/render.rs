//! `vaultrail render`: any other format of a saved JSON report.

use super::args::RenderArgs;
use super::rebuild::Error;
use super::{forms, saved};

/// Runs the command; answers with the exit code.
pub fn run(args: &RenderArgs) -> Result<u8, Error> {
    let formats = forms::formats(&args.forms, &args.show)?;
    let report = saved::read("", &args.report).map_err(Error::Usage)?;
    forms::deliver(&report, &formats, &args.forms, &args.show)?;
    Ok(0)
}
