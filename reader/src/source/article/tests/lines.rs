//! Lines of a notice that resemble those which describe its article.

use super::{article, page, paragraphs, shown};
use crate::bulletin::Article;

fn with(around: &str, body: &str) -> Article {
    let main = format!("<h1>关于东区停水的通知</h1>{around}<div class=\"content\">{body}</div>");
    article(&page("<title>关于东区停水的通知</title>", &main))
}

const PUBLISHED: &str = "<p>发布时间：2022-11-20</p>";

#[test]
fn a_first_line_with_a_label_of_its_own_stays_with_those_above_it() {
    for line in [
        "材料审核：12月3日至5日",
        "成绩公布：12月20日在官网公布",
        "中标信息：某某公司，100万元",
        "资金来源：财政拨款",
        "第一作者：须为在校学生",
        "论文作者：限三人以内",
        "数据更新：每日一次",
        "开放访问：全天",
        "停车查看：扫描二维码",
        "人员编辑：3名",
        "字体：宋体小四",
        "结果公示、文件印发：由办公室负责",
        "放假：2022年12月7日",
        "预计上线：2022年12月7日",
        "时间安排：2022年12月7日",
        "领取：2022年12月7日起",
        "有效期至：2022-12-31",
        "停水2022年12月7日8时至18时",
    ] {
        for above in ["", "<p>项目名称：实验室建设</p>"] {
            let body = format!(
                "{above}<p>{line}</p><p>集合地点：一楼大厅</p>{}",
                paragraphs()
            );
            let found = with(PUBLISHED, &body);
            assert!(found.text.contains(line), "{line}: {}", found.text);
            assert_eq!(found.text.contains("项目名称"), !above.is_empty(), "{line}");
            assert_eq!(
                shown(found.published).as_deref(),
                Some("2022-11-20"),
                "{line}"
            );
            assert_eq!(found.publisher, None, "{line}");
            assert_eq!(found.author, None, "{line}");
        }
    }
}

#[test]
fn the_day_behind_a_label_of_its_own_is_no_day_of_publication() {
    for line in [
        "预计上线：2022年11月7日",
        "时间安排：2022年11月7日",
        "开学：2022年9月1日",
        "合同签订：2022年11月7日",
        "上线日：2022年11月7日",
    ] {
        let found = with("", &format!("<p>{line}</p>{}", paragraphs()));
        assert_eq!(found.published, None, "{line}");
        assert!(found.text.contains(line), "{line}: {}", found.text);
    }
}

#[test]
fn the_source_of_money_or_data_is_no_publisher() {
    for line in [
        "<p>资金来源：财政拨款</p>",
        "<p>经费来源：自筹</p>",
        "<p>项目来源：省科技厅</p>",
        "<p>货物来源：国产</p>",
        "<p>数据来源：国家统计局，截止时间：2022年10月31日</p>",
        "<table><tr><td>资金来源</td><td>财政资金</td></tr><tr><td>预算</td><td>100万</td></tr></table>",
    ] {
        let found = with(PUBLISHED, &format!("{line}{}", paragraphs()));
        assert_eq!(found.publisher, None, "{line}");
    }
    for (line, publisher) in [
        ("信息来源：后勤部", "后勤部"),
        ("文章来源：后勤部", "后勤部"),
        ("发布时间：2022-11-20 来源：后勤部", "后勤部"),
        ("来源：后勤部，作者：李青", "后勤部"),
    ] {
        let found = with(&format!("<p>{line}</p>"), &paragraphs());
        assert_eq!(found.publisher.as_deref(), Some(publisher), "{line}");
    }
}

#[test]
fn the_day_of_an_event_may_stand_behind_its_weekday() {
    for line in [
        "Wann: Samstag, den 7. November 2022",
        "Wann: am 05.11.2022",
        "Wann: Do., 05.11.2022",
        "Termin: Donnerstag, 5. November 2022",
        "Termin (Beginn): 07.11.2022",
        "Termin – 7. November 2022",
        "Quand : le 7 novembre 2022",
        "Quand : samedi 7 novembre 2022 à 18h",
        "Cuándo: el sábado 7 de noviembre de 2022",
        "Quando: sabato 7 novembre 2022",
        "When: on Saturday, November 7, 2022",
        "Beginn: 05.11.2022",
        "Zeit: 07.11.2022, 18 Uhr",
        "Veranstaltungsdatum: 05.11.2022",
    ] {
        let found = with("", &format!("<p>{line}</p>{}", paragraphs()));
        assert_eq!(found.published, None, "{line}");
        assert!(found.text.contains(line), "{line}: {}", found.text);
    }
}

#[test]
fn a_byline_without_spaces_is_no_line_of_the_text() {
    let byline = "<div><span>发布者：宣传部</span><span>发布时间：2022-11-20</span><span>浏览次数：10</span></div>";
    let found = with(byline, &paragraphs());
    assert!(!found.text.contains("宣传部"), "{}", found.text);
    assert_eq!(shown(found.published).as_deref(), Some("2022-11-20"));
}

#[test]
fn a_deadline_between_headline_and_text_is_one_and_stays() {
    for (head, line) in [
        (
            "<p>发布时间：2022-11-20</p><p>报名截止：2022-12-11</p>",
            "报名截止：2022-12-11",
        ),
        (
            "<p>发布时间：2022-11-20　　截止时间：2022-12-11</p>",
            "截止时间：2022-12-11",
        ),
        (
            "<div class=\"info\">发布时间：2022-11-20 截止时间：2022-12-11</div>",
            "截止时间：2022-12-11",
        ),
        (
            "<div class=\"info\"><span>发布日期</span><span>2022-11-20</span><span>截止日期</span><span>2022-12-11</span></div>",
            "2022-12-11",
        ),
        (
            "<ul class=\"meta\"><li>发布时间：2022-11-20</li><li>报名截止：2022-12-11</li></ul>",
            "报名截止：2022-12-11",
        ),
        (
            "<table><tr><th>发布时间</th><td>2022-11-20</td><th>截止时间</th><td>2022-12-11</td></tr></table>",
            "截止时间 2022-12-11",
        ),
        (
            "<p>发布时间：2022-11-20</p><p>报名截止：2022-12-11</p><p>放假：2022年12月17日</p>",
            "放假：2022年12月17日",
        ),
        (
            "<p>发布时间：2022-11-20</p><p>Bewerbungsfrist: 11.12.2022</p>",
            "Bewerbungsfrist: 11.12.2022",
        ),
    ] {
        let text = "<p>因主管网改造，东区宿舍将于近日停水一天，影响三号楼至九号楼，请住户提前储水，并关好水龙头。</p>".repeat(3);
        let found = with(head, &text);
        assert_eq!(
            shown(found.deadline).as_deref(),
            Some("2022-12-11"),
            "{head}"
        );
        assert!(found.text.contains(line), "{head}: {}", found.text);
        assert_eq!(
            shown(found.published).as_deref(),
            Some("2022-11-20"),
            "{head}"
        );
        let summary = found.summary.unwrap_or_default();
        let is_short = !head.starts_with("<p>") || summary.contains(line);
        assert!(is_short, "{head}: {summary}");
    }
}
