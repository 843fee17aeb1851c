//! Tests bulletins from the store to Telegram chats: once, in order, within limits, through faults.

use std::time::{Duration, Instant};

use chrono::Utc;
use noticast::{
    bulletin::{ChannelId, DeliveryState},
    push::Checked,
};
use tokio::net::TcpListener;

use crate::support::{
    pushing::{Logged, Pushing},
    telegram::{Fault, Telegram},
};

const TOKEN: &str = "1:tok";

fn settings(telegram: &Telegram, chats: &[i64]) -> String {
    let mut text = format!(
        "[telegram]\ntoken = \"{TOKEN}\"\nadmins = [5]\napi_url = \"{}\"\n",
        telegram.url
    );
    for chat in chats {
        text += &format!(
            "[[channel]]\nid = \"chat{}\"\nkind = \"telegram\"\nchat = {chat}\n",
            chat.unsigned_abs()
        );
    }
    text
}

fn id(text: &str) -> ChannelId {
    text.parse().unwrap()
}

#[tokio::test]
async fn each_bulletin_arrives_once_in_order_and_a_restart_repeats_nothing() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::new(&settings(&telegram, &[7, -8])).await;
    pushing.publish(3).await;
    pushing.start();
    for chat in [7, -8] {
        let texts = telegram.until_sent(chat, 3).await;
        for (i, text) in texts.iter().enumerate() {
            let number = i + 1;
            assert!(
                text.contains(&format!("第{number}号通知 <{number}> & 更多")),
                "{text}"
            );
            assert!(
                text.starts_with("【集团要闻】") && text.contains("请各部门"),
                "{text}"
            );
        }
    }
    let mut pushing = pushing.restart().await;
    pushing.publish(1).await;
    pushing.start();
    assert_eq!(telegram.until_sent(7, 4).await.len(), 4);
    assert_eq!(telegram.until_sent(-8, 4).await.len(), 4);
    pushing.stop().await;
    assert_eq!(telegram.too_fast(), 0);
    let sent = pushing.deliveries().await;
    assert!(
        sent.iter()
            .all(|delivery| delivery.attempts == 1 && delivery.message.is_some())
    );
}

#[tokio::test]
async fn a_channel_by_name_is_asked_for_once_and_found() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.chat(-1_001_000_000_042, "channel", Some("news_channel"));
    let channel = "[[channel]]\nid = \"news-channel\"\nkind = \"telegram\"\nchat = \"@news_channel\"\nsilent = true\n";
    let mut pushing = Pushing::new(&(settings(&telegram, &[]) + channel)).await;
    pushing.publish(2).await;
    pushing.start();
    telegram.until_sent(-1_001_000_000_042, 2).await;
    assert_eq!(telegram.calls("getChat"), 1);
    let message = &telegram.messages()[0];
    assert_eq!(message.params["disable_notification"], true);
    assert_eq!(
        message.params["link_preview_options"]["url"],
        "http://news.example/1.html"
    );
}

#[tokio::test]
async fn a_chat_with_one_message_does_not_wait_behind_a_chat_with_a_hundred() {
    let telegram = Telegram::start(TOKEN).await;
    let few = "[[channel]]\nid = \"few\"\nkind = \"telegram\"\nchat = 8\ninclude = [\"第130号\"]\n";
    let more = settings(&telegram, &[7]) + few;
    let mut pushing = Pushing::with_shown(&more, 30).await;
    pushing.publish(100).await;
    pushing.publish(1).await;
    pushing.start();
    telegram.until_sent(8, 1).await;
    let before = telegram.texts(7).len();
    assert!(before <= 5, "{before}");
    pushing.stop().await;
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn too_fast_in_one_chat_holds_that_chat_alone() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault("sendMessage", Some(7), Fault::RetryAfter(3), 1);
    let mut pushing = Pushing::new(&settings(&telegram, &[7, 8])).await;
    let began = Instant::now();
    pushing.publish(2).await;
    pushing.start();
    telegram.until_sent(8, 2).await;
    assert!(began.elapsed() < Duration::from_millis(2500));
    assert!(telegram.texts(7).is_empty());
    let texts = telegram.until_sent(7, 2).await;
    assert!(began.elapsed() >= Duration::from_secs(3));
    assert!(
        texts[0].contains("第1号") && texts[1].contains("第2号"),
        "{texts:?}"
    );
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_is_followed_for_good() {
    let telegram = Telegram::start(TOKEN).await;
    let (old, new) = (-70, -1_001_000_000_070);
    let mut pushing = Pushing::new(&settings(&telegram, &[old])).await;
    pushing.publish(1).await;
    pushing.start();
    telegram.until_sent(old, 1).await;
    telegram.fault("sendMessage", Some(old), Fault::Migrate(new), 1);
    pushing.publish(2).await;
    let texts = telegram.until_sent(new, 2).await;
    assert!(
        texts[0].contains("第2号") && texts[1].contains("第3号"),
        "{texts:?}"
    );
    let mut pushing = pushing.restart().await;
    let calls = telegram.calls("sendMessage");
    pushing.publish(1).await;
    pushing.start();
    telegram.until_sent(new, 3).await;
    assert_eq!(telegram.calls("sendMessage"), calls + 1);
    assert_eq!(telegram.texts(old).len(), 1);
}

#[tokio::test]
async fn a_chat_that_blocked_the_bot_is_set_aside_until_start_is_sent() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault(
        "sendMessage",
        Some(7),
        Fault::Refused(403, "Forbidden: bot was blocked by the user"),
        1,
    );
    let mut pushing = Pushing::new(&settings(&telegram, &[7, 8])).await;
    pushing.publish(2).await;
    pushing.start();
    pushing.start_bot();
    telegram.until_sent(8, 2).await;
    assert!(telegram.texts(7).is_empty());
    assert_eq!(telegram.calls("sendMessage"), 3);
    let channels = pushing.store.channels().await.unwrap();
    let blocked = channels
        .iter()
        .find(|channel| channel.id == id("chat7"))
        .unwrap();
    let why = &blocked.blocked.as_ref().unwrap().0;
    assert!(
        why.said
            .contains("blocked by the user; that person must send /start"),
        "{why}"
    );
    telegram.say(7, 7, "/start");
    let texts = telegram.until_sent(7, 3).await;
    let cards = texts.iter().filter(|text| text.contains("号通知")).count();
    assert_eq!(cards, 2, "{texts:?}");
    pushing.stop().await;
}

#[tokio::test]
async fn markup_that_telegram_cannot_read_goes_as_plain_text() {
    let telegram = Telegram::start(TOKEN).await;
    let fault = Fault::Refused(
        400,
        "Bad Request: can't parse entities: unsupported start tag \"x\" at byte offset 3",
    );
    telegram.fault("sendMessage", Some(7), fault, 1);
    let mut pushing = Pushing::new(&settings(&telegram, &[7])).await;
    pushing.publish(2).await;
    pushing.start();
    let texts = telegram.until_sent(7, 2).await;
    assert!(texts[0].contains("第1号通知 <1> & 更多"), "{texts:?}");
    let messages = telegram.messages();
    assert!(!messages[0].params.contains_key("parse_mode"));
    assert_eq!(messages[1].params["parse_mode"], "HTML");
}

#[tokio::test]
async fn a_message_that_is_refused_for_good_fails_alone() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault(
        "sendMessage",
        Some(7),
        Fault::Refused(400, "Bad Request: message is too long"),
        1,
    );
    let mut pushing = Pushing::new(&settings(&telegram, &[7])).await;
    pushing.publish(2).await;
    pushing.start();
    let texts = telegram.until_sent(7, 1).await;
    assert!(texts[0].contains("第2号"), "{texts:?}");
    pushing.stop().await;
    let deliveries = pushing.deliveries().await;
    let states: Vec<_> = deliveries.iter().map(|delivery| delivery.state).collect();
    assert_eq!(states, [DeliveryState::Sent, DeliveryState::Failed]);
    assert!(
        deliveries[1]
            .error
            .as_ref()
            .unwrap()
            .said
            .contains("too long")
    );
}

#[tokio::test]
async fn a_server_error_is_tried_again_in_order_while_others_go_on() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault(
        "sendMessage",
        Some(7),
        Fault::Refused(500, "Internal Server Error"),
        2,
    );
    let mut pushing = Pushing::new(&settings(&telegram, &[7, 8])).await;
    let began = Instant::now();
    pushing.publish(2).await;
    pushing.start();
    telegram.until_sent(8, 2).await;
    assert!(began.elapsed() < Duration::from_millis(2500));
    let texts = telegram.until_sent(7, 2).await;
    assert!(
        texts[0].contains("第1号") && texts[1].contains("第2号"),
        "{texts:?}"
    );
}

#[tokio::test]
async fn a_gateways_error_page_holds_the_bot_until_telegram_answers() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault("sendMessage", None, Fault::Page(502), 1);
    telegram.fault("getMe", None, Fault::Page(502), 1);
    let mut pushing = Pushing::new(&settings(&telegram, &[7, 8])).await;
    pushing.publish(1).await;
    pushing.start();
    telegram.until_sent(7, 1).await;
    telegram.until_sent(8, 1).await;
    assert_eq!(telegram.calls("getMe"), 2);
    assert_eq!(telegram.calls("sendMessage"), 3);
}

#[tokio::test]
async fn a_lost_answer_costs_one_repetition_after_telegram_answers_again() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault("sendMessage", Some(7), Fault::AnswerLost, 1);
    let mut pushing = Pushing::new(&settings(&telegram, &[7])).await;
    pushing.publish(2).await;
    pushing.start();
    let texts = telegram.until_sent(7, 3).await;
    assert!(
        texts[1].contains("第1号") && texts[2].contains("第2号"),
        "{texts:?}"
    );
    assert_eq!(telegram.calls("getMe"), 1);
    pushing.stop().await;
    let deliveries = pushing.deliveries().await;
    let first = deliveries.last().unwrap();
    assert_eq!((first.state, first.attempts), (DeliveryState::Sent, 2));
    assert!(
        first
            .error
            .as_ref()
            .unwrap()
            .said
            .contains("possibly repeated")
    );
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn a_message_that_breaks_off_twice_is_not_lost() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault("sendMessage", Some(7), Fault::Dropped, 2);
    let mut pushing = Pushing::new(&settings(&telegram, &[7])).await;
    pushing.publish(2).await;
    pushing.start();
    let texts = telegram.until_sent(7, 2).await;
    assert!(
        texts[0].contains("第1号") && texts[1].contains("第2号"),
        "{texts:?}"
    );
    pushing.stop().await;
    let deliveries = pushing.deliveries().await;
    assert_eq!(
        (deliveries[1].state, deliveries[1].attempts),
        (DeliveryState::Sent, 3)
    );
}

#[tokio::test]
async fn what_was_being_sent_at_a_crash_is_repeated_once() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::new(&settings(&telegram, &[7])).await;
    pushing.publish(1).await;
    let head = pushing.store.heads(None).await.unwrap().remove(0);
    pushing.store.begin_send(head.id, Utc::now()).await.unwrap();
    let mut pushing = pushing.restart().await;
    telegram.fault("getMe", None, Fault::Dropped, 1);
    pushing.start();
    telegram.until_sent(7, 1).await;
    pushing.stop().await;
    let delivery = pushing.deliveries().await.remove(0);
    assert_eq!(
        (delivery.state, delivery.attempts),
        (DeliveryState::Sent, 2)
    );
    assert!(delivery.error.unwrap().said.contains("possibly repeated"));
    let mut pushing = pushing.restart().await;
    pushing.start();
    pushing.publish(1).await;
    assert_eq!(telegram.until_sent(7, 2).await.len(), 2);
}

#[tokio::test]
async fn what_hangs_when_the_program_is_stopped_is_put_back_and_repeated_once() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.fault("sendMessage", Some(7), Fault::Silent, 1);
    let mut pushing = Pushing::new(&settings(&telegram, &[7])).await;
    pushing.publish(2).await;
    pushing.start();
    telegram.until_sent(7, 1).await;
    pushing.stop().await;
    let deliveries = pushing.deliveries().await;
    for delivery in &deliveries {
        assert_eq!(delivery.state, DeliveryState::Queued, "{delivery:?}");
    }
    let mut pushing = pushing.restart().await;
    pushing.start();
    let texts = telegram.until_sent(7, 3).await;
    assert!(texts[1].contains("第1号"), "{texts:?}");
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn a_telegram_that_cannot_be_reached_costs_nothing_but_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let text = format!(
        "[telegram]\ntoken = \"{TOKEN}\"\napi_url = \"http://{address}\"\n[[channel]]\nid = \"chat7\"\nkind = \"telegram\"\nchat = 7\n"
    );
    let mut pushing = Pushing::new(&text).await;
    pushing.publish(2).await;
    pushing.start();
    while pushing.pusher.faults().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let fault = pushing.pusher.faults().remove(0);
    assert!(fault.what.said.contains("cannot be reached"), "{fault:?}");
    let telegram = Telegram::start_on(TOKEN, TcpListener::bind(address).await.unwrap());
    let texts = telegram.until_sent(7, 2).await;
    assert_eq!(texts.len(), 2);
    assert!(pushing.pusher.faults().is_empty());
}

#[tokio::test]
async fn a_wrong_token_is_reported_once_and_never_shown() {
    let logged = Logged::start();
    let telegram = Telegram::start("1:other").await;
    let mut pushing = Pushing::new(&settings(&telegram, &[7, 8])).await;
    pushing.publish(2).await;
    pushing.start();
    pushing.start_bot();
    telegram
        .until("the token was tried by both", |seen| {
            seen.calls("sendMessage") >= 1 && seen.calls("getMe") >= 2
        })
        .await;
    let error = pushing
        .pusher
        .check(&id("chat7"))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("rejects the bot's token") && error.contains("@BotFather"),
        "{error}"
    );
    pushing.stop().await;
    assert_eq!(telegram.calls("sendMessage"), 1);
    let text = logged.text();
    assert_eq!(text.matches("telegram cannot send").count(), 1);
    assert!(!text.contains(TOKEN) && !error.contains(TOKEN));
    assert!(
        pushing
            .deliveries()
            .await
            .iter()
            .all(|delivery| delivery.state == DeliveryState::Queued)
    );
}

#[tokio::test]
async fn a_short_token_is_in_no_log_at_any_level() {
    let logged = Logged::start();
    let telegram = Telegram::start(TOKEN).await;
    for (chat, fault) in [
        (7, Fault::Dropped),
        (8, Fault::AnswerLost),
        (9, Fault::Page(502)),
        (10, Fault::Refused(500, "1:tok is in here")),
    ] {
        telegram.fault("sendMessage", Some(chat), fault, 1);
    }
    let mut pushing = Pushing::new(&settings(&telegram, &[7, 8, 9, 10])).await;
    pushing.publish(1).await;
    pushing.start();
    pushing.start_bot();
    for chat in [7, 8, 9, 10] {
        telegram.until_sent(chat, 1).await;
    }
    pushing.stop().await;
    let text = logged.text();
    assert!(text.contains("possibly repeated") && text.contains("TRACE"));
    assert!(!text.contains(TOKEN));
    let shown = format!(
        "{:?} {:?}",
        pushing.deliveries().await,
        pushing.pusher.faults()
    );
    assert!(!shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn a_test_card_comes_while_a_backlog_waits_and_takes_a_channel_up_again() {
    let telegram = Telegram::start(TOKEN).await;
    let chats: Vec<_> = (100..160).collect();
    let mut pushing = Pushing::new(&settings(&telegram, &chats)).await;
    assert!(pushing.pusher.test(&id("chat100")).await.unwrap().is_some());
    pushing
        .store
        .block_channel(&id("chat100"), "tried".into(), Utc::now())
        .await
        .unwrap();
    pushing.publish(2).await;
    pushing.start();
    telegram.until_sent(159, 2).await;
    let began = Instant::now();
    pushing.pusher.test(&id("chat100")).await.unwrap();
    assert!(
        began.elapsed() < Duration::from_millis(1500),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(telegram.until_sent(100, 4).await.len(), 4);
    let checked = pushing.pusher.check(&id("chat100")).await.unwrap();
    assert_eq!(
        checked,
        Checked::Good("@notice_bot may post to private chat 100".to_owned())
    );
    assert_eq!(telegram.too_fast(), 0);
    let unknown = pushing.pusher.test(&id("nobody")).await.unwrap_err();
    assert_eq!(unknown.to_string(), "no channel `nobody` in the config");
}

#[tokio::test]
async fn a_changed_config_is_followed_without_a_repetition() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::new(&settings(&telegram, &[7])).await;
    pushing.start();
    pushing.publish(1).await;
    telegram.until_sent(7, 1).await;
    let folder = tempfile::TempDir::new().unwrap();
    let config = crate::support::pushing::config(&folder, &settings(&telegram, &[7, 8]));
    pushing
        .store
        .sync_config(&config.sources, &config.channels)
        .await
        .unwrap();
    pushing.config.send_replace(std::sync::Arc::new(config));
    pushing.publish(1).await;
    telegram.until_sent(8, 1).await;
    assert_eq!(telegram.until_sent(7, 2).await.len(), 2);
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn the_terminal_and_a_program_get_each_bulletin() {
    let text = "[[channel]]\nid = \"terminal\"\nkind = \"stdout\"\n[[channel]]\nid = \"program\"\nkind = \"stdout\"\nformat = \"json\"\n";
    let mut pushing = Pushing::new(text).await;
    pushing.publish(2).await;
    pushing.start();
    while pushing
        .deliveries()
        .await
        .iter()
        .any(|delivery| delivery.state != DeliveryState::Sent)
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let printed = pushing.printed();
    assert_eq!(printed.matches("集团要闻").count(), 2);
    let lines: Vec<serde_json::Value> = printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["channel"], &lines[0]["kind"], &lines[0]["source"]),
        (&"program".into(), &"new".into(), &"news".into())
    );
}
