//! Organisations: who is in, who left, what acts everywhere; and the identities that approve.

use super::around::{OWNER, Scene, at, keyed, value};
use serde_json::{Value, json};
use vaultrail::arn::AccountId;
use vaultrail::facts::PolicyText;
use vaultrail::world::World;
use vaultrail::world::organizations::account::Account;
use vaultrail::world::organizations::organization::Organization;

const SOURCE: &str = "organizations.amazonaws.com";
const MEMBER: &str = "444455556666";

fn organization(world: &World) -> &Organization {
    &world.organizations[&AccountId::new(OWNER)]
}

fn account<'w>(world: &'w World, id: &str) -> &'w Account {
    &world.accounts[&AccountId::new(id)]
}

fn listed(day: &str, ids: &[&str], scene: Scene) -> Scene {
    let rows: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({"Id": id, "Arn": format!("arn:aws:organizations::{OWNER}:account/o-1/{id}"), "Status": "ACTIVE",
            "State": "ACTIVE", "JoinedMethod": "INVITED", "JoinedTimestamp": "2025-01-01T00:00:00Z"})
        })
        .collect();
    scene.shown(day, "organizations/list-accounts.json", json!({"Accounts": rows}))
}

#[test]
fn an_account_that_leaves_is_lost_to_the_organisation_that_had_it() {
    // LeaveOrganization is logged in the account that leaves and names no organisation.
    let left = json!({"recipientAccountId": MEMBER, "requestParameters": null, "responseElements": null});
    let world = listed("2026-10-01", &[OWNER, MEMBER], Scene::default())
        .record("2026-10-05T00:00:00Z", SOURCE, "LeaveOrganization", left)
        .world();
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-04T00:00:00Z"), Some(true));
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-05T00:00:00Z"), Some(false));
    assert_eq!(value(&account(&world, MEMBER).member, "2026-10-05T00:00:00Z"), Some(false));
    assert_eq!(world.guard_calls.values().flatten().next().unwrap().what.account, Some(AccountId::new(MEMBER)));
}

#[test]
fn an_account_that_leaves_is_lost_even_if_a_later_snapshot_is_the_first_to_name_its_organisation() {
    let left = json!({"recipientAccountId": MEMBER, "requestParameters": null, "responseElements": null});
    let world = listed("2026-10-09", &[OWNER, MEMBER], Scene::default())
        .record("2026-10-05T00:00:00Z", SOURCE, "LeaveOrganization", left)
        .world();
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-05T00:00:00Z"), Some(false));
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-09T00:00:00Z"), Some(true), "it came back");
    assert!(!world.drifts.is_empty(), "nobody is seen to invite it again");
}

#[test]
fn a_complete_list_shows_who_is_gone_and_is_never_carried_back() {
    let scene = listed("2026-10-01", &[OWNER, MEMBER], Scene::default());
    let world = listed("2026-10-09", &[OWNER], scene).world();
    let accounts = &organization(&world).accounts;
    assert_eq!(keyed(accounts, MEMBER, "2026-10-08T00:00:00Z"), Some(true));
    assert_eq!(keyed(accounts, MEMBER, "2026-10-09T00:00:00Z"), Some(false));
    assert_eq!(keyed(accounts, OWNER, "2026-09-30T00:00:00Z"), None);
    let scene = listed("2026-10-01", &[OWNER, MEMBER], Scene::default());
    let partial = json!({"Accounts": [{"Id": OWNER, "Arn": format!("arn:aws:organizations::{OWNER}:account/o-1/{OWNER}")}],
        "NextToken": "more"});
    let world = scene.shown("2026-10-09", "organizations/list-accounts.json", partial).world();
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-10T00:00:00Z"), Some(true));
}

#[test]
fn a_closed_account_stays_a_member_and_can_be_reached_for_ninety_days() {
    let result = json!({"eventType": "AwsServiceEvent", "requestParameters": null, "responseElements": null,
        "userIdentity": {"accountId": OWNER, "invokedBy": "organizations.amazonaws.com"},
        "serviceEventDetails": {"closeAccountStatus": {"accountId": MEMBER, "state": "SUCCEEDED",
            "requestedTimestamp": "Oct 5, 2026 12:00:00 AM", "completedTimestamp": "Oct 5, 2026 12:10:00 AM"}}});
    let world = listed("2026-10-01", &[OWNER, MEMBER], Scene::default())
        .call("2026-10-05T00:00:00Z", SOURCE, "CloseAccount", json!({"accountId": MEMBER}), Value::Null)
        .record("2026-10-05T00:15:00Z", SOURCE, "CloseAccountResult", result)
        .world();
    let account = account(&world, MEMBER);
    assert_eq!(value(&account.status, "2026-10-05T00:05:00Z").as_deref(), Some("PENDING_CLOSURE"));
    assert_eq!(value(&account.status, "2026-10-05T00:10:00Z").as_deref(), Some("SUSPENDED"));
    assert_eq!(value(&account.state, "2026-10-05T00:10:00Z").as_deref(), Some("CLOSED"));
    assert_eq!(value(&account.post_closure_ends, "2026-10-06T00:00:00Z"), Some(Some(at("2027-01-03T00:10:00Z"))));
    assert_eq!(value(&account.member, "2026-10-06T00:00:00Z"), Some(true));
}

#[test]
fn a_closure_that_fails_leaves_the_account_active() {
    let result = json!({"eventType": "AwsServiceEvent", "serviceEventDetails": {"closeAccountStatus":
        {"accountId": MEMBER, "state": "FAILED", "completedTimestamp": "Oct 5, 2026 12:10:00 AM"}}});
    let world = Scene::default().record("2026-10-05T00:15:00Z", SOURCE, "CloseAccountResult", result).world();
    assert_eq!(value(&account(&world, MEMBER).status, "2026-10-06T00:00:00Z").as_deref(), Some("ACTIVE"));
    assert_eq!(value(&account(&world, MEMBER).closed, "2026-10-06T00:00:00Z"), Some(None));
}

#[test]
fn an_account_that_is_being_made_is_a_member_when_the_result_says_so() {
    let asked = json!({"createAccountStatus": {"id": "car-1", "state": "IN_PROGRESS"}});
    let result = json!({"eventType": "AwsServiceEvent", "serviceEventDetails": {"createAccountStatus": {"id": "car-1",
        "state": "SUCCEEDED", "accountId": MEMBER, "completedTimestamp": "Oct 5, 2026 12:10:00 AM"}}});
    let scene = Scene::default().call("2026-10-05T00:00:00Z", SOURCE, "CreateAccount", json!({}), asked);
    assert!(scene.facts().is_empty());
    let world = scene.record("2026-10-05T00:15:00Z", SOURCE, "CreateAccountResult", result).world();
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-05T00:15:00Z"), Some(true));
}

fn handshake(state: &str) -> Value {
    json!({"handshake": {"id": "h-1", "arn": format!("arn:aws:organizations::{OWNER}:handshake/o-1/invite/h-1"),
        "action": "INVITE", "state": state, "parties": [{"id": "o-1", "type": "ORGANIZATION"}, {"id": MEMBER, "type": "ACCOUNT"}],
        "requestedTimestamp": "Oct 1, 2026 12:00:00 AM", "expirationTimestamp": "Oct 16, 2026 12:00:00 AM"}})
}

fn invited() -> Scene {
    let target = json!({"target": {"type": "ACCOUNT", "id": MEMBER}});
    Scene::default().call("2026-10-01T00:00:00Z", SOURCE, "InviteAccountToOrganization", target, handshake("OPEN"))
}

#[test]
fn an_invitation_makes_a_member_when_it_is_accepted_and_expires_without_a_record() {
    let accepted = json!({"recipientAccountId": MEMBER, "requestParameters": {"handshakeId": "h-1"},
        "responseElements": handshake("ACCEPTED")});
    let world = invited().record("2026-10-02T00:00:00Z", SOURCE, "AcceptHandshake", accepted).world();
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-01T00:00:00Z"), None);
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-02T00:00:00Z"), Some(true));
    assert_eq!(world.handshakes["h-1"].state_at(at("2026-11-01T00:00:00Z")), Some("ACCEPTED"));
    let world = invited().world();
    assert_eq!(world.handshakes["h-1"].state_at(at("2026-10-15T23:59:59Z")), Some("OPEN"));
    assert_eq!(world.handshakes["h-1"].state_at(at("2026-10-16T00:00:00Z")), Some("EXPIRED"));
    assert!(world.accounts.is_empty());
}

#[test]
fn a_declined_invitation_makes_no_member() {
    let declined = json!({"recipientAccountId": MEMBER, "requestParameters": {"handshakeId": "h-1"},
        "responseElements": handshake("DECLINED")});
    let world = invited().record("2026-10-02T00:00:00Z", SOURCE, "DeclineHandshake", declined).world();
    assert!(world.accounts.is_empty());
    assert_eq!(world.handshakes["h-1"].state_at(at("2026-10-03T00:00:00Z")), Some("DECLINED"));
}

#[test]
fn available_policy_types_are_not_enabled_ones() {
    let world = Scene::default()
        .shown(
            "2026-10-01",
            "organizations/describe-organization.json",
            json!({"Organization": {"Id": "o-1",
            "MasterAccountId": OWNER, "FeatureSet": "ALL",
            "AvailablePolicyTypes": [{"Type": "BACKUP_POLICY", "Status": "ENABLED"}]}}),
        )
        .world();
    assert!(organization(&world).policy_types.is_empty());
    assert_eq!(value(&organization(&world).features, "2026-10-01T00:00:00Z").as_deref(), Some("ALL"));
    let world = Scene::default()
        .shown(
            "2026-10-01",
            "organizations/list-roots.json",
            json!({"Roots": [{"Id": "r-1",
            "Arn": format!("arn:aws:organizations::{OWNER}:root/o-1/r-1"),
            "PolicyTypes": [{"Type": "BACKUP_POLICY", "Status": "ENABLED"}]}]}),
        )
        .call(
            "2026-10-02T00:00:00Z",
            SOURCE,
            "DisablePolicyType",
            json!({"rootId": "r-1", "policyType": "BACKUP_POLICY"}),
            Value::Null,
        )
        .world();
    let types = &organization(&world).policy_types;
    assert_eq!(keyed(types, "r-1/BACKUP_POLICY", "2026-10-01T00:00:00Z"), Some(true));
    assert_eq!(keyed(types, "r-1/BACKUP_POLICY", "2026-10-02T00:00:00Z"), Some(false));
}

#[test]
fn a_policy_is_attached_changed_and_detached() {
    let summary = json!({"id": "p-1", "name": "backups", "type": "BACKUP_POLICY", "awsManaged": false});
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            SOURCE,
            "CreatePolicy",
            json!({"type": "BACKUP_POLICY", "content": "{\"plans\":{}}"}),
            json!({"policy": {"policySummary": summary, "content": "{\"plans\":{}}"}}),
        )
        .call(
            "2026-10-02T00:00:00Z",
            SOURCE,
            "AttachPolicy",
            json!({"policyId": "p-1", "targetId": "ou-1"}),
            Value::Null,
        )
        .call(
            "2026-10-03T00:00:00Z",
            SOURCE,
            "UpdatePolicy",
            json!({"policyId": "p-1", "name": "renamed"}),
            Value::Null,
        )
        .call(
            "2026-10-04T00:00:00Z",
            SOURCE,
            "DetachPolicy",
            json!({"policyId": "p-1", "targetId": "ou-1"}),
            Value::Null,
        )
        .call("2026-10-05T00:00:00Z", SOURCE, "DeletePolicy", json!({"policyId": "p-1"}), Value::Null)
        .world();
    let policy = &world.policies["p-1"];
    assert_eq!(keyed(&policy.targets, "ou-1", "2026-10-03T00:00:00Z"), Some(true));
    assert_eq!(keyed(&policy.targets, "ou-1", "2026-10-04T00:00:00Z"), Some(false));
    assert_eq!(value(&policy.content, "2026-10-04T00:00:00Z"), Some(PolicyText::Document("{\"plans\":{}}".into())));
    assert_eq!(value(&policy.name, "2026-10-03T00:00:00Z").as_deref(), Some("renamed"));
    assert_eq!(value(&policy.exists, "2026-10-05T00:00:00Z"), Some(false));
    let calls: Vec<&str> = world.guard_calls.values().flatten().map(|call| call.what.name.as_str()).collect();
    assert_eq!(calls, ["UpdatePolicy", "DetachPolicy", "DeletePolicy"]);
}

#[test]
fn trusted_access_ends_and_a_complete_list_shows_what_never_was() {
    let call = |when: &str, name: &str, service: &str, scene: Scene| {
        scene.call(when, SOURCE, name, json!({"servicePrincipal": service}), Value::Null)
    };
    let scene = call("2026-10-01T00:00:00Z", "EnableAWSServiceAccess", "ram.amazonaws.com", Scene::default());
    let scene = call("2026-10-01T00:00:00Z", "EnableAWSServiceAccess", "backup.amazonaws.com", scene);
    let world = call("2026-10-02T00:00:00Z", "DisableAWSServiceAccess", "ram.amazonaws.com", scene)
        .shown(
            "2026-10-05",
            "organizations/list-aws-service-access-for-organization.json",
            json!({"EnabledServicePrincipals": []}),
        )
        .world();
    let services = &organization(&world).services;
    assert_eq!(keyed(services, "ram.amazonaws.com", "2026-10-01T00:00:00Z"), Some(true));
    assert_eq!(keyed(services, "ram.amazonaws.com", "2026-10-02T00:00:00Z"), Some(false));
    assert_eq!(keyed(services, "backup.amazonaws.com", "2026-10-05T00:00:00Z"), Some(false));
    assert_eq!(world.drifts.len(), 1);
}

#[test]
fn delegated_administrators_come_and_go() {
    let request = json!({"accountId": MEMBER, "servicePrincipal": "backup.amazonaws.com"});
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", SOURCE, "RegisterDelegatedAdministrator", request.clone(), Value::Null)
        .call("2026-10-02T00:00:00Z", SOURCE, "DeregisterDelegatedAdministrator", request, Value::Null)
        .world();
    let key = format!("backup.amazonaws.com/{MEMBER}");
    assert_eq!(keyed(&organization(&world).administrators, &key, "2026-10-01T00:00:00Z"), Some(true));
    assert_eq!(keyed(&organization(&world).administrators, &key, "2026-10-02T00:00:00Z"), Some(false));
}

#[test]
fn a_refused_removal_changes_nothing_and_is_an_attempt() {
    let refused =
        json!({"requestParameters": {"accountId": MEMBER}, "responseElements": null, "errorCode": "AccessDenied"});
    let world = listed("2026-10-01", &[OWNER, MEMBER], Scene::default())
        .record("2026-10-02T00:00:00Z", SOURCE, "RemoveAccountFromOrganization", refused)
        .world();
    assert_eq!(keyed(&organization(&world).accounts, MEMBER, "2026-10-03T00:00:00Z"), Some(true));
    assert_eq!(world.guard_calls.values().flatten().next().unwrap().what.target.as_deref(), Some(MEMBER));
}

#[test]
fn identities_that_approve_are_deleted_or_disabled() {
    let instance = "arn:aws:sso:::instance/ssoins-1";
    let user = json!({"identityStoreId": "d-1", "userId": "u-1"});
    let update = json!({"identityStoreId": "d-1", "userId": "u-2",
        "operations": [{"attributePath": "active", "attributeValue": false}]});
    let world = Scene::default()
        .shown(
            "2026-10-01",
            "sso-admin/list-instances.json",
            json!({"Instances": [{"InstanceArn": instance,
            "IdentityStoreId": "d-1", "OwnerAccountId": OWNER, "Status": "ACTIVE"}]}),
        )
        .call(
            "2026-10-02T00:00:00Z",
            "sso.amazonaws.com",
            "DeleteInstance",
            json!({"instanceArn": instance}),
            Value::Null,
        )
        .call("2026-10-02T00:00:00Z", "sso-directory.amazonaws.com", "DisableUser", user.clone(), Value::Null)
        .call("2026-10-03T00:00:00Z", "identitystore.amazonaws.com", "DeleteUser", user, Value::Null)
        .call("2026-10-03T00:00:00Z", "identitystore.amazonaws.com", "UpdateUser", update, Value::Null)
        .world();
    assert_eq!(value(&world.identity_centers[instance].exists, "2026-10-01T00:00:00Z"), Some(true));
    assert_eq!(value(&world.identity_centers[instance].exists, "2026-10-02T00:00:00Z"), Some(false));
    assert_eq!(value(&world.identity_users["u-1"].enabled, "2026-10-02T00:00:00Z"), Some(false));
    assert_eq!(value(&world.identity_users["u-1"].exists, "2026-10-03T00:00:00Z"), Some(false));
    assert_eq!(value(&world.identity_users["u-2"].enabled, "2026-10-03T00:00:00Z"), Some(false));
    assert_eq!(world.guard_calls.values().flatten().count(), 4);
}

#[test]
fn root_is_told_whatever_it_does_and_a_refused_sign_in_is_none() {
    let root = json!({"type": "Root", "accountId": OWNER, "arn": format!("arn:aws:iam::{OWNER}:root")});
    let sign_in = |answer: &str| {
        json!({"eventType": "AwsConsoleSignIn", "userIdentity": root, "requestParameters": null,
            "responseElements": {"ConsoleLogin": answer}, "additionalEventData": {"MFAUsed": "No"}})
    };
    let world = Scene::default()
        .record("2026-10-01T00:00:00Z", "signin.amazonaws.com", "ConsoleLogin", sign_in("Failure"))
        .record("2026-10-02T00:00:00Z", "signin.amazonaws.com", "ConsoleLogin", sign_in("Success"))
        .record(
            "2026-10-03T00:00:00Z",
            "kms.amazonaws.com",
            "DisableKey",
            json!({"userIdentity": root, "requestParameters": {"keyId": "k"}}),
        )
        .record(
            "2026-10-04T00:00:00Z",
            "signin.amazonaws.com",
            "ConsoleLogin",
            json!({"eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": "Success"}}),
        )
        .world();
    let seen: Vec<(&str, bool, Option<bool>)> = world
        .root_uses
        .values()
        .flatten()
        .map(|used| (used.what.name.as_str(), used.what.succeeded, used.what.mfa))
        .collect();
    let login = "ConsoleLogin";
    assert_eq!(seen, [(login, false, Some(false)), (login, true, Some(false)), ("DisableKey", true, None)]);
}
