//! The table of facts: one row for each member of a fact, with the entry that says it, and what coverage needs beside them.
//!
//! Filled in plain vectors with one dictionary of texts per column; polars' arrays only while it is written or read.

use super::read::{Batch, Table};
use super::write;
use crate::instant::{self, Instant};
use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

/// The key of the Parquet file's own metadata that names the schema, and the schema.
pub const SCHEMA: (&str, &str) = ("schema", "vaultrail.facts/1");

/// Rows of a row group: what a reader must hold at once.
const GROUP: usize = 1 << 17;

/// What a row takes at least, against the limit for all rows.
const ROW: u64 = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    Time,
    Flag,
    Text,
}

/// The columns, in the order of the table; only `kind` is never null.
const COLUMNS: [(&str, Type); 23] = [
    ("fact", Type::Number),
    ("at", Type::Time),
    ("observed", Type::Flag),
    ("kind", Type::Text),
    ("id", Type::Text),
    ("attribute", Type::Text),
    ("value", Type::Text),
    ("source", Type::Text),
    ("source_kind", Type::Text),
    ("record", Type::Number),
    ("pointer", Type::Text),
    ("whole_list", Type::Flag),
    ("event_id", Type::Text),
    ("event_name", Type::Text),
    ("event_source", Type::Text),
    ("time", Type::Time),
    ("actor", Type::Text),
    ("identity", Type::Text),
    ("account", Type::Text),
    ("region", Type::Text),
    ("outcome", Type::Text),
    ("qualifier", Type::Text),
    ("sha256", Type::Text),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell<'a> {
    None,
    Number(i64),
    Flag(bool),
    Text(&'a str),
}

/// One row; docs/facts.md says what each column means.
#[expect(missing_docs, reason = "the columns, each described in docs/facts.md")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Row<'a> {
    pub fact: Option<i64>,
    pub at: Option<Instant>,
    pub observed: Option<bool>,
    pub kind: &'a str,
    pub id: Option<&'a str>,
    pub attribute: Option<&'a str>,
    pub value: Option<&'a str>,
    pub source: Option<&'a str>,
    pub source_kind: Option<&'a str>,
    pub record: Option<i64>,
    pub pointer: Option<&'a str>,
    pub whole_list: Option<bool>,
    pub event_id: Option<&'a str>,
    pub event_name: Option<&'a str>,
    pub event_source: Option<&'a str>,
    pub time: Option<Instant>,
    pub actor: Option<&'a str>,
    pub identity: Option<&'a str>,
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
    pub outcome: Option<&'a str>,
    pub qualifier: Option<&'a str>,
    pub sha256: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn cells(&self) -> [Cell<'a>; COLUMNS.len()] {
        let text = |text: Option<&'a str>| text.map_or(Cell::None, Cell::Text);
        let number = |number: Option<i64>| number.map_or(Cell::None, Cell::Number);
        let time = |at: Option<Instant>| number(at.map(|at| at.timestamp_millis()));
        let flag = |flag: Option<bool>| flag.map_or(Cell::None, Cell::Flag);
        [
            number(self.fact),
            time(self.at),
            flag(self.observed),
            Cell::Text(self.kind),
            text(self.id),
            text(self.attribute),
            text(self.value),
            text(self.source),
            text(self.source_kind),
            number(self.record),
            text(self.pointer),
            flag(self.whole_list),
            text(self.event_id),
            text(self.event_name),
            text(self.event_source),
            time(self.time),
            text(self.actor),
            text(self.identity),
            text(self.account),
            text(self.region),
            text(self.outcome),
            text(self.qualifier),
            text(self.sha256),
        ]
    }

    /// `next` gives the cells in the order of the columns; times as seconds since 1970.
    fn of(mut next: impl FnMut() -> Cell<'a>) -> Self {
        fn text(cell: Cell<'_>) -> Option<&str> {
            if let Cell::Text(text) = cell { Some(text) } else { None }
        }
        fn number(cell: Cell<'_>) -> Option<i64> {
            if let Cell::Number(number) = cell { Some(number) } else { None }
        }
        fn flag(cell: Cell<'_>) -> Option<bool> {
            if let Cell::Flag(flag) = cell { Some(flag) } else { None }
        }
        let time = |cell: Cell<'_>| number(cell).and_then(instant::seconds);
        Self {
            fact: number(next()),
            at: time(next()),
            observed: flag(next()),
            kind: text(next()).unwrap_or_default(),
            id: text(next()),
            attribute: text(next()),
            value: text(next()),
            source: text(next()),
            source_kind: text(next()),
            record: number(next()),
            pointer: text(next()),
            whole_list: flag(next()),
            event_id: text(next()),
            event_name: text(next()),
            event_source: text(next()),
            time: time(next()),
            actor: text(next()),
            identity: text(next()),
            account: text(next()),
            region: text(next()),
            outcome: text(next()),
            qualifier: text(next()),
            sha256: text(next()),
        }
    }
}

/// A text column: for each row the place of its word.
#[derive(Debug, Default)]
struct Words {
    keys: Vec<Option<u32>>,
    words: Vec<Arc<str>>,
    known: HashMap<Arc<str>, u32>,
}

impl Words {
    fn push(&mut self, text: Option<&str>) {
        let key = text.map(|text| {
            let last = self.keys.last().copied().flatten();
            match last.filter(|key| self.words.get(*key as usize).is_some_and(|word| **word == *text)) {
                Some(key) => key,
                None => self.known.get(text).copied().unwrap_or_else(|| self.learn(text)),
            }
        });
        self.keys.push(key);
    }

    fn learn(&mut self, text: &str) -> u32 {
        let (word, key) = (Arc::<str>::from(text), u32::try_from(self.words.len()).unwrap_or(u32::MAX));
        self.words.push(word.clone());
        self.known.insert(word, key);
        key
    }

    /// Some rows as a dictionary of their own.
    fn part(&self, range: Range<usize>) -> Result<Box<dyn Array>, String> {
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        let keys = self.keys.get(range).unwrap_or_default().iter();
        let keys = keys.map(|key| {
            let word = self.words.get((*key)? as usize)?;
            Some(write::number(&mut known, word))
        });
        let keys: Vec<Option<u32>> = keys.collect();
        write::dictionary(&known, keys)
    }
}

#[derive(Debug)]
enum Column {
    Numbers(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    Texts(Words),
}

/// The table while it is filled.
#[derive(Debug)]
pub struct Facts {
    columns: Vec<Column>,
    rows: usize,
}

impl Default for Facts {
    fn default() -> Self {
        let column = |(_, of): &(_, Type)| match of {
            Type::Number | Type::Time => Column::Numbers(Vec::new()),
            Type::Flag => Column::Flags(Vec::new()),
            Type::Text => Column::Texts(Words::default()),
        };
        Self { columns: COLUMNS.iter().map(column).collect(), rows: 0 }
    }
}

impl Facts {
    /// Adds a row.
    pub fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        for (column, cell) in self.columns.iter_mut().zip(row.cells()) {
            match (column, cell) {
                (Column::Numbers(numbers), Cell::Number(number)) => numbers.push(Some(number)),
                (Column::Numbers(numbers), _) => numbers.push(None),
                (Column::Flags(flags), Cell::Flag(flag)) => flags.push(Some(flag)),
                (Column::Flags(flags), _) => flags.push(None),
                (Column::Texts(texts), Cell::Text(text)) => texts.push(Some(text)),
                (Column::Texts(texts), _) => texts.push(None),
            }
        }
    }

    /// Writes the table in the order in which it was filled; errors say what is wrong.
    pub fn write(&self, out: &mut dyn Write) -> Result<(), String> {
        let starts = (0..self.rows).step_by(GROUP);
        let groups = starts.map(|from| {
            let range = from..self.rows.min(from + GROUP);
            let columns = self.columns.iter().zip(COLUMNS).map(|(column, (_, of))| part(column, of, range.clone()));
            Ok((range.len(), columns.collect::<Result<_, String>>()?))
        });
        write::table(&schema(), groups, SCHEMA, out)
    }
}

fn part(column: &Column, of: Type, range: Range<usize>) -> Result<Box<dyn Array>, String> {
    Ok(match column {
        Column::Numbers(numbers) => {
            let numbers = numbers.get(range).unwrap_or_default().iter().copied();
            numbers.collect::<PrimitiveArray<i64>>().to(dtype(of)).boxed()
        }
        Column::Flags(flags) => flags.get(range).unwrap_or_default().iter().copied().collect::<BooleanArray>().boxed(),
        Column::Texts(words) => words.part(range)?,
    })
}

fn dtype(of: Type) -> ArrowDataType {
    match of {
        Type::Number => ArrowDataType::Int64,
        Type::Time => ArrowDataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        Type::Flag => ArrowDataType::Boolean,
        Type::Text => write::text(),
    }
}

fn schema() -> ArrowSchema {
    let fields = COLUMNS.iter().map(|(name, of)| Field::new((*name).into(), dtype(*of), *name != "kind"));
    fields.map(|field| (field.name.clone(), field)).collect()
}

impl Table {
    /// Whether it is a table of facts: by its metadata, or, where another program wrote it again, by its columns.
    pub fn is_facts(&self) -> bool {
        let names: Vec<&str> = self.columns().collect();
        self.meta(SCHEMA.0).is_some_and(|schema| schema.starts_with("vaultrail.facts/"))
            || COLUMNS.iter().all(|(name, _)| names.contains(name))
    }

    /// Shows each row of a table of facts, in order; `visit` answers with the bytes that it keeps. An error ends it.
    pub fn facts(&self, mut visit: impl FnMut(&Row<'_>) -> u64) -> Result<(), String> {
        if let Some(other) = self.meta(SCHEMA.0).filter(|schema| *schema != SCHEMA.1) {
            let other: String = other.chars().take(80).collect();
            return Err(format!("its schema is {other:?}, known is {:?}; write it again from the logs", SCHEMA.1));
        }
        let mut left = self.most();
        let mut show = |batch: &Batch| {
            let columns = columns(batch)?;
            for at in 0..batch.rows() {
                let mut cells = columns.iter().map(|(of, arrays)| cell(*of, arrays, at));
                let row = Row::of(|| cells.next().unwrap_or(Cell::None));
                left = left.checked_sub(visit(&row).saturating_add(ROW)).ok_or_else(|| {
                    format!("its rows hold more than {} bytes, the limit; give several smaller files", self.most())
                })?;
            }
            Ok(())
        };
        self.batches(&mut show)
    }
}

type Arrays<'a> = (Type, &'a [Box<dyn Array>]);

/// The columns of a row group in the order of [`COLUMNS`], each of its type.
fn columns(batch: &Batch) -> Result<Vec<Arrays<'_>>, String> {
    let each = COLUMNS.iter().map(|(name, of)| {
        let arrays = batch.column(name).ok_or_else(|| format!("column {name:?} is missing"))?;
        let fits = |array: &dyn Array| match of {
            Type::Number => array.as_any().is::<PrimitiveArray<i64>>() && *array.dtype() == ArrowDataType::Int64,
            Type::Time => matches!(array.dtype(), ArrowDataType::Timestamp(..)),
            Type::Flag => array.as_any().is::<BooleanArray>(),
            Type::Text => array.as_any().is::<Utf8ViewArray>(),
        };
        if !arrays.iter().all(|array| fits(array.as_ref())) {
            return Err(format!("column {name:?} is not of its type"));
        }
        Ok((*of, arrays))
    });
    each.collect()
}

fn cell(of: Type, arrays: &[Box<dyn Array>], mut at: usize) -> Cell<'_> {
    let mut found = None;
    for array in arrays {
        if at < array.len() {
            found = Some(array.as_ref());
            break;
        }
        at -= array.len();
    }
    let Some(array) = found.filter(|array| array.is_valid(at)) else { return Cell::None };
    let number = || array.as_any().downcast_ref::<PrimitiveArray<i64>>()?.values().get(at).copied();
    let cell = match of {
        Type::Number => number().map(Cell::Number),
        Type::Time => number().map(|count| match array.dtype() {
            ArrowDataType::Timestamp(TimeUnit::Millisecond, _) => Cell::Number(count.div_euclid(1000)),
            ArrowDataType::Timestamp(TimeUnit::Microsecond, _) => Cell::Number(count.div_euclid(1_000_000)),
            ArrowDataType::Timestamp(TimeUnit::Nanosecond, _) => Cell::Number(count.div_euclid(1_000_000_000)),
            _ => Cell::Number(count),
        }),
        Type::Flag => array.as_any().downcast_ref::<BooleanArray>().map(|flags| Cell::Flag(flags.value(at))),
        Type::Text => array.as_any().downcast_ref::<Utf8ViewArray>().map(|texts| Cell::Text(texts.value(at))),
    };
    cell.unwrap_or(Cell::None)
}
