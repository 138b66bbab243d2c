//! What was done about copies and life cycles: copy jobs that are over, calls that copy, calls that may shorten a retention.

use super::Happened;
use super::job::Job;
use crate::arn::{JobId, ResourceArn};
use crate::facts::calls::{CopyCall, LifeCall};
use crate::facts::{About, Fact};
use std::collections::{BTreeMap, HashMap};

/// What was done, each in order of time.
#[derive(Debug, Default)]
pub struct Copying {
    /// For each resource, its copy jobs that are over, by their end.
    pub ended: BTreeMap<ResourceArn, Vec<Happened<JobId>>>,
    /// `StartCopyJob`, refused ones too.
    pub calls: Vec<Happened<CopyCall>>,
    /// Calls that may shorten how long a recovery point, or what a plan makes, is kept, by its ARN.
    pub life_calls: BTreeMap<String, Vec<Happened<LifeCall>>>,
}

impl Copying {
    pub(super) fn note(&mut self, fact: &Fact) {
        let (at, evidence) = (fact.at, fact.evidence);
        match &fact.about {
            About::CopyCall(call) => self.calls.push(Happened { at, evidence, what: (**call).clone() }),
            About::LifeCall(id, call) => {
                let calls = self.life_calls.entry(id.clone()).or_default();
                calls.push(Happened { at, evidence, what: (**call).clone() });
            }
            _ => {}
        }
    }
}

/// Copy jobs that are over, as jobs come.
#[derive(Default)]
pub(super) struct Ended(HashMap<ResourceArn, Vec<Happened<JobId>>>);

impl Ended {
    pub(super) fn put(&mut self, job: &Job) {
        if let (true, Some((resource, _)), Some((_, at, evidence))) = (job.is_copy(), &job.resource, job.outcome()) {
            self.0.entry(resource.clone()).or_default().push(Happened { at, evidence, what: job.id.clone() });
        }
    }

    /// All of them, in order of time.
    pub(super) fn settle(self) -> BTreeMap<ResourceArn, Vec<Happened<JobId>>> {
        let ordered = self.0.into_iter().map(|(resource, mut jobs)| {
            jobs.sort_unstable_by(|a, b| (a.at, a.evidence, &a.what).cmp(&(b.at, b.evidence, &b.what)));
            jobs.shrink_to_fit();
            (resource, jobs)
        });
        ordered.collect()
    }
}
