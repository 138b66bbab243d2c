//! A synthetic organization's log, as large as asked for, with what makes careless readers miscount in it.

mod actors;
mod calls;
mod digest;
mod fill;
pub mod logs;
mod relevant;
mod rng;

use chrono::{DateTime, Utc};
use flate2::{Compression, GzBuilder};
use logs::{Form, LogFile};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

const ORGANIZATION: &str = "o-exampleorg1";
/// Records made at a time for a file that is written in one piece.
const BATCH: u64 = 2_000;

/// What is true of a corpus.
#[derive(Default)]
pub struct Truth {
    files: u64,
    digests: u64,
    records: u64,
    relevant: u64,
    stored: u64,
    decompressed: u64,
    pairs: BTreeMap<String, u64>,
}

/// A log file that was written, for the digests.
pub struct Delivered {
    account: &'static str,
    region: &'static str,
    key: String,
    stamp: DateTime<Utc>,
    extent: (DateTime<Utc>, DateTime<Utc>),
    sha256: String,
}

impl Truth {
    fn add(&mut self, file: &LogFile) {
        self.records += file.records;
        self.relevant += file.relevant;
        *self.pairs.entry(format!("{}/{}", file.account, file.region)).or_default() += file.records;
    }

    /// As `truth.json` holds it; `logs` is the file or folder to read, from the corpus's own folder.
    pub fn shown(&self, logs: &str) -> Value {
        json!({
            "logs": logs,
            "files": self.files,
            "digests": self.digests,
            "records": self.records,
            "relevant": self.relevant,
            "stored_bytes": self.stored,
            "decompressed_bytes": self.decompressed,
            "pairs": self.pairs,
        })
    }
}

/// A tree of log files as an organization trail delivers them; a file holds half as many records as asked for, up to half
/// again as many.
pub fn tree(folder: &Path, seed: u64, (files, records): (u64, u64), digests: bool) -> Result<Truth, Box<dyn Error>> {
    let made: Vec<_> = (0..files)
        .into_par_iter()
        .map(|index| {
            let file = LogFile::make(seed, index, spread(seed, index, records), Form::LogFile);
            let key = file.key(ORGANIZATION);
            let stored = store(&folder.join(&key), file.text.as_bytes()).map_err(|cause| format!("{key}: {cause}"))?;
            let sha256 = if digests { vaultrail::ingest::sha256(file.text.as_bytes()) } else { String::new() };
            let length = file.text.len() as u64;
            Ok((LogFile { text: String::new(), ..file }, key, (stored, length), sha256))
        })
        .collect::<Result<_, String>>()?;
    let mut truth = Truth { files, ..Truth::default() };
    let mut delivered = Vec::new();
    for (file, key, (stored, length), sha256) in made {
        truth.add(&file);
        truth.stored += stored;
        truth.decompressed += length;
        let LogFile { account, region, stamp, extent, .. } = file;
        delivered.push(Delivered { account, region, key, stamp, extent, sha256 });
    }
    if digests {
        truth.digests = digest::write(folder, ORGANIZATION, &delivered)?;
    }
    Ok(truth)
}

/// From half to one and a half times as many, so that files differ in size as they do in a bucket.
fn spread(seed: u64, index: u64, records: u64) -> u64 {
    (records - records / 2) + rng::Rng::new(!seed, index).below(records / 2 * 2 + 1)
}

/// One log file of that size at least, as gzip, or one text with a record a line, plain.
pub fn single(path: &Path, seed: u64, bytes: u64, form: Form) -> Result<Truth, Box<dyn Error>> {
    let file = BufWriter::new(fs::File::create(path)?);
    let mut truth = Truth { files: 1, ..Truth::default() };
    if form == Form::Lines {
        batches(file, seed, bytes, form, &mut truth)?.into_inner()?.sync_all()?;
    } else {
        let mut gzip = GzBuilder::new().mtime(0).write(file, Compression::default());
        gzip.write_all(br#"{"Records":["#)?;
        gzip = batches(gzip, seed, bytes, form, &mut truth)?;
        gzip.write_all(b"]}")?;
        gzip.finish()?.into_inner()?.sync_all()?;
        truth.decompressed += br#"{"Records":[]}"#.len() as u64;
    }
    truth.stored = fs::metadata(path)?.len();
    Ok(truth)
}

fn batches<W: Write>(mut out: W, seed: u64, bytes: u64, form: Form, truth: &mut Truth) -> std::io::Result<W> {
    let at_once = rayon::current_num_threads() as u64 * 2;
    let mut next = 0;
    while truth.decompressed < bytes {
        let made: Vec<LogFile> =
            (next..next + at_once).into_par_iter().map(|index| LogFile::make(seed, index, BATCH, form)).collect();
        for batch in &made {
            if truth.decompressed >= bytes {
                break;
            }
            if next > 0 && form == Form::List {
                out.write_all(b",")?;
                truth.decompressed += 1;
            }
            out.write_all(batch.text.as_bytes())?;
            truth.add(batch);
            truth.decompressed += batch.text.len() as u64;
            next += 1;
        }
    }
    Ok(out)
}

/// As `CloudTrail` stores it: one gzip member at the usual level. Answers its size.
pub fn gzip(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    gzip.write_all(text)?;
    gzip.finish()
}

fn store(path: &Path, text: &[u8]) -> std::io::Result<u64> {
    let stored = gzip(text)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, &stored)?;
    Ok(stored.len() as u64)
}
