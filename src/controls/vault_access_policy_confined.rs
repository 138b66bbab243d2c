//! VLT-04: no access policy of a vault lets anybody from outside do anything with it.

use super::air_gapped;
use super::guarding;
use super::judgement::{Judgement, Proof, State};
use super::subject::Subject;
use super::view::{Context, View};
use crate::arn::AccountId;
use crate::facts::words::VaultKind;
use crate::iam::{Boundary, Known, Outsider, Policy, PrincipalRef, Reach};
use crate::status::Severity;
use crate::world::vault::Vault;

pub use super::nothing_to_check as check;

/// What an access policy can allow: actions on vaults and on what lies in them (Service Authorization Reference, "AWS Backup").
const ACTIONS: [&str; 21] = [
    "backup:CopyIntoBackupVault",
    "backup:CopyFromBackupVault",
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:DeleteBackupVaultNotifications",
    "backup:DeleteRecoveryPoint",
    "backup:DescribeBackupVault",
    "backup:DescribeRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:GetBackupVaultAccessPolicy",
    "backup:GetBackupVaultNotifications",
    "backup:GetRecoveryPointRestoreMetadata",
    "backup:ListRecoveryPointsByBackupVault",
    "backup:PutBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
    "backup:PutBackupVaultNotifications",
    "backup:StartBackupJob",
    "backup:StartCopyJob",
    "backup:StartRestoreJob",
    "backup:UpdateRecoveryPointLifecycle",
];

/// Vaults that can have a policy.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let vaults = air_gapped::in_scope(context).filter(|v| air_gapped::kind(v) != Some(&VaultKind::RestoreAccess));
    vaults.map(|vault| Subject::vault(&vault.arn)).collect()
}

pub fn judge(subject: &Subject, view: &View<'_>) -> Judgement {
    let Some(vault) = air_gapped::vault(subject, view) else { return unread("No record shows the access policy") };
    if let Some(answer) = air_gapped::lifetime(vault, view) {
        return answer;
    }
    let state = view.state(&vault.policy, vault.pair().as_ref(), "access policy");
    let Some((text, proof)) = state.last_known() else {
        return match state {
            State::Changed(evidence) => unread("The access policy was set to something that cannot be read").citing(evidence, "change"),
            _ => unread("No record shows the access policy"),
        };
    };
    let named = text.as_deref().and_then(|text| guarding::inside_shown(&vault.arn.account()?, text, view));
    let proof = proof.with(named);
    let answer = match text.as_deref().map(Policy::parse) {
        None => None,
        Some(Err(error)) => Some(unread(&format!("The access policy cannot be read: {error}")).citing_all(&proof)),
        Some(Ok(policy)) => permissive(&policy, vault, view, &proof),
    };
    if let Some(answer) = answer.or_else(|| state.stale("The access policy")) {
        return answer;
    }
    match text {
        None => Judgement::not_applicable("no_policy", "The vault has no access policy.").citing_all(&proof),
        Some(_) => Judgement::compliant("confined", "The access policy lets nobody from outside do anything.", &proof),
    }
}

fn unread(what: &str) -> Judgement {
    let advice = "add `aws backup get-backup-vault-access-policy` of the vault to the snapshot";
    Judgement::insufficient("policy_unknown", format!("{what}; {advice}."))
}

/// What somebody from outside may do, or perhaps.
fn permissive(policy: &Policy, vault: &Vault, view: &View<'_>, proof: &Proof) -> Option<Judgement> {
    let Some(owner) = vault.arn.account() else { return Some(unread("Whose the vault is, is not known")) };
    let known = guarding::known(&owner, view);
    let boundary = if view.of.params.flag("allow_org_condition") { Boundary::Organization } else { Boundary::Account };
    let allowed = view.of.params.list("allowed_principals").unwrap_or_default();
    let mut sure: Vec<(&str, Outsider)> = Vec::new();
    let mut perhaps: Vec<(&str, Outsider)> = Vec::new();
    for action in ACTIONS {
        for outsider in policy.outsiders(action, Some(vault.arn.as_str()), &known, boundary) {
            if is_allowed(&outsider.principal, &allowed) {
                continue;
            }
            let reach = outsider.outside.min(outsider.answer.reach);
            if reach == Reach::Surely { sure.push((action, outsider)) } else { perhaps.push((action, outsider)) }
        }
    }
    let said = |found: &[(&str, Outsider)]| -> Vec<String> {
        found.iter().map(|(action, outsider)| format!("{}: {action}", outsider.principal)).collect()
    };
    let observed = |answer: Judgement, found: &[(&str, Outsider)]| answer.observed("outsiders", said(found));
    if let Some((action, outsider)) = sure.iter().find(|(_, outsider)| !outsider.rejected) {
        let message = format!("The access policy lets {} do {action}.", outsider.principal);
        return Some(observed(Judgement::non_compliant("outsider_allowed", message, proof), &sure));
    }
    if let Some((action, outsider)) = perhaps.iter().find(|(_, outsider)| !outsider.rejected) {
        return Some(observed(unclear(action, outsider, &known, proof), &perhaps));
    }
    if let Some((action, outsider)) = sure.first() {
        let message = format!("The access policy lets {} do {action}; AWS Backup rejects that across accounts.", outsider.principal);
        let answer = Judgement::non_compliant("outsider_allowed_in_vain", message, proof).severity(Severity::Low);
        return Some(observed(answer, &sure));
    }
    let (action, outsider) = perhaps.first()?;
    Some(observed(unclear(action, outsider, &known, proof), &perhaps))
}

fn unclear(action: &str, outsider: &Outsider, known: &Known, proof: &Proof) -> Judgement {
    let why = match (&known.accounts, &known.organization) {
        (None, _) => "which accounts belong to the organization is not known: state them under [organization], or add `aws organizations list-accounts` to the snapshot",
        (_, None) => "the id of the organization is not known: add `aws organizations describe-organization` to the snapshot",
        _ => "that hangs on conditions about which the policy alone says nothing",
    };
    let message = format!("Whether the access policy lets {} do {action}: {why}.", outsider.principal);
    Judgement::insufficient("outsider_unclear", message).citing_all(proof)
}

/// Whether a principal, or its account, is under `allowed_principals`.
fn is_allowed(principal: &PrincipalRef, allowed: &[&str]) -> bool {
    let named = match principal {
        PrincipalRef::Arn(arn) => Some(arn.as_str()),
        _ => None,
    };
    let account = principal.account();
    let account = account.as_ref().map(AccountId::as_str);
    allowed.iter().any(|entry| named == Some(*entry) || account == Some(*entry))
}
