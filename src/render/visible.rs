//! Text that came from logs, made safe to look at: what a reader cannot see, or what would move other text, is spelled out.
//!
//! Names, comments and user agents are written by whoever is being audited. A control character could colour or forge
//! lines of a terminal, a bidirectional override could turn `exe.txt` around, a zero-width joiner could make two names
//! look equal. None of them is dropped, since a hidden character in a name is itself a finding: each becomes `\u{202e}`.

use std::borrow::Cow;
use std::fmt::Write;

/// Characters that have no look of their own, besides Unicode's control characters (category Cc).
const HIDDEN: [(char, char); 18] = [
    ('\u{ad}', '\u{ad}'),       // soft hyphen
    ('\u{34f}', '\u{34f}'),     // combining grapheme joiner
    ('\u{61c}', '\u{61c}'),     // Arabic letter mark
    ('\u{115f}', '\u{1160}'),   // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),   // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'),   // Mongolian selectors
    ('\u{200b}', '\u{200f}'),   // zero width, left-to-right and right-to-left marks
    ('\u{2028}', '\u{202e}'),   // line and paragraph separators, embeddings and overrides
    ('\u{2060}', '\u{206f}'),   // word joiner, isolates
    ('\u{3164}', '\u{3164}'),   // Hangul filler
    ('\u{fe00}', '\u{fe0f}'),   // variation selectors
    ('\u{feff}', '\u{feff}'),   // byte order mark
    ('\u{ffa0}', '\u{ffa0}'),   // halfwidth Hangul filler
    ('\u{fff0}', '\u{fffb}'),   // interlinear annotation
    ('\u{fffe}', '\u{ffff}'),   // no characters, and not allowed in XML
    ('\u{1bca0}', '\u{1bca3}'), // shorthand controls
    ('\u{1d173}', '\u{1d17a}'), // musical controls
    ('\u{e0000}', '\u{e0fff}'), // tags
];

/// Characters that take two columns of a terminal: East Asian scripts and pictures.
const WIDE: [(char, char); 7] = [
    ('\u{1100}', '\u{115e}'),
    ('\u{2e80}', '\u{a4cf}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe30}', '\u{ff60}'),
    ('\u{1f300}', '\u{1faff}'),
    ('\u{20000}', '\u{3fffd}'),
];

/// Characters that stand on the one before.
const COMBINING: [(char, char); 5] = [
    ('\u{300}', '\u{36f}'),
    ('\u{483}', '\u{489}'),
    ('\u{591}', '\u{5bd}'),
    ('\u{1ab0}', '\u{1aff}'),
    ('\u{20d0}', '\u{20ff}'),
];

/// What stands where text was cut.
const CUT: &str = "… (cut)";

fn within(ranges: &[(char, char)], c: char) -> bool {
    c > '\u{7f}' && ranges.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

fn is_hidden(c: char) -> bool {
    c.is_control() || within(&HIDDEN, c)
}

/// How many bytes of printable ASCII, or line feeds where `lines` is true, a text begins with. Whole chunks are looked at
/// without a branch for each byte.
fn printable(bytes: &[u8], lines: bool) -> usize {
    let plain = |byte: &u8| byte.wrapping_sub(b' ') < 0x7f - b' ' || (lines && *byte == b'\n');
    let whole = bytes.chunks(32).take_while(|chunk| chunk.iter().fold(true, |all, byte| all & plain(byte)));
    let whole: usize = whole.map(<[u8]>::len).sum();
    whole + bytes.iter().skip(whole).take_while(|byte| plain(byte)).count()
}

/// A text in parts: what can be seen, and the hidden character behind it; the last has none. Line feeds are hidden unless
/// `lines` is true.
fn parts(text: &str, lines: bool) -> impl Iterator<Item = (&str, Option<char>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut at = 0;
        loop {
            at += printable(text.as_bytes().get(at..)?, lines);
            let Some(c) = text.get(at..)?.chars().next() else {
                rest = None;
                return Some((text, None));
            };
            let after = at + c.len_utf8();
            if is_hidden(c) && !(lines && c == '\n') {
                rest = text.get(after..);
                return Some((text.get(..at)?, Some(c)));
            }
            at = after;
        }
    })
}

/// The text with every hidden character spelled out: newline as `\n`, others as `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    let mut parts = parts(text, false).peekable();
    if let Some((all, None)) = parts.peek() {
        return Cow::Borrowed(all);
    }
    let mut spelled = String::with_capacity(text.len() + 16);
    for (seen, hidden) in parts {
        spelled.push_str(seen);
        match hidden {
            Some('\n') => spelled.push_str("\\n"),
            Some('\t') => spelled.push_str("\\t"),
            Some('\r') => spelled.push_str("\\r"),
            Some(other) => spelled.extend(other.escape_unicode()),
            None => {}
        }
    }
    Cow::Owned(spelled)
}

/// Finished JSON text in pieces, in which hidden characters are written as `\u202e`: the same values, nothing that acts on a
/// terminal.
///
/// Serialisers escape only what lies below U+0020. Line feeds stay: in finished JSON they stand between values.
pub fn spelled_json(json: &str) -> impl Iterator<Item = Cow<'_, str>> {
    parts(json, true).flat_map(|(seen, hidden)| {
        let spelled = hidden.map(|c| {
            let units = c.encode_utf16(&mut [0; 2]).iter().fold(String::new(), |mut told, unit| {
                let _ = write!(told, "\\u{unit:04x}");
                told
            });
            Cow::Owned(units)
        });
        std::iter::once(Cow::Borrowed(seen)).chain(spelled)
    })
}

/// No more characters than `most`, and a mark where something is missing.
pub fn short(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.char_indices().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let kept = most.saturating_sub(CUT.chars().count());
    Cow::Owned(text.chars().take(kept).chain(CUT.chars()).collect())
}

/// Columns that a character takes on a terminal; near enough for alignment.
pub fn columns(c: char) -> usize {
    match c {
        _ if within(&WIDE, c) => 2,
        _ if within(&COMBINING, c) => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_acts_on_a_terminal_or_hides_is_spelled_out() {
        assert_eq!(visible("\u{1b}[31mred\u{1b}[0m"), "\\u{1b}[31mred\\u{1b}[0m");
        assert_eq!(visible("a\r\nFAIL\tb"), "a\\r\\nFAIL\\tb");
        assert_eq!(visible("\u{9b}31m\u{7f}"), "\\u{9b}31m\\u{7f}");
        assert_eq!(visible("x\u{202e}txt.exe\u{200b}\u{feff}\u{2066}"), "x\\u{202e}txt.exe\\u{200b}\\u{feff}\\u{2066}");
        assert_eq!(visible("\u{e0041}\u{2028}"), "\\u{e0041}\\u{2028}");
    }

    #[test]
    fn what_can_be_seen_stays_as_it_is() {
        for text in ["prod-airgap", "Zürich <b> \"q\" 'x' & \\", "東京 バックアップ", "Ελλάδα — ‘é’", ""]
        {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn text_is_cut_at_a_character_and_says_so() {
        assert_eq!(short("Zürich", 6), "Zürich");
        assert_eq!(short(&"ü".repeat(20), 10), "üüü… (cut)");
        assert!(matches!(short("Zürich", 1000), Cow::Borrowed(_)));
        assert_eq!(short("ab", 0).chars().count(), CUT.chars().count());
    }

    #[test]
    fn spelled_json_has_the_same_values() {
        let value = serde_json::json!({"a\u{202e}": "\u{9b}31m \u{e0041} \u{7f} \u{1b}", "b": ["\u{feff}", 1]});
        let text: String = spelled_json(&serde_json::to_string_pretty(&value).unwrap_or_default()).collect();
        assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}
