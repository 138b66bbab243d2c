//! `docs/formats.md`: its tables are what the program writes.

use super::mapping::statuses;
use crate::generated::fresh;
use crate::support::root;
use std::fmt::Write;
use vaultrail::render::{AWS_NAMES, Format};

/// The page with what stands between two of its marks replaced.
fn replaced(page: &str, mark: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- begin: {mark} -->\n"), format!("<!-- end: {mark} -->"));
    let (before, rest) = page.split_once(&open).unwrap_or_else(|| panic!("docs/formats.md has no {open}"));
    let (_, after) = rest.split_once(&close).unwrap();
    format!("{before}{open}{table}{close}{after}")
}

#[test]
fn the_page_of_formats_says_what_the_program_writes() {
    let mut formats = String::from("| `--format` | file in `--out-dir` | what it is |\n|---|---|---|\n");
    for format in Format::ALL {
        let files: Vec<String> = format.files().iter().map(|file| format!("`{}`", file.name)).collect();
        writeln!(formats, "| `{}` | {} | {} |", format.name(), files.join(", "), format.about()).unwrap();
    }
    let all = statuses();
    let names: Vec<&str> = all[0].1.keys().copied().collect();
    let mut mapping = format!("| verdict | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (status, seen) in &all {
        writeln!(mapping, "| {status} | {} |", seen.values().cloned().collect::<Vec<_>>().join(" | ")).unwrap();
    }
    let mut aws = String::from("| control | `controlName` |\n|---|---|\n");
    for (id, name) in AWS_NAMES {
        writeln!(aws, "| {id} | `{name}` |").unwrap();
    }
    let page = std::fs::read_to_string(root().join("docs/formats.md")).unwrap();
    let page = replaced(&page, "formats", &formats);
    let page = replaced(&page, "statuses", &mapping);
    fresh("docs/formats.md", &replaced(&page, "aws", &aws));
}
