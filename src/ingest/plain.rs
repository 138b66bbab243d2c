//! Whether a record is plain: its own members, found by their keys while the sweep passes them, and what they say.
#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::activity::Signs;
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

/// The keys that are looked at: the last eight characters, and with its quote what stands before them. Their places are
/// those that [`place`] gives.
const KEYS: [(&[u8], [u8; 8]); 8] = [
    (b"\"recipientA", *b"ccountId"),
    (b"\"e", *b"ventTime"),
    (b"\"a", *b"wsRegion"),
    (b"", [0; 8]),
    (b"\"e", *b"ventName"),
    (b"\"eve", *b"ntSource"),
    (b"\"e", *b"ventType"),
    (b"", [0; 8]),
];

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
    /// Whether one of the record's own texts so far has a backslash.
    pub escapes: bool,
    hour: Hour,
    places: [Place<'a>; PLACES],
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
struct Place<'a> {
    account: [u8; 12],
    /// With the quote behind it.
    region: &'a [u8],
    number: usize,
}

impl<'a> Plain<'a> {
    /// Begins a text.
    pub fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            own: Own::default(),
            odd: false,
            escapes: false,
            hour: Hour { text: [0; 15], since_1970: 0 },
            places: [Place { account: [0; 12], region: b"", number: 0 }; PLACES],
            signs: Signs::default(),
        }
    }

    /// Begins a record.
    #[inline(always)]
    pub fn begin(&mut self) {
        self.own = Own::default();
        self.odd = false;
        self.escapes = false;
    }

    /// The record's own colon at `colon` has been passed.
    #[inline(always)]
    pub fn member(&mut self, colon: usize) {
        let Some((ahead, [tail @ .., b'"'])) = self.text.get(..colon).and_then(|text| text.split_last_chunk::<9>())
        else {
            // The key is short, or white space stands behind it.
            self.odd |= self.escapes || colon == 0 || self.text.get(colon - 1) != Some(&b'"');
            return;
        };
        if self.escapes {
            self.odd |= !is_unescaped(ahead, *tail);
        }
        let place = place(*tail);
        if let (Some((head, last)), Some(own)) = (KEYS.get(place), self.own.get_mut(place))
            && last == tail
            && ahead.ends_with(head)
        {
            self.odd |= *own != 0;
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
        if self.own[KIND] != 0 {
            let kind = self.value(self.own[KIND])?;
            let is_call = kind.first_chunk::<12>() == Some(b"\"AwsApiCall\"");
            (is_call || CALLS.iter().any(|call| kind.starts_with(call))).then_some(())?;
        }
        let source = short_text(self.value(self.own[SOURCE])?)?;
        if !source.ends_with(b".amazonaws.com") || !self.is_unused(source, self.own[NAME])? {
            return None;
        }
        let at = self.time(self.own[TIME])?;
        let place = self.place(self.own[ACCOUNT], self.own[REGION])?;
        self.signs.note(place, at);
        Some(())
    }

    /// The text from a value on, one space before it allowed; `None` where there is none.
    #[inline(always)]
    fn value(&self, at: usize) -> Option<&'a [u8]> {
        let value = self.text.get(at..).filter(|_| at != 0)?;
        Some(value.strip_prefix(b" ").unwrap_or(value))
    }

    #[inline(always)]
    fn is_unused(&self, source: &[u8], name: usize) -> Option<bool> {
        let name = self.value(name)?;
        if relevance::is_source(source) {
            return Some(!relevance::is_used_as_written(source, short_text(name)?));
        }
        Some(name.first() == Some(&b'"'))
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
        if known.account == *account && !known.region.is_empty() && region.starts_with(known.region) {
            return Some(known.number);
        }
        self.new_place(slot, *account, region)
    }

    #[cold]
    fn new_place(&mut self, slot: usize, account: [u8; 12], region: &'a [u8]) -> Option<usize> {
        let length = region.iter().take(LONGEST).position(|byte| matches!(byte, b'"' | b'\\'))?;
        let (name, quote) = region.split_at_checked(length)?;
        let owner = AccountId::parse(std::str::from_utf8(&account).ok()?)?;
        let code = Region::new(std::str::from_utf8(name).ok().filter(|_| quote.first() == Some(&b'"'))?);
        let number = self.signs.place((owner, code));
        *self.places.get_mut(slot)? = Place { account, region: region.get(..=length)?, number };
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

/// Whether a key has no backslash: the text before its last eight characters, and these.
#[cold]
fn is_unescaped(ahead: &[u8], tail: [u8; 8]) -> bool {
    let mut back = tail.iter().rev().chain(ahead.iter().rev());
    back.find(|byte| matches!(byte, b'"' | b'\\')) == Some(&b'"') && back.next() != Some(&b'\\')
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

    #[test]
    fn every_key_stands_at_its_place() {
        let at = |number: usize| KEYS.get(number).map(|(head, tail)| [head, tail.as_slice()].concat());
        for (number, key) in [
            (TIME, "\"eventTime"),
            (SOURCE, "\"eventSource"),
            (NAME, "\"eventName"),
            (REGION, "\"awsRegion"),
            (ACCOUNT, "\"recipientAccountId"),
            (KIND, "\"eventType"),
        ] {
            assert_eq!(at(number).as_deref(), Some(key.as_bytes()));
            assert_eq!(key.as_bytes().last_chunk().map(|tail| place(*tail)), Some(number));
        }
    }
}
