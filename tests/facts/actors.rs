//! Who did it, from every shape of `userIdentity`; what a denial's message tells.

use super::sample::{OTHER, OWNER};
use serde_json::{Value, json};
use vaultrail::record::Record;
use vaultrail::record::identity::Actor;
use vaultrail::record::refusal::{PolicyKind, denial};

fn actor_of(identity: Value, more: Value) -> Actor {
    let mut record = json!({"eventTime": "2026-11-01T10:00:00Z", "eventSource": "ram.amazonaws.com", "eventName": "CreateResourceShare",
        "recipientAccountId": OWNER, "userIdentity": identity});
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    Record::decode(record, None).unwrap().actor
}

fn actor(identity: Value) -> Actor {
    actor_of(identity, json!({}))
}

#[test]
fn every_identity_has_a_principal_that_is_stable_over_sessions() {
    let root = "arn:aws:iam::111122223333:root";
    for (identity, principal, session) in [
        (json!({"type": "Root", "arn": root, "accountId": OWNER}), root, None),
        (json!({"type": "Root", "accountId": OWNER}), root, None),
        (
            json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a", "userName": "a"}),
            "arn:aws:iam::111122223333:user/a",
            None,
        ),
        (
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/R/s", "sessionContext": {"sessionIssuer": {}}}),
            "arn:aws:iam::111122223333:role/R",
            Some("s"),
        ),
        (
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/R/s", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/path/R"}}}),
            "arn:aws:iam::111122223333:role/path/R",
            Some("s"),
        ),
        (json!({"type": "Role", "arn": "arn:aws:iam::111122223333:role/R"}), "arn:aws:iam::111122223333:role/R", None),
        (
            json!({"type": "FederatedUser", "arn": "arn:aws:sts::111122223333:federated-user/bob", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:user/a"}}}),
            "arn:aws:iam::111122223333:user/a",
            Some("bob"),
        ),
        (
            json!({"type": "SAMLUser", "principalId": "SAML:x", "userName": "carol", "identityProvider": "arn:aws:iam::111122223333:saml-provider/p"}),
            "carol",
            None,
        ),
        (
            json!({"type": "WebIdentityUser", "principalId": "w:x", "userName": "dave", "identityProvider": "www.example.com"}),
            "dave",
            None,
        ),
        (json!({"type": "Directory", "userName": "erin"}), "erin", None),
        (
            json!({"type": "IdentityCenterUser", "accountId": OWNER, "onBehalfOf": {"userId": "u1", "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1"}}),
            "u1",
            None,
        ),
        (json!({"type": "AWSService", "invokedBy": "backup.amazonaws.com"}), "backup.amazonaws.com", None),
        (json!({"type": "AWSAccount", "accountId": OTHER, "principalId": "AROAEXAMPLE:them"}), OTHER, Some("them")),
    ] {
        let actor = actor(identity.clone());
        assert_eq!(
            (actor.principal.as_str(), actor.session.as_deref(), &actor.unresolved),
            (principal, session, &None),
            "{identity}"
        );
    }
}

#[test]
fn half_an_identity_is_what_it_is_and_says_so() {
    for (identity, principal, why) in [
        (json!(null), "unknown", "the record has no userIdentity"),
        (json!({}), "unknown", "userIdentity names neither ARN, user, service nor principal id"),
        (json!({"type": "AssumedRole"}), "unknown", "the record says AssumedRole and no more of who it was"),
        (
            json!({"type": "IAMUser", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
            "unknown",
            "the record says IAMUser and no more of who it was",
        ),
        (
            json!({"type": "IAMUser", "userName": "****"}),
            "unknown",
            "the record says IAMUser and no more of who it was",
        ),
        (
            json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:s"}),
            "AROAEXAMPLE",
            "only a principal id is in the record",
        ),
        (
            json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"userName": "R"}}}),
            "R",
            "the role's ARN is not in the record",
        ),
    ] {
        let actor = actor(identity.clone());
        assert_eq!((actor.principal.as_str(), actor.unresolved.as_deref()), (principal, Some(why)), "{identity}");
        let told = serde_json::to_value(&actor).unwrap();
        assert_eq!(told["unresolved"], json!(why), "it is visible");
        assert_eq!(serde_json::from_value::<Actor>(told).unwrap(), actor);
    }
    assert_eq!(actor(json!("text")).principal, "unknown");
}

#[test]
fn what_surrounds_an_identity_is_kept() {
    let actor = actor(
        json!({"type": "AssumedRole", "arn": "arn:aws:sts::444455556666:assumed-role/R/s", "accountId": OTHER, "accessKeyId": "ASIAEXAMPLE",
        "invokedBy": "cloudformation.amazonaws.com", "invokedByDelegate": {"accountId": "555566667777"}, "credentialId": "c1",
        "onBehalfOf": {"userId": "u1", "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1"},
        "inScopeOf": {"sourceArn": "arn:aws:lambda:eu-west-1:444455556666:function:f"},
        "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::444455556666:role/R"}, "sourceIdentity": "alice", "assumedRoot": "true",
            "webIdFederationData": {"federatedProvider": "arn:aws:iam::444455556666:oidc-provider/x"}, "attributes": {"mfaAuthenticated": "true"}}}),
    );
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    assert_eq!(
        (text(&actor.source_identity), text(&actor.identity_store_user), text(&actor.credential_id)),
        ("alice".into(), "u1".into(), "c1".into())
    );
    assert_eq!(text(&actor.identity_store), "arn:aws:identitystore::111122223333:identitystore/d-1");
    assert_eq!(text(&actor.identity_provider), "arn:aws:iam::444455556666:oidc-provider/x");
    assert_eq!(text(&actor.in_scope_of), "arn:aws:lambda:eu-west-1:444455556666:function:f");
    assert_eq!(
        (text(&actor.invoked_by), actor.delegate.unwrap().as_str()),
        ("cloudformation.amazonaws.com".into(), "555566667777")
    );
    assert_eq!((actor.mfa, actor.assumed_root, actor.cross_account), (Some(true), true, true));
    // CloudFormation works in somebody's name; that is still somebody.
    assert!(!actor.is_service);
}

#[test]
fn an_identity_of_the_same_account_is_not_across_accounts_and_unknown_mfa_is_unknown() {
    let actor = actor(json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a"}));
    assert_eq!((actor.cross_account, actor.mfa, actor.console), (false, None, false));
}

#[test]
fn the_console_is_known_by_its_mark_and_by_its_events() {
    let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a"});
    for more in [
        json!({"sessionCredentialFromConsole": "true"}),
        json!({"sessionCredentialFromConsole": true}),
        json!({"userAgent": "console.amazonaws.com"}),
        json!({"userAgent": "[S3Console/0.4, aws-internal/3]"}),
        json!({"eventType": "AwsConsoleAction"}),
    ] {
        assert!(actor_of(user.clone(), more.clone()).console, "{more}");
    }
    for more in [json!({"userAgent": "aws-cli/2.1 console"}), json!({"sessionCredentialFromConsole": "no"})] {
        assert!(!actor_of(user.clone(), more.clone()).console, "{more}");
    }
}

#[test]
fn aws_itself_is_told_from_a_service_that_works_for_somebody() {
    let event = json!({"eventType": "AwsServiceEvent"});
    assert!(actor_of(json!({"accountId": OWNER, "invokedBy": "mpa.amazonaws.com"}), event).is_service);
    let own_role =
        "arn:aws:sts::111122223333:assumed-role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup/x";
    let issuer = json!({"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"}});
    assert!(actor(json!({"type": "AssumedRole", "arn": own_role, "sessionContext": issuer})).is_service);
    let role = "arn:aws:sts::111122223333:assumed-role/R/s";
    assert!(
        actor(json!({"type": "AssumedRole", "arn": role, "invokedBy": "backup.amazonaws.com"})).is_service,
        "shares made for a copy to an air-gapped vault"
    );
    assert!(!actor(json!({"type": "AssumedRole", "arn": role, "invokedBy": "AWS Internal"})).is_service);
}

const WHO: &str = "arn:aws:sts::111122223333:assumed-role/R/s";
const ON: &str = "arn:aws:ram:eu-west-1:111122223333:resource-share/7ab6";

#[test]
fn every_documented_wording_of_a_denial_names_its_policy_and_target() {
    use PolicyKind::*;
    for (kind, policy, article) in [
        (IdentityBased, "identity-based policy", "an"),
        (ResourceBased, "resource-based policy", "a"),
        (ServiceControlPolicy, "service control policy", "a"),
        (ResourceControlPolicy, "resource control policy", "a"),
        (PermissionsBoundary, "permissions boundary", "a"),
        (SessionPolicy, "session policy", "a"),
        (VpcEndpointPolicy, "VPC endpoint policy", "a"),
        (RoleTrustPolicy, "role trust policy", "the"),
    ] {
        let head = format!("User: {WHO} is not authorized to perform: ram:AssociateResourceShare on resource: {ON}");
        let implicit = format!("{head} because no {policy} allows the ram:AssociateResourceShare action");
        let explicit = format!("{head} with an explicit deny in {article} {policy}");
        let arn = "arn:aws:organizations::999988887777:policy/o-1/service_control_policy/p-1";
        let named = format!("{explicit}: {arn}");
        for (message, is_explicit, policy_arn) in
            [(implicit, false, None), (explicit.clone(), true, None), (named, true, Some(arn))]
        {
            let told = denial(&message).unwrap();
            assert_eq!(
                (told.policy, told.explicit, told.policy_arn.as_deref()),
                (Some(kind), Some(is_explicit), policy_arn),
                "{message}"
            );
            assert_eq!(
                (told.principal.as_deref(), told.action.as_deref(), told.resource.as_deref()),
                (Some(WHO), Some("ram:AssociateResourceShare"), Some(ON)),
                "{message}"
            );
            assert!(!told.encoded);
        }
    }
}

#[test]
fn a_denial_tells_what_it_says_and_no_more() {
    let bare = denial(&format!(
        "User: {WHO} is not authorized to perform: ram:CreateResourceShare on resource: * with an explicit deny"
    ))
    .unwrap();
    assert_eq!((bare.resource, bare.explicit, bare.policy), (None, Some(true), None));
    let short = denial(&format!("User: {WHO} is not authorized to perform: ram:CreateResourceShare")).unwrap();
    assert_eq!((short.action.as_deref(), short.explicit), (Some("ram:CreateResourceShare"), None));
    let no_resource = denial(&format!("User: {WHO} is not authorized to perform: ram:CreateResourceShare because no service control policy allows the ram:CreateResourceShare action")).unwrap();
    assert_eq!((no_resource.resource, no_resource.policy), (None, Some(PolicyKind::ServiceControlPolicy)));
    let encoded =
        denial("You are not authorized to perform this operation. Encoded authorization failure message: AbCd-123")
            .unwrap();
    assert!(encoded.encoded && encoded.action.is_none());
    // A message that was cut in the middle.
    let cut = denial(&format!(
        "User: {WHO} is not authorized to perform: mpa:StartSession on resource: {ON} with an explicit deny in a serv"
    ))
    .unwrap();
    assert_eq!((cut.resource.as_deref(), cut.explicit, cut.policy), (Some(ON), Some(true), None));
    for other in
        ["Access Denied", "Insufficient privileges to perform this action.", "because no backup vault was found", ""]
    {
        assert_eq!(denial(other), None, "{other}");
    }
}
