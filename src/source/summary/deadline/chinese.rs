//! The words around a date that make it the last day to act, in Chinese.

mod acts;

use std::sync::LazyLock;

use regex::Regex;

use self::acts::ACTS;
use super::worth::Worth;

/// How much is looked at before and after a date, in bytes.
const NEAR: usize = 200;

/// Returns whether a sentence has a word that may make a day its last, so that it is worth reading.
pub(super) fn may_ask(sentence: &str) -> bool {
    static CUE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"[前止截迟遲晚]|停止|[后後]|月份?[内內]|过了|更正|调整|調整|变更|變更|提前|[至到—–~～-]\s?(?:\d|[二三四五六七八九十〇]|(?:本|下|今|明)?[周月天日])|逾期|过时|过期|逾時|不再|[期时時]限|限期|改为|或以前|关[闭窗停]|關閉|失效|[为為]限|到期|结束|結束|最后|[日号一二三四五六天][)）]?\s?[带帶交送报寄发汇收]",
        )
    });
    CUE.is_match(sentence)
}

/// Returns what the words around a date of a sentence make it worth as the last day for its readers to act. `line` is the
/// whole line, which may say that what comes late is not taken.
pub(super) fn asks(before: &str, after: &str, line: &str) -> Option<Worth> {
    let (before, after) = (tail(before), head(after));
    let clause = before.rsplit(['，', ',']).next().unwrap_or_default();
    let acts = ACTION.is_match(before);
    let is_cut = CUT.is_match(after)
        || LAST_DAY.is_match(after)
        || BEFORE_THIS.is_match(after)
        || acts && CLOSES.is_match(after)
        || WAY_IN.is_match(before) && SHUTS.is_match(after)
        || is_over_then(before, after, line);
    if is_no_end(before, clause, after) || !is_cut && is_of_others(clause, before, after) {
        return None;
    }
    if is_moved(before, after) {
        return Some(Worth::Moved);
    }
    if is_cut || is_time_to_act(before, clause, after, line) {
        return Some(if FETCHED.is_match(before) {
            Worth::Fetched
        } else {
            Worth::Asked
        });
    }
    let ends = BEFORE_FEAST.is_match(before) || ENDS.is_match(after) && !NEXT.is_match(after);
    let is_end = ends && !is_condition(clause, after);
    let is_asked = TOLD.is_match(clause) || DONE.is_match(after) || acts;
    match (is_end, is_asked) {
        (true, true) => Some(Worth::Asked),
        // The end of a range alone says how long something lasts.
        (true, false) if !TO.is_match(before) => Some(Worth::Bare),
        _ => None,
    }
}

/// Returns whether a date is no last day for anybody, whatever else is said of it.
fn is_no_end(before: &str, clause: &str, after: &str) -> bool {
    BEGINS.is_match(after)
        || FORMER.is_match(before)
        || is_there_by(after)
        || is_event_moved(before, clause, after)
        || is_condition_of_people(before, after)
        || is_as_of(before, after)
}

/// `延期至4月8日`, `更正为“4月1日截止”`.
fn is_moved(before: &str, after: &str) -> bool {
    let ends = || ENDS.is_match(after.trim_start_matches(['”', '"', '」']));
    CORRECTED.is_match(before) && ends() || MOVED.is_match(before) || CHANGED.is_match(before)
}

/// `原定于3月14日举行的植树活动延期至3月21日`: what is moved takes place, and is nothing to be done by then.
fn is_event_moved(before: &str, clause: &str, after: &str) -> bool {
    static EVENTS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            "举行|举办|召开|考试|笔试|面试|会议|大会|讲座|报告会?|活动|展览|演出|比赛|决赛|培训|体检|答辩|典礼|晚会|开标|开学|施工|舉行|舉辦|召開|考試|會議|講座|活動",
        )
    });
    static TO_DO: LazyLock<Regex> =
        LazyLock::new(|| fixed(&format!("{ACTS}|截[止稿标標]|期限|征文|徵文")));
    let is_event =
        TAKES_PLACE.is_match(after) || EVENTS.is_match(clause) && !TO_DO.is_match(clause);
    is_event && (MOVED.is_match(before) || CORRECTED.is_match(before))
}

/// `3月25日后寄出的材料不予受理`, `过了3月18日18:00，报名通道将自动关闭`: what comes after the day is too late.
fn is_over_then(before: &str, after: &str, line: &str) -> bool {
    static NOT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(&format!(
            r"^\s?(?:\([^)]{{0,16}}\))?\s?(?:之|以)?[后後][^。；]{{0,24}}(?:不予|恕不|概不|不再|拒绝|停止|无法)(?:{ACTS}|接[收受]|办理|认可|补)"
        ))
    });
    static PAST: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"(?:过了|超过|逾|[迟晚]于|過了|超過)\s?$"));
    static NO_MORE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"^[^。；]{0,30}(?:关闭|不予|恕不|概不|不再|无法|不能|失效|视为|關閉|無法|視為)")
    });
    /// `逾期未认领的自行车，将于3月28日后统一清理`
    static GONE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"^\s?(?:\([^)]{0,16}\))?\s?(?:之|以)?[后後]\p{Han}{0,6}(?:清理|清除|注销|收回|作废)")
    });
    let is_warned = || LATE.is_match(line) || line.contains('请');
    NOT_AFTER.is_match(after)
        || PAST.is_match(before) && NO_MORE.is_match(after)
        || GONE.is_match(after) && is_warned()
}

/// `请于4月11日8:40前进入考场`: when to be where something takes place.
fn is_there_by(after: &str) -> bool {
    static ATTENDS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\([^)]{0,12}\))?\s?(?:之|以)?前\p{Han}{0,4}(?:进[入场]|入[场座]|就[座位]|到[场达]|抵达|集合|候[考场])",
        )
    });
    ATTENDS.is_match(after)
}

/// Returns whether a date is called a last day, or ends the time in which something is done.
fn is_time_to_act(before: &str, clause: &str, after: &str, line: &str) -> bool {
    let acts = ACTION.is_match(before);
    let is_late = LATE.is_match(line);
    let is_called = CALLED.is_match(before) || acts && ENDING.is_match(before);
    let is_event =
        TAKES_PLACE.is_match(after) || EVENT.is_match(clause) && !ACTION.is_match(clause);
    let does = || is_late || ACTS_BY.is_match(after);
    let in_range = acts || ACTS_THEN.is_match(after) || does();
    let is_range = TO.is_match(before) && (ASKED_WITHIN.is_match(clause) || !is_event && in_range);
    let is_hour = SUBMITTED_AT.is_match(before) || HANDED_IN.is_match(after);
    is_called
        || is_range
        || is_late && is_hour
        || is_handed_over_or_open(before, clause, after)
        || OPENS_THEN.is_match(after)
}

/// `请孩子周五带回学校`, `自查表3月20日送医务科`, `即日起至3月31日，可亲临柜台索取`: what is handed over that day, or may be had until then.
fn is_handed_over_or_open(before: &str, clause: &str, after: &str) -> bool {
    static HANDED_OVER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\([^)]{0,24}\))?\s?(?:报[送交至给]|提交|[上递送]交|送[达至到]|[交寄发][至到给]|[带帶交送][回来來])",
        )
    });
    static TOLD_FIRMLY: LazyLock<Regex> = LazyLock::new(|| fixed("[请請须須]|务必|務必"));
    static TO_OFFICE: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\([^)]{0,16}\))?\s?(?:(?:送|交[^流通易]|报[^告道名])\p{Han}{0,8}[科处處室办部局组厅]|汇总|收[齐集]|收[，。；)]|收$)",
        )
    });
    static FROM_NOW: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"(?:即日|今日|今天|之日|今)起?(?:开始)?(?:至|到)\s?$"));
    static ACTS_SOON: LazyLock<Regex> =
        LazyLock::new(|| fixed(&format!(r"^[^。；]{{0,30}}(?:{ACTS})")));
    static HANDED_TO: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"^\s?(?:\([^)]{0,24}\))?\s?(?:统一|集中)?[报提寄发上送传][送交报传][至到给]")
    });
    HANDED_OVER.is_match(after) && TOLD_FIRMLY.is_match(clause)
        || HANDED_TO.is_match(after)
        || TO_OFFICE.is_match(after)
        || FROM_NOW.is_match(before) && ACTS_SOON.is_match(after)
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// `推迟到`, `延期至`.
static MOVED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:延长|延期|延長|展延|顺延|順延|推迟|推遲|延后|延後|延|改期|提前|(?:截止|报名|申报|報名)\p{Han}{0,8}(?:调整|調整|变更|變更|改))[至到为為]\s?(?:[:：]|北京时间)?$",
    )
});
/// `投标截止时间为3月20日9:00，现更正为`: the new day of what was named before.
static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r#"(?:截[止稿标標]|期限|{ACTS})[^。；]{{0,60}}(?:更正|变更|變更|调整|調整|修改|更改|改)[至到为為]\s?[“"「]?$"#
    ))
});
/// `“…”更正为“4月1日截止”`.
static CORRECTED: LazyLock<Regex> =
    LazyLock::new(|| fixed(r#"(?:更正|变更|變更|调整|調整|修改|更改|改)[至到为為]\s?[“"「]?$"#));
/// Words that ask the reader.
static TOLD: LazyLock<Regex> =
    LazyLock::new(|| fixed("[请請须須]|务必|務必|应当?|應|需|意者|有意|欢迎|歡迎"));
/// What is done by readers, after the day.
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"^[^，。；]{{0,40}}(?:{ACTS}|寄|发送|发至|缴|繳|完成|提出|檢附|送件)"
    ))
});
/// `截止日期为`, `截止时间、开标时间和地点：`, `不得晚于`, `推迟到`.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:截\s?[止稿件標标](?:\p{Han}{0,2}(?:时间|日期|期限|時間)|日|时|期)?(?:\s?[、/和及与與暨]\s?\p{Han}{2,6}){0,2}|截至|最[迟晚遲]\p{Han}{0,2}|最后时限|不(?:得|能|可|应|應)?(?:[晚迟遲][于於]|超[过過])|(?:延长|延期|延長|顺延|順延|推迟|推遲|延|延后)[至到]|期限|限期|[时時]限|截止登记)\s?(?:\([^)]{0,24}\)\s?)?(?:为|為|是|至|到|于|於|在|は)*[\s:：，,;]{0,3}(?:北京时间)?$",
    )
});
/// `竞价结束时间：`.
static ENDING: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?:结束|終止|终止|關閉|关闭)(?:时间|時間|日期)[\s:：为為]{0,3}$"));
/// `前`, `之前`, `止`, `まで`, `까지`.
static ENDS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,16}\)|\))?[\s，]?(?:24[时点:](?:00)?)?\s?(?:\p{Han}?[班市学學课課校馆館会會标標]|中午|下午|上午|晚上|午夜|零[时時点點]|当日|当天|\s){0,3}(?:(?:含|或)?(?:以|之)?前(?:[^后後任身往来夕期的]|来(?:[电函信]|\p{Han}{0,8}(?:领|办|取|登|缴|报))|$)|[截為为]?止|截[止单單稿标標]|結束|结束)",
    )
});
/// `原定于`: what holds no longer.
static FORMER: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"原(?:定|訂|来|先|计划)?(?:的)?(?:报名|申报)?截?止?(?:时间|日期|期限)?[为是于]?\s?$|原\p{Han}{0,8}[“「][^”」]{0,16}$",
    )
});
/// `3月16日9:00—4月26日`: a range that begins, not ends.
static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,24}\))?\s?起?\s?(?:至|到|[-—–~～])+\s?(?:\d{4}\s?[-年./]|\d{1,2}\s?月|\d{1,2}/\d)",
    )
});
/// `清明节前（4月3日）`
static BEFORE_FEAST: LazyLock<Regex> = LazyLock::new(|| fixed(r"前\s?\($"));
/// `发布时间：11月20日 截止时间：`: the label of the date that comes next.
static NEXT: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"^[\s，,;|]*截止(?:时间|時間|日期|期限|日)?\s?[:：]?\s*\d"));
static TO: LazyLock<Regex> = LazyLock::new(|| fixed(r"[^。；]{0,60}(?:至|到|-|—|–|~|～)\s?$"));
/// `请于3月11日至`
static ASKED_WITHIN: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"[请請]\p{Han}{0,12}[于於在][^，。；]{0,40}$"));
static ACTION: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"(?:{ACTS}|公示|异议期|通道|入口|(?:问卷|系统|平台|链接|問卷|系統)\p{{Han}}{{0,4}}开放|办理[:：])[^。；]{{0,50}}$"
    ))
});
static ACTS_THEN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"^\s?(?:\([^)]{{0,24}}\)|\))?\s?(?:期间|内|接[收受]|开放|进行|组织|，|(?:期间|内|\))?\s?(?:到|至|向|在|前往)\p{{Han}}{{1,12}}|(?:携带?|持)\p{{Han}}{{1,20}}|[，,]?\s?(?:可|请|須|须|应)\p{{Han}}{{0,16}})?\s?(?:{ACTS}|登录|打印|办理)"
    ))
});
/// `3月16日至3月18日，请凭选房通知单到售楼处签约`
static ACTS_BY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"^\s?[，,]\s?(?:[请請可須须应凭凡需]|点击|登录|扫|关注|欢迎|歡迎|符合|有意)[^。；]{{0,30}}(?:{ACTS})"
    ))
});
/// `三、获取招标文件时间：3月11日至`
static FETCHED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:(?:获取|领取|购买|下载|发售)\p{Han}{0,6}文件|文件的?(?:获取|领取|购买|下载|发售))[^。；截]{0,40}$",
    )
});
/// `将于4月30日截止`, `将于3月28日停止接收`, whatever it is that does.
static CUT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"^\s?(?:准时|正式|自动|[收开]市后)?(?:截(?:止|单|單|稿|标|標)(?:[^日时時期]|$)|[为為]限|停止(?:接[收受]|回收|收取|{ACTS}))"
    ))
});
/// `3月31日为本季度报销最后一天`.
static LAST_DAY: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,16}\))?(?:为|是|系|為)[^，。；]{0,16}(?:最后(?:一天|期限|时限|一日)|最後(?:一天|期限)|截止)",
    )
});
/// `投票通道将于4月5日24:00关闭`.
static CLOSES: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:系统|通道|入口|平台|链接)?将?(?:准时|正式|自动)?(?:关[闭窗停]|關閉|失效|結束|结束|锁定|冻结|下线)",
    )
});
/// `递交时间：3月26日14:00-14:30，逾期不予接收`, `现场确认：…，过时不候`.
static SUBMITTED_AT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"(?:{ACTS}|遞交)(?:\p{{Han}}{{0,6}}(?:时间|時間|日期)[:：为為]?|[:：])\s?$"
    ))
});
/// `开标时间：4月8日15:00（投标截止时间同开标时间）`
static OPENS_THEN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"^\s?[(，,]?\s?\p{Han}{0,6}截止(?:时间|日期)?[^。；)]{0,4}(?:同|与|即)")
});
/// `导出服务保留至3月31日24时，请在此之前自行下载`, `月卡将于3月14日到期，请及时续费`
static BEFORE_THIS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(&format!(
        r"^[^。；]{{0,30}}(?:[于於在]此(?:日|日期|时间|時間)?|到期日?|期[满滿]|[届屆][满滿])(?:之|以)?前|^\s?到期[^。；\d]{{0,40}}[请請][^。；\d]{{0,16}}(?:{ACTS})"
    ))
});
/// `普测系统4月3日24时关闭`, but not `本平台将于…关闭旧版入口`
static SHUTS: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"^\s?(?:自动|准时)?(?:关闭|關閉|关停)(?:[，。；]|$)"));
static WAY_IN: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?:系统|系統|通道|入口|平台|链接|窗口|端口)[于於在]?\s?$"));
/// `3月17日报交至科研科，过时不再接收`
static HANDED_IN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,24}\))?\s?(?:报送|报交|提交|上交|递交|送交|送达|(?:当天|当日)?\p{Han}{0,10}(?:办理|报到|缴)|交至|交到|送至|报至|寄至|发至)",
    )
});
static LATE: LazyLock<Regex> = LazyLock::new(|| {
    fixed("逾期(?:[^费罚]|$)|逾時|过期|过时|不再受理|不再接收|不予受理|恕不受理|視為放棄|视为放弃")
});
/// `将于4月1日举行`, `4月1日至9月30日为施工期`
static TAKES_PLACE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"^\s?(?:\([^)]{0,16}\))?\s?(?:正式|如期|准时)?(?:举行|举办|召开|开幕|开赛|开考|开课|开学|开标|舉行|舉辦|召開|停[课诊运]|封闭|放假|闭馆|为\p{Han}{0,4}(?:施工|展览|考试|休息|放假|实习))",
    )
});
/// `考试时间：`, `展期为`: when something takes place, which is no time to act.
static EVENT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?:考试|笔试|面试|考試|會議|会议|会期|论坛|讲座|直播|活动|活動|展[览覽期出]|演出|演练|比赛|[初复决预]赛|开放|施工|工期|[停断][水电气止運运]|封闭|闭[馆关]|暂停|维护|检修|升级|[放休]假|军训|实习|试用|培训|體檢|体检|开标|评审|答辩)\p{Han}{0,4}(?:时间|時間|日期|期)?[\s:：为為于於至到从自]",
    )
});

/// Returns whether the date is of somebody else's doing, of the past, or no end at all.
fn is_of_others(clause: &str, before: &str, after: &str) -> bool {
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"预计|預計|預定|有望|力争|承诺(?:[^书書函]|$)|(?:计划|計畫|計劃|拟|擬|将|將)(?:[于於在]|\s?$)|[定订訂][于於]\s?$|已[于於在经經]|曾|有效期|答复期限|合同|保质期|工期|(?:履行|服务|供货|交货|质保|入职|到岗|办结|审[批核]|建设|研究|租赁|过渡|任职)\p{Han}{0,2}(?:时间|日期|期限?)|(?:我|本)(?:局|公司|校|院)将|将由",
        )
    });
    /// What those in charge ask of others: `会议强调`, `书记…要求`.
    static REPORTED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?:会议|书记|[省市县区局校院厅]长|主任|总经理|董事长|领导|督查组|检查组|调研组)[^。；]{0,24}(?:强调|指出|要求|提出|部署)|(?:强调|指出|表示|透露|据悉|据了解|据介绍)[，,：:]",
        )
    });
    static LATER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\([^)]{0,12}\))?\s?(?:之后|以后|后|後|起|以来|开始|(?:以|之)?前(?:已|下发|印发|发布|发出|公布|出台|(?:全部|统一|陆续|将)?(?:退[还清回]|发放|公示|答复|恢复)))",
        )
    });
    /// `力争年底前覆盖全县，2027年6月底前完成改造`
    static INTENDED: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"(?:预计|預計|有望|力争|确保)[^。；请請须須应應]*$"));
    let is_asked = clause.contains(['请', '請']);
    let is_intended = || INTENDED.is_match(before) && !ACTS_THEN.is_match(after);
    let is_told_of = || DOES.is_match(clause) || REPORTED.is_match(before) || is_intended();
    !is_asked && is_told_of() || LATER.is_match(after)
}

/// `截至3月9日，共签约…`: how things stood on a day.
fn is_as_of(before: &str, after: &str) -> bool {
    static ENDS_AT: LazyLock<Regex> = LazyLock::new(|| fixed("截[至止][到至]?$"));
    static STOOD: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\d{1,2}[时点:]\d{0,2})?[，,]?[^。；]{0,20}(?:已|共有|共[计計]|累计|累計|现有|達|达到|全[市县省校国])",
        )
    });
    ENDS_AT.is_match(before) && STOOD.is_match(after)
}

/// `2026年7月31日前取得学位`, `年龄计算截止到…`: what applicants must be, and nothing that they are asked to do by then.
fn is_condition_of_people(before: &str, after: &str) -> bool {
    static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?:年龄|年齡|工龄|党龄|年限|经历|經歷|学历|学位|业绩|资质|保修期|质保期|有效期|任期)[\p{Han}，]{0,16}截[止至](?:日期|时间|时点)?\p{Han}{0,2}[\s:：]?$",
        )
    });
    static BECOME: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^\s?(?:\([^)]{0,12}\))?\s?(?:以|之)?前(?:须|应|已|能够?)?(?:[年未不]?满|取得[^联聯]|获得|入职|到岗|毕业[^班生]|出生|参加工作|成立|竣工|完工|建成|通车|投产|完?成?(?:供货|交货|安装|施工)|系|有效)",
        )
    });
    COUNTED.is_match(before) || BECOME.is_match(after)
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
