//! Reports of AWS Backup Audit Manager: what jobs did, and how resources and controls comply, as inventory.
//!
//! JSON is `{"reportItems": [{…}]}`; CSV has the same names as columns. AWS Backup developer guide, "Choosing your report
//! template". Job rows read as rows of `list-backup-jobs` and its like; they keep their members and get those names as well.

use super::inventory::Output;
use crate::arn::{AccountId, Region, VaultArn};
use crate::instant::{self, Instant};
use crate::record::node::Node;
use serde_json::Value;

/// What the rows of each report are, by the members that no other has.
const REPORTS: [(&str, &[&str]); 5] = [
    ("backup list-backup-jobs", &["backupJobId", "jobStatus"]),
    ("backup list-copy-jobs", &["copyJobId", "jobStatus"]),
    ("backup list-restore-jobs", &["restoreJobId", "jobStatus"]),
    ("backup control-compliance-report", &["controlName", "controlComplianceStatus"]),
    ("backup resource-compliance-report", &["controlName", "resourceComplianceStatus"]),
];

/// Members of job rows under the names that the API gives them.
const ALIASES: [(&str, &str); 3] = [
    ("jobStatusMessage", "statusMessage"),
    ("jobCompletionDate", "completionDate"),
    ("initiationDate", "creationDate"),
];

/// Columns of the reports. Headers may be spaced or cased in other ways.
const MEMBERS: [&str; 33] = [
    "reportTimePeriod",
    "reportTimePeriodStart",
    "reportTimePeriodEnd",
    "accountId",
    "region",
    "backupJobId",
    "copyJobId",
    "restoreJobId",
    "jobStatus",
    "jobStatusMessage",
    "statusMessage",
    "resourceType",
    "resourceArn",
    "backupPlanArn",
    "backupRuleId",
    "creationDate",
    "initiationDate",
    "completionDate",
    "jobCompletionDate",
    "recoveryPointArn",
    "backupVaultName",
    "backupVaultArn",
    "sourceRecoveryPointArn",
    "sourceBackupVaultArn",
    "destinationRecoveryPointArn",
    "destinationBackupVaultArn",
    "createdResourceArn",
    "frameworkName",
    "controlName",
    "controlComplianceStatus",
    "resourceComplianceStatus",
    "resourceId",
    "lastEvaluationTime",
];

/// The member that a CSV header stands for; the header itself where none is known.
pub fn member(header: &str) -> String {
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = bare(header);
    MEMBERS.into_iter().find(|known| bare(known) == wanted).map_or_else(|| header.to_owned(), str::to_owned)
}

/// Whether something with these members is a row of a report.
pub fn is_report(has: impl Fn(&str) -> bool) -> bool {
    REPORTS.iter().any(|(_, keys)| keys.iter().all(|key| has(key)))
}

/// Recognises a report in JSON: `None` where the document is none, `Some(None)` where it has no rows.
pub fn recognise(document: &mut Value) -> Option<Option<Output>> {
    let items = document.get_mut("reportItems")?.as_array_mut()?;
    if !items.is_empty() && !items.iter().any(|row| is_report(|key| row.get(key).is_some())) {
        return None;
    }
    Some(output("reportItems", std::mem::take(items)))
}

/// Makes an inventory output of rows; `None` where there are none. `list` is the key that they stand under.
pub fn output(list: &'static str, rows: Vec<Value>) -> Option<Output> {
    let (operation, _) =
        REPORTS.iter().find(|(_, keys)| rows.iter().any(|row| keys.iter().all(|key| row.get(key).is_some())))?;
    let taken = rows.iter().filter_map(|row| made(Node(row))).max();
    let rows = rows.into_iter().map(|row| complete(row, operation)).collect();
    Some(Output::report(operation, list, rows, taken))
}

/// When the report was made, as far as a row tells: the end of its period, or the latest evaluation.
fn made(row: Node<'_>) -> Option<Instant> {
    let period = || instant::parse(row.text("reportTimePeriod")?.split_once(" - ")?.1);
    row.time("reportTimePeriodEnd").or_else(period).or_else(|| row.time("lastEvaluationTime"))
}

/// A job row with the names that the API has for its members.
fn complete(mut row: Value, operation: &str) -> Value {
    let Some(members) = row.as_object_mut().filter(|_| operation.ends_with("-jobs")) else { return row };
    let outcome = if operation == "backup list-restore-jobs" { "status" } else { "state" };
    for (ours, api) in ALIASES.into_iter().chain([("jobStatus", outcome)]) {
        if let Some(value) = members.get(ours).cloned() {
            members.entry(api).or_insert(value);
        }
    }
    if operation == "backup list-backup-jobs" && !members.contains_key("backupVaultArn") {
        let node = Node(&row);
        let place = node.text("accountId").and_then(AccountId::parse).zip(node.text("region").map(Region::new));
        let vault =
            place.zip(node.text("backupVaultName")).map(|((a, r), name)| VaultArn::of(&a, &r, name).to_string());
        if let (Some(vault), Some(members)) = (vault, row.as_object_mut()) {
            members.insert("backupVaultArn".into(), Value::from(vault));
        }
    }
    row
}
