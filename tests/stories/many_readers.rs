//! Tests two hundred readers at once, each with a stream open, while polling and pushing continue.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::DateTime;
use reqwest::Client;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::support::{
    board::Site,
    rig::{Noticast, wait},
    world::World,
};

const READERS: usize = 200;
const NEWS: u32 = 20;
/// The interval at which each reader opens the page.
const OPENS_EVERY: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(30);

/// Counts the bulletins that a stream announces, until it is closed.
async fn listen(client: Client, url: String, heard: Arc<AtomicUsize>) {
    let mut stream = client.get(format!("{url}/events")).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let mut rest = String::new();
    while let Ok(Some(chunk)) = stream.chunk().await {
        rest.push_str(&String::from_utf8_lossy(&chunk));
        let (whole, open) = rest.rsplit_once("\n\n").unwrap_or(("", &rest));
        heard.fetch_add(whole.matches("event: bulletin").count(), Ordering::Relaxed);
        rest = open.to_owned();
    }
}

/// Opens the page repeatedly, like a browser; returns how long each time took.
async fn read(
    client: Client,
    url: String,
    first: Duration,
    end: CancellationToken,
) -> Vec<Duration> {
    let mut took = Vec::new();
    let mut pause = first;
    while end
        .run_until_cancelled(tokio::time::sleep(pause))
        .await
        .is_some()
    {
        let begun = Instant::now();
        let page = client
            .get(format!("{url}/"))
            .header("accept-encoding", "gzip, br");
        let answer = page.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        took.push(begun.elapsed());
        pause = OPENS_EVERY;
    }
    took
}

/// Publishes notices one after the other, each once the one before was announced.
async fn publish(site: &Site, numbers: std::ops::RangeInclusive<u32>, heard: &AtomicUsize) {
    for number in numbers {
        let before = heard.load(Ordering::Relaxed);
        site.publish(number);
        wait("the event", PATIENCE, || {
            heard.load(Ordering::Relaxed) > before
        })
        .await;
    }
}

/// Returns the longest time from when a delivery was queued until it was sent, of those above `after`.
fn slowest(noticast: &Noticast, after: u64) -> (Duration, u64) {
    let time = |delivery: &Value, what: &str| {
        DateTime::parse_from_rfc3339(delivery[what].as_str().unwrap()).unwrap()
    };
    let (mut slowest, mut last) = (Duration::ZERO, after);
    for delivery in noticast.list(&["deliveries", "--limit", "0"]) {
        let id = delivery["id"].as_u64().unwrap();
        if id > after {
            assert_eq!(delivery["state"], "sent", "{delivery}");
            let took = time(&delivery, "sent_at") - time(&delivery, "queued_at");
            slowest = slowest.max(took.to_std().unwrap());
            last = last.max(id);
        }
    }
    (slowest, last)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute, and both cores: .ci/run runs it with a release build, named by NOTICAST"]
async fn two_hundred_readers_with_open_streams_delay_nothing() {
    let site = Site::with(30).await;
    let mut noticast = Noticast::with(&World::config(&site.list_url()));
    noticast.start();
    noticast.first_polls(1).await;
    let (url, client) = (
        noticast.url(),
        Client::builder().no_proxy().build().unwrap(),
    );
    let mut streams = JoinSet::new();
    let control = Arc::new(AtomicUsize::new(0));
    streams.spawn(listen(client.clone(), url.clone(), Arc::clone(&control)));
    publish(&site, 31..=40, &control).await;
    let (alone, last) = slowest(&noticast, 0);
    let (_, memory_before) = noticast.usage();

    let heard: Vec<_> = (0..READERS)
        .map(|_| Arc::new(AtomicUsize::new(0)))
        .collect();
    let (mut reading, end) = (JoinSet::new(), CancellationToken::new());
    for (place, heard) in heard.iter().enumerate() {
        streams.spawn(listen(client.clone(), url.clone(), Arc::clone(heard)));
        let first = OPENS_EVERY * place as u32 / READERS as u32;
        reading.spawn(read(client.clone(), url.clone(), first, end.clone()));
    }
    tokio::time::sleep(OPENS_EVERY * 2).await;
    publish(&site, 41..=40 + NEWS, &control).await;
    let all_heard = || {
        heard
            .iter()
            .all(|it| it.load(Ordering::Relaxed) >= NEWS as usize)
    };
    wait("each stream to announce all", PATIENCE, all_heard).await;
    let (_, memory) = noticast.usage();
    end.cancel();
    let mut took: Vec<Duration> = reading.join_all().await.into_iter().flatten().collect();
    took.sort_unstable();
    let (with_readers, _) = slowest(&noticast, last);
    let percentile = |percent: usize| took[(took.len() * percent).div_ceil(100) - 1];
    println!(
        "{READERS} readers: {} pages, p50 {:?}, p99 {:?}, slowest {:?}; deliveries at most {alone:?} alone, {with_readers:?} \
         with readers; {:.1} MiB more than {memory_before:.1}",
        took.len(),
        percentile(50),
        percentile(99),
        took[took.len() - 1],
        memory - memory_before
    );
    for heard in &heard {
        assert_eq!(
            heard.load(Ordering::Relaxed),
            NEWS as usize,
            "each event comes once"
        );
    }
    assert!(with_readers < alone + Duration::from_millis(500));
    assert!(memory - memory_before <= 40.0);
    if std::env::var_os("NOTICAST").is_some() {
        assert!(percentile(99) <= Duration::from_millis(50));
    }
}
