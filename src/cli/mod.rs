//! The command line: the only place with standard output, exit codes, the clock, and the disk for writing.

pub mod args;
pub mod audit;
pub mod choice;
pub mod config;
pub mod controls;
pub mod diff;
pub mod explain;
pub mod forms;
pub mod history;
pub mod init;
pub mod output;
pub mod pages;
pub mod progress;
pub mod rebuild;
pub mod render;
pub mod saved;
pub mod setup;
pub mod state;
pub mod timeline;
pub mod verify;

use crate::ingest::columns::read::is_guarded;
use args::{Cli, Command};
use std::panic::UnwindSafe;

/// Bad usage, bad configuration, no evidence, an output that cannot be written.
const USAGE: u8 = 2;
/// A bug.
const BUG: u8 = 5;

/// Runs a command behind a last line of defence: a panic is a bug, and says so by its exit code.
pub fn guarded(command: impl FnOnce() -> u8 + UnwindSafe) -> u8 {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_guarded() {
            tell(panic);
        }
    }));
    std::panic::catch_unwind(command).unwrap_or_else(|_| {
        output::say("vaultrail: this is a bug; please report it with the lines above");
        BUG
    })
}

/// Runs a command; answers with the exit code.
pub fn run(cli: &Cli) -> u8 {
    match &cli.command {
        Command::Audit(args) => code(audit::run(args)),
        Command::Verify(args) => code(verify::run(args)),
        Command::State(args) => code(state::run(args)),
        Command::Timeline(args) => code(timeline::run(args)),
        Command::Init(args) => code(init::run(args)),
        Command::Controls(args) => code(controls::run(args)),
        Command::Render(args) => code(render::run(args)),
        Command::Explain(args) => code(explain::run(args)),
        Command::Diff(args) => code(diff::run(args)),
        Command::Completions(args) => code(pages::completions(args)),
        Command::Man(args) => code(pages::man(args)),
        Command::Schema => {
            let schema = crate::report::wire::schema();
            let text = serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n";
            match output::to_stdout(text.as_bytes()) {
                Ok(()) => 0,
                Err(problem) => {
                    output::say(&format!("vaultrail: {problem}"));
                    USAGE
                }
            }
        }
    }
}

fn code(outcome: Result<u8, rebuild::Error>) -> u8 {
    outcome.unwrap_or_else(|error| {
        output::say(&format!("vaultrail: {error}"));
        if matches!(error, rebuild::Error::Render(_)) { BUG } else { USAGE }
    })
}
