//! CloudTrail trails over time.

use super::drift::Drift;
use super::seen::{Note, Sightings};
use crate::arn::TrailArn;
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::{Fact, TrailSays};
use crate::instant::Instant;
use crate::timeline::Timeline;

/// A trail.
#[derive(Debug)]
pub struct Trail {
    /// Its ARN.
    pub arn: TrailArn,
    /// `IsMultiRegionTrail`.
    pub multi_region: Timeline<bool>,
    /// `IncludeGlobalServiceEvents`.
    pub global_events: Timeline<bool>,
    /// `LogFileValidationEnabled`.
    pub validation: Timeline<bool>,
    /// `IsLogging`.
    pub logging: Timeline<bool>,
    /// `IsOrganizationTrail`: it records every account of the organisation.
    pub organization: bool,
    /// `S3BucketName`.
    pub bucket: Timeline<String>,
    /// `KmsKeyId`.
    pub key: Timeline<String>,
    /// Whether it exists.
    pub exists: Timeline<bool>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Trail {
    /// The log that shows what happens to it: its owner's, in its home Region.
    pub fn pair(&self) -> Option<Pair> {
        self.arn.account().zip(self.arn.region())
    }
}

/// What was seen of a trail.
#[derive(Default)]
pub(super) struct Seen {
    multi_region: Sightings<bool>,
    global_events: Sightings<bool>,
    validation: Sightings<bool>,
    logging: Sightings<bool>,
    organization: bool,
    bucket: Sightings<String>,
    key: Sightings<String>,
    exists: Sightings<bool>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &TrailSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        self.multi_region.note(fact, says.multi_region);
        self.global_events.note(fact, says.global_events);
        self.validation.note(fact, says.validation);
        self.logging.note(fact, says.logging);
        self.organization |= says.organization == Some(true);
        self.bucket.note(fact, says.bucket.clone());
        self.key.note(fact, says.key.clone());
        self.exists.note(fact, says.exists);
    }

    pub(super) fn replay(self, arn: TrailArn, coverage: &Coverage, drifts: &mut Vec<Drift>) -> Trail {
        let pair = arn.account().zip(arn.region());
        let whole = |at: Instant| pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
        let id = arn.to_string();
        Trail {
            multi_region: self
                .multi_region
                .replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field: "IsMultiRegionTrail" }),
            global_events: self
                .global_events
                .replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field: "IncludeGlobalServiceEvents" }),
            validation: self
                .validation
                .replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field: "LogFileValidationEnabled" }),
            logging: self.logging.replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field: "IsLogging" }),
            organization: self.organization,
            bucket: self.bucket.replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field: "S3BucketName" }),
            key: self.key.replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field: "KmsKeyId" }),
            exists: self.exists.replay(whole, &mut Note { drifts: &mut *drifts, entity: &id, field: "exists" }),
            first_seen: self.first_seen,
            arn,
        }
    }
}
