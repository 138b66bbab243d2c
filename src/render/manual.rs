//! The manual page of a control and the list of all, as text and as JSON.

use super::json::pretty;
use super::state::said;
use super::text::layout::{Cell, Page, Set, plain};
use super::text::{TextOptions, bold, dim, severity, status};
use crate::report::manual::{Manual, Requirement};
use crate::report::wire::Status;
use serde_json::{Value, json};

/// Fixtures shown of one status; the JSON form has all of them.
const SHOWN: usize = 3;

/// Pretty JSON, ending in a line feed.
pub fn json(page: &Manual<'_>) -> String {
    pretty(page) + "\n"
}

/// The list as pretty JSON, ending in a line feed.
pub fn list_json(pages: &[Manual<'_>]) -> String {
    let row = |page: &Manual<'_>| {
        let (rule, mut presets) = (page.rule, page.presets.iter().map(|p| p.preset).collect::<Vec<_>>());
        presets.dedup();
        json!({
            "id": rule.id, "name": rule.name, "title": rule.title, "family": rule.family, "severity": rule.severity,
            "subject": rule.subject, "version": rule.version, "presets": presets, "page": page.page,
        })
    };
    pretty(&pages.iter().map(row).collect::<Vec<Value>>()) + "\n"
}

/// The list as a table.
pub fn list_text(pages: &[Manual<'_>], options: &TextOptions) -> String {
    let mut out = Page::new(options.width, options.colour);
    out.heading("Controls", Some(pages.len()));
    let columns =
        [(Set::Left, "Control"), (Set::Left, "Severity"), (Set::Left, "Subject"), (Set::Rest, "What must hold")];
    let row = |page: &Manual<'_>| -> Vec<Cell> {
        let rule = page.rule;
        vec![
            (bold(), rule.id.clone()),
            (severity(rule.severity), rule.severity.name().into()),
            (dim(), rule.subject.clone()),
            (plain(), rule.title.clone()),
        ]
    };
    out.table(&columns, &pages.iter().map(row).collect::<Vec<_>>());
    out.blank();
    out.flow(2, 4, &[(dim(), "vaultrail controls show ID has the rest of each.")]);
    out.finish()
}

/// The page as text, lines ending in a line feed.
pub fn text(page: &Manual<'_>, options: &TextOptions) -> String {
    let (mut out, rule) = (Page::new(options.width, options.colour), page.rule);
    out.flow(0, 2, &[(bold(), &rule.id), (bold(), "  "), (bold(), &rule.title)]);
    let head = format!(
        "{}, one verdict for each {}; page version {}",
        rule.name,
        rule.subject.replace('_', " "),
        rule.version
    );
    out.flow(0, 2, &[(severity(rule.severity), rule.severity.name()), (dim(), "  "), (dim(), &head)]);
    for (title, words) in [("What is judged", &rule.description), ("Why it matters", &rule.rationale)] {
        out.heading(title, None);
        prose(&mut out, words);
    }
    parameters(&mut out, page);
    statuses(&mut out, page);
    out.heading("Evidence", None);
    out.flow(2, 4, &[(dim(), "whose log the claim needs: "), (plain(), &rule.coverage)]);
    requirements(&mut out, page);
    presets(&mut out, page);
    out.heading("What to do", None);
    prose(&mut out, &rule.remediation);
    out.heading("Sources", None);
    for source in &rule.sources {
        out.flow(2, 4, &[(plain(), source)]);
    }
    for (what, path) in [("this page", &page.page), ("the judge", &page.judge)] {
        out.flow(2, 4, &[(dim(), &format!("{what}: ")), (plain(), path)]);
    }
    out.finish()
}

/// Paragraphs; lines that are indented are commands, and stay lines.
pub(super) fn prose(out: &mut Page, words: &str) {
    for line in words.trim().lines() {
        match line.strip_prefix("    ") {
            Some(command) => out.flow(6, 10, &[(bold(), command.trim())]),
            None if line.trim().is_empty() => out.blank(),
            None => out.flow(2, 2, &[(plain(), line.trim())]),
        }
    }
}

fn parameters(out: &mut Page, page: &Manual<'_>) {
    let parameters = &page.rule.parameters;
    out.heading("Parameters", Some(parameters.len()));
    for parameter in parameters {
        let value = |v: &toml::Value| serde_json::to_value(v).map(|v| said(&v)).unwrap_or_default();
        let default = parameter.default.as_ref().map_or_else(|| "not set".to_owned(), value);
        let unit = parameter.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let bounds = match (parameter.min, parameter.max, &parameter.values) {
            (.., Some(words)) => format!(", one of {}", words.join(", ")),
            (Some(min), Some(max), None) => format!(", {min} to {max}"),
            (Some(min), None, None) => format!(", {min} or more"),
            (None, Some(max), None) => format!(", {max} or less"),
            (None, None, None) => String::new(),
        };
        let told = format!("  {default}{unit}{bounds}");
        out.flow(2, 6, &[(bold(), &parameter.name), (dim(), &told)]);
        out.flow(6, 6, &[(plain(), &parameter.description)]);
    }
}

fn statuses(out: &mut Page, page: &Manual<'_>) {
    out.heading("Statuses and their reasons", None);
    for one in [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable] {
        let Some(means) = page.rule.status.get(&one) else { continue };
        out.blank();
        out.flow(2, 4, &[(status(one), one.name()), (plain(), "  "), (plain(), means)]);
        for reason in page.rule.reasons.iter().filter(|reason| reason.status == one) {
            let own = reason.severity.map(|s| format!(" ({})", s.name())).unwrap_or_default();
            out.flow(4, 6, &[(bold(), &reason.code), (dim(), &own), (plain(), ": "), (plain(), &reason.text)]);
        }
        let shown = page.fixtures.get(&one).map(Vec::as_slice).unwrap_or_default();
        for fixture in shown.iter().take(SHOWN) {
            let folder = format!("fixtures/controls/{}/{fixture}", page.rule.id);
            out.flow(4, 6, &[(dim(), "shown by "), (dim(), &folder)]);
        }
        if shown.len() > SHOWN {
            out.flow(4, 6, &[(dim(), &format!("… and {} more", shown.len() - SHOWN))]);
        }
    }
}

fn requirements(out: &mut Page, page: &Manual<'_>) {
    out.heading("Requirements it speaks to", Some(page.mappings.len()));
    let of_one = |a: &Requirement<'_>, b: &Requirement<'_>| a.framework == b.framework;
    for group in page.mappings.chunk_by(of_one) {
        let Some(first) = group.first() else { continue };
        let told = group.iter().map(|requirement| {
            let title = requirement.title.map(|title| format!(" {title}")).unwrap_or_default();
            let by = requirement.published_by.map(|by| format!(" (published by {by})")).unwrap_or_default();
            format!("{}{title}{by}", requirement.id)
        });
        out.flow(2, 4, &[(bold(), first.framework), (plain(), "  "), (plain(), &told.collect::<Vec<_>>().join("; "))]);
    }
    for (framework, reason) in &page.unmapped {
        out.flow(2, 4, &[(bold(), framework), (dim(), "  none: "), (dim(), reason)]);
    }
    out.flow(2, 4, &[(dim(), "Mappings that nobody is named for are our own.")]);
}

fn presets(out: &mut Page, page: &Manual<'_>) {
    out.heading("Presets", Some(page.presets.len()));
    for choice in &page.presets {
        let parameters = choice.parameters.iter().map(|(name, value)| format!("{name} = {}", said(value)));
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        let reported = if choice.reported == page.rule.id { String::new() } else { format!(" as {}", choice.reported) };
        let aws = choice.aws.map(|aws| format!(": {aws}")).unwrap_or_default();
        let told = format!("{reported}{aws}");
        let with = if parameters.is_empty() { parameters } else { format!(" with {parameters}") };
        out.flow(2, 4, &[(bold(), choice.preset), (plain(), &told), (dim(), &with)]);
    }
}
