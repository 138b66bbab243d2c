//! Why a verdict is what it is: what was demanded, what was found, step by step, and what follows.

use super::cite::Library;
use super::json::pretty;
use super::manual::prose;
use super::numbers::counted;
use super::state::said;
use super::stretch::span;
use super::text::layout::{Page, Set, plain};
use super::text::{TextOptions, bold, dim, severity, status};
use crate::report::explain::Explained;
use crate::report::wire::{EvidenceRef, RecordBody};
use serde_json::{Map, Value};

/// Pretty JSON, ending in a line feed.
pub fn json(told: &Explained) -> String {
    pretty(told) + "\n"
}

/// Text, lines ending in a line feed.
pub fn text(told: &Explained, options: &TextOptions) -> String {
    let mut out = Page::new(options.width, options.colour);
    head(&mut out, told);
    demanded(&mut out, told);
    steps(&mut out, told);
    follows(&mut out, told);
    coverage(&mut out, told);
    history(&mut out, told);
    incidents(&mut out, told);
    if let Some(remediation) = &told.remediation {
        out.heading("What to do", None);
        prose(&mut out, remediation);
    }
    files(&mut out, told);
    out.finish()
}

fn head(out: &mut Page, told: &Explained) {
    let verdict = &told.verdict;
    let title = told.control.as_ref().map(|control| control.title.as_str()).unwrap_or_default();
    let id = format!("  {}  ", verdict.control);
    out.flow(0, 2, &[(status(verdict.status), verdict.status.name()), (bold(), &id), (bold(), title)]);
    let subject = &verdict.subject;
    let places = [("account", &subject.account), ("Region", &subject.region)];
    let places: Vec<String> = places.iter().filter_map(|(what, id)| Some(format!("{what} {}", id.as_ref()?))).collect();
    let kind = format!("{} ", subject.kind.replace('_', " "));
    out.flow(2, 4, &[(dim(), &kind), (bold(), &subject.id)]);
    let name = subject.name.iter().filter(|name| **name != subject.id).cloned();
    let line: Vec<String> = name.chain(places).chain([format!("as of {}", told.run.as_of)]).collect();
    out.flow(2, 4, &[(plain(), &line.join(", "))]);
    out.flow(2, 4, &[(dim(), &format!("uid {}", verdict.uid))]);
    out.blank();
    out.flow(2, 4, &[(bold(), &verdict.reason.message)]);
}

fn demanded(out: &mut Page, told: &Explained) {
    out.heading("What is demanded", None);
    if let Some(demands) = &told.demands {
        prose(out, demands);
    }
    let parameters = told.control.as_ref().map(|control| &control.parameters);
    members(out, "with ", parameters);
}

fn members(out: &mut Page, label: &str, members: Option<&Map<String, Value>>) {
    for (name, value) in members.into_iter().flatten() {
        let value = if value.is_null() { "not set".into() } else { said(value) };
        out.flow(4, 8, &[(dim(), label), (plain(), name), (dim(), " = "), (plain(), &value)]);
    }
}

fn steps(out: &mut Page, told: &Explained) {
    let library = Library::over(&told.sources);
    out.heading("What was found, and what makes it a subject", Some(told.verdict.evidence.len()));
    for (number, evidence) in (1..).zip(&told.verdict.evidence) {
        let cited = library.cite(evidence);
        let head = format!("{number}. {}  {}", cited.when, cited.what);
        let note = if cited.note.is_empty() { String::new() } else { format!("  {}", cited.note) };
        out.flow(2, 5, &[(bold(), &head), (plain(), &note)]);
        if let Some(who) =
            told.records.iter().find(|held| is_body(held, evidence)).map(who).filter(|who| !who.is_empty())
        {
            out.flow(5, 7, &[(plain(), &who)]);
        }
        let event = match evidence {
            EvidenceRef::Record(record) => format!("  event {}", record.event_id),
            EvidenceRef::Row(_) | EvidenceRef::Coverage(_) => String::new(),
        };
        out.flow(5, 7, &[(dim(), &cited.place), (dim(), &event)]);
    }
    if told.verdict.evidence.is_empty() {
        out.flow(2, 4, &[(plain(), "Nothing that decides it.")]);
    }
}

/// Whether this is the body that the evidence points to.
fn is_body(held: &RecordBody, evidence: &EvidenceRef) -> bool {
    match evidence {
        EvidenceRef::Record(record) => (held.source, held.record) == (record.source, Some(record.record)),
        EvidenceRef::Row(row) => (held.source, held.pointer.as_ref()) == (row.source, Some(&row.pointer)),
        EvidenceRef::Coverage(_) => false,
    }
}

/// Who made a call, from where, and how it ended.
fn who(record: &RecordBody) -> String {
    let text = |pointer: &str| record.body.pointer(pointer).and_then(Value::as_str);
    let name =
        text("/userIdentity/arn").or_else(|| text("/userIdentity/invokedBy")).or_else(|| text("/userIdentity/type"));
    let parts = [("by ", name), ("from ", text("/sourceIPAddress")), ("failed: ", text("/errorCode"))];
    let parts = parts.iter().filter_map(|(label, value)| value.map(|value| format!("{label}{value}")));
    parts.collect::<Vec<_>>().join(", ")
}

fn follows(out: &mut Page, told: &Explained) {
    let (verdict, reason) = (&told.verdict, &told.verdict.reason);
    out.heading("What follows", None);
    for (label, found) in [("observed: ", &reason.observed), ("expected: ", &reason.expected)] {
        members(out, label, Some(found));
    }
    let means = |text: &Option<String>| text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    out.flow(2, 4, &[(bold(), &reason.code), (plain(), &means(&told.reason_means))]);
    out.flow(2, 4, &[(status(verdict.status), verdict.status.name()), (plain(), &means(&told.status_means))]);
    let base = told.control.as_ref().map(|control| control.severity);
    let why = match (told.severity_of_reason, base) {
        (Some(own), _) if own == verdict.severity => ": that of this reason".to_owned(),
        (_, Some(base)) if base == verdict.severity => ": that of the control".to_owned(),
        (_, Some(base)) => format!(": the judge's own for this case; the control's is {}", base.name()),
        (_, None) => String::new(),
    };
    out.flow(2, 4, &[(severity(verdict.severity), verdict.severity.name()), (plain(), &why)]);
    let stands = format!("confidence {}: {}", verdict.confidence, stands_on(&verdict.confidence));
    out.flow(2, 4, &[(plain(), &stands)]);
    if let Some(exception) = &verdict.exception {
        let excepted = format!("excepted until {} by {}: {}", exception.expires, exception.owner, exception.reason);
        out.flow(2, 4, &[(plain(), &excepted)]);
    }
}

fn stands_on(confidence: &str) -> &'static str {
    match confidence {
        "event" => "records of the log show it",
        "snapshot" => "snapshots show it",
        "both" => "records of the log and snapshots show it",
        "proven" => "it stands on a log that signed digests prove to be whole",
        "asserted" => "it stands on a log that the user says is whole",
        _ => {
            "it stands on a log that seems whole, since its events follow each other closely, or on a snapshot carried back"
        }
    }
}

fn coverage(out: &mut Page, told: &Explained) {
    out.heading("Coverage", None);
    if let Some(needs) = &told.needs {
        out.flow(2, 4, &[(dim(), "needed: "), (plain(), needs)]);
    }
    for pair in &told.coverage {
        let place = format!("{}/{}: ", pair.account, pair.region);
        let stretches = pair.intervals.iter().map(|s| format!("{} to {} {}", s.from, s.to, s.grade));
        let stretches = stretches.collect::<Vec<_>>().join("; ");
        let stretches = if stretches.is_empty() { "nowhere known to be complete" } else { &stretches };
        out.flow(2, 4, &[(bold(), &place), (plain(), stretches)]);
    }
    if told.coverage.is_empty() {
        out.flow(2, 4, &[(plain(), "No log of the subject's account and Region was read.")]);
    }
}

fn history(out: &mut Page, told: &Explained) {
    out.heading("Over the window", Some(told.verdict.intervals.len()));
    let row = |part: &crate::report::wire::StatusRange| {
        vec![
            (plain(), part.from.clone()),
            (plain(), part.to.clone()),
            (dim(), span(&part.from, &part.to).unwrap_or_default()),
            (status(part.status), part.status.name().to_owned()),
        ]
    };
    let rows: Vec<_> = told.verdict.intervals.iter().map(row).collect();
    let columns = [(Set::Left, "From"), (Set::Left, "To"), (Set::Left, "Long"), (Set::Rest, "Status")];
    out.table(&columns, &rows);
    out.flow(2, 4, &[(dim(), &format!("as it is since {}", told.verdict.since))]);
}

fn incidents(out: &mut Page, told: &Explained) {
    if told.incidents.is_empty() {
        return;
    }
    out.heading("Incidents behind it", Some(told.incidents.len()));
    for incident in &told.incidents {
        let events = counted(incident.count, "event", "events");
        let times = format!("  score {}, {events}, {} to {}", incident.score, incident.first, incident.last);
        out.flow(2, 4, &[(bold(), &incident.kind), (plain(), &times)]);
        let actor = incident.actor.iter().filter(|(_, value)| !value.is_null());
        let actor: Vec<String> = actor.map(|(name, value)| format!("{name} {}", said(value))).collect();
        out.flow(4, 6, &[(dim(), "by "), (plain(), &actor.join(", "))]);
    }
}

fn files(out: &mut Page, told: &Explained) {
    if told.sources.is_empty() {
        return;
    }
    out.heading("Cited files", Some(told.sources.len()));
    for source in &told.sources {
        out.flow(2, 4, &[(plain(), &source.path)]);
        out.flow(4, 6, &[(dim(), "sha256 "), (dim(), source.sha256.as_deref().unwrap_or("not taken"))]);
    }
}
