//! Subjects: what a control judges, with the exact id by which reports are joined.

use super::view::Context;
use crate::arn::{
    AccountId, InvitationArn, JobId, KeyArn, PlanArn, RecoveryPointArn, Region, ResourceArn, SessionArn, ShareArn,
    TeamArn, TrailArn, VaultArn,
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
    /// An approval team in the hands of an account.
    TeamGrant(TeamArn, AccountId),
    /// An approval session.
    Session(SessionArn),
    /// A RAM invitation.
    Invitation(InvitationArn),
    /// An account in a share to whom no invitation is known.
    Invited(ShareArn, AccountId),
    /// A recovery account's access, by its id in the world.
    Access(String),
    /// An account's log of a Region.
    Pair(Pair),
    /// A trail.
    Trail(TrailArn),
    /// A copy job, by its id.
    Job(JobId),
    /// A KMS key.
    Key(KeyArn),
    /// A backup plan.
    Plan(PlanArn),
    /// A rule of a backup plan, by its name.
    Rule(PlanArn, String),
    /// Whatever kind of entity, by its kind and id in the world.
    Entity(&'static str, String),
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

/// What stands behind the last slash or colon.
fn last_part(id: &str) -> &str {
    memchr::memrchr2(b'/', b':', id.as_bytes()).and_then(|at| id.get(at + 1..)).unwrap_or(id)
}

impl Subject {
    /// The log that shows what happens to it, where it lies in one account and Region.
    pub fn pair(&self) -> Option<Pair> {
        self.account.clone().zip(self.region.clone())
    }

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
        let name = Some(last_part(arn.as_str()).to_owned());
        let (account, region) = (arn.account(), arn.region());
        Self { key: Key::Resource(arn.clone()), kind: "resource", id: arn.to_string(), account, region, name }
    }

    /// A recovery point, under the account and Region of its vault.
    pub fn point(arn: &RecoveryPointArn, account: Option<AccountId>, region: Option<Region>) -> Self {
        let name = Some(last_part(arn.as_str()).to_owned());
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

    /// An approval team in the hands of an account.
    pub fn team_grant(team: &TeamArn, account: &AccountId) -> Self {
        let short = team.as_str().rsplit('/').next().unwrap_or_default();
        Self {
            key: Key::TeamGrant(team.clone(), account.clone()),
            kind: "team_grant",
            id: format!("{team}|{account}"),
            account: team.account(),
            region: team.region(),
            name: Some(format!("{short} to {account}")),
        }
    }

    /// An approval session.
    pub fn session(arn: &SessionArn) -> Self {
        let name = arn.as_str().rsplit('/').next().map(str::to_owned);
        let (account, region) = (arn.account(), arn.region());
        Self { key: Key::Session(arn.clone()), kind: "session", id: arn.to_string(), account, region, name }
    }

    /// A RAM invitation to a share.
    pub fn invitation(arn: &InvitationArn, share: &ShareArn) -> Self {
        let name = arn.as_str().rsplit('/').next().map(str::to_owned);
        let (account, region) = (share.account(), share.region());
        Self { key: Key::Invitation(arn.clone()), kind: "invitation", id: arn.to_string(), account, region, name }
    }

    /// An account in a share to whom no invitation is known.
    pub fn invited(share: &ShareArn, account: &AccountId) -> Self {
        Self {
            key: Key::Invited(share.clone(), account.clone()),
            kind: "invitation",
            id: format!("{share}|{account}"),
            account: share.account(),
            region: share.region(),
            name: None,
        }
    }

    /// A recovery account's access, under the id that the report shows.
    pub fn access(key: &str, id: String, account: Option<AccountId>, region: Option<Region>) -> Self {
        let name = Some(last_part(&id).to_owned());
        Self { key: Key::Access(key.to_owned()), kind: "restore_access_vault", id, account, region, name }
    }

    /// An account's log of a Region.
    pub fn log(pair: &Pair) -> Self {
        let id = format!("{}/{}", pair.0, pair.1);
        let (account, region) = (Some(pair.0.clone()), Some(pair.1.clone()));
        Self { key: Key::Pair(pair.clone()), kind: "account_region", name: Some(id.clone()), id, account, region }
    }

    /// A copy job, under the account that it runs in and the Region of the vault that is known.
    pub fn copy_job(id: &JobId, account: Option<AccountId>, region: Option<Region>) -> Self {
        Self { key: Key::Job(id.clone()), kind: "copy_job", id: id.to_string(), account, region, name: None }
    }

    /// A backup plan.
    pub fn plan(arn: &PlanArn, name: Option<&String>) -> Self {
        let (account, region) = (arn.account(), arn.region());
        let name = name.cloned().or_else(|| Some(arn.id().to_owned()));
        Self { key: Key::Plan(arn.clone()), kind: "plan", id: arn.to_string(), account, region, name }
    }

    /// A rule of a backup plan.
    pub fn plan_rule(arn: &PlanArn, name: &str) -> Self {
        let (account, region) = (arn.account(), arn.region());
        let id = format!("{arn}#{name}");
        Self {
            key: Key::Rule(arn.clone(), name.to_owned()),
            kind: "plan_rule",
            id,
            account,
            region,
            name: Some(name.into()),
        }
    }

    /// Whatever kind of entity, under the account and Region whose log shows what happens to it.
    pub fn entity(kind: &'static str, id: &str, pair: Option<&Pair>) -> Self {
        let name = Some(last_part(id).to_owned());
        let (account, region) = pair.cloned().unzip();
        Self { key: Key::Entity(kind, id.to_owned()), kind, id: id.to_owned(), account, region, name }
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
}
