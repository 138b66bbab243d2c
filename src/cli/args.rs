//! The command line, as data.

mod compare;
mod look;
mod pages;
mod report;
mod rules;

pub use compare::{AgainstArgs, DiffArgs, GateArgs};
pub use look::{TimelineArgs, VerifyArgs};
pub use pages::{CompletionsArgs, ManArgs};
pub use report::{FormArgs, RenderArgs, UndecidedArg};
pub use rules::{ControlsCommand, ExplainArgs, LintArgs, ListArgs, ShowControlArgs};

use crate::instant::{self, Instant};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Could anyone have reached, weakened or destroyed our last-resort backups, and can we prove it?
///
/// vaultrail reads exported CloudTrail logs and AWS CLI inventory snapshots offline, rebuilds who could reach which backup
/// vault at every instant, judges every control, and writes a report in which every verdict points at the records that
/// prove it. It needs no network and no credentials.
#[derive(Debug, Parser)]
#[command(name = "vaultrail", version, max_term_width = 110, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read evidence, judge every control, write a report.
    #[command(after_long_help = EXAMPLES)]
    Audit(Box<AuditArgs>),
    /// Verify CloudTrail's digest chains: whether log files are missing, altered or moved.
    #[command(after_long_help = look::VERIFY)]
    Verify(Box<VerifyArgs>),
    /// Show the rebuilt state at an instant: every entity, each attribute with the record that set it.
    #[command(after_long_help = STATE)]
    State(Box<StateArgs>),
    /// Tell the story of a vault, share, team, session, resource, account or actor: what happened, what it changed, who.
    #[command(after_long_help = look::TIMELINE)]
    Timeline(Box<TimelineArgs>),
    /// Write a commented vaultrail.toml, and a read-only script that collects the inventory with the AWS CLI.
    Init(InitArgs),
    /// List the controls, show the manual page of one, or check rules.
    #[command(subcommand, after_long_help = rules::CONTROLS)]
    Controls(ControlsCommand),
    /// Any other format of a saved JSON report, without the logs.
    #[command(after_long_help = report::RENDER)]
    Render(RenderArgs),
    /// Explain a control, or, with --report, a verdict: each step to it with the record behind the step.
    #[command(after_long_help = rules::EXPLAIN)]
    Explain(ExplainArgs),
    /// Hold a report against an earlier one: what is new, regressed, fixed, gone; the gate is on what is new.
    #[command(after_long_help = compare::DIFF)]
    Diff(Box<DiffArgs>),
    /// Print the completions of a shell.
    #[command(after_long_help = pages::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page, or write that of every command.
    Man(ManArgs),
    /// Print the JSON Schema of the report.
    Schema,
}

const EXAMPLES: &str = "\
Examples:
  vaultrail audit evidence/                               a report in the terminal
  vaultrail audit evidence/ --format html -o report.html  a report for people
  vaultrail audit logs/ inventory/ --format json --format html --out-dir out/
  vaultrail audit evidence/ --as-of 2026-10-18T02:30:00Z  what held at that instant
  vaultrail audit logs/ --assume-complete=2026-08-01..2026-10-31
  vaultrail audit evidence/ --set CPY-01.recoveryPointAgeValue=24 --set CPY-01.recoveryPointAgeUnit=hours
  vaultrail audit evidence/ --preset forensic             only the controls of a preset
  vaultrail audit evidence/ --framework framework.json    those of a framework of AWS Backup Audit Manager
  vaultrail audit evidence/ --fail-on critical -q         a gate: the exit code says it all

Exit codes:
  0  the gate passes
  1  a NON_COMPLIANT verdict at or above --fail-on, not excepted, not in the --baseline
  2  bad usage, bad configuration, a path that does not exist, an output that cannot be written
  3  nothing at or above --fail-on could be decided, or --insufficient fail and something could not
  4  damaged evidence, unless --allow-defects
  5  a bug";

const STATE: &str = "\
Examples:
  vaultrail state evidence/                               everything, as of the latest evidence
  vaultrail state evidence/ --at 2026-10-18T02:30:00Z     what held at that instant
  vaultrail state evidence/ --format json | jq '.entities[] | select(.kind == \"vault\")'";

/// `vaultrail init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Folder to write into; it is made where it is missing.
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Overwrite files that are there.
    #[arg(long)]
    pub force: bool,
    /// Say nothing on standard error but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Formats of what is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    /// Data.
    Json,
    /// For the terminal.
    #[value(alias = "txt")]
    Text,
}

/// Formats of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoryFormat {
    /// Data.
    Json,
    /// For the terminal.
    #[value(alias = "txt")]
    Text,
    /// A row for each moment; no cell is a formula.
    Csv,
    /// One self-contained page for people, without a script.
    Html,
}

/// Formats of what is no report, among which one is chosen where the user does not say.
pub trait Plain: ValueEnum + Copy {
    /// On a terminal.
    const TEXT: Self;
    /// In a pipe.
    const JSON: Self;
}

impl Plain for PlainFormat {
    const TEXT: Self = Self::Text;
    const JSON: Self = Self::Json;
}

impl Plain for StoryFormat {
    const TEXT: Self = Self::Text;
    const JSON: Self = Self::Json;
}

/// When to show or colour something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How INSUFFICIENT_DATA weighs in the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InsufficientArg {
    /// It fails the gate.
    Fail,
    /// It fails the gate only where nothing at all could be decided.
    Warn,
    /// It does not matter.
    Ignore,
}

/// From which severity on the gate fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOnArg {
    /// Critical only.
    Critical,
    /// High and critical.
    High,
    /// Medium and worse.
    Medium,
    /// Everything.
    Low,
    /// Never.
    Never,
}

/// Which provider limits hold.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LimitsArg {
    /// Those of August 2024, when air-gapped vaults became generally available.
    #[value(name = "seed-2024-08")]
    Seed,
    /// Those of November 2025: customer managed keys, more types of resources; copies only.
    #[value(name = "2025-11")]
    November2025,
    /// Those that this version knows as the latest.
    #[value(name = "current")]
    Current,
    /// Those that held at the time of what is judged.
    #[default]
    #[value(name = "by-event-time")]
    ByEventTime,
}

impl LimitsArg {
    /// The profile's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seed => "seed-2024-08",
            Self::November2025 => "2025-11",
            Self::Current => "current",
            Self::ByEventTime => "by-event-time",
        }
    }
}

/// What is read, and how.
#[derive(Debug, Default, Args)]
pub struct EvidenceArgs {
    /// Files and folders with CloudTrail logs and inventory snapshots; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Configuration [default: `vaultrail.toml` in the working folder, if there].
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,
    /// Take the log of every account and Region that occurs as complete, over all evidence or over FROM..TO.
    #[arg(long, value_name = "FROM..TO", num_args = 0..=1, require_equals = true, default_missing_value = "", help_heading = "Time")]
    pub assume_complete: Option<String>,
    /// When snapshots without a manifest were taken.
    #[arg(long, value_name = "TIME", help_heading = "Time")]
    pub captured_at: Option<String>,
    /// Also write every fact that was read, one row for each of its members, as a Parquet file that can be given as a PATH later.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub facts_parquet: Option<PathBuf>,
    /// Damaged evidence does not count: exit code 4 is not given.
    #[arg(long)]
    pub allow_defects: bool,
    /// Parse every record in full, also those that are only counted: slower, and finds damage in them.
    #[arg(long)]
    pub strict: bool,
    /// Threads [default: all cores].
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// What goes to the terminal, and how.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Write to a file instead of standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Colours.
    #[arg(long, value_enum, default_value = "auto", help_heading = "Output")]
    pub color: When,
    /// Progress on standard error, where that is a terminal.
    #[arg(long, value_enum, default_value = "auto", help_heading = "Output")]
    pub progress: When,
    /// Say nothing on standard error but errors.
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

/// What is judged, and what fails the gate.
#[derive(Debug, Default, Args)]
pub struct JudgeArgs {
    /// Judge the controls of a preset: aws-backup-audit-manager, ci-gate, forensic, lag-baseline [default: all controls].
    #[arg(long, value_name = "NAME", help_heading = "Configuration")]
    pub preset: Option<String>,
    /// Judge the controls of a framework of AWS Backup Audit Manager: the JSON of create-framework or describe-framework.
    #[arg(long, value_name = "FILE", conflicts_with = "preset", help_heading = "Configuration")]
    pub framework: Option<PathBuf>,
    /// Judge only these controls, comma-separated; of a preset or framework, only these of its controls.
    #[arg(long, value_name = "ID,…", value_delimiter = ',', help_heading = "Configuration")]
    pub only: Vec<String>,
    /// Do not judge these controls, comma-separated.
    #[arg(long, value_name = "ID,…", value_delimiter = ',', help_heading = "Configuration")]
    pub skip: Vec<String>,
    /// Set a parameter; lists are comma-separated.
    #[arg(long, value_name = "ID.NAME=VALUE", help_heading = "Configuration")]
    pub set: Vec<String>,
    /// Provider limits to judge by: those of a date, or those of the time of what is judged.
    #[arg(long, value_enum, default_value = "by-event-time", help_heading = "Configuration")]
    pub limits: LimitsArg,
    /// The gate.
    #[command(flatten)]
    pub gate: GateArgs,
}

/// The instant and the window.
#[derive(Debug, Default, Args)]
pub struct TimeArgs {
    /// The instant to judge: RFC 3339, YYYY-MM-DD, -30d, or `now` [default: the latest evidence].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub as_of: Option<String>,
    /// Begin of the window.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "window", help_heading = "Time")]
    pub from: Option<String>,
    /// End of the window; also the instant to judge unless --as-of says otherwise.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "window", help_heading = "Time")]
    pub to: Option<String>,
    /// Length of the window before as-of, e.g. 90d [default: the evidence, at most 90 days].
    #[arg(long, value_name = "SPAN", help_heading = "Time")]
    pub window: Option<String>,
}

/// `vaultrail audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// What is read.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// What is judged.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// When.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Earlier runs.
    #[command(flatten)]
    pub against: AgainstArgs,
    /// In which formats.
    #[command(flatten)]
    pub forms: FormArgs,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
    /// Also write a table of all log records, one row each, as a Parquet file.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub events_parquet: Option<PathBuf>,
    /// At most so many bodies of cited records in the report.
    #[arg(long, value_name = "N", default_value_t = 2000, help_heading = "Output")]
    pub max_records: usize,
    /// Say more on standard error: every defect.
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
}

/// `vaultrail state`.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// What is read.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// The instant: RFC 3339, YYYY-MM-DD, -30d before the latest evidence, or `now` [default: the latest evidence].
    #[arg(long, visible_alias = "as-of", value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub at: Option<String>,
    /// Only this entity: its ARN or id, the name at its end, or a pattern with `*`; repeatable.
    #[arg(long, value_name = "ARN|NAME")]
    pub subject: Vec<String>,
    /// Format [default: text on a terminal, json in a pipe; in a file as its name says].
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<PlainFormat>,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// A time that the user gave, or an error that says which flag and what is allowed.
pub fn time(flag: &str, text: &str, anchor: Option<Instant>) -> Result<Instant, String> {
    instant::from_user(text, anchor).ok_or_else(|| {
        format!("{flag} {text:?} is no time: write 2026-10-31T12:00:00Z, 2026-10-31, or -30d relative to as-of")
    })
}
