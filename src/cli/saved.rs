//! A report that was saved as JSON.

use crate::report::wire::{Report, SCHEMA};
use std::path::Path;

/// Reads it; `what` is the flag or argument that names it.
pub fn read(what: &str, path: &Path) -> Result<Report, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|cause| format!("{what}: cannot read {shown}: {cause}"))?;
    let report: Report =
        serde_json::from_str(&text).map_err(|cause| format!("{what} {shown} is no JSON report ({SCHEMA}): {cause}"))?;
    if report.schema == SCHEMA {
        Ok(report)
    } else {
        Err(format!("{what} {shown} has the schema {:?}; this version reads {SCHEMA}", report.schema))
    }
}
