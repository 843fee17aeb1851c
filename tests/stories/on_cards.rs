//! Tests the buttons below cards, and a chat's preferences for single sources.

use noticast::bulletin::{Chat, DeliveryKind, DeliveryState, DigestWish, SourceId};

use crate::support::{
    bot::{ADMIN, ANYONE, GROUP, PERSON, TOKEN, at_work, said},
    pushing::Pushing,
    telegram::{Message, Telegram},
};

const CHANNEL: i64 = -1_001_000_000_007;
const TEXT: &str = "第一段：请各部门遵照执行。\n第二段：<联系人> 见附件。";

fn labels(message: &Message) -> Vec<String> {
    let buttons = message.buttons().into_iter();
    buttons.map(|(label, _)| label).collect()
}

fn shown(telegram: &Telegram, chat: i64, part: &str) -> Message {
    let mut messages = telegram.messages().into_iter().rev();
    let found = messages.find(|it| it.chat == chat && it.text.contains(part));
    found.unwrap_or_else(|| panic!("no `{part}`: {:?}", telegram.texts(chat)))
}

fn press(telegram: &Telegram, message: &Message, from: i64, label: &str) {
    let buttons = message.buttons();
    let found = buttons.iter().find(|(known, _)| known == label);
    let (_, data) = found.unwrap_or_else(|| panic!("no `{label}`: {buttons:?}"));
    telegram.press(message, from, data);
}

/// Returns the answer to the press after `before` others.
async fn acknowledged(telegram: &Telegram, before: usize) -> serde_json::Value {
    let is_more = |seen: &Telegram| seen.acknowledged().len() > before;
    telegram.until("an answer to the press", is_more).await;
    telegram.acknowledged()[before].clone()
}

fn chat(pushing: &Pushing, id: &str) -> Chat {
    pushing.store.chat(&id.parse().unwrap()).unwrap()
}

fn news() -> SourceId {
    "news".parse().unwrap()
}

#[tokio::test]
async fn a_card_offers_its_full_text_a_reminder_and_to_mute_its_source() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/subscribe news");
    said(&telegram, PERSON, "已订阅").await;
    pushing
        .publish_article("体检通知", TEXT, Some("2999-06-30"))
        .await;
    said(&telegram, PERSON, "体检通知").await;
    let card = shown(&telegram, PERSON, "体检通知");
    assert_eq!(labels(&card), ["全文", "提醒我", "静音此来源"]);
    press(&telegram, &card, PERSON, "全文");
    said(&telegram, PERSON, "第二段：<联系人> 见附件。").await;
    press(&telegram, &card, PERSON, "提醒我");
    acknowledged(&telegram, 1).await;
    press(&telegram, &card, PERSON, "静音此来源");
    let toast = acknowledged(&telegram, 2).await;
    assert!(toast.as_str().unwrap().contains("静音推送"), "{toast}");
    // Without a deadline no reminder is offered, and a muted source cannot be muted again.
    pushing.publish_article("放假通知", TEXT, None).await;
    said(&telegram, PERSON, "放假通知").await;
    let muted = shown(&telegram, PERSON, "放假通知");
    assert_eq!(labels(&muted), ["全文"]);
    assert_eq!(muted.params["disable_notification"], true);
    let reminders = pushing.deliveries().await;
    let mut reminders = reminders
        .iter()
        .filter(|it| it.kind == DeliveryKind::Reminder);
    assert!(reminders.any(|it| it.state == DeliveryState::Queued));
    telegram.say(PERSON, PERSON, "/settings");
    said(&telegram, PERSON, "“集团要闻”：静音推送").await;
    pushing.stop().await;
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn a_reader_of_a_channel_is_led_to_a_chat_of_their_own() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.chat(CHANNEL, "channel", Some("notices"));
    let channel = "[[channel]]\nid = \"all\"\nkind = \"telegram\"\nchat = \"@notices\"\n";
    let mut pushing = at_work(&telegram, channel).await;
    pushing
        .publish_article("体检通知", TEXT, Some("2999-06-30"))
        .await;
    said(&telegram, CHANNEL, "体检通知").await;
    let card = shown(&telegram, CHANNEL, "体检通知");
    assert_eq!(labels(&card), ["全文", "提醒我"]);
    press(&telegram, &card, PERSON, "全文");
    let answer = acknowledged(&telegram, 0).await;
    let address = answer.as_str().unwrap().to_owned();
    let (bot, payload) = address.split_once("?start=").unwrap();
    assert_eq!(bot, "https://t.me/notice_bot");
    telegram.say(PERSON, PERSON, &format!("/start {payload}"));
    said(&telegram, PERSON, "第二段").await;
    press(&telegram, &card, PERSON, "提醒我");
    let answer = acknowledged(&telegram, 1).await;
    let (_, payload) = answer.as_str().unwrap().split_once("?start=").unwrap();
    telegram.say(PERSON, PERSON, &format!("/start {payload}"));
    said(&telegram, PERSON, "将在").await;
    // The link is valid only for that reader.
    telegram.say(8, 8, &format!("/start {payload}"));
    said(&telegram, 8, "管理员同意后").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(CHANNEL).len(), 1);
}

#[tokio::test]
async fn buttons_outlive_a_correction_and_are_switched_off_where_nobody_wants_them() {
    let telegram = Telegram::start(TOKEN).await;
    let quiet = "[[channel]]\nid = \"plain\"\nkind = \"telegram\"\nchat = 700\nbuttons = false\n";
    let mut pushing = at_work(&telegram, &format!("{ANYONE}{quiet}")).await;
    for text in ["/subscribe news", "/settings"] {
        telegram.say(PERSON, PERSON, text);
    }
    said(&telegram, PERSON, "卡片按钮：开启").await;
    pushing.publish_article("体检通知", TEXT, None).await;
    said(&telegram, PERSON, "体检通知").await;
    said(&telegram, 700, "体检通知").await;
    assert_eq!(labels(&shown(&telegram, 700, "体检通知")), [""; 0]);
    pushing.retitle("体检通知（更正）").await;
    said(&telegram, PERSON, "体检通知（更正）").await;
    let edited = shown(&telegram, PERSON, "体检通知（更正）");
    assert_eq!(labels(&edited), ["全文", "静音此来源"]);
    let settings = shown(&telegram, PERSON, "卡片按钮：开启");
    press(&telegram, &settings, PERSON, "卡片按钮");
    said(&telegram, PERSON, "推送的通知下面").await;
    press(
        &telegram,
        &shown(&telegram, PERSON, "推送的通知下面"),
        PERSON,
        "关闭",
    );
    said(&telegram, PERSON, "卡片按钮：关闭").await;
    pushing.publish_article("放假通知", TEXT, None).await;
    said(&telegram, PERSON, "放假通知").await;
    assert_eq!(labels(&shown(&telegram, PERSON, "放假通知")), [""; 0]);
    pushing.stop().await;
}

#[tokio::test]
async fn in_a_group_only_its_administrators_mute_a_source() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.admins(GROUP, &[ADMIN]);
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(GROUP, ADMIN, "/subscribe news");
    said(&telegram, GROUP, "已订阅").await;
    pushing.publish_article("体检通知", TEXT, None).await;
    said(&telegram, GROUP, "体检通知").await;
    let card = shown(&telegram, GROUP, "体检通知");
    press(&telegram, &card, PERSON, "静音此来源");
    let toast = acknowledged(&telegram, 0).await;
    assert!(toast.as_str().unwrap().contains("管理员"), "{toast}");
    assert!(chat(&pushing, "telegram:-80").own.is_empty());
    press(&telegram, &card, ADMIN, "静音此来源");
    acknowledged(&telegram, 1).await;
    assert_eq!(
        chat(&pushing, "telegram:-80").own[&news()].silent,
        Some(true)
    );
    pushing.stop().await;
}

#[tokio::test]
async fn a_source_has_a_filter_and_a_digest_of_its_own_which_win_over_the_chat_s() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    for text in ["/subscribe news", "/filter +停电"] {
        telegram.say(PERSON, PERSON, text);
    }
    said(&telegram, PERSON, "过滤：+停电").await;
    telegram.say(PERSON, PERSON, "/settings 集团要闻 过滤 +体检 -招标");
    said(&telegram, PERSON, "过滤 +体检 -招标").await;
    pushing.publish_article("停电通知", TEXT, None).await;
    pushing.publish_article("体检通知", TEXT, None).await;
    said(&telegram, PERSON, "体检通知").await;
    let texts = telegram.texts(PERSON);
    assert!(
        !texts.iter().any(|text| text.contains("停电通知")),
        "{texts:?}"
    );
    // A digest only for this source: the chat itself receives each bulletin at once.
    telegram.say(PERSON, PERSON, "/sources");
    said(&telegram, PERSON, "点一下即可订阅或退订").await;
    let list = shown(&telegram, PERSON, "点一下即可订阅或退订");
    press(&telegram, &list, PERSON, "⚙");
    said(&telegram, PERSON, "“集团要闻”的设置").await;
    press(
        &telegram,
        &shown(&telegram, PERSON, "“集团要闻”的设置"),
        PERSON,
        "18:00",
    );
    said(&telegram, PERSON, "过滤 +体检 -招标，每天 18:00 汇总").await;
    assert_eq!(
        chat(&pushing, "telegram:9").own[&news()].digest,
        Some(DigestWish::At("0 18 * * *".to_owned()))
    );
    pushing.publish_article("体检补充通知", TEXT, None).await;
    let waiting = pushing.deliveries().await;
    let due = waiting[0].due_at.with_timezone(&chrono_tz::Asia::Shanghai);
    assert_eq!(due.format("%H:%M").to_string(), "18:00");
    telegram.say(PERSON, PERSON, "/settings news digest off");
    said(&telegram, PERSON, "体检补充通知").await;
    telegram.say(PERSON, PERSON, "/unsubscribe news");
    said(&telegram, PERSON, "已退订").await;
    assert!(chat(&pushing, "telegram:9").own.is_empty());
    pushing.stop().await;
}
