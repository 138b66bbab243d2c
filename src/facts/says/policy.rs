//! A policy document as it is said: its text, or why it cannot be read.

use crate::record::node::Node;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PolicyText {
    /// JSON without spaces and with sorted keys, so that the same document is the same text from wherever it comes.
    Document(String),
    /// There is one, nobody knows what it says.
    Unreadable {
        /// Why.
        unreadable: String,
    },
}

impl PolicyText {
    /// Reads a document, written as text or as JSON (as CloudTrail has bucket policies). `None`: the record should show it
    /// and does not, because it is hidden or was too long.
    pub fn read(written: Option<Node<'_>>) -> Self {
        let parsed = match written.map(|node| node.0) {
            None | Some(Value::Null) => Err("the record does not show it".to_owned()),
            Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
                Ok(document @ Value::Object(_)) => Ok(document),
                Ok(other) => Err(format!("it is {}, not an object", crate::record::kind_of(&other))),
                Err(cause) => Err(format!("it is not JSON: {cause}")),
            },
            Some(document @ Value::Object(_)) => Ok(document.clone()),
            Some(other) => Err(format!("it is {}, not text", crate::record::kind_of(other))),
        };
        match parsed {
            Ok(mut document) => {
                document.sort_all_objects();
                Self::Document(document.to_string())
            }
            Err(unreadable) => Self::Unreadable { unreadable },
        }
    }

    /// The document as JSON; `None` where it cannot be read.
    pub fn document(&self) -> Option<Value> {
        match self {
            Self::Document(text) => serde_json::from_str(text).ok(),
            Self::Unreadable { .. } => None,
        }
    }
}
