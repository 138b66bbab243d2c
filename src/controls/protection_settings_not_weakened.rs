//! DEL-04: nobody weakens what protects and watches backups: locks, access policies, notifications, plans, audits, settings.

use super::air_gapped;
use super::guarding::{self, changed, is_told};
use super::judgement::{Judgement, Proof};
use super::policy::{self, Answer};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{AccountId, ResourceArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::Notifications;
use crate::facts::guards::GuardCall;
use crate::facts::words::VaultKind;
use crate::iam::{self, Boundary, Policy, Reach, Weakening, weakenings};
use crate::instant::{self, Instant};
use crate::status::Severity;
use crate::world::vault::Vault;
use crate::world::{Happened, Resource, World};
use chrono::Duration;
use serde_json::Value;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

const SOURCE: &str = "backup.amazonaws.com";

/// Within this time of a weakening a deletion by the same hand belongs to it.
const SOON: Duration = Duration::hours(24);

type Call = Happened<GuardCall>;

/// Accounts that own a backup vault, and those in whose log such a call occurs.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let holding = air_gapped::in_scope(context).filter(|v| air_gapped::kind(v) != Some(&VaultKind::RestoreAccess));
    let owners = holding.filter_map(|vault| vault.arn.account());
    let called = context.world.guard_calls.iter().filter(|((_, source), calls)| {
        source == SOURCE && calls.iter().any(|call| call.what.name != "DeleteBackupVault" && guarding::was_done(&call.what))
    });
    let called = called.filter_map(|((account, _), _)| account.clone());
    let accounts: BTreeSet<AccountId> = owners.chain(called).collect();
    let scope = &context.policy.scope;
    accounts.iter().filter(|id| scope.holds(Some(id), None)).map(|id| Subject::account(id, context)).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Account(account) = &subject.key else {
        return Judgement::insufficient("coverage_gap", "The account is not known.");
    };
    let from = view.window();
    let allowed = view.of.params.list("allow_roles").map(|listed| policy::roles(&listed));
    let (mut found, mut open) = (Vec::new(), None);
    let mut unstated: Option<(&Call, Judgement)> = None;
    let calls = guarding::calls(view.of.world, account, SOURCE);
    let answer = |call: &Call| policy::actor_on(allowed.as_deref(), &call.what.actor, call.at);
    let counts = |call: &Call| guarding::was_done(&call.what) && answer(call) != Answer::Yes;
    for call in view.so_far(calls, from).iter().filter(|call| counts(call)) {
        match weigh(call, view) {
            Weighed::Weaker(_, note, _) if answer(call) == Answer::NotStated => {
                // All of them are cited: together with others they are an incident.
                unstated = match unstated {
                    Some((first, judgement)) => Some((first, judgement.citing(call.evidence, note))),
                    None => Some((call, not_stated(call, &note))),
                };
            }
            Weighed::Weaker(code, note, before) => found.push(Found { call, code, note, before }),
            Weighed::Unknown(note) => open = open.or_else(|| Some((call, not_compared(call, &note)))),
            Weighed::Fine => {}
        }
    }
    if let Some(judgement) = convict(&found, view) {
        found.last().into_iter().for_each(|last| view.leaves(from, last.call.at));
        return judgement;
    }
    view.awaits(calls, counts);
    if let Some((call, judgement)) = unstated.or(open) {
        view.leaves(from, call.at);
        return judgement;
    }
    match view.all_covered(&guarding::logs(view.of.world, account, []), from) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether protection was weakened cannot be known", &hole),
        Ok(covered) => match Proof::absence(covered, "no call that weakens protection") {
            Some(proof) => Judgement::compliant("not_weakened", "Nobody weakened what protects the backups.", &proof),
            None => Judgement::insufficient("coverage_gap", "No log is known that could show such a call."),
        },
    }
}

fn said(call: &Call, note: &str) -> String {
    format!("{} by {} at {}: {note}", call.what.name, call.what.actor.said(), instant::show(call.at))
}

fn not_stated(call: &Call, note: &str) -> Judgement {
    let message = format!("{}; whether that is allowed is not stated: list the roles in DEL-04.allow_roles.", said(call, note));
    Judgement::insufficient("policy_not_stated", message).citing(call.evidence, note.to_owned())
}

fn not_compared(call: &Call, note: &str) -> Judgement {
    Judgement::insufficient("previous_unknown", format!("{}.", said(call, note))).citing(call.evidence, "cannot be judged")
}

/// A call that weakens.
struct Found<'w> {
    call: &'w Call,
    code: &'static str,
    note: String,
    before: Vec<Evidence>,
}

fn convict(found: &[Found<'_>], view: &View<'_>) -> Option<Judgement> {
    let last = found.last()?;
    let mut proof = Proof::all(found.iter().map(|one| (one.call.evidence, one.note.clone())))?;
    for before in found.iter().flat_map(|one| &one.before) {
        proof = proof.and(*before, "as it was before");
    }
    let after = found.iter().find_map(|one| Some((one, deletion_after(one.call, view)?)));
    let judgement = match after {
        Some((one, (at, evidence))) => {
            let message = format!("{}, and a deletion by the same hand at {}.", said(one.call, &one.note), instant::show(at));
            let proof = proof.and(evidence, "deletion by the same actor within 24 hours");
            Judgement::non_compliant("weakened_then_deleted", message, &proof).severity(Severity::Critical)
        }
        None => Judgement::non_compliant(last.code, format!("{}.", said(last.call, &last.note)), &proof),
    };
    Some(judgement.observed("calls", found.len()))
}

/// The first deletion, refused or not, of a recovery point or a vault by the actor of a call within a day of it.
fn deletion_after(call: &Call, view: &View<'_>) -> Option<(Instant, Evidence)> {
    let until = call.at + SOON;
    let who = &call.what.actor.principal;
    let points = &view.of.world.delete_calls;
    let next = points.partition_point(|delete| delete.at < call.at);
    let point = points.iter().skip(next).take_while(|delete| delete.at <= until);
    let point = point.filter(|delete| delete.what.actor.principal == *who).map(|delete| (delete.at, delete.evidence));
    let vaults = call.what.account.as_ref().map(|id| guarding::calls(view.of.world, id, SOURCE)).unwrap_or_default();
    let next = vaults.partition_point(|delete| delete.at < call.at);
    let vault = vaults.iter().skip(next).take_while(|delete| delete.at <= until);
    let vault = vault.filter(|delete| delete.what.name == "DeleteBackupVault" && delete.what.actor.principal == *who);
    let first = point.take(1).chain(vault.map(|delete| (delete.at, delete.evidence)).take(1)).min()?;
    view.is_past(first.0).then_some(first)
}

enum Weighed {
    Fine,
    /// The code, what it does, and what shows how it was before.
    Weaker(&'static str, String, Vec<Evidence>),
    Unknown(String),
}

fn weigh(call: &Call, view: &View<'_>) -> Weighed {
    let target = call.what.target.as_deref().unwrap_or("of an unknown name");
    match call.what.name.as_str() {
        "DeleteFramework" | "DeleteReportPlan" => Weighed::Weaker("audit_removed", format!("{target} is gone"), Vec::new()),
        "DeleteBackupPlan" | "DeleteBackupSelection" => Weighed::Weaker("plan_removed", format!("{target} is gone"), Vec::new()),
        "UpdateGlobalSettings" | "UpdateRegionSettings" => settings(call, view.of.world),
        "PutBackupVaultLockConfiguration" | "DeleteBackupVaultLockConfiguration" => on_vault(call, view, lock),
        "PutBackupVaultAccessPolicy" | "DeleteBackupVaultAccessPolicy" => {
            on_vault(call, view, |vault, call| access_policy(vault, call, view))
        }
        "PutBackupVaultNotifications" | "DeleteBackupVaultNotifications" => on_vault(call, view, notifications),
        _ => Weighed::Fine,
    }
}

fn on_vault(call: &Call, view: &View<'_>, weigh: impl FnOnce(&Vault, &Call) -> Weighed) -> Weighed {
    let what = &call.what;
    let named = what.target.as_deref().and_then(|target| {
        let (account, region) = (what.account.as_ref()?, what.region.as_ref()?);
        VaultArn::parse(target).or_else(|| Some(VaultArn::of(account, region, target)))
    });
    match named.and_then(|arn| view.of.world.vaults.get(&arn)) {
        Some(vault) => weigh(vault, call),
        None => Weighed::Unknown("the record does not show of which vault".into()),
    }
}

/// A lock that is taken away, keeps less, or takes hold later.
fn lock(vault: &Vault, call: &Call) -> Weighed {
    let name = vault.arn.name();
    let held = changed(&vault.locked, call.at, call.evidence);
    let was_on = held.as_ref().and_then(|held| held.by).or(vault.locked.at(call.at).map(|span| span.evidence));
    let weaker = |what: &str, by: Option<Evidence>| {
        Weighed::Weaker("lock_weakened", format!("{what} of {name}"), by.or(was_on).into_iter().collect())
    };
    if call.what.name.starts_with("Delete") {
        return match held {
            Some(held) if held.before != Some(&false) => weaker("the lock is off", held.by),
            _ => Weighed::Fine,
        };
    }
    match held.map(|held| held.before) {
        Some(Some(false)) => return Weighed::Fine,
        Some(None) => return Weighed::Unknown(format!("whether {name} was locked before is not known")),
        Some(Some(true)) | None => {}
    }
    let mut open = false;
    if let Some(min) = changed(&vault.min_days, call.at, call.evidence) {
        match (min.before, min.after) {
            (Some(before), Some(after)) if after.unwrap_or(0) < before.unwrap_or(0) => return weaker("the minimum retention is shorter", min.by),
            (Some(_), Some(_)) => {}
            _ => open = true,
        }
    }
    if let Some(date) = changed(&vault.lock_date, call.at, call.evidence) {
        match (date.before, date.after) {
            (Some(Some(_)), Some(None)) => return weaker("the lock no longer becomes final", date.by),
            (Some(Some(before)), Some(Some(after))) if after > before => return weaker("the lock becomes final later", date.by),
            (Some(_), Some(_)) => {}
            _ => open = true,
        }
    }
    if open { Weighed::Unknown(format!("what the lock of {name} was before, or is since, is not known")) } else { Weighed::Fine }
}

/// A policy that denies less, or lets somebody from outside do more.
fn access_policy(vault: &Vault, call: &Call, view: &View<'_>) -> Weighed {
    let name = vault.arn.name();
    let Some(change) = changed(&vault.policy, call.at, call.evidence) else { return Weighed::Fine };
    let (Some(before), Some(after)) = (change.before, change.after) else {
        return Weighed::Unknown(format!("what the access policy of {name} was before, or is since, is not known"));
    };
    let read = |text: &Option<String>| text.as_deref().map(Policy::parse).transpose();
    let (Ok(before), Ok(after)) = (read(before), read(after)) else {
        return Weighed::Unknown(format!("the access policy of {name} cannot be read"));
    };
    let Some(owner) = vault.arn.account() else { return Weighed::Unknown(format!("whose {name} is, is not known")) };
    let known = guarding::known(&owner, view);
    let found = weakenings(before.as_ref(), after.as_ref(), &known, Boundary::Organization);
    let said = |weakening: &Weakening| {
        let what = match weakening.change {
            iam::Change::DenyLost => "is no longer denied",
            iam::Change::OutsiderAllowed => "is newly allowed",
        };
        format!("{} {what} {} on {name}", weakening.principal, weakening.actions.join(", "))
    };
    if let Some(worst) = found.iter().find(|weakening| weakening.reach == Reach::Surely) {
        return Weighed::Weaker("policy_weakened", said(worst), change.by.into_iter().collect());
    }
    match found.first() {
        Some(perhaps) => Weighed::Unknown(format!("it may be that {}", said(perhaps))),
        None => Weighed::Fine,
    }
}

fn notifications(vault: &Vault, call: &Call) -> Weighed {
    let Some(change) = changed(&vault.notifications, call.at, call.evidence) else { return Weighed::Fine };
    let name = vault.arn.name();
    let gone = |what: &str| Weighed::Weaker("notifications_removed", format!("{what} of {name}"), change.by.into_iter().collect());
    let events = |of: &Notifications| of.events.clone();
    match (change.before, change.after) {
        (Some(None), _) => Weighed::Fine,
        (_, Some(None)) => gone("no more notifications"),
        (Some(Some(before)), Some(Some(after))) => match (events(before), events(after)) {
            (Some(before), Some(after)) if before.iter().all(|event| after.contains(event)) => Weighed::Fine,
            (Some(_), Some(_)) => gone("fewer notifications"),
            _ => Weighed::Unknown(format!("of which events {name} notified is not known")),
        },
        _ => Weighed::Unknown(format!("of which events {name} notified before is not known")),
    }
}

/// A type of resource that is backed up is no longer, or copies to other accounts are off.
fn settings(call: &Call, world: &World) -> Weighed {
    let (Some(account), Some(region)) = (&call.what.account, &call.what.region) else {
        return Weighed::Unknown("the record does not say of which account and Region".into());
    };
    let regional = call.what.name == "UpdateRegionSettings";
    let id = if regional { format!("{account}/{region}") } else { account.to_string() };
    let values = world.settings.get(&id).map(|settings| &settings.values);
    if !values.is_some_and(|values| values.values().any(|line| is_told(line, call.evidence))) {
        return Weighed::Unknown("the record does not show what it set".into());
    }
    let mut open = None;
    for (name, line) in values.into_iter().flatten() {
        let kind = name.strip_prefix("ResourceTypeOptInPreference/");
        let watched = if regional { kind.is_some_and(|kind| protected(kind, account, world).is_some()) } else { name == CROSS_ACCOUNT };
        let Some(change) = changed(line, call.at, call.evidence).filter(|_| watched) else { continue };
        match (change.before, change.after) {
            (_, Some(after)) if *after != Value::Bool(false) => {}
            (Some(before), Some(_)) if *before == Value::Bool(true) => {
                let code = if regional { "type_opted_out" } else { "cross_account_disabled" };
                let protected = kind.filter(|_| regional).and_then(|kind| protected(kind, account, world));
                return Weighed::Weaker(code, format!("{name} is off"), change.by.into_iter().chain(protected).collect());
            }
            (_, Some(_)) => open = Some(format!("{name} is off; what it was before is not known")),
            (_, None) => open = Some(format!("what {name} is since is not known")),
        }
    }
    open.map_or(Weighed::Fine, Weighed::Unknown)
}

/// `GlobalSettings`.
const CROSS_ACCOUNT: &str = "isCrossAccountBackupEnabled";

/// The entry that names a resource of a type that is backed up in an account.
fn protected(kind: &str, account: &AccountId, world: &World) -> Option<Evidence> {
    let of_kind = |resource: &Resource| resource.kind.as_deref().is_none_or(|k| k.eq_ignore_ascii_case(kind));
    let here = |arn: &ResourceArn| arn.account().is_none_or(|id| id == *account);
    let mut found = world.resources.iter().filter(|(arn, resource)| here(arn) && of_kind(resource));
    found.next().map(|(_, resource)| resource.evidence)
}
