//! LOG-01: the log of every account and Region that matters covers the window. Everything said of an absence stands on it.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{AccountId, Region};
use crate::coverage::Pair;
use crate::evidence::{Grade, Stretch};
use crate::instant;
use crate::status::Severity;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Accounts and Regions that occur, and required accounts in required Regions (in all that occur where none is required).
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let mut pairs = context.world.pairs();
    let accounts: BTreeSet<AccountId> = stated(context, "required_accounts").map(AccountId::new).collect();
    let regions: BTreeSet<Region> = stated(context, "required_regions").map(Region::new).collect();
    let occurring: BTreeSet<Region> = pairs.iter().map(|(_, region)| region.clone()).collect();
    let known: BTreeSet<AccountId> = pairs.iter().map(|(account, _)| account.clone()).collect();
    let in_accounts = if accounts.is_empty() && !regions.is_empty() { &known } else { &accounts };
    let in_regions = if regions.is_empty() { &occurring } else { &regions };
    for account in in_accounts {
        // A required account that has some log is judged where it has it; one that has none, everywhere.
        if regions.is_empty() && known.contains(account) {
            continue;
        }
        pairs.extend(in_regions.iter().map(|region| (account.clone(), region.clone())));
    }
    let scope = &context.policy.scope;
    pairs.iter().filter(|(account, region)| scope.holds(Some(account), Some(region))).map(Subject::log).collect()
}

fn stated<'a>(context: &Context<'a>, name: &str) -> impl Iterator<Item = &'a str> {
    context.params.list(name).unwrap_or_default().into_iter()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Pair(pair) = &subject.key else { return Judgement::not_applicable("no_subjects", "The log is not known.") };
    let from = view.window();
    match view.covered(Some(pair), from) {
        Ok(covered) => match Proof::absence(covered, "the log is whole") {
            Some(proof) => Judgement::compliant("covered", "The log covers the window.", &proof),
            None => no_log(pair, view),
        },
        Err(_) if view.of.world.coverage.stretches(pair, from, view.now()).is_empty() => no_log(pair, view),
        Err(_) => holes(pair, view),
    }
}

fn holes(pair: &Pair, view: &View<'_>) -> Judgement {
    let holes = view.of.world.coverage.holes(pair, view.window(), view.now());
    let missing = holes.iter().map(|run| Stretch {
        account: pair.0.clone(),
        region: pair.1.clone(),
        from: run.from,
        to: run.to,
        grade: Grade::Missing,
    });
    let Some(proof) = missing.map(|s| Proof::hole(s, "nothing vouches for this stretch")).reduce(|a, b| a.with(Some(b))) else {
        return no_log(pair, view);
    };
    let longest = holes.iter().max_by_key(|run| run.to - run.from);
    let said = longest.map_or_else(String::new, |run| {
        format!("{} from {} to {}", instant::say(run.to - run.from), instant::show(run.from), instant::show(run.to))
    });
    let message = match holes.len() {
        1 => format!("The log has a hole: {said}."),
        n => format!("The log has {n} holes; the longest is {said}."),
    };
    let limit = view.of.params.int("max_gap_minutes").unwrap_or(60);
    let broken = view.of.world.coverage.broken(pair);
    let proven = holes.iter().any(|hole| broken.iter().any(|run| run.from <= hole.to && hole.from <= run.to));
    Judgement::non_compliant("gap", message, &proof)
        .severity(if proven { Severity::High } else { Severity::Medium })
        .observed("holes", holes.len())
        .expected("max_gap_minutes", limit)
}

fn no_log(pair: &Pair, view: &View<'_>) -> Judgement {
    let lists = |name: &str, id: &str| view.of.params.list(name).is_some_and(|list| list.contains(&id));
    let required = lists("required_accounts", pair.0.as_str()) || lists("required_regions", pair.1.as_str());
    let whole = Stretch {
        account: pair.0.clone(),
        region: pair.1.clone(),
        from: view.window(),
        to: view.now(),
        grade: Grade::Missing,
    };
    let message = format!("There is no log of {} in {} in the window.", pair.0, pair.1);
    Judgement::non_compliant("no_log", message, &Proof::hole(whole, "no event of this account and Region"))
        .severity(if required { Severity::High } else { Severity::Medium })
}
