//! `--history`: what the file says of earlier runs, and the line that this one leaves.

use super::output;
use crate::report::history::{self, History};
use crate::report::wire::{HistoryLine, Report};
use std::path::Path;

/// A line that waits for the report to be written.
pub struct Pending<'a> {
    path: &'a Path,
    line: HistoryLine,
    /// Whether the file's last line has no end.
    torn: bool,
}

/// Gives the report its trend; what of the file is no history is told and left as it is.
pub fn take<'a>(path: &'a Path, report: &mut Report, notes: &mut Vec<String>) -> Result<Option<Pending<'a>>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(format!("--history: cannot read {}: {cause}", path.display())),
    };
    let history = History::parse(&text);
    for (number, cause) in &history.damaged {
        notes.push(format!(
            "--history {} line {number} is no line of a history and is left as it is: {cause}",
            path.display()
        ));
    }
    let line = history::line(report);
    let again = history.ends_with(&line);
    report.history = history.trend(line.clone());
    Ok((!again).then_some(Pending { path, line, torn: !text.is_empty() && !text.ends_with('\n') }))
}

impl Pending<'_> {
    /// Appends the line.
    pub fn append(&self) -> Result<(), String> {
        let line = serde_json::to_string(&self.line).map_err(|cause| cause.to_string())?;
        let begin = if self.torn { "\n" } else { "" };
        output::append(self.path, &format!("{begin}{line}\n"))
    }
}
