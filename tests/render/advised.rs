//! What to do about a failure, in the formats that have a place for it: it is the control's own remediation.

use super::{ESTATE, json};
use vaultrail::report::wire::Status;

fn remediation(control: &str) -> &'static str {
    ESTATE.controls.iter().find(|known| known.id == control).unwrap().remediation.trim()
}

#[test]
fn every_rule_of_sarif_has_the_remediation_as_text_and_as_markdown() {
    let log = json(&ESTATE, "report.sarif");
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let whole = remediation(rule["id"].as_str().unwrap());
        let (text, markdown) = (rule["help"]["text"].as_str().unwrap(), rule["help"]["markdown"].as_str().unwrap());
        for command in whole.lines().filter(|line| line.starts_with("    ")) {
            assert!(markdown.contains(command), "{command} is not in {markdown}");
        }
        let plain = text.replace("\\[", "[").replace("\\]", "]").replace("{{", "{").replace("}}", "}");
        assert!(plain.starts_with(whole), "{text}");
    }
}

#[test]
fn a_failed_finding_of_asff_and_ocsf_says_what_to_do_and_no_other_does() {
    let (asff, ocsf) = (json(&ESTATE, "report.asff.json"), json(&ESTATE, "report.ocsf.json"));
    for (at, verdict) in ESTATE.verdicts.iter().enumerate() {
        let whole = remediation(&verdict.control);
        let advice = asff[at]["Remediation"]["Recommendation"]["Text"].as_str().unwrap();
        let first = whole.lines().next().unwrap();
        if verdict.status == Status::NonCompliant {
            assert_eq!(ocsf[at]["remediation"]["desc"], whole);
            assert!(advice.starts_with(first) && advice.chars().count() <= 512, "{advice}");
            assert!(advice == whole || advice.contains("vaultrail controls show"), "{advice}");
        } else {
            assert!(ocsf[at].get("remediation").is_none() && !advice.starts_with(first), "{advice}");
        }
    }
}
