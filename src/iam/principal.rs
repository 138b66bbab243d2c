//! Who asks, whom a statement names, and whether the one is the other.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::Reach;
use crate::arn::{AccountId, Arn};
use std::collections::BTreeSet;
use std::fmt;

/// Who asks: one principal, or anybody of a group about whom no more is known. Of a group, `Surely` means each of them,
/// `Not` none, `Possibly` some or nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalRef {
    /// A user, a role, a role's session, a federated user or an account's root, by its ARN.
    Arn(String),
    /// Anybody of this account.
    Account(AccountId),
    /// An AWS service, such as `backup.amazonaws.com`.
    Service(String),
    /// Anybody of another account than the resource's, and anybody without an account; no service.
    OutsideAccount,
    /// Anybody of no account of the resource's organization, and anybody without an account; no service.
    OutsideOrganization,
}

impl fmt::Display for PrincipalRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(text) | Self::Service(text) => f.write_str(text),
            Self::Account(account) => write!(f, "anybody of account {account}"),
            Self::OutsideAccount => f.write_str("anybody outside of the account"),
            Self::OutsideOrganization => f.write_str("anybody outside of the organization"),
        }
    }
}

impl PrincipalRef {
    /// The account that the principal belongs to, where it is one.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Arn(arn) => Arn::parse(arn)?.account_id(),
            Self::Account(account) => Some(account.clone()),
            _ => None,
        }
    }
}

/// What is known of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The account that owns the resource with the policy.
    pub owner: AccountId,
    /// `o-…`, the organization of that account.
    pub organization: Option<String>,
    /// All accounts of that organization.
    pub accounts: Option<BTreeSet<AccountId>>,
}

/// Where the inside ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boundary {
    /// At the resource's account.
    Account,
    /// At its organization.
    Organization,
}

impl Known {
    /// Whether an account lies inside.
    pub fn inside(&self, account: &AccountId, boundary: Boundary) -> Reach {
        if *account == self.owner {
            return Reach::Surely;
        }
        match (boundary, &self.accounts) {
            (Boundary::Organization, None) => Reach::Possibly,
            (Boundary::Organization, Some(accounts)) if accounts.contains(account) => Reach::Surely,
            _ => Reach::Not,
        }
    }

    /// The accounts that surely lie inside.
    pub(super) fn insiders(&self, boundary: Boundary) -> impl Iterator<Item = &AccountId> {
        let others = self.accounts.iter().flatten().filter(move |_| boundary == Boundary::Organization);
        std::iter::once(&self.owner).chain(others.filter(|account| **account != self.owner))
    }
}

/// A principal as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// `"*"` or `{"AWS": "*"}`: everyone, without credentials too.
    Anyone,
    /// An account, by its id or its root's ARN: all of its principals.
    Account(AccountId),
    /// A user, role, role's session or federated user.
    Arn(String),
    /// The unique id (`AIDA…`, `AROA…`) that AWS shows where a user or role was deleted. Nobody is that principal any more,
    /// also not a new one of the same name.
    Deleted(String),
    /// A service, or `*`.
    Service(String),
    /// A SAML or web identity provider.
    Federated(String),
    /// An S3 canonical user id; it does not say which account.
    CanonicalUser(String),
    /// Of a form that AWS does not document.
    Unknown(String, String),
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("*"),
            Self::Account(account) => write!(f, "{account}"),
            Self::Arn(text)
            | Self::Deleted(text)
            | Self::Service(text)
            | Self::Federated(text)
            | Self::CanonicalUser(text)
            | Self::Unknown(_, text) => f.write_str(text),
        }
    }
}

impl Named {
    /// Reads an entry of `{"<kind>": "<text>"}`.
    pub(super) fn read(kind: &str, text: &str) -> Self {
        match kind {
            "AWS" => Self::read_aws(text).unwrap_or_else(|| Self::Unknown(kind.to_owned(), text.to_owned())),
            "Service" => Self::Service(text.to_owned()),
            "Federated" => Self::Federated(text.to_owned()),
            "CanonicalUser" => Self::CanonicalUser(text.to_owned()),
            other => Self::Unknown(other.to_owned(), text.to_owned()),
        }
    }

    fn read_aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Anyone);
        }
        if let Some(account) = AccountId::parse(text) {
            return Some(Self::Account(account));
        }
        let unique = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if unique && (text.starts_with("AIDA") || text.starts_with("AROA")) {
            return Some(Self::Deleted(text.to_owned()));
        }
        let arn = Arn::parse(text)?;
        if arn.service == "iam" && arn.resource == "root" {
            return arn.account_id().map(Self::Account);
        }
        (is_principal(&arn) && !text.contains(['*', '?'])).then(|| Self::Arn(text.to_owned()))
    }

    /// Whether whoever asks is the one named.
    fn is(&self, who: &PrincipalRef, known: &Known) -> Reach {
        let of = |account: Option<AccountId>, boundary| match account {
            Some(account) if known.inside(&account, boundary) == Reach::Surely => Reach::Not,
            _ => Reach::Possibly,
        };
        let equal = |same: bool| if same { Reach::Surely } else { Reach::Not };
        match (self, who) {
            (Self::Anyone, _) => Reach::Surely,
            (Self::Service(named), PrincipalRef::Service(who)) => equal(named == "*" || named == who),
            (Self::Unknown(..), _) => Reach::Possibly,
            (Self::Service(_) | Self::Deleted(_), _) | (_, PrincipalRef::Service(_)) => Reach::Not,
            (Self::Federated(_) | Self::CanonicalUser(_), _) => Reach::Possibly,
            (Self::Account(named), PrincipalRef::Account(who)) => equal(named == who),
            (Self::Account(named), PrincipalRef::Arn(_)) => {
                who.account().map_or(Reach::Possibly, |who| equal(*named == who))
            }
            (Self::Arn(named), PrincipalRef::Arn(who)) => same_principal(named, who),
            (Self::Arn(named), PrincipalRef::Account(who)) => {
                let named = Arn::parse(named).and_then(|arn| arn.account_id());
                if named.as_ref() == Some(who) { Reach::Possibly } else { Reach::Not }
            }
            (Self::Account(named), PrincipalRef::OutsideAccount) => of(Some(named.clone()), Boundary::Account),
            (Self::Account(named), PrincipalRef::OutsideOrganization) => {
                of(Some(named.clone()), Boundary::Organization)
            }
            (Self::Arn(named), PrincipalRef::OutsideAccount) => of(account_of(named), Boundary::Account),
            (Self::Arn(named), PrincipalRef::OutsideOrganization) => of(account_of(named), Boundary::Organization),
        }
    }
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// These.
    Only(Vec<Named>),
    /// All but these.
    Except(Vec<Named>),
    /// Neither is written. A resource policy must have one; what it means without is unknown.
    Unstated,
}

impl Principals {
    /// Whether the statement speaks of whoever asks.
    ///
    /// `NotPrincipal` never surely leaves out a user or a role that it lists: AWS applies it all the same unless the account
    /// and, for a session, role and session are listed too, and always to principals with a permissions boundary.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
    pub(super) fn include(&self, who: &PrincipalRef, known: &Known) -> Reach {
        match self {
            Self::Only(list) => list.iter().map(|named| named.is(who, known)).max().unwrap_or(Reach::Not),
            Self::Except(list) if list.contains(&Named::Anyone) => Reach::Not,
            Self::Except(list) => {
                let listed = list.iter().map(|named| named.is(who, known)).max().unwrap_or(Reach::Not);
                if matches!(who, PrincipalRef::Service(_)) { !listed } else { (!listed).max(Reach::Possibly) }
            }
            Self::Unstated => Reach::Possibly,
        }
    }
}

fn is_principal(arn: &Arn) -> bool {
    let starts = |prefixes: [&str; 2]| prefixes.iter().any(|prefix| arn.resource.starts_with(prefix));
    match arn.service {
        "iam" => starts(["user/", "role/"]),
        "sts" => starts(["assumed-role/", "federated-user/"]),
        _ => false,
    }
}

fn account_of(arn: &str) -> Option<AccountId> {
    Arn::parse(arn)?.account_id()
}

/// The role that an ARN names or that a session belongs to: its account and name. A session's ARN leaves out the role's path;
/// within an account a role's name is unique without it.
pub(super) fn role(arn: &str) -> Option<(AccountId, &str)> {
    let arn = Arn::parse(arn)?;
    let name = match arn.service {
        "iam" => arn.resource.strip_prefix("role/")?.rsplit('/').next()?,
        "sts" => arn.resource.strip_prefix("assumed-role/")?.split('/').next()?,
        _ => return None,
    };
    Some((arn.account_id()?, name))
}

/// A role stands for all of its sessions.
fn same_principal(named: &str, who: &str) -> Reach {
    let is_session = |text: &str| text.contains(":assumed-role/");
    match (role(named), role(who)) {
        _ if named == who => Reach::Surely,
        (Some(a), Some(b)) if a == b => match (is_session(named), is_session(who)) {
            (false, _) => Reach::Surely,
            (true, false) => Reach::Possibly,
            (true, true) => Reach::Not,
        },
        _ => Reach::Not,
    }
}
