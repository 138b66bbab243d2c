//! First half of the sweep: what each block of a text holds, without a branch that depends on it.
//!
//! Texts and escapes are followed from block to block, and the grammar between tokens is checked. What is left for the second
//! half (`sweep`) is where brackets, colons, numbers and names stand outside of texts.

#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::grammar::{self, Grammar, Tokens};
use super::masks::{BLOCK, Wide};

/// What a block holds, outside of texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
    /// `:`
    pub colon: u64,
    /// Where numbers and names begin.
    pub word: u64,
    /// Backslashes, which stand in texts only.
    pub backslash: u64,
}

/// How many blocks are marked before they are looked at: few enough to stay in the first-level cache.
pub const CHUNK: usize = 64;

/// What goes on from block to block.
#[derive(Debug, Clone, Copy)]
pub struct Carry {
    /// All ones while a text goes on.
    pub in_text: u64,
    /// 1 if the first byte of the next block is escaped.
    escaped: u64,
    /// Bits of bytes that are not ASCII.
    high: u64,
    /// Bits of what may not stand where it stands.
    wrong: u64,
    grammar: Grammar,
}

/// Even positions.
const EVEN: u64 = 0x5555_5555_5555_5555;

impl Carry {
    /// Before the first block.
    pub fn new(side_by_side: bool) -> Self {
        Self { in_text: 0, escaped: 0, high: 0, wrong: 0, grammar: Grammar::new(side_by_side) }
    }

    /// Whether everything so far is ASCII.
    pub fn is_ascii(&self) -> bool {
        self.high == 0
    }

    /// Whether everything so far stands where it may.
    pub fn fits(&self) -> bool {
        self.wrong == 0
    }

    /// Marks a block; `text` begins with it and goes on behind it.
    #[inline(always)]
    pub fn block<W: Wide>(&mut self, wide: W, block: &[u8; BLOCK], text: &[u8]) -> Marks {
        let masks = wide.masks(block);
        let escaped = self.escapes(masks.backslash);
        let quotes = masks.quote & !escaped;
        // From an opening quote up to before the closing one, all bits are set.
        let inside = prefix_xor(quotes) ^ self.in_text;
        self.in_text = (inside.cast_signed() >> 63).cast_unsigned();
        self.high |= masks.high;
        let tokens = Tokens::of(masks, quotes, inside);
        let (word, wrong) = self.grammar.check(&tokens);
        self.wrong |= wrong | (inside & masks.control) | (masks.backslash & !inside);
        let simple = escaped & !(masks.quote | masks.backslash);
        if simple | masks.control != 0 {
            self.wrong |= rare(text, simple, masks.control);
        }
        let Tokens { open, close, colon, .. } = tokens;
        Marks { open, close, colon, word, backslash: masks.backslash }
    }

    /// Which bytes of a block are escaped by the backslash before them.
    #[inline(always)]
    fn escapes(&mut self, backslash: u64) -> u64 {
        if backslash == 0 {
            return std::mem::take(&mut self.escaped);
        }
        let backslash = backslash & !self.escaped;
        let follows = backslash << 1 | self.escaped;
        // A run of backslashes escapes what follows it if its length is odd: carry through each run that begins at an odd
        // place.
        let odd_starts = backslash & !EVEN & !follows;
        let (even_runs, carried) = odd_starts.overflowing_add(backslash);
        self.escaped = u64::from(carried);
        (EVEN ^ (even_runs << 1)) & follows
    }
}

/// Bits of escapes, other than those of quotes and backslashes, and of control characters that may not be there.
#[cold]
fn rare(text: &[u8], escapes: u64, controls: u64) -> u64 {
    let wrong = |mut bits: u64, fits: fn(&[u8]) -> bool| {
        let mut wrong = 0;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            let rest = text.get(bit.trailing_zeros() as usize..).unwrap_or_default();
            // Behind the end of the text there is nothing but padding.
            wrong |= if rest.is_empty() || fits(rest) { 0 } else { bit };
            bits ^= bit;
        }
        wrong
    };
    wrong(escapes, grammar::is_escape) | wrong(controls, |rest| matches!(rest, [b'\n' | b'\r' | b'\t', ..]))
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
