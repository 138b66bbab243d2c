//! AVX-512 and AVX2.
//!
//! This is the one module with unsafe code, of two kinds. Intrinsics are called by methods of a token, and there is no token
//! unless the CPU has said that it knows the instructions. And a load from a [`Window`] reads 64 bytes that begin at most
//! [`BEFORE`] bytes before its block, so all of them are the window's own.

#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::{BEFORE, BRACKET_CASE, Job, Masks, PAIR, Rare, SPACE, VOWEL, Wide, Window, Words};
use std::arch::x86_64::{
    __m256i, _kand_mask64, _kandn_mask64, _kor_mask64, _kortestz_mask64_u8, _mm_clmulepi64_si128, _mm_cvtsi64_si128,
    _mm_cvtsi128_si64, _mm_set1_epi8, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_min_epu8,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epi8_mask,
    _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_movepi8_mask, _mm512_or_si512, _mm512_set1_epi8,
};

/// Proof that the CPU knows what [`Avx512::detect`] asks for.
#[derive(Debug, Clone, Copy)]
pub struct Avx512(());

impl Avx512 {
    pub fn detect() -> Option<Self> {
        let known = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt");
        known.then_some(Self(()))
    }

    pub fn run<J: Job>(self, job: J) -> J::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2,popcnt")]
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
            let each = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
            let is = |text, byte: u8| _mm512_cmpeq_epi8_mask(text, each(byte));
            let text = load(0);
            let folded = _mm512_or_si512(text, each(BRACKET_CASE));
            let colon = is(text, b':');
            let seven = _mm512_or_si512(load(7), each(PAIR));
            let seven = _kor_mask64(is(seven, b'o'), is(seven, b'S'));
            let ten = is(_mm512_or_si512(load(10), each(VOWEL)), b'e');
            // As signed numbers, control characters and those beyond ASCII are the ones below the space.
            let low = _mm512_cmplt_epi8_mask(text, each(SPACE));
            Masks {
                quote: is(text, b'"'),
                open: is(folded, b'{'),
                close: is(folded, b'}'),
                unnamed: _kandn_mask64(is(load(1), b'"'), colon),
                wanted: _kand_mask64(_kand_mask64(seven, ten), colon),
                rare: _kortestz_mask64_u8(low, is(text, b'\\')) == 0,
            }
        }
    }

    #[inline(always)]
    fn rare(self, window: &Window) -> Rare {
        // SAFETY: as above.
        unsafe {
            let text = _mm512_loadu_si512(window.as_ptr().add(BEFORE).cast());
            let is = |byte: u8| _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8(byte.cast_signed()));
            Rare {
                backslash: is(b'\\'),
                control: _mm512_cmplt_epu8_mask(text, _mm512_set1_epi8(SPACE.cast_signed())),
                high: _mm512_movepi8_mask(text),
                colon: is(b':'),
            }
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // Not by carry-less multiplication: the vector units have enough to do, and this runs beside them.
        Words.prefix_xor(bits)
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

/// Two halves of a block; the second begins 32 bytes further.
type Halves = (__m256i, __m256i);

impl Avx2 {
    #[inline(always)]
    fn load(self, window: &Window, back: usize) -> Halves {
        let Self(()) = self;
        // SAFETY: the token proves the instructions; each load lies within the window, as `back` is at most `BEFORE`.
        unsafe {
            let at = |at: usize| _mm256_loadu_si256(window.as_ptr().add(at - back).cast());
            (at(BEFORE), at(BEFORE + 32))
        }
    }

    /// The top bits of all bytes.
    #[inline(always)]
    fn tops(self, (low, high): Halves) -> u64 {
        let Self(()) = self;
        // SAFETY: the token proves the instructions.
        let bits = |half| u64::from(unsafe { _mm256_movemask_epi8(half) }.cast_unsigned());
        bits(low) | bits(high) << 32
    }

    #[inline(always)]
    fn or(self, (low, high): Halves, bits: u8) -> Halves {
        let Self(()) = self;
        // SAFETY: the token proves the instructions.
        unsafe {
            let bits = _mm256_set1_epi8(bits.cast_signed());
            (_mm256_or_si256(low, bits), _mm256_or_si256(high, bits))
        }
    }

    #[inline(always)]
    fn is(self, (low, high): Halves, byte: u8) -> u64 {
        // SAFETY: the token proves the instructions.
        unsafe {
            let byte = _mm256_set1_epi8(byte.cast_signed());
            self.tops((_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte)))
        }
    }
}

impl Wide for Avx2 {
    #[inline(always)]
    fn masks(self, window: &Window) -> Masks {
        let text = self.load(window, 0);
        let folded = self.or(text, BRACKET_CASE);
        let colon = self.is(text, b':');
        let seven = self.or(self.load(window, 7), PAIR);
        let ten = self.or(self.load(window, 10), VOWEL);
        // SAFETY: the token proves the instructions.
        let low = unsafe {
            // As signed numbers, control characters and those beyond ASCII are the ones below the space.
            let space = _mm256_set1_epi8(SPACE.cast_signed());
            (_mm256_cmpgt_epi8(space, text.0), _mm256_cmpgt_epi8(space, text.1))
        };
        Masks {
            quote: self.is(text, b'"'),
            open: self.is(folded, b'{'),
            close: self.is(folded, b'}'),
            unnamed: colon & !self.is(self.load(window, 1), b'"'),
            wanted: colon & (self.is(seven, b'o') | self.is(seven, b'S')) & self.is(ten, b'e'),
            rare: self.tops(low) | self.is(text, b'\\') != 0,
        }
    }

    #[inline(always)]
    fn rare(self, window: &Window) -> Rare {
        let text = self.load(window, 0);
        // SAFETY: the token proves the instructions.
        let control = unsafe {
            // The smaller of a byte and 0x1f is the byte itself only if it is no larger.
            let last = _mm256_set1_epi8((SPACE - 1).cast_signed());
            let is = |half| _mm256_cmpeq_epi8(_mm256_min_epu8(half, last), half);
            (is(text.0), is(text.1))
        };
        Rare {
            backslash: self.is(text, b'\\'),
            control: self.tops(control),
            high: self.tops(text),
            colon: self.is(text, b':'),
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: the token proves the instruction.
        unsafe { carryless(bits) }
    }
}
