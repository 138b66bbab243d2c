//! Rendering: one report, many forms; what a reader sees is decided in the report, how it looks is decided here.
//!
//! Each form is one file over the same [`Report`], so that no form knows more than another. A renderer orders, groups
//! and draws; it never judges, and it reads neither clock nor disk: templates, style and script are compiled in.

mod advice;
mod asff;
mod aws_reports;
mod changes;
mod cite;
mod csv;
pub mod explain;
mod html;
mod json;
mod junit;
pub mod manual;
mod markdown;
mod numbers;
mod ocsf;
mod resource;
mod sarif;
pub mod state;
mod stretch;
mod text;
pub mod timeline;
pub mod verify;
mod visible;

pub use aws_reports::AWS_NAMES;
pub use text::{TextOptions, comparison, text};

use crate::report::wire::Report;
use std::io::{self, Write};

/// Why a report could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The built-in template and what it is given do not fit: a bug.
    #[error("cannot render the HTML report: {0}")]
    Template(#[from] minijinja::Error),
    /// It could not be written where it goes.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The report and its packed form do not fit: a bug.
    #[error("cannot pack the report for HTML: {0}")]
    Data(#[source] serde_json::Error),
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
    /// For a pull request or a step summary.
    Markdown,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for pipelines that show tests.
    Junit,
    /// OCSF 1.8 as a JSON array.
    Ocsf,
    /// OCSF 1.8, an event a line.
    OcsfNdjson,
    /// AWS Security Finding Format.
    Asff,
    /// A table of verdicts.
    Csv,
    /// The compliance reports of AWS Backup Audit Manager.
    AwsReports,
}

/// How forms are written that leave something to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Text.
    pub text: TextOptions,
    /// JUnit: INSUFFICIENT_DATA is a skipped test case and no error.
    pub junit_skips_undecided: bool,
    /// Text: only what changed since the baseline, where there is one.
    pub changes_alone: bool,
}

impl From<TextOptions> for Options {
    fn from(text: TextOptions) -> Self {
        Self { text, junit_skips_undecided: false, changes_alone: false }
    }
}

/// One file of a form.
#[derive(Clone, Copy)]
pub struct File {
    /// `report.json`: its name in a folder.
    pub name: &'static str,
    write: fn(&Report, &Options, &mut dyn Write) -> Result<(), Error>,
}

impl File {
    /// Writes it, in many small pieces: `out` should have a buffer.
    pub fn write(&self, report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), Error> {
        (self.write)(report, options, out)
    }
}

/// A form with what the help says of it.
struct Form {
    format: Format,
    name: &'static str,
    about: &'static str,
    files: &'static [File],
}

fn as_text(report: &Report, options: &Options) -> String {
    match &report.comparison {
        Some(changes) if options.changes_alone => comparison(changes, report, &options.text),
        _ => text(report, &options.text),
    }
}

const FORMS: [Form; 11] = [
    Form {
        format: Format::Json,
        name: "json",
        about: "The report as data (vaultrail.report/1); every other format can be made from it",
        files: &[File { name: "report.json", write: |report, _, out| Ok(json::write(report, out)?) }],
    },
    Form {
        format: Format::Text,
        name: "text",
        about: "For the terminal",
        files: &[File {
            name: "report.txt",
            write: |report, options, out| Ok(out.write_all(as_text(report, options).as_bytes())?),
        }],
    },
    Form {
        format: Format::Html,
        name: "html",
        about: "One self-contained page for people",
        files: &[File { name: "report.html", write: |report, _, out| html::write(report, out) }],
    },
    Form {
        format: Format::Markdown,
        name: "markdown",
        about: "For a pull request or a step summary, at most 64 KiB",
        files: &[File { name: "report.md", write: |report, _, out| Ok(markdown::write(report, out)?) }],
    },
    Form {
        format: Format::Sarif,
        name: "sarif",
        about: "SARIF 2.1.0 for code scanning",
        files: &[File { name: "report.sarif", write: |report, _, out| Ok(sarif::write(report, out)?) }],
    },
    Form {
        format: Format::Junit,
        name: "junit",
        about: "JUnit XML: a test case for each verdict",
        files: &[File {
            name: "report.junit.xml",
            write: |report, options, out| Ok(junit::write(report, options.junit_skips_undecided, out)?),
        }],
    },
    Form {
        format: Format::Ocsf,
        name: "ocsf",
        about: "OCSF 1.8 findings, a JSON array",
        files: &[File {
            name: "report.ocsf.json",
            write: |report, _, out| Ok(ocsf::write(report, json::List::array(out))?),
        }],
    },
    Form {
        format: Format::OcsfNdjson,
        name: "ocsf-ndjson",
        about: "OCSF 1.8 findings, one a line",
        files: &[File {
            name: "report.ocsf.ndjson",
            write: |report, _, out| Ok(ocsf::write(report, json::List::lines(out))?),
        }],
    },
    Form {
        format: Format::Asff,
        name: "asff",
        about: "AWS Security Finding Format, for BatchImportFindings of Security Hub",
        files: &[File { name: "report.asff.json", write: |report, _, out| Ok(asff::write(report, out)?) }],
    },
    Form {
        format: Format::Csv,
        name: "csv",
        about: "A row for each verdict; no cell is a formula",
        files: &[File { name: "report.csv", write: |report, _, out| Ok(csv::write(report, out)?) }],
    },
    Form {
        format: Format::AwsReports,
        name: "aws-reports",
        about: "The control and resource compliance reports of AWS Backup Audit Manager, JSON and CSV (needs --out-dir)",
        files: &aws_reports::FILES,
    },
];

impl Format {
    /// All forms, as the help lists them.
    pub const ALL: [Self; 11] = [
        Self::Json,
        Self::Text,
        Self::Html,
        Self::Markdown,
        Self::Sarif,
        Self::Junit,
        Self::Ocsf,
        Self::OcsfNdjson,
        Self::Asff,
        Self::Csv,
        Self::AwsReports,
    ];

    fn form(self) -> Option<&'static Form> {
        FORMS.iter().find(|form| form.format == self)
    }

    /// As after `--format`.
    pub fn name(self) -> &'static str {
        self.form().map_or("", |form| form.name)
    }

    /// A line of help.
    pub fn about(self) -> &'static str {
        self.form().map_or("", |form| form.about)
    }

    /// Its files; all but AWS's reports are one.
    pub fn files(self) -> &'static [File] {
        self.form().map_or(&[], |form| form.files)
    }

    /// The form with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The form that a file of this name has: `x.sarif`, `x.ocsf.json`, `x.md`.
    pub fn of_file(name: &str) -> Option<Self> {
        let one = |format: &Self| matches!(format.files(), [_]);
        let ending = |format: &Self| {
            let own = format.files().first().and_then(|file| file.name.strip_prefix("report"));
            let named = name.rsplit_once('.').is_some_and(|(_, ending)| ending == format.name());
            own.filter(|own| name.ends_with(own)).map(str::len).or_else(|| named.then(|| format.name().len()))
        };
        // The longest ending that fits: `.ocsf.json` is more than `.json`.
        let fits = Self::ALL.into_iter().filter(one).filter_map(|format| Some((ending(&format)?, format)));
        fits.max_by_key(|(length, format)| (*length, std::cmp::Reverse(*format))).map(|(_, format)| format)
    }
}

/// Text with every hidden character spelled out.
pub fn spelled(text: &str) -> String {
    visible::visible(text).into_owned()
}

/// The bytes of a report in one form, all its files one after the other; `options` count for text only.
pub fn render(format: Format, report: &Report, options: &TextOptions) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for file in format.files() {
        file.write(report, &Options::from(*options), &mut bytes)?;
    }
    Ok(bytes)
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
    fn a_file_has_the_form_that_its_name_says() {
        for format in Format::ALL {
            assert!(!format.files().is_empty() && !format.about().is_empty(), "{format:?}");
            if let [file] = format.files() {
                assert_eq!(Format::of_file(file.name), Some(format));
            }
        }
        let told = [("a.ocsf.json", Format::Ocsf), ("a.json", Format::Json), ("x.text", Format::Text)];
        for (name, format) in told.into_iter().chain([("a.asff.json", Format::Asff), ("b.md", Format::Markdown)]) {
            assert_eq!(Format::of_file(name), Some(format), "{name}");
        }
        assert_eq!([Format::of_file("report"), Format::of_file("a.xml"), Format::of_file("json")], [None; 3]);
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
