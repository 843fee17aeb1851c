//! Tests why a message was not sent, as Chinese admins read it: in the chat and at the desk, by its kind and in the
//! platform's own words.

use chrono::{TimeDelta, Utc};
use noticast::{
    bulletin::{ChannelId, Reason, SendFault},
    ops::Outcome,
};

use crate::{
    at_the_desk::Browser,
    support::{
        bot::{ADMIN, TOKEN, at_work, said},
        pushing::Pushing,
        telegram::{Fault, Telegram},
    },
};

const STAFF: &str =
    "[[channel]]\nid = \"staff\"\nname = \"员工群\"\nkind = \"telegram\"\nchat = 700\n";

/// Publishes one bulletin that Telegram answers with `fault`.
async fn met(fault: Fault) -> (Telegram, Pushing) {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault("sendMessage", Some(700), fault, 1);
    let mut pushing = at_work(&telegram, STAFF).await;
    pushing.publish(1).await;
    let is_explained = async |pushing: &Pushing| pushing.deliveries().await[0].error.is_some();
    while !is_explained(&pushing).await {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    (telegram, pushing)
}

#[tokio::test]
async fn a_chinese_admin_reads_in_the_chat_why_a_channel_gets_nothing() {
    for (fault, why) in [
        (
            Fault::Refused(403, "Forbidden: bot was kicked from the group chat"),
            "员工群：机器人已被移出聊天，请重新添加（Forbidden: bot was kicked from the group chat）",
        ),
        (
            Fault::Refused(400, "Bad Request: chat not found"),
            "员工群：找不到这个聊天：",
        ),
        (
            Fault::Refused(
                400,
                "Bad Request: not enough rights to send text messages to the chat",
            ),
            "员工群：机器人没有发言权限，",
        ),
        (
            Fault::Refused(400, "Bad Request: message is too long"),
            "员工群：平台拒收这条消息，不再重试（Bad Request: message is too long）",
        ),
        (
            Fault::RetryAfter(600),
            "员工群：发送过快，平台要求 600 秒后再发",
        ),
    ] {
        let (telegram, mut pushing) = met(fault).await;
        telegram.say(ADMIN, ADMIN, "/health");
        let health = said(&telegram, ADMIN, why).await;
        assert!(!health.contains("; "), "{health}");
        pushing.stop().await;
    }
}

#[tokio::test]
async fn the_story_of_a_bulletin_says_in_chinese_what_is_possibly_repeated() {
    let (telegram, mut pushing) = met(Fault::AnswerLost).await;
    telegram.until_sent(700, 2).await;
    pushing.until_all_sent().await;
    telegram.say(ADMIN, ADMIN, "/why 2");
    let story = said(&telegram, ADMIN, "（共 1 条）").await;
    assert!(
        story.contains("（可能重复：之前有一次发送没有收到平台的响应）"),
        "{story}"
    );
    pushing.stop().await;
}

/// Ends a delivery to the terminal with `outcome`.
async fn ended(browser: &Browser, number: &str, outcome: Outcome) {
    let store = &browser.desk.store;
    let title = format!("关于第{number}次检修的通知");
    browser.desk.publish("notices", number, &title).await;
    let now = Utc::now();
    let heads = store.heads(None).await.unwrap();
    let id = heads.last().unwrap().id;
    store.begin_send(id, now).await.unwrap();
    store.complete(id, outcome, now).await.unwrap();
}

#[tokio::test]
async fn the_desk_says_in_chinese_why_messages_were_not_sent() {
    for (fault, why) in [
        (SendFault::Unreachable, "连不上平台"),
        (SendFault::Denied, "平台拒绝了令牌或密钥"),
        (SendFault::Refused, "平台拒收这条消息"),
        (SendFault::TooFast(30), "平台要求 30 秒后再发"),
        (SendFault::StaysLink, "附件没有单独发送"),
        (SendFault::Ended, "可能重复：程序在平台响应之前停止了"),
    ] {
        let browser = Browser::signed_in().await;
        let reason = Reason::new(fault, "the log says this").about("code 19001");
        let retry = Outcome::Retry {
            not_before: Utc::now() + TimeDelta::hours(1),
            why: reason,
        };
        ended(&browser, "1", retry).await;
        for path in ["/admin/outbox", "/admin/channels"] {
            let page = browser.page(path).await;
            assert!(
                page.contains(why) && page.contains("（code 19001）"),
                "{page}"
            );
            assert!(!page.contains("the log says this"), "{page}");
        }
        // Programs read the sentence.
        let (_, channels) = browser.desk.asked("/api/v1/channels").await;
        assert_eq!(channels["items"][0]["error"], "the log says this");
    }
}

#[tokio::test]
async fn the_desk_says_in_chinese_what_was_given_up_and_shows_old_sentences_as_they_are() {
    let browser = Browser::signed_in().await;
    let doubt = || Outcome::Interrupted {
        why: Reason::from("it did not answer"),
    };
    ended(&browser, "1", doubt()).await;
    let store = &browser.desk.store;
    for _ in 1..8 {
        let id = store.heads(None).await.unwrap()[0].id;
        store.begin_send(id, Utc::now()).await.unwrap();
        store.complete(id, doubt(), Utc::now()).await.unwrap();
    }
    let page = browser.page("/admin/outbox").await;
    assert!(
        page.contains("发送 8 次都没有收到响应，可能已送达，不再重试"),
        "{page}"
    );
    let terminal: ChannelId = "terminal".parse().unwrap();
    let kicked = Reason::new(SendFault::Kicked, "the bot is not in the chat");
    let blocked = store.block_channel(&terminal, kicked, Utc::now()).await;
    blocked.unwrap();
    let page = browser.page("/admin").await;
    assert!(page.contains("机器人已被移出聊天，请重新添加"), "{page}");
    store.unblock_channel(&terminal).await.unwrap();
    let old = Outcome::Failed {
        why: "an old sentence".into(),
    };
    ended(&browser, "2", old).await;
    assert!(
        browser
            .page("/admin/channels")
            .await
            .contains("an old sentence")
    );
}

#[tokio::test]
async fn a_form_that_is_not_right_is_refused_in_chinese() {
    let browser = Browser::signed_in().await;
    for (path, fields, why) in [
        (
            "/admin/tokens",
            vec![("name", "x"), ("scope", "all")],
            "请选择权限",
        ),
        (
            "/admin/tokens",
            vec![("name", "x"), ("scope", "read"), ("expires", "soon")],
            "请填写 90d 这样的有效期",
        ),
        (
            "/admin/held",
            vec![("what", "newest"), ("newest", "x")],
            "请填写每个来源发布的条数",
        ),
        (
            "/admin/held",
            vec![("what", "publish"), ("id", "x")],
            "请选择通知",
        ),
        (
            "/admin/publish",
            vec![
                ("source", "office"),
                ("title", "停电"),
                ("deadline", "soon"),
            ],
            "这样的截止时间",
        ),
    ] {
        let answer = browser.submit(path, &fields).await;
        assert_eq!(answer.status(), 400, "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(why), "{path}: {page}");
    }
    // A rejection of the store is in the reader's language, too.
    let answer = browser.submit("/admin/outbox/77/retry", &[]).await;
    assert_eq!(answer.status(), 404);
    let page = answer.text().await.unwrap();
    assert!(page.contains("找不到发送记录 77。"), "{page}");
}

/// Returns the sentences of a page's notice, without the text around it.
async fn noticed(browser: &Browser, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit("/admin/add-source", fields).await;
    assert!(answer.status().is_client_error(), "{fields:?}");
    let page = answer.text().await.unwrap();
    let notice = regex::Regex::new(r#"(?s)role="status"[^>]*>(.*?)</p>"#).unwrap();
    let found = notice.captures(&page);
    found.unwrap_or_else(|| panic!("{page}"))[1].replace("&#x2f;", "/")
}

#[tokio::test]
async fn each_field_of_a_source_s_form_is_refused_in_chinese_alone() {
    let browser = Browser::signed_in().await;
    let url = ("url", "https://www.example.com/news/");
    for (field, value, why) in [
        (
            "schedule",
            "every day",
            "“检查时间”：请填写 every 10m 这样的间隔",
        ),
        (
            "include",
            "好\n/(/",
            "“只推送含有以下任一词的通知”：“/(/”无效",
        ),
        (
            "announce_first",
            "x",
            "“立即推送的条数”：请填写 0 到 1000 之间的数字",
        ),
        (
            "select.item",
            "li[",
            "“每一行的 CSS 选择器”：请填写 ul.news &gt; li 这样的 CSS 选择器",
        ),
        (
            "to",
            "nowhere",
            "“发送到”：找不到这个频道，请返回并刷新页面后再选择",
        ),
    ] {
        let message = noticed(&browser, &[url, (field, value)]).await;
        assert!(message.contains(why), "{field}: {message}");
        assert!(!message.contains("expected"), "{field}: {message}");
    }
    for (address, why) in [
        ("www", "“网址”：请填写以 http:// 或 https:// 开头的网址"),
        (
            "https://bob:x@www.example.com/",
            "“网址”：网址中不能带用户名和密码",
        ),
    ] {
        let message = noticed(&browser, &[("url", address)]).await;
        assert!(
            message.contains(why) && !message.contains("expected"),
            "{message}"
        );
    }
    let inner = [("url", "http://127.0.0.1:9/"), ("sure", "yes")];
    let message = noticed(&browser, &inner).await;
    assert!(message.contains("“网址”：网址指向内网，"), "{message}");
}
