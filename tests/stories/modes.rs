//! Tests single messages, bundles and digests: what people receive, and when.

use std::collections::HashSet;

use noticast::bulletin::DeliveryState;

use crate::support::{
    pushing::Pushing,
    telegram::{Fault, Telegram},
};

const TOKEN: &str = "1:tok";
/// The number of notices that the first poll saw.
const SHOWN: usize = 50;

/// Returns a chat with the settings `manner`.
fn settings(telegram: &Telegram, manner: &str) -> String {
    format!(
        "[telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{}\"\n\
         [[channel]]\nid = \"chat7\"\nkind = \"telegram\"\nchat = 7\n{manner}\n",
        telegram.url
    )
}

/// Returns the numbers of the notices in the texts.
fn shown(texts: &[String]) -> Vec<usize> {
    let numbers = texts.iter().flat_map(|text| text.split('第').skip(1));
    numbers
        .filter_map(|rest| rest.split_once('号')?.0.parse().ok())
        .collect()
}

#[tokio::test]
async fn a_bundle_of_37_comes_in_cards_of_eight_and_shows_each_once() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::with_shown(&settings(&telegram, "mode = \"bundle\""), SHOWN).await;
    pushing.publish(37).await;
    pushing.start();
    let texts = telegram.until_sent(7, 5).await;
    assert_eq!(shown(&texts), (50..87).collect::<Vec<_>>());
    let headline = "通知 · 8 条\n\n【集团要闻】\n1. 第50号通知 <50> & 更多";
    assert!(texts[0].starts_with(headline), "{}", texts[0]);
    assert!(texts[0].contains("\n8. 第57号通知"), "{}", texts[0]);
    pushing.stop().await;
    let deliveries = pushing.deliveries().await;
    let messages: HashSet<_> = deliveries.iter().map(|one| &one.message).collect();
    assert_eq!((deliveries.len(), messages.len()), (37, 5));
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test]
async fn a_digest_of_37_shows_each_once_and_is_sent_once() {
    let telegram = Telegram::start(TOKEN).await;
    let manner = "mode = \"digest\"\ndigest = \"*/2 * * * * *\"";
    let mut pushing = Pushing::with_shown(&settings(&telegram, manner), SHOWN).await;
    pushing.publish(37).await;
    pushing.start();
    let texts = telegram.until_sent(7, 1).await;
    assert!(
        texts[0].starts_with("汇总 · 37 条\n\n【集团要闻】\n• 第50号"),
        "{}",
        texts[0]
    );
    let mut pushing = pushing.restart().await;
    pushing.start();
    pushing.publish(1).await;
    let texts = telegram.until_sent(7, 2).await;
    assert_eq!(shown(&texts), (50..88).collect::<Vec<_>>());
    pushing.stop().await;
    assert!(
        pushing
            .deliveries()
            .await
            .iter()
            .all(|one| one.state == DeliveryState::Sent)
    );
}

#[tokio::test]
async fn a_long_digest_is_split_between_its_entries() {
    let telegram = Telegram::start(TOKEN).await;
    let manner = "mode = \"digest\"\ndigest = \"*/2 * * * * *\"";
    let mut pushing = Pushing::with_shown(&settings(&telegram, manner), SHOWN).await;
    for _ in 0..2 {
        pushing.publish(75).await;
    }
    pushing.start();
    // A digest may fall between the two polls, and each half is then split.
    let everything = |seen: &Telegram| shown(&seen.texts(7)).len() >= 150;
    telegram.until("150 notices in the chat", everything).await;
    let texts = telegram.texts(7);
    assert!(texts.len() >= 3, "{}", texts.len());
    assert_eq!(shown(&texts), (50..200).collect::<Vec<_>>());
    pushing.stop().await;
}

#[tokio::test]
async fn a_message_of_several_that_was_not_taken_is_sent_again_whole() {
    let telegram = Telegram::start(TOKEN).await;
    let mut pushing = Pushing::with_shown(&settings(&telegram, "mode = \"bundle\""), SHOWN).await;
    pushing.publish(5).await;
    telegram.fault("sendMessage", Some(7), Fault::Page(502), 1);
    pushing.start();
    let texts = telegram.until_sent(7, 1).await;
    assert_eq!(shown(&texts), [50, 51, 52, 53, 54]);
    pushing.stop().await;
    assert!(
        pushing
            .deliveries()
            .await
            .iter()
            .all(|one| one.attempts == 2)
    );
}
