//! A recovery account's access to a vault: asked for, opened, ended, listed.

use super::{qualified_vault, vault_of};
use crate::arn::{SessionArn, VaultArn};
use crate::facts::calls::ShareCall;
use crate::facts::words::{VaultKind, VaultState};
use crate::facts::{About, AccessSays, Sink, VaultSays};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::refusal;

pub(super) fn access_asked(record: &Record, out: &mut Sink) {
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

pub(super) fn access_ended(record: &Record, state: Option<VaultState>, out: &mut Sink) {
    let details = record.details();
    let named = details.text("restoreAccessBackupVaultArn").or_else(|| details.text("backupVaultArn"));
    let Some(vault) = named.and_then(VaultArn::parse).or_else(|| vault_of(record)) else { return };
    let exists = state.is_none().then_some(false);
    out.say(About::Vault(vault.clone(), Box::new(VaultSays { exists, state: state.clone(), ..VaultSays::default() })));
    let says = AccessSays { vault: Some(vault.clone()), state, ..AccessSays::default() };
    out.say(About::Access(vault.to_string(), Box::new(says)));
}

pub(super) fn shown(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    let Some(vault) = row.text("RestoreAccessBackupVaultArn").and_then(VaultArn::parse) else { return };
    let says = AccessSays {
        source: qualified_vault(observation),
        account: vault.account(),
        approved: row.time("ApprovalDate"),
        state: row.text("VaultState").map(VaultState::read),
        vault: Some(vault.clone()),
        ..AccessSays::default()
    };
    out.say(About::Access(vault.to_string(), Box::new(says)));
}
