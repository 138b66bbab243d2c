//! What became of the verdicts since the baseline: a section of the report, and all that `diff` says as text.

use super::super::changes::{answer, counts, runs, worst_first};
use super::super::numbers::{counted, grouped, length};
use super::layout::{Cell, Page, Set, plain};
use super::{TextOptions, bold, dim, gate, severity, status};
use crate::report::wire::{Change, Changed, Comparison, Report, Status};
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

/// The changes and the trend as sections of the report.
pub fn changes(page: &mut Page, report: &Report) {
    trend(page, report);
    if let Some(comparison) = &report.comparison {
        section(page, comparison, report, SHOWN);
    }
}

/// The latest runs of the same scope, a line each.
fn trend(page: &mut Page, report: &Report) {
    let runs: Vec<Vec<Cell>> = runs(report).into_iter().map(|run| run.map(|text| (plain(), text)).into()).collect();
    if runs.is_empty() {
        return;
    }
    page.heading("Trend: runs over the same scope", Some(report.history.len()));
    let columns = [(Set::Left, "As of"), (Set::Right, "Fail"), (Set::Right, "Cannot be decided"), (Set::Left, "Gate")];
    page.table(&columns, &runs);
}

fn section(page: &mut Page, comparison: &Comparison, report: &Report, most: usize) {
    let Comparison { baseline, changes, differences, .. } = comparison;
    page.heading("Since the baseline", None);
    let times = format!("{} against {}", report.run.as_of, baseline.as_of);
    page.flow(2, 4, &[(bold(), &times)]);
    let window = format!(
        "windows {} to {} and {} to {}",
        report.run.window.from, report.run.window.to, baseline.window.from, baseline.window.to
    );
    page.flow(2, 4, &[(dim(), &window)]);
    let told: Vec<(Style, String)> = counts(report)
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
        let these = worst_first(changes, change);
        if these.is_empty() {
            continue;
        }
        page.blank();
        page.flow(
            2,
            4,
            &[
                (style(change), change.name()),
                (dim(), &format!("  {}", counted(length(&these), "verdict", "verdicts"))),
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
    let told = format!("{} → {}", answer(changed.was.as_ref()), answer(changed.now.as_ref()));
    page.flow(8, 10, &[(plain(), &told), (dim(), &format!("  uid {}", changed.uid))]);
}

fn style(change: Change) -> Style {
    match change {
        Change::New | Change::Regressed => AnsiColor::Red.on_default().bold(),
        Change::Undecided => AnsiColor::Yellow.on_default(),
        Change::Fixed | Change::Decided => AnsiColor::Green.on_default(),
        Change::Added | Change::Gone | Change::Unchanged => plain(),
    }
}
