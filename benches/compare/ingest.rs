//! vaultrail's ingest alone: reads the paths and prints what it counted, as JSON.
//!
//! `ingest [--jobs N] PATH…`

use clap::Parser;
use serde_json::json;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use vaultrail::ingest::{self, Options};

/// Reads evidence and prints how much there is of it.
#[derive(Parser)]
struct Args {
    /// Threads; one a core unless said otherwise.
    #[arg(long)]
    jobs: Option<usize>,
    /// Parse every record in full.
    #[arg(long)]
    strict: bool,
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    // Not a pool of its own: reading from within the global one is how `vaultrail audit` does it.
    rayon::ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build_global()?;
    let log = ingest::read(&args.paths, &Options { strict: args.strict, ..Options::default() })?;
    let pairs: BTreeMap<String, u64> = log
        .activity
        .pairs()
        .map(|((account, region), events, _)| (format!("{}/{}", account.as_str(), region.as_str()), events))
        .collect();
    let found = json!({
        "records": log.records.read,
        "relevant": log.records.used + log.records.duplicate,
        "pairs": pairs,
        "defects": log.defects.len(),
        "decompressed_bytes": log.decompressed,
    });
    Ok(writeln!(std::io::stdout(), "{found}")?)
}
