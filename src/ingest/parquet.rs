//! Parquet as evidence: Security Lake's OCSF events, CloudTrail records whose members are columns, and facts that an earlier
//! run saved. Told by its columns.

use super::columns::read::Table;
use super::container::Reader;
use super::decompress::LARGEST_FILE;
use super::shape::{self, Kind};
use super::{Decoded, ocsf, saved};
use serde_json::Value;

pub use super::columns::read::MAGIC;

/// Reads a Parquet file; nothing where its columns are those of no evidence.
pub fn read(bytes: &[u8], out: &mut Decoded) {
    let table = match Parquet::open(bytes) {
        Ok(Some(table)) => table,
        Ok(None) => return,
        Err(cause) => {
            out.kind = Some(Kind::Parquet);
            return out.broken.push(cause);
        }
    };
    if table.rows == Some(Rows::Facts) {
        out.kind = Some(Kind::Facts);
        return saved::read(&table.table, out);
    }
    let mut reader = Reader::new(bytes, out, None, false);
    reader.note(table.kind());
    for row in table.records() {
        match row {
            Ok(row) => reader.parsed(Kind::Parquet, row),
            Err(cause) => reader.broken(cause),
        }
    }
}

/// What a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// An OCSF event.
    Ocsf,
    /// A member of a fact.
    Facts,
    /// A CloudTrail record, its names in any casing, its structured members as structs or as JSON in a text.
    Record,
}

/// A Parquet file that is evidence, or a table that this program wrote.
pub struct Parquet {
    table: Table,
    rows: Option<Rows>,
}

impl Parquet {
    /// Reads what the file says of itself. `None`: its columns are those of no evidence.
    pub fn open(bytes: &[u8]) -> Result<Option<Self>, String> {
        let table =
            Table::open(bytes, LARGEST_FILE).map_err(|cause| format!("this Parquet file is broken: {cause}"))?;
        let has = |name: &str| table.columns().any(|column| column.eq_ignore_ascii_case(name));
        let rows = if table.is_own() {
            None
        } else if table.is_facts() {
            Some(Rows::Facts)
        } else if has("class_uid") && has("metadata") {
            Some(Rows::Ocsf)
        } else if shape::are_of_record(table.columns()) {
            Some(Rows::Record)
        } else {
            return Ok(None);
        };
        Ok(Some(Self { table, rows }))
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        if self.rows.is_some() { Kind::Parquet } else { Kind::Events }
    }

    /// Its rows as CloudTrail records, in order; `None` for an event that is none. An error ends them.
    pub fn records(&self) -> impl Iterator<Item = Result<Row, String>> {
        let rows = self.rows.iter().flat_map(|rows| self.table.rows().map(move |row| (*rows, row)));
        rows.map(|(rows, row)| {
            let row = row.map_err(|cause| format!("this Parquet file breaks: {cause}"))?;
            Ok(match rows {
                Rows::Record => Ok(Some(row)),
                Rows::Ocsf => ocsf::record(row),
                Rows::Facts => Ok(None),
            })
        })
    }
}

/// A row: a record, no record, or why it cannot be one.
pub type Row = Result<Option<Value>, String>;
