//! Tests reminders of deadlines: once, a day before, and not of a deadline that was corrected away.

use super::*;
use crate::bulletin::{Article, DeliveryKind, DeliveryState};

fn by() -> Actor {
    Actor::of_user("somebody")
}

fn article(deadline: &str, text: &str) -> Article {
    Article {
        text: text.to_owned(),
        deadline: Some(deadline)
            .filter(|text| !text.is_empty())
            .map(|text| Moment::try_from(text.to_owned()).unwrap()),
        ..Article::default()
    }
}

impl World {
    /// Polls the source's second notice, with an article that states the deadline.
    async fn with_deadline(&self, deadline: &str, text: &str) {
        let notices = list([2, 1]).into_iter();
        let found = notices.map(|notice| Found {
            article: notice.url.contains("/2.").then(|| article(deadline, text)),
            notice,
        });
        let poll = PollFindings {
            source: "news".parse().unwrap(),
            found: found.collect(),
            state: PollState::default(),
        };
        self.store.admit(poll, self.now).await.unwrap();
    }

    async fn remind(&self, channel: &str, bulletin: Option<u64>) -> Reminded {
        let (id, bulletin) = (channel.parse().unwrap(), bulletin.map(BulletinId));
        self.store
            .remind(&id, bulletin, &by(), self.now)
            .await
            .unwrap()
    }

    async fn reminders(&self) -> Vec<crate::bulletin::Delivery> {
        let mut all = self
            .store
            .deliveries(&DeliveryQuery::default())
            .await
            .unwrap()
            .items;
        all.retain(|one| one.kind == DeliveryKind::Reminder);
        all
    }
}

#[tokio::test]
async fn a_reminder_waits_until_a_day_before_and_is_asked_for_once() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    world.with_deadline("2022-12-20", "截止二十日").await;
    let at: DateTime<Utc> = "2022-12-19T09:00:00+08:00".parse().unwrap();
    for _ in 0..2 {
        assert_eq!(world.remind("a", Some(2)).await, Reminded::At(at));
    }
    assert_eq!(world.remind("telegram:42", Some(2)).await, Reminded::At(at));
    assert_eq!(world.remind("a", Some(1)).await, Reminded::NoDeadline);
    let reminders = world.reminders().await;
    assert_eq!(reminders.len(), 2);
    assert!(
        reminders
            .iter()
            .all(|one| one.due_at == at && one.state == DeliveryState::Queued)
    );
    let world = world.reopen(&[source("news")], &[chat("a", 1)]).await;
    assert_eq!(world.drain().await.len(), 3, "after what is ready");
}

#[tokio::test]
async fn a_reminder_follows_the_deadline_and_ends_with_it() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    world.with_deadline("2022-12-20", "截止二十日").await;
    world.remind("a", Some(2)).await;
    world.with_deadline("2022-12-25", "截止二十五日").await;
    let moved: DateTime<Utc> = "2022-12-24T09:00:00+08:00".parse().unwrap();
    assert_eq!(world.reminders().await[0].due_at, moved);
    world.with_deadline("2022-11-25", "截止已过").await;
    assert_eq!(world.reminders().await[0].state, DeliveryState::Dropped);
}

#[tokio::test]
async fn a_reminder_outlives_a_poll_at_which_the_article_says_no_deadline() {
    let mut world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    world.with_deadline("2022-12-20", "截止二十日").await;
    world.remind("a", Some(2)).await;
    let at = world.reminders().await[0].due_at;
    world.with_deadline("", "另行通知").await;
    assert_eq!(world.reminders().await[0].state, DeliveryState::Queued);
    world.with_deadline("2022-12-22", "截止二十二日").await;
    let moved = world.reminders().await[0].due_at;
    assert_eq!(moved - at, chrono::TimeDelta::days(2));
    // It comes due while no deadline is known.
    world.with_deadline("", "再行通知").await;
    world.now = moved;
    world.drain().await;
    assert_eq!(world.reminders().await[0].state, DeliveryState::Sent);
}

#[tokio::test]
async fn reminders_are_turned_off_and_come_not_too_late() {
    let mut world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    world.with_deadline("2022-12-20", "截止二十日").await;
    world.remind("a", Some(2)).await;
    assert_eq!(world.remind("a", None).await, Reminded::Off(1));
    assert_eq!(world.reminders().await[0].state, DeliveryState::Dropped);
    world.now = "2022-12-19T10:00:00+08:00".parse().unwrap();
    assert_eq!(world.remind("a", Some(2)).await, Reminded::TooLate);
}

/// Creates a world with two notices, of which the deadline of the first has passed and that of the second is far.
async fn with_two_deadlines() -> World {
    let world = World::new(&[]).await;
    world.poll(list([1])).await;
    for (number, deadline) in [(2, "2022-11-01"), (3, "2023-02-01")] {
        let notices = list((1..=number).rev()).into_iter();
        let url = format!("/{number}.");
        let found = notices.map(|notice| Found {
            article: notice.url.contains(&url).then(|| article(deadline, "")),
            notice,
        });
        let poll = PollFindings {
            source: "news".parse().unwrap(),
            found: found.collect(),
            state: PollState::default(),
        };
        world.store.admit(poll, world.now).await.unwrap();
    }
    world
}

#[tokio::test]
async fn a_reminder_that_comes_too_late_takes_no_subscription_away() {
    let world = with_two_deadlines().await;
    assert_eq!(world.remind("telegram:7", Some(2)).await, Reminded::TooLate);
    world.subscribe("telegram:7", "news").await;
    let world = world.reopen(&[source("news")], &[]).await;
    let id = "telegram:7".parse().unwrap();
    let kept = world.store.chat(&id).expect("the chat is known");
    assert!(kept.wants_any(), "{kept:?}");
}

#[tokio::test]
async fn a_reminder_stays_with_the_chat_that_asked_for_it() {
    let world = with_two_deadlines().await;
    assert_eq!(world.remind("telegram:7", Some(2)).await, Reminded::TooLate);
    assert!(matches!(
        world.remind("telegram:7", Some(3)).await,
        Reminded::At(_)
    ));
    let world = world.reopen(&[source("news")], &[]).await;
    world.subscribe("telegram:8", "news").await;
    let reminders = world.reminders().await;
    assert_eq!(reminders.len(), 1);
    assert_eq!(reminders[0].channel.as_str(), "telegram:7");
}
