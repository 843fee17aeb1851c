//! Tests chats that subscribe themselves: their bulletins, the time from which they get them, and what a chat
//! retains when it moves or pauses.

use super::*;
use crate::bulletin::{Chat, Cost, DeliveryState, Filter, Standing};

pub(super) fn person() -> Actor {
    Actor::of_user("somebody")
}

impl World {
    pub(super) async fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Chat) + Send + 'static,
    ) -> Chat {
        let changed = |known: Option<Chat>| {
            let mut chat = known.unwrap_or_else(|| Chat::new(chrono_tz::Asia::Shanghai));
            change(&mut chat);
            chat
        };
        let id = id.parse().unwrap();
        let by = person();
        let asked = self
            .store
            .change_chat(&id, changed, "subscribe", &by, self.now);
        asked.await.unwrap()
    }

    pub(super) async fn subscribe(&self, id: &str, source: &'static str) {
        self.change(id, |chat| {
            chat.standing = Standing::Approved;
            chat.sources = Some(vec![source.parse().unwrap()]);
        })
        .await;
    }

    /// Sends all waiting deliveries; returns the names of their channels.
    async fn drained(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .drain()
            .await
            .into_iter()
            .map(|(id, _)| id.to_string())
            .collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn a_chat_gets_what_comes_after_it_subscribed_also_after_a_restart() {
    let world = World::new(&[]).await;
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    world.subscribe("telegram:7", "news").await;
    world.subscribe("telegram:-1005/3", "news").await;
    world.subscribe("telegram:8", "elsewhere").await;
    assert!(world.drained().await.is_empty());
    world.poll(list([3, 2, 1])).await;
    assert_eq!(world.drained().await, ["telegram:-1005/3", "telegram:7"]);
    let world = world.reopen(&[source("news")], &[]).await;
    world.poll(list([4, 3, 2, 1])).await;
    assert_eq!(world.drained().await, ["telegram:-1005/3", "telegram:7"]);
    let listed = world.store.channels().await.unwrap();
    let listed: Vec<_> = listed.iter().map(|status| status.id.as_str()).collect();
    assert_eq!(listed, ["telegram:7", "telegram:-1005/3", "telegram:8"]);
}

#[tokio::test]
async fn who_is_not_let_in_gets_nothing_and_who_is_let_in_by_nobody_gets_public_sources_alone() {
    let mut inner = source("inner");
    inner.public = false;
    let sources = [source("news"), inner];
    let world = World::with(&sources, &[]).await;
    for (id, standing) in [
        ("telegram:1", Standing::Pending),
        ("telegram:2", Standing::Refused),
        ("telegram:3", Standing::New),
        ("telegram:4", Standing::Open),
        ("telegram:5", Standing::Approved),
    ] {
        world
            .change(id, move |chat| {
                chat.standing = standing;
                chat.sources = None;
            })
            .await;
    }
    world.poll(list([1])).await;
    world.poll_source("inner", list([1])).await;
    world.poll(list([2, 1])).await;
    assert_eq!(world.drained().await, ["telegram:4", "telegram:5"]);
    world.poll_source("inner", list([2, 1])).await;
    assert_eq!(world.drained().await, ["telegram:5"]);
}

#[tokio::test]
async fn one_bulletin_goes_once_to_a_chat_that_is_in_the_config_too() {
    let world = World::new(&[chat("staff", 7)]).await;
    world.subscribe("telegram:7", "news").await;
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    assert_eq!(world.drained().await, ["staff"]);
}

#[tokio::test]
async fn filters_keep_bulletins_from_a_chat_and_a_rebroadcast_passes_them() {
    let world = World::new(&[]).await;
    world.subscribe("telegram:7", "news").await;
    let chat = world
        .change("telegram:7", |chat| chat.exclude = vec!["第2號".to_owned()])
        .await;
    assert_eq!(chat.exclude, ["第2號"]);
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    assert!(world.drained().await.is_empty());
    let (id, by) = (BulletinId(2), person());
    let again = world.store.rebroadcast(id, None, None, "r", &by, world.now);
    assert_eq!(again.await.unwrap().len(), 1);
    assert_eq!(world.drained().await, ["telegram:7"]);
}

#[tokio::test]
async fn what_waits_of_a_source_that_is_wanted_no_more_is_dropped() {
    let world = World::new(&[]).await;
    world.subscribe("telegram:7", "news").await;
    world.poll(list([1])).await;
    world.poll(list([3, 2, 1])).await;
    world
        .change("telegram:7", |chat| chat.sources = Some(Vec::new()))
        .await;
    assert!(world.drained().await.is_empty());
    let all = world.store.deliveries(&DeliveryQuery::default()).await;
    let all = all.unwrap().items;
    assert!(all.len() == 2 && all.iter().all(|it| it.state == DeliveryState::Dropped));
    assert!(world.store.channels().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_chat_that_rests_misses_what_comes_meanwhile_and_keeps_its_wishes() {
    let world = World::new(&[]).await;
    world.subscribe("telegram:7", "news").await;
    world.poll(list([1])).await;
    let id: ChannelId = "telegram:7".parse().unwrap();
    let why = "bot was blocked by the user";
    world
        .store
        .block_channel(&id, why.into(), world.now)
        .await
        .unwrap();
    world.poll(list([2, 1])).await;
    world.store.unblock_channel(&id).await.unwrap();
    assert!(world.drained().await.is_empty());
    world.poll(list([3, 2, 1])).await;
    assert_eq!(world.drained().await, ["telegram:7"]);
}

#[tokio::test]
async fn a_group_that_moves_takes_its_subscription_along() {
    let world = World::new(&[]).await;
    world.subscribe("telegram:-5", "news").await;
    world.subscribe("telegram:-5/9", "news").await;
    world.poll(list([1])).await;
    world.store.move_chat(-5, -1005, world.now).await.unwrap();
    let known = world.store.chat(&"telegram:-1005".parse().unwrap());
    assert!(known.is_some_and(|chat| chat.wants_any()));
    world.poll(list([2, 1])).await;
    assert_eq!(
        world.drained().await,
        ["telegram:-1005", "telegram:-1005/9"]
    );
    // The new one subscribed itself meanwhile.
    world.subscribe("telegram:-6", "more").await;
    world.store.move_chat(-6, -1005, world.now).await.unwrap();
    let world = world.reopen(&[source("news"), source("more")], &[]).await;
    let merged = world.store.chat(&"telegram:-1005".parse().unwrap());
    let sources = merged.unwrap().sources.unwrap();
    assert_eq!(
        sources.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        ["more", "news"]
    );
    assert!(world.store.chat(&"telegram:-6".parse().unwrap()).is_none());
}

#[tokio::test]
async fn subscriptions_come_along_with_an_export() {
    let world = World::new(&[]).await;
    world.subscribe("telegram:7", "news").await;
    world
        .change("telegram:7", |chat| {
            chat.quiet = Some("22:00-07:00".to_owned());
        })
        .await;
    let lines = super::keeping::exported(&world.store).await;
    let other = World::new(&[]).await;
    super::keeping::import(&other.store, &lines, false)
        .await
        .unwrap();
    let id: ChannelId = "telegram:7".parse().unwrap();
    assert_eq!(other.store.chat(&id), world.store.chat(&id));
    other.poll(list([1])).await;
    other.poll(list([2, 1])).await;
    assert_eq!(other.drained().await, ["telegram:7"]);
}

#[tokio::test]
async fn patterns_of_all_chats_share_one_budget_and_what_is_over_it_filters_nothing() {
    let world = World::new(&[]).await;
    world.poll(list([1])).await;
    let hostile = |n: usize| -> Vec<String> {
        let words = (0..30).map(|m| format!("/{n}\\w{{9}}[ab]{{90}}{m}/"));
        words.collect()
    };
    // An older program accepted this.
    for n in 0..40 {
        let include = hostile(n);
        world
            .subscribe(&format!("telegram:{}", 100 + n), "news")
            .await;
        let set = move |chat: &mut Chat| chat.include = include;
        world.change(&format!("telegram:{}", 100 + n), set).await;
    }
    // Each fits individually, but all together do not.
    for n in 0..100 {
        let id = format!("telegram:{}", 1000 + n);
        world.subscribe(&id, "news").await;
        let set = move |chat: &mut Chat| chat.include = vec![format!("/{n}[ab]{{250}}/")];
        world.change(&id, set).await;
    }
    let world = world.reopen(&[source("news")], &[]).await;
    let chats = world.store.chats().await.unwrap();
    let cost = |(id, _): &(ChannelId, Chat)| world.store.chat_channel(id).unwrap().filter.cost();
    let in_all = chats.iter().map(cost).fold(Cost::default(), Cost::plus);
    assert!(in_all.fits(Cost::OF_ALL_CHATS), "{in_all:?}");
    let oversized = world.store.oversized_filters();
    assert!((60..80).contains(&oversized.len()), "{}", oversized.len());
    let one_more = Filter::of_chat(&["/[ab]{280}/".to_owned()], &[]).unwrap();
    let newcomer = "telegram:5".parse().unwrap();
    assert!(!world.store.has_room_for_filter(&newcomer, one_more.cost()));
    // The chats whose filter is over the budget miss nothing.
    world.poll(list([2, 1])).await;
    assert_eq!(world.drained().await.len(), oversized.len());
}

#[tokio::test]
async fn what_patterns_say_is_found_out_before_the_writer_is_asked_and_is_the_same() {
    let world = World::new(&[]).await;
    world.poll(list([1])).await;
    for (id, word) in [
        ("telegram:1", "/第2号/"),
        ("telegram:2", "/第3号/"),
        ("telegram:3", "第3号"),
    ] {
        world.subscribe(id, "news").await;
        let set = move |chat: &mut Chat| chat.include = vec![word.to_owned()];
        world.change(id, set).await;
    }
    let poll = findings_of("news", list([3, 2, 1]));
    let ahead = world.store.ahead_of_poll(&poll).await.unwrap();
    // Two texts are news, and two filters have patterns.
    assert_eq!(ahead.count(), 4);
    world.poll(list([3, 2, 1])).await;
    assert_eq!(
        world.drained().await,
        ["telegram:1", "telegram:2", "telegram:3"]
    );
}
