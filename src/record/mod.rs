//! A record: what one CloudTrail event says, wire-faithful and typed.

pub mod identity;
pub mod node;
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
            match body.get(key) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(s)) => Ok(Some(s.clone())),
                Some(other) => Err(format!("`{key}` must be text, this is {}", kind_of(other))),
            }
        };
        let missing = |key: &str| format!("`{key}` is missing");
        let time = text("eventTime")?.ok_or_else(|| missing("eventTime"))?;
        let time = instant::parse(&time).ok_or_else(|| format!("`eventTime` is no time: {time:?}"))?;
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
            body,
        })
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
        if self.body.get("detail-type").is_some() { self.member("detail") } else { self.member("serviceEventDetails") }
    }

    /// The ARNs in `resources`.
    pub fn resources(&self) -> Vec<&str> {
        let listed = self.body.get("resources").and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(|r| Node(r).text("ARN").or_else(|| r.as_str())).collect()
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
        Node(self.body.get(key).unwrap_or(&NOTHING))
    }
}

/// Members that some exporters write as JSON in a string become what they mean.
fn unwrap_texts(body: &mut Value) {
    for key in ["userIdentity", "requestParameters", "responseElements", "serviceEventDetails", "resources"] {
        let Some(member) = body.get_mut(key) else { continue };
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
