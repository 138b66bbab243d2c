//! What `audit` and `render` have in common: formats of a report.

use super::ShowArgs;
use crate::render::Format;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

pub(super) const RENDER: &str = "\
Examples:
  vaultrail audit evidence/ --format json -o report.json
  vaultrail render report.json --format html -o report.html
  vaultrail render report.json --format sarif --format junit --format csv --out-dir out/
  vaultrail render report.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"

Every format has the bytes that `vaultrail audit` would have written.

Exit codes:
  0  written; whether the gate passes was said by `vaultrail audit`, and the report has it
  2  bad usage, no JSON report, an output that cannot be written
  5  a bug";

/// In which formats a report is written.
#[derive(Debug, Args)]
pub struct FormArgs {
    /// Format of the report; repeatable [default: text on a terminal, json in a pipe; in a file as its name says].
    #[arg(long, value_parser = formats(), help_heading = "Output")]
    pub format: Vec<Format>,
    /// Write `report.<format>` for each format into this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "output", help_heading = "Output")]
    pub out_dir: Option<PathBuf>,
    /// What INSUFFICIENT_DATA is in JUnit.
    #[arg(long, value_enum, default_value = "error", help_heading = "Output")]
    pub junit_insufficient: UndecidedArg,
}

/// What a test case is that could not be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UndecidedArg {
    /// A test case that ended in an error.
    Error,
    /// One that was skipped.
    Skipped,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let known = Format::ALL.map(|format| PossibleValue::new(format.name()).help(format.about()));
    PossibleValuesParser::new(known).try_map(|name| Format::parse(&name).ok_or("no such format"))
}

/// `vaultrail render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// The JSON report; `-` is standard input.
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// In which formats.
    #[command(flatten)]
    pub forms: FormArgs,
    /// Where they go.
    #[command(flatten)]
    pub show: ShowArgs,
}
