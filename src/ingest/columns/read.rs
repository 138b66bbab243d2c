//! Parquet as JSON rows, one row group after the other, with everything bounded that the file declares about itself.
//!
//! polars panics where a file contradicts itself, so every call into it that sees the file stands behind [`guard`]: the only
//! place of the program, beside its last line of defence, that catches a panic.

use super::{MARK, json};
use polars_arrow::array::Array;
use polars_arrow::datatypes::ArrowSchema;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::metadata::ThriftFileMetadata;
use polars_parquet::read::schema::parquet_to_arrow_schema;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, PageReader, PhysicalType, RowGroupMetadata,
    column_iter_to_arrays, read_metadata,
};
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{Encoding, PageHeader};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a Parquet file begins and ends.
pub const MAGIC: &[u8] = b"PAR1";

/// Parts of a schema: OCSF has some 200.
const MOST_PARTS: usize = 20_000;

/// Structs and lists within each other: OCSF has some ten. polars walks them by recursion.
const DEEPEST: usize = 64;

/// The widest value of fixed width: a decimal has at most 32 bytes.
const WIDEST: usize = 32;

/// Encodings inside of which lengths are declared that polars reserves memory for.
const UNBOUNDED: [Encoding; 3] =
    [Encoding::DELTA_BINARY_PACKED, Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY];

/// A Parquet file whose footer could be read.
pub struct Table {
    bytes: Vec<u8>,
    meta: FileMetadata,
    schema: ArrowSchema,
    /// Bytes that a row group may need, and that the texts of all rows together may have.
    most: u64,
}

impl Table {
    /// Reads the footer; errors say what is wrong with it.
    pub fn open(bytes: &[u8], most: u64) -> Result<Self, String> {
        let bytes = bytes.to_vec();
        guard(|| {
            check_schema(&bytes)?;
            let meta = read_metadata(&mut Cursor::new(bytes.as_slice())).map_err(|cause| cause.to_string())?;
            let schema = parquet_to_arrow_schema(meta.schema().fields());
            Ok((meta, schema))
        })
        .map(|(meta, schema)| Self { bytes, meta, schema, most })
    }

    /// The names of its columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.schema.iter_names().map(|name| &**name)
    }

    /// Whether it is the table of events that this program writes.
    pub fn is_own(&self) -> bool {
        self.meta(MARK.0).is_some()
    }

    /// What the file's own metadata says under a key.
    pub(super) fn meta(&self, key: &str) -> Option<&str> {
        let mut pairs = self.meta.key_value_metadata().iter().flatten();
        pairs.find(|pair| pair.key == key).map(|pair| pair.value.as_deref().unwrap_or_default())
    }

    /// Bytes that all rows together may have.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// Shows each row group, in order. An error ends it.
    pub(super) fn batches(&self, show: &mut dyn FnMut(&Batch) -> Result<(), String>) -> Result<(), String> {
        let total = self.meta.row_groups.len();
        for (number, group) in self.meta.row_groups.iter().enumerate() {
            let shown = guard(|| self.batch(group).and_then(|batch| show(&batch)));
            shown.map_err(|cause| format!("row group {} of {total}: {cause}", number + 1))?;
        }
        Ok(())
    }

    /// Its rows as objects, in order; after an error comes nothing more.
    pub fn rows(&self) -> impl Iterator<Item = Result<Value, String>> {
        let groups = self.meta.row_groups.iter().enumerate().flat_map(|(number, group)| {
            let total = self.meta.row_groups.len();
            let told = move |cause: String| format!("row group {} of {total}: {cause}", number + 1);
            let (batch, failed) = match guard(|| self.batch(group)) {
                Ok(batch) => (Some(batch), None),
                Err(cause) => (None, Some(Err(told(cause)))),
            };
            let rows = batch.into_iter().flat_map(move |batch| {
                let batch = std::rc::Rc::new(batch);
                (0..batch.rows).map(move |at| guard(|| Ok(batch.row(at))).map_err(told))
            });
            rows.chain(failed)
        });
        let mut left = self.most;
        let mut broken = false;
        groups.map_while(move |row| {
            if std::mem::replace(&mut broken, row.is_err()) {
                return None;
            }
            let row = row.and_then(|row| {
                let size = size(&row);
                let enough = size <= left;
                left = left.saturating_sub(size);
                if enough {
                    Ok(row)
                } else {
                    Err(format!("its rows are longer than {} bytes, the limit; split the file", self.most))
                }
            });
            broken = row.is_err();
            Some(row)
        })
    }

    fn batch(&self, group: &RowGroupMetadata) -> Result<Batch, String> {
        let mut need = 0_u64;
        for column in group.parquet_columns() {
            need = need.saturating_add(self.need(column)?);
            if need > self.most {
                return Err(format!(
                    "it needs more than {} bytes of memory, the limit; write smaller row groups",
                    self.most
                ));
            }
        }
        let mut columns = Vec::new();
        for field in self.schema.iter_values() {
            let chunks = group.columns_under_root_iter(&field.name).ok_or("a column is missing")?;
            let mut pages = Vec::new();
            let mut types = Vec::new();
            for chunk in chunks {
                let bytes = Cursor::new(self.chunk(chunk)?.to_vec().into());
                let largest = usize::try_from(self.most).unwrap_or(usize::MAX);
                pages.push(BasicDecompressor::new(PageReader::new(bytes, chunk, Vec::new(), largest), Vec::new()));
                types.push(&chunk.descriptor().descriptor.primitive_type);
            }
            let (arrays, _) =
                column_iter_to_arrays(pages, types, field.clone(), None).map_err(|cause| cause.to_string())?;
            let length: usize = arrays.iter().map(|array| array.len()).sum();
            if length != group.num_rows() {
                let declared = group.num_rows();
                return Err(format!("column {:?} has {length} rows of {declared}", field.name.as_str()));
            }
            columns.push((field.name.to_string(), arrays));
        }
        Ok(Batch { rows: if columns.is_empty() { 0 } else { group.num_rows() }, columns })
    }

    fn chunk(&self, column: &ColumnChunkMetadata) -> Result<&[u8], String> {
        let range = column.byte_range();
        let place = |at: u64| usize::try_from(at).ok();
        let chunk = place(range.start).zip(place(range.end)).and_then(|(from, to)| self.bytes.get(from..to));
        chunk.ok_or_else(|| "a column lies outside of the file".into())
    }

    /// About how many bytes decoding a column takes, by what its pages declare: their texts, and for each value its view and
    /// its place in each list around it.
    fn need(&self, column: &ColumnChunkMetadata) -> Result<u64, String> {
        if let PhysicalType::FixedLenByteArray(width) = column.physical_type()
            && width > WIDEST
        {
            return Err(format!("values of {width} bytes are not read"));
        }
        let name = column.compression();
        if !matches!(name, Compression::Uncompressed | Compression::Snappy | Compression::Gzip | Compression::Zstd) {
            return Err(format!("compression {name:?} is not read; write it with zstd, snappy or gzip"));
        }
        let descriptor = &column.descriptor().descriptor;
        let (lists, levels) = (descriptor.max_rep_level.unsigned_abs(), descriptor.max_def_level.unsigned_abs());
        let each = 32 + 8 * u64::from(lists) + u64::from(levels);
        let chunk = self.chunk(column)?;
        let mut at = Cursor::new(chunk);
        let (mut need, mut seen) = (0_u64, 0_i64);
        while seen < column.num_values() && need <= self.most {
            let mut protocol = TCompactInputProtocol::new(&mut at, chunk.len());
            let page = PageHeader::read_from_in_protocol(&mut protocol);
            let page = page.map_err(|cause| format!("the header of a page cannot be read ({cause})"))?;
            let encoding = page.data_page_header.as_ref().map(|header| header.encoding);
            let encoding = encoding.or(page.data_page_header_v2.as_ref().map(|header| header.encoding));
            if encoding.is_some_and(|encoding| UNBOUNDED.contains(&encoding)) {
                return Err("delta encodings are not read; write it with dictionaries or plain".into());
            }
            let values = page.data_page_header.as_ref().map(|header| header.num_values);
            let values = values.or(page.data_page_header_v2.as_ref().map(|header| header.num_values));
            seen += i64::from(values.unwrap_or(0));
            let values = values.or(page.dictionary_page_header.as_ref().map(|header| header.num_values));
            let whole =
                |count: i32| u64::try_from(count).map_err(|_| "a page declares a size below nothing".to_owned());
            let values = whole(values.unwrap_or(0))?;
            need = need.saturating_add(values.saturating_mul(each)).saturating_add(whole(page.uncompressed_page_size)?);
            at.set_position(at.position().saturating_add(whole(page.compressed_page_size)?));
        }
        Ok(need)
    }
}

/// A row group in memory.
pub(super) struct Batch {
    rows: usize,
    columns: Vec<(String, Vec<Box<dyn Array>>)>,
}

impl Batch {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn column(&self, name: &str) -> Option<&[Box<dyn Array>]> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, arrays)| arrays.as_slice())
    }

    fn row(&self, at: usize) -> Value {
        let cell = |arrays: &[Box<dyn Array>]| {
            let mut at = at;
            for array in arrays {
                if at < array.len() {
                    return json::value(array.as_ref(), at);
                }
                at -= array.len();
            }
            None
        };
        let named = self.columns.iter().filter_map(|(name, arrays)| Some((name.clone(), cell(arrays)?)));
        Value::Object(named.collect::<Map<_, _>>())
    }
}

/// About how many bytes a value takes as JSON.
fn size(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64 + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<u64>() + 2,
        Value::Object(members) => {
            members.iter().map(|(key, value)| key.len() as u64 + 4 + size(value)).sum::<u64>() + 2
        }
        _ => 8,
    }
}

/// Refuses a schema that is too large or too deep before anything walks it.
fn check_schema(bytes: &[u8]) -> Result<(), String> {
    let length = bytes.last_chunk::<8>().map(|[a, b, c, d, ..]| u32::from_le_bytes([*a, *b, *c, *d]));
    let footer = length.and_then(|length| {
        let end = bytes.len().checked_sub(8)?;
        bytes.get(end.checked_sub(usize::try_from(length).ok()?)?..end)
    });
    let footer =
        footer.filter(|_| bytes.ends_with(MAGIC)).ok_or("the file does not end as Parquet does; fetch it again")?;
    let mut protocol = TCompactInputProtocol::new(footer, footer.len().saturating_mul(64));
    let meta = ThriftFileMetadata::read_from_in_protocol(&mut protocol);
    let meta = meta.map_err(|cause| format!("its footer cannot be read ({cause})"))?;
    if meta.schema.len() > MOST_PARTS {
        return Err(format!("its schema has {} parts, {MOST_PARTS} is the limit", meta.schema.len()));
    }
    // The parts stand in the order of a walk: how many are still to come on each level.
    let mut open: Vec<i32> = Vec::new();
    for part in &meta.schema {
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        open.extend(part.num_children.filter(|children| *children > 0));
        if open.len() > DEEPEST {
            return Err(format!("its columns are nested deeper than {DEEPEST} levels, the limit"));
        }
    }
    Ok(())
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is caught here and becomes a defect, so that nobody needs to be told of it otherwise.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Calls into polars; a panic there means that the file contradicts itself.
fn guard<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(before);
    outcome.unwrap_or_else(|_| Err("what it says of itself does not fit together".into())).map_err(|cause| told(&cause))
}

/// A message of polars' on one line, and not a long one: it may quote the file.
fn told(cause: &str) -> String {
    let line: String = cause.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    line.trim_end().to_owned()
}
