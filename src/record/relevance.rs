//! Which records the program uses; all others are counted for coverage and dropped.

/// Calls of other services that touch what protects the evidence: the bucket that a trail writes to.
const BUCKET_CALLS: [&[u8]; 16] = [
    b"CreateBucket",
    b"DeleteBucket",
    b"DeleteBucketEncryption",
    b"DeleteBucketLifecycle",
    b"DeleteBucketPolicy",
    b"DeleteBucketPublicAccessBlock",
    b"PutBucketAcl",
    b"PutBucketEncryption",
    b"PutBucketLifecycle",
    b"PutBucketLifecycleConfiguration",
    b"PutBucketObjectLockConfiguration",
    b"PutBucketPolicy",
    b"PutBucketVersioning",
    b"PutBucketPublicAccessBlock",
    b"PutObjectLockConfiguration",
    b"DeletePublicAccessBlock",
];

/// What changes a key, its policy, its grants, its aliases or its store. All else is use of keys, and there is much of it.
const KEY_CALLS: [&[u8]; 25] = [
    b"CancelKeyDeletion",
    b"ConnectCustomKeyStore",
    b"CreateAlias",
    b"CreateCustomKeyStore",
    b"CreateGrant",
    b"CreateKey",
    b"DeleteAlias",
    b"DeleteCustomKeyStore",
    b"DeleteExpiredKeyMaterial",
    b"DeleteImportedKeyMaterial",
    b"DeleteKey",
    b"DisableKey",
    b"DisableKeyRotation",
    b"DisconnectCustomKeyStore",
    b"EnableKey",
    b"EnableKeyRotation",
    b"ImportKeyMaterial",
    b"PutKeyPolicy",
    b"ReplicateKey",
    b"RetireGrant",
    b"RevokeGrant",
    b"ScheduleKeyDeletion",
    b"UpdateAlias",
    b"UpdateCustomKeyStore",
    b"UpdatePrimaryRegion",
];

/// What makes and unmakes those who approve.
const IDENTITY_CALLS: [&[u8]; 9] = [
    b"AssociateDirectory",
    b"CreateInstance",
    b"CreateUser",
    b"DeleteInstance",
    b"DeleteUser",
    b"DisableUser",
    b"DisassociateDirectory",
    b"EnableUser",
    b"UpdateUser",
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
            | b"kms.amazonaws.com"
            | b"signin.amazonaws.com"
            | b"sso.amazonaws.com"
            | b"sso-directory.amazonaws.com"
            | b"identitystore.amazonaws.com"
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
        b"s3.amazonaws.com" => BUCKET_CALLS.contains(&name),
        b"kms.amazonaws.com" => KEY_CALLS.contains(&name),
        // Whether root signed in is in the record, which the fast path does not look into.
        b"signin.amazonaws.com" => name == b"ConsoleLogin",
        b"sso.amazonaws.com" | b"sso-directory.amazonaws.com" | b"identitystore.amazonaws.com" => {
            IDENTITY_CALLS.contains(&name)
        }
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

    /// Of each source that can be used, a name that is.
    const NAMES: [&str; 6] =
        ["CreateX", "PutBucketPolicy", "DeleteBucket", "DisableKey", "ConsoleLogin", "DeleteInstance"];

    #[test]
    fn a_record_is_used_only_if_its_source_can_be() {
        let text = include_str!("relevance.rs");
        let sources = text.split('"').filter(|word| word.ends_with(".amazonaws.com") || word.starts_with("aws."));
        let mut seen = 0;
        for source in sources {
            let used = NAMES.iter().any(|name| is_used(source, name));
            assert_eq!(used, is_source(source.as_bytes()), "{source}");
            seen += usize::from(used);
        }
        assert!(seen >= 28, "{seen}");
    }

    #[test]
    fn the_use_of_keys_is_only_counted() {
        for name in
            ["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "DescribeKey", "ReEncrypt"]
        {
            assert!(!is_used("kms.amazonaws.com", name), "{name}");
        }
        assert!(!is_used("signin.amazonaws.com", "GetSigninToken") && !is_used("sso.amazonaws.com", "ListInstances"));
    }
}
