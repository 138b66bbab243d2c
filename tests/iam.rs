//! Reading resource policies: AWS's documented examples, each trap of the language by name, and laws.
//!
//! Examples: AWS Backup Developer Guide (vault access policies, air-gapped vaults with customer managed keys, approval teams),
//! KMS Developer Guide (default key policy), IAM User Guide (elements, operators), with ids of their own.

use crate::support::root;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use vaultrail::arn::AccountId;
use vaultrail::iam::Reach::{Not, Possibly, Surely};
use vaultrail::iam::{
    Boundary, Change, Effect, Known, MANUAL_DELETION, Named, Pattern, Policy, PrincipalRef, Principals, Reach, Request,
    Version, rejected_across_accounts, weakenings,
};

/// Owns every vault, key, team and bucket here.
const OWNER: &str = "111111111111";
/// Of the same organization.
const SIBLING: &str = "222222222222";
/// Of another.
const FOREIGN: &str = "999999999999";
const DELETE: &str = "backup:DeleteRecoveryPoint";
const COPY: &str = "backup:CopyIntoBackupVault";
const VAULT: &str = "arn:aws:backup:eu-west-1:111111111111:backup-vault:last-resort";

fn id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}
fn known() -> Known {
    let accounts = [OWNER, SIBLING].map(id).into_iter().collect();
    Known { owner: id(OWNER), organization: Some("o-ours".into()), accounts: Some(accounts) }
}
/// Nothing but the owner is known.
fn alone() -> Known {
    Known { owner: id(OWNER), organization: None, accounts: None }
}
fn account(text: &str) -> PrincipalRef {
    PrincipalRef::Account(id(text))
}
fn arn(text: &str) -> PrincipalRef {
    PrincipalRef::Arn(text.to_owned())
}
fn role(account: &str, name: &str) -> PrincipalRef {
    arn(&format!("arn:aws:iam::{account}:role/{name}"))
}
fn service(name: &str) -> PrincipalRef {
    PrincipalRef::Service(name.to_owned())
}
fn policy(statements: &Value) -> Policy {
    Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}
fn may(policy: &Policy, who: &PrincipalRef, action: &str) -> Reach {
    may_with(policy, who, action, &[])
}
fn may_with(policy: &Policy, who: &PrincipalRef, action: &str, context: &[(&str, &[&str])]) -> Reach {
    let mut request = Request::new(who.clone(), action, Some(VAULT));
    let values = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
    request.context = context.iter().map(|(key, list)| ((*key).to_owned(), values(list))).collect();
    policy.allows(&request, &known()).reach
}
/// What a policy answers that allows `COPY` to everyone under one condition.
fn under(condition: &Value, who: &PrincipalRef, context: &[(&str, &[&str])]) -> Reach {
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": COPY, "Resource": "*", "Condition": condition});
    may_with(&policy(&statement), who, COPY, context)
}
fn error(text: &str) -> String {
    Policy::parse(text).unwrap_err().to_string()
}

mod examples_of_aws {
    use super::*;

    #[test]
    fn a_vault_denies_a_role_what_it_lists_on_snapshots_only() {
        let policy = policy(&json!({
            "Sid": "DenyRecoveryPointOperations", "Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111111111111:role/MyRole"},
            "Action": ["backup:UpdateRecoveryPointLifecycle", DELETE, "backup:StartRestoreJob"],
            "Resource": ["arn:aws:ec2:*:*:snapshot/*"],
        }));
        let deny = |who: PrincipalRef, resource: &str| {
            policy.allows(&Request::new(who, DELETE, Some(resource)), &known()).because.len()
        };
        let snapshot = "arn:aws:ec2:eu-west-1::snapshot/snap-1";
        assert_eq!(deny(role(OWNER, "MyRole"), snapshot), 1);
        assert_eq!(deny(arn("arn:aws:sts::111111111111:assumed-role/MyRole/friday"), snapshot), 1);
        assert_eq!(deny(role(OWNER, "Other"), snapshot), 0);
        assert_eq!(deny(role(OWNER, "MyRole"), "arn:aws:backup:eu-west-1:111111111111:recovery-point:1"), 0);
    }

    #[test]
    fn a_vault_denies_deletion_to_all_but_listed_arns() {
        let policy = policy(&json!([
            {"Sid": "DenyDelete", "Effect": "Deny", "Principal": "*", "Action": DELETE, "Resource": "*", "Condition": {
                "ArnNotEquals": {"aws:PrincipalArn": ["arn:aws:iam::111111111111:role/janitor", "arn:aws:iam::111111111111:root"]}}},
            {"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": DELETE, "Resource": "*"},
        ]));
        assert_eq!(may(&policy, &role(OWNER, "janitor"), DELETE), Surely);
        assert_eq!(may(&policy, &role(OWNER, "somebody"), DELETE), Not);
        assert_eq!(may(&policy, &arn("arn:aws:iam::111111111111:root"), DELETE), Surely);
        assert_eq!(may(&policy, &account(OWNER), DELETE), Possibly);
        assert_eq!(may(&policy, &account(SIBLING), DELETE), Not);
        let because = policy.allows(&Request::new(role(OWNER, "somebody"), DELETE, None), &known()).because;
        let cited: Vec<_> = because.iter().map(|c| (c.statement, c.sid.as_deref(), c.effect, c.applies)).collect();
        assert_eq!(cited, [(0, Some("DenyDelete"), Effect::Deny, Surely)]);
    }

    #[test]
    fn a_vault_takes_copies_from_the_organization_only() {
        let policy =
            policy(&json!({"Sid": "Copies", "Effect": "Allow", "Principal": "*", "Action": COPY, "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-ours"]}}}));
        assert_eq!(may(&policy, &role(SIBLING, "copier"), COPY), Surely);
        assert_eq!(may(&policy, &role(FOREIGN, "copier"), COPY), Not);
        assert_eq!(may(&policy, &PrincipalRef::OutsideOrganization, COPY), Not);
        assert_eq!(may(&policy, &PrincipalRef::OutsideAccount, COPY), Possibly);
        assert_eq!(policy.outsiders(COPY, Some(VAULT), &known(), Boundary::Organization), []);
        // Without the organization's id nobody can tell whose organization that is.
        let unknown = policy.outsiders(COPY, Some(VAULT), &alone(), Boundary::Organization);
        assert_eq!(unknown.iter().map(|o| (o.answer.reach, o.outside)).collect::<Vec<_>>(), [(Possibly, Surely)]);
    }

    #[test]
    fn the_default_key_policy_lets_the_whole_account_and_nobody_else() {
        let policy = policy(&json!([{"Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}]));
        assert_eq!(may(&policy, &account(OWNER), "kms:ScheduleKeyDeletion"), Surely);
        assert_eq!(may(&policy, &role(OWNER, "path/anyone"), "kms:Decrypt"), Surely);
        assert_eq!(may(&policy, &PrincipalRef::OutsideAccount, "kms:Decrypt"), Not);
        assert_eq!(may(&policy, &service("backup.amazonaws.com"), "kms:Decrypt"), Not);
        assert_eq!(policy.outsiders("kms:Decrypt", None, &alone(), Boundary::Account), []);
    }

    #[test]
    fn the_key_of_an_air_gapped_vault_serves_recovery_roles_and_grants_for_services_only() {
        let roles = json!([
            "arn:aws:iam::999999999999:role/service-role/AWSBackupDefaultServiceRole",
            "arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
        ]);
        let policy = policy(&json!([
            {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": roles}, "Resource": "*",
             "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]},
            {"Sid": "Grants", "Effect": "Allow", "Principal": {"AWS": roles}, "Action": ["kms:CreateGrant"], "Resource": "*",
             "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
        ]));
        // The session's ARN leaves out the role's path.
        let session = arn("arn:aws:sts::999999999999:assumed-role/AWSBackupDefaultServiceRole/restore-1");
        assert_eq!(may(&policy, &session, "kms:Decrypt"), Surely);
        assert_eq!(may(&policy, &session, "kms:ReEncryptFrom"), Surely);
        assert_eq!(may(&policy, &session, "kms:CreateGrant"), Possibly);
        let granting =
            |value: &[&str]| may_with(&policy, &session, "kms:CreateGrant", &[("KMS:grantIsForAwsResource", value)]);
        assert_eq!([granting(&["true"]), granting(&["false"]), granting(&[])], [Surely, Not, Not]);
        assert_eq!(may(&policy, &account(FOREIGN), "kms:Decrypt"), Possibly);
        let outside = |boundary| {
            let found = policy.outsiders("kms:Decrypt", None, &known(), boundary);
            found.iter().map(|o| (o.principal.account().unwrap().to_string(), o.answer.reach)).collect::<Vec<_>>()
        };
        assert_eq!(outside(Boundary::Organization), [(FOREIGN.to_owned(), Surely)]);
        assert_eq!(outside(Boundary::Account), [(SIBLING.to_owned(), Surely), (FOREIGN.to_owned(), Surely)]);
    }

    #[test]
    fn the_team_policy_lets_the_protected_vaults_owner_start_a_session_through_a_service() {
        let policy = policy(&json!([{"Sid": "VaultOwnerPermissions", "Effect": "Allow", "Principal": {"AWS": "*"},
            "Resource": "*", "Action": ["mpa:StartSession", "mpa:CancelSession"], "Condition": {
                "StringEquals": {"mpa:RequestedOperation": "backup:RevokeRestoreAccessBackupVault",
                                 "mpa:ProtectedResourceAccount": "${aws:PrincipalAccount}"},
                "Bool": {"aws:ViaAWSService": "true"}}}]));
        let start = |who: &str, protected: &str, via: &str| {
            let context: [(&str, &[&str]); 3] = [
                ("mpa:RequestedOperation", &["backup:RevokeRestoreAccessBackupVault"]),
                ("mpa:ProtectedResourceAccount", &[protected]),
                ("aws:ViaAWSService", &[via]),
            ];
            may_with(&policy, &role(who, "admin"), "mpa:StartSession", &context)
        };
        assert_eq!(start(SIBLING, SIBLING, "true"), Surely);
        assert_eq!(start(SIBLING, FOREIGN, "true"), Not);
        assert_eq!(start(SIBLING, SIBLING, "false"), Not);
        assert_eq!(may(&policy, &account(SIBLING), "mpa:StartSession"), Possibly);
        assert_eq!(may(&policy, &account(SIBLING), "mpa:PutResourcePolicy"), Not);
    }

    #[test]
    fn a_key_policy_confines_by_caller_account_and_service() {
        let policy = policy(
            &json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["kms:CreateGrant", "kms:Decrypt"],
            "Resource": "*", "Condition": {"StringEquals": {"kms:CallerAccount": FOREIGN, "kms:ViaService": "backup.eu-west-1.amazonaws.com"}}}),
        );
        let via: &[(&str, &[&str])] = &[("kms:ViaService", &["backup.eu-west-1.amazonaws.com"])];
        assert_eq!(may(&policy, &account(FOREIGN), "kms:Decrypt"), Possibly);
        assert_eq!(may_with(&policy, &account(FOREIGN), "kms:Decrypt", via), Surely);
        assert_eq!(may_with(&policy, &account(SIBLING), "kms:Decrypt", via), Not);
        let found = policy.outsiders("kms:Decrypt", None, &known(), Boundary::Organization);
        let found: Vec<_> = found.into_iter().map(|o| o.principal).collect();
        assert_eq!(found, [account(FOREIGN), PrincipalRef::OutsideOrganization]);
    }
}

mod traps {
    use super::*;

    #[test]
    fn a_doubled_name_is_an_error_with_its_place() {
        let twice = r#"{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;
        assert_eq!(error(twice), r#"Statement[0]: has the member "Effect" twice"#);
        let keys = r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"a": "true", "a": "false"}}}}"#;
        assert_eq!(error(keys), r#"Statement.Condition.Bool: has the member "a" twice"#);
        assert_eq!(
            error(r#"{"Version": "2012-10-17", "Version": "2008-10-17"}"#),
            r#"the document: has the member "Version" twice"#
        );
    }

    #[test]
    fn what_is_no_policy_is_an_error_with_its_place() {
        assert!(error("{\n  \"Statement\": [,]}").starts_with("line 2 column 17: "));
        assert_eq!(error("[]"), "the document: is no object");
        assert_eq!(error("{}"), "the document: has no member Statement");
        let with = |more: Value| {
            let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "a:b", "Resource": "*"});
            statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            error(&json!({"Statement": [statement]}).to_string())
        };
        assert_eq!(with(json!({"Effect": "allow"})), "Statement[0].Effect: \"allow\" is neither Allow nor Deny");
        assert_eq!(with(json!({"NotAction": "a:c"})), "Statement[0]: has both Action and NotAction");
        assert_eq!(with(json!({"NotPrincipal": "*"})), "Statement[0]: has both Principal and NotPrincipal");
        assert_eq!(with(json!({"Action": 7})), "Statement[0].Action: is neither a text nor a list of texts");
        assert_eq!(
            with(json!({"Principal": "backup"})),
            "Statement[0].Principal: \"backup\" is neither \"*\" nor a map of principals"
        );
        assert_eq!(
            with(json!({"Principal": {"AWS": {}}})),
            "Statement[0].Principal.AWS: is neither a text nor a list of texts"
        );
        assert_eq!(with(json!({"Condition": []})), "Statement[0].Condition: is no object");
        assert!(error(&" ".repeat(200_000)).contains("bytes"));
    }

    #[test]
    fn names_of_elements_have_their_case() {
        assert_eq!(error(r#"{"statement": []}"#), "the document: has no member Statement");
        let text = r#"{"Statement": {"Effect": "Allow", "principal": "*", "Action": "*", "Resource": "*"}}"#;
        let policy = Policy::parse(text).unwrap();
        assert_eq!(policy.statements[0].rule.principals, Principals::Unstated);
        assert_eq!(policy.statements[0].rule.unknown, ["principal"]);
        assert_eq!(may(&policy, &account(FOREIGN), COPY), Possibly);
    }

    #[test]
    fn one_statement_and_one_text_may_stand_without_a_list() {
        let bare = json!({"Effect": "Allow", "Principal": {"AWS": FOREIGN}, "Action": COPY, "Resource": "*"});
        let listed = json!([{"Effect": "Allow", "Principal": {"AWS": [FOREIGN]}, "Action": [COPY], "Resource": ["*"]}]);
        assert_eq!(policy(&bare), policy(&listed));
    }

    #[test]
    fn an_unknown_element_is_never_sure_and_never_false() {
        let statement = |effect: &str| json!({"Effect": effect, "Principal": "*", "Action": "*", "Resource": "*", "Schedule": "nights"});
        let allow = policy(&statement("Allow"));
        assert_eq!(may(&allow, &account(FOREIGN), COPY), Possibly);
        let plain = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        assert_eq!(may(&policy(&json!([plain, statement("Deny")])), &account(FOREIGN), COPY), Possibly);
        let top = Policy::parse(&json!({"Statement": plain, "Mode": "x"}).to_string()).unwrap();
        assert_eq!((top.unknown.clone(), may(&top, &account(FOREIGN), COPY)), (vec!["Mode".to_owned()], Possibly));
    }

    #[test]
    fn actions_have_no_case_and_resources_do() {
        let policy =
            policy(&json!({"Effect": "Allow", "Principal": "*", "Action": "BACKUP:copyinto*", "Resource": VAULT}));
        assert_eq!(may(&policy, &account(SIBLING), COPY), Surely);
        let upper = VAULT.replace("last-resort", "Last-Resort");
        let request = Request::new(account(SIBLING), COPY, Some(&upper));
        assert_eq!(policy.allows(&request, &known()).reach, Not);
    }

    #[test]
    fn not_action_and_not_resource_allow_all_the_rest() {
        let policy = policy(
            &json!({"Effect": "Allow", "Principal": {"AWS": FOREIGN}, "NotAction": "backup:Delete*", "NotResource": "arn:aws:s3:::*"}),
        );
        assert_eq!(may(&policy, &account(FOREIGN), COPY), Surely);
        assert_eq!(may(&policy, &account(FOREIGN), DELETE), Not);
        let bucket = Request::new(account(FOREIGN), "s3:GetObject", Some("arn:aws:s3:::logs"));
        assert_eq!(policy.allows(&bucket, &known()).reach, Not);
    }

    #[test]
    fn policy_variables_are_text_before_2012() {
        let text = |version: &str| {
            json!({"Version": version, "Statement": {"Effect": "Allow", "Principal": "*", "Action": COPY,
            "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}}})
            .to_string()
        };
        let read = |version| Policy::parse(&text(version)).unwrap();
        let asks: &[(&str, &[&str])] = &[("aws:ResourceAccount", &[OWNER])];
        assert_eq!(may_with(&read("2012-10-17"), &account(OWNER), COPY, asks), Surely);
        assert_eq!(may_with(&read("2012-10-17"), &account(FOREIGN), COPY, asks), Not);
        assert_eq!(may_with(&read("2008-10-17"), &account(OWNER), COPY, asks), Not);
        assert_eq!(read("2008-10-17").version, Version::V2008);
        let unstated = Policy::parse(r#"{"Statement": []}"#).unwrap();
        assert_eq!(
            (unstated.version, read("2031-01-01").version),
            (Version::V2008, Version::Unknown("2031-01-01".into()))
        );
    }

    #[test]
    fn an_escaped_wildcard_is_a_character() {
        let condition = json!({"StringLike": {"aws:username": "${*}"}});
        let user = |name: &str| arn(&format!("arn:aws:iam::999999999999:user/{name}"));
        assert_eq!(under(&condition, &user("eve"), &[]), Not);
        assert_eq!(under(&condition, &user("*"), &[]), Surely);
        // A key that nobody knows is some text.
        assert_eq!(
            under(&json!({"StringLike": {"aws:username": "x${aws:PrincipalTag/team}"}}), &user("eve"), &[]),
            Not
        );
        assert_eq!(
            under(&json!({"StringLike": {"aws:username": "e${aws:PrincipalTag/team}"}}), &user("eve"), &[]),
            Possibly
        );
        assert_eq!(
            under(&json!({"StringEquals": {"aws:username": "${aws:username, 'x'}"}}), &user("eve"), &[]),
            Surely
        );
    }

    #[test]
    fn deny_beats_allow_and_an_unknown_deny_is_not_sure_to() {
        let allow = json!({"Effect": "Allow", "Principal": {"AWS": FOREIGN}, "Action": COPY, "Resource": "*"});
        let deny = |condition: Value| json!({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*", "Condition": condition});
        assert_eq!(may(&policy(&json!([allow, deny(json!({}))])), &account(FOREIGN), COPY), Not);
        for unsure in [
            json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
            json!({"StringFuzzy": {"aws:PrincipalAccount": "x"}}),
        ] {
            assert_eq!(may(&policy(&json!([allow, deny(unsure)])), &account(FOREIGN), COPY), Possibly);
        }
    }

    #[test]
    fn negated_operators_hold_where_the_key_is_missing() {
        let absent: &[(&str, &[&str])] = &[("aws:SourceVpce", &[])];
        let who = account(FOREIGN);
        for (operator, expected) in [
            ("StringEquals", Not),
            ("StringNotEquals", Surely),
            ("StringNotLike", Surely),
            ("StringEqualsIfExists", Surely),
            ("ArnLike", Not),
            ("ArnNotLike", Surely),
            ("IpAddress", Not),
            ("NotIpAddress", Surely),
            ("NumericLessThan", Not),
            ("Bool", Not),
            ("BoolIfExists", Surely),
            ("ForAllValues:StringEquals", Surely),
            ("ForAllValues:StringNotEquals", Surely),
            ("ForAnyValue:StringEquals", Not),
            ("ForAnyValue:StringNotEquals", Not),
            ("ForAnyValue:StringEqualsIfExists", Surely),
            ("stringequals", Possibly),
            ("ForSomeValues:StringEquals", Possibly),
            ("NullIfExists", Possibly),
        ] {
            let condition = json!({operator: {"aws:SourceVpce": "vpce-1"}});
            assert_eq!(under(&condition, &who, absent), expected, "{operator}");
            // Where nobody knows whether the key is there, nothing is sure.
            assert_eq!(under(&condition, &who, &[]), Possibly, "{operator}");
        }
    }

    #[test]
    fn set_operators_ask_for_all_or_any() {
        let tags: &[(&str, &[&str])] = &[("aws:TagKeys", &["team", "cost"])];
        let who = account(FOREIGN);
        let asks = |operator: &str, values: &[&str]| under(&json!({operator: {"aws:TagKeys": values}}), &who, tags);
        assert_eq!(asks("ForAllValues:StringEquals", &["team"]), Not);
        assert_eq!(asks("ForAllValues:StringEquals", &["team", "cost"]), Surely);
        assert_eq!(asks("ForAnyValue:StringEquals", &["team"]), Surely);
        assert_eq!(asks("ForAnyValue:StringNotEquals", &["team"]), Surely);
        assert_eq!(asks("ForAllValues:StringNotEquals", &["team"]), Not);
        assert_eq!(asks("ForAllValues:StringNotLike", &["x*"]), Surely);
    }

    #[test]
    fn null_asks_whether_the_key_is_there() {
        let who = account(FOREIGN);
        let null = |value: &str, context| under(&json!({"Null": {"aws:SourceVpce": value}}), &who, context);
        assert_eq!(null("true", &[("aws:sourcevpce", &[])]), Surely);
        assert_eq!(null("false", &[("aws:sourcevpce", &[])]), Not);
        assert_eq!(null("false", &[("aws:sourcevpce", &["vpce-1"])]), Surely);
        assert_eq!(null("true", &[]), Possibly);
        assert_eq!(under(&json!({"Null": {"aws:PrincipalAccount": true}}), &who, &[]), Not);
    }

    #[test]
    fn string_equals_knows_no_wildcards_and_arn_equals_does() {
        let who = role(FOREIGN, "Admin");
        let asks = |operator: &str, value: &str| under(&json!({operator: {"aws:PrincipalArn": value}}), &who, &[]);
        assert_eq!(asks("StringEquals", "arn:aws:iam::999999999999:role/*"), Not);
        assert_eq!(asks("StringLike", "arn:aws:iam::999999999999:role/*"), Surely);
        assert_eq!(asks("ArnEquals", "arn:aws:iam::999999999999:role/*"), Surely);
        assert_eq!(asks("StringLike", "arn:*:role/Admin"), Surely);
        // Each part of an ARN by itself: a `*` does not reach over a colon.
        assert_eq!(asks("ArnLike", "arn:aws:*:999999999999:role/Admin:x"), Not);
        assert_eq!(asks("ArnLike", "arn:*:role/Admin"), Possibly);
        assert_eq!(asks("StringEquals", "arn:aws:iam::999999999999:role/admin"), Not);
        assert_eq!(asks("StringEqualsIgnoreCase", "arn:aws:iam::999999999999:role/admin"), Surely);
    }

    #[test]
    fn source_keys_are_there_for_services_only() {
        let condition = json!({"StringEquals": {"aws:SourceAccount": OWNER}});
        assert_eq!(under(&condition, &PrincipalRef::OutsideAccount, &[]), Not);
        assert_eq!(under(&condition, &service("backup.amazonaws.com"), &[]), Possibly);
        assert_eq!(under(&condition, &service("backup.amazonaws.com"), &[("aws:SourceAccount", &[OWNER])]), Surely);
        assert_eq!(
            under(&json!({"Bool": {"aws:PrincipalIsAWSService": "true"}}), &service("s3.amazonaws.com"), &[]),
            Surely
        );
        assert_eq!(under(&json!({"Bool": {"aws:PrincipalIsAWSService": true}}), &account(OWNER), &[]), Not);
        // A service is in no organization.
        assert_eq!(
            under(&json!({"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}), &service("s3.amazonaws.com"), &[]),
            Not
        );
        assert_eq!(
            under(
                &json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}}),
                &service("s3.amazonaws.com"),
                &[]
            ),
            Surely
        );
    }

    #[test]
    fn confining_keys_tell_the_inside_from_the_outside() {
        let outside = PrincipalRef::OutsideOrganization;
        let paths = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-ours/*"}});
        assert_eq!([under(&paths, &account(SIBLING), &[]), under(&paths, &outside, &[])], [Surely, Not]);
        let unit = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-ours/r-1/ou-1/*"}});
        assert_eq!([under(&unit, &account(SIBLING), &[]), under(&unit, &outside, &[])], [Possibly, Not]);
        // The wrong set operator opens the door to everybody without an organization.
        let trap = json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-ours/*"}});
        assert_eq!(under(&trap, &outside, &[]), Possibly);
        let account_is = |id: &str| json!({"StringEquals": {"aws:PrincipalAccount": id}});
        assert_eq!(under(&account_is(SIBLING), &outside, &[]), Not);
        assert_eq!(under(&account_is(FOREIGN), &outside, &[]), Possibly);
        let arn_is = |id: &str| json!({"ArnLike": {"aws:PrincipalArn": format!("arn:aws:iam::{id}:role/*")}});
        assert_eq!([under(&arn_is(OWNER), &outside, &[]), under(&arn_is(FOREIGN), &outside, &[])], [Not, Possibly]);
    }

    #[test]
    fn a_deleted_identity_is_nobody_and_an_odd_principal_is_unknown() {
        let with = |principal: Value| {
            policy(&json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}))
        };
        let deleted = with(json!({"AWS": "AROAEXAMPLEEXAMPLE123"}));
        let Principals::Only(list) = &deleted.statements[0].rule.principals else { panic!() };
        assert_eq!(list, &[Named::Deleted("AROAEXAMPLEEXAMPLE123".into())]);
        assert_eq!(may(&deleted, &account(FOREIGN), COPY), Not);
        for odd in ["arn:aws:iam::999999999999:role/*", "arn:aws:iam::999999999999:group/g", "somebody", ""] {
            assert_eq!(may(&with(json!({"AWS": odd})), &account(FOREIGN), COPY), Possibly, "{odd}");
        }
        assert_eq!(may(&with(json!({"Robot": "r2"})), &account(FOREIGN), COPY), Possibly);
        assert_eq!(may(&with(json!({"CanonicalUser": "79a59df9"})), &account(FOREIGN), COPY), Possibly);
        assert_eq!(may(&with(json!({"Service": "backup.amazonaws.com"})), &account(FOREIGN), COPY), Not);
        assert_eq!(
            may(&with(json!({"Service": "backup.amazonaws.com"})), &service("backup.amazonaws.com"), COPY),
            Surely
        );
    }

    #[test]
    fn a_role_stands_for_its_sessions_and_a_session_for_itself() {
        let with = |principal: &str| {
            policy(&json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "*", "Resource": "*"}))
        };
        let session = "arn:aws:sts::999999999999:assumed-role/Ops/monday";
        assert_eq!(may(&with("arn:aws:iam::999999999999:role/team/Ops"), &arn(session), COPY), Surely);
        assert_eq!(may(&with("arn:aws:iam::999999999999:role/Opsx"), &arn(session), COPY), Not);
        assert_eq!(may(&with(session), &arn(session), COPY), Surely);
        assert_eq!(may(&with(session), &arn("arn:aws:sts::999999999999:assumed-role/Ops/tuesday"), COPY), Not);
        assert_eq!(may(&with(session), &role(FOREIGN, "Ops"), COPY), Possibly);
        assert_eq!(may(&with(FOREIGN), &arn(session), COPY), Surely);
        // From a session alone the role's path is not known.
        let asks = |value: &str| under(&json!({"ArnEquals": {"aws:PrincipalArn": value}}), &arn(session), &[]);
        assert_eq!(asks("arn:aws:iam::999999999999:role/Ops"), Possibly);
        assert_eq!(asks("arn:aws:iam::999999999999:role/*"), Surely);
        assert_eq!(asks("arn:aws:iam::999999999999:role/Else"), Not);
        assert_eq!(asks(session), Not);
    }

    #[test]
    fn not_principal_never_surely_spares_a_user_or_role() {
        let policy = policy(&json!([
            {"Effect": "Deny", "NotPrincipal": {"AWS": ["arn:aws:iam::111111111111:role/janitor", OWNER], "Service": "backup.amazonaws.com"}, "Action": "*", "Resource": "*"},
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
        ]));
        assert_eq!(may(&policy, &role(OWNER, "janitor"), DELETE), Possibly);
        assert_eq!(may(&policy, &account(SIBLING), DELETE), Not);
        assert_eq!(may(&policy, &PrincipalRef::OutsideAccount, DELETE), Not);
        assert_eq!(may(&policy, &service("backup.amazonaws.com"), DELETE), Surely);
        assert_eq!(may(&policy, &service("s3.amazonaws.com"), DELETE), Not);
    }

    #[test]
    fn a_vaults_policy_cannot_let_other_accounts_do_more_than_copy_into_it() {
        let policy = policy(
            &json!({"Effect": "Allow", "Principal": {"AWS": FOREIGN}, "Action": [COPY, "backup:StartRestoreJob"], "Resource": "*"}),
        );
        let found = |action| {
            let found = policy.outsiders(action, Some(VAULT), &known(), Boundary::Account);
            found.iter().map(|o| (o.answer.reach, o.rejected)).collect::<Vec<_>>()
        };
        assert_eq!(found(COPY), [(Surely, false)]);
        assert_eq!(found("backup:StartRestoreJob"), [(Surely, true)]);
        assert!(rejected_across_accounts("Backup:DeleteRecoveryPoint") && !rejected_across_accounts("kms:Decrypt"));
    }

    #[test]
    fn a_wildcard_in_a_user_id_under_string_not_equals_spares_no_session() {
        let spare = |operator: &str| {
            policy(&json!([
                {"Effect": "Deny", "Principal": "*", "Action": DELETE, "Resource": "*", "Condition": {operator: {"aws:userId": ["AROAEXAMPLE:*", OWNER]}}},
                {"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": DELETE, "Resource": "*"},
            ]))
        };
        let session: &[(&str, &[&str])] = &[("aws:userid", &["AROAEXAMPLE:friday"])];
        let root: &[(&str, &[&str])] = &[("aws:userid", &[OWNER])];
        let asks = |operator: &str, context| may_with(&spare(operator), &account(OWNER), DELETE, context);
        assert_eq!([asks("StringNotEquals", session), asks("StringNotEquals", root)], [Not, Surely]);
        assert_eq!([asks("StringNotLike", session), asks("StringNotLike", &[])], [Surely, Possibly]);
    }

    #[test]
    fn copy_targets_are_lists_of_which_none_may_be_elsewhere() {
        let policy = policy(&json!([
            {"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": "backup:CopyFromBackupVault", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "backup:CopyFromBackupVault", "Resource": "*", "Condition": {
                "ForAnyValue:ArnNotLike": {"backup:CopyTargets": "arn:aws:backup:*:111111111111:backup-vault:*"}}},
        ]));
        let to = |targets: &[&str]| {
            may_with(&policy, &account(OWNER), "backup:CopyFromBackupVault", &[("backup:CopyTargets", targets)])
        };
        let elsewhere = "arn:aws:backup:eu-west-1:999999999999:backup-vault:x";
        assert_eq!([to(&[VAULT]), to(&[VAULT, elsewhere]), to(&[])], [Surely, Not, Surely]);
        assert_eq!(may(&policy, &account(OWNER), "backup:CopyFromBackupVault"), Possibly);
    }

    #[test]
    fn an_empty_policy_lets_nobody() {
        let policy = policy(&json!([]));
        let answer = policy.allows(&Request::new(account(OWNER), COPY, None), &known());
        assert_eq!((answer.reach, answer.because), (Not, Vec::new()));
    }
}

mod guards {
    use super::*;

    fn deny(more: &Value) -> Value {
        let mut statement = json!({"Effect": "Deny", "Principal": "*", "Action": MANUAL_DELETION, "Resource": "*"});
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        statement
    }

    #[test]
    fn one_deny_of_all_three_actions_to_everybody_is_suitable() {
        for suitable in [
            deny(&json!({})),
            deny(&json!({"Principal": {"AWS": "*"}})),
            deny(&json!({"Action": "backup:*"})),
            deny(
                &json!({"Action": ["BACKUP:*Delete*", "backup:UpdateRecoveryPoint?ifecycle", "backup:Put*"], "Resource": ["x", "*"]}),
            ),
            deny(&json!({"Action": null, "NotAction": "backup:List*"})),
        ] {
            let mut suitable = suitable;
            suitable.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let guard = policy(&suitable).guard(&MANUAL_DELETION);
            assert!(guard.suitable().is_some_and(|d| d.exempt.is_empty()) && guard.missing.is_empty(), "{suitable}");
        }
        for not in [
            deny(&json!({"Effect": "Allow"})),
            deny(&json!({"Principal": {"AWS": OWNER}})),
            deny(&json!({"Resource": "arn:aws:backup:*:*:*"})),
            deny(&json!({"Condition": {"StringNotLike": {"aws:PrincipalArn": "*"}}})),
            deny(&json!({"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:*:*:*:*:*"}}})),
            deny(&json!({"Condition": {"ArnNotLike": {"aws:PrincipalArn": "*"}}})),
        ] {
            let guard = policy(&not).guard(&MANUAL_DELETION);
            assert!(guard.denials.is_empty() && guard.missing.len() == 3, "{not}");
        }
    }

    #[test]
    fn what_another_condition_narrows_is_not_sure() {
        let guard = policy(&deny(&json!({"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}})))
            .guard(&MANUAL_DELETION);
        assert!(guard.suitable().is_none() && guard.missing.len() == 3);
        assert_eq!(guard.denials[0].narrowed, ["StringEquals aws:SourceVpce"]);
    }

    #[test]
    fn exempted_principals_are_listed_as_written() {
        let exempt = |more: Value| {
            let guard = policy(&deny(&more)).guard(&MANUAL_DELETION);
            let denial = guard.suitable().unwrap().clone();
            denial.exempt.into_iter().map(|e| (e.by, e.values.join(" "))).collect::<Vec<_>>()
        };
        let role = "arn:aws:iam::111111111111:role/janitor";
        assert_eq!(
            exempt(
                json!({"Condition": {"ArnNotEquals": {"aws:PrincipalArn": role}, "StringNotLike": {"aws:userId": ["AROAX:*", "1"]}}})
            ),
            [
                ("ArnNotEquals aws:PrincipalArn".into(), role.to_owned()),
                ("StringNotLike aws:userId".into(), "1 AROAX:*".into())
            ]
        );
        let mut other = deny(&json!({"NotPrincipal": {"AWS": role}}));
        other.as_object_mut().unwrap().remove("Principal");
        let guard = policy(&other).guard(&MANUAL_DELETION);
        assert_eq!(guard.suitable().unwrap().exempt[0].values, [role]);
    }

    #[test]
    fn statements_together_deny_what_none_does_alone() {
        let part = |action: &str| deny(&json!({"Action": action}));
        let policy = policy(&json!([part(MANUAL_DELETION[0]), part(MANUAL_DELETION[1]), part("backup:Put*")]));
        let guard = policy.guard(&MANUAL_DELETION);
        assert!(guard.suitable().is_none() && guard.missing.is_empty() && guard.denials.len() == 3);
    }

    #[test]
    fn the_policy_of_the_automatic_efs_vault_leaves_its_own_policy_open() {
        let policy = policy(&json!([{"Effect": "Deny", "Principal": {"AWS": "*"}, "Resource": "*", "Action": [
            "backup:DeleteBackupVault", "backup:DeleteBackupVaultAccessPolicy", DELETE, "backup:StartCopyJob",
            "backup:StartRestoreJob", "backup:UpdateRecoveryPointLifecycle"]}]));
        assert_eq!(policy.guard(&MANUAL_DELETION).missing, ["backup:PutBackupVaultAccessPolicy"]);
    }
}

mod changes {
    use super::*;

    fn weaker(before: Option<&Value>, after: Option<&Value>) -> Vec<(Change, Reach, String)> {
        let read = |v: Option<&Value>| v.map(policy);
        let found = weakenings(read(before).as_ref(), read(after).as_ref(), &known(), Boundary::Organization);
        found.into_iter().map(|w| (w.change, w.reach, w.principal.to_string())).collect()
    }
    fn deny(condition: &Value) -> Value {
        json!({"Sid": "D", "Effect": "Deny", "Principal": "*", "Action": [DELETE], "Resource": "*", "Condition": condition})
    }
    const INSIDE: &str = "anybody of account 111111111111";
    const OUTSIDE: &str = "anybody outside of the account";

    #[test]
    fn a_policy_that_says_the_same_is_no_weaker() {
        let one = json!([deny(&json!({})), {"Effect": "Allow", "Principal": {"AWS": [FOREIGN, SIBLING]}, "Action": COPY, "Resource": "*"}]);
        let same = json!([{"Sid": "x", "Effect": "Allow", "Principal": {"AWS": [SIBLING, FOREIGN]}, "Action": [COPY], "Resource": "*"}, deny(&json!({}))]);
        assert_eq!(weaker(Some(&one), Some(&same)), []);
        // A broader Deny makes up for a narrower one, two for one.
        let broader = json!({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*"});
        assert_eq!(weaker(Some(&deny(&json!({}))), Some(&broader)), []);
        assert_eq!(weaker(None, None), []);
        assert_eq!(weaker(None, Some(&broader)), []);
    }

    #[test]
    fn a_deny_that_goes_is_lost_for_everybody() {
        let lost = [(Change::DenyLost, Surely, INSIDE.to_owned()), (Change::DenyLost, Surely, OUTSIDE.to_owned())];
        assert_eq!(weaker(Some(&deny(&json!({}))), None), lost);
        assert_eq!(weaker(Some(&deny(&json!({}))), Some(&json!([]))), lost);
        let other = json!({"Effect": "Deny", "Principal": "*", "Action": "backup:StartCopyJob", "Resource": "*"});
        assert_eq!(weaker(Some(&deny(&json!({}))), Some(&other)), lost);
        let conditional =
            deny(&json!({"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/janitor"}}));
        assert_eq!(weaker(Some(&conditional), None), lost);
    }

    #[test]
    fn an_exemption_that_is_added_is_lost_for_whom_it_names() {
        let role = "arn:aws:iam::111111111111:role/intern";
        let after = deny(&json!({"ArnNotEquals": {"aws:PrincipalArn": role}}));
        let found = weaker(Some(&deny(&json!({}))), Some(&after));
        assert!(found.contains(&(Change::DenyLost, Surely, role.to_owned())), "{found:?}");
        assert!(found.contains(&(Change::DenyLost, Possibly, INSIDE.to_owned())), "{found:?}");
        assert!(!found.iter().any(|(_, _, who)| who == OUTSIDE), "{found:?}");
        assert_eq!(weaker(Some(&after), Some(&deny(&json!({})))), []);
    }

    #[test]
    fn a_deny_to_a_role_that_goes_is_lost_for_that_role_alone() {
        let role = "arn:aws:iam::111111111111:role/MyRole";
        let before = json!({"Effect": "Deny", "Principal": {"AWS": role}, "Action": DELETE, "Resource": "*"});
        assert_eq!(weaker(Some(&before), None), [(Change::DenyLost, Surely, role.to_owned())]);
    }

    #[test]
    fn only_an_allow_to_somebody_outside_weakens() {
        let allow = |who: &str| json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": [COPY, DELETE], "Resource": "*"});
        assert_eq!(weaker(None, Some(&allow(SIBLING))), []);
        let gained = |who: &str| vec![(Change::OutsiderAllowed, Surely, who.to_owned())];
        assert_eq!(weaker(None, Some(&allow(FOREIGN))), gained("anybody of account 999999999999"));
        assert_eq!(weaker(Some(&allow(SIBLING)), Some(&allow("*"))), gained("anybody outside of the organization"));
        assert_eq!(weaker(Some(&allow("*")), Some(&allow(FOREIGN))), []);
        let org = json!({"Effect": "Allow", "Principal": "*", "Action": COPY, "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}});
        assert_eq!(weaker(None, Some(&org)), []);
        assert_eq!(weaker(Some(&org), Some(&allow(FOREIGN))), gained("anybody of account 999999999999"));
    }

    #[test]
    fn policies_made_to_be_slow_are_compared_all_the_same() {
        let many = |salt: usize| {
            let role = |i: usize| format!("arn:aws:iam::111111111111:role/{salt}-{i}");
            Value::Array((0..60).map(|i| deny(&json!({"ArnNotLike": {"aws:PrincipalArn": role(i)}}))).collect())
        };
        let found = weaker(Some(&many(1)), Some(&many(2)));
        assert!(!found.is_empty() && found.iter().all(|(_, reach, _)| *reach == Possibly));
        let wide = json!({"Effect": "Deny", "Principal": "*", "Action": "*a".repeat(15_000), "Resource": "*"});
        assert_ne!(weaker(Some(&wide), Some(&json!([]))), []);
        assert_eq!(may(&policy(&wide), &account(OWNER), COPY), Not);
    }

    #[test]
    fn a_reworded_condition_is_possibly_weaker() {
        let at = |ip: &str| deny(&json!({"NotIpAddress": {"aws:SourceIp": ip}}));
        let found = weaker(Some(&at("192.0.2.0/24")), Some(&at("0.0.0.0/0")));
        assert!(
            !found.is_empty()
                && found.iter().all(|(change, reach, _)| (*change, *reach) == (Change::DenyLost, Possibly))
        );
    }
}

mod laws {
    use super::*;

    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => naive(rest, text),
            (Some(('*', rest)), Some((_, tail))) => naive(rest, text) || naive(pattern, tail),
            (Some((p, rest)), Some((t, tail))) => (*p == '?' || p == t) && naive(rest, tail),
            _ => false,
        }
    }
    fn matches(pattern: &str, text: &str) -> bool {
        naive(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
    }

    fn principal() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(json!("*")),
            Just(json!({"AWS": FOREIGN})),
            Just(json!({"AWS": [OWNER, "arn:aws:iam::999999999999:role/Ops"]})),
            Just(
                json!({"AWS": "arn:aws:sts::111111111111:assumed-role/Ops/monday", "Service": "backup.amazonaws.com"})
            ),
            Just(json!({"AWS": "AROAEXAMPLEEXAMPLE123", "Federated": "x"})),
        ]
    }
    fn condition() -> impl Strategy<Value = Value> {
        let operator = prop::sample::select(vec![
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "ArnLike",
            "ArnNotEquals",
            "Null",
            "Bool",
            "IpAddress",
            "ForAllValues:StringLike",
            "ForAnyValue:StringNotLike",
            "StringEqualsIfExists",
            "NoSuch",
        ]);
        let key = prop::sample::select(vec![
            "aws:PrincipalArn",
            "aws:PrincipalAccount",
            "aws:PrincipalOrgID",
            "aws:SourceAccount",
            "aws:SourceIp",
            "aws:ViaAWSService",
        ]);
        let value = prop::sample::select(vec![
            "*",
            "o-ours",
            OWNER,
            FOREIGN,
            "arn:aws:iam::999999999999:role/*",
            "true",
            "${aws:PrincipalAccount}",
            "o-*",
        ]);
        prop_oneof![
            2 => Just(json!({})),
            3 => (operator, key, prop::collection::vec(value, 1..3)).prop_map(|(o, k, v)| json!({o: {k: v}})),
        ]
    }
    fn statement() -> impl Strategy<Value = Value> {
        let action = prop::sample::select(vec!["*", "backup:*", COPY, DELETE, "kms:Decrypt", "backup:?opy*"]);
        let resource = prop::sample::select(vec!["*", VAULT, "arn:aws:backup:*:*:backup-vault:*", "arn:aws:s3:::x"]);
        (any::<bool>(), any::<[bool; 3]>(), principal(), action, resource, condition()).prop_map(
            |(allow, [p, a, r], principal, action, resource, condition)| {
                let name = |not: bool, name: &str| if not { format!("Not{name}") } else { name.to_owned() };
                json!({
                    "Effect": if allow { "Allow" } else { "Deny" }, (name(p, "Principal")): principal, (name(a, "Action")): action,
                    (name(r, "Resource")): resource, "Condition": condition,
                })
            },
        )
    }
    fn asker() -> impl Strategy<Value = PrincipalRef> {
        prop::sample::select(vec![
            account(OWNER),
            account(FOREIGN),
            role(FOREIGN, "Ops"),
            arn("arn:aws:sts::111111111111:assumed-role/Ops/monday"),
            arn("arn:aws:iam::222222222222:user/eve"),
            service("backup.amazonaws.com"),
            PrincipalRef::OutsideAccount,
            PrincipalRef::OutsideOrganization,
        ])
    }
    fn action() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![COPY, DELETE, "kms:Decrypt"])
    }
    fn with(statements: &[Value]) -> Policy {
        policy(&Value::Array(statements.to_vec()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn wildcards_match_as_a_naive_matcher_says(pattern in "[ab*?:]{0,7}", text in "[ab:]{0,7}") {
            prop_assert_eq!(Pattern::glob(&pattern).covers(&Pattern::exact(&text)), matches(&pattern, &text));
            prop_assert_eq!(Pattern::glob(&pattern).meets(&Pattern::exact(&text)), matches(&pattern, &text));
        }

        #[test]
        fn what_covers_another_pattern_matches_all_of_it_and_what_does_not_meet_it_nothing(
            one in "[ab*?]{0,5}", other in "[ab*?]{0,5}", text in "[abc]{0,6}",
        ) {
            let (mine, theirs) = (Pattern::glob(&one), Pattern::glob(&other));
            if matches(&other, &text) {
                prop_assert!(!mine.covers(&theirs) || matches(&one, &text));
                prop_assert!(mine.meets(&theirs) || !matches(&one, &text));
            }
            prop_assert_eq!(mine.meets(&theirs), theirs.meets(&mine));
        }

        #[test]
        fn a_further_deny_never_raises_an_answer_and_a_further_allow_never_lowers_it(
            statements in prop::collection::vec(statement(), 0..4), more in statement(), who in asker(), action in action(),
        ) {
            let before = may(&with(&statements), &who, action);
            let denies = more["Effect"] == "Deny";
            let after = may(&with(&[statements, vec![more]].concat()), &who, action);
            let holds = if denies { after <= before } else { after >= before };
            prop_assert!(holds);
        }

        #[test]
        fn the_order_of_statements_does_not_matter(statements in prop::collection::vec(statement(), 0..5), who in asker(), action in action()) {
            let mut turned = statements.clone();
            turned.reverse();
            prop_assert_eq!(may(&with(&statements), &who, action), may(&with(&turned), &who, action));
            prop_assert_eq!(weakenings(Some(&with(&statements)), Some(&with(&turned)), &known(), Boundary::Account), []);
        }

        #[test]
        fn what_is_sure_of_a_group_is_sure_of_each(statements in prop::collection::vec(statement(), 0..5), action in action()) {
            let policy = with(&statements);
            let groups = [
                (account(OWNER), arn("arn:aws:iam::111111111111:role/Ops")),
                (account(OWNER), arn("arn:aws:sts::111111111111:assumed-role/Ops/monday")),
                (account(FOREIGN), role(FOREIGN, "Ops")),
                (PrincipalRef::OutsideAccount, account(SIBLING)),
                (PrincipalRef::OutsideAccount, role(FOREIGN, "Ops")),
                (PrincipalRef::OutsideOrganization, arn("arn:aws:iam::999999999999:user/mallory")),
            ];
            for (group, member) in groups {
                match may(&policy, &group, action) {
                    Possibly => {}
                    sure => prop_assert_eq!(may(&policy, &member, action), sure, "{} in {}", member, group),
                }
            }
        }

        #[test]
        fn knowing_more_of_a_request_never_turns_a_sure_answer(
            statements in prop::collection::vec(statement(), 0..5), who in asker(), ip in any::<bool>(), via in "true|false",
        ) {
            let policy = with(&statements);
            let ip: &[&str] = if ip { &["192.0.2.1"] } else { &[] };
            match may(&policy, &who, COPY) {
                Possibly => {}
                sure => prop_assert_eq!(may_with(&policy, &who, COPY, &[("aws:SourceIp", ip), ("aws:ViaAWSService", &[&via])]), sure),
            }
        }

        #[test]
        fn whoever_is_freed_of_a_deny_or_let_in_from_outside_shows_as_a_weakening(
            before in prop::collection::vec(statement(), 0..4), after in prop::collection::vec(statement(), 0..4),
            who in asker().prop_filter("one principal", |who| matches!(who, PrincipalRef::Arn(_))), action in action(),
        ) {
            let (before, after) = (with(&before), with(&after));
            let ask = |policy: &Policy| policy.allows(&Request::new(who.clone(), action, Some(VAULT)), &known());
            let (was, is) = (ask(&before), ask(&after));
            let denied = was.because.iter().any(|c| c.effect == Effect::Deny && c.applies == Surely);
            let outside = who.account() != Some(id(OWNER));
            if (denied && is.reach > Not) || (outside && was.reach == Not && is.reach == Surely) {
                prop_assert_ne!(weakenings(Some(&before), Some(&after), &known(), Boundary::Account), []);
            }
        }

        #[test]
        fn any_text_is_a_policy_or_an_error(text in ".*", at in any::<prop::sample::Index>(), put in any::<char>(), statements in prop::collection::vec(statement(), 0..3)) {
            let _ = Policy::parse(&text);
            let mut bent: Vec<char> = json!({"Statement": statements}).to_string().chars().collect();
            let at = at.index(bent.len());
            bent[at] = put;
            if let Ok(policy) = Policy::parse(&bent.into_iter().collect::<String>()) {
                let _ = (may(&policy, &account(FOREIGN), COPY), policy.guard(&MANUAL_DELETION));
                let _ = policy.outsiders(COPY, None, &alone(), Boundary::Organization);
                let _ = weakenings(Some(&policy), None, &alone(), Boundary::Organization);
            }
        }
    }
}

/// Policies in the collections beside the project, in requests, answers and texts.
fn real_policies() -> BTreeSet<String> {
    fn gather(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if members.get("Statement").is_some_and(|s| s.is_object() || s.is_array()) {
                    found.insert(value.to_string());
                }
                members.values().for_each(|member| gather(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
            Value::String(text) if text.contains("\"Statement\"") => {
                found.insert(text.clone());
            }
            _ => {}
        }
    }
    fn walk(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "json") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let value = text.contains("Statement").then(|| serde_json::from_str(&text).ok()).flatten();
                gather(&value.unwrap_or_default(), found);
            }
        }
    }
    let mut found = BTreeSet::new();
    let folder = root().join("../shared/data");
    if folder.is_dir() {
        walk(&folder, &mut found);
    }
    found
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
fn every_policy_in_real_collections_is_read_whole() {
    let found = real_policies();
    if found.is_empty() {
        eprintln!("skipped: ../shared/data is not here");
        return;
    }
    assert!(found.len() > 20, "{}", found.len());
    for text in found {
        let policy = Policy::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let unknown = |s: &vaultrail::iam::Statement| {
            let operators = s.rule.conditions.iter().all(|c| c.operator.is_some());
            !s.rule.unknown.is_empty() || !operators
        };
        assert!(policy.unknown.is_empty() && !policy.statements.iter().any(unknown), "{text}");
    }
}
