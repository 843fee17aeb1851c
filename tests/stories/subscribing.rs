//! Tests that people subscribe from their phones: by link, name, button and forwarded post; they set their chats up,
//! block the bot and come back; admins admit them.

use noticast::bulletin::{ChannelId, DeliveryState, Standing};
use serde_json::json;

use crate::support::{
    bot::{ADMIN, ANYONE, GROUP, PERSON, TOKEN, at_work, said},
    pushing::Pushing,
    site::{Answer, Site},
    telegram::Telegram,
};

fn chat(pushing: &Pushing, id: &str) -> noticast::bulletin::Chat {
    pushing
        .store
        .chat(&id.parse::<ChannelId>().unwrap())
        .unwrap()
}

#[tokio::test]
async fn a_link_subscribes_at_once_where_anyone_may() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/start news");
    said(&telegram, PERSON, "已订阅：集团要闻").await;
    pushing.publish(1).await;
    said(&telegram, PERSON, "第1号通知").await;
    telegram.say(PERSON, PERSON, "/unsubscribe news");
    said(&telegram, PERSON, "已退订").await;
    pushing.publish(1).await;
    telegram.say(PERSON, PERSON, "/settings");
    said(&telegram, PERSON, "订阅：无").await;
    pushing.stop().await;
    assert!(
        !telegram
            .texts(PERSON)
            .iter()
            .any(|text| text.contains("第2号"))
    );
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn a_newcomer_waits_until_an_admin_presses_the_button() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "").await;
    telegram.say(PERSON, PERSON, "/subscribe news");
    said(&telegram, PERSON, "管理员同意后").await;
    let asked = said(&telegram, ADMIN, "申请订阅").await;
    assert!(
        asked.contains("telegram:9") && asked.contains("集团要闻"),
        "{asked}"
    );
    pushing.publish(1).await;
    // Newcomers cannot admit themselves.
    let question = telegram.last(ADMIN);
    let (label, data) = question.buttons().remove(0);
    assert_eq!(label, "同意");
    telegram.press(&question, PERSON, &data);
    telegram
        .until("the press was answered", |seen| {
            seen.acknowledged().len() == 1
        })
        .await;
    assert_eq!(chat(&pushing, "telegram:9").standing, Standing::Pending);
    telegram.press(&question, ADMIN, &data);
    telegram.press(&question, ADMIN, &data);
    said(&telegram, PERSON, "管理员已同意。已订阅：集团要闻").await;
    said(&telegram, ADMIN, "已同意").await;
    pushing.publish(1).await;
    said(&telegram, PERSON, "第2号通知").await;
    pushing.stop().await;
    let texts = telegram.texts(PERSON);
    assert!(
        !texts.iter().any(|text| text.contains("第1号")),
        "{texts:?}"
    );
    assert_eq!(
        texts.iter().filter(|text| text.contains("已同意")).count(),
        1
    );
}

#[tokio::test]
async fn who_is_turned_down_gets_nothing_and_nobody_is_asked_again() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "").await;
    telegram.say(PERSON, PERSON, "/subscribe news");
    said(&telegram, ADMIN, "申请订阅").await;
    telegram.press_labelled(ADMIN, ADMIN, "拒绝");
    said(&telegram, PERSON, "管理员拒绝").await;
    telegram.say(PERSON, PERSON, "/subscribe news");
    telegram.until_sent(PERSON, 3).await;
    pushing.publish(1).await;
    pushing.stop().await;
    assert_eq!(telegram.texts(PERSON).len(), 3);
    assert_eq!(telegram.texts(ADMIN).len(), 1);
}

#[tokio::test]
async fn where_nobody_may_subscribe_the_bot_says_so_and_admins_still_can() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "subscribe = \"nobody\"\n").await;
    telegram.say(PERSON, PERSON, "/start news");
    said(&telegram, PERSON, "不接受订阅").await;
    telegram.say(ADMIN, ADMIN, "/start news");
    said(&telegram, ADMIN, "已订阅").await;
    pushing.publish(1).await;
    said(&telegram, ADMIN, "第1号").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(PERSON).len(), 1);
}

fn many_sources(count: usize) -> String {
    let block = |i: usize| {
        format!("[[source]]\nid = \"s{i}\"\nname = \"第{i}处\"\nurl = \"http://s{i}.example/\"\n")
    };
    (0..count).map(block).collect()
}

#[tokio::test]
async fn sources_are_turned_on_and_off_by_buttons_that_page_and_search() {
    let telegram = Telegram::start(TOKEN).await;
    let more = format!("{ANYONE}{}", many_sources(10));
    let mut pushing = at_work(&telegram, &more).await;
    telegram.say(PERSON, PERSON, "/subscribe");
    let text = said(&telegram, PERSON, "（1/2）").await;
    assert!(text.contains("第0处") && !text.contains("第9处"), "{text}");
    telegram.press_labelled(PERSON, PERSON, "下一页 ›");
    said(&telegram, PERSON, "（2/2）").await;
    telegram.press_labelled(PERSON, PERSON, "第9处");
    said(&telegram, PERSON, "✓ 第9处").await;
    assert_eq!(telegram.texts(PERSON).len(), 1, "it is edited in place");
    telegram.press_labelled(PERSON, PERSON, "✓ 第9处");
    telegram
        .until("it is off again", |seen| {
            !seen.texts(PERSON)[0].contains('✓')
        })
        .await;
    telegram.say(PERSON, PERSON, "/subscribe 集團");
    let found = said(&telegram, PERSON, "🔎 集團").await;
    assert!(
        found.contains("集团要闻") && !found.contains("第0处"),
        "{found}"
    );
    telegram.press_labelled(PERSON, PERSON, "集团要闻");
    said(&telegram, PERSON, "✓ 集团要闻").await;
    telegram.say(PERSON, PERSON, "/subscribe 处");
    said(&telegram, PERSON, "🔎 处\n来源（1/2）").await;
    telegram.press_labelled(PERSON, PERSON, "下一页 ›");
    let found = said(&telegram, PERSON, "🔎 处\n来源（2/2）").await;
    assert!(found.contains("第9处"), "{found}");
    telegram.say(PERSON, PERSON, "/subscribe nosuch");
    said(&telegram, PERSON, "找不到来源“nosuch”").await;
    telegram.say(PERSON, PERSON, "/subscribe *");
    said(&telegram, PERSON, "已订阅：全部来源").await;
    pushing.publish(1).await;
    said(&telegram, PERSON, "第1号通知").await;
    pushing.stop().await;
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn in_a_group_its_administrators_alone_change_anything_also_without_a_name() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.admins(GROUP, &[7]);
    let mut pushing = at_work(&telegram, ANYONE).await;
    for _ in 0..2 {
        telegram.say(GROUP, PERSON, "/subscribe news");
        telegram.say(GROUP, PERSON, "/filter +x");
    }
    said(&telegram, GROUP, "只有本群组或 Telegram 频道的管理员").await;
    telegram.say(GROUP, 7, "/subscribe news");
    said(&telegram, GROUP, "已订阅：集团要闻").await;
    telegram.say_anonymously(GROUP, "/quiet 22:00-07:00");
    said(&telegram, GROUP, "22:00-07:00").await;
    // A person who writes in the name of their own channel is not an administrator.
    let channel = json!({"id": -1_001_000_000_009_i64, "type": "channel", "title": "x"});
    let as_channel = json!({"id": 136_817_688, "is_bot": true, "first_name": "Channel",
        "username": "Channel_Bot"});
    telegram.say_with(
        GROUP,
        0,
        "/unsubscribe news",
        &json!({"from": as_channel, "sender_chat": channel}),
    );
    // A plain member presses a button of the administrator's list.
    telegram.say(GROUP, 7, "/sources");
    said(&telegram, GROUP, "✓ 集团要闻").await;
    telegram.press_labelled(GROUP, PERSON, "✓ 集团要闻");
    telegram
        .until("the press was answered", |seen| {
            seen.acknowledged().len() == 1
        })
        .await;
    assert!(
        telegram.acknowledged()[0]
            .as_str()
            .unwrap()
            .contains("管理员")
    );
    pushing.stop().await;
    assert!(chat(&pushing, "telegram:-80").wants(&"news".parse().unwrap()));
    let refusals = telegram.texts(GROUP).into_iter();
    let refusals = refusals.filter(|text| text.contains("只有本群组"));
    assert!(refusals.count() <= 2, "one for each person");
}

#[tokio::test]
async fn a_topic_has_a_subscription_of_its_own() {
    let telegram = Telegram::start(TOKEN).await;
    let forum = -1_001_000_000_001;
    telegram.admins(forum, &[7]);
    let mut pushing = at_work(&telegram, ANYONE).await;
    let topic = json!({"message_thread_id": 12, "is_topic_message": true});
    telegram.say_with(forum, 7, "/subscribe news", &topic);
    said(&telegram, forum, "已订阅").await;
    pushing.publish(1).await;
    said(&telegram, forum, "第1号").await;
    pushing.stop().await;
    let in_topic = |message: &crate::support::telegram::Message| {
        message.params["message_thread_id"] == json!(12)
    };
    assert!(telegram.messages().iter().all(in_topic));
    assert!(chat(&pushing, &format!("telegram:{forum}/12")).wants_any());
}

#[tokio::test]
async fn a_channel_is_set_up_by_a_forwarded_post_or_by_its_name() {
    let telegram = Telegram::start(TOKEN).await;
    let channel = -1_001_000_000_003;
    telegram.chat(channel, "channel", Some("Our_News"));
    telegram.admins(channel, &[PERSON]);
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.forward(channel, PERSON, "/broadcast hello");
    said(&telegram, PERSON, "的来源").await;
    telegram.press_labelled(PERSON, PERSON, "集团要闻");
    said(&telegram, PERSON, "✓ 集团要闻").await;
    pushing.publish(1).await;
    said(&telegram, channel, "第1号").await;
    telegram.say(PERSON, PERSON, "/unsubscribe news @our_news");
    said(&telegram, PERSON, "已退订").await;
    // A stranger to the channel may not.
    telegram.forward(channel, 11, "x");
    said(&telegram, 11, "只有该 Telegram 频道的管理员可以操作").await;
    telegram.say(11, 11, "/subscribe news @our_news");
    telegram.until_sent(11, 2).await;
    pushing.publish(1).await;
    pushing.stop().await;
    assert!(
        !telegram
            .texts(channel)
            .iter()
            .any(|text| text.contains("第2号"))
    );
    assert!(!chat(&pushing, &format!("telegram:{channel}")).wants_any());
}

#[tokio::test]
async fn a_channels_own_post_subscribes_it() {
    let telegram = Telegram::start(TOKEN).await;
    let channel = -1_001_000_000_004;
    telegram.chat(channel, "channel", None);
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(channel, 0, "/subscribe news");
    said(&telegram, channel, "已订阅").await;
    pushing.publish(1).await;
    said(&telegram, channel, "第1号").await;
    pushing.stop().await;
}

#[tokio::test]
async fn filters_keep_away_what_is_not_wanted_and_why_says_so() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/start news");
    said(&telegram, PERSON, "已订阅").await;
    telegram.say(PERSON, PERSON, "/filter -第1號 +/第\\d+号/");
    said(&telegram, PERSON, "+/第\\d+号/ -第1號").await;
    let ids = pushing.publish(2).await;
    said(&telegram, PERSON, "第2号通知").await;
    telegram.say(PERSON, PERSON, &format!("/why {}", ids[0]));
    let why = said(&telegram, PERSON, "此前未收录").await;
    assert!(why.contains("含有排除词“第1號”"), "{why}");
    telegram.say(
        PERSON,
        PERSON,
        "/why http://news.example/2.html?utm_source=x",
    );
    let why = said(&telegram, PERSON, "本聊天：已发送").await;
    assert!(
        why.contains("第2号通知") && !why.contains("telegram:"),
        "{why}"
    );
    telegram.say(PERSON, PERSON, "/filter /(/");
    said(&telegram, PERSON, "无效：").await;
    telegram.say(PERSON, PERSON, "/filter off");
    said(&telegram, PERSON, "过滤：关闭").await;
    pushing.stop().await;
    assert!(
        !telegram
            .texts(PERSON)
            .iter()
            .any(|text| text.starts_with("【集团要闻】第1号"))
    );
}

#[tokio::test]
async fn wishes_are_set_by_command_and_by_button_and_said_in_the_chats_language() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    let english =
        json!({"id": PERSON, "is_bot": false, "first_name": "Ann", "language_code": "en"});
    telegram.say_with(PERSON, PERSON, "/settings", &json!({"from": english}));
    said(&telegram, PERSON, "Subscriptions: none").await;
    telegram.say(PERSON, PERSON, "/language en");
    said(&telegram, PERSON, "Settings saved.").await;
    telegram.say(PERSON, PERSON, "/digest 7:30");
    said(&telegram, PERSON, "Daily digest: 07:30").await;
    telegram.say(PERSON, PERSON, "/timezone europe/berlin");
    said(&telegram, PERSON, "Europe/Berlin").await;
    telegram.say(PERSON, PERSON, "/timezone Moon/Base");
    said(&telegram, PERSON, "no time zone “Moon/Base”").await;
    telegram.say(PERSON, PERSON, "/quiet 7-7");
    said(&telegram, PERSON, "Usage: /quiet").await;
    telegram.say(PERSON, PERSON, "/quiet");
    said(&telegram, PERSON, "/quiet 21:30-06:30").await;
    telegram.press_labelled(PERSON, PERSON, "22:00-07:00");
    said(&telegram, PERSON, "Quiet hours: 22:00-07:00").await;
    telegram.press_labelled(PERSON, PERSON, "Language");
    telegram
        .until("the languages are offered", |seen| {
            seen.last(PERSON)
                .buttons()
                .iter()
                .any(|(label, _)| label == "中文")
        })
        .await;
    telegram.press_labelled(PERSON, PERSON, "中文");
    said(&telegram, PERSON, "免打扰：22:00-07:00").await;
    // Cards are in the language that the chat chose.
    telegram.say(10, 10, "/start news");
    said(&telegram, 10, "已订阅").await;
    telegram.say(10, 10, "/language en");
    said(&telegram, 10, "Settings saved.").await;
    pushing.publish(1).await;
    said(&telegram, 10, "[集团要闻] 第1号").await;
    pushing.stop().await;
    let known = chat(&pushing, "telegram:9");
    assert_eq!(known.digest.as_deref(), Some("30 7 * * *"));
    assert_eq!(known.time_zone.name(), "Europe/Berlin");
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn latest_and_search_page_by_buttons_in_place() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    pushing.publish(3).await;
    pushing.publish(9).await;
    telegram.say(PERSON, PERSON, "/latest 5");
    said(&telegram, PERSON, "第12号").await;
    telegram.press_labelled(PERSON, PERSON, "下一页 ›");
    let text = said(&telegram, PERSON, "第7号").await;
    assert!(text.contains("第3号") && !text.contains("第12号"), "{text}");
    telegram.press_labelled(PERSON, PERSON, "‹ 上一页");
    said(&telegram, PERSON, "第12号").await;
    // Words without spaces between them, in the other script.
    telegram.say(PERSON, PERSON, "/search 遵照執行 號通知");
    let text = said(&telegram, PERSON, "🔎 遵照執行 號通知").await;
    assert!(text.contains("第12号"), "{text}");
    telegram.press_labelled(PERSON, PERSON, "下一页 ›");
    said(&telegram, PERSON, "第6号").await;
    telegram.say(PERSON, PERSON, "/search <b>没有这个");
    said(&telegram, PERSON, "没有找到").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(PERSON).len(), 3);
}

#[tokio::test]
async fn sources_that_are_not_public_show_to_those_who_are_let_in_alone() {
    let telegram = Telegram::start(TOKEN).await;
    let inner = "[[source]]\nid = \"inner\"\nname = \"内部\"\nurl = \"http://i.example/\"\npublic = false\n";
    let mut pushing = at_work(&telegram, &format!("{ANYONE}{inner}")).await;
    telegram.say(PERSON, PERSON, "/sources");
    let text = said(&telegram, PERSON, "集团要闻").await;
    assert!(!text.contains("内部"), "{text}");
    telegram.say(PERSON, PERSON, "/start inner");
    said(&telegram, PERSON, "点“订阅”选择来源").await;
    telegram.say(PERSON, PERSON, "/subscribe inner");
    said(&telegram, PERSON, "找不到来源“inner”").await;
    telegram.say(PERSON, PERSON, "/subscribe *");
    said(&telegram, PERSON, "已订阅：全部来源").await;
    telegram.say(PERSON, PERSON, "/unsubscribe news");
    said(&telegram, PERSON, "已退订").await;
    // An admin who asks in a group does not reveal them there either.
    telegram.admins(GROUP, &[ADMIN]);
    telegram.say(GROUP, ADMIN, "/sources");
    said(&telegram, GROUP, "集团要闻").await;
    telegram.say(ADMIN, ADMIN, "/sources");
    said(&telegram, ADMIN, "内部").await;
    for chat in [PERSON, GROUP] {
        let texts = telegram.texts(chat);
        assert!(!texts.iter().any(|text| text.contains("内部")), "{texts:?}");
    }
    // Its address would be a second source, which everyone sees.
    telegram.say(GROUP, ADMIN, "/subscribe http://i.example/");
    said(&telegram, GROUP, "这个网址无法使用").await;
    telegram.say(GROUP, ADMIN, "/subscribe inner");
    said(&telegram, GROUP, "已订阅：内部").await;
    telegram.say(GROUP, ADMIN, "/subscribe http://i.example/");
    telegram
        .until("its address is known there now", |seen| {
            let texts = seen.texts(GROUP);
            texts
                .iter()
                .filter(|it| it.contains("已订阅：内部"))
                .count()
                == 2
        })
        .await;
    pushing.stop().await;
}

#[tokio::test]
async fn who_blocks_the_bot_rests_and_comes_back_with_start() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/start news");
    said(&telegram, PERSON, "已订阅").await;
    telegram.membership(PERSON, "member", "kicked");
    let rests = || async {
        let all = pushing.store.channels().await.unwrap();
        all.iter().any(|status| status.blocked.is_some())
    };
    while !rests().await {
        tokio::task::yield_now().await;
    }
    pushing.publish(1).await;
    telegram.say(PERSON, PERSON, "/start");
    said(&telegram, PERSON, "点“订阅”选择来源").await;
    pushing.publish(1).await;
    said(&telegram, PERSON, "第2号").await;
    pushing.stop().await;
    assert!(
        !telegram
            .texts(PERSON)
            .iter()
            .any(|text| text.contains("第1号"))
    );
}

#[tokio::test]
async fn a_channel_of_the_config_changes_there_alone_and_a_bulletin_comes_once() {
    let telegram = Telegram::start(TOKEN).await;
    let staff = "[[channel]]\nid = \"staff\"\nkind = \"telegram\"\nchat = 9\n";
    let mut pushing = at_work(&telegram, &format!("{ANYONE}{staff}")).await;
    for command in [
        "/subscribe news",
        "/unsubscribe",
        "/filter +x",
        "/quiet off",
    ] {
        let before = telegram.texts(PERSON).len();
        telegram.say(PERSON, PERSON, command);
        let texts = telegram.until_sent(PERSON, before + 1).await;
        assert!(
            texts[before].contains("由管理员在配置文件中统一设置"),
            "{command}: {texts:?}"
        );
    }
    pushing.publish(1).await;
    said(&telegram, PERSON, "第1号").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(PERSON).len(), 5);
}

#[tokio::test]
async fn a_group_that_moves_in_the_middle_goes_on_under_its_new_id() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.admins(GROUP, &[7]);
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(GROUP, 7, "/subscribe news");
    said(&telegram, GROUP, "已订阅").await;
    let to = -1_001_000_000_080;
    telegram.fault(
        "sendMessage",
        Some(GROUP),
        crate::support::telegram::Fault::Migrate(to),
        1,
    );
    pushing.publish(3).await;
    said(&telegram, to, "第3号").await;
    pushing.stop().await;
    let moved = telegram.texts(to);
    assert_eq!(moved.len(), 3, "{moved:?}");
    assert!(chat(&pushing, &format!("telegram:{to}")).wants_any());
    let states = pushing.deliveries().await;
    assert!(states.iter().all(|it| it.state == DeliveryState::Sent));
}

#[tokio::test]
async fn a_group_that_moves_while_it_is_answered_has_its_answer_where_it_is_now() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    let to = -1_001_000_000_080;
    let migrates = crate::support::telegram::Fault::Migrate(to);
    telegram.fault("sendMessage", Some(GROUP), migrates, 1);
    telegram.say(GROUP, 7, "/help");
    said(&telegram, to, "/subscribe").await;
    pushing.stop().await;
    assert_eq!(telegram.texts(to).len(), 1);
}

#[tokio::test]
async fn hostile_words_break_nothing() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    let huge = "x".repeat(4000);
    let hostile = [
        "/subscribe <b>&\"</code>".to_owned(),
        format!("/search {huge}"),
        format!("/filter {}", "a ".repeat(1500)),
        "/filter +<i>".to_owned(),
        format!("/why {huge}"),
        "/timezone </pre>".to_owned(),
        "/latest 99999999999999999999".to_owned(),
        "/subscribe http://[::1".to_owned(),
    ];
    for (count, text) in hostile.iter().enumerate() {
        telegram.say(PERSON, PERSON, text);
        telegram.until_sent(PERSON, count + 1).await;
    }
    telegram.press(&telegram.last(PERSON), PERSON, "t 0 . news");
    telegram.press(&telegram.last(PERSON), PERSON, &huge);
    telegram
        .until("both were answered", |seen| seen.acknowledged().len() == 2)
        .await;
    pushing.stop().await;
    assert!(
        telegram
            .acknowledged()
            .iter()
            .all(|note| note == "这个按钮已失效。")
    );
}

#[tokio::test]
async fn the_menu_is_there_in_both_languages_and_admins_have_more() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "").await;
    telegram
        .until("all menus are set", |seen| seen.menus().len() == 15)
        .await;
    pushing.stop().await;
    let menus = telegram.menus();
    for (key, menu) in &menus {
        let names: Vec<_> = menu
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["command"])
            .collect();
        let is_admins = key.contains("chat_id");
        assert_eq!(names.contains(&&json!("rebroadcast")), is_admins, "{key}");
        // Plain members of a group see what they may do there.
        let is_members = key.contains("all_group_chats");
        assert_eq!(names.contains(&&json!("subscribe")), !is_members, "{key}");
        assert!(names.contains(&&json!("latest")), "{key}");
    }
}

#[tokio::test]
async fn a_chat_that_waits_or_is_turned_down_sees_that_at_its_sources() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, "").await;
    telegram.say(PERSON, PERSON, "/subscribe news");
    said(&telegram, PERSON, "管理员同意后").await;
    telegram.say(PERSON, PERSON, "/sources");
    let text = said(&telegram, PERSON, "⏳ 集团要闻").await;
    assert!(
        text.contains("等待管理员同意") && !text.contains('✓'),
        "{text}"
    );
    telegram.press_labelled(ADMIN, ADMIN, "拒绝");
    said(&telegram, PERSON, "管理员拒绝").await;
    telegram.say(PERSON, PERSON, "/sources");
    let text = said(&telegram, PERSON, "管理员拒绝了订阅申请").await;
    assert!(!text.contains('✓') && !text.contains('⏳'), "{text}");
    telegram.say(ADMIN, ADMIN, "/subscribe news");
    said(&telegram, ADMIN, "已订阅").await;
    telegram.say(ADMIN, ADMIN, "/sources");
    said(&telegram, ADMIN, "✓ 集团要闻").await;
    pushing.stop().await;
}

#[tokio::test]
async fn only_the_person_who_asked_for_a_group_or_channel_is_notified_that_an_admin_agreed() {
    let telegram = Telegram::start(TOKEN).await;
    let channel = -1_001_000_000_003;
    telegram.chat(channel, "channel", Some("Our_News"));
    telegram.admins(channel, &[PERSON]);
    telegram.admins(GROUP, &[PERSON]);
    let mut pushing = at_work(&telegram, "").await;
    telegram.say(PERSON, PERSON, "/subscribe news @our_news");
    said(&telegram, PERSON, "管理员同意后").await;
    said(&telegram, ADMIN, "申请订阅").await;
    telegram.press_labelled(ADMIN, ADMIN, "同意");
    let text = said(&telegram, PERSON, "管理员已同意").await;
    assert!(text.contains("chat -1001000000003"), "{text}");
    telegram.say(GROUP, PERSON, "/subscribe news");
    said(&telegram, GROUP, "管理员同意后").await;
    said(&telegram, ADMIN, "-80").await;
    telegram.press_labelled(ADMIN, ADMIN, "拒绝");
    said(&telegram, PERSON, "管理员拒绝").await;
    pushing.publish(1).await;
    said(&telegram, channel, "第1号").await;
    pushing.stop().await;
    // Their readers see nothing of it.
    assert_eq!(telegram.texts(channel).len(), 1);
    assert_eq!(telegram.texts(GROUP).len(), 1);
}

#[tokio::test]
async fn every_address_of_one_command_is_tried() {
    let telegram = Telegram::start(TOKEN).await;
    let more = format!("{ANYONE}add_sources = \"anyone\"\n[fetch]\nallow_private = true\n");
    let mut pushing = at_work(&telegram, &more).await;
    let site = Site::start().await;
    for (page, title) in [("one", "甲学院通知公告"), ("two", "乙学院通知公告")] {
        let rows: String = (1..=10)
            .map(|n| format!("<li><a href='/{page}/{n}.htm'>{title}关于第{n}次会议的通知</a><span>2026-01-{n:02}</span></li>"))
            .collect();
        let html =
            format!("<html><head><title>{title}</title></head><body><ul>{rows}</ul></body></html>");
        site.serve(&format!("/{page}"), Answer::page(html));
    }
    let (one, two) = (site.at("/one"), site.at("/two"));
    for command in [
        format!("/subscribe {one} {two}"),
        format!("/subscribe 通知\n{one}\n{two}"),
    ] {
        let before = telegram.texts(PERSON).len();
        telegram.say(PERSON, PERSON, &command);
        let texts = telegram.until_sent(PERSON, before + 2).await;
        let texts = texts[before..].join("\n");
        for title in ["甲学院", "乙学院"] {
            assert!(texts.contains(title), "{command}: {texts}");
        }
    }
    telegram.say(PERSON, PERSON, &format!("/subscribe news {one}"));
    said(&telegram, PERSON, "已订阅：集团要闻").await;
    telegram.say(PERSON, PERSON, &format!("/why {one} {two}"));
    said(&telegram, PERSON, "请每次只发送一个").await;
    pushing.stop().await;
}
