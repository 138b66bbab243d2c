//! Incidents: the attempts of one actor that verdicts cite, put together and told once.

use super::compile::{refer, short_hash};
use super::wire::{Incident, Status, Verdict};
use crate::arn::AccountId;
use crate::controls::engine::Judged;
use crate::evidence::{Cite, Evidence};
use crate::ingest::{Log, Said};
use crate::instant::{self, Instant};
use crate::record::Record;
use crate::record::identity::Actor;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Controls whose failures are attempts of somebody, and what these are together.
const KINDS: [(&str, &str); 4] = [
    ("SHR-03", "unauthorized_share_attempts"),
    ("DEL-03", "recovery_point_deletions"),
    ("DEL-04", "weakened_protection"),
    ("DEL-05", "sabotage_of_the_organization"),
];

/// Calls on AWS Backup that may weaken protection.
const WEAKENING: [&str; 8] = [
    "DeleteBackupPlan",
    "DeleteBackupSelection",
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteBackupVaultNotifications",
    "DeleteFramework",
    "DeleteReportPlan",
    "PutBackupVaultLockConfiguration",
];

/// Calls on AWS Organizations that take away what stands behind backups.
const SABOTAGE: [&str; 7] = [
    "CloseAccount",
    "DeleteOrganization",
    "DeletePolicy",
    "DetachPolicy",
    "DisableAWSServiceAccess",
    "LeaveOrganization",
    "RemoveAccountFromOrganization",
];

/// Refused calls that no control fails for and that are told nevertheless: the control beside whose verdicts they stand, and
/// what they are together.
fn refused_kind(record: &Record) -> Option<(&'static str, &'static str)> {
    let code = record.error_code.as_deref()?;
    if ["Throttl", "ServiceUnavailable", "Internal", "NotFound"].iter().any(|noise| code.contains(noise)) {
        return None;
    }
    match record.name.as_str() {
        "StopLogging" | "DeleteTrail" | "UpdateTrail" | "PutEventSelectors" | "DeleteEventDataStore" => {
            Some(("LOG-03", "refused_trail_changes"))
        }
        "DeleteBackupVault" => Some(("DEL-03", "refused_vault_deletions")),
        _ => match record.source.as_str() {
            "backup.amazonaws.com" if WEAKENING.contains(&record.name.as_str()) => {
                Some(("DEL-04", "refused_weakening_of_protection"))
            }
            "organizations.amazonaws.com" if SABOTAGE.contains(&record.name.as_str()) => {
                Some(("DEL-05", "refused_sabotage_of_the_organization"))
            }
            "multi-party-approval.amazonaws.com" if record.name == "DeleteIdentitySource" => {
                Some(("DEL-05", "refused_sabotage_of_the_organization"))
            }
            "sso.amazonaws.com" if record.name == "DeleteInstance" => {
                Some(("DEL-05", "refused_sabotage_of_the_organization"))
            }
            _ => None,
        },
    }
}

/// The attempts of one actor, with the verdicts that they stand behind.
type Attempts = (Actor, BTreeSet<Evidence>, BTreeSet<String>);

/// Attempts by kind and actor.
type Groups = BTreeMap<(&'static str, String), Attempts>;

/// Groups the attempts behind failed verdicts, and refused calls in the window that fail no control, by kind and actor.
pub fn group(judged: &[(&str, &Judged)], verdicts: &[Verdict], log: &Log, window: (Instant, Instant)) -> Vec<Incident> {
    let mut groups = attempts(judged, verdicts, log);
    for (index, entry) in (0_u32..).zip(&log.entries) {
        let Said::Record(record) = &entry.said else { continue };
        if !record.failed || record.time < window.0 || record.time > window.1 {
            continue;
        }
        let Some(record) = record.open() else { continue };
        let Some((control, kind)) = refused_kind(&record) else { continue };
        let beside = verdicts.iter().filter(|v| v.control == control && v.status != Status::NotApplicable);
        let beside = beside.filter(|v| v.subject.account.as_deref() == record.account.as_ref().map(AccountId::as_str));
        let uids: BTreeSet<String> = beside.map(|v| v.uid.clone()).collect();
        if uids.is_empty() || record.actor.is_service {
            continue;
        }
        let group = groups.entry(key(kind, &record.actor)).or_insert_with(|| none_yet(&record.actor));
        group.1.insert(Evidence(index));
        group.2.extend(uids);
    }
    groups.into_iter().filter_map(|((kind, who), group)| incident(kind, &who, group, log)).collect()
}

fn key(kind: &'static str, actor: &Actor) -> (&'static str, String) {
    (kind, format!("{}|{}", actor.principal, actor.session.as_deref().unwrap_or_default()))
}

fn none_yet(actor: &Actor) -> Attempts {
    (actor.clone(), BTreeSet::new(), BTreeSet::new())
}

fn attempts(judged: &[(&str, &Judged)], verdicts: &[Verdict], log: &Log) -> Groups {
    let mut groups = Groups::new();
    for (control, judged) in judged {
        let Some((_, kind)) = KINDS.iter().find(|(id, _)| id == control) else { continue };
        if judged.judgement.status != Status::NonCompliant {
            continue;
        }
        let uid =
            verdicts.iter().find(|v| v.control == *control && v.subject.id == judged.subject.id).map(|v| v.uid.clone());
        for cite in &judged.judgement.cites {
            let Cite::Entry(evidence, _) = cite else { continue };
            let Some(Said::Record(record)) = log.entry(*evidence).map(|entry| &entry.said) else { continue };
            let Some(record) = record.open() else { continue };
            let group = groups.entry(key(kind, &record.actor)).or_insert_with(|| none_yet(&record.actor));
            group.1.insert(*evidence);
            group.2.extend(uid.clone());
        }
    }
    groups
}

fn incident(kind: &str, who: &str, (actor, events, verdicts): Attempts, log: &Log) -> Option<Incident> {
    let first = log.entry(*events.first()?)?.time();
    let last = log.entry(*events.last()?)?.time();
    Some(Incident {
        uid: short_hash(&[kind, who]),
        kind: kind.to_owned(),
        actor: members(&actor),
        first: instant::show(first),
        last: instant::show(last),
        count: events.len() as u64,
        verdicts: verdicts.into_iter().collect(),
        evidence: events.into_iter().filter_map(|e| refer(&Cite::Entry(e, "attempt".into()), log)).collect(),
    })
}

fn members(actor: &Actor) -> Map<String, Value> {
    match serde_json::to_value(actor) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
