//! A record as it is kept until it is asked for: its text, compressed with the texts beside it, which takes a twentieth of the
//! memory of the parsed one.

use super::identity::Actor;
use super::node::Node;
use super::outline::Outline;
use super::{Record, unwrap_texts};
use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use serde_json::Value;
use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

/// What orders and names a record, and its text.
#[derive(Debug, Clone)]
pub struct Packed {
    /// [`Record::id`].
    pub id: String,
    /// [`Record::time`].
    pub time: Instant,
    /// [`Record::name`].
    pub name: String,
    /// [`Record::account`].
    pub account: Option<AccountId>,
    /// Whether it is a call that failed.
    pub failed: bool,
    is_state_change: bool,
    /// [`Record::region`], where the text does not say it.
    region: Option<Region>,
    rest: Rest,
}

/// What else a record says.
#[derive(Debug, Clone)]
enum Rest {
    /// The text that it was read from.
    Text(Box<str>),
    /// Where in a bundle that text is.
    Bundled(Arc<Bundle>, Range<u32>),
    /// Of a record that was saved without its body: where it was called, who did it, and why it failed.
    Bare(Box<Bare>),
}

#[derive(Debug, Clone)]
struct Bare {
    source: String,
    region: Option<Region>,
    actor: Actor,
    error_code: Option<String>,
}

/// The texts of records that lie side by side in one file, compressed as one: most of their bytes are the same.
#[derive(Debug)]
struct Bundle {
    /// Bytes of text.
    length: u32,
    /// LZ4, a block.
    stored: Box<[u8]>,
}

/// Bytes of text in a bundle, or one longer record: to open any record costs little more than to parse it.
const BUNDLE: usize = 64 << 10;

impl From<Record> for Packed {
    fn from(record: Record) -> Self {
        let text = record.body.to_string();
        Self::with(record, Rest::Text(text.into()))
    }
}

impl Packed {
    /// Keeps a record with the text that it was read from; where there is none, with one that says the same.
    pub fn of(record: Record, text: &[u8]) -> Self {
        match std::str::from_utf8(text) {
            Ok(text) if !text.is_empty() => Self::with(record, Rest::Text(text.into())),
            _ => Self::from(record),
        }
    }

    fn with(record: Record, rest: Rest) -> Self {
        let failed = !record.succeeded();
        let Record { id, time, name, region, account, is_state_change, body, .. } = record;
        let region = region.filter(|region| Node(&body).text("awsRegion") != Some(region.as_str()));
        Self { id, time, name, account, failed, is_state_change, region, rest }
    }

    /// Packs what was saved of a record: everything but its body, which is null from then on.
    pub fn saved(record: Record) -> Self {
        let Record { source, region, actor, error_code, .. } = record.clone();
        Self::with(record, Rest::Bare(Box::new(Bare { source, region, actor, error_code })))
    }

    /// Keeps a record that is read in outline, with its time and account.
    pub fn outlined(outline: &Outline<'_>, time: Instant, account: AccountId, text: &str) -> Self {
        Self {
            id: outline.id().to_owned(),
            time,
            name: outline.name().to_owned(),
            account: Some(account),
            failed: outline.failed(),
            is_state_change: false,
            region: None,
            rest: Rest::Text(text.into()),
        }
    }

    /// The record. It was one when it was packed, so there is one.
    pub fn open(&self) -> Option<Record> {
        if let Rest::Bare(bare) = &self.rest {
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
            source: bare.source.clone(),
            name: self.name.clone(),
            region: bare.region.clone(),
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
        let mut body = match &self.rest {
            Rest::Text(text) => parse(text.as_bytes()),
            Rest::Bundled(bundle, range) => {
                let mut opener = OPENER.take();
                let body = opener.text(bundle, range).map(parse).unwrap_or_default();
                OPENER.set(opener);
                body
            }
            Rest::Bare(_) => Value::Null,
        };
        unwrap_texts(&mut body);
        body
    }
}

fn parse(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_default()
}

/// Bundles the texts of records, in their order.
pub fn bundle<'a>(records: impl Iterator<Item = &'a mut Packed>) {
    let mut text = Vec::new();
    let mut waiting: Vec<(&mut Rest, Range<usize>)> = Vec::new();
    for record in records {
        let Rest::Text(own) = &record.rest else { continue };
        if text.len() + own.len() > BUNDLE {
            seal(&mut text, &mut waiting);
        }
        let from = text.len();
        text.extend_from_slice(own.as_bytes());
        waiting.push((&mut record.rest, from..text.len()));
    }
    seal(&mut text, &mut waiting);
}

/// Compresses a bundle; where that fails or does not pay, its texts stay as they are.
fn seal(text: &mut Vec<u8>, waiting: &mut Vec<(&mut Rest, Range<usize>)>) {
    let stored = compress(text).filter(|stored| stored.len() < text.len());
    if let (Some(stored), Ok(length)) = (stored, u32::try_from(text.len())) {
        let bundle = Arc::new(Bundle { length, stored });
        for (rest, range) in waiting.drain(..) {
            if let (Ok(from), Ok(to)) = (u32::try_from(range.start), u32::try_from(range.end)) {
                *rest = Rest::Bundled(Arc::clone(&bundle), from..to);
            }
        }
    }
    waiting.clear();
    text.clear();
}

fn compress(text: &[u8]) -> Option<Box<[u8]>> {
    let mut room = ROOM.take();
    room.resize(lz4_flex::block::get_maximum_output_size(text.len()), 0);
    let stored = lz4_flex::block::compress_into(text, &mut room).ok();
    // Copied, for what was reserved is many times as long.
    let stored = stored.and_then(|length| room.get(..length)).map(Into::into);
    ROOM.set(room);
    stored
}

thread_local! {
    /// What bundles are compressed into.
    static ROOM: Cell<Vec<u8>> = Cell::default();
    static OPENER: Cell<Opener> = Cell::default();
}

/// Decompresses a bundle once as long as its records are opened one after another.
#[derive(Default)]
struct Opener {
    last: Option<Arc<Bundle>>,
    /// What the last bundle holds.
    text: Vec<u8>,
}

impl Opener {
    fn text(&mut self, bundle: &Arc<Bundle>, range: &Range<u32>) -> Option<&[u8]> {
        if !self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, bundle)) {
            self.last = None;
            self.text = lz4_flex::block::decompress(&bundle.stored, bundle.length as usize).ok()?;
            self.last = Some(Arc::clone(bundle));
        }
        self.text.get(range.start as usize..range.end as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// A record with this in its parameters, and its text.
    fn record(said: &str) -> Option<(Packed, String)> {
        let written = json!({"eventVersion": "1.11", "userIdentity": {"type": "Root", "accountId": "111122223333"},
            "eventTime": "2026-10-30T01:00:16Z", "eventSource": "backup.amazonaws.com", "awsRegion": "eu-west-1",
            "eventName": "PutBackupVaultAccessPolicy", "requestParameters": {"backupVaultName": "v", "policy": said},
            "responseElements": null, "eventID": "e", "recipientAccountId": "111122223333"});
        let text = written.to_string();
        Record::decode(written, None).ok().map(|record| (Packed::of(record, text.as_bytes()), text))
    }

    fn bundled(alone: &[Packed]) -> Vec<Packed> {
        let mut records = alone.to_vec();
        bundle(records.iter_mut());
        records
    }

    fn place(packed: &Packed) -> Option<(&Arc<Bundle>, &Range<u32>)> {
        if let Rest::Bundled(bundle, range) = &packed.rest { Some((bundle, range)) } else { None }
    }

    /// The text that a record is kept with.
    fn text(packed: &Packed, opener: &mut Opener) -> Option<String> {
        let text = match &packed.rest {
            Rest::Text(text) => text.as_bytes(),
            Rest::Bundled(bundle, range) => opener.text(bundle, range)?,
            Rest::Bare(_) => return None,
        };
        std::str::from_utf8(text).ok().map(str::to_owned)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_bundled_record_is_the_same_to_the_byte_whatever_is_opened_before_it(
            said in prop::collection::vec(("\\PC{0,40}", 0_usize..700), 1..40),
            visits in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        ) {
            let (alone, texts): (Vec<_>, Vec<_>) =
                said.iter().filter_map(|(text, times)| record(&text.repeat(*times))).unzip();
            prop_assert_eq!(alone.len(), said.len());
            let bundled = bundled(&alone);
            let all: Vec<_> = alone.iter().zip(&bundled).zip(&texts).collect();
            let mut opener = Opener::default();
            for ((alone, bundled), written) in all.iter().chain(visits.iter().map(|visit| visit.get(&all))) {
                prop_assert_eq!(text(bundled, &mut opener), Some((*written).clone()));
                prop_assert_eq!(bundled.body(), alone.body());
                prop_assert_eq!(format!("{:?}", bundled.open()), format!("{:?}", alone.open()));
            }
        }
    }

    #[test]
    fn records_of_one_file_are_kept_in_a_fifth_of_their_bytes() {
        let (alone, texts): (Vec<_>, Vec<_>) = (0..200).filter_map(|n| record(&format!("statement {n}"))).unzip();
        let bundled = bundled(&alone);
        let mut bundles: Vec<&Arc<Bundle>> = bundled.iter().filter_map(place).map(|(bundle, _)| bundle).collect();
        assert_eq!(bundles.len(), 200);
        bundles.dedup_by(|a, b| Arc::ptr_eq(a, b));
        assert!(bundles.len() > 1 && bundles.iter().all(|bundle| bundle.length as usize <= BUNDLE));
        let whole: usize = texts.iter().map(String::len).sum();
        let kept: usize = bundles.iter().map(|bundle| bundle.stored.len()).sum();
        assert!(kept * 5 < whole, "{kept} of {whole} bytes");
    }

    #[test]
    fn records_that_are_opened_in_order_decompress_each_bundle_once() {
        let alone: Vec<Packed> = (0..200).filter_map(|n| Some(record(&format!("statement {n}"))?.0)).collect();
        let bundled = bundled(&alone);
        let mut opener = Opener::default();
        let mut decompressed = 0;
        for (bundle, range) in bundled.iter().filter_map(place) {
            decompressed += usize::from(!opener.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, bundle)));
            assert!(opener.text(bundle, range).is_some());
        }
        let mut bundles: Vec<&Arc<Bundle>> = bundled.iter().filter_map(place).map(|(bundle, _)| bundle).collect();
        bundles.dedup_by(|a, b| Arc::ptr_eq(a, b));
        assert_eq!((decompressed, bundles.len() > 1), (bundles.len(), true));
    }

    #[test]
    fn a_region_that_only_the_container_says_is_kept() -> Result<(), String> {
        let written =
            json!({"eventTime": "2026-10-30T01:00:00Z", "eventSource": "s", "eventName": "n", "eventID": "e"});
        let mut record = Record::decode(written, None)?;
        record.region = Some(Region::new("eu-west-1"));
        let mut packed = Packed::from(record);
        bundle(std::iter::once(&mut packed));
        assert_eq!(packed.open().and_then(|record| record.region), Some(Region::new("eu-west-1")));
        Ok(())
    }

    #[test]
    fn what_was_saved_without_a_body_stays_as_it_is() -> Result<(), String> {
        let written =
            json!({"eventTime": "2026-10-30T01:00:00Z", "eventSource": "s", "eventName": "n", "awsRegion": "r"});
        let record = Record { body: Value::Null, error_message: None, ..Record::decode(written, None)? };
        let mut packed = Packed::saved(record.clone());
        bundle(std::iter::once(&mut packed));
        assert_eq!(packed.body(), Value::Null);
        assert_eq!(packed.open().map(|opened| format!("{opened:?}")), Some(format!("{record:?}")));
        Ok(())
    }

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
