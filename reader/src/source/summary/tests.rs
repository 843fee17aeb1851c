use chrono::TimeZone;
use proptest::prelude::*;

use super::*;

fn by(text: &str) -> Option<String> {
    let now = Utc.with_ymd_and_hms(2022, 11, 25, 4, 0, 0).unwrap();
    let published = Moment::Day(chrono::NaiveDate::from_ymd_opt(2022, 11, 20).unwrap());
    deadline(text, Some(&published), chrono_tz::Asia::Shanghai, now)
        .map(|moment| moment.to_string())
}

#[test]
fn a_greeting_and_a_dateline_are_left_out() {
    let text =
        "各单位：\n本报讯（记者 张三）今天上午，公司召开安全生产会议。会议要求全面排查隐患。";
    assert_eq!(
        summarise("公司召开会议", None, text, None).as_deref(),
        Some("今天上午，公司召开安全生产会议。会议要求全面排查隐患。")
    );
}

#[test]
fn the_title_is_not_repeated() {
    let text = "关于停水的通知\n因管网检修，东区宿舍将停水一天，请提前储水。";
    assert_eq!(
        summarise("关于停水的通知", None, text, None).as_deref(),
        Some("因管网检修，东区宿舍将停水一天，请提前储水。")
    );
}

#[test]
fn files_that_are_named_below_a_text_are_no_part_of_its_summary() {
    for line in [
        "附件1：2026年度入围供应商名单（第一批）.xlsx (115 B)",
        "附件：报名表.docx（25.6KB）",
        "入围供应商名单及各包件成交金额一览表（正式公布版本、含联系方式与地址）.pdf [1.2 MB]",
        "📎 附件2：汇总表.xls（大小：48 KB）",
        "Attachment: list-of-suppliers-of-the-year-2026-final-version.pdf (1,024 bytes)",
    ] {
        let text = format!("经公开评审，入围供应商共9家。\n{line}");
        let summary = summarise("结果公告", None, &text, None);
        assert_eq!(summary.as_deref(), Some("经公开评审，入围供应商共9家。"));
    }
    let text = "请于12月5日前填写附件报名表并发送至邮箱，详见报名表.docx（25KB）";
    assert_eq!(summarise("通知", None, text, None).as_deref(), Some(text));
}

#[test]
fn sentences_stay_in_the_order_of_the_page() {
    let text = "为做好统计工作，现将有关事项通知如下。工作分两步开展。请各部门于12月5日前将报表报送综合科，电话0000-555072。";
    assert_eq!(
        summarise("关于报送报表的通知", None, text, None).as_deref(),
        Some(text)
    );
    let text =
        "The yearly count of stock begins. Shelves stay closed. Please register by December 5.";
    assert_eq!(summarise("Stock", None, text, None).as_deref(), Some(text));
}

#[test]
fn time_and_place_of_a_meeting_are_part_of_the_summary() {
    let text = "时间：12月3日14:00\n地点：三楼报告厅\n主讲人：李青\n欢迎师生参加。";
    assert_eq!(
        summarise("学术讲座", None, text, None).as_deref(),
        Some("时间：12月3日14:00 地点：三楼报告厅 主讲人：李青 欢迎师生参加。")
    );
}

#[test]
fn short_lines_that_say_when_are_part_of_the_summary() {
    for line in [
        "【时间】12月3日",
        "【时间】2022年12月3日",
        "时间｜12月3日14:00",
        "时间（线上）：12月3日14:00",
        "时间（现场）：12月3日14:00",
        "日期/时间：12月3日14:00",
        "会议定于12月3日14:00召开",
        "会议定于2022年12月3日召开",
        "12月3日停水",
        "Hall B, 3 December, 2 pm",
    ] {
        for rest in ["", "\n欢迎师生参加。"] {
            let text = format!("各位老师：\n{line}{rest}");
            let summary = summarise("学术讲座", None, &text, None);
            assert_eq!(summary, Some(format!("{line}{}", rest.replace('\n', " "))));
        }
    }
    for signature in [
        "综合科\n2022年11月20日",
        "综合科 2022年11月20日",
        "2022-11-20 09:30",
    ] {
        let text = format!("欢迎师生参加。\n{signature}");
        let summary = summarise("学术讲座", None, &text, None);
        assert_eq!(summary.as_deref(), Some("欢迎师生参加。"), "{signature}");
    }
}

#[test]
fn a_text_of_short_lines_alone_has_a_summary() {
    for (text, expected) in [
        (
            "明天上午停课\n请同学们在家自习",
            "明天上午停课 请同学们在家自习",
        ),
        ("各位老师：\n明天停课\n教务处\n2022年11月20日", "明天停课"),
    ] {
        let summary = summarise("通知", None, text, None);
        assert_eq!(summary.as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn nobody_to_ask_is_named_in_a_summary() {
    let text = "请携带证件到场。联系电话：0000-555012。\n联系人：王工\n邮箱：a@example.org\nE-mail: a@example.org";
    assert_eq!(
        summarise("通知", None, text, None).as_deref(),
        Some("请携带证件到场。")
    );
    for line in [
        "科研处　王老师　电话：88880001",
        "联系人王老师，电话：88880001。",
        "联系人及电话：王老师 88880001",
        "如有疑问，请致电010-88880001咨询。",
        "有疑问请拨打88880001。",
        "如有疑问请联系张老师（88880003）。",
        "地址：某市某路1号 邮编：100000",
        "咨询：王老师 88880001",
        "服务热线 12345（工作日9:00-17:00）",
        "Contact person: Jane Doe (555-0101)",
        "Media contact: Jane Doe, 555-0101",
        "For further information, please contact Jane Doe at 555-0101.",
    ] {
        let text = format!("请携带证件到场。\n{line}");
        let summary = summarise("通知", None, &text, None);
        assert_eq!(summary.as_deref(), Some("请携带证件到场。"), "{line}");
    }
    for line in [
        "如有问题的材料请于12月5日前退回科研处。",
        "地址：三楼报告厅，请提前到场。",
        "请将报表报送综合科，电话0000-555072。",
    ] {
        let summary = summarise("通知", None, line, None);
        assert_eq!(summary.as_deref(), Some(line));
    }
}

#[test]
fn only_datelines_are_taken_off_a_sentence() {
    for (text, expected) in [
        (
            "本报讯（记者 张三）今天上午，会议召开。",
            "今天上午，会议召开。",
        ),
        (
            "新华社北京11月20日电（记者李四）会议召开了。",
            "会议召开了。",
        ),
        ("某某日报讯 会议今天召开。", "会议今天召开。"),
        (
            "LEEDS, England, Nov. 20 (Agency) — The meeting began.",
            "The meeting began.",
        ),
        ("官网发布停电通知，请留意。", "官网发布停电通知，请留意。"),
        ("网上报名消息请见公告栏。", "网上报名消息请见公告栏。"),
        ("我校校报收到来电一百余个。", "我校校报收到来电一百余个。"),
        (
            "Our new office – a landmark – opens today.",
            "Our new office – a landmark – opens today.",
        ),
        ("停水的范围是东区。", "停水的范围是东区。"),
        (
            "LONDON, Nov 20 (Reuters) - The meeting began.",
            "The meeting began.",
        ),
        (
            "PARIS, Nov. 20, 2026 /PRNewswire/ -- The meeting began.",
            "The meeting began.",
        ),
        (
            "人民网北京11月20日电 （记者张三）会议召开了。",
            "会议召开了。",
        ),
        ("【本报讯】会议今天召开。", "会议今天召开。"),
        ("央视网消息：会议今天召开。", "会议今天召开。"),
        ("据新华社电 会议今天召开。", "会议今天召开。"),
        ("（记者 张三 通讯员 李四）会议今天召开。", "会议今天召开。"),
        ("（试行）办法今天生效。", "（试行）办法今天生效。"),
    ] {
        assert_eq!(
            summarise("停水", None, text, None).as_deref(),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn a_long_first_sentence_is_whole_and_a_longer_one_is_cut_at_a_mark() {
    let long = format!("{}，{}。", "长".repeat(80), "句".repeat(90));
    assert_eq!(summarise("标题", None, &long, None), Some(long));
    let text = format!("{}，{}。", "长".repeat(80), "句".repeat(100));
    let summary = summarise("标题", None, &text, None).unwrap();
    assert_eq!(summary, format!("{}…", "长".repeat(80)));
    let text = format!("{}。{}。", "短".repeat(60), "长".repeat(130));
    let summary = summarise("标题", None, &text, None).unwrap();
    assert_eq!(summary, format!("{}。", "短".repeat(60)));
}

#[test]
fn a_description_is_used_where_it_describes_the_article() {
    let text =
        "会议于上午召开，通报了全年的安全生产情况，部署了冬季消防工作。会后各部门开展了自查。";
    let real = "会议通报了全年安全生产情况，部署冬季消防工作，要求各部门自查。";
    assert_eq!(
        summarise("安全会议召开", Some(real), text, None).as_deref(),
        Some(real)
    );
    let site = "某某集团官方网站，提供最新最全的产品资讯与服务信息，欢迎访问。";
    assert!(
        summarise("安全会议召开", Some(site), text, None)
            .unwrap()
            .starts_with("会议于上午召开")
    );
}

#[test]
fn deadlines_are_read_with_the_year_of_the_notice() {
    for (text, expected) in [
        ("请于12月5日前报送材料。", "2022-12-05"),
        ("请于1月10日之前报送材料。", "2023-01-10"),
        (
            "报名截止时间：2022年12月1日17:00。",
            "2022-12-01T17:00:00+08:00",
        ),
        ("报名时间为11月28日至12月5日。", "2022-12-05"),
        ("逾期不候，截止日期为2022-12-01", "2022-12-01"),
        ("务必于12月5日（周一）下班前交回。", "2022-12-05"),
        ("请于十二月五日前交回执。", "2022-12-05"),
        ("报名时间：2022年11月28—30日。", "2022-11-30"),
        (
            "缴费时间为11月28日至30日17:00。",
            "2022-11-30T17:00:00+08:00",
        ),
        ("请于周五17:00前交值班表。", "2022-11-25T17:00:00+08:00"),
        ("请在下周三前报送材料。", "2022-11-23"),
        ("请将工作计划于12月5日前上传系统。", "2022-12-05"),
        ("请于明天下午5点前填报。", "2022-11-21T17:00:00+08:00"),
        ("请于28日上午10时前签到。", "2022-11-28T10:00:00+08:00"),
        ("原截止日期为11月22日，现推迟到11月29日。", "2022-11-29"),
        ("材料于11月28日报送综合科，逾期不再受理。", "2022-11-28"),
        ("於12月5日前繳回，逾期恕不受理。", "2022-12-05"),
        ("Entries close on 2 December 2022.", "2022-12-02"),
        (
            "Abstracts are due by 11:59 p.m. on 2 December 2022.",
            "2022-12-02T23:59:00+08:00",
        ),
        ("Anmeldeschluss: 2. Dezember 2022", "2022-12-02"),
        (
            "Les candidatures sont à envoyer avant le 2 décembre 2022.",
            "2022-12-02",
        ),
        ("Заявки принимаются до 2 декабря 2022 года.", "2022-12-02"),
        (
            "応募書類は2022年12月2日までに提出してください。",
            "2022-12-02",
        ),
        ("신청 마감: 2022. 12. 2.(금)", "2022-12-02"),
        ("Please register by December 1, 2022.", "2022-12-01"),
        (
            "Applications are due no later than 5 pm on Friday, December 2.",
            "2022-12-02T17:00:00+08:00",
        ),
    ] {
        assert_eq!(by(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn other_dates_are_no_deadline() {
    for text in [
        "截至11月18日，累计完成投资三亿元。",
        "12月5日起施行。",
        "会议于11月28日召开。",
        "2022年3月1日前入职的员工",
        "重新招标公告预计于12月13日前发布，请留意。",
        "工程力争在12月底、最迟12月30日前完工。",
        "12月5日前后将有人上门核查。",
        "由12月5日前任主任主持交接。",
        "12月5日前缴费的，优惠200元。",
        "被告已于12月1日前答辩。",
        "本合同有效期至2023年3月31日。",
        "停水时间为12月3日22:00至12月4日6:00，请提前储水。",
        "请于12月1日起登录系统选课。",
        "每周五前公布菜单。",
        "Sowing before December 10 is forbidden.",
        "Die Sitzung findet am 5. Dezember 2022 statt.",
    ] {
        assert_eq!(by(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_short_summary(title in "\\PC{0,20}", text in "\\PC{0,400}") {
        if let Some(summary) = summarise(&title, Some(&text), &text, None) {
            prop_assert!(width(&summary) <= WHOLE, "{}", summary);
        }
    }
}

#[test]
fn a_summary_is_not_cut_within_what_a_reader_sees_as_a_character() {
    let family = "👨‍👩‍👧‍👦";
    let long = format!("字{}", family.repeat(60));
    let summary = summarise("标题", None, &long, None).unwrap();
    let kept = summary.trim_start_matches('字').trim_end_matches('…');
    assert!(
        summary.ends_with('…') && kept.replace(family, "").is_empty(),
        "{summary}"
    );
}

#[test]
fn the_text_is_shown_where_a_description_leaves_out_what_the_title_is_about() {
    let title = "Doctors offer free flu shots to detained migrants";
    let text = "A group of doctors has offered free flu shots to migrants in custody. The department has not answered.\nThe season begins in October.\n\
        In a letter they wrote at length about what they had seen in earlier winters, and about whom it had hit.\n\
        “We have seen the effects of such infections at first hand.”";
    for given in [
        "“We have seen the effects of such infections at first hand.”",
        "The outcome of such infections has been seen at first hand in earlier winters.",
    ] {
        let summary = summarise(title, Some(given), text, None).unwrap();
        assert!(summary.starts_with("A group of doctors"), "{summary}");
    }
    let own = "Doctors wrote to the department that they would give flu shots to all migrants in custody this winter.";
    assert_eq!(
        summarise(title, Some(own), text, None).as_deref(),
        Some(own)
    );
}

#[test]
fn the_sentence_that_asks_is_shown_where_a_description_leaves_it_out() {
    let text = "学校启动教学成果奖申报工作，每个学院限报两项。\n请于12月5日前将申报书送至教务处。";
    let given = "学校启动教学成果奖申报工作，每个学院限报两项，申报书送至教务处。";
    let asking = Some("请于12月5日前将申报书送至教务处");
    let summary = summarise("教学成果奖申报", Some(given), text, asking).unwrap();
    assert!(summary.contains("12月5日"), "{summary}");
}

#[test]
fn why_a_text_was_drawn_up_is_no_part_of_its_summary() {
    let text = "根据《学位条例》及学校相关文件精神，特制定本章程。\n一、凡12个学位授权点可接受在职人员以同等学力申请硕士学位。";
    assert_eq!(
        summarise("招生章程", None, text, None).as_deref(),
        Some("凡12个学位授权点可接受在职人员以同等学力申请硕士学位。")
    );
}

#[test]
fn lines_that_say_when_a_page_was_changed_are_no_part_of_its_summary() {
    for line in [
        "Updated Nov 19, 2019, 6:55 AM; Posted Nov 18, 2019, 6:51 AM",
        "New Delhi, News Nation Bureau | Updated : 19 November 2019, 09:01 AM",
        "sexta-feira, 22 de outubro de 2010 às 20:13",
    ] {
        let text = format!("{line}\nThe band will play forty concerts in the coming year.");
        let summary = summarise("On tour", None, &text, None).unwrap();
        assert!(summary.starts_with("The band"), "{summary}");
    }
    let text = "日期：2026年3月20日\n各部门派一人参加会议，并准备五分钟的发言。";
    let summary = summarise("会议通知", None, text, None).unwrap();
    assert!(summary.contains("3月20日"), "{summary}");
}

#[test]
fn a_heading_that_asks_is_no_part_of_a_summary() {
    let text = "孩子上课走神怎么办？\n老师请家长先听孩子说，再一起约定三件小事。\n什么是约定？\n约定写在纸上，每周看一次。";
    assert_eq!(
        summarise("家校通讯", None, text, None).as_deref(),
        Some("老师请家长先听孩子说，再一起约定三件小事。约定写在纸上，每周看一次。")
    );
    assert_eq!(
        summarise("家校通讯", None, "孩子上课走神怎么办？", None).as_deref(),
        Some("孩子上课走神怎么办？")
    );
}

#[test]
fn the_name_of_its_writer_is_no_part_of_a_description() {
    let given = "Nach 42 Sitzungen hat der Ausschuss die Anhörungen zur Flut beendet. Was bleibt? Von Anna Berg.";
    let text = "Nach 42 Sitzungen hat der Ausschuss die Anhörungen zur Flut im Tal beendet, und vieles bleibt offen.";
    let summary = summarise("Ausschuss", Some(given), text, None).unwrap();
    assert!(!summary.contains("Anna"), "{summary}");
}

#[test]
fn the_day_below_a_text_changes_no_deadline() {
    let published = Moment::Day("2026-12-01".parse().unwrap());
    let now = "2026-12-01T08:00:00Z".parse().unwrap();
    let zone = chrono_tz::Asia::Shanghai;
    for (text, signed) in [
        (
            "Offers must be submitted by 10:00 on 6 December in the hall. Unsealed offers are not accepted.",
            "Tender Office\n1 December 2026\nAttachments:\nAttachment 1: Terms.pdf",
        ),
        (
            "Bitte senden Sie Ihre Bewerbung bis zum 14. Dezember 2026 ein.",
            "Personalamt\n1. Dezember 2026",
        ),
        (
            "Las solicitudes se presentarán hasta el 20 de diciembre de 2026.",
            "Secretaría\n1 de diciembre de 2026",
        ),
        (
            "请于12月20日前将申报书送至教务处。",
            "教务处\n2026年12月1日",
        ),
    ] {
        let bare = deadline(text, Some(&published), zone, now);
        assert!(bare.is_some(), "{text}");
        let signed = deadline(&format!("{text}\n{signed}"), Some(&published), zone, now);
        assert_eq!(signed, bare, "{text}");
    }
}
