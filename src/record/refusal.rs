//! Failed calls: which of AWS's many spellings mean that somebody was refused, and what they were refused.

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::sync::LazyLock;

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// Identity, resource or organisation policy denied it.
    Denied,
    /// The service does not permit it for this thing (`OperationNotPermittedException`).
    NotPermitted,
    /// The request was wrong or came at the wrong time: invalid, not found, limit, throttled, locked.
    Rejected,
}

/// Reads an error code in any of its spellings: `Client.` and `Server.` before it, `Exception` behind it.
pub fn classify(code: &str) -> Refusal {
    let bare = code.strip_prefix("Client.").or_else(|| code.strip_prefix("Server.")).unwrap_or(code);
    let bare = bare.strip_suffix("Exception").unwrap_or(bare);
    match bare {
        "AccessDenied"
        | "VpceAccessDenied"
        | "UnauthorizedOperation"
        | "Unauthorized"
        | "NotAuthorized"
        | "AuthorizationError"
        | "Forbidden" => Refusal::Denied,
        "OperationNotPermitted" => Refusal::NotPermitted,
        _ => Refusal::Rejected,
    }
}

/// The kind of policy that denied a call, in the words of IAM's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyKind {
    /// A policy of the identity.
    IdentityBased,
    /// A policy of the resource.
    ResourceBased,
    /// A service control policy of the organisation.
    ServiceControlPolicy,
    /// A resource control policy of the organisation.
    ResourceControlPolicy,
    /// A permissions boundary of the identity.
    PermissionsBoundary,
    /// The policy of the role session.
    SessionPolicy,
    /// The policy of a VPC endpoint.
    VpcEndpointPolicy,
    /// The trust policy of a role.
    RoleTrustPolicy,
}

/// What a denial says: `User: <arn> is not authorized to perform: <service>:<Action> on resource: <arn> because …`
/// (IAM User Guide, "Troubleshoot access denied error messages"). What it does not say is `None`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Denial {
    /// Who was denied.
    pub principal: Option<String>,
    /// The action in IAM's form.
    pub action: Option<String>,
    /// The resource that was refused; `None` where the message names none or `*`.
    pub resource: Option<String>,
    /// Which policy denied it.
    pub policy: Option<PolicyKind>,
    /// `true`: a statement denies it; `false`: none allows it.
    pub explicit: Option<bool>,
    /// The policy's ARN; AWS names it since January 2026, within an organisation.
    pub policy_arn: Option<String>,
    /// The reasons are encoded: only `sts:DecodeAuthorizationMessage` of that account tells them.
    pub encoded: bool,
}

static PERFORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:User: (\S+) is )?not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?: on (?:the )?resource: ([^\s]+))?",
    )
    .ok()
});

static REASON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:because no |with an explicit deny(?: in (?:an? |the )?)?)(identity-based policy|resource-based policy|service control policy|resource control policy|permissions boundary(?: policy)?|session policy|vpc endpoint policy|role trust policy)?(?:: (arn:[^\s]+))?",
    )
    .ok()
});

/// Parses the denial out of an `errorMessage`: the only place where a denied call names its target.
///
/// `None` for a message that is no denial, or one that says nothing more (`Access Denied`).
pub fn denial(message: &str) -> Option<Denial> {
    let encoded = message.contains("ncoded authorization failure message");
    let found = PERFORM.as_ref()?.captures(message);
    if found.is_none() && !encoded {
        return None;
    }
    let part = |at: usize| found.as_ref()?.get(at).map(|m| m.as_str().trim_end_matches(['.', ',', '"', '\'']));
    let why = REASON.as_ref()?.captures(message);
    let named = |at: usize| why.as_ref()?.get(at).map(|m| m.as_str());
    let explicit = why.as_ref().and_then(|why| why.get(0)).map(|all| all.as_str().starts_with("with"));
    let policy = named(1).and_then(kind_of_policy);
    Some(Denial {
        principal: part(1).map(str::to_owned),
        action: part(2).map(str::to_owned),
        resource: part(3).filter(|r| r.starts_with("arn:")).map(str::to_owned),
        // `because no …` alone names no policy, and so is not about one.
        explicit: explicit.filter(|explicit| *explicit || policy.is_some()),
        policy,
        policy_arn: named(2).map(|arn| arn.trim_end_matches(['.', ',']).to_owned()),
        encoded,
    })
}

fn kind_of_policy(words: &str) -> Option<PolicyKind> {
    Some(match words.to_ascii_lowercase().as_str() {
        "identity-based policy" => PolicyKind::IdentityBased,
        "resource-based policy" => PolicyKind::ResourceBased,
        "service control policy" => PolicyKind::ServiceControlPolicy,
        "resource control policy" => PolicyKind::ResourceControlPolicy,
        "permissions boundary" | "permissions boundary policy" => PolicyKind::PermissionsBoundary,
        "session policy" => PolicyKind::SessionPolicy,
        "vpc endpoint policy" => PolicyKind::VpcEndpointPolicy,
        "role trust policy" => PolicyKind::RoleTrustPolicy,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_denial_is_one() {
        for code in [
            "AccessDenied",
            "AccessDeniedException",
            "Client.UnauthorizedOperation",
            "Client.AccessDenied",
            "VpceAccessDenied",
        ] {
            assert_eq!(classify(code), Refusal::Denied, "{code}");
        }
        for code in ["OperationNotPermittedException", "Client.OperationNotPermittedException", "OperationNotPermitted"]
        {
            assert_eq!(classify(code), Refusal::NotPermitted, "{code}");
        }
        assert_eq!(classify("InvalidRequestException"), Refusal::Rejected);
    }

    #[test]
    fn the_target_of_a_denied_call_is_read_from_its_message() {
        let message = "User: arn:aws:sts::111122223333:assumed-role/R/s is not authorized to perform: ram:CreateResourceShare \
                       on resource: arn:aws:ram:eu-west-1:111122223333:resource-share/* because no identity-based policy allows it";
        let denial = denial(message);
        assert_eq!(
            denial.and_then(|d| d.resource).as_deref(),
            Some("arn:aws:ram:eu-west-1:111122223333:resource-share/*")
        );
    }

    #[test]
    fn a_denial_of_everything_names_no_target() {
        let message =
            "User: x is not authorized to perform: ram:CreateResourceShare on resource: * with an explicit deny";
        assert_eq!(denial(message).and_then(|d| d.resource), None);
    }
}
