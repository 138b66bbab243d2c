//! Holding a report against an earlier one.

use super::{FailOnArg, FormArgs, InsufficientArg, ShowArgs};
use clap::Args;
use std::path::PathBuf;

pub(super) const DIFF: &str = "\
Examples:
  vaultrail diff old.json new.json                        what is new, regressed, fixed, gone
  vaultrail diff old.json new.json --format html -o diff.html
  vaultrail audit evidence/ --baseline old.json           the same in one step: the gate is on what is new

A failure is known where the old report has it too, no less severe, not by way of an exception that is over, and by the
same parameters and provider limits. A failure that can no longer be decided is `undecided`, never `fixed`.

Exit codes are those of `audit`, for what the new report has and the old one has not.";

/// What fails the gate.
#[derive(Debug, Default, Args)]
pub struct GateArgs {
    /// Fail from this severity on [default: high].
    #[arg(long, value_enum, help_heading = "Gate")]
    pub fail_on: Option<FailOnArg>,
    /// How INSUFFICIENT_DATA weighs [default: warn].
    #[arg(long, value_enum, help_heading = "Gate")]
    pub insufficient: Option<InsufficientArg>,
}

/// What this run is held against.
#[derive(Debug, Default, Args)]
pub struct AgainstArgs {
    /// A JSON report of an earlier run: the gate is on what is new since then, and the report says what changed.
    #[arg(long, value_name = "FILE", help_heading = "Gate")]
    pub baseline: Option<PathBuf>,
    /// Append a line about this run to a file; the report has the earlier lines of the same scope as its trend.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub history: Option<PathBuf>,
}

/// `vaultrail diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier report, JSON.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The later report, JSON.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// The gate.
    #[command(flatten)]
    pub gate: GateArgs,
    /// Configuration whose [gate] holds [default: `vaultrail.toml` in the working folder, if there].
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,
    /// Damaged evidence does not count: exit code 4 is not given.
    #[arg(long, help_heading = "Gate")]
    pub allow_defects: bool,
    /// The later report with what changed; as text, the changes alone.
    #[command(flatten)]
    pub forms: FormArgs,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
}
