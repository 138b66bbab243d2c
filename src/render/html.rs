//! The report as one HTML file: it opens from a disk without a network, reads without JavaScript and prints.
//!
//! The template, the style and the script lie in `reports/`. Three things keep what logs say from becoming markup: the
//! template escapes every value, the formatter here spells hidden characters out first, and a content security policy
//! allows no more than this one style and this one script, by their hashes, and no request at all. The report itself is
//! embedded as JSON: the script searches in it, and it can be saved and rendered again.

mod body;
mod draw;
mod record;
mod verdict;
mod view;

use super::Error;
use super::json::compact;
use super::visible::visible;
use crate::report::wire::Report;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, escape_formatter};
use ring::digest::{SHA256, digest};

const TEMPLATE: &str = include_str!("../../reports/report.html");
const STYLE: &str = include_str!("../../reports/report.css");
const SCRIPT: &str = include_str!("../../reports/report.js");

/// The report as a self-contained HTML page.
pub fn html(report: &Report) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => escape_formatter(out, state, &Value::from(visible(text).into_owned())),
        _ => escape_formatter(out, state, value),
    });
    environment.add_template("report.html", TEMPLATE)?;
    let given = context! {
        page => Value::from(Serde(view::Page::of(report))),
        policy => policy(),
        style => Value::from_safe_string(STYLE.into()),
        script => Value::from_safe_string(SCRIPT.into()),
        data => Value::from_safe_string(embedded(report)),
    };
    let mut page = environment.get_template("report.html")?.render(given)?;
    page.push('\n');
    Ok(page)
}

/// JSON that cannot end the element that holds it.
fn embedded(report: &Report) -> String {
    compact(report).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn policy() -> String {
    let [style, script] = [STYLE, SCRIPT].map(|text| base64(digest(&SHA256, text.as_bytes()).as_ref()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// RFC 4648 with padding; the policy needs just this much of it.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            text.push(if at <= group.len() { digit(bits >> (18 - 6 * at) & 63) } else { '=' });
        }
    }
    text
}

fn digit(value: u32) -> char {
    let code = match value {
        0..26 => 65 + value,
        26..52 => 71 + value,
        52..62 => value - 4,
        62 => 43,
        _ => 47,
    };
    char::from_u32(code).unwrap_or('=')
}

#[cfg(test)]
mod tests;
