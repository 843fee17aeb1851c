//! Formats dates as people read them: how long ago, and when exactly. Pure; the present time is passed in.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::{
    bulletin::{Language, Moment},
    words,
};

/// A moment in the three forms that a page needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct When {
    /// The form for machines: a day, or RFC 3339.
    pub datetime: String,
    /// The age within the last week, such as `3 小时前`.
    pub ago: Option<String>,
    /// The exact time in the config's zone: `2022-11-20`, or `2022-11-20 08:00`.
    pub exact: String,
}

impl When {
    /// Returns the day on which a notice of an unknown age was collected.
    pub(super) fn collected(day: NaiveDate, language: Language) -> Self {
        let day = day.format("%Y-%m-%d").to_string();
        Self {
            datetime: day.clone(),
            ago: Some(words::of(language).dates.collected.to_owned()),
            exact: day,
        }
    }

    pub(super) fn new(moment: &Moment, now: DateTime<Utc>, zone: Tz, language: Language) -> Self {
        let ago = match moment {
            Moment::Time(time) => time_ago(now.signed_duration_since(time), language),
            Moment::Day(_) => None,
        };
        let local = match moment {
            Moment::Time(time) => time.with_timezone(&zone).date_naive(),
            Moment::Day(day) => *day,
        };
        let today = now.with_timezone(&zone).date_naive();
        let exact = match moment {
            Moment::Day(day) => day.format("%Y-%m-%d").to_string(),
            Moment::Time(time) => {
                let local = time.with_timezone(&zone);
                local.format("%Y-%m-%d %H:%M").to_string()
            }
        };
        Self {
            datetime: moment.to_string(),
            ago: ago.or_else(|| days_ago((today - local).num_days(), language)),
            exact,
        }
    }
}

/// A deadline, and how far away it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Due {
    pub when: When,
    /// The remaining time, such as `还剩 3 天`.
    pub left: String,
    pub is_past: bool,
}

impl Due {
    pub(super) fn new(moment: &Moment, now: DateTime<Utc>, zone: Tz, language: Language) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        let (day, is_past) = match moment {
            Moment::Day(day) => (*day, *day < today),
            Moment::Time(time) => (time.with_timezone(&zone).date_naive(), *time < now),
        };
        Self {
            when: When::new(moment, now, zone, language),
            left: left((day - today).num_days(), is_past, language),
            is_past,
        }
    }
}

fn left(days: i64, is_past: bool, language: Language) -> String {
    let words = &words::of(language).dates;
    match days {
        _ if is_past => words.closed.to_owned(),
        ..=0 => words.due_today.to_owned(),
        1 => words.due_tomorrow.to_owned(),
        days => words.days_left.say(days),
    }
}

fn time_ago(age: TimeDelta, language: Language) -> Option<String> {
    let words = &words::of(language).dates;
    match age.num_minutes() {
        // A publisher's clock may be a little ahead of ours.
        -2..=0 => Some(words.just_now.to_owned()),
        minutes @ 1..60 => Some(words.minutes_ago.say(minutes)),
        minutes @ 60..720 => Some(words.hours_ago.say(minutes / 60)),
        _ => None,
    }
}

fn days_ago(days: i64, language: Language) -> Option<String> {
    let words = &words::of(language).dates;
    match days {
        0 => Some(words.today.to_owned()),
        1 => Some(words.yesterday.to_owned()),
        2..7 => Some(words.days_ago.say(days)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ago(moment: &str) -> Option<String> {
        let moment = Moment::try_from(moment.to_owned()).unwrap();
        let now = "2022-11-20T02:00:00Z".parse().unwrap();
        When::new(&moment, now, Tz::Asia__Shanghai, Language::Zh).ago
    }

    #[test]
    fn ages_are_shown_as_exactly_as_the_date_allows() {
        let table = [
            ("2022-11-20T10:00:00+08:00", Some("刚刚")),
            ("2022-11-20T10:01:30+08:00", Some("刚刚")),
            ("2022-11-20T09:55:00+08:00", Some("5 分钟前")),
            ("2022-11-20T07:00:00+08:00", Some("3 小时前")),
            ("2022-11-20", Some("今天")),
            ("2022-11-19T08:00:00+08:00", Some("昨天")),
            ("2022-11-19", Some("昨天")),
            ("2022-11-16", Some("4 天前")),
            ("2022-11-13", None),
            ("2022-11-21", None),
            ("2023-01-01T00:00:00+08:00", None),
        ];
        for (moment, expected) in table {
            assert_eq!(ago(moment).as_deref(), expected, "{moment}");
        }
    }

    #[test]
    fn a_deadline_says_how_long_there_is_left() {
        let now = "2022-11-20T02:00:00Z".parse().unwrap();
        let due = |moment: &str| {
            let moment = Moment::try_from(moment.to_owned()).unwrap();
            let due = Due::new(&moment, now, Tz::Asia__Shanghai, Language::Zh);
            (due.left, due.is_past)
        };
        for (moment, left, is_past) in [
            ("2022-11-23", "还剩 3 天", false),
            ("2022-11-21", "明天截止", false),
            ("2022-11-20", "今天截止", false),
            ("2022-11-19", "已截止", true),
            ("2022-11-20T12:00:00+08:00", "今天截止", false),
            ("2022-11-20T09:00:00+08:00", "已截止", true),
        ] {
            assert_eq!(due(moment), (left.to_owned(), is_past), "{moment}");
        }
    }

    #[test]
    fn times_show_in_the_zone_of_the_config() {
        let moment = Moment::try_from("2022-11-19T23:30:00+00:00".to_owned()).unwrap();
        let now = "2023-11-20T02:00:00Z".parse().unwrap();
        let when = When::new(&moment, now, Tz::Asia__Shanghai, Language::En);
        assert_eq!(when.exact, "2022-11-20 07:30");
    }
}
