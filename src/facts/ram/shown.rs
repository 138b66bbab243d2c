//! What `aws ram` shows: shares, associations, invitations, principals, resources.

use super::{invitation_says, share_says, word_of};
use crate::arn::{AccountId, InvitationArn, ShareArn, VaultArn};
use crate::facts::words::{Association, ShareStatus};
use crate::facts::{About, ShareList, ShareSays, Sink};
use crate::ingest::inventory::Observation;
use crate::record::node::Node;

/// Reads one row of an `aws ram` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "ram get-resource-shares" if !observation.whole_list => share_row(row, out),
        "ram get-resource-share-associations" if observation.whole_list => all_listed(observation, out),
        "ram get-resource-share-associations" => association_row(row, observation.complete, out),
        "ram get-resource-share-invitations" => {
            if let Some(arn) = row.text("resourceShareInvitationArn") {
                out.say(About::Invitation(InvitationArn::new(arn), Box::new(invitation_says(row))));
            }
        }
        "ram list-principals" => principal_row(row, out),
        "ram list-resources" => resource_row(row, observation.account.as_ref(), out),
        _ => {}
    }
}

fn share_row(row: Node<'_>, out: &mut Sink) {
    let Some(share) = row.text("resourceShareArn").and_then(ShareArn::parse) else { return };
    let mut says = share_says(row);
    says.created = row.time("creationTime");
    says.exists = says.status.as_ref().map(|status| !matches!(status, ShareStatus::Deleted | ShareStatus::Deleting));
    out.say(About::Share(share, Box::new(says)));
}

/// A whole list says of every share of the account what is not in it, if the file's name tells what it lists.
fn all_listed(observation: &Observation, out: &mut Sink) {
    let kind = observation.qualifier.as_deref().unwrap_or_default().to_ascii_uppercase();
    let list = match kind.as_str() {
        "PRINCIPAL" => ShareList::Principals,
        "RESOURCE" => ShareList::Resources,
        _ => return,
    };
    if let (Some(account), Some(region)) = (&observation.account, &observation.region) {
        out.say(About::AllShares(account.clone(), region.clone(), list));
    }
}

fn association_row(row: Node<'_>, complete: bool, out: &mut Sink) {
    let Some(share) = row.text("resourceShareArn").and_then(ShareArn::parse) else { return };
    let (Some(entity), Some(state)) = (row.text("associatedEntity"), row.text("status").map(Association::read)) else {
        return;
    };
    let kind = row.text("associationType");
    let says = |shown: bool| {
        let mut says = ShareSays { name: row.text("resourceShareName").map(str::to_owned), ..ShareSays::default() };
        let association = vec![(entity.to_owned(), state.clone())];
        match kind {
            Some("PRINCIPAL") => says.principals = association,
            Some("SOURCE") => says.sources = association,
            _ => says.resources = association,
        }
        says.all_principals = shown && complete && kind == Some("PRINCIPAL");
        says.all_resources = shown && complete && kind == Some("RESOURCE");
        if shown {
            says.words = vec![(word_of(kind, entity), state.clone())];
        }
        says
    };
    // An association that stands has stood since it was made.
    if let (true, Some(made)) = (state.is_in(), row.time("creationTime")) {
        out.say_at(made, About::Share(share.clone(), Box::new(says(false))));
    }
    out.say(About::Share(share, Box::new(says(true))));
}

/// With `--resource-owner OTHER-ACCOUNTS` the principal is the account that shares, and not one that holds.
fn principal_row(row: Node<'_>, out: &mut Sink) {
    let Some(share) = row.text("resourceShareArn").and_then(ShareArn::parse) else { return };
    let Some(entity) = row.text("id") else { return };
    let is_owner = share.account().is_some_and(|owner| owner.as_str() == entity);
    let says = if is_owner {
        ShareSays { owner: AccountId::parse(entity), ..ShareSays::default() }
    } else {
        let principals = vec![(entity.to_owned(), Association::Associated)];
        ShareSays { principals, ..ShareSays::default() }
    };
    since_made(row, share, &says, out);
}

/// What others share with an account, it holds; a vault can only be shared with single accounts.
fn resource_row(row: Node<'_>, account: Option<&AccountId>, out: &mut Sink) {
    let Some(share) = row.text("resourceShareArn").and_then(ShareArn::parse) else { return };
    let Some(entity) = row.text("arn") else { return };
    let resources = vec![(entity.to_owned(), Association::Associated)];
    let mut says = ShareSays { resources, ..ShareSays::default() };
    let owner = share.account();
    let usable = matches!(row.text("status"), None | Some("AVAILABLE"));
    if let (Some(account), true, true) = (account, VaultArn::parse(entity).is_some(), usable)
        && owner.as_ref() != Some(account)
    {
        says.principals = vec![(account.to_string(), Association::Associated)];
    }
    since_made(row, share, &says, out);
}

fn since_made(row: Node<'_>, share: ShareArn, says: &ShareSays, out: &mut Sink) {
    if let Some(made) = row.time("creationTime") {
        let mut since = says.clone();
        // The time is that of the resource's association, where the row is one.
        if !says.resources.is_empty() {
            since.principals.clear();
        }
        out.say_at(made, About::Share(share.clone(), Box::new(since)));
    }
    out.say(About::Share(share, Box::new(says.clone())));
}
