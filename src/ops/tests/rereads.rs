//! Tests what rereading an article changes for the recipients of its bulletin.

use super::*;
use crate::{
    bulletin::{Article, Bulletin, DeliveryKind, DeliveryState, Mode, Opened},
    ops::ReadAgain,
};

/// Returns the bulletins whose articles are due, in their order.
async fn due(world: &World) -> Vec<Bulletin> {
    let due = world.store.rereads(world.now, 100).await.unwrap();
    due.into_iter().map(|known| known.bulletin).collect()
}

#[tokio::test]
async fn the_newest_of_a_new_source_are_opened_once_and_nobody_is_notified() {
    let (sources, channels) = ([source("news")], [chat("a", 1)]);
    let mut world = World::with(&sources, &channels).await;
    world.poll(list(1..=30)).await;
    world.now += chrono::Duration::seconds(1);
    let newest: Vec<String> = (11..=30).rev().map(|n| format!("第{n}号通知")).collect();
    // The program is killed before it opened any.
    world = world.reopen(&sources, &channels).await;
    let first = due(&world).await;
    let titles = first.iter().map(|it| it.title.clone());
    assert_eq!(titles.collect::<Vec<_>>(), newest);
    let article = Box::new(Article {
        text: "请于12月9日前报名。".to_owned(),
        opened: Some(Opened::default()),
        ..Article::default()
    });
    let answers = [
        ReadAgain::Article(article),
        ReadAgain::Gone,
        ReadAgain::Unreadable,
        ReadAgain::Failed,
    ];
    for (bulletin, again) in first.iter().zip(answers) {
        let settled = world.store.settle_reread(bulletin.id, again, world.now);
        settled.await.unwrap();
    }
    let text = world.store.text(first[0].id).await.unwrap();
    assert_eq!(text.as_deref(), Some("请于12月9日前报名。"));
    let opened = world.store.bulletin(first[0].id).await.unwrap().unwrap();
    assert_eq!((opened.state, opened.revision), (first[0].state, 0));
    world = world.reopen(&sources, &channels).await;
    assert_eq!(due(&world).await.len(), 16);
    world.now += chrono::Duration::hours(1);
    assert_eq!(due(&world).await.len(), 17, "one is tried again");
    world.now += chrono::Duration::days(1);
    let failed = world
        .store
        .settle_reread(first[3].id, ReadAgain::Failed, world.now);
    failed.await.unwrap();
    world.now += chrono::Duration::hours(7);
    assert_eq!(due(&world).await.len(), 16, "and given up after a day");
    assert!(world.deliveries().await.is_empty());
    // Later rows are news as ever, and the others are not read a second time.
    assert_eq!(world.poll(list(1..=31)).await.published.len(), 1);
    assert_eq!(due(&world).await.len(), 16);
}

#[tokio::test]
async fn nothing_of_a_new_source_is_opened_that_reads_no_articles() {
    let listed = Source {
        full_text: false,
        ..source("news")
    };
    let world = World::with(&[listed], &[]).await;
    world.poll(list(1..=30)).await;
    assert!(due(&world).await.is_empty());
}

#[tokio::test]
async fn what_a_digest_waits_with_when_it_is_withdrawn_is_in_it_when_it_is_back_in_time() {
    let digest = Channel {
        mode: Mode::Digest,
        ..chat("a", 1)
    };
    let mut world = World::with(&[source("news")], &[digest, chat("b", 2)]).await;
    world.poll(list([1])).await;
    let id = world.poll(list([1, 2])).await.published[0];
    for again in [ReadAgain::Withdrawn, ReadAgain::Same] {
        world.now += chrono::Duration::hours(1);
        let settled = world.store.settle_reread(id, again, world.now);
        assert!(settled.await.unwrap());
    }
    let deliveries = world.deliveries().await;
    let of = |channel: &str, state: DeliveryState| {
        let new = deliveries.iter().filter(|one| {
            one.kind == DeliveryKind::New
                && one.channel.to_string() == channel
                && one.state == state
        });
        new.count()
    };
    for channel in ["a", "b"] {
        let counts =
            [DeliveryState::Dropped, DeliveryState::Queued].map(|state| of(channel, state));
        assert_eq!(counts, [1, 1], "{channel}: {deliveries:#?}");
    }
}
