//! APR-04: the team of a vault is shared with the account that owns the vault.

use super::judgement::{Judgement, Proof};
use super::policy::{self, Answer, principal_account};
use super::subject::{Key, Subject};
use super::teams;
use super::view::{Context, View};
use crate::arn::{AccountId, Arn, TeamArn};
use crate::evidence::Evidence;
use crate::facts::words::Association;
use crate::instant::{self, Instant};
use crate::timeline::Timeline;
use crate::world::approval::Team;
use crate::world::share::Share;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Every team with every account that owns a vault of it, or must ask it for access; the team alone where these are not stated.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let mut grants: BTreeSet<(TeamArn, Option<AccountId>)> = BTreeSet::new();
    let recovery = context.params.flag("require_recovery_accounts");
    let not_stated = recovery && context.policy.recovery_accounts.is_none();
    let listed = context.policy.recovery_accounts.iter().flatten().filter(|_| recovery);
    let listed: Vec<AccountId> = listed.filter_map(|entry| AccountId::parse(&entry.id)).collect();
    for vault in context.world.vaults.values() {
        for team in vault.team.spans().iter().filter_map(|span| span.value.clone().flatten()) {
            let accounts = vault.arn.account().into_iter().chain(listed.iter().cloned()).map(Some);
            grants.extend(accounts.chain(not_stated.then_some(None)).map(|account| (team.clone(), account)));
        }
    }
    let scope = &context.policy.scope;
    let judged = grants.into_iter().filter(|(team, _)| scope.holds(team.account().as_ref(), None));
    let named = judged.map(|(team, account)| match account {
        Some(account) => Subject::team_grant(&team, &account),
        None => Subject::team(&team, None),
    });
    named.collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let (arn, account) = match &subject.key {
        Key::TeamGrant(arn, account) => (arn, Some(account)),
        Key::Team(arn) => (arn, None),
        _ => return Judgement::insufficient("share_unknown", "The team is not known."),
    };
    if account.is_some() && arn.account().as_ref() == account {
        return Judgement::not_applicable("same_account", "The team belongs to the account itself.");
    }
    let team = view.of.world.teams.get(arn);
    if let Some(answer) = team.and_then(|team| teams::lifetime(team, view)) {
        return answer;
    }
    let Some(needed) = needed(arn, account, view) else {
        let message = "No vault of the account has this team.";
        return Judgement::not_applicable("not_associated", message);
    };
    let Some(account) = account else {
        let message = "With which recovery accounts the team must be shared is not stated: list them under [authorized] recovery_accounts.";
        return Judgement::insufficient("policy_not_stated", message).citing_all(&needed);
    };
    let mut ended = None;
    let mut stale = None;
    for share in view.of.world.shares.values() {
        match held(share, arn, account, view) {
            Held::Yes(proof) => {
                let message = format!("The team is shared with {account}.");
                return Judgement::compliant("shared", message, &proof.with(Some(needed)));
            }
            Held::Stale(judgement) => stale = stale.or(Some(judgement)),
            Held::Ended(at, evidence) => ended = ended.max(Some((at, evidence))),
            Held::No => {}
        }
    }
    if let Some(stale) = stale {
        return *stale;
    }
    if let Some((at, evidence)) = ended {
        let message = format!("The team was no longer shared with {account} at {}.", instant::show(at));
        let shares = view.of.world.shares.values().filter_map(|share| share.resources.get(arn.as_str()).zip(share.principals.get(account.as_str())));
        let begun = shares.flat_map(|(resource, holder)| [resource.spans().first(), holder.spans().first()]).flatten();
        let begun = Proof::all(begun.map(|span| (span.evidence, "the share".to_owned())));
        let proof = Proof::shown(evidence, "end of the share").with(Some(needed)).with(begun);
        return Judgement::non_compliant("share_removed", message, &proof);
    }
    never(arn, team, account, needed, view)
}

/// What shows that the account needs the team now: a vault of it that has the team, or the policy; without an account, a vault.
fn needed(team: &TeamArn, account: Option<&AccountId>, view: &View<'_>) -> Option<Proof> {
    let recovery = view.of.policy.recovery_accounts.as_deref().filter(|_| view.of.params.flag("require_recovery_accounts"));
    for end in policy::expiries(recovery) {
        view.changes_at(end);
    }
    let any = account.is_none_or(|id| policy::account_on(recovery, id.as_str(), view.now()) == Answer::Yes);
    let mut proof = None;
    for vault in view.of.world.vaults.values().filter(|v| any || v.arn.account().as_ref() == account) {
        let gone = view.look(&vault.exists).is_some_and(|span| span.value == Some(false));
        let span = view.look(&vault.team).filter(|span| span.value.as_ref().and_then(Option::as_ref) == Some(team));
        if let Some(span) = span.filter(|_| !gone) {
            proof = proof.or(Some(Proof::shown(span.evidence, "the vault has this team")));
        }
    }
    proof
}

/// How a share gives the team to an account.
enum Held {
    Yes(Proof),
    Stale(Box<Judgement>),
    Ended(Instant, Evidence),
    No,
}

fn held(share: &Share, team: &TeamArn, account: &AccountId, view: &View<'_>) -> Held {
    let Some(resource) = share.resources.get(team.as_str()) else { return Held::No };
    let mut answer = Held::No;
    for (principal, line) in &share.principals {
        let covers = covers(principal, account, view);
        if covers == Covers::No {
            continue;
        }
        let gone = end(resource, view).or_else(|| end(line, view));
        if let Some((at, evidence)) = gone {
            // An organization's other share may still hold; the last end counts.
            answer = match answer {
                Held::Stale(_) => answer,
                _ => Held::Ended(at, evidence),
            };
            continue;
        }
        let pair = share.pair();
        let inside = view.state(resource, pair.as_ref(), "the team is in the share");
        let state = view.state(line, pair.as_ref(), format!("{principal} holds the share"));
        let (Some((_, first)), Some((_, second))) = (inside.last_known(), state.last_known()) else { continue };
        match inside.stale("The share").or_else(|| state.stale("The share")) {
            Some(stale) => answer = Held::Stale(Box::new(stale)),
            None if covers == Covers::Perhaps => answer = Held::Stale(perhaps(principal, account, &first.with(Some(second)))),
            None => return Held::Yes(first.with(Some(second))),
        }
    }
    answer
}

fn end(line: &Timeline<Association>, view: &View<'_>) -> Option<(Instant, Evidence)> {
    let span = view.look(line)?;
    span.value.as_ref().is_some_and(|state| !state.is_in()).then_some((span.from, span.evidence))
}

/// A share with an organization or a unit that may hold the account.
fn perhaps(principal: &str, account: &AccountId, proof: &Proof) -> Box<Judgement> {
    let message = format!(
        "The team is in a share with {principal}, and whether {account} belongs to that is not known: list the organization's accounts \
         under [organization], or share the team with the account itself."
    );
    Box::new(Judgement::insufficient("share_unknown", message).citing_all(proof))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Covers {
    Yes,
    Perhaps,
    No,
}

/// Whether a principal is the account, or its organization; of units it is not known which of its accounts they hold.
fn covers(principal: &str, account: &AccountId, view: &View<'_>) -> Covers {
    if principal_account(principal).as_ref() == Some(account) {
        return Covers::Yes;
    }
    let Some(arn) = Arn::parse(principal).filter(|arn| arn.service == "organizations") else { return Covers::No };
    let stated = view.of.policy.organization.as_ref();
    let member = stated.is_some_and(|inside| inside.contains_key(account)) || view.of.world.members.contains_key(account);
    match (member, stated) {
        (true, _) if arn.resource.starts_with("organization/") => Covers::Yes,
        (false, Some(_)) => Covers::No,
        _ => Covers::Perhaps,
    }
}

/// No share with the account is known: an absence if the team owner's log is whole since the team was made.
fn never(arn: &TeamArn, team: Option<&Team>, account: &AccountId, needed: Proof, view: &View<'_>) -> Judgement {
    let what = "Whether the team is shared with the account cannot be known; add `aws ram get-resource-share-associations` of the team's owner to the snapshot";
    let made = team.and_then(|team| team.first_seen).map(|(_, evidence)| Proof::shown(evidence, "the team"));
    let whole = team.and_then(|team| team.created).map(|created| view.covered(arn.pair().as_ref(), created));
    if let Some(Ok(covered)) = whole {
        let message = format!("The team was never shared with {account}.");
        let proof = needed.with(Proof::absence(covered, "no share with the account")).with(made);
        return Judgement::non_compliant("not_shared", message, &proof);
    }
    if let Some(listed) = listed(arn, account, view) {
        let message = format!("The team is not shared with {account}: no share of its owner gives it the team.");
        return Judgement::non_compliant("not_shared", message, &needed.with(Some(listed)).with(made));
    }
    match whole {
        Some(Err(hole)) => Judgement::gap("share_unknown", what, &hole).citing_all(&needed),
        _ => Judgement::insufficient("share_unknown", format!("{what}.")).citing_all(&needed),
    }
}

/// A complete list of who is in any share of the team's owner that is recent enough, or since which the log is whole.
fn listed(arn: &TeamArn, account: &AccountId, view: &View<'_>) -> Option<Proof> {
    let pair = arn.pair()?;
    let gap = view.of.world.coverage.terms().max_gap;
    let lists = view.of.world.all_principals.get(&pair)?;
    let after = lists.partition_point(|(at, _)| *at <= view.now());
    if let Some((next, _)) = lists.get(after) {
        view.changes_at(*next);
    }
    let (at, evidence) = *lists.get(after.checked_sub(1)?)?;
    let shown = Proof::shown(evidence, "everybody in a share of the team's owner");
    // What a share that names the account holds has to be known as well.
    let names = |share: &&Share| {
        share.pair().as_ref() == Some(&pair)
            && share.principals.iter().any(|(principal, line)| {
                let state = view.look(line).filter(|_| covers(principal, account, view) != Covers::No);
                state.is_some_and(|span| span.value.as_ref().is_none_or(Association::is_in))
            })
    };
    let naming: Vec<&Share> = view.of.world.shares.values().filter(names).collect();
    let mut shown = shown;
    for share in naming {
        for (known, _) in &share.resources_known {
            view.changes_at(*known);
        }
        let known = share.resources_known.iter().rev().find(|(known, _)| *known >= at - gap && *known <= view.now())?;
        shown = shown.and(known.1, "everything in a share that names the account");
    }
    if view.within(at, gap) {
        return Some(shown);
    }
    let covered = view.covered(Some(&pair), at).ok()?;
    Some(shown.with(Proof::absence(covered, "no share since")))
}
