//! Determines how the words before a date label it.
//!
//! Only a bare label (`日期：`, `Date:`) or one of publishing (`发布时间：`) gives the day of publication. Any other word
//! before `时间` or `date` names the day of something else: 报名时间, 截止日期为, closing date.

use std::sync::LazyLock;

use regex::Regex;

use super::names::weekday;
use super::occasion;

/// The meaning of a date's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Called {
    Published,
    /// `时间：`, `日期：`, with no other word, and `上线时间：`: of the notice, or of what it announces.
    Bare,
    Updated,
    /// 成文, 印发: the day of the document, which may be earlier.
    Written,
    /// A deadline, a meeting, an examination, …
    Other,
    /// No label.
    Nothing,
}

/// The length of text before a date that is read, in bytes.
const NEAR: usize = 72;

/// Words of publishing that do not name another day, whatever precedes them.
const PUBLISHED: LabelWords = LabelWords {
    chinese: "发布|發布|发表|發表|发稿|发文|上传|上傳|录入|錄入|添加|公布|刊发|刊登|登载|公开|发帖|入库|采集|推送|(?:信息|文章|新闻|稿件|网页|公告|通知|内容)上线|报道|撰写|转载|(?:公開|掲載|投稿|配信)(?:日時?)?|(?:등록|작성|게시|입력|발행|승인)(?:일시?|시간)?",
    latin: r"posted|published|publish|publication|released?|issued|posting|gepostet|veröffentlicht|eingestellt|erstellt|erschienen|publiée?s?|mise?\sen\sligne|paru|publicad[oa]s?|publicación|pubblicat[oa]|pubblicazione|publicação|postado|gepubliceerd|geplaatst|opublikowan[oey]|publikacji|dodano|zveřejněno|publikováno|vydáno|опубликован[оа]?|публикации|размещено|добавлено|опубліковано|публікації|yayınlan\p{Latin}*|yayın|eklenme|eklendi|đăng(?:\sngày)?|ngày\sđăng|publicerad|publisert|offentliggjort|julkaistu|نشر|النشر|δημοσιεύ\p{Greek}+|(?:veröffentlichungs|erscheinungs|publikations|publicatie|publicerings|artikel|meldungs|presse)datum",
};
const UPDATED: LabelWords = LabelWords {
    chinese: "更新(?:日時?)?|修改|编辑|(?:최종)?수정(?:일시?)?|갱신일?",
    latin: r"updated|modified|revised|update|aktualisiert|geändert|stand|mise?\sà\sjour|modifiée?|actualizad[oa]|aggiornat[oa]|modificat[oa]|atualizad[oa]|bijgewerkt|zaktualizowano|aktualizacj[ai]|aktualizováno|обновлен[оа]?|изменен[оа]?|оновлено|güncellen\p{Latin}*|güncelleme|cập\snhật|(?:änderungs|aktualisierungs|bearbeitungs)datum",
};
const WRITTEN: LabelWords = LabelWords {
    chinese: "成文|印发|签发|创建|生成|作成(?:日時)?",
    latin: "created|written|erstellungsdatum",
};
/// Words that name another day even if a space or a bracket is before the day: `截止（2022-11-20）`.
const LAST_DAY: LabelWords = LabelWords {
    chinese: "截止|截至|期限|有效期|不迟于|不晚于|最迟|最晚|定于|拟于|将于|締切り?|締め切り|〆切|日時|마감|기한|기간",
    latin: r"deadline|expires?|due|until|before|by|closing|closes|ends|from|since|between|\p{Latin}+s\s(?:will\s)?(?:close|end)|\p{Latin}*(?:frist|schluss)|date\slimite(?:\s\p{Latin}+){0,4}|fecha\sl[íi]mite(?:\s\p{Latin}+){0,4}|scadenza|prazo|plazo|takes?\splace|held",
};
/// Words that name another day right next to it: `考试：`, but `全国研究生考试 2022-11-20`.
const OTHER: LabelWords = LabelWords {
    chinese: "生效|失效|施行|实施|报名|开标|投标|考试|面试|公示|起止|出生|成立|创刊|举办|召开|结束|일시",
    latin: r"opening|opens|(?:\p{Latin}+s|abgabe|anmelde)?term[ií]ne?|wann|when|wanneer|quand|quando|cuándo|kiedy|kdy",
};

struct LabelWords {
    chinese: &'static str,
    latin: &'static str,
}

/// Returns the label that the end of `before` gives the date after it.
pub(in crate::source) fn called(before: &str) -> Called {
    let mut start = before.len().saturating_sub(NEAR);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    let label = without_lead(&before[start..]);
    let Some((words, is_beside)) = words_before(label) else {
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
    for (chinese, latin, called, is_bound) in PATTERNS.iter() {
        let stands_by = is_day || is_beside || !is_bound;
        if stands_by && ends(chinese) || latin.is_match(words) {
            return *called;
        }
    }
    let names_occasion = || occasion::is_named(words);
    if is_beside && (LATIN_LABEL.is_match(words) || names_occasion()) || occasion::leads_on(words) {
        return Called::Other;
    }
    if ends(&LAUNCH) && is_day {
        return Called::Bare;
    }
    let is_bare = named.len() < joined.len() && !named.ends_with(char::is_alphanumeric);
    if is_bare && (is_day || is_beside) || BARE.is_match(words) {
        return Called::Bare;
    }
    if is_beside && PERIOD.is_match(joined) {
        return Called::Other;
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

/// The words of each kind, their meaning for a date, and whether they have it only right next to it.
static PATTERNS: LazyLock<Vec<(Regex, Regex, Called, bool)>> = LazyLock::new(|| {
    let pattern = |words: &LabelWords| {
        let LabelWords { chinese, latin } = words;
        let latin = format!(
            r"(?i)(?:^|[^\p{{Latin}}])(?:{latin})(?:\s(?:on|at|date|time|is|for|am|le|el|il|em|op|dnia|dne|den|в|tarihi)){{0,2}}$|(?-u:\b)date\s(?:{latin})$"
        );
        (fixed(&format!("(?:{chinese})[于於]?$")), fixed(&latin))
    };
    [
        (PUBLISHED, Called::Published, false),
        (UPDATED, Called::Updated, false),
        (WRITTEN, Called::Written, false),
        (LAST_DAY, Called::Other, false),
        (OTHER, Called::Other, true),
    ]
    .map(|(words, called, is_bound)| {
        let (chinese, latin) = pattern(&words);
        (chinese, latin, called, is_bound)
    })
    .into()
});
/// Words that are too common to name a day except as its label.
static LATIN_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)(?:^|[^\p{Latin}])(?:beginn|(?:uhr)?zeit(?:\sund\sdatum)?|\p{Latin}+datum)$")
});
/// Things that are published later than the notice itself.
static RESULTS: LazyLock<Regex> = LazyLock::new(|| {
    fixed("(?:成绩|结果|名单|分数|答案|准考证|试题|录取)[^：:]{0,4}(?:公布|发布|公开)$")
});
/// Words for a launch, of a page or of what it announces; `系统上线时间` is that of a system.
static LAUNCH: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[^\p{Han}])上线$"));
/// A period of something, `会期`, `工期`; `第12期` is an issue.
static PERIOD: LazyLock<Regex> =
    LazyLock::new(|| fixed("[\\p{Han}--[日一二三四五六七八九十]]期[为為是]?$"));
/// Nouns that may name a date of publication.
static NOUN: LazyLock<Regex> = LazyLock::new(|| fixed("(?:信息|文章|新闻|稿件|网页|公告)$"));
static BARE: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)(?:^|[^\p{Latin}\s]\s*)(?:date|time|datum|fecha|data)$"));
/// A label that ends in date or time, of anything.
static LATIN_DAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\p{Latin}\s(?:date|time|day|deadline)s?(?:\s(?:is|was))?$|deadline(?:\sis|\sfor\s[^.]{0,30})?$",
    )
});

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// Returns the text up to its last word, and whether the date is right next to it or after a colon; `None` if a
/// sentence ended before the date, or a number is there.
fn words_before(before: &str) -> Option<(&str, bool)> {
    const MOST_MARKS: usize = 8;
    let words = before.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '。');
    let gap = &before[words.len()..];
    let ends = words.chars().next_back()?;
    let is_beside = gap.is_empty() || gap.contains([':', '：']);
    (gap.chars().count() <= MOST_MARKS && ends.is_alphabetic()).then_some((words, is_beside))
}

/// Removes the words between a label and its date, as in `Wann: Samstag, den `.
fn without_lead(before: &str) -> &str {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| {
        let weekday = weekday();
        fixed(&format!(
            r"(?i)[:：?？–—]\s*((?:(?:am|on|le|el|il|em)\s)?{weekday}(?:(?:mo|di|mi|do|fr|sa|so)\.?,?\s)?(?:(?:am|den|on|the|le|el|il|em)\s)?)$"
        ))
    });
    let lead = LEAD.captures(before).and_then(|found| found.get(1));
    lead.map_or(before, |lead| &before[..lead.start()])
}

/// Joins `发 布 时 间` into one word; a space between longer words stays.
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
            ("Posted: Saturday, ", Called::Published),
            ("Posted: on Saturday, ", Called::Published),
            ("Veröffentlichungsdatum: ", Called::Published),
            ("Änderungsdatum: ", Called::Updated),
            ("Datum: Samstag, den ", Called::Bare),
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
            ("截止 ", Called::Other),
            ("报名截止（", Called::Other),
            ("报名期限：", Called::Other),
            ("期限：", Called::Other),
            ("会期：", Called::Other),
            ("会期为", Called::Other),
            ("第十二期：", Called::Nothing),
            ("締切：", Called::Other),
            ("日時：", Called::Other),
            ("일시: ", Called::Other),
            ("작성일시: ", Called::Published),
            ("公開日時：", Called::Published),
            ("更新日時：", Called::Updated),
            ("Applications close on ", Called::Other),
            ("Applications close ", Called::Other),
            ("Bewerbungsfrist: ", Called::Other),
            ("Anmeldeschluss: ", Called::Other),
            ("Date limite : ", Called::Other),
            ("Date limite de dépôt : ", Called::Other),
            ("Fecha límite: ", Called::Other),
            ("접수마감: ", Called::Other),
            ("The seminar takes place on ", Called::Other),
            ("Termin: ", Called::Other),
            ("Termine: ", Called::Other),
            ("Prüfungstermin: ", Called::Other),
            ("Termín: ", Called::Other),
            ("Wann: ", Called::Other),
            ("When: ", Called::Other),
            ("Wann: Samstag, den ", Called::Other),
            ("Wann: am ", Called::Other),
            ("Wann: Do., ", Called::Other),
            ("Termin: Donnerstag, ", Called::Other),
            ("Termin (Beginn): ", Called::Other),
            ("Termin – ", Called::Other),
            ("Quand : le ", Called::Other),
            ("Quand : samedi ", Called::Other),
            ("Cuándo: el sábado ", Called::Other),
            ("Quando: sabato ", Called::Other),
            ("Kiedy: sobota, ", Called::Other),
            ("When: on Saturday, ", Called::Other),
            ("When: Sat ", Called::Other),
            ("Beginn: ", Called::Other),
            ("Zeit: ", Called::Other),
            ("Uhrzeit und Datum: ", Called::Other),
            ("Veranstaltungsdatum: ", Called::Other),
            ("Zum Beginn ", Called::Nothing),
            ("上线时间：", Called::Bare),
            ("来源：信息中心 上线时间：", Called::Bare),
            ("上线日期为", Called::Bare),
            ("系统上线时间：", Called::Other),
            ("信息上线时间：", Called::Published),
            ("新系统上线 ", Called::Nothing),
            ("We determine ", Called::Nothing),
            ("Close ", Called::Nothing),
            ("By Jane Roe | ", Called::Nothing),
            ("등록일：", Called::Published),
            ("작성일 ", Called::Published),
            ("수정일：", Called::Updated),
            ("掲載日：", Called::Published),
            ("Veröffentlicht am ", Called::Published),
            ("Publié le ", Called::Published),
            ("Publicado el ", Called::Published),
            ("Pubblicato il ", Called::Published),
            ("Publicado em ", Called::Published),
            ("Geplaatst op ", Called::Published),
            ("Data publikacji: ", Called::Published),
            ("Zveřejněno dne ", Called::Published),
            ("Опубликовано: ", Called::Published),
            ("Yayın tarihi: ", Called::Published),
            ("Ngày đăng: ", Called::Published),
            ("Aktualisiert am ", Called::Updated),
            ("Обновлено ", Called::Updated),
            ("Exam results published: ", Called::Published),
            ("Événements ", Called::Nothing),
        ] {
            assert_eq!(called(before), expected, "{before}");
        }
    }
}
