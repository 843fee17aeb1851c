use super::*;
use crate::{
    bulletin::DeliveryKind,
    push::card::tests::{bulletin, card},
};

#[test]
fn news_is_an_article_that_leads_to_the_page() {
    let card = card(DeliveryKind::New, Some(bulletin()), None);
    assert_eq!(
        message(&card.wording(), "news"),
        json!({"msgtype": "news", "news": {"articles": [{
            "title": "关于 <安全生产> 月活动安排的通知",
            "description": "【集团要闻】2022-11-20 · 安全环保部\n#1042\n各部门须于 6 月底前完成自查 & 整改。\n\n逾期者通报。",
            "url": "https://www.example.com/news/1042.html?a=1&b=\"2\"",
        }]}})
    );
}

#[test]
fn markdown_takes_nothing_of_the_page_for_markup() {
    let mut bulletin = bulletin();
    bulletin.title = "[点击](http://evil.example) <@all> **急**".to_owned();
    let card = card(DeliveryKind::Rebroadcast, Some(bulletin), Some("# 请转达"));
    insta::assert_snapshot!(message(&card.wording(), "markdown")["markdown"]["content"].as_str().unwrap(), @r"
    **重发**
    ＃ 请转达

    【集团要闻】[**［点击］(http://evil.example) ＜@all＞ ＊＊急＊＊**](https://www.example.com/news/1042.html?a=1&b=%222%22)
    2022-11-20 · 安全环保部

    各部门须于 6 月底前完成自查 & 整改。
    逾期者通报。

    #1042
    ");
}

#[test]
fn what_leads_nowhere_and_what_is_asked_for_as_text_is_text() {
    let said = card(DeliveryKind::Announcement, None, Some("明日停电"));
    for format in ["news", "text"] {
        assert_eq!(
            message(&said.wording(), format),
            json!({"msgtype": "text", "text": {"content": "明日停电"}})
        );
    }
    let card = card(DeliveryKind::New, Some(bulletin()), None);
    insta::assert_snapshot!(message(&card.wording(), "text")["text"]["content"].as_str().unwrap(), @r#"
    【集团要闻】关于 <安全生产> 月活动安排的通知
    2022-11-20 · 安全环保部

    各部门须于 6 月底前完成自查 & 整改。
    逾期者通报。

    #1042
    https://www.example.com/news/1042.html?a=1&b="2"
    "#);
}
