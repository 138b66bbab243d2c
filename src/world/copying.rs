//! What was done about copies and life cycles: copy jobs that are over, calls that copy, calls that may shorten a retention.

use super::Happened;
use super::job::Job;
use crate::arn::ResourceArn;
use crate::facts::calls::{CopyCall, LifeCall};
use crate::facts::{About, Fact};
use std::collections::BTreeMap;

/// What was done, each in order of time.
#[derive(Debug, Default)]
pub struct Copying {
    /// For each resource, its copy jobs that are over, by their end.
    pub ended: BTreeMap<ResourceArn, Vec<Happened<String>>>,
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

    pub(super) fn settle(&mut self, jobs: &BTreeMap<String, Job>) {
        for job in jobs.values().filter(|job| job.is_copy()) {
            if let (Some((resource, _)), Some((_, at, evidence))) = (&job.resource, job.outcome()) {
                let ended = self.ended.entry(resource.clone()).or_default();
                ended.push(Happened { at, evidence, what: job.id.clone() });
            }
        }
        for jobs in self.ended.values_mut() {
            jobs.sort_by(|a, b| (a.at, a.evidence, &a.what).cmp(&(b.at, b.evidence, &b.what)));
        }
    }
}
