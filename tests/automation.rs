//! The examples of `docs/automation` run as they are written.

use crate::folder::Folder;
use crate::support::root;
use std::path::Path;
use std::process::{Command, Output};

/// An archive as `.ci/release` lays it out, evidence, and an accepted report.
fn prepared() -> Folder {
    let folder = Folder::with_locked_vault();
    std::fs::rename(folder.at("inventory"), folder.at("evidence")).unwrap();
    folder.run("audit evidence -q --format json -o baseline.json --fail-on never");
    let program = env!("CARGO_BIN_EXE_vaultrail");
    folder.put("made/vaultrail/bin/vaultrail", format!("#!/bin/sh\nexec '{program}' \"$@\"\n"));
    let pack = "chmod +x made/vaultrail/bin/vaultrail && tar --create --gzip --file release.tar.gz --directory made vaultrail && rm -r made";
    assert!(bash(pack, folder.path(), &[]).status.success());
    folder
}

fn bash(script: &str, at: &Path, more: &[(&str, &str)]) -> Output {
    let digest = "sha256sum release.tar.gz | cut -d' ' -f1";
    let digest = Command::new("bash").args(["-c", digest]).current_dir(at).output().unwrap().stdout;
    let digest = String::from_utf8(digest).unwrap();
    let mut command = Command::new("bash");
    command.args(["-e", "-o", "pipefail", "-c", script]).current_dir(at).envs(more.iter().copied());
    command.env("VAULTRAIL_URL", format!("file://{}/release.tar.gz", at.display()));
    command.env("VAULTRAIL_SHA256", digest.trim()).output().unwrap()
}

fn example(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/automation").join(name)).unwrap()
}

/// The block of `run: |` below the step of this name, without its indentation.
fn step(workflow: &str, name: &str) -> String {
    let after = workflow.split_once(&format!("- name: {name}\n")).unwrap().1.split_once("run: |\n").unwrap().1;
    let block = after.lines().take_while(|line| line.starts_with("          "));
    block.map(str::trim_start).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_workflow_for_github_installs_audits_and_tells_the_summary() {
    let folder = prepared();
    let workflow = example("github-actions.yml");
    let files = [("GITHUB_PATH", "path.txt"), ("GITHUB_STEP_SUMMARY", "summary.md")];
    let install = bash(&step(&workflow, "Install vaultrail"), folder.path(), &files);
    assert!(install.status.success(), "{}", String::from_utf8_lossy(&install.stderr));
    let bin = std::fs::read_to_string(folder.at("path.txt")).unwrap();
    let path = format!("{}:{}", bin.trim(), std::env::var("PATH").unwrap());
    let audit = bash(&step(&workflow, "Audit"), folder.path(), &[files[0], files[1], ("PATH", &path)]);
    let told = String::from_utf8_lossy(&audit.stderr).into_owned();
    assert!(told.contains("gate:"), "{told}");
    assert!(std::fs::read_to_string(folder.at("summary.md")).unwrap().contains("vaultrail"));
    let mut written: Vec<_> = std::fs::read_dir(folder.at("report")).unwrap().map(|e| e.unwrap().file_name()).collect();
    written.sort();
    assert_eq!(written, ["report.html", "report.json", "report.md", "report.sarif"]);
}

#[test]
fn an_archive_that_was_changed_is_not_installed() {
    let folder = prepared();
    let install = step(&example("github-actions.yml"), "Install vaultrail");
    let other = [("GITHUB_PATH", "path.txt"), ("OTHER", "")];
    let changed = install.replace("$VAULTRAIL_SHA256", &"0".repeat(64));
    assert!(!bash(&changed, folder.path(), &other).status.success());
    assert!(!folder.at("path.txt").exists());
}

#[test]
fn the_job_for_gitlab_leaves_the_reports_that_it_names() {
    let folder = prepared();
    let job = example("gitlab-ci.yml");
    let commands =
        job.lines().filter_map(|line| line.strip_prefix("    - ")).filter(|line| !line.starts_with("apt-get"));
    let script: Vec<&str> = commands.take_while(|line| !line.ends_with('/')).collect();
    assert!(script.last().unwrap().starts_with("vaultrail/bin/vaultrail audit"), "{script:?}");
    let ran = bash(&script.join("\n"), folder.path(), &[]);
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(told.contains("gate:"), "{told}");
    let named = job.split_once("junit: ").unwrap().1.lines().next().unwrap();
    assert!(std::fs::read_to_string(folder.at(named)).unwrap().contains("<testsuites"), "{named}");
}

#[test]
fn the_commands_for_systemd_and_cron_are_flags_that_there_are() {
    for (name, start) in [("vaultrail.service", "ExecStart="), ("crontab", "17 5 * * * ")] {
        let text = example(name);
        let command = text.lines().find_map(|line| line.strip_prefix(start)).unwrap();
        let folder = prepared();
        folder.put("vaultrail.toml", "");
        let here = folder.path().to_str().unwrap();
        let line = command.replace("/usr/local/bin/vaultrail ", "").replace("/srv/evidence", "evidence");
        let line = line
            .replace("/etc/vaultrail.toml", "vaultrail.toml")
            .replace("/var/lib/vaultrail", &format!("{here}/state"));
        let answer = folder.run(&line);
        assert!([0, 1, 3].contains(&answer.code), "{name}: {}", answer.err);
        assert!(folder.at("state/report.html").exists() && folder.at("state/runs.jsonl").exists(), "{name}");
    }
}
