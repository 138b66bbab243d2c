//! Lists of texts in the fewest bytes: identifiers of random digits are taken out and stand together.
//!
//! Deflate spends five bits on a random hexadecimal digit that stands between letters and four where only such digits
//! are. A canonical UUID becomes one mark, and so does a SHA-256; their digits follow each other in `hex`.

use foldhash::fast::RandomState;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;

/// A UUID in lower case.
const UUID: char = '\u{1}';
/// 64 lower-case digits.
const SHA256: char = '\u{2}';
/// The rest of the text stands as it is, marks among it.
const PLAIN: char = '\u{3}';
/// A UUID in upper case.
const UPPER: char = '\u{4}';

/// Texts with their digits taken out.
#[derive(Default, Serialize)]
pub struct Texts<'a> {
    text: Vec<Cow<'a, str>>,
    hex: String,
}

impl<'a> Texts<'a> {
    /// How many.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// One more.
    pub fn push(&mut self, text: &'a str) {
        if text.contains([UUID, SHA256, PLAIN, UPPER]) {
            self.text.push(format!("{PLAIN}{text}").into());
            return;
        }
        // What stands before `from`, with marks, and what follows it as it is.
        let (mut kept, mut from, mut at) = (String::new(), 0, 0);
        while let Some(next) = text.get(at..).and_then(|rest| rest.bytes().position(|byte| byte.is_ascii_hexdigit())) {
            at += next;
            let rest = text.get(at..).unwrap_or_default();
            // Within a run of digits that is none of these, no mark may begin.
            let run = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
            let Some((mark, digits)) = marked(rest, run) else {
                at += run;
                continue;
            };
            self.hex.extend(digits.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()));
            kept.push_str(text.get(from..at).unwrap_or_default());
            kept.push(mark);
            at += digits.len();
            from = at;
        }
        self.text.push(match from {
            0 => Cow::Borrowed(text),
            _ => Cow::Owned(kept + text.get(from..).unwrap_or_default()),
        });
    }
}

/// The mark of what a text begins with, and its digits; `run`: how many hexadecimal digits it begins with.
fn marked(text: &str, run: usize) -> Option<(char, &str)> {
    let lower = |part: &str| !part.bytes().any(|byte| byte.is_ascii_uppercase());
    if run == 64 {
        return text.get(..64).filter(|digits| lower(digits)).map(|digits| (SHA256, digits));
    }
    let uuid = text.get(..36).filter(|_| run == 8)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !uuid.split('-').map(str::len).eq([8, 4, 4, 4, 12]) || !uuid.split('-').all(digits) {
        return None;
    }
    match (lower(uuid), uuid.bytes().any(|byte| byte.is_ascii_lowercase())) {
        (true, _) => Some((UUID, uuid)),
        (false, false) => Some((UPPER, uuid)),
        (false, true) => None,
    }
}

/// Texts that occur again and again, each once, by number.
#[derive(Default)]
pub struct Words<'a> {
    known: HashMap<&'a str, usize, RandomState>,
    /// In the order of their numbers.
    pub texts: Texts<'a>,
}

impl<'a> Words<'a> {
    /// The number of a text.
    pub fn number(&mut self, text: &'a str) -> usize {
        let texts = &mut self.texts;
        *self.known.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> (String, String) {
        let mut texts = Texts::default();
        texts.push(text);
        (texts.text.concat(), texts.hex)
    }

    #[test]
    fn only_whole_identifiers_of_one_case_are_taken_out() {
        let uuid = "4394b0bf-352d-4ef0-aead-3f3d52527204";
        let digits = uuid.replace('-', "");
        assert_eq!(taken(&format!("job-{uuid}/x")), ("job-\u{1}/x".into(), digits.clone()));
        assert_eq!(taken(&uuid.to_uppercase()), ("\u{4}".into(), digits));
        let hash = "ab".repeat(32);
        assert_eq!(taken(&hash), ("\u{2}".into(), hash.clone()));
        for other in
            [&format!("a{hash}"), &format!("a{uuid}"), &uuid.replacen('b', "B", 1), &uuid[..35], "é4394b0bf", ""]
        {
            assert_eq!(taken(other), (other.to_string(), String::new()));
        }
        assert_eq!(taken(&format!("\u{1}{uuid}")), (format!("\u{3}\u{1}{uuid}"), String::new()));
    }
}
