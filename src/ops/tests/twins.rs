//! Tests that the same notice of several sources is one bulletin, and near-equal ones are two.

use super::*;
use crate::bulletin::{DeliveryKind, MessageRef};

const TITLE: &str = "关于做好国庆节期间值班工作的通知";

fn sources() -> [Source; 3] {
    [source("news"), source("law"), source("city")]
}

fn on(host: &str, title: &str) -> Notice {
    let mut row = row("n.htm", title, "2022-12-01");
    row.url = format!("https://{host}.example.com/n.htm");
    row
}

impl World {
    async fn three() -> Self {
        let law_alone = Channel {
            sources: Some(vec!["law".parse().unwrap()]),
            ..chat("b", 2)
        };
        let world = Self::with(&sources(), &[chat("a", 1), law_alone]).await;
        for (source, first) in [("news", 1), ("law", 2), ("city", 3)] {
            world.poll_source(source, list([first])).await;
        }
        world
    }

    async fn show(&self, source: &str, title: &str, first: u32) -> Admitted {
        let rows = [vec![on(source, title)], list([first])].concat();
        self.poll_source(source, rows).await
    }

    async fn kinds(&self, channel: &str) -> Vec<(DeliveryKind, Option<BulletinId>)> {
        let query = DeliveryQuery {
            channel: Some(channel.parse().unwrap()),
            ..DeliveryQuery::default()
        };
        let all = self.store.deliveries(&query).await.unwrap().items;
        all.iter().map(|one| (one.kind, one.bulletin)).collect()
    }
}

#[tokio::test]
async fn one_notice_of_three_sources_is_one_bulletin_that_names_them_all() {
    let world = World::three().await;
    let id = world.show("news", TITLE, 1).await.published[0];
    assert!(world.show("law", TITLE, 2).await.published.is_empty());
    assert_eq!(world.kinds("a").await, [(DeliveryKind::New, Some(id))]);
    assert_eq!(world.kinds("b").await, [(DeliveryKind::New, Some(id))]);
    // A message that was sent meanwhile is edited.
    let head = world
        .store
        .heads(Some(vec!["a".parse().unwrap()]))
        .await
        .unwrap()
        .remove(0);
    world.store.begin_send(head.id, world.now).await.unwrap();
    let message = Some(MessageRef("1".to_owned()));
    let sent = Outcome::Sent { message };
    world
        .store
        .complete(head.id, sent, world.now)
        .await
        .unwrap();
    let world = world
        .reopen(&sources(), &[chat("a", 1), chat("b", 2)])
        .await;
    world.show("city", TITLE, 3).await;
    let bulletin = world.store.bulletin(id).await.unwrap().unwrap();
    assert_eq!(
        bulletin.also,
        ["law".parse().unwrap(), "city".parse().unwrap()]
    );
    let kinds = [DeliveryKind::Update, DeliveryKind::New];
    assert_eq!(world.kinds("a").await, kinds.map(|kind| (kind, Some(id))));
    for (source, first) in [("news", 1), ("law", 2), ("city", 3)] {
        let again = world.show(source, TITLE, first).await;
        assert_eq!(again, Admitted::default(), "it is known everywhere");
    }
}

#[tokio::test]
async fn a_second_batch_is_a_notice_of_its_own() {
    let world = World::three().await;
    for (source, first) in [("news", 1), ("law", 2)] {
        let title = format!(
            "关于公布第{}批入选名单的通知",
            if first == 1 { "一" } else { "二" }
        );
        assert_eq!(world.show(source, &title, first).await.published.len(), 1);
    }
    assert_eq!(world.kinds("a").await.len(), 2);
}

#[tokio::test]
async fn two_rows_of_one_poll_are_not_both_the_notice_of_another_source() {
    let world = World::three().await;
    let id = world.show("news", TITLE, 1).await.published[0];
    let mut second = on("law", TITLE);
    second.url.push('l');
    let rows = [vec![on("law", TITLE), second], list([2])].concat();
    assert_eq!(world.poll_source("law", rows).await.published.len(), 1);
    let of_first = world.kinds("b").await;
    let of_first = of_first
        .iter()
        .filter(|(_, bulletin)| *bulletin == Some(id));
    assert_eq!(of_first.count(), 1, "each goes out once");
}

#[tokio::test]
async fn a_chat_keeps_and_gets_again_what_it_has_from_the_second_source() {
    let world = World::three().await;
    world.subscribe("telegram:7", "law").await;
    let id = world.show("news", TITLE, 1).await.published[0];
    world.show("law", TITLE, 2).await;
    world.change("telegram:7", |chat| chat.silent = true).await;
    let chat: ChannelId = "telegram:7".parse().unwrap();
    let heads = world.store.heads(Some(vec![chat.clone()])).await.unwrap();
    assert_eq!(heads.len(), 1, "it waits still");
    let to = world.store.recipients(Some(id)).await.unwrap();
    assert_eq!(to, ["a".parse().unwrap(), "b".parse().unwrap(), chat]);
    let by = subscriptions::person();
    let again = world.store.rebroadcast(id, None, None, "r", &by, world.now);
    assert_eq!(again.await.unwrap().len(), 3);
}

#[tokio::test]
async fn two_columns_of_one_site_stay_two_where_one_shares_its_addresses() {
    let world = World::with(&[source("news"), source("law")], &[]).await;
    let at = |path: &str, title: &str, date: &str| Notice {
        url: format!("https://www.example.com/{path}"),
        ..row("", title, date)
    };
    let title = "本周六停水检修的通知公告";
    let shared = [
        ("甲区旧的说明事项", "2022-11-19"),
        ("乙区旧的说明事项", "2022-11-18"),
    ]
    .map(|(title, date)| at("login", title, date));
    world
        .poll_source("news", vec![at("a/1", "食堂安排", "2022-11-19")])
        .await;
    world.poll_source("law", shared.to_vec()).await;
    let news = vec![
        at("a/77", title, "2022-11-25"),
        at("a/1", "食堂安排", "2022-11-19"),
    ];
    assert_eq!(world.poll_source("news", news).await.published.len(), 1);
    let rows = [&[at("login", title, "2022-11-25")][..], &shared].concat();
    assert_eq!(world.poll_source("law", rows).await.published.len(), 1);
}

#[tokio::test]
async fn bulletins_are_counted_by_when_they_were_seen_for_each_source_that_carries_them() {
    let mut world = World::three().await;
    world.show("news", TITLE, 1).await;
    world.show("law", TITLE, 2).await;
    let (begin, first) = (world.now, "2022-12-01T08:00:00Z".parse().unwrap());
    world.now += chrono::Duration::minutes(20);
    world.show("city", "关于举办冬季长跑比赛的通知", 3).await;
    let sources: Vec<SourceId> = sources().map(|source| source.id).into();
    let counted = async |since| {
        let counts = world.store.published_since(sources.clone(), since).await;
        let counts = counts.unwrap();
        let of_source = |source: &SourceId| {
            let counts = counts.get(source).into_iter();
            counts.flat_map(QuarterCounts::iter).collect::<Vec<_>>()
        };
        sources.iter().map(of_source).collect::<Vec<_>>()
    };
    // The bulletins of the first polls were never published.
    let later = "2022-12-01T08:15:00Z".parse().unwrap();
    let all = [vec![(first, 1)], vec![(first, 1)], vec![(later, 1)]];
    assert_eq!(counted(begin).await, all);
    let rest = [vec![], vec![], vec![(later, 1)]];
    assert_eq!(counted(world.now).await, rest);
}
