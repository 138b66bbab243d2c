//! A control judged for some of its subjects only: the scope that a framework of AWS Backup Audit Manager gives it.

use super::subject::{Key, Subject};
use super::view::Context;
use crate::arn::ResourceArn;
use crate::instant::Instant;

/// Which subjects are judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only these: ARNs, names, or what an ARN ends in. Empty: all.
    pub ids: Vec<String>,
    /// Only resources of these types, as AWS Backup names them. Empty: all.
    pub types: Vec<String>,
    /// Only what has this tag: key and value. An empty value is any.
    pub tag: Option<(String, String)>,
}

impl Narrow {
    /// The tag as `key=value`, or the key where any value will do.
    pub fn tag(&self) -> Option<String> {
        let (key, value) = self.tag.as_ref()?;
        Some(if value.is_empty() { key.clone() } else { format!("{key}={value}") })
    }

    /// Whether a subject is judged. What may be within is: a resource of unknown type, or whose tags at `as_of` no inventory
    /// lists.
    pub fn holds(&self, subject: &Subject, context: &Context<'_>, as_of: Instant) -> bool {
        let named = |id: &String| {
            let end = subject.id.strip_suffix(id.as_str());
            subject.name.as_ref() == Some(id) || end.is_some_and(|rest| rest.is_empty() || rest.ends_with([':', '/']))
        };
        let kind = match &subject.key {
            Key::Resource(arn) => context.world.resources.get(arn).and_then(|known| known.kind.as_deref()),
            _ => None,
        };
        let of_type = |kind: &str| self.types.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind));
        (self.ids.is_empty() || self.ids.iter().any(named))
            && (self.types.is_empty() || kind.is_none_or(of_type))
            && self.tag.as_ref().is_none_or(|(key, value)| may_have(context, &subject.id, (key, value), as_of))
    }
}

fn may_have(context: &Context<'_>, arn: &str, (key, value): (&str, &str), as_of: Instant) -> bool {
    let tagged = context.world.tagged.get(&ResourceArn::new(arn));
    let tags = tagged.and_then(|tagged| tagged.tags.at(as_of)).and_then(|span| span.value.as_ref());
    tags.is_none_or(|tags| tags.get(key).is_some_and(|has| value.is_empty() || has == value))
}
