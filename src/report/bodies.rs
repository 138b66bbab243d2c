//! The bodies of cited records in a report: the worst failures' first, each small enough to be read.

use serde_json::Value;

/// No body may be larger than this, in bytes of JSON.
pub const LARGEST_BODY: usize = 16 * 1024;
/// A report is read back with at most 128 levels, of which it has a few of its own.
const DEEPEST: usize = 100;
/// What stands at the end of a value that was cut.
const CUT: &str = "… (cut)";

/// Cuts the longest values until the whole fits.
pub fn cut(mut body: Value) -> Value {
    level(&mut body, DEEPEST);
    for (texts, items) in [(2048, 200), (512, 50), (128, 20), (32, 5), (8, 2)] {
        if body.to_string().len() <= LARGEST_BODY {
            return body;
        }
        shorten(&mut body, texts, items);
    }
    if body.to_string().len() <= LARGEST_BODY { body } else { Value::from(CUT) }
}

/// Cuts what lies deeper.
fn level(value: &mut Value, left: usize) {
    let below: &mut dyn Iterator<Item = &mut Value> = match value {
        Value::Array(items) if left > 0 => &mut items.iter_mut(),
        Value::Object(members) if left > 0 => &mut members.values_mut(),
        Value::Array(_) | Value::Object(_) => {
            *value = Value::from(CUT);
            return;
        }
        _ => return,
    };
    below.for_each(|inner| level(inner, left - 1));
}

fn shorten(value: &mut Value, texts: usize, items: usize) {
    match value {
        Value::String(text) if text.len() > texts && !text.ends_with(CUT) => {
            let kept: String = text.chars().take(texts).collect();
            *text = format!("{kept}{CUT}");
        }
        Value::Array(list) => {
            if list.len() > items {
                list.truncate(items);
                list.push(Value::from(CUT));
            }
            for item in list {
                shorten(item, texts, items);
            }
        }
        Value::Object(members) => {
            if members.len() > items.max(40) {
                let names: Vec<String> = members.keys().skip(items.max(40)).cloned().collect();
                for name in &names {
                    members.remove(name);
                }
                members.insert(CUT.into(), Value::Null);
            }
            for member in members.values_mut() {
                shorten(member, texts, items);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_as_deep_as_a_record_may_be_is_cut_so_that_the_report_can_be_read_back() {
        let deep = |levels| (0..levels).fold(json!("end"), |inner, _| json!([inner]));
        let body = cut(deep(126));
        assert!(body.to_string().contains(CUT));
        let report = json!({"records": [{"body": body}]}).to_string();
        assert!(serde_json::from_str::<Value>(&report).is_ok());
        assert_eq!(cut(deep(99)), deep(99));
    }

    #[test]
    fn a_body_of_a_megabyte_is_cut_and_says_so() {
        let body = json!({"eventName": "X", "userAgent": "a".repeat(1 << 20), "list": vec!["b".repeat(100); 10_000]});
        let cut = cut(body);
        assert!(cut.to_string().len() <= LARGEST_BODY);
        assert_eq!(cut.get("eventName"), Some(&json!("X")));
        assert!(cut.to_string().contains(CUT));
    }
}
