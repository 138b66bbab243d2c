//! Which files there are: every file below the given paths, hidden ones and `.git` left out, each once.

use super::{Defect, Error};
use std::collections::HashSet;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// As it was come by.
    pub path: PathBuf,
    /// Stored bytes, when it was found.
    pub size: u64,
}

/// The files found, in the order of their names, and what could not be looked into.
#[derive(Debug, Default)]
pub struct Found {
    /// Files.
    pub files: Vec<File>,
    /// Folders and links that could not be read.
    pub defects: Vec<Defect>,
}

/// Walks the given paths. A path that does not exist is an error, anything below that fails is a defect.
pub fn discover(paths: &[PathBuf]) -> Result<Found, Error> {
    let mut walk = Walk::default();
    for path in paths {
        let meta = std::fs::metadata(path).map_err(|cause| Error::NoSuchPath { path: path.clone(), cause })?;
        // Below a real folder no link is followed, so names there are real ones too.
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if meta.is_dir() {
            walk.folder(path, &real);
        } else {
            walk.file(path.clone(), real, meta.len());
        }
    }
    walk.found.files.sort();
    Ok(walk.found)
}

#[derive(Default)]
struct Walk {
    found: Found,
    /// Real paths of the files.
    seen: HashSet<PathBuf>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, real: &Path) {
        let mut entries: Vec<DirEntry> = match std::fs::read_dir(folder).and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(cause) => return self.defect(folder, format!("this folder cannot be listed: {cause}")),
        };
        // The first of several names of one file is the one in the report, so it must not hang on the disk's own order.
        entries.sort_by_key(DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            if !name.as_encoded_bytes().starts_with(b".")
                && let Err(cause) = self.entry(&entry, &real.join(&name))
            {
                self.defect(&entry.path(), format!("cannot be read: {cause}"));
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry, real: &Path) -> std::io::Result<()> {
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() {
            self.folder(&path, real);
        } else if kind.is_file() {
            self.file(path, real.to_owned(), entry.metadata()?.len());
        } else if kind.is_symlink() {
            let meta = std::fs::metadata(&path)?;
            // A link to a folder is not followed: it could lead back here, or out of the evidence.
            if meta.is_file() {
                let target = path.canonicalize()?;
                self.file(path, target, meta.len());
            }
        }
        // Sockets, pipes and devices hold nothing that was exported.
        Ok(())
    }

    fn file(&mut self, path: PathBuf, real: PathBuf, size: u64) {
        if self.seen.insert(real) {
            self.found.files.push(File { path, size });
        }
    }

    fn defect(&mut self, path: &Path, reason: String) {
        self.found.defects.push(Defect::file(path, reason));
    }
}
