//! Dates beside titles: which piece of a row's text is its date.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
    ops::Range,
};

use chrono::{DateTime, Datelike, NaiveDateTime};

use super::order::Order;
use crate::{
    bulletin::Moment,
    source::{
        date,
        page::{Id, Page},
        reading::Context,
    },
};

/// A longer piece of text is a teaser: only its ends are looked at.
const MAX_DATE_TEXT: usize = 120;

/// A date as it stands in a row.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub moment: Moment,
    /// The year is a guess.
    pub yearless: bool,
    /// The pieces of text that it stands in: usually one.
    pub runs: Range<usize>,
    /// Its place in the text of the first of them.
    pub bytes: Range<usize>,
    /// Nothing else stands there but a label.
    pub whole: bool,
    /// It begins the text, and what follows is no part of the same words, as in `5月20日停水公告`.
    pub leads: bool,
}

/// The dates of a page's pieces of text, each looked up once.
#[derive(Debug)]
pub(super) struct Dates<'a> {
    pub(super) page: &'a Page,
    pub(super) context: &'a Context<'a>,
    known: RefCell<HashMap<usize, Option<Found>>>,
    /// Whether `10/06/2024` is in June on this page.
    pub(super) day_first: OnceCell<bool>,
    /// How the page writes `05/12/15`.
    pub(super) short_order: OnceCell<Option<Order>>,
}

impl<'a> Dates<'a> {
    pub(super) fn new(page: &'a Page, context: &'a Context<'a>) -> Self {
        Self {
            page,
            context,
            known: RefCell::default(),
            day_first: OnceCell::new(),
            short_order: OnceCell::new(),
        }
    }

    /// The dates in some pieces of text, in order.
    pub(super) fn within(&self, runs: Range<usize>) -> Vec<Found> {
        let mut found = Vec::new();
        let mut run = runs.start;
        while run < runs.end && found.len() < 8 {
            let alone = self.at(run);
            // `05-20` over `2024`: more of the date may follow.
            let joined = match &alone {
                Some(date) if !(date.yearless && date.whole) => None,
                _ => self.joined(run, runs.end),
            };
            if let Some(date) = joined.or(alone) {
                run = date.runs.end;
                found.push(date);
            } else {
                run += 1;
            }
        }
        found
    }

    /// The date in one piece of text.
    fn at(&self, run: usize) -> Option<Found> {
        let is_stamp = self.page.name(self.page.runs[run].element) == "time";
        if !is_stamp && !may_hold_date(self.page.run_text(run)) {
            return None;
        }
        if let Some(known) = self.known.borrow().get(&run) {
            return known.clone();
        }
        let found = self.look(run);
        self.known.borrow_mut().insert(run, found.clone());
        found
    }

    fn look(&self, run: usize) -> Option<Found> {
        if let Some(found) = self.machine_readable(run) {
            return Some(found);
        }
        let text = self.page.run_text(run);
        let (offset, part) = if text.len() <= MAX_DATE_TEXT {
            (0, text)
        } else {
            ends_of(text)
                .into_iter()
                .find(|(_, part)| self.find(part).is_some())?
        };
        let short = || self.short_year(part);
        let found = short().or_else(|| self.find(part));
        let (bytes, moment) = found.or_else(|| self.either_order(part))?;
        let (head, date, tail) = (
            &part[..bytes.start],
            &part[bytes.clone()],
            &part[bytes.end..],
        );
        Some(Found {
            moment,
            yearless: is_yearless(date),
            runs: run..run + 1,
            whole: text.len() <= MAX_DATE_TEXT && is_label(head, tail),
            leads: (bytes.start + offset == 0 || offset == 0 && opens(head, tail))
                && (date.ends_with(|c: char| c.is_ascii_digit())
                    || !tail.starts_with(char::is_alphanumeric)),
            bytes: bytes.start + offset..bytes.end + offset,
        })
    }

    /// `<time datetime="2022-11-20">yesterday</time>`.
    fn machine_readable(&self, run: usize) -> Option<Found> {
        let element = self.page.runs[run].element;
        if self.page.name(element) != "time" {
            return None;
        }
        let stamp = self.page.attribute(element, "datetime")?;
        let (_, moment) = self.find(stamp)?;
        Some(Found {
            moment,
            yearless: false,
            runs: run..run + 1,
            bytes: 0..self.page.run_text(run).len(),
            whole: true,
            leads: true,
        })
    }

    /// A date in neighbouring pieces: `20` over `2022-11`, `Nov` `20` `2022`.
    fn joined(&self, run: usize, end: usize) -> Option<Found> {
        // Longer pieces are no parts of a date.
        let part = |run: usize| {
            let text = (run < end).then(|| self.page.run_text(run))?;
            (text.len() <= 16 || text.len() <= 40 && text.chars().count() <= 16).then_some(text)
        };
        let (first, second) = (part(run)?, part(run + 1)?);
        let has_digit = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
        if !has_digit(first) && !has_digit(second) {
            return None;
        }
        let three = part(run + 2)
            .filter(|third| has_digit(third))
            .and_then(|third| {
                let text = format!("{first} {second} {third}");
                let (range, moment) = self.find(&text)?;
                (range.len() == text.len()).then_some((3, moment, text))
            });
        let two = || {
            let Context { time_zone, now, .. } = self.context;
            let moment = date::pair(first, second, *time_zone, *now)?;
            Some((2, moment, format!("{first}-{second}")))
        };
        let (count, moment, text) = three.or_else(two).or_else(|| self.in_box(run, end))?;
        Some(Found {
            moment,
            yearless: is_yearless(&text),
            runs: run..run + count,
            bytes: 0..first.len(),
            whole: true,
            leads: true,
        })
    }

    /// A date whose parts and separators fill a box: `05` `/` `20` `/` `2022`.
    fn in_box(&self, run: usize, end: usize) -> Option<(usize, Moment, String)> {
        let (count, text) = self.box_at(run, end)?;
        let whole =
            |(range, moment): (Range<usize>, Moment)| (range.len() == text.len()).then_some(moment);
        let found = self.find(&text).or_else(|| self.either_order(&text));
        let moment = found.and_then(whole)?;
        Some((count, moment, text))
    }

    /// The text of a small box that begins with a number and is made of several pieces.
    pub(super) fn box_at(&self, run: usize, end: usize) -> Option<(usize, String)> {
        let page = self.page;
        let begins = page.run_text(run).len() <= 4
            && page.run_text(run).starts_with(|c: char| c.is_ascii_digit());
        if !begins {
            return None;
        }
        let runs = page
            .ancestors(page.runs[run].element)
            .take(2)
            .map(|id| page.runs_of(id))
            .find(|runs| runs.start == run && runs.end <= end && (3..=6).contains(&runs.len()))?;
        let text = page.text(runs.clone());
        (text.len() <= 30).then_some((runs.len(), text))
    }

    /// The date that an element is.
    pub(super) fn of(&self, element: Id) -> Option<Moment> {
        let runs = self.page.runs_of(element);
        let found = self.within(runs.clone()).into_iter().next();
        found
            .map(|found| found.moment)
            .or_else(|| self.in_attributes(element))
            .or_else(|| self.find(&self.page.text(runs)).map(|(_, moment)| moment))
    }

    pub(super) fn find(&self, text: &str) -> Option<(Range<usize>, Moment)> {
        date::find(text, self.context.time_zone, self.context.now)
    }

    /// Returns what an element, or one within it, says in an attribute: `data-time="2022-11-20"`, `data-ts="1668902400"`.
    pub(super) fn in_attributes(&self, element: Id) -> Option<Moment> {
        const MOST_ELEMENTS: usize = 40;
        let end = self.page.elements[element as usize].end;
        (element..end)
            .take(MOST_ELEMENTS)
            .filter(|id| !is_of_other_day(self.page.class(*id)))
            .find_map(|id| self.in_own_attributes(id))
    }

    fn in_own_attributes(&self, element: Id) -> Option<Moment> {
        self.page
            .attributes(element)
            .filter(|(name, value)| {
                let is_named =
                    name.starts_with("data-") || matches!(*name, "datetime" | "time" | "date");
                is_named && value.len() <= 40 && !is_of_other_day(name)
            })
            .find_map(|(name, value)| self.stamp(name, value).or_else(|| self.full_date(value)))
    }

    /// A whole date, with its year.
    fn full_date(&self, value: &str) -> Option<Moment> {
        may_hold_date(value).then_some(())?;
        let (range, moment) = self.find(value)?;
        (!is_yearless(&value[range])).then_some(moment)
    }

    /// Seconds or milliseconds since 1970, or digits from year to second, of an attribute that is named for it.
    fn stamp(&self, name: &str, value: &str) -> Option<Moment> {
        let value = value.trim();
        let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        let is_time = [
            "time", "date", "stamp", "-ts", "pub", "created", "unix", "epoch",
        ]
        .iter()
        .any(|word| name.contains(word));
        (is_number && is_time).then_some(())?;
        let zone = self.context.time_zone;
        let time = match value.len() {
            9 | 10 => DateTime::from_timestamp(value.parse().ok()?, 0)?,
            12 | 13 => DateTime::from_timestamp_millis(value.parse().ok()?)?,
            14 => NaiveDateTime::parse_from_str(value, "%Y%m%d%H%M%S")
                .ok()?
                .and_utc(),
            _ => return None,
        };
        let is_of_our_times = (1990..=self.context.now.year() + 1).contains(&time.year());
        is_of_our_times.then(|| Moment::Time(time.with_timezone(&zone).fixed_offset()))
    }
}

/// Returns whether a name is of a day that is not the one of publication: `data-deadline`, `data-end-time`.
pub(super) fn is_of_other_day(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| {
            ["deadline", "expire", "modif", "updated", "closing"]
                .iter()
                .any(|other| word.starts_with(other))
                || matches!(
                    word,
                    "end"
                        | "endtime"
                        | "enddate"
                        | "due"
                        | "start"
                        | "starttime"
                        | "startdate"
                        | "until"
                        | "update"
                )
        })
}

/// The first and last part of a long text, with their places.
fn ends_of(text: &str) -> [(usize, &str); 2] {
    let head = text.char_indices().nth(30).map_or(text.len(), |(at, _)| at);
    let tail = text.char_indices().rev().nth(30).map_or(0, |(at, _)| at);
    [(0, &text[..head]), (tail, &text[tail..])]
}

/// Words that are dates without a number.
const NEAR: [&str; 9] = [
    "今天",
    "昨天",
    "前天",
    "刚刚",
    "今日",
    "昨日",
    "yesterday",
    "today",
    "just now",
];
/// What follows the number of a date in a text without Latin letters.
const AFTER_NUMBER: &str = "-/.:年月日号天小分秒周个前－／．：–時时號個週禮礼년월일";

/// A cheap look before the real one: most pieces of text are titles, with a number at most.
fn may_hold_date(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        let in_words = text.contains('月') && text.contains(['日', '号', '號']);
        return in_words
            || text.contains(['０', '１', '２', '٠', '١', '٢', '۰', '۱', '۲'])
            || NEAR.iter().any(|word| text.contains(word));
    }
    let is_spelled = |c: char| c.is_ascii_alphabetic() || ('\u{c0}'..'\u{700}').contains(&c);
    if digits == 8 || text.contains(is_spelled) {
        return true;
    }
    let mut after_digit = false;
    text.chars().any(|c| {
        let ends_number = after_digit && AFTER_NUMBER.contains(c);
        after_digit = c.is_ascii_digit() || after_digit && c == ' ';
        ends_number
    })
}

/// Returns whether a date as written has no year: fewer than three numbers, and none of four digits.
pub(super) fn is_yearless(date: &str) -> bool {
    let numbers: Vec<&str> = date
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    let day_and_month = date.contains(['月', '-', '/', '.']) || date.contains(char::is_alphabetic);
    let relative = ["前", "天", "日前", "ago", "day"]
        .iter()
        .any(|word| date.contains(word));
    !relative
        && day_and_month
        && !numbers.iter().any(|number| number.len() >= 4)
        && numbers.len() < 3
        && !numbers.is_empty()
        || date.contains(':')
            && !relative
            && numbers.len() <= 4
            && numbers.iter().all(|n| n.len() <= 2)
}

/// Returns whether what stands around a date is only labels, brackets and the like.
fn is_label(head: &str, tail: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let (head, tail) = (head.trim_end(), tail.trim_end());
    // A word without a mark between it and the date is a part of a sentence, but for these.
    let named = head.ends_with([':', '：']) && letters(head) <= 24;
    let before = || BEFORE.iter().any(|word| head.ends_with(word));
    let calls = letters(head) <= 8 && (!head.ends_with(char::is_alphanumeric) || before())
        || letters(head) <= 16 && before() && !head.trim().contains(' ');
    let goes_on =
        !tail.starts_with(char::is_alphanumeric) || AFTER.iter().any(|word| tail.starts_with(word));
    (named || calls || letters(head) + letters(tail) == 0) && letters(tail) <= 8 && goes_on
}

/// Returns whether a date stands in brackets at the head of a text: `[05-20] 停水公告`.
fn opens(head: &str, tail: &str) -> bool {
    let closes = match head.trim() {
        "[" => ']',
        "(" => ')',
        "（" => '）',
        "【" => '】',
        "〔" => '〕',
        _ => return false,
    };
    tail.trim_start().starts_with(closes)
}

/// Words right before a date that call it one, and right after it that tell what happened then.
const BEFORE: &[&str] = &[
    "发布",
    "發布",
    "发表",
    "發表",
    "更新",
    "时间",
    "日期",
    "于",
    "於",
    "on",
    "On",
    "Date",
    "date",
    "Posted",
    "posted",
    "Published",
    "published",
];
const AFTER: &[&str] = &[
    "发布", "發布", "发表", "發表", "更新", "星期", "周", "週", "上午", "下午", "来源", "阅读",
    "浏览", "点击", "T", "st", "nd", "rd", "th",
];
