//! Markdown for a pull request or a step summary: the answer, the failures worst first, what could not be decided. Where
//! there is a baseline, what changed and the failures that it has not come before the others.
//!
//! Everything that a log may have written stands in a code span, in which GitHub and GitLab see neither markup nor links,
//! mentions or issues. The whole has at most 64 KiB: GitHub takes no longer comment, and a step summary holds 1 MiB.

use super::changes::{Changes, answer as told, counts, runs, worst_first as worst_changed};
use super::cite::{Library, gate_word, name, worst_first};
use super::numbers::{counted, grouped, length};
use super::visible::{short, visible};
use crate::report::wire::{Change, Changed, Comparison, Report, Status, Verdict};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Bytes at most.
const LARGEST: usize = 65_536;
/// What is kept free for the last lines.
const END: usize = 4_096;
/// Characters of a text that a log may have written.
const LONGEST: usize = 400;
/// Verdicts of one kind of change.
const CHANGED: usize = 10;
/// Citations of one failure.
const CITED: usize = 3;

/// A page that takes pieces as long as there is room.
struct Page {
    text: String,
}

impl Page {
    /// Whether the piece still fits; a piece is taken whole or not at all.
    fn add(&mut self, piece: &str) -> bool {
        let fits = self.text.len() + piece.len() + END <= LARGEST;
        if fits {
            self.text.push_str(piece);
        }
        fits
    }

    /// Adds pieces until one does not fit; answers how many are missing.
    fn add_all(&mut self, pieces: impl ExactSizeIterator<Item = String>) -> usize {
        let count = pieces.len();
        for (at, piece) in pieces.enumerate() {
            if !self.add(&piece) {
                return count - at;
            }
        }
        0
    }

    /// A section: what of it has no room is counted, all of it where not even its head has.
    fn section(&mut self, head: &str, pieces: impl ExactSizeIterator<Item = String>, (one, many): (&str, &str)) {
        let count = pieces.len();
        let missing = if count == 0 || self.add(head) { self.add_all(pieces) } else { count };
        self.text.push_str(&cut(missing, one, many));
    }
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { text: String::new() };
    page.add(&answer(report));
    let changes = Changes::of(report);
    let (new, known): (Vec<&Verdict>, Vec<&Verdict>) =
        worst_first(report).into_iter().partition(|verdict| changes.is_new(verdict));
    if let Some(comparison) = &report.comparison {
        since(&mut page, comparison, report);
        failures(&mut page, report, &new, "New failures, worst first");
        failures(&mut page, report, &known, "Failures that the baseline has, worst first");
        changed(&mut page, comparison);
    } else {
        failures(&mut page, report, &known, "Failures, worst first");
    }
    undecided(&mut page, report);
    trend(&mut page, report);
    exceptions(&mut page, report);
    page.text.push_str(&end(report));
    out.write_all(page.text.as_bytes())
}

fn failures(page: &mut Page, report: &Report, failures: &[&Verdict], heading: &str) {
    let library = Library::of(report);
    let titles: BTreeMap<&str, &str> = report.controls.iter().map(|c| (c.id.as_str(), c.title.as_str())).collect();
    let told = failures.iter().map(|verdict| failure(verdict, &titles, &library));
    page.section(&format!("\n### {heading}\n\n"), told, ("failure", "failures"));
}

/// How many verdicts became what since the baseline, and what makes the two runs hard to compare.
fn since(page: &mut Page, comparison: &Comparison, report: &Report) {
    let counts = counts(report).into_iter().map(|(change, count)| {
        let told = format!("{} {}", grouped(count), change.name());
        if count > 0 && change != Change::Unchanged { format!("**{told}**") } else { told }
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    page.add(&format!("\nSince the baseline as of {}: {counts}.\n", code(&comparison.baseline.as_of)));
    let told = comparison.differences.iter().map(|one| format!("- not the same: {}\n", code(one)));
    page.section("\n", told, ("difference of the runs", "differences of the runs"));
}

/// What else changed: a row for each verdict, the first of each kind.
fn changed(page: &mut Page, comparison: &Comparison) {
    let kinds = Change::ALL.into_iter().filter(|change| !matches!(change, Change::New | Change::Regressed));
    let mut rows = Vec::new();
    for kind in kinds {
        let these = worst_changed(&comparison.changes, kind);
        let row = |changed: &&Changed| {
            let (was, now) = (told(changed.was.as_ref()), told(changed.now.as_ref()));
            let (control, subject) = (cell(&changed.control), cell(&changed.subject));
            format!("| {} | {control} | {subject} | {} | {} |\n", kind.name(), cell(&was), cell(&now))
        };
        rows.extend(these.iter().take(CHANGED).map(row));
        let more = these.len().saturating_sub(CHANGED) as u64;
        rows.extend((more > 0).then(|| format!("| {} | … and {} more | | | |\n", kind.name(), grouped(more))));
    }
    let head = "\n### Other changes\n\n| change | control | subject | was | is |\n|---|---|---|---|---|\n";
    page.section(head, rows.into_iter(), ("line of other changes", "lines of other changes"));
}

fn trend(page: &mut Page, report: &Report) {
    let runs = runs(report);
    let rows =
        runs.iter().map(|[as_of, fails, open, gate]| format!("| {} | {fails} | {open} | {gate} |\n", cell(as_of)));
    let head = "\n### Trend\n\n| as of | fail | cannot be decided | gate |\n|---|---|---|---|\n";
    page.section(head, rows, ("run", "runs"));
}

/// What was left out, in room that is kept for it.
fn cut(missing: usize, one: &str, many: &str) -> String {
    let missing = u64::try_from(missing).unwrap_or(u64::MAX);
    if missing == 0 {
        return String::new();
    }
    format!(
        "\n… and {} that this page has no room for: the JSON report has all of them.\n",
        counted(missing, one, many)
    )
}

/// A title as it is, if it has nothing but words; else as code.
fn plain(title: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " ,.;-()".contains(c);
    if title.chars().all(harmless) && !title.contains("www.") {
        short(title, LONGEST).into_owned()
    } else {
        code(title)
    }
}

/// A code span in a cell of a table, which a `|` would end.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A code span that nothing in the text can end.
fn code(text: &str) -> String {
    let cut = short(text, LONGEST);
    let shown = visible(&cut);
    if shown.trim().is_empty() {
        return "` `".into();
    }
    let mut longest = 0;
    let mut run = 0;
    for c in shown.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A space is taken off at both ends where both have one.
    let pad = if shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

fn answer(report: &Report) -> String {
    let (run, code_of_exit) = (&report.run, report.summary.gate.exit_code);
    let count = |status| report.summary.by_status.get(&status).copied().unwrap_or(0);
    let severities: Vec<String> = report
        .summary
        .by_severity
        .iter()
        .rev()
        .filter(|(_, count)| **count > 0)
        .map(|(severity, count)| format!("{} {}", grouped(*count), severity.name()))
        .collect();
    let severities = if severities.is_empty() { String::new() } else { format!(" ({})", severities.join(", ")) };
    let chosen = match (&run.preset, &run.framework) {
        (Some(preset), _) => format!("preset {}", code(preset)),
        (None, Some(framework)) => format!("framework {}", code(framework.name.as_deref().unwrap_or("without a name"))),
        (None, None) => "no preset".into(),
    };
    format!(
        "## vaultrail: {} (exit {code_of_exit})\n\nAs of {}, window {} to {}, {}, {chosen}.\n\n\
         | status | verdicts |\n|---|---|\n| NON_COMPLIANT | {}{severities} |\n| INSUFFICIENT_DATA | {} |\n\
         | COMPLIANT | {} |\n| NOT_APPLICABLE | {} |\n",
        gate_word(code_of_exit),
        code(&run.as_of),
        code(&run.window.from),
        code(&run.window.to),
        counted(length(&report.controls), "control", "controls"),
        grouped(count(Status::NonCompliant)),
        grouped(count(Status::InsufficientData)),
        grouped(count(Status::Compliant)),
        grouped(count(Status::NotApplicable)),
    )
}

fn failure(verdict: &Verdict, titles: &BTreeMap<&str, &str>, library: &Library<'_>) -> String {
    let title = titles.get(verdict.control.as_str()).copied().unwrap_or_default();
    let mut told = format!(
        "- **{}** {} {}: {}\n  {}\n  since {}, reason {}, uid {}\n",
        verdict.severity.name(),
        code(&verdict.control),
        plain(title),
        code(name(verdict)),
        code(&verdict.reason.message),
        code(&verdict.since),
        code(&verdict.reason.code),
        code(&verdict.uid),
    );
    if let Some(exception) = &verdict.exception {
        let (expires, owner, reason) = (code(&exception.expires), code(&exception.owner), code(&exception.reason));
        let _ = writeln!(told, "  excepted until {expires} by {owner}: {reason}");
    }
    for piece in verdict.evidence.iter().take(CITED) {
        let cited = library.cite(piece);
        let _ = writeln!(told, "  - {} {} {}", code(&cited.when), code(&cited.what), code(&cited.place));
    }
    let more = verdict.evidence.len().saturating_sub(CITED);
    if more > 0 {
        let _ = writeln!(told, "  - … and {more} more");
    }
    told
}

/// By control and reason: what is missing is the same for many subjects.
fn undecided(page: &mut Page, report: &Report) {
    let mut missing: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for verdict in report.verdicts.iter().filter(|verdict| verdict.status == Status::InsufficientData) {
        *missing.entry((&verdict.control, &verdict.reason.code)).or_default() += 1;
    }
    let rows = missing
        .iter()
        .map(|((control, reason), count)| format!("| {} | {} | {} |\n", cell(control), cell(reason), grouped(*count)));
    let head = "\n### Not decided\n\n| control | reason | verdicts |\n|---|---|---|\n";
    page.section(head, rows, ("line of what is not decided", "lines of what is not decided"));
}

fn exceptions(page: &mut Page, report: &Report) {
    let told = report.exceptions.iter().map(|exception| {
        format!(
            "- {} on {} is {}: {} matched, owner {}, expires {}\n",
            code(&exception.control),
            code(&exception.subjects.join(", ")),
            code(&exception.state),
            grouped(exception.matched),
            code(&exception.owner),
            code(&exception.expires),
        )
    });
    page.section("\n### Exceptions\n\n", told, ("exception", "exceptions"));
}

fn end(report: &Report) -> String {
    let (files, records) = (&report.inputs.files, &report.inputs.records);
    let mut told = format!(
        "\n{} read, {} defective, {} not evidence; {} read, {} defective.\n",
        counted(files.read, "file", "files"),
        grouped(files.defective),
        grouped(files.not_evidence),
        counted(records.read, "record", "records"),
        grouped(records.defective),
    );
    for reason in report.summary.gate.reasons.iter().take(4) {
        let _ = write!(told, "\n{}\n", code(&short(&visible(reason), 150)));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn shown(report: &Report) -> String {
        let mut bytes = Vec::new();
        assert!(write(report, &mut bytes).is_ok());
        String::from_utf8(bytes).unwrap_or_default()
    }

    #[test]
    fn nothing_ends_a_code_span_and_nothing_is_a_mention() {
        assert_eq!(code("lag"), "`lag`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\n<img src=x> @team"), "`a|b\\n<img src=x> @team`");
        assert_eq!(code(""), "` `");
    }

    #[test]
    fn the_page_stays_below_its_limit_and_says_what_is_missing() {
        let mut report = sample();
        let one = report.verdicts.iter().find(|v| v.status == Status::NonCompliant).cloned();
        report.verdicts.extend((0..5_000).filter_map(|_| one.clone()));
        report.summary.gate.reasons = vec!["`".repeat(1 << 20); 50];
        let text = shown(&report);
        assert!(text.len() <= LARGEST, "{}", text.len());
        assert!(text.len() > LARGEST / 2 && text.contains("failures that this page has no room for"));
        let head = "### Not decided";
        assert!(text.contains(head) || text.contains("what is not decided that this page has no room for"));
    }
}
