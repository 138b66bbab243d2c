//! PLN-04: a rule that selects the resource sends its backups to another Region, to another account, or to a locked vault.

use super::judgement::{Judgement, Proof};
use super::params::Params;
use super::selecting;
use super::subject::{Key, Subject};
use super::view::View;
use crate::arn::{PlanArn, VaultArn};
use crate::instant;
use crate::world::plan::Rule;
use crate::world::selected::{Selected, Surety};

pub use super::copies::resources as subjects;

/// AWS takes five accounts at most, and bounds that are bounds.
pub fn check(params: &Params) -> Result<(), String> {
    if params.list("crossAccountList").is_some_and(|accounts| accounts.len() > 5) {
        return Err("crossAccountList takes five accounts at most".into());
    }
    match (params.int("minRetentionDays"), params.int("maxRetentionDays")) {
        (Some(min), Some(max)) if min > max => Err("minRetentionDays must not be greater than maxRetentionDays".into()),
        _ => Ok(()),
    }
}

/// Whether a vault is what is demanded; the proof of what more than its ARN says so.
enum Fits {
    No,
    Unknown,
    Yes(Option<Proof>),
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Key::Resource(resource) = &subject.key else {
        return Judgement::insufficient("selection_unknown", format!("{} is no resource.", subject.id));
    };
    let selected = selecting::selected(resource, view);
    let mode = view.of.params.text("mode").unwrap_or("cross_account");
    let mut open = None;
    for taken in &selected {
        for vault in taken.rule.map(vaults).unwrap_or_default() {
            let plan = taken.plan.map(|plan| &plan.arn);
            match fits(&vault, plan, mode, view) {
                Fits::No => {}
                Fits::Unknown => open = open.or(Some(unknown_vault(&vault))),
                Fits::Yes(_) if taken.surety == Surety::Possibly => open = open.or(Some(perhaps(taken))),
                Fits::Yes(more) => match selecting::stands(taken, view) {
                    Ok(proof) => {
                        let rule = taken.rule.and_then(|rule| rule.says.name.as_deref()).unwrap_or_default();
                        let message = format!("Rule {rule} sends its backups to {vault}.");
                        let judgement = Judgement::compliant("protected", message, &proof.with(more));
                        return judgement.observed("vault", vault.as_str()).expected("mode", mode);
                    }
                    Err(answer) => open = open.or(Some(*answer)),
                },
            }
        }
    }
    let answer = open.unwrap_or_else(|| unprotected(resource, &selected, mode, view));
    answer.expected("mode", mode)
}

/// Where a rule sends backups: its own vaults and those of its copy actions.
fn vaults(rule: &Rule) -> Vec<VaultArn> {
    let copies = rule.says.copy_actions.iter().flatten().map(|copy| &copy.vault);
    rule.says.vault.iter().chain(&rule.says.air_gapped).chain(copies).cloned().collect()
}

fn fits(vault: &VaultArn, plan: Option<&PlanArn>, mode: &str, view: &View<'_>) -> Fits {
    let params = view.of.params;
    let listed = |list: Option<Vec<&str>>, it: &str| list.is_none_or(|list| list.contains(&it));
    let known = match mode {
        "cross_region" => {
            let regions = vault.region().zip(plan.and_then(PlanArn::region));
            regions.map(|(there, here)| there != here && listed(params.list("crossRegionList"), there.as_str()))
        }
        "vault_lock" => return locked(vault, view),
        _ => {
            let accounts = vault.account().zip(plan.and_then(PlanArn::account));
            accounts.map(|(there, here)| there != here && listed(params.list("crossAccountList"), there.as_str()))
        }
    };
    match known {
        Some(true) => Fits::Yes(None),
        Some(false) => Fits::No,
        None => Fits::Unknown,
    }
}

/// Locked, and its bounds within those demanded.
fn locked(vault: &VaultArn, view: &View<'_>) -> Fits {
    let Some(known) = view.of.world.vaults.get(vault) else { return Fits::Unknown };
    let pair = known.pair();
    let state = view.state(&known.locked, pair.as_ref(), "Locked");
    let Some((is_locked, proof)) = state.last_known() else { return Fits::Unknown };
    if !is_locked {
        return Fits::No;
    }
    if state.stale("The vault's lock").is_some() {
        return Fits::Unknown;
    }
    let params = view.of.params;
    let bounds = [(params.int("minRetentionDays"), &known.min_days, true), (params.int("maxRetentionDays"), &known.max_days, false)];
    let mut all = proof;
    for (wanted, line, at_least) in bounds {
        let Some(wanted) = wanted else { continue };
        let Some((days, proof)) = view.fixed(line) else { return Fits::Unknown };
        let within = days.is_some_and(|days| if at_least { days >= wanted } else { days <= wanted });
        if !within {
            return Fits::No;
        }
        all = all.with(Some(proof));
    }
    Fits::Yes(Some(all))
}

/// What shows the lock of a vault and its bounds.
fn lock_shown(vault: &VaultArn, view: &View<'_>) -> Option<Proof> {
    let known = view.of.world.vaults.get(vault)?;
    let (now, note) = (view.now(), format!("the lock of {}", vault.name()));
    let locked = known.locked.at(now).map(|span| span.last_shown(now).1);
    let bounds = [&known.min_days, &known.max_days].map(|line| line.at(now).map(|span| span.last_shown(now).1));
    Proof::all(locked.into_iter().chain(bounds.into_iter().flatten()).map(|evidence| (evidence, note.clone())))
}

fn unknown_vault(vault: &VaultArn) -> Judgement {
    let message = format!("No current record shows what is asked of {vault}; add `aws backup describe-backup-vault` of it to the snapshot.");
    Judgement::insufficient("vault_unknown", message)
}

fn perhaps(taken: &Selected<'_>) -> Judgement {
    let plan = taken.plan.map_or_else(|| "a plan that no record shows".into(), |plan| plan.arn.to_string());
    let message = format!("Whether {plan} selects the resource hangs on tags, an opt-in or a selection that no record shows.");
    let judgement = Judgement::insufficient("selection_unknown", message);
    taken.evidence.iter().fold(judgement, |judgement, evidence| judgement.citing(*evidence, "may select the resource"))
}

/// No rule that is known to select the resource does it: all that could must be known.
fn unprotected(
    resource: &crate::arn::ResourceArn,
    selected: &[Selected<'_>],
    mode: &str,
    view: &View<'_>,
) -> Judgement {
    if let Some(taken) = selected.iter().find(|taken| taken.rule.is_none()) {
        return perhaps(taken);
    }
    let mut proof = Proof::all(selected.iter().flat_map(|taken| taken.evidence.iter().map(|e| (*e, "selects the resource".to_owned()))));
    for pair in selecting::homes(resource, view) {
        match selecting::all_known(&pair, view) {
            Ok(known) => proof = Some(proof.map_or(known.clone(), |before| before.with(Some(known)))),
            Err(hole) => return Judgement::gap("plans_not_known", "Whether another rule protects the resource cannot be known", &hole),
        }
    }
    let Some(proof) = proof else {
        return Judgement::insufficient("selection_unknown", "No record says in which account and Region the resource is.");
    };
    if selected.is_empty() {
        return Judgement::non_compliant("not_selected", "No backup plan selects the resource.", &proof);
    }
    let vaults = selected.iter().filter_map(|taken| taken.rule).flat_map(vaults).filter(|_| mode == "vault_lock");
    let proof = vaults.fold(proof, |proof, vault| proof.with(lock_shown(&vault, view))).with(selecting::asked(resource, view));
    let message = format!("None of the {} rules that select the resource does it ({mode}), as of {}.", selected.len(), instant::show(view.now()));
    Judgement::non_compliant("not_protected", message, &proof)
}
