//! From what the user wrote to what it means: controls, parameters, policy, gate, and the instants of the run.

use super::args::{EvidenceArgs, FailOnArg, GateArgs, InsufficientArg, JudgeArgs, TimeArgs, time};
use super::choice::{self, Choice, InForce};
use super::config::{Config, GateTable};
use crate::controls::limits::Limits;
use crate::controls::narrow::Narrow;
use crate::controls::policy::{Policy, Scope};
use crate::coverage::{Assertion, Run, Terms};
use crate::ingest::{self, Log};
use crate::instant::{self, Instant};
use crate::report::exceptions::Exception;
use crate::report::gate::{self, Insufficient};
use crate::report::wire::{RunFramework, Severity};
use chrono::Duration;
use std::path::{Path, PathBuf};

/// The longest window that nobody asked for.
const WINDOW_DAYS: i64 = 90;

/// What was meant.
pub struct Setup {
    /// Every control.
    pub controls: Vec<InForce>,
    /// The preset.
    pub preset: Option<String>,
    /// The framework of AWS Backup Audit Manager.
    pub framework: Option<RunFramework>,
    /// What could not be chosen as asked.
    pub notes: Vec<String>,
    /// The policy.
    pub policy: Policy,
    /// The config, for what needs the instants of the run.
    config: Config,
    /// Where it was read from.
    config_path: Option<PathBuf>,
    /// Where it says that the log is complete.
    assertions: Vec<Assertion>,
    /// The provider limits.
    pub limits: Limits,
    /// When the gate does not pass.
    pub gate: gate::Terms,
    /// How coverage is inferred.
    pub terms: Terms,
    /// SHA-256 of all of it.
    pub sha256: String,
    /// SHA-256 of what is judged.
    pub scope_sha256: String,
}

impl Setup {
    /// Reads the config and the flags.
    pub fn read(evidence: &EvidenceArgs, args: &JudgeArgs, times: &TimeArgs) -> Result<Self, String> {
        let default = Path::new("vaultrail.toml");
        let path = evidence.config.as_deref().or_else(|| default.is_file().then_some(default));
        let (config, text) = path.map(Config::read).transpose()?.unwrap_or_default();
        let stated = |problem: String| in_file(path, &problem);
        let Choice { controls, preset, framework, notes } = choice::choose(args, &config, stated)?;
        let log_01 = controls.iter().find(|c| c.id == "LOG-01");
        let minutes = log_01.and_then(|c| c.params.int("max_gap_minutes")).unwrap_or(60);
        let policy = config.policy().map_err(stated)?;
        Ok(Self {
            scope_sha256: scope(&controls, &policy.scope, args.limits.name()),
            policy,
            gate: gate_terms(&args.gate, evidence.allow_defects, &config.gate).map_err(stated)?,
            assertions: config.assertions().map_err(stated)?,
            terms: Terms { max_gap: Duration::minutes(minutes), minimum: config.minimum() },
            sha256: fingerprint(&controls, &text, evidence, (times, args.limits.name())),
            limits: Limits::read(args.limits.name())?,
            config_path: path.map(Path::to_owned),
            controls,
            preset,
            framework,
            notes,
            config,
        })
    }

    /// The exceptions, checked at the instant of the verdicts.
    pub fn exceptions(&self, as_of: Instant) -> Result<Vec<Exception>, String> {
        let ids: Vec<String> = self.controls.iter().map(|c| c.id.clone()).collect();
        self.config.exceptions(&ids, as_of).map_err(|problem| in_file(self.config_path.as_deref(), &problem))
    }
}

fn in_file(path: Option<&Path>, problem: &str) -> String {
    path.map_or_else(|| problem.to_owned(), |path| format!("{}: {problem}", path.display()))
}

/// The gate as the flags and the config say.
pub fn gate_terms(args: &GateArgs, allow_defects: bool, config: &GateTable) -> Result<gate::Terms, String> {
    let stated = config.fail_on.as_deref().map(|word| match word {
        "critical" => Ok(FailOnArg::Critical),
        "high" => Ok(FailOnArg::High),
        "medium" => Ok(FailOnArg::Medium),
        "low" => Ok(FailOnArg::Low),
        "never" => Ok(FailOnArg::Never),
        other => Err(format!("[gate] fail_on = {other:?}: write critical, high, medium, low or never")),
    });
    let fail_on = args.fail_on.or(stated.transpose()?).unwrap_or(FailOnArg::High);
    let stated = config.insufficient.as_deref().map(|word| match word {
        "fail" => Ok(InsufficientArg::Fail),
        "warn" => Ok(InsufficientArg::Warn),
        "ignore" => Ok(InsufficientArg::Ignore),
        other => Err(format!("[gate] insufficient = {other:?}: write fail, warn or ignore")),
    });
    let insufficient = args.insufficient.or(stated.transpose()?).unwrap_or(InsufficientArg::Warn);
    Ok(gate::Terms {
        fail_on: match fail_on {
            FailOnArg::Critical => Some(Severity::Critical),
            FailOnArg::High => Some(Severity::High),
            FailOnArg::Medium => Some(Severity::Medium),
            FailOnArg::Low => Some(Severity::Low),
            FailOnArg::Never => None,
        },
        insufficient: match insufficient {
            InsufficientArg::Fail => Insufficient::Fail,
            InsufficientArg::Warn => Insufficient::Warn,
            InsufficientArg::Ignore => Insufficient::Ignore,
        },
        allow_defects,
    })
}

fn fingerprint(controls: &[InForce], text: &str, evidence: &EvidenceArgs, (args, limits): (&TimeArgs, &str)) -> String {
    let judged = controls.iter().filter(|c| c.judged).map(|c| {
        let Narrow { ids, types, tag } = &c.narrow;
        serde_json::json!([c.id, c.control.rule.version, c.severity, c.params.all(), ids, types, tag])
    });
    let flags = serde_json::json!([
        args.as_of,
        args.from,
        args.to,
        args.window,
        evidence.assume_complete,
        evidence.captured_at,
        limits
    ]);
    let whole = serde_json::json!({"controls": judged.collect::<Vec<_>>(), "config": text, "flags": flags});
    ingest::sha256(whole.to_string().as_bytes())
}

/// What is judged, and by which parameters and limits: runs that agree in it can be compared. Whoever may hold, ask, share
/// and delete is not part of it, nor are the times: what these change is what a comparison is after.
fn scope(controls: &[InForce], scope: &Scope, limits: &str) -> String {
    let judged = controls.iter().filter(|c| c.judged).map(|c| {
        let Narrow { ids, types, tag } = &c.narrow;
        serde_json::json!([c.id, c.control.rule.version, c.params.all(), ids, types, tag])
    });
    let Scope { accounts, regions, resource_types, resources } = scope;
    let accounts = accounts.as_ref().map(|set| set.iter().map(ToString::to_string).collect::<Vec<_>>());
    let regions = regions.as_ref().map(|set| set.iter().map(ToString::to_string).collect::<Vec<_>>());
    let within = serde_json::json!([accounts, regions, resource_types, resources]);
    let whole = serde_json::json!({"controls": judged.collect::<Vec<_>>(), "limits": limits, "scope": within});
    ingest::sha256(whole.to_string().as_bytes())
}

/// The instants of a run.
pub struct Instants {
    /// The instant of the verdicts.
    pub as_of: Instant,
    /// Where the window begins.
    pub from: Instant,
    /// What open assertions reach over.
    pub extent: Run,
    /// Where the log is said to be complete.
    pub assertions: Vec<Assertion>,
    /// The same, and the window where the user sets it: where the log must be here.
    pub asked: Vec<Assertion>,
}

const NO_TIME: &str = "nothing in the given paths has a time, no log record, no snapshot and no digest: give the instant to \
                       judge with --as-of, for example --as-of 2026-10-31T12:00:00Z or --as-of now";

/// Works out as-of and the window from the flags and the evidence.
pub fn instants(evidence: &EvidenceArgs, args: &TimeArgs, setup: &Setup, log: &Log) -> Result<Instants, String> {
    let extent = log.evidence_extent();
    let latest = extent.map(|(_, last)| last);
    let given = |flag: &str, text: &str| match latest {
        None if text.starts_with('-') => {
            Err(format!("{flag} {text:?} counts back from the latest evidence, and {NO_TIME}"))
        }
        _ => time(flag, text, latest),
    };
    let to = args.to.as_deref().map(|text| given("--to", text)).transpose()?;
    let as_of = match args.as_of.as_deref() {
        Some("now") => now(),
        Some(text) => given("--as-of", text)?,
        None => match to.or(latest) {
            Some(as_of) => as_of,
            None if log.defects.is_empty() => return Err(NO_TIME.into()),
            // Damage is reported even if nothing else is left.
            None => Instant::default(),
        },
    };
    let (first, last) = extent.unwrap_or((as_of, as_of));
    let mut assertions = setup.assertions.clone();
    if let Some(range) = evidence.assume_complete.as_deref() {
        assertions.push(assumed(range, as_of)?);
    }
    let earliest = assertions.iter().filter_map(|a| a.from).chain([first]).min().unwrap_or(first);
    let from = match (args.from.as_deref(), args.window.as_deref()) {
        (Some(text), _) => time("--from", text, Some(as_of))?,
        (None, Some(text)) => {
            as_of - instant::span(text).ok_or_else(|| format!("--window {text:?} is no span: write 90d, 12h or 30m"))?
        }
        (None, None) => (as_of - Duration::days(WINDOW_DAYS)).max(earliest),
    };
    if from > as_of && args.from.is_some() {
        return Err(format!("--from {} lies after as-of {}", instant::show(from), instant::show(as_of)));
    }
    let extent = Run { from: first, to: last.max(as_of) };
    let firm = args.from.is_some() || args.window.is_some();
    let window = firm.then_some(Assertion { accounts: None, regions: None, from: Some(from), to: Some(as_of) });
    let asked = assertions.iter().cloned().chain(window).collect();
    Ok(Instants { as_of, from: from.min(as_of), extent, assertions, asked })
}

fn assumed(range: &str, as_of: Instant) -> Result<Assertion, String> {
    let open = Assertion { accounts: None, regions: None, from: None, to: None };
    if range.is_empty() {
        return Ok(open);
    }
    let (from, to) = range
        .split_once("..")
        .ok_or_else(|| format!("--assume-complete={range:?}: write --assume-complete or --assume-complete=FROM..TO"))?;
    let flag = "--assume-complete";
    let (first, last) = (time(flag, from, Some(as_of))?, time(flag, to, Some(as_of))?);
    if first > last {
        return Err(format!("{flag}={range}: FROM lies after TO"));
    }
    Ok(Assertion { from: Some(first), to: Some(last), ..open })
}

/// The clock, read only for `--as-of now`.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock, and only where the user asks for it"
)]
fn now() -> Instant {
    use chrono::SubsecRound;
    chrono::Utc::now().trunc_subsecs(0)
}
