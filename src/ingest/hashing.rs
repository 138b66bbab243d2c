//! SHA-256 of the files that digests name, taken while their decompressed bytes are at hand.
//!
//! CloudTrail hashes the decompressed content as it delivered it, in one gzip member. A file of which anything is odd
//! (more members, a byte order mark) is decompressed once more, member by member.

use super::decompress::{Stored, Text};
use super::digest::{self, Digest};
use super::stream::LONGEST;
use super::{FileRead, archive, show_path};
use rayon::prelude::*;
use ring::digest::{Context, SHA256};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&SHA256, bytes).as_ref())
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
    text
}

/// What a file that a digest names holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hashed {
    /// SHA-256 of all decompressed bytes, lower-case hex.
    pub sha256: String,
    /// SHA-256 of its first gzip member, where more bytes follow.
    pub first_member: Option<String>,
    /// Whether decompression breaks.
    pub broken: bool,
}

/// The names of the files that digests name.
#[derive(Debug, Default)]
pub struct Wanted(HashSet<String>);

impl Wanted {
    /// What the digests among these files name.
    pub(super) fn by_files(files: &[FileRead]) -> Self {
        let logs = files.iter().flat_map(|file| &file.decoded.digests).flat_map(|digest| &digest.logs);
        Self(logs.map(|log| digest::bare(digest::file_name(&log.object)).to_owned()).collect())
    }

    /// Whether a digest names a file of this name.
    pub fn names(&self, path: &Path) -> bool {
        path.file_name().and_then(OsStr::to_str).is_some_and(|name| self.0.contains(digest::bare(name)))
    }
}

/// Hashes a file from its stored bytes and their text.
pub fn hash(stored: &[u8], text: &Text<'_>) -> Hashed {
    if text.whole {
        return Hashed { sha256: sha256(&text.bytes), first_member: None, broken: false };
    }
    members(|| Ok(stored)).unwrap_or(Hashed { broken: true, ..Hashed::default() })
}

/// Gives the digests of a file the hash of the whole file. Only where several stand in a file that does not have a digest's
/// name, each has been hashed for itself.
pub fn seal(digests: &mut [Digest], path: &Path, stored: &[u8], text: &Text<'_>) {
    if digests.is_empty() || (digests.len() > 1 && !digest::is_named_so(&show_path(path))) {
        return;
    }
    let hashed = hash(stored, text);
    for digest in digests {
        digest.sha256.clone_from(&hashed.sha256);
        digest.appended = hashed.first_member.is_some();
    }
}

/// Hashes the files that digests name and that have not been hashed yet: those named by digests that were found under other
/// names than digests have, and those too large for a buffer.
pub(super) fn late(files: &mut [FileRead]) {
    let wanted = Wanted::by_files(files);
    files.par_iter_mut().for_each(|file| {
        if !wanted.names(&file.path) {
            file.hashed = None;
        } else if file.hashed.is_none() {
            file.hashed = of_file(&file.path);
        }
    });
}

/// Reads a file once more; `None` where it cannot be read.
fn of_file(path: &Path) -> Option<Hashed> {
    if !std::fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        let stored = archive::stored(&show_path(path))?;
        return members(|| Ok(stored.as_slice())).ok();
    }
    members(|| Ok(BufReader::with_capacity(BUFFER, File::open(path)?))).ok()
}

/// Reads what `open` gives, from its beginning each time, member by member.
fn members<R: BufRead + Send>(open: impl Fn() -> std::io::Result<R>) -> std::io::Result<Hashed> {
    let mut stored = open()?;
    let kind = Stored::of(stored.fill_buf()?);
    if kind != Stored::Gzip {
        let (sha256, broken) = drain(kind.stream(stored)?);
        return Ok(Hashed { sha256, first_member: None, broken });
    }
    let (first, broken) = drain(flate2::bufread::GzDecoder::new(&mut stored));
    if broken || stored.fill_buf()?.is_empty() {
        return Ok(Hashed { sha256: first, first_member: None, broken });
    }
    let (sha256, broken) = drain(kind.stream(open()?)?);
    Ok(Hashed { sha256, first_member: Some(first), broken })
}

/// The hash of what a decoder gives, and whether it breaks or does not end.
fn drain(decoder: impl Read) -> (String, bool) {
    let mut decoder = decoder.take(LONGEST);
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; BUFFER];
    let broken = loop {
        match decoder.read(&mut buffer) {
            Ok(0) => break decoder.limit() == 0,
            Ok(n) => context.update(buffer.get(..n).unwrap_or_default()),
            Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break true,
        }
    };
    (hex(context.finish().as_ref()), broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gz(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let _ = encoder.write_all(text);
        encoder.finish().unwrap_or_default()
    }

    fn of(stored: &[u8]) -> Hashed {
        members(|| Ok(stored)).unwrap_or_default()
    }

    #[test]
    fn one_member_and_two_are_told_apart() {
        let one = gz(b"text");
        assert_eq!(of(&one), Hashed { sha256: sha256(b"text"), ..Hashed::default() });
        let found = of(&[one.clone(), gz(b" and more")].concat());
        assert_eq!((found.sha256, found.first_member), (sha256(b"text and more"), Some(sha256(b"text"))));
        let found = of(&[one.as_slice(), b"junk"].concat());
        assert!(found.broken && found.first_member == Some(sha256(b"text")));
        let found = of(one.split_last_chunk::<3>().map_or(&[], |(rest, _)| rest));
        assert!(found.broken && found.first_member.is_none());
    }

    #[test]
    fn a_byte_order_mark_is_hashed_although_it_is_not_read() {
        let marked = b"\xef\xbb\xbf{}";
        assert_eq!(of(&gz(marked)).sha256, sha256(marked));
        assert_eq!(of(marked).sha256, sha256(marked));
    }
}
