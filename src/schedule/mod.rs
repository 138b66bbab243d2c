//! When a rule fires: `ScheduleExpression` and `ScheduleExpressionTimezone` of AWS Backup's plans and restore testing plans.
//!
//! What is read, and what it means, is what AWS's pages say: *Cron expressions reference* and *Rate expressions* of the
//! EventBridge User Guide, and *Schedule types in EventBridge Scheduler* (daylight saving, a year that may be left out),
//! and `BackupRule` of the AWS Backup API (expressions without `cron()` around them). Where they are silent, and text could
//! be understood in two ways, it is an error: a plan whose rule cannot be read is unknown, not guessed at.
//!
//! **Daylight saving.** AWS Backup's pages do not say; it is taken to do what *Schedule types in EventBridge Scheduler* says.
//! A local time that the clock leaves out in spring is skipped, and the next firing is the one after it. A local time that
//! occurs twice in autumn fires once, the first time; so even an hourly cron is silent in the repeated hour. A rate counts
//! hours of 60 minutes and days of 24 hours.
//!
//! **Why no crate.** `croner` 4 reads most of the syntax, but it runs a skipped job at the first instant after the gap, runs
//! interval patterns again in a repeated hour, refuses `1/10`, takes both day fields at once and two `#`, and never fires for
//! `L` as a day of the week. What would be left of it is a calendar of a hundred lines. Time zones come from `chrono-tz`, a
//! copy of IANA's database: no environment and no file is read. Its rules are computed up to the year 2100; later years keep
//! the offset that holds then.

mod cron;
mod gaps;

pub use gaps::{Gaps, Longest};

use crate::instant::Instant;
use chrono::{Datelike, Duration, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use cron::Cron;
use thiserror::Error;

/// The zone of an expression that comes without one: AWS Backup's schedules are in UTC unless said otherwise.
pub const DEFAULT_TIMEZONE: &str = "Etc/UTC";

/// An expression that names every value of every field is shorter (bytes).
const LONGEST: usize = 4096;

/// How much of an expression is repeated in an error (characters).
const SHOWN: usize = 60;

/// When a rule fires, in the local time of its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    when: When,
    zone: Tz,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    Cron(Cron),
    /// The span from one firing to the next.
    Rate(Duration),
}

/// Why an expression or its zone cannot be read: which part, and what AWS allows there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// Too long to be one.
    #[error("a schedule expression of {0} bytes: {LONGEST} are enough for every value of every field")]
    Length(usize),
    /// Another number of fields; also what is no expression at all.
    #[error(
        "`{0}` is no schedule expression: expected cron(minutes hours day-of-month month day-of-week year) or rate(value unit)"
    )]
    Form(String),
    /// A part of one field.
    #[error("{field} `{item}`: allowed are {allowed}")]
    Field {
        /// The field's name on AWS's page, `day-of-week`.
        field: &'static str,
        /// The part that cannot be read.
        item: String,
        /// Values and wildcards of the field.
        allowed: &'static str,
    },
    /// Both day fields say something, or neither does.
    #[error("day-of-month `{0}` and day-of-week `{1}`: one of them must be ?, and only one")]
    Days(String, String),
    /// The inside of `rate()`.
    #[error("rate({0}): expected a whole number from 1 to 4294967295, and minutes, hours or days")]
    Rate(String),
    /// Not a name of the IANA database.
    #[error("time zone `{0}` is not in the IANA database: expected a name such as Etc/UTC or Europe/Berlin")]
    Timezone(String),
}

impl Schedule {
    /// Reads a `ScheduleExpression` and its `ScheduleExpressionTimezone`.
    ///
    /// * `cron(minutes hours day-of-month month day-of-week year)`, also without `cron()`, as the AWS Backup API shows it, and
    ///   without the year, as EventBridge Scheduler allows. Names of months and days in any case. Lists, also of `L` and `W`;
    ///   of `#` only one. `20-2` are the hours from 20 on and those until 2 of each day, as on AWS's page; `FRI-MON` likewise.
    ///   `L-3`, and steps longer than the field, are not AWS's: errors. What never fires, such as 30 February or a year gone
    ///   by, is read like any other; [`Schedule::next_after`] tells.
    /// * `rate(value unit)`: AWS Backup refuses rates today; other schedules have them.
    ///
    /// `timezone` is a name of the IANA database in its own spelling; `None` is [`DEFAULT_TIMEZONE`].
    pub fn parse(expression: &str, timezone: Option<&str>) -> Result<Self, ScheduleError> {
        let name = timezone.unwrap_or(DEFAULT_TIMEZONE);
        let zone = name.parse().map_err(|_| ScheduleError::Timezone(clip(name)))?;
        if expression.len() > LONGEST {
            return Err(ScheduleError::Length(expression.len()));
        }
        let text = expression.trim();
        let when = match inside(text, "rate(") {
            Some(rate) => When::Rate(span(rate).ok_or_else(|| ScheduleError::Rate(clip(rate)))?),
            None => When::Cron(Cron::parse(inside(text, "cron(").unwrap_or(text))?),
        };
        Ok(Self { when, zone })
    }

    /// The zone's name in the IANA database.
    pub fn timezone(&self) -> &'static str {
        self.zone.name()
    }

    /// The first firing later than `after`; `None` when it never fires again before 2200, where AWS's years end.
    ///
    /// A rate has no phase of its own (it counts from when the schedule began): its next firing is one span after `after`.
    pub fn next_after(&self, after: Instant) -> Option<Instant> {
        match &self.when {
            When::Rate(every) => after.checked_add_signed(*every).filter(|at| at.year() < 2200),
            When::Cron(cron) => {
                let mut nominal = self.local(after)?;
                loop {
                    nominal = cron.next_after(nominal)?;
                    if let Some(at) = self.instant(nominal)
                        && at > after
                    {
                        return Some(at);
                    }
                }
            }
        }
    }

    /// All firings later than `from` and not later than `to`, in order.
    pub fn fires(&self, from: Instant, to: Instant) -> impl Iterator<Item = Instant> {
        let next = |at: &Instant| self.next_after(*at);
        std::iter::successors(next(&from), next).take_while(move |at| *at <= to)
    }

    /// What a clock in the schedule's zone shows.
    fn local(&self, at: Instant) -> Option<NaiveDateTime> {
        let utc = at.naive_utc();
        utc.checked_add_offset(self.zone.offset_from_utc_datetime(&utc).fix())
    }

    /// When that clock first shows `local`; `None` for a time that it leaves out.
    fn instant(&self, local: NaiveDateTime) -> Option<Instant> {
        self.zone.from_local_datetime(&local).earliest().map(|at| at.to_utc())
    }
}

/// `cron(…)` → `…`.
fn inside<'a>(text: &'a str, open: &str) -> Option<&'a str> {
    text.strip_prefix(open)?.strip_suffix(')')
}

/// `12 hours` → 12 hours. Both `1 day` and `1 days` stand on AWS's pages.
fn span(text: &str) -> Option<Duration> {
    let (value, unit) = text.trim().split_once(char::is_whitespace)?;
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let value = value.parse::<u32>().ok().filter(|value| digits && *value > 0)?;
    match unit.trim_start() {
        "minute" | "minutes" => Duration::try_minutes(value.into()),
        "hour" | "hours" => Duration::try_hours(value.into()),
        "day" | "days" => Duration::try_days(value.into()),
        _ => None,
    }
}

/// The beginning of a text that may be anything.
fn clip(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
