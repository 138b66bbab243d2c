//! What shells and `man` are told of the program.

use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

pub(super) const COMPLETIONS: &str = "\
Examples:
  vaultrail completions bash > /etc/bash_completion.d/vaultrail
  vaultrail completions zsh > \"${fpath[1]}/_vaultrail\"
  vaultrail completions fish > ~/.config/fish/completions/vaultrail.fish";

/// `vaultrail completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `vaultrail man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write `vaultrail.1` and the page of each command into this folder.
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
}
