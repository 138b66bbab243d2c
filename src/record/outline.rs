//! What orders and names a record, read from its text without a tree: enough to keep it until somebody opens it.
//!
//! Read so is only what is written as CloudTrail writes it, and would be read alike as a whole. For everything else there is
//! no outline: members of another type, there twice, empty, hidden or in another casing, and what the parser refuses.

use super::node::HIDDEN;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The members that a record needs at first reading, as they stand in its text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline<'a> {
    own: [Text<'a>; NAMES.len()],
    /// Whether `responseElements` hold an error.
    hides_error: bool,
}

/// Absent or null, or what it says.
type Text<'a> = Option<Cow<'a, str>>;

const ID: usize = 0;
const TIME: usize = 1;
const SOURCE: usize = 2;
const NAME: usize = 3;
const REGION: usize = 4;
const ACCOUNT: usize = 5;
const KIND: usize = 6;
const ERROR_CODE: usize = 7;
const ERROR_MESSAGE: usize = 8;

/// The members that are read, at the places above.
const NAMES: [&str; 9] = [
    "eventID",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "recipientAccountId",
    "eventType",
    "errorCode",
    "errorMessage",
];

/// Where an error may hide.
const RESPONSE: &str = "responseElements";

/// The members that tell of an error, also in `responseElements`.
const ERRORS: [&str; 2] = ["errorCode", "errorMessage"];

/// How the keys begin by which `serde_json` tells its own types.
const NOT_A_KEY: &str = "$serde_json::private::";

impl<'a> Outline<'a> {
    /// Reads a record; `None`: only the whole record tells.
    pub fn read(text: &'a str) -> Option<Self> {
        let outline: Self = serde_json::from_str(text).ok()?;
        let said = |place: usize| outline.text(place).is_some_and(|text| !text.is_empty() && text != HIDDEN);
        let needed = [ID, TIME, SOURCE, NAME, REGION, ACCOUNT, KIND].into_iter().all(said);
        let unclear = outline.hides_error
            || [ERROR_CODE, ERROR_MESSAGE].into_iter().any(|place| outline.text(place).is_some() && !said(place));
        (needed && !unclear).then_some(outline)
    }

    /// `eventID`.
    pub fn id(&self) -> &str {
        self.text(ID).unwrap_or_default()
    }

    /// `eventTime`.
    pub fn time(&self) -> &str {
        self.text(TIME).unwrap_or_default()
    }

    /// `eventSource`.
    pub fn source(&self) -> &str {
        self.text(SOURCE).unwrap_or_default()
    }

    /// `eventName`.
    pub fn name(&self) -> &str {
        self.text(NAME).unwrap_or_default()
    }

    /// `awsRegion`.
    pub fn region(&self) -> &str {
        self.text(REGION).unwrap_or_default()
    }

    /// `recipientAccountId`.
    pub fn account(&self) -> &str {
        self.text(ACCOUNT).unwrap_or_default()
    }

    /// `eventType`.
    pub fn kind(&self) -> &str {
        self.text(KIND).unwrap_or_default()
    }

    /// Whether it is a call that failed.
    pub fn failed(&self) -> bool {
        self.text(ERROR_CODE).is_some()
    }

    fn text(&self, place: usize) -> Option<&str> {
        self.own.get(place)?.as_deref()
    }
}

/// What a member of a record is to its outline.
enum Member {
    Own(usize),
    Response,
    Other,
}

impl Member {
    /// By its key. An error where the key is nearly one that is looked at.
    fn of<E: Error>(key: &str) -> Result<Self, E> {
        if let Some(place) = NAMES.iter().position(|name| *name == key) {
            return Ok(Self::Own(place));
        }
        if key == RESPONSE {
            return Ok(Self::Response);
        }
        let is_near = |name: &&str| name.eq_ignore_ascii_case(key);
        if NAMES.iter().chain(&[RESPONSE, "@timestamp"]).any(is_near) || key.starts_with(NOT_A_KEY) {
            return Err(E::custom("a key that the record as a whole must tell"));
        }
        Ok(Self::Other)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Outline<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Record)
    }
}

struct Record;

impl<'de> Visitor<'de> for Record {
    type Value = Outline<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut outline = Outline::default();
        let mut seen = 0_u32;
        while let Some(Quoted(key)) = map.next_key()? {
            match Member::of::<A::Error>(&key)? {
                Member::Own(place) => {
                    let first = seen & 1 << place == 0;
                    seen |= 1 << place;
                    let own = outline.own.get_mut(place).filter(|_| first);
                    let own = own.ok_or_else(|| A::Error::custom("a member that is there twice"))?;
                    *own = map.next_value::<Option<Quoted<'de>>>()?.map(|Quoted(text)| text);
                }
                Member::Response => outline.hides_error |= map.next_value::<Checked>()? != Checked::Plain,
                Member::Other => {
                    map.next_value::<Checked>()?;
                }
            }
        }
        Ok(outline)
    }
}

/// A text.
struct Quoted<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Quoted<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Quoted<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Quoted(text.into()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Quoted(text.to_owned().into()))
            }
        }
        deserializer.deserialize_str(Visit)
    }
}

/// Any value that the parser takes. It is parsed as it would be for a tree: a value that is only skipped may have numbers,
/// text and nesting that no tree can hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checked {
    /// Text, which may stand for an object, or an object with a member that tells of an error.
    Special,
    Plain,
}

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Checked;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E: Error>(self) -> Result<Checked, E> {
                Ok(Checked::Plain)
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Checked, E> {
                Ok(Checked::Plain)
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Checked, E> {
                Ok(Checked::Plain)
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Checked, E> {
                Ok(Checked::Plain)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Checked, E> {
                Ok(Checked::Plain)
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<Checked, E> {
                Ok(Checked::Special)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
                while items.next_element::<Checked>()?.is_some() {}
                Ok(Checked::Plain)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Checked, A::Error> {
                let mut checked = Checked::Plain;
                while let Some(Quoted(key)) = map.next_key()? {
                    if ERRORS.iter().any(|name| name.eq_ignore_ascii_case(&key)) {
                        checked = Checked::Special;
                    }
                    if key.starts_with(NOT_A_KEY) {
                        return Err(A::Error::custom("a key that means something to the parser"));
                    }
                    map.next_value::<Checked>()?;
                }
                Ok(checked)
            }
        }
        deserializer.deserialize_any(Visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::AccountId;
    use crate::record::Record as Whole;
    use crate::record::packed::Packed;
    use serde_json::Value;

    const RECORD: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"Root","accountId":"111122223333"},
        "eventTime":"2026-10-30T01:00:00Z","eventSource":"backup.amazonaws.com","eventName":"CreateBackupVault",
        "awsRegion":"eu-west-1","requestParameters":{"n":[1,-2,3.5e7,true,null,"\ud83d\ude00"]},"responseElements":null,
        "eventID":"e-\u0031","eventType":"AwsApiCall","recipientAccountId":"111122223333"}"#;

    /// The record kept in outline and kept as a whole.
    fn both(text: &str) -> Option<[String; 2]> {
        let outline = Outline::read(text)?;
        let whole = Whole::decode(serde_json::from_str(text).ok()?, None).ok()?;
        let account = AccountId::parse(outline.account())?;
        let outlined = Packed::outlined(&outline, crate::record::time(Some(outline.time())).ok()?, account, text);
        Some([outlined, Packed::of(whole, text.as_bytes())].map(|packed| format!("{packed:?}")))
    }

    #[test]
    fn a_record_kept_in_outline_is_the_one_kept_as_a_whole() {
        let failed = RECORD.replace("\"eventID\"", "\"errorCode\":\"AccessDenied\",\"eventID\"");
        let answered = RECORD.replace("\"responseElements\":null", "\"responseElements\":{\"a\":{\"errorCode\":1}}");
        for text in [RECORD, &failed, &answered] {
            let both = both(text);
            assert!(both.as_ref().is_some_and(|[outlined, whole]| outlined == whole), "{text} {both:?}");
        }
    }

    #[test]
    fn what_only_the_whole_record_tells_has_no_outline() {
        let id = "\"eventID\":\"e-\\u0031\"";
        let response = "\"responseElements\":null";
        let changes = [
            (id, "\"eventID\":null"),
            (id, "\"eventID\":\"\""),
            (id, "\"eventID\":7"),
            (id, "\"eventid\":\"e\""),
            (id, "\"eventID\":\"HIDDEN_DUE_TO_SECURITY_REASONS\""),
            (id, "\"eventID\":\"e\",\"eventID\":\"f\""),
            (id, "\"eventID\":\"e\",\"errorCode\":\"\""),
            (id, "\"eventID\":\"e\",\"errorMessage\":{}"),
            (id, "\"eventID\":\"e\",\"@timestamp\":1"),
            (response, "\"responseElements\":{\"ErrorCode\":\"x\"}"),
            (response, "\"responseElements\":\"{}\""),
            (response, "\"responseElements\":1e999"),
            (response, "\"responseElements\":[\"\\ud800\"]"),
            (response, "\"responseElements\":{\"$serde_json::private::RawValue\":\"{}\"}"),
            (response, "\"responseElements\":null,\"responseelements\":null"),
            ("{\"eventVersion\"", "{\"$serde_json::private::RawValue\""),
        ];
        for (from, to) in changes {
            let text = RECORD.replacen(from, to, 1);
            assert_ne!(text, RECORD);
            assert_eq!(Outline::read(&text), None, "{text}");
        }
        for levels in 120..130 {
            let nested = format!("\"responseElements\":{}{}", "[".repeat(levels), "]".repeat(levels));
            let text = RECORD.replacen(response, &nested, 1);
            assert_eq!(serde_json::from_str::<Value>(&text).is_ok(), Outline::read(&text).is_some(), "{levels}");
        }
    }
}
