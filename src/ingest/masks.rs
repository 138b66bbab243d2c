//! 64 bytes at a time: which of them are quotes, brackets and the like, as bits of one word.
//!
//! The instruction set is chosen at run time: AVX-512, AVX2, else plain 64-bit words.
//!
//! The wide instructions are in the one module with unsafe code, `x86`.

#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

/// How many bytes are looked at together.
pub const BLOCK: usize = 64;
/// How many bytes before them are looked at too.
pub const BEFORE: usize = 10;
/// A block and what stands before it.
pub type Window = [u8; BEFORE + BLOCK];

/// One bit for each byte of a block, the lowest for the first byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Masks {
    /// `"`
    pub quote: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
    /// Colons without a quote before them.
    pub unnamed: u64,
    /// Colons behind what may be a key that is looked at: seven bytes before them stands `n`, `o`, `R` or `S`, and ten bytes
    /// before them `a` or `e` of either case.
    pub wanted: u64,
    /// Whether there is anything of [`Rare`] but a colon.
    pub rare: bool,
}

/// What most blocks have nothing of; and colons, which matter where there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rare {
    /// `\`
    pub backslash: u64,
    /// Below U+0020: not allowed inside a text (RFC 8259, section 7).
    pub control: u64,
    /// Not ASCII.
    pub high: u64,
    /// `:`
    pub colon: u64,
}

/// A way to look at a block.
pub trait Wide: Copy {
    /// The masks of a block.
    fn masks(self, window: &Window) -> Masks;
    /// The others.
    fn rare(self, window: &Window) -> Rare;
    /// Bit *i* is the parity of bits 0 to *i*.
    fn prefix_xor(self, bits: u64) -> u64;
}

/// Work that is compiled once for each instruction set. `run` must be `#[inline(always)]`, and what it calls in its loops
/// too: only what is inlined uses the wide instructions.
pub trait Job {
    /// What comes out.
    type Output;
    /// Does the work.
    fn run<W: Wide>(self, wide: W) -> Self::Output;
}

/// `{` and `[`, `}` and `]` differ in this bit only.
const BRACKET_CASE: u8 = 0x20;
/// `n` and `o`, `R` and `S` differ in this bit only.
const PAIR: u8 = 1;
/// `A`, `E`, `a` and `e` differ in these bits only, and `e` has both.
const VOWEL: u8 = 0x24;
/// The first byte that is no control character.
const SPACE: u8 = 0x20;

/// Runs a job on the widest instructions that this CPU has.
pub fn with_widest<J: Job>(job: J) -> J::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(cpu) = x86::Avx512::detect() {
            return cpu.run(job);
        }
        if let Some(cpu) = x86::Avx2::detect() {
            return cpu.run(job);
        }
    }
    job.run(Words)
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "there is no safe way to the instructions that the CPU has only at run time")]
mod x86;

/// Plain words of eight bytes, for CPUs without wide instructions.
#[derive(Debug, Clone, Copy)]
pub struct Words;

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

impl Words {
    /// The top bits of eight bytes, gathered.
    #[inline(always)]
    fn gather(tops: u64) -> u64 {
        (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }

    /// Eight bytes of a block, or those that stand so many bytes before them.
    #[inline(always)]
    fn load(window: &Window, at: usize, back: usize) -> u64 {
        let eight = window.get(BEFORE + at - back..).and_then(<[u8]>::first_chunk::<8>);
        eight.map_or(0, |eight| u64::from_le_bytes(*eight))
    }

    /// The top bits of bytes below 0x20: neither the top bit nor one of the two below it.
    #[inline(always)]
    fn controls(text: u64) -> u64 {
        !(text | text << 1 | text << 2) & TOPS
    }

    #[inline(always)]
    fn is(word: u64, byte: u8) -> u64 {
        let differs = word ^ (ONES * u64::from(byte));
        Self::gather(!(((differs & !TOPS) + !TOPS) | differs) & TOPS)
    }
}

impl Wide for Words {
    #[inline(always)]
    fn masks(self, window: &Window) -> Masks {
        let mut masks = Masks::default();
        for at in (0..BLOCK).step_by(8) {
            let text = Self::load(window, at, 0);
            let folded = text | (ONES * u64::from(BRACKET_CASE));
            let seven = Self::load(window, at, 7) | (ONES * u64::from(PAIR));
            let ten = Self::load(window, at, 10) | (ONES * u64::from(VOWEL));
            let colon = Self::is(text, b':');
            masks.quote |= Self::is(text, b'"') << at;
            masks.open |= Self::is(folded, b'{') << at;
            masks.close |= Self::is(folded, b'}') << at;
            masks.unnamed |= (colon & !Self::is(Self::load(window, at, 1), b'"')) << at;
            let key = (Self::is(seven, b'o') | Self::is(seven, b'S')) & Self::is(ten, b'e');
            masks.wanted |= (colon & key) << at;
            masks.rare |= Self::is(text, b'\\') | Self::gather(Self::controls(text) | text & TOPS) != 0;
        }
        masks
    }

    #[inline(always)]
    fn rare(self, window: &Window) -> Rare {
        let mut rare = Rare::default();
        for at in (0..BLOCK).step_by(8) {
            let text = Self::load(window, at, 0);
            rare.backslash |= Self::is(text, b'\\') << at;
            rare.control |= Self::gather(Self::controls(text)) << at;
            rare.high |= Self::gather(text & TOPS) << at;
            rare.colon |= Self::is(text, b':') << at;
        }
        rare
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        let bits = bits ^ bits << 1;
        let bits = bits ^ bits << 2;
        let bits = bits ^ bits << 4;
        let bits = bits ^ bits << 8;
        let bits = bits ^ bits << 16;
        bits ^ bits << 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition.
    fn slow(window: &Window) -> (Masks, Rare) {
        let at = |place: usize, back: usize| window.get(BEFORE + place - back).copied().unwrap_or_default();
        let bits = |is: &dyn Fn(usize) -> bool| (0..BLOCK).fold(0, |bits, i| bits | u64::from(is(i)) << i);
        let colon = |i: usize| at(i, 0) == b':';
        let key = |i: usize| b"noRS".contains(&at(i, 7)) && b"aeAE".contains(&at(i, 10));
        let rare = Rare {
            backslash: bits(&|i| at(i, 0) == b'\\'),
            control: bits(&|i| at(i, 0) < 0x20),
            high: bits(&|i| at(i, 0) >= 0x80),
            colon: bits(&colon),
        };
        let masks = Masks {
            quote: bits(&|i| at(i, 0) == b'"'),
            open: bits(&|i| matches!(at(i, 0), b'{' | b'[')),
            close: bits(&|i| matches!(at(i, 0), b'}' | b']')),
            unnamed: bits(&|i| colon(i) && at(i, 1) != b'"'),
            wanted: bits(&|i| colon(i) && key(i)),
            rare: rare.backslash | rare.control | rare.high != 0,
        };
        (masks, rare)
    }

    /// Whether every instruction set of this CPU tells the same.
    fn agree(window: &Window, quotes: u64) {
        fn told(wide: impl Wide, window: &Window, quotes: u64) -> (Masks, Rare, u64) {
            (wide.masks(window), wide.rare(window), wide.prefix_xor(quotes))
        }
        let parity = (0..BLOCK).fold(0, |all, i| all | u64::from((quotes << (63 - i)).count_ones() & 1) << i);
        let (masks, rare) = slow(window);
        let expected = (masks, rare, parity);
        assert_eq!(told(Words, window, quotes), expected);
        #[cfg(target_arch = "x86_64")]
        {
            let wide = [
                x86::Avx512::detect().map(|cpu| told(cpu, window, quotes)),
                x86::Avx2::detect().map(|cpu| told(cpu, window, quotes)),
            ];
            assert!(wide.into_iter().flatten().all(|told| told == expected));
        }
    }

    #[test]
    fn every_byte_at_every_place_is_told_alike_by_every_instruction_set() {
        for place in 0..BEFORE + BLOCK {
            for byte in 0..=u8::MAX {
                for around in [b'"', b':', b'e', b'n', 0x5c, 0x80] {
                    let mut window = [around; BEFORE + BLOCK];
                    if let Some(here) = window.get_mut(place) {
                        *here = byte;
                    }
                    agree(&window, u64::from(byte) << (place % 57) ^ u64::from(around));
                }
            }
        }
    }

    #[test]
    fn texts_of_the_bytes_that_matter_are_told_alike_by_every_instruction_set() {
        let mut seed = 7_u64;
        for _ in 0..4000 {
            let mut window = [0; BEFORE + BLOCK];
            for byte in &mut window {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                *byte = *b"\":enSA{}[]\\o,\n\xc3 \x1f\x7f".get((seed % 20) as usize).unwrap_or(&b'x');
            }
            agree(&window, seed);
        }
    }
}
