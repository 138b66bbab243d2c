//! A control judged for some of its subjects only: the scope that a framework of AWS Backup Audit Manager gives it.

use super::subject::{Key, Subject};
use super::view::Context;

/// Which subjects are judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only these: ARNs, names, or what an ARN ends in. Empty: all.
    pub ids: Vec<String>,
    /// Only resources of these types, as AWS Backup names them. Empty: all.
    pub types: Vec<String>,
}

impl Narrow {
    /// Whether a subject is judged. A resource whose type is unknown is.
    pub fn holds(&self, subject: &Subject, context: &Context<'_>) -> bool {
        let named = |id: &String| {
            let end = subject.id.strip_suffix(id.as_str());
            subject.name.as_ref() == Some(id) || end.is_some_and(|rest| rest.is_empty() || rest.ends_with([':', '/']))
        };
        let kind = match &subject.key {
            Key::Resource(arn) => context.world.resources.get(arn).and_then(|known| known.kind.as_deref()),
            _ => None,
        };
        let of_type = |kind: &str| self.types.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind));
        (self.ids.is_empty() || self.ids.iter().any(named)) && (self.types.is_empty() || kind.is_none_or(of_type))
    }
}
