//! Provides heavy loads for stories and benches: sources, chats and bulletins by the rig.

use std::time::Duration;

use serde_json::{Value, json};

use super::rig::{Noticast, Rig};

/// Returns private chats and broadcast channels, which may receive a message each second.
pub(crate) fn chats(count: usize) -> String {
    let names = (0..count).map(|i| {
        if i % 2 == 0 {
            format!("@rig_{i}")
        } else {
            (1000 + i).to_string()
        }
    });
    names.collect::<Vec<_>>().join(",")
}

/// Returns the `[[source]]` blocks of a config, to append to another one.
fn sources_of(config: &str) -> &str {
    let begin = config.find("\n[[source]]").expect("sources");
    let end = config.find("\n[[channel]]").expect("channels");
    &config[begin..end]
}

/// Runs 35 lists and 15 feeds that are polled every two seconds, two bulletins a second for this time, and forty chats
/// by Telegram's limits; returns the auditor's report.
pub(crate) async fn fifty_sources(seconds: u64) -> Value {
    let rig = Rig::start(&["--sites", "50", "--hosts"], &[]);
    let lists = rig
        .config(&format!("sites=0-34&every=2s&chats={}", chats(40)))
        .await;
    let feeds = rig.config("sites=35-49&every=2s&page=feed.xml").await;
    let mut noticast = Noticast::with(&(lists.clone() + sources_of(&feeds)));
    noticast.start();
    noticast.first_polls(50).await;
    rig.newsroom(&format!("schedule?rate=2&for={seconds}"))
        .await;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    rig.audit(10, &[])
}

/// Runs a thousand sources on separate hosts, each polled every second, of which none has anything new: the first
/// start, which reads a thousand pages, was killed, and the second has opened the store and polled each once. Returns
/// the MiB of the first too.
pub(crate) async fn quiet() -> (Rig, Noticast, f64) {
    let rig = Rig::start(&["--sites", "1000", "--hosts", "--threads", "1"], &[]);
    let mut noticast = Noticast::with(&rig.config("every=1s&chats=42&concurrency=64").await);
    noticast.start();
    noticast.first_polls(1000).await;
    let (_, first_mib) = noticast.usage();
    noticast.kill();
    let polled = requests(&rig).await;
    noticast.start();
    while requests(&rig).await < polled + 2000.0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (rig, noticast, first_mib)
}

/// Returns the number of requests that an origin has answered.
pub(crate) async fn requests(rig: &Rig) -> f64 {
    rig.origin_stats().await["requests"].as_f64().unwrap()
}

pub(crate) const CHATS: usize = 10_000;

/// Runs as many chats as one bot may have, each subscribed to the first site; made by an import.
pub(crate) async fn crowded(sink: &[&str], rate: u32) -> (Rig, Noticast) {
    let rig = Rig::start(&["--sites", "1", "--hosts"], sink);
    let config = rig.config("every=1s&chats=42").await;
    let config = config.replace("[telegram]\n", &format!("[telegram]\nrate = {rate}\n"));
    let mut noticast = Noticast::with(&config);
    let chat = |number: usize| {
        json!({"type": "chat", "id": format!("telegram:{}", 1000 + number), "title": "x",
            "standing": "approved", "sources": ["s0"], "include": [], "exclude": [],
            "time_zone": "Asia/Shanghai", "quiet": null, "digest": null, "silent": false,
            "language": null})
    };
    let head = json!({"noticast": "export", "version": 1, "at": "2026-01-01T00:00:00Z"});
    let lines = std::iter::once(head).chain((0..CHATS).map(chat));
    noticast.import(&lines.map(|line| format!("{line}\n")).collect::<String>());
    noticast.start();
    noticast.first_polls(1).await;
    (rig, noticast)
}
