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

/// Whether records of this source can be used at all, depending on their names.
#[inline]
pub fn is_source(source: &[u8]) -> bool {
    matches!(
        source,
        b"backup.amazonaws.com"
            | b"mpa.amazonaws.com"
            | b"multi-party-approval.amazonaws.com"
            | b"ram.amazonaws.com"
            | b"cloudtrail.amazonaws.com"
            | b"organizations.amazonaws.com"
            | b"s3.amazonaws.com"
            | b"aws.backup"
            | b"aws.ram"
    )
}

/// Whether a record of this source and name can become a fact.
pub fn is_used(source: &str, name: &str) -> bool {
    is_used_as_written(source.as_bytes(), name.as_bytes())
}

/// [`is_used`] for a source and a name that are not yet known to be text.
pub fn is_used_as_written(source: &[u8], name: &[u8]) -> bool {
    match source {
        b"backup.amazonaws.com"
        | b"mpa.amazonaws.com"
        | b"multi-party-approval.amazonaws.com"
        | b"ram.amazonaws.com" => !is_listing(name),
        b"cloudtrail.amazonaws.com" | b"organizations.amazonaws.com" => !is_read(name),
        b"s3.amazonaws.com" => BUCKET_CALLS.iter().any(|call| call.as_bytes() == name),
        b"aws.backup" | b"aws.ram" => true,
        _ => false,
    }
}

fn is_read(name: &[u8]) -> bool {
    [b"Get".as_slice(), b"List", b"Describe", b"Lookup"].iter().any(|verb| name.starts_with(verb))
}

/// Reading calls of AWS Backup show who uses a shared vault; plain listings of one's own things show nothing.
fn is_listing(name: &[u8]) -> bool {
    is_read(name)
        && !matches!(
            name,
            b"DescribeBackupVault"
                | b"DescribeRecoveryPoint"
                | b"GetRecoveryPointRestoreMetadata"
                | b"ListRecoveryPointsByBackupVault"
                | b"ListProtectedResourcesByBackupVault"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_used_only_if_its_source_can_be() {
        let text = include_str!("relevance.rs");
        let sources = text.split('"').filter(|word| word.ends_with(".amazonaws.com") || word.starts_with("aws."));
        let mut seen = 0;
        for source in sources {
            let used = ["CreateX", "PutBucketPolicy", "DeleteBucket"].iter().any(|name| is_used(source, name));
            assert_eq!(used, is_source(source.as_bytes()), "{source}");
            seen += usize::from(used);
        }
        assert!(seen >= 18, "{seen}");
    }
}
