//! Decompression alone, which bounds every reader of compressed logs: each file read into a buffer and inflated into another,
//! both reused, nothing done with the text.
//!
//! `inflate [--jobs N] [--with libdeflate|zlib-rs|none] [--sha256] PATH…`

use clap::{Parser, ValueEnum};
use ring::digest::{SHA256, digest};
use serde_json::json;
use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What inflates.
#[derive(Clone, Copy, ValueEnum)]
enum With {
    /// libdeflate: the whole of a file at once.
    Libdeflate,
    /// zlib-rs through flate2: streaming.
    ZlibRs,
    /// Nothing: only reading.
    None,
}

/// Decompresses log files and prints how many bytes came out.
#[derive(Parser)]
struct Args {
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    #[arg(long, value_enum, default_value = "libdeflate")]
    with: With,
    /// Hash the decompressed bytes as well, as the validation of digests must.
    #[arg(long)]
    sha256: bool,
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

type Failed = Box<dyn Error + Send + Sync>;

/// What one thread keeps from file to file.
struct Worker {
    with: With,
    sha256: bool,
    libdeflate: libdeflater::Decompressor,
    stored: Vec<u8>,
    text: Vec<u8>,
    inflated: u64,
    /// All digests, folded, so that no compiler leaves them out.
    folded: u8,
}

impl Worker {
    fn file(&mut self, path: &Path) -> Result<(), Failed> {
        self.stored.clear();
        File::open(path)?.read_to_end(&mut self.stored)?;
        let length = match self.with {
            With::None => 0,
            With::Libdeflate => {
                self.room()?;
                self.libdeflate.gzip_decompress(&self.stored, &mut self.text)?
            }
            With::ZlibRs => {
                let room = self.room()?;
                flate2::read::GzDecoder::new(self.stored.as_slice()).read_exact(&mut self.text)?;
                room
            }
        };
        if self.sha256 {
            self.folded ^= digest(&SHA256, &self.text).as_ref().iter().fold(0, |folded, byte| folded ^ byte);
        }
        self.inflated += length as u64;
        Ok(())
    }

    /// Makes the buffer as long as the file's last four bytes say.
    fn room(&mut self) -> Result<usize, Failed> {
        let size = self.stored.last_chunk::<4>().ok_or("too short for gzip")?;
        let size = u32::from_le_bytes(*size) as usize;
        self.text.resize(size, 0);
        Ok(size)
    }
}

fn main() -> Result<(), Failed> {
    let args = Args::parse();
    let mut files = Vec::new();
    for path in &args.paths {
        find(path, &mut files)?;
    }
    // The largest first, so that no thread is left with one at the end.
    files.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let next = AtomicUsize::new(0);
    let work = || {
        let libdeflate = libdeflater::Decompressor::new();
        let Args { with, sha256, .. } = args;
        let mut worker =
            Worker { with, sha256, libdeflate, stored: Vec::new(), text: Vec::new(), inflated: 0, folded: 0 };
        while let Some((_, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            worker.file(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
        }
        Ok::<_, Failed>((worker.inflated, worker.folded))
    };
    let done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..args.jobs).map(|_| scope.spawn(work)).collect();
        let own = work();
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(|_| Err("a thread panicked".into())));
        std::iter::once(own).chain(others).collect::<Result<Vec<_>, Failed>>()
    })?;
    let inflated: u64 = done.iter().map(|(inflated, _)| inflated).sum();
    let folded = done.iter().fold(0, |all, (_, folded)| all ^ folded);
    let found = json!({ "files": files.len(), "decompressed_bytes": inflated, "folded": folded });
    Ok(writeln!(std::io::stdout(), "{found}")?)
}

fn find(path: &Path, files: &mut Vec<(u64, PathBuf)>) -> std::io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            find(&entry?.path(), files)?;
        }
    } else {
        files.push((fs::metadata(path)?.len(), path.to_owned()));
    }
    Ok(())
}
