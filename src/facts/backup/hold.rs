//! Legal holds: made, cancelled, listed.

use crate::arn::{Arn, RecoveryPointArn};
use crate::facts::words::HoldStatus;
use crate::facts::{About, HoldSays, HoldSelection, Sink};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

/// `CreateLegalHold` and `CancelLegalHold`, successful ones.
pub(super) fn called(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let cancels = record.name.starts_with("Cancel");
    let Some(id) = [response, request].into_iter().find_map(id) else { return };
    let mut says = if cancels { HoldSays::default() } else { hold_says(response) };
    (says.account, says.region) = (record.account.clone(), record.region.clone());
    if cancels {
        says.status = Some(HoldStatus::Canceling);
        says.canceled = Some(record.time);
        says.cancel_description = request.text("cancelDescription").map(str::to_owned);
    } else {
        says.title = says.title.or_else(|| request.text("title").map(str::to_owned));
        says.description = says.description.or_else(|| request.text("description").map(str::to_owned));
        says.created = says.created.or_else(|| Some(out.time()));
        says.selection = says.selection.or_else(|| selection(request));
    }
    out.say(About::Hold(id, Box::new(says)));
}

/// A row of `list-legal-holds`, or the answer of `get-legal-hold`.
pub(super) fn shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let Some(id) = id(row) else { return };
    let mut says = hold_says(row);
    let arn = says.arn.as_deref().and_then(Arn::parse);
    let (account, region) = arn.map(|arn| (arn.account_id(), arn.region_code())).unwrap_or_default();
    says.account = account.or_else(|| observation.account.clone());
    says.region = region.or_else(|| observation.region.clone());
    out.say(About::Hold(id, Box::new(says)));
}

/// A row of `list-recovery-points-by-legal-hold`: the file's name says of which hold.
pub(super) fn held(observation: &Observation, out: &mut Sink) {
    let Some(qualifier) = observation.qualifier.as_deref() else { return };
    // The id of a hold has neither `:` nor `/`, so what follows them in its ARN is the id.
    let id = crate::arn::from_file_name(qualifier, "_legal-hold_").map_or(qualifier, |(_, id)| id);
    let holds = observation.row().text("RecoveryPointArn").map(RecoveryPointArn::new);
    if holds.is_some() {
        out.say(About::Hold(id.to_owned(), Box::new(HoldSays { holds, ..HoldSays::default() })));
    }
}

/// `LegalHoldId`, which is also what `LegalHoldArn` ends in.
fn id(node: Node<'_>) -> Option<String> {
    let by_arn = || node.text("legalHoldArn")?.rsplit(':').next();
    node.text("legalHoldId").or_else(by_arn).map(str::to_owned)
}

fn hold_says(node: Node<'_>) -> HoldSays {
    HoldSays {
        arn: node.text("legalHoldArn").map(str::to_owned),
        title: node.text("title").map(str::to_owned),
        description: node.text("description").map(str::to_owned),
        status: node.text("status").map(HoldStatus::read),
        cancel_description: node.text("cancelDescription").map(str::to_owned),
        created: node.time("creationDate"),
        canceled: node.time("cancellationDate"),
        retain_until: node.time("retainRecordUntil"),
        selection: selection(node),
        ..HoldSays::default()
    }
}

fn selection(node: Node<'_>) -> Option<HoldSelection> {
    let node = node.get("recoveryPointSelection").filter(|node| node.0.is_object())?;
    let names = |key: &str| node.texts(key).map(|texts| texts.into_iter().map(str::to_owned).collect::<Vec<_>>());
    let range = node.get("dateRange");
    let found = HoldSelection {
        vaults: names("vaultNames"),
        resources: names("resourceIdentifiers"),
        from: range.and_then(|range| range.time("fromDate")),
        to: range.and_then(|range| range.time("toDate")),
        unreadable: false,
    };
    let written = |key: &str| node.names(key) && !node.is_null(key);
    let unreadable = (written("vaultNames") && found.vaults.is_none())
        || (written("resourceIdentifiers") && found.resources.is_none())
        || (written("dateRange") && (found.from.is_none() || found.to.is_none()));
    Some(HoldSelection { unreadable, ..found })
}
