//! Tests held bulletins, rebroadcasts, announcements, and chats that move.

use super::*;
use crate::bulletin::{BulletinState, DeliveryKind, DeliveryState, Filter};

fn admin() -> Actor {
    Actor::of_user("admin")
}

/// Creates a world with one known row of a source, and four that are held.
async fn redesigned(channels: &[Channel]) -> World {
    let world = World::new(channels).await;
    world.poll(vec![row("old.htm", "旧闻", "")]).await;
    let page = (1..=4)
        .rev()
        .map(|n| row(&format!("x/{n}.htm"), &format!("新{n}"), ""))
        .collect();
    let admitted = world.poll(page).await;
    assert_eq!((admitted.held.len(), admitted.published.len()), (4, 0));
    world
}

#[tokio::test]
async fn held_bulletins_are_pushed_when_an_admin_says_so_and_only_then() {
    let world = redesigned(&[chat("a", 1)]).await;
    assert!(world.drain().await.is_empty());
    let status = world.store.sources().await.unwrap().remove(0);
    assert_eq!((status.held, status.bulletins), (4, 5));
    let error = world
        .store
        .settle_held(
            HeldAction::Publish(vec![BulletinId(1)]),
            &admin(),
            world.now,
        )
        .await;
    assert_eq!(error.unwrap_err().to_string(), "bulletin 1 is not held");
    let error = world
        .store
        .settle_held(
            HeldAction::Publish(vec![BulletinId(99)]),
            &admin(),
            world.now,
        )
        .await;
    assert_eq!(error.unwrap_err().to_string(), "no bulletin 99");
    let one = HeldAction::Publish(vec![BulletinId(3)]);
    let (published, seen) = world
        .store
        .settle_held(one, &admin(), world.now)
        .await
        .unwrap();
    assert_eq!((published, seen), (vec![BulletinId(3)], vec![]));
    let (published, seen) = world
        .store
        .settle_held(HeldAction::Newest(1), &admin(), world.now)
        .await
        .unwrap();
    assert_eq!(
        (published, seen),
        (vec![BulletinId(5)], vec![BulletinId(2), BulletinId(4)])
    );
    let sent: Vec<_> = world
        .drain()
        .await
        .into_iter()
        .filter_map(|(_, id)| id)
        .collect();
    assert_eq!(sent, [BulletinId(3), BulletinId(5)]);
    assert_eq!(
        world
            .store
            .bulletin(BulletinId(2))
            .await
            .unwrap()
            .unwrap()
            .state,
        BulletinState::Baseline
    );
    assert_eq!(world.store.sources().await.unwrap()[0].held, 0);
}

#[tokio::test]
async fn all_held_may_be_published_or_marked_as_seen() {
    let world = redesigned(&[chat("a", 1)]).await;
    assert_eq!(
        world
            .store
            .settle_held(HeldAction::SeenAll, &admin(), world.now)
            .await
            .unwrap()
            .1
            .len(),
        4
    );
    assert_eq!(
        world
            .store
            .settle_held(HeldAction::PublishAll, &admin(), world.now)
            .await
            .unwrap(),
        (vec![], vec![])
    );
    let world = redesigned(&[chat("a", 1)]).await;
    assert_eq!(
        world
            .store
            .settle_held(HeldAction::PublishAll, &admin(), world.now)
            .await
            .unwrap()
            .0
            .len(),
        4
    );
    assert_eq!(world.drain().await.len(), 4);
}

#[tokio::test]
async fn a_rebroadcast_goes_to_all_that_have_the_source_whatever_their_filters_once() {
    let picky = Channel {
        filter: Filter::new(&["没有".to_owned()], &[]).unwrap(),
        ..chat("picky", 2)
    };
    let other = Channel {
        sources: Some(vec!["other".parse().unwrap()]),
        ..chat("other", 3)
    };
    let world = World::new(&[chat("a", 1), picky, other, chat("again", 1)]).await;
    world.poll(list([1])).await;
    let ask = async |to: Option<Vec<&str>>, request: &str| {
        let to = to.map(|to| to.into_iter().map(|id| id.parse().unwrap()).collect());
        world
            .store
            .rebroadcast(
                BulletinId(1),
                to,
                Some("补发".to_owned()),
                request,
                &admin(),
                world.now,
            )
            .await
    };
    let made = ask(None, "r1").await.unwrap();
    assert_eq!(made.len(), 2);
    assert_eq!(ask(None, "r1").await.unwrap(), made);
    assert_eq!(
        ask(Some(vec!["other", "telegram:3", "telegram:2"]), "r2")
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        ask(Some(vec!["nobody"]), "r3")
            .await
            .unwrap_err()
            .to_string(),
        "no channel `nobody`"
    );
    assert!(ask(Some(vec!["telegram:77"]), "r4").await.is_err());
    let heads = world.store.heads(None).await.unwrap();
    assert!(
        heads
            .iter()
            .all(|head| head.note.as_deref() == Some("补发")
                && head.kind == DeliveryKind::Rebroadcast)
    );
    assert_eq!(world.drain().await.len(), 4);
    let query = DeliveryQuery {
        bulletin: Some(BulletinId(1)),
        ..DeliveryQuery::default()
    };
    let sent = world.store.deliveries(&query).await.unwrap();
    assert!(
        sent.items
            .iter()
            .all(|d| d.state == DeliveryState::Sent && d.note.is_some())
    );
    let missing = world
        .store
        .rebroadcast(BulletinId(9), None, None, "r5", &admin(), world.now)
        .await;
    assert_eq!(missing.unwrap_err().to_string(), "no bulletin 9");
}

#[tokio::test]
async fn one_request_is_for_one_bulletin() {
    let elsewhere = Channel {
        sources: Some(vec!["other".parse().unwrap()]),
        ..chat("elsewhere", 1)
    };
    let world = World::new(&[elsewhere]).await;
    world.poll(list([2, 1])).await;
    let by = admin();
    let ask = async |id: u64, to: Option<Vec<ChannelId>>, request: &str| {
        let id = BulletinId(id);
        let asked = world
            .store
            .rebroadcast(id, to, None, request, &by, world.now);
        asked.await.map(|made| made.len())
    };
    let to = || Some(vec!["elsewhere".parse().unwrap()]);
    assert_eq!(ask(1, to(), "sent").await.unwrap(), 1);
    // The source has no channel: nothing is sent.
    assert_eq!(ask(1, None, "to nobody").await.unwrap(), 0);
    for (request, made) in [("sent", 1), ("to nobody", 0)] {
        assert_eq!(ask(1, to(), request).await.unwrap(), made, "{request}");
        let other = ask(2, to(), request).await.unwrap_err();
        assert!(matches!(other, StoreError::Refused(_)), "{other}");
    }
    let said = world.store.broadcast("x", "said", &by, world.now);
    assert_eq!(said.await.unwrap().len(), 1);
    assert!(matches!(
        ask(1, to(), "said").await,
        Err(StoreError::Refused(_))
    ));
    // A declined request stays so, for any bulletin.
    assert!(world.store.decline("no", world.now).await.unwrap());
    assert_eq!(ask(2, to(), "no").await.unwrap(), 0);
    assert_eq!(world.drain().await.len(), 2, "one of them announced");
}

#[tokio::test]
async fn a_held_bulletin_is_not_rebroadcast() {
    let world = redesigned(&[chat("a", 1)]).await;
    let asked = world
        .store
        .rebroadcast(BulletinId(2), None, None, "r", &admin(), world.now)
        .await;
    assert!(matches!(
        asked,
        Err(StoreError::Refused(Refusal::Held(BulletinId(2))))
    ));
}

#[tokio::test]
async fn an_announcement_goes_to_channels_and_to_an_admins_chat() {
    let world = World::new(&[chat("a", 1)]).await;
    let to = ["a", "telegram:42"].map(|id| id.parse().unwrap());
    assert_eq!(
        world
            .store
            .announce(&to, "来源失联", world.now)
            .await
            .unwrap()
            .len(),
        2
    );
    let heads = world.store.heads(None).await.unwrap();
    assert_eq!(heads.len(), 2);
    assert!(
        heads
            .iter()
            .all(|head| head.bulletin.is_none() && head.note.as_deref() == Some("来源失联"))
    );
    assert!(
        world
            .store
            .announce(&["b".parse().unwrap()], "x", world.now)
            .await
            .is_err()
    );
    let channels = world.store.channels().await.unwrap();
    assert_eq!(
        channels.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
        ["a"],
        "the admin's chat did not subscribe"
    );
}

#[tokio::test]
async fn a_blocked_channel_rests_and_goes_on_where_it_was() {
    let world = World::new(&[chat("a", 1), chat("b", 2)]).await;
    let a: ChannelId = "a".parse().unwrap();
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    world
        .store
        .block_channel(&a, "the bot was kicked".into(), world.now)
        .await
        .unwrap();
    assert_eq!(world.drain().await.len(), 1);
    world.poll(list([3, 2, 1])).await;
    assert_eq!(world.drain().await.len(), 1);
    assert_eq!(world.store.health().await.oldest_due, None);
    let status = world.store.channels().await.unwrap().remove(0);
    assert_eq!(
        (status.queued, status.blocked.unwrap().0.said.as_str()),
        (2, "the bot was kicked")
    );
    let mut ticks = world.store.outbox_changes();
    ticks.mark_unchanged();
    world.store.unblock_channel(&a).await.unwrap();
    assert!(ticks.has_changed().unwrap());
    assert_eq!(world.drain().await.len(), 2);
    assert_eq!(world.store.channels().await.unwrap()[0].sent, 2);
}

#[tokio::test]
async fn a_group_is_followed_to_its_new_id_with_all_that_waits_and_nothing_twice() {
    // The admin has added the new id already; the old one is still in the config.
    let channels = [chat("old", -5), chat("new", -1005)];
    let world = World::new(&channels).await;
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    world.store.move_chat(-5, -1005, world.now).await.unwrap();
    let ids: Vec<_> = world
        .drain()
        .await
        .into_iter()
        .map(|(channel, id)| (channel.to_string(), id.unwrap().0))
        .collect();
    assert_eq!(ids, [("old".to_owned(), 2)]);
    world.poll(list([3, 2, 1])).await;
    assert_eq!(world.drain().await.len(), 1, "both lead to one chat now");
    world
        .store
        .move_chat(-1005, -2005, world.now)
        .await
        .unwrap();
    let world = world.reopen(&[source("news")], &channels).await;
    let moved = world.store.moved_chats().await.unwrap();
    assert_eq!((moved[&-5], moved[&-1005]), (-2005, -2005));
    world.poll(list([4, 3, 2, 1])).await;
    assert_eq!(world.drain().await.len(), 1);
}

#[tokio::test]
async fn a_chat_that_subscribed_is_renamed_with_its_queue() {
    let world = World::new(&[]).await;
    let to: [ChannelId; 2] = ["telegram:-5", "telegram:-5/7"].map(|id| id.parse().unwrap());
    world.store.announce(&to, "一", world.now).await.unwrap();
    world.store.move_chat(-5, -1005, world.now).await.unwrap();
    let mut names: Vec<String> = world
        .drain()
        .await
        .into_iter()
        .map(|(id, _)| id.to_string())
        .collect();
    names.sort();
    assert_eq!(names, ["telegram:-1005", "telegram:-1005/7"]);
    // The queue of the old chat joins that of the new one, which is known already.
    world
        .store
        .announce(&["telegram:-6".parse().unwrap()], "二", world.now)
        .await
        .unwrap();
    world.store.move_chat(-6, -1005, world.now).await.unwrap();
    let heads = world.store.heads(None).await.unwrap();
    assert_eq!(
        heads
            .iter()
            .map(|head| head.channel.as_str())
            .collect::<Vec<_>>(),
        ["telegram:-1005"]
    );
}

#[tokio::test]
async fn an_undo_and_a_report_that_meet_are_both_kept() {
    let world = World::new(&[chat("a", 1)]).await;
    let run = Run {
        first: crate::bulletin::DeliveryId(1),
        count: 1,
    };
    let report = Report {
        run,
        bulletin: None,
        chat: 5,
        message: 7,
        reported_ms: None,
        undone: false,
        done: false,
    };
    let store = &world.store;
    store.set_report(&report).await.unwrap();
    let undone = store.change_report(run, |report| report.undone = true);
    let reported = store.change_report(run, |report| report.reported_ms = Some(9));
    tokio::try_join!(undone, reported).unwrap();
    let kept = store.reports().await.unwrap().remove(0);
    assert!(kept.undone && kept.reported_ms == Some(9));
}
