//! Tests bundles, digests and quiet hours: when deliveries are sent, and which of them together.

use std::{collections::HashSet, sync::Arc};

use proptest::prelude::*;

use super::*;
use crate::bulletin::{DeliveryKind, DeliveryState, Filter, MessageRef, Mode};

fn bundling() -> Channel {
    Channel {
        mode: Mode::Bundle,
        ..chat("a", 1)
    }
}

fn digesting() -> Channel {
    Channel {
        mode: Mode::Digest,
        ..chat("a", 1)
    }
}

fn quiet(mode: Mode) -> Channel {
    Channel {
        mode,
        quiet: Some("22:00-07:00".parse().unwrap()),
        ..chat("a", 1)
    }
}

/// Returns a time by the clock of Shanghai, on a day of December 2022.
fn at(clock: &str) -> DateTime<Utc> {
    format!("2022-12-{clock}:00+08:00").parse().unwrap()
}

impl World {
    /// Creates a world whose source has had its first poll.
    async fn polled(channels: &[Channel], clock: &str) -> Self {
        let mut world = Self::with(&[source("news"), source("law")], channels).await;
        world.now = at(clock);
        world.poll(list([1])).await;
        world.poll_source("law", law([1])).await;
        world
    }

    /// Sends what is due by `now`; returns the bulletins of each message.
    async fn messages(&self) -> Vec<Vec<u64>> {
        let mut messages = Vec::new();
        while let Some(head) = self.store.heads(None).await.unwrap().into_iter().next() {
            if head.due_at > self.now {
                break;
            }
            let together = self.store.together(head.id, self.now).await.unwrap();
            let ids: Vec<DeliveryId> = together.iter().map(|member| member.id).collect();
            assert_eq!(ids.first(), Some(&head.id));
            if self.store.begin_together(ids, self.now).await.unwrap() == Begun::No {
                continue;
            }
            let bulletins = together.iter().filter_map(|member| member.bulletin);
            messages.push(bulletins.map(|id| id.0).collect());
            let message = Some(MessageRef(format!("m{}", messages.len())));
            let sent = Outcome::Sent { message };
            self.store.complete(head.id, sent, self.now).await.unwrap();
        }
        messages
    }

    pub(super) async fn deliveries(&self) -> Vec<crate::bulletin::Delivery> {
        let all = self.store.deliveries(&DeliveryQuery::default()).await;
        all.unwrap().items
    }

    async fn set(&self, channels: &[Channel]) {
        let sources = [source("news"), source("law")];
        self.store.sync_config(&sources, channels).await.unwrap();
    }
}

fn law(numbers: impl IntoIterator<Item = u32>) -> Vec<Notice> {
    let mut rows = list(numbers);
    for row in &mut rows {
        row.url = row.url.replace("news.", "law.");
        row.title.push_str("（法规）");
    }
    rows
}

#[tokio::test]
async fn the_findings_of_one_poll_go_as_one_card_of_up_to_eight() {
    let mut world = World::polled(&[bundling()], "01 10:00").await;
    let found = world.poll(list((1..=20).rev())).await.published;
    world.poll_source("law", law([2, 1])).await;
    world.now = at("01 10:01");
    world.poll(list((1..=22).rev())).await;
    let messages = world.messages().await;
    let sizes: Vec<usize> = messages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [8, 8, 3, 1, 2]);
    assert_eq!(messages[0][0], found[0].0, "the first is the headline");
    let first: Vec<_> = world.deliveries().await.into_iter().rev().take(8).collect();
    let is_sent = |one: &crate::bulletin::Delivery| {
        one.state == DeliveryState::Sent && one.message == Some(MessageRef("m1".to_owned()))
    };
    assert!(
        first.iter().all(is_sent),
        "each has its own delivery with the same message: {first:?}"
    );
}

#[tokio::test]
async fn a_digest_goes_at_its_time_grouped_by_source_whatever_restarts_lie_around_it() {
    let channels = [digesting()];
    let sources = [source("news"), source("law")];
    let mut world = World::polled(&channels, "01 10:00").await;
    world.poll(list([2, 1])).await;
    world.poll_source("law", law([2, 1])).await;
    world.poll(list([3, 2, 1])).await;
    assert_eq!(world.deliveries().await[0].due_at, at("01 18:00"));
    world = world.reopen(&sources, &channels).await;
    world.now = at("01 17:59");
    assert!(world.messages().await.is_empty());
    world.now = at("01 18:00");
    world = world.reopen(&sources, &channels).await;
    assert_eq!(world.messages().await, [vec![3, 5, 4]]);
    world.poll(list([4, 3, 2, 1])).await;
    world = world.reopen(&sources, &channels).await;
    assert!(world.messages().await.is_empty(), "the next day's");
    // The program was not running then; the digest is late, and sent once.
    world.now = at("02 19:30");
    world = world.reopen(&sources, &channels).await;
    assert_eq!(world.messages().await, [vec![6]]);
    assert!(world.messages().await.is_empty());
}

/// Returns a chat that wants each bulletin at once, and those of one source in a digest.
fn with_digest_of_law() -> Channel {
    Channel {
        apart: [("law".parse().unwrap(), Arc::new(digesting()))].into(),
        ..chat("a", 1)
    }
}

#[tokio::test]
async fn one_source_is_digested_while_the_others_go_at_once() {
    let channels = [with_digest_of_law()];
    let sources = [source("news"), source("law")];
    let mut world = World::polled(&channels, "01 10:00").await;
    world.poll_source("law", law([2, 1])).await;
    world.poll(list([2, 1])).await;
    world.poll_source("law", law([3, 2, 1])).await;
    assert_eq!(world.messages().await, [vec![4]]);
    world.now = at("01 17:59");
    world = world.reopen(&sources, &channels).await;
    world.poll(list([3, 2, 1])).await;
    assert_eq!(world.messages().await, [vec![6]]);
    world.now = at("01 18:00");
    assert_eq!(world.messages().await, [vec![3, 5]]);
}

#[tokio::test]
async fn a_source_s_own_filter_wins_over_the_chat_s() {
    let only = |word: &str| Filter::new(&[word.to_owned()], &[]).unwrap();
    let mut channel = Channel {
        filter: only("法规"),
        ..chat("a", 1)
    };
    let all = Channel {
        filter: Filter::default(),
        ..chat("a", 1)
    };
    channel.apart = [("news".parse().unwrap(), Arc::new(all))].into();
    let world = World::polled(&[channel], "01 10:00").await;
    world.poll(list([2, 1])).await;
    world.poll_source("law", law([2, 1])).await;
    let mut sent = world.messages().await.concat();
    sent.sort_unstable();
    assert_eq!(sent, [3, 4]);
}

#[tokio::test]
async fn quiet_hours_hold_and_then_send_one_bundle() {
    let mut world = World::polled(&[quiet(Mode::Each)], "01 21:50").await;
    world.poll(list([2, 1])).await;
    // The pace had no turn for it before the hours began.
    world.now = at("01 22:10");
    assert!(world.messages().await.is_empty());
    world.poll(list([3, 2, 1])).await;
    world.now = at("02 03:00");
    world.poll(list([4, 3, 2, 1])).await;
    let due: HashSet<_> = world
        .deliveries()
        .await
        .iter()
        .map(|one| one.due_at)
        .collect();
    assert_eq!(
        due,
        HashSet::from([at("02 07:00")]),
        "due_at says until when"
    );
    world.now = at("02 06:59");
    assert!(world.messages().await.is_empty());
    world.now = at("02 07:00");
    assert_eq!(world.messages().await, [vec![3, 4, 5]]);
    world.now = at("02 07:01");
    world.poll(list([6, 5, 4, 3, 2, 1])).await;
    assert_eq!(world.messages().await, [vec![6], vec![7]], "each again");
}

#[tokio::test]
async fn urgent_words_pass_quiet_hours_and_digests() {
    let urgent = Filter::new(&["第3号".to_owned()], &[]).unwrap();
    for mode in [Mode::Each, Mode::Digest] {
        let channel = Channel {
            urgent: urgent.clone(),
            ..quiet(mode)
        };
        let mut world = World::polled(&[channel], "01 23:00").await;
        world.poll(list([3, 2, 1])).await;
        assert_eq!(world.messages().await, [vec![4]]);
        world.now = at("02 18:00");
        assert_eq!(world.messages().await, [vec![3]]);
    }
}

#[tokio::test]
async fn a_digest_in_quiet_hours_waits_for_their_end() {
    let channel = Channel {
        digest: "0 23 * * *".parse().unwrap(),
        ..quiet(Mode::Digest)
    };
    let world = World::polled(&[channel], "01 10:00").await;
    world.poll(list([2, 1])).await;
    assert_eq!(world.deliveries().await[0].due_at, at("02 07:00"));
}

#[tokio::test]
async fn a_change_of_mode_loses_and_repeats_nothing_that_waits() {
    let mut world = World::polled(&[digesting()], "01 10:00").await;
    world.poll(list([4, 3, 2, 1])).await;
    world.set(&[bundling()]).await;
    world.set(&[quiet(Mode::Digest)]).await;
    assert!(world.messages().await.is_empty());
    world.set(&[chat("a", 1)]).await;
    assert_eq!(world.messages().await, [vec![3], vec![4], vec![5]]);
    world.set(&[digesting()]).await;
    world.now = at("01 19:00");
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn a_message_that_failed_is_tried_again_as_it_was() {
    let mut world = World::polled(&[bundling()], "01 10:00").await;
    world.poll(list([4, 3, 2, 1])).await;
    let head = world.store.heads(None).await.unwrap().remove(0);
    let first = world.store.together(head.id, world.now).await.unwrap();
    let ids: Vec<_> = first.iter().map(|member| member.id).collect();
    assert_eq!(ids.len(), 3);
    let begun = world.store.begin_together(ids.clone(), world.now).await;
    assert_eq!(begun.unwrap(), Begun::Yes);
    // The state is as after a crash: a message that may have been sent is repeated as one message.
    let world2 = world
        .reopen(&[source("news"), source("law")], &[chat("a", 1)])
        .await;
    world = world2;
    let uncertain = world.store.uncertain().await.unwrap();
    assert_eq!(uncertain.len(), 3);
    for waiting in uncertain {
        let outcome = Outcome::Uncertain {
            not_before: world.now,
            why: "unanswered".into(),
        };
        world
            .store
            .complete(waiting.id, outcome, world.now)
            .await
            .unwrap();
    }
    world.poll(list([5, 4, 3, 2, 1])).await;
    assert_eq!(world.messages().await, [vec![3, 4, 5], vec![6]]);
    assert_eq!(
        world.store.recent_sends(world.now).await.unwrap().len(),
        3,
        "messages, not bulletins"
    );
}

#[tokio::test]
async fn a_rebroadcast_goes_alone_and_at_once_unless_it_is_quiet() {
    let mut world = World::polled(&[digesting()], "01 10:00").await;
    world.poll(list([2, 1])).await;
    let by = Actor::of_user("admin");
    let again = |to: Option<Vec<ChannelId>>, request: &'static str| {
        let (store, by, now) = (world.store.clone(), by.clone(), world.now);
        async move {
            store
                .rebroadcast(BulletinId(3), to, None, request, &by, now)
                .await
                .unwrap()
        }
    };
    again(None, "1").await;
    assert_eq!(world.messages().await, [vec![3]]);
    world.set(&[quiet(Mode::Digest)]).await;
    world.now = at("01 22:30");
    let again = |to: Option<Vec<ChannelId>>, request: &'static str| {
        let (store, by, now) = (world.store.clone(), by.clone(), world.now);
        async move {
            store
                .rebroadcast(BulletinId(3), to, None, request, &by, now)
                .await
                .unwrap()
        }
    };
    again(None, "2").await;
    assert!(world.messages().await.is_empty());
    again(Some(vec!["a".parse().unwrap()]), "3").await;
    assert_eq!(world.messages().await, [vec![3]], "it was named");
    world.now = at("02 07:00");
    assert_eq!(
        world.messages().await,
        [vec![3], vec![3]],
        "the digest, which was held too, has it as new"
    );
    let kinds: Vec<_> = world
        .deliveries()
        .await
        .iter()
        .map(|one| one.kind)
        .collect();
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| **kind == DeliveryKind::New)
            .count(),
        1
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn each_of_37_is_in_exactly_one_message(
        mode in prop::sample::select(vec![Mode::Each, Mode::Bundle, Mode::Digest]),
        is_quiet in any::<bool>(),
        minutes in prop::collection::vec(0u32..2_000, 4),
        restarts in any::<[bool; 4]>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let channel = Channel { mode, ..if is_quiet { quiet(mode) } else { chat("a", 1) } };
            let channels = [channel];
            let mut world = World::polled(&channels, "01 10:00").await;
            let (mut sent, mut shown) = (Vec::new(), 1);
            for ((wait, restart), count) in minutes.iter().zip(restarts).zip([1, 9, 20, 7]) {
                world.now += chrono::TimeDelta::minutes(i64::from(*wait));
                shown += count;
                world.poll(list((1..=shown).rev())).await;
                if restart {
                    world = world.reopen(&[source("news"), source("law")], &channels).await;
                }
                sent.extend(world.messages().await.concat());
            }
            world.now = at("20 19:00");
            sent.extend(world.messages().await.concat());
            let once: HashSet<u64> = sent.iter().copied().collect();
            assert_eq!((sent.len(), once.len()), (37, 37));
        });
    }
}

#[tokio::test]
async fn a_bundle_that_was_sent_is_edited_whole_also_after_an_import() {
    let world = World::polled(&[bundling()], "01 12:00").await;
    world.poll(list([4, 3, 2, 1])).await;
    assert_eq!(world.messages().await.len(), 1);
    let lines = keeping::exported(&world.store).await;
    let mut other = World::with(&[source("news"), source("law")], &[bundling()]).await;
    other.now = at("01 13:00");
    keeping::import(&other.store, &lines, false).await.unwrap();
    let mut rows = list([4, 3, 2, 1]);
    rows[1].title += "（更正）";
    other.poll(rows).await;
    let update = other.store.heads(None).await.unwrap().remove(0);
    assert_eq!(update.kind, DeliveryKind::Update);
    let edition = other.store.edition(update.id).await.unwrap().unwrap();
    assert_eq!(edition.bulletins.len(), 3, "{edition:?}");
}

/// Returns a digest of everything, and before or after it a channel for urgent bulletins, to one place.
fn digest_and_urgent(kind: &ChannelKind) -> [Channel; 2] {
    let to = |id: &str| Channel {
        kind: kind.clone(),
        ..chat(id, 1)
    };
    let digest = Channel {
        mode: Mode::Digest,
        ..to("digest")
    };
    let urgent = Channel {
        filter: Filter::new(&["第2号".to_owned()], &[]).unwrap(),
        ..to("urgent")
    };
    [digest, urgent]
}

#[tokio::test]
async fn of_two_channels_to_one_place_the_soonest_sends_whatever_stands_first() {
    let robots = crate::bulletin::KINDS.iter();
    let robots = robots.map(|kind| ChannelKind::Robot(crate::bulletin::Robot::sample(kind)));
    for kind in robots.chain([chat("a", 1).kind]) {
        let channels = digest_and_urgent(&kind);
        let reversed = [channels[1].clone(), channels[0].clone()];
        for channels in [channels, reversed] {
            let world = World::polled(&channels, "01 10:00").await;
            world.poll(list([3, 2, 1])).await;
            let mut sent: Vec<_> = world.deliveries().await;
            sent.sort_by_key(|one| one.due_at);
            let sent: Vec<_> = sent
                .iter()
                .map(|one| (one.channel.to_string(), one.due_at))
                .collect();
            let expected = [("urgent", "01 10:00"), ("digest", "01 18:00")];
            assert_eq!(
                sent,
                expected.map(|(id, due)| (id.to_owned(), at(due))),
                "{kind:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_waits_for_a_digest_goes_at_once_where_a_second_source_makes_it_urgent() {
    let kind = chat("a", 1).kind;
    let [digest, urgent] = digest_and_urgent(&kind);
    let only = |id: &str| Some(vec![id.parse().unwrap()]);
    let channels = [
        Channel {
            sources: only("news"),
            ..digest
        },
        Channel {
            sources: only("law"),
            filter: Filter::default(),
            ..urgent
        },
    ];
    let world = World::polled(&channels, "01 10:00").await;
    world.poll(list([2, 1])).await;
    let mut rows = list([2]);
    rows.extend(law([1]));
    world.poll_source("law", rows).await;
    let states: Vec<_> = world
        .deliveries()
        .await
        .iter()
        .map(|one| (one.channel.to_string(), one.state))
        .collect();
    let expected = [
        ("urgent", DeliveryState::Queued),
        ("digest", DeliveryState::Dropped),
    ];
    assert_eq!(states, expected.map(|(id, state)| (id.to_owned(), state)));
}
