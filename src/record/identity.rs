//! Who did it: one actor resolved from every shape that CloudTrail's `userIdentity` takes.
//!
//! Source: CloudTrail User Guide, "userIdentity element". What an identity does not say stays unknown, and an identity that
//! cannot be resolved says why (`unresolved`).

use super::node::{NOTHING, Node};
use crate::arn::{AccountId, Arn};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Who stood behind a call.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Actor {
    /// What kind of identity it is, in CloudTrail's words; `None` where the record has no `type` (service events).
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The role, user, root or service: stable over sessions. `unknown` where nothing names it.
    pub principal: String,
    /// Why the principal is unknown or only half known.
    pub unresolved: Option<String>,
    /// The session's name where the call came from an assumed role or a federated user.
    pub session: Option<String>,
    /// The account of the identity.
    pub account: Option<AccountId>,
    /// `userName`, where the principal does not end in it.
    pub user_name: Option<String>,
    /// The access key id.
    pub access_key_id: Option<String>,
    /// The AWS service that made the call on somebody's behalf or on its own.
    pub invoked_by: Option<String>,
    /// The account of the product provider that made the call on somebody's behalf (`invokedByDelegate`).
    pub delegate: Option<AccountId>,
    /// The Identity Center user behind it.
    pub identity_store_user: Option<String>,
    /// The identity store of that user.
    pub identity_store: Option<String>,
    /// The Identity Center credential (`credentialId`).
    pub credential_id: Option<String>,
    /// Who vouched for a federated identity: a SAML provider, an issuer of web identities, a directory.
    pub identity_provider: Option<String>,
    /// The identity that was set when the role was assumed.
    pub source_identity: Option<String>,
    /// The resource in whose name a service holds the credentials (`inScopeOf.sourceArn`).
    pub in_scope_of: Option<String>,
    /// Whether the session was begun with MFA; `None`: the record does not say.
    pub mfa: Option<bool>,
    /// Where the call came from.
    pub source_ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// The call came from the AWS Management Console. `false`: the record does not show it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub console: bool,
    /// The identity is of another account than the log.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cross_account: bool,
    /// A member account's root, assumed from the management account (`assumedRoot`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assumed_root: bool,
    /// Whether AWS itself acted: a service identity, or a service event.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_service: bool,
}

impl Actor {
    /// Resolves the actor from a record's own members.
    pub fn resolve(record: Node<'_>) -> Self {
        let identity = record.get("userIdentity").unwrap_or(Node(&NOTHING));
        let context = identity.get("sessionContext").unwrap_or(Node(&NOTHING));
        let text = |node: Node<'_>, keys: &[&str]| node.path(keys).and_then(Node::as_text).map(str::to_owned);
        let kind = text(identity, &["type"]);
        let arn = identity.text("arn");
        let invoked_by = text(identity, &["invokedBy"]);
        let account = account(identity, arn);
        let (principal, unresolved) = principal(identity, kind.as_deref(), account.as_ref());
        let cross = record.text("recipientAccountId").and_then(AccountId::parse).zip(account.as_ref());
        let told = |name: &&str| !is_masked(name) && !principal.ends_with(name);
        Self {
            session: arn.and_then(session_name).or_else(|| session_of_id(identity)),
            user_name: identity.text("userName").filter(told).map(str::to_owned),
            access_key_id: text(identity, &["accessKeyId"]),
            delegate: text(identity, &["invokedByDelegate", "accountId"]).as_deref().and_then(AccountId::parse),
            identity_store_user: text(identity, &["onBehalfOf", "userId"]),
            identity_store: text(identity, &["onBehalfOf", "identityStoreArn"]),
            credential_id: text(identity, &["credentialId"]),
            identity_provider: text(identity, &["identityProvider"])
                .or_else(|| text(context, &["webIdFederationData", "federatedProvider"])),
            source_identity: text(context, &["sourceIdentity"]),
            in_scope_of: text(identity, &["inScopeOf", "sourceArn"]),
            mfa: context.get("attributes").and_then(|a| a.flag("mfaAuthenticated")),
            source_ip: text(record, &["sourceIPAddress"]),
            user_agent: text(record, &["userAgent"]),
            console: is_console(record),
            cross_account: cross.is_some_and(|(log, own)| log != *own),
            assumed_root: context.flag("assumedRoot") == Some(true),
            is_service: is_service(record, identity, kind.as_deref(), invoked_by.as_deref()),
            principal,
            unresolved,
            account,
            invoked_by,
            kind,
        }
    }

    /// An actor of whom no more than the principal is known.
    pub fn named(principal: &str) -> Self {
        Self { principal: principal.to_owned(), ..Self::default() }
    }

    /// `ci-deploy/runner-7 from 203.0.113.77`: the actor in a few words.
    pub fn said(&self) -> String {
        let name = self.principal.rsplit(['/', ':']).next().unwrap_or(&self.principal);
        let session = self.session.as_ref().map(|s| format!("/{s}")).unwrap_or_default();
        let from = self.source_ip.as_ref().map(|ip| format!(" from {ip}")).unwrap_or_default();
        format!("{name}{session}{from}")
    }
}

/// AWS Backup acts in its own name through its service-linked role, and marks what it does elsewhere as invoked by it.
fn is_service(record: Node<'_>, identity: Node<'_>, kind: Option<&str>, invoked_by: Option<&str>) -> bool {
    let issuer = identity.path(&["sessionContext", "sessionIssuer", "arn"]).and_then(Node::as_text);
    let own_role = issuer.or(identity.text("arn")).is_some_and(|arn| arn.contains(":role/aws-service-role/"));
    record.text("eventType") == Some("AwsServiceEvent")
        || own_role
        || kind == Some("AWSService")
        || invoked_by == Some("backup.amazonaws.com")
        || (kind.is_none() && invoked_by.is_some())
}

/// The principal, and why it is not known in full. The role that issued a session ranks before the session.
fn principal(identity: Node<'_>, kind: Option<&str>, account: Option<&AccountId>) -> (String, Option<String>) {
    let issuer = identity.path(&["sessionContext", "sessionIssuer", "arn"]).and_then(Node::as_text);
    let issued = || {
        // Only the role's name is known, not its path.
        let name = identity.path(&["sessionContext", "sessionIssuer", "userName"])?.as_text()?;
        Some((name.to_owned(), Some("the role's ARN is not in the record".to_owned())))
    };
    let whole = |principal: String| (principal, None);
    let root = || account.filter(|_| kind == Some("Root")).map(|id| format!("arn:aws:iam::{id}:root"));
    let user = || identity.text("userName").filter(|name| !is_masked(name)).map(str::to_owned);
    let service = || identity.text("invokedBy").map(str::to_owned);
    let id = || {
        let id = identity.text("principalId")?.split(':').next().filter(|id| !id.is_empty())?;
        Some((id.to_owned(), Some("only a principal id is in the record".to_owned())))
    };
    let outside = || account.filter(|_| kind == Some("AWSAccount")).map(ToString::to_string);
    let found = issuer.map(|arn| whole(arn.to_owned()));
    let found = found.or_else(|| identity.text("arn").map(role_of_session).map(whole));
    let found = found.or_else(|| identity.path(&["onBehalfOf", "userId"])?.as_text().map(|id| whole(id.to_owned())));
    let found = found.or_else(|| root().map(whole)).or_else(issued).or_else(|| user().map(whole));
    let found = found.or_else(|| service().map(whole)).or_else(|| outside().map(whole)).or_else(id);
    found.unwrap_or_else(|| {
        let why = match (identity.0.is_object(), kind) {
            (false, _) => "the record has no userIdentity".to_owned(),
            (true, Some(kind)) => format!("the record says {kind} and no more of who it was"),
            (true, None) => "userIdentity names neither ARN, user, service nor principal id".to_owned(),
        };
        ("unknown".into(), Some(why))
    })
}

fn account(identity: Node<'_>, arn: Option<&str>) -> Option<AccountId> {
    let named = identity.text("accountId").and_then(AccountId::parse);
    named.or_else(|| Arn::parse(arn?)?.account_id())
}

/// CloudTrail prints asterisks where somebody may have typed a password for a user name.
fn is_masked(name: &str) -> bool {
    name.bytes().all(|b| b == b'*')
}

/// `sessionCredentialFromConsole` (1.08 and later), the console's own events, and its user agents.
fn is_console(record: Node<'_>) -> bool {
    let agent = record.text("userAgent").unwrap_or_default();
    record.flag("sessionCredentialFromConsole") == Some(true)
        || matches!(record.text("eventType"), Some("AwsConsoleAction" | "AwsConsoleSignIn"))
        || matches!(agent, "console.amazonaws.com" | "signin.amazonaws.com" | "AWS Console")
        || ["AWS-Console", "[S3Console", "console.ec2.amazonaws.com", "aws-internal/3 console"]
            .iter()
            .any(|own| agent.starts_with(own))
}

/// `arn:aws:sts::1:assumed-role/Role/session` → `arn:aws:iam::1:role/Role`; any other ARN as it is.
fn role_of_session(arn: &str) -> String {
    let role = Arn::parse(arn).filter(|a| a.service == "sts").and_then(|a| {
        let name = a.resource.strip_prefix("assumed-role/")?.rsplit_once('/')?.0;
        Some(format!("arn:{}:iam::{}:role/{name}", a.partition, a.account))
    });
    role.unwrap_or_else(|| arn.to_owned())
}

fn session_name(arn: &str) -> Option<String> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "sts")?;
    let federated = arn.resource.strip_prefix("federated-user/").map(str::to_owned);
    let rest = arn.resource.strip_prefix("assumed-role/");
    rest.and_then(|rest| rest.rsplit_once('/')).map(|(_, session)| session.to_owned()).or(federated)
}

/// `AROAEXAMPLE:session`: the id of an assumed role carries the session's name.
fn session_of_id(identity: Node<'_>) -> Option<String> {
    let (role, session) = identity.text("principalId")?.split_once(':')?;
    (role.starts_with("AROA") && !session.is_empty()).then(|| session.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_role_session_resolves_to_its_role_with_and_without_the_issuer() {
        let arn = "arn:aws:sts::111122223333:assumed-role/Admin/alice";
        let with = json!({"userIdentity": {"type": "AssumedRole", "arn": arn, "sessionContext":
            {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/Admin"}}}});
        let without =
            json!({"userIdentity": {"type": "AssumedRole", "arn": arn, "sessionContext": {"sessionIssuer": {}}}});
        for record in [with, without] {
            let actor = Actor::resolve(Node(&record));
            assert_eq!(actor.principal, "arn:aws:iam::111122223333:role/Admin");
            assert_eq!(actor.session.as_deref(), Some("alice"));
            assert!(!actor.is_service);
        }
    }

    #[test]
    fn a_service_event_without_a_type_is_the_services_own() {
        let record = json!({"eventType": "AwsServiceEvent", "userIdentity": {"accountId": "111122223333", "invokedBy": "backup.amazonaws.com"}});
        let actor = Actor::resolve(Node(&record));
        assert!(actor.is_service);
        assert_eq!(actor.principal, "backup.amazonaws.com");
    }
}
