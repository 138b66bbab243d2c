//! The report in columns: what the page's script reads, small enough that 100,000 verdicts are one file.
//!
//! Verdicts, subjects and evidence stand in columns, each distinct text, value, record and course of time once. Numbers
//! of rows are told as steps from the row before, since neighbours mostly refer to neighbours. All else is as in the
//! JSON report, but for sources, of which the cited ones are kept, and defects, of which the first. `reports/data.js`
//! reads this and makes the JSON report's verdicts out of it again.

use super::packer::Packer;
use super::texts::Texts;
use crate::report::wire::{
    Answer, Baseline, Bytes, Change, Changed, ControlInfo, CopySeries, CoverageStretch, DefectInfo, Drift,
    EstateEntity, ExceptionInfo, ExceptionRef, Files, FrameworkInfo, HistoryLine, Incident, PairCoverage, RecordBody,
    Records, Report, Run, Summary, Tool,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Defects kept; the JSON report has all.
pub const DEFECTS: usize = 1_000;

/// A time: seconds after the start of the window, or a text that is no such time.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Time {
    Seconds(i64),
    Text(String),
}

/// What became of a verdict, and what it was.
type Became<'a> = (Change, Option<&'a Answer>);

/// The packed report.
#[derive(Serialize)]
pub struct Packed<'a> {
    /// Seconds since 1970 that times count from.
    pub epoch: i64,
    /// The JSON report without what stands in columns.
    pub report: Rest<'a>,
    /// Files that the inputs had.
    pub files: usize,
    pub defects: usize,
    pub sources: Sources<'a>,
    pub words: Texts<'a>,
    /// Distinct `observed` and `expected`.
    pub values: Vec<&'a Map<String, Value>>,
    pub exceptions: Vec<&'a ExceptionRef>,
    pub subjects: Subjects<'a>,
    pub verdicts: Verdicts,
    pub courses: Courses,
    pub records: CitedRecords<'a>,
    pub rows: CitedRows,
    pub stretches: Vec<&'a CoverageStretch>,
    /// What can have become of a verdict.
    pub changes: Vec<Became<'a>>,
}

/// Cited files.
#[derive(Default, Serialize)]
pub struct Sources<'a> {
    pub id: Vec<i64>,
    pub path: Texts<'a>,
    pub sha256: Texts<'a>,
    pub kind: Vec<usize>,
    pub captured_at: Vec<Option<usize>>,
    pub saved_in: Vec<Option<usize>>,
}

#[derive(Default, Serialize)]
pub struct Subjects<'a> {
    pub kind: Vec<usize>,
    pub id: Texts<'a>,
    pub account: Vec<Option<usize>>,
    pub region: Vec<Option<usize>>,
    /// A word's number, -1: none, -2: what follows the last `:` or `/` of the id.
    pub name: Vec<i64>,
}

#[derive(Default, Serialize)]
pub struct Verdicts {
    pub control: Vec<usize>,
    pub subject: Vec<i64>,
    pub status: Vec<usize>,
    pub severity: Vec<u8>,
    pub code: Vec<usize>,
    pub message: Vec<usize>,
    pub observed: Vec<usize>,
    pub expected: Vec<usize>,
    /// Where it is not the beginning of the last interval.
    pub since: Vec<Option<Time>>,
    pub confidence: Vec<usize>,
    pub course: Vec<i64>,
    pub exception: Vec<Option<usize>>,
    /// How many citations.
    pub cites: Vec<usize>,
    /// Of all citations in order: which kind (0 record, 1 row, 2 stretch), which of these, and the note.
    pub cite_kind: Vec<u8>,
    pub cite: Vec<i64>,
    pub note: Vec<usize>,
    /// As in the JSON report.
    pub held: Vec<Option<f64>>,
    /// As in the JSON report.
    pub undecided: Vec<Option<f64>>,
    /// First instant, end and seconds of the longest.
    pub breach: Vec<Option<(Time, Time, u64)>>,
    /// What became of it since the baseline, where it changed; empty without a baseline.
    pub change: Vec<Option<usize>>,
    /// Where it is not the hash of control, kind and id.
    pub uid: Vec<(usize, String)>,
}

/// Distinct courses of a status over the window.
#[derive(Default, Serialize)]
pub struct Courses {
    pub length: Vec<usize>,
    pub from: Vec<Time>,
    /// Where it is not the beginning of the next, or the end of the window.
    pub to: Vec<Option<Time>>,
    pub status: Vec<usize>,
    /// What made it so: which kind of citation, or 3 for none, which of these, and the note.
    pub cause_kind: Vec<u8>,
    /// Of those that have one, in order.
    pub cause: Vec<i64>,
    /// Of those that have one, in order.
    pub cause_note: Vec<usize>,
}

/// Distinct cited records.
#[derive(Default, Serialize)]
pub struct CitedRecords<'a> {
    pub source: Vec<i64>,
    pub record: Vec<u64>,
    pub event_id: Texts<'a>,
    pub event_name: Vec<usize>,
    pub time: Vec<Time>,
}

/// Distinct cited snapshot rows.
#[derive(Default, Serialize)]
pub struct CitedRows {
    pub source: Vec<i64>,
    pub pointer: Vec<usize>,
    pub time: Vec<Time>,
}

/// What of the report stands as it is.
#[derive(Serialize)]
pub struct Rest<'a> {
    schema: &'a str,
    tool: &'a Tool,
    run: &'a Run,
    inputs: RestOfInputs<'a>,
    summary: &'a Summary,
    coverage: &'a [PairCoverage],
    controls: &'a [ControlInfo],
    frameworks: &'a [FrameworkInfo],
    incidents: &'a [Incident],
    exceptions: &'a [ExceptionInfo],
    records: &'a [RecordBody],
    drifts: &'a [Drift],
    comparison: Option<RestOfComparison<'a>>,
    history: &'a [HistoryLine],
    entities: &'a [EstateEntity],
    copies: &'a [CopySeries],
}

/// What changed stands in a column; verdicts that are gone are in the JSON report.
#[derive(Serialize)]
struct RestOfComparison<'a> {
    baseline: &'a Baseline,
    same_scope: bool,
    differences: &'a [String],
    counts: &'a BTreeMap<Change, u64>,
}

#[derive(Serialize)]
struct RestOfInputs<'a> {
    files: &'a Files,
    observations: u64,
    records: &'a Records,
    bytes: &'a Bytes,
    defects: &'a [DefectInfo],
}

impl<'a> Rest<'a> {
    fn of(report: &'a Report) -> Self {
        let inputs = &report.inputs;
        Self {
            schema: &report.schema,
            tool: &report.tool,
            run: &report.run,
            inputs: RestOfInputs {
                files: &inputs.files,
                observations: inputs.observations,
                records: &inputs.records,
                bytes: &inputs.bytes,
                defects: inputs.defects.get(..DEFECTS).unwrap_or(&inputs.defects),
            },
            summary: &report.summary,
            coverage: &report.coverage,
            controls: &report.controls,
            frameworks: &report.frameworks,
            incidents: &report.incidents,
            exceptions: &report.exceptions,
            records: &report.records,
            drifts: &report.drifts,
            comparison: report.comparison.as_ref().map(|comparison| RestOfComparison {
                baseline: &comparison.baseline,
                same_scope: comparison.same_scope,
                differences: &comparison.differences,
                counts: &comparison.counts,
            }),
            history: &report.history,
            entities: &report.entities,
            copies: &report.copies,
        }
    }
}

impl<'a> Packed<'a> {
    /// Of one report.
    pub fn of(report: &'a Report) -> Self {
        let mut packer = Packer::over(&report.run.window);
        for verdict in &report.verdicts {
            packer.verdict(verdict);
        }
        let sources = packer.sources(report);
        let (change, changes) = became(report);
        packer.verdicts.change = change;
        Self {
            epoch: packer.epoch,
            report: Rest::of(report),
            files: report.sources.len(),
            defects: report.inputs.defects.len(),
            sources,
            words: packer.words.texts,
            values: packer.values,
            exceptions: packer.exceptions,
            subjects: packer.subjects,
            verdicts: packer.verdicts,
            courses: packer.courses,
            records: packer.records,
            rows: packer.rows,
            stretches: packer.stretches,
            changes,
        }
    }
}

/// What became of each verdict, as a number of the distinct changes; nothing without a baseline.
fn became<'a>(report: &'a Report) -> (Vec<Option<usize>>, Vec<Became<'a>>) {
    let Some(comparison) = &report.comparison else { return (Vec::new(), Vec::new()) };
    let by_uid = comparison.changes.iter().map(|changed| (changed.uid.as_str(), changed));
    let by_uid: BTreeMap<&str, &Changed> = by_uid.collect();
    let mut numbers = BTreeMap::new();
    let mut all = Vec::new();
    let mut number = |changed: &&'a Changed| {
        let was = changed.was.as_ref().map(|was| (was.status, was.severity, was.code.as_str(), was.excepted));
        *numbers.entry((changed.change, was)).or_insert_with(|| {
            all.push((changed.change, changed.was.as_ref()));
            all.len() - 1
        })
    };
    let column = report.verdicts.iter().map(|verdict| by_uid.get(verdict.uid.as_str()).map(&mut number)).collect();
    (column, all)
}
