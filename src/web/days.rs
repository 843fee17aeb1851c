//! Bulletins under the days that they show, the latest day first.

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::card::{Card, Scene};
use crate::bulletin::{Bulletin, DayRange, Language};

/// The bulletins of one day.
#[derive(Debug, Serialize)]
pub(super) struct Day {
    /// `2022-11-20`.
    pub date: String,
    /// `今天 · 11月20日 周日`.
    pub heading: String,
    pub cards: Vec<Card>,
}

/// Groups cards, each with its bulletin, keeping their order within a day.
pub(super) fn grouped(scene: Scene<'_>, cards: Vec<(&Bulletin, Card)>) -> Vec<Day> {
    let zone = scene.config.time_zone;
    let today = scene.now.with_timezone(&zone).date_naive();
    let mut dated: Vec<(NaiveDate, Card)> = Vec::new();
    for (bulletin, card) in cards {
        let day = DayRange::shown(bulletin.published, bulletin.first_seen, zone);
        dated.push((day, card));
    }
    dated.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    let mut days: Vec<Day> = Vec::new();
    for (day, card) in dated {
        let date = day.to_string();
        match days.last_mut().filter(|last| last.date == date) {
            Some(last) => last.cards.push(card),
            None => days.push(Day {
                heading: heading(day, today, scene.language),
                date,
                cards: vec![card],
            }),
        }
    }
    days
}

fn heading(day: NaiveDate, today: NaiveDate, language: Language) -> String {
    let place = day.weekday().num_days_from_monday() as usize;
    let is_this_year = day.year() == today.year();
    let date = match (language, is_this_year) {
        (Language::Zh, true) => format!("{}月{}日", day.month(), day.day()),
        (Language::Zh, false) => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        (Language::En, true) => day.format("%-d %B").to_string(),
        (Language::En, false) => day.format("%-d %B %Y").to_string(),
    };
    let relative = match ((today - day).num_days(), language) {
        (0, Language::Zh) => "今天 · ",
        (1, Language::Zh) => "昨天 · ",
        (0, Language::En) => "Today · ",
        (1, Language::En) => "Yesterday · ",
        _ => "",
    };
    match language {
        Language::Zh => format!("{relative}{date} {}", WEEKDAYS_ZH[place]),
        Language::En => format!("{relative}{} {date}", WEEKDAYS_EN[place]),
    }
}

const WEEKDAYS_ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const WEEKDAYS_EN: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_as_people_say_them() {
        let today = "2022-11-20".parse().unwrap();
        let say = |day: &str, language| heading(day.parse().unwrap(), today, language);
        assert_eq!(say("2022-11-20", Language::Zh), "今天 · 11月20日 周日");
        assert_eq!(say("2022-11-19", Language::Zh), "昨天 · 11月19日 周六");
        assert_eq!(say("2022-11-18", Language::Zh), "11月18日 周五");
        assert_eq!(say("2021-01-04", Language::Zh), "2021年1月4日 周一");
        assert_eq!(
            say("2022-11-20", Language::En),
            "Today · Sunday 20 November"
        );
        assert_eq!(say("2021-01-04", Language::En), "Monday 4 January 2021");
    }
}
