//! RAM invitations over time.
//!
//! An invitation that nobody answers ends without a record: after 12 hours for a vault or a team, after 7 days for the types
//! on AWS's list (RAM User Guide, "Accepting and rejecting resource share invitations"). Where the receiver's log is whole until
//! then and shows no answer, that it expired is inferred; where it is not, what became of it is unknown.

use super::entity::{Attributes, Entity, Told, first};
use super::seen::Sightings;
use crate::arn::{AccountId, Arn, InvitationArn, Region, ShareArn};
use crate::coverage::Coverage;
use crate::evidence::Evidence;
use crate::facts::words::InvitationStatus;
use crate::facts::{Fact, InvitationSays};
use crate::instant::Instant;
use crate::record::identity::Actor;
use crate::timeline::Timeline;
use chrono::Duration;

/// An invitation to a share.
#[derive(Debug)]
pub struct Invitation {
    /// To which share.
    pub share: Told<ShareArn>,
    /// From.
    pub sender: Told<AccountId>,
    /// To.
    pub receiver: Told<AccountId>,
    /// When it was sent.
    pub sent: Told<Instant>,
    /// When it ends unanswered, where that is known.
    pub expires: Told<Instant>,
    /// Who accepted or rejected it.
    pub answered_by: Told<Actor>,
    /// What became of it.
    pub status: Timeline<InvitationStatus>,
}

impl Invitation {
    /// When it expired, and the entry behind that.
    pub fn expired(&self) -> Option<(Instant, Evidence)> {
        let span = self.status.spans().iter().find(|s| s.value == Some(InvitationStatus::Expired))?;
        Some((span.from, span.evidence))
    }
}

impl Entity for Invitation {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("status".into(), &self.status),
            ("resourceShareArn".into(), &self.share),
            ("senderAccountId".into(), &self.sender),
            ("receiverAccountId".into(), &self.receiver),
            ("invitationTimestamp".into(), &self.sent),
            ("expires".into(), &self.expires),
            ("answeredBy".into(), &self.answered_by),
        ]
    }
}

/// What was seen of it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) share: Told<ShareArn>,
    sender: Told<AccountId>,
    receiver: Told<AccountId>,
    sent: Told<Instant>,
    answered_by: Told<Actor>,
    status: Sightings<InvitationStatus>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &InvitationSays) {
        first(&mut self.share, says.share.as_ref(), fact);
        first(&mut self.sender, says.sender.as_ref(), fact);
        first(&mut self.receiver, says.receiver.as_ref(), fact);
        first(&mut self.sent, says.sent.as_ref(), fact);
        first(&mut self.answered_by, says.answered_by.as_ref(), fact);
        self.status.note(fact, says.status.clone());
    }

    /// `resources`: what is in the share, as far as is known.
    pub(super) fn replay<'a>(
        mut self,
        arn: &InvitationArn,
        resources: impl Iterator<Item = &'a str>,
        coverage: &Coverage,
    ) -> Invitation {
        // Whatever became of it, it began so.
        if let Some((sent, evidence)) = self.sent.filter(|(sent, _)| self.status.begins().is_none_or(|at| at > *sent)) {
            self.status.observe(sent, evidence, InvitationStatus::Pending);
        }
        let expires = self.sent.zip(answer_within(resources)).map(|((sent, evidence), runs)| (sent + runs, evidence));
        let mut status = self.status.replay_quietly(|at| at);
        // Where the types are not known, it is over after the longest time.
        let end = expires.or_else(|| self.sent.map(|(sent, evidence)| (sent + LONGEST, evidence)));
        if let (Some((end, _)), Some((sent, _))) = (end, self.sent) {
            let region = Arn::parse(arn.as_str()).and_then(|arn| arn.region_code());
            let region: Option<Region> = region.or_else(|| self.share.as_ref()?.0.region());
            let log = self.receiver.as_ref().map(|(account, _)| account.clone()).zip(region);
            let whole = log.is_some_and(|log| coverage.over(&log, sent, end).is_ok());
            let runs = |status: &InvitationStatus| *status == InvitationStatus::Pending;
            status.lapse(end, runs, whole.then_some(InvitationStatus::Expired));
        }
        Invitation {
            share: self.share,
            sender: self.sender,
            receiver: self.receiver,
            sent: self.sent,
            answered_by: self.answered_by,
            expires,
            status,
        }
    }
}

const SHORTEST: Duration = Duration::hours(12);
const LONGEST: Duration = Duration::days(7);

/// How long the receiver may answer: 12 hours as soon as a type is not on AWS's list; `None`: no type is known.
fn answer_within<'a>(resources: impl Iterator<Item = &'a str>) -> Option<Duration> {
    resources.map(|arn| if has_a_week(arn) { LONGEST } else { SHORTEST }).min()
}

fn has_a_week(arn: &str) -> bool {
    let Some(arn) = Arn::parse(arn) else { return false };
    let kind = arn.resource.split(['/', ':']).next().unwrap_or_default();
    match arn.service {
        "rds" => kind == "cluster",
        "license-manager" => kind == "license-configuration",
        "outposts" => matches!(kind, "outpost" | "site"),
        "route53resolver" => kind == "resolver-rule",
        "ec2" => matches!(
            kind,
            "capacity-reservation"
                | "coip-pool"
                | "dedicated-host"
                | "local-gateway-route-table"
                | "prefix-list"
                | "subnet"
                | "traffic-mirror-target"
                | "transit-gateway"
                | "transit-gateway-multicast-domain"
        ),
        _ => false,
    }
}
