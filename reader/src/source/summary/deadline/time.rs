//! Finds the time of day next to a date, in the words of many languages.

use std::{ops::Range, sync::LazyLock};

use regex::{Captures, Regex};

use crate::source::date;

/// The length of text that is read on either side of a date, in bytes.
const NEAR: usize = 60;

/// Words between a date and its time, on either side of it.
const LINKS: &str = "este|esta|this|ce|questo|diesen|deze|цю|цієї|bu|tento|ao|at|on|by|until|before|bis|am|um|le|les|hasta|las|del|de|do|dia|día|até|das|alle|al|a|entro|om|op|o|w|we|v|ve|dne|dnia|hod|od|w\\sdniu|tot|voor|vóór|в|до|о|об|к|r|г|р|года|року|roku|\
    vào|lúc|hồi|trước|ngày|hết|يوم|من|في|عند|تمام|الموافق|tarihi(?:nde)?|günü|gecesi|akşamı|sabahı|saat|öğlen|öğle|mesai|el|giorno|di|dell|della|день|北京时间";
/// Words that mark the number after them as an hour.
const HOUR_WORDS: &str = "ore|ora|alle|dalle|las|saat|saati|godz\\.?|godziny|kl\\.?|klo|lúc|الساعة|@|à|às|a\\slas|um|klokken|kell|godzinie";
/// A time of day; [`written`] decides whether it really is one.
const TIME: &str = r"(?:(?P<half>上午|早上|下午|中午|晚上|傍晚|正午|午前|午後|오전|오후)\s?)?(?P<hour>\d{1,2})(?:\s?(?P<sep>[:.h]|時|时|点|點|시|giờ|г)\s?(?P<minute>\d{2})\s?(?:分|분|phút)?)?\s?(?P<mark>noon|midnight|a\.?m(?:\.|(?-u:\b))|p\.?m(?:\.|(?-u:\b))|uhr|uur|h(?:oras|rs|od\p{L}*)?(?-u:\b)|heures|時|时|点|點|시|giờ|час\p{L}*|ч(?:\.|(?-u:\b)|\s)|годин\p{L}*|ظهرا|صباحا|مساء)?|(?P<word>noon|midday|midnight|正午|minuit|midi|mitternacht|medianoche|mediodía|meia-noite|meio-dia|mezzanotte|mezzogiorno|полуночи|півночі|полудня|полудню|północy|południa|południe|půlnoci|poledne|middernacht|gece\syarısı|자정|정오|منتصف\sالليل)";

/// Returns the place of a day with the time next to it, and that time as `17:30`.
pub(super) fn beside(text: &str, day: &Range<usize>) -> Option<(Range<usize>, String)> {
    after(text, day)
        .or_else(|| before(text, day))
        .or_else(|| closing(text, day))
}

/// Finds a time after the day: `March 27, at 12 noon`, `27.03.2026, 12:00 Uhr`, `3월 25일(수) 12시`.
fn after(text: &str, day: &Range<usize>) -> Option<(Range<usize>, String)> {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        let weekday = date::WEEKDAYS;
        let hour = format!("(?P<said>(?:{HOUR_WORDS})\\s?)?");
        fixed(&format!(
            r"^(?:['’]\p{{L}}{{1,3}})?[\s,،.()（）|]{{0,4}}(?:\p{{L}}{{3,9}}\)[\s,]?)?(?:[월화수목금토일月火水木金土日]\))?(?:(?:{LINKS}|{weekday})[\s.,]{{1,3}}){{0,4}}?(?:\p{{Han}}{{2}}\()?{hour}(?:{TIME})(?:[^()]{{0,12}}\))?"
        ))
    });
    let found = AFTER.captures(window_after(text, day.end))?;
    let time = written(&found)?;
    let end = day.end + found.get(0)?.end();
    Some((day.start..end, time))
}

/// Finds a time before the day: `11:59 p.m. on 22 March`, `entro le ore 12:00 del 15 aprile`, `до 18:00 25 марта`.
fn before(text: &str, day: &Range<usize>) -> Option<(Range<usize>, String)> {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        let weekday = date::WEEKDAYS;
        let hour = format!("(?P<said>(?:{HOUR_WORDS})\\s?)?");
        fixed(&format!(
            r"(?:^|[\s(]){hour}(?:{TIME})\p{{M}}*(?:\s?\([a-z]{{2,5}}\)|\s[A-Z]{{3,4}}|\s\p{{L}}{{2,9}}\stime)?(?:[\s,.]{{1,2}}(?:{LINKS}|{weekday})['’]?){{0,4}}[\s,]{{0,2}}$"
        ))
    });
    let window = window_before(text, day.start);
    let found = BEFORE.captures(window)?;
    let time = written(&found)?;
    let start = day.start - window.len() + found.get(0)?.start();
    Some((start..day.end, time))
}

/// Finds the time at which the last day closes, in its own clause: `do 16. 2., poslední den do 17:00`.
fn closing(text: &str, day: &Range<usize>) -> Option<(Range<usize>, String)> {
    const CLOSING: &str = r"last\sday|clos(?:es|ing)|letzten?\stag|schließ\p{L}*|laatste\sdag|sluit\p{L}*|dernier\sjour|último\sd[ií]a|ultimo\sgiorno|ostatni\p{L}*\sd\p{L}+|poslední\sden|последн\p{L}+\sдень|останн\p{L}+\sдень|تغلق|يغلق|تقفل|يقفل";
    static TIME_OF_CLOSING: LazyLock<Regex> = LazyLock::new(|| {
        fixed(&format!(
            r"^[\s,،)]{{1,3}}[\p{{L}}\s]{{0,20}}?(?:{CLOSING})[^,.;،\d]{{0,30}}(\d{{1,2}}:\d\d)(?:[^\d:]|$)"
        ))
    });
    let rest = &text[day.end..];
    let found = TIME_OF_CLOSING.captures(rest)?;
    Some((day.clone(), found[1].to_owned()))
}

/// Returns a time of 24 hours; a number alone is not a time, and a dot between numbers is a colon only with a word next
/// to it.
fn written(found: &Captures<'_>) -> Option<String> {
    if let Some(word) = found.name("word") {
        const NOON: &str = " noon midday 正午 midi mediodía meio-dia mezzogiorno полудня полудню południa południe poledne 정오 ";
        let is_noon = NOON.contains(&format!(" {} ", word.as_str().to_lowercase()));
        return Some(if is_noon { "12:00" } else { "23:59" }.to_owned());
    }
    let hour: u32 = found["hour"].parse().ok()?;
    let mark = found
        .name("mark")
        .map(|mark| mark.as_str().to_lowercase().replace('.', ""));
    let is_sure = match found.name("sep").map(|sep| sep.as_str()) {
        Some(".") | None => mark.is_some() || found.name("said").is_some(),
        _ => true,
    };
    if !is_sure {
        return None;
    }
    let minute = found.name("minute").map_or("00", |minute| minute.as_str());
    if mark.as_deref() == Some("midnight") || hour == 24 {
        return Some("23:59".to_owned());
    }
    let half = found.name("half").map(|half| half.as_str());
    let hour = full_hour(hour, half, mark.as_deref());
    (hour < 24).then(|| format!("{hour:02}:{minute}"))
}

/// Converts an hour of 12, with its half of the day, to one of 24.
fn full_hour(hour: u32, half: Option<&str>, mark: Option<&str>) -> u32 {
    let is_late = matches!(half, Some("下午" | "晚上" | "傍晚" | "午後" | "오후"))
        || matches!(mark, Some("pm" | "مساء"));
    let is_early = matches!(half, Some("午前" | "오전" | "上午")) || mark == Some("am");
    match hour {
        ..12 if is_late => hour + 12,
        12 if is_early => 0,
        _ => hour,
    }
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("a fixed pattern")
}

fn window_before(text: &str, end: usize) -> &str {
    let start = end.saturating_sub(NEAR);
    let start = (start..=end).find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or(end)..end]
}

fn window_after(text: &str, start: usize) -> &str {
    let end = (start + NEAR).min(text.len());
    let end = (start..=end).rev().find(|at| text.is_char_boundary(*at));
    &text[start..end.unwrap_or(start)]
}
