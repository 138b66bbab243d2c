"""What everyone looks for: the records that `src/record/relevance.rs` uses, said once for each language."""

ALL_BUT_LISTINGS = ("backup", "mpa", "multi-party-approval", "ram")
CHANGES_ONLY = ("cloudtrail", "organizations")
READS = ("Get", "List", "Describe", "Lookup")
READS_THAT_COUNT = (
    "DescribeBackupVault",
    "DescribeRecoveryPoint",
    "GetRecoveryPointRestoreMetadata",
    "ListRecoveryPointsByBackupVault",
    "ListProtectedResourcesByBackupVault",
)
BUCKET_CALLS = (
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
)


def _hosts(services):
    return tuple(f"{service}.amazonaws.com" for service in services)


_FULL, _CHANGES = frozenset(_hosts(ALL_BUT_LISTINGS)), frozenset(_hosts(CHANGES_ONLY))
_COUNT, _BUCKET = frozenset(READS_THAT_COUNT), frozenset(BUCKET_CALLS)


def is_used(source, name):
    if source in _FULL:
        return not name.startswith(READS) or name in _COUNT
    if source in _CHANGES:
        return not name.startswith(READS)
    return source == "s3.amazonaws.com" and name in _BUCKET


def sql(source, name, starts):
    """The same as SQL; `starts` is the dialect's `starts_with`."""

    def listed(words):
        return "(" + ",".join(f"'{word}'" for word in words) + ")"

    reads = "(" + " or ".join(f"{starts}({name}, '{verb}')" for verb in READS) + ")"
    return (
        f"(({source} in {listed(_hosts(ALL_BUT_LISTINGS))} and (not {reads} or {name} in {listed(READS_THAT_COUNT)}))"
        f" or ({source} in {listed(_hosts(CHANGES_ONLY))} and not {reads})"
        f" or ({source} = 's3.amazonaws.com' and {name} in {listed(BUCKET_CALLS)}))"
    )


def report(rows, relevant):
    """Prints the counts; `rows` are (account, Region, …, number of records)."""
    import json

    pairs, records = {}, 0
    for account, region, *_, count in rows:
        key = f"{account}/{region}"
        pairs[key] = pairs.get(key, 0) + count
        records += count
    print(json.dumps({"records": records, "relevant": relevant, "pairs": dict(sorted(pairs.items()))}))
