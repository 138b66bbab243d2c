//! A recovery account's access to an air-gapped vault: asked for, approved by the team, opened as a restore access vault.

use super::entity::{Attributes, Entity, Told, first};
use super::seen::Sightings;
use crate::arn::{AccountId, SessionArn, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::VaultState;
use crate::facts::{AccessSays, Fact};
use crate::instant::Instant;
use crate::record::identity::Actor;
use crate::timeline::Timeline;

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
    /// `ApprovalDate`.
    pub approved: Told<Instant>,
    /// `VaultState`.
    pub state: Timeline<VaultState>,
    /// The session that decided.
    pub session: Told<SessionArn>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Entity for Access {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("VaultState".into(), &self.state),
            ("SourceBackupVaultArn".into(), &self.source),
            ("Requester".into(), &self.requester),
            ("RequestTime".into(), &self.requested),
            ("ApprovalDate".into(), &self.approved),
            ("MpaSessionArn".into(), &self.session),
        ]
    }
}

/// What was seen of it.
#[derive(Default)]
pub(super) struct Seen {
    vault: Option<VaultArn>,
    source: Told<VaultArn>,
    account: Option<AccountId>,
    requester: Told<Actor>,
    requested: Told<Instant>,
    approved: Told<Instant>,
    state: Sightings<VaultState>,
    session: Told<SessionArn>,
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
        first(&mut self.approved, says.approved.as_ref(), fact);
        first(&mut self.session, says.session.as_ref(), fact);
        self.state.note(fact, says.state.clone());
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = (VaultArn, Instant, Evidence)> {
        let at = self.first_seen.map(|(at, _)| at);
        self.source.clone().into_iter().filter_map(move |(vault, evidence)| Some((vault, at?, evidence)))
    }

    pub(super) fn replay(self, id: String) -> Access {
        Access {
            id,
            vault: self.vault,
            source: self.source,
            account: self.account,
            requester: self.requester,
            requested: self.requested,
            approved: self.approved,
            state: self.state.replay_quietly(|at| at),
            session: self.session,
            first_seen: self.first_seen,
        }
    }
}
