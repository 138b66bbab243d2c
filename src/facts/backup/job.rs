//! Backup and copy jobs: started, ended, listed.

use crate::arn::{RecoveryPointArn, ResourceArn, VaultArn};
use crate::facts::words::{JobState, PointStatus, VaultKind};
use crate::facts::{About, JobSays, PointSays, Retention, Sink, VaultSays};
use crate::record::Record;
use crate::record::node::Node;

pub(super) fn job_started(record: &Record, out: &mut Sink) {
    let request = record.request();
    let is_copy = record.name == "StartCopyJob";
    let id = record.response().text("copyJobId").or_else(|| record.response().text("backupJobId"));
    let resource = request.text("resourceArn").map(ResourceArn::new);
    if let Some(resource) = &resource {
        out.say(About::Resource(resource.clone(), None));
    }
    let destination = request.text("destinationBackupVaultArn").and_then(VaultArn::parse);
    if let Some(id) = id {
        let says = JobSays { is_copy, state: Some(JobState::Created), resource, destination, message: None };
        out.say(About::Job(id.to_owned(), Box::new(says)));
    }
}

/// A copy or backup job: itself, the resource it is about, and when it is completed the recovery point that it made.
pub(super) fn job(node: Node<'_>, is_copy: bool, out: &mut Sink) {
    let (vault_key, point_key, id_key) = if is_copy {
        ("destinationBackupVaultArn", "destinationRecoveryPointArn", "copyJobId")
    } else {
        ("backupVaultArn", "recoveryPointArn", "backupJobId")
    };
    let resource = node.text("resourceArn").map(ResourceArn::new);
    let resource_type = node.text("resourceType").map(str::to_owned);
    let destination = node.text(vault_key).and_then(VaultArn::parse);
    let completed = node.time("completionDate");
    let made = node.text(point_key);
    let state = node.text("state").map(JobState::read);
    // Shapes of copy events are not documented: a completion date and a recovery point say what a missing state would.
    let state = state.or_else(|| completed.and(made).map(|_| JobState::Completed));
    if let Some(resource) = &resource {
        out.say(About::Resource(resource.clone(), resource_type.clone()));
    }
    let kind = node.text(if is_copy { "destinationVaultType" } else { "vaultType" }).map(VaultKind::read);
    if let (Some(vault), Some(kind)) = (&destination, kind) {
        out.say(About::Vault(vault.clone(), Box::new(VaultSays { kind: Some(kind), ..VaultSays::default() })));
    }
    let id = node.text(id_key).unwrap_or_default().to_owned();
    let status = match state {
        Some(JobState::Completed) => Some(PointStatus::Completed),
        Some(JobState::Partial) => Some(PointStatus::Partial),
        _ => None,
    };
    if let (Some(status), Some(vault), Some(resource)) = (status, &destination, &resource) {
        let says = PointSays {
            vault: Some(vault.clone()),
            resource: Some(resource.clone()),
            resource_type,
            status: Some(status),
            created: node.time("creationDate"),
            completed: Some(completed.unwrap_or_else(|| out.time())),
            retention: life_cycle_of_job(node, is_copy),
            ..PointSays::default()
        };
        let arn = made.map_or_else(|| format!("copy-job:{id}"), str::to_owned);
        out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
    }
    if !id.is_empty() {
        let message = node.text("statusMessage").map(str::to_owned);
        out.say(About::Job(id, Box::new(JobSays { is_copy, state, resource, destination, message })));
    }
}

fn life_cycle_of_job(node: Node<'_>, is_copy: bool) -> Option<Retention> {
    let keys = if is_copy {
        ["destinationRecoveryPointLifecycle", "lifecycle"]
    } else {
        ["recoveryPointLifecycle", "lifecycle"]
    };
    keys.iter().find_map(|key| node.get(key)).and_then(super::point::retention)
}
