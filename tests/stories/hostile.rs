//! Tests input of strangers, accidents and old clients to the bot: a proper answer or silence, never a wrong action.

use noticast::bulletin::{ChannelId, DeliveryKind, Standing};
use serde_json::json;

use crate::support::{
    bot::{ADMIN, ANYONE, GROUP, PERSON, TOKEN, at_work, said},
    pushing::Pushing,
    telegram::{Fault, Message, Telegram},
};

const FORUM: i64 = -1_001_000_000_001;
const STAFF: &str = "[[channel]]\nid = \"staff\"\nkind = \"telegram\"\nchat = 700\n";

fn chat(pushing: &Pushing, id: &str) -> Option<noticast::bulletin::Chat> {
    pushing.store.chat(&id.parse::<ChannelId>().unwrap())
}

/// Waits until every earlier message is handled, by a command that is answered last.
async fn all_is_heard(telegram: &Telegram) {
    telegram.say(ADMIN, ADMIN, "/help");
    said(telegram, ADMIN, "/rebroadcast").await;
}

#[tokio::test]
async fn a_double_tap_is_one_tap() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/subscribe");
    said(&telegram, PERSON, "集团要闻").await;
    let list = telegram.last(PERSON);
    let (_, data) = list.buttons().remove(0);
    telegram.press(&list, PERSON, &data);
    telegram.press(&list, PERSON, &data);
    said(&telegram, PERSON, "✓ 集团要闻").await;
    all_is_heard(&telegram).await;
    let wants = |pushing: &Pushing| chat(pushing, "telegram:9").unwrap().wants_any();
    assert!(wants(&pushing));
    let (_, data) = telegram.last(PERSON).buttons().remove(0);
    telegram.press(&list, PERSON, &data);
    telegram.press(&list, PERSON, &data);
    telegram
        .until("all presses were answered", |seen| {
            seen.acknowledged().len() == 4
        })
        .await;
    pushing.stop().await;
    assert!(!wants(&pushing));
}

#[tokio::test]
async fn a_button_of_another_chat_or_of_nobody_does_nothing() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF).await;
    pushing.publish(1).await;
    telegram.until_sent(700, 1).await;
    telegram.say(PERSON, PERSON, "/subscribe news");
    said(&telegram, ADMIN, "申请订阅").await;
    let let_in = telegram.last(ADMIN).buttons().remove(0).1;
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2");
    said(&telegram, ADMIN, "重发到以下 1 个频道").await;
    let resend = telegram.last(ADMIN).buttons().remove(0).1;
    // Copied into a message in a private chat, by its owner and by a stranger to it.
    let own = telegram.last(PERSON);
    let long = "x".repeat(64);
    let forged = [
        &let_in,
        &resend,
        "",
        " ",
        "r 2",
        "0123456789 a telegram:9",
        &long,
    ];
    for data in forged {
        telegram.press(&own, PERSON, data);
    }
    telegram
        .until("all presses were answered", |seen| {
            seen.acknowledged().len() == forged.len()
        })
        .await;
    pushing.stop().await;
    assert_eq!(
        chat(&pushing, "telegram:9").unwrap().standing,
        Standing::Pending
    );
    assert_eq!(telegram.texts(700).len(), 1);
}

#[tokio::test]
async fn a_card_that_others_wrote_or_passed_on_is_not_sent_again() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF).await;
    pushing.publish(1).await;
    telegram.until_sent(700, 1).await;
    let card: Message = telegram.last(700);
    let bot = json!({"id": 1, "is_bot": true, "first_name": "Notices", "username": "notice_bot"});
    let stranger = json!({"id": PERSON, "is_bot": false, "first_name": "x"});
    let origin = json!({"type": "user", "date": 1_700_000_000, "sender_user": bot});
    let channel = json!({"id": -1_001_000_000_009_i64, "type": "channel", "title": "x"});
    let original = |from: &serde_json::Value| {
        json!({"message_id": 5, "date": 1_700_000_000, "text": card.text, "from": from,
            "chat": {"id": ADMIN, "type": "private", "first_name": "x"}})
    };
    let mut passed_on = original(&stranger);
    passed_on["forward_origin"] = origin;
    let mut by_channel = original(&stranger);
    by_channel["sender_chat"] = channel;
    for original in [original(&stranger), passed_on, by_channel] {
        let before = telegram.texts(ADMIN).len();
        let reply = json!({"reply_to_message": original});
        telegram.say_with(ADMIN, ADMIN, "/rebroadcast", &reply);
        let texts = telegram.until_sent(ADMIN, before + 1).await;
        assert!(texts[before].starts_with("重发哪一条？"), "{texts:?}");
    }
    pushing.stop().await;
}

#[tokio::test]
async fn a_digest_that_is_replied_to_asks_which_one() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF).await;
    pushing.publish(2).await;
    telegram.until_sent(700, 2).await;
    let mut digest = telegram.last(700);
    digest.text = "汇总 · 2 条\n\n【集团要闻】\n• 第2号通知 #3\n• 第1号通知 #2".to_owned();
    telegram.reply(&digest, ADMIN, "/rebroadcast");
    said(&telegram, 700, "哪一条").await;
    telegram.press_labelled(700, ADMIN, "#2");
    said(&telegram, 700, "把 #2“第1号").await;
    // The next question names the channel that was named.
    telegram.reply(&digest, ADMIN, "/rebroadcast telegram:700");
    telegram
        .until("it is asked again", |seen| seen.texts(700).len() == 5)
        .await;
    telegram.press_labelled(700, ADMIN, "#3");
    let question = said(&telegram, 700, "把 #3“第2号").await;
    assert!(
        question.contains("重发到以下 1 个频道吗？\nstaff"),
        "{question}"
    );
    pushing.stop().await;
}

#[tokio::test]
async fn edited_passed_on_and_foreign_commands_are_silence() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    let from = json!({"id": PERSON, "is_bot": false, "first_name": "x"});
    let message = |text: &str| {
        json!({"message_id": 7, "date": 1_700_000_000, "edit_date": 1_700_000_009, "from": from,
            "chat": {"id": PERSON, "type": "private", "first_name": "x"}, "text": text})
    };
    telegram.update(json!({"edited_message": message("/start news")}));
    telegram.update(json!({"edited_channel_post": message("/start news")}));
    telegram.update(json!({"message": {"message_id": "no number"}}));
    telegram.update(json!({"something_new": {"text": "/start news"}}));
    telegram.update(json!({"inline_query": {"id": "1", "from": from, "query": "x", "offset": ""}}));
    telegram.say(PERSON, PERSON, "/start@other_bot news");
    telegram.say(GROUP, PERSON, "/subscribe@other_bot news");
    telegram.say(GROUP, PERSON, "/nosuch");
    telegram.say(GROUP, PERSON, "hello /start news");
    all_is_heard(&telegram).await;
    pushing.stop().await;
    assert!(telegram.texts(PERSON).is_empty() && telegram.texts(GROUP).is_empty());
    assert!(chat(&pushing, "telegram:9").is_none());
}

#[tokio::test]
async fn plain_words_get_the_menu_and_do_what_they_say() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "hello /start news");
    said(&telegram, PERSON, "发来网址即可订阅").await;
    assert!(chat(&pushing, "telegram:9").is_none());
    telegram.say(PERSON, PERSON, "订阅 news");
    said(&telegram, PERSON, "已订阅").await;
    assert!(chat(&pushing, "telegram:9").is_some());
    telegram.say(PERSON, PERSON, "/stop");
    said(&telegram, PERSON, "已退订").await;
    pushing.stop().await;
}

#[tokio::test]
async fn arguments_of_any_kind_and_length_are_answered_or_left_alone() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    pushing.publish(1).await;
    let arguments = [
        "<b>&amp;</i>\"'`*_[x](y)".to_owned(),
        "\u{202e}\u{200b}\u{2066}\u{feff}".to_owned(),
        "𠮷".repeat(4080),
        "-1".to_owned(),
        "99999999999999999999999".to_owned(),
        "/((((a+)+)+)+)$/".to_owned(),
        "http://[::1/ @x".to_owned(),
        "@".to_owned() + &"a".repeat(300),
    ];
    for (person, argument) in (100..).zip(&arguments) {
        for command in [
            "start",
            "subscribe",
            "unsubscribe",
            "latest",
            "search",
            "why",
            "filter",
            "digest",
            "quiet",
            "timezone",
            "language",
            "remind",
            "settings",
            "rebroadcast",
            "broadcast",
            "poll",
            "pause",
            "help",
        ] {
            telegram.say(person, person, &format!("/{command} {argument}"));
        }
    }
    // Too many messages of one chat at once are not answered; later ones are.
    all_is_heard(&telegram).await;
    telegram.say(PERSON, PERSON, "/start news");
    said(&telegram, PERSON, "已订阅").await;
    pushing.publish(1).await;
    said(&telegram, PERSON, "第2号").await;
    pushing.stop().await;
    assert!(
        pushing
            .deliveries()
            .await
            .iter()
            .all(|it| it.kind == DeliveryKind::New)
    );
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn a_name_turns_no_text_round_and_brings_no_markup_to_admins() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "").await;
    let from = json!({"id": PERSON, "is_bot": false,
        "first_name": "\u{202e}<b>Eve</b>\u{200b}", "last_name": "& {id} {sources}\n#2"});
    let chat = json!({"id": PERSON, "type": "private",
        "first_name": "\u{202e}<b>Eve</b>\u{200b}", "last_name": "& {id} {sources}\n#2"});
    telegram.say_with(
        PERSON,
        PERSON,
        "/start news",
        &json!({"from": from, "chat": chat}),
    );
    let asked = said(&telegram, ADMIN, "申请订阅").await;
    assert!(
        asked.starts_with("“<b>Eve</b> & {id} {sources} #2”（telegram:9）"),
        "{asked:?}"
    );
    pushing.stop().await;
}

#[tokio::test]
async fn a_closed_topic_rests_alone() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.admins(FORUM, &[7]);
    let mut pushing = at_work(&telegram, ANYONE).await;
    for topic in [12, 13] {
        let topic = json!({"message_thread_id": topic, "is_topic_message": true});
        telegram.say_with(FORUM, 7, "/subscribe news", &topic);
    }
    telegram.until_sent(FORUM, 2).await;
    let fault = Fault::Refused(400, "Bad Request: TOPIC_CLOSED");
    telegram.fault("sendMessage", Some(FORUM), fault, 1);
    pushing.publish(1).await;
    telegram.until_sent(FORUM, 3).await;
    pushing.stop().await;
    let channels = pushing.store.channels().await.unwrap();
    let blocked = channels.iter().filter(|channel| channel.blocked.is_some());
    assert_eq!(blocked.count(), 1);
}

#[tokio::test]
async fn a_report_whose_question_is_gone_comes_as_a_message_of_its_own() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF).await;
    pushing.publish(1).await;
    telegram.until_sent(700, 1).await;
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2");
    said(&telegram, ADMIN, "重发到以下 1 个频道").await;
    let fault = Fault::Refused(400, "Bad Request: message to edit not found");
    telegram.fault("editMessageText", None, fault, usize::MAX);
    let late = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    telegram.fault(
        "answerCallbackQuery",
        None,
        Fault::Refused(400, late),
        usize::MAX,
    );
    telegram.press_labelled(ADMIN, ADMIN, "重发");
    said(&telegram, ADMIN, "已发送通知 #2：成功 1，失败 0").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(700).len(), 2);
}

#[tokio::test]
async fn a_request_reaches_the_admins_once_telegram_takes_it() {
    for fault in [
        Fault::Refused(500, "Internal Server Error"),
        Fault::Page(502),
    ] {
        let telegram = Telegram::start(TOKEN).await;
        let mut pushing = at_work(&telegram, "").await;
        telegram.fault("sendMessage", Some(ADMIN), fault, 2);
        telegram.say(PERSON, PERSON, "/start news");
        said(&telegram, ADMIN, "申请订阅").await;
        pushing.stop().await;
        assert_eq!(telegram.texts(ADMIN).len(), 1);
    }
}

#[tokio::test]
async fn admins_are_notified_once_of_another_poller() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF).await;
    telegram
        .until("it polls", |seen| seen.calls("getUpdates") >= 1)
        .await;
    telegram.poll_elsewhere();
    said(&telegram, ADMIN, "同一个机器人令牌").await;
    pushing.publish(1).await;
    telegram.until_sent(700, 1).await;
    pushing.stop().await;
    assert_eq!(telegram.texts(ADMIN).len(), 1);
}

/// A changed client can send the data of any button it saw with any message of the bot.
#[tokio::test]
async fn a_member_does_not_write_over_what_an_admin_was_asked() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF).await;
    pushing.publish(1).await;
    telegram.until_sent(700, 1).await;
    telegram.say(GROUP, PERSON, "/help");
    said(&telegram, GROUP, "/subscribe").await;
    let help = telegram.last(GROUP).buttons();
    telegram.say(GROUP, ADMIN, "/rebroadcast 2");
    said(&telegram, GROUP, "重发到以下 1 个频道").await;
    let question = telegram.last(GROUP);
    for (_, data) in &help {
        telegram.press(&question, PERSON, data);
    }
    telegram
        .until("all presses were answered", |seen| {
            seen.acknowledged().len() == help.len()
        })
        .await;
    assert_eq!(telegram.last(GROUP).text, question.text);
    telegram.press_labelled(GROUP, ADMIN, "重发");
    telegram.until_sent(700, 2).await;
    pushing.stop().await;
}

#[tokio::test]
async fn a_sign_alone_takes_no_filter_away() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/filter +放假");
    said(&telegram, PERSON, "设置已保存").await;
    for sign in ["-", "+", "＋ -"] {
        telegram.say(PERSON, PERSON, &format!("/filter {sign}"));
    }
    telegram.say(PERSON, PERSON, "/settings");
    said(&telegram, PERSON, "订阅：无\n过滤：+放假").await;
    all_is_heard(&telegram).await;
    pushing.stop().await;
    assert_eq!(chat(&pushing, "telegram:9").unwrap().include, ["放假"]);
}
