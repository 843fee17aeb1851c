//! Rewrites weekdays that name a day, alone or with its number: `by Friday`, `venerdì 17`, `bu cuma gününe kadar`; and
//! numbers that do so without a month: `ayın 24'üne kadar`, `9 числа`.

use std::sync::LazyLock;

use chrono::{Datelike, Days, Months, NaiveDate};
use regex::{Captures, Regex};

use super::day::{replace, replace_where, written};
use crate::source::date;

/// Words that make a weekday the next one of its name, if no date follows it.
const THIS: &str = "by|until|before|no later than|bis|bis zum|bis spätestens|spätestens(?: am)?|tot|tot en met|t/m|uiterlijk|vóór|voor|avant|jusqu'à|d'ici(?: à)?|au plus tard|hasta el|antes del|para el|a más tardar el|entro|entro e non oltre|non oltre|per|até|até à|até ao|até à próxima|até ao próximo|до|не позднее|не позже|не пізніше|do|najpóźniej w|nejpozději ve?|najbliższego|najbliższy|najbliższej|this|coming|next|diesen|kommenden|nächsten|deze|komende|aanstaande|ce|cette|este|esta|próximo|próxima|questo|questa|prossimo|эту|этот|этой|ближайшей|ближайшую|цю|цей|цього|цієї|ten|tento|tuto|tohoto|tého|حتى|قبل|حتى يوم|قبل يوم|لغاية يوم|لين يوم|trước|đến hết|hết|chậm nhất(?: là)?|muộn nhất(?: là)?";

static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    let weekdays = date::WEEKDAYS;
    fixed(&format!(
        r"(^|[^\p{{L}}])(?:{THIS})\s({weekdays})(?:\s(?:next|prochain|prossimo|que viene|القادم|المقبل))?([\s,.(]*(?:(?:den|dem|the|le|el|il|dia|día|dnia|dne|day|ngày|giorno|الموافق)\s)?\d|[^\p{{L}}]|$)"
    ))
});
/// `venerdì 17`, `next Wednesday (6th)`, `sexta-feira, dia 20`: a month may follow.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    let weekdays = date::WEEKDAYS;
    fixed(&format!(
        r"(^|[^\p{{L}}])({weekdays})[\s,(]{{1,2}}(?:(?:the|den|dem|de|le|el|il|dia|día|dnia|dne|ngày|giorno|يوم)\s)?(\d{{1,2}})(?:st|nd|rd|th|-?го|er|e|°|º|ª)?(?:\sчисла)?\)?([\s,.]*[\p{{L}}\d:./%'’-]*)"
    ))
});
/// `hasta el día 30`, `до 9 числа`, `ayın 24'üne`, `by the 20th`
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\p{L}\d])((?:hasta|antes|para|tardar|até|ao|do|entro|il|del|el)\s(?:el\s|o\s|il\s)?(?:día|dia|giorno)\s|ayın\s|(?:by|until|before)\sthe\s|(?:до|к|по|не\sпозднее|не\sпізніше)\s|trước\sngày\s|đến\sngày\s)(\d{1,2})(st|nd|rd|th|(?:-?(?:го|ого|е))?\sчисла)?([\s,.]*[\p{L}\d:./%'’-]*)",
    )
});
/// `donderdag vóór 18:00 uur`
static BEFORE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    let weekdays = date::WEEKDAYS;
    fixed(&format!(
        r"(^|[^\p{{L}}\d])({weekdays})\s((?:vóór|voor|before|by|vor|bis|avant|antes de las|entro le|до|do|tot)\s(?:ore\s)?\d{{1,2}}[:h]\d{{0,2}})"
    ))
});
/// `cuma gününe kadar`, but not `16 Mayıs Cuma günü`.
static TURKISH: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\p{L}\d])(?:([\p{L}\d]{2,12})['’]?\p{L}{0,3}\s)?(pazartesi|salı|çarşamba|perşembe|cumartesi|cuma|pazar)((?:['’]?(?:ya|ye|na|ne|a|e))?(?:\s(?:günü|akşamı|gecesi|sabahı|mesai\sbitimi)(?:n[ae])?)?(?:\s(?:saat\s)?\d[\d:.]{0,4}['’]?\p{L}{0,3})?\s(?:kadar|dek|değin))",
    )
});
/// `thứ Sáu tuần này`, `Chủ nhật tới`
static VIETNAMESE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(thứ\s(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ\snhật)\s(tuần\s)?(này|tới|sau)")
});

pub(super) fn plain(sentence: String, from: NaiveDate) -> String {
    let mut text = replace_where(&['ứ', 'ủ'], &VIETNAMESE, sentence, |found| {
        vietnamese(found, from)
    });
    text = replace_where(&['k', 'd'], &TURKISH, text, |found| turkish(found, from));
    if text.contains(|c: char| c.is_ascii_digit()) {
        text = replace(&NUMBERED, text, |found| numbered(found, from));
        text = replace(&NUMBER, text, |found| number(found, from));
        text = replace(&BEFORE_TIME, text, |found| {
            let day = number_of(&found[2]).and_then(|wanted| next(wanted, from));
            format!("{}{}{}", &found[1], written(day, &found[2]), &found[3])
        });
    }
    replace(&WEEKDAY, text, |found| weekday(found, from))
}

/// Rewrites `this Friday`.
fn weekday(found: &Captures<'_>, from: NaiveDate) -> String {
    // The day next to it is more certain.
    let is_dated = found[3].ends_with(|c: char| c.is_ascii_digit());
    let Some(wanted) = number_of(&found[2]).filter(|_| !is_dated) else {
        return found[0].to_owned();
    };
    let day = written(next(wanted, from), &found[2]);
    // The words that lead to the day stay, since they are signs.
    let weekday = found.get(2).map_or(0, |part| part.start());
    let start = found.get(0).map_or(0, |all| all.start());
    format!("{}{day}{}", &found[0][..weekday - start], &found[3])
}

fn next(weekday: u32, from: NaiveDate) -> Option<NaiveDate> {
    let today = from.weekday().num_days_from_monday();
    from.checked_add_days(Days::new(u64::from((7 + weekday - today) % 7)))
}

/// Returns the next day of that number, if it is on that weekday.
fn numbered(found: &Captures<'_>, from: NaiveDate) -> String {
    let as_written = || found[0].to_owned();
    if goes_on(&found[4]) {
        return as_written();
    }
    let (Some(weekday), Ok(number)) = (number_of(&found[2]), found[3].parse()) else {
        return as_written();
    };
    let day = coming(number, from).find(|day| day.weekday().num_days_from_monday() == weekday);
    match day {
        Some(day) => format!("{}{day}{}", &found[1], &found[4]),
        None => as_written(),
    }
}

/// Returns the next day of that number.
fn number(found: &Captures<'_>, from: NaiveDate) -> String {
    let ordinal = found.get(4).map_or("", |part| part.as_str());
    // `до 9` may be anything, and so may `by the 20`.
    let lead = found[2].to_lowercase();
    let is_open = lead.starts_with(|c| "bдкнпu".contains(c));
    let day = found[3]
        .parse()
        .ok()
        .and_then(|number| coming(number, from).next());
    match day.filter(|_| !goes_on(&found[5]) && (!is_open || !ordinal.is_empty())) {
        Some(day) => format!("{}{}{day}{}", &found[1], &found[2], &found[5]),
        None => found[0].to_owned(),
    }
}

/// Returns the days of a number in this month and the next two.
fn coming(number: u32, from: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let months = (0..3).filter_map(move |on| from.with_day(1)?.checked_add_months(Months::new(on)));
    months
        .filter_map(move |month| month.with_day(number))
        .filter(move |day| *day >= from)
}

/// Returns whether the text after a number makes it part of something else: a month, a time, an amount.
fn goes_on(follows: &str) -> bool {
    const UNITS: &str = " de of di d del tháng h uhr uur ore hod hodin horas heures giờ часов год годин century floor \
        anniversary días dias giorni days человек мест классов года лет ";
    let mut marks = follows.chars();
    let second = match marks.next() {
        None => return false,
        Some(c) if c.is_alphanumeric() || ":/%-".contains(c) => return true,
        Some('.') => marks.next(),
        Some(_) => None,
    };
    let word = follows.trim_start_matches(|c: char| c.is_whitespace() || ",.".contains(c));
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return second.is_some_and(|c| c.is_ascii_digit()) || !follows.starts_with(',');
    }
    let name: String = word.chars().take_while(|c| c.is_alphabetic()).collect();
    date::month(&name).is_some() || UNITS.contains(&format!(" {} ", name.to_lowercase()))
}

fn turkish(found: &Captures<'_>, from: NaiveDate) -> String {
    let before = found.get(2).map_or("", |part| part.as_str());
    if date::month(before).is_some() || before.starts_with(|c: char| c.is_ascii_digit()) {
        return found[0].to_owned();
    }
    let Some(wanted) = number_of(&found[3]) else {
        return found[0].to_owned();
    };
    let day = written(next(wanted, from), &found[3]);
    let (start, weekday) = (found.get(0), found.get(3));
    let lead = weekday
        .zip(start)
        .map_or(0, |(weekday, start)| weekday.start() - start.start());
    format!("{}{}{}", &found[0][..lead], day.trim_end(), &found[4])
}

fn vietnamese(found: &Captures<'_>, from: NaiveDate) -> String {
    let today = from.weekday().num_days_from_monday();
    let Some(wanted) = number_of(&found[1]) else {
        return found[0].to_owned();
    };
    let ahead = match (found.get(2).is_some(), &found[3]) {
        (true, "này") if wanted < today => return found[0].to_owned(),
        (true, "này") | (false, _) => (7 + wanted - today) % 7,
        _ => 7 + wanted - today,
    };
    written(from.checked_add_days(Days::new(ahead.into())), &found[0])
}

/// Returns the number of a weekday; Monday is 0.
fn number_of(weekday: &str) -> Option<u32> {
    static STARTS: LazyLock<[Regex; 7]> = LazyLock::new(|| {
        [
            r"mon|lun|maan|ponie|pond|pazartesi|понед|понеді|segunda|thứ\s(?:hai|2)|(?:يوم\s)?ال[اإ]ثنين",
            r"tue|die|mar|dins|wtor|úter|sal|вт|вівт|terça|thứ\s(?:ba|3)|(?:يوم\s)?الثلاثاء",
            r"wed|mitt|mer|mi[ée]r|woens|[sś]rod|st[řr]ed|çar|сред|серед|quarta|thứ\s(?:tư|4)|(?:يوم\s)?الأربعاء",
            r"thu|don|jeu|jue|gio|czw|čtv|perş|четв|quinta|thứ\s(?:năm|5)|(?:يوم\s)?الخميس",
            r"fri|frei|ven|vie|vrij|pi[ąa]t|p[áa]t|cuma$|пят|п.ят|sexta|thứ\s(?:sáu|6)|(?:يوم\s)?الجمعة",
            r"sat|sams|sam|s[áa]b|zat|sobot|cumartesi|суб|thứ\s(?:bảy|7)|(?:يوم\s)?السبت",
            r"sun|sonn|dim|dom|zon|niedz|neděl|pazar|воскр|неділ|chủ|(?:يوم\s)?الأحد",
        ]
        .map(|starts| fixed(&format!("^(?:{starts})")))
    });
    let found = STARTS.iter().position(|starts| starts.is_match(weekday))?;
    u32::try_from(found).ok()
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("a fixed pattern")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn weekdays_and_numbers_without_a_month_are_the_next_ones() {
        // This is a Tuesday.
        let from = chrono::NaiveDate::from_ymd_opt(2026, 3, 10).expect("a day");
        for (text, day) in [
            ("entro venerdì 13, sennò", "2026-03-13"),
            ("se cierra el domingo 15 a las 23:59", "2026-03-15"),
            ("by next Wednesday (18th) please", "2026-03-18"),
            ("até à próxima sexta-feira, dia 20.", "2026-03-20"),
            ("bu cuma gününe kadar", "2026-03-13"),
            ("ayın 24'üne kadar", "2026-03-24"),
            ("d'ici dimanche soir", "2026-03-15"),
            ("chậm nhất là thứ Sáu tuần này", "2026-03-13"),
            ("до пятницы", "2026-03-13"),
            ("do čtvrtka.", "2026-03-12"),
            ("сдать до 9 числа", "2026-04-09"),
            ("hasta el día 30.", "2026-03-30"),
            ("لغاية يوم الخميس القادم", "2026-03-12"),
        ] {
            let plain = plain(text.to_owned(), from);
            assert!(plain.contains(day), "{text}: {plain}");
        }
    }

    #[test]
    fn what_a_month_or_a_unit_follows_is_left() {
        let from = chrono::NaiveDate::from_ymd_opt(2026, 3, 10).expect("a day");
        for text in [
            "el domingo 15 de marzo",
            "venerdì 13 marzo",
            "Friday 17:00",
            "vrijdag 17 uur",
            "16 Mayıs Cuma günü 17:00'ye kadar",
            "Friday 14 is not one",
            "до 20 человек",
            "by the 20th century",
        ] {
            assert_eq!(plain(text.to_owned(), from), text);
        }
    }
}
