//! AWS Organizations: who belongs to which organisation, what is attached to whom, which services may act everywhere.
//!
//! An organisation is known by its management account, which every ARN of AWS Organizations names. All is logged in us-east-1;
//! accepting an invitation and leaving are logged in the account that does so, the rest in the management account's log.

mod policies;

use super::{AccountSays, HandshakeSays, OrganizationSays, PolicyText, Sink};
use crate::arn::{AccountId, Arn};
use crate::facts::About;
use crate::ingest::inventory::Observation;
use crate::instant::Instant;
use crate::record::Record;
use crate::record::node::Node;
use chrono::Duration;
use std::collections::BTreeMap;

/// How long a closed account can be opened again, and backups in it be reached. AWS account management guide, "Close an
/// AWS account".
const POST_CLOSURE: Duration = Duration::days(90);

/// Reads one record of `organizations.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    if !record.succeeded() {
        return;
    }
    let request = record.request();
    let account = || request.text("accountId").and_then(AccountId::parse);
    match record.name.as_str() {
        "CreateOrganization" => {
            if let Some(made) = record.response().get("organization") {
                describe(made, out);
            }
        }
        "DeleteOrganization" => on_organization(record, out, |says| says.exists = Some(false)),
        "CreateAccount" | "CreateGovCloudAccount" | "CreateAccountResult" => account_created(record, out),
        "CloseAccount" => {
            let says = AccountSays {
                status: Some("PENDING_CLOSURE".into()),
                state: Some("PENDING_CLOSURE".into()),
                ..AccountSays::default()
            };
            say_account(account(), says, out);
        }
        "CloseAccountResult" => account_closed(record, out),
        "RemoveAccountFromOrganization" => left(record, account(), false, out),
        "LeaveOrganization" => left(record, record.account.clone(), true, out),
        "MoveAccount" => {
            let parent = request.text("destinationParentId").map(str::to_owned);
            say_account(account(), AccountSays { parent, ..AccountSays::default() }, out);
        }
        "InviteAccountToOrganization" | "AcceptHandshake" | "DeclineHandshake" | "CancelHandshake" => {
            shake(record, out);
        }
        "EnableAWSServiceAccess" | "DisableAWSServiceAccess" => {
            let Some(service) = request.text("servicePrincipal") else { return };
            let enabled = record.name.starts_with("Enable");
            on_organization(record, out, |says| says.services = one(service, enabled));
        }
        "RegisterDelegatedAdministrator" | "DeregisterDelegatedAdministrator" => {
            let Some((service, id)) = request.text("servicePrincipal").zip(account()) else { return };
            let registered = record.name.starts_with("Register");
            on_organization(record, out, |says| says.administrators = one(&format!("{service}/{id}"), registered));
        }
        "PutResourcePolicy" => on_organization(record, out, |says| {
            says.resource_policy = Some(Some(PolicyText::read(request.get("content"))));
        }),
        "DeleteResourcePolicy" => on_organization(record, out, |says| says.resource_policy = Some(None)),
        _ => policies::read(record, out),
    }
}

fn one(key: &str, value: bool) -> BTreeMap<String, bool> {
    [(key.to_owned(), value)].into_iter().collect()
}

/// The management account, in any ARN of AWS Organizations.
fn management(arn: Option<&str>) -> Option<AccountId> {
    Arn::parse(arn?).filter(|arn| arn.service == "organizations")?.account_id()
}

fn on_organization(record: &Record, out: &mut Sink, say: impl FnOnce(&mut OrganizationSays)) {
    let Some(owner) = record.account.clone() else { return };
    let mut says = OrganizationSays::default();
    say(&mut says);
    out.say(About::Organization(owner, Box::new(says)));
}

fn say_account(account: Option<AccountId>, says: AccountSays, out: &mut Sink) {
    if let Some(account) = account {
        out.say(About::Account(account, Box::new(says)));
    }
}

fn joins(organization: Option<AccountId>, account: &AccountId, is_member: bool, out: &mut Sink) {
    if let Some(organization) = organization {
        let accounts = one(account.as_str(), is_member);
        out.say(About::Organization(
            organization,
            Box::new(OrganizationSays { accounts, ..OrganizationSays::default() }),
        ));
    }
}

/// `CreateAccount` begins it; `CreateAccountResult`, minutes later, tells the account or that it failed.
fn account_created(record: &Record, out: &mut Sink) {
    let said = [record.details(), record.response()];
    let Some(status) = said.iter().find_map(|node| node.get("createAccountStatus")) else { return };
    let Some(account) = status.text("accountId").and_then(AccountId::parse) else { return };
    if status.text("state") != Some("SUCCEEDED") {
        return;
    }
    joins(record.account.clone(), &account, true, out);
    let joined = status.time("completedTimestamp").or_else(|| Some(out.time()));
    let says = AccountSays {
        status: Some("ACTIVE".into()),
        state: Some("ACTIVE".into()),
        member: Some(true),
        joined,
        joined_by: Some("CREATED".into()),
        ..AccountSays::default()
    };
    say_account(Some(account), says, out);
}

fn account_closed(record: &Record, out: &mut Sink) {
    let said = [record.details(), record.response()];
    let Some(status) = said.iter().find_map(|node| node.get("closeAccountStatus")) else { return };
    let account = status.text("accountId").and_then(AccountId::parse);
    let at = status.time("completedTimestamp").unwrap_or_else(|| out.time());
    let (now, closed) = match status.text("state") {
        Some("SUCCEEDED") => (["SUSPENDED", "CLOSED"], Some(at)),
        // Only an active account can be closed.
        Some("FAILED") => (["ACTIVE", "ACTIVE"], None),
        _ => return,
    };
    let [status, state] = now.map(|word| Some(word.to_owned()));
    let ends = closed.and_then(|at| at.checked_add_signed(POST_CLOSURE));
    let says =
        AccountSays { status, state, closed: Some(closed), post_closure_ends: Some(ends), ..AccountSays::default() };
    if let Some(account) = account {
        out.say_at(at, About::Account(account, Box::new(says)));
    }
}

fn left(record: &Record, account: Option<AccountId>, by_itself: bool, out: &mut Sink) {
    let Some(account) = account else { return };
    if !by_itself {
        joins(record.account.clone(), &account, false, out);
    }
    let says = AccountSays { member: Some(false), left: by_itself, ..AccountSays::default() };
    say_account(Some(account), says, out);
}

/// An invitation counts as accepted when the account says so; an invitation to all features changes no membership.
fn shake(record: &Record, out: &mut Sink) {
    let answer = record.response().get("handshake");
    let id = answer.and_then(|a| a.text("id")).or_else(|| record.request().text("handshakeId"));
    let Some(id) = id else { return };
    let mut says = answer.map(handshake).unwrap_or_default();
    let state = match record.name.as_str() {
        "AcceptHandshake" => Some("ACCEPTED".into()),
        "DeclineHandshake" => Some("DECLINED".into()),
        "CancelHandshake" => Some("CANCELED".into()),
        _ => Some("OPEN".into()),
    };
    says.state = says.state.filter(|_| record.name.starts_with("Invite")).or(state);
    let accepts = record.name == "AcceptHandshake";
    if record.name.starts_with("Invite") {
        let target = record.request().get("target").filter(|target| target.text("type") == Some("ACCOUNT"));
        says.account = says.account.or_else(|| target?.text("id").and_then(AccountId::parse));
        says.organization = says.organization.or_else(|| record.account.clone());
    } else if accepts || record.name.starts_with("Decline") {
        says.account = record.account.clone().or(says.account);
    }
    if let (true, Some("INVITE"), Some(account)) = (accepts, says.action.as_deref(), says.account.clone()) {
        joins(says.organization.clone(), &account, true, out);
        let joined = Some(out.time());
        let joined =
            AccountSays { member: Some(true), joined, joined_by: Some("INVITED".into()), ..AccountSays::default() };
        say_account(Some(account), joined, out);
    }
    out.say(About::Handshake(id.to_owned(), Box::new(says)));
}

fn handshake(node: Node<'_>) -> HandshakeSays {
    let parties = node.list("parties").unwrap_or_default();
    let account = parties.into_iter().find(|party| party.text("type") == Some("ACCOUNT"));
    HandshakeSays {
        action: node.text("action").map(str::to_owned),
        organization: management(node.text("arn")),
        account: account.and_then(|party| party.text("id")).and_then(AccountId::parse),
        state: node.text("state").map(str::to_owned),
        requested: node.time("requestedTimestamp"),
        expires: node.time("expirationTimestamp"),
    }
}

/// `Organization`. Its `AvailablePolicyTypes` says what could be enabled, not what is: AWS, `DescribeOrganization`.
fn describe(node: Node<'_>, out: &mut Sink) {
    let owner = node.text("masterAccountId").and_then(AccountId::parse).or_else(|| management(node.text("arn")));
    let Some(owner) = owner else { return };
    let says = OrganizationSays {
        organization: node.text("id").map(str::to_owned),
        features: node.text("featureSet").map(str::to_owned),
        accounts: one(owner.as_str(), true),
        exists: Some(true),
        ..OrganizationSays::default()
    };
    out.say(About::Organization(owner, Box::new(says)));
}

/// Reads one row of an `aws organizations` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let owner = || management(row.text("Arn")).or_else(|| observation.account.clone());
    let organization = |owner: Option<AccountId>, says: OrganizationSays, out: &mut Sink| {
        if let Some(owner) = owner {
            out.say(About::Organization(owner, Box::new(says)));
        }
    };
    match observation.operation {
        "organizations list-accounts" | "organizations list-accounts-for-parent" if !observation.whole_list => {
            listed(observation, out);
        }
        "organizations describe-account" => {
            if let Some(account) = row.get("Account") {
                member(account, None, None, out);
            }
        }
        "organizations describe-organization" => {
            if let Some(node) = row.get("Organization") {
                describe(node, out);
            }
        }
        "organizations list-aws-service-access-for-organization" => {
            let services = row.text("ServicePrincipal").map(|service| one(service, true)).unwrap_or_default();
            let whole = observation.whole_list.then(|| "EnabledServicePrincipals".to_owned());
            organization(owner(), OrganizationSays { services, whole, ..OrganizationSays::default() }, out);
        }
        "organizations list-delegated-services-for-account" => {
            let account = observation.qualifier.as_deref().and_then(AccountId::parse);
            let Some((service, account)) = row.text("ServicePrincipal").zip(account) else { return };
            let administrators = one(&format!("{service}/{account}"), true);
            organization(owner(), OrganizationSays { administrators, ..OrganizationSays::default() }, out);
        }
        "organizations list-handshakes-for-organization" | "organizations list-handshakes-for-account" => {
            if let Some(id) = row.text("Id") {
                out.say(About::Handshake(id.to_owned(), Box::new(handshake(row))));
            }
        }
        "organizations describe-resource-policy" => {
            let Some(policy) = row.get("ResourcePolicy") else { return };
            let arn = policy.path(&["ResourcePolicySummary", "Arn"]).and_then(Node::as_text);
            let resource_policy = Some(Some(PolicyText::read(policy.get("Content"))));
            let says = OrganizationSays { resource_policy, ..OrganizationSays::default() };
            organization(management(arn).or_else(|| observation.account.clone()), says, out);
        }
        _ => policies::read_snapshot(observation, out),
    }
}

fn listed(observation: &Observation, out: &mut Sink) {
    let of_all = observation.operation == "organizations list-accounts";
    let whole = (of_all && observation.complete).then(|| "accounts".to_owned());
    let parent = observation.qualifier.clone().filter(|_| !of_all);
    member(observation.row(), whole, parent, out);
}

/// `Account`. A closed account stays listed, `SUSPENDED`, until its post-closure period is over.
fn member(row: Node<'_>, whole: Option<String>, parent: Option<String>, out: &mut Sink) {
    let Some(account) = row.text("Id").and_then(AccountId::parse) else { return };
    if let Some(organization) = management(row.text("Arn")) {
        let says = OrganizationSays { accounts: one(account.as_str(), true), whole, ..OrganizationSays::default() };
        out.say(About::Organization(organization, Box::new(says)));
    }
    let text = |key: &str| row.text(key).map(str::to_owned);
    let joined: Option<Instant> = row.time("JoinedTimestamp");
    let says = AccountSays {
        status: text("Status"),
        state: text("State"),
        member: Some(true),
        joined,
        joined_by: text("JoinedMethod"),
        parent,
        listed: true,
        ..AccountSays::default()
    };
    out.say(About::Account(account, Box::new(says)));
}
