//! Tests that everything a command does also works with buttons; a value that no button can offer is asked for, and the
//! reply is the answer.

use noticast::bulletin::{AddedSource, ChannelId, SourceId};

use crate::support::{
    bot::{ADMIN, ANYONE, GROUP, PERSON, TOKEN, at_work, said},
    pushing::Pushing,
    telegram::Telegram,
};

fn labels(telegram: &Telegram, chat: i64) -> Vec<String> {
    let buttons = telegram.last(chat).buttons();
    buttons.into_iter().map(|(label, _)| label).collect()
}

async fn shows(telegram: &Telegram, chat: i64, label: &str) {
    let what = format!("the button `{label}` in {chat}");
    let has = |seen: &Telegram| {
        let mut messages = seen.messages().into_iter().rev();
        let last = messages.find(|message| message.chat == chat);
        last.is_some_and(|last| last.buttons().iter().any(|(known, _)| known == label))
    };
    telegram.until(&what, has).await;
}

/// Presses a button once it appears, and returns the bot's text with `part` after that.
async fn press(telegram: &Telegram, chat: i64, label: &str, part: &str) -> String {
    shows(telegram, chat, label).await;
    telegram.press_labelled(chat, chat, label);
    said(telegram, chat, part).await
}

#[tokio::test]
async fn a_subscriber_needs_no_command_but_start() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    pushing.publish(3).await;
    pushing.publish(4).await;
    telegram.say(PERSON, PERSON, "/start");
    press(&telegram, PERSON, "订阅", "点一下即可订阅或退订").await;
    press(&telegram, PERSON, "集团要闻", "✓ 集团要闻").await;
    press(&telegram, PERSON, "🔎 查找来源", "写上来源的名称").await;
    telegram.answer(PERSON, PERSON, "要闻");
    said(&telegram, PERSON, "🔎 要闻").await;
    telegram.say(PERSON, PERSON, "/help");
    press(&telegram, PERSON, "最新的通知", "第7号").await;
    let card = press(&telegram, PERSON, "#8", "遵照执行").await;
    assert!(card.contains("第7号") && card.ends_with("#8"), "{card}");
    press(&telegram, PERSON, "推送记录", "此前未收录").await;
    telegram.say(PERSON, PERSON, "/help");
    press(&telegram, PERSON, "搜索", "写上要搜索的关键词").await;
    telegram.answer(PERSON, PERSON, "第3號");
    let found = said(&telegram, PERSON, "🔎 第3號").await;
    assert!(
        found.contains("第3号") && !found.contains("第4号"),
        "{found}"
    );
    pushing.stop().await;
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn every_setting_has_buttons_and_takes_a_reply_for_what_they_do_not_offer() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/settings");
    press(&telegram, PERSON, "每日汇总", "其他时间").await;
    press(&telegram, PERSON, "其他时间…", "每日汇总的时间").await;
    telegram.answer(PERSON, PERSON, "７：３０");
    said(&telegram, PERSON, "每日汇总：07:30").await;
    press(&telegram, PERSON, "免打扰", "其他时段").await;
    press(&telegram, PERSON, "其他时段…", "免打扰的时段").await;
    telegram.answer(PERSON, PERSON, "21:30—06:30");
    said(&telegram, PERSON, "免打扰：21:30-06:30").await;
    press(&telegram, PERSON, "时区", "其他时区").await;
    press(&telegram, PERSON, "其他时区…", "写上时区").await;
    telegram.answer(PERSON, PERSON, "asia/tokyo");
    said(&telegram, PERSON, "时区：Asia/Tokyo").await;
    press(&telegram, PERSON, "静音推送", "静音推送：").await;
    press(&telegram, PERSON, "开启", "静音推送：开启").await;
    pushing.stop().await;
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn a_filter_is_set_whole_by_the_command_and_word_by_word_with_buttons() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/filter +放假 -招标");
    said(&telegram, PERSON, "过滤：+放假 -招标").await;
    telegram.say(PERSON, PERSON, "/filter 停电");
    let answer = said(&telegram, PERSON, "过滤：+停电").await;
    assert!(answer.contains("原来的过滤：+放假 -招标"), "{answer}");
    press(&telegram, PERSON, "过滤", "重新设置").await;
    press(&telegram, PERSON, "＋ 添加过滤词", "要添加的过滤词").await;
    telegram.answer(PERSON, PERSON, "-停电 通知");
    said(&telegram, PERSON, "过滤：+通知 -停电").await;
    telegram.press_labelled(PERSON, PERSON, "过滤");
    shows(&telegram, PERSON, "✕ +通知").await;
    let menu = telegram.last(PERSON);
    let (_, data) = menu
        .buttons()
        .into_iter()
        .find(|(label, _)| label == "✕ +通知")
        .unwrap();
    telegram.press(&menu, PERSON, &data);
    telegram.press(&menu, PERSON, &data);
    said(&telegram, PERSON, "过滤：-停电").await;
    pushing.stop().await;
    let known = pushing.store.chat(&"telegram:9".parse().unwrap()).unwrap();
    assert_eq!(
        (known.include.len(), known.exclude),
        (0, vec!["停电".to_owned()])
    );
}

#[tokio::test]
async fn an_answer_may_begin_with_a_slash() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = at_work(&telegram, ANYONE).await;
    telegram.say(PERSON, PERSON, "/filter");
    press(&telegram, PERSON, "＋ 添加过滤词", "要添加的过滤词").await;
    let question = telegram.last(PERSON);
    telegram.reply(&question, PERSON, "/help@other_bot");
    telegram.reply(&question, PERSON, "/第\\d+号/");
    said(&telegram, PERSON, "过滤：+/第\\d+号/").await;
    telegram.reply(&question, PERSON, "/help");
    said(&telegram, PERSON, "/unsubscribe").await;
    pushing.stop().await;
    let known = pushing.store.chat(&"telegram:9".parse().unwrap()).unwrap();
    assert_eq!(known.include, ["/第\\d+号/"]);
}

#[tokio::test]
async fn an_admin_manages_everything_from_the_phone() {
    let telegram = Telegram::start(TOKEN).await;
    let channel = "[[channel]]\nid = \"a\"\nkind = \"telegram\"\nchat = 700\n";
    let mut pushing = at_work(&telegram, channel).await;
    pushing.publish(1).await;
    telegram.until_sent(700, 1).await;
    telegram.say(ADMIN, ADMIN, "/help");
    press(&telegram, ADMIN, "运行状况", "一切正常").await;
    press(&telegram, ADMIN, "管理来源", "管理来源").await;
    press(&telegram, ADMIN, "✓ 集团要闻", "上次检查").await;
    press(&telegram, ADMIN, "暂停", "已暂停").await;
    press(&telegram, ADMIN, "恢复", "正常").await;
    telegram.say(ADMIN, ADMIN, "/latest");
    press(&telegram, ADMIN, "#2", "遵照执行").await;
    press(&telegram, ADMIN, "推送记录", "（共 1 条）").await;
    let question = press(&telegram, ADMIN, "重发", "重发到以下 1 个频道").await;
    assert!(
        question.contains("请各部门遵照执行"),
        "it shows the card: {question}"
    );
    press(&telegram, ADMIN, "重发", "成功 1").await;
    telegram.say(ADMIN, ADMIN, "/help");
    press(&telegram, ADMIN, "群发消息", "写上要群发的内容").await;
    telegram.answer(ADMIN, ADMIN, "今天停电");
    press(&telegram, ADMIN, "发送", "已发送群发消息：成功 1").await;
    assert!(telegram.texts(700).contains(&"今天停电".to_owned()));
    // Only admins may use their buttons, even if others see them.
    let help = telegram.last(ADMIN);
    telegram.say(PERSON, PERSON, "/help");
    said(&telegram, PERSON, "/subscribe").await;
    assert!(!labels(&telegram, PERSON).contains(&"运行状况".to_owned()));
    let before = telegram.texts(PERSON).len();
    for (_, data) in help.buttons() {
        telegram.press(&telegram.last(PERSON), PERSON, &data);
    }
    pushing.stop().await;
    assert_eq!(telegram.texts(PERSON).len(), before);
}

async fn add(pushing: &Pushing, id: &str, chat: i64) {
    let source = AddedSource::from_chat(
        id.parse().unwrap(),
        (
            &format!("来源 {id}"),
            &format!("http://{id}.example/").parse().unwrap(),
        ),
        ChannelId::of_chat(chat, None),
        chrono::Utc::now(),
    );
    let by = noticast::ops::Actor::Telegram {
        id: chat.to_string(),
        name: "Somebody".to_owned(),
    };
    pushing
        .store
        .add_source(source, &by, chrono::Utc::now())
        .await
        .unwrap();
    let added = pushing.store.added_sources().borrow().clone();
    let config = (**pushing.config.borrow()).clone().joined_by(&added, &[]);
    pushing
        .store
        .sync_config(&config.sources, &config.channels)
        .await
        .unwrap();
    pushing.config.send_replace(std::sync::Arc::new(config));
}

#[tokio::test]
async fn a_source_that_was_added_from_a_chat_is_removed_from_there() {
    let telegram = Telegram::start(TOKEN).await;
    telegram.admins(GROUP, &[7]);
    let more = format!("{ANYONE}add_sources = \"anyone\"\n");
    let mut pushing = at_work(&telegram, &more).await;
    add(&pushing, "one", PERSON).await;
    add(&pushing, "two", GROUP).await;
    telegram.say(PERSON, PERSON, "/subscribe one");
    said(&telegram, PERSON, "已订阅：来源 one").await;
    // Others have no such button, and cannot use theirs.
    telegram.say(11, 11, "/sources");
    said(&telegram, 11, "来源 one").await;
    assert!(!labels(&telegram, 11).contains(&"🗑".to_owned()));
    telegram.say(PERSON, PERSON, "/unsubscribe http://one.example/");
    let question = press(&telegram, PERSON, "删除来源", "删除来源“来源 one”").await;
    assert!(question.contains("http://one.example/"), "{question}");
    telegram.press_labelled(PERSON, PERSON, "删除来源");
    said(&telegram, PERSON, "已删除来源").await;
    telegram.say(GROUP, 7, "/sources");
    shows(&telegram, GROUP, "🗑").await;
    telegram.press_labelled(GROUP, PERSON, "🗑");
    telegram
        .until("a plain member may not", |seen| {
            let notes = seen.acknowledged();
            notes
                .iter()
                .any(|note| note.as_str().is_some_and(|it| it.contains("管理员")))
        })
        .await;
    pushing.stop().await;
    let added = pushing.store.added_sources().borrow().clone();
    let left: Vec<_> = added.iter().map(|source| source.id.to_string()).collect();
    assert_eq!(left, ["two"]);
    let config = (**pushing.config.borrow()).clone().joined_by(&added, &[]);
    let ids: Vec<&SourceId> = config.sources.iter().map(|source| &source.id).collect();
    assert_eq!(
        ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["news", "two"]
    );
}
