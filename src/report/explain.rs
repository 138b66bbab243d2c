//! Why a verdict is what it is: the verdict out of a report, with all that the report and the control's page say of it.

use super::wire::{ControlInfo, Incident, PairCoverage, RecordBody, Report, Run, SourceFile, Verdict};
use super::wire::{EvidenceRef, Severity};
use crate::controls::Control;
use crate::controls::params::nearest;
use serde::Serialize;

/// A verdict explained (`vaultrail.explain/1`).
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// `vaultrail.explain/1`.
    pub schema: &'static str,
    /// When and over which window it was judged.
    pub run: Run,
    /// The control as it was judged, with its parameters.
    pub control: Option<ControlInfo>,
    /// What the control demands, from its page.
    pub demands: Option<String>,
    /// What its status means, from the page.
    pub status_means: Option<String>,
    /// What its reason means, from the page.
    pub reason_means: Option<String>,
    /// Where the reason has a severity of its own on the page.
    pub severity_of_reason: Option<Severity>,
    /// Whose log the claim needs, from the page.
    pub needs: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Where the log of the subject's account is known to be complete.
    pub coverage: Vec<PairCoverage>,
    /// Incidents that stand behind it.
    pub incidents: Vec<Incident>,
    /// What to do, from the page.
    pub remediation: Option<String>,
    /// The files that it cites.
    pub sources: Vec<SourceFile>,
    /// Bodies of what it cites, as far as the report has them.
    pub records: Vec<RecordBody>,
}

/// The verdict whose uid begins so; an error says what comes nearest.
pub fn find<'r>(report: &'r Report, uid: &str) -> Result<&'r Verdict, String> {
    let begins: Vec<&Verdict> = report.verdicts.iter().filter(|verdict| verdict.uid.starts_with(uid)).collect();
    match begins.as_slice() {
        [one] => Ok(one),
        [] => {
            let near = nearest(uid, report.verdicts.iter().map(|verdict| verdict.uid.as_str()));
            let near = near.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            Err(format!("no verdict of {} has the uid {uid:?}{near}", report.verdicts.len()))
        }
        several => {
            let shown: Vec<String> =
                several.iter().take(5).map(|v| format!("{} ({} {})", v.uid, v.control, v.subject.id)).collect();
            let more = if several.len() > shown.len() { ", …" } else { "" };
            Err(format!("{} verdicts have a uid that begins with {uid:?}: {}{more}", several.len(), shown.join(", ")))
        }
    }
}

impl Explained {
    /// Explains a verdict of a report.
    pub fn of(report: &Report, verdict: &Verdict, controls: &[Control]) -> Self {
        let of = verdict.control.split('/').next().unwrap_or(&verdict.control);
        let rule = controls.iter().find(|control| control.rule.id == of).map(|control| &control.rule);
        let reason = rule.and_then(|rule| rule.reason(&verdict.reason.code));
        let cites = |source: u64, record: Option<u64>, pointer: Option<&str>| {
            verdict.evidence.iter().any(|evidence| match evidence {
                EvidenceRef::Record(r) => (r.source, Some(r.record), None) == (source, record, pointer),
                EvidenceRef::Row(r) => (r.source, None, Some(r.pointer.as_str())) == (source, record, pointer),
                EvidenceRef::Coverage(_) => false,
            })
        };
        let named = |source: &&SourceFile| {
            verdict.evidence.iter().any(|evidence| match evidence {
                EvidenceRef::Record(r) => r.source == source.id,
                EvidenceRef::Row(r) => r.source == source.id,
                EvidenceRef::Coverage(_) => false,
            })
        };
        let own = |pair: &&PairCoverage| {
            let subject = &verdict.subject;
            subject.account.as_ref() == Some(&pair.account) && subject.region.as_ref().is_none_or(|r| *r == pair.region)
        };
        Self {
            schema: "vaultrail.explain/1",
            run: report.run.clone(),
            control: report.controls.iter().find(|control| control.id == verdict.control).cloned(),
            demands: rule.map(|rule| rule.description.trim().to_owned()),
            status_means: rule.and_then(|rule| rule.status.get(&verdict.status)).cloned(),
            reason_means: reason.map(|reason| reason.text.clone()),
            severity_of_reason: reason.and_then(|reason| reason.severity),
            needs: rule.map(|rule| rule.coverage.clone()),
            verdict: verdict.clone(),
            coverage: report.coverage.iter().filter(own).cloned().collect(),
            incidents: report.incidents.iter().filter(|i| i.verdicts.contains(&verdict.uid)).cloned().collect(),
            remediation: rule.map(|rule| rule.remediation.trim().to_owned()),
            sources: report.sources.iter().filter(named).cloned().collect(),
            records: {
                let cited = |body: &&RecordBody| cites(body.source, body.record, body.pointer.as_deref());
                report.records.iter().filter(cited).cloned().collect()
            },
        }
    }
}
