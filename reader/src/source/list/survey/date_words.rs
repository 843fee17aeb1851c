//! Classifies the words around dates: which belong to them, and which label them as something else.

/// Returns whether a name is of a day that is not the one of publication: `data-deadline`, `data-end-time`.
pub(in crate::source::list) fn is_of_other_day(name: &str) -> bool {
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

/// Returns the first and last part of a long text, with their places.
pub(in crate::source::list) fn ends_of(text: &str) -> [(usize, &str); 2] {
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

/// The characters after the number of a date in a text without Latin letters.
const AFTER_NUMBER: &str = "-/.:年月日号天小分秒周个前－／．：–時时號個週禮礼년월일";

/// Performs a cheap check before the real one: most pieces of text are titles, with a number at most.
pub(in crate::source::list) fn may_hold_date(text: &str) -> bool {
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
pub(in crate::source::list) fn is_yearless(date: &str) -> bool {
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

/// Returns whether the text around a date is only labels, brackets and the like.
pub(in crate::source::list) fn is_label(head: &str, tail: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let (head, tail) = (head.trim_end(), tail.trim_end());
    // A word without a mark between it and the date is a part of a sentence, except for these.
    let named = head.ends_with([':', '：']) && letters(head) <= 24;
    let before = || BEFORE.iter().any(|word| head.ends_with(word));
    let calls = letters(head) <= 8 && (!head.ends_with(char::is_alphanumeric) || before())
        || letters(head) <= 16 && before() && !head.trim().contains(' ');
    let goes_on =
        !tail.starts_with(char::is_alphanumeric) || AFTER.iter().any(|word| tail.starts_with(word));
    (named || calls || letters(head) + letters(tail) == 0) && letters(tail) <= 8 && goes_on
}

/// Returns whether a date is in brackets at the start of a text: `[05-20] 停水公告`.
pub(in crate::source::list) fn opens(head: &str, tail: &str) -> bool {
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

/// Words right before a date that label it, and right after it that state what happened then.
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
