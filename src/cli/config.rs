//! `vaultrail.toml`: what the user states. Unknown keys are errors that name the nearest known one.

use crate::arn::{AccountId, Region};
use crate::controls::params::{hint, nearest};
use crate::controls::policy::{Approved, Policy, Scope};
use crate::coverage::Assertion;
use crate::evidence::Grade;
use crate::instant::{self, Instant};
use crate::report::exceptions::{Exception, NEVER};
use crate::report::wire::Severity;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    organization: Option<Organization>,
    #[serde(default)]
    scope: ScopeTable,
    #[serde(default)]
    authorized: Authorized,
    #[serde(default)]
    coverage: Vec<CoverageTable>,
    /// Severity and parameters by control.
    #[serde(default)]
    pub controls: BTreeMap<String, ControlTable>,
    #[serde(default)]
    exceptions: Vec<ExceptionTable>,
    #[serde(default)]
    coverage_policy: CoveragePolicy,
    /// The gate.
    #[serde(default)]
    pub gate: GateTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    accounts: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeTable {
    accounts: Option<Vec<String>>,
    regions: Option<Vec<String>>,
    resource_types: Option<Vec<String>>,
    #[serde(default)]
    resources: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Authorized {
    accounts: Option<Vec<Entry>>,
    recovery_accounts: Option<Vec<Entry>>,
    share_roles: Option<Vec<Entry>>,
    deleters: Option<Vec<Entry>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Entry {
    Id(String),
    Until(DatedEntry),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatedEntry {
    id: String,
    #[expect(dead_code, reason = "for the people who read the file")]
    reason: Option<String>,
    expires: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverageTable {
    accounts: Vec<String>,
    regions: Vec<String>,
    from: String,
    to: String,
    #[expect(dead_code, reason = "required, for the people who read the file")]
    reason: String,
}

/// `[controls.<ID>]`.
#[derive(Debug, Deserialize)]
pub struct ControlTable {
    /// Replaces the base severity.
    pub severity: Option<Severity>,
    /// Parameters.
    #[serde(flatten)]
    pub parameters: BTreeMap<String, toml::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionTable {
    control: String,
    subjects: Vec<String>,
    reason: String,
    owner: String,
    expires: String,
    created: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoveragePolicy {
    minimum: Option<Minimum>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Minimum {
    Inferred,
    Asserted,
    Proven,
}

/// `[gate]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateTable {
    /// `critical`, `high`, `medium`, `low`, `never`.
    pub fail_on: Option<String>,
    /// `fail`, `warn`, `ignore`.
    pub insufficient: Option<String>,
}

/// Longest life of an exception.
const LONGEST_DAYS: i64 = 365;

impl Config {
    /// Reads a file; errors say where and what to write instead.
    pub fn read(path: &Path) -> Result<(Self, String), String> {
        let text = std::fs::read_to_string(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
        let config = Self::parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))?;
        Ok((config, text))
    }

    /// Parses the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1);
            let place = line.map(|n| format!("line {n}: ")).unwrap_or_default();
            format!("{place}{}{}", error.message(), hint(error.message()))
        })
    }

    /// The policy that it states.
    pub fn policy(&self) -> Result<Policy, String> {
        let organization = self.organization.as_ref().map(|o| {
            o.accounts
                .iter()
                .map(|(id, name)| Ok((account(id)?, name.clone())))
                .collect::<Result<BTreeMap<_, _>, String>>()
        });
        let scope = &self.scope;
        let accounts =
            scope.accounts.as_ref().map(|ids| ids.iter().map(|id| account(id)).collect::<Result<BTreeSet<_>, _>>());
        let regions = scope.regions.as_ref().map(|codes| codes.iter().map(Region::new).collect());
        let list = |entries: &Option<Vec<Entry>>| entries.as_ref().map(|e| approved(e)).transpose();
        Ok(Policy {
            organization: organization.transpose()?,
            scope: Scope {
                accounts: accounts.transpose()?,
                regions,
                resource_types: scope.resource_types.clone(),
                resources: scope.resources.clone(),
            },
            accounts: list(&self.authorized.accounts)?,
            recovery_accounts: list(&self.authorized.recovery_accounts)?,
            share_roles: list(&self.authorized.share_roles)?,
            deleters: list(&self.authorized.deleters)?,
        })
    }

    /// Where it says that the log is complete.
    pub fn assertions(&self) -> Result<Vec<Assertion>, String> {
        let each = self.coverage.iter().map(|table| {
            let all = |items: &[String]| items.iter().any(|item| item == "*");
            let named = table.accounts.iter().map(|id| account(id)).collect::<Result<Vec<_>, _>>();
            let (from, to) = (day("[[coverage]] from", &table.from)?, day("[[coverage]] to", &table.to)?);
            if from > to {
                return Err(format!("[[coverage]] from = {:?} lies after to = {:?}", table.from, table.to));
            }
            Ok(Assertion {
                accounts: if all(&table.accounts) { None } else { Some(named?) },
                regions: (!all(&table.regions)).then(|| table.regions.iter().map(Region::new).collect()),
                from: Some(from),
                to: Some(to),
            })
        });
        each.collect()
    }

    /// What an absence must stand on.
    pub fn minimum(&self) -> Grade {
        match self.coverage_policy.minimum {
            None | Some(Minimum::Inferred) => Grade::Inferred,
            Some(Minimum::Asserted) => Grade::Asserted,
            Some(Minimum::Proven) => Grade::Proven,
        }
    }

    /// Its exceptions, checked. `controls` are the known ids.
    pub fn exceptions(&self, controls: &[String], as_of: Instant) -> Result<Vec<Exception>, String> {
        self.exceptions.iter().map(|table| exception(table, controls, as_of)).collect()
    }
}

fn account(id: &str) -> Result<AccountId, String> {
    AccountId::parse(id).ok_or_else(|| format!("{id:?} is no account id: twelve digits"))
}

fn day(what: &str, text: &str) -> Result<Instant, String> {
    instant::from_user(text, None).ok_or_else(|| format!("{what} = {text:?} is no time: write 2026-10-31 or RFC 3339"))
}

fn approved(entries: &[Entry]) -> Result<Vec<Approved>, String> {
    let each = entries.iter().map(|entry| {
        let (id, expires) = match entry {
            Entry::Id(id) => (id.clone(), None),
            Entry::Until(dated) => (dated.id.clone(), dated.expires.clone()),
        };
        let expires = expires.map(|text| day("expires", &text)).transpose()?;
        let glob = globset::GlobBuilder::new(&id).build().map_err(|cause| format!("{id:?} is no pattern: {cause}"))?;
        Ok(Approved { id, expires, glob: Some(glob.compile_matcher()) })
    });
    each.collect()
}

fn exception(table: &ExceptionTable, controls: &[String], as_of: Instant) -> Result<Exception, String> {
    let named = format!("[[exceptions]] for {:?}", table.control);
    let glob = |text: &str| {
        let built = globset::Glob::new(text).map_err(|cause| format!("{named}: {text:?} is no pattern: {cause}"))?;
        Ok::<_, String>(built.compile_matcher())
    };
    let matcher = glob(&table.control)?;
    if let Some(never) = NEVER.iter().find(|id| matcher.is_match(id)) {
        return Err(format!("{named}: {never} cannot be excepted, since everything else stands on it"));
    }
    if !table.control.contains('*') && !controls.contains(&table.control) {
        let near = nearest(&table.control, controls.iter().map(String::as_str));
        return Err(format!(
            "{named}: no such control{}",
            near.map(|n| format!("; did you mean {n:?}?")).unwrap_or_default()
        ));
    }
    if table.reason.trim().is_empty() || table.owner.trim().is_empty() {
        return Err(format!("{named}: `reason` and `owner` must say something"));
    }
    if table.subjects.is_empty() {
        return Err(format!("{named}: `subjects` is empty: name ARNs or patterns"));
    }
    let ends = day("expires", &table.expires).map_err(|problem| format!("{named}: {problem}"))?;
    let created = table.created.as_deref().map(|text| day("created", text)).transpose()?.unwrap_or(as_of);
    if ends - created > chrono::Duration::days(LONGEST_DAYS) {
        return Err(format!(
            "{named}: it may run for {LONGEST_DAYS} days at most; set `created` and an earlier `expires`"
        ));
    }
    Ok(Exception {
        control: table.control.clone(),
        controls: matcher,
        matchers: table.subjects.iter().map(|s| glob(s)).collect::<Result<_, _>>()?,
        subjects: table.subjects.clone(),
        reason: table.reason.clone(),
        owner: table.owner.clone(),
        expires: table.expires.clone(),
        ends,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_known_key() {
        let problem = Config::parse("[gate]\nfail_om = \"high\"\n").err().unwrap_or_default();
        assert!(problem.contains("line 2") && problem.contains("did you mean `fail_on`?"), "{problem}");
    }

    #[test]
    fn the_log_controls_cannot_be_excepted_even_by_a_pattern() {
        for control in ["LOG-01", "LOG-*", "*"] {
            let text = format!(
                "[[exceptions]]\ncontrol = \"{control}\"\nsubjects = [\"*\"]\nreason = \"r\"\nowner = \"o\"\nexpires = \"2026-12-01\"\n"
            );
            let config = Config::parse(&text).unwrap_or_default();
            let at = instant::parse("2026-11-01T00:00:00Z").unwrap_or_default();
            assert!(config.exceptions(&["VLT-02".into()], at).is_err(), "{control}");
        }
    }
}
