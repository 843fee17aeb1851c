//! Rewrites the many ways of naming a day in a sentence as plain dates: ranges that leave out a month, weekdays,
//! tomorrow, other calendars and languages, so that one search finds all of its dates.

mod clock;
mod counted;
mod day;
mod letters;
mod weekday;

use std::sync::LazyLock;

use chrono::{Datelike, Days, Months, NaiveDate};
use regex::{Captures, Regex};

use self::day::{last_of_month, replace_where, written};
use crate::source::{date, text::is_han};

const HOUR_MARKS: [char; 6] = [':', '时', '時', '点', '點', '分'];
const DASHES: [char; 5] = ['-', '—', '–', '~', '～'];

/// Returns whether a sentence without a number may name a day: `by this Friday`, `by the end of March`.
pub(super) fn names_day(sentence: &str) -> bool {
    letters::names_day(sentence)
}

/// Rewrites a sentence. `from` is the day of publication; with `day_first`, numbers of a date are in the order of day
/// and month.
pub(super) fn plain(sentence: &str, day_first: bool, from: NaiveDate) -> String {
    let folded: String = sentence.chars().filter(is_kept).map(fold).collect();
    let folded = letters::plain(folded, day_first, from);
    let slashed = match day_first {
        true => folded,
        false => short_numbers(folded),
    };
    let mut text = replace_where(
        &['(', '周', '週', '星', '礼'],
        &WEEKDAY_BESIDE,
        slashed,
        |found| found[1].to_owned(),
    );
    text = replace_where(&HOUR_MARKS, &HOURS, text, |found| found[1].to_owned());
    text = replace_where(&HOUR_MARKS, &OPEN_FROM, text, |found| {
        format!("{}至{}", &found[1], &found[2])
    });
    text = replace_where(&DASHES, &YEARS_APART, text, |found| {
        format!("{} – {}", &found[1], &found[2])
    });
    text = replace_where(&HOUR_MARKS, &CLOCK, text, |found| {
        match date::number(&found[1]) {
            Some(hour) => format!("{hour}{}", &found[2]),
            None => found[0].to_owned(),
        }
    });
    text = replace_where(&HOUR_MARKS, &MINUTES, text, |found| {
        match date::number(&found[2]) {
            Some(minutes) => format!("{}{minutes}分", &found[1]),
            None => found[0].to_owned(),
        }
    });
    text = replace_where(&DASHES, &DOTTED_END, text, |found| {
        format!("{}{}月{}日 ", &found[1], &found[2], &found[3])
    });
    text = replace_where(&['월'], &KOREAN, text, |found| {
        format!("{}月{}日", &found[1], &found[2])
    });
    text = counted::plain(text, from);
    text = replace_where(&['旬'], &TENTH, text, |found| {
        format!("{}{}", &found[1], &found[2])
    });
    text = replace_where(&['月'], &WITHIN_MONTH, text, |found| {
        format!("{}底前", &found[1])
    });
    text = replace_where(
        &['底', '末', '后', '後', '말'],
        &MONTH_END,
        text,
        |found| month_end(found, from),
    );
    text = replace_where(&['令'], &REIWA, text, |found| {
        let year = found[1].parse::<u32>().unwrap_or(1);
        format!("{}年", 2018 + year)
    });
    text = replace_where(&['月'], &RANGE, text, |found| {
        let (month, first, between, last) = (&found[1], &found[2], &found[3], &found[4]);
        format!("{month}{first}日{between}至{month}{last}日")
    });
    text = replace_where(
        &['今', '本', '明', '后', '後', 't', 'T'],
        &NEAR,
        text,
        |found| near(found, from),
    );
    text = replace_where(&['周', '週', '星', '礼'], &WEEKDAY, text, |found| {
        weekday(found, from)
    });
    text = replace_where(&['曜', '요'], &NEIGHBOUR_WEEKDAY, text, |found| {
        weekday(found, from)
    });
    text = replace_where(&['曜', '요'], &BARE_WEEKDAY, text, |found| {
        match found.get(1) {
            Some(_) => found[0].to_owned(),
            None => weekday(found, from) + found["tail"].trim_start_matches('の'),
        }
    });
    text = replace_where(&['日', '号'], &BARE_DAY, text, |found| {
        bare_day(found, from)
    });
    replace_where(&['日', '号'], &BARE_END, text, |found| {
        bare_day(found, from)
    })
}

/// Rewrites `9/25 截止`, `3.16-3.25`: month and day, unless a third number or a unit makes them something else.
fn short_numbers(text: String) -> String {
    let text = replace_where(&['/'], &SLASHED, text, short_number);
    match text.contains(is_han) {
        true => replace_where(&['.'], &DOTTED, text, short_number),
        false => text,
    }
}

fn short_number(found: &Captures<'_>) -> String {
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    let first = month_and_day(part(2), part(3));
    let second = found.get(4).map(|_| month_and_day(part(5), part(6)));
    let written = match (first, second, part(7)) {
        (Some(day), None, "") => Some(day),
        (Some(first), Some(Some(last)), "") => Some(format!("{first}至{last}")),
        _ => None,
    };
    written.map_or_else(
        || found[0].to_owned(),
        |days| format!("{}{days}{}", part(1), part(8)),
    )
}

fn month_and_day(month: &str, day: &str) -> Option<String> {
    let is_in = |number: &str, most: u32| {
        number
            .parse::<u32>()
            .is_ok_and(|number| (1..=most).contains(&number))
    };
    (is_in(month, 12) && is_in(day, 31)).then(|| format!("{month}月{day}日"))
}

/// Returns whether a character is kept: marks of Arabic vowels, which most texts leave out, are not letters.
fn is_kept(c: &char) -> bool {
    !matches!(c, '\u{640}' | '\u{64b}'..='\u{652}')
}

fn fold(c: char) -> char {
    match c {
        '\u{660}'..='\u{669}' => char::from_u32(u32::from(c) - 0x630).unwrap_or(c),
        '’' => '\'',
        '〜' => '～',
        '０'..='９' | '：' | '．' | '／' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '（' => '(',
        '）' => ')',
        // This is for `【截止时间】3月20日`.
        '【' => ' ',
        '】' => ':',
        '\u{a0}' | '\u{3000}' => ' ',
        c => c,
    }
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// Month and day with a slash; a third number, or a word that counts parts (`1/3以上`), makes it not a day.
static SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\d/.:第共-])(\d{1,2})/(\d{1,2})(\s?[-—–~～至到]+\s?(\d{1,2})/(\d{1,2}))?(/\d|\d|页|頁|以上|以下|的|[多强%])?()",
    )
});
/// `3.21-3.22`, `3.15前`, but not `3.15万`.
static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[^\d/.:-])(\d{1,2})\.(\d{1,2})(?:(\s?[-—–~～至到]+\s?(\d{1,2})\.(\d{1,2}))(\.?\d|[%％℃个倍万亿元米级度分公千吨厘毫折])?|(\s?(?:之前|以前|[前止截关]|[上下中]午|晚上|\d{1,2}:\d\d)))",
    )
});
/// `3月13日(本周五)`, `3月27日 星期五`, `2026. 3. 27.(금)`, `3月28日(土)`.
static WEEKDAY_BESIDE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"([日號号일]|\d\.?)\s?(?:\(\s?(?:(?:本|这|下)?(?:周|週|星期|礼拜))?[一二三四五六日天]\s?\)|\([월화수목금토일月火水木金土日]\)|(?:周|週|星期|礼拜)[一二三四五六日天])",
    )
});
/// `上午9:30至下午17:30`, `上午8:30—12:00，下午13:30—16:00`: open until the last.
static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"(?:上午|下午|早上|晚上|中午)?\s?\d{1,2}\s?[:时點点時]\s?(?:\d{2}|半)?\s?分?";
    let range = format!(r"{time}\s?[-—–~～至到]+\s?");
    fixed(&format!(
        r"(?:{range}{time}\s?[，,、;和及]?\s?)?{range}({time})"
    ))
});
/// `3月15日8:00—3月29日`: the dash does not belong to a zone.
static OPEN_FROM: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"([:时點点時]\s?\d{2}|[时點点時分])\s?[-—–~～]+\s?(\d{1,2}月|\d{4}年)")
});
/// `2026.3.10-2026.3.18`: the same between days that have their years.
static YEARS_APART: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(\d)\s?[-—–~～]+\s?(20\d\d\s?[年./-]\s?\d)"));
/// `中午十二時`
static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"([零一二两兩三四五六七八九十]{1,3})([时時点點](?:[^间間刻]|$))"));
/// `5月中旬（20日前）`: the day in brackets is in that month.
static TENTH: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(\d{1,2}月)[上中下]旬\s?\((\d{1,2}[日号])"));
/// `5時三十分`
static MINUTES: LazyLock<Regex> = LazyLock::new(|| fixed(r"(\d[时時点點])([一二三四五十]{1,3})分"));
/// `本月内`, `3月份内`
static WITHIN_MONTH: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"((?:[本当當]|\d{1,2})月)份?(?:以|之)?[内內]"));
/// `3月底前`, `月底前`, `3月末`, `3월 말`, `年底前`
static MONTH_END: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:(\d{2,4}年|今年|明年))?(?:(\d{1,2}|[一二三四五六七八九十]{1,2})[月월]|([本当當]?月)|([今本]?年))(?:份)?的?\s?(?:底|末日?|最[后後]一[天日]|말일?)",
    )
});
/// `2026. 4. 1. ~ 5. 31.`
static DOTTED_END: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(20\d\d\.\s?\d{1,2}\.\s?\d{1,2}\.?(?:\s\d{1,2}(?::\d\d|시))?\s?[~～–—-]\s?)(\d{1,2})\.\s?(\d{1,2})(?:\.|\s|$)",
    )
});
static KOREAN: LazyLock<Regex> = LazyLock::new(|| fixed(r"(\d{1,2})월\s?(\d{1,2})일"));
static REIWA: LazyLock<Regex> = LazyLock::new(|| fixed(r"令和\s?(\d{1,2}|元)\s?年"));
/// `3月12—15日`, `3月12日9:00至16日`: the last day is in the same month.
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"((?:\d{4}年)?\d{1,2}月)(\d{1,2})日?([^，。；月日]{0,12}?)\s?(?:[-—–~～至到]+|から)\s?(?:同月)?(\d{1,2})日",
    )
});
static NEAR: LazyLock<Regex> = LazyLock::new(|| {
    fixed("(今天|今日|本日|今晚|明天|明日|明早|明晨|明晚|后天|後天|(?i:today|tomorrow))")
});
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(每|上|逢)?(本|这|這|下)?(?:个|個)?(?:周|週|星期|礼拜)([一二三四五六日天])(?:\s?(至|到|-|—|～|~)\s?(?:周|週|星期|礼拜)?(?P<last>[一二三四五六日天]))?(?:\s?\((?P<day>(?:\d{1,2}月)?\d{1,2}[日号])\))?",
    )
});
/// `于18日前`, `每月25日`, `于二十日前`; a number in words is a day only as an end, since `三日内` counts days.
static BARE_DAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(^|[于於在，,：:はがを、]|[本每]月|截至|最迟|最晚|至迟)\s?(?:(\d{1,2})[日号]|([一二三四五六七八九十]{1,3})[日号](之?前|以前|止))",
    )
});

/// `所以16号前`, `8号晚`: without a word before it, a number is a day if an end or a part of the day follows.
static BARE_END: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"([^\d月年第近满滿連连约約期路街巷弄楼樓栋幢/.\s-])(\d{1,2})[日号]()(之?前|以前|止|截|晚|[上下中]午)",
    )
});
/// `今週の金曜日`, `이번 주 금요일`
static NEIGHBOUR_WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"()(今|本|来|이번\s?|다음\s?)[週주]の?\s?([月火水木金土日월화수목금토])(?:曜日?|요일)")
});

/// `金曜の正午までに`, `금요일까지`; a day or `毎週` before it names the day more surely.
static BARE_WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(毎週?の?|隔週|[日・、)(号]\s?|매주\s?|일\s|\d\.?\s?)?()([月火水木金土日월화수목금토일])(?:曜日?|요일)()()(?P<tail>の?(?:正午|夕方|朝|中|午[前後]?)?\s?(?:\d{1,2}[時:]\d{0,2}分?)?(?:まで|迄|締)|\s?(?:오전|오후|정오|자정|저녁)?\s?(?:\d{1,2}시)?\s?까지)",
    )
});

/// Returns the last day of a month, the next one of its name.
fn month_end(found: &Captures<'_>, from: NaiveDate) -> String {
    let month = match (found.get(2), found.get(3)) {
        (Some(month), _) => date::number(month.as_str()),
        (_, Some(_)) => Some(from.month()),
        _ => Some(12),
    };
    let year = found.get(1).and_then(|year| match year.as_str() {
        "今年" => Some(from.year()),
        "明年" => Some(from.year() + 1),
        number => number.trim_end_matches('年').parse().ok(),
    });
    // Years of three digits are in the calendar of the Republic of China.
    let year = year.map(|year: i32| match year {
        100..200 => year + 1911,
        _ => year,
    });
    let last = month.and_then(|month| last_of_month(month, year, from));
    written(last, &found[0])
}

fn near(found: &Captures<'_>, from: NaiveDate) -> String {
    let ahead = match found[1].to_lowercase().as_str() {
        "明天" | "明日" | "明早" | "明晨" | "明晚" | "tomorrow" => 1,
        "后天" | "後天" => 2,
        _ => 0,
    };
    let half = match found[1].chars().last() {
        Some('晚') => "晚上",
        Some('早' | '晨') => "早上",
        _ => "",
    };
    written(from.checked_add_days(Days::new(ahead)), &found[0]) + half
}

/// Rewrites `本周五`, `下周三`; `周五` alone is the next one.
fn weekday(found: &Captures<'_>, from: NaiveDate) -> String {
    let is_there = |at: usize| found.get(at).is_some_and(|part| !part.is_empty());
    // `周一至周五` is in each week, `本周一至周五` in one.
    if is_there(1) || is_there(4) && !is_there(2) {
        return found[0].to_owned();
    }
    if let Some(last) = found.name("last") {
        return weekday_of(found, last.as_str(), from);
    }
    // The day next to it is more certain.
    if let Some(day) = found.name("day").filter(|day| day.as_str().contains('月')) {
        return format!("{} ", day.as_str());
    }
    weekday_of(found, &found[3], from)
}

/// Returns the day of that name in the week that was found.
fn weekday_of(found: &Captures<'_>, name: &str, from: NaiveDate) -> String {
    let wanted = match name {
        "一" | "月" | "월" => 0,
        "二" | "火" | "화" => 1,
        "三" | "水" | "수" => 2,
        "四" | "木" | "목" => 3,
        "五" | "金" | "금" => 4,
        "六" | "土" | "토" => 5,
        _ => 6,
    };
    let today = u64::from(from.weekday().num_days_from_monday());
    let ahead = match found
        .get(2)
        .map(|week| week.as_str().trim_end())
        .filter(|week| !week.is_empty())
    {
        Some("下" | "来" | "다음") => 7 + wanted - today,
        Some(_) if wanted < today => return found[0].to_owned(),
        _ => (7 + wanted - today) % 7,
    };
    written(from.checked_add_days(Days::new(ahead)), &found[0])
}

/// Returns a day without its month: the next one of that number.
fn bare_day(found: &Captures<'_>, from: NaiveDate) -> String {
    let (digits, words) = (found.get(2), found.get(3));
    let number = digits.or(words).and_then(|day| date::number(day.as_str()));
    let number = number.unwrap_or(0);
    let end = found.get(4).map_or("", |end| end.as_str());
    let this = from.with_day(number).filter(|day| *day >= from);
    let next = || {
        from.with_day(1)?
            .checked_add_months(Months::new(1))?
            .with_day(number)
    };
    match this.or_else(next) {
        Some(day) => format!(
            "{}{day} {end}",
            found[1].trim_end_matches(['月', '本', '每'])
        ),
        None => found[0].to_owned(),
    }
}
