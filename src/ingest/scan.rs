//! The structure of a JSON text without its grammar: where each value begins and ends, string-aware and depth-aware.
//!
//! Each record is cut out by its brackets and parsed on its own, so that one broken record does not take its file with it.

use memchr::{memchr, memchr2, memmem};
use std::ops::Range;

/// Where and why the structure ends too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Byte offset in the decompressed file.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

const ENDLESS_TEXT: &str = "a text does not end";

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
            None => return Err(Broken { offset: open, reason: ENDLESS_TEXT }),
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
                at = string_end(bytes, at)?;
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

/// The items of a list, and where its structure breaks.
#[derive(Debug, Default)]
pub struct Items {
    /// Items, in order.
    pub found: Vec<Range<usize>>,
    /// Breaks; reading went on at the next record behind each.
    pub broken: Vec<Broken>,
}

/// After so many breaks a text is not read further: each costs a pass over the rest.
pub const MOST_BREAKS: usize = 64;

/// Said of a text that is not read further.
pub const TOO_BROKEN: &str = "the structure breaks 64 times, the limit; what follows is not read";

/// The items of the array in this range, also those behind a break as long as records can be told.
pub fn items(bytes: &[u8], range: &Range<usize>) -> Items {
    let bytes = bytes.get(..range.end).unwrap_or(bytes);
    let mut list = Items::default();
    let mut at = skip_space(bytes, range.start + 1);
    if bytes.get(at) == Some(&b']') {
        return list;
    }
    loop {
        let (from, broken) = match value_end(bytes, at) {
            Err(broken) => (at + 1, broken),
            Ok(end) => {
                list.found.push(at..end);
                at = skip_space(bytes, end);
                match bytes.get(at) {
                    Some(b',') => {
                        at = skip_space(bytes, at + 1);
                        continue;
                    }
                    Some(b']') if list.broken.is_empty() => return list,
                    // Behind a break this may be the end of another list.
                    Some(b']') => match next_record(bytes, at) {
                        Some(next) => {
                            at = next;
                            continue;
                        }
                        None => return list,
                    },
                    Some(_) => (at, Broken { offset: at, reason: "a comma is missing between two items" }),
                    None => (at, Broken { offset: at, reason: "the list does not end" }),
                }
            }
        };
        match list.resume(bytes, from, broken) {
            Some(next) => at = next,
            None => return list,
        }
    }
}

impl Items {
    fn resume(&mut self, bytes: &[u8], from: usize, broken: Broken) -> Option<usize> {
        self.broken.push(broken);
        if self.broken.len() < MOST_BREAKS {
            return next_record(bytes, from);
        }
        self.broken.push(Broken { offset: from, reason: TOO_BROKEN });
        None
    }
}

/// Where the next CloudTrail record begins: they all begin with the same key.
fn next_record(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    memmem::find_iter(rest, b"\"eventVersion\"").find_map(|key| {
        let before = rest.get(..key)?.trim_ascii_end();
        before.ends_with(b"{").then(|| from + before.len() - 1)
    })
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

/// Where the list of a log file opens, if the text begins with `{"Records":[`.
pub fn records_list(bytes: &[u8], at: usize) -> Option<usize> {
    let after = |at: usize, what: &[u8]| {
        let at = skip_space(bytes, at);
        bytes.get(at..)?.starts_with(what).then_some(at + what.len())
    };
    let list = after(after(after(at, b"{")?, b"\"Records\"")?, b":")?;
    after(list, b"[").map(|behind| behind - 1)
}

/// The end of the top-level value that begins at `at`.
///
/// Text in JSON ends on the line that it begins on. So where the first line ends within a text, the value is broken there,
/// and what seems to close it further down is another one's.
pub fn document_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let line = bytes.get(..next_line(bytes, at)).unwrap_or(bytes);
    match value_end(line, at) {
        Err(broken) if line.len() < bytes.len() && broken.reason != ENDLESS_TEXT => value_end(bytes, at),
        end => end,
    }
}

/// Where the next value begins behind white space and at most one comma.
pub fn skip_separator(bytes: &[u8], at: usize) -> usize {
    let at = skip_space(bytes, at);
    if bytes.get(at) == Some(&b',') { skip_space(bytes, at + 1) } else { at }
}

/// The next line that begins with an object.
pub fn next_object_line(bytes: &[u8], at: usize) -> Option<usize> {
    let from = next_line(bytes, at);
    let rest = bytes.get(from..)?;
    if rest.first() == Some(&b'{') {
        return Some(from);
    }
    memmem::find(rest, b"\n{").map(|i| from + i + 1)
}

/// Where the next line begins.
pub fn next_line(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |i| at + i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Items {
        items(text, &(0..text.len()))
    }

    #[test]
    fn brackets_and_quotes_inside_strings_do_not_count() {
        let text = br#"[{"a":"}]\"{", "b":"C:\\"}, 2, "x"]"#;
        let list = all(text);
        assert_eq!(list.found.len(), 3);
        assert_eq!(list.broken, []);
    }

    #[test]
    fn items_before_a_break_are_kept() {
        let list = all(br#"[{"a":1},{"b":2},{"c":"#);
        assert_eq!(list.found.len(), 2);
        assert_eq!(list.broken.len(), 1);
    }

    #[test]
    fn reading_goes_on_at_the_next_record_behind_a_break() {
        let list = all(br#"[{"eventVersion":"1"} {"eventVersion":"2"}, ,{"a":"x}, { "eventVersion":"3"}]"#);
        assert_eq!((list.found.len(), list.broken.len()), (3, 2));
    }

    #[test]
    fn nothing_is_read_beyond_the_range_of_a_list() {
        let text = br#"[{"eventVersion":"1"}, ,] [{"eventVersion":"2"}]"#;
        assert_eq!(items(text, &(0..25)).found.len(), 1);
        assert_eq!(all(text).found.len(), 2);
    }

    #[test]
    fn a_text_that_breaks_everywhere_is_given_up() {
        let list = all("[{\"eventVersion\":".repeat(1000).as_bytes());
        assert_eq!((list.found.len(), list.broken.len()), (0, MOST_BREAKS + 1));
    }

    #[test]
    fn a_text_left_open_ends_its_value_on_its_line() {
        let text = b"{\"a\":\"x}\n{\"b\":\"y\"}\n{\n\"c\":3}";
        assert!(document_end(text, 0).is_err());
        assert_eq!(next_object_line(text, 0), Some(9));
        assert_eq!(document_end(text, 9), Ok(18));
        assert_eq!(document_end(text, 19), Ok(text.len()));
    }
}
