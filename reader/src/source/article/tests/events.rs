//! Days that are not the one of publication, and lines with the time and place of meetings.

use super::{article, page, paragraphs, shown};

fn with(around: &str, body: &str) -> crate::bulletin::Article {
    let main = format!("<h1>关于东区停水的通知</h1>{around}<div class=\"content\">{body}</div>");
    article(&page("<title>关于东区停水的通知</title>", &main))
}

#[test]
fn the_day_of_something_else_is_no_day_of_publication_once_it_has_passed() {
    for line in [
        "截止日期为2021年1月31日",
        "报名时间为2021年1月31日",
        "考试时间是2021年1月31日",
        "面试时间：2021年1月31日",
        "公示时间为：2021年1月31日",
        "公示时间：2021年1月25日至2021年1月31日",
        "报名时间：2021年1月25日9:00—2021年1月31日17:00",
        "现场确认时间：2021年1月31日",
        "2021年1月31日截止",
        "2021年1月31日前有效",
        "Closing date: 31 January 2021",
        "The deadline is January 31, 2021",
        "公示期：2021年1月25日—2021年1月31日",
        "公示时间：2021-01-25 - 2021-01-31",
        "报名截止（2021-01-31）",
        "截止 2021-01-31",
        "缴费期限：2021年1月31日",
        "报名期限：2021-01-31",
        "期限：2021-01-31",
        "会期：2021年1月31日",
        "Applications close on 31 January 2021",
        "Applications close 31 January 2021",
        "Applications close: 31 January 2021",
        "Bewerbungsfrist: 31.01.2021",
        "Anmeldeschluss: 31. Januar 2021",
        "Date limite : 31 janvier 2021",
        "Date limite de dépôt : 31 janvier 2021",
        "締切：2021年1月31日",
        "日時：2021年1月31日",
    ] {
        let alone = with(&format!("<p>{line}</p>"), &paragraphs());
        assert_eq!(shown(alone.published), None, "{line}");
        for around in [
            format!("<p>{line}</p><p>2022-11-20</p>"),
            format!("<p>2022-11-20</p><p>{line}</p>"),
            format!("<p>{line} 2022-11-20</p>").replace(" 2022", "　　综合科　2022"),
        ] {
            let beside = with(&around, &paragraphs());
            assert_eq!(
                shown(beside.published).as_deref(),
                Some("2022-11-20"),
                "{around}"
            );
        }
    }
    let table = "<table><tr><td>报名截止日期</td><td>2021-01-31</td></tr></table>";
    assert_eq!(with(table, &paragraphs()).published, None);
    let stamp = "<p>Closes: <time datetime=\"2021-01-31\">31 Jan</time></p>";
    assert_eq!(with(stamp, &paragraphs()).published, None);
}

#[test]
fn a_range_of_days_gives_no_day_of_publication() {
    for line in [
        "公示期：2021年1月25日—2021年1月31日。",
        "报名时间：2021年1月25日—2021年1月31日",
        "公示时间：2021-01-25 - 2021-01-31",
        "2021年1月25日—2021年1月31日",
    ] {
        for place in [
            "",
            "<p>全体职工应当知悉，请互相转告，并按时参加有关活动。</p>",
        ] {
            let body = format!("{place}<p>{line}</p>{}", paragraphs());
            assert_eq!(with("", &body).published, None, "{place}{line}");
            let signed = format!("{body}<p>综合科</p><p>2022年11月20日</p>");
            let found = with("", &signed);
            assert_eq!(
                shown(found.published).as_deref(),
                Some("2022-11-20"),
                "{place}{line}"
            );
        }
    }
}

#[test]
fn the_label_above_a_last_line_is_not_a_signature() {
    for lines in [
        "<p>面试时间：</p><p>2021年6月8日</p>",
        "<p>面试时间</p><p>2021年6月8日</p><p>面试地点</p><p>第三会议室</p>",
        "<p>截止日期：<br>2021年6月8日</p>",
        "<table><tr><td>报名截止</td><td>2021-06-03</td></tr><tr><td>笔试日期</td><td>2021-06-08</td></tr></table>",
    ] {
        let found = with("", &format!("{}{lines}", paragraphs()));
        assert_eq!(found.published, None, "{lines}");
    }
}

#[test]
fn the_day_after_another_day_has_a_worth_of_its_own() {
    for line in [
        "报名截止（2021-01-31） 2022-11-20",
        "截稿日期 2021-01-31 &nbsp; 2022-11-20",
        "缴费期限：2021-01-31 2022-11-20",
        "<span>2022-11-20</span><span>截止：2021-01-31</span>",
        "2022-11-20 截止日期：2021-01-31",
    ] {
        let found = with(&format!("<p>{line}</p>"), &paragraphs());
        assert_eq!(
            shown(found.published).as_deref(),
            Some("2022-11-20"),
            "{line}"
        );
    }
}

#[test]
fn bare_labels_and_those_of_publishing_give_the_day() {
    for line in [
        "日期：2022-11-20",
        "时间：2022-11-20 来源：后勤部 点击：5",
        "[时间]：2022年11月20日",
        "发布时间：2022-11-20",
        "信息时间：2022-11-20",
        "生成日期：2022-11-20",
        "Date: 20 November 2022",
        "Posted on 20 November 2022",
    ] {
        let found = with(&format!("<p>{line}</p>"), &paragraphs());
        assert_eq!(
            shown(found.published).as_deref(),
            Some("2022-11-20"),
            "{line}"
        );
        assert!(!found.text.contains(line), "{line}: {}", found.text);
    }
}

#[test]
fn when_and_where_people_meet_stays_in_text_and_summary() {
    for lines in [
        vec![
            "时间：2022年11月10日下午13:30",
            "地点：国际大厦二楼报告厅",
            "主讲人：某教授",
        ],
        vec!["时间：2022年11月10日", "地点：报告厅"],
        vec!["会议时间：2022年11月10日", "会议地点：三楼会议室"],
        vec!["讲座时间：11月10日14:00，地点：报告厅"],
        vec!["时间：2022-11-10 14:00-16:00"],
        vec!["一、时间：2022年11月10日", "二、地点：三楼会议室"],
        vec!["Time: 10 November 2022, 2 pm", "Venue: Hall B"],
        vec!["Date: 10 November 2022", "Venue: Hall B"],
        vec!["活动日期：2022年11月10日至2022年11月12日"],
    ] {
        let body: String = lines
            .iter()
            .map(|line| format!("<p><strong>{line}</strong></p>"))
            .collect();
        let found = with(
            "<p>来源：国际学院 点击次数：</p>",
            &format!("{body}{}", paragraphs()),
        );
        for line in &lines {
            assert!(found.text.contains(line), "{line}: {}", found.text);
        }
        assert!(found.text.starts_with(lines[0]), "{}", found.text);
        assert_eq!(found.published, None, "{lines:?}");
        let summary = found.summary.unwrap_or_default();
        let first = lines[0].trim_start_matches("一、");
        assert!(summary.starts_with(first), "{summary}");

        let below = with(
            "<p>发布时间：2022-11-05</p>",
            &format!("{}{body}", paragraphs()),
        );
        for line in &lines {
            assert!(below.text.contains(line), "{line}: {}", below.text);
        }
        assert_eq!(shown(below.published).as_deref(), Some("2022-11-05"));
    }
}

#[test]
fn the_day_of_an_event_stays_where_no_place_stands_near() {
    for line in [
        "时间：12月3日14:00",
        "时间：12月3日",
        "时间：2022年12月3日（星期六）14:00",
        "时间：2022年11月10日14:00",
        "日期：2022年12月3日",
        "時間：2022年12月3日14:00",
        "Date: 3 December 2022",
        "Date: 3 December",
        "时间：2022-12-03 14:00",
        "★时间：12月3日14:00",
        "日期/时间：12月3日14:00",
        "时间（线上）：12月3日14:00",
    ] {
        for (around, published) in [
            ("", None),
            ("<p>各位老师：</p>", None),
            ("<p>发布时间：2022-11-20</p>", Some("2022-11-20")),
        ] {
            let found = with(around, &format!("<p>{line}</p>{}", paragraphs()));
            assert_eq!(
                shown(found.published).as_deref(),
                published,
                "{around}{line}"
            );
            assert!(found.text.contains(line), "{around}{line}: {}", found.text);
            let summary = found.summary.unwrap_or_default();
            assert!(summary.contains(line), "{around}{line}: {summary}");
        }
    }
    let passed = "<p>日期：2022年11月10日</p>";
    let found = with(
        "<p>发布时间：2022-11-05</p>",
        &format!("{passed}{}", paragraphs()),
    );
    assert_eq!(shown(found.published).as_deref(), Some("2022-11-05"));
    assert!(found.text.starts_with("日期：2022年11月10日"));
    let repeated = with(
        "<p>发布时间：2022-11-20</p>",
        &format!("<p>日期：2022-11-20</p>{}", paragraphs()),
    );
    assert!(!repeated.text.contains("日期："), "{}", repeated.text);
}

#[test]
fn a_label_may_stand_above_the_time_of_an_event() {
    for lines in [
        "<p>时间：</p><p>12月3日14:00</p>",
        "<table><tr><td>时间</td><td>12月3日14:00</td></tr></table>",
        "<p>面试时间</p><p>2021年6月8日</p>",
    ] {
        let found = with("", &format!("{lines}{}", paragraphs()));
        assert_eq!(found.published, None, "{lines}");
        assert!(found.text.contains("时间"), "{lines}: {}", found.text);
    }
}

#[test]
fn a_last_sentence_that_speaks_of_closing_or_printing_is_of_the_text() {
    for line in [
        "各楼栋要安排专人，检查用水设备是否关闭，防止跑水。",
        "关闭水龙头后请锁好门窗，以免跑水。",
        "请自行打印准考证参加考试",
        "打印准考证后请核对信息。",
        "扫码报名，额满为止。",
        "举报电话：0000-555012",
        "详情请查看（附件1）。",
        "申报材料用四号字体打印，一式三份。",
        "收藏展览同时开放，欢迎参观。",
    ] {
        let found = with(
            "<p>发布时间：2022-11-20</p>",
            &format!("{}<p>{line}</p>", paragraphs()),
        );
        assert!(found.text.ends_with(line), "{line}: {}", found.text);
    }
    for line in [
        "【打印本页】 【关闭窗口】",
        "打印 关闭",
        "字体：大 中 小 打印",
        "扫一扫在手机打开当前页",
        "分享到：微信 微博",
        "我要举报",
    ] {
        let found = with(
            "<p>发布时间：2022-11-20</p>",
            &format!("{}<p>{line}</p>", paragraphs()),
        );
        assert!(!found.text.contains(line), "{line}: {}", found.text);
    }
}

/// Checks a page's lines around its text or at its start, its day of publication, and the part that stays in the text.
#[test]
fn a_line_of_several_labels_is_judged_by_what_it_says() {
    for (around, body, published, kept) in [
        // Bylines.
        ("时间：2022-11-20 来源：后勤部", "", Some("2022-11-20"), ""),
        (
            "时间：2022年11月20日14:00 来源：后勤部",
            "",
            Some("2022-11-20"),
            "",
        ),
        (
            "上线时间：2022-11-20 来源：后勤部",
            "",
            Some("2022-11-20"),
            "",
        ),
        ("时间：11月20日 来源：后勤部", "", Some("2022-11-20"), ""),
        (
            "时间：2022年11月20日 14:00</p><p>来源：后勤部",
            "",
            Some("2022-11-20"),
            "",
        ),
        (
            "来源：后勤部</p><p>时间：2022年11月20日 14:00",
            "",
            Some("2022-11-20"),
            "",
        ),
        (
            "报名时间：2022-11-01 来源：后勤部 时间：2022-11-20",
            "",
            Some("2022-11-20"),
            "报名时间",
        ),
        (
            "时间：2022-11-20 来源：后勤部 截止时间：2022-12-01",
            "",
            Some("2022-11-20"),
            "截止时间：2022-12-01",
        ),
        // Events.
        (
            "",
            "时间：2022年12月3日14:00 来源：后勤部",
            None,
            "时间：2022年12月3日14:00",
        ),
        (
            "",
            "时间：12月3日14:00 来源：后勤部",
            None,
            "时间：12月3日14:00",
        ),
        (
            "发布时间：2022-11-20",
            "时间：2022年12月3日 来源：后勤部",
            Some("2022-11-20"),
            "时间：2022年12月3日",
        ),
        (
            "",
            "时间：2022年11月10日14:00 地点：报告厅 来源：后勤部",
            None,
            "地点：报告厅",
        ),
    ] {
        let around = format!("<p>{around}</p>");
        let found = with(&around, &format!("<p>{body}</p>{}", paragraphs()));
        let day = found.published.map(|moment| moment.day().to_string());
        assert_eq!(day.as_deref(), published, "{around}{body}");
        assert!(found.text.contains(kept), "{around}{body}: {}", found.text);
        let stays = found.text.contains("来源：");
        assert_eq!(stays, !kept.is_empty(), "{around}{body}: {}", found.text);
    }
    let both = "<p>时间：2022-11-20 来源：后勤部 截止时间：2022-12-01</p>";
    let found = with(both, &paragraphs());
    assert_eq!(shown(found.deadline).as_deref(), Some("2022-12-01"));
}

#[test]
fn labels_of_appointments_and_launches_name_no_day_of_publication() {
    for line in [
        "Termin: 10. November 2022",
        "Termin: 10.11.2022, 14 Uhr",
        "Prüfungstermin: 3. Dezember 2022",
        "Wann: 10. November 2022",
        "上线时间：12月3日",
        "上线时间：2022年12月3日",
        "系统上线时间：2022年11月10日",
    ] {
        for (around, published) in [
            ("", None),
            ("<p>发布时间：2022-11-20</p>", Some("2022-11-20")),
        ] {
            let found = with(around, &format!("<p>{line}</p>{}", paragraphs()));
            assert_eq!(
                shown(found.published).as_deref(),
                published,
                "{around}{line}"
            );
            assert!(found.text.contains(line), "{around}{line}: {}", found.text);
            assert_eq!(found.publisher, None, "{around}{line}");
        }
    }
    let published = "<p>发布时间：2022-11-20</p>";
    let found = with(
        published,
        &format!("<p>上线时间：2022年11月10日</p>{}", paragraphs()),
    );
    assert!(found.text.starts_with("上线时间"), "{}", found.text);
    let alone = with("<p>上线时间：2022-11-20</p>", &paragraphs());
    assert_eq!(shown(alone.published).as_deref(), Some("2022-11-20"));
    assert_eq!(alone.publisher, None);
}
