//! What the words before a date call it.
//!
//! Only a bare label (`日期：`, `Date:`) or one of publishing (`发布时间：`) gives the day of publication. Whatever else
//! stands before `时间` or `date` names the day of something else: 报名时间, 截止日期为, closing date.

use std::sync::LazyLock;

use regex::Regex;

/// What a date is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Called {
    Published,
    /// `时间：`, `日期：`, with no other word.
    Bare,
    Updated,
    /// 成文, 印发: the day of the document, which may be earlier.
    Written,
    /// A deadline, a meeting, an examination, …
    Other,
    /// Nothing at all.
    Nothing,
}

/// How much of the words before a date is looked at, in bytes.
const NEAR: usize = 72;

/// Words of publishing that name no other day, whatever stands before them.
const PUBLISHED: Words = Words {
    chinese: "发布|發布|发表|發表|发稿|发文|上传|上傳|录入|錄入|添加|公布|刊发|刊登|登载|公开|发帖|入库|采集|推送|上线|报道|撰写|转载",
    latin: "posted|published|publish|publication|released?|issued|posting|gepostet|veröffentlicht|publié",
};
const UPDATED: Words = Words {
    chinese: "更新|修改|编辑",
    latin: "updated|modified|revised|update",
};
const WRITTEN: Words = Words {
    chinese: "成文|印发|签发|创建|生成",
    latin: "created|written",
};
const OTHER: Words = Words {
    chinese: "截止|截至|有效期|生效|失效|施行|实施|报名|开标|投标|考试|面试|公示|起止|出生|成立|创刊|举办|召开|结束|不迟于|不晚于|最迟|最晚|定于|拟于|将于",
    latin: "deadline|expires?|due|until|before|by|closing|closes|ends|from|since|between",
};

struct Words {
    chinese: &'static str,
    latin: &'static str,
}

/// What the end of `before` calls the date that follows.
pub(in crate::source) fn called(before: &str) -> Called {
    let mut start = before.len().saturating_sub(NEAR);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    let Some((words, is_beside)) = words_before(&before[start..]) else {
        return Called::Nothing;
    };
    let compact = closed_up(words);
    let joined = strip(&compact, &["为", "為", "是", "于", "於", "在"]);
    let named = strip(joined, &["时间", "時間", "日期", "时刻", "日", "时", "期"]);
    let is_day = joined.len() - named.len() > "日".len();
    let ends = |words: &Regex| words.is_match(named);
    if ends(&RESULTS) && is_day {
        return Called::Other;
    }
    for (chinese, latin, called) in PATTERNS.iter() {
        let stands_by = is_day || is_beside || *called != Called::Other;
        if stands_by && ends(chinese) || latin.is_match(words) {
            return *called;
        }
    }
    let is_bare = named.len() < joined.len() && !named.ends_with(char::is_alphanumeric);
    if is_bare && (is_day || is_beside) || BARE.is_match(words) {
        return Called::Bare;
    }
    if is_day && ends(&NOUN) {
        return Called::Published;
    }
    let is_joined = joined.len() < compact.len() && is_beside && !named.ends_with("来源");
    if is_day || is_joined || LATIN_DAY.is_match(words) {
        return Called::Other;
    }
    Called::Nothing
}

static PATTERNS: LazyLock<Vec<(Regex, Regex, Called)>> = LazyLock::new(|| {
    let pattern = |words: &Words| {
        let Words { chinese, latin } = words;
        let latin = format!(
            r"(?i)(?:^|[^\p{{Latin}}])(?:{latin})(?:\s(?:on|at|date|time|is|for)){{0,2}}$|(?-u:\b)date\s(?:{latin})$"
        );
        (fixed(&format!("(?:{chinese})[于於]?$")), fixed(&latin))
    };
    [
        (PUBLISHED, Called::Published),
        (UPDATED, Called::Updated),
        (WRITTEN, Called::Written),
        (OTHER, Called::Other),
    ]
    .map(|(words, called)| {
        let (chinese, latin) = pattern(&words);
        (chinese, latin, called)
    })
    .into()
});
/// What is published later than the notice itself.
static RESULTS: LazyLock<Regex> = LazyLock::new(|| {
    fixed("(?:成绩|结果|名单|分数|答案|准考证|试题|录取)[^：:]{0,4}(?:公布|发布|公开)$")
});
/// What a date of publication may be named by.
static NOUN: LazyLock<Regex> = LazyLock::new(|| fixed("(?:信息|文章|新闻|稿件|网页|公告)$"));
static BARE: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)(?:^|[^\p{Latin}\s]\s*)(?:date|time|datum|fecha|data)$"));
/// A label that ends in date or time, whatever it is the date of.
static LATIN_DAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\p{Latin}\s(?:date|time|day|deadline)s?(?:\s(?:is|was))?$|deadline(?:\sis|\sfor\s[^.]{0,30})?$",
    )
});

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// The text up to its last word, and whether the date stands right beside it or behind a colon; None
/// where a sentence ended before the date, or a number stands there.
fn words_before(before: &str) -> Option<(&str, bool)> {
    const MOST_MARKS: usize = 8;
    let words = before.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '。');
    let gap = &before[words.len()..];
    let ends = words.chars().next_back()?;
    let is_beside = gap.is_empty() || gap.contains([':', '：']);
    (gap.chars().count() <= MOST_MARKS && ends.is_alphabetic()).then_some((words, is_beside))
}

/// `发 布 时 间` as one word; a space between longer words stays.
fn closed_up(words: &str) -> String {
    let mut closed = String::with_capacity(words.len());
    let mut was_single = false;
    for word in words.split_whitespace() {
        let is_single = word.chars().nth(1).is_none();
        if !(closed.is_empty() || was_single && is_single) {
            closed.push(' ');
        }
        closed.push_str(word);
        was_single = is_single;
    }
    closed
}

fn strip<'a>(text: &'a str, ends: &[&str]) -> &'a str {
    ends.iter()
        .find_map(|end| text.strip_suffix(end))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bare_and_publishing_labels_name_the_day_of_publication() {
        for (before, expected) in [
            ("发布时间：", Called::Published),
            ("来源：后勤部 发布日期为", Called::Published),
            ("发布于 ", Called::Published),
            ("发 布 时 间：", Called::Published),
            ("Posted on ", Called::Published),
            ("Date published: ", Called::Published),
            ("Publication date: ", Called::Published),
            ("时间：", Called::Bare),
            ("来源：后勤部 日期：", Called::Bare),
            ("日 期：", Called::Bare),
            ("[时间]：", Called::Bare),
            ("Date: ", Called::Bare),
            ("更新时间：", Called::Updated),
            ("Last updated ", Called::Updated),
            ("成文日期：", Called::Written),
            ("截止日期为", Called::Other),
            ("报名截止时间：", Called::Other),
            ("报名时间为", Called::Other),
            ("考试时间是", Called::Other),
            ("面试时间：", Called::Other),
            ("公示时间为：", Called::Other),
            ("讲座时间：", Called::Other),
            ("会议定于", Called::Other),
            ("开馆日期：", Called::Other),
            ("现场确认时间：", Called::Other),
            ("Closing date: ", Called::Other),
            ("The deadline is ", Called::Other),
            ("Event date: ", Called::Other),
            ("Meeting time: ", Called::Other),
            ("register by ", Called::Other),
            ("", Called::Nothing),
            ("来源：后勤部 ", Called::Nothing),
            ("来源于：", Called::Nothing),
            ("中文系 ", Called::Nothing),
            ("全国研究生考试 ", Called::Nothing),
            ("第12期 ", Called::Nothing),
            ("成绩公布时间：", Called::Other),
            ("信息时间：", Called::Published),
            ("截止", Called::Other),
            ("By Jane Roe | ", Called::Nothing),
        ] {
            assert_eq!(called(before), expected, "{before}");
        }
    }
}
