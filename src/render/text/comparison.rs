//! What became of the verdicts since the baseline: a section of the report, and all that `diff` says as text.

use super::super::numbers::{counted, grouped};
use super::layout::{Page, plain};
use super::{TextOptions, bold, dim, gate, severity, status};
use crate::report::wire::{Answer, Change, Changed, Comparison, Report, Status};
use anstyle::{AnsiColor, Style};

/// Changes shown of one kind within a report; `diff` shows all.
const SHOWN: usize = 10;

/// The changes alone, lines ending in a line feed.
pub fn comparison(comparison: &Comparison, report: &Report, options: &TextOptions) -> String {
    let mut page = Page::new(options.width, options.colour);
    section(&mut page, comparison, report, usize::MAX);
    gate(&mut page, report);
    page.finish()
}

/// The changes as a section of the report.
pub fn changes(page: &mut Page, report: &Report) {
    if let Some(comparison) = &report.comparison {
        section(page, comparison, report, SHOWN);
    }
}

fn section(page: &mut Page, comparison: &Comparison, report: &Report, most: usize) {
    let Comparison { baseline, counts, changes, differences, .. } = comparison;
    page.heading("Since the baseline", None);
    let times = format!("{} against {}", report.run.as_of, baseline.as_of);
    page.flow(2, 4, &[(bold(), &times)]);
    let window = format!(
        "windows {} to {} and {} to {}",
        report.run.window.from, report.run.window.to, baseline.window.from, baseline.window.to
    );
    page.flow(2, 4, &[(dim(), &window)]);
    let told = Change::ALL.map(|change| (change, counts.get(&change).copied().unwrap_or(0)));
    let told: Vec<(Style, String)> = told
        .into_iter()
        .map(|(change, count)| {
            (if count > 0 { style(change) } else { dim() }, format!("{} {}", grouped(count), change.name()))
        })
        .collect();
    let mut spans: Vec<(Style, &str)> = Vec::new();
    for (at, (style, text)) in told.iter().enumerate() {
        spans.extend((at > 0).then_some((plain(), ", ")));
        spans.push((*style, text));
    }
    page.flow(2, 4, &spans);
    for difference in differences {
        page.flow(2, 4, &[(AnsiColor::Yellow.on_default(), "not the same: "), (plain(), difference)]);
    }
    for change in Change::ALL {
        let these: Vec<&Changed> = changes.iter().filter(|c| c.change == change).collect();
        if these.is_empty() {
            continue;
        }
        page.blank();
        page.flow(
            2,
            4,
            &[
                (style(change), change.name()),
                (dim(), &format!("  {}", counted(super::super::numbers::length(&these), "verdict", "verdicts"))),
            ],
        );
        for changed in these.iter().take(most) {
            one(page, changed);
        }
        let more = these.len().saturating_sub(most);
        if more > 0 {
            page.flow(4, 8, &[(dim(), &format!("… and {more} more (`vaultrail diff` shows all)"))]);
        }
    }
}

fn one(page: &mut Page, changed: &Changed) {
    let worst = changed.now.as_ref().or(changed.was.as_ref());
    let style = match worst {
        Some(answer) if answer.status == Status::NonCompliant => severity(answer.severity),
        Some(answer) => status(answer.status),
        None => plain(),
    };
    page.flow(4, 8, &[(style, &changed.control), (plain(), "  "), (bold(), &changed.subject)]);
    let told = format!("{} → {}", told(changed.was.as_ref()), told(changed.now.as_ref()));
    page.flow(8, 10, &[(plain(), &told), (dim(), &format!("  uid {}", changed.uid))]);
}

fn told(answer: Option<&Answer>) -> String {
    match answer {
        None => "no verdict".into(),
        Some(answer) => {
            let severity = if answer.status == Status::NonCompliant {
                format!(" {}", answer.severity.name())
            } else {
                String::new()
            };
            let excepted = if answer.excepted { ", excepted" } else { "" };
            format!("{}{severity} ({}{excepted})", answer.status.name(), answer.code)
        }
    }
}

fn style(change: Change) -> Style {
    match change {
        Change::New | Change::Regressed => AnsiColor::Red.on_default().bold(),
        Change::Undecided => AnsiColor::Yellow.on_default(),
        Change::Fixed | Change::Decided => AnsiColor::Green.on_default(),
        Change::Added | Change::Gone | Change::Unchanged => plain(),
    }
}
