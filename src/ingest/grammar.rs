//! The grammar between the tokens of a JSON text (RFC 8259), checked for 64 bytes at once.
//!
//! A value stands behind a comma, a colon or an opening bracket; no comma and no closing bracket stands where a value is due;
//! a colon stands behind a text; what stands outside of texts is a number or one of the three names; a backslash escapes
//! what may be escaped. Not checked is whether a closing bracket is of the same shape as the opening one, and whether members
//! stand in an object and bare values in a list.
#![expect(clippy::inline_always, reason = "only what is inlined into the job is compiled for the wide instructions")]

use super::masks::Masks;

/// What of a block stands outside texts, and where texts begin and end.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// Opening quotes.
    pub text: u64,
    /// Closing quotes.
    pub text_end: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
    /// `:`
    pub colon: u64,
    /// `,`
    pub comma: u64,
    /// White space.
    pub blank: u64,
    /// All else: parts of numbers and names.
    pub word: u64,
}

impl Tokens {
    /// Tells the tokens of a block, given its unescaped quotes and which bytes lie inside texts.
    #[inline(always)]
    pub fn of(masks: Masks, quotes: u64, inside: u64) -> Self {
        let outside = !inside;
        let (text, text_end) = (quotes & inside, quotes & outside);
        let (open, close) = (masks.open & outside, masks.close & outside);
        let (colon, comma) = (masks.colon & outside, masks.comma & outside);
        let blank = (masks.space | masks.control) & outside;
        let word = outside & !(text_end | open | close | colon | comma | blank);
        Self { text, text_end, open, close, colon, comma, blank, word }
    }
}

/// What the next block may begin with: one bit for each kind of token that the last one was.
#[derive(Debug, Clone, Copy)]
pub struct Grammar {
    separator: u64,
    open: u64,
    text_end: u64,
    close: u64,
    word: u64,
    /// Whether objects may follow each other without a comma.
    side_by_side: bool,
}

impl Grammar {
    /// Begins behind the bracket of a list, or before the first of several objects side by side.
    pub fn new(side_by_side: bool) -> Self {
        Self { separator: 0, open: 1, text_end: 0, close: 0, word: 0, side_by_side }
    }

    /// Where in a block numbers and names begin, and what may not stand where it stands.
    #[inline(always)]
    pub fn check(&mut self, tokens: &Tokens) -> (u64, u64) {
        let Tokens { text, text_end, open, close, colon, comma, blank, word } = *tokens;
        let separated = follow(&mut self.separator, colon | comma, blank);
        let opened = follow(&mut self.open, open, blank);
        let named = follow(&mut self.text_end, text_end, blank);
        let words = word & !(word << 1 | self.word);
        self.word = word >> 63;
        let mut allowed = separated | opened;
        let mut wrong = (comma & allowed) | (close & separated) | (colon & !named);
        if self.side_by_side {
            allowed |= open & follow(&mut self.close, close, blank);
        }
        wrong |= (text | open | words) & !allowed;
        (words, wrong)
    }
}

/// The bytes that follow tokens, white space left out. `carry` says whether the last token still waits for one.
#[inline(always)]
fn follow(carry: &mut u64, tokens: u64, blank: u64) -> u64 {
    let next = tokens << 1 | *carry;
    let waiting = next & blank;
    if waiting == 0 {
        *carry = tokens >> 63;
        return next;
    }
    // Adding a bit at the beginning of a run of ones moves it behind the run.
    let (moved, beyond) = blank.overflowing_add(waiting);
    *carry = tokens >> 63 | u64::from(beyond);
    next & !blank | moved & !blank
}

/// Whether a number or a name begins here and ends as it may.
#[inline(always)]
pub fn is_word(text: &[u8]) -> bool {
    let length = match text.first_chunk::<4>() {
        Some(b"true" | b"null") => Some(4),
        Some(b"fals") if text.get(4) == Some(&b'e') => Some(5),
        _ => number(text),
    };
    let end = length.and_then(|length| text.get(length..));
    end.is_some_and(|end| matches!(end.first(), None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')))
}

/// RFC 8259, section 6.
fn number(text: &[u8]) -> Option<usize> {
    let digits = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let end = at + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        (end > at).then_some(end)
    };
    let start = usize::from(text.first() == Some(&b'-'));
    let mut end = if text.get(start) == Some(&b'0') { start + 1 } else { digits(start)? };
    if text.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign)?;
    }
    Some(end)
}

/// Whether what a backslash stands before may be escaped (RFC 8259, section 7); `text` begins behind the backslash.
#[inline]
pub fn is_escape(text: &[u8]) -> bool {
    match text {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => true,
        [b'u', a, b, c, d, ..] => [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()),
        _ => false,
    }
}
