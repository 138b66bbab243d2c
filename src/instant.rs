//! Instants: one-second UTC times, read from every dialect that CloudTrail and the AWS CLI write.
//!
//! CloudTrail's `eventTime` has a resolution of one second, so the whole program judges at that resolution:
//! two instants that differ by less are the same instant, and a limit that is reached at second *s* is broken at *s* + 1.
//! Instants outside of 1970..2262 are no times of an AWS log; refusing them keeps all arithmetic on instants in range.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, SecondsFormat, SubsecRound, Utc};
use serde_json::Value;

/// A point in time, whole seconds, UTC.
pub type Instant = DateTime<Utc>;

/// The smallest step of time that the program knows.
pub fn tick() -> Duration {
    Duration::seconds(1)
}

/// RFC 3339 in UTC, to the second (`2026-10-31T23:30:00Z`).
pub fn show(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Reads what [`show`] writes, and nothing else: most times of logs and reports are written so.
pub fn shown(text: &str) -> Option<Instant> {
    let bytes: [u8; 20] = text.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] = bytes else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |told, byte| byte.is_ascii_digit().then(|| told * 10 + u32::from(byte - b'0')))
    };
    let year = number(&[y1, y2, y3, y4])?.try_into().ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    whole(day.and_hms_opt(number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?)?.and_utc())
}

/// Reads a time in any of the textual dialects seen in logs and CLI output.
///
/// ISO 8601 with `Z`, an offset or neither (`2025-03-11T00:07:31Z`, `2024-07-25T16:05:23.554000-07:00`,
/// `2022-02-08 09:23:37+11:00`), ISO basic (`20131102T010628Z`), and Java's `Mar 11, 2025, 12:04:23 AM` with and without
/// the comma before the time, also with the narrow no-break space of newer JDKs.
pub fn parse(text: &str) -> Option<Instant> {
    let text = text.trim();
    shown(text).or_else(|| iso(text)).or_else(|| basic(text)).or_else(|| java(text)).and_then(whole)
}

fn iso(text: &str) -> Option<Instant> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    for shape in ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"] {
        if let Ok(at) = DateTime::parse_from_str(text, shape) {
            return Some(at.with_timezone(&Utc));
        }
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|shape| NaiveDateTime::parse_from_str(text, shape).ok())
        .map(|at| at.and_utc())
}

fn basic(text: &str) -> Option<Instant> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok().map(|at| at.and_utc())
}

fn java(text: &str) -> Option<Instant> {
    let plain = text.replace(['\u{202f}', '\u{a0}'], " ");
    // AWS KMS documents `Apr 12, 2021 18:58:30 PM`.
    ["%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M:%S %p"]
        .iter()
        .find_map(|shape| NaiveDateTime::parse_from_str(&plain, shape).ok())
        .map(|at| at.and_utc())
}

/// The whole second, where it lies in the time of AWS.
fn whole(at: Instant) -> Option<Instant> {
    (1970..2262).contains(&at.year()).then(|| at.trunc_subsecs(0))
}

/// Reads a time from JSON: text as [`parse`], seconds or milliseconds since 1970 as number or digits,
/// or `{"seconds", "nanos"}` as AWS Backup's service events have it.
pub fn from_json(value: &Value) -> Option<Instant> {
    match value {
        Value::String(text) => parse(text).or_else(|| text.trim().parse().ok().and_then(epoch)),
        Value::Number(number) => number.as_f64().and_then(epoch),
        Value::Object(members) => members.get("seconds").and_then(Value::as_i64).and_then(seconds),
        _ => None,
    }
}

fn epoch(number: f64) -> Option<Instant> {
    if !number.is_finite() || number.abs() > 1e15 {
        return None;
    }
    let in_seconds = if number.abs() > 1e11 { number / 1000.0 } else { number };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bounded above; the fraction of a second is dropped on purpose"
    )]
    seconds(in_seconds.floor() as i64)
}

/// Seconds since 1970, up to 2262.
pub fn seconds(since_1970: i64) -> Option<Instant> {
    DateTime::from_timestamp(since_1970, 0).and_then(whole)
}

/// Reads a time as the user writes it: RFC 3339, `YYYY-MM-DD` (midnight UTC), or relative to `anchor` (`-30d`, `-12h`).
pub fn from_user(text: &str, anchor: Option<Instant>) -> Option<Instant> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return whole(day.and_hms_opt(0, 0, 0)?.and_utc());
    }
    if let Some(back) = text.strip_prefix('-') {
        return whole(anchor?.checked_sub_signed(span(back)?)?);
    }
    whole(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc))
}

/// Reads a span as the user writes it: a number and `d`, `h` or `m`.
pub fn span(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|n| (0..=1_000_000).contains(n))?;
    match unit {
        'd' => Some(Duration::days(number)),
        'h' => Some(Duration::hours(number)),
        'm' => Some(Duration::minutes(number)),
        _ => None,
    }
}

/// `9 d 3 h`, `45 min`, `12 s`: a span as people say it, two units at most.
pub fn say(span: Duration) -> String {
    let total = span.num_seconds().max(0);
    let parts = [(total / 86_400, "d"), (total % 86_400 / 3600, "h"), (total % 3600 / 60, "min"), (total % 60, "s")];
    let told: Vec<String> = parts
        .iter()
        .skip_while(|(n, _)| *n == 0)
        .take(2)
        .filter(|(n, _)| *n > 0)
        .map(|(n, u)| format!("{n} {u}"))
        .collect();
    if told.is_empty() { "0 s".into() } else { told.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_of_the_logs_reads_as_the_same_instant() {
        let want = parse("2025-03-11T00:04:23Z");
        assert!(want.is_some());
        assert_eq!(iso("2025-03-11T00:04:23Z").and_then(whole), want, "the quick way is no other");
        for text in [
            "Mar 11, 2025, 12:04:23 AM",
            "Mar 11, 2025 12:04:23 AM",
            "Mar 11, 2025, 12:04:23\u{202f}AM",
            "20250311T000423Z",
            "2025-03-10T17:04:23.554000-07:00",
            "2025-03-11 11:04:23+11:00",
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
        let backup = serde_json::json!({"seconds": 1_741_651_463, "nanos": 906_000_000});
        for value in [backup, serde_json::json!(1_741_651_463.554), serde_json::json!(1_741_651_463_000_i64)] {
            assert_eq!(from_json(&value), want, "{value}");
        }
    }

    #[test]
    fn only_what_is_shown_is_read_as_shown() {
        for at in [0, 951_782_399, 951_868_800, 1_741_651_463, 9_214_646_399] {
            let text = seconds(at).map(show).unwrap_or_default();
            assert_eq!(shown(&text).map(|at| at.timestamp()), Some(at), "{text}");
        }
        for text in [
            "2025-02-29T00:00:00Z",
            "2025-03-11T00:04:60Z",
            "2025-03-11T24:00:00Z",
            "2025-03-11t00:04:23z",
            "2025-03-11 00:04:23Z",
            "2025-3-11T00:04:23ZZ",
            "2025-03-11T00:04:2+Z",
            "1969-12-31T23:59:59Z",
            "2262-01-01T00:00:00Z",
            "2025-03-11T00:04:23.0Z",
            "",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn instants_outside_of_the_time_of_aws_are_none() {
        for text in ["1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "+262142-12-31T23:59:59Z"]
        {
            assert_eq!(parse(text), None, "{text}");
            assert_eq!(from_user(text, None), None, "{text}");
        }
        for number in [-1_i64, 9_300_000_000, i64::MAX, i64::MIN] {
            assert_eq!(from_json(&serde_json::json!(number)), None, "{number}");
            assert_eq!(from_json(&serde_json::json!({"seconds": number})), None, "{number}");
        }
        let anchor = parse("1970-01-02T00:00:00Z");
        assert_eq!(from_user("-3d", anchor), None);
        assert!(parse("2261-12-31T23:59:59Z").is_some());
    }

    #[test]
    fn spans_are_said_in_two_units() {
        assert_eq!(say(Duration::hours(219)), "9 d 3 h");
        assert_eq!(say(Duration::zero()), "0 s");
    }
}
