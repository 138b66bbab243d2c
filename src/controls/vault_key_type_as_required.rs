//! ENC-01: a LAG vault is encrypted with a key of a type, and of an account, that the policy allows.

use super::air_gapped;
use super::judgement::{Judgement, Proof};
use super::limits::Holds;
use super::subject::Subject;
use super::view::View;
use crate::facts::words::KeyType;
use crate::world::vault::Vault;

pub use super::air_gapped::subjects;
pub use super::nothing_to_check as check;

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let unknown = || {
        let message = "No record shows the vault's key type; add `aws backup describe-backup-vault` of it to the snapshot.";
        Judgement::insufficient("key_type_unknown", message)
    };
    let Some(vault) = air_gapped::vault(subject, view) else { return unknown() };
    if let Some(answer) = air_gapped::beforehand(vault, view) {
        return answer;
    }
    let Some((kind, proof)) = key_type(vault, view) else { return unknown() };
    // Before there was a choice, no policy can allow another key.
    let limit = &view.of.limits.known.aws_owned_key;
    let forced = view.held(limit, vault.created.map(|(at, _)| at)) == Holds::Yes;
    let stated = view.of.params.list("allowed_types").unwrap_or_default();
    let allowed = if forced { vec![KeyType::AwsOwned.word()] } else { stated };
    let answer = |j: Judgement| {
        let judgement = j.observed("EncryptionKeyType", kind.word()).expected("allowed_types", allowed.clone());
        if forced { judgement.resting_on(limit) } else { judgement }
    };
    if !allowed.contains(&kind.word()) {
        let message = format!("The vault is encrypted with {kind}, allowed is {}.", allowed.join(" or "));
        return answer(Judgement::non_compliant("key_type_not_allowed", message, &proof));
    }
    if kind != KeyType::CustomerManaged {
        return answer(Judgement::compliant("key_type_allowed", format!("Encrypted with {kind}."), &proof));
    }
    answer(customer_key(vault, view, proof))
}

/// The type as told; else from the key: one of the vault's own account or organisation is no key of AWS.
fn key_type(vault: &Vault, view: &View<'_>) -> Option<(KeyType, Proof)> {
    if let Some((kind, proof)) = view.fixed(&vault.key_type) {
        return Some((kind.clone(), proof));
    }
    let (key, proof) = view.fixed(&vault.key)?;
    let account = key.account()?;
    let ours = vault.arn.account().as_ref() == Some(&account)
        || view.of.policy.organization.as_ref().is_some_and(|o| o.contains_key(&account))
        || view.of.world.members.contains_key(&account);
    ours.then_some((KeyType::CustomerManaged, proof))
}

fn customer_key(vault: &Vault, view: &View<'_>, proof: Proof) -> Judgement {
    let external = view.of.params.flag("cmk_must_be_external");
    let listed = view.of.params.list("cmk_account_allowlist");
    let key = view.fixed(&vault.key).and_then(|(key, shown)| Some((key.account()?, shown)));
    let Some((account, shown)) = key else {
        if !external && listed.is_none() {
            return Judgement::compliant("key_type_allowed", "Encrypted with a customer managed key.", &proof);
        }
        let message = "The account of the vault's key is not known; add `aws backup describe-backup-vault` of it to the snapshot.";
        return Judgement::insufficient("key_account_unknown", message);
    };
    let proof = proof.with(Some(shown));
    if external && vault.arn.account().as_ref() == Some(&account) {
        let message = "The key lies in the vault's own account: whoever owns the account can disable it.";
        return Judgement::non_compliant("key_in_vault_account", message, &proof).observed("key_account", account.as_str());
    }
    if listed.is_some_and(|accounts| !accounts.contains(&account.as_str())) {
        let message = format!("The key lies in {account}, which is not on the list.");
        return Judgement::non_compliant("key_account_not_allowed", message, &proof).observed("key_account", account.as_str());
    }
    let message = format!("Encrypted with a customer managed key of account {account}.");
    Judgement::compliant("key_type_allowed", message, &proof).observed("key_account", account.as_str())
}
