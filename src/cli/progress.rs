//! The progress bar: files, bytes, rate and remaining time on a terminal's standard error, nothing anywhere else.

use super::args::When;
use crate::ingest::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};

/// A bar, shown or not.
pub struct Progress {
    bar: Option<ProgressBar>,
    done: AtomicU64,
    found: AtomicU64,
}

impl Progress {
    /// Begins, where there is somebody to look at it.
    pub fn begin(when: When, quiet: bool) -> Self {
        let shown = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => !quiet && std::io::stderr().is_terminal(),
        };
        let bar = shown.then(|| ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()));
        let template = "reading {wide_bar:.cyan/blue} {bytes}/{total_bytes} {binary_bytes_per_sec} {msg} {eta} left";
        if let (Some(bar), Ok(style)) = (&bar, ProgressStyle::with_template(template)) {
            bar.set_style(style.progress_chars("━━╌"));
        }
        Self { bar, done: AtomicU64::new(0), found: AtomicU64::new(0) }
    }

    /// All files have been read.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress {
    fn found(&self, files: u64, bytes: u64) {
        self.found.store(files, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_length(bytes);
        }
    }

    fn read(&self, bytes: u64) {
        let Some(bar) = &self.bar else { return };
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        bar.set_message(format!("{done}/{} files", self.found.load(Ordering::Relaxed)));
        bar.inc(bytes);
    }
}
