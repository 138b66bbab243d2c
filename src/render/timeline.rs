//! What `vaultrail timeline` tells: as text and as a page for people, as JSON and CSV for scripts.

mod csv;
mod html;

pub use csv::csv;
pub use html::html;

use super::json::pretty;
use super::numbers::{counted, grouped, length};
use super::state::{Cited, said};
use super::text::layout::{Page, plain};
use super::text::{TextOptions, bold, dim};
use crate::report::state::name;
use crate::report::timeline::{ChangeInfo, Moment, Outcome, Sort, Story};
use anstyle::{AnsiColor, Style};
use serde_json::Value;

/// Where what follows a time begins.
const INDENT: usize = 12;

/// Pretty JSON, ending in a line feed.
pub fn json(told: &Story) -> String {
    pretty(told) + "\n"
}

/// Text, lines ending in a line feed: a heading for each day, a paragraph for each moment.
pub fn text(told: &Story, options: &TextOptions) -> String {
    let mut page = Page::new(options.width, options.colour);
    let mut cited = Cited::default();
    let ended = |how| grouped(told.moments.iter().filter(|moment| moment.outcome == Some(how)).count() as u64);
    let moments = counted(length(&told.moments), "moment", "moments");
    let summary = format!(
        "{moments} from {} to {}, {} refused, {} failed",
        told.from,
        told.to,
        ended(Outcome::Refused),
        ended(Outcome::Failed)
    );
    page.flow(0, 2, &[(bold(), &summary)]);
    let mut day = "";
    for moment in &told.moments {
        let (date, time) = moment.time.split_once('T').unwrap_or((&moment.time, ""));
        if date != day {
            page.blank();
            page.flow(0, 2, &[(bold().underline(), date)]);
            day = date;
        }
        tell(&mut page, moment, time, &mut cited);
    }
    cited.list(&mut page, &told.sources);
    page.finish()
}

fn tell(page: &mut Page, told: &Moment, time: &str, cited: &mut Cited) {
    let (style, word) = match (told.sort, told.outcome) {
        (_, Some(Outcome::Refused)) => (AnsiColor::Red.on_default().bold(), "REFUSED "),
        (_, Some(Outcome::Failed)) => (AnsiColor::Yellow.on_default(), "FAILED "),
        (Sort::Snapshot, _) => (dim(), "snapshot "),
        (Sort::Elapsed, _) => (dim(), ""),
        _ => (plain(), ""),
    };
    let head = if told.sort == Sort::Other { plain() } else { bold() };
    let times = if told.count > 1 { format!(" ×{}", grouped(told.count)) } else { String::new() };
    let by = told.actor.as_ref().map(|actor| format!("  by {}", actor.said())).unwrap_or_default();
    let place: Vec<&str> = [told.account.as_deref(), told.region.as_deref()].into_iter().flatten().collect();
    let place = if place.is_empty() { String::new() } else { format!("  in {}", place.join("/")) };
    let stands = told.evidence.as_ref().map(|evidence| cited.place(evidence)).unwrap_or_default();
    page.flow(
        2,
        INDENT,
        &[
            (dim(), &format!("{time} ")),
            (style, word),
            (head, &told.name),
            (plain(), &times),
            (plain(), &by),
            (dim(), &place),
            (dim(), &format!("  {stands}")),
        ],
    );
    if let Some(code) = &told.error_code {
        let message = told.error_message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        page.flow(INDENT, INDENT + 2, &[(style, code), (plain(), &message)]);
    }
    for change in &told.changes {
        let [what, value] = parts(change);
        page.flow(INDENT, INDENT + 2, &[(green(), "→ "), (plain(), &what), (plain(), " "), (bold(), &value)]);
    }
}

/// Of what, and the value before and after.
fn parts(change: &ChangeInfo) -> [String; 2] {
    let after = if change.known { said(&change.after) } else { "unknown".into() };
    let value = match &change.before {
        Value::Null => after,
        before => format!("{} → {after}", said(before)),
    };
    [format!("{} {}: {}", change.kind.replace('_', " "), name(&change.id), change.attribute), value]
}

/// `vault prod-airgap: VaultState CREATING → AVAILABLE`.
fn changed(change: &ChangeInfo) -> String {
    parts(change).join(" ")
}

/// As in JSON.
fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Event => "event",
        Sort::Other => "other",
        Sort::Snapshot => "snapshot",
        Sort::Elapsed => "elapsed",
    }
}

/// As in JSON.
fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Succeeded => "succeeded",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    }
}

fn green() -> Style {
    AnsiColor::Green.on_default()
}
