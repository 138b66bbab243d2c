//! Ingest: paths in; coverage, relevant records and snapshot rows out, defects beside them. The only place that reads.

pub mod activity;
pub mod container;
pub mod decompress;
pub mod discover;
pub mod inventory;
pub mod log;
pub mod probe;
pub mod scan;
pub mod shape;

use crate::instant::Instant;
use crate::record::Record;
use activity::Pair;
use inventory::{Manifest, Output};
use rayon::prelude::*;
use sha2::Digest;
use shape::Kind;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use log::{Entry, Log, Place, Said};

/// Why nothing could be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path that the user named.
    #[error("cannot read {}: {cause}; name an existing file or folder", path.display())]
    NoSuchPath {
        /// The path.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Nothing recognised.
    #[error(
        "nothing in the given paths is evidence: of {found} files none holds records or snapshots{hint}; \
         give CloudTrail logs or inventory snapshots"
    )]
    NoEvidence {
        /// Files found.
        found: u64,
        /// The first defect, where there is one.
        hint: String,
    },
}

/// Damage: a file or record that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// Which file.
    pub path: String,
    /// Which record, counted from 0 over the whole file; `None` for the file itself.
    pub record: Option<u64>,
    /// What is wrong and what to do.
    pub reason: String,
}

impl Defect {
    /// A defect of a whole file.
    pub fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self { path: show_path(path), record: None, reason: reason.into() }
    }
}

/// A path as reports show it: with slashes on every system.
pub fn show_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// What a decompressed file holds.
#[derive(Debug, Default)]
pub struct Decoded {
    /// What it is; `None`: no evidence.
    pub kind: Option<Kind>,
    /// Positions given out, defective ones counted.
    pub records_read: u64,
    /// Records that the program uses, with their positions.
    pub used: Vec<(u64, Box<Record>)>,
    /// Records counted for coverage only.
    pub counted_only: u64,
    /// Broken records: position and reason.
    pub defective: Vec<(u64, String)>,
    /// Breaks of the file's structure: what and where.
    pub broken: Vec<String>,
    /// Digest documents.
    pub digests: u64,
    /// The manifest that it is.
    pub manifest: Option<Result<Manifest, String>>,
    /// The CLI output that it is.
    pub inventory: Option<Output>,
    events: BTreeMap<Pair, Vec<Instant>>,
    extent: Option<(Instant, Instant)>,
}

impl Decoded {
    fn saw(&mut self, at: Instant, pair: Option<Pair>) {
        let (first, last) = self.extent.unwrap_or((at, at));
        self.extent = Some((first.min(at), last.max(at)));
        if let Some(pair) = pair {
            self.events.entry(pair).or_default().push(at);
        }
    }
}

/// How files are read.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Time of snapshots without a manifest.
    pub captured_at: Option<Instant>,
    /// Whether damage does not matter.
    pub allow_defects: bool,
    /// Told of each file that has been read: its stored bytes.
    pub on_file: &'a (dyn Fn(u64) + Sync),
    /// Whether every record is parsed in full, also those that are only counted.
    pub strict: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { captured_at: None, allow_defects: false, on_file: &|_| {}, strict: false }
    }
}

/// A file after reading.
struct FileRead {
    path: PathBuf,
    stored: u64,
    decompressed: u64,
    decoded: Decoded,
    failed: Option<String>,
    qualifier: Option<String>,
}

/// The path that means standard input.
const STDIN: &str = "-";

/// Reads everything below the given paths. `-` is standard input.
pub fn read(paths: &[PathBuf], options: &Options<'_>) -> Result<Log, Error> {
    let (stdin, named): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|p| p.as_os_str() == STDIN);
    let found = discover::discover(&named)?;
    let mut files: Vec<FileRead> = found
        .files
        .par_iter()
        .map(|path| {
            let file = read_file(path);
            (options.on_file)(file.stored);
            file
        })
        .collect();
    if !stdin.is_empty() {
        files.push(read_stdin());
    }
    let log = log::assemble(files, found.defects, options.captured_at);
    // Damage may have been evidence, so it is reported; where it does not matter to the user, nothing is left.
    if log.is_without_evidence() && (log.defects.is_empty() || options.allow_defects) {
        let hint = log.defects.first().map(|d| format!(" ({}: {})", d.path, d.reason)).unwrap_or_default();
        return Err(Error::NoEvidence { found: log.files.found, hint });
    }
    Ok(log)
}

/// How many files there are below the paths and how large they are together, for a progress bar.
pub fn measure(paths: &[PathBuf]) -> (u64, u64) {
    let named: Vec<PathBuf> = paths.iter().filter(|p| p.as_os_str() != STDIN).cloned().collect();
    let files = discover::discover(&named).map(|found| found.files).unwrap_or_default();
    let bytes = files.iter().filter_map(|f| std::fs::metadata(f).ok()).map(|m| m.len()).sum();
    (files.len() as u64, bytes)
}

fn read_file(path: &Path) -> FileRead {
    match std::fs::read(path) {
        Ok(stored) => read_bytes(path.to_owned(), stored),
        Err(cause) => FileRead {
            path: path.to_owned(),
            stored: 0,
            decompressed: 0,
            decoded: Decoded::default(),
            failed: Some(format!("cannot be read: {cause}")),
            qualifier: None,
        },
    }
}

fn read_stdin() -> FileRead {
    let mut stored = Vec::new();
    let outcome = std::io::stdin().lock().read_to_end(&mut stored);
    let mut file = read_bytes(PathBuf::from(STDIN), stored);
    file.failed = file.failed.or(outcome.err().map(|cause| format!("standard input breaks: {cause}")));
    file
}

fn read_bytes(path: PathBuf, stored: Vec<u8>) -> FileRead {
    let size = stored.len() as u64;
    let text = decompress::decompress(stored);
    let (hint, qualifier) = inventory::named(&path);
    let decoded = container::decode(&text.bytes, hint);
    FileRead { path, stored: size, decompressed: text.bytes.len() as u64, decoded, failed: text.broken, qualifier }
}

/// SHA-256 of a file's stored bytes, in lower-case hex; `None` where it cannot be read again (standard input, a pipe).
pub fn stored_sha256(path: &str) -> Option<String> {
    if path == STDIN || !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    Some(sha256(&std::fs::read(path).ok()?))
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    let digits = sha2::Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
