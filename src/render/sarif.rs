//! SARIF 2.1.0 (OASIS), for code scanning: every control is a rule, every failure a result at the log record that proves it.
//!
//! Results are NON_COMPLIANT (`fail`) and INSUFFICIENT_DATA (`open`: "the tool concluded that there was insufficient
//! information", §3.27.9), worst first; the rules count the other verdicts, so that a closed alert can be told from a rule
//! that did not run. GitHub's limits are kept ("SARIF support for code scanning"): 25,000 results, 10 MB compressed, 10
//! tags a rule, 100 locations a result; what is left out is counted in the run's properties and told as a notification.

mod model;

use super::advice;
use super::changes::Changes;
use super::cite::{Library, worst_first};
use super::json::{Spelled, compact};
use super::resource::Resource;
use super::visible::short;
use crate::report::wire::{Answer, Change, ControlInfo, EvidenceRef, Report, Severity, Status, Verdict};
use libdeflater::{CompressionLvl, Compressor};
use model::{
    Artifact, ArtifactLocation, Configuration, Fingerprints, Hashes, Help, Location, Logical, Outcome,
    OutcomeProperties, Physical, Region, Rule, RuleProperties, Suppression, Text,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// GitHub's limit of results in a run.
const MOST_RESULTS: usize = 25_000;
/// Bytes that results may take when compressed, of GitHub's 10 MB for the file; rules and artifacts take the rest.
const MOST_COMPRESSED: usize = 7_000_000;
/// Results are compressed so many bytes at a time to know their size; together they would take less.
const BATCH: usize = 1 << 18;
/// Related locations of a result; GitHub shows 100 locations.
const RELATED: usize = 20;
/// Defects told one by one.
const MOST_DEFECTS: usize = 100;
/// Bytes of the parameters of a rule.
const MOST_PARAMETERS: usize = 10_000;
/// Characters of a message.
const LONGEST: usize = 1_000;
/// Characters of what to do about a failure.
const LONGEST_HELP: usize = 4_000;
/// Characters of a name, which can be an ARN of 2,048.
const LONGEST_NAME: usize = 2_048;

/// Writes the log file: one run.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Spelled::new(out);
    let outcomes = worst(report);
    let artifacts = artifacts(report, &outcomes);
    out.write_all(
        b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\n",
    )?;
    member(&mut out, "tool", &driver(report))?;
    member(&mut out, "automationDetails", &json!({"id": category(report)}))?;
    member(&mut out, "columnKind", &"unicodeCodePoints")?;
    let written = results(report, &outcomes, &artifacts, &mut out)?;
    member(&mut out, "artifacts", &artifacts.listed)?;
    member(&mut out, "invocations", &[invocation(report, outcomes.len() - written)])?;
    out.write_all(b"\"properties\":")?;
    serde_json::to_writer(&mut out, &properties(report, outcomes.len(), written))?;
    out.write_all(b"\n}]}\n")?;
    out.end()
}

fn member<T: Serialize>(out: &mut Spelled<'_>, name: &str, value: &T) -> io::Result<()> {
    write!(out, "\"{name}\":")?;
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b",\n")
}

/// Failures, then what is open; each worst first.
fn worst(report: &Report) -> Vec<&Verdict> {
    let mut outcomes = worst_first(report);
    let mut open: Vec<&Verdict> = report.verdicts.iter().filter(|v| v.status == Status::InsufficientData).collect();
    open.sort_by_key(|v| (Reverse(v.severity), &v.control, &v.subject.id));
    outcomes.append(&mut open);
    outcomes
}

/// Cited files, and the place of each in that list by number of the source.
struct Artifacts<'a> {
    listed: Vec<Artifact<'a>>,
    places: BTreeMap<u64, usize>,
}

fn artifacts<'a>(report: &'a Report, outcomes: &[&Verdict]) -> Artifacts<'a> {
    let cited = outcomes.iter().take(MOST_RESULTS).flat_map(|verdict| in_order(&verdict.evidence).take(RELATED + 1));
    let cited: BTreeSet<u64> = cited.filter_map(source).collect();
    let mut found = Artifacts { listed: Vec::new(), places: BTreeMap::new() };
    // SARIF lists a file once.
    let mut known: BTreeMap<(String, Option<&str>), usize> = BTreeMap::new();
    for file in report.sources.iter().filter(|file| cited.contains(&file.id)) {
        let (uri, sha256) = (uri(&file.path), file.sha256.as_deref());
        let at = *known.entry((uri.clone(), sha256)).or_insert_with(|| {
            let hashes = sha256.map(|sha256| Hashes { sha256: name(sha256) });
            let location = ArtifactLocation { uri, index: None };
            found.listed.push(Artifact { location, hashes, roles: ["analysisTarget"] });
            found.listed.len() - 1
        });
        found.places.insert(file.id, at);
    }
    found
}

fn source(evidence: &EvidenceRef) -> Option<u64> {
    match evidence {
        EvidenceRef::Record(record) => Some(record.source),
        EvidenceRef::Row(row) => Some(row.source),
        EvidenceRef::Coverage(_) => None,
    }
}

/// A path as a URI reference: RFC 3986 with everything else percent-encoded; an absolute one as `file:`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    uri.push_str(if path.starts_with('/') { "file://" } else { "" });
    for byte in short(path, LONGEST_NAME).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.extend(
                [byte >> 4, byte & 15]
                    .iter()
                    .filter_map(|half| char::from_digit((*half).into(), 16))
                    .map(|c| c.to_ascii_uppercase()),
            );
        }
    }
    // A reference must not be empty, and two slashes would begin a host.
    if uri.is_empty() {
        "-".into()
    } else if uri.starts_with("//") {
        format!("file:{uri}")
    } else {
        uri
    }
}

/// Plain text of a message of bounded length.
fn message(text: &str) -> Text<'_> {
    let text = short(text, LONGEST);
    if text.contains(['[', ']', '{', '}', '\\']) { Text { text: plain(&text).into() } } else { Text { text } }
}

/// Brackets would be links, braces placeholders (§3.11.5, §3.11.6).
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '[' | ']' | '\\' => plain.extend(['\\', c]),
            '{' | '}' => plain.extend([c, c]),
            c => plain.push(c),
        }
    }
    plain
}

fn name(text: &str) -> Cow<'_, str> {
    short(text, LONGEST_NAME)
}

fn level(severity: Severity) -> (&'static str, u8, &'static str) {
    match severity {
        Severity::Critical => ("error", 95, "9.5"),
        Severity::High => ("error", 80, "8.0"),
        Severity::Medium => ("warning", 55, "5.5"),
        Severity::Low => ("note", 20, "2.0"),
    }
}

fn driver(report: &Report) -> Value {
    let rules: Vec<Rule<'_>> = report.controls.iter().map(rule).collect();
    let tool = &report.tool;
    json!({"driver": {"name": tool.name, "version": tool.version, "semanticVersion": tool.version, "rules": rules}})
}

fn rule(control: &ControlInfo) -> Rule<'_> {
    let (level, rank, security_severity) = level(control.severity);
    let (advised, pointer) = (control.remediation.trim(), advice::pointer(&control.id));
    Rule {
        id: name(&control.id),
        name: name(&control.name),
        short_description: message(&control.title),
        help: Help {
            text: plain(&[short(advised, LONGEST_HELP).trim(), &pointer].join("\n\n")).trim().into(),
            markdown: [advice::markdown(advised, LONGEST_HELP).as_str(), &pointer].join("\n\n").trim().into(),
        },
        default_configuration: Configuration { level, rank },
        properties: RuleProperties {
            tags: [Cow::Borrowed("security"), name(&control.family)],
            security_severity,
            precision: "very-high",
            parameters: if compact(&control.parameters).len() <= MOST_PARAMETERS {
                Some(&control.parameters)
            } else {
                None
            },
            mappings: control
                .mappings
                .iter()
                .map(|m| short(&format!("{} {}", m.framework, m.id), 100).into_owned())
                .collect(),
            counts: json!(control.counts),
        },
    }
}

fn category(report: &Report) -> String {
    let run = &report.run;
    let chosen = run.preset.as_deref().or(run.framework.as_ref().and_then(|framework| framework.name.as_deref()));
    format!("vaultrail/{}/", name(chosen.unwrap_or("all")))
}

/// Writes results as long as there is room; answers how many.
fn results(
    report: &Report,
    outcomes: &[&Verdict],
    artifacts: &Artifacts<'_>,
    out: &mut Spelled<'_>,
) -> io::Result<usize> {
    let rules: BTreeMap<&str, usize> =
        report.controls.iter().enumerate().map(|(at, control)| (control.id.as_str(), at)).collect();
    let (library, changes) = (Library::of(report), Changes::of(report));
    let level = CompressionLvl::new(1).map_err(|_| io::Error::other("libdeflate has no level 1"))?;
    let mut compressor = Compressor::new(level);
    let (mut batch, mut packed) = (Vec::with_capacity(BATCH + BATCH / 8), Vec::new());
    let (mut written, mut pending, mut size) = (0, 0, 0);
    out.write_all(b"\"results\":[")?;
    let allowed = outcomes.len().min(MOST_RESULTS);
    for (at, verdict) in outcomes.iter().take(allowed).enumerate() {
        batch.extend_from_slice(if at > 0 { b",\n" } else { b"\n" });
        let mut outcome = outcome(verdict, &rules, artifacts, &library);
        outcome.properties.change = changes.change(&verdict.uid).map(Change::name);
        outcome.baseline_state = outcome.properties.change.map(|_| baseline_state(changes.was(&verdict.uid)));
        serde_json::to_writer(&mut batch, &outcome)?;
        pending += 1;
        if batch.len() < BATCH && at + 1 < allowed {
            continue;
        }
        packed.resize(compressor.deflate_compress_bound(batch.len()), 0);
        size += compressor.deflate_compress(&batch, &mut packed).map_err(io::Error::other)?;
        if size > MOST_COMPRESSED {
            break;
        }
        out.write_all(&batch)?;
        batch.clear();
        written += std::mem::take(&mut pending);
    }
    out.write_all(b"\n],\n")?;
    Ok(written)
}

/// A result is new where the baseline had no failure and nothing open, and updated where it had the other of the two, or one
/// of another severity.
fn baseline_state(was: Option<Option<&Answer>>) -> &'static str {
    match was.map(|was| was.map(|was| was.status)) {
        None => "unchanged",
        Some(Some(Status::NonCompliant | Status::InsufficientData)) => "updated",
        Some(_) => "new",
    }
}

/// The first record that is cited comes first: snapshots that are cited too may be older.
fn in_order(evidence: &[EvidenceRef]) -> impl Iterator<Item = &EvidenceRef> {
    let first = evidence.iter().position(|e| matches!(e, EvidenceRef::Record(_)));
    let others = evidence.iter().enumerate().filter(move |(at, _)| Some(*at) != first).map(|(_, e)| e);
    first.and_then(|at| evidence.get(at)).into_iter().chain(others)
}

fn outcome<'a>(
    verdict: &'a Verdict,
    rules: &BTreeMap<&str, usize>,
    artifacts: &Artifacts<'_>,
    library: &Library<'a>,
) -> Outcome<'a> {
    let (level, rank, _) = level(verdict.severity);
    let failed = verdict.status == Status::NonCompliant;
    let subject = Logical {
        name: verdict.subject.name.as_deref().map(name),
        fully_qualified_name: name(Resource::of(&verdict.subject).arn),
        kind: "resource",
    };
    let mut cited = in_order(&verdict.evidence).map(|evidence| location(evidence, artifacts, library));
    let mut first = cited.next().unwrap_or_else(|| nowhere(verdict));
    first.logical_locations.insert(0, subject);
    first.message = None;
    let related = cited.take(RELATED).enumerate().map(|(at, found)| Location { id: Some(at + 1), ..found });
    Outcome {
        rule_id: name(&verdict.control),
        rule_index: rules.get(verdict.control.as_str()).copied(),
        kind: if failed { "fail" } else { "open" },
        // §3.27.10: nothing but a failure has a level.
        level: if failed { level } else { "none" },
        rank: failed.then_some(rank),
        message: message(&verdict.reason.message),
        locations: [first],
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints {
            uid: name(&verdict.uid),
            primary_location_line_hash: format!("{}:1", name(&verdict.uid)),
        },
        baseline_state: None,
        suppressions: verdict.exception.as_ref().map(|exception| {
            let told = format!("{} (owner {}, until {})", exception.reason, exception.owner, exception.expires);
            [Suppression { kind: "external", status: "accepted", justification: short(&told, LONGEST).into_owned() }]
        }),
        properties: OutcomeProperties {
            status: verdict.status.name(),
            severity: verdict.severity.name(),
            reason: name(&verdict.reason.code),
            since: name(&verdict.since),
            confidence: name(&verdict.confidence),
            evidence: verdict.evidence.len(),
            change: None,
        },
    }
}

/// A record: its file, and its number from 1 as the line, which it is where there is a record a line. A snapshot row: its
/// file and JSON pointer. A stretch of log has no file; `cloudtrail/<account>/<region>` stands for it.
fn location<'a>(evidence: &'a EvidenceRef, artifacts: &Artifacts<'_>, library: &Library<'a>) -> Location<'a> {
    let cited = library.cite(evidence);
    let (path, start_line, kind) = match evidence {
        EvidenceRef::Record(record) => (library.stored(record.source), record.record.saturating_add(1), "element"),
        EvidenceRef::Row(row) => (library.stored(row.source), 1, "element"),
        EvidenceRef::Coverage(log) => {
            (Cow::Owned(format!("cloudtrail/{}/{}", log.coverage.account, log.coverage.region)), 1, "namespace")
        }
    };
    let index = source(evidence).and_then(|id| artifacts.places.get(&id).copied());
    let told = if cited.note.is_empty() { cited.what } else { format!("{} {}", cited.what, cited.note).into() };
    Location {
        id: None,
        physical_location: Physical {
            artifact_location: ArtifactLocation { uri: uri(&path), index },
            // SARIF's numbers are signed and of 32 bits in some readers.
            region: Region { start_line: start_line.min(i32::MAX.unsigned_abs().into()) },
        },
        logical_locations: vec![Logical {
            name: None,
            fully_qualified_name: name(&cited.place).into_owned().into(),
            kind,
        }],
        message: Some(Text { text: message(&format!("{} {told}", cited.when)).text.into_owned().into() }),
    }
}

/// Where a verdict without evidence stands: GitHub wants a location of every result.
fn nowhere(verdict: &Verdict) -> Location<'_> {
    let place = [verdict.subject.account.as_deref(), verdict.subject.region.as_deref()];
    let place: Vec<&str> = ["cloudtrail"].into_iter().chain(place.into_iter().flatten()).collect();
    let artifact_location = ArtifactLocation { uri: uri(&place.join("/")), index: None };
    Location {
        id: None,
        physical_location: Physical { artifact_location, region: Region { start_line: 1 } },
        logical_locations: Vec::new(),
        message: None,
    }
}

fn invocation(report: &Report, left_out: usize) -> Value {
    let gate = &report.summary.gate;
    let defects = &report.inputs.defects;
    let mut told: Vec<Value> = defects
        .iter()
        .take(MOST_DEFECTS)
        .map(|defect| {
            let line = defect.record.unwrap_or_default().saturating_add(1).min(i32::MAX.unsigned_abs().into());
            let place = json!({"artifactLocation": {"uri": uri(&defect.path)}, "region": {"startLine": line}});
            json!({"level": "error", "message": message(&defect.reason), "locations": [{"physicalLocation": place}]})
        })
        .collect();
    let note = |text: String| json!({"level": "warning", "message": {"text": text}});
    let more = defects.len().saturating_sub(MOST_DEFECTS);
    told.extend((more > 0).then(|| note(format!("{more} more files or records are damaged"))));
    told.extend((left_out > 0).then(|| note(format!("{left_out} results are left out: GitHub takes no more"))));
    json!({
        "executionSuccessful": gate.exit_code != 5,
        "exitCode": gate.exit_code,
        "exitCodeDescription": short(&gate.reasons.join(" "), LONGEST),
        "toolExecutionNotifications": told,
    })
}

fn properties(report: &Report, outcomes: usize, written: usize) -> Value {
    let run = &report.run;
    json!({
        "asOf": name(&run.as_of),
        "window": {"from": name(&run.window.from), "to": name(&run.window.to)},
        "limits": name(&run.limits),
        "configSha256": name(&run.config_sha256),
        "verdicts": report.summary.by_status,
        "results": {"found": outcomes, "written": written},
    })
}
