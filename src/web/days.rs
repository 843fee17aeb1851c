//! Groups bulletins under the days that they show, the latest day first.

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::card::{Card, Scene};
use crate::{
    bulletin::{Bulletin, DayRange, Language},
    words::{self, fill},
};

/// The bulletins of one day.
#[derive(Debug, Serialize)]
pub(super) struct Day {
    /// `2022-11-20`.
    pub date: String,
    /// `今天 · 11月20日 周日`.
    pub heading: String,
    pub cards: Vec<Card>,
}

/// Groups cards, each with its bulletin, preserving their order within a day.
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
    let words = &words::of(language).dates;
    let (year, number) = (day.year().to_string(), day.day().to_string());
    let parts = [
        ("year", year.as_str()),
        ("month", words.months[day.month0() as usize]),
        ("day", number.as_str()),
    ];
    let date = match day.year() == today.year() {
        true => fill(words.day, &parts),
        false => fill(words.day_of_year, &parts),
    };
    let weekday = words.weekdays[day.weekday().num_days_from_monday() as usize];
    let heading = match (today - day).num_days() {
        0 => words.heading_today,
        1 => words.heading_yesterday,
        _ => words.heading,
    };
    fill(heading, &[("date", date.as_str()), ("weekday", weekday)])
}

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
