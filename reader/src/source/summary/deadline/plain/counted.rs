//! Computes last days that are counted from another day: `自2025年3月1日起45日内`, `自本公告发布之日起7日内`.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};
use regex::{Captures, Regex};

use super::day::{coming, replace_where, written};
use crate::source::date;

/// A count from a named day. Working days are not counted: that would need a calendar of holidays.
static FROM_DAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\d年月])((?:(\d{3,4}|[今明])年)?(\d{1,2})月(\d{1,2})日)(?:之日)?起(?:的)?\s?(\d{1,3}|[一二三四五六七八九十]{1,3})个?(?:自然)?[日天][之以]?[内內]",
    )
});
/// A count from the day of publication; `自通知之日起` counts from the day on which a notice is served.
static FROM_PUBLICATION: LazyLock<Regex> = LazyLock::new(|| {
    let (notice, published) = (
        "(?:公告|通知|启事|公示|通告)",
        "(?:发布|發布|张贴|刊登|登报|见报|公布|发出)",
    );
    fixed(&format!(
        r"[自从從](?:[本此该]{notice}{published}?|(?:公告|公示|通告){published}?|{notice}?{published})(?:之日|当日|之次日)起(?:的)?\s?(\d{{1,3}}|[一二三四五六七八九十]{{1,3}})个?(?:自然)?[日天][之以]?[内內]",
    ))
});

/// Rewrites such a last day in a sentence as the end of a range.
pub(super) fn plain(text: String, from: NaiveDate) -> String {
    let text = replace_where(&['起'], &FROM_DAY, text, |found| {
        let begin = format!("{}{}起", &found[1], &found[2]);
        ending(found, 6, first_day(found, from), &begin)
    });
    replace_where(&['起'], &FROM_PUBLICATION, text, |found| {
        ending(found, 1, Some(from), "自即日起")
    })
}

/// Returns the day that is counted from.
fn first_day(found: &Captures<'_>, from: NaiveDate) -> Option<NaiveDate> {
    let (month, day) = (found[4].parse().ok()?, found[5].parse().ok()?);
    let of_year = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
    match found.get(3).map(|year| year.as_str()) {
        Some("今") => of_year(from.year()),
        Some("明") => of_year(from.year() + 1),
        Some(year) => match year.parse().ok()? {
            // The year is in the calendar of the Republic of China.
            year @ 100..1000 => of_year(year + 1911),
            year => of_year(year),
        },
        None => coming(from, of_year),
    }
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
