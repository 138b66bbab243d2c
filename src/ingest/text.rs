//! Files that do not begin as JSON does: tables, exports of CloudWatch Logs, subscription payloads saved as they come.

use super::container::Reader;
use super::decompress::Inflater;
use super::shape::{Kind, Object};
use super::{Decoded, csv, scan};
use crate::instant;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How gzip looks in base64: its magic and its method.
const GZIP: &[u8] = b"H4sI";

/// Reads such a file; nothing where it is of no known kind.
pub fn decode(bytes: &[u8], out: &mut Decoded, strict: bool) {
    let bytes = bytes.get(scan::skip_space(bytes, 0)..).unwrap_or_default();
    let line = bytes.get(..scan::next_line(bytes, 0)).unwrap_or_default();
    if stamped(line).is_some() {
        export(bytes, out, strict);
    } else if line.starts_with(GZIP) {
        payloads(bytes, out, strict);
    } else {
        csv::read(bytes, out);
    }
}

/// Where the message begins in a line of an export: `2026-10-30T01:00:00.000Z {…}`.
fn stamped(line: &[u8]) -> Option<usize> {
    let space = memchr::memchr(b' ', line.get(..40.min(line.len()))?)?;
    let time = std::str::from_utf8(line.get(..space)?).ok().filter(|time| time.contains('T'))?;
    instant::parse(time).filter(|_| line.get(space + 1) == Some(&b'{')).map(|_| space + 1)
}

/// What `CreateExportTask` of CloudWatch Logs writes to S3: a line for each log event, its time before the message.
fn export(bytes: &[u8], out: &mut Decoded, strict: bool) {
    let mut reader = Reader::new(bytes, out, None, strict);
    let mut at = scan::skip_space(bytes, 0);
    while at < bytes.len() {
        let next = scan::next_line(bytes, at);
        let line = bytes.get(at..next).unwrap_or_default().trim_ascii_end();
        let message = at + stamped(line).unwrap_or_default()..at + line.len();
        if Object::within(bytes, message.clone()).is_record() {
            reader.note(Kind::CloudWatchLogs);
        }
        reader.item(&message);
        at = scan::skip_space(bytes, next);
    }
    reader.tell();
}

/// Payloads of a CloudWatch Logs subscription, each beginning on a line of its own.
fn payloads(bytes: &[u8], out: &mut Decoded, strict: bool) {
    let mut payloads: Vec<Vec<u8>> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        match payloads.last_mut() {
            // `base64` folds what it writes.
            Some(payload) if !line.starts_with(GZIP) => payload.extend(line),
            _ => payloads.push(line.to_vec()),
        }
    }
    for text in payloads {
        payload(&text, out, strict);
    }
}

/// One payload: base64 of gzip of JSON, as it is in `awslogs.data` of a Lambda event too. What precedes a break is read.
pub fn payload(text: &[u8], out: &mut Decoded, strict: bool) {
    let quartets = text.get(..text.len() / 4 * 4).unwrap_or_default();
    let valid =
        quartets.iter().position(|b| !b.is_ascii_alphanumeric() && !b"+/=".contains(b)).unwrap_or(quartets.len());
    let decoded = STANDARD.decode(quartets.get(..valid / 4 * 4).unwrap_or_default()).unwrap_or_default();
    let mut inflater = Inflater::default();
    let payload = inflater.text(&decoded);
    let before = out.records_read;
    Reader::of_payload(&payload.bytes, out, strict).file();
    let broken = payload.broken.or_else(|| (valid < text.len()).then(|| "this payload is no base64".into()));
    if out.records_read > before || out.kind.is_some() {
        out.broken.extend(broken);
    }
}
