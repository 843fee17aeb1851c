//! Determines the years of dates that are written without: from the address, else from the rows above.

use chrono::{Datelike, NaiveDate};

use crate::bulletin::Moment;
use crate::source::list::survey::dates::DateInRow;

/// Returns a date in an address: `/2022/11/20/`, `/2022/1120/`, `t20221120_5.html`, `2022-11-20`.
pub(in crate::source::list) fn in_address(href: &str) -> Option<NaiveDate> {
    let numbers: Vec<&str> = href
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    let date = |year: &str, month: &str, day: &str| {
        let year: i32 = year.parse().ok()?;
        (1990..=2100)
            .contains(&year)
            .then(|| NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?))?
    };
    for (at, number) in numbers.iter().enumerate() {
        let next = |ahead: usize| numbers.get(at + ahead).copied().unwrap_or_default();
        let found = match number.len() {
            8 => date(&number[..4], &number[4..6], &number[6..]),
            4 if next(1).len() == 4 => date(number, &next(1)[..2], &next(1)[2..]),
            4 if next(1).len() <= 2 && next(2).len() <= 2 => date(number, next(1), next(2)),
            6 if next(1).len() <= 2 => date(&number[..4], &number[4..], next(1)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Returns the year that a folder of an address names, if it names no day: `/2022/4711.html`, `/202211/`.
fn year_in_address(href: &str, latest: i32) -> Option<i32> {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let (folders, _) = path.rsplit_once('/')?;
    folders
        .split('/')
        .filter(|folder| folder.bytes().all(|b| b.is_ascii_digit()))
        .filter(|folder| {
            let month = folder.get(4..6).and_then(|month| month.parse::<u32>().ok());
            folder.len() == 4 || folder.len() == 6 && month.is_some_and(|m| (1..=12).contains(&m))
        })
        .filter_map(|folder| folder[..4].parse().ok())
        .find(|year| (1995..=latest).contains(year))
}

/// Returns whether a text contains a year from 1990 to 2099.
pub(in crate::source::list) fn is_year_in(text: &str) -> bool {
    year_in(text).is_some()
}

/// Returns the first year from 1990 to 2099 in a text.
pub(in crate::source::list) fn year_in(text: &str) -> Option<i32> {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|number| {
            number.len() == 4 && (number.starts_with("20") || number.starts_with("199"))
        })?
        .parse()
        .ok()
}

/// Gives yearless dates their years: from the heading (`headed`), from the address if it agrees, else from the row
/// above in a list with descending dates. Rows that are `pinned` are outside the order.
pub(in crate::source::list) fn settle_years(
    rows: &mut [(&str, Option<DateInRow>)],
    pinned: &[bool],
    headed: &[Option<i32>],
    latest: i32,
) {
    let falling = {
        let days: Vec<(u32, u32)> = rows
            .iter()
            .zip(pinned)
            .filter(|(_, pinned)| !**pinned)
            .filter_map(|((_, found), _)| found.as_ref())
            .map(|found| (found.moment.day().month(), found.moment.day().day()))
            .collect();
        let down = days.windows(2).filter(|pair| pair[1] <= pair[0]).count();
        down * 10 >= days.len().saturating_sub(1) * 7
    };
    let mut above: Option<NaiveDate> = None;
    for (((href, found), pinned), headed) in rows.iter_mut().zip(pinned).zip(headed) {
        let Some(found) = found else { continue };
        if found.yearless {
            let day = found.moment.day();
            let by_address = || {
                let agrees = |address: &NaiveDate| {
                    let same = day.with_year(address.year());
                    let distance = same.map(|same| (same - *address).num_days().abs());
                    distance.is_some_and(|days| days <= 31 || days >= 334)
                };
                in_address(href)
                    .filter(agrees)
                    .map(|address| nearest_year(day, address))
                    .or_else(|| year_in_address(href, latest))
            };
            let by_order = || {
                let above = above.filter(|_| falling)?;
                let same = day.with_year(above.year())?;
                // A step up in a descending list is the turn of a year.
                let turned = (same - above).num_days() > 31;
                Some(above.year() - i32::from(turned))
            };
            let headed = headed.filter(|year| *year <= latest);
            let year = headed.or_else(by_address).or_else(by_order);
            if let Some(dated) = year.and_then(|year| with_year(found.moment, year)) {
                found.moment = dated;
            }
        }
        above = if *pinned {
            above
        } else {
            Some(found.moment.day())
        };
    }
}

/// Returns the year that puts a month and day nearest to a known date.
fn nearest_year(day: NaiveDate, known: NaiveDate) -> i32 {
    (known.year() - 1..=known.year() + 1)
        .min_by_key(|year| {
            day.with_year(*year)
                .map_or(i64::MAX, |d| (d - known).num_days().abs())
        })
        .unwrap_or(known.year())
}

fn with_year(moment: Moment, year: i32) -> Option<Moment> {
    Some(match moment {
        Moment::Day(day) => Moment::Day(day.with_year(year)?),
        Moment::Time(time) => Moment::Time(time.with_year(year)?),
    })
}
