//! Rewrites days that languages with letters name without a full date: `the end of March`, `31.3.`, `31/3`.

use std::{collections::HashSet, sync::LazyLock};

use chrono::NaiveDate;
use regex::{Captures, Regex};

use super::{
    clock,
    day::{coming, last_of_month, replace, written},
    weekday,
};
use crate::source::date;

/// Words for the end of a month, before its name.
const END_OF: &str = "end of|last day of|letzten tag im|letzten tag des|dernier jour de|último día de|ultimo giorno di|último dia de|laatste dag van|ostatni(?:ego|m)? d(?:zień|nia|niem|niu)|posledn(?:í|ího) d(?:en|ne|ni)|последн(?:ий|его) д(?:ень|ня)|останн(?:ій|ього) д(?:ень|ня)|آخر(?: يوم من)?(?: شهر)?|fins de|koncem|наприкінці|ende|eind(?:e)?|fin(?:e)?(?: de| du mois de)?|finales de|fim de|final de|finais de|końca|konce|конца|кінця|نهاية(?: شهر)?|cuối tháng|hết tháng";

static MONTH_END: LazyLock<Regex> = LazyLock::new(|| {
    let months = date::months();
    fixed(&format!(
        r"(?:{END_OF})\s({months}|\d{{1,2}})([^\p{{L}}\d]|$)(?:(20\d\d)([^\d]|$))?"
    ))
});
/// The end of a month in Turkish, after its name.
static MONTH_END_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    let months = date::months();
    fixed(&format!(r"({months})\s(?:ayı\s)?sonu(?:na|n[ae])?\s()()()"))
});
/// `31.3.`, `31/3`, `2/4/2026`, `02/04/2026`
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\d./:-])(\d{1,2})(?:\.\s?(\d{1,2})\.|/(\d{1,2}))(?:[/\s]?\s?(20\d\d))?([^\d./:]|[.:]?\s|[.:]?$)",
    )
});

/// `2 april 17:00`, in which 17 is not a year.
static HOUR_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    let months = date::months();
    fixed(&format!(
        r"(\d\.?\s(?:de\s)?(?:{months})),?\s(\d{{1,2}}(?::|\s?h|\s?uhr|\s?uur|\.\d\d\s))"
    ))
});

/// `October 5–18, 2026`, whose second day leaves out its month; `15 March 9–11 a.m.` has hours there.
static MONTH_FIRST_RANGE: LazyLock<Regex> = LazyLock::new(|| {
    let months = date::months();
    fixed(&format!(
        r"(\d[\p{{L}}.]*\s(?:de\s)?)?\b((?:{months})\.?)\s(\d{{1,2}})(?:st|nd|rd|th)?(\s?[-–—~]\s?|\s(?:to|through|thru|until)\s)(\d{{1,2}})(?:st|nd|rd|th)?(,?\s?20\d\d\b)?(\s?(?:[:%\d/]|h(?:\d|\b)|uhr|uur|noon|midnight|midday|o['’]?clock|[ap]\.?\s?m\b|[.-]\d))?"
    ))
});

/// `las ocho de la tarde`
static SPANISH_HOUR: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"las?\s({})\sde\sla\s(mañana|tarde|noche)",
        SPANISH_HOURS.join("|")
    ))
});
const SPANISH_HOURS: [&str; 12] = [
    "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once",
    "doce",
];

/// Returns whether a sentence has a word that begins like a month or a weekday: a cheap check before the expensive
/// ones.
pub(super) fn names_day(sentence: &str) -> bool {
    static BEGINNINGS: LazyLock<HashSet<[char; 3]>> = LazyLock::new(|| {
        let months = date::months().to_lowercase();
        let months = months.split('|').filter_map(beginning);
        months
            .chain(WEEKDAYS.split(' ').filter_map(beginning))
            .collect()
    });
    let words = sentence.split(|c: char| !c.is_alphabetic());
    words
        .filter_map(beginning)
        .any(|beginning| BEGINNINGS.contains(&beginning))
}

/// The beginnings of weekdays, and of `tháng`, the month in Vietnamese.
const WEEKDAYS: &str = "mon tue wed thu fri sat sun die mit don fre sam son lun mar mer jeu ven dim mié mie jue vie sáb sab dom \
    gio seg ter qua qui sex maa din woe vri zat zon pon wto śro sro czw pią pia sob nie úte ute stř stř čtv ctv pát pat \
    ned paz sal çar car per cum thứ chủ ngà чис ayı día dia пон вто сре чет пят суб вос ятн вів сер нед thá الأ الا الإ الث الخ الج الس";

fn beginning(word: &str) -> Option<[char; 3]> {
    let mut letters = word.chars().flat_map(char::to_lowercase);
    Some([letters.next()?, letters.next()?, letters.next()?])
}

/// Returns whether a text has letters of the languages that are read here, which most sentences in Chinese lack.
fn has_letters(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_alphabetic() || ('\u{80}'..'\u{2000}').contains(&c))
}

pub(super) fn plain(sentence: String, day_first: bool, from: NaiveDate) -> String {
    let text = match has_letters(&sentence) {
        true => in_words(sentence, day_first, from),
        false => sentence,
    };
    match day_first {
        true => replace(&NUMBERS, text, |found| numbers(found, from)),
        false => text,
    }
}

fn in_words(sentence: String, day_first: bool, from: NaiveDate) -> String {
    let text = clock::plain(sentence, day_first);
    let mut text = weekday::plain(text, from);
    text = replace(&MONTH_END, text, |found| month_end(found, from));
    text = replace(&MONTH_END_BEHIND, text, |found| month_end(found, from));
    text = replace(&SPANISH_HOUR, text, spanish_hour);
    text = replace(&MONTH_FIRST_RANGE, text, month_first_range);
    replace(&HOUR_BEHIND, text, |found| {
        format!("{} | {}", &found[1], &found[2])
    })
}

fn month_first_range(found: &Captures<'_>) -> String {
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    let day = |at: usize| part(at).parse::<u32>().unwrap_or(0);
    let (month, year) = (part(2), part(6));
    let has_hours = !part(1).is_empty() || !part(7).is_empty();
    if has_hours || !(1..=31).contains(&day(5)) || day(3) >= day(5) {
        return found[0].to_owned();
    }
    format!(
        "{month} {}{year}{}{month} {}{year}",
        day(3),
        part(4),
        day(5)
    )
}

fn spanish_hour(found: &Captures<'_>) -> String {
    let name = found[1].to_lowercase();
    let hour = SPANISH_HOURS.iter().position(|hour| *hour == name);
    let hour = hour.map_or(0, |at| at + 1);
    let is_late = !found[2].eq_ignore_ascii_case("mañana") && hour < 12;
    format!("las {}:00", if is_late { hour + 12 } else { hour })
}

fn month_end(found: &Captures<'_>, from: NaiveDate) -> String {
    let name = &found[1];
    let month = date::month(name).or_else(|| name.parse().ok());
    let year = found.get(3).and_then(|year| year.as_str().parse().ok());
    let last = month.and_then(|month| last_of_month(month, year, from));
    format!("{}{}", written(last, &found[0]), &found[2])
}

fn numbers(found: &Captures<'_>, from: NaiveDate) -> String {
    let as_written = || found[0].to_owned();
    let number = |at: usize| {
        found
            .get(at)
            .and_then(|part| part.as_str().parse::<u32>().ok())
    };
    let (Some(day), Some(month)) = (number(2), number(3).or_else(|| number(4))) else {
        return as_written();
    };
    let year = number(5).and_then(|year| i32::try_from(year).ok());
    let of_year = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
    let written = match year {
        Some(year) => of_year(year),
        None => coming(from, of_year),
    };
    written.map_or_else(as_written, |day| format!("{}{day}{}", &found[1], &found[6]))
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("a fixed pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_day_behind_the_month_has_that_month_too() {
        let read = |text: &str| replace(&MONTH_FIRST_RANGE, text.to_owned(), month_first_range);
        for (text, right) in [
            ("October 5–18, in Elk", "October 5–October 18, in Elk"),
            ("October 5–18 held", "October 5–October 18 held"),
            ("Oct. 5-18, 2026", "Oct. 5, 2026-Oct. 18, 2026"),
            ("May 5th through 18th.", "May 5 through May 18."),
        ] {
            assert_eq!(read(text), right);
        }
        for text in [
            "on 15 March 9–11 a.m.",
            "October 5 – 10 a.m.",
            "March 9-11:30",
            "March 5 until 12 noon",
            "October 18–5",
        ] {
            assert_eq!(read(text), text);
        }
    }
}
