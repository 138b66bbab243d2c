//! Rules of backup plans as subjects: which reach for an air-gapped vault, what one says now, and what its plan selects.

use super::judgement::{Judgement, Proof, State};
use super::limits::{Holds, Limit};
use super::routes::{self, End};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use super::{air_gapped, copies};
use crate::arn::{PlanArn, ResourceArn, VaultArn};
use crate::evidence::{Cite, Evidence};
use crate::facts::{Condition, Lifecycle};
use crate::instant;
use crate::timeline::Span;
use crate::world::entity::Told;
use crate::world::plan::{Plan, Rule};
use crate::world::selected::Surety;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A vault that a rule reaches for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'r> {
    /// Which.
    pub vault: &'r VaultArn,
    /// What it is.
    pub end: End,
    /// Whether backups themselves go there, rather than copies.
    pub primary: bool,
    /// How long what goes there is kept; `None`: for ever.
    pub lifecycle: Option<&'r Lifecycle>,
}

/// The vaults that a rule copies to or uses as primary target, standard ones left out.
pub fn targets<'r>(context: &Context<'_>, rule: &'r Rule) -> Vec<Target<'r>> {
    let copies = rule.says.copy_actions.iter().flatten();
    let copied = copies.map(|action| (&action.vault, false, action.lifecycle.as_ref()));
    let primary = rule.says.air_gapped.iter().map(|vault| (vault, true, rule.says.lifecycle.as_ref()));
    let each = copied.chain(primary).map(|(vault, primary, lifecycle)| {
        let end = if primary { End::AirGapped } else { routes::end(context, Some(vault), None) };
        Target { vault, end, primary, lifecycle }
    });
    each.filter(|target| target.end != End::Other).collect()
}

/// What AWS does not do with such a vault, whatever is copied.
pub fn refused<'w>(target: &Target<'_>, rule: &InForce<'_>, view: &View<'w>) -> Option<(&'static str, &'w Limit)> {
    let limits = &view.of.limits.known;
    let holds = |limit: &Limit| view.holds_now(limit) == Holds::Yes;
    if target.end != End::AirGapped {
        return None;
    }
    let region = target.vault.region();
    let here = |limit: &Limit| region.as_ref().is_some_and(|region| limit.is_in(region.as_str()));
    if let Some(limit) = [&limits.regions, &limits.newer_regions].into_iter().find(|limit| here(limit) && holds(limit))
    {
        return Some(("region_not_supported", limit));
    }
    if target.primary && holds(&limits.copies_only) {
        return Some(("primary_not_supported", &limits.copies_only));
    }
    if target.primary && holds(&limits.primary_in_place) && target.vault.pair() != rule.plan.arn.pair() {
        return Some(("primary_elsewhere", &limits.primary_in_place));
    }
    let from_vault = routes::end(&view.of, rule.rule.says.vault.as_ref(), None) == End::AirGapped;
    (!target.primary && from_vault).then_some(("scheduled_between_vaults", &limits.unscheduled))
}

/// Copy jobs to and from air-gapped vaults, and rules of plans that reach for one.
pub fn subjects_and_jobs(context: &Context<'_>) -> Vec<Subject> {
    let jobs = routes::jobs(context).map(|way| routes::subject(&way));
    jobs.chain(subjects(context)).collect()
}

/// Rules of plans in scope that reach, in any version, for a vault that is or may be air-gapped.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let mut all = Vec::new();
    for plan in plans(context) {
        let rules = plan.rules.spans().iter().filter_map(|span| span.value.as_ref()).flatten();
        let reaching = rules.filter(|rule| !targets(context, rule).is_empty());
        let names: std::collections::BTreeSet<&str> = reaching.filter_map(|rule| rule.says.name.as_deref()).collect();
        all.extend(names.into_iter().map(|name| Subject::plan_rule(&plan.arn, name)));
    }
    all
}

/// Plans in scope.
pub fn plans<'w>(context: &Context<'w>) -> impl Iterator<Item = &'w Plan> {
    let scope = &context.policy.scope;
    let plans = context.world.plans.values();
    plans.filter(move |plan| scope.holds(plan.arn.account().as_ref(), plan.arn.region().as_ref()))
}

/// A rule that is in force.
pub struct InForce<'w> {
    /// Of which plan.
    pub plan: &'w Plan,
    /// What it says.
    pub rule: &'w Rule,
    /// Where it reaches.
    pub targets: Vec<Target<'w>>,
    /// What shows it.
    pub proof: Proof,
    /// Where it may have been changed since: enough to convict, not to acquit.
    pub stale: Option<Judgement>,
}

impl InForce<'_> {
    /// An answer that acquits only while the rule is known to be current.
    pub fn current(self, answer: Judgement) -> Judgement {
        self.stale.filter(|_| answer.status == crate::status::Status::Compliant).unwrap_or(answer)
    }
}

/// The rule behind a subject as it is now, reaching for an air-gapped vault; or why there is none to judge.
pub fn in_force<'w>(subject: &Subject, view: &View<'w>) -> Result<InForce<'w>, Box<Judgement>> {
    let rule = of_now(subject, view)?;
    if rule.targets.is_empty() {
        let message = "The rule reaches for no air-gapped vault now.";
        return Err(Box::new(Judgement::not_applicable("subject_deleted", message).citing_all(&rule.proof)));
    }
    Ok(rule)
}

/// The rule behind a subject as it is now, wherever it reaches; or why there is none to judge. A plan as subject stands for
/// its rule without a name.
pub fn of_now<'w>(subject: &Subject, view: &View<'w>) -> Result<InForce<'w>, Box<Judgement>> {
    let unknown = || {
        Judgement::insufficient(
            "route_unknown",
            "No record shows the rules of the plan that are in force; add `aws backup get-backup-plan` to the snapshot.",
        )
    };
    let (arn, name) = match &subject.key {
        Key::Rule(arn, name) => (arn, Some(name)),
        Key::Plan(arn) => (arn, None),
        _ => return Err(Box::new(unknown())),
    };
    let Some(plan) = view.of.world.plans.get(arn) else { return Err(Box::new(unknown())) };
    if let Some(answer) = lifetime(plan, view) {
        return Err(Box::new(answer));
    }
    let state = view.state(&plan.rules, plan.arn.pair().as_ref(), "rules of the plan");
    let Some((rules, proof)) = state.last_known() else {
        return Err(Box::new(match state {
            State::Changed(evidence) => unknown().citing(evidence, "plan changed"),
            _ => unknown(),
        }));
    };
    let Some(rule) = rules.iter().find(|rule| rule.says.name.as_ref() == name) else {
        let message = format!("The plan has no rule {} now.", name.map_or("without a name", String::as_str));
        return Err(Box::new(Judgement::not_applicable("subject_deleted", message).citing_all(&proof)));
    };
    let targets = targets(&view.of, rule);
    let proof = targets.iter().fold(proof, |proof, to| proof.with(air_gapped::shown(to.vault, view.of.world)));
    let proof = proof.with(selecting_proof(plan, view));
    Ok(InForce { plan, rule, targets, proof, stale: state.stale("The plan") })
}

/// Not there yet, or deleted.
pub fn lifetime(plan: &Plan, view: &View<'_>) -> Option<Judgement> {
    let first = plan
        .rules
        .spans()
        .first()
        .map(|span| span.from)
        .into_iter()
        .chain(plan.exists.spans().first().map(|span| span.from));
    if let Some(first) = first.min().filter(|first| !view.is_past(*first)) {
        let message = format!("No record shows the plan before {}.", instant::show(first));
        return Some(Judgement::not_applicable("not_yet_created", message));
    }
    let gone = view.look(&plan.exists).filter(|span| span.value == Some(false))?;
    let message = format!("The plan was deleted by {}.", instant::show(gone.from));
    Some(Judgement::not_applicable("subject_deleted", message).citing(gone.evidence, "deletion"))
}

/// A resource that a plan selects, or may.
pub struct Chosen<'w> {
    /// Which.
    pub resource: ResourceArn,
    /// `ResourceType`.
    pub kind: Option<&'w str>,
    /// Whether it surely is selected.
    pub surely: bool,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// The resources that a plan selects now, or may, of those that are wanted: written out in a selection, or known.
pub fn chosen<'w>(
    plan: &PlanArn,
    view: &View<'w>,
    wanted: impl Fn(&ResourceArn, Option<&str>) -> bool,
) -> Vec<Chosen<'w>> {
    let world = view.of.world;
    watch(plan, view);
    let kind = |resource: &ResourceArn| copies::kind(&view.of, resource).or_else(|| copies::by_arn(resource));
    let known: RefCell<BTreeMap<&str, Option<bool>>> = RefCell::default();
    let opted_in = |resource: &ResourceArn| {
        let kind = kind(resource)?;
        *known.borrow_mut().entry(kind).or_insert_with(|| opted_in(plan, kind, view))
    };
    let mut found = Vec::new();
    for resource in world.selects(plan, view.now(), opted_in).into_keys() {
        let kind = kind(&resource);
        if !wanted(&resource, kind) {
            continue;
        }
        let selected = world.selected_in(plan, &resource, view.now(), opted_in(&resource));
        if let Some(one) = selected.into_iter().max_by_key(|one| one.surety) {
            let surely = one.surety == Surety::Surely;
            let named = world.resources.get(&resource).map(|known| known.evidence);
            let asked = super::selecting::asked(&resource, view);
            let asked = asked.iter().flat_map(Proof::cites).filter_map(|cite| match cite {
                Cite::Entry(evidence, _) => Some(*evidence),
                Cite::Coverage(..) => None,
            });
            let opted = kind.and_then(|kind| opt_in(plan, kind, view)).map(|span| span.evidence);
            let evidence = one.evidence.into_iter().chain(named).chain(asked).chain(opted).collect();
            found.push(Chosen { resource, kind, surely, evidence });
        }
    }
    found
}

/// What a plan selects may change with its selections, and with tags where these ask for any.
fn watch(plan: &PlanArn, view: &View<'_>) {
    let world = view.of.world;
    let mut tags = false;
    for selection in world.selections_of(plan) {
        view.look(&selection.exists);
        if let Some((creation, _)) = selection.creation {
            view.changes_at(creation);
        }
        let asks = |told: &Told<Vec<Condition>>| told.as_ref().is_none_or(|(conditions, _)| !conditions.is_empty());
        tags = tags || asks(&selection.list_of_tags) || asks(&selection.conditions);
    }
    let here = plan.pair();
    for (resource, tagged) in world.tagged.iter().filter(|_| tags) {
        let homes = world.homes(resource);
        if homes.is_empty() || here.as_ref().is_none_or(|here| homes.contains(here)) {
            view.look(&tagged.tags);
        }
    }
}

/// Whether AWS Backup may back up a type in the account and Region of a plan.
fn opt_in<'w>(plan: &PlanArn, kind: &str, view: &View<'w>) -> Option<&'w Span<Value>> {
    let (account, region) = plan.pair()?;
    let settings = view.of.world.settings.get(&format!("{account}/{region}"))?;
    view.look(settings.values.get(&format!("ResourceTypeOptInPreference/{kind}"))?)
}

fn opted_in(plan: &PlanArn, kind: &str, view: &View<'_>) -> Option<bool> {
    opt_in(plan, kind, view)?.value.as_ref()?.as_bool()
}

/// What shows what a plan selects, and the rules in force.
pub fn selecting_proof(plan: &Plan, view: &View<'_>) -> Option<Proof> {
    let mut lists = plan.selections_known.iter().filter(|(at, _)| *at <= view.now());
    let listed =
        lists.next_back().map(|(_, evidence)| Proof::shown(*evidence, "complete list of the plan's selections"));
    match (listed, super::selecting::contents(plan, view)) {
        (Some(listed), contents) => Some(listed.with(contents)),
        (None, contents) => contents,
    }
}

/// Whether anything is known of what a plan selects.
pub fn selections_known(plan: &Plan, view: &View<'_>) -> bool {
    !plan.selections_known.is_empty() || view.of.world.selections_of(&plan.arn).next().is_some()
}
