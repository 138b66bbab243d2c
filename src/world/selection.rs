//! Selections of backup plans: made and deleted, never changed; and what they select.
//!
//! How the parts combine is what *Assign resources with AWS CLI* and `BackupSelection` of the AWS Backup API say: a resource is
//! selected if `Resources` or `ListOfTags` takes it (any item of either), all `Conditions` hold, and no `NotResources` does.
//! Where they are silent: a negated condition holds for a resource without the tag, as in IAM policies, whose arithmetic the
//! page refers to; `*` is the only wildcard; a condition on anything but a tag of the resource is unknown, and so is a
//! selection with neither `Resources` nor `ListOfTags`, of which one page says that it takes everything and the service refuses.

use super::entity::entity;
use crate::arn::{Arn, PlanArn, SelectionArn};
use crate::evidence::Evidence;
use crate::facts::words::Operator;
use crate::facts::{Condition, SelectionSays};
use crate::instant::Instant;
use std::collections::{BTreeMap, BTreeSet};

entity! {
    /// A selection of a backup plan.
    Selection(SelectionArn) of SelectionSays {
        /// Whether it exists.
        exists: bool = "exists" fixed,
        /// Of which plan.
        plan: PlanArn = "BackupPlanArn" first,
        /// `SelectionName`.
        name: String = "SelectionName" first,
        /// `IamRoleArn`.
        role: String = "IamRoleArn" first,
        /// `Resources`.
        resources: Vec<String> = "Resources" first,
        /// `NotResources`.
        not_resources: Vec<String> = "NotResources" first,
        /// `ListOfTags`.
        list_of_tags: Vec<Condition> = "ListOfTags" first,
        /// `Conditions`.
        conditions: Vec<Condition> = "Conditions" first,
        /// When it was made.
        creation: Instant = "CreationDate" first,
    }
}

impl Selection {
    /// The entry that shows what it selects, or else names it.
    pub fn evidence(&self) -> Option<Evidence> {
        let shown = self.resources.as_ref().map(|(_, evidence)| *evidence);
        shown.or(self.list_of_tags.as_ref().map(|(_, evidence)| *evidence)).or(self.first_seen.map(|(_, e)| e))
    }
}

/// A selection that a complete list of the plan's selections no longer has is gone.
pub(super) fn note_absent(selections: &mut BTreeMap<SelectionArn, Seen>, lists: &[(PlanArn, Instant, Evidence)]) {
    let mut of_plan: BTreeMap<&PlanArn, Vec<(Instant, Evidence)>> = BTreeMap::new();
    for (plan, at, evidence) in lists {
        of_plan.entry(plan).or_default().push((*at, *evidence));
    }
    for seen in selections.values_mut() {
        let lists = seen.plan.as_ref().and_then(|(plan, _)| of_plan.get(plan));
        for (at, evidence) in lists.into_iter().flatten() {
            if seen.exists.is_settled_at(*at) {
                seen.exists.observe(*at, *evidence, false);
            }
        }
    }
}

/// Whether something is so, as far as is known; *and* is the least, *or* the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It is not.
    No,
    /// It may be.
    Perhaps,
    /// It is.
    Yes,
}

impl From<bool> for Truth {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

impl From<Option<bool>> for Truth {
    fn from(is: Option<bool>) -> Self {
        is.map_or(Self::Perhaps, Self::from)
    }
}

/// The tags of a resource; `None`: unknown.
pub type Tags<'a> = Option<&'a BTreeMap<String, String>>;

/// What a selection asks for, in a form that is quick to ask.
#[derive(Debug, Clone, Default)]
pub struct Criteria {
    /// ARNs without wildcards; they name the type of resource.
    pub exact: BTreeSet<String>,
    /// Patterns that name it: `arn:aws:ec2:*:*:volume/*`.
    named: Vec<Pattern>,
    /// Patterns that do not: `*`, `arn:aws:ec2:*`.
    broad: Vec<Pattern>,
    tags: Vec<Condition>,
    conditions: Vec<Condition>,
    not_exact: BTreeSet<String>,
    not: Vec<Pattern>,
    /// Neither `Resources` nor `ListOfTags`, or what is in one of these is not known.
    open: bool,
    /// What is in `Conditions` or `NotResources` is not known.
    narrowed: bool,
}

impl Criteria {
    /// Those of a selection.
    pub fn of(selection: &Selection) -> Self {
        let said = |told: &Option<(Vec<String>, Evidence)>| told.as_ref().map(|(list, _)| list.clone());
        let asked = |told: &Option<(Vec<Condition>, Evidence)>| told.as_ref().map(|(list, _)| list.clone());
        Self::new(
            said(&selection.resources),
            said(&selection.not_resources),
            asked(&selection.list_of_tags),
            asked(&selection.conditions),
        )
    }

    /// `Resources`, `NotResources`, `ListOfTags`, `Conditions`; `None`: unknown.
    pub fn new(
        resources: Option<Vec<String>>,
        not_resources: Option<Vec<String>>,
        list_of_tags: Option<Vec<Condition>>,
        conditions: Option<Vec<Condition>>,
    ) -> Self {
        let known = resources.as_ref().zip(list_of_tags.as_ref());
        let open = known.is_none_or(|(resources, tags)| resources.is_empty() && tags.is_empty());
        let narrowed = not_resources.is_none() || conditions.is_none();
        let (wild, exact) = resources.unwrap_or_default().into_iter().partition::<Vec<_>, _>(|text| text.contains('*'));
        let (not, not_exact) =
            not_resources.unwrap_or_default().into_iter().partition::<Vec<_>, _>(|text| text.contains('*'));
        let (named, broad) = wild.iter().partition::<Vec<&String>, _>(|text| names_type(text));
        Self {
            exact: exact.into_iter().collect(),
            named: named.into_iter().map(|text| Pattern::new(text)).collect(),
            broad: broad.into_iter().map(|text| Pattern::new(text)).collect(),
            tags: list_of_tags.unwrap_or_default(),
            conditions: conditions.unwrap_or_default(),
            not_exact: not_exact.into_iter().collect(),
            not: not.iter().map(|text| Pattern::new(text)).collect(),
            open,
            narrowed,
        }
    }

    /// Whether nothing but the ARNs that are written out can be selected.
    pub fn is_exact(&self) -> bool {
        !self.open && self.named.is_empty() && self.broad.is_empty() && self.tags.is_empty()
    }

    /// Whether a resource is selected. `opted_in`: whether AWS Backup may back up its type (`ResourceTypeOptInPreference`),
    /// which counts where tags or a service take it, and for types that share the form of their ARNs.
    pub fn selects(&self, arn: &str, tags: Tags<'_>, opted_in: Option<bool>) -> Truth {
        let opted_in = Truth::from(opted_in);
        let named = self.exact.contains(arn) || self.named.iter().any(|pattern| pattern.matches(arn));
        let by_name = Truth::from(named).min(if shares_its_form(arn) { opted_in } else { Truth::Yes });
        if by_name == Truth::No && self.is_exact() {
            return Truth::No;
        }
        let broad = Truth::from(self.broad.iter().any(|pattern| pattern.matches(arn)));
        let tagged = self.tags.iter().map(|tag| holds(tag, tags, true)).max().unwrap_or(Truth::No);
        let open = if self.open { Truth::Perhaps } else { Truth::No };
        let taken = by_name.max(broad.max(tagged).max(open).min(opted_in));
        let left = self.not_exact.contains(arn) || self.not.iter().any(|pattern| pattern.matches(arn));
        let conditions = self.conditions.iter().map(|condition| holds(condition, tags, false)).min();
        let narrowed = if self.narrowed { Truth::Perhaps } else { Truth::Yes };
        taken.min(Truth::from(!left)).min(conditions.unwrap_or(Truth::Yes)).min(narrowed)
    }

    /// Whether it asks for tags.
    pub fn asks_tags(&self) -> bool {
        !self.tags.is_empty() || !self.conditions.is_empty()
    }
}

/// Whether a condition holds. In `ListOfTags` the key may stand alone.
fn holds(condition: &Condition, tags: Tags<'_>, bare: bool) -> Truth {
    let key = &condition.condition_key;
    let Some(key) = key.strip_prefix("aws:ResourceTag/").or(bare.then_some(key.as_str())) else {
        return Truth::Perhaps;
    };
    let Some(tags) = tags else { return Truth::Perhaps };
    let (value, wanted) = (tags.get(key), condition.condition_value.as_str());
    let equals = || value.is_some_and(|value| value == wanted);
    let like = || value.is_some_and(|value| Pattern::new(wanted).matches(value));
    match condition.operator {
        Operator::Equals => equals().into(),
        Operator::NotEquals => (!equals()).into(),
        Operator::Like => like().into(),
        Operator::NotLike => (!like()).into(),
        Operator::Other(_) => Truth::Perhaps,
    }
}

/// Whether a pattern names the type of resource: its last part does not begin with a wildcard.
fn names_type(pattern: &str) -> bool {
    Arn::parse(pattern)
        .is_some_and(|arn| !arn.service.contains('*') && !arn.resource.starts_with('*') && !arn.resource.is_empty())
}

/// Aurora, Neptune and `DocumentDB` clusters, and the kinds of `FSx`: naming the type does not stand for opting in.
fn shares_its_form(arn: &str) -> bool {
    Arn::parse(arn)
        .is_some_and(|arn| (arn.service == "rds" && arn.resource.starts_with("cluster:")) || arn.service == "fsx")
}

/// A text with `*` for any text.
#[derive(Debug, Clone)]
struct Pattern(Vec<String>);

impl Pattern {
    fn new(text: &str) -> Self {
        Self(text.split('*').map(str::to_owned).collect())
    }

    fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let Some((last, middle)) = rest.split_last() else { return text == first };
        let Some(mut text) = text.strip_prefix(first.as_str()).and_then(|text| text.strip_suffix(last.as_str())) else {
            return false;
        };
        for part in middle {
            let Some((_, behind)) = text.split_once(part.as_str()) else { return false };
            text = behind;
        }
        true
    }
}
