//! CloudTrail Lake: event data stores, and channels into them.

use crate::arn::partition;
use crate::facts::{About, ChannelSays, EventStoreSays, Selectors, Sink};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

/// Reads one successful record.
pub(super) fn read(record: &Record, out: &mut Sink) {
    match record.name.as_str() {
        "CreateEventDataStore" | "UpdateEventDataStore" | "RestoreEventDataStore" => {
            let mut says = store_says(record.response());
            let asked = store_says(record.request());
            says.selectors = says.selectors.or(asked.selectors);
            says.termination_protection = says.termination_protection.or(asked.termination_protection);
            says.retention_days = says.retention_days.or(asked.retention_days);
            say_store(record, says, out);
        }
        // What is deleted can be restored for seven days.
        "DeleteEventDataStore" => say_store(record, with_status("PENDING_DELETION"), out),
        "StopEventDataStoreIngestion" => say_store(record, with_status("STOPPED_INGESTION"), out),
        "StartEventDataStoreIngestion" => say_store(record, with_status("ENABLED"), out),
        "CreateChannel" | "UpdateChannel" | "DeleteChannel" => channel(record, out),
        _ => {}
    }
}

fn with_status(status: &str) -> EventStoreSays {
    EventStoreSays { status: Some(status.to_owned()), ..EventStoreSays::default() }
}

/// A thing of CloudTrail Lake, by ARN or by the last part of one.
fn named(record: &Record, key: &str, kind: &str) -> Option<String> {
    let arn_key = format!("{key}Arn");
    let said = record.response().text(&arn_key).or_else(|| record.request().text(key))?;
    if said.starts_with("arn:") {
        return Some(said.to_owned());
    }
    let (account, region) = (record.account.as_ref()?, record.region.as_ref()?);
    Some(format!("arn:{}:cloudtrail:{region}:{account}:{kind}/{said}", partition(region.as_str())))
}

fn say_store(record: &Record, says: EventStoreSays, out: &mut Sink) {
    if let Some(arn) = named(record, "eventDataStore", "eventdatastore") {
        out.say(About::EventStore(arn, Box::new(says)));
    }
}

fn store_says(node: Node<'_>) -> EventStoreSays {
    let text = |key: &str| node.text(key).map(str::to_owned);
    EventStoreSays {
        name: text("name"),
        status: text("status"),
        created: node.time("createdTimestamp"),
        multi_region: node.flag("multiRegionEnabled"),
        organization: node.flag("organizationEnabled"),
        retention_days: node.days("retentionPeriod"),
        termination_protection: node.flag("terminationProtectionEnabled"),
        key: text("kmsKeyId"),
        selectors: Selectors::read(node),
    }
}

fn channel(record: &Record, out: &mut Sink) {
    let Some(arn) = named(record, "channel", "channel") else { return };
    let mut says = channel_says(record.request());
    says.exists = Some(record.name != "DeleteChannel");
    out.say(About::Channel(arn, Box::new(says)));
}

fn channel_says(node: Node<'_>) -> ChannelSays {
    let destinations = node.list("destinations").map(|listed| {
        let mut listed: Vec<String> =
            listed.into_iter().filter_map(|d| d.text("location")).map(str::to_owned).collect();
        listed.sort();
        listed
    });
    ChannelSays { name: node.text("name").map(str::to_owned), destinations, exists: Some(true) }
}

/// Reads one row of an `aws cloudtrail` output.
pub(super) fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "cloudtrail list-event-data-stores" | "cloudtrail get-event-data-store" => {
            let Some(arn) = row.text("EventDataStoreArn") else { return };
            out.say(About::EventStore(arn.to_owned(), Box::new(store_says(row))));
        }
        "cloudtrail list-channels" | "cloudtrail get-channel" => {
            let Some(arn) = row.text("ChannelArn") else { return };
            out.say(About::Channel(arn.to_owned(), Box::new(channel_says(row))));
        }
        _ => {}
    }
}
