//! Recovery points: what was made of which resource, where it lies, and until when.
//!
//! A point's identity is its ARN, its resource is `ResourceArn`: inside an air-gapped vault the ARN says nothing of it.

use super::World;
use super::drift::{Compared, Whose};
use super::entity::{Attributes, Entity, POINT, Seldom, Told, first, last, share};
use super::seen::{Note, Sightings};
use super::vault::Vault;
use crate::arn::{KeyArn, RecoveryPointArn, ResourceArn, Text, Texts, VaultArn};
use crate::evidence::Evidence;
use crate::facts::words::{IndexStatus, KeyType, PointStatus, ScanResult, StorageClass};
use crate::facts::{About, Fact, PlanRule, PointSays, Retention};
use crate::instant::Instant;
use crate::timeline::Timeline;
use std::collections::{BTreeMap, HashMap};

/// A recovery point.
#[derive(Debug)]
pub struct Point {
    /// Its ARN, or `copy-job:<id>` where only the job that made it is known.
    pub arn: RecoveryPointArn,
    /// Where it lies.
    pub vault: Told<VaultArn>,
    /// From which vault it was copied.
    pub source_vault: Seldom<VaultArn>,
    /// What it is of.
    pub resource: Told<ResourceArn>,
    /// `ResourceType`.
    pub resource_type: Told<Text>,
    /// `ResourceName`.
    pub resource_name: Seldom<Text>,
    /// `Status`.
    pub status: Timeline<PointStatus>,
    /// The latest `StatusMessage`.
    pub message: Seldom<Text>,
    /// How long it is kept.
    pub retention: Timeline<Retention>,
    /// After how many days it turns cold, if it ever does.
    pub cold_after_days: Timeline<Option<i64>>,
    /// Whether it is kept only until it is copied to the air-gapped vault.
    pub until_copied: Timeline<bool>,
    /// `CalculatedLifecycle.DeleteAt`.
    pub delete_at: Timeline<Instant>,
    /// `CalculatedLifecycle.MoveToColdStorageAt`.
    pub cold_at: Timeline<Instant>,
    /// `StorageClass`.
    pub storage: Timeline<StorageClass>,
    /// `BackupSizeInBytes`.
    pub size: Told<i64>,
    /// `IsEncrypted`.
    pub encrypted: Told<bool>,
    /// `EncryptionKeyArn`.
    pub key: Told<KeyArn>,
    /// `EncryptionKeyType`.
    pub key_type: Told<KeyType>,
    /// The composite that it is part of.
    pub parent: Timeline<Option<RecoveryPointArn>>,
    /// Whether it is a composite.
    pub is_parent: Told<bool>,
    /// `CompositeMemberIdentifier`.
    pub member: Seldom<Text>,
    /// `IndexStatus`.
    pub index: Timeline<IndexStatus>,
    /// What malware scans found.
    pub scan: Timeline<ScanResult>,
    /// `LastRestoreTime`.
    pub last_restore: Seldom<Instant>,
    /// `IamRoleArn`.
    pub role: Told<Text>,
    /// When it was complete: the later of creation and completion.
    pub made: Told<Instant>,
    /// When it was begun.
    pub created: Told<Instant>,
    /// The rule that made it.
    pub rule: Told<PlanRule>,
    /// A complete list of the vault no longer has it.
    pub gone: Option<(Instant, Evidence)>,
    /// The first entry that names it.
    pub first_seen: Option<(Instant, Evidence)>,
}

impl Point {
    /// Where it lies.
    pub fn vault(&self) -> Option<&VaultArn> {
        self.vault.as_ref().map(|(vault, _)| vault)
    }

    /// Shares what many points say with those before it.
    pub(super) fn share(mut self, texts: &mut Texts) -> Self {
        share(&mut self.vault, texts, VaultArn::share);
        share(&mut self.resource, texts, ResourceArn::share);
        share(&mut self.resource_type, texts, Text::share);
        share(&mut self.key, texts, KeyArn::share);
        share(&mut self.role, texts, Text::share);
        share(&mut self.rule, texts, PlanRule::share);
        self
    }

    /// What it is of.
    pub fn resource(&self) -> Option<&ResourceArn> {
        self.resource.as_ref().map(|(resource, _)| resource)
    }

    /// When it was begun.
    pub fn created(&self) -> Option<Instant> {
        self.created.map(|(at, _)| at)
    }

    /// `CalculatedLifecycle.DeleteAt`, the latest.
    pub fn delete_at(&self) -> Option<Instant> {
        self.delete_at.spans().last().and_then(|span| span.value)
    }

    /// The first instant at which it can no longer be restored from, as far as is known.
    pub fn ends(&self, accept_partial: bool) -> Option<Instant> {
        let made = self.made.map(|(at, _)| at)?;
        let unusable = self.status.spans().iter().find(|span| {
            span.from >= made && span.value.as_ref().is_none_or(|status| !status.is_usable(accept_partial))
        });
        let ends = [unusable.map(|span| span.from), self.expires(), self.gone.map(|(at, _)| at)];
        ends.into_iter().flatten().min()
    }

    /// When its life cycle deletes it.
    pub fn expires(&self) -> Option<Instant> {
        let days = self.retention.spans().last().and_then(|span| span.value);
        let computed = match days {
            Some(Retention::Days(days)) if (0..=100_000).contains(&days) => {
                self.created().map(|at| at + chrono::Duration::days(days))
            }
            _ => None,
        };
        self.delete_at().or(computed)
    }
}

impl World {
    /// A recovery point.
    pub fn point(&self, arn: &RecoveryPointArn) -> Option<&Point> {
        self.points.get(arn).map(Box::as_ref)
    }
}

impl Entity for Point {
    fn attributes(&self) -> Attributes<'_> {
        vec![
            ("Status".into(), &self.status),
            ("StatusMessage".into(), &self.message),
            ("BackupVaultArn".into(), &self.vault),
            ("SourceBackupVaultArn".into(), &self.source_vault),
            ("ResourceArn".into(), &self.resource),
            ("ResourceType".into(), &self.resource_type),
            ("ResourceName".into(), &self.resource_name),
            ("CreationDate".into(), &self.created),
            ("complete since".into(), &self.made),
            ("Lifecycle".into(), &self.retention),
            ("MoveToColdStorageAfterDays".into(), &self.cold_after_days),
            ("kept until copied".into(), &self.until_copied),
            ("DeleteAt".into(), &self.delete_at),
            ("MoveToColdStorageAt".into(), &self.cold_at),
            ("StorageClass".into(), &self.storage),
            ("BackupSizeInBytes".into(), &self.size),
            ("IsEncrypted".into(), &self.encrypted),
            ("EncryptionKeyArn".into(), &self.key),
            ("EncryptionKeyType".into(), &self.key_type),
            ("ParentRecoveryPointArn".into(), &self.parent),
            ("IsParent".into(), &self.is_parent),
            ("CompositeMemberIdentifier".into(), &self.member),
            ("IndexStatus".into(), &self.index),
            ("ScanResultStatus".into(), &self.scan),
            ("LastRestoreTime".into(), &self.last_restore),
            ("IamRoleArn".into(), &self.role),
            ("CreatedBy".into(), &self.rule),
        ]
    }
}

/// One recovery point in the series of a resource.
#[derive(Debug, Clone)]
pub struct Copied {
    /// When it was complete.
    pub at: Instant,
    /// Where it lies.
    pub vault: VaultArn,
    /// Which point.
    pub point: RecoveryPointArn,
    /// The entry that shows it.
    pub evidence: Evidence,
    /// Whether its status ever allowed a restore: `COMPLETED` or `AVAILABLE`.
    pub usable: bool,
    /// Whether it is only partial.
    pub partial: bool,
    /// The first instant at which it is no longer there.
    pub ends: Option<Instant>,
}

/// The series of each resource, as its points come.
#[derive(Default)]
pub(super) struct Series(HashMap<ResourceArn, Vec<Copied>>);

impl Series {
    pub(super) fn put(&mut self, point: &Point) {
        let (Some(resource), Some(vault), Some((at, evidence))) = (point.resource(), point.vault(), point.made) else {
            return;
        };
        let ever = |wanted: fn(&PointStatus) -> bool| {
            point.status.spans().iter().any(|span| span.value.as_ref().is_some_and(wanted))
        };
        let partial = ever(|status| *status == PointStatus::Partial);
        self.0.entry(resource.clone()).or_default().push(Copied {
            at,
            vault: vault.clone(),
            point: point.arn.clone(),
            evidence,
            usable: ever(|status| status.is_usable(false)),
            partial,
            ends: point.ends(partial),
        });
    }

    /// All of them, in order of time.
    pub(super) fn settle(self) -> BTreeMap<ResourceArn, Vec<Copied>> {
        let ordered = self.0.into_iter().map(|(resource, mut copies)| {
            copies.sort_unstable_by(|a, b| (a.at, a.evidence, &a.point).cmp(&(b.at, b.evidence, &b.point)));
            copies.shrink_to_fit();
            (resource, copies)
        });
        ordered.collect()
    }
}

/// What was seen of a point.
#[derive(Default)]
pub(super) struct Seen {
    vault: Told<VaultArn>,
    source_vault: Told<VaultArn>,
    resource: Told<ResourceArn>,
    resource_type: Told<Text>,
    resource_name: Told<Text>,
    status: Sightings<PointStatus>,
    message: Told<Text>,
    retention: Sightings<Retention>,
    cold_after_days: Sightings<Option<i64>>,
    until_copied: Sightings<bool>,
    delete_at: Sightings<Instant>,
    cold_at: Sightings<Instant>,
    storage: Sightings<StorageClass>,
    size: Told<i64>,
    encrypted: Told<bool>,
    key: Told<KeyArn>,
    key_type: Told<KeyType>,
    parent: Sightings<Option<RecoveryPointArn>>,
    is_parent: Told<bool>,
    member: Told<Text>,
    index: Sightings<IndexStatus>,
    scan: Sightings<ScanResult>,
    last_restore: Told<Instant>,
    role: Told<Text>,
    made: Told<Instant>,
    created: Told<Instant>,
    rule: Told<PlanRule>,
    /// In order of time, as facts are noted.
    listed: Vec<Instant>,
    first_seen: Option<(Instant, Evidence)>,
}

impl Seen {
    /// What its facts say, in order of time.
    pub(super) fn of(facts: &[Fact]) -> Self {
        let mut seen = Self::default();
        for fact in facts {
            if let About::Point(_, says) = &fact.about {
                seen.note(fact, says);
            }
        }
        seen
    }

    fn note(&mut self, fact: &Fact, says: &PointSays) {
        self.first_seen.get_or_insert((fact.at, fact.evidence));
        first(&mut self.vault, says.vault.as_ref(), fact);
        first(&mut self.source_vault, says.source_vault.as_ref(), fact);
        first(&mut self.resource, says.resource.as_ref(), fact);
        first(&mut self.resource_type, says.resource_type.as_ref(), fact);
        first(&mut self.created, says.created.as_ref(), fact);
        first(&mut self.encrypted, says.encrypted.as_ref(), fact);
        first(&mut self.key, says.key.as_ref(), fact);
        first(&mut self.key_type, says.key_type.as_ref(), fact);
        first(&mut self.is_parent, says.is_parent.as_ref(), fact);
        first(&mut self.member, says.member.as_ref(), fact);
        first(&mut self.role, says.role.as_ref(), fact);
        first(&mut self.rule, says.rule.as_ref(), fact);
        last(&mut self.resource_name, says.resource_name.as_ref(), fact);
        last(&mut self.message, says.message.as_ref(), fact);
        last(&mut self.size, says.size.as_ref(), fact);
        last(&mut self.last_restore, says.last_restore.as_ref(), fact);
        self.storage.note(fact, says.storage.clone());
        self.parent.note(fact, says.parent.clone());
        self.index.note(fact, says.index.clone());
        self.scan.note(fact, says.scan.clone());
        if says.listed {
            self.listed.push(fact.at);
        }
        self.note_life_cycle(fact, says);
        self.note_status(fact, says);
    }

    /// A snapshot shows a life cycle that has held since the point was made, unless a call changed it; what such a call does not
    /// say is unknown from then on.
    fn note_life_cycle(&mut self, fact: &Fact, says: &PointSays) {
        fn note<T: Clone + PartialEq + serde::Serialize>(
            line: &mut Sightings<T>,
            fact: &Fact,
            said: Option<&T>,
            changed: bool,
        ) {
            match said {
                None if changed => line.blur(fact),
                said => line.note(fact, said.cloned()),
            }
        }
        let changed = says.life_cycle_changed;
        note(&mut self.retention, fact, says.retention.as_ref(), changed);
        note(&mut self.cold_after_days, fact, says.cold_after_days.as_ref(), changed);
        note(&mut self.until_copied, fact, says.until_copied.as_ref(), changed);
        note(&mut self.delete_at, fact, says.delete_at.as_ref(), changed);
        note(&mut self.cold_at, fact, says.cold_at.as_ref(), changed);
    }

    fn note_status(&mut self, fact: &Fact, says: &PointSays) {
        let Some(status) = &says.status else { return };
        let made = [says.created, says.completed].into_iter().flatten().max();
        // Whatever has become of it since, a point with a completion date was complete then.
        if !status.is_usable(true) && says.completed.is_none() {
            return self.status.note(fact, Some(status.clone()));
        }
        let made = made.unwrap_or(fact.at).min(fact.at);
        if self.made.is_none_or(|(known, _)| made < known) {
            self.made = Some((made, fact.evidence));
        }
        if status.is_usable(true) {
            self.status.at(made, fact, Some(status.clone()));
        }
        self.status.note(fact, Some(status.clone()));
    }

    pub(super) fn replay(
        self,
        arn: RecoveryPointArn,
        vaults: &BTreeMap<VaultArn, Vault>,
        compared: &mut Compared,
    ) -> Point {
        let born = self.created.or(self.made).map(|(at, _)| at);
        let since = |at: Instant| born.unwrap_or(at);
        let pair = self.vault.as_ref().and_then(|(vault, _)| vault.pair());
        let whose = Whose { kind: POINT, id: arn.as_str(), pair: pair.as_ref(), created: born };
        let vault = self.vault.as_ref().and_then(|(vault, _)| vaults.get(vault));
        let lists = vault.map(|v| v.all_points.as_slice()).unwrap_or_default();
        // A list taken while the point was being made may not have it yet.
        let settled = self.made.map(|(at, _)| at + chrono::Duration::hours(1));
        let named = arn.as_str().starts_with("arn:");
        let gone = lists
            .iter()
            .find(|(at, _)| named && settled.is_some_and(|s| *at >= s) && self.listed.binary_search(at).is_err());
        Point {
            status: self.status.replay_quietly(|at| at),
            message: self.message.map(Box::new),
            retention: self.retention.replay(since, &mut Note { compared, whose, field: "Lifecycle" }),
            cold_after_days: self.cold_after_days.replay_quietly(since),
            until_copied: self.until_copied.replay_quietly(since),
            delete_at: self.delete_at.replay_quietly(since),
            cold_at: self.cold_at.replay_quietly(since),
            storage: self.storage.replay_quietly(|at| at),
            size: self.size,
            encrypted: self.encrypted,
            key: self.key,
            key_type: self.key_type,
            parent: self.parent.replay_quietly(since),
            is_parent: self.is_parent,
            member: self.member.map(Box::new),
            index: self.index.replay_quietly(|at| at),
            scan: self.scan.replay_quietly(|at| at),
            last_restore: self.last_restore.map(Box::new),
            role: self.role,
            vault: self.vault,
            source_vault: self.source_vault.map(Box::new),
            resource: self.resource,
            resource_type: self.resource_type,
            resource_name: self.resource_name.map(Box::new),
            made: self.made,
            created: self.created.or(self.made),
            rule: self.rule,
            gone: gone.copied(),
            first_seen: self.first_seen,
            arn,
        }
    }
}
