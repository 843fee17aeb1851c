//! Tests the audit log: each action is written together with its actor.

use super::*;
use crate::{bulletin::Chat, policy::audit::KEPT};

fn admin() -> Actor {
    Actor::Telegram {
        id: "7".to_owned(),
        name: "李雷".to_owned(),
    }
}

impl World {
    async fn log(&self) -> Vec<(String, String, String)> {
        let page = self.store.audit(&AuditQuery::default()).await.unwrap();
        let items = page.items.into_iter().map(|row| row.entry);
        items.map(|it| (it.action, it.subject, it.detail)).collect()
    }

    async fn actions(&self) -> Vec<String> {
        let log = self.log().await.into_iter();
        log.map(|(action, subject, _)| format!("{action} {subject}"))
            .collect()
    }
}

#[tokio::test]
async fn what_admins_do_is_in_the_log_with_who_did_it() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    let new = world.poll(list([2, 1])).await.published[0];
    let (store, by, now) = (&world.store, admin(), world.now);
    let news: SourceId = "news".parse().unwrap();
    store.set_paused(&news, true, &by, now).await.unwrap();
    store.set_paused(&news, false, &by, now).await.unwrap();
    let sent = store.rebroadcast(new, None, None, "once", &by, now).await;
    assert_eq!(sent.unwrap().len(), 1);
    let again = store.rebroadcast(new, None, None, "once", &by, now).await;
    assert_eq!(
        again.unwrap().len(),
        1,
        "nothing is done twice, or logged twice"
    );
    let sent = store.broadcast("停水通知", "all", &by, now).await.unwrap();
    let (first, count) = (sent[0], sent.len() as u64);
    let run = Run { first, count };
    assert_eq!(store.cancel(run, &by, now).await.unwrap(), 1);
    let id = ChannelId::of_chat(5, None);
    let wish = |_| Chat::new(chrono_tz::UTC);
    store
        .change_chat(&id, wish, "subscribe", &by, now)
        .await
        .unwrap();
    store.move_chat(-5, -1005, now).await.unwrap();
    store.log(&by, ("poll", "news"), now).await.unwrap();
    let sources = [source("news")];
    store
        .reload_config(&sources, &[], &Actor::Config)
        .await
        .unwrap();
    let expected = [
        "reload config",
        "poll news",
        "move-chat -5",
        "change-chat telegram:5",
        "undo deliveries 3 to 3",
        "announce everyone",
        "rebroadcast 2",
        "resume news",
        "pause news",
    ];
    // The reload has the present time; all other entries have the world's clock.
    assert_eq!(world.actions().await, expected);
    let page = store.audit(&AuditQuery::default()).await.unwrap();
    let actors: Vec<_> = page.items.iter().map(|row| &row.entry.actor).collect();
    assert_eq!((actors[0], actors[1]), (&Actor::Config, &admin()));
}

#[tokio::test]
async fn what_is_held_is_logged_as_published_and_as_seen() {
    let world = World::new(&[]).await;
    world.poll(list([1])).await;
    let redesign = (0..20).map(|n| row(&format!("new/{n}"), &format!("新{n}"), ""));
    let held = world.poll(redesign.collect()).await.held;
    let action = HeldAction::Newest(1);
    let settled = world.store.settle_held(action, &admin(), world.now).await;
    let (published, seen) = settled.unwrap();
    assert_eq!(published.len() + seen.len(), held.len());
    let log = world.log().await;
    assert_eq!(
        (log[1].0.as_str(), log[1].1.as_str()),
        ("publish-held", published[0].to_string().as_str())
    );
    assert_eq!(log[0].0, "mark-seen");
}

#[tokio::test]
async fn what_is_refused_is_not_in_the_log() {
    let world = World::new(&[]).await;
    let (by, now) = (admin(), world.now);
    let nowhere = "nowhere".parse().unwrap();
    let refused = world.store.set_paused(&nowhere, true, &by, now).await;
    assert!(refused.is_err());
    let missing = BulletinId(9);
    let refused = world.store.rebroadcast(missing, None, None, "r", &by, now);
    assert!(refused.await.is_err());
    assert!(world.log().await.is_empty());
}

#[tokio::test]
async fn the_log_comes_in_pages_since_a_time_and_is_trimmed_when_it_is_old() {
    let mut world = World::new(&[]).await;
    let start = world.now;
    for hour in 0..5 {
        let at = start + chrono::Duration::hours(hour);
        let subject = hour.to_string();
        world
            .store
            .log(&admin(), ("poll", &subject), at)
            .await
            .unwrap();
    }
    let query = AuditQuery {
        since: Some(start + chrono::Duration::hours(1)),
        limit: Some(2),
        ..AuditQuery::default()
    };
    let first = world.store.audit(&query).await.unwrap();
    let before = Some(first.items[1].place);
    let second = AuditQuery { before, ..query };
    let second = world.store.audit(&second).await.unwrap();
    let pages = [&first, &second].map(|page| {
        let subjects = page.items.iter().map(|row| row.entry.subject.as_str());
        (subjects.collect::<Vec<_>>(), page.more)
    });
    assert_eq!(pages, [(vec!["4", "3"], true), (vec!["2", "1"], false)]);
    world.now = start + KEPT + chrono::Duration::hours(2);
    world.store.housekeep(world.now).await.unwrap();
    assert_eq!(world.actions().await, ["poll 4", "poll 3", "poll 2"]);
}
