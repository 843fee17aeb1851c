//! Tests that sent messages are corrected in place.

use std::time::Duration;

use chrono::Utc;
use noticast::{
    bulletin::{DeliveryKind, DeliveryState, Moment, Notice},
    ops::{Found, PollFindings, PollState},
};

use crate::support::{pushing::Pushing, telegram::Telegram};

const TOKEN: &str = "1:tok";

fn settings(telegram: &Telegram, more: &str) -> String {
    format!(
        "[telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{}\"\n\
         [[channel]]\nid = \"chat7\"\nkind = \"telegram\"\nchat = 7\n{more}\n",
        telegram.url
    )
}

#[tokio::test]
async fn a_corrected_title_edits_the_message_and_says_what_it_was() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::new(&settings(&telegram, "")).await;
    pushing.publish(1).await;
    pushing.start();
    telegram.until_sent(7, 1).await;
    pushing.retitle("更好的标题").await;
    telegram
        .until("the edit", |seen| seen.texts(7)[0].contains("更好的标题"))
        .await;
    let text = telegram.texts(7).remove(0);
    assert!(text.starts_with("更正\n\n【集团要闻】更好的标题"), "{text}");
    assert!(text.contains("原标题：第1号通知"), "{text}");
    pushing.stop().await;
    let update = pushing.deliveries().await.remove(0);
    assert_eq!(update.kind, DeliveryKind::Update);
    assert_eq!(update.state, DeliveryState::Sent);
    assert_eq!(update.message, pushing.deliveries().await[1].message);
}

#[tokio::test]
async fn a_title_that_flips_is_one_correction_a_day() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::new(&settings(&telegram, "")).await;
    pushing.publish(1).await;
    pushing.start();
    telegram.until_sent(7, 1).await;
    pushing.retitle("更好的标题").await;
    telegram
        .until("the edit", |seen| seen.calls("editMessageText") == 1)
        .await;
    for title in ["第1号通知 <1> & 更多", "更好的标题", "第1号通知 <1> & 更多"] {
        pushing.retitle(title).await;
    }
    pushing.publish(1).await;
    telegram.until_sent(7, 2).await;
    pushing.stop().await;
    assert_eq!(telegram.calls("editMessageText"), 1);
    let waiting = pushing.deliveries().await;
    let mut updates = waiting
        .iter()
        .filter(|one| one.state == DeliveryState::Queued);
    let next = updates.next().unwrap();
    assert!(next.due_at > chrono::Utc::now() + chrono::TimeDelta::hours(23));
    assert!(updates.next().is_none());
}

#[tokio::test]
async fn what_was_corrected_before_it_was_sent_goes_out_once() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::new(&settings(&telegram, "")).await;
    pushing.publish(1).await;
    pushing.retitle("更好的标题").await;
    pushing.publish(1).await;
    pushing.start();
    let texts = telegram.until_sent(7, 2).await;
    assert!(
        texts[0].starts_with("【集团要闻】更好的标题"),
        "{}",
        texts[0]
    );
    pushing.stop().await;
    assert_eq!(telegram.calls("editMessageText"), 0);
}

#[tokio::test]
async fn a_correction_keeps_all_that_stands_in_a_bundle() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::with_shown(&settings(&telegram, "mode = \"bundle\""), 5).await;
    pushing.publish(3).await;
    pushing.start();
    telegram.until_sent(7, 1).await;
    pushing.retitle("更好的标题").await;
    telegram
        .until("the edit", |seen| seen.texts(7)[0].contains("更好的标题"))
        .await;
    let text = telegram.texts(7).remove(0);
    for number in [5, 6] {
        assert!(text.contains(&format!("第{number}号通知")), "{text}");
    }
    assert!(text.contains("#8 原标题：第7号通知"), "{text}");
    pushing.stop().await;
}

async fn until_printed(pushing: &Pushing, what: &str) {
    let printed = async {
        while !pushing.printed().contains(what) {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), printed).await;
    waited.unwrap_or_else(|_| panic!("no {what} in {}", pushing.printed()));
}

#[tokio::test]
async fn where_nothing_can_be_edited_a_note_goes_out_only_if_the_channel_asks_for_it() {
    let channels = "[[channel]]\nid = \"out\"\nkind = \"stdout\"\ncorrections = true\n\
                    [[channel]]\nid = \"other\"\nkind = \"stdout\"\nformat = \"json\"\n";
    let mut pushing = Pushing::new(channels).await;
    pushing.publish(1).await;
    pushing.start();
    let sent = |pushing: &Pushing| pushing.printed().matches("1号通知").count();
    while sent(&pushing) < 2 {
        tokio::task::yield_now().await;
    }
    pushing.retitle("更好的标题").await;
    until_printed(&pushing, "更好的标题").await;
    pushing.stop().await;
    let printed = pushing.printed();
    let note = printed
        .lines()
        .skip_while(|line| !line.contains("更正"))
        .collect::<Vec<_>>();
    assert!(note[0].contains("原标题：第1号通知"), "{printed}");
    assert!(
        note.iter().all(|line| !line.contains("请各部门")),
        "{printed}"
    );
    let updates = pushing.deliveries().await;
    assert_eq!(
        updates
            .iter()
            .filter(|one| one.kind == DeliveryKind::Update)
            .count(),
        1
    );
}

#[tokio::test]
async fn a_channels_own_card_marks_what_was_corrected_and_has_it_one_tap_away() {
    let telegram = Telegram::start(TOKEN).await;
    let manner =
        "mode = \"bundle\"\ntemplate = \"<b>{{ title }}</b>{% if mark %} ({{ mark }}){% endif %}\"";
    let mut pushing = Pushing::with_shown(&settings(&telegram, manner), 5).await;
    pushing.publish(2).await;
    pushing.start();
    let sent = telegram.until_sent(7, 1).await;
    assert_eq!(sent, ["第5号通知 <5> & 更多\n\n第6号通知 <6> & 更多"]);
    pushing.retitle("更好的标题").await;
    let is_edited = |seen: &Telegram| seen.calls("editMessageText") == 1;
    telegram.until("the edit", is_edited).await;
    pushing.stop().await;
    let text = telegram.texts(7).remove(0);
    let (card, changes) = text.rsplit_once('\n').unwrap();
    assert_eq!(card, "第5号通知 <5> & 更多\n\n更好的标题 (更正)");
    assert!(
        changes.ends_with("#7 原标题：第6号通知 <6> & 更多"),
        "{changes}"
    );
}

#[tokio::test]
async fn a_note_names_the_corrected_bulletin_alone_where_it_stood_in_a_bundle() {
    let channel =
        "[[channel]]\nid = \"out\"\nkind = \"stdout\"\ncorrections = true\nmode = \"bundle\"\n";
    let mut pushing = Pushing::with_shown(channel, 5).await;
    pushing.publish(3).await;
    pushing.start();
    until_printed(&pushing, "第7号通知").await;
    pushing.retitle("更好的标题").await;
    until_printed(&pushing, "更好的标题").await;
    pushing.stop().await;
    let printed = pushing.printed();
    let note = printed.split_once("更正").unwrap().1;
    assert!(note.contains("原标题：第7号通知"), "{printed}");
    assert!(
        !note.contains("第5号") && !note.contains("第6号"),
        "{printed}"
    );
}

/// Polls a source with these notices, the newest first, each with its title and day.
async fn show(pushing: &Pushing, source: &str, rows: &[(&str, &str)]) {
    let row = |(title, day): &(&str, &str)| Found {
        notice: Notice {
            url: format!("http://{source}.example/{}-{day}.html", title.len()),
            guid: None,
            title: (*title).to_owned(),
            published: Moment::try_from((*day).to_owned()).ok(),
            updated: None,
            summary: None,
            publisher: None,
            pinned: false,
        },
        article: None,
    };
    let findings = PollFindings {
        source: source.parse().unwrap(),
        found: rows.iter().map(row).collect(),
        state: PollState::default(),
    };
    pushing.store.admit(findings, Utc::now()).await.unwrap();
}

#[tokio::test]
async fn one_notice_of_three_sources_is_one_message_that_names_those_that_a_chat_has() {
    let telegram = Telegram::start(TOKEN).await;
    let source = |id: &str, name: &str| {
        format!("[[source]]\nid = \"{id}\"\nname = \"{name}\"\nurl = \"http://{id}.example/\"\n")
    };
    let more = format!(
        "sources = [\"news\", \"law\", \"city\"]\n\
         [[channel]]\nid = \"chat8\"\nkind = \"telegram\"\nchat = 8\nsources = [\"law\"]\n{}{}",
        source("law", "法务通知"),
        source("city", "分公司公告"),
    );
    let mut pushing = Pushing::new(&settings(&telegram, &more)).await;
    let known = ("关于节前安全检查的通知", "2022-11-01");
    let notice = ("关于调整差旅费报销标准的通知", "2022-11-20");
    let second = ("关于调整差旅费报销标准的通知（第二批）", "2022-11-20");
    for source in ["law", "city"] {
        show(&pushing, source, &[known]).await;
    }
    pushing.publish(0).await;
    pushing.start();
    show(&pushing, "law", &[notice, known]).await;
    telegram.until_sent(7, 1).await;
    telegram.until_sent(8, 1).await;
    show(&pushing, "city", &[notice, known]).await;
    show(&pushing, "news", &[notice]).await;
    let names = "【法务通知 · 分公司公告 · 集团要闻】关于调整差旅费报销标准的通知";
    let is_named = |seen: &Telegram| seen.texts(7)[0].starts_with(names);
    telegram.until("all three are named", is_named).await;
    // Another part of it is another notice.
    show(&pushing, "city", &[second, notice, known]).await;
    telegram.until_sent(7, 2).await;
    pushing.stop().await;
    assert_eq!(telegram.texts(7).len(), 2);
    assert!(telegram.texts(8)[0].starts_with("【法务通知】关于调整"));
    assert_eq!(telegram.texts(8).len(), 1);
}
