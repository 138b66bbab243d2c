//! One attribute over time: spans, each naming the record that set it. Looking at any instant is a binary search.

use crate::evidence::Evidence;
use crate::instant::Instant;

/// Where a span's value is known from; weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A later snapshot, carried back over a whole log without a change.
    Inferred,
    /// A snapshot.
    Snapshot,
    /// A log record.
    Event,
    /// A log record that a snapshot confirms.
    Both,
}

/// A value from one instant until the next span begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<T> {
    /// First instant at which it holds.
    pub from: Instant,
    /// `None`: something changed it, the log does not say to what.
    pub value: Option<T>,
    /// The record that set it.
    pub evidence: Evidence,
    /// How it is known.
    pub origin: Origin,
    /// The latest entry that showed the same value again, in order.
    pub confirmed: Vec<(Instant, Evidence)>,
}

impl<T> Span<T> {
    /// How the value is known at an instant: carried back before the snapshot that shows it, from the snapshot on as such.
    pub fn origin_at(&self, at: Instant) -> Origin {
        let shown = self.confirmed.iter().any(|(when, _)| *when <= at);
        if self.origin == Origin::Inferred && shown { Origin::Snapshot } else { self.origin }
    }

    /// The last instant up to `at` at which a record showed this value, and that record.
    pub fn last_shown(&self, at: Instant) -> (Instant, Evidence) {
        let shown = self.confirmed.partition_point(|(when, _)| *when <= at);
        shown.checked_sub(1).and_then(|i| self.confirmed.get(i)).copied().unwrap_or((self.from, self.evidence))
    }
}

/// What one fact says of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting<T> {
    /// When it was so.
    pub at: Instant,
    /// `None`: changed to something unknown.
    pub value: Option<T>,
    /// The record.
    pub evidence: Evidence,
    /// `true` for a snapshot: it shows a state but does not make one.
    pub observed: bool,
}

/// An attribute over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<T> {
    spans: Box<[Span<T>]>,
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self { spans: Box::default() }
    }
}

impl<T: Clone + PartialEq> Timeline<T> {
    /// Builds the timeline from everything that was seen, in any order.
    ///
    /// `since` answers, for a snapshot at an instant, back to when the log is whole without a break: a first snapshot is
    /// carried back to there, never over an earlier change.
    pub fn replay(mut seen: Vec<Sighting<T>>, since: impl Fn(Instant) -> Instant) -> Self {
        seen.sort_by_key(|sighting| (sighting.at, sighting.observed, sighting.evidence));
        // Most attributes have one value for ever.
        let mut spans: Vec<Span<T>> = Vec::with_capacity(usize::from(!seen.is_empty()));
        for sighting in seen {
            let Some(last) = spans.last_mut() else {
                let from = if sighting.observed { since(sighting.at).min(sighting.at) } else { sighting.at };
                spans.push(span(from, sighting));
                continue;
            };
            if last.value == sighting.value && sighting.value.is_some() {
                last.confirmed.push((sighting.at, sighting.evidence));
                if sighting.observed && last.origin == Origin::Event {
                    last.origin = Origin::Both;
                }
            } else {
                // After a change to something unknown, a snapshot tells what it was changed to.
                let tells = sighting.observed && last.value.is_none();
                let from =
                    if tells { since(sighting.at).clamp(last.from, sighting.at.max(last.from)) } else { sighting.at };
                if tells && from == last.from {
                    spans.pop();
                }
                spans.push(span(from, sighting));
            }
        }
        for span in &mut spans {
            span.confirmed.shrink_to_fit();
        }
        Self { spans: spans.into_boxed_slice() }
    }

    /// What ends by itself, without an entry: a value for which `runs` holds, that no entry has shown since `end`, nor
    /// another value after it, is `after` from `end` on, inferred. What contradicts that is kept as it was told.
    pub fn lapse(&mut self, end: Instant, runs: impl Fn(&T) -> bool, after: Option<T>) {
        let runs = |span: &Span<T>| span.value.as_ref().is_some_and(&runs);
        let Some(at) = self.spans.iter().rposition(runs) else { return };
        let Some(running) = self.spans.get(at) else { return };
        if running.from >= end || running.confirmed.iter().any(|(when, _)| *when >= end) {
            return;
        }
        let evidence = running.last_shown(end).1;
        match self.spans.get_mut(at + 1) {
            None => {
                let lapsed =
                    Span { from: end, value: after, evidence, origin: Origin::Inferred, confirmed: Vec::new() };
                let mut spans = std::mem::take(&mut self.spans).into_vec();
                spans.push(lapsed);
                self.spans = spans.into_boxed_slice();
            }
            // A snapshot that shows the end later does not date it.
            Some(next) if next.value == after && next.origin == Origin::Snapshot && next.from > end => {
                next.confirmed.insert(0, (next.from, next.evidence));
                next.from = end;
                next.origin = Origin::Inferred;
            }
            Some(_) => {}
        }
    }

    /// The same spans with other values, each with the record that tells the new value.
    pub fn map<U>(&self, of: impl Fn(&Span<T>) -> (Option<U>, Evidence)) -> Timeline<U> {
        let spans = self.spans.iter().map(|span| {
            let (value, evidence) = of(span);
            Span { from: span.from, value, evidence, origin: span.origin, confirmed: span.confirmed.clone() }
        });
        Timeline { spans: spans.collect() }
    }

    /// The span that holds at an instant; `None` before anything is known.
    pub fn at(&self, at: Instant) -> Option<&Span<T>> {
        let after = self.spans.partition_point(|span| span.from <= at);
        after.checked_sub(1).and_then(|i| self.spans.get(i))
    }

    /// The first instant after `at` at which the answer may differ.
    pub fn next_change(&self, at: Instant) -> Option<Instant> {
        let after = self.spans.partition_point(|span| span.from <= at);
        self.spans.get(after).map(|span| span.from)
    }

    /// All spans, in order.
    pub fn spans(&self) -> &[Span<T>] {
        &self.spans
    }
}

fn span<T>(from: Instant, sighting: Sighting<T>) -> Span<T> {
    let origin = match (sighting.observed, from < sighting.at) {
        (false, _) => Origin::Event,
        (true, false) => Origin::Snapshot,
        (true, true) => Origin::Inferred,
    };
    let confirmed = if from < sighting.at { vec![(sighting.at, sighting.evidence)] } else { Vec::new() };
    Span { from, value: sighting.value, evidence: sighting.evidence, origin, confirmed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::seconds;

    fn t(s: i64) -> Instant {
        seconds(s).unwrap_or_default()
    }

    fn seen(at: i64, value: Option<u32>, evidence: u32, observed: bool) -> Sighting<u32> {
        Sighting { at: t(at), value, evidence: Evidence(evidence), observed }
    }

    #[test]
    fn before_the_first_span_the_answer_is_unknown() {
        let line = Timeline::replay(vec![seen(10, Some(1), 0, false)], |at| at);
        assert_eq!(line.at(t(9)), None);
        assert_eq!(line.at(t(10)).and_then(|s| s.value), Some(1));
    }

    #[test]
    fn a_snapshot_is_carried_back_over_a_whole_log_and_no_further() {
        let line = Timeline::replay(vec![seen(100, Some(1), 0, true)], |_| t(40));
        assert_eq!(line.at(t(39)), None);
        assert_eq!(line.at(t(40)).map(|s| s.origin), Some(Origin::Inferred));
    }

    #[test]
    fn a_snapshot_tells_what_an_opaque_change_made() {
        let facts = vec![seen(10, Some(1), 0, false), seen(20, None, 1, false), seen(30, Some(2), 2, true)];
        let whole = Timeline::replay(facts.clone(), |_| t(0));
        assert_eq!(whole.at(t(20)).and_then(|s| s.value), Some(2));
        let holed = Timeline::replay(facts, |_| t(25));
        assert_eq!(holed.at(t(24)).map(|s| s.value), Some(None));
        assert_eq!(holed.at(t(25)).and_then(|s| s.value), Some(2));
    }

    #[test]
    fn what_ends_by_itself_lapses_unless_an_entry_says_otherwise() {
        let running = |value: &u32| *value == 1;
        let lapsed = |facts: Vec<Sighting<u32>>, after| {
            let mut line = Timeline::replay(facts, |at| at);
            line.lapse(t(20), running, after);
            line.spans().iter().map(|span| (span.from.timestamp(), span.value, span.origin)).collect::<Vec<_>>()
        };
        let begun = (10, Some(1), Origin::Event);
        assert_eq!(lapsed(vec![seen(10, Some(1), 0, false)], Some(2)), [begun, (20, Some(2), Origin::Inferred)]);
        assert_eq!(lapsed(vec![seen(10, Some(1), 0, false)], None), [begun, (20, None, Origin::Inferred)]);
        // Decided late: it had not ended.
        let late = vec![seen(10, Some(1), 0, false), seen(25, Some(3), 1, false)];
        assert_eq!(lapsed(late, Some(2)), [begun, (25, Some(3), Origin::Event)]);
        // A snapshot shows it running past its end.
        let shown = vec![seen(10, Some(1), 0, false), seen(25, Some(1), 1, true)];
        assert_eq!(lapsed(shown, Some(2)), [(10, Some(1), Origin::Both)]);
        // A snapshot shows the end, which is dated back.
        let ended = vec![seen(10, Some(1), 0, false), seen(30, Some(2), 1, true)];
        assert_eq!(lapsed(ended, Some(2)), [begun, (20, Some(2), Origin::Inferred)]);
    }

    #[test]
    fn a_snapshot_that_disagrees_wins_from_then_on() {
        let line = Timeline::replay(vec![seen(10, Some(1), 0, false), seen(30, Some(2), 1, true)], |_| t(0));
        assert_eq!(line.at(t(29)).and_then(|s| s.value), Some(1));
        assert_eq!(line.at(t(30)).and_then(|s| s.value), Some(2));
    }
}
