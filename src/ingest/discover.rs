//! Which files there are: every file below the given paths, hidden ones and `.git` left out, each once.

use super::{Defect, Error};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files found, in the order of their names, and what could not be looked into.
#[derive(Debug, Default)]
pub struct Found {
    /// Files.
    pub files: Vec<PathBuf>,
    /// Folders and links that could not be read.
    pub defects: Vec<Defect>,
}

/// Walks the given paths. A path that does not exist is an error, anything below that fails is a defect.
pub fn discover(paths: &[PathBuf]) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut seen = BTreeSet::new();
    for path in paths {
        let meta = std::fs::metadata(path).map_err(|cause| Error::NoSuchPath { path: path.clone(), cause })?;
        if meta.is_dir() {
            walk(path, &mut found, &mut seen);
        } else {
            add(path.clone(), &mut found, &mut seen);
        }
    }
    found.files.sort();
    Ok(found)
}

fn walk(folder: &Path, found: &mut Found, seen: &mut BTreeSet<PathBuf>) {
    let listed = std::fs::read_dir(folder).and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect());
    let mut paths: Vec<PathBuf> = match listed {
        Ok(paths) => paths,
        Err(cause) => {
            return found.defects.push(Defect::file(folder, format!("this folder cannot be listed: {cause}")));
        }
    };
    // The first of several names of one file is the one in the report, so it must not hang on the disk's own order.
    paths.sort();
    for path in paths {
        if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            continue;
        }
        match std::fs::metadata(&path) {
            // A link to a folder is not followed: it could lead back here, or out of the evidence.
            Ok(meta) if meta.is_dir() && path.is_symlink() => {}
            Ok(meta) if meta.is_dir() => walk(&path, found, seen),
            Ok(meta) if meta.is_file() => add(path, found, seen),
            // Sockets, pipes and devices hold nothing that was exported.
            Ok(_) => {}
            Err(cause) => found.defects.push(Defect::file(&path, format!("cannot be read: {cause}"))),
        }
    }
}

fn add(path: PathBuf, found: &mut Found, seen: &mut BTreeSet<PathBuf>) {
    let real = path.canonicalize().unwrap_or_else(|_| path.clone());
    if seen.insert(real) {
        found.files.push(path);
    }
}
