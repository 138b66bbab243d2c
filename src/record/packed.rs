//! A record as it is kept until it is asked for: its text, which takes a fifth of the memory of the parsed one.

use super::{Record, unwrap_texts};
use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use serde_json::Value;

/// What orders and names a record, and its text.
#[derive(Debug, Clone)]
pub struct Packed {
    /// [`Record::id`].
    pub id: String,
    /// [`Record::time`].
    pub time: Instant,
    /// [`Record::source`].
    pub source: String,
    /// [`Record::name`].
    pub name: String,
    /// [`Record::account`].
    pub account: Option<AccountId>,
    /// Whether it is a call that failed.
    pub failed: bool,
    region: Option<Region>,
    text: Box<str>,
}

impl From<Record> for Packed {
    fn from(record: Record) -> Self {
        let text = record.body.to_string();
        Self::with(record, text)
    }
}

impl Packed {
    /// Keeps a record with the text that it was read from; where there is none, with one that says the same.
    pub fn of(record: Record, text: &[u8]) -> Self {
        match std::str::from_utf8(text) {
            Ok(text) if !text.is_empty() => Self::with(record, text.to_owned()),
            _ => Self::from(record),
        }
    }

    fn with(record: Record, text: String) -> Self {
        let failed = !record.succeeded();
        let Record { id, time, source, name, region, account, .. } = record;
        Self { id, time, source, name, account, failed, region, text: text.into() }
    }

    /// The record. It was one when it was packed, so there is one.
    pub fn open(&self) -> Option<Record> {
        let body = self.body();
        if body.get("detail-type").is_some() {
            return Record::decode_state_change(body).ok();
        }
        let mut record = Record::decode(body, self.account.clone()).ok()?;
        record.region = record.region.or_else(|| self.region.clone());
        Some(record)
    }

    /// The record as it was written.
    pub fn body(&self) -> Value {
        let mut body = serde_json::from_str(&self.text).unwrap_or_default();
        unwrap_texts(&mut body);
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_opened_record_is_the_one_that_was_packed() -> Result<(), String> {
        let written = json!({"eventVersion": "1.11", "userIdentity": {"type": "Root", "accountId": "111122223333"},
            "eventTime": "2026-10-30T01:00:00Z", "eventSource": "backup.amazonaws.com", "eventName": "CreateBackupVault",
            "errorCode": "AccessDenied", "requestParameters": "{\"backupVaultName\": \"v\"}", "eventID": "e"});
        let text = format!("{written:#}");
        let mut record = Record::decode(written, AccountId::parse("444455556666"))?;
        record.region = Some(Region::new("eu-west-1"));
        let told = format!("{record:?}");
        for packed in [Packed::of(record.clone(), text.as_bytes()), Packed::from(record)] {
            assert!(packed.failed);
            assert_eq!(packed.open().map(|opened| format!("{opened:?}")).as_ref(), Some(&told));
        }
        Ok(())
    }
}
