//! Inventory snapshots: AWS CLI output recognised by what it contains, with its manifest's time, account and Region.

use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use crate::record::node::Node;
use crate::record::{brief, kind_of};
use serde_json::Value;

/// What a snapshot says: one row of one CLI output.
#[derive(Debug, Clone)]
pub struct Observation {
    /// `<service> <operation>`, e.g. `backup list-backup-vaults`.
    pub operation: &'static str,
    /// The part of the file's name that says which vault, plan or ARN it is about.
    pub qualifier: Option<String>,
    /// When the snapshot was taken.
    pub captured_at: Instant,
    /// The account that the CLI ran in.
    pub account: Option<AccountId>,
    /// The Region that it ran in.
    pub region: Option<Region>,
    /// `true`: this stands for the whole list, and says that it is complete.
    pub whole_list: bool,
    /// Whether the list that this row belongs to is complete.
    pub complete: bool,
    row: Value,
}

impl Observation {
    /// The row's members.
    pub fn row(&self) -> Node<'_> {
        Node(&self.row)
    }

    /// The row as it was written.
    pub fn body(&self) -> &Value {
        &self.row
    }
}

/// A snapshot's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// When the snapshot was taken.
    pub captured_at: Instant,
    /// Of which account.
    pub account: Option<AccountId>,
    /// Of which Region.
    pub region: Option<Region>,
}

/// The value of `schema` in a manifest.
pub const SCHEMA: &str = "vaultrail.inventory/1";

impl Manifest {
    /// Reads a manifest; `None` where the document is none.
    pub fn decode(document: &Value) -> Option<Result<Self, String>> {
        let node = Node(document);
        let schema = node.text("schema")?;
        if !schema.starts_with("vaultrail.inventory/") {
            return None;
        }
        if schema != SCHEMA {
            return Some(Err(format!("this manifest has schema {schema:?}, known is {SCHEMA:?}")));
        }
        let Some(captured_at) = node.time("captured_at") else {
            return Some(Err("this manifest has no `captured_at`; give it the time of the snapshot, RFC 3339".into()));
        };
        let text = |key: &str| match document.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(other) => Err(format!("`{key}` of this manifest must be text, this is {}", kind_of(other))),
        };
        let account = |id: &str| {
            AccountId::parse(id)
                .ok_or_else(|| format!("`account` of this manifest is no account id of twelve digits: {}", brief(id)))
        };
        let owner = text("account").and_then(|id| id.map(account).transpose());
        let region = text("region").map(|code| code.map(Region::new));
        Some(owner.and_then(|account| Ok(Self { captured_at, account, region: region? })))
    }
}

/// A CLI output that is recognised but not yet placed in time.
#[derive(Debug, Clone)]
pub struct Output {
    operation: &'static str,
    list: Option<&'static str>,
    document: Value,
    /// Whether it is a report, whose rows name their account and Region themselves, and which is never a whole list.
    report: bool,
    /// When it was taken, where it says so itself.
    taken: Option<Instant>,
}

/// Lists: the operation and the key that holds its rows.
const LISTS: &[(&str, &str)] = &[
    ("backup list-backup-vaults", "BackupVaultList"),
    ("backup list-recovery-points-by-backup-vault", "RecoveryPoints"),
    ("backup list-recovery-points-by-legal-hold", "RecoveryPoints"),
    ("backup list-recovery-points-by-resource", "RecoveryPoints"),
    ("backup list-protected-resources", "Results"),
    ("backup list-backup-jobs", "BackupJobs"),
    ("backup list-copy-jobs", "CopyJobs"),
    ("backup list-restore-jobs", "RestoreJobs"),
    ("backup list-backup-plans", "BackupPlansList"),
    ("backup list-backup-selections", "BackupSelectionsList"),
    ("backup list-restore-access-backup-vaults", "RestoreAccessBackupVaults"),
    ("backup list-legal-holds", "LegalHolds"),
    ("backup list-restore-testing-plans", "RestoreTestingPlans"),
    ("backup list-restore-testing-selections", "RestoreTestingSelections"),
    ("backup list-scan-jobs", "ScanJobs"),
    ("backup list-indexed-recovery-points", "IndexedRecoveryPoints"),
    ("backup list-frameworks", "Frameworks"),
    ("backup list-report-plans", "ReportPlans"),
    ("ram get-resource-share-associations", "resourceShareAssociations"),
    ("ram get-resource-share-invitations", "resourceShareInvitations"),
    ("ram get-resource-shares", "resourceShares"),
    ("ram list-principals", "principals"),
    ("ram list-resources", "resources"),
    ("mpa list-approval-teams", "ApprovalTeams"),
    ("mpa list-sessions", "Sessions"),
    ("mpa list-identity-sources", "IdentitySources"),
    ("mpa list-resource-policies", "ResourcePolicies"),
    ("organizations list-accounts", "Accounts"),
    ("kms list-grants", "Grants"),
    ("cloudtrail describe-trails", "trailList"),
    ("cloudtrail list-public-keys", "PublicKeyList"),
    ("cloudtrail get-event-selectors", "AdvancedEventSelectors"),
    ("resourcegroupstaggingapi get-resources", "ResourceTagMappingList"),
];

/// Single answers: the operation and the keys that it has, all of them.
const SINGLES: &[(&str, &[&str])] = &[
    ("backup get-backup-vault-access-policy", &["BackupVaultArn", "Policy"]),
    ("backup get-backup-vault-notifications", &["BackupVaultArn", "SNSTopicArn"]),
    ("backup get-legal-hold", &["LegalHoldId", "LegalHoldArn"]),
    ("backup get-restore-testing-plan", &["RestoreTestingPlan"]),
    ("backup get-restore-testing-selection", &["RestoreTestingSelection"]),
    ("backup describe-backup-job", &["BackupJobId", "State"]),
    ("backup describe-copy-job", &["CopyJob"]),
    ("backup describe-restore-job", &["RestoreJobId", "Status"]),
    // Its only member tells nothing, so that the file's name decides.
    ("backup list-tags", &["Tags", BY_NAME]),
    ("backup describe-recovery-point", &["RecoveryPointArn", "BackupVaultArn"]),
    ("backup describe-backup-vault", &["BackupVaultArn", "CreationDate"]),
    ("backup describe-backup-vault", &["BackupVaultArn", "BackupVaultName", "NumberOfRecoveryPoints"]),
    ("backup describe-backup-vault", &["BackupVaultName", "VaultType"]),
    ("backup describe-backup-vault", &["BackupVaultArn", "Locked"]),
    ("backup get-backup-plan", &["BackupPlan", "BackupPlanId"]),
    ("backup get-backup-selection", &["BackupSelection", "SelectionId"]),
    ("backup describe-global-settings", &["GlobalSettings"]),
    ("backup describe-region-settings", &["ResourceTypeOptInPreference"]),
    ("backup describe-framework", &["FrameworkArn", "FrameworkControls"]),
    ("mpa get-approval-team", &["Arn", "ApprovalStrategy"]),
    ("mpa get-session", &["SessionArn", "ApprovalTeamArn"]),
    ("organizations describe-organization", &["Organization"]),
    ("kms describe-key", &["KeyMetadata"]),
    ("kms get-key-policy", &["Policy", "PolicyName"]),
    ("cloudtrail get-trail-status", &["IsLogging"]),
    ("cloudtrail get-event-selectors", &["TrailARN", "EventSelectors"]),
    ("mpa get-approval-team", &["Arn", "Approvers"]),
    ("mpa get-identity-source", &["IdentitySourceArn", "IdentitySourceParameters"]),
    ("mpa get-resource-policy", &["PolicyDocument", "PolicyType", "ResourceArn"]),
];

/// No output has this key: an operation with it is told by the file's name alone.
const BY_NAME: &str = "";

/// Keys of lists that other programs have too: the rows of ours have one of these members.
const GENERIC: [(&str, &[&str]); 6] = [
    ("Results", &["ResourceArn"]),
    ("principals", &["resourceShareArn"]),
    ("resources", &["resourceShareArn"]),
    ("Sessions", &["SessionArn"]),
    ("Accounts", &["Id"]),
    ("Grants", &["GrantId"]),
];

/// Keys of single answers that other documents have too.
const COMMON: &[&str] = &["Arn", "Policy", "Organization", "PolicyDocument", "Tags"];

/// Whether a document with such a key claims to be an inventory output, so that a broken one is a defect.
pub fn claims(key: &str) -> bool {
    let lists = LISTS.iter().map(|(_, list)| *list).filter(|list| !GENERIC.iter().any(|(generic, _)| generic == list));
    let singles = SINGLES.iter().filter_map(|(_, keys)| keys.first().copied()).filter(|first| !COMMON.contains(first));
    lists.chain(singles).any(|known| known == key)
}

/// Recognises a CLI output by its keys; the file's name decides only where the content does not. An error says what is
/// wrong with an output that is recognised.
pub fn recognise(document: Value, hint: Option<&'static str>) -> Option<Result<Output, String>> {
    let members = document.as_object()?;
    if let Some(operation) = single(members) {
        return Some(Ok(Output { operation, list: None, document, report: false, taken: None }));
    }
    let other = |key: &str| LISTS.iter().any(|(operation, list)| hint == Some(operation) && *list == key);
    for (operation, key) in LISTS {
        if hint != Some(operation) && other(key) {
            // Another list under the same key, which the file's name says that this is.
            continue;
        }
        match members.get(*key) {
            Some(Value::Array(rows)) if hint == Some(operation) || tells(key, rows) => {
                return Some(Ok(Output { operation, list: Some(key), document, report: false, taken: None }));
            }
            Some(Value::Array(_)) | None => {}
            Some(other) if hint == Some(operation) || claims(key) => {
                return Some(Err(format!("`{key}` must be a list, this is {}", kind_of(other))));
            }
            Some(_) => {}
        }
    }
    let by_name =
        |keys: &[&str]| keys.iter().all(|key| *key == BY_NAME || members.get(*key).is_some_and(Value::is_object));
    let known = |keys: &[&str]| !keys.contains(&BY_NAME) || by_name(keys);
    let operation = hint.filter(|hint| SINGLES.iter().any(|(operation, keys)| operation == hint && known(keys)))?;
    Some(Ok(Output { operation, list: None, document, report: false, taken: None }))
}

/// Whether a list under this key is AWS's, as far as its rows tell.
fn tells(key: &str, rows: &[Value]) -> bool {
    let Some((_, known)) = GENERIC.iter().find(|(generic, _)| *generic == key) else { return true };
    rows.is_empty() || rows.iter().any(|row| known.iter().any(|member| Node(row).get(member).is_some()))
}

fn single(members: &serde_json::Map<String, Value>) -> Option<&'static str> {
    SINGLES.iter().find(|(_, keys)| keys.iter().all(|k| members.contains_key(*k))).map(|(operation, _)| *operation)
}

/// What a path says: `<service>/<operation>[.<qualifier>].json`.
pub fn named(path: &std::path::Path) -> (Option<&'static str>, Option<String>) {
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = file.strip_suffix(".gz").or_else(|| file.strip_suffix(".zst")).unwrap_or(&file);
    let stem = stem.strip_suffix(".json").unwrap_or(stem);
    let (operation, qualifier) = stem.split_once('.').map_or((stem, None), |(o, q)| (o, Some(q.to_owned())));
    let known = LISTS.iter().map(|(o, _)| *o).chain(SINGLES.iter().map(|(o, _)| *o));
    let hint = known.into_iter().find(|o| o.split_once(' ').is_some_and(|(_, name)| name == operation));
    (hint, qualifier)
}

impl Output {
    /// A report's rows, below a key; an empty one stands for a table, where pointers are row numbers.
    pub fn report(operation: &'static str, list: &'static str, rows: Vec<Value>, taken: Option<Instant>) -> Self {
        let document = Value::Object([(list.to_owned(), Value::Array(rows))].into_iter().collect());
        Self { operation, list: Some(list), document, report: true, taken }
    }

    /// The manifest in force: what the output says of its own time ranks first.
    pub fn placed(&self, manifest: Option<Manifest>) -> Option<Manifest> {
        let Some(captured_at) = self.taken else { return manifest };
        let (account, region) = manifest.map(|m| (m.account, m.region)).unwrap_or_default();
        Some(Manifest { captured_at, account, region })
    }

    fn pointer(&self, row: usize) -> String {
        let list = self.list.filter(|list| !list.is_empty());
        list.map_or_else(|| format!("/{row}"), |list| format!("/{list}/{row}"))
    }

    /// `<service> <operation>`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The rows of a list.
    pub(super) fn items(&self) -> &[Value] {
        self.list.and_then(|key| self.document.get(key)?.as_array()).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is wrong with its rows.
    pub fn problem(&self) -> Option<String> {
        let mut odd = self.items().iter().enumerate().filter(|(_, row)| !row.is_object());
        let (at, row) = odd.next()?;
        let more = match odd.count() {
            0 => String::new(),
            more => format!(", and so are {more} more"),
        };
        Some(format!("{} must be an object, this is {}{more}", self.pointer(at), kind_of(row)))
    }

    /// Splits the output into its rows, each with its JSON pointer, and for a complete list one row that says so.
    pub fn rows(&self, manifest: &Manifest, qualifier: Option<&str>) -> Vec<(String, Observation)> {
        let complete = !self.report && Node(&self.document).get("NextToken").is_none() && self.problem().is_none();
        let own = |row: &Value, key: &str| Node(row).text(key).filter(|_| self.report).map(str::to_owned);
        let observe = |row: Value, whole_list: bool| Observation {
            complete,
            operation: self.operation,
            qualifier: qualifier.map(str::to_owned),
            captured_at: manifest.captured_at,
            account: own(&row, "accountId").and_then(|id| AccountId::parse(&id)).or(manifest.account.clone()),
            region: own(&row, "region").map(Region::new).or(manifest.region.clone()),
            whole_list,
            row,
        };
        let Some(key) = self.list else { return vec![(String::new(), observe(self.document.clone(), false))] };
        let whole = complete.then(|| (format!("/{key}"), observe(Value::Null, true)));
        let rows = self.items().iter().enumerate().filter(|(_, row)| row.is_object());
        whole.into_iter().chain(rows.map(|(i, row)| (self.pointer(i), observe(row.clone(), false)))).collect()
    }
}
