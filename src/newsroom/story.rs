//! Generates one bulletin of the newsroom: a function of its number and its time.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{
    edition::{DESKS, Edition},
    phrases::PhraseTemplate,
};

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
    /// The path below `/files/`.
    pub path: String,
    pub name: String,
}

impl Story {
    pub(super) fn new(edition: &'static Edition, number: u64, time: DateTime<Utc>) -> Self {
        let time = time.with_timezone(&edition.time_zone);
        let desk = *pick(&edition.subjects, number % DESKS);
        let turn = number / DESKS;
        let template = pick(desk, turn);
        let gaps = gaps(edition, turn / desk.len() as u64, turn, time);
        Self {
            number,
            title: fill(template.title, &gaps),
            paragraphs: template.body.iter().map(|text| fill(text, &gaps)).collect(),
            from: template.from,
            files: files(edition, number, template),
            day: time.format("%Y-%m-%d").to_string(),
            minute: time.format("%Y-%m-%d %H:%M").to_string(),
            signed: time.format(edition.signed).to_string(),
            rfc2822: time.to_rfc2822(),
        }
    }

    /// Returns the headline as lists show it, cut where the column ends.
    pub(super) fn short_title(&self, column: usize) -> String {
        if self.title.chars().count() <= column {
            return self.title.clone();
        }
        let cut: String = self.title.chars().take(column - 1).collect();
        format!("{cut}...")
    }
}

fn pick<T>(list: &[T], turn: u64) -> &T {
    let place = turn % list.len() as u64;
    &list[usize::try_from(place).unwrap_or(0)]
}

fn files(edition: &Edition, number: u64, template: &PhraseTemplate) -> Vec<File> {
    let (before, after) = edition.attachment;
    let files = template.files.iter().enumerate();
    let files = files.map(|(place, name)| {
        let ending = name.rsplit('.').next().unwrap_or("txt");
        File {
            path: format!("{number}-{}.{ending}", place + 1),
            name: format!("{before}{}{after}{name}", place + 1),
        }
    });
    files.collect()
}

/// Returns the values of the gaps. `round` counts how often the template was used before.
fn gaps(
    edition: &Edition,
    round: u64,
    turn: u64,
    time: DateTime<Tz>,
) -> [(&'static str, String); 13] {
    let words = edition.words;
    let day = |days: i64| {
        let day = time + TimeDelta::days(days);
        day.format(edition.day).to_string()
    };
    let spread = i64::try_from(turn % 5).unwrap_or(0);
    [
        ("{city}", (*pick(words.cities, round + turn)).to_owned()),
        ("{unit}", (*pick(words.units, round + turn * 3)).to_owned()),
        ("{goods}", (*pick(words.goods, round + turn * 5)).to_owned()),
        (
            "{subject}",
            (*pick(words.subjects, round + turn * 7)).to_owned(),
        ),
        ("{room}", (*pick(words.rooms, round + turn)).to_owned()),
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{super::edition::NewsroomLanguage, *};

    const BOTH: [NewsroomLanguage; 2] = [NewsroomLanguage::Chinese, NewsroomLanguage::English];

    fn story(language: NewsroomLanguage, number: u64) -> Story {
        let time = "2022-11-20T00:00:00Z".parse().unwrap();
        Story::new(language.edition(), number, time)
    }

    fn text(language: NewsroomLanguage, number: u64) -> String {
        let story = story(language, number);
        format!("{}{}", story.title, story.paragraphs.concat())
    }

    #[test]
    fn no_gap_stays_open() {
        for (language, number) in BOTH.iter().flat_map(|it| (0..200).map(|n| (*it, n))) {
            let text = text(language, number);
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }

    #[test]
    fn headlines_of_seven_hours_are_all_different() {
        for language in BOTH {
            // One every five seconds, as the demo does.
            let titles: Vec<_> = (0..5_040).map(|n| story(language, n).title).collect();
            let different: HashSet<_> = titles.iter().collect();
            assert_eq!(different.len(), titles.len(), "{language:?}");
        }
    }

    #[test]
    fn every_chinese_word_can_be_written_in_gbk_and_every_english_one_is_english() {
        for number in 0..200 {
            let chinese = text(NewsroomLanguage::Chinese, number);
            let (_, _, has_gaps) = encoding_rs::GBK.encode(&chinese);
            assert!(!has_gaps, "{chinese}");
            let english = text(NewsroomLanguage::English, number);
            let is_chinese = |c: char| ('\u{3000}'..='\u{9fff}').contains(&c);
            assert!(!english.contains(is_chinese), "{english}");
        }
    }
}
