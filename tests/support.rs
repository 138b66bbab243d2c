//! What several tests need: running the audit in this process, and finding the project's folders.

use clap::Parser;
use std::path::{Path, PathBuf};
use vaultrail::cli::args::{Cli, Command};
use vaultrail::cli::audit;
use vaultrail::report::wire::Report;

/// The project's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `vaultrail audit` with these arguments up to the report.
pub fn audit(args: &[&str]) -> Result<Report, String> {
    let words = ["vaultrail", "audit", "--progress", "never"].iter().chain(args);
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    let Command::Audit(args) = cli.command else { return Err("not an audit".into()) };
    audit::report(&args).map_err(|error| error.to_string())
}

/// Folders in a folder, sorted.
pub fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(of).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
