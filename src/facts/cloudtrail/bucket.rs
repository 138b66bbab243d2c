//! The buckets that trails write to. Which buckets these are is not known while one record is read, so all are read.

use super::call;
use crate::facts::calls::Tampering;
use crate::facts::{About, BucketSays, PolicyText, Sink};
use crate::ingest::inventory::Observation;
use crate::record::Record;
use crate::record::node::Node;

/// Log files younger than this must not expire: the window of claims about absence.
const KEEP_DAYS: i64 = 90;

/// Reads one successful record of `s3.amazonaws.com`.
pub(super) fn read(record: &Record, out: &mut Sink) {
    let Some(bucket) = record.request().text("bucketName") else { return };
    if weakens(record) {
        call(record, None, Tampering::Bucket(bucket.to_owned()), out);
    }
    say(bucket, bucket_says(record), out);
}

fn say(bucket: &str, says: BucketSays, out: &mut Sink) {
    if says != BucketSays::default() {
        out.say(About::Bucket(bucket.to_owned(), Box::new(says)));
    }
}

fn bucket_says(record: &Record) -> BucketSays {
    let request = record.request();
    let mut says = BucketSays::default();
    match record.name.as_str() {
        "CreateBucket" => says.exists = Some(true),
        "DeleteBucket" => says.exists = Some(false),
        // CloudTrail has the document as `bucketPolicy`, and an empty `policy` that names the sub-resource.
        "PutBucketPolicy" => says.policy = Some(Some(PolicyText::read(request.get("bucketPolicy")))),
        "DeleteBucketPolicy" => says.policy = Some(None),
        "PutBucketVersioning" => says.versioning = text(request, &["VersioningConfiguration", "Status"]),
        "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" => {
            let rules = request.get("LifecycleConfiguration");
            says.expires_after = rules.map(|config| expiry(&items(config.get("Rule").or_else(|| config.get("Rules")))));
        }
        "DeleteBucketLifecycle" => says.expires_after = Some(None),
        "PutBucketEncryption" => {
            says.encryption = request.get("ServerSideEncryptionConfiguration").and_then(encryption).map(Some);
        }
        "DeleteBucketEncryption" => says.encryption = Some(None),
        "PutBucketPublicAccessBlock" => says.blocked = request.get("PublicAccessBlockConfiguration").and_then(blocked),
        "DeleteBucketPublicAccessBlock" | "DeletePublicAccessBlock" => says.blocked = Some(Vec::new()),
        "PutBucketObjectLockConfiguration" | "PutObjectLockConfiguration" => {
            says.object_lock = request.get("ObjectLockConfiguration").map(object_lock);
        }
        _ => {}
    }
    says
}

fn text(node: Node<'_>, path: &[&str]) -> Option<String> {
    node.path(path).and_then(Node::as_text).map(str::to_owned)
}

/// A list that is written as one object where it has one item.
fn items(node: Option<Node<'_>>) -> Vec<Node<'_>> {
    match node {
        Some(node) => node.0.as_array().map_or_else(|| vec![node], |list| list.iter().map(Node).collect()),
        None => Vec::new(),
    }
}

/// The shortest expiry, in days, of the rules that are in force.
fn expiry(rules: &[Node<'_>]) -> Option<i64> {
    let in_force = rules.iter().filter(|rule| rule.text("Status") != Some("Disabled"));
    in_force.filter_map(|rule| rule.get("Expiration")?.days("Days")).min()
}

fn encryption(config: Node<'_>) -> Option<String> {
    let rules = items(config.get("Rule").or_else(|| config.get("Rules")));
    let default = rules.first()?.get("ApplyServerSideEncryptionByDefault")?;
    let algorithm = default.text("SSEAlgorithm")?;
    Some(default.text("KMSMasterKeyID").map_or_else(|| algorithm.to_owned(), |key| format!("{algorithm} {key}")))
}

fn blocked(config: Node<'_>) -> Option<Vec<String>> {
    const KINDS: [&str; 4] = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    let said = config.0.is_object();
    let on = KINDS.iter().filter(|kind| config.flag(kind) == Some(true)).map(|kind| (*kind).to_owned());
    said.then(|| on.collect())
}

fn object_lock(config: Node<'_>) -> Option<String> {
    let retention = config.path(&["Rule", "DefaultRetention"])?;
    let days = retention.days("Days").map(|days| format!(" {days} days"));
    let years = retention.days("Years").map(|years| format!(" {years} years"));
    Some(format!("{}{}", retention.text("Mode")?, days.or(years).unwrap_or_default()))
}

/// Whether a bucket call lets log files be lost or read: deletion of the bucket or its policy, a new policy (which cannot be
/// compared with the old one), versioning suspended, expiry within the window.
fn weakens(record: &Record) -> bool {
    match record.name.as_str() {
        "DeleteBucket" | "DeleteBucketPolicy" | "DeleteBucketEncryption" | "PutBucketPolicy" => true,
        "PutBucketVersioning" => bucket_says(record).versioning.as_deref() == Some("Suspended"),
        "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" => {
            bucket_says(record).expires_after.flatten().is_some_and(|days| days < KEEP_DAYS)
        }
        _ => false,
    }
}

/// Reads one row of an `aws s3api` output; the bucket is in its file's name.
pub(super) fn read_snapshot(observation: &Observation, out: &mut Sink) {
    let (row, Some(bucket)) = (observation.row(), observation.qualifier.as_deref()) else { return };
    let mut says = BucketSays::default();
    match observation.operation {
        "s3api get-bucket-policy" if row.is_null("Policy") => says.policy = Some(None),
        "s3api get-bucket-policy" => says.policy = Some(Some(PolicyText::read(row.get("Policy")))),
        "s3api get-bucket-versioning" => says.versioning = text(row, &["Status"]),
        "s3api get-bucket-lifecycle-configuration" => says.expires_after = Some(expiry(&items(row.get("Rules")))),
        "s3api get-bucket-encryption" => {
            says.encryption = row.get("ServerSideEncryptionConfiguration").and_then(encryption).map(Some);
        }
        "s3api get-public-access-block" => says.blocked = row.get("PublicAccessBlockConfiguration").and_then(blocked),
        "s3api get-object-lock-configuration" => {
            says.object_lock = row.get("ObjectLockConfiguration").map(object_lock);
        }
        _ => {}
    }
    say(bucket, says, out);
}
