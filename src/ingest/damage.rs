//! What is wrong with a file as a whole.

use super::digest::delivered;
use super::log::Manifests;
use super::manifest::Manifest;
use super::{Decoded, FileRead, keys, show_path};
use crate::instant::{self, Instant};
use chrono::Duration;
use std::path::Path;

/// A log file names the minute of its delivery, and holds what happened before. Where clocks differ, they do not by a day.
const CLOCKS: Duration = Duration::days(1);

/// When a log file was delivered by its name, where a record in it says that it happened later.
pub(super) fn delivered_before(path: &Path, decoded: &Decoded) -> Option<Instant> {
    let (_, latest) = decoded.signs.extent()?;
    delivered(&show_path(path)).filter(|at| latest > *at + CLOCKS)
}

/// Each thing that is wrong.
pub(super) fn damage(file: &FileRead, manifest: Option<&Manifest>, manifests: &Manifests) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    match &file.failed {
        // What ends too early ends in the middle of its structure as well: one cause, one defect.
        Some(cause) if file.decoded.records_read == 0 => found.push(cause.clone()),
        Some(cause) => found.push(format!("{cause}; {} records before that are read", file.decoded.records_read)),
        None => found.extend(file.decoded.broken.iter().cloned()),
    }
    if let (Some(at), Some((_, latest))) = (delivered_before(&file.path, &file.decoded), file.decoded.signs.extent()) {
        found.push(format!(
            "holds a record of {}, but was delivered at {} by its name: the record or the name was altered",
            instant::show(latest),
            instant::show(at)
        ));
    }
    match &file.decoded.manifest {
        Some(Err(problem)) => found.push(problem.clone()),
        Some(Ok(own))
            if file.path.parent().and_then(|f| manifests.get(f)?.as_ref()).is_some_and(|other| other != own) =>
        {
            found.push("this folder has another manifest that says something else; keep one of them".into());
        }
        _ => {}
    }
    if let Some(output) = &file.decoded.inventory {
        found.extend(output.problem());
        if manifest.is_none() && output.operation() != keys::LIST_PUBLIC_KEYS {
            found.push(
                "this snapshot has no capture time: put a manifest.json beside or above it, or give --captured-at TIME"
                    .into(),
            );
        }
    }
    found
}
