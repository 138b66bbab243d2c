//! From stored bytes to text: plain, gzip with any number of members, zstd; told apart by their first bytes.

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
    match stored.as_slice() {
        [0x1f, 0x8b, ..] => read(flate2::read::MultiGzDecoder::new(stored.as_slice()), "gzip", stored.len()),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => match zstd::stream::read::Decoder::new(stored.as_slice()) {
            Ok(decoder) => read(decoder, "zstd", stored.len()),
            Err(cause) => Text { bytes: Vec::new(), broken: Some(format!("zstd: {cause}")) },
        },
        _ => Text { bytes: stored, broken: None },
    }
}

fn read(decoder: impl Read, kind: &str, stored: usize) -> Text {
    let mut bytes = Vec::with_capacity(stored.saturating_mul(8).min(64 << 20));
    let broken = match decoder.take(LARGEST_FILE + 1).read_to_end(&mut bytes) {
        Err(cause) => Some(format!(
            "the {kind} stream breaks after {} bytes of text ({cause}); fetch the file again",
            bytes.len()
        )),
        Ok(_) if bytes.len() as u64 > LARGEST_FILE => {
            Some(format!("decompresses to more than {} GiB; split it", LARGEST_FILE >> 30))
        }
        Ok(_) => None,
    };
    bytes.truncate(usize::try_from(LARGEST_FILE).unwrap_or(usize::MAX));
    Text { bytes, broken }
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
}
