//! SHR-05: only accounts that hold a LAG vault's share, or were let in by its team, read or restore from it.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::subject::Subject;
use super::view::View;
use crate::arn::{AccountId, VaultArn};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::words::Association;
use crate::instant::{self, Instant};
use crate::status::Severity;
use crate::timeline::Timeline;
use crate::world::Happened;
use crate::world::vault::Vault;
use std::collections::BTreeSet;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

/// What entitled an account to a use.
enum Entitled {
    Yes(Evidence),
    /// It was, until this record.
    Ended(Evidence),
    /// Nothing known did, in a log that would show it.
    Never(Proof),
    Unknown(Box<Judgement>),
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else {
        return Judgement::insufficient("coverage_gap", "Nothing is known of the vault.");
    };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let from = view.window();
    let (mut against, mut last, mut open, mut fine) = (Against::default(), None, None, Vec::new());
    for (account, series) in uses(&vault.arn, view) {
        for used in view.so_far(series, from) {
            let note = format!("{account} used the vault at {}", instant::show(used.at));
            match entitled(vault, account, used.at, view) {
                Entitled::Yes(evidence) => fine.extend([(used.evidence, note), (evidence, format!("entitles {account}"))]),
                Entitled::Ended(evidence) => {
                    let proof = Proof::shown(used.evidence, note).and(evidence, "end of the entitlement");
                    let proof = proof.with(shares(vault, account, view));
                    against.add("entitlement_ended", account, proof);
                    last = last.max(Some(used.at));
                }
                Entitled::Never(absence) => {
                    against.add("not_entitled", account, Proof::shown(used.evidence, note).with(Some(absence)));
                    last = last.max(Some(used.at));
                }
                Entitled::Unknown(judgement) => open = open.or(Some(judgement.citing(used.evidence, note))),
            }
        }
    }
    if let Some(answer) = against.judge() {
        if let Some(last) = last {
            view.leaves(from, last);
        }
        return answer;
    }
    for (_, series) in uses(&vault.arn, view) {
        view.happened(series, from);
    }
    if let Some(open) = open {
        return open;
    }
    let seen = fine.len() / 2;
    match view.all_covered(&logs(vault, view), from).map(|covered| Proof::absence(covered, "no other use")) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether anybody else used the vault cannot be known", &hole),
        Ok(None) => Judgement::insufficient("coverage_gap", "No log is known that could show a use."),
        Ok(Some(proof)) => {
            let code = if seen == 0 { "no_uses" } else { "entitled" };
            let message = "No other account than entitled ones used the vault.";
            Judgement::compliant(code, message, &proof.with(Proof::all(fine))).observed("uses", seen)
        }
    }
}

/// What shows the shares through which an account held the vault.
fn shares(vault: &Vault, account: &AccountId, view: &View<'_>) -> Option<Proof> {
    let both = view.of.world.shares.values().filter_map(|share| {
        share.resources.get(vault.arn.as_str()).zip(share.principals.get(account.as_str()))
    });
    let begun = both.flat_map(|(resource, holder)| [resource.spans().first(), holder.spans().first()]).flatten();
    Proof::all(begun.map(|span| (span.evidence, "the share".to_owned())))
}

/// Uses that nothing entitled to.
#[derive(Default)]
struct Against {
    code: Option<&'static str>,
    accounts: BTreeSet<String>,
    proof: Option<Proof>,
}

impl Against {
    fn add(&mut self, code: &'static str, account: &AccountId, proof: Proof) {
        self.code = self.code.or(Some(code));
        self.accounts.insert(account.to_string());
        self.proof = Some(match self.proof.take() {
            Some(known) => known.also(proof),
            None => proof,
        });
    }

    fn judge(self) -> Option<Judgement> {
        let accounts: Vec<String> = self.accounts.into_iter().collect();
        let message = format!("{} used the vault without being entitled to.", accounts.join(", "));
        let judgement = Judgement::non_compliant(self.code?, message, &self.proof?).severity(Severity::Critical);
        Some(judgement.observed("accounts", accounts))
    }
}

/// Uses of a vault by other accounts.
fn uses<'w>(vault: &VaultArn, view: &View<'w>) -> Vec<(&'w AccountId, &'w [Happened<()>])> {
    let Some(first) = AccountId::parse("000000000000") else { return Vec::new() };
    let after = view.of.world.uses.range((vault.clone(), first)..);
    let of_it = after.take_while(|((used, _), _)| used == vault);
    of_it.map(|((_, account), series)| (account, series.as_slice())).collect()
}

/// Whose logs would show a use: the owner's, those of whoever holds the vault, and every other one of the Region that is
/// among the inputs.
fn logs(vault: &Vault, view: &View<'_>) -> BTreeSet<Pair> {
    let world = view.of.world;
    let Some(region) = vault.arn.region() else { return BTreeSet::new() };
    let mut pairs: BTreeSet<Pair> = world.pairs().into_iter().filter(|(_, at)| *at == region).collect();
    let shares = world.shares.values().filter(|share| share.resources.contains_key(vault.arn.as_str()));
    let holders = shares.flat_map(|share| share.principals.keys()).filter_map(|principal| AccountId::parse(principal));
    pairs.extend(holders.chain(vault.arn.account()).map(|account| (account, region.clone())));
    pairs
}

fn entitled(vault: &Vault, account: &AccountId, at: Instant, view: &View<'_>) -> Entitled {
    let world = view.of.world;
    let (mut ended, mut open) = (None, None);
    let owner = vault.pair();
    for share in world.shares.values() {
        let resource = share.resources.get(vault.arn.as_str());
        let (Some(resource), Some(holder)) = (resource, share.principals.get(account.as_str())) else { continue };
        match (held(resource, at, owner.as_ref(), view), held(holder, at, owner.as_ref(), view)) {
            (Entitled::Yes(_), Entitled::Yes(evidence)) => return Entitled::Yes(evidence),
            (Entitled::Ended(evidence), _) | (_, Entitled::Ended(evidence)) => ended = ended.or(Some(evidence)),
            (Entitled::Unknown(judgement), _) | (_, Entitled::Unknown(judgement)) => open = open.or(Some(judgement)),
            _ => {}
        }
    }
    let mine = world.accesses.values().filter(|access| {
        access.account.as_ref() == Some(account) && access.source.as_ref().is_some_and(|(on, _)| *on == vault.arn)
    });
    let log = vault.arn.region().map(|region| (account.clone(), region));
    for access in mine {
        let Some((given, evidence)) = access.available().filter(|(given, _)| *given <= at) else { continue };
        match access.exists.at(at).filter(|span| span.value == Some(false)) {
            Some(end) => ended = ended.or(Some(end.evidence)),
            None if near_or_covered(log.as_ref(), given, at, view) => {
                return Entitled::Yes(evidence);
            }
            None => open = open.or(Some(unknown(account))),
        }
    }
    if let Some(judgement) = open {
        return Entitled::Unknown(judgement);
    }
    if let Some(evidence) = ended {
        return Entitled::Ended(evidence);
    }
    let Some((created, _)) = vault.created else { return Entitled::Unknown(unknown(account)) };
    match view.covered_between(owner.as_ref(), created, at).map(|covered| Proof::absence(covered, "no share with the account")) {
        Ok(Some(proof)) => Entitled::Never(proof),
        _ => Entitled::Unknown(unknown(account)),
    }
}

/// Whether something was in a share at an instant.
fn held(line: &Timeline<Association>, at: Instant, log: Option<&Pair>, view: &View<'_>) -> Entitled {
    let Some(span) = line.at(at) else { return Entitled::Unknown(Box::new(Judgement::insufficient("entitlement_unknown", "The share is seen later only; add the owner's log."))) };
    match &span.value {
        Some(state) if !state.is_in() => Entitled::Ended(span.evidence),
        Some(_) if near_or_covered(log, span.last_shown(at).0, at, view) => Entitled::Yes(span.evidence),
        _ => {
            let message = "Whether the share still stood when the vault was used is not known; add the owner's log.";
            Entitled::Unknown(Box::new(Judgement::insufficient("entitlement_unknown", message)))
        }
    }
}

fn near_or_covered(log: Option<&Pair>, from: Instant, to: Instant, view: &View<'_>) -> bool {
    to - from <= view.of.world.coverage.terms().max_gap || view.covered_between(log, from, to).is_ok()
}

fn unknown(account: &AccountId) -> Box<Judgement> {
    let message = format!(
        "What entitled {account} to use the vault is not known; add the owner's log from the vault's creation on."
    );
    Box::new(Judgement::insufficient("entitlement_unknown", message))
}
