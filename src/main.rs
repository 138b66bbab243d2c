//! The binary: parses the command line and runs it.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match vaultrail::cli::args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    ExitCode::from(vaultrail::cli::guarded(|| vaultrail::cli::run(&cli)))
}
