//! Removes the additions of pages from a title: pins, marks for new or much read notices, counters, numbering.
//!
//! All of these appear and disappear while the notice stays the same, so readers remove them and the store compares
//! titles without them. Start with [`clean_title`].

use std::sync::LazyLock;

use regex::Regex;

/// Returns the title as its author wrote it. A title that consists only of such marks stays as it is.
#[must_use]
pub fn clean_title(title: &str) -> String {
    let title = title.trim();
    let mut clean = once(title);
    loop {
        let shorter = without_tail(without_head(clean)).trim();
        if shorter.len() == clean.len() {
            break;
        }
        clean = shorter;
    }
    let says = clean.chars().any(char::is_alphanumeric);
    (if says { clean } else { title }).to_owned()
}

/// Returns a title once that is there twice, as where one of two forms is hidden on narrow screens; one of them may be
/// truncated.
fn once(title: &str) -> &str {
    const SHORTEST: usize = 18;
    let cut = |text: &'_ str| text.trim_end_matches(['.', '…', ' ']).len();
    let middle = (SHORTEST..title.len().saturating_sub(SHORTEST / 2))
        .filter(|at| title.is_char_boundary(*at))
        .find(|at| {
            let (first, second) = (title[..*at].trim_end(), title[*at..].trim_start());
            let (first_cut, second_cut) = (&first[..cut(first)], &second[..cut(second)]);
            let is_cut = |text: &str, cut: &str| cut.len() < text.len() && cut.len() >= SHORTEST;
            first == second
                || is_cut(second, second_cut) && first.starts_with(second_cut)
                || is_cut(first, first_cut) && second.starts_with(first_cut)
        });
    middle.map_or(title, |at| {
        let (first, second) = (title[..at].trim_end(), title[at..].trim_start());
        if cut(first) < first.len() {
            second
        } else {
            first
        }
    })
}

/// Returns whether a page marks the notice as pinned in front of its title.
#[must_use]
pub fn is_pinned_title(title: &str) -> bool {
    static PINNED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(&format!(
            r"(?i)^\W*(?:{PIN})中?(?:[\s\p{{P}}\p{{S}}]|$)|^[\p{{P}}\p{{S}}]+\p{{Han}}{{0,4}}(?:{PIN})中?[\p{{P}}\p{{S}}]|^{PINNED_BY}|^\W*[\[【（(〔]\s*(?:顶|頂|top)\s*[\]】）)〕]"
        ))
    });
    PINNED.is_match(title)
}

/// Words for a pin, in any place.
const PIN: &str = "(?:全局|全站|公告|總|总|区域)?置[顶頂]|固[顶頂]|pinned|sticky";
/// Words for a pin if a colon follows.
const PINNED_BY: &str = r"(?i:an(?:geheftet|gepinnt)|épinglé|fijado|fixado|fissato|przypięty|vastgezet|закреплено|закреплённое|고정됨?|ピン留め)\s*[:：|｜]\s*";
/// Words that are a mark if they are in brackets, or if a space and a title follow.
const MARK: &str =
    "new|hot|top|[顶頂新热熱荐薦精]|最新|[热熱]门|熱門|热帖|推[荐薦]|精[华華]|加精|必[读讀]";
const LABEL: &str = "(?:阅读|已读|閱讀|閲覧|收藏|参与|參與|报名人|報名人|转发|浏览|瀏覽|点击|點擊|访问|訪問|查看|评论|評論|回复|回覆|回帖|下载|下載)(?:次数|次數|人次|人数|量|数|數|率)?|人[气氣]|热度|熱度|围观|圍觀|点赞数?|조회수?|lượt xem|просмотр(?:ы|ов|а)?|(?-u:\\b)(?:views?|reads?|hits?|clicks?|comments?|replies|visits?)";
const NUMBER: &str = r"\d[\d,.]{0,11}\s?[万萬wk千]?\+?";

/// Returns whether a separate text counts readers or answers: `56次`, `131 views`, `阅读：12`.
#[must_use]
pub fn is_counter(text: &str) -> bool {
    static COUNTER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(&format!(
            r"(?i)^\W*(?:(?:{LABEL})(?:\s*[:：]|\W*{NUMBER}\s*(?:{TIMES})?)|{NUMBER}\s*(?:{TIMES}|(?:{TIMES})?\s*(?:{LABEL})))\W*$"
        ))
    });
    COUNTER.is_match(text)
}

/// Returns a title without a count at its end that only a longer study of the page can distinguish from its words:
/// `56次`, `131 views`, `3跟帖`, `已有九人看过`, stars.
#[must_use]
pub(super) fn without_count(title: &str) -> &str {
    static COUNT: LazyLock<Regex> = LazyLock::new(|| {
        // Plain titles have no spaces that would separate a number from its word.
        let label = LABEL.replace(r"(?-u:\b)", "");
        fixed(&format!(
            r"(?i)(?:[\[(（【](?:\d+|{NUMBER}(?:{SAID}))[\])）】]|[^第\d.,]({NUMBER}\s*(?:{TIMES}|{SAID}|(?:{TIMES})?(?:{label}))|{READERS}|{LEFT}|[★☆⭐]+))$"
        ))
    });
    let Some(found) = COUNT.captures(title) else {
        return title;
    };
    let begin = found.get(1).or(found.get(0)).map(|count| count.start());
    &title[..begin.unwrap_or(title.len())]
}

/// The counts of replies below a title, as forums show them.
const SAID: &str = "跟[帖贴]|回应|[点點]?[赞贊讚]|评|評|人看[过過]|人想去|人感兴趣|likes?|upvotes?|answers?|antworten|kommentare?|aufrufe|vues?|réponses?|commentaires?|commenti|risposte|respuestas?|comentarios?|visitas|vistas|комментари(?:й|я|ев)|ответ(?:а|ов)?";
/// `已有九人看过`, `12人已读`, `已报名12人`.
const READERS: &str = r"(?:已有|共有)?[\d〇零一二三四五六七八九十百千万两]+(?:人次|人|次)(?:看过|看過|已读|阅读|浏览|参与|报名|评论|点赞|围观|关注)|(?:已报名|已有|已参与|已售)[\d〇零一二三四五六七八九十百千万两]+[人份次]";
/// The days until something ends, or the places that are left.
const LEFT: &str = r"(?:仅剩|还剩|还有|剩余)(?:名额)?\d+[天日个人份](?:截止|结束|到期)?";
/// Units of a counter that has no label.
const TIMES: &str = "人次|次";

fn without_head(title: &str) -> &str {
    static BULLET: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"^(?:[\s•·■□▪▫●○◆◇►▶▸»›>※★☆・–—|∙◎→📌📍🔥🆕🔝\u{fe0f}-])+"));
    static BRACKETED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(&format!(
            r"(?i)^[\[【（(〔〖《‹★☆]\s*(?:{PIN}|{MARK})\s*[!！]?\s*[\]】）)〕〗》›>★☆][\s:：]*"
        ))
    });
    static PINNED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(&format!(
            r"(?i)^(?:{PIN})(?:中?[:：|｜·!！#\]】）)〕〗』」》≫}}-][\s:：|｜·-]*|\s+)|^{PINNED_BY}"
        ))
    });
    // A mark with any sign around it, and a word or two of where or until when.
    static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(&format!(
            r"(?i)^[\p{{P}}\p{{S}}]{{1,3}}\s*\p{{Han}}{{0,4}}(?:{PIN})中?\s*[\p{{P}}\p{{S}}]{{1,3}}[\s:：]*"
        ))
    });
    // A word in capitals is a mark only before Chinese: "NEW YORK" is not one.
    static SHOUTED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^(?:(?:NEW|HOT|TOP|New|Hot|new|hot)(?:[!！|｜:：]\s*|\s+)|[顶頂新热熱荐薦]\s+)(\p{Han}[^\s]|[《【“])",
        )
    });
    static NUMBERED: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"^\d{1,3}(?:[.．]\s*|、\s*)([\p{Han}《【“])"));
    let strip = |pattern: &Regex| pattern.find(title).map(|found| &title[found.end()..]);
    let before = |pattern: &Regex| {
        let found = pattern.captures(title)?;
        Some(&title[found.get(1)?.start()..])
    };
    static LISTED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^(?:[（(\[【](?:\d{1,3}|[03-9]\d{3}|1[0-8]\d\d|2[1-9]\d\d)[）)\]】]|[①-⑳]|\d{1,2}[）)])\s*([[\p{Han}--[号栋楼班区期次个年月日届级组室层点台门路幢单元中]]《【“])",
        )
    });
    strip(&BRACKETED)
        .or_else(|| before(&LISTED))
        .or_else(|| strip(&SIGNED))
        .or_else(|| strip(&BULLET))
        .or_else(|| strip(&PINNED))
        .or_else(|| before(&SHOUTED))
        .or_else(|| before(&NUMBERED))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(title)
}

/// A mark in brackets, or a sign, after the title.
static MARKED_TAIL: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"(?i)(?:\s*[\[【〔]\s*(?:{PIN}|{MARK})\s*[!！]?\s*[\]】〕]|\s*[（(]\s*(?:{PIN}|new|hot|热门?|最新)\s*[!！]?\s*[）)]|[\s|›»📌📍🔥🆕🔝\u{{fe0f}}]+)$"
    ))
});
/// A mark without brackets after the title.
static SHOUTED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)[\p{Han}”》）)]((?:\s+(?:new|hot|top|[新热熱荐薦图圖顶頂]|置[顶頂])|new)[!！]?)$")
});
/// A counter and its name, with marks around them.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    let unit = "(?:次|人次|人|条|條|个|times)?";
    let closed = r"\s*[\]】）)〕]?";
    fixed(&format!(
        r"(?ix)[\s|｜·,，;；/–—-]*(?:
        [\[【（(〔]\s*(?:{LABEL})\s*[:：]?\s*(?:{NUMBER})?\s*{unit}{closed}
        |(?:{LABEL})\s*[:：]\s*[\[【（(〔]?\s*(?:{NUMBER})?\s*{unit}{closed}
        |(?:{LABEL})\s*[\[【（(〔]\s*(?:{NUMBER})\s*{unit}{closed}
        |[\[【（(〔|｜·]\s*(?:{NUMBER})\s*{unit}\s*(?:{LABEL}){closed}
        |[\[【（(〔]?\s*已有\s*{NUMBER}\s*人(?:{LABEL}){closed}
        |[👁👀💬❤👍♥]\u{{fe0f}}?\s*{NUMBER}
        )$"
    ))
});
/// A counter and its name without marks around them, separated from the title.
static APART: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"(?i)\s+(?:(?:{LABEL})\s*({NUMBER})\s?(?:次|人次|人)?|({NUMBER})\s?(?:次|人次|人)?\s?(?:{LABEL}))$"
    ))
});
/// A number in brackets, without a name.
static BARE: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"[\p{Han}”》）)]\s*([\[（(]\s*([1-9]\d{2,4})\s*[\]）)])$"));
/// The name of the file in which the notice was written.
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)[\p{Han}”》）)】\d](\.(?:docx?|xlsx?|pptx?|wps|pdf|ofd|html?|txt|rtf))$")
});

fn without_tail(title: &str) -> &str {
    if let Some(found) = ENDING.captures(title).and_then(|found| found.get(1))
        && title.contains(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    {
        return &title[..found.start()];
    }
    if let Some(found) = MARKED_TAIL.find(title).or_else(|| COUNTED.find(title)) {
        return &title[..found.start()];
    }
    if let Some(found) = SHOUTED.captures(title).and_then(|found| found.get(1)) {
        return &title[..found.start()];
    }
    if let Some(found) = APART.captures(title)
        && let Some(count) = found.get(1).or(found.get(2))
        && !is_year(count.as_str())
        && title.chars().any(|c| c > '\u{2e80}')
    {
        return &title[..found.get(0).map_or(title.len(), |all| all.start())];
    }
    match BARE.captures(title) {
        Some(found) if !is_year(&found[2]) => {
            &title[..found.get(1).map_or(title.len(), |count| count.start())]
        }
        _ => title,
    }
}

fn is_year(number: &str) -> bool {
    number.len() == 4 && (number.starts_with("19") || number.starts_with("20"))
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern, a test reads it")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_page_puts_around_a_title_is_no_part_of_it() {
        const TITLE: &str = "关于召开年会的公告";
        for shown in [
            "【置顶】关于召开年会的公告",
            "[置顶] 关于召开年会的公告",
            "（置顶）关于召开年会的公告",
            "置顶：关于召开年会的公告",
            "置顶 关于召开年会的公告",
            "[TOP]关于召开年会的公告",
            "NEW 关于召开年会的公告",
            "关于召开年会的公告 NEW",
            "关于召开年会的公告new!",
            "关于召开年会的公告 热",
            "【最新】关于召开年会的公告[HOT]",
            "🔥关于召开年会的公告",
            "📌 关于召开年会的公告 🆕",
            "关于召开年会的公告 阅读：127",
            "关于召开年会的公告 阅读：",
            "关于召开年会的公告（阅读 1,127 次）",
            "关于召开年会的公告 浏览次数：127次",
            "关于召开年会的公告[点击:98]",
            "关于召开年会的公告 127次浏览",
            "关于召开年会的公告 评论(3)",
            "关于召开年会的公告 131 views",
            "关于召开年会的公告（点击数：56次）",
            "关于召开年会的公告（已有 35 人浏览）",
            "关于召开年会的公告.docx",
            "关于召开年会的公告.pdf",
            "（3）关于召开年会的公告",
            "①关于召开年会的公告",
            "2）关于召开年会的公告",
            "关于召开年会的公告关于召开年会的公告",
            "关于召开年会的公告 关于召开年会的公告",
            "关于召开年会的公告关于召开年会…",
            "关于召开年会...关于召开年会的公告",
            "关于召开年会的公告 13 comments",
            "关于召开年会的公告 12回复",
            "关于召开年会的公告 👁 128",
            "关于召开年会的公告 💬4 ❤️ 2",
            "关于召开年会的公告 收藏 4",
            "关于召开年会的公告 已有131人参与",
            "关于召开年会的公告 报名人数：4",
            "关于召开年会的公告 閲覧数：131",
            "关于召开年会的公告 조회 131",
            "★置顶★关于召开年会的公告",
            "〖置顶〗关于召开年会的公告",
            "[公告置顶]关于召开年会的公告",
            "『置顶』关于召开年会的公告",
            "≪置顶≫关于召开年会的公告",
            "{置顶}关于召开年会的公告",
            "#置顶#关于召开年会的公告",
            "！置顶！关于召开年会的公告",
            "|置顶|关于召开年会的公告",
            "置顶】关于召开年会的公告",
            "[置顶中]关于召开年会的公告",
            "【今日置顶】关于召开年会的公告",
            "【学院置顶】 关于召开年会的公告",
            "TOP｜关于召开年会的公告",
            "Angeheftet: 关于召开年会的公告",
            "Épinglé : 关于召开年会的公告",
            "关于召开年会的公告 | 127 views | 5 comments",
            "关于召开年会的公告 阅读 127",
            "关于召开年会的公告 阅读：1.2万 评论：8",
            "关于召开年会的公告（12人已读）",
            "关于召开年会的公告（1234）",
            "关于召开年会的公告(127)",
            "03. 关于召开年会的公告",
            "12、关于召开年会的公告",
            "· 关于召开年会的公告",
            "【置顶】1. 关于召开年会的公告 NEW 点击：5",
        ] {
            assert_eq!(clean_title(shown), TITLE, "{shown}");
        }
        assert_eq!(
            clean_title("Water off on Sunday (127 views)"),
            "Water off on Sunday"
        );
        assert_eq!(
            clean_title("[Pinned] Water off on Sunday"),
            "Water off on Sunday"
        );
        assert_eq!(clean_title("Pinned: Water off"), "Water off");
    }

    #[test]
    fn words_and_numbers_of_a_title_stay() {
        for title in [
            "【紧急】关于台风蓝色预警的通知",
            "转发：省教育厅关于做好防汛工作的通知",
            "[通知公告]关于召开年会的通知",
            "招标公告（2026）",
            "安全生产简报（第12期）",
            "系列报道（3）",
            "5.12防灾减灾日活动",
            "3、4号楼停水通知",
            "（3）号楼停水通知",
            "report.pdf",
            "加油加油",
            "停水通知：停水通知模板",
            "置顶功能上线通知",
            "新华书店搬迁公告",
            "热烈祝贺我校代表队获奖",
            "热 烈 祝 贺",
            "NEW YORK opens a library",
            "TOP 10 notices of the year",
            "1. FC Cologne wins",
            "全民阅读 2026",
            "How we got 100 comments",
            "关于开展全民阅读",
            "Top",
            "New",
            "【置顶】",
            "",
        ] {
            assert_eq!(clean_title(title), title);
        }
    }

    #[test]
    fn a_pin_in_front_of_a_title_is_recognized() {
        for title in [
            "【置顶】公告",
            "[顶] 公告",
            "置顶：公告",
            "Pinned: water off",
        ] {
            assert!(is_pinned_title(title), "{title}");
        }
        for title in ["置顶功能上线通知", "公告", "Top ten"] {
            assert!(!is_pinned_title(title), "{title}");
        }
    }

    #[test]
    fn a_bare_counter_is_distinguished_from_words() {
        for counter in [
            "56次",
            "131 views",
            "(13 comments)",
            "阅读：12",
            "阅读：",
            "1.2万人次浏览",
        ] {
            assert!(is_counter(counter), "{counter}");
        }
        for words in [
            "56",
            "阅读",
            "第3次",
            "全民阅读",
            "三次",
            "views of a town",
            "公告",
            "",
        ] {
            assert!(!is_counter(words), "{words}");
        }
        assert_eq!(without_count("停水通知56次"), "停水通知");
        assert_eq!(without_count("water off131views"), "water off");
        for (count, title) in [
            ("停水通知3跟帖", "停水通知"),
            ("停水通知5赞", "停水通知"),
            ("停水通知（5赞）", "停水通知"),
            ("停水通知(7комментария)", "停水通知"),
            ("停水通知已有九人看过", "停水通知"),
            ("停水通知已有131人看过", "停水通知"),
            ("停水通知十二人已读", "停水通知"),
            ("停水通知已报名12人", "停水通知"),
            ("停水通知剩余3天", "停水通知"),
            ("停水通知还有3天截止", "停水通知"),
            ("停水通知★★★", "停水通知"),
            ("停水通知★★★☆☆", "停水通知"),
            ("wasser aus5antworten", "wasser aus"),
            ("eau coupée12vues", "eau coupée"),
        ] {
            assert_eq!(without_count(count), title);
        }
        for title in [
            "理论学习2026年第5次",
            "拟招聘12人",
            "停水通知",
            "评为四星",
            "还款3天",
            "招聘十二人",
            "招聘公告12人",
        ] {
            assert_eq!(without_count(title), title);
        }
    }

    proptest! {
        #[test]
        fn a_clean_title_is_clean(title in "[置顶【】\\[\\]() 新热0-9a-z阅读：公告次]{0,24}") {
            let clean = clean_title(&title);
            prop_assert_eq!(&clean_title(&clean), &clean);
            prop_assert!(title.contains(&clean));
        }
    }
}
