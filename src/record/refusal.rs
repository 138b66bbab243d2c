//! Failed calls: which of AWS's many spellings mean that somebody was refused, and what they were refused.

use regex::Regex;
use serde::{Deserialize, Serialize};
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

/// What an IAM denial says: `User: <arn> is not authorized to perform: <service>:<Action> on resource: <arn> because …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The action in IAM's form.
    pub action: Option<String>,
    /// The resource that was refused; `None` where the message names none or `*`.
    pub resource: Option<String>,
}

static DENIAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?: on resource: ([^\s]+))?").ok()
});

/// Parses the denial out of an `errorMessage`: the only place where a denied call names its target.
pub fn denial(message: &str) -> Option<Denial> {
    let found = DENIAL.as_ref()?.captures(message)?;
    let resource = found.get(2).map(|m| m.as_str().trim_end_matches(['.', ',', '"']));
    Some(Denial {
        action: found.get(1).map(|m| m.as_str().to_owned()),
        resource: resource.filter(|r| r.starts_with("arn:")).map(str::to_owned),
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
