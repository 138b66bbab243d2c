//! A cited record, laid out for reading: pretty JSON whose member names stand out.

use super::super::visible::spelled_json;
use minijinja::{HtmlEscape, Value};
use serde_json::Value as Json;
use std::fmt::Write;

/// The JSON as escaped HTML, two spaces a level, each member name in a `<b>`.
pub fn laid_out(body: &Json) -> Value {
    let mut html = String::new();
    write_value(&mut html, body, 0);
    Value::from_safe_string(html)
}

fn write_value(html: &mut String, value: &Json, level: usize) {
    match value {
        Json::Object(members) if !members.is_empty() => {
            html.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                begin(html, at, level + 1);
                let _ = write!(html, "<b>{}</b>: ", escaped(&Json::from(name.as_str())));
                write_value(html, value, level + 1);
            }
            end(html, level, '}');
        }
        Json::Array(items) if !items.is_empty() => {
            html.push('[');
            for (at, item) in items.iter().enumerate() {
                begin(html, at, level + 1);
                write_value(html, item, level + 1);
            }
            end(html, level, ']');
        }
        scalar => html.push_str(&escaped(scalar)),
    }
}

fn begin(html: &mut String, at: usize, level: usize) {
    let comma = if at > 0 { "," } else { "" };
    let _ = write!(html, "{comma}\n{:1$}", "", level * 2);
}

fn end(html: &mut String, level: usize, bracket: char) {
    let _ = write!(html, "\n{:1$}{bracket}", "", level * 2);
}

fn escaped(scalar: &Json) -> String {
    HtmlEscape(&spelled_json(scalar.to_string())).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_reads_as_the_same_json_and_holds_no_markup() {
        let body = serde_json::json!({"<i>": "</pre>\u{202e}&", "b": [1, {"c": null}, []], "d": {}});
        let html = laid_out(&body).to_string();
        assert!(!html.contains("<i>") && !html.contains("</pre>") && !html.contains('\u{202e}'));
        let text = html.replace("<b>", "").replace("</b>", "").replace("&lt;", "<").replace("&gt;", ">");
        let text = text.replace("&quot;", "\"").replace("&#x2f;", "/").replace("&amp;", "&");
        assert_eq!(serde_json::from_str::<Json>(&text).ok(), Some(body));
    }
}
