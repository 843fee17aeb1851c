//! Tests the rules that sled 0.34.7 requires, and the errors of a store that cannot be opened.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use super::*;
use crate::bulletin::Article;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Tests rule 1 as far as a copy can show it: everything acknowledged is in the file at that moment, and a store
/// that ends there opens again with all of it.
#[tokio::test]
async fn what_is_acknowledged_is_in_the_files() {
    let channels = [chat("a", 1), chat("b", 2)];
    let world = World::new(&channels).await;
    world.poll(list([1])).await;
    for n in 2..12 {
        world.poll(list((1..=n).rev())).await;
        let head = world.store.heads(None).await.unwrap().remove(0);
        world.store.begin_send(head.id, world.now).await.unwrap();
        let cut = tempfile::tempdir().unwrap();
        copy(world.dir.path(), cut.path());
        let after = Store::open(cut.path()).await.unwrap();
        after
            .sync_config(&[source("news")], &channels)
            .await
            .unwrap();
        assert_eq!(after.health().await.bulletins, u64::from(n));
        assert_eq!(
            after.uncertain().await.unwrap().len(),
            1,
            "the marker came before the answer"
        );
        let queued = after.health().await.queued;
        assert_eq!(queued, world.store.health().await.queued);
        after.close().await.unwrap();
        let sent = Outcome::Sent { message: None };
        world
            .store
            .complete(head.id, sent, world.now)
            .await
            .unwrap();
    }
}

/// Tests that a copy taken at any moment, during calls, opens and holds each admission whole or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_at_any_moment_leaves_admissions_whole() {
    let channels: Vec<Channel> = (0..40).map(|n| chat(&format!("c{n}"), n)).collect();
    let world = World::new(&channels).await;
    world.poll(list([1])).await;
    let store = world.store.clone();
    let now = world.now;
    let writing = tokio::spawn(async move {
        for n in 2..150 {
            let found = list((1..=n).rev()).into_iter();
            let found = found
                .map(|notice| Found {
                    notice,
                    article: None,
                })
                .collect();
            let poll = PollFindings {
                source: "news".parse().unwrap(),
                found,
                state: PollState::default(),
            };
            store.admit(poll, now).await.unwrap();
        }
    });
    while !writing.is_finished() {
        let cut = tempfile::tempdir().unwrap();
        copy(world.dir.path(), cut.path());
        // Bytes that a copy tears apart may resemble damage; a lost admission or half of one must not occur.
        let Ok(after) = Store::open(cut.path()).await else {
            continue;
        };
        let health = after.health().await;
        assert_eq!(health.queued, (health.bulletins - 1) * 40);
        after.close().await.unwrap();
    }
    writing.await.unwrap();
}

#[tokio::test]
async fn no_value_is_longer_than_sled_bears() {
    let world = World::new(&[]).await;
    world.poll(list([1])).await;
    let text: String = (0..200_000u32)
        .map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000).unwrap())
        .collect();
    let notice = Notice {
        summary: Some("长".repeat(10_000)),
        ..list([2]).remove(0)
    };
    let article = Article {
        text: text.clone(),
        ..Article::default()
    };
    let poll = PollFindings {
        source: "news".parse().unwrap(),
        found: vec![
            Found {
                notice,
                article: Some(article),
            },
            Found {
                notice: list([1]).remove(0),
                article: None,
            },
        ],
        state: PollState {
            error: Some("e".repeat(9000)),
            ..PollState::default()
        },
    };
    let id = world.store.admit(poll, world.now).await.unwrap().published[0];
    let longest = world.store.engine.sled().longest_row();
    assert!(longest <= 4096, "{longest}");
    let world = world.reopen(&[source("news")], &[]).await;
    assert_eq!(world.store.text(id).await.unwrap().unwrap(), text);
    let bulletin = world.store.bulletin(id).await.unwrap().unwrap();
    assert_eq!(bulletin.summary.unwrap().chars().count(), 10_000);
    assert_eq!(
        world
            .store
            .poll_state(&"news".parse().unwrap())
            .error
            .unwrap()
            .len(),
        9000
    );
    assert!(
        !world
            .dir
            .path()
            .join("store/blobs")
            .read_dir()
            .unwrap()
            .any(|_| true)
    );
}

#[tokio::test]
async fn a_store_in_use_names_who_holds_it_and_never_the_token() {
    let world = World::new(&[]).await;
    let open = || async { Store::open(world.dir.path()).await.unwrap_err().to_string() };
    assert!(open().await.contains("is in use by another process"));
    let address = world.dir.path().join("instance.json");
    fs::write(
        &address,
        r#"{"pid":4242,"url":"http://127.0.0.1:8787","token":"s3cret"}"#,
    )
    .unwrap();
    let error = open().await;
    assert!(
        error.contains("is in use by process 4242 (http://127.0.0.1:8787)"),
        "{error}"
    );
    assert!(!error.contains("s3cret"));
    world.store.clone().close().await.unwrap();
    Store::open(world.dir.path())
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
}

type Damage<'a> = (&'static str, Box<dyn Fn() + 'a>);

/// Tests rule 4: after any change to the files, an error says what to do, nothing panics, nothing starts empty.
#[tokio::test]
async fn a_damaged_store_names_the_backup_and_is_left_as_it_is() {
    let world = World::new(&[chat("a", 1)]).await;
    for n in 1..60 {
        world.poll(list((1..=n).rev())).await;
    }
    world.store.housekeep(world.now).await.unwrap();
    let World { store, dir, .. } = world;
    store.close().await.unwrap();
    let whole = tempfile::tempdir().unwrap();
    copy(dir.path(), whole.path());
    let db = dir.path().join("store/db");
    let length = fs::metadata(&db).unwrap().len();
    let damages: [Damage<'_>; 4] = [
        ("gone", Box::new(|| fs::remove_file(&db).unwrap())),
        ("emptied", Box::new(|| fs::write(&db, "").unwrap())),
        (
            "overwritten",
            Box::new(|| fs::write(&db, vec![0x5a; usize::try_from(length).unwrap()]).unwrap()),
        ),
        (
            "zeroed in the middle",
            Box::new(|| {
                let mut file = fs::OpenOptions::new().write(true).open(&db).unwrap();
                file.seek(SeekFrom::Start(length / 8)).unwrap();
                file.write_all(&vec![0; usize::try_from(length / 2).unwrap()])
                    .unwrap();
            }),
        ),
    ];
    for (what, damage) in damages {
        fs::remove_dir_all(dir.path()).unwrap();
        copy(whole.path(), dir.path());
        damage();
        match Store::open(dir.path()).await {
            Err(error @ StoreError::Failed(Failure::Damaged { .. })) => {
                let error = error.to_string();
                assert!(
                    error.contains("noticast --state NEW import"),
                    "{what}: {error}"
                );
                assert!(
                    error.contains("backup/noticast-20221201T080000Z.jsonl.gz"),
                    "{error}"
                );
            }
            Err(error) => panic!("{what}: {error}"),
            Ok(store) => {
                let health = store.health().await;
                panic!("{what}: opened with {} bulletins", health.bulletins);
            }
        }
    }
    let fresh = tempfile::tempdir().unwrap();
    let store = Store::open(fresh.path()).await.unwrap();
    let backup = keeping::lines_of(&store::backups(whole.path())[0]);
    assert_eq!(
        store
            .import(
                Box::new(backup.into_iter().map(Ok)),
                false,
                &Actor::Config,
                Utc::now()
            )
            .await
            .unwrap()
            .bulletins,
        59
    );
}

/// Tests that a cut is noticed, although sled opens silently with what is before it; even long before the first
/// backup.
#[tokio::test]
async fn a_store_whose_end_is_cut_off_is_damaged() {
    let world = World::new(&[]).await;
    for n in 1..30 {
        world.poll(list((1..=n).rev())).await;
    }
    let World { store, dir, .. } = world;
    store.close().await.unwrap();
    let whole = tempfile::tempdir().unwrap();
    copy(dir.path(), whole.path());
    let db = dir.path().join("store/db");
    let length = fs::metadata(&db).unwrap().len();
    for eighths in 0..8 {
        fs::remove_dir_all(dir.path()).unwrap();
        copy(whole.path(), dir.path());
        let file = fs::OpenOptions::new().write(true).open(&db).unwrap();
        file.set_len(length * eighths / 8).unwrap();
        drop(file);
        match Store::open(dir.path()).await {
            Err(StoreError::Failed(Failure::Damaged { .. })) => {}
            Err(error) => panic!("{eighths}: {error}"),
            Ok(store) => assert_eq!(store.health().await.bulletins, 29, "{eighths}"),
        }
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("store"), "not a folder").unwrap();
    let error = Store::open(dir.path()).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Failed(Failure::Unusable { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn after_a_failed_write_every_call_says_so() {
    let world = World::new(&[]).await;
    world.store.engine.sled().pull_the_disk().await;
    let id: BulletinId = BulletinId(1);
    let by = Actor::of_user("x");
    assert!(matches!(
        world.store.log(&by, ("x", "y"), world.now).await,
        Err(StoreError::Failed(Failure::Write(_)))
    ));
    assert!(matches!(
        world.store.begin_send(DeliveryId(1), world.now).await,
        Err(StoreError::Failed(Failure::Write(_)))
    ));
    assert!(world.store.health().await.failed.is_some());
    assert_eq!(
        world.store.bulletin(id).await.unwrap(),
        None,
        "reading goes on"
    );
}

#[tokio::test]
async fn a_closed_store_answers_and_its_clones_do_not_hang() {
    let world = World::new(&[]).await;
    let clone = world.store.clone();
    world.store.close().await.unwrap();
    assert!(clone.bulletin(BulletinId(1)).await.is_err());
    assert!(clone.heads(None).await.is_err());
    assert!(clone.health().await.failed.is_some());
}
