//! Copy and backup jobs over time.

use super::entity::{Attributes, Entity};
use super::seen::Sightings;
use crate::arn::{ResourceArn, VaultArn};
use crate::facts::words::JobState;
use crate::facts::{Fact, JobSays};
use crate::timeline::Timeline;

/// A copy or backup job.
#[derive(Debug)]
pub struct Job {
    /// Copy rather than backup.
    pub is_copy: bool,
    /// `State`.
    pub state: Timeline<JobState>,
    /// Of which resource.
    pub resource: Option<ResourceArn>,
    /// Into which vault.
    pub destination: Option<VaultArn>,
    /// The latest `StatusMessage`.
    pub message: Option<String>,
}

impl Entity for Job {
    fn attributes(&self) -> Attributes<'_> {
        vec![("State".into(), &self.state)]
    }
}

/// What was seen of a job.
#[derive(Default)]
pub(super) struct Seen {
    is_copy: bool,
    state: Sightings<JobState>,
    resource: Option<ResourceArn>,
    destination: Option<VaultArn>,
    message: Option<String>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &JobSays) {
        self.is_copy |= says.is_copy;
        self.state.note(fact, says.state.clone());
        self.resource = self.resource.take().or_else(|| says.resource.clone());
        self.destination = self.destination.take().or_else(|| says.destination.clone());
        self.message = says.message.clone().or(self.message.take());
    }

    pub(super) fn replay(self) -> Job {
        Job {
            is_copy: self.is_copy,
            state: self.state.replay_quietly(|at| at),
            resource: self.resource,
            destination: self.destination,
            message: self.message,
        }
    }
}
