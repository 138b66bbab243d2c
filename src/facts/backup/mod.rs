//! AWS Backup: calls, service events, EventBridge state changes and snapshots, by the entity that they are about.
//!
//! Failed calls change nothing; what they tried is kept where a control judges attempts.
//! Service events trail what they report by minutes, so the completion instant inside them counts.

mod access;
mod hold;
mod job;
mod plan;
mod point;
mod selection;
mod settings;
pub mod testing;
mod vault;

use crate::arn;
use crate::arn::{RecoveryPointArn, ResourceArn, TeamArn, Text, VaultArn};
use crate::facts::words::{UpdateStatus, VaultKind, VaultState};
use crate::facts::{About, JobKind, Sink, VaultSays};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;
use crate::record::refusal;

/// Reads one record of `backup.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    match record.name.as_str() {
        "CreateBackupVault" => vault::vault_created(record, VaultKind::Standard, out),
        "CreateLogicallyAirGappedBackupVault" => vault::vault_created(record, VaultKind::AirGapped, out),
        "DeleteBackupVault" => on_vault(record, out, |says| says.exists = Some(false)),
        "PutBackupVaultLockConfiguration" | "DeleteBackupVaultLockConfiguration" => vault::lock(record, out),
        "AssociateBackupVaultMpaApprovalTeam" => {
            access::guarded(record, out);
            let team = record.request().text("mpaApprovalTeamArn").and_then(TeamArn::parse);
            on_vault(record, out, |says| says.team_asked = team);
        }
        "DisassociateBackupVaultMpaApprovalTeam" => {
            access::guarded(record, out);
            on_vault(record, out, |says| says.team_released = true);
        }
        "AssociateBackupVaultMpaApprovalTeamFailed" | "DisassociateBackupVaultMpaApprovalTeamFailed" => {
            on_vault(record, out, |says| says.team_update = Some(UpdateStatus::Failed));
        }
        "RevokeRestoreAccessBackupVault" => access::revoke_asked(record, out),
        "RevokeRestoreAccessBackupVaultFailed" => access::revoke_failed(record, out),
        "AssociateBackupVaultMpaApprovalTeamCompleted" => {
            let team = record.details().text("mpaApprovalTeamArn").and_then(TeamArn::parse);
            on_vault(record, out, |says| says.team = team.map(Some));
        }
        "CreateRestoreAccessBackupVault" => access::access_asked(record, out),
        "CreateRestoreAccessBackupVaultFailed" => access::access_ended(record, Some(VaultState::Failed), out),
        "RestoreAccessBackupVaultDeleted" => access::access_ended(record, None, out),
        "DeleteRecoveryPoint" | "DisassociateRecoveryPoint" | "DisassociateRecoveryPointFromParent" => {
            point::deletion(record, out);
        }
        "UpdateRecoveryPointLifecycle" if record.succeeded() => point::life_cycle(record, out),
        "UpdateRecoveryPointIndexSettings" if record.succeeded() => point::index(record.response(), out),
        "BackupDeleted" => point::point_deleted(record, out),
        "RecoveryPointCreated" => point::point(record.details(), false, out),
        "BackupTransitionedToCold" => point::turned_cold(record, out),
        "PutBackupVaultAccessPolicy" | "DeleteBackupVaultAccessPolicy" => settings::policy(record, out),
        "PutBackupVaultNotifications" | "DeleteBackupVaultNotifications" => settings::notifications(record, out),
        "TagResource" | "UntagResource" => settings::tags(record, out),
        "CreateLegalHold" | "CancelLegalHold" if record.succeeded() => hold::called(record, out),
        "DescribeBackupVault"
        | "DescribeRecoveryPoint"
        | "GetRecoveryPointRestoreMetadata"
        | "ListRecoveryPointsByBackupVault"
        | "ListProtectedResourcesByBackupVault"
            if record.succeeded() =>
        {
            vault::used(record, out);
        }
        "CreateBackupPlan" | "UpdateBackupPlan" | "DeleteBackupPlan" if record.succeeded() => plan::called(record, out),
        "CreateOrganizationalBackupPlan" | "DeleteOrganizationalBackupPlan" => plan::organizational(record, out),
        "InvalidOrganizationBackupPlan" => plan::invalid(record, out),
        "CreateBackupSelection" | "DeleteBackupSelection" if record.succeeded() => selection::called(record, out),
        name if name.contains("RestoreTesting") && record.succeeded() => testing::called(record, out),
        _ => read_job(record, out),
    }
}

/// Calls and service events of jobs.
fn read_job(record: &Record, out: &mut Sink) {
    let owner = record.account.as_ref();
    match record.name.as_str() {
        "StartBackupJob" if record.succeeded() => job::job_started(record, JobKind::Backup, out),
        "StartCopyJob" => job::copy_called(record, out),
        "StartRestoreJob" if record.succeeded() => {
            vault::used(record, out);
            job::job_started(record, JobKind::Restore, out);
        }
        "StopBackupJob" if record.succeeded() => job::stopped(record, out),
        "PutRestoreValidationResult" if record.succeeded() => job::validated(record, out),
        name if name.starts_with("CopyJob") => job::job(record.details(), JobKind::Copy, owner, out),
        name if name.starts_with("BackupJob") => job::job(record.details(), JobKind::Backup, owner, out),
        name if name.starts_with("RestoreJob") || matches!(name, "RestoreStarted" | "RestoreCompleted") => {
            job::job(record.details(), JobKind::Restore, owner, out);
        }
        name if name.starts_with("ScanJob") => point::scanned(record.details(), out),
        _ => {}
    }
}

/// Reads one EventBridge state change of `aws.backup`.
pub fn read_state_change(record: &Record, out: &mut Sink) {
    match record.name.as_str() {
        "Copy Job State Change" => job::job(record.details(), JobKind::Copy, record.account.as_ref(), out),
        "Backup Job State Change" => job::job(record.details(), JobKind::Backup, record.account.as_ref(), out),
        "Restore Job State Change" => job::job(record.details(), JobKind::Restore, record.account.as_ref(), out),
        "Recovery Point Index State Change" => point::index(record.details(), out),
        "Scan Job State Change" => point::scanned(record.details(), out),
        "Recovery Point State Change" | "Recovery Point Change" => {
            let mut says = point::point_says(record.details());
            says.vault = says.vault.or_else(|| named_vault(record, record.details()));
            if let Some(arn) = record.resources().first() {
                out.say(About::Point(RecoveryPointArn::new(*arn), Box::new(says)));
            }
        }
        "Backup Plan State Change" => plan::state_changed(record, out),
        "Backup Vault State Change" => {
            let Some(vault) = record.resources().first().and_then(|arn| VaultArn::parse(arn)) else { return };
            let exists = record.details().text("state").map(|state| state != "DELETED");
            let locked = record.details().flag("isLocked");
            out.say(About::Vault(vault, Box::new(VaultSays { locked, exists, ..VaultSays::default() })));
        }
        _ => {}
    }
}

/// Reads one row of an `aws backup` output.
pub fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "backup list-backup-vaults" | "backup describe-backup-vault" => vault::shown(observation, out),
        "backup list-recovery-points-by-backup-vault" if observation.whole_list => {
            if let Some(vault) = qualified_vault(observation) {
                out.say(About::AllPoints(vault));
            }
        }
        "backup list-recovery-points-by-backup-vault" | "backup describe-recovery-point" => {
            point::point(row, true, out);
        }
        "backup list-recovery-points-by-resource" => point::by_resource(observation, out),
        "backup list-protected-resources" => {
            if let Some(arn) = row.text("ResourceArn") {
                out.say(About::Resource(ResourceArn::new(arn), row.text("ResourceType").map(Text::new)));
            }
        }
        "backup get-backup-vault-access-policy" => settings::policy_shown(observation, out),
        "backup get-backup-vault-notifications" => settings::notifications_shown(observation, out),
        "backup list-tags" => settings::tags_shown(observation, out),
        "backup list-legal-holds" | "backup get-legal-hold" => hold::shown(observation, out),
        "backup list-recovery-points-by-legal-hold" => hold::held(observation, out),
        "backup list-restore-testing-plans" | "backup get-restore-testing-plan" => {
            testing::plan_shown(observation, out);
        }
        "backup list-restore-testing-selections" | "backup get-restore-testing-selection" => {
            testing::selection_shown(observation, out);
        }
        "backup list-scan-jobs" => point::scanned(row, out),
        "backup list-indexed-recovery-points" => point::index(row, out),
        "backup list-copy-jobs" => job::job(row, JobKind::Copy, observation.account.as_ref(), out),
        "backup describe-copy-job" => {
            job::job(row.get("CopyJob").unwrap_or(row), JobKind::Copy, observation.account.as_ref(), out);
        }
        "backup list-backup-jobs" | "backup describe-backup-job" => {
            job::job(row, JobKind::Backup, observation.account.as_ref(), out);
        }
        "backup list-restore-jobs" | "backup describe-restore-job" => {
            job::job(row, JobKind::Restore, observation.account.as_ref(), out);
        }
        "backup list-restore-access-backup-vaults" => access::shown(observation, out),
        "backup get-backup-plan" | "backup list-backup-plans" => plan::shown(observation, out),
        "backup get-backup-selection" | "backup list-backup-selections" => selection::shown(observation, out),
        _ => {}
    }
}

/// Reads one row of `aws resourcegroupstaggingapi get-resources`.
pub fn read_tags(observation: &Observation, out: &mut Sink) {
    settings::tags_shown(observation, out);
}

/// The vault that a record names: by ARN, or by name in the caller's account and Region (or the owner's, where given).
pub(super) fn named_vault(record: &Record, node: Node<'_>) -> Option<VaultArn> {
    if let Some(arn) = node.text("backupVaultArn").and_then(VaultArn::parse) {
        return Some(arn);
    }
    let owner =
        node.text("backupVaultAccountId").and_then(crate::arn::AccountId::parse).or_else(|| record.account.clone());
    let name = node.text("backupVaultName")?;
    VaultArn::parse(name).or_else(|| Some(VaultArn::of(&owner?, record.region.as_ref()?, name)))
}

/// The vault of a call: from its parameters, its response, its resources, or the message of a denial.
pub(super) fn vault_of(record: &Record) -> Option<VaultArn> {
    [record.response(), record.request(), record.details()]
        .into_iter()
        .find_map(|node| named_vault(record, node))
        .or_else(|| record.resources().into_iter().find_map(VaultArn::parse))
        .or_else(|| VaultArn::parse(&refusal::denial(record.error_message.as_deref()?)?.resource?))
}

pub(super) fn on_vault(record: &Record, out: &mut Sink, say: impl FnOnce(&mut VaultSays)) {
    let Some(vault) = vault_of(record).filter(|_| record.succeeded()) else { return };
    let mut says = VaultSays::default();
    say(&mut says);
    out.say(About::Vault(vault, Box::new(says)));
}

/// The vault that a file is about, from the name in its file name.
pub(super) fn qualified_vault(observation: &Observation) -> Option<VaultArn> {
    let name = observation.qualifier.as_deref()?;
    if let Some((front, vault)) = arn::from_file_name(name, "_backup-vault_") {
        return VaultArn::parse(&format!("{front}:backup-vault:{vault}"));
    }
    Some(VaultArn::of(observation.account.as_ref()?, observation.region.as_ref()?, name))
}
