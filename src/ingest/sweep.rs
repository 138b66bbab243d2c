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
use super::grammar;
use super::marks::{CHUNK, Carry, Marks};
use super::masks::{self, BLOCK, Job, Wide};
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
        let Self { text, start, layout, strict } = self;
        let mut walk = Walk::new(text, start, layout, strict);
        let mut carry = Carry::new(layout == Layout::Lines);
        let mut marks = [Marks::default(); CHUNK];
        let mut base = start;
        while base < text.len() {
            let rest = text.get(base..)?;
            let chunk = rest.get(..CHUNK * BLOCK).unwrap_or(rest);
            let (blocks, tail) = chunk.as_chunks::<BLOCK>();
            let mut at = base;
            for (block, marks) in blocks.iter().zip(&mut marks) {
                *marks = carry.block(wide, block, text.get(at..)?);
                at += BLOCK;
            }
            let mut filled = blocks.len();
            if !tail.is_empty() {
                let mut last = [b' '; BLOCK];
                last.get_mut(..tail.len())?.copy_from_slice(tail);
                *marks.get_mut(filled)? = carry.block(wide, &last, tail);
                filled += 1;
            }
            for marks in marks.get(..filled)? {
                match walk.block(base, marks) {
                    Walked::On => base += BLOCK,
                    Walked::End(end) => return carry.fits().then(|| (walk.swept(end), carry.is_ascii())),
                    Walked::Doubt => return None,
                }
            }
            carry.fits().then_some(())?;
        }
        let ends = walk.ends_with_the_text() && carry.in_text == 0;
        ends.then(|| (walk.swept(text.len()), carry.is_ascii()))
    }
}

/// How a block ends.
enum Walked {
    /// The list goes on.
    On,
    /// The list has ended.
    End(usize),
    /// Not beyond doubt.
    Doubt,
}

/// How deep the members of a record itself are.
const OWN: usize = 1;

/// Second half of the sweep: from bracket to bracket, and over the colons of a record's own members.
struct Walk<'a> {
    text: &'a [u8],
    layout: Layout,
    strict: bool,
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

impl<'a> Walk<'a> {
    fn new(text: &'a [u8], start: usize, layout: Layout, strict: bool) -> Self {
        let plain = Plain::new(text);
        let (odd, counted) = (Vec::new(), 0);
        Self { text, layout, strict, depth: 0, record: start, behind: start, any: false, plain, odd, counted }
    }

    #[inline(always)]
    fn block(&mut self, base: usize, marks: &Marks) -> Walked {
        let Marks { open, close, colon, word, backslash } = *marks;
        if word != 0 && !self.words(base, word) {
            return Walked::Doubt;
        }
        if self.depth > OWN + close.count_ones() as usize {
            // So deep that no bracket of this block can lead back to the record's own members.
            self.depth = self.depth + open.count_ones() as usize - close.count_ones() as usize;
            return Walked::On;
        }
        let mut brackets = open | close;
        let mut before = 0_u64;
        loop {
            let bracket = brackets & brackets.wrapping_neg();
            if self.depth == OWN {
                let here = bracket.wrapping_sub(1) & !before;
                self.plain.escapes |= backslash & here != 0;
                let mut colons = colon & here;
                while colons != 0 {
                    self.plain.member(base + colons.trailing_zeros() as usize);
                    colons &= colons - 1;
                }
            }
            if bracket == 0 {
                return Walked::On;
            }
            let at = base + bracket.trailing_zeros() as usize;
            if open & bracket != 0 {
                if self.depth == 0 && !self.begin(at) {
                    return Walked::Doubt;
                }
                self.depth += 1;
            } else {
                match self.depth {
                    0 => return self.close(at),
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
    fn words(&self, base: usize, mut begins: u64) -> bool {
        let mut fit = true;
        while begins != 0 {
            let at = base + begins.trailing_zeros() as usize;
            fit &= grammar::is_word(self.text.get(at..).unwrap_or_default());
            begins &= begins - 1;
        }
        fit
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
        if !self.strict && self.plain.end() {
            self.counted += 1;
        } else {
            self.odd.push((self.counted, self.record..at + 1));
        }
    }

    /// The end of the list.
    fn close(&self, at: usize) -> Walked {
        let gap = self.text.get(self.behind..at).unwrap_or_default();
        let ends = self.layout == Layout::List && self.text.get(at) == Some(&b']') && gap.trim_ascii().is_empty();
        if ends { Walked::End(at + 1) } else { Walked::Doubt }
    }

    /// Whether the text may end here, without the bracket of a list.
    fn ends_with_the_text(&self) -> bool {
        let rest = self.text.get(self.behind..).unwrap_or_default();
        let fits = match self.layout {
            Layout::List => false,
            Layout::Lines => rest.trim_ascii().is_empty(),
            Layout::Part => rest.trim_ascii().is_empty() || is_separator(rest, true),
        };
        fits && self.depth == 0
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
