//! The report as JSON: the form that scripts read and that every other form can be made from.
//!
//! Members stand in the order of the wire types. Characters that a terminal could act on are written as `\u…`, so that
//! `vaultrail audit … | less` is as safe as the text report; a JSON reader sees the same values.

use super::visible::spelled_json;
use crate::report::wire::Report;
use serde::Serialize;

/// Pretty JSON, two spaces, ending in a line feed.
pub fn json(report: &Report) -> String {
    let mut text = pretty(report);
    text.push('\n');
    text
}

/// Pretty JSON of anything from the report.
pub(super) fn pretty<T: Serialize>(value: &T) -> String {
    written(serde_json::to_string_pretty(value))
}

/// JSON on one line.
pub(super) fn compact<T: Serialize>(value: &T) -> String {
    written(serde_json::to_string(value))
}

#[expect(clippy::expect_used, reason = "the wire types have string keys only, and writing to memory does not fail")]
fn written(result: serde_json::Result<String>) -> String {
    spelled_json(result.expect("wire types serialise"))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::Value;

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
