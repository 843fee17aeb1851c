//! Tests tasks at the desk that concern all channels, or the service as a whole: chats are added and admitted, a
//! message is sent to everyone, the config is reloaded, and all data are exported.

use chrono::Utc;
use noticast::{
    bulletin::{ChannelId, Chat, Reason, SendFault, Standing},
    ops::{Actor, Outcome},
    web::Reload,
};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::{
    at_the_desk::Browser,
    support::{
        bot::TOKEN,
        desk::{Desk, config, config_with_a_bot},
        telegram::Telegram,
    },
};

/// Returns the channels of the API that are chats.
async fn chats(desk: &Desk) -> Vec<Value> {
    let (_, channels) = desk.asked("/api/v1/channels").await;
    let all = channels["items"].as_array().unwrap().iter();
    let chats = all.filter(|it| it["kind"] == "telegram");
    chats.cloned().collect()
}

#[tokio::test]
async fn a_chat_is_added_changed_and_removed_at_the_desk_and_lives_in_the_store() {
    let telegram = Telegram::start(TOKEN).await;
    let channel = -1_001_000_000_003;
    telegram.chat(channel, "channel", Some("Our_News"));
    let browser = Browser::signed_in_with(config_with_a_bot(&telegram.url)).await;
    let page = browser.page("/admin/channels").await;
    assert!(page.contains("action=\"../admin/chats\""), "{page}");

    let unknown = [("chat", "@nobody_here"), ("sources", "news")];
    let refused = browser.submit("/admin/chats", &unknown).await;
    assert_eq!(refused.status(), 502);
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("找不到这个聊天") && refused.contains("value=\"@nobody_here\""),
        "{refused}"
    );
    let no_source = [("chat", "@our_news"), ("sources", "没有这个来源")];
    assert_eq!(
        browser.submit("/admin/chats", &no_source).await.status(),
        400
    );
    assert!(chats(&browser.desk).await.is_empty());

    let form = [
        ("chat", "https://t.me/our_news"),
        ("sources", "集团要闻\r\n"),
    ];
    browser.does("/admin/chats", &form).await;
    let added = chats(&browser.desk).await;
    let id = format!("telegram:{channel}");
    assert_eq!((&added[0]["id"], added.len()), (&Value::from(&*id), 1));
    assert_eq!(added[0]["name"], format!("chat {channel}"));
    assert_eq!(added[0]["sources"], serde_json::json!(["news"]));
    let bulletin = browser.desk.publish("news", "1", "关于放假的通知").await;
    browser.desk.publish("notices", "1", "关于停电的通知").await;
    let (_, queued) = browser.desk.asked("/api/v1/deliveries").await;
    let queued = queued["items"].as_array().unwrap().iter();
    assert_eq!(queued.filter(|it| it["channel"] == id).count(), 1);

    let again = [("to", &*id), ("request", "one"), ("preview", "yes")];
    let page = browser.page(&format!("/admin/bulletins/{bulletin}")).await;
    assert!(
        page.contains(&format!("name=\"to\" value=\"{id}\"")),
        "{page}"
    );
    let again = browser
        .submit(&format!("/admin/bulletins/{bulletin}/rebroadcast"), &again)
        .await;
    let again = again.text().await.unwrap();
    let card = format!("chat {channel} · telegram");
    assert!(again.contains(&card), "{again}");

    let path = format!("/admin/chats/telegram%3A%2D{}", -channel);
    let settings = [
        ("what", "settings"),
        ("sources", ""),
        ("exclude", "招标\n/^转发/"),
        ("digest", "18:05"),
        ("quiet", "22:00-07:00"),
        ("silent", "true"),
    ];
    browser.does(&path, &settings).await;
    let all = chats(&browser.desk).await;
    assert_eq!(all[0]["sources"], serde_json::json!(["*"]));
    assert_eq!(all[0]["mode"], "digest");
    let page = browser.page(&path.replace("/chats/", "/channels/")).await;
    for shown in ["value=\"18:05\"", "value=\"22:00-07:00\"", "/^转发/"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for (field, wrong) in [("digest", "late"), ("quiet", "night"), ("include", "/(/")] {
        let wrong = [("what", "settings"), ("sources", "news"), (field, wrong)];
        let refused = browser.submit(&path, &wrong).await;
        assert_eq!(refused.status(), 400, "{field}");
        assert!(refused.text().await.unwrap().contains("news"), "{field}");
    }
    browser.does(&path, &[("what", "remove")]).await;
    assert!(chats(&browser.desk).await.is_empty());
    assert!(browser.page("/admin/audit").await.contains("修改订阅"));

    let of_config = browser.page("/admin/channels/terminal").await;
    assert!(of_config.contains("写在配置文件里"), "{of_config}");
    let unknown = browser
        .submit("/admin/chats/terminal", &[("what", "remove")])
        .await;
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn a_chat_that_asks_is_let_in_or_turned_down_at_the_desk() {
    let telegram = Telegram::start(TOKEN).await;
    let browser = Browser::signed_in_with(config_with_a_bot(&telegram.url)).await;
    let id: ChannelId = "telegram:42".parse().unwrap();
    let asks = |standing| {
        move |_: Option<Chat>| Chat {
            title: "<b>员工群".to_owned(),
            standing,
            sources: None,
            ..Chat::new(chrono_tz::UTC)
        }
    };
    for (what, standing) in [
        ("turn-down", Standing::Refused),
        ("let-in", Standing::Approved),
    ] {
        let (asks, by) = (asks(Standing::Pending), Actor::Config);
        let store = &browser.desk.store;
        let asked = store.change_chat(&id, asks, "ask", &by, Utc::now()).await;
        asked.unwrap();
        let page = browser.page("/admin/channels").await;
        assert!(
            page.contains("待处理的申请") && page.contains("&lt;b&gt;员工群"),
            "{page}"
        );
        browser
            .does("/admin/chats/telegram%3A42", &[("what", what)])
            .await;
        assert_eq!(store.chat(&id).unwrap().standing, standing);
        let page = browser.page("/admin/channels").await;
        assert!(!page.contains("待处理的申请"), "{page}");
    }
    let wrong = browser.submit("/admin/chats/telegram%3A42", &[("what", "?")]);
    assert_eq!(wrong.await.status(), 400);
}

#[tokio::test]
async fn an_announcement_is_previewed_and_sent_once_to_everybody() {
    let browser = Browser::signed_in().await;
    let page = browser.page("/admin/channels").await;
    assert!(page.contains("action=\"../admin/announce\""), "{page}");
    let text = ("text", "系统<今晚>维护");
    let preview = browser
        .submit("/admin/announce", &[text, ("request", "one")])
        .await;
    assert_eq!(preview.status(), 200);
    let preview = preview.text().await.unwrap();
    for said in ["将发给 1 个频道", "系统&lt;今晚&gt;维护", "群发"] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let announced = || async {
        let (_, all) = browser.desk.asked("/api/v1/deliveries").await;
        let all = all["items"].as_array().unwrap().clone();
        all.iter().filter(|it| it["kind"] == "announcement").count()
    };
    assert_eq!(announced().await, 0, "a preview sends nothing");
    let sure = [text, ("request", "one"), ("sure", "yes")];
    for _ in 0..2 {
        browser.does("/admin/announce", &sure).await;
    }
    assert_eq!(announced().await, 1);
    let long = "长".repeat(3001);
    for text in ["  ", long.as_str()] {
        let wrong = [("text", text), ("request", "two"), ("sure", "yes")];
        let wrong = browser.submit("/admin/announce", &wrong).await;
        assert_eq!(wrong.status(), 400);
        assert!(wrong.text().await.unwrap().contains("不超过 3000 字。"));
    }
}

#[tokio::test]
async fn the_config_is_applied_anew_or_its_mistakes_are_listed() {
    let mut config = config();
    config.path = Some("/etc/noticast/noticast.toml".into());
    let mut browser = Browser::signed_in_with(config).await;
    let status = browser.page("/admin").await;
    for said in ["/etc/noticast/noticast.toml", "admin/reload\""] {
        assert!(status.contains(said), "{said}: {status}");
    }
    let mut reloads = std::mem::replace(&mut browser.desk.reloads, mpsc::channel(1).1);
    let mut taken = async |answer: Result<(), String>| {
        let Reload {
            answer: waiting, ..
        } = reloads.recv().await.unwrap();
        waiting.send(answer).unwrap();
    };
    let (done, ()) = tokio::join!(browser.submit("/admin/reload", &[]), taken(Ok(())));
    assert_eq!(done.status(), 303);
    let mistake = "noticast.toml:3:1: unknown key `<x>`";
    let (refused, ()) = tokio::join!(
        browser.submit("/admin/reload", &[]),
        taken(Err(mistake.to_owned()))
    );
    assert_eq!(refused.status(), 422);
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("仍按原来的配置运行") && refused.contains("unknown key `&lt;x&gt;`"),
        "{refused}"
    );
}

#[tokio::test]
async fn all_data_are_downloaded_by_those_who_are_signed_in() {
    let mut browser = Browser::signed_in().await;
    browser.desk.publish("news", "1", "关于放假的通知").await;
    assert!(browser.page("/admin").await.contains("admin/export\""));
    let export = browser.get("/admin/export").await;
    assert_eq!(export.headers()["content-type"], "application/x-ndjson");
    let named = export.headers()["content-disposition"].to_str().unwrap();
    assert!(named.contains("noticast.jsonl"), "{named}");
    let export = export.text().await.unwrap();
    assert!(export.contains("关于放假的通知"), "{export}");
    assert!(export.lines().all(|line| line.starts_with('{')));
    browser.cookie.clear();
    assert_eq!(browser.get("/admin/export").await.status(), 303);
}

#[tokio::test]
async fn a_channel_is_tested_and_what_it_did_not_take_is_sent_again() {
    let browser = Browser::signed_in().await;
    browser.does("/admin/channels/terminal/test", &[]).await;
    assert!(browser.page("/admin/audit").await.contains("发送测试"));
    browser.desk.publish("news", "1", "关于放假的通知").await;
    let (store, now) = (&browser.desk.store, Utc::now());
    let id = store.heads(None).await.unwrap()[0].id;
    store.begin_send(id, now).await.unwrap();
    let why = Reason::new(SendFault::Refused, "no");
    let failed = store.complete(id, Outcome::Failed { why }, now).await;
    failed.unwrap();
    let list = browser.page("/admin/outbox?state=failed").await;
    assert!(list.contains(&format!("outbox/{id}/retry")), "{list}");
    browser
        .does(&format!("/admin/outbox/{id}/retry"), &[])
        .await;
    assert_eq!(store.heads(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_flood_is_settled_at_once() {
    let browser = Browser::signed_in().await;
    let published = || async {
        let path = "/api/v1/bulletins?state=published&limit=100";
        let (_, all) = browser.desk.asked(path).await;
        all["items"].as_array().unwrap().len()
    };
    browser.desk.hold("notices", 8).await;
    let status = browser.page("/admin").await;
    let row = status.split("8 条通知待审核").nth(1).unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(row.contains("<time datetime="), "since when: {row}");
    let newest = [("what", "newest"), ("newest", "2")];
    browser.does("/admin/held", &newest).await;
    assert_eq!(published().await, 2);
    browser.desk.hold("news", 8).await;
    browser
        .does("/admin/held", &[("what", "publish-all")])
        .await;
    assert_eq!(published().await, 10);
    assert!(browser.page("/admin/held").await.contains("没有待审核"));
}
