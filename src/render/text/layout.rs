//! Lines of a terminal: wrapped to its width, aligned, coloured, and free of anything that could act on it.
//!
//! Everything goes through [`Page::flow`] or [`Page::table`], and both make hidden characters visible: text from logs
//! has no other way out. Styles are attached to characters, not written into the text, so wrapping cannot break them.

use super::super::numbers::grouped;
use super::super::visible::{columns, visible};
use super::{bold, dim};
use anstyle::Style;
use std::fmt::Write;

const NARROWEST: usize = 40;
/// No column but the flexible one grows beyond this.
const WIDEST_FIXED: usize = 32;
const BETWEEN: usize = 2;
/// Characters shown of one text: a name of megabytes must not bury the report.
const LONGEST: usize = 2_000;

/// No style.
pub const fn plain() -> Style {
    Style::new()
}

#[derive(Clone, Copy)]
struct Glyph {
    character: char,
    style: Style,
}

type Line = Vec<Glyph>;

fn glyphs(style: Style, text: &str) -> Line {
    let text = visible(text);
    let rest = text.chars().count().saturating_sub(LONGEST);
    let cut = (rest > 0).then(|| format!("… ({} more characters)", grouped(rest.try_into().unwrap_or(u64::MAX))));
    let shown = text.chars().take(LONGEST).chain(cut.iter().flat_map(|note| note.chars()));
    shown.map(|character| Glyph { character, style }).collect()
}

fn width(line: &[Glyph]) -> usize {
    line.iter().map(|glyph| columns(glyph.character)).sum()
}

/// Cuts text into lines of at most `first` and then `rest` columns: between words, and long words where their parts meet.
fn wrap(text: &[Glyph], first: usize, rest: usize) -> Vec<Line> {
    let mut done: Vec<Line> = Vec::new();
    let mut line = Line::new();
    for (at, mut word) in text.split(|glyph| glyph.character == ' ').enumerate() {
        let mut room = if done.is_empty() { first } else { rest };
        if at > 0 && width(&line) + 1 + width(word) > room {
            done.push(std::mem::take(&mut line));
            room = rest;
        } else if at > 0 {
            line.push(Glyph { character: ' ', style: between(&line, word) });
        }
        // Here a word that is too long stands alone on its line.
        while let Some((head, tail)) = cut(word, room) {
            done.push(head.to_vec());
            (word, room) = (tail, rest);
        }
        line.extend_from_slice(word);
    }
    done.push(line);
    done
}

/// The style of the space between two words: theirs, if they have the same.
fn between(line: &[Glyph], word: &[Glyph]) -> Style {
    let (before, after) = (line.last().map(|glyph| glyph.style), word.first().map(|glyph| glyph.style));
    before.filter(|style| after == Some(*style)).unwrap_or(plain())
}

/// Splits a word that is wider than the room: after the last character that parts names, or anywhere.
fn cut(word: &[Glyph], room: usize) -> Option<(&[Glyph], &[Glyph])> {
    let mut used = 0;
    let fits = word.iter().take_while(|glyph| {
        used += columns(glyph.character);
        used <= room
    });
    let fits = fits.count().max(1);
    if fits >= word.len() {
        return None;
    }
    let parts = |glyph: &Glyph| matches!(glyph.character, ':' | '/' | '#' | '|' | ',' | '_' | '-' | '=' | '&');
    let at = word.iter().take(fits).rposition(parts).map_or(fits, |at| at + 1);
    // A cut near the start would leave a ragged stub.
    word.split_at_checked(if at * 2 < fits { fits } else { at })
}

/// How a column of a table is set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// As wide as its widest cell, to the left.
    Left,
    /// As wide as its widest cell, to the right.
    Right,
    /// Takes what the others leave.
    Rest,
}

/// A cell: its style and its text.
pub type Cell = (Style, String);

/// Text under construction.
pub struct Page {
    width: usize,
    colour: bool,
    out: String,
}

impl Page {
    /// An empty page.
    pub fn new(width: usize, colour: bool) -> Self {
        Self { width: width.max(NARROWEST), colour, out: String::new() }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.out.push('\n');
    }

    /// A section's title, with the number of its entries where it has such.
    pub fn heading(&mut self, title: &str, entries: Option<usize>) {
        self.blank();
        let count = entries.map(|n| format!(" ({})", grouped(n.try_into().unwrap_or(u64::MAX)))).unwrap_or_default();
        self.flow(0, 2, &[(bold().underline(), &title.to_uppercase()), (bold(), &count)]);
    }

    /// Running text: the first line indented by `first`, those that follow by `rest`.
    pub fn flow(&mut self, first: usize, rest: usize, spans: &[(Style, &str)]) {
        let text: Line = spans.iter().flat_map(|(style, text)| glyphs(*style, text)).collect();
        let room = |indent: usize| self.width.saturating_sub(indent).max(1);
        for (at, line) in wrap(&text, room(first), room(rest)).into_iter().enumerate() {
            let indent = if at == 0 { first } else { rest };
            self.write(&[(indent, &line)]);
        }
    }

    /// A table, indented by two, with its columns' titles.
    pub fn table(&mut self, columns: &[(Set, &str)], rows: &[Vec<Cell>]) {
        let widths = self.widths(columns, rows);
        let heads: Vec<Cell> = columns.iter().map(|(_, title)| (dim(), (*title).to_string())).collect();
        for row in std::iter::once(&heads).chain(rows) {
            let cells: Vec<Vec<Line>> = row
                .iter()
                .zip(&widths)
                .map(|((style, text), width)| wrap(&glyphs(*style, text), *width, *width))
                .collect();
            for at in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                self.row(columns, &widths, &cells, at);
            }
        }
    }

    fn widths(&self, columns: &[(Set, &str)], rows: &[Vec<Cell>]) -> Vec<usize> {
        let widest = |at: usize, title: &str| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|(style, text)| width(&glyphs(*style, text)));
            cells.max().unwrap_or(0).max(title.len())
        };
        let natural: Vec<(Set, usize)> =
            columns.iter().enumerate().map(|(at, (set, title))| (*set, widest(at, title))).collect();
        let fixed: usize =
            natural.iter().filter(|(set, _)| *set != Set::Rest).map(|(_, w)| (*w).min(WIDEST_FIXED)).sum();
        let spent = fixed + BETWEEN * natural.len();
        let rest = self.width.saturating_sub(spent).max(12);
        natural.iter().map(|(set, w)| if *set == Set::Rest { (*w).min(rest) } else { (*w).min(WIDEST_FIXED) }).collect()
    }

    fn row(&mut self, columns: &[(Set, &str)], widths: &[usize], cells: &[Vec<Line>], at: usize) {
        let mut parts: Vec<(usize, &[Glyph])> = Vec::new();
        let mut gap = BETWEEN;
        for ((lines, (set, _)), room) in cells.iter().zip(columns).zip(widths) {
            let line = lines.get(at).map_or(&[][..], Vec::as_slice);
            let slack = room.saturating_sub(width(line));
            let (before, after) = if *set == Set::Right { (slack, 0) } else { (0, slack) };
            parts.push((gap + before, line));
            gap = BETWEEN + after;
        }
        self.write(&parts);
    }

    /// One line: pieces, each after a number of spaces. The only place that styles become escape sequences.
    fn write(&mut self, pieces: &[(usize, &[Glyph])]) {
        let mut spaces = 0;
        for (before, line) in pieces {
            spaces += before;
            for run in line.chunk_by(|a, b| a.style == b.style) {
                let text: String = run.iter().map(|glyph| glyph.character).collect();
                let style = run.first().map_or(plain(), |glyph| glyph.style);
                // Spaces are held back until something follows, so that no line ends in them.
                let _ = write!(self.out, "{:spaces$}", "");
                spaces = 0;
                let styled = self.colour && style != plain() && !text.trim().is_empty();
                let _ = if styled {
                    write!(self.out, "{}{text}{}", style.render(), style.render_reset())
                } else {
                    write!(self.out, "{text}")
                };
            }
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, first: usize, rest: usize) -> Vec<String> {
        let lines = wrap(&glyphs(plain(), text), first, rest);
        lines.iter().map(|line| line.iter().map(|glyph| glyph.character).collect()).collect()
    }

    #[test]
    fn words_stay_whole_and_arns_part_where_their_parts_meet() {
        assert_eq!(wrapped("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(
            wrapped("arn:aws:backup:eu-west-1:111122223333:backup-vault:prod-airgap", 40, 30),
            ["arn:aws:backup:eu-west-1:111122223333:", "backup-vault:prod-airgap"]
        );
        assert_eq!(wrapped("aaaaaaaaaa", 4, 3), ["aaaa", "aaa", "aaa"]);
        assert_eq!(wrapped("a  b", 10, 10), ["a  b"]);
        assert_eq!(wrapped("", 10, 10), [""]);
    }

    #[test]
    fn a_text_of_megabytes_is_cut_and_says_so() {
        let line = glyphs(plain(), &"x".repeat(1_002_000));
        assert_eq!(line.len(), LONGEST + "… (1,000,000 more characters)".chars().count());
        assert_eq!(glyphs(plain(), &"x".repeat(LONGEST)).len(), LONGEST);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(wrapped("東京東京東京", 5, 5), ["東京", "東京", "東京"]);
    }

    #[test]
    fn columns_are_aligned_and_no_line_ends_in_spaces() {
        let mut page = Page::new(40, false);
        let row = |a: &str, b: &str, c: &str| {
            vec![(plain(), a.to_string()), (plain(), b.to_string()), (plain(), c.to_string())]
        };
        page.table(
            &[(Set::Left, "Id"), (Set::Right, "N"), (Set::Rest, "Title")],
            &[row("A-1", "12", "short"), row("LONG-22", "7", "a title that does not fit into the room")],
        );
        let text = page.finish();
        let want = "  Id        N  Title\n  A-1      12  short\n  LONG-22   7  a title that does not fit\n               into the room\n";
        assert_eq!(text, want);
    }

    #[test]
    fn styles_are_written_only_when_asked_for() {
        for (colour, want) in [(true, "\u{1b}[1mx\u{1b}[0m y\n"), (false, "x y\n")] {
            let mut page = Page::new(40, colour);
            page.flow(0, 0, &[(bold(), "x"), (plain(), " y")]);
            assert_eq!(page.finish(), want);
        }
    }
}
