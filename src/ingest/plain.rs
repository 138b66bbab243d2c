//! Whether a record is plain: its own members, found by their keys while the sweep passes them, and what they say.
#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::activity::Signs;
use super::marks::Outside;
use crate::arn::{AccountId, Region};
use crate::instant;
use crate::record::relevance;

/// Where the values of a record's own members begin, by the place of their key; 0: not seen.
type Own = [usize; 8];

const TIME: usize = 1;
const SOURCE: usize = 5;
const NAME: usize = 4;
const REGION: usize = 2;
const ACCOUNT: usize = 0;
const KIND: usize = 6;

/// The last eight characters of the keys that are looked at, at the places that [`place`] gives.
const KEYS: [[u8; 8]; 8] =
    [*b"ccountId", *b"ventTime", *b"wsRegion", [0; 8], *b"ventName", *b"ntSource", *b"ventType", [0; 8]];

/// The place of a key by its last eight characters, as a number.
#[inline(always)]
fn place(tail: [u8; 8]) -> usize {
    (u64::from_le_bytes(tail).wrapping_mul(0x1a2b_8f1f_f1fd_42a3) >> 61) as usize
}

/// Calls and sign-ins: records of these `eventType`s stand for what somebody did. The others are looked at more closely.
const CALLS: [&[u8]; 3] = [b"\"AwsServiceEvent\"", b"\"AwsConsoleSignIn\"", b"\"AwsConsoleAction\""];

/// The record that is being passed, and the plain ones before it.
pub struct Plain<'a> {
    text: &'a [u8],
    own: Own,
    /// A key was there twice, or is written in another way.
    odd: bool,
    hour: Hour,
    places: [Place; PLACES],
    signs: Signs,
}

/// The hour of the last event: most events are of the same one.
#[derive(Debug, Clone, Copy)]
struct Hour {
    /// `"2026-10-30T01:`, with the quote.
    text: [u8; 15],
    since_1970: i64,
}

const PLACES: usize = 64;

/// An account and Region that has been seen, with its number in the signs.
#[derive(Debug, Clone, Copy)]
struct Place {
    account: [u8; 12],
    /// The first and the last eight bytes of the Region with its quote, and its length.
    region: ([u8; 8], [u8; 8], usize),
    number: usize,
}

impl<'a> Plain<'a> {
    /// Begins a text.
    pub fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            own: Own::default(),
            odd: false,
            hour: Hour { text: [0; 15], since_1970: 0 },
            places: [Place { account: [0; 12], region: ([0; 8], [0; 8], 8), number: 0 }; PLACES],
            signs: Signs::default(),
        }
    }

    /// Begins a record.
    #[inline(always)]
    pub fn begin(&mut self) {
        self.own = Own::default();
        self.odd = false;
    }

    /// A colon has been passed whose key may be one of the record's own that are looked at, or one with a backslash.
    #[inline(always)]
    pub fn member(&mut self, colon: usize, bit: u64, block: &Outside) {
        let Some((ahead, [tail @ .., b'"'])) = self.text.get(..colon).and_then(|text| text.split_last_chunk::<9>())
        else {
            // The key is short.
            self.odd |= block.is_own(bit);
            return;
        };
        let place = place(*tail);
        let fits = KEYS.get(place) == Some(tail)
            && match place {
                SOURCE => ahead.last_chunk() == Some(b"\"eve"),
                ACCOUNT => ahead.last_chunk() == Some(b"\"recipientA"),
                REGION => ahead.last_chunk() == Some(b"\"a"),
                _ => ahead.last_chunk() == Some(b"\"e"),
            };
        let bent = block.bent & bit != 0;
        if (fits || bent)
            && block.is_own(bit)
            && let Some(own) = self.own.get_mut(place)
        {
            self.odd |= bent || *own != 0;
            *own = colon + 1;
        }
    }

    /// The record has ended: counts it if it is plain.
    #[inline(always)]
    pub fn end(&mut self) -> bool {
        !self.odd && self.count().is_some()
    }

    #[inline(always)]
    fn count(&mut self) -> Option<()> {
        let kind = self.value(self.own[KIND])?;
        let is_call = kind.first_chunk::<12>() == Some(b"\"AwsApiCall\"");
        (is_call || CALLS.iter().any(|call| kind.starts_with(call))).then_some(())?;
        let source = short_text(self.value(self.own[SOURCE])?)?;
        if !source.ends_with(b".amazonaws.com") || !self.is_unused(source, self.own[NAME])? {
            return None;
        }
        let at = self.time(self.own[TIME])?;
        let place = self.place(self.own[ACCOUNT], self.own[REGION])?;
        self.signs.note(place, at);
        Some(())
    }

    /// The text from a value on; `None` where there is none.
    #[inline(always)]
    fn value(&self, at: usize) -> Option<&'a [u8]> {
        self.text.get(at..).filter(|_| at != 0)
    }

    #[inline(always)]
    fn is_unused(&self, source: &[u8], name: usize) -> Option<bool> {
        let said = |name: &&[u8]| !name.starts_with(b"\"\"") && !name.starts_with(b"\"HIDDEN_");
        let name = self.value(name).filter(said)?;
        if relevance::is_source(source) {
            return Some(!relevance::is_used_as_written(source, short_text(name)?));
        }
        // An empty name is none, and a hidden one says so.
        Some(matches!(name, [b'"', first, ..] if *first != b'"') && !name.starts_with(b"\"HIDDEN_"))
    }

    #[inline(always)]
    fn time(&mut self, at: usize) -> Option<i64> {
        let (hour, rest) = self.value(at)?.split_first_chunk::<15>()?;
        let Some([a @ b'0'..=b'5', b @ b'0'..=b'9', b':', c @ b'0'..=b'5', d @ b'0'..=b'9', b'Z', b'"']) =
            rest.first_chunk::<7>()
        else {
            return None;
        };
        if *hour != self.hour.text {
            self.hour = Hour::read(hour)?;
        }
        let two = |tens: u8, ones: u8| i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
        Some(self.hour.since_1970 + two(*a, *b) * 60 + two(*c, *d))
    }

    #[inline(always)]
    fn place(&mut self, account: usize, region: usize) -> Option<usize> {
        let ([b'"', account @ .., b'"'], _) = self.value(account)?.split_first_chunk::<14>()? else { return None };
        let region = self.value(region)?.strip_prefix(b"\"")?;
        let slot = slot(account, region);
        let known = self.places.get(slot)?;
        let (first, last, length) = known.region;
        if known.account == *account
            && region.first_chunk() == Some(&first)
            && region.get(length - 8..).and_then(<[u8]>::first_chunk) == Some(&last)
        {
            return Some(known.number);
        }
        self.new_place(slot, *account, region)
    }

    #[cold]
    fn new_place(&mut self, slot: usize, account: [u8; 12], region: &'a [u8]) -> Option<usize> {
        let length = region.iter().take(LONGEST).position(|byte| matches!(byte, b'"' | b'\\'))?;
        let (name, quote) = region.split_at_checked(length)?;
        if name.is_empty() || name.starts_with(b"HIDDEN_") {
            return None;
        }
        let owner = AccountId::parse(std::str::from_utf8(&account).ok()?)?;
        let code = Region::new(std::str::from_utf8(name).ok().filter(|_| quote.first() == Some(&b'"'))?);
        let number = self.signs.place((owner, code));
        if length >= 8 {
            let region = (*region.first_chunk()?, *region.get(length - 7..)?.first_chunk()?, length + 1);
            *self.places.get_mut(slot)? = Place { account, region, number };
        }
        Some(number)
    }

    /// The times of the plain records.
    pub fn into_signs(self) -> Signs {
        self.signs
    }
}

/// Where an account and Region may be remembered.
#[inline(always)]
fn slot(account: &[u8; 12], region: &[u8]) -> usize {
    let tail = |bytes: &[u8], at: usize| {
        bytes.get(at..).and_then(<[u8]>::first_chunk::<8>).map_or(0, |eight| u64::from_le_bytes(*eight))
    };
    // `eu-west-1"` and `eu-west-2"`, `ap-southeast-1"`: what tells Regions apart stands near their ends.
    let mixed = tail(account, 4) ^ tail(region, 0).rotate_left(17) ^ tail(region, 7).rotate_left(34);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize
}

/// No Region, service or event name is longer.
const LONGEST: usize = 128;

/// The inside of a short text without escapes that begins here.
#[inline(always)]
fn short_text(value: &[u8]) -> Option<&[u8]> {
    let inside = value.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        let word = u64::from_le_bytes(*inside.get(at..)?.first_chunk::<8>()?);
        let ends = has(word, b'"') | has(word, b'\\');
        if ends != 0 {
            let length = at + (ends.trailing_zeros() / 8) as usize;
            return inside.split_at_checked(length).filter(|(_, end)| end.first() == Some(&b'"')).map(|(text, _)| text);
        }
        at += 8;
        if at > LONGEST {
            return None;
        }
    }
}

/// The top bit of each byte that is `byte`, exact up to and with the first one.
#[inline(always)]
fn has(word: u64, byte: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let differs = word ^ (ONES * u64::from(byte));
    differs.wrapping_sub(ONES) & !differs & TOPS
}

impl Hour {
    #[cold]
    fn read(text: &[u8; 15]) -> Option<Self> {
        let shape = b"\"dddd-dd-ddTdd:";
        let fits = text.iter().zip(shape).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            _ => byte == shape,
        });
        let digits = text.strip_prefix(b"\"").filter(|_| fits)?;
        let at = instant::parse(&format!("{}00:00Z", std::str::from_utf8(digits).ok()?))?;
        Some(Self { text: *text, since_1970: at.timestamp() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::masks::{BEFORE, BLOCK, Wide, Words};

    #[test]
    fn every_key_stands_at_its_place() {
        let keys = [
            (TIME, "eventTime"),
            (SOURCE, "eventSource"),
            (NAME, "eventName"),
            (REGION, "awsRegion"),
            (ACCOUNT, "recipientAccountId"),
            (KIND, "eventType"),
        ];
        for (number, key) in keys {
            let tail = key.as_bytes().last_chunk();
            assert_eq!(KEYS.get(number), tail);
            assert_eq!(tail.map(|tail| place(*tail)), Some(number));
            let mut window = [b' '; BEFORE + BLOCK];
            let text = format!("\"{key}\":");
            window.iter_mut().zip(text.bytes()).for_each(|(byte, here)| *byte = here);
            assert_eq!(Words.masks(&window).wanted, 1 << (text.len() - 1 - BEFORE), "{key}");
        }
    }
}
