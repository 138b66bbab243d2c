//! The bodies of cited records in a report: the worst failures' first, each small enough to be read.

use serde_json::Value;

/// No body may be larger than this, in bytes of JSON.
pub const LARGEST_BODY: usize = 16 * 1024;
/// What stands at the end of a value that was cut.
const CUT: &str = "… (cut)";

/// Cuts the longest values until the whole fits.
pub fn cut(mut body: Value) -> Value {
    for (texts, items) in [(2048, 200), (512, 50), (128, 20), (32, 5), (8, 2)] {
        if body.to_string().len() <= LARGEST_BODY {
            return body;
        }
        shorten(&mut body, texts, items);
    }
    if body.to_string().len() <= LARGEST_BODY { body } else { Value::from(CUT) }
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
    fn a_body_of_a_megabyte_is_cut_and_says_so() {
        let body = json!({"eventName": "X", "userAgent": "a".repeat(1 << 20), "list": vec!["b".repeat(100); 10_000]});
        let cut = cut(body);
        assert!(cut.to_string().len() <= LARGEST_BODY);
        assert_eq!(cut.get("eventName"), Some(&json!("X")));
        assert!(cut.to_string().contains(CUT));
    }
}
