//! `vaultrail diff`: a report held against an earlier one.

use super::args::DiffArgs;
use super::config::Config;
use super::rebuild::Error;
use super::{forms, output, saved, setup};
use crate::report::comparison;
use std::path::Path;

/// Runs the command; answers with the exit code.
pub fn run(args: &DiffArgs) -> Result<u8, Error> {
    let formats = forms::formats(&args.forms, &args.show)?;
    let default = Path::new("vaultrail.toml");
    let path = args.config.as_deref().or_else(|| default.is_file().then_some(default));
    let config = path.map(Config::read).transpose().map_err(Error::Usage)?.unwrap_or_default().0;
    let terms = setup::gate_terms(&args.gate, args.allow_defects, &config.gate).map_err(Error::Usage)?;
    let old = saved::read("OLD:", &args.old).map_err(Error::Usage)?;
    let mut new = saved::read("NEW:", &args.new).map_err(Error::Usage)?;
    comparison::against(&mut new, &old, terms);
    forms::deliver_changes(&new, &formats, &args.forms, &args.show)?;
    output::tell_gate(&args.show, &new);
    Ok(new.summary.gate.exit_code)
}
