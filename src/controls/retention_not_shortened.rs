//! RET-03: nobody shortens how long recovery points, or what plans make, are kept.

use super::judgement::{Judgement, Proof};
use super::plan_rules;
use super::points::{self, Kept};
use super::policy::{self, Answer};
use super::routes::End;
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::Lifecycle;
use crate::facts::calls::LifeCall;
use crate::instant::{self, Instant};
use crate::status::Status;
use crate::timeline::Timeline;
use crate::world::Happened;
use crate::world::plan::{Plan, Rule};
use crate::world::point::Point;
use chrono::Duration;

pub use super::nothing_to_check as check;

/// Recovery points of all vaults, and plans.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let mut all = points::subjects(context, |_| true);
    let plans = plan_rules::plans(context).filter(|plan| !plan.rules.spans().is_empty());
    all.extend(plans.map(|plan| {
        let name = plan.name.spans().last().and_then(|span| span.value.as_ref());
        Subject::plan(&plan.arn, name)
    }));
    all
}

/// What a call did to the life cycle.
enum Effect {
    Kept,
    Shortened(String),
    Unknown(&'static str),
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || Judgement::insufficient("previous_unknown", "It is not known.");
    if let Key::Plan(arn) = &subject.key {
        let Some(plan) = view.of.world.plans.get(arn) else { return unknown() };
        return in_life(plan_rules::lifetime(plan, view), arn.as_str(), view, || {
            weigh(arn.as_str(), arn.pair().as_ref(), view, |call| of_plan(plan, call, view), &|at| of_targets(plan, at, view))
        });
    }
    let Key::Point(arn) = &subject.key else { return unknown() };
    let Some(point) = points::point(subject, view) else { return unknown() };
    in_life(points::beforehand(point, view), arn.as_str(), view, || {
        let around = |at| shown(&point.retention, at).into_iter().flatten().collect();
        weigh(arn.as_str(), subject.pair().as_ref(), view, |call| of_point(point, call, view), &around)
    })
}

/// What is gone is not judged, unless somebody shortened its life before, or may have: that may be why it is gone.
fn in_life(gone: Option<Judgement>, id: &str, view: &View<'_>, weigh: impl FnOnce() -> Judgement) -> Judgement {
    let Some(gone) = gone else { return weigh() };
    if !view.of.world.copying.life_calls.contains_key(id) {
        return gone;
    }
    let answer = weigh();
    let told = answer.status != Status::Compliant && answer.code != "coverage_gap";
    if told { answer } else { gone }
}

/// What shows the rules just before and since an instant, and the types of the vaults that they reach for.
fn of_targets(plan: &Plan, at: Instant, view: &View<'_>) -> Vec<Evidence> {
    let rules = plan.rules.at(at - instant::tick()).and_then(|span| span.value.as_ref()).into_iter().flatten();
    let targets = rules.flat_map(|rule| plan_rules::targets(&view.of, rule)).filter_map(|target| {
        let vault = view.of.world.vaults.get(target.vault)?;
        Some(vault.kind.spans().last()?.evidence)
    });
    shown(&plan.rules, at).into_iter().flatten().chain(targets).collect()
}

/// What shows an attribute just before and since an instant.
fn shown<T: Clone + PartialEq>(line: &Timeline<T>, at: Instant) -> [Option<Evidence>; 2] {
    [at - instant::tick(), at].map(|at| line.at(at).map(|span| span.evidence))
}

/// The life cycle just before a call, and from it on.
fn of_point(point: &Point, call: &Happened<LifeCall>, view: &View<'_>) -> Effect {
    let value = |at| point.retention.at(at).and_then(|span| span.value).map(Kept::from);
    let Some(before) = value(call.at - instant::tick()) else {
        return Effect::Unknown("no record shows the life cycle before it");
    };
    let Some(after) = value(call.at) else { return Effect::Unknown("no record shows what it was changed to") };
    if shortened(before, after, view) {
        return Effect::Shortened(format!("kept {} before and {} since", before.said(), after.said()));
    }
    Effect::Kept
}

fn shortened(before: Kept, after: Kept, view: &View<'_>) -> bool {
    let least = Duration::days(view.of.params.int("min_reduction_days").unwrap_or(1));
    match (before, after) {
        (Kept::For(before), Kept::For(after)) => before - after >= least,
        (Kept::Always, Kept::For(_)) => true,
        (_, Kept::Always) => false,
    }
}

fn weigh(
    id: &str,
    pair: Option<&Pair>,
    view: &View<'_>,
    effect: impl Fn(&Happened<LifeCall>) -> Effect,
    shown: &dyn Fn(Instant) -> Vec<Evidence>,
) -> Judgement {
    let from = view.window();
    let calls = view.of.world.copying.life_calls.get(id).map(Vec::as_slice).unwrap_or_default();
    let allowed = view.of.params.list("allow_roles").map(|listed| policy::roles(&listed));
    let (mut against, mut open) = (Vec::new(), None);
    for call in view.happened(calls, from).iter().filter(|call| !call.what.actor.is_service) {
        let what = match effect(call) {
            Effect::Kept => continue,
            Effect::Unknown(why) => {
                let message = format!("{} by {}: {why}.", call.what.name, call.what.actor.said());
                open = open.or(Some(Judgement::insufficient("previous_unknown", message).citing(call.evidence, "cannot be judged")));
                continue;
            }
            Effect::Shortened(what) => what,
        };
        match policy::actor_on(allowed.as_deref(), &call.what.actor, call.at) {
            Answer::Yes => {}
            Answer::NotStated => {
                let message = format!(
                    "{} by {}: {what}; whether that is allowed is not stated: list the roles in RET-03.allow_roles.",
                    call.what.name,
                    call.what.actor.said()
                );
                open = open.or(Some(Judgement::insufficient("policy_not_stated", message).citing(call.evidence, what)));
            }
            Answer::No | Answer::Expired(_) => against.push((call, what)),
        }
    }
    if let Some(proof) = Proof::all(against.iter().map(|(call, what)| (call.evidence, what.clone()))) {
        let said: Vec<String> =
            against.iter().map(|(call, what)| format!("{} by {}: {what}", call.what.name, call.what.actor.said())).collect();
        let message = format!("Retention was shortened. {}.", said.join("; "));
        let around = against.iter().flat_map(|(call, _)| shown(call.at));
        let proof = proof.with(Proof::all(around.map(|evidence| (evidence, "how long it was kept".to_owned()))));
        return Judgement::non_compliant("shortened", message, &proof).observed("changes", said);
    }
    if let Some(open) = open {
        return open;
    }
    match view.covered(pair, from) {
        Err(hole) => Judgement::gap("coverage_gap", "Whether the retention was shortened cannot be known", &hole),
        Ok(covered) => match Proof::absence(covered, "no shortening") {
            Some(proof) => Judgement::compliant("not_shortened", "Nobody shortened the retention.", &proof),
            None => Judgement::insufficient("coverage_gap", "No log is known that could show a change."),
        },
    }
}

/// The rules of a plan just before a call, and from it on.
fn of_plan(plan: &Plan, call: &Happened<LifeCall>, view: &View<'_>) -> Effect {
    let rules = |at| plan.rules.at(at).and_then(|span| span.value.as_ref());
    let Some(before) = rules(call.at - instant::tick()) else {
        return Effect::Unknown("no record shows the rules before it");
    };
    let Some(after) = rules(call.at) else { return Effect::Unknown("no record shows the rules since") };
    let mut open = None;
    for old in before {
        let new = after.iter().find(|rule| rule.says.name == old.says.name);
        match of_rule(old, new, view) {
            Effect::Kept => {}
            Effect::Unknown(why) => open = Some(why),
            shortened @ Effect::Shortened(_) => return shortened,
        }
    }
    open.map_or(Effect::Kept, Effect::Unknown)
}

fn of_rule(old: &Rule, new: Option<&Rule>, view: &View<'_>) -> Effect {
    let name = old.says.name.as_deref().unwrap_or("?");
    let mut open = None;
    for target in plan_rules::targets(&view.of, old) {
        let kept = new.is_some_and(|new| plan_rules::targets(&view.of, new).iter().any(|one| one.vault == target.vault));
        match (kept, target.end) {
            (true, _) | (false, End::Other) => {}
            (false, End::AirGapped) => {
                return Effect::Shortened(format!("rule {name} no longer copies to {}", target.vault));
            }
            (false, End::Unknown) => open = Some("no record shows whether the vault that it no longer copies to is air-gapped"),
        }
    }
    let Some(new) = new else { return open.map_or(Effect::Kept, Effect::Unknown) };
    let kept = |cycle: Option<&Lifecycle>| cycle.and_then(|cycle| cycle.retention).map(Kept::from);
    // An action without a life cycle keeps its copies for ever.
    let of_copy = |cycle: Option<&Lifecycle>| cycle.map_or(Some(Kept::Always), |cycle| kept(Some(cycle)));
    let (before, after) = (old.says.lifecycle.as_ref(), new.says.lifecycle.as_ref());
    let mut pairs = vec![(before != after, kept(before), kept(after), "backups".to_owned())];
    for action in old.says.copy_actions.iter().flatten() {
        let same = new.says.copy_actions.iter().flatten().find(|other| other.vault == action.vault);
        pairs.extend(same.map(|other| {
            let (before, after) = (action.lifecycle.as_ref(), other.lifecycle.as_ref());
            (before != after, of_copy(before), of_copy(after), format!("copies in {}", action.vault))
        }));
    }
    for (_, before, after, what) in pairs.into_iter().filter(|(changed, ..)| *changed) {
        match (before, after) {
            (Some(before), Some(after)) if shortened(before, after, view) => {
                return Effect::Shortened(format!("rule {name} kept {what} {} before and {} since", before.said(), after.said()));
            }
            (Some(_), Some(_)) => {}
            _ => open = Some("no record shows how long a rule keeps what it makes"),
        }
    }
    open.map_or(Effect::Kept, Effect::Unknown)
}
