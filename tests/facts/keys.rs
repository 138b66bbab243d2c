//! KMS keys: what loses a key, and what only looks like it.

use super::around::{OWNER, Scene, at, keyed, value};
use serde_json::{Value, json};
use vaultrail::arn::KeyArn;
use vaultrail::facts::{KeyState, PolicyText};
use vaultrail::world::World;
use vaultrail::world::kms::key::Key;

const KMS: &str = "kms.amazonaws.com";
const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

fn arn() -> String {
    format!("arn:aws:kms:eu-west-1:{OWNER}:key/{ID}")
}

fn key(world: &World) -> &Key {
    world.keys.get(&KeyArn::new(arn())).unwrap()
}

fn service_event(name: &str) -> Value {
    json!({"eventType": "AwsServiceEvent", "eventName": name, "requestParameters": null, "responseElements": null,
        "userIdentity": {"accountId": OWNER, "invokedBy": "AWS Internal"}, "serviceEventDetails": {"keyId": ID},
        "resources": [{"ARN": arn(), "accountId": OWNER, "type": "AWS::KMS::Key"}]})
}

fn scheduled(when: &str, response: Value) -> Scene {
    Scene::default().call(when, KMS, "ScheduleKeyDeletion", json!({"keyId": ID, "pendingWindowInDays": 20}), response)
}

#[test]
fn a_scheduled_deletion_has_a_date_and_the_service_event_ends_the_key() {
    // The date as AWS documents it: 18 o'clock, PM.
    let answer = json!({"keyId": arn(), "keyState": "PendingDeletion", "deletionDate": "Oct 21, 2026 18:58:30 PM"});
    let world = scheduled("2026-10-01T18:58:30Z", answer)
        .record("2026-10-22T00:07:00Z", KMS, "DeleteKey", service_event("DeleteKey"))
        .world();
    let key = key(&world);
    assert_eq!(value(&key.state, "2026-10-02T00:00:00Z"), Some(KeyState::PendingDeletion));
    assert_eq!(value(&key.deletion_date, "2026-10-02T00:00:00Z"), Some(Some(at("2026-10-21T18:58:30Z"))));
    assert_eq!(key.pending_days.as_ref().map(|(days, _)| *days), Some(20));
    assert_eq!(value(&key.exists, "2026-10-21T00:00:00Z"), None);
    assert_eq!(value(&key.exists, "2026-10-22T00:07:00Z"), Some(false));
}

#[test]
fn without_an_answer_the_window_counts_from_the_call_and_is_thirty_days_by_default() {
    let world = scheduled("2026-10-01T00:00:00Z", Value::Null).world();
    assert_eq!(value(&key(&world).deletion_date, "2026-10-01T00:00:00Z"), Some(Some(at("2026-10-21T00:00:00Z"))));
    let world =
        Scene::default().call("2026-10-01T00:00:00Z", KMS, "ScheduleKeyDeletion", json!({"keyId": ID}), Value::Null);
    assert_eq!(
        value(&key(&world.world()).deletion_date, "2026-10-01T00:00:00Z"),
        Some(Some(at("2026-10-31T00:00:00Z")))
    );
}

#[test]
fn a_multi_region_key_waits_for_its_replicas_and_has_no_date() {
    let world =
        scheduled("2026-10-01T00:00:00Z", json!({"keyId": arn(), "keyState": "PendingReplicaDeletion"})).world();
    assert_eq!(value(&key(&world).state, "2026-10-02T00:00:00Z"), Some(KeyState::PendingReplicaDeletion));
    assert_eq!(value(&key(&world).deletion_date, "2026-10-02T00:00:00Z"), None);
}

#[test]
fn a_cancelled_deletion_leaves_the_key_disabled() {
    let world = scheduled("2026-10-01T00:00:00Z", Value::Null)
        .call("2026-10-02T00:00:00Z", KMS, "CancelKeyDeletion", json!({"keyId": ID}), json!({"keyId": arn()}))
        .call("2026-10-03T00:00:00Z", KMS, "EnableKey", json!({"keyId": arn()}), Value::Null)
        .world();
    let key = key(&world);
    assert_eq!(value(&key.state, "2026-10-02T00:00:00Z"), Some(KeyState::Disabled));
    assert_eq!(value(&key.deletion_date, "2026-10-02T00:00:00Z"), Some(None));
    assert_eq!(value(&key.state, "2026-10-03T00:00:00Z"), Some(KeyState::Enabled));
}

#[test]
fn material_that_is_deleted_or_expires_makes_a_key_wait_unless_it_is_pending_deletion() {
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            KMS,
            "ImportKeyMaterial",
            json!({"keyId": ID, "expirationModel": "KEY_MATERIAL_EXPIRES", "validTo": "Oct 3, 2026 12:00:00 AM"}),
            Value::Null,
        )
        .record("2026-10-03T00:00:00Z", KMS, "DeleteExpiredKeyMaterial", service_event("DeleteExpiredKeyMaterial"))
        .world();
    assert_eq!(value(&key(&world).valid_to, "2026-10-01T00:00:00Z"), Some(Some(at("2026-10-03T00:00:00Z"))));
    assert_eq!(value(&key(&world).state, "2026-10-03T00:00:00Z"), Some(KeyState::PendingImport));
    assert_eq!(value(&key(&world).material, "2026-10-03T00:00:00Z"), Some(false));
    let world = scheduled("2026-10-01T00:00:00Z", Value::Null)
        .call("2026-10-02T00:00:00Z", KMS, "DeleteImportedKeyMaterial", json!({"keyId": ID}), Value::Null)
        .world();
    assert_eq!(value(&key(&world).state, "2026-10-02T00:00:00Z"), Some(KeyState::PendingDeletion));
    assert_eq!(value(&key(&world).material, "2026-10-02T00:00:00Z"), Some(false));
}

#[test]
fn a_refused_call_changes_no_key_and_is_kept_as_an_attempt() {
    let refused = json!({"requestParameters": null, "responseElements": null, "errorCode": "AccessDenied",
        "errorMessage": format!("User: arn:aws:iam::{OWNER}:user/ann is not authorized to perform: kms:DisableKey on \
            resource: {} because no identity-based policy allows the kms:DisableKey action", arn())});
    let world = Scene::default().record("2026-10-01T00:00:00Z", KMS, "DisableKey", refused).world();
    assert!(world.keys.is_empty());
    let call = &world.guard_calls.values().flatten().next().unwrap().what;
    assert_eq!((call.name.as_str(), call.target.as_deref()), ("DisableKey", Some(arn().as_str())));
    assert!(call.refusal.is_some());
}

#[test]
fn a_policy_that_is_no_json_is_unknown_with_its_reason() {
    let put = |policy: Value| {
        let scene = Scene::default();
        scene
            .call("2026-10-01T00:00:00Z", KMS, "PutKeyPolicy", json!({"keyId": ID, "policy": policy}), Value::Null)
            .world()
    };
    let said = |world: &World| value(&key(world).policy, "2026-10-02T00:00:00Z").unwrap();
    let PolicyText::Unreadable { unreadable } = said(&put(json!("{\"Version\": "))) else { panic!("readable") };
    assert!(unreadable.starts_with("it is not JSON"), "{unreadable}");
    assert!(matches!(said(&put(json!("[1]"))), PolicyText::Unreadable { .. }));
    assert!(matches!(said(&put(json!("HIDDEN_DUE_TO_SECURITY_REASONS"))), PolicyText::Unreadable { .. }));
    assert!(matches!(said(&put(json!("{}"))), PolicyText::Document(_)));
}

#[test]
fn the_same_policy_in_another_spelling_is_no_drift() {
    let policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}";
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", KMS, "PutKeyPolicy", json!({"keyId": ID, "policy": policy}), Value::Null)
        .shown(
            "2026-10-05",
            &format!("kms/get-key-policy.{ID}.json"),
            json!({"Policy": "{\n  \"Statement\" : [],\n  \"Version\" : \"2012-10-17\"\n}", "PolicyName": "default"}),
        )
        .world();
    assert_eq!(world.drifts, []);
    assert_eq!(key(&world).policy.spans().len(), 1);
}

#[test]
fn a_grant_ends_by_its_id_or_by_its_token_and_a_complete_list_shows_what_is_gone() {
    let made =
        |when: &str, id: &str, scene: Scene| {
            scene.call(when, KMS, "CreateGrant",
            json!({"keyId": ID, "granteePrincipal": "backup.amazonaws.com", "operations": ["Decrypt", "CreateGrant"]}),
            json!({"grantId": id, "keyId": arn()}))
        };
    let retired = json!({"requestParameters": null, "responseElements": {"keyId": arn()},
        "additionalEventData": {"grantId": "two"}, "resources": [{"ARN": arn()}]});
    let mut scene = Scene::default();
    for id in ["one", "two", "three", "four"] {
        scene = made("2026-10-01T00:00:00Z", id, scene);
    }
    let world = scene
        .call("2026-10-02T00:00:00Z", KMS, "RevokeGrant", json!({"keyId": ID, "grantId": "one"}), json!({"keyId": arn()}))
        .record("2026-10-02T00:00:00Z", KMS, "RetireGrant", retired)
        .shown("2026-10-05", "kms/list-grants.json", json!({"Grants": [{"KeyId": arn(), "GrantId": "three",
            "GranteePrincipal": "backup.amazonaws.com", "Operations": ["CreateGrant", "Decrypt"]}], "Truncated": false}))
        .world();
    let grants = &key(&world).grants;
    for (id, before, after) in [("one", true, false), ("two", true, false), ("three", true, true)] {
        assert_eq!(keyed(grants, id, "2026-10-01T00:00:00Z"), Some(before), "{id}");
        assert_eq!(keyed(grants, id, "2026-10-02T00:00:00Z"), Some(after), "{id}");
    }
    assert_eq!(keyed(grants, "four", "2026-10-04T00:00:00Z"), Some(true));
    assert_eq!(keyed(grants, "four", "2026-10-05T00:00:00Z"), Some(false));
    assert_eq!(world.drifts.len(), 1, "nobody is seen to end the fourth grant");
    let grant = &world.grants[&format!("{}/grant/three", arn())];
    assert_eq!(grant.operations.as_ref().unwrap().0, ["CreateGrant", "Decrypt"]);
}

#[test]
fn a_list_of_grants_that_is_cut_says_nothing_of_what_it_lacks() {
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            KMS,
            "CreateGrant",
            json!({"keyId": ID}),
            json!({"grantId": "one", "keyId": arn()}),
        )
        .shown(
            "2026-10-05",
            "kms/list-grants.json",
            json!({"Grants": [{"KeyId": arn(), "GrantId": "two"}], "NextMarker": "more", "Truncated": true}),
        )
        .world();
    assert_eq!(keyed(&key(&world).grants, "one", "2026-10-06T00:00:00Z"), Some(true));
}

#[test]
fn a_key_of_another_account_is_that_accounts() {
    let theirs = "arn:aws:kms:eu-west-1:444455556666:key/mrk-1";
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", KMS, "CreateGrant", json!({"keyId": theirs}), json!({"grantId": "g"}))
        .world();
    let owner = world.keys.keys().next().unwrap().account().unwrap();
    assert_eq!((owner.as_str(), world.keys.len()), ("444455556666", 1));
}

#[test]
fn an_alias_moves_and_a_store_is_disconnected() {
    let alias = |when: &str, name: &str, id: &str, scene: Scene| {
        scene.call(when, KMS, name, json!({"aliasName": "alias/backup", "targetKeyId": id}), Value::Null)
    };
    let scene = alias("2026-10-01T00:00:00Z", "CreateAlias", ID, Scene::default());
    let world = alias("2026-10-02T00:00:00Z", "UpdateAlias", "other", scene)
        .call(
            "2026-10-03T00:00:00Z",
            KMS,
            "DisconnectCustomKeyStore",
            json!({"customKeyStoreId": "cks-1"}),
            Value::Null,
        )
        .world();
    let alias = &world.aliases[&format!("arn:aws:kms:eu-west-1:{OWNER}:alias/backup")];
    assert_eq!(value(&alias.key, "2026-10-01T00:00:00Z"), Some(KeyArn::new(arn())));
    assert!(value(&alias.key, "2026-10-02T00:00:00Z").unwrap().as_str().ends_with(":key/other"));
    let store = &world.key_stores[&format!("{OWNER}/eu-west-1/cks-1")];
    assert_eq!(value(&store.connection, "2026-10-03T00:00:00Z").as_deref(), Some("DISCONNECTED"));
    assert!(world.keys.is_empty(), "moving an alias says nothing of a key");
}

#[test]
fn a_described_key_is_carried_back_to_its_creation_where_it_never_changes() {
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", KMS, "DisableKeyRotation", json!({"keyId": ID}), Value::Null)
        .shown("2026-10-05", "kms/describe-key.json", json!({"KeyMetadata": {"Arn": arn(), "KeyId": ID, "KeyState": "Enabled",
            "CreationDate": "2026-01-01T00:00:00Z", "Origin": "EXTERNAL", "KeyManager": "CUSTOMER", "MultiRegion": false,
            "ValidTo": "2027-01-01T00:00:00Z", "Enabled": true}}))
        .world();
    let key = key(&world);
    assert_eq!(value(&key.origin, "2026-01-01T00:00:00Z").as_deref(), Some("EXTERNAL"));
    assert_eq!(value(&key.state, "2026-10-01T00:00:00Z"), Some(KeyState::Enabled));
    assert_eq!(value(&key.state, "2026-09-30T00:00:00Z"), None, "the log says nothing of that day");
    assert_eq!(value(&key.deletion_date, "2026-10-05T00:00:00Z"), Some(None));
    assert_eq!(value(&key.material, "2026-10-05T00:00:00Z"), Some(true));
    assert_eq!(value(&key.rotation, "2026-10-05T00:00:00Z"), Some(false));
}

#[test]
fn a_key_state_of_tomorrow_is_kept_as_it_is_written() {
    let metadata = json!({"KeyMetadata": {"Arn": arn(), "KeyState": "Hibernating"}});
    let world = Scene::default().shown("2026-10-05", "kms/describe-key.json", metadata).world();
    assert_eq!(value(&key(&world).state, "2026-10-05T00:00:00Z"), Some(KeyState::Other("Hibernating".into())));
}

#[test]
fn the_use_of_a_key_becomes_nothing() {
    let scene = Scene::default()
        .call("2026-10-01T00:00:00Z", KMS, "Decrypt", json!({"keyId": arn()}), Value::Null)
        .call("2026-10-01T00:00:00Z", KMS, "GenerateDataKey", json!({"keyId": arn()}), Value::Null);
    assert!(scene.log().entries.is_empty() && scene.facts().is_empty());
}
