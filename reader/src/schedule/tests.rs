use std::{collections::BTreeSet, time::Instant};

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use proptest::prelude::*;

use super::*;

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap()
}

fn why(text: &str) -> String {
    text.parse::<Schedule>().unwrap_err().to_string()
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Returns the next `count` times, as the wall clock of `zone` with its offset.
fn next(text: &str, zone: Tz, from: &str, count: usize) -> Vec<String> {
    let schedule = schedule(text);
    let mut after = utc(from);
    (0..count)
        .map(|_| {
            after = schedule.next_after(after, zone).unwrap();
            after.with_timezone(&zone).to_rfc3339()
        })
        .collect()
}

const NEW_YORK: Tz = chrono_tz::America::New_York;
const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

#[test]
fn either_day_field_suffices_unless_one_begins_with_a_star() {
    // 2024-01-01 is a Monday.
    let from = "2024-01-01T12:00:00+08:00";
    let days = |text: &str| -> Vec<String> {
        let times = next(text, SHANGHAI, from, 3);
        times.iter().map(|time| time[5..10].to_owned()).collect()
    };
    assert_eq!(days("0 0 13 * 5"), ["01-05", "01-12", "01-13"]);
    assert_eq!(days("0 0 13 * *"), ["01-13", "02-13", "03-13"]);
    assert_eq!(days("0 0 * * 5"), ["01-05", "01-12", "01-19"]);
    assert_eq!(days("0 0 */2 * 1"), ["01-15", "01-29", "02-05"]);
    assert_eq!(days("0 0 13 * */2"), ["01-13", "02-13", "04-13"]);
}

#[test]
fn zero_and_seven_are_sunday_and_names_ignore_case() {
    let from = "2024-01-01T12:00:00Z";
    let sundays = next("0 0 * * 0", Tz::UTC, from, 4);
    for text in [
        "0 0 * * 7",
        "0 0 * * sun",
        "0 0 * * SUN",
        "0 0 * jan-Dec 7-7",
    ] {
        assert_eq!(next(text, Tz::UTC, from, 4), sundays, "{text}");
    }
    let to_sunday = next("0 0 * * 5-7", Tz::UTC, from, 9);
    assert_eq!(next("0 0 * * fri,Sat,0", Tz::UTC, from, 9), to_sunday);
}

#[test]
fn six_fields_begin_with_seconds() {
    assert_eq!(
        next("*/30 59 23 31 12 *", Tz::UTC, "2024-01-01T00:00:00.5Z", 3),
        [
            "2024-12-31T23:59:00+00:00",
            "2024-12-31T23:59:30+00:00",
            "2025-12-31T23:59:00+00:00"
        ]
    );
}

#[test]
fn nicknames_are_those_of_debian() {
    for (name, line) in [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
    ] {
        let from = "2024-03-09T12:00:00Z";
        assert_eq!(next(name, NEW_YORK, from, 5), next(line, NEW_YORK, from, 5));
    }
}

#[test]
fn intervals_count_from_the_given_time() {
    let from = "2024-01-01T00:00:07Z";
    assert_eq!(
        next("every 5m", Tz::UTC, from, 2),
        ["2024-01-01T00:05:07+00:00", "2024-01-01T00:10:07+00:00"]
    );
    for (text, seconds) in [("every 1s", 1), ("every  2h", 7_200), ("every 1d", 86_400)] {
        let interval = schedule(text).interval(utc(from), Tz::UTC);
        assert_eq!(interval, Duration::from_secs(seconds), "{text}");
    }
}

#[test]
fn a_skipped_run_comes_at_once_after_the_change() {
    let from = "2024-03-10T00:00:00-05:00";
    assert_eq!(
        next("30 2 * * *", NEW_YORK, from, 2),
        ["2024-03-10T03:00:00-04:00", "2024-03-11T02:30:00-04:00"]
    );
    assert_eq!(
        next("0,30 2,3 * * *", NEW_YORK, from, 2),
        ["2024-03-10T03:00:00-04:00", "2024-03-10T03:30:00-04:00"]
    );
    assert_eq!(
        next("*/30 2 * * *", NEW_YORK, from, 1),
        ["2024-03-11T02:00:00-04:00"]
    );
}

#[test]
fn a_repeated_run_comes_once_but_for_lines_of_real_time() {
    let from = "2024-11-03T00:00:00-04:00";
    assert_eq!(
        next("30 1 * * *", NEW_YORK, from, 2),
        ["2024-11-03T01:30:00-04:00", "2024-11-04T01:30:00-05:00"]
    );
    assert_eq!(
        next("30 1 * * *", NEW_YORK, "2024-11-03T01:10:00-05:00", 1),
        ["2024-11-04T01:30:00-05:00"]
    );
    assert_eq!(
        next("*/30 1 * * *", NEW_YORK, from, 5),
        [
            "2024-11-03T01:00:00-04:00",
            "2024-11-03T01:30:00-04:00",
            "2024-11-03T01:00:00-05:00",
            "2024-11-03T01:30:00-05:00",
            "2024-11-04T01:00:00-05:00"
        ]
    );
    assert_eq!(
        next("@hourly", NEW_YORK, from, 3),
        [
            "2024-11-03T01:00:00-04:00",
            "2024-11-03T01:00:00-05:00",
            "2024-11-03T02:00:00-05:00"
        ]
    );
}

#[test]
fn a_skipped_day_comes_at_once_too() {
    assert_eq!(
        next(
            "0 12 * * *",
            chrono_tz::Pacific::Apia,
            "2011-12-29T12:00:00-10:00",
            2
        ),
        ["2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"]
    );
}

#[test]
fn rare_and_impossible_dates_are_answered_within_milliseconds() {
    let begun = Instant::now();
    assert_eq!(
        next("0 0 29 2 *", Tz::UTC, "2024-03-01T00:00:00Z", 1),
        ["2028-02-29T00:00:00+00:00"]
    );
    // The year 2100 has no leap day.
    let last = schedule("0 0 29 2 *").next_after(utc("2097-01-01T00:00:00Z"), Tz::UTC);
    assert_eq!(last, None);
    for text in ["0 0 30 2 *", "0 0 31 2 *", "0 0 31 4,6 */2", "* * * 30 2 *"] {
        assert!(why(text).contains("it never fires"), "{text}");
    }
    schedule("0 0 30 2 1");
    schedule("0 0 29 2 */7");
    assert!(begun.elapsed() < Duration::from_millis(200));
}

#[test]
fn errors_say_what_is_wrong_and_what_is_expected() {
    let texts = [
        "",
        "5m",
        "every 0s",
        "every 5",
        "every 5x",
        "every 99999999999999999999d",
        "every 20000d",
        "@reboot",
        "@fortnightly",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "50-10 * * * *",
        "* * * * Sat-Sun",
        "* * L * *",
        "* * 15W * *",
        "* * * * 5#3",
        "0 0 ? * 1",
        "5/15 * * * *",
        "*/0 * * * *",
        "1,,2 * * * *",
        "-5 * * * *",
        "a * * * *",
        "* * * monday *",
        "1 2 3 4 5 6 7",
        "0 0 30 2 *",
        "+5 * * * *",
        "*5 * * * *",
    ];
    let errors: Vec<String> = texts.iter().map(|text| why(text)).collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn the_interval_is_the_gap_of_the_next_two_times() {
    let at = utc("2024-01-01T00:00:00Z");
    let interval = |text: &str| schedule(text).interval(at, SHANGHAI).as_secs();
    assert_eq!(interval("*/10 * * * *"), 600);
    assert_eq!(interval("@daily"), 86_400);
    assert_eq!(interval("0 8,20 * * *"), 12 * 3_600);
}

// ---- crontab's meaning, worked out minute by minute, as cron's own loop does it ----

/// A field as text, and the numbers that it means.
#[derive(Debug, Clone)]
struct Meant {
    text: String,
    numbers: BTreeSet<u32>,
}

fn part(low: u32, high: u32) -> impl Strategy<Value = Meant> {
    let meant = |text: String, numbers: BTreeSet<u32>| Meant { text, numbers };
    let span = (low..=high, low..=high).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![
        2 => Just(meant("*".to_owned(), (low..=high).collect())),
        1 => (1..=high + 5).prop_map(move |step| {
            meant(format!("*/{step}"), (low..=high).filter(|n| (n - low).is_multiple_of(step)).collect())
        }),
        4 => (low..=high).prop_map(move |n| meant(n.to_string(), [n].into())),
        1 => span.clone().prop_map(move |(a, b)| meant(format!("{a}-{b}"), (a..=b).collect())),
        1 => (span, 1..=high + 5).prop_map(move |((a, b), step)| {
            meant(format!("{a}-{b}/{step}"), (a..=b).filter(|n| (n - a) % step == 0).collect())
        }),
    ]
}

fn field(low: u32, high: u32) -> impl Strategy<Value = Meant> {
    let few = prop_oneof![6 => 1..2usize, 1 => 2..4usize];
    few.prop_flat_map(move |count| proptest::collection::vec(part(low, high), count))
        .prop_map(|parts| Meant {
            text: parts
                .iter()
                .map(|part| part.text.as_str())
                .collect::<Vec<_>>()
                .join(","),
            numbers: parts.into_iter().flat_map(|part| part.numbers).collect(),
        })
}

fn weekday() -> impl Strategy<Value = Meant> {
    let named = (0..7usize).prop_map(|day| Meant {
        text: ["Sun", "mon", "TUE", "wed", "Thu", "fri", "sAt"][day].to_owned(),
        numbers: [day as u32].into(),
    });
    prop_oneof![3 => field(0, 7), 1 => named].prop_map(|mut meant| {
        if meant.numbers.remove(&7) {
            meant.numbers.insert(0);
        }
        meant
    })
}

fn line() -> impl Strategy<Value = [Meant; 5]> {
    (
        field(0, 59),
        field(0, 23),
        field(1, 31),
        field(1, 12),
        weekday(),
    )
        .prop_map(|(minute, hour, day, month, weekday)| [minute, hour, day, month, weekday])
}

fn text([minute, hour, day, month, weekday]: &[Meant; 5]) -> String {
    let fields = [minute, hour, day, month, weekday].map(|field| field.text.as_str());
    fields.join(" ")
}

fn day_matches([_, _, day, month, weekday]: &[Meant; 5], date: NaiveDate) -> bool {
    let by_day = day.numbers.contains(&date.day());
    let by_weekday = weekday
        .numbers
        .contains(&date.weekday().num_days_from_sunday());
    let both = day.text.starts_with('*') || weekday.text.starts_with('*');
    month.numbers.contains(&date.month())
        && if both {
            by_day && by_weekday
        } else {
            by_day || by_weekday
        }
}

fn matches(line: &[Meant; 5], wall: NaiveDateTime) -> bool {
    line[0].numbers.contains(&wall.minute())
        && line[1].numbers.contains(&wall.hour())
        && day_matches(line, wall.date())
}

/// Two clock changes a year, of an hour or half, or none; each day is a change or near one.
const WINDOWS: [(Tz, &str); 11] = [
    (NEW_YORK, "2024-03-10"),
    (NEW_YORK, "2024-11-03"),
    (chrono_tz::Europe::Berlin, "2025-03-30"),
    (chrono_tz::Europe::Berlin, "2025-10-26"),
    (chrono_tz::Australia::Lord_Howe, "2024-04-07"),
    (chrono_tz::Australia::Lord_Howe, "2024-10-06"),
    (chrono_tz::Africa::Casablanca, "2024-03-10"),
    (chrono_tz::America::Havana, "2024-03-10"),
    (SHANGHAI, "1988-04-17"),
    (SHANGHAI, "1988-09-11"),
    (SHANGHAI, "2024-02-29"),
];

/// Returns what cron's loop would have run in the two and a half days around a change: it wakes at every minute, has
/// its own clock that never goes back, and runs everything that this clock passed.
fn simulate(line: &[Meant; 5], minutes: &[(DateTime<Utc>, NaiveDateTime)]) -> Vec<DateTime<Utc>> {
    let real_time = line[..2].iter().any(|field| field.text.starts_with('*'));
    let mut clock = minutes[0].1 - TimeDelta::minutes(1);
    let mut fired = Vec::new();
    for (time, wall) in minutes {
        let mut due = real_time && matches(line, *wall);
        while clock < *wall {
            clock += TimeDelta::minutes(1);
            due |= !real_time && matches(line, clock);
        }
        if due {
            fired.push(*time);
        }
    }
    fired
}

fn minutes((zone, day): (Tz, &str)) -> Vec<(DateTime<Utc>, NaiveDateTime)> {
    let start = utc(&format!("{day}T00:00:00Z")) - TimeDelta::days(1);
    (0..60 * 60)
        .map(|minute| {
            let time = start + TimeDelta::minutes(minute);
            (time, time.with_timezone(&zone).naive_local())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn lines_fire_when_crons_own_loop_would(
        line in line(),
        window in 0..WINDOWS.len(),
        begin in 0..1_500usize,
    ) {
        thread_local! {
            static MINUTES: Vec<Vec<(DateTime<Utc>, NaiveDateTime)>> =
                WINDOWS.map(minutes).to_vec();
        }
        let Ok(schedule) = text(&line).parse::<Schedule>() else {
            let mut days = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap().iter_days().take(365 * 28);
            prop_assert!(!days.any(|day| day_matches(&line, day)), "{} was refused", text(&line));
            return Ok(());
        };
        let (expected, mut after, end) = MINUTES.with(|windows| {
            let minutes = &windows[window];
            let after = minutes[begin].0;
            let mut fired = simulate(&line, minutes);
            fired.retain(|time| *time > after);
            (fired, after, minutes[minutes.len() - 1].0)
        });
        let mut fired = Vec::new();
        while let Some(next) = schedule.next_after(after, WINDOWS[window].0) && next <= end {
            fired.push(next);
            after = next;
        }
        prop_assert_eq!(fired, expected, "{} in {:?}", text(&line), WINDOWS[window]);
    }

    #[test]
    fn days_are_found_years_ahead(mut line in line(), from in 0..20_000i64) {
        line[0] = Meant { text: "0".to_owned(), numbers: [0].into() };
        line[1] = Meant { text: "12".to_owned(), numbers: [12].into() };
        let Ok(schedule) = text(&line).parse::<Schedule>() else { return Ok(()) };
        let from = utc("1999-12-31T12:00:00Z") + TimeDelta::days(from);
        let mut days = from.date_naive().iter_days().skip(1).take(40 * 365);
        let expected = days.find(|day| day_matches(&line, *day)).filter(|day| day.year() <= 2100);
        let found = schedule.next_after(from, Tz::UTC).map(|time| time.date_naive());
        prop_assert_eq!(found, expected, "{}", text(&line));
    }

    #[test]
    fn any_text_is_answered(text in "[-*/,@#?LW0-9a-z ]{0,40}|.{0,20}") {
        let _ = text.parse::<Schedule>();
    }
}
