//! Ingest: paths in; coverage, relevant records and snapshot rows out, defects beside them. The only place that reads.

pub mod activity;
pub mod archive;
pub mod audit_report;
pub mod columns;
pub mod container;
pub mod csv;
mod damage;
pub mod decompress;
pub mod digest;
pub mod discover;
pub mod hashing;
pub mod inventory;
pub mod keys;
pub mod log;
pub mod loose;
pub mod manifest;
pub mod marks;
pub mod masks;
pub mod ocsf;
pub mod order;
pub mod parquet;
pub mod plain;
pub mod probe;
pub mod saved;
pub mod scan;
pub mod shape;
pub mod stream;
pub mod sweep;
pub mod text;
pub mod twins;

use crate::instant::Instant;
use crate::record::packed::{self, Packed};
use activity::Signs;
use decompress::{Inflater, LARGEST_BUFFER, Stored};
use digest::Digest;
use discover::File;
use hashing::{Hashed, Wanted};
use inventory::Output;
use keys::SavedSignature;
use manifest::Manifest;
use rayon::prelude::*;
use shape::Kind;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use twins::Twin;

pub use hashing::sha256;
pub use log::{Entry, Log, Place, Said, Source};

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

/// A path as reports show it: with slashes on every system, and `!` between an archive and its member.
pub fn show_path(path: &Path) -> String {
    let text = path.to_string_lossy().replace(archive::BETWEEN, archive::SHOWN);
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// What a decompressed file holds.
#[derive(Debug, Default)]
pub struct Decoded {
    /// What it is; `None`: no evidence.
    pub kind: Option<Kind>,
    /// Positions given out, defective ones counted.
    pub records_read: u64,
    /// Records that the program uses, with their positions.
    pub used: Vec<(u64, Box<Packed>)>,
    /// Records counted for coverage only.
    pub counted_only: u64,
    /// Broken records: position and reason.
    pub defective: Vec<(u64, String)>,
    /// Breaks of the file's structure: what and where.
    pub broken: Vec<String>,
    /// Digest documents.
    pub digests: Vec<Digest>,
    /// The saved signature of a digest that it is.
    pub signature: Option<SavedSignature>,
    /// The manifest that it is.
    pub manifest: Option<Result<Manifest, String>>,
    /// The CLI output that it is.
    pub inventory: Option<Output>,
    /// The facts that an earlier run saved, which it holds.
    pub saved: Option<Box<saved::SavedFile>>,
    /// Rows of the table of events, where it is asked for.
    pub rows: Option<Box<columns::Rows>>,
    /// When the log shows signs of life.
    pub signs: Signs,
    /// With `--strict`: positions of records that are only counted, and what tells them from others.
    pub twins: Vec<(u64, Twin)>,
}

impl Decoded {
    /// Nothing yet.
    fn new(way: Way) -> Self {
        Self { rows: way.events.then(Box::default), ..Self::default() }
    }

    /// Takes as little room as it can: the texts of the records that are kept are compressed.
    fn bundle(mut self) -> Self {
        packed::bundle(self.used.iter_mut().map(|(_, record)| record.as_mut()));
        self.used.shrink_to_fit();
        self.signs.fit();
        self
    }

    /// Adds what follows in the same file.
    fn append(&mut self, next: Self) {
        let before = self.records_read;
        self.kind = self.kind.or(next.kind);
        self.records_read += next.records_read;
        self.used.extend(next.used.into_iter().map(|(position, record)| (before + position, record)));
        self.counted_only += next.counted_only;
        self.defective.extend(next.defective.into_iter().map(|(position, reason)| (before + position, reason)));
        self.broken.extend(next.broken);
        self.digests.extend(next.digests);
        if let (Some(rows), Some(more)) = (&mut self.rows, next.rows) {
            rows.append(*more, before);
        }
        self.signs.add(next.signs);
        self.twins.extend(next.twins.into_iter().map(|(position, twin)| (before + position, twin)));
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
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Time of snapshots without a manifest.
    pub captured_at: Option<Instant>,
    /// Whether damage does not matter.
    pub allow_defects: bool,
    /// Whether every record is parsed in full, also those that are only counted.
    pub strict: bool,
    /// Whether the table of events is filled ([`Log::events`]).
    pub events: bool,
    /// Whether files that digests name are only hashed and their records left alone.
    pub hash_only: bool,
    /// Who looks on.
    pub watch: &'a dyn Watch,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { captured_at: None, allow_defects: false, strict: false, events: false, hash_only: false, watch: &() }
    }
}

/// What is asked of each file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way {
    /// Whether every record is parsed in full.
    pub strict: bool,
    /// Whether each record gets a row in the table of events.
    pub events: bool,
    /// Whether files that digests name are only hashed.
    pub hash_only: bool,
}

/// A file after reading.
struct FileRead {
    path: PathBuf,
    stored: u64,
    decompressed: u64,
    decoded: Decoded,
    failed: Option<String>,
    qualifier: Option<String>,
    hashed: Option<Hashed>,
}

/// Said of the table of events given back as evidence.
const OWN: &str = "is a table that vaultrail wrote with --events-parquet; what it was made from is evidence";

/// The path that means standard input.
const STDIN: &str = "-";

/// Reads everything below the given paths. `-` is standard input.
pub fn read(paths: &[PathBuf], options: &Options<'_>) -> Result<Log, Error> {
    let (stdin, named): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|p| p.as_os_str() == STDIN);
    let found = discover::discover(&named)?;
    options.watch.found(found.files.len() as u64, found.files.iter().map(|file| file.size).sum());
    let way = Way { strict: options.strict, events: options.events, hash_only: options.hash_only };
    // Digests first: the files that they name are hashed while their text is at hand.
    let (digests, others): (Vec<_>, Vec<_>) =
        found.files.into_iter().partition(|file| digest::is_named_so(&show_path(&file.path)));
    let mut files = read_all(&digests, &Wanted::default(), options.watch, way);
    files.extend(read_all(&others, &Wanted::by_files(&files), options.watch, way));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if !stdin.is_empty() {
        files.extend(read_stdin(way));
    }
    hashing::late(&mut files);
    let log = log::assemble(files, found.defects, options.captured_at);
    // Damage may have been evidence, so it is reported; where it does not matter to the user, nothing is left.
    if log.is_without_evidence() && (log.defects.is_empty() || options.allow_defects) {
        let hint = log.defects.first().map(|d| format!(" ({}: {})", d.path, d.reason));
        let own = || log.sources.iter().find(|s| s.kind == Kind::Events).map(|s| format!(" ({} {OWN})", s.path));
        let hint = hint.or_else(own).unwrap_or_default();
        return Err(Error::NoEvidence { found: log.files.found, hint });
    }
    Ok(log)
}

/// Reads files on all threads, the largest first; answers in their order.
fn read_all(files: &[File], wanted: &Wanted, watch: &dyn Watch, way: Way) -> Vec<FileRead> {
    let mut order: Vec<(usize, &File)> = files.iter().enumerate().collect();
    order.sort_by_key(|(_, file)| std::cmp::Reverse(file.size));
    let next = AtomicUsize::new(0);
    let work = |_| {
        let mut buffers = Buffers::default();
        let mut done = Vec::new();
        while let Some((number, file)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let read = read_file(file, &mut buffers, wanted, way);
            watch.read(file.size);
            done.push((*number, read));
        }
        done
    };
    let workers = rayon::current_num_threads().min(files.len());
    let mut all: Vec<(usize, Vec<FileRead>)> =
        (0..workers).into_par_iter().with_max_len(1).flat_map_iter(work).collect();
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().flat_map(|(_, read)| read).collect()
}

/// What a thread uses again for each file.
#[derive(Default)]
struct Buffers {
    stored: Vec<u8>,
    inflater: Inflater,
}

/// Stored files up to this size are read at once.
const LARGEST_STORED: u64 = LARGEST_BUFFER as u64;

/// Reads a file: one, or the members of an archive.
fn read_file(file: &File, buffers: &mut Buffers, wanted: &Wanted, way: Way) -> Vec<FileRead> {
    if file.size > LARGEST_STORED {
        if let Some(archive) = archive::open(&file.path) {
            return archive::read(&file.path, archive, wanted, way);
        }
        if let Some(read) = stream::read(&file.path, way) {
            return vec![streamed(file, read)];
        }
    }
    buffers.stored.clear();
    decompress::fit(&mut buffers.stored, usize::try_from(file.size).unwrap_or_default().saturating_add(1));
    let outcome = std::fs::File::open(&file.path).and_then(|mut open| {
        buffers.stored.reserve(usize::try_from(file.size).unwrap_or_default().saturating_add(1));
        open.read_to_end(&mut buffers.stored)
    });
    let mut read = match outcome {
        Ok(_) if is_long(&buffers.stored) => match stream::read(&file.path, way) {
            Some(read) => vec![streamed(file, read)],
            None => read_bytes(&file.path, &buffers.stored, &mut buffers.inflater, wanted, way),
        },
        Ok(_) => read_bytes(&file.path, &buffers.stored, &mut buffers.inflater, wanted, way),
        Err(cause) => vec![FileRead::failed(&file.path, format!("cannot be read: {cause}"))],
    };
    if buffers.stored.capacity() > LARGEST_BUFFER {
        buffers.stored = Vec::new();
    }
    if let [read] = read.as_mut_slice() {
        read.stored = read.stored.max(file.size);
    }
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

/// Where a digest names this file, [`hashing::late`] hashes it.
fn streamed(file: &File, read: stream::Streamed) -> FileRead {
    let stream::Streamed { decoded, decompressed, failed } = read;
    let path = file.path.clone();
    FileRead { path, stored: file.size, decompressed, decoded, failed, qualifier: None, hashed: None }
}

fn read_stdin(way: Way) -> Vec<FileRead> {
    let mut stored = Vec::new();
    let outcome = std::io::stdin().lock().read_to_end(&mut stored);
    let mut files = read_bytes(Path::new(STDIN), &stored, &mut Inflater::default(), &Wanted::default(), way);
    if let (Err(cause), Some(file)) = (outcome, files.last_mut()) {
        file.failed.get_or_insert(format!("standard input breaks: {cause}"));
    }
    files
}

fn read_bytes(path: &Path, stored: &[u8], inflater: &mut Inflater, wanted: &Wanted, way: Way) -> Vec<FileRead> {
    let text = inflater.text(stored);
    if archive::is_zip(&text.bytes) {
        return archive::read(path, Cursor::new(text.bytes.as_ref()), wanted, way);
    }
    let (hint, qualifier) = inventory::named(path);
    let named = wanted.names(path);
    // Digests in the same archive are read with the logs that they name.
    let hashed = (named || archive::has_log_name(path)).then(|| hashing::hash(stored, &text));
    let mut decoded = if way.hash_only && named {
        Decoded { kind: Some(Kind::LogFile), ..Decoded::default() }
    } else {
        container::decode(&text.bytes, hint, way).bundle()
    };
    hashing::seal(&mut decoded.digests, path, stored, &text);
    let decompressed = text.bytes.len() as u64;
    let (path, stored) = (path.to_owned(), stored.len() as u64);
    vec![FileRead { path, stored, decompressed, decoded, failed: text.broken, qualifier, hashed }]
}

impl FileRead {
    /// A file of which nothing could be read.
    fn failed(path: &Path, why: impl Into<String>) -> Self {
        let (path, decoded) = (path.to_owned(), Decoded::default());
        Self { path, stored: 0, decompressed: 0, decoded, failed: Some(why.into()), qualifier: None, hashed: None }
    }
}

/// SHA-256 of a file's stored bytes, in lower-case hex; `None` where it cannot be read again (standard input, a pipe).
pub fn stored_sha256(path: &str) -> Option<String> {
    if path == STDIN {
        return None;
    }
    if std::fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        return Some(sha256(&std::fs::read(path).ok()?));
    }
    archive::stored(path).map(|bytes| sha256(&bytes))
}
