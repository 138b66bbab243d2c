//! Structures that a container wrote as text: JSON, the `{key=value, …}` of CloudTrail Lake and Athena, and names with dots.

use crate::instant;
use serde_json::{Map, Value};

/// So many structures may stand in one another. CloudTrail's own have about ten levels.
const DEEPEST: usize = 32;

/// What a text that stands for an object or a list means; `None` where it means none, or more than one.
///
/// Lake prints `map<string,string>` and structs without quotes: `{backupVaultName=prod, tags={a=b}, force=null}`. A comma
/// inside of a value cannot be told from one between members unless no key follows it, and a key that occurs twice shows
/// that this went wrong: such a text stays a text, so that nothing in it is known.
pub fn structure(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    json(text).or_else(|| unquoted(text, DEEPEST))
}

/// JSON. Without a quote in it, a list may as well be one of texts without quotes: account ids are not numbers.
fn json(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    Some(if text.contains('"') { value } else { texts(value) })
}

fn texts(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(texts).collect(),
        Value::Number(number) => Value::String(number.to_string()),
        other => other,
    }
}

fn unquoted(text: &str, levels: usize) -> Option<Value> {
    let levels = levels.checked_sub(1)?;
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return pieces(inner)?.into_iter().map(|item| Some(meaning("", item, levels))).collect();
    }
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut members: Vec<(&str, String)> = Vec::new();
    for piece in pieces(inner)? {
        match (key_value(piece), members.last_mut()) {
            (Some((key, value)), _) => members.push((key, value.to_owned())),
            (None, Some((_, before))) => {
                before.push_str(", ");
                before.push_str(piece);
            }
            (None, None) => return None,
        }
    }
    let mut object = Map::new();
    for (key, value) in members {
        if object.insert(key.to_owned(), meaning(key, &value, levels)).is_some() {
            return None;
        }
    }
    Some(Value::Object(object))
}

/// What stands between commas, brackets counted; `None` where those do not match.
fn pieces(inner: &str) -> Option<Vec<&str>> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 && inner.as_bytes().get(at + 1) == Some(&b' ') => {
                found.push(inner.get(start..at)?.trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = inner.get(start..)?.trim();
    if !(last.is_empty() && found.is_empty()) {
        found.push(last);
    }
    (depth == 0).then_some(found)
}

fn key_value(piece: &str) -> Option<(&str, &str)> {
    let (key, value) = piece.split_once('=')?;
    let plain = |c: char| c.is_alphanumeric() || "_.:/-@".contains(c);
    (!key.is_empty() && key.chars().all(plain)).then_some((key, value))
}

fn meaning(key: &str, text: &str, levels: usize) -> Value {
    let nested = || json(text).or_else(|| unquoted(text, levels));
    match text {
        "null" => Value::Null,
        _ if text.starts_with(['{', '[']) => nested().unwrap_or_else(|| leaf(key, text)),
        _ => leaf(key, text),
    }
}

/// A value that was written as text. Numbers and flags are read from texts anyhow ([`crate::record::node::Node`]), and an
/// account id must stay one; only `{seconds, nanos}` is a time by its types.
pub fn leaf(key: &str, text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(number) if matches!(key, "seconds" | "nanos") => Value::from(number),
        _ => Value::from(text),
    }
}

/// Puts a value where a name with dots says, unless something is there: what is there was said more plainly.
pub fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    put_within(object, name, value, DEEPEST);
}

fn put_within(object: &mut Map<String, Value>, name: &str, value: Value, levels: usize) {
    let Some((first, rest)) = name.split_once('.').filter(|_| levels > 0) else {
        return merge(object.entry(name).or_insert(Value::Null), value);
    };
    let member = object.entry(first).or_insert(Value::Null);
    if member.is_null() {
        *member = Value::Object(Map::new());
    }
    if let Value::Object(inner) = member {
        put_within(inner, rest, value, levels - 1);
    }
}

fn merge(there: &mut Value, value: Value) {
    match (there, value) {
        (Value::Object(there), Value::Object(value)) => {
            for (key, value) in value {
                merge(there.entry(key).or_insert(Value::Null), value);
            }
        }
        (there @ Value::Null, value) => *there = value,
        _ => {}
    }
}

/// Whether two containers say the same of one thing, as far as both carry it: members that one of them lacks do not
/// count, keys may have any casing, a number, a flag or a structure may be written as text, and a time in any way.
pub fn agree(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => a.iter().all(|(key, value)| {
            let other = b.get(key).or_else(|| b.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v));
            other.is_none_or(|other| agree(value, other))
        }),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b)),
        (Value::String(text), other) | (other, Value::String(text)) if !other.is_string() => match other {
            Value::Object(_) | Value::Array(_) => structure(text).is_some_and(|meant| agree(&meant, other)),
            _ => serde_json::from_str(text).is_ok_and(|meant: Value| meant == *other),
        },
        (Value::String(a), Value::String(b)) => {
            a == b || instant::parse(a).is_some_and(|at| instant::parse(b) == Some(at))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn unquoted_maps_read_as_the_objects_that_they_stand_for() {
        let text = "{backupVaultName=prod, note=a, b and c, tags={a=b, c=null}, list=[x, {y=1}], at={seconds=5, nanos=0}, json={\"k\":[1, 2]}, ids=[999988887777], empty=}";
        let want = json!({"backupVaultName": "prod", "note": "a, b and c", "tags": {"a": "b", "c": null},
            "list": ["x", {"y": "1"}], "at": {"seconds": 5, "nanos": 0}, "json": {"k": [1, 2]}, "ids": ["999988887777"], "empty": ""});
        assert_eq!(structure(text), Some(want));
        assert_eq!(structure("{}"), Some(json!({})));
        assert_eq!(structure("[]"), Some(json!([])));
    }

    #[test]
    fn text_that_can_be_read_in_two_ways_means_nothing() {
        for text in ["{a=1, a=2}", "{a=}1}", "{a={1}", "{no key}", "{a=1", "plain"] {
            assert_eq!(structure(text), None, "{text}");
        }
        let deep = "{a=".repeat(1000) + &"}".repeat(1000);
        assert!(structure(&deep).is_some_and(|value| value.to_string().len() < deep.len() * 2));
    }

    #[test]
    fn a_name_with_dots_never_replaces_what_is_there_and_never_nests_without_end() {
        let mut object = Map::new();
        put(&mut object, "a.b", json!("first"));
        put(&mut object, "a.b", json!("second"));
        put(&mut object, "a.b.c", json!("third"));
        put(&mut object, "a", json!({"b": "fourth", "d": 1}));
        put(&mut object, &"x.".repeat(10_000), json!(1));
        assert_eq!(object.get("a"), Some(&json!({"b": "first", "d": 1})));
    }

    #[test]
    fn two_containers_agree_on_what_both_carry() {
        let plain = json!({"readOnly": false, "requestParameters": {"days": 7, "name": "a"}, "creationDate": "2026-10-30T00:00:00Z"});
        let loose = json!({"readonly": "false", "creationdate": "2026-10-30 00:00:00.000", "requestParameters": "{\"days\": \"7\"}"});
        assert!(agree(&plain, &loose) && agree(&loose, &plain));
        assert!(!agree(&plain, &json!({"requestParameters": {"name": "b"}})));
        assert!(!agree(&json!({"a": [1]}), &json!({"a": [1, 2]})));
    }
}
