//! What is known of the condition keys of a request.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use super::pattern::Pattern;
use super::principal::{Boundary, Known, PrincipalRef, role};
use super::{Probe, Reach};
use crate::arn::Arn;

/// What is known of one key: whether the request has it, and what its values are.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub present: Reach,
    /// One for each value.
    pub values: Vec<Pattern>,
    /// What no value is.
    pub except: Vec<Pattern>,
}

impl Held {
    fn new(present: Reach, value: Pattern) -> Self {
        Self { present, values: vec![value], except: Vec::new() }
    }

    fn is(text: &str) -> Self {
        Self::new(Reach::Surely, Pattern::exact(text))
    }

    fn unknown() -> Self {
        Self::new(Reach::Possibly, Pattern::any())
    }

    fn absent() -> Self {
        Self { present: Reach::Not, values: Vec::new(), except: Vec::new() }
    }

    fn but(self, except: impl IntoIterator<Item = Pattern>) -> Self {
        Self { except: except.into_iter().collect(), ..self }
    }

    /// The one value, where it is known.
    pub fn literal(&self) -> Option<String> {
        match (self.present, self.values.as_slice()) {
            (Reach::Surely, [one]) => one.literal(),
            _ => None,
        }
    }
}

/// What is known of a key; names of keys have no case.
pub(super) fn held(key: &str, probe: &Probe, known: &Known) -> Held {
    let key = key.to_lowercase();
    if let Some((_, values)) = probe.context.iter().find(|(name, _)| name.to_lowercase() == key) {
        let values: Vec<Pattern> = values.iter().map(|value| Pattern::exact(value)).collect();
        let present = if values.is_empty() { Reach::Not } else { Reach::Surely };
        return Held { present, values, except: Vec::new() };
    }
    let service = if let PrincipalRef::Service(name) = &probe.principal { Some(name.as_str()) } else { None };
    match key.as_str() {
        "aws:principalaccount" | "kms:calleraccount" => account(&probe.principal, known),
        "aws:principalarn" => principal_arn(&probe.principal, known),
        "aws:username" => user_name(&probe.principal),
        "aws:principalorgid" => organization(&probe.principal, known, Pattern::exact),
        "aws:principalorgpaths" => organization(&probe.principal, known, |id| Pattern::glob(&format!("{id}/*"))),
        "aws:principalisawsservice" => Held::is(if service.is_some() { "true" } else { "false" }),
        "aws:principalservicename" => service.map_or_else(Held::absent, Held::is),
        // Only where a service calls by itself, for a resource of somebody.
        "aws:sourceaccount" | "aws:sourcearn" | "aws:sourceorgid" | "aws:sourceorgpaths" if service.is_none() => {
            Held::absent()
        }
        "aws:viaawsservice" | "aws:securetransport" => Held::new(Reach::Surely, Pattern::any()),
        "aws:resourceaccount" => Held::new(Reach::Possibly, Pattern::exact(known.owner.as_str())),
        _ => Held::unknown(),
    }
}

fn boundary(who: &PrincipalRef) -> Option<Boundary> {
    match who {
        PrincipalRef::OutsideAccount => Some(Boundary::Account),
        PrincipalRef::OutsideOrganization => Some(Boundary::Organization),
        _ => None,
    }
}

/// `aws:PrincipalAccount` is there for requests without credentials too, as `anonymous`.
fn account(who: &PrincipalRef, known: &Known) -> Held {
    match (who.account(), boundary(who)) {
        (Some(account), _) => Held::is(account.as_str()),
        (None, Some(boundary)) => Held::new(Reach::Surely, Pattern::any())
            .but(known.insiders(boundary).map(|account| Pattern::exact(account.as_str()))),
        (None, None) => Held::unknown(),
    }
}

/// `aws:PrincipalArn` is the role's ARN for a session; its path is not known from the session's.
fn principal_arn(who: &PrincipalRef, known: &Known) -> Held {
    let of_account = |account: &str| Pattern::glob(&format!("arn:*:*::{account}:*"));
    match (who, boundary(who)) {
        (PrincipalRef::Arn(arn), _) if arn.contains(":assumed-role/") => match (role(arn), Arn::parse(arn)) {
            (Some((account, name)), Some(parts)) => {
                Held::new(Reach::Surely, Pattern::glob(&format!("arn:{}:iam::{account}:role/*{name}", parts.partition)))
            }
            _ => Held::unknown(),
        },
        (PrincipalRef::Arn(arn), _) => Held::is(arn),
        (PrincipalRef::Account(account), _) => Held::new(Reach::Surely, of_account(account.as_str())),
        (_, Some(boundary)) => Held::unknown().but(known.insiders(boundary).map(|a| of_account(a.as_str()))),
        _ => Held::unknown(),
    }
}

fn user_name(who: &PrincipalRef) -> Held {
    let PrincipalRef::Arn(text) = who else { return Held::unknown() };
    let user = Arn::parse(text).and_then(|arn| arn.resource.strip_prefix("user/")?.rsplit('/').next());
    match user {
        Some(name) => Held::is(name),
        None if role(text).is_some() => Held::absent(),
        None => Held::unknown(),
    }
}

/// `aws:PrincipalOrgID` and `aws:PrincipalOrgPaths`: there for members of an organization only, so for no service.
fn organization(who: &PrincipalRef, known: &Known, value: impl Fn(&str) -> Pattern) -> Held {
    let id = known.organization.as_deref();
    let member = match (who, who.account()) {
        (PrincipalRef::Service(_), _) => return Held::absent(),
        (PrincipalRef::OutsideOrganization, _) => Reach::Not,
        (_, Some(account)) => known.inside(&account, Boundary::Organization),
        _ => Reach::Possibly,
    };
    match (member, id) {
        (Reach::Surely, Some(id)) => Held::new(Reach::Surely, value(id)),
        (Reach::Not, Some(id)) => Held::unknown().but([value(id)]),
        _ => Held::unknown(),
    }
}
