//! Tests several processes on one PostgreSQL: the sharing of its transactions, and two versions at the same time.

use futures::future::join_all;

use super::*;

/// Creates a separate schema with one source and some channels, in each of which two bulletins wait.
async fn with_a_queue(schema: &str, channels: i64) -> Store {
    let url = std::env::var(DATABASE).unwrap_or_else(|_| panic!("{DATABASE} names no database"));
    Postgres::forget_apart(&url, schema).await.unwrap();
    let store = opened(schema, channels).await;
    let now = "2022-12-01T08:00:00Z".parse().unwrap();
    for rows in [list([1]), list([3, 2, 1])] {
        store.admit(findings_of("news", rows), now).await.unwrap();
    }
    store
}

async fn opened(schema: &str, channels: i64) -> Store {
    let store = open_database(schema).await;
    let channels: Vec<Channel> = (0..channels)
        .map(|n| chat(&format!("c{n}"), n + 1))
        .collect();
    store
        .sync_config(&[source("news")], &channels)
        .await
        .unwrap();
    store
}

/// Counts the transactions that wrote the current deliveries.
fn transactions(schema: &str) -> u64 {
    let count = psql(
        schema,
        "SELECT count(DISTINCT xmin::text) FROM deliveries WHERE state <> 'queued'",
    );
    count.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL: NOTICAST_POSTGRES names one"]
async fn deliveries_that_are_begun_or_ended_at_once_share_transactions_on_postgres() {
    let schema = "batches";
    let store = with_a_queue(schema, 16).await;
    let now = Utc::now();
    let heads = store.heads(None).await.unwrap();
    assert_eq!(heads.len(), 16);
    let begun = heads.iter().map(|head| store.begin_send(head.id, now));
    let begun = join_all(begun).await;
    assert!(begun.into_iter().all(|begun| begun.unwrap() == Begun::Yes));
    // The first may be running before the others are requested.
    assert!(transactions(schema) <= 3, "{}", transactions(schema));
    let ended = heads.iter().map(|head| {
        let outcome = Outcome::Sent { message: None };
        store.complete(head.id, outcome, now)
    });
    for (head, next) in heads.iter().zip(join_all(ended).await) {
        let next = next.unwrap().unwrap();
        assert_eq!(next.channel, head.channel);
        assert!(next.id > head.id);
    }
    assert!(transactions(schema) <= 3, "{}", transactions(schema));
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL: NOTICAST_POSTGRES names one"]
async fn an_older_program_works_on_tables_that_are_a_step_ahead_where_those_allow_it_on_postgres() {
    let schema = "ahead";
    let running = with_a_queue(schema, 1).await;
    // A step of the next version may do this while this version runs.
    let tables = psql(
        schema,
        &format!("SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'"),
    );
    for table in tables.lines() {
        psql(
            schema,
            &format!("ALTER TABLE {schema}.{table} ADD COLUMN later text NOT NULL DEFAULT 'x'"),
        );
    }
    psql(schema, &format!("CREATE TABLE {schema}.later (id bigint)"));
    psql(
        schema,
        "INSERT INTO noticast_schema (version, works_with) SELECT max(version) + 1, max(version) FROM noticast_schema",
    );
    let send_all = async |store: &Store| {
        let now = Utc::now();
        while let Some(head) = store.heads(None).await.unwrap().pop() {
            assert_eq!(store.begin_send(head.id, now).await.unwrap(), Begun::Yes);
            let outcome = Outcome::Sent { message: None };
            store.complete(head.id, outcome, now).await.unwrap();
        }
    };
    send_all(&running).await;
    let started = opened(schema, 1).await;
    let more = findings_of("news", list([5, 4, 3, 2, 1]));
    let admitted = started.admit(more, Utc::now()).await.unwrap();
    assert_eq!(admitted.published.len(), 2);
    send_all(&running).await;

    // A step that older programs cannot follow ends those that run, and starts are rejected.
    psql(
        schema,
        "INSERT INTO noticast_schema (version, works_with) SELECT max(version) + 1, max(version) + 1 FROM noticast_schema",
    );
    let refused = started.heads(None).await.unwrap_err();
    assert!(matches!(refused, StoreError::Failed(_)), "{refused}");
    let url = std::env::var(DATABASE).unwrap();
    let refused = Postgres::open_apart(&url, schema).await.unwrap_err();
    assert!(refused.to_string().contains("newer noticast"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL: NOTICAST_POSTGRES names one"]
async fn a_channel_that_one_process_adds_edits_or_removes_is_so_in_the_other_on_postgres() {
    let schema = "channels";
    let store = with_a_queue(schema, 1).await;
    let other = opened(schema, 1).await;
    let (by, now) = (Actor::Config, Utc::now());
    let keys = |url: &str| match serde_json::json!({ "kind": "webhook", "url": url }) {
        serde_json::Value::Object(keys) => keys,
        other => panic!("{other}"),
    };
    let id: ChannelId = "hall".parse().unwrap();
    let hall = crate::bulletin::AddedChannel {
        id: id.clone(),
        at: now,
        keys: keys("https://a.example/key"),
    };
    let mut followed = other.added_channels();
    assert!(store.add_channel(hall, &by, now).await.unwrap());
    // Its next call begins with the changes of others.
    assert!(!other.is_empty().await.unwrap());
    assert_eq!(followed.borrow_and_update().len(), 1);
    let edited = keys("https://b.example/key");
    store
        .edit_channel(&id, edited.clone(), &by, now)
        .await
        .unwrap();
    assert!(!other.is_empty().await.unwrap());
    assert_eq!(followed.borrow_and_update()[0].keys, edited);
    assert!(other.remove_channel(&id, &by, now).await.unwrap());
    assert!(!store.is_empty().await.unwrap());
    assert!(store.added_channels().borrow().is_empty());
    assert!(followed.borrow_and_update().is_empty());
}

/// A query that fails answers nothing, which must not be taken for a source that does not exist.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL: NOTICAST_POSTGRES names one"]
async fn a_connection_that_ends_within_a_transaction_is_reported_as_such_on_postgres() {
    let schema = "ended";
    let store = with_a_queue(schema, 1).await;
    let held = std::thread::spawn(|| {
        let lock = "BEGIN; LOCK TABLE sources IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT";
        psql(schema, lock)
    });
    let waiting = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                   WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT 1 FROM sources%'";
    let ended = std::thread::spawn(move || {
        while psql(schema, waiting) == "0" {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    });
    // The lock is there before the transaction that waits for it.
    let is_held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted \
                   AND relation = 'sources'::regclass";
    while psql(schema, is_held) == "0" {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let source = "news".parse().unwrap();
    let paused = store.set_paused(&source, true, &Actor::Config, Utc::now());
    let error = paused.await.unwrap_err();
    let is_away = matches!(error, StoreError::Refused(Refusal::Away(_)));
    assert!(is_away, "{error}");
    ended.join().unwrap();
    held.join().unwrap();
}
