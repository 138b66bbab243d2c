//! `manifest.json`: when a snapshot was taken, of which account and Region.

use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use crate::record::node::Node;
use crate::record::{brief, kind_of};
use serde_json::Value;

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
