# The records that src/record/relevance.rs uses, whole; and before them how many records each account, Region and hour has.
def is_read: startswith("Get") or startswith("List") or startswith("Describe") or startswith("Lookup");
def is_used:
  .eventSource as $source | .eventName as $name |
  if $source == "backup.amazonaws.com" or $source == "ram.amazonaws.com" or $source == "mpa.amazonaws.com"
     or $source == "multi-party-approval.amazonaws.com"
  then ($name | is_read | not) or ($name | IN("DescribeBackupVault", "DescribeRecoveryPoint",
    "GetRecoveryPointRestoreMetadata", "ListRecoveryPointsByBackupVault", "ListProtectedResourcesByBackupVault"))
  elif $source == "cloudtrail.amazonaws.com" or $source == "organizations.amazonaws.com"
  then $name | is_read | not
  elif $source == "s3.amazonaws.com"
  then $name | IN("DeleteBucket", "DeleteBucketEncryption", "DeleteBucketLifecycle", "DeleteBucketPolicy", "PutBucketAcl",
    "PutBucketEncryption", "PutBucketLifecycle", "PutBucketLifecycleConfiguration", "PutBucketPolicy",
    "PutBucketVersioning", "PutBucketPublicAccessBlock", "PutObjectLockConfiguration")
  else false end;
.Records
| (reduce .[] as $r ({}; .[$r.recipientAccountId + "/" + $r.awsRegion + "/" + $r.eventTime[:13]] += 1) | {counts: .}),
  (.[] | select(is_used))
