//! Backup vaults over time.
//!
//! What AWS never lets anyone change on an air-gapped vault (type, lock, retention bounds, key) is carried back to its
//! creation; everything else only over a whole log.

use super::Happened;
use super::approval::Session;
use super::drift::{Compared, Whose};
use super::entity::{Attributes, Entity, Terms, Told, first, last};
use super::seen::Sightings;
use super::tags::{self, Tags};
use crate::arn::{KeyArn, SessionArn, TeamArn, VaultArn};
use crate::coverage::{Coverage, Pair};
use crate::evidence::Evidence;
use crate::facts::words::{KeyType, SessionState, UpdateStatus, VaultKind, VaultState};
use crate::facts::{Fact, Notifications, Setting, VaultSays};
use crate::instant::Instant;
use crate::timeline::Timeline;
use chrono::Duration;
use std::collections::BTreeMap;

/// AWS deletes the key that it owns so long after the vault (AWS Backup developer guide, "Logically air-gapped vault").
const KEY_OUTLIVES_VAULT: Duration = Duration::days(7);

/// A `LockDate` that a snapshot shows is the one that a call was computed to set, if it lies no further from it.
const SAME_LOCK: Duration = Duration::days(1);

/// A vault.
#[derive(Debug)]
pub struct Vault {
    /// Its ARN.
    pub arn: VaultArn,
    /// `VaultType`.
    pub kind: Timeline<VaultKind>,
    /// `VaultState`.
    pub state: Timeline<VaultState>,
    /// `CreatorRequestId`.
    pub creator_request_id: Told<String>,
    /// `SourceBackupVaultArn`.
    pub source: Told<VaultArn>,
    /// `Locked`.
    pub locked: Timeline<bool>,
    /// `LockDate`.
    pub lock_date: Timeline<Option<Instant>>,
    /// Successful calls that change the lock.
    pub lock_changes: Vec<Happened<()>>,
    /// `MinRetentionDays`.
    pub min_days: Timeline<Option<i64>>,
    /// `MaxRetentionDays`.
    pub max_days: Timeline<Option<i64>>,
    /// Refused creations with too small a minimum.
    pub refused_min_days: Vec<(Instant, Evidence, i64)>,
    /// `EncryptionKeyType`.
    pub key_type: Timeline<KeyType>,
    /// `EncryptionKeyArn`.
    pub key: Timeline<KeyArn>,
    /// When AWS deletes the key that it owns: the vault was deleted seven days before.
    pub key_deletion_due: Told<Instant>,
    /// The associated approval team.
    pub team: Timeline<Option<TeamArn>>,
    /// How the latest change of the team went.
    pub team_update: Timeline<UpdateStatus>,
    /// The access policy as written; a policy that cannot be read is unknown from then on.
    pub policy: Timeline<Option<String>>,
    /// What was set to something that cannot be read, and why; the latest of each.
    pub unread: BTreeMap<Setting, Told<String>>,
    /// Where notifications go.
    pub notifications: Timeline<Option<Notifications>>,
    /// Tags.
    pub tags: Tags,
    /// `NumberOfRecoveryPoints`, when snapshots showed it.
    pub points: Timeline<i64>,
    /// Whether it exists.
    pub exists: Timeline<bool>,
    /// When it was made, and who says so.
    pub created: Told<Instant>,
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
        let mut all: Attributes<'_> = vec![
            ("exists".into(), &self.exists),
            ("VaultType".into(), &self.kind),
            ("VaultState".into(), &self.state),
            ("CreationDate".into(), &self.created),
            ("CreatorRequestId".into(), &self.creator_request_id),
            ("SourceBackupVaultArn".into(), &self.source),
            ("Locked".into(), &self.locked),
            ("LockDate".into(), &self.lock_date),
            ("MinRetentionDays".into(), &self.min_days),
            ("MaxRetentionDays".into(), &self.max_days),
            ("EncryptionKeyType".into(), &self.key_type),
            ("EncryptionKeyArn".into(), &self.key),
            ("MpaApprovalTeamArn".into(), &self.team),
            ("LatestMpaApprovalTeamUpdate".into(), &self.team_update),
            ("Policy".into(), &self.policy),
            ("Notifications".into(), &self.notifications),
            ("NumberOfRecoveryPoints".into(), &self.points),
            ("key deletion due".into(), &self.key_deletion_due),
        ];
        for (setting, why) in &self.unread {
            all.push((format!("{setting:?} unreadable").into(), why));
        }
        all.extend(self.tags.attributes());
        all
    }
}

/// What was seen of a vault.
#[derive(Default)]
pub(super) struct Seen {
    kind: Sightings<VaultKind>,
    /// No entry says its kind, only what is done with it.
    presumed: bool,
    state: Sightings<VaultState>,
    locked: Sightings<bool>,
    lock_date: Sightings<Option<Instant>>,
    lock_changes: Vec<Happened<()>>,
    min_days: Sightings<Option<i64>>,
    max_days: Sightings<Option<i64>>,
    creator_request_id: Told<String>,
    source: Told<VaultArn>,
    policy: Sightings<Option<String>>,
    unread: BTreeMap<Setting, Told<String>>,
    notifications: Sightings<Option<Notifications>>,
    tags: tags::Seen,
    points: Sightings<i64>,
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
        first(&mut self.creator_request_id, says.creator_request_id.as_ref(), fact);
        first(&mut self.source, says.source.as_ref(), fact);
        self.note_lock(fact, says);
        self.note_settings(fact, says);
        self.points.note(fact, says.points);
        self.key_type.note(fact, says.key_type.clone());
        self.key.note(fact, says.key.clone());
        self.exists.note(fact, says.exists);
        self.team_update.note(fact, says.team_update.clone());
        if says.team.is_some() || says.team_asked.is_some() || says.team_released {
            self.team_facts.push((fact.clone(), says.clone()));
        }
        if says.team_asked.is_some() {
            self.must_be_air_gapped(fact.at, fact.evidence);
        }
        if let Some(created) = says.created {
            let earliest = self.created.map_or(created, |(known, _)| known.min(created));
            if self.created.is_none_or(|(known, _)| known != earliest) {
                self.created = Some((earliest, fact.evidence));
            }
        }
    }

    /// The lock and its bounds; what a call does not say is unknown from then on.
    fn note_lock(&mut self, fact: &Fact, says: &VaultSays) {
        if says.lock_changed {
            self.lock_changes.push(Happened { at: fact.at, evidence: fact.evidence, what: () });
        }
        if let (true, Some(Some(shown))) = (fact.observed, says.lock_date) {
            let same = |known: &Option<Instant>| known.is_some_and(|at| (at - shown).abs() <= SAME_LOCK);
            self.lock_date.refine(same, &Some(shown));
        }
        // A state change of EventBridge tells that the lock is another one, not which.
        let other = says.locked.is_some() && self.locked.latest().is_some_and(|known| *known != says.locked);
        let changed = says.lock_changed || other;
        self.locked.note(fact, says.locked);
        match says.lock_date {
            None if changed => self.lock_date.blur(fact),
            date => self.lock_date.note(fact, date),
        }
        for (line, days) in [(&mut self.min_days, says.min_days), (&mut self.max_days, says.max_days)] {
            match days {
                None if changed => line.blur(fact),
                days => line.note(fact, days),
            }
        }
    }

    fn note_settings(&mut self, fact: &Fact, says: &VaultSays) {
        self.policy.note(fact, says.policy.clone());
        self.notifications.note(fact, says.notifications.clone());
        if let Some(tags) = &says.tags {
            self.tags.all(fact, tags);
        }
        self.tags.set(fact, says.tagged.as_ref().unwrap_or(&BTreeMap::new()));
        self.tags.unset(fact, says.untagged.as_deref().unwrap_or_default());
        let Some((setting, why)) = &says.unread else { return };
        last(self.unread.entry(*setting).or_default(), Some(why), fact);
        match setting {
            Setting::Policy => self.policy.blur(fact),
            Setting::Notifications => self.notifications.blur(fact),
            Setting::Tags => self.tags.hidden(fact),
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
            self.presumed = true;
        }
    }

    pub(super) fn replay(
        self,
        arn: VaultArn,
        coverage: &Coverage,
        sessions: &Sessions,
        compared: &mut Compared,
    ) -> Vault {
        let team = self.team(&arn, sessions);
        let pair = arn.pair();
        let whole = |at: Instant| pair.as_ref().map_or(at, |pair| coverage.whole_since(pair, at));
        let created = self.created.map(|(at, _)| at);
        let changing = |at: Instant| created.map_or_else(|| whole(at), |created| whole(at).max(created));
        let air_gapped = self.kind.latest().is_some_and(|k| *k == Some(VaultKind::AirGapped));
        let (id, whole) = (arn.to_string(), &whole as &dyn Fn(Instant) -> Instant);
        let whose = Whose { kind: "vault", id: &id, pair: pair.as_ref(), created };
        let mut terms = Terms { whose, whole, compared };
        let days = |seen, field, terms: &mut Terms<'_>| {
            if air_gapped { terms.fixed(seen, field) } else { terms.changing(seen, field) }
        };
        let min_days = days(self.min_days, "MinRetentionDays", &mut terms);
        let max_days = days(self.max_days, "MaxRetentionDays", &mut terms);
        let (locked, lock_date) = if air_gapped {
            (terms.fixed(self.locked, "Locked"), terms.fixed(self.lock_date, "LockDate"))
        } else {
            (terms.changing(self.locked, "Locked"), terms.changing(self.lock_date, "LockDate"))
        };
        let exists = terms.fixed(self.exists, "exists");
        let key_type = terms.fixed(self.key_type, "EncryptionKeyType");
        let quiet = |kind: Sightings<VaultKind>| kind.replay_quietly(|at| created.unwrap_or_else(|| whole(at)));
        let kind = if self.presumed { quiet(self.kind) } else { terms.fixed(self.kind, "VaultType") };
        Vault {
            key_deletion_due: key_deletion_due(&exists, &key_type).filter(|_| air_gapped),
            kind,
            state: self.state.replay_quietly(changing),
            creator_request_id: self.creator_request_id,
            source: self.source,
            locked,
            lock_date,
            lock_changes: self.lock_changes,
            min_days,
            max_days,
            refused_min_days: self.refused_min_days,
            key_type,
            key: terms.fixed(self.key, "EncryptionKeyArn"),
            team: terms.changing(team, "MpaApprovalTeamArn"),
            team_update: self.team_update.replay_quietly(changing),
            policy: terms.changing(self.policy, "Policy"),
            unread: self.unread,
            notifications: terms.changing(self.notifications, "Notifications"),
            tags: self.tags.replay(&mut terms),
            points: self.points.replay_quietly(|at| at),
            exists,
            created: self.created,
            all_points: self.all_points,
            first_seen: self.first_seen,
            arn,
        }
    }
}

/// When the key goes that AWS owns, if the vault is deleted.
fn key_deletion_due(exists: &Timeline<bool>, key_type: &Timeline<KeyType>) -> Told<Instant> {
    let gone = exists.spans().last().filter(|span| span.value == Some(false))?;
    let owned = key_type.at(gone.from)?.value == Some(KeyType::AwsOwned);
    owned.then(|| (gone.from + KEY_OUTLIVES_VAULT, gone.evidence))
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
