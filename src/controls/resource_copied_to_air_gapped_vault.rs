//! CPY-01: every protected resource has a recent recovery point in a LAG vault.

use super::{air_gapped, copies};
use super::judgement::{Judgement, Proof};
use super::params::Params;
use super::subject::{Key, Subject};
use super::view::View;
use crate::arn::ResourceArn;
use crate::instant;
use crate::world::point::Copied;

pub use super::copies::resources as subjects;

/// AWS's bounds depend on the unit and on whether only air-gapped vaults count.
pub fn check(params: &Params) -> Result<(), String> {
    let any = params.text("vault_type") == Some("any");
    let hours = params.text("recoveryPointAgeUnit") == Some("hours");
    let (low, high) = match (any, hours) {
        (false, true) => (24, 2184),
        (false, false) => (1, 91),
        (true, true) => (1, 744),
        (true, false) => (1, 31),
    };
    let value = params.int("recoveryPointAgeValue").unwrap_or(low);
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let unit = if hours { "hours" } else { "days" };
    Err(format!("recoveryPointAgeValue must lie in {low}..={high} {unit}"))
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Resource(resource) = &subject.key else { return unknown(subject) };
    let params = view.of.params;
    if let Some(limit) = copies::not_storable(view, resource).filter(|_| !copies::is_any_vault(params)) {
        return copies::not_eligible(limit);
    }
    let age = copies::age(params);
    let made = || copies::made(view, resource, params, instant::Instant::MIN_UTC).rev();
    let latest = made().find(|copy| copies::is_usable(copy, params) && stands(copy, view));
    let expected = |j: Judgement| j.expected("recoveryPointAge", instant::say(age));
    // A recent copy that stands answers until it is too old or gone; what is copied meanwhile is asked then.
    if let Some(copy) = latest.filter(|copy| view.within(copy.at, age)) {
        let proof = Proof::shown(copy.evidence, "latest copy").with(air_gapped::shown(&copy.vault, view.of.world));
        let message = format!("Copied to {} {} ago.", copy.vault.name(), instant::say(view.now() - copy.at));
        let judgement = Judgement::compliant("copy_within_age", message, &proof);
        return expected(judgement.observed("latest", instant::show(copy.at)).observed("vault", copy.vault.as_str()));
    }
    copies::await_next(view, resource, params);
    let vaults = copies::vaults(view, params);
    expected(absent(view, resource, &vaults, latest, made().next()))
}

fn absent(
    view: &View<'_>,
    resource: &ResourceArn,
    vaults: &[&crate::world::vault::Vault],
    latest: Option<&Copied>,
    any: Option<&Copied>,
) -> Judgement {
    let age = copies::age(view.of.params);
    let known = match copies::would_be_known(view, resource, vaults, view.back(age), view.now()) {
        Ok(proof) => proof,
        Err(hole) => {
            let what = format!("Whether the resource was copied to {} cannot be known", place(view.of.params));
            let judgement = Judgement::gap("coverage_gap", &what, &hole);
            return match latest.or(any) {
                Some(copy) => judgement.citing(copy.evidence, "latest known copy"),
                None => judgement,
            };
        }
    };
    if let Some(named) = unnamed_until(view, resource) {
        let message = format!("No record names the resource before {}.", instant::show(named));
        return Judgement::insufficient("coverage_gap", message);
    }
    let Some(copy) = latest.or(any) else {
        let place = place(view.of.params);
        let message = format!("No copy in {place} is known; one within {} is demanded.", instant::say(age));
        return Judgement::non_compliant("never_copied", message, &known);
    };
    let proof = Proof::shown(copy.evidence, "latest copy").with(Some(known));
    let ago = instant::say(view.now() - copy.at);
    let state = if copies::is_usable(copy, view.of.params) && stands(copy, view) { "" } else { " and can no longer be used, or never could" };
    let message = format!("The latest copy, in {}, is {ago} old{state}; one within {} is demanded.", copy.vault.name(), instant::say(age));
    Judgement::non_compliant("no_copy_within_age", message, &proof)
        .observed("latest", instant::show(copy.at))
        .observed("vault", copy.vault.as_str())
}

/// The instant at which a record first names the resource, or a copy of it was made, where that is still to come: whether it
/// was there to be copied is unknown until then.
fn unnamed_until(view: &View<'_>, resource: &ResourceArn) -> Option<instant::Instant> {
    let named = view.of.world.resources.get(resource).map(|known| known.since);
    let copied = view.of.world.copies.get(resource).and_then(|series| series.first()).map(|copy| copy.at);
    let first = [named, copied].into_iter().flatten().min()?;
    (!view.is_past(first)).then_some(first)
}

/// Where the copy must lie.
fn place(params: &Params) -> &'static str {
    if copies::is_any_vault(params) { "a backup vault" } else { "a logically air-gapped vault" }
}

fn stands(copy: &Copied, view: &View<'_>) -> bool {
    copy.ends.is_none_or(|end| !view.is_past(end))
}

fn unknown(subject: &Subject) -> Judgement {
    Judgement::insufficient("coverage_gap", format!("{} is no resource.", subject.id))
}
