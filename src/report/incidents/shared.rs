//! Refused reads of a vault by an account that holds its share: mostly a call that does not say whose vault is meant.

use super::kinds::{Deed, Kind, READS};
use super::{APART, Act, Case, Group, act, key, runs};
use crate::arn::{AccountId, Region, VaultArn};
use crate::evidence::Evidence;
use crate::ingest::Said;
use crate::record::refusal::{self, Refusal};
use crate::world::share::Share;
use std::collections::{BTreeMap, BTreeSet};

/// Shares by holder and Region of the vault.
type Held<'w> = BTreeMap<(AccountId, Region), Vec<(VaultArn, &'w Share)>>;

/// Refused reads, by actor and vault (DECISIONS, SHR-05): the verdict stays as it is.
pub fn refused_reads(case: Case<'_>) -> Vec<Group> {
    let verdicts = case.verdicts.iter().enumerate().filter(|(_, verdict)| verdict.control == "SHR-05");
    let judged: BTreeMap<&str, usize> = verdicts.map(|(index, verdict)| (verdict.subject.id.as_str(), index)).collect();
    let held = if judged.is_empty() { Held::new() } else { held(case) };
    let mut found: BTreeMap<(String, VaultArn), Vec<Act>> = BTreeMap::new();
    for (index, entry) in (0_u32..).zip(&case.log.entries) {
        let Said::Record(record) = &entry.said else { continue };
        let inside = record.time >= case.window.0 && record.time <= case.window.1;
        if !record.failed || !inside || !READS.contains(&record.name.as_str()) {
            continue;
        }
        let Some(opened) = record.open() else { continue };
        let (Some(account), Some(region)) = (record.account.clone(), opened.region.clone()) else { continue };
        let Some(vaults) = held.get(&(account.clone(), region)) else { continue };
        let denied = opened.error_code.as_deref().is_some_and(|code| refusal::classify(code) == Refusal::Denied);
        if !denied || opened.actor.is_service || opened.request().text("backupVaultAccountId").is_some() {
            continue;
        }
        let denial = opened.error_message.as_deref().and_then(refusal::denial);
        let refused = denial.and_then(|denial| denial.resource).and_then(|arn| VaultArn::parse(&arn));
        let named = opened.request().text("backupVaultName").or_else(|| refused.as_ref().map(VaultArn::name));
        let meant = vaults.iter().find(|(vault, share)| {
            let is_named = named.is_none_or(|name| name == vault.name());
            is_named && share.holds(vault.as_str(), account.as_str(), opened.time)
        });
        let Some((vault, judged)) = meant.and_then(|(vault, _)| Some((vault, judged.get(vault.as_str())?))) else {
            continue;
        };
        let kind = Kind::RefusedReadsOfASharedVault;
        let Some(act) = act(Evidence(index), record, Deed::Use, kind, BTreeSet::from([*judged])) else { continue };
        found.entry((key(&act.actor, act.account.as_deref()), vault.clone())).or_default().push(act);
    }
    let groups = found.into_iter().flat_map(|((_, vault), acts)| {
        let hint = hint(&vault);
        let kind = Kind::RefusedReadsOfASharedVault;
        runs(acts, APART).into_iter().map(move |acts| Group { kind, acts, hint: Some(hint.clone()) })
    });
    groups.collect()
}

fn hint(vault: &VaultArn) -> String {
    let owner = vault.account().map_or_else(|| "<owner>".to_owned(), |id| id.to_string());
    format!(
        "{} is shared with the caller's account: without `--backup-vault-account-id {owner}` AWS Backup looks for a vault of the \
         caller's own and answers AccessDeniedException.",
        vault.name()
    )
}

fn held(case: Case<'_>) -> Held<'_> {
    let mut held = Held::new();
    for share in case.world.shares.values() {
        for vault in share.resources.keys().filter_map(|arn| VaultArn::parse(arn)) {
            let Some(region) = vault.region() else { continue };
            for account in share.principals.keys().filter_map(|principal| AccountId::parse(principal)) {
                held.entry((account, region.clone())).or_default().push((vault.clone(), share));
            }
        }
    }
    held
}
