//! Where results go: standard output or files, written whole or not at all; everything else to standard error.
#![expect(clippy::disallowed_methods, reason = "the one place that writes to the disk")]

use super::args::{AuditArgs, Plain, ShowArgs};
use super::forms::text_width;
use super::rebuild::Error;
use crate::ingest::columns::facts::Facts;
use crate::ingest::columns::{self, Events};
use crate::render::TextOptions;
use crate::report::wire::Report;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

/// Delivers what is no report: text on a terminal, JSON in a pipe, in a file as its name says, unless the user does.
pub fn plain<F: Plain>(
    show: &ShowArgs,
    format: Option<F>,
    render: impl FnOnce(F, &TextOptions) -> String,
) -> Result<(), Error> {
    plain_or_fail(show, format, |format, options| Ok(render(format, options)))
}

/// The same for what may not be rendered.
pub fn plain_or_fail<F: Plain>(
    show: &ShowArgs,
    format: Option<F>,
    render: impl FnOnce(F, &TextOptions) -> Result<String, crate::render::Error>,
) -> Result<(), Error> {
    let to_stdout = show.output.is_none();
    let terminal = to_stdout && std::io::stdout().is_terminal();
    let named = || F::from_str(show.output.as_ref()?.extension()?.to_str()?, true).ok();
    let format = format.or_else(named).unwrap_or(if terminal { F::TEXT } else { F::JSON });
    let text = render(format, &text_width(show.color, to_stdout)).map_err(|bug| Error::Render(bug.to_string()))?;
    let written = match &show.output {
        Some(path) => write_whole(path, text.as_bytes()),
        None => self::to_stdout(text.as_bytes()),
    };
    written.map_err(Error::Output)
}

/// A folder, with those above it.
pub fn folder(path: &Path) -> Result<(), String> {
    std::fs::create_dir_all(path).map_err(|cause| format!("cannot create {}: {cause}", path.display()))
}

/// A line at the end of a file, in one piece.
pub fn append(path: &Path, line: &str) -> Result<(), String> {
    let open = std::fs::OpenOptions::new().create(true).append(true).open(path);
    open.and_then(|mut file| file.write_all(line.as_bytes()))
        .map_err(|cause| format!("--history: cannot write {}: {cause}", path.display()))
}

/// To standard output; a reader that stops early, such as `head`, is no error.
pub fn to_stdout(bytes: &[u8]) -> Result<(), String> {
    stream_to_stdout(|out| out.write_all(bytes))
}

/// The same for what is written in pieces.
pub fn stream_to_stdout(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    match fill(&mut out).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {cause}"))
        }
        _ => Ok(()),
    }
}

/// A file that is written in pieces.
pub fn stream(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    whole(path, DATA, |out| {
        let mut out = BufWriter::with_capacity(BUFFER, out);
        fill(&mut out).and_then(|()| out.flush()).map_err(|cause| cause.to_string())
    })
}

/// The table of events.
pub fn events(path: &Path, events: &Events) -> Result<(), String> {
    whole(path, DATA, |out| columns::write::write(events, out))
}

/// The table of facts.
pub fn facts(path: &Path, facts: &Facts) -> Result<(), String> {
    whole(path, DATA, |out| facts.write(out))
}

/// A file of these bytes.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    whole(path, DATA, |out| out.write_all(bytes).map_err(|cause| cause.to_string()))
}

/// A file of these bytes that can be run.
pub fn write_program(path: &Path, bytes: &[u8]) -> Result<(), String> {
    whole(path, PROGRAM, |out| out.write_all(bytes).map_err(|cause| cause.to_string()))
}

/// So many bytes are written at once.
const BUFFER: usize = 256 << 10;
/// A temporary file is private to its owner; a report has the usual rights.
const DATA: u32 = 0o644;
/// The rights of what can be run.
const PROGRAM: u32 = 0o755;

/// Through a temporary file beside it, so that an interrupted run leaves nothing half-written. Into what is no file, such
/// as `/dev/stdout`, the bytes go directly: it must not be replaced.
fn whole(path: &Path, mode: u32, fill: impl FnOnce(&mut dyn Write) -> Result<(), String>) -> Result<(), String> {
    let problem = |cause: &dyn std::fmt::Display| format!("cannot write {}: {cause}", path.display());
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return Err(problem(&"it is a folder; --out-dir writes into folders")),
        Ok(meta) if !meta.is_file() => {
            let mut bytes = Vec::new();
            fill(&mut bytes).map_err(|cause| problem(&cause))?;
            return std::fs::write(path, bytes).map_err(|cause| problem(&cause));
        }
        _ => {}
    }
    // A link keeps pointing where it points.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        return Err(problem(&format!("there is no folder {}", folder.display())));
    }
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|cause| problem(&cause))?;
    fill(&mut file).map_err(|cause| problem(&cause))?;
    file.as_file().sync_all().map_err(|cause| problem(&cause))?;
    set_rights(file.as_file(), mode).map_err(|cause| problem(&cause))?;
    file.persist(&path).map(|_| ()).map_err(|error| problem(&error.error))
}

#[cfg(unix)]
fn set_rights(file: &std::fs::File, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_rights(_: &std::fs::File, _: u32) -> std::io::Result<()> {
    Ok(())
}

/// Says on standard error what could not be read: the first few, or all.
pub fn tell_defects<'a>(
    show: &ShowArgs,
    all: bool,
    defects: impl ExactSizeIterator<Item = (&'a str, Option<u64>, &'a str)>,
) {
    if show.quiet {
        return;
    }
    let shown = if all { usize::MAX } else { 5 };
    let hidden = defects.len().saturating_sub(shown);
    for (path, record, reason) in defects.take(shown) {
        let record = record.map(|n| format!(" record {n}")).unwrap_or_default();
        say(&format!("defect: {path}{record}: {reason}"));
    }
    if hidden > 0 {
        say(&format!("… and {hidden} more defects (`audit -v` shows all)"));
    }
}

/// Says on standard error what could not be done as asked.
pub fn tell_notes(show: &ShowArgs, notes: &[String]) {
    for note in notes.iter().filter(|_| !show.quiet) {
        say(&format!("note: {note}"));
    }
}

/// Says on standard error what was damaged, why the gate answers as it does, and what became of the exceptions.
pub fn tell(args: &AuditArgs, report: &Report) {
    let defects = report.inputs.defects.iter();
    tell_defects(&args.show, args.verbose, defects.map(|d| (d.path.as_str(), d.record, d.reason.as_str())));
    tell_gate(&args.show, report);
}

/// The same without the damage.
pub fn tell_gate(show: &ShowArgs, report: &Report) {
    if show.quiet {
        return;
    }
    for exception in &report.exceptions {
        let (control, subjects) = (&exception.control, exception.subjects.join(", "));
        say(&format!(
            "exception: {control} on {subjects} is {} ({} matched, owner {}, expires {})",
            exception.state, exception.matched, exception.owner, exception.expires
        ));
        for broad in &exception.too_broad {
            say(&format!("exception: {control} on {subjects} is too broad: {broad}"));
        }
    }
    for difference in report.comparison.iter().flat_map(|comparison| &comparison.differences) {
        say(&format!("baseline: {difference}"));
    }
    let gate = &report.summary.gate;
    for reason in &gate.reasons {
        say(&format!("gate: {reason}"));
    }
    if gate.exit_code == 0 {
        say("gate: passes");
    }
}

/// One line on standard error, with nothing in it that a terminal obeys.
pub fn say(line: &str) {
    let inert: String = line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let _ = writeln!(std::io::stderr().lock(), "{inert}");
}
