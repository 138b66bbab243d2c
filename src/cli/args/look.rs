//! Looking at logs without judging them: `timeline` and `verify`.

use super::{EvidenceArgs, PlainFormat, ShowArgs, StoryFormat};
use clap::Args;
use std::path::PathBuf;

pub(super) const TIMELINE: &str = "\
Examples:
  vaultrail timeline logs/ --subject prod-airgap          all that befell a vault
  vaultrail timeline logs/ --actor ci-deploy              all that a role did, calls of other services too
  vaultrail timeline logs/ --event '*RecoveryPoint*'      who touched recovery points
  vaultrail timeline logs/ --subject prod-airgap -o prod-airgap.html";

pub(super) const VERIFY: &str = "\
Examples:
  aws s3 sync s3://BUCKET/AWSLogs/ logs/AWSLogs/
  aws cloudtrail list-public-keys --start-time START --end-time END > keys.json
  aws s3api head-object --bucket BUCKET --key NEWEST-DIGEST > head.json
  vaultrail verify logs/ --public-keys keys.json --head-object head.json
  vaultrail verify logs/                                  without keys: hashes and links only

Exit codes:
  0  every chain holds and every file that digests name is as delivered
  2  bad usage, a path that does not exist, no digests
  4  something is missing, altered, moved or unreadable
  5  a bug";

/// `vaultrail verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Files and folders with CloudTrail digests and log files; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Output of `aws cloudtrail list-public-keys`; repeatable. Keys among the paths are used as well.
    #[arg(long, value_name = "FILE")]
    pub public_keys: Vec<PathBuf>,
    /// Output of `aws s3api head-object` for the newest digest of a chain, which has its signature; repeatable.
    #[arg(long, value_name = "FILE")]
    pub head_object: Vec<PathBuf>,
    /// Format [default: text on a terminal, json in a pipe; in a file as its name says].
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<PlainFormat>,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
    /// Threads [default: all cores].
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// `vaultrail timeline`.
#[derive(Debug, Args)]
pub struct TimelineArgs {
    /// What is read.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// A vault, share, team, session, resource or account: its ARN or id, the name at its end, or a pattern with `*`;
    /// repeatable.
    #[arg(long, value_name = "ARN|NAME")]
    pub subject: Vec<String>,
    /// Who: ARN or name of a principal, session name, access key id, address, or a pattern with `*`; repeatable.
    #[arg(long, value_name = "WHO")]
    pub actor: Vec<String>,
    /// Event names, or a pattern with `*`; repeatable.
    #[arg(long, value_name = "NAME")]
    pub event: Vec<String>,
    /// First instant.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub from: Option<String>,
    /// Last instant.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub to: Option<String>,
    /// Format [default: text on a terminal, json in a pipe; in a file as its name says].
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<StoryFormat>,
    /// Where it goes.
    #[command(flatten)]
    pub show: ShowArgs,
}
