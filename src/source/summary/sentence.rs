//! Sentences of a text, without what says nothing: greetings, datelines, the title again.

use std::sync::LazyLock;

use regex::Regex;

use crate::source::{download::names_files, text::is_han};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub text: String,
}

/// The sentences that say something, in order; at most a few hundred are looked at. Where a text has no sentence, its
/// short lines are what it says.
pub(super) fn sentences(heading: &str, text: &str) -> Vec<Sentence> {
    let title = key(heading);
    let says = |line: &str| !says_nothing(line, &title);
    let has_sentence = text
        .split('\n')
        .map(str::trim)
        .any(|line| says(line) && !is_short(line));
    if has_sentence {
        saying(heading, text, |line| says(line) && !is_heading(line))
    } else {
        saying(heading, unsigned(text), says)
    }
}

/// The sentences of those paragraphs that `says` keeps.
fn saying(heading: &str, text: &str, says: impl Fn(&str) -> bool) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (at, paragraph) in text.split('\n').enumerate().take(400) {
        let paragraph = paragraph.trim();
        if !says(paragraph) {
            continue;
        }
        let paragraph = if at < 4 {
            without_dateline(without_title(paragraph, heading))
        } else {
            paragraph
        };
        // "现将有关事项通知如下：" only leads to what follows.
        let says = |one: &Sentence| {
            one.text.chars().any(char::is_alphanumeric)
                && !one.text.ends_with(['：', ':'])
                && !is_contact(&one.text)
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
    let open = is_open(paragraph);
    (ends_open && (length < 60 || GREETING.is_match(paragraph)))
        || (open && length < 60 && GREETING.is_match(paragraph))
        || paragraph.starts_with(['(', '（']) && paragraph.ends_with([')', '）']) && length < 30
        || names_files(paragraph)
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

/// Returns whether a line is no sentence, but a heading or a signature.
fn is_heading(line: &str) -> bool {
    is_short(line) && !is_statement(line) && !says_when(line)
}

/// A text without the day at its end, and the name above that.
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

/// `时间：12月3日14:00`, `【地点】三楼报告厅`: short, and what people need most.
fn is_statement(line: &str) -> bool {
    static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[^\p{L}]|[一二三四五六七八九十]){0,8}(?:\p{Han}[\p{Han}\s/、]{1,11}|[A-Z][A-Za-z]{2,15}(?: [A-Za-z]{2,12})?)(?:[】\]]?\s*(?:[（(][^）)]{1,12}[）)])?\s*[:：]|\s*[｜|])\s*[^\s:：].+$|^[【\[]\s*(?:\p{Han}{0,4}(?:时\s*间|日\s*期|地\s*点|地址|会场|主题|对象)|\p{Han}{0,4}主讲\p{Han}?)\s*[】\]].+$")
            .expect("a fixed pattern")
    });
    STATEMENT.is_match(line) && !is_contact(line)
}

/// Returns whether a short line names a day or an hour, and not as the signature below a text does.
fn says_when(line: &str) -> bool {
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\d[:：]\d\d|上午|下午|晚上|中午|\d\s?(?:点|时|am|pm)|\d\s?[月월]\s?\d{1,2}|(?-u:\b)(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?\.?\s\d|\d\s(?:january|february|march|april|may|june|july|august|september|october|november|december)(?-u:\b)")
            .expect("a fixed pattern")
    });
    WHEN.is_match(line) && !is_signature(line) && !is_contact(line)
}

/// `综合科 2022年11月20日`, `2022-11-20 09:30`: a day with its year, and at most a name before it.
fn is_signature(line: &str) -> bool {
    static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[\p{Han}\s]{0,30}[\p{Han}\s--[于於在至为是]])?(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?[日号]?|\d{1,2}\s\p{L}{3,9}\s(?:19|20)\d\d|\p{L}{3,9}\s\d{1,2},?\s(?:19|20)\d\d)(?:\s?\d{1,2}:\d\d(?::\d\d)?)?$")
            .expect("a fixed pattern")
    });
    SIGNED.is_match(line)
}

/// Whom to ask, who wrote it, which files there are: no part of what a notice says.
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

/// A paragraph that begins with the title, set off by a mark or a space, says it again.
fn without_title<'a>(paragraph: &'a str, title: &str) -> &'a str {
    let is_mark = |c: char| c.is_whitespace() || "-—:：。".contains(c);
    match paragraph.strip_prefix(title) {
        Some(rest) if !title.is_empty() && !rest.trim().is_empty() && rest.starts_with(is_mark) => {
            rest.trim_start_matches(is_mark)
        }
        _ => paragraph,
    }
}

/// `本报讯（记者 张三）`, `新华社北京11月20日电`, `CITY, Nov. 20 (Agency) —` say nothing new.
fn without_dateline(paragraph: &str) -> &str {
    static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
        let agency = r"(?:本报|本网|本台|本站|央视网|新华网|新华社|中新社|中新网|人民网|中国新闻网|\p{Han}{2,8}(?:日报|晚报|早报|快报|时报|新闻网|在线))";
        let place = r"\p{Han}{0,8}(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?";
        let reporter = r"[（(][^）)]{0,40}[）)]";
        let by = r"(?:[【\[（(][^】\]）)]{0,12}(?:供稿|记者|通讯员|讯|报|网)[^】\]）)]{0,16}[】\]）)]\s*)";
        let city = r"[A-Z][A-Z .'-]{2,30}(?:, [A-Z][A-Za-z.]+)?(?:, \w+\.? \d{1,2})?";
        Regex::new(&format!(
            r"^{by}?(?:[\p{{Han}}A-Za-z]{{2,12}}[0-9]{{1,2}}月[0-9]{{1,2}}日(?:电|讯|消息)\s?(?:{reporter})?[\s，,：:]*|据?{agency}{place}(?:电|讯|消息)\s?(?:{reporter}[\s，,：:—-]*|[\s，,：:—-]+)|\p{{Han}}{{2,8}}[网报]讯(?:{reporter}[\s，,：:—-]*|[\s：:—-]+)|[（(【](?:{agency}讯|\p{{Han}}{{0,4}}记者[\s　:：][^）)】]{{1,30}})[）)】]\s*|{city}(?:,\s\d{{4}})?\s?(?:/[A-Za-z ]{{2,30}}/\s?)?(?:\([A-Za-z ]{{2,30}}\)\s?)?(?:—|--|–)\s?|{city}\s?\([A-Za-z ]{{2,30}}\)\s-\s|[A-Z][A-Za-z .]{{1,30}}(?:, [A-Z][a-z.]+)?(?:, \w+\.? \d{{1,2}})?\s?\([A-Z][A-Za-z ]{{1,29}}\)\s?(?:—|--|–)\s?)"
        ))
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
    let sentence = |text: &str| Sentence {
        text: text.to_owned(),
    };
    parts(paragraph).into_iter().map(sentence).collect()
}

/// The sentences of a paragraph as it has them.
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

/// Returns whether the dot after `before` is of a short form: `Nov.`, `Dr.`, `U.S.`, `1.`.
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
