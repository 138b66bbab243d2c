//! The fast way through a text: what the sweep counted is taken over, what it handed over is read with care.

use super::Reader;
use crate::ingest::scan;
use crate::ingest::shape::Kind;
use crate::ingest::sweep::{self, Layout, Swept};
use crate::ingest::{Decoded, Way};
use std::ops::Range;

/// A window of a log that is too large to be held.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Where in the window the records begin.
    pub start: usize,
    /// What stands between them.
    pub layout: Layout,
    /// Whether the log ends with this window.
    pub last: bool,
    /// Where in the log the window begins.
    pub offset: u64,
}

/// Reads a window. `None`: its structure is not beyond doubt, and that does not concern it alone.
pub fn decode_part(text: &[u8], part: Part, way: Way) -> Option<Decoded> {
    let Way { strict, events, .. } = way;
    let list = part.layout == Layout::Part;
    let layout = if list && part.last { Layout::List } else { part.layout };
    let mut out = Decoded::new(way);
    let mut reader = Reader::new(text, &mut out, None, strict);
    match sweep::sweep(text, part.start, layout, strict || events) {
        Some(swept) if !list || !part.last || text.get(swept.end..)?.trim_ascii() == b"}" => {
            reader.swept(swept, |reader, range| if list { reader.item(range) } else { reader.object(range, false) });
        }
        // Only the end of the log is broken: what precedes the break is read with care.
        _ if part.last => {
            let head: &[u8] = if list { b"{\"Records\":[" } else { b"" };
            let whole = [head, text.get(part.start..)?].concat();
            let mut out = Decoded::new(way);
            let mut reader = Reader::new(&whole, &mut out, None, strict);
            reader.offset = part.offset + part.start as u64;
            reader.head = head.len();
            reader.documents();
            reader.tell();
            return Some(out);
        }
        _ => return None,
    }
    reader.tell();
    if list && out.kind.is_some() {
        out.kind = Some(Kind::LogFile);
    }
    Some(out)
}

impl Reader<'_, '_> {
    /// The fast way through a log file, a list of records or lines. `false`: this text needs the careful one.
    pub(super) fn sweep(&mut self) -> bool {
        let first = scan::skip_space(self.bytes, 0);
        let log_file = scan::records_list(self.bytes, first);
        let (start, layout) = match log_file {
            Some(open) => (open + 1, Layout::List),
            None if self.bytes.get(first) == Some(&b'[') => (first + 1, Layout::List),
            None => (first, Layout::Lines),
        };
        let Some(swept) = sweep::sweep(self.bytes, start, layout, false) else { return false };
        let rest = self.bytes.get(swept.end..).unwrap_or_default().trim_ascii();
        let rest_fits = if log_file.is_some() { rest == b"}" } else { rest.is_empty() };
        if !rest_fits {
            return false;
        }
        let items = swept.plain + swept.odd.len() as u64;
        let known_before = self.out.kind;
        let unknown = self.unknown.len();
        match layout {
            Layout::List => self.swept(swept, Self::item),
            Layout::Lines | Layout::Part => self.swept(swept, |reader, range| reader.object(range, items == 1)),
        }
        let unknown = (self.unknown.len() - unknown) as u64;
        if log_file.is_some() {
            // A list under this key in which nothing is a CloudTrail record is some other service's file.
            if unknown < items || items == 0 || self.is_too_deep(&(start - 1..self.bytes.len())) {
                self.out.kind = Some(known_before.unwrap_or(Kind::LogFile));
            }
        } else if items == 0 && layout == Layout::List {
            self.note(Kind::Empty);
        }
        true
    }

    /// Takes over what was swept, with a closer look at what is not plain.
    fn swept(&mut self, swept: Swept, mut look: impl FnMut(&mut Self, &Range<usize>)) {
        if swept.plain > 0 {
            self.note(Kind::Records);
        }
        let mut counted = 0;
        for (before, range) in &swept.odd {
            self.out.records_read += before - counted;
            counted = *before;
            look(self, range);
        }
        self.out.records_read += swept.plain - counted;
        self.out.counted_only += swept.plain;
        self.out.signs.add(swept.signs);
    }
}
