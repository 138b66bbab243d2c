//! Tables as Parquet, that of events above all: dictionaries of texts, zstd, row groups of half a million rows.

use super::{Events, MARK, NEVER, NONE, Rows, TEXTS};
use polars_arrow::array::{Array, BooleanArray, DictionaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, IntegerType, TimeUnit};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, KeyValue, StatisticsOptions, Version, WriteOptions, row_group_iter,
};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;

/// Rows of a row group: what a reader must hold at once.
const GROUP: usize = 1 << 19;

/// Some rows of one file, with its path.
type Part<'a> = (&'a str, &'a Rows, Range<usize>);

/// Writes the table of events, ordered by path and position; errors say what is wrong.
pub fn write(events: &Events, out: &mut dyn Write) -> Result<(), String> {
    let groups = groups(events).into_iter().map(|parts| {
        let rows: usize = parts.iter().map(|(_, _, range)| range.len()).sum();
        Ok((rows, columns(&parts)?))
    });
    table(&schema(), groups, MARK, out)
}

/// Writes row groups, each so many rows in columns, with a mark by which the file is recognised.
pub(super) fn table(
    schema: &ArrowSchema,
    groups: impl Iterator<Item = Result<(usize, Vec<Box<dyn Array>>), String>>,
    (key, value): (&str, &str),
    out: &mut dyn Write,
) -> Result<(), String> {
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(None),
        data_page_size: None,
    };
    let mut writer = FileWriter::try_new(out, schema.clone(), options).map_err(|cause| cause.to_string())?;
    let fields = writer.parquet_schema().fields().to_vec();
    let encodings: Vec<Vec<Encoding>> = schema.iter_values().map(|field| vec![encoding(field)]).collect();
    for group in groups {
        let (rows, columns) = group?;
        let batch = RecordBatchT::try_new(rows, schema.clone().into(), columns);
        let batch = batch.map_err(|cause| cause.to_string())?;
        let group = row_group_iter(batch, encodings.clone().into(), fields.clone(), options);
        writer.write(rows as u64, group).map_err(|cause| cause.to_string())?;
    }
    let mark = |key: &str, value: &str| KeyValue { key: key.into(), value: Some(value.into()) };
    let marks = vec![mark(key, value), mark("vaultrail.version", env!("CARGO_PKG_VERSION"))];
    writer.end(Some(marks)).map(|_| ()).map_err(|cause| cause.to_string())
}

/// The type of a column of texts.
pub(super) fn text() -> ArrowDataType {
    ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false)
}

fn schema() -> ArrowSchema {
    let time = ArrowDataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    let first = std::iter::once(Field::new("time".into(), time, true));
    let texts = TEXTS.iter().map(|name| Field::new((*name).into(), text(), true));
    let last = [
        Field::new("covers".into(), ArrowDataType::Boolean, false),
        Field::new("file".into(), text(), false),
        Field::new("record".into(), ArrowDataType::Int64, false),
    ];
    first.chain(texts).chain(last).map(|field| (field.name.clone(), field)).collect()
}

fn encoding(field: &Field) -> Encoding {
    match field.dtype() {
        ArrowDataType::Dictionary(..) => Encoding::RleDictionary,
        _ => Encoding::Plain,
    }
}

/// The rows of each row group.
fn groups(events: &Events) -> Vec<Vec<Part<'_>>> {
    let mut files: Vec<&(String, Rows)> = events.files.iter().filter(|(_, rows)| !rows.is_empty()).collect();
    files.sort_by_key(|(path, _)| path);
    let mut groups: Vec<Vec<Part<'_>>> = Vec::new();
    let mut room = 0;
    for (path, rows) in files {
        let mut from = 0;
        while from < rows.len() {
            if room == 0 {
                groups.push(Vec::new());
                room = GROUP;
            }
            let to = rows.len().min(from + room);
            room -= to - from;
            if let Some(group) = groups.last_mut() {
                group.push((path, rows, from..to));
            }
            from = to;
        }
    }
    groups
}

fn columns(parts: &[Part<'_>]) -> Result<Vec<Box<dyn Array>>, String> {
    fn of<'a, T: Copy + 'a>(
        parts: &'a [Part<'_>],
        column: impl Fn(&'a Rows) -> &'a [T] + 'a,
    ) -> impl Iterator<Item = T> + 'a {
        parts
            .iter()
            .flat_map(move |(_, rows, range)| column(rows).get(range.clone()).unwrap_or_default().iter().copied())
    }
    let times = of(parts, |rows| &rows.times).map(|at| (at != NEVER).then_some(at));
    let time = ArrowDataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    let times: PrimitiveArray<i64> = times.collect();
    let mut columns: Vec<Box<dyn Array>> = vec![times.to(time).boxed()];
    for at in 0..TEXTS.len() {
        columns.push(texts(parts, at)?);
    }
    let covers: Vec<bool> = of(parts, |rows| &rows.covers).collect();
    columns.push(BooleanArray::from_slice(covers).boxed());
    columns.push(paths(parts)?);
    let records = of(parts, |rows| &rows.records).map(|position| i64::try_from(position).unwrap_or(i64::MAX));
    columns.push(PrimitiveArray::from_vec(records.collect()).boxed());
    Ok(columns)
}

/// One text column: the dictionaries of its files become one.
fn texts(parts: &[Part<'_>], at: usize) -> Result<Box<dyn Array>, String> {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut keys: Vec<Option<u32>> = Vec::new();
    for (_, rows, range) in parts {
        let Some(column) = rows.texts.get(at) else { continue };
        let mut words: Vec<(u32, &str)> = column.known.iter().map(|(word, key)| (*key, word.as_ref())).collect();
        words.sort_unstable();
        let mut renamed: Vec<Option<u32>> = vec![None; words.len()];
        for key in column.keys.get(range.clone()).unwrap_or_default() {
            let place = usize::try_from(key.wrapping_sub(1)).unwrap_or(usize::MAX);
            let (false, Some((_, word)), Some(name)) = (*key == NONE, words.get(place), renamed.get_mut(place)) else {
                keys.push(None);
                continue;
            };
            keys.push(Some(*name.get_or_insert_with(|| number(&mut known, word))));
        }
    }
    dictionary(&known, keys)
}

fn paths(parts: &[Part<'_>]) -> Result<Box<dyn Array>, String> {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut keys: Vec<Option<u32>> = Vec::new();
    for (path, _, range) in parts {
        let key = number(&mut known, path);
        keys.extend(range.clone().map(|_| Some(key)));
    }
    dictionary(&known, keys)
}

pub(super) fn number<'a>(known: &mut BTreeMap<&'a str, u32>, word: &'a str) -> u32 {
    let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
    *known.entry(word).or_insert(next)
}

pub(super) fn dictionary(known: &BTreeMap<&str, u32>, keys: Vec<Option<u32>>) -> Result<Box<dyn Array>, String> {
    let mut words: Vec<(u32, &str)> = known.iter().map(|(word, key)| (*key, *word)).collect();
    words.sort_unstable();
    let words: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
    let words = Utf8ViewArray::from_slice_values(words);
    let keys: PrimitiveArray<u32> = keys.into_iter().collect();
    let array = DictionaryArray::try_from_keys(keys, words.boxed(), false);
    array.map(DictionaryArray::boxed).map_err(|cause| cause.to_string())
}
