//! When rules fire: AWS's own examples, the traps of its syntax by name, and a clock read minute by minute as the judge.

use chrono::{Datelike, Duration, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use std::collections::BTreeSet;
use vaultrail::instant::{self, Instant};
use vaultrail::schedule::{Longest, Schedule, ScheduleError};

fn at(text: &str) -> Instant {
    instant::parse(text).unwrap()
}

fn cron(fields: &str, zone: &str) -> Schedule {
    Schedule::parse(&format!("cron({fields})"), Some(zone)).unwrap_or_else(|e| panic!("{fields}: {e}"))
}

/// The next firings after an instant, as instants (`2026-01-01T10:00:00Z`).
fn next(schedule: &Schedule, after: &str, count: usize) -> Vec<String> {
    schedule.fires(at(after), Instant::MAX_UTC).take(count).map(instant::show).collect()
}

/// In UTC: the days on which it fires, `02-27` for each, from 2026 on.
fn days(fields: &str, count: usize) -> Vec<String> {
    let times = next(&cron(fields, "Etc/UTC"), "2025-12-31T23:59:59Z", count);
    times.iter().map(|time| time[5..10].to_owned()).collect()
}

fn refused(expression: &str) -> String {
    Schedule::parse(expression, None).unwrap_err().to_string()
}

#[test]
fn the_examples_of_the_eventbridge_page_fire_when_it_says() {
    for (fields, fires) in [
        ("0 10 * * ? *", ["2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"]),
        ("15 12 * * ? *", ["2026-01-01T12:15:00Z", "2026-01-02T12:15:00Z", "2026-01-03T12:15:00Z"]),
        ("0 18 ? * MON-FRI *", ["2026-01-01T18:00:00Z", "2026-01-02T18:00:00Z", "2026-01-05T18:00:00Z"]),
        ("0 8 1 * ? *", ["2026-01-01T08:00:00Z", "2026-02-01T08:00:00Z", "2026-03-01T08:00:00Z"]),
        ("0/15 * * * ? *", ["2026-01-01T00:00:00Z", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"]),
        ("0/10 * ? * MON-FRI *", ["2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z", "2026-01-01T00:20:00Z"]),
        ("0/5 8-17 ? * MON-FRI *", ["2026-01-01T08:00:00Z", "2026-01-01T08:05:00Z", "2026-01-01T08:10:00Z"]),
        ("5,35 14 * * ? *", ["2026-01-01T14:05:00Z", "2026-01-01T14:35:00Z", "2026-01-02T14:05:00Z"]),
        ("15 10 ? * 6L 2026-2027", ["2026-01-30T10:15:00Z", "2026-02-27T10:15:00Z", "2026-03-27T10:15:00Z"]),
        ("1/10 * * * ? *", ["2026-01-01T00:01:00Z", "2026-01-01T00:11:00Z", "2026-01-01T00:21:00Z"]),
        ("0 0 1 JAN,FEB,MAR ? *", ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]),
        ("0 0 ? * 3#2 *", ["2026-01-13T00:00:00Z", "2026-02-10T00:00:00Z", "2026-03-10T00:00:00Z"]),
        ("0 0 3W * ? *", ["2026-01-02T00:00:00Z", "2026-02-03T00:00:00Z", "2026-03-03T00:00:00Z"]),
    ] {
        assert_eq!(next(&cron(fields, "Etc/UTC"), "2025-12-31T23:59:59Z", 3), fires, "{fields}");
    }
}

/// The page's `20-2` on MON-FRI: also on Monday from midnight to two, and not on Saturday.
#[test]
fn a_range_that_ends_before_it_begins_runs_over_the_end_of_its_field() {
    let schedule = cron("0 20-2/2 ? * MON-FRI *", "Etc/UTC");
    let hours = ["00", "02", "20", "22"];
    let wanted = |day| hours.map(|hour| format!("2026-01-{day}T{hour}:00:00Z"));
    assert_eq!(next(&schedule, "2026-01-01T23:59:59Z", 8), [wanted("02"), wanted("05")].concat());
    assert_eq!(days("0 0 ? * FRI-MON *", 5), ["01-02", "01-03", "01-04", "01-05", "01-09"]);
    assert_eq!(days("0 0 30-2 11-1 ? 2026", 6), ["01-01", "01-02", "01-30", "01-31", "11-01", "11-02"]);
    assert!(refused("cron(0 5 ? * * 2030-2026)").starts_with("year `2030-2026`"));
}

#[test]
fn the_examples_of_the_aws_backup_api_are_read_with_and_without_cron_around_them() {
    for (expression, first) in [
        ("cron(0 5 ? * * *)", "2026-01-01T05:00:00Z"),
        ("15 * ? * * *", "2026-01-01T00:15:00Z"),
        ("0 12 * * ? *", "2026-01-01T12:00:00Z"),
        ("  cron( 0  5 ? * 7 * ) ", "2026-01-03T05:00:00Z"),
    ] {
        let schedule = Schedule::parse(expression, None).unwrap();
        assert_eq!(schedule.timezone(), "Etc/UTC");
        assert_eq!(next(&schedule, "2025-12-31T23:59:59Z", 1), [first], "{expression}");
    }
}

#[test]
fn a_firing_is_later_than_the_instant_it_is_asked_after() {
    let noon = cron("0 12 * * ? *", "Etc/UTC");
    assert_eq!(next(&noon, "2026-01-01T12:00:00Z", 1), ["2026-01-02T12:00:00Z"]);
    assert_eq!(next(&noon, "2026-01-01T11:59:59Z", 1), ["2026-01-01T12:00:00Z"]);
    let both: Vec<Instant> = noon.fires(at("2026-01-01T12:00:00Z"), at("2026-01-03T12:00:00Z")).collect();
    assert_eq!(both, [at("2026-01-02T12:00:00Z"), at("2026-01-03T12:00:00Z")]);
}

#[test]
fn days_of_the_week_count_from_sunday_as_one() {
    // 4 January 2026 is a Sunday.
    for (number, name) in [(1, "SUN"), (2, "MON"), (3, "TUE"), (4, "WED"), (5, "THU"), (6, "FRI"), (7, "sat")] {
        assert_eq!(days(&format!("0 0 ? * {number} *"), 60), days(&format!("0 0 ? * {name} *"), 60), "{name}");
    }
    assert_eq!(days("0 0 ? * 1 *", 2), ["01-04", "01-11"]);
    assert_eq!(days("0 0 ? * 2-6 *", 3), ["01-01", "01-02", "01-05"]);
}

#[test]
fn l_is_the_last_day_of_the_month_or_saturday_or_the_last_such_weekday() {
    assert_eq!(days("0 0 L * ? *", 4), ["01-31", "02-28", "03-31", "04-30"]);
    assert_eq!(days("0 0 L 2 ? 2028", 1), ["02-29"]);
    assert_eq!(days("0 0 ? * L *", 2), ["01-03", "01-10"]);
    assert_eq!(days("0 0 ? * 5L *", 3), days("0 0 ? * THUL *", 3));
    assert_eq!(days("0 0 ? * 5L *", 3), ["01-29", "02-26", "03-26"]);
    // 31 July 2026 is a Friday.
    assert_eq!(days("0 0 ? 7 6L 2026", 2), ["07-31"]);
    assert_eq!(days("0 0 1,15,L * ? *", 4), ["01-01", "01-15", "01-31", "02-01"]);
}

#[test]
fn w_stays_in_its_month_and_needs_its_day() {
    // 1 August 2026 is a Saturday, 1 February a Sunday; 31 May a Sunday, 31 October a Saturday.
    assert_eq!(days("0 0 1W 2,8 ? 2026", 2), ["02-02", "08-03"]);
    assert_eq!(days("0 0 31W 5,10 ? 2026", 2), ["05-29", "10-30"]);
    assert_eq!(days("0 0 15W 2,3,8 ? 2026", 3), ["02-16", "03-16", "08-14"]);
    assert_eq!(days("0 0 31W * ? *", 3), ["01-30", "03-31", "05-29"]);
    assert_eq!(days("0 0 30W 2 ? *", 1), [""; 0]);
    assert_eq!(days("0 0 LW * ? *", 5), ["01-30", "02-27", "03-31", "04-30", "05-29"]);
}

#[test]
fn a_fifth_weekday_is_only_in_months_that_have_one() {
    assert_eq!(days("0 0 ? * 6#5 *", 3), ["01-30", "05-29", "07-31"]);
    assert_eq!(days("0 0 ? 2 1#5 *", 1), ["02-29"]);
    assert_eq!(next(&cron("0 0 ? 2 1#5 *", "Etc/UTC"), "2026-01-01T00:00:00Z", 1), ["2032-02-29T00:00:00Z"]);
}

#[test]
fn a_step_begins_at_its_value_and_does_not_carry_into_the_next_hour_or_day() {
    assert_eq!(days("0 0 1/10 * ? *", 5), ["01-01", "01-11", "01-21", "01-31", "02-01"]);
    assert_eq!(days("0 0 1/10,2,3/8 * ? *", 6), ["01-01", "01-02", "01-03", "01-11", "01-19", "01-21"]);
    // Every 12 hours from 13:00 on is once a day: AWS warns of it on its page about restore testing plans.
    let late = cron("0 13/12 ? * * *", "Etc/UTC").gaps(at("2026-01-01T00:00:00Z"));
    assert_eq!(late.longest.length(), Some(Duration::hours(24)));
    let five = cron("0 */5 ? * * *", "Etc/UTC");
    assert_eq!(next(&five, "2026-01-01T15:00:00Z", 2), ["2026-01-01T20:00:00Z", "2026-01-02T00:00:00Z"]);
}

#[test]
fn the_year_may_be_left_out_and_can_be_past() {
    assert_eq!(days("0 5 * * ?", 1), ["01-01"]);
    assert_eq!(days("0 5 1 1 ? 2025", 1), [""; 0]);
    assert_eq!(next(&cron("0 5 1 1 ? 2030/5", "Etc/UTC"), "2026-01-01T00:00:00Z", 2)[1], "2035-01-01T05:00:00Z");
    assert_eq!(cron("59 23 31 12 ? *", "Etc/UTC").next_after(at("2199-12-31T23:59:00Z")), None);
}

#[test]
fn what_never_fires_is_read_and_known_to_never_fire() {
    for fields in ["0 5 30 2 ? *", "0 5 31 4,6,9,11 ? *", "0 5 ? * * 2020", "0 5 29 2 ? 2027", "0 5 31W 2 ? *"] {
        let schedule = cron(fields, "Europe/Berlin");
        assert_eq!(schedule.next_after(at("2026-01-01T00:00:00Z")), None, "{fields}");
        let gaps = schedule.gaps(at("2026-01-01T00:00:00Z"));
        assert_eq!((gaps.firings, gaps.longest, gaps.longest.length()), (0, Longest::Never, None), "{fields}");
    }
    // Its only time is one that the clock leaves out.
    let left_out = cron("30 2 8 3 ? 2026", "America/New_York").gaps(at("2026-01-01T00:00:00Z"));
    assert_eq!(left_out.longest, Longest::Never);
}

#[test]
fn errors_name_the_field_and_what_is_allowed_in_it() {
    for (expression, told) in [
        ("cron(60 5 ? * * *)", "minutes `60`: allowed are 0-59"),
        ("cron(*/60 * * * ? *)", "minutes `*/60`"),
        ("cron(0/0 * * * ? *)", "minutes `0/0`"),
        ("cron(+5 5 ? * * *)", "minutes `+5`"),
        ("cron(0 24 ? * * *)", "hours `24`: allowed are 0-23"),
        ("cron(0 5 0 * ? *)", "day-of-month `0`: allowed are 1-31"),
        ("cron(0 5 1-15W * ? *)", "day-of-month `1-15W`"),
        ("cron(0 5 L-3 * ? *)", "day-of-month `L-3`"),
        ("cron(0 5 W * ? *)", "day-of-month `W`"),
        ("cron(0 5 1, * ? *)", "day-of-month ``"),
        ("cron(0 5 ? 13 * *)", "month `13`: allowed are 1-12 or JAN-DEC"),
        ("cron(0 5 ? JANUARY * *)", "month `JANUARY`"),
        ("cron(0 5 ? ? * *)", "month `?`"),
        ("cron(0 5 ? * 0 *)", "day-of-week `0`: allowed are 1-7 (1 is Sunday) or SUN-SAT"),
        ("cron(0 5 ? * FRI-MONDAY *)", "day-of-week `FRI-MONDAY`"),
        ("cron(0 5 ? * 3#1,6#3 *)", "day-of-week `3#1,6#3`"),
        ("cron(0 5 ? * 3#6 *)", "day-of-week `3#6`"),
        ("cron(0 5 ? * 2W *)", "day-of-week `2W`"),
        ("cron(0 5 ? * * 1969)", "year `1969`: allowed are 1970-2199"),
        ("cron(0 5 * * * *)", "day-of-month `*` and day-of-week `*`: one of them must be ?"),
        ("cron(0 5 ? * ? *)", "day-of-month `?` and day-of-week `?`"),
        ("cron(0 5 1 * MON *)", "day-of-month `1` and day-of-week `MON`"),
        ("cron(0 5 * *)", "`0 5 * *` is no schedule expression"),
        ("cron(0 0 5 * * ? *)", "`0 0 5 * * ? *` is no schedule expression"),
        ("at(2026-01-01T00:00:00)", "`at(2026-01-01T00:00:00)` is no schedule expression"),
        ("", "`` is no schedule expression"),
        ("rate(0 hours)", "rate(0 hours): expected a whole number from 1"),
        ("rate(-1 hours)", "rate(-1 hours)"),
        ("rate(2 weeks)", "rate(2 weeks): expected a whole number from 1 to 4294967295, and minutes, hours or days"),
        ("rate(12)", "rate(12)"),
    ] {
        let error = refused(expression);
        assert!(error.starts_with(told), "{expression}: {error}");
    }
    let long = refused(&format!("cron({} 5 ? * * *)", "1,".repeat(1000)));
    assert!(long.len() < 200, "{long}");
    assert_eq!(refused(&"x".repeat(10_000)), ScheduleError::Length(10_000).to_string());
}

#[test]
fn an_unknown_time_zone_is_named() {
    for zone in ["Mars/Olympus", "", "europe/berlin", "UTC+1"] {
        let error = Schedule::parse("cron(0 5 ? * * *)", Some(zone)).unwrap_err();
        assert_eq!(error, ScheduleError::Timezone(zone.into()));
        assert!(error.to_string().starts_with(&format!("time zone `{zone}` is not in the IANA database")));
    }
    for zone in ["UTC", "Etc/UTC", "Asia/Kolkata", "US/Pacific"] {
        assert_eq!(Schedule::parse("cron(0 5 ? * * *)", Some(zone)).unwrap().timezone(), zone);
    }
}

/// The example of *Schedule types in EventBridge Scheduler*: 2:30 a.m. in Los Angeles.
#[test]
fn a_time_that_spring_leaves_out_is_skipped_until_the_following_day() {
    let schedule = cron("30 2 * * ? *", "America/Los_Angeles");
    let fires = ["2026-03-07T10:30:00Z", "2026-03-09T09:30:00Z"];
    assert_eq!(next(&schedule, "2026-03-07T00:00:00Z", 2), fires);
    let hourly = cron("0 * * * ? *", "America/Los_Angeles");
    assert_eq!(next(&hourly, "2026-03-08T09:00:00Z", 2), ["2026-03-08T10:00:00Z", "2026-03-08T11:00:00Z"]);
}

#[test]
fn a_time_that_autumn_repeats_fires_the_first_time_only() {
    // The clock goes from 1:59 PDT back to 1:00 PST at 09:00 UTC.
    let schedule = cron("30 1 * * ? *", "America/Los_Angeles");
    let fires = ["2026-11-01T08:30:00Z", "2026-11-02T09:30:00Z"];
    assert_eq!(next(&schedule, "2026-11-01T00:00:00Z", 2), fires);
    assert_eq!(next(&schedule, "2026-11-01T09:10:00Z", 1), fires[1..]);
    let hourly = cron("0 * * * ? *", "America/Los_Angeles");
    assert_eq!(next(&hourly, "2026-11-01T08:00:00Z", 1), ["2026-11-01T10:00:00Z"]);
    let gaps = hourly.gaps(at("2026-11-01T09:10:00Z"));
    assert_eq!(gaps.longest.length(), Some(Duration::hours(1)));
}

#[test]
fn a_day_that_a_zone_never_had_is_skipped() {
    // Samoa went from 29 to 31 December 2011.
    let schedule = cron("0 12 * * ? *", "Pacific/Apia");
    assert_eq!(next(&schedule, "2011-12-29T00:00:00Z", 2), ["2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"]);
    let gaps = schedule.gaps(at("2011-12-29T00:00:00Z"));
    assert_eq!(gaps.skipped.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2011-12-30 12:00:00"]);
}

#[test]
fn gaps_are_nominal_so_that_a_change_of_the_clock_does_not_widen_them() {
    for (zone, skipped) in [("Etc/UTC", 0), ("America/New_York", 1), ("Asia/Kolkata", 0)] {
        let gaps = cron("30 2 * * ? *", zone).gaps(at("2026-01-01T12:00:00Z"));
        assert_eq!(gaps.longest.length(), Some(Duration::hours(24)), "{zone}");
        assert_eq!((gaps.firings as usize + gaps.skipped.len(), gaps.skipped.len()), (365, skipped), "{zone}");
    }
    let spring = cron("30 2 * * ? *", "America/New_York").gaps(at("2026-01-01T12:00:00Z"));
    assert_eq!(spring.skipped[0].to_string(), "2026-03-08 02:30:00");
}

#[test]
fn the_longest_gap_is_that_of_the_whole_year() {
    for (fields, days, firings) in [
        ("0 5 ? * * *", 1, 365),
        ("0 5,17 * * ? *", 1, 730),
        ("0 5 ? * SUN *", 7, 52),
        ("0 5 ? * MON-FRI *", 3, 261),
        ("0 5 1 * ? *", 31, 12),
        ("0 5 31 * ? *", 61, 7),
        ("0 5 ? * 6#5 *", 119, 4),
        ("0 5 1 1 ? *", 365, 1),
        ("0 5 ? 1-6 * *", 185, 181),
    ] {
        let gaps = cron(fields, "Etc/UTC").gaps(at("2026-01-01T00:00:00Z"));
        let wanted = if firings == 730 { Duration::hours(12) } else { Duration::days(days) };
        assert_eq!((gaps.longest.length(), gaps.firings), (Some(wanted), firings), "{fields}: {gaps:?}");
        assert!(gaps.skipped.is_empty());
    }
    let gaps = cron("0 5 1 * ? *", "Europe/Berlin").gaps(at("2026-06-15T00:00:00Z"));
    let Longest::Gap { after, before } = gaps.longest else { panic!("{gaps:?}") };
    assert_eq!([after, before].map(|at| at.to_string()), ["2026-07-01 05:00:00", "2026-08-01 05:00:00"]);
}

#[test]
fn a_silence_that_outlasts_the_year_is_not_cut_at_its_end() {
    let leap = cron("0 5 29 2 ? *", "Etc/UTC").gaps(at("2026-01-01T05:00:00Z"));
    assert_eq!((leap.firings, leap.longest.length()), (0, Some(Duration::days(789))));
    let later = cron("0 5 ? * * 2030", "Etc/UTC").gaps(at("2026-01-01T05:00:00Z"));
    assert_eq!((later.firings, later.longest.length()), (0, Some(Duration::days(1461))));
}

#[test]
fn what_fires_once_or_for_the_last_time_has_no_longest_gap() {
    let once = cron("0 5 24 12 ? 2026", "Etc/UTC").gaps(at("2026-01-01T00:00:00Z"));
    let last: NaiveDateTime = "2026-12-24T05:00:00".parse().unwrap();
    assert_eq!((once.firings, once.longest, once.longest.length()), (1, Longest::Ends { last }, None));
    let ends = cron("0 5 ? * * 2026", "Etc/UTC").gaps(at("2026-01-01T00:00:00Z"));
    assert!(matches!(ends.longest, Longest::Ends { last } if last.to_string() == "2026-12-31 05:00:00"));
    assert_eq!(ends.firings, 365);
    let goes_on = cron("0 5 ? * * 2026-2027", "Etc/UTC").gaps(at("2026-01-01T00:00:00Z"));
    assert_eq!(goes_on.longest.length(), Some(Duration::hours(24)));
}

#[test]
fn a_rate_counts_from_where_it_is_asked_and_in_days_of_24_hours() {
    let rate = |text| Schedule::parse(text, Some("America/New_York")).unwrap();
    let fires = ["2026-03-08T12:00:00Z", "2026-03-09T12:00:00Z"];
    assert_eq!(next(&rate("rate(1 days)"), "2026-03-07T12:00:00Z", 2), fires);
    for (text, length, firings) in [
        ("rate(1 day)", Duration::days(1), 365),
        ("rate(12 hours)", Duration::hours(12), 730),
        ("rate(1 minute)", Duration::minutes(1), 525_600),
        ("rate(400 days)", Duration::days(400), 0),
    ] {
        let gaps = rate(text).gaps(at("2026-01-01T00:00:00Z"));
        assert_eq!((gaps.longest.length(), gaps.firings), (Some(length), firings), "{text}");
    }
    let never = rate("rate(4294967295 days)");
    assert_eq!(never.next_after(at("2026-01-01T00:00:00Z")), None);
    assert_eq!(never.gaps(at("2026-01-01T00:00:00Z")).longest, Longest::Never);
}

#[test]
fn the_ends_of_time_are_no_instants_of_a_schedule() {
    let schedule = cron("* * * * ? *", "Pacific/Kiritimati");
    for far in [Instant::MAX_UTC, Instant::MIN_UTC] {
        let _ = (schedule.next_after(far), schedule.gaps(far), schedule.fires(far, far).count());
    }
    assert_eq!(schedule.next_after(Instant::MAX_UTC), None);
}

#[test]
fn the_worst_that_an_expression_can_ask_for_is_bounded() {
    let every_day: Vec<String> = (1..=31).map(|day| format!("{day}W")).collect();
    let from = at("2026-01-01T05:00:00Z");
    for fields in [format!("* * {} * ? *", every_day.join(",")), "* * ? * 1L,2L,3L,4L,5L,6L,7L *".into()] {
        assert!(cron(&fields, "America/New_York").gaps(from).firings > 60_000);
    }
    assert_eq!(cron("* * * * ? *", "America/New_York").gaps(from).firings, 525_540);
    assert_eq!(cron("* * 30W 2 ? *", "America/New_York").next_after(from), None);
}

/// One field as it was drawn: its text, and the values that it names.
#[derive(Debug, Clone)]
struct Drawn {
    text: String,
    values: BTreeSet<u32>,
}

/// Lists of values, ranges and steps; `*` for one field in three.
fn field(first: u32, last: u32) -> impl Strategy<Value = Drawn> {
    let item = (first..=last, first..=last, 1..=last.min(40), 0..4).prop_map(move |(a, b, step, kind)| {
        let step = step as usize;
        let range: Vec<u32> = if a <= b { (a..=b).collect() } else { (a..=last).chain(first..=b).collect() };
        match kind {
            0 => (a.to_string(), vec![a]),
            1 => (format!("{a}-{b}"), range),
            2 => (format!("{a}/{step}"), (a..=last).step_by(step).collect()),
            _ => (format!("{a}-{b}/{step}"), range.into_iter().step_by(step).collect()),
        }
    });
    let all = Just(vec![("*".to_owned(), (first..=last).collect())]);
    prop_oneof![1 => all, 2 => prop::collection::vec(item, 1..3)].prop_map(|items| Drawn {
        text: items.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(","),
        values: items.into_iter().flat_map(|(_, values)| values).collect(),
    })
}

/// What the day fields say.
#[derive(Debug, Clone)]
enum Day {
    OfMonth(Drawn),
    OfWeek(Drawn),
    Last,
    LastWeekday,
    Nearest(u32),
    LastOf(u32),
    Nth(u32, u32),
}

impl Day {
    fn fields(&self) -> (String, String) {
        let any = "?".to_owned();
        match self {
            Self::OfMonth(drawn) => (drawn.text.clone(), any),
            Self::OfWeek(drawn) => (any, drawn.text.clone()),
            Self::Last => ("L".into(), any),
            Self::LastWeekday => ("LW".into(), any),
            Self::Nearest(day) => (format!("{day}W"), any),
            Self::LastOf(weekday) => (any, format!("{weekday}L")),
            Self::Nth(weekday, nth) => (any, format!("{weekday}#{nth}")),
        }
    }

    /// By walking through the days around, not by arithmetic.
    fn names(&self, at: NaiveDateTime) -> bool {
        let month: Vec<_> =
            at.date().with_day(1).unwrap().iter_days().take_while(|d| d.month() == at.month()).collect();
        let weekday = at.weekday().number_from_sunday();
        let same: Vec<u32> =
            month.iter().filter(|d| d.weekday().number_from_sunday() == weekday).map(Datelike::day).collect();
        let working = |d: &&chrono::NaiveDate| (2..=6).contains(&d.weekday().number_from_sunday());
        match self {
            Self::OfMonth(drawn) => drawn.values.contains(&at.day()),
            Self::OfWeek(drawn) => drawn.values.contains(&weekday),
            Self::Last => at.day() as usize == month.len(),
            Self::LastWeekday => month.iter().rfind(working).map(Datelike::day) == Some(at.day()),
            Self::Nearest(day) => {
                let nearest = month.iter().filter(working).min_by_key(|d| d.day().abs_diff(*day));
                *day as usize <= month.len() && nearest.map(Datelike::day) == Some(at.day())
            }
            Self::LastOf(wanted) => weekday == *wanted && same.last() == Some(&at.day()),
            Self::Nth(wanted, nth) => weekday == *wanted && same.get(*nth as usize - 1) == Some(&at.day()),
        }
    }
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        2 => field(1, 31).prop_map(Day::OfMonth),
        2 => field(1, 7).prop_map(Day::OfWeek),
        1 => Just(Day::Last),
        1 => Just(Day::LastWeekday),
        1 => (1_u32..=31).prop_map(Day::Nearest),
        1 => (1_u32..=7).prop_map(Day::LastOf),
        1 => (1_u32..=7, 1_u32..=5).prop_map(|(weekday, nth)| Day::Nth(weekday, nth)),
    ]
}

/// Zones and instants at which their clocks change: by an hour, by half an hour, at midnight, over the date line.
const CHANGES: [(&str, &str); 12] = [
    ("Etc/UTC", "2028-02-29T00:00:00Z"),
    ("Asia/Kolkata", "2026-05-31T18:30:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Europe/London", "2027-03-28T01:00:00Z"),
    ("Europe/Berlin", "2027-10-31T01:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("America/Havana", "2026-03-08T05:00:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Africa/Casablanca", "2027-02-07T02:00:00Z"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The clock on the wall, read each minute: a firing is a minute whose face the expression names, seen for the first time.
    #[test]
    fn firings_are_those_of_a_clock_read_minute_by_minute(
        (minutes, hours, months, day) in (field(0, 59), field(0, 23), field(1, 12), day()),
        change in 0..CHANGES.len(),
        (before, span) in (0_i64..6000, 40_i64..75),
    ) {
        let (zone, change) = CHANGES[change];
        let (of_month, of_week) = day.fields();
        let schedule = cron(&format!("{} {} {of_month} {} {of_week} *", minutes.text, hours.text, months.text), zone);
        let clock: Tz = zone.parse().unwrap();
        let from = at(change) - Duration::minutes(before);
        let to = from + Duration::days(span);

        let mut wanted = Vec::new();
        let (mut now, mut highest, mut date) = (from - Duration::days(2), NaiveDateTime::MIN, (NaiveDateTime::MIN, false));
        while now <= to {
            let face = clock.from_utc_datetime(&now.naive_utc()).naive_local();
            let first_time = face > highest;
            highest = highest.max(face);
            if face.date() != date.0.date() {
                date = (face, months.values.contains(&face.month()) && day.names(face));
            }
            let named = date.1 && hours.values.contains(&face.hour()) && minutes.values.contains(&face.minute());
            if first_time && named && now > from {
                wanted.push(now);
            }
            now += Duration::minutes(1);
        }
        let fires: Vec<Instant> = schedule.fires(from, to).collect();
        prop_assert_eq!(&fires, &wanted);
    }

    #[test]
    fn the_longest_gap_is_the_longest_between_firings_and_the_same_in_every_zone(
        (minute, hours, months, day) in (0..60, field(0, 23), field(1, 12), day()),
        (change, hour) in (0..CHANGES.len(), 0_i64..200_000),
    ) {
        let (of_month, of_week) = day.fields();
        let fields = format!("{minute} {} {of_month} {} {of_week} *", hours.text, months.text);
        let from = at("2003-01-01T00:30:00Z") + Duration::hours(hour);
        let utc = cron(&fields, "Etc/UTC");
        let end = from.checked_add_months(chrono::Months::new(12)).unwrap();

        let mut wanted = (Duration::zero(), 0);
        let mut last = from;
        while last <= end && let Some(next) = utc.next_after(last) {
            wanted = (wanted.0.max(next - last), wanted.1 + u32::from(next <= end));
            last = next;
        }
        let gaps = utc.gaps(from);
        prop_assert_eq!((gaps.longest.length().unwrap_or_default(), gaps.firings), wanted);

        let zone = CHANGES[change].0;
        if let Some(there) = zone.parse::<Tz>().unwrap().from_local_datetime(&from.naive_utc()).single() {
            let there = cron(&fields, zone).gaps(there.to_utc());
            prop_assert_eq!(there.longest, gaps.longest);
            prop_assert_eq!(there.firings as usize + there.skipped.len(), gaps.firings as usize);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*", zone in "\\PC{0,20}") {
        let _ = Schedule::parse(&text, Some(&zone));
        let _ = Schedule::parse(&format!("cron({text})"), None);
    }

    #[test]
    fn no_text_of_the_alphabet_makes_anything_panic(text in "(cron\\(|rate\\(|)[0-9*?/,LW#A-Z -]{0,40}\\)?", years in 0_i64..240) {
        if let Ok(schedule) = Schedule::parse(&text, None) {
            let from = Utc.timestamp_opt(years * 31_000_000, 0).unwrap();
            prop_assert!(schedule.next_after(from).is_none_or(|next| next > from));
            let _ = schedule.gaps(from);
        }
    }
}
