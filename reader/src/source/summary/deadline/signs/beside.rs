//! Reads the words right before and after a date in Chinese.

use super::masked::DATE;

/// Returns the sign right after a date: `before` for 前, `stop` for 止, `begins` if a range continues.
pub(super) fn behind(after: &str) -> &'static str {
    const NO_END: [&str; 7] = ["前往", "前来", "前夕", "前后", "前去", "前期", "前任"];
    const SIGNS: [(&str, &[&str]); 10] = [
        ("before", &["前"]),
        ("later", &["后", "过后"]),
        ("stop", &["止", "为止", "截", "DDL", "ddl"]),
        (
            "close",
            &[
                "结束",
                "停止",
                "关闭",
                "到期",
                "失效",
                "终止",
                "封",
                "锁定",
                "收",
                "将关",
                "将自动",
                "自动关",
                "将停",
                "系统关闭",
                "准时",
            ],
        ),
        ("within", &["期间", "内"]),
        ("from", &["起", "开始", "以来"]),
        ("list", &["、", "和", "及", "与"]),
        ("comma", &["，", ":"]),
        ("bracket", &["(", "|"]),
        ("other", &[""]),
    ];
    let rest = without_fill(after).trim_start_matches([')', '"']);
    if goes_on(rest.trim_start_matches(['起', '开', '始'])) {
        return "begins";
    }
    if rest.is_empty() {
        return "end";
    }
    if starts(rest, &NO_END) {
        return "no_end";
    }
    let found = SIGNS.iter().find(|(_, words)| starts(rest, words));
    found.map_or("other", |(sign, _)| sign)
}

/// Returns whether a range continues to another day.
fn goes_on(rest: &str) -> bool {
    const NEAR: usize = 6;
    let rest = rest.strip_prefix(['至', '到', '-']);
    rest.is_some_and(|rest| rest.chars().take(NEAR).any(|c| c == DATE || c == '0'))
}

/// Returns the text after a time of day, a remark in brackets and the like.
fn without_fill(after: &str) -> &str {
    const FILL: [&str; 23] = [
        "0时", "0点", "0:0", "中午", "下午", "上午", "晚上", "午夜", "当天", "当日", "下班",
        "放学", "正", "整", "许", "左右", "夜里", "早上", "之", "以", "或", "含", "(",
    ];
    let mut rest = after;
    loop {
        let skipped = without_remark(rest);
        let mut fill = FILL.iter().filter_map(|word| skipped.strip_prefix(word));
        let shorter = fill.next().unwrap_or(skipped);
        if shorter.len() == rest.len() {
            return rest;
        }
        rest = shorter;
    }
}

fn without_remark(text: &str) -> &str {
    const LONGEST: usize = 16;
    let Some(inner) = text.strip_prefix('(') else {
        return text;
    };
    let mut marks = inner.char_indices().take(LONGEST);
    match marks.find(|(_, c)| [')', DATE].contains(c)) {
        Some((at, ')')) => &inner[at + 1..],
        _ => text,
    }
}

/// Returns the sign right before a date: `cut_label` for 截止时间：, `range` for 至, `moved` for 延期至.
pub(super) fn before(text: &str) -> &'static str {
    const LINKS: [char; 5] = ['至', '到', '-', '为', '是'];
    const SIGNS: [(&str, &[&str]); 10] = [
        (
            "cut",
            &["截至", "截止", "截止于", "截止在", "截稿", "截稿于"],
        ),
        ("at", &["于", "在"]),
        ("from", &["自", "从"]),
        ("past", &["过了", "超过", "逾", "过"]),
        ("by", &["以"]),
        ("will", &["将"]),
        ("comma", &["，", "。"]),
        ("feast", &["前("]),
        ("bracket", &["("]),
        ("list", &["、", "和", "及", "或", "与"]),
    ];
    let text = text.trim_end_matches('"').trim_end_matches("北京时间");
    if names_former(text) {
        return "former";
    }
    if let Some(name) = text.strip_suffix(':') {
        return label(name.trim_end_matches(':'));
    }
    if text.is_empty() {
        return "start";
    }
    let stem = text.trim_end_matches(LINKS);
    if stem.len() < text.len() {
        return linked(text, stem);
    }
    let stem = text.trim_end_matches(['于', '在']);
    if ends(stem, &LATEST) {
        return "latest";
    }
    if ends(
        stem,
        &["原", "原定", "原计划", "原先", "原来", "此前", "原截止"],
    ) {
        return "former";
    }
    let found = SIGNS.iter().find(|(_, words)| ends(text, words));
    found.map_or("other", |(sign, _)| sign)
}

/// Returns whether a text names a former date: `(原截止日期为`, but not `原则上`.
fn names_former(text: &str) -> bool {
    let name = last(text, 10).rsplit(['，', '。', '(', DATE]).next();
    name.is_some_and(|name| name.starts_with('原') && !name.starts_with("原则"))
}

const LATEST: [&str; 20] = [
    "最迟",
    "最晚",
    "至迟",
    "最慢",
    "不晚",
    "不迟",
    "不得晚",
    "不得迟",
    "不超过",
    "不能晚",
    "最后",
    "赶在",
    "止",
    "务必",
    "截止时间",
    "截止日期",
    "期限",
    "DDL",
    "ddl",
    "一天",
];

/// Returns the sign of a date after 至, 到, a dash, 为 or 是; `stem` is the text before these.
fn linked(text: &str, stem: &str) -> &'static str {
    const MOVED: [&str; 10] = [
        "延", "推迟", "改", "调整", "变更", "更正", "修改", "提前", "宽限", "放宽",
    ];
    const FROM_NOW: [&str; 8] = ["起", "自", "从", "即日", "今日", "今天", "现在", "之日"];
    let holds = |part: &str, words: &[&str]| words.iter().any(|word| part.contains(word));
    if holds(last(stem, 3), &MOVED) {
        return "moved";
    }
    if text.ends_with("截至")
        || ends(
            stem,
            &[
                "截止",
                "截至",
                "截止日期",
                "截止时间",
                "截止日",
                "期限",
                "时限",
            ],
        )
    {
        return "cut";
    }
    if text.ends_with(['为', '是']) {
        return match label(stem) {
            "label" => "is",
            label => label,
        };
    }
    let clause = last(stem, 16).rsplit(['，', '。']).next();
    let clause = clause.unwrap_or_default();
    if clause.contains([DATE, '0']) {
        return "range";
    }
    match holds(clause, &FROM_NOW) {
        true => "from_now",
        false => "to",
    }
}

/// Returns the meaning that a label before a colon gives its date.
fn label(text: &str) -> &'static str {
    const CUT: [&str; 11] = [
        "截", "最后", "最迟", "最晚", "期限", "至迟", "终止", "结束", "DDL", "ddl", "eadline",
    ];
    let name = last(text, 12).rsplit(['，', DATE, '。']).next();
    let name = name.unwrap_or_default();
    // This is for `最后更新：`.
    if ["更新", "修改", "发布", "编辑"]
        .iter()
        .any(|word| name.contains(word))
    {
        return "label";
    }
    if CUT.iter().any(|word| name.contains(word)) {
        "cut_label"
    } else if ["时间", "时段", "起止", "期"]
        .iter()
        .any(|word| name.contains(word))
    {
        "time_label"
    } else {
        "label"
    }
}

fn starts(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

fn ends(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.ends_with(word))
}

/// Returns the last characters of a text.
fn last(text: &str, count: usize) -> &str {
    &text[back(text, text.len(), count)..]
}

/// Returns the place `count` characters before another.
pub(super) fn back(text: &str, end: usize, count: usize) -> usize {
    let mut places = text[..end].char_indices().rev().map(|(at, _)| at);
    match count {
        0 => end,
        _ => places.nth(count - 1).unwrap_or(0),
    }
}

/// Returns the place `count` characters after another.
pub(super) fn ahead(text: &str, start: usize, count: usize) -> usize {
    let mut places = text[start..].char_indices().map(|(at, _)| start + at);
    places.nth(count).unwrap_or(text.len())
}
