//! Backup plans as judges see them: whether they stand, what selects a resource, and whether all that could is known.

use super::judgement::{Hole, Judgement, Proof, State};
use super::view::View;
use crate::arn::ResourceArn;
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::instant::{self, Instant};
use crate::world::plan::Plan;
use crate::world::selected::Selected;
use std::collections::BTreeSet;

/// A plan that is not there yet, or was deleted.
pub fn lifetime(plan: &Plan, view: &View<'_>) -> Option<Judgement> {
    let Some(span) = view.look(&plan.exists) else {
        let first = plan.first_seen.map(|(at, _)| at).filter(|at| !view.is_past(*at))?;
        let message = format!("No record shows the plan before {}.", instant::show(first));
        return Some(Judgement::not_applicable("not_yet_created", message));
    };
    (span.value == Some(false)).then(|| {
        let message = format!("The plan was deleted by {}.", instant::show(span.from));
        Judgement::not_applicable("subject_deleted", message).citing(span.evidence, "deletion")
    })
}

/// What is selected may change with any plan or selection.
pub fn watch(view: &View<'_>) {
    let changes = &view.of.world.index.plan_changes;
    if let Some(next) = changes.get(changes.partition_point(|at| *at <= view.now())) {
        view.changes_at(*next);
    }
}

/// Where a resource is: as its ARN says, else as inventories do.
pub fn homes(resource: &ResourceArn, view: &View<'_>) -> BTreeSet<Pair> {
    view.of.world.homes(resource)
}

/// `ResourceTypeOptInPreference` of a resource's type where it is; `None`: unknown, or not known to be so still.
pub fn opted_in(resource: &ResourceArn, view: &View<'_>) -> Option<bool> {
    let world = view.of.world;
    let kind = world.resources.get(resource)?.kind.as_deref()?;
    let home = homes(resource, view).pop_first()?;
    let settings = world.settings.get(&format!("{}/{}", home.0, home.1))?;
    let line = settings.values.get(&format!("ResourceTypeOptInPreference/{kind}"))?;
    match view.state(line, Some(&home), "opt-in of the type") {
        State::Known { value, .. } => value.as_bool(),
        _ => None,
    }
}

/// What shows the tags of a resource and the opt-in of its type, on which selections hang.
pub fn asked(resource: &ResourceArn, view: &View<'_>) -> Option<Proof> {
    let world = view.of.world;
    let tags = world.tagged.get(resource).and_then(|tagged| tagged.tags.at(view.now()));
    let tags = tags.map(|span| (span.last_shown(view.now()).1, "tags of the resource".to_owned()));
    let known = world.resources.get(resource);
    let kind = known.and_then(|known| known.kind.as_deref());
    let opted = homes(resource, view).pop_first().zip(kind).and_then(|(home, kind)| {
        let settings = world.settings.get(&format!("{}/{}", home.0, home.1))?;
        let span = settings.values.get(&format!("ResourceTypeOptInPreference/{kind}"))?.at(view.now())?;
        Some((span.last_shown(view.now()).1, "opt-in of the type".to_owned()))
    });
    Proof::all(tags.into_iter().chain(opted))
}

/// The rules that select a resource now.
pub fn selected<'w>(resource: &ResourceArn, view: &View<'w>) -> Vec<Selected<'w>> {
    watch(view);
    if let Some(tagged) = view.of.world.tagged.get(resource) {
        view.look(&tagged.tags);
    }
    let opted_in = opted_in(resource, view);
    view.of.world.selected_by(resource, view.now(), opted_in)
}

/// That a selection and its plan stand, or why that is not known to be so still.
pub fn stands(selected: &Selected<'_>, view: &View<'_>) -> Result<Proof, Box<Judgement>> {
    let unknown = || Box::new(Judgement::insufficient("selection_unknown", "The plan of a selection is not known."));
    let plan = selected.plan.ok_or_else(unknown)?;
    let pair = plan.arn.pair();
    let selection = current(&view.state(&selected.selection.exists, pair.as_ref(), "selection"), "The selection")?;
    let rules = current(&view.state(&plan.rules, pair.as_ref(), "rules in force"), "The plan's version")?;
    let exists = current(&view.state(&plan.exists, pair.as_ref(), "plan"), "The plan")?;
    let more = Proof::all(selected.evidence.iter().map(|evidence| (*evidence, "selects the resource".to_owned())));
    Ok(selection.with(Some(rules)).with(Some(exists)).with(more))
}

fn current<T>(state: &State<'_, T>, what: &str) -> Result<Proof, Box<Judgement>> {
    match state {
        State::Known { proof, .. } => Ok(proof.clone()),
        _ => Err(Box::new(
            state
                .stale(what)
                .unwrap_or_else(|| Judgement::insufficient("selection_unknown", format!("{what} is not known."))),
        )),
    }
}

/// Whether every selection of a plan is known now.
pub fn selections_known(plan: &Plan, view: &View<'_>) -> Result<Proof, Hole> {
    let known =
        complete(&plan.selections_known, plan.arn.pair().as_ref(), view, "complete list of the plan's selections")?;
    Ok(known.with(contents(plan, view)))
}

/// What shows what the selections of a plan take.
pub fn contents(plan: &Plan, view: &View<'_>) -> Option<Proof> {
    let all = view.of.world.index.selections.get(&plan.arn)?;
    Proof::all(all.iter().map(|evidence| (*evidence, "a selection of the plan".to_owned())))
}

/// Whether every plan of an account and Region, and every selection of each, is known now.
pub fn all_known(pair: &Pair, view: &View<'_>) -> Result<Proof, Hole> {
    let world = view.of.world;
    let lists = world.all_plans.get(pair).map(Vec::as_slice).unwrap_or_default();
    let mut proof = complete(lists, Some(pair), view, "complete list of plans")?;
    let plans = world.index.plans.get(pair).into_iter().flatten();
    for plan in plans.filter_map(|arn| world.plans.get(arn)) {
        proof = if lifetime(plan, view).is_none() {
            proof.with(Some(selections_known(plan, view)?))
        } else {
            let gone = plan.exists.at(view.now());
            proof.with(gone.map(|span| Proof::shown(span.evidence, "deletion of a plan")))
        };
    }
    Ok(proof)
}

/// A complete list taken up to now that is recent enough, or since which the log is whole.
fn complete(
    lists: &[(Instant, Evidence)],
    pair: Option<&Pair>,
    view: &View<'_>,
    note: &'static str,
) -> Result<Proof, Hole> {
    let after = lists.partition_point(|(at, _)| *at <= view.now());
    if let Some((next, _)) = lists.get(after) {
        view.changes_at(*next);
    }
    let Some((at, evidence)) = after.checked_sub(1).and_then(|last| lists.get(last)) else {
        return Err(Hole { stretch: None });
    };
    let proof = Proof::shown(*evidence, note);
    if view.within(*at, view.of.world.coverage.terms().max_gap) {
        return Ok(proof);
    }
    let covered = view.covered(pair, *at)?;
    Ok(proof.with(Proof::absence(covered, "no new plan or selection")))
}
