//! What vouches for digests: public keys (`aws cloudtrail list-public-keys`) and the signature that S3 keeps beside the newest
//! digest (`aws s3api head-object`). Neither depends on when it was fetched, so neither needs a capture time.

use super::inventory::Output;
use crate::instant::{self, Instant};
use crate::record::node::Node;
use serde_json::Value;

/// The operation whose rows are keys.
pub const LIST_PUBLIC_KEYS: &str = "cloudtrail list-public-keys";

/// A public key as listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey {
    /// Its fingerprint, which digests name.
    pub fingerprint: String,
    /// DER in base64.
    pub value: String,
    /// Valid from …
    pub from: Option<Instant>,
    /// … to.
    pub to: Option<Instant>,
    /// The file that lists it.
    pub path: String,
}

/// The signature of a digest, saved from its metadata in S3. The answer does not say of which digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SavedSignature {
    /// The file that holds it.
    pub path: String,
    /// Hex.
    pub signature: String,
    /// `backfill-generation-timestamp`: when a backfill digest was made.
    pub generated: Option<Instant>,
}

/// The keys that an output lists.
pub fn listed(output: &Output, path: &str) -> Vec<PublicKey> {
    if output.operation() != LIST_PUBLIC_KEYS {
        return Vec::new();
    }
    let rows = output.items().iter().map(Node);
    rows.filter_map(|row| {
        Some(PublicKey {
            fingerprint: row.text("Fingerprint")?.to_owned(),
            value: row.text("Value")?.to_owned(),
            from: row.time("ValidityStartTime"),
            to: row.time("ValidityEndTime"),
            path: path.to_owned(),
        })
    })
    .collect()
}

impl SavedSignature {
    /// Reads the answer of head-object for a digest; `None` where it is none.
    pub fn decode(document: &Value) -> Option<Self> {
        let metadata = Node(document).get("Metadata")?;
        metadata.text("signature-algorithm")?;
        Some(Self {
            path: String::new(),
            signature: metadata.text("signature")?.to_owned(),
            generated: metadata.text("backfill-generation-timestamp").and_then(instant::parse),
        })
    }
}
