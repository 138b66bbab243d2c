//! What the user has stated: who belongs to the organisation, who may hold, ask, share and delete. Absent is *not stated*.

use crate::arn::{AccountId, Arn, Region};
use crate::instant::Instant;
use crate::record::identity::Actor;
use std::collections::{BTreeMap, BTreeSet};

/// The user's policy.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Accounts inside the organisation, with their names.
    pub organization: Option<BTreeMap<AccountId, String>>,
    /// What is judged at all.
    pub scope: Scope,
    /// Accounts that may hold a vault share.
    pub accounts: Option<Vec<Approved>>,
    /// Accounts that may ask for restore access.
    pub recovery_accounts: Option<Vec<Approved>>,
    /// Roles that may manage shares.
    pub share_roles: Option<Vec<Approved>>,
    /// Roles that may delete recovery points.
    pub deleters: Option<Vec<Approved>>,
}

/// What is judged; `None`: everything that occurs.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Accounts.
    pub accounts: Option<BTreeSet<AccountId>>,
    /// Regions.
    pub regions: Option<BTreeSet<Region>>,
    /// Resource types as AWS Backup names them.
    pub resource_types: Option<Vec<String>>,
    /// Resources that must be protected, by ARN.
    pub resources: Vec<String>,
}

impl Scope {
    /// Whether everything is judged.
    pub fn is_everything(&self) -> bool {
        self.accounts.is_none() && self.regions.is_none()
    }

    /// Whether a thing of this account and Region is judged. Unknown places are.
    pub fn holds(&self, account: Option<&AccountId>, region: Option<&Region>) -> bool {
        let inside =
            |set: &Option<BTreeSet<AccountId>>| set.as_ref().is_none_or(|s| account.is_none_or(|a| s.contains(a)));
        inside(&self.accounts) && self.regions.as_ref().is_none_or(|s| region.is_none_or(|r| s.contains(r)))
    }
}

/// An entry of a list, with its end.
#[derive(Debug, Clone)]
pub struct Approved {
    /// An account id, or a glob over role ARNs.
    pub id: String,
    /// Ends at 00:00:00Z of this day.
    pub expires: Option<Instant>,
    /// The glob.
    pub glob: Option<globset::GlobMatcher>,
}

/// How an entry of a list answers at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The list is not stated.
    NotStated,
    /// Listed.
    Yes,
    /// Listed until this instant, which has passed.
    Expired(Instant),
    /// Not listed.
    No,
}

/// The roles of a parameter, each exact or a glob.
pub fn roles(listed: &[&str]) -> Vec<Approved> {
    let glob = |id: &str| globset::Glob::new(id).ok().map(|glob| glob.compile_matcher());
    listed.iter().map(|id| Approved { id: (*id).to_owned(), expires: None, glob: glob(id) }).collect()
}

/// Whether an account is on a list at an instant.
pub fn account_on(list: Option<&[Approved]>, id: &str, at: Instant) -> Answer {
    answer(list, at, |entry| entry.id == id)
}

/// Whether an actor's role, user or service is on a list at an instant.
pub fn actor_on(list: Option<&[Approved]>, actor: &Actor, at: Instant) -> Answer {
    answer(list, at, |entry| {
        entry.id == actor.principal || entry.glob.as_ref().is_some_and(|glob| glob.is_match(&actor.principal))
    })
}

fn answer(list: Option<&[Approved]>, at: Instant, matches: impl Fn(&Approved) -> bool) -> Answer {
    let Some(list) = list else { return Answer::NotStated };
    let found: Vec<&Approved> = list.iter().filter(|entry| matches(entry)).collect();
    if found.iter().any(|entry| entry.expires.is_none_or(|end| at < end)) {
        return Answer::Yes;
    }
    found.iter().filter_map(|entry| entry.expires).max().map_or(Answer::No, Answer::Expired)
}

/// Instants at which a list changes by itself.
pub fn expiries(list: Option<&[Approved]>) -> impl Iterator<Item = Instant> {
    list.into_iter().flatten().filter_map(|entry| entry.expires)
}

/// Whether a RAM principal is an account; a 12-digit id, or an account's root written as an ARN.
pub fn principal_account(principal: &str) -> Option<AccountId> {
    AccountId::parse(principal).or_else(|| {
        let arn = Arn::parse(principal)?;
        (arn.service == "iam" && arn.resource == "root").then(|| arn.account_id()).flatten()
    })
}

/// Whether a RAM principal is an organisation or an organisational unit.
pub fn is_organization(principal: &str) -> bool {
    Arn::parse(principal).is_some_and(|arn| arn.service == "organizations")
}
