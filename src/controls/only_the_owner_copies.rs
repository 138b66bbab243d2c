//! CPY-04: nobody but the owner of an air-gapped vault copies from it, but through restore access where that is allowed.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::limits::{Holds, Limit};
use super::subject::Subject;
use super::view::View;
use crate::arn::{AccountId, Arn, RecoveryPointArn, Region, VaultArn};
use crate::coverage::Pair;
use crate::facts::calls::CopyCall;
use crate::facts::words::VaultKind;
use crate::status::Severity;
use crate::world::Happened;
use crate::world::vault::Vault;
use std::collections::BTreeSet;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

/// How somebody comes to a vault that is not theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Through {
    /// A restore access vault of their own account.
    RestoreAccess,
    /// A share, or nothing that is known.
    Share,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else { return air_gapped::absent("BackupVaultArn") };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let from = view.window();
    let limits = &view.of.limits.known;
    let mut against: Vec<(&Happened<CopyCall>, &Limit)> = Vec::new();
    let calls = view.of.world.index.copy_calls.get(&vault.arn).map(Vec::as_slice).unwrap_or_default();
    let call_of = |at: &Happened<usize>| view.of.world.copying.calls.get(at.what);
    let through = |call: &Happened<CopyCall>| by_another(call, vault, view).filter(|_| !is_noise(&call.what));
    for call in view.so_far(calls, from).iter().filter_map(call_of) {
        let Some(through) = through(call) else { continue };
        let (allowed, limit) = match through {
            Through::Share => (view.of.params.flag("allow_ram_sharee_copy"), &limits.sharee_copy),
            Through::RestoreAccess => {
                let exists = view.held(&limits.no_restore_access, Some(call.at)) == Holds::No;
                (exists && view.of.params.flag("allow_restore_access_copy"), &limits.no_restore_access)
            }
        };
        if !allowed {
            against.push((call, limit));
        }
    }
    if let Some(answer) = convict(&against, vault, view) {
        against.last().into_iter().for_each(|(last, _)| view.leaves(from, last.at));
        return answer;
    }
    view.awaits(calls, |at| call_of(at).and_then(through).is_some());
    match view.all_covered(&logs(vault, view), from) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether another account copied from the vault cannot be known", &hole),
        Ok(covered) => match Proof::absence(covered, "no copy by another account") {
            Some(proof) => Judgement::compliant("no_foreign_copies", "Nobody but the owner copied from the vault.", &proof)
                .resting_on(&limits.sharee_copy),
            None => Judgement::insufficient("coverage_gap", "No log is known that could show a copy."),
        },
    }
}

/// How a call of another account than the owner's comes to copy from this vault; `None`: it does not.
fn by_another(call: &Happened<CopyCall>, vault: &Vault, view: &View<'_>) -> Option<Through> {
    let (owner, caller) = (vault.arn.account()?, call.what.account.as_ref()?);
    if *caller == owner {
        return None;
    }
    let source = call.what.source.as_ref();
    if let Some(named) = source.and_then(|named| view.of.world.vaults.get(named)) {
        let behind = named.source.as_ref().map(|(vault, _)| vault);
        let behind = behind.or_else(|| {
            let access = view.of.world.accesses.get(named.arn.as_str())?;
            access.source.as_ref().map(|(vault, _)| vault)
        });
        if air_gapped::kind(named) == Some(&VaultKind::RestoreAccess) {
            return (behind == Some(&vault.arn)).then_some(Through::RestoreAccess);
        }
    }
    let point = call.what.point.as_deref().map(RecoveryPointArn::new);
    let lies_in = point.as_ref().and_then(|arn| view.of.world.points.get(arn)).and_then(|point| point.vault());
    let here = match lies_in {
        Some(known) => *known == vault.arn,
        // A sharee names the vault by its name alone, the recovery point by the owner's account.
        None => source == Some(&vault.arn) || is_namesake(source, point.as_ref(), vault, &owner),
    };
    here.then_some(Through::Share)
}

fn is_namesake(source: Option<&VaultArn>, point: Option<&RecoveryPointArn>, vault: &Vault, owner: &AccountId) -> bool {
    let of_owner = point.and_then(|point| Arn::parse(point.as_str())).is_some_and(|arn| {
        arn.service == "backup" && arn.account == owner.as_str() && Some(arn.region) == vault.arn.region().as_ref().map(Region::as_str)
    });
    of_owner && source.is_some_and(|named| named.name() == vault.arn.name())
}

fn is_noise(call: &CopyCall) -> bool {
    let code = call.error_code.as_deref().unwrap_or_default();
    ["Throttl", "ServiceUnavailable", "Internal"].iter().any(|noise| code.contains(noise))
}

/// What shows which vault a copied recovery point lies in, or stands behind the one that is named.
fn source(call: &CopyCall, view: &View<'_>) -> Option<Proof> {
    let world = view.of.world;
    let point = call.point.as_deref().and_then(|arn| world.points.get(&RecoveryPointArn::new(arn)));
    let lies_in = point.and_then(|point| point.vault.as_ref()).map(|(_, by)| *by);
    let named = call.source.as_ref().and_then(|named| world.vaults.get(named));
    let opened = named.and_then(|named| world.accesses.get(named.arn.as_str())).and_then(|access| access.source.as_ref());
    let behind = named.and_then(|named| named.source.as_ref()).or(opened).map(|(_, by)| *by);
    let kind = named.and_then(|named| named.kind.spans().last()).map(|span| span.evidence);
    Proof::all([lies_in, behind, kind].into_iter().flatten().map(|by| (by, "where it was copied from".to_owned())))
}

fn convict(against: &[(&Happened<CopyCall>, &Limit)], vault: &Vault, view: &View<'_>) -> Option<Judgement> {
    let note = |call: &Happened<CopyCall>| match &call.what.error_code {
        Some(code) => format!("refused: {code}"),
        None => "went through".into(),
    };
    let proof = Proof::all(against.iter().map(|(call, _)| (call.evidence, note(call))))?;
    let proof = against.iter().fold(proof, |proof, (call, _)| proof.with(source(&call.what, view)));
    let (_, limit) = against.first()?;
    let made = against.iter().filter(|(call, _)| call.what.refusal.is_none()).count();
    let mut actors: Vec<String> = against.iter().map(|(call, _)| call.what.actor.said()).collect();
    actors.sort();
    actors.dedup();
    let refused = against.len() - made;
    let (code, severity) = if made > 0 { ("copied_by_another", Severity::High) } else { ("refused_copy", Severity::Medium) };
    let message = format!(
        "{made} copies from {} by other accounts went through and {refused} were refused, by {}.",
        vault.arn.name(),
        actors.join("; ")
    );
    let judgement = Judgement::non_compliant(code, message, &proof).severity(severity).resting_on(limit);
    Some(judgement.observed("copied", made).observed("refused", refused).observed("actors", actors))
}

/// The owner's log of the vault's Region, and those of the accounts that hold a share of it or restore access.
fn logs(vault: &Vault, view: &View<'_>) -> BTreeSet<Pair> {
    let Some((owner, region)) = vault.pair() else { return BTreeSet::new() };
    let mut accounts = BTreeSet::from([owner]);
    for share in view.of.world.shares.values().filter(|share| share.resources.contains_key(vault.arn.as_str())) {
        for (principal, line) in &share.principals {
            let mut held = line.spans().iter().filter(|span| span.value.as_ref().is_some_and(crate::facts::words::Association::is_in));
            if held.any(|span| view.is_past(span.from)) {
                accounts.extend(super::policy::principal_account(principal));
            }
        }
    }
    for access in view.of.world.accesses.values() {
        let opened = access.first_seen.is_some_and(|(at, _)| view.is_past(at));
        if opened && access.source.as_ref().is_some_and(|(source, _)| *source == vault.arn) {
            accounts.extend(access.account.clone());
        }
    }
    accounts.into_iter().map(|account| (account, region.clone())).collect()
}
