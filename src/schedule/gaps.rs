//! How long a schedule is silent at most, in the time that its clock shows.

use super::{Cron, Schedule, When};
use crate::instant::Instant;
use chrono::{Duration, Months, NaiveDateTime};

/// The firings of one year and the longest silence that begins in it.
///
/// All times are nominal: what a clock in the schedule's zone shows. Between 02:00 and 02:00 of the next day lie 24 hours
/// whatever the clock did in between, and a firing that the clock left out in spring still parts two silences; it is
/// told in `skipped`, for whoever wants to count it as missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gaps {
    /// How often it fires in the year.
    pub firings: u32,
    /// The firings of the year that do not happen, because the clock leaves their time out.
    pub skipped: Vec<NaiveDateTime>,
    /// The longest silence.
    pub longest: Longest,
}

/// The longest silence of a schedule that begins in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Longest {
    /// It does not fire at all any more.
    Never,
    /// Its last firing lies in the year: from then on it is silent. Firing once is this too.
    Ends {
        /// The last firing.
        last: NaiveDateTime,
    },
    /// It fires again and again.
    Gap {
        /// The firing that the silence follows, or the year's beginning.
        after: NaiveDateTime,
        /// The firing that ends it; it may lie beyond the year.
        before: NaiveDateTime,
    },
}

impl Longest {
    /// How long it is; `None` when no firing ends it.
    pub fn length(self) -> Option<Duration> {
        match self {
            Self::Gap { after, before } => Some(before.signed_duration_since(after)),
            Self::Never | Self::Ends { .. } => None,
        }
    }
}

impl Schedule {
    /// The year from `from` on: firings later than `from`, up to the same local time one year later.
    ///
    /// Silences count from `from` itself, then from each firing of the year to the next, wherever that lies. So every
    /// silence that recurs within a year is seen whole, and one that is longer than a year (29 February, a year far ahead)
    /// is seen as longer than a year or whole.
    pub fn gaps(&self, from: Instant) -> Gaps {
        let never = Gaps { firings: 0, skipped: Vec::new(), longest: Longest::Never };
        let Some((start, next)) = self.local(from).zip(self.next_after(from)) else { return never };
        let end = start.checked_add_months(Months::new(12)).unwrap_or(NaiveDateTime::MAX);
        match &self.when {
            When::Cron(cron) => self.walk(cron, from, start, end),
            When::Rate(every) => {
                let count = end.signed_duration_since(start).num_minutes() / every.num_minutes().max(1);
                let before = start.checked_add_signed(next.signed_duration_since(from)).unwrap_or(NaiveDateTime::MAX);
                let longest = Longest::Gap { after: start, before };
                Gaps { firings: u32::try_from(count).unwrap_or(u32::MAX), longest, ..never }
            }
        }
    }

    /// From one nominal firing to the next: 527,040 of them at most, the minutes of a leap year.
    fn walk(&self, cron: &Cron, from: Instant, start: NaiveDateTime, end: NaiveDateTime) -> Gaps {
        let (mut firings, mut skipped) = (0, Vec::new());
        let (mut nominal, mut silent_since, mut last) = (start, start, start);
        let (mut longest, mut length) = (Longest::Never, Duration::zero());
        while nominal <= end {
            let Some(at) = cron.next_after(nominal) else {
                return Gaps { firings, skipped, longest: Longest::Ends { last } };
            };
            nominal = at;
            let happens = self.instant(at);
            if happens.is_some_and(|instant| instant <= from) {
                continue; // `from` lies in a repeated hour, and this fired when the hour came first.
            }
            let silence = at.signed_duration_since(silent_since);
            if silence > length {
                (longest, length) = (Longest::Gap { after: silent_since, before: at }, silence);
            }
            silent_since = at;
            match happens {
                _ if at > end => {}
                Some(_) => (firings, last) = (firings + 1, at),
                None => skipped.push(at),
            }
        }
        Gaps { firings, skipped, longest }
    }
}
