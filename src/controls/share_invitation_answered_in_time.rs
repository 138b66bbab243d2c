//! SHR-04: an invitation to a share of a LAG vault or team is accepted or rejected in time, by the account invited.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::{AccountId, ShareArn, TeamArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::{InvitationStatus, VaultKind};
use crate::instant::{self, Instant};
use crate::status::Severity;
use crate::timeline::{Origin, Span};
use crate::world::World;
use crate::world::invitation::Invitation;
use crate::world::share::Share;
use chrono::Duration;
use std::collections::BTreeSet;

pub use super::nothing_to_check as check;

/// Invitations to shares of vaults and teams, and accounts in such shares to whom no invitation is known.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let (world, scope) = (context.world, &context.policy.scope);
    let judged = |arn: &ShareArn| {
        world.shares.get(arn).is_some_and(|share| guards(share, world))
            && scope.holds(arn.account().as_ref(), arn.region().as_ref())
    };
    let mut subjects = Vec::new();
    let mut invited: BTreeSet<(&ShareArn, &str)> = BTreeSet::new();
    for (arn, invitation) in &world.invitations {
        let Some((share, _)) = invitation.share.as_ref().filter(|(share, _)| judged(share)) else { continue };
        invited.extend(invitation.receiver.as_ref().map(|(receiver, _)| (share, receiver.as_str())));
        subjects.push(Subject::invitation(arn, share));
    }
    for share in world.shares.values().filter(|share| judged(&share.arn)) {
        let accounts = share.principals.keys().filter_map(|principal| AccountId::parse(principal));
        let others = accounts.filter(|id| share.arn.account().as_ref() != Some(id));
        let alone = others.filter(|id| !invited.contains(&(&share.arn, id.as_str())));
        subjects.extend(alone.map(|id| Subject::invited(&share.arn, &id)));
    }
    subjects
}

/// Whether an air-gapped vault or a team is in the share, or was.
fn guards(share: &Share, world: &World) -> bool {
    share.resources.keys().any(|resource| {
        let vault = VaultArn::parse(resource).is_some_and(|arn| {
            let kind = world.vaults.get(&arn).and_then(air_gapped::kind);
            !matches!(kind, Some(VaultKind::Standard | VaultKind::RestoreAccess))
        });
        vault || TeamArn::parse(resource).is_some()
    })
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let world = view.of.world;
    let unknown = || Judgement::insufficient("invitation_unknown", "Nothing is known of the invitation.");
    match &subject.key {
        Key::Invitation(arn) => world.invitations.get(arn).map_or_else(unknown, |invitation| known(invitation, view)),
        Key::Invited(share, account) => world.shares.get(share).map_or_else(unknown, |share| unseen(share, account, view)),
        _ => unknown(),
    }
}

/// An account is in the share, and no invitation to it is known.
fn unseen(share: &Share, account: &AccountId, view: &View<'_>) -> Judgement {
    let since = share.principals.get(account.as_str()).and_then(|line| line.spans().first());
    let Some(since) = since.filter(|span| view.is_past(span.from)) else {
        return Judgement::not_applicable("not_yet_created", "The account was not in the share yet.");
    };
    let owner = share.arn.account();
    let inside = match &view.of.policy.organization {
        Some(inside) => inside.contains_key(account) && owner.is_some_and(|owner| inside.contains_key(&owner)),
        None => view.of.world.members.contains_key(account),
    };
    if inside {
        let message = "The account belongs to the organization: it gets the share without an invitation.";
        return Judgement::not_applicable("no_invitation", message).citing(since.evidence, "share");
    }
    let message = format!(
        "Whether {account} accepted the share is not known; add its log, or `aws ram get-resource-share-invitations` to the snapshot."
    );
    Judgement::insufficient("invitation_unknown", message).citing(since.evidence, "share")
}

/// An invitation and how it stands.
struct Case<'v, 'w> {
    invitation: &'v Invitation,
    sent: Instant,
    limit: Duration,
    proof: Proof,
    view: &'v View<'w>,
}

fn known(invitation: &Invitation, view: &View<'_>) -> Judgement {
    let Some((sent, evidence)) = invitation.sent else {
        let message = "No record shows when the invitation was sent; add `aws ram get-resource-share-invitations` to the snapshot.";
        return Judgement::insufficient("invitation_unknown", message);
    };
    if !view.is_past(sent) {
        let message = format!("The invitation was sent at {}.", instant::show(sent));
        return Judgement::not_applicable("not_yet_created", message).citing(evidence, "invitation");
    }
    let hours = view.of.params.int("accept_window_hours").unwrap_or(12);
    let proof = Proof::shown(evidence, "invitation");
    let case = Case { invitation, sent, limit: Duration::hours(hours), proof, view };
    let judgement = match view.look(&invitation.status) {
        Some(span) => case.judge(span),
        None => case.open(),
    };
    judgement.expected("accept_window_hours", hours)
}

impl Case<'_, '_> {
    fn judge(&self, span: &Span<InvitationStatus>) -> Judgement {
        match &span.value {
            Some(InvitationStatus::Pending) => self.pending(span),
            Some(InvitationStatus::Accepted) => self.answered(span, true),
            Some(InvitationStatus::Rejected) => self.answered(span, false),
            Some(InvitationStatus::Expired) => {
                let message = "Nobody answered the invitation before it expired: the share never took effect.";
                let proof = self.proof.clone().and(span.evidence, "expired").with(self.unanswered(span));
                Judgement::non_compliant("expired", message, &proof).severity(Severity::Low)
            }
            Some(InvitationStatus::Other(_)) | None => self.open(),
        }
    }

    /// The receiver's log, where no entry says that the invitation expired.
    fn unanswered(&self, span: &Span<InvitationStatus>) -> Option<Proof> {
        let log = self.receivers_log().filter(|_| span.origin == Origin::Inferred)?;
        let covered = self.view.covered_between(Some(&log), self.sent, span.from).ok()?;
        Proof::absence(covered, "no answer")
    }

    fn pending(&self, span: &Span<InvitationStatus>) -> Judgement {
        if self.view.within(self.sent, self.limit) {
            let message = format!("The invitation runs until {}.", instant::show(self.sent + self.limit));
            return Judgement::compliant("in_grace", message, &self.proof);
        }
        for (when, _) in &span.confirmed {
            self.view.changes_at(*when);
        }
        let (shown, evidence) = span.last_shown(self.view.now());
        let message = format!("Nobody answered the invitation of {}.", instant::show(self.sent));
        if shown > self.sent + self.limit {
            let proof = self.proof.clone().and(evidence, "still pending");
            return Judgement::non_compliant("unanswered", message, &proof).severity(Severity::Low);
        }
        match self.view.covered(self.receivers_log().as_ref(), self.sent) {
            Err(_) => self.open(),
            Ok(covered) => {
                let proof = self.proof.clone().with(Proof::absence(covered, "no answer"));
                Judgement::non_compliant("unanswered", message, &proof).severity(Severity::Low)
            }
        }
    }

    fn answered(&self, span: &Span<InvitationStatus>, accepted: bool) -> Judgement {
        let proof = self.proof.clone().and(span.evidence, if accepted { "accepted" } else { "rejected" });
        let by = self.invitation.answered_by.as_ref().filter(|(_, evidence)| *evidence == span.evidence);
        let in_time = span.from <= self.sent + self.limit;
        let Some((actor, _)) = by else {
            // A snapshot, or a call that came too late for it, shows the answer and not its time.
            return if in_time { answered_in_time(&proof) } else { self.when(span.evidence) };
        };
        let receiver = self.invitation.receiver.as_ref().map(|(account, _)| account);
        if let (true, Some(account), Some(receiver)) = (accepted, &actor.account, receiver)
            && account != receiver
        {
            let message = format!("{} of {account} accepted the invitation, which was for {receiver}.", actor.said());
            return Judgement::non_compliant("accepted_by_other", message, &proof);
        }
        if in_time {
            return answered_in_time(&proof);
        }
        let took = instant::say(span.from - self.sent);
        if accepted {
            let message = format!("The invitation was accepted {took} after it was sent.");
            return Judgement::non_compliant("accepted_late", message, &proof);
        }
        let message = format!("The invitation was rejected {took} after it was sent.");
        Judgement::non_compliant("rejected_late", message, &proof).severity(Severity::Low)
    }

    fn when(&self, evidence: Evidence) -> Judgement {
        let message = format!("The invitation was answered; when is not known: {}.", self.missing());
        Judgement::insufficient("answer_unknown", message).citing_all(&self.proof).citing(evidence, "answered")
    }

    fn open(&self) -> Judgement {
        let message = format!("What became of the invitation is not known: {}.", self.missing());
        Judgement::insufficient("answer_unknown", message).citing_all(&self.proof)
    }

    fn missing(&self) -> String {
        let deadline = instant::show(self.sent + self.limit);
        match self.receivers_log() {
            Some((account, region)) => format!(
                "the answer would be in the log of {account} in {region} from {} to {deadline}",
                instant::show(self.sent)
            ),
            None => "no record names its receiver".into(),
        }
    }

    fn receivers_log(&self) -> Option<crate::coverage::Pair> {
        let region = self.invitation.share.as_ref()?.0.region()?;
        Some((self.invitation.receiver.as_ref()?.0.clone(), region))
    }
}

fn answered_in_time(proof: &Proof) -> Judgement {
    Judgement::compliant("answered_in_time", "The invitation was answered in time.", proof)
}
