//! Measures how fast the store is, as ratios to a floor: one sled insert with a sync, in the same run.
//!
//! `cargo bench --bench store [-- BULLETINS]` (100,000 by default) prints a table; nothing is judged.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    fs::File,
    path::Path,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use noticast::{
    bulletin::{Article, Channel, ChannelKind, MessageRef, Notice, Source, TelegramChat},
    ops::{BulletinQuery, Found, Outcome, PollFindings, PollState, Store},
};
use url::Url;

const CHANNELS: i64 = 2000;
const IN_FLIGHT: usize = 16;

fn main() {
    let bulletins = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .next()
        .unwrap_or(100_000);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let floor = floor();
    println!("{:<44}{:>12}{:>10}", "", "time", "× floor");
    let print = |what: &str, time: Duration| {
        let ratio = time.as_secs_f64() / floor.as_secs_f64();
        println!("{what:<44}{:>12}{ratio:>10.1}", format!("{time:.2?}"));
    };
    print("floor: one insert in sled, synced", floor);
    runtime.block_on(few_channels(&print));
    runtime.block_on(large(bulletins, &print));
    runtime.block_on(many_channels(&print));
    runtime.block_on(crowd());
}

/// Returns the median of single inserts, each with its own sync.
fn floor() -> Duration {
    let dir = tempfile::tempdir().expect("a folder");
    let db = sled::open(dir.path()).expect("a store");
    let file = File::open(dir.path().join("db")).expect("its file");
    let insert = |n: u32| {
        db.insert(n.to_be_bytes(), vec![7; 1000])
            .expect("an insert");
        db.flush().expect("a flush");
        file.sync_data().expect("a sync");
    };
    median((0..300).map(|n| timed(|| insert(n))).collect())
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

fn source(number: usize) -> Source {
    let url = Url::parse(&format!("https://site-{number}.example.com/list.html")).expect("a URL");
    Source::new(format!("s{number}").parse().expect("an id"), url)
}

fn channels(count: i64) -> Vec<Channel> {
    let channel = |n: i64| {
        let kind = ChannelKind::Telegram {
            chat: TelegramChat::Id(n + 1),
            topic: None,
            silent: false,
            documents: false,
            buttons: true,
        };
        Channel::new(
            format!("c{n}").parse().expect("an id"),
            kind,
            chrono_tz::Asia::Shanghai,
        )
    };
    (0..count).map(channel).collect()
}

/// Returns a list page of ten rows whose first is `newest`.
fn findings(source: usize, newest: u64, text: &str) -> PollFindings {
    let row = |n: u64| Found {
        notice: Notice {
            url: format!("https://site-{source}.example.com/info/{n}.htm"),
            guid: None,
            title: format!("关于做好第{n}号冬季供暖准备工作的通知"),
            published: None,
            updated: None,
            summary: None,
            publisher: None,
            pinned: false,
        },
        article: (n == newest && !text.is_empty()).then(|| Article {
            text: text.to_owned(),
            summary: Some("供暖提前，请各单位做好准备。".to_owned()),
            ..Article::default()
        }),
    };
    PollFindings {
        source: format!("s{source}").parse().expect("an id"),
        found: (newest.saturating_sub(9)..=newest).rev().map(row).collect(),
        state: PollState::default(),
    }
}

async fn open(dir: &Path, sources: usize, channel_count: i64) -> Store {
    let store = Store::open(dir).await.expect("a store");
    let sources: Vec<Source> = (0..sources).map(source).collect();
    store
        .sync_config(&sources, &channels(channel_count))
        .await
        .expect("a config");
    store
}

async fn few_channels(print: &impl Fn(&str, Duration)) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path(), 1, 3).await;
    store
        .admit(findings(0, 1, ""), now())
        .await
        .expect("a baseline");
    let text = "供暖提前，请各单位做好准备。\n".repeat(60);
    let mut times = Vec::new();
    for n in 2..302 {
        let start = Instant::now();
        store
            .admit(findings(0, n, &text), now())
            .await
            .expect("an admission");
        times.push(start.elapsed());
    }
    print("admit one bulletin to 3 channels", median(times));
    let mut times = Vec::new();
    for _ in 0..300 {
        let start = Instant::now();
        store
            .admit(findings(0, 301, ""), now())
            .await
            .expect("a poll");
        times.push(start.elapsed());
    }
    print("a poll of ten rows without news", median(times));
    store.close().await.expect("a close");
}

async fn many_channels(print: &impl Fn(&str, Duration)) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path(), 1, CHANNELS).await;
    store
        .admit(findings(0, 1, ""), now())
        .await
        .expect("a baseline");
    let mut times = Vec::new();
    for n in 2..42 {
        let start = Instant::now();
        store
            .admit(findings(0, n, ""), now())
            .await
            .expect("an admission");
        times.push(start.elapsed());
    }
    print("admit one bulletin to 2,000 channels", median(times));
    let start = Instant::now();
    let heads = store.heads(None).await.expect("heads");
    print("heads of 2,000 channels, 80,000 waiting", start.elapsed());
    let start = Instant::now();
    let lines = heads.len().div_ceil(IN_FLIGHT);
    let senders = heads
        .chunks(lines)
        .map(|heads| drain(store.clone(), heads.to_vec()));
    let sent: usize = futures::future::join_all(senders).await.into_iter().sum();
    let each = start.elapsed() / u32::try_from(sent).unwrap_or(1);
    print("begin and complete, 16 in flight, each", each);
    println!("{:<44}{:>10.0}/s", "", 1.0 / each.as_secs_f64());
    store.close().await.expect("a close");
    let start = Instant::now();
    let store = open(dir.path(), 1, CHANNELS).await;
    print("open with 80,000 finished deliveries", start.elapsed());
    store.close().await.expect("a close");
}

/// Sends the waiting deliveries of some channels, one after the other, like a sender's one request.
async fn drain(store: Store, heads: Vec<noticast::ops::Waiting>) -> usize {
    let mut sent = 0;
    for head in heads {
        let mut next = Some(head);
        while let Some(head) = next {
            store.begin_send(head.id, now()).await.expect("a begin");
            let message = Some(MessageRef(head.id.0.to_string()));
            let outcome = Outcome::Sent { message };
            next = store
                .complete(head.id, outcome, now())
                .await
                .expect("a completion");
            sent += 1;
        }
    }
    sent
}

/// Measures the disk space of bulletins for 10,000 channels, sent as fast as the store allows.
async fn crowd() {
    const BULLETINS: u64 = 20;
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path(), 1, 5 * CHANNELS).await;
    store
        .admit(findings(0, 1, ""), now())
        .await
        .expect("a baseline");
    let mut disk = Vec::new();
    for n in 2..2 + BULLETINS {
        store
            .admit(findings(0, n, ""), now())
            .await
            .expect("an admission");
        let heads = store.heads(None).await.expect("heads");
        let lines = heads.len().div_ceil(IN_FLIGHT);
        let senders = heads
            .chunks(lines)
            .map(|heads| drain(store.clone(), heads.to_vec()));
        futures::future::join_all(senders).await;
        disk.push(store.health().await.disk_bytes);
    }
    let half = disk.len() / 2;
    let each = (disk[2 * half - 1] - disk[half - 1]) as f64 / half as f64;
    let what = "disk of a bulletin for 10,000 channels";
    println!("{what:<44}{:>9.2} MB", each / 1e6);
    store.close().await.expect("a close");
}

async fn large(bulletins: u64, print: &impl Fn(&str, Duration)) {
    const SOURCES: usize = 1000;
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path(), SOURCES, 3).await;
    let text = "供暖提前，请各单位做好准备。\n".repeat(60);
    let start = Instant::now();
    for newest in (10..=bulletins / SOURCES as u64).step_by(10) {
        let polls = (0..SOURCES).map(|source| store.admit(findings(source, newest, &text), now()));
        for admitted in futures::future::join_all(polls).await {
            admitted.expect("an admission");
        }
    }
    print(
        "1,000 sources admit all, each bulletin",
        start.elapsed() / u32::try_from(bulletins).unwrap_or(1),
    );
    for source in 0..SOURCES {
        let id = format!("s{source}").parse().expect("an id");
        let state = PollState {
            failures: 1,
            ..PollState::default()
        };
        let kept = store.keep_poll(&id, state, Utc::now());
        kept.await.expect("a poll");
    }
    let start = Instant::now();
    store.save_poll_states().await.expect("polls");
    print("save the polls of 1,000 sources", start.elapsed());
    let start = Instant::now();
    store.sources().await.expect("sources");
    print("status of 1,000 sources", start.elapsed());
    store.close().await.expect("a close");
    let start = Instant::now();
    let store = open(dir.path(), SOURCES, 3).await;
    print(&format!("open with {bulletins} bulletins"), start.elapsed());
    println!("{:<44}{:>8} MiB", "resident then", resident() >> 10);
    let start = Instant::now();
    let query = BulletinQuery {
        words: vec!["没有这个词".to_owned()],
        limit: Some(20),
        ..BulletinQuery::default()
    };
    store.bulletins(&query).await.expect("a list");
    print(
        "search all texts for a word that is in none",
        start.elapsed(),
    );
    let health = store.health().await;
    println!("{:<44}{:>8} MiB", "disk", health.disk_bytes >> 20);
    store.close().await.expect("a close");
}

/// Returns the resident memory in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
