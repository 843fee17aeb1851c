//! Tests the change feed, as its followers read it.

use super::*;
use crate::policy::change_feed::{FeedEvent as Event, KEPT};

async fn events(world: &World, after: u64) -> Vec<Event> {
    let page = world.store.changes_after(after, 1000).await.unwrap();
    assert!(!page.has_lost);
    page.entries.into_iter().map(|entry| entry.event).collect()
}

#[tokio::test]
async fn a_follower_reads_what_was_admitted_corrected_sent_and_failed_in_order() {
    let world = World::new(&[chat("a", 1)]).await;
    let mut wakes = world.store.newest_change();
    world.poll(list([1])).await;
    wakes.changed().await.unwrap();
    assert_eq!(events(&world, 0).await, [Event::Bulletin(1)]);
    world.poll(list([2, 1])).await;
    world.drain().await;
    let mut corrected = list([2, 1]);
    "第2号通知（更正）".clone_into(&mut corrected[0].title);
    world.poll(corrected).await;
    let failing = PollState {
        error: Some("503".to_owned()),
        ..PollState::default()
    };
    let news: SourceId = "news".parse().unwrap();
    for state in [failing.clone(), failing, PollState::default()] {
        let kept = world.store.keep_poll(&news, state, world.now);
        kept.await.unwrap();
    }
    let expected = [
        Event::Bulletin(2),
        Event::Delivery(1),
        Event::Revision(2),
        Event::Source(news.clone()),
        Event::Source(news),
    ];
    assert_eq!(events(&world, 1).await, expected);
    assert_eq!(*wakes.borrow_and_update(), 6);
}

#[tokio::test]
async fn what_is_held_and_released_changes_its_source_too() {
    let world = World::new(&[]).await;
    world.poll(list([1])).await;
    // The page has no known row, and no link to one.
    let redesign = (0..20).map(|n| row(&format!("new/{n}"), &format!("新{n}"), ""));
    let held = world.poll(redesign.collect()).await.held.len();
    assert!(held > 1);
    let news = Event::Source("news".parse().unwrap());
    let seen = events(&world, 0).await;
    assert_eq!(seen.iter().filter(|event| **event == news).count(), 1);
    let before = seen.len() as u64;
    let by = subscriptions::person();
    let settled = world
        .store
        .settle_held(HeldAction::PublishAll, &by, world.now);
    settled.await.unwrap();
    let seen = events(&world, before).await;
    assert_eq!(seen.len(), held + 1);
    assert!(seen.contains(&news), "{seen:?}");
}

#[tokio::test]
async fn changes_outlive_a_restart_and_a_follower_that_was_away_for_too_long_learns_so() {
    let channels = [chat("a", 1)];
    let mut world = World::new(&channels).await;
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    let mut world = {
        world.drain().await;
        world.now += KEPT + chrono::Duration::days(1);
        world.reopen(&[source("news")], &channels).await
    };
    let all = world.store.changes_after(0, 2).await.unwrap();
    assert_eq!((all.entries.len(), all.newest, all.has_lost), (2, 3, false));
    world.store.housekeep(world.now).await.unwrap();
    let left = world.store.changes_after(0, 9).await.unwrap();
    assert!(left.has_lost);
    assert_eq!(left.entries.len(), 1, "the newest stays");
    assert_eq!(left.entries[0].number, 3);
    assert!(!world.store.changes_after(2, 9).await.unwrap().has_lost);
    assert!(world.store.changes_after(9, 9).await.unwrap().has_lost);
    world = world.reopen(&[source("news")], &channels).await;
    world.poll(list([3, 2, 1])).await;
    let next = world.store.changes_after(3, 9).await.unwrap().entries;
    assert_eq!(
        (next[0].number, next[0].event.clone()),
        (4, Event::Bulletin(3))
    );
}

#[tokio::test]
async fn a_rejected_transaction_shows_followers_nothing() {
    let world = World::new(&[chat("a", 1)]).await;
    let refused = world.store.write(|op| {
        let event = Event::Delivery(7);
        op.tx.record_change(event, 0);
        Err::<(), _>(refused("no".to_owned()))
    });
    refused.await.unwrap_err();
    assert!(events(&world, 0).await.is_empty());
    let to = ["a".parse().unwrap()];
    world.store.announce(&to, "x", world.now).await.unwrap();
    world.drain().await;
    assert_eq!(events(&world, 0).await, [Event::Delivery(1)]);
}
