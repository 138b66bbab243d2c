//! What a decompressed evidence file holds, told with `serde_json` alone. Nothing here is shared with `ingest`.
//!
//! Values are cut out by `RawValue`, so that nesting has no limit here; only what is asked for is made into a value.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use vaultrail::arn::{AccountId, Arn};
use vaultrail::instant::{self, Instant};
use vaultrail::record::relevance;

/// Stands for a value whose grammar is broken after the oracle has looked: what holds it is no JSON.
pub const DAMAGE: &str = "@damage@";

/// Events at most so many seconds apart are one run (ARCHITECTURE.md, "Coverage has edges").
const CLOSE: i64 = 15 * 60;

const RECORD_KEYS: [&str; 10] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "userIdentity",
    "awsRegion",
    "eventID",
    "eventType",
    "requestParameters",
    "recipientAccountId",
];

/// What a digest must have besides the members that it is told by.
const DIGEST_KEYS: [&str; 5] =
    ["digestEndTime", "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint", "previousDigestSignature"];

/// Account and Region.
pub type Pair = (String, String);

/// Number of events and runs per account and Region.
pub type Coverage = BTreeMap<Pair, (u64, Vec<(Instant, Instant)>)>;

/// One record that is used: position, source, name, time.
pub type Used = (u64, String, String, Instant);

/// What becomes of a position.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The program uses it.
    Used(String, String, Instant, Option<Pair>),
    /// Counted for coverage.
    Counted(Instant, Option<Pair>),
    /// Counted, and no sign of life.
    Recognised,
    /// No record, or one that says nothing.
    Defective,
    /// Defective where it is parsed as a whole; otherwise what it seems to be counts just as well.
    Either(Box<Fate>),
    /// Defective if the file turns out to be evidence.
    Unknown,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Told {
    fates: Vec<Fate>,
    evidence: bool,
    /// Whether `Records` is no list, or a digest lacks members.
    pub broken: bool,
    unsure: bool,
}

/// What reading a file must come to.
#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    /// Positions.
    pub read: u64,
    /// Used records.
    pub used: Vec<Used>,
    /// Counted for coverage only.
    pub counted: u64,
    /// Defective positions.
    pub defective: BTreeSet<u64>,
    /// Signs of life.
    pub coverage: Coverage,
    /// First and last.
    pub extent: Option<(Instant, Instant)>,
}

/// Tells what a text holds; `None` where it is no sequence of JSON values, or where only an eye can tell.
pub fn tell(text: &[u8]) -> Option<Told> {
    let text = std::str::from_utf8(text).ok()?;
    let mut told = Told::default();
    if !text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with(['{', '[']) {
        return Some(told);
    }
    let documents = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let documents: Vec<&RawValue> = documents.collect::<Result<_, _>>().ok()?;
    for document in &documents {
        match first_byte(document.get()) {
            b'[' => items(document.get())?.into_iter().try_for_each(|item| told.item(item))?,
            b'{' => told.object(document.get(), documents.len() == 1)?,
            _ => told.fates.push(Fate::Unknown),
        }
    }
    Some(told).filter(|told| !told.unsure)
}

impl Told {
    /// What must come out, where reading calls these positions defective (it has a choice where the fate is `Either`).
    pub fn expect(&self, defective: &BTreeSet<u64>, strict: bool) -> Expected {
        let mut out = Expected::default();
        let mut seen: BTreeMap<Pair, Vec<Instant>> = BTreeMap::new();
        for (position, fate) in (0..).zip(self.fates.iter().filter(|_| self.evidence)) {
            out.read += 1;
            let fate = match fate {
                Fate::Either(_) if strict || defective.contains(&position) => &Fate::Defective,
                Fate::Either(seems) => seems,
                other => other,
            };
            let (at, pair) = match fate {
                Fate::Used(source, name, at, pair) => {
                    out.used.push((position, source.clone(), name.clone(), *at));
                    (*at, pair)
                }
                Fate::Counted(at, pair) => {
                    out.counted += 1;
                    (*at, pair)
                }
                Fate::Recognised => {
                    out.counted += 1;
                    continue;
                }
                _ => {
                    out.defective.insert(position);
                    continue;
                }
            };
            // Coverage knows no leap seconds.
            let at = instant::seconds(at.timestamp()).unwrap_or(at);
            out.extent = Some(out.extent.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
            if let Some(pair) = pair {
                seen.entry(pair.clone()).or_default().push(at);
            }
        }
        out.coverage = seen.into_iter().map(|(pair, times)| (pair, (times.len() as u64, runs(times)))).collect();
        out
    }

    /// How many positions there are.
    pub fn len(&self) -> usize {
        self.fates.len()
    }

    fn object(&mut self, text: &str, alone: bool) -> Option<()> {
        let members = Members::of(text)?;
        if members.is_beyond_doubt() {
            return self.item(text);
        }
        if self.lists(&members)? {
            return Some(());
        }
        if members.is_some_shape() {
            return self.item(text);
        }
        if !alone {
            self.fates.push(Fate::Unknown);
        }
        Some(())
    }

    /// All lists of an object, in their order; a second one of the same name is not read, which breaks the file.
    fn lists(&mut self, members: &Members<'_>) -> Option<bool> {
        let mut seen = BTreeSet::new();
        for (name, list) in &members.0 {
            let is_one =
                name == "Records" || (["Events", "logEvents"].contains(&name.as_str()) && first_byte(list) == b'[');
            if !is_one {
                continue;
            }
            if !seen.insert(name) {
                (self.evidence, self.broken) = (true, true);
            } else if name == "logEvents" {
                self.log_events(members)?;
            } else {
                self.container(list, name == "Records")?;
            }
        }
        Some(!seen.is_empty())
    }

    fn container(&mut self, list: &str, claims: bool) -> Option<()> {
        if first_byte(list) != b'[' {
            (self.evidence, self.broken) = (true, true);
            return Some(());
        }
        let items = items(list)?;
        let unknown = |told: &Self| told.fates.iter().filter(|fate| **fate == Fate::Unknown).count();
        let before = unknown(self);
        for item in &items {
            self.item(item)?;
        }
        let all_unknown = unknown(self) - before >= items.len();
        let claims = claims && items.iter().any(|item| first_byte(item) != b'{');
        let holds = items.is_empty() || !all_unknown || claims;
        let deep = !holds && depth(list) > 128;
        self.evidence |= holds || deep;
        self.broken |= deep;
        Some(())
    }

    fn item(&mut self, text: &str) -> Option<()> {
        if first_byte(text) != b'{' {
            self.fates.push(Fate::Unknown);
            return Some(());
        }
        let members = Members::of(text)?;
        if members.is_beyond_doubt() {
            // With keys twice of which one says so, it could be either.
            self.unsure |= members.has_twins() && (members.is_wrapped() || members.has("Records"));
            self.place(record(text, None, None));
        } else if members.has("CloudTrailEvent") {
            self.in_text(members.first("CloudTrailEvent"), true);
        } else if members.has("_raw") {
            self.in_text(members.first("_raw"), false);
        } else if members.has("_source") && (members.has("record") || members.has("event")) {
            match members.first("event") {
                Some(event) => self.place(envelope(event)),
                None => self.place(record(members.first("record").unwrap_or_default(), None, None)),
            }
        } else if members.has("detail") && members.has("detail-type") {
            self.unsure |= members.first("detail-type").is_none() || members.first("detail").is_none();
            self.place(envelope(text));
        } else if members.has("logEvents") {
            if !self.lists(&members)? {
                self.log_events(&members)?;
            }
        } else if members.has("digestStartTime") && members.has("logFiles") {
            self.evidence = true;
            self.broken |= !DIGEST_KEYS.iter().all(|key| members.has(key));
        } else if members.is_record() {
            self.place(record(text, None, None));
        } else if !self.lists(&members)? {
            self.fates.push(Fate::Unknown);
        }
        Some(())
    }

    fn place(&mut self, fate: Fate) {
        self.evidence |= fate != Fate::Unknown;
        self.fates.push(fate);
    }

    /// A record in a text; `certain`: whatever it is, it claims to be one.
    fn in_text(&mut self, quoted: Option<&str>, certain: bool) {
        let Some(text) = quoted.and_then(|quoted| serde_json::from_str::<String>(quoted).ok()) else {
            return self.place(Fate::Defective);
        };
        let inner = text.trim_start();
        if certain {
            return self.place(record(inner, None, None));
        }
        let claims = || RECORD_KEYS.iter().filter(|key| inner.contains(&format!("\"{key}\""))).count() >= 3;
        match Members::of(inner) {
            Some(members) if members.is_record() => self.place(record(inner, None, None)),
            // Half a record may still show that it is one.
            None if inner.starts_with('{') || claims() => self.unsure = true,
            _ => self.fates.push(Fate::Unknown),
        }
    }

    fn log_events(&mut self, payload: &Members<'_>) -> Option<()> {
        if payload.first("messageType") == Some("\"CONTROL_MESSAGE\"") {
            self.evidence = true;
            return Some(());
        }
        let lists = payload.0.iter().filter(|(key, list)| key == "logEvents" && first_byte(list) == b'[');
        let Some((_, list)) = lists.into_iter().next() else {
            self.place(Fate::Defective);
            return Some(());
        };
        for item in items(list)? {
            // Whatever stands beside it, a message is what it is.
            let members = Members::as_written(item);
            self.in_text(members.as_ref().and_then(|members| members.first("message")), false);
        }
        Some(())
    }
}

fn first_byte(text: &str) -> u8 {
    text.bytes().next().unwrap_or_default()
}

/// How deep a JSON text is nested.
fn depth(text: &str) -> usize {
    let (mut deepest, mut open, mut bytes) = (0, 0_usize, text.bytes());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => while bytes.next().is_some_and(|b| b != b'"' && (b != b'\\' || bytes.next().is_some())) {},
            b'{' | b'[' => open += 1,
            b'}' | b']' => open -= 1,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

fn items(list: &str) -> Option<Vec<&str>> {
    let items: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    Some(items.into_iter().map(RawValue::get).collect())
}

fn runs(mut times: Vec<Instant>) -> Vec<(Instant, Instant)> {
    times.sort_unstable();
    let mut runs: Vec<(Instant, Instant)> = Vec::new();
    for at in times {
        match runs.last_mut() {
            Some((_, last)) if at.timestamp() - last.timestamp() <= CLOSE => *last = at,
            _ => runs.push((at, at)),
        }
    }
    runs
}

/// An object's members as they stand there, keys decoded; [`DAMAGE`] is a key that cannot be.
struct Members<'a>(Vec<(String, &'a str)>);

struct Gather;

impl<'a> Visitor<'a> for Gather {
    type Value = Vec<(String, &'a str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            found.push((serde_json::from_str(key.get()).unwrap_or_else(|_| DAMAGE.to_owned()), value.get()));
        }
        Ok(found)
    }
}

impl<'a> Deserialize<'a> for Members<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Gather).map(Self)
    }
}

impl<'a> Members<'a> {
    /// `None` where it is no JSON, or has a key that is no text.
    fn of(text: &'a str) -> Option<Self> {
        Self::as_written(text).filter(|members| !members.has(DAMAGE))
    }

    fn as_written(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn first(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    fn last(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Whether there is such a key, in any casing.
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// A member by its exact name, else in another casing; of keys that stand twice the last counts.
    fn get(&self, name: &str) -> Option<&'a str> {
        let spelled = || self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(key, _)| key.as_str());
        self.last(name).or_else(|| self.last(spelled()?))
    }

    /// Non-empty text; an error where there is something else, or text that cannot be decoded.
    fn text(&self, name: &str) -> Result<Option<String>, ()> {
        let Some(raw) = self.get(name).filter(|raw| *raw != "null") else { return Ok(None) };
        let text: String = serde_json::from_str(raw).map_err(|_| ())?;
        if text == DAMAGE {
            return Err(());
        }
        Ok(Some(text).filter(|text| !text.is_empty() && text != "HIDDEN_DUE_TO_SECURITY_REASONS"))
    }

    fn is_record(&self) -> bool {
        let known = RECORD_KEYS.iter().filter(|key| self.has(key)).count();
        known >= 3 && !self.last("eventSource").is_some_and(|source| source.starts_with("\"aws:"))
    }

    fn is_some_shape(&self) -> bool {
        self.is_wrapped() || self.is_record()
    }

    fn is_wrapped(&self) -> bool {
        self.has("CloudTrailEvent")
            || self.has("_raw")
            || (self.has("_source") && (self.has("record") || self.has("event")))
            || (self.has("detail") && self.has("detail-type"))
            || self.has("logEvents")
            || (self.has("digestStartTime") && self.has("logFiles"))
    }

    /// Whether a key stands twice.
    fn has_twins(&self) -> bool {
        let keys: BTreeSet<&str> = self.0.iter().map(|(key, _)| key.as_str()).collect();
        keys.len() < self.0.len()
    }

    /// Whether it is a record, whatever other members it has.
    fn is_beyond_doubt(&self) -> bool {
        let some = |name: &str| self.last(name).is_some_and(|raw| serde_json::from_str::<String>(raw).is_ok());
        let source = self.last("eventSource").and_then(|raw| serde_json::from_str::<String>(raw).ok());
        source.is_some_and(|source| source.ends_with(".amazonaws.com"))
            && some("eventName")
            && some("eventTime")
            && some("awsRegion")
            && ["userIdentity", "recipientAccountId"]
                .iter()
                .any(|name| self.last(name).is_some_and(|raw| raw != "null"))
    }
}

/// Whether a record of this source is used under some name.
fn may_be_used(source: &str) -> bool {
    ["", "DeleteBucketPolicy", "DisableKey", "ConsoleLogin", "DeleteUser"]
        .iter()
        .any(|name| relevance::is_used(source, name))
}

/// One record; `owner` and `region` are those of the envelope around it.
fn record(text: &str, owner: Option<String>, region: Option<String>) -> Fate {
    let Some(members) = Members::of(text) else { return Fate::Defective };
    let whole = !text.contains(DAMAGE) && serde_json::from_str::<Value>(text).is_ok();
    let kind = members.get("eventType").map(serde_json::from_str::<Value>);
    match kind {
        Some(Err(_)) => return Fate::Defective,
        Some(Ok(Value::String(kind))) if kind == "AwsCloudTrailInsight" || kind == "AwsAggregatedEvent" => {
            return if whole { Fate::Recognised } else { Fate::Either(Box::new(Fate::Recognised)) };
        }
        Some(Ok(Value::String(kind))) if kind == DAMAGE => return Fate::Defective,
        _ => {}
    }
    let others = ["@timestamp", "eventID", "errorCode", "errorMessage"];
    let whole = whole && others.iter().all(|name| members.text(name).is_ok());
    let fate = judged(&members, whole, owner, region).unwrap_or(Fate::Defective);
    match members.text("eventType") {
        Ok(Some(kind)) if kind.starts_with("AwsVpceEvent") => at_endpoint(fate, &members),
        _ => fate,
    }
}

/// A network activity event: only what the endpoint refused is used, and nothing of it is a sign of life.
fn at_endpoint(fate: Fate, members: &Members<'_>) -> Fate {
    let code = |members: &Members<'_>| members.text("errorCode").ok().flatten();
    let response = || Members::of(members.get("responseElements")?);
    match fate {
        Fate::Used(source, name, time, _) if code(members).or_else(|| code(&response()?)).is_some() => {
            Fate::Used(source, name, time, None)
        }
        Fate::Used(..) | Fate::Counted(..) => Fate::Recognised,
        Fate::Either(fate) => Fate::Either(Box::new(at_endpoint(*fate, members))),
        other => other,
    }
}

fn judged(members: &Members<'_>, whole: bool, owner: Option<String>, region: Option<String>) -> Result<Fate, ()> {
    let time = match members.text("eventTime")? {
        None => members.text("@timestamp")?,
        some => some,
    };
    let time = instant::parse(&time.ok_or(())?).ok_or(())?;
    let region = members.text("awsRegion")?.or(region);
    let account = members.text("recipientAccountId")?.filter(|id| AccountId::parse(id).is_some());
    let account = account.or(owner).or_else(|| identity(members.get("userIdentity")?));
    let pair = account.zip(region);
    let source = members.text("eventSource")?.ok_or(())?;
    let name = match members.text("eventName") {
        // A name that cannot be read is nobody's business where no name of this source is used.
        Err(()) if members.get("eventName").is_some_and(|raw| raw.starts_with('"')) && !may_be_used(&source) => {
            return Ok(Fate::Either(Box::new(Fate::Counted(time, pair))));
        }
        name => name?.ok_or(())?,
    };
    Ok(match (relevance::is_used(&source, &name), whole) {
        (true, true) => Fate::Used(source, name, time, pair),
        (true, false) => Fate::Defective,
        (false, true) => Fate::Counted(time, pair),
        (false, false) => Fate::Either(Box::new(Fate::Counted(time, pair))),
    })
}

/// The account of an identity: its own, or that of its ARN. An identity may arrive as JSON in a text.
fn identity(raw: &str) -> Option<String> {
    let unwrapped: Option<String> = serde_json::from_str(raw).ok();
    let members = Members::of(unwrapped.as_deref().unwrap_or(raw).trim())?;
    let own = members.text("accountId").ok().flatten().filter(|id| AccountId::parse(id).is_some());
    own.or_else(|| Some(Arn::parse(&members.text("arn").ok()??)?.account_id()?.to_string()))
}

/// An EventBridge envelope.
fn envelope(text: &str) -> Fate {
    let Ok(envelope) = serde_json::from_str::<Value>(text) else { return Fate::Defective };
    if text.contains(DAMAGE) {
        return Fate::Defective;
    }
    let member = |key: &str| envelope.get(key).and_then(Value::as_str).map(str::to_owned);
    if member("detail-type").is_some_and(|kind| kind.ends_with("via CloudTrail")) {
        let Some(detail) = envelope.get("detail") else { return Fate::Defective };
        let account = member("account").filter(|id| AccountId::parse(id).is_some());
        return record(&detail.to_string(), account, member("region"));
    }
    let Some(source) = member("source").filter(|source| relevance::is_used(source, "")) else {
        return Fate::Recognised;
    };
    match (envelope.get("time").and_then(instant::from_json), member("detail-type").filter(|kind| !kind.is_empty())) {
        (Some(time), Some(kind)) => Fate::Used(source, kind, time, None),
        _ => Fate::Defective,
    }
}
