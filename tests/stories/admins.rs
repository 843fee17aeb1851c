//! Tests how admins run noticast from their phones: rebroadcast and undo, announcements, held bulletins, health.

use noticast::bulletin::DeliveryState;
use serde_json::json;

use crate::support::{
    bot::{ADMIN, TOKEN, at_work, said},
    pushing::Pushing,
    telegram::{Fault, Message, Telegram},
};

const STRANGER: i64 = 9;

const TWO: &str = "[[channel]]\nid = \"a\"\nkind = \"telegram\"\nchat = 700\n\
    [[channel]]\nid = \"b\"\nkind = \"telegram\"\nchat = 701\n\
    [[channel]]\nid = \"out\"\nkind = \"stdout\"\n";

async fn delivered(telegram: &Telegram, pushing: &mut Pushing) {
    pushing.publish(1).await;
    for chat in [700, 701] {
        said(telegram, chat, "第1号").await;
    }
}

#[tokio::test]
async fn a_rebroadcast_is_asked_by_reply_reported_and_undone() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    telegram.reply(&telegram.last(700), ADMIN, "/rebroadcast");
    let question = said(&telegram, 700, "重发到以下 3 个频道").await;
    assert!(
        question.contains("其中 1 个频道的消息发出后不能撤回"),
        "{question}"
    );
    telegram.press_labelled(700, ADMIN, "重发");
    said(&telegram, 701, "重发\n").await;
    said(&telegram, 700, "已发送通知 #2：成功 3，失败 0").await;
    let report = telegram
        .messages()
        .into_iter()
        .find(|message| message.text.contains("已发送"))
        .unwrap();
    let (label, undo) = report.buttons().remove(0);
    assert_eq!(label, "撤回发送");
    telegram.press(&report, STRANGER, &undo);
    telegram.press(&report, ADMIN, &undo);
    said(&telegram, 700, "删除 2 条，取消 0 条，未能删除 1 条").await;
    assert!(
        !telegram
            .texts(701)
            .iter()
            .any(|text| text.starts_with("重发"))
    );
    telegram.press(&report, ADMIN, &undo);
    telegram
        .until("all presses were answered", |seen| {
            seen.acknowledged().len() == 4
        })
        .await;
    pushing.stop().await;
    let notes = telegram.acknowledged();
    assert!(notes[1].as_str().unwrap().contains("只有机器人管理员"));
    assert!(notes[3].as_str().unwrap().contains("撤回"));
}

#[tokio::test]
async fn what_waits_is_cancelled_by_an_undo() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    telegram.fault("sendMessage", Some(701), Fault::RetryAfter(600), 1);
    telegram.say(ADMIN, ADMIN, "/rebroadcast http://news.example/1.html");
    said(&telegram, ADMIN, "重发到以下 3 个频道").await;
    telegram.press_labelled(ADMIN, ADMIN, "重发");
    said(&telegram, 700, "重发\n").await;
    said(&telegram, ADMIN, "个频道发送通知 #2").await;
    telegram
        .until("701 was asked to wait", |seen| {
            seen.calls("sendMessage") >= 5
        })
        .await;
    telegram.press_labelled(ADMIN, ADMIN, "撤回发送");
    said(&telegram, ADMIN, "删除 1 条，取消 1 条").await;
    pushing.stop().await;
    let dropped = pushing.deliveries().await.into_iter();
    let dropped = dropped.filter(|it| it.state == DeliveryState::Dropped);
    assert_eq!(dropped.count(), 1);
}

#[tokio::test]
async fn a_bulletin_is_named_by_its_page_and_a_channel_by_its_chat() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    for (named, channel) in [
        ("http://127.0.0.1:8787/b/2 telegram:701", "b"),
        ("2 telegram:700", "a"),
    ] {
        telegram.say(ADMIN, ADMIN, &format!("/rebroadcast {named}"));
        let question = said(&telegram, ADMIN, &format!("1 个频道吗？\n{channel}")).await;
        assert!(question.contains("第1号"), "{question}");
    }
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2 telegram:702");
    said(&telegram, ADMIN, "找不到频道“telegram:702”").await;
    telegram.say(ADMIN, ADMIN, "/why http://127.0.0.1:8787/b/2");
    said(&telegram, ADMIN, "此前未收录").await;
    pushing.stop().await;
}

#[tokio::test]
async fn a_chat_that_is_shut_keeps_no_report_back() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    let blocked = Fault::Refused(403, "Forbidden: bot was blocked by the user");
    telegram.fault("sendMessage", Some(701), blocked, usize::MAX);
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2");
    said(&telegram, ADMIN, "重发到以下 3 个频道").await;
    telegram.press_labelled(ADMIN, ADMIN, "重发");
    let report = said(&telegram, ADMIN, "成功 2，失败 1").await;
    assert!(report.contains("失败的频道中有 1 个"), "{report}");
    telegram.press_labelled(ADMIN, ADMIN, "撤回发送");
    said(&telegram, ADMIN, "删除 1 条，取消 1 条，未能删除 1 条").await;
    pushing.stop().await;
}

#[tokio::test]
async fn a_question_is_answered_once_with_yes_or_with_no() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    for (first, second, shown, note) in [
        (1, 0, "已取消", ""),
        (0, 1, "已发送通知 #2：成功 1", "已经发送过了"),
    ] {
        telegram.say(ADMIN, ADMIN, "/rebroadcast 2 b");
        said(&telegram, ADMIN, "重发到以下 1 个频道").await;
        let (question, answered) = (telegram.last(ADMIN), telegram.acknowledged().len());
        for button in [first, second] {
            telegram.press(&question, ADMIN, &question.buttons()[button].1);
        }
        said(&telegram, ADMIN, shown).await;
        telegram
            .until("both presses were answered", |seen| {
                seen.acknowledged().len() == answered + 2
            })
            .await;
        let said = &telegram.acknowledged()[answered + 1];
        assert!(said.as_str().unwrap_or_default().contains(note), "{said}");
        assert!(telegram.last(ADMIN).text.contains(shown));
    }
    pushing.stop().await;
    assert_eq!(telegram.texts(701).len(), 2, "sent by yes alone");
}

#[tokio::test]
async fn a_report_is_given_also_after_a_restart() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    telegram.fault("sendMessage", Some(701), Fault::RetryAfter(1), 1);
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2");
    said(&telegram, ADMIN, "重发到以下 3 个频道").await;
    telegram.press_labelled(ADMIN, ADMIN, "重发");
    said(&telegram, 700, "重发\n").await;
    let mut pushing = pushing.restart().await;
    pushing.start();
    pushing.start_bot();
    said(&telegram, ADMIN, "成功 3，失败 0").await;
    pushing.stop().await;
    let again = |chat| {
        let texts: Vec<String> = telegram.texts(chat);
        texts.iter().filter(|text| text.starts_with("重发")).count()
    };
    assert_eq!((again(700), again(701)), (1, 1));
}

#[tokio::test]
async fn an_announcement_goes_to_everyone_once_and_no_text_breaks_it() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, &format!("subscribe = \"anyone\"\n{TWO}")).await;
    telegram.say(STRANGER, STRANGER, "/start news");
    said(&telegram, STRANGER, "已订阅").await;
    telegram.say(STRANGER, STRANGER, "/broadcast 我来发");
    said(&telegram, STRANGER, "只有机器人管理员").await;
    telegram.say(ADMIN, ADMIN, "/broadcast 今晚 <b>维护</b> & 停机\n第二行");
    let question = said(&telegram, ADMIN, "向以下 4 个频道群发这条消息").await;
    assert!(
        question.contains("今晚 <b>维护</b> & 停机\n第二行"),
        "{question}"
    );
    let message = telegram.last(ADMIN);
    let (_, data) = message.buttons().remove(0);
    telegram.press(&message, ADMIN, &data);
    telegram.press(&message, ADMIN, &data);
    for chat in [700, 701, STRANGER] {
        said(&telegram, chat, "今晚 <b>维护</b> & 停机\n第二行").await;
    }
    said(&telegram, ADMIN, "已发送群发消息：成功 4，失败 0").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(700).len(), 1);
}

#[tokio::test]
async fn what_is_held_comes_with_buttons_and_is_released_once() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    pushing.publish(3).await;
    pushing.publish(7).await;
    said(&telegram, 700, "第10号").await;
    pushing.redesign().await;
    said(&telegram, ADMIN, "条通知待审核").await;
    let message = telegram.last(ADMIN);
    let labels: Vec<String> = message
        .buttons()
        .into_iter()
        .map(|(label, _)| label)
        .collect();
    assert_eq!(
        labels,
        ["全部发布", "发布最新三条", "忽略（仅存档）", "显示更多"]
    );
    let before = telegram.texts(701).len();
    let newest = &message.buttons()[1].1;
    telegram.press(&message, STRANGER, newest);
    telegram.press(&message, ADMIN, newest);
    telegram.press(&message, ADMIN, newest);
    said(&telegram, ADMIN, "已发布 3 条，忽略（仅存档）").await;
    telegram.until_sent(701, before + 3).await;
    telegram.say(ADMIN, ADMIN, "/held");
    said(&telegram, ADMIN, "没有待审核的通知").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(701).len(), before + 3);
}

#[tokio::test]
async fn what_is_held_is_reported_once_telegram_takes_it() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    pushing.publish(3).await;
    pushing.publish(7).await;
    said(&telegram, 700, "第10号").await;
    let fault = Fault::Refused(500, "Internal Server Error");
    telegram.fault("sendMessage", Some(ADMIN), fault, 1);
    pushing.redesign().await;
    said(&telegram, ADMIN, "条通知待审核").await;
    telegram.say(ADMIN, ADMIN, "/help");
    said(&telegram, ADMIN, "/rebroadcast").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(ADMIN).len(), 2);
}

#[tokio::test]
async fn admins_see_how_it_is_pause_a_source_and_read_a_bulletins_whole_story() {
    let telegram = Telegram::start(TOKEN).await;
    let filtered = "[[channel]]\nid = \"few\"\nname = \"停电专用\"\nkind = \"telegram\"\nchat = 702\ninclude = [\"停电\"]\n";
    let mut pushing = at_work(&telegram, &format!("{TWO}{filtered}")).await;
    delivered(&telegram, &mut pushing).await;
    telegram.say(ADMIN, ADMIN, "/why 2");
    let story = said(&telegram, ADMIN, "（共 3 条）").await;
    assert!(
        story.contains("此前未收录") && story.contains("· 停电专用：被过滤（不含任何过滤词）"),
        "{story}"
    );
    telegram.say(ADMIN, ADMIN, "/pause news");
    said(&telegram, ADMIN, "已暂停检查“集团要闻”").await;
    assert!(pushing.store.poll_state(&"news".parse().unwrap()).paused);
    telegram.say(ADMIN, ADMIN, "/health");
    let health = said(&telegram, ADMIN, "一切正常").await;
    assert!(health.contains("来源 1 个（已暂停 1 个）"), "{health}");
    telegram.say(ADMIN, ADMIN, "/resume news");
    said(&telegram, ADMIN, "已恢复检查“集团要闻”").await;
    telegram.say(ADMIN, ADMIN, "/pause nosuch");
    said(&telegram, ADMIN, "找不到来源“nosuch”").await;
    telegram.say(ADMIN, ADMIN, "/channels");
    let channels = said(&telegram, ADMIN, "频道（1/1）").await;
    assert!(channels.contains("few"), "{channels}");
    for command in ["/health", "/channels", "/held", "/poll news", "/pause news"] {
        let before = telegram.texts(STRANGER).len();
        telegram.say(STRANGER, STRANGER, command);
        let texts = telegram.until_sent(STRANGER, before + 1).await;
        assert!(texts[before].contains("只有机器人管理员"), "{command}");
    }
    pushing.stop().await;
}

#[tokio::test]
async fn what_others_wrote_is_no_command_of_the_admin_who_passes_it_on() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    let origin = json!({"type": "user", "date": 1_700_000_000,
        "sender_user": {"id": STRANGER, "is_bot": false, "first_name": "x"}});
    telegram.say_with(
        ADMIN,
        ADMIN,
        "/broadcast 骗局",
        &json!({"forward_origin": origin}),
    );
    telegram.say(ADMIN, ADMIN, "/help");
    said(&telegram, ADMIN, "/rebroadcast").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(ADMIN).len(), 1);
}

#[tokio::test]
async fn an_update_that_comes_twice_after_a_crash_changes_nothing_twice() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, TWO).await;
    delivered(&telegram, &mut pushing).await;
    telegram.say(ADMIN, ADMIN, "/rebroadcast 2 b");
    said(&telegram, ADMIN, "重发到以下 1 个频道").await;
    let question: Message = telegram.last(ADMIN);
    let (_, data) = question.buttons().remove(0);
    telegram.press(&question, ADMIN, &data);
    said(&telegram, ADMIN, "成功 1").await;
    let offset = pushing.store.update_offset().await.unwrap();
    pushing.stop().await;
    // As if it had ended before it confirmed the press.
    pushing.store.set_update_offset(offset - 1).await.unwrap();
    telegram.press(&question, ADMIN, &data);
    let mut pushing = pushing.restart().await;
    pushing.start();
    pushing.start_bot();
    telegram
        .until("it was answered again", |seen| {
            seen.acknowledged().len() >= 2
        })
        .await;
    pushing.stop().await;
    assert_eq!(telegram.texts(701).len(), 2);
}
