//! The report of the estate many times over, each copy with identifiers of its own, as the browser tests have it.

#[path = "../tests/browser/large.rs"]
#[expect(clippy::unwrap_used, reason = "what makes it is a test's, where what cannot be is allowed to panic")]
mod large;

use clap::Parser;
use vaultrail::cli::args::{Cli, Command};
use vaultrail::cli::audit;
use vaultrail::report::wire::Report;

/// With at least so many verdicts.
pub fn estate(verdicts: usize) -> Option<Report> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/estate");
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/estate/vaultrail.toml");
    let words = ["vaultrail", "audit", "--progress", "never", folder, "--config", config];
    let Command::Audit(args) = Cli::try_parse_from(words).ok()?.command else { return None };
    Some(large::grown(&audit::report(&args).ok()?, verdicts))
}
