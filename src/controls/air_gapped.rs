//! Air-gapped vaults as subjects: which they are, and what is answered before a judge need look.

use super::judgement::{Judgement, Proof};
use super::subject::{Key, Subject};
use super::view::{Context, View};
use crate::arn::VaultArn;
use crate::facts::words::VaultKind;
use crate::instant;
use crate::world::World;
use crate::world::vault::Vault;

/// Air-gapped vaults in scope, and those whose type no record says: silence about these would be a pass.
pub fn subjects(context: &Context<'_>) -> Vec<Subject> {
    let wanted = |vault: &&Vault| matches!(kind(vault), Some(VaultKind::AirGapped | VaultKind::Other(_)) | None);
    in_scope(context).filter(wanted).map(|vault| Subject::vault(&vault.arn)).collect()
}

/// Every vault in scope that some record shows to exist or to have existed.
pub fn in_scope<'w>(context: &Context<'w>) -> impl Iterator<Item = &'w Vault> {
    let scope = &context.policy.scope;
    let vaults = context.world.vaults.values().filter(|vault| vault.first_seen.is_some());
    vaults.filter(move |vault| scope.holds(vault.arn.account().as_ref(), vault.arn.region().as_ref()))
}

/// A vault's type. AWS never changes it.
pub fn kind(vault: &Vault) -> Option<&VaultKind> {
    vault.kind.spans().last().and_then(|span| span.value.as_ref())
}

/// What shows the type of a vault.
pub fn shown(vault: &VaultArn, world: &World) -> Option<Proof> {
    let span = world.vaults.get(vault)?.kind.spans().last()?;
    Some(Proof::shown(span.evidence, format!("VaultType of {}", vault.name())))
}

/// Whether a vault is among names or ARNs, each exact or a glob.
pub fn is_named<'p>(vault: &VaultArn, patterns: impl IntoIterator<Item = &'p str>) -> bool {
    patterns.into_iter().any(|pattern| {
        let glob = globset::Glob::new(pattern).ok().map(|glob| glob.compile_matcher());
        glob.is_some_and(|glob| glob.is_match(vault.name()) || glob.is_match(vault.as_str()))
    })
}

/// The vault behind a subject.
pub fn vault<'w>(subject: &Subject, view: &View<'w>) -> Option<&'w Vault> {
    let Key::Vault(arn) = &subject.key else { return None };
    view.of.world.vaults.get(arn)
}

/// What is answered without looking at what the control demands: not there yet, deleted, of unknown type.
pub fn beforehand(vault: &Vault, view: &View<'_>) -> Option<Judgement> {
    if let Some(answer) = lifetime(vault, view) {
        return Some(answer);
    }
    (kind(vault) != Some(&VaultKind::AirGapped)).then(|| {
        let message = "No record says whether this vault is logically air-gapped; add `aws backup describe-backup-vault` of it to the snapshot.";
        let judgement = Judgement::insufficient("vault_kind_unknown", message);
        match vault.first_seen {
            Some((_, evidence)) => judgement.citing(evidence, "names the vault"),
            None => judgement,
        }
    })
}

/// A member of `describe-backup-vault` that no record shows.
pub fn absent(field: &str) -> Judgement {
    let advice = "add `aws backup describe-backup-vault` of this vault to the snapshot";
    Judgement::insufficient("field_absent", format!("No record shows `{field}`; {advice}."))
}

/// Not there yet, or deleted.
pub fn lifetime(vault: &Vault, view: &View<'_>) -> Option<Judgement> {
    if let Some((created, evidence)) = vault.created
        && !view.is_past(created)
    {
        let message = format!("The vault was created at {}.", instant::show(created));
        return Some(Judgement::not_applicable("not_yet_created", message).citing(evidence, "creation"));
    }
    for span in vault.exists.spans() {
        view.changes_at(span.from);
    }
    let gone = vault.exists.at(view.now()).filter(|span| span.value == Some(false))?;
    let message = format!("The vault was deleted at {}.", instant::show(gone.from));
    Some(Judgement::not_applicable("subject_deleted", message).citing(gone.evidence, "deletion"))
}
