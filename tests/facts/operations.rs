//! Every operation of AWS RAM and multi-party approval that changes something is read, or is on the list of those that say nothing.

use super::sample::beside;
use crate::support::root;

/// Operations that change something and become no fact.
const SILENT: [(&str, &str, &str); 2] = [
    ("mpa", "TagResource", "CloudTrail hides the tags, and no control asks for them"),
    ("mpa", "UntagResource", "CloudTrail hides the keys, and no control asks for them"),
];

fn sources(service: &str) -> String {
    let folder = root().join("src/facts").join(service);
    let inner = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = inner.chain([root().join("src/facts").join(format!("{service}.rs"))]);
    all.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_operation_that_changes_a_share_or_a_team_is_read_or_said_to_be_silent() {
    for service in ["ram", "mpa"] {
        let Some(model) = beside(&format!("models/{service}.ops.txt")) else { return };
        let code = sources(service);
        let names = model.lines().filter_map(|line| line.strip_prefix("### ")?.split(' ').next());
        let changing: Vec<&str> = names.filter(|name| !name.starts_with("Get") && !name.starts_with("List")).collect();
        assert!(changing.len() >= 9, "{service}: {changing:?}");
        for name in changing {
            let silent = SILENT.iter().any(|(of, operation, _)| *of == service && *operation == name);
            // `is_call` of mpa names what it leaves out.
            let arm = ["=>", "|", ",", "{", " if", ")"].iter().any(|end| {
                [format!("\"{name}\" {end}"), format!("\"{name}\"{end}"), format!("\"{name}\", _){end}")]
                    .iter()
                    .any(|text| code.contains(text))
            });
            assert!(silent || arm, "{service} {name} is neither read nor said to be silent");
        }
    }
}
