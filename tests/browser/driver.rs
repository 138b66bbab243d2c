//! A browser under a test's hands: Chromium without a window, spoken to over two pipes in the `DevTools` protocol.
//!
//! Chromium reads commands from its file 3 and writes answers to its file 4; a shell puts its standard input and output
//! there, so that nothing but `std` is needed. Where there is no Chromium the tests say so and pass, except where `CI` is
//! `true`.

use crate::support::text;
use base64::Engine;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Names under which Chromium is installed.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    // No name resolves: what a page asks for is seen and goes nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
];

/// A page in a browser of its own.
pub struct Page {
    browser: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    session: String,
    last: u64,
    /// What came in between: console messages, exceptions, requests.
    events: Vec<Value>,
    folder: tempfile::TempDir,
}

/// The name of the browser that is installed.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn browser() -> Option<&'static str> {
    let folders = std::env::var_os("PATH").unwrap();
    let found =
        BROWSERS.into_iter().find(|name| std::env::split_paths(&folders).any(|folder| folder.join(name).is_file()));
    let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(found.is_some() || !ci, "no Chromium, and CI runs every test");
    if found.is_none() {
        eprintln!("skipped: no Chromium in PATH");
    }
    found
}

impl Page {
    /// A browser with these bytes as its page, opened from the disk; nothing where no browser is installed.
    pub fn open(html: &[u8]) -> Option<Self> {
        let mut page = Self::start()?;
        let file = page.folder.path().join("report.html");
        std::fs::write(&file, html).unwrap();
        page.go(&file, "");
        Some(page)
    }

    fn start() -> Option<Self> {
        let name = browser()?;
        let folder = tempfile::tempdir().unwrap();
        let profile = format!("--user-data-dir={}", text(&folder.path().join("profile")));
        let mut browser = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null", "sh", name])
            .args(FLAGS)
            .args([&profile, "about:blank"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, answers) = (browser.stdin.take().unwrap(), BufReader::new(browser.stdout.take().unwrap()));
        let mut page = Self { browser, orders, answers, session: String::new(), last: 0, events: Vec::new(), folder };
        let target = page.order("Target.createTarget", &json!({"url": "about:blank"}))["targetId"].clone();
        let attached = page.order("Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        attached["sessionId"].as_str().unwrap().clone_into(&mut page.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.order(&format!("{domain}.enable"), &json!({}));
        }
        page.size(1280, 900);
        Some(page)
    }

    /// Sends an order and waits for its answer.
    pub fn order(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let mut order = json!({"id": self.last, "method": method, "params": params});
        if !self.session.is_empty() {
            order["sessionId"] = json!(self.session);
        }
        self.orders.write_all(format!("{order}\0").as_bytes()).unwrap();
        loop {
            let told = self.told();
            if told["id"] == self.last {
                assert!(told["error"].is_null(), "{method}: {}", told["error"]);
                return told["result"].clone();
            }
            self.events.push(told);
        }
    }

    fn told(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.answers.read_until(0, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(0), "the browser is gone");
        serde_json::from_slice(&bytes).unwrap()
    }

    fn go(&mut self, file: &Path, fragment: &str) {
        self.order("Page.navigate", &json!({"url": format!("file://{}{fragment}", text(file))}));
        self.until("document.readyState === 'complete'");
    }

    /// Opens the page anew at a fragment.
    pub fn reopen(&mut self, fragment: &str) {
        let file = self.folder.path().join("report.html");
        self.order("Page.navigate", &json!({"url": "about:blank"}));
        self.go(&file, fragment);
        self.until("document.documentElement.dataset.ready");
    }

    /// The value of an expression; promises are waited for.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let told = self.order("Runtime.evaluate", &asked);
        assert!(told["exceptionDetails"].is_null(), "{expression}: {}", told["exceptionDetails"]);
        told["result"]["value"].clone()
    }

    /// The text of an expression.
    pub fn text(&mut self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_else(|| panic!("{expression} is no text")).to_owned()
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, expression: &str) {
        let begun = Instant::now();
        while !self.value(&format!("Boolean({expression})")).as_bool().unwrap() {
            assert!(begun.elapsed() < Duration::from_secs(60), "never: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Goes to a view of the page.
    pub fn view(&mut self, fragment: &str) {
        self.value(&format!("location.hash = {}", json!(fragment)));
        self.value("new Promise((done) => setTimeout(done, 50))");
    }

    /// Clicks in the middle of what a selector finds first.
    pub fn click(&mut self, selector: &str) {
        let at = self.value(&format!(
            "(() => {{ const found = document.querySelector({}); found.scrollIntoView({{ block: 'center' }}); const box = found.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            json!(selector)
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1});
            self.order("Input.dispatchMouseEvent", &event);
        }
        self.value("new Promise((done) => setTimeout(done, 50))");
    }

    /// Presses a key.
    pub fn key(&mut self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "ArrowUp" => 38,
            "ArrowDown" => 40,
            "ArrowRight" => 39,
            "End" => 35,
            "Tab" => 9,
            _ => 0,
        };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": if code == 13 { "\r" } else { "" }});
            self.order("Input.dispatchKeyEvent", &event);
        }
        self.value("new Promise((done) => setTimeout(done, 50))");
    }

    /// Writes where the focus is.
    pub fn write(&mut self, words: &str) {
        self.order("Input.insertText", &json!({"text": words}));
    }

    /// The size of the window.
    pub fn size(&mut self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.order("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Light or dark, screen or print.
    pub fn media(&mut self, media: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.order("Emulation.setEmulatedMedia", &json!({"media": media, "features": features}));
    }

    /// The page as PDF.
    pub fn pdf(&mut self) -> Vec<u8> {
        let told = self.order("Page.printToPDF", &json!({"printBackground": true, "preferCSSPageSize": true}));
        base64::engine::general_purpose::STANDARD.decode(told["data"].as_str().unwrap()).unwrap()
    }

    /// What the page has complained of so far: console, exceptions, violations of its policy.
    pub fn complaints(&mut self) -> Vec<String> {
        self.value("0");
        let complaint = |event: &Value| match event["method"].as_str() {
            Some("Runtime.consoleAPICalled") => Some(event["params"]["args"].to_string()),
            Some("Runtime.exceptionThrown") => Some(event["params"]["exceptionDetails"].to_string()),
            Some("Log.entryAdded") => Some(event["params"]["entry"]["text"].to_string()),
            _ => None,
        };
        self.events.iter().filter_map(complaint).collect()
    }

    /// What the page has asked for so far, other than itself.
    pub fn requests(&mut self) -> Vec<String> {
        self.value("0");
        let asked = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = asked.filter_map(|event| event["params"]["request"]["url"].as_str());
        urls.filter(|url| !url.starts_with("file:") && !url.starts_with("about:")).map(str::to_owned).collect()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
