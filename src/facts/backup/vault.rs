//! Backup vaults: calls, service events, state changes and snapshots.

use super::settings::all_tags;
use super::{on_vault, vault_of};
use crate::arn::{KeyArn, SessionArn, TeamArn, VaultArn};
use crate::facts::words::{KeyType, UpdateStatus, VaultKind, VaultState};
use crate::facts::{About, AccessSays, Sink, VaultSays};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;
use chrono::Duration;

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
        None if air_gapped && request.0.is_object() && !request.names("encryptionKeyArn") => Some(KeyType::AwsOwned),
        _ => None,
    };
    // No call that makes a vault can give it a policy, notifications or, to a standard one, a lock.
    let standard = kind == VaultKind::Standard;
    let says = VaultSays {
        kind: Some(kind),
        state: record.response().text("vaultState").map(VaultState::read),
        created: Some(record.response().time("creationDate").unwrap_or_else(|| out.time())),
        creator_request_id: request.text("creatorRequestId").map(str::to_owned),
        locked: standard.then_some(false),
        lock_date: standard.then_some(None),
        min_days: if standard { Some(None) } else { min_days.map(Some) },
        max_days: if standard { Some(None) } else { request.days("maxRetentionDays").map(Some) },
        key_type,
        key,
        policy: Some(None),
        notifications: Some(None),
        tags: all_tags(request, "backupVaultTags"),
        exists: Some(true),
        ..VaultSays::default()
    };
    out.say(About::Vault(vault, Box::new(says)));
}

/// Days that AWS takes for `ChangeableForDays`; another number is no grace period that the call can have set.
const GRACE: std::ops::RangeInclusive<i64> = 3..=36_500;

/// A lock is put whole: bounds that the call leaves out are none, and without `ChangeableForDays` it is one in governance mode,
/// which has no date (AWS Backup API, `PutBackupVaultLockConfiguration`).
pub(super) fn lock(record: &Record, out: &mut Sink) {
    let (request, at) = (record.request(), out.time());
    let put = record.name.starts_with("Put");
    on_vault(record, out, |says| {
        says.lock_changed = true;
        says.locked = Some(put);
        if !put {
            (says.lock_date, says.min_days, says.max_days) = (Some(None), Some(None), Some(None));
        } else if request.0.is_object() {
            let grace =
                days_or_none(request, "changeableForDays").filter(|days| days.is_none_or(|d| GRACE.contains(&d)));
            says.lock_date = grace.map(|days| days.map(|days| at + Duration::days(days)));
            says.min_days = days_or_none(request, "minRetentionDays");
            says.max_days = days_or_none(request, "maxRetentionDays");
        }
    });
}

/// Days that are written, `Some(None)` where none are, `None` where they cannot be read.
fn days_or_none(node: Node<'_>, key: &str) -> Option<Option<i64>> {
    if node.names(key) && !node.is_null(key) { node.days(key).map(Some) } else { Some(None) }
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
    let kind = row.text("VaultType").map(VaultKind::read);
    // An air-gapped vault always has bounds, so there a missing one is unknown; a standard vault that shows `Locked` has none.
    let bound = |key: &str| match row.days(key) {
        Some(days) => Some(Some(days)),
        None if row.is_null(key) => Some(None),
        None => (locked.is_some() && kind == Some(VaultKind::Standard) && !row.names(key)).then_some(None),
    };
    let says = VaultSays {
        state: row.text("VaultState").map(VaultState::read),
        created: row.time("CreationDate"),
        creator_request_id: row.text("CreatorRequestId").map(str::to_owned),
        source: row.text("SourceBackupVaultArn").and_then(VaultArn::parse),
        locked,
        // A lock without a date is one in governance mode; without `Locked` the date says nothing, and one that cannot be
        // read is unknown.
        lock_date: locked.and(match row.get("LockDate") {
            None => Some(None),
            Some(_) => row.time("LockDate").map(Some),
        }),
        min_days: bound("MinRetentionDays"),
        max_days: bound("MaxRetentionDays"),
        key_type: row.text("EncryptionKeyType").map(KeyType::read),
        key: row.text("EncryptionKeyArn").map(KeyArn::new),
        team: team(row),
        team_update: row
            .path(&["LatestMpaApprovalTeamUpdate", "Status"])
            .and_then(Node::as_text)
            .map(UpdateStatus::read),
        points: row.int("NumberOfRecoveryPoints").filter(|number| *number >= 0),
        exists: Some(true),
        kind,
        ..VaultSays::default()
    };
    if let Some(source) = says.source.clone() {
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
