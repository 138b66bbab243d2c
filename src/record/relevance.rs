//! Which records the program uses; all others are counted for coverage and dropped.

/// Calls of other services that touch what protects the evidence: the bucket that a trail writes to.
const BUCKET_CALLS: [&str; 12] = [
    "DeleteBucket",
    "DeleteBucketEncryption",
    "DeleteBucketLifecycle",
    "DeleteBucketPolicy",
    "PutBucketAcl",
    "PutBucketEncryption",
    "PutBucketLifecycle",
    "PutBucketLifecycleConfiguration",
    "PutBucketPolicy",
    "PutBucketVersioning",
    "PutBucketPublicAccessBlock",
    "PutObjectLockConfiguration",
];

/// Whether a record of this source and name can become a fact.
pub fn is_used(source: &str, name: &str) -> bool {
    match source {
        "backup.amazonaws.com" | "mpa.amazonaws.com" | "multi-party-approval.amazonaws.com" | "ram.amazonaws.com" => {
            !is_listing(name)
        }
        "cloudtrail.amazonaws.com" | "organizations.amazonaws.com" => !is_read(name),
        "s3.amazonaws.com" => BUCKET_CALLS.contains(&name),
        "aws.backup" | "aws.ram" => true,
        _ => false,
    }
}

fn is_read(name: &str) -> bool {
    ["Get", "List", "Describe", "Lookup"].iter().any(|verb| name.starts_with(verb))
}

/// Reading calls of AWS Backup show who uses a shared vault; plain listings of one's own things show nothing.
fn is_listing(name: &str) -> bool {
    is_read(name)
        && !matches!(
            name,
            "DescribeBackupVault"
                | "DescribeRecoveryPoint"
                | "GetRecoveryPointRestoreMetadata"
                | "ListRecoveryPointsByBackupVault"
                | "ListProtectedResourcesByBackupVault"
        )
}
