//! Tests that people write to the bot and are answered; only admins do what admins may do.

use std::time::{Duration, Instant};

use noticast::bulletin::DeliveryKind;

use crate::support::{
    bot::{self, ADMIN, TOKEN, said},
    pushing::{Logged, Pushing},
    telegram::{Fault, Telegram},
};

const STRANGER: i64 = 9;

const STAFF: &str = "[[channel]]\nid = \"staff\"\nkind = \"telegram\"\nchat = 700\n";

/// Starts a bot, with `published` bulletins that have arrived in the chats of `channels`.
async fn at_work(telegram: &Telegram, channels: &str, published: usize) -> Pushing {
    let mut pushing = bot::at_work(telegram, channels).await;
    pushing.publish(published).await;
    if !channels.is_empty() {
        telegram.until_sent(700, published).await;
    }
    pushing
}

#[tokio::test]
async fn start_says_what_this_is_and_who_sets_up_finds_the_chat_s_id_and_config_behind_a_button() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF, 0).await;
    let labels = |chat: i64| -> Vec<String> {
        let buttons = telegram.last(chat).buttons();
        buttons.into_iter().map(|(label, _)| label).collect()
    };
    telegram.say(STRANGER, STRANGER, "/start");
    let text = telegram.until_sent(STRANGER, 1).await.remove(0);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert_eq!(
        labels(STRANGER),
        ["订阅", "设置", "最新的通知", "搜索", "帮助"]
    );
    telegram.say(STRANGER, STRANGER, "/settings");
    said(&telegram, STRANGER, "聊天 ID：9").await;
    telegram.say(700, 700, "/start");
    let text = telegram.until_sent(700, 1).await.remove(0);
    assert!(text.contains("频道：staff"), "{text}");
    assert!(!text.contains("聊天 ID") && !text.contains("[["), "{text}");
    telegram.say(ADMIN, ADMIN, "/start");
    let text = telegram.until_sent(ADMIN, 1).await.remove(0);
    assert_eq!(text.lines().count(), 2, "{text}");
    telegram.press_labelled(ADMIN, ADMIN, "聊天 ID");
    let text = said(&telegram, ADMIN, "[[channel]]\nid = \"chat").await;
    assert!(text.starts_with(&format!("聊天 ID：{ADMIN}\n")), "{text}");
    telegram.chat(-1_001_000_000_003, "channel", Some("Our_News"));
    telegram.added_to(-1_001_000_000_003);
    let text = said(&telegram, ADMIN, "our_news").await;
    assert!(
        text.contains("id = \"our_news\"") && text.contains("chat = \"@Our_News\""),
        "{text}"
    );
    pushing.stop().await;
    assert!(telegram.texts(-1_001_000_000_003).is_empty());
}

/// Shuts out a person who never wrote to the bot.
fn shut_out(telegram: &Telegram, person: i64) {
    let why = "Forbidden: bot can't initiate conversation with a user";
    let fault = Fault::Refused(403, why);
    telegram.fault("sendMessage", Some(person), fault, usize::MAX);
}

#[tokio::test]
async fn a_person_who_adds_the_bot_reads_in_private_how_to_set_it_up() {
    let telegram = Telegram::start(TOKEN).await;
    let (channel, group, other) = (-1_001_000_000_004, -81, -82);
    telegram.chat(channel, "channel", None);
    telegram.chat(group, "group", None);
    telegram.chat(other, "supergroup", None);
    let mut pushing = at_work(&telegram, "", 0).await;
    telegram.added_by(group, 21);
    let text = said(&telegram, 21, "-81").await;
    assert!(
        text.contains("[[channel]]") && text.contains("chat -81"),
        "{text}"
    );
    // A person who cannot be written to reads in a group where to ask, and no more.
    shut_out(&telegram, 22);
    telegram.added_by(other, 22);
    let text = telegram.until_sent(other, 1).await.remove(0);
    assert!(text.contains("私聊") && !text.contains("[["), "{text}");
    // For a channel the admins of the config are notified, once.
    telegram.added_by(channel, 22);
    said(&telegram, ADMIN, &channel.to_string()).await;
    telegram.say(channel, 0, "/start");
    telegram.say(group, 21, "/start");
    let text = telegram.until_sent(group, 1).await.remove(0);
    assert!(text.contains("来源") && !text.contains("[["), "{text}");
    telegram.until_sent(21, 2).await;
    pushing.stop().await;
    assert!(telegram.texts(channel).is_empty());
    assert_eq!(telegram.texts(ADMIN).len(), 1);
    assert_eq!(
        (telegram.texts(group).len(), telegram.texts(other).len()),
        (1, 1)
    );
}

#[tokio::test]
async fn latest_and_help_answer_anyone_and_the_unknown_is_answered_in_private_alone() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "", 3).await;
    telegram.say(STRANGER, STRANGER, "/latest 2");
    let text = telegram.until_sent(STRANGER, 1).await.remove(0);
    assert!(
        text.contains("#4") && text.contains("#3") && !text.contains("#2"),
        "{text}"
    );
    assert!(text.contains("第3号通知 <3> & 更多"), "{text}");
    telegram.say(STRANGER, STRANGER, "/help");
    let text = telegram.until_sent(STRANGER, 2).await.remove(1);
    assert!(
        text.contains("/latest") && !text.contains("/rebroadcast"),
        "{text}"
    );
    telegram.say(ADMIN, ADMIN, "/help");
    assert!(telegram.until_sent(ADMIN, 1).await[0].contains("/rebroadcast"));
    telegram.say(-80, STRANGER, "/nonsense");
    telegram.say(-80, STRANGER, "/help@other_bot");
    telegram.say(STRANGER, STRANGER, "/nonsense");
    let text = telegram.until_sent(STRANGER, 3).await.remove(2);
    assert!(text.contains("没有这个命令"), "{text}");
    telegram.say(-80, STRANGER, "/help@Notice_Bot");
    assert!(telegram.until_sent(-80, 1).await[0].contains("/latest"));
    pushing.stop().await;
    assert_eq!(telegram.texts(-80).len(), 1);
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn an_admin_rebroadcasts_with_a_button_that_works_once() {
    let telegram = Telegram::start(TOKEN).await;
    let pushing = at_work(&telegram, STAFF, 1).await;
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2");
    telegram.until_sent(ADMIN, 1).await;
    let question = telegram.last(ADMIN);
    assert!(
        question.text.contains("把 #2“第1号通知") && question.text.contains("staff"),
        "{}",
        question.text
    );
    let buttons = question.buttons();
    assert_eq!(
        (buttons[0].0.as_str(), buttons[1].0.as_str()),
        ("重发", "取消")
    );
    telegram.press(&question, ADMIN, &buttons[0].1);
    telegram.press(&question, ADMIN, &buttons[0].1);
    let texts = telegram.until_sent(700, 2).await;
    assert!(
        texts[1].starts_with("重发\n\n【集团要闻】第1号"),
        "{texts:?}"
    );
    telegram
        .until("the question shows what was done", |seen| {
            seen.acknowledged().len() == 2
                && seen.texts(ADMIN)[0].contains("已发送通知 #2：成功 1，失败 0")
        })
        .await;
    let mut pushing = pushing.restart().await;
    telegram.press(&question, ADMIN, &buttons[0].1);
    pushing.start();
    pushing.start_bot();
    telegram
        .until("the press was answered", |seen| {
            seen.acknowledged().len() == 3
        })
        .await;
    pushing.stop().await;
    assert_eq!(telegram.texts(700).len(), 2);
    let again = pushing
        .deliveries()
        .await
        .into_iter()
        .filter(|delivery| delivery.kind == DeliveryKind::Rebroadcast);
    assert_eq!(again.count(), 1);
}

#[tokio::test]
async fn cancelling_sends_nothing() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF, 1).await;
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2 staff");
    telegram.until_sent(ADMIN, 1).await;
    let question = telegram.last(ADMIN);
    telegram.press(&question, ADMIN, &question.buttons()[1].1);
    telegram
        .until("it says so", |seen| seen.texts(ADMIN)[0].contains("已取消"))
        .await;
    pushing.stop().await;
    assert_eq!(telegram.texts(700).len(), 1);
}

#[tokio::test]
async fn nobody_but_admins_rebroadcasts_and_forged_presses_do_nothing() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF, 1).await;
    telegram.say(STRANGER, STRANGER, "/rebroadcast 2");
    let text = telegram.until_sent(STRANGER, 1).await.remove(0);
    assert!(text.contains("只有机器人管理员"), "{text}");
    telegram.say(-80, ADMIN, "/rebroadcast 2");
    telegram.until_sent(-80, 1).await;
    let question = telegram.last(-80);
    let good = &question.buttons()[0].1;
    telegram.press(&question, STRANGER, good);
    telegram.press(&question, ADMIN, &good.replace("r 2", "r 1"));
    telegram.press(&question, ADMIN, "r 2");
    telegram
        .until("all were answered", |seen| seen.acknowledged().len() == 3)
        .await;
    let answers = telegram.acknowledged();
    assert_eq!(
        answers,
        [
            "只有机器人管理员可以执行此操作。",
            "这个按钮已失效。",
            "这个按钮已失效。"
        ]
    );
    pushing.stop().await;
    assert_eq!(telegram.texts(700).len(), 1);
}

#[tokio::test]
async fn what_cannot_be_rebroadcast_is_refused_with_the_reason() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF, 1).await;
    for (i, (command, reason)) in [
        ("/rebroadcast 99", "找不到通知 #99"),
        ("/rebroadcast 2 nobody", "找不到频道“nobody”"),
        ("/rebroadcast", "重发哪一条？"),
        ("/latest x", "用法：/latest 10，显示"),
    ]
    .into_iter()
    .enumerate()
    {
        telegram.say(ADMIN, ADMIN, command);
        let text = telegram.until_sent(ADMIN, i + 1).await.remove(i);
        assert!(text.contains(reason), "{command}: {text}");
    }
    pushing.stop().await;
}

#[tokio::test]
async fn an_answer_is_not_delayed_behind_a_backlog() {
    let telegram = Telegram::start(TOKEN).await;
    let channels: String = (700..800)
        .map(|chat| {
            format!("[[channel]]\nid = \"chat{chat}\"\nkind = \"telegram\"\nchat = {chat}\n")
        })
        .collect();
    let mut pushing = at_work(&telegram, &channels, 1).await;
    pushing.publish(5).await;
    telegram.until_sent(700, 2).await;
    let began = Instant::now();
    telegram.say(STRANGER, STRANGER, "/help");
    telegram.until_sent(STRANGER, 1).await;
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    pushing.stop().await;
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn another_poller_is_reported_once_and_waited_for_while_pushing_goes_on() {
    let logged = Logged::start();
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, STAFF, 1).await;
    telegram
        .until("it polls", |seen| seen.calls("getUpdates") >= 1)
        .await;
    telegram.poll_elsewhere();
    pushing.publish(1).await;
    telegram.until_sent(700, 2).await;
    let began = Instant::now();
    pushing.stop().await;
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(logged.text().matches("stop the other program").count(), 1);
}

#[tokio::test]
async fn an_update_is_answered_once_across_a_restart() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "", 1).await;
    telegram.say(STRANGER, STRANGER, "/help");
    telegram.until_sent(STRANGER, 1).await;
    pushing.stop().await;
    let mut pushing = pushing.restart().await;
    pushing.start();
    pushing.start_bot();
    let polls = telegram.calls("getUpdates");
    telegram
        .until("it polls again", |seen| seen.calls("getUpdates") > polls)
        .await;
    telegram.say(ADMIN, ADMIN, "/help");
    telegram.until_sent(ADMIN, 1).await;
    pushing.stop().await;
    assert_eq!(telegram.texts(STRANGER).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python with python-telegram-bot, which FOREIGN names"]
async fn the_stories_own_telegram_serves_a_client_of_others() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.say(STRANGER, STRANGER, "/help");
    let python = std::env::var_os("FOREIGN").expect("FOREIGN names a Python; see .ci/run");
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/stories/support/foreign.py"
    );
    let done = std::process::Command::new(python)
        .args([script, &telegram.url])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(telegram.texts(7).is_empty() && telegram.texts(8) == ["one"]);
}
