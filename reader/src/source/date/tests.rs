use chrono::TimeZone;
use proptest::prelude::*;

use super::*;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2022, 11, 25, 4, 0, 0).unwrap()
}

fn read(text: &str) -> Option<String> {
    parse(text, chrono_tz::Asia::Shanghai, now()).map(|moment| moment.to_string())
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(read(text).as_deref(), Some(*expected), "{text}");
    }
}

#[test]
fn full_dates_of_chinese_pages_are_read() {
    check(&[
        ("2022-11-20", "2022-11-20"),
        ("2022/11/20", "2022-11-20"),
        ("2022.11.20", "2022-11-20"),
        ("2022.11.20-2022.11.22", "2022-11-20"),
        ("2022 - 11 - 20", "2022-11-20"),
        ("2022年11月20日", "2022-11-20"),
        ("２０２２年１１月２０日", "2022-11-20"),
        ("２０２２－１１－２０", "2022-11-20"),
        ("二〇二二年十一月二十日", "2022-11-20"),
        ("二○二二年一月卅一日", "2022-01-31"),
        ("二零二二年十一月廿三日", "2022-11-23"),
        ("二〇二二年三月三十一日", "2022-03-31"),
        ("[2022-11-20]", "2022-11-20"),
        ("发布时间：2022年11月20日", "2022-11-20"),
        ("发布时间:2022-11-20 阅读量:1120", "2022-11-20"),
        ("20221120", "2022-11-20"),
        ("日期：20221120", "2022-11-20"),
        ("22-11-20", "2022-11-20"),
        ("98-11-20", "1998-11-20"),
        ("22年11月20日", "2022-11-20"),
        ("民國111年11月20日", "2022-11-20"),
        ("中華民國一百一十一年十一月二十日", "2022-11-20"),
        ("ROC 111.11.20", "2022-11-20"),
        ("111-11-20", "2022-11-20"),
        ("111/05/07", "2022-05-07"),
        ("发布日期：2022-11-20作者：", "2022-11-20"),
    ]);
}

#[test]
fn times_are_in_the_source_s_zone_or_in_the_one_written() {
    check(&[
        ("2022-11-20 08:30", "2022-11-20T08:30:00+08:00"),
        ("2022-11-20 08:30:15", "2022-11-20T08:30:15+08:00"),
        ("2022-11-2008:30:15", "2022-11-20T08:30:15+08:00"),
        ("2022年11月20日 08:30", "2022-11-20T08:30:00+08:00"),
        ("2022年11月20日08时30分", "2022-11-20T08:30:00+08:00"),
        ("2022年11月20日 下午3:05", "2022-11-20T15:05:00+08:00"),
        ("2022年11月20日 上午 9点", "2022-11-20T09:00:00+08:00"),
        (
            "2022年11月20日（星期日）下午3点半",
            "2022-11-20T15:30:00+08:00",
        ),
        ("2022年11月20日24:00", "2022-11-20T23:59:59+08:00"),
        ("2022-11-20T08:30:15Z", "2022-11-20T08:30:15+00:00"),
        ("2022-11-20T08:30:15.123+08:00", "2022-11-20T08:30:15+08:00"),
        ("2022-11-20T08:30:15-0500", "2022-11-20T08:30:15-05:00"),
        ("20221120T083015Z", "2022-11-20T08:30:15+00:00"),
        ("2022年11月20日9:00-17:00", "2022-11-20T09:00:00+08:00"),
        ("2022-11-20 08：30", "2022-11-20T08:30:00+08:00"),
        (
            "Sun, 20 Nov 2022 08:30:15 +0800",
            "2022-11-20T08:30:15+08:00",
        ),
        ("Sun, 20 Nov 2022 08:30:15 GMT", "2022-11-20T08:30:15+00:00"),
        (
            "Sunday, 20-Nov-22 08:30:15 GMT",
            "2022-11-20T08:30:15+00:00",
        ),
        ("Sun Nov 20 08:30:15 2022", "2022-11-20T08:30:15+08:00"),
        ("Sun Nov 20 08:30:15 CST 2022", "2022-11-20T08:30:15+08:00"),
        ("Nov 20, 2022 8:05 pm", "2022-11-20T20:05:00+08:00"),
        (
            "November 20, 2022 at 8:05 a.m. EST",
            "2022-11-20T08:05:00-05:00",
        ),
        ("20 November 2022, 8 pm", "2022-11-20T20:00:00+08:00"),
    ]);
}

#[test]
fn month_names_are_read_in_every_order_and_several_languages() {
    check(&[
        ("Nov. 20, 2022", "2022-11-20"),
        ("20th November 2022", "2022-11-20"),
        ("November 20th, 2022", "2022-11-20"),
        ("Sunday, November 20", "2022-11-20"),
        ("2022 Nov 20", "2022-11-20"),
        ("20-Nov-2022", "2022-11-20"),
        ("1 Sept 2022", "2022-09-01"),
        ("20. November 2022", "2022-11-20"),
        ("1er décembre 2021", "2021-12-01"),
        ("20 de noviembre de 2022", "2022-11-20"),
        ("3. März 2022", "2022-03-03"),
        ("14 juillet 2022", "2022-07-14"),
        ("20.11.2022", "2022-11-20"),
        ("20/11/2022", "2022-11-20"),
        ("11/20/2022", "2022-11-20"),
    ]);
}

#[test]
fn a_date_without_a_year_is_the_nearest_past_one() {
    check(&[
        ("11-20", "2022-11-20"),
        ("[11-20]", "2022-11-20"),
        ("11月20日", "2022-11-20"),
        ("11/20", "2022-11-20"),
        ("11-26", "2022-11-26"),
        ("11-27", "2021-11-27"),
        ("02-29", "2020-02-29"),
        ("关于做好值班工作的通知 11-20", "2022-11-20"),
        ("去年11月20日", "2021-11-20"),
        ("11月20日 08:30", "2022-11-20T08:30:00+08:00"),
    ]);
}

#[test]
fn relative_dates_are_read() {
    check(&[
        ("今天", "2022-11-25"),
        ("昨天", "2022-11-24"),
        ("前天", "2022-11-23"),
        ("今天 08:30", "2022-11-25T08:30:00+08:00"),
        ("昨天18:05", "2022-11-24T18:05:00+08:00"),
        ("3小时前", "2022-11-25T09:00:00+08:00"),
        ("半小时前", "2022-11-25T11:30:00+08:00"),
        ("5分钟前", "2022-11-25T11:55:00+08:00"),
        ("刚刚", "2022-11-25T12:00:00+08:00"),
        ("2天前", "2022-11-23"),
        ("1个月前", "2022-10-25"),
        ("2 days ago", "2022-11-23"),
        ("an hour ago", "2022-11-25T11:00:00+08:00"),
        ("5 minutes ago", "2022-11-25T11:55:00+08:00"),
        ("yesterday", "2022-11-24"),
    ]);
}

#[test]
fn what_only_looks_like_a_date_is_none() {
    for text in [
        "",
        "阅读量 1120",
        "2022-2023学年",
        "版本 v2022.11.20",
        "10.11.12.13",
        "第 11/20 页",
        "11/20 页",
        "价格 11.20 元",
        "电话：0518-85821120",
        "电话 20221120",
        "编号：2022112000123",
        "2022-13-20",
        "2022年2月30日",
        "今天，我们来到这里",
        "每年11月20日",
        "比分 3-2",
        "5-10 人",
        "you may 20 times",
        "03/04/2022",
        "1.2.3",
        "2022",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn the_place_is_that_of_the_original_bytes() {
    let text = "　发布：２０２２－１１－２０　０８：３０　阅读";
    let (range, moment) = find(text, chrono_tz::Asia::Shanghai, now()).unwrap();
    assert_eq!(&text[range], "２０２２－１１－２０　０８：３０");
    assert_eq!(moment.to_string(), "2022-11-20T08:30:00+08:00");
}

#[test]
fn every_date_of_a_text_is_found_in_order() {
    let text = "报名时间：2022年12月1日至12月5日，考试：2022-12-10 09:00";
    let from = NaiveDate::from_ymd_opt(2022, 11, 25).unwrap();
    let found: Vec<String> = find_coming(text, from, chrono_tz::Asia::Shanghai, now())
        .into_iter()
        .map(|(_, moment)| moment.to_string())
        .collect();
    assert_eq!(
        found,
        ["2022-12-01", "2022-12-05", "2022-12-10T09:00:00+08:00"]
    );
}

#[test]
fn day_and_month_shown_apart_make_one_date() {
    let pair = |a, b| pair(a, b, chrono_tz::Asia::Shanghai, now()).map(|m| m.to_string());
    for (a, b) in [
        ("20", "2022-11"),
        ("2022.11", "20"),
        ("20", "2022年11月"),
        ("20日", "2022/11"),
        ("11-20", "2022"),
        ("20", "11月"),
        ("Nov", "20"),
        ("20", "Nov 2022"),
    ] {
        assert_eq!(pair(a, b).as_deref(), Some("2022-11-20"), "{a} {b}");
    }
    assert_eq!(pair("32", "2022-11"), None);
    assert_eq!(read("20 2022-11").as_deref(), Some("2022-11-20"));
}

#[test]
fn a_date_of_the_future_or_of_long_ago_is_a_warning() {
    let day = |text: &str| parse(text, chrono_tz::Asia::Shanghai, now()).unwrap();
    assert!(plausible(&day("2022-11-26"), now()).is_ok());
    assert!(plausible(&day("2022-11-27"), now()).is_err());
    assert!(plausible(&day("1989-12-31"), now()).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}") {
        for (range, _) in find_all(&text, chrono_tz::Asia::Shanghai, now()) {
            prop_assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn texts_of_date_parts_are_read_without_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "2022", "11", "20", "99", "0", "-", "/", ".", "年", "月", "日", " ", "　", "：", ":",
                "前", "天", "今天", "民國", "十", "Nov", "Sunday", ",", "+08", "GMT", "pm", "T", "Ｏ", "２",
            ]),
            0..30,
        )
    ) {
        let text: String = parts.concat();
        for (range, _) in find_all(&text, chrono_tz::America::New_York, now()) {
            prop_assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn a_day_is_read_back_as_it_was_written(days in 0i64..11_000) {
        let day = NaiveDate::from_ymd_opt(1991, 1, 1).unwrap() + chrono::TimeDelta::days(days);
        for form in ["%Y-%m-%d", "%Y年%-m月%-d日", "%d %B %Y", "%b %-d, %Y", "%Y/%m/%d"] {
            let text = day.format(form).to_string();
            prop_assert_eq!(parse(&text, chrono_tz::UTC, now()), Some(Moment::Day(day)), "{}", text);
        }
    }
}

#[test]
fn months_are_known_in_the_languages_of_many_sites() {
    let now = "2026-11-29T04:00:00Z".parse().unwrap();
    let read = |text: &str| parse(text, chrono_tz::Asia::Shanghai, now).map(|day| day.to_string());
    for text in [
        "20 March 2025",
        "Donnerstag, 20. März 2025",
        "jeudi 20 mars 2025",
        "20 de marzo de 2025",
        "20 marzo 2025",
        "20 de março de 2025",
        "donderdag 20 maart 2025",
        "20 marca 2025 r.",
        "20. března 2025",
        "20 марта 2025 г.",
        "20 березня 2025",
        "20 Mart 2025",
        "2025年3月20日",
        "令和7年3月20日",
        "2025년 3월 20일",
        "2025. 3. 20.",
        "20 tháng 3 năm 2025",
        "20 مارس 2025",
        "٢٠ مارس ٢٠٢٥",
        "20 Μαρτίου 2025",
        "2025. március 20.",
        "20. maaliskuuta 2025",
        "20 Maret 2025",
        "民國114年3月20日",
    ] {
        assert_eq!(read(text).as_deref(), Some("2025-03-20"), "{text}");
    }
    for text in ["20 августа", "20. srpna", "20 ağustos", "20 août"] {
        assert_eq!(read(text).as_deref(), Some("2026-08-20"), "{text}");
    }
}

#[test]
fn a_day_over_its_month_is_read_in_any_language() {
    let now = "2026-11-29T04:00:00Z".parse().unwrap();
    for (day, rest) in [
        ("20.", "března 2025"),
        ("20", "марта 2025"),
        ("20", "مارس 2025"),
    ] {
        let moment = pair(day, rest, chrono_tz::Asia::Shanghai, now);
        let shown = moment.map(|moment| moment.to_string());
        assert_eq!(shown.as_deref(), Some("2025-03-20"), "{day} {rest}");
    }
}

#[test]
fn words_that_begin_like_months_are_none() {
    let now = "2026-11-29T04:00:00Z".parse().unwrap();
    for text in [
        "20 майских праздников",
        "более 20 марок",
        "4年前",
        "20 Marktstände",
    ] {
        assert_eq!(parse(text, chrono_tz::Asia::Shanghai, now), None, "{text}");
    }
}
