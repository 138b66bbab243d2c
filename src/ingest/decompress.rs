//! From stored bytes to UTF-8 text: plain, gzip with any number of members, zstd; told apart by their first bytes.

use std::io::Read;

/// No file may decompress to more than this: a guard against decompression bombs. CloudTrail's own files stay below 50 MB.
pub const LARGEST_FILE: u64 = 2 << 30;

/// What came out, and why it ended early if it did.
pub struct Text {
    /// The decompressed bytes, up to the break.
    pub bytes: Vec<u8>,
    /// Why decompression stopped.
    pub broken: Option<String>,
}

/// Decompresses a stored file.
pub fn decompress(stored: Vec<u8>) -> Text {
    let text = match stored.as_slice() {
        [0x1f, 0x8b, ..] => {
            read(flate2::read::MultiGzDecoder::new(stored.as_slice()), "gzip", stored.len(), LARGEST_FILE)
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => match zstd::stream::read::Decoder::new(stored.as_slice()) {
            Ok(decoder) => read(decoder, "zstd", stored.len(), LARGEST_FILE),
            Err(cause) => Text { bytes: Vec::new(), broken: Some(format!("zstd: {cause}")) },
        },
        _ => Text { bytes: stored, broken: None },
    };
    Text { bytes: utf8(text.bytes), ..text }
}

fn read(decoder: impl Read, kind: &str, stored: usize, most: u64) -> Text {
    let mut bytes = Vec::with_capacity(stored.saturating_mul(8).min(64 << 20));
    let broken = match decoder.take(most + 1).read_to_end(&mut bytes) {
        Err(cause) => Some(format!(
            "the {kind} stream breaks after {} bytes of text ({cause}); fetch the file again",
            bytes.len()
        )),
        Ok(_) if bytes.len() as u64 > most => {
            Some(format!("decompresses to more than {most} bytes, the limit; split the file"))
        }
        Ok(_) => None,
    };
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Text { bytes, broken }
}

/// Drops a byte order mark; UTF-16 with one, as a redirection in Windows PowerShell writes it, becomes UTF-8.
fn utf8(bytes: Vec<u8>) -> Vec<u8> {
    let unit: fn([u8; 2]) -> u16 = match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => return rest.to_vec(),
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return bytes,
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().skip(1).map(|pair| unit(*pair)));
    text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
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

    #[test]
    fn every_gzip_member_is_read() {
        let stored = [gz(b"one "), gz(b"two")].concat();
        let text = decompress(stored);
        assert_eq!(text.bytes, b"one two");
        assert_eq!(text.broken, None);
    }

    #[test]
    fn what_precedes_a_break_is_kept() {
        let mut stored = [gz(b"one "), gz(&b"two".repeat(1000))].concat();
        stored.truncate(stored.len() - 12);
        let text = decompress(stored);
        assert!(text.bytes.starts_with(b"one two"));
        assert!(text.broken.is_some());
    }

    #[test]
    fn text_over_the_limit_is_cut_there_and_said_to_be() {
        let text = read(&b"0123456789"[..], "gzip", 10, 4);
        assert_eq!(text.bytes, b"0123");
        assert!(text.broken.is_some_and(|why| why.contains("more than 4 bytes")));
    }

    #[test]
    fn utf_16_reads_as_utf_8() {
        let little: Vec<u8> = "\u{feff}{\"ä\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}{\"ä\":1}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for stored in [little, big, b"\xef\xbb\xbf{\"\xc3\xa4\":1}".to_vec()] {
            assert_eq!(decompress(stored).bytes, "{\"ä\":1}".as_bytes());
        }
    }
}
