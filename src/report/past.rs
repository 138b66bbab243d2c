//! What became of a verdict over the window: how much of it held, its longest breach, and what made it flip.

use super::compile::refer;
use super::wire::{Breach, EvidenceRef, StatusRange};
use crate::controls::engine::Interval;
use crate::evidence::Cite;
use crate::ingest::Log;
use crate::instant;
use crate::status::Status;
use chrono::Duration;

/// A call that flips a verdict is logged at that instant; the end of a job within this time of it.
const LOGGED: Duration = Duration::hours(1);

/// The past of one verdict; nothing of one that never flipped.
#[derive(Debug, Default)]
pub struct Past {
    /// Share of the judged time that was COMPLIANT.
    pub held: Option<f64>,
    /// Share of the judged time that was INSUFFICIENT_DATA.
    pub undecided: Option<f64>,
    /// The longest time of NON_COMPLIANT; the first of several.
    pub longest_breach: Option<Breach>,
}

impl Past {
    /// Adds up intervals. Time in which there was nothing to judge counts on neither side.
    pub fn of(intervals: &[Interval]) -> Self {
        if intervals.len() < 2 {
            return Self::default();
        }
        let seconds = |status: Status| -> i64 {
            intervals.iter().filter(|i| i.status == status).map(|i| (i.to - i.from).num_seconds()).sum()
        };
        let (held, undecided) = (seconds(Status::Compliant), seconds(Status::InsufficientData));
        let judged = held + undecided + seconds(Status::NonCompliant);
        let broken = intervals.iter().filter(|i| i.status == Status::NonCompliant);
        let longest = broken.max_by_key(|i| (i.to - i.from, std::cmp::Reverse(i.from)));
        Self {
            held: share(held, judged),
            undecided: share(undecided, judged),
            longest_breach: longest.map(|i| Breach {
                from: instant::show(i.from),
                to: instant::show(i.to),
                seconds: (i.to - i.from).num_seconds().unsigned_abs(),
            }),
        }
    }
}

/// Four decimals, cut and never rounded up.
fn share(part: i64, whole: i64) -> Option<f64> {
    let ten_thousandths = i128::from(part).checked_mul(10_000)?.checked_div(i128::from(whole))?;
    Some(f64::from(i32::try_from(ten_thousandths).ok()?) / 10_000.0)
}

/// Intervals as the report has them, each flip with its cause where an entry is one.
pub fn ranges(intervals: &[Interval], log: &Log) -> Vec<StatusRange> {
    let told = intervals.iter().map(|interval| StatusRange {
        from: instant::show(interval.from),
        to: instant::show(interval.to),
        status: interval.status,
        cause: cause(interval, log),
    });
    told.collect()
}

/// The entry, newly cited since the flip, that was logged then or soon after; `None`: time passed, or no entry tells.
fn cause(interval: &Interval, log: &Log) -> Option<EvidenceRef> {
    let fresh = interval.fresh.iter().filter_map(|evidence| Some((log.entry(*evidence)?.time(), *evidence)));
    let then = fresh.filter(|(at, _)| *at >= interval.from && *at - interval.from <= LOGGED);
    let (_, evidence) = then.min()?;
    refer(&Cite::Entry(evidence, "since then".into()), log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::seconds;

    fn intervals(of: &[(i64, i64, Status)]) -> Vec<Interval> {
        let at = |s: i64| seconds(s).unwrap_or_default();
        let each = of.iter().map(|(from, to, status)| Interval {
            from: at(*from),
            to: at(*to),
            status: *status,
            fresh: Vec::new(),
        });
        each.collect()
    }

    #[test]
    fn undecided_time_is_stated_apart_and_time_with_nothing_to_judge_counts_on_neither_side() {
        let of = Past::of(&intervals(&[
            (0, 1000, Status::NotApplicable),
            (1000, 1600, Status::Compliant),
            (1600, 1700, Status::NonCompliant),
            (1700, 1900, Status::InsufficientData),
            (1900, 2000, Status::NonCompliant),
        ]));
        assert_eq!((of.held, of.undecided), (Some(0.6), Some(0.2)));
        let breach = of.longest_breach.map(|breach| (breach.from, breach.seconds));
        assert_eq!(breach, Some(("1970-01-01T00:26:40Z".to_owned(), 100)), "the first of two that are as long");
    }

    #[test]
    fn what_almost_always_held_did_not_always_hold() {
        let of = Past::of(&intervals(&[(0, 1, Status::NonCompliant), (1, 1_000_000, Status::Compliant)]));
        assert_eq!(of.held, Some(0.9999));
    }

    #[test]
    fn a_verdict_that_never_flipped_has_no_past() {
        let of = Past::of(&intervals(&[(0, 10, Status::NonCompliant)]));
        assert!(of.held.is_none() && of.undecided.is_none() && of.longest_breach.is_none());
    }
}
