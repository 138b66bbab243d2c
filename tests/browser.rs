//! The HTML report in a real browser: it opens from the disk, its script runs, nothing is written to the console, and
//! nobody is asked for anything.
//!
//! Chromium's own log and net log are read, so nothing is put into the page that a reader does not get. Where there is no
//! Chromium these tests say so and pass, except where `CI` is `true`.

use crate::support::{audit, text};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use vaultrail::render::{Format, TextOptions, render};

/// Names under which Chromium is installed.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // No name resolves: what a page asks for is seen in the net log and goes nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--v=0",
    "--dump-dom",
];

/// What became of a page.
struct Opened {
    /// The document after its script ran.
    dom: String,
    /// Everything written to the console, errors of the script and of the content security policy among it.
    console: Vec<String>,
    /// URLs that the page asked for, other than itself.
    requests: Vec<String>,
}

fn environment(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn browser() -> Option<&'static str> {
    let folders = environment("PATH").unwrap();
    let found =
        BROWSERS.into_iter().find(|name| std::env::split_paths(&folders).any(|folder| folder.join(name).is_file()));
    assert!(found.is_some() || environment("CI").is_none_or(|ci| ci != "true"), "no Chromium, and CI runs every test");
    if found.is_none() {
        eprintln!("skipped: no Chromium in PATH");
    }
    found
}

fn open(browser: &str, page: &Path) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("net.json");
    let output = assert_cmd::Command::new(browser)
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", text(&folder.path().join("profile"))))
        .arg(format!("--log-net-log={}", text(&log)))
        .arg(format!("file://{}", text(page)))
        .timeout(Duration::from_secs(120))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{browser} failed:\n{said}");
    Opened {
        dom: String::from_utf8(output.stdout).unwrap(),
        console: said.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect(),
        requests: requests(&serde_json::from_str(&std::fs::read_to_string(log).unwrap()).unwrap()),
    }
}

/// Requests that have an origin: those of the page, not those of the browser itself.
fn requests(log: &Value) -> Vec<String> {
    let starts = &log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"];
    assert!(starts.is_number(), "the net log has another shape");
    let events = log["events"].as_array().unwrap().iter().filter(|event| event["type"] == *starts);
    let by_the_page = events.filter(|event| event["params"]["initiator"] != "not an origin");
    let urls = by_the_page.filter_map(|event| event["params"]["url"].as_str());
    urls.filter(|url| !url.starts_with("file:") && !url.starts_with("data:")).map(str::to_owned).collect()
}

fn written(folder: &Path, page: &[u8]) -> std::path::PathBuf {
    let file = folder.join("report.html");
    std::fs::write(&file, page).unwrap();
    file
}

#[test]
fn the_html_report_opens_without_an_error_and_without_a_request() {
    let Some(browser) = browser() else { return };
    let report = audit(&["fixtures/estate", "--config", "fixtures/estate/vaultrail.toml"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let page = render(Format::Html, &report, &TextOptions { width: 100, colour: false }).unwrap();
    let opened = open(browser, &written(folder.path(), &page));
    assert!(opened.console.is_empty(), "{:#?}", opened.console);
    assert!(opened.requests.is_empty(), "{:#?}", opened.requests);
    // Only the script writes this.
    let counted = format!(">{} verdicts<", report.verdicts.len());
    assert!(opened.dom.contains(&counted), "the script of the page did not run to its end");
}

#[test]
fn a_page_that_complains_and_asks_is_noticed() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = b"<!doctype html><title>x</title><img src=\"https://pictures.example.invalid/a.png\"><script>throw new Error(\"broken\")</script>";
    let opened = open(browser, &written(folder.path(), page));
    assert!(opened.console.iter().any(|line| line.contains("broken")), "{:#?}", opened.console);
    assert_eq!(opened.requests, ["https://pictures.example.invalid/a.png"]);
}
