//! SHR-03: nobody without authority shares a LAG vault or its approval team, or asks for access, or tries to.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::policy::{Answer, account_on, actor_on, is_organization, principal_account};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{AccountId, Arn, ShareArn, TeamArn, VaultArn};
use crate::coverage::Pair;
use crate::facts::calls::ShareCall;
use crate::facts::words::VaultKind;
use crate::record::refusal::Refusal;
use crate::status::Severity;
use crate::world::{Happened, World};
use std::collections::{BTreeMap, BTreeSet};

pub use super::nothing_to_check as check;

/// Accounts that own an air-gapped vault or an approval team.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let owned = guarded(context.world);
    let owners: BTreeSet<&AccountId> = owned.iter().map(|(account, _)| account).collect();
    let scope = &context.policy.scope;
    owners.into_iter().filter(|id| scope.holds(Some(id), None)).map(|id| Subject::account(id, context)).collect()
}

/// The logs in which calls on a guarded thing are seen: its owner's, in its Region.
fn guarded(world: &World) -> BTreeSet<Pair> {
    let vaults = world.vaults.values().filter(|v| air_gapped::kind(v) == Some(&VaultKind::AirGapped));
    let vaults = vaults.filter_map(crate::world::vault::Vault::pair);
    vaults.chain(world.teams.values().filter_map(crate::world::approval::Team::pair)).collect()
}

/// What is wrong with a call, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    UnknownTarget,
    Refused,
    Role,
    Account,
    Organization,
}

impl Wrong {
    fn code(self) -> &'static str {
        match self {
            Self::UnknownTarget => "denied_target_unknown",
            Self::Refused => "refused_attempt",
            Self::Role => "unauthorized_role",
            Self::Account => "unapproved_account",
            Self::Organization => "named_organization",
        }
    }
}

/// A call that is held against the account.
struct Attempt<'w> {
    call: &'w Happened<ShareCall>,
    wrong: Wrong,
    note: String,
}

impl Attempt<'_> {
    fn succeeded(&self) -> bool {
        self.call.what.refusal.is_none()
    }
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Account(owner) = &subject.key else {
        return Judgement::insufficient("coverage_gap", "The account is not known.");
    };
    let from = view.window();
    let mut attempts = Vec::new();
    let mut open = None;
    let calls = view.of.world.index.share_calls.get(owner).map(Vec::as_slice).unwrap_or_default();
    let call_of = |at: &Happened<usize>| view.of.world.share_calls.get(at.what);
    for call in view.so_far(calls, from).iter().filter_map(call_of) {
        match weigh(call, owner, view) {
            Weighed::Against(wrong, note) => attempts.push(Attempt { call, wrong, note }),
            Weighed::NotStated => open = open.or(Some(call)),
            Weighed::Fine => {}
        }
    }
    let threshold = usize::try_from(view.of.params.int("threshold").unwrap_or(1)).unwrap_or(1);
    let attempts = reaching(attempts, threshold);
    if let Some(answer) = against(&attempts, threshold, view) {
        match attempts.last().filter(|_| threshold <= 1) {
            Some(last) => view.leaves(from, last.call.at),
            None => {
                view.happened(calls, from);
            }
        }
        return answer;
    }
    view.awaits(calls, |at| call_of(at).is_some_and(|call| !matches!(weigh(call, owner, view), Weighed::Fine)));
    if let Some(call) = open {
        view.leaves(from, call.at);
    }
    if let Some(call) = open {
        let message = format!(
            "{} by {} shares with accounts, and whether it may is not stated: list them under [authorized] accounts and recovery_accounts.",
            call.what.name,
            call.what.actor.said()
        );
        return Judgement::insufficient("policy_not_stated", message).citing(call.evidence, "cannot be judged");
    }
    let owned = guarded(view.of.world);
    match view.all_covered(owned.iter().filter(|(account, _)| account == owner), from) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether anybody tried to share without authority cannot be known", &hole),
        Ok(covered) => match Proof::absence(covered, "no unauthorised share call") {
            Some(proof) => Judgement::compliant("no_attempts", "Nobody tried to share without authority.", &proof).observed("attempts", 0),
            None => Judgement::insufficient("coverage_gap", "No log is known that could show an attempt."),
        },
    }
}

/// Successes always count; refused calls from the threshold on, for each actor alone.
fn reaching(attempts: Vec<Attempt<'_>>, threshold: usize) -> Vec<Attempt<'_>> {
    let mut refused: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
    let actor = |a: &Attempt<'_>| (a.call.what.actor.principal.clone(), a.call.what.actor.session.clone());
    for attempt in attempts.iter().filter(|a| !a.succeeded()) {
        *refused.entry(actor(attempt)).or_default() += 1;
    }
    attempts.into_iter().filter(|a| a.succeeded() || refused.get(&actor(a)).is_some_and(|n| *n >= threshold)).collect()
}

fn against(attempts: &[Attempt<'_>], threshold: usize, view: &View<'_>) -> Option<Judgement> {
    let worst = attempts.iter().max_by_key(|a| (a.succeeded(), a.wrong))?;
    let proof = Proof::all(attempts.iter().map(|a| (a.call.evidence, a.note.clone())))?;
    let calls = attempts.iter().map(|a| &a.call.what);
    let shares = calls.filter_map(|call| call.share.clone().or_else(|| share_of_invitation(call, view.of.world)));
    let shares: BTreeSet<ShareArn> = shares.collect();
    let inside = shares.iter().filter_map(|arn| view.of.world.shares.get(arn)).flat_map(|share| &share.resources);
    let inside = inside.filter_map(|(resource, line)| Some((line.spans().first()?.evidence, format!("{resource} in the share"))));
    let proof = proof.with(Proof::all(inside));
    let succeeded = attempts.iter().filter(|a| a.succeeded()).count();
    let mut actors: Vec<String> = attempts.iter().map(|a| a.call.what.actor.said()).collect();
    actors.sort();
    actors.dedup();
    let severity = match (succeeded, worst.wrong) {
        (1.., _) => Severity::Critical,
        (0, Wrong::UnknownTarget) => Severity::Medium,
        (0, _) => Severity::High,
    };
    let calls = match attempts.len() {
        1 => "1 unauthorised share call".to_owned(),
        n => format!("{n} unauthorised share calls"),
    };
    let outcome = match succeeded {
        0 => "all refused".to_owned(),
        1 if attempts.len() == 1 => "and it went through".to_owned(),
        n => format!("{n} went through"),
    };
    let message = format!("{calls} by {}, {outcome}: {}.", actors.join("; "), worst.note);
    let judgement = Judgement::non_compliant(worst.wrong.code(), message, &proof).severity(severity);
    let judgement = judgement.observed("attempts", attempts.len()).observed("succeeded", succeeded).observed("actors", actors);
    Some(judgement.expected("threshold", threshold))
}

enum Weighed {
    Fine,
    NotStated,
    Against(Wrong, String),
}

/// Whether a call is held against `owner`, and what is wrong with it, worst first.
fn weigh(happened: &Happened<ShareCall>, owner: &AccountId, view: &View<'_>) -> Weighed {
    let call = &happened.what;
    if call.actor.is_service || (call.refusal == Some(Refusal::Rejected) && is_noise(call)) {
        return Weighed::Fine;
    }
    let (touches, vault) = touches(call, owner, view.of.world);
    let refused = matches!(call.refusal, Some(Refusal::Denied | Refusal::NotPermitted));
    if !touches {
        let unknown = refused && !call.target_known && call.account.as_ref() == Some(owner);
        let note = || format!("{} refused, its target is not in the record", call.name);
        return if unknown { Weighed::Against(Wrong::UnknownTarget, note()) } else { Weighed::Fine };
    }
    let with = if vault { weigh_principals(happened, view) } else { Weighed::Fine };
    if matches!(with, Weighed::Against(..)) {
        return with;
    }
    if let Some(note) = unlisted_role(happened, view) {
        return Weighed::Against(Wrong::Role, note);
    }
    match call.refusal {
        Some(_) if refused => {
            Weighed::Against(Wrong::Refused, format!("{} refused: {}", call.name, call.error_code.as_deref().unwrap_or("denied")))
        }
        Some(_) => Weighed::Fine,
        None => with,
    }
}

/// With whom a vault was, or was to be, shared.
fn weigh_principals(happened: &Happened<ShareCall>, view: &View<'_>) -> Weighed {
    let call = &happened.what;
    let asks = call.name == "CreateRestoreAccessBackupVault";
    let did = match (asks, call.refusal.is_some()) {
        (true, _) => "access asked for by",
        (false, true) => "tried to share with",
        (false, false) => "shared with",
    };
    let principals = named(call);
    if let Some(whole) = principals.iter().find(|p| is_organization(p)) {
        return Weighed::Against(Wrong::Organization, format!("{did} {whole}"));
    }
    let list = if asks { &view.of.policy.recovery_accounts } else { &view.of.policy.accounts };
    let mut answer = Weighed::Fine;
    for principal in principals {
        let account = principal_account(&principal);
        match account_on(list.as_deref(), account.as_ref().map_or(principal.as_str(), AccountId::as_str), happened.at) {
            Answer::Yes => {}
            Answer::NotStated => answer = Weighed::NotStated,
            Answer::No | Answer::Expired(_) => {
                return Weighed::Against(Wrong::Account, format!("{did} {principal}, which is not approved"));
            }
        }
    }
    answer
}

/// A successful call that manages shares, by somebody who is not on the list of those who may.
fn unlisted_role(happened: &Happened<ShareCall>, view: &View<'_>) -> Option<String> {
    let call = &happened.what;
    let manages = matches!(call.name.as_str(), "CreateResourceShare" | "AssociateResourceShare" | "UpdateResourceShare");
    let role = actor_on(view.of.policy.share_roles.as_deref(), &call.actor, happened.at);
    let unlisted = manages && call.refusal.is_none() && matches!(role, Answer::No | Answer::Expired(_));
    unlisted.then(|| format!("{} by {}, which is not under [authorized] share_roles", call.name, call.actor.principal))
}

/// Failures that say nothing of intent.
fn is_noise(call: &ShareCall) -> bool {
    let code = call.error_code.as_deref().unwrap_or_default();
    ["Throttl", "ServerInternal", "ServiceUnavailable", "Internal", "RequestLimit"].iter().any(|noise| code.contains(noise))
}

/// Principals that a call names; accepting names the account that accepts.
fn named(call: &ShareCall) -> Vec<String> {
    if call.name == "AcceptResourceShareInvitation" {
        return call.account.iter().map(ToString::to_string).collect();
    }
    call.principals.clone()
}

/// Whether a call is about something that `owner` owns, and whether that is a vault.
fn touches(call: &ShareCall, owner: &AccountId, world: &World) -> (bool, bool) {
    let through = call.share.clone().or_else(|| share_of_invitation(call, world));
    let in_share = through.as_ref().and_then(|share| world.shares.get(share)).map(|s| s.resources.keys()).into_iter().flatten();
    let mut any = false;
    let mut vault = false;
    for target in call.targets.iter().chain(in_share) {
        let is_vault = VaultArn::parse(target).is_some_and(|arn| {
            world.vaults.get(&arn).is_none_or(|v| !matches!(air_gapped::kind(v), Some(VaultKind::Standard | VaultKind::RestoreAccess)))
        });
        let is_team = TeamArn::parse(target).is_some();
        if (is_vault || is_team) && Arn::parse(target).and_then(|a| a.account_id()).as_ref() == Some(owner) {
            any = true;
            vault |= is_vault;
        }
    }
    (any, vault)
}

fn share_of_invitation(call: &ShareCall, world: &World) -> Option<ShareArn> {
    let (share, _) = world.invitations.get(call.invitation.as_ref()?)?.share.clone()?;
    Some(share)
}
