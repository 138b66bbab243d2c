//! A policy as it is written: JSON, with every rule of the language that decides what it means.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use super::condition::Condition;
use super::principal::{Named, Principals};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeSet;
use std::fmt;

/// Longer texts are not read, in bytes: AWS's largest (keys, 32 KB) with room for white space.
const LONGEST: usize = 64 * 1024;

/// A resource policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its language.
    pub version: Version,
    /// In the order written, which does not matter.
    pub statements: Vec<Statement>,
    /// Members that the language does not have. With one of them no statement is sure to mean what it says.
    pub unknown: Vec<String>,
}

/// The language of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, also where none is written: `${…}` is text like any other.
    V2008,
    /// `2012-10-17`: policy variables.
    V2012,
    /// One that AWS did not have.
    Unknown(String),
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its place, from 0.
    pub index: usize,
    /// Its name, where it has one.
    pub sid: Option<String>,
    /// What it says.
    pub rule: Rule,
}

/// What a statement says; lists are sorted, as their order means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Allows or denies.
    pub effect: Effect,
    /// To whom.
    pub principals: Principals,
    /// What; case does not matter.
    pub actions: Listed,
    /// On what; `None`: not written, then it is the resource that the policy is attached to.
    pub resources: Option<Listed>,
    /// When: all of them.
    pub conditions: Vec<Condition>,
    /// Members that the language does not have: the statement may then apply to less than it says, or not at all.
    pub unknown: Vec<String>,
}

/// What a statement does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Allows, unless something denies.
    Allow,
    /// Denies, whatever allows.
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// These.
    Only(Vec<String>),
    /// All but these.
    Except(Vec<String>),
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what}")]
pub struct PolicyError {
    /// `line 3 column 7`, or the place in the document: `Statement[1].Principal`.
    pub at: String,
    /// What is wrong there.
    pub what: String,
}

fn wrong<T>(at: &str, what: impl Into<String>) -> Result<T, PolicyError> {
    let at = if at.is_empty() { "the document" } else { at };
    Err(PolicyError { at: at.to_owned(), what: what.into() })
}

impl Policy {
    /// Reads a policy. Names of elements are those of AWS with their case. A name that occurs twice is an error, as AWS
    /// refuses it; a name that the language does not have is kept as unknown.
    ///
    /// # Errors
    /// A text that is no JSON, or that AWS would refuse for a missing, doubled or mistyped element.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > LONGEST {
            return wrong("", format!("{} bytes, of at most {LONGEST} that are read", text.len()));
        }
        let json: Json = serde_json::from_str(text).map_err(|error| PolicyError {
            at: format!("line {} column {}", error.line(), error.column()),
            what: error.to_string(),
        })?;
        let members = Members::of(&json, "")?;
        let version = match members.text("Version")?.as_deref() {
            None | Some("2008-10-17") => Version::V2008,
            Some("2012-10-17") => Version::V2012,
            Some(other) => Version::Unknown(other.to_owned()),
        };
        let statements = match members.get("Statement") {
            None => return wrong("", "has no member Statement"),
            Some(Json::List(list)) => list
                .iter()
                .enumerate()
                .map(|(index, item)| Statement::read(item, index, &format!("Statement[{index}]")))
                .collect::<Result<_, _>>()?,
            Some(one) => vec![Statement::read(one, 0, "Statement")?],
        };
        Ok(Self { version, statements, unknown: members.unknown(&["Version", "Id", "Statement"]) })
    }
}

impl Statement {
    fn read(json: &Json, index: usize, at: &str) -> Result<Self, PolicyError> {
        let members = Members::of(json, at)?;
        let effect = match members.text("Effect")?.as_deref() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(other) => return wrong(&members.at("Effect"), format!("{other:?} is neither Allow nor Deny")),
            None => return wrong(at, "has no member Effect"),
        };
        let principals = match members.one_of("Principal", "NotPrincipal")? {
            None => Principals::Unstated,
            Some((name, value, false)) => Principals::Only(principals(value, &members.at(name))?),
            Some((name, value, true)) => Principals::Except(principals(value, &members.at(name))?),
        };
        let Some(actions) = members.listed("Action", "NotAction")? else {
            return wrong(at, "has neither Action nor NotAction");
        };
        let rule = Rule {
            effect,
            principals,
            actions,
            resources: members.listed("Resource", "NotResource")?,
            conditions: members.get("Condition").map_or(Ok(Vec::new()), |c| conditions(c, &members.at("Condition")))?,
            unknown: members.unknown(&[
                "Sid",
                "Effect",
                "Principal",
                "NotPrincipal",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ]),
        };
        Ok(Self { index, sid: members.text("Sid")?, rule })
    }
}

fn principals(json: &Json, at: &str) -> Result<Vec<Named>, PolicyError> {
    let found: BTreeSet<Named> = match json {
        Json::Text(text) if text == "*" => BTreeSet::from([Named::Anyone]),
        Json::Text(text) => return wrong(at, format!("{text:?} is neither \"*\" nor a map of principals")),
        other => {
            let members = Members::of(other, at)?;
            let mut found = BTreeSet::new();
            for (kind, value) in members.list {
                found.extend(texts(value, &members.at(kind))?.iter().map(|text| Named::read(kind, text)));
            }
            found
        }
    };
    Ok(found.into_iter().collect())
}

fn conditions(json: &Json, at: &str) -> Result<Vec<Condition>, PolicyError> {
    let mut found = Vec::new();
    let operators = Members::of(json, at)?;
    for (operator, keys) in operators.list {
        let keys = Members::of(keys, &operators.at(operator))?;
        for (key, values) in keys.list {
            let values = match values {
                Json::Other(one) => vec![one.clone()],
                Json::List(list) if list.iter().all(|v| matches!(v, Json::Text(_) | Json::Other(_))) => {
                    sorted(list.iter().filter_map(Json::scalar))
                }
                other => texts(other, &keys.at(key))?,
            };
            found.push(Condition::read(operator, key, values));
        }
    }
    found.sort();
    Ok(found)
}

fn texts(json: &Json, at: &str) -> Result<Vec<String>, PolicyError> {
    match json {
        Json::Text(text) => Ok(vec![text.clone()]),
        Json::List(list) if list.iter().all(|item| matches!(item, Json::Text(_))) => {
            Ok(sorted(list.iter().filter_map(Json::scalar)))
        }
        _ => wrong(at, "is neither a text nor a list of texts"),
    }
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The members of an object, each once.
struct Members<'a> {
    path: String,
    list: &'a [(String, Json)],
}

impl<'a> Members<'a> {
    fn of(json: &'a Json, path: &str) -> Result<Self, PolicyError> {
        let Json::Object(list) = json else { return wrong(path, "is no object") };
        let mut seen = BTreeSet::new();
        match list.iter().find(|(name, _)| !seen.insert(name)) {
            Some((name, _)) => wrong(path, format!("has the member {name:?} twice")),
            None => Ok(Self { path: path.to_owned(), list }),
        }
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn get(&self, name: &str) -> Option<&'a Json> {
        self.list.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Result<Option<String>, PolicyError> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.clone())),
            Some(_) => wrong(&self.at(name), "is no text"),
        }
    }

    /// The member `is` or its opposite, and which.
    fn one_of<'n>(&self, is: &'n str, not: &'n str) -> Result<Option<(&'n str, &'a Json, bool)>, PolicyError> {
        match (self.get(is), self.get(not)) {
            (Some(_), Some(_)) => wrong(&self.path, format!("has both {is} and {not}")),
            (Some(value), None) => Ok(Some((is, value, false))),
            (None, Some(value)) => Ok(Some((not, value, true))),
            (None, None) => Ok(None),
        }
    }

    fn listed(&self, is: &str, not: &str) -> Result<Option<Listed>, PolicyError> {
        let Some((name, value, negated)) = self.one_of(is, not)? else { return Ok(None) };
        let list = texts(value, &self.at(name))?;
        Ok(Some(if negated { Listed::Except(list) } else { Listed::Only(list) }))
    }

    fn unknown(&self, known: &[&str]) -> Vec<String> {
        sorted(self.list.iter().map(|(name, _)| name).filter(|name| !known.contains(&name.as_str())).cloned())
    }
}

/// JSON with members as written, doubled ones too.
enum Json {
    Null,
    Text(String),
    /// A number or a truth value, as text.
    Other(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Other(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Other(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Other(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Other(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Other(value.to_string()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(member) = members.next_entry()? {
            list.push(member);
        }
        Ok(Json::Object(list))
    }
}
