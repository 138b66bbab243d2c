//! Backup vaults: calls, service events, state changes and snapshots.

use super::{on_vault, vault_of};
use crate::arn::{KeyArn, SessionArn, TeamArn, VaultArn};
use crate::facts::words::{KeyType, UpdateStatus, VaultKind, VaultState};
use crate::facts::{About, AccessSays, Sink, VaultSays};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

pub(super) fn vault_created(record: &Record, kind: VaultKind, out: &mut Sink) {
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

pub(super) fn lock(record: &Record, out: &mut Sink) {
    let put = record.name.starts_with("Put");
    on_vault(record, out, |says| {
        says.lock_changed = true;
        says.locked = Some(put);
    });
}

/// Somebody else's account looks into a vault or restores from it.
pub(super) fn used(record: &Record, out: &mut Sink) {
    let (Some(vault), Some(account)) = (vault_of(record), record.account.clone()) else { return };
    if vault.account().as_ref() != Some(&account) {
        out.say(About::Use(vault, account));
    }
}

pub(super) fn shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let Some(arn) = row.text("BackupVaultArn").and_then(VaultArn::parse) else { return };
    let locked = row.flag("Locked");
    let says = VaultSays {
        kind: row.text("VaultType").map(VaultKind::read),
        state: row.text("VaultState").map(VaultState::read),
        created: row.time("CreationDate"),
        locked,
        // A lock without a date is one in governance mode; without `Locked` the date says nothing, and one that cannot be
        // read is unknown.
        lock_date: locked.and(match row.get("LockDate") {
            None => Some(None),
            Some(_) => row.time("LockDate").map(Some),
        }),
        min_days: row.days("MinRetentionDays"),
        max_days: row.days("MaxRetentionDays"),
        key_type: row.text("EncryptionKeyType").map(KeyType::read),
        key: row.text("EncryptionKeyArn").map(KeyArn::new),
        team: team(row),
        team_update: row
            .path(&["LatestMpaApprovalTeamUpdate", "Status"])
            .and_then(Node::as_text)
            .map(UpdateStatus::read),
        exists: Some(true),
        ..VaultSays::default()
    };
    if let Some(source) = row.text("SourceBackupVaultArn").and_then(VaultArn::parse) {
        let access = AccessSays {
            vault: Some(arn.clone()),
            source: Some(source),
            account: arn.account(),
            state: says.state.clone(),
            session: row.text("MpaSessionArn").and_then(SessionArn::parse),
            ..AccessSays::default()
        };
        out.say(About::Access(arn.to_string(), Box::new(access)));
    }
    out.say(About::Vault(arn, Box::new(says)));
}

/// The CLI leaves a missing team out, and so does an API without teams: only a written `null` says that there is none.
fn team(row: Node<'_>) -> Option<Option<TeamArn>> {
    if row.is_null("MpaApprovalTeamArn") {
        return Some(None);
    }
    row.text("MpaApprovalTeamArn").map(|arn| Some(TeamArn::new(arn)))
}
