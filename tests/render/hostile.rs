//! Names that try to do harm, in every text of a report and through every format: they stay text.

use super::{ESTATE, OPTIONS, compared, file, files, json, sample, small};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use vaultrail::render::{Format, render};
use vaultrail::report::wire::Report;

/// What somebody may write into a name, a tag, a comment, a user agent.
pub const HOSTILE: [&str; 24] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "]]></failure><testcase/>",
    "&lt;&#0;&xxe;<!DOCTYPE x [<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]>",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "a;=1+1",
    "\t=1",
    "\r\n=1",
    "x\n::error::forged\n## forged heading\n| a | b |",
    "\u{1b}[2J\u{1b}[31mred\u{9b}31m",
    "\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}",
    "\0\u{1}\u{b}\u{7f}\u{fffe}\u{ffff}",
    "[link](javascript:alert(1)) ![i](http://evil.example/i.png) {0} {{x}}",
    "` ``` @org/team #1 http://evil.example www.evil.example **b** </code>",
    "../../../etc/passwd",
    "C:\\evil\\..\\x",
    "//evil.example/x?y#z%00",
    "{\"a\":[1,\"b\"]}",
    "a,b\"c'd",
    "𝒳🏴󠁧󠁢 \u{d7ff}\u{e000}",
    "",
];

/// Every text of a report replaced, but for the few that the shape demands.
fn bent(report: &Report, mut text: impl FnMut() -> String) -> Report {
    fn walk(value: &mut Value, name: &str, text: &mut dyn FnMut() -> String) {
        match value {
            Value::String(own) if !["schema", "status", "severity", "uid", "change"].contains(&name) => *own = text(),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, name, text)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut().filter(|(name, _)| *name != "tool") {
                    walk(member, name, text);
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    walk(&mut value, "", &mut text);
    serde_json::from_value(value).unwrap()
}

/// Small reports in which each of these texts comes to stand in every place.
pub fn reports() -> impl Iterator<Item = Report> {
    (0..HOSTILE.len()).map(|from| {
        let mut at = from;
        bent(&compared(), || {
            at += 1;
            // A text of its own somewhere, between others elsewhere.
            format!("{}{}", HOSTILE[at % HOSTILE.len()], if at % 3 == 0 { " tail" } else { "" })
        })
    })
}

/// Texts of a megabyte.
pub fn long() -> Report {
    let mut report = small();
    report.verdicts.truncate(2);
    let mut at = 0;
    bent(&report, || {
        at += 1;
        if at % 23 == 0 { HOSTILE[at % HOSTILE.len()].repeat((1 << 20) / 32) } else { "x".repeat(9) }
    })
}

/// Whether a terminal would obey it, or it would move other text.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[test]
fn no_format_holds_a_character_that_a_terminal_obeys() {
    for report in reports() {
        for file in files().map(|found| file(&report, found.name)) {
            assert_eq!(file.chars().find(|c| acts(*c)), None, "{file:.300}");
        }
    }
}

#[test]
fn no_name_becomes_an_element_of_xml() {
    const OURS: [&str; 9] =
        ["testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out"];
    for report in reports().chain([long()]) {
        let text = file(&report, "report.junit.xml");
        let mut xml = Reader::from_str(&text);
        let mut cases = 0;
        loop {
            match xml.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    assert!(OURS.contains(&element.name().as_ref()), "{element:?}");
                    assert!(element.attributes().all(|attribute| attribute.is_ok()));
                    cases += usize::from(element.name().as_ref() == "testcase");
                }
                Event::Eof => break,
                Event::Decl(_) | Event::End(_) | Event::Text(_) | Event::GeneralRef(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(cases, report.verdicts.len());
        let allowed = |c: char| matches!(c, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert_eq!(text.chars().find(|c| !allowed(*c)), None);
    }
}

#[test]
fn no_cell_of_a_table_is_a_formula_in_any_list_separator() {
    let formula = |cell: &str| cell.trim_start_matches([' ', '"']).starts_with(['=', '+', '-', '@']);
    for report in reports() {
        for name in ["report.csv", "control-compliance-report.csv", "resource-compliance-report.csv"] {
            let text = file(&report, name);
            let mut table = ::csv::Reader::from_reader(text.as_bytes());
            let width = table.headers().unwrap().len();
            let mut rows = 0;
            for row in table.records().map(Result::unwrap) {
                rows += 1;
                assert_eq!(row.len(), width);
                for cell in &row {
                    assert!(!cell.starts_with(['=', '+', '-', '@']), "{name}: {cell}");
                    assert!(!cell.split(';').skip(1).any(formula), "{name}: {cell}");
                }
            }
            assert!(rows > 0 && (name == "control-compliance-report.csv" || rows == report.verdicts.len()));
        }
    }
}

/// Markdown without its code spans, as `CommonMark` finds them: a run of backticks up to the next run as long.
fn outside_code(text: &str) -> String {
    let mut outside = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        rest = &rest[at..];
        let open = rest.len() - rest.trim_start_matches('`').len();
        let mut from = open;
        let close = loop {
            let Some(next) = rest[from..].find('`') else { break None };
            let run = rest[from + next..].len() - rest[from + next..].trim_start_matches('`').len();
            if run == open {
                break Some(from + next + run);
            }
            from += next + run;
        };
        let Some(close) = close else { panic!("a code span that nothing closes: {rest:.200}") };
        rest = &rest[close..];
    }
    outside.push_str(rest);
    outside
}

#[test]
fn in_markdown_nothing_of_a_log_stands_outside_of_code() {
    let plain = |c: char| c.is_ascii_alphanumeric() || " \n.,:;|#*_()-…".contains(c);
    for report in reports().chain([long(), sample(), ESTATE.clone()]) {
        let text = file(&report, "report.md");
        assert!(text.len() <= 65_536);
        let outside = outside_code(&text);
        assert_eq!(outside.chars().find(|c| !plain(*c)), None, "{outside}");
        assert!(!outside.contains("evil") && !outside.contains("forged"), "{outside}");
        for line in text.lines() {
            assert!(!line.starts_with("::"), "{line}");
        }
    }
}

#[test]
fn messages_of_sarif_hold_no_link_and_no_placeholder_and_its_references_are_uris() {
    let plain = |text: &str| {
        let text = text.replace("\\\\", "").replace("\\[", "").replace("\\]", "").replace("{{", "").replace("}}", "");
        !text.contains(['[', ']', '{', '}'])
    };
    for report in reports() {
        let log = json(&report, "report.sarif");
        let run = &log["runs"][0];
        assert_eq!(run["results"].as_array().unwrap().len(), 3);
        let artifacts = run["artifacts"].as_array().unwrap();
        for result in run["results"].as_array().unwrap() {
            assert!(plain(result["message"]["text"].as_str().unwrap()), "{result:#}");
            let related = result["relatedLocations"].as_array().into_iter().flatten();
            for location in result["locations"].as_array().unwrap().iter().chain(related) {
                let place = &location["physicalLocation"]["artifactLocation"];
                let uri = place["uri"].as_str().unwrap();
                let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@/%".contains(&b);
                let bare = uri.strip_prefix("file:").unwrap_or(uri);
                assert!(!uri.is_empty() && bare.bytes().all(allowed), "{uri}");
                assert!(!bare.starts_with("//") || uri.starts_with("file:"), "{uri} names a host");
                if let Some(index) = place["index"].as_u64() {
                    assert_eq!(artifacts[usize::try_from(index).unwrap()]["location"]["uri"], place["uri"]);
                }
            }
        }
    }
}

#[test]
fn texts_of_a_megabyte_go_through_every_format() {
    let report = long();
    for format in Format::ALL {
        let bytes = render(format, &report, &OPTIONS).unwrap();
        assert!(!bytes.is_empty(), "{format:?}");
        if [Format::Sarif, Format::Asff, Format::Junit, Format::Csv, Format::Markdown].contains(&format) {
            assert!(bytes.len() < 2_000_000, "{format:?} has {} bytes", bytes.len());
        }
    }
}
