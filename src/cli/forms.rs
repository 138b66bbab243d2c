//! A report in the formats that were asked for, each where it goes.

use super::args::{FormArgs, ShowArgs, UndecidedArg, When};
use super::output;
use super::rebuild::Error;
use crate::render::{self, File, Format, Options, TextOptions};
use crate::report::wire::Report;
use std::io::{IsTerminal, Write};

/// Which formats are asked for; an error where they do not fit where they go.
pub fn formats(forms: &FormArgs, show: &ShowArgs) -> Result<Vec<Format>, Error> {
    let mut formats: Vec<Format> = Vec::new();
    for format in &forms.format {
        if !formats.contains(format) {
            formats.push(*format);
        }
    }
    if formats.is_empty() {
        let named = show.output.as_ref().and_then(|path| Format::of_file(path.file_name()?.to_str()?));
        let terminal = to_stdout(forms, show) && std::io::stdout().is_terminal();
        formats.push(named.unwrap_or(if terminal { Format::Text } else { Format::Json }));
    }
    if forms.out_dir.is_none() {
        if formats.len() > 1 {
            return Err(Error::Usage("several --format need --out-dir DIR: one file for each".into()));
        }
        if let Some(format) = formats.iter().find(|format| format.files().len() > 1) {
            let (name, files) = (format.name(), format.files().iter().map(|file| file.name).collect::<Vec<_>>());
            return Err(Error::Usage(format!("--format {name} needs --out-dir DIR: it is {}", files.join(", "))));
        }
    }
    Ok(formats)
}

/// Writes each file, whole or not at all.
pub fn deliver(report: &Report, formats: &[Format], forms: &FormArgs, show: &ShowArgs) -> Result<(), Error> {
    write(report, formats, forms, show, false)
}

/// The same, where text is only what changed since the baseline.
pub fn deliver_changes(report: &Report, formats: &[Format], forms: &FormArgs, show: &ShowArgs) -> Result<(), Error> {
    write(report, formats, forms, show, true)
}

fn write(
    report: &Report,
    formats: &[Format],
    forms: &FormArgs,
    show: &ShowArgs,
    changes_alone: bool,
) -> Result<(), Error> {
    let options = Options {
        text: text_width(show.color, to_stdout(forms, show)),
        junit_skips_undecided: forms.junit_insufficient == UndecidedArg::Skipped,
        changes_alone,
    };
    if let Some(folder) = &forms.out_dir {
        output::folder(folder).map_err(Error::Output)?;
    }
    for file in formats.iter().flat_map(|format| format.files()) {
        one(report, file, &options, forms, show)?;
    }
    Ok(())
}

fn one(report: &Report, file: &File, options: &Options, forms: &FormArgs, show: &ShowArgs) -> Result<(), Error> {
    let mut bug = None;
    let fill = |out: &mut dyn Write| match file.write(report, options, out) {
        Err(render::Error::Io(cause)) => Err(cause),
        Err(other) => {
            bug = Some(other.to_string());
            Err(std::io::Error::other("it cannot be rendered"))
        }
        Ok(()) => Ok(()),
    };
    let written = match (&forms.out_dir, &show.output) {
        (Some(folder), _) => output::stream(&folder.join(file.name), fill),
        (None, Some(path)) => output::stream(path, fill),
        (None, None) => output::stream_to_stdout(fill),
    };
    match bug {
        Some(bug) => Err(Error::Render(bug)),
        None => written.map_err(Error::Output),
    }
}

fn to_stdout(forms: &FormArgs, show: &ShowArgs) -> bool {
    show.output.is_none() && forms.out_dir.is_none()
}

/// <https://no-color.org>
#[expect(clippy::disallowed_methods, reason = "the one variable that a user sets for every program at once")]
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// How wide and colourful text is that goes to standard output, or to a file.
pub(super) fn text_width(color: When, to_stdout: bool) -> TextOptions {
    let terminal = to_stdout && std::io::stdout().is_terminal();
    let colour = match color {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal && !no_color(),
    };
    let width = terminal_size::terminal_size().filter(|_| terminal).map_or(110, |(width, _)| usize::from(width.0));
    TextOptions { width: width.clamp(60, 160), colour }
}
