//! Reading members of a JSON value as AWS writes them: any casing of keys, numbers as text, redacted text as unknown.

use crate::instant::{self, Instant};
use serde_json::Value;

/// What CloudTrail prints instead of text that it hides; unknown, never a value.
pub const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// A borrowed JSON value. Every look-up answers `None` for absent, `null`, redacted and of another type:
/// unknown is not a default.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(pub &'a Value);

/// The value that stands for "nothing here".
pub static NOTHING: Value = Value::Null;

impl<'a> Node<'a> {
    /// Whether there is nothing, or nothing that may be read.
    pub fn is_unknown(self) -> bool {
        self.0.is_null() || self.0.as_str() == Some(HIDDEN)
    }

    /// A member, by its name in any casing (CloudTrail lowers the first letter of the API's names, the CLI does not).
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        let members = self.0.as_object()?;
        let found =
            members.get(key).or_else(|| members.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v))?;
        Some(Node(found)).filter(|node| !node.is_unknown())
    }

    /// Whether the member is written down as `null`: explicitly none.
    pub fn is_null(self, key: &str) -> bool {
        self.0.as_object().is_some_and(|m| m.iter().any(|(k, v)| k.eq_ignore_ascii_case(key) && v.is_null()))
    }

    /// Whether the member is written down at all, even as `null` or redacted.
    pub fn names(self, key: &str) -> bool {
        self.0.as_object().is_some_and(|m| m.keys().any(|k| k.eq_ignore_ascii_case(key)))
    }

    /// Follows member names.
    pub fn path(self, keys: &[&str]) -> Option<Node<'a>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Non-empty text.
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_text()
    }

    /// This value as non-empty text.
    pub fn as_text(self) -> Option<&'a str> {
        self.0.as_str().filter(|text| !text.is_empty() && *text != HIDDEN)
    }

    /// A whole number, written as number or digits.
    pub fn int(self, key: &str) -> Option<i64> {
        match self.get(key)?.0 {
            Value::Number(n) => n.as_i64(),
            Value::String(s) => s.trim().parse().ok(),
            _ => None,
        }
    }

    /// A whole number of days. AWS Backup knows no retention over 36,500; what no calendar can add to an instant is unknown.
    pub fn days(self, key: &str) -> Option<i64> {
        self.int(key).filter(|days| days.unsigned_abs() <= 1_000_000)
    }

    /// A boolean, also as `"true"` and `"false"`.
    pub fn flag(self, key: &str) -> Option<bool> {
        match self.get(key)?.0 {
            Value::Bool(b) => Some(*b),
            Value::String(s) if s.eq_ignore_ascii_case("true") => Some(true),
            Value::String(s) if s.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A time in any dialect.
    pub fn time(self, key: &str) -> Option<Instant> {
        instant::from_json(self.get(key)?.0)
    }

    /// The items of a list; `None` where there is no list.
    pub fn list(self, key: &str) -> Option<Vec<Node<'a>>> {
        Some(self.get(key)?.0.as_array()?.iter().map(Node).collect())
    }

    /// The texts of a list; `None` where there is no list or an item is no text.
    pub fn texts(self, key: &str) -> Option<Vec<&'a str>> {
        self.list(key)?.into_iter().map(|item| item.0.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn casing_of_keys_does_not_matter_and_hidden_text_is_unknown() {
        let value = json!({"backupVaultName": "a", "Locked": "true", "n": "7", "tags": HIDDEN, "Policy": null});
        let node = Node(&value);
        assert_eq!(node.text("BackupVaultName"), Some("a"));
        assert_eq!(node.flag("locked"), Some(true));
        assert_eq!((node.int("N"), node.days("n")), (Some(7), Some(7)));
        assert!(node.get("tags").is_none() && node.list("tags").is_none());
        assert_eq!(Node(&json!({"d": 99_999_999_999_i64})).days("d"), None);
        assert!(node.is_null("policy") && !node.is_null("absent"));
        assert!(node.names("Tags") && !node.names("absent"));
    }
}
