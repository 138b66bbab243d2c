//! What to do about a failure, as other formats can hold it: cut to a length at the end of a line, or as Markdown.
//!
//! A control's remediation is paragraphs, of which indented ones are commands, with `code` between backticks.

use super::visible::{short, visible};
use crate::report::wire::ControlInfo;
use std::fmt::Write;

/// Where all of it can be read.
pub fn pointer(control: &str) -> String {
    let named = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    let page: String = control.split('/').next().unwrap_or_default().chars().take(100).filter(named).collect();
    format!("`vaultrail controls show {page}` tells what is demanded, why, and what to do.")
}

/// The remediation in at most so many characters: whole lines, and where to read on if some are missing.
pub fn fitting(control: &ControlInfo, most: usize) -> String {
    let (text, pointer) = (control.remediation.trim(), pointer(&control.id));
    if text.is_empty() {
        return short(&pointer, most).into_owned();
    }
    if text.chars().nth(most).is_none() {
        return text.into();
    }
    let room = most.saturating_sub(pointer.chars().count() + 2);
    let mut kept = String::new();
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        used += line.chars().count();
        if used > room {
            break;
        }
        kept.push_str(line);
    }
    let kept = kept.trim_end();
    let told = if kept.is_empty() { pointer } else { format!("{kept}\n\n{pointer}") };
    short(&told, most).into_owned()
}

/// Markdown of it: commands as code, and nothing that is a link, a heading or an element.
pub fn markdown(text: &str, most: usize) -> String {
    let mut out = String::new();
    for part in
        short(text, most).split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.trim().is_empty())
    {
        out.push_str(if out.is_empty() { "" } else { "\n\n" });
        for (at, line) in part.lines().enumerate() {
            out.push_str(if at > 0 { "\n" } else { "" });
            match line.strip_prefix("    ") {
                Some(command) if part.starts_with("    ") => {
                    let _ = write!(out, "    {}", visible(command));
                }
                _ => sentence(&mut out, line),
            }
        }
    }
    out
}

/// A line in which `code` stays code. What a reader of Markdown might take for a link or a mention is code too.
fn sentence(out: &mut String, line: &str) {
    let shown = visible(line);
    let parts: Vec<&str> = shown.trim().split('`').collect();
    let paired = parts.len() % 2 == 1;
    for (at, part) in parts.iter().enumerate() {
        out.push_str(if at > 0 && !paired { "\\`" } else { "" });
        let linked = ["://", "www.", "@"].iter().any(|sign| part.contains(sign));
        if part.trim().is_empty() {
            out.push_str(part);
        } else if (paired && at % 2 == 1) || linked {
            let _ = write!(out, "`{part}`");
        } else {
            for c in part.chars() {
                out.push_str(if c.is_ascii_punctuation() && !",.;:()'".contains(c) { "\\" } else { "" });
                out.push(c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn control(remediation: &str) -> ControlInfo {
        let mut control = sample().controls.swap_remove(0);
        remediation.clone_into(&mut control.remediation);
        control.id = "SHR-03".into();
        control
    }

    #[test]
    fn advice_that_is_too_long_ends_at_a_line_and_names_the_page() {
        let lines = "Revoke it:\n\n    aws ram delete-resource-share --resource-share-arn SHARE_ARN\n\nThen look again, and once more on the next day.";
        assert_eq!(fitting(&control(lines), 512), lines);
        let cut = fitting(&control(lines), 100);
        assert_eq!(cut, format!("Revoke it:\n\n{}", pointer("SHR-03")));
        assert_eq!(fitting(&control(""), 512), pointer("SHR-03"));
        assert_eq!(fitting(&control(&"x".repeat(1 << 20)), 512), pointer("SHR-03"));
        assert!(fitting(&control(&"=1\n".repeat(1 << 18)), 512).chars().count() <= 512);
    }

    #[test]
    fn markdown_has_commands_as_code_and_no_markup_of_its_own() {
        let told = markdown(
            "Deny `kms:*`, [x](y) <b>:\n\n    aws kms list-grants --key-id KEY\n\nAsk @team, http://a.example",
            4_000,
        );
        assert_eq!(
            told,
            "Deny `kms:*`, \\[x\\](y) \\<b\\>:\n\n    aws kms list-grants --key-id KEY\n\n`Ask @team, http://a.example`"
        );
        let odd = markdown("# a ` b\u{202e}", 4_000);
        assert_eq!(odd, "\\# a \\` b\\\\u\\{202e\\}");
        assert!(markdown(&"- x\n\n".repeat(1 << 20), 4_000).len() < 10_000);
    }
}
