//! `--preset` and `--framework`: which controls are judged, with which parameters, and what AWS would refuse.

use crate::folder::Folder;
use crate::support::{audit, root, text};
use serde_json::{Value, json};
use vaultrail::controls::audit_manager::Framework;
use vaultrail::report::wire::{Report, Status};

const LAG: &str = "RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT";
const ANY: &str = "BACKUP_LAST_RECOVERY_POINT_CREATED";
const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a1c3e5f70819a2b4";

/// The volume's copy is seven days old at midnight.
fn copied() -> String {
    root().join("fixtures/controls/CPY-01/a_copy_seven_days_old_is_compliant").to_str().unwrap().to_owned()
}

fn run(args: &[&str]) -> Result<Report, String> {
    let evidence = copied();
    audit(&[&[evidence.as_str(), "--as-of", "2026-10-31T00:00:00Z", "--assume-complete"], args].concat())
}

fn ids(report: &Report) -> Vec<&str> {
    report.controls.iter().map(|control| control.id.as_str()).collect()
}

fn parameter<'r>(report: &'r Report, control: &str, name: &str) -> &'r Value {
    &report.controls.iter().find(|c| c.id == control).unwrap().parameters[name]
}

fn status(report: &Report, control: &str, subject: &str) -> (Status, String) {
    let verdict = report.verdicts.iter().find(|v| v.control == control && v.subject.id == subject);
    let verdict = verdict.unwrap_or_else(|| panic!("{control} says nothing of {subject}"));
    (verdict.status, verdict.reason.code.clone())
}

fn control(name: &str, parameters: &[(&str, &str)], scope: &Value) -> Value {
    let parameters: Vec<Value> =
        parameters.iter().map(|(name, value)| json!({"ParameterName": name, "ParameterValue": value})).collect();
    json!({"ControlName": name, "ControlInputParameters": parameters, "ControlScope": scope})
}

fn framework(controls: &[Value]) -> String {
    let all = json!({"FrameworkName": "mine", "FrameworkDescription": "d", "FrameworkControls": controls, "IdempotencyToken": "t"});
    serde_json::to_string_pretty(&all).unwrap()
}

/// The report on a framework.
fn framed(framework: &str, args: &[&str]) -> Result<Report, String> {
    let folder = Folder::new();
    let file = folder.put("framework.json", framework);
    run(&[&["--framework", text(&file)], args].concat())
}

fn refused(framework: &str, words: &[&str]) {
    let problem = Framework::parse(framework).map(|_| ()).unwrap_err();
    for word in words {
        assert!(problem.contains(word), "{word:?} is not in: {problem}");
    }
}

#[test]
fn a_preset_judges_its_controls_and_says_its_name() {
    let report = run(&["--preset", "forensic"]).unwrap();
    assert_eq!(report.run.preset.as_deref(), Some("forensic"));
    assert!(ids(&report).contains(&"DEL-03") && ids(&report).contains(&"LOG-01"), "{:?}", ids(&report));
    assert!(!ids(&report).contains(&"CPY-01"), "{:?}", ids(&report));
    let all = run(&[]).unwrap();
    assert_eq!(all.run.preset, None);
    assert!(all.controls.len() > report.controls.len());
    assert!(!ids(&all).iter().any(|id| id.contains('/')), "{:?}", ids(&all));
}

#[test]
fn an_unknown_preset_names_the_nearest_and_all() {
    let folder = Folder::with_locked_vault();
    folder.run("audit . --preset lag-basline").says(
        2,
        &["no preset \"lag-basline\"", "did you mean lag-baseline?", "aws-backup-audit-manager, ci-gate, forensic"],
    );
    folder.run("audit . --preset forensic --framework f.json").says(2, &["--preset", "--framework"]);
}

#[test]
fn only_and_skip_choose_among_the_controls_of_a_preset() {
    let report = run(&["--preset", "forensic", "--only", "LOG-01,DEL-03", "--skip", "DEL-03"]).unwrap();
    assert_eq!(ids(&report), ["LOG-01"]);
    let problem = run(&["--preset", "forensic", "--only", "CPY-01"]).unwrap_err();
    assert!(problem.contains("--only CPY-01: the preset forensic does not choose it"), "{problem}");
    let problem = run(&["--only", "CPY-01/any"]).unwrap_err();
    assert!(problem.contains("CPY-01/any: a run without --preset does not choose it"), "{problem}");
    let both = run(&["--preset", "aws-backup-audit-manager", "--only", "CPY-01"]).unwrap();
    assert_eq!(ids(&both), ["CPY-01", "CPY-01/any"]);
    let one = run(&["--preset", "aws-backup-audit-manager", "--only", "CPY-01/any"]).unwrap();
    assert_eq!(ids(&one), ["CPY-01/any"]);
    let other = run(&["--preset", "aws-backup-audit-manager", "--only", "CPY-01", "--skip", "CPY-01/any"]).unwrap();
    assert_eq!(ids(&other), ["CPY-01"]);
}

#[test]
fn a_parameter_is_what_the_last_of_page_preset_config_and_flag_says() {
    const NAME: &str = "recoveryPointAgeValue";
    let preset = ["--preset", "aws-backup-audit-manager"];
    assert_eq!(parameter(&run(&[]).unwrap(), "CPY-01", NAME), 7);
    assert_eq!(parameter(&run(&preset).unwrap(), "CPY-01", NAME), 1);
    let folder = Folder::new();
    let config =
        folder.put("v.toml", format!("[controls.CPY-01]\n{NAME} = 9\n[controls.\"CPY-01/any\"]\n{NAME} = 3\n"));
    let with_config = [&preset[..], &["--config", text(&config)]].concat();
    let report = run(&with_config).unwrap();
    assert_eq!((parameter(&report, "CPY-01", NAME), parameter(&report, "CPY-01/any", NAME)), (&9.into(), &3.into()));
    let set = [&with_config[..], &["--set", "CPY-01.recoveryPointAgeValue=11"]].concat();
    let report = run(&set).unwrap();
    assert_eq!((parameter(&report, "CPY-01", NAME), parameter(&report, "CPY-01/any", NAME)), (&11.into(), &3.into()));
    let beyond = [&preset[..], &["--set", "CPY-01/any.recoveryPointAgeValue=32"]].concat();
    assert!(run(&beyond).unwrap_err().contains("1..=31 days"));
    // What a framework asks for is asked for, whatever the configuration says; --set still wins.
    let asked = framework(&[control(LAG, &[(NAME, "5")], &json!({}))]);
    let with = ["--config", text(&config)];
    assert_eq!(parameter(&framed(&asked, &with).unwrap(), "CPY-01", NAME), 5);
    let set = [&with[..], &["--set", "CPY-01.recoveryPointAgeValue=11"]].concat();
    assert_eq!(parameter(&framed(&asked, &set).unwrap(), "CPY-01", NAME), 11);
}

#[test]
fn one_control_asked_twice_has_two_verdicts_of_its_own() {
    let asked = framework(&[
        control(LAG, &[("recoveryPointAgeValue", "7"), ("recoveryPointAgeUnit", "days")], &json!({})),
        control(ANY, &[("recoveryPointAgeValue", "24"), ("recoveryPointAgeUnit", "hours")], &Value::Null),
    ]);
    let report = framed(&asked, &[]).unwrap();
    assert_eq!(ids(&report), ["CPY-01", "CPY-01/any"]);
    assert_eq!(status(&report, "CPY-01", VOLUME), (Status::Compliant, "copy_within_age".into()));
    assert_eq!(status(&report, "CPY-01/any", VOLUME).0, Status::NonCompliant);
    assert_eq!(parameter(&report, "CPY-01/any", "vault_type"), "any");
    let uids: std::collections::BTreeSet<&str> = report.verdicts.iter().map(|v| v.uid.as_str()).collect();
    assert_eq!(uids.len(), report.verdicts.len());
    // The first is the same verdict as without a framework.
    let plain = run(&["--only", "CPY-01"]).unwrap();
    let uid = |report: &Report| report.verdicts.iter().find(|v| v.control == "CPY-01").unwrap().uid.clone();
    assert_eq!(uid(&plain), uid(&report));
    let told = report.run.framework.unwrap();
    assert_eq!((told.name.as_deref(), told.notes.len()), (Some("mine"), 0));
    let names: Vec<(&str, &str)> = told.controls.iter().map(|c| (c.name.as_str(), c.control.as_str())).collect();
    assert_eq!(names, [(LAG, "CPY-01"), (ANY, "CPY-01/any")]);
}

#[test]
fn awss_defaults_hold_where_a_framework_says_nothing() {
    let report = framed(&framework(&[control(LAG, &[], &json!({})), control(ANY, &[], &json!({}))]), &[]).unwrap();
    for id in ["CPY-01", "CPY-01/any"] {
        assert_eq!(parameter(&report, id, "recoveryPointAgeValue"), 1);
        assert_eq!(parameter(&report, id, "recoveryPointAgeUnit"), "days");
    }
}

#[test]
fn awss_bounds_are_inclusive_and_beyond_them_is_an_error_with_its_place() {
    let age = |name: &str, value: &str, unit: &str| {
        framework(&[control(name, &[("recoveryPointAgeUnit", unit), ("recoveryPointAgeValue", value)], &json!({}))])
    };
    for (name, unit, low, high) in
        [(LAG, "hours", 24, 2184), (LAG, "days", 1, 91), (ANY, "hours", 1, 744), (ANY, "days", 1, 31)]
    {
        for inside in [low, high] {
            assert!(Framework::parse(&age(name, &inside.to_string(), unit)).is_ok(), "{name} {inside} {unit}");
        }
        for outside in [low - 1, high + 1] {
            let text = age(name, &outside.to_string(), unit);
            let bounds = format!("{outside} is out of AWS's bounds: {low} to {high} {unit}");
            let line = text.lines().position(|l| l.contains(&format!("\"{outside}\""))).unwrap() + 1;
            refused(&text, &[&format!("line {line}, column"), name, "recoveryPointAgeValue", &bounds]);
        }
    }
    let frequency = |value: &str, unit: &str| {
        let parameters = [("requiredFrequencyValue", value), ("requiredFrequencyUnit", unit)];
        framework(&[control("BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK", &parameters, &json!({}))])
    };
    assert!(Framework::parse(&frequency("24", "hours")).is_ok() && Framework::parse(&frequency("31", "days")).is_ok());
    refused(&frequency("25", "hours"), &["1 to 24 hours"]);
    refused(&frequency("32", "days"), &["1 to 31 days"]);
    refused(&frequency("1", "week"), &["\"week\" is none of AWS's words", "hours, days"]);
    refused(&frequency("often", "days"), &["\"often\" is no whole number"]);
}

#[test]
fn awss_lists_are_checked_item_by_item() {
    let roles = |n: usize| {
        let each: Vec<String> = (0..n).map(|i| format!("arn:aws:iam::111122223333:role/path/r{i}")).collect();
        control(
            "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
            &[("principalArnList", &each.join(",\n  "))],
            &json!({}),
        )
    };
    let parsed = Framework::parse(&framework(&[roles(5)])).unwrap();
    assert_eq!(parsed.controls[0].parameters["principalArnList"].as_array().unwrap().len(), 5);
    assert_eq!(parsed.controls[0].parameters["principalArnList"][4], "arn:aws:iam::111122223333:role/path/r4");
    refused(&framework(&[roles(6)]), &["6 items; AWS allows 5"]);
    let list =
        |name: &str, parameter: &str, value: &str| framework(&[control(name, &[(parameter, value)], &json!({}))]);
    let user =
        list("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", "principalArnList", "arn:aws:iam::111122223333:user/u");
    refused(&user, &["is no ARN of an IAM role"]);
    refused(&list("BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT", "crossAccountList", "1234"), &["twelve digits"]);
    refused(&list("BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION", "crossRegionList", "Ireland"), &["is no Region"]);
    assert!(
        Framework::parse(&list(
            "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION",
            "crossRegionList",
            "us-gov-east-1, eu-west-1"
        ))
        .is_ok()
    );
}

#[test]
fn unknown_names_are_errors_with_their_place_and_the_nearest() {
    let place = |text: &str, word: &str| {
        let line = text.lines().position(|line| line.contains(word)).unwrap();
        let column = text.lines().nth(line).unwrap().find(word).unwrap();
        format!("line {}, column {column}: ", line + 1)
    };
    let misspelt = framework(&[control("RESOURCES_IN_LOGICALY_AIR_GAPPED_VAULT", &[], &json!({}))]);
    let near = format!("did you mean {LAG}?");
    refused(&misspelt, &[&place(&misspelt, "RESOURCES_IN_LOGICALY"), "AWS has no control", &near]);
    refused(&framework(&[control(LAG, &[("recoveryPointAge", "1")], &json!({}))]), &["did you mean recoveryPointAge"]);
    refused(
        &framework(&[control(LAG, &[], &json!({"ComplianceResourceTypes": ["EC3"]}))]),
        &["no resource type \"EC3\"", "did you mean EC2?"],
    );
    let unknown = framework(&[control(LAG, &[], &json!({"ComplianceResourceType": ["EC2"]}))]);
    let line = unknown.lines().position(|line| line.contains("ComplianceResourceType")).unwrap() + 1;
    let words = ["unknown field `ComplianceResourceType`", "did you mean `ComplianceResourceTypes`?"];
    refused(&unknown, &[&format!("line {line}, column"), words[0], words[1]]);
    refused(
        "{\"FrameworkName\": \"x\", \"FrameworkControl\": []}",
        &["line 1, column", "did you mean `FrameworkControls`?"],
    );
    refused("{\"FrameworkName\": \"x\"}", &["missing field `FrameworkControls`"]);
    refused("{\"FrameworkControls\": [] // none\n}", &["line 1, column"]);
    refused(&framework(&[]), &["FrameworkControls is empty"]);
    let number = framework(&[
        json!({"ControlName": LAG, "ControlInputParameters": [{"ParameterName": "recoveryPointAgeValue", "ParameterValue": 3}]}),
    ]);
    refused(&number, &["ParameterValue must be text"]);
    let twice =
        framework(&[control(LAG, &[("recoveryPointAgeValue", "1"), ("recoveryPointAgeValue", "2")], &json!({}))]);
    refused(&twice, &["recoveryPointAgeValue is given twice"]);
    let folder = Folder::with_locked_vault();
    folder.put("f.json", framework(&[control("X", &[], &json!({}))]));
    folder
        .run("audit . --framework f.json")
        .says(2, &["--framework f.json: line 6, column", "AWS has no control \"X\""]);
    folder.run("audit . --framework none.json").says(2, &["cannot read none.json"]);
}

#[test]
fn a_framework_has_fifty_controls_at_most_and_a_repeated_one_is_told() {
    let of = |count: usize| framework(&vec![control(LAG, &[], &json!({})); count]);
    let fifty = Framework::parse(&of(50)).unwrap();
    assert_eq!((fifty.controls.len(), fifty.notes.len()), (1, 49));
    assert!(fifty.notes[0].contains("is here before, the same in all: judged once"), "{}", fifty.notes[0]);
    refused(&of(51), &["51 controls; AWS allows 50"]);
    let two = framework(&[
        control(LAG, &[], &json!({"ComplianceResourceTypes": ["EBS"]})),
        control(LAG, &[("recoveryPointAgeValue", "8")], &json!({"ComplianceResourceTypes": ["EBS"]})),
    ]);
    let report = framed(&two, &[]).unwrap();
    assert_eq!(ids(&report), ["CPY-01", "CPY-01/2"]);
    assert_eq!(status(&report, "CPY-01", VOLUME).0, Status::NonCompliant);
    assert_eq!(status(&report, "CPY-01/2", VOLUME).0, Status::Compliant);
    assert!(report.run.framework.unwrap().notes[0].contains("this one is reported as CPY-01/2"));
}

#[test]
fn a_scope_by_type_or_id_is_applied_in_short_and_long_names() {
    let scoped = |scope: &Value| framed(&framework(&[control(ANY, &[], scope)]), &[]).unwrap();
    for scope in [
        json!({"ComplianceResourceTypes": ["EBS"]}),
        json!({"ComplianceResourceTypes": ["AWS::EC2::Volume", "EC2"]}),
        json!({"ComplianceResourceIds": ["vol-0a1c3e5f70819a2b4"]}),
        json!({"ComplianceResourceIds": [VOLUME], "ComplianceResourceTypes": ["AWS::Backup::RecoveryPoint"]}),
        json!({"ComplianceResourceIds": [], "ComplianceResourceTypes": [], "Tags": {}}),
    ] {
        let report = scoped(&scope);
        assert_eq!(status(&report, "CPY-01/any", VOLUME).0, Status::NonCompliant, "{scope}");
    }
    for scope in [
        json!({"ComplianceResourceTypes": ["S3"]}),
        json!({"ComplianceResourceIds": ["vol-0000"]}),
        json!({"ComplianceResourceIds": ["0a1c3e5f70819a2b4"]}),
    ] {
        let report = scoped(&scope);
        let found = status(&report, "CPY-01/any", "CPY-01/any");
        assert_eq!(found, (Status::NotApplicable, "no_subjects".into()), "{scope}");
    }
    let told = scoped(&json!({"ComplianceResourceTypes": ["AWS::S3::Bucket"]})).run.framework.unwrap();
    assert_eq!(told.controls[0].resource_types, ["S3"]);
}

#[test]
fn a_scope_by_tag_is_applied_where_tags_are_known_and_the_rest_is_told() {
    let judged = |tags: &Value, listed: Option<&Value>| {
        let folder = Folder::new();
        let asked = framework(&[control(ANY, &[], &json!({"Tags": tags}))]);
        let file = folder.put("framework.json", asked);
        crate::support::copy_tree(copied().as_ref(), &folder.at("evidence"));
        if let Some(listed) = listed {
            let manifest = json!({"schema": "vaultrail.inventory/1", "captured_at": "2026-10-30T23:30:00Z", "account": "111122223333", "region": "eu-west-1"});
            folder.put("evidence/inventory/manifest.json", manifest.to_string());
            let resources = json!({"ResourceTagMappingList": [{"ResourceARN": VOLUME, "Tags": listed}]});
            folder.put("evidence/inventory/resourcegroupstaggingapi/get-resources.json", resources.to_string());
        }
        let evidence = folder.at("evidence");
        let time = ["--as-of", "2026-10-31T00:00:00Z", "--assume-complete"];
        let report = audit(&[&[text(&evidence), "--framework", text(&file)], &time[..]].concat()).unwrap();
        let told = report.run.framework.unwrap();
        assert!(told.notes[0].contains("what no inventory lists the tags of"), "{:?}", told.notes);
        let subjects = report.verdicts.iter().filter(|v| v.control == "CPY-01/any").map(|v| v.subject.id.clone());
        (subjects.collect::<Vec<_>>(), told.controls[0].tag.clone().unwrap())
    };
    let (team_a, team_b) = (json!([{"Key": "team", "Value": "a"}]), json!([{"Key": "team", "Value": "b"}]));
    let yes = |tags: &Value, listed: Option<&Value>, told: &str| {
        assert_eq!(judged(tags, listed), (vec![VOLUME.to_owned()], told.to_owned()), "{tags} {listed:?}");
    };
    for tags in [json!({"team": "a"}), team_a.clone()] {
        yes(&tags, None, "team=a");
        yes(&tags, Some(&team_a), "team=a");
        for other in [&team_b, &json!([])] {
            assert_eq!(judged(&tags, Some(other)).0, ["CPY-01/any"], "{tags} {other}");
        }
    }
    yes(&json!({"team": ""}), Some(&team_b), "team");
    assert_eq!(judged(&json!({"env": ""}), Some(&team_b)).0, ["CPY-01/any"]);
    refused(&framework(&[control(ANY, &[], &json!({"Tags": {"a": "1", "b": "2"}}))]), &["2 tags; AWS allows one pair"]);
    refused(&framework(&[control(ANY, &[], &json!({"Tags": "a"}))]), &["Tags must be a map, or a list"]);
}

#[test]
fn an_answer_of_describe_framework_is_read_with_its_oddities() {
    let answer = json!({
        "FrameworkName": "Described",
        "FrameworkArn": "arn:aws:backup:eu-west-1:111122223333:framework/Described-0a1b2c3d-0000-4000-8000-000000000001",
        "FrameworkControls": [{"ControlName": "", "ControlInputParameters": [], "ControlScope": {"ComplianceResourceTypes": ["EC2", "EBS"]}}],
        "CreationTime": 1_790_000_000.316,
        "DeploymentStatus": "Active",
        "FrameworkStatus": "Completed",
        "FrameworkTags": {"key": "value"},
        "IdempotencyToken": "t",
    });
    let report = framed(&format!("\u{feff}{answer}"), &[]).unwrap();
    assert_eq!(ids(&report), ["CPY-01"]);
    let told = report.run.framework.unwrap();
    assert!(told.arn.unwrap().ends_with("000000000001"));
    assert!(told.notes[0].contains(&format!("ControlName is empty; taken for {LAG}")), "{:?}", told.notes);
}

#[test]
fn no_bent_framework_makes_the_reader_panic() {
    let scope = json!({"ComplianceResourceIds": ["vol-1"], "ComplianceResourceTypes": ["EBS"], "Tags": [{"Key": "k", "Value": "ä"}]});
    let whole = framework(&[control(LAG, &[("recoveryPointAgeValue", "7"), ("recoveryPointAgeUnit", "days")], &scope)]);
    assert!(Framework::parse(&whole).is_ok());
    for (at, _) in whole.char_indices() {
        let (before, after) = whole.split_at(at);
        assert!(Framework::parse(before).is_err(), "half of a framework is read: {before}");
        for piece in ["\"", "{", "]", "null,", "-1", "\u{202e}"] {
            let _ = Framework::parse(&format!("{before}{piece}{after}"));
        }
        let without: String = before.chars().chain(after.chars().skip(1)).collect();
        let _ = Framework::parse(&without);
    }
}

#[test]
fn all_of_awss_controls_can_be_asked_for() {
    let names = vaultrail::controls::catalogue::Catalogue::all().unwrap();
    let names = &names.iter().find(|c| c.name == "AWS-BACKUP-AUDIT-MANAGER").unwrap().ids;
    let all: Vec<Value> = names.iter().map(|name| control(name, &[], &json!({}))).collect();
    let parsed = Framework::parse(&framework(&all)).unwrap();
    assert_eq!((parsed.controls.len(), parsed.notes.len()), (11, 0));
    let report = framed(&framework(&all), &[]).unwrap();
    let told = report.run.framework.unwrap();
    let waiting = told.notes.iter().filter(|note| note.contains("is not in this version")).count();
    assert_eq!(told.controls.len() + waiting, 11, "{told:?}");
}

#[test]
fn frameworks_of_requirements_are_as_their_worst_verdict() {
    let report = run(&[]).unwrap();
    let order = [Status::NonCompliant, Status::InsufficientData, Status::Compliant, Status::NotApplicable];
    let mut requirements = 0;
    for framework in &report.frameworks {
        assert!(!framework.version.is_empty() && !framework.source.is_empty(), "{}", framework.name);
        for requirement in &framework.requirements {
            requirements += 1;
            let speak: Vec<&str> = requirement.controls.iter().map(|c| c.id.as_str()).collect();
            let of: Vec<Status> =
                report.verdicts.iter().filter(|v| speak.contains(&v.control.as_str())).map(|v| v.status).collect();
            let worst = order.into_iter().find(|status| of.contains(status)).unwrap();
            assert_eq!(requirement.status, worst, "{} {}", framework.name, requirement.id);
            assert_eq!(requirement.counts.values().sum::<u64>(), of.len() as u64);
            for control in &report.controls {
                let maps = control.mappings.iter().any(|m| m.framework == framework.name && m.id == requirement.id);
                assert_eq!(maps, speak.contains(&control.id.as_str()), "{} {}", control.id, requirement.id);
            }
        }
        let worst = order.into_iter().find(|status| framework.counts[status] > 0).unwrap();
        assert_eq!(framework.status, worst, "{}", framework.name);
    }
    let mapped: std::collections::BTreeSet<_> = report.controls.iter().flat_map(|c| &c.mappings).collect();
    assert_eq!(requirements, mapped.len());
    let ism = report.frameworks.iter().find(|f| f.name == "ACSC-ISM").unwrap();
    assert!(ism.requirements[0].controls[0].published_by.as_ref().unwrap().contains("conformance pack"));
}
