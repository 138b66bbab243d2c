//! What controls ask of one policy: what is denied to everybody, and who from outside may act.

use super::condition::{Condition, Operator, Test};
use super::document::{Effect, Listed, Policy, Statement};
use super::pattern::Pattern;
use super::principal::{Boundary, Known, Named, PrincipalRef, Principals};
use super::{Answer, Cited, Reach, Request};
use crate::arn::{AccountId, Arn};
use std::collections::BTreeSet;

/// What AWS Config's `backup-recovery-point-manual-deletion-disabled` wants denied.
/// <https://docs.aws.amazon.com/config/latest/developerguide/backup-recovery-point-manual-deletion-disabled.html>
pub const MANUAL_DELETION: [&str; 3] =
    ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"];

/// Whether AWS Backup rejects an action that another account asks of a vault, whatever the vault's access policy says: all
/// but copying into it. What a RAM share or a restore access vault lets others do does not go through the access policy.
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html>
pub fn rejected_across_accounts(action: &str) -> bool {
    let action = action.to_lowercase();
    action.starts_with("backup:") && action != "backup:copyintobackupvault"
}

/// What a policy denies to everybody on every resource, of the actions asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The statements that deny one of them at least.
    pub denials: Vec<Denial>,
    /// Actions that no statement surely denies to everybody but those exempted.
    pub missing: Vec<String>,
}

/// A statement that denies to everybody, but for exemptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The statement.
    pub statement: Cited,
    /// Those of the actions that it denies.
    pub actions: Vec<String>,
    /// Whether it denies all of the actions: AWS Config wants that of a single statement.
    pub all: bool,
    /// Whom it leaves out: whoever any of these names.
    pub exempt: Vec<Exemption>,
    /// What else narrows it, as written: conditions that do not name callers, elements that the language does not have.
    /// With any of these it is not sure to deny.
    pub narrowed: Vec<String>,
}

/// Callers that a statement leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// As written: `NotPrincipal`, `ArnNotEquals aws:PrincipalArn`.
    pub by: String,
    /// As written. Under `StringNotEquals` a `*` is a character like any other, so `AROAEXAMPLE:*` leaves nobody out.
    pub values: Vec<String>,
}

impl Guard {
    /// The Deny that AWS Config calls suitable: one statement that surely denies all, but to those exempted.
    pub fn suitable(&self) -> Option<&Denial> {
        self.denials.iter().find(|denial| denial.all && denial.narrowed.is_empty())
    }
}

/// Somebody from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outsider {
    /// Who.
    pub principal: PrincipalRef,
    /// Whether they are outside; `Possibly` where the organization's accounts are not known.
    pub outside: Reach,
    /// What the policy lets them: `Surely` or `Possibly`.
    pub answer: Answer,
    /// AWS Backup rejects the request all the same: [`rejected_across_accounts`].
    pub rejected: bool,
}

impl Policy {
    /// What is denied to everybody: Deny statements on `Resource` `*` for `Principal` `*`, or for all but some
    /// (`NotPrincipal`). A statement that exempts everybody is none.
    pub fn guard(&self, actions: &[&str]) -> Guard {
        let denials: Vec<Denial> = self.statements.iter().filter_map(|s| self.denial(s, actions)).collect();
        let sure = |action: &str| {
            denials.iter().any(|denial| denial.narrowed.is_empty() && denial.actions.iter().any(|own| own == action))
        };
        let missing = actions.iter().filter(|action| !sure(action)).map(|action| (*action).to_owned()).collect();
        Guard { denials, missing }
    }

    fn denial(&self, statement: &Statement, asked: &[&str]) -> Option<Denial> {
        let rule = &statement.rule;
        let everywhere = match rule.resources.as_ref()? {
            Listed::Only(list) => list.iter().any(|text| Pattern::glob(text).covers(&Pattern::any())),
            Listed::Except(list) => list.is_empty(),
        };
        let mut exempt = match &rule.principals {
            Principals::Only(list) if list.contains(&Named::Anyone) => Vec::new(),
            Principals::Except(list) if !list.contains(&Named::Anyone) => {
                vec![Exemption { by: "NotPrincipal".to_owned(), values: list.iter().map(Named::to_string).collect() }]
            }
            _ => return None,
        };
        let actions: Vec<String> = asked.iter().filter(|a| names(&rule.actions, a)).map(|a| (*a).to_owned()).collect();
        if rule.effect != Effect::Deny || !everywhere || actions.is_empty() {
            return None;
        }
        let unknown = rule.unknown.iter().chain(&self.unknown);
        let mut narrowed: Vec<String> = unknown.map(|name| format!("unknown element {name}")).collect();
        for condition in &rule.conditions {
            let written = format!("{} {}", condition.written, condition.key);
            match exempts(condition) {
                Some(true) => return None,
                Some(false) => exempt.push(Exemption { by: written, values: condition.values.clone() }),
                None => narrowed.push(written),
            }
        }
        let statement = Cited {
            statement: statement.index,
            sid: statement.sid.clone(),
            effect: Effect::Deny,
            applies: if narrowed.is_empty() { Reach::Surely } else { Reach::Possibly },
        };
        Some(Denial { statement, all: actions.len() == asked.len(), actions, exempt, narrowed })
    }

    /// Who from outside may do something: the principals that statements allow or that their conditions name, and anybody
    /// outside where a statement allows everyone. Services are no outsiders.
    pub fn outsiders(&self, action: &str, resource: Option<&str>, known: &Known, boundary: Boundary) -> Vec<Outsider> {
        let allows = self.statements.iter().filter(|statement| statement.rule.effect == Effect::Allow);
        let found: BTreeSet<PrincipalRef> = allows.flat_map(|statement| granted(statement, boundary)).collect();
        let rejected = rejected_across_accounts(action);
        let outsider = |principal: PrincipalRef| {
            let outside = outside(&principal, known, boundary);
            let rejected = rejected && principal.account().as_ref() != Some(&known.owner);
            let answer = self.allows(&Request::new(principal.clone(), action, resource), known);
            (outside.min(answer.reach) > Reach::Not).then_some(Outsider { principal, outside, answer, rejected })
        };
        found.into_iter().filter_map(outsider).collect()
    }
}

/// Whether somebody is outside.
pub(super) fn outside(principal: &PrincipalRef, known: &Known, boundary: Boundary) -> Reach {
    match principal.account() {
        Some(account) => !known.inside(&account, boundary),
        None if matches!(principal, PrincipalRef::Service(_)) => Reach::Not,
        None => Reach::Surely,
    }
}

/// Whom a statement may allow something, services left out.
pub(super) fn granted(statement: &Statement, boundary: Boundary) -> BTreeSet<PrincipalRef> {
    let anybody = match boundary {
        Boundary::Account => PrincipalRef::OutsideAccount,
        Boundary::Organization => PrincipalRef::OutsideOrganization,
    };
    let mut found = BTreeSet::new();
    match &statement.rule.principals {
        Principals::Only(list) => found.extend(list.iter().filter_map(|named| match named {
            Named::Account(account) => Some(PrincipalRef::Account(account.clone())),
            Named::Arn(arn) => Some(PrincipalRef::Arn(arn.clone())),
            Named::Deleted(_) | Named::Service(_) => None,
            Named::Anyone | Named::Federated(_) | Named::CanonicalUser(_) | Named::Unknown(..) => Some(anybody.clone()),
        })),
        Principals::Except(_) | Principals::Unstated => {
            found.insert(anybody.clone());
        }
    }
    if found.contains(&anybody) {
        found.extend(in_conditions(statement));
    }
    found
}

/// Accounts and principals that conditions name, positively or not.
pub(super) fn in_conditions(statement: &Statement) -> impl Iterator<Item = PrincipalRef> {
    statement.rule.conditions.iter().flat_map(|condition| {
        let key = condition.key.to_lowercase();
        condition.values.iter().filter_map(move |value| match key.as_str() {
            "aws:principalaccount" | "kms:calleraccount" => AccountId::parse(value).map(PrincipalRef::Account),
            "aws:principalarn" if value.contains(['*', '?', '$']) => {
                Arn::parse(value).and_then(|arn| arn.account_id()).map(PrincipalRef::Account)
            }
            "aws:principalarn" => Arn::parse(value).map(|_| PrincipalRef::Arn(value.clone())),
            _ => None,
        })
    })
}

/// Whether `Action` or `NotAction` takes an action in.
fn names(list: &Listed, action: &str) -> bool {
    super::listed(list, &Pattern::exact(action).fold(), |text| Pattern::glob(text).fold()) == Reach::Surely
}

/// Whether a condition of a Deny does no more than leave out callers; `Some(true)`: all of them.
fn exempts(condition: &Condition) -> Option<bool> {
    let operator = condition.operator?;
    let key = condition.key.to_lowercase();
    if condition.values.iter().any(|value| value.contains("${")) {
        return None;
    }
    match operator {
        Operator { set: None, test: Test::Equals | Test::EqualsIgnoreCase, negated: true, .. }
            if names_caller(&key) =>
        {
            Some(false)
        }
        Operator { set: None, test: Test::Like, negated: true, .. } if names_caller(&key) => {
            Some(condition.values.iter().any(|v| Pattern::glob(v).covers(&Pattern::any())))
        }
        Operator { set: None, test: Test::Arn, negated: true, .. } if key == "aws:principalarn" => {
            // Whether a bare `*` matches an ARN is not documented; a Deny that may spare everybody is no guard.
            let any = Pattern::glob("arn:*:*:*:*:*");
            let all = |v: &String| Pattern::glob(v).covers(&any) || Pattern::glob(v).matches_arn(&any) == Reach::Surely;
            Some(condition.values.iter().any(all))
        }
        Operator { set: None, test: Test::Bool, negated: false, .. } if key == "aws:principalisawsservice" => {
            (condition.values == ["false"]).then_some(false)
        }
        _ => None,
    }
}

/// Keys that say who calls, and nothing of the request.
fn names_caller(key: &str) -> bool {
    matches!(
        key,
        "aws:principalarn"
            | "aws:userid"
            | "aws:username"
            | "aws:principalaccount"
            | "aws:principalorgid"
            | "aws:principalservicename"
    ) || key.starts_with("aws:principaltag/")
}
