//! The commands on the rules themselves: `controls` and `explain`.

use super::{PlainFormat, ShowArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

pub(super) const CONTROLS: &str = "\
Examples:
  vaultrail controls list                                 every control in a line
  vaultrail controls list --preset ci-gate --format json
  vaultrail controls show CPY-01                          what, why, parameters, statuses, reasons, remediation
  vaultrail controls lint                                 the rules that are compiled in
  vaultrail controls lint rules/ my-page.toml             files; each is held against the others and the rest";

pub(super) const EXPLAIN: &str = "\
Examples:
  vaultrail explain SHR-03                                the manual page of a control
  vaultrail audit evidence/ --format json -o report.json
  vaultrail explain d875f9b6 --report report.json         why this verdict; the first digits of its uid are enough";

/// `vaultrail controls`.
#[derive(Debug, Subcommand)]
pub enum ControlsCommand {
    /// Every control in a line.
    List(ListArgs),
    /// The manual page of a control.
    Show(ShowControlArgs),
    /// Check pages of controls, presets and frameworks.
    Lint(LintArgs),
}

/// `vaultrail controls list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those of a preset.
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Format [default: text on a terminal, json in a pipe; in a file as its name says].
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<PlainFormat>,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// `vaultrail controls show`.
#[derive(Debug, Args)]
pub struct ShowControlArgs {
    /// The control.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Format [default: text on a terminal, json in a pipe; in a file as its name says].
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<PlainFormat>,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// `vaultrail controls lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Files, and folders with `*.toml` below them [default: the rules that are compiled in].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Say nothing but what is wrong.
    #[arg(short, long)]
    pub quiet: bool,
}

/// `vaultrail explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A control's id, or with --report a verdict's uid or its first digits.
    #[arg(value_name = "ID|UID")]
    pub what: String,
    /// The JSON report that has the verdict.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Format [default: text on a terminal, json in a pipe; in a file as its name says].
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<PlainFormat>,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
}
