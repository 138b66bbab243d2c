//! The fast path: one pass over a decompressed text that counts the records nobody needs, and hands over all others.
//!
//! A record is *plain* if its own members (not nested ones, not text that looks like them) say beyond doubt when, in whose
//! log and where it was written, and that the program does not use it. Plain records are counted and never parsed. What is
//! not plain is handed over to be parsed in full: used records, members that are there twice, escapes in a key or a wanted
//! value, values of another type, times and accounts written in another way. Where the structure itself is not as it should
//! be, nothing of this pass counts, and the text is read by `container` in the careful way.
//!
//! What is checked of a plain record is that it is UTF-8 and its structure: balanced brackets, texts that end, escapes, no
//! control characters in texts, a text before each colon. The grammar inside its values is not: `--strict` parses everything.
//! Only compact text, as CloudTrail writes it, is read so; a record with white space behind its colons has gone through other
//! hands, and is parsed.

#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::activity::Signs;
use super::marks::{Carry, Marks, Outside};
use super::masks::{self, BLOCK, Job, Wide};
use super::plain::Plain;
use super::probe::LARGEST_RECORD;
use std::ops::Range;

/// What stands between records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Commas, and a bracket after the last one.
    List,
    /// White space, or nothing: the text is all records.
    Lines,
    /// A part of a list that ends behind a record or its comma, without the bracket.
    Part,
}

/// What a pass found.
#[derive(Debug, Default)]
pub struct Swept {
    /// Records that are only counted.
    pub plain: u64,
    /// Everything else, in order: how many plain records stand before it, and where it is.
    pub odd: Vec<(u64, Range<usize>)>,
    /// The plain records' times.
    pub signs: Signs,
    /// Where the pass ended: behind the bracket of the list, or at the end of the text.
    pub end: usize,
}

/// Sweeps over the records of a text from `start` on, which for a list is behind its opening bracket; if `strict`, no record
/// is plain. `None`: the structure is not beyond doubt.
pub fn sweep(text: &[u8], start: usize, layout: Layout, strict: bool) -> Option<Swept> {
    masks::with_widest(Sweep { text, start, layout, strict })
}

struct Sweep<'a> {
    text: &'a [u8],
    start: usize,
    layout: Layout,
    strict: bool,
}

impl Job for Sweep<'_> {
    type Output = Option<Swept>;

    #[inline(always)]
    fn run<W: Wide>(self, wide: W) -> Self::Output {
        let Self { text, start, layout, strict } = self;
        let mut walk = Walk::new(text, start, layout, strict);
        let mut carry = Carry::default();
        let mut marks = Marks::default();
        let mut encoding = Encoding { valid: start, next: start };
        let mut base = start;
        while base < text.len() {
            for block in marks.chunk(wide, &mut carry, text, base)? {
                if walk.block(base, block)? {
                    encoding.check(text, text.len(), carry.is_ascii())?;
                    return walk.close().map(|end| walk.swept(end));
                }
                base += BLOCK;
            }
            encoding.check(text, base.min(text.len()), carry.is_ascii())?;
        }
        (walk.ends_with_the_text() && carry.ends()).then(|| walk.swept(text.len()))
    }
}

/// How much of a text is known to be UTF-8.
struct Encoding {
    /// Everything before.
    valid: usize,
    /// Where the next chunk begins.
    next: usize,
}

impl Encoding {
    /// Checks a chunk that ends at `end`.
    #[inline(always)]
    fn check(&mut self, text: &[u8], end: usize, ascii: bool) -> Option<()> {
        if !ascii || self.valid < self.next {
            self.valid = self.closely(text, end)?;
        } else {
            self.valid = end;
        }
        self.next = end;
        Some(())
    }

    /// Up to where the text is valid; a character may be cut in two by the end of the chunk.
    #[cold]
    fn closely(&self, text: &[u8], end: usize) -> Option<usize> {
        match simdutf8::compat::from_utf8(text.get(self.valid..end)?) {
            Ok(_) => Some(end),
            Err(cut) if cut.error_len().is_none() && end < text.len() => Some(self.valid + cut.valid_up_to()),
            Err(_) => None,
        }
    }
}

/// Second half of the sweep: from bracket to bracket, and over the colons of a record's own members.
struct Walk<'a> {
    text: &'a [u8],
    layout: Layout,
    strict: bool,
    /// Where the record that is being read begins.
    record: usize,
    /// Behind the record before.
    behind: usize,
    /// Whether a record has been seen.
    any: bool,
    plain: Plain<'a>,
    odd: Vec<(u64, Range<usize>)>,
    counted: u64,
}

impl<'a> Walk<'a> {
    fn new(text: &'a [u8], start: usize, layout: Layout, strict: bool) -> Self {
        let plain = Plain::new(text);
        let (odd, counted) = (Vec::new(), 0);
        Self { text, layout, strict, record: start, behind: start, any: false, plain, odd, counted }
    }

    /// Looks at a block; `true`: the list ends in it.
    #[inline(always)]
    fn block(&mut self, base: usize, block: &Outside) -> Option<bool> {
        if block.depth <= i64::from(block.close.count_ones()) {
            return self.borders(base, block);
        }
        let mut colons = block.wanted;
        while colons != 0 {
            let colon = colons & colons.wrapping_neg();
            self.plain.member(base + colon.trailing_zeros() as usize, colon, block);
            colons ^= colon;
        }
        Some(false)
    }

    /// A block in which records may begin or end.
    #[inline(always)]
    fn borders(&mut self, base: usize, block: &Outside) -> Option<bool> {
        let Outside { open, close, wanted, mut depth, .. } = *block;
        let mut events = open | close | wanted;
        while events != 0 {
            let event = events & events.wrapping_neg();
            let at = base + event.trailing_zeros() as usize;
            if open & event != 0 {
                if depth == 0 {
                    self.begin(at).then_some(())?;
                }
                depth += 1;
            } else if close & event != 0 {
                match depth {
                    0 => return Some(true),
                    1 => self.end(at),
                    _ => {}
                }
                depth -= 1;
            } else {
                self.plain.member(at, event, block);
            }
            events ^= event;
        }
        Some(false)
    }

    /// A record begins: only a separator may stand before it.
    #[inline(always)]
    fn begin(&mut self, at: usize) -> bool {
        let gap = self.text.get(self.behind..at).unwrap_or_default();
        let fits = match (self.layout, self.any) {
            (Layout::Lines, _) => gap == b"\n" || is_separator(gap, false),
            (_, true) => gap == b"," || is_separator(gap, true),
            (_, false) => gap.trim_ascii().is_empty(),
        };
        self.record = at;
        self.any = true;
        self.plain.begin();
        fits && self.text.get(at) == Some(&b'{')
    }

    #[inline(always)]
    fn end(&mut self, at: usize) {
        self.behind = at + 1;
        if !self.strict && at - self.record < LARGEST_RECORD && self.plain.end() {
            self.counted += 1;
        } else {
            self.odd.push((self.counted, self.record..at + 1));
        }
    }

    /// The end of the list.
    #[cold]
    fn close(&self) -> Option<usize> {
        let rest = self.text.get(self.behind..).unwrap_or_default();
        let blank = rest.len() - rest.trim_ascii_start().len();
        let ends = self.layout == Layout::List && rest.get(blank) == Some(&b']');
        ends.then_some(self.behind + blank + 1)
    }

    /// Whether the text may end here, without the bracket of a list.
    fn ends_with_the_text(&self) -> bool {
        let rest = self.text.get(self.behind..).unwrap_or_default();
        match self.layout {
            Layout::List => false,
            Layout::Lines => rest.trim_ascii().is_empty(),
            Layout::Part => rest.trim_ascii().is_empty() || is_separator(rest, true),
        }
    }

    fn swept(self, end: usize) -> Swept {
        Swept { plain: self.counted, odd: self.odd, signs: self.plain.into_signs(), end }
    }
}

/// White space with one comma in it, or at most one where none is needed.
fn is_separator(gap: &[u8], comma: bool) -> bool {
    let mut parts = gap.split(|byte| *byte == b',');
    let blank = parts.by_ref().take(2).all(|part| part.trim_ascii().is_empty());
    blank && parts.next().is_none() && (!comma || gap.contains(&b','))
}
