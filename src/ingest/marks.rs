//! First half of the sweep: what each block of a text holds, without a branch that depends on it.
//!
//! Texts and escapes are followed from block to block. What is left for the second half (`sweep`) is where outside of texts
//! brackets stand, and colons whose keys may be looked at.

#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::masks::{BEFORE, BLOCK, Masks, Rare, Wide, Window, Words};

/// How many blocks are marked before they are looked at: few enough to stay in the first-level cache.
pub const CHUNK: usize = 64;

/// What of a chunk the second half looks at, block by block.
pub struct Marks {
    blocks: [Outside; CHUNK],
}

/// What of a block stands outside of texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outside {
    /// Opening brackets.
    pub open: u64,
    /// Closing brackets.
    pub close: u64,
    /// Colons of keys that end like one that is looked at, or that have a backslash.
    pub wanted: u64,
    /// Colons of keys that have a backslash.
    pub bent: u64,
    /// How deep the block begins.
    pub depth: i64,
}

impl Outside {
    /// Whether a place, given as its bit, lies among the members of a record itself.
    #[inline(always)]
    pub fn is_own(&self, bit: u64) -> bool {
        let before = bit - 1;
        let depth = i64::from((self.open & before).count_ones()) - i64::from((self.close & before).count_ones());
        self.depth + depth == 1
    }
}

/// What goes on from block to block.
#[derive(Debug, Clone, Copy, Default)]
pub struct Carry {
    flow: Flow,
    /// 1 if the first byte of the next block is escaped.
    escaped: u64,
    /// Bits of bytes that are not ASCII, in this chunk.
    high: u64,
    bent: Bent,
}

/// What changes with every block.
#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    /// All ones while a text goes on.
    in_text: u64,
    /// Bits of what may not stand where it stands.
    wrong: u64,
    depth: i64,
    /// Whether the next block is to be looked at closely because of a backslash in this one.
    rare: bool,
}

/// What is looked at of a rare block. Not [`Masks`] again: what is handed over by reference is kept in memory for all blocks.
struct Closely {
    quote: u64,
    open: u64,
    close: u64,
    unnamed: u64,
    wanted: u64,
    rare: Rare,
}

/// Whether a text with a backslash in it goes on, and whether one has just ended.
#[derive(Debug, Clone, Copy, Default)]
struct Bent {
    goes_on: bool,
    ended: bool,
}

/// Even positions.
const EVEN: u64 = 0x5555_5555_5555_5555;

impl Default for Marks {
    fn default() -> Self {
        Self { blocks: [Outside::default(); CHUNK] }
    }
}

impl Marks {
    /// Marks the chunk of a text that begins at `start` and answers with its blocks. `None`: not beyond doubt.
    #[inline(always)]
    pub fn chunk<W: Wide>(&mut self, wide: W, carry: &mut Carry, text: &[u8], start: usize) -> Option<&[Outside]> {
        carry.high = 0;
        let mut state = carry.flow;
        let mut filled = 0;
        let mut at = start;
        // Windows that lie within the text, one behind the other; then what stands at its beginning or end.
        let inside = start.checked_sub(BEFORE).and_then(|from| text.get(from..)).unwrap_or_default();
        for (outside, window) in self.blocks.iter_mut().zip(inside.windows(BEFORE + BLOCK).step_by(BLOCK)) {
            let Some(window) = window.first_chunk() else { break };
            if !state.usual(wide, window, outside) {
                *outside = carry.closely(wide, window, &mut state, (text, at));
            }
            filled += 1;
            at += BLOCK;
        }
        while filled < CHUNK && at < text.len() {
            let (window, outside) = (padded(text, at), self.blocks.get_mut(filled)?);
            if !state.usual(wide, &window, outside) {
                *outside = carry.closely(wide, &window, &mut state, (text, at));
            }
            filled += 1;
            at += BLOCK;
            if start < BEFORE {
                break;
            }
        }
        carry.flow = state;
        if state.wrong != 0 {
            return None;
        }
        self.blocks.get(..filled)
    }
}

/// The block at the beginning or at the end of a text, with spaces around it.
#[cold]
#[inline(never)]
fn padded(text: &[u8], at: usize) -> Window {
    let mut window = [b' '; BEFORE + BLOCK];
    for (i, byte) in window.iter_mut().enumerate() {
        if let Some(known) = (at + i).checked_sub(BEFORE).and_then(|at| text.get(at)) {
            *byte = *known;
        }
    }
    window
}

impl Carry {
    /// Whether the chunk is all ASCII.
    pub fn is_ascii(&self) -> bool {
        self.high == 0
    }

    /// Whether the text may end here.
    pub fn ends(&self) -> bool {
        self.flow.in_text == 0 && self.flow.depth == 0
    }

    /// Marks a block that [`Flow::usual`] does not, at a place of a text.
    #[inline(always)]
    fn closely<W: Wide>(&mut self, wide: W, window: &Window, flow: &mut Flow, place: (&[u8], usize)) -> Outside {
        let Masks { quote, open, close, unnamed, wanted, .. } = wide.masks(window);
        self.flow = *flow;
        let outside = self.rare(&Closely { quote, open, close, unnamed, wanted, rare: wide.rare(window) }, place);
        *flow = self.flow;
        outside
    }

    #[cold]
    #[inline(never)]
    fn rare(&mut self, masks: &Closely, (text, at): (&[u8], usize)) -> Outside {
        let Closely { quote, open, close, unnamed, wanted, rare } = *masks;
        let escaped;
        (escaped, self.escaped) = escapes(rare.backslash, self.escaped);
        let quotes = quote & !escaped;
        let inside = Words.prefix_xor(quotes) ^ self.flow.in_text;
        let mut outside = self.flow.outside(inside, [open, close, unnamed, wanted]);
        self.high |= rare.high;
        let simple = escaped & !(quote | rare.backslash);
        self.flow.wrong |= (rare.backslash & !inside) | (rare.control & inside);
        if simple | rare.control != 0 {
            self.flow.wrong |= odd(text.get(at..).unwrap_or_default(), simple, rare.control);
        }
        let ends = self.bent.ends(rare.backslash & inside, inside, quotes & !inside);
        outside.bent = ends & rare.colon & !inside;
        outside.wanted |= outside.bent;
        self.flow.rare = self.escaped != 0 || self.bent.goes_on || self.bent.ended;
        outside
    }
}

impl Flow {
    /// Marks a block of ASCII without backslashes and control characters, as most are; `false`: it is not one.
    #[inline(always)]
    fn usual<W: Wide>(&mut self, wide: W, window: &Window, outside: &mut Outside) -> bool {
        let Masks { quote, open, close, unnamed, wanted, rare } = wide.masks(window);
        if rare | self.rare {
            return false;
        }
        // From an opening quote up to before the closing one, all bits are set.
        let inside = wide.prefix_xor(quote) ^ self.in_text;
        *outside = self.outside(inside, [open, close, unnamed, wanted]);
        true
    }

    #[inline(always)]
    fn outside(&mut self, inside: u64, [open, close, unnamed, wanted]: [u64; 4]) -> Outside {
        self.in_text = (inside.cast_signed() >> 63).cast_unsigned();
        self.wrong |= unnamed & !inside;
        let (open, close) = (open & !inside, close & !inside);
        // No key of a record's own lies in a block that is elsewhere from its beginning to its end.
        let elsewhere = open | close == 0 && self.depth != 1;
        let own = if elsewhere { 0 } else { !inside };
        let outside = Outside { open, close, wanted: wanted & own, bent: 0, depth: self.depth };
        self.depth += i64::from(open.count_ones()) - i64::from(close.count_ones());
        outside
    }
}

impl Bent {
    /// The bytes behind the texts of a block in which there is a backslash.
    #[cold]
    #[inline(never)]
    fn ends(&mut self, backslash: u64, inside: u64, closing: u64) -> u64 {
        // Adding a bit somewhere in a run of ones carries up to behind the run, where the closing quote is.
        let (sum, over) = inside.overflowing_add(backslash);
        let (sum, more) = sum.overflowing_add(u64::from(self.goes_on));
        let ends = sum & closing;
        let behind = ends << 1 | u64::from(self.ended);
        *self = Self { goes_on: over | more, ended: ends >> 63 != 0 };
        behind
    }
}

/// Which bytes of a block are escaped by the backslash before them, and whether the first byte of the next one is.
#[inline(always)]
fn escapes(backslash: u64, escaped: u64) -> (u64, u64) {
    let backslash = backslash & !escaped;
    let follows = backslash << 1 | escaped;
    // A run of backslashes escapes what follows it if its length is odd: carry through each run that begins at an odd place.
    let odd_starts = backslash & !EVEN & !follows;
    let (even_runs, carried) = odd_starts.overflowing_add(backslash);
    ((EVEN ^ (even_runs << 1)) & follows, u64::from(carried))
}

/// Bits of escapes, other than those of quotes and backslashes, and of control characters that may not be there.
#[cold]
#[inline(never)]
fn odd(text: &[u8], escapes: u64, controls: u64) -> u64 {
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
    wrong(escapes, is_escape) | wrong(controls, |rest| matches!(rest, [b'\n' | b'\r' | b'\t', ..]))
}

/// Whether what a backslash stands before may be escaped (RFC 8259, section 7); `text` begins behind the backslash.
fn is_escape(text: &[u8]) -> bool {
    match text {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => true,
        [b'u', a, b, c, d, ..] => [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()),
        _ => false,
    }
}
