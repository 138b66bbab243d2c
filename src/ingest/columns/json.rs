//! Values of polars' arrays as JSON.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use polars_arrow::array::{
    Array, BinaryViewArray, BooleanArray, DictionaryArray, ListArray, MapArray, PrimitiveArray, StructArray,
    Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::types::NativeType;
use serde_json::{Map, Number, Value};

/// The value at `at`; `None` where there is none, or none of a type that JSON knows.
///
/// Times are RFC 3339 in UTC, dates `YYYY-MM-DD`; maps become objects; members of structs that have no value are left out,
/// and so are structs without any.
pub fn value(array: &dyn Array, at: usize) -> Option<Value> {
    if array.is_null(at) {
        return None;
    }
    match array.dtype() {
        ArrowDataType::Boolean => Some(Value::Bool(cast::<BooleanArray>(array)?.value(at))),
        ArrowDataType::Utf8View => Some(Value::String(cast::<Utf8ViewArray>(array)?.value(at).to_owned())),
        ArrowDataType::BinaryView => {
            Some(Value::String(String::from_utf8_lossy(cast::<BinaryViewArray>(array)?.value(at)).into_owned()))
        }
        ArrowDataType::Timestamp(unit, _) => Some(time(native::<i64>(array, at)?, *unit)),
        ArrowDataType::Date32 => Some(date(native::<i32>(array, at)?)),
        ArrowDataType::Decimal(_, scale) => decimal(native::<i128>(array, at)?, *scale),
        ArrowDataType::Struct(_) => members(cast::<StructArray>(array)?, at),
        ArrowDataType::LargeList(_) => {
            let list = cast::<ListArray<i64>>(array)?;
            let items = list.value(at);
            Some(pairs(items.as_ref()).unwrap_or_else(|| each(items.as_ref())))
        }
        ArrowDataType::Map(..) => {
            let entries = cast::<MapArray>(array)?.value(at);
            Some(pairs(entries.as_ref()).unwrap_or_else(|| each(entries.as_ref())))
        }
        ArrowDataType::Dictionary(..) => {
            let dictionary = cast::<DictionaryArray<u32>>(array)?;
            value(dictionary.values().as_ref(), usize::try_from(dictionary.keys().value(at)).ok()?)
        }
        _ => number(array, at),
    }
}

fn cast<T: Array>(array: &dyn Array) -> Option<&T> {
    array.as_any().downcast_ref()
}

fn native<T: NativeType>(array: &dyn Array, at: usize) -> Option<T> {
    cast::<PrimitiveArray<T>>(array)?.values().get(at).copied()
}

fn number(array: &dyn Array, at: usize) -> Option<Value> {
    match array.dtype() {
        ArrowDataType::Int8 => native::<i8>(array, at).map(Value::from),
        ArrowDataType::Int16 => native::<i16>(array, at).map(Value::from),
        ArrowDataType::Int32 | ArrowDataType::Time32(_) => native::<i32>(array, at).map(Value::from),
        ArrowDataType::Int64 | ArrowDataType::Time64(_) => native::<i64>(array, at).map(Value::from),
        ArrowDataType::UInt8 => native::<u8>(array, at).map(Value::from),
        ArrowDataType::UInt16 => native::<u16>(array, at).map(Value::from),
        ArrowDataType::UInt32 => native::<u32>(array, at).map(Value::from),
        ArrowDataType::UInt64 => native::<u64>(array, at).map(Value::from),
        ArrowDataType::Float32 => Number::from_f64(native::<f32>(array, at)?.into()).map(Value::Number),
        ArrowDataType::Float64 => Number::from_f64(native::<f64>(array, at)?).map(Value::Number),
        _ => None,
    }
}

/// RFC 3339 as precise as it is; the bare number where no calendar has it.
fn time(count: i64, unit: TimeUnit) -> Value {
    let at: Option<DateTime<Utc>> = match unit {
        TimeUnit::Second => DateTime::from_timestamp(count, 0),
        TimeUnit::Millisecond => DateTime::from_timestamp_millis(count),
        TimeUnit::Microsecond => DateTime::from_timestamp_micros(count),
        TimeUnit::Nanosecond => Some(DateTime::from_timestamp_nanos(count)),
    };
    at.map_or_else(|| count.into(), |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into())
}

fn date(days: i32) -> Value {
    let epoch = NaiveDate::default();
    let span = Days::new(days.unsigned_abs().into());
    let day = if days < 0 { epoch.checked_sub_days(span) } else { epoch.checked_add_days(span) };
    day.map_or_else(|| days.into(), |day| day.to_string().into())
}

/// Whole numbers as such; others as text, since a binary fraction would say something else.
fn decimal(digits: i128, scale: usize) -> Option<Value> {
    if scale == 0 {
        return i64::try_from(digits).map(Value::from).ok().or_else(|| Some(digits.to_string().into()));
    }
    let unit = 10_i128.checked_pow(u32::try_from(scale).ok()?)?;
    let sign = if digits < 0 { "-" } else { "" };
    let (whole, part) = (digits.unsigned_abs() / unit.unsigned_abs(), digits.unsigned_abs() % unit.unsigned_abs());
    Some(format!("{sign}{whole}.{part:0scale$}").into())
}

fn members(array: &StructArray, at: usize) -> Option<Value> {
    let named = array.fields().iter().zip(array.values());
    let found: Map<String, Value> =
        named.filter_map(|(field, values)| Some((field.name.to_string(), value(values.as_ref(), at)?))).collect();
    (!found.is_empty()).then_some(Value::Object(found))
}

fn each(items: &dyn Array) -> Value {
    (0..items.len()).map(|at| value(items, at).unwrap_or_default()).collect()
}

/// The object that a list of `key` and `value` means: how Parquet writes a map.
fn pairs(entries: &dyn Array) -> Option<Value> {
    let entries = cast::<StructArray>(entries)?;
    let [key, held] = entries.fields() else { return None };
    let [keys, values] = entries.values() else { return None };
    if key.name.as_str() != "key" || held.name.as_str() != "value" {
        return None;
    }
    let pair =
        |at| Some((value(keys.as_ref(), at)?.as_str()?.to_owned(), value(values.as_ref(), at).unwrap_or_default()));
    (0..entries.len()).map(pair).collect::<Option<Map<String, Value>>>().map(Value::Object)
}
