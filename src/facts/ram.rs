//! AWS RAM: shares, what is in them, with whom and under which permissions, invitations, sharing within an organisation, and
//! every call that decides who holds what, refused ones too.
//!
//! Members are named as the API names them; AWS documents one record only (`CreateResourceShare`), so any may be missing.
//! `external` is not read: AWS documents it both ways round.

mod shown;

use super::calls::ShareCall;
use super::words::{Association, InvitationStatus, ShareStatus};
use super::{About, Associated, InvitationSays, PermissionSays, ShareSays, SharingSays, Sink};
use crate::arn::{AccountId, InvitationArn, ShareArn, TeamArn, VaultArn};
use crate::record::Record;
use crate::record::node::Node;
use crate::record::refusal;
pub use shown::read_snapshot;

/// Calls that decide who holds what.
const CALLS: [&str; 5] = [
    "CreateResourceShare",
    "AssociateResourceShare",
    "UpdateResourceShare",
    "AcceptResourceShareInvitation",
    "EnableSharingWithAwsOrganization",
];

/// Reads one record of `ram.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    // `returnValue: false` says that nothing was done.
    let done = record.succeeded() && record.response().flag("returnValue") != Some(false);
    let share = share_of(record);
    if done {
        match (record.name.as_str(), &share) {
            (_, Some(share)) => changes(record, share, out),
            ("EnableSharingWithAwsOrganization", _) => sharing(record, true, out),
            ("ReplacePermissionAssociations", _) => {
                let named = |key: &str| record.request().text(key).map(str::to_owned);
                if let (Some(from), Some(to)) = (named("fromPermissionArn"), named("toPermissionArn")) {
                    out.say(About::PermissionReplaced(from, to));
                }
            }
            _ => permission(record, out),
        }
    }
    let invitation = record.request().text("resourceShareInvitationArn").map(InvitationArn::new);
    if let Some(arn) = &invitation {
        answered(record, arn, out);
    }
    if CALLS.contains(&record.name.as_str()) {
        call(record, share, invitation, out);
    }
}

fn call(record: &Record, share: Option<ShareArn>, invitation: Option<InvitationArn>, out: &mut Sink) {
    let request = record.request();
    let denial = record.error_message.as_deref().and_then(refusal::denial);
    let denied = denial.as_ref().and_then(|d| d.resource.as_deref());
    let mut targets: Vec<String> =
        request.texts("resourceArns").unwrap_or_default().into_iter().filter_map(guarded).collect();
    targets.extend(denied.and_then(guarded));
    let named_share = share.or_else(|| denied.filter(|arn| !arn.contains('*')).and_then(ShareArn::parse));
    let answer = record.response().get("resourceShareInvitation");
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
        denial,
    })));
}

/// Vaults and teams: what this program guards.
fn guarded(arn: &str) -> Option<String> {
    VaultArn::parse(arn).map(|v| v.to_string()).or_else(|| TeamArn::parse(arn).map(|t| t.to_string()))
}

fn share_of(record: &Record) -> Option<ShareArn> {
    let (request, response) = (record.request(), record.response());
    // Tags are put on what `resourceArn` names, which may be a permission.
    let named = request.text("resourceShareArn").or_else(|| request.text("resourceArn"));
    let made = response.path(&["resourceShare", "resourceShareArn"]).and_then(Node::as_text);
    let answered = response.path(&["resourceShareInvitation", "resourceShareArn"]).and_then(Node::as_text);
    named.or(made).or(answered).and_then(ShareArn::parse)
}

fn changes(record: &Record, share: &ShareArn, out: &mut Sink) {
    let request = record.request();
    let set = |says: &mut ShareSays, state: &Association| {
        let named = |key: &str| -> Associated {
            let named = request.texts(key).unwrap_or_default();
            named.into_iter().map(|entity| (entity.to_owned(), state.clone())).collect()
        };
        (says.resources, says.principals, says.sources) =
            (named("resourceArns"), named("principals"), named("sources"));
    };
    let mut says = ShareSays::default();
    match record.name.as_str() {
        "CreateResourceShare" => {
            says = share_says(record.response().get("resourceShare").unwrap_or(request));
            says.name = request.text("name").map(str::to_owned).or(says.name);
            says.created = Some(record.time);
            // Only where the parameters are in the log is it known that nothing else is in the share.
            says.is_new = request.0.is_object();
            says.exists = Some(true);
            says.allow_external = request.flag("allowExternalPrincipals").or(says.allow_external);
            let retain = request.path(&["resourceShareConfiguration"]).and_then(|c| c.flag(RETAIN));
            says.retain = retain.or(says.retain);
            says.tags = tags(request);
            set(&mut says, &Association::Associated);
            let permissions = request.texts("permissionArns").unwrap_or_default();
            says.permissions = permissions.into_iter().map(|p| (p.to_owned(), Association::Associated)).collect();
        }
        "AssociateResourceShare" => set(&mut says, &Association::Associated),
        "DisassociateResourceShare" => set(&mut says, &Association::Disassociated),
        "DeleteResourceShare" => says.exists = Some(false),
        "UpdateResourceShare" => {
            says = share_says(record.response().get("resourceShare").unwrap_or(request));
            says.name = request.text("name").map(str::to_owned).or(says.name);
            says.allow_external = request.flag("allowExternalPrincipals").or(says.allow_external);
        }
        "AssociateResourceSharePermission" | "DisassociateResourceSharePermission" => permitted(record, &mut says),
        "PromoteResourceShareCreatedFromPolicy" => says.feature_set = Some("STANDARD".to_owned()),
        "TagResource" => says.tags = tags(request),
        "UntagResource" => {
            says.tags =
                request.texts("tagKeys").unwrap_or_default().into_iter().map(|k| (k.to_owned(), None)).collect();
        }
        _ => return,
    }
    answers(record, &mut says);
    out.say(About::Share(share.clone(), Box::new(says)));
}

const RETAIN: &str = "retainSharingOnAccountLeaveOrganization";

/// What the response says of each association; one that failed did not come about.
fn answers(record: &Record, says: &mut ShareSays) {
    for row in record.response().list("resourceShareAssociations").unwrap_or_default() {
        let (Some(entity), Some(state)) = (row.text("associatedEntity"), row.text("status").map(Association::read))
        else {
            continue;
        };
        let list = match row.text("associationType") {
            Some("PRINCIPAL") => &mut says.principals,
            Some("RESOURCE") => &mut says.resources,
            _ => continue,
        };
        if state == Association::Failed {
            list.iter_mut().filter(|(named, _)| named == entity).for_each(|(_, named)| *named = Association::Failed);
        }
        says.words.push((word_of(row.text("associationType"), entity), state));
    }
}

fn word_of(kind: Option<&str>, entity: &str) -> String {
    let list = match kind {
        Some("PRINCIPAL") => "principals",
        Some("RESOURCE") => "resources",
        _ => "sources",
    };
    format!("{list}/{entity}")
}

fn permitted(record: &Record, says: &mut ShareSays) {
    let request = record.request();
    let Some(arn) = request.text("permissionArn").map(str::to_owned) else { return };
    let added = record.name == "AssociateResourceSharePermission";
    says.permission_versions =
        request.int("permissionVersion").map(|version| (arn.clone(), version)).into_iter().collect();
    says.permission_replaced = added && request.flag("replace") == Some(true);
    let state = if added { Association::Associated } else { Association::Disassociated };
    says.permissions = vec![(arn, state)];
}

/// What a `resourceShare` says, in a response and in a snapshot alike.
fn share_says(row: Node<'_>) -> ShareSays {
    ShareSays {
        name: row.text("name").map(str::to_owned),
        owner: row.text("owningAccountId").and_then(AccountId::parse),
        status: row.text("status").map(ShareStatus::read),
        allow_external: row.flag("allowExternalPrincipals"),
        retain: row.get("resourceShareConfiguration").and_then(|c| c.flag(RETAIN)),
        feature_set: row.text("featureSet").map(str::to_owned),
        tags: tags(row),
        ..ShareSays::default()
    }
}

fn tags(node: Node<'_>) -> Vec<(String, Option<String>)> {
    let pair =
        |tag: Node<'_>| Some((tag.text("key")?.to_owned(), Some(tag.text("value").unwrap_or_default().to_owned())));
    node.list("tags").unwrap_or_default().into_iter().filter_map(pair).collect()
}

/// A call that accepts or rejects an invitation. One that fails because the invitation is answered or over says that too.
fn answered(record: &Record, arn: &InvitationArn, out: &mut Sink) {
    let answer = record.response().get("resourceShareInvitation");
    let mut says = answer.map(invitation_says).unwrap_or_default();
    let status = match (record.name.as_str(), record.error_code.as_deref()) {
        ("AcceptResourceShareInvitation", None) => InvitationStatus::Accepted,
        ("RejectResourceShareInvitation", None) => InvitationStatus::Rejected,
        (_, Some(code)) if code.contains("InvitationExpired") => InvitationStatus::Expired,
        (_, Some(code)) if code.contains("InvitationAlreadyAccepted") => InvitationStatus::Accepted,
        (_, Some(code)) if code.contains("InvitationAlreadyRejected") => InvitationStatus::Rejected,
        _ => return,
    };
    says.receiver = says.receiver.or_else(|| record.account.clone());
    if let (Some(share), Some(receiver), true) = (says.share.clone(), &says.receiver, record.succeeded()) {
        let state = match status {
            InvitationStatus::Accepted => Association::Associated,
            // Whoever rejects an invitation does not hold the share.
            _ => Association::Disassociated,
        };
        let mut held = ShareSays { principals: vec![(receiver.to_string(), state)], ..ShareSays::default() };
        for row in answer.and_then(|a| a.list("resourceShareAssociations")).unwrap_or_default() {
            if let (Some("RESOURCE"), Some(entity)) = (row.text("associationType"), row.text("associatedEntity")) {
                held.resources.push((entity.to_owned(), Association::Associated));
            }
        }
        out.say(About::Share(share, Box::new(held)));
    }
    if record.succeeded() {
        says.answered_by = Some(record.actor.clone());
    }
    says.status = Some(status);
    out.say(About::Invitation(arn.clone(), Box::new(says)));
}

fn invitation_says(row: Node<'_>) -> InvitationSays {
    InvitationSays {
        share: row.text("resourceShareArn").and_then(ShareArn::parse),
        sender: row.text("senderAccountId").and_then(AccountId::parse),
        receiver: row.text("receiverAccountId").and_then(AccountId::parse),
        sent: row.time("invitationTimestamp"),
        status: row.text("status").map(InvitationStatus::read),
        answered_by: None,
    }
}

/// Managed permissions of one's own.
fn permission(record: &Record, out: &mut Sink) {
    let request = record.request();
    let made = record.response().get("permission");
    let arn = request.text("permissionArn").or_else(|| made?.text("arn"));
    let Some(arn) = arn.map(str::to_owned) else { return };
    let row = made.unwrap_or(Node(&crate::record::node::NOTHING));
    let mut says = PermissionSays {
        name: row.text("name").or_else(|| request.text("name")).map(str::to_owned),
        resource_type: row.text("resourceType").or_else(|| request.text("resourceType")).map(str::to_owned),
        template: request.text("policyTemplate").map(str::to_owned),
        status: record.response().text("permissionStatus").or_else(|| row.text("status")).map(str::to_owned),
        ..PermissionSays::default()
    };
    let version = request.int("permissionVersion").or_else(|| row.int("version"));
    match record.name.as_str() {
        "CreatePermission" => {
            (says.created, says.exists) = (Some(out.time()), Some(true));
            says.version = version.or(Some(1));
            says.default_version = says.version;
        }
        "CreatePermissionVersion" => {
            says.version = version;
            says.default_version = version.filter(|_| row.flag("defaultVersion") == Some(true));
        }
        "SetDefaultPermissionVersion" => says.default_version = version,
        "DeletePermission" => says.exists = Some(false),
        "UpdatePermission" => says.status = request.text("status").map(str::to_owned).or(says.status),
        "DeletePermissionVersion" | "PromotePermissionCreatedFromPolicy" => {}
        _ => return,
    }
    out.say(About::Permission(arn, Box::new(says)));
}

/// The management account of the organisation, whose call this is, lets members share without invitations, or no longer.
fn sharing(record: &Record, enabled: bool, out: &mut Sink) {
    if let Some(account) = record.account.clone() {
        out.say(About::Sharing(account, Box::new(SharingSays { enabled: Some(enabled) })));
    }
}

/// Reads one record of `organizations.amazonaws.com`: whether RAM is no longer trusted with the organisation.
pub fn read_organization(record: &Record, out: &mut Sink) {
    let is_ram = record.request().text("servicePrincipal") == Some("ram.amazonaws.com");
    // To give trust does not enable sharing: RAM's own call does both.
    if record.name == "DisableAWSServiceAccess" && is_ram && record.succeeded() {
        sharing(record, false, out);
    }
}

/// Reads one EventBridge event of `aws.ram`: `Resource Sharing State Change`. Its only documented body names a kind of
/// change and a status in lower case, and not whom it is about, so that it is kept as news of the share.
pub fn read_state_change(record: &Record, out: &mut Sink) {
    let details = record.details();
    let Some(event) = details.text("event") else { return };
    let status = details.text("status");
    let news = status.map_or_else(|| event.to_owned(), |status| format!("{event}: {status}"));
    let named = record.resources().into_iter().find_map(ShareArn::parse);
    let share = named.or_else(|| details.text("resourceShareArn").and_then(ShareArn::parse));
    let Some(share) = share else { return };
    let mut says = ShareSays { news: Some(news), ..ShareSays::default() };
    if let (Some(entity), Some(status)) = (details.text("associatedEntity"), status) {
        let state = Association::read(&status.to_ascii_uppercase());
        let kind = details.text("associationType");
        says.words = vec![(word_of(kind, entity), state.clone())];
        match kind {
            Some("PRINCIPAL") => says.principals = vec![(entity.to_owned(), state)],
            Some("RESOURCE") => says.resources = vec![(entity.to_owned(), state)],
            _ => {}
        }
    }
    out.say(About::Share(share, Box::new(says)));
}
