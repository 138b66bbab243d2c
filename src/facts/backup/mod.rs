//! AWS Backup: calls, service events, EventBridge state changes and snapshots, by the entity that they are about.
//!
//! Failed calls change nothing; what they tried is kept where a control judges attempts.
//! Service events trail what they report by minutes, so the completion instant inside them counts.

mod access;
mod job;
mod plan;
mod point;
mod vault;

use crate::arn;
use crate::arn::{AccountId, RecoveryPointArn, ResourceArn, TeamArn, VaultArn};
use crate::facts::words::{UpdateStatus, VaultKind, VaultState};
use crate::facts::{About, Sink, VaultSays};
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
        "BackupDeleted" => point::point_deleted(record, out),
        "RecoveryPointCreated" | "BackupTransitionedToCold" => point::point(record.details(), false, out),
        "StartBackupJob" | "StartCopyJob" if record.succeeded() => job::job_started(record, out),
        "DescribeBackupVault"
        | "DescribeRecoveryPoint"
        | "GetRecoveryPointRestoreMetadata"
        | "ListRecoveryPointsByBackupVault"
        | "ListProtectedResourcesByBackupVault"
        | "StartRestoreJob"
            if record.succeeded() =>
        {
            vault::used(record, out);
        }
        "CreateBackupSelection" if record.succeeded() => plan::selection(record.request(), out),
        name if name.starts_with("CopyJob") => job::job(record.details(), true, out),
        name if name.starts_with("BackupJob") => job::job(record.details(), false, out),
        _ => {}
    }
}

/// Reads one EventBridge state change of `aws.backup`.
pub fn read_state_change(record: &Record, out: &mut Sink) {
    match record.name.as_str() {
        "Copy Job State Change" => job::job(record.details(), true, out),
        "Backup Job State Change" => job::job(record.details(), false, out),
        "Recovery Point State Change" => {
            let mut says = point::point_says(record.details());
            says.vault = says.vault.or_else(|| named_vault(record, record.details()));
            if let Some(arn) = record.resources().first() {
                out.say(About::Point(RecoveryPointArn::new(*arn), Box::new(says)));
            }
        }
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
        "backup list-protected-resources" => {
            if let Some(arn) = row.text("ResourceArn") {
                out.say(About::Resource(ResourceArn::new(arn), row.text("ResourceType").map(str::to_owned)));
            }
        }
        "backup list-copy-jobs" => job::job(row, true, out),
        "backup list-backup-jobs" => job::job(row, false, out),
        "backup list-restore-access-backup-vaults" => access::shown(observation, out),
        "backup get-backup-selection" => plan::selection_shown(row, out),
        "backup get-backup-plan" => plan::shown(row, out),
        _ => {}
    }
}

/// Reads one row of an `aws organizations` output.
pub fn read_organization(observation: &Observation, out: &mut Sink) {
    let member = observation.row().text("Id").and_then(AccountId::parse);
    if let ("organizations list-accounts", Some(id)) = (observation.operation, member) {
        out.say(About::Member(id));
    }
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
