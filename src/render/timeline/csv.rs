//! The story as CSV (RFC 4180): a row for each moment; no cell is taken for a formula.

use super::super::cite::Library;
use super::super::csv::cell;
use super::{changed, ended, sort};
use crate::report::timeline::{Moment, Story};
use crate::report::wire::EvidenceRef;
use std::borrow::Cow;

/// The columns; new ones are added at the end.
const COLUMNS: [&str; 20] = [
    "time",
    "sort",
    "name",
    "source",
    "outcome",
    "error_code",
    "error_message",
    "account",
    "region",
    "principal",
    "session",
    "actor_account",
    "access_key_id",
    "source_ip",
    "user_agent",
    "changes",
    "count",
    "event_id",
    "evidence",
    "sha256",
];

/// Rows below the names of the columns, lines ending in CR LF as in the report's own.
pub fn csv(told: &Story) -> String {
    let library = Library::over(&told.sources);
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let mut write = |cells: [Cow<'_, str>; 20]| {
        let cells = cells.iter().map(|text| cell(text));
        // Writing to memory does not fail.
        let _ = table.write_record(cells.map(Cow::into_owned));
    };
    write(COLUMNS.map(Cow::Borrowed));
    for moment in &told.moments {
        write(cells(moment, &library));
    }
    String::from_utf8(table.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn cells<'a>(moment: &'a Moment, library: &Library<'a>) -> [Cow<'a, str>; 20] {
    let text = Cow::Borrowed::<'a, str>;
    let or_empty = |value: Option<&'a String>| text(value.map_or("", String::as_str));
    let actor = moment.actor.as_ref();
    let cited = moment.evidence.as_ref().map(|evidence| library.cite(evidence));
    let event_id = match &moment.evidence {
        Some(EvidenceRef::Record(record)) => record.event_id.as_str(),
        _ => "",
    };
    [
        text(&moment.time),
        text(sort(moment.sort)),
        text(&moment.name),
        or_empty(moment.source.as_ref()),
        text(moment.outcome.map_or("", ended)),
        or_empty(moment.error_code.as_ref()),
        or_empty(moment.error_message.as_ref()),
        or_empty(moment.account.as_ref()),
        or_empty(moment.region.as_ref()),
        text(actor.map_or("", |actor| &actor.principal)),
        or_empty(actor.and_then(|actor| actor.session.as_ref())),
        actor.and_then(|actor| actor.account.as_ref()).map_or_else(Cow::default, |id| Cow::Owned(id.to_string())),
        or_empty(actor.and_then(|actor| actor.access_key_id.as_ref())),
        or_empty(actor.and_then(|actor| actor.source_ip.as_ref())),
        or_empty(actor.and_then(|actor| actor.user_agent.as_ref())),
        Cow::Owned(moment.changes.iter().map(changed).collect::<Vec<_>>().join(" | ")),
        Cow::Owned(moment.count.to_string()),
        text(event_id),
        Cow::Owned(cited.as_ref().map(|cited| cited.place.clone()).unwrap_or_default()),
        text(cited.and_then(|cited| cited.sha256).unwrap_or_default()),
    ]
}
