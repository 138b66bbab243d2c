//! The HTML report in a real browser: it opens from the disk, every view is drawn, searched, printed and read by
//! assistive technology, nothing is written to the console, and nobody is asked for anything.

mod driver;
mod large;

use crate::support::{audit, root};
use driver::Page;
use serde_json::{Value, json};
use std::time::Instant;
use vaultrail::render::{Format, TextOptions, render};
use vaultrail::report::comparison::compare;
use vaultrail::report::history::line;
use vaultrail::report::wire::{Change, Report, Verdict};

/// Every view of the estate's report.
const VIEWS: [&str; 14] = [
    "#/",
    "#/verdicts",
    "#/verdicts?status=NON_COMPLIANT,INSUFFICIENT_DATA&by=none",
    "#/verdict/SHR-03/111122223333",
    "#/verdict/CPY-02/arn%3Aaws%3Aelasticfilesystem%3Aeu-west-1%3A111122223333%3Afile-system%2Ffs-0c4d9a17be52f6083",
    "#/control/CPY-02",
    "#/vaults",
    "#/vault/arn%3Aaws%3Abackup%3Aeu-west-1%3A111122223333%3Abackup-vault%3Aprod-airgap",
    "#/accounts",
    "#/account/111122223333",
    "#/approvals",
    "#/frameworks",
    "#/framework/NIST-800-53-r5",
    "#/incidents",
];

/// 100,000 verdicts are no larger.
const LARGEST: usize = 5_000_000;

fn estate() -> Report {
    audit(&["fixtures/estate", "--config", "fixtures/estate/vaultrail.toml"]).unwrap()
}

fn sample() -> Report {
    serde_json::from_str(include_str!("../render/sample.json")).unwrap()
}

/// The estate held against itself as it was before the incident, with the runs in between.
fn compared() -> Report {
    let at =
        |as_of| audit(&["fixtures/estate", "--config", "fixtures/estate/vaultrail.toml", "--as-of", as_of]).unwrap();
    let (old, mut report) = (at("2026-10-16"), estate());
    report.comparison = Some(compare(&old, &report));
    report.history = vec![line(&old), line(&at("2026-10-23")), line(&report)];
    report
}

fn html(report: &Report) -> Vec<u8> {
    render(Format::Html, report, &TextOptions { width: 100, colour: false }).unwrap()
}

/// The report's page, its script ready.
fn open(report: &Report) -> Option<Page> {
    let mut page = Page::open(&html(report))?;
    page.until("document.documentElement.dataset.ready");
    Some(page)
}

#[expect(clippy::print_stderr, reason = "what was measured, and what was skipped, is said")]
fn say(text: &str) {
    eprintln!("{text}");
}

#[test]
fn every_view_opens_without_an_error_and_without_a_request() {
    let Some(mut page) = open(&estate()) else { return };
    for view in VIEWS {
        page.view(view);
        let shown = page.text("document.querySelector('main').innerText");
        assert!(shown.len() > 150 && !shown.contains("undefined") && !shown.contains("NaN"), "{view}: {shown}");
    }
    assert_eq!(page.complaints(), [""; 0]);
    assert_eq!(page.requests(), [""; 0]);
}

#[test]
fn a_page_that_complains_and_asks_is_noticed() {
    let bytes = b"<!doctype html><title>x</title><img src=\"https://pictures.example.invalid/a.png\"><script>throw new Error(\"broken\")</script>";
    let Some(mut page) = Page::open(bytes) else { return };
    assert!(page.complaints().iter().any(|line| line.contains("broken")), "{:#?}", page.complaints());
    assert_eq!(page.requests(), ["https://pictures.example.invalid/a.png"]);
}

/// `1,234`.
fn grouped(number: usize) -> String {
    let (thousands, rest) = (number / 1000, number % 1000);
    if thousands > 0 { format!("{thousands},{rest:03}") } else { rest.to_string() }
}

/// What the page would save as a file.
fn saved(page: &mut Page, button: &str) -> String {
    page.value("window.kept = []; URL.createObjectURL = (blob) => { window.kept.push(blob); return '#/verdicts'; }; 0");
    page.click(button);
    page.text("window.kept.at(-1).text()")
}

/// The same JSON with numbers as JavaScript has them, who does not tell 0.0 from 0.
fn whole(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(whole).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), whole(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_page_makes_the_verdicts_of_the_json_report_again() {
    for report in [estate(), sample()] {
        let Some(mut page) = open(&report) else { return };
        page.view("#/verdicts");
        let told: Value = serde_json::from_str(&saved(&mut page, "#save-json")).unwrap();
        let (told, whole) = (whole(&told), whole(&serde_json::to_value(&report).unwrap()));
        let by_uid = |list: &Value| {
            let mut list = list.as_array().unwrap().clone();
            list.sort_by_key(|verdict| verdict["uid"].to_string());
            list
        };
        for (told, whole) in by_uid(&told["verdicts"]).iter().zip(by_uid(&whole["verdicts"])) {
            assert_eq!(*told, whole);
        }
        assert_eq!(told["verdicts"].as_array().unwrap().len(), report.verdicts.len());
        let cited = told["sources"].as_array().unwrap();
        assert!(!cited.is_empty() && cited.iter().all(|file| whole["sources"].as_array().unwrap().contains(file)));
    }
}

#[test]
fn filters_and_words_narrow_the_list_and_stand_in_the_address() {
    let report = estate();
    let all = grouped(report.verdicts.len());
    let Some(mut page) = open(&report) else { return };
    page.view("#/verdicts");
    assert_eq!(page.text("document.getElementById('shown').textContent"), format!("{all} verdicts"));
    page.click("#key-status-NON_COMPLIANT");
    page.click("#key-severity-critical");
    assert_eq!(page.text("document.getElementById('shown').textContent"), format!("1 of {all} verdicts"));
    page.view("#/verdicts");
    page.click("#search");
    page.write("999988887777 not_approved");
    page.until("location.hash.includes('not_approved')");
    assert_eq!(page.text("document.getElementById('shown').textContent"), format!("1 of {all} verdicts"));
    assert_eq!(page.text("document.activeElement.id"), "search");
    let address = page.text("location.hash");
    page.reopen(&address);
    assert_eq!(page.text("document.getElementById('shown').textContent"), format!("1 of {all} verdicts"));
    assert!(page.text("document.querySelector('.grid').innerText").contains("prod-airgap to 999988887777"));
    let record = "f027f5a2-e009-4d24-83a0-e1dd1af3ff5f";
    let names_it = |verdict: &&Verdict| serde_json::to_string(verdict).unwrap().contains(record);
    let citing = report.verdicts.iter().filter(names_it).count();
    assert!(citing > 1);
    for (query, count) in [
        ("control=CPY-02", "5"),
        ("account=111122223333&status=NON_COMPLIANT", "4"),
        ("region=us-east-1&status=NON_COMPLIANT", "1"),
        ("exception=yes", "0"),
        (&format!("q={record}"), &citing.to_string()),
        ("q=nothing-like-it", "0"),
    ] {
        page.view(&format!("#/verdicts?{query}"));
        let shown = page.text("document.getElementById('shown').textContent");
        assert!(shown.starts_with(&format!("{count} of")), "{query}: {shown}");
    }
    assert!(page.text("document.getElementById('view').innerText").contains("No verdict matches."));
}

#[test]
fn what_changed_since_the_baseline_is_counted_first_and_filtered_by_a_link() {
    let report = compared();
    let changed = |change| report.comparison.iter().flat_map(|c| &c.changes).filter(|c| c.change == change).count();
    let Some(mut page) = open(&report) else { return };
    for part in ["#trend svg", "#news a[href='#/verdicts?change=regressed']"] {
        let bottom = page.value(&format!("document.querySelector(\"{part}\").getBoundingClientRect().bottom"));
        assert!(bottom.as_f64().unwrap() < 900.0, "{part} ends at {bottom}, below the first screen");
    }
    page.click("#news a[href='#/verdicts?change=regressed']");
    let regressed = changed(Change::Regressed);
    let shown = page.text("document.getElementById('shown').textContent");
    assert!(regressed > 0 && shown.starts_with(&format!("{regressed} of ")), "{shown}");
    assert_eq!(page.value("document.querySelectorAll('.row .tag.fails').length"), json!(regressed));
    for (query, count) in [
        ("change=new,regressed", changed(Change::New) + regressed),
        ("change=undecided", changed(Change::Undecided)),
        ("change=unchanged", report.verdicts.len() - report.comparison.as_ref().unwrap().changes.len()),
    ] {
        page.reopen(&format!("#/verdicts?{query}"));
        let shown = page.text("document.getElementById('shown').textContent");
        assert!(shown.starts_with(&format!("{} of", grouped(count))), "{query}: {shown}");
        let picked = page.text("document.getElementById('pick-change').value");
        assert!(query.ends_with(&picked), "{query}: {picked}");
    }
    page.view("#/verdicts?change=regressed");
    let csv = saved(&mut page, "#save-csv");
    let rows: Vec<Vec<String>> = csv::Reader::from_reader(csv.as_bytes()).deserialize().map(Result::unwrap).collect();
    assert!(rows.len() == regressed && rows.iter().all(|row| row[14] == "regressed"), "{csv}");
    page.view("#/verdict/SHR-03/111122223333");
    let told = page.text("document.getElementById('view').innerText");
    assert!(told.contains("regressed since 2026-10-16T00:00:00Z; it was compliant, no attempts"), "{told}");
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_link_opens_a_verdict_and_its_record_with_the_deciding_members_marked() {
    let Some(mut page) = open(&estate()) else { return };
    page.reopen("#/verdict/SHR-03/111122223333");
    let told = page.text("document.getElementById('view').innerText");
    for part in [
        "4 unauthorised share calls",
        "#21",
        "1ffa8206-318a-4b10-b3d3-6407947dc7dd",
        "sha256",
        "threshold",
        "What to do",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(
        page.value("document.querySelectorAll('details.body pre').length"),
        json!(0),
        "a record is laid out on demand"
    );
    page.value("Array.from(document.querySelectorAll('.proof li')).find((item) => item.innerText.includes('1ffa8206')).id = 'refused'; 0");
    page.click("#refused details.body summary");
    page.until("document.querySelector('details.body pre')");
    let marked = page
        .text("Array.from(document.querySelectorAll('details.body pre mark'), (mark) => mark.textContent).join(' ')");
    assert!(marked.contains("\"CreateResourceShare\"") && marked.contains("AccessDenied"), "{marked}");
    let body = page.text("document.querySelector('details.body pre').textContent");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["eventName"], "CreateResourceShare");
}

#[test]
fn the_list_is_worked_with_the_keyboard_alone() {
    let report = estate();
    let Some(mut page) = open(&report) else { return };
    page.view("#/verdicts");
    page.value("document.querySelector('.row').focus(); 0");
    page.key("ArrowRight");
    assert_eq!(page.text("document.activeElement.getAttribute('aria-expanded')"), "true");
    page.key("ArrowDown");
    assert_eq!(page.text("document.activeElement.getAttribute('aria-level')"), "2");
    page.key("Enter");
    assert!(page.text("location.hash").starts_with("#/verdict/SHR-03/"));
    page.view("#/verdicts?by=none");
    page.value("document.querySelector('.row').focus(); 0");
    page.key("End");
    assert_eq!(page.text("document.activeElement.getAttribute('aria-rowindex')"), report.verdicts.len().to_string());
    assert_eq!(page.value("document.activeElement.getBoundingClientRect().bottom <= innerHeight"), json!(true));
    page.key("/");
    page.until("document.activeElement.id === 'search'");
}

#[test]
fn names_from_logs_do_nothing_in_any_view() {
    let (mut old, mut report) = (sample(), sample());
    old.verdicts.truncate(3);
    report.comparison = Some(compare(&old, &report));
    report.history = vec![line(&old), line(&report)];
    let Some(mut page) = open(&report) else { return };
    for view in VIEWS.into_iter().chain([
        "#/verdicts?by=kind",
        "#/verdicts?change=new,%3Cimg%3E",
        "#/verdict/%3Cimg%20src=x%3E/%22",
        "#/%E0%A4%A",
        "#/account/<b>",
    ]) {
        page.view(view);
        assert_eq!(
            page.value("document.querySelectorAll('img, iframe, a[href^=javascript], b > i, script').length"),
            json!(2),
            "{view}"
        );
        let text = page.text("document.body.innerText");
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'), "{view}");
    }
    for verdict in &report.verdicts {
        let named = vaultrail::render::spelled(&verdict.subject.id);
        page.view("#/");
        page.value(&format!(
            "location.hash = '#/verdict/' + encodeURIComponent({}) + '/' + encodeURIComponent({}); new Promise((done) => setTimeout(done, 20))",
            json!(verdict.control),
            json!(verdict.subject.id)
        ));
        let shown = page.text("document.getElementById('view').innerText");
        assert!(shown.contains(&verdict.uid) && shown.contains(&named), "{named}: {shown}");
    }
    let csv = {
        page.view("#/verdicts");
        saved(&mut page, "#save-csv")
    };
    let mut cells = csv::Reader::from_reader(csv.as_bytes())
        .into_records()
        .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        .collect::<Vec<_>>();
    cells.retain(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
    assert_eq!(cells, [""; 0], "a spreadsheet would take these for formulas");
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn it_prints_with_its_evidence_as_an_appendix() {
    let Some(mut page) = open(&estate()) else { return };
    page.value("dispatchEvent(new Event('beforeprint')); 0");
    page.media("print", "light");
    let paper = page.text("document.body.innerText");
    for part in [
        "What fails, worst first",
        "Findings",
        "Appendix: cited evidence",
        "[1]",
        "sha256",
        "\"eventName\": \"CreateResourceShare\"",
    ] {
        assert!(paper.contains(part), "{part}");
    }
    assert!(!paper.contains("Back to the list") && !paper.contains("Search names"));
    page.value("dispatchEvent(new Event('afterprint')); 0");
    page.media("", "light");
    let pages = |pdf: &[u8]| String::from_utf8_lossy(pdf).matches("/Type /Page\n").count();
    let whole = page.pdf();
    assert!(whole.starts_with(b"%PDF") && pages(&whole) > 8, "{} pages", pages(&whole));
    page.view("#/verdict/SHR-03/111122223333");
    let one = page.pdf();
    assert!(pages(&one) < pages(&whole), "{} of {} pages", pages(&one), pages(&whole));
}

#[test]
fn a_hundred_thousand_verdicts_are_one_small_page_that_scrolls() {
    let report = large::grown(&estate(), 100_000);
    let begun = Instant::now();
    let bytes = html(&report);
    say(&format!(
        "{} verdicts: {} bytes of HTML in {:.1} s",
        report.verdicts.len(),
        bytes.len(),
        begun.elapsed().as_secs_f64()
    ));
    assert!(report.verdicts.len() >= 100_000 && bytes.len() < LARGEST, "{} bytes", bytes.len());
    let Some(mut page) = open(&report) else { return };
    let timed = page.value("(() => { const paint = performance.getEntriesByName('first-contentful-paint')[0]; return [paint?.startTime, performance.now()]; })()");
    say(&format!("first view after {} ms, all ready before {} ms", timed[0], timed[1]));
    page.view("#/verdicts?by=none");
    page.until("document.querySelectorAll('.row').length > 5");
    let frames = page.value(
        "new Promise((done) => { const [begun, steps] = [performance.now(), 60]; let at = 0; const step = () => { at += 1; scrollTo(0, (document.body.scrollHeight * at) / steps); if (at < steps) requestAnimationFrame(step); else done((performance.now() - begun) / steps); }; step(); })",
    );
    say(&format!("{frames} ms a frame while scrolling from end to end"));
    page.until(&format!("document.querySelector('[aria-rowindex=\"{}\"]')", report.verdicts.len()));
    assert_eq!(
        page.value("document.querySelectorAll('#view *').length < 1500"),
        json!(true),
        "only what is seen is in the document"
    );
    let last = report.verdicts.last().unwrap();
    page.view(&format!("#/verdicts?by=none&q={}", last.subject.id));
    page.until("document.getElementById('shown').textContent.includes(' of 1')");
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn dark_and_light_differ_and_no_view_has_a_serious_barrier() {
    let Some(axe) = axe() else { return };
    let Some(mut page) = open(&compared()) else { return };
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        page.media("screen", scheme);
        grounds.push(page.text("getComputedStyle(document.body).backgroundColor"));
        for view in VIEWS {
            page.view(view);
            page.value(&axe);
            let found = page.value(
                "axe.run().then(({ violations }) => violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' ')}`))",
            );
            assert_eq!(found, json!([]), "{scheme} {view}");
        }
    }
    assert_ne!(grounds[0], grounds[1]);
}

/// The script of axe-core, which `.ci/test` fetches; it is not part of the project.
fn axe() -> Option<String> {
    let found = std::fs::read_to_string(root().join("target/axe/package/axe.min.js"));
    if found.is_err() {
        say("skipped: no axe-core in target/axe (`.ci/test` puts it there)");
    }
    found.ok()
}

#[test]
fn a_timeline_is_narrowed_by_its_address_and_asks_for_nothing() {
    let told = crate::timeline::story(&["--actor", "ci-deploy"]).unwrap();
    let Some(mut page) = Page::open(vaultrail::render::timeline::html(&told).unwrap().as_bytes()) else { return };
    let shown =
        "Array.from(document.querySelectorAll('li.moment')).filter((line) => line.getClientRects().length).length";
    assert_eq!(page.value(shown), json!(told.moments.len()));
    for (fragment, count) in [("#refused", 3), ("#failed", 4), ("#snapshot", 0), ("#all", told.moments.len())] {
        page.view(fragment);
        assert_eq!(page.value(shown), json!(count), "{fragment}");
        let chosen =
            page.text(&format!("getComputedStyle(document.querySelector('.choice a[href=\"{fragment}\"]')).boxShadow"));
        assert!(chosen.contains("inset"), "{fragment} is not marked as chosen");
    }
    page.view("#refused");
    assert_eq!(page.value("scrollY"), json!(0), "the choice stays in sight");
    for (width, scheme) in [(1280, "light"), (390, "dark")] {
        page.size(width, 800);
        page.media("screen", scheme);
        assert_eq!(page.value("document.documentElement.scrollWidth <= innerWidth"), json!(true), "{width}");
        if let Some(axe) = axe() {
            page.value(&axe);
            let found = page.value("axe.run().then(({ violations }) => violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`))");
            assert_eq!(found, json!([]), "{width} {scheme}");
        }
    }
    assert!(page.pdf().starts_with(b"%PDF"));
    assert_eq!(page.complaints(), [""; 0]);
    assert_eq!(page.requests(), [""; 0]);
}

#[test]
fn it_fits_a_phone() {
    let Some(mut page) = open(&compared()) else { return };
    page.size(390, 800);
    for view in VIEWS {
        page.view(view);
        assert_eq!(
            page.value("document.documentElement.scrollWidth <= innerWidth"),
            json!(true),
            "{view} is wider than a phone"
        );
    }
}
