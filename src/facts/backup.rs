//! AWS Backup in the log: calls, service events, and EventBridge state changes.
//!
//! Failed calls change nothing; what they tried is kept where a control judges attempts.
//! Service events trail what they report by minutes, so the completion instant inside them counts.

use super::calls::{DeleteCall, ShareCall};
use super::words::{JobState, KeyType, PointStatus, VaultKind, VaultState};
use super::{About, AccessSays, JobSays, PlanRule, PointSays, Retention, Sink, VaultSays};
use crate::arn::{KeyArn, RecoveryPointArn, ResourceArn, SessionArn, TeamArn, VaultArn};
use crate::record::Record;
use crate::record::node::Node;
use crate::record::refusal;

/// Reads one record of `backup.amazonaws.com`.
pub fn read(record: &Record, out: &mut Sink) {
    match record.name.as_str() {
        "CreateBackupVault" => vault_created(record, VaultKind::Standard, out),
        "CreateLogicallyAirGappedBackupVault" => vault_created(record, VaultKind::AirGapped, out),
        "DeleteBackupVault" => on_vault(record, out, |says| says.exists = Some(false)),
        "PutBackupVaultLockConfiguration" | "DeleteBackupVaultLockConfiguration" => lock(record, out),
        "AssociateBackupVaultMpaApprovalTeam" => {
            let team = record.request().text("mpaApprovalTeamArn").and_then(TeamArn::parse);
            on_vault(record, out, |says| says.team_asked = team);
        }
        "DisassociateBackupVaultMpaApprovalTeam" => on_vault(record, out, |says| says.team_released = true),
        "AssociateBackupVaultMpaApprovalTeamCompleted" => {
            let team = record.details().text("mpaApprovalTeamArn").and_then(TeamArn::parse);
            on_vault(record, out, |says| says.team = team.map(Some));
        }
        "CreateRestoreAccessBackupVault" => access_asked(record, out),
        "CreateRestoreAccessBackupVaultFailed" => access_ended(record, Some(VaultState::Failed), out),
        "RestoreAccessBackupVaultDeleted" => access_ended(record, None, out),
        "DeleteRecoveryPoint" | "DisassociateRecoveryPoint" | "DisassociateRecoveryPointFromParent" => {
            deletion(record, out);
        }
        "UpdateRecoveryPointLifecycle" if record.succeeded() => life_cycle(record, out),
        "BackupDeleted" => point_deleted(record, out),
        "RecoveryPointCreated" | "BackupTransitionedToCold" => point(record.details(), false, out),
        "StartBackupJob" | "StartCopyJob" if record.succeeded() => job_started(record, out),
        "DescribeBackupVault"
        | "DescribeRecoveryPoint"
        | "GetRecoveryPointRestoreMetadata"
        | "ListRecoveryPointsByBackupVault"
        | "ListProtectedResourcesByBackupVault"
        | "StartRestoreJob"
            if record.succeeded() =>
        {
            used(record, out);
        }
        "CreateBackupSelection" if record.succeeded() => selection(record.request(), out),
        name if name.starts_with("CopyJob") => job(record.details(), true, out),
        name if name.starts_with("BackupJob") => job(record.details(), false, out),
        _ => {}
    }
}

/// Reads one EventBridge state change of `aws.backup`.
pub fn read_state_change(record: &Record, out: &mut Sink) {
    match record.name.as_str() {
        "Copy Job State Change" => job(record.details(), true, out),
        "Backup Job State Change" => job(record.details(), false, out),
        "Recovery Point State Change" => {
            let mut says = point_says(record.details());
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

/// The vault that a record names: by ARN, or by name in the caller's account and Region (or the owner's, where given).
fn named_vault(record: &Record, node: Node<'_>) -> Option<VaultArn> {
    if let Some(arn) = node.text("backupVaultArn").and_then(VaultArn::parse) {
        return Some(arn);
    }
    let owner =
        node.text("backupVaultAccountId").and_then(crate::arn::AccountId::parse).or_else(|| record.account.clone());
    let name = node.text("backupVaultName")?;
    VaultArn::parse(name).or_else(|| Some(VaultArn::of(&owner?, record.region.as_ref()?, name)))
}

/// The vault of a call: from its parameters, its response, its resources, or the message of a denial.
fn vault_of(record: &Record) -> Option<VaultArn> {
    [record.response(), record.request(), record.details()]
        .into_iter()
        .find_map(|node| named_vault(record, node))
        .or_else(|| record.resources().into_iter().find_map(VaultArn::parse))
        .or_else(|| VaultArn::parse(&refusal::denial(record.error_message.as_deref()?)?.resource?))
}

fn on_vault(record: &Record, out: &mut Sink, say: impl FnOnce(&mut VaultSays)) {
    let Some(vault) = vault_of(record).filter(|_| record.succeeded()) else { return };
    let mut says = VaultSays::default();
    say(&mut says);
    out.say(About::Vault(vault, Box::new(says)));
}

fn vault_created(record: &Record, kind: VaultKind, out: &mut Sink) {
    let request = record.request();
    let Some(vault) = vault_of(record) else { return };
    let min_days = request.days("minRetentionDays");
    if !record.succeeded() {
        let refused_min_days = min_days.filter(|days| *days < 7);
        return out.say(About::Vault(vault, Box::new(VaultSays { refused_min_days, ..VaultSays::default() })));
    }
    let key = request.text("encryptionKeyArn").map(KeyArn::new);
    let air_gapped = kind == VaultKind::AirGapped;
    // A key can only be chosen here; where the parameters are logged and name none, AWS uses its own.
    let key_type = match &key {
        Some(_) if air_gapped => Some(KeyType::CustomerManaged),
        None if air_gapped && request.0.is_object() => Some(KeyType::AwsOwned),
        _ => None,
    };
    let says = VaultSays {
        kind: Some(kind),
        state: record.response().text("vaultState").map(VaultState::read),
        created: Some(record.response().time("creationDate").unwrap_or_else(|| out.time())),
        min_days,
        max_days: request.days("maxRetentionDays"),
        key_type,
        key,
        exists: Some(true),
        ..VaultSays::default()
    };
    out.say(About::Vault(vault, Box::new(says)));
}

/// Somebody else's account looks into a vault or restores from it.
fn used(record: &Record, out: &mut Sink) {
    let (Some(vault), Some(account)) = (vault_of(record), record.account.clone()) else { return };
    if vault.account().as_ref() != Some(&account) {
        out.say(About::Use(vault, account));
    }
}

fn lock(record: &Record, out: &mut Sink) {
    let put = record.name.starts_with("Put");
    on_vault(record, out, |says| {
        says.lock_changed = true;
        says.locked = Some(put);
    });
}

fn access_asked(record: &Record, out: &mut Sink) {
    let source = record.request().text("sourceBackupVaultArn").and_then(VaultArn::parse);
    let denied = || VaultArn::parse(&refusal::denial(record.error_message.as_deref()?)?.resource?);
    let target = source.clone().or_else(denied);
    out.say(About::ShareCall(Box::new(ShareCall {
        name: record.name.clone(),
        account: record.account.clone(),
        region: record.region.clone(),
        actor: record.actor.clone(),
        refusal: record.refusal(),
        error_code: record.error_code.clone(),
        target_known: target.is_some(),
        targets: target.iter().map(ToString::to_string).collect(),
        share: None,
        invitation: None,
        principals: record.account.iter().map(ToString::to_string).collect(),
        sender: None,
    })));
    if !record.succeeded() {
        return;
    }
    let vault = record.response().text("restoreAccessBackupVaultArn").and_then(VaultArn::parse);
    let state = record.response().text("vaultState").map(VaultState::read);
    if let Some(vault) = &vault {
        let says = VaultSays {
            kind: Some(VaultKind::RestoreAccess),
            state: state.clone(),
            created: Some(out.time()),
            exists: Some(true),
            ..VaultSays::default()
        };
        out.say(About::Vault(vault.clone(), Box::new(says)));
    }
    let id = vault.as_ref().map_or_else(|| record.id.clone(), ToString::to_string);
    let says = AccessSays {
        vault,
        source,
        account: record.account.clone(),
        requester: Some(record.actor.clone()),
        requested: Some(record.time),
        state,
        session: record.response().text("mpaSessionArn").and_then(SessionArn::parse),
        ..AccessSays::default()
    };
    out.say(About::Access(id, Box::new(says)));
}

fn access_ended(record: &Record, state: Option<VaultState>, out: &mut Sink) {
    let details = record.details();
    let named = details.text("restoreAccessBackupVaultArn").or_else(|| details.text("backupVaultArn"));
    let Some(vault) = named.and_then(VaultArn::parse).or_else(|| vault_of(record)) else { return };
    let exists = state.is_none().then_some(false);
    out.say(About::Vault(vault.clone(), Box::new(VaultSays { exists, state: state.clone(), ..VaultSays::default() })));
    let says = AccessSays { vault: Some(vault.clone()), state, ..AccessSays::default() };
    out.say(About::Access(vault.to_string(), Box::new(says)));
}

fn deletion(record: &Record, out: &mut Sink) {
    let named = record.request().text("recoveryPointArn").map(str::to_owned);
    let denied = || refusal::denial(record.error_message.as_deref()?)?.resource;
    let point = named.or_else(denied).filter(|arn| VaultArn::parse(arn).is_none());
    if let (true, Some(arn)) = (record.succeeded(), &point) {
        let says = PointSays { status: Some(PointStatus::Deleting), vault: vault_of(record), ..PointSays::default() };
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

fn life_cycle(record: &Record, out: &mut Sink) {
    let Some(arn) = record.request().text("recoveryPointArn") else { return };
    let node = record.response().get("lifecycle").or_else(|| record.request().get("lifecycle"));
    let says = PointSays { vault: vault_of(record), retention: node.and_then(retention), ..PointSays::default() };
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

fn point_deleted(record: &Record, out: &mut Sink) {
    let listed = record.resources().into_iter().find(|arn| VaultArn::parse(arn).is_none());
    let Some(arn) = record.details().text("recoveryPointArn").or(listed) else { return };
    let says = PointSays { status: Some(PointStatus::Deleted), vault: vault_of(record), ..PointSays::default() };
    out.say(About::Point(RecoveryPointArn::new(arn), Box::new(says)));
}

fn job_started(record: &Record, out: &mut Sink) {
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

fn selection(request: Node<'_>, out: &mut Sink) {
    let Some(listed) = request.path(&["backupSelection", "resources"]) else { return };
    for arn in listed.0.as_array().into_iter().flatten().filter_map(|r| r.as_str()) {
        if !arn.contains('*') && arn.starts_with("arn:") {
            out.say(About::Resource(ResourceArn::new(arn), None));
        }
    }
}

/// A life cycle: days, or none, which means for ever.
pub(super) fn retention(node: Node<'_>) -> Option<Retention> {
    if !node.0.is_object() {
        return None;
    }
    match node.get("deleteAfterDays") {
        None => Some(Retention::Always),
        Some(_) => {
            node.days("deleteAfterDays").map(|days| if days < 0 { Retention::Always } else { Retention::Days(days) })
        }
    }
}

/// What a recovery point's members say; the same in events, state changes and CLI output but for the casing.
pub(super) fn point_says(node: Node<'_>) -> PointSays {
    PointSays {
        vault: node.text("backupVaultArn").and_then(VaultArn::parse),
        resource: node.text("resourceArn").map(ResourceArn::new),
        resource_type: node.text("resourceType").map(str::to_owned),
        status: node.text("status").map(PointStatus::read),
        created: node.time("creationDate"),
        completed: node.time("completionDate"),
        retention: node.get("lifecycle").and_then(retention),
        rule: node.get("createdBy").and_then(|by| {
            let rule = by.text("backupRuleId").or_else(|| by.text("backupPlanRuleId"))?;
            Some(PlanRule {
                plan: by.text("backupPlanId")?.to_owned(),
                version: by.text("backupPlanVersion")?.to_owned(),
                rule: rule.to_owned(),
            })
        }),
        delete_at: node.get("calculatedLifecycle").and_then(|c| c.time("deleteAt")),
        listed: false,
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
    keys.iter().find_map(|key| node.get(key)).and_then(retention)
}
