//! OCSF 1.8: a Compliance Finding (2003) for each verdict, a Detection Finding (2004) for each incident.
//!
//! | verdict | `compliance.status_id` | finding's `status_id` | severity |
//! |---|---|---|---|
//! | COMPLIANT | 1 Pass | 4 Resolved | 1 Informational |
//! | NON_COMPLIANT | 3 Fail | 1 New; under an exception 3 Suppressed | the verdict's |
//! | INSUFFICIENT_DATA | 2 Warning: "did not yield a result due to missing information" | 1 New | the verdict's |
//! | NOT_APPLICABLE | 99 "Not Applicable" | 99 "Not Applicable" | 1 Informational |
//!
//! `activity_id` is 1 Create; where there is a baseline that has the verdict, 2 Update, and 3 Close for a failure that is fixed.
//!
//! Times are milliseconds since 1970, and of the evidence: `time` is as-of, or of an incident its last event.

mod model;

use super::changes::Changes;
use super::cite::Library;
use super::json::List;
use super::resource::{self, Resource};
use crate::instant;
use crate::report::wire::{Change, ControlInfo, EvidenceRef, Incident, Report, Severity, Status, Subject, Verdict};
use foldhash::fast::RandomState;
use model::{
    Account, Analytic, Api, Cited, Cloud, Compliance, ComplianceFinding, EvidenceArtifact, FileArtifact, FindingInfo,
    Fingerprint, Metadata, Pair, Product, Remediation, ResourceDetails, Unmapped,
};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io;

/// The version whose attributes these are.
const VERSION: &str = "1.8.0";
const PROFILES: [&str; 2] = ["cloud", "datetime"];
/// Pieces of evidence of one verdict or incident; the JSON has all of them.
const CITED: usize = 50;

/// Files that are known at once as findings have them; those of neighbours are mostly the same.
const KNOWN: usize = 10_000;

/// A control as every finding of it has it.
struct Control<'a> {
    info: &'a ControlInfo,
    standards: Box<RawValue>,
    requirements: Box<RawValue>,
    parameters: Option<Box<RawValue>>,
}

impl<'a> Control<'a> {
    fn of(info: &'a ControlInfo) -> serde_json::Result<Self> {
        let mut standards: Vec<&str> = info.mappings.iter().map(|mapping| mapping.framework.as_str()).collect();
        standards.dedup();
        let told = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let stated = info.parameters.iter().filter(|(_, value)| !value.is_null());
        let requirements: Vec<String> = info.mappings.iter().map(|m| format!("{} {}", m.framework, m.id)).collect();
        let parameters: Vec<Pair> =
            stated.map(|(name, value)| Pair { name: name.clone(), value: told(value) }).collect();
        Ok(Self {
            info,
            standards: to_raw_value(&standards)?,
            requirements: to_raw_value(&requirements)?,
            parameters: (!parameters.is_empty()).then(|| to_raw_value(&parameters)).transpose()?,
        })
    }
}

/// Cited files as findings have them, by number.
struct Files<'a> {
    library: Library<'a>,
    known: HashMap<u64, Box<RawValue>, RandomState>,
}

impl Files<'_> {
    /// Makes those known that this evidence stands in.
    fn know(&mut self, evidence: &[EvidenceRef]) -> serde_json::Result<()> {
        if self.known.len() > KNOWN {
            self.known.clear();
        }
        for id in evidence.iter().take(CITED).filter_map(source) {
            if let Entry::Vacant(place) = self.known.entry(id) {
                place.insert(to_raw_value(&file(&self.library.stored(id), self.library.sha256(id)))?);
            }
        }
        Ok(())
    }
}

fn source(evidence: &EvidenceRef) -> Option<u64> {
    match evidence {
        EvidenceRef::Record(record) => Some(record.source),
        EvidenceRef::Row(row) => Some(row.source),
        EvidenceRef::Coverage(_) => None,
    }
}

fn file<'a>(path: &'a str, sha256: Option<&'a str>) -> FileArtifact<'a> {
    FileArtifact {
        name: path.rsplit(['/', '\\', '!']).next().unwrap_or_default(),
        path,
        type_id: 1,
        kind: "Regular File",
        hashes: sha256.map(|value| [Fingerprint { algorithm_id: 3, algorithm: "SHA-256", value }]),
    }
}

/// What every finding has in common.
struct Frame<'a> {
    report: &'a Report,
    product: Product<'a>,
    as_of: i64,
    as_of_dt: Option<String>,
    files: Files<'a>,
    changes: Changes<'a>,
    /// An empty list.
    none: Box<RawValue>,
}

/// Writes every finding: verdicts, then incidents.
pub(super) fn write(report: &Report, mut list: List<'_>) -> io::Result<()> {
    let (tool, as_of) = (&report.tool, &report.run.as_of);
    let product = Product { name: &tool.name, vendor_name: &tool.name, version: &tool.version };
    let mut frame = Frame {
        report,
        product,
        as_of: millis(as_of).unwrap_or_default(),
        as_of_dt: instant::parse(as_of).map(instant::show),
        files: Files { library: Library::of(report), known: HashMap::default() },
        changes: Changes::of(report),
        none: to_raw_value(&[(); 0])?,
    };
    let controls = report.controls.iter().map(|info| Ok((info.id.as_str(), Control::of(info)?)));
    let controls: BTreeMap<&str, Control<'_>> = controls.collect::<serde_json::Result<_>>()?;
    for verdict in &report.verdicts {
        frame.files.know(&verdict.evidence)?;
        list.item(&compliance_finding(verdict, controls.get(verdict.control.as_str()), &frame))?;
    }
    if !report.incidents.is_empty() {
        let verdicts: BTreeMap<&str, &Verdict> = report.verdicts.iter().map(|v| (v.uid.as_str(), v)).collect();
        for incident in &report.incidents {
            frame.files.know(&incident.evidence)?;
            list.item(&detection_finding(incident, &verdicts, &frame))?;
        }
    }
    list.end()
}

fn millis(time: &str) -> Option<i64> {
    instant::parse(time).map(|at| at.timestamp_millis())
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// What became of a finding since the baseline: `activity_id` with its caption.
fn activity(verdict: &Verdict, frame: &Frame<'_>) -> (u8, &'static str) {
    match (frame.changes.change(&verdict.uid), frame.changes.was(&verdict.uid)) {
        (None, _) | (_, Some(None)) => (1, "Create"),
        (Some(Change::Fixed), _) => (3, "Close"),
        (Some(_), _) => (2, "Update"),
    }
}

/// `compliance.status_id`, the finding's `status_id`, its severity; each with its caption.
fn statuses(verdict: &Verdict) -> [(u8, &'static str); 3] {
    let own = severity(verdict.severity);
    match verdict.status {
        Status::Compliant => [(1, "Pass"), (4, "Resolved"), (1, "Informational")],
        Status::NonCompliant if verdict.exception.is_some() => [(3, "Fail"), (3, "Suppressed"), own],
        Status::NonCompliant => [(3, "Fail"), (1, "New"), own],
        Status::InsufficientData => [(2, "Warning"), (1, "New"), own],
        Status::NotApplicable => [(99, "Not Applicable"), (99, "Not Applicable"), (1, "Informational")],
    }
}

fn compliance_finding<'a>(
    verdict: &'a Verdict,
    control: Option<&'a Control<'a>>,
    frame: &'a Frame<'a>,
) -> ComplianceFinding<'a> {
    let [(compliance_id, compliance_caption), (status_id, status), (severity_id, severity)] = statuses(verdict);
    let (subject, reason) = (&verdict.subject, &verdict.reason);
    let resource = Resource::of(subject);
    let (activity_id, activity_name) = activity(verdict, frame);
    let failed = verdict.status == Status::NonCompliant;
    let remediation = control.filter(|_| failed).map(|c| c.info.remediation.trim()).filter(|text| !text.is_empty());
    ComplianceFinding {
        activity_id,
        activity_name,
        category_uid: 2,
        category_name: "Findings",
        class_uid: 2003,
        class_name: "Compliance Finding",
        type_uid: 200_300 + u32::from(activity_id),
        type_name: format!("Compliance Finding: {activity_name}"),
        time: frame.as_of,
        time_dt: frame.as_of_dt.as_deref(),
        start_time: millis(&verdict.since),
        severity_id,
        severity,
        status_id,
        status,
        confidence_id: 99,
        confidence: &verdict.confidence,
        message: &reason.message,
        metadata: Metadata {
            version: VERSION,
            profiles: PROFILES,
            product: frame.product,
            uid: format!("{}@{}", verdict.uid, frame.report.run.as_of),
        },
        finding_info: finding_info(verdict, control, frame),
        compliance: compliance(verdict, control, frame, (compliance_id, compliance_caption)),
        cloud: Cloud {
            provider: "AWS",
            cloud_partition: resource.partition,
            account: resource::account(subject).map(account),
            region: resource::region(subject),
        },
        resources: [details(subject, &resource)],
        remediation: remediation.map(|desc| Remediation { desc }),
        evidences: verdict.evidence.iter().take(CITED).map(|e| artifact(e, &frame.files)).collect(),
        unmapped: Unmapped {
            status: verdict.status.name(),
            severity: verdict.severity.name(),
            since: &verdict.since,
            observed: &reason.observed,
            expected: &reason.expected,
            exception: verdict.exception.as_ref(),
            change: frame.changes.change(&verdict.uid).map(Change::name),
        },
    }
}

fn title<'a>(verdict: &'a Verdict, control: Option<&'a Control<'a>>) -> &'a str {
    control.map_or(&verdict.control, |c| &c.info.title)
}

fn finding_info<'a>(verdict: &'a Verdict, control: Option<&'a Control<'a>>, frame: &Frame<'a>) -> FindingInfo<'a> {
    FindingInfo {
        uid: &verdict.uid,
        title: title(verdict, control),
        desc: &verdict.reason.message,
        first_seen_time: millis(&verdict.since),
        last_seen_time: frame.as_of,
        types: [control.map_or("unknown", |c| &c.info.family)],
        analytic: Analytic {
            uid: &verdict.control,
            name: control.map_or(&verdict.control, |c| &c.info.name),
            type_id: 1,
            kind: "Rule",
        },
    }
}

fn compliance<'a>(
    verdict: &'a Verdict,
    control: Option<&'a Control<'a>>,
    frame: &'a Frame<'a>,
    (status_id, status): (u8, &'static str),
) -> Compliance<'a> {
    Compliance {
        control: &verdict.control,
        desc: title(verdict, control),
        category: control.map_or("unknown", |c| &c.info.family),
        status_id,
        status,
        status_code: &verdict.reason.code,
        status_details: [&verdict.reason.message],
        standards: control.map_or(&frame.none, |c| &c.standards),
        requirements: control.map_or(&frame.none, |c| &c.requirements),
        control_parameters: control.and_then(|c| c.parameters.as_deref()),
    }
}

fn account(uid: &str) -> Account<'_> {
    Account { uid, type_id: 10, kind: "AWS Account" }
}

fn details<'a>(subject: &'a Subject, resource: &Resource<'a>) -> ResourceDetails<'a> {
    ResourceDetails {
        uid: &subject.id,
        name: subject.name.as_deref(),
        kind: resource.kind,
        labels: [&subject.kind],
        cloud_partition: resource.partition,
        region: resource::region(subject),
    }
}

fn artifact<'a>(evidence: &'a EvidenceRef, files: &'a Files<'a>) -> EvidenceArtifact<'a> {
    let cited = files.library.cite(evidence);
    let (uid, api) = match evidence {
        EvidenceRef::Record(record) => (Some(record.event_id.as_str()), Some(Api { operation: &record.event_name })),
        EvidenceRef::Row(_) | EvidenceRef::Coverage(_) => (None, None),
    };
    let file = source(evidence).and_then(|id| files.known.get(&id)).map(|file| &**file);
    let data = Cited { time: cited.when, what: cited.what, place: cited.place, note: cited.note };
    EvidenceArtifact { uid: uid.filter(|uid| !uid.is_empty()), api, file, data }
}

/// An incident; as severe as the worst verdict that it stands behind.
fn detection_finding(incident: &Incident, verdicts: &BTreeMap<&str, &Verdict>, frame: &Frame<'_>) -> Value {
    let behind: Vec<&Verdict> =
        incident.verdicts.iter().filter_map(|uid| verdicts.get(uid.as_str()).copied()).collect();
    let worst = behind.iter().map(|verdict| verdict.severity).max().unwrap_or(Severity::High);
    let (severity_id, severity) = severity(worst);
    let (first, last) = (millis(&incident.first), millis(&incident.last).unwrap_or(frame.as_of));
    let title = incident.kind.replace('_', " ");
    let text = |name: &str| incident.actor.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let place = behind.first().map(|verdict| &verdict.subject);
    let mut cloud = json!({"provider": "AWS"});
    let mut put = |name: &str, value: Option<Value>| {
        if let (Some(members), Some(value)) = (cloud.as_object_mut(), value) {
            members.insert(name.to_owned(), value);
        }
    };
    put("account", place.and_then(|p| resource::account(p)).map(|uid| json!(account(uid))));
    put("region", place.and_then(|p| resource::region(p)).map(Value::from));
    let told = format!("{} by {}: {} events", title, text("principal").unwrap_or("unknown"), incident.count);
    let first_evidence = Value::Object(who(&incident.actor));
    let evidences: Vec<Value> = incident.evidence.iter().take(CITED).map(|e| by(e, &first_evidence, frame)).collect();
    json!({
        "activity_id": 1, "activity_name": "Create", "category_uid": 2, "category_name": "Findings",
        "class_uid": 2004, "class_name": "Detection Finding", "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "time": last, "start_time": first.unwrap_or(last), "end_time": last,
        "severity_id": severity_id, "severity": severity, "status_id": 1, "status": "New",
        "is_alert": true, "count": incident.count, "message": told,
        "metadata": Metadata { version: VERSION, profiles: PROFILES, product: frame.product,
            uid: format!("{}@{}", incident.uid, frame.report.run.as_of) },
        "finding_info": {"uid": incident.uid, "title": title, "desc": told, "types": [incident.kind],
            "first_seen_time": first.unwrap_or(last), "last_seen_time": last,
            "related_events": incident.verdicts.iter().map(|uid| json!({"uid": uid, "type_uid": 200_301,
                "type": "Compliance Finding: Create"})).collect::<Vec<_>>()},
        "cloud": cloud,
        "resources": behind.iter().map(|v| details(&v.subject, &Resource::of(&v.subject))).collect::<Vec<_>>(),
        "evidences": evidences,
        "unmapped": {"actor": incident.actor, "verdicts": incident.verdicts},
    })
}

fn by(evidence: &EvidenceRef, who: &Value, frame: &Frame<'_>) -> Value {
    let mut told = json!(artifact(evidence, &frame.files));
    if let (Some(members), Some(who)) = (told.as_object_mut(), who.as_object()) {
        members.extend(who.clone());
    }
    told
}

/// `actor`, where the call came from and with what, as far as they are known.
fn who(actor: &Map<String, Value>) -> Map<String, Value> {
    let text = |name: &str| actor.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut told = Map::new();
    let mut user = Map::new();
    let mut put = |name: &str, value: Option<Value>| user.extend(value.map(|value| (name.to_owned(), value)));
    put("uid", text("principal").map(Value::from));
    put("name", text("user_name").map(Value::from));
    put("account", text("account").map(|uid| json!(account(uid))));
    put("type", text("type").map(Value::from));
    let mut who = Map::new();
    if user.keys().any(|name| name != "type") {
        who.insert("user".into(), Value::Object(user));
    }
    let session = [("uid", text("session")), ("credential_uid", text("access_key_id"))];
    let session: Map<String, Value> =
        session.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect();
    if !session.is_empty() {
        who.insert("session".into(), Value::Object(session));
    }
    who.extend(text("invoked_by").map(|by| ("invoked_by".to_owned(), Value::from(by))));
    if !who.is_empty() {
        told.insert("actor".into(), Value::Object(who));
    }
    if let Some(ip) = text("source_ip") {
        // A call that a service made for somebody has that service's name here.
        let named = if ip.parse::<core::net::IpAddr>().is_ok() { "ip" } else { "name" };
        told.insert("src_endpoint".into(), json!({ named: ip }));
    }
    if let Some(agent) = text("user_agent") {
        told.insert("http_request".into(), json!({"user_agent": agent}));
    }
    told
}
