//! APR-10: access that a team gave to a recovery account is taken back after use.

use super::judgement::{Judgement, Proof};
use super::periods;
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::VaultArn;
use crate::facts::words::UpdateStatus;
use crate::instant::{self, Instant};
use crate::world::access::Access;
use chrono::Duration;

pub fn check(params: &super::params::Params) -> Result<(), String> {
    periods::check(params, "incidents")
}

/// Every access that was asked for or is known.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let each = context.world.accesses.values().filter_map(|access| {
        let source = access.source.as_ref().map(|(vault, _)| vault);
        let session = access.session.as_ref().map(|(arn, _)| arn.to_string());
        let id = access.vault.as_ref().map(ToString::to_string).or(session).unwrap_or_else(|| access.id.clone());
        let region = access.vault.as_ref().or(source).and_then(VaultArn::region);
        let judged = scope.holds(source.and_then(VaultArn::account).as_ref(), region.as_ref());
        judged.then(|| Subject::access(&access.id, id, access.account.clone(), region))
    });
    each.collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let found = if let Key::Access(id) = &subject.key { view.of.world.accesses.get(id) } else { None };
    let Some((access, (given, evidence))) = found.and_then(|access| Some((access, access.available()?))) else {
        return Judgement::not_applicable("no_access", "No access is known to have been given.");
    };
    if !view.is_past(given) {
        let message = format!("Access was given at {}.", instant::show(given));
        return Judgement::not_applicable("no_access", message).citing(evidence, "access");
    }
    let proof = Proof::shown(evidence, "access given");
    if let Some(answer) = ended(access, &proof, view) {
        return answer;
    }
    let days = view.of.params.int("max_days").unwrap_or(7);
    let tell = |j: Judgement| j.observed("given", instant::show(given)).expected("max_days", days);
    let counts = match counts_from(given, view) {
        Ok(counts) => counts,
        Err(until) => {
            let message = format!("An incident is declared until {}.", instant::show(until));
            return tell(Judgement::not_applicable("declared_incident", message).citing(evidence, "access given"));
        }
    };
    if view.within(counts, Duration::days(days)) {
        let message = format!("Access was given {} ago.", instant::say(view.now() - given));
        return tell(Judgement::compliant("within_days", message, &proof));
    }
    tell(lingering(access, given, counts + Duration::days(days), &proof, view))
}

/// Taken back, or given back: by the team's approval of a revocation, or by the recovery account.
fn ended(access: &Access, proof: &Proof, view: &View<'_>) -> Option<Judgement> {
    let gone = view.look(&access.exists).filter(|span| span.value == Some(false)).map(|s| (s.from, s.evidence));
    let approved = view.look(&access.revoke).filter(|span| span.value == Some(Some(UpdateStatus::Approved)));
    let (at, evidence) = gone.or(approved.map(|s| (s.from, s.evidence)))?;
    let message = format!("Access ended at {}.", instant::show(at));
    let asked = [access.revoke_asked.as_ref().map(|(_, by)| *by), access.revoke_session.as_ref().map(|(_, by)| *by)];
    let asked = Proof::all(asked.into_iter().flatten().map(|by| (by, "revocation asked for".to_owned())));
    Some(Judgement::compliant("access_ended", message, &proof.clone().and(evidence, "end of access").with(asked)))
}

/// From when the days count: the end of the last incident that access was there in; an error while one is running.
fn counts_from(given: Instant, view: &View<'_>) -> Result<Instant, Instant> {
    let mut counts = given;
    for (from, to) in periods::read(view.of.params.list("incidents")) {
        view.changes_at(to + instant::tick());
        if view.is_past(from) && to >= given {
            if view.now() <= to {
                return Err(to);
            }
            counts = counts.max(to);
        }
    }
    Ok(counts)
}

/// Whether access is still there: seen after its days were over, or its end would be in the recovery account's log.
fn lingering(access: &Access, given: Instant, limit: Instant, proof: &Proof, view: &View<'_>) -> Judgement {
    let message = format!("Access was given {} ago and has not ended.", instant::say(view.now() - given));
    let seen = view.look(&access.exists).filter(|span| span.value == Some(true));
    for (when, _) in seen.into_iter().flat_map(|span| &span.confirmed) {
        view.changes_at(*when);
    }
    if let Some((_, evidence)) = seen.map(|span| span.last_shown(view.now())).filter(|(shown, _)| *shown > limit) {
        return Judgement::non_compliant("lingering", message, &proof.clone().and(evidence, "still there"));
    }
    let region = access.vault.as_ref().or(access.source.as_ref().map(|(vault, _)| vault)).and_then(VaultArn::region);
    let log = access.account.clone().zip(region);
    match view.covered(log.as_ref(), given) {
        Err(hole) => Judgement::gap("end_unknown", "Whether access has ended cannot be known", &hole).citing_all(proof),
        Ok(covered) => {
            let proof = proof.clone().with(Proof::absence(covered, "no end of access"));
            Judgement::non_compliant("lingering", message, &proof)
        }
    }
}
