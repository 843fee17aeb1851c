//! Reads the signature at the end of a text.

use std::sync::LazyLock;

use regex::Regex;

use super::parts::Parts;
use crate::source::{date, reading::Context, text::one_line};

/// Returns the last lines of the text, the last first.
pub(super) fn last_lines(parts: &Parts<'_>) -> Vec<String> {
    let blocks = parts.body_blocks();
    blocks
        .iter()
        .rev()
        .take(4)
        .map(|at| one_line(&parts.layout.text(*at)))
        .collect()
}

/// Parses a sign-off in brackets: (工 宣), （宣传部 张三）.
pub(super) fn signed(line: &str) -> Option<String> {
    static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[（(]\s*((?:\p{Han}[\p{Han}\s、，/·]{0,22}\p{Han}))\s*[）)]\s*$")
            .expect("a fixed pattern")
    });
    let found = SIGNED.captures(line)?;
    let name = found[1].trim();
    let name = [
        "文/图",
        "图/文",
        "图文",
        "文图",
        "供稿",
        "作者",
        "撰稿",
        "记者",
        "通讯员",
        "文",
    ]
    .iter()
    .find_map(|label| {
        let rest = name.strip_prefix(label)?;
        rest.starts_with([' ', '/', ':', '：'])
            .then(|| rest.trim_matches([' ', '/', ':', '：']))
    })
    .unwrap_or(name);
    let alone = line.chars().count() <= found[0].chars().count() + 2;
    let remark = [
        "完", "图", "略", "附", "据", "综合", "来源", "摄", "注", "见", "盖章", "公章", "签",
    ]
    .iter()
    .any(|word| name.starts_with(word) || name.ends_with("章"));
    // A sentence in brackets is not a sign-off.
    let sentence = name.contains(['对', '的', '有', '在', '于', '是', '了']);
    (alone && !remark && !sentence && !name.is_empty()).then(|| name.to_owned())
}

/// Returns the issuing body above the date under a text.
pub(super) fn issued(last: &[String], context: &Context<'_>) -> Option<String> {
    static BODY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\p{Han}[\p{Han}（）()·\s]{1,38}(?:公司|局|委员会|委|办公室|办|大学|学院|学校|处|部|中心|政府|厅|协会|学会|医院|院|馆|所|站|队|会|集团|银行|社|科|组|法院|检察院|中学|小学)$")
            .expect("a fixed pattern")
    });
    for (at, line) in last.iter().enumerate() {
        let Some((range, _)) = date::find(line, context.time_zone, context.now) else {
            continue;
        };
        // The date is on its own line, or after the body's name.
        let name = line[..range.start].trim_end();
        if range.end + 3 < line.len() {
            continue;
        }
        if range.len() + 3 >= line.len() {
            let above = last.get(at + 1)?;
            return BODY.is_match(above).then(|| above.clone());
        }
        if BODY.is_match(name) {
            return Some(name.to_owned());
        }
    }
    None
}
