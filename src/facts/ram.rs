//! AWS RAM: shares, what is in them, with whom, and every call that manages them, refused ones too.

use super::calls::ShareCall;
use super::words::Association;
use super::{About, InvitationSays, ShareSays, Sink};
use crate::arn::{AccountId, InvitationArn, ShareArn, TeamArn, VaultArn};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;
use crate::record::refusal;

/// Calls that decide who holds what.
const CALLS: [&str; 8] = [
    "CreateResourceShare",
    "AssociateResourceShare",
    "DisassociateResourceShare",
    "UpdateResourceShare",
    "DeleteResourceShare",
    "AcceptResourceShareInvitation",
    "RejectResourceShareInvitation",
    "EnableSharingWithAwsOrganization",
];

/// Reads one record of `ram.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    if !CALLS.contains(&record.name.as_str()) {
        return;
    }
    let request = record.request();
    let response = record.response();
    let share = share_of(record);
    if let (true, Some(share)) = (record.succeeded(), &share) {
        changes(record, share, out);
    }
    let invitation = request.text("resourceShareInvitationArn").map(InvitationArn::new);
    let answer = response.get("resourceShareInvitation");
    if let (true, Some(arn)) = (record.succeeded(), &invitation) {
        let status = match record.name.as_str() {
            "AcceptResourceShareInvitation" => Some("ACCEPTED".to_owned()),
            "RejectResourceShareInvitation" => Some("REJECTED".to_owned()),
            _ => None,
        };
        let mut says = answer.map(invitation_says).unwrap_or_default();
        says.status = status.or(says.status);
        says.receiver = says.receiver.or_else(|| record.account.clone());
        if says.status.as_deref() == Some("REJECTED") {
            rejected(&says, out);
        }
        out.say(About::Invitation(arn.clone(), Box::new(says)));
    }
    if matches!(
        record.name.as_str(),
        "RejectResourceShareInvitation" | "DeleteResourceShare" | "DisassociateResourceShare"
    ) {
        return;
    }
    let denied = record.error_message.as_deref().and_then(refusal::denial).and_then(|d| d.resource);
    let mut targets: Vec<String> =
        request.texts("resourceArns").unwrap_or_default().into_iter().filter_map(guarded).collect();
    targets.extend(denied.as_deref().and_then(guarded));
    let named_share = share.or_else(|| denied.as_deref().filter(|arn| !arn.contains('*')).and_then(ShareArn::parse));
    out.say(About::ShareCall(Box::new(ShareCall {
        name: record.name.clone(),
        account: record.account.clone(),
        region: record.region.clone(),
        actor: record.actor.clone(),
        refusal: record.refusal(),
        error_code: record.error_code.clone(),
        target_known: request.list("resourceArns").is_some()
            || named_share.is_some()
            || invitation.is_some()
            || !targets.is_empty(),
        targets,
        share: named_share,
        invitation,
        principals: request.texts("principals").unwrap_or_default().into_iter().map(str::to_owned).collect(),
        sender: answer.and_then(|a| a.text("senderAccountId")).and_then(AccountId::parse),
    })));
}

/// Vaults and teams: what this program guards.
fn guarded(arn: &str) -> Option<String> {
    VaultArn::parse(arn).map(|v| v.to_string()).or_else(|| TeamArn::parse(arn).map(|t| t.to_string()))
}

fn share_of(record: &Record) -> Option<ShareArn> {
    let named = record.request().text("resourceShareArn");
    let made = record.response().path(&["resourceShare", "resourceShareArn"]).and_then(Node::as_text);
    let answered = record.response().path(&["resourceShareInvitation", "resourceShareArn"]).and_then(Node::as_text);
    named.or(made).or(answered).and_then(ShareArn::parse)
}

fn changes(record: &Record, share: &ShareArn, out: &mut Sink) {
    let request = record.request();
    let each = |key: &str, state: Association| -> Vec<(String, Association)> {
        let named = request.texts(key).unwrap_or_default();
        named.into_iter().map(|entity| (entity.to_owned(), state.clone())).collect()
    };
    let mut says = ShareSays { allow_external: request.flag("allowExternalPrincipals"), ..ShareSays::default() };
    match record.name.as_str() {
        "CreateResourceShare" => {
            let made = record.response().get("resourceShare");
            says.name = request.text("name").map(str::to_owned);
            says.created = Some(record.time);
            // Only where the parameters are in the log is it known that nothing else is in the share.
            says.is_new = request.0.is_object();
            says.exists = Some(true);
            says.allow_external = says.allow_external.or_else(|| made?.flag("allowExternalPrincipals"));
            says.resources = each("resourceArns", Association::Associated);
            says.principals = each("principals", Association::Associated);
        }
        "AssociateResourceShare" => {
            says.resources = each("resourceArns", Association::Associated);
            says.principals = each("principals", Association::Associated);
        }
        "DisassociateResourceShare" => {
            says.resources = each("resourceArns", Association::Disassociated);
            says.principals = each("principals", Association::Disassociated);
        }
        "DeleteResourceShare" => says.exists = Some(false),
        "UpdateResourceShare" => {}
        _ => return,
    }
    out.say(About::Share(share.clone(), Box::new(says)));
}

/// Whoever rejects an invitation does not hold the share.
fn rejected(says: &InvitationSays, out: &mut Sink) {
    let (Some(share), Some(receiver)) = (says.share.clone(), &says.receiver) else { return };
    let principals = vec![(receiver.to_string(), Association::Disassociated)];
    out.say(About::Share(share, Box::new(ShareSays { principals, ..ShareSays::default() })));
}

fn invitation_says(row: Node<'_>) -> InvitationSays {
    InvitationSays {
        share: row.text("resourceShareArn").and_then(ShareArn::parse),
        sender: row.text("senderAccountId").and_then(AccountId::parse),
        receiver: row.text("receiverAccountId").and_then(AccountId::parse),
        sent: row.time("invitationTimestamp"),
        status: row.text("status").map(str::to_owned),
    }
}

/// Reads one row of an `aws ram` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "ram get-resource-shares" if !observation.whole_list => share_row(row, out),
        "ram get-resource-share-associations" if observation.whole_list => {}
        "ram get-resource-share-associations" => association_row(row, observation.complete, out),
        "ram get-resource-share-invitations" => {
            if let Some(arn) = row.text("resourceShareInvitationArn") {
                out.say(About::Invitation(InvitationArn::new(arn), Box::new(invitation_says(row))));
            }
        }
        "ram list-principals" => listed(row, "id", false, out),
        "ram list-resources" => listed(row, "arn", true, out),
        _ => {}
    }
}

fn share_row(row: Node<'_>, out: &mut Sink) {
    let Some(share) = row.text("resourceShareArn").and_then(ShareArn::parse) else { return };
    let says = ShareSays {
        name: row.text("name").map(str::to_owned),
        created: row.time("creationTime"),
        exists: row.text("status").map(|status| !matches!(status, "DELETED" | "DELETING")),
        allow_external: row.flag("allowExternalPrincipals"),
        ..ShareSays::default()
    };
    out.say(About::Share(share, Box::new(says)));
}

fn association_row(row: Node<'_>, complete: bool, out: &mut Sink) {
    let Some(share) = row.text("resourceShareArn").and_then(ShareArn::parse) else { return };
    let (Some(entity), Some(state)) = (row.text("associatedEntity"), row.text("status").map(Association::read)) else {
        return;
    };
    let is_principal = row.text("associationType") == Some("PRINCIPAL");
    let association = vec![(entity.to_owned(), state.clone())];
    let says = |all_principals: bool| {
        let (principals, resources) =
            if is_principal { (association.clone(), Vec::new()) } else { (Vec::new(), association.clone()) };
        ShareSays {
            principals,
            resources,
            all_principals,
            name: row.text("resourceShareName").map(str::to_owned),
            ..ShareSays::default()
        }
    };
    // An association that stands has stood since it was made.
    if let (true, Some(made)) = (state.is_in(), row.time("creationTime")) {
        out.say_at(made, About::Share(share.clone(), Box::new(says(false))));
    }
    out.say(About::Share(share, Box::new(says(is_principal && complete))));
}

fn listed(row: Node<'_>, key: &str, is_resource: bool, out: &mut Sink) {
    let Some(share) = row.text("resourceShareArn").and_then(ShareArn::parse) else { return };
    let Some(entity) = row.text(key) else { return };
    let association = vec![(entity.to_owned(), Association::Associated)];
    let (resources, principals) = if is_resource { (association, Vec::new()) } else { (Vec::new(), association) };
    out.say(About::Share(share, Box::new(ShareSays { resources, principals, ..ShareSays::default() })));
}
