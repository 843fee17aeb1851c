//! Tests the notes of corrections for messages that cannot be edited.

use super::{
    keeping::{exported, import},
    *,
};
use crate::{
    bulletin::{Article, Changed, DeliveryState, Revision, StdoutFormat},
    ops::ReadAgain,
};

fn noting() -> Channel {
    let format = StdoutFormat::Text;
    let kind = ChannelKind::Stdout { format };
    Channel {
        corrections: true,
        quiet: Some("22:00-07:00".parse().unwrap()),
        ..Channel::new("a".parse().unwrap(), kind, chrono_tz::Asia::Shanghai)
    }
}

/// Returns a time by the clock of Shanghai, on a day of December 2022.
fn at(clock: &str) -> DateTime<Utc> {
    format!("2022-12-{clock}:00+08:00").parse().unwrap()
}

impl World {
    /// Creates a world in which the channel was notified of bulletin 2, 甲.
    async fn announced() -> Self {
        let mut world = Self::new(&[noting()]).await;
        world.now = at("01 09:00");
        world.poll(list([1])).await;
        world.turn("01 10:00", "甲", "一。").await;
        assert_eq!(world.notes().await.len(), 1);
        world
    }

    /// Shows bulletin 2 with this title and text.
    async fn turn(&mut self, clock: &str, title: &str, text: &str) {
        self.now = at(clock);
        let article = Article {
            text: format!("{text}\n各部门遵照执行。"),
            ..Article::default()
        };
        let mut found = vec![Found {
            notice: row("2.htm", title, "2022-12-01"),
            article: Some(article),
        }];
        found.extend(list([1]).into_iter().map(|notice| Found {
            notice,
            article: None,
        }));
        let poll = PollFindings {
            source: "news".parse().unwrap(),
            found,
            state: PollState::default(),
        };
        self.store.admit(poll, self.now).await.unwrap();
    }

    /// Sends the waiting notes; returns the changes that each states.
    async fn notes(&self) -> Vec<Vec<(Option<String>, Changed)>> {
        let mut notes = Vec::new();
        while let Some(head) = self.store.heads(None).await.unwrap().pop() {
            if head.due_at > self.now {
                break;
            }
            if self.store.begin_send(head.id, self.now).await.unwrap() == Begun::No {
                continue;
            }
            let edition = self.store.edition(head.id).await.unwrap();
            let said = |(_, it): (BulletinId, Revision)| (it.title, it.what);
            let changes = edition.map_or(Vec::new(), |edition| edition.changes);
            notes.push(changes.into_iter().map(said).collect());
            let sent = Outcome::Sent { message: None };
            self.store.complete(head.id, sent, self.now).await.unwrap();
        }
        notes
    }
}

fn titled(before: &str) -> Vec<(Option<String>, Changed)> {
    vec![(Some(before.to_owned()), Changed::Nothing)]
}

#[tokio::test]
async fn a_title_that_flips_is_announced_once_and_again_only_where_it_differs_from_the_announced_one()
 {
    let mut world = World::announced().await;
    world.turn("01 11:00", "乙", "一。").await;
    assert_eq!(world.notes().await, [titled("甲")]);
    world.turn("01 12:00", "甲", "一。").await;
    world.turn("01 13:00", "乙", "一。").await;
    world.now = at("02 12:00");
    assert!(world.notes().await.is_empty(), "its reader knows 乙");
    let last = world.deliveries().await.remove(0);
    assert_eq!(last.state, DeliveryState::Dropped);
    world.turn("02 13:00", "甲", "一。").await;
    world.now = at("03 13:00");
    assert_eq!(world.notes().await, [titled("乙")]);
    world.turn("04 14:00", "丙", "一。").await;
    world.turn("04 15:00", "乙", "一。").await;
    world.now = at("06 08:00");
    assert_eq!(
        world.notes().await,
        [titled("甲")],
        "the title that was announced, not the last one"
    );
}

#[tokio::test]
async fn a_change_that_is_undone_before_quiet_hours_end_is_announced_to_nobody() {
    let mut world = World::announced().await;
    world.turn("01 23:00", "乙", "二。").await;
    world.turn("02 01:00", "甲", "一。").await;
    world.now = at("02 08:00");
    assert!(world.notes().await.is_empty());
}

#[tokio::test]
async fn a_text_that_flips_is_announced_once() {
    let mut world = World::announced().await;
    world.turn("01 11:00", "甲", "二。").await;
    let before = || vec![(None, Changed::Before("一。".to_owned()))];
    assert_eq!(world.notes().await, [before()]);
    world.turn("01 12:00", "甲", "一。").await;
    world.turn("01 13:00", "甲", "二。").await;
    world.now = at("02 13:00");
    assert!(world.notes().await.is_empty());
}

#[tokio::test]
async fn a_notice_that_is_there_again_is_announced_as_such() {
    let mut world = World::announced().await;
    let mut reread = async |clock: &str, again| {
        world.now = at(clock);
        let settled = world.store.settle_reread(BulletinId(2), again, world.now);
        assert!(settled.await.unwrap());
        world.notes().await
    };
    assert_eq!(
        reread("01 12:00", ReadAgain::Withdrawn).await,
        [vec![]],
        "its mark says it"
    );
    assert_eq!(
        reread("01 14:00", ReadAgain::Same).await,
        [vec![(None, Changed::Restored)]]
    );
    assert!(reread("01 23:00", ReadAgain::Withdrawn).await.is_empty());
    assert!(reread("02 01:00", ReadAgain::Same).await.is_empty());
    world.now = at("02 08:00");
    assert!(world.notes().await.is_empty());
}

#[tokio::test]
async fn another_machine_knows_what_changed_and_what_was_announced() {
    let mut world = World::announced().await;
    world.turn("01 11:00", "乙", "一。").await;
    assert_eq!(world.notes().await.len(), 1);
    world.turn("01 12:00", "甲", "二。").await;
    let lines = exported(&world.store).await;
    let mut other = World::new(&[noting()]).await;
    import(&other.store, &lines, false).await.unwrap();
    let revisions = async |world: &World| world.store.revisions(BulletinId(2)).await.unwrap();
    assert_eq!(revisions(&other).await, revisions(&world).await);
    other.turn("01 13:00", "乙", "一。").await;
    other.now = at("02 13:00");
    assert!(other.notes().await.is_empty(), "its reader knows 乙");
}

/// Counts the blocks of deliveries that are read for all editions of a bulletin that `chats` chats have.
async fn blocks_for_editions(chats: i64) -> u64 {
    let channels = (1..=chats).map(|n| chat(&format!("c{n}"), n));
    let world = World::new(&channels.collect::<Vec<_>>()).await;
    world.poll(list([1])).await;
    world.poll(list([2, 1])).await;
    assert_eq!(world.drain().await.len() as i64, chats);
    let mut rows = list([2, 1]);
    rows[0].title = "第2号通知（更正）".to_owned();
    world.poll(rows).await;
    let read = || world.store.engine.sled().blocks_read();
    let waiting = world.store.heads(None).await.unwrap();
    assert_eq!(waiting.len() as i64, chats);
    let before = read();
    for update in waiting {
        let edition = world.store.edition(update.id).await.unwrap();
        assert_eq!(edition.unwrap().changes.len(), 1);
    }
    read() - before
}

#[tokio::test]
async fn a_correction_for_four_times_as_many_chats_reads_the_disk_four_times_as_often() {
    let (few, many) = (
        blocks_for_editions(40).await,
        blocks_for_editions(160).await,
    );
    assert!(many <= 5 * few, "{few} blocks, then {many}");
}
