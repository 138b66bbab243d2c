//! 64 bytes at a time: which of them are quotes, brackets and the like, as bits of one word.
//!
//! The instruction set is chosen at run time (AVX-512, AVX2, else plain 64-bit words). The intrinsics are those of the crate
//! `pulp`, whose tokens prove that the CPU has them, so that nothing here is unsafe.
#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

/// How many bytes are looked at together.
pub const BLOCK: usize = 64;

/// One bit for each byte of a block, the lowest for the first byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Masks {
    /// `"`
    pub quote: u64,
    /// `\`
    pub backslash: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
    /// `:`
    pub colon: u64,
    /// `,`
    pub comma: u64,
    /// The space itself.
    pub space: u64,
    /// Below U+0020: not allowed inside a text (RFC 8259, section 7).
    pub control: u64,
    /// Not ASCII.
    pub high: u64,
}

/// A way to look at a block.
pub trait Wide: Copy {
    /// The masks of a block.
    fn masks(self, block: &[u8; BLOCK]) -> Masks;
}

/// Work that is compiled once for each instruction set. `run` must be `#[inline(always)]`, and what it calls in its loops
/// too: only what is inlined uses the wide instructions.
pub trait Job {
    /// What comes out.
    type Output;
    /// Does the work.
    fn run<W: Wide>(self, wide: W) -> Self::Output;
}

/// Runs a job on the widest instructions that this CPU has.
pub fn with_widest<J: Job>(job: J) -> J::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(wide) = pulp::x86::V4::try_new() {
            return wide.vectorize(On { job, wide });
        }
        if let Some(wide) = pulp::x86::V3::try_new() {
            return wide.vectorize(On { job, wide });
        }
    }
    job.run(Words)
}

#[cfg(target_arch = "x86_64")]
struct On<J, W> {
    job: J,
    wide: W,
}

#[cfg(target_arch = "x86_64")]
impl<J: Job, W: Wide> pulp::NullaryFnOnce for On<J, W> {
    type Output = J::Output;

    #[inline(always)]
    fn call(self) -> Self::Output {
        self.job.run(self.wide)
    }
}

/// `{` and `[`, `}` and `]` differ in this bit only.
const BRACKET_CASE: u8 = 0x20;
/// The first byte that is no control character.
const SPACE: u8 = 0x20;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{BLOCK, BRACKET_CASE, Masks, SPACE, Wide};
    use pulp::x86::{V3, V4};
    use std::arch::x86_64::{__m256i, __m512i};

    #[inline(always)]
    fn is_512(cpu: V4, text: __m512i, byte: u8) -> u64 {
        cpu.avx512bw._mm512_cmpeq_epi8_mask(text, cpu.avx512f._mm512_set1_epi8(byte.cast_signed()))
    }

    impl Wide for V4 {
        #[inline(always)]
        fn masks(self, block: &[u8; BLOCK]) -> Masks {
            let text: __m512i = pulp::cast(*block);
            let case = self.avx512f._mm512_set1_epi8(BRACKET_CASE.cast_signed());
            let space = self.avx512f._mm512_set1_epi8(SPACE.cast_signed());
            let folded = self.avx512f._mm512_or_si512(text, case);
            Masks {
                quote: is_512(self, text, b'"'),
                backslash: is_512(self, text, b'\\'),
                open: is_512(self, folded, b'{'),
                close: is_512(self, folded, b'}'),
                colon: is_512(self, text, b':'),
                comma: is_512(self, text, b','),
                space: is_512(self, text, b' '),
                control: self.avx512bw._mm512_cmplt_epu8_mask(text, space),
                high: self.avx512bw._mm512_movepi8_mask(text),
            }
        }
    }

    type Halves = [__m256i; 2];

    #[inline(always)]
    fn tops(cpu: V3, [low, high]: Halves) -> u64 {
        let bits = |lanes| u64::from(cpu.avx2._mm256_movemask_epi8(lanes).cast_unsigned());
        bits(low) | bits(high) << 32
    }

    #[inline(always)]
    fn is_256(cpu: V3, [low, high]: Halves, byte: u8) -> u64 {
        let byte = cpu.avx._mm256_set1_epi8(byte.cast_signed());
        tops(cpu, [cpu.avx2._mm256_cmpeq_epi8(low, byte), cpu.avx2._mm256_cmpeq_epi8(high, byte)])
    }

    impl Wide for V3 {
        #[inline(always)]
        fn masks(self, block: &[u8; BLOCK]) -> Masks {
            let text: Halves = pulp::cast(*block);
            let [low, high] = text;
            let case = self.avx._mm256_set1_epi8(BRACKET_CASE.cast_signed());
            let folded = [self.avx2._mm256_or_si256(low, case), self.avx2._mm256_or_si256(high, case)];
            // The smaller of a byte and 0x1f is the byte itself only if it is no larger.
            let last = self.avx._mm256_set1_epi8((SPACE - 1).cast_signed());
            let low_control = self.avx2._mm256_cmpeq_epi8(self.avx2._mm256_min_epu8(low, last), low);
            let high_control = self.avx2._mm256_cmpeq_epi8(self.avx2._mm256_min_epu8(high, last), high);
            Masks {
                quote: is_256(self, text, b'"'),
                backslash: is_256(self, text, b'\\'),
                open: is_256(self, folded, b'{'),
                close: is_256(self, folded, b'}'),
                colon: is_256(self, text, b':'),
                comma: is_256(self, text, b','),
                space: is_256(self, text, b' '),
                control: tops(self, [low_control, high_control]),
                high: tops(self, text),
            }
        }
    }
}

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

    #[inline(always)]
    fn is(word: u64, byte: u8) -> u64 {
        let differs = word ^ (ONES * u64::from(byte));
        Self::gather(!(((differs & !TOPS) + !TOPS) | differs) & TOPS)
    }
}

impl Wide for Words {
    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (words, _) = block.as_chunks::<8>();
        for (i, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            let folded = word | (ONES * u64::from(BRACKET_CASE));
            let at = i * 8;
            masks.quote |= Self::is(word, b'"') << at;
            masks.backslash |= Self::is(word, b'\\') << at;
            masks.open |= Self::is(folded, b'{') << at;
            masks.close |= Self::is(folded, b'}') << at;
            masks.colon |= Self::is(word, b':') << at;
            masks.comma |= Self::is(word, b',') << at;
            masks.space |= Self::is(word, b' ') << at;
            // Below 0x20: neither the top bit nor one of the two below it.
            masks.control |= Self::gather(!(word | word << 1 | word << 2) & TOPS) << at;
            masks.high |= Self::gather(word & TOPS) << at;
        }
        masks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition.
    fn slow(block: &[u8; BLOCK]) -> Masks {
        let bits = |is: fn(u8) -> bool| block.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(is(*byte)));
        Masks {
            quote: bits(|b| b == b'"'),
            backslash: bits(|b| b == b'\\'),
            open: bits(|b| matches!(b, b'{' | b'[')),
            close: bits(|b| matches!(b, b'}' | b']')),
            colon: bits(|b| b == b':'),
            comma: bits(|b| b == b','),
            space: bits(|b| b == b' '),
            control: bits(|b| b < 0x20),
            high: bits(|b| b >= 0x80),
        }
    }

    #[test]
    fn every_byte_at_every_place_is_told_alike_by_every_instruction_set() {
        for place in 0..BLOCK {
            for byte in 0..=u8::MAX {
                for around in [0, b' ', b'"', b'{', 0x5c, 0x7f, 0x80, 0xff] {
                    let mut block = [around; BLOCK];
                    if let Some(here) = block.get_mut(place) {
                        *here = byte;
                    }
                    let expected = slow(&block);
                    assert_eq!(Words.masks(&block), expected);
                    #[cfg(target_arch = "x86_64")]
                    {
                        if let Some(wide) = pulp::x86::V3::try_new() {
                            assert_eq!(wide.masks(&block), expected);
                        }
                        if let Some(wide) = pulp::x86::V4::try_new() {
                            assert_eq!(wide.masks(&block), expected);
                        }
                    }
                }
            }
        }
    }
}
