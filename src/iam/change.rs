//! Whether one policy after another protects less.

use super::document::{Effect, Listed, Policy, Rule, Statement};
use super::pattern::Pattern;
use super::principal::{Boundary, Known, Named, PrincipalRef, Principals};
use super::query::{granted, in_conditions, outside};
use super::{Cited, Probe, Reach};
use std::collections::{BTreeMap, BTreeSet};

/// One way in which a policy protects less than the one before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weakening {
    /// In what way.
    pub change: Change,
    /// `Surely` or `Possibly`.
    pub reach: Reach,
    /// For whom; of a group, for some of it at least.
    pub principal: PrincipalRef,
    /// The actions, as the statement writes them; `NotAction …` for all but some.
    pub actions: Vec<String>,
    /// The statement: of the earlier policy where a Deny is lost, of the later one where an Allow is gained.
    pub statement: Cited,
}

/// More judgements than these would take seconds, and no policy of an honest hand needs them: then those whom other statements
/// name are not asked about one by one, and what an exemption newly spares shows as `Possibly` for its group.
const TOO_MANY: usize = 200_000;

/// In what way a policy protects less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// What was denied to somebody no longer is.
    DenyLost,
    /// Somebody outside is allowed what they were not.
    OutsiderAllowed,
}

/// How `after` protects less than `before`: for whom a Deny is gone, and who outside of `boundary` is newly allowed. `None`:
/// no policy. Statements that say the same are passed over whatever their names and order; what an equal Deny or Allow
/// elsewhere makes up for is left out. A conditional statement that is reworded is `Possibly` weaker. Services are asked about
/// where a policy names them.
pub fn weakenings(
    before: Option<&Policy>,
    after: Option<&Policy>,
    known: &Known,
    boundary: Boundary,
) -> Vec<Weakening> {
    let none = Policy { version: super::Version::V2012, statements: Vec::new(), unknown: Vec::new() };
    let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
    let mut everyone = BTreeSet::new();
    let statements = || before.statements.iter().chain(&after.statements);
    statements().for_each(|statement| everyone.extend(named(statement)));
    if everyone.len().saturating_mul(before.statements.len()).saturating_mul(after.statements.len()) > TOO_MANY {
        everyone.clear();
    }
    let mut found = Vec::new();
    for statement in left_out(before, after, Effect::Deny) {
        let spoken_to = affected(statement, &everyone, known);
        found.extend(compare(statement, spoken_to, |probe| {
            lost(before.applies(statement, probe, known), after.denies(probe, known), statement)
        }));
    }
    for statement in left_out(after, before, Effect::Allow) {
        let outsiders = granted(statement, boundary);
        let outsiders = outsiders.into_iter().filter(|principal| outside(principal, known, boundary) > Reach::Not);
        found.extend(compare(statement, outsiders, |probe| {
            let gained = gained(before.answer(probe, known).reach, after.answer(probe, known).reach);
            gained.min(outside(&probe.principal, known, boundary))
        }));
    }
    found.sort();
    found
}

/// Statements of `of` that `than` does not have.
fn left_out<'a>(of: &'a Policy, than: &'a Policy, effect: Effect) -> impl Iterator<Item = &'a Statement> {
    let same_language = of.version == than.version && of.unknown == than.unknown;
    let kept = move |rule: &Rule| {
        (same_language || (!has_variables(rule) && of.unknown.is_empty() && than.unknown.is_empty()))
            && than.statements.iter().any(|other| other.rule == *rule)
    };
    of.statements.iter().filter(move |statement| statement.rule.effect == effect && !kept(&statement.rule))
}

fn has_variables(rule: &Rule) -> bool {
    let resources = rule.resources.iter().flat_map(texts);
    resources.chain(rule.conditions.iter().flat_map(|condition| &condition.values)).any(|text| text.contains("${"))
}

fn texts(list: &Listed) -> &[String] {
    match list {
        Listed::Only(texts) | Listed::Except(texts) => texts,
    }
}

fn lost(before: Reach, after: Reach, statement: &Statement) -> Reach {
    let rule = &statement.rule;
    let understood = rule.unknown.is_empty()
        && rule.principals != Principals::Unstated
        && rule.conditions.iter().all(|condition| condition.operator.is_some());
    match (before, after) {
        (Reach::Not, _) | (_, Reach::Surely) => Reach::Not,
        (_, Reach::Not) if understood => Reach::Surely,
        _ => Reach::Possibly,
    }
}

fn gained(before: Reach, after: Reach) -> Reach {
    match (before, after) {
        (_, Reach::Not) | (Reach::Surely, _) => Reach::Not,
        (Reach::Not, Reach::Surely) => Reach::Surely,
        _ => Reach::Possibly,
    }
}

/// Every principal that a statement names.
fn named(statement: &Statement) -> Vec<PrincipalRef> {
    let mut found: Vec<PrincipalRef> = in_conditions(statement).collect();
    if let Principals::Only(list) | Principals::Except(list) = &statement.rule.principals {
        found.extend(list.iter().filter_map(|named| match named {
            Named::Account(account) => Some(PrincipalRef::Account(account.clone())),
            Named::Arn(arn) => Some(PrincipalRef::Arn(arn.clone())),
            Named::Service(service) => Some(PrincipalRef::Service(service.clone())),
            _ => None,
        }));
    }
    found
}

/// Whom a Deny speaks of: those named anywhere, and groups of which it takes in all.
fn affected(statement: &Statement, everyone: &BTreeSet<PrincipalRef>, known: &Known) -> BTreeSet<PrincipalRef> {
    let principals = &statement.rule.principals;
    let whole = matches!(principals, Principals::Only(_));
    let spoken_to = |who: &PrincipalRef| match (principals.include(who, known), who) {
        (Reach::Possibly, PrincipalRef::Account(_) | PrincipalRef::OutsideAccount) => !whole,
        (include, _) => include > Reach::Not,
    };
    let groups = [PrincipalRef::Account(known.owner.clone()), PrincipalRef::OutsideAccount];
    everyone.iter().cloned().chain(named(statement)).chain(groups).filter(spoken_to).collect()
}

/// Judges a statement for each principal, each of its actions and each of its resources.
fn compare(
    statement: &Statement,
    principals: impl IntoIterator<Item = PrincipalRef>,
    judge: impl Fn(&Probe) -> Reach,
) -> Vec<Weakening> {
    let actions = spans(Some(&statement.rule.actions), "NotAction");
    let resources = spans(statement.rule.resources.as_ref(), "NotResource");
    let mut found = Vec::new();
    for principal in principals {
        let mut worst = Reach::Not;
        let mut weaker = Vec::new();
        for (text, action) in &actions {
            let probe = |resource: &Pattern| Probe {
                principal: principal.clone(),
                action: action.clone().fold(),
                resource: resource.clone(),
                context: BTreeMap::new(),
            };
            let reach = resources.iter().map(|(_, resource)| judge(&probe(resource))).max().unwrap_or(Reach::Not);
            if reach > Reach::Not {
                worst = worst.max(reach);
                weaker.push(text.clone());
            }
        }
        if worst > Reach::Not {
            let statement = Cited {
                statement: statement.index,
                sid: statement.sid.clone(),
                effect: statement.rule.effect,
                applies: worst,
            };
            found.push(Weakening {
                change: change(statement.effect),
                reach: worst,
                principal,
                actions: weaker,
                statement,
            });
        }
    }
    found
}

fn change(effect: Effect) -> Change {
    match effect {
        Effect::Deny => Change::DenyLost,
        Effect::Allow => Change::OutsiderAllowed,
    }
}

/// What a list spans, piece by piece.
fn spans(list: Option<&Listed>, not: &str) -> Vec<(String, Pattern)> {
    match list {
        Some(Listed::Only(texts)) => texts.iter().map(|text| (text.clone(), Pattern::glob(text))).collect(),
        Some(Listed::Except(texts)) => vec![(format!("{not} {}", texts.join(", ")), Pattern::any())],
        None => vec![("*".to_owned(), Pattern::any())],
    }
}
