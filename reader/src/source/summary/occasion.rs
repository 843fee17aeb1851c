//! Recognizes lines that state a time or a place.

use std::sync::LazyLock;

use regex::Regex;

use super::width::width;

/// Returns whether a short line states when or where something takes place, or by when to act: `时间：12月3日14:00`.
pub(super) fn names_occasion(line: &str) -> bool {
    static OCCASION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^[^\p{L}\d]{0,4}(?:
            \p{Han}{0,8}(?:时\s*间|日\s*期|地\s*点|截\s*止|期\s*限|会\s*场|時\s*間|地\s*點|日\s*時|場\s*所|対\s*象|对\s*象|期間|締切)
            |일시|일정|장소|기간|대상|\p{Hangul}{0,6}(?:기간|일시|마감|장소)
            |when|where|date(?:\ and\ time)?|time|venue|place|location|deadline|closing\ date
            |wann|wo|ort|datum|termin|beginn|quand|où|lieu|dates?|horaires?|cuándo|dónde|fecha|lugar|hora|quando|dove|luogo|data|onde|local
            |wanneer|waar|plaats|kiedy|gdzie|termin|miejsce|kdy|kde|místo|когда|где|место|время|дата|коли|де|місце|час|tarih|yer|saat|thời\ gian|địa\ điểm
            |الزمان|المكان|التاريخ)
            \s?(?:[】\]）)]|[（(][^）)]{1,12}[）)])?\s?[:：】｜|]\s?\S",
        )
        .expect("a fixed pattern")
    });
    const LONGEST: usize = 180;
    width(line) <= LONGEST && OCCASION.is_match(line)
}
