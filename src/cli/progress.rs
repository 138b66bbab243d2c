//! The progress bar: files, bytes, rate and remaining time on a terminal's standard error, nothing anywhere else.

use super::args::{AuditArgs, When};
use crate::ingest;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};

/// A bar, shown or not.
pub struct Progress {
    bar: Option<ProgressBar>,
    files: AtomicU64,
    found: u64,
}

impl Progress {
    /// Begins, where there is somebody to look at it.
    pub fn begin(args: &AuditArgs) -> Self {
        let shown = match args.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => !args.quiet && std::io::stderr().is_terminal(),
        };
        if !shown {
            return Self { bar: None, files: AtomicU64::new(0), found: 0 };
        }
        let (found, bytes) = ingest::measure(&args.paths);
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
        let template = "reading {wide_bar:.cyan/blue} {bytes}/{total_bytes} {binary_bytes_per_sec} {msg} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━━╌"));
        }
        Self { bar: Some(bar), files: AtomicU64::new(0), found }
    }

    /// A file has been read.
    pub fn file(&self, bytes: u64) {
        let Some(bar) = &self.bar else { return };
        let done = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        bar.set_message(format!("{done}/{} files", self.found));
        bar.inc(bytes);
    }

    /// All files have been read.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
