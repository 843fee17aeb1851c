//! The words around a date that make it the last day to act, by language.

use std::sync::LazyLock;

use regex::Regex;

/// Returns whether the words around a date of a sentence make it the last one for its readers to act. `line` is the
/// whole line, which may say that what comes late is not taken.
pub(super) fn asks(before: &str, after: &str, line: &str) -> bool {
    let clause = before.rsplit(['，', ',']).next().unwrap_or_default();
    if is_of_others(before, clause, after) {
        return false;
    }
    let is_called = CALLED.is_match(before);
    let is_end = ENDS.is_match(after) && !NEXT.is_match(after) && !is_condition(clause, after);
    let is_range = TO.is_match(before) && (ACTION.is_match(before) || ACTS_THEN.is_match(after));
    let is_last_day = HANDED_IN.is_match(after) && LATE.is_match(line);
    is_called || is_end || is_range || is_last_day || asks_elsewhere(before, after)
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// `截止日期为`, `不得晚于`, `推迟到`.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:截\s?止(?:时间|日期|期限|時間|日|时)?|截至|最[迟晚遲]|不得?[晚迟遲][于於]|(?:延长|延期|延長|顺延|順延|推迟|推遲|延|延后)[至到]|(?:调整|改|变更)[为至到為]|期限|締め?切り?日?|期日|마감(?:일|일시)?|기한|截止登记)\s?(?:为|為|是|至|到|于|於|在|は)*[\s:，,;]{0,3}(?:北京时间)?$",
    )
});
/// `前`, `之前`, `止`, `まで`, `까지`.
static ENDS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,16}\))?[\s，]?(?:24[时点:](?:00)?)?\s?(?:下班|收市|中午|下午|上午|晚上|午夜|零时|当日|当天)?\s?(?:(?:以|之)?前(?:[^后後任身往来夕期]|$)|[截為为]?止|截止|結束|结束|まで)",
    )
});
/// `发布时间：11月20日 截止时间：`: the label of the date that comes next.
static NEXT: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"^[\s，,;|]*截止(?:时间|時間|日期|期限|日)?\s?[:：]?\s*\d"));
static TO: LazyLock<Regex> = LazyLock::new(|| fixed(r"[^。；]{0,60}(?:至|到|-|—|–|~|～)\s?$"));
static ACTION: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:报名|申报|申请|公示|缴费|缴纳|征集|投递|投稿|受理|提交|填报|确认|登记|征求意见|招标文件|采购文件|递交|领取|预约|选课|认购|收件|投票|報名|申請|繳費|신청|접수|모집|제출|납부|등록)[^。；]{0,50}$",
    )
});
static ACTS_THEN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,24}\))?\s?(?:期间|内|，)?\s?(?:登记|获取|报名|领取|下载|购买|申报|提交|递交|受理|缴费|填报)",
    )
});
/// `3月17日报交至科研科，过时不再接收`.
static HANDED_IN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,24}\))?\s?(?:报送|报交|提交|上交|递交|送交|送达|交至|交到|送至|报至|寄至|发至)",
    )
});
static LATE: LazyLock<Regex> =
    LazyLock::new(|| fixed("逾期|过期|过时|不再受理|不再接收|不予受理|恕不受理|視為放棄|视为放弃"));

/// Returns whether the date is of somebody else's doing, of the past, or no end at all.
fn is_of_others(before: &str, clause: &str, after: &str) -> bool {
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"预计|有望|力争|计划[于在]|拟[于在]|将[于在]|已[于在经]|曾|有效期|合同|保质期|工期|(?:我|本)(?:局|公司|校|院)将|将由",
        )
    });
    static FORMER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"原(?:定|来|先|计划)?(?:的)?(?:报名|申报)?截?止?(?:时间|日期|期限)?[为是于]?\s?$")
    });
    static LATER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\([^)]{0,12}\))?\s?(?:之后|以后|后|後|起|以来|开始|(?:以|之)?前(?:下发|印发|发布|发出|公布|出台|成立|入职|出生|参加工作))",
        )
    });
    let is_asked = clause.contains(['请', '請']);
    !is_asked && DOES.is_match(clause) || FORMER.is_match(before) || LATER.is_match(after)
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

/// The same in languages with letters: some words say it alone, others only beside what is to be done.
fn asks_elsewhere(before: &str, after: &str) -> bool {
    static ALONE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?i)(?:\bdeadlines?\b[^.;]{0,40}?(?:\bis|:|\bon|\bof|\bto|\buntil|-|–|—)|\bextended\s(?:to|until|till|through)|\bdue(?:\s(?:on|by|date|is))*:?|\bclos(?:es?|ing)\b(?:\sdate)?(?:\s(?:on|is|for\s[\w\s]{1,30}))?:?|\b(?:no|not)\slater\sthan|\b(?:last|final|cut-?off)\s(?:day|date)\b[^.;]{0,30}?(?:\bis|:)|\p{L}*(?:schluss|frist)\b(?:\s(?:ist|endet))?(?:\s(?:am|bis))?:?|\bspätestens(?:\s(?:am|bis|zum))*|date limite[^.;]{0,40}?(?::|\bau|\ble|est)|au plus tard(?:\sle)?|\bplazo\b[^.;]{0,40}?(?:termina|finaliza|vence|hasta|:)(?:\sel)?|fecha límite[^.;]{0,30}?(?::|el)|\bscadenza\b[^.;]{0,30}?(?::|il)|\bentro(?:\sil)?|\bprazo\b[^.;]{0,30}?(?::|até|em)|не позднее|\bсрок\b[^.;]{0,40}?(?:\bдо|:))(?:\s(?:the|end\sof))*[\s:—–-]{0,4}$",
        )
    });
    static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?i)(?:\bby|\bbefore|\buntil|\btill|\bthrough|\bbis(?:\szum)?|\bvor\sdem|\bavant(?:\sle)?|jusqu['’]au|\bhasta(?:\sel)?|\bantes\sdel|\baté|\bдо|\btot(?:\sen\smet)?|\bvóór)(?:\s(?:the|end\sof|midnight|noon|\p{L}+day,?))*\s{0,2}$",
        )
    });
    static DOING: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?i)\b(?:please|must|should|need to|required|regist\w*|appl(?:y|ication\w*)|submi\w*|send|return|reply|rsvp|complete|pay|payment|book|respond|enter|entries|receiv\w*|sign up|enrol\w*|vote|nominat\w*|confirm|bitte|anmeld\w*|\p{L}*bewerb\w*|einzureichen|einreich\w*|abzugeben|melden|senden|candidature\w*|inscri\w*|envoy\w*|dépos\w*|répon\w*|transmet\w*|solicitud\w*|present\w*|enviar|заявк\w*|заявок|подач\w*|прием\w*|приём\w*|принима\w*|регистр\w*|направ\w*|представ\w*|сдать|aanmelden|inschrijv\w*)",
        )
    });
    static KOREAN: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\s?(?:\([^)]{0,8}\))?\s?까지"));
    static KOREAN_DOING: LazyLock<Regex> =
        LazyLock::new(|| fixed("신청|제출|접수|등록|마감|회신|납부|모집|응모|참가"));
    let does = |pattern: &Regex| pattern.is_match(before) || pattern.is_match(after);
    ALONE.is_match(before)
        || BESIDE.is_match(before) && does(&DOING)
        || KOREAN.is_match(after) && does(&KOREAN_DOING)
}
