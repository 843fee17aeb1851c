//! Rewrites times of day in languages with letters as `17:30`: `6:00 p. m.`, `23.59'a kadar`, `17 год 15 хв`,
//! `الساعة الثامنة مساء`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::day::{replace, replace_where};

/// `5 p.m.`, `6:00 p. m.`, `11.59pm`
static HALF: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(^|[^\d:.,/])(\d{1,2})(?:[:.](\d{2}))?\s?([ap])(?:\.\s?m\.?|m)([^\p{L}]|$)")
});
/// `12.00 uur`, `16.30 Uhr`
static DOT_BEFORE_UNIT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(^|[^\d.,:/])(\d{1,2})\.(\d{2})\s?((?:hod|uur|uhr|h|год|час|ч)(?:[^\p{L}]|\p{L}{2}|$))")
});
/// `17.00'ye dek`, `do 17.00`: no month has such a number; the text after it may show that it is a price.
static DOT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\d.,:/])([01]?\d|2[0-4])\.(00|1[3-9]|[2-5]\d)(\.?\d|\s?(?:[€$£₺%]|eur|tl(?:[^\p{L}]|$)|z[łl]|kč|km|mil\.|mld|mln|mio|tys|руб|грн|тыс|млн|m[²2]|kg|chf))?",
    )
});
/// `17 год 15 хв`, `23 giờ 59 phút`
static MINUTES: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(\d{1,2})\s?(?:год\p{L}*|час\p{L}*|ч|giờ|heures?|horas?|hod\p{L}*|stund\p{L}*)\.?\s(\d{2})\s?(?:хв\p{L}*|мин\p{L}*|phút|min\p{L}*)\.?",
    )
});
/// `до 12-ї години`, `к 18-ти часам`
static NTH_HOUR: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(\d{1,2})-?(?:ї|ої|й|ти|ми|и|х)\s(?:годин\p{L}*|час\p{L}*)"));
/// `5 de la tarde`, `6 часов вечера`, `8 Uhr abends`
static LATE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\d:.,/])(\d{1,2})(?::(\d{2}))?\s?(?:(?:h|horas?|heures?|uhr|uur|час\p{L}*|годин\p{L}*|giờ|hodin\p{L}*)\s)?(de\sla\starde|de\sla\snoche|da\starde|da\snoite|del\spomeriggio|di\ssera|de\sl'après-midi|du\ssoir|abends|nachmittags|'s\s(?:middags|avonds)|вечера|вечора|po\społudniu|wieczorem|odpoledne|večer|chiều|tối|час\p{L}*\sдня|годин\p{L}*\sдня)([^\p{L}]|$)",
    )
});
/// `5:00 p.m. Eastern on`, `2:00 p.m. local time`: the time zone after a time. Zones that dates are read with (`UTC`,
/// `AEST`) stay.
static ZONE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(\d:\d{2}),?\s\(?(?:(?:eastern|central|mountain|pacific)(?:\s(?:standard|daylight))?\stime|(?-i:Eastern|Central|Mountain|Pacific)(?:\s(?:standard|daylight))?|(?-i:ET|CT|MT|PT|IST|WIB)|(?:local|irish|uk|london)\stime|horas?\s(?:local|peninsular)|heure\slocale|ora\slocale|ortszeit|по\s(?:московскому|местному)\sвремени)\)?(\s(?:on|am|le|el|il|em|op)\s|\s?[,.;)]|$)",
    )
});
/// `الساعة الثانية عشرة ظهرا`, `الساعة 8 مساء`, `الواحدة ظهرا`
static ARABIC: LazyLock<Regex> = LazyLock::new(|| {
    let (names, parts) = (ARABIC_HOURS.join("|"), ARABIC_PARTS);
    fixed(&format!(
        r"(الساعة\s)?({names}|\d{{1,2}})(?::(\d{{2}})|\s(والنصف|والربع))?(?:\s(من\s)?({parts}))?([^\p{{L}}\d:]|$)"
    ))
});
/// The hours from one on; those of two words precede the one that they begin with.
const ARABIC_HOURS: [&str; 12] = [
    "الثانية\\sعشرة?",
    "الحادية\\sعشرة?",
    "العاشرة",
    "التاسعة",
    "الثامنة",
    "السابعة",
    "السادسة",
    "الخامسة",
    "الرابعة",
    "الثالثة",
    "الثانية",
    "الواحدة",
];
const ARABIC_PARTS: &str = "صباحا?|ظهرا?|بعد\\s(?:ال)?ظهر|عصرا?|مساء|ليلا?|فجرا?";

/// Rewrites the times of a text. With `day_first`, a dot between numbers may separate day and month.
pub(super) fn plain(text: String, day_first: bool) -> String {
    let mut text = replace_where(&['p', 'P', 'a', 'A'], &HALF, text, |found| {
        half(found, day_first)
    });
    text = replace_where(&['.'], &DOT_BEFORE_UNIT, text, |found| {
        format!("{}{}:{} {}", &found[1], &found[2], &found[3], &found[4])
    });
    if day_first {
        text = replace_where(&['.'], &DOT, text, dotted);
    }
    text = replace(&MINUTES, text, |found| {
        format!("{}:{}", &found[1], &found[2])
    });
    text = replace_where(&['ї', 'й', 'и', 'х'], &NTH_HOUR, text, |found| {
        format!("{}:00", &found[1])
    });
    text = replace(&LATE, text, late);
    text = replace_where(&[':'], &ZONE, text, |found| {
        format!("{}{}", &found[1], &found[2])
    });
    replace_where(&['ا'], &ARABIC, text, arabic)
}

fn part<'a>(found: &'a Captures<'_>, at: usize) -> &'a str {
    found.get(at).map_or("", |part| part.as_str())
}

/// Returns an `hour` of 12 as one of 24, with its minutes.
fn written(hour: u32, minutes: &str, is_late: bool) -> String {
    let minutes = if minutes.is_empty() { "00" } else { minutes };
    let hour = if is_late && hour < 12 {
        hour + 12
    } else {
        hour
    };
    format!("{hour:02}:{minutes}")
}

fn half(found: &Captures<'_>, day_first: bool) -> String {
    let hour: u32 = found[2].parse().unwrap_or(99);
    // This is for `Seite 5 am Ende`.
    let is_word = day_first && found[0].contains(" am");
    if is_word || !(1..=12).contains(&hour) {
        return found[0].to_owned();
    }
    let is_late = found[4].eq_ignore_ascii_case("p");
    let hour = if !is_late && hour == 12 { 0 } else { hour };
    let time = written(hour, part(found, 3), is_late);
    format!("{}{time}{}", &found[1], &found[5])
}

fn dotted(found: &Captures<'_>) -> String {
    match found.get(4) {
        Some(_) => found[0].to_owned(),
        None => format!("{}{}:{}", &found[1], &found[2], &found[3]),
    }
}

fn late(found: &Captures<'_>) -> String {
    let hour: u32 = found[2].parse().unwrap_or(99);
    // `20 дня` is not an hour.
    if hour > 12 {
        return found[0].to_owned();
    }
    let time = written(hour, part(found, 3), true);
    format!("{}{time}{}", &found[1], &found[5])
}

fn arabic(found: &Captures<'_>) -> String {
    let (is_said, word, day_part) = (found.get(1).is_some(), &found[2], part(found, 6));
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    // An ordinal is an hour only next to a part of the day, and a number only after `الساعة`.
    if !is_said && (is_number || day_part.is_empty()) {
        return found[0].to_owned();
    }
    let Some(hour) = arabic_hour(word) else {
        return found[0].to_owned();
    };
    let minutes = match (part(found, 3), part(found, 4)) {
        ("", "والنصف") => "30",
        ("", "والربع") => "15",
        (minutes, _) => minutes,
    };
    let is_late = ["مساء", "بعد", "عصر", "ليل"]
        .iter()
        .any(|late| day_part.starts_with(late))
        || day_part.starts_with("ظهر") && hour < 4;
    let time = written(hour, minutes, is_late);
    let said = part(found, 1);
    format!("{said}{time} {}{}", part(found, 5), &found[7])
}

fn arabic_hour(word: &str) -> Option<u32> {
    let hour = match word.parse() {
        Ok(hour) => hour,
        Err(_) => {
            let starts: Vec<&str> = word.split_whitespace().collect();
            let named = |name: &&str| {
                let mut parts = name.split("\\s");
                let is_first = parts.next() == starts.first().copied();
                is_first && parts.next().is_some() == (starts.len() > 1)
            };
            match ARABIC_HOURS.iter().position(named)? {
                0 => 12,
                1 => 11,
                at => 12 - u32::try_from(at).ok()?,
            }
        }
    };
    (hour <= 24).then_some(hour)
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("a fixed pattern")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn times_of_day_are_plain_in_many_languages() {
        for (text, time) in [
            ("3 de mayo, 6:00 p. m. (hora del centro)", "18:00"),
            ("by 11.59pm", "23:59"),
            ("by 5:00 p.m. Eastern on 3 May", "17:00 on"),
            ("by 2:00 p.m. local time on 3 May", "14:00 on"),
            ("entre 9:00 et 17:00", "9:00 et 17:00"),
            ("by 17:00 UTC on 3 May", "17:00 UTC on"),
            ("at 5 p.m. Central Library", "17:00 Central Library"),
            ("at 12 a.m.", "00:00"),
            ("ve 12.00 hod.", "12:00"),
            ("11 Ekim 23.59'a kadar", "23:59"),
            ("poslední den do 17.00", "17:00"),
            ("до 17 год 15 хв 23 серпня", "17:15"),
            ("23 giờ 59 phút ngày 18/10", "23:59"),
            ("до 12-ї години 20 листопада", "12:00"),
            ("до 6 часов вечера 3 марта", "18:00"),
            ("الساعة الثانية عشرة ظهرا من يوم", "12:00"),
            ("الساعة 2 بعد الظهر", "14:00"),
            ("في تمام الواحدة ظهرا", "13:00"),
            ("عند الساعة التاسعة من مساء الخميس", "21:00"),
            ("الساعة الثانية من بعد ظهر يوم الخميس", "14:00"),
            ("الساعة الحادية عشرة والنصف صباحا", "11:30"),
        ] {
            let plain = plain(text.to_owned(), true);
            assert!(plain.contains(time), "{text}: {plain}");
        }
    }

    #[test]
    fn prices_dates_and_ordinals_are_no_times() {
        for text in [
            "25.50 €",
            "12.30 zł",
            "do 15.10",
            "31.12.2026",
            "الدورة الثانية",
            "a 5-month plan",
            "1.500 Euro",
        ] {
            assert_eq!(plain(text.to_owned(), true), text);
        }
    }
}
