//! One log file of an organization trail: the records of one account and Region, in no order.

use super::actors::{Actor, actor};
use super::calls::{CHANGES, Kind, READS};
use super::fill::{Scene, app, fill, uuid};
use super::relevant::RELEVANT;
use super::rng::{LETTERS, Rng};
use chrono::{DateTime, Utc};
use std::fmt::Write;
use vaultrail::record::relevance;

/// The accounts of the organization.
const ACCOUNTS: [&str; 5] = ["111122223333", "222233334444", "333344445555", "444455556666", "555566667777"];
/// The Regions that it uses.
const REGIONS: [&str; 4] = ["eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"];
/// 2026-10-05T00:00:00Z: where the log begins.
const BEGIN: i64 = 1_791_158_400;
/// Seconds of log in one file.
const SPAN: u64 = 900;
/// One record in so many is relevant.
const RELEVANT_ONCE_IN: u64 = 200;
/// A caller makes about so many calls in a row.
const BURST: u64 = 8;
/// Callers in one file.
const CALLERS: usize = 24;

/// Text and what is true of it.
pub struct LogFile {
    /// Recipient of all its records.
    pub account: &'static str,
    /// Their Region.
    pub region: &'static str,
    /// When it is delivered.
    pub stamp: DateTime<Utc>,
    /// The 16 characters that end its name.
    pub tail: String,
    /// Records, separated as asked for.
    pub text: String,
    /// How many.
    pub records: u64,
    /// How many of them the program uses.
    pub relevant: u64,
    /// First and last `eventTime`.
    pub extent: (DateTime<Utc>, DateTime<Utc>),
}

/// How a file's records stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `{"Records":[…]}`.
    LogFile,
    /// Separated by commas, for a list that goes on.
    List,
    /// One a line.
    Lines,
}

impl LogFile {
    /// File number `index` of the log of that seed.
    pub fn make(seed: u64, index: u64, records: u64, form: Form) -> Self {
        let mut rng = Rng::new(seed, index);
        let pairs = (ACCOUNTS.len() * REGIONS.len()) as u64;
        let pair = usize::try_from(index % pairs).unwrap_or(0);
        let account = ACCOUNTS.get(pair % ACCOUNTS.len()).copied().unwrap_or_default();
        let region = REGIONS.get(pair / ACCOUNTS.len()).copied().unwrap_or_default();
        let start = BEGIN + i64::try_from(index / pairs * SPAN).unwrap_or(0);
        let stamp = time(start + 60 * i64::try_from(SPAN / 60 + 1 + rng.below(4)).unwrap_or(0));
        let mut tail = String::new();
        rng.word(&mut tail, 16, LETTERS);
        let extent = (DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC);
        let mut file = Self { account, region, stamp, tail, text: String::new(), records, relevant: 0, extent };
        file.write(start, form, &mut rng);
        file
    }

    /// Its key in the trail's bucket.
    pub fn key(&self, organization: &str) -> String {
        let Self { account, region, stamp, tail, .. } = self;
        let day = stamp.format("%Y/%m/%d");
        let minute = stamp.format("%Y%m%dT%H%MZ");
        format!(
            "AWSLogs/{organization}/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{minute}_{tail}.json.gz"
        )
    }

    fn write(&mut self, start: i64, form: Form, rng: &mut Rng) {
        let callers = self.callers(start, rng);
        if form == Form::LogFile {
            self.text.push_str(r#"{"Records":["#);
        }
        let (mut caller, mut doing) = (None, ("", ""));
        for number in 0..self.records {
            if number > 0 && form != Form::Lines {
                self.text.push(',');
            }
            let at = time(start + i64::try_from(rng.below(SPAN)).unwrap_or(0));
            self.extent = (self.extent.0.min(at), self.extent.1.max(at));
            if number == 0 || rng.once_in(BURST) {
                (caller, doing) = (rng.pick(&callers), app(rng));
            }
            if let (Some(kind), Some(caller)) = (pick(rng), caller) {
                self.relevant += u64::from(relevance::is_used(&format!("{}.amazonaws.com", kind.source), kind.name));
                let (account, region) = (self.account, self.region);
                let mut id = String::new();
                uuid(&mut id, rng);
                let scene = Scene { account, region, time: &shown(at), app: doing, id: &id, items: kind.items };
                record(&mut self.text, kind, caller, &scene, rng);
            }
            if form == Form::Lines {
                self.text.push('\n');
            }
        }
        if form == Form::LogFile {
            self.text.push_str("]}");
        }
    }

    fn callers(&self, start: i64, rng: &mut Rng) -> Vec<Actor> {
        let caller = |_| {
            let (account, region) = (self.account, self.region);
            let scene = Scene { account, region, time: "", app: app(rng), id: "", items: ("", 0, 0) };
            let started = start - i64::try_from(rng.below(36_000)).unwrap_or(0);
            actor(&scene, &shown(time(started)), rng)
        };
        (0..CALLERS).filter_map(caller).collect()
    }
}

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// As `eventTime` shows it.
pub fn shown(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A kind of record, by weight.
fn pick(rng: &mut Rng) -> Option<&'static Kind> {
    fn of<'a>(kinds: impl Iterator<Item = &'a Kind> + Clone, rng: &mut Rng) -> Option<&'a Kind> {
        let mut drawn = rng.below(kinds.clone().map(|kind| kind.weight).sum());
        kinds.into_iter().find(|kind| {
            let found = drawn < kind.weight;
            drawn = drawn.saturating_sub(kind.weight);
            found
        })
    }
    if rng.once_in(RELEVANT_ONCE_IN) { of(RELEVANT.iter(), rng) } else { of(READS.iter().chain(&CHANGES), rng) }
}

/// Appends one record, its members in the order in which `CloudTrail` writes them.
fn record(out: &mut String, kind: &Kind, caller: &Actor, scene: &Scene<'_>, rng: &mut Rng) {
    let notice = !kind.details.is_empty();
    let source = kind.source;
    let refused = !notice && !kind.data && kind.service.is_empty() && rng.once_in(33);
    let version = rng.pick(&["1.11", "1.11", "1.10", "1.09", "1.08"]).copied().unwrap_or_default();
    let _ = write!(out, r#"{{"eventVersion":"{version}","userIdentity":"#);
    let by_service = format!("{source}.amazonaws.com");
    let address = if notice {
        let _ = write!(out, r#"{{"accountId":"{}","invokedBy":"{by_service}"}}"#, scene.account);
        &by_service
    } else if kind.service.is_empty() {
        out.push_str(&caller.identity);
        &caller.address
    } else {
        let _ = write!(out, r#"{{"type":"AWSService","invokedBy":"{}"}}"#, kind.service);
        kind.service
    };
    let agent = if notice || !kind.service.is_empty() { address } else { &caller.agent };
    let _ = write!(
        out,
        r#","eventTime":"{}","eventSource":"{source}.amazonaws.com","eventName":"{}","awsRegion":"{}","sourceIPAddress":"{address}","userAgent":"{agent}","#,
        scene.time, kind.name, scene.region
    );
    if refused {
        let reason = r#""errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::<account>:assumed-role/<app>-<stage>-node/i-0<h16> is not authorized to perform: "#;
        fill(out, reason, scene, rng);
        let why = "because no identity-based policy allows the action";
        let _ = write!(out, r#"{source}:{} on resource: * {why}","#, kind.name);
    }
    fill(out, r#""requestParameters":"#, scene, rng);
    fill(out, kind.request, scene, rng);
    out.push_str(r#","responseElements":"#);
    fill(out, if refused { "null" } else { kind.response }, scene, rng);
    let mut member = |name: &str, template: &str| {
        if !template.is_empty() {
            let _ = write!(out, r#","{name}":"#);
            fill(out, template, scene, rng);
        }
    };
    member("additionalEventData", kind.additional);
    member("requestID", if notice { "" } else { r#""<uuid>""# });
    member("eventID", r#""<uuid>""#);
    member("readOnly", if kind.read { "true" } else { "false" });
    member("resources", kind.resources);
    member("eventType", if notice { r#""AwsServiceEvent""# } else { r#""AwsApiCall""# });
    member("managementEvent", if kind.data { "false" } else { "true" });
    member("recipientAccountId", r#""<account>""#);
    member("sharedEventID", if kind.service.is_empty() { "" } else { r#""<uuid>""# });
    let object = kind.data && kind.source == "s3";
    member("vpcEndpointId", if object { r#""vpce-0<h16~4>""# } else { "" });
    member("vpcEndpointAccountId", if object { r#""<account>""# } else { "" });
    member("serviceEventDetails", kind.details);
    member("eventCategory", if kind.data { r#""Data""# } else { r#""Management""# });
    if !notice && kind.service.is_empty() && !address.contains(".amazonaws.com") {
        let tls = r#"{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":""#;
        let _ = write!(out, r#","tlsDetails":{tls}{source}.{}.amazonaws.com","keyExchange":"X25519"}}"#, scene.region);
    }
    out.push('}');
}
