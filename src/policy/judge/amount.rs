//! Distinguishes numbers that a notice is about from counts of readers, by the words around them: 12人, 320万元, 512室.

use std::sync::LazyLock;

use regex::Regex;

/// The number of digits from which a number names something: a telephone, a file.
const LONG: usize = 7;

/// Returns whether a number of a plain title is an amount that the notice is about; `before` and `after` are the
/// text around it.
pub(super) fn is_amount(before: &str, number: &str, after: &str) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        let chinese = "电话|電話|热线|熱線|手机|传真|專線|专线|地点|地點|地址|教室|会议室|會議室|房间|包间|价|價|预算|預算|金额|金額|费用|标准|奖金|编号|編號|文号|代码|邮编|招聘|招收|招募|录用|录取|拟聘|采购|名额";
        let latin = "tel|phone|hotline|telefon|fax|room|raum|zimmer|salle|sala|budget|price|preis";
        fixed(&format!(
            r"(?:(?:{chinese})(?:为|是|约|共|不超过)?|(?:{latin})\.?)[:：(（\s]*$|[$€£¥￥]\s?$|[a-z][-_]?$"
        ))
    });
    static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
        let chinese = "万?亿?元|万?美元|万?人|名|位|室|号楼|號樓|栋|棟|幢|座|楼|樓|层|層|台|臺|套|间|間|辆|輛|件|批|本|册|箱|瓶|包|标段|標段|标包|所|家|户|公?里|米|千米|公?[吨斤顷]|千?克|平方米|亩|畝|岁|周岁|学分|学时|课时|届|屆|期|讲|场|場|班|级|組|组|年级|路|线|寸|匹|升|伏|瓦";
        let latin =
            "eur|euros?|usd|rmb|cny|kg|km|m²|㎡|personen|places?|plätze|posts?|stellen|rooms?";
        fixed(&format!(
            r"^\s*[余多]?(?:(?:{chinese})(?:$|[^\p{{Han}}]|的|以[上下内]|左右|整)|(?:{latin})(?:$|[^\p{{L}}])|(?:people|persons?)(?:$|[^\p{{L}}\s])|€)"
        ))
    });
    static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?:已(?:有|报名|参与|售)?|共有|(?:还有|還有|还剩|剩余|剩餘|仅剩)(?:名额|席位|库存)?|人数|人數|人气|热度|次数|[阅看读评赞])[^\p{L}\p{N}]*$",
        )
    });
    let before = before.to_lowercase();
    let is_long = number.len() >= LONG && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_said = is_long || NAMED.is_match(&before) || MEASURED.is_match(&after.to_lowercase());
    is_said && !COUNTED.is_match(&before)
}

/// Returns whether a piece of a title states that the notice changed.
pub(super) fn is_news(piece: &str) -> bool {
    static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?i)取消|延期|延后|延後|延迟|延遲|延长|延長|顺延|改期|改为|改為|改至|提前|推迟|推遲|暂停|暫停|停止|停办|中止|终止|終止|终了|作废|作廢|无效|無效|废止|廢止|废标|流标|撤销|撤銷|撤回|更正|变更|變更|补充|補充|修订|修訂|修正|勘误|调整|調整|恢复|恢復|変更|訂正|취소|연기|변경|정정|cancel|postpon|delay|reschedul|withdrawn|revoked|suspend|terminat|correct|amend|revised|changed|extended|abgesagt|verschoben|verlegt|entfällt|korrigiert|berichtig|annul|report[ée]|modifi|aplaz|pospuest|suspendid|rinviat|adiad|отмен|перенес|перенос",
        )
    });
    CHANGED.is_match(piece)
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern, a test reads it")
}
