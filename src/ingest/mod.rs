//! Ingest: paths in; coverage, relevant records and snapshot rows out, defects beside them. The only place that reads.

pub mod activity;
pub mod container;
pub mod decompress;
pub mod discover;
pub mod inventory;
pub mod log;
pub mod marks;
pub mod masks;
pub mod plain;
pub mod probe;
pub mod scan;
pub mod shape;
pub mod stream;
pub mod sweep;

use crate::instant::Instant;
use crate::record::Record;
use activity::Signs;
use decompress::{Inflater, LARGEST_BUFFER, Stored};
use discover::File;
use inventory::{Manifest, Output};
use sha2::Digest;
use shape::Kind;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// When the log shows signs of life.
    pub signs: Signs,
}

impl Decoded {
    /// Adds what follows in the same file.
    fn append(&mut self, next: Self) {
        let before = self.records_read;
        self.kind = self.kind.or(next.kind);
        self.records_read += next.records_read;
        self.used.extend(next.used.into_iter().map(|(position, record)| (before + position, record)));
        self.counted_only += next.counted_only;
        self.defective.extend(next.defective.into_iter().map(|(position, reason)| (before + position, reason)));
        self.broken.extend(next.broken);
        self.digests += next.digests;
        self.signs.add(next.signs);
    }
}

/// Told of what is read, from any thread.
pub trait Watch: Sync {
    /// So many files with so many stored bytes are going to be read.
    fn found(&self, files: u64, bytes: u64);
    /// A file of so many stored bytes has been read.
    fn read(&self, bytes: u64);
}

impl Watch for () {
    fn found(&self, _: u64, _: u64) {}
    fn read(&self, _: u64) {}
}

/// How files are read.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Time of snapshots without a manifest.
    pub captured_at: Option<Instant>,
    /// Whether damage does not matter.
    pub allow_defects: bool,
    /// Whether every record is parsed in full, also those that are only counted.
    pub strict: bool,
    /// Who looks on.
    pub watch: &'a dyn Watch,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { captured_at: None, allow_defects: false, strict: false, watch: &() }
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
    options.watch.found(found.files.len() as u64, found.files.iter().map(|file| file.size).sum());
    let mut files = read_all(&found.files, options);
    if !stdin.is_empty() {
        files.push(read_stdin(options.strict));
    }
    let log = log::assemble(files, found.defects, options.captured_at);
    // Damage may have been evidence, so it is reported; where it does not matter to the user, nothing is left.
    if log.is_without_evidence() && (log.defects.is_empty() || options.allow_defects) {
        let hint = log.defects.first().map(|d| format!(" ({}: {})", d.path, d.reason)).unwrap_or_default();
        return Err(Error::NoEvidence { found: log.files.found, hint });
    }
    Ok(log)
}

/// Reads files on all threads, the largest first; answers in their order.
fn read_all(files: &[File], options: &Options<'_>) -> Vec<FileRead> {
    let mut order: Vec<(usize, &File)> = files.iter().enumerate().collect();
    order.sort_by_key(|(_, file)| std::cmp::Reverse(file.size));
    let next = AtomicUsize::new(0);
    let work = |_: rayon::BroadcastContext<'_>| {
        let mut buffers = Buffers::default();
        let mut done = Vec::new();
        while let Some((number, file)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let read = read_file(file, &mut buffers, options.strict);
            options.watch.read(file.size);
            done.push((*number, read));
        }
        done
    };
    let mut all: Vec<(usize, FileRead)> = rayon::broadcast(work).into_iter().flatten().collect();
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, read)| read).collect()
}

/// What a thread uses again for each file.
#[derive(Default)]
struct Buffers {
    stored: Vec<u8>,
    inflater: Inflater,
}

/// Stored files up to this size are read at once.
const LARGEST_STORED: u64 = LARGEST_BUFFER as u64;

fn read_file(file: &File, buffers: &mut Buffers, strict: bool) -> FileRead {
    if file.size > LARGEST_STORED
        && let Some(read) = stream::read(&file.path, strict)
    {
        return streamed(file, read);
    }
    buffers.stored.clear();
    let outcome = std::fs::File::open(&file.path).and_then(|mut open| {
        buffers.stored.reserve(usize::try_from(file.size).unwrap_or_default().saturating_add(1));
        open.read_to_end(&mut buffers.stored)
    });
    let mut read = match outcome {
        Ok(_) if is_long(&buffers.stored) => match stream::read(&file.path, strict) {
            Some(read) => streamed(file, read),
            None => read_bytes(file.path.clone(), &buffers.stored, &mut buffers.inflater, strict),
        },
        Ok(_) => read_bytes(file.path.clone(), &buffers.stored, &mut buffers.inflater, strict),
        Err(cause) => FileRead::failed(file.path.clone(), format!("cannot be read: {cause}")),
    };
    if buffers.stored.capacity() > LARGEST_BUFFER {
        buffers.stored = Vec::new();
    }
    read.stored = read.stored.max(file.size);
    read
}

/// Whether a file held here is likely to be much longer than a buffer once it is decompressed.
fn is_long(stored: &[u8]) -> bool {
    match Stored::of(stored) {
        Stored::Plain => false,
        Stored::Gzip => {
            decompress::gzip_length(stored).is_some_and(|length| length as usize > LARGEST_BUFFER)
                || stored.len() > LARGEST_BUFFER / 8
        }
        Stored::Zstd => stored.len() > LARGEST_BUFFER / 16,
    }
}

fn streamed(file: &File, read: stream::Streamed) -> FileRead {
    let stream::Streamed { decoded, decompressed, failed } = read;
    FileRead { path: file.path.clone(), stored: file.size, decompressed, decoded, failed, qualifier: None }
}

fn read_stdin(strict: bool) -> FileRead {
    let mut stored = Vec::new();
    let outcome = std::io::stdin().lock().read_to_end(&mut stored);
    let mut file = read_bytes(PathBuf::from(STDIN), &stored, &mut Inflater::default(), strict);
    file.failed = file.failed.or(outcome.err().map(|cause| format!("standard input breaks: {cause}")));
    file
}

fn read_bytes(path: PathBuf, stored: &[u8], inflater: &mut Inflater, strict: bool) -> FileRead {
    let text = inflater.text(stored);
    let (hint, qualifier) = inventory::named(&path);
    let decoded = container::decode(&text.bytes, hint, strict);
    let decompressed = text.bytes.len() as u64;
    FileRead { path, stored: stored.len() as u64, decompressed, decoded, failed: text.broken, qualifier }
}

impl FileRead {
    fn failed(path: PathBuf, why: String) -> Self {
        let decoded = Decoded::default();
        Self { path, stored: 0, decompressed: 0, decoded, failed: Some(why), qualifier: None }
    }
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
