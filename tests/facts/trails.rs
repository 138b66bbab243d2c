//! Trails, what they record, and where their files lie.

use super::around::{OWNER, Scene, value};
use serde_json::{Value, json};
use vaultrail::arn::TrailArn;
use vaultrail::facts::{PolicyText, Selectors};
use vaultrail::world::World;
use vaultrail::world::trail::Trail;

const SOURCE: &str = "cloudtrail.amazonaws.com";
const S3: &str = "s3.amazonaws.com";

fn arn() -> String {
    format!("arn:aws:cloudtrail:eu-west-1:{OWNER}:trail/audit")
}

fn trail(world: &World) -> &Trail {
    &world.trails[&TrailArn::new(arn())]
}

fn selectors(world: &World, when: &str) -> Selectors {
    value(&trail(world).selectors, when).unwrap()
}

#[test]
fn a_new_trail_does_not_log_until_it_is_told_to() {
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            SOURCE,
            "CreateTrail",
            json!({"name": "audit", "s3BucketName": "logs"}),
            json!({"name": "audit", "trailARN": arn(), "isMultiRegionTrail": true, "s3BucketName": "logs"}),
        )
        .call("2026-10-01T00:00:09Z", SOURCE, "StartLogging", json!({"name": arn()}), Value::Null)
        .world();
    assert_eq!(value(&trail(&world).logging, "2026-10-01T00:00:00Z"), Some(false));
    assert_eq!(value(&trail(&world).logging, "2026-10-01T00:00:09Z"), Some(true));
}

#[test]
fn selectors_are_state_and_basic_ones_end_where_advanced_ones_begin() {
    let advanced = json!([{"name": "all", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]},
        {"field": "eventSource", "notEquals": ["kms.amazonaws.com", "backup.amazonaws.com"]}]}]);
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            SOURCE,
            "PutEventSelectors",
            json!({"trailName": "audit", "eventSelectors": [{"excludeManagementEventSources": ["kms.amazonaws.com"]}]}),
            Value::Null,
        )
        .call(
            "2026-10-02T00:00:00Z",
            SOURCE,
            "PutEventSelectors",
            json!({"trailName": "audit", "advancedEventSelectors": advanced}),
            json!({"trailARN": arn(), "advancedEventSelectors": advanced}),
        )
        .world();
    let first = selectors(&world, "2026-10-01T00:00:00Z");
    assert_eq!((first.basic.len(), first.advanced.len(), first.leave_out()), (1, 0, None));
    assert_eq!((first.basic[0].read_write.as_str(), first.basic[0].management), ("All", true));
    let second = selectors(&world, "2026-10-02T00:00:00Z");
    assert_eq!((second.basic.len(), second.advanced.len()), (0, 1));
    assert!(second.leave_out().unwrap().contains("no advanced selector"));
    assert_eq!(world.trail_calls.len(), 1, "only the second leaves out what is needed");
}

#[test]
fn selectors_in_a_snapshot_are_the_same_as_in_the_call() {
    let world = Scene::default()
        .call("2026-10-01T00:00:00Z", SOURCE, "PutEventSelectors", json!({"trailName": "audit", "eventSelectors":
            [{"readWriteType": "All", "includeManagementEvents": true, "dataResources": []}]}), Value::Null)
        .shown("2026-10-05", "cloudtrail/get-event-selectors.audit.json", json!({"TrailARN": arn(), "EventSelectors":
            [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": []}]}))
        .world();
    assert_eq!(world.drifts, []);
    let world = Scene::default()
        .shown(
            "2026-10-05",
            "cloudtrail/get-event-selectors.json",
            json!({"TrailARN": arn(), "AdvancedEventSelectors":
            [{"Name": "x", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]}),
        )
        .world();
    assert_eq!(selectors(&world, "2026-10-05T00:00:00Z").leave_out(), None);
}

#[test]
fn a_status_tells_whether_delivery_fails() {
    let world = Scene::default()
        .shown(
            "2026-10-05",
            "cloudtrail/get-trail-status.audit.json",
            json!({"IsLogging": true,
            "LatestDeliveryError": "AccessDenied"}),
        )
        .shown("2026-10-06", "cloudtrail/get-trail-status.audit.json", json!({"IsLogging": true}))
        .world();
    let error = |when: &str| value(&trail(&world).delivery_error, when).unwrap();
    assert_eq!(error("2026-10-05T00:00:00Z").as_deref(), Some("AccessDenied"));
    assert_eq!(error("2026-10-06T00:00:00Z"), None);
    assert_eq!(world.drifts, []);
}

#[test]
fn an_event_data_store_is_stopped_deleted_and_restored() {
    let store = format!("arn:aws:cloudtrail:eu-west-1:{OWNER}:eventdatastore/1a");
    let request = json!({"eventDataStore": "1a"});
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            SOURCE,
            "CreateEventDataStore",
            json!({"name": "lake"}),
            json!({"eventDataStoreArn": store,
            "name": "lake", "status": "CREATED", "terminationProtectionEnabled": true, "retentionPeriod": 366}),
        )
        .call(
            "2026-10-02T00:00:00Z",
            SOURCE,
            "UpdateEventDataStore",
            json!({"eventDataStore": "1a", "terminationProtectionEnabled": false}),
            Value::Null,
        )
        .call("2026-10-03T00:00:00Z", SOURCE, "StopEventDataStoreIngestion", request.clone(), Value::Null)
        .call("2026-10-04T00:00:00Z", SOURCE, "DeleteEventDataStore", request.clone(), Value::Null)
        .call(
            "2026-10-05T00:00:00Z",
            SOURCE,
            "RestoreEventDataStore",
            request,
            json!({"eventDataStoreArn": store, "status": "ENABLED"}),
        )
        .world();
    let store = &world.event_stores[&store];
    for (day, status) in [("01", "CREATED"), ("03", "STOPPED_INGESTION"), ("04", "PENDING_DELETION"), ("05", "ENABLED")]
    {
        assert_eq!(value(&store.status, &format!("2026-10-{day}T00:00:00Z")).as_deref(), Some(status));
    }
    assert_eq!(value(&store.termination_protection, "2026-10-02T00:00:00Z"), Some(false));
    assert_eq!(value(&store.retention_days, "2026-10-02T00:00:00Z"), Some(366));
}

#[test]
fn the_bucket_of_a_trail_has_a_state_of_its_own() {
    let lifecycle = json!({"bucketName": "logs", "LifecycleConfiguration": {"Rule": [
        {"ID": "a", "Status": "Enabled", "Expiration": {"Days": 30}}, {"ID": "b", "Status": "Disabled", "Expiration": {"Days": 1}}]}});
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            S3,
            "PutBucketPolicy",
            json!({"bucketName": "logs", "policy": "", "bucketPolicy": {"Version": "2012-10-17", "Statement": []}}),
            Value::Null,
        )
        .call("2026-10-02T00:00:00Z", S3, "DeleteBucketPolicy", json!({"bucketName": "logs"}), Value::Null)
        .call(
            "2026-10-02T00:00:00Z",
            S3,
            "PutBucketVersioning",
            json!({"bucketName": "logs", "VersioningConfiguration": {"Status": "Suspended"}}),
            Value::Null,
        )
        .call("2026-10-02T00:00:00Z", S3, "PutBucketLifecycle", lifecycle, Value::Null)
        .call(
            "2026-10-02T00:00:00Z",
            S3,
            "PutBucketPublicAccessBlock",
            json!({"bucketName": "logs",
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": false}}),
            Value::Null,
        )
        .call(
            "2026-10-02T00:00:00Z",
            S3,
            "PutBucketObjectLockConfiguration",
            json!({"bucketName": "logs",
            "ObjectLockConfiguration": {"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 90}}}}),
            Value::Null,
        )
        .call("2026-10-03T00:00:00Z", S3, "DeleteBucket", json!({"bucketName": "logs"}), Value::Null)
        .world();
    let bucket = &world.buckets["logs"];
    let day = "2026-10-02T00:00:00Z";
    assert!(matches!(value(&bucket.policy, "2026-10-01T00:00:00Z"), Some(Some(PolicyText::Document(_)))));
    assert_eq!(value(&bucket.policy, day), Some(None));
    assert_eq!(value(&bucket.versioning, day).as_deref(), Some("Suspended"));
    assert_eq!(value(&bucket.expires_after, day), Some(Some(30)), "a rule that is disabled expires nothing");
    assert_eq!(value(&bucket.blocked, day), Some(vec!["BlockPublicAcls".to_owned()]));
    assert_eq!(value(&bucket.object_lock, day), Some(Some("COMPLIANCE 90 days".to_owned())));
    assert_eq!(value(&bucket.exists, "2026-10-03T00:00:00Z"), Some(false));
}

#[test]
fn a_refused_attempt_on_a_trail_changes_nothing_and_is_kept() {
    let refused = json!({"requestParameters": {"name": "audit"}, "errorCode": "AccessDeniedException"});
    let world = Scene::default().record("2026-10-01T00:00:00Z", SOURCE, "StopLogging", refused).world();
    assert!(world.trails.is_empty() && world.trail_calls.is_empty());
    assert_eq!(world.guard_calls.values().flatten().next().unwrap().what.target.as_deref(), Some("audit"));
}

#[test]
fn a_channel_comes_and_goes() {
    let channel = format!("arn:aws:cloudtrail:eu-west-1:{OWNER}:channel/1a");
    let world = Scene::default()
        .call(
            "2026-10-01T00:00:00Z",
            SOURCE,
            "CreateChannel",
            json!({"name": "in", "destinations":
            [{"type": "EVENT_DATA_STORE", "location": "store"}]}),
            json!({"channelArn": channel}),
        )
        .call("2026-10-02T00:00:00Z", SOURCE, "DeleteChannel", json!({"channel": channel}), Value::Null)
        .world();
    assert_eq!(value(&world.channels[&channel].destinations, "2026-10-01T00:00:00Z"), Some(vec!["store".to_owned()]));
    assert_eq!(value(&world.channels[&channel].exists, "2026-10-02T00:00:00Z"), Some(false));
}
