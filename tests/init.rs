//! `vaultrail init`: the configuration states nothing by itself, and what the script collects is what the program reads.
//!
//! The script runs against a stand-in for the AWS CLI that answers what a test has put down for a call, as the AWS CLI
//! prints it, and refuses what a test says.

use crate::folder::Folder;
use crate::support::{audit, root, text};
use regex::Regex;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use vaultrail::cli::config::Config;
use vaultrail::cli::init;
use vaultrail::ingest::{self, Log, Options};
use vaultrail::report::wire::Verdict;

const FILES: [&str; 3] = ["collect-inventory.policy.json", "collect-inventory.sh", "vaultrail.toml"];

/// Every operation that an inventory snapshot is made of.
const OPERATIONS: [&str; 42] = [
    "backup describe-backup-vault",
    "backup describe-framework",
    "backup describe-global-settings",
    "backup describe-recovery-point",
    "backup describe-region-settings",
    "backup get-backup-plan",
    "backup get-backup-selection",
    "backup get-backup-vault-access-policy",
    "backup list-backup-jobs",
    "backup list-backup-plans",
    "backup list-backup-selections",
    "backup list-backup-vaults",
    "backup list-copy-jobs",
    "backup list-frameworks",
    "backup list-legal-holds",
    "backup list-protected-resources",
    "backup list-recovery-points-by-backup-vault",
    "backup list-report-plans",
    "backup list-restore-access-backup-vaults",
    "backup list-restore-jobs",
    "backup list-restore-testing-plans",
    "cloudtrail describe-trails",
    "cloudtrail get-event-selectors",
    "cloudtrail get-trail-status",
    "cloudtrail list-public-keys",
    "kms describe-key",
    "kms get-key-policy",
    "kms list-grants",
    "mpa get-approval-team",
    "mpa get-session",
    "mpa list-approval-teams",
    "mpa list-identity-sources",
    "mpa list-resource-policies",
    "mpa list-sessions",
    "organizations describe-organization",
    "organizations list-accounts",
    "ram get-resource-share-associations",
    "ram get-resource-share-invitations",
    "ram get-resource-shares",
    "ram list-principals",
    "ram list-resources",
    "resourcegroupstaggingapi get-resources",
];

const STAND_IN: &str = r#"#!/usr/bin/env bash
set -euo pipefail
here=$(dirname "$0")
printf '%s\n' "$*" >>"$here/calls"
words=()
while [ $# -gt 0 ]; do
    case $1 in
        --output | --region | --profile | --start-time | --end-time) shift 2 ;;
        *) words+=("$1") && shift ;;
    esac
done
name=${words[*]}
name=${name//[^a-zA-Z0-9=.:-]/_}
if [ -e "$here/answers/$name" ]; then exec cat "$here/answers/$name"; fi
if [ -e "$here/refusals/$name" ]; then
    cat "$here/refusals/$name" >&2
    exit 254
fi
echo "nobody has put down an answer to: ${words[*]}" >&2
exit 99
"#;

const LAG: &str = "arn:aws:backup:us-east-1:111122223333:backup-vault:prod-airgap";
const STANDARD: &str = "arn:aws:backup:us-east-1:111122223333:backup-vault:daily_1";
const SHARED: &str = "arn:aws:backup:us-east-1:444455556666:backup-vault:partner-airgap";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-4333-8444-555555555555";
const TEAM: &str = "arn:aws:mpa:us-east-1:111122223333:approval-team/restore-approvers";
const SESSION: &str = "arn:aws:mpa:us-east-1:111122223333:session/restore-approvers/5f1a";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/org-trail";
const SHARE: &str = "arn:aws:ram:us-east-1:111122223333:resource-share/0a1b";

/// The script with a stand-in for the AWS CLI.
struct Collector(Folder);

/// How the stand-in names the file for a call.
fn file_of(call: &str) -> String {
    call.chars().map(|c| if c.is_ascii_alphanumeric() || "=.:-".contains(c) { c } else { '_' }).collect()
}

/// JSON as the AWS CLI prints it.
fn printed(answer: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    answer.serialize(&mut serde_json::Serializer::with_formatter(&mut out, format)).unwrap();
    out.push(b'\n');
    out
}

/// Of an ARN, its last part.
fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap()
}

fn vault_of(arn: &str, kind: &str, key_type: &str) -> Value {
    json!({"BackupVaultName": name_of(arn), "BackupVaultArn": arn, "VaultType": kind, "VaultState": "AVAILABLE",
        "EncryptionKeyArn": KEY, "EncryptionKeyType": key_type, "CreationDate": "2026-03-02T09:00:00+00:00",
        "NumberOfRecoveryPoints": 1, "Locked": true, "MinRetentionDays": 7, "MaxRetentionDays": 90})
}

impl Collector {
    /// A stand-in that knows no answer.
    fn empty() -> Self {
        let folder = Folder::new();
        let stand_in = folder.put("bin/aws", STAND_IN);
        folder.put("collect-inventory.sh", include_str!("../src/cli/init/collect-inventory.sh"));
        let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
        std::fs::set_permissions(stand_in, mode).unwrap();
        let it = Self(folder);
        it.says("sts get-caller-identity --query Account", &json!("111122223333"));
        it
    }

    /// The management account of an organization, which owns two vaults and is given a third, in us-east-1.
    fn management_account() -> Self {
        let it = Self::empty();
        it.organization("111122223333");
        it.vaults();
        it.jobs_and_plans();
        it.shares();
        it.teams();
        it.keys_and_trails();
        it
    }

    fn says(&self, call: &str, answer: &Value) {
        let _ = std::fs::remove_file(self.0.at(&format!("bin/refusals/{}", file_of(call))));
        self.0.put(&format!("bin/answers/{}", file_of(call)), printed(answer));
    }

    fn refuses(&self, call: &str, code: &str) {
        let _ = std::fs::remove_file(self.0.at(&format!("bin/answers/{}", file_of(call))));
        let said = format!("\nAn error occurred ({code}) when calling the Some operation: not\nfor\x1byou\n");
        self.0.put(&format!("bin/refusals/{}", file_of(call)), said);
    }

    fn organization(&self, management: &str) {
        self.says(
            "organizations describe-organization",
            &json!({"Organization": {"Id": "o-example", "MasterAccountId": management, "FeatureSet": "ALL"}}),
        );
        self.says("organizations list-accounts", &json!({"Accounts": [{"Id": "111122223333", "Status": "ACTIVE"}]}));
        self.says("backup describe-global-settings", &json!({"GlobalSettings": {"isMpaEnabled": "true"}}));
    }

    fn vaults(&self) {
        let (lag, standard) = ("LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "BACKUP_VAULT");
        let own = [vault_of(LAG, lag, "AWS_OWNED_KMS_KEY"), vault_of(STANDARD, standard, "CUSTOMER_MANAGED_KMS_KEY")];
        let shared = vault_of(SHARED, lag, "AWS_OWNED_KMS_KEY");
        for (vault, more) in own.iter().map(|v| (v, "")).chain([(&shared, " --backup-vault-account-id 444455556666")]) {
            let name = vault["BackupVaultName"].as_str().unwrap();
            let args = format!("--backup-vault-name {name}{more}");
            self.says(&format!("backup describe-backup-vault {args}"), vault);
            let point = format!("arn:aws:backup:us-east-1:111122223333:recovery-point:{name}-7c3e");
            let mut row = json!({"RecoveryPointArn": point, "ParentRecoveryPointArn": "arn:parent", "Status": "COMPLETED",
                "CreationDate": 1_760_000_000.123});
            self.says(
                &format!("backup list-recovery-points-by-backup-vault {args}"),
                &json!({"RecoveryPoints": [row]}),
            );
            row["BackupVaultArn"] = vault["BackupVaultArn"].clone();
            self.says(&format!("backup describe-recovery-point {args} --recovery-point-arn {point}"), &row);
        }
        self.says("backup list-backup-vaults", &json!({"BackupVaultList": own}));
        self.says("backup list-backup-vaults --by-shared", &json!({"BackupVaultList": [shared]}));
        self.says(
            "backup get-backup-vault-access-policy --backup-vault-name daily_1",
            &json!({"BackupVaultName": "daily_1", "BackupVaultArn": STANDARD, "Policy": "{\"Statement\": []}"}),
        );
        self.refuses(
            "backup get-backup-vault-access-policy --backup-vault-name prod-airgap",
            "ResourceNotFoundException",
        );
        self.says(
            "backup list-restore-access-backup-vaults --backup-vault-name prod-airgap",
            &json!({"RestoreAccessBackupVaults": []}),
        );
        self.says("backup list-protected-resources", &json!({"Results": [{"ResourceArn": "arn:aws:s3:::ledger"}]}));
        self.says("backup describe-region-settings", &json!({"ResourceTypeOptInPreference": {"EBS": true}}));
    }

    fn jobs_and_plans(&self) {
        self.says("backup list-backup-jobs", &json!({"BackupJobs": []}));
        self.says("backup list-copy-jobs", &json!({"CopyJobs": []}));
        self.says("backup list-restore-jobs", &json!({"RestoreJobs": []}));
        self.says("backup list-backup-plans", &json!({"BackupPlansList": [{"BackupPlanId": "p1", "VersionId": "v"}]}));
        self.says(
            "backup get-backup-plan --backup-plan-id p1",
            &json!({"BackupPlan": {"BackupPlanName": "daily", "Rules": []}, "BackupPlanId": "p1", "VersionId": "v"}),
        );
        self.says(
            "backup list-backup-selections --backup-plan-id p1",
            &json!({"BackupSelectionsList": [{"SelectionId": "s1", "BackupPlanId": "p1"}]}),
        );
        self.says(
            "backup get-backup-selection --backup-plan-id p1 --selection-id s1",
            &json!({"BackupSelection": {"Resources": ["*"]}, "SelectionId": "s1", "BackupPlanId": "p1"}),
        );
        self.says("backup list-restore-testing-plans", &json!({"RestoreTestingPlans": []}));
        self.says("backup list-legal-holds", &json!({"LegalHolds": []}));
        // Two pages: the AWS CLI does not turn them by itself here.
        let framework =
            |name: &str| json!({"FrameworkName": name, "FrameworkArn": format!("arn:{name}"), "Tags": [[]]});
        let call = "backup list-frameworks --query [NextToken, Frameworks]";
        self.says(call, &json!(["to/ken==", [framework("a"), framework("b")]]));
        self.says(&format!("{call} --next-token=to/ken=="), &json!([null, [framework("c")]]));
        for name in ["a", "b", "c"] {
            self.says(
                &format!("backup describe-framework --framework-name {name}"),
                &json!({"FrameworkName": name, "FrameworkArn": format!("arn:{name}"), "FrameworkControls": []}),
            );
        }
        self.says("backup list-report-plans --query [NextToken, ReportPlans]", &json!([null, []]));
    }

    fn shares(&self) {
        for owner in ["SELF", "OTHER-ACCOUNTS"] {
            let args = format!("--resource-owner {owner}");
            self.says(
                &format!("ram get-resource-shares {args}"),
                &json!({"resourceShares": [{"resourceShareArn": SHARE}]}),
            );
            self.says(&format!("ram list-principals {args}"), &json!({"principals": []}));
            self.says(&format!("ram list-resources {args}"), &json!({"resources": []}));
        }
        for kind in ["PRINCIPAL", "RESOURCE"] {
            let call = format!("ram get-resource-share-associations --association-type {kind}");
            self.says(&call, &json!({"resourceShareAssociations": []}));
        }
        self.says("ram get-resource-share-invitations", &json!({"resourceShareInvitations": []}));
    }

    fn teams(&self) {
        self.says("mpa list-identity-sources", &json!({"IdentitySources": []}));
        self.says("mpa list-approval-teams", &json!({"ApprovalTeams": [{"Arn": TEAM, "Name": "restore-approvers"}]}));
        self.says(
            &format!("mpa get-approval-team --arn {TEAM}"),
            &json!({"Arn": TEAM, "Status": "ACTIVE", "ApprovalStrategy": {"MofN": {"MinApprovalsRequired": 2}}}),
        );
        self.says(&format!("mpa list-resource-policies --resource-arn {TEAM}"), &json!({"ResourcePolicies": []}));
        self.says(
            &format!("mpa list-sessions --approval-team-arn {TEAM}"),
            &json!({"Sessions": [{"SessionArn": SESSION}]}),
        );
        self.says(
            &format!("mpa get-session --session-arn {SESSION}"),
            &json!({"SessionArn": SESSION, "ApprovalTeamArn": TEAM, "Status": "APPROVED"}),
        );
    }

    fn keys_and_trails(&self) {
        self.says(&format!("kms describe-key --key-id {KEY}"), &json!({"KeyMetadata": {"KeyId": "1", "Arn": KEY}}));
        self.says(
            &format!("kms get-key-policy --key-id {KEY} --policy-name default"),
            &json!({"Policy": "{\"Statement\": []}", "PolicyName": "default"}),
        );
        self.says(&format!("kms list-grants --key-id {KEY}"), &json!({"Grants": [], "Truncated": false}));
        self.says("cloudtrail describe-trails", &json!({"trailList": [{"Name": "org-trail", "TrailARN": TRAIL}]}));
        self.says(&format!("cloudtrail get-trail-status --name {TRAIL}"), &json!({"IsLogging": true}));
        self.says(
            &format!("cloudtrail get-event-selectors --trail-name {TRAIL}"),
            &json!({"TrailARN": TRAIL, "AdvancedEventSelectors": []}),
        );
        self.says("cloudtrail list-public-keys", &json!({"PublicKeyList": []}));
        self.says("resourcegroupstaggingapi get-resources", &json!({"ResourceTagMappingList": []}));
    }

    /// Runs the script with the words of a line.
    fn run(&self, line: &str) -> Output {
        let path = std::env::var_os("PATH").unwrap();
        let folders = [self.0.at("bin")].into_iter().chain(std::env::split_paths(&path));
        let mut command = assert_cmd::Command::new("bash");
        command.arg("collect-inventory.sh").args(line.split_whitespace()).current_dir(self.0.path());
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION").output().unwrap()
    }

    /// Runs it into `out` for us-east-1 and demands an exit code.
    fn collect(&self, code: i32, more: &str) -> String {
        let output = self.run(&format!("--out out --region us-east-1 {more}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    }

    fn out(&self) -> PathBuf {
        self.0.at("out")
    }

    fn has(&self, name: &str) -> bool {
        self.out().join(name).exists()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.out().join(name)).unwrap()).unwrap()
    }

    fn errors(&self) -> String {
        std::fs::read_to_string(self.out().join("errors.txt")).unwrap_or_default()
    }

    /// Everything collected, as the program reads it; nothing of it is damaged.
    fn read(&self) -> Log {
        let log = ingest::read(&[self.out()], &Options::default()).unwrap();
        assert!(log.defects.is_empty(), "{:#?}", log.defects);
        log
    }
}

/// `<service> <operation>` of each call that the script's text names.
fn calls_named() -> BTreeSet<String> {
    let script = std::fs::read_to_string(root().join("src/cli/init/collect-inventory.sh")).unwrap();
    let call =
        Regex::new(r#"\b(?:ask|collect|collect_pages|collect_from "\$\w+") ([a-z]+) ([a-z]+(?:-[a-z]+)+)"#).unwrap();
    call.captures_iter(&script).map(|found| format!("{} {}", &found[1], &found[2])).collect()
}

/// An operation of the AWS CLI as IAM names it.
fn action(call: &str) -> String {
    let (service, operation) = call.split_once(' ').unwrap();
    let prefix = if service == "resourcegroupstaggingapi" { "tag" } else { service };
    let name: String = operation.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    format!("{prefix}:{name}")
}

/// The settings of a configuration with their comment signs taken away; prose has a blank after the sign.
fn uncommented(config: &str) -> String {
    let setting = Regex::new(r"(?m)^#([\[a-zA-Z_])").unwrap();
    setting.replace_all(config, "$1").into_owned()
}

fn verdicts_with(config: Option<&Path>) -> Vec<Verdict> {
    let mut args = vec!["fixtures/estate"];
    args.extend(config.iter().flat_map(|path| ["--config", text(path)]));
    audit(&args).unwrap().verdicts
}

fn as_json(verdicts: &[Verdict]) -> Value {
    serde_json::to_value(verdicts).unwrap()
}

#[test]
fn init_writes_three_files_and_overwrites_only_by_force() {
    let folder = Folder::new();
    let answer = folder.run("init a/b");
    answer.says(0, &["wrote a/b/vaultrail.toml", "next"]);
    assert!(answer.out.is_empty());
    let mut names: Vec<String> =
        std::fs::read_dir(folder.at("a/b")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, FILES);
    let mode = std::fs::metadata(folder.at("a/b/collect-inventory.sh")).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o755);

    folder.put("a/b/vaultrail.toml", "mine");
    std::fs::remove_file(folder.at("a/b/collect-inventory.policy.json")).unwrap();
    folder.run("init a/b").says(2, &["a/b/vaultrail.toml", "a/b/collect-inventory.sh", "exist already", "--force"]);
    assert_eq!(std::fs::read(folder.at("a/b/vaultrail.toml")).unwrap(), b"mine");
    assert!(!folder.at("a/b/collect-inventory.policy.json").exists(), "nothing is written beside what is kept");

    let answer = folder.run("init a/b --force -q");
    answer.says(0, &[]);
    assert_eq!(answer.err, "");
    assert_eq!(std::fs::read_to_string(folder.at("a/b/vaultrail.toml")).unwrap(), init::config().unwrap());
    folder.run("init a/b/vaultrail.toml").says(2, &["cannot create a/b/vaultrail.toml"]);
    // In the folder where it stands, the program takes none of it for evidence or for damage.
    folder.put_vault(&crate::folder::vault());
    let report = folder.run("audit . --format json --config a/b/vaultrail.toml").report();
    assert_eq!((report.inputs.files.not_evidence, report.inputs.files.defective), (3, 0));
}

#[test]
fn the_configuration_states_nothing_and_its_defaults_are_those_of_the_controls() {
    let folder = Folder::new();
    let config = init::config().unwrap();
    let plain = verdicts_with(None);
    assert!(plain.len() > 100);
    let path = folder.put("as-written.toml", &config);
    assert_eq!(as_json(&verdicts_with(Some(&path))), as_json(&plain));
    let controls = &config[config.find("# Controls:").unwrap()..];
    let path = folder.put("controls.toml", uncommented(controls));
    assert_eq!(as_json(&verdicts_with(Some(&path))), as_json(&plain));
}

#[test]
fn every_setting_of_the_configuration_is_valid_once_it_is_uncommented() {
    let folder = Folder::new();
    let settings = uncommented(&init::config().unwrap());
    Config::parse(&settings).unwrap_or_else(|why| panic!("{why}:\n{settings}"));
    let path = folder.put("vaultrail.toml", &settings);
    assert_ne!(as_json(&verdicts_with(Some(&path))), as_json(&verdicts_with(None)), "the settings were read");
    let wide: Vec<&str> = settings.lines().filter(|line| line.chars().count() > 130).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn the_configuration_names_every_key_that_the_program_knows() {
    let source = std::fs::read_to_string(root().join("src/cli/config.rs")).unwrap();
    let structs = source.split("const LONGEST_DAYS").next().unwrap();
    let member = Regex::new(r"(?m)^    (?:pub )?([a-z_]+): ").unwrap();
    let mut keys: BTreeSet<String> = member.captures_iter(structs).map(|found| found[1].to_owned()).collect();
    // What serde calls it: any parameter of the control.
    assert!(keys.remove("parameters"));
    assert!(keys.len() > 25, "{keys:?}");
    let controls = vaultrail::controls::all().unwrap();
    keys.extend(controls.iter().map(|c| c.rule.id.clone()));
    keys.extend(controls.iter().flat_map(|c| c.rule.parameters.iter().map(|p| p.name.clone())));
    let config = init::config().unwrap();
    let named = |key: &String| Regex::new(&format!(r"(?m)^#.*\b{key}\b")).unwrap().is_match(&config);
    let missing: Vec<&String> = keys.iter().filter(|key| !named(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_script_is_clean_to_shellcheck() {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|p| p.join("shellcheck").is_file());
    assert!(found || std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no shellcheck, and CI runs every test");
    if !found {
        eprintln!("skipped: no shellcheck in PATH");
        return;
    }
    let script = root().join("src/cli/init/collect-inventory.sh");
    let output = assert_cmd::Command::new("shellcheck").arg(script).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn everything_that_the_script_collects_is_read_as_what_it_is() {
    let aws = Collector::management_account();
    let said = aws.collect(0, "--recovery-points --profile audit");
    assert_eq!(aws.errors(), "", "{said}");
    let log = aws.read();
    assert_eq!(log.files.read, log.files.found, "{:#?}", log.sources);
    let manifest = aws.json("manifest.json");
    assert_eq!((&manifest["account"], &manifest["region"]), (&json!("111122223333"), &json!("us-east-1")));
    let taken: BTreeSet<_> = log.sources.iter().filter_map(|source| source.captured_at).collect();
    assert_eq!(taken.len(), 1, "one run is one instant");
    // Each file is read as the operation that its name says.
    let read: BTreeSet<String> = log
        .entries
        .iter()
        .filter_map(|entry| match &entry.said {
            ingest::log::Said::Observation(row) => Some(row.operation.to_owned()),
            _ => None,
        })
        .collect();
    let expected: BTreeSet<String> = OPERATIONS.iter().map(|&o| o.to_owned()).collect();
    assert_eq!(read, expected);
    assert_eq!(calls_named(), expected);
}

#[test]
fn the_script_calls_what_its_text_names_and_always_one_region_as_json() {
    let aws = Collector::management_account();
    aws.collect(0, "--recovery-points --profile audit");
    let calls = std::fs::read_to_string(aws.0.at("bin/calls")).unwrap();
    let mut made = BTreeSet::new();
    for call in calls.lines() {
        for words in ["--output json", "--profile audit", "--region us-east-1"] {
            assert!(call.contains(words), "{call}");
        }
        made.insert(call.split(' ').take(2).collect::<Vec<_>>().join(" "));
    }
    assert!(made.remove("sts get-caller-identity"));
    assert_eq!(made, calls_named());
    let once: BTreeSet<&str> = calls.lines().collect();
    assert_eq!(once.len(), calls.lines().count(), "nothing is asked twice");
}

#[test]
fn the_policy_grants_exactly_what_the_script_calls_and_only_reading() {
    let policy: Value = serde_json::from_str(include_str!("../src/cli/init/collect-inventory.policy.json")).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    assert!(statements.iter().all(|s| s["Effect"] == "Allow"));
    let granted =
        statements.iter().flat_map(|s| s["Action"].as_array().unwrap()).map(|a| a.as_str().unwrap().to_owned());
    let granted: BTreeSet<String> = granted.collect();
    // sts:GetCallerIdentity needs no permission.
    assert_eq!(granted, calls_named().iter().map(|call| action(call)).collect());
    let reads = Regex::new("^[a-z]+:(Get|List|Describe)[A-Za-z]+$").unwrap();
    assert!(granted.iter().all(|action| reads.is_match(action)), "{granted:?}");
}

#[test]
fn no_policy_is_an_explicit_none_and_a_refused_one_is_no_file() {
    let aws = Collector::management_account();
    let policy = "backup get-backup-vault-access-policy --backup-vault-name";
    aws.refuses(&format!("{policy} daily_1"), "AccessDeniedException");
    let said = aws.collect(3, "");
    let file = |vault: &str| format!("backup/get-backup-vault-access-policy.{}.json", vault.replace(':', "_"));
    assert_eq!(aws.json(&file(LAG)), json!({"BackupVaultName": "prod-airgap", "BackupVaultArn": LAG, "Policy": null}));
    assert!(!aws.has(&file(STANDARD)));
    let told = format!("backup get-backup-vault-access-policy {STANDARD}: An error occurred (AccessDeniedException)");
    assert!(aws.errors().starts_with(&told), "{}", aws.errors());
    assert!(said.contains(&told), "{said}");
    // One line, and nothing in it that a terminal obeys.
    assert_eq!(aws.errors().lines().count(), 1);
    assert!(aws.errors().chars().all(|c| c == '\n' || !c.is_control()));
    let log = aws.read();
    assert_eq!(log.files.not_evidence, 1, "errors.txt is no evidence");
}

#[test]
fn a_refused_call_stops_nothing_and_leaves_nothing_that_looks_like_none() {
    let all = Collector::management_account();
    all.collect(0, "");
    let files = all.read().files.found;
    let refused = [
        "backup list-backup-jobs",
        "backup list-recovery-points-by-backup-vault --backup-vault-name prod-airgap",
        "backup list-report-plans --query [NextToken, ReportPlans]",
        "ram get-resource-share-invitations",
        "resourcegroupstaggingapi get-resources",
    ];
    let aws = Collector::management_account();
    for call in refused {
        aws.refuses(call, "AccessDeniedException");
    }
    // A page in the middle of a list: the whole list stays unknown, and so do the frameworks.
    aws.refuses("backup list-frameworks --query [NextToken, Frameworks] --next-token=to/ken==", "ThrottlingException");
    let said = aws.collect(3, "");
    assert_eq!(aws.errors().lines().count(), refused.len() + 1, "{said}");
    assert!(said.contains("partial: 6 calls failed"), "{said}");
    let gone = refused.len() as u64 + 1 + 3;
    assert_eq!(aws.read().files.found, files - gone + 1);
    assert!(!aws.has("backup/list-frameworks.json") && !aws.has("backup/list-backup-jobs.json"));
    assert!(!aws.has(".part"));
}

#[test]
fn pages_that_the_aws_cli_does_not_turn_are_joined_into_one_list() {
    let aws = Collector::management_account();
    aws.collect(0, "");
    let frameworks = aws.json("backup/list-frameworks.json");
    let names: Vec<&str> =
        frameworks["Frameworks"].as_array().unwrap().iter().map(|f| f["FrameworkName"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(aws.json("backup/list-report-plans.json"), json!({"ReportPlans": []}));

    let aws = Collector::management_account();
    let call = "backup list-frameworks --query [NextToken, Frameworks]";
    aws.says(&format!("{call} --next-token=to/ken=="), &json!(["to/ken==", []]));
    aws.collect(3, "");
    assert!(aws.errors().contains("the same NextToken"), "{}", aws.errors());
    // A page without a list says nothing.
    let aws = Collector::management_account();
    aws.says(&format!("{call} --next-token=to/ken=="), &json!([null, null]));
    aws.0.put(&format!("bin/answers/{}", file_of("backup list-restore-jobs")), "");
    aws.collect(3, "");
    assert!(aws.errors().contains("backup list-frameworks: the answer is empty"), "{}", aws.errors());
    assert!(aws.errors().contains("backup list-restore-jobs: the answer is empty"), "{}", aws.errors());
}

#[test]
fn a_list_that_the_aws_cli_cut_is_kept_as_partial_and_told() {
    let aws = Collector::management_account();
    aws.says("backup list-copy-jobs", &json!({"CopyJobs": [], "NextToken": "more"}));
    aws.says("ram list-principals --resource-owner SELF", &json!({"nextToken": "more", "principals": []}));
    aws.collect(3, "");
    assert!(aws.errors().contains("backup list-copy-jobs: the list is partial"), "{}", aws.errors());
    assert!(aws.errors().contains("ram list-principals SELF: the list is partial"), "{}", aws.errors());
    let log = aws.read();
    let whole = log.entries.iter().filter_map(|entry| match &entry.said {
        ingest::log::Said::Observation(row) if row.whole_list => Some(row.operation),
        _ => None,
    });
    let whole: Vec<&str> = whole.collect();
    assert!(whole.contains(&"backup list-backup-jobs") && !whole.contains(&"backup list-copy-jobs"), "{whole:?}");
}

#[test]
fn what_is_another_accounts_is_pointed_out_and_nothing_is_missing() {
    let aws = Collector::management_account();
    aws.organization("222233334444");
    let trail = TRAIL.replace("111122223333", "222233334444");
    aws.says("cloudtrail describe-trails", &json!({"trailList": [{"TrailARN": trail}]}));
    aws.says(&format!("cloudtrail get-trail-status --name {trail}"), &json!({"IsLogging": true}));
    let key = KEY.replace("111122223333", "444455556666");
    aws.says(&format!("kms describe-key --key-id {key}"), &json!({"KeyMetadata": {"KeyId": "1", "Arn": key}}));
    let refused = [
        "organizations list-accounts".to_owned(),
        "backup describe-global-settings".to_owned(),
        "mpa list-identity-sources".to_owned(),
        "mpa list-approval-teams".to_owned(),
        format!("cloudtrail get-event-selectors --trail-name {trail}"),
        format!("kms get-key-policy --key-id {key} --policy-name default"),
        format!("kms list-grants --key-id {key}"),
    ];
    for call in &refused {
        aws.refuses(call, "AccessDeniedException");
    }
    aws.collect(0, &format!("--key {key}"));
    assert_eq!(aws.errors().lines().count(), refused.len(), "{}", aws.errors());
    assert!(
        aws.errors().contains("organizations list-accounts: to be collected in account 222233334444; here: An error")
    );
    assert!(aws.errors().contains(&format!("kms list-grants {key}: to be collected in account 444455556666")));
    aws.read();
}

#[test]
fn an_account_without_an_organization_is_asked_about_none() {
    let aws = Collector::management_account();
    aws.refuses("organizations describe-organization", "AWSOrganizationsNotInUseException");
    aws.collect(0, "");
    assert!(aws.errors().contains("AWSOrganizationsNotInUseException"));
    assert!(!aws.has("organizations") && !aws.has("mpa") && !aws.has("backup/describe-global-settings.json"));
    aws.read();
}

#[test]
fn approval_teams_are_asked_for_in_their_region_only() {
    let aws = Collector::management_account();
    let output = aws.run("--out out --region eu-west-1");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!aws.has("mpa"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("run this there too"));
}

#[test]
fn an_aws_cli_that_is_too_old_is_told_so() {
    let aws = Collector::management_account();
    for call in ["mpa list-identity-sources", "mpa list-approval-teams"] {
        let _ = std::fs::remove_file(aws.0.at(&format!("bin/answers/{}", file_of(call))));
        let said =
            "usage: aws [options] <command>\naws: error: argument command: Invalid choice, valid choices are:\nxray";
        aws.0.put(&format!("bin/refusals/{}", file_of(call)), said);
    }
    aws.collect(3, "");
    let told = "mpa list-approval-teams: this AWS CLI does not know the call: update it\n";
    assert!(aws.errors().ends_with(told), "{}", aws.errors());
}

#[test]
fn bad_usage_collects_nothing_and_exits_with_2() {
    let cases = [
        ("--out full --region eu-west-1", "full is not empty"),
        ("--oops", "unknown argument --oops"),
        ("--region", "--region needs a value"),
        ("--region Ireland", "no Region"),
        ("", "no Region"),
        ("--out collect-inventory.sh --region eu-west-1", "cannot create collect-inventory.sh"),
    ];
    for (line, why) in cases {
        let aws = Collector::management_account();
        aws.0.put("full/backup/list-backup-vaults.json", "{}");
        let output = aws.run(line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(said.contains(why), "{line}: {said}");
        let made = std::fs::read_to_string(aws.0.at("bin/calls")).unwrap_or_default();
        assert!(made.lines().all(|call| call.starts_with("sts ") || call.starts_with("configure ")), "{line}: {made}");
        assert!(!aws.0.at("inventory").exists());
    }
    let aws = Collector::management_account();
    aws.refuses("sts get-caller-identity --query Account", "ExpiredToken");
    assert!(aws.collect(2, "").contains("no credentials"));
    assert!(!aws.out().exists());
    let help = aws.run("--help");
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().contains("--recovery-points"));
}

#[test]
fn each_run_has_a_folder_of_its_own_for_the_region_that_the_aws_cli_is_set_to() {
    let aws = Collector::management_account();
    aws.0.put(&format!("bin/answers/{}", file_of("configure get region")), "eu-west-1\n");
    let output = aws.run("");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let runs = crate::support::folders(&aws.0.at("inventory/111122223333/eu-west-1"));
    let [run] = runs.as_slice() else { panic!("{runs:?}") };
    let stamp = Regex::new("^[0-9]{8}T[0-9]{6}Z$").unwrap();
    assert!(stamp.is_match(run.file_name().unwrap().to_str().unwrap()), "{run:?}");
    let report = audit(&[text(&aws.0.at("inventory"))]).unwrap();
    assert_eq!((report.inputs.files.defective, report.inputs.files.not_evidence), (0, 0));
}

#[test]
fn two_names_that_a_file_system_cannot_tell_apart_do_not_overwrite_each_other() {
    let aws = Collector::management_account();
    let keys = [KEY.to_owned(), KEY.replace("key/", "key:")];
    for key in &keys {
        aws.says(&format!("kms describe-key --key-id {key}"), &json!({"KeyMetadata": {"KeyId": "1", "Arn": key}}));
        aws.refuses(&format!("kms get-key-policy --key-id {key} --policy-name default"), "AccessDeniedException");
        aws.refuses(&format!("kms list-grants --key-id {key}"), "AccessDeniedException");
    }
    aws.collect(3, &format!("--key {} --key {}", keys[0], keys[1]));
    assert!(aws.errors().contains(&format!("kms describe-key {}: ", keys[1])), "{}", aws.errors());
    let kept = aws.json(&format!("kms/describe-key.{}.json", KEY.replace([':', '/'], "_")));
    assert_eq!(kept["KeyMetadata"]["Arn"], KEY);
}
