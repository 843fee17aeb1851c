use super::super::card::tests::{bulletin, card};
use super::*;
use crate::bulletin::Moment;

#[test]
fn a_terminal_shows_the_number_in_the_margin_and_the_rest_in_one_column() {
    let mut long = bulletin();
    long.summary =
        Some("各部门须于六月底前完成自查与整改，逾期者通报批评，并计入年度考核；".repeat(3));
    let shown = text(&card(DeliveryKind::New, Some(long), None), Screen::PLAIN);
    insta::assert_snapshot!(shown, @r#"
    #1042   关于 <安全生产> 月活动安排的通知
            2022-11-20 · 集团要闻 · 安全环保部
            各部门须于六月底前完成自查与整改，逾期者通报批评，并计入年度考核；各部门
            须于六月底前完成自查与整改，逾期者通报批评，并计入年度考核；各部门须于六
            月底前完成自查与整改，逾期者通报批评，并计入年度考核；
            https://www.example.com/news/1042.html?a=1&b="2"
    "#);
    assert!(shown.lines().all(|line| line.width() <= 80));
}

#[test]
fn a_rebroadcast_and_an_announcement_say_so() {
    let again = text(
        &card(DeliveryKind::Rebroadcast, Some(bulletin()), Some("请转达")),
        Screen::PLAIN,
    );
    assert!(
        again.starts_with("#1042   重发：请转达\n        关于 <安全生产>"),
        "{again}"
    );
    let printed = text(
        &card(DeliveryKind::Announcement, None, Some("来源读不到")),
        Screen::PLAIN,
    );
    assert_eq!(printed, "        来源读不到\n\n");
}

#[test]
fn a_page_cannot_write_escape_sequences_to_the_terminal() {
    let mut evil = bulletin();
    evil.title = "\u{1b}]0;owned\u{7}标题".to_owned();
    evil.url = "https://a.example/\u{1b}[2J".to_owned();
    let shown = text(&card(DeliveryKind::New, Some(evil), None), Screen::PLAIN);
    assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown:?}");
}

#[test]
fn a_terminal_gets_its_own_width_bold_titles_and_links() {
    let narrow = Screen {
        columns: 40,
        is_styled: true,
    };
    let shown = text(&card(DeliveryKind::New, Some(bulletin()), None), narrow);
    insta::assert_snapshot!(shown.replace('\u{1b}', "^"), @r#"
    ^[2m#1042^[0m   ^[1m关于 <安全生产> 月活动安排的通知^[0m
            ^[2m2022-11-20 · 集团要闻 · 安全环保^[0m
            ^[2m部^[0m
            各部门须于 6 月底前完成自查 & 整
            改。

            逾期者通报。
            ^]8;;https://www.example.com/news/1042.html?a=1&b=%222%22^\^[36mhttps://www.example.com/news/1042.html?a=1&b="2"^[0m^]8;;^\
    "#);
    let plain = Screen {
        is_styled: false,
        ..narrow
    };
    let plain = text(&card(DeliveryKind::New, Some(bulletin()), None), plain);
    assert!(
        plain
            .lines()
            .all(|line| line.width() <= 40 || line.contains("http"))
    );
}

/// Returns a long card and a rebroadcast as a screen shows them; `^` begins a style.
fn screen(columns: usize, is_styled: bool) -> String {
    let screen = Screen { columns, is_styled };
    let mut long = bulletin();
    long.deadline = Some(Moment::Day("2022-12-20".parse().unwrap()));
    long.summary =
        Some("各部门须于六月底前完成自查与整改，逾期者通报批评，并计入年度考核；".repeat(3));
    let cards = [
        card(DeliveryKind::New, Some(long), None),
        card(DeliveryKind::Rebroadcast, Some(bulletin()), Some("请转达")),
    ];
    let shown: String = cards.iter().map(|card| text(card, screen)).collect();
    shown.replace('\u{1b}', "^")
}

#[test]
fn cards_on_screens_of_80_and_120_columns_in_colour_and_without() {
    let mut all = String::new();
    for columns in [80, 120] {
        for (is_styled, name) in [(false, "without colour"), (true, "in colour")] {
            all += &format!("== {columns} columns, {name}\n\n");
            all += &screen(columns, is_styled);
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn json_is_the_contracts_bulletin_with_channel_and_kind() {
    let channel = "staff".parse().unwrap();
    let mut known = bulletin();
    known.published = Some(Moment::Day("2022-11-20".parse().unwrap()));
    let line = json(&card(DeliveryKind::New, Some(known), None), &channel);
    insta::assert_snapshot!(line, @r#"
    {"channel":"staff","kind":"new","id":1042,"source":"group-news","also":[],"url":"https://www.example.com/news/1042.html?a=1&b=\"2\"","title":"关于 <安全生产> 月活动安排的通知","summary":"各部门须于 6 月底前完成自查 & 整改。\n\n逾期者通报。","publisher":"安全环保部","published":"2022-11-20","deadline":null,"attachments":[],"first_seen":"2022-11-20T09:00:00.000+08:00","state":"published","revision":0}
    "#);
    let printed = json(&card(DeliveryKind::Announcement, None, Some("a")), &channel);
    assert_eq!(
        printed,
        "{\"channel\":\"staff\",\"kind\":\"announcement\",\"note\":\"a\"}\n"
    );
}
