//! AWS Config: what a configuration item says of a vault, a plan, a selection or a recovery point.
//!
//! Items have the members of AWS CloudFormation's resource types and their own capture time. They are turned into rows of the
//! `aws backup` outputs that say the same, and read as those.

use super::{About, PointSays, Sink, VaultSays, backup};
use crate::arn::{RecoveryPointArn, VaultArn};
use crate::facts::words::PointStatus;
use crate::ingest::inventory::Observation;
use crate::record::node::Node;
use serde_json::{Map, Value, json};

/// Reads one configuration item.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let item = observation.row();
    let Some(kind) = item.text("resourceType") else { return };
    match item.text("configurationItemStatus") {
        Some("ResourceDeleted" | "ResourceDeletedNotRecorded") => return deleted(kind, item, out),
        Some("ResourceNotRecorded") => return,
        _ => {}
    }
    // The API has the configuration as JSON in a text, the snapshot that is delivered to S3 as JSON.
    let parsed: Value;
    let Some(written) = item.get("configuration") else { return };
    let configuration = match written.0 {
        Value::String(text) => {
            parsed = serde_json::from_str(text).unwrap_or_default();
            Node(&parsed)
        }
        _ => written,
    };
    for (operation, row) in rows(kind, configuration, item) {
        backup::read_snapshot(&observation.read_as(operation, Value::Object(row)), out);
    }
}

fn deleted(kind: &str, item: Node<'_>, out: &mut Sink) {
    let Some(arn) = item.text("arn") else { return };
    match kind {
        "AWS::Backup::BackupVault" | "AWS::Backup::LogicallyAirGappedBackupVault" => {
            if let Some(vault) = VaultArn::parse(arn) {
                out.say(About::Vault(vault, Box::new(VaultSays { exists: Some(false), ..VaultSays::default() })));
            }
        }
        "AWS::Backup::RecoveryPoint" => {
            let says = PointSays { status: Some(PointStatus::Deleted), ..PointSays::default() };
            out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
        }
        _ => {}
    }
}

type Row = Map<String, Value>;

fn rows(kind: &str, from: Node<'_>, item: Node<'_>) -> Vec<(&'static str, Row)> {
    let copied = |keys: &[&str]| -> Row {
        keys.iter().filter_map(|key| Some(((*key).to_owned(), from.get(key)?.0.clone()))).collect()
    };
    match kind {
        "AWS::Backup::BackupVault" | "AWS::Backup::LogicallyAirGappedBackupVault" => vault(kind, from, item),
        "AWS::Backup::RecoveryPoint" => {
            let Some(members) = from.0.as_object() else { return Vec::new() };
            let mut row = members.clone();
            if let (None, Some(arn)) = (from.get("RecoveryPointArn"), item.text("arn")) {
                row.insert("RecoveryPointArn".into(), arn.into());
            }
            vec![("backup describe-recovery-point", row)]
        }
        "AWS::Backup::BackupPlan" => {
            let mut row = copied(&["BackupPlanId", "BackupPlanArn", "VersionId"]);
            let plan = from.get("BackupPlan").map(|plan| plan_document(plan));
            row.extend(plan.map(|plan| ("BackupPlan".to_owned(), plan)));
            vec![("backup get-backup-plan", row)]
        }
        "AWS::Backup::BackupSelection" => {
            let mut row = copied(&["BackupPlanId", "SelectionId", "BackupSelection"]);
            if let (None, Some(id)) = (from.get("SelectionId"), item.text("resourceId")) {
                row.insert("SelectionId".into(), id.into());
            }
            vec![("backup get-backup-selection", row)]
        }
        _ => Vec::new(),
    }
}

/// A plan's rules are `BackupPlanRule` and `TargetBackupVault` there, `Rules` and `TargetBackupVaultName` in the API.
fn plan_document(plan: Node<'_>) -> Value {
    let mut plan = plan.0.clone();
    let Some(members) = plan.as_object_mut() else { return plan };
    let keys: Vec<String> = members.keys().filter(|key| key.eq_ignore_ascii_case("BackupPlanRule")).cloned().collect();
    for key in keys {
        let mut rules = members.remove(&key).unwrap_or_default();
        for rule in rules.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            let target = rule.iter().find(|(key, _)| key.eq_ignore_ascii_case("TargetBackupVault"));
            if let Some(name) = target.map(|(_, name)| name.clone()) {
                rule.insert("TargetBackupVaultName".into(), name);
            }
        }
        members.insert("Rules".into(), rules);
    }
    plan
}

fn vault(kind: &str, from: Node<'_>, item: Node<'_>) -> Vec<(&'static str, Row)> {
    let Some(arn) = from.text("BackupVaultArn").or_else(|| item.text("arn")) else { return Vec::new() };
    let mut row = Row::new();
    row.insert("BackupVaultArn".into(), arn.into());
    let made = item.get("resourceCreationTime").map(|at| at.0.clone());
    row.extend(made.map(|at| ("CreationDate".to_owned(), at)));
    row.extend(from.get("EncryptionKeyArn").map(|key| ("EncryptionKeyArn".to_owned(), key.0.clone())));
    if kind == "AWS::Backup::LogicallyAirGappedBackupVault" {
        row.insert("VaultType".into(), "LOGICALLY_AIR_GAPPED_BACKUP_VAULT".into());
    }
    // The item has the lock as it was asked for, without the date from which it cannot be changed: that stays unknown.
    let lock = from.get("LockConfiguration").unwrap_or(from);
    for key in ["MinRetentionDays", "MaxRetentionDays"] {
        row.extend(lock.get(key).map(|days| (key.to_owned(), days.0.clone())));
    }
    let mut rows = vec![("backup describe-backup-vault", row)];
    if let Some(policy) = from.get("AccessPolicy") {
        let text = policy.0.as_str().map_or_else(|| policy.0.to_string(), str::to_owned);
        let row = json!({"BackupVaultArn": arn, "Policy": text});
        rows.extend(row.as_object().map(|row| ("backup get-backup-vault-access-policy", row.clone())));
    }
    rows
}
