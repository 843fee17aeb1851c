//! By when people must act.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use regex::Regex;

use crate::bulletin::Moment;
use crate::source::date;

/// Texts longer than this are looked at in part.
const MOST: usize = 200_000;

/// The first date that a text says to act by. A missing year follows from `published`.
pub(super) fn find(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<Moment> {
    let from = published.map_or_else(|| now.with_timezone(&zone).date_naive(), Moment::day);
    text.split('\n')
        .scan(0, |taken, line| {
            *taken += line.len();
            (*taken <= MOST).then_some(line)
        })
        .filter(|line| may_ask(line))
        .find_map(|line| {
            date::find_coming(line, from, zone, now)
                .into_iter()
                .filter(|(_, moment)| moment.day() >= from)
                .find(|(range, _)| asks(&line[..range.start], &line[range.end..]))
                .map(|(_, moment)| moment)
        })
}

/// Whether a line has the characters that [`asks`] needs at all.
fn may_ask(line: &str) -> bool {
    let numbered = line.contains(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let chinese = numbered || line.contains('月');
    chinese
        && (line.contains([
            '前', '止', '截', '至', '到', '迟', '遲', '晚', '-', '—', '~', '～',
        ]) || line.is_ascii()
            || [
                "by",
                "By",
                "before",
                "until",
                "eadline",
                "ue ",
                "loses",
                "later than",
            ]
            .iter()
            .any(|word| line.contains(word)))
}

/// Whether the words around a date make it the last one to act.
fn asks(before: &str, after: &str) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:截止(?:时间|日期|期限)?(?:为|是|至|到|于)?|截至|最迟|最晚|不得?(?:晚|迟)于|(?-u:\b)by|(?-u:\b)until|(?-u:\b)before|no later than|(?-u:\b)deadline(?:\s(?:is|for))?|(?-u:\b)due(?:\s(?:on|by|date))?|(?-u:\b)closes?(?:\son)?)[\s:：,，]{0,3}(?:the\s|end of\s|midnight\s|\d{1,2}\s?(?:am|pm)\s(?:on\s)?|\w+day,?\s)*$",
        )
        .expect("a fixed pattern")
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s?(?:[（(][^）)]{0,12}[）)])?\s?(?:\d{1,2}[:：时点]\d{0,2}分?)?\s?(?:下班|中午|下午|上午)?\s?(?:以前|之前|前|止|截止|为止|结束)")
            .expect("a fixed pattern")
    });
    static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:报名|申报|申请|公示|缴费|征集|投递|受理|提交|填报|确认|登记|征求意见|招标文件|递交)[^。；]{0,50}(?:至|到|-|—|~|～)\s?$")
            .expect("a fixed pattern")
    });
    let before = tail(before, 200);
    // What the publisher means to do by then is nothing that readers must do.
    let clause = before
        .rsplit(['。', '；', '，', ',', ';'])
        .next()
        .unwrap_or_default();
    if ["预计", "有望", "力争", "计划于", "拟于"]
        .iter()
        .any(|word| clause.contains(word))
    {
        return false;
    }
    let later = ["后", "起", "以来", "开始"]
        .iter()
        .any(|word| after.starts_with(word));
    !later && (BEFORE.is_match(before) || AFTER.is_match(after) || RANGE.is_match(before))
}

/// The last bytes of a text, from a character on.
fn tail(text: &str, length: usize) -> &str {
    let mut start = text.len().saturating_sub(length);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}
