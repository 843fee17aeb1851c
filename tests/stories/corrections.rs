//! What was sent is corrected where it stands.

use noticast::bulletin::{DeliveryKind, DeliveryState};

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
async fn a_corrected_title_edits_the_message_and_tells_what_it_was() {
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
    while !pushing.printed().contains("更好的标题") {
        tokio::task::yield_now().await;
    }
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
