//! From stored bytes to UTF-8 text: plain, gzip with any number of members, zstd; told apart by their first bytes.
//!
//! A CloudTrail file is one small gzip member, which libdeflate inflates at once into a buffer that its thread uses again.
//! All else is streamed: several members, members that break, zstd, and whatever does not fit.

use std::borrow::Cow;
use std::io::Read;

/// No file is held in memory that decompresses to more than this: a guard against decompression bombs. CloudTrail's own
/// files stay below 50 MB; larger logs are read in windows (`super::stream`).
pub const LARGEST_FILE: u64 = 2 << 30;

/// Texts up to this size go through the buffers of a thread.
pub const LARGEST_BUFFER: usize = 64 << 20;

/// What came out, and why it ended early if it did.
pub struct Text<'a> {
    /// The decompressed bytes, up to the break.
    pub bytes: Cow<'a, [u8]>,
    /// Why decompression stopped.
    pub broken: Option<String>,
    /// Whether these are all bytes of the file, from one gzip member where it is compressed. `false`: perhaps not.
    pub whole: bool,
}

/// How a file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// As it is.
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Stored {
    /// Told by the first bytes.
    pub fn of(stored: &[u8]) -> Self {
        match stored {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// Decompresses a stream.
    pub fn stream<'a>(self, stored: impl Read + Send + 'a) -> std::io::Result<Box<dyn Read + Send + 'a>> {
        Ok(match self {
            Self::Plain => Box::new(stored),
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(stored)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::new(stored)?),
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Why a stream ended early, with how much of it was read.
    pub fn breaks(self, read: u64, cause: &std::io::Error) -> String {
        format!("the {} stream breaks after {read} bytes of text ({cause}); fetch the file again", self.name())
    }
}

/// Inflates into a buffer that is used again.
pub struct Inflater {
    deflate: libdeflater::Decompressor,
    text: Vec<u8>,
    /// So long may texts be, by those before; falls by a sixteenth with each that is shorter.
    expected: usize,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { deflate: libdeflater::Decompressor::new(), text: Vec::new(), expected: 0 }
    }
}

impl Inflater {
    /// Decompresses a stored file of any kind, up to [`LARGEST_FILE`].
    pub fn text<'a>(&'a mut self, stored: &'a [u8]) -> Text<'a> {
        let kind = Stored::of(stored);
        let whole = |bytes| Text { bytes, broken: None, whole: true };
        let text = match kind {
            Stored::Plain => whole(Cow::Borrowed(stored)),
            Stored::Gzip | Stored::Zstd => match self.at_once(stored) {
                Some(length) => whole(self.text.get(..length).unwrap_or_default().into()),
                None => self.stream(kind, stored),
            },
        };
        if is_marked(&text.bytes) { Text { bytes: utf8(text.bytes), whole: false, ..text } } else { text }
    }

    /// Decompresses a stream, into the buffer where it fits.
    fn stream(&mut self, kind: Stored, stored: &[u8]) -> Text<'_> {
        let mut bytes = std::mem::take(&mut self.text);
        bytes.clear();
        let broken = stream(kind, stored, LARGEST_FILE, &mut bytes);
        if bytes.len() > LARGEST_BUFFER {
            return Text { bytes: bytes.into(), broken, whole: false };
        }
        self.text = bytes;
        Text { bytes: self.text.as_slice().into(), broken, whole: false }
    }

    /// Inflates a file that is a single gzip member; answers with its length. `None`: stream it.
    fn at_once(&mut self, stored: &[u8]) -> Option<usize> {
        let length = usize::try_from(gzip_length(stored)?).ok().filter(|length| *length <= LARGEST_BUFFER)?;
        // A second member would begin like this somewhere. So may compressed bytes by chance: then streaming costs a little.
        if has_other_member(stored) {
            return None;
        }
        self.expected = length.max(self.expected - self.expected / 16);
        fit(&mut self.text, self.expected);
        if self.text.len() < length {
            self.text.reserve_exact(length - self.text.len());
            self.text.resize(length, 0);
        }
        let inflated = self.deflate.gzip_decompress(stored, self.text.get_mut(..length)?).ok()?;
        (inflated == length).then_some(length)
    }
}

/// Gives back what a buffer has beyond the need: a thread's files get smaller, while what is kept of them grows.
pub fn fit(buffer: &mut Vec<u8>, needed: usize) {
    let enough = needed.saturating_add(needed / 8);
    if buffer.capacity() - buffer.capacity() / 4 > enough {
        buffer.truncate(enough);
        buffer.shrink_to(enough);
    }
}

/// The length of the last gzip member's text, modulo 2^32, as its last four bytes say (RFC 1952, ISIZE).
pub fn gzip_length(stored: &[u8]) -> Option<u32> {
    let tail = stored.last_chunk::<4>().filter(|_| Stored::of(stored) == Stored::Gzip && stored.len() > 18)?;
    Some(u32::from_le_bytes(*tail))
}

/// Whether the beginning of a gzip member stands anywhere behind that of the first: magic, deflate, no reserved flag.
fn has_other_member(stored: &[u8]) -> bool {
    let rest = stored.get(1..).unwrap_or_default();
    memchr::memmem::find_iter(rest, b"\x1f\x8b\x08").any(|at| rest.get(at + 3).is_none_or(|flags| flags & 0xe0 == 0))
}

/// Decompresses into a buffer; answers with why it ended early.
fn stream(kind: Stored, stored: &[u8], most: u64, bytes: &mut Vec<u8>) -> Option<String> {
    // The last member is the only one, as a rule; what it says of its length is believed as far as deflate can pack.
    let length = gzip_length(stored).map_or(stored.len().saturating_mul(8), |length| length as usize);
    bytes.reserve_exact(length.min(stored.len().saturating_mul(1032)).min(LARGEST_BUFFER));
    match kind.stream(stored) {
        Ok(decoder) => read(decoder, kind, most, bytes),
        Err(cause) => Some(kind.breaks(0, &cause)),
    }
}

fn read(decoder: impl Read, kind: Stored, most: u64, bytes: &mut Vec<u8>) -> Option<String> {
    let broken = match decoder.take(most + 1).read_to_end(bytes) {
        Err(cause) => Some(kind.breaks(bytes.len() as u64, &cause)),
        Ok(_) if bytes.len() as u64 > most => {
            Some(format!("decompresses to more than {most} bytes, the limit; split the file"))
        }
        Ok(_) => None,
    };
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    broken
}

/// Whether the text begins with a byte order mark.
fn is_marked(bytes: &[u8]) -> bool {
    matches!(bytes, [0xef, 0xbb, 0xbf, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// Drops a byte order mark; UTF-16 with one, as a redirection in Windows PowerShell writes it, becomes UTF-8.
fn utf8(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let unit: fn([u8; 2]) -> u16 = match bytes.as_ref() {
        [0xef, 0xbb, 0xbf, ..] => {
            return match bytes {
                Cow::Borrowed(bytes) => bytes.get(3..).unwrap_or_default().into(),
                Cow::Owned(mut bytes) => bytes.split_off(3).into(),
            };
        }
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return bytes,
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().skip(1).map(|pair| unit(*pair)));
    text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gz(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let _ = encoder.write_all(text);
        encoder.finish().unwrap_or_default()
    }

    fn text(stored: &[u8]) -> (Vec<u8>, Option<String>) {
        let mut inflater = Inflater::default();
        let text = inflater.text(stored);
        (text.bytes.into_owned(), text.broken)
    }

    #[test]
    fn every_gzip_member_is_read() {
        let stored = [gz(b"one "), gz(b"two")].concat();
        assert_eq!(text(&stored), (b"one two".to_vec(), None));
        // The second says the same as the first: its end does not tell that there are two.
        let twice = [gz(b"same"), gz(b"same")].concat();
        assert_eq!(text(&twice), (b"samesame".to_vec(), None));
    }

    #[test]
    fn a_single_member_is_inflated_at_once_and_alike_in_a_used_buffer() {
        let mut inflater = Inflater::default();
        for length in [100_000, 0, 1, 70_000] {
            let stored = gz(&b"abc".repeat(length));
            assert_eq!(inflater.at_once(&stored), Some(length * 3));
            assert_eq!(inflater.text(&stored).bytes, b"abc".repeat(length));
        }
    }

    #[test]
    fn a_buffer_shrinks_when_texts_stay_shorter_and_not_for_one() {
        let mut inflater = Inflater::default();
        let mut capacity_after = |length: usize| {
            let stored = gz(&b"abc".repeat(length));
            assert_eq!(inflater.text(&stored).bytes, b"abc".repeat(length));
            inflater.text.capacity()
        };
        assert_eq!([90_000, 10, 80_000].map(&mut capacity_after), [270_000; 3]);
        let later: Vec<usize> = std::iter::repeat_n(40_000, 40).map(&mut capacity_after).collect();
        assert!(later.last().is_some_and(|capacity| (120_000..=180_000).contains(capacity)), "{later:?}");
        assert!(capacity_after(90_000) >= 270_000);
    }

    #[test]
    fn a_member_whose_compressed_bytes_look_like_a_beginning_is_read_all_the_same() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        let _ = encoder.write_all(b"{} \x1f\x8b\x08\x00");
        let stored = encoder.finish().unwrap_or_default();
        assert!(has_other_member(&stored));
        assert_eq!(text(&stored), (b"{} \x1f\x8b\x08\x00".to_vec(), None));
    }

    #[test]
    fn a_text_that_may_not_be_all_of_one_member_is_not_called_whole() {
        let whole = |stored: &[u8]| Inflater::default().text(stored).whole;
        let one = gz(b"text");
        assert!(whole(&one) && whole(b"text"));
        for other in [gz(b" and more"), gz(b""), gz(b"text"), b"junk".to_vec()] {
            assert!(!whole(&[one.clone(), other].concat()));
        }
        assert!(!whole(&[gz(b""), one.clone()].concat()));
        assert!(!whole(b"\xef\xbb\xbf{}") && !whole(&gz(b"\xef\xbb\xbf{}")));
    }

    #[test]
    fn a_streamed_text_takes_the_buffer_of_those_before_and_leaves_it_to_those_after() {
        let mut inflater = Inflater::default();
        let (one, two) = (gz(&b"abc".repeat(50_000)), [gz(&b"one ".repeat(10_000)), gz(b"two")].concat());
        assert_eq!(inflater.text(&one).bytes.len(), 150_000);
        let buffer = inflater.text.as_ptr();
        assert!(matches!(inflater.text(&two).bytes, Cow::Borrowed(bytes) if bytes.ends_with(b"one two")));
        assert_eq!(inflater.text(&one).bytes, b"abc".repeat(50_000));
        assert_eq!(inflater.text.as_ptr(), buffer, "nothing was allocated anew");
    }

    #[test]
    fn what_precedes_a_break_is_kept() {
        let mut stored = [gz(b"one "), gz(&b"two".repeat(1000))].concat();
        stored.truncate(stored.len() - 12);
        let (bytes, broken) = text(&stored);
        assert!(bytes.starts_with(b"one two"));
        assert!(broken.is_some());
    }

    #[test]
    fn what_follows_the_last_member_is_told() {
        let (bytes, broken) = text(&[gz(b"one "), b"junk".to_vec()].concat());
        assert_eq!(bytes, b"one ");
        assert!(broken.is_some());
    }

    #[test]
    fn text_over_the_limit_is_cut_there_and_said_to_be() {
        let mut bytes = Vec::new();
        let broken = read(&b"0123456789"[..], Stored::Gzip, 4, &mut bytes);
        assert_eq!(bytes, b"0123");
        assert!(broken.is_some_and(|why| why.contains("more than 4 bytes")));
    }

    #[test]
    fn utf_16_reads_as_utf_8() {
        let little: Vec<u8> = "\u{feff}{\"ä\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}{\"ä\":1}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for stored in [little, big, b"\xef\xbb\xbf{\"\xc3\xa4\":1}".to_vec()] {
            assert_eq!(text(&stored).0, "{\"ä\":1}".as_bytes());
        }
    }
}
