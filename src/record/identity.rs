//! Who did it: one actor resolved from every shape that CloudTrail's `userIdentity` takes.

use super::node::Node;
use crate::arn::{AccountId, Arn};
use serde::{Deserialize, Serialize};

/// Who stood behind a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of identity it is, in CloudTrail's words; `None` where the record has no `type` (service events).
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The role, user, root or service: stable over sessions.
    pub principal: String,
    /// The session's name where the call came from an assumed role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The account of the identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The access key id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// The AWS service that made the call on somebody's behalf or on its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
    /// The Identity Center user behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_store_user: Option<String>,
    /// The identity that was set when the role was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// Where the call came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// With what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Whether AWS itself acted: a service identity, or a service event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_service: bool,
}

impl Actor {
    /// Resolves the actor from a record's own members.
    pub fn resolve(record: Node<'_>) -> Self {
        let identity = record.get("userIdentity").unwrap_or(Node(&super::node::NOTHING));
        let kind = identity.text("type").map(str::to_owned);
        let arn = identity.text("arn");
        let invoked_by = identity.text("invokedBy").map(str::to_owned);
        let issuer = identity.path(&["sessionContext", "sessionIssuer", "arn"]).and_then(Node::as_text);
        let service_event = record.text("eventType") == Some("AwsServiceEvent");
        // AWS Backup acts in its own name through its service-linked role, and marks what it does elsewhere as invoked by it.
        let own_role = issuer.or(arn).is_some_and(|arn| arn.contains(":role/aws-service-role/"));
        let is_service = service_event
            || own_role
            || kind.as_deref() == Some("AWSService")
            || invoked_by.as_deref() == Some("backup.amazonaws.com")
            || (kind.is_none() && invoked_by.is_some());
        let behind = identity.get("onBehalfOf").and_then(|b| b.text("userId"));
        let principal = issuer
            .map(str::to_owned)
            .or_else(|| arn.map(role_of_session))
            .or_else(|| behind.map(str::to_owned))
            .or_else(|| identity.text("userName").map(str::to_owned))
            .or_else(|| invoked_by.clone())
            .or_else(|| identity.text("principalId").map(str::to_owned))
            .unwrap_or_else(|| "unknown".into());
        Self {
            principal,
            session: arn.and_then(session_name),
            account: account(identity, arn),
            access_key_id: identity.text("accessKeyId").map(str::to_owned),
            identity_store_user: behind.map(str::to_owned),
            source_identity: identity
                .path(&["sessionContext", "sourceIdentity"])
                .and_then(Node::as_text)
                .map(str::to_owned),
            source_ip: record.text("sourceIPAddress").map(str::to_owned),
            user_agent: record.text("userAgent").map(str::to_owned),
            is_service,
            invoked_by,
            kind,
        }
    }

    /// An actor of whom no more than the principal is known.
    pub fn named(principal: &str) -> Self {
        Self {
            kind: None,
            principal: principal.to_owned(),
            session: None,
            account: None,
            access_key_id: None,
            invoked_by: None,
            identity_store_user: None,
            source_identity: None,
            source_ip: None,
            user_agent: None,
            is_service: false,
        }
    }

    /// `ci-deploy/runner-7 from 203.0.113.77`: the actor in a few words.
    pub fn said(&self) -> String {
        let name = self.principal.rsplit(['/', ':']).next().unwrap_or(&self.principal);
        let session = self.session.as_ref().map(|s| format!("/{s}")).unwrap_or_default();
        let from = self.source_ip.as_ref().map(|ip| format!(" from {ip}")).unwrap_or_default();
        format!("{name}{session}{from}")
    }
}

fn account(identity: Node<'_>, arn: Option<&str>) -> Option<AccountId> {
    let named = identity.text("accountId").and_then(AccountId::parse);
    named.or_else(|| Arn::parse(arn?)?.account_id())
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
    let rest = Arn::parse(arn)?.resource.strip_prefix("assumed-role/")?;
    rest.rsplit_once('/').map(|(_, session)| session.to_owned())
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
