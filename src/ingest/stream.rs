//! Files too large for a buffer: read in windows that end between records, several windows side by side.
//!
//! A window ends where a record seems to begin; whether it does is known when all windows before it have been swept and end
//! just there. Where it does not (or where the file is no log at all), the answer is `None`, and the file is read as a whole.

use super::container::{self, Part};
use super::decompress::{LARGEST_FILE, Stored};
use super::scan;
use super::sweep::Layout;
use super::{Decoded, Way};
use memchr::{memmem, memrchr};
use rayon::prelude::*;
use std::io::Read;
use std::path::Path;

/// Bytes of text in one window.
const WINDOW: usize = 8 << 20;

/// So much text is read of one file at most, however little of it is held.
pub const LONGEST: u64 = LARGEST_FILE << 5;

/// A file that has been read.
pub struct Streamed {
    /// What it holds.
    pub decoded: Decoded,
    /// Bytes of text.
    pub decompressed: u64,
    /// Why it ended early.
    pub failed: Option<String>,
}

/// Reads a large log. `None`: it is not one, or its structure is not beyond doubt.
pub fn read(path: &Path, way: Way) -> Option<Streamed> {
    let mut file = std::fs::File::open(path).ok()?;
    let mut magic = [0; 4];
    let known = file.read(&mut magic).ok()?;
    let kind = Stored::of(magic.get(..known)?);
    let stored = std::io::Cursor::new(magic).take(known as u64).chain(file);
    let stream = kind.stream(std::io::BufReader::with_capacity(1 << 18, stored)).ok()?;
    Windows { stream, kind, carried: Vec::new(), read: 0, given: 0, layout: None, state: State::More }.all(way)
}

enum State {
    More,
    Ended,
    Broken(String),
}

struct Windows<'a> {
    stream: Box<dyn Read + Send + 'a>,
    kind: Stored,
    /// The beginning of the next window.
    carried: Vec<u8>,
    read: u64,
    /// Where the next window begins.
    given: u64,
    layout: Option<Layout>,
    state: State,
}

/// Some windows, or none where the text cannot be cut.
type Batch = Option<Vec<(Vec<u8>, Part)>>;

impl Windows<'_> {
    fn all(mut self, way: Way) -> Option<Streamed> {
        let mut decoded = Decoded::new(way);
        let mut batch = self.batch();
        loop {
            let windows = batch?;
            if windows.is_empty() {
                break;
            }
            // The next windows are read while these are looked at.
            let (done, next) = rayon::join(|| decode(windows, way), || self.batch());
            for part in done? {
                decoded.append(part);
            }
            batch = next;
        }
        let failed = match self.state {
            State::Broken(why) => Some(why),
            State::More | State::Ended => None,
        };
        Some(Streamed { decoded, decompressed: self.read, failed })
    }

    fn batch(&mut self) -> Batch {
        let mut windows = Vec::new();
        while windows.len() < rayon::current_num_threads() && (matches!(self.state, State::More) || self.given == 0) {
            windows.push(self.next()?);
        }
        Some(windows)
    }

    fn next(&mut self) -> Option<(Vec<u8>, Part)> {
        let mut text = std::mem::take(&mut self.carried);
        text.reserve(WINDOW.saturating_sub(text.len()));
        let wanted = WINDOW.saturating_sub(text.len()) as u64;
        let outcome = self.stream.by_ref().take(wanted).read_to_end(&mut text);
        let first = self.given == 0;
        self.read = self.given + text.len() as u64;
        match outcome {
            Err(cause) => self.state = State::Broken(self.kind.breaks(self.read, &cause)),
            Ok(_) if self.read > LONGEST => {
                self.state = State::Broken(format!("is longer than {LONGEST} bytes, the limit; split the file"));
            }
            Ok(read) if (read as u64) < wanted => self.state = State::Ended,
            Ok(_) => {}
        }
        let start = if first { self.begin(&text)? } else { 0 };
        let layout = self.layout?;
        let last = !matches!(self.state, State::More);
        if !last {
            let end = cut(&text, layout).filter(|end| *end > start)?;
            self.carried = text.split_off(end);
        }
        let part = Part { start, layout, last, offset: self.given };
        self.given += text.len() as u64;
        Some((text, part))
    }

    /// Recognises a log by how it begins; answers with where its records do.
    fn begin(&mut self, text: &[u8]) -> Option<usize> {
        let first = scan::skip_space(text, if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 });
        if let Some(open) = scan::records_list(text, first) {
            self.layout = Some(Layout::Part);
            return Some(open + 1);
        }
        self.layout = Some(Layout::Lines);
        (text.get(first) == Some(&b'{')).then_some(first)
    }
}

/// Where a window may end: behind a line, or before the last record that begins in it.
fn cut(text: &[u8], layout: Layout) -> Option<usize> {
    if layout == Layout::Lines {
        return memrchr(b'\n', text).map(|at| at + 1);
    }
    memmem::rfind_iter(text, b"\"eventVersion\"").find_map(|key| {
        let open = text.get(..key)?.trim_ascii_end().strip_suffix(b"{")?;
        open.trim_ascii_end().ends_with(b",").then_some(open.len())
    })
}

fn decode(windows: Vec<(Vec<u8>, Part)>, way: Way) -> Option<Vec<Decoded>> {
    let decode = |(text, part): (Vec<u8>, _)| container::decode_part(&text, part, way).map(Decoded::bundle);
    windows.into_par_iter().map(decode).collect()
}
