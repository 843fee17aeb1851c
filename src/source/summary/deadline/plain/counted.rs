//! Last days that are counted from another day: `自2025年3月1日起45日内`, `自本公告发布之日起7日内`.

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use regex::{Captures, Regex};

use super::day::{replace_where, written};
use crate::source::date;

/// From a day that is named. Working days are not counted: which those are, a calendar of holidays would say.
static FROM_DAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"((?:(20\d\d)年)?(\d{1,2})月(\d{1,2})日)(?:之日)?起(?:的)?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})个?(?:自然)?[日天]之?[内內]",
    )
});
/// From the day of publication.
static FROM_PUBLICATION: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"[自从從](?:本|此|该)?(?:公告|通知|启事|公示|通告)?(?:发布|發布|张贴|刊登|登报|见报|公布|发出)?(?:之日|当日|之次日)起(?:的)?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})个?(?:自然)?[日天]之?[内內]",
    )
});

/// A sentence in which such a last day is written as the end of a range.
pub(super) fn plain(text: String, from: NaiveDate) -> String {
    let text = replace_where(&['起'], &FROM_DAY, text, |found| {
        let year = found.get(2).and_then(|year| year.as_str().parse().ok());
        let part = |at: usize| found[at].parse().ok();
        let first = part(3).zip(part(4)).and_then(|(month, day)| {
            NaiveDate::from_ymd_opt(year.unwrap_or(chrono::Datelike::year(&from)), month, day)
        });
        let begin = &found[1];
        ending(found, 5, first, &format!("{begin}起"))
    });
    replace_where(&['起'], &FROM_PUBLICATION, text, |found| {
        ending(found, 1, Some(from), "自即日起")
    })
}

fn ending(found: &Captures<'_>, count: usize, first: Option<NaiveDate>, begin: &str) -> String {
    let days = date::number(&found[count]).map(u64::from);
    let last = first
        .zip(days)
        .and_then(|(first, days)| first.checked_add_days(Days::new(days)));
    match last {
        Some(_) => format!("{begin}至{}止", written(last, "").trim_end()),
        None => found[0].to_owned(),
    }
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_a_day_or_from_the_publication() {
        let from = NaiveDate::from_ymd_opt(2025, 2, 20).unwrap();
        for (text, right) in [
            (
                "请债权人自2025年3月1日起45日内申报",
                "请债权人自2025年3月1日起至2025-04-15止申报",
            ),
            ("自本公告发布之日起七日内提出", "自即日起至2025-02-27止提出"),
        ] {
            assert_eq!(plain(text.to_owned(), from), right);
        }
        for text in [
            "自发布之日起5个工作日内",
            "自收到本通知之日起7日内",
            "3月1日起施行",
            "三日内",
        ] {
            assert_eq!(plain(text.to_owned(), from), text);
        }
    }
}
