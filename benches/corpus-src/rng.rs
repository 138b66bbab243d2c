//! A reproducible source of chance: splitmix64.

/// A stream of numbers that its seed decides.
pub struct Rng(u64);

impl Rng {
    /// The stream of that number below that seed: neighbours have nothing in common.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut mixer = Self(seed ^ 0x7661_756c_7472_6169);
        let start = mixer.next() ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(Self(start).next())
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below that one; 0 below 0 and 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// True once in that many draws.
    pub fn once_in(&mut self, draws: u64) -> bool {
        self.below(draws) == 0
    }

    /// One of the items; `None` of an empty list.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = usize::try_from(self.below(items.len() as u64)).ok()?;
        items.get(index)
    }

    /// Appends `length` characters of an alphabet of 64.
    pub fn word(&mut self, out: &mut String, length: usize, alphabet: &[u8; 64]) {
        let mut bits = 0;
        for drawn in 0..length {
            if drawn % 10 == 0 {
                bits = self.next();
            }
            let letter = alphabet.get((bits & 63) as usize).copied().unwrap_or(b'0');
            out.push(char::from(letter));
            bits >>= 6;
        }
    }
}

/// Lower-case hexadecimal digits.
pub const HEX: &[u8; 64] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Capitals and digits, as in access key and principal ids.
pub const CAPITALS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Base64.
pub const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Letters and digits, as in file names.
pub const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789XZ";
