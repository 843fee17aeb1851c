//! Removes text at the edges of a paragraph that is not about the notice: list numbers, datelines, names of authors.

use std::sync::LazyLock;

use regex::Regex;

use crate::source::text::is_han;

/// Returns a paragraph without list number, dateline and the names of its authors.
pub(super) fn trimmed(paragraph: &str) -> &str {
    let paragraph = without_dateline(without_names(without_number(paragraph)));
    without_writers(without_names(paragraph))
}

/// Removes names at the start: `【供稿/党委教工部】……`, `（记者 张三）……`
fn without_names(paragraph: &str) -> &str {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^[（(【\[](?:(?:本[报网台站]|\p{Han}{2,4})?(?:记者|通讯员)[\s　:：]|供稿|撰稿|撰文|图文|文[/／]|图[/／])[^）)】\]]{0,40}[）)】\]]\s*",
        )
    });
    let end = NAMES.find(paragraph).map_or(0, |found| found.end());
    if end == paragraph.len() {
        paragraph
    } else {
        &paragraph[end..]
    }
}

/// Removes `一、`, `（二）`, `3.`, `④`; a number that continues, as in `3.5`, stays.
fn without_number(paragraph: &str) -> &str {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^[\s★●■◆▲※·•○□◇►▶-]*(?:[（(](?:[一二三四五六七八九十]{1,3}|\d{1,2}|[a-z])[）)]|[一二三四五六七八九十]{1,3}[、．.]|第[一二三四五六七八九十]{1,3}[、，]|\d{1,2}[、．）)]|\d{1,2}\.\s?|[①-⑳])\s*",
        )
    });
    let rest = NUMBER
        .find(paragraph)
        .map_or(paragraph, |found| &paragraph[found.end()..]);
    match rest.starts_with(|c: char| c.is_ascii_digit()) || rest.is_empty() {
        true => paragraph,
        false => rest,
    }
}

/// Removes names at the end: `……。（记者 张三）`
fn without_writers(paragraph: &str) -> &str {
    static WRITERS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"\s*[（(【](?:(?:本[报网台站])?记者|通讯员|供稿|撰稿|作者|编辑|责编|来源|摄影|文[/／]|图[/／]|原标题)[^（()）】]{0,40}[）)】][。.]?$",
        )
    });
    let end = WRITERS
        .find(paragraph)
        .map_or(paragraph.len(), |found| found.start());
    if end == 0 {
        paragraph
    } else {
        &paragraph[..end]
    }
}

/// Removes the part of a paragraph that only announces the following text: `我校将开展资格审查，现将有关事项通知如下：`. The result is empty
/// if the paragraph states only a reason.
pub(super) fn without_announcement(paragraph: &str) -> &str {
    static ANNOUNCES: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?:^|[，,；])\s?(?:现|特|兹|並|并|請|请)?[^，。；,]{0,60}(?:如下|于后|於後)\s?[：:。]?$",
        )
    });
    static WHY: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"^(?:为|根据|按照|依据|依照|经|由于|鉴于|结合|遵照|因|為|根據|依據|經|鑑於)")
    });
    let Some(found) = ANNOUNCES.find(paragraph) else {
        return paragraph;
    };
    let kept = &paragraph[..found.start()];
    let sentence = kept.rsplit(['。', '！', '？']).next().unwrap_or_default();
    let says = sentence
        .split(['，', ','])
        .any(|clause| !WHY.is_match(clause.trim()) && clause.chars().count() > 6);
    match says && !is_reason(sentence) {
        true => kept,
        false => &paragraph[..kept.len() - sentence.len()],
    }
}

/// Removes the clauses of reason at the start of a long sentence: `按照《…》和《…》文件精神，我校将开展资格审查`.
pub(super) fn without_reason(sentence: &str) -> &str {
    const LONG: usize = 60;
    static REASON: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"^(?:为|根据|按照|依据|依照|鉴于|遵照|為|根據|依據)"));
    static MAIN: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"，((?:我|本|学校|公司|经研究|决定|现|拟|兹|\p{Han}{2,12}(?:将|决定|拟|定于|计划)).+)$",
        )
    });
    if sentence.chars().count() < LONG || !REASON.is_match(sentence) {
        return sentence;
    }
    MAIN.captures(sentence)
        .and_then(|found| found.get(1))
        .map_or(sentence, |main| main.as_str())
}

/// Returns whether a sentence is one long clause of purpose: `为进一步加强队伍建设、夯实基础，提升业务水平`.
fn is_reason(sentence: &str) -> bool {
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"[，,](?:我|本|学校|公司|单位|经研究|决定|拟|将|\p{Han}{2,12}(?:将|决定|拟|定于|计划|开展|举办|组织|启动|面向))",
        )
    });
    sentence.starts_with('为') && !DOES.is_match(sentence)
}

/// Returns whether a sentence only gives the reason for a text, not its content: `根据《……》及学校相关文件精神，特制定本章程。`
pub(super) fn is_enactment(sentence: &str) -> bool {
    static ENACTS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^(?:为|根据|按照|依据|依照|结合|為|根據|依據).*[，,](?:现|特|並|并|我[校院局]|学校)*(?:制定|制订|訂定|订立|编制)(?:本|此|了?以下)\p{Han}{2,6}[。：:]?$",
        )
    });
    ENACTS.is_match(sentence)
}

/// Returns whether a line is a caption, or names the author or the first publisher of the text.
pub(super) fn is_credit(line: &str) -> bool {
    static CREDIT: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?ix)^[（(【\[]?(?:原标题|原題|原标题为|原创|编译|来源|来稿|作者|编辑|责任编辑|执笔|撰文|撰稿|文|图|摄影|供稿|供图|\p{Han}{0,6}记者|通讯员|图片来源|图文)\s*[:：/／][^。]{0,60}$
            |^[（(]?原标题\s*[:：]
            |^[▲△↑↓◎]?[^。！？]{0,40}(?:视频截图|截图|供图|资料图片?|效果图|示意图|图片来自[^。]{0,20}|图源[^。]{0,20}|视觉中国[^。]{0,10}|摄)[。）)]*$
            |^[▲△↑↓◎][^。]{0,60}[。]?$
            |^(?:\p{Han}{2,6}新闻)?记者\s[\p{Han}\s]{2,20}$
            |^(?:by|von|par|por|di|door|av|af)(?:\s(?-i:\p{Lu})[\p{L}.'’-]+){2,4}$
            |^(?:photo(?:graph)?|image|picture|caption|credit|cover\ image)s?\s?(?:by|:|credit|courtesy)",
        )
    });
    const LONGEST: usize = 60;
    line.chars().count() <= LONGEST && CREDIT.is_match(line)
}

/// Returns whether a line is a row of a table whose cells are without their labels.
pub(super) fn is_row(line: &str) -> bool {
    const CELLS: usize = 4;
    const LONGEST_CELL: usize = 16;
    let cells: Vec<&str> = line
        .split([' ', '\t', '|'])
        .filter(|cell| !cell.is_empty())
        .collect();
    let is_cell = |cell: &&str| cell.chars().count() <= LONGEST_CELL;
    let short = cells.iter().filter(|cell| is_cell(cell)).count();
    line.contains(is_han)
        && !line.contains(['。', '，', '；', '：', ':', '！', '？'])
        && cells.len() >= CELLS
        && short * 4 >= cells.len() * 3
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// Removes the title from the start of a paragraph that repeats it, if a mark or a space follows.
pub(super) fn without_title<'a>(paragraph: &'a str, title: &str) -> &'a str {
    let is_mark = |c: char| c.is_whitespace() || "-—:：。".contains(c);
    match paragraph.strip_prefix(title) {
        Some(rest) if !title.is_empty() && !rest.trim().is_empty() && rest.starts_with(is_mark) => {
            rest.trim_start_matches(is_mark)
        }
        _ => paragraph,
    }
}

/// Removes datelines: `本报讯（记者 张三）`, `新华社北京11月20日电`, `CITY, Nov. 20 (Agency) —`.
fn without_dateline(paragraph: &str) -> &str {
    static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
        let agency = r"(?:本报|本网|本台|本站|央视网|新华网|新华社|中新社|中新网|人民网|中国新闻网|\p{Han}{2,8}(?:日报|晚报|早报|快报|时报|新闻网|在线))";
        let place = r"\p{Han}{0,8}(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?";
        let reporter = r"[（(][^）)]{0,40}[）)]";
        let by = r"(?:[【\[（(][^】\]）)]{0,24}(?:供稿|记者|通讯员|撰文|图文|文/|图/|讯|报|网)[^】\]）)]{0,24}[】\]）)]\s*)";
        let city = r"[A-Z][A-Z .'-]{2,30}(?:, [A-Z][A-Za-z.]+)?(?:, \w+\.? \d{1,2})?";
        Regex::new(&format!(
            r"^{by}?(?:[\p{{Han}}A-Za-z]{{2,12}}[0-9]{{1,2}}月[0-9]{{1,2}}日(?:电|讯|消息)\s?(?:{reporter})?[\s，,：:]*|据?{agency}{place}(?:电|讯|消息)\s?(?:{reporter}[\s，,：:—-]*|[\s，,：:—-]+)|\p{{Han}}{{2,8}}[网报]讯(?:{reporter}[\s，,：:—-]*|[\s：:—-]+)|[（(【](?:{agency}讯|\p{{Han}}{{0,4}}记者[\s　:：][^）)】]{{1,30}})[）)】]\s*|{city}(?:,\s\d{{4}})?\s?(?:/[A-Za-z ]{{2,30}}/\s?)?(?:\([A-Za-z ]{{2,30}}\)\s?)?(?:—|--|–)\s?|{city}\s?\([A-Za-z ]{{2,30}}\)\s-\s|[A-Z][A-Za-z .]{{1,30}}(?:, [A-Z][a-z.]+)?(?:, \w+\.? \d{{1,2}})?\s?\([A-Z][A-Za-z ]{{1,29}}\)\s?(?:—|--|–)\s?)"
        ))
        .expect("a fixed pattern")
    });
    static DISPATCH: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^[\p{Han}A-Za-z]{1,12}(?:快讯|[报网社站司台]讯|新闻讯)(?:\s?[（(][^）)]{0,40}[）)][\s，,：:—-]*|[\s，,：:—-]+|()(?:\d|近日|今|昨|日前|据|为|在|由|从|经))",
        )
    });
    let dispatch = DISPATCH.captures(paragraph);
    if let Some(found) = dispatch {
        let end = found.get(0).map_or(0, |all| all.end());
        // The word that identifies the sentence stays.
        let end = found.get(1).map_or(end, |word| word.start());
        if end < paragraph.len() {
            return &paragraph[end..];
        }
    }
    match DATELINE.find(paragraph) {
        Some(found) if found.end() > 0 && found.end() < paragraph.len() => {
            paragraph[found.end()..].trim_start()
        }
        _ => paragraph,
    }
}
