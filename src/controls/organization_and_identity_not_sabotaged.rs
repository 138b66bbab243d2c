//! DEL-05: nobody takes an account out of its organization, its guard rails or its approvers away, or acts as root.

use super::air_gapped;
use super::guarding;
use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::AccountId;
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::PolicyText;
use crate::facts::guards::GuardCall;
use crate::facts::words::VaultKind;
use crate::instant::{self, Instant};
use crate::world::organizations::policy::Policy;
use crate::world::{Happened, World};
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

const ORGANIZATIONS: &str = "organizations.amazonaws.com";
const SOURCES: [&str; 3] = [ORGANIZATIONS, "multi-party-approval.amazonaws.com", "sso.amazonaws.com"];

/// Services whose trust in the organization sharing, backups and approval need.
const NEEDED: [&str; 4] =
    ["backup.amazonaws.com", "cloudtrail.amazonaws.com", "ram.amazonaws.com", "sso.amazonaws.com"];

type Call = Happened<GuardCall>;

/// Accounts that own a vault or an approval team, the management accounts of organizations that are known, accounts in whose
/// log such a call occurs, and those that were removed.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let world = context.world;
    let mut accounts = owners(world);
    accounts.extend(world.teams.keys().filter_map(crate::arn::TeamArn::account));
    accounts.extend(world.organizations.keys().cloned());
    for ((account, source), calls) in &world.guard_calls {
        for call in calls.iter().filter(|call| SOURCES.contains(&source.as_str()) && guarding::was_done(&call.what)) {
            match removed(call) {
                Some(id) => accounts.extend([id]),
                None if !matches!(weigh(call, world), Weighed::Fine) => accounts.extend(account.clone()),
                None => {}
            }
        }
    }
    let scope = &context.policy.scope;
    accounts.iter().filter(|id| scope.holds(Some(id), None)).map(|id| Subject::account(id, context)).collect()
}

/// Accounts that own a backup vault.
fn owners(world: &World) -> BTreeSet<AccountId> {
    let vaults = world.vaults.values().filter(|vault| vault.first_seen.is_some());
    let vaults = vaults.filter(|vault| air_gapped::kind(vault) != Some(&VaultKind::RestoreAccess));
    vaults.filter_map(|vault| vault.arn.account()).collect()
}

fn removed(call: &Call) -> Option<AccountId> {
    let is_removal = call.what.name == "RemoveAccountFromOrganization";
    is_removal.then(|| account_in(call.what.target.as_deref()?)).flatten()
}

/// An account's id, or the ARN of an account of an organization (`…:account/o-…/111122223333`).
fn account_in(target: &str) -> Option<AccountId> {
    AccountId::parse(target.rsplit('/').next()?)
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Account(account) = &subject.key else {
        return Judgement::insufficient("coverage_gap", "The account is not known.");
    };
    let (world, from) = (view.of.world, view.window());
    let mut found: Vec<(Instant, Evidence, &'static str, String)> = Vec::new();
    let mut open = None;
    for call in against(account, view, from) {
        match weigh(call, world) {
            Weighed::Sabotage(code, what) => {
                let note = format!("{} by {}: {what}", call.what.name, call.what.actor.said());
                found.push((call.at, call.evidence, code, note));
            }
            Weighed::Unknown(note) => open = open.or(Some((call, note))),
            Weighed::Fine => {}
        }
    }
    if owners(world).contains(account) {
        let uses = world.root_uses.get(account).map(Vec::as_slice).unwrap_or_default();
        for used in view.happened(uses, from).iter().filter(|used| used.what.succeeded) {
            let note = format!("{} as root of the account", used.what.name);
            found.push((used.at, used.evidence, "root_used", note));
        }
    }
    if let Some(answer) = convict(&found) {
        let policies = found.iter().filter_map(|(_, evidence, ..)| policy_shown(*evidence, account, view));
        return policies.fold(answer, |answer, proof| answer.citing_all(&proof));
    }
    if let Some((call, note)) = open {
        let message = format!("{} at {}: {note}.", call.what.name, instant::show(call.at));
        return Judgement::insufficient("policy_unknown", message).citing(call.evidence, "cannot be judged");
    }
    acquit(account, view, from)
}

/// Calls in the window that count for an account: those in its log, and its own removal in another.
fn against<'w>(account: &AccountId, view: &View<'w>, from: Instant) -> Vec<&'w Call> {
    let mut all = Vec::new();
    for ((logged, source), calls) in &view.of.world.guard_calls {
        if !SOURCES.contains(&source.as_str()) {
            continue;
        }
        let own = logged.as_ref() == Some(account);
        // Only these of another log matter.
        if !own && !calls.iter().any(|call| removed(call).as_ref() == Some(account)) {
            continue;
        }
        let counts = |call: &&Call| match removed(call) {
            Some(id) => id == *account,
            None => own,
        };
        all.extend(view.happened(calls, from).iter().filter(|call| guarding::was_done(&call.what)).filter(counts));
    }
    all
}

enum Weighed {
    Fine,
    Sabotage(&'static str, String),
    Unknown(String),
}

fn weigh(call: &Call, world: &World) -> Weighed {
    let target = call.what.target.as_deref();
    let named = target.unwrap_or("an unnamed target").to_owned();
    let sabotage = |code, what: String| Weighed::Sabotage(code, what);
    match (call.what.source.as_str(), call.what.name.as_str()) {
        (ORGANIZATIONS, "LeaveOrganization") => sabotage("left_organization", "the account left its organization".into()),
        (ORGANIZATIONS, "DeleteOrganization") => sabotage("left_organization", "the organization is gone".into()),
        (ORGANIZATIONS, "RemoveAccountFromOrganization") => {
            sabotage("removed_from_organization", format!("{named} is no longer in the organization"))
        }
        (ORGANIZATIONS, "CloseAccount") => {
            let ends = target.and_then(account_in).and_then(|id| closure(&id, world));
            let until = ends.map(|at| format!("; an approval team can open its vaults until {}", instant::show(at)));
            sabotage("account_closed", format!("{named} is closed{}", until.unwrap_or_default()))
        }
        (ORGANIZATIONS, "DisableAWSServiceAccess") => match target {
            Some(service) if NEEDED.contains(&service) => sabotage("trust_removed", format!("{service} is no longer trusted")),
            Some(_) => Weighed::Fine,
            None => Weighed::Unknown("the record does not name the service".into()),
        },
        (ORGANIZATIONS, "DetachPolicy" | "DeletePolicy") => policy(target, world),
        ("multi-party-approval.amazonaws.com", _) => sabotage("identity_source_deleted", format!("{named} is gone")),
        ("sso.amazonaws.com", "DeleteInstance") => sabotage("identity_center_deleted", format!("{named} is gone")),
        _ => Weighed::Fine,
    }
}

/// When the post-closure period of an account ends.
fn closure(account: &AccountId, world: &World) -> Option<Instant> {
    world.accounts.get(account)?.post_closure_ends.spans().last()?.value?
}

/// A policy that guards backups: a backup policy, or a control policy that speaks of them.
fn policy(target: Option<&str>, world: &World) -> Weighed {
    let Some(id) = target.and_then(|target| target.rsplit('/').next()) else {
        return Weighed::Unknown("the record does not name the policy".into());
    };
    match world.policies.get(id).map(guards) {
        Some(Some(true)) => Weighed::Sabotage("guard_policy_removed", format!("{id} guards backups")),
        Some(Some(false)) => Weighed::Fine,
        _ if id.starts_with("p-Full") => Weighed::Fine,
        _ => {
            let advice = "add `aws organizations describe-policy` of it to the snapshot, or the log that made it";
            Weighed::Unknown(format!("what the policy {id} says is not known: {advice}"))
        }
    }
}

/// What shows the policy that a call takes away.
fn policy_shown(call: Evidence, account: &AccountId, view: &View<'_>) -> Option<Proof> {
    let calls = guarding::calls(view.of.world, account, ORGANIZATIONS);
    let at = calls.iter().find(|own| own.evidence == call)?;
    let id = at.what.target.as_deref()?.rsplit('/').next()?;
    let policy = view.of.world.policies.get(id)?;
    let text = policy.content.spans().iter().map(|span| span.evidence);
    Proof::all(policy.kind.as_ref().map(|(_, by)| *by).into_iter().chain(text).map(|by| (by, "the policy".to_owned())))
}

/// Services whose actions such a policy keeps.
const GUARDED: [&str; 6] = ["backup:", "ram:", "mpa:", "cloudtrail:", "kms:", "organizations:"];

/// Whether a policy guards backups; `None`: nobody knows what it says.
fn guards(policy: &Policy) -> Option<bool> {
    if policy.aws_managed.as_ref().is_some_and(|(managed, _)| *managed) {
        return Some(false);
    }
    let kind = policy.kind.as_ref().map(|(kind, _)| kind.as_str());
    match kind {
        Some("BACKUP_POLICY") => Some(true),
        Some("SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY") | None => {
            let texts = policy.content.spans().iter().filter_map(|span| span.value.as_ref());
            let read: Vec<&str> = texts
                .filter_map(|text| match text {
                    PolicyText::Document(text) => Some(text.as_str()),
                    PolicyText::Unreadable { .. } => None,
                })
                .collect();
            let speaks = |text: &str| text.contains("\"Deny\"") && (text.contains("\"*\"") || GUARDED.iter().any(|service| text.contains(service)));
            (!read.is_empty()).then(|| read.into_iter().any(speaks))
        }
        Some(_) => Some(false),
    }
}

fn convict(found: &[(Instant, Evidence, &'static str, String)]) -> Option<Judgement> {
    // Calls are told before what was done as root.
    let (at, _, code, note) = found.iter().max_by_key(|(at, evidence, code, _)| (*code != "root_used", *at, *evidence))?;
    let proof = Proof::all(found.iter().map(|(_, evidence, _, note)| (*evidence, note.clone())))?;
    let message = format!("{note}, at {}.", instant::show(*at));
    Some(Judgement::non_compliant(code, message, &proof).observed("calls", found.len()))
}

fn acquit(account: &AccountId, view: &View<'_>, from: Instant) -> Judgement {
    let outside = view.of.policy.organization.as_ref().is_some_and(|stated| !stated.contains_key(account));
    let management = guarding::management(view.of.world, account);
    if management.is_none() && !outside {
        let message = "No record says which organization the account belongs to, so that its removal could not be seen; add \
                       `aws organizations list-accounts` of the management account to the snapshot.";
        return Judgement::insufficient("management_unknown", message);
    }
    let more: Vec<Pair> = management.into_iter().chain([account]).map(guarding::global).collect();
    match view.all_covered(&guarding::logs(view.of.world, account, more), from) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether the organization was sabotaged cannot be known", &hole),
        Ok(covered) => match Proof::absence(covered, "no such call") {
            Some(proof) => {
                let proof = proof.with(guarding::management_shown(view.of.world, account));
                Judgement::compliant("not_sabotaged", "The account, its organization and its approvers are untouched.", &proof)
            }
            None => Judgement::insufficient("coverage_gap", "No log is known that could show such a call."),
        },
    }
}
