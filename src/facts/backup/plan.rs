//! Backup plans and selections: calls and snapshots.

use crate::arn::{ResourceArn, VaultArn};
use crate::facts::{About, PlanRule, Sink};
use crate::record::node::Node;

pub(super) fn selection(request: Node<'_>, out: &mut Sink) {
    let Some(listed) = request.path(&["backupSelection", "resources"]) else { return };
    for arn in listed.0.as_array().into_iter().flatten().filter_map(|r| r.as_str()) {
        if !arn.contains('*') && arn.starts_with("arn:") {
            out.say(About::Resource(ResourceArn::new(arn), None));
        }
    }
}

pub(super) fn selection_shown(row: Node<'_>, out: &mut Sink) {
    let listed = row.path(&["BackupSelection", "Resources"]).and_then(|r| r.0.as_array());
    for arn in listed.into_iter().flatten().filter_map(|r| r.as_str()) {
        if arn.starts_with("arn:") && !arn.contains('*') {
            out.say(About::Resource(ResourceArn::new(arn), None));
        }
    }
}

/// What the copy actions of a plan's rules keep, and where.
pub(super) fn shown(row: Node<'_>, out: &mut Sink) {
    let (Some(plan), Some(version)) = (row.text("BackupPlanId"), row.text("VersionId")) else { return };
    let rules = row.get("BackupPlan").and_then(|p| p.list("Rules")).unwrap_or_default();
    for rule in rules {
        let Some(id) = rule.text("RuleId") else { continue };
        for action in rule.list("CopyActions").unwrap_or_default() {
            let vault = action.text("DestinationBackupVaultArn").and_then(VaultArn::parse);
            let keeps = action.get("Lifecycle").and_then(super::point::retention);
            if let (Some(vault), Some(keeps)) = (vault, keeps) {
                let rule = PlanRule { plan: plan.to_owned(), version: version.to_owned(), rule: id.to_owned() };
                out.say(About::CopyRule(rule, vault, keeps));
            }
        }
    }
}
