//! Tests deliveries from queued to sent, and across restarts.

use super::*;

#[tokio::test]
async fn a_new_bulletin_goes_to_each_channel_once_oldest_first() {
    let world = World::new(&[chat("a", 1), chat("b", 2), chat("again", 1)]).await;
    assert_eq!(world.poll(list((1..=5).rev())).await.quiet.len(), 5);
    let admitted = world.poll(list((1..=7).rev())).await;
    assert_eq!(
        world.titles(&admitted.published).await,
        ["第6号通知", "第7号通知"]
    );
    assert_eq!(world.poll(list((1..=7).rev())).await, Admitted::default());
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
    world.poll(list(1..=1)).await;
    world.poll(list((1..=3).rev())).await;
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
        why: "no answer".into(),
    };
    let next = world
        .store
        .complete(head.id, outcome(), world.now)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(next.id, head.id, "the repetition comes first");
    for doubt in 2..=8 {
        world.store.begin_send(head.id, world.now).await.unwrap();
        let next = world
            .store
            .complete(head.id, outcome(), world.now)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(next.id == head.id, doubt < 8, "doubt {doubt}");
    }
    let failed = world.store.delivery(head.id).await.unwrap().unwrap();
    assert_eq!(failed.state, crate::bulletin::DeliveryState::Failed);
    assert!(failed.error.unwrap().said.contains("perhaps delivered"));
}

#[tokio::test]
async fn an_hour_of_error_pages_loses_nothing_and_stays_a_warning() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list(1..=1)).await;
    world.poll(list((1..=2).rev())).await;
    let id = world.store.heads(None).await.unwrap()[0].id;
    for _ in 0..60 {
        let begun = world.store.begin_send(id, world.now).await.unwrap();
        assert_ne!(begun, Begun::No);
        let outcome = Outcome::Ailing {
            not_before: world.now,
            why: "503".into(),
        };
        let next = world.store.complete(id, outcome, world.now).await.unwrap();
        assert_eq!(next.unwrap().id, id);
    }
    world.store.begin_send(id, world.now).await.unwrap();
    let sent = Outcome::Sent { message: None };
    world.store.complete(id, sent, world.now).await.unwrap();
    let sent = world.store.delivery(id).await.unwrap().unwrap();
    assert_eq!(sent.state, crate::bulletin::DeliveryState::Sent);
    assert!(sent.error.unwrap().said.contains("possibly repeated"));
}

#[tokio::test]
async fn what_is_killed_while_it_is_repeated_is_repeated_again() {
    let channels = [chat("a", 1)];
    let mut world = World::new(&channels).await;
    world.poll(list(1..=1)).await;
    world.poll(list((1..=2).rev())).await;
    let head = world.store.heads(None).await.unwrap().remove(0);
    let interrupted = || Outcome::Interrupted {
        why: "killed".into(),
    };
    for kill in 1..=8 {
        world.store.begin_send(head.id, world.now).await.unwrap();
        world = world.reopen(&[source("news")], &channels).await;
        let next = world
            .store
            .complete(head.id, interrupted(), world.now)
            .await
            .unwrap();
        assert_eq!(next.is_some(), kill < 8, "kill {kill}");
    }
    let failed = world.store.delivery(head.id).await.unwrap().unwrap();
    assert_eq!(
        (failed.attempts, failed.state),
        (8, crate::bulletin::DeliveryState::Failed)
    );
    assert!(failed.error.unwrap().said.contains("perhaps delivered"));
}

#[tokio::test]
async fn what_is_undone_while_it_is_in_doubt_was_perhaps_delivered() {
    let world = World::new(&[chat("a", 1), chat("b", 2)]).await;
    world.poll(list(1..=1)).await;
    let by = Actor::of_user("admin");
    let queued = world.store.broadcast("x", "request", &by, world.now).await;
    let run = Run {
        first: queued.unwrap()[0],
        count: 2,
    };
    world.store.begin_send(run.first, world.now).await.unwrap();
    let outcome = Outcome::Uncertain {
        not_before: world.now,
        why: "no answer".into(),
    };
    let completed = world.store.complete(run.first, outcome, world.now).await;
    completed.unwrap();
    assert_eq!(world.store.cancel(run, &by, world.now).await.unwrap(), 2);
    let dropped = world.store.run(run).await.unwrap();
    let is_doubtful = |it: &crate::bulletin::Delivery| {
        let error = it.error.as_ref();
        error.is_some_and(|why| why.said.starts_with(PERHAPS))
    };
    let doubtful: Vec<bool> = dropped.iter().map(is_doubtful).collect();
    assert_eq!(doubtful, [true, false]);
}

#[tokio::test]
async fn a_send_counts_from_its_answer_on_also_after_a_restart() {
    let channels = [chat("a", 1)];
    let world = World::new(&channels).await;
    world.poll(list(1..=1)).await;
    world.poll(list((1..=2).rev())).await;
    let head = world.store.heads(None).await.unwrap().remove(0);
    world.store.begin_send(head.id, world.now).await.unwrap();
    let answered = world.now + chrono::Duration::milliseconds(700);
    let sent = Outcome::Sent { message: None };
    world.store.complete(head.id, sent, answered).await.unwrap();
    let expected = [("a".parse().unwrap(), answered)];
    assert_eq!(world.store.recent_sends(world.now).await.unwrap(), expected);
    let world = world.reopen(&[source("news")], &channels).await;
    assert_eq!(world.store.recent_sends(world.now).await.unwrap(), expected);
}

#[tokio::test]
async fn outcomes_say_what_becomes_of_a_delivery() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    world.poll(list([3, 2, 1])).await;
    let head = world.store.heads(None).await.unwrap().remove(0);
    let later = world.now + chrono::Duration::seconds(30);
    let end = async |outcome: Outcome| {
        assert_eq!(
            world.store.begin_send(head.id, world.now).await.unwrap(),
            Begun::Yes
        );
        assert_eq!(
            world.store.begin_send(head.id, world.now).await.unwrap(),
            Begun::No
        );
        world
            .store
            .complete(head.id, outcome, world.now)
            .await
            .unwrap()
    };
    let next = end(Outcome::PutBack).await.unwrap();
    assert_eq!((next.id, next.attempts), (head.id, 0));
    let retry = Outcome::Retry {
        not_before: later,
        why: "502".into(),
    };
    let next = end(retry).await.unwrap();
    assert_eq!(
        (next.id, next.attempts, next.due_at),
        (head.id, 1, later),
        "order is kept"
    );
    let channel = || async { world.store.channels().await.unwrap().remove(0) };
    assert_eq!(channel().await.error, Some("502".into()));
    let sent = Outcome::Sent {
        message: Some(crate::bulletin::MessageRef("17".to_owned())),
    };
    let next = end(sent.clone()).await.unwrap();
    assert_ne!(next.id, head.id);
    // The same answer again, and a late one, change nothing.
    world.store.complete(head.id, sent, later).await.unwrap();
    world
        .store
        .complete(head.id, Outcome::Failed { why: "late".into() }, later)
        .await
        .unwrap();
    let delivery = world.store.delivery(head.id).await.unwrap().unwrap();
    assert_eq!((delivery.sent_at, delivery.error), (Some(world.now), None));
    assert_eq!(delivery.message.unwrap().0, "17");
    let status = channel().await;
    assert_eq!((status.sent, status.failed, status.error), (1, 0, None));
    world.store.begin_send(next.id, world.now).await.unwrap();
    let failed = Outcome::Failed {
        why: "x".repeat(5000).into(),
    };
    assert_eq!(
        world
            .store
            .complete(next.id, failed, world.now)
            .await
            .unwrap(),
        None
    );
    assert_eq!(channel().await.failed, 1);
    let failed = world.store.delivery(next.id).await.unwrap().unwrap();
    assert_eq!(failed.error.unwrap().said.len(), 1000);
}

#[tokio::test]
async fn a_repeated_send_keeps_its_warning() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    let id = world.store.heads(None).await.unwrap()[0].id;
    for outcome in [
        Outcome::Uncertain {
            not_before: world.now,
            why: "timeout".into(),
        },
        Outcome::Retry {
            not_before: world.now,
            why: "502".into(),
        },
        Outcome::Sent { message: None },
    ] {
        world.store.begin_send(id, world.now).await.unwrap();
        world.store.complete(id, outcome, world.now).await.unwrap();
    }
    let delivery = world.store.delivery(id).await.unwrap().unwrap();
    assert_eq!(delivery.attempts, 3);
    assert!(
        delivery
            .error
            .unwrap()
            .said
            .starts_with("possibly repeated")
    );
}

#[tokio::test]
async fn many_deliveries_in_many_blocks_are_all_found_again() {
    let channels: Vec<Channel> = (0..100).map(|n| chat(&format!("c{n}"), n)).collect();
    let world = World::new(&channels).await;
    world.poll(list([1])).await;
    world.poll(list((1..=4).rev())).await;
    assert_eq!(world.store.health().await.queued, 300);
    for head in world.store.heads(None).await.unwrap().iter().take(50) {
        world.store.begin_send(head.id, world.now).await.unwrap();
        world
            .store
            .complete(head.id, Outcome::Sent { message: None }, world.now)
            .await
            .unwrap();
    }
    let world = world.reopen(&[source("news")], &channels).await;
    assert_eq!(world.store.health().await.queued, 250);
    assert_eq!(world.store.health().await.oldest_due, Some(world.now));
    assert_eq!(world.drain().await.len(), 250);
    let page = async |query: DeliveryQuery| world.store.deliveries(&query).await.unwrap();
    let all = page(DeliveryQuery::default()).await;
    let ids: Vec<u64> = all.items.iter().map(|d| d.id.0).collect();
    assert_eq!(ids, (1..=300).rev().collect::<Vec<_>>());
    let some = DeliveryQuery {
        channel: Some("c7".parse().unwrap()),
        limit: Some(2),
        ..DeliveryQuery::default()
    };
    let some = page(some).await;
    assert_eq!((some.items.len(), some.more), (2, true));
    let queued = DeliveryQuery {
        state: Some(crate::bulletin::DeliveryState::Queued),
        ..DeliveryQuery::default()
    };
    assert!(page(queued).await.items.is_empty());
    let source = DeliveryQuery {
        source: Some("news".parse().unwrap()),
        before: Some(DeliveryId(11)),
        ..DeliveryQuery::default()
    };
    assert_eq!(page(source).await.items.len(), 10);
    // The marks of finished blocks are removed once their sends are long past.
    let world = World {
        now: world.now + chrono::Duration::minutes(10),
        ..world
    };
    world.poll(list((1..=5).rev())).await;
    world.drain().await;
    let world = World {
        now: world.now + chrono::Duration::minutes(10),
        ..world
    };
    world.poll(list((1..=6).rev())).await;
    let world = world.reopen(&[super::source("news")], &channels).await;
    assert_eq!(world.store.health().await.queued, 100);
    assert!(
        world
            .store
            .recent_sends(world.now)
            .await
            .unwrap()
            .is_empty()
    );
}
