//! The renderers from outside: what a user sees of one report with failures, holes and hostile names.

use vaultrail::render::{Error, Format, TextOptions, render};
use vaultrail::report::wire::Report;

fn rendered(format: Format) -> String {
    let report: Result<Report, _> = serde_json::from_str(include_str!("sample.json"));
    let options = TextOptions { width: 100, colour: false };
    let bytes: Result<Vec<u8>, Error> =
        render(format, &report.unwrap_or_else(|why| unreachable!("the sample is a report: {why}")), &options);
    let bytes = bytes.unwrap_or_else(|why| unreachable!("{why}"));
    String::from_utf8(bytes).unwrap_or_else(|why| unreachable!("{why}"))
}

#[test]
fn a_report_on_a_terminal() {
    insta::assert_snapshot!(rendered(Format::Text));
}

#[test]
fn every_form_is_text_that_ends_in_a_line_feed() {
    for format in Format::ALL {
        let text = rendered(format);
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{format:?}");
    }
}
