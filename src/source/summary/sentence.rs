//! Sentences of a text, without what says nothing: greetings, datelines, the title again.

use std::sync::LazyLock;

use regex::Regex;

use crate::source::{download::names_files, text::is_han};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub text: String,
}

impl Sentence {
    /// Whether it tells people what to do by when.
    pub(super) fn says_by_when(&self) -> bool {
        static ACT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r"(?i)请|须|应当|务必|报名|申报|提交|报送|缴费|缴纳|登记|领取|填报|反馈|投递|申请|截止|逾期|(?-u:\b)must(?-u:\b)|(?-u:\b)please(?-u:\b)|(?-u:\b)apply|(?-u:\b)submit|(?-u:\b)register|(?-u:\b)deadline|(?-u:\b)due(?-u:\b)",
            )
            .expect("a fixed pattern")
        });
        static WHEN: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r"(?i)\d{1,2}\s?[月/.-]\s?\d{1,2}\s?[日号]?[^。；]{0,16}(?:前|之前|止|截止|为止|逾期)|截止(?:时间|日期|到|至|于)?[^。；]{0,10}\d|(?:至|到|-|—|~)\s?(?:\d{4}年)?\d{1,2}月\d{1,2}日|(?-u:\b)(?:by|before|until|no later than|deadline)(?-u:\b)[^.]{0,30}\d",
            )
            .expect("a fixed pattern")
        });
        let numbered = self.text.bytes().any(|b| b.is_ascii_digit());
        numbered && ACT.is_match(&self.text) && WHEN.is_match(&self.text)
    }
}

/// The sentences that say something, in order; at most a few hundred are looked at.
pub(super) fn sentences(heading: &str, text: &str) -> Vec<Sentence> {
    let title = key(heading);
    let mut found = Vec::new();
    for (at, paragraph) in text.split('\n').enumerate().take(400) {
        let paragraph = paragraph.trim();
        if says_nothing(paragraph, &title) {
            continue;
        }
        let paragraph = if at < 4 {
            without_dateline(without_title(paragraph, heading))
        } else {
            paragraph
        };
        // "现将有关事项通知如下：" only leads to what follows.
        let says = |one: &Sentence| {
            one.text.chars().any(char::is_alphanumeric) && !one.text.ends_with(['：', ':'])
        };
        found.extend(split(paragraph).into_iter().filter(says));
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
    // Much longer than the title, it cannot be it.
    let short = paragraph.len() <= title.len() * 2 + 60;
    if short {
        let own = key(paragraph);
        if own.is_empty() || own == title || title.contains(&own) {
            return true;
        }
    }
    let length = paragraph.chars().count();
    let ends_open = paragraph.ends_with([':', '：']);
    // A heading or a signature is no sentence.
    let open = !paragraph.ends_with([
        '。', '！', '？', '；', '.', '!', '?', '”', '"', '…', ')', '）',
    ]);
    (ends_open && (length < 60 || GREETING.is_match(paragraph)))
        || (open && length < 60 && GREETING.is_match(paragraph))
        || (open && length < 40)
        || paragraph.starts_with(['(', '（']) && length < 30
        || names_files(paragraph)
}

/// A paragraph that begins with the title says it again.
fn without_title<'a>(paragraph: &'a str, title: &str) -> &'a str {
    match paragraph.strip_prefix(title) {
        Some(rest) if !title.is_empty() && !rest.trim().is_empty() => {
            rest.trim_start_matches(|c: char| c.is_whitespace() || "-—:：".contains(c))
        }
        _ => paragraph,
    }
}

/// `本报讯（记者 张三）`, `新华社北京11月20日电`, `CITY, Nov. 20 (Agency) —` say nothing new.
fn without_dateline(paragraph: &str) -> &str {
    static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^(?:[【\[（(][^】\]）)]{0,12}(?:供稿|记者|通讯员|讯|报|网)[^】\]）)]{0,16}[】\]）)]\s*)?(?:[\p{Han}A-Za-z]{2,12}[0-9]{1,2}月[0-9]{1,2}日(?:电|讯|消息)(?:[（(][^）)]{0,40}[）)])?[\s，,：:]*|\p{Han}{0,10}(?:本报|本网|本台|新华社|中新社|中新网|快讯|新闻网|日报|晚报|网|报)[^。，；]{0,24}?(?:电|讯|消息)(?:[（(][^）)]{0,40}[）)])?[\s，,：:—-]*|[A-Z][A-Za-z .]{1,30}(?:, [A-Z][a-z.]+)?(?:, \w+\.? \d{1,2})?\s?(?:\([A-Za-z ]{2,30}\)\s?)?(?:—|--|–)\s?)",
        )
        .expect("a fixed pattern")
    });
    match DATELINE.find(paragraph) {
        Some(found) if found.end() > 0 && found.end() < paragraph.len() => {
            paragraph[found.end()..].trim_start()
        }
        _ => paragraph,
    }
}

/// Sentences with their closing marks.
fn split(paragraph: &str) -> Vec<Sentence> {
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

fn push(found: &mut Vec<Sentence>, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        found.push(Sentence {
            text: text.to_owned(),
        });
    }
}

/// Whether the dot after `before` is of a short form: `Nov.`, `Dr.`, `U.S.`, `1.`.
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

/// Letters and digits alone.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
