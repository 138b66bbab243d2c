//! Reading a report that was saved as JSON.

use crate::report::wire::{Report, SCHEMA};
use serde::Deserialize;
use serde_json::error::Category;
use std::io::Read;
use std::path::Path;

/// What any output of the program says of itself.
#[derive(Deserialize)]
struct Kind {
    schema: String,
}

/// Reads a report; `-` is standard input. Errors begin with `flag`, name the file and say what it is instead.
pub fn read(flag: &str, path: &Path) -> Result<Report, String> {
    let flag = if flag.is_empty() { String::new() } else { format!("{flag} ") };
    let shown = if path == Path::new("-") { "standard input".into() } else { path.display().to_string() };
    let bytes = bytes(path).map_err(|cause| format!("{flag}cannot read {shown}: {cause}"))?;
    match serde_json::from_slice::<Report>(&bytes) {
        Ok(report) if report.schema == SCHEMA => Ok(report),
        Ok(report) => Err(other(&flag, &shown, &report.schema)),
        Err(cause) => Err(match serde_json::from_slice::<Kind>(&bytes) {
            Ok(kind) if kind.schema != SCHEMA => other(&flag, &shown, &kind.schema),
            _ => broken(&flag, &shown, &bytes, &cause),
        }),
    }
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn other(flag: &str, shown: &str, schema: &str) -> String {
    let hint = if schema.starts_with("vaultrail.report/") {
        "; render it with the version that wrote it"
    } else {
        "; a report is what `vaultrail audit --format json` writes"
    };
    format!("{flag}{shown} has the schema {schema:?}; this version reads {SCHEMA}{hint}")
}

fn broken(flag: &str, shown: &str, bytes: &[u8], cause: &serde_json::Error) -> String {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return format!("{flag}{shown} is empty and no JSON report ({SCHEMA})");
    }
    if bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"\x28\xb5\x2f\xfd") {
        return format!("{flag}{shown} is compressed; unpack it first");
    }
    if cause.classify() == Category::Eof {
        let (line, column) = (cause.line(), cause.column());
        return format!(
            "{flag}{shown} ends in the middle, at line {line} column {column}: it was cut short; make it again"
        );
    }
    format!("{flag}{shown} is no JSON report ({SCHEMA}): {cause}")
}
