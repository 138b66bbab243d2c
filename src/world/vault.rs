//! Backup vaults over time.
//!
//! What AWS never lets anyone change on an air-gapped vault (type, lock, retention bounds, key) is carried back to its
//! creation; everything else only over a whole log.

use super::Happened;
use super::approval::Session;
use super::drift::Drift;
use super::entity::{Attributes, Entity};
use super::seen::{Note, Sightings};
use crate::arn::{KeyArn, SessionArn, TeamArn, VaultArn};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::words::{KeyType, SessionState, UpdateStatus, VaultKind, VaultState};
use crate::facts::{Fact, VaultSays};
use crate::instant::Instant;
use crate::timeline::Timeline;
use chrono::Duration;
use std::collections::BTreeMap;

/// A vault.
#[derive(Debug)]
pub struct Vault {
    /// Its ARN.
    pub arn: VaultArn,
    /// `VaultType`.
    pub kind: Timeline<VaultKind>,
    /// `VaultState`.
    pub state: Timeline<VaultState>,
    /// `Locked`.
    pub locked: Timeline<bool>,
    /// `LockDate`.
    pub lock_date: Timeline<Option<Instant>>,
    /// Successful calls that change the lock.
    pub lock_changes: Vec<Happened<()>>,
    /// `MinRetentionDays`.
    pub min_days: Timeline<i64>,
    /// `MaxRetentionDays`.
    pub max_days: Timeline<i64>,
    /// Refused creations with too small a minimum.
    pub refused_min_days: Vec<(Instant, Evidence, i64)>,
    /// `EncryptionKeyType`.
    pub key_type: Timeline<KeyType>,
    /// `EncryptionKeyArn`.
    pub key: Timeline<KeyArn>,
    /// The associated approval team.
    pub team: Timeline<Option<TeamArn>>,
    /// How the latest change of the team went.
    pub team_update: Timeline<UpdateStatus>,
    /// Whether it exists.
    pub exists: Timeline<bool>,
    /// When it was made, and who says so.
    pub created: Option<(Instant, Evidence)>,
    /// Complete lists of its recovery points.
    pub all_points: Vec<(Instant, Evidence)>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Vault {
    /// The log that shows what happens to it.
    pub fn pair(&self) -> Option<Pair> {
        self.arn.pair()
    }
}

impl Entity for Vault {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("exists".into(), &self.exists),
            ("VaultType".into(), &self.kind),
            ("VaultState".into(), &self.state),
            ("Locked".into(), &self.locked),
            ("LockDate".into(), &self.lock_date),
            ("MinRetentionDays".into(), &self.min_days),
            ("MaxRetentionDays".into(), &self.max_days),
            ("EncryptionKeyType".into(), &self.key_type),
            ("EncryptionKeyArn".into(), &self.key),
            ("MpaApprovalTeamArn".into(), &self.team),
            ("LatestMpaApprovalTeamUpdate".into(), &self.team_update),
        ]
    }
}

/// What was seen of a vault.
#[derive(Default)]
pub(super) struct Seen {
    kind: Sightings<VaultKind>,
    state: Sightings<VaultState>,
    locked: Sightings<bool>,
    lock_date: Sightings<Option<Instant>>,
    lock_changes: Vec<Happened<()>>,
    min_days: Sightings<i64>,
    max_days: Sightings<i64>,
    refused_min_days: Vec<(Instant, Evidence, i64)>,
    key_type: Sightings<KeyType>,
    key: Sightings<KeyArn>,
    team_facts: Vec<(Fact, VaultSays)>,
    team_update: Sightings<UpdateStatus>,
    exists: Sightings<bool>,
    created: Option<(Instant, Evidence)>,
    pub(super) all_points: Vec<(Instant, Evidence)>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    pub(super) fn note(&mut self, fact: &Fact, says: &VaultSays) {
        let here = (fact.at, fact.evidence);
        if let Some(days) = says.refused_min_days {
            self.refused_min_days.push((fact.at, fact.evidence, days));
            return;
        }
        self.first_seen.get_or_insert(here);
        self.kind.note(fact, says.kind.clone());
        self.state.note(fact, says.state.clone());
        self.locked.note(fact, says.locked);
        self.lock_date.note(fact, says.lock_date);
        self.min_days.note(fact, says.min_days);
        self.max_days.note(fact, says.max_days);
        self.key_type.note(fact, says.key_type.clone());
        self.key.note(fact, says.key.clone());
        self.exists.note(fact, says.exists);
        self.team_update.note(fact, says.team_update.clone());
        self.team_facts.push((fact.clone(), says.clone()));
        if says.team_asked.is_some() {
            self.must_be_air_gapped(fact.at, fact.evidence);
        }
        if says.lock_changed {
            self.lock_changes.push(Happened { at: fact.at, evidence: fact.evidence, what: () });
            self.lock_date.blur(fact);
        }
        if let Some(created) = says.created {
            let earliest = self.created.map_or(created, |(known, _)| known.min(created));
            if self.created.is_none_or(|(known, _)| known != earliest) {
                self.created = Some((earliest, fact.evidence));
            }
        }
    }

    /// The team over time. The first association takes effect at once; replacing it or letting it go waits for the current
    /// team's session: approved it takes effect, refused it does not, and where no session is known it may have.
    fn team(&self, arn: &VaultArn, sessions: &Sessions) -> Sightings<Option<TeamArn>> {
        let mut line: Sightings<Option<TeamArn>> = Sightings::default();
        let mut current: Option<Option<TeamArn>> = None;
        for (fact, says) in &self.team_facts {
            if let Some(team) = &says.team {
                line.note(fact, Some(team.clone()));
                current = Some(team.clone());
            }
            let wanted = match (&says.team_asked, says.team_released) {
                (Some(team), _) => Some(team.clone()),
                (None, true) => None,
                (None, false) => continue,
            };
            let held = matches!(&current, Some(Some(team)) if Some(team) != wanted.as_ref());
            if !held && wanted.is_some() {
                line.note(fact, Some(wanted.clone()));
                current = Some(wanted);
                continue;
            }
            match decision(arn, fact.at, wanted.is_some(), sessions) {
                Some(Decision::Approved(at, evidence)) => {
                    let decided = Fact { at, evidence, observed: false, about: fact.about.clone() };
                    line.note(&decided, Some(wanted.clone()));
                    current = Some(wanted);
                }
                Some(Decision::Open) => {}
                None => {
                    line.blur(fact);
                    current = None;
                }
            }
        }
        line
    }

    pub(super) fn must_be_air_gapped(&mut self, at: Instant, evidence: Evidence) {
        if self.kind.is_empty() {
            self.first_seen.get_or_insert((at, evidence));
            self.kind.observe(at, evidence, VaultKind::AirGapped);
        }
    }

    pub(super) fn replay(
        self,
        arn: VaultArn,
        coverage: &Coverage,
        sessions: &Sessions,
        drifts: &mut Vec<Drift>,
    ) -> Vault {
        let team = self.team(&arn, sessions);
        let pair = arn.pair();
        let whole = |at: Instant| pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
        let created = self.created.map(|(at, _)| at);
        let never_before = |since: Instant| created.map_or(since, |created| since.max(created));
        let fixed = |at: Instant| created.unwrap_or_else(|| whole(at));
        let changing = |at: Instant| never_before(whole(at));
        let air_gapped = self.kind.latest().is_some_and(|k| *k == Some(VaultKind::AirGapped));
        let locks = |at: Instant| if air_gapped { fixed(at) } else { changing(at) };
        let id = arn.to_string();
        Vault {
            kind: self.kind.replay(fixed, &mut Note { drifts: &mut *drifts, entity: &id, field: "VaultType" }),
            state: self.state.replay_quietly(changing),
            locked: self.locked.replay(locks, &mut Note { drifts: &mut *drifts, entity: &id, field: "Locked" }),
            lock_date: self.lock_date.replay(locks, &mut Note { drifts: &mut *drifts, entity: &id, field: "LockDate" }),
            lock_changes: self.lock_changes,
            min_days: self
                .min_days
                .replay(locks, &mut Note { drifts: &mut *drifts, entity: &id, field: "MinRetentionDays" }),
            max_days: self
                .max_days
                .replay(locks, &mut Note { drifts: &mut *drifts, entity: &id, field: "MaxRetentionDays" }),
            refused_min_days: self.refused_min_days,
            key_type: self
                .key_type
                .replay(fixed, &mut Note { drifts: &mut *drifts, entity: &id, field: "EncryptionKeyType" }),
            key: self.key.replay(fixed, &mut Note { drifts: &mut *drifts, entity: &id, field: "EncryptionKeyArn" }),
            team: team.replay(changing, &mut Note { drifts: &mut *drifts, entity: &id, field: "MpaApprovalTeamArn" }),
            team_update: self.team_update.replay_quietly(changing),
            exists: self.exists.replay(fixed, &mut Note { drifts: &mut *drifts, entity: &id, field: "exists" }),
            created: self.created,
            all_points: self.all_points,
            first_seen: self.first_seen,
            arn,
        }
    }
}

/// The sessions that may decide about vaults.
pub(super) type Sessions = BTreeMap<SessionArn, Session>;

/// What a team decided about a change of a vault's association.
enum Decision {
    /// Yes, at this instant.
    Approved(Instant, Evidence),
    /// Not yet, or no: the association stands.
    Open,
}

/// The session that was begun for this change: on this vault, with this action, when the call was made.
fn decision(vault: &VaultArn, asked: Instant, associates: bool, sessions: &Sessions) -> Option<Decision> {
    let action = if associates { ":AssociateBackupVault" } else { ":DisassociateBackupVault" };
    let near = |at: Instant| (at - asked).abs() <= Duration::minutes(10);
    let session = sessions.values().find(|session| {
        session.resource.as_ref().is_some_and(|(resource, _)| resource == vault.as_str())
            && session.action.as_ref().is_some_and(|(name, _)| name.contains(action))
            && session.requested.is_some_and(|(at, _)| near(at))
    })?;
    let approved = session.state.spans().iter().find(|s| s.value.as_ref().is_some_and(SessionState::is_approved));
    Some(approved.map_or(Decision::Open, |span| Decision::Approved(span.from, span.evidence)))
}
