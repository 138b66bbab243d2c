//! The story as one HTML file without a script: what it shows is chosen by its address (`#refused`), and nothing is asked for
//! from anywhere.

use super::super::Error;
use super::super::cite::path;
use super::super::html::{self, STYLE, draw};
use super::super::numbers::{counted, grouped, length};
use super::super::stretch::{Axis, span};
use super::super::visible::short;
use super::{Cited, changed};
use crate::instant;
use crate::report::timeline::{Moment, Outcome, Sort, Story};
use crate::report::wire::{EvidenceRef, Range, Tool};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;
use std::borrow::Cow;

const TEMPLATE: &str = include_str!("../../../reports/timeline.html");
const OWN_STYLE: &str = include_str!("../../../reports/timeline.css");

/// Moments on the page, the first; the other formats have all of them.
const MOMENTS: usize = 20_000;
/// Characters of a text that a log may have written.
const LONGEST: usize = 2_000;
/// Columns of the picture.
const COLUMNS: usize = 60;
/// Its height in pixels.
const TALL: u64 = 64;

#[derive(Serialize)]
struct Page<'a> {
    tool: &'a Tool,
    from: &'a str,
    to: &'a str,
    headline: String,
    kinds: Vec<(&'static str, &'static str, String)>,
    picture: Option<Picture>,
    days: Vec<Day<'a>>,
    more: Option<String>,
    files: Vec<CitedFile<'a>>,
}

#[derive(Serialize)]
struct CitedFile<'a> {
    number: usize,
    path: String,
    sha256: Option<&'a str>,
}

/// How much happened when.
#[derive(Serialize)]
struct Picture {
    label: String,
    columns: Vec<Column>,
    axis: Vec<draw::Mark>,
}

#[derive(Serialize)]
struct Column {
    x: String,
    width: String,
    title: String,
    /// Class, top and height.
    parts: [(&'static str, u64, u64); 2],
}

#[derive(Serialize)]
struct Day<'a> {
    date: &'a str,
    count: String,
    moments: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    time: &'a str,
    class: &'static str,
    word: &'static str,
    name: Cow<'a, str>,
    times: Option<String>,
    by: Option<String>,
    place: String,
    error: Option<String>,
    changes: Vec<String>,
    /// Number of the file, and where in it.
    file: Option<(usize, String)>,
    event_id: Option<&'a str>,
}

/// The page.
pub fn html(told: &Story) -> Result<String, Error> {
    let style = [STYLE, OWN_STYLE].concat();
    let given = context! {
        page => Value::from(Serde(page(told))),
        policy => html::policy(&style, None),
        style => Value::from_safe_string(style),
    };
    html::rendered(TEMPLATE, given)
}

fn page(told: &Story) -> Page<'_> {
    let moments = told.moments.get(..MOMENTS).unwrap_or(&told.moments);
    let mut cited = Cited::default();
    let mut days = Vec::new();
    for of_day in moments.chunk_by(|a, b| date(a) == date(b)) {
        let date = of_day.first().map(date).unwrap_or_default();
        days.push(Day {
            date,
            count: counted(length(of_day), "moment", "moments"),
            moments: of_day.iter().map(|one| line(one, &mut cited)).collect(),
        });
    }
    let count = |class: &str| told.moments.iter().filter(|moment| classes(moment).contains(class)).count() as u64;
    let kinds =
        [("refused", "Refused"), ("failed", "Failed"), ("changes", "Changes of state"), ("snapshot", "Snapshots")];
    let file = |(number, id)| {
        let file = told.sources.iter().find(|file| file.id == id)?;
        Some(CitedFile { number, path: short(&path(file), LONGEST).into_owned(), sha256: file.sha256.as_deref() })
    };
    let more = told.moments.len().saturating_sub(MOMENTS) as u64;
    Page {
        headline: counted(length(&told.moments), "moment", "moments"),
        kinds: kinds.map(|(class, label)| (class, label, grouped(count(class)))).into_iter().collect(),
        picture: picture(told),
        days,
        more: (more > 0).then(|| grouped(more)),
        files: cited.numbered().into_iter().filter_map(file).collect(),
        tool: &told.tool,
        from: &told.from,
        to: &told.to,
    }
}

fn date(moment: &Moment) -> &str {
    moment.time.split_once('T').map_or(&moment.time, |(date, _)| date)
}

/// What the style tells apart, in words of one list.
fn classes(moment: &Moment) -> &'static str {
    match (moment.outcome, moment.sort, moment.changes.is_empty()) {
        (Some(Outcome::Refused), _, true) => "refused",
        (Some(Outcome::Refused), _, false) => "refused changes",
        (Some(Outcome::Failed), _, true) => "failed",
        (Some(Outcome::Failed), _, false) => "failed changes",
        (_, Sort::Snapshot, true) => "snapshot",
        (_, Sort::Snapshot, false) => "snapshot changes",
        (_, _, true) => "plain",
        (_, _, false) => "changes",
    }
}

fn line<'a>(moment: &'a Moment, cited: &mut Cited) -> Line<'a> {
    let cut = |text: String| short(&text, LONGEST).into_owned();
    let place: Vec<&str> = [moment.account.as_deref(), moment.region.as_deref()].into_iter().flatten().collect();
    let error = moment.error_code.as_ref().map(|code| match &moment.error_message {
        Some(message) => cut(format!("{code}: {message}")),
        None => cut(code.clone()),
    });
    Line {
        time: moment.time.split_once('T').map_or("", |(_, time)| time),
        class: classes(moment),
        word: match (moment.outcome, moment.sort) {
            (Some(Outcome::Refused), _) => "refused",
            (Some(Outcome::Failed), _) => "failed",
            (_, Sort::Snapshot) => "snapshot",
            (_, Sort::Elapsed) => "elapsed",
            _ => "",
        },
        name: short(&moment.name, LONGEST),
        times: (moment.count > 1).then(|| format!("×{}", grouped(moment.count))),
        by: moment.actor.as_ref().map(|actor| cut(actor.said())),
        place: cut(place.join("/")),
        error,
        changes: moment.changes.iter().map(|change| cut(changed(change))).collect(),
        file: moment.evidence.as_ref().and_then(|evidence| cited.spot(evidence)),
        event_id: match &moment.evidence {
            Some(EvidenceRef::Record(record)) if !record.event_id.is_empty() => Some(&record.event_id),
            _ => None,
        },
    }
}

/// Moments over time, what was refused or failed below.
fn picture(told: &Story) -> Option<Picture> {
    let window = Range { from: told.from.clone(), to: told.to.clone() };
    let axis = Axis::of(&window)?;
    let mut counts = [[0_u64; 2]; COLUMNS];
    for moment in &told.moments {
        let at = usize::try_from(axis.at(&moment.time)?).unwrap_or_default() * COLUMNS / 100_000;
        let bad = usize::from(matches!(moment.outcome, Some(Outcome::Refused | Outcome::Failed)));
        if let Some(count) = counts.get_mut(at.min(COLUMNS - 1)).and_then(|both| both.get_mut(bad)) {
            *count += moment.count;
        }
    }
    let most = counts.iter().map(|both| both.iter().sum::<u64>()).max()?;
    let (from, to) = (instant::parse(&told.from)?, instant::parse(&told.to)?);
    let edge = |at: usize| {
        let part = (to - from) * i32::try_from(at).unwrap_or_default() / i32::try_from(COLUMNS).unwrap_or(1);
        from.checked_add_signed(part).map(instant::show).unwrap_or_default()
    };
    let column = |(at, [good, bad]): (usize, [u64; 2])| {
        let tall =
            |count: u64| count.saturating_mul(TALL - 2).checked_div(most).unwrap_or(0).max(u64::from(count > 0) * 2);
        let (low, high) = (tall(bad), tall(good));
        let title = format!(
            "{} to {}: {}, {} of them refused or failed",
            edge(at),
            edge(at + 1),
            counted(good + bad, "event", "events"),
            grouped(bad)
        );
        Column {
            x: draw::share(at, COLUMNS),
            width: draw::share(4, COLUMNS * 5),
            title,
            parts: [("bad", TALL.saturating_sub(low), low), ("good", TALL.saturating_sub(low + high), high)],
        }
    };
    let long = span(&edge(0), &edge(1)).unwrap_or_default();
    Some(Picture {
        label: format!("at most {} in {long}", counted(most, "event", "events")),
        columns: counts
            .into_iter()
            .enumerate()
            .filter(|(_, both)| both.iter().any(|count| *count > 0))
            .map(column)
            .collect(),
        axis: draw::marks(&window),
    })
}
