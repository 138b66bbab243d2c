//! The report as one HTML file: it opens from a disk without a network, and its first screen reads without JavaScript.
//!
//! The template, the style and the script lie in `reports/`. Three things keep what logs say from becoming markup: the
//! template escapes every value and the formatter here spells hidden characters out first; the script makes text nodes
//! only; and a content security policy allows no more than this one style and this one script, by their hashes, no request
//! at all, and no text where markup is expected. The verdicts are one block of columns, compressed: [`pack`].

pub(super) mod draw;
mod missing;
mod pack;
mod packer;
mod score;
mod texts;
mod trend;
mod view;

use super::Error;
use super::visible::visible;
use crate::report::wire::Report;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use libdeflater::{CompressionLvl, Compressor};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, escape_formatter};
use pack::Packed;
use ring::digest::{SHA256, digest};
use std::fmt::Write as _;
use std::io::{self, Write as _};

const TEMPLATE: &str = include_str!("../../reports/report.html");
pub(super) const STYLE: &str = include_str!("../../reports/report.css");

macro_rules! script {
    ($($name:literal),*) => { concat!($(include_str!(concat!("../../reports/script/", $name, ".js"))),*) };
}

/// One module, in files of one subject each; what a file needs stands in those before it.
const SCRIPT: &str =
    script!("dom", "data", "filter", "draw", "parts", "list", "verdict", "vault", "views", "export", "print", "main");

/// How hard libdeflate tries, of 12: more makes the file of 100,000 verdicts by a few percent smaller and takes much longer.
const EFFORT: i32 = 5;

/// Where the data goes; no text of the page has such a character.
const DATA: &str = "\u{1}";

/// Writes the report as a self-contained HTML page.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> Result<(), Error> {
    let given = context! {
        page => Value::from(Serde(view::Page::of(report))),
        policy => policy(STYLE, Some(SCRIPT)),
        style => Value::from_safe_string(STYLE.into()),
        script => Value::from_safe_string(SCRIPT.into()),
        data => Value::from_safe_string(DATA.into()),
    };
    let page = rendered(TEMPLATE, given)?;
    let (before, after) = page.split_once(DATA).unwrap_or((&page, ""));
    out.write_all(before.as_bytes())?;
    embed(report, out)?;
    Ok(out.write_all(after.as_bytes())?)
}

/// A template filled in: every value is escaped, and what hides in it spelled out.
pub(super) fn rendered(template: &'static str, given: Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => escape_formatter(out, state, &Value::from(visible(text).into_owned())),
        _ => escape_formatter(out, state, value),
    });
    environment.add_filter("address", address);
    environment.add_template("page.html", template)?;
    let mut page = environment.get_template("page.html")?.render(given)?;
    page.push('\n');
    Ok(page)
}

/// The packed report as base64 of zlib (RFC 1950) of JSON: no character of it can end the element that holds it.
fn embed(report: &Report, out: &mut dyn io::Write) -> Result<(), Error> {
    let json = serde_json::to_vec(&Packed::of(report)).map_err(Error::Data)?;
    let mut zlib = Compressor::new(CompressionLvl::new(EFFORT).unwrap_or_default());
    let mut bytes = vec![0; zlib.zlib_compress_bound(json.len())];
    let length = zlib.zlib_compress(&json, &mut bytes).unwrap_or_default();
    bytes.truncate(length);
    let mut base64 = EncoderWriter::new(out, &STANDARD);
    base64.write_all(&bytes)?;
    base64.finish()?;
    Ok(())
}

/// A text as a part of the page's address (RFC 3986: all but unreserved characters as `%41`).
fn address(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// A content security policy that allows this style and this script, by their hashes, and nothing else.
pub(super) fn policy(style: &str, script: Option<&str>) -> String {
    let hash = |text: &str| STANDARD.encode(digest(&SHA256, text.as_bytes()));
    let script = script.map(|script| format!("script-src 'sha256-{}'; ", hash(script))).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'sha256-{}'; {script}base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(style)
    )
}

#[cfg(test)]
mod tests;
