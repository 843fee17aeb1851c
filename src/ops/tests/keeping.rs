//! Tests export, import, backups, and the removal of old records.

use std::{
    io::{BufRead, BufReader},
    sync::Mutex,
};

use super::*;
use crate::bulletin::{Article, BulletinState, DeliveryState, Reason, SendFault};

/// Returns the lines of a backup.
pub(super) fn lines_of(backup: &Path) -> Vec<String> {
    let packed = std::fs::File::open(backup).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(packed)).lines();
    lines.map(|line| line.unwrap()).collect()
}

pub(super) async fn exported(store: &Store) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let write = Box::new(move |line: &str| {
        kept.lock().unwrap().push(line.trim_end().to_owned());
        Ok(())
    });
    store.export(write, ChannelSecrets::StayHere).await.unwrap();
    let lines = lines.lock().unwrap();
    lines.clone()
}

pub(super) async fn import(store: &Store, lines: &[String], with_queue: bool) -> Result<Imported> {
    let lines: Vec<_> = lines.iter().cloned().map(Ok).collect();
    let (by, now) = (Actor::Config, Utc::now());
    store
        .import(Box::new(lines.into_iter()), with_queue, &by, now)
        .await
}

/// Creates a world with something of everything: sent, failed, queued, held, revised, noted, moved.
async fn full() -> World {
    let world = World::new(&[chat("a", 1), chat("b", -5)]).await;
    world.poll(list([1])).await;
    let article = Article {
        text: "正文。\n".repeat(3000),
        text_as_published: Some("正文（繁）。".to_owned()),
        ..Article::default()
    };
    let found = list([3, 2, 1]).into_iter().map(|notice| Found {
        notice,
        article: Some(article.clone()),
    });
    let poll = PollFindings {
        source: "news".parse().unwrap(),
        found: found.collect(),
        state: PollState {
            rows: Some([3; 16]),
            ..PollState::default()
        },
    };
    world.store.admit(poll, world.now).await.unwrap();
    for head in world.store.heads(None).await.unwrap() {
        world.store.begin_send(head.id, world.now).await.unwrap();
        let why = Reason::new(SendFault::NoChat, "chat not found; check `chat`");
        let why = why.about("Bad Request: chat not found");
        let outcome = match head.channel.as_str() {
            "a" => Outcome::Sent { message: None },
            _ => Outcome::Failed { why },
        };
        world
            .store
            .complete(head.id, outcome, world.now)
            .await
            .unwrap();
    }
    let held = (4..=9).map(|n| row(&format!("x/{n}.htm"), &format!("改版{n}"), ""));
    assert_eq!(world.poll(held.collect()).await.held.len(), 6);
    let by = Actor::of_user("admin");
    let note = Some("补发".to_owned());
    world
        .store
        .rebroadcast(BulletinId(1), None, note, "r1", &by, world.now)
        .await
        .unwrap();
    world.store.move_chat(-5, -1005, world.now).await.unwrap();
    world.store.set_update_offset(77).await.unwrap();
    world
}

#[tokio::test]
async fn an_export_moves_everything_to_another_store() {
    let world = full().await;
    let lines = exported(&world.store).await;
    let failed = lines
        .iter()
        .find(|line| line.contains("\"fault\":\"no-chat\""));
    let failed = failed.expect("the kind of the fault stands beside its sentence");
    assert!(
        failed.contains(r#""error":"chat not found; check `chat`""#),
        "{failed}"
    );
    let controls = |line: &&String| line.contains("\\u00");
    assert_eq!(lines.iter().find(controls), None, "an export is text");
    let other = World::new(&[chat("a", 1), chat("b", -5)]).await;
    assert!(other.store.is_empty().await.unwrap());
    let imported = import(&other.store, &lines, true).await.unwrap();
    assert_eq!(
        (
            imported.bulletins,
            imported.already_there,
            imported.deliveries
        ),
        (9, 0, 6)
    );
    assert!(!other.store.is_empty().await.unwrap());
    // The import itself is in the log, too.
    let tail = |lines: Vec<String>| {
        let rest = lines.into_iter().skip(1);
        let is_import = |line: &String| line.contains(r#""action":"import""#);
        rest.filter(|line| !is_import(line)).collect::<Vec<_>>()
    };
    assert_eq!(tail(exported(&other.store).await), tail(lines.clone()));
    // A second import changes nothing.
    let again = import(&other.store, &lines, true).await.unwrap();
    assert_eq!(
        (again.bulletins, again.already_there, again.deliveries),
        (0, 9, 0)
    );
    assert_eq!(tail(exported(&other.store).await), tail(lines));
    let other = other
        .reopen(&[source("news")], &[chat("a", 1), chat("b", -5)])
        .await;
    assert_eq!(other.poll(list([3, 2, 1])).await, Admitted::default());
    let admitted = other.poll(list([10, 3, 2, 1])).await;
    assert_eq!(admitted.published, [BulletinId(10)], "numbers go on above");
    assert_eq!(other.store.update_offset().await.unwrap(), 77);
    assert_eq!(other.store.sources().await.unwrap()[0].held, 6);
    let (a, b) = (
        world.store.channels().await.unwrap(),
        other.store.channels().await.unwrap(),
    );
    let figures =
        |all: &[ChannelStatus]| all.iter().map(|c| (c.sent, c.failed)).collect::<Vec<_>>();
    assert_eq!(figures(&a), figures(&b));
    let text = other.store.text(BulletinId(2)).await.unwrap().unwrap();
    assert_eq!(text, "正文。\n".repeat(3000));
    let by = Actor::of_user("admin");
    let repeated = other
        .store
        .rebroadcast(BulletinId(1), None, None, "r1", &by, other.now)
        .await
        .unwrap();
    assert_eq!(repeated.len(), 2, "the request id is known there too");
    assert!(
        other
            .drain()
            .await
            .iter()
            .any(|(_, id)| *id == Some(BulletinId(3)))
    );
}

#[tokio::test]
async fn a_queue_stays_behind_unless_it_is_asked_for() {
    let world = full().await;
    let lines = exported(&world.store).await;
    let other = World::new(&[chat("a", 1), chat("b", -5)]).await;
    let imported = import(&other.store, &lines, false).await.unwrap();
    assert_eq!(imported.deliveries, 2);
    assert!(other.store.heads(None).await.unwrap().is_empty());
    let of = DeliveryQuery {
        bulletin: Some(BulletinId(2)),
        ..DeliveryQuery::default()
    };
    let states = other.store.deliveries(&of).await.unwrap().items;
    let states: Vec<_> = states.iter().map(|delivery| delivery.state).collect();
    assert_eq!(states, [DeliveryState::Failed, DeliveryState::Sent]);
    assert_eq!(
        import(&other.store, &lines, true).await.unwrap().deliveries,
        4
    );
}

#[tokio::test]
async fn a_number_that_another_bulletin_holds_is_refused_before_anything_is_written() {
    let world = full().await;
    let lines = exported(&world.store).await;
    let other = World::new(&[]).await;
    other.poll(vec![row("other.htm", "别的", "")]).await;
    let before = exported(&other.store).await;
    let error = import(&other.store, &lines, false).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("number 1 is `别的` here and `第1号通知` in the export")
    );
    assert_eq!(exported(&other.store).await[1..], before[1..]);
    assert!(!other.dir.path().join("import.part").exists());
}

#[tokio::test]
async fn what_is_no_export_is_refused_with_its_line() {
    let world = World::new(&[]).await;
    let refused = async |lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        import(&world.store, &lines, false)
            .await
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&[]).await.contains("the export is empty"));
    assert!(refused(&["{}"]).await.starts_with("line 1 of the export"));
    let header = r#"{"noticast":"export","version":1,"at":"2022-12-01T00:00:00Z"}"#;
    assert!(
        refused(&[header, "", "nonsense"])
            .await
            .starts_with("line 3 of the export")
    );
    let newer = header.replace(":1,", ":9,");
    assert!(
        refused(&[&newer])
            .await
            .contains("newer noticast (version 9")
    );
    assert!(world.store.is_empty().await.unwrap());
}

#[tokio::test]
async fn a_backup_is_made_once_a_day_and_seven_are_kept() {
    let world = full().await;
    let mut made = 0;
    for hour in 0..24 * 10 {
        let now = world.now + chrono::Duration::hours(hour);
        made += usize::from(world.store.housekeep(now).await.unwrap().is_some());
    }
    assert_eq!(made, 10);
    let backups = store::backups(world.dir.path());
    assert_eq!(backups.len(), 7);
    let lines = lines_of(&backups[6]);
    assert_eq!(lines[1..], exported(&world.store).await[1..]);
}

#[tokio::test]
async fn finished_deliveries_are_dropped_after_ninety_days_and_waiting_ones_are_not() {
    let world = full().await;
    let channels = [chat("a", 1), chat("b", -5)];
    let all = async |world: &World| {
        let page = world
            .store
            .deliveries(&DeliveryQuery::default())
            .await
            .unwrap();
        page.items
    };
    assert_eq!(all(&world).await.len(), 6);
    let later = world.now + chrono::Duration::days(89);
    world.store.housekeep(later).await.unwrap();
    assert_eq!(all(&world).await.len(), 6);
    let later = world.now + chrono::Duration::days(91);
    world.store.housekeep(later).await.unwrap();
    assert!(
        all(&world)
            .await
            .iter()
            .all(|delivery| delivery.state == DeliveryState::Queued)
    );
    assert_eq!(all(&world).await.len(), 4);
    assert!(
        all(&world)
            .await
            .iter()
            .any(|delivery| delivery.note.is_some())
    );
    let world = world.reopen(&[source("news")], &channels).await;
    assert_eq!(world.drain().await.len(), 4);
    world
        .store
        .housekeep(later + chrono::Duration::days(91))
        .await
        .unwrap();
    assert!(all(&world).await.is_empty());
    let states = vec![BulletinState::Published];
    let query = BulletinQuery {
        states,
        ..BulletinQuery::default()
    };
    assert_eq!(world.store.bulletins(&query).await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn an_export_beside_the_writer_never_knows_a_page_better_than_its_bulletins() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list(1..=50)).await;
    let store = world.store.clone();
    let exporting = tokio::spawn(async move {
        let mut exports = Vec::new();
        for _ in 0..5 {
            exports.push(exported(&store).await);
        }
        exports
    });
    for n in 51..120u8 {
        let poll = PollFindings {
            source: "news".parse().unwrap(),
            found: list((50..=u32::from(n)).rev())
                .into_iter()
                .map(|notice| Found {
                    notice,
                    article: None,
                })
                .collect(),
            state: PollState {
                rows: Some([n; 16]),
                ..PollState::default()
            },
        };
        world.store.admit(poll, world.now).await.unwrap();
    }
    for lines in exporting.await.unwrap() {
        let records: Vec<serde_json::Value> = lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let of = |kind: &str| {
            records
                .iter()
                .filter(move |r| r["type"] == kind)
                .collect::<Vec<_>>()
        };
        let rows = of("source")[0]["look"]["rows"][0].as_u64().unwrap_or(50);
        assert_eq!(of("bulletin").len() as u64, rows);
        assert!(
            of("seen")
                .iter()
                .all(|seen| seen["bulletin"].as_u64().unwrap() <= rows)
        );
        let pushed = of("delivery").len() as u64;
        assert_eq!(pushed, rows - 50, "each with its delivery");
    }
}

#[tokio::test]
async fn a_pause_survives_a_poll_that_was_under_way() {
    let world = World::new(&[]).await;
    let news: SourceId = "news".parse().unwrap();
    let before = world.store.poll_state(&news);
    let paused = world
        .store
        .set_paused(&news, true, &Actor::Config, world.now);
    paused.await.unwrap();
    world.store.set_reported(&news, Reported::Fault);
    let poll = PollFindings {
        source: news.clone(),
        found: Vec::new(),
        state: PollState {
            failures: 3,
            ..before.clone()
        },
    };
    world.store.admit(poll, world.now).await.unwrap();
    let kept = world.store.keep_poll(&news, before, world.now);
    kept.await.unwrap();
    let kept = world.store.poll_state(&news);
    assert!(kept.paused);
    assert_eq!(kept.reported, Reported::Fault);
    let world = world.reopen(&[source("news")], &[]).await;
    assert!(world.store.poll_state(&news).paused);
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing_in_memory() {
    let world = World::new(&[]).await;
    let id: ChannelId = "telegram:7".parse().unwrap();
    let chat = id.clone();
    let failing = move |op: &mut Op<'_>| -> Result<()> {
        op.tx.enter_channel(&chat);
        op.tx.set_moved(1, Some(2));
        Err(refused("no".to_owned()))
    };
    world.store.write(failing).await.unwrap_err();
    assert!(
        world
            .store
            .known_in(&ChannelId::of_chat(7, None))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(world.store.moved_chats().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_that_nobody_waits_for_ends() {
    let world = World::new(&[]).await;
    world.poll(list(1..=100)).await;
    let query = BulletinQuery::default();
    assert_eq!(
        world.store.bulletins(&query).await.unwrap().items.len(),
        100
    );
    query.given_up.cancel();
    assert!(
        world
            .store
            .bulletins(&query)
            .await
            .unwrap()
            .items
            .is_empty()
    );
}
