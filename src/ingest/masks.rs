//! 64 bytes at a time: which of them are quotes, brackets and the like, as bits of one word.
//!
//! The instruction set is chosen at run time: AVX-512, AVX2, else plain 64-bit words.
//!
//! This is the one module with unsafe code, of two kinds. Intrinsics are called by methods of a token, and there is no token
//! unless the CPU has said that it knows the instructions. And a load from a [`Window`] reads 64 bytes that begin at most
//! [`BEFORE`] bytes before its block, so all of them are the window's own.

#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

/// How many bytes are looked at together.
pub const BLOCK: usize = 64;
/// How many bytes before them are looked at too: as long as `"recipientAccountId"` is.
pub const BEFORE: usize = 20;
/// A block and what stands before it.
pub type Window = [u8; BEFORE + BLOCK];

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
    /// Colons without a quote before them.
    pub unnamed: u64,
    /// Colons behind what has the length and the last letter of a key that is looked at: a quote stands 11 or 13 bytes before
    /// and `e` or `n` two, or a quote 20 bytes before.
    pub wanted: u64,
    /// Below U+0020: not allowed inside a text (RFC 8259, section 7).
    pub control: u64,
    /// Not ASCII.
    pub high: u64,
}

/// A way to look at a block.
pub trait Wide: Copy {
    /// The masks of a block.
    fn masks(self, window: &Window) -> Masks;
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
mod x86 {
    use super::{BEFORE, BRACKET_CASE, Job, Masks, SPACE, Wide, Window};
    use std::arch::x86_64::{
        __m256i, _kand_mask64, _kandn_mask64, _kor_mask64, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64,
        _mm_set1_epi8, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_movepi8_mask,
        _mm512_or_si512, _mm512_set1_epi8,
    };

    /// Proof that the CPU knows what [`Avx512::detect`] asks for.
    #[derive(Debug, Clone, Copy)]
    pub struct Avx512(());

    impl Avx512 {
        pub fn detect() -> Option<Self> {
            let known = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("pclmulqdq")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt");
            known.then_some(Self(()))
        }

        pub fn run<J: Job>(self, job: J) -> J::Output {
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,bmi1,bmi2,popcnt")]
            fn run<J: Job>(cpu: Avx512, job: J) -> J::Output {
                job.run(cpu)
            }
            // SAFETY: there is a token only where the CPU knows these instructions.
            unsafe { run(self, job) }
        }
    }

    impl Wide for Avx512 {
        #[inline(always)]
        fn masks(self, window: &Window) -> Masks {
            // SAFETY: the token proves the instructions; each load lies within the window, as `back` is at most `BEFORE`.
            unsafe {
                let load = |back: usize| _mm512_loadu_si512(window.as_ptr().add(BEFORE - back).cast());
                let is = |text, byte: u8| _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8(byte.cast_signed()));
                let text = load(0);
                let folded = _mm512_or_si512(text, _mm512_set1_epi8(BRACKET_CASE.cast_signed()));
                let two = load(2);
                let letter = _kor_mask64(is(two, b'e'), is(two, b'n'));
                let nine = _kor_mask64(is(load(11), b'"'), is(load(13), b'"'));
                let key = _kor_mask64(_kand_mask64(nine, letter), is(load(20), b'"'));
                let colon = is(text, b':');
                Masks {
                    quote: is(text, b'"'),
                    backslash: is(text, b'\\'),
                    open: is(folded, b'{'),
                    close: is(folded, b'}'),
                    colon,
                    unnamed: _kandn_mask64(is(load(1), b'"'), colon),
                    wanted: _kand_mask64(key, colon),
                    control: _mm512_cmplt_epu8_mask(text, _mm512_set1_epi8(SPACE.cast_signed())),
                    high: _mm512_movepi8_mask(text),
                }
            }
        }

        #[inline(always)]
        fn prefix_xor(self, bits: u64) -> u64 {
            // SAFETY: the token proves the instruction.
            unsafe { carryless(bits) }
        }
    }

    /// Carry-less multiplication by all ones. The CPU must know PCLMULQDQ.
    #[inline(always)]
    unsafe fn carryless(bits: u64) -> u64 {
        // SAFETY: as the caller says.
        unsafe {
            let product = _mm_clmulepi64_si128::<0>(_mm_cvtsi64_si128(bits.cast_signed()), _mm_set1_epi8(-1));
            _mm_cvtsi128_si64(product).cast_unsigned()
        }
    }

    /// Proof that the CPU knows what [`Avx2::detect`] asks for.
    #[derive(Debug, Clone, Copy)]
    pub struct Avx2(());

    impl Avx2 {
        pub fn detect() -> Option<Self> {
            let known = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("pclmulqdq")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt");
            known.then_some(Self(()))
        }

        pub fn run<J: Job>(self, job: J) -> J::Output {
            #[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,popcnt")]
            fn run<J: Job>(cpu: Avx2, job: J) -> J::Output {
                job.run(cpu)
            }
            // SAFETY: there is a token only where the CPU knows these instructions.
            unsafe { run(self, job) }
        }
    }

    impl Wide for Avx2 {
        #[inline(always)]
        fn masks(self, window: &Window) -> Masks {
            // SAFETY: the token proves the instructions; each load lies within the window, as `back` is at most `BEFORE`.
            unsafe {
                let half = |back: usize| _mm256_loadu_si256(window.as_ptr().add(BEFORE - back).cast());
                // Two halves; the second begins 32 bytes further.
                let load =
                    |back: usize| (half(back), _mm256_loadu_si256(window.as_ptr().add(BEFORE + 32 - back).cast()));
                let tops = |(low, high): (__m256i, __m256i)| {
                    let bits = |half| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
                    bits(low) | bits(high) << 32
                };
                let is = |(low, high): (__m256i, __m256i), byte: u8| {
                    let byte = _mm256_set1_epi8(byte.cast_signed());
                    tops((_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte)))
                };
                let text = load(0);
                let case = _mm256_set1_epi8(BRACKET_CASE.cast_signed());
                let folded = (_mm256_or_si256(text.0, case), _mm256_or_si256(text.1, case));
                // The smaller of a byte and 0x1f is the byte itself only if it is no larger.
                let last = _mm256_set1_epi8((SPACE - 1).cast_signed());
                let control = |half| _mm256_cmpeq_epi8(_mm256_min_epu8(half, last), half);
                let two = load(2);
                let letter = is(two, b'e') | is(two, b'n');
                let colon = is(text, b':');
                let key = (is(load(11), b'"') | is(load(13), b'"')) & letter | is(load(20), b'"');
                Masks {
                    quote: is(text, b'"'),
                    backslash: is(text, b'\\'),
                    open: is(folded, b'{'),
                    close: is(folded, b'}'),
                    colon,
                    unnamed: colon & !is(load(1), b'"'),
                    wanted: colon & key,
                    control: tops((control(text.0), control(text.1))),
                    high: tops(text),
                }
            }
        }

        #[inline(always)]
        fn prefix_xor(self, bits: u64) -> u64 {
            // SAFETY: the token proves the instruction.
            unsafe { carryless(bits) }
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
    fn masks(self, window: &Window) -> Masks {
        let mut masks = Masks::default();
        for at in (0..BLOCK).step_by(8) {
            let load = |back: usize| {
                let eight = window.get(BEFORE + at - back..).and_then(<[u8]>::first_chunk::<8>);
                eight.map_or(0, |eight| u64::from_le_bytes(*eight))
            };
            let text = load(0);
            let folded = text | (ONES * u64::from(BRACKET_CASE));
            let letter = Self::is(load(2), b'e') | Self::is(load(2), b'n');
            let nine = Self::is(load(11), b'"') | Self::is(load(13), b'"');
            let colon = Self::is(text, b':');
            masks.quote |= Self::is(text, b'"') << at;
            masks.backslash |= Self::is(text, b'\\') << at;
            masks.open |= Self::is(folded, b'{') << at;
            masks.close |= Self::is(folded, b'}') << at;
            masks.colon |= colon << at;
            masks.unnamed |= (colon & !Self::is(load(1), b'"')) << at;
            masks.wanted |= (colon & (nine & letter | Self::is(load(20), b'"'))) << at;
            // Below 0x20: neither the top bit nor one of the two below it.
            masks.control |= Self::gather(!(text | text << 1 | text << 2) & TOPS) << at;
            masks.high |= Self::gather(text & TOPS) << at;
        }
        masks
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
    fn slow(window: &Window) -> Masks {
        let at = |place: usize, back: usize| window.get(BEFORE + place - back).copied().unwrap_or_default();
        let bits = |is: &dyn Fn(usize) -> bool| (0..BLOCK).fold(0, |bits, i| bits | u64::from(is(i)) << i);
        let colon = |i: usize| at(i, 0) == b':';
        let key = |i: usize| {
            let nine = (at(i, 11) == b'"' || at(i, 13) == b'"') && matches!(at(i, 2), b'e' | b'n');
            nine || at(i, 20) == b'"'
        };
        Masks {
            quote: bits(&|i| at(i, 0) == b'"'),
            backslash: bits(&|i| at(i, 0) == b'\\'),
            open: bits(&|i| matches!(at(i, 0), b'{' | b'[')),
            close: bits(&|i| matches!(at(i, 0), b'}' | b']')),
            colon: bits(&colon),
            unnamed: bits(&|i| colon(i) && at(i, 1) != b'"'),
            wanted: bits(&|i| colon(i) && key(i)),
            control: bits(&|i| at(i, 0) < 0x20),
            high: bits(&|i| at(i, 0) >= 0x80),
        }
    }

    /// Whether every instruction set of this CPU tells the same.
    fn agree(window: &Window, quotes: u64) {
        let (expected, parity) = (slow(window), Words.prefix_xor(quotes));
        assert_eq!(Words.masks(window), expected);
        assert_eq!(parity, (0..BLOCK).fold(0, |all, i| all | u64::from((quotes << (63 - i)).count_ones() & 1) << i));
        #[cfg(target_arch = "x86_64")]
        {
            let wide = [
                x86::Avx512::detect().map(|cpu| (cpu.masks(window), cpu.prefix_xor(quotes))),
                x86::Avx2::detect().map(|cpu| (cpu.masks(window), cpu.prefix_xor(quotes))),
            ];
            assert!(wide.into_iter().flatten().all(|told| told == (expected, parity)));
        }
    }

    #[test]
    fn every_byte_at_every_place_is_told_alike_by_every_instruction_set() {
        for place in 0..BEFORE + BLOCK {
            for byte in 0..=u8::MAX {
                for around in [b'"', b':', b'e', 0x5c, 0x80] {
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
                *byte = *b"\":en{}[]\\d,\n\xc3 \x1f\x7f".get((seed % 18) as usize).unwrap_or(&b'x');
            }
            agree(&window, seed);
        }
    }
}
