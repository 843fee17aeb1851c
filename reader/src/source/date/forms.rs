//! The ways of writing a date, one row each. `read` interprets them.

use std::sync::LazyLock;

use regex::Regex;

use super::clock::Clock;
use super::names::{latin_months, months, weekday};
use super::read::{
    DatePart, FormMatch, ago, asctime, bare_republic, chinese, compact, japanese_era, month_day,
    month_day_chinese, named, named_word, near, republic, split_pair, two_digit_year, vietnamese,
    year_last, year_month_day,
};

/// One way of writing a date.
pub(super) struct DateForm {
    /// The characters that a text must contain for the pattern to be worth trying.
    pub needs: Needs,
    pub pattern: Regex,
    pub read: fn(&FormMatch<'_>, &Clock) -> Option<DatePart>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Digits,
    /// A digit and 月, or a numeral and 月.
    Month,
    /// A digit and a Latin letter.
    Letters,
    /// A digit and a letter beyond the plain Latin ones, of a script that spells its months.
    Names,
    /// A word of nearness: 前, 今, 昨, 刚, ago, today.
    Near,
}

pub(super) static FORMS: LazyLock<Vec<DateForm>> = LazyLock::new(|| {
    const N: &str = "([0-9]{1,2}|[一二三四五六七八九十]{1,3})";
    const D: &str = "([0-9]{1,2}|[一二三四五六七八九十廿卅]{1,4})";
    let form = |needs, pattern: &str, read| DateForm {
        needs,
        pattern: Regex::new(pattern).expect("a fixed pattern"),
        read,
    };
    let m = latin_months();
    let word = months();
    let weekday = weekday();
    let th = "(?:st|nd|rd|th|er|º|\\.)?";
    vec![
        // 2022-11-20, 2022/11/20, 2022.11.20
        form(
            Needs::Digits,
            r"([0-9]{4})\s{0,2}([-/._·])\s{0,2}([0-9]{1,2})\s{0,2}([-/._·])\s{0,2}([0-9]{1,2})",
            year_month_day,
        ),
        // 2022年11月20日, 二〇二二年十一月二十日, 22年11月20日
        form(
            Needs::Month,
            &format!(
                "([0-9]{{2,4}}|[〇○零一二三四五六七八九]{{4}})\\s{{0,3}}年\\s{{0,3}}{N}\\s{{0,3}}月\\s{{0,3}}{D}\\s{{0,2}}[日号號]?"
            ),
            chinese,
        ),
        // 民國111年11月20日, ROC 111.11.20
        form(
            Needs::Digits,
            &format!(
                r"(?:民國|民国|ROC|R\.O\.C\.)\s{{0,2}}([0-9]{{1,3}}|[〇零一二三四五六七八九十百元]{{1,5}})\s{{0,2}}[-年/.]\s{{0,2}}{N}\s{{0,2}}[-月/.]\s{{0,2}}{D}日?"
            ),
            republic,
        ),
        form(
            Needs::Month,
            &format!("(?:民國|民国)([〇零一二三四五六七八九十百元]{{1,5}})年{N}月{D}日?"),
            republic,
        ),
        // 令和8年3月20日
        form(
            Needs::Month,
            &format!(
                r"(令和|平成|昭和)\s?([0-9]{{1,2}}|元|[一二三四五六七八九十]{{1,3}})\s?年\s?{N}\s?月\s?{D}\s?日"
            ),
            japanese_era,
        ),
        // 111-11-20, 111/11/20, as in Taiwan
        form(
            Needs::Digits,
            r"([01][0-9]{2})\s?([-/.年])\s?([0-9]{1,2})\s?([-/.月])\s?([0-9]{1,2})日?",
            bare_republic,
        ),
        // 20/11/2022, 11/20/2022, 20.11.2022, 20-11-2022
        form(
            Needs::Digits,
            r"([0-9]{1,2})\s?([-/.])\s?([0-9]{1,2})\s?([-/.])\s?([0-9]{4})",
            year_last,
        ),
        // 22-11-20
        form(
            Needs::Digits,
            r"([0-9]{2})([-/.])([0-9]{1,2})([-/.])([0-9]{1,2})",
            two_digit_year,
        ),
        // 20221120
        form(
            Needs::Digits,
            r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})",
            compact,
        ),
        // 20 over 2022-11, and 2022-11 over 20, as one text
        form(
            Needs::Digits,
            r"([0-9]{1,2})\s{1,4}([0-9]{4}\s?(?:年|[-/.])\s?[0-9]{1,2}月?)",
            split_pair,
        ),
        form(
            Needs::Digits,
            r"([0-9]{4}\s?(?:年|[-/.])\s?[0-9]{1,2}月?)\s{1,4}([0-9]{1,2})",
            split_pair,
        ),
        form(
            Needs::Digits,
            r"([0-9]{1,2}[-/.][0-9]{1,2})\s{1,4}([0-9]{4})",
            split_pair,
        ),
        // 11月20日, 十一月二十日, 去年11月20日
        form(
            Needs::Month,
            &format!("(今年|本年|去年|明年)?{N}\\s{{0,2}}月\\s{{0,2}}{D}\\s{{0,2}}([日号號])?"),
            month_day_chinese,
        ),
        // 11-20, 11/20, 11.20
        form(Needs::Digits, r"([0-9]{1,2})([-/.])([0-9]{1,2})", month_day),
        // 20th November 2022, 20-Nov-22, 1er décembre 2022, Sunday, November 20 2022
        form(
            Needs::Letters,
            &format!(
                r"(?i){weekday}(?-u:\b)([0-9]{{1,2}}){th}[\s-]{{0,2}}(?:of\s|de\s|d')?(?-u:\b)({m})(?-u:\b)\.?(?:,?[\s-]{{0,2}}(?:de\s|del\s|of\s)?('?[0-9]{{2,4}})(?-u:\b))?"
            ),
            |found, clock| named(found.number(1), found.text(2), found.text(3), found, clock),
        ),
        // Nov. 20, 2022; November 20th; Nov 20 2022
        form(
            Needs::Letters,
            &format!(
                r"(?i){weekday}(?-u:\b)({m})(?-u:\b)\.?[\s-]{{0,2}}([0-9]{{1,2}})(?:st|nd|rd|th)?(?-u:\b)(?:(?:\s?,\s{{0,2}}|[\s-]{{1,2}})('?[0-9]{{4}}|'[0-9]{{2}})(?-u:\b))?"
            ),
            |found, clock| named(found.number(2), found.text(1), found.text(3), found, clock),
        ),
        // Sun Nov  6 08:49:37 1994, Sun Nov 06 08:49:37 CST 2022
        form(
            Needs::Letters,
            &format!(
                r"(?i)(?-u:\b)({m})\s{{1,2}}([0-9]{{1,2}}),?\s{{1,2}}([0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)\s{{1,2}}(?:([a-z]{{3,4}}|[+-][0-9]{{4}})\s{{1,2}})?([0-9]{{4}})(?-u:\b)"
            ),
            asctime,
        ),
        // 2022 Nov 20, 2022-Nov-20
        form(
            Needs::Letters,
            &format!(
                r"(?i)(?-u:\b)([0-9]{{4}})[\s,.-]{{1,2}}({m})(?-u:\b)\.?[\s-]{{1,2}}([0-9]{{1,2}})(?-u:\b)"
            ),
            |found, clock| named(found.number(3), found.text(2), found.text(1), found, clock),
        ),
        // 20 ноября 2022 г., 20. März 2022, 20 Şubat 2022
        form(
            Needs::Names,
            &format!(
                r"(?i){weekday}([0-9]{{1,2}})(?:\.|-?(?:го|е|ого|º))?[\s-]{{0,2}}(?:de\s|d')?({word})\.?(?:,?[\s-]{{0,2}}(?:de\s|del\s)?([0-9]{{4}}))?"
            ),
            |found, clock| named_word([1, 2, 3], found, clock),
        ),
        // Ноябрь 20, 2022
        form(
            Needs::Names,
            &format!(
                r"(?i)({word})\.?\s{{1,2}}([0-9]{{1,2}})(?-u:\b)(?:(?:\s?,\s{{0,2}}|\s{{1,2}})([0-9]{{4}}))?"
            ),
            |found, clock| named_word([2, 1, 3], found, clock),
        ),
        // 2022. március 20.
        form(
            Needs::Names,
            &format!(r"(?i)([0-9]{{4}})[\s,.-]{{1,2}}({word})\.?\s{{1,2}}([0-9]{{1,2}})(?-u:\b)"),
            |found, clock| named_word([3, 2, 1], found, clock),
        ),
        // 20 tháng 11 năm 2022
        form(
            Needs::Names,
            r"(?i)([0-9]{1,2})\s{1,2}tháng\s{1,2}([0-9]{1,2})(?:\s{0,2}(?:,|năm)?\s{0,2}([0-9]{4}))?",
            vietnamese,
        ),
        // 3小时前, 5 minutes ago
        form(
            Needs::Near,
            r"(?i)([0-9]{1,4}|半|一|两|兩|二|几|(?-u:\b)an?|(?-u:\b)one)\s{0,2}(?:个|個)?\s{0,2}(秒|分|小时|小時|钟头|天|日|周|週|星期|月|年|sec|min|hour|hr|day|week|month|year)(?:钟|鐘|ond|ute)?s?\s{0,2}(?:之前|以前|前|(?-u:\b)ago(?-u:\b))",
            ago,
        ),
        // 今天 08:30, 昨天, 刚刚
        form(
            Needs::Near,
            r"(?i)(今天|今日|昨天|昨日|前天|刚刚|刚才|剛剛|剛才|(?-u:\b)today(?-u:\b)|(?-u:\b)yesterday(?-u:\b)|(?-u:\b)just now(?-u:\b))",
            near,
        ),
    ]
});
