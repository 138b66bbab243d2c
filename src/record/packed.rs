//! A record as it is kept until it is asked for: its text, which takes a fifth of the memory of the parsed one.

use super::identity::Actor;
use super::outline::Outline;
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
    is_state_change: bool,
    /// [`Record::region`].
    pub region: Option<Region>,
    text: Box<str>,
    /// Of a record that was saved without its body: who did it, and why it failed.
    bare: Option<Box<Bare>>,
}

#[derive(Debug, Clone)]
struct Bare {
    actor: Actor,
    error_code: Option<String>,
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
        let Record { id, time, source, name, region, account, is_state_change, .. } = record;
        Self { id, time, source, name, account, failed, is_state_change, region, text: text.into(), bare: None }
    }

    /// Packs what was saved of a record: everything but its body, which is null from then on.
    pub fn saved(record: Record) -> Self {
        let bare = Bare { actor: record.actor.clone(), error_code: record.error_code.clone() };
        Self { bare: Some(Box::new(bare)), ..Self::with(record, String::new()) }
    }

    /// Keeps a record that is read in outline, with its time and account.
    pub fn outlined(outline: &Outline<'_>, time: Instant, account: AccountId, text: &str) -> Self {
        Self {
            id: outline.id().to_owned(),
            time,
            source: outline.source().to_owned(),
            name: outline.name().to_owned(),
            account: Some(account),
            failed: outline.failed(),
            is_state_change: false,
            region: Some(Region::new(outline.region())),
            text: text.into(),
            bare: None,
        }
    }

    /// The record. It was one when it was packed, so there is one.
    pub fn open(&self) -> Option<Record> {
        if let Some(bare) = &self.bare {
            return Some(self.without_body(bare));
        }
        let body = self.body();
        if self.is_state_change {
            return Record::decode_state_change(body).ok();
        }
        let mut record = Record::decode(body, self.account.clone()).ok()?;
        record.region = record.region.or_else(|| self.region.clone());
        Some(record)
    }

    fn without_body(&self, bare: &Bare) -> Record {
        Record {
            id: self.id.clone(),
            time: self.time,
            source: self.source.clone(),
            name: self.name.clone(),
            region: self.region.clone(),
            account: self.account.clone(),
            actor: bare.actor.clone(),
            error_code: bare.error_code.clone(),
            error_message: None,
            is_state_change: self.is_state_change,
            body: Value::Null,
        }
    }

    /// The record as it was written; null for one that was saved without its body.
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

    #[test]
    fn a_record_that_has_a_detail_type_stays_a_record() -> Result<(), String> {
        let written = json!({"detail-type": "x", "eventTime": "2026-10-30T01:00:00Z", "eventName": "CopyJobCompleted",
            "eventSource": "backup.amazonaws.com", "serviceEventDetails": {"state": "COMPLETED"}});
        let opened = Packed::of(Record::decode(written, None)?, b"").open();
        assert_eq!(opened.as_ref().and_then(|record| record.details().text("state")), Some("COMPLETED"));
        Ok(())
    }
}
