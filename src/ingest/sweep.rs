//! The fast path: one pass over a decompressed text that counts the records nobody needs, and hands over all others.
//!
//! A record is *plain* if its own members (not nested ones, not text that looks like them) say beyond doubt when, in whose
//! log and where it was written, and that the program does not use it. Plain records are counted and never parsed. What is
//! not plain is handed over to be parsed in full: used records, members that are there twice, escapes in a key or a wanted
//! value, values of another type, times and accounts written in another way. Where the structure itself is not as it should
//! be, nothing of this pass counts, and the text is read by `container` in the careful way.
//!
//! What is checked of a plain record is that it is UTF-8, its structure, and the grammar between its tokens; `--strict`
//! parses everything.
#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::activity::Signs;
use super::grammar::{self, Grammar, Tokens};
use super::masks::{self, BLOCK, Job, Masks, Wide};
use super::plain::Plain;
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
    let (swept, ascii) = masks::with_widest(Sweep { text, start, layout, strict })?;
    // Most logs are ASCII, which the pass itself has seen.
    (ascii || simdutf8::basic::from_utf8(text).is_ok()).then_some(swept)
}

struct Sweep<'a> {
    text: &'a [u8],
    start: usize,
    layout: Layout,
    strict: bool,
}

impl Job for Sweep<'_> {
    /// Whether all of it is ASCII stands beside what was found.
    type Output = Option<(Swept, bool)>;

    #[inline(always)]
    fn run<W: Wide>(self, wide: W) -> Self::Output {
        let mut walk = Walk::new(&self);
        let body = self.text.get(self.start..)?;
        let (blocks, rest) = body.as_chunks::<BLOCK>();
        let mut base = self.start;
        for block in blocks {
            if let Some(end) = walk.block(base, wide.masks(block))? {
                return Some(walk.swept(end));
            }
            base += BLOCK;
        }
        let mut last = [b' '; BLOCK];
        last.get_mut(..rest.len())?.copy_from_slice(rest);
        match walk.block(base, wide.masks(&last))? {
            Some(end) => Some(walk.swept(end)),
            None => walk.ends_with_the_text().then(|| walk.swept(self.text.len())),
        }
    }
}

/// How deep the members of a record itself are.
const OWN: usize = 1;

struct Walk<'a> {
    text: &'a [u8],
    layout: Layout,
    strict: bool,
    /// All ones while a text goes on from the block before.
    in_text: u64,
    /// 1 if the first byte of the next block is escaped.
    escaped: u64,
    /// Bits of bytes that are not ASCII.
    high: u64,
    grammar: Grammar,
    depth: usize,
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

/// Even positions.
const EVEN: u64 = 0x5555_5555_5555_5555;

impl<'a> Walk<'a> {
    fn new(sweep: &Sweep<'a>) -> Self {
        let Sweep { text, start, layout, strict } = *sweep;
        Self {
            text,
            layout,
            strict,
            in_text: 0,
            escaped: 0,
            high: 0,
            grammar: Grammar::new(layout == Layout::Lines),
            depth: 0,
            record: start,
            behind: start,
            any: false,
            plain: Plain::new(text),
            odd: Vec::new(),
            counted: 0,
        }
    }

    /// Reads a block. `None`: not beyond doubt; `Some(Some(end))`: the list has ended.
    #[inline(always)]
    fn block(&mut self, base: usize, masks: Masks) -> Option<Option<usize>> {
        let escaped = self.escapes(masks.backslash);
        let quotes = masks.quote & !escaped;
        // From an opening quote up to before the closing one, all bits are set.
        let inside = prefix_xor(quotes) ^ self.in_text;
        self.in_text = (inside.cast_signed() >> 63).cast_unsigned();
        self.high |= masks.high;
        let tokens = Tokens::of(masks, quotes, inside);
        let unfit = (inside & masks.control) | (masks.backslash & !inside);
        if unfit != 0 {
            return None;
        }
        let simple = escaped & !(masks.quote | masks.backslash);
        let words = self.grammar.words(&tokens)?;
        self.words(base, words)?;
        if simple | masks.control != 0 {
            self.rare(base, simple, masks.control)?;
        }
        let Tokens { open, close, colon, .. } = tokens;
        if self.depth > OWN + close.count_ones() as usize {
            // So deep that no bracket of this block can lead back to the record's own members.
            self.depth = self.depth + open.count_ones() as usize - close.count_ones() as usize;
            return Some(None);
        }
        let mut brackets = open | close;
        let mut before = 0_u64;
        loop {
            let bracket = brackets & brackets.wrapping_neg();
            if self.depth == OWN {
                let here = bracket.wrapping_sub(1) & !before;
                self.plain.escapes |= masks.backslash & here != 0;
                let mut colons = colon & here;
                while colons != 0 {
                    self.plain.member(base + colons.trailing_zeros() as usize);
                    colons &= colons - 1;
                }
            }
            if bracket == 0 {
                return Some(None);
            }
            let at = base + bracket.trailing_zeros() as usize;
            if open & bracket != 0 {
                if self.depth == 0 {
                    self.begin(at)?;
                }
                self.depth += 1;
            } else {
                match self.depth {
                    0 => return self.close(at).map(Some),
                    OWN => self.end(at),
                    _ => {}
                }
                self.depth -= 1;
            }
            before = bracket | (bracket - 1);
            brackets &= !before;
        }
    }

    /// Checks the numbers and names that begin in a block.
    #[inline(always)]
    fn words(&self, base: usize, mut begins: u64) -> Option<()> {
        while begins != 0 {
            let at = base + begins.trailing_zeros() as usize;
            let length = grammar::word(self.text.get(at..)?)?;
            if !matches!(self.text.get(at + length), None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')) {
                return None;
            }
            begins &= begins - 1;
        }
        Some(())
    }

    /// Checks escapes other than those of quotes and backslashes, and which control characters there are.
    #[cold]
    fn rare(&self, base: usize, mut escapes: u64, mut controls: u64) -> Option<()> {
        while escapes != 0 {
            let at = base + escapes.trailing_zeros() as usize;
            grammar::is_escape(self.text.get(at..)?).then_some(())?;
            escapes &= escapes - 1;
        }
        while controls != 0 {
            let at = base + controls.trailing_zeros() as usize;
            matches!(self.text.get(at)?, b'\n' | b'\r' | b'\t').then_some(())?;
            controls &= controls - 1;
        }
        Some(())
    }

    /// Which bytes of a block are escaped by the backslash before them.
    #[inline(always)]
    fn escapes(&mut self, backslash: u64) -> u64 {
        if backslash == 0 {
            return std::mem::take(&mut self.escaped);
        }
        let backslash = backslash & !self.escaped;
        let follows = backslash << 1 | self.escaped;
        // A run of backslashes escapes what follows it if its length is odd: carry through each run that begins at an odd place.
        let odd_starts = backslash & !EVEN & !follows;
        let (even_runs, carried) = odd_starts.overflowing_add(backslash);
        self.escaped = u64::from(carried);
        (EVEN ^ (even_runs << 1)) & follows
    }

    /// A record begins: only a separator may stand before it.
    #[inline(always)]
    fn begin(&mut self, at: usize) -> Option<()> {
        if self.text.get(at) != Some(&b'{') {
            return None;
        }
        let gap = self.text.get(self.behind..at)?;
        let fits = match (self.layout, self.any) {
            (Layout::Lines, _) => gap.is_empty() || gap == b"\n" || is_separator(gap, false),
            (_, true) => gap == b"," || is_separator(gap, true),
            (_, false) => gap.trim_ascii().is_empty(),
        };
        self.record = at;
        self.any = true;
        self.plain.begin();
        fits.then_some(())
    }

    #[inline(always)]
    fn end(&mut self, at: usize) {
        self.behind = at + 1;
        if !self.strict && self.plain.end() {
            self.counted += 1;
        } else {
            self.odd.push((self.counted, self.record..at + 1));
        }
    }

    /// The end of the list.
    fn close(&self, at: usize) -> Option<usize> {
        let gap = self.text.get(self.behind..at)?;
        let ends = self.layout == Layout::List && self.text.get(at) == Some(&b']') && gap.trim_ascii().is_empty();
        ends.then_some(at + 1)
    }

    /// Whether the text may end here, without the bracket of a list.
    fn ends_with_the_text(&self) -> bool {
        let rest = self.text.get(self.behind..).unwrap_or_default();
        let fits = match self.layout {
            Layout::List => false,
            Layout::Lines => rest.trim_ascii().is_empty(),
            Layout::Part => rest.trim_ascii().is_empty() || is_separator(rest, true),
        };
        fits && self.depth == 0 && self.in_text == 0
    }

    fn swept(self, end: usize) -> (Swept, bool) {
        let signs = self.plain.into_signs();
        (Swept { plain: self.counted, odd: self.odd, signs, end }, self.high == 0)
    }
}

/// White space with one comma in it, or at most one where none is needed.
fn is_separator(gap: &[u8], comma: bool) -> bool {
    let mut parts = gap.split(|byte| *byte == b',');
    let blank = parts.by_ref().take(2).all(|part| part.trim_ascii().is_empty());
    blank && parts.next().is_none() && (!comma || gap.contains(&b','))
}

/// Bit *i* is the parity of bits 0 to *i*.
#[inline(always)]
fn prefix_xor(bits: u64) -> u64 {
    let bits = bits ^ bits << 1;
    let bits = bits ^ bits << 2;
    let bits = bits ^ bits << 4;
    let bits = bits ^ bits << 8;
    let bits = bits ^ bits << 16;
    bits ^ bits << 32
}
