//! Tables: results of CloudTrail Lake and Athena queries, and reports of AWS Backup Audit Manager, as CSV (RFC 4180).

use super::container::Reader;
use super::shape::Kind;
use super::{Decoded, audit_report, loose, scan};
use ::csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value, json};

/// Columns of a CloudTrail event data store, which are the members of a record. Lake and Athena print them in lower case.
/// CloudTrail user guide, "CloudTrail Lake event schemas".
const COLUMNS: [&str; 29] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "serviceEventDetails",
    "addendum",
    "eventCategory",
    "sessionCredentialFromConsole",
    "tlsDetails",
];

/// Columns that hold structures.
const STRUCTURED: [&str; 8] = [
    "userIdentity",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "resources",
    "serviceEventDetails",
    "addendum",
    "tlsDetails",
];

/// What a row cannot do without.
const NEEDED: [&str; 3] = ["eventTime", "eventSource", "eventName"];

/// A header is read up to here.
const LONGEST_HEADER: usize = 64 << 10;

/// A row's cells; an error says what is wrong with it.
type Row = Result<Vec<String>, String>;

/// Reads a table; answers whether the bytes are one of ours.
pub fn read(bytes: &[u8], out: &mut Decoded) -> bool {
    let Some(header) = header(bytes) else { return false };
    let known: Vec<Option<&str>> = header.iter().map(|name| column(name)).collect();
    if known.iter().flatten().count() >= 3 {
        lake(bytes, &known, out);
        return true;
    }
    let named: Vec<String> = header.iter().map(|name| audit_report::member(name)).collect();
    if audit_report::is_report(|key| named.iter().any(|name| name == key)) {
        report(bytes, &named, out);
        return true;
    }
    false
}

fn column(name: &str) -> Option<&'static str> {
    COLUMNS.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

fn header(bytes: &[u8]) -> Option<Vec<String>> {
    let start = bytes.get(..bytes.len().min(LONGEST_HEADER))?;
    let mut record = ByteRecord::new();
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(start);
    reader.read_byte_record(&mut record).ok().filter(|found| *found)?;
    let cells = record.iter().map(|cell| Some(std::str::from_utf8(cell).ok()?.trim().to_owned()));
    cells.collect::<Option<Vec<_>>>().filter(|cells| cells.len() > 1)
}

/// A query's rows: records.
fn lake(bytes: &[u8], columns: &[Option<&'static str>], out: &mut Decoded) {
    let mut reader = Reader::new(bytes, out, None, false);
    reader.note(Kind::CloudTrailLake);
    let missing: Vec<&str> = NEEDED.into_iter().filter(|needed| !columns.contains(&Some(needed))).collect();
    if !missing.is_empty() {
        let what = format!("this query result has no column `{}`; select it as well", missing.join("`, `"));
        return out.broken.push(what);
    }
    rows(bytes, columns.len(), &mut |row| {
        reader.parsed(Kind::CloudTrailLake, row.map(|cells| Some(record(columns, &cells))));
    });
}

/// A record of a row. An empty cell is what no one knows, not what is not so.
fn record(columns: &[Option<&'static str>], cells: &[String]) -> Value {
    let mut out = Map::new();
    for (name, cell) in columns.iter().zip(cells) {
        let Some(name) = *name else { continue };
        let value = match cell.as_str() {
            "" | "null" => continue,
            "true" if matches!(name, "readOnly" | "managementEvent") => json!(true),
            "false" if matches!(name, "readOnly" | "managementEvent") => json!(false),
            text if STRUCTURED.contains(&name) => loose::structure(text).unwrap_or_else(|| Value::from(text)),
            text if name == "eventTime" => {
                Value::from(crate::instant::parse(text).map_or_else(|| text.to_owned(), crate::instant::show))
            }
            text => Value::from(text),
        };
        out.entry(name).or_insert(value);
    }
    Value::Object(out)
}

/// So many broken rows of a report are told one by one.
const MOST_TOLD: usize = 100;

/// A report's rows: observations.
fn report(bytes: &[u8], names: &[String], out: &mut Decoded) {
    let (mut items, mut at, mut untold) = (Vec::new(), 0_u64, 0_u64);
    rows(bytes, names.len(), &mut |row| {
        match row {
            Ok(cells) => {
                let filled = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
                items.push(Value::Object(filled.map(|(name, cell)| (name.clone(), Value::from(cell))).collect()));
            }
            Err(reason) if out.broken.len() < MOST_TOLD => out.broken.push(format!("row {at}: {reason}")),
            Err(_) => untold += 1,
        }
        at += 1;
    });
    out.broken.extend((untold > 0).then(|| format!("{untold} more of its rows are broken")));
    out.kind = Some(Kind::AuditReport);
    out.inventory = audit_report::output("", items);
}

/// Hands every row below the header over. A row of another length that spans lines has an open quote: reading goes on at
/// its second line, so that it does not take the rows behind it along.
fn rows(bytes: &[u8], width: usize, each: &mut dyn FnMut(Row)) {
    let (mut from, mut resumed, mut below) = (0, 0, false);
    let mut record = ByteRecord::new();
    'again: loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rest);
        while reader.read_byte_record(&mut record).is_ok_and(|found| found) {
            if !std::mem::replace(&mut below, true) {
                continue;
            }
            let row = cells(&record, width);
            let start = from + offset(record.position().map(::csv::Position::byte));
            let end = from + offset(Some(reader.position().byte()));
            let second = scan::next_line(bytes, start + leading_space(bytes, start));
            let open = row.is_err() && second < end && resumed < scan::MOST_BREAKS;
            each(row);
            if open {
                resumed += 1;
                from = second;
                continue 'again;
            }
        }
        return;
    }
}

fn offset(byte: Option<u64>) -> usize {
    byte.and_then(|byte| usize::try_from(byte).ok()).unwrap_or_default()
}

/// Blank lines before a row belong to it.
fn leading_space(bytes: &[u8], start: usize) -> usize {
    scan::skip_space(bytes, start) - start
}

fn cells(record: &ByteRecord, width: usize) -> Row {
    if record.len() != width {
        return Err(format!("this row has {} cells, the header has {width}", record.len()));
    }
    let text = |cell: &[u8]| String::from_utf8(cell.to_owned()).map_err(|_| "this row is no UTF-8".to_owned());
    record.iter().map(text).collect()
}
