//! One bulletin of the newsroom: a function of its number and its time.

use chrono::{DateTime, Datelike, TimeDelta};
use chrono_tz::Tz;
use serde::Serialize;

use super::phrases::{
    CITIES, GOODS, NEWS, NOTICES, PhraseTemplate, ROOMS, SUBJECTS, TENDERS, UNITS,
};

/// The desks take turns: a number's rest by their count says whose it is.
pub(super) const DESKS: u64 = 3;

#[derive(Debug, Serialize)]
pub(super) struct Story {
    pub number: u64,
    pub title: String,
    pub paragraphs: Vec<String>,
    /// The department that issues it.
    pub from: &'static str,
    pub files: Vec<File>,
    /// `2022-11-20`.
    pub day: String,
    /// `2022-11-20 08:00`.
    pub minute: String,
    /// `2022年11月20日`.
    pub signed: String,
    /// RFC 2822, for feeds.
    pub rfc2822: String,
}

/// A file to download.
#[derive(Debug, Serialize)]
pub(super) struct File {
    /// Below `/files/`.
    pub path: String,
    pub name: String,
}

impl Story {
    pub(super) fn new(number: u64, time: DateTime<Tz>) -> Self {
        let desk: &[PhraseTemplate] = match number % DESKS {
            0 => &NOTICES,
            1 => &NEWS,
            _ => &TENDERS,
        };
        let turn = number / DESKS;
        let template = pick(desk, turn);
        let gaps = gaps(turn / desk.len() as u64, turn, time);
        Self {
            number,
            title: fill(template.title, &gaps),
            paragraphs: template.body.iter().map(|text| fill(text, &gaps)).collect(),
            from: template.from,
            files: files(number, template),
            day: time.format("%Y-%m-%d").to_string(),
            minute: time.format("%Y-%m-%d %H:%M").to_string(),
            signed: chinese_day(time),
            rfc2822: time.to_rfc2822(),
        }
    }

    /// The headline as lists show it, cut where the column ends.
    pub(super) fn short_title(&self) -> String {
        const COLUMN: usize = 24;
        if self.title.chars().count() <= COLUMN {
            return self.title.clone();
        }
        let cut: String = self.title.chars().take(COLUMN - 1).collect();
        format!("{cut}...")
    }
}

fn pick<T>(list: &[T], turn: u64) -> &T {
    let place = turn % list.len() as u64;
    &list[usize::try_from(place).unwrap_or(0)]
}

fn files(number: u64, template: &PhraseTemplate) -> Vec<File> {
    let files = template.files.iter().enumerate();
    let files = files.map(|(place, name)| {
        let ending = name.rsplit('.').next().unwrap_or("txt");
        File {
            path: format!("{number}-{}.{ending}", place + 1),
            name: format!("附件{}：{name}", place + 1),
        }
    });
    files.collect()
}

/// Returns what stands in the gaps. `round` counts how often the template came before.
fn gaps(round: u64, turn: u64, time: DateTime<Tz>) -> [(&'static str, String); 13] {
    let day = |days: i64| {
        let day = time + TimeDelta::days(days);
        format!("{}月{}日", day.month(), day.day())
    };
    let spread = i64::try_from(turn % 5).unwrap_or(0);
    [
        ("{city}", (*pick(&CITIES, round + turn)).to_owned()),
        ("{unit}", (*pick(&UNITS, round + turn * 3)).to_owned()),
        ("{goods}", (*pick(&GOODS, round + turn * 5)).to_owned()),
        ("{subject}", (*pick(&SUBJECTS, round + turn * 7)).to_owned()),
        ("{room}", (*pick(&ROOMS, round + turn)).to_owned()),
        ("{today}", day(0)),
        ("{soon}", day(8 + spread)),
        ("{later}", day(15 + spread)),
        ("{deadline}", day(5 + spread)),
        ("{few}", (3 + turn % 7).to_string()),
        ("{count}", (40 + turn * 37 % 460).to_string()),
        ("{amount}", (60 + turn * 173 % 4_900).to_string()),
        ("{percent}", (6 + turn * 11 % 60).to_string()),
    ]
}

fn fill(text: &str, gaps: &[(&str, String)]) -> String {
    let fill = |text: String, (gap, word): &(&str, String)| text.replace(gap, word);
    gaps.iter().fold(text.to_owned(), fill)
}

fn chinese_day(time: DateTime<Tz>) -> String {
    format!("{}年{}月{}日", time.year(), time.month(), time.day())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::TimeZone;

    use super::*;

    fn story(number: u64) -> Story {
        let time = Tz::Asia__Shanghai.with_ymd_and_hms(2022, 11, 20, 8, 0, 0);
        Story::new(number, time.unwrap())
    }

    #[test]
    fn no_gap_stays_open() {
        for number in 0..200 {
            let story = story(number);
            let text = format!("{}{}", story.title, story.paragraphs.concat());
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }

    #[test]
    fn headlines_of_seven_hours_are_all_different() {
        // One every five seconds, as the demo does.
        let titles: Vec<_> = (0..5_040).map(|number| story(number).title).collect();
        let different: HashSet<_> = titles.iter().collect();
        assert_eq!(different.len(), titles.len());
    }

    #[test]
    fn every_word_can_be_written_in_gbk() {
        for number in 0..200 {
            let story = story(number);
            let text = format!("{}{}", story.title, story.paragraphs.concat());
            let (_, _, has_gaps) = encoding_rs::GBK.encode(&text);
            assert!(!has_gaps, "{text}");
        }
    }
}
