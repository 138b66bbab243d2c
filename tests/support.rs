//! What several tests need: running the audit in this process, and finding the project's folders.

use crate::folder::assert_balance;
use clap::Parser;
use std::path::{Path, PathBuf};
use vaultrail::cli::args::{Cli, Command};
use vaultrail::cli::audit;
use vaultrail::report::wire::Report;

/// The project's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `vaultrail audit` with these arguments up to the report.
pub fn audit(args: &[&str]) -> Result<Report, String> {
    let words = ["vaultrail", "audit", "--progress", "never"].iter().chain(args);
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    let Command::Audit(args) = cli.command else { return Err("not an audit".into()) };
    let report = audit::report(&args).map_err(|error| error.to_string())?;
    assert_balance(&report);
    Ok(report)
}

/// Folders in a folder, sorted.
pub fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(of).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A control's fixture.
#[derive(Clone)]
pub struct CaseFolder {
    /// `<control>/<case>`.
    pub name: String,
    /// The control.
    pub control: String,
    /// The folder.
    pub folder: PathBuf,
    args: Vec<String>,
}

/// Every fixture of every control.
pub fn cases() -> Vec<CaseFolder> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let controls = folders(&root().join("fixtures/controls"));
    controls
        .iter()
        .flat_map(|control| folders(control).into_iter().map(|folder| (name(control), folder)))
        .map(|(control, folder)| {
            let case: toml::Table =
                toml::from_str(&std::fs::read_to_string(folder.join("case.toml")).unwrap()).unwrap();
            let args = case.get("args").and_then(toml::Value::as_array).into_iter().flatten();
            let args = args.map(|a| a.as_str().unwrap().to_owned()).collect();
            CaseFolder { name: format!("{control}/{}", name(&folder)), control, folder, args }
        })
        .collect()
}

impl CaseFolder {
    /// The same case on another copy of its evidence.
    pub fn in_folder(&self, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..self.clone() }
    }

    /// The same case without a flag, whatever its value.
    pub fn without(&self, flag: &str) -> Self {
        let is = |arg: &String| arg == flag || arg.strip_prefix(flag).is_some_and(|rest| rest.starts_with('='));
        Self { args: self.args.iter().filter(|arg| !is(arg)).cloned().collect(), ..self.clone() }
    }

    /// Whether the case says itself where the log is complete, or what that must stand on.
    pub fn states_coverage(&self) -> bool {
        std::fs::read_to_string(self.folder.join("vaultrail.toml")).is_ok_and(|text| text.contains("coverage"))
    }

    /// What an audit of the case is asked.
    pub fn arguments(&self) -> Vec<String> {
        let config = self.folder.join("vaultrail.toml");
        let stated = config.is_file().then(|| ["--config", text(&config)]);
        let fixed = [text(&self.folder), "--only", &self.control];
        fixed.into_iter().chain(stated.into_iter().flatten()).map(str::to_owned).chain(self.args.clone()).collect()
    }

    /// Audits with the arguments of the case, replaced where given again.
    pub fn audit(&self, more: &[&str]) -> Result<Report, String> {
        let replaced = |flag: &str| {
            (flag.starts_with("--") && more.contains(&flag)) || (flag == "--window" && more.contains(&"--from"))
        };
        let mut own = Vec::new();
        let mut args = self.args.iter().peekable();
        while let Some(arg) = args.next() {
            if replaced(arg) {
                args.next();
            } else {
                own.push(arg.as_str());
            }
        }
        own.extend(more);
        self.audit_with(&own)
    }

    /// Audits with these arguments, those of the case that set parameters, and no others.
    pub fn audit_with(&self, args: &[&str]) -> Result<Report, String> {
        let config = self.folder.join("vaultrail.toml");
        let mut all = vec![text(&self.folder), "--only", &self.control];
        if config.is_file() {
            all.extend(["--config", text(&config)]);
        }
        let sets = self.args.iter().zip(self.args.iter().skip(1)).filter(|(flag, _)| *flag == "--set");
        if !args.contains(&"--set") {
            all.extend(sets.flat_map(|(flag, value)| [flag.as_str(), value.as_str()]));
        }
        all.extend(args);
        audit(&all)
    }
}

/// Copies a folder with everything in it.
pub fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
