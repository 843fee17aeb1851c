//! Tests requests that are forbidden, unknown or slow: each is answered in plain words, and only to the people
//! concerned.

use std::time::Duration;

use noticast::bulletin::{ChannelId, Standing};
use tokio::net::TcpListener;

use crate::support::{
    board::Site,
    bot::{ADMIN, ANYONE, GROUP, PERSON, TOKEN, at_work, said},
    telegram::{Fault, Telegram},
};

const INNER: &str =
    "[[source]]\nid = \"inner\"\nname = \"内部\"\nurl = \"http://i.example/\"\npublic = false\n";

#[tokio::test]
async fn only_who_may_subscribe_adds_sources() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "add_sources = \"anyone\"\n").await;
    telegram.say(PERSON, PERSON, "/subscribe http://127.0.0.1:9/list.html");
    said(&telegram, PERSON, "管理员同意之后，才能在这里添加").await;
    telegram.press_labelled(PERSON, PERSON, "申请使用");
    said(&telegram, PERSON, "已申请").await;
    said(&telegram, ADMIN, "申请使用机器人").await;
    telegram.press_labelled(ADMIN, ADMIN, "同意");
    said(&telegram, PERSON, "管理员已同意").await;
    // Only admins are shown the address of an internal name.
    for (chat, part) in [(PERSON, "指向内网"), (ADMIN, "allow_private")] {
        telegram.say(chat, chat, "/subscribe 127.0.0.1:9/list.html");
        said(&telegram, chat, part).await;
    }
    pushing.stop().await;
}

#[tokio::test]
async fn a_link_to_what_only_those_see_who_are_let_in_asks_for_it() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, INNER).await;
    telegram.say(PERSON, PERSON, "/start inner");
    let pending = said(&telegram, PERSON, "已申请").await;
    // The answer is the same as for a source that does not exist.
    telegram.say(11, 11, "/start nosuch");
    let other = said(&telegram, 11, "已申请").await;
    assert_eq!(pending.replace('9', ""), other.replace("11", ""));
    said(&telegram, ADMIN, "“chat 9”（telegram:9）申请订阅：内部").await;
    said(&telegram, ADMIN, "“chat 11”（telegram:11）申请使用机器人").await;
    // The chat learns no more until it is admitted.
    telegram.say(PERSON, PERSON, "/settings");
    let settings = said(&telegram, PERSON, "等待管理员同意").await;
    assert!(settings.contains("订阅：无（"), "{settings}");
    let asked = telegram.messages().into_iter();
    let mut asked = asked.filter(|it| it.chat == ADMIN && it.text.contains("telegram:9"));
    let question = asked.next().unwrap();
    let (_, yes) = question.buttons().remove(0);
    telegram.press(&question, ADMIN, &yes);
    said(&telegram, PERSON, "已订阅：内部").await;
    pushing.stop().await;
}

#[tokio::test]
async fn admins_are_asked_once_for_a_chat_and_again_after_a_restart() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "").await;
    for count in 1..=2 {
        telegram.say(PERSON, PERSON, "/subscribe news");
        telegram.until_sent(PERSON, count).await;
    }
    said(&telegram, ADMIN, "申请订阅").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(ADMIN).len(), 1);
    // The first question is perhaps lost to a crash.
    let mut pushing = pushing.restart().await;
    pushing.start();
    pushing.start_bot();
    telegram.say(PERSON, PERSON, "/subscribe news");
    telegram.until_sent(ADMIN, 2).await;
    let place: ChannelId = "telegram:9".parse().unwrap();
    assert_eq!(
        pushing.store.chat(&place).unwrap().standing,
        Standing::Pending
    );
    pushing.stop().await;
}

#[tokio::test]
async fn why_of_an_unknown_address_says_which_source_would_bring_it() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, INNER).await;
    telegram.say(PERSON, PERSON, "/why http://news.example/nothing.html?<b>");
    let answer = said(&telegram, PERSON, "没有找到该网址的通知").await;
    assert!(answer.contains("来源“集团要闻”"), "{answer}");
    for address in [
        "http://i.example/1.html",
        "https://other.example/",
        "http://[::1",
    ] {
        let before = telegram.texts(PERSON).len();
        telegram.say(PERSON, PERSON, &format!("/why {address}"));
        let texts = telegram.until_sent(PERSON, before + 1).await;
        assert!(
            texts[before].contains("该网站还没有添加为来源"),
            "{texts:?}"
        );
    }
    telegram.say(ADMIN, ADMIN, "/rebroadcast http://i.example/1.html");
    said(&telegram, ADMIN, "来源“内部”").await;
    pushing.stop().await;
}

#[tokio::test]
async fn what_only_admins_are_to_see_comes_to_their_own_chat_also_from_a_group() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.admins(GROUP, &[ADMIN]);
    let staff = "[[channel]]\nid = \"staff\"\nkind = \"telegram\"\nchat = 700\n";
    let mut pushing = at_work(&telegram, staff).await;
    pushing.publish(1).await;
    for (command, part) in [
        ("/health", "来源 1 个"),
        ("/channels", "staff"),
        ("/held", "没有待审核的通知"),
        ("/pause news", "已暂停"),
        ("/broadcast 今天停电", "今天停电"),
    ] {
        let before = telegram.texts(GROUP).len();
        telegram.say(GROUP, ADMIN, command);
        said(&telegram, ADMIN, part).await;
        let texts = telegram.until_sent(GROUP, before + 1).await;
        assert_eq!(texts[before], "已私聊回复。", "{command}");
    }
    let fault = Fault::Refused(
        403,
        "Forbidden: bot can't initiate conversation with a user",
    );
    telegram.fault("sendMessage", Some(ADMIN), fault, 1);
    telegram.say(GROUP, ADMIN, "/health");
    said(&telegram, GROUP, "请先私聊我发送 /start").await;
    telegram.say(GROUP, ADMIN, "/help");
    let help = said(&telegram, GROUP, "/subscribe").await;
    assert!(!help.contains("/rebroadcast"), "{help}");
    // A bulletin is sent again from the chat where it is read; chats are not named there.
    telegram.say(GROUP, ADMIN, "/rebroadcast 2");
    let question = said(&telegram, GROUP, "重发到以下 1 个频道").await;
    assert!(!question.contains("staff"), "{question}");
    pushing.stop().await;
}

#[tokio::test]
async fn an_administrator_is_known_where_members_are_not_listed() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.admins(GROUP, &[7]);
    let fault = Fault::Refused(400, "Bad Request: member list is inaccessible");
    telegram.fault("getChatMember", Some(GROUP), fault, usize::MAX);
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(GROUP, 7, "/subscribe news");
    said(&telegram, GROUP, "已订阅").await;
    telegram.say(GROUP, PERSON, "/unsubscribe news");
    said(&telegram, GROUP, "只有本群组或 Telegram 频道的管理员").await;
    pushing.stop().await;
}

#[tokio::test]
async fn a_slow_page_shows_that_it_is_being_read_and_keeps_nobody_waiting() {
    let telegram = Telegram::start(TOKEN).await;
    // It accepts connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = silent.local_addr().unwrap();
    let more = format!("{ANYONE}add_sources = \"anyone\"\n[fetch]\nallow_private = true\n");
    let mut pushing = at_work(&telegram, &more).await;
    for page in 0..4 {
        telegram.say(PERSON, PERSON, &format!("/subscribe http://{at}/{page}"));
    }
    said(&telegram, PERSON, "上一个请求还在处理").await;
    telegram.say(11, 11, "/search 通知");
    said(&telegram, 11, "🔎 通知").await;
    telegram
        .until("it shows that it is at work", |seen| {
            seen.calls("sendChatAction") > 0
        })
        .await;
    assert_eq!(telegram.texts(PERSON).len(), 1);
    tokio::time::timeout(Duration::from_secs(10), pushing.stop())
        .await
        .expect("nothing waits for the pages");
}

#[tokio::test]
async fn chinese_words_are_found_with_and_without_spaces_between_them() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    pushing.publish(1).await;
    for words in ["部门 执行", "部门执行", "執行部門"] {
        telegram.say(PERSON, PERSON, &format!("/search {words}"));
        let found = said(&telegram, PERSON, &format!("🔎 {words}")).await;
        assert!(found.contains("第1号通知"), "{found}");
    }
    telegram.say(PERSON, PERSON, "/search 部门停电");
    said(&telegram, PERSON, "没有找到").await;
    pushing.stop().await;
}

#[tokio::test]
async fn a_page_that_is_added_for_a_channel_is_pushed_there() {
    let telegram = Telegram::start(TOKEN).await;
    let site = Site::with(10).await;
    let channel = -1_001_000_000_005;
    telegram.chat(channel, "channel", Some("Our_News"));
    telegram.admins(channel, &[PERSON]);
    let more = format!("{ANYONE}add_sources = \"anyone\"\n[fetch]\nallow_private = true\n");
    let mut pushing = at_work(&telegram, &more).await;
    let add = format!("/subscribe {} @our_news", site.list_url());
    telegram.say(PERSON, PERSON, &add);
    said(&telegram, PERSON, "有 10 条通知").await;
    telegram.press_labelled(PERSON, PERSON, "添加");
    said(&telegram, PERSON, "已订阅").await;
    pushing.stop().await;
    let wants_any = |place: &str| {
        let chat = pushing.store.chat(&place.parse().unwrap());
        chat.is_some_and(|chat| chat.wants_any())
    };
    assert!(wants_any(&format!("telegram:{channel}")) && !wants_any("telegram:9"));
}

#[tokio::test]
async fn times_are_shown_by_the_clock_of_the_chat() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    let found = |text: &str| {
        let (_, rest) = text.split_once("发现：").unwrap();
        let when = rest.split('，').next().unwrap();
        chrono::NaiveDateTime::parse_from_str(when, "%Y-%m-%d %H:%M").unwrap()
    };
    telegram.say(PERSON, PERSON, "/why 1");
    let here = found(&said(&telegram, PERSON, "发现：").await);
    telegram.say(PERSON, PERSON, "/timezone Asia/Tokyo");
    said(&telegram, PERSON, "设置已保存").await;
    telegram.say(PERSON, PERSON, "/why #1");
    let there = telegram.until_sent(PERSON, 3).await;
    assert_eq!(found(&there[2]) - here, chrono::TimeDelta::hours(1));
    pushing.stop().await;
}
