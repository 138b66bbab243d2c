//! One record at first glance: its place in the log's coverage, and whether the program uses it, before a DOM is built.

use super::activity::Pair;
use super::twins::Twin;
use crate::arn::{AccountId, Region};
use crate::instant::Instant;
use crate::record::node::{HIDDEN, Node};
use crate::record::outline::Outline;
use crate::record::packed::Packed;
use crate::record::{self, Record, relevance};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::borrow::Cow;

/// What a record turned out to be.
pub enum Read {
    /// The program uses it.
    Used(Box<Record>, Option<Pair>),
    /// The program uses it, and keeps it until it asks for more.
    Kept(Box<Packed>, Pair),
    /// It shows that the log was alive; with `--strict`, what tells it from others.
    Counted(Instant, Option<Pair>, Option<Twin>),
    /// Insight, aggregated and network activity events, and other products' OCSF events: no place in the log's coverage.
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
    user_identity: Option<IgnoredAny>,
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

/// No record is longer: a guard against texts that would take many times their length once parsed. CloudTrail's own end at
/// 256 KB, those of event data stores at 1 MB.
pub const LARGEST_RECORD: usize = 16 << 20;

/// Reads a record.
pub fn read(text: &[u8], around: Around) -> Result<Read, String> {
    if text.len() > LARGEST_RECORD {
        return Err(format!("has {} bytes, more than {LARGEST_RECORD}, the limit for a record", text.len()));
    }
    let text = simdutf8::compat::from_utf8(text)
        .map_err(|cause| format!("no UTF-8 from byte {} of the record on", cause.valid_up_to()))?;
    if let Some(read) = in_outline(text, &around, |_| true) {
        return Ok(read);
    }
    match serde_json::from_str::<Probe<'_>>(text) {
        Ok(probe) if !around.strict => probe.read(text, around),
        _ => whole(text, around),
    }
}

/// Reads a record that is written as CloudTrail writes it, of a source that fits; `None`: look closer.
fn in_outline(text: &str, around: &Around, fits: fn(&str) -> bool) -> Option<Read> {
    if around.strict {
        return None;
    }
    let outline = Outline::read(text).filter(|outline| fits(outline.source()))?;
    let at = record::time(Some(outline.time())).ok()?;
    let owner = AccountId::parse(outline.account())?;
    if is_neighbour(outline.kind()) || is_at_endpoint(outline.kind()) {
        return None;
    }
    let pair = (owner.clone(), Region::new(outline.region()));
    Some(if relevance::is_used(outline.source(), outline.name()) {
        Read::Kept(Box::new(Packed::outlined(&outline, at, owner, text)), pair)
    } else {
        Read::Counted(at, Some(pair), None)
    })
}

/// Reads an object that is a CloudTrail record beyond doubt; `None`: look closer.
pub fn plain(text: &[u8], strict: bool) -> Option<Result<Read, String>> {
    let text = simdutf8::basic::from_utf8(text).ok().filter(|text| text.len() <= LARGEST_RECORD)?;
    let of_aws = |source: &str| source.ends_with(".amazonaws.com");
    let around = Around { strict, ..Around::default() };
    if let Some(read) = in_outline(text, &around, of_aws) {
        return Some(Ok(read));
    }
    let probe: Probe<'_> = serde_json::from_str(text).ok()?;
    let beyond_doubt = probe.event_source.as_deref().is_some_and(of_aws)
        && probe.event_name.is_some()
        && probe.event_time.is_some()
        && probe.aws_region.is_some()
        && (probe.user_identity.is_some() || probe.recipient_account_id.is_some());
    beyond_doubt.then(|| if strict { whole(text, around) } else { probe.read(text, around) })
}

impl Probe<'_> {
    /// Whatever is missing, empty, hidden or spelled in its own way is left to the reading of the whole record.
    fn read(self, text: &str, around: Around) -> Result<Read, String> {
        if self.event_type.as_deref().is_some_and(is_neighbour) {
            return Ok(Read::Recognised);
        }
        let (Some(kind), Some(source), Some(name), Some(time), Some(region), Some(owner)) = (
            self.event_type.as_deref(),
            said(self.event_source.as_deref()),
            said(self.event_name.as_deref()),
            said(self.event_time.as_deref()),
            said(self.aws_region.as_deref()),
            self.recipient_account_id.as_deref().and_then(AccountId::parse),
        ) else {
            return whole(text, around);
        };
        if relevance::is_used(source, name) {
            return whole(text, around);
        }
        let at = record::time(Some(time))?;
        Ok(if is_at_endpoint(kind) {
            Read::Recognised
        } else {
            Read::Counted(at, Some((owner, Region::new(region))), None)
        })
    }
}

/// A member's text, if it says anything.
fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty() && *text != HIDDEN)
}

/// Reads a record with everything in it.
fn whole(text: &str, around: Around) -> Result<Read, String> {
    typed(serde_json::from_str(text).map_err(|cause| no_json(&cause))?, around)
}

/// Reads a record that is parsed.
pub fn typed(body: Value, around: Around) -> Result<Read, String> {
    let kind = Node(&body).text("eventType").unwrap_or_default();
    if is_neighbour(kind) {
        return Ok(Read::Recognised);
    }
    let at_endpoint = is_at_endpoint(kind);
    let mut record = Record::decode(body, around.account)?;
    record.region = record.region.or(around.region);
    let used = relevance::is_used(&record.source, &record.name);
    if at_endpoint {
        let refused = used && !record.succeeded();
        return Ok(if refused { Read::Used(Box::new(record), None) } else { Read::Recognised });
    }
    let pair = record.account.clone().zip(record.region.clone());
    if used {
        return Ok(Read::Used(Box::new(record), pair));
    }
    let twin = if around.strict { Twin::of(&record) } else { None };
    Ok(Read::Counted(record.time, pair, twin))
}

/// Insight and aggregated events: summaries of records that are elsewhere.
fn is_neighbour(kind: &str) -> bool {
    matches!(kind, "AwsCloudTrailInsight" | "AwsAggregatedEvent")
}

/// Network activity events: calls as a VPC endpoint saw them, in files of their own. They show nothing of the log of
/// management events, which has the calls that got through; one that the endpoint refused is known from here alone.
fn is_at_endpoint(kind: &str) -> bool {
    kind.starts_with("AwsVpceEvent")
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
