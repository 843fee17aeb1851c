//! Tests that bulletins are shared with other chats, and sources are imported from other programs.

use crate::support::{
    bot::{ADMIN, ANYONE, PERSON, TOKEN, at_work, said},
    telegram::Telegram,
};

const OUTLINES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Feeds</title></head><body>
<outline text="甲站" type="rss" xmlUrl="https://a.example/feed.xml"/>
<outline text="乙站" type="rss" xmlUrl="https://b.example/feed.xml"/>
<outline text="没有地址"/>
</body></opml>"#;

#[tokio::test]
async fn an_admin_sends_a_list_of_feeds_and_nobody_else_does() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.send_file(PERSON, PERSON, "feeds.opml", OUTLINES);
    said(&telegram, PERSON, "只有机器人管理员可以用文件导入来源").await;
    for (name, content, answer) in [
        ("photo.pdf", "x", "只能导入 OPML 文件"),
        ("feeds.opml", "<html></html>", "不是有效的 OPML 文件"),
        ("feeds.opml", &" ".repeat(2 << 20), "文件太大"),
        ("feeds.opml", OUTLINES, "已添加 2 个来源"),
    ] {
        telegram.send_file(ADMIN, ADMIN, name, content);
        said(&telegram, ADMIN, answer).await;
    }
    pushing.stop().await;
    let added = pushing.store.added_sources().borrow().clone();
    let urls: Vec<&str> = added.iter().map(|source| source.url()).collect();
    assert_eq!(
        urls,
        ["https://a.example/feed.xml", "https://b.example/feed.xml"]
    );
}

#[tokio::test]
async fn public_bulletins_are_found_from_any_chat_and_private_ones_are_not() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    pushing.publish_as("体检通知", "请各部门遵照执行。").await;
    pushing.publish_as("停电通知", "请各部门遵照执行。").await;
    telegram.type_inline(PERSON, "体检");
    let is_offered = |seen: &Telegram| !seen.offered().is_empty();
    telegram.until("an offer", is_offered).await;
    let offered = &telegram.offered()[0];
    let results = offered["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{offered}");
    assert_eq!(results[0]["title"], "体检通知");
    let message = &results[0]["input_message_content"];
    assert!(
        message["message_text"]
            .as_str()
            .unwrap()
            .contains("遵照执行")
    );
    assert_eq!(message["parse_mode"], "HTML");
    let config = (**pushing.config.borrow()).clone();
    let mut shut = config.clone();
    shut.sources[0].public = false;
    pushing
        .store
        .sync_config(&shut.sources, &shut.channels)
        .await
        .unwrap();
    telegram.type_inline(PERSON, "体检");
    let is_again = |seen: &Telegram| seen.offered().len() == 2;
    telegram.until("an empty offer", is_again).await;
    assert_eq!(
        telegram.offered()[1]["results"].as_array().unwrap().len(),
        0
    );
    pushing.stop().await;
}

#[tokio::test]
async fn a_bulletin_that_is_shown_can_be_shared() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    pushing.publish_as("体检通知", "请各部门遵照执行。").await;
    telegram.say(PERSON, PERSON, "/latest");
    said(&telegram, PERSON, "体检通知").await;
    telegram.press_labelled(PERSON, PERSON, "#2");
    said(&telegram, PERSON, "遵照执行").await;
    let markup = telegram.last(PERSON).params["reply_markup"].clone();
    let rows = markup["inline_keyboard"].as_array().unwrap();
    let share = &rows.last().unwrap()[0];
    assert_eq!(share["text"], "分享");
    let url = share["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://t.me/share/url?url=http%3A%2F%2Fnews.example"),
        "{url}"
    );
    pushing.stop().await;
}

#[tokio::test]
async fn a_bulletin_is_sent_again_by_names_and_with_a_note() {
    let telegram = Telegram::start(TOKEN).await;
    let channel = "[[channel]]\nid = \"a\"\nname = \"值班 室\"\nkind = \"telegram\"\nchat = 700\n";
    let mut pushing = at_work(&telegram, channel).await;
    pushing.publish(1).await;
    said(&telegram, 700, "第1号").await;
    telegram.say(ADMIN, ADMIN, "/rebroadcast");
    said(&telegram, ADMIN, "重发哪一条？").await;
    telegram.press_labelled(ADMIN, ADMIN, "#2");
    said(&telegram, ADMIN, "重发到以下 1 个频道吗？\n值班 室").await;
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2 没有的群");
    said(&telegram, ADMIN, "找不到频道“没有的群”").await;
    telegram.press_labelled(ADMIN, ADMIN, "值班 室");
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2 值班 室\n请传达\n<到人>");
    said(&telegram, ADMIN, "附言：\n请传达\n<到人>").await;
    telegram.press_labelled(ADMIN, ADMIN, "重发");
    let card = said(&telegram, 700, "请传达\n<到人>").await;
    assert!(card.starts_with("重发"), "{card}");
    pushing.stop().await;
}
