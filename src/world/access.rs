//! A recovery account's access to an air-gapped vault: asked for, approved by the team, opened as a restore access vault,
//! revoked or deleted.
//!
//! Nothing in the log joins a request to its session: it is the one about the same vault, begun within ten minutes.

use super::entity::{Attributes, Entity, Told, first, last};
use super::seen::Sightings;
use super::session::{Session, Sessions};
use crate::arn::{AccountId, SessionArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::{UpdateStatus, VaultState};
use crate::facts::{AccessSays, Fact};
use crate::instant::Instant;
use crate::record::identity::Actor;
use crate::timeline::Timeline;
use chrono::Duration;

/// The action that opens a vault to a recovery account.
const ACTION: &str = "CreateRestoreAccess";
/// The action that takes it back.
const REVOCATION: &str = "RevokeRestoreAccess";
/// A session is begun by the call that asks for it.
const SAME_REQUEST: Duration = Duration::minutes(10);

/// One request and what became of it.
#[derive(Debug)]
pub struct Access {
    /// The restore access vault's ARN, or the request's event id.
    pub id: String,
    /// The restore access vault.
    pub vault: Option<VaultArn>,
    /// The air-gapped vault behind it.
    pub source: Told<VaultArn>,
    /// The recovery account.
    pub account: Option<AccountId>,
    /// Who asked.
    pub requester: Told<Actor>,
    /// When.
    pub requested: Told<Instant>,
    /// What they wrote; CloudTrail hides it.
    pub comment: Told<String>,
    /// `ApprovalDate`.
    pub approved: Told<Instant>,
    /// `VaultState`.
    pub state: Timeline<VaultState>,
    /// Whether the restore access vault exists.
    pub exists: Timeline<bool>,
    /// The session that decided: as AWS says, else the one that belongs to the request.
    pub session: Told<SessionArn>,
    /// `LatestRevokeRequest.Status`; a revocation that is approved deletes the restore access vault.
    pub revoke: Timeline<Option<UpdateStatus>>,
    /// Who asked for the revocation.
    pub revoker: Told<Actor>,
    /// When.
    pub revoke_asked: Told<Instant>,
    /// Why it failed.
    pub revoke_message: Told<String>,
    /// The session that decides about it.
    pub revoke_session: Told<SessionArn>,
    /// When that ends undecided.
    pub revoke_expires: Told<Instant>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Access {
    /// When access was there: the approval date of AWS Backup, else the first sight of the vault being available.
    pub fn available(&self) -> Option<(Instant, Evidence)> {
        available(self.approved, &self.state)
    }
}

fn available(approved: Told<Instant>, state: &Timeline<VaultState>) -> Option<(Instant, Evidence)> {
    approved.or_else(|| {
        let first = state.spans().iter().find(|s| s.value == Some(VaultState::Available))?;
        Some((first.from, first.evidence))
    })
}

/// Whether a session is about opening a vault to a recovery account.
pub fn is_about_access(session: &Session) -> bool {
    is_about(session, ACTION)
}

fn is_about(session: &Session, action: &str) -> bool {
    session.action.as_ref().is_some_and(|(name, _)| name.contains(action))
}

impl Entity for Access {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("exists".into(), &self.exists),
            ("VaultState".into(), &self.state),
            ("SourceBackupVaultArn".into(), &self.source),
            ("Requester".into(), &self.requester),
            ("RequestTime".into(), &self.requested),
            ("RequesterComment".into(), &self.comment),
            ("ApprovalDate".into(), &self.approved),
            ("MpaSessionArn".into(), &self.session),
            ("LatestRevokeRequest.Status".into(), &self.revoke),
            ("LatestRevokeRequest.Requester".into(), &self.revoker),
            ("LatestRevokeRequest.InitiationDate".into(), &self.revoke_asked),
            ("LatestRevokeRequest.StatusMessage".into(), &self.revoke_message),
            ("LatestRevokeRequest.MpaSessionArn".into(), &self.revoke_session),
            ("LatestRevokeRequest.ExpiryDate".into(), &self.revoke_expires),
        ]
    }
}

/// What was seen of it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) vault: Option<VaultArn>,
    source: Told<VaultArn>,
    account: Option<AccountId>,
    requester: Told<Actor>,
    requested: Told<Instant>,
    comment: Told<String>,
    approved: Told<Instant>,
    state: Sightings<VaultState>,
    exists: Sightings<bool>,
    session: Told<SessionArn>,
    revoke: Sightings<Option<UpdateStatus>>,
    revoker: Told<Actor>,
    revoke_asked: Told<Instant>,
    revoke_message: Told<String>,
    revoke_session: Told<SessionArn>,
    revoke_expires: Told<Instant>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &AccessSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        self.vault = self.vault.take().or_else(|| says.vault.clone());
        self.account = self.account.take().or_else(|| says.account.clone());
        first(&mut self.source, says.source.as_ref(), fact);
        first(&mut self.requester, says.requester.as_ref(), fact);
        first(&mut self.requested, says.requested.as_ref(), fact);
        first(&mut self.comment, says.comment.as_ref(), fact);
        first(&mut self.approved, says.approved.as_ref(), fact);
        first(&mut self.session, says.session.as_ref(), fact);
        self.state.note(fact, says.state.clone());
        self.exists.note(fact, says.exists);
        self.revoke.note(fact, says.revoke.clone());
        last(&mut self.revoker, says.revoker.as_ref(), fact);
        last(&mut self.revoke_asked, says.revoke_asked.as_ref(), fact);
        last(&mut self.revoke_message, says.revoke_message.as_ref(), fact);
        last(&mut self.revoke_session, says.revoke_session.as_ref(), fact);
        last(&mut self.revoke_expires, says.revoke_expires.as_ref(), fact);
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = (VaultArn, Instant, Evidence)> {
        let at = self.first_seen.map(|(at, _)| at);
        self.source.clone().into_iter().filter_map(move |(vault, evidence)| Some((vault, at?, evidence)))
    }

    /// `vault` is the restore access vault's own existence: its account may delete it at any time.
    pub(super) fn replay(mut self, id: String, vault: Option<&Timeline<bool>>, sessions: &Sessions) -> Access {
        for span in vault.map(Timeline::spans).unwrap_or_default() {
            if let Some(exists) = span.value {
                self.exists.observe(span.from, span.evidence, exists);
            }
        }
        let state = self.state.replay_quietly(|at| at);
        let vaults = (self.vault.as_ref(), self.source.as_ref());
        let available = available(self.approved, &state);
        let session = self.session.or_else(|| begun_for(ACTION, vaults, self.requested, available, sessions));
        let revoke_session =
            self.revoke_session.or_else(|| begun_for(REVOCATION, vaults, self.revoke_asked, None, sessions));
        decided(&mut self.revoke, revoke_session.as_ref(), sessions);
        Access {
            id,
            vault: self.vault,
            source: self.source,
            account: self.account,
            requester: self.requester,
            requested: self.requested,
            comment: self.comment,
            approved: self.approved,
            state,
            exists: self.exists.replay_quietly(|at| at),
            session,
            revoke: self.revoke.replay_quietly(|at| at),
            revoker: self.revoker,
            revoke_asked: self.revoke_asked,
            revoke_message: self.revoke_message,
            revoke_session,
            revoke_expires: self.revoke_expires,
            first_seen: self.first_seen,
        }
    }
}

/// No service event tells that a revocation was approved: its session does.
fn decided(
    revoke: &mut Sightings<Option<UpdateStatus>>,
    session: Option<&(SessionArn, Evidence)>,
    sessions: &Sessions,
) {
    let Some(session) = session.and_then(|(arn, _)| sessions.get(arn)) else { return };
    for span in session.state.spans() {
        let status = match &span.value {
            Some(state) if state.is_approved() => UpdateStatus::Approved,
            Some(state) if state.is_refused() => UpdateStatus::Failed,
            _ => continue,
        };
        revoke.observe(span.from, span.evidence, Some(status));
    }
}

/// The session that was begun with the request, on the same vault; where no request is known, the last one that can have
/// ended before access was there.
fn begun_for(
    action: &str,
    (vault, source): (Option<&VaultArn>, Option<&(VaultArn, Evidence)>),
    requested: Told<Instant>,
    available: Option<(Instant, Evidence)>,
    sessions: &Sessions,
) -> Told<SessionArn> {
    let (source, _) = source?;
    let (from, until) = match (requested, available) {
        (Some((at, _)), _) => (at - SAME_REQUEST, at + SAME_REQUEST),
        (None, Some((at, _))) => (at - Duration::hours(48), at),
        (None, None) => return None,
    };
    let about = sessions.values().filter(|s| is_about(s, action)).filter_map(|session| {
        let (on, _) = session.resource.as_ref()?;
        let (begun, evidence) = session.requested?;
        let is_same = on == source.as_str() || vault.is_some_and(|vault| on == vault.as_str());
        (is_same && begun >= from && begun <= until).then_some((begun, session, evidence))
    });
    let (_, session, evidence) = about.max_by_key(|(begun, session, _)| (*begun, &session.arn))?;
    Some((session.arn.clone(), evidence))
}
