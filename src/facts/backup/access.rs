//! A recovery account's access to a vault: asked for, opened, revoked, ended, listed.
//!
//! AWS documents no body of the service events about it: members are looked for under the names that the API has for them.

use super::{qualified_vault, vault_of};
use crate::arn::{SessionArn, VaultArn};
use crate::facts::calls::{ShareCall, TeamCall};
use crate::facts::words::{UpdateStatus, VaultKind, VaultState};
use crate::facts::{About, AccessSays, Sink, VaultSays};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::refusal;

pub(super) fn access_asked(record: &Record, out: &mut Sink) {
    let source = record.request().text("sourceBackupVaultArn").and_then(VaultArn::parse);
    let denial = record.error_message.as_deref().and_then(refusal::denial);
    let target = source.clone().or_else(|| VaultArn::parse(denial.as_ref()?.resource.as_deref()?));
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
        denial,
    })));
    if !record.succeeded() {
        return;
    }
    let response = record.response();
    let vault = response.text("restoreAccessBackupVaultArn").and_then(VaultArn::parse);
    let state = response.text("vaultState").map(VaultState::read);
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
        exists: vault.as_ref().map(|_| true),
        vault,
        source,
        account: record.account.clone(),
        requester: Some(record.actor.clone()),
        requested: Some(record.time),
        comment: record.request().text("requesterComment").map(str::to_owned),
        state,
        session: response.text("mpaSessionArn").and_then(SessionArn::parse),
        ..AccessSays::default()
    };
    out.say(About::Access(id, Box::new(says)));
}

/// The restore access vault that a service event is about: never the vault behind it.
fn restored(record: &Record) -> Option<VaultArn> {
    let details = record.details();
    if let Some(named) = details.text("restoreAccessBackupVaultArn").and_then(VaultArn::parse) {
        return Some(named);
    }
    let source = details.text("sourceBackupVaultArn");
    let vault = details.text("backupVaultArn").and_then(VaultArn::parse).or_else(|| vault_of(record))?;
    (source != Some(vault.as_str())).then_some(vault)
}

pub(super) fn access_ended(record: &Record, state: Option<VaultState>, out: &mut Sink) {
    let Some(vault) = restored(record) else { return };
    let exists = state.is_none().then_some(false);
    out.say(About::Vault(vault.clone(), Box::new(VaultSays { exists, state: state.clone(), ..VaultSays::default() })));
    let details = record.details();
    let says = AccessSays {
        vault: Some(vault.clone()),
        source: details.text("sourceBackupVaultArn").and_then(VaultArn::parse),
        session: details.text("mpaSessionArn").and_then(SessionArn::parse),
        state,
        exists,
        ..AccessSays::default()
    };
    out.say(About::Access(vault.to_string(), Box::new(says)));
}

/// `RevokeRestoreAccessBackupVault`, called by the owner of the vault behind: it waits for the team's approval. A call on an
/// access that is not available is refused.
pub(super) fn revoke_asked(record: &Record, out: &mut Sink) {
    out.say(About::TeamCall(Box::new(TeamCall::of(record))));
    let named = record.request().text("restoreAccessBackupVaultArn").and_then(VaultArn::parse);
    let Some(vault) = named.filter(|_| record.succeeded()) else { return };
    let says = AccessSays {
        account: vault.account(),
        source: vault_of(record).filter(|source| *source != vault),
        revoker: Some(record.actor.clone()),
        revoke_asked: Some(record.time),
        revoke: Some(Some(UpdateStatus::Pending)),
        vault: Some(vault.clone()),
        ..AccessSays::default()
    };
    out.say(About::Access(vault.to_string(), Box::new(says)));
}

/// `RevokeRestoreAccessBackupVaultFailed`: the access stands.
pub(super) fn revoke_failed(record: &Record, out: &mut Sink) {
    let details = record.details();
    let named = details.text("restoreAccessBackupVaultArn").and_then(VaultArn::parse);
    let Some(vault) = named.or_else(|| record.resources().into_iter().find_map(VaultArn::parse)) else { return };
    let says = AccessSays {
        revoke: Some(Some(UpdateStatus::Failed)),
        revoke_message: details.text("statusMessage").map(str::to_owned),
        revoke_session: details.text("mpaSessionArn").and_then(SessionArn::parse),
        vault: Some(vault.clone()),
        ..AccessSays::default()
    };
    out.say(About::Access(vault.to_string(), Box::new(says)));
}

pub(super) fn shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let Some(vault) = row.text("RestoreAccessBackupVaultArn").and_then(VaultArn::parse) else { return };
    let request = row.get("LatestRevokeRequest");
    let text = |key: &str| request.and_then(|r| r.text(key));
    let says = AccessSays {
        source: qualified_vault(observation),
        account: vault.account(),
        approved: row.time("ApprovalDate"),
        state: row.text("VaultState").map(VaultState::read),
        exists: Some(true),
        revoke: Some(text("Status").map(UpdateStatus::read)),
        revoke_asked: request.and_then(|r| r.time("InitiationDate")),
        revoke_expires: request.and_then(|r| r.time("ExpiryDate")),
        revoke_message: text("StatusMessage").map(str::to_owned),
        revoke_session: text("MpaSessionArn").and_then(SessionArn::parse),
        vault: Some(vault.clone()),
        ..AccessSays::default()
    };
    out.say(About::Access(vault.to_string(), Box::new(says)));
}

/// What a call on a vault that only its team may let through says of itself, refused ones too.
pub(super) fn guarded(record: &Record, out: &mut Sink) {
    let mut call = TeamCall::of(record);
    call.team = record.request().text("mpaApprovalTeamArn").and_then(crate::arn::TeamArn::parse).or(call.team);
    call.target = vault_of(record).map(|vault| vault.to_string()).or(call.target);
    out.say(About::TeamCall(Box::new(call)));
}
