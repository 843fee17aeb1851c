//! Tests that Telegram is down, slow or answers errors for a while: nothing is lost, and all of it is sent in order
//! soon after.

use std::time::{Duration, Instant};

use noticast::bulletin::DeliveryState;

use crate::support::{
    bot::{ADMIN, TOKEN, at_work, said},
    pushing::Pushing,
    telegram::{Fault, Telegram},
};

const CHATS: [i64; 3] = [700, 701, 702];
/// The longest wait of a paused sender, twice over, for a machine that is busy.
const SOON: Duration = Duration::from_secs(18);

fn channels() -> String {
    let block =
        |chat| format!("[[channel]]\nid = \"c{chat}\"\nkind = \"telegram\"\nchat = {chat}\n");
    CHATS.map(block).concat()
}

/// Publishes five bulletins while Telegram has `fault`; returns how many requests it received until it was healthy.
async fn through(fault: Fault) -> (Telegram, Pushing, usize) {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, &channels()).await;
    pushing.publish(2).await;
    for chat in CHATS {
        telegram.until_sent(chat, 2).await;
    }
    let (sends, probes) = (telegram.calls("sendMessage"), telegram.calls("getMe"));
    telegram.fail(&fault);
    let ids = pushing.publish(5).await;
    assert_eq!(ids.len(), 5, "it is archived all the same");
    // The third probe is some three seconds into it.
    telegram
        .until("the sender rests and probes", |seen| {
            seen.calls("getMe") >= probes + 3
        })
        .await;
    let bothered = telegram.calls("sendMessage") - sends;
    telegram.say(ADMIN, ADMIN, "/help");
    telegram.recover();
    (telegram, pushing, bothered)
}

async fn assert_all_arrives_in_order(telegram: &Telegram, mut pushing: Pushing) {
    let began = Instant::now();
    telegram.until_sent(CHATS[0], 3).await;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    for chat in CHATS {
        let texts = telegram.until_sent(chat, 7).await;
        for (text, number) in texts.iter().zip(1..) {
            assert!(text.contains(&format!("第{number}号")), "{texts:?}");
        }
    }
    said(telegram, ADMIN, "/rebroadcast").await;
    pushing.stop().await;
    let deliveries = pushing.deliveries().await;
    assert!(deliveries.iter().all(|it| it.state == DeliveryState::Sent));
    for chat in CHATS {
        assert_eq!(telegram.texts(chat).len(), 7, "once each");
    }
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn errors_of_telegrams_own_are_waited_out() {
    let fault = Fault::Refused(500, "Internal Server Error");
    let (telegram, pushing, bothered) = through(fault).await;
    // Each chat had perhaps begun when it became clear that the fault is not about a message.
    assert!(bothered <= 8, "{bothered}");
    assert_all_arrives_in_order(&telegram, pushing).await;
}

#[tokio::test]
async fn a_gateways_errors_are_waited_out() {
    let (telegram, pushing, bothered) = through(Fault::Page(502)).await;
    assert!(bothered <= 3, "{bothered}");
    assert_all_arrives_in_order(&telegram, pushing).await;
}

#[tokio::test]
async fn connections_that_break_off_are_waited_out() {
    let (telegram, pushing, bothered) = through(Fault::Dropped).await;
    assert!(bothered <= 6, "{bothered}");
    assert_all_arrives_in_order(&telegram, pushing).await;
}

#[tokio::test]
async fn menus_that_are_not_taken_keep_nobody_waiting_and_come_later() {
    let telegram = Telegram::start(TOKEN).await;
    let fault = Fault::Refused(500, "Internal Server Error");
    telegram.fault("setMyCommands", None, fault, usize::MAX);
    let mut pushing = at_work(&telegram, "").await;
    telegram.say(ADMIN, ADMIN, "/help");
    said(&telegram, ADMIN, "/rebroadcast").await;
    telegram.recover();
    telegram
        .until("all menus are set", |seen| seen.menus().len() == 12)
        .await;
    pushing.stop().await;
}

/// Starts a bot that receives messages from Telegram but can send none, for several of its tries.
async fn unheard(fault: Fault) -> (Telegram, Pushing) {
    let telegram = Telegram::start(TOKEN).await;
    let pushing = at_work(&telegram, "").await;
    for method in ["sendMessage", "editMessageText"] {
        telegram.fault(method, Some(ADMIN), fault.clone(), usize::MAX);
    }
    (telegram, pushing)
}

async fn until_tried(telegram: &Telegram, method: &str, times: usize) {
    let tried = |seen: &Telegram| seen.calls(method) >= times;
    telegram.until(&format!("{method} is tried"), tried).await;
}

#[tokio::test]
async fn what_is_asked_while_nothing_can_be_said_is_answered_afterwards_in_order() {
    let (telegram, mut pushing) = unheard(Fault::Page(502)).await;
    telegram.say(ADMIN, ADMIN, "/pause news");
    until_tried(&telegram, "sendMessage", 2).await;
    for command in ["/resume news", "/help", "/help", "/help", "/help", "/held"] {
        telegram.say(ADMIN, ADMIN, command);
    }
    // A later request is answered after that, in its own chat.
    telegram.say(CHATS[0], CHATS[0], "/help");
    telegram.until_sent(CHATS[0], 1).await;
    telegram.recover();
    said(&telegram, ADMIN, "没有待审核").await;
    pushing.stop().await;
    let texts = telegram.texts(ADMIN);
    let [paused, resumed, help, held] = &texts[..] else {
        panic!("each question has one answer: {texts:?}");
    };
    assert!(paused.contains("已暂停") && resumed.contains("已恢复"));
    assert!(help.contains("/rebroadcast") && held.contains("没有待审核"));
}

#[tokio::test]
async fn a_chat_that_takes_nothing_keeps_no_other_waiting() {
    let (telegram, mut pushing) = unheard(Fault::Page(502)).await;
    let probes = telegram.calls("getMe");
    telegram.say(ADMIN, ADMIN, "/help");
    until_tried(&telegram, "sendMessage", 4).await;
    telegram.say(CHATS[0], CHATS[0], "/help");
    telegram.until_sent(CHATS[0], 1).await;
    assert!(telegram.calls("getMe") <= probes + 2, "it rests for long");
    telegram.recover();
    telegram.until_sent(ADMIN, 1).await;
    pushing.stop().await;
}

#[tokio::test]
async fn an_answer_that_was_perhaps_taken_is_said_once_more_and_no_oftener() {
    let (telegram, mut pushing) = unheard(Fault::AnswerLost).await;
    telegram.say(ADMIN, ADMIN, "/help");
    telegram.until_sent(ADMIN, 2).await;
    telegram.recover();
    telegram.say(ADMIN, ADMIN, "/held");
    said(&telegram, ADMIN, "没有待审核").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(ADMIN).len(), 3);
}

#[tokio::test]
async fn a_question_is_closed_once_telegram_takes_it() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, &channels()).await;
    pushing.publish(1).await;
    for command in ["/rebroadcast 2", "/broadcast 停电"] {
        telegram.say(ADMIN, ADMIN, command);
        said(&telegram, ADMIN, "3 个频道").await;
        let fault = Fault::Refused(500, "Internal Server Error");
        telegram.fault("editMessageText", None, fault, usize::MAX);
        let tried = telegram.calls("editMessageText");
        let question = telegram.last(ADMIN);
        let (_, no) = question.buttons().remove(1);
        telegram.press(&question, ADMIN, &no);
        until_tried(&telegram, "editMessageText", tried + 2).await;
        telegram.recover();
        telegram
            .until("the question is closed", |seen| {
                let shown = seen.last(ADMIN);
                shown.text == "已取消。" && shown.buttons().is_empty()
            })
            .await;
    }
    pushing.stop().await;
    assert_eq!(telegram.texts(CHATS[0]).len(), 1);
}

/// Checks that few messages are tried: if probes are answered, each message that is tried may be lost.
#[tokio::test]
async fn messages_that_alone_are_answered_by_a_gateway_are_hardly_tried() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, &channels()).await;
    telegram.fault("sendMessage", None, Fault::Page(502), usize::MAX);
    pushing.publish(8).await;
    telegram
        .until("it is tried a few times", |seen| {
            seen.calls("sendMessage") >= 4
        })
        .await;
    telegram.recover();
    pushing.stop().await;
    let deliveries = pushing.deliveries().await;
    let failed = deliveries
        .iter()
        .filter(|it| it.state == DeliveryState::Failed);
    assert!(failed.count() <= 3);
}

/// Checks a restart: messages that were tried were perhaps accepted, and each start would add a copy for every chat.
#[tokio::test]
async fn a_restart_while_telegram_is_in_trouble_sends_no_further_copies() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, &channels()).await;
    telegram.fault("sendMessage", Some(700), Fault::AnswerLost, usize::MAX);
    telegram.fault("getMe", None, Fault::Dropped, usize::MAX);
    let probed = telegram.calls("getMe");
    pushing.publish(1).await;
    telegram
        .until("the sender rests and probes", |seen| {
            seen.calls("sendMessage") > 0 && seen.calls("getMe") >= probed + 3
        })
        .await;
    pushing.stop().await;
    let (sends, probed) = (telegram.calls("sendMessage"), telegram.calls("getMe"));
    let mut pushing = pushing.restart().await;
    pushing.start();
    telegram
        .until("the next run probes", |seen| {
            seen.calls("getMe") >= probed + 3
        })
        .await;
    assert_eq!(telegram.calls("sendMessage"), sends);
    telegram.recover();
    for (chat, messages) in CHATS.into_iter().zip([2, 1, 1]) {
        telegram.until_sent(chat, messages).await;
    }
    pushing.stop().await;
    assert_eq!(telegram.texts(700).len(), 2, "one repetition");
}
