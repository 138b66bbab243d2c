//! The structure of a JSON text without its grammar: where each value begins and ends, string-aware and depth-aware.
//!
//! Each record is cut out by its brackets and parsed on its own, so that one broken record does not take its file with it.

use memchr::{memchr, memchr2};
use std::ops::Range;

/// Where and why the structure ends too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Byte offset in the decompressed file.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// One member of an object: its key (raw, between the quotes) and its value.
pub type Member = (Range<usize>, Range<usize>);

/// The first byte at or after `at` that is no white space.
pub fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len())
}

/// The end of the value that begins at `at`.
pub fn value_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at) {
        None => Err(Broken { offset: at, reason: "the text ends where a value is due" }),
        Some(b'"') => string_end(bytes, at),
        Some(b'{' | b'[') => nested_end(bytes, at),
        Some(b',' | b':' | b'}' | b']') => Err(Broken { offset: at, reason: "a value is missing" }),
        Some(_) => Ok(scalar_end(bytes, at)),
    }
}

fn string_end(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut at = open + 1;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match memchr2(b'"', b'\\', rest).and_then(|i| rest.get(i).map(|b| (i, *b))) {
            None => return Err(Broken { offset: open, reason: "a string does not end" }),
            Some((i, b'"')) => return Ok(at + i + 1),
            Some((i, _)) => at += i + 2,
        }
    }
}

fn nested_end(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut depth = 0_usize;
    let mut at = open;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                // The break is told of the outermost bracket, so that what stands before it can be read.
                at = string_end(bytes, at).map_err(|broken| Broken { offset: open, ..broken })?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(Broken { offset: open, reason: "a bracket opened here is never closed" })
}

fn scalar_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'{' | b'[' | b':');
    at + rest.iter().position(ends).unwrap_or(rest.len()).max(1)
}

/// The items of the array that opens at `open`: those before a break, and the break.
pub fn items(bytes: &[u8], open: usize) -> (Vec<Range<usize>>, Result<usize, Broken>) {
    let mut found = Vec::new();
    let mut at = skip_space(bytes, open + 1);
    if bytes.get(at) == Some(&b']') {
        return (found, Ok(at + 1));
    }
    loop {
        let end = match value_end(bytes, at) {
            Ok(end) => end,
            Err(broken) => return (found, Err(broken)),
        };
        found.push(at..end);
        at = skip_space(bytes, end);
        match bytes.get(at) {
            Some(b',') => at = skip_space(bytes, at + 1),
            Some(b']') => return (found, Ok(at + 1)),
            Some(_) => return (found, Err(Broken { offset: at, reason: "a comma is missing between two items" })),
            None => return (found, Err(Broken { offset: at, reason: "the list does not end" })),
        }
    }
}

/// The members of the object that opens at `open`: those before a break (a member whose value breaks keeps its key), and
/// the break.
pub fn members(bytes: &[u8], open: usize) -> (Vec<Member>, Result<usize, Broken>) {
    let mut found = Vec::new();
    let mut at = skip_space(bytes, open + 1);
    if bytes.get(at) == Some(&b'}') {
        return (found, Ok(at + 1));
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return (found, Err(Broken { offset: at, reason: "a key is missing" }));
        }
        let key_end = match string_end(bytes, at) {
            Ok(end) => end,
            Err(broken) => return (found, Err(broken)),
        };
        let colon = skip_space(bytes, key_end);
        if bytes.get(colon) != Some(&b':') {
            return (found, Err(Broken { offset: colon, reason: "a colon is missing after a key" }));
        }
        let start = skip_space(bytes, colon + 1);
        let end = match value_end(bytes, start) {
            Ok(end) => end,
            Err(broken) => {
                found.push((at + 1..key_end - 1, start..bytes.len()));
                return (found, Err(broken));
            }
        };
        found.push((at + 1..key_end - 1, start..end));
        at = skip_space(bytes, end);
        match bytes.get(at) {
            Some(b',') => at = skip_space(bytes, at + 1),
            Some(b'}') => return (found, Ok(at + 1)),
            Some(_) => return (found, Err(Broken { offset: at, reason: "a comma is missing between two members" })),
            None => return (found, Err(Broken { offset: at, reason: "the object does not end" })),
        }
    }
}

/// Cuts a text of values that follow each other (one object, NDJSON, concatenated JSON); after a break it goes on at the
/// next line.
pub fn documents(bytes: &[u8]) -> Vec<Result<Range<usize>, Broken>> {
    let mut found = Vec::new();
    let mut at = skip_space(bytes, 0);
    while at < bytes.len() {
        let end = match value_end(bytes, at) {
            Ok(end) => {
                found.push(Ok(at..end));
                end
            }
            Err(broken) => {
                found.push(Err(broken));
                next_line(bytes, at)
            }
        };
        at = skip_space(bytes, end);
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
    }
    found
}

fn next_line(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |i| at + i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_inside_strings_do_not_count() {
        let text = br#"[{"a":"}]\"{", "b":"C:\\"}, 2, "x"]"#;
        let (found, end) = items(text, 0);
        assert_eq!(found.len(), 3);
        assert_eq!(end, Ok(text.len()));
    }

    #[test]
    fn items_before_a_break_are_kept() {
        let (found, end) = items(br#"[{"a":1},{"b":2},{"c":"#, 0);
        assert_eq!(found.len(), 2);
        assert!(end.is_err());
    }

    #[test]
    fn a_break_within_a_string_is_told_of_the_bracket_around_it() {
        let found = documents(br#"{"Records":[{"a":1},{"b":"cut he"#);
        assert!(matches!(found.as_slice(), [Err(Broken { offset: 0, .. })]));
    }

    #[test]
    fn after_a_broken_line_reading_goes_on() {
        let found = documents(b"{\"a\":1}\n{\"b\":\n{\"c\":3}\n");
        assert_eq!(found.iter().filter(|d| d.is_ok()).count(), 1);
        assert!(found.iter().any(Result::is_err));
        let whole = documents(b"{\"a\":1}{\"b\":2}\n[3]");
        assert_eq!(whole.iter().filter(|d| d.is_ok()).count(), 3);
    }
}
