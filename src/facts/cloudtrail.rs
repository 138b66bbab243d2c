//! CloudTrail itself: trails, what they record, and every successful call that weakens them.

use super::calls::{Tampering, TrailCall};
use super::{About, Sink, TrailSays};
use crate::arn::{self, TrailArn, partition};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

/// Reads one record of `cloudtrail.amazonaws.com`, or a bucket call of `s3.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    if !record.succeeded() {
        return;
    }
    let request = record.request();
    if request.flag("omitted") == Some(true) {
        call(record, trail_of(record), Tampering::Omitted, out);
    }
    if record.source == "s3.amazonaws.com" {
        if let Some(bucket) = request.text("bucketName").filter(|_| weakens_bucket(record)) {
            call(record, None, Tampering::Bucket(bucket.to_owned()), out);
        }
        return;
    }
    let trail = trail_of(record);
    match record.name.as_str() {
        "CreateTrail" => says(trail, trail_says(record.response(), request, Some(true)), out),
        "StartLogging" => says(trail, TrailSays { logging: Some(true), ..TrailSays::default() }, out),
        "StopLogging" => {
            says(trail.clone(), TrailSays { logging: Some(false), ..TrailSays::default() }, out);
            call(record, trail, Tampering::Stop, out);
        }
        "DeleteTrail" => {
            says(trail.clone(), TrailSays { exists: Some(false), ..TrailSays::default() }, out);
            call(record, trail, Tampering::Delete, out);
        }
        "UpdateTrail" => {
            let set = trail_says(request, request, None);
            call(record, trail.clone(), Tampering::Update(Box::new(set)), out);
            says(trail, trail_says(record.response(), request, None), out);
        }
        "PutEventSelectors" => {
            if let Some(why) = leaves_out(request) {
                call(record, trail, Tampering::Selectors(why), out);
            }
        }
        "DeleteEventDataStore" => call(record, None, Tampering::EventDataStore, out),
        _ => {}
    }
}

fn says(trail: Option<TrailArn>, says: TrailSays, out: &mut Sink) {
    if let Some(trail) = trail {
        out.say(About::Trail(trail, Box::new(says)));
    }
}

fn call(record: &Record, trail: Option<TrailArn>, tampering: Tampering, out: &mut Sink) {
    out.say(About::TrailCall(Box::new(TrailCall {
        name: record.name.clone(),
        trail,
        account: record.account.clone(),
        actor: record.actor.clone(),
        tampering,
    })));
}

/// A trail is named by ARN or by name; a name means one of the account's own in that Region.
fn trail_of(record: &Record) -> Option<TrailArn> {
    let request = record.request();
    let named =
        record.response().text("trailARN").or_else(|| request.text("name")).or_else(|| request.text("trailName"))?;
    if named.starts_with("arn:") {
        return Some(TrailArn::new(named));
    }
    let region = record.region.as_ref()?;
    Some(TrailArn::new(format!(
        "arn:{}:cloudtrail:{region}:{}:trail/{named}",
        partition(region.as_str()),
        record.account.as_ref()?
    )))
}

fn trail_says(answer: Node<'_>, request: Node<'_>, exists: Option<bool>) -> TrailSays {
    let flag = |keys: [&str; 2]| keys.iter().find_map(|key| answer.flag(key).or_else(|| request.flag(key)));
    let text = |key: &str| answer.text(key).or_else(|| request.text(key)).map(str::to_owned);
    TrailSays {
        multi_region: flag(["isMultiRegionTrail", "isMultiRegion"]),
        global_events: flag(["includeGlobalServiceEvents", "includeGlobalServiceEvents"]),
        validation: flag(["logFileValidationEnabled", "enableLogFileValidation"]),
        organization: flag(["isOrganizationTrail", "isOrganizationTrail"]),
        bucket: text("s3BucketName"),
        key: text("kmsKeyId"),
        exists,
        ..TrailSays::default()
    }
}

/// Why selectors miss management events that this program needs; `None`: they record them.
fn leaves_out(request: Node<'_>) -> Option<String> {
    if let Some(selectors) = request.list("advancedEventSelectors") {
        return advanced_leave_out(&selectors);
    }
    let selectors = request.list("eventSelectors")?;
    let records = |s: &Node<'_>| {
        s.flag("includeManagementEvents") != Some(false)
            && matches!(s.text("readWriteType"), None | Some("All" | "WriteOnly"))
            && !s.texts("excludeManagementEventSources").unwrap_or_default().iter().any(|source| is_ours(source))
    };
    (!selectors.iter().any(records))
        .then(|| "no event selector records the management events of AWS Backup, RAM and MPA".into())
}

fn advanced_leave_out(selectors: &[Node<'_>]) -> Option<String> {
    let whole = |selector: &Node<'_>| {
        let fields = selector.list("fieldSelectors").unwrap_or_default();
        let field = |name: &str| fields.iter().find(|f| f.text("field") == Some(name)).copied();
        let holds = |name: &str, op: &str| field(name).and_then(|f| f.texts(op)).unwrap_or_default();
        let management = holds("eventCategory", "equals").contains(&"Management");
        let only = field("eventSource").is_some_and(|f| f.get("equals").is_some());
        let excluded = holds("eventSource", "notEquals").iter().any(|source| is_ours(source));
        let narrowed = field("eventName").is_some() || holds("readOnly", "equals").contains(&"true");
        management && !only && !excluded && !narrowed
    };
    (!selectors.iter().any(whole))
        .then(|| "no advanced selector records the management events of AWS Backup, RAM and MPA".into())
}

/// Log files younger than this must not expire: the window of claims about absence.
const KEEP_DAYS: i64 = 90;

/// Whether a bucket call lets log files be lost or read: deletion of the bucket or its policy, a new policy (which cannot be
/// compared with the old one), versioning suspended, expiry within the window.
fn weakens_bucket(record: &Record) -> bool {
    let request = record.request();
    match record.name.as_str() {
        "DeleteBucket" | "DeleteBucketPolicy" | "DeleteBucketEncryption" | "PutBucketPolicy" => true,
        "PutBucketVersioning" => {
            request.path(&["VersioningConfiguration", "Status"]).and_then(Node::as_text) == Some("Suspended")
        }
        "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" => {
            let rules = request
                .path(&["LifecycleConfiguration", "Rule"])
                .or_else(|| request.path(&["LifecycleConfiguration", "Rules"]));
            let rules: Vec<Node<'_>> = match rules {
                Some(node) if node.0.is_array() => node.0.as_array().into_iter().flatten().map(Node).collect(),
                Some(node) => vec![node],
                None => Vec::new(),
            };
            rules
                .iter()
                .any(|rule| rule.get("Expiration").and_then(|e| e.int("Days")).is_some_and(|days| days < KEEP_DAYS))
        }
        _ => false,
    }
}

fn is_ours(source: &str) -> bool {
    ["backup.", "ram.", "multi-party-approval.", "mpa.", "cloudtrail."].iter().any(|s| source.starts_with(s))
}

/// Reads one row of an `aws cloudtrail` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "cloudtrail describe-trails" if !observation.whole_list => {
            let trail = row.text("TrailARN").map(TrailArn::new);
            says(trail, trail_says(row, row, Some(true)), out);
        }
        "cloudtrail get-trail-status" => {
            let named =
                row.text("TrailARN").or_else(|| row.text("Name")).map(str::to_owned).or_else(|| qualified(observation));
            let logging = row.flag("IsLogging");
            says(named.map(TrailArn::new), TrailSays { logging, ..TrailSays::default() }, out);
        }
        _ => {}
    }
}

fn qualified(observation: &Observation) -> Option<String> {
    let name = observation.qualifier.as_deref()?;
    let (account, region) = (observation.account.as_ref()?, observation.region.as_ref()?);
    if let Some(arn) = arn::from_file_name(name, "_trail_").map(|(front, id)| format!("{front}:trail/{id}")) {
        return Some(arn);
    }
    Some(format!("arn:{}:cloudtrail:{region}:{account}:trail/{name}", partition(region.as_str())))
}
