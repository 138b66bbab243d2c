//! One record at first glance: its place in the log's coverage, and whether the program uses it, before a DOM is built.

use super::activity::Pair;
use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use crate::record::{self, Record, relevance};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// What a record turned out to be.
pub enum Read {
    /// The program uses it.
    Used(Box<Record>, Option<Pair>),
    /// It shows that the log was alive.
    Counted(Instant, Option<Pair>),
    /// Insight and aggregated events: recognised, without a place in the log's coverage.
    Recognised,
}

/// What coverage and the choice of relevant records need of a record, without a DOM.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe<'a> {
    #[serde(borrow)]
    event_time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    aws_region: Option<Cow<'a, str>>,
    #[serde(borrow)]
    recipient_account_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_type: Option<Cow<'a, str>>,
    user_identity: Option<ProbeIdentity<'a>>,
    #[serde(borrow, rename = "@timestamp")]
    timestamp: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProbeIdentity<'a> {
    #[serde(borrow)]
    account_id: Option<Cow<'a, str>>,
}

/// What the container around a record says, for records that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Whose log.
    pub account: Option<AccountId>,
    /// Of which Region.
    pub region: Option<Region>,
    /// Whether records that are only counted are parsed in full too.
    pub strict: bool,
}

/// Reads a record.
pub fn read(text: &[u8], around: Around) -> Result<Read, String> {
    simdutf8::compat::from_utf8(text)
        .map_err(|cause| format!("no UTF-8 from byte {} of the record on", cause.valid_up_to()))?;
    match serde_json::from_slice::<Probe<'_>>(text) {
        Ok(probe) => probe.read(text, around),
        Err(_) => whole(text, around),
    }
}

/// Reads an object that is a CloudTrail record beyond doubt; `None`: look closer.
pub fn plain(text: &[u8], strict: bool) -> Option<Result<Read, String>> {
    simdutf8::basic::from_utf8(text).ok()?;
    let probe: Probe<'_> = serde_json::from_slice(text).ok()?;
    let of_aws = |source: &str| source.ends_with(".amazonaws.com");
    let beyond_doubt = probe.event_source.as_deref().is_some_and(of_aws)
        && probe.event_name.is_some()
        && probe.event_time.is_some()
        && probe.aws_region.is_some()
        && (probe.user_identity.is_some() || probe.recipient_account_id.is_some());
    beyond_doubt.then(|| probe.read(text, Around { strict, ..Around::default() }))
}

impl Probe<'_> {
    fn read(self, text: &[u8], around: Around) -> Result<Read, String> {
        if matches!(self.event_type.as_deref(), Some("AwsCloudTrailInsight" | "AwsAggregatedEvent")) {
            return Ok(Read::Recognised);
        }
        let (Some(source), Some(name)) = (self.event_source.as_deref(), self.event_name.as_deref()) else {
            return whole(text, around);
        };
        if around.strict || relevance::is_used(source, name) {
            return whole(text, around);
        }
        let at = record::time(self.event_time.as_deref().or(self.timestamp.as_deref()))?;
        let owner = self.recipient_account_id.as_deref().and_then(AccountId::parse).or(around.account);
        let owner = owner.or_else(|| AccountId::parse(self.user_identity.as_ref()?.account_id.as_deref()?));
        let region = self.aws_region.map(|r| Region::new(r.into_owned())).or(around.region);
        Ok(Read::Counted(at, owner.zip(region)))
    }
}

/// Reads a record with everything in it.
fn whole(text: &[u8], around: Around) -> Result<Read, String> {
    let body: Value = serde_json::from_slice(text).map_err(|cause| no_json(&cause))?;
    let mut record = Record::decode(body, around.account)?;
    record.region = record.region.or(around.region);
    let pair = record.account.clone().zip(record.region.clone());
    let used = relevance::is_used(&record.source, &record.name);
    Ok(if used { Read::Used(Box::new(record), pair) } else { Read::Counted(record.time, pair) })
}

/// Why a text is no JSON, in words for a reader of the report.
pub fn no_json(cause: &serde_json::Error) -> String {
    let why = cause.to_string();
    if why.starts_with("recursion limit") {
        format!("nested deeper than 128 levels, the limit: {why}")
    } else {
        format!("no JSON: {why}")
    }
}
