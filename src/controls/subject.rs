//! Subjects: what a control judges, with the exact id by which reports are joined.

use super::view::Context;
use crate::arn::{
    AccountId, KeyArn, PlanArn, RecoveryPointArn, Region, ResourceArn, ShareArn, TeamArn, TrailArn, VaultArn,
};
use crate::coverage::Pair;

/// What is judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The control itself: it has nothing to judge.
    Control,
    /// A vault.
    Vault(VaultArn),
    /// A resource.
    Resource(ResourceArn),
    /// A recovery point.
    Point(RecoveryPointArn),
    /// A RAM share.
    Share(ShareArn),
    /// A vault in the hands of a principal.
    Grant(VaultArn, String),
    /// An account.
    Account(AccountId),
    /// An approval team.
    Team(TeamArn),
    /// A recovery account's access, by its id in the world.
    Access(String),
    /// An account's log of a Region.
    Pair(Pair),
    /// A trail.
    Trail(TrailArn),
    /// A KMS key.
    Key(KeyArn),
    /// A backup plan.
    Plan(PlanArn),
}

/// A subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The typed key.
    pub key: Key,
    /// `vault`, `resource`, …
    pub kind: &'static str,
    /// Exact id.
    pub id: String,
    /// Whose it is.
    pub account: Option<AccountId>,
    /// Where.
    pub region: Option<Region>,
    /// A short name.
    pub name: Option<String>,
}

impl Subject {
    /// The control itself.
    pub fn control(id: &str) -> Self {
        Self { key: Key::Control, kind: "control", id: id.to_owned(), account: None, region: None, name: None }
    }

    /// A vault.
    pub fn vault(arn: &VaultArn) -> Self {
        let (account, region) = (arn.account(), arn.region());
        Self {
            key: Key::Vault(arn.clone()),
            kind: "vault",
            id: arn.to_string(),
            account,
            region,
            name: Some(arn.name().into()),
        }
    }

    /// A resource.
    pub fn resource(arn: &ResourceArn) -> Self {
        let name = arn.as_str().rsplit(['/', ':']).next().map(str::to_owned);
        let (account, region) = (arn.account(), arn.region());
        Self { key: Key::Resource(arn.clone()), kind: "resource", id: arn.to_string(), account, region, name }
    }

    /// A recovery point in a vault.
    pub fn point(arn: &RecoveryPointArn, vault: &VaultArn) -> Self {
        let name = arn.as_str().rsplit(['/', ':']).next().map(str::to_owned);
        let (account, region) = (vault.account(), vault.region());
        Self { key: Key::Point(arn.clone()), kind: "recovery_point", id: arn.to_string(), account, region, name }
    }

    /// A RAM share.
    pub fn share(arn: &ShareArn, name: Option<&String>) -> Self {
        let (account, region) = (arn.account(), arn.region());
        Self { key: Key::Share(arn.clone()), kind: "share", id: arn.to_string(), account, region, name: name.cloned() }
    }

    /// A vault in the hands of a principal.
    pub fn grant(vault: &VaultArn, principal: &str) -> Self {
        Self {
            key: Key::Grant(vault.clone(), principal.to_owned()),
            kind: "grant",
            id: format!("{vault}|{principal}"),
            account: vault.account(),
            region: vault.region(),
            name: Some(format!("{} to {principal}", vault.name())),
        }
    }

    /// An account.
    pub fn account(id: &AccountId, context: &Context<'_>) -> Self {
        let name = context.policy.organization.as_ref().and_then(|o| o.get(id)).filter(|n| !n.is_empty()).cloned();
        Self {
            key: Key::Account(id.clone()),
            kind: "account",
            id: id.to_string(),
            account: Some(id.clone()),
            region: None,
            name,
        }
    }

    /// An approval team.
    pub fn team(arn: &TeamArn, name: Option<&String>) -> Self {
        let short = arn.as_str().rsplit('/').next().map(str::to_owned);
        let (account, region) = (arn.account(), arn.region());
        let name = name.cloned().or(short);
        Self { key: Key::Team(arn.clone()), kind: "team", id: arn.to_string(), account, region, name }
    }

    /// A recovery account's access, under the id that the report shows.
    pub fn access(key: &str, id: String, account: Option<AccountId>, region: Option<Region>) -> Self {
        let name = id.rsplit(['/', ':']).next().map(str::to_owned);
        Self { key: Key::Access(key.to_owned()), kind: "restore_access_vault", id, account, region, name }
    }

    /// An account's log of a Region.
    pub fn pair(pair: &Pair) -> Self {
        let id = format!("{}/{}", pair.0, pair.1);
        let (account, region) = (Some(pair.0.clone()), Some(pair.1.clone()));
        Self { key: Key::Pair(pair.clone()), kind: "account_region", name: Some(id.clone()), id, account, region }
    }

    /// A trail.
    pub fn trail(arn: &TrailArn) -> Self {
        let name = arn.as_str().rsplit('/').next().map(str::to_owned);
        let (account, region) = (arn.account(), arn.region());
        Self { key: Key::Trail(arn.clone()), kind: "trail", id: arn.to_string(), account, region, name }
    }

    /// A KMS key.
    pub fn key(arn: &KeyArn) -> Self {
        let name = arn.as_str().rsplit('/').next().map(str::to_owned);
        let (account, region) = (arn.account(), arn.region());
        Self { key: Key::Key(arn.clone()), kind: "key", id: arn.to_string(), account, region, name }
    }

    /// A backup plan.
    pub fn plan(arn: &PlanArn) -> Self {
        let name = Some(arn.id().to_owned());
        let (account, region) = (arn.account(), arn.region());
        Self { key: Key::Plan(arn.clone()), kind: "plan", id: arn.to_string(), account, region, name }
    }
}
