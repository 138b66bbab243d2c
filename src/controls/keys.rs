//! Who manages a KMS key: the customer, or AWS for the account. AWS never changes that.

use super::judgement::Proof;
use super::view::View;
use crate::arn::KeyArn;
use crate::evidence::Evidence;
use crate::facts::words::KeyType;
use crate::world::vault::Vault;

/// Who manages a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    /// The customer.
    Customer,
    /// AWS.
    Aws,
}

/// Who manages the key of what is put into a vault: the key that was named with it, else the vault's.
pub fn manager(view: &View<'_>, named: Option<(&KeyArn, Evidence)>, vault: Option<&Vault>) -> Option<(Manager, Proof)> {
    let of_vault = vault.and_then(|vault| view.fixed(&vault.key));
    let (key, shown) = match (named, of_vault) {
        (Some((key, evidence)), _) => (Some(key), Some(Proof::shown(evidence, "key"))),
        (None, Some((key, proof))) => (Some(key), Some(proof)),
        (None, None) => (None, None),
    };
    if let Some((manager, proof)) = key.and_then(|key| of_key(view, key)) {
        return Some((manager, proof.with(shown)));
    }
    let vault =
        vault.filter(|vault| key.is_none() || view.fixed(&vault.key).is_some_and(|(own, _)| Some(own) == key))?;
    let (kind, proof) = view.fixed(&vault.key_type)?;
    match kind {
        KeyType::CustomerManaged => Some((Manager::Customer, proof)),
        KeyType::AwsOwned => Some((Manager::Aws, proof)),
        KeyType::Other(_) => None,
    }
}

/// Who manages a key, as `kms describe-key` and the calls that make keys say.
pub fn of_key(view: &View<'_>, key: &KeyArn) -> Option<(Manager, Proof)> {
    let (manager, proof) = view.fixed(&view.of.world.keys.get(key)?.manager)?;
    match manager.as_str() {
        "CUSTOMER" => Some((Manager::Customer, proof)),
        "AWS" => Some((Manager::Aws, proof)),
        _ => None,
    }
}
