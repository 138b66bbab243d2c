//! The binary: parses the command line, runs it, and turns a panic into exit code 5.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match vaultrail::cli::args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match std::panic::catch_unwind(|| vaultrail::cli::run(&cli)) {
        Ok(code) => ExitCode::from(code),
        Err(_) => ExitCode::from(5),
    }
}
