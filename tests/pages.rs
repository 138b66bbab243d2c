//! Pages and judges agree: every parameter that a judge reads and every reason that it gives is on its control's page, and
//! the page promises nothing else.

use crate::support::{audit, cases, root};
use regex::Regex;
use std::collections::BTreeSet;
use vaultrail::controls::PAGES;
use vaultrail::controls::rule::Rule;
use vaultrail::report::wire::Status;

/// What several judges use: the reasons that a call of it can give.
const SHARED: &[(&str, &[&str])] = &[
    ("air_gapped::absent(", &["field_absent"]),
    ("air_gapped::beforehand(", &["not_yet_created", "subject_deleted", "vault_kind_unknown"]),
    ("air_gapped::lifetime(", &["not_yet_created", "subject_deleted"]),
    ("teams::lifetime(", &["not_yet_created", "subject_deleted"]),
    ("selecting::lifetime(", &["not_yet_created", "subject_deleted"]),
    ("selecting::stands(", &["selection_unknown", "state_not_current"]),
    (".stale(", &["state_not_current"]),
    ("copies::not_eligible(", &["type_not_eligible"]),
    ("points::beforehand(", &["not_yet_created", "subject_deleted"]),
    ("plan_rules::in_force(", &["not_yet_created", "route_unknown", "state_not_current", "subject_deleted"]),
    ("plan_rules::lifetime(", &["not_yet_created", "subject_deleted"]),
    ("plan_rules::of_now(", &["not_yet_created", "route_unknown", "state_not_current", "subject_deleted"]),
    (
        "plan_rules::refused(",
        &["primary_elsewhere", "primary_not_supported", "region_not_supported", "scheduled_between_vaults"],
    ),
    ("carrying::perhaps(", &["selection_unknown"]),
    (
        "carrying::carried(",
        &[
            "aws_managed_key",
            "cross_region_not_supported",
            "encryption_unknown",
            "fsx_kind_unknown",
            "key_manager_unknown",
            "limit_unknown",
            "over_limit",
            "s3_in_opt_in_region",
            "selection_unknown",
            "size_unknown",
            "source_unknown",
            "type_not_supported",
            "type_unknown",
            "unencrypted",
        ],
    ),
    ("routes::beforehand(", &["not_yet_created", "vault_kind_unknown"]),
];
/// Given by the engine, for every control.
const BY_THE_ENGINE: &str = "no_subjects";

/// How a judge opens an answer, and under which status.
const ANSWERS: [(&str, Status); 7] = [
    ("compliant", Status::Compliant),
    ("non_compliant", Status::NonCompliant),
    ("fails", Status::NonCompliant),
    ("insufficient", Status::InsufficientData),
    ("unknown", Status::InsufficientData),
    ("gap", Status::InsufficientData),
    ("not_applicable", Status::NotApplicable),
];

/// A control: its page and the code of its judge, on one line for each chain of calls.
struct Control {
    rule: Rule,
    code: String,
}

fn code(path: &str) -> String {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    Regex::new(r"\s*\n\s*").unwrap().replace_all(&lines.join("\n"), "").into_owned()
}

fn controls() -> Vec<Control> {
    let each = PAGES.iter().map(|(name, page)| Control {
        rule: Rule::parse(page).unwrap(),
        code: code(&format!("src/controls/{name}.rs")),
    });
    each.collect()
}

impl Control {
    fn has(&self, reason: &str) -> bool {
        self.rule.reasons.iter().any(|r| r.code == reason)
    }

    /// Whether a parameter is one of a few words, this among them.
    fn offers(&self, word: &str) -> bool {
        self.rule.parameters.iter().flat_map(|p| p.values.iter().flatten()).any(|value| value == word)
    }

    fn takes(&self, parameter: &str) -> bool {
        self.rule.parameters.iter().any(|p| p.name == parameter)
    }

    /// Reasons given by what several judges use.
    fn shared(&self) -> BTreeSet<&'static str> {
        let used = SHARED.iter().filter(|(call, _)| self.code.contains(call));
        used.flat_map(|(_, reasons)| reasons.iter().copied()).chain([BY_THE_ENGINE]).collect()
    }
}

fn nothing(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn every_page_has_a_judge_and_every_page_is_in_the_list() {
    let in_folder = |folder: &str, ending: &str| -> BTreeSet<String> {
        let names =
            std::fs::read_dir(root().join(folder)).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
    };
    let pages = in_folder("rules/controls", ".toml");
    let judges = in_folder("src/controls", ".rs");
    let listed: BTreeSet<String> = PAGES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(pages, listed, "rules/controls and the list in src/controls/mod.rs differ");
    assert!(listed.is_subset(&judges), "{:?} have no judge", listed.difference(&judges));
}

#[test]
fn every_parameter_that_a_judge_reads_is_on_its_page() {
    let read = Regex::new(r#"(\w+)\.(?:int|number|flag|text|list)\("([^"]+)"\)"#).unwrap();
    let all = controls();
    let cpy_01 = all.iter().find(|c| c.rule.id == "CPY-01").unwrap();
    let mut wrong = Vec::new();
    let mut check = |code: &str, id: &str, own: &Control| {
        for found in read.captures_iter(code) {
            let control = if &found[1] == "cpy_01" { cpy_01 } else { own };
            if !control.takes(&found[2]) {
                wrong.push(format!("{id} reads {} of {}", &found[2], control.rule.id));
            }
        }
    };
    for control in &all {
        check(&control.code, &control.rule.id, control);
    }
    check(&code("src/controls/copies.rs"), "copies.rs", cpy_01);
    nothing(&wrong, "these parameters are on no page");
}

#[test]
fn every_parameter_of_a_page_is_read() {
    let helpers = ["src/controls/copies.rs", "src/cli/setup.rs"].map(code).concat();
    let mut wrong = Vec::new();
    for control in controls() {
        for parameter in &control.rule.parameters {
            let quoted = format!("\"{}\"", parameter.name);
            if !control.code.contains(&quoted) && !helpers.contains(&quoted) {
                wrong.push(format!("{}.{}", control.rule.id, parameter.name));
            }
        }
    }
    nothing(&wrong, "these parameters can be set and change nothing");
}

#[test]
fn every_reason_that_a_judge_gives_is_on_its_page_under_its_status() {
    let mut wrong = Vec::new();
    for control in controls() {
        let id = control.rule.id.as_str();
        for (opens, status) in ANSWERS {
            let given = Regex::new(&format!(r#"\b{opens}\("([a-z0-9_]+)""#)).unwrap();
            for found in given.captures_iter(&control.code) {
                let reason = control.rule.reasons.iter().find(|r| r.code == found[1]);
                match reason {
                    None => wrong.push(format!("{id}: {} is not on the page", &found[1])),
                    Some(reason) if reason.status != status => {
                        wrong.push(format!(
                            "{id}: {} is {} in the code, {} on the page",
                            &found[1],
                            status.name(),
                            reason.status.name()
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
        let missing = control.shared().into_iter().filter(|reason| !control.has(reason));
        wrong.extend(missing.map(|reason| format!("{id}: {reason} (of a helper) is not on the page")));
    }
    nothing(&wrong, "judge and page differ");
}

/// Reasons that are put together elsewhere than in the call that gives them: any word of a judge with an underscore is a
/// reason, a parameter, or the name of something found or demanded.
#[test]
fn every_word_of_a_judge_has_a_meaning() {
    let words = Regex::new(r#"(\w*)\(?"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)""#).unwrap();
    let all = controls();
    let cpy_01 = all.iter().find(|c| c.rule.id == "CPY-01").unwrap();
    let mut wrong = Vec::new();
    for control in &all {
        for found in words.captures_iter(&control.code) {
            let told = matches!(&found[1], "observed" | "expected");
            let borrowed = control.code.contains("cpy_01") && cpy_01.takes(&found[2]);
            let known = control.has(&found[2]) || control.takes(&found[2]) || control.offers(&found[2]);
            if !told && !borrowed && !known {
                wrong.push(format!("{}: {:?}", control.rule.id, &found[2]));
            }
        }
    }
    nothing(&wrong, "these are neither reasons nor parameters of the page");
}

#[test]
fn every_reason_of_a_page_is_given_somewhere() {
    let mut wrong = Vec::new();
    for control in controls() {
        let shared = control.shared();
        for reason in &control.rule.reasons {
            let quoted = format!("\"{}\"", reason.code);
            if !control.code.contains(&quoted) && !shared.contains(reason.code.as_str()) {
                wrong.push(format!("{}: {}", control.rule.id, reason.code));
            }
        }
    }
    nothing(&wrong, "no judge gives these reasons");
}

/// Every verdict of every fixture and of the estate.
#[test]
fn no_verdict_is_decided_without_evidence_or_for_an_unknown_reason() {
    let all = controls();
    let estate = audit(&["fixtures/estate", "--config", "fixtures/estate/vaultrail.toml"]).unwrap();
    let reports = cases().into_iter().filter_map(|case| case.audit(&[]).ok()).chain([estate]);
    let mut wrong = Vec::new();
    for verdict in reports.flat_map(|report| report.verdicts) {
        let control = all.iter().find(|c| c.rule.id == verdict.control).unwrap();
        let said = format!("{} {} on {}", verdict.control, verdict.reason.code, verdict.subject.id);
        if matches!(verdict.status, Status::Compliant | Status::NonCompliant) && verdict.evidence.is_empty() {
            wrong.push(format!("{said}: no evidence"));
        }
        if !control.rule.reasons.iter().any(|r| r.code == verdict.reason.code && r.status == verdict.status) {
            wrong.push(format!("{said}: no such reason under {}", verdict.status.name()));
        }
    }
    nothing(&wrong, "these verdicts cannot be followed up");
}
