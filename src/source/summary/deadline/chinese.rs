//! The words around a date that make it the last day to act, in Chinese.

use std::sync::LazyLock;

use super::worth::Worth;
use regex::Regex;

/// How much is looked at before and after a date, in bytes.
const NEAR: usize = 200;

/// Returns whether a sentence has a word that may make a day its last, so that it is worth reading.
pub(super) fn may_ask(sentence: &str) -> bool {
    static CUE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"[前止截迟遲晚]|[至到—–~～-]\s?(?:\d|[二三四五六七八九十〇]|(?:本|下|今|明)?[周月天日])|逾期|过时|过期|逾時|不再|期限|改为|或以前|关闭|關閉|结束|結束",
        )
    });
    CUE.is_match(sentence)
}

/// Returns what the words around a date of a sentence make it worth as the last day for its readers to act. `line` is the
/// whole line, which may say that what comes late is not taken.
pub(super) fn asks(before: &str, after: &str, line: &str) -> Option<Worth> {
    let (before, after) = (tail(before), head(after));
    let clause = before.rsplit(['，', ',']).next().unwrap_or_default();
    if CLOSES.is_match(after) && ACTION.is_match(before) {
        return Some(Worth::Asked);
    }
    if is_of_others(before, clause, after) {
        return None;
    }
    if CORRECTED.is_match(before) && ENDS.is_match(after.trim_start_matches(['”', '"', '」']))
        || MOVED.is_match(before)
    {
        return Some(Worth::Moved);
    }
    let is_called = CALLED.is_match(before);
    let is_range = TO.is_match(before) && (ACTION.is_match(before) || ACTS_THEN.is_match(after));
    let is_last_day = HANDED_IN.is_match(after) && LATE.is_match(line);
    let is_hour = SUBMITTED_AT.is_match(before) && LATE.is_match(line);
    if is_called || is_range || is_last_day || is_hour {
        return Some(Worth::Asked);
    }
    let is_end = ENDS.is_match(after) && !NEXT.is_match(after) && !is_condition(clause, after);
    let is_asked = TOLD.is_match(clause) || DONE.is_match(after) || ACTION.is_match(before);
    is_end.then_some(if is_asked { Worth::Asked } else { Worth::Bare })
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// `推迟到`, `延期至`.
static MOVED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:延长|延期|延長|展延|顺延|順延|推迟|推遲|延后|延後|延|改期|(?:截止|报名|申报|報名)\p{Han}{0,8}(?:调整|調整|变更|變更|改))[至到为為]\s?(?:[:：]|北京时间)?$",
    )
});
/// `“…”更正为“4月1日截止”`.
static CORRECTED: LazyLock<Regex> =
    LazyLock::new(|| fixed(r#"(?:更正|变更|變更|调整|調整|修改|更改|改)[至到为為]\s?[“"「]?$"#));
/// Words that ask the reader.
static TOLD: LazyLock<Regex> =
    LazyLock::new(|| fixed("[请請须須]|务必|務必|应当?|應|需|意者|有意|欢迎|歡迎"));
/// What is done by readers, right after the day.
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^[^，。；]{0,40}(?:报名|报送|报交|提交|上交|递交|送交|送达|寄|发送|发至|缴|填报|填写|申报|申请|登记|反馈|回复|回執|回条|回條|投入|上传|确认|报至|投标|投稿|領取|领取|報名|繳|提出|申請|檢附|送件|交回|交至|完成)",
    )
});
/// `截止日期为`, `不得晚于`, `推迟到`.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:截\s?[止稿件標标](?:\p{Han}{0,2}(?:时间|日期|期限|時間)|日|时)?|截至|最[迟晚遲]\p{Han}{0,2}|不得?[晚迟遲][于於]|(?:延长|延期|延長|顺延|順延|推迟|推遲|延|延后)[至到]|(?:调整|改|变更)[为至到為]|期限|截止登记)\s?(?:\([^)]{0,24}\)\s?)?(?:为|為|是|至|到|于|於|在|は)*[\s:，,;]{0,3}(?:北京时间)?$",
    )
});
/// `前`, `之前`, `止`, `まで`, `까지`.
static ENDS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,16}\))?[\s，]?(?:24[时点:](?:00)?)?\s?(?:下班|收市|中午|下午|上午|晚上|午夜|零时|当日|当天)?\s?(?:(?:含|或)?(?:以|之)?前(?:[^后後任身往来夕期]|来[电函信]|$)|[截為为]?止|截[止单單稿标標]|結束|结束)",
    )
});
/// `发布时间：11月20日 截止时间：`: the label of the date that comes next.
static NEXT: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"^[\s，,;|]*截止(?:时间|時間|日期|期限|日)?\s?[:：]?\s*\d"));
static TO: LazyLock<Regex> = LazyLock::new(|| fixed(r"[^。；]{0,60}(?:至|到|-|—|–|~|～)\s?$"));
static ACTION: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:报名|申报|申请|公示|缴费|缴纳|征集|投递|投稿|受理|提交|填报|确认|登记|征求意见|招标文件|采购文件|递交|领取|预约|选课|认购|收件|收标|徵件|投票|報名|申請|繳費|受理|征稿|报送|填报|募集)[^。；]{0,50}$",
    )
});
static ACTS_THEN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,24}\))?\s?(?:期间|内|，|\)?\s?(?:到|至|向|在|前往)\p{Han}{1,12}|[，,]?\s?(?:可|请|須|须|应)\p{Han}{0,16})?\s?(?:登记|申领|办理|获取|报名|领取|下载|购买|申报|提交|递交|受理|缴费|填报)",
    )
});
/// `投票通道将于4月5日24:00关闭`.
static CLOSES: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"^\s?(?:准时|正式|自动)?(?:关闭|關閉|截止|結束|结束)"));
/// `递交时间：3月26日14:00-14:30，逾期不予接收`.
static SUBMITTED_AT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:递交|提交|送达|报名|受理|缴费|收件|遞交|報名|繳費)\p{Han}{0,3}(?:时间|時間|日期)[:：为為]?\s?$",
    )
});
/// `3月17日报交至科研科，过时不再接收`.
static HANDED_IN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,24}\))?\s?(?:报送|报交|提交|上交|递交|送交|送达|(?:当天|当日)?\p{Han}{0,10}(?:办理|报到|缴)|交至|交到|送至|报至|寄至|发至)",
    )
});
static LATE: LazyLock<Regex> = LazyLock::new(|| {
    fixed("逾期|逾時|过期|过时|不再受理|不再接收|不予受理|恕不受理|視為放棄|视为放弃")
});

/// Returns whether the date is of somebody else's doing, of the past, or no end at all.
fn is_of_others(before: &str, clause: &str, after: &str) -> bool {
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"预计|預計|預定|有望|力争|(?:计划|計畫|計劃|拟|擬|将|將)(?:[于於在]|\s?$)|已[于於在经經]|曾|有效期|合同|保质期|工期|(?:我|本)(?:局|公司|校|院)将|将由",
        )
    });
    static FORMER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"原(?:定|訂|来|先|计划)?(?:的)?(?:报名|申报)?截?止?(?:时间|日期|期限)?[为是于]?\s?$|原\p{Han}{0,8}[“「]\s?$",
        )
    });
    static LATER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\([^)]{0,12}\))?\s?(?:之后|以后|后|後|起|以来|开始|(?:以|之)?前(?:下发|印发|发布|发出|公布|出台|成立|入职|出生|参加工作))",
        )
    });
    let is_asked = clause.contains(['请', '請']);
    static AS_ENDS: LazyLock<Regex> = LazyLock::new(|| fixed("截[至止][到至]?$"));
    static AS_OF: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\d{1,2}[时点:]\d{0,2})?[，,]?[^。；]{0,20}(?:已|共有|共[计計]|累计|累計|现有|達|达到|全[市县省校国])",
        )
    });
    let is_as_of = AS_ENDS.is_match(before) && AS_OF.is_match(after);
    is_as_of
        || !is_asked && DOES.is_match(clause)
        || FORMER.is_match(before)
        || LATER.is_match(after)
}

/// `3月28日前缴费的，优惠200元`: what holds for those who do so, and asks nobody.
fn is_condition(clause: &str, after: &str) -> bool {
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:以|之)?前[^，。；]{1,16}的(?:[，,、]|\p{Han}{0,8}(?:员工|人员|学生|文件|单位|用户|者))",
        )
    });
    let is_told = ["请", "須", "须", "应", "应当", "務必", "务必"];
    CONDITION.is_match(after) && !is_told.iter().any(|word| clause.contains(word))
}

/// The last bytes of a text, from a character on.
fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(NEAR);
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or_default()..]
}

fn head(text: &str) -> &str {
    let end = text.len().min(NEAR);
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}
