//! Inventory snapshots: AWS CLI output recognised by what it contains, with its manifest's time, account and Region.

use super::manifest::Manifest;
use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use crate::record::kind_of;
use crate::record::node::Node;
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

    /// The same capture with another row, as if another operation had shown it.
    pub fn read_as(&self, operation: &'static str, row: Value) -> Self {
        Self { operation, qualifier: None, whole_list: false, complete: false, row, ..self.clone() }
    }

    /// A row of which only this was saved. An operation that is not known is `other`.
    pub fn saved(operation: &str, captured_at: Instant, whole_list: bool) -> Self {
        let known = LISTS.iter().map(|(o, ..)| *o).chain(SINGLES.iter().map(|(o, _)| *o));
        Self {
            operation: known.into_iter().find(|known| *known == operation).unwrap_or("other"),
            qualifier: None,
            captured_at,
            account: None,
            region: None,
            whole_list,
            complete: whole_list,
            row: Value::Null,
        }
    }

    /// The row as it was written; null for one that stands for a list, or that was saved without its body.
    pub fn body(&self) -> &Value {
        &self.row
    }
}

/// A CLI output that is recognised but not yet placed in time.
#[derive(Debug, Clone)]
pub struct Output {
    operation: &'static str,
    list: Option<&'static str>,
    document: Value,
    /// Whether it is a report, whose rows name their account and Region themselves, and which is never a whole list. So are
    /// configuration items of AWS Config, which name their time as well.
    report: bool,
    /// When it was taken, where it says so itself.
    taken: Option<Instant>,
}

/// Lists: the operation, the key that holds its rows, and the member by which its rows are told where other programs (or
/// other operations) have lists under that key too: `""` where none has, [`NAMED`] where only the file's name tells.
const LISTS: [(&str, &str, &str); 63] = [
    ("backup list-backup-vaults", "BackupVaultList", ""),
    ("backup list-recovery-points-by-backup-vault", "RecoveryPoints", ""),
    ("backup list-recovery-points-by-resource", "RecoveryPoints", NAMED),
    ("backup list-recovery-points-by-legal-hold", "RecoveryPoints", NAMED),
    ("backup list-indexed-recovery-points", "IndexedRecoveryPoints", ""),
    ("backup list-protected-resources", "Results", "ResourceArn"),
    ("backup list-protected-resources-by-backup-vault", "Results", NAMED),
    ("backup list-backup-jobs", "BackupJobs", ""),
    ("backup list-copy-jobs", "CopyJobs", ""),
    ("backup list-restore-jobs", "RestoreJobs", ""),
    ("backup list-report-jobs", "ReportJobs", ""),
    ("backup list-scan-jobs", "ScanJobs", ""),
    ("backup list-backup-plans", "BackupPlansList", ""),
    ("backup list-backup-plan-versions", "BackupPlanVersionsList", ""),
    ("backup list-backup-selections", "BackupSelectionsList", ""),
    ("backup list-restore-access-backup-vaults", "RestoreAccessBackupVaults", ""),
    ("backup list-legal-holds", "LegalHolds", ""),
    ("backup list-restore-testing-plans", "RestoreTestingPlans", ""),
    ("backup list-restore-testing-selections", "RestoreTestingSelections", ""),
    ("backup list-frameworks", "Frameworks", "FrameworkArn"),
    ("backup list-report-plans", "ReportPlans", ""),
    ("backup list-backup-access-points", "BackupAccessPoints", ""),
    ("backup list-tiering-configurations", "TieringConfigurations", ""),
    ("ram get-resource-share-associations", "resourceShareAssociations", ""),
    ("ram get-resource-share-invitations", "resourceShareInvitations", ""),
    ("ram get-resource-shares", "resourceShares", ""),
    ("ram list-principals", "principals", "resourceShareArn"),
    ("ram list-resources", "resources", "resourceShareArn"),
    ("ram list-pending-invitation-resources", "resources", NAMED),
    ("ram list-permissions", "permissions", "resourceType"),
    ("ram list-resource-share-permissions", "permissions", NAMED),
    ("mpa list-approval-teams", "ApprovalTeams", ""),
    ("mpa list-sessions", "Sessions", "SessionArn"),
    ("mpa list-identity-sources", "IdentitySources", ""),
    ("mpa list-resource-policies", "ResourcePolicies", ""),
    ("mpa list-policies", "Policies", "DefaultVersion"),
    ("organizations list-accounts", "Accounts", "Id"),
    ("organizations list-accounts-for-parent", "Accounts", NAMED),
    ("organizations list-policies", "Policies", "AwsManaged"),
    ("organizations list-policies-for-target", "Policies", NAMED),
    ("organizations list-targets-for-policy", "Targets", "TargetId"),
    ("organizations list-roots", "Roots", "PolicyTypes"),
    ("organizations list-children", "Children", NAMED),
    ("organizations list-parents", "Parents", NAMED),
    ("organizations list-organizational-units-for-parent", "OrganizationalUnits", ""),
    ("organizations list-delegated-administrators", "DelegatedAdministrators", ""),
    ("organizations list-delegated-services-for-account", "DelegatedServices", ""),
    ("organizations list-aws-service-access-for-organization", "EnabledServicePrincipals", ""),
    ("organizations list-handshakes-for-organization", "Handshakes", NAMED),
    ("organizations list-handshakes-for-account", "Handshakes", NAMED),
    ("kms list-grants", "Grants", "GrantId"),
    ("kms list-keys", "Keys", "KeyArn"),
    ("kms list-aliases", "Aliases", "AliasName"),
    ("kms describe-custom-key-stores", "CustomKeyStores", ""),
    ("cloudtrail describe-trails", "trailList", ""),
    ("cloudtrail list-trails", "Trails", "TrailARN"),
    ("cloudtrail list-event-data-stores", "EventDataStores", ""),
    ("cloudtrail list-channels", "Channels", "ChannelArn"),
    ("cloudtrail list-public-keys", "PublicKeyList", ""),
    ("sso-admin list-instances", "Instances", "InstanceArn"),
    ("identitystore list-users", "Users", "IdentityStoreId"),
    (CONFIG_HISTORY, "configurationItems", "configurationItemCaptureTime"),
    ("resourcegroupstaggingapi get-resources", "ResourceTagMappingList", ""),
];

/// Items of AWS Config, in the answer of the API and in the files that it delivers.
const CONFIG_HISTORY: &str = "configservice get-resource-config-history";

/// One item, in a message about a change.
const CONFIG_ITEM: &str = "configurationItem";

/// Stands for a member that nothing has: only a file's name tells that it is such an output.
const NAMED: &str = "\0";

/// Single answers: the operation and the keys that it has, all of them.
const SINGLES: [(&str, &[&str]); 50] = [
    ("backup get-backup-vault-access-policy", &["BackupVaultArn", "Policy"]),
    ("backup get-backup-vault-notifications", &["BackupVaultArn", "BackupVaultEvents"]),
    ("backup describe-recovery-point", &["RecoveryPointArn", "BackupVaultArn"]),
    ("backup describe-backup-vault", &["BackupVaultArn", "CreationDate"]),
    ("backup describe-backup-vault", &["BackupVaultArn", "BackupVaultName", "NumberOfRecoveryPoints"]),
    ("backup describe-backup-vault", &["BackupVaultName", "VaultType"]),
    ("backup describe-backup-vault", &["BackupVaultArn", "Locked"]),
    ("backup get-backup-plan", &["BackupPlan", "BackupPlanId"]),
    ("backup get-backup-selection", &["BackupSelection", "SelectionId"]),
    ("backup get-restore-testing-plan", &["RestoreTestingPlan"]),
    ("backup get-restore-testing-selection", &["RestoreTestingSelection"]),
    ("backup get-legal-hold", &["LegalHoldId", "Status"]),
    ("backup describe-backup-job", &["BackupJobId", "State"]),
    ("backup describe-restore-job", &["RestoreJobId", "Status"]),
    ("backup describe-copy-job", &["CopyJob"]),
    ("backup describe-global-settings", &["GlobalSettings"]),
    ("backup describe-region-settings", &["ResourceTypeOptInPreference"]),
    ("backup describe-framework", &["FrameworkArn", "FrameworkControls"]),
    ("backup describe-report-plan", &["ReportPlan"]),
    ("backup describe-protected-resource", &["ResourceArn", "ResourceType", "LastBackupTime"]),
    ("backup list-tags", &[NAMED]),
    ("mpa get-approval-team", &["Arn", "ApprovalStrategy"]),
    ("mpa get-approval-team", &["Arn", "Approvers"]),
    ("mpa get-session", &["SessionArn", "ApprovalTeamArn"]),
    ("mpa get-identity-source", &["IdentitySourceArn", "IdentitySourceParameters"]),
    ("mpa get-resource-policy", &["ResourceArn", "PolicyDocument"]),
    ("ram get-permission", &[NAMED]),
    ("organizations describe-organization", &["Organization"]),
    ("organizations describe-account", &[NAMED]),
    ("organizations describe-policy", &[NAMED]),
    ("organizations describe-effective-policy", &["EffectivePolicy"]),
    ("organizations describe-resource-policy", &["ResourcePolicy"]),
    ("kms describe-key", &["KeyMetadata"]),
    ("kms get-key-policy", &["Policy", "PolicyName"]),
    ("kms get-key-rotation-status", &["KeyRotationEnabled"]),
    ("cloudtrail get-trail", &[NAMED]),
    ("cloudtrail get-trail-status", &["IsLogging"]),
    ("cloudtrail get-event-selectors", &["TrailARN", "EventSelectors"]),
    ("cloudtrail get-event-selectors", &["TrailARN", "AdvancedEventSelectors"]),
    ("cloudtrail get-insight-selectors", &["TrailARN", "InsightSelectors"]),
    ("cloudtrail get-event-data-store", &["EventDataStoreArn", "Status"]),
    ("cloudtrail get-channel", &[NAMED]),
    ("s3api get-bucket-policy", &[NAMED]),
    ("s3api get-bucket-versioning", &[NAMED]),
    ("s3api get-bucket-lifecycle-configuration", &[NAMED]),
    ("s3api get-bucket-encryption", &["ServerSideEncryptionConfiguration"]),
    ("s3api get-public-access-block", &["PublicAccessBlockConfiguration"]),
    ("s3api get-object-lock-configuration", &["ObjectLockConfiguration"]),
    ("sso-admin describe-instance", &["InstanceArn", "IdentityStoreId"]),
    ("identitystore describe-user", &["IdentityStoreId", "UserId"]),
];

/// Keys of single answers that other documents have too.
const COMMON: [&str; 7] = ["Arn", "Policy", "Organization", "ResourceArn", "InstanceArn", "IdentityStoreId", NAMED];

/// Whether a document with such a key claims to be an inventory output, so that a broken one is a defect.
pub fn claims(key: &str) -> bool {
    let lists = LISTS.iter().filter(|(_, _, member)| member.is_empty()).map(|(_, list, _)| *list);
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
    if let Some(taken) = members.get(CONFIG_ITEM).and_then(own_time) {
        let list = Some(CONFIG_ITEM);
        return Some(Ok(Output { operation: CONFIG_HISTORY, list, document, report: true, taken: Some(taken) }));
    }
    let hinted = LISTS.iter().filter(|(operation, ..)| hint == Some(operation));
    for (operation, key, member) in hinted.chain(&LISTS) {
        match members.get(*key) {
            Some(Value::Array(rows)) if hint == Some(operation) || tells(member, rows, members) => {
                let taken = rows.iter().filter_map(own_time).max();
                return Some(Ok(Output { operation, list: Some(key), document, report: taken.is_some(), taken }));
            }
            Some(Value::Array(_)) | None => {}
            Some(other) if hint == Some(operation) || claims(key) => {
                return Some(Err(format!("`{key}` must be a list, this is {}", kind_of(other))));
            }
            Some(_) => {}
        }
    }
    let operation = hint.filter(|hint| SINGLES.iter().any(|(operation, _)| operation == hint))?;
    Some(Ok(Output { operation, list: None, document, report: false, taken: None }))
}

/// Whether a list is AWS's, as far as its rows tell. One without rows has nothing beside it but where it was cut.
fn tells(member: &str, rows: &[Value], document: &serde_json::Map<String, Value>) -> bool {
    const PAGING: [&str; 4] = ["NextToken", "NextMarker", "Truncated", "IsTruncated"];
    let alone = || document.keys().filter(|key| !PAGING.iter().any(|page| page.eq_ignore_ascii_case(key))).count() == 1;
    let empty = || rows.is_empty() && member != NAMED && alone();
    member.is_empty() || rows.iter().any(|row| Node(row).get(member).is_some()) || empty()
}

/// When a row was captured, where it says so itself: configuration items of AWS Config.
fn own_time(row: &Value) -> Option<Instant> {
    Node(row).time("configurationItemCaptureTime")
}

fn single(members: &serde_json::Map<String, Value>) -> Option<&'static str> {
    SINGLES.iter().find(|(_, keys)| keys.iter().all(|k| members.contains_key(*k))).map(|(operation, _)| *operation)
}

/// Whether outputs of this operation look like those of other services, so that a file's name alone is not enough.
fn is_shared(operation: &str) -> bool {
    LISTS.iter().any(|(o, _, member)| *o == operation && !member.is_empty())
        || SINGLES.iter().any(|(o, keys)| *o == operation && keys.contains(&NAMED))
}

/// What a path says: `<service>/<operation>[.<qualifier>].json`.
pub fn named(path: &std::path::Path) -> (Option<&'static str>, Option<String>) {
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = file.strip_suffix(".gz").or_else(|| file.strip_suffix(".zst")).unwrap_or(&file);
    let stem = stem.strip_suffix(".json").unwrap_or(stem);
    let (operation, qualifier) = stem.split_once('.').map_or((stem, None), |(o, q)| (o, Some(q.to_owned())));
    let folder = path.parent().and_then(std::path::Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let known = LISTS.iter().map(|(o, ..)| *o).chain(SINGLES.iter().map(|(o, _)| *o));
    let called = known.filter_map(|o| Some((o, o.split_once(' ')?))).filter(|(_, (_, name))| *name == operation);
    // What other services have too is told by the folder, which is the service.
    let own = |(operation, (service, _)): &&(&'static str, (&str, &str))| {
        folder.as_deref() == Some(service) || !is_shared(operation)
    };
    let called: Vec<(&'static str, (&str, &str))> = called.collect();
    (called.iter().find(own).map(|(operation, _)| *operation), qualifier)
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
        match self.list.filter(|list| !list.is_empty()) {
            None => format!("/{row}"),
            Some(list) if self.document.get(list).is_some_and(Value::is_object) => format!("/{list}"),
            Some(list) => format!("/{list}/{row}"),
        }
    }

    /// `<service> <operation>`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The rows of a list; one that stands alone is a list of itself.
    pub(super) fn items(&self) -> &[Value] {
        match self.list.and_then(|key| self.document.get(key)) {
            Some(Value::Array(rows)) => rows,
            Some(row @ Value::Object(_)) => std::slice::from_ref(row),
            _ => &[],
        }
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

    /// Whether more of it was left behind a page's end.
    fn is_cut(&self) -> bool {
        let answer = Node(&self.document);
        ["NextToken", "NextMarker"].iter().any(|key| answer.get(key).is_some())
            // The tagging API has a token of its own, empty on the last page.
            || answer.text("PaginationToken").is_some()
            || ["Truncated", "IsTruncated"].iter().any(|key| answer.flag(key) == Some(true))
    }

    /// Splits the output into its rows, each with its JSON pointer, and for a complete list one row that says so.
    pub fn rows(&self, manifest: &Manifest, qualifier: Option<&str>) -> Vec<(String, Observation)> {
        let complete = !self.report && !self.is_cut() && self.problem().is_none();
        let own = |row: &Value, keys: [&str; 2]| {
            keys.iter().find_map(|key| Node(row).text(key)).filter(|_| self.report).map(str::to_owned)
        };
        let observe = |row: Value, whole_list: bool| Observation {
            complete,
            operation: self.operation,
            qualifier: qualifier.map(str::to_owned),
            captured_at: own_time(&row).unwrap_or(manifest.captured_at),
            account: own(&row, ["accountId", "awsAccountId"])
                .and_then(|id| AccountId::parse(&id))
                .or(manifest.account.clone()),
            region: own(&row, ["region", "awsRegion"]).map(Region::new).or(manifest.region.clone()),
            whole_list,
            row,
        };
        let Some(key) = self.list else { return vec![(String::new(), observe(self.document.clone(), false))] };
        let whole = complete.then(|| (format!("/{key}"), observe(Value::Null, true)));
        let rows = self.items().iter().enumerate().filter(|(_, row)| row.is_object());
        whole.into_iter().chain(rows.map(|(i, row)| (self.pointer(i), observe(row.clone(), false)))).collect()
    }
}
