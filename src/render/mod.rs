//! Rendering: one report, many forms; what a reader sees is decided in the report, how it looks is decided here.
//!
//! Each form is one file over the same [`Report`], so that no form knows more than another. A renderer orders, groups
//! and draws; it never judges, and it reads neither clock nor disk: templates, style and script are compiled in.

mod cite;
pub mod explain;
mod html;
mod json;
pub mod manual;
mod numbers;
pub mod state;
mod stretch;
mod text;
pub mod timeline;
pub mod verify;
mod visible;

pub use html::html;
pub use json::json;
pub use text::{TextOptions, comparison, text};

use crate::report::wire::Report;

/// Why a report could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The built-in template and what it is given do not fit: a bug.
    #[error("cannot render the HTML report: {0}")]
    Template(#[from] minijinja::Error),
}

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For scripts and other tools; every other form can be made from it.
    Json,
    /// For a terminal.
    Text,
    /// For a browser: one file that needs nothing else.
    Html,
}

impl Format {
    /// All forms, as the help lists them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Text, Self::Html];

    /// As after `--format`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
            Self::Html => "html",
        }
    }

    /// Of a file that holds it, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "txt",
            Self::Html => "html",
        }
    }

    /// The form with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Text with every hidden character spelled out.
pub fn spelled(text: &str) -> String {
    visible::visible(text).into_owned()
}

/// The bytes of a report in one form; `options` count for text only.
pub fn render(format: Format, report: &Report, options: &TextOptions) -> Result<Vec<u8>, Error> {
    Ok(match format {
        Format::Json => json(report).into_bytes(),
        Format::Text => text(report, options).into_bytes(),
        Format::Html => html(report)?.into_bytes(),
    })
}

/// A report of a small estate, with names that try to do harm.
#[cfg(test)]
fn sample() -> Report {
    let text = include_str!("../../tests/render/sample.json");
    serde_json::from_str(text).unwrap_or_else(|why| unreachable!("the sample is a report: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_own_name_and_none_by_another() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.name()), Some(format));
        }
        assert_eq!(Format::parse("HTML"), None);
    }

    #[test]
    fn the_same_report_gives_the_same_bytes_in_every_form() {
        let options = TextOptions { width: 100, colour: true };
        for format in Format::ALL {
            let once = render(format, &sample(), &options);
            let again = render(format, &sample(), &options);
            assert!(once.is_ok(), "{format:?}: {:?}", once.err());
            assert_eq!(once.ok(), again.ok(), "{format:?}");
        }
    }
}
