//! The house as a test: who may use whom, who may touch the world outside, how large things may grow, and that the map and
//! the code name the same things.

use crate::support::{root, text};
use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The arrows of ARCHITECTURE.md: what each module of the crate may use. Everything points down.
const USES: [(&str, &[&str]); 19] = [
    ("main", &["cli"]),
    ("lib", &[]),
    (
        "cli",
        &[
            "render",
            "report",
            "controls",
            "world",
            "facts",
            "integrity",
            "ingest",
            "status",
            "coverage",
            "evidence",
            "instant",
            "arn",
        ],
    ),
    ("render", &["report", "status", "instant"]),
    (
        "report",
        &[
            "controls",
            "world",
            "integrity",
            "ingest",
            "record",
            "status",
            "coverage",
            "timeline",
            "evidence",
            "instant",
            "arn",
        ],
    ),
    (
        "controls",
        &[
            "world",
            "facts",
            "iam",
            "schedule",
            "integrity",
            "record",
            "status",
            "coverage",
            "timeline",
            "evidence",
            "instant",
            "arn",
        ],
    ),
    ("world", &["facts", "schedule", "record", "coverage", "timeline", "evidence", "instant", "arn"]),
    ("facts", &["ingest", "record", "evidence", "instant", "arn"]),
    ("integrity", &["ingest", "coverage", "evidence", "instant", "arn"]),
    ("ingest", &["record", "coverage", "evidence", "instant", "arn"]),
    ("record", &["instant", "arn"]),
    ("coverage", &["evidence", "instant", "arn"]),
    ("timeline", &["evidence", "instant"]),
    ("evidence", &["instant", "arn"]),
    ("schedule", &["instant"]),
    ("status", &[]),
    ("iam", &["arn"]),
    ("instant", &[]),
    ("arn", &[]),
];

/// What reaches outside the program or ties threads together, and the modules that may.
const OUTSIDE: [(&str, &[&str]); 22] = [
    ("std::fs", &["cli", "ingest"]),
    // Rendering writes to whatever it is given; what that is, `cli` alone knows.
    ("std::io", &["cli", "ingest", "render"]),
    ("stdin(", &["cli", "ingest"]),
    ("stdout(", &["cli"]),
    ("stderr(", &["cli"]),
    ("println!", &[]),
    ("print!", &[]),
    ("fs::write", &["cli"]),
    ("File::create", &["cli"]),
    ("OpenOptions", &["cli"]),
    ("create_dir", &["cli"]),
    ("tempfile", &["cli"]),
    ("std::env::", &["cli"]),
    ("std::process", &["main"]),
    ("std::net", &[]),
    ("Utc::now", &["cli"]),
    ("SystemTime", &[]),
    ("Mutex", &[]),
    ("RwLock", &[]),
    ("sync::atomic", &["cli", "ingest"]),
    ("mpsc", &[]),
    ("std::thread", &[]),
];

/// No file is longer.
const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

struct Source {
    /// `src/world/vault.rs`.
    path: String,
    /// `world`.
    module: String,
    /// How many modules deep the file is: 1 for `src/arn.rs` and `src/world/mod.rs`.
    depth: usize,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Self {
        let shown = text(path.strip_prefix(root()).unwrap()).replace('\\', "/");
        let parts: Vec<&str> = shown.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect();
        let depth = parts.iter().filter(|part| **part != "mod").count();
        Self { module: parts[0].to_owned(), depth, text: std::fs::read_to_string(path).unwrap(), path: shown }
    }

    /// Lines of code with their numbers; whole-line comments are left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(i, line)| (i + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.sort();
    paths.iter().map(|path| Source::read(path)).collect()
}

fn nothing(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

/// `a::{b, c::{d, self}}` → `a::b`, `a::c::d`, `a::c`.
fn expand(path: &str) -> Vec<String> {
    let Some((head, group)) = path.split_once("::{") else { return vec![path.trim_end_matches("::self").to_owned()] };
    let group = group.strip_suffix('}').unwrap_or(group);
    let mut depth = 0;
    let items = group.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let items = items.map(str::trim).filter(|item| !item.is_empty());
    items.flat_map(|item| expand(&format!("{head}::{item}"))).collect()
}

/// Every path into the crate that a file names, from the crate's root.
fn paths(source: &Source) -> Vec<String> {
    let code: Vec<&str> = source.code().map(|(_, line)| line).collect();
    let code = code.join("\n");
    let start = Regex::new(r"\b(?:crate|vaultrail)::((?:\w+::)*)(\w+|\*|\{)").unwrap();
    let mut found = Vec::new();
    for captures in start.captures_iter(&code) {
        let path = format!("{}{}", &captures[1], &captures[2]);
        if &captures[2] != "{" {
            found.push(path);
            continue;
        }
        let open = captures.get(0).unwrap().end();
        let mut depth = 1;
        let end = code[open..].find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        let group = &code[open..=open + end.unwrap()];
        let whole = expand(&format!("crate::{path}{group}"));
        found.extend(whole.iter().map(|path| path.trim_start_matches("crate::").to_owned()));
    }
    found
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let allowed = USES.iter().find(|(module, _)| *module == source.module);
        let Some((_, allowed)) = allowed else { panic!("{} is on no line of USES", source.path) };
        for path in paths(&source) {
            let top = path.split("::").next().unwrap();
            if top != source.module && !allowed.contains(&top) {
                wrong.push(format!("{} uses {path}", source.path));
            }
        }
    }
    nothing(&wrong, "these arrows point the wrong way (USES in tests/architecture.rs, code map in ARCHITECTURE.md)");
}

#[test]
fn no_file_reaches_the_crate_root_by_super() {
    let supers = Regex::new(r"(?:super::)+").unwrap();
    let mut wrong = Vec::new();
    for source in sources() {
        let mut depth = source.depth;
        for (number, line) in source.code() {
            depth += usize::from(line.starts_with("mod ") && line.ends_with('{'));
            let up = supers.find_iter(line).map(|found| found.len() / "super::".len()).max().unwrap_or(0);
            if up >= depth {
                wrong.push(format!("{}:{number}", source.path));
            }
        }
    }
    nothing(&wrong, "say crate:: here, so that the arrow can be seen");
}

#[test]
fn only_the_command_line_and_ingest_touch_the_world_outside() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.code() {
            for (sign, allowed) in OUTSIDE {
                if line.contains(sign) && !allowed.contains(&source.module.as_str()) {
                    wrong.push(format!("{}:{number}: {sign}", source.path));
                }
            }
        }
    }
    nothing(
        &wrong,
        "the core reads no clock, no environment and no disk, prints nothing and shares nothing between threads",
    );
}

#[test]
fn polars_has_one_room() {
    let outside = |source: &&Source| !source.path.starts_with("src/ingest/columns/");
    let names_it = |source: &&Source| source.code().any(|(_, line)| line.contains("polars_"));
    let wrong: Vec<String> = sources().iter().filter(outside).filter(names_it).map(|s| s.path.clone()).collect();
    nothing(&wrong, "only src/ingest/columns may name polars");
}

#[test]
fn every_file_says_what_it_is() {
    let wrong: Vec<String> = sources().iter().filter(|s| !s.text.starts_with("//! ")).map(|s| s.path.clone()).collect();
    nothing(&wrong, "these files do not open with //!");
}

#[test]
fn no_file_and_no_function_is_too_long() {
    let function = Regex::new(r"^( *)(?:pub(?:\([a-z ]+\))? )?(?:const )?fn (\w+)").unwrap();
    let mut wrong = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        if lines.len() > LONGEST_FILE {
            wrong.push(format!("{} has {} lines, {LONGEST_FILE} are enough", source.path, lines.len()));
        }
        for (first, line) in lines.iter().enumerate() {
            let Some(found) = function.captures(line) else { continue };
            let length = length_of_function(&lines[first..], &found[1]);
            if length > LONGEST_FUNCTION {
                wrong.push(format!(
                    "{}:{}: {} has {length} lines, {LONGEST_FUNCTION} are enough",
                    source.path,
                    first + 1,
                    &found[2]
                ));
            }
        }
    }
    nothing(&wrong, "too long to be read at once");
}

/// From its first line to the bracket that closes it, in formatted code.
fn length_of_function(lines: &[&str], indent: &str) -> usize {
    let opens = lines.iter().position(|line| line.ends_with(['{', ';', '}'])).unwrap_or(0);
    if !lines[opens].ends_with('{') {
        return opens + 1;
    }
    let close = format!("{indent}}}");
    lines.iter().position(|line| *line == close).unwrap_or(lines.len()) + 1
}

#[test]
fn the_map_names_every_file_and_no_other() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let files: BTreeSet<String> = sources().into_iter().map(|source| source.path).collect();
    let named: BTreeSet<String> =
        Regex::new(r"`(src/[\w/]+\.rs)`").unwrap().captures_iter(&map).map(|found| found[1].to_owned()).collect();
    let missing: Vec<String> = files.difference(&named).cloned().collect();
    nothing(&missing, "ARCHITECTURE.md does not say what these files are");
    let gone: Vec<String> = named.difference(&files).cloned().collect();
    nothing(&gone, "ARCHITECTURE.md describes files that do not exist");
}

#[test]
fn every_test_that_the_map_names_exists() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut code: String = sources().iter().map(|source| source.text.as_str()).collect();
    let mut folders = vec![root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                code.push_str(&std::fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    // A test's name is a claim, so it has three words at least.
    let names = Regex::new(r"`(?:\w+::)*([a-z0-9]+(?:_[a-z0-9]+){3,})`").unwrap();
    let wrong: Vec<String> = names
        .captures_iter(&map)
        .map(|found| found[1].to_owned())
        .filter(|name| !code.contains(&format!("fn {name}(")) && !is_a_control(name))
        .collect();
    nothing(&wrong, "ARCHITECTURE.md names tests that do not exist");
}

fn is_a_control(name: &str) -> bool {
    vaultrail::controls::PAGES.iter().any(|(page, _)| *page == name)
}
