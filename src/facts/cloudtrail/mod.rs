//! CloudTrail itself: trails, what they record, and every successful call that weakens them.

mod bucket;
mod lake;
mod selectors;

use super::calls::{Tampering, TrailCall};
use super::{About, Selectors, Sink, TrailSays};
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
    let trail = trail_of(record);
    if request.flag("omitted") == Some(true) {
        call(record, trail.clone(), Tampering::Omitted, out);
    }
    if record.source == "s3.amazonaws.com" {
        return bucket::read(record, out);
    }
    match record.name.as_str() {
        "CreateTrail" => {
            let mut set = trail_says(record.response(), request, Some(true));
            // A new trail logs when it is told to, and records the management events.
            set.logging = Some(false);
            says(trail, set, out);
        }
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
            let selectors = Selectors::read(record.response()).or_else(|| Selectors::read(request));
            if let Some(why) = Selectors::read(request).and_then(|asked| asked.leave_out()) {
                call(record, trail.clone(), Tampering::Selectors(why), out);
            }
            says(trail, TrailSays { selectors, ..TrailSays::default() }, out);
        }
        "PutInsightSelectors" => says(trail, TrailSays { insights: insights(request), ..TrailSays::default() }, out),
        name => {
            if name == "DeleteEventDataStore" {
                call(record, None, Tampering::EventDataStore, out);
            }
            lake::read(record, out);
        }
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
        prefix: text("s3KeyPrefix"),
        key: text("kmsKeyId"),
        log_group: text("cloudWatchLogsLogGroupArn"),
        exists,
        ..TrailSays::default()
    }
}

fn insights(node: Node<'_>) -> Option<Vec<String>> {
    let listed = node.list("insightSelectors")?;
    let mut kinds: Vec<String> = listed.into_iter().filter_map(|s| s.text("insightType")).map(str::to_owned).collect();
    kinds.sort();
    Some(kinds)
}

/// Reads one row of an `aws cloudtrail` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let named = || row.text("TrailARN").map(str::to_owned);
    let trail = || named().or_else(|| row.text("Name").map(str::to_owned)).or_else(|| qualified(observation));
    match observation.operation {
        "cloudtrail describe-trails" if !observation.whole_list => {
            says(named().map(TrailArn::new), trail_says(row, row, Some(true)), out);
        }
        "cloudtrail get-trail" => {
            let Some(node) = row.get("Trail") else { return };
            says(node.text("TrailARN").map(TrailArn::new), trail_says(node, node, Some(true)), out);
        }
        "cloudtrail list-trails" => {
            says(named().map(TrailArn::new), TrailSays { exists: Some(true), ..TrailSays::default() }, out);
        }
        "cloudtrail get-trail-status" => {
            let logging = row.flag("IsLogging");
            let delivery_error = logging.map(|_| row.text("LatestDeliveryError").map(str::to_owned));
            says(trail().map(TrailArn::new), TrailSays { logging, delivery_error, ..TrailSays::default() }, out);
        }
        "cloudtrail get-event-selectors" => {
            says(
                trail().map(TrailArn::new),
                TrailSays { selectors: Selectors::read(row), ..TrailSays::default() },
                out,
            );
        }
        "cloudtrail get-insight-selectors" if row.get("EventDataStoreArn").is_none() => {
            says(trail().map(TrailArn::new), TrailSays { insights: insights(row), ..TrailSays::default() }, out);
        }
        _ => lake::read_snapshot(observation, out),
    }
}

/// Reads one row of an `aws s3api` output.
pub fn read_bucket(observation: &Observation, out: &mut Sink) {
    bucket::read_snapshot(observation, out);
}

fn qualified(observation: &Observation) -> Option<String> {
    let name = observation.qualifier.as_deref()?;
    let (account, region) = (observation.account.as_ref()?, observation.region.as_ref()?);
    if let Some(arn) = arn::from_file_name(name, "_trail_").map(|(front, id)| format!("{front}:trail/{id}")) {
        return Some(arn);
    }
    Some(format!("arn:{}:cloudtrail:{region}:{account}:trail/{name}", partition(region.as_str())))
}
