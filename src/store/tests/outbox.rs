//! Deliveries from queued to sent, and across restarts.

use super::*;

#[tokio::test]
async fn a_new_bulletin_goes_to_each_channel_once_oldest_first() {
    let world = World::new(&[chat("a", 1), chat("b", 2), chat("again", 1)]).await;
    assert_eq!(world.look(list((1..=5).rev())).await.quiet.len(), 5);
    let admitted = world.look(list((1..=7).rev())).await;
    assert_eq!(
        world.titles(&admitted.published).await,
        ["第6号通知", "第7号通知"]
    );
    assert_eq!(world.look(list((1..=7).rev())).await, Admitted::default());
    let mut sent = world.drain().await;
    sent.sort();
    let expected: Vec<_> = ["a", "b"]
        .into_iter()
        .flat_map(|id| [6, 7].map(|n| (id.parse().unwrap(), Some(BulletinId(n)))))
        .collect();
    assert_eq!(sent, expected);
    assert!(world.store.heads(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_and_what_was_being_sent_survives_a_restart() {
    let channels = [chat("a", 1)];
    let world = World::new(&channels).await;
    world.look(list(1..=1)).await;
    world.look(list((1..=3).rev())).await;
    let head = world.store.heads(None).await.unwrap().remove(0);
    world.store.begin_send(head.id, world.now).await.unwrap();
    let world = world.reopen(&[source("news")], &channels).await;
    let doubtful = world.store.uncertain().await.unwrap();
    assert_eq!(doubtful.len(), 1);
    assert_eq!((doubtful[0].id, doubtful[0].attempts), (head.id, 1));
    let recent = world
        .store
        .recent_sends(world.now - chrono::Duration::seconds(60))
        .await
        .unwrap();
    assert_eq!(recent, [("a".parse().unwrap(), world.now)]);
    let outcome = || Outcome::Uncertain {
        not_before: world.now,
        why: "no answer".to_owned(),
    };
    let next = world
        .store
        .complete(head.id, outcome(), world.now)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(next.id, head.id, "the one repetition comes first");
    world.store.begin_send(head.id, world.now).await.unwrap();
    let next = world
        .store
        .complete(head.id, outcome(), world.now)
        .await
        .unwrap()
        .unwrap();
    assert_ne!(next.id, head.id);
    let failed = world.store.delivery(head.id).await.unwrap().unwrap();
    assert_eq!(failed.state, crate::bulletin::DeliveryState::Failed);
    assert!(failed.error.unwrap().contains("perhaps delivered"));
}
