//! `vaultrail init`: a commented configuration, and what collects the inventory.

use super::args::InitArgs;
use super::output;
use super::rebuild::Error;
use crate::controls;
use crate::controls::rule::{Parameter, Rule};
use std::fmt::Write;

/// Tables and keys of `vaultrail.toml`, all commented out; the controls are added to it.
const CONFIG: &str = include_str!("init/vaultrail.toml");
/// Collects the inventory of one account and Region with the AWS CLI.
const SCRIPT: &str = include_str!("init/collect-inventory.sh");
/// The IAM policy that the script needs.
const POLICY: &str = include_str!("init/collect-inventory.policy.json");
/// Longest line of a comment, in characters.
const WIDTH: usize = 120;

/// Runs the command; answers with the exit code.
pub fn run(args: &InitArgs) -> Result<u8, Error> {
    let config = config().map_err(Error::Usage)?;
    let files = [
        ("vaultrail.toml", config.as_str(), false),
        ("collect-inventory.sh", SCRIPT, true),
        ("collect-inventory.policy.json", POLICY, false),
    ]
    .map(|(name, text, program)| (args.dir.join(name), text, program));
    // A link that leads nowhere is something, too.
    let there = files.iter().filter(|(path, ..)| !args.force && path.symlink_metadata().is_ok());
    let there: Vec<String> = there.map(|(path, ..)| path.display().to_string()).collect();
    if !there.is_empty() {
        return Err(Error::Usage(format!(
            "{} {} already; nothing was written. --force overwrites, another DIR keeps both",
            there.join(", "),
            if there.len() == 1 { "exists" } else { "exist" }
        )));
    }
    output::folder(&args.dir).map_err(Error::Output)?;
    for (path, text, program) in &files {
        let write = if *program { output::write_program } else { output::write_whole };
        write(path, text.as_bytes()).map_err(Error::Output)?;
        if !args.quiet {
            output::say(&format!("wrote {}", path.display()));
        }
    }
    if !args.quiet {
        NEXT.lines().for_each(output::say);
    }
    Ok(0)
}

const NEXT: &str = "\
next, in that folder:
  1. ./collect-inventory.sh --region REGION    with a role that has collect-inventory.policy.json; in each account and Region
  2. aws s3 sync s3://BUCKET/AWSLogs/ logs/    the trail's log files and digests
  3. vaultrail audit logs/ inventory/          vaultrail.toml is read from there; say in it what is allowed";

/// The whole `vaultrail.toml`: the tables, and each control with its parameters at their defaults.
pub fn config() -> Result<String, String> {
    let each = controls::all()?;
    Ok(each.iter().fold(CONFIG.to_owned(), |mut text, control| {
        text.push_str(&section(&control.rule));
        text
    }))
}

fn section(rule: &Rule) -> String {
    let severity = rule.severity.name();
    let head = format!(
        "\n{}#[controls.{}]\n#severity = \"{severity}\"\n",
        comment(&format!("{}: {}.", rule.id, rule.title)),
        rule.id
    );
    rule.parameters.iter().fold(head, |text, parameter| text + &setting(parameter))
}

/// A parameter with its default; one without a default is only told.
fn setting(parameter: &Parameter) -> String {
    let Parameter { name, description, .. } = parameter;
    let mut about = description.trim().to_owned();
    if let Some(words) = &parameter.values {
        let _ = write!(about, " One of {}.", words.join(", "));
    }
    let unit = parameter.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let _ = match (parameter.min, parameter.max) {
        (Some(min), Some(max)) => write!(about, " From {min} to {max}{unit}."),
        (Some(min), None) => write!(about, " At least {min}{unit}."),
        (None, Some(max)) => write!(about, " At most {max}{unit}."),
        (None, None) => Ok(()),
    };
    // JSON's numbers, words, texts and lists of texts are TOML's.
    let default = parameter.default.as_ref().and_then(|value| serde_json::to_string(value).ok());
    match default {
        Some(default) => format!("{}#{name} = {default}\n", comment(&about)),
        None => comment(&format!("{name} is not set by default. {about}")),
    }
}

/// Text as lines of comment, wrapped.
fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= WIDTH) {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(format!("# {word}"));
        }
    }
    lines.join("\n") + "\n"
}
