//! Numerals. Names of months and weekdays are in `names`.

/// Parses a number in ASCII digits or Chinese numerals (`二〇二二`, `十一`, `二十`, `廿三`, `一百一十一`).
pub(in crate::source) fn number(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 30 {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    if text.chars().any(|c| matches!(c, '十' | '百' | '廿' | '卅')) {
        return counted(text);
    }
    text.chars()
        .try_fold(0u32, |sum, c| sum.checked_mul(10)?.checked_add(numeral(c)?))
}

/// Parses numerals with place words: 十一, 二十, 三十一, 廿三, 一百一十一.
fn counted(text: &str) -> Option<u32> {
    let (mut sum, mut last) = (0, None);
    for c in text.chars() {
        match c {
            '廿' => sum += 20,
            '卅' => sum += 30,
            '十' => sum += last.take().unwrap_or(1) * 10,
            '百' => sum += last.take().unwrap_or(1) * 100,
            c => last = Some(numeral(c)?),
        }
    }
    Some(sum + last.unwrap_or(0))
}

fn numeral(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '○' | '零' | 'Ｏ' | '0' => 0,
        '一' | '元' | '壹' => 1,
        '二' | '两' | '貳' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return c.to_digit(10),
    })
}
