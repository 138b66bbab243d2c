//! Backup, copy and restore jobs: started, ended, listed.

use crate::arn::{AccountId, JobId, KeyArn, RecoveryPointArn, ResourceArn, Text, VaultArn};
use crate::facts::calls::CopyCall;
use crate::facts::words::{DeletionStatus, JobState, LockState, PointStatus, ValidationStatus, VaultKind};
use crate::facts::{About, JobKind, JobSays, PointSays, Retention, Sink, VaultSays};
use crate::record::Record;
use crate::record::node::Node;
use crate::record::refusal;
use std::collections::BTreeMap;

/// `StartBackupJob`, `StartCopyJob`, `StartRestoreJob`, successful ones.
pub(super) fn job_started(record: &Record, kind: JobKind, out: &mut Sink) {
    let (request, response) = (record.request(), record.response());
    let resource = request.text("resourceArn").map(ResourceArn::new);
    if let Some(resource) = &resource {
        out.say(About::Resource(resource.clone(), None));
    }
    let Some(id) = response.text(keys(kind).id) else { return };
    let vault = |name: &str| Some(VaultArn::of(record.account.as_ref()?, record.region.as_ref()?, name));
    let named = |key: &str| request.text(key).and_then(|name| VaultArn::parse(name).or_else(|| vault(name)));
    let point = |node: Node<'_>| node.text("recoveryPointArn").map(RecoveryPointArn::new);
    let says = JobSays {
        kind: Some(kind),
        state: Some(JobState::Created),
        began: Some(response.time("creationDate").unwrap_or(record.time)),
        account: record.account.clone(),
        by: Some(Box::new(record.actor.clone())),
        resource,
        resource_type: request.text("resourceType").map(Text::new),
        source_vault: named("sourceBackupVaultName"),
        source_point: if kind == JobKind::Backup { None } else { point(request) },
        destination: match kind {
            JobKind::Backup => named("backupVaultName"),
            JobKind::Copy => named("destinationBackupVaultArn"),
            JobKind::Restore => None,
        },
        air_gapped: named("logicallyAirGappedBackupVaultArn"),
        point: if kind == JobKind::Backup { point(response) } else { None },
        role: request.text("iamRoleArn").map(Text::new),
        is_parent: response.flag("isParent"),
        ..JobSays::default()
    };
    out.say(About::Job(JobId::new(id), Box::new(says)));
}

/// `StartCopyJob`, whether it succeeded or not. A denied call has no parameters, its message names what it was refused.
pub(super) fn copy_called(record: &Record, out: &mut Sink) {
    let request = record.request();
    let named = |key: &str| {
        let name = request.text(key)?;
        VaultArn::parse(name).or_else(|| Some(VaultArn::of(record.account.as_ref()?, record.region.as_ref()?, name)))
    };
    let denied = record.error_message.as_deref().and_then(refusal::denial).and_then(|denial| denial.resource);
    let denied_vault = denied.as_deref().and_then(VaultArn::parse);
    let denied_point = denied.filter(|_| denied_vault.is_none());
    out.say(About::CopyCall(Box::new(CopyCall {
        account: record.account.clone(),
        region: record.region.clone(),
        actor: record.actor.clone(),
        refusal: record.refusal(),
        error_code: record.error_code.clone(),
        source: named("sourceBackupVaultName").or(denied_vault),
        point: request.text("recoveryPointArn").map(str::to_owned).or(denied_point),
        destination: named("destinationBackupVaultArn"),
    })));
    if record.succeeded() {
        job_started(record, JobKind::Copy, out);
    }
}

/// `StopBackupJob`.
pub(super) fn stopped(record: &Record, out: &mut Sink) {
    if let Some(id) = record.request().text("backupJobId") {
        let says = JobSays { kind: Some(JobKind::Backup), state: Some(JobState::Aborting), ..JobSays::default() };
        out.say(About::Job(JobId::new(id), Box::new(says)));
    }
}

/// `PutRestoreValidationResult`.
pub(super) fn validated(record: &Record, out: &mut Sink) {
    let request = record.request();
    if let Some(id) = request.text("restoreJobId") {
        let says = JobSays { kind: Some(JobKind::Restore), ..validation(request) };
        out.say(About::Job(JobId::new(id), Box::new(says)));
    }
}

fn validation(node: Node<'_>) -> JobSays {
    JobSays {
        validation: node.text("validationStatus").map(ValidationStatus::read),
        validation_message: node.text("validationStatusMessage").map(Text::new),
        deletion: node.text("deletionStatus").map(DeletionStatus::read),
        deletion_message: node.text("deletionStatusMessage").map(Text::new),
        ..JobSays::default()
    }
}

/// Under which names the members stand that each kind of job calls otherwise.
struct Keys {
    id: &'static str,
    state: &'static str,
    resource: &'static str,
    source_vault: &'static str,
    source_point: &'static str,
    vault: &'static str,
    vault_kind: &'static str,
    vault_lock: &'static str,
    point: &'static str,
    key: &'static str,
    life_cycle: &'static str,
}

/// No member has this name.
const NONE: &str = "";

const fn keys(kind: JobKind) -> Keys {
    match kind {
        JobKind::Backup => Keys {
            id: "backupJobId",
            state: "state",
            resource: "resourceArn",
            source_vault: NONE,
            source_point: NONE,
            vault: "backupVaultArn",
            vault_kind: "vaultType",
            vault_lock: "vaultLockState",
            point: "recoveryPointArn",
            key: "encryptionKeyArn",
            life_cycle: "recoveryPointLifecycle",
        },
        JobKind::Copy => Keys {
            id: "copyJobId",
            state: "state",
            resource: "resourceArn",
            source_vault: "sourceBackupVaultArn",
            source_point: "sourceRecoveryPointArn",
            vault: "destinationBackupVaultArn",
            vault_kind: "destinationVaultType",
            vault_lock: "destinationVaultLockState",
            point: "destinationRecoveryPointArn",
            key: "destinationEncryptionKeyArn",
            life_cycle: "destinationRecoveryPointLifecycle",
        },
        JobKind::Restore => Keys {
            id: "restoreJobId",
            state: "status",
            resource: "sourceResourceArn",
            source_vault: "backupVaultArn",
            source_point: "recoveryPointArn",
            vault: NONE,
            vault_kind: NONE,
            vault_lock: NONE,
            point: NONE,
            key: NONE,
            life_cycle: NONE,
        },
    }
}

/// A job as events, state changes and rows have it: itself, and of a backup or copy also its resource, its vault and, when it
/// is completed, the recovery point that it made. `owner` is whose log or snapshot this is.
pub(super) fn job(node: Node<'_>, kind: JobKind, owner: Option<&AccountId>, out: &mut Sink) {
    let says = job_says(node, kind, owner);
    if kind != JobKind::Restore {
        made(node, &says, out);
    }
    let Some(id) = node.text(keys(kind).id) else { return };
    // An entry trails the end of the job, by minutes in a log and by days in a snapshot.
    let end = says.completed.filter(|_| says.state.as_ref().is_some_and(JobState::is_final));
    match end {
        // A restore is still validated and cleaned up after its end.
        Some(end) if kind == JobKind::Restore => {
            let over = JobSays { kind: Some(kind), state: says.state.clone(), ..JobSays::default() };
            out.say_at(end, About::Job(JobId::new(id), Box::new(over)));
            out.say(About::Job(JobId::new(id), Box::new(says)));
        }
        end => out.say_at(end.unwrap_or_else(|| out.time()), About::Job(JobId::new(id), Box::new(says))),
    }
}

fn job_says(node: Node<'_>, kind: JobKind, owner: Option<&AccountId>) -> JobSays {
    let keys = keys(kind);
    let text = |key: &str| node.text(key).map(Text::new);
    let completed = node.time("completionDate");
    let point = node.text(keys.point).map(RecoveryPointArn::new);
    let state = node.text(keys.state).or_else(|| node.text("state")).map(JobState::read);
    let children = node.get("childJobsInState").and_then(|states| states.0.as_object()).map(|states| {
        states.iter().filter_map(|(state, number)| Some((state.clone(), number.as_i64()?))).collect::<BTreeMap<_, _>>()
    });
    JobSays {
        kind: Some(kind),
        // Shapes of copy events are not documented: a completion date and a recovery point say what a missing state would.
        state: state.or_else(|| completed.and(point.as_ref()).map(|_| JobState::Completed)),
        message: text("statusMessage"),
        category: text("messageCategory"),
        began: node.time("creationDate"),
        completed,
        account: node.text("accountId").and_then(AccountId::parse).or_else(|| owner.cloned()),
        by: None,
        resource: node.text(keys.resource).map(ResourceArn::new),
        resource_type: text("resourceType"),
        resource_name: text("resourceName"),
        source_vault: node.text(keys.source_vault).and_then(VaultArn::parse),
        source_point: node.text(keys.source_point).map(RecoveryPointArn::new),
        source_point_created: node.time("recoveryPointCreationDate"),
        destination: node.text(keys.vault).and_then(VaultArn::parse),
        destination_kind: node.text(keys.vault_kind).map(VaultKind::read),
        destination_lock: node.text(keys.vault_lock).map(LockState::read),
        air_gapped: node.text("logicallyAirGappedBackupVaultArn").and_then(VaultArn::parse),
        point,
        key: node.text(keys.key).map(KeyArn::new),
        encrypted: node.flag("isEncrypted"),
        size: node.int("backupSizeInBytes"),
        role: text("iamRoleArn"),
        rule: super::point::rule(node),
        backup_job: text("createdByBackupJobId"),
        parent: text("parentJobId"),
        is_parent: node.flag("isParent"),
        children,
        created_resource: node.text("createdResourceArn").map(ResourceArn::new),
        test_plan: node.path(&["createdBy", "restoreTestingPlanArn"]).and_then(Node::as_text).map(Text::new),
        ..validation(node)
    }
}

/// What a backup or copy job says of its resource, its vault, and the recovery point that it made.
fn made(node: Node<'_>, job: &JobSays, out: &mut Sink) {
    let Some(kind) = job.kind else { return };
    if let Some(resource) = &job.resource {
        out.say(About::Resource(resource.clone(), job.resource_type.clone()));
    }
    if let (Some(vault), Some(kind)) = (&job.destination, &job.destination_kind) {
        let says = VaultSays { kind: Some(kind.clone()), ..VaultSays::default() };
        out.say(About::Vault(vault.clone(), Box::new(says)));
    }
    let status = match job.state {
        Some(JobState::Completed) => PointStatus::Completed,
        Some(JobState::Partial) => PointStatus::Partial,
        _ => return,
    };
    let (Some(vault), Some(resource)) = (&job.destination, &job.resource) else { return };
    let says = PointSays {
        vault: Some(vault.clone()),
        source_vault: job.source_vault.clone(),
        resource: Some(resource.clone()),
        resource_type: job.resource_type.clone(),
        resource_name: job.resource_name.clone(),
        status: Some(status),
        created: job.began,
        completed: Some(job.completed.unwrap_or_else(|| out.time())),
        retention: retention(node, kind),
        size: job.size,
        encrypted: job.encrypted,
        key: job.key.clone(),
        is_parent: job.is_parent,
        rule: job.rule.clone(),
        ..PointSays::default()
    };
    let id = node.text(keys(kind).id).unwrap_or_default();
    let arn = job.point.clone().unwrap_or_else(|| RecoveryPointArn::new(format!("copy-job:{id}")));
    out.say(About::Point(arn, Box::new(says)));
}

fn retention(node: Node<'_>, kind: JobKind) -> Option<Retention> {
    [keys(kind).life_cycle, "lifecycle"].iter().find_map(|key| node.get(key)).and_then(super::point::retention)
}
