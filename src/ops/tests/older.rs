//! Tests a store that a program before this core wrote, with an archive, deliveries, a request and an audit log.

use super::*;
use crate::bulletin::{ChannelKind, DeliveryState, StdoutFormat};

/// The store as it was written: five bulletins of one list, the last two pushed, one of them sent again by an admin.
const WRITTEN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/store-before-core"
);

async fn opened() -> (TempDir, Store) {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("store");
    std::fs::create_dir(&folder).unwrap();
    for file in ["conf", "db", "made"] {
        let from = Path::new(WRITTEN).join(file);
        std::fs::copy(from, folder.join(file)).unwrap();
    }
    let store = Store::open(state.path()).await.unwrap();
    let url = Url::parse("http://127.0.0.1:8123/list.html").unwrap();
    let source = Source::new("news".parse().unwrap(), url);
    let kind = ChannelKind::Stdout {
        format: StdoutFormat::Json,
    };
    let channel = Channel::new("terminal".parse().unwrap(), kind, chrono_tz::Asia::Shanghai);
    store.sync_config(&[source], &[channel]).await.unwrap();
    (state, store)
}

fn notice(number: u32) -> Notice {
    Notice {
        url: format!("http://127.0.0.1:8123/{number}.html"),
        ..row(
            "",
            &format!("关于第{number}号事项的通知（甲乙丙丁）"),
            &format!("2026-11-{number:02}"),
        )
    }
}

#[tokio::test]
async fn a_store_of_an_older_program_opens_with_all_that_it_kept() {
    let (_state, store) = opened().await;
    let kept = store.bulletins(&BulletinQuery::default()).await.unwrap();
    let mut titles: Vec<_> = kept.items.into_iter().map(|it| it.title).collect();
    titles.sort();
    let expected: Vec<_> = (1..=5).map(|number| notice(number).title).collect();
    assert_eq!(titles, expected);
    let text = store.text(BulletinId(5)).await.unwrap().unwrap();
    assert!(text.contains("请各单位遵照执行"), "{text}");
    let sent = store.deliveries(&DeliveryQuery::default()).await.unwrap();
    let is_sent = |state| state == DeliveryState::Sent;
    assert!(sent.items.len() == 3 && sent.items.iter().all(|it| is_sent(it.state)));
    let log = store.audit(&AuditQuery::default()).await.unwrap().items;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].entry.actor, Actor::Config);
    assert_eq!(log[0].entry.action, "rebroadcast");
}

#[tokio::test]
async fn nothing_that_an_older_program_pushed_is_pushed_again() {
    let (_state, store) = opened().await;
    let now = Utc::now();
    let poll = |last| findings_of("news", (1..=last).rev().map(notice).collect());
    let admitted = store.admit(poll(5), now).await.unwrap();
    assert_eq!(admitted, Admitted::default());
    assert!(store.heads(None).await.unwrap().is_empty());
    let by = Actor::Config;
    let again = store.rebroadcast(BulletinId(4), None, None, "fixture-1", &by, now);
    assert_eq!(again.await.unwrap(), [DeliveryId(3)], "it was done already");
    let admitted = store.admit(poll(6), now).await.unwrap();
    assert_eq!(admitted.published, [BulletinId(6)], "numbers go on above");
    let heads = store.heads(None).await.unwrap();
    let waiting: Vec<_> = heads.iter().map(|head| (head.id, head.bulletin)).collect();
    assert_eq!(waiting, [(DeliveryId(4), Some(BulletinId(6)))]);
}
