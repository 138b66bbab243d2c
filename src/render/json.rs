//! The report as JSON: the form that scripts read and that every other form can be made from.
//!
//! Members stand in the order of the wire types. Characters that a terminal could act on are written as `\u…`, so that
//! `vaultrail audit … | less` is as safe as the text report; a JSON reader sees the same values.

use super::visible::spelled_json;
use crate::report::wire::Report;
use serde::Serialize;
use std::io::{self, Write};

/// Pretty JSON, two spaces, ending in a line feed.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut spelled = Spelled::new(out);
    serde_json::to_writer_pretty(&mut spelled, report)?;
    spelled.write_all(b"\n")?;
    spelled.end()
}

/// Pretty JSON of anything from the report, hidden characters spelled out.
pub(super) fn pretty<T: Serialize>(value: &T) -> String {
    written(serde_json::to_string_pretty(value))
}

/// JSON on one line, hidden characters spelled out.
pub(super) fn compact<T: Serialize>(value: &T) -> String {
    written(serde_json::to_string(value))
}

#[expect(clippy::expect_used, reason = "the wire types have string keys only, and writing to memory does not fail")]
fn written(result: serde_json::Result<String>) -> String {
    spelled_json(&result.expect("wire types serialise")).collect()
}

/// So many bytes are looked at together.
const SPILL: usize = 64 << 10;

/// JSON on its way out: hidden characters become `\u…`, a piece at a time.
pub(super) struct Spelled<'w> {
    held: Vec<u8>,
    out: &'w mut dyn Write,
}

impl<'w> Spelled<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self { held: Vec::with_capacity(SPILL + SPILL / 4), out }
    }

    /// Writes what is still held.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.spill()?;
        self.out.write_all(&self.held)
    }

    /// Keeps the beginning of a character whose end is still to come.
    fn spill(&mut self) -> io::Result<()> {
        let whole = match std::str::from_utf8(&self.held) {
            Ok(text) => text,
            Err(cut) => std::str::from_utf8(self.held.get(..cut.valid_up_to()).unwrap_or_default()).unwrap_or_default(),
        };
        for piece in spelled_json(whole) {
            self.out.write_all(piece.as_bytes())?;
        }
        let done = whole.len();
        self.held.drain(..done);
        Ok(())
    }

    fn spill_if_full(&mut self) -> io::Result<()> {
        if self.held.len() >= SPILL { self.spill() } else { Ok(()) }
    }
}

impl Write for Spelled<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.held.extend_from_slice(bytes);
        self.spill_if_full()
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A list written item by item, each on a line of its own.
pub(super) struct List<'w> {
    out: Spelled<'w>,
    begun: bool,
    open: &'static str,
    between: &'static str,
    close: &'static str,
}

impl<'w> List<'w> {
    /// A JSON array.
    pub(super) fn array(out: &'w mut dyn Write) -> Self {
        Self::within("[\n", "\n]\n", out)
    }

    /// An array in something else: what stands before its first item and after its last.
    pub(super) fn within(open: &'static str, close: &'static str, out: &'w mut dyn Write) -> Self {
        Self { out: Spelled::new(out), begun: false, open, between: ",\n", close }
    }

    /// One JSON value a line, and nothing between them (NDJSON).
    pub(super) fn lines(out: &'w mut dyn Write) -> Self {
        Self { out: Spelled::new(out), begun: false, open: "", between: "\n", close: "\n" }
    }

    pub(super) fn item<T: Serialize>(&mut self, item: &T) -> io::Result<()> {
        let before = if self.begun { self.between } else { self.open };
        self.begun = true;
        self.out.held.extend_from_slice(before.as_bytes());
        serde_json::to_writer(&mut self.out.held, item)?;
        self.out.spill_if_full()
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        if self.begun {
            self.out.write_all(self.close.as_bytes())?;
        } else {
            self.out.write_all(self.open.trim_end().as_bytes())?;
            self.out.write_all(self.close.trim_start().as_bytes())?;
        }
        self.out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::Value;

    fn json(report: &Report) -> String {
        let mut bytes = Vec::new();
        let written = write(report, &mut bytes);
        assert!(written.is_ok(), "{written:?}");
        String::from_utf8(bytes).unwrap_or_default()
    }

    #[test]
    fn whatever_the_pieces_are_the_spelled_text_is_that_of_the_whole() {
        let text = format!("[\"{}\"]", "aü\u{202e}\u{1b}東\u{e0041}".repeat(9_000));
        for piece in [1, 2, 3, 7, 65_536] {
            let mut bytes = Vec::new();
            let mut spelled = Spelled::new(&mut bytes);
            for part in text.as_bytes().chunks(piece) {
                assert!(spelled.write_all(part).is_ok());
            }
            assert!(spelled.end().is_ok());
            assert_eq!(String::from_utf8(bytes).ok(), Some(spelled_json(&text).collect()));
        }
    }

    #[test]
    fn a_list_is_json_whether_it_has_items_or_not() {
        for items in 0..3_usize {
            let (mut array, mut lines) = (Vec::new(), Vec::new());
            let (mut a, mut l) = (List::array(&mut array), List::lines(&mut lines));
            for item in 0..items {
                assert!(a.item(&item).is_ok() && l.item(&item).is_ok());
            }
            assert!(a.end().is_ok() && l.end().is_ok());
            let wanted: Vec<usize> = (0..items).collect();
            assert_eq!(serde_json::from_slice(&array).ok(), Some(wanted));
            assert_eq!(String::from_utf8(lines).map(|text| text.lines().count()), Ok(items));
        }
    }

    #[test]
    fn a_report_read_back_is_the_same_report() {
        let first = json(&sample());
        let again: Option<Report> = serde_json::from_str(&first).ok();
        assert_eq!(again.map(|report| json(&report)), Some(first.clone()));
        let sample: Option<Value> = serde_json::from_str(include_str!("../../tests/render/sample.json")).ok();
        assert_eq!(serde_json::from_str::<Value>(&first).ok(), sample);
        assert!(first.ends_with("}\n") && first.starts_with("{\n  \"schema\": \"vaultrail.report/1\",\n  \"tool\""));
    }

    #[test]
    fn no_character_of_a_name_reaches_a_terminal_as_a_control() {
        let text = json(&sample());
        assert!(text.contains("\\u202e") && text.contains("\\u001b") && text.contains("\\u009b"));
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'));
    }
}
