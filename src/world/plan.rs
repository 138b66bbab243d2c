//! Backup plans over time. A version of a plan never changes; which version is in force does.

use super::entity::{Attributes, Entity, Terms, Told, first, last};
use super::seen::Sightings;
use crate::arn::PlanArn;
use crate::coverage::Pair;
use crate::evidence::Evidence;
use crate::facts::{Fact, PlanSays, RuleSays};
use crate::instant::{self, Instant};
use crate::schedule::Schedule;
use crate::timeline::Timeline;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// When a rule without a `ScheduleExpression` fires (`BackupRule` in the AWS Backup API).
pub const DEFAULT_SCHEDULE: &str = "cron(0 5 ? * * *)";

/// A backup plan.
#[derive(Debug)]
pub struct Plan {
    /// Its ARN.
    pub arn: PlanArn,
    /// Whether it exists.
    pub exists: Timeline<bool>,
    /// `VersionId`.
    pub version: Timeline<String>,
    /// `BackupPlanName`.
    pub name: Timeline<String>,
    /// Its rules; without a value where no entry shows those of the version in force.
    pub rules: Timeline<Vec<Rule>>,
    /// `AdvancedBackupSettings`.
    pub settings: Timeline<BTreeMap<String, String>>,
    /// The policy that AWS Backup can make no plan of.
    pub invalid: Told<String>,
    /// Entries at whose time every selection is known: its creation, which has none, and complete lists.
    pub selections_known: Vec<(Instant, Evidence)>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Entity for Plan {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("exists".into(), &self.exists),
            ("BackupPlanName".into(), &self.name),
            ("VersionId".into(), &self.version),
            ("Rules".into(), &self.rules),
            ("AdvancedBackupSettings".into(), &self.settings),
            ("InvalidOrganizationBackupPlan".into(), &self.invalid),
        ]
    }
}

/// A rule, and when it fires.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// What it says.
    #[serde(flatten)]
    pub says: RuleSays,
    /// When it fires; `None`: its expression or time zone cannot be read.
    #[serde(skip)]
    pub schedule: Option<Schedule>,
    /// Why that is unknown, or that it never fires.
    #[serde(rename = "ScheduleProblem", skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Rule {
    /// Reads the schedule of a rule that is in force from an instant on.
    fn of(says: RuleSays, from: Instant) -> Self {
        let expression = says.schedule.as_deref().unwrap_or(DEFAULT_SCHEDULE);
        let read = Schedule::parse(expression, says.timezone.as_deref());
        let problem = match &read {
            Err(error) => Some(format!("unknown: {error}")),
            Ok(schedule) if schedule.next_after(from).is_none() => {
                Some(format!("never: it does not fire after {}", instant::show(from)))
            }
            Ok(_) => None,
        };
        Self { says, schedule: read.ok(), problem }
    }
}

/// What one version says.
#[derive(Default)]
struct Document {
    name: Told<String>,
    rules: Told<Vec<RuleSays>>,
    settings: Told<BTreeMap<String, String>>,
}

impl Document {
    fn note(&mut self, fact: &Fact, says: &PlanSays) {
        first(&mut self.name, says.name.as_ref(), fact);
        first(&mut self.settings, says.settings.as_ref(), fact);
        // Snapshots know the ids of the rules, which calls do not tell.
        let named = |rules: &[RuleSays]| rules.iter().all(|rule| rule.id.is_some());
        let poorer = self.rules.as_ref().is_none_or(|(known, _)| !named(known));
        if let Some(rules) = says.rules.as_ref().filter(|rules| poorer && (self.rules.is_none() || named(rules))) {
            self.rules = Some((rules.clone(), fact.evidence));
        }
    }
}

/// What was seen of a plan.
#[derive(Default)]
pub(super) struct Seen {
    exists: Sightings<bool>,
    version: Sightings<String>,
    /// Versions that `get-backup-plan` showed: whichever it was asked for.
    shown: BTreeMap<Instant, BTreeMap<String, Evidence>>,
    /// When a list of plans showed the version in force.
    listed: BTreeSet<Instant>,
    documents: BTreeMap<String, Document>,
    invalid: Told<String>,
    created: Option<Instant>,
    selections_known: Vec<(Instant, Evidence)>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &PlanSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        self.exists.note(fact, says.exists);
        self.created = self.created.into_iter().chain(says.created).min();
        last(&mut self.invalid, says.invalid.as_ref(), fact);
        if says.is_new {
            self.selections_known.push((fact.at, fact.evidence));
        }
        match &says.version {
            Some(version) => {
                self.documents.entry(version.clone()).or_default().note(fact, says);
                if fact.observed && !says.listed {
                    let shown = self.shown.entry(fact.at).or_default();
                    shown.entry(version.clone()).or_insert(fact.evidence);
                } else {
                    self.version.note(fact, Some(version.clone()));
                }
            }
            None if says.changed => self.version.blur(fact),
            None => {}
        }
        if says.listed {
            self.listed.insert(fact.at);
        }
    }

    /// An entry lists all selections of the plan.
    pub(super) fn all_selections(&mut self, at: Instant, evidence: Evidence) {
        self.first_seen.get_or_insert((at, evidence));
        self.selections_known.push((at, evidence));
    }

    /// The one version that was shown is the one in force, unless a list of plans says it better. Of several, any may be.
    fn note_shown(&mut self) {
        for (at, versions) in &self.shown {
            if let (false, 1, Some((version, evidence))) =
                (self.listed.contains(at), versions.len(), versions.first_key_value())
            {
                self.version.observe(*at, *evidence, version.clone());
            }
        }
    }

    pub(super) fn replay(mut self, arn: PlanArn, terms: &mut Terms<'_>) -> Plan {
        self.note_shown();
        self.selections_known.sort_unstable();
        terms.whose.created = self.created;
        let exists = terms.fixed(self.exists, "exists");
        let version = terms.changing(self.version, "VersionId");
        let documents = &self.documents;
        let of = |version: &Option<String>| version.as_ref().and_then(|version| documents.get(version));
        let rules = version.map(|span| {
            let told = of(&span.value).and_then(|document| document.rules.as_ref());
            let read = |rules: &[RuleSays]| rules.iter().map(|rule| Rule::of(rule.clone(), span.from)).collect();
            (told.map(|(rules, _)| read(rules)), told.map_or(span.evidence, |(_, evidence)| *evidence))
        });
        Plan {
            exists,
            name: version.map(|span| of(&span.value).and_then(|d| d.name.clone()).map_or((None, span.evidence), told)),
            settings: version
                .map(|span| of(&span.value).and_then(|d| d.settings.clone()).map_or((None, span.evidence), told)),
            rules,
            version,
            invalid: self.invalid,
            selections_known: self.selections_known,
            first_seen: self.first_seen,
            arn,
        }
    }
}

fn told<T>((value, evidence): (T, Evidence)) -> (Option<T>, Evidence) {
    (Some(value), evidence)
}

/// A plan that a complete list no longer has is gone.
pub(super) fn note_absent(plans: &mut BTreeMap<PlanArn, Seen>, lists: &BTreeMap<Pair, Vec<(Instant, Evidence)>>) {
    for (arn, seen) in plans.iter_mut() {
        let lists = arn.pair().and_then(|pair| lists.get(&pair));
        for (at, evidence) in lists.into_iter().flatten() {
            if seen.exists.is_settled_at(*at) {
                seen.exists.observe(*at, *evidence, false);
            }
        }
    }
}
