//! Tests that calls do not read more of the database as the archive grows, comparing a million bulletins with ten
//! thousand.
//!
//! Blocks are counted by PostgreSQL (`pg_stat_statements`, which `.ci/postgres` loads), for the statements that the
//! calls really make, including triggers and commits. Times are printed, and not asserted.

use std::{collections::BTreeMap, time::Instant};

use super::*;
use crate::{
    bulletin::{BulletinState, DeliveryState},
    store::DeliveryQuery,
};

const FEW: u64 = 10_000;
const MANY: u64 = 1_000_000;
/// The number of filled sources, which have equal shares of the bulletins.
const SOURCES: usize = 100;
const CALLS: u32 = 10;
/// The number of rows that a list reads: their places are chance, so that each may cost a separate block.
const SHOWN: u64 = 21;
/// The template's own number, which is in its address and title.
const MARK: u32 = 2800;

/// Copies the one bulletin of the source `mark` and its deliveries, as this program wrote them, until there are
/// `count`.
fn fill(schema: &str, count: u64) {
    psql(
        schema,
        &format!(
            "SET session_replication_role = replica; \
             CREATE TEMP TABLE template AS SELECT b.*, c.next_bulletin AS first, c.next_delivery AS delivery \
               FROM bulletins b, counters c WHERE b.source = 'mark' ORDER BY id DESC LIMIT 1; \
             CREATE TEMP TABLE filled AS SELECT n, first + n AS id, 's' || n % {SOURCES} AS source, \
               newest_ms - 60000::bigint * ({count} - n) - 60000 AS ms, \
               CASE WHEN n < 10000 AND n % 500 = 1 THEN 'withdrawn' ELSE 'published' END AS state, also, titles, delivery, bulletin \
               FROM template, generate_series(0, {count} - 1) AS n; \
             INSERT INTO bulletins SELECT id, source, also, state, ms, ms, titles, \
               replace(replace(replace(replace(bulletin::text, '\"state\":\"published\"', '\"state\":\"' || state || '\"'), '/{MARK}.htm', '/' || n || '.htm'), '第{MARK}号', '第' || n || '号'), \
                 '\"mark\"', '\"' || source || '\"')::json FROM filled; \
             INSERT INTO carriers SELECT source, id, ms FROM filled; \
             INSERT INTO texts SELECT id, '第' || n || '号' || repeat('各单位要做好准备。', 8) FROM filled; \
             INSERT INTO seen SELECT source, decode(md5(n::text), 'hex'), id, false, false FROM filled; \
             INSERT INTO titled SELECT source, decode(md5('t' || n), 'hex'), id, 1 FROM filled; \
             INSERT INTO faces SELECT n, id FROM filled WHERE n > {count} - 10000; \
             INSERT INTO deliveries SELECT delivery + 2 * n + d, 'c' || d, id, 'new', \
               CASE WHEN n < 10000 AND n % 500 = 2 THEN 'failed' ELSE 'sent' END, 1, 0, NULL, false, n::text, \
               ms, ms, ms, ms FROM filled, generate_series(0, 1) AS d; \
             INSERT INTO audit SELECT ms, n, '{{}}' FROM filled WHERE n % 10 = 0; \
             UPDATE counters SET bulletins = bulletins + {count}, next_bulletin = next_bulletin + {count}, \
               next_delivery = next_delivery + 2 * {count};"
        ),
    );
    psql(schema, "ANALYZE");
}

fn filled_config() -> (Vec<Source>, [Channel; 2]) {
    let mut sources: Vec<Source> = (0..SOURCES).map(|n| source(&format!("s{n}"))).collect();
    sources.push(source("mark"));
    (sources, [chat("c0", 1), chat("c1", 2)])
}

/// Creates a schema with `count` bulletins, and a store on it.
async fn filled(count: u64) -> (String, Store, DateTime<Utc>) {
    let schema = format!("m{count}");
    let (sources, channels) = filled_config();
    let url = std::env::var(DATABASE).unwrap_or_else(|_| panic!("{DATABASE} names no database"));
    Postgres::forget_apart(&url, &schema).await.unwrap();
    let store = open_database(&schema).await;
    store.sync_config(&sources, &channels).await.unwrap();
    let now: DateTime<Utc> = "2022-12-01T08:00:00Z".parse().unwrap();
    for rows in [vec![1], vec![MARK, 1]] {
        store
            .admit(findings_of("mark", list(rows)), now)
            .await
            .unwrap();
    }
    store.close().await.unwrap();
    fill(&schema, count);
    let store = open_database(&schema).await;
    store.sync_config(&sources, &channels).await.unwrap();
    (schema, store, now)
}

/// The blocks that a call touches, and the time that it takes.
struct Measured {
    blocks: u64,
    ms: f64,
}

/// Measures calls when the database knows them, the least of three turns: the background work of the store is not
/// part of a call.
async fn measured(schema: &str, mut call: impl AsyncFnMut()) -> Measured {
    let mut least = Measured {
        blocks: u64::MAX,
        ms: f64::MAX,
    };
    for turn in 0..4 {
        psql(schema, "SELECT pg_stat_statements_reset()");
        let begun = Instant::now();
        for _ in 0..CALLS {
            call().await;
        }
        let ms = begun.elapsed().as_secs_f64() * 1000.0 / f64::from(CALLS);
        let blocks = psql(
            schema,
            "SELECT sum(shared_blks_hit + shared_blks_read)::bigint FROM pg_stat_statements \
             WHERE query NOT LIKE '%pg_stat_statements%'",
        );
        let blocks: u64 = blocks.parse().unwrap();
        if turn > 0 {
            least.blocks = least.blocks.min(blocks.div_ceil(u64::from(CALLS)));
            least.ms = least.ms.min(ms);
        }
    }
    least
}

fn page() -> BulletinQuery {
    BulletinQuery {
        limit: Some(20),
        ..BulletinQuery::default()
    }
}

async fn measure(count: u64) -> BTreeMap<&'static str, Measured> {
    let (schema, store, now) = filled(count).await;
    let mut all = BTreeMap::new();
    let (sources, channels) = filled_config();
    let start = measured(&schema, async || {
        store.sync_config(&sources, &channels).await.unwrap();
    });
    all.insert("start: a config that has not changed", start.await);
    let known = list((1..=20).rev());
    let poll = |rows: Vec<Notice>| store.admit(findings_of("mark", rows), now);
    poll(list((1..=20).rev())).await.unwrap();
    let judge = measured(&schema, async || {
        let judged = store.judge(&"mark".parse().unwrap(), &known).await.unwrap();
        assert_eq!(judged.rulings.len(), 20);
    });
    all.insert("seen: a page of twenty known rows", judge.await);
    let mut newest = MARK;
    let admit = measured(&schema, async || {
        newest += 1;
        let admitted = poll(list((newest - 19..=newest).rev())).await.unwrap();
        assert_eq!(admitted.published.len(), 1, "{admitted:?}");
    });
    all.insert("admit: one bulletin for two channels", admit.await);
    let send = measured(&schema, async || {
        let heads = store.heads(None).await.unwrap();
        let id = heads[0].id;
        assert_eq!(store.begin_send(id, now).await.unwrap(), Begun::Yes);
        let outcome = Outcome::Sent { message: None };
        store.complete(id, outcome, now).await.unwrap();
    });
    all.insert("outbox: take, begin and complete one", send.await);
    let middle = Some(BulletinId(count / 2));
    for (what, query) in [
        ("page: the newest twenty", page()),
        (
            "page: twenty in the middle",
            BulletinQuery {
                before: middle,
                ..page()
            },
        ),
        (
            "page: twenty of one source",
            BulletinQuery {
                source: Some("s7".parse().unwrap()),
                ..page()
            },
        ),
        (
            "page: twenty of a rare state",
            BulletinQuery {
                states: vec![BulletinState::Withdrawn],
                ..page()
            },
        ),
        (
            "page: what came since",
            BulletinQuery {
                since: Some(now),
                ..page()
            },
        ),
    ] {
        let list = measured(&schema, async || {
            assert!(
                !store.bulletins(&query).await.unwrap().items.is_empty(),
                "{what}"
            );
        });
        all.insert(what, list.await);
    }
    for (what, state, since) in [
        ("deliveries: the newest twenty", None, None),
        ("deliveries: what failed", Some(DeliveryState::Failed), None),
        ("deliveries: since", None, Some(now)),
    ] {
        let query = DeliveryQuery {
            state,
            since,
            limit: Some(20),
            ..DeliveryQuery::default()
        };
        let list = measured(&schema, async || {
            assert!(
                !store.deliveries(&query).await.unwrap().items.is_empty(),
                "{what}"
            );
        });
        all.insert(what, list.await);
    }
    let newest = *store.newest_change().borrow();
    let feed = measured(&schema, async || {
        let page = store.changes_after(newest - 20, 20).await.unwrap();
        assert_eq!(page.entries.len(), 20);
    });
    all.insert("changes: the newest twenty", feed.await);
    all.insert(
        "status: sources, channels, health",
        measured(&schema, async || {
            store.sources().await.unwrap();
            store.channels().await.unwrap();
            store.health().await;
        })
        .await,
    );
    let id = BulletinId(count / 3);
    let one = measured(&schema, async || {
        store.bulletin(id).await.unwrap().unwrap();
        store.text(id).await.unwrap().unwrap();
    });
    // A search queries its index on disk, and reads its candidates from the database one by one.
    all.insert("search: a bulletin that was found", one.await);
    store.close().await.unwrap();
    all
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL, NOTICAST_POSTGRES names one, and minutes"]
async fn a_million_bulletins_cost_at_most_twice_of_ten_thousand_on_postgres() {
    psql(
        "public",
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
    );
    // New rows are then next to each other, in both: the holes that a vacuum finds among rows of one size would
    // scatter them.
    psql("public", "ALTER SYSTEM SET autovacuum = off");
    psql("public", "SELECT pg_reload_conf()");
    let few = measure(FEW).await;
    let many = measure(MANY).await;
    println!("{:<40}{:>18}{:>18}", "", "at 10,000", "at 1,000,000");
    let mut grown = Vec::new();
    for (what, few) in &few {
        let many = &many[what];
        println!(
            "{what:<40}{:>7} {:>7.2} ms{:>7} {:>7.2} ms",
            few.blocks, few.ms, many.blocks, many.ms
        );
        if many.blocks > 2 * few.blocks + SHOWN {
            grown.push(what);
        }
    }
    assert!(grown.is_empty(), "{grown:?}");
}
