//! Makes a log to measure with: `cargo run --release --example corpus -- target/corpus`.
//!
//! It reads no clock and no chance but its seed, so the same command writes the same bytes. `truth.json` beside the log says
//! how many records and relevant ones are in it, by account and Region.
#![expect(clippy::disallowed_methods, reason = "a generator writes files")]

#[path = "corpus-src/mod.rs"]
mod corpus;

use clap::{Parser, ValueEnum};
use corpus::logs::Form;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// What the log is made of.
#[derive(Clone, Copy, ValueEnum)]
enum Shape {
    /// Log files as a trail delivers them: 400 files of 1787 records, unless said otherwise.
    Trail,
    /// Many small ones: 20,000 files of 17 records.
    Small,
    /// One text with a record a line, not compressed.
    Lines,
    /// One log file.
    One,
}

/// Writes a synthetic organization trail's log.
#[derive(Parser)]
struct Args {
    /// The folder to write to; a log that lies there is replaced.
    out: PathBuf,
    #[arg(long, value_enum, default_value = "trail")]
    shape: Shape,
    /// Log files.
    #[arg(long)]
    files: Option<u64>,
    /// Records in a file, on average.
    #[arg(long)]
    records: Option<u64>,
    /// Text in the one file of `lines` and `one`, in bytes.
    #[arg(long, default_value_t = 2_000_000_000)]
    bytes: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Adds hourly digests that name the log files by hash; their signatures are noise.
    #[arg(long)]
    digests: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let logs = match args.shape {
        Shape::Trail | Shape::Small => "AWSLogs",
        Shape::Lines => "records.jsonl",
        Shape::One => "records.json.gz",
    };
    let path = args.out.join(logs);
    if path.is_dir() {
        fs::remove_dir_all(&path)?;
    }
    fs::create_dir_all(&args.out)?;
    let size = |files, records| (args.files.unwrap_or(files), args.records.unwrap_or(records));
    let truth = match args.shape {
        Shape::Trail => corpus::tree(&args.out, args.seed, size(400, 1787), args.digests)?,
        Shape::Small => corpus::tree(&args.out, args.seed, size(20_000, 17), args.digests)?,
        Shape::Lines => corpus::single(&path, args.seed, args.bytes, Form::Lines)?,
        Shape::One => corpus::single(&path, args.seed, args.bytes, Form::List)?,
    };
    fs::write(args.out.join("truth.json"), format!("{:#}\n", truth.shown(logs)))?;
    Ok(())
}
