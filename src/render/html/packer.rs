//! Filling the columns: what was seen before is told by its number.

use super::draw::rank;
use super::pack::{CitedRecords, CitedRows, Courses, Sources, Subjects, Time, Verdicts};
use super::texts::Words;
use crate::instant;
use crate::report::compile::short_hash;
use crate::report::wire::{
    CoverageStretch, EvidenceRef, ExceptionRef, Range, RecordRef, Report, RowRef, Severity, SourceFile, StatusRange,
    Subject, Verdict,
};
use foldhash::fast::RandomState;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// Numbers given out on first sight.
struct Numbered<K>(HashMap<K, usize, RandomState>);

impl<K: Hash + Eq> Numbered<K> {
    /// The number, and whether it is new.
    fn of(&mut self, key: K) -> (usize, bool) {
        let next = self.0.len();
        let number = *self.0.entry(key).or_insert(next);
        (number, number == next)
    }
}

impl<K> Default for Numbered<K> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

/// Numbers told as steps from the one before.
#[derive(Default)]
struct Steps(i64);

impl Steps {
    fn to(&mut self, number: u64) -> i64 {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        number - std::mem::replace(&mut self.0, number)
    }
}

/// What is filled, and what is known already.
#[derive(Default)]
pub struct Packer<'a> {
    /// Start of the window, seconds since 1970.
    pub epoch: i64,
    /// Texts that occur again.
    pub words: Words<'a>,
    /// Distinct observed and expected values.
    pub values: Vec<&'a Map<String, Value>>,
    /// Distinct exceptions.
    pub exceptions: Vec<&'a ExceptionRef>,
    /// Distinct subjects.
    pub subjects: Subjects<'a>,
    /// One row each.
    pub verdicts: Verdicts,
    /// Distinct courses of a status.
    pub courses: Courses,
    /// Distinct records.
    pub records: CitedRecords<'a>,
    /// Distinct snapshot rows.
    pub rows: CitedRows,
    /// Distinct stretches of log.
    pub stretches: Vec<&'a CoverageStretch>,
    end: &'a str,
    known: Known<'a>,
    steps: AllSteps,
    /// Files that records and rows stand in.
    cited: HashSet<u64, RandomState>,
    /// The value at hand as JSON.
    told: Vec<u8>,
}

/// From, to, status and cause of an interval.
type Interval<'a> = (&'a str, &'a str, usize, Option<Cited<'a>>);
/// Which kind of citation (0 record, 1 row, 2 stretch), which of these, and the note.
type Cited<'a> = (u8, u64, &'a str);

#[derive(Default)]
struct Known<'a> {
    values: Numbered<Vec<u8>>,
    exceptions: Numbered<[&'a str; 3]>,
    subjects: Numbered<&'a Subject>,
    courses: Numbered<Vec<Interval<'a>>>,
    records: Numbered<(u64, u64, &'a str, &'a str, &'a str)>,
    rows: Numbered<(u64, &'a str, &'a str)>,
    stretches: Numbered<[&'a str; 5]>,
}

#[derive(Default)]
struct AllSteps {
    subject: Steps,
    course: Steps,
    cited: [Steps; 3],
    causes: [Steps; 3],
    record_source: Steps,
    row_source: Steps,
}

impl<'a> Packer<'a> {
    /// Over a window, from whose start times count.
    pub fn over(window: &'a Range) -> Self {
        let epoch = instant::parse(&window.from).map_or(0, |from| from.timestamp());
        Self { epoch, end: &window.to, ..Self::default() }
    }

    /// One more row.
    pub fn verdict(&mut self, verdict: &'a Verdict) {
        let at = self.verdicts.control.len();
        let Verdict { subject, reason, .. } = verdict;
        let subject = self.subject(subject);
        let course = self.course(&verdict.intervals);
        let since = match verdict.intervals.last() {
            Some(last) if last.from == verdict.since => None,
            _ => Some(self.time(&verdict.since)),
        };
        let (observed, expected) = (self.value(&reason.observed), self.value(&reason.expected));
        let exception = verdict.exception.as_ref().map(|exception| self.exception(exception));
        for evidence in &verdict.evidence {
            self.cite(evidence);
        }
        let breach = verdict.longest_breach.as_ref();
        let breach = breach.map(|breach| (self.time(&breach.from), self.time(&breach.to), breach.seconds));
        let rows = &mut self.verdicts;
        rows.held.push(verdict.held);
        rows.undecided.push(verdict.undecided);
        rows.breach.push(breach);
        rows.control.push(self.words.number(&verdict.control));
        rows.subject.push(self.steps.subject.to(subject));
        rows.status.push(rank(verdict.status));
        rows.severity.push(level(verdict.severity));
        rows.code.push(self.words.number(&reason.code));
        rows.message.push(self.words.number(&reason.message));
        rows.observed.push(observed);
        rows.expected.push(expected);
        rows.since.push(since);
        rows.confidence.push(self.words.number(&verdict.confidence));
        rows.course.push(self.steps.course.to(course));
        rows.exception.push(exception);
        rows.cites.push(verdict.evidence.len());
        if verdict.uid != short_hash(&[&verdict.control, &verdict.subject.kind, &verdict.subject.id]) {
            rows.uid.push((at, verdict.uid.clone()));
        }
    }

    fn time(&self, text: &str) -> Time {
        let at = instant::shown(text);
        at.map_or_else(|| Time::Text(text.into()), |at| Time::Seconds(at.timestamp() - self.epoch))
    }

    fn subject(&mut self, subject: &'a Subject) -> u64 {
        let (number, new) = self.known.subjects.of(subject);
        if new {
            let tail = subject.id.rsplit([':', '/']).next();
            let rows = &mut self.subjects;
            rows.kind.push(self.words.number(&subject.kind));
            rows.id.push(&subject.id);
            rows.account.push(subject.account.as_deref().map(|account| self.words.number(account)));
            rows.region.push(subject.region.as_deref().map(|region| self.words.number(region)));
            rows.name.push(match subject.name.as_deref() {
                None => -1,
                name if name == tail => -2,
                Some(name) => i64::try_from(self.words.number(name)).unwrap_or(-1),
            });
        }
        number as u64
    }

    fn course(&mut self, intervals: &'a [StatusRange]) -> u64 {
        let told: Vec<Interval<'a>> = intervals
            .iter()
            .map(|i| (i.from.as_str(), i.to.as_str(), rank(i.status), i.cause.as_ref().map(|cause| self.cited(cause))))
            .collect();
        let causes: Vec<Option<Cited<'a>>> = told.iter().map(|(.., cause)| *cause).collect();
        let (number, new) = self.known.courses.of(told);
        if new {
            self.courses.length.push(intervals.len());
            let nexts = intervals.iter().skip(1).map(|next| next.from.as_str()).chain([self.end]);
            for (interval, next) in intervals.iter().zip(nexts) {
                let from = self.time(&interval.from);
                let to = (interval.to != next).then(|| self.time(&interval.to));
                self.courses.from.push(from);
                self.courses.to.push(to);
                self.courses.status.push(rank(interval.status));
            }
            for cause in causes {
                self.cause(cause);
            }
        }
        number as u64
    }

    fn value(&mut self, value: &'a Map<String, Value>) -> usize {
        self.told.clear();
        // Writing a map with texts as keys to memory does not fail.
        let _ = serde_json::to_writer(&mut self.told, value);
        if let Some(number) = self.known.values.0.get(&self.told) {
            return *number;
        }
        self.values.push(value);
        self.known.values.of(self.told.clone()).0
    }

    fn exception(&mut self, exception: &'a ExceptionRef) -> usize {
        let key = [&exception.reason, &exception.owner, &exception.expires].map(String::as_str);
        let (number, new) = self.known.exceptions.of(key);
        if new {
            self.exceptions.push(exception);
        }
        number
    }

    fn cited(&mut self, evidence: &'a EvidenceRef) -> Cited<'a> {
        match evidence {
            EvidenceRef::Record(record) => (0, self.record(record), &record.note),
            EvidenceRef::Row(row) => (1, self.row(row), &row.note),
            EvidenceRef::Coverage(cited) => (2, self.stretch(&cited.coverage), &cited.note),
        }
    }

    fn cite(&mut self, evidence: &'a EvidenceRef) {
        let (kind, number, note) = self.cited(evidence);
        if let Some(steps) = self.steps.cited.get_mut(usize::from(kind)) {
            self.verdicts.cite.push(steps.to(number));
        }
        self.verdicts.cite_kind.push(kind);
        self.verdicts.note.push(self.words.number(note));
    }

    fn cause(&mut self, cause: Option<Cited<'a>>) {
        let Some((kind, number, note)) = cause else { return self.courses.cause_kind.push(3) };
        if let Some(steps) = self.steps.causes.get_mut(usize::from(kind)) {
            self.courses.cause.push(steps.to(number));
        }
        self.courses.cause_kind.push(kind);
        self.courses.cause_note.push(self.words.number(note));
    }

    fn record(&mut self, cited: &'a RecordRef) -> u64 {
        let key = (cited.source, cited.record, cited.event_id.as_str(), cited.event_name.as_str(), cited.time.as_str());
        let (number, new) = self.known.records.of(key);
        if new {
            let time = self.time(&cited.time);
            let rows = &mut self.records;
            self.cited.insert(cited.source);
            rows.source.push(self.steps.record_source.to(cited.source));
            rows.record.push(cited.record);
            rows.event_id.push(&cited.event_id);
            rows.event_name.push(self.words.number(&cited.event_name));
            rows.time.push(time);
        }
        number as u64
    }

    fn row(&mut self, cited: &'a RowRef) -> u64 {
        let (number, new) = self.known.rows.of((cited.source, &cited.pointer, &cited.time));
        if new {
            let time = self.time(&cited.time);
            self.cited.insert(cited.source);
            self.rows.source.push(self.steps.row_source.to(cited.source));
            self.rows.pointer.push(self.words.number(&cited.pointer));
            self.rows.time.push(time);
        }
        number as u64
    }

    fn stretch(&mut self, cited: &'a CoverageStretch) -> u64 {
        let key = [&cited.account, &cited.region, &cited.from, &cited.to, &cited.grade].map(String::as_str);
        let (number, new) = self.known.stretches.of(key);
        if new {
            self.stretches.push(cited);
        }
        number as u64
    }

    /// The files that anything in the report cites, its verdicts packed.
    pub fn sources(&mut self, report: &'a Report) -> Sources<'a> {
        let elsewhere = report.incidents.iter().flat_map(|incident| &incident.evidence);
        let elsewhere = elsewhere.chain(report.drifts.iter().flat_map(|drift| &drift.evidence));
        let spans = report.entities.iter().flat_map(|entity| &entity.attributes).flat_map(|a| &a.spans);
        let elsewhere = elsewhere.chain(spans.filter_map(|span| span.evidence.as_ref()));
        self.cited.extend(elsewhere.filter_map(source));
        let (mut told, mut steps) = (Sources::default(), Steps::default());
        for file in report.sources.iter().filter(|file| file.sha256.is_some() || self.cited.contains(&file.id)) {
            let SourceFile { id, path, sha256, kind, captured_at, saved_in } = file;
            told.id.push(steps.to(*id));
            told.path.push(path);
            told.sha256.push(sha256.as_deref().unwrap_or_default());
            told.kind.push(self.words.number(kind));
            told.captured_at.push(captured_at.as_deref().map(|at| self.words.number(at)));
            told.saved_in.push(saved_in.as_deref().map(|file| self.words.number(file)));
        }
        told
    }
}

fn source(evidence: &EvidenceRef) -> Option<u64> {
    match evidence {
        EvidenceRef::Record(record) => Some(record.source),
        EvidenceRef::Row(row) => Some(row.source),
        EvidenceRef::Coverage(_) => None,
    }
}

fn level(severity: Severity) -> u8 {
    match severity {
        Severity::Low => 0,
        Severity::Medium => 1,
        Severity::High => 2,
        Severity::Critical => 3,
    }
}
