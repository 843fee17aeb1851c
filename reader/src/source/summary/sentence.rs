//! Splits a text into sentences, without those that have no content: greetings, datelines, the title again.

use std::sync::LazyLock;

use chrono::DateTime;
use chrono_tz::Tz;
use regex::Regex;

use super::{
    edge::{
        is_credit, is_enactment, is_row, trimmed, without_announcement, without_reason,
        without_title,
    },
    occasion::names_occasion,
};
use crate::source::{
    date::{self, Called},
    download::names_files,
    text::is_han,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub text: String,
}

/// Returns the sentences with content, in order; at most a few hundred are read. If a text has no sentence, its short
/// lines are taken.
pub(super) fn sentences(heading: &str, text: &str) -> Vec<Sentence> {
    let title = key(heading);
    let says = |line: &str| !says_nothing(line, &title);
    let has_sentence = text
        .split('\n')
        .map(str::trim)
        .any(|line| says(line) && !is_short(line) && !is_question(line));
    if has_sentence {
        saying(heading, text, |line| says(line) && !is_heading(line))
    } else {
        saying(heading, unsigned(text), says)
    }
}

/// The number of lines at the start of a text that may repeat the title, or state when it was published.
const HEAD: usize = 4;

/// Returns the sentences of the paragraphs that `says` accepts.
fn saying(heading: &str, text: &str, says: impl Fn(&str) -> bool) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (at, paragraph) in text.split('\n').enumerate().take(400) {
        let paragraph = without_announcement(paragraph.trim());
        if !says(paragraph) || at < HEAD && is_dated(paragraph) {
            continue;
        }
        let paragraph = match at {
            0..HEAD => without_title(paragraph, heading),
            _ => paragraph,
        };
        let paragraph = trimmed(paragraph);
        // "现将有关事项通知如下：" only announces the following text.
        let says = |one: &Sentence| {
            one.text.chars().any(char::is_alphanumeric)
                && !one.text.ends_with(['：', ':'])
                && !is_contact(&one.text)
                && !is_credit(&one.text)
                && !is_enactment(&one.text)
        };
        let kept = split(paragraph).into_iter().filter(says);
        found.extend(kept.map(|one| Sentence {
            text: without_reason(&one.text).to_owned(),
        }));
        if found.len() > 300 {
            break;
        }
    }
    found
}

fn says_nothing(paragraph: &str, title: &str) -> bool {
    static GREETING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^(?:各|尊敬的|亲爱的|敬爱的|全体|全校|全市|全院|全公司|广大|所属|有关|相关|本市|市直|区直|女士|同志|老师|同学|考生|dear(?-u:\b)|hello(?-u:\b)|to\s(?:all|whom)).{0,60}[：:，,]?$",
        )
        .expect("a fixed pattern")
    });
    // A paragraph much longer than the title cannot be the title.
    let short = paragraph.len() <= title.len() * 2 + 60;
    if short {
        let own = key(paragraph);
        if own.is_empty() || own == title || title.contains(&own) {
            return true;
        }
    }
    let length = paragraph.chars().count();
    let ends_open = paragraph.ends_with([':', '：']);
    let open = is_open(paragraph);
    (ends_open && (length < 60 || GREETING.is_match(paragraph)))
        || (open && length < 60 && GREETING.is_match(paragraph))
        || paragraph.starts_with(['(', '（']) && paragraph.ends_with([')', '）']) && length < 30
        || names_files(paragraph)
        || !paragraph.contains(char::is_alphabetic)
        || is_row(paragraph)
        || is_credit(paragraph)
}

/// Returns whether a line only states when the page was published or changed: `Stand: 28.04.2023 17:23 Uhr`.
fn is_dated(line: &str) -> bool {
    static HAS_YEAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:19|20)\d\d").expect("a fixed pattern"));
    const LONGEST: usize = 80;
    // This is room for the words that may be next to a day: `Uhr`, `às`, `AM GMT`.
    const LETTERS: usize = 8;
    // The year is in the line, so that no clock is needed.
    let (zone, now) = (Tz::UTC, DateTime::UNIX_EPOCH);
    if line.chars().count() > LONGEST || !line.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let days = date::find_all(line, zone, now);
    let (Some((first, _)), Some((last, _))) = (days.first(), days.last()) else {
        return false;
    };
    let letters = line[last.end..].chars().filter(|c| c.is_alphabetic());
    if letters.count() > LETTERS {
        return false;
    }
    let mut end = 0;
    // A day with another label belongs to the text.
    let is_called = days.iter().all(|(day, _)| {
        let called = date::called(&line[std::mem::replace(&mut end, day.end)..day.start]);
        matches!(called, Called::Published | Called::Updated)
    });
    let is_all = days.len() == 1 && is_weekday(&line[..first.start]) && HAS_YEAR.is_match(line);
    is_called || is_all
}

/// Returns whether the text is empty, or one word with a comma: `sexta-feira, `.
fn is_weekday(before: &str) -> bool {
    let word = before.trim_end().strip_suffix(',');
    before.is_empty() || word.is_some_and(|word| !word.contains(|c: char| c == ' ' || is_han(c)))
}

/// Returns whether no mark ends a paragraph.
fn is_open(paragraph: &str) -> bool {
    !paragraph.ends_with([
        '。', '！', '？', '；', '.', '!', '?', '”', '"', '…', ')', '）',
    ])
}

/// Returns whether a line is too short for a sentence that lacks its mark.
fn is_short(line: &str) -> bool {
    is_open(line) && line.chars().count() < 40
}

/// Returns whether a line is not a sentence, but a heading or a signature.
fn is_heading(line: &str) -> bool {
    let is_open = is_short(line) && !is_statement(line) && !names_occasion(line);
    (is_open || is_question(line)) && !says_when(line)
}

/// Returns whether a line is a short question, which the lines below it answer.
fn is_question(line: &str) -> bool {
    line.ends_with(['?', '？']) && line.chars().count() < 40 && parts(line).len() == 1
}

/// Returns a text without the day at its end, and the name above that.
fn unsigned(text: &str) -> &str {
    const LONGEST_NAME: usize = 15;
    let Some((rest, last)) = text.trim_end().rsplit_once('\n') else {
        return text;
    };
    if !is_signature(last.trim()) {
        return text;
    }
    match rest.rsplit_once('\n') {
        Some((above, name)) if name.trim().chars().count() <= LONGEST_NAME => above,
        _ => rest,
    }
}

/// Returns whether a line is short and has what people need most: `时间：12月3日14:00`, `【地点】三楼报告厅`.
fn is_statement(line: &str) -> bool {
    static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[^\p{L}]|[一二三四五六七八九十]){0,8}(?:\p{Han}[\p{Han}\s/、]{1,11}|[A-Z][A-Za-z]{2,15}(?: [A-Za-z]{2,12})?)(?:[】\]]?\s*(?:[（(][^）)]{1,12}[）)])?\s*[:：]|\s*[｜|])\s*[^\s:：].+$|^[【\[]\s*(?:\p{Han}{0,4}(?:时\s*间|日\s*期|地\s*点|地址|会场|主题|对象)|\p{Han}{0,4}主讲\p{Han}?)\s*[】\]].+$")
            .expect("a fixed pattern")
    });
    STATEMENT.is_match(line) && !is_contact(line)
}

/// Returns whether a short line names a day or an hour, and is not the signature below a text.
fn says_when(line: &str) -> bool {
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\d[:：]\d\d|上午|下午|晚上|中午|\d\s?(?:点|时|am|pm)|\d\s?[月월]\s?\d{1,2}|(?-u:\b)(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?\.?\s\d|\d\s(?:january|february|march|april|may|june|july|august|september|october|november|december)(?-u:\b)")
            .expect("a fixed pattern")
    });
    WHEN.is_match(line) && !is_signature(line) && !is_contact(line)
}

/// Returns whether a line is a day with its year, and at most a name before it: `综合科 2022年11月20日`, `2022-11-20 09:30`.
pub(super) fn is_signature(line: &str) -> bool {
    static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[\p{Han}\s]{0,30}[\p{Han}\s--[于於在至为是]])?(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?[日号]?|\d{1,2}\.?\s(?:de\s)?\p{L}{3,9}\s(?:de\s)?(?:19|20)\d\d|\p{L}{3,9}\s\d{1,2},?\s(?:19|20)\d\d)(?:\s?\d{1,2}:\d\d(?::\d\d)?)?$")
            .expect("a fixed pattern")
    });
    SIGNED.is_match(line)
}

/// Returns whether a line is about contacts, authors or files: they are not part of a notice's content.
fn is_contact(line: &str) -> bool {
    static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^[\s\d一二三四五六七八九十、.（）()【\[●•·]{0,8}(?:\p{Han}{0,8}(?:联\s*系\s*人|联系电话|联系方式|电\s*话|热线|传\s*真|邮\s*箱|电子邮件|邮\s*编|网\s*址|联系地址|通讯地址|单位地址|公司地址|微信|公众号|来源|作者|编辑|责编|审核|校对|供稿|撰稿|摄影|文号|索引号)|聯\s*絡\s*人|聯絡電話|電\s*話|附\s*件\s*[\d一二三四五六七八九十]*|contacts?|tel(?:ephone)?|phone|e-?mail|fax|website|attachments?)\s*(?:[（(][^）)]{0,12}[）)])?\s*[:：]",
        )
        .expect("a fixed pattern")
    });
    // `科研处　王老师　电话：…`, `联系人王老师，电话…`, `如有疑问，请致电…`, `地址：… 邮编：…`
    static ASK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^[（(]?(?:\p{Han}{2,12}[\s　]+){1,3}(?:联系)?电\s*话\s*[:：]?\s*\d
            |^[（(]?联\s*系\s*人(?:及电话)?[\p{Han}\s]{1,8}[，,；;]?\s*(?:联系)?电\s*话|^[（(]联系人|^咨\s*询\s*[:：].*\d{5}
            |^\p{Han}{0,4}热线\s*\d|^地\s*址\s*[:：].*邮\s*编|^(?:如|若|凡|对此)?有?(?:任何|其他|不明)?(?:疑问|问题|疑义)[^。；]{0,16}(?:拨打|致电|联系|咨询|来电)[^。；]*\d{5}
            |^(?:contact\s(?:person|details)|(?:media|press)\s(?:contacts?|enquiries|inquiries))\s*:|^for\s(?:media|press|further|more)\s[^.]{0,40}(?:contact|call|e-?mail)\s",
        )
        .expect("a fixed pattern")
    });
    CONTACT.is_match(line) || ASK.is_match(line)
}

/// Splits a paragraph into sentences with their closing marks.
fn split(paragraph: &str) -> Vec<Sentence> {
    let sentence = |text: &str| Sentence {
        text: text.to_owned(),
    };
    parts(paragraph).into_iter().map(sentence).collect()
}

/// Returns the sentences of a paragraph as it has them.
pub(super) fn parts(paragraph: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = paragraph.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let ends = match c {
            '。' | '！' | '？' => true,
            '!' | '?' => next.is_none_or(|c| c.is_whitespace() || is_han(c)),
            '.' => {
                next.is_none_or(char::is_whitespace)
                    && !is_short_form(&paragraph[start..at], paragraph[at + 1..].trim_start())
            }
            _ => false,
        };
        if !ends {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((at, c)) = chars.next_if(|(_, c)| "”’」』）)\"。！？…".contains(*c))
        {
            end = at + c.len_utf8();
        }
        push(&mut found, &paragraph[start..end]);
        start = end;
    }
    push(&mut found, &paragraph[start..]);
    found
}

fn push<'a>(found: &mut Vec<&'a str>, text: &'a str) {
    let text = text.trim();
    if !text.is_empty() {
        found.push(text);
    }
}

/// Returns whether the dot after `before` belongs to an abbreviation: `Nov.`, `Dr.`, `U.S.`, `1.`.
fn is_short_form(before: &str, after: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let lower_next = after
        .chars()
        .next()
        .is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
    let short = word.len() <= 2 && !word.is_empty()
        || word.contains('.')
        || matches!(
            word,
            "Nov"
                | "Dec"
                | "Jan"
                | "Feb"
                | "Mar"
                | "Apr"
                | "Aug"
                | "Sep"
                | "Sept"
                | "Oct"
                | "Mrs"
                | "Prof"
                | "Inc"
                | "Ltd"
                | "Corp"
                | "Gov"
                | "Sen"
                | "Rep"
                | "Gen"
                | "vs"
                | "etc"
                | "No"
        );
    short || lower_next
}

/// Returns only letters and digits.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
