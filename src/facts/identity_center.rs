//! IAM Identity Center: its instance, and the users who approve.
//!
//! `sso.amazonaws.com` logs what is done to instances, `sso-directory.amazonaws.com` what the console does to users, and
//! `identitystore.amazonaws.com` what the public API does to them. IAM Identity Center user guide, "Logging API calls".

use super::{About, IdentityCenterSays, IdentityUserSays, Sink};
use crate::arn::{AccountId, Arn};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

/// Reads one record of these sources.
pub fn read(record: &Record, out: &mut Sink) {
    if !record.succeeded() {
        return;
    }
    let request = record.request();
    match record.name.as_str() {
        "CreateInstance" | "DeleteInstance" if record.source == "sso.amazonaws.com" => {
            let exists = record.name == "CreateInstance";
            let says = IdentityCenterSays {
                owner: record.account.clone(),
                created: exists.then(|| out.time()),
                exists: Some(exists),
                ..IdentityCenterSays::default()
            };
            on_instance(record, says, out);
        }
        "AssociateDirectory" | "DisassociateDirectory" => {
            let id = request.text("directoryId").filter(|_| record.name.starts_with("Associate"));
            let directory = Some(id.map(str::to_owned));
            on_instance(record, IdentityCenterSays { directory, ..IdentityCenterSays::default() }, out);
        }
        "CreateUser" => {
            let made = record.response().get("user").unwrap_or(record.response());
            let says = IdentityUserSays { exists: Some(true), enabled: active(made), ..IdentityUserSays::default() };
            on_user(record, made.text("userId"), says, out);
        }
        "DeleteUser" => {
            let says = IdentityUserSays { exists: Some(false), ..IdentityUserSays::default() };
            on_user(record, request.text("userId"), says, out);
        }
        "EnableUser" | "DisableUser" => {
            let enabled = Some(record.name == "EnableUser");
            on_user(record, request.text("userId"), IdentityUserSays { enabled, ..IdentityUserSays::default() }, out);
        }
        "UpdateUser" => {
            let operations = request.list("operations").unwrap_or_default();
            let set = operations
                .iter()
                .find(|op| op.text("attributePath").is_some_and(|path| path.eq_ignore_ascii_case("active")));
            let enabled = set.and_then(|op| op.flag("attributeValue")).or_else(|| active(request));
            if enabled.is_some() {
                on_user(
                    record,
                    request.text("userId"),
                    IdentityUserSays { enabled, ..IdentityUserSays::default() },
                    out,
                );
            }
        }
        _ => {}
    }
}

fn active(node: Node<'_>) -> Option<bool> {
    node.flag("active").or_else(|| Some(node.text("userStatus")? == "ENABLED"))
}

fn on_instance(record: &Record, says: IdentityCenterSays, out: &mut Sink) {
    let named = record.request().text("instanceArn").or_else(|| record.response().text("instanceArn"));
    let is_instance =
        |arn: &&str| Arn::parse(arn).is_some_and(|arn| arn.service == "sso" && arn.resource.starts_with("instance/"));
    if let Some(arn) = named.filter(is_instance).or_else(|| record.resources().into_iter().find(is_instance)) {
        out.say(About::IdentityCenter(arn.to_owned(), Box::new(says)));
    }
}

fn on_user(record: &Record, id: Option<&str>, mut says: IdentityUserSays, out: &mut Sink) {
    says.store = record.request().text("identityStoreId").map(str::to_owned);
    if let Some(id) = id {
        out.say(About::IdentityUser(id.to_owned(), Box::new(says)));
    }
}

/// Reads one row of an `aws sso-admin` or `aws identitystore` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let store = row.text("IdentityStoreId").map(str::to_owned);
    match observation.operation {
        "sso-admin list-instances" | "sso-admin describe-instance" => {
            let Some(arn) = row.text("InstanceArn") else { return };
            let says = IdentityCenterSays {
                store,
                owner: row.text("OwnerAccountId").and_then(AccountId::parse),
                created: row.time("CreatedDate"),
                exists: Some(row.text("Status") != Some("DELETE_IN_PROGRESS")),
                directory: None,
            };
            out.say(About::IdentityCenter(arn.to_owned(), Box::new(says)));
        }
        "identitystore list-users" | "identitystore describe-user" => {
            let Some(id) = row.text("UserId") else { return };
            let says = IdentityUserSays { store, enabled: active(row), exists: Some(true) };
            out.say(About::IdentityUser(id.to_owned(), Box::new(says)));
        }
        _ => {}
    }
}
