//! What a shell and `man` know of the program.

use crate::folder::Folder;
use clap::CommandFactory;
use std::collections::BTreeSet;
use vaultrail::cli::args::Cli;

fn commands() -> BTreeSet<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn bash_completes_every_command_and_the_flags_of_audit() {
    let folder = Folder::new();
    let answer = folder.run("completions bash");
    assert_eq!(answer.code, 0, "{}", answer.err);
    folder.put("completions.bash", &answer.out);
    let script = "source completions.bash; ask() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); \
                  _vaultrail vaultrail \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; \
                  printf '%s\\n' \"${COMPREPLY[@]}\"; }; ask vaultrail ''; ask vaultrail audit --";
    let shell = std::process::Command::new("bash").args(["-c", script]).current_dir(folder.path()).output().unwrap();
    let offered: BTreeSet<String> = String::from_utf8(shell.stdout).unwrap().lines().map(str::to_owned).collect();
    let complaint = String::from_utf8_lossy(&shell.stderr).into_owned();
    for command in commands() {
        assert!(offered.contains(&command), "{command} is not offered: {offered:?} {complaint}");
    }
    for flag in ["--baseline", "--fail-on", "--as-of", "--format"] {
        assert!(offered.contains(flag), "{flag} is not offered: {offered:?} {complaint}");
    }
}

#[test]
fn every_shell_has_completions_and_an_unknown_one_is_bad_usage() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = folder.run(&format!("completions {shell}"));
        assert!(
            answer.code == 0 && String::from_utf8_lossy(&answer.out).contains("baseline"),
            "{shell}: {}",
            answer.err
        );
    }
    folder.run("completions csh").says(2, &["invalid value 'csh'", "bash, elvish, fish, powershell, zsh"]);
}

#[test]
fn every_command_has_a_manual_page_with_its_examples() {
    let folder = Folder::new();
    assert_eq!(folder.run("man --out-dir man").code, 0);
    let page = |name: &str| std::fs::read_to_string(folder.at("man").join(name)).unwrap();
    assert!(page("vaultrail.1").contains(".TH vaultrail 1"));
    assert_eq!(folder.run("man").out, page("vaultrail.1").into_bytes());
    for command in commands() {
        assert!(page(&format!("vaultrail-{command}.1")).contains("SYNOPSIS"), "{command}");
    }
    assert!(page("vaultrail-audit.1").contains("vaultrail audit evidence/"));
    assert!(page("vaultrail-controls-show.1").contains("The manual page of a control"));
}
