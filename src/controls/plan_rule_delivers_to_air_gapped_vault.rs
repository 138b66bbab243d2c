//! PLN-03: a plan's rule sends what it backs up to an air-gapped vault, and nothing that is known stands against it.

use super::carrying::{self, Doubt};
use super::judgement::{Judgement, Proof};
use super::plan_rules::{self, Chosen, InForce, Target};
use super::routes::End;
use super::subject::Subject;
use super::view::{Context, View};
use super::{air_gapped, copies, selecting};
use crate::arn::PlanArn;
use crate::facts::Retention;
use crate::facts::words::{VaultKind, VaultState};
use crate::status::Status;
use crate::world::vault::Vault;
use chrono::Duration;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// How long a vault may be CREATING: as long as VLT-01 allows it by default.
const YOUNG: Duration = Duration::minutes(15);

/// Rules of plans in scope, by name, in any version; a plan of which no rule, or one without a name, is known stands for it,
/// and so does one that nothing but its backups name: silence about it would be a pass.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let mut all = Vec::new();
    for plan in plan_rules::plans(context) {
        let rules = plan.rules.spans().iter().filter_map(|span| span.value.as_ref()).flatten();
        let names: BTreeSet<Option<&str>> = rules.map(|rule| rule.says.name.as_deref()).collect();
        if names.is_empty() {
            all.push(Subject::plan(&plan.arn, None));
        }
        all.extend(names.into_iter().map(|name| match name {
            Some(name) => Subject::plan_rule(&plan.arn, name),
            None => Subject::plan(&plan.arn, None),
        }));
    }
    all.extend(unseen(context).iter().map(|plan| Subject::plan(plan, None)));
    all
}

/// Plans that recovery points name as what made them, and no other record: of the account and Region where the backup was made.
fn unseen(context: &Context<'_>) -> BTreeSet<PlanArn> {
    let world = context.world;
    let known: BTreeSet<&str> = world.plans.keys().map(PlanArn::id).collect();
    let made = world.points.values().filter_map(|point| {
        let (rule, _) = point.rule.as_ref().filter(|(rule, _)| !known.contains(rule.plan.as_str()))?;
        let (account, region) = point.source_vault.as_deref().map(|(vault, _)| vault).or(point.vault())?.pair()?;
        let inside = context.policy.scope.holds(Some(&account), Some(&region));
        inside.then(|| PlanArn::of(Some(&account), Some(&region), &rule.plan))
    });
    made.collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let rule = match plan_rules::of_now(subject, view) {
        Ok(rule) => rule,
        Err(answer) => return *answer,
    };
    let chosen = plan_rules::chosen(&rule.plan.arn, view, |arn, kind| copies::in_scope(&view.of, arn, kind));
    let surely = chosen.iter().filter(|one| one.surely).count();
    if surely == 0 {
        return selects_nothing(&rule, &chosen, view);
    }
    if rule.targets.is_empty()
        && let Some(answer) = not_storable(&rule, &chosen, view)
    {
        return answer;
    }
    let answer = if rule.targets.is_empty() { missing(&rule, view) } else { delivers(&rule, &chosen, view) };
    let vaults: Vec<&str> = rule.targets.iter().map(|target| target.vault.as_str()).collect();
    rule.current(answer).observed("vaults", vaults).observed("resources", surely)
}

/// A rule does nothing for resources that are judged, as far as is known.
fn selects_nothing(rule: &InForce<'_>, chosen: &[Chosen<'_>], view: &View<'_>) -> Judgement {
    if let Some(one) = chosen.first() {
        return carrying::perhaps(one, "");
    }
    match selecting::selections_known(rule.plan, view) {
        Ok(proof) => {
            Judgement::not_applicable("selects_nothing", "The plan selects no known resource in scope.").citing_all(&proof)
        }
        Err(hole) => Judgement::gap("selection_unknown", "What the plan selects cannot be known", &hole).citing_all(&rule.proof),
    }
}

/// A rule that sends nothing to an air-gapped vault, for resources that no such vault takes.
fn not_storable(rule: &InForce<'_>, chosen: &[Chosen<'_>], view: &View<'_>) -> Option<Judgement> {
    let mut limit = None;
    for one in chosen.iter().filter(|one| one.surely) {
        limit = Some(copies::not_storable(view, &one.resource)?);
    }
    if let Some(one) = chosen.iter().find(|one| !one.surely && copies::not_storable(view, &one.resource).is_none()) {
        return Some(carrying::perhaps(one, ""));
    }
    let message = "The plan selects only resources that no logically air-gapped vault takes.";
    let kinds = chosen.iter().flat_map(|one| one.evidence.iter().map(|evidence| (*evidence, "type of the resource".to_owned())));
    Some(match selecting::selections_known(rule.plan, view) {
        Ok(proof) => Judgement::not_applicable("type_not_eligible", message).citing_all(&proof.with(Proof::all(kinds))).resting_on(limit?),
        Err(hole) => Judgement::gap("selection_unknown", "Whether the plan selects anything that such a vault takes cannot be known", &hole)
            .citing_all(&rule.proof),
    })
}

fn missing(rule: &InForce<'_>, view: &View<'_>) -> Judgement {
    let rules = view.look(&rule.plan.rules).and_then(|span| span.value.as_ref()).into_iter().flatten();
    let known = |target: &Target<'_>| target.end == End::AirGapped;
    if let Some(other) = rules.into_iter().flat_map(|other| plan_rules::targets(&view.of, other)).find(known) {
        let message = "The rule sends no backup to a logically air-gapped vault; another rule of its plan does.";
        let proof = rule.proof.clone().with(super::air_gapped::shown(other.vault, view.of.world));
        return Judgement::non_compliant("another_rule_delivers", message, &proof);
    }
    let message = "The rule neither copies to a logically air-gapped vault nor targets one, nor does any rule of its plan.";
    Judgement::non_compliant("no_air_gapped_vault", message, &rule.proof)
}

/// What fails decides; then what succeeds, to one vault at least; then what is unknown.
fn delivers(rule: &InForce<'_>, chosen: &[Chosen<'_>], view: &View<'_>) -> Judgement {
    let (mut reached, mut open) = (None::<Proof>, None);
    for target in &rule.targets {
        match reach(target, rule, chosen, view) {
            Ok(proof) => reached = Some(reached.map_or(proof.clone(), |known| known.with(Some(proof)))),
            Err(doubt) if doubt.status == Status::NonCompliant => return *doubt,
            Err(doubt) => open = open.or(Some(*doubt)),
        }
    }
    let carried = carrying::carried(rule, chosen, view);
    if let Err(doubt) = &carried
        && doubt.status == Status::NonCompliant
    {
        return (**doubt).clone();
    }
    let Some(reached) = reached else {
        return open.unwrap_or_else(|| Judgement::insufficient("route_unknown", "No record shows where the rule copies to."));
    };
    let cites = match carried {
        Ok(cites) => cites,
        Err(doubt) => return *doubt,
    };
    match selecting::selections_known(rule.plan, view) {
        Ok(listed) => {
            let message = "The vault is there and takes what the plan is known to select, for as long as the rule keeps it.";
            let mut answer = Judgement::compliant("delivers", message, &reached.with(Some(listed)));
            for cite in cites {
                if !answer.cites.contains(&cite) {
                    answer.cites.push(cite);
                }
            }
            answer
        }
        Err(hole) => {
            let what = "Whether the plan selects anything else, which the vault may not take, cannot be known";
            Judgement::gap("selection_unknown", what, &hole).citing_all(&rule.proof)
        }
    }
}

/// Whether what the rule sends to a vault gets there, whatever it is.
fn reach(target: &Target<'_>, rule: &InForce<'_>, chosen: &[Chosen<'_>], view: &View<'_>) -> Result<Proof, Doubt> {
    let arn = target.vault;
    let fails = |code, message: String, proof: &Proof| Box::new(Judgement::non_compliant(code, message, proof));
    let unknown = |code, message: String| Box::new(Judgement::insufficient(code, message).citing_all(&rule.proof));
    if target.end != End::AirGapped {
        let message = format!("No record says whether {arn} is logically air-gapped; add `aws backup describe-backup-vault` of it.");
        return Err(unknown("vault_kind_unknown", message));
    }
    if let Some((code, limit)) = plan_rules::refused(target, rule, view) {
        let message = format!("AWS does not support this rule: {}.", limit.text);
        return Err(Box::new(Judgement::non_compliant(code, message, &rule.proof).resting_on(limit)));
    }
    let Some(vault) = view.of.world.vaults.get(arn).filter(|vault| vault.first_seen.is_some()) else {
        let message = format!("No record shows {arn}; add `aws backup describe-backup-vault` of it to the snapshot.");
        return Err(unknown("vault_unknown", message));
    };
    if let Some(gone) = air_gapped::lifetime(vault, view) {
        let mut judgement = *fails("vault_missing", format!("The rule sends backups to {arn}. {}", gone.message), &rule.proof);
        judgement.cites.extend(gone.cites);
        return Err(Box::new(judgement));
    }
    if let Some(kind @ (VaultKind::Standard | VaultKind::RestoreAccess)) = air_gapped::kind(vault) {
        let message = format!("{arn} is no logically air-gapped vault that backups can be sent to ({kind:?}).");
        return Err(fails("not_air_gapped", message, &rule.proof.clone().with(view.fixed(&vault.kind).map(|(_, proof)| proof))));
    }
    let exists = view.state(&vault.exists, vault.pair().as_ref(), "vault");
    if let Some(stale) = exists.stale("The vault") {
        return Err(Box::new(stale));
    }
    let proof = exists.last_known().map_or(rule.proof.clone(), |(_, proof)| rule.proof.clone().with(Some(proof)));
    let proof = available(vault, proof, chosen, view)?;
    kept(target, vault, proof, view)
}

/// Whether a vault is AVAILABLE: a record says so, or it has taken a backup. For its first minutes it may be CREATING.
fn available(vault: &Vault, proof: Proof, chosen: &[Chosen<'_>], view: &View<'_>) -> Result<Proof, Doubt> {
    let span = view.look(&vault.state);
    let state = span.and_then(|span| span.value.as_ref());
    let (shown, evidence) = span.map(|span| span.last_shown(view.now())).unzip();
    let proof = evidence.map_or(proof.clone(), |evidence| proof.and(evidence, "VaultState"));
    let taken = || chosen.iter().find_map(|one| carrying::taken(one, view).filter(|copy| copy.vault == vault.arn));
    let failed = |message: &str| Box::new(Judgement::non_compliant("vault_not_available", message, &proof));
    match state {
        Some(VaultState::Available) => return Ok(proof),
        Some(VaultState::Failed) => return Err(failed("The creation of the vault failed.")),
        _ => {}
    }
    if let Some(copy) = taken() {
        return Ok(proof.and(copy.evidence, "backup in the vault"));
    }
    for (when, _) in span.into_iter().flat_map(|span| &span.confirmed) {
        view.changes_at(*when);
    }
    if let (Some(VaultState::Creating), Some((begun, made))) = (state, vault.created) {
        if shown.is_some_and(|shown| shown - begun > YOUNG) {
            return Err(failed("The vault is still CREATING, long after its creation."));
        }
        if view.within(begun, YOUNG) {
            return Ok(proof.and(made, "creation, minutes ago"));
        }
    }
    let message = format!("No record shows that {} became AVAILABLE; add `aws backup describe-backup-vault` of it to the snapshot.", vault.arn);
    Err(Box::new(Judgement::insufficient("vault_state_unknown", message).citing_all(&proof)))
}

/// Whether a vault keeps what the rule sends for as long as the rule says.
fn kept(target: &Target<'_>, vault: &Vault, proof: Proof, view: &View<'_>) -> Result<Proof, Doubt> {
    let retention = match target.lifecycle {
        Some(lifecycle) => lifecycle.retention,
        None => Some(Retention::Always),
    };
    let Some(retention) = retention else {
        let message = "The life cycle of what the rule sends cannot be read; add `aws backup get-backup-plan` to the snapshot.";
        return Err(Box::new(Judgement::insufficient("lifecycle_unknown", message).citing_all(&proof)));
    };
    let (min, max) = (view.fixed(&vault.min_days), view.fixed(&vault.max_days));
    let (Some((Some(min), shown)), Some((Some(max), more))) = (min, max) else {
        let message = format!("No record shows the retention bounds of {}; add `aws backup describe-backup-vault` of it.", vault.arn);
        return Err(Box::new(Judgement::insufficient("bounds_unknown", message).citing_all(&proof)));
    };
    let proof = proof.with(Some(shown)).with(Some(more));
    let fails = |code, message: String, kept: &str| {
        let judgement = Judgement::non_compliant(code, message, &proof).observed("kept_days", kept);
        Err(Box::new(judgement.expected("MinRetentionDays", *min).expected("MaxRetentionDays", *max)))
    };
    match retention {
        Retention::Always => {
            fails("never_expires", format!("The rule keeps its copies for ever, {} at most {max} d: its jobs fail.", vault.arn), "never")
        }
        Retention::Days(days) if days < *min => {
            fails("below_minimum", format!("The rule keeps its copies for {days} d, {} at least {min} d: its jobs fail.", vault.arn), &days.to_string())
        }
        Retention::Days(days) if days > *max => {
            fails("above_maximum", format!("The rule keeps its copies for {days} d, {} at most {max} d: its jobs fail.", vault.arn), &days.to_string())
        }
        Retention::Days(_) => Ok(proof),
    }
}
