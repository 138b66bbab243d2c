//! AWS Backup and Organizations in snapshots: AWS CLI output as facts.

use super::backup;
use super::words::{KeyType, UpdateStatus, VaultKind, VaultState};
use super::{About, AccessSays, PlanRule, Sink, VaultSays};
use crate::arn::{self, AccountId, KeyArn, ResourceArn, SessionArn, TeamArn, VaultArn};
use crate::ingest::inventory::Observation;
use crate::record::node::Node;

/// Reads one row of an `aws backup` output.
pub fn read(observation: &Observation, out: &mut Sink) {
    let row = observation.row();
    match observation.operation {
        "backup list-backup-vaults" | "backup describe-backup-vault" => vault(observation, out),
        "backup list-recovery-points-by-backup-vault" if observation.whole_list => {
            if let Some(vault) = qualified_vault(observation) {
                out.say(About::AllPoints(vault));
            }
        }
        "backup list-recovery-points-by-backup-vault" | "backup describe-recovery-point" => {
            backup::point(row, true, out);
        }
        "backup list-protected-resources" => {
            if let Some(arn) = row.text("ResourceArn") {
                out.say(About::Resource(ResourceArn::new(arn), row.text("ResourceType").map(str::to_owned)));
            }
        }
        "backup list-copy-jobs" => backup::job(row, true, out),
        "backup list-backup-jobs" => backup::job(row, false, out),
        "backup list-restore-access-backup-vaults" => access(observation, out),
        "backup get-backup-selection" => selection(row, out),
        "backup get-backup-plan" => plan(row, out),
        _ => {}
    }
}

/// Reads one row of an `aws organizations` output.
pub fn read_organization(observation: &Observation, out: &mut Sink) {
    let member = observation.row().text("Id").and_then(AccountId::parse);
    if let ("organizations list-accounts", Some(id)) = (observation.operation, member) {
        out.say(About::Member(id));
    }
}

/// The vault that a file is about, from the name in its file name.
fn qualified_vault(observation: &Observation) -> Option<VaultArn> {
    let name = observation.qualifier.as_deref()?;
    if let Some((front, vault)) = arn::from_file_name(name, "_backup-vault_") {
        return VaultArn::parse(&format!("{front}:backup-vault:{vault}"));
    }
    Some(VaultArn::of(observation.account.as_ref()?, observation.region.as_ref()?, name))
}

fn vault(observation: &Observation, out: &mut Sink) {
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

fn access(observation: &Observation, out: &mut Sink) {
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

/// What the copy actions of a plan's rules keep, and where.
fn plan(row: Node<'_>, out: &mut Sink) {
    let (Some(plan), Some(version)) = (row.text("BackupPlanId"), row.text("VersionId")) else { return };
    let rules = row.get("BackupPlan").and_then(|p| p.list("Rules")).unwrap_or_default();
    for rule in rules {
        let Some(id) = rule.text("RuleId") else { continue };
        for action in rule.list("CopyActions").unwrap_or_default() {
            let vault = action.text("DestinationBackupVaultArn").and_then(VaultArn::parse);
            let keeps = action.get("Lifecycle").and_then(backup::retention);
            if let (Some(vault), Some(keeps)) = (vault, keeps) {
                let rule = PlanRule { plan: plan.to_owned(), version: version.to_owned(), rule: id.to_owned() };
                out.say(About::CopyRule(rule, vault, keeps));
            }
        }
    }
}

fn selection(row: Node<'_>, out: &mut Sink) {
    let listed = row.path(&["BackupSelection", "Resources"]).and_then(|r| r.0.as_array());
    for arn in listed.into_iter().flatten().filter_map(|r| r.as_str()) {
        if arn.starts_with("arn:") && !arn.contains('*') {
            out.say(About::Resource(ResourceArn::new(arn), None));
        }
    }
}
