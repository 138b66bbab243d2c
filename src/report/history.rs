//! A history: one line for each run, in a file that only grows. Runs of another scope stand in it too and are never drawn
//! into one trend with these.

use super::wire::{HistoryLine, Report};
use std::collections::BTreeMap;

/// The schema of a line.
pub const SCHEMA: &str = "vaultrail.history/1";

/// The line that this run leaves.
pub fn line(report: &Report) -> HistoryLine {
    let Report { run, summary, tool, .. } = report;
    HistoryLine {
        schema: SCHEMA.into(),
        as_of: run.as_of.clone(),
        window: run.window.clone(),
        scope_sha256: run.scope_sha256.clone(),
        tool: tool.clone(),
        exit_code: summary.gate.exit_code,
        by_status: summary.by_status.clone(),
        by_severity: summary.by_severity.clone(),
    }
}

/// A history as it was read.
#[derive(Debug, Default)]
pub struct History {
    /// Its lines, in the order of the file.
    pub lines: Vec<HistoryLine>,
    /// What is no line of a history: its number from 1, and why.
    pub damaged: Vec<(usize, String)>,
}

impl History {
    /// Of a file's text.
    pub fn parse(text: &str) -> Self {
        let mut history = Self::default();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<HistoryLine>(line) {
                Ok(line) if line.schema == SCHEMA => history.lines.push(line),
                Ok(line) => {
                    history.damaged.push((at + 1, format!("it has the schema {:?}, not {SCHEMA}", line.schema)));
                }
                Err(cause) => history.damaged.push((at + 1, cause.to_string())),
            }
        }
        history
    }

    /// Whether the last line is this one: then a run that is made again adds nothing.
    pub fn ends_with(&self, line: &HistoryLine) -> bool {
        self.lines.last() == Some(line)
    }

    /// The runs of one scope by as-of, this one among them; of several for the same instant the latest written counts.
    pub fn trend(self, now: HistoryLine) -> Vec<HistoryLine> {
        let scope = now.scope_sha256.clone();
        let runs = self.lines.into_iter().chain([now]).filter(|line| line.scope_sha256 == scope);
        runs.map(|line| (line.as_of.clone(), line)).collect::<BTreeMap<_, _>>().into_values().collect()
    }
}
