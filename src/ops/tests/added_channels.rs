//! Tests channels that are in the store: stored, edited, exported and removed, on every engine.

use serde_json::{Value, json};

use super::*;
use crate::bulletin::{AddedChannel, ChannelKeys};

fn keys(value: Value) -> ChannelKeys {
    match value {
        Value::Object(keys) => keys,
        other => panic!("{other}"),
    }
}

fn hook(id: &str, at: DateTime<Utc>) -> AddedChannel {
    AddedChannel {
        id: id.parse().unwrap(),
        at,
        keys: keys(
            json!({ "kind": "webhook", "url": "https://hooks.example/key-1234", "name": "群" }),
        ),
    }
}

fn ids(store: &Store) -> Vec<String> {
    let added = store.added_channels().borrow().clone();
    added.iter().map(|it| it.id.to_string()).collect()
}

async fn exported(store: &Store, secrets: ChannelSecrets) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let write = Box::new(move |line: &str| {
        kept.lock().unwrap().push(line.trim_end().to_owned());
        Ok(())
    });
    store.export(write, secrets).await.unwrap();
    std::mem::take(&mut lines.lock().unwrap())
}

#[tokio::test]
async fn a_channel_of_the_store_is_kept_edited_and_removed_with_an_audit_log_that_shows_no_secret()
{
    let world = World::new(&[]).await;
    let (store, now) = (&world.store, world.now);
    let followed = store.added_channels();
    let later = now + chrono::TimeDelta::seconds(1);
    assert!(
        store
            .add_channel(hook("b", later), &Actor::Config, now)
            .await
            .unwrap()
    );
    assert!(
        store
            .add_channel(hook("a", now), &Actor::Config, now)
            .await
            .unwrap()
    );
    assert!(followed.has_changed().unwrap());
    let again = AddedChannel {
        keys: ChannelKeys::new(),
        ..hook("a", now)
    };
    assert!(!store.add_channel(again, &Actor::Config, now).await.unwrap());
    assert_eq!(ids(store), ["a", "b"]);

    let secret = keys(json!({ "kind": "webhook", "url": "https://hooks.example/key-5678" }));
    let a: ChannelId = "a".parse().unwrap();
    store
        .edit_channel(&a, secret.clone(), &Actor::Config, now)
        .await
        .unwrap();
    let gone: ChannelId = "gone".parse().unwrap();
    let missing = store
        .edit_channel(&gone, secret.clone(), &Actor::Config, now)
        .await;
    assert!(
        matches!(missing, Err(StoreError::Refused(Refusal::NoChannel(_)))),
        "{missing:?}"
    );
    let world = world.reopen(&[source("news")], &[]).await;
    let store = &world.store;
    assert_eq!(ids(store), ["a", "b"]);
    assert_eq!(store.added_channels().borrow()[0].keys, secret);
    assert!(store.remove_channel(&a, &Actor::Config, now).await.unwrap());
    assert!(!store.remove_channel(&a, &Actor::Config, now).await.unwrap());
    assert_eq!(ids(store), ["b"]);
    let audit = store.audit(&AuditQuery::default()).await.unwrap();
    let said: Vec<String> = audit
        .items
        .iter()
        .map(|row| format!("{:?}", row.entry))
        .collect();
    let said = said.join("\n");
    assert!(
        !said.contains("key-1234") && !said.contains("key-5678"),
        "{said}"
    );
    for action in ["add-channel", "edit-channel", "remove-channel"] {
        assert!(said.contains(action), "{said}");
    }
}

#[tokio::test]
async fn an_import_brings_channels_and_never_takes_a_secret_away() {
    let world = World::new(&[]).await;
    let (store, now) = (&world.store, world.now);
    let older = exported(store, ChannelSecrets::StayHere).await;
    assert!(
        older[0].contains("\"version\":2"),
        "older programs read it: {}",
        older[0]
    );
    store
        .add_channel(hook("a", now), &Actor::Config, now)
        .await
        .unwrap();
    let bare = exported(store, ChannelSecrets::StayHere).await;
    let whole = exported(store, ChannelSecrets::GoAlong).await;
    assert!(bare[0].contains("\"version\":3"), "{}", bare[0]);
    let text = bare.join("\n");
    assert!(
        text.contains("\"url\":null") && !text.contains("key-1234"),
        "{text}"
    );
    let import = async |into: &Store, lines: &[String]| {
        let lines: Vec<std::io::Result<String>> = lines.iter().cloned().map(Ok).collect();
        into.import(Box::new(lines.into_iter()), false, &Actor::Config, now)
            .await
            .unwrap()
    };
    let other = World::new(&[]).await;
    import(&other.store, &bare).await;
    let lost = other.store.added_channels().borrow()[0].clone();
    assert_eq!((lost.name(), lost.lost()), ("群", vec!["url"]));
    import(&other.store, &whole).await;
    assert_eq!(
        other.store.added_channels().borrow()[0],
        hook("a", now),
        "what was lost comes back"
    );
    import(&other.store, &bare).await;
    assert_eq!(other.store.added_channels().borrow()[0], hook("a", now));
}
