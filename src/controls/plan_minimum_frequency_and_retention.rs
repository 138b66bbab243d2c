//! PLN-02: a rule of the plan fires often enough and keeps its backups long enough.

use super::judgement::Judgement;
use super::params::Params;
use super::selecting;
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::facts::{Lifecycle, Retention};
use crate::instant::{self, Instant};
use crate::world::plan::{Plan, Rule};
use crate::world::selected::Surety;
use chrono::Duration;

/// Every plan in scope that some record shows.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let scope = &context.policy.scope;
    let plans = context.world.plans.keys();
    plans.filter(|arn| scope.holds(arn.account().as_ref(), arn.region().as_ref())).map(|arn| Subject::plan(arn, None)).collect()
}

/// AWS's bounds depend on the unit.
pub fn check(params: &Params) -> Result<(), String> {
    let (high, unit) = if params.text("requiredFrequencyUnit") == Some("hours") { (24, "hours") } else { (31, "days") };
    let value = params.int("requiredFrequencyValue").unwrap_or(1);
    if (1..=high).contains(&value) { Ok(()) } else { Err(format!("requiredFrequencyValue must lie in 1..={high} {unit}")) }
}

/// How a rule stands to what is demanded; `None`: unknown.
struct Weighed {
    often: Option<bool>,
    long: Option<bool>,
    said: String,
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let found = if let Key::Plan(arn) = &subject.key { view.of.world.plans.get(arn) } else { None };
    let Some(plan) = found else { return Judgement::insufficient("rules_unknown", "The plan is not known.") };
    if let Some(answer) = selecting::lifetime(plan, view) {
        return answer;
    }
    let state = view.state(&plan.rules, plan.arn.pair().as_ref(), "rules in force");
    let Some((rules, proof)) = state.last_known() else {
        let message = "No record shows the rules of the version in force; add `aws backup get-backup-plan` to the snapshot.";
        return Judgement::insufficient("rules_unknown", message);
    };
    let since = view.look(&plan.rules).map_or(view.of.window_from, |span| span.from);
    let weighed: Vec<Weighed> = rules.iter().map(|rule| weigh(rule, since, view.of.params)).collect();
    let said: Vec<&str> = weighed.iter().map(|w| w.said.as_str()).collect();
    let answer = |j: Judgement| {
        let params = view.of.params;
        let frequency = instant::say(frequency(params));
        j.observed("rules", said.clone()).expected("frequency", frequency).expected("requiredRetentionDays", retention(params))
    };
    if weighed.iter().any(|w| w.often == Some(true) && w.long == Some(true)) {
        if let Some(stale) = state.stale("The rules of the plan") {
            return answer(stale);
        }
        if let Some(empty) = empty(plan, view) {
            return answer(empty.citing_all(&proof));
        }
        let asked = view.of.params.flag("require_nonempty");
        let proof = proof.with(selecting::contents(plan, view).filter(|_| asked));
        let message = "A rule fires often enough and keeps its backups long enough.";
        return answer(Judgement::compliant("rule_meets_both", message, &proof));
    }
    if weighed.iter().any(|w| w.often != Some(false) && w.long != Some(false)) {
        let message = "A rule's schedule or life cycle cannot be read; add `aws backup get-backup-plan` to the snapshot.";
        return answer(Judgement::insufficient("rule_unreadable", message).citing_all(&proof));
    }
    let judgement = if weighed.iter().any(|w| w.often == Some(true)) {
        Judgement::non_compliant("retention_too_short", "No rule that fires often enough keeps its backups long enough.", &proof)
    } else {
        Judgement::non_compliant("too_seldom", "No rule of the plan fires often enough.", &proof)
    };
    answer(judgement)
}

fn frequency(params: &Params) -> Duration {
    let value = params.int("requiredFrequencyValue").unwrap_or(1);
    if params.text("requiredFrequencyUnit") == Some("hours") { Duration::hours(value) } else { Duration::days(value) }
}

fn retention(params: &Params) -> i64 {
    params.int("requiredRetentionDays").unwrap_or(35)
}

/// The longest silence of the year that follows the instant from which the rule is in force; and how long it keeps.
fn weigh(rule: &Rule, since: Instant, params: &Params) -> Weighed {
    let name = rule.says.name.as_deref().unwrap_or("a rule without a name");
    let longest = rule.schedule.as_ref().map(|schedule| schedule.gaps(since).longest.length());
    let often = longest.map(|gap| gap.is_some_and(|gap| gap <= frequency(params)));
    let silent = match longest {
        Some(Some(gap)) => format!("at most {} apart", instant::say(gap)),
        Some(None) => "never again some day".into(),
        None => "on a schedule that cannot be read".into(),
    };
    let (long, kept) = keeps(rule.says.lifecycle.as_ref(), retention(params));
    Weighed { often, long, said: format!("{name}: {silent}, kept {kept}") }
}

fn keeps(life: Option<&Lifecycle>, wanted: i64) -> (Option<bool>, String) {
    match life {
        Some(Lifecycle { retention: Some(Retention::Days(days)), .. }) => (Some(*days >= wanted), format!("{days} d")),
        Some(Lifecycle { delete_after: Some(event), .. }) => (Some(false), format!("until {event}")),
        None | Some(Lifecycle { retention: Some(Retention::Always), .. }) => (Some(true), "for ever".into()),
        Some(Lifecycle { retention: None, .. }) => (None, "for a time that cannot be read".into()),
    }
}

/// A plan that is good but selects nothing, where that is asked.
fn empty(plan: &Plan, view: &View<'_>) -> Option<Judgement> {
    if !view.of.params.flag("require_nonempty") {
        return None;
    }
    selecting::watch(view);
    let selects = view.of.world.selects(&plan.arn, view.now(), |resource| selecting::opted_in(resource, view));
    if selects.values().any(|surety| *surety == Surety::Surely) {
        return None;
    }
    let known = selecting::selections_known(plan, view);
    match (selects.is_empty(), known) {
        (true, Ok(proof)) => Some(Judgement::non_compliant("selects_nothing", "The plan selects no known resource.", &proof)),
        (true, Err(hole)) => Some(Judgement::gap("selection_unknown", "Whether the plan selects anything cannot be known", &hole)),
        (false, _) => {
            let message = "Whether the plan selects anything hangs on tags that are not known; add `aws resourcegroupstaggingapi get-resources` to the snapshot.";
            Some(Judgement::insufficient("selection_unknown", message))
        }
    }
}
