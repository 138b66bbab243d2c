//! Parameters in force: defaults of the page, replaced by the config and by `--set`, each checked against its bounds.

use super::rule::{Parameter, ParameterKind, Rule};
use serde_json::{Map, Value};

/// Values by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    values: Map<String, Value>,
}

/// Why a parameter cannot be what the user wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// No such parameter.
    #[error("{control} has no parameter {name:?}{}", nearest.as_ref().map(|n| format!("; did you mean {n:?}?")).unwrap_or_default())]
    Unknown {
        /// The control.
        control: String,
        /// What was asked for.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// Each within its bounds, but not together.
    #[error("{control}: {problem}")]
    Together {
        /// The control.
        control: String,
        /// What is wrong with them.
        problem: String,
    },
    /// Not of its type, or out of bounds.
    #[error("{control}.{name} = {value}: {problem}")]
    Bad {
        /// The control.
        control: String,
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Params {
    /// The defaults of a page.
    pub fn defaults(rule: &Rule) -> Self {
        let each = rule.parameters.iter().map(|p| {
            let value = p.default.as_ref().and_then(|v| serde_json::to_value(v).ok());
            (p.name.clone(), value.unwrap_or(Value::Null))
        });
        Self { values: each.collect() }
    }

    /// Sets a parameter, checked against its page.
    pub fn set(&mut self, rule: &Rule, name: &str, value: Value) -> Result<(), ParamError> {
        let Some(page) = rule.parameters.iter().find(|p| p.name == name) else {
            let names = rule.parameters.iter().map(|p| p.name.as_str());
            return Err(ParamError::Unknown {
                control: rule.id.clone(),
                name: name.into(),
                nearest: nearest(name, names),
            });
        };
        check(page, &value).map_err(|problem| ParamError::Bad {
            control: rule.id.clone(),
            name: name.into(),
            value: value.to_string(),
            problem,
        })?;
        self.values.insert(name.into(), value);
        Ok(())
    }

    /// Sets a parameter from the text of `--set`; lists are comma-separated.
    pub fn set_text(&mut self, rule: &Rule, name: &str, text: &str) -> Result<(), ParamError> {
        let kind = rule.parameters.iter().find(|p| p.name == name).map(|p| p.kind);
        let value = match kind {
            Some(ParameterKind::List) => {
                Value::from(text.split(',').map(str::trim).filter(|t| !t.is_empty()).collect::<Vec<_>>())
            }
            Some(ParameterKind::String | ParameterKind::Enum) => Value::from(text),
            _ => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        };
        self.set(rule, name, value)
    }

    /// A whole number.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.values.get(name)?.as_i64()
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.values.get(name)?.as_f64()
    }

    /// A flag.
    pub fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// A word.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    /// A list; `None`: not stated.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.values.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    }

    /// All values, for the report.
    pub fn all(&self) -> &Map<String, Value> {
        &self.values
    }
}

fn check(page: &Parameter, value: &Value) -> Result<(), String> {
    let bounds = |number: f64| {
        #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
        let (low, high) = (page.min.map(|m| m as f64), page.max.map(|m| m as f64));
        if low.is_some_and(|l| number < l) || high.is_some_and(|h| number > h) {
            let show = |bound: Option<i64>| bound.map_or_else(|| "…".into(), |b| b.to_string());
            let unit = page.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
            return Err(format!("it must lie in {}..={}{unit}", show(page.min), show(page.max)));
        }
        Ok(())
    };
    let allowed = |word: &str| match &page.values {
        Some(words) if !words.iter().any(|w| w == word) => Err(format!("{word:?} is none of {}", words.join(", "))),
        _ => Ok(()),
    };
    match page.kind {
        ParameterKind::Integer => {
            let number = value.as_i64().ok_or("it must be a whole number")?;
            #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
            bounds(number as f64)
        }
        ParameterKind::Number => bounds(value.as_f64().ok_or("it must be a number")?),
        ParameterKind::Boolean => value.as_bool().map(|_| ()).ok_or_else(|| "it must be true or false".into()),
        ParameterKind::String => value.as_str().map(|_| ()).ok_or_else(|| "it must be text".into()),
        ParameterKind::Enum => allowed(value.as_str().ok_or("it must be text")?),
        ParameterKind::List => {
            let items = value.as_array().ok_or("it must be a list of texts")?;
            items.iter().try_for_each(|item| allowed(item.as_str().ok_or("it must be a list of texts")?))
        }
    }
}

/// The nearest of the known names, where one is near.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let best = known.map(|k| (strsim::damerau_levenshtein(&name.to_lowercase(), &k.to_lowercase()), k)).min()?;
    (best.0 <= 1 + name.len() / 3).then(|| best.1.to_owned())
}
