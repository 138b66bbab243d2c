//! Recovery points: made, changed, deleted, listed.

use super::vault_of;
use crate::arn::{KeyArn, RecoveryPointArn, ResourceArn, Text, VaultArn};
use crate::facts::calls::{DeleteCall, LifeCall};
use crate::facts::words::{IndexStatus, KeyType, PointStatus, ScanResult, StorageClass};
use crate::facts::{About, PlanRule, PointSays, Retention, Sink};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;
use crate::record::refusal;

pub(super) fn deletion(record: &Record, out: &mut Sink) {
    let named = record.request().text("recoveryPointArn").map(str::to_owned);
    let denied = || refusal::denial(record.error_message.as_deref()?)?.resource;
    let point = named.or_else(denied).filter(|arn| VaultArn::parse(arn).is_none());
    if let (true, Some(arn)) = (record.succeeded(), &point) {
        let mut says = PointSays { vault: vault_of(record), ..PointSays::default() };
        match record.name.as_str() {
            // The point stays, it only leaves its composite.
            "DisassociateRecoveryPointFromParent" => says.parent = Some(None),
            // AWS Backup lets go of a continuous backup; the source's service keeps it.
            "DisassociateRecoveryPoint" => says.status = Some(PointStatus::Disassociated),
            // Where the role of the backup may not delete it, the call succeeds and the point only expires: `BackupDeleted`
            // is the proof.
            _ => says.status = Some(PointStatus::Deleting),
        }
        out.say(About::Point(RecoveryPointArn::new(arn.clone()), Box::new(says)));
    }
    if record.actor.is_service {
        return;
    }
    out.say(About::DeleteCall(Box::new(DeleteCall {
        name: record.name.clone(),
        vault: vault_of(record),
        point,
        account: record.account.clone(),
        region: record.region.clone(),
        actor: record.actor.clone(),
        refusal: record.refusal(),
        error_code: record.error_code.clone(),
    })));
}

pub(super) fn life_cycle(record: &Record, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let Some(arn) = request.text("recoveryPointArn").or_else(|| response.text("recoveryPointArn")) else { return };
    let shown = [response, request].into_iter().find(|node| node.get("lifecycle").is_some());
    let mut says = shown.map(lives).unwrap_or_default();
    (says.vault, says.life_cycle_changed) = (vault_of(record), true);
    out.say(About::LifeCall(arn.to_owned(), LifeCall::of(record)));
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

/// `BackupDeleted`. The shape of its details is not documented.
pub(super) fn point_deleted(record: &Record, out: &mut Sink) {
    let listed = record.resources().into_iter().find(|arn| VaultArn::parse(arn).is_none());
    let details = record.details();
    let Some(arn) = details.text("recoveryPointArn").or(listed) else { return };
    let at = details.time("deletionDate").or_else(|| details.time("completionDate")).unwrap_or_else(|| out.time());
    let says = PointSays { status: Some(PointStatus::Deleted), vault: vault_of(record), ..PointSays::default() };
    out.say_at(at, About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

/// `BackupTransitionedToCold`.
pub(super) fn turned_cold(record: &Record, out: &mut Sink) {
    let listed = record.resources().into_iter().find(|arn| VaultArn::parse(arn).is_none());
    let Some(arn) = record.details().text("recoveryPointArn").or(listed) else { return };
    let mut says = PointSays { vault: vault_of(record), ..point_says(record.details()) };
    says.storage = Some(StorageClass::Cold);
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

/// `UpdateRecoveryPointIndexSettings`, or an index that changes its state.
pub(super) fn index(node: Node<'_>, out: &mut Sink) {
    let index = node.text("indexStatus").map(IndexStatus::read);
    if let (Some(arn), Some(index)) = (node.text("recoveryPointArn"), index) {
        out.say(About::Point(
            RecoveryPointArn::new(arn),
            Box::new(PointSays { index: Some(index), ..PointSays::default() }),
        ));
    }
}

/// What a malware scan found, as events and `list-scan-jobs` have it; scans that found nothing out say nothing.
pub(super) fn scanned(node: Node<'_>, out: &mut Sink) {
    let found = node.path(&["scanResult", "scanResultStatus"]).and_then(Node::as_text).map(ScanResult::read);
    let (Some(arn), Some(found)) = (node.text("recoveryPointArn"), found) else { return };
    let at = node.time("completionDate").unwrap_or_else(|| out.time());
    let says = PointSays { scan: Some(found), ..PointSays::default() };
    out.say_at(at, About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

/// A life cycle: days, or none, which means for ever.
pub(super) fn retention(node: Node<'_>) -> Option<Retention> {
    if !node.0.is_object() {
        return None;
    }
    match node.get("deleteAfterDays") {
        // Kept until it is copied: not for ever, and nobody knows until when.
        None if node.get("deleteAfterEvent").is_some() => None,
        // What is hidden is not left out.
        None if node.names("deleteAfterDays") && !node.is_null("deleteAfterDays") => None,
        None => Some(Retention::Always),
        Some(_) => {
            node.days("deleteAfterDays").map(|days| if days < 0 { Retention::Always } else { Retention::Days(days) })
        }
    }
}

/// What is said of the life cycle.
fn lives(node: Node<'_>) -> PointSays {
    let cycle = node.get("lifecycle").filter(|cycle| cycle.0.is_object());
    let computed = node.get("calculatedLifecycle");
    PointSays {
        retention: cycle.and_then(retention),
        cold_after_days: cycle.and_then(|cycle| match cycle.get("moveToColdStorageAfterDays") {
            None => Some(None),
            Some(_) => cycle.days("moveToColdStorageAfterDays").map(|days| (days >= 0).then_some(days)),
        }),
        until_copied: cycle.map(|cycle| cycle.text("deleteAfterEvent") == Some("DELETE_AFTER_COPY")),
        delete_at: computed.and_then(|c| c.time("deleteAt")),
        cold_at: computed.and_then(|c| c.time("moveToColdStorageAt")),
        ..PointSays::default()
    }
}

/// The rule that made a point or a job, from `CreatedBy`.
pub(super) fn rule(node: Node<'_>) -> Option<PlanRule> {
    let by = node.get("createdBy")?;
    Some(PlanRule {
        plan: by.text("backupPlanId")?.into(),
        version: by.text("backupPlanVersion")?.into(),
        rule: by.text("backupRuleId").or_else(|| by.text("backupPlanRuleId"))?.into(),
    })
}

/// What a recovery point's members say; the same in events, state changes and CLI output but for the casing.
pub(super) fn point_says(node: Node<'_>) -> PointSays {
    let parent = node.text("parentRecoveryPointArn").map(RecoveryPointArn::new);
    PointSays {
        vault: node.text("backupVaultArn").and_then(VaultArn::parse),
        source_vault: node.text("sourceBackupVaultArn").and_then(VaultArn::parse),
        resource: node.text("resourceArn").map(ResourceArn::new),
        resource_type: node.text("resourceType").map(Text::new),
        resource_name: node.text("resourceName").map(Text::new),
        status: node.text("status").map(PointStatus::read),
        message: node.text("statusMessage").map(Text::new),
        created: node.time("creationDate"),
        completed: node.time("completionDate"),
        storage: node.text("storageClass").map(StorageClass::read),
        size: node.int("backupSizeInBytes").or_else(|| node.int("backupSizeBytes")),
        encrypted: node.flag("isEncrypted"),
        key: node.text("encryptionKeyArn").map(KeyArn::new),
        key_type: node.text("encryptionKeyType").map(KeyType::read),
        // Whoever says whether the point is a composite would also say of which it is a part.
        parent: if parent.is_none() && node.flag("isParent").is_none() { None } else { Some(parent) },
        is_parent: node.flag("isParent"),
        member: node.text("compositeMemberIdentifier").map(Text::new),
        index: node.text("indexStatus").map(IndexStatus::read),
        scan: scan(node),
        last_restore: node.time("lastRestoreTime"),
        role: node.text("iamRoleArn").map(Text::new),
        rule: rule(node),
        ..lives(node)
    }
}

/// `AggregatedScanResult`, or the latest of `ScanResults`: malware, none, or a scan that failed and so tells nothing.
fn scan(node: Node<'_>) -> Option<ScanResult> {
    let all = node.get("aggregatedScanResult");
    let latest = || {
        let listed = node.list("scanResults")?;
        listed.into_iter().max_by_key(|result| result.time("lastScanTimestamp"))
    };
    let result = all.or_else(latest)?;
    let failed =
        result.flag("failedScan") == Some(true) || matches!(result.text("scanJobState"), Some("FAILED" | "CANCELED"));
    match result.texts("findings") {
        Some(findings) if findings.contains(&"MALWARE") => Some(ScanResult::Threats),
        Some(findings) if findings.is_empty() && !failed => Some(ScanResult::NoThreats),
        _ => Some(ScanResult::Unknown),
    }
}

pub(super) fn point(node: Node<'_>, listed: bool, out: &mut Sink) {
    let Some(arn) = node.text("recoveryPointArn") else { return };
    let mut says = point_says(node);
    says.listed = listed;
    if let Some(resource) = says.resource.clone() {
        out.say(About::Resource(resource, says.resource_type.clone()));
    }
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

/// A row of `list-recovery-points-by-resource`: it names its vault, but not its resource, which only the file's name does.
pub(super) fn by_resource(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let Some(arn) = row.text("RecoveryPointArn") else { return };
    let mut says = point_says(row);
    let place = observation.account.as_ref().zip(observation.region.as_ref());
    let named =
        place.zip(row.text("BackupVaultName")).map(|((account, region), name)| VaultArn::of(account, region, name));
    says.vault = says.vault.or(named);
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}
