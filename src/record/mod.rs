//! A record: what one CloudTrail event says, wire-faithful and typed.

pub mod identity;
pub mod node;
pub mod outline;
pub mod packed;
pub mod refusal;
pub mod relevance;

use crate::arn::{AccountId, Region};
use crate::instant::{self, Instant};
use identity::Actor;
use node::{NOTHING, Node};
use refusal::Refusal;
use serde_json::Value;

/// One CloudTrail record that the program uses, or one AWS Backup or RAM state change from EventBridge.
#[derive(Debug, Clone)]
pub struct Record {
    /// `eventID`; empty where the record has none.
    pub id: String,
    /// `eventTime`: when the request was completed.
    pub time: Instant,
    /// `eventSource`, or EventBridge's `source` for a state change (`aws.backup`).
    pub source: String,
    /// `eventName`, or EventBridge's `detail-type` for a state change.
    pub name: String,
    /// `awsRegion`.
    pub region: Option<Region>,
    /// `recipientAccountId`: whose log this is.
    pub account: Option<AccountId>,
    /// Who did it.
    pub actor: Actor,
    /// `errorCode`, as written; also where it hides in `responseElements`.
    pub error_code: Option<String>,
    /// `errorMessage`.
    pub error_message: Option<String>,
    is_state_change: bool,
    body: Value,
}

impl Record {
    /// Types a whole record. `owner` is the account of the container around it, for records that name none.
    ///
    /// Errors say which member is missing or of the wrong type.
    pub fn decode(mut body: Value, owner: Option<AccountId>) -> Result<Self, String> {
        if !body.is_object() {
            return Err(format!("a record must be an object, this is {}", kind_of(&body)));
        }
        unwrap_texts(&mut body);
        let node = Node(&body);
        let text = |key: &str| -> Result<Option<String>, String> {
            match node.get(key) {
                None => Ok(None),
                Some(Node(Value::String(text))) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
                Some(Node(other)) => Err(format!("`{key}` must be text, this is {}", kind_of(other))),
            }
        };
        let missing = |key: &str| format!("`{key}` is missing");
        let time = time(text("eventTime")?.or(text("@timestamp")?).as_deref())?;
        let actor = Actor::resolve(node);
        let account = text("recipientAccountId")?.as_deref().and_then(AccountId::parse);
        let response = node.get("responseElements");
        Ok(Self {
            id: text("eventID")?.unwrap_or_default(),
            time,
            source: text("eventSource")?.ok_or_else(|| missing("eventSource"))?,
            name: text("eventName")?.ok_or_else(|| missing("eventName"))?,
            region: text("awsRegion")?.map(Region::new),
            account: account.or(owner).or_else(|| actor.account.clone()),
            error_code: text("errorCode")?.or_else(|| response?.text("errorCode").map(str::to_owned)),
            error_message: text("errorMessage")?.or_else(|| response?.text("errorMessage").map(str::to_owned)),
            actor,
            is_state_change: false,
            body,
        })
    }

    /// A record of which only this is known: it has no body, so its members are those of a record without any.
    pub fn outline(id: String, time: Instant, source: String, name: String, actor: Actor) -> Self {
        let (region, account, error_code, error_message) = (None, None, None, None);
        let is_state_change = source.starts_with("aws.");
        Self {
            id,
            time,
            source,
            name,
            region,
            account,
            actor,
            error_code,
            error_message,
            is_state_change,
            body: Value::Null,
        }
    }

    /// Types an EventBridge state change of AWS Backup or RAM: a fact of its own, not a CloudTrail record.
    pub fn decode_state_change(envelope: Value) -> Result<Self, String> {
        let node = Node(&envelope);
        let text = |key: &str| node.text(key).map(str::to_owned).ok_or_else(|| format!("`{key}` is missing"));
        let time = node.time("time").ok_or("`time` is missing or no time")?;
        Ok(Self {
            id: text("id").unwrap_or_default(),
            time,
            source: text("source")?,
            name: text("detail-type")?,
            region: node.text("region").map(Region::new),
            account: node.text("account").and_then(AccountId::parse),
            actor: Actor::resolve(Node(&NOTHING)),
            error_code: None,
            error_message: None,
            is_state_change: true,
            body: envelope,
        })
    }

    /// Why the call failed; `None` for a call that succeeded.
    pub fn refusal(&self) -> Option<Refusal> {
        self.error_code.as_deref().map(refusal::classify)
    }

    /// Whether the call changed anything: failed calls never do.
    pub fn succeeded(&self) -> bool {
        self.error_code.is_none()
    }

    /// `requestParameters`.
    pub fn request(&self) -> Node<'_> {
        self.member("requestParameters")
    }

    /// `responseElements`.
    pub fn response(&self) -> Node<'_> {
        self.member("responseElements")
    }

    /// `serviceEventDetails`, or EventBridge's `detail` for a state change.
    pub fn details(&self) -> Node<'_> {
        if self.is_state_change { self.member("detail") } else { self.member("serviceEventDetails") }
    }

    /// The ARNs in `resources`.
    pub fn resources(&self) -> Vec<&str> {
        let listed = Node(&self.body).list("resources").unwrap_or_default();
        listed.into_iter().filter_map(|resource| resource.text("ARN").or_else(|| resource.as_text())).collect()
    }

    /// A top-level flag such as `readOnly`.
    pub fn flag(&self, key: &str) -> Option<bool> {
        Node(&self.body).flag(key)
    }

    /// The record as it was written.
    pub fn body(&self) -> &Value {
        &self.body
    }

    fn member(&self, key: &str) -> Node<'_> {
        Node(&self.body).get(key).unwrap_or(Node(&NOTHING))
    }
}

/// Reads `eventTime`; Logstash's CloudTrail codec renames it to `@timestamp`.
pub fn time(text: Option<&str>) -> Result<Instant, String> {
    let text = text.ok_or("`eventTime` is missing")?;
    instant::parse(text).ok_or_else(|| format!("`eventTime` is no time: {}", brief(text)))
}

/// A text from the evidence for a message: quoted, at most 80 characters of it.
pub fn brief(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// Members that some exporters write as JSON in a text become what they mean.
fn unwrap_texts(body: &mut Value) {
    const STRUCTURED: [&str; 5] =
        ["userIdentity", "requestParameters", "responseElements", "serviceEventDetails", "resources"];
    for (key, member) in body.as_object_mut().into_iter().flatten() {
        if !STRUCTURED.iter().any(|name| name.eq_ignore_ascii_case(key)) {
            continue;
        }
        let Some(text) = member.as_str().map(str::trim_start) else { continue };
        if (text.starts_with(['{', '[']) || text == "null")
            && let Ok(meant) = serde_json::from_str(text)
        {
            *member = meant;
        }
    }
}

/// `text`, `a number`, …: what a JSON value is, for messages.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
