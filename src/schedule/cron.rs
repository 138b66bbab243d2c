//! A cron expression as AWS writes it, and the local times that it names, without a zone.

use super::{ScheduleError, clip};
use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Timelike};
use std::collections::BTreeSet;

/// What each field names, `*` written out. Sets of small numbers are bits of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: u64,
    hours: u64,
    /// A day that one of them names.
    days: BTreeSet<Days>,
    months: u64,
    years: BTreeSet<u32>,
}

/// One item of day-of-month or day-of-week. Weekdays count from 1, Sunday, to 7, Saturday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Days {
    /// `1-15`, `*`: bits.
    OfMonth(u64),
    /// `L`.
    Last,
    /// `LW`: the last Monday to Friday of the month.
    LastWeekday,
    /// `15W`: the Monday to Friday nearest to that day, within its month.
    Nearest(u32),
    /// `MON-FRI`, and `L`, Saturday: bits.
    OfWeek(u64),
    /// `6L`: the last Friday of the month.
    LastOf(u32),
    /// `3#2`: the second Tuesday of the month.
    Nth(u32, u32),
}

/// A field's name, its values, and their names.
struct Field {
    name: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
    allowed: &'static str,
}

const MINUTES: Field =
    Field { name: "minutes", first: 0, last: 59, names: &[], allowed: "0-59 and the wildcards , - * /" };
const HOURS: Field = Field { name: "hours", first: 0, last: 23, names: &[], allowed: "0-23 and the wildcards , - * /" };
const DAY_OF_MONTH: Field = Field {
    name: "day-of-month",
    first: 1,
    last: 31,
    names: &[],
    allowed: "1-31 and the wildcards , - * ? / L W, as in L, LW and 15W",
};
const MONTH: Field = Field {
    name: "month",
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    allowed: "1-12 or JAN-DEC and the wildcards , - * /",
};
const DAY_OF_WEEK: Field = Field {
    name: "day-of-week",
    first: 1,
    last: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    allowed: "1-7 (1 is Sunday) or SUN-SAT and the wildcards , - * ? / L #, as in L, 6L and 3#2, # only once",
};
const YEAR: Field =
    Field { name: "year", first: 1970, last: 2199, names: &[], allowed: "1970-2199 and the wildcards , - * /" };

impl Cron {
    /// Reads the inside of `cron(…)`: six fields, of which the year may be left out.
    pub(super) fn parse(text: &str) -> Result<Self, ScheduleError> {
        let upper = text.to_ascii_uppercase();
        let mut fields = upper.split_whitespace();
        let mut field = || fields.next().ok_or_else(|| ScheduleError::Form(clip(text)));
        let (minutes, hours, of_month, month, of_week) = (field()?, field()?, field()?, field()?, field()?);
        let year = field().unwrap_or("*");
        if fields.next().is_some() {
            return Err(ScheduleError::Form(clip(text)));
        }
        let days: Result<_, _> = match (of_month, of_week) {
            ("?", "?") => return Err(ScheduleError::Days(clip(of_month), clip(of_week))),
            (of_month, "?") => of_month.split(',').map(day_of_month).collect(),
            ("?", of_week) if of_week.contains('#') => day_of_week(of_week).map(|day| BTreeSet::from([day])),
            ("?", of_week) => of_week.split(',').map(day_of_week).collect(),
            _ => return Err(ScheduleError::Days(clip(of_month), clip(of_week))),
        };
        Ok(Self {
            minutes: MINUTES.bits(minutes)?,
            hours: HOURS.bits(hours)?,
            days: days?,
            months: MONTH.bits(month)?,
            years: YEAR.values(year)?,
        })
    }

    /// The first local time later than `after` that the expression names; whole minutes.
    pub(super) fn next_after(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        let from = after.with_second(0)?.with_nanosecond(0)?.checked_add_signed(Duration::minutes(1))?;
        let mut day = self.day_from(from.date())?;
        let mut time = self.time_from(0, 0)?;
        if day == from.date() {
            match self.time_from(from.hour(), from.minute()) {
                Some(later) => time = later,
                None => day = self.day_from(day.succ_opt()?)?,
            }
        }
        day.and_hms_opt(time.0, time.1, 0)
    }

    /// The first hour and minute of a day, not before these.
    fn time_from(&self, hour: u32, minute: u32) -> Option<(u32, u32)> {
        let at = next(self.hours, hour)?;
        if at > hour {
            return Some((at, next(self.minutes, 0)?));
        }
        match next(self.minutes, minute) {
            Some(minute) => Some((at, minute)),
            None => Some((next(self.hours, hour + 1)?, next(self.minutes, 0)?)),
        }
    }

    /// The first day not before `from`: 2,760 months at most are looked through.
    fn day_from(&self, from: NaiveDate) -> Option<NaiveDate> {
        let start = u32::try_from(from.year()).unwrap_or(0);
        for &year in self.years.range(start..) {
            let mut first = if year == start { from.month() } else { 1 };
            while let Some(month) = next(self.months, first) {
                let here = year == start && month == from.month();
                if let Some(day) = self.day_of(year, month, if here { from.day() } else { 1 }) {
                    return Some(day);
                }
                first = month + 1;
            }
        }
        None
    }

    /// The first day of a month, not before day `from`.
    fn day_of(&self, year: u32, month: u32, from: u32) -> Option<NaiveDate> {
        let start = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1)?;
        let shape = Month { length: start.num_days_in_month().into(), first: start.weekday().num_days_from_sunday() };
        let day = (from..=shape.length).find(|day| self.days.iter().any(|days| days.name(*day, &shape)))?;
        start.with_day(day)
    }
}

/// A month's shape.
struct Month {
    /// Its days, 28 to 31.
    length: u32,
    /// Days from Sunday to its first, 0 to 6.
    first: u32,
}

impl Month {
    /// 1, Sunday, to 7, Saturday.
    fn weekday(&self, day: u32) -> u32 {
        (self.first + day - 1) % 7 + 1
    }

    /// Monday to Friday nearest to a day. It stays in the month: Monday the 3rd for a 1st that is a Saturday.
    fn nearest_weekday(&self, day: u32) -> u32 {
        match self.weekday(day) {
            7 if day == 1 => 3,
            7 => day - 1,
            1 if day == self.length => day - 2,
            1 => day + 1,
            _ => day,
        }
    }
}

impl Days {
    /// Whether the item names a day of the month.
    fn name(self, day: u32, month: &Month) -> bool {
        match self {
            Self::OfMonth(days) => days >> day & 1 == 1,
            Self::Last => day == month.length,
            Self::LastWeekday => day == month.nearest_weekday(month.length),
            // A month without that day has no day nearest to it.
            Self::Nearest(to) => to <= month.length && day == month.nearest_weekday(to),
            Self::OfWeek(days) => days >> month.weekday(day) & 1 == 1,
            Self::LastOf(weekday) => month.weekday(day) == weekday && day + 7 > month.length,
            Self::Nth(weekday, nth) => month.weekday(day) == weekday && (day - 1) / 7 + 1 == nth,
        }
    }
}

fn day_of_month(item: &str) -> Result<Days, ScheduleError> {
    match (item, item.strip_suffix('W')) {
        ("L", _) => Ok(Days::Last),
        ("LW", _) => Ok(Days::LastWeekday),
        (_, Some(day)) => DAY_OF_MONTH.value(day).map(Days::Nearest).ok_or_else(|| DAY_OF_MONTH.error(item)),
        _ => DAY_OF_MONTH.bits(item).map(Days::OfMonth),
    }
}

fn day_of_week(item: &str) -> Result<Days, ScheduleError> {
    let wrong = || DAY_OF_WEEK.error(item);
    if let Some((day, nth)) = item.split_once('#') {
        let nth = number(nth).filter(|nth| (1..=5).contains(nth));
        return DAY_OF_WEEK.value(day).zip(nth).map(|(day, nth)| Days::Nth(day, nth)).ok_or_else(wrong);
    }
    match item.strip_suffix('L') {
        // The last day of the week.
        Some("") => Ok(Days::OfWeek(1 << 7)),
        Some(day) => DAY_OF_WEEK.value(day).map(Days::LastOf).ok_or_else(wrong),
        None => DAY_OF_WEEK.bits(item).map(Days::OfWeek),
    }
}

impl Field {
    fn bits(&self, text: &str) -> Result<u64, ScheduleError> {
        Ok(self.values(text)?.iter().fold(0, |bits, value| bits | 1 << value))
    }

    fn values(&self, text: &str) -> Result<BTreeSet<u32>, ScheduleError> {
        let mut values = BTreeSet::new();
        for item in text.split(',') {
            values.extend(self.item(item).ok_or_else(|| self.error(item))?);
        }
        Ok(values)
    }

    /// `5`, `1-5`, `*`, and each of them with `/step`: a single value with a step runs to the field's end. A range that ends
    /// before it begins runs over the field's end, `20-2`; years have none.
    fn item(&self, item: &str) -> Option<impl Iterator<Item = u32>> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| (1..=self.last).contains(step))?)),
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None if step.is_some() => (self.value(range)?, self.last),
            None => (self.value(range)?, self.value(range)?),
        };
        let round = if from <= to { 0 } else { self.round()? };
        let last = self.last;
        let values = (from..=to + round).step_by(step.unwrap_or(1) as usize);
        Some(values.map(move |value| if value > last { value - round } else { value }))
    }

    /// How many values it has, after which it begins again; `None` for years, which do not.
    fn round(&self) -> Option<u32> {
        (self.name != YEAR.name).then_some(self.last - self.first + 1)
    }

    fn value(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().zip(self.first..).find(|(name, _)| **name == text);
        named.map(|(_, value)| value).or_else(|| number(text)).filter(|value| (self.first..=self.last).contains(value))
    }

    fn error(&self, item: &str) -> ScheduleError {
        ScheduleError::Field { field: self.name, item: clip(item), allowed: self.allowed }
    }
}

/// Digits only: no sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The lowest bit that is set, not below `from`.
fn next(bits: u64, from: u32) -> Option<u32> {
    let rest = bits.checked_shr(from).filter(|rest| *rest != 0)?;
    Some(from + rest.trailing_zeros())
}
