//! Which resource is selected by which rule of which plan, and which resources a plan selects.

use super::plan::{Plan, Rule};
use super::selection::{Criteria, Selection, Truth};
use super::{Resource, World};
use crate::arn::{PlanArn, ResourceArn, SelectionArn};
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::instant::Instant;
use crate::timeline::{Span, Timeline};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a resource is selected beyond doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surety {
    /// Something that decides it is unknown: tags, the selection's content, the plan, the opt-in of the type.
    Possibly,
    /// It is.
    Surely,
}

/// A rule that selects a resource.
#[derive(Debug, Clone)]
pub struct Selected<'w> {
    /// The plan; none where no entry shows it.
    pub plan: Option<&'w Plan>,
    /// Its rule; none where no entry shows the rules that are in force.
    pub rule: Option<&'w Rule>,
    /// The selection.
    pub selection: &'w Selection,
    /// Whether that is certain.
    pub surety: Surety,
    /// The entries behind it: selection, plan, tags.
    pub evidence: Vec<Evidence>,
}

/// Where to look: ARNs that selections write out, and selections that may take others, by account and Region.
#[derive(Debug, Default)]
pub struct Index {
    of: Vec<Indexed>,
    exact: BTreeMap<String, BTreeSet<usize>>,
    wide: BTreeMap<Option<Pair>, BTreeSet<usize>>,
    by_plan: BTreeMap<PlanArn, BTreeSet<usize>>,
    /// Resources by where they are, `None`: not known, if a selection may take what it does not write out.
    at: BTreeMap<Option<Pair>, Vec<ResourceArn>>,
}

/// A selection, ready to be asked.
#[derive(Debug)]
struct Indexed {
    arn: SelectionArn,
    criteria: Criteria,
    plan: Option<PlanArn>,
    /// The plan's account and Region.
    pair: Option<Pair>,
}

/// What is asked of selections.
struct Asked<'a> {
    resource: &'a ResourceArn,
    homes: BTreeSet<Pair>,
    tags: Option<&'a Span<BTreeMap<String, String>>>,
    at: Instant,
    opted_in: Option<bool>,
}

impl Index {
    pub(super) fn of(plans: &BTreeMap<PlanArn, Plan>, selections: &BTreeMap<SelectionArn, Selection>) -> Self {
        let mut ids: BTreeMap<&str, Vec<&PlanArn>> = BTreeMap::new();
        for plan in plans.keys() {
            ids.entry(plan.id()).or_default().push(plan);
        }
        let mut index = Self::default();
        for (at, (arn, selection)) in selections.iter().enumerate() {
            let criteria = Criteria::of(selection);
            let plan = selection.plan.as_ref().map(|(plan, _)| match ids.get(plan.id()).map(Vec::as_slice) {
                // A snapshot that does not say whose it is: the plan's id does, where only one plan has it.
                Some([only]) if plan.pair().is_none() => (*only).clone(),
                _ => plan.clone(),
            });
            let pair = arn.pair().or_else(|| plan.as_ref().and_then(PlanArn::pair));
            for resource in &criteria.exact {
                index.exact.entry(resource.clone()).or_default().insert(at);
            }
            if !criteria.is_exact() {
                index.wide.entry(pair.clone()).or_default().insert(at);
            }
            if let Some(plan) = &plan {
                index.by_plan.entry(plan.clone()).or_default().insert(at);
            }
            index.of.push(Indexed { arn: arn.clone(), criteria, plan, pair });
        }
        index
    }

    /// Selections that may take a resource in one of these places; none means anywhere.
    fn candidates(&self, resource: &ResourceArn, homes: &BTreeSet<Pair>) -> BTreeSet<usize> {
        let here = |pair: &Option<Pair>| homes.is_empty() || pair.as_ref().is_none_or(|pair| homes.contains(pair));
        let wide = self.wide.iter().filter(|(pair, _)| here(pair)).flat_map(|(_, selections)| selections);
        self.exact.get(resource.as_str()).into_iter().flatten().chain(wide).copied().collect()
    }

    fn get(&self, at: usize) -> Option<&Indexed> {
        self.of.get(at)
    }

    /// Remembers where resources are.
    pub(super) fn place<'a>(&mut self, resources: impl Iterator<Item = (&'a ResourceArn, BTreeSet<Pair>)>) {
        if self.wide.is_empty() {
            return;
        }
        for (resource, homes) in resources {
            if homes.is_empty() {
                self.at.entry(None).or_default().push(resource.clone());
            }
            for home in homes {
                self.at.entry(Some(home)).or_default().push(resource.clone());
            }
        }
    }

    /// Resources that a selection may take beside those that it writes out.
    fn others(&self, one: &Indexed) -> impl Iterator<Item = &ResourceArn> {
        let wide = !one.criteria.is_exact();
        let here = move |pair: &Option<Pair>| wide && (pair.is_none() || one.pair.is_none() || *pair == one.pair);
        self.at.iter().filter(move |(pair, _)| here(pair)).flat_map(|(_, resources)| resources)
    }
}

impl World {
    /// The rules that select a resource at an instant, by selection. `opted_in`: whether AWS Backup may back up the resource's
    /// type in its account and Region then; `None`: unknown.
    pub fn selected_by(&self, resource: &ResourceArn, at: Instant, opted_in: Option<bool>) -> Vec<Selected<'_>> {
        let asked = self.ask(resource, at, opted_in);
        let found = self.selecting.candidates(resource, &asked.homes).into_iter();
        found.filter_map(|at| self.selecting.get(at)).flat_map(|one| self.taken(one, &asked)).collect()
    }

    /// The same through the selections of one plan alone.
    pub fn selected_in(
        &self,
        plan: &PlanArn,
        resource: &ResourceArn,
        at: Instant,
        opted_in: Option<bool>,
    ) -> Vec<Selected<'_>> {
        let Some(known) = self.selecting.by_plan.get(plan).filter(|_| self.plans.contains_key(plan)) else {
            return Vec::new();
        };
        let asked = self.ask(resource, at, opted_in);
        let may = |one: &&Indexed| {
            let here = asked.homes.is_empty() || one.pair.as_ref().is_none_or(|pair| asked.homes.contains(pair));
            one.criteria.exact.contains(resource.as_str()) || (here && !one.criteria.is_exact())
        };
        let found = known.iter().filter_map(|at| self.selecting.get(*at)).filter(may);
        found.flat_map(|one| self.taken(one, &asked)).collect()
    }

    /// The resources that a plan selects at an instant, among all that are known: those that selections write out, those of
    /// inventories, and those that were backed up. `opted_in` as above, for each.
    pub fn selects(
        &self,
        plan: &PlanArn,
        at: Instant,
        opted_in: impl Fn(&ResourceArn) -> Option<bool>,
    ) -> BTreeMap<ResourceArn, Surety> {
        let mut found: BTreeMap<ResourceArn, Surety> = BTreeMap::new();
        let selections = self.selecting.by_plan.get(plan).into_iter().flatten();
        for one in selections.filter_map(|at| self.selecting.get(*at)) {
            let written: Vec<ResourceArn> = one.criteria.exact.iter().map(ResourceArn::new).collect();
            for resource in written.iter().chain(self.selecting.others(one)) {
                for taken in self.taken(one, &self.ask(resource, at, opted_in(resource))) {
                    let surety = found.entry(resource.clone()).or_insert(taken.surety);
                    *surety = (*surety).max(taken.surety);
                }
            }
        }
        found
    }

    /// The selections of a plan.
    pub fn selections_of(&self, plan: &PlanArn) -> impl Iterator<Item = &Selection> {
        let of_plan = self.selecting.by_plan.get(plan).into_iter().flatten();
        of_plan.filter_map(|at| self.selections.get(&self.selecting.get(*at)?.arn))
    }

    /// Where a resource is, as far as its ARN or an inventory says.
    pub fn homes(&self, resource: &ResourceArn) -> BTreeSet<Pair> {
        match resource.pair() {
            Some(pair) => BTreeSet::from([pair]),
            None => self.tagged.get(resource).map(|tagged| tagged.homes.clone()).unwrap_or_default(),
        }
    }

    /// Where a resource is, and its tags.
    fn ask<'a>(&'a self, resource: &'a ResourceArn, at: Instant, opted_in: Option<bool>) -> Asked<'a> {
        let tags = self.tagged.get(resource).and_then(|tagged| tagged.tags.at(at));
        Asked { resource, homes: self.homes(resource), tags, at, opted_in }
    }

    /// The rules through which one selection takes a resource.
    fn taken(&self, one: &Indexed, asked: &Asked<'_>) -> Vec<Selected<'_>> {
        let (arn, at) = (asked.resource.as_str(), asked.at);
        let tags = asked.tags.and_then(|span| span.value.as_ref());
        let takes = one.criteria.selects(arn, tags, asked.opted_in);
        let Some(selection) = self.selections.get(&one.arn).filter(|_| takes > Truth::No) else { return Vec::new() };
        let plan = one.plan.as_ref().and_then(|plan| self.plans.get(plan));
        let place = match &one.pair {
            Some(pair) if !asked.homes.is_empty() => Truth::from(asked.homes.contains(pair)),
            // A bucket's ARN does not say where it is: written out it is meant, by a pattern it may be.
            _ if one.criteria.exact.contains(arn) => Truth::Yes,
            _ => Truth::Perhaps,
        };
        let born = selection.creation.as_ref().map(|(creation, _)| *creation);
        let stands = plan.map_or(Truth::Perhaps, |plan| standing(&plan.exists, None, at));
        let surety = match takes.min(place).min(standing(&selection.exists, born, at)).min(stands) {
            Truth::No => return Vec::new(),
            Truth::Perhaps => Surety::Possibly,
            Truth::Yes => Surety::Surely,
        };
        let mut evidence: Vec<Evidence> = selection.evidence().into_iter().collect();
        evidence.extend(asked.tags.filter(|_| one.criteria.asks_tags()).map(|span| span.last_shown(at).1));
        let in_force = plan.and_then(|plan| plan.rules.at(at));
        evidence.extend(in_force.map(|span| span.evidence));
        let by = |rule, surety| Selected { plan, rule, selection, surety, evidence: evidence.clone() };
        match in_force.and_then(|span| span.value.as_ref()) {
            Some(rules) => rules.iter().map(|rule| by(Some(rule), surety)).collect(),
            None => vec![by(None, Surety::Possibly)],
        }
    }

    /// Resources of inventories that a plan surely selects, when the inventory was taken or when the evidence ends: they should
    /// be backed up. Whether types are opted in is not asked here, so only selections that do not depend on it count.
    pub(super) fn selected_inventory(&self) -> BTreeMap<ResourceArn, Resource> {
        let last = |line: &Timeline<bool>| {
            line.spans().iter().flat_map(|s| s.confirmed.iter().map(|c| c.0).chain([s.from])).max()
        };
        let ends = self.selections.values().filter_map(|selection| last(&selection.exists)).max();
        let mut found = BTreeMap::new();
        for (arn, tagged) in self.tagged.iter().filter(|(arn, _)| !self.resources.contains_key(*arn)) {
            let mut instants: BTreeSet<Instant> = tagged.tags.spans().iter().map(|span| span.from).collect();
            let first = instants.first().copied();
            instants.extend(ends.filter(|end| first.is_some_and(|first| first <= *end)));
            let sure = |at: &Instant| {
                let selected = self.selected_by(arn, *at, None).into_iter().find(|one| one.surety == Surety::Surely)?;
                Some(Resource { kind: None, evidence: *selected.evidence.first()?, since: *at })
            };
            if let Some(resource) = instants.iter().find_map(sure) {
                found.insert(arn.clone(), resource);
            }
        }
        found
    }
}

/// Whether something exists at an instant: not before it was made; unknown before it was first seen.
fn standing(exists: &Timeline<bool>, born: Option<Instant>, at: Instant) -> Truth {
    match exists.at(at) {
        Some(span) => span.value.into(),
        None if born.is_some_and(|born| at < born) => Truth::No,
        None => Truth::Perhaps,
    }
}
