//! Resource policies of vaults, keys, approval teams and buckets: who may do what, surely, possibly or not.
//!
//! A resource policy is one side of a decision. `Surely` means that *this policy* surely lets whoever asks: no statement of it
//! is in the way whatever the rest of the request is. Whether they can act then hangs on what is not in it: a principal of
//! another account needs an identity policy of its own account too, one of the same account needs one where the policy names
//! the account only, and service control policies, permissions boundaries and session policies may deny. `Not` is final for
//! other accounts, and where a statement denies; within the resource's account an identity policy alone may allow what no
//! statement denies (not for KMS keys and approval teams, whose policies must allow).
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod change;
mod condition;
mod context;
mod document;
mod pattern;
mod principal;
mod query;

pub use change::{Change, Weakening, weakenings};
pub use condition::{Condition, Operator, Set, Test};
pub use document::{Effect, Listed, Policy, PolicyError, Rule, Statement, Version};
pub use pattern::Pattern;
pub use principal::{Boundary, Known, Named, PrincipalRef, Principals};
pub use query::{Denial, Exemption, Guard, MANUAL_DELETION, Outsider, rejected_across_accounts};

use std::collections::BTreeMap;

/// Three answers. Ordered, so that the least of several is "and" and the greatest "or".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// No.
    Not,
    /// For some but not all, or nobody knows.
    Possibly,
    /// Yes, for each.
    Surely,
}

impl std::ops::Not for Reach {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Not => Self::Surely,
            Self::Possibly => Self::Possibly,
            Self::Surely => Self::Not,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub principal: PrincipalRef,
    /// `backup:CopyIntoBackupVault`.
    pub action: String,
    /// The resource's ARN; `None`: any.
    pub resource: Option<String>,
    /// What is known of the request's condition keys, beside what follows from the principal. An empty list: surely absent.
    pub context: BTreeMap<String, Vec<String>>,
}

impl Request {
    /// A request of which no condition keys are known.
    pub fn new(principal: PrincipalRef, action: &str, resource: Option<&str>) -> Self {
        Self { principal, action: action.to_owned(), resource: resource.map(str::to_owned), context: BTreeMap::new() }
    }
}

/// What a policy says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it lets whoever asks.
    pub reach: Reach,
    /// The statements that decide: those that deny where the answer is no, else those that allow or may, and those that may
    /// deny. Empty where no statement speaks of the request.
    pub because: Vec<Cited>,
}

/// A statement in an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cited {
    /// Its place in the policy, from 0.
    pub statement: usize,
    /// Its name.
    pub sid: Option<String>,
    /// What it does where it applies.
    pub effect: Effect,
    /// Whether it applies.
    pub applies: Reach,
}

/// A request, or a group of them: any action and resource that a pattern matches.
#[derive(Debug, Clone)]
struct Probe {
    principal: PrincipalRef,
    /// Without case.
    action: Pattern,
    resource: Pattern,
    context: BTreeMap<String, Vec<String>>,
}

impl Policy {
    /// Whether the policy lets somebody do something. A statement that denies beats all that allow; one that may apply makes
    /// the answer `Possibly` on either side.
    pub fn allows(&self, request: &Request, known: &Known) -> Answer {
        self.answer(&Probe::of(request), known)
    }

    fn answer(&self, probe: &Probe, known: &Known) -> Answer {
        let cited = |statement: &Statement| Cited {
            statement: statement.index,
            sid: statement.sid.clone(),
            effect: statement.rule.effect,
            applies: self.applies(statement, probe, known),
        };
        let speaking: Vec<Cited> = self.statements.iter().map(cited).filter(|c| c.applies > Reach::Not).collect();
        let most =
            |effect| speaking.iter().filter(|c| c.effect == effect).map(|c| c.applies).max().unwrap_or(Reach::Not);
        let (allow, deny) = (most(Effect::Allow), most(Effect::Deny));
        let reach = allow.min(!deny);
        let because = match reach {
            Reach::Not => {
                speaking.into_iter().filter(|c| c.effect == Effect::Deny && c.applies == Reach::Surely).collect()
            }
            Reach::Possibly => speaking,
            Reach::Surely => speaking.into_iter().filter(|c| c.applies == Reach::Surely).collect(),
        };
        Answer { reach, because }
    }

    /// Whether the policy denies.
    fn denies(&self, probe: &Probe, known: &Known) -> Reach {
        let denies = |s: &&Statement| s.rule.effect == Effect::Deny;
        let applies = self.statements.iter().filter(denies).map(|s| self.applies(s, probe, known));
        applies.max().unwrap_or(Reach::Not)
    }

    /// Whether a statement applies.
    fn applies(&self, statement: &Statement, probe: &Probe, known: &Known) -> Reach {
        let rule = &statement.rule;
        let action = listed(&rule.actions, &probe.action, |text| Pattern::glob(text).fold());
        let resource = rule.resources.as_ref().map_or(Reach::Surely, |list| {
            listed(list, &probe.resource, |text| match self.version {
                Version::V2008 => Pattern::glob(text),
                _ => Pattern::with_variables(text, true, |key| condition::variable(key, probe, known)),
            })
        });
        let mut reach = action.min(resource);
        if reach > Reach::Not {
            reach = reach.min(rule.principals.include(&probe.principal, known));
        }
        for condition in &rule.conditions {
            if reach > Reach::Not {
                reach = reach.min(condition.holds(probe, known, &self.version));
            }
        }
        let understood = rule.unknown.is_empty() && self.unknown.is_empty();
        if understood { reach } else { reach.min(Reach::Possibly) }
    }
}

impl Probe {
    fn of(request: &Request) -> Self {
        Self {
            principal: request.principal.clone(),
            action: Pattern::exact(&request.action).fold(),
            resource: request.resource.as_deref().map_or_else(Pattern::any, Pattern::exact),
            context: request.context.clone(),
        }
    }
}

fn listed(list: &Listed, value: &Pattern, read: impl Fn(&str) -> Pattern) -> Reach {
    let matches = |texts: &[String]| texts.iter().map(|text| read(text).matches(value)).max().unwrap_or(Reach::Not);
    match list {
        Listed::Only(texts) => matches(texts),
        Listed::Except(texts) => !matches(texts),
    }
}
